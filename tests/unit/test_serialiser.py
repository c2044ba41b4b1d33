"""The YAML serialiser: what it writes is read back alike by YAML 1.1 and 1.2, and holds no Helm action."""

import io
import re
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from krtc.backends.yaml import block, dump, dump_items, header, quoted, scalar

_TRAPS = (
    "y|n|yes|no|on|off|true|false|null|Y|NO|True|FALSE|Null|~||=|<<|.inf|-.inf|.nan|.NaN|0|-1|+1|1.5|010|0o17|0x1F|0b1"
    "|1e3|1_000|12:30:45|2001-12-14|2001-12-14T21:59:43Z|- a|-|--|---|...|?|? a|:|: a|a: b|a:|a #b|#|!x|!!str|&a|*a|@a"
    "|`a`|%a|{|}|{}|[]|[a]|{{|}}|{{{|{{{{|}}}|{{ .Values.x }}|{{- fail -}}|[[ x ]]|'|''|\"|\"\"|\\|\\n|\\x41|,|a,|>|>-"
    "| a|a | |  |\ta|a\t|é|漢|\U0001f99c|e\u0301|\u202e|\u200b|\u2028|\u2029|\ufeff|\xa0|\xad|\x00|\x07|\x1b|\r|a\rb"
    "|null: x|a/b|a.b|a-b|_a|a_|/a|.a|-a"
)
TRAPS = _TRAPS.split("|")
texts = st.one_of(
    st.sampled_from(TRAPS),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=10),
    st.lists(st.sampled_from([*TRAPS, "\n", "\n\n", "a\n", " ", "{", "}"]), max_size=5).map("".join),
)
keys = texts.filter(lambda text: len(text) < 100)
values = st.recursive(
    st.one_of(texts, st.integers(), st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4)),
    max_leaves=12,
)


def read_by_pyyaml(text: str) -> Any:
    return yaml.load(text, yaml.CSafeLoader)


def read_by_ruamel(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


@pytest.mark.parametrize("read", [read_by_pyyaml, read_by_ruamel])
@pytest.mark.parametrize("text", TRAPS)
def test_a_trap_is_read_back(text: str, read: Any) -> None:
    assert read(dump({"k": text, text: ["x", text, {text: text}]})) == {"k": text, text: ["x", text, {text: text}]}


@settings(max_examples=60)
@given(st.dictionaries(keys, values, min_size=1, max_size=4))
@example({"k": "a\n b\n"})
@example({"k": "a\n\tb\n\n"})
@example({"k": "\n"})
@example({"k": "# a\n---\n...\n"})
def test_what_is_written_is_read_back(data: dict[str, Any]) -> None:
    text = dump(data)
    assert read_by_pyyaml(text) == data
    assert list(read_by_pyyaml(text)) == list(data)
    assert read_by_ruamel(text) == data
    assert "{{" not in text.replace("{}", "") and "}}" not in text.replace("{}", "")
    assert text.endswith("\n") and "\r" not in text
    assert all(line.isprintable() for line in text.replace("\t", "").split("\n"))


@settings(max_examples=30)
@given(st.lists(values, min_size=1, max_size=4))
def test_a_list_is_read_back(data: list[Any]) -> None:
    assert read_by_pyyaml(dump_items(data)) == data
    assert read_by_ruamel(dump_items(data)) == data


@given(texts)
def test_a_scalar_is_one_line(text: str) -> None:
    for written in (scalar(text), quoted(text)):
        assert "\n" not in written and "{{" not in written and "}}" not in written
        assert read_by_pyyaml(f"- {written}") == [text]


@given(texts)
def test_plain_is_what_every_reader_takes_for_text(text: str) -> None:
    if not scalar(text).startswith('"'):
        assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.\-/]*", text)
        assert text.lower() not in ("y", "n", "yes", "no", "on", "off", "true", "false", "null")


@given(texts)
@example("a\nb\n")
@example("a\nb")
@example("a\n\nb\n")
def test_a_block_is_read_back_or_there_is_none(text: str) -> None:
    written = block(text, "    ")
    if written is None:
        return
    assert "\n" in text and "{{" not in text
    assert read_by_pyyaml(f"k:\n  l: {written}\n  m: n\n") == {"k": {"l": text, "m": "n"}}
    assert read_by_ruamel(f"k:\n  l: {written}\n  m: n\n") == {"k": {"l": text, "m": "n"}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\nb\n", "|\n  a\n  b"),
        ("a\nb", "|-\n  a\n  b"),
        ("a\n\n  b\n", "|\n  a\n\n    b"),
        ("a\n\tb\n", "|\n  a\n  \tb"),
        ("a", None),
        ("", None),
        ("a\n\n", None),
        ("a\nb\t", None),
        ("a\nb \n", None),
        (" a\nb\n", None),
        ("\na\n", None),
        ("\n", None),
        ("a\n \nb\n", None),
        ("a\n{{ b }}\n", None),
        ("a\n}}\n", None),
        ("a\r\nb\r\n", None),
        ("a\x00\nb", None),
        ("a\u2028\nb", None),
    ],
)
def test_blocks(text: str, expected: str | None) -> None:
    assert block(text, "  ") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("kre-nats", "kre-nats"),
        ("apps/v1", "apps/v1"),
        ("No", '"No"'),
        ("1a", '"1a"'),
        ("", '""'),
        ("a b", '"a b"'),
        ('a"b\\', '"a\\"b\\\\"'),
        ("a\nb\tc\rd", '"a\\nb\\tc\\rd"'),
        ("é漢", '"é漢"'),
        ("\x7f\u202e\U000e0001", '"\\x7f\\u202e\\U000e0001"'),
        ("{{ x }}", '"{\\x7b x }\\x7d"'),
        ("{{{", '"{\\x7b{"'),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-5, "-5"),
    ],
)
def test_scalars(value: Any, expected: str) -> None:
    assert scalar(value) == expected


def test_a_document() -> None:
    environment = [{"name": "A", "value": ""}]
    assert dump(
        {
            "a": {"b": 1, "c": {}, "d": [], "e": "x\ny\n"},
            "list": ["x", {"k": "v", "m": {"o": True}}, {}, {"l": ["z"]}],
            "once": environment,
            "again": {"deeper": environment},
        }
    ) == (
        "a:\n  b: 1\n  c: {}\n  d: []\n  e: |\n    x\n    y\n"
        "list:\n  - x\n  - k: v\n    m:\n      o: true\n  - {}\n  - l:\n      - z\n"
        'once:\n  - name: A\n    value: ""\n'
        'again:\n  deeper:\n    - name: A\n      value: ""\n'
    )


def test_items() -> None:
    assert (
        dump_items([{"op": "replace", "value": ["a"]}, "no", []]) == '- op: replace\n  value:\n    - a\n- "no"\n- []\n'
    )


def test_a_header_is_a_comment_whatever_the_name_of_the_file() -> None:
    assert header("krt.yml") == "# Made by krtc from krt.yml. Do not edit: change that file and compile again.\n"
    for name in ("a\nb: c", "\u2028", "{{ x }}", "\udcff"):
        line = header(name)
        assert line.count("\n") == 1 and line.isascii() and "{{" not in line
        assert read_by_pyyaml(io.StringIO(line).read()) is None
