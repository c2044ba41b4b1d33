"""`krtc graph`: the picture of a version, or of the versions of a runtime."""

import os
import stat

from krtc.cli import assets, output, reading, terminal
from krtc.cli.errors import UsageError, no_version
from krtc.cli.stdout import to_stdout
from krtc.diagnostics import has_errors
from krtc.pipeline import Options, asset_names, check, check_runtime, draw

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from krtc.diagnostics import Diagnostic
    from krtc.model.program import Program

_ENDINGS = {".mmd": "mermaid", ".mermaid": "mermaid", ".dot": "dot", ".gv": "dot", ".svg": "svg", ".html": "html"}
FORMS = tuple(dict.fromkeys(_ENDINGS.values()))


def arguments(parser: "argparse.ArgumentParser") -> None:
    """Adds what the command takes."""
    parser.add_argument(
        "path",
        metavar="PATH",
        help="a krt.yml, a .krt, a runtime.yml, a folder with one of them, or - for standard input",
    )
    parser.add_argument(
        "--to",
        choices=FORMS,
        dest="form",
        help="the form (default: what the name of FILE ends in; what is printed is mermaid)",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="the file to write; without it, the picture is printed")
    parser.add_argument("--only", metavar="VERSION", help="of a runtime.yml, this version alone")


def run(options: "argparse.Namespace") -> int:
    """Draws what has a meaning, and says what is wrong; the exit code."""
    form = options.form or _form(options.output)
    programs, diagnostics, names = _judged(options)
    if options.output:
        _refuse(options.output, names)
    if diagnostics:
        terminal.report(diagnostics)
    if programs:
        text = draw(programs, form)
        if options.output:
            output.put(options.output, text.encode())
        else:
            to_stdout(text)
    elif options.output:
        terminal.say(f"{options.output} was not written: there is nothing to draw")
    return 1 if has_errors(diagnostics) else 0


def _form(path: str | None) -> str:
    """The form that the name of a file ends in; what is printed is the first one. UsageError for another ending."""
    if path is None:
        return FORMS[0]
    form = _ENDINGS.get(os.path.splitext(path)[1])
    if form is None:
        raise UsageError(f"{path} ends in none of {', '.join(_ENDINGS)}: give one that does, or the form with --to")
    return form


def _judged(options: "argparse.Namespace") -> "tuple[list[Program], list[Diagnostic], list[str]]":
    """The versions that are drawn, what is wrong with them, and the files that say all of it.

    UsageError when nothing is wrong, and there is none that is wanted.
    """
    source, is_runtime = reading.find(options.path)
    wanted = Options(only=options.only)
    data = assets.load(asset_names(wanted, with_settings=is_runtime))
    if not is_runtime:
        if options.only:
            raise UsageError("--only names a part of a runtime.yml, and this is one version")
        program, found = check(source, None, wanted, data, lambda name: reading.beside("", name))
        return [program] if program else [], found, [source.name]
    runtime, found = check_runtime(
        source,
        wanted,
        data,
        lambda name: reading.version(source.name, name),
        lambda name: reading.beside(source.name, name),
    )
    programs = runtime.programs if runtime else []
    drawn = [program for program in programs if options.only in (None, program.version.version)]
    if not drawn and not has_errors(found):
        if not options.only:
            raise UsageError(f"{source.name} lists no versions")
        raise no_version(source.name, options.only, [program.version.version for program in programs])
    files = [reading.beside_name(source.name, path) for path in (runtime.paths if runtime else [])]
    return drawn, found, [source.name, *files]


def _refuse(path: str, names: "list[str]") -> None:
    """Raises UsageError when what stands at a path is not to be replaced by a picture."""
    if os.path.splitext(path)[1] in (".yml", ".yaml", reading.ARCHIVE, reading.PROTO):
        raise UsageError(f"{path} is named as what krtc reads: give a FILE that ends in {', '.join(_ENDINGS)}")
    try:
        status = os.lstat(path)
    except OSError:
        return
    if not stat.S_ISREG(status.st_mode):
        raise UsageError(f"{path} is no regular file: krtc writes a picture to a new file, or over one")
    if any(os.path.exists(name) and os.path.samefile(path, name) for name in names):
        raise UsageError(f"{path} is what is drawn: give another FILE")
