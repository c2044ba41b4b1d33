"""Two subscriptions of a workflow that give the same durable consumer.

Why: a durable consumer is named after its subject, with `-` for every `.`, and its node. Node `c` on `a.b` and node
`b-c` on `a` both get `...-a-b-c`: they would take each other's messages.

Bad:

    workflows:
      - exitpoint: c
        nodes:
          - {name: a, subscriptions: [entrypoint]}
          - {name: c, subscriptions: [a.b]}
          - {name: b-c, subscriptions: [a]}

Good:

    workflows:
      - exitpoint: c
        nodes:
          - {name: a, subscriptions: [entrypoint]}
          - {name: c, subscriptions: [a.b]}
          - {name: d, subscriptions: [a]}

Fix: rename a node or a sub-topic.
"""

from krtc.diagnostics import Diagnostic, Related
from krtc.diagnostics.codes import CONSUMER_COLLISION
from krtc.model.record import known, parts, span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.krt import Node, Workflow
    from krtc.model.program import Program

CODE = CONSUMER_COLLISION


def check_workflow(program: "Program", workflow: "Workflow") -> "Iterator[Diagnostic]":
    """Each subscription whose consumer another node's has."""
    first: dict[str, tuple[Node, int, str]] = {}
    for node in parts(workflow, "nodes").values():
        if known(node, "name") is None:
            continue
        for index, subscription in parts(node, "subscriptions").items():
            durable = program.names.durable(workflow, node, subscription)
            other, other_index, other_subscription = first.setdefault(durable, (node, index, subscription))
            if other.name != node.name:
                yield Diagnostic(
                    CODE,
                    span_of(node, ("subscriptions", index)),
                    f"`{node.name}` on `{subscription}` and `{other.name}` on `{other_subscription}`"
                    f" share the consumer `{durable}`",
                    help="rename a node or a sub-topic",
                    related=[
                        Related(span_of(other, ("subscriptions", other_index)), f"`{other.name}` subscribes here")
                    ],
                )
