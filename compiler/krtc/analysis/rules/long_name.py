"""A node, a sub-topic and the names around them that are too long together.

Why: NATS takes names of up to 255 bytes. The durable consumer of a subscription is named after the runtime, the
version, the rpc, the subscription and the node; a longer name is refused, by NATS and so by the runner.

Bad:

    # krt.yml
    version: mail-classification
    workflows:
      - entrypoint: ClassifyTheMailsOfAllTheCustomersOfTheLastYearAndTellWhichOfThemNeedAnAnswerTodayAndNotTomorrow
        exitpoint: translate-the-mails
        nodes:
          - {name: recognise-languages, subscriptions: [entrypoint]}
          - name: translate-the-mails
            subscriptions:
              - recognise-languages.mails-in-a-language-that-the-model-has-never-seen-and-that-someone-has-to-read-too
    # runtime.yml
    runtime: mails-of-all-europe

Good:

    # krt.yml
    version: mail-classificator
    workflows:
      - entrypoint: Classify
        exitpoint: translate
        nodes:
          - {name: find-language, subscriptions: [entrypoint]}
          - {name: translate, subscriptions: [find-language.unknown]}
    # runtime.yml
    runtime: mails-of-europe-2

Fix: shorten the sub-topic or the rpc.
"""

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import LONG_NAME
from krtc.model.naming import LONGEST_NATS_NAME
from krtc.model.record import parts, span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.krt import Node, Workflow
    from krtc.model.program import Program

CODE = LONG_NAME


def check_node(program: "Program", workflow: "Workflow", node: "Node") -> "Iterator[Diagnostic]":
    """Each subscription whose consumer's name is longer than NATS takes."""
    for index, subscription in parts(node, "subscriptions").items():
        length = len(program.names.durable(workflow, node, subscription).encode())
        if length > LONGEST_NATS_NAME:
            yield Diagnostic(
                CODE,
                span_of(node, ("subscriptions", index)),
                f"the consumer of `{node.name}` on this would have a name of {length} bytes; NATS takes"
                f" {LONGEST_NATS_NAME}",
                help="shorten the sub-topic, or the rpc of the workflow",
            )
