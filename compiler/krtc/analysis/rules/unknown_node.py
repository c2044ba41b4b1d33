"""A subscription or an exitpoint that names no node of its workflow.

Why: messages go from node to node by name. A runner that subscribes to a name that nobody publishes under waits for
ever, and a workflow whose exitpoint does not exist answers no request.

Bad:

    workflows:
      - name: classificator
        exitpoint: exit
        nodes:
          - name: exitpoint
            subscriptions: [etll]

Good:

    workflows:
      - name: classificator
        exitpoint: exitpoint
        nodes:
          - name: exitpoint
            subscriptions: [etl]

Fix: write the name of a node of the same workflow; `entrypoint` is where requests come from, and has no sub-topics.
"""

from krtc.diagnostics import Diagnostic, did_you_mean
from krtc.diagnostics.codes import UNKNOWN_NODE
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.program import Program

CODE = UNKNOWN_NODE


def check(program: "Program") -> "Iterator[Diagnostic]":
    """Each name that stands for a node and is none."""
    for workflow in program.version.workflows:
        nodes = [node.name for node in workflow.nodes]
        if workflow.exitpoint not in nodes:
            yield Diagnostic(
                CODE,
                span_of(workflow, "exitpoint"),
                f"the exitpoint of workflow `{workflow.name}` is `{workflow.exitpoint}`, and it has no such node",
                help=did_you_mean(workflow.exitpoint, nodes),
            )
        for node in workflow.nodes:
            for index, subscription in enumerate(node.subscriptions):
                publisher, _, subtopic = subscription.partition(".")
                if publisher == "entrypoint" and subtopic:
                    yield Diagnostic(
                        CODE,
                        span_of(node, ("subscriptions", index)),
                        f"`{node.name}` subscribes to `{subscription}`, and the entrypoint has no sub-topics",
                        help="write `entrypoint`",
                    )
                elif publisher != "entrypoint" and publisher not in nodes:
                    yield Diagnostic(
                        CODE,
                        span_of(node, ("subscriptions", index)),
                        f"`{node.name}` subscribes to `{publisher}`, and workflow `{workflow.name}` has no such node",
                        help=did_you_mean(publisher, [*nodes, "entrypoint"]),
                    )
