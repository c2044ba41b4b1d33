"""The text of one .proto to what it declares and imports.

A tokenizer, and a walk over the statements that declare something: fields and the values of enums and options are
skipped. What protoc takes is taken; what it refuses is refused where something is declared. Sizes are bounded, and
nothing here recurses. The rules are those of protoc's parser.cc and tokenizer.cc.
"""

import re

from krtc.diagnostics import Code, Diagnostic, Related, did_you_mean
from krtc.diagnostics.codes import PROTO_SYNTAX, TOO_LARGE
from krtc.frontend import yaml
from krtc.model.files import SERVICE, Method
from krtc.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

# Far above what protos need, far below what hurts. Tokens are those of all files; a field counts as three.
MOST_TOKENS = 100_000
LONGEST_NAME = 512

# Possessive throughout: what once matched is never read again.
_SPACE = r"[\t-\r ]++|//[^\n]*+|/\*(?:[^*/]++|\*(?!/)|/(?!\*))*+\*/"
_STRING = r""""(?:[^"\\\n]++|\\[^\n])*+"|'(?:[^'\\\n]++|\\[^\n])*+'"""
# A name, a string, a number, or else one character; nothing at the end.
_TOKEN = re.compile(rf"(?:{_SPACE})*+([A-Za-z_]\w*+|{_STRING}|\.?\d(?:[eE][+-]|[\w.])*+|(?s:.)|)", re.ASCII)
# The next character that nests or ends a statement, or that no statement has; nothing at the end.
_BODY = re.compile(rf"(?:[\t-\r !#-&(-.0-:<>-Z\\^-z|~\x7f]++|{_STRING}|{_SPACE}|/(?![/*]))*+((?s:.)|)")
_ESCAPE = rb"\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))"
_LETTERS = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_QUOTES = ("'", '"')
_FIRST = ("syntax", "edition")
_STATEMENTS = ("import", "package", "option", "message", "enum", "extend", "service")
_LABELS = ("optional", "required", "repeated")
# What begins a block that declares something, and the blocks in which that may stand.
_BLOCKS = {
    "message": ("file", "message"),
    "enum": ("file", "message"),
    "extend": ("file", "message"),
    "oneof": ("message",),
    "service": ("file",),
}


class _Stop(Exception):
    """Nothing behind this place is worth reading."""


