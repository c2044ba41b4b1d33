"""The matrix of docs/scaling.md: its last step, as each of its jobs runs it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
RUNTIME, MATRIX = (re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))[:2]


def run(command: str, folder: Path) -> int:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        command, shell=True, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, check=False
    ).returncode


@pytest.mark.parametrize(
    ("changed", "failing"),
    [(None, set()), ("versions/sort-v2/kustomization.yaml", {2}), ("kustomization.yaml", {1})],
)
def test_the_matrix(tmp_path: Path, changed: str | None, failing: set[int]) -> None:
    (tmp_path / "runtime.yml").write_text(RUNTIME)
    for entry in yaml.safe_load(RUNTIME)["versions"]:
        folder = (tmp_path / entry["krt"]).parent
        shutil.copytree(ROOT / "examples" / "classificator", folder)
        krt = (folder / "krt.yml").read_text().replace("classificator-v1", folder.name)
        (folder / "krt.yml").write_text(krt)
    job = yaml.safe_load(MATRIX)["jobs"]["rendered"]
    command = job["steps"][-1]["run"]
    assert run(command.partition(" --check")[0], tmp_path) == 0
    if changed:
        (tmp_path / "rendered" / changed).unlink()
    shards = job["strategy"]["matrix"]["shard"]
    codes = {shard: run(command.replace("${{ matrix.shard }}", str(shard)), tmp_path) for shard in shards}
    assert {shard for shard, code in codes.items() if code} == failing
