"""The process `krtc`, and `python -m krtc`."""

import os
import sys

from krtc import lean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def command() -> "NoReturn":
    """Runs the command line; it ends at once, for to free every object one by one takes a tenth of a short run."""
    _open_closed_streams()
    lean.prepare()
    from krtc.cli import main  # what it imports, lean has prepared

    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _open_closed_streams() -> None:
    """Streams that the caller closed are None in Python: now nothing comes in, and only what goes to stdout fails."""
    for name, mode, flag in (("stdin", "r", os.O_RDONLY), ("stdout", "w", os.O_RDONLY), ("stderr", "w", os.O_WRONLY)):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.open(os.devnull, flag), mode))  # noqa: SIM115 (for as long as the process)


if __name__ == "__main__":
    command()
