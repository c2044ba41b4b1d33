"""The YAML loader: every key and value with its place; nothing that readers read differently, nothing unbounded."""

import io
from itertools import pairwise
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from krtc.diagnostics import Diagnostic
from krtc.frontend import binder
from krtc.frontend import yaml as loader
from krtc.frontend.nodes import Mapping, Node, Scalar, Sequence
from tests.unit.helpers import parse, stretch

# Texts near everything that a YAML reader could take for a number, a date, a boolean, a tag, a comment, ...
near_scalars = st.one_of(
    st.text("0123456789+-._eExobTZ: nafiINFA~=<", max_size=8),
    st.sampled_from(
        ["no", "y", "on", "010", "0o17", "1e3", "12:30:45", "1_000", "2001-12-14", "null", "~", ".inf", "=", ""]
    ),
)
texts = st.one_of(
    near_scalars,
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12),
    st.text("ab:#-?,[]{}&*!|>'\"%@` \\é漢𝒳\n", max_size=12),
)
values = st.recursive(
    st.one_of(texts, st.integers(-(10**18), 10**18), st.booleans(), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(texts.filter(lambda t: t != "<<"), inner, max_size=4)
    ),
    max_leaves=12,
)
documents = st.dictionaries(texts.filter(lambda t: t != "<<"), values, min_size=1, max_size=4)


def scalars(node: Node) -> list[Scalar]:
    """Every key and value, in the order of the file."""
    if isinstance(node, Scalar):
        return [node]
    if isinstance(node, Sequence):
        return [found for item in node.items for found in scalars(item)]
    return [found for key, value in node.entries.values() for found in [key, *scalars(value)]]


