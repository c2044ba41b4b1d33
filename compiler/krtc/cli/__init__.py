"""The command line: arguments, reading, writing and exit codes."""

from krtc.cli.main import command, main

__all__ = ["command", "main"]
