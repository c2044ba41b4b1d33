"""`python -m krtc`, the same as the command `krtc`."""

from krtc.cli import command

command()
