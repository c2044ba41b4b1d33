"""Whatever is typed, and wherever the cursor is: every question has an answer, inside of the text."""

from hypothesis import given, settings
from hypothesis import strategies as st

from krtc.lsp import completion, folding, hover, references, rename, symbols, tree
from tests.unit.helpers import EXAMPLE
from tests.unit.test_lsp.examples import KRT, RPCS, RUNTIME, shapes

TYPED = EXAMPLE.read_text(encoding="utf-8")
# What keeps a text from being YAML, or makes another one of it.
STRANGE = st.sampled_from([*"\"'[]{}:,-#&*!|>%@`?\t\r\n. \\", "\ufeff", "\x00", "\u2028", "😀", "- ", ": ", "..."])


def ask(text: str, offset: int, language: str = "krt-v2") -> None:
    """Every question at once."""

    def inside(start: int, end: int) -> None:
        assert 0 <= start <= end <= len(text)

    for item in completion.complete(text, offset, shapes(language), lambda: RPCS):
        inside(item.start, item.end)
        assert item.start <= offset <= item.end and "\n" not in text[item.start : item.end]
    found = hover.hover(text, offset, shapes(language), None)
    if found:
        inside(*found[1:])
    for stretch in (
        *references.definition(text, offset),
        *references.references(text, offset, with_definition=True),
        *folding.stretches(text),
    ):
        inside(*stretch)
    references.rpc(text, offset)
    todo = symbols.outline(text)
    for symbol in todo:
        inside(*symbol.stretch)
        assert symbol.name and symbol.stretch[0] <= symbol.named[0] <= symbol.named[1] <= symbol.stretch[1]
        todo += symbol.children
    try:
        for start, end, new in rename.edits(text, offset, "renamed", shapes()):
            inside(start, end)
            assert "renamed" in new
    except rename.Refused:
        pass


def test_each_keystroke_of_the_example() -> None:
    for length in range(len(TYPED) + 1):
        ask(TYPED[:length], length)


def test_each_keystroke_within_the_rest_of_it() -> None:
    """What is typed stands before what is there already."""
    start, end = TYPED.index("      - name: stats-storer"), TYPED.index("      - name: exitpoint")
    for length in range(end - start):
        ask(TYPED[: start + length] + TYPED[end:], start + length)


def test_the_outline_outlasts_a_broken_line() -> None:
    def count(text: str) -> int:
        (top,) = symbols.outline(text)
        return sum(1 + len(workflow.children) for workflow in top.children)

    assert count(KRT) == 6
    for broken in ("        src: src/etl.py\n", '          - "etl.odd"\n', "    exitpoint: etl\n"):
        for half in ("        sr\n", '        src: "\n', "        [a, b\n", "\t\n", "        *x\n"):
            assert count(KRT.replace(broken, half)) == 6, (broken, half)


@settings(max_examples=100)
@given(st.data())
def test_any_cursor_in_any_text(data: st.DataObject) -> None:
    text, language = data.draw(st.sampled_from([(KRT, "krt-v2"), (RUNTIME, "runtime"), (TYPED, "krt-v2")]))
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(at, min(len(text), at + 30)))
        text = text[:at] + data.draw(STRANGE) + text[end:]
    ask(text, data.draw(st.integers(0, len(text))), language)


@given(st.text(st.sampled_from("a: -[]{}\"'#\n|>&*!?,."), max_size=25), st.data())
def test_any_cursor_in_a_few_characters(text: str, data: st.DataObject) -> None:
    ask(text, data.draw(st.integers(0, len(text))))


def test_offsets_stay_where_lines_are_left_out() -> None:
    text = KRT.replace("    exitpoint: out\n", "    exitpoint 'out\n")
    root = tree.read(text)
    at = tree.at(root, text.index("odd-mails"))
    assert tree.whole(text) is None and at is not None
    assert at.scalar.text == "odd-mails" and at.path == ("workflows", 0, "nodes", 1, "name")


def test_a_large_text_is_read_but_not_for_long() -> None:
    line = "# " + "x" * 1000 + "\n"
    assert tree.read(line * 300 + KRT + "a\n") is not None
    assert tree.read(line * 300 + KRT + "a\nb: [\nc: [\n") is None
    assert tree.read(line * 2000 + KRT) is None


def test_a_text_that_is_too_broken_has_no_tree() -> None:
    assert tree.read("a: [\n" * 20) is None
    ask("a: [\n" * 20, 50)
