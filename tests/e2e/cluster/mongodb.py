"""A server of MongoDB's protocol, where the .krt files are."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.cluster.network import BOUND, free_port
from tests.e2e.cluster.processes import program


@contextlib.contextmanager
def mongodb(inside: tuple[str, ...], folder: Path, host: str) -> Iterator[int]:
    """Its port."""
    store, port = folder / "mongodb", free_port()
    store.mkdir()
    command: list[str | Path] = [*BOUND, *inside, program("ferretdb"), store, f"{host}:{port}"]
    pipe = subprocess.PIPE
    with (
        (folder / "ferretdb.log").open("w") as log,
        subprocess.Popen(command, cwd=store, stdin=pipe, stdout=pipe, stderr=log) as server,
    ):
        assert server.stdout
        assert server.stdout.readline(), (folder / "ferretdb.log").read_text()
        yield port
        server.kill()
