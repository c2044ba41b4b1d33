"""A workflow in which no node subscribes to `entrypoint`.

Why: requests come from `entrypoint`. When no node takes them up, every call waits until its time is over.

Bad:

    workflows:
      - exitpoint: exitpoint
        nodes:
          - {name: etl, subscriptions: [exitpoint]}
          - {name: exitpoint, subscriptions: [etl]}

Good:

    workflows:
      - exitpoint: exitpoint
        nodes:
          - {name: etl, subscriptions: [entrypoint]}
          - {name: exitpoint, subscriptions: [etl]}

Fix: let the first node of the workflow subscribe to `entrypoint`.
"""

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import NO_ENTRY
from krtc.model.naming import ENTRYPOINT
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.analysis.graph import Graph
    from krtc.model.krt import Workflow
    from krtc.model.program import Program

CODE = NO_ENTRY


def check_graph(program: "Program", workflow: "Workflow", graph: "Graph") -> "Iterator[Diagnostic]":
    """The workflow, when nothing in it takes its requests."""
    if not graph.subscribers[ENTRYPOINT]:
        message = f"no node of workflow `{workflow.name}` subscribes to `entrypoint`: nothing takes its requests"
        help_text = "add `entrypoint` to the subscriptions of its first node"
        yield Diagnostic(CODE, span_of(workflow, "nodes:"), message, help=help_text)
