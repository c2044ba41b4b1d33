"""Killed at any moment: every file is the old or the new one, nothing else is lost, and the next run finishes."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from krtc.cli import main, output
from tests.unit.helpers import SMALL, text

KILLS = 200
MODE = 0o640
RUNTIME = """\
# The runtime of mails.
runtime: demo
versions:
  - krt: mail-v1/krt.yml  # the old one
    status: published
  - krt: mail-v2/krt.yml
    status: started
"""
OTHER = RUNTIME.replace("published", "X").replace("started", "published").replace("X", "started")

# Forks a process for each call, which has imported what krtc needs: no kill is wasted on the start of Python. It is
# reaped only when that is asked for, so that its number is nobody else's when it is killed.
ZYGOTE = """
import os, sys
from krtc.cli import assets, check, compile, fixing, init, lifecycle, main, output, rewrite
import importlib.metadata, jinja2.sandbox
from krtc.backends import plain
from krtc.lowering import lower
for line in sys.stdin:
    pid = os.fork()
    if not pid:
        os._exit(main(line.split()))
    print(pid, flush=True)
    sys.stdin.readline()
    _, status = os.waitpid(pid, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
"""


class Zygote:
    """Runs krtc as processes, and kills them at a moment of their life."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", ZYGOTE],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdin and self._process.stdout
        self._in, self._out = self._process.stdin, self._process.stdout

    def run(self, *arguments: str, kill_after: float | None = None) -> int:
        """The exit code of a call; -9 when it was killed."""
        self._say(" ".join(arguments))
        pid = int(self._out.readline())
        if kill_after is not None:
            time.sleep(kill_after)
            os.kill(pid, signal.SIGKILL)
        self._say("")
        return int(self._out.readline())

    def _say(self, line: str) -> None:
        self._in.write(f"{line}\n")
        self._in.flush()

    def close(self) -> None:
        self._in.close()
        self._out.close()
        self._process.wait()


