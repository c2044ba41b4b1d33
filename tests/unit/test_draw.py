"""`krtc graph`: what is drawn, in which form, where it goes, and how it ends."""

import html
import io
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from krtc.cli import main
from krtc.cli.graph import FORMS
from tests.unit.helpers import KRT, ROOT, RUNTIME, SMALL, Object, changed, nodes, text

Capture = pytest.CaptureFixture[str]

CYCLE = nodes(("a", ["entrypoint", "b"]), ("b", ["a"]))
UNKNOWN = nodes(("a", ["entrypoint"]), ("b", ["aa"]))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: a krt.yml, which is right but for the files that it names."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    Path("krt.yml").write_text(text(SMALL))
    return tmp_path


def runtime(*versions: Object) -> None:
    """A runtime.yml with these versions."""
    for krt in versions:
        Path(f"{krt['version']}.yml").write_text(text(krt))
    entries = [{"krt": f"{krt['version']}.yml", "status": "started"} for krt in versions]
    Path("runtime.yml").write_text(text({**RUNTIME, "versions": entries}))


def said(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    code = main(["graph", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize(
    ("arguments", "start"),
    [
        ([], "flowchart LR\n"),
        (["--to", "mermaid"], "flowchart LR\n"),
        (["--to", "dot"], "digraph {\n"),
        (["--to", "svg"], "<svg "),
        (["--to", "html"], "<!DOCTYPE html>\n"),
    ],
)
def test_the_form_is_given(arguments: list[str], start: str, capsys: Capture) -> None:
    code, out, _ = said(capsys, "krt.yml", *arguments)
    assert code == 0 and out.startswith(start) and "etl" in out


@pytest.mark.parametrize("name", ["g", "g.png", "g.svg/g", "g.SVG"])
def test_another_ending_is_no_form(name: str, capsys: Capture) -> None:
    code, out, err = said(capsys, "krt.yml", "-o", name)
    assert (code, out) == (2, "") and "ends in none of .mmd, .mermaid, .dot, .gv, .svg, .html" in err
    assert not Path(name).exists()


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("g.mmd", "flow"),
        ("g.mermaid", "flow"),
        ("g.dot", "digraph"),
        ("g.gv", "digraph"),
        ("g.svg", "<svg"),
        ("g.html", "<!DOC"),
        ("g.svg/../g.dot", "digraph"),
    ],
)
def test_or_what_the_name_of_the_file_ends_in(name: str, start: str, capsys: Capture) -> None:
    os.mkdir("g.svg") if "/" in name else None
    code, out, err = said(capsys, "krt.yml", "-o", name)
    assert (code, out) == (0, "") and "0 errors" in err
    assert Path(name).read_text().startswith(start)
    assert said(capsys, "krt.yml", "-o", name, "--to", "dot")[0] == 0
    assert Path(name).read_text().startswith("digraph")


@pytest.mark.parametrize(("krt", "id_", "code"), [(CYCLE, "KRT204", 0), (UNKNOWN, "KRT101", 1)])
def test_what_is_wrong_is_drawn_and_told(krt: Object, id_: str, code: int, capsys: Capture) -> None:
    Path("krt.yml").write_text(text(krt))
    found, out, err = said(capsys, "krt.yml", "--to", "svg")
    assert found == code and f"[{id_}]" in err
    assert ET.fromstring(out).find(".//*[@data-node='b']") is not None


def test_without_a_meaning_nothing_is_drawn_or_written(capsys: Capture) -> None:
    Path("old.svg").write_text("as it was")
    Path("krt.yml").write_text("version: [\n")
    code, out, err = said(capsys, "krt.yml", "-o", "old.svg")
    assert (code, out) == (1, "") and "[KRT002]" in err
    assert err.endswith("\nold.svg was not written: there is nothing to draw\n")
    assert Path("old.svg").read_text() == "as it was"


def test_settings_and_values_of_a_running_version_are_not_asked_for(capsys: Capture) -> None:
    Path("krt.yml").write_text(text(KRT))
    code, _, err = said(capsys, "krt.yml")
    assert code == 0 and "KRT401" not in err


def test_standard_input_and_folders(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text(SMALL).encode())))
    code, out, _ = said(capsys, "-")
    assert code == 0
    assert said(capsys, ".")[1] == out


@pytest.mark.parametrize("form", FORMS)
def test_two_processes_draw_the_same_bytes(form: str) -> None:
    command = [sys.executable, "-m", "krtc", "graph", str(ROOT / "golden" / "graph" / "broken"), "--to", form]
    drawn = [
        subprocess.run(command, env={"PYTHONHASHSEED": seed}, capture_output=True, check=False)
        for seed in ("0", "4242")
    ]
    assert [one.returncode for one in drawn] == [1, 1]
    assert drawn[0].stdout == drawn[1].stdout != b""


