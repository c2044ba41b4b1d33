"""`krtc diff` as people call it: what OLD and NEW may be, what is reported in which form, and how it ends."""

import io
import json
import os
import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from krtc.cli import main, rendered, revision
from krtc.cli.errors import UsageError
from krtc.manifests import ABSENT
from krtc.manifests.change import EFFECTS, Change, Effect, Field
from krtc.reporters.changes import json as as_json
from krtc.reporters.changes import markdown, text
from krtc.visible import visible
from tests.unit.helpers import KRT, RUNTIME, SMALL, Object, changed
from tests.unit.helpers import text as written

Capture = pytest.CaptureFixture[str]

FASTER = changed(SMALL, "workflows", 0, "nodes", 0, "replicas", to=3)
PROTO = 'syntax = "proto3";\nmessage M {}\nservice Entrypoint { rpc Sort (M) returns (M); }\n'
SUMMARY = "0 added, 2 changed, 0 removed; scales 1 Deployment\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    Path("old.yml").write_text(written(SMALL))
    Path("new.yml").write_text(written(FASTER))
    add_files(Path())
    return tmp_path


def add_files(folder: Path) -> None:
    """What a krt.yml in the folder names."""
    (folder / "src/etl").mkdir(parents=True, exist_ok=True)
    (folder / "src/etl/main.py").touch()
    (folder / "public_input.proto").write_text(PROTO)


def diff(*arguments: str) -> int:
    return main(["diff", *arguments])


def last(capture: Capture) -> str:
    return capture.readouterr().out.splitlines(keepends=True)[-1]


def compiled(*arguments: str) -> None:
    assert main(["compile", *arguments]) == 0


def stream(name: str, capture: Capture) -> str:
    """What a compile of a file prints."""
    compiled(name)
    return capture.readouterr().out


def git(*arguments: str) -> None:
    identity = ["-c", "user.name=n", "-c", "user.email=n@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(folder: Path) -> Path:
    """A repository with one commit; the working folder differs from it."""
    git("init", "-q", ".")
    Path("app").mkdir()
    add_files(Path("app"))
    Path("app/krt.yml").write_text(written(SMALL))
    Path("app/settings.yml").write_text('{"runtime": "demo"}')
    Path("app/link").symlink_to("src")
    Path("app/out").symlink_to("../old.yml")
    git("add", "-A")
    git("commit", "-qm", "one")
    Path("app/krt.yml").write_text(written(FASTER))
    return folder


class Test_exit_codes:
    def test_0_when_nothing_differs(self, capsys: Capture) -> None:
        assert diff("old.yml", "old.yml") == 0
        assert capsys.readouterr() == ("", "no change\n")

    def test_1_when_something_differs(self, capsys: Capture) -> None:
        assert diff("old.yml", "new.yml") == 1
        out, err = capsys.readouterr()
        assert err == ""
        assert "~ Deployment kre/mail-v1--sort--etl\n    scales: from 1 to 3 pods\n    ~ spec.replicas: 1 -> 3\n" in out
        assert out.endswith(SUMMARY)

    @pytest.mark.parametrize("wrong", ["old.yml", "new.yml"])
    def test_2_with_errors(self, wrong: str, capsys: Capture) -> None:
        Path(wrong).write_text("version: A\n")
        assert diff("old.yml", "new.yml") == 2
        out, err = capsys.readouterr()
        assert out == "" and err.startswith(f"{wrong}:1:1: error[KRT011] missing-key: ")

    def test_warnings_are_those_of_what_shall_be(self, capsys: Capture) -> None:
        for name, image in (("old.yml", "acme/a:1"), ("new.yml", "acme/b:1")):
            Path(name).write_text(written(changed(SMALL, "entrypoint", "image", to=image)))
        assert diff("old.yml", "new.yml") == 1
        err = capsys.readouterr().err
        assert "acme/b:1" in err and "acme/a:1" not in err and err.endswith("0 errors, 1 warning\n")

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["-", "-"], "standard input is one of the two, not both"),
            (["old.yml", "nothing.yml"], "cannot read nothing.yml: No such file or directory"),
            (["old.yml", "new.yml", "--only", "v"], "--only is for a runtime.yml, and neither OLD nor NEW is one"),
            (["s.yaml", "s.yaml", "--status", "started"], "--status is for a krt.yml or .krt, and neither"),
            (["s.yaml", "s.yaml", "--runtime", "r.yml"], "--runtime is for a krt.yml or .krt, and neither"),
            (["old.yml", "new.yml", "--runtime", "r.yml"], "cannot read r.yml: No such file or directory"),
            (["old.yml", "empty"], "there is no krt.yml, runtime.yml or manifest in empty"),
            (["old.yml", "settings"], "there is no krt.yml in the folder settings, and no runtime.yml that lists"),
            (["old.yml", "settings/runtime.yml"], "settings/runtime.yml lists no `versions`"),
            (["old.yml", "pipe"], "cannot read pipe: it is not a regular file"),
            (["old.yml", "HEAD:old.yml"], "cannot read HEAD:old.yml: not a git repository"),
        ],
    )
    def test_2_with_what_cannot_be_done(self, arguments: list[str], message: str, capsys: Capture) -> None:
        Path("s.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n")
        Path("empty").mkdir()
        Path("settings").mkdir()
        Path("settings/runtime.yml").write_text("runtime: demo\n")
        os.mkfifo("pipe")
        assert diff(*arguments) == 2
        out, err = capsys.readouterr()
        assert out == "" and err.startswith(f"krtc: error: {message}")

    @pytest.mark.parametrize(
        "arguments", [[], ["old.yml"], ["a", "b", "--format", "html"], ["a", "b", "--status", "x"]]
    )
    def test_2_with_a_wrong_call(self, arguments: list[str]) -> None:
        with pytest.raises(SystemExit) as end:
            diff(*arguments)
        assert end.value.code == 2


