"""`krtc report`: one page of a runtime or a version, for people."""

import os
from contextlib import ExitStack
from functools import cache

from krtc import overview, pages
from krtc.cli import assets, output, reading, rewrite, terminal
from krtc.cli.errors import UsageError
from krtc.cli.progress import Progress
from krtc.cli.stdout import to_stdout
from krtc.diagnostics import has_errors
from krtc.model.status import DESIRED
from krtc.pipeline import Options, asset_names
from krtc.reporters.page import html
from krtc.reporters.text import count

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from krtc.pipeline import Source
    from krtc.reporters.page.data import Report

_FOLDER = "page-templates"


def arguments(parser: "argparse.ArgumentParser") -> None:
    """Adds what the command takes."""
    parser.add_argument(
        "path",
        metavar="PATH",
        help="a runtime.yml, a krt.yml, a .krt, a folder with one of them, or - for standard input",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="the page to write; without it, it goes to stdout")
    parser.add_argument(
        "--status",
        choices=DESIRED,
        metavar="STATUS",
        help="of a krt.yml: stopped, started or published (default: started; a runtime.yml says its own)",
    )
    parser.add_argument("--runtime", metavar="FILE", help="of a krt.yml: the settings of the runtime, a runtime.yml")


def run(options: "argparse.Namespace") -> int:
    """Makes the page of what is right and of what is wrong; the exit code: 1 when there are errors."""
    source, is_runtime = reading.find(options.path)
    if is_runtime and (options.status or options.runtime):
        raise UsageError(f"--status and --runtime are for one version; {source.name} says both")
    if options.output is not None:
        _refuse_other(options.output)
    page = (_runtime if is_runtime else _version)(source, options)
    texts = dict(zip(html.TEXTS, _texts(), strict=True))
    found = page.diagnostics
    text = html.report(page, texts, {diagnostic.code.id: pages.page(diagnostic.code) for diagnostic in found})
    if options.output is None:
        to_stdout(text)
        return int(has_errors(found))
    output.put(options.output, text.encode())
    counts = [sum(diagnostic.severity == severity for diagnostic in found) for severity in ("error", "warning")]
    terminal.say(
        f"{options.output}: {count(len(page.versions), 'version')}, {count(counts[0], 'error')},"
        f" {count(counts[1], 'warning')}"
    )
    return int(has_errors(found))


def _version(krt: "Source", options: "argparse.Namespace") -> "Report":
    settings = reading.source(options.runtime) if options.runtime else None
    data = assets.load(asset_names(Options(form="manifests"), settings is not None))
    status = DESIRED[options.status or "started"]
    return overview.of_version(krt, settings, status, data, lambda name: reading.beside(options.runtime, name))


def _runtime(source: "Source", options: "argparse.Namespace") -> "Report":
    data = assets.load(asset_names(Options(form="manifests"), with_settings=True))
    with ExitStack() as stack:

        @cache
        def progress(total: int) -> Progress:
            return stack.enter_context(Progress("compiled", total, "versions"))

        return overview.of_runtime(
            source,
            data,
            lambda name: reading.version(source.name, name),
            lambda name: reading.beside(source.name, name),
            lambda done, total: progress(total).at(done),
        )


def _texts() -> "list[str]":
    return [*assets.load(f"{_FOLDER}/{name}" for name in html.TEXTS).values()]


def _refuse_other(path: str) -> None:
    """Raises UsageError for what is there and is no page that krtc made: a krt.yml is soon named by mistake."""
    if not os.path.lexists(path):
        return
    rewrite.refuse_link(path)
    if not os.path.isfile(path):
        raise UsageError(f"{path} is not a file")
    try:
        with open(path, "rb") as file:
            ours = file.read(len(html.MARK)) == html.MARK.encode()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    if not ours:
        raise UsageError(f"{path} was not written by krtc report: move it away, or give another file")
