"""What the forms share: what is said of a node, and of an edge."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from krtc.model.picture import DrawnEdge, DrawnNode, DrawnWorkflow, Picture

_STATES = {"twice": "named twice", "missing": "no such node", "unreachable": "never reached", "cycle": "in a cycle"}

TIMES = "\N{MULTIPLICATION SIGN}"

# As many sub-topics as are written at an edge, and as many characters of each.
_MOST_TOPICS = 5
_LONGEST_TOPIC = 28

COLOURS = {
    # What is drawn: fill, line and text, for light and for dark.
    "node": (("#ffffff", "#64748b", "#0f172a"), ("#1e293b", "#94a3b8", "#f1f5f9")),
    "entrypoint": (("#dbeafe", "#1d4ed8", "#1e3a8a"), ("#1e3a8a", "#93c5fd", "#eff6ff")),
    "exitpoint": (("#dcfce7", "#15803d", "#14532d"), ("#14532d", "#86efac", "#f0fdf4")),
    "cycle": (("#ffedd5", "#c2410c", "#7c2d12"), ("#7c2d12", "#fdba74", "#fff7ed")),
    "unreachable": (("#f1f5f9", "#64748b", "#475569"), ("#0f172a", "#94a3b8", "#cbd5e1")),
    "missing": (("#fee2e2", "#b91c1c", "#7f1d1d"), ("#7f1d1d", "#fca5a5", "#fef2f2")),
    "twice": (("#fee2e2", "#b91c1c", "#7f1d1d"), ("#7f1d1d", "#fca5a5", "#fef2f2")),
}
"""By kind or state of a node: fill, line and text, on light ground and on dark."""


def heading(picture: "Picture") -> str:
    """What a picture is of."""
    return " · ".join(part for part in (picture.version or "a version without a name", picture.status) if part)


def title(workflow: "DrawnWorkflow") -> str:
    """What a workflow is called, with the rpc that it answers."""
    return f"{workflow.name} · rpc {workflow.rpc}" if workflow.rpc else workflow.name


def marks(node: "DrawnNode") -> list[str]:
    """What stands beside a node's name."""
    found = ["exitpoint"] if node.kind == "exitpoint" and node.name != "exitpoint" else []
    if node.replicas > 1:
        found.append(f"{TIMES}{node.replicas}")
    if node.gpu:
        found.append("GPU")
    return [*found, *([_STATES[node.state]] if node.state else [])]


def look(node: "DrawnNode") -> str:
    """The colours of a node: what is wrong with it goes before what it is."""
    return node.state or node.kind


def topics(edge: "DrawnEdge") -> list[str]:
    """What is written at an edge: `.SUBTOPIC`, a line each; nothing for a subscription to no sub-topic alone."""
    if edge.topics == ("",):
        return []
    shown = [f".{topic}" if topic else edge.publisher for topic in edge.topics[:_MOST_TOPICS]]
    rest = len(edge.topics) - len(shown)
    return [short(text, _LONGEST_TOPIC) for text in shown] + ([f"and {rest} more"] if rest else [])


def identifier(text: str, others: str, taken: set[str]) -> str:
    """An id that reads as a text and that no other one is: letters, digits and what is in `others`, else `_`."""
    wanted = found = "".join(c if c.isascii() and (c.isalnum() or c in others) else "_" for c in text)
    number = 1
    while found in taken:
        number += 1
        found = f"{wanted}_{number}"
    taken.add(found)
    return found


def short(text: str, longest: int) -> str:
    """A text, or its beginning and `…`."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
