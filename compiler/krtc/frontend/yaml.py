"""YAML text to positioned nodes, over PyYAML's C parser: its events only, so that nothing is guessed or executed.

What KRT has no use for (anchors, aliases, merge keys, tags, directives, several documents) is refused: readers differ
in it, and hostile files live on it. Sizes are bounded, and nothing here recurses.
"""

import re
from itertools import islice

try:
    from yaml._yaml import CParser
except ModuleNotFoundError as error:
    message = "krtc needs PyYAML with its C extension, and this one is without: install a wheel of it, or libyaml first"
    raise ImportError(message, name="yaml._yaml") from error
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from krtc.diagnostics import MOST_FINDINGS, Code, Diagnostic, Related
from krtc.diagnostics.codes import DUPLICATE_KEY, ENCODING, HIDDEN_CHARACTER, SYNTAX, TOO_LARGE, YAML_FEATURE
from krtc.frontend.nodes import Mapping, Node, Scalar, Sequence, span
from krtc.source import SourceFile, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

# Far above what a version of hundreds of nodes needs, far below what hurts.
LARGEST_FILE = 1 << 20
DEEPEST = 64
_WRITE_OUT = "write the value out; when it is text, quote it"
MOST_NODES = 100_000
LONGEST_KEY = 256
LONGEST_SCALAR = 256 << 10

# What no text of a krt.yml may hold: C0 and C1 controls but tab and line ends (NEL and DEL too), ends of lines that
# readers do not agree on, a byte order mark inside, and what is no character.
_NO_TEXT = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\r(?!\n)"
# What people do not see, or see in another order: bidi marks, zero-width characters (a joiner between letters of other
# scripts or emoji is part of them), soft hyphens, tags.
_HIDDEN = (
    "[\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\U000e0000-\U000e007f]"
    "|(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])"
)
# ... and what no escape in it may bring about, and no configuration file hold: not all YAML writers can write it.
_CONTROLS = frozenset(map(chr, [*range(0x20), *range(0x7F, 0xA0), 0xFFFE, 0xFFFF])) - {"\t", "\n", "\r"}


def decode(name: str, data: bytes) -> tuple[SourceFile, list[Diagnostic]]:
    """The bytes of a file as text: UTF-8, without its byte order mark.

    The text is what comes before the first byte that is not UTF-8.
    """
    if len(data) > LARGEST_FILE:
        file = SourceFile(name, "")
        return file, [
            Diagnostic(TOO_LARGE, Span(file, 1, 1, 1, 1), f"the file is larger than {LARGEST_FILE >> 20} MiB")
        ]
    try:
        return SourceFile(name, data.decode("utf-8-sig")), []
    except UnicodeDecodeError as error:
        # `start` counts from behind the byte order mark, when there is one.
        data = data.removeprefix(b"\xef\xbb\xbf")
        file = SourceFile(name, data[: error.start].decode("utf-8", "replace"))
        line = file.text.count("\n") + 1
        column = len(file.text) - (file.text.rfind("\n") + 1) + 1
        what = "UTF-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else f"byte 0x{data[error.start]:02x} here"
        return file, [
            Diagnostic(
                ENCODING,
                Span(file, line, column, line, column + 1),
                f"the file is not UTF-8 text ({what})",
                help="save it as UTF-8",
            )
        ]


def text(name: str, data: bytes) -> tuple[SourceFile, list[Diagnostic]]:
    """The bytes of a file that is no YAML itself, but whose text will be a value there."""
    file, diagnostics = decode(name, data)
    if not diagnostics:
        file = SourceFile(name, data.decode())  # with its byte order mark: it is part of what somebody wrote
    if not diagnostics and not _CONTROLS.isdisjoint(file.text):
        diagnostics = [_control(file, next(i for i, c in enumerate(file.text) if c in _CONTROLS))]
    return file, diagnostics


def _control(file: SourceFile, at: int) -> Diagnostic:
    line = file.text.count("\n", 0, at) + 1
    column = at - file.text.rfind("\n", 0, at)
    where = Span(file, line, column, line, column + 1)
    message = f"the control character U+{ord(file.text[at]):04X} is not text"
    return Diagnostic(ENCODING, where, message, help="remove it")


def parse(file: SourceFile) -> tuple[Node | None, list[Diagnostic]]:
    """The one document of a file, or None when it is empty or could not be read to its end."""
    # isprintable() is one pass in C; a file with line breaks is never printable as a whole, each line of it is.
    plain = all(line.isprintable() for line in file.lines)
    strange = None if plain else re.search(_NO_TEXT, file.text)
    if strange:
        return None, [_control(file, strange.start())]
    reader = _Reader(file)
    if not plain:
        reader.hidden(islice(hidden_in(file), MOST_FINDINGS))
    try:
        reader.read(CParser(file.text).get_event)  # and not yaml.parse: a generator around it costs a tenth
    except MarkedYAMLError as error:
        return None, [_syntax(file, error)]
    except YAMLError as error:
        return None, [Diagnostic(SYNTAX, Span(file, 1, 1, 1, 1), f"not YAML: {error}")]
    except _Stop:
        pass
    if reader.root is not None and reader.diagnostics and all(d.code is HIDDEN_CHARACTER for d in reader.diagnostics):
        _clear_comments(reader.root, reader.diagnostics)
    return (None if reader.stopped else reader.root), reader.diagnostics


