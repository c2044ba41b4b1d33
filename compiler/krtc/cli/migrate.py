"""`krtc migrate`: a krt.yml of KRT V1 as one of KRT V2, and what was decided on the way."""

import os

from krtc.cli import output, reading, rewrite, terminal
from krtc.cli.errors import UsageError
from krtc.cli.stdout import to_stdout
from krtc.diagnostics import has_errors
from krtc.frontend import yaml
from krtc.frontend.migrate import migrate
from krtc.pipeline import GZIP

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from krtc.frontend.migrate import Migrated
    from krtc.pipeline import Source


def arguments(parser: "argparse.ArgumentParser") -> None:
    """Adds what the command takes."""
    parser.add_argument("path", metavar="KRT_V1", help="a krt.yml of KRT V1, the folder of one, or - for stdin")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("-o", "--output", metavar="FILE", help="write KRT V2 to this file (default: to stdout)")
    where.add_argument("--write", action="store_true", help="write it in place of what was read")


def run(options: "argparse.Namespace") -> int:
    """Migrates and reports; the exit code, which is 1 as long as anything is left to be done."""
    source = _source(options.path)
    if options.write:
        if options.path == reading.STDIN:
            raise UsageError("--write needs the path of a file")
        rewrite.refuse_link(source.name)
    file, diagnostics = yaml.decode(source.name, source.data)
    made = None
    if not diagnostics:
        made, diagnostics = migrate(file)
    if diagnostics:
        terminal.report(diagnostics)
    if made is None:
        return 1
    if made.is_same:
        terminal.say(f"{source.name} is KRT V2 already")
    if not (made.is_same and options.write):
        _give(made, source, options)
    if made.is_same:
        return 0
    terminal.say(*(f"{source.name}:{one.span.line}: {one.message}" for one in made.decisions))
    written = options.output or (source.name if options.write else None)
    if made.todos:
        many = "1 thing is" if made.todos == 1 else f"{made.todos} things are"
        terminal.say(f"{many} left to be done: `# krtc: todo` says what" + (f" in {written}" if written else ""))
    elif written:
        terminal.say(f"{written} is KRT V2: see what `krtc check {written}` says of it")
    return 1 if made.todos or has_errors(diagnostics) else 0


def _source(path: str) -> "Source":
    if os.path.isdir(path):
        within = (os.path.join(path, name) for name in reading.KRT_NAMES)
        found = next((at for at in within if os.path.lexists(at)), None)
        if found is None:
            raise UsageError(f"there is no krt.yml in the folder {path}")
        path = found
    source = reading.krt(path)
    if source.data[:2] == GZIP:
        raise UsageError(f"{path} is an archive: unpack it, and give the krt.yml in it")
    return source


def _give(made: "Migrated", source: "Source", options: "argparse.Namespace") -> None:
    """Writes what was made to where it is wanted."""
    if options.write:
        rewrite.rewrite(source.name, source.data, made.text)
    elif options.output is None:
        to_stdout(made.text)
    else:
        rewrite.refuse_link(options.output)
        if os.path.lexists(options.output):
            raise UsageError(
                f"{options.output} is there already: give another FILE, or --write in place of what is read"
            )
        output.put(options.output, made.text.encode())
