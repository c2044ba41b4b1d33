"""Sharing work out to processes: the same results in the same order, whoever made them."""

import marshal
import os
import signal
from functools import partial
from mmap import mmap

from krtc.cli.errors import UsageError
from krtc.cli.progress import EVERY, Progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import IO, Any

    from krtc.pipeline import Each

    Make = Callable[[Any], tuple[Any, Any]]
    Made = tuple[Any, Callable[[], Any]]

# What is worth a process of its own: so many versions take a processor longer than it takes to start one.
WORTH = 25
# What a process keeps in memory: the files of so many versions; those of more are put into a temporary file.
IN_MEMORY = 250
# The bytes of a number.
_LENGTH = 8


def spread(jobs: int | None) -> "Each":
    """What `pipeline.here` does, over `jobs` processes; by default as many as there are, if the work is worth it.

    What `make` gives is plain data (what marshal can write). UsageError where there is no room for a temporary file.
    """

    def each(make: "Make", items: "Iterable[Any]") -> "Iterator[Made]":
        whole = [*items]
        wanted = jobs or min(_processors(), len(whole) // WORTH)
        count = max(1, min(wanted, len(whole))) if hasattr(os, "fork") else 1
        ends = [len(whole) * number // count for number in range(count + 1)]
        shares = [whole[ends[number] : ends[number + 1]] for number in range(count)]
        return _each(make, shares)

    return each


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _each(make: "Make", shares: "list[list[Any]]") -> "Iterator[Made]":
    """The first share is made here, each other one in a child of its own."""
    shelves = [_shelf() if len(share) > IN_MEMORY else _Memory() for share in shares]
    children: list[tuple[int, int]] = []
    counters = _Counters(len(shares))
    progress = Progress("compiled", sum(map(len, shares)), "versions")
    try:
        for number, (share, shelf) in enumerate(zip(shares[1:], shelves[1:], strict=True), 1):
            children.append(_child(partial(_made, make, share, shelf, partial(counters.add, number))))

        def show() -> None:
            progress.at(counters.total())

        def count() -> None:
            counters.add(0)
            show()

        with progress:
            for number, (share, shelf) in enumerate(zip(shares, shelves, strict=True)):
                # What a child did not deliver (it was killed, or found a bug of ours) is made here, and can be seen.
                delivered = _delivered(*children.pop(0), show) if number else None
                for first, place in _made(make, share, shelf, count) if delivered is None else delivered:
                    yield first, _Kept(shelf, place)
    finally:
        for process, pipe in children:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
            os.close(pipe)


def _made(
    make: "Make", share: "Sequence[Any]", shelf: "_Memory | _Shelf", count: "Callable[[], None]"
) -> "Iterator[tuple[Any, Any]]":
    """The results of a share, each of which is counted; in place of the second part, where that is."""
    for first, second in map(make, share):
        yield first, shelf.put(second)
        count()


class _Kept:
    """What fetches a thing from where it is; there are as many as versions."""

    __slots__ = ("_place", "_shelf")

    def __init__(self, shelf: "_Memory | _Shelf", place: "Any") -> None:
        self._shelf = shelf
        self._place = place

    def __call__(self) -> "Any":
        return self._shelf.fetch(self._place)


class _Counters:
    """How much each of several processes has done, in memory that they share; each writes its own number."""

    def __init__(self, processes: int) -> None:
        self._shared = mmap(-1, processes * _LENGTH)
        self._own = 0

    def add(self, process: int) -> None:
        """One more, by the process of this number."""
        self._own += 1
        start = process * _LENGTH
        self._shared[start : start + _LENGTH] = self._own.to_bytes(_LENGTH)

    def total(self) -> int:
        """What all have done."""
        data = self._shared[:]
        return sum(int.from_bytes(data[i : i + _LENGTH]) for i in range(0, len(data), _LENGTH))


class _Memory:
    """Keeps things where they are."""

    def put(self, thing: "Any") -> "Any":
        """Where it is then."""
        return thing

    def fetch(self, place: "Any") -> "Any":
        """What was put there."""
        return place


class _Shelf:
    """Puts plain data aside, in a temporary file; UsageError where there is no room for it."""

    def __init__(self, file: "IO[bytes]") -> None:
        self._file = file

    def __del__(self) -> None:
        self._file.close()

    def put(self, thing: "Any") -> int:
        """Where it is then: behind its length."""
        data = marshal.dumps(thing)
        try:
            start = self._file.seek(0, os.SEEK_END)
            self._file.write(len(data).to_bytes(_LENGTH) + data)
            self._file.flush()  # by whom it is fetched, its buffer was not filled
        except OSError as error:
            raise _no_room(error) from error
        return start

    def fetch(self, place: int) -> "Any":
        """What was put there."""
        file = self._file.fileno()
        length = int.from_bytes(os.pread(file, _LENGTH, place))
        return marshal.loads(os.pread(file, length, place + _LENGTH))  # noqa: S302 (our own)


def _child(make: "Callable[[], Iterator[Any]]") -> tuple[int, int]:
    """Starts a child that makes a share: its number, and the pipe that it writes the results to."""
    here, there = os.pipe()
    process = os.fork()
    if process:
        os.close(there)
        return process, here
    code = 1
    try:
        os.close(here)
        with open(there, "wb") as pipe:
            pipe.write(marshal.dumps([*make()]))
        code = 0
    finally:
        os._exit(code)  # whatever happened: what the parent has begun is not the child's to end


def _delivered(process: int, pipe: int, show: "Callable[[], None]") -> "list[Any] | None":
    from select import select  # one process waits for none

    while not select([pipe], [], [], EVERY)[0]:
        show()
    with open(pipe, "rb") as file:
        data = file.read()
    _, status = os.waitpid(process, 0)
    return marshal.loads(data) if status == 0 else None  # noqa: S302 (our own child's)


def _shelf() -> _Shelf:
    from tempfile import TemporaryFile  # slow to import

    try:
        return _Shelf(TemporaryFile())  # which is closed when nobody can fetch from it any more
    except OSError as error:
        raise _no_room(error) from error


def _no_room(error: OSError) -> UsageError:
    return UsageError(f"cannot write a temporary file for what is compiled: {error.strerror}")
