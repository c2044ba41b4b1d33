"""The tutorial, followed from an empty folder to where a cluster is needed, and what it does there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import yaml

from tests.equivalence.forms import ROOT

PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCK = re.compile(r'^```(\w+)(?: title="([^"\n]*)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


def test_all_of_it(tmp_path: Path) -> None:
    """Every file is written and every command run, in order, and prints what is shown, as a reader's would."""
    (tmp_path / "krtc").symlink_to(ROOT)
    folder = tmp_path
    environment = {key: value for key, value in os.environ.items() if key not in ("FORCE_COLOR", "CI")}
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for who in ("AUTHOR", "COMMITTER"):
        environment |= {f"GIT_{who}_NAME": "reader", f"GIT_{who}_EMAIL": "reader@example.com"}
    ran = 0
    for language, name, text in BLOCK.findall(PAGE):
        if name:
            (folder / name).write_text(text)
        for command, shown in COMMAND.findall(text) if language == "console" else ():
            if command.startswith("cd "):
                folder /= command.removeprefix("cd ")
                continue
            done = subprocess.run(
                ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
            )
            assert done.stdout + done.stderr == shown, command
            assert done.returncode == ("error[" in shown or command.startswith("krtc diff")), command
            ran += 1
    assert ran > 15
    assert (folder / "rendered" / "runtime").is_dir() and (folder / "application.yaml").is_file()
    log = subprocess.run(["git", "status", "--short"], cwd=folder, capture_output=True, text=True, check=True).stdout
    assert log == ""  # all was committed


def test_the_cluster_is_used_as_the_page_of_it_says() -> None:
    """What tests/e2e/test_life.py runs on a real control plane is what the tutorial has people run."""
    scripts = [text for language, _, text in BLOCK.findall(PAGE) if language == "bash"]
    clone, on_cluster, argo = scripts
    tested = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
    assert f"krtc compile runtime.yml --to kustomize -o rendered\n{on_cluster}```" in tested
    # The two that only a network and a cluster of one's own would show.
    assert clone.splitlines()[-1] == "pip install ./krtc" and "kubectl apply -f application.yaml" in argo


def test_the_application_is_that_of_the_readme_with_a_namespace() -> None:
    (application,) = (yaml.safe_load(text) for _, name, text in BLOCK.findall(PAGE) if name == "application.yaml")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = map(yaml.safe_load, re.findall(r"^```yaml\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL))
    (known,) = (block for block in blocks if block.get("kind") == "Application")
    assert application["spec"]["syncPolicy"].pop("syncOptions") == ["CreateNamespace=true"]
    assert application["spec"] == known["spec"]
