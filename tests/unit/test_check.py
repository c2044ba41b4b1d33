"""`krtc check`, `explain` and `schema`: what is read, what is said, where, and how they end."""

import io
import json
import os
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from krtc import pages
from krtc.cli import check as command
from krtc.cli import main, reading
from krtc.cli.errors import UsageError
from krtc.diagnostics.codes import CODES
from tests.unit.helpers import KRT, NODE, RUNTIME, SMALL, asset, changed, text

Capture = pytest.CaptureFixture[str]

PROTO = 'syntax = "proto3";\nmessage M {}\nservice Entrypoint { rpc Sort (M) returns (M); }\n'
# A warning of each of three bands, and an error of each of three.
UNPINNED = changed(SMALL, "workflows", 0, "nodes", 0, "image", to="konstellation/kre-py")
UNKNOWN_USER = changed(SMALL, "workflows", 0, "nodes", 0, "image", to="acme/own:1")
CIRCLE = changed(
    SMALL,
    *("workflows", 0, "nodes"),
    to=[{**NODE, "subscriptions": ["entrypoint", "b"]}, {**NODE, "name": "b", "subscriptions": ["etl"]}],
)
UNKNOWN_NODE = changed(SMALL, "workflows", 0, "exitpoint", to="elt")
UNREACHED = changed(
    SMALL,
    *("workflows", 0, "nodes"),
    to=[NODE, {**NODE, "name": "b", "subscriptions": ["c"]}, {**NODE, "name": "c", "subscriptions": ["b"]}],
)
TAKEN = {**SMALL, "version": "kre-nats"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: a krt.yml with its files, which is right."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    project(".", SMALL)
    return tmp_path


def project(folder: str, krt: Any, name: str = "krt.yml") -> None:
    """A krt.yml with the files that it names."""
    at = Path(folder)
    (at / "src/etl").mkdir(parents=True, exist_ok=True)
    (at / "bin").mkdir(exist_ok=True)
    for file, content in ((name, text(krt)), ("src/etl/main.py", ""), ("bin/out", ""), ("public_input.proto", PROTO)):
        (at / file).write_text(content)


def run(*arguments: str) -> int:
    return main(["check", *arguments])


def codes(err: str) -> list[str]:
    """The files and codes in a report, in order."""
    return [f"{file} {code}" for file, code in re.findall(r"^(.+?):\d+:\d+: \w+\[(KRT\d+)\]", err, re.MULTILINE)]


class Test_exit_codes:
    def test_0_and_nothing_is_printed(self, capsys: Capture) -> None:
        assert run("krt.yml") == 0
        assert capsys.readouterr() == ("", "")

    @pytest.mark.parametrize("krt", [UNPINNED, CIRCLE])
    def test_0_with_warnings_and_1_when_strict(self, krt: Any, capsys: Capture) -> None:
        project(".", krt)
        for arguments, code in (([], 0), (["--strict"], 1)):
            assert run("krt.yml", *arguments) == code
            out, err = capsys.readouterr()
            assert out == "" and "warning[" in err and "0 errors, " in err

    @pytest.mark.parametrize("krt", [UNKNOWN_NODE, UNREACHED, TAKEN, "", "version: ["])
    def test_1_with_errors(self, krt: Any, capsys: Capture) -> None:
        project(".", krt)
        for arguments in ([], ["--strict"]):
            assert run("krt.yml", *arguments) == 1
            out, err = capsys.readouterr()
            assert out == "" and "error[" in err

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ([], "the following arguments are required: PATH"),
            (["krt.yml", "--format", "xml"], "argument --format: there is no `xml`: it is one of text, "),
            (["krt.yml", "--status", "gone"], "argument --status: there is no `gone`: it is one of stopped, "),
            (["krt.yml", "--select", "KRT999"], "argument --select: there is no code `KRT999`: "),
            (["krt.yml", "--select", "KTR203"], "argument --select: there is no code `KTR203`: did you mean `KRT203`?"),
            (
                ["krt.yml", "--ignore", "KRT304,cycle"],
                "argument --ignore: there is no code `CYCLE`: `krtc explain` lists them",
            ),
            (["krt.yml", "--ignore", ""], "argument --ignore: there is no code ``: `krtc explain` lists them"),
            (["krt.yml", "--ignore", "KRT304,"], "argument --ignore: there is no code ``: "),
            (["krt.yml", "--ignore", "KR"], "argument --ignore: there is no code `KR`: "),
            (["krt.yml", "--stric"], "krtc check has no option `--stric`: did you mean `--strict`?"),
        ],
    )
    def test_2_with_a_wrong_call(self, arguments: list[str], message: str, capsys: Capture) -> None:
        with pytest.raises(SystemExit) as end:
            run(*arguments)
        assert end.value.code == 2
        out, err = capsys.readouterr()
        assert out == "" and message in err

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["nothing.yml"], "cannot read nothing.yml: No such file or directory"),
            (["krt.yml", "--runtime", "nothing.yml"], "cannot read nothing.yml: No such file or directory"),
            (["krt.yml", "--runtime", "."], "cannot read .: Is a directory"),
            (["bin"], "there is no krt.yml, runtime.yml or .krt in the folder bin"),
            (["x/runtime.yml"], "cannot read x/runtime.yml: No such file or directory"),
            (["x.krt"], "cannot read x.krt: No such file or directory"),
        ],
    )
    def test_2_with_what_cannot_be_read(self, arguments: list[str], message: str, capsys: Capture) -> None:
        assert run(*arguments) == 2
        assert capsys.readouterr() == ("", f"krtc: error: {message}\n")

    def test_2_with_an_unreadable_file_among_others(self, capsys: Capture) -> None:
        project("a", UNKNOWN_NODE)
        project("b", UNPINNED)
        assert run("a/krt.yml", "nothing.yml", "b/krt.yml", "none.yml") == 2
        err = capsys.readouterr().err
        assert codes(err) == ["a/krt.yml KRT101", "b/krt.yml KRT304"]
        assert err.endswith(
            "1 error, 1 warning\n"
            "1 of them can be mended with --fix\n"
            "krtc: error: cannot read nothing.yml: No such file or directory\n"
            "krtc: error: cannot read none.yml: No such file or directory\n"
        )


