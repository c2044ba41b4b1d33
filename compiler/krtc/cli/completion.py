"""`krtc completion`: the script by which a shell completes what comes after `krtc`, made of its parsers beforehand."""

from krtc.cli import assets
from krtc.cli.stdout import to_stdout

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

SHELLS = ("bash", "zsh", "fish")


def arguments(parser: "argparse.ArgumentParser") -> None:
    """Adds what the command takes."""
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help="bash, zsh or fish")


def run(options: "argparse.Namespace") -> int:
    """Prints the script; the exit code."""
    (text,) = assets.load([f"shell/krtc.{options.shell}"]).values()
    to_stdout(text)
    return 0
