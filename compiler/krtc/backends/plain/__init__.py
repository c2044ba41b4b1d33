"""Plain manifests: a file an object, or all in one stream."""

from krtc.backends.yaml import dump, header

TYPE_CHECKING = False
if TYPE_CHECKING:
    from krtc.manifests import Bundle


def files(bundle: "Bundle", status: str) -> dict[str, str]:
    """The objects of one status, each in a file of its own; the order of names is the order of applying."""
    return {name: header(bundle.source) + dump(data) for name, data in bundle.objects(status)}


def stream(bundle: "Bundle", status: str) -> str:
    """The same objects in one YAML stream."""
    return header(bundle.source) + "".join(["---\n" + dump(data) for _, data in bundle.objects(status)])
