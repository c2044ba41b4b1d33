"""Run the unit tests on the machine's other CPythons, one of each minor version from 3.11 on.

    python tests/other_pythons.py

Looked for on PATH and beside the running Python's own installation, where version managers keep the others.
Each gets a virtual environment in .venvs/, made anew only when its interpreter or what is pinned has changed.
"""

import glob
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "unit.txt"
PROBE = "import sys; print(sys.implementation.name, *sys.version_info[:4], sys.executable)"


def probe(program: str) -> tuple[tuple[int, int], str] | None:
    """The version and the real path of a released CPython; None for anything else, such as a dead shim."""
    command = [program, "-I", "-c", PROBE]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    name, major, minor, _, level, path = done.stdout.rstrip("\n").split(" ", 5)
    return ((int(major), int(minor)), path) if (name, level) == ("cpython", "final") else None


def others() -> dict[tuple[int, int], str]:
    """The other Pythons by version; of several with the same, the first found."""
    folders = [*os.get_exec_path(), *sorted(glob.glob(f"{Path(sys.base_prefix).parent}/*/bin"))]
    programs = [program for folder in folders for program in sorted(Path(folder).glob("python3.*"))]
    found: dict[tuple[int, int], str] = {}
    for program in programs:
        if re.fullmatch(r"python3\.\d+", program.name) and (python := probe(str(program))):
            found.setdefault(*python)
    found.pop(sys.version_info[:2], None)
    return {version: found[version] for version in sorted(found) if version >= (3, 11)}


def environment(version: tuple[int, int], python: str) -> str:
    """The Python of a virtual environment with krtc and the pinned packages that its unit tests need."""
    folder = ROOT / ".venvs" / "{}.{}".format(*version)
    new = str(folder / "bin" / "python")
    inputs = python.encode() + LOCK.read_bytes() + (ROOT / "pyproject.toml").read_bytes()
    made_of, stamp = hashlib.sha256(inputs).hexdigest(), folder / "made-of"
    if not stamp.exists() or stamp.read_text() != made_of:
        install = [new, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        for command in (
            [sys.executable, "-m", "virtualenv", "--quiet", "--clear", "--python", python, str(folder)],
            [*install, "--require-hashes", "--requirement", str(LOCK)],
            [*install, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)],
        ):
            subprocess.run(command, check=True)
        stamp.write_text(made_of)
    return new


def main() -> int:
    """Run them; 1 when they fail on one."""
    failed = []
    for version, python in others().items():
        print(f"unit tests on {python}", flush=True)
        command = [
            environment(version, python),
            "-m",
            "pytest",
            "-n",
            "2",
            "--hypothesis-profile",
            "quick",
            "tests/unit",
        ]
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            failed.append(python)
    if failed:
        print(f"the unit tests fail on {', '.join(failed)}", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
