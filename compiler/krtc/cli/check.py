"""`krtc check`: what is wrong, in whatever form people and machines read."""

import os
from codecs import BOM_UTF8
from functools import cache
from importlib import import_module

from krtc.cli import assets, before, reading
from krtc.cli.errors import UsageError
from krtc.cli.stdout import to_stdout
from krtc.diagnostics import did_you_mean, in_order, is_fixed
from krtc.diagnostics.codes import CODES
from krtc.model.status import DESIRED
from krtc.pipeline import Options, Source, asset_names, check, check_runtime, check_runtimes, is_archive

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Mapping

    from krtc.diagnostics import Diagnostic
    from krtc.model.program import RuntimeProgram, Was

FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit")


def arguments(parser: "argparse.ArgumentParser") -> None:
    """Adds what the command takes."""
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="+",
        help="a krt.yml, a .krt, a runtime.yml, a .proto (its krt.yml), a folder (searched for these), or - for stdin",
    )
    parser.add_argument(
        "--status",
        choices=DESIRED,
        metavar="STATUS",
        help="also demand what this status needs (with --runtime: started)",
    )
    parser.add_argument("--runtime", metavar="FILE", help="the settings of the runtime, a runtime.yml")
    parser.add_argument(
        "--against",
        metavar="REV|DIR",
        help="also judge what was changed since a revision of Git, or since a rendered tree",
    )
    parser.add_argument("--format", choices=FORMATS, default="text", help="the form of the report (default: text)")
    parser.add_argument("--strict", action="store_true", help="warnings are findings, too: exit 1")
    for name, what in (("select", "say only these"), ("ignore", "say all but these")):
        parser.add_argument(
            f"--{name}",
            metavar="CODES",
            action="append",
            type=_codes,
            default=[],
            help=f"{what}: KRT203,KRT3 (errors of KRT0 and KRT1 are always said)",
        )
    mending = parser.add_mutually_exclusive_group()
    mending.add_argument(
        "--fix", action="store_true", help="mend in the files what takes no judgement, and say what is left"
    )
    mending.add_argument("--diff", action="store_true", help="print what --fix would change, and write nothing")


def _codes(text: str) -> tuple[str, ...]:
    """Ids and beginnings of ids, between commas."""
    from argparse import ArgumentTypeError

    given = tuple(part.strip().upper() for part in text.split(","))
    for one in given:
        if not one.startswith("KRT") or not any(code.id.startswith(one) for code in CODES):
            near = did_you_mean(one, [code.id for code in CODES])
            raise ArgumentTypeError(f"there is no code `{one}`: {near or '`krtc explain` lists them'}")
    return given


def run(options: "argparse.Namespace") -> int:
    """Checks each file, mends what it shall, and reports; the exit code."""
    judging = Judging(options)
    if options.fix or options.diff:
        from krtc.cli import fixing  # what is not mended pays nothing for it

        return fixing.run(judging, options)
    return tell([d for d in judging.judge() if is_wanted(d, options)], judging, options)


def tell(shown: "list[Diagnostic]", judging: "Judging", options: "argparse.Namespace") -> int:
    """Reports what is wrong and what cannot be read; the exit code."""
    _report(shown, judging.names, options.format)
    unread = [f"krtc: error: {message}" for message in judging.unread]
    if options.format == "text" and not (options.fix or options.diff):
        mendable = sum(d.fix is not None and key(d) in judging.places for d in shown)
        if mendable:
            unread.insert(0, f"{mendable} of them can be mended with --fix")
    if unread:
        from krtc.cli import terminal

        terminal.say(*unread)
    return 2 if judging.unread else int(is_finding(shown, options))


def is_finding(shown: "list[Diagnostic]", options: "argparse.Namespace") -> bool:
    """Whether any of it is more than a remark."""
    return any(d.severity == "error" or (options.strict and d.severity == "warning") for d in shown)


