"""`krtc krm`: what is made and said for a functionConfig, that items come through, and what it refuses."""

import io
import json
import os
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from krtc.cli import krm, main
from krtc.diagnostics import Diagnostic, Related
from krtc.diagnostics.codes import NOTHING_PUBLISHED
from krtc.reporters.krm import results
from krtc.source import SourceFile, Span
from tests.unit.runtimes import write_all

Capture = pytest.CaptureFixture[str]
KRT = "versions/sort-v1/krt.yml"
ITEMS = """\
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: own}
  data: {octal: 0o14, word: yes, "quoted": "yes", date: 2020-01-01, float: 1e3, text: "a\\tb\\u00e9\\U0001F600"}
  block: |2-
      a
     b
  anchored: &it [1, ~, null, =]
  again: *it
  tagged: !!str 5
  own: !ours x
"""


class Said(NamedTuple):
    code: int
    list: dict[str, Any]
    err: str
    out: str


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: a runtime of three versions, in a folder of its own."""
    (tmp_path / "root").mkdir()
    monkeypatch.chdir(tmp_path / "root")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    write_all()
    return tmp_path / "root"


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfd: Capture) -> Any:
    def call(kind: object, spec: object, items: str = "", api: object = krm.API) -> Said:
        config = {"apiVersion": api, "kind": kind, "metadata": {"name": "x"}, "spec": spec}
        return raw(f"{HEAD}items:{' []' if not items else chr(10) + items}\nfunctionConfig: {json.dumps(config)}\n")

    def raw(text: str | bytes) -> Said:
        data = text.encode() if isinstance(text, str) else text
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        capfd.readouterr()
        code = main(["krm"])
        said = capfd.readouterr()
        return Said(code, {} if code == 2 else yaml.load(said.out, Loader=yaml.BaseLoader), said.err, said.out)

    call.raw = raw  # type: ignore[attr-defined]
    return call


HEAD = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n"


def compiled(capfd: Capture, *arguments: str) -> list[Any]:
    capfd.readouterr()
    assert main(["compile", *arguments]) == 0
    return [*yaml.load_all(capfd.readouterr().out, Loader=yaml.BaseLoader)]


@pytest.mark.parametrize(
    ("spec", "arguments"),
    [
        ({"path": KRT}, [KRT]),
        ({"path": "versions/sort-v2"}, ["versions/sort-v2"]),
        ({"path": KRT, "status": "published"}, [KRT, "--status", "published"]),
        (
            {"path": KRT, "status": "stopped", "runtime": "runtime.yml"},
            [KRT, "--status=stopped", "--runtime=runtime.yml"],
        ),
        ({"path": "runtime.yml"}, ["runtime.yml"]),
        ({"path": ".", "only": "sort-v2"}, [".", "--only", "sort-v2"]),
        ({"path": ".", "only": "runtime"}, [".", "--only", "runtime"]),
    ],
)
def test_what_is_generated_is_what_is_compiled(
    call: Any, spec: dict[str, str], arguments: list[str], capfd: Capture
) -> None:
    said = call("KrtVersion", spec)
    assert (said.code, said.err) == (0, "")
    assert set(said.list) == {"apiVersion", "kind", "items", "functionConfig"}
    assert said.list["items"] == compiled(capfd, *arguments)
    # What comes in goes out in front of it.
    assert call("KrtVersion", spec, "- {kind: Own}").list["items"] == [{"kind": "Own"}, *said.list["items"]]


def test_a_list_without_items(call: Any) -> None:
    config = f"functionConfig: {{apiVersion: {krm.API}, kind: KrtVersion, spec: {{path: {KRT}}}}}\n"
    without = call.raw(HEAD + config)
    assert (without.code, len(without.list["items"])) == (0, len(call("KrtVersion", {"path": KRT}).list["items"]))


def nodes(text: str) -> list[tuple[object, ...]]:
    """All that a text of YAML says, which is more than its data."""
    return [
        (type(event).__name__, *(getattr(event, name, None) for name in ("value", "tag", "implicit")))
        for event in yaml.parse(text, Loader=yaml.CSafeLoader)
    ]


def in_items(text: str) -> list[tuple[object, ...]]:
    whole: Any = yaml.compose(text)
    (items,) = [value for key, value in whole.value if key.value == "items"]
    return nodes(yaml.serialize(items))


@pytest.mark.parametrize("spec", [{"paths": [KRT]}, {"paths": ["missing.yml"]}, {}])
def test_items_come_through(call: Any, spec: object) -> None:
    assert in_items(call("KrtCheck", spec, ITEMS).out) == in_items(HEAD + "items:\n" + ITEMS)


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=8)


@given(st.lists(st.one_of(texts, st.sampled_from(["a\n b\n", " a\n\nb", "\tx\ny\n", "#", "a: b\n", "\n\n", "'\"\\"]))))
def test_any_text_comes_through(values: list[str]) -> None:
    text = HEAD + "items:\n" + yaml.safe_dump([{"data": values}])
    whole: Any = yaml.compose(text)
    assert yaml.safe_load(krm._items(whole.value[2][1], "")) == {"items": [{"data": values}]}


def test_a_check_says_what_is_wrong(call: Any) -> None:
    krt = Path(KRT)
    krt.write_text(krt.read_text().replace('"entrypoint"\n', '"entrypoin"\n'))
    for said in (call("KrtCheck", {"paths": [KRT]}), call("KrtVersion", {"path": KRT})):
        assert said.code == 1
        (result,) = said.list["results"]
        assert result.pop("message").startswith(
            f"{result['tags']['line']}:{result['tags']['column']}: KRT101 unknown-node: "
        )
        assert result == {"severity": "error", "file": {"path": KRT}, "tags": result["tags"]}
        assert result["tags"]["code"] == "KRT101"
        assert (
            f"{KRT}:{result['tags']['line']}:" in said.err and "error[KRT101]" in said.err
        )  # Kustomize shows no results
        assert said.list["items"] == []


def test_a_warning_is_no_failure(call: Any) -> None:
    Path("versions/sort-v1/src/etl/main.py").unlink()
    said = call("KrtCheck", {"paths": [KRT]})
    severities = {result["severity"] for result in said.list["results"]}
    assert (said.code, severities) == (0, {"warning"})
    generated = call("KrtVersion", {"path": KRT})
    assert (generated.code, generated.list["results"]) == (0, said.list["results"])
    assert generated.list["items"]


def test_nothing_is_wrong(call: Any) -> None:
    said = call("KrtCheck", {"paths": ["."]}, ITEMS)
    assert (said.code, said.err, "results" in said.list) == (0, "", False)


@pytest.mark.parametrize(
    ("kind", "spec", "field", "message"),
    [
        ("KrtVersions", {}, "kind", "`KrtVersions` is not KrtVersion or KrtCheck"),
        (["KrtVersion"], {}, "kind", "a text is needed"),
        ("KrtVersion", None, "spec", "a mapping is needed"),
        ("KrtVersion", {}, "spec.path", "a path is needed"),
        ("KrtVersion", {"path": ""}, "spec.path", "a path is needed"),
        ("KrtVersion", {"path": "-"}, "spec.path", "a path is needed"),
        ("KrtVersion", {"path": [KRT]}, "spec.path", "a text is needed"),
        ("KrtVersion", {"path": KRT, "statuss": "x"}, "spec.statuss", "did you mean `status`?"),
        (
            "KrtVersion",
            {"path": KRT, "x": "x"},
            "spec.x",
            "KrtVersion has no such field, but path, status, runtime, only",
        ),
        ("KrtVersion", {"path": KRT, "status": "on"}, "spec.status", "`on` is none of stopped"),
        ("KrtVersion", {"path": KRT, "runtime": "../r.yml"}, "spec.runtime", "`../r.yml` leads out of the folder"),
        ("KrtVersion", {"path": "/etc/passwd"}, "spec.path", "`/etc/passwd` leads out of the folder"),
        ("KrtVersion", {"path": "../krt.yml"}, "spec.path", "leads out of the folder"),
        ("KrtVersion", {"path": "versions/../../krt.yml"}, "spec.path", "leads out of the folder"),
        ("KrtVersion", {"path": "a\0b"}, "spec.path", "is no path: "),
        ("KrtVersion", {"path": "link.yml"}, "spec.path", "leads out of the folder"),
        ("KrtVersion", {"path": "out"}, "spec.path", "leads out of the folder"),
        ("KrtVersion", {"path": "linked"}, "spec.path", "leads out of the folder"),
        ("KrtCheck", {"paths": ["."]}, "spec.paths[0]", "`linked/krt.yml` leads out of the folder"),
        ("KrtCheck", {"paths": [KRT, "link.yml"]}, "spec.paths[1]", "leads out of the folder"),
        ("KrtCheck", {"paths": []}, "spec.paths", "a list of paths is needed"),
        ("KrtCheck", {"paths": KRT}, "spec.paths", "a list of paths is needed"),
        ("KrtCheck", {"path": KRT}, "spec.path", "did you mean `paths`?"),
        ("KrtVersion", {"path": "missing.yml"}, None, "cannot read missing.yml: No such file or directory"),
        ("KrtVersion", {"path": KRT, "only": "x"}, None, "--only names a part of a runtime.yml"),
        ("KrtVersion", {"path": "runtime.yml", "only": "sort-v9"}, None, "runtime.yml has no version `sort-v9`"),
        ("KrtVersion", {"path": "src"}, None, "there is no krt.yml in the folder src"),
        ("KrtCheck", {"paths": ["src"]}, None, "there is no krt.yml, runtime.yml or .krt in the folder src"),
        ("KrtCheck", {"paths": ["missing.yml"]}, None, "krtc: error: cannot read missing.yml"),
        ("KrtVersion", {"path": "pipe"}, None, "cannot read pipe: it is not a regular file"),
    ],
)
def test_a_wrong_configuration(
    call: Any, folder: Path, kind: object, spec: object, field: str | None, message: str
) -> None:
    """Each is a result, and said on stderr; nothing is made, and nothing outside is shown."""
    outside = folder.parent / "krt.yml"
    outside.write_text("the secret\n")
    Path("src").mkdir()
    Path("linked").mkdir()
    os.mkfifo("pipe")
    for link, target in (("link.yml", outside), ("out", folder.parent), ("linked/krt.yml", outside)):
        os.symlink(target, link)
    said = call(kind, spec, ITEMS)
    assert said.code == 1
    (result,) = said.list["results"]
    assert message in result["message"] and message in said.err
    assert (result["severity"], result.get("field")) == ("error", {"path": field} if field else None)
    assert in_items(said.out) == in_items(HEAD + "items:\n" + ITEMS)
    assert "secret" not in said.out + said.err


def test_another_api(call: Any) -> None:
    said = call("KrtVersion", {"path": KRT}, api="krtc/v1")
    assert (said.code, said.list["results"][0]["field"]) == (1, {"path": "apiVersion"})
    assert call.raw(HEAD + "items: []\n").list["results"][0]["field"] == {"path": "functionConfig"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "standard input: a mapping is needed"),
        ("- a\n", "standard input: a mapping is needed"),
        ("[" * 100, "standard input is no YAML"),
        ("- " * 100_000, "standard input is nested deeper than 500 levels"),
        ("a: *b\n", "standard input is no YAML"),
        ("a: 1\n---\nb: 1\n", "standard input is no YAML"),
        (b"\xff\xfe\xff", "standard input is no YAML"),
        ("kind: ResourceList\n", "apiVersion: a text is needed"),
        ("apiVersion: v1\nkind: List\n", "standard input is no ResourceList of config.kubernetes.io/v1"),
        ("? [a]\n: b\n", "a key of standard input: a text is needed"),
    ],
)
def test_what_is_no_list(call: Any, text: str | bytes, message: str) -> None:
    said = call.raw(text)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"krtc: error: {message}") and said.err.count("\n") == 1


def test_too_much(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(krm, "LARGEST_LIST", 1 << 20)
    said = call.raw(HEAD + "#" * (1 << 20))
    assert (said.code, said.err) == (2, "krtc: error: standard input is larger than 1 MiB\n")


def test_a_note_is_an_info_with_all_that_it_says() -> None:
    file = SourceFile("./a/krt.yml", "version: x\n")
    span = Span(file, 1, 10, 1, 11)
    related = [Related(span, "it is here")]
    (result,) = results([Diagnostic(NOTHING_PUBLISHED, span, "m\x1b", related=related, help="do", severity="note")])
    assert result == {
        "message": "1:10: KRT410 nothing-published: m\\u{1b}\nsee a/krt.yml:1:10: it is here\nhelp: do",
        "severity": "info",
        "file": {"path": "a/krt.yml"},
        "tags": {"code": "KRT410", "line": "1", "column": "10"},
    }


def test_an_absolute_path_is_none_of_the_folder(call: Any, folder: Path) -> None:
    """Also where it leads into it: on another machine it would not."""
    assert call("KrtVersion", {"path": str(folder / KRT)}).list["results"][0]["field"] == {"path": "spec.path"}
