"""Fix: what mends a diagnostic without a person's judgement, as edits of the text that was judged.

The functions make the fixes that rules declare. What cannot be done by changing a few characters of a line, with its
quotes and comments left as they are, is no fix. Rules import them where something is wrong: a clean file pays nothing.
"""

import re

from krtc.diagnostics.nearest import meant
from krtc.source import Span, spliced

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from krtc.source import SourceFile

_MOST_RIVALS = 20
# What no reader of YAML takes for anything but text, in a flow collection too.
_PLAIN = r"(?!(?:y|n|yes|no|on|off|true|false|null)\Z)[A-Za-z_][\w./-]*"


class Edit:
    """The `text` that takes the place of a stretch of a file: an empty one deletes it, at an empty one it is put in."""

    __slots__ = ("span", "text")

    def __init__(self, span: "Span", text: str) -> None:
        self.span = span
        self.text = text


class Fix:
    """Edits of the file of the diagnostic, none over another, and a `title` that says what they do, as a command."""

    __slots__ = ("edits", "title")

    def __init__(self, title: str, edits: "Sequence[Edit]") -> None:
        self.title = title
        self.edits = edits


def mended(file: "SourceFile", edits: "Iterable[Edit]") -> str:
    """The text of a file with the edits made; ValueError where one lies over another."""
    at = file.offset
    return spliced(
        file.text,
        ((at(e.span.line, e.span.column), at(e.span.end_line, e.span.end_column), e.text) for e in edits),
    )


def respelt(name: str, valid: "Collection[str]", *places: Span, taken: "Collection[str]" = ()) -> Fix | None:
    """Writes in place of a name the one of `valid` that is meant; None where that is in doubt.

    It is where one of the names `taken`, those beside this one, is it already or may be meant for it as well. At each
    of the places stands a scalar that begins with the name; its quotes, and what follows the name, stay.
    """
    new = meant(name, valid)
    if new is None or new in taken:
        return None
    known = {*valid, name}
    rivals = [other for other in taken if other not in known]
    if len(rivals) > _MOST_RIVALS or any(meant(other, [new]) for other in rivals):
        return None
    edits = [_respelt(place, name, new) for place in places]
    return Fix(f"write `{new}`", [edit for edit in edits if edit]) if all(edits) else None


def _respelt(place: Span, name: str, new: str) -> Edit | None:
    written = _written(place)
    quote = written[0] if written and written[0] in "\"'" else ""
    if written is None or not written.startswith(name, len(quote)):  # it has several lines, or escapes
        return None
    if not quote and not _is_plain(new):
        return Edit(place, f'"{new}{written.removeprefix(name)}"')
    column = place.column + len(quote)
    return Edit(Span(place.file, place.line, column, place.line, column + len(name)), new)


def quoted(place: Span, text: str) -> Fix | None:
    """Puts the text that stands there without quotes into quotes."""
    if _written(place) != text:
        return None
    new = f'"{text}"' if '"' not in text and "\\" not in text else "'" + text.replace("'", "''") + "'"
    return Fix(f"quote it: {new}", [Edit(place, new)])


def rewritten(place: Span, new: str, title: str) -> Fix | None:
    """Writes something else in place of what stands in one line."""
    return None if _written(place) is None else Fix(title, [Edit(place, new)])


def listed(place: Span) -> Fix | None:
    """Makes a list of what stands in one line."""
    written = _written(place)
    return None if written is None else Fix(f"write `[{written}]`", [Edit(place, f"[{written}]")])


def removed(item: Span, before: Span) -> Fix | None:
    """Takes an item out of its list; `before` is the item before it.

    None where its line has more than the item: what people wrote beside it may be of it.
    """
    file, number = item.file, item.line
    if _written(item) is None:
        return None
    line = file.line(number)
    left, right = line[: item.column - 1].rstrip(" \t"), line[item.end_column - 1 :].strip(" \t")
    edits = None
    if left.endswith(","):
        edits = [Edit(Span(file, number, len(left), number, item.end_column), "")]
    elif (left.strip(" \t") == "-" and not right) or (not left and right == ","):
        edits = [_without_line(item)]
    elif not left and right[:1] == "," and (behind := right[1:].lstrip(" \t"))[0] != "#":
        edits = [Edit(Span(file, number, item.column, number, len(line.rstrip(" \t")) - len(behind) + 1), "")]
    elif not left and (not right or right[0] == "]") and (comma := _comma(before)):
        edits = [comma, Edit(item, "") if right else _without_line(item)]
    return Fix("remove it", edits) if edits else None


def _comma(before: Span) -> Edit | None:
    """What takes away the comma right behind an item."""
    rest = before.file.line(before.end_line)[before.end_column - 1 :]
    column = before.end_column + len(rest) - len(rest.lstrip(" \t"))
    is_there = rest.lstrip(" \t").startswith(",")
    return Edit(Span(before.file, before.end_line, column, before.end_line, column + 1), "") if is_there else None


def unsaid(code: Span) -> Fix:
    """Takes a code out of the comment that silences it, and with the last code the comment."""
    file, number = code.file, code.line
    line = file.line(number)
    begin, end = code.column - 1, code.end_column - 1
    sign = max(line.rfind("#", 0, begin), line.rfind("//", 0, begin))  # nothing but `krtc: ignore[` is behind it
    if "," not in line[sign:]:
        at = len(line[:sign].rstrip(" \t"))
        edit = Edit(Span(file, number, at + 1, number, len(line) + 1), "") if at else _without_line(code)
        return Fix("remove the comment", [edit])
    before, behind = line[:begin].rstrip(" \t"), line[end:].lstrip(" \t")
    if before.endswith(","):
        begin = len(before) - 1
    else:
        end = len(line) - len(behind[1:].lstrip(" \t"))
    return Fix("remove the code", [Edit(Span(file, number, begin + 1, number, end + 1), "")])


def _without_line(place: Span) -> Edit:
    """What takes away the line of a place, and the line feed at its end, or in a last line the one before it."""
    file, number = place.file, place.line
    if number < len(file.lines):
        return Edit(Span(file, number, 1, number + 1, 1), "")
    before = file.line(number - 1) if number > 1 else ""
    return Edit(Span(file, max(1, number - 1), len(before) + 1, number, len(file.lines[-1]) + 1), "")


def _written(place: Span) -> str | None:
    """What stands in a stretch of one line, as it is written; None for one of several lines."""
    if place.line != place.end_line:
        return None
    return place.file.line(place.line)[place.column - 1 : place.end_column - 1]


def _is_plain(text: str) -> bool:
    return re.fullmatch(_PLAIN, text, re.ASCII | re.IGNORECASE) is not None
