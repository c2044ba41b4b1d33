"""What is drawn of a version; of a broken one, as much as has a meaning."""

from krtc.analysis.graph import Graph
from krtc.model.naming import ENTRYPOINT
from krtc.model.picture import DrawnEdge, DrawnNode, DrawnWorkflow, Picture
from krtc.model.record import known, parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from krtc.model.krt import Node, Workflow
    from krtc.model.picture import Kind, State
    from krtc.model.program import Program


def picture_of(program: "Program") -> Picture:
    """The picture of a version, with the replicas that its runtime gives its nodes."""
    version = program.version
    settings = known(program.entry, "nodes") or {}
    workflows: dict[str, DrawnWorkflow] = {}
    for index, workflow in parts(version, "workflows").items():
        name = known(workflow, "name")
        unique = name or f"workflow {index + 1}"
        while unique in workflows:
            unique = f"{name} ({index + 1})"
        workflows[unique] = _workflow(workflow, unique, settings.get(name) or {})
    status = program.status if program.in_runtime else None
    return Picture(known(version, "version"), status, tuple(workflows.values()))


def _workflow(workflow: "Workflow", name: str, settings: "Mapping[str, Any]") -> DrawnWorkflow:
    exitpoint = known(workflow, "exitpoint")
    nodes: dict[str, Node] = {}
    twice: set[str] = set()
    topics: dict[tuple[str, str], dict[str, None]] = {}
    for node in parts(workflow, "nodes").values():
        own = known(node, "name")
        if own is None:
            continue
        if own in nodes or own == ENTRYPOINT:
            twice.add(own)
        nodes.setdefault(own, node)
        for subscription in parts(node, "subscriptions").values():
            publisher, _, topic = subscription.partition(".")
            topics.setdefault((publisher, own), {})[topic] = None
    named = [publisher for publisher, _ in topics] + ([] if exitpoint is None else [exitpoint])
    subscribers: dict[str, dict[str, None]] = {one: {} for one in (ENTRYPOINT, *nodes, *named)}
    for publisher, subscriber in topics:
        subscribers[publisher][subscriber] = None
    graph = Graph(nodes, subscribers)
    circles = [*graph.circles(), *({one} for one in nodes if one in subscribers[one])]

    def state(*names: str) -> "State":
        """What is wrong with a node, or with the way from one to another."""
        first = names[0]
        if len(names) == 1 and first in twice:
            return "twice"
        if first not in nodes and first != ENTRYPOINT:
            return "missing"
        if first not in graph.reached and first != ENTRYPOINT:
            return "unreachable"
        return "cycle" if any(circle.issuperset(names) for circle in circles) else ""

    def drawn(name: str) -> DrawnNode:
        kind: Kind = "entrypoint" if name == ENTRYPOINT else "exitpoint" if name == exitpoint else "node"
        node = nodes.get(name)
        if node is None or name == ENTRYPOINT:
            return DrawnNode(name, kind, state(name))
        given = known(settings[name], "replicas") if name in settings else None
        replicas = given or known(node, "replicas") or 1
        return DrawnNode(name, kind, state(name), replicas, bool(known(node, "gpu")))

    edges = (DrawnEdge(*ends, tuple(found), state(*ends)) for ends, found in topics.items())
    return DrawnWorkflow(name, known(workflow, "entrypoint"), tuple(map(drawn, subscribers)), tuple(edges))
