"""The programs of a cluster: found, started, waited for, stopped."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.e2e.cluster.network import BOUND

ROOT = Path(__file__).resolve().parents[3]


def program(name: str) -> Path:
    """A program of tools/."""
    path = ROOT / ".tools" / "bin" / name
    assert path.exists(), f"{path} is missing: `make e2e` builds it"
    return path


def installed(name: str) -> Path:
    """A program of Debian's."""
    path = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin")
    assert path, f"{name} is missing: `make cluster-deps` installs it"
    return Path(path)


@contextlib.contextmanager
def running(
    inside: tuple[str, ...],
    folder: Path,
    name: str,
    *arguments: str | Path,
    flags: Mapping[str, object] = {},
    ready: Callable[[], bool],
    of_machine: Path | None = None,
) -> Iterator[None]:
    """A program of tools/, or another, from the moment that it is ready; what it says is in NAME.log of the folder."""
    log, words = folder / f"{name}.log", [f"--{flag}={value}" for flag, value in flags.items()]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*BOUND, *inside, of_machine or program(name), *arguments, *words],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,  # Ctrl-C reaches the tests alone, which stop all in order
        )
    try:
        assert until(lambda: process.poll() is not None or ready()) and process.poll() is None, (
            f"{name} does not start:\n" + "".join(log.read_text(errors="replace").splitlines(keepends=True)[-20:])
        )
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def until(true: Callable[[], bool], patience: float = 90.0) -> bool:
    """Whether it came true in time."""
    end = time.monotonic() + patience
    while not (came := true()) and time.monotonic() < end:
        time.sleep(0.1)
    return came