class Test_inputs:
    def test_versions_with_a_status_and_settings(self, capsys: Capture) -> None:
        Path("settings.yml").write_text(written({"runtime": "demo", "namespace": "elsewhere"}))
        assert diff("old.yml", "new.yml", "--status", "published", "--runtime", "settings.yml") == 1
        assert "~ Deployment elsewhere/mail-v1--sort--etl\n" in capsys.readouterr().out
        assert diff("old.yml", "new.yml", "--status", "created") == 1
        assert capsys.readouterr().out.endswith("0 added, 1 changed, 0 removed\n")

    def test_a_version_with_files_beside_its_settings(self, capsys: Capture) -> None:
        Path("full.yml").write_text(written(KRT))
        Path("settings.yml").write_text(written(RUNTIME))
        Path("model.json").write_text("{}\n")
        assert diff("full.yml", "full.yml", "--runtime", "settings.yml") == 0
        assert diff("full.yml", "full.yml") == 2
        assert "KRT401" in capsys.readouterr().err

    def test_archives(self, capsys: Capture) -> None:
        import tarfile

        Path("krt.yml").write_text(written(SMALL))
        with tarfile.open("v.krt", "w:gz") as archive:
            for name in ("krt.yml", "public_input.proto", "src"):
                archive.add(name)
        assert diff("v.krt", "new.yml") == 1
        assert last(capsys) == SUMMARY

    def runtime(self, folder: str, statuses: dict[str, str], krt: Object = SMALL) -> None:
        Path(folder).mkdir()
        versions = []
        for name, status in statuses.items():
            Path(folder, f"{name}.yml").write_text(written(changed(krt, "version", to=name)))
            versions.append({"krt": f"{name}.yml", "status": status})
        Path(folder, "runtime.yml").write_text(written({"runtime": "demo", "versions": versions}))

    def test_runtimes(self, capsys: Capture) -> None:
        self.runtime("a", {"v1": "published", "v2": "started"})
        self.runtime("b", {"v1": "started", "v2": "published"})
        assert diff("a", "b/runtime.yml") == 1
        out = capsys.readouterr().out
        assert "publishes: requests from outside go to v2 in place of v1\n" in out
        assert out.endswith("0 added, 3 changed, 0 removed; changes what is published\n")

    def test_a_part_of_runtimes(self, capsys: Capture) -> None:
        self.runtime("a", {"v1": "started"})
        self.runtime("b", {"v1": "published", "v2": "started"})
        assert diff("a", "b", "--only", "v1") == 1
        assert last(capsys) == "0 added, 1 changed, 0 removed\n"
        assert diff("a", "b", "--only", "v2") == 1
        assert " 0 changed, 0 removed" in last(capsys)
        assert diff("a", "b", "--only", "runtime") == 1
        assert last(capsys) == "2 added, 0 changed, 0 removed; changes what is published\n"
        assert diff("a", "b", "--only", "v3") == 2
        assert capsys.readouterr().err == "krtc: error: neither a nor b has a version `v3`\n"

    def test_a_folder_of_a_version(self, capsys: Capture) -> None:
        Path("app").mkdir()
        Path("app/krt.yml").write_text(written(FASTER))
        Path("app/runtime.yml").write_text("runtime: kre\n")
        Path("app/notes.yaml").write_text("not: a manifest\n")
        assert diff("old.yml", "app") == 1
        assert last(capsys) == SUMMARY

    @pytest.mark.parametrize("form", ["manifests", "kustomize"])
    def test_rendered_trees(self, form: str, capsys: Capture) -> None:
        compiled("old.yml", "-o", "old", "--to", form)
        compiled("new.yml", "-o", "new", "--to", form)
        assert diff("old.yml", "old") == 0
        assert diff("old", "old") == 0
        capsys.readouterr()
        assert diff("old", "new") == 1
        assert last(capsys) == SUMMARY

    @pytest.mark.parametrize("form", ["manifests", "kustomize"])
    def test_trees_of_runtimes(self, form: str) -> None:
        self.runtime("a", {"v1": "published", "v2": "stopped"})
        compiled("a", "-o", "tree", "--to", form)
        assert diff("a", "tree") == 0
        assert diff("a", "tree/versions/v1") == 1

    def test_a_tree_with_a_version_in_it_is_a_tree(self) -> None:
        compiled("old.yml", "-o", "tree", "--to", "kustomize")
        Path("tree/krt.yml").write_text(written(FASTER))
        assert diff("old.yml", "tree") == 0

    def test_overlays(self, capsys: Capture) -> None:
        compiled("old.yml", "-o", "tree", "--to", "kustomize")
        for status in ("stopped", "started", "published"):
            assert diff("old.yml", f"tree/overlays/{status}", "--status", status) == 0
        capsys.readouterr()
        assert diff("tree/overlays/started", "tree/overlays/published") == 1
        assert last(capsys) == "2 added, 1 changed, 1 removed; changes what is published\n"

    def test_streams(self, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
        Path("s.yaml").write_text(stream("old.yml", capsys))
        assert diff("old.yml", "s.yaml") == 0
        capsys.readouterr()
        given = stream("new.yml", capsys)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
        assert diff("s.yaml", "-") == 1
        assert last(capsys) == SUMMARY
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(written(FASTER).encode())))
        assert diff("old.yml", "-") == 1

    def test_nothing(self, capsys: Capture) -> None:
        assert diff(os.devnull, "old.yml") == 1
        assert last(capsys).endswith(" added, 0 changed, 0 removed\n")
        assert diff("old.yml", os.devnull) == 1
        assert "; deletes data of 1 stream; " in last(capsys)
        assert diff(os.devnull, os.devnull) == 0

    def test_charts_are_for_helm(self, capsys: Capture) -> None:
        compiled("old.yml", "-o", "chart", "--to", "helm")
        capsys.readouterr()
        assert diff("old.yml", "chart") == 2
        err = capsys.readouterr().err
        assert "chart/Chart.yaml is of a Helm chart" in err and "`helm template`" in err

    def test_what_helm_prints(self, capsys: Capture) -> None:
        objects = list(yaml.safe_load_all(stream("old.yml", capsys)))
        hook: Object = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "t", "annotations": {"helm.sh/hook": "test"}},
        }
        for data in objects:
            data["metadata"]["labels"] |= {"app.kubernetes.io/managed-by": "Helm", "helm.sh/chart": "c-1"}
        Path("helm.yaml").write_text("---\n# Source: x\n" + yaml.safe_dump_all([None, *objects, hook]))
        assert diff("old.yml", "helm.yaml") == 0


