"""A `.krt` archive: a gzip'ed tar, read in memory and within bounds, never extracted.

It has to mean one thing to all who read it, above all to the platform's downloader (Go's archive/tar): what readers
of tar differ in is refused. tarfile would guess where Go does not, and take headers of any size into memory.
"""

from shlex import quote

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import ARCHIVE, ARCHIVE_FOLDERS
from krtc.frontend.tar import MOST_MEMBERS, Stop, Stream, bound, members
from krtc.frontend.yaml import LARGEST_FILE
from krtc.source import SourceFile, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from krtc.diagnostics import Code
    from krtc.model.files import Kind

    # A file; a folder with an entry; one above such a folder, which the downloader makes with it; one without.
    State = Literal["file", "entry", "above", "implied"]

LARGEST_KEPT = 16 << 20
MOST_REFUSALS = 20

_KRT, _INNER_KRT = ("krt.yml", "krt.yaml"), ("/krt.yml", "/krt.yaml")
_TYPES = {b"1": "a hard link", b"2": "a symbolic link", b"3": "a device", b"4": "a device", b"6": "a FIFO"}
_LINKS = "the platform leaves links out; pack what they lead to: `tar -h`, for hard links `tar --hard-dereference`"


class Archive:
    """The files of a `.krt` archive, a model.files.Tree; `krt` is the member that is its krt.yml."""

    __slots__ = ("_contents", "_name", "_states", "krt")

    complete = True

    def __init__(self, name: str, krt: str, states: "dict[str, State]", contents: dict[str, bytes]) -> None:
        self.krt = krt
        self._name = name
        self._states = states
        self._contents = contents

    def kind(self, path: str) -> "Kind":
        """What stands at a path."""
        member = _normal(path)
        state = self._states.get(member) if member else "entry"
        if state is None or path.startswith("/") or (state == "file" and path.endswith("/")):
            return "missing"
        return "file" if state == "file" else "folder"

    def read(self, path: str) -> bytes | str:
        """The content of krt.yml or a .proto, at most one byte more than it may have; or in words why there is none."""
        kind, member = self.kind(path), _normal(path)
        if kind == "file" and member in self._contents:
            return self._contents[member]
        reason = f"of an archive, krt.yml and {LARGEST_KEPT >> 20} MiB of .proto files are read"
        if kind != "file":
            reason = "it is a folder" if kind == "folder" else "it is not in the archive"
        return f"cannot read `{path}`: {reason}"

    def name(self, path: str) -> str:
        """How people are told of a file."""
        return f"{self._name}/{_normal(path)}"


def open(name: str, data: bytes) -> tuple[Archive | None, list[Diagnostic]]:
    """The bytes of an archive as files; None when they cannot be taken, or when some reader would take others."""
    reader = _Reader(f"tar -czf {quote(name.rpartition('/')[2])} -C")
    krt = reader.read(data)
    span = Span(SourceFile(name, ""), 1, 1, 1, 1)
    diagnostics = [Diagnostic(code, span, message, help=help) for message, help, code in reader.wrong]
    return Archive(name, krt, reader.states, reader.contents) if krt else None, diagnostics


