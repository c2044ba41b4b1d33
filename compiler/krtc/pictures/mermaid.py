"""Pictures as a flowchart of Mermaid, which GitHub, GitLab and others draw where it stands in Markdown."""

from krtc.pictures import _common
from krtc.visible import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from krtc.model.picture import Picture

_SHAPES = {"entrypoint": ("([", "])"), "exitpoint": ("([", "])"), "node": ("[", "]")}
_PLAIN = f" -_.,·…{_common.TIMES}"
_DASHED = {"unreachable", "missing"}


def page(pictures: "Sequence[Picture]") -> str:
    """One flowchart; of several versions, each is a frame around its workflows."""
    return "\n".join(["flowchart LR", *_body(pictures)]) + "\n"


def _body(pictures: "Sequence[Picture]") -> "Iterator[str]":
    frames = edges = 0
    looks: dict[str, list[str]] = {}
    for picture in pictures:
        if len(pictures) > 1:
            frames += 1
            yield f"  subgraph v{frames} [{_text(_common.heading(picture))}]"
        for workflow in picture.workflows:
            frames += 1
            yield f"  subgraph w{frames} [{_text(_common.title(workflow))}]"
            taken: set[str] = set()
            ids = {node.name: f"w{frames}_{_common.identifier(node.name, '', taken)}" for node in workflow.nodes}
            for node in workflow.nodes:
                before, after = _SHAPES[node.kind]
                lines = [node.name, " · ".join(_common.marks(node))]
                yield f"    {ids[node.name]}{before}{_text(*filter(None, lines))}{after}"
                looks.setdefault(_common.look(node), []).append(ids[node.name])
            for edge in workflow.edges:
                topics = _common.topics(edge)
                label = f"|{_text(*topics)}|" if topics else ""
                yield f"    {ids[edge.publisher]} -->{label} {ids[edge.subscriber]}"
                if edge.state:
                    looks.setdefault(f"{edge.state} edge", []).append(str(edges))
                edges += 1
            yield "  end"
        if len(pictures) > 1:
            yield "  end"
    for look, members in looks.items():
        state, _, is_edge = look.partition(" ")
        fill, line, text = _common.COLOURS[state][0]
        dashes = ",stroke-dasharray:5 4" if state in _DASHED else ""
        if is_edge:
            yield f"  linkStyle {','.join(members)} stroke:{line}{dashes}"
        elif look != "node":
            yield f"  classDef {look} fill:{fill},stroke:{line},color:{text}{dashes}"
            yield f"  class {','.join(members)} {look}"


def _text(*lines: str) -> str:
    """Lines in quotes: whatever Mermaid, Markdown or HTML would obey stands there by its number."""
    plain = ("".join(c if c.isalnum() or c in _PLAIN else f"#{ord(c)};" for c in line) for line in map(visible, lines))
    return '"' + "<br/>".join(plain) + '"'
