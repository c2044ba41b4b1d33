"""`krtc compile runtime.yml`: parts, what is refused, and where the trees go."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from krtc.cli import main, reading
from tests.unit.helpers import SMALL, text
from tests.unit.runtimes import ALL, write_all, write_runtime, write_version

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: a runtime of three versions, each with all its files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    write_all()
    return tmp_path


def run(*arguments: str) -> int:
    return main(["compile", *arguments])


def objects(stream: str) -> list[tuple[str, str]]:
    return [(data["kind"], data["metadata"]["name"]) for data in yaml.safe_load_all(stream)]


def test_to_standard_output(capsys: Capture) -> None:
    assert run("runtime.yml") == 0
    whole, said = capsys.readouterr()
    assert said == ""
    parts = []
    for part in (*ALL, "runtime"):
        assert run("runtime.yml", "--only", part) == 0
        parts.append(capsys.readouterr().out)
    assert "".join(parts) == whole
    assert objects(parts[2]) == [("ConfigMap", "sort-v3")]
    assert objects(parts[3]) == [(kind, "active-entrypoint") for kind in ("ConfigMap", "Service", "Ingress")]
    assert ("Service", "sort-v1") in objects(parts[0])


def test_a_folder_is_its_runtime(capsys: Capture) -> None:
    assert run(".") == 0
    out = capsys.readouterr().out
    assert run("runtime.yml") == 0
    assert capsys.readouterr().out == out
    Path("krt.yml").write_text(text(SMALL))
    Path("runtime.yml").write_text("runtime: demo\n")  # settings alone
    assert run(".") == 0
    assert "# Made by krtc from krt.yml." in capsys.readouterr().out


def test_a_runtime_by_another_name(capsys: Capture) -> None:
    shutil.copy("runtime.yml", "production.yml")
    assert run("production.yml", "--only", "runtime") == 0
    assert "# Made by krtc from production.yml." in capsys.readouterr().out


@pytest.mark.parametrize("form", ["manifests", "kustomize", "helm"])
def test_folders(form: str, capsys: Capture) -> None:
    assert run("runtime.yml", "--to", form, "-o", "tree") == 0
    assert run("runtime.yml", "--to", form, "-o", "tree", "--check") == 0
    assert {path.name for path in Path("tree").iterdir() if path.is_dir()} == {"versions", "runtime"}
    assert {path.name for path in Path("tree/versions").iterdir()} == set(ALL)
    capsys.readouterr()
    assert run("runtime.yml", "--to", form, "-o", "tree") == 0
    assert capsys.readouterr().err.endswith(" 0 changed\n")
    write_runtime({"sort-v2": "published"})  # a version that is no more leaves nothing
    assert run("runtime.yml", "--to", form, "-o", "tree", "--check") == 1
    assert "is left over" in capsys.readouterr().err
    assert run("runtime.yml", "--to", form, "-o", "tree") == 0
    assert {path.name for path in Path("tree/versions").iterdir()} == {"sort-v2"}


@pytest.mark.parametrize("form", ["manifests", "kustomize", "helm"])
def test_a_folder_of_one_version_is_not_a_runtimes(form: str, capsys: Capture) -> None:
    one = "versions/sort-v1/krt.yml"
    assert run(one, "--status", "published", "--to", form, "-o", "tree") == 0
    before = {path: path.read_bytes() for path in Path("tree").rglob("*") if path.is_file()}
    assert run("runtime.yml", "--to", form, "-o", "tree") == 2
    assert "tree holds the tree of one version" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in Path("tree").rglob("*") if path.is_file()} == before
    assert run("runtime.yml", "--to", form, "-o", "other") == 0
    assert run(one, "--to", form, "-o", "other") == 2
    assert "other holds the tree of a whole runtime" in capsys.readouterr().err


def test_nothing_published(capsys: Capture) -> None:
    write_runtime({"sort-v1": "started"})
    assert run("runtime.yml", "--only", "runtime") == 0
    out, err = capsys.readouterr()
    assert objects(out) == [("ConfigMap", "active-entrypoint")]
    assert "note[KRT410]" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--status", "started"], "--status is for one version"),
        (["--runtime", "runtime.yml"], "--runtime is for one version"),
        (["--only", "sort-v22"], "runtime.yml has no version `sort-v22`: did you mean `sort-v2`?"),
        (["--only", "x"], "runtime.yml has no version `x`\n"),
    ],
)
def test_what_a_runtime_does_not_take(arguments: list[str], message: str, capsys: Capture) -> None:
    assert run("runtime.yml", *arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err


def test_only_is_for_a_runtime(capsys: Capture) -> None:
    assert run("versions/sort-v1/krt.yml", "--only", "sort-v1") == 2
    assert "--only names a part of a runtime.yml" in capsys.readouterr().err


class Test_a_version_that_cannot_be_compiled:
    def test_hides_nothing_of_the_others(self, capsys: Capture) -> None:
        write_version("sort-v1", description=1)
        write_version("sort-v3", colour="red")
        Path("versions/sort-v2/krt.yml").write_text("[")
        assert run("runtime.yml") == 1
        out, err = capsys.readouterr()
        assert out == ""
        for name, code in (("sort-v1", "KRT006"), ("sort-v2", "KRT002"), ("sort-v3", "KRT010")):
            assert any(f"versions/{name}/krt.yml" in line and code in line for line in err.splitlines())
        assert "3 errors" in err

    def test_nor_do_its_settings_stand_in_the_way(self, capsys: Capture) -> None:
        write_version("sort-v3", config={"variables": ["LIMIT"]})  # of which runtime.yml gives no value
        write_runtime({**ALL, "sort-v3": "started"})
        assert run("runtime.yml", "--only", "sort-v1") == 0
        assert run("runtime.yml", "--only", "runtime") == 0
        assert run("runtime.yml", "--only", "sort-v3") == 1
        assert "KRT401" in capsys.readouterr().err

    def test_is_not_in_the_way_of_another_part(self, capsys: Capture) -> None:
        write_version("sort-v3", colour="red")
        assert run("runtime.yml", "--only", "sort-v1") == 0
        assert run("runtime.yml", "--only", "sort-v3") == 1
        assert "KRT010" in capsys.readouterr().err

    def test_that_is_not_there(self, capsys: Capture) -> None:
        shutil.rmtree("versions/sort-v2")
        assert run("runtime.yml") == 1
        assert "error[KRT407]" in capsys.readouterr().err

    @pytest.mark.parametrize("krt", ["../not-of-the-runtime/krt.yml", "/etc/passwd", "versions", "link/krt.yml", "."])
    def test_that_is_not_beside_it(self, krt: str, folder: Path, capsys: Capture) -> None:
        outside = folder.parent / "not-of-the-runtime"
        outside.mkdir(exist_ok=True)
        (outside / "krt.yml").write_text(text(SMALL))
        Path("link").symlink_to(outside)
        Path("runtime.yml").write_text(text({"runtime": "demo", "versions": [{"krt": krt}]}))
        assert run("runtime.yml") == 1
        assert "error[KRT407]" in capsys.readouterr().err


class Test_configuration:
    def test_a_running_version_needs_all_values(self, capsys: Capture) -> None:
        write_version("sort-v2", config={"variables": ["GREETING"]})
        assert run("runtime.yml") == 1
        assert "versions/sort-v2/krt.yml" in (said := capsys.readouterr().err)
        assert "error[KRT401]" in said
        assert run("runtime.yml", "--to", "helm", "-o", "chart") == 0  # whoever installs it gives them

    def test_a_value_restarts_the_pods_that_read_it_and_no_others(self, capsys: Capture) -> None:
        """Those of versions that declare it and have no value of their own; never an entrypoint's, which reads none."""
        for name in ("sort-v1", "sort-v2"):
            write_version(name, config={"variables": ["GREETING", "OTHER"]})
        own = {"krt": "versions/sort-v2/krt.yml", "status": "started", "config": {"variables": {"GREETING": "mine"}}}

        def templates(greeting: str) -> dict[str, object]:
            config = {"variables": {"GREETING": greeting, "OTHER": "x"}}
            entries = [{"krt": f"versions/{name}/krt.yml", "status": "started"} for name in ("sort-v1", "sort-v3")]
            Path("runtime.yml").write_text(text({"runtime": "demo", "config": config, "versions": [own, *entries]}))
            assert run("runtime.yml") == 0
            found = [data for data in yaml.safe_load_all(capsys.readouterr().out) if data["kind"] == "Deployment"]
            return {data["metadata"]["name"]: data["spec"]["template"] for data in found}

        before, after = templates("hello"), templates("good day")
        assert len(before) == 6
        assert [name for name in before if before[name] != after[name]] == ["sort-v1--sort--etl"]

    def test_a_stopped_one_does_not(self) -> None:
        write_version("sort-v3", config={"variables": ["GREETING"]})
        assert run("runtime.yml") == 0