class _Reader:
    """Judges the members of an archive, each by itself and all together."""

    def __init__(self, pack: str) -> None:
        self.states: dict[str, State] = {}
        self.contents: dict[str, bytes] = {}
        self.wrong: list[tuple[str, str, Code]] = []
        self._pack = pack
        self._refused = 0
        self._homeless: list[str] = []
        self._room = LARGEST_KEPT
        # By the hash of what they are without case: all paths a second time would take too much memory.
        self._caseless: dict[int, str] = {}

    def read(self, data: bytes) -> str | None:
        """All of it; gives which member is the krt.yml, or None when the archive cannot be taken."""
        krt, stream = None, Stream(data)
        try:
            for path, flag, size in members(stream):
                self._member(path, flag, size, stream)
            krt = self._krt()
        except Stop as stop:
            self._add(*stop.args)
        if self._refused > MOST_REFUSALS:
            self._add(f"and {self._refused - MOST_REFUSALS:,} more")
        if self._homeless:
            first, more = self._homeless[0], len(self._homeless) - 1
            message = f"the folder `{_above(first)}` has no entry before its file `{first}`"
            help = f"the platform makes no folder without one; this packs them, too: `{self._pack} FOLDER .`"
            self._add(message + (f", nor have those of {more:,} more" if more else ""), help, ARCHIVE_FOLDERS)
        return None if self._refused else krt

    def _add(self, message: str, help: str = "", code: "Code" = ARCHIVE) -> None:
        self.wrong.append((message, help or f"pack the folder of krt.yml anew: `{self._pack} FOLDER .`", code))

    def _refuse(self, message: str, help: str = "") -> None:
        self._refused += 1
        if self._refused <= MOST_REFUSALS:
            self._add(message, help)

    def _krt(self) -> str | None:
        found = [name for name in _KRT if self.states.get(name) == "file"]
        if len(found) == 1:
            return found[0]
        inner = [path for path, state in self.states.items() if state == "file" and path.endswith(_INNER_KRT)]
        if found:
            self._add("both krt.yml and krt.yaml are at the root of the archive", "keep one of them")
        elif inner:
            folder = _above(min(inner, key=lambda path: path.count("/")))
            help = f"pack the content of the folder `{folder}`, not the folder: `{self._pack} {quote(folder)} .`"
            self._add(f"krt.yml is not at the root of the archive, but in `{folder}`", help)
        else:
            self._add("the archive has no krt.yml")
        return None

    def _member(self, path: str, flag: bytes, size: int, stream: Stream) -> None:
        member, folder, length = _normal(path), flag == b"5", min(size, LARGEST_FILE + 1)
        wrong = _wrong(path, member, flag, size)
        if wrong:
            self._refuse(f"`{path}` {wrong}", _LINKS if flag in b"12" else "")
            return
        wanted = member in _KRT or (member.endswith(".proto") and length <= self._room)
        if member and self._place(member, folder) and wanted and not folder:
            self._room -= length
            self.contents[member] = stream.take(length)

    def _place(self, path: str, folder: bool) -> bool:
        """Whether a member goes with those before it; it is noted then, with the folders above it."""
        state = self.states.get(path)
        if state == ("entry" if folder else "file"):
            self._refuse(f"`{path}` stands twice in the archive")
            return False
        if state and (state == "file" or not folder):
            self._refuse(f"`{path}` is both a file and a folder")
            return False
        self._note(path, "entry" if folder else "file")
        parent, unmade = _above(path), ((None, "implied") if folder else (None,))
        if not folder and parent and self.states.get(parent) in (None, "implied"):
            self._homeless.append(path)
        while parent and self.states.get(parent) in unmade:
            self._note(parent, "above" if folder else "implied")
            parent = _above(parent)
        if self.states.get(parent) == "file":
            self._refuse(f"`{parent}` is both a file and a folder")
        return True

    def _note(self, path: str, state: "State") -> None:
        self.states[path] = state
        bound(len(self.states), MOST_MEMBERS, f"{MOST_MEMBERS:,} files and folders")
        caseless = path.casefold()
        other = self._caseless.setdefault(hash(caseless), path)
        if other != path and other.casefold() == caseless:
            self._refuse(f"`{other}` and `{path}` differ in case only", "rename one: on some disks they are one file")


def _wrong(path: str, member: str, flag: bytes, size: int) -> str | None:
    """What is wrong with a member by itself, in words that follow its name."""
    if not path.isprintable():
        return f"has the character U+{next(ord(c) for c in path if not c.isprintable()):04X} in its name"
    if "\\" in path:
        return "has a backslash, or a byte that is not UTF-8, in its name"
    if path.startswith("/"):
        return "is an absolute path"
    if "/../" in f"/{path}/":
        return "leads out of the archive"
    if not path or (flag != b"5" and not member):
        return "is not a name"
    if flag not in b"05":
        return f"is {_TYPES.get(flag) or f'of the type 0x{flag.hex()}, no file or folder'}"
    if flag == b"5" and size:
        return "is a folder with content"
    if flag == b"0" and path.endswith("/"):
        return "is a file with the name of a folder"
    return None


def _normal(path: str) -> str:
    return "/".join([name for name in path.split("/") if name and name != "."])


def _above(path: str) -> str:
    return path.rpartition("/")[0]
