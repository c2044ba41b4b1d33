"""A version that runs, and was changed under its name.

Why: a version never changes (KRE): whoever asks what `mail-v1` did yesterday shall find it. And its pods would not all
become the new one at once; messages of the one would go to nodes of the other.

Bad:

    # before/runtime.yml
    runtime: demo
    versions: [{krt: mail.yml, status: published}]
    # before/mail.yml
    version: mail-v1
    description: Sorts mail.
    # runtime.yml
    runtime: demo
    versions: [{krt: mail.yml, status: published}]
    # mail.yml
    version: mail-v1
    description: Sorts mail and translates it.

Good:

    # before/runtime.yml
    runtime: demo
    versions: [{krt: mail.yml, status: published}]
    # before/mail.yml
    version: mail-v1
    description: Sorts mail.
    # runtime.yml
    runtime: demo
    versions:
      - {krt: mail.yml, status: published}
      - {krt: mail-v2.yml, status: started}
    # mail.yml
    version: mail-v1
    description: Sorts mail.
    # mail-v2.yml
    version: mail-v2
    description: Sorts mail and translates it.

Fix: undo the change and make a version of another name of it, beside the one that runs. Or stop the version first.
"""

from krtc.diagnostics import Diagnostic, Related
from krtc.diagnostics.codes import CHANGED_VERSION
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.program import Program

CODE = CHANGED_VERSION


def check_version(program: "Program") -> "Iterator[Diagnostic]":
    """The name of a version that ran before, runs now, and is not the same."""
    version, was = program.version, program.before
    if was is None or was.status == "stopped" or program.status == "stopped":
        return
    if program.in_runtime and program.status is None:
        return  # a wrong status may mean any
    if was.digest not in (None, program.digest):
        yield Diagnostic(
            CODE,
            span_of(version, "version"),
            f"`{version.version}` was {was.status} with another content, and a version never changes under its name",
            help="give it a new name, beside the one that runs; or stop it first",
            related=[Related(span_of(program.entry, "krt"), "its entry is here")] if program.in_runtime else [],
        )
