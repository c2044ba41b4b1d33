"""The compiler as users call it: a process that reads a folder and prints a stream of objects."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

Object = dict[str, Any]

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "classificator"
GOLDENS = sorted(krt.parent for krt in ROOT.glob("golden/ok/*/krt.yml"))


def load(text: str) -> list[Object]:
    return list(yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def inputs(folder: Path) -> tuple[Object, Object]:
    """The krt.yml and the settings of a folder; the settings may be absent."""
    settings = folder / "runtime.yml"
    return load((folder / "krt.yml").read_text())[0], load(settings.read_text())[0] if settings.exists() else {}


def compile_folder(folder: Path, status: str) -> list[Object]:
    command = [sys.executable, "-m", "krtc", "compile", "krt.yml", "--status", status]
    if (folder / "runtime.yml").exists():
        command += ["--runtime", "runtime.yml"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{' '.join(command[1:])} in {folder.name} ends {done.returncode}:\n{done.stderr}"
    return load(done.stdout)