class Moments:
    """When to kill calls, in seconds from their start.

    Half of the calls shall have ended by then, however fast the machine is just now: the range follows what was seen.
    """

    def __init__(self, seed: int, earliest: float) -> None:
        self._chance = random.Random(seed)
        self._earliest = earliest  # as a share of the latest
        self._latest = 0.02

    def next(self) -> float:
        return self._chance.uniform(self._earliest, 1) * self._latest

    def ended(self, ended: bool) -> None:
        """Whether the last call had ended before it was killed."""
        self._latest *= 0.9 if ended else 1.1

    def __str__(self) -> str:
        return f"killed up to {self._latest * 1000:.0f} ms"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: a runtime.yml with two small versions, and one where the other of them is published."""
    monkeypatch.chdir(tmp_path)
    for name in ("mail-v1", "mail-v2"):
        Path(name).mkdir()
        Path(name, "krt.yml").write_text(text({**SMALL, "version": name}))
    Path("runtime.yml").write_text(RUNTIME)
    Path("runtime.yml").chmod(MODE)
    return tmp_path


@pytest.fixture
def zygote(folder: Path) -> Iterator[Zygote]:
    made = Zygote(folder)
    yield made
    made.close()


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def is_left_over(name: str) -> bool:
    return ".krtc-" in name and not name.endswith(output.LIST)


def test_publish(folder: Path, zygote: Zygote) -> None:
    others = {name: content for name, content in files(folder).items() if name != "runtime.yml"}
    moments = Moments(1, earliest=0)
    outcomes: Counter[str] = Counter()
    for _ in range(KILLS):
        old = Path("runtime.yml").read_text()
        new = OTHER if old == RUNTIME else RUNTIME
        version = "mail-v2" if old == RUNTIME else "mail-v1"
        code = zygote.run("publish", version, kill_after=moments.next())
        found = files(folder)
        now = found.pop("runtime.yml").decode()
        assert now in (old, new)
        assert now == new or code == -9
        left = [name for name in found if is_left_over(name)]
        assert len(left) <= 1  # of this run: it has removed those before
        assert {name: content for name, content in found.items() if name not in left} == others
        assert Path("runtime.yml").stat().st_mode & 0o777 == MODE
        moments.ended(now == new)
        outcomes[f"{code} {'old' if now == old else 'new'}{' and a file beside it' if left else ''}"] += 1
    print(moments, outcomes)
    assert outcomes["-9 old"] > KILLS // 4, outcomes
    assert outcomes["-9 new"] + outcomes["0 new"] > 0, outcomes
    assert main(["stop" if Path("runtime.yml").read_text() == OTHER else "unpublish", "mail-v1"]) == 0
    assert files(folder).keys() == {*others, "runtime.yml"}


def test_fix(folder: Path, zygote: Zygote) -> None:
    """Of several files each is the broken or the mended one; the next run mends those that a kill left."""
    good = files(folder)
    broken = {
        "runtime.yml": RUNTIME.replace("runtime: demo", "runtime: demo\nnaming: plian").encode(),
        **{
            f"{name}/krt.yml": good[f"{name}/krt.yml"].replace(b"subscr", b"subsscr") for name in ("mail-v1", "mail-v2")
        },
    }
    mended = good | {"runtime.yml": broken["runtime.yml"].replace(b"plian", b"plain")}
    assert broken.keys() == good.keys()

    def write(contents: dict[str, bytes]) -> None:
        for name, content in contents.items():
            Path(name).write_bytes(content)

    moments = Moments(3, earliest=0.4)
    outcomes: Counter[int] = Counter()
    for _ in range(KILLS):
        write(broken)
        zygote.run("check", "runtime.yml", "--fix", kill_after=moments.next())
        found = files(folder)
        left = [name for name in found if is_left_over(name)]
        assert all(found[name] in (broken[name], mended[name]) for name in broken)
        assert len({name.partition(".krtc-")[0] for name in left} & broken.keys()) == len(left)
        assert found.keys() == {*broken, *left}
        assert Path("runtime.yml").stat().st_mode & 0o777 == MODE
        written = sum(found[name] == mended[name] for name in broken)
        moments.ended(written == len(broken))
        outcomes[written] += 1
    print(moments, outcomes)
    assert outcomes[0] and outcomes[3], outcomes
    assert main(["check", "runtime.yml", "--fix"]) == 0
    assert files(folder) == mended


def test_compile(folder: Path, zygote: Zygote) -> None:
    Path("other.yml").write_text(OTHER.replace("started", "stopped"))
    sources = ("runtime.yml", "other.yml")
    trees = []
    for number, source in enumerate(sources):
        assert main(["compile", source, "-o", f"tree{number}"]) == 0
        trees.append(files(folder / f"tree{number}"))
        shutil.rmtree(f"tree{number}")
    old_tree, new_tree = trees
    assert old_tree.keys() - new_tree.keys() and old_tree != new_tree
    calls = [["compile", source, "-o", "tree"] for source in sources]
    assert zygote.run(*calls[1]) == 0
    others = {name: content for name, content in files(folder).items() if not name.startswith("tree")}
    moments = Moments(2, earliest=0.4)  # before that it only reads
    outcomes: Counter[str] = Counter()
    for number in range(KILLS):
        call = calls[number % 2]
        old, new = trees[1 - number % 2], trees[number % 2]
        if number % 10 > 7:  # a new folder is made beside its place
            shutil.rmtree("tree")
            old = {}
        code = zygote.run(*call, kill_after=moments.next())
        found = files(folder)
        assert {name: content for name, content in found.items() if not name.startswith((".tree", "tree"))} == others
        tree = {name.removeprefix("tree/"): content for name, content in found.items() if name.startswith("tree/")}
        left = {name for name in tree if is_left_over(name)}
        names = set()
        for name in tree.keys() - left - {output.LIST}:
            assert tree[name] in (old.get(name), new.get(name)), name
        if output.LIST in tree:
            names = {line for line in tree[output.LIST].decode().splitlines() if not line.startswith("#")}
        # What it writes it has named first.
        assert tree.keys() - left - {output.LIST} <= names
        is_new = tree == new
        assert main([*call, "--check"]) == (0 if is_new else 1)
        assert is_new or code == -9
        moments.ended(is_new)
        outcomes["new" if is_new else "old" if tree == old else "between"] += 1
        assert main(call) == 0
        assert files(folder / "tree") == new
        assert not [name for name in os.listdir() if is_left_over(name)]
    print(moments, outcomes)
    assert min(outcomes[what] for what in ("old", "between", "new")) > 0, outcomes


@pytest.mark.parametrize("exists", [False, True])
def test_init(folder: Path, zygote: Zygote, exists: bool) -> None:
    call = ["init", "new/demo", "--yes"]
    assert main(call) == 0
    whole = files(folder / "new")
    moments = Moments(3, earliest=0.2)
    outcomes: Counter[str] = Counter()
    for _ in range(KILLS // 4):
        shutil.rmtree("new")
        if exists:
            Path("new/demo/versions").mkdir(parents=True)
        code = zygote.run(*call, kill_after=moments.next())
        found = files(folder / "new") if Path("new").exists() else {}
        left = {name for name in found if ".krtc-" in name}
        mine = {name: content for name, content in found.items() if name not in left}
        assert mine.items() <= whole.items()  # each is whole
        assert exists or mine in ({}, whole)
        assert mine == whole or code == -9
        moments.ended(mine == whole)
        outcomes["whole" if mine == whole else "part" if mine else "nothing"] += 1
        assert main(call) == 0
        assert files(folder / "new") == whole
    print(moments, outcomes)
    assert outcomes["whole"] and outcomes["nothing"], outcomes
