"""A node that no request reaches.

Why: nothing that it subscribes to ever gets a message, so its pods wait for ever, and cost what they reserve.

Bad:

    workflows:
      - exitpoint: exitpoint
        nodes:
          - {name: exitpoint, subscriptions: [entrypoint]}
          - {name: training, subscriptions: [statistics]}
          - {name: statistics, subscriptions: [training]}

Good:

    workflows:
      - exitpoint: exitpoint
        nodes:
          - {name: exitpoint, subscriptions: [entrypoint, statistics]}
          - {name: training, subscriptions: [entrypoint]}
          - {name: statistics, subscriptions: [training]}

Fix: subscribe it to `entrypoint` or to a node that requests reach, or remove it.
"""

from krtc.diagnostics import Diagnostic, Related
from krtc.diagnostics.codes import UNREACHABLE_NODE
from krtc.model.naming import ENTRYPOINT
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.analysis.graph import Graph
    from krtc.model.krt import Workflow
    from krtc.model.program import Program

CODE = UNREACHABLE_NODE

# As many second places as a person reads.
_SHOWN = 8


def check_graph(program: "Program", workflow: "Workflow", graph: "Graph") -> "Iterator[Diagnostic]":
    """The first of each group of nodes that feed each other and nothing feeds.

    Nothing where no request comes in at all, and of what should lead to the exitpoint: other rules tell that.
    """
    if not graph.subscribers[ENTRYPOINT]:
        return
    told = set() if workflow.exitpoint in graph.reached else _leading_to(workflow.exitpoint, graph)
    lost = [name for name in graph.nodes if name not in graph.reached and name not in told]
    neighbours = _neighbours(graph, lost)
    # What feeds itself is the cause; what only hangs on it comes after.
    for name in sorted(lost, key=_fed(graph, lost).__contains__):
        if name in told:
            continue
        group = [name]
        told.add(name)
        for other in group:  # grows
            group += [near for near in neighbours[other] if near not in told]
            told.update(group)
        yield Diagnostic(
            CODE,
            span_of(graph.nodes[name], "subscriptions"),
            f"no request reaches the node `{name}` of workflow `{workflow.name}`",
            help="subscribe it to `entrypoint` or to a node that requests reach, or remove it",
            related=[
                Related(span_of(graph.nodes[other], "subscriptions"), f"`{other}` is not reached, either")
                for other in group[1 : _SHOWN + 1]
            ],
        )


def _fed(graph: "Graph", names: list[str]) -> set[str]:
    """Those of the nodes that get messages from a circle that they are not of."""
    circles = {name: number for number, circle in enumerate(graph.circles()) for name in circle}
    hanging = {
        subscriber
        for publisher in names
        for subscriber in graph.subscribers[publisher]
        if publisher not in circles or circles[publisher] != circles.get(subscriber)
    }
    fed = {circles[name] for name in hanging if name in circles}
    return hanging | {name for name in names if circles.get(name) in fed}


def _neighbours(graph: "Graph", names: list[str]) -> dict[str, dict[str, None]]:
    """Of each of the nodes, those of them with which a subscription joins it, in whatever direction."""
    found: dict[str, dict[str, None]] = {name: {} for name in names}
    for publisher in names:
        for subscriber in graph.subscribers[publisher]:
            if subscriber in found:
                found[publisher][subscriber] = found[subscriber][publisher] = None
    return found


def _leading_to(name: str, graph: "Graph") -> set[str]:
    """A node and all from which messages come to it, and what these lead to besides."""
    publishers: dict[str, list[str]] = {}
    for publisher, subscribers in graph.subscribers.items():
        for subscriber in subscribers:
            publishers.setdefault(subscriber, []).append(publisher)
    found, todo = {name}, [name]
    while todo:
        for publisher in publishers.get(todo.pop(), ()):
            if publisher not in found:
                found.add(publisher)
                todo.append(publisher)
    return found | graph.behind(found)
