"""`krtc explain`: the page of a diagnostic."""

from krtc import pages
from krtc.cli.errors import UsageError
from krtc.cli.stdout import to_stdout
from krtc.diagnostics import did_you_mean
from krtc.diagnostics.codes import CODES

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse


def arguments(parser: "argparse.ArgumentParser") -> None:
    """Adds what the command takes."""
    parser.add_argument("code", metavar="CODE", nargs="?", help="KRT101 or unknown-node; without it, all are listed")


def run(options: "argparse.Namespace") -> int:
    """Prints the page, or the list; the exit code."""
    if options.code is None:
        width = max(len(code.slug) for code in CODES)
        lines = [f"{code.id} {code.slug:{width}}  {code.severity:7}  {code.title}\n" for code in CODES]
        to_stdout("".join(lines))
        return 0
    code = pages.find(options.code)
    if code is None:
        is_id = len(options.code) == len(CODES[0].id)  # and another number means nothing
        near = did_you_mean(options.code, [name for code in CODES for name in (code.id, code.slug)[is_id:]])
        raise UsageError(f"there is no code `{options.code}`: {near or '`krtc explain` lists them'}")
    to_stdout(pages.page(code))
    return 0
