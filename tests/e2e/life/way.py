"""A way in which people deploy what krtc makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from tests.e2e.life.sources import Names, Status


class Way(Protocol):
    """`own` is what it has in the namespace for itself; `knows`, whether it waits for streams and buckets, too."""

    own: Names
    knows: bool

    def deploy(self, statuses: Mapping[str, Status]) -> None:
        """Have what runtime.yml says, which are these statuses; it ends when the tool says that all is well."""

    def again(self) -> None:
        """Have the same once more."""