# What libyaml says, and what people do about it.
_REMEDIES = {
    "mapping values are not allowed": "quote a text that holds `: `; begin a key where the keys beside it begin",
    "cannot start any token": "quote what begins with `%`, `@` or a backquote",
    "expected alphabetic or numeric": "quote what begins with `*` or `&`",
    "unexpected end of stream": "close the quote",
    "expected ',' or": "close the bracket, or put a comma before this",
    "could not find expected ':'": "write `: ` behind the key, or quote the text",
    "did not find expected key": "begin this line where the keys beside it begin, or quote what stands before",
    "did not find expected '-'": "begin this line where the items beside it begin",
    "invalid Unicode character escape": "write the character itself: two escapes for one are JSON, and no YAML",
    "unknown escape character": "write `\\\\` for a backslash, or use single quotes",
}


def _syntax(file: SourceFile, error: MarkedYAMLError) -> Diagnostic:
    """What the parser stumbled over, where, and what to do."""
    problem, context = error.problem or "it cannot be parsed", f" {error.context}" if error.context else ""
    help_text = next((remedy for sign, remedy in _REMEDIES.items() if sign in problem), None)
    mark, begin = error.problem_mark or error.context_mark, error.context_mark
    rest = file.text[mark.index :] if mark else file.text
    if rest[:1] == "\t":
        help_text = "use spaces: YAML takes no tab before a key"
    if begin and not rest.strip():
        mark = begin  # what does not end is wrong where it begins
    at = span(file, mark.index) if mark else Span(file, 1, 1, 1, 1)
    related = []
    if begin and mark and (begin.line, begin.column) != (mark.line, mark.column):
        related = [Related(span(file, begin.index), "it begins here")]
    return Diagnostic(SYNTAX, at, f"not YAML: {problem}{context}", help=help_text, related=related)


def hidden_in(file: SourceFile) -> "Iterator[Diagnostic]":
    """The first hidden character of each line of a file, comments and names too."""
    for number, line in enumerate(file.lines, 1):
        if not line.isprintable() and (found := re.search(_HIDDEN, line)):
            yield _hidden(Span(file, number, found.start() + 1, number, found.start() + 2), found[0])


def _hidden(span: Span, character: str) -> Diagnostic:
    message = f"the character U+{ord(character):04X} cannot be seen, and may make a text look like another one"
    return Diagnostic(HIDDEN_CHARACTER, span, message, help="remove it")


def _clear_comments(root: Node, hidden: list[Diagnostic]) -> None:
    """Gives a fix to each line whose hidden characters all stand in its comment: in a text they may be meant."""
    from bisect import bisect_right  # hardly a file comes here

    from krtc.diagnostics.fix import Edit, Fix

    texts: list[tuple[int, int]] = []
    nodes = [root]
    while nodes:
        node = nodes.pop()
        if isinstance(node, Scalar):
            texts.append((node.start, node.end))
        else:
            nodes += node.items if isinstance(node, Sequence) else [n for entry in node.entries.values() for n in entry]
    texts.sort()

    def is_comment(at: int) -> bool:
        before = bisect_right(texts, (at, len(root.file.text))) - 1
        return before < 0 or texts[before][1] <= at

    for diagnostic in hidden:
        file, number = root.file, diagnostic.span.line
        columns = [match.start() + 1 for match in re.finditer(_HIDDEN, file.line(number))]
        if columns and all(is_comment(file.offset(number, column)) for column in columns):
            edits = [Edit(Span(file, number, column, number, column + 1), "") for column in columns]
            diagnostic.fix = Fix("remove what is hidden", edits)


class _Stop(Exception):
    """Nothing behind this event is worth reading."""