def judge(options: "argparse.Namespace") -> "tuple[list[str], list[Diagnostic], list[str]]":
    """The files that PATHs mean, what is wrong with them, in order, and in words which cannot be read."""
    judging = Judging(options)
    diagnostics = judging.judge()
    return judging.names, diagnostics, [f"krtc: error: {message}" for message in judging.unread]


class Place:
    """A file that can be written: `path` leads to it, but None to standard input; `mark` is its byte order mark."""

    __slots__ = ("_folder", "mark", "path")

    def __init__(self, path: str | None, folder: str, mark: bytes) -> None:
        self.path = path
        self._folder = folder
        self.mark = mark

    @property
    def is_link(self) -> bool:
        """Whether it is a link, or behind one in the folder in which it was found."""
        if self.path is None:
            return False
        inside = os.path.relpath(self.path, self._folder or ".")
        return os.path.realpath(self.path) != os.path.join(os.path.realpath(self._folder or "."), inside)


class Judging:
    """What is wrong with the files that PATHs mean: as they are, or with other texts.

    `names` are the files; `unread` says in words which cannot be read; `archives` are the names of those among them.
    By their `key`, `places` are of the files that can be written: what is in an archive is none, nor is a .proto.
    """

    def __init__(self, options: "argparse.Namespace") -> None:
        status = DESIRED[options.status] if options.status else "started" if options.runtime else None
        self._wanted = Options(status=status)
        self._data = assets.load({*asset_names(self._wanted, with_settings=True)})
        self._runtime = options.runtime
        self._settings = reading.source(options.runtime) if options.runtime else None
        revision = options.against
        self._tree = before.in_tree(revision) if revision and os.path.isdir(revision) else None
        is_revision = bool(revision) and self._tree is None
        # Of each file asked once, however often it is judged.
        self._at_revision = cache(lambda path: before.at_revision(path, revision, self._data)) if is_revision else None
        is_whole = is_revision and not (options.runtime or options.status)
        self._listing = cache(lambda path: before.listing(path, self._data)) if is_whole else None
        self.names: list[str] = []
        self.unread: list[str] = []
        self.archives: list[str] = []
        # Runtimes first: what is one of their versions is judged there.
        found = dict.fromkeys(_paths(options.paths, self.unread))
        self._paths = sorted(found, key=lambda path: not reading.is_runtime(path))
        self.stdin = reading.krt(reading.STDIN) if reading.STDIN in self._paths else None
        self.places: dict[str, Place] = {}
        self._made: dict[str, Source] = {}
        self._texts: Mapping[str, bytes] = {}
        # By PATH what was found, and in what of `texts`.
        self._found: dict[str, tuple[dict[str, bytes | None], RuntimeProgram | None, list[Diagnostic]]] = {}

    def judge(self, texts: "Mapping[str, bytes] | None" = None) -> "list[Diagnostic]":
        """All that is wrong, in order; `texts` are what files hold in place of what is on the disk, by `key`."""
        self._texts = texts or {}
        self.names = []
        runtimes: list[RuntimeProgram] = []
        diagnostics: list[Diagnostic] = []
        covered: set[str] = set()
        for given in self._paths if self._found else _counted(self._paths):
            if os.path.abspath(given) in covered:
                self.names.append(given)
                continue
            try:
                path = self._whole(given)
                runtime, found = self._judge(path)
            except UsageError as error:
                if str(error) not in self.unread:
                    self.unread.append(str(error))
                continue
            if runtime:
                runtimes.append(runtime)
                covered.add(os.path.abspath(path))  # for whoever names it twice
                covered.update(os.path.abspath(reading.beside_name(path, name)) for name in runtime.paths)
            self.names.append(path)
            diagnostics.extend(found)
        return in_order([*diagnostics, *check_runtimes(runtimes)])

    def _judge(self, path: str) -> "tuple[RuntimeProgram | None, list[Diagnostic]]":
        if path in self._found:
            used, runtime, found = self._found[path]
            if all(self._texts.get(name) == text for name, text in used.items()):
                return runtime, found
        used = {}
        folder = os.path.dirname(path)
        was = self._was(path)
        if reading.is_runtime(path):

            def load(name: str) -> Source | str:
                version = reading.version(path, name)
                return version if isinstance(version, str) else self._now(version, folder, used)

            source = self._now(reading.source(path), folder, used)
            runtime, found = check_runtime(
                source, Options(), self._data, load, lambda name: reading.beside(path, name), was
            )
        else:
            krt = self._now(self.stdin if self.stdin and path == reading.STDIN else reading.krt(path), folder, used)
            settings = self._settings and self._now(self._settings, os.path.dirname(self._runtime), used)
            runtime = None
            _, found = check(
                krt, settings, self._wanted, self._data, lambda name: reading.beside(self._runtime, name), was
            )
        self._found[path] = (used, runtime, found)
        return runtime, found

    def _whole(self, path: str) -> str:
        """What is judged of a PATH: the runtime of a version, at a revision, for what else was there may be gone."""
        if self._listing is None or reading.is_runtime(path) or path == reading.STDIN:
            return path
        return self._listing(path) or path

    def _was(self, path: str) -> "Mapping[str, Was] | None":
        """What the versions of a file were, by name, if anything is to be compared with that."""
        return self._at_revision(path) if self._at_revision else self._tree

    def _now(self, source: Source, folder: str, used: "dict[str, bytes | None]") -> Source:
        """What a file holds now, and a note of that in `used`; `folder` is where it was found."""
        if is_archive(source):
            if source.name not in self.archives:
                self.archives.append(source.name)
            return source
        name = os.path.abspath(source.name)
        if name not in self.places:
            path = None if source is self.stdin else source.name
            self.places[name] = Place(path, folder, BOM_UTF8 if source.data.startswith(BOM_UTF8) else b"")
        text = used[name] = self._texts.get(name)
        if text is None:
            return source
        made = self._made.get(name)
        if made is None or made.data is not text:  # settings are read once for all versions
            made = self._made[name] = Source(source.name, text, source.tree, source.path)
        return made


