"""An acknowledgement time that kre-go does not accept.

Why: kre-go ends when its durable consumer waits for acknowledgements otherwise than it would have it, 22 hours. Its
pods would be started again and again.

Bad:

    # krt.yml
    workflows:
      - nodes:
          - {name: etl, image: "konstellation/kre-go:8.2.0"}
    # runtime.yml
    runtime: demo
    nats: {ackWait: {default: 5m}}

Good:

    # krt.yml
    workflows:
      - nodes:
          - {name: etl, image: "konstellation/kre-go:8.2.0"}
    # runtime.yml
    runtime: demo
    nats: {ackWait: {"*/kre-py": 5m}}

Fix: set another time only for images that take it.
"""

from krtc.diagnostics import Diagnostic, Related
from krtc.diagnostics.codes import ACK_WAIT
from krtc.model import runners
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.program import Program

CODE = ACK_WAIT


def check_version(program: "Program") -> "Iterator[Diagnostic]":
    """The time that the settings give to kre-go, when the version has such a node."""
    nats = program.settings.nats
    if nats.consumers != "platform":
        return
    for image, (first, *_) in program.images.items():
        if not runners.matches(image, runners.GO):
            continue
        pattern, wait = runners.ack_wait_rule(nats.ack_wait, image)
        if runners.nanoseconds(wait) != runners.nanoseconds(runners.ACK_WAIT):
            yield Diagnostic(
                CODE,
                span_of(nats, ("ack_wait", pattern), "ack_wait"),
                f"kre-go ends when its consumer does not wait {runners.ACK_WAIT}, and this gives it {wait}",
                help=f"write {runners.ACK_WAIT}, and another time only for images that take it"
                if pattern != "default"
                else f'name the images that take another time, or add `"{runners.GO}": {runners.ACK_WAIT}`',
                related=[Related(span_of(first, "image"), "this node runs with kre-go")],
            )
            return