class _Reader:
    """Builds nodes from events, with a stack of its own."""

    def __init__(self, file: SourceFile) -> None:
        self.file = file
        self.root: Node | None = None
        self.stopped = False
        self.diagnostics: list[Diagnostic] = []
        self._stack: list[Sequence | Mapping] = []
        self._keys: list[Scalar | None] = []
        self._told: set[int] = set()  # lines with a hidden character
        self._asks = "?" in file.text

    def read(self, next_event: "Callable[[], Any]") -> None:
        """Reads all events; what is done for each of 100,000 scalars stands here, without a call."""
        left = MOST_NODES
        file, add = self.file, self._add
        while (event := next_event()) is not None:
            kind = type(event)
            if kind is ScalarEvent:
                text, style = event.value, event.style
                if event.anchor is not None or event.tag is not None:
                    self._refuse(event)
                if len(text) > LONGEST_SCALAR:
                    self._stop(TOO_LARGE, event, f"a value is longer than {LONGEST_SCALAR >> 10} KiB")
                if style == '"' and not text.isprintable():
                    self._check_escapes(event)
                add(Scalar(text, not style, file, event.start_mark.index, event.end_mark.index))
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                if event.anchor is not None or event.tag is not None:
                    self._refuse(event)
                made = Mapping if kind is MappingStartEvent else Sequence
                node = made(file, event.start_mark.index, event.end_mark.index)
                add(node)
                self._stack.append(node)
                self._keys.append(None)
                if len(self._stack) > DEEPEST:
                    self._stop(TOO_LARGE, event, f"nested deeper than {DEEPEST} levels")
            else:
                self._end(kind, event)
                continue
            left -= 1
            if left < 0:
                self._stop(TOO_LARGE, event, f"more than {MOST_NODES:,} values")

    def _end(self, kind: type, event: "Any") -> None:
        if kind is MappingEndEvent or kind is SequenceEndEvent:
            self._keys.pop()
            self._stack.pop().end = event.end_mark.index
        elif kind is AliasEvent:
            self._stop(YAML_FEATURE, event, "an alias: KRT has none", help=_WRITE_OUT)
        elif kind is DocumentStartEvent:
            if event.version or event.tags:
                self._stop(
                    YAML_FEATURE, event, "a directive: KRT has none", help="remove the line that begins with `%`"
                )
            if self.root is not None:
                self._stop(YAML_FEATURE, event, "a second document: a file holds one", help="remove what follows `---`")

    def _refuse(self, event: "Any") -> None:
        if event.anchor is not None:
            self._stop(YAML_FEATURE, event, f"an anchor (`&{event.anchor}`): KRT has none", help=_WRITE_OUT)
        tag = event.tag.replace("tag:yaml.org,2002:", "!!")
        self._stop(YAML_FEATURE, event, f"a tag (`{tag}`): KRT has none", help="remove the tag, or quote the text")

    def hidden(self, found: "Iterable[Diagnostic]") -> None:
        """Notes what is hidden in the file as it is written; what is so behind an escape is found on the way."""
        self.diagnostics += found
        self._told = {diagnostic.span.line for diagnostic in self.diagnostics}

    def _check_number(self, at: Span) -> None:
        if len(self.diagnostics) > MOST_FINDINGS:
            self._stop_at(TOO_LARGE, at, f"more than {MOST_FINDINGS} mistakes: what follows was not looked at")

    def _check_escapes(self, event: "Any") -> None:
        if not _CONTROLS.isdisjoint(event.value):
            self._stop(ENCODING, event, "an escape that stands for a control character", help="remove it")
        at = self._span(event)
        if self._told.isdisjoint(range(at.line, at.end_line + 1)) and (found := re.search(_HIDDEN, event.value)):
            self.diagnostics.append(_hidden(at, found[0]))
            self._told.add(at.line)
            self._check_number(at)

    def _add(self, node: Node) -> None:
        if not self._stack:
            self.root = node
            return
        parent = self._stack[-1]
        if type(parent) is Mapping:
            key = self._keys[-1]
            if key is None:
                self._key(node, parent)
                return
            # The first of two stays: what is said of it then fits what people see first.
            parent.entries.setdefault(key.text, (key, node))
            self._keys[-1] = None
        else:
            parent.items.append(node)  # type: ignore[union-attr]

    def _key(self, node: Node, parent: Mapping) -> None:
        if type(node) is not Scalar or (node.plain and not node.text):
            self._stop_at(
                YAML_FEATURE, node.span, "a key that is not text", help="write a name before the `:`, or quote the text"
            )
            return
        if self._asks and node.start and self.file.text[node.start - 1] == "?":
            message = "a `?` with no blank behind it: readers of YAML differ in what it is"
            self._stop_at(YAML_FEATURE, node.span, message, help="quote the key")
        if len(node.text) > LONGEST_KEY:
            self._stop_at(TOO_LARGE, node.span, f"a key is longer than {LONGEST_KEY} characters")
        if node.plain and node.text == "<<":
            self._stop_at(YAML_FEATURE, node.span, "a merge key (`<<`): KRT has none", help="write the keys out")
        if node.text in parent.entries:
            self._duplicate(node, parent.entries[node.text][0])
        self._keys[-1] = node

    def _duplicate(self, key: Scalar, first: Scalar) -> None:
        self.diagnostics.append(
            Diagnostic(
                DUPLICATE_KEY,
                key.span,
                f"the key `{key.text}` stands twice in one mapping",
                help="keep one of them: readers of YAML do not agree on which counts",
                related=[Related(first.span, "the first is here")],
            )
        )
        self._check_number(key.span)

    def _span(self, event: "Any") -> Span:
        return span(self.file, event.start_mark.index, event.end_mark.index)

    def _stop(self, code: Code, event: "Any", message: str, help: str | None = None) -> None:
        self._stop_at(code, self._span(event), message, help)

    def _stop_at(self, code: Code, span: Span, message: str, help: str | None = None) -> None:
        self.diagnostics.append(Diagnostic(code, span, message, help=help))
        self.stopped = True
        raise _Stop
