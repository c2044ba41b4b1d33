"""Writing a tree: each file is old or new and never torn, and what krtc did not write stays.

A tree holds `.krtc-files`, the list of what krtc wrote there. It is written before the files, with what is about to
come, so that a run that was killed is finished by the next one and leaves nothing that nobody knows of.
"""

import errno
import os
import re
import stat

from krtc.cli.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Mine = Callable[[str], bool]

LIST = ".krtc-files"
_MARK = ".krtc-"
_HEADER = "# The files of this folder that krtc wrote, and may change and remove.\n"
# A list comes with a repository that nobody may trust: only names of the form that krtc writes count.
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*").fullmatch


def everything(name: str) -> bool:
    """Whose run it is: nobody else writes to this tree."""
    return True


def write(folder: str, files: "Mapping[str, str]", mine: "Mine" = everything) -> tuple[int, int]:
    """Makes `folder` hold `files` (path in it to text), and of krtc's that are `mine` no others.

    Says how many files these are, and how many it changed.

    Raises UsageError when the folder is not krtc's to write, OSError when the disk refuses.
    """
    folder = folder.rstrip("/") or "/"
    _refuse_link(folder)
    if not os.path.lexists(folder):
        return _write_new(folder, files, mine)
    listed = known(folder)
    ours = {*filter(mine, listed)}
    names, changed, seen = set(), set(), set[str]()
    for name, text in files.items():
        if name not in ours and os.path.lexists(os.path.join(folder, name)):
            raise UsageError(
                f"{os.path.join(folder, name)} was not written by krtc: move it away, or give another folder"
            )
        names.add(name)
        if _content(folder, name, seen) != text.encode():
            changed.add(name)
    stale, left = sorted(ours - names), sorted(_abandoned(folder, ours))
    then = (listed - ours) | names
    if not changed and not stale and not left and _content(folder, LIST, seen) == _list(then).encode():
        return len(names), 0
    for name in left:  # first: one of them may have the name that a file of this run is written under
        _remove(folder, name)
    _replace(folder, LIST, _list(listed | names))
    for name, text in files.items() if changed else ():
        if name in changed:
            _replace(folder, name, text)
    for name in stale:
        _remove(folder, name)
    _replace(folder, LIST, _list(then))
    return len(names), len(changed) + len(stale) + len(left)


def refuse_other(folder: str, *, whole_runtime: bool) -> None:
    """Raises UsageError when a folder holds the tree of one version where a runtime's shall come, or the other way.

    Both would have a Service `active-entrypoint`, and what is applied from one would be pruned by the other.
    """
    ours = known(folder) if os.path.isdir(folder) and not os.path.islink(folder) else set()
    if ours and whole_runtime != any(name.startswith(("versions/", "runtime/")) for name in ours):
        held = "the tree of one version" if whole_runtime else "the tree of a whole runtime"
        raise UsageError(f"{folder} holds {held}: give another folder, or remove that one first")


def differences(folder: str, files: "Mapping[str, str]", mine: "Mine" = everything) -> "Iterator[str]":
    """What `write` would change, a line a file; nothing when the folder is up to date."""
    listed = known(folder) if os.path.isdir(folder) else set()
    ours = {*filter(mine, listed)}
    names, seen = set(), set[str]()
    for name, text in files.items():
        names.add(name)
        content = _content(folder, name, seen)
        if content is None:
            yield f"{os.path.join(folder, name)} is missing"
        elif content != text.encode():
            yield f"{os.path.join(folder, name)} differs"
    for name in sorted((ours - names) | _abandoned(folder, ours)):
        if os.path.lexists(os.path.join(folder, name)):
            yield f"{os.path.join(folder, name)} is left over"
    if _content(folder, LIST, seen) != _list((listed - ours) | names).encode():
        yield f"{os.path.join(folder, LIST)} lists other files, or was not written to its end"


