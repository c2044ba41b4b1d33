"""`krtc check --fix` and `--diff`: exactly the mended diagnostics less, and every other character as it stood."""

import copy
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml as pyyaml
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from krtc import pages
from krtc.cli import main
from krtc.diagnostics.codes import CODES
from krtc.diagnostics.fix import Edit, mended
from krtc.diagnostics.nearest import _is_near, meant
from krtc.source import SourceFile, Span
from tests.unit.helpers import ROOT
from tests.unit.test_edit import comments

Capture = pytest.CaptureFixture[str]

GOLDEN = sorted(path for path in (ROOT / "golden" / "err").iterdir() if path.is_dir())
PROTO = 'syntax = "proto3";\nmessage M {}\nservice Entrypoint { rpc Sort (M) returns (M); }\n'
GOOD = """\
# The mails.
version: mail-v1   # its name
krtVersion: v2
description: "yes"  # a text
entrypoint:
  proto: public_input.proto
  image: konstellation/kre-entrypoint:8.2.0
config: {variables: [GREETING]}
workflows:
  - name: sort  # one
    entrypoint: Sort
    exitpoint: reply
    nodes:
      # reads
      - name: reader
        image: konstellation/kre-py:8.2.0
        src: src/main.py
        gpu: true
        replicas: 2
        subscriptions:
          - entrypoint   # from outside
        objectStore: {name: mails, scope: workflow}
      - name: classifier
        image: konstellation/kre-py:8.2.0
        src: src/main.py
        subscriptions: [ reader, 'reader.large' ]
      - {name: reply, image: "konstellation/kre-py:8.2.0", src: src/main.py, subscriptions: ["classifier"]}  # answers
# the end
"""
SETTINGS = """\
runtime: demo
naming: plain  # as it was
versions:
  - krt: krt.yml
    status: published
    config: {variables: {GREETING: "no"}}
    nodes:
      sort:
        classifier: {replicas: 3}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: a krt.yml with its files, which is right."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    project()
    return tmp_path


def project(krt: str = GOOD) -> None:
    Path("src").mkdir(exist_ok=True)
    Path("src/main.py").write_text("")
    Path("public_input.proto").write_text(PROTO)
    write("krt.yml", krt)


def write(name: str, text: str) -> None:
    Path(name).write_bytes(text.encode())


def read(name: str) -> str:
    return Path(name).read_bytes().decode()


def found(capsys: Capture, *arguments: str) -> list[dict[str, Any]]:
    """What is wrong, as the report for programs has it."""
    capsys.readouterr()
    main(["check", *arguments, "--format", "json"])
    diagnostics: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["diagnostics"]
    return diagnostics


def said(diagnostics: list[dict[str, Any]]) -> Counter[tuple[str, str, str]]:
    return Counter((each["code"], each["file"], each["message"]) for each in diagnostics)


def fix(*arguments: str) -> int:
    return main(["check", *(arguments or ["krt.yml"]), "--fix"])


def data_and_comments(text: str) -> tuple[Any, list[str]]:
    """The data of a document, and its comments but for those that silence something, as ruamel.yaml has them."""
    body = text.removeprefix("\ufeff")
    data = YAML(typ="safe", pure=True).load(io.StringIO(body))
    told = comments(YAML(typ="rt", pure=True).load(io.StringIO(body)))
    return data, sorted(re.sub("[\u202a-\u202e]", "", one) for one in told if "krtc: ignore" not in one)


def files() -> dict[str, bytes]:
    return {path.as_posix(): path.read_bytes() for path in Path().rglob("*") if path.is_file()}


# What goes because something else is mended: a comment that said that it cannot silence an error.
FOLLOWING = {"KRT013 is an error that no comment silences"}


class Test_golden:
    """Each wrong input under golden/err: what is mended there, and nothing else."""

    @pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case.name)
    def test_what_is_mended(self, case: Path, capsys: Capture) -> None:
        shutil.rmtree("src")
        shutil.copytree(case / "input", ".", dirs_exist_ok=True)
        before, there = found(capsys, "."), files()
        fix(".")
        err = capsys.readouterr().err
        after, now = found(capsys, "."), files()
        assert said(after) <= said(before)
        gone = said(before) - said(after)
        mendable = [each for each in before if each["fix"]]
        assert {one for one in gone if one[2] not in FOLLOWING} <= {*said(mendable)}
        assert err.endswith(f"fixed {len(before) - len(after)} of {len(before)}\n") == bool(before)
        # What has a fix and is there still was taken back, or is in a file that is not rewritten.
        for each in after:
            assert not each["fix"] or each["file"].endswith(".proto") or "is not mended" in err
        for name in {each[1] for each in gone}:
            (old, told), (new, tells) = data_and_comments(there[name].decode()), data_and_comments(now[name].decode())
            assert tells == told
            assert (new == old) == (case.name[:6] in ("KRT007", "KRT015") and "fixed-error" not in name)
        assert {name for name in now if now[name] != there.get(name)} == {each[1] for each in gone}
        assert now.keys() == there.keys()
        fix(".")
        assert files() == now
        capsys.readouterr()
        main(["check", ".", "--diff"])
        assert not capsys.readouterr().out

    def test_the_pages_say_which_codes_are_mended(self, capsys: Capture) -> None:
        """... by --fix; each of them is mended in some golden."""
        seen = set()
        for case in GOLDEN:
            os.chdir(case / "input")
            seen |= {each["code"] for each in found(capsys, ".") if each["fix"]}
        assert seen == {code.id for code in CODES if pages.is_mended(code)}


# What is wrong, what is right in GOOD, and what comes out, where that is something else.
BREAKS: dict[str, tuple[str, str, str | None]] = {
    "a key": ("        replicas: 2", "        replica: 2", None),
    "a key in another case": ("krtVersion: v2", "krtversion: v2", None),
    "a key in quotes": ("krtVersion: v2", "'krtVersoin': v2", "'krtVersion': v2"),
    "a key in flow": ("{name: mails, scope", "{name: mails, scpoe", None),
    "a key that other keys hang on": ("    nodes:", "    node:", None),
    "an enum": ("scope: workflow", "scope: workflows", None),
    "an enum in quotes": ("scope: workflow", 'scope: "Workflow"', 'scope: "workflow"'),
    "krtVersion in another case": ("krtVersion: v2", "krtVersion: V2", None),
    "no krtVersion": ("krtVersion: v2\n", "", None),
    "a subscription": ("[ reader, 'r", "[ raeder, 'r", None),
    "a subscription to a sub-topic": ("'reader.large'", "'raeder.large'", None),
    "two places": ("[ reader, 'reader.large' ]", "[ redaer, 'redaer.large' ]", None),
    "a subscription in double quotes": ('["classifier"]', '["clasifier"]', None),
    "a subscription to the entrypoint": ("- entrypoint ", "- entripoint ", None),
    "an exitpoint": ("exitpoint: reply", "exitpoint: repply", None),
    "an rpc": ("entrypoint: Sort", "entrypoint: Srot", None),
    "a duplicate in flow": ("'reader.large' ]", "'reader.large', reader ]", None),
    "two duplicates in flow": ("'reader.large' ]", "'reader.large', reader,reader ]", None),
    "a duplicate in quotes": ('["classifier"]', '["classifier" , classifier]', '["classifier" ]'),
    "a duplicate in block": ("# from outside\n", "# from outside\n          - entrypoint\n", None),
    "a duplicate in block, in quotes": ("# from outside\n", '# from outside\n          -   "entrypoint" \n', None),
    "a trap": ('description: "yes"', "description: yes", None),
    "a trap with a quote": ('description: "yes"', 'description: 2001-01-01 "x"', "description: '2001-01-01 \"x\"'"),
    "a number in quotes": ("replicas: 2", 'replicas: "2"', None),
    "a number with an escape": ("replicas: 2", 'replicas: "\\x32"', None),
    "a boolean in quotes": ("gpu: true", "gpu: 'true'", None),
    "a boolean of YAML 1.1": ("gpu: true", "gpu: yes", None),
    "no list": ("subscriptions:\n          - entrypoint", "subscriptions: entrypoint", "subscriptions: [entrypoint]"),
    "an ignore": ('"yes"  # a text', '"yes"  # krtc: ignore[KRT304]', '"yes"'),
    "an ignore on its own line": ("# reads\n", "# reads\n# krtc: ignore[KRT304]\n", None),
    "a slug": ('"yes"  # a text', '"yes"  # krtc: ignore[cycle]', '"yes"'),
    "hidden in a comment": ("# one", "# o\u202ene\u202c", None),
}


def ending(text: str, style: str) -> str:
    text = text.replace("\n", "\r\n") if "CRLF" in style else text
    text = text.rstrip("\r\n") if "no final" in style else text
    return "\ufeff" + text if "mark" in style else text


@pytest.mark.parametrize("style", ["LF", "CRLF", "CRLF, mark, no final newline"])
@pytest.mark.parametrize("name", BREAKS)
def test_a_break_is_mended(name: str, style: str, capsys: Capture) -> None:
    right, wrong, other = BREAKS[name]
    assert GOOD.count(right) == 1
    write("krt.yml", ending(GOOD.replace(right, wrong), style))
    number = len(found(capsys, "krt.yml"))
    assert number == 1 + name.startswith("two dup")
    assert fix() == 0
    assert capsys.readouterr() == ("", f"fixed {number} of {number}\n")
    assert read("krt.yml") == ending(GOOD if other is None else GOOD.replace(right, other), style)
    assert fix() == 0
    assert capsys.readouterr() == ("", "")


MORE = """\
  - name: more
    entrypoint: More
    exitpoint: reeder
    nodes:
      - {name: reeder, image: "konstellation/kre-py:8.2.0", src: src/main.py, subscriptions: [entrypoint]}
