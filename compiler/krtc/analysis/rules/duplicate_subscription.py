"""A subscription that stands twice in one node.

Why: both would be one durable consumer, so the second does nothing; whoever wrote it meant something else.

Bad:

    workflows:
      - exitpoint: exitpoint
        nodes:
          - {name: etl, subscriptions: [entrypoint]}
          - {name: exitpoint, subscriptions: [etl, etl]}

Good:

    workflows:
      - exitpoint: exitpoint
        nodes:
          - {name: etl, subscriptions: [entrypoint]}
          - {name: exitpoint, subscriptions: [etl]}

Fix: remove one of them, as `krtc check --fix` does with a later one that has no comment.
"""

from krtc.diagnostics import Diagnostic, Related
from krtc.diagnostics.codes import DUPLICATE_SUBSCRIPTION
from krtc.model.record import known, parts, span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.krt import Node, Workflow
    from krtc.model.program import Program

CODE = DUPLICATE_SUBSCRIPTION


def check_node(program: "Program", workflow: "Workflow", node: "Node") -> "Iterator[Diagnostic]":
    """Each later one of two equal subscriptions."""
    first: dict[str, int] = {}
    name = known(node, "name")
    for index, subscription in parts(node, "subscriptions").items():
        other = first.setdefault(subscription, index)
        if other != index:
            from krtc.diagnostics.fix import removed  # only where it is needed

            span = span_of(node, ("subscriptions", index))
            yield Diagnostic(
                CODE,
                span,
                f"{f'`{name}`' if name else 'the node'} subscribes to `{subscription}` already",
                help="remove one of them",
                related=[Related(span_of(node, ("subscriptions", other)), "the first is here")],
                fix=removed(span, span_of(node, ("subscriptions", index - 1))),
            )