class Test_what_is_read:
    def test_several_files(self, capsys: Capture) -> None:
        for name, krt in (("c", UNREACHED), ("a", UNKNOWN_NODE), ("b", SMALL)):
            project(name, krt)
        assert run("c/krt.yml", "b/krt.yml", "a/krt.yml", "c/krt.yml") == 1
        err = capsys.readouterr().err
        assert codes(err) == ["a/krt.yml KRT101", "c/krt.yml KRT203"] and err.endswith(
            "2 errors, 0 warnings\n1 of them can be mended with --fix\n"
        )

    def test_a_krt_yml_of_another_name(self, capsys: Capture) -> None:
        project(".", UNKNOWN_NODE, "mail.yaml")
        assert run("mail.yaml") == 1
        assert codes(capsys.readouterr().err) == ["mail.yaml KRT101"]

    def test_the_files_beside_it(self, capsys: Capture) -> None:
        os.remove("src/etl/main.py")
        os.remove("public_input.proto")
        assert run("krt.yml") == 0
        assert codes(capsys.readouterr().err) == ["krt.yml KRT106", "krt.yml KRT106"]

    def test_a_file_that_is_no_folder(self, capsys: Capture) -> None:
        project(".", changed(SMALL, "workflows", 0, "nodes", 0, "src", to="src/etl/main.py/"))
        assert run("krt.yml") == 0
        assert codes(capsys.readouterr().err) == ["krt.yml KRT106"]

    def test_standard_input(self, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        """Without the files beside it, which nobody knows."""
        for krt, code, expected in ((SMALL, 0, []), (UNKNOWN_NODE, 1, ["<stdin> KRT101"])):
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text(krt).encode())))
            assert run("-") == code
            out, err = capsys.readouterr()
            assert (out, codes(err)) == ("", expected)

    def test_a_runtime_yml_alone(self, capsys: Capture) -> None:
        Path("runtime.yml").write_text("runtime: demo\ningress: {kind: GRPCRoute}\n")
        Path("runtime.yaml").write_text("runtime: demo\nkrtFiles: {image: a:1}\n")
        assert run("runtime.yml", "./runtime.yaml") == 1
        assert codes(capsys.readouterr().err) == ["./runtime.yaml KRT418", "runtime.yml KRT404"]
        Path("runtime.yml").write_text("runtime: demo\n")
        assert run("runtime.yml", "--strict") == 0
        assert capsys.readouterr() == ("", "")

    def test_settings(self, capsys: Capture) -> None:
        project(".", KRT)
        Path("settings").mkdir()
        Path("settings/demo.yml").write_text(text(RUNTIME))
        assert run("krt.yml", "--runtime", "settings/demo.yml") == 1
        assert codes(capsys.readouterr().err) == ["settings/demo.yml KRT403"]
        Path("settings/model.json").write_text("{}")
        assert run("krt.yml", "--runtime", "settings/demo.yml") == 0
        assert capsys.readouterr() == ("", "")

    def test_mistakes_in_settings_are_told_once(self, capsys: Capture) -> None:
        project("a", SMALL)
        Path("demo.yml").write_text("runtime: demo\ningress: {kind: GRPCRoute}\n")
        assert run("krt.yml", "a/krt.yml", "--runtime", "demo.yml") == 1
        assert codes(capsys.readouterr().err) == ["demo.yml KRT404"]
        Path("demo.yml").write_text("runtime: Demo\n")
        assert run("krt.yml", "a/krt.yml", "--runtime", "demo.yml") == 1
        assert codes(capsys.readouterr().err) == ["demo.yml KRT013"]

    @pytest.mark.parametrize(
        ("arguments", "missing"),
        [
            ([], False),
            (["--status", "started"], True),
            (["--status", "starting"], True),
            (["--status", "published"], True),
            (["--status", "stopped"], False),
            (["--runtime", "demo.yml"], True),
            (["--runtime", "demo.yml", "--status", "stopped"], False),
        ],
    )
    def test_values_are_demanded_where_a_status_needs_them(
        self, arguments: list[str], missing: bool, capsys: Capture
    ) -> None:
        project(".", {**SMALL, "config": {"variables": ["A"]}})
        Path("demo.yml").write_text("runtime: demo\n")
        assert run("krt.yml", *arguments) == missing
        assert codes(capsys.readouterr().err) == ["krt.yml KRT401"] * missing


