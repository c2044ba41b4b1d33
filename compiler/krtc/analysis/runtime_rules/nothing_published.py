"""A runtime that lists versions, none of which is published.

Why: the Service `active-entrypoint` and the route from outside lead to the published version. Without one there is
neither: no request from outside is answered, whatever runs.

Bad:

    # runtime.yml
    runtime: demo
    versions:
      - {krt: krt.yml, status: started}

Good:

    # runtime.yml
    runtime: demo
    versions:
      - {krt: krt.yml, status: published}

Fix: publish a version that runs (`krtc publish NAME`), unless nobody shall reach the runtime now.
"""

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import NOTHING_PUBLISHED
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.program import RuntimeProgram

CODE = NOTHING_PUBLISHED


def check_runtime(runtime: "RuntimeProgram") -> "Iterator[Diagnostic]":
    """The list of versions, when no status in it is `published`."""
    statuses = [entry.status for entry in runtime.settings.versions]
    if statuses and "published" not in statuses:
        yield Diagnostic(
            CODE,
            span_of(runtime.settings, "versions:"),
            "no version is published: there is no Service and no route, so no request from outside is answered",
            help="write `status: published` for a version that runs, or `krtc publish NAME`",
        )
