"""`krtc status`: the versions of a runtime, what each is, and what may be done with it."""

import sys

from krtc.cli import reading, terminal, versions
from krtc.cli.stdout import to_stdout
from krtc.cli.versions import Versions
from krtc.model.status import ACTIONS
from krtc.reporters.text import tame
from krtc.visible import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from krtc.cli.versions import Entry

FORMATS = ("text", "json")

_HEAD = ("VERSION", "STATUS", "KRT", "NEXT")
_GAP = "  "
_PUBLISHED = "* "  # stands before the published version, with and without colours


def arguments(parser: "argparse.ArgumentParser") -> None:
    """Adds what the command takes."""
    versions.add_runtime(parser)
    parser.add_argument("--format", choices=FORMATS, default="text", help="the form (default: text)")


def run(options: "argparse.Namespace") -> int:
    """Prints the versions, and says what is wrong; the exit code."""
    found = Versions(reading.source(versions.find(options.runtime)))
    if found.is_whole:
        to_stdout(_json(found) if options.format == "json" else _table(found))
        if not found.entries:
            terminal.say(f"{found.source.name} lists no versions")
    terminal.report(found.errors)
    return 1 if found.errors else 0


def _next(entry: "Entry") -> list[str]:
    """The actions that may be taken; a version that cannot be read can only do less than it does."""
    return [
        action.name
        for action in ACTIONS.values()
        if action.before == entry.status and (entry.name or action.name not in versions.DEMANDING)
    ]


def _json(found: Versions) -> str:
    from krtc.reporters._common import document

    entries = [
        {"version": entry.name, "status": entry.status, "krt": entry.krt, "next": _next(entry)}
        for entry in found.entries
    ]
    return document({"file": found.source.name, "runtime": found.runtime, "versions": entries})


def _table(found: Versions) -> str:
    rows = [_HEAD]
    for entry in found.entries:
        name, krt = (tame(visible(cell)) for cell in (entry.shown, entry.krt or "?"))
        rows.append((name, entry.status or "?", krt, ", ".join(_next(entry)) or "-"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row, status in zip(rows, [None, *(entry.status for entry in found.entries)], strict=True):
        line = _GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        if status == "published":
            line = _PUBLISHED + line
            lines.append(f"\x1b[1m{line}\x1b[0m" if terminal.colour(sys.stdout) else line)
        else:
            lines.append(" " * len(_PUBLISHED) + line)
    return "\n".join(lines) + "\n"
