"""The commands of Argo CD's plugin: what they print for a folder and parameters, and what they say of wrong ones."""

import contextlib
import io
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import hypothesis
import pytest
import yaml
from hypothesis import strategies as st

from krtc.cli import announcement, parameters
from krtc.cli.main import main
from tests.unit.helpers import KRT, ROOT, RUNTIME, SMALL, Object, text
from tests.unit.runtimes import PROTO, write_all, write_runtime, write_version

Run = tuple[int, str, str]

VARIABLE = parameters.VARIABLE
VERSION = {
    **SMALL,
    "config": {"variables": ["GREETING", "TOKEN", "FREE"], "files": ["MODEL"]},
    "workflows": [{**SMALL["workflows"][0], "nodes": [{**SMALL["workflows"][0]["nodes"][0], "replicas": 2}]}],
}
SETTINGS: Object = {
    "runtime": "demo",
    "config": {
        "variables": {"GREETING": "hello", "FREE": "1"},
        "secrets": {"TOKEN": {"secretKeyRef": {"name": "tokens", "key": "token"}}},
        "files": {"MODEL": "model.json"},
    },
}


def krtc(*arguments: str, given: str | None = None, **environment: str) -> Run:
    """A command in the working folder, and the parameters that Argo CD gives it."""
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
    variables = environment if given is None else {VARIABLE: given, **environment}
    with mock.patch.dict(os.environ, variables), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(arguments)
        out.flush()
    return code, out.buffer.getvalue().decode(), err.getvalue()


def with_parameters(*given: Object, command: str = "generate") -> Run:
    return krtc("argocd", command, given=json.dumps(given))


def string(name: str, value: str) -> Object:
    return {"name": name, "string": value}


def mapping(name: str, **values: str) -> Object:
    return {"name": name, "map": values}


def of(name: str, values: Mapping[str, str]) -> Object:
    return {"name": name, "map": values}


@pytest.fixture
def one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An Application that is one version, with settings beside it that only a parameter names."""
    app = tmp_path / "repository" / "app"
    app.mkdir(parents=True)
    (app.parent / ".git").mkdir()
    monkeypatch.chdir(app)
    write_one()
    return app


def write_one(settings: Object = SETTINGS) -> None:
    Path("src/etl").mkdir(parents=True, exist_ok=True)
    Path("src/etl/main.py").touch()
    Path("public_input.proto").write_text(PROTO)
    Path("krt.yml").write_text(text(VERSION))
    Path("runtime.yml").write_text(text(settings))
    Path("model.json").write_text("{}")


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An Application that is a runtime of three versions."""
    monkeypatch.chdir(tmp_path)
    write_runtime_of_three()
    return tmp_path


def write_runtime_of_three(**changed: Any) -> None:
    """The runtime; `changed` are keys of the entry of sort-v2."""
    write_all()
    for name in ("sort-v1", "sort-v2"):
        write_version(name, config={"variables": ["GREETING", "TOKEN"]})
    statuses = {"sort-v1": "published", "sort-v2": "started", "sort-v3": "stopped"}
    write_runtime(statuses, config=SETTINGS["config"] | {"variables": {"GREETING": "hello"}})
    data = json.loads(Path("runtime.yml").read_text())
    data["versions"][1] |= {"config": {"variables": {"GREETING": "good day"}}, **changed}
    Path("runtime.yml").write_text(text(data))


def edit(**changed: Any) -> None:
    """Changes runtime.yml as a person would."""
    data = json.loads(Path("runtime.yml").read_text())
    Path("runtime.yml").write_text(text({**data, **changed}))


# plugin.yaml, and which folders are Applications


def test_the_plugin_calls_commands_that_there_are(one: Path) -> None:
    code, out, err = krtc("argocd", "plugin")
    plugin = yaml.safe_load(out)
    assert (code, err) == (0, "")
    assert (plugin["apiVersion"], plugin["kind"]) == ("argoproj.io/v1alpha1", "ConfigManagementPlugin")
    assert plugin["metadata"] == {"name": "krtc"}
    spec = plugin["spec"]
    assert "version" not in spec
    called = [spec["discover"]["find"], spec["generate"], spec["parameters"]["dynamic"]]
    for each in called:
        program, *arguments = each["command"]
        assert program == "krtc"
        assert krtc(*arguments, given=json.dumps([string("runtime", "runtime.yml")]))[0] == 0


