"""Reading what people wrote: regular files only, never more than a bound, nothing outside a folder through a link."""

import os
import stat
import sys

from krtc.cli.errors import UsageError
from krtc.frontend.yaml import LARGEST_FILE
from krtc.pipeline import Source

KRT_NAMES = ("krt.yml", "krt.yaml")
RUNTIME_NAMES = ("runtime.yml", "runtime.yaml")
STDIN = "-"


def find(path: str) -> Source:
    """The krt.yml that PATH means: a file, the one in a folder, or standard input.

    Raises UsageError for what cannot be read, and for what is not built yet.
    """
    if path == STDIN:
        return Source("<stdin>", sys.stdin.buffer.read(LARGEST_FILE + 1))
    if os.path.isdir(path):
        _refuse_runtime_in(path)
        found = [os.path.join(path, name) for name in KRT_NAMES if os.path.lexists(os.path.join(path, name))]
        if not found:
            raise UsageError(f"there is no krt.yml in the folder {path}")
        return source(found[0])
    if path.endswith(".krt"):
        raise UsageError(
            f"{path} is a .krt archive, and reading archives is not built yet: unpack it, give its krt.yml"
        )
    if os.path.basename(path) in RUNTIME_NAMES:
        raise UsageError(f"{path} is a runtime, and compiling a whole runtime is not built yet: give a krt.yml")
    return source(path)


def _refuse_runtime_in(folder: str) -> None:
    from krtc.frontend import yaml
    from krtc.frontend.nodes import Mapping

    for name in RUNTIME_NAMES:
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            node, _ = yaml.parse(yaml.decode(path, source(path).data)[0])
            if isinstance(node, Mapping) and "versions" in node.entries:
                raise UsageError(
                    f"{path} lists `versions`, and compiling a whole runtime is not built yet: give one krt.yml"
                )


def source(path: str) -> Source:
    """A file by its path; UsageError when it cannot be read."""
    data = _read(path)
    if isinstance(data, str):
        raise UsageError(data)
    return Source(path, data)


def beside(path: str, name: str) -> bytes | str:
    """The bytes of the file `name` in the folder of `path`, or in words why there are none."""
    folder = os.path.realpath(os.path.dirname(path))
    wanted = os.path.realpath(os.path.join(folder, name))
    if os.path.isabs(name) or os.path.commonpath([folder, wanted]) != folder:
        return f"`{name}` is not in the folder of {path}"
    return _read(wanted, name or ".")


def _read(path: str, shown: str | None = None) -> bytes | str:
    try:
        # Without O_NONBLOCK, opening a FIFO waits for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return f"cannot read {shown or path}: it is not a regular file"
            return file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return f"cannot read {shown or path}: {reason}"
