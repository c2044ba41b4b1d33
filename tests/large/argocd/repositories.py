"""Repositories for Argo CD, and what krtc makes of them outside of it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import yaml

from tests.large.argocd.servers import KRTC, ROOT, Object

EXAMPLE = ROOT / "examples" / "classificator"
VARIABLE = "THRESHOLD"
PROTO = 'syntax = "proto3";\nmessage M {}\nservice Entrypoint { rpc Sort (M) returns (M); }\n'


def krtc(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([KRTC, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def compiled(folder: Path, *arguments: str) -> list[Object]:
    """What `krtc compile` prints, as objects."""
    done = krtc(folder, "compile", *arguments)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


def example(folder: Path, name: str = "classificator-v1", **more: object) -> Path:
    """The example, under a name and with more keys, as JSON, with all files that it names."""
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    krt = yaml.safe_load((folder / "krt.yml").read_text())
    for path in (folder / node["src"] for workflow in krt["workflows"] for node in workflow["nodes"]):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (folder / "krt.yml").write_text(json.dumps({**krt, "version": name, **more}, indent=1))
    return folder


def configured(folder: Path) -> Path:
    """The example with a variable in its configuration, to which a runtime.yml gives its value."""
    return settings(example(folder, config={"variables": [VARIABLE]}), "0.5")


def settings(folder: Path, value: str, name: str = "runtime.yml") -> Path:
    (folder / name).write_text(json.dumps({"runtime": "demo", "config": {"variables": {VARIABLE: value}}}))
    return folder


def runtime(folder: Path, statuses: Sequence[str]) -> Path:
    """A runtime of small versions v0, v1 and so on, of which each has its status."""
    versions = []
    for number, status in enumerate(statuses):
        path = folder / "versions" / f"v{number}"
        (path / "src").mkdir(parents=True)
        (path / "src" / "main.py").touch()
        (path / "public_input.proto").write_text(PROTO)
        node = {"name": "sorter", "image": "sorter:1", "src": "src/main.py", "subscriptions": ["entrypoint"]}
        workflow = {"name": "sort", "entrypoint": "Sort", "exitpoint": "sorter", "nodes": [node]}
        krt = {
            "version": path.name,
            "krtVersion": "v2",
            "description": "Sorts.",
            "entrypoint": {"proto": "public_input.proto", "image": "entrypoint:1"},
            "workflows": [workflow],
        }
        (path / "krt.yml").write_text(json.dumps(krt))
        versions.append({"krt": f"versions/{path.name}/krt.yml", "status": status})
    (folder / "runtime.yml").write_text(json.dumps({"runtime": "demo", "versions": versions}))
    return folder


def named(objects: list[Object]) -> dict[tuple[str, str], Object]:
    """Objects by kind and name; each is there once."""
    found = {(one["kind"], one["metadata"]["name"]): one for one in objects}
    assert len(found) == len(objects)
    return found