DATABRICKS = "runtime: 14.3\nlanguage: python\n"


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({}, ""),
        ({"README.md": "runtime: x\nversions: []\n"}, ""),
        ({"krt.yml": "not: [ours"}, "krt.yml\n"),
        ({"krt.yaml": ""}, "krt.yaml\n"),
        ({"runtime.yml": DATABRICKS}, ""),
        ({"runtime.yml": "versions: {python: 3}\n"}, ""),
        ({"runtime.yml": text(RUNTIME)}, ""),
        ({"runtime.yml": DATABRICKS, "krt.yml": ""}, "krt.yml\n"),
        ({"runtime.yml": "runtime: demo\nversions: []\n"}, "runtime.yml\n"),
        ({"runtime.yaml": "runtime: demo\nversions: []\n", "krt.yml": ""}, "runtime.yaml\n"),
        ({"runtime.yml": "runtime: demo\nversions:\n  - [\n"}, "runtime.yml\n"),
        ({"runtime.yml": "runtime: [\nlanguage: python\n"}, ""),
        ({"sort.krt": ""}, "sort.krt\n"),
        ({".krt": ""}, ""),
        ({"\x1b]0;a\n.krt": ""}, "\\x1b]0;a\\n.krt\n"),
    ],
)
def test_discover(files: dict[str, str], found: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, content in files.items():
        Path(name).write_text(content)
    assert krtc("argocd", "discover") == (0, found, "")


def test_discover_looks_at_files_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("runtime.yml")
    Path("krt.yml").mkdir()
    Path("a.krt").mkdir()
    os.mkfifo("b.krt")
    Path("deeper").mkdir()
    Path("deeper/krt.yml").touch()
    assert krtc("argocd", "discover") == (0, "", "")


# generate without parameters


def _folders() -> Iterator[Path]:
    yield from sorted((ROOT / "golden" / "ok").iterdir())
    yield from sorted((ROOT / "golden" / "runtimes").iterdir())
    yield from sorted(path / "input" for path in (ROOT / "golden" / "err").iterdir() if path.is_dir())
    yield ROOT / "examples" / "classificator"


@pytest.mark.parametrize("folder", [*_folders()], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_generate_is_compile(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    code, out, _ = krtc("compile", ".")
    if code == 2 and list(folder.glob("*.krt")):
        code, out, _ = krtc("compile", next(folder.glob("*.krt")).name)
    for given in (None, "", "null", "[]"):
        generated = krtc("argocd", "generate", given=given)
        assert generated[:2] == (code, out)
        assert bool(generated[1]) == (code == 0)
        assert generated[2] or code == 0
        assert "\x1b" not in generated[2]


def test_one_archive_is_compiled(one: Path) -> None:
    Path("runtime.yml").unlink()
    Path("krt.yml").write_text(text(SMALL))
    krtc("pack", ".", "-o", "../sort.krt")
    for path in [*one.iterdir()]:
        path.rename(one.parent / f"was-{path.name}")
    Path("../sort.krt").rename("sort.krt")
    code, out, err = krtc("argocd", "generate")
    assert (code, err) == (0, krtc("compile", "sort.krt")[2])
    assert out == krtc("compile", "sort.krt")[1]
    Path("other.krt").touch()
    code, out, err = krtc("argocd", "generate")
    assert (code, out) == (2, "")
    assert err == "krtc: error: there are 2 .krt here, and an Application is one version: other.krt, sort.krt\n"


def test_an_empty_folder_is_no_application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = "krtc: error: there is no krt.yml, no .krt and no runtime.yml that lists versions here\n"
    assert krtc("argocd", "generate") == (2, "", said)
    assert krtc("argocd", "parameters") == (0, "[]\n", said)


def test_what_is_wrong_is_short_and_without_colours(one: Path) -> None:
    node = SMALL["workflows"][0]["nodes"][0]
    nodes = [{**node, "name": f"node-{number}", "replicas": "many", "image": "a/b:latest"} for number in range(50)]
    Path("krt.yml").write_text(text({**SMALL, "workflows": [{**SMALL["workflows"][0], "nodes": nodes}]}))
    code, out, err = krtc("argocd", "generate", FORCE_COLOR="1")
    assert (code, out) == (1, "")
    assert err.count("error[") == 20
    assert "warning[" not in err
    assert err.splitlines()[-1].endswith(" more: `krtc check` tells all")
    assert "\x1b" not in err


# Parameters over the files


@pytest.mark.parametrize("status", ["stopped", "started", "published"])
def test_status_of_a_version(status: str, one: Path) -> None:
    expected = krtc("compile", "krt.yml", "--status", status, "--runtime", "runtime.yml")
    assert with_parameters(string("status", status), string("runtime", "runtime.yml"))[:2] == expected[:2]
    assert expected[0] == 0


@pytest.mark.parametrize("path", ["runtime.yml", "./runtime.yml", "../shared/runtime.yml", "../app/../app/runtime.yml"])
def test_runtime_file_in_the_repository(path: str, one: Path) -> None:
    if "shared" in path:
        Path("../shared").mkdir()
        Path("runtime.yml").rename(path)
        Path("../shared/model.json").write_text("[]")
    expected = krtc("compile", "krt.yml", "--runtime", path)
    assert with_parameters(string("runtime", path))[:2] == expected[:2]
    assert expected[0] == 0


CHANGES: list[Any] = [
    pytest.param(mapping("config", GREETING="x"), {"config": {"variables": {"GREETING": "x"}}}, id="value"),
    pytest.param(mapping("config", GREETING=""), {"config": {"variables": {"GREETING": ""}}}, id="empty value"),
    pytest.param(
        mapping("config", GREETING="{{ x }}\n$(Y) 'é😀\"\\\t\r\u2028 ", FREE="on"),
        {"config": {"variables": {"GREETING": "{{ x }}\n$(Y) 'é😀\"\\\t\r\u2028 ", "FREE": "on"}}},
        id="awkward values",
    ),
    pytest.param(of("replicas", {"sort/etl": "7"}), {"nodes": {"sort": {"etl": {"replicas": 7}}}}, id="replicas"),
]


@pytest.mark.parametrize(("given", "entry"), CHANGES)
@pytest.mark.parametrize("listed", [False, True])
def test_maps_of_a_version_are_its_entry_in_runtime_yml(given: Object, entry: Object, listed: bool, one: Path) -> None:
    """... also where runtime.yml has an entry of it, which says something else."""
    Path("../model.json").write_text("{}")
    if listed:
        other = {"config": {"variables": {"GREETING": "of the entry"}}, "nodes": {"sort": {"etl": {"replicas": 5}}}}
        Path("../runtime.yml").write_text(text({**SETTINGS, "versions": [{"krt": "app/krt.yml", "id": "a1", **other}]}))
        entry = {"id": "a1", **other, **entry}
    else:
        Path("../runtime.yml").write_text(text(SETTINGS))
    generated = with_parameters(string("runtime", "../runtime.yml"), given)
    plain = with_parameters(string("runtime", "../runtime.yml"))
    settings = text({**SETTINGS, "versions": [{"krt": "app/krt.yml", **entry}]})
    Path("../runtime.yml").write_text(settings.replace("\u2028", "\\u2028"))  # which no YAML holds without an escape
    expected = krtc("compile", "krt.yml", "--runtime", "../runtime.yml")
    assert generated == expected
    assert expected[0] == 0
    assert plain[1] != generated[1]


def test_maps_need_no_settings(one: Path) -> None:
    Path("krt.yml").write_text(text({**VERSION, "config": {"variables": ["GREETING"]}}))
    Path("runtime.yml").unlink()
    generated = with_parameters(mapping("config", GREETING="x"), of("replicas", {"sort/etl": "3"}))
    entry = {"krt": "krt.yml", "nodes": {"sort": {"etl": {"replicas": 3}}}}
    Path("r.yml").write_text(text({"runtime": "kre", "config": {"variables": {"GREETING": "x"}}, "versions": [entry]}))
    expected = krtc("compile", "krt.yml", "--runtime", "r.yml")
    assert generated == expected
    assert expected[0] == 0


def test_a_published_version_of_a_runtime_gives_way_to_another(runtime: Path) -> None:
    generated = with_parameters(of("status", {"sort-v1": "started", "sort-v2": "published"}))
    data = json.loads(Path("runtime.yml").read_text())
    data["versions"][0]["status"], data["versions"][1]["status"] = "started", "published"
    edit(**data)
    assert generated == krtc("compile", ".")
    assert generated[0] == 0


def test_maps_of_a_runtime(runtime: Path) -> None:
    """A variable is the runtime's, or that of the version before the slash."""
    generated = with_parameters(
        of("config", {"GREETING": "all", "sort-v2/GREETING": "second"}), of("replicas", {"sort-v2/sort/etl": "4"})
    )
    data = json.loads(Path("runtime.yml").read_text())
    data["config"]["variables"] = {"GREETING": "all"}
    data["versions"][1] |= {
        "config": {"variables": {"GREETING": "second"}},
        "nodes": {"sort": {"etl": {"replicas": 4}}},
    }
    edit(**data)
    assert generated == krtc("compile", ".")
    assert generated[0] == 0


@pytest.mark.parametrize("part", ["sort-v1", "sort-v3", "runtime"])
def test_a_part_of_a_runtime(part: str, runtime: Path) -> None:
    expected = krtc("compile", ".", "--only", part)
    assert with_parameters(string("only", part)) == expected
    assert expected[0] == 0


def test_a_part_with_other_parameters_is_that_part_of_the_whole(runtime: Path) -> None:
    given = of("config", {"sort-v2/GREETING": "second"})
    parts = [with_parameters(given, string("only", part))[1] for part in ("sort-v1", "sort-v2", "sort-v3", "runtime")]
    assert "".join(parts) == with_parameters(given)[1]


def test_an_empty_text_is_as_none(runtime: Path) -> None:
    assert with_parameters(string("only", ""))[:2] == krtc("compile", ".")[:2]


def test_an_error_of_another_version_stops_no_part(runtime: Path) -> None:
    Path("versions/sort-v2/krt.yml").write_text("[")
    assert with_parameters(string("only", "sort-v1"))[0] == 0
    code, out, err = with_parameters(string("only", "sort-v2"))
    assert (code, out) == (1, "")
    assert "versions/sort-v2/krt.yml:1:2: error[KRT002]" in err
    assert "krtc: error: parameter `only`: no version of that name can be read\n" in err


# Wrong parameters

OF_ONE: list[Any] = [
    (string("statu", "started"), "there is no parameter `statu`: did you mean `status`?"),
    (
        string("x", ""),
        "there is no parameter `x`: there is `status`, `runtime`, `replicas`, `config`",
    ),
    (string("only", "a"), "parameter `only` is for a runtime.yml that lists versions, and this is none"),
    (string("status", "publshed"), "parameter `status` cannot be `publshed`: did you mean `published`?"),
    (
        string("status", "creating"),
        "parameter `status` cannot be `creating`: there is `stopped`, `started`, `published`",
    ),
    (mapping("status", a="started"), "parameter `status` must be a `string`, and is `map`"),
    ({"name": "status"}, "parameter `status` must be a `string`, and is nothing"),
    ({"name": "status", "string": None}, "parameter `status` must be a `string`, and is nothing"),
    ({"name": "status", "string": 1}, "parameter `status` must be a text"),
    ({"name": "config", "map": ["a"]}, "parameter `config` must be a map of texts"),
    ({"name": "config", "map": {"GREETING": 1}}, "parameter `config`, `GREETING`: the value must be text"),
    (
        {"name": "status", "string": "started", "array": []},
        "parameter `status` must be a `string`, and is `string`, `array`",
    ),
    ({"name": "status", "strng": "started"}, "parameter `status` has `strng`: did you mean `string`?"),
    ({"string": "started"}, "ARGOCD_APP_PARAMETERS holds what is no parameter: each is an object with a `name`"),
    (mapping("config", GRETING="x"), "parameter `config` has `GRETING`: did you mean `GREETING`?"),
    (of("config", {"sort-v1/GREETING": "x"}), "parameter `config` has `sort-v1/GREETING`: did you mean `GREETING`?"),
    (
        mapping("config", TOKEN="hunter2"),
        "parameter `config` cannot set `TOKEN`: its value comes from a Secret, and a parameter is plain text",
    ),
    (
        mapping("config", MODEL="x"),
        "parameter `config` cannot set `MODEL`: it is a file, and a parameter is the text of a variable",
    ),
    (of("replicas", {"sort/elt": "1"}), "parameter `replicas` has `sort/elt`: did you mean `sort/etl`?"),
    (of("replicas", {"sort.etl": "1"}), "parameter `replicas` has `sort.etl`: did you mean `sort/etl`?"),
    (of("replicas", {"x": "1"}), "parameter `replicas` has `x`: there is `sort/etl`"),
    (of("replicas", {"sort/etl": "many"}), "parameter replicas[sort/etl]:1:1: error[KRT012]"),
    (of("replicas", {"sort/etl": "1.5"}), "parameter replicas[sort/etl]:1:1: error[KRT012]"),
    (of("replicas", {"sort/etl": ""}), "parameter replicas[sort/etl]:1:1: error[KRT012]"),
    (of("replicas", {"sort/etl": "0"}), "parameter replicas[sort/etl]:1:1: error[KRT013]"),
    (of("replicas", {"sort/etl": "-3"}), "parameter replicas[sort/etl]:1:1: error[KRT013]"),
    (of("replicas", {"sort/etl": "9" * 30}), "parameter replicas[sort/etl]:1:1: error[KRT013]"),
    (mapping("config", GREETING="hunter2\x1b[31mb"), "parameter config[GREETING]:1:1: error[KRT001]"),
    (mapping("config", GREETING="x" * 300_000), "parameter config[GREETING]:1:1: error[KRT004]"),
]


@pytest.mark.parametrize(("given", "said"), OF_ONE, ids=range(len(OF_ONE)))
def test_wrong_parameters_of_a_version(given: Object, said: str, one: Path) -> None:
    code, out, err = with_parameters(string("runtime", "runtime.yml"), given)
    assert (code, out) == (1, "")
    assert said in err
    assert len(err.splitlines()) <= 6
    assert "hunter2" not in err


OF_RUNTIME: list[Any] = [
    (string("runtime", "x"), "parameter `runtime` is for a krt.yml alone, and this is none"),
    (string("status", "started"), "parameter `status` must be a `map`, and is `string`"),
    (string("only", "sort-v9"), "parameter `only` cannot be `sort-v9`: did you mean `sort-v3`?"),
    (of("status", {"sort-9": "started"}), "parameter `status` has `sort-9`: did you mean `sort-v3`?"),
    (of("status", {"sort-v3": "starte"}), "parameter status[sort-v3]:1:1: error[KRT013]"),
    (of("status", {"sort-v2": "published"}), "parameter status[sort-v2]:1:1: error[KRT408] two-published"),
    (of("replicas", {"sort/etl": "1"}), "parameter `replicas` has `sort/etl`: did you mean `sort-v3/sort/etl`?"),
    (of("replicas", {"sort-v2/sort/etl": "x"}), "parameter replicas[sort-v2/sort/etl]:1:1: error[KRT012]"),
    (of("config", {"sort-v3/GREETING": "x"}), "parameter `config` has `sort-v3/GREETING`: did you mean"),
    (of("config", {"sort-v2/TOKEN": "hunter2"}), "parameter `config` cannot set `sort-v2/TOKEN`"),
    (of("config", {"TOKEN": "hunter2"}), "parameter `config` cannot set `TOKEN`"),
    (of("config", {"GREETIN": "hunter2"}), "parameter `config` has `GREETIN`: did you mean `GREETING`?"),
]


@pytest.mark.parametrize(("given", "said"), OF_RUNTIME, ids=range(len(OF_RUNTIME)))
@pytest.mark.parametrize("only", [None, "sort-v1", "runtime"])
def test_wrong_parameters_of_a_runtime(given: Object, said: str, only: str | None, runtime: Path) -> None:
    """... also when the part that the Application owns is another."""
    more = [string("only", only)] if only and given["name"] != "only" else []
    code, out, err = with_parameters(*more, given)
    assert (code, out) == (1, "")
    assert said in err
    assert "hunter2" not in err


def test_all_that_is_wrong_is_told_at_once(one: Path) -> None:
    code, out, err = with_parameters(
        string("runtme", "runtime.yml"),
        string("status", "strted"),
        mapping("config", GREETIN="x"),
        of("replicas", {"sort/elt": "1", "sort/etl": "many"}),
        string("status", "started"),
    )
    assert (code, out) == (1, "")
    for said in ("`runtme`", "`strted`", "`GREETIN`", "`sort/elt`", "replicas[sort/etl]", "given twice", "KRT401"):
        assert said in err


def test_a_note_of_a_secret_hides_it(one: Path) -> None:
    Path("krt.yml").write_text(text({**VERSION, "config": {"variables": ["DB_PASSWORD"]}}))
    code, out, err = with_parameters(mapping("config", DB_PASSWORD="correct horse"))
    assert code == 0
    assert "correct horse" in out
    assert "parameter config[DB_PASSWORD]:1:1: warning[KRT415]" in err
    assert "correct horse" not in err


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/etc/hostname", "`/etc/hostname` is not in the repository"),
        ("../../other/runtime.yml", "`../../other/runtime.yml` is not in the repository"),
        ("../../../../../../../../../../etc/hostname", "is not in the repository"),
        ("link.yml", "`link.yml` is not in the repository"),
        ("folder/runtime.yml", "`folder/runtime.yml` is not in the repository"),
        ("nowhere.yml", "cannot read nowhere.yml: No such file or directory"),
        ("fifo", "cannot read fifo: it is not a regular file"),
        ("src", "cannot read src: Is a directory"),
        ("a\0b", "embedded null"),
        ("x" * 5000, "File name too long"),
    ],
)
def test_a_runtime_file_out_of_the_repository(path: str, said: str, one: Path) -> None:
    other = one.parent.parent / "other"
    other.mkdir()
    (other / "runtime.yml").write_text(text(SETTINGS))
    Path("link.yml").symlink_to(other / "runtime.yml")
    Path("folder").symlink_to(other)
    os.mkfifo("fifo")
    code, out, err = with_parameters(string("runtime", path))
    assert (code, out) == (1, "")
    assert err.startswith("krtc: error: parameter `runtime`: ")
    assert said in err
    assert len(err.splitlines()) == 1


def test_the_repository_begins_where_the_path_of_the_application_does(one: Path) -> None:
    """Without the folder of Git, which administrators can leave out of the copy."""
    Path("../.git").rmdir()
    for name in ("runtime.yml", "model.json"):
        Path(name).rename(f"../{name}")
    given = json.dumps([string("runtime", "../runtime.yml")])
    assert krtc("argocd", "generate", given=given, ARGOCD_APP_SOURCE_PATH="app")[0] == 0
    assert krtc("argocd", "generate", given=given, ARGOCD_APP_SOURCE_PATH="repository/app")[0] == 0
    for path in ("", ".", "pp", "other"):
        assert krtc("argocd", "generate", given=given, ARGOCD_APP_SOURCE_PATH=path)[0] == 1


@pytest.mark.parametrize("name", ["krt.yml", "sort.krt", "runtime.yml"])
def test_what_a_link_leads_out_to_is_not_shown(name: str, one: Path) -> None:
    """Of files of the side-car, and of other people's repositories beside this one."""
    (one.parent.parent / "secret").write_text("runtime: hunter2\nversions: hunter2\n")
    for made in ("krt.yml", "runtime.yml"):
        Path(made).unlink()
    Path(name).symlink_to("../../secret")
    code, out, err = krtc("argocd", "generate")
    assert (code, out) == (2, "")
    assert f"{name}` is not in the repository" in err
    assert "hunter2" not in err + krtc("argocd", "parameters")[1]


# Hostile parameters


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("[", "is not JSON: Expecting value"),
        ("{}", "must be a list of parameters"),
        ("1e999", "must be a list of parameters"),
        ('"status"', "must be a list of parameters"),
        ("[null]", "each is an object with a `name`"),
        ('[{"name": ["x"]}]', "each is an object with a `name`"),
        ('[{"name": "status", "name": "only"}]', "a key stands twice in one object"),
        ('[{"name": "config", "map": {"A": "1", "A": "2"}}]', "a key stands twice in one object"),
        ("[NaN]", "NaN and Infinity are no JSON"),
        ('[{"name": "replicas", "map": {"a": -Infinity}}]', "NaN and Infinity are no JSON"),
        (r'[{"name": "config", "map": {"A": "\ud800"}}]', "half a character (a lone surrogate) is no text"),
        ('[{"name": "\udcff"}]', "half a character (a lone surrogate) is no text"),
        ("[" * 100_000, "it is nested too deep"),
        ('{"a":' * 100_000, "it is nested too deep"),
        ("9" * 5000, "is not JSON"),
        (" " * (2 << 20), "is larger than 1 MiB"),
        (r'[{"name": "\u001b[31m\n::error::x"}]', r"there is no parameter `\u{1b}[31m\u{a}::error::x`"),
        (json.dumps([string("x" * 9999, "y")]), f"there is no parameter `{'x' * 57}...`"),
        (r'[{"name": "config", "map": {"\u202eX": "y"}}]', r"parameter `config` has `\u{202e}X`"),
        (json.dumps([string("status", "\x1b]0;x\x07")]), r"parameter `status` cannot be `\u{1b}]0;x\u{7}`"),
        (json.dumps([of("config", {f"X{number}": "" for number in range(9999)})]), "parameter `config` has `X0`"),
        (json.dumps([string("x", "")] * 9999), "krtc: error: and more: what follows was not looked at\n"),
        (json.dumps([{"name": str(number)} for number in range(9999)]), "there is no parameter `19`"),
    ],
    ids=range(23),
)
def test_hostile_parameters(given: str, said: str, one: Path) -> None:
    with mock.patch.dict(os.environ):  # larger than a process can be given, or with what only bytes can be
        code, out, err = krtc("argocd", "generate", given=given)
    assert (code, out) == (1, "")
    assert said in err
    assert "internal error" not in err
    assert len(err) < 10_000
    assert all(line.isprintable() for line in err.splitlines())
    assert krtc("argocd", "parameters", given=given)[::2] == (0, "")


