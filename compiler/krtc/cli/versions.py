"""The versions of a runtime.yml, for the commands that name them."""

import os

from krtc import analysis
from krtc.cli import assets, reading
from krtc.cli.errors import UsageError, no_version
from krtc.diagnostics.codes import DUPLICATE_KEY
from krtc.model.record import known, parts, span_of
from krtc.pipeline import Options, Source, asset_names, check_runtime

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from krtc.diagnostics import Diagnostic
    from krtc.model.program import Program
    from krtc.model.status import Status
    from krtc.source import Span

DEMANDING = ("start", "publish")
"""The actions after which a version runs or is reached as it was not before: nothing may be wrong with it then."""


def add_runtime(parser: "argparse.ArgumentParser") -> None:
    """Adds the option that says which runtime.yml is meant."""
    parser.add_argument(
        "--runtime", metavar="FILE", help="the runtime.yml (default: runtime.yml or runtime.yaml of this folder)"
    )


def find(given: str | None) -> str:
    """The path of the runtime.yml: the one that was given, or that of the working folder; UsageError without one."""
    path = given if given is not None else next(filter(os.path.lexists, reading.RUNTIME_NAMES), None)
    if path is None:
        raise UsageError(
            f"there is no {' or '.join(reading.RUNTIME_NAMES)} in this folder: name it with --runtime FILE"
        )
    return path


class Entry:
    """A version as runtime.yml lists it, at the `index`th place.

    `name` and `program` are None for a version that cannot be read; `krt` and `status` are None where what is written
    there is wrong.
    """

    __slots__ = ("index", "krt", "name", "program", "span", "status")

    def __init__(
        self,
        index: int,
        name: str | None,
        krt: str | None,
        status: "Status | None",
        span: "Span | None" = None,
        program: "Program | None" = None,
    ) -> None:
        self.index = index
        self.name = name
        self.krt = krt
        self.status = status
        self.span = span
        self.program = program

    @property
    def shown(self) -> str:
        """How people name it: a version that cannot be read, by its file."""
        return self.name or self.krt or f"versions[{self.index}]"


class Versions:
    """A runtime.yml as it is read or as it would be: `entries` are its versions, `errors` all that is wrong.

    `is_whole` says whether its versions and their statuses mean anything; without that there are none. `only` is the
    version whose own files are judged, alone; files of versions that `before` has read are not read again.
    """

    def __init__(self, source: Source, *, only: str | None = None, before: "Versions | None" = None) -> None:
        self.source = source
        self._read: dict[str, Source | str] = before._read if before else {}
        program, found = check_runtime(
            source,
            Options(only=only),
            assets.load(asset_names(Options(), with_settings=True)),
            self._load,
            lambda name: reading.beside(source.name, name),
        )
        self.errors = [diagnostic for diagnostic in found if diagnostic.severity == "error"]
        # Of a key that stands twice, readers of YAML do not agree on which counts.
        twice = any(d.code is DUPLICATE_KEY and d.span.file.name == source.name for d in self.errors)
        self.is_whole = program is not None and not twice
        self.runtime = known(program.settings, "runtime") if program else None
        self.entries: list[Entry] = []
        if program and self.is_whole:
            # A file that is listed twice is read once.
            programs = {os.path.normpath(one.entry.krt): one for one in program.programs}
            for index, entry in parts(program.settings, "versions").items():
                krt, status = known(entry, "krt"), known(entry, "status")
                read = programs.get(os.path.normpath(krt)) if krt is not None else None
                name = read.version.version if read else None
                self.entries.append(Entry(index, name, krt, status, span_of(entry), read))

    def _load(self, path: str) -> Source | str:
        if path not in self._read:
            self._read[path] = reading.version(self.source.name, path)
        return self._read[path]

    def named(self, wanted: str) -> list[Entry]:
        """The versions of a name, or those that cannot be read and have it as their `krt`; UsageError without any."""
        for found in (
            [entry for entry in self.entries if entry.name == wanted],
            [entry for entry in self.entries if entry.name is None and entry.krt == wanted],
        ):
            if found:
                return found
        names = [name for entry in self.entries if (name := entry.name or entry.krt)]
        raise no_version(self.source.name, wanted, names)

    def concerning(self, wanted: Entry) -> "list[Diagnostic]":
        """The errors of the runtime itself and of one of its versions, and of no other."""
        own = reading.beside_name(self.source.name, wanted.krt or "")
        others = [entry.span for entry in self.entries if entry.index != wanted.index and entry.span]

        def concerns(diagnostic: "Diagnostic") -> bool:
            if diagnostic.code.id in analysis.codes("check_runtime"):
                return True  # wherever it is told, even in the entry of one version
            name = diagnostic.span.file.name
            if name == self.source.name:
                return not any(span.holds(diagnostic.span) for span in others)
            return wanted.name is not None or name == own or name.startswith(f"{own}/")

        return [diagnostic for diagnostic in self.errors if concerns(diagnostic)]
