"""Two subscriptions of a workflow that give the same durable consumer.

Why: a durable consumer is named after its subject, with `-` for every `.`, and its node. Node `c` on `a.b` and
node `b-c` on `a` both get `..._E-a-b-c`: they would take each other's messages. So would two equal
subscriptions of one node.

Bad:

    - {name: c, subscriptions: [a.b]}
    - {name: b-c, subscriptions: [a]}

Good:

    - {name: c, subscriptions: [a.b]}
    - {name: d, subscriptions: [a]}

Fix: rename a node or a sub-topic, or remove the subscription that stands twice.
"""

from krtc.diagnostics import Diagnostic, Related
from krtc.diagnostics.codes import CONSUMER_COLLISION
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.krt import Node
    from krtc.model.program import Program
    from krtc.source import Span

CODE = CONSUMER_COLLISION


def check(program: "Program") -> "Iterator[Diagnostic]":
    """Each subscription whose consumer an earlier one has."""
    for workflow in program.version.workflows:
        first: dict[str, tuple[Node, str, Span]] = {}
        for node in workflow.nodes:
            for index, subscription in enumerate(node.subscriptions):
                durable = program.names.durable(workflow, node, subscription)
                span = span_of(node, ("subscriptions", index))
                if durable not in first:
                    first[durable] = (node, subscription, span)
                    continue
                other, other_subscription, other_span = first[durable]
                if other.name == node.name and other is not node:
                    continue  # two nodes of one name: said already
                yield Diagnostic(
                    CODE,
                    span,
                    f"`{node.name}` on `{subscription}` and `{other.name}` on `{other_subscription}`"
                    f" share the consumer `{durable}`",
                    help="rename a node or a sub-topic, or remove the subscription that stands twice",
                    related=[Related(other_span, f"`{other.name}` subscribes here")],
                )
