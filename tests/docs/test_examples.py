"""The examples of each command's help, run in bash one after the other, in a project that has what they name."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from krtc.cli.examples import EXAMPLES
from krtc.cli.main import COMMANDS
from tests.equivalence.forms import ROOT

EXAMPLE = ROOT / "examples" / "classificator"
RUNTIME = """\
runtime: demo
versions:
  - {krt: versions/classificator-v1/krt.yml, status: published}
  - {krt: versions/classificator-v2/krt.yml, status: started}
  - {krt: versions/classificator-v3/krt.yml, status: stopped}
"""
LIST = """\
apiVersion: config.kubernetes.io/v1
kind: ResourceList
functionConfig:
  apiVersion: krtc.konstellation.io/v1alpha1
  kind: KrtVersion
  spec: {path: krt.yml}
"""
V1 = """\
version: greeter-v1
description: Greets.
entrypoint: {proto: public_input.proto, image: konstellation/kre-entrypoint:latest}
nodes: [{name: greeter, image: konstellation/kre-py:latest, src: src/main.py}]
workflows: [{name: greeting, entrypoint: Greet, sequential: [greeter]}]
"""
# On the same cluster as the first.
OTHER = "live\nnamespace: live"
ELSEWHERE = {
    "krtc COMMAND --help",  # no command
    "krtc completion fish | source",  # another shell's: tests/shells
    *EXAMPLES["lsp"].splitlines(),  # tests/integrations/test_lsp.py, with a client
    *EXAMPLES["push"].splitlines(),  # tests/integrations/test_push.py, beside a server
}
# What ends with 1, for it finds something: a difference, what a person has to decide.
FINDING = ("krtc diff ", "krtc migrate ")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    shutil.copytree(EXAMPLE, folder)
    text = (folder / "krt.yml").read_text()
    for place in (".", "production"):
        (folder / place).mkdir(exist_ok=True)
        (folder / place / "runtime.yml").write_text(RUNTIME if place == "." else RUNTIME.replace("demo", OTHER))
        for name in ("classificator-v1", "classificator-v2", "classificator-v3"):
            at = folder / place / "versions" / name
            shutil.copytree(EXAMPLE, at)
            (at / "krt.yml").write_text(text.replace("classificator-v1", name))
    (folder / "bin").mkdir()
    for name in re.findall(r"src: (bin/\S+)", text):  # what a compiler makes
        (folder / name).touch()
    (folder / "krt-v1.yml").write_text(V1)
    (folder / "resource-list.yaml").write_text(LIST)
    for change in ("replicas: 1", "replicas: 2"):
        (folder / "krt.yml").write_text(text.replace("replicas: 1", change, 1))
        git = ["git", "-C", str(folder), "-c", "user.name=x", "-c", "user.email=x@example.com"]
        subprocess.run([*git, "init", "-q"], check=True)
        subprocess.run([*git, "add", "-A"], check=True)
        subprocess.run([*git, "commit", "-q", "-m", change], check=True)
    for name in (".local/share/bash-completion/completions", ".zfunc", ".config/fish/completions"):
        (tmp_path / name).mkdir(parents=True)
    return folder


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_examples(command: str, project: Path) -> None:
    environment = os.environ | {"HOME": str(project.parent)}
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment["PATH"]])
    if command == "diff":
        subprocess.run(["krtc", "compile", "runtime.yml", "-o", "rendered"], cwd=project, env=environment, check=True)
        subprocess.run(["krtc", "publish", "classificator-v2"], cwd=project, env=environment, check=True)
    for line in EXAMPLES[command].splitlines():
        if line.startswith("#") or line in ELSEWHERE:
            continue
        done = subprocess.run(["bash", "-c", line], cwd=project, env=environment, capture_output=True, check=False)
        assert done.returncode == line.startswith(FINDING), (line, done.stderr.decode())
        if command != "diff":
            subprocess.run(["git", "checkout", "-q", "runtime.yml", "production"], cwd=project, check=True)
