"""Reading what people wrote: regular files only, never more than a bound, nothing outside a folder through a link."""

import os
import stat
import sys
from errno import ELOOP

from krtc.cli.errors import UsageError
from krtc.frontend.yaml import LARGEST_FILE
from krtc.pipeline import GZIP, Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from krtc.model.files import Kind

KRT_NAMES = ("krt.yml", "krt.yaml")
RUNTIME_NAMES = ("runtime.yml", "runtime.yaml")
ARCHIVE = ".krt"
PROTO = ".proto"
STDIN = "-"


class Folder:
    """The files in the folder of a krt.yml, as a Tree."""

    complete = False

    def __init__(self, path: str) -> None:
        self._path = path

    def kind(self, path: str) -> "Kind":
        """What stands at a path."""
        at, mode = self._path or ".", 0
        try:
            for part in path.rstrip("/").split("/"):
                at = f"{at}/{part}"
                mode = os.lstat(at).st_mode
                if stat.S_ISLNK(mode):  # where links lead to is slow to find out
                    if inside(os.path.realpath(self._path or "."), path) is None:
                        return "outside"
                    mode = os.stat(os.path.join(self._path, path)).st_mode
                    break
        except (OSError, ValueError):
            return "missing"
        if path.endswith("/") and not stat.S_ISDIR(mode):
            return "missing"
        return "file" if stat.S_ISREG(mode) else "folder" if stat.S_ISDIR(mode) else "special"

    def read(self, path: str) -> bytes | str:
        """The content of a file."""
        if self.kind(path) != "file":
            return f"cannot read {path}: it is no file of the KRT"
        return _read(os.path.join(self._path, path))

    def name(self, path: str) -> str:
        """How people are told of a file."""
        return os.path.join(self._path, path)


def find(path: str) -> tuple[Source, bool]:
    """What PATH means, and whether it is a runtime: a file, an archive, or standard input.

    A folder is its runtime.yml, if that lists versions, else its krt.yml. Raises UsageError for what cannot be read.
    """
    if not os.path.isdir(path):
        found = krt(path)
        if path == STDIN or not is_runtime(path, found.data):
            return found, False
        if not lists_versions(found):
            raise UsageError(f"{path} lists no `versions`: give a krt.yml, and this with --runtime")
        return found, True
    found_in = in_folder(path)
    if found_in is None:
        raise UsageError(f"there is no krt.yml in the folder {path}, and no runtime.yml that lists versions")
    return found_in


def in_folder(path: str) -> tuple[Source, bool] | None:
    """What a folder means, as `find` has it; None when it has neither file."""
    runtime = next((at for name in RUNTIME_NAMES if os.path.isfile(at := os.path.join(path, name))), None)
    if runtime and lists_versions(settings := source(runtime)):
        return settings, True
    for name in KRT_NAMES:
        if os.path.lexists(os.path.join(path, name)):
            return krt(os.path.join(path, name)), False
    return None


def search(path: str) -> "Iterator[str]":
    """The files that PATH means: a file as it is, and of a folder each krt.yml, .krt and runtime.yml below it.

    A .proto means the krt.yml that is beside it or above it, if there is one. Hidden folders and links to folders are
    left out. Raises UsageError for a folder without any.
    """
    if path.endswith(PROTO):
        yield from _krt_above(path)
        return
    if not os.path.isdir(path):
        yield path
        return
    found = False
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name in KRT_NAMES or name in RUNTIME_NAMES or (name.endswith(ARCHIVE) and name != ARCHIVE):
                found = True
                yield os.path.normpath(os.path.join(folder, name))
    if not found:
        raise UsageError(f"there is no krt.yml, runtime.yml or .krt in the folder {path}")


def _krt_above(path: str) -> "Iterator[str]":
    """The krt.yml in the folder of a file, or in the nearest above it that has one, below the working folder."""
    folder = os.path.dirname(path)
    while True:
        for name in KRT_NAMES:
            if os.path.isfile(at := os.path.join(folder, name)):
                yield os.path.normpath(at)
                return
        if folder in ("", "/", ".") or os.path.basename(folder) == "..":
            return
        folder = os.path.dirname(folder)


