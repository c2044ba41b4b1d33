"""`krtc check --fix` and `--diff`: exactly the mended diagnostics less, and every other character as it stood."""

import io
import json
import os
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from krtc import pages
from krtc.cli import main
from krtc.diagnostics.codes import CODES
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
    status: started
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
        assert main(["check", ".", "--diff"]) in (0, 2)

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
