"""`krtc diff`: what a change means for the cluster, of versions, runtimes and rendered manifests, in Git or on disk."""

import os
import re
import sys
from importlib import import_module

from krtc.changes import compare
from krtc.cli import assets, reading, rendered, revision
from krtc.cli.errors import UsageError
from krtc.cli.stdout import to_stdout
from krtc.diagnostics import has_errors
from krtc.frontend.yaml import LARGEST_FILE
from krtc.model.status import DESIRED
from krtc.pipeline import GZIP, Options, Source, asset_names, objects, runtime_objects

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

    from krtc.diagnostics import Diagnostic

    Object = dict[str, Any]

FORMATS = ("text", "json", "markdown")
_IS_MANIFEST = re.compile(rb"(?m)^[\"']?apiVersion[\"']?\s*:")


def arguments(parser: "argparse.ArgumentParser") -> None:
    """Adds what the command takes."""
    what = "a krt.yml, .krt, runtime.yml, rendered manifests (a file, a folder, - for standard input), or REV:path"
    parser.add_argument("old", metavar="OLD", help=f"what is: {what} of Git, or {os.devnull}")
    parser.add_argument("new", metavar="NEW", help="what shall be: the same")
    parser.add_argument(
        "--status", choices=DESIRED, metavar="STATUS", help="of a krt.yml: stopped, started or published (started)"
    )
    parser.add_argument("--runtime", metavar="FILE", help="of a krt.yml: the settings of the runtime, a runtime.yml")
    parser.add_argument("--only", metavar="VERSION", help="of a runtime.yml, this version alone, or `runtime`")
    parser.add_argument("--format", choices=FORMATS, default="text", help="the form of the report (default: text)")


def run(options: "argparse.Namespace") -> int:
    """Compares, reports; the exit code: 1 when something differs, 2 when there is nothing to compare."""
    if options.old == options.new == reading.STDIN:
        raise UsageError("standard input is one of the two, not both")
    try:
        sides = [_Side(text, options) for text in (options.old, options.new)]
        _hold_options(sides, options)
        made = [side.objects() for side in sides]
    except revision.RevisionError as error:
        raise UsageError(str(error)) from error
    old, new = (found for found, _ in made)
    # What is only a warning is told of what shall be: what is has been told of before.
    said = [d for found, diagnostics in made for d in diagnostics if found is None] or made[1][1]
    if said:
        from krtc.cli import terminal

        terminal.report(said)
    if old is None or new is None:
        return 2
    if options.only and not old and not new:
        raise UsageError(f"neither {options.old} nor {options.new} has a version `{options.only}`")
    return _report(old, new, options.format)


def _report(old: "list[Object]", new: "list[Object]", form: str) -> int:
    changes = compare(old, new)
    reporter = import_module(f"krtc.reporters.changes.{form}")
    more = {}
    if form == "text":
        from krtc.cli import terminal

        if not changes:
            terminal.say("no change")
            return 0
        more = {"colour": terminal.colour(sys.stdout)}
    to_stdout(reporter.report(changes, **more))
    return 1 if changes else 0


def _hold_options(sides: "list[_Side]", options: "argparse.Namespace") -> None:
    """Refuses an option that says nothing of OLD nor of NEW."""
    kinds = {side.kind for side in sides}
    for name, value, kind, what in (
        ("--status", options.status, "version", "a krt.yml or .krt"),
        ("--runtime", options.runtime, "version", "a krt.yml or .krt"),
        ("--only", options.only, "runtime", "a runtime.yml"),
    ):
        if value and kind not in kinds:
            raise UsageError(f"{name} is for {what}, and neither OLD nor NEW is one")


