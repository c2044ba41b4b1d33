"""`krtc check`: what is wrong, in whatever form people and machines read."""

import os
from importlib import import_module

from krtc.cli import assets, before, reading
from krtc.cli.errors import UsageError
from krtc.cli.stdout import to_stdout
from krtc.diagnostics import did_you_mean, in_order, is_fixed
from krtc.diagnostics.codes import CODES
from krtc.model.status import DESIRED
from krtc.pipeline import Options, asset_names, check, check_runtime, check_runtimes

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from krtc.diagnostics import Diagnostic
    from krtc.model.program import RuntimeProgram

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
    """Checks each file and reports; the exit code."""
    names, diagnostics, unread = judge(options)
    shown = [diagnostic for diagnostic in diagnostics if _is_wanted(diagnostic, options)]
    _report(shown, names, options.format)
    if unread:
        from krtc.cli import terminal

        terminal.say(*unread)
        return 2
    return 1 if any(d.severity == "error" or (options.strict and d.severity == "warning") for d in shown) else 0


def judge(options: "argparse.Namespace") -> "tuple[list[str], list[Diagnostic], list[str]]":
    """The files that PATHs mean, what is wrong with them, in order, and in words which cannot be read."""
    status = DESIRED[options.status] if options.status else "started" if options.runtime else None
    wanted = Options(status=status)
    settings = reading.source(options.runtime) if options.runtime else None
    names: list[str] = []
    diagnostics: list[Diagnostic] = []
    unread: list[str] = []
    data = assets.load({*asset_names(wanted, with_settings=True)})

    runtimes: list[RuntimeProgram] = []
    covered: set[str] = set()

    against = options.against
    tree = before.in_tree(against) if against and os.path.isdir(against) else None

    def look(path: str) -> None:
        was = before.at_revision(path, against, data) if against and tree is None else tree
        if reading.is_runtime(path):
            source = reading.source(path)
            runtime, found = check_runtime(
                source,
                Options(),
                data,
                lambda name: reading.version(path, name),
                lambda name: reading.beside(path, name),
                was,
            )
            if runtime:
                runtimes.append(runtime)
                covered.add(os.path.abspath(path))  # for whoever names it twice
                covered.update(os.path.abspath(reading.beside_name(path, name)) for name in runtime.paths)
        else:
            krt = reading.krt(path)
            _, found = check(krt, settings, wanted, data, lambda name: reading.beside(options.runtime, name), was)
        names.append(path)
        diagnostics.extend(found)

    # Runtimes first: what is one of their versions is judged there.
    paths = sorted(dict.fromkeys(_paths(options.paths, unread)), key=lambda path: not reading.is_runtime(path))
    for path in _counted(paths):
        if os.path.abspath(path) in covered:
            names.append(path)
            continue
        try:
            look(path)
        except UsageError as error:
            unread.append(f"krtc: error: {error}")
    diagnostics += check_runtimes(runtimes)
    return names, in_order(diagnostics), unread


def _paths(paths: "list[str]", unread: list[str]) -> "Iterator[str]":
    """The files that PATHs mean; what is wrong with a PATH goes to `unread`."""
    for path in paths:
        try:
            yield from reading.search(path)
        except UsageError as error:
            unread.append(f"krtc: error: {error}")


def _counted(paths: "list[str]") -> "Iterable[str]":
    """The same, with progress on a terminal."""
    if len(paths) == 1:  # nothing to import for it
        return paths
    from krtc.cli.progress import counted

    return counted(paths, "checked", "files")


def _is_wanted(diagnostic: "Diagnostic", options: "argparse.Namespace") -> bool:
    if is_fixed(diagnostic):
        return True
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