def add(folder: str, files: "Mapping[str, str]") -> list[str]:
    """Puts files into a folder, new or not, that is not krtc's: each is whole or not there, and none is overwritten.

    The names of those that are there already, with the same text. Raises UsageError, naming all, when others stand in
    the way; OSError when the disk refuses, and then no file and no folder of this run is left.
    """
    folder = folder.rstrip("/") or "/"
    _refuse_link(folder)
    if not os.path.lexists(folder) and _make(folder, files.items()):
        return []
    if not os.path.isdir(folder):
        raise UsageError(f"{folder} is not a folder")
    there = {name: _there(folder, name) for name in files}
    kept = [name for name, text in files.items() if there[name] == text.encode()]
    if clashing := [name for name in files if there[name] is not None and name not in kept]:
        what = "is there already, and is another one" if len(clashing) == 1 else "are there already, and are others"
        raise UsageError(f"nothing was written to {folder}: {', '.join(clashing)} {what}")
    made: list[str] = []
    for name in sorted(_abandoned(folder, {*files})):
        _remove(folder, name)
    try:
        for name, text in files.items():
            if name not in kept:
                _add(folder, name, text, made)
    except BaseException:
        for path in reversed(made):
            (os.rmdir if os.path.isdir(path) else os.unlink)(path)
        raise
    return kept


def _there(folder: str, name: str) -> bytes | None:
    """What stands where a file shall be: its content, or something that no text is; None for nothing."""
    path = folder
    for part in name.split("/")[:-1]:
        path = f"{path}/{part}"
        if os.path.islink(path) or (os.path.lexists(path) and not os.path.isdir(path)):
            return b"\xff"
    path = f"{folder}/{name}"
    if not os.path.lexists(path):
        return None
    return b"\xff" if os.path.islink(path) else (_content(folder, name, set()) or b"\xff")


def _add(folder: str, name: str, text: str, made: list[str]) -> None:
    path = folder
    for part in name.split("/")[:-1]:
        path = f"{path}/{part}"
        if not os.path.isdir(path):
            os.mkdir(path)
            made.append(path)
    replace(f"{folder}/{name}", text.encode())
    made.append(f"{folder}/{name}")


def _write_new(folder: str, files: "Mapping[str, str]", mine: "Mine") -> tuple[int, int]:
    names = []

    def with_list() -> "Iterator[tuple[str, str]]":
        for name, text in files.items():
            names.append(name)
            yield name, text
        yield LIST, _list(names)

    if not _make(folder, with_list()):
        return write(folder, files, mine)
    return len(names), len(names)


def _make(folder: str, files: "Iterable[tuple[str, str]]") -> bool:
    """A new folder is made beside its place and renamed once; False when another run was faster."""
    parent, last = os.path.split(folder)
    os.makedirs(parent or ".", exist_ok=True)
    for left in left_by_the_dead(parent or ".", {f".{last}"}):
        _remove_tree(os.path.join(parent, left))
    fresh = os.path.join(parent, f".{last}{_MARK}{os.getpid()}")
    os.mkdir(fresh)
    try:
        for name, text in files:
            _create(os.path.join(fresh, name), text)
        os.rename(fresh, folder)
    except BaseException as error:
        _remove_tree(fresh)
        if isinstance(error, OSError) and error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            return False
        raise
    return True


def _create(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "x", encoding="utf-8", newline="") as file:
        file.write(text)


def known(folder: str) -> set[str]:
    """The files in a folder that krtc wrote; UsageError when it holds others only."""
    content = _content(folder, LIST, set())
    if content is None:
        if not os.path.isdir(folder):
            raise UsageError(f"{folder} is not a folder")
        if os.listdir(folder):
            raise UsageError(f"the folder {folder} holds files that krtc did not write: give an empty or a new folder")
        return set()
    names = {line for line in content.decode("utf-8", "replace").split("\n") if line and not line.startswith("#")}
    if strange := sorted(name for name in names if not _NAME(name)):
        raise UsageError(f"{os.path.join(folder, LIST)} names {strange[0]!r}, which krtc never writes")
    return names


