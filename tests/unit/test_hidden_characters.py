"""Characters that people do not see: each is told, once for a line, wherever it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krtc.diagnostics import MOST_FINDINGS, Diagnostic
from tests.unit.helpers import SMALL, Object, changed, checked, ids, parse, stretch, text, told

HIDDEN = "\xad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064"
HIDDEN += "\u2065\u2066\u2067\u2068\u2069\U000e0000\U000e0001\U000e0020\U000e0041\U000e007f"
# Their neighbours in Unicode, which are seen, or are space.
SEEN = "\xac\xae\u061b\u061d\u180d\u180f\u200a\u2010\u202f\u205f\u206a\U000dffff\U000e0080 \xa0é漢𝒳\u0301"


def hidden(content: str) -> list[Diagnostic]:
    node, found = parse(content)
    assert node is not None and {d.code.id for d in found} <= {"KRT007"}
    return found


def places(found: list[Diagnostic]) -> list[tuple[int, int]]:
    return [(d.span.line, d.span.column) for d in found]


def name(character: str) -> str:
    return f"U+{ord(character):04X}"


@pytest.mark.parametrize("character", HIDDEN, ids=name)
class Test_each:
    def test_in_a_text(self, character: str) -> None:
        (said,) = hidden(f"a: b\nc: de{character}f\n")
        assert (said.code.id, said.severity, repr(said.span)) == ("KRT007", "warning", "krt.yml:2:6-2:7")
        assert said.message == (
            f"the character {name(character)} cannot be seen, and may make a text look like another one"
        )
        assert said.help == "remove it" and stretch(said.span) == character

    @pytest.mark.parametrize("escape", ["\\u{:04x}", "\\U{:08x}"])
    def test_behind_an_escape(self, character: str, escape: str) -> None:
        if ord(character) > 0xFFFF and escape[1] == "u":
            escape = "\\U{:08X}"
        written = f'"x{escape.format(ord(character))}y"'
        (said,) = hidden(f"a: b\nc: {written}\n")
        assert (said.code.id, stretch(said.span)) == ("KRT007", written)
        assert said.message.startswith(f"the character {name(character)} cannot be seen")

    def test_in_a_comment(self, character: str) -> None:
        assert places(hidden(f"a: b # c{character}d\n")) == [(1, 9)]
        assert places(hidden(f"# {character}\na: b\n")) == [(1, 3)]

    def test_in_a_block(self, character: str) -> None:
        assert places(hidden(f"a: |\n  b\n  c{character}d\n")) == [(3, 4)]

    def test_in_a_name_is_an_error_alone(self, character: str) -> None:
        for krt in (
            changed(SMALL, "version", to=f"v{character}1"),
            changed(SMALL, "workflows", 0, "nodes", 0, "name", to=f"e{character}tl"),
            changed(SMALL, "workflows", 0, "nodes", 0, "image", to=f"a/b{character}:1"),
        ):
            assert told_of(krt, character) == ["KRT013", "KRT013"]

    def test_in_a_path_and_a_sub_topic_is_told_once(self, character: str) -> None:
        for krt in (
            changed(SMALL, "workflows", 0, "nodes", 0, "src", to=f"src/x{character}.py"),
            changed(SMALL, "workflows", 0, "nodes", 0, "subscriptions", 0, to=f"etl.x{character}y"),
            changed(SMALL, "entrypoint", "proto", to=f"x{character}.proto"),
        ):
            # What is beyond the first plane no pattern of a JSON Schema can exclude for all readers.
            told = [id_ for id_ in told_of(krt, character) if id_ in ("KRT007", "KRT013")]
            assert told == ["KRT007" if character > "\uffff" else "KRT013"] * 2


def told_of(krt: Object, character: str) -> list[str]:
    """What is told of a character, as it is and behind an escape."""
    raw = text(krt)
    return [*ids(checked(raw, None)), *ids(checked(raw.replace(character, f"\\U{ord(character):08x}"), None))]


@pytest.mark.parametrize("character", SEEN, ids=name)
def test_what_is_seen_is_no_matter(character: str) -> None:
    assert hidden(f"a: x{character}y # x{character}y\n") == []
    assert hidden(f'a: "x\\U{ord(character):08x}y"\n') == []


class Test_joiners:
    @pytest.mark.parametrize("joined", ["👩‍🚀", "👨‍👩‍👧", "❤️‍🔥", "می‌خواهم", "क्‍ष", "é\u200dé"])
    def test_between_letters_of_other_scripts_and_emoji_are_part_of_them(self, joined: str) -> None:
        assert hidden(f"a: {joined} # {joined}\n") == []
        assert hidden('a: "{}"'.format("".join(f"\\U{ord(c):08x}" for c in joined))) == []

    @pytest.mark.parametrize("joiner", ["\u200c", "\u200d"])
    @pytest.mark.parametrize("around", ["a{}é", "é{}a", "a{}a", "é{} ", " {}é", '"{}é"', '"é{}"'])
    def test_beside_ascii_are_hidden(self, joiner: str, around: str) -> None:
        assert (
            len(hidden(f"k: x{around.format(joiner)}x\n" if '"' not in around else f"k: {around.format(joiner)}\n"))
            == 1
        )

    @pytest.mark.parametrize("joiner", ["\u200c", "\u200d"])
    def test_at_the_ends_of_a_line_are_hidden(self, joiner: str) -> None:
        assert places(hidden(f"a: b # é{joiner}\né: b\n")) == [(1, 9)]
        assert places(hidden(f"{joiner}é: b\n")) == [(1, 1)]


def test_one_of_each_line_is_told() -> None:
    found = hidden("a: x\u200by\u200bz # \u202e\nb: c\nd: '\u2066' # \u200b\n# \xad\r\n")
    assert places(found) == [(1, 5), (3, 5), (4, 3)]


def test_an_escape_on_a_line_that_is_told_is_not_told_again() -> None:
    assert places(hidden('a: "\u200b\\u200b"\nb: "\\u200b"\n')) == [(1, 5), (2, 4)]
    assert places(hidden('a: ["\\u200b", "\\u200b"]\n')) == [(1, 5)]
    assert places(hidden('a: "x\n  \\u200b"\nb: "\\u200b"\n')) == [(1, 4), (3, 4)]


def test_a_single_quote_has_no_escapes() -> None:
    assert hidden("a: '\\u200b'\n") == hidden("a: \\u200b\n") == []


def test_in_a_key() -> None:
    found = checked(changed(SMALL, "workflows", 0, "nodes", 0, "sr\u200bc", to="x"), None)
    assert ids(found) == ["KRT010"]


def test_beside_an_error_on_another_line_both_are_told() -> None:
    krt = changed(changed(SMALL, "description", to="a\u200bb"), "version", to="A")
    assert sorted(ids(checked(krt, None))) == ["KRT007", "KRT013"]


def test_in_an_empty_file() -> None:
    assert [(d.code.id, d.span.column) for d in checked("# \u200b\n", None)] == [("KRT012", 1), ("KRT007", 3)]


def test_in_settings() -> None:
    found = checked(SMALL, "runtime: demo # \u200b\n")
    assert [(d.span.file.name, d.code.id) for d in found] == [("runtime.yml", "KRT007")]


def test_it_may_be_ignored() -> None:
    krt = text(changed(SMALL, "description", to="a\u200bb")).replace('b",', 'b", # krtc: ignore[KRT007]')
    assert told(checked(krt, None)) == []


@pytest.mark.parametrize("line", ["# \u200b\n", '- "\\u200b"\n'], ids=["raw", "escaped"])
def test_many_lines_of_them(line: str) -> None:
    """As many as a file holds are not all told."""
    found = parse(f"- a\n{line * 2000}")[1]
    assert len(found) <= MOST_FINDINGS + 2


@given(st.text(st.sampled_from(HIDDEN + "aé👩-:# "), max_size=8))
def test_a_raw_text_and_its_escapes_are_told_alike(content: str) -> None:
    raw, escaped = hidden(f'a: "{content}"\n'), hidden('a: "{}"\n'.format("".join(f"\\U{ord(c):08x}" for c in content)))
    assert [d.message for d in raw] == [d.message for d in escaped]