class Test_a_runtime:
    def test_all_versions_or_one(self, capsys: Capture) -> None:
        runtime({**SMALL, "version": "one"}, {**SMALL, "version": "two"})
        for form, frame in ("mermaid", '["{} started"]'), ("dot", 'label="{} · started"'), ("html", "<h1>{} · started"):
            code, out, _ = said(capsys, "runtime.yml", "--to", form)
            assert code == 0
            for name in ("one", "two"):
                assert frame.format(f"{name} ·" if form == "mermaid" else name) in out
        code, out, _ = said(capsys, ".", "--only", "two", "--to", "html")
        assert code == 0 and "<h1>two" in out and "<h1>one" not in out

    def test_replicas_are_those_of_the_runtime(self, capsys: Capture) -> None:
        runtime(SMALL)
        entry = {"krt": "mail-v1.yml", "nodes": {"sort": {"etl": {"replicas": 7}}}}
        Path("runtime.yml").write_text(text({**RUNTIME, "versions": [entry]}))
        assert "×7" in said(capsys, "runtime.yml")[1]

    def test_a_wrong_version_hides_no_other(self, capsys: Capture) -> None:
        runtime({**SMALL, "version": "one"}, {**UNKNOWN, "version": "two"})
        Path("one.yml").write_text("version: [\n")
        code, out, err = said(capsys, "runtime.yml", "--to", "dot")
        assert code == 1 and "[KRT002]" in err and "[KRT101]" in err
        assert 'label="aa\\nno such node"' in out

    def test_unknown_version(self, capsys: Capture) -> None:
        code, _, err = said(capsys, "krt.yml", "-o", "other.yml", "--to", "svg")
        assert (code, os.path.exists("other.yml")) == (2, False) and "ends in .mmd, .mermaid, .dot" in err
        runtime(SMALL)
        assert said(capsys, "runtime.yml", "--only", "mail-v2") == (
            2,
            "",
            "krtc: error: runtime.yml has no version `mail-v2`: did you mean `mail-v1`?\n",
        )

    def test_no_versions(self, capsys: Capture) -> None:
        Path("runtime.yml").write_text(text({**RUNTIME, "versions": []}))
        assert said(capsys, "runtime.yml") == (2, "", "krtc: error: runtime.yml lists no versions\n")


class Test_wrong_usage:
    def test_only_of_one_version(self, capsys: Capture) -> None:
        code, _, err = said(capsys, "krt.yml", "--only", "mail-v1")
        assert code == 2 and "this is one version" in err

    def test_the_input_is_not_replaced(self, capsys: Capture) -> None:
        Path("krt").write_text(text(SMALL))
        code, _, err = said(capsys, "krt", "-o", "./krt", "--to", "svg")
        assert code == 2 and "is what is drawn" in err
        os.mkdir("sub")
        assert said(capsys, ".", "-o", "sub/../krt.yml", "--to", "svg")[0] == 2
        assert Path("krt.yml").read_text() == text(SMALL)
        runtime(SMALL)
        for name in ("mail-v1.yml", "runtime.yml"):
            assert said(capsys, ".", "-o", name, "--to", "svg")[0] == 2

    def test_nothing_but_a_file_is_replaced(self, capsys: Capture, tmp_path: Path) -> None:
        os.mkdir("folder")
        os.symlink(tmp_path / "elsewhere.svg", "link.svg")
        os.mkfifo("pipe")
        for name in ("folder", "link.svg", "pipe"):
            code, out, err = said(capsys, "krt.yml", "-o", name, "--to", "svg")
            assert (code, out) == (2, "") and "no regular file" in err
        assert not Path("elsewhere.svg").exists() and Path("link.svg").is_symlink()

    def test_a_place_that_cannot_be_written(self, capsys: Capture) -> None:
        code, _, err = said(capsys, "krt.yml", "-o", "missing/g.svg")
        assert code == 2 and "cannot write missing/g.svg: No such file" in err

    def test_what_cannot_be_read(self, capsys: Capture) -> None:
        assert said(capsys, "missing.yml")[0] == 2


def test_names_are_escaped_in_every_form(capsys: Capture) -> None:
    """As far as they can get: a sub-topic may hold much of what HTML, Mermaid and DOT obey."""
    topic = '<img&amp;"]|`${}'
    etl = SMALL["workflows"][0]["nodes"][0]
    out = {**etl, "name": "out", "subscriptions": [f"etl.{topic}"]}
    Path("krt.yml").write_text(text(changed(SMALL, "workflows", 0, "nodes", to=[etl, out])))
    for form in ("svg", "html"):
        drawn = said(capsys, "krt.yml", "--to", form)[1]
        assert "<img" not in drawn and f">.{html.escape(topic)}<" in drawn
    assert '".#60;img#38;amp#59;#34;#93;#124;#96;#36;#123;#125;"' in said(capsys, "krt.yml")[1]
    assert r'label=".<img&amp;amp;\"]|`${}"' in said(capsys, "krt.yml", "--to", "dot")[1]