def _list(names: "Iterable[str]") -> str:
    return _HEADER + "".join(f"{name}\n" for name in sorted(names))


def _inside(folder: str, name: str, seen: set[str]) -> str:
    """The path of a file in a folder; UsageError when a link is on the way, but for the folders that were `seen`."""
    *above, last = name.split("/")
    path = folder
    for part in above:
        path = f"{path}/{part}"
        if path not in seen:
            _refuse_link(path)
            seen.add(path)
    return f"{path}/{last}"


def _without_links(folder: str, name: str) -> str:
    """The same when the file itself is no link, either."""
    path = _inside(folder, name, set())
    _refuse_link(path)
    return path


def _refuse_link(path: str) -> None:
    if os.path.islink(path):
        raise UsageError(f"{path} is a link, and krtc writes through none")


def _content(folder: str, name: str, seen: set[str]) -> bytes | None:
    path = _inside(folder, name, seen)
    try:
        kind = os.lstat(path).st_mode
        if stat.S_ISLNK(kind):
            _refuse_link(path)
        if not stat.S_ISREG(kind):
            return None
        with open(path, "rb", buffering=0) as file:
            return file.readall()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _replace(folder: str, name: str, text: str) -> None:
    path = _without_links(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    replace(path, text.encode())


def replace(path: str, content: bytes, mode: int | None = None) -> None:
    """Writes a file beside its place, and renames it to that: it is old or new at every moment.

    One with a `mode` has that, and is on the disk before it is renamed. Raises OSError when the disk refuses.
    """
    beside = f"{path}{_MARK}{os.getpid()}"
    first = 0o666 if mode is None else mode & 0o600  # until it has its mode, nobody else reads it
    try:
        with open(beside, "xb", opener=lambda name, flags: os.open(name, flags, first)) as file:
            file.write(content)
            if mode is not None:
                file.flush()
                os.fchmod(file.fileno(), mode)
                os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        if os.path.lexists(beside):
            os.unlink(beside)
        raise


def put(path: str, content: bytes) -> None:
    """Writes a file that is named by who called; UsageError when the disk refuses."""
    try:
        replace(path, content)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error


def _abandoned(folder: str, ours: set[str]) -> set[str]:
    """What runs that were killed left beside the files that they were writing."""
    names: dict[str, set[str]] = {}
    for path in (*ours, LIST):
        inside, _, name = path.rpartition("/")
        names.setdefault(inside, set()).add(name)
    return {
        os.path.join(inside, name)
        for inside, beside in names.items()
        for name in left_by_the_dead(os.path.join(folder, inside), beside)
    }


def left_by_the_dead(folder: str, names: set[str]) -> list[str]:
    """Half-written NAME.krtc-PID of `names` whose process is no more; another run may be writing at this moment."""
    left = []
    for entry in os.listdir(folder) if os.path.isdir(folder) else ():
        name, _, pid = entry.rpartition(_MARK)
        if name in names and pid.isdecimal() and not _is_alive(int(pid)):
            left.append(entry)
    return left


def _is_alive(pid: int) -> bool:
    if pid == os.getpid():  # of one before us: in a container, every run may have the same number
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # another user's
        pass
    return True


def _remove_tree(folder: str) -> None:
    import shutil  # slow to import, and hardly ever needed

    shutil.rmtree(folder, ignore_errors=True)


def _remove(folder: str, name: str) -> None:
    path = _without_links(folder, name)
    if os.path.lexists(path):
        os.unlink(path)
    # Folders that this leaves empty go, too, but never the tree itself.
    while "/" in name:
        name = name.rpartition("/")[0]
        try:
            os.rmdir(os.path.join(folder, name))
        except OSError:
            return
