"""Sharing work out to processes: nobody sees who did it."""

import errno
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from krtc.cli import processes
from krtc.cli.errors import UsageError
from krtc.cli.main import main
from krtc.cli.processes import WORTH, spread
from krtc.cli.progress import Progress
from tests.unit.runtimes import ALL, write_all, write_runtime, write_version

PARENT = os.getpid()


def made(jobs: int | None, make: Callable[[int], int], numbers: range) -> list[int]:
    """What `make` gives for each number, having seen that what is fetched is what belongs to it."""
    results = [*spread(jobs)(lambda number: (make(number), {"of": number}), numbers)]
    assert [fetch() for _, fetch in results] == [{"of": number} for number in numbers]
    return [first for first, _ in results]


@pytest.mark.parametrize("in_memory", [processes.IN_MEMORY, 3])
@pytest.mark.parametrize("count", [0, 1, 2, 7, 100])
@pytest.mark.parametrize("jobs", [None, 1, 2, 3, 200])
def test_the_results_are_those_of_map(
    jobs: int | None, count: int, in_memory: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "IN_MEMORY", in_memory)
    assert made(jobs, lambda number: number, range(count)) == [*range(count)]


def _pids(jobs: int | None, count: int) -> int:
    return len(set(made(jobs, lambda _: os.getpid(), range(count))))


def test_each_job_is_a_process_and_little_work_is_done_here() -> None:
    assert _pids(3, 9) == 3
    assert _pids(3, 2) == 2
    assert _pids(None, WORTH - 1) == _pids(None, 2 * WORTH - 1) == 1
    assert _pids(None, 1000 * WORTH) == min(1000, len(os.sched_getaffinity(0)))


def test_what_children_have_done_shows_while_they_work(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[int] = []
    monkeypatch.setattr(processes, "EVERY", 0.01)
    monkeypatch.setattr(Progress, "at", lambda _, done: shown.append(done))

    def make(number: int) -> int:
        time.sleep(0.5 if number == 3 else 0)
        return number

    assert made(2, make, range(4)) == [0, 1, 2, 3]
    assert shown == sorted(shown)
    assert shown[-1] >= 3


@pytest.mark.parametrize("in_memory", [processes.IN_MEMORY, 0])
def test_what_a_killed_child_owes_is_made_here(in_memory: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "IN_MEMORY", in_memory)

    def make(number: int) -> int:
        if number == 5 and os.getpid() != PARENT:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    before = _children()
    assert made(3, make, range(9)) == [*range(9)]
    assert _children() <= before


def test_a_bug_in_a_child_shows_itself_here() -> None:
    def make(number: int) -> int:
        return 1 // (5 - number)

    before = _children()
    with pytest.raises(ZeroDivisionError):
        made(3, make, range(9))
    assert _children() <= before


def test_children_end_with_what_began_them() -> None:
    def make(number: int) -> int:
        if os.getpid() != PARENT:
            time.sleep(600)
        raise KeyboardInterrupt

    before = _children()
    with pytest.raises(KeyboardInterrupt):
        made(3, make, range(9))
    assert _children() <= before


def _children() -> set[str]:
    """The children of this process, also those that ended and were not waited for."""
    return {child for task in Path("/proc/self/task").iterdir() for child in (task / "children").read_text().split()}


@pytest.mark.parametrize("form", ["manifests", "kustomize", "helm"])
def test_a_runtime_is_the_same_for_any_number_of_jobs(
    tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_all()
    trees = []
    for jobs in ("1", "2", "4"):
        monkeypatch.setattr(processes, "IN_MEMORY", int(jobs) - 2)
        assert main(["compile", str(tmp_path), "--to", form, "--jobs", jobs, "-o", str(tmp_path / jobs)]) == 0
        folder = tmp_path / jobs
        trees.append({path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()})
    assert trees[0] == trees[1] == trees[2]


KINDS: dict[str, dict[str, Any]] = {"clean": {}, "warned": {"description": "a\u200bb"}, "broken": {"entrypoint": {}}}
ANY = ("clean", "warned", "broken", "missing")
# Three versions, any two of them of any two kinds: a Latin square.
SQUARE = [(ANY[i], ANY[j], ANY[(i + j) % 4]) for i, j in product(range(4), repeat=2)]


@pytest.mark.parametrize("kinds", SQUARE, ids="-".join)
def test_nobody_sees_who_judged_a_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kinds: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, kind in zip(ALL, kinds, strict=True):
        if kind != "missing":
            write_version(name, **KINDS[kind])
    write_runtime(ALL)
    checked = main(["check", "runtime.yml"])
    said = capsys.readouterr().err
    assert said.count("warning[KRT007]") == kinds.count("warned")
    for jobs in ("1", "2", "3"):
        assert main(["compile", "runtime.yml", "--jobs", jobs]) == checked
        out, err = capsys.readouterr()
        assert err == said
        assert bool(out) == (not checked)


@pytest.mark.parametrize("jobs", ["0", "-1", "x"])
def test_a_wrong_number_of_jobs_is_a_usage_error(jobs: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["compile", "runtime.yml", f"--jobs={jobs}"])
    assert f"argument --jobs: `{jobs}` is no number of processes" in capsys.readouterr().err


def test_an_interrupt_ends_all_of_them() -> None:
    program = """
import os, sys, time
from krtc.cli.processes import spread
def make(number):
    os.write(1, b"at work\\n")
    time.sleep(600)
try:
    [*spread(2)(make, range(2))]
except KeyboardInterrupt:
    sys.exit(130)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout
        assert [process.stdout.readline() for _ in range(2)] == [b"at work\n"] * 2
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(20) == 130
        assert process.stdout.read() == b""  # its end: nobody has it open any more


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_no_room_for_a_temporary_file(jobs: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_all()
    program = f"""
import resource, signal, sys
from krtc.cli import main, processes
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
processes.IN_MEMORY = 0
sys.exit(main(["compile", "runtime.yml", "--jobs", "{jobs}"]))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "krtc: error: cannot write a temporary file for what is compiled: File too large\n"


def test_no_place_for_a_temporary_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> None:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "TemporaryFile", nowhere)
    monkeypatch.setattr(processes, "IN_MEMORY", 0)
    with pytest.raises(UsageError, match=r"cannot write a temporary file .*: No usable temporary directory found"):
        made(2, lambda number: number, range(9))