NAMED = {"op": "replace", "path": "/metadata/name", "value": "y"}
ANNOTATED = {"op": "add", "path": "/metadata/annotations", "value": {"a": "b"}}
MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {}\n"


def objects_of(folder: str, files: dict[str, str]) -> list[Object]:
    """What is read of a tree of files."""
    for name, content in files.items():
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return rendered.tree(rendered.Disk(folder))


def names(objects: list[Object]) -> list[str]:
    return [data["metadata"]["name"] for data in objects]


class Test_trees:
    def test_are_read_in_depth_without_hidden_files(self) -> None:
        files = {"a.yaml": MAP.format("a"), "b/c.yml": MAP.format("c"), ".h/d.yaml": MAP.format("d"), "README.md": "x"}
        assert sorted(names(objects_of("t", files | {".e.yaml": "["}))) == ["a", "c"]

    @pytest.mark.parametrize(
        ("files", "message"),
        [
            ({"a.yaml": "a: ["}, "t/a.yaml:2 is not YAML: "),
            ({"a.yaml": "a: 1\n"}, "t/a.yaml is not a file of Kubernetes objects"),
            ({"a.yaml": MAP.format("1")}, "t/a.yaml is not a file of Kubernetes objects"),
            ({"a.yaml": MAP.format("x") + "  namespace: [1]\n"}, "t/a.yaml has a namespace that is not text"),
            ({"a.yaml": MAP.format("&x x")}, None),
            ({"a.yaml": "a: &x 1\nb: *x\n"}, "t/a.yaml:2 has an alias"),
            ({"a.yaml": "a: !!python/name:os.system x\n"}, "t/a.yaml:1 has a tag"),
            ({"a.yaml": "a: !x [1]\n"}, "t/a.yaml:1 has a tag"),
            ({"a.yaml": "1: a\n"}, "t/a.yaml:1 has a key that is not text"),
            ({"a.yaml": "a: 1\na: 2\n"}, "t/a.yaml:2 has the key `a` twice"),
            ({"a.yaml": "a: " + "[" * 100 + "]" * 100}, "t/a.yaml:1 has more than 64 levels"),
            ({"a.yaml": MAP.format("x"), "b.yaml": MAP.format("x")}, "t has the ConfigMap `x` twice"),
            ({"a/kustomization.yaml": "resources: []\n"}, "t/a/kustomization.yaml is for Kustomize: give its folder"),
            ({"kustomization.yaml": "resources: [x.yaml]\n"}, "t/kustomization.yaml names the resource `x.yaml`"),
            (
                {"kustomization.yaml": "resources: [../x]\n"},
                "t/kustomization.yaml has the resource `../x`, which is not",
            ),
            ({"kustomization.yaml": "resources: [/x]\n"}, "t/kustomization.yaml has the resource `/x`, which is not"),
            (
                {"kustomization.yaml": "resources: ['https://a/b']\n"},
                "t/kustomization.yaml has the resource `https://a/b`",
            ),
            ({"kustomization.yaml": "resources: [.]\n"}, "t/kustomization.yaml is one of its own resources"),
            ({"kustomization.yaml": "resources: [{}]\n"}, "t/kustomization.yaml is not a kustomization"),
            ({"kustomization.yaml": "resources: x\n"}, "t/kustomization.yaml is not a kustomization"),
            ({"kustomization.yaml": "[]\n"}, "t/kustomization.yaml is not a kustomization"),
            (
                {"kustomization.yaml": "namePrefix: x\n"},
                "t/kustomization.yaml has `namePrefix` that only Kustomize knows",
            ),
            ({"kustomization.yaml": "patches: [{path: x}]\n"}, "t/kustomization.yaml has a patch that only Kustomize"),
        ],
    )
    def test_that_cannot_be_read(self, files: dict[str, str], message: str | None) -> None:
        if message is None:
            assert names(objects_of("t", files)) == ["x"]
            return
        with pytest.raises(UsageError, match=re.escape(message)):
            objects_of("t", files)

    @pytest.mark.parametrize(
        "patch",
        [
            {"patch": '[{"op": "add", "path": "/metadata/name", "value": "y"}]'},
            {"patch": '[{"op": "replace", "path": "/spec", "value": "y"}]'},
            {"patch": '[{"op": "replace", "path": "/metadata/name", "value": 1}]'},
            {"patch": '[{"op": "replace", "path": "/metadata/name", "value": "y", "from": "/a"}]'},
            {"patch": "[]"},
            {"patch": json.dumps([NAMED, {"op": "add", "path": "/metadata/annotations", "value": "y"}])},
            {"patch": json.dumps([NAMED, {"op": "add", "path": "/metadata/labels", "value": {}}])},
            {"patch": json.dumps([NAMED, ANNOTATED | {"from": "/a"}])},
            {"target": {"kind": "ConfigMap", "name": "other"}},
            {"target": {"kind": "ConfigMap", "name": "x", "namespace": "n"}},
            {"more": 1},
        ],
    )
    def test_only_names_and_annotations_are_patched(self, patch: Object) -> None:
        whole: Object = {
            "target": {"kind": "ConfigMap", "name": "x"},
            "patch": json.dumps([NAMED]),
            "options": {"allowNameChange": True},
        }
        files = {"x.yaml": MAP.format("x")}
        good = json.dumps({"resources": ["x.yaml"], "patches": [whole]})
        assert names(objects_of("t", files | {"kustomization.yaml": good})) == ["y"]
        annotated = json.dumps(
            {"resources": ["x.yaml"], "patches": [whole | {"patch": json.dumps([NAMED, ANNOTATED])}]}
        )
        [found] = objects_of("t", {"kustomization.yaml": annotated})
        assert (found["metadata"]["name"], found["metadata"]["annotations"]) == ("y", {"a": "b"})
        with pytest.raises(UsageError, match="a patch that only Kustomize knows"):
            objects_of("t", {"kustomization.yaml": json.dumps({"resources": ["x.yaml"], "patches": [whole | patch]})})

    def test_no_link_is_followed(self) -> None:
        Path("secret.yaml").write_text(MAP.format("secret"))
        Path("t").mkdir()
        Path("t/a.yaml").symlink_to("../secret.yaml")
        with pytest.raises(UsageError, match=r"cannot read t/a\.yaml: it is a link"):
            objects_of("t", {})

    def test_are_bounded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rendered, "LARGEST", 100)
        with pytest.raises(UsageError, match=r"cannot read t/b\.yaml: more than"):
            objects_of("t", {"a.yaml": MAP.format("a"), "b.yaml": MAP.format("b" * 30)})
        monkeypatch.setattr(rendered, "MOST_FILES", 1)
        with pytest.raises(UsageError, match="more than 1 files"):
            objects_of("t", {})

    @pytest.mark.parametrize(
        ("scalar", "value"),
        [
            ("1", 1), ("-1", -1), ("0x1f", 31), ("1.5", 1.5), ("true", True), ("yes", True), ("off", False),
            ("null", None), ("~", None), ("", None), ("2020-01-01", "2020-01-01"), ("'1'", "1"), ('"yes"', "yes"),
            ("=", "="), ("a b", "a b"), ("9" * 5000, "9" * 5000),
        ],
    )  # fmt: skip
    def test_scalars_are_what_kubernetes_takes_them_for(self, scalar: str, value: Any) -> None:
        (data,) = rendered.stream("s", f"{MAP.format('x')}data: {scalar}\n".encode())
        assert data["data"] == value and type(data["data"]) is type(value)


