"""Diagnostics as text: the line, a caret under the mistake, help; nothing that a terminal or a CI system would obey."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krtc.diagnostics import Code, Diagnostic, Related, Severity
from krtc.diagnostics.codes import UNKNOWN_NODE
from krtc.reporters.text import report
from krtc.source import SourceFile, Span
from krtc.visible import visible
from tests.unit.helpers import EXAMPLE, build


def diagnostic(
    text: str,
    place: tuple[int, int, int, int],
    *,
    severity: Severity = "error",
    message: str = "m",
    help: str | None = None,
    name: str = "krt.yml",
) -> Diagnostic:
    return Diagnostic(Code("KRT999", "slug", severity, "t"), Span(SourceFile(name, text), *place), message, help=help)


def shown(text: str, column: int, end: int, line: int = 1) -> list[str]:
    """The two lines with the source and the carets."""
    return report([diagnostic(text, (line, column, line, end))]).splitlines()[2:4]


def test_as_compilers_do_it() -> None:
    text = EXAMPLE.read_text().replace('"email-classificator.repairs"', '"email-clasificator.repairs"')
    lines = text.split("\n")
    (line,) = [number for number, content in enumerate(lines, 1) if "clasificator." in content]
    (meant,) = [number for number, content in enumerate(lines, 1) if "- name: email-classificator" in content]
    result = build(text, None)
    assert report(result.diagnostics) == (
        f"krt.yml:{line}:13: error[KRT101] unknown-node: `repairs-handler` subscribes to `email-clasificator`,"
        " and workflow `classificator` has no such node\n"
        "   |\n"
        f'{line} |           - "email-clasificator.repairs"\n'
        "   |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        f"   = krt.yml:{meant}:15: `email-classificator` is here\n"
        "   = help: did you mean `email-classificator`?\n"
        "1 error, 0 warnings\n"
    )


def test_the_flow_style_of_the_same() -> None:
    text = "\n" * 26 + '        subscriptions: ["email-clasificator.repairs"]\n'
    span = Span(SourceFile("krt.yml", text), 27, 25, 27, 53)
    said = Diagnostic(UNKNOWN_NODE, span, "no such node", help="did you mean `email-classificator`?")
    assert report([said]) == (
        "krt.yml:27:25: error[KRT101] unknown-node: no such node\n"
        "   |\n"
        '27 |         subscriptions: ["email-clasificator.repairs"]\n'
        "   |                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "   = help: did you mean `email-classificator`?\n"
        "1 error, 0 warnings\n"
    )


def test_nothing_to_say() -> None:
    assert report([]) == ""


@pytest.mark.parametrize(
    ("severities", "summary"),
    [
        (["error"], "1 error, 0 warnings"),
        (["warning"], "0 errors, 1 warning"),
        (["error", "warning", "error", "warning"], "2 errors, 2 warnings"),
        (["note"], "0 errors, 0 warnings, 1 note"),
        (["note", "note", "error"], "1 error, 0 warnings, 2 notes"),
    ],
)
def test_the_summary(severities: list[Severity], summary: str) -> None:
    text = report([diagnostic("a", (1, 1, 1, 2), severity=severity) for severity in severities])
    assert text.splitlines()[-1] == summary
    for severity in severities:
        assert f"krt.yml:1:1: {severity}[KRT999] slug: m\n" in text


def test_second_places() -> None:
    span = Span(SourceFile("krt.yml", "a: 1\na: 2\n"), 2, 1, 2, 2)
    first = Span(span.file, 1, 1, 1, 2)
    assert report([Diagnostic(UNKNOWN_NODE, span, "twice", related=[Related(first, "the first\x1b is here")])]) == (
        "krt.yml:2:1: error[KRT101] unknown-node: twice\n  |\n2 | a: 2\n  | ^\n"
        "  = krt.yml:1:1: the first\\u{1b} is here\n1 error, 0 warnings\n"
    )


@pytest.mark.parametrize(
    ("text", "column", "end", "source", "carets"),
    [
        ("name: etl", 7, 10, "1 | name: etl", "  |       ^^^"),
        ("name: etl", 1, 1, "1 | name: etl", "  | ^"),
        ("name:", 6, 6, "1 | name:", "  |      ^"),
        ("a:\tb", 4, 5, "1 | a: b", "  |    ^"),
        ("\t\ta: b", 6, 7, "1 |   a: b", "  |      ^"),
        ("é: ü", 4, 5, "1 | é: ü", "  |    ^"),
        ("漢字: x", 5, 6, "1 | 漢字: x", "  |       ^"),
        ("a: 漢字", 4, 6, "1 | a: 漢字", "  |    ^^^^"),
        ("e\u0301: x", 5, 6, "1 | e\u0301: x", "  |    ^"),
        ("ｆ: x", 4, 5, "1 | ｆ: x", "  |     ^"),
        ("a: b\r\nc: d", 4, 5, "1 | a: b", "  |    ^"),
        ("a: b  \n", 4, 5, "1 | a: b", "  |    ^"),
        ("\u202ea: b", 5, 6, "1 | \\u{202e}a: b", "  |            ^"),
        ("a: \u200bb", 4, 6, "1 | a: \\u{200b}b", "  |    ^^^^^^^^^"),
        ("a: \x1b[31m", 4, 9, "1 | a: \\u{1b}[31m", "  |    ^^^^^^^^^^"),
    ],
)
def test_the_caret_is_under_the_mistake(text: str, column: int, end: int, source: str, carets: str) -> None:
    assert shown(text, column, end) == [source, carets]


def test_a_mistake_of_several_lines_is_marked_to_the_end_of_the_first() -> None:
    assert report([diagnostic("a: [b,\n  c]\n", (1, 4, 2, 5))]).splitlines()[2:4] == ["1 | a: [b,", "  |    ^^^"]


def test_the_number_of_the_line_has_room() -> None:
    assert report([diagnostic("\n" * 1000 + "a", (1001, 1, 1001, 2))]).splitlines()[1:4] == [
        "     |",
        "1001 | a",
        "     | ^",
    ]


def test_a_line_that_is_not_there() -> None:
    assert report([diagnostic("a: [\n", (2, 1, 2, 2))]).splitlines()[2:4] == ["2 |", "  | ^"]
    assert report([diagnostic("", (1, 1, 1, 1))]) == "krt.yml:1:1: error[KRT999] slug: m\n1 error, 0 warnings\n"


@pytest.mark.parametrize("column", [1, 50, 61, 62, 100, 5_000, 99_990])
def test_a_very_long_line_is_cut_around_the_mistake(column: int) -> None:
    text = "x" * (column - 1) + "MARK" + "y" * (100_000 - column)
    source, carets = shown(text, column, column + 4)
    assert len(source) <= 4 + 160
    assert source[carets.index("^") :].startswith("MARK") and carets.endswith(" ^^^^")


def test_what_is_secret_is_shown_of_nothing() -> None:
    text = "a: b\nc: |\n  the\n  words\nd: e"

    def of(line: int, end: int, *, secret: bool) -> Diagnostic:
        code = Code("KRT999", "slug", "error", "t")
        return Diagnostic(code, Span(SourceFile("krt.yml", text), line, 1, end, 2), "m", help="h", secret=secret)

    told = report([of(2, 4, secret=True), *(of(line, line, secret=False) for line in (1, 2, 3, 4, 5))])
    assert told.startswith("krt.yml:2:1: error[KRT999] slug: m\n  = help: h\nkrt.yml:1:1: ")
    assert [line for line in told.splitlines() if "krt.yml" not in line and " | " in line and "^" not in line] == [
        "1 | a: b",
        "5 | d: e",
    ]


def test_a_line_that_fits_is_shown_whole() -> None:
    text = "x" * 149 + "MARK" + "y" * 7
    assert shown(text, 150, 154)[0] == f"1 | {text}"
    assert shown(text + "z", 150, 154)[0] == f"1 | {text[89:]}z"


def test_the_carets_end_with_what_is_shown() -> None:
    source, carets = shown("x" * 100_000, 1, 100_001)
    assert len(carets) == len(source) == 4 + 160


def test_colours() -> None:
    said = diagnostic("a: b", (1, 4, 1, 5), help="h")
    assert report([said], colour=True) == (
        "\x1b[1mkrt.yml:1:4\x1b[0m: \x1b[1;31merror[KRT999]\x1b[0m \x1b[1mslug: m\x1b[0m\n"
        "  \x1b[1;34m|\x1b[0m\n"
        "\x1b[1;34m1\x1b[0m \x1b[1;34m|\x1b[0m a: b\n"
        "  \x1b[1;34m|\x1b[0m    \x1b[1;31m^\x1b[0m\n"
        "  \x1b[1;34m=\x1b[0m \x1b[1mhelp\x1b[0m: h\n"
        "1 error, 0 warnings\n"
    )
    for severity, colour in (("warning", "\x1b[1;33m"), ("note", "\x1b[1;36m")):
        assert colour in report([diagnostic("a", (1, 1, 1, 2), severity=severity)], colour=True)  # type: ignore[arg-type]


HOSTILE = [
    "\x1b]0;x\x07",
    "\x9b31m",
    "\r",
    "\n::error::x",
    "\u202e",
    "\u2028",
    "\x00",
    "\x7f",
    "\u200b",
    "\ufeff",
    "\udcff",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_is_shown(text: str) -> None:
    said = diagnostic(f"a{text}b", (1, 1, 1, 2), message=f"`{text}`", help=text, name=f"k{text}.yml")
    for line in report([said]).splitlines():
        assert line.isprintable() and not line.startswith("::")
    assert visible(text).isascii() and "\n" not in visible(text)


@given(st.text(max_size=30), st.text(max_size=10), st.integers(1, 35), st.integers(0, 10))
def test_every_report_is_lines_of_what_can_be_printed(text: str, message: str, column: int, length: int) -> None:
    place = (1, column, 1, column + length)
    lines = report([diagnostic(text, place, message=message)]).split("\n")
    assert all(line.isprintable() for line in lines)
    assert len(lines) == (6 if text else 3)


def test_a_control_in_a_name_of_a_krt_yml_is_harmless() -> None:
    result = build('version: "a\\n::error::x"\nkrtVersion: "\\e[31m"\n', None)
    assert report(result.diagnostics).isprintable() is False  # it has lines
    assert all(line.isprintable() and not line.startswith("::") for line in report(result.diagnostics).splitlines())


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        ("a\nb\n", 1, "a"),
        ("a\nb\n", 2, "b"),
        ("a\nb\n", 3, ""),
        ("a\nb\n", 9, ""),
        ("", 1, ""),
        ("a\r\nb", 1, "a"),
        ("a\r\nb", 2, "b"),
    ],
)
def test_the_lines_of_a_file(text: str, number: int, expected: str) -> None:
    assert SourceFile("x", text).line(number) == expected