"""
IN_DOUBT = {
    "a key that is there": ("        replicas: 2", "        replicas: 2\n        replica: 3"),
    "two keys for one": ("        replicas: 2", "        replica: 2\n        replicass: 3"),
    "a node that is subscribed to": ("[ reader, 'reader.large' ]", "[ reader, raeder ]"),
    "a sub-topic that is subscribed to": ("[ reader, 'reader.large' ]", "[ raeder.large, 'reader.large' ]"),
    "the node itself": ("[ reader, 'reader.large' ]", "[ reader, clasifier ]"),
    "a node of another workflow": ("[ reader, 'reader.large' ]\n", "[ reader, reeder.more ]\n"),
    "two rpcs for one": ("entrypoint: Sort", "entrypoint: Srot"),
    "an rpc that is served": ("    entrypoint: More", "    entrypoint: Srot"),
    "krtVersion, and more that is missing": ('krtVersion: v2\ndescription: "yes"  # a text\n', ""),
    "krtVersion of another language": ("krtVersion: v2", "krtVersion: v3"),
    "hidden in a text": ('description: "yes"', 'description: "y\u202ees"'),
    "hidden in a text and its comment": ('description: "yes"  # a', 'description: "y\u202ees"  # \u202ea'),
    "hidden in a block": ('description: "yes"  # a text', "description: |\n  # \u202ea"),
    "a name of several lines": ("    exitpoint: reply", "    exitpoint: >-\n      repply"),
    "a name with escapes": ("    exitpoint: reply", '    exitpoint: "rep\\x70ly"'),
    "a trap that is no name": ("version: mail-v1", "version: 1.10"),
    "octal": ("replicas: 2", "replicas: 02"),
    "octal in quotes": ("replicas: 2", "replicas: '02'"),
    "a key twice": ("replicas: 2", "replicas: 2\n        replicas: 2"),
}


@pytest.mark.parametrize("name", IN_DOUBT)
def test_what_is_in_doubt_has_no_fix(name: str, capsys: Capture) -> None:
    right, wrong = IN_DOUBT[name]
    assert GOOD.replace("# the end\n", MORE).count(right) == 1
    good = GOOD.replace("# the end\n", MORE)
    Path("public_input.proto").write_text(PROTO.replace("(M); }", "(M); rpc More (M) returns (M); }"))
    write("krt.yml", good)
    assert found(capsys, "krt.yml") == []
    good = good.replace("entrypoint: More", "entrypoint: Soort") if "two rpcs" in name else good
    write("krt.yml", good.replace(right, wrong))
    before = found(capsys, "krt.yml")
    assert [each["fix"] for each in before] == [None] * len(before)
    fix()
    assert read("krt.yml") == good.replace(right, wrong)


@pytest.mark.parametrize("node", ["null", "1st-node", "true", "0x1f"])
def test_a_name_that_needs_quotes_gets_them(node: str) -> None:
    text = (
        GOOD.replace("name: classifier", f'name: "{node}"')
        .replace('["classifier"]', "[NODE]")
        .replace("r.large'", "r.x'")
    )
    write("krt.yml", text.replace("NODE", node + "x"))
    assert fix() == 0
    assert read("krt.yml") == text.replace("NODE", f'"{node}"')
    write("krt.yml", text.replace("NODE", f"{node}x.topic"))
    assert fix() == 0
    assert read("krt.yml") == text.replace("NODE", f'"{node}.topic"')


@pytest.mark.parametrize("name", ["no krtVersion", "a duplicate in block", "no list"])
def test_what_is_left_below_has_moved(name: str, capsys: Capture) -> None:
    """Lines come and go above it: it is told of the same thing."""
    right, wrong, other = BREAKS[name]
    text = GOOD.replace("scope: workflow", "scope: x")
    write("krt.yml", text.replace(right, wrong))
    assert fix() == 1
    assert read("krt.yml") == text.replace(right, right if other is None else other)
    assert capsys.readouterr().err.endswith("fixed 1 of 2\n")


def test_all_breaks_at_once(capsys: Capture) -> None:
    """... that lie apart, and many of one file that lie over each other."""
    names = ("a key", "an enum in quotes", "two places", "an exitpoint", "an rpc", "a duplicate in block", "a trap")
    text, expected = GOOD, GOOD
    for name in names:
        right, wrong, other = BREAKS[name]
        text, expected = text.replace(right, wrong), expected.replace(right, right if other is None else other)
    write("krt.yml", text)
    assert fix() == 0
    assert capsys.readouterr() == ("", "fixed 7 of 7\n")
    assert read("krt.yml") == expected


LISTS = {
    # A list of subscriptions with duplicates, in whatever style, and what is left of it.
    "[\n  reader,\n  reader,\n  ]": "[\n  reader,\n  ]",
    "[\n  reader,\n  reader\n  ]": "[\n  reader\n  ]",
    "[\n  reader ,  # x\n  reader\n  ]": "[\n  reader   # x\n  ]",
    "[\n  reader,\n  reader]": "[\n  reader\n  ]",
    "[reader,\n  reader, reader.large]": "[reader,\n  reader.large]",
    "[reader\n  , reader]": "[reader\n  ]",
    "[reader, reader,]": "[reader,]",
    '["reader","reader"]': '["reader"]',
    "[reader, reader] # both": "[reader] # both",
    "[reader, # one\n reader # two\n ]": None,
    "[reader, # one\n reader, # two\n ]": None,
    "\n - reader\n - reader # two\n": None,
    "\n - reader\n - # two\n   reader\n": None,
    "\n - reader\n - |-\n  reader\n": None,
    "\n - reader\n # two\n - reader\n # end\n": "\n - reader\n # two\n # end\n",
    "\n-   reader\n-   reader\n-   reader.large": "\n-   reader\n-   reader.large",
    "\n - reader\n - reader.large\n - reader\n - reader.large": "\n - reader\n - reader.large",
}


@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("listed", LISTS)
def test_duplicates(listed: str, last: bool, capsys: Capture) -> None:
    """An item goes with its line or its comma; one beside which something is said stays."""

    head, _, _ = GOOD.partition("      - {name: reply")
    reply = (
        '      - {name: reply, image: "konstellation/kre-py:1", src: src/main.py, subscriptions: [classifier, more]}\n'
    )
    node = "      - name: more\n        image: konstellation/kre-py:1\n        src: src/main.py\n"

    def text(items: str) -> str:
        items = items.replace("\n", "\n          ")
        return head + (
            reply + node + f"        subscriptions: {items}"
            if last
            else f"{node}        subscriptions: {items}\n" + reply
        )

    write("krt.yml", text(listed))
    before = found(capsys, "krt.yml")
    assert {each["code"] for each in before} == {"KRT105"}
    expected = LISTS[listed]
    fix()
    assert read("krt.yml") == text(listed if expected is None else expected)


class Test_command:
    def test_the_report_says_how_many_can_be_mended(self, capsys: Capture) -> None:
        write("krt.yml", GOOD.replace("exitpoint: reply", "exitpoint: repply").replace("replicas: 2", "replicas: 0"))
        assert main(["check", "krt.yml"]) == 1
        out, err = capsys.readouterr()
        assert out == "" and err.endswith("2 errors, 0 warnings\n1 of them can be mended with --fix\n")
        assert main(["check", "krt.yml", "--format", "json"]) == 1
        assert "mended" not in capsys.readouterr().err
        assert main(["compile", "krt.yml"]) == 1
        assert "mended" not in capsys.readouterr().err

    def test_what_is_left_is_told(self, capsys: Capture) -> None:
        write("krt.yml", GOOD.replace("exitpoint: reply", "exitpoint: repply").replace("replicas: 2", "replicas: 0"))
        assert fix() == 1
        out, err = capsys.readouterr()
        assert out == "" and err.startswith("krt.yml:19:19: error[KRT013]")
        assert err.endswith("1 error, 0 warnings\nfixed 1 of 2\n")
        assert read("krt.yml") == GOOD.replace("replicas: 2", "replicas: 0")

    def test_what_cannot_be_mended_is_as_it_was(self, capsys: Capture) -> None:
        for text in (
            "",
            "version: [",
            "krtVersion: v2\n",
            "\x00",
            "\ufeff",
            GOOD.replace("replicas: 2", "replicas: 0"),
        ):
            write("krt.yml", text)
            assert fix() == 1
            assert read("krt.yml") == text
            assert re.search(r"fixed 0 of \d\n$", capsys.readouterr().err)
        Path("krt.yml").write_bytes(b"\xff")
        assert fix() == 1
        assert Path("krt.yml").read_bytes() == b"\xff"

    def test_mode_and_neighbours_stay(self) -> None:
        write("krt.yml", GOOD.replace("exitpoint: reply", "exitpoint: repply"))
        Path("krt.yml").chmod(0o640)
        there = files()
        assert fix() == 0
        assert {name for name, content in files().items() if content != there[name]} == {"krt.yml"}
        assert Path("krt.yml").stat().st_mode & 0o777 == 0o640

    def test_what_needs_nothing_is_not_written(self) -> None:
        Path("krt.yml").chmod(0o444)
        os.utime("krt.yml", ns=(1, 1))
        assert fix() == 0
        assert Path("krt.yml").stat().st_mtime_ns == 1

    def test_a_diff_writes_nothing(self, capsys: Capture) -> None:
        text = GOOD.replace("exitpoint: reply", "exitpoint: repply").replace("replicas: 2", "replicas: 0").rstrip("\n")
        write("krt.yml", text)
        assert main(["check", "krt.yml", "--diff"]) == 1
        out, err = capsys.readouterr()
        assert err == "would fix 1 of 2: what is left `krtc check` says\n"
        assert read("krt.yml") == text
        assert [line for line in out.splitlines() if line[0] in "+-"] == [
            *("--- krt.yml", "+++ krt.yml", "-    exitpoint: repply", "+    exitpoint: reply")
        ]
        subprocess.run(["patch", "-p0", "--quiet"], input=out.encode(), check=True)
        patched = read("krt.yml")
        write("krt.yml", text)
        assert fix() == 1
        assert read("krt.yml") == patched
        capsys.readouterr()
        assert main(["check", "krt.yml", "--diff"]) == 1  # what --fix cannot mend is an error all the same
        assert capsys.readouterr() == ("", "would fix 0 of 1: what is left `krtc check` says\n")

    def test_a_diff_of_nothing(self, capsys: Capture) -> None:
        assert main(["check", "krt.yml", "--diff"]) == 0
        assert capsys.readouterr() == ("", "")

    @pytest.mark.parametrize("data", [b"\xef\xbb\xbf" + GOOD.replace("exitpoint: reply", "exitpoint: repply").encode()])
    def test_standard_input(self, data: bytes, monkeypatch: pytest.MonkeyPatch, capsysbinary: Any) -> None:
        """The mended text goes to stdout; of what cannot be mended, what came in."""
        for came, code, expected, told in (
            (data, 0, data.replace(b"repply", b"reply"), b"fixed 1 of 1\n"),
            (GOOD.encode(), 0, GOOD.encode(), b""),
            (b"\xff\xfe", 1, b"\xff\xfe", b"fixed 0 of 1\n"),
            (b"version: [", 1, b"version: [", b"fixed 0 of 1\n"),
        ):
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(came)))
            assert fix("-") == code
            out, err = capsysbinary.readouterr()
            assert out == expected and err.endswith(told)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        assert main(["check", "-", "--diff"]) == 1
        out, err = capsysbinary.readouterr()
        assert out.startswith(b"--- <stdin>\n+++ <stdin>\n") and err == b"would fix 1 of 1\n"
        assert not Path("<stdin>").exists()

    def test_other_reports(self, capsys: Capture) -> None:
        write("krt.yml", GOOD.replace("exitpoint: reply", "exitpoint: repply").replace("replicas: 2", "replicas: 0"))
        assert fix("krt.yml", "--format", "json") == 1
        out, err = capsys.readouterr()
        assert [each["code"] for each in json.loads(out)["diagnostics"]] == ["KRT013"]
        assert err == "fixed 1 of 2\n"

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (
                ["-", "--fix", "--format", "json"],
                "--fix of standard input writes to stdout what it mends, and no report",
            ),
            (["krt.yml", "--diff", "--format", "json"], "--diff writes to stdout what it mends, and no report"),
        ],
    )
    def test_stdout_is_one_thing(
        self, arguments: list[str], message: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
    ) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
        assert main(["check", *arguments]) == 2
        out, err = capsys.readouterr()
        assert out == "" and message in err

    def test_not_both(self, capsys: Capture) -> None:
        with pytest.raises(SystemExit):
            main(["check", "krt.yml", "--fix", "--diff"])
        assert "argument --diff: not allowed with argument --fix" in capsys.readouterr().err

    def test_only_what_is_wanted(self) -> None:
        """An error of the language cannot be left out; what is not said is not mended."""
        broken = GOOD.replace('"yes"  # a text', '"yes"  # krtc: ignore[KRT304]')
        write("krt.yml", broken)
        assert fix("krt.yml", "--ignore", "KRT015") == 0
        assert read("krt.yml") == broken
        assert fix("krt.yml", "--select", "KRT3") == 0
        assert read("krt.yml") == broken
        assert fix("krt.yml", "--select", "KRT015") == 0
        assert read("krt.yml") == GOOD.replace('"yes"  # a text', '"yes"')

    def test_what_would_bring_more_is_taken_back(self, capsys: Capture) -> None:
        """The nodes are not seen under a misspelt key, and so nothing that is wrong with them."""
        text = GOOD.replace("    nodes:", "    node:").replace("image: konstellation/kre-py:8.2.0", "image: other", 1)
        write("krt.yml", text)
        before = said(found(capsys, "krt.yml"))
        assert fix() == 1
        err = capsys.readouterr().err
        assert (
            "krt.yml:13:5: KRT010 is not mended: that would bring KRT303 unknown-image-user in line 16,"
            " KRT304 unpinned-image in line 16, which only a person can mend\n" in err
        )
        assert err.endswith("fixed 0 of 1\n")
        assert read("krt.yml") == text and said(found(capsys, "krt.yml")) == before
        assert fix("krt.yml", "--ignore", "KRT3") == 0
        assert read("krt.yml") == text.replace("    node:", "    nodes:")

    def test_what_is_not_selected_is_neither_mended_nor_made(self) -> None:
        circle = GOOD.replace("- entrypoint   # from outside", "- entrypoint\n          - clasifier")
        circle = circle.replace("replicas: 2", 'replicas: "2"')
        write("krt.yml", circle)
        fix("krt.yml", "--select", "KRT012")
        assert read("krt.yml") == circle.replace('replicas: "2"', "replicas: 2")
        fix("krt.yml", "--select", "KRT101")  # would close a circle, of which is not told
        assert read("krt.yml") == circle.replace('replicas: "2"', "replicas: 2")

    def test_what_comes_to_light_and_can_be_mended_is(self, capsys: Capture) -> None:
        write(
            "krt.yml",
            GOOD.replace("    nodes:", "    node:")
            .replace("replicas: 2", 'replicas: "2"')
            .replace("[ reader", "[ raeder"),
        )
        assert fix() == 0
        assert read("krt.yml") == GOOD
        assert capsys.readouterr().err == "fixed 1 of 1\n"

    def test_one_that_does_not_hold_among_others(self, capsys: Capture) -> None:
        other = GOOD.partition("workflows:\n")[2].replace("# the end\n", "").replace("name: sort", "name: more")
        text = GOOD + other.replace("entrypoint: Sort", "entrypoint: More").replace("    nodes:", "    node:")
        text = text.replace("exitpoint: reply", "exitpoint: repply", 1).replace(
            "scope: workflow", "scope: workflows", 1
        )
        Path("public_input.proto").write_text(PROTO.replace("(M); }", "(M); rpc More (M) returns (M); }"))
        text = text[:-200] + text[-200:].replace("kre-py:8.2.0", "kre-py")
        write("krt.yml", text)
        assert len(found(capsys, "krt.yml")) == 3
        assert fix() == 1
        err = capsys.readouterr().err
        assert err.count("is not mended: that would bring KRT304 unpinned-image in line ") == 1
        assert err.endswith("fixed 2 of 3\n")
        assert read("krt.yml") == text.replace("repply", "reply").replace("workflows}", "workflow}")


class Test_files:
    def test_of_a_runtime(self, capsys: Capture) -> None:
        """Its runtime.yml and the krt.yml files of its versions; each mistake where it stands."""
        write("krt.yml", GOOD.replace("exitpoint: reply", "exitpoint: repply"))
        write("runtime.yml", SETTINGS.replace("naming: plain", "naming: plian").replace("GREETING:", "GRETING:"))
        assert fix("runtime.yml") == 0
        assert (read("krt.yml"), read("runtime.yml")) == (GOOD, SETTINGS)
        assert capsys.readouterr().err == "fixed 4 of 4\n"  # with the value that was missing under the misspelt name
        write("krt.yml", GOOD.replace("exitpoint: reply", "exitpoint: repply"))
        write("runtime.yml", SETTINGS.replace("classifier:", "clasifier:"))
        assert fix(".") == 0
        assert (read("krt.yml"), read("runtime.yml")) == (GOOD, SETTINGS)

    def test_settings(self) -> None:
        settings = SETTINGS.partition("versions:")[0]
        write("demo.yml", settings.replace("plain", "Plain"))
        write("krt.yml", GOOD.replace("config: {variables: [GREETING]}\n", "").replace(": Sort", ": sort"))
        assert fix("krt.yml", "--runtime", "demo.yml") == 0
        assert read("demo.yml") == settings
        assert read("krt.yml") == GOOD.replace("config: {variables: [GREETING]}\n", "")

    def test_several(self, capsys: Capture) -> None:
        for name in ("a", "b/c"):
            shutil.copytree(".", name, ignore=lambda at, names: [n for n in names if n in ("a", "b")])
            write(f"{name}/krt.yml", GOOD.replace("exitpoint: reply", "exitpoint: repply"))
        assert fix("a", "./b/c/krt.yml", "b") == 0
        assert capsys.readouterr().err == "fixed 3 of 3\n"  # of one file under two names, both
        assert read("a/krt.yml") == read("b/c/krt.yml") == GOOD

    def test_links_are_not_followed(self, folder: Path, capsys: Capture) -> None:
        broken = GOOD.replace("exitpoint: reply", "exitpoint: repply")
        Path("there").mkdir()
        write("there/krt.yml", broken)
        os.remove("krt.yml")
        Path("krt.yml").symlink_to("there/krt.yml")
        for arguments in (["--fix"], ["--diff"]):
            assert main(["check", "krt.yml", *arguments]) == 2
            out, err = capsys.readouterr()
            assert out == "" and "krtc: error: krt.yml is a link or behind one, and krtc writes through none" in err
        Path("here").symlink_to("there")
        write("runtime.yml", "runtime: demo\nversions:\n  - krt: here/krt.yml\n")
        assert fix("runtime.yml") == 2
        assert "here/krt.yml is a link or behind one" in capsys.readouterr().err
        assert read("there/krt.yml") == broken
        assert Path("krt.yml").is_symlink() and Path("here").is_symlink()

    def test_archives_are_not_rewritten(self, capsys: Capture) -> None:
        write("krt.yml", GOOD.replace("exitpoint: reply", "exitpoint: repply"))
        with tarfile.open("x.krt", "w:gz") as archive:
            for name in ("krt.yml", "public_input.proto", "src", "src/main.py"):
                archive.add(name, recursive=False)
        packed = Path("x.krt").read_bytes()
        assert main(["check", "x.krt"]) == 1
        assert "mended" not in capsys.readouterr().err
        assert fix("x.krt") == 1
        err = capsys.readouterr().err
        assert "x.krt is an archive, and krtc rewrites none: mend what it was packed of, and pack it again\n" in err
        assert err.endswith("fixed 0 of 1\n") and Path("x.krt").read_bytes() == packed

    def test_a_file_that_cannot_be_written(self, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        """The others are; what it says is as it was."""
        broken = GOOD.replace("exitpoint: reply", "exitpoint: repply")
        for name in ("a", "b"):
            Path(name).mkdir()
            write(f"{name}/krt.yml", broken)
        from krtc.cli import rewrite

        really = rewrite.rewrite

        def change_first(path: str, old: bytes, text: str) -> None:
            if path == "a/krt.yml":
                write(path, broken + "# by another\n")
            really(path, old, text)

        monkeypatch.setattr(rewrite, "rewrite", change_first)
        assert fix("a", "b", "--ignore", "KRT106") == 2
        err = capsys.readouterr().err
        assert "krtc: error: a/krt.yml was changed while krtc worked on it, and is left as it is" in err
        assert "a/krt.yml:12:16: error[KRT101]" in err and err.endswith("fixed 1 of 2\n")
        assert (read("a/krt.yml"), read("b/krt.yml")) == (broken + "# by another\n", GOOD)

    def test_one_that_cannot_be_read_among_others(self, capsys: Capture) -> None:
        write("krt.yml", GOOD.replace("exitpoint: reply", "exitpoint: repply"))
        assert fix("nothing.yml", "krt.yml") == 2
        assert read("krt.yml") == GOOD
        err = capsys.readouterr().err
        assert err == "krtc: error: cannot read nothing.yml: No such file or directory\nfixed 1 of 1\n"


DATA = YAML(typ="safe", pure=True).load(GOOD)
NODES = ("workflows", 0, "nodes")
# Where a name stands that another thing gives, and where a key.
NAMES: list[tuple[Any, ...]] = [
    ("workflows", 0, "exitpoint"),
    ("workflows", 0, "entrypoint"),
    (*NODES, 0, "objectStore", "scope"),
    (*NODES, 0, "subscriptions", 0),
    (*NODES, 1, "subscriptions", 0),
    (*NODES, 1, "subscriptions", 1),
    (*NODES, 2, "subscriptions", 0),
]


def keys(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if isinstance(key, str):
            yield (*at, key)
        yield from keys(inner, (*at, key))


def misspelt(name: str, draw: st.DrawFn) -> str:
    """A name of which one letter stands twice, is missing, has changed places or its case."""
    at = draw(st.integers(0, len(name) - 2))
    one, two = name[at], name[at + 1]
    how = draw(st.sampled_from([one + one + two, two, two + one, one.swapcase() + two, "x" + two]))
    return name[:at] + how + name[at + 2 :]


def with_other(data: Any, path: tuple[Any, ...], new: Any, *, key: bool) -> Any:
    """Data with another key, or another value, at a path."""
    data = copy.deepcopy(data)
    at = data
    for step in path[:-1]:
        at = at[step]
    if key:
        items = [(new if name == path[-1] else name, value) for name, value in at.items()]
        at.clear()
        at.update(items)
    else:
        at[path[-1]] = new
    return data


def written(data: Any, style: str) -> list[str]:
    """The lines of a document."""
    if "json" in style:
        return json.dumps(data, indent=1 if style == "json lines" else None).split("\n")
    flow = {"block": False, "flow": True}.get(style)
    return pyyaml.safe_dump(data, default_flow_style=flow, width=10**6, sort_keys=False).rstrip("\n").split("\n")


@st.composite
def broken_files(draw: st.DrawFn) -> tuple[str, str]:
    """A right file in some style and with comments, and the same with one to three mistakes on different lines."""
    style = draw(st.sampled_from(["block", "flow", "mixed", "json", "json lines"]))
    data = DATA
    taken: list[tuple[Any, ...]] = []
    for _ in range(draw(st.integers(1, 3))):
        is_key = draw(st.booleans())
        path = draw(st.sampled_from([*keys(DATA)] if is_key else NAMES))
        if any(path[: len(other)] == other or other[: len(path)] == path for other in taken):
            continue
        taken.append(path)
        if is_key:
            data = with_other(data, path, misspelt(path[-1], draw), key=True)
            continue
        old = data
        for step in path:
            old = old[step]
        name, dot, topic = old.partition(".")
        data = with_other(data, path, misspelt(name, draw) + dot + topic, key=False)
    right, wrong = written(DATA, style), written(data, style)
    assert len(right) == len(wrong)
    for lines in (right, wrong) if "json" not in style else ():
        lines[0] += "  # one"
    end = draw(st.sampled_from(["\n", "\r\n"]))
    tail = draw(st.sampled_from(["", end]))
    mark = draw(st.sampled_from(["", "\ufeff"]))
    says = {at: draw(st.sampled_from(["", "  # x", " # y: z", f"{end}# own"])) for at in range(len(right))}
    told = says if "json" not in style else {}
    texts = [end.join(line + told.get(at, "") for at, line in enumerate(lines)) for lines in (right, wrong)]
    return mark + texts[0] + tail, mark + texts[1] + tail


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(broken_files())
def test_what_is_mended_is_as_it_was(capsys: Capture, files: tuple[str, str]) -> None:
    """What is mended is the right file again; what is not is as it was; nothing else comes up."""
    right, wrong = files
    write("krt.yml", right)
    assert found(capsys, "krt.yml") == []
    write("krt.yml", wrong)
    before = found(capsys, "krt.yml")
    fix()
    capsys.readouterr()
    text, after = read("krt.yml"), found(capsys, "krt.yml")
    assert said(after) <= said(before)
    assert (text == wrong) == (len(after) == len(before))
    assert data_and_comments(text)[1] == data_and_comments(right)[1]
    if not after:
        assert text == right
    event("all mended" if not after else "some mended" if text != wrong else "none mended")
    fix()
    assert read("krt.yml") == text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from([*NAMES, *keys(DATA)]), data=st.data())
def test_a_letter_that_stands_twice_is_always_mended(
    capsys: Capture, path: tuple[Any, ...], data: st.DataObject
) -> None:
    style = data.draw(st.sampled_from(["block", "flow", "mixed", "json", "json lines"]))
    name, at = path[-1], DATA
    for step in path:
        at = at[step]
    if path in NAMES:
        name = at.partition(".")[0]
    letter = data.draw(st.integers(0, len(name) - 1))
    new = name[: letter + 1] + name[letter:]
    other = with_other(DATA, path, new if path not in NAMES else new + at[len(name) :], key=path not in NAMES)
    right, wrong = ("\n".join(written(one, style)) for one in (DATA, other))
    write("krt.yml", wrong)
    assert fix() == 0
    assert read("krt.yml") == right


@pytest.mark.parametrize(
    ("name", "valid", "expected"),
    [
        ("elt", ["etl", "reply"], "etl"),
        ("ELT", ["etl"], "etl"),
        ("classifie", ["classifier", "classified"], None),  # which of them?
        ("steps", ["step1", "step2"], None),
        ("step3", ["step1"], None),  # a number is no slip
        ("step-3", ["step-2", "step3"], None),
        ("et", ["etl"], None),  # too short to say
        ("ET", ["et", "etl"], "et"),
        ("reader", [], None),
        ("exit", ["exitpoint"], None),  # near enough to ask, not to know
        ("exit-point", ["exitpoint", "entrypoint"], "exitpoint"),
        ("Scope", ["scope", "SCOPE"], None),
        ("x" * 64, ["x" * 63 + "y"], "x" * 63 + "y"),
        ("x" * 65, ["x" * 64], None),
        ("abcd", [f"abcde{'xyz'[i % 3]}{i}" for i in range(501)], None),
    ],
)
def test_what_is_meant(name: str, valid: list[str], expected: str | None) -> None:
    assert meant(name, valid) == expected


LETTERS = st.text("ab-1", max_size=8)


@given(LETTERS, LETTERS)
def test_how_near_is_known(one: str, other: str) -> None:
    """Against the length of the longest text that can be had of both by leaving out letters."""
    longest = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            longest[i + 1][j + 1] = longest[i][j] + 1 if a == b else max(longest[i][j + 1], longest[i + 1][j])
    apart = len(one) + len(other) - 2 * longest[-1][-1]
    for most in range(4):
        assert _is_near(one, other, most) == (apart <= most)


def test_edits_that_lie_over_each_other() -> None:
    file = SourceFile("krt.yml", "abc\ndef\n")
    edits = [Edit(Span(file, 1, 2, 2, 2), "x"), Edit(Span(file, 2, 2, 2, 3), ""), Edit(Span(file, 1, 1, 1, 1), "y")]
    assert mended(file, edits) == "yaxf\n"
    with pytest.raises(ValueError, match="lies over another"):
        mended(file, [*edits, Edit(Span(file, 2, 1, 2, 3), "")])