class Test_git:
    def test_a_version_at_a_revision(self, repository: Path, capsys: Capture) -> None:
        assert diff("HEAD:app/krt.yml", "app/krt.yml", "--runtime", "HEAD:app/settings.yml") == 1
        assert last(capsys) == SUMMARY
        assert diff("HEAD:app", "HEAD:app/krt.yml") == 0
        Path("app/settings.yml").unlink()
        assert diff("HEAD:app/krt.yml", "HEAD:app/krt.yml", "--runtime", "HEAD:app/settings.yml") == 0

    def test_its_files_are_of_the_revision(self, repository: Path, capsys: Capture) -> None:
        Path("app/public_input.proto").write_text("")
        Path("app/src/etl/main.py").unlink()
        assert diff("HEAD:app/krt.yml", "HEAD:app/krt.yml") == 0
        assert capsys.readouterr().err == "no change\n"
        assert diff("HEAD:app/krt.yml", "app/krt.yml") == 2
        assert capsys.readouterr().err.startswith("app/krt.yml:")
        git("add", "-A")
        git("commit", "-qm", "two")
        add_files(Path("app"))
        assert diff("HEAD:app/krt.yml", "app/krt.yml") == 2
        assert "\nHEAD:app/krt.yml:" in f"\n{capsys.readouterr().err}"

    def test_a_runtime_and_trees_at_a_revision(self, repository: Path, capsys: Capture) -> None:
        Path("app/runtime.yml").write_text(
            written({"runtime": "demo", "versions": [{"krt": "krt.yml", "status": "started"}]})
        )
        compiled("app", "-o", "out")
        compiled("old.yml", "-o", "tree", "--to", "kustomize")
        git("add", "-A")
        git("commit", "-qm", "two")
        Path("app/krt.yml").write_text(written(SMALL))
        assert diff("HEAD:app", "HEAD:out") == 0
        assert diff("HEAD:app/runtime.yml", "app") == 1
        assert last(capsys) == SUMMARY
        assert diff("HEAD:tree", "old.yml") == 0 == diff("HEAD:tree/overlays/published", "tree/overlays/published")
        assert diff("HEAD~1:app/krt.yml", "HEAD:tree") == 0

    def test_from_below_and_from_outside(self, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir("app")
        assert diff("HEAD:krt.yml", "HEAD:../old.yml") == 0
        monkeypatch.chdir("/")
        assert diff(f"HEAD:{repository}/app/krt.yml", f"{repository}/old.yml") == 0

    def test_the_environment_says_nothing(self, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_WORK_TREE", "GIT_CEILING_DIRECTORIES"):
            monkeypatch.setenv(name, "nothing")
        monkeypatch.setenv("GIT_TRACE", "1")
        assert revision.read("HEAD", "app/settings.yml") == b'{"runtime": "demo"}'

    @pytest.mark.parametrize(
        ("rev", "path", "message"),
        [
            ("HEAD", "app/nothing", "cannot read HEAD:app/nothing: there is no such file at that revision"),
            ("HEAD", "no/nothing", "cannot read HEAD:no/nothing: there is no such folder at that revision"),
            ("nope", "app/krt.yml", "cannot read nope:app/krt.yml: there is no revision `nope`"),
            ("--help", "app/krt.yml", "cannot read --help:app/krt.yml: `--help` is not a revision of Git"),
            ("a\nb", "app/krt.yml", "cannot read a\nb:app/krt.yml: `a\nb` is not a revision of Git"),
            ("HEAD", "app", "cannot read HEAD:app: it is not a regular file"),
            ("HEAD", "app/out", "cannot read HEAD:app/out: it is not a regular file"),
        ],
    )
    def test_what_is_not_there(self, rev: str, path: str, message: str, repository: Path) -> None:
        assert revision.read(rev, path) == message

    def test_without_git(self, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(repository))
        assert revision.read("HEAD", "old.yml") == "cannot read HEAD:old.yml: there is no `git` on PATH"

    def test_split(self, repository: Path) -> None:
        assert revision.split("HEAD~1:a/b") == ("HEAD~1", "a/b")
        assert revision.split("HEAD:") == ("HEAD", ".")
        assert revision.split("old.yml") is revision.split(":old.yml") is None
        Path("HEAD:x").touch()
        assert revision.split("HEAD:x") is None

    def test_a_folder_is_a_tree(self, repository: Path) -> None:
        tree = revision.Folder("HEAD", "app")
        kinds = {
            "src": "folder", "src/": "folder", "src/etl/main.py": "file", "src/etl/main.py/": "missing", ".": "folder",
            "link/etl/main.py": "file", "out": "outside", "../old.yml": "outside", "/etc": "missing", "x": "missing",
            "src/../krt.yml": "file", "out/x": "outside",
        }  # fmt: skip
        assert {path: tree.kind(path) for path in kinds} == kinds
        assert tree.read("link/etl/main.py") == b"" and not tree.complete
        assert tree.name("src/x") == "HEAD:app/src/x"
        assert sorted(tree.files()) == [
            "krt.yml",
            "link",
            "out",
            "public_input.proto",
            "settings.yml",
            "src/etl/main.py",
        ]
        assert tree.contents(["src/etl/main.py", "settings.yml"]) == {
            "src/etl/main.py": b"",
            "settings.yml": b'{"runtime": "demo"}',
        }
        with pytest.raises(revision.RevisionError, match="cannot read HEAD:app/out: it is a link"):
            tree.contents(["out"])
        with pytest.raises(revision.RevisionError, match="cannot read no:app: there is no revision `no`"):
            revision.Folder("no", "app").files()
        assert (revision.kind("HEAD", "."), revision.kind("HEAD", "app/krt.yml")) == ("folder", "file")

    def test_links_in_a_circle_end(self, repository: Path) -> None:
        Path("app/a").symlink_to("b")
        Path("app/b").symlink_to("a")
        git("add", "-A")
        git("commit", "-qm", "two")
        assert revision.Folder("HEAD", "app").kind("a") == "outside"

    def test_sizes_are_bounded(self, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert revision.read("HEAD", "app/settings.yml", most=4) == b'{"run'
        monkeypatch.setattr(revision, "_LARGEST_READ", 10)
        assert revision.read("HEAD", "app/settings.yml") == "cannot read HEAD:app/settings.yml: more than 0 MiB"


# What nobody may bring into a report, whatever it is the name or the value of.
HOSTILE = "x\n::error::\r##[error]##vso[x]\x1b[31m|`<img src=x>``</summary>\n# *a* [b](c) @me #1 https://a.b\u202e"
HOSTILE_CHANGES = [
    Change(
        action,
        HOSTILE,
        HOSTILE,
        HOSTILE,
        HOSTILE,
        fields=[Field(("spec", HOSTILE, ("name", HOSTILE), 0), HOSTILE, {HOSTILE: [HOSTILE]})] if with_fields else [],
        effects=[Effect(kind, HOSTILE) for kind in EFFECTS],
    )
    for action in ("added", "removed", "changed")
    for with_fields in (True, False)
]


class Test_reports:
    def test_text_with_colours(self, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        monkeypatch.setenv("FORCE_COLOR", "1")
        assert diff("old.yml", "new.yml") == 1
        assert "\x1b[33m\x1b[1m~ Deployment kre/mail-v1--sort--etl\x1b[0m\n" in capsys.readouterr().out

    def test_text(self) -> None:
        changes = [
            Change("added", "v1", "Service", "ns", "a", effects=[Effect("publishes", "it is seen")]),
            Change("removed", "v1", "Stream", "ns", "s", effects=[Effect("deletes-data", "it is gone")]),
            Change("removed", "v1", "Stream", "ns", "t", effects=[Effect("deletes-data", "it is gone")]),
            Change(
                "changed",
                "v1",
                "Ingress",
                "",
                "i",
                fields=[Field(("a", 0), ABSENT, [1]), Field(("b",), "x", ABSENT), Field(("c",), 1, "1")],
                effects=[Effect("refused", "no"), Effect("deletes-data", "yes")],
            ),
        ]
        assert text.report(changes) == (
            "+ Service ns/a\n    publishes: it is seen\n"
            "- Stream ns/s\n    deletes data: it is gone\n- Stream ns/t\n    deletes data: it is gone\n"
            "~ Ingress i\n    refused: no\n    deletes data: yes\n"
            '    + a[0]: [1]\n    - b: "x"\n    ~ c: 1 -> "1"\n'
            "1 added, 1 changed, 2 removed; refused: 1; deletes data of 1 Ingress and 2 streams;"
            " changes what is published\n"
        )

    def test_long_values_are_shown_where_they_part(self) -> None:
        old, new = ("a" * 300 + end + "b" * 300 for end in "xy")
        shown = text.report([Change("changed", "v1", "X", "", "x", fields=[Field(("f",), old, new)])])
        line = shown.splitlines()[1]
        assert len(line) < 220 and "aaaxbbb" in line and "aaaybbb" in line
        assert line.count("...") == 4

    def test_json(self, capsys: Capture) -> None:
        assert diff("old.yml", "new.yml", "--format", "json") == 1
        found = json.loads(capsys.readouterr().out)
        assert found["changes"][1] == {
            "action": "changed",
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "namespace": "kre",
            "name": "mail-v1--sort--etl",
            "effects": [{"kind": "scales", "message": "from 1 to 3 pods"}],
            "fields": [{"path": "spec.replicas", "action": "changed", "old": 1, "new": 3}],
        }
        assert found["summary"] == {
            "added": 0,
            "changed": 2,
            "removed": 0,
            "effects": dict.fromkeys(EFFECTS, 0) | {"scales": 1},
        }
        assert diff("old.yml", "old.yml", "--format", "json") == 0
        assert json.loads(capsys.readouterr().out)["changes"] == []

    def test_json_tells_null_from_nothing_and_knows_no_infinity(self) -> None:
        fields = [Field(("a",), ABSENT, None), Field(("b",), {"c": [float("inf")]}, ABSENT)]
        found = json.loads(as_json.report([Change("changed", "v1", "X", "", "x", fields=fields)]))
        assert found["changes"][0]["fields"] == [
            {"path": "a", "action": "added", "new": None},
            {"path": "b", "action": "removed", "old": {"c": ["inf"]}},
        ]

    def test_markdown(self, capsys: Capture) -> None:
        assert diff("old.yml", "new.yml", "--format", "markdown") == 1
        out = capsys.readouterr().out
        assert out.startswith(
            "### krtc: 0 added, 2 changed, 0 removed; scales 1 Deployment\n\n**Scales**\n\n"
            "- Deployment `kre/mail-v1--sort--etl`: from 1 to 3 pods\n\n<details><summary>Changed: ConfigMap <code>"
        )
        assert out.endswith(
            "<details><summary>Changed: Deployment <code>kre/mail-v1--sort--etl</code></summary>\n\n"
            "- changed `spec.replicas`: `1` → `3`\n\n</details>\n"
        )
        assert diff("old.yml", "old.yml", "--format", "markdown") == 0
        assert capsys.readouterr().out == "### krtc: no change\n"

    def test_markdown_fits_into_a_comment(self) -> None:
        many = [
            Change("removed", "v1", "Stream", "n" * 200, f"{i}", effects=[Effect("deletes-data", "x")])
            for i in range(999)
        ]
        shown = markdown.report(many)
        assert len(shown) < 65_536 and shown.endswith("There is more: `krtc diff` shows it all.\n")
        assert "- and 979 more\n" in shown

    def test_nothing_forges_a_line_of_text(self) -> None:
        lines = text.report(HOSTILE_CHANGES).splitlines()
        assert len(lines) == 6 * (1 + len(EFFECTS)) + 3 + 1
        for line in lines:
            assert line.isprintable() and "##[" not in line and "##vso[" not in line and not line.startswith("::")
            assert line.startswith(("+ x", "- x", "~ x", "    ")) or line is lines[-1]

    def test_nothing_forges_json(self) -> None:
        shown = as_json.report(HOSTILE_CHANGES)
        assert shown.isascii() and "##" not in shown and "\x1b" not in shown
        assert json.loads(shown)["changes"][0]["name"] == HOSTILE

    def test_nothing_forges_markdown(self) -> None:
        own = ("<details>", "<summary>", "</summary>", "</details>", "<code>", "</code>")
        for line in markdown.report(HOSTILE_CHANGES).splitlines():
            assert line.isprintable() and "##[" not in line and "##vso[" not in line
            assert not line or line.startswith(
                (
                    "### krtc: ",
                    "**",
                    "- x",
                    "- changed ",
                    "<details><summary>",
                    "</details>",
                    "Added: ",
                    "Removed: ",
                    "Changed: ",
                )
            ), line
            bare = line
            if line.startswith("<details>"):  # a block of HTML: there are no code spans in it
                bare, _, inside = line.rpartition("<code>")
                assert inside.endswith("</code></summary>") and inside.count("<") == inside.count(">") == 2
            bare = outside_of_code(bare)
            for tag in own:
                bare = bare.replace(tag, "")
            assert not set("<>[`|@\\") & set(bare.replace("&#", "")), bare
            assert not re.search("(?<!<code>)&#(64|35);", line)  # GitHub reads names and numbers outside of code
            assert "https://" not in bare and "#" not in bare.replace("&#", "").removeprefix("### krtc")

    @given(st.text(alphabet="`ab \n\\|<", max_size=12))
    def test_code_spans_hold(self, value: str) -> None:
        """Read back as CommonMark reads it: a span ends at the first run of backticks as long as the one before it."""
        shown = markdown._code(value)
        fence = re.match("`+", shown)
        assert fence is not None
        runs = [run.span() for run in re.finditer("`+", shown) if len(run[0]) == len(fence[0])]
        assert runs == [(0, len(fence[0])), (len(shown) - len(fence[0]), len(shown))]
        assert "\n" not in shown

    @given(st.text(max_size=20))
    def test_escaped_texts_read_as_they_are(self, value: str) -> None:
        shown = markdown._escaped(value)
        assert unescape(re.sub("</?code>", "", shown)) == visible(value)


def outside_of_code(line: str) -> str:
    """A line of Markdown without its code spans."""
    out, at = "", 0
    while at < len(line):
        fence = re.compile("`+").match(line, at)
        if not fence:
            out += line[at]
            at += 1
            continue
        end = re.compile(f"(?<!`){fence[0]}(?!`)").search(line, fence.end())
        assert end, line
        at = end.end()
    return out


def test_a_compile_imports_none_of_it() -> None:
    new = (
        "krtc.changes",
        "krtc.manifests.change",
        "krtc.reporters.changes",
        "krtc.cli.rev",
        "krtc.cli.ren",
        "subprocess",
    )
    script = (
        f"import sys\nNEW = {new}\nfrom krtc.cli import main\nmain(['compile', 'old.yml'])\n"
        "print(*(n for n in sys.modules if n.startswith(NEW)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stderr == "\n"