def test_one_version_with_its_entry(capsys: Capture) -> None:
    """Compiled alone, a version takes its id, configuration and nodes from the runtime.yml that lists it."""
    entry = {"krt": "versions/sort-v1/krt.yml", "status": "stopped", "nodes": {"sort": {"etl": {"replicas": 7}}}}
    Path("runtime.yml").write_text(text({"runtime": "demo", "versions": [entry]}))
    for path in ("versions/sort-v1/krt.yml", str(Path("versions/sort-v1/krt.yml").absolute())):
        assert run(path, "--runtime", "runtime.yml") == 0
        found = [data for data in yaml.safe_load_all(capsys.readouterr().out) if data["kind"] == "Deployment"]
        assert [data["spec"]["replicas"] for data in found] == [7, 1]
    assert run("versions/sort-v2/krt.yml", "--runtime", "runtime.yml") == 0
    found = [data for data in yaml.safe_load_all(capsys.readouterr().out) if data["kind"] == "Deployment"]
    assert [data["spec"]["replicas"] for data in found] == [1, 1]


def test_check_judges_each_version_once(capsys: Capture) -> None:
    write_version("sort-v1", colour="red")
    assert main(["check", "."]) == 1
    said = capsys.readouterr().err
    assert said.count("KRT010") == 1
    assert "1 error, 0 warnings" in said


@pytest.mark.parametrize(("krt", "most"), [("versions/sort-v1/krt.yml", 200), ("versions/{}/krt.yml", 202)])
def test_thousands_of_entries_are_not_all_read(krt: str, most: int, capsys: Capture, monkeypatch: Any) -> None:
    loaded = []
    version = reading.version

    def counted(runtime: str, name: str) -> Any:
        loaded.append(name)
        return version(runtime, name)

    monkeypatch.setattr(reading, "version", counted)
    entries = [{"krt": krt.format(number), "status": "stopped"} for number in range(5000)]
    Path("runtime.yml").write_text(text({"runtime": "demo", "versions": entries}))
    assert main(["check", "runtime.yml"]) == 1
    assert len(loaded) <= most
    assert len(capsys.readouterr().err) < 100_000


def test_the_only_version_that_is_wanted_cannot_be_read(capsys: Capture) -> None:
    write_version("sort-v2", entrypoint={})
    assert run("runtime.yml", "--only", "sort-v2") == 1
    out, said = capsys.readouterr()
    assert out == "" and "versions/sort-v2/krt.yml" in said and "KRT011" in said
    assert run("runtime.yml", "--only", "sort-v1") == 0  # another is none of its concern
