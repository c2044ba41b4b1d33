"""`krtc compile`: a version to manifests, a Kustomize tree or a chart."""

from krtc.cli import assets, reading
from krtc.cli.errors import UsageError
from krtc.cli.stdout import to_stdout
from krtc.diagnostics import has_errors
from krtc.model.status import DESIRED
from krtc.pipeline import Options, asset_names, compile

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

FORMS = ("manifests", "kustomize", "helm")


def arguments(parser: "argparse.ArgumentParser") -> None:
    """Adds what the command takes."""
    parser.add_argument(
        "path", metavar="PATH", help="a krt.yml, a .krt, a folder with a krt.yml, or - for standard input"
    )
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
        from krtc.cli import terminal

        terminal.report(result.diagnostics)
    if has_errors(result.diagnostics):
        return 1
    if options.output is None:
        to_stdout(result.files["-"])
        return 0
    return _to_folder(options.output, result.files, check=options.check)


def _to_folder(folder: str, files: dict[str, str], *, check: bool) -> int:
    """Writes the tree, or says what differs; the exit code."""
    from krtc.cli import output, terminal  # a compile to stdout needs neither

    try:
        found = list(output.differences(folder, files)) if check else []
        changed = 0 if check else output.write(folder, files)
    except OSError as error:
        raise UsageError(
            f"cannot {'read' if check else 'write'} {error.filename or folder}: {error.strerror}"
        ) from error
    if check:
        if found:
            terminal.say(*found, f"{folder} is not up to date: run the same command without --check")
        return 1 if found else 0
    terminal.say(f"{folder}: {len(files)} files, {changed} changed")
    return 0
