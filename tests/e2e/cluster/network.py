"""A network of a cluster's own: as root a private namespace with nothing but loopback, else the machine's loopback."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
from collections.abc import Iterator

# What a process is started by, so that it ends with the tests even if they are killed.
BOUND = ("setpriv", "--pdeathsig", "KILL")


@contextlib.contextmanager
def network() -> Iterator[tuple[str, ...]]:
    """The words before a command by which it runs inside."""
    if os.geteuid():
        yield ()
        return
    script = "ip link set lo up && echo up && exec sleep infinity"
    command = [*BOUND, "unshare", "--net", "sh", "-c", script]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, process_group=0) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"up\n", "no network namespace can be made"
            yield ("nsenter", "--net", "--target", str(holder.pid), "--")
        finally:
            holder.kill()


def free_port() -> int:
    """A port that is free outside; inside, all are."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
