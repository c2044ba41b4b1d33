"""Reading what Git holds at a revision, `REV:path`: the path is as from the working folder, as it is for files.

Git is asked by plumbing (`ls-tree`, `cat-file` and the like), which runs nothing of the repository's, without what the
environment says of Git. It is told to fetch nothing, and sizes are bounded.
"""

import os
import posixpath
import subprocess
from tempfile import TemporaryFile

from krtc.frontend.yaml import LARGEST_FILE
from krtc.pipeline import GZIP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from krtc.model.files import Kind

# What one revision of a folder may list, and what is read of it at once.
_LARGEST_LIST = 64 << 20
_LARGEST_READ = 256 << 20
_MOST_LINKS = 20
_LINK, _FOLDER, _FILES = "120000", "040000", ("100644", "100755")


class RevisionError(Exception):
    """Why there is nothing to read, in words."""


def split(text: str) -> tuple[str, str] | None:
    """REV and path of `REV:path`, or None when it is none; a file of that very name is that file."""
    rev, colon, path = text.partition(":")
    if not colon or not rev or os.path.lexists(text):
        return None
    return rev, path or "."


def read(rev: str, path: str, most: int = LARGEST_FILE) -> bytes | str:
    """The bytes of a file at a revision, at most one more than it may have; in words why there are none."""
    folder, name = os.path.split(os.path.normpath(path))
    return Folder(rev, folder).read(name, most)


def kind(rev: str, path: str) -> "Kind":
    """What stands at a path at a revision; "missing" when there is no such revision, too."""
    at = os.path.normpath(path)
    if os.path.basename(at) in ("", ".", ".."):
        folder, name = at, "."
    else:
        folder, name = os.path.split(at)
    return Folder(rev, folder).kind(name)


def is_unborn(rev: str, path: str) -> bool:
    """Whether a revision is the HEAD of a branch that has no commit yet, in the repository that a folder is of."""
    if rev != "HEAD":
        return False
    at, _ = _existing(path)
    try:
        branch = os.fsdecode(_git(at, ["symbolic-ref", "HEAD"])).strip()
        return not _git(at, ["for-each-ref", "--", branch])  # which fails where the branch leads to nothing
    except RevisionError:
        return False


