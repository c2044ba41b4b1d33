"""A workflow whose exitpoint no request reaches.

Why: the entrypoint answers a call with what the exitpoint publishes. When no message of a request ever comes to the
exitpoint, no call can be answered.

Bad:

    workflows:
      - exitpoint: exitpoint
        nodes:
          - {name: etl, subscriptions: [entrypoint]}
          - {name: model, subscriptions: [exitpoint]}
          - {name: exitpoint, subscriptions: [model]}

Good:

    workflows:
      - exitpoint: exitpoint
        nodes:
          - {name: etl, subscriptions: [entrypoint]}
          - {name: model, subscriptions: [etl]}
          - {name: exitpoint, subscriptions: [model]}

Fix: follow the subscriptions back from the exitpoint until the way ends, and subscribe that node to one that is
reached.
"""

from krtc.diagnostics import Diagnostic, Related
from krtc.diagnostics.codes import NO_REPLY
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.analysis.graph import Graph
    from krtc.model.krt import Workflow
    from krtc.model.program import Program

CODE = NO_REPLY

# As many names as a line holds.
_SHOWN = 8


def check_graph(program: "Program", workflow: "Workflow", graph: "Graph") -> "Iterator[Diagnostic]":
    """The exitpoint, when the workflow takes requests and none comes to it."""
    exitpoint = workflow.exitpoint
    if graph.reached and exitpoint not in graph.reached:
        reached = [f"`{name}`" for name in graph.nodes if name in graph.reached]
        node = graph.nodes[exitpoint]
        yield Diagnostic(
            CODE,
            span_of(workflow, "exitpoint"),
            f"no request reaches the exitpoint `{exitpoint}` of workflow `{workflow.name}`: none can ever be answered",
            help=f"subscribe `{exitpoint}`, or a node before it, to one that requests reach: "
            + ", ".join(reached[:_SHOWN] + ["..."] * (len(reached) > _SHOWN)),
            related=[Related(span_of(node, "subscriptions"), f"`{exitpoint}` subscribes here")],
        )
