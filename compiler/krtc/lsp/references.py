"""Where what is meant at a place is defined, and where else it is meant: nodes, the entrypoint, rpcs and protos."""

from krtc.lsp import tree
from krtc.lsp.names import Names, meant, name_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from krtc.frontend.nodes import Scalar
    from krtc.lsp.names import Meant

    # Offsets: from, to.
    Stretch = tuple[int, int]


_FILES = {("entrypoint", "proto"), ("workflows", "nodes", "src"), ("versions", "krt")}


def definition(text: str, offset: int) -> "list[Stretch]":
    """Where the node, or the entrypoint, that is meant at a place stands in the same text."""
    names = Names(tree.read(text))
    found = meant(text, names, offset)
    return _definition(text, names, found) if found else []


def references(text: str, offset: int, *, with_definition: bool) -> "list[Stretch]":
    """Where else in the text the same is meant, in its order."""
    names = Names(tree.read(text))
    found = meant(text, names, offset)
    if found is None:
        return []
    scalars: list[Scalar] = []
    if found.kind == "node" and found.workflow:
        scalars = [*found.workflow.meaning(found.name)]
    elif found.kind == "entrypoint":
        scalars = [scalar for workflow in names.workflows for scalar in workflow.meaning(found.name)]
    elif found.kind == "rpc":
        rpcs = [workflow.entrypoint for workflow in names.workflows]
        scalars = [rpc for rpc in rpcs if rpc is not None and rpc.text == found.name]
    own = _definition(text, names, found) if with_definition else []
    return sorted({*own, *(_stretch(text, scalar) for scalar in scalars)})


def _definition(text: str, names: Names, found: "Meant") -> "list[Stretch]":
    if found.kind == "node" and found.workflow:
        return [_stretch(text, scalar) for scalar in found.workflow.named(found.name)]
    if found.kind == "entrypoint" and names.entrypoint:
        return [(names.entrypoint.start, names.entrypoint.end)]
    return []


def _stretch(text: str, scalar: "Scalar") -> "Stretch":
    start, end = name_in(text, scalar)
    return (start, end) if start < end else (scalar.start, scalar.end)


def file(text: str, offset: int) -> str | None:
    """The path of a file that stands at a place: the proto, a node's code, a version of a runtime; None elsewhere."""
    at = tree.at(tree.read(text), offset)
    if at is None or at.is_key:
        return None
    steps = tuple(step for step in at.path if isinstance(step, str))
    return at.scalar.text if steps in _FILES else None


def rpc(text: str, offset: int) -> str | None:
    """The rpc that is meant at a place, which the proto defines; None where none is."""
    found = meant(text, Names(tree.read(text)), offset)
    return found.name if found and found.kind == "rpc" else None
