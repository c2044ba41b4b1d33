"""The command line: arguments, reading, writing and exit codes."""

from krtc.cli.main import main

__all__ = ["main"]
