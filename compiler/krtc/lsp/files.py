"""What is read beside a document: the files of the disk, with the documents that are open over them."""

from os.path import basename, dirname, join, normpath

from krtc.pipeline import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Protocol

    from krtc.model.files import Kind, Tree

    class Disk(Protocol):
        """How files are read, and what they are called: what the commands of krtc read with."""

        @property
        def KRT_NAMES(self) -> Sequence[str]:
            """What a krt.yml is called."""

        @property
        def RUNTIME_NAMES(self) -> Sequence[str]:
            """What a runtime.yml is called."""

        @property
        def Folder(self) -> Callable[[str], Tree]:
            """What is in a folder, by its path."""

        def beside(self, path: str, name: str) -> bytes | str:
            """The bytes of the file `name` in the folder of `path`, or in words why there are none."""

        def search(self, path: str) -> Iterator[str]:
            """Of a .proto, the krt.yml above it, if there is one."""


# How far above a krt.yml its runtime.yml may be.
_HIGHEST = 6


class Files:
    """The files as they are now; `asked` notes the paths that somebody wanted, which a change of these concerns."""

    def __init__(self, disk: "Disk", open_: "Mapping[str, bytes]") -> None:
        self.disk = disk
        self.open = open_
        self.asked: set[str] = set()

    def read(self, path: str) -> bytes | str:
        """The bytes of a file, or in words why there are none."""
        return self.beside(path, basename(path))

    def beside(self, path: str, name: str) -> bytes | str:
        """The bytes of the file `name` in the folder of `path`, or in words why there are none."""
        at = self._at(dirname(path), name)
        data = self.open.get(at) if at.startswith(join(dirname(path), "")) else None
        return self.disk.beside(path, name) if data is None else data

    def version(self, runtime: str, name: str) -> Source | str:
        """The krt.yml or .krt `name` in the folder of a runtime.yml; in words why there is none."""
        data = self.beside(runtime, name)
        return data if isinstance(data, str) else self.krt(normpath(join(dirname(runtime), name)), data)

    def krt(self, path: str, data: bytes) -> Source:
        """A krt.yml, with the files in its folder."""
        return Source(path, data, Folder(self, dirname(path)))

    def runtimes_above(self, path: str) -> "Iterator[tuple[str, bytes]]":
        """The runtime.yml files in the folder of a krt.yml and in those above it, the nearest first."""
        folder = dirname(path)
        for _ in range(_HIGHEST):
            for name in self.disk.RUNTIME_NAMES:
                at = join(folder, name)
                data = self.read(at)
                if isinstance(data, bytes):
                    yield at, data
            if folder == dirname(folder):
                return
            folder = dirname(folder)

    def krt_of(self, proto: str) -> str | None:
        """The krt.yml in the folder of a .proto, or in the nearest above it that has one."""
        folders = [dirname(path) for path in self.open if basename(path) in self.disk.KRT_NAMES]
        found = next(self.disk.search(proto), None)
        open_ = [folder for folder in folders if proto.startswith(join(folder, ""))]
        nearest = max(open_, key=len, default="")
        if not nearest or (found and len(dirname(found)) >= len(nearest)):
            return found
        return next(p for p in self.open if dirname(p) == nearest and basename(p) in self.disk.KRT_NAMES)

    def _at(self, folder: str, name: str) -> str:
        at = normpath(join(folder, name))
        self.asked.add(at)
        return at


class Folder:
    """The files in the folder of a krt.yml."""

    complete = False

    def __init__(self, files: Files, path: str) -> None:
        self._files = files
        self._path = path
        self._below = files.disk.Folder(path)

    def kind(self, path: str) -> "Kind":
        """What stands at a path."""
        return "file" if self._files._at(self._path, path) in self._files.open else self._below.kind(path)

    def read(self, path: str) -> bytes | str:
        """The content of a file."""
        data = self._files.open.get(self._files._at(self._path, path))
        return self._below.read(path) if data is None else data

    def name(self, path: str) -> str:
        """How people are told of a file."""
        return self._below.name(path)
