"""What holds for every unit test."""

import gc
import os
import signal
from collections.abc import Iterator

import pytest


class Exit(BaseException):
    """The process would have ended, with this code."""


@pytest.fixture(autouse=True)
def process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The command line sets up a process of its own, and ends it; the one here is pytest's."""

    here, really = os.getpid(), os._exit

    def leave(code: int) -> None:
        if os.getpid() != here:  # a child's end is its own
            really(code)
        raise Exit(code)

    monkeypatch.setattr(os, "_exit", leave)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGPIPE, signal.SIGTERM)}
    threshold = gc.get_threshold()
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)
    gc.set_threshold(*threshold)