def strings(node: Node) -> Any:
    """The data of nodes in which every scalar is text."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        return [strings(item) for item in node.items]
    return {key: strings(value) for key, (_, value) in node.entries.items()}


def refusal(text: str) -> Diagnostic:
    node, diagnostics = parse(text)
    assert node is None
    (diagnostic,) = diagnostics
    return diagnostic


class Test_positions:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("a: b\n", ["1:1-1:2 a", "1:4-1:5 b"]),
            ("a:\n  - b\n  - 'c d'\n", ["1:1-1:2 a", "2:5-2:6 b", "3:5-3:10 'c d'"]),
            ("é: [ü, 'ö']\n", ["1:1-1:2 é", "1:5-1:6 ü", "1:8-1:11 'ö'"]),
            ("𝒳: {y: 𝒵}\n", ["1:1-1:2 𝒳", "1:5-1:6 y", "1:8-1:9 𝒵"]),
            ("? a\n: b\n", ["1:3-1:4 a", "2:3-2:4 b"]),
            ("a: b\n  c\n", ["1:1-1:2 a", "1:4-2:4 b\n  c"]),
            ("a: |\n  b\n", ["1:1-1:2 a", "1:4-3:1 |\n  b\n"]),
            ("a:\nb: c\n", ["1:1-1:2 a", "1:3-1:3 ", "2:1-2:2 b", "2:4-2:5 c"]),
            ("a: b # c\r\nd: e\r\n", ["1:1-1:2 a", "1:4-1:5 b", "2:1-2:2 d", "2:4-2:5 e"]),
            ("\ta: b\n".replace("\t", "  "), ["1:3-1:4 a", "1:6-1:7 b"]),
        ],
    )
    def test_of_keys_and_values(self, text: str, expected: list[str]) -> None:
        node, diagnostics = parse(text)
        assert not diagnostics
        found = [(scalar.span, stretch(scalar.span)) for scalar in scalars(node)]
        assert [f"{s.line}:{s.column}-{s.end_line}:{s.end_column} {text}" for s, text in found] == expected

    def test_of_collections(self) -> None:
        node, _ = parse("a: {b: c} # x\nd: [e, f] # y\n")
        assert stretch(node.span) == "a: {b: c} # x\nd: [e, f] # y\n"
        assert [stretch(value.span) for _, value in node.entries.values()] == ["{b: c}", "[e, f]"]

    @settings(max_examples=60)
    @given(documents, st.sampled_from([None, True, False]), st.sampled_from([20, 80, 1000]), st.booleans())
    def test_the_text_of_a_span_is_its_scalar(
        self, data: Any, flow: bool | None, width: int, allow_unicode: bool
    ) -> None:
        text = yaml.dump(
            data, Dumper=yaml.CSafeDumper, default_flow_style=flow, width=width, allow_unicode=allow_unicode
        )
        node, diagnostics = parse(text)
        found = {d.code.id for d in diagnostics}
        assume(not found & {"KRT001", "KRT003"})  # escapes of controls, anchors
        assert found <= {"KRT007"}
        for scalar in scalars(node):
            assert yaml.load(f"--- {stretch(scalar.span)}\n", yaml.CBaseLoader) == scalar.text


class Test_the_same_data_as_other_readers:
    @given(documents, st.sampled_from([None, True, False]))
    def test_as_pyyaml(self, data: Any, flow: bool | None) -> None:
        text = yaml.dump(data, Dumper=yaml.CSafeDumper, default_flow_style=flow, sort_keys=False)
        node, diagnostics = parse(text)
        assume(not diagnostics)
        assert strings(node) == yaml.load(text, yaml.CBaseLoader)
        assert list(node.entries) == list(yaml.load(text, yaml.CBaseLoader))

    @given(texts)
    def test_a_quoted_text_is_itself(self, text: str) -> None:
        node, diagnostics = parse(yaml.dump({"k": text}, default_style='"', allow_unicode=True, width=10**6))
        assume(not diagnostics)
        assert strings(node) == {"k": text}

    @given(near_scalars)
    def test_a_plain_text_that_is_let_through_is_text_for_yaml_1_1_and_1_2(self, text: str) -> None:
        """The binder takes a plain scalar for text only when every reader does."""
        try:
            (read,) = yaml.load(f"[{text}]", yaml.CBaseLoader)
        except (yaml.YAMLError, ValueError, TypeError):
            assume(False)
        assume(read == text)
        if not binder._is_ambiguous(text):
            assert yaml.load(f"[{text}]", yaml.CSafeLoader) == [text]
            assert YAML(typ="safe", pure=True).load(f"[{text}]") == [text]

    @settings(max_examples=50)
    @given(documents)
    def test_as_ruamel(self, data: Any) -> None:
        stream = io.StringIO()
        YAML(typ="safe", pure=True).dump(data, stream)
        node, diagnostics = parse(stream.getvalue())
        assume(not diagnostics)
        assert strings(node) == yaml.load(stream.getvalue(), yaml.CBaseLoader)


@pytest.mark.parametrize(
    ("text", "code", "place", "message"),
    [
        pytest.param("a: &x b", "KRT003", "1:4", "an anchor (`&x`)", id="anchor"),
        pytest.param("a: &x [b]", "KRT003", "1:4", "an anchor (`&x`)", id="anchor of a list"),
        pytest.param("&x a: b", "KRT003", "1:1", "an anchor (`&x`)", id="anchor of a key"),
        pytest.param("a: *x", "KRT003", "1:4", "an alias", id="alias"),
        pytest.param("*x : a", "KRT003", "1:1", "an alias", id="alias as a key"),
        pytest.param("a: 1\n<<: {b: c}", "KRT003", "2:1", "a merge key", id="merge key"),
        pytest.param("a: !!str b", "KRT003", "1:4", "a tag (`!!str`)", id="tag"),
        pytest.param("a: ! b", "KRT003", "1:4", "a tag (`!`)", id="non-specific tag"),
        pytest.param("a: !!map {b: c}", "KRT003", "1:4", "a tag", id="tag of a mapping"),
        pytest.param("!!python/object/apply:os.system [x]", "KRT003", "1:1", "a tag", id="python tag"),
        pytest.param("%YAML 1.1\n---\na: b", "KRT003", "1:1", "a directive", id="YAML directive"),
        pytest.param("%TAG ! tag:x,1:\n---\na: b", "KRT003", "1:1", "a directive", id="TAG directive"),
        pytest.param("%X y\n---\na: b", "KRT002", "1:3", "unknown directive", id="unknown directive"),
        pytest.param("a: b\n---\nc: d", "KRT003", "2:1", "a second document", id="second document"),
        pytest.param("[a]: b", "KRT003", "1:1", "a key that is not text", id="list as a key"),
        pytest.param("{{ x }}: b", "KRT003", "1:1", "a key that is not text", id="template"),
        pytest.param("? {a: b}\n: c", "KRT003", "1:3", "a key that is not text", id="mapping as a key"),
        pytest.param("a: b: c", "KRT002", "1:5", "mapping values are not allowed", id="two values"),
        pytest.param("\ta: b", "KRT002", "1:1", "cannot start any token", id="tab"),
        pytest.param("a: @b", "KRT002", "1:4", "cannot start any token", id="reserved"),
        pytest.param("a: 'b", "KRT002", "1:4", "unexpected end of stream", id="open quote"),
        pytest.param("a:\n  - b\n c: d", "KRT002", "3:2", "did not find expected key", id="indentation"),
        pytest.param('a: "\\ud800"', "KRT002", "1:7", "invalid Unicode character escape", id="lone surrogate"),
        pytest.param('a: "\\U00110000"', "KRT002", "1:7", "invalid Unicode character escape", id="no code point"),
        pytest.param('a: "\\q"', "KRT002", "1:5", "unknown escape", id="unknown escape"),
    ],
)
def test_what_krt_has_no_use_for_is_refused(text: str, code: str, place: str, message: str) -> None:
    said = refusal(text)
    assert (said.code.id, f"{said.span.line}:{said.span.column}") == (code, place)
    assert message in said.message


def test_where_what_is_broken_begins() -> None:
    said = refusal("a:\n  - {b: c\nd: e\n")
    (begin,) = said.related
    assert (said.code.id, said.span.line, begin.message) == ("KRT002", 3, "it begins here")
    assert stretch(begin.span) == "{"


@pytest.mark.parametrize("second", ["a", '"a"', "'a'", "? a\n", '"\\x61"'])
def test_a_key_that_stands_twice(second: str) -> None:
    node, (said,) = parse(f"b: 0\na: 1\n{second}: 2\n")
    assert said.code.id == "KRT005"
    assert (said.span.line, said.related[0].span.line) == (3, 2)
    assert stretch(said.related[0].span) == "a"
    assert node.entries["a"][1].text == "1"


def test_every_second_key_is_told() -> None:
    _, diagnostics = parse("a: 1\na: 2\nb: {c: 1, c: 2}\na: 3\n")
    assert [(d.span.line, d.span.column) for d in diagnostics] == [(2, 1), (3, 11), (4, 1)]


class Test_bounds:
    """Each as large as it may be, and one more."""

    @pytest.mark.parametrize(
        ("make", "most"),
        [
            pytest.param(lambda n: "[" * n + "]" * n, 64, id="depth of lists"),
            pytest.param(lambda n: "{a: " * n + "}" * n, 64, id="depth of mappings"),
            pytest.param(lambda n: "- " * (n - 1) + "- a", 64, id="depth of block lists"),
            pytest.param(lambda n: f"{'k' * n}: v", 256, id="key"),
            pytest.param(lambda n: f"k: '{'v' * n}'", 256 << 10, id="scalar"),
            pytest.param(lambda n: "[" + "0," * (n - 1) + "]", 100_000, id="values"),
        ],
    )
    def test_of_a_document(self, make: Any, most: int) -> None:
        node, diagnostics = parse(make(most))
        assert node is not None and not diagnostics
        assert refusal(make(most + 1)).code.id == "KRT004"

    def test_of_a_file(self) -> None:
        for size, found in ((1 << 20, []), ((1 << 20) + 1, ["KRT004"])):
            file, diagnostics = loader.decode("krt.yml", b"#" * size)
            assert [d.code.id for d in diagnostics] == found
            assert len(file.text) == (0 if found else size)

    @pytest.mark.parametrize(
        ("text", "code", "column"),
        [
            ("[" * 500_000, "KRT004", 65),
            ("{a: " * 250_000, "KRT004", 257),
            ("- " * 500_000, "KRT004", 129),
            ("? " * 500_000, "KRT003", 3),
            ("a" * (1 << 20), "KRT004", 1),
            ("{" * 500_000, "KRT003", 2),
            ("&a [" * 200_000, "KRT003", 1),
            ("'" + "a" * 1_000_000, "KRT002", 1),
        ],
        ids=["lists", "mappings", "block lists", "block mappings", "scalar", "keys", "anchors", "open quote"],
    )
    def test_of_hostile_documents(self, text: str, code: str, column: int) -> None:
        said = refusal(text)
        assert (said.code.id, said.span.line, said.span.column) == (code, 1, column)

    @pytest.mark.parametrize(
        "bomb",
        [
            "a: &a [x,x,x,x,x,x,x,x,x]\n"
            + "".join(f"{n}: &{n} [{','.join(f'*{m}' for _ in range(9))}]\n" for m, n in pairwise("abcdefghi")),
            "a: &a {x: 1}\n" + "".join(f"k{n}: {{<<: [*a, *a], y: 2}}\n" for n in range(1000)),
            "&a [*a, *a]",
            "*a",
        ],
        ids=["aliases", "merges", "itself", "nothing"],
    )
    def test_a_bomb_is_refused_where_it_begins(self, bomb: str) -> None:
        said = refusal(bomb)
        assert (said.code.id, said.span.line) == ("KRT003", 1)

    def test_a_report_of_a_long_value_is_short(self) -> None:
        said = refusal("k: " + "v" * 300_000)
        assert len(said.message) < 100


class Test_encodings:
    @pytest.mark.parametrize(
        ("data", "place", "message"),
        [
            ("a: é".encode("latin-1"), (1, 4), "byte 0xe9 here"),
            (b"a: b\nc: \xff", (2, 4), "byte 0xff here"),
            (b"\xef\xbb\xbfa: \xff", (1, 4), "byte 0xff here"),
            (b"\xc3\xa9: \xc3", (1, 4), "byte 0xc3 here"),
            (b"a: \xed\xa0\x80", (1, 4), "byte 0xed here"),  # a lone surrogate
            (b"a: \xc0\x80", (1, 4), "byte 0xc0 here"),  # NUL, overlong
            (b"a: \xf4\x90\x80\x80", (1, 4), "byte 0xf4 here"),  # beyond Unicode
            ("a: b".encode("utf-16"), (1, 1), "UTF-16"),
            (b"\xfe\xff" + "a: b".encode("utf-16-be"), (1, 1), "UTF-16"),
        ],
    )
    def test_not_utf_8(self, data: bytes, place: tuple[int, int], message: str) -> None:
        file, (said,) = loader.decode("krt.yml", data)
        assert (said.code.id, (said.span.line, said.span.column)) == ("KRT001", place)
        assert message in said.message
        assert file.text.encode() == data.removeprefix(b"\xef\xbb\xbf")[: len(file.text.encode())]

    def test_utf_16_without_a_mark(self) -> None:
        file, diagnostics = loader.decode("krt.yml", "a: b".encode("utf-16-le"))
        assert not diagnostics
        assert loader.parse(file)[1][0].message.startswith("the control character U+0000")

    def test_a_byte_order_mark_is_no_part_of_the_text(self) -> None:
        file, diagnostics = loader.decode("krt.yml", b"\xef\xbb\xbfa: b\n")
        assert (file.text, diagnostics) == ("a: b\n", [])

    @pytest.mark.parametrize(
        "character",
        [*map(chr, [*range(9), 11, 12, *range(14, 32), *range(0x7F, 0xA0)]), *"\u2028\u2029\ufeff\ufffe\uffff"],
        ids=lambda c: f"U+{ord(c):04X}",
    )
    def test_a_control_is_refused_where_it_stands(self, character: str) -> None:
        for text, place in (
            (f"a: b\né: c{character}d\n", (2, 5)),
            (f"{character}a: b", (1, 1)),
            (f"a: '{character}'", (1, 5)),
        ):
            said = refusal(text)
            assert (said.code.id, (said.span.line, said.span.column)) == ("KRT001", place)
            assert f"U+{ord(character):04X}" in said.message

    def test_a_carriage_return_is_the_end_of_a_line_only_before_a_line_feed(self) -> None:
        assert strings(parse("a: b\r\nc: d\r\n")[0]) == {"a": "b", "c": "d"}
        said = refusal("a: b\r\nc: d\re: f\n")
        assert (said.code.id, said.span.line, said.span.column) == ("KRT001", 2, 5)

    @pytest.mark.parametrize("escape", ["\\0", "\\a", "\\e", "\\N", "\\x7f", "\\x1b", "\\u0080", "\\U0000009F"])
    def test_an_escape_brings_no_control(self, escape: str) -> None:
        said = refusal(f'a: b\nc: "d{escape}"\n')
        assert (said.message, said.help) == ("an escape that stands for a control character", "remove it")
        assert (said.code.id, said.span.line, said.span.column) == ("KRT001", 2, 4)

    @pytest.mark.parametrize(
        ("written", "text", "codes"),
        [
            ('"\\t\\n\\r"', "\t\n\r", []),
            ('"\\L\\P\\_"', "\u2028\u2029\xa0", []),
            ('"\\u202e"', "\u202e", ["KRT007"]),
            ("\u202e", "\u202e", ["KRT007"]),
        ],
    )
    def test_what_is_no_control_stays(self, written: str, text: str, codes: list[str]) -> None:
        node, diagnostics = parse(f"a: {written}")
        assert [d.code.id for d in diagnostics] == codes
        assert strings(node) == {"a": text}


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "\n\n  # x\n"])
def test_an_empty_file_is_nothing(text: str) -> None:
    assert parse(text) == (None, [])


@pytest.mark.parametrize(("text", "plain"), [("a", True), ("'a'", False), ('"a"', False), ("|\n a", False), ("", True)])
def test_whether_a_scalar_stands_without_quotes(text: str, plain: bool) -> None:
    node, _ = parse(f"k: {text}\n")
    assert isinstance(node, Mapping)
    value = node.entries["k"][1]
    assert isinstance(value, Scalar) and value.plain is plain


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_no_text_makes_it_raise(text: str) -> None:
    node, diagnostics = parse(text)
    assert node is None or {d.code.id for d in diagnostics} <= {"KRT005", "KRT007"}


@given(st.binary(max_size=40))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    file, diagnostics = loader.decode("krt.yml", data)
    if not diagnostics:
        loader.parse(file)
