"""`krtc compile`: a version to manifests, a Kustomize tree or a chart."""

import sys

from krtc.cli import assets, output, reading, terminal
from krtc.cli.errors import UsageError
from krtc.diagnostics import has_errors
from krtc.model.status import DESIRED
from krtc.pipeline import Options, asset_names, compile
from krtc.reporters import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

FORMS = ("manifests", "kustomize", "helm")


def arguments(parser: "argparse.ArgumentParser") -> None:
    """Adds what the command takes."""
    parser.add_argument("path", metavar="PATH", help="a krt.yml, a folder with one, or - for standard input")
    parser.add_argument(
        "--status",
        choices=DESIRED,
        default="started",
        metavar="STATUS",
        help="stopped, started or published (default: started)",
    )
    parser.add_argument("--to", choices=FORMS, default=FORMS[0], dest="form", help="the form (default: manifests)")
    parser.add_argument("-o", "--output", metavar="DIR", help="the folder to write; without it, manifests go to stdout")
    parser.add_argument("--runtime", metavar="FILE", help="the settings of the runtime, a runtime.yml")
    parser.add_argument("--check", action="store_true", help="write nothing; name the files in DIR that differ, exit 1")


def run(options: "argparse.Namespace") -> int:
    """Compiles, reports, and writes; the exit code."""
    if options.output is None and (options.check or options.form != "manifests"):
        raise UsageError(f"{'--check' if options.check else '--to ' + options.form} needs -o DIR")
    wanted = Options(status=DESIRED[options.status], form=options.form, stream=options.output is None)
    krt = reading.find(options.path)
    settings = reading.source(options.runtime) if options.runtime else None
    result = compile(
        krt,
        settings,
        wanted,
        assets.load(asset_names(wanted, settings is not None)),
        lambda name: reading.beside(options.runtime, name),
    )
    if result.diagnostics:
        sys.stderr.write(text.report(result.diagnostics, colour=terminal.colour(sys.stderr)))
    if has_errors(result.diagnostics):
        return 1
    if options.output is None:
        sys.stdout.buffer.write(result.files["-"].encode())
        sys.stdout.buffer.flush()
        return 0
    if options.check:
        return _check(options.output, result.files)
    try:
        changed = output.write(options.output, result.files)
    except OSError as error:
        raise UsageError(f"cannot write {error.filename or options.output}: {error.strerror}") from error
    terminal.say(f"{options.output}: {len(result.files)} files, {changed} changed")
    return 0


def _check(folder: str, files: dict[str, str]) -> int:
    found = list(output.differences(folder, files))
    if found:
        terminal.say(*found, f"{folder} is not up to date: run the same command without --check")
    return 1 if found else 0
