"""A part of the language that krtc knows and does not compile yet.

Why: a setting that is ignored is worse than one that is refused: the version would start, and answer nothing.

Bad:

    # runtime.yml
    runtime: demo
    messaging: job

Good:

    # runtime.yml
    runtime: demo
    messaging: nack

Fix: use what is built, or a later krtc.
"""

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import NOT_BUILT
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.runtime import Runtime

CODE = NOT_BUILT


def check_settings(settings: "Runtime") -> "Iterator[Diagnostic]":
    """The setting that is not built."""
    if settings.messaging == "job":
        yield Diagnostic(
            CODE,
            span_of(settings, "messaging"),
            "`messaging: job` is not built yet",
            help="use `messaging: nack`, and install NACK on the cluster",
        )