class ProtoFile:
    """A proto: what it declares and imports, up to its first mistake.

    Places are offsets: few of them ever become spans.
    """

    def __init__(self, name: str, data: bytes, tokens: int) -> None:
        self.file, self.diagnostics = yaml.decode(name, data)
        self.package = ""
        self.names: dict[str, tuple[str, int]] = {}  # kind and place; without the package, which may come after them
        self.imports: dict[str, tuple[str, int, int]] = {}  # `public`, `weak`, `option` or nothing; and its place
        self.methods: list[Method] = []
        self.types: list[tuple[str, int, int]] = []  # of the service's requests and responses
        self.tokens = tokens  # how many may still come
        self._text = self.file.text
        self._edition = ""
        self._blocks: list[tuple[str, str, int]] = []  # those around the token: kind, scope of its names, beginning
        self._token = ""
        self._start = self._end = self._before = 0  # of the token, and the end of the one before it
        self._mark, self._line, self._begin = 0, 1, 0  # the last place asked for, its line, and where that begins
        self.whole = not self.diagnostics
        if self.whole:
            try:
                self._read()
            except _Stop:
                self.whole = False

    def span(self, start: int, end: int) -> Span:
        """The stretch between two places: quick when asked for in the order of the file."""
        return Span(self.file, *self._position(start), *self._position(end))

    def _position(self, at: int) -> tuple[int, int]:
        if at < self._mark:
            self._mark, self._line, self._begin = 0, 1, 0
        if breaks := self._text.count("\n", self._mark, at):
            self._line += breaks
            self._begin = self._text.rfind("\n", self._mark, at) + 1
        self._mark = at
        return self._line, at - self._begin + 1

    def _stop(
        self,
        code: Code,
        start: int,
        end: int,
        message: str,
        help: str | None = None,
        first: "tuple[int, int] | None" = None,
    ) -> "NoReturn":
        related = [Related(self.span(*first), "the first is here")] if first else []
        self.diagnostics.append(Diagnostic(code, self.span(start, end), message, help=help, related=related))
        raise _Stop

    def _fail(self, expected: str, help: str | None = None) -> "NoReturn":
        """Another token was expected. A `;` is missing behind the token before, if this one is on another line."""
        token, start, end = self._token, self._start, self._end
        behind = self._before  # of what was skipped, too
        while (match := _TOKEN.match(self._text, behind)) and match.start(1) < start:
            behind = match.end()
        message = f"{expected} is expected here, not `{token[:64]}`"
        if token in _QUOTES:
            message, help = "a string that does not end", f"end it with {token} on the same line"
        elif token == "/" and self._text.startswith("/*", start):
            end += 1
            message, help = "a comment that does not end", "end it with `*/`"
            if "*/" in self._text[end:]:
                message, help = "a comment with `/*` in it: comments do not nest", "end it before the next begins"
        elif len(token) == 1 and not (token.isascii() and token.isprintable()):
            message = f"{expected} is expected here, not the character U+{ord(token):04X}"
        elif not token or (expected == "`;`" and "\n" in self._text[behind:start]):
            start = end = behind
            message = message if token else f"{expected} is expected here, not the end of the file"
        self._stop(PROTO_SYNTAX, start, end, message, help)

    def _fail_open(self, begin: int) -> "NoReturn":
        self._stop(PROTO_SYNTAX, begin, begin + 1, "a block that does not end", "end it with `}`")

    def _next(self, pattern: "re.Pattern[str]" = _TOKEN) -> str:
        match = pattern.match(self._text, self._end)
        assert match
        self._before = self._end
        self._start, self._end = match.span(1)
        self._token = match[1]
        self.tokens -= 1
        if self.tokens < 0:
            self._stop(TOO_LARGE, self._start, self._end, f"a proto and its imports with over {MOST_TOKENS:,} tokens")
        return self._token

    def _expect(self, token: str) -> None:
        if self._token != token:
            self._fail(f"`{token}`")
        self._next()

    def _name(self, what: str) -> str:
        name = self._token
        if not _is_name(name):
            self._fail(what)
        self._bound(name, self._start, self._end)
        self._next()
        return name

    def _dotted(self, what: str) -> str:
        start = self._start
        name = ""
        if self._token == ".":
            name = "."
            self._next()
        while True:
            name += self._name(what)
            self._bound(name, start, self._before)
            if self._token != ".":
                return name
            name += "."
            self._next()

    def _bound(self, name: str, start: int, end: int) -> None:
        if len(name) > LONGEST_NAME:
            self._stop(TOO_LARGE, start, end, f"a name is longer than {LONGEST_NAME} characters")

    def _string(self, what: str) -> list[str]:
        """A string, or several in a row, which count as one; as they are written."""
        if not _is_string(self._token):
            self._fail(what)
        parts = []
        while _is_string(self._token):
            parts.append(self._token)
            self._next()
        return parts

    def _value(self, what: str) -> tuple[str, int, int]:
        """What a string says, and where it stands."""
        start = self._start
        parts = self._string(what)
        end = self._before
        value = "".join(parts)
        if len(value) <= 10 * LONGEST_NAME:  # an escape has ten characters at most
            value = "".join(map(_unquoted, parts))
        self._bound(value, start, end)
        return value, start, end

    def _declare(self, kind: str, scope: str, what: str) -> str:
        """A name with its scope, which is new."""
        start = self._start
        name = self._name(what)
        end = start + len(name)
        full = join(scope, name)
        self._bound(full, start, end)
        if full in self.names:
            first = self.names[full][1], self.names[full][1] + len(name)
            self._stop(PROTO_SYNTAX, start, end, f"the name `{name}` is given twice", "rename one of them", first)
        self.names[full] = kind, start
        return full

    def _read(self) -> None:
        nul = self._text.find("\0")
        if nul >= 0:  # ends a file for protoc, wherever it stands
            self._stop(PROTO_SYNTAX, nul, nul + 1, "the character U+0000: no proto has one", "remove it")
        self._next()
        if self._token in _FIRST:
            self._syntax()
        while self._token:
            self._statement(*(self._blocks[-1][:2] if self._blocks else ("file", "")))
        if self._blocks:
            self._fail_open(self._blocks[-1][2])

    def _statement(self, kind: str, scope: str) -> None:
        """Whatever begins with this token, in a block of this kind."""
        token = self._token
        if token in ("export", "local") and self._edition > "2023" and kind in ("file", "message"):
            token = self._next()
            if token not in ("message", "enum"):
                self._fail("`message` or `enum`")
        if token == ";":
            self._next()
        elif token == "}" and self._blocks:
            self._blocks.pop()
            self._next()
        elif token == "option" and kind != "extend":
            self._option()
        elif kind == "rpc":
            self._fail("`option`")
        elif kind == "service":
            self._rpc(scope)
        elif kind in _BLOCKS.get(token, ()):
            self._block(token, scope)
        elif kind != "file":
            self._field(scope)
        elif token == "import":
            self._import()
        elif token == "package":
            self._package()
        elif token == "}":
            self._stop(
                PROTO_SYNTAX, self._start, self._end, "a `}` that closes nothing", "remove it, or open a block before"
            )
        elif token in _FIRST:
            self._fail("a statement", f"`{token}` comes first, once")
        else:
            self._fail("a statement", did_you_mean(token, _STATEMENTS))

    def _syntax(self) -> None:
        keyword = self._token
        self._next()
        self._expect("=")
        value, start, end = self._value(f"the {keyword} in quotes")
        if keyword == "edition":
            self._edition = value
        elif value not in ("proto2", "proto3"):
            self._stop(PROTO_SYNTAX, start, end, f"`{value}` is no syntax", 'write "proto3" or "proto2"')
        self._expect(";")

    def _package(self) -> None:
        start, end = self._start, self._end
        if self._next() == ".":
            self._fail("the name of the package")
        if self.package:
            self._stop(PROTO_SYNTAX, start, end, "a second package: a file has one", "remove one of them")
        self.package = self._dotted("the name of the package")
        self._expect(";")

    def _import(self) -> None:
        how = ""
        if self._next() in ("public", "weak") or (self._token == "option" and self._edition > "2023"):
            how = self._token
            self._next()
        name, start, end = self._value("a file in quotes")
        if name in self.imports:
            first = self.imports[name][1:]
            self._stop(PROTO_SYNTAX, start, end, f"`{name}` is imported twice", "remove one of them", first)
        self.imports[name] = how, start, end
        self._expect(";")

    def _option(self) -> None:
        while True:
            if self._next() == "(":
                self._next()
                self._dotted("the name of an option")
                self._expect(")")
            else:
                self._name("the name of an option")
            if self._token != ".":
                break
        self._expect("=")
        if self._token == "-":
            self._next()
        if self._token == "{":
            self._skip_block()
            self._next()
        elif _is_name(self._token) or _is_number(self._token):
            self._next()
        else:
            self._string("a value")
        self._expect(";")

    def _skip_block(self) -> None:
        """From a brace to the one that closes it."""
        begin, depth = self._start, 1
        while depth:
            token = self._next(_BODY)
            if token == "{":
                depth += 1
            elif token == "}":
                depth -= 1
            elif not token:
                self._fail_open(begin)
            elif token not in ";[]=":
                self._fail("`}`")

    def _block(self, keyword: str, scope: str) -> None:
        self._next()
        if keyword == "extend":
            self._dotted("the name of a message")
        elif keyword == "oneof":
            self._name("the name of the oneof")
        else:
            scope = self._declare(keyword, scope, f"the name of the {keyword}")
        if keyword == "enum" and self._token == "{":
            self._skip_block()
            self._next()
        else:
            self._open(keyword, scope)

    def _open(self, kind: str, scope: str) -> None:
        self._blocks.append((kind, scope, self._start))
        if len(self._blocks) > yaml.DEEPEST:
            self._stop(TOO_LARGE, self._start, self._end, f"nested deeper than {yaml.DEEPEST} levels")
        self._expect("{")

    def _field(self, scope: str) -> None:
        """A field, `reserved` or `extensions`; or a group, which is a field and a message."""
        if self._token in _LABELS:
            self._next()
        is_group = self._token == "group"
        if is_group:
            self._next()
            scope = self._declare("message", scope, "the name of the group")
            if self._token != "=":
                self._fail("`=`")
        elif self._token != "." and not _is_name(self._token):
            self._fail("a field")
        in_brackets = has_number = False
        while True:
            token = self._next(_BODY)
            if in_brackets and token == "{":
                self._skip_block()
            elif token == ("]" if in_brackets else "["):
                in_brackets = not in_brackets
            elif token == "=" and (in_brackets or not has_number):
                has_number = True
            elif in_brackets:
                self._fail("`]`")
            else:
                break
        if is_group:
            self._open("message", scope)
        elif token == "=":
            self._fail("`;`", "end the field before with `;`")
        elif token == "{":
            self._fail("`;`", "is a `}` missing before?")
        else:
            self._expect(";")

    def _rpc(self, service: str) -> None:
        self._expect("rpc")
        start, end = self._start, self._end
        self._declare("rpc", service, "the name of the rpc")
        streams = False
        types = []
        for keyword in ("", "returns"):
            if keyword:
                self._expect(keyword)
            self._expect("(")
            if self._token == "stream":
                streams = True
                self._next()
            begin = self._start
            types.append((self._dotted("the name of a message"), begin, self._before))
            self._expect(")")
        if service == SERVICE:
            self.methods.append(Method(self._text[start:end], self.span(start, end), streams=streams))
            self.types += types
        if self._token == "{":
            self._open("rpc", "")
        else:
            self._expect(";")


def _is_name(token: str) -> bool:
    return token.isascii() and token.isidentifier()


def _is_number(token: str) -> bool:
    return token.isascii() and token.lstrip(".")[:1].isdigit()


def _is_string(token: str) -> bool:
    return token[:1] in _QUOTES and len(token) > 1


def join(scope: str, name: str) -> str:
    """A name in a scope."""
    return f"{scope}.{name}" if scope else name


def _unquoted(token: str) -> str:
    """What a string token says: escapes stand for bytes, as in C."""
    if "\\" not in token:
        return token[1:-1]
    data = re.sub(_ESCAPE, _unescaped, token[1:-1].encode())
    return data.decode("utf-8", "replace")


def _unescaped(match: "re.Match[bytes]") -> bytes:
    octal, byte, short, long, other = match.groups()
    if octal:
        return bytes([int(octal, 8) & 0xFF])
    if byte:
        return bytes([int(byte, 16)])
    if point := short or long:
        return chr(min(int(point, 16), 0x10FFFF)).encode("utf-8", "replace")
    return _LETTERS.get(other, other)
