"""The progress of long work: on a terminal alone, not in its first second, and gone at the end."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.runtimes import write_all

RUN = """\
import sys
from krtc.cli import main, progress
progress.AFTER, progress.EVERY = float(sys.argv[1]), 0
code = main(sys.argv[2:])
sys.exit(code or 3 * ("rich" in sys.modules))
"""


def on_a_terminal(*arguments: str, after: float = 0) -> tuple[str, int]:
    """What krtc writes to a terminal on stderr, and its exit code: 3 when it imported rich."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(after), *arguments],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env=environment,
        check=False,
    )
    os.close(theirs)
    told = b""
    try:
        while data := os.read(ours, 4096):
            told += data
    except OSError:  # EIO: all was read
        pass
    os.close(ours)
    return told.decode(), done.returncode


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_all()


def test_of_a_compile() -> None:
    told, code = on_a_terminal("compile", "runtime.yml", "--jobs", "1", "-o", "tree")
    assert code == 3
    for count in range(1, 4):
        assert f"compiled {count} of 3 versions, " in told
    assert " a second" in told and " left" in told
    for count in range(4):
        assert f"written {count} of 4 parts, " in told
    assert told.rpartition("\x1b[2K")[2] == "tree: 26 files, 26 changed\r\n"


def test_of_a_check() -> None:
    told, code = on_a_terminal("check", ".")
    assert code == 3
    assert "checked 1 of " in told
    told, _ = on_a_terminal("compile", "runtime.yml", "-o", "tree", "--check")
    assert "checked 0 of 4 parts, " in told


@pytest.mark.parametrize("arguments", [("compile", "runtime.yml", "-o", "tree"), ("check", ".")])
def test_not_in_the_first_second(arguments: tuple[str, ...]) -> None:
    told, code = on_a_terminal(*arguments, after=60)
    assert code == 0
    assert " of " not in told and "\x1b" not in told


def test_nowhere_but_on_a_terminal() -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN, "0", "compile", "runtime.yml", "-o", "tree"], capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, b"")
    assert b" of " not in done.stderr
