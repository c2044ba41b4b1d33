"""A node that only the exitpoint's own output feeds.

Why: the entrypoint answers the call with the exitpoint's message. A node behind the exitpoint works after that: what
it finds changes no answer, and nobody is told when it fails.

Bad:

    workflows:
      - exitpoint: exitpoint
        nodes:
          - {name: exitpoint, subscriptions: [entrypoint]}
          - {name: enrich, subscriptions: [exitpoint]}

Good:

    workflows:
      - exitpoint: exitpoint
        nodes:
          - {name: enrich, subscriptions: [entrypoint]}
          - {name: exitpoint, subscriptions: [enrich]}

Fix: put the node before the exitpoint; where it shall work afterwards, say so with `# krtc: ignore[KRT205]`.
"""

from krtc.diagnostics import Diagnostic, Related
from krtc.diagnostics.codes import AFTER_REPLY
from krtc.model.naming import ENTRYPOINT
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.analysis.graph import Graph
    from krtc.model.krt import Workflow
    from krtc.model.program import Program

CODE = AFTER_REPLY


def check_graph(program: "Program", workflow: "Workflow", graph: "Graph") -> "Iterator[Diagnostic]":
    """Each node that subscribes to the exitpoint and is reached through it alone."""
    exitpoint = workflow.exitpoint
    before = graph.behind([ENTRYPOINT], without=exitpoint)
    for name in graph.nodes if exitpoint in graph.reached else ():
        if name != exitpoint and name not in before and name in graph.subscribers[exitpoint]:
            node = graph.nodes[name]
            yield Diagnostic(
                CODE,
                span_of(node, "subscriptions"),
                f"`{name}` gets messages only from the exitpoint: it works after the answer is given",
                help=f"subscribe it to a node before `{exitpoint}`, and `{exitpoint}` to it",
                related=[Related(span_of(workflow, "exitpoint"), "the exitpoint is named here")],
            )
