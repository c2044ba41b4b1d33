"""YAML text to positioned nodes, over PyYAML's C parser: its events only, so that nothing is guessed or executed.

What KRT has no use for (anchors, aliases, merge keys, tags, directives, several documents) is refused: readers differ
in it, and hostile files live on it. Sizes are bounded, and nothing here recurses.
"""

import re

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from krtc.diagnostics import Code, Diagnostic, Related
from krtc.diagnostics.codes import DUPLICATE_KEY, ENCODING, SYNTAX, TOO_LARGE, YAML_FEATURE
from krtc.frontend.nodes import Mapping, Node, Scalar, Sequence
from krtc.source import SourceFile, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Far above what a version of hundreds of nodes needs, far below what hurts.
LARGEST_FILE = 1 << 20
DEEPEST = 64
MOST_NODES = 100_000
LONGEST_KEY = 256
LONGEST_SCALAR = 256 << 10

# What no text of a krt.yml may hold: C0 and C1 controls but tab and line ends (NEL and DEL too), ends of lines that
# readers do not agree on, a byte order mark inside, and what is no character.
_NO_TEXT = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\r(?!\n)"
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
    strange = None if all(line.isprintable() for line in file.text.split("\n")) else re.search(_NO_TEXT, file.text)
    if strange:
        return None, [_control(file, strange.start())]
    reader = _Reader(file)
    try:
        for event in yaml.parse(file.text, Loader=yaml.CSafeLoader):
            reader.read(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problem = error.problem or "it cannot be parsed"
        context = f" {error.context}" if error.context else ""
        span = Span(file, line, column, line, column + 1)
        begin = error.context_mark
        related = (
            [Related(Span(file, begin.line + 1, begin.column + 1, begin.line + 1, begin.column + 2), "it begins here")]
            if begin and mark is not begin
            else []
        )
        return None, [Diagnostic(SYNTAX, span, f"not YAML: {problem}{context}", related=related)]
    except yaml.YAMLError as error:
        return None, [Diagnostic(SYNTAX, Span(file, 1, 1, 1, 1), f"not YAML: {error}")]
    except _Stop:
        pass
    return (None if reader.stopped else reader.root), reader.diagnostics


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
        self._count = 0

    def read(self, event: "Any") -> None:
        kind = type(event)
        if kind is ScalarEvent:
            self._check(event)
            if len(event.value) > LONGEST_SCALAR:
                self._stop(TOO_LARGE, event, f"a value is longer than {LONGEST_SCALAR >> 10} KiB")
            if not event.value.isprintable() and not _CONTROLS.isdisjoint(event.value):
                self._stop(ENCODING, event, "an escape that stands for a control character", help="remove it")
            plain = not event.style
            self._add(Scalar(event.value, plain, self._span(event)))
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            self._check(event)
            node = Mapping(self._span(event)) if kind is MappingStartEvent else Sequence(self._span(event))
            self._add(node)
            self._stack.append(node)
            self._keys.append(None)
            if len(self._stack) > DEEPEST:
                self._stop(TOO_LARGE, event, f"nested deeper than {DEEPEST} levels")
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            node = self._stack.pop()
            self._keys.pop()
            node.span.end_line, node.span.end_column = event.end_mark.line + 1, event.end_mark.column + 1
        elif kind is AliasEvent:
            self._stop(YAML_FEATURE, event, "an alias: KRT has none", help="write the value out")
        elif kind is DocumentStartEvent:
            if event.version or event.tags:
                self._stop(
                    YAML_FEATURE, event, "a directive: KRT has none", help="remove the line that begins with `%`"
                )
            if self.root is not None:
                self._stop(YAML_FEATURE, event, "a second document: a file holds one", help="remove what follows `---`")

    def _check(self, event: "Any") -> None:
        self._count += 1
        if self._count > MOST_NODES:
            self._stop(TOO_LARGE, event, f"more than {MOST_NODES:,} values")
        if event.anchor is not None:
            self._stop(YAML_FEATURE, event, f"an anchor (`&{event.anchor}`): KRT has none", help="write the value out")
        if event.tag is not None:
            self._stop(YAML_FEATURE, event, f"a tag (`{event.tag}`): KRT has none", help="remove the tag")

    def _add(self, node: Node) -> None:
        if not self._stack:
            self.root = node
            return
        parent = self._stack[-1]
        if type(parent) is Sequence:
            parent.items.append(node)
            return
        assert type(parent) is Mapping
        key = self._keys[-1]
        if key is None:
            self._key(node, parent)
            return
        # The first of two stays: what is said of it then fits what people see first.
        parent.entries.setdefault(key.text, (key, node))
        self._keys[-1] = None

    def _key(self, node: Node, parent: Mapping) -> None:
        if type(node) is not Scalar:
            self._stop_at(YAML_FEATURE, node.span, "a key that is not text", help="write a name before the `:`")
            return
        if len(node.text) > LONGEST_KEY:
            self._stop_at(TOO_LARGE, node.span, f"a key is longer than {LONGEST_KEY} characters")
        if node.plain and node.text == "<<":
            self._stop_at(YAML_FEATURE, node.span, "a merge key (`<<`): KRT has none", help="write the keys out")
        if node.text in parent.entries:
            first = parent.entries[node.text][0]
            self.diagnostics.append(
                Diagnostic(
                    DUPLICATE_KEY,
                    node.span,
                    f"the key `{node.text}` stands twice in one mapping",
                    help="keep one of them: readers of YAML do not agree on which counts",
                    related=[Related(first.span, "the first is here")],
                )
            )
        self._keys[-1] = node

    def _span(self, event: "Any") -> Span:
        start, end = event.start_mark, event.end_mark
        return Span(self.file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

    def _stop(self, code: Code, event: "Any", message: str, help: str | None = None) -> None:
        self._stop_at(code, self._span(event), message, help)

    def _stop_at(self, code: Code, span: Span, message: str, help: str | None = None) -> None:
        self.diagnostics.append(Diagnostic(code, span, message, help=help))
        self.stopped = True
        raise _Stop