def key(diagnostic: "Diagnostic") -> str:
    """The file of a diagnostic, by whatever name it is known."""
    return os.path.abspath(diagnostic.span.file.name)


def _paths(paths: "list[str]", unread: list[str]) -> "Iterator[str]":
    """The files that PATHs mean; what is wrong with a PATH goes to `unread`."""
    for path in paths:
        try:
            yield from reading.search(path)
        except UsageError as error:
            unread.append(str(error))


def _counted(paths: "list[str]") -> "Iterable[str]":
    """The same, with progress on a terminal."""
    if len(paths) == 1:  # nothing to import for it
        return paths
    from krtc.cli.progress import counted

    return counted(paths, "checked", "files")


def is_wanted(diagnostic: "Diagnostic", options: "argparse.Namespace") -> bool:
    """Whether --select and --ignore leave it."""
    return is_fixed(diagnostic) or is_selected(diagnostic, options)


def is_selected(diagnostic: "Diagnostic", options: "argparse.Namespace") -> bool:
    """Whether it is of what --select and --ignore name, even where it is always told."""
    select, ignore = (tuple(code for codes in given for code in codes) for given in (options.select, options.ignore))
    id_ = diagnostic.code.id
    return (not select or id_.startswith(select)) and not id_.startswith(ignore)


def _report(diagnostics: "list[Diagnostic]", names: list[str], form: str) -> None:
    """Text is for people, on stderr; every other form is the product of the command."""
    if form == "text":
        if diagnostics:
            from krtc.cli import terminal

            terminal.report(diagnostics)
        return
    reporter = import_module(f"krtc.reporters.{form}")
    more = {}
    if form == "sarif":
        from krtc import pages

        more["pages"] = {d.code.id: pages.markdown(d.code) for d in diagnostics}
    text: str = reporter.report(diagnostics, names, **more)
    to_stdout(text)