def is_runtime(path: str, data: bytes | None = None) -> bool:
    """Whether a file is a runtime.yml: by its name, or else by its content, where that is given."""
    if os.path.basename(path) in RUNTIME_NAMES:
        return True
    likely = data is not None and b"runtime" in data and b"versions" in data and b"krtVersion" not in data
    return likely and lists_versions(Source(path, data or b""))


def lists_versions(source: Source) -> bool:
    """Whether a runtime.yml is a runtime with its versions, or settings alone; what is broken will be told."""
    from krtc.frontend import yaml
    from krtc.frontend.nodes import Mapping

    file, wrong = yaml.decode(source.name, source.data)
    node = None if wrong else yaml.parse(file)[0]
    return node is None or not isinstance(node, Mapping) or "versions" in node.entries


def krt(path: str) -> Source:
    """A krt.yml with the files beside it, or a .krt; UsageError when it cannot be read."""
    if path == STDIN:
        return Source("<stdin>", _bounded(sys.stdin.buffer))
    return Source(path, source(path).data, Folder(os.path.dirname(path)), os.path.abspath(path))


def version(runtime: str, name: str) -> Source | str:
    """The krt.yml or .krt `name` in the folder of a runtime.yml; in words why there is none."""
    data = beside(runtime, name)
    if isinstance(data, str):
        return data
    path = beside_name(runtime, name)
    return Source(path, data, Folder(os.path.dirname(path)))


def beside_name(path: str, name: str) -> str:
    """How people are told of the file `name` in the folder of `path`."""
    return os.path.normpath(os.path.join(os.path.dirname(path), name))


def source(path: str) -> Source:
    """A file by its path; UsageError when it cannot be read."""
    data = _read(path)
    if isinstance(data, str):
        raise UsageError(data)
    return Source(path, data, path=os.path.abspath(path))


def beside(path: str, name: str) -> bytes | str:
    """The bytes of the file `name` in the folder of `path`, or in words why there are none."""
    wanted = None if os.path.isabs(name) else inside(os.path.realpath(os.path.dirname(path)), name)
    if wanted is None:
        return f"`{name}` is not in the folder of {path}"
    return _read(wanted, name or ".")


def inside(folder: str, name: str) -> str | None:
    """Where a path in a folder leads to, or None when that is not in the folder; `folder` has no links in it."""
    wanted = os.path.realpath(os.path.join(folder, name))
    return wanted if os.path.commonpath([folder, wanted]) == folder else None


def regular(path: str, most: int, too_large: str, *, links: bool = False) -> bytes:
    """The bytes of a regular file; UsageError when it is none, a link (unless these are wanted) or too large."""
    try:
        with _opened(path, 0 if links else os.O_NOFOLLOW) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UsageError(f"cannot read {path}: it is not a regular file")
            data = file.read(most + 1)
    except (OSError, ValueError) as error:
        is_link = not links and isinstance(error, OSError) and error.errno == ELOOP
        raise UsageError(f"cannot read {path}: {'it is a link' if is_link else _reason(error)}") from error
    if len(data) > most:
        raise UsageError(f"cannot read {path}: {too_large}")
    return data


def _read(path: str, shown: str | None = None) -> bytes | str:
    try:
        with _opened(path) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                return f"cannot read {shown or path}: it is not a regular file"
            return _bounded(file, status.st_size)
    except (OSError, ValueError) as error:
        return f"cannot read {shown or path}: {_reason(error)}"


def _opened(path: str, flags: int = 0) -> "BinaryIO":
    # Without O_NONBLOCK, opening a FIFO waits for ever.
    return open(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | flags), "rb")


def _reason(error: OSError | ValueError) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


def _bounded(file: "BinaryIO", size: int = 0) -> bytes:
    """What a file of a size (0: not known) holds: at most one byte more than a file of its kind may have."""
    data = file.read(min(size or LARGEST_FILE, LARGEST_FILE) + 1)  # a buffer as large as that is made
    if data[:2] == GZIP and len(data) > LARGEST_FILE:
        from krtc.frontend.tar import LARGEST_ARCHIVE  # hardly ever given

        data += file.read(LARGEST_ARCHIVE + 1 - len(data))
    return data
