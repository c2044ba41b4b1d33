"""What holds for every unit test."""

import gc
import signal
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def process() -> Iterator[None]:
    """The command line sets up a process of its own; the one here is pytest's."""
    handler, threshold = signal.getsignal(signal.SIGPIPE), gc.get_threshold()
    yield
    signal.signal(signal.SIGPIPE, handler)
    gc.set_threshold(*threshold)
