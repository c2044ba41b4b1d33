"""nats-server with JetStream, and what its streams are."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.e2e.cluster.network import free_port
from tests.e2e.cluster.processes import program, running


class Nats(NamedTuple):
    """A running one."""

    inside: tuple[str, ...]
    address: str

    def __call__(self, *arguments: str) -> str:
        """What the nats command prints."""
        command: list[str | Path] = [*self.inside, program("nats"), "--server", self.address, *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout

    def streams(self) -> set[str]:
        """The names of all streams, of buckets, too."""
        return set(self("stream", "ls", "--names", "--all").split())

    def stream(self, name: str) -> dict[str, Any]:
        """The configuration of a stream."""
        return dict(json.loads(self("stream", "info", name, "--json"))["config"])

    def consumer(self, stream: str, name: str) -> dict[str, Any]:
        """A durable consumer's configuration, and how it stands."""
        return dict(json.loads(self("consumer", "info", stream, name, "--json")))


@contextlib.contextmanager
def nats(
    inside: tuple[str, ...], folder: Path, port: int = 0, host: str = "127.0.0.1", store: Path | None = None
) -> Iterator[Nats]:
    """At a port of one's choice: who starts it again there finds what it kept in the folder, or the store."""
    port = port or free_port()
    flags = {"addr": host, "port": port, "store_dir": store or folder / "jetstream"}
    with running(
        inside,
        folder,
        "nats-server",
        "--jetstream",
        flags=flags,
        ready=lambda: "Server is ready" in (folder / "nats-server.log").read_text(),
    ):
        yield Nats(inside, f"nats://{host}:{port}")
