"""`krtc compile`: a version, or a runtime with all its versions, to manifests, a Kustomize tree or charts."""

from krtc.cli import assets, reading
from krtc.cli.errors import UsageError, no_version
from krtc.cli.stdout import stream
from krtc.diagnostics import has_errors
from krtc.model.status import DESIRED
from krtc.pipeline import RUNTIME, Options, asset_names, compile, compile_runtime

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from krtc.cli.output import Mine
    from krtc.parts import Parts
    from krtc.pipeline import Result, Source

_OLD = "is not up to date: run the same command without --check"
# Who forgot the status of a published version would else be told to unpublish it.
_STARTED = " (it was held against a started version: --status says if it is another)"

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
    parser.add_argument(
        "--shard", type=_shard, metavar="I/N", help="of a runtime.yml, the Ith of N shares of its versions"
    )
    parser.add_argument("--check", action="store_true", help="write nothing; name the files in DIR that differ, exit 1")


def run(options: "argparse.Namespace") -> int:
    """Compiles, reports, and writes; the exit code."""
    if options.output is None and (options.check or options.form != "manifests"):
        raise UsageError(f"{'--check' if options.check else '--to ' + options.form} needs -o DIR")
    result = made(options)
    if result.diagnostics:
        from krtc.cli import terminal

        terminal.report(result.diagnostics)
    if has_errors(result.diagnostics):
        return 1
    refuse_unknown(options, result)
    if options.output is None:
        stream(result.files.values())
        return 0
    if isinstance(result.files, dict):  # of one version
        code, said = _to_folder(options, result.files)
    else:
        code, said = _parts_to_folder(options, result.files, result.versions)
    if said:
        from krtc.cli import terminal

        terminal.say(*said)
    return code


def made(options: "argparse.Namespace") -> "Result":
    """What comes of PATH; UsageError for what cannot be read, and for wrong options."""
    source, is_runtime = reading.find(options.path)
    return (_runtime if is_runtime else _version)(source, options)


def refuse_unknown(options: "argparse.Namespace", result: "Result") -> None:
    """UsageError when the only version that is wanted is not there; what came out has no errors."""
    if options.only not in (None, RUNTIME, *result.versions):
        raise no_version(options.path, options.only, [*result.versions, RUNTIME])


def _version(krt: "Source", options: "argparse.Namespace") -> "Result":
    for option, given in (("--only", options.only), ("--shard", options.shard)):
        if given:
            raise UsageError(f"{option} names a part of a runtime.yml, and this is one version")
    status = DESIRED[options.status or "started"]
    wanted = Options(status=status, form=options.form, stream=options.output is None)
    settings = reading.source(options.runtime) if options.runtime else None
    data = assets.load(asset_names(wanted, settings is not None))
    return compile(krt, settings, wanted, data, lambda name: reading.beside(options.runtime, name))


def _runtime(source: "Source", options: "argparse.Namespace") -> "Result":
    for option, given in (("--status", options.status), ("--runtime", options.runtime)):
        if given:
            raise UsageError(f"{option} is for one version; {source.name} says the status of each, and the settings")
    if options.only and options.shard:
        raise UsageError("--only is one version, and --shard many: give one of the two")
    from krtc.cli.processes import spread  # one version is made here

    wanted = Options(form=options.form, stream=options.output is None, only=options.only, shard=options.shard)
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


def _shard(text: str) -> tuple[int, int]:
    number, slash, count = text.partition("/")
    if not (slash and number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
        from argparse import ArgumentTypeError

        raise ArgumentTypeError(f"`{text}` is no share: 2/4 is the second of four")
    return int(number), int(count)


def _parts_to_folder(
    options: "argparse.Namespace", files: "Parts", versions: "Sequence[str]"
) -> "tuple[int, Sequence[str]]":
    """The same of a runtime. A share writes and removes what is of its versions; the first one, what is of no share."""
    from krtc.cli.progress import Progress

    own = {*files.folders}
    others = {f"versions/{name}" for name in versions} - own
    first = options.shard is None or options.shard[0] == 1

    def mine(name: str) -> bool:
        folder = "/".join(name.split("/")[:2])
        return folder not in others if first else folder in own

    with Progress("checked" if options.check else "written", len(own), "parts") as progress:
        files.watch = progress.at
        return _to_folder(options, files, mine, whole_runtime=not options.only)


def _to_folder(
    options: "argparse.Namespace",
    files: "Mapping[str, str]",
    mine: "Mine | None" = None,
    *,
    whole_runtime: bool = False,
) -> "tuple[int, Sequence[str]]":
    """Writes the tree, or finds what differs: the exit code, and what there is to say."""
    from krtc.cli import output  # a compile to stdout does not need it

    folder = options.output
    old = _OLD if mine or options.status else f"{_OLD}{_STARTED}"
    mine = mine or output.everything
    try:
        output.refuse_other(folder, whole_runtime=whole_runtime)
        if options.check:
            found = list(output.differences(folder, files, mine))
            return 1 if found else 0, [*found, *([f"{folder} {old}"] if found else [])]
        count, changed = output.write(folder, files, mine)
    except OSError as error:
        raise UsageError(
            f"cannot {'read' if options.check else 'write'} {error.filename or folder}: {error.strerror}"
        ) from error
    return 0, [f"{folder}: {count} files, {changed} changed"]
