"""`krtc lsp`: the language server, on stdin and stdout."""

import os
import sys

from krtc.cli import assets, reading
from krtc.cli.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

# What an installation without the extra lacks.
_NEEDED = ("pygls", "lsprotocol")


def arguments(parser: "argparse.ArgumentParser") -> None:
    """Adds what the command takes."""
    parser.add_argument("--stdio", action="store_true", help="what some editors say; there is no other way")


def run(options: "argparse.Namespace") -> int:
    """Serves the editor that started it, until that ends it; the exit code."""
    try:
        from krtc.lsp import judging, server
    except ModuleNotFoundError as error:
        if error.name not in _NEEDED:
            raise
        raise UsageError("krtc lsp needs pygls: pip install 'krtc[lsp]'") from None
    if sys.stdin.isatty():
        raise UsageError("krtc lsp is started by an editor, and talks to it on stdin: docs/editors.md says how")
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as out:  # which is closed at the end, and stdout is the process's
        return server.serve(reading, assets.load(judging.ASSETS), sys.stdin.buffer, out)
