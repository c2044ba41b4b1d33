"""Two published versions of one runtime.

Why: requests from outside go to one version, the published one. With two, it would be chance which answers.

Bad:

    # runtime.yml
    runtime: demo
    versions:
      - {krt: mail-v1.yml, status: published}
      - {krt: mail-v2.yml, status: published}
    # mail-v1.yml
    version: mail-v1
    # mail-v2.yml
    version: mail-v2

Good:

    # runtime.yml
    runtime: demo
    versions:
      - {krt: mail-v1.yml, status: started}
      - {krt: mail-v2.yml, status: published}
    # mail-v1.yml
    version: mail-v1
    # mail-v2.yml
    version: mail-v2

Fix: write `status: started` for all but one. `krtc publish NAME` does so when it publishes another version.
"""

from krtc.diagnostics import Diagnostic, Related
from krtc.diagnostics.codes import TWO_PUBLISHED
from krtc.model.record import known, parts, span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.program import RuntimeProgram

CODE = TWO_PUBLISHED


def check_runtime(runtime: "RuntimeProgram") -> "Iterator[Diagnostic]":
    """Each published version behind the first, also where its file cannot be read."""
    names = {id(program.entry): program.version.version for program in runtime.programs}
    entries = parts(runtime.settings, "versions").values()
    published = [entry for entry in entries if known(entry, "status") == "published"]
    for entry in published[1:]:
        first = published[0]
        name, other = (names.get(id(one)) or known(one, "krt") for one in (entry, first))
        yield Diagnostic(
            CODE,
            span_of(entry, "status"),
            f"`{name}` cannot be published beside `{other}`: requests go to one version",
            help="write `started` for one of them, as `krtc publish` does when it publishes another version",
            related=[Related(span_of(first, "status"), "the first is here")],
        )
