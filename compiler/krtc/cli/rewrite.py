"""Writing a file that a person wrote: in place of what was read, all of it or nothing."""

import errno
import os
import stat
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, flock

from krtc.cli import output
from krtc.cli.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def refuse_link(path: str) -> None:
    """Raises UsageError for a symbolic link."""
    if os.path.islink(path):
        raise UsageError(f"{path} is a link, and krtc writes through none: name the file that it leads to")


def rewrite(path: str, old: bytes, text: str) -> None:
    """Gives the file at a path, which held `old` when it was read, another text; its mode stays.

    A kill leaves the old file or the new one, and at most a file beside it, which the next call removes. Raises
    UsageError for a link, for a file that was changed since, and when the disk refuses.
    """
    folder, name = os.path.split(path)
    try:
        with _held(folder or ".") as descriptor:
            for left in output.left_by_the_dead(folder or ".", {name}):
                os.unlink(os.path.join(folder, left))
            refuse_link(path)
            _refuse_changed(path, old)
            output.replace(path, text.encode(), stat.S_IMODE(os.stat(path).st_mode))
            with suppress(OSError):  # not all file systems can: the file is written
                os.fsync(descriptor)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error


def diff(path: str, old: str, new: str) -> str:
    """A change of the file at a path as a unified diff, which `patch` takes."""
    from difflib import unified_diff

    lines = unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), path, path)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


@contextmanager
def _held(folder: str) -> "Iterator[int]":
    """A folder, opened, and locked against other runs for as long: between their reading and writing none comes."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):  # some file systems know no locks
            flock(descriptor, LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _refuse_changed(path: str, old: bytes) -> None:
    with open(path, "rb") as file:
        if file.read(len(old) + 1) != old:
            raise UsageError(f"{path} was changed while krtc worked on it, and is left as it is: run the command again")
    if not os.access(path, os.W_OK):  # renaming over it would not ask
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
