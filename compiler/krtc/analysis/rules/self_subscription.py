"""A node that subscribes to itself.

Why: a node takes up every message that it publishes, and so works on its own output for ever. No request needs that,
and one such message keeps a pod busy until somebody deletes the stream.

Bad:

    workflows:
      - exitpoint: etl
        nodes:
          - {name: etl, subscriptions: [entrypoint, etl]}

Good:

    workflows:
      - exitpoint: etl
        nodes:
          - {name: etl, subscriptions: [entrypoint]}

Fix: remove the subscription; to try a message again, leave it unacknowledged.
"""

from collections import Counter

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import SELF_SUBSCRIPTION
from krtc.model.naming import ENTRYPOINT
from krtc.model.record import known, parts, span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.krt import Workflow
    from krtc.model.program import Program

CODE = SELF_SUBSCRIPTION


def check_workflow(program: "Program", workflow: "Workflow") -> "Iterator[Diagnostic]":
    """Each subscription of a node to itself, or to a sub-topic of its own; not where two nodes have the name."""
    nodes = list(parts(workflow, "nodes").values())
    names = [known(node, "name") for node in nodes]
    own = Counter(names)
    own[ENTRYPOINT] = own[None] = 0  # what they mean is not known
    for node, name in zip(nodes, names, strict=True):
        seen = set()
        for index, subscription in parts(node, "subscriptions").items() if own[name] == 1 else ():
            if subscription.partition(".")[0] == name and subscription not in seen:
                seen.add(subscription)
                message = f"`{name}` subscribes to itself, and would take up its own messages for ever"
                yield Diagnostic(CODE, span_of(node, ("subscriptions", index)), message, help="remove the subscription")
