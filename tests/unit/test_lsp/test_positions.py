"""Places as editors count them: lines and units of an encoding, for whatever text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krtc.lsp.positions import Positions
from krtc.source import SourceFile, Span

ENCODINGS = ("utf-8", "utf-16", "utf-32")
# Characters of one to four bytes, lone surrogates, and what some take for ends of lines.
TEXTS = st.text(st.sampled_from("ab:é€😀\ud800\u2028\x0c\x85\r\n"), max_size=30)
UNITS = {"utf-8": 1, "utf-16": 2, "utf-32": 4}


@pytest.mark.parametrize(("encoding", "character"), [("utf-8", 7), ("utf-16", 4), ("utf-32", 3)])
def test_units(encoding: str, character: int) -> None:
    positions = Positions("x\né😀b", encoding)
    assert positions.position(2 + 3) == (1, character)
    assert positions.offset(1, character) == 5


def test_inside_of_a_character_is_its_beginning() -> None:
    assert [Positions("a😀b").offset(0, character) for character in range(6)] == [0, 1, 1, 2, 3, 3]


@given(TEXTS, st.sampled_from(ENCODINGS))
def test_every_character_and_back(text: str, encoding: str) -> None:
    positions = Positions(text, encoding)
    for offset in range(len(text) + 1):
        line, character = positions.position(offset)
        before = re.split("\r\n|\n|\r", text[:offset])
        if text[offset - 1 : offset + 1] != "\r\n":  # between the two there is no place
            assert line == len(before) - 1
            named = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}[encoding]
            assert character == len(before[-1].encode(named, "surrogatepass")) // UNITS[encoding]
            assert positions.offset(line, character) == offset


@given(TEXTS, st.integers(0, 40), st.integers(0, 40), st.sampled_from(ENCODINGS))
def test_any_place_is_in_the_text(text: str, line: int, character: int, encoding: str) -> None:
    assert 0 <= Positions(text, encoding).offset(line, character) <= len(text)


@given(TEXTS, st.data())
def test_spans_of_the_compiler(text: str, data: st.DataObject) -> None:
    file, positions = SourceFile("", text), Positions(text)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    span = Span(file, *file.place(start), *file.place(end))
    assert positions.of(span) == positions.range(start, end)


def test_a_byte_order_mark_is_not_counted_by_the_compiler() -> None:
    positions = Positions("\ufeffab\ncd")
    assert positions.position(0) == (0, 1) and positions.offset(0, 1) == 0 and positions.offset(0, 0) == 0
    assert positions.position(3) == (1, 0) and positions.offset(1, 1) == 4
    assert positions.of(Span(SourceFile("", "ab\ncd"), 1, 2, 2, 2)) == ((0, 2), (1, 1))
    assert positions.of(Span(SourceFile("", ""), 9, 1, 9, 1)) == ((1, 0), (1, 0))
