"""A new project by the programs that it is for: CI, Argo CD, Flux, Kubernetes, and whoever reads its README."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import go  # type: ignore[import-untyped]
import pytest
import yaml

from krtc.cli import main
from tests.equivalence.test_kubeconform import kubeconform
from tests.repositories import git

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
RELEASED = "konstellation-io/krtc@v0.1.0"
# What needs a server, a package index or a program that the project does not bring.
ELSEWHERE = ("python3 -m pip install ", "krtc push ", "git push", "kubectl ")
VERSION = Path("versions/demo-v1")
NEXT = Path("versions/demo-v2")

LANGUAGES = ("python", "go")
DEPLOYS = ("argocd", "flux")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """A new project, with the working folder in it."""
    language, deploy = getattr(request, "param", ("python", "argocd"))
    folder = tmp_path / "demo"
    assert main(["init", str(folder), "--language", language, "--deploy", deploy]) == 0
    monkeypatch.chdir(folder)
    return folder


every_project = pytest.mark.parametrize(
    "project", [(language, deploy) for language in LANGUAGES for deploy in DEPLOYS], indirect=True, ids="-".join
)


def run(name: str, *arguments: str) -> str:
    """What a program says, and it must be content; it comes from .venv or .tools."""
    program = next(path for path in (BIN / name, ROOT / ".tools" / "bin" / name) if path.exists())
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Reader:
    """Does what the README of a new project says, block by block, in a shell that stops at the first failure."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self.readme = (project / "README.md").read_text()
        self.blocks = re.findall(r"^   ```bash\n(.*?)^   ```$", self.readme, re.MULTILINE | re.DOTALL)
        self.commands = [line.strip() for block in self.blocks for line in block.splitlines()]
        self.is_go = "go install" in self.readme

    def run(self, *numbers: int) -> None:
        """Run what can be run here of some blocks."""
        lines = [line.strip() for number in numbers for line in self.blocks[number].splitlines()]
        mine = [line for line in lines if not line.startswith(ELSEWHERE)]
        if self.is_go:  # the SDK of Go nodes is not fetched here: any binary will do
            mine = [one for one in mine if not re.match("go |protoc |CGO", one)]
            for node in ("cleaner", "greeter"):
                (VERSION / "bin").mkdir(exist_ok=True)
                shutil.copy("/bin/true", VERSION / "bin" / node)
        author = [f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")]
        environment = {**os.environ, **dict.fromkeys(author, "a"), "PATH": f"{BIN}:{os.environ['PATH']}"}
        script = "\n".join(["set -eu", *mine]).replace("python3 ", "python ")
        done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert git(self.project, "status", "--porcelain") == "" or "git commit" not in script

    def statuses(self) -> dict[str, str]:
        """What runtime.yml says now, and the tree that is committed holds to it."""
        assert main(["compile", "runtime.yml", "--to", "kustomize", "-o", "rendered", "--check"]) == 0
        versions = yaml.safe_load(Path("runtime.yml").read_text())["versions"]
        return {Path(one["krt"]).parent.name: one["status"] for one in versions}


@every_project
def test_its_readme(project: Path) -> None:
    """Its commands, one after the other, to the second version and the end of the first."""
    reader = Reader(project)
    known = {"python3", "protoc", "krtc", "git", "kubectl", "cd", "cp", "sed", "echo"}
    assert {one.split(" ")[0] for one in reader.commands} - known == (
        {"go", "CGO_ENABLED=0"} if reader.is_go else set()
    )
    build, store, deploy, copy, start, publish, stop = range(len(reader.blocks))
    reader.run(build, store, deploy)
    assert main(["check", "demo-v1.krt", "--strict"]) == 0
    assert reader.statuses() == {"demo-v1": "published"}
    tracked = git(project, "ls-files").splitlines()
    assert "rendered/kustomization.yaml" in tracked and not [name for name in tracked if name.endswith(".krt")]
    table = [line for line in reader.readme.splitlines() if line.startswith("| `")]
    named = {Path(name).parts[0] for line in table for name in re.findall("`([^` ]+)`", line.split("|")[1])}
    assert named == {Path(name).parts[0] for name in tracked} - {"README.md", ".gitignore"}

    packed = Path("demo-v1.krt").read_bytes()
    reader.run(copy)
    krt = yaml.safe_load((NEXT / "krt.yml").read_text())
    assert krt == {**yaml.safe_load((VERSION / "krt.yml").read_text()), "version": "demo-v2"}
    (NEXT / "krt.yml").write_text((NEXT / "krt.yml").read_text().replace("Greets whoever", "Greets otherwise whoever"))
    steps = [(start, "published", "started"), (publish, "started", "published"), (stop, "stopped", "published")]
    for step, first, second in steps:
        before = git(project, "rev-parse", "HEAD")
        reader.run(step)
        assert reader.statuses() == {"demo-v1": first, "demo-v2": second}
        assert main(["check", ".", "--strict", "--against", before]) == 0
    assert git(project, "diff", "--name-only", before, "--", str(VERSION), str(NEXT)) == ""
    assert main(["check", ".", "--against", "HEAD~2"]) == 1  # what two steps may do, one may not
    reader.run(store)
    assert Path("demo-v1.krt").read_bytes() == packed


@every_project
def test_kubernetes_and_what_deploys_it_take_it(project: Path, tmp_path: Path) -> None:
    assert main(["compile", "runtime.yml", "-o", str(tmp_path / "objects" / "all")]) == 0
    shutil.copytree("deploy", tmp_path / "objects" / "deploy")
    for version in ("1.31.0", "1.36.0"):
        found = kubeconform(tmp_path / "objects", version)
        assert found["resources"] == {} and found["summary"]["skipped"] == 0
    (path,) = Path("deploy").iterdir()
    documents = {one["kind"]: one for one in yaml.safe_load_all(path.read_text())}
    assert main(["compile", "runtime.yml", "--to", "kustomize", "-o", "rendered"]) == 0
    if "Application" in documents:
        spec = documents["Application"]["spec"]
        where, namespace = spec["source"]["path"], spec["destination"]["namespace"]
    else:
        spec = documents["Kustomization"]["spec"]
        where, namespace = spec["path"], "kre"
        assert spec["sourceRef"] == {"kind": "GitRepository", "name": documents["GitRepository"]["metadata"]["name"]}
        example = next(yaml.safe_load_all((ROOT / "examples/flux/version.yaml").read_text().split("---\n", 1)[1]))
        assert spec["healthCheckExprs"] == example["spec"]["healthCheckExprs"]
    built = [*yaml.safe_load_all(run("kustomize", "build", where))]
    assert {one["metadata"]["namespace"] for one in built} == {namespace}


@pytest.mark.parametrize(
    ("before", "after"), [("automated: {prune", "automatic: {prune"), ("    path: ", "    - path: ")]
)
def test_argo_cd_does_not_take_another(project: Path, before: str, after: str, tmp_path: Path) -> None:
    text = Path("deploy/application.yaml").read_text()
    assert before in text
    (tmp_path / "wrong").mkdir()
    (tmp_path / "wrong" / "wrong.yaml").write_text(text.replace(before, after))
    summary = kubeconform(tmp_path / "wrong", "1.36.0")["summary"]
    assert summary["valid"] == 0


def test_github_takes_its_workflow(project: Path) -> None:
    """And the action has the inputs that it gives."""
    shutil.copy(ROOT / "action.yml", project)
    git(project, "init", "--quiet")
    file = Path(".github/workflows/krtc.yml")
    text = file.read_text()
    run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", str(file))
    assert text.count(RELEASED) == 1
    file.write_text(text.replace(RELEASED, "./"))
    run("actionlint")
    file.write_text(text.replace(RELEASED, "./").replace("strict:", "strickt:"))
    with pytest.raises(AssertionError, match='input "strickt" is not defined in action "krtc"'):
        run("actionlint")
    file.write_text(text.replace(RELEASED, "konstellation-io/krtc@" + git(ROOT, "rev-parse", "HEAD")))
    (project / "action.yml").unlink()
    run("zizmor", "--offline", "--no-progress", ".")


def test_gitlab_takes_its_pipeline(project: Path) -> None:
    run("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", ".gitlab-ci.yml")
    (include,) = yaml.safe_load(Path(".gitlab-ci.yml").read_text())["include"]
    assert include["remote"] == "https://raw.githubusercontent.com/konstellation-io/krtc/v0.1.0/templates/krtc.yml"
    head, _ = yaml.safe_load_all((ROOT / "templates" / "krtc.yml").read_text())
    inputs = head["spec"]["inputs"]
    for name, value in include["inputs"].items():
        assert isinstance(value, bool) == (inputs[name].get("type") == "boolean")


def test_the_pages_for_ci_and_editors_say_the_same(project: Path) -> None:
    """What is pinned here is what is pinned there."""
    page = (ROOT / "docs" / "integrations" / "ci.md").read_text()
    (checkout,) = re.findall(r"uses: (actions/checkout@\S+)", Path(".github/workflows/krtc.yml").read_text())
    assert checkout in page and RELEASED in page
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    (repo,) = yaml.safe_load(Path(".pre-commit-config.yaml").read_text())["repos"]
    assert [hook["id"] for hook in repo["hooks"]] == [hook["id"] for hook in hooks]
    editors = (ROOT / "docs" / "editors.md").read_text()
    assert Path(".vscode/settings.json").read_text().replace("./.vscode/", "./") in editors


# What kre-py 8.2 does with the handlers of nodes: each takes what the one before it sent.
GREET = """
import asyncio, sys
from types import SimpleNamespace
from google.protobuf import __version__ as version
from google.protobuf.any_pb2 import Any
import cleaner, greeter, public_input_pb2

async def send_output(message, channel=""):
    sent.append(message)

context = SimpleNamespace(send_output=send_output, logger=SimpleNamespace(info=lambda text: None))
message = public_input_pb2.Request(name=sys.argv[1])
for node in (cleaner, greeter):
    sent, data = [], Any()
    data.Pack(message)
    asyncio.run(node.default_handler(context, data))
    (message,) = sent
print(version, message.greeting)
"""
# By its Pipfile (konstellation-io/kre-runners); the wheel that runs on every Python.
PROTOBUF = "protobuf==3.20.1 --hash=sha256:adfc6cf69c7f8c50fd24c793964eef18f0ac321315439d94945820612849c388\n"


def test_python_greets(project: Path, tmp_path: Path) -> None:
    """With the code that the README's protoc makes, the protobuf of kre-py, and a context that takes what is sent."""
    readme = Path("README.md").read_text()
    (command,) = re.findall(r"^ +(protoc .*)$", readme, re.MULTILINE)
    (installed,) = re.findall(r"^ +python3 -m pip install (protoc-\S+)", readme, re.MULTILINE)
    assert installed in (ROOT / "requirements" / "dev.in").read_text()
    subprocess.run([BIN / "protoc", *command.split()[1:]], check=True, cwd=VERSION)
    (tmp_path / "protobuf.txt").write_text(PROTOBUF)
    library = tmp_path / "library"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    where = ["--platform", "any", "--only-binary", ":all:", "--target", str(library)]
    subprocess.run([*pip, *where, "--require-hashes", "-r", str(tmp_path / "protobuf.txt")], check=True)
    path = os.pathsep.join([str(library), str(project / VERSION / "src")])
    for name, greeting in (("  Ada \n Lovelace", "Hello, Ada Lovelace!"), ("", "Hello, world!")):
        greet = [sys.executable, "-c", GREET, name]
        done = subprocess.run(
            greet, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
        )
        assert done.stdout == f"3.20.1 {greeting}\n", done.stderr


@pytest.mark.parametrize("project", [("go", "argocd")], indirect=True)
def test_go_is_formatted(project: Path) -> None:
    gofmt = Path(go.__path__[0], "bin", "gofmt")
    done = subprocess.run([gofmt, "-l", "-e", VERSION / "src"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
