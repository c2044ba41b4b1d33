"""A Kustomize tree: a base with what every running version is, and an overlay for each status.

The base holds the objects that are the same in a started and a published version, or that have but another name and
other annotations, which the overlay patches. What differs otherwise stands whole in the overlays: Kustomize writes an
object anew to patch it, and fails at texts such as "\\tx\\n" when it does. Nothing of the base is left of a stopped
version.
"""

from krtc.backends.yaml import dump, dump_items, header

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from krtc.manifests import Bundle

    Object = dict[str, Any]

API = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
STATUSES = ("stopped", "started", "published")


def files(bundle: "Bundle", status: str) -> dict[str, str]:
    """The tree; its root points at the overlay of `status`."""
    objects = {overlay: dict(bundle.objects(overlay)) for overlay in STATUSES}
    renamed = _renamed(objects["started"], objects["published"])
    base = {
        name: data
        for name, data in objects["started"].items()
        if name in renamed or data == objects["published"].get(name)
    }
    tree: dict[str, Object] = {
        "kustomization.yaml": _kustomization([f"overlays/{status}"]),
        "base/kustomization.yaml": _kustomization(list(base)),
        **{f"base/{name}": data for name, data in base.items()},
        **_overlay("stopped", objects["stopped"], {}, {}),
        **_overlay("started", objects["started"], base, {}),
        **_overlay("published", objects["published"], base, renamed),
    }
    return {name: header(bundle.source) + dump(data) for name, data in sorted(tree.items())}


def part(bundle: "Bundle", status: str) -> dict[str, str]:
    """A version of a runtime, or the runtime's own objects, as they are now: runtime.yml says what they shall be."""
    objects = dict(bundle.objects(status))
    tree = {"kustomization.yaml": _kustomization(list(objects)), **objects}
    return {name: header(bundle.source) + dump(data) for name, data in sorted(tree.items())}


def over(parts: list[str], source: str) -> str:
    """The kustomization over the folders of all parts."""
    return header(source) + dump(_kustomization(parts))


def _renamed(before: "dict[str, Object]", after: "dict[str, Object]") -> "dict[str, Object]":
    """The objects that have other names and annotations afterwards and are the same otherwise, by their file before."""
    added = [data for name, data in after.items() if name not in before]
    return {
        name: other
        for name, data in before.items()
        if name not in after
        for other in added
        if _with_names_of(other, data) == other
    }


def _with_names_of(other: "Object", data: "Object") -> "Object":
    names = {key: value for key, value in other["metadata"].items() if key in ("name", "annotations")}
    return {**data, "metadata": {**data["metadata"], **names}}


def _overlay(
    status: str, objects: "dict[str, Object]", base: "dict[str, Object]", renamed: "dict[str, Object]"
) -> "dict[str, Object]":
    """The files of an overlay. Its own objects stand before or behind the base, as in the order of applying."""
    own = {name: data for name, data in objects.items() if name not in base and data not in renamed.values()}
    order = list(objects)
    first = order.index(next(iter(base))) if base else 0
    before = [name for name in own if order.index(name) < first]
    behind = [name for name in own if order.index(name) >= first]
    patches = [_rename(base[name]["metadata"]["name"], data) for name, data in renamed.items()]
    folder = f"overlays/{status}"
    resources = [*before, *(["../../base"] if base else []), *behind]
    return {
        f"{folder}/kustomization.yaml": _kustomization(resources, patches),
        **{f"{folder}/{name}": data for name, data in own.items()},
    }


def _rename(name: str, data: "Object") -> "Object":
    """The patch (JSON 6902) that gives an object of the base another name, and the annotations that go with it."""
    metadata = data["metadata"]
    operations = [{"op": "replace", "path": "/metadata/name", "value": metadata["name"]}]
    if "annotations" in metadata:
        operations.append({"op": "add", "path": "/metadata/annotations", "value": metadata["annotations"]})
    return {
        "target": {"kind": data["kind"], "name": name},
        "patch": dump_items(operations),
        "options": {"allowNameChange": True},
    }


def _kustomization(resources: list[str], patches: "list[Object] | None" = None) -> "Object":
    # fifo: the order of applying is ours, not Kustomize's.
    return {
        **API,
        "sortOptions": {"order": "fifo"},
        "resources": resources,
        **({"patches": patches} if patches else {}),
    }
