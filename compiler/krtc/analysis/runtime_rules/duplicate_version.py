"""A version that stands twice in a runtime.

Why: all objects, streams and buckets of a version are named after it. Two versions of one name would be one on the
cluster, and which of them would be chance.

Bad:

    # runtime.yml
    runtime: demo
    versions:
      - {krt: old.yml, status: started}
      - {krt: new.yml, status: published}
    # old.yml
    version: mail-v1
    # new.yml
    version: mail-v1

Good:

    # runtime.yml
    runtime: demo
    versions:
      - {krt: old.yml, status: started}
      - {krt: new.yml, status: published}
    # old.yml
    version: mail-v1
    # new.yml
    version: mail-v2

Fix: give one of them another `version` in its krt.yml, or remove its entry.
"""

from posixpath import normpath

from krtc.diagnostics import Diagnostic, Related
from krtc.diagnostics.codes import DUPLICATE_VERSION
from krtc.model.record import known, parts, span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.program import RuntimeProgram
    from krtc.model.runtime import VersionEntry

CODE = DUPLICATE_VERSION


def check_runtime(runtime: "RuntimeProgram") -> "Iterator[Diagnostic]":
    """Each later entry with the file of another, or with another file whose version has the same name."""
    names = {id(program.entry): program.version.version for program in runtime.programs}
    by_path: dict[str, VersionEntry] = {}
    by_name: dict[str, VersionEntry] = {}
    for entry in parts(runtime.settings, "versions").values():
        path, name = known(entry, "krt"), names.get(id(entry))
        if path is None:
            continue
        other = by_path.setdefault(normpath(path), entry)
        message, help_text = f"`{path}` stands in this runtime already", "remove one of the two entries"
        if other is entry and name is not None:
            other = by_name.setdefault(name, entry)
            message = f"the version here is `{name}`, and this runtime has a `{name}` already"
            help_text = "give one of them another `version` in its krt.yml"
        if other is not entry:
            related = [Related(span_of(other, "krt"), "the first is here")]
            yield Diagnostic(CODE, span_of(entry, "krt"), message, help=help_text, related=related)
