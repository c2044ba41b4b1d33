"""The outline of a document: a version, its workflows, their nodes; a runtime, its versions."""

from krtc.frontend.nodes import Mapping
from krtc.lsp import tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from krtc.frontend.nodes import Node

    Stretch = tuple[int, int]


class Symbol:
    """One entry: its `kind` (version, workflow, node, runtime), name and detail, all of it, and where its name is."""

    __slots__ = ("children", "detail", "kind", "name", "named", "stretch")

    def __init__(self, kind: str, name: str, detail: str, stretch: "Stretch", named: "Stretch") -> None:
        self.kind = kind
        self.name = name
        self.detail = detail
        self.stretch = stretch
        self.named = named
        self.children: list[Symbol] = []


def outline(text: str) -> list[Symbol]:
    """The entries of a krt.yml or a runtime.yml, in their order."""
    root = tree.read(text)
    if not isinstance(root, Mapping):
        return []
    if "runtime" in root.entries and "workflows" not in root.entries:
        top = _symbol("runtime", text, root, "runtime")
        top.children = [_symbol("version", text, one, "krt", "status") for one in tree.mappings(root, "versions")]
        return [top]
    top = _symbol("version", text, root, "version", "description")
    for workflow in tree.mappings(root, "workflows"):
        entry = _symbol("workflow", text, workflow, "name", "entrypoint")
        entry.children = [_symbol("node", text, node, "name", "image") for node in tree.mappings(workflow, "nodes")]
        top.children.append(entry)
    return [top]


def _symbol(kind: str, text: str, mapping: Mapping, key: str, detail: str = "") -> Symbol:
    name, about = tree.scalar(mapping, key), tree.scalar(mapping, detail)
    stretch = (mapping.start, end(text, mapping))
    # An editor shows nothing of a symbol without a name, and refuses all where a name is outside of its symbol.
    named = (name.start, min(name.end, stretch[1])) if name else (stretch[0], stretch[0])
    return Symbol(kind, name.text if name else kind, about.text if about else "", stretch, named)


def end(text: str, node: "Node") -> int:
    """Where a node ends: that of a block reaches to what follows it, blank lines and comments between them too."""
    lines = text[node.start : node.end].split("\n")
    while len(lines) > 1 and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines.pop()
    return node.start + len("\n".join(lines).rstrip())
