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
        # As long as an id, it is one that does not exist: that another number is near means nothing.
        ids = [code.id for code in CODES if len(code.id) != len(options.code)]
        near = did_you_mean(options.code, [*ids, *(code.slug for code in CODES)])
        raise UsageError(f"there is no code `{options.code}`: {near or '`krtc explain` lists them'}")
    to_stdout(pages.page(code))
    return 0
