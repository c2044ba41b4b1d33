"""Pictures in the DOT language, for Graphviz and all that reads what is written for it."""

from krtc.pictures import _common
from krtc.visible import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from krtc.model.picture import DrawnWorkflow, Picture

_DASHED = {"unreachable", "missing"}


def page(pictures: "Sequence[Picture]") -> str:
    """One graph; of several versions, each is a cluster around its workflows."""
    return "\n".join(["digraph {", *(f"  {line}" for line in _body(pictures)), "}"]) + "\n"


def _body(pictures: "Sequence[Picture]") -> "Iterator[str]":
    yield "rankdir=LR"
    yield "labelloc=t"
    yield 'graph [fontname="Helvetica", style=rounded, color="#cbd5e1", labeljust=l]'
    yield 'node [fontname="Helvetica", fontsize=12, shape=box]'
    yield 'edge [fontname="Helvetica", fontsize=10, color="#64748b"]'
    for number, picture in enumerate(pictures, 1):
        lines = [f"label={_text(_common.heading(picture))}"]
        for workflow in picture.workflows:
            lines += _workflow(workflow, f"{number} {workflow.name}")
        if len(pictures) > 1:
            lines = [f'subgraph "cluster {number}" {{', *(f"  {line}" for line in lines), "}"]
        yield from lines


def _workflow(workflow: "DrawnWorkflow", name: str) -> "Iterator[str]":
    yield f"subgraph {_text(f'cluster {name}')} {{"
    yield f"  label={_text(_common.title(workflow))}"
    for node in workflow.nodes:
        look = _common.look(node)
        fill, line, text = _common.COLOURS[look][0]
        label = _text(*filter(None, [node.name, " · ".join(_common.marks(node))]))
        style = ["rounded", "filled", *(["dashed"] if look in _DASHED else [])]
        width = 2 if node.kind != "node" else 1
        yield (
            f'  {_text(f"{name}/{node.name}")} [label={label}, style="{",".join(style)}", fillcolor="{fill}",'
            f' color="{line}", fontcolor="{text}", penwidth={width}]'
        )
    for edge in workflow.edges:
        given = [f"label={_text(*topics)}"] if (topics := _common.topics(edge)) else []
        if edge.state:
            given.append(f'color="{_common.COLOURS[edge.state][0][1]}"')
        if edge.state in _DASHED:
            given.append("style=dashed")
        ends = f"{_text(f'{name}/{edge.publisher}')} -> {_text(f'{name}/{edge.subscriber}')}"
        yield f"  {ends}{' [' + ', '.join(given) + ']' if given else ''}"
    yield "}"


def _text(*lines: str) -> str:
    """Lines in quotes. Graphviz obeys what follows a backslash, and reads entities of HTML."""
    escapes = {ord("\\"): "\\\\", ord('"'): '\\"', ord("&"): "&amp;"}
    return '"' + "\\n".join(line.translate(escapes) for line in map(visible, lines)) + '"'
