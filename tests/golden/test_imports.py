"""What a plain compile imports is a budget: each name more is a part of every start."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).with_name("imports.txt")
EXAMPLE = Path(__file__).parents[2] / "examples" / "classificator" / "krt.yml"
SCRIPT = f"""\
import os, sys
sys.argv = ["krtc", "compile", {str(EXAMPLE)!r}]
os._exit = lambda code: sys.stderr.write("\\n".join(sys.modules))
from krtc.__main__ import command
command()
"""
THIS_PYTHON = "# CPython {}.{}".format(*sys.version_info)


def modules(script: str) -> set[str]:
    """What is imported when a script has run."""
    command = [sys.executable, "-I", "-c", script]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stderr.split())


def test_imports(request: pytest.FixtureRequest) -> None:
    imported = modules(SCRIPT) - modules("import sys; sys.stderr.write(' '.join(sys.modules))")
    if request.config.getoption("update_golden"):
        GOLDEN.write_text("\n".join([THIS_PYTHON, *sorted(imported)]) + "\n")
    python, *expected = GOLDEN.read_text().splitlines()
    if python != THIS_PYTHON:  # what the standard library needs of itself is another Python's
        imported, expected = _others(imported), sorted(_others(expected))
    assert sorted(imported) == expected, "pytest --update-golden rewrites it"


def _others(names: Iterable[str]) -> set[str]:
    return {name for name in names if name.partition(".")[0] not in sys.stdlib_module_names}
