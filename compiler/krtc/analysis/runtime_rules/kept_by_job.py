"""With `messaging: job`, streams and buckets stay that `nats.keep` does not name.

Why: with NACK, what `nats.keep` does not name is deleted in NATS when a version is stopped. A Job only makes and
updates: it deletes nothing, and after a stop all streams, buckets and consumers are still there, with their data, until
somebody deletes them.

Bad:

    # runtime.yml
    runtime: demo
    messaging: job

Good:

    # runtime.yml
    runtime: demo
    messaging: job
    nats: {keep: [streams, objectStores, keyValueStores]}

Fix: name all three in `nats.keep`, and delete by hand what a stopped version no longer needs.
"""

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import KEPT_BY_JOB
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.runtime import Runtime

CODE = KEPT_BY_JOB

KEPT = ("streams", "objectStores", "keyValueStores")


def check_settings(settings: "Runtime") -> "Iterator[Diagnostic]":
    """What a Job keeps and `nats.keep` does not name."""
    if settings.messaging != "job":
        return
    missing = [kind for kind in KEPT if kind not in settings.nats.keep]
    if missing:
        yield Diagnostic(
            CODE,
            span_of(settings, "messaging"),
            f"a Job deletes nothing: {' and '.join(missing)} stay in NATS when a version is stopped",
            help=f"say so: `nats: {{keep: [{', '.join(KEPT)}]}}`",
        )