class Test_folders:
    def test_are_searched(self, folder: Path, capsys: Capture) -> None:
        os.remove("krt.yml")
        for name in ("b/deep/er", "a", "c.d", ".hidden", "b/.hidden"):
            project(name, UNKNOWN_NODE)
        project("b", UNKNOWN_NODE, "krt.yaml")
        project("b", UNKNOWN_NODE, "other.yml")
        Path("a/runtime.yml").write_text("runtime: demo\nkrtFiles: {image: a:1}\n")
        Path("b/runtime.yaml").write_text("runtime: demo\nkrtFiles: {image: a:1}\n")
        Path("link").symlink_to(folder / "a")
        Path("a/.krt").write_text("")
        Path("a/x.krt").write_text("")
        found = [
            "a/krt.yml",
            "a/runtime.yml",
            "a/x.krt",
            "b/krt.yaml",
            "b/runtime.yaml",
            "b/deep/er/krt.yml",
            "c.d/krt.yml",
        ]
        assert list(reading.search(".")) == found
        assert run(".") == 1
        assert codes(capsys.readouterr().err) == [
            "a/krt.yml KRT101",
            "a/runtime.yml KRT418",
            "a/x.krt KRT020",
            "b/deep/er/krt.yml KRT101",
            "b/krt.yaml KRT101",
            "b/runtime.yaml KRT418",
            "c.d/krt.yml KRT101",
        ]

    def test_in_the_order_given_with_files_between(self) -> None:
        for name in ("b", "a"):
            project(name, SMALL)
        found = [name for path in ("b", "krt.yml", "./a/", "b/krt.yml") for name in reading.search(path)]
        assert found == ["b/krt.yml", "krt.yml", "a/krt.yml", "b/krt.yml"]

    def test_a_link_that_is_given_is_searched(self, folder: Path) -> None:
        project("a", SMALL)
        Path("link").symlink_to(folder / "a")
        assert list(reading.search("link")) == ["link/krt.yml"]

    def test_a_link_to_a_file_is_read(self, folder: Path, capsys: Capture) -> None:
        Path("a").mkdir()
        project("elsewhere", UNKNOWN_NODE)
        Path("a/krt.yml").symlink_to(folder / "elsewhere/krt.yml")
        assert run("a") == 1
        assert "a/krt.yml KRT101" in codes(capsys.readouterr().err)

    def test_without_any_file(self, capsys: Capture) -> None:
        with pytest.raises(UsageError, match="in the folder bin"):
            list(reading.search("bin"))
        Path("bin/.hidden").mkdir()
        project("bin/.hidden", SMALL)
        assert run("bin") == 2
        assert capsys.readouterr() == (
            "",
            "krtc: error: there is no krt.yml, runtime.yml or .krt in the folder bin\n",
        )

    def test_without_any_file_among_others(self, capsys: Capture) -> None:
        project("a", UNKNOWN_NODE)
        assert run("a", "bin", "krt.yml") == 2
        err = capsys.readouterr().err
        assert codes(err) == ["a/krt.yml KRT101"]
        assert err.endswith("krtc: error: there is no krt.yml, runtime.yml or .krt in the folder bin\n")

    def test_an_unreadable_file_in_one_is_told_beside_the_rest(self, capsys: Capture) -> None:
        project("a", UNKNOWN_NODE)
        Path("a/b").mkdir()
        Path("a/b/krt.yml").symlink_to("nowhere")
        assert run("a") == 2
        err = capsys.readouterr().err
        assert codes(err) == ["a/krt.yml KRT101"]
        assert err.endswith("krtc: error: cannot read a/b/krt.yml: No such file or directory\n")


