"""`krtc compile`: a version, or a runtime with all its versions, to manifests, a Kustomize tree or charts."""

from krtc.cli import assets, reading
from krtc.cli.errors import UsageError
from krtc.cli.stdout import stream
from krtc.diagnostics import has_errors
from krtc.model.status import DESIRED
from krtc.pipeline import RUNTIME, Options, asset_names, compile, compile_runtime

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from krtc.pipeline import Result, Source

FORMS = ("manifests", "kustomize", "helm")


def arguments(parser: "argparse.ArgumentParser") -> None:
    """Adds what the command takes."""
    parser.add_argument(
        "path",
        metavar="PATH",
        help="a krt.yml, a .krt, a runtime.yml, a folder with one of them, or - for standard input",
    )
    parser.add_argument(
        "--status",
        choices=DESIRED,
        metavar="STATUS",
        help="stopped, started or published (default: started; a runtime.yml says its own)",
    )
    parser.add_argument("--to", choices=FORMS, default=FORMS[0], dest="form", help="the form (default: manifests)")
    parser.add_argument("-o", "--output", metavar="DIR", help="the folder to write; without it, manifests go to stdout")
    parser.add_argument("--runtime", metavar="FILE", help="the settings of the runtime, a runtime.yml")
    parser.add_argument(
        "--only", metavar="VERSION", help="of a runtime.yml, this version alone, or `runtime`: what is its own"
    )
    parser.add_argument(
        "--jobs", type=_processes, metavar="N", help="the processes that make a runtime (default: by the work)"
    )
    parser.add_argument("--check", action="store_true", help="write nothing; name the files in DIR that differ, exit 1")


def run(options: "argparse.Namespace") -> int:
    """Compiles, reports, and writes; the exit code."""
    if options.output is None and (options.check or options.form != "manifests"):
        raise UsageError(f"{'--check' if options.check else '--to ' + options.form} needs -o DIR")
    result, is_runtime = made(options)
    if result.diagnostics:
        from krtc.cli import terminal

        terminal.report(result.diagnostics)
    if has_errors(result.diagnostics):
        return 1
    refuse_unknown(options, result)
    if options.output is None:
        stream(result.files.values())
        return 0
    return _to_folder(options.output, result.files, whole_runtime=is_runtime and not options.only, check=options.check)


def made(options: "argparse.Namespace") -> "tuple[Result, bool]":
    """What comes of PATH, and whether it is a runtime; UsageError for what cannot be read, and for wrong options."""
    source, is_runtime = reading.find(options.path)
    return (_runtime if is_runtime else _version)(source, options), is_runtime


def refuse_unknown(options: "argparse.Namespace", result: "Result") -> None:
    """UsageError when the only version that is wanted is not there; what came out has no errors."""
    if options.only not in (None, RUNTIME, *result.versions):
        from krtc.diagnostics import did_you_mean

        near = did_you_mean(options.only, [*result.versions, RUNTIME])
        raise UsageError(f"{options.path} has no version `{options.only}`{': ' + near if near else ''}")


def _version(krt: "Source", options: "argparse.Namespace") -> "Result":
    if options.only:
        raise UsageError("--only names a part of a runtime.yml, and this is one version")
    status = DESIRED[options.status or "started"]
    wanted = Options(status=status, form=options.form, stream=options.output is None)
    settings = reading.source(options.runtime) if options.runtime else None
    data = assets.load(asset_names(wanted, settings is not None))
    return compile(krt, settings, wanted, data, lambda name: reading.beside(options.runtime, name))


def _runtime(source: "Source", options: "argparse.Namespace") -> "Result":
    for option, given in (("--status", options.status), ("--runtime", options.runtime)):
        if given:
            raise UsageError(f"{option} is for one version; {source.name} says the status of each, and the settings")
    from krtc.cli.processes import spread  # one version is made here

    wanted = Options(form=options.form, stream=options.output is None, only=options.only)
    return compile_runtime(
        source,
        wanted,
        assets.load(asset_names(wanted, with_settings=True)),
        lambda name: reading.version(source.name, name),
        lambda name: reading.beside(source.name, name),
        spread(options.jobs),
    )


def _processes(text: str) -> int:
    if not text.isdecimal() or not int(text):
        from argparse import ArgumentTypeError

        raise ArgumentTypeError(f"`{text}` is no number of processes")
    return int(text)


def _to_folder(folder: str, files: "Mapping[str, str]", *, whole_runtime: bool, check: bool) -> int:
    """Writes the tree, or says what differs; the exit code."""
    from krtc.cli import output, terminal  # a compile to stdout needs neither

    try:
        output.refuse_other(folder, whole_runtime=whole_runtime)
        found = list(output.differences(folder, files)) if check else []
        count, changed = (0, 0) if check else output.write(folder, files)
    except OSError as error:
        raise UsageError(
            f"cannot {'read' if check else 'write'} {error.filename or folder}: {error.strerror}"
        ) from error
    if check:
        if found:
            terminal.say(*found, f"{folder} is not up to date: run the same command without --check")
        return 1 if found else 0
    terminal.say(f"{folder}: {count} files, {changed} changed")
    return 0
