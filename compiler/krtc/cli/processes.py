"""Sharing work out to processes: the same results in the same order, whoever made them."""

import marshal
import os
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    Make = Callable[[Any], Any]

# What is worth a process of its own: so many versions take a processor longer than it takes to start one.
WORTH = 25


def spread(jobs: int | None) -> "Callable[[Make, Iterable[Any]], Iterator[Any]]":
    """A `map` over `jobs` processes; by default as many as there are processors, as far as the work is worth it.

    What `make` gives is plain data (what marshal can write).
    """

    def each(make: "Make", items: "Iterable[Any]") -> "Iterator[Any]":
        whole = [*items]
        wanted = jobs or min(_processors(), len(whole) // WORTH)
        count = max(1, min(wanted, len(whole))) if hasattr(os, "fork") else 1
        ends = [len(whole) * number // count for number in range(count + 1)]
        return _each(make, [whole[ends[number] : ends[number + 1]] for number in range(count)])

    return each


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _each(make: "Make", shares: "list[list[Any]]") -> "Iterator[Any]":
    """The first share is made here, each other one in a child of its own."""
    children: list[tuple[int, int]] = []
    try:
        children += (_child(make, share) for share in shares[1:])
        yield from map(make, shares[0] if shares else [])
        for share in shares[1:]:
            # What a child did not deliver (it was killed, or found a bug of ours) is made here, where it can be seen.
            yield from _delivered(*children.pop(0)) or map(make, share)
    finally:
        for process, pipe in children:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
            os.close(pipe)


def _child(make: "Make", share: "Sequence[Any]") -> tuple[int, int]:
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
            pipe.write(marshal.dumps([make(item) for item in share]))
        code = 0
    finally:
        os._exit(code)  # whatever happened: what the parent has begun is not the child's to end


def _delivered(process: int, pipe: int) -> "list[Any] | None":
    with open(pipe, "rb") as file:
        data = file.read()
    _, status = os.waitpid(process, 0)
    return marshal.loads(data) if status == 0 else None  # noqa: S302 (our own child's)
