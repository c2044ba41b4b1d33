"""Twice the versions are twice the work: counted in calls of functions, so that no clock is asked."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from krtc.cli import main
from tests.unit.runtimes import write_runtime, write_version

SIZES = (6, 6, 12, 24)  # the first time, caches are filled
COMPILE = ("compile", "runtime.yml", "--jobs", "1")


def calls(work: Callable[[], object]) -> int:
    """How many functions are called, Python's and C's."""
    count = 0

    def profile(_: object, event: str, __: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "arguments",
    [
        COMPILE,
        (*COMPILE, "-o", "new"),
        (*COMPILE, "-o", "tree"),
        (*COMPILE, "-o", "tree", "--check"),
        (*COMPILE, "-o", "tree", "--check", "--to", "kustomize"),
        (*COMPILE, "--shard", "1/2"),
        (*COMPILE, "--only", "v1"),
        ("check", "."),
        ("diff", "old.yml", "runtime.yml"),
        ("publish", "v3", "--dry-run"),
        ("status",),
    ],
    ids=" ".join,
)
def test_of_a_runtime(arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    counted: list[int] = []
    for size in SIZES:
        names = [f"v{number}" for number in range(size)]
        for name in names:
            write_version(name)
        write_runtime(dict.fromkeys(names, "stopped"))
        Path("runtime.yml").rename("old.yml")
        write_runtime(dict.fromkeys(names, "started"))
        form = ("--to", "kustomize") if "kustomize" in arguments else ()
        main([*COMPILE, "-o", "tree", *form])
        given = [f"new{len(counted)}" if argument == "new" else argument for argument in arguments]
        counted.append(calls(partial(main, given)))
    _, small, middle, large = counted
    assert large - middle < 2.1 * (middle - small), counted