class _Side:
    """OLD or NEW: what kind of thing it is (a version, a runtime, a stream or a tree of manifests), and its objects."""

    def __init__(self, text: str, options: "argparse.Namespace") -> None:
        self._options = options
        self._at = _Place(text)
        self._data = b""
        self.kind = self._kind()

    def _kind(self) -> str:
        at = self._at
        if at.path == os.devnull:  # as in `git diff`: what is not there yet, or no more
            return "stream"
        if at.is_folder:
            names = at.names()
            inputs = [name for name in (*reading.RUNTIME_NAMES, *reading.KRT_NAMES) if name in names]
            if rendered.is_tree(names) or not inputs:
                return "tree"
            self._at = at = _version_in(at, inputs)
        self._data = data = at.read(rendered.LARGEST)
        if data[:2] == GZIP or at.path.endswith(reading.ARCHIVE):
            return "version"
        if os.path.basename(at.path) not in reading.RUNTIME_NAMES and _IS_MANIFEST.search(data):
            return "stream"
        self._data = data = data[: LARGEST_FILE + 1]
        if at.path == reading.STDIN or not reading.is_runtime(at.path, data):
            return "version"
        if not reading.lists_versions(at.source(data)):
            raise UsageError(f"{at.name} lists no `versions`: give a krt.yml, and this with --runtime")
        return "runtime"

    def objects(self) -> "tuple[list[Object] | None, list[Diagnostic]]":
        """The objects, or None where there are errors; and what there is to say."""
        if self.kind == "tree":
            return rendered.tree(*self._at.tree()), []
        if self.kind == "stream":
            return rendered.stream(self._at.name, self._data), []
        found, said = (self._runtime if self.kind == "runtime" else self._version)()
        return (None if has_errors(said) else found), said

    def _version(self) -> "tuple[list[Object] | None, list[Diagnostic]]":
        options = self._options
        wanted = Options(status=DESIRED[options.status or "started"], form="manifests")
        beside = _Place(options.runtime) if options.runtime else None
        settings = beside.source(beside.read(LARGEST_FILE)) if beside else None
        data = assets.load(asset_names(wanted, settings is not None))
        return objects(
            self._at.source(self._data),
            settings,
            wanted,
            data,
            lambda name: beside.beside(name) if beside else f"there is no file {name}",
        )

    def _runtime(self) -> "tuple[list[Object] | None, list[Diagnostic]]":
        wanted = Options(form="manifests", only=self._options.only)
        data = assets.load(asset_names(wanted, with_settings=True))
        return runtime_objects(self._at.source(self._data), wanted, data, self._at.version, self._at.beside)


def _version_in(folder: "_Place", inputs: list[str]) -> "_Place":
    """What a folder means, as `reading.find` has it: its runtime.yml, if that lists versions, else its krt.yml."""
    for name in inputs:
        at = folder.below(name)
        if name in reading.KRT_NAMES or reading.lists_versions(at.source(at.read(LARGEST_FILE))):
            return at
    raise UsageError(f"there is no krt.yml in the folder {folder.name}, and no runtime.yml that lists versions")


class _Place:
    """A path, on disk or at a revision of Git, as people write it."""

    def __init__(self, text: str, rev: str | None = None) -> None:
        split = None if rev is not None or text == reading.STDIN else revision.split(text)
        self._rev, self.path = split or (rev, text)
        self._beside: revision.Folder | None = None
        self.name = text if rev is None else f"{rev}:{text}"

    @property
    def is_folder(self) -> bool:
        """Whether a folder stands there."""
        return os.path.isdir(self.path) if self._rev is None else revision.kind(self._rev, self.path) == "folder"

    def names(self) -> set[str]:
        """What stands in the folder."""
        if self._rev is None:
            try:
                return set(os.listdir(self.path))
            except OSError as error:
                raise UsageError(f"cannot read {self.path}: {error.strerror}") from error
        return {path.partition("/")[0] for path in revision.Folder(self._rev, self.path).files()}

    def below(self, name: str) -> "_Place":
        """A path in the folder."""
        return _Place(os.path.normpath(os.path.join(self.path, name)), self._rev)

    def read(self, most: int) -> bytes:
        """The bytes; UsageError when there are none."""
        if self.path == reading.STDIN and self._rev is None:
            return sys.stdin.buffer.read(most + 1)
        if self._rev is None:
            return reading.regular(self.path, most, rendered.TOO_LARGE, links=True)
        data = revision.read(self._rev, self.path, most)
        if isinstance(data, str):
            raise UsageError(data)
        return data

    def source(self, data: bytes) -> Source:
        """The same as what a person wrote, with the files beside it."""
        if self.path == reading.STDIN and self._rev is None:
            return Source("<stdin>", data)
        folder = os.path.dirname(self.path)
        beside = reading.Folder(folder) if self._rev is None else revision.Folder(self._rev, folder)
        return Source(self.name, data, beside, os.path.abspath(self.path))

    def beside(self, name: str) -> bytes | str:
        """The bytes of a file in the folder of this one, or in words why there are none."""
        if self._rev is None:
            return reading.beside(self.path, name)
        folder = self._beside = self._beside or revision.Folder(self._rev, os.path.dirname(self.path))
        if os.path.isabs(name) or folder.kind(name) == "outside":
            return f"`{name}` is not in the folder of {self.name}"
        return folder.read(name)

    def version(self, name: str) -> Source | str:
        """The krt.yml or .krt `name` in the folder of this one; in words why there is none."""
        if self._rev is None:
            return reading.version(self.path, name)
        data = self.beside(name)
        if isinstance(data, str):
            return data
        path = reading.beside_name(self.path, name)
        return Source(f"{self._rev}:{path}", data, revision.Folder(self._rev, os.path.dirname(path)), path)

    def tree(self) -> "tuple[rendered.Files, str]":
        """The files of the rendered tree that the folder is in, and the way from there to the folder."""
        rev = self._rev
        if rev is None:
            at, below = rendered.root(self.path, os.path.isfile)
            return rendered.Disk(at), below
        at, below = rendered.root(self.path, lambda path: revision.kind(rev, path) == "file")
        return revision.Folder(rev, at), below