class Folder:
    """The files in a folder at a revision, as a Tree; links that stay in the folder are followed."""

    complete = False

    def __init__(self, rev: str, path: str) -> None:
        self._rev = rev
        self._path = path
        self._listed: dict[str, tuple[str, str]] | str | None = None  # modes and ids by path; or why there are none

    def kind(self, path: str) -> "Kind":
        """What stands at a path."""
        found = self._find(path)
        if found is None or (path.endswith("/") and found[0] != _FOLDER):
            return "missing"
        mode = found[0]
        return "folder" if mode == _FOLDER else "file" if mode in _FILES else "outside" if mode == _LINK else "special"

    def read(self, path: str, most: int = LARGEST_FILE) -> bytes | str:
        """The content of a file, at most one byte more than `most`; an archive is read whole."""
        found = self._find(path)
        if isinstance(self._listed, str):
            return f"cannot read {self.name(path)}: {self._listed}"
        if found is None:
            return f"cannot read {self.name(path)}: there is no such file at that revision"
        if found[0] not in _FILES:
            return f"cannot read {self.name(path)}: it is not a regular file"
        try:
            (data,) = self._blobs([found[1]])
        except RevisionError as error:
            return f"cannot read {self.name(path)}: {error}"
        return data if data[:2] == GZIP else data[: most + 1]

    def name(self, path: str) -> str:
        """How people are told of a file."""
        return f"{self._rev}:{os.path.normpath(os.path.join(self._path, path))}"

    def files(self) -> list[str]:
        """The paths of all files and links below; RevisionError when there is no such folder."""
        listed = self._list()
        if isinstance(listed, str):
            raise RevisionError(f"cannot read {self.name('.')}: {listed}")
        return [path for path, (mode, _) in listed.items() if mode in (*_FILES, _LINK)]

    def contents(self, paths: "Iterable[str]") -> dict[str, bytes]:
        """The bytes of several files of `files()`, in one go; RevisionError for a link, or too many bytes."""
        listed = self._list()
        assert isinstance(listed, dict)
        wanted = [*paths]
        if link := next((path for path in wanted if listed[path][0] == _LINK), None):
            raise RevisionError(f"cannot read {self.name(link)}: it is a link")
        return dict(zip(wanted, self._blobs([listed[path][1] for path in wanted]), strict=True))

    def _find(self, path: str) -> tuple[str, str] | None:
        """The mode and the id of what a path leads to; a link that leaves the folder is what it is."""
        listed = self._list()
        if isinstance(listed, str) or path.startswith("/"):
            return None
        at, links = path.rstrip("/") or ".", 0
        done: list[str] = []
        parts = at.split("/")[::-1]
        found = (_FOLDER, "")
        while parts:
            part = parts.pop()
            if part in ("", "."):
                continue
            if part == "..":
                if not done:
                    return (_LINK, "")
                done.pop()
                found = (_FOLDER, "")
                continue
            entry = listed.get("/".join([*done, part])) if found[0] == _FOLDER else None
            if entry is None:
                return None
            found = entry
            if found[0] != _LINK:
                done.append(part)
                continue
            links += 1
            target = self._target(found[1])
            if target is None or posixpath.isabs(target) or links > _MOST_LINKS:
                return found
            parts += target.split("/")[::-1]
            found = (_FOLDER, "")
        return found

    def _target(self, link: str) -> str | None:
        try:
            return self._blobs([link])[0].decode()
        except (RevisionError, UnicodeDecodeError):
            return None

    def _list(self) -> dict[str, tuple[str, str]] | str:
        if self._listed is None:
            try:
                self._listed = self._ask_for_list()
            except RevisionError as error:
                self._listed = str(error)
        return self._listed

    def _ask_for_list(self) -> dict[str, tuple[str, str]]:
        rev = self._rev
        if not rev or rev.startswith("-") or not rev.isprintable() or not self._path.isprintable():
            raise RevisionError(f"`{rev}` is not a revision of Git")
        at, below = _existing(self._path)
        try:
            out = _git(at, ["ls-tree", "-r", "-t", "-z", "--full-tree", f"{rev}:./{below}"])
        except RevisionError as error:
            if "valid object name" not in str(error):
                raise
            _git(at, ["rev-parse", "--verify", "--quiet", f"{rev}^{{tree}}"], otherwise=f"there is no revision `{rev}`")
            raise RevisionError("there is no such folder at that revision") from error
        listed = {}
        for line in out.split(b"\0")[:-1]:
            head, _, path = line.partition(b"\t")
            mode, _, oid = head.decode().split(" ")
            listed[os.fsdecode(path)] = mode, oid
        return listed

    def _blobs(self, ids: list[str]) -> list[bytes]:
        """The contents of objects; their sizes are asked first."""
        if not ids:
            return []
        at, _ = _existing(self._path)
        asked = "".join(f"{oid}\n" for oid in ids).encode()
        total = 0
        for line in _git(at, ["cat-file", "--batch-check"], asked).decode().splitlines():
            _, kind, size = [*line.split(" "), "", ""][:3]
            if kind != "blob":
                raise RevisionError("the repository does not hold it")
            total += int(size) + 64
        if total > _LARGEST_READ:
            raise RevisionError(f"more than {_LARGEST_READ >> 20} MiB")
        out = _git(at, ["cat-file", "--batch"], asked, most=total + 64 * len(ids))
        found, place = [], 0
        for _ in ids:
            end = out.index(b"\n", place)
            length = int(out[place:end].rpartition(b" ")[2])
            found.append(out[end + 1 : end + 1 + length])
            place = end + length + 2
        return found


def _existing(path: str) -> tuple[str, str]:
    """The nearest folder on the way to a path that is there now, and the rest of the way."""
    at, below = os.path.normpath(path or "."), ""
    while not os.path.isdir(at or "."):
        at, name = os.path.split(at)
        below = f"{name}/{below}" if below else name
    return at or ".", below


def _git(
    at: str, arguments: list[str], asked: bytes = b"", most: int = _LARGEST_LIST, otherwise: str | None = None
) -> bytes:
    """What Git says, run in a folder; RevisionError when it refuses, in its own words or in those given."""
    # No variable of Git's (a hook's GIT_DIR, a trace) may change what is read; what is not there is not fetched.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"LC_ALL": "C", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
    try:
        with TemporaryFile() as given:  # and no pipe: a Git that ends before it has read all of it would end krtc, too
            given.write(asked)
            given.seek(0)
            done = subprocess.run(
                ["git", *arguments], cwd=at, env=environment, stdin=given, capture_output=True, check=False
            )
    except FileNotFoundError as error:
        raise RevisionError("there is no `git` on PATH") from error
    except OSError as error:
        raise RevisionError(f"git does not run: {error.strerror}") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        words = otherwise or (said[0] if said else f"git ends with {done.returncode}")
        raise RevisionError(words.removeprefix("fatal: "))
    if len(done.stdout) > most:
        raise RevisionError(f"more than {most >> 20} MiB")
    return done.stdout
