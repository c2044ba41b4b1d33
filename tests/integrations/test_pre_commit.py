"""The hooks of .pre-commit-hooks.yaml, run by pre-commit itself, with this repository as the hooks'."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.repositories import git

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "classificator"
PAGE = ROOT / "docs" / "integrations" / "pre-commit.md"

pytestmark = pytest.mark.xdist_group("pre-commit")  # one worker, so that the hooks are installed once


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """This repository as it is now, uncommitted changes too, as one that pre-commit can clone; and its revision."""
    folder = tmp_path_factory.mktemp("hooks")
    for name in git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines():
        if (ROOT / name).is_file() and not name.startswith(("golden/", "tests/")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "hooks")
    return folder, git(folder, "rev-parse", "HEAD")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pre-commit keeps what it installs."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def repository(tmp_path: Path, hooks: tuple[Path, str]) -> Path:
    """A repository with the example, the runtime that has it, and the configuration that the page shows."""
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    (tmp_path / "runtime.yml").write_text("runtime: demo\nversions: [{krt: krt.yml, status: published}]\n")
    (block,) = [part.split("```")[0] for part in PAGE.read_text().split("```yaml\n")[1:]]
    config = yaml.safe_load(block)
    (repo,) = config["repos"]
    repo["repo"], repo["rev"] = str(hooks[0]), hooks[1]
    (tmp_path / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    return tmp_path


def run(repository: Path, home: Path, *hooks: str) -> tuple[int, str]:
    """The exit code and the output of pre-commit over all files, for these hooks in turn."""
    environment = os.environ | {"PRE_COMMIT_HOME": str(home)}
    code, said = 0, ""
    for hook in hooks:
        command = [sys.executable, "-m", "pre_commit", "run", "--all-files", "--hook-stage", "manual", hook]
        done = subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)
        code |= done.returncode
        said += done.stdout + done.stderr
    return code, said


def test_clean(repository: Path, home: Path) -> None:
    code, said = run(repository, home, "krtc-check")
    assert code == 0, said
    assert "krtc check" in said and "Passed" in said


def test_a_mistake(repository: Path, home: Path) -> None:
    krt = repository / "krt.yml"
    krt.write_text(krt.read_text().replace("email-classificator.repairs", "email-clasificator.repairs"))
    git(repository, "add", ".")
    code, said = run(repository, home, "krtc-check")
    assert code == 1
    assert "krt.yml:31:13: error[KRT101] unknown-node" in said
    assert "= help: did you mean `email-classificator`?" in said


def test_a_proto_is_checked_with_its_version(repository: Path, home: Path) -> None:
    proto = repository / "public_input.proto"
    proto.write_text(proto.read_text().replace("rpc Classificator", "rpc Sort"))
    environment = os.environ | {"PRE_COMMIT_HOME": str(home)}
    command = [sys.executable, "-m", "pre_commit", "run", "krtc-check", "--files", "public_input.proto"]
    done = subprocess.run(command, cwd=repository, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "error[KRT113]" in done.stdout


def test_a_rendered_tree(repository: Path, home: Path) -> None:
    code, said = run(repository, home, "krtc-rendered")
    assert code == 1
    assert "rendered/kustomization.yaml is missing" in said
    code, said = run(repository, home, "krtc-compile")
    assert code == 0  # of files that are new to Git, pre-commit says nothing
    git(repository, "add", ".")
    assert run(repository, home, "krtc-rendered", "krtc-compile")[0] == 0
    krt = repository / "krt.yml"
    krt.write_text(krt.read_text().replace("replicas: 2", "replicas: 3", 1))
    git(repository, "add", ".")
    code, said = run(repository, home, "krtc-rendered")
    assert code == 1
    assert " differs\n" in said and "rendered is not up to date" in said
    code, said = run(repository, home, "krtc-compile")
    assert code == 1
    assert "files were modified by this hook" in said
    git(repository, "add", ".")
    assert run(repository, home, "krtc-check", "krtc-rendered", "krtc-compile")[0] == 0


def test_a_version_that_runs_does_not_change(repository: Path, home: Path) -> None:
    krt = repository / "krt.yml"
    krt.write_text(krt.read_text().replace("replicas: 2", "replicas: 3", 1))
    git(repository, "add", ".")
    assert run(repository, home, "krtc-check")[0] == 0  # nothing was committed before
    git(repository, "commit", "--quiet", "--message", "first")
    krt.write_text(krt.read_text().replace("replicas: 3", "replicas: 4", 1))
    code, said = run(repository, home, "krtc-check")
    assert code == 1 and "krt.yml:1:10: error[KRT411]" in said
    krt.write_text(krt.read_text().replace("classificator-v1", "classificator-v2"))
    code, said = run(repository, home, "krtc-check")
    assert code == 1 and "error[KRT412]" in said and "KRT411" not in said


def test_one_version_alone(repository: Path, home: Path) -> None:
    """By the arguments that the page has for it."""
    (arguments,) = re.findall(r"`args: (\[krt\.yml.*?])`", PAGE.read_text())
    config = yaml.safe_load((repository / ".pre-commit-config.yaml").read_text())
    for hook in config["repos"][0]["hooks"][1:]:
        hook["args"] = yaml.safe_load(arguments)
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    (repository / "runtime.yml").write_text("runtime: demo\nnamespace: elsewhere\n")
    git(repository, "add", ".")
    assert run(repository, home, "krtc-compile")[0] == 0
    git(repository, "add", ".")
    assert run(repository, home, "krtc-rendered")[0] == 0
    assert (repository / "rendered" / "overlays" / "published").is_dir()


def test_what_git_does_not_know_passes_and_is_missing_in_a_clone(repository: Path, home: Path) -> None:
    shutil.copytree(EXAMPLE, repository / "new")
    krt = repository / "new" / "krt.yml"
    krt.write_text(krt.read_text().replace("classificator-v1", "new-v1"))
    (repository / "runtime.yml").write_text(
        "runtime: demo\nversions: [{krt: krt.yml, status: published}, {krt: new/krt.yml}]\n"
    )
    assert run(repository, home, "krtc-compile")[0] == 0
    git(repository, "add", "runtime.yml", "rendered")
    assert run(repository, home, "krtc-check", "krtc-rendered")[0] == 0
    git(repository, "commit", "--quiet", "--message", "all but the folder")
    clone = repository / "clone"
    git(repository, "clone", "--quiet", ".", "clone")
    code, said = run(clone, home, "krtc-check")
    assert code != 0 and "new/krt.yml" in said


@pytest.mark.parametrize("language", ["python", "go"])
def test_a_new_project(tmp_path: Path, hooks: tuple[Path, str], home: Path, language: str) -> None:
    """The configuration that `krtc init` writes, before and after the first compile, and when it takes a wrong way."""
    folder = tmp_path / "demo"
    krtc = str(Path(sys.executable).with_name("krtc"))
    subprocess.run([krtc, "init", folder, "--language", language], check=True, capture_output=True)
    config = folder / ".pre-commit-config.yaml"
    text = config.read_text()
    config.write_text(
        text.replace("https://github.com/konstellation-io/krtc", str(hooks[0])).replace("v0.1.0", hooks[1])
    )
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    code, said = run(folder, home, "krtc-check")
    assert code == 0, said
    code, said = run(folder, home, "krtc-rendered")
    assert code == 1 and "rendered/kustomization.yaml is missing" in said
    assert run(folder, home, "krtc-compile")[0] == 0
    git(folder, "add", ".")
    assert run(folder, home, "krtc-check", "krtc-rendered", "krtc-compile")[0] == 0
    git(folder, "commit", "--quiet", "--message", "first")
    krt = folder / "versions" / "demo-v1" / "krt.yml"
    krt.write_text(krt.read_text().replace("demo-v1", "demo-v2"))
    git(folder, "add", ".")
    code, said = run(folder, home, "krtc-check")
    assert code == 1 and "`demo-v2` was not there, and cannot be published at once" in said
