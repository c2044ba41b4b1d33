"""A change of status that is not one step of the KAI Server.

Why: a version is started before it is published, so that it answers from the first request on; and one that is
published is never stopped, so that no request is lost. The KAI Server refuses anything else.

Bad:

    # before/runtime.yml
    runtime: demo
    versions:
      - {krt: mail-v1.yml, status: published}
      - {krt: mail-v2.yml, status: stopped}
    # before/mail-v1.yml
    version: mail-v1
    # before/mail-v2.yml
    version: mail-v2
    # runtime.yml
    runtime: demo
    versions:
      - {krt: mail-v1.yml, status: started}
      - {krt: mail-v2.yml, status: published}
    # mail-v1.yml
    version: mail-v1
    # mail-v2.yml
    version: mail-v2

Good:

    # before/runtime.yml
    runtime: demo
    versions:
      - {krt: mail-v1.yml, status: published}
      - {krt: mail-v2.yml, status: started}
    # before/mail-v1.yml
    version: mail-v1
    # before/mail-v2.yml
    version: mail-v2
    # runtime.yml
    runtime: demo
    versions:
      - {krt: mail-v1.yml, status: started}
      - {krt: mail-v2.yml, status: published}
    # mail-v1.yml
    version: mail-v1
    # mail-v2.yml
    version: mail-v2

Fix: make the change in two steps, and apply the first before the second: start, then publish; unpublish (or publish
another version), then stop or remove.
"""

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import TRANSITION
from krtc.model.record import parts, span_of
from krtc.model.status import action_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.program import Program, RuntimeProgram
    from krtc.source import Span

CODE = TRANSITION

_DOWN = "write `status: started` first, or publish another version; {} it then"


def check_version(program: "Program") -> "Iterator[Diagnostic]":
    """A version that is checked alone, whose status did not change by one action."""
    if program.before and not program.in_runtime:
        yield from _change(program, span_of(program.version, "version"))


def check_runtime(runtime: "RuntimeProgram") -> "Iterator[Diagnostic]":
    """Each version whose status did not change by one action; one that was not there before was stopped."""
    before = runtime.before
    if before is None:
        return
    for program in runtime.programs:
        yield from _change(program, span_of(program.entry, "status", "krt"))
    if len(runtime.programs) < len(parts(runtime.settings, "versions")):
        return  # what cannot be read may be what is missing
    here = {program.version.version for program in runtime.programs}
    span = span_of(runtime.settings, "versions:")
    for name in sorted(before.keys() - here):
        if before[name].status != "stopped" and not action_for(before[name].status, "stopped"):
            message = f"`{name}` was published, and cannot be removed at once"
            yield Diagnostic(CODE, span, message, help=_DOWN.format("remove"))


def _change(program: "Program", span: "Span") -> "Iterator[Diagnostic]":
    before, status = program.before, program.status
    was = before.status if before else "stopped"
    if status not in (None, was) and not action_for(was, status):
        message = f"`{program.version.version}` was {was if before else 'not there'}, and cannot be {status} at once"
        help_text = _DOWN.format("stop") if was == "published" else "start it first, and publish it when it runs"
        yield Diagnostic(CODE, span, message, help=help_text)
