"""Work of more than a second shows on a terminal how far it is, how fast, and how long it will take."""

import sys
from time import monotonic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Self, TypeVar

    T = TypeVar("T")

# Seconds: until a bar is shown, and between two looks at it.
AFTER = 1.0
EVERY = 0.1


class Progress:
    """A bar on stderr: how many of `total` versions or files (`things`) were compiled, checked or written (`done`).

    It is shown once the work has taken longer than AFTER, and gone when it is left.
    """

    def __init__(self, done: str, total: int, things: str) -> None:
        self._text = f"{done} {{task.completed:,.0f}} of {total:,} {things}, {{task.fields[rate]:,.0f}} a second"
        self._total = total
        self._stop: Callable[[], None] | None = None
        self._update: Callable[[int, float], None]
        self._next = float("inf")
        if sys.stderr.isatty():
            self._start = monotonic()
            self._next = self._start + AFTER

    def __enter__(self) -> "Self":
        return self

    def __exit__(self, *_: object) -> None:
        if self._stop:
            self._stop()

    def at(self, count: int) -> None:
        """So many are done."""
        now = monotonic()
        if now < self._next:
            return
        if self._stop is None:
            self._show()
        self._update(count, count / (now - self._start))
        self._next = monotonic() + EVERY

    def _show(self) -> None:
        from rich.console import Console  # slow to import: not before it is shown
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (BarColumn(), TextColumn(self._text), TimeRemainingColumn(compact=True), TextColumn("left"))
        bar = Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False)
        task = bar.add_task("", total=self._total, rate=0.0)
        bar.start()
        self._stop = bar.stop
        self._update = lambda count, rate: bar.update(task, completed=count, rate=rate, refresh=True)


def counted(things: "Sequence[T]", done: str, name: str) -> "Iterator[T]":
    """Passes things on, and shows how many were; `done` and `name` as for Progress."""
    with Progress(done, len(things), name) as progress:
        for count, thing in enumerate(things):
            progress.at(count)
            yield thing
