"""`krtc check --against`: what may change of versions that run, since a revision of Git or a rendered tree."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from krtc.cli import main
from tests.unit.runtimes import ALL, write_all, write_runtime, write_version

Capture = pytest.CaptureFixture[str]


def git(*arguments: str) -> None:
    who = ("-c", "user.name=test", "-c", "user.email=test@example.com")
    subprocess.run(["git", *who, *arguments], check=True, capture_output=True, env={"PATH": os.environ["PATH"]})


@pytest.fixture(autouse=True, params=["git", "manifests"])
def against(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A runtime of three versions, as it was: committed, or rendered in each form."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    write_all()
    form: str = request.param
    if form != "git":
        assert main(["compile", "runtime.yml", "--to", form, "-o", "before"]) == 0
        return "before"
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message", "before")
    return "HEAD"


def said(against: str, capsys: Capture, path: str = "runtime.yml") -> list[str]:
    """The places and codes of the errors."""
    capsys.readouterr()
    code = main(["check", path, "--against", against])
    lines = [line for line in capsys.readouterr().err.splitlines() if "error[" in line]
    assert code == bool(lines)
    return [f"{line.split(':')[0]} {line.split('error[')[1][:6]}" for line in lines]


def test_nothing_changed(against: str, capsys: Capture) -> None:
    assert said(against, capsys) == []


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ({"sort-v1": "started", "sort-v2": "published", "sort-v3": "stopped"}, []),
        ({"sort-v1": "started", "sort-v2": "stopped", "sort-v3": "started"}, []),
        ({"sort-v1": "published", "sort-v3": "stopped"}, []),
        ({"sort-v1": "stopped", "sort-v2": "started", "sort-v3": "stopped"}, ["runtime.yml KRT412"]),
        ({"sort-v1": "started", "sort-v2": "started", "sort-v3": "published"}, ["runtime.yml KRT412"]),
        ({"sort-v2": "started", "sort-v3": "stopped"}, ["runtime.yml KRT412"]),
        ({"sort-v1": "stopped", "sort-v2": "stopped", "sort-v3": "published"}, ["runtime.yml KRT412"] * 2),
    ],
)
def test_statuses(now: dict[str, str], expected: list[str], against: str, capsys: Capture) -> None:
    write_runtime(now)
    assert said(against, capsys) == expected


@pytest.mark.parametrize("form", ["kustomize", "helm"])
def test_other_forms(form: str, capsys: Capture) -> None:
    assert main(["compile", "runtime.yml", "--to", form, "-o", "other"]) == 0
    assert main(["compile", "versions/sort-v1/krt.yml", "--status", "published", "--to", form, "-o", "one"]) == 0
    assert said("other", capsys) == said("one", capsys, "versions/sort-v1/krt.yml") == []
    write_version("sort-v1", description="Another one.")
    write_runtime({"sort-v1": "started", "sort-v3": "published"})
    assert said("other", capsys) == ["runtime.yml KRT412", "versions/sort-v1/krt.yml KRT411"]
    assert said("one", capsys, "versions/sort-v1/krt.yml") == ["versions/sort-v1/krt.yml KRT411"]


def test_a_new_version(against: str, capsys: Capture) -> None:
    write_version("sort-v4")
    write_runtime(ALL | {"sort-v4": "started"})
    assert said(against, capsys) == []
    write_runtime(ALL | {"sort-v1": "started", "sort-v4": "published"})
    assert said(against, capsys) == ["runtime.yml KRT412"]


def test_a_version_that_runs_never_changes(against: str, capsys: Capture) -> None:
    for name in ALL:
        write_version(name, description="Another one.")
    assert said(against, capsys) == [f"versions/{name}/krt.yml KRT411" for name in ("sort-v1", "sort-v2")]
    write_runtime(ALL | {"sort-v2": "stopped"})
    assert said(against, capsys) == ["versions/sort-v1/krt.yml KRT411"]


def test_one_that_could_not_be_compiled_never_ran(against: str, capsys: Capture) -> None:
    """Whoever mends what was committed in spite of its errors need not name it anew; its status is what it was."""
    krt = Path("versions/sort-v1/krt.yml")
    text = krt.read_text()
    krt.write_text(text.replace('"entrypoint"\n', '"nowhere"\n'))
    if against != "HEAD":
        git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message", "broken")
    for path in ("runtime.yml", "versions/sort-v1/krt.yml"):
        assert said("HEAD", capsys, path) == [f"{krt} KRT101"]
    krt.write_text(text)
    for path in ("runtime.yml", "versions/sort-v1/krt.yml"):
        assert said("HEAD", capsys, path) == []
    write_version("sort-v2", description="Another one.")
    write_runtime(ALL | {"sort-v1": "stopped", "sort-v2": "started"})
    assert said("HEAD", capsys) == ["runtime.yml KRT412", "versions/sort-v2/krt.yml KRT411"]


@pytest.mark.parametrize("of_version", [False, True])
def test_configuration_hides_no_change(of_version: bool, against: str, capsys: Capture) -> None:
    """Of what was, its values are not read."""
    config = {"config": {"variables": {"RATE": "1"}, "files": {"NAMES": "names.txt"}}}
    Path("names.txt").write_text("a")

    def write(**more: object) -> None:
        write_version("sort-v1", **more, config={"variables": ["RATE"], "files": ["NAMES"]})

    versions = [{"krt": "versions/sort-v1/krt.yml", "status": "started", **(config if of_version else {})}]
    write()
    runtime = {"runtime": "demo", "versions": versions, **({} if of_version else config)}
    Path("runtime.yml").write_text(json.dumps(runtime))
    if against == "HEAD":
        git("add", ".")
        git("commit", "--quiet", "--message", "configured")
    else:
        assert main(["compile", "runtime.yml", "-o", "before"]) == 0
    for path in ("runtime.yml", "versions/sort-v1/krt.yml"):
        write()
        arguments = [] if path == "runtime.yml" else ["--runtime", "runtime.yml"]
        assert main(["check", path, "--against", against, *arguments]) == 0
        write(description="Another one.")
        capsys.readouterr()
        assert main(["check", path, "--against", against, *arguments]) == 1
        assert "KRT411" in capsys.readouterr().err


def test_a_version_that_is_written_otherwise_is_the_same(against: str, capsys: Capture) -> None:
    path = Path("versions/sort-v1/krt.yml")
    path.write_text("# a comment\n" + path.read_text().replace("{", "{ "))
    assert said(against, capsys) == []


def test_one_version(against: str, capsys: Capture) -> None:
    path = "versions/sort-v2/krt.yml"
    assert said(against, capsys, path) == []
    write_version("sort-v2", description="Another one.")
    assert said(against, capsys, path) == [f"{path} KRT411"]
    assert main(["check", path, "--status", "stopped", "--against", against]) == 0


def test_one_version_that_did_not_run_may_change(against: str, capsys: Capture) -> None:
    """Its runtime.yml above says so."""
    write_version("sort-v3", description="otherwise")
    assert said(against, capsys, "versions/sort-v3/krt.yml") == []
    write_version("sort-v1", description="otherwise")
    assert said(against, capsys, "versions/sort-v1/krt.yml") == ["versions/sort-v1/krt.yml KRT411"]


@pytest.mark.parametrize("against", ["git"], indirect=True)
def test_one_that_took_the_name_of_the_next_is_judged_with_its_runtime(against: str, capsys: Capture) -> None:
    """A commit may change no more than its krt.yml: what was published is gone, and what is published never ran."""
    krt = Path("versions/sort-v1/krt.yml")
    krt.write_text(krt.read_text().replace("sort-v1", "sort-v4"))
    assert said(against, capsys, str(krt)) == said(against, capsys) == ["runtime.yml KRT412"] * 2
    assert main(["check", str(krt), "versions/sort-v2/krt.yml", "--against", against, "--format", "gitlab"]) == 1
    assert {one["location"]["path"] for one in json.loads(capsys.readouterr().out)} == {"runtime.yml"}
    assert main(["check", str(krt), "--against", against, "--status", "published"]) == 0
    Path("runtime.yml").write_text("[")
    assert said(against, capsys, str(krt)) == []


def test_what_was_not_there(against: str, capsys: Capture) -> None:
    write_version("sort-v9")
    assert said(against, capsys, "versions/sort-v9/krt.yml") == []


def test_what_there_is_not(against: str, capsys: Capture) -> None:
    assert main(["check", "runtime.yml", "--against", "nothing"]) == 2
    assert "krtc: error: cannot read nothing:" in capsys.readouterr().err
    Path("empty").mkdir()
    assert main(["check", "runtime.yml", "--against", "empty"]) == 2
    assert "krtc: error: empty holds no tree of krtc's" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"[", b"- a", b"", b"data: [1]\n", b"\xff", b"data: {status: started}\n"])
def test_a_tree_that_was_spoilt_is_no_crash(content: bytes, against: str, capsys: Capture) -> None:
    if against != "HEAD":
        for path in Path("before").rglob("*.yaml"):
            path.write_bytes(content)
        assert main(["check", "runtime.yml", "--against", "before"]) in (0, 1)
        assert "internal error" not in capsys.readouterr().err


@pytest.mark.parametrize("path", ["runtime.yml", "versions/sort-v2/krt.yml", "versions", "."])
def test_before_the_first_commit_nothing_was_there(path: str, against: str, capsys: Capture) -> None:
    """A hook runs before it; and before the first one of a branch that has none of the others' commits."""
    if against == "HEAD":
        git("checkout", "--quiet", "--orphan", "other")
        assert said("HEAD", capsys, path) == []
        shutil.rmtree(".git")
    git("init", "--quiet")
    assert said("HEAD", capsys, path) == []


@pytest.mark.parametrize("wrong", ["HEAD^1", "HEAD~0", "main", "Head", "head"])
def test_before_the_first_commit_another_name_is_wrong(wrong: str, against: str, capsys: Capture) -> None:
    if against == "HEAD":
        shutil.rmtree(".git")
    git("init", "--quiet", "--initial-branch", "main")
    assert main(["check", "runtime.yml", "--against", wrong]) == 2
    assert f"there is no revision `{wrong}`" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["nonsense", "0123456789012345678901234567890123456789"])
def test_a_branch_that_leads_nowhere_had_commits(content: str, against: str, capsys: Capture) -> None:
    if against == "HEAD":
        (ref,) = Path(".git/refs/heads").iterdir()
        ref.write_text(f"{content}\n")
        assert main(["check", "runtime.yml", "--against", "HEAD"]) == 2
        assert "cannot read HEAD:runtime.yml" in capsys.readouterr().err


def test_where_there_is_no_repository_nobody_knows(against: str, capsys: Capture) -> None:
    if against == "HEAD":
        shutil.rmtree(".git")
    assert main(["check", "runtime.yml", "--against", "HEAD"]) == 2
    assert "not a git repository" in capsys.readouterr().err
