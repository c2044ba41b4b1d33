"""Nodes whose messages can go round in a circle.

Why: a message that comes back to a node that it has passed is worked on again, and again. That is right only when some
node on the way stops publishing; nothing in the platform does.

Bad:

    workflows:
      - exitpoint: exitpoint
        nodes:
          - {name: etl, subscriptions: [entrypoint, model]}
          - {name: model, subscriptions: [etl]}
          - {name: exitpoint, subscriptions: [model]}

Good:

    workflows:
      - exitpoint: exitpoint
        nodes:
          - {name: etl, subscriptions: [entrypoint]}
          - {name: model, subscriptions: [etl]}
          - {name: exitpoint, subscriptions: [model]}

Fix: remove the subscription that closes the circle; where a node ends it, say so with `# krtc: ignore[KRT204]`.
"""

from itertools import pairwise

from krtc.diagnostics import Diagnostic, Related
from krtc.diagnostics.codes import CYCLE
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.analysis.graph import Graph
    from krtc.model.krt import Node, Workflow
    from krtc.model.program import Program
    from krtc.source import Span

CODE = CYCLE


# As much of a circle as a person follows.
_SHOWN = 12


def check_graph(program: "Program", workflow: "Workflow", graph: "Graph") -> "Iterator[Diagnostic]":
    """A shortest circle of each group of nodes that all lead to each other, where requests come."""
    groups = [group for group in graph.circles() if not group.isdisjoint(graph.reached)]
    member = {name: group for group in groups for name in group}
    for name in graph.nodes:
        if name not in member:
            continue
        path = _circle(name, graph, member[name])
        for other in member[name]:
            del member[other]
        shown = path if len(path) <= _SHOWN else [*path[: _SHOWN - 2], "...", *path[-2:]]
        yield Diagnostic(
            CODE,
            _subscription(graph.nodes[name], path[-2]),
            f"messages can go round: {' -> '.join(shown)}",
            help="remove this subscription, unless a node of the circle at some point sends nothing on",
            related=[
                Related(_subscription(graph.nodes[to], publisher), f"{publisher} -> {to}")
                for publisher, to in pairwise(path[:-1])
            ][:_SHOWN],
        )


def _circle(start: str, graph: "Graph", group: set[str]) -> list[str]:
    """The shortest way of a message of `start` inside a group back to it, both ends named."""
    came_from: dict[str, str] = {}
    todo = [start]
    for name in todo:  # grows
        if start in graph.subscribers[name]:
            path = [start, name]
            while path[-1] != start:
                path.append(came_from[path[-1]])
            return path[::-1]
        for subscriber in graph.subscribers[name]:
            if subscriber in group and subscriber not in came_from:
                came_from[subscriber] = name
                todo.append(subscriber)
    raise AssertionError("a node of a circle has a way back")


def _subscription(node: "Node", publisher: str) -> "Span":
    """Where a node subscribes to another."""
    index = next(i for i, subscription in enumerate(node.subscriptions) if subscription.partition(".")[0] == publisher)
    return span_of(node, ("subscriptions", index))