ANY_NAME = st.sampled_from([*parameters.OF_VERSION, "only", "statu"]) | st.text(max_size=5)
ANY_KEY = (
    st.sampled_from(["sort/etl", "sort-v2/sort/etl", "GREETING", "FREE", "TOKEN", "sort-v2/GREETING", "sort-v1"])
    | st.sampled_from(["sort-v2", "sort-v3", "sort-v2/TOKEN"])
    | st.text(max_size=5)
)
ANY_VALUE = (
    st.sampled_from(["stopped", "started", "published", "runtime.yml", "runtime", "sort-v1", "3", "0"])
    | st.text(max_size=8)
    | st.text(alphabet="0123456789-+. ", max_size=4)
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
ANY_PARAMETER = st.one_of(
    st.builds(string, ANY_NAME, ANY_VALUE),
    st.builds(of, ANY_NAME, st.dictionaries(ANY_KEY, ANY_VALUE, max_size=4)),
    ANY_JSON,
)
ANY_TEXT = st.one_of(
    st.lists(ANY_PARAMETER, max_size=5).map(json.dumps),
    st.lists(ANY_PARAMETER, max_size=5).map(lambda given: json.dumps(given, ensure_ascii=False)),
    st.text(st.characters(exclude_characters="\0", exclude_categories=[]), max_size=20),
)


@pytest.fixture(scope="module", params=["one", "runtime"])
def application(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with contextlib.chdir(tmp_path_factory.mktemp("app")):
        if request.param == "one":
            write_one()
        else:
            write_runtime_of_three()
        yield


@hypothesis.given(given=ANY_TEXT)
@hypothesis.example("null")
@hypothesis.example(json.dumps([string("runtime", "runtime.yml")]))
@hypothesis.example(json.dumps([string("only", "sort-v3"), of("status", {"sort-v1": "stopped"})]))
@hypothesis.example(json.dumps([string("only", "sort-v1"), of("status", {"sort-v1": "stopped"})]))
def test_success_never_prints_nothing(application: None, given: str) -> None:
    try:
        os.fsencode(given)
    except UnicodeEncodeError:
        return  # no process can have it
    code, out, err = krtc("argocd", "generate", given=given)
    assert code in (0, 1)
    assert "internal error" not in err
    documents = [*yaml.load_all(out, yaml.CSafeLoader)]
    assert all(document["kind"] and document["metadata"]["name"] for document in documents)
    assert bool(documents) == (code == 0)
    assert err or code == 0
    code, out, err = krtc("argocd", "parameters", given=given)
    assert (code, err) == (0, "")
    assert isinstance(json.loads(out), list)


# parameters


def announced(**given: str) -> dict[str, Object]:
    code, out, err = krtc("argocd", "parameters", given=json.dumps([string(*item) for item in given.items()]))
    assert (code, err) == (0, "")
    return {one["name"]: one for one in json.loads(out)}


def test_parameters_of_a_version(one: Path) -> None:
    found = announced(runtime="runtime.yml")
    assert list(found) == list(parameters.OF_VERSION)
    assert found["status"]["string"] == "started"
    assert found["replicas"]["map"] == {"sort/etl": "2"}
    assert found["config"]["map"] == {"GREETING": "hello", "FREE": "1"}
    assert announced()["config"]["map"] == {}


def test_parameters_of_a_runtime(runtime: Path) -> None:
    edit_nodes = {"sort": {"etl": {"replicas": 3}}}
    write_runtime_of_three(nodes=edit_nodes)
    found = announced()
    assert list(found) == list(parameters.OF_RUNTIME)
    assert found["status"]["map"] == {"sort-v1": "published", "sort-v2": "started", "sort-v3": "stopped"}
    assert found["replicas"]["map"] == {"sort-v1/sort/etl": "1", "sort-v2/sort/etl": "3", "sort-v3/sort/etl": "1"}
    assert found["config"]["map"] == {"GREETING": "hello", "sort-v2/GREETING": "good day"}
    own = announced(only="sort-v2")
    assert own["status"]["map"] == {"sort-v2": "started"}
    assert own["replicas"]["map"] == {"sort-v2/sort/etl": "3"}
    assert own["config"]["map"] == found["config"]["map"]
    assert announced(only="sort-v1")["config"]["map"] == {"GREETING": "hello"}
    assert announced(only="runtime") == found


def test_what_is_announced_can_be_set(runtime: Path) -> None:
    """... to what it is, which changes nothing."""
    for found in announced().values():
        if "map" in found:
            assert with_parameters(of(found["name"], found["map"])) == krtc("compile", ".")


@pytest.mark.parametrize("is_runtime", [False, True])
def test_an_announcement_has_the_fields_of_argo_cd(is_runtime: bool, one: Path) -> None:
    """Their names and values as its API has them (ParameterAnnouncement)."""
    places: Any = {name: {} for name in ("status", "replicas", "config")}
    for found in announcement.announced(places, is_runtime=is_runtime):
        assert list(found)[:5] == ["name", "title", "tooltip", "itemType", "collectionType"]
        assert list(found)[5:] == ["map" if found["collectionType"] == "map" else "string"]
        assert found["itemType"] in ("string", "number", "boolean")
        assert found["collectionType"] in ("", "array", "map")
        assert found["title"]
        assert found["tooltip"].endswith(".")


def test_no_secret_is_announced(one: Path) -> None:
    names = ["DB_PASSWORD", "API_TOKEN", "TOKEN", "WORD"]
    Path("krt.yml").write_text(text({**VERSION, "config": {"variables": names}}))
    Path("runtime.yml").write_text(
        "runtime: demo\nconfig:\n  variables:\n    DB_PASSWORD: hunter2\n"
        "    API_TOKEN: not-one  # krtc: ignore[KRT415]\n    WORD: plain\n"
        "  secrets: {TOKEN: {secretKeyRef: {name: a, key: b}}}\n"
    )
    assert announced(runtime="runtime.yml")["config"]["map"] == {"API_TOKEN": "not-one", "WORD": "plain"}


@pytest.mark.parametrize(
    "content", ["", "[", "version: [", "krtVersion: v2\nversion: a\n", text({**KRT, "workflows": 3})]
)
def test_the_parameters_of_a_broken_version_can_be_opened(content: str, one: Path) -> None:
    Path("krt.yml").write_text(content)
    assert list(announced()) == list(parameters.OF_VERSION)
    assert krtc("argocd", "generate")[0] == 1


@pytest.mark.parametrize(
    "content",
    [
        "runtime: demo\nversions:\n",
        "runtime: demo\nversions: [",
        "runtime: demo\nversions: [{krt: nowhere.yml, status: started}, {krt: versions/sort-v1/krt.yml, nodes: 3}]\n",
        "runtime: demo\nversions: [3, {}]\nconfig: {variables: [A]}\n",
    ],
)
def test_parameters_over_a_broken_runtime(content: str, runtime: Path) -> None:
    Path("runtime.yml").write_text(content)
    assert list(announced()) == list(parameters.OF_RUNTIME)
    given = [of("status", {"sort-v1": "started"}), of("config", {"GREETING": "x"}), of("replicas", {"a/b/c": "1"})]
    code, out, err = with_parameters(*given)
    assert (code, out) == (1, "")
    assert "error[" in err
    assert "internal error" not in err


# SIGTERM


def test_sigterm_leaves_nothing(runtime: Path) -> None:
    """It comes while children make the versions, where there are processors for them, or else while all is printed."""
    names = [f"v-{number}" for number in range(200)]
    for name in names:
        write_version(name)
    write_runtime(dict.fromkeys(names, "started"))
    before = sorted(runtime.rglob("*"))
    temporary = runtime.parent / "tmp"
    temporary.mkdir()
    command = [sys.executable, "-m", "krtc", "argocd", "generate"]
    environment = {**os.environ, "TMPDIR": str(temporary), "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True, env=environment
    ) as process:
        assert process.stdout
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while not children.read_text() and not select.select([process.stdout], [], [], 0.01)[0]:
            pass
        time.sleep(0.1)  # the parent has to learn of its child, too
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 128 + signal.SIGTERM
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)
    assert sorted(runtime.rglob("*")) == before
    assert [*temporary.iterdir()] == []