class Test_select_and_ignore:
    """Warnings: KRT204, KRT304 and KRT303; errors: KRT203 and KRT302; one that is always said: KRT102."""

    @pytest.mark.parametrize(
        ("arguments", "expected", "code"),
        [
            ([], ["KRT203", "KRT302", "KRT303", "KRT304"], 1),
            (["--select", "KRT304"], ["KRT304"], 0),
            (["--select", "KRT304", "--strict"], ["KRT304"], 1),
            (["--select", "KRT3"], ["KRT302", "KRT303", "KRT304"], 1),
            (["--select", "KRT30"], ["KRT302", "KRT303", "KRT304"], 1),
            (["--select", "KRT203,KRT304"], ["KRT203", "KRT304"], 1),
            (["--select", "KRT203", "--select", "KRT304"], ["KRT203", "KRT304"], 1),
            (["--select", " krt203 , krt304"], ["KRT203", "KRT304"], 1),
            (["--select", "KRT"], ["KRT203", "KRT302", "KRT303", "KRT304"], 1),
            (["--select", "KRT4"], [], 0),
            (["--ignore", "KRT4"], ["KRT203", "KRT302", "KRT303", "KRT304"], 1),
            (["--ignore", "KRT3"], ["KRT203"], 1),
            (["--ignore", "KRT302,KRT203"], ["KRT303", "KRT304"], 0),
            (["--ignore", "KRT302", "--ignore", "KRT203"], ["KRT303", "KRT304"], 0),
            (["--ignore", "KRT2,KRT3", "--strict"], [], 0),
            (["--select", "KRT3", "--ignore", "KRT302"], ["KRT303", "KRT304"], 0),
            (["--select", "KRT302", "--ignore", "KRT3"], [], 0),
            (["--ignore", "KRT"], [], 0),
        ],
    )
    def test_by_beginnings_of_codes(
        self, arguments: list[str], expected: list[str], code: int, capsys: Capture
    ) -> None:
        krt = changed(UNREACHED, "version", to="kre-nats")
        krt = changed(krt, "entrypoint", "image", to="acme/own")
        project(".", krt)
        assert run("krt.yml", *arguments) == code
        assert sorted({line.split()[1] for line in codes(capsys.readouterr().err)}) == expected

    @pytest.mark.parametrize("arguments", [["--select", "KRT3"], ["--ignore", "KRT"], ["--ignore", "KRT101"]])
    def test_what_leaves_no_meaning_is_always_said(self, arguments: list[str], capsys: Capture) -> None:
        project(".", UNKNOWN_NODE)
        assert run("krt.yml", *arguments) == 1
        assert codes(capsys.readouterr().err) == ["krt.yml KRT101"]
        project(".", {**SMALL, "version": "A"})
        assert run("krt.yml", *arguments) == 1
        assert codes(capsys.readouterr().err) == ["krt.yml KRT013"]

    def test_a_warning_of_a_low_band_may_be_ignored(self, capsys: Capture) -> None:
        os.remove("src/etl/main.py")
        assert run("krt.yml", "--ignore", "KRT106", "--strict") == 0
        assert run("krt.yml", "--select", "KRT2", "--strict") == 0
        assert capsys.readouterr() == ("", "")
        assert run("krt.yml", "--select", "KRT106", "--strict") == 1

    def test_every_code_and_beginning_is_taken(self) -> None:
        for code in CODES:
            for end in range(3, 7):
                assert command._codes(code.id[:end].lower()) == (code.id[:end],)


class Test_forms:
    @pytest.mark.parametrize("form", ["json", "sarif", "github", "gitlab", "junit"])
    def test_go_to_stdout_and_text_to_stderr(self, form: str, capsys: Capture) -> None:
        project(".", UNKNOWN_NODE)
        assert run("krt.yml", "--format", "text") == 1
        out, err = capsys.readouterr()
        assert (out, codes(err)) == ("", ["krt.yml KRT101"])
        assert run("krt.yml", "--format", form) == 1
        out, err = capsys.readouterr()
        assert err == "" and "KRT101" in out
        if form == "junit":
            assert list(ET.fromstring(out).iter("failure"))
        elif form != "github":
            json.loads(out)

    @pytest.mark.parametrize("form", ["json", "sarif", "gitlab", "junit"])
    def test_of_what_is_right_are_whole_documents(self, form: str, capsys: Capture) -> None:
        assert run("krt.yml", "--format", form) == 0
        out, err = capsys.readouterr()
        assert err == "" and "KRT1" not in out
        assert ET.fromstring(out) is not None if form == "junit" else json.loads(out) is not None

    def test_json(self, capsys: Capture) -> None:
        project(".", UNPINNED)
        assert run("krt.yml", "--format", "json") == 0
        said = json.loads(capsys.readouterr().out)
        assert said["summary"] == {"errors": 0, "warnings": 1, "notes": 0}
        assert [(one["code"], one["file"]) for one in said["diagnostics"]] == [("KRT304", "krt.yml")]

    def test_what_was_checked_is_named(self, capsys: Capture) -> None:
        project("a", SMALL)
        assert run("a", "krt.yml", "--format", "junit") == 0
        out = capsys.readouterr().out
        assert "a/krt.yml" in out and '"krt.yml"' in out

    def test_sarif_has_the_pages_of_what_is_said(self, capsys: Capture) -> None:
        project(".", UNKNOWN_NODE)
        assert run("krt.yml", "--format", "sarif") == 1
        assert (
            pages.markdown(CODES[[code.id for code in CODES].index("KRT101")]).splitlines()[0]
            in capsys.readouterr().out
        )

    def test_an_unreadable_file_is_told_on_stderr(self, capsys: Capture) -> None:
        assert run("nothing.yml", "krt.yml", "--format", "json") == 2
        out, err = capsys.readouterr()
        assert json.loads(out)["diagnostics"] == []
        assert err == "krtc: error: cannot read nothing.yml: No such file or directory\n"

    def test_in_colour(self, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        project(".", UNKNOWN_NODE)
        monkeypatch.setenv("FORCE_COLOR", "1")
        assert run("krt.yml") == 1
        assert "\x1b[1;31merror[KRT101]" in capsys.readouterr().err


def test_an_archive_is_read(capsys: Capture) -> None:
    import tarfile

    with tarfile.open("mail.krt", "w:gz") as archive:
        for name in ("krt.yml", "public_input.proto", "src"):
            archive.add(name)
    os.remove("src/etl/main.py")
    assert run("mail.krt") == 0
    assert capsys.readouterr() == ("", "")


class Test_explain:
    @pytest.mark.parametrize("name", ["KRT101", "krt101", "unknown-node", "Unknown-Node"])
    def test_a_code(self, name: str, capsys: Capture) -> None:
        assert main(["explain", name]) == 0
        out, err = capsys.readouterr()
        assert err == "" and out == pages.page(next(code for code in CODES if code.id == "KRT101"))
        assert out.startswith("KRT101 unknown-node (error): A name that no node of the workflow has\n\n")
        assert out.endswith("\n")

    def test_all_codes(self, capsys: Capture) -> None:
        assert main(["explain"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert [line.split()[:3] for line in lines] == [[code.id, code.slug, code.severity] for code in CODES]
        for line, code in zip(lines, CODES, strict=True):
            assert line.endswith(f" {code.title}")
        assert len({line.index(f" {code.severity} ") for line, code in zip(lines, CODES, strict=True)}) == 1
        assert len({line.index(f"  {code.title}") + 10 for line, code in zip(lines, CODES, strict=True)}) <= 2

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("KRT4033", "there is no code `KRT4033`: did you mean `KRT403`?"),
            ("unknown-nodes", "there is no code `unknown-nodes`: did you mean `unknown-node`?"),
            ("x", "there is no code `x`: `krtc explain` lists them"),
            ("", "there is no code ``: `krtc explain` lists them"),
        ],
    )
    def test_no_code(self, name: str, message: str, capsys: Capture) -> None:
        assert main(["explain", name]) == 2
        assert capsys.readouterr() == ("", f"krtc: error: {message}\n")

    def test_two_codes(self) -> None:
        with pytest.raises(SystemExit) as end:
            main(["explain", "KRT101", "KRT102"])
        assert end.value.code == 2


class Test_schema:
    @pytest.mark.parametrize(("name", "file"), [("krt", "krt-v2"), ("runtime", "runtime")])
    def test_of_a_language(self, name: str, file: str, capsys: Capture) -> None:
        assert main(["schema", name]) == 0
        assert capsys.readouterr() == (asset(f"schemas/{file}.schema.json"), "")

    @pytest.mark.parametrize("name", ["krt", "runtime"])
    def test_of_a_language_takes_no_path(self, name: str, capsys: Capture) -> None:
        assert main(["schema", name, "krt.yml"]) == 2
        assert capsys.readouterr() == (
            "",
            f"krtc: error: the schema {name} is the same for all: give no PATH\n",
        )

    @pytest.mark.parametrize("arguments", [[], ["."], ["krt.yml"], ["../{}/krt.yml"]])
    def test_of_the_values_of_a_chart(self, arguments: list[str], folder: Path, capsys: Capture) -> None:
        assert main(["schema", "values", *(argument.format(folder.name) for argument in arguments)]) == 0
        out, err = capsys.readouterr()
        schema = json.loads(out)
        assert err == "" and schema["$schema"].startswith("http://json-schema.org/")
        assert set(schema["properties"]["workflows"]["properties"]) == {"sort"}
        assert main(["compile", "krt.yml", "--to", "helm", "-o", "chart"]) == 0
        assert Path("chart/values.schema.json").read_text() == out

    def test_of_a_version_that_is_wrong(self, capsys: Capture) -> None:
        project(".", UNKNOWN_NODE)
        assert main(["schema", "values"]) == 1
        out, err = capsys.readouterr()
        assert (out, codes(err)) == ("", ["./krt.yml KRT101"])

    def test_of_nothing(self, capsys: Capture) -> None:
        assert main(["schema", "values", "bin"]) == 2
        assert capsys.readouterr() == (
            "",
            "krtc: error: there is no krt.yml in the folder bin, and no runtime.yml that lists versions\n",
        )
        with pytest.raises(SystemExit):
            main(["schema"])
        with pytest.raises(SystemExit):
            main(["schema", "chart"])


class Test_a_proto:
    """What pre-commit hands over when a .proto was changed: its krt.yml is judged."""

    def test_beside_its_krt_yml(self, capsys: Capture) -> None:
        Path("krt.yml").write_text(text({**SMALL, "colour": "red"}))
        for path in ("public_input.proto", "proto/deep/other.proto", "./public_input.proto"):
            assert main(["check", path]) == 1
            assert capsys.readouterr().err.count("KRT010") == 1
        assert main(["check", "krt.yml", "./public_input.proto"]) == 1
        assert capsys.readouterr().err.count("KRT010") == 1

    def test_without_one(self, capsys: Capture) -> None:
        Path("krt.yml").unlink()
        assert main(["check", "proto/other.proto"]) == 0
        assert capsys.readouterr() == ("", "")
