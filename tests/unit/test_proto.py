"""The reader of protos: the methods of `service Entrypoint`, where each stands, and what protoc would not take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

from krtc.diagnostics import Diagnostic
from krtc.frontend import proto
from krtc.model.files import Proto
from tests.unit.helpers import ids, stretch

if TYPE_CHECKING:
    from krtc.model.files import Kind

HEAD = 'syntax = "proto3";\nmessage A {}\nmessage B {}\n'
SERVICE = "service Entrypoint { rpc X (A) returns (B); }\n"


class Files:
    """A KRT that is a dictionary."""

    complete = True

    def __init__(self, files: Mapping[str, str | bytes], kinds: Mapping[str, Kind] | None = None) -> None:
        self.files = files
        self.kinds = kinds or {}
        self.asked: list[str] = []

    def kind(self, path: str) -> Kind:
        self.asked.append(path)
        return self.kinds.get(path, "file" if path in self.files else "missing")

    def read(self, path: str) -> bytes | str:
        content = self.files.get(path, "cannot read it")
        return content if isinstance(content, bytes) or path not in self.files else content.encode()

    def name(self, path: str) -> str:
        return f"krt/{path}"


def read(text: str | bytes, **files: str | bytes) -> tuple[Proto | None, list[Diagnostic]]:
    """A proto and files beside it: `b="..."` is `b.proto`."""
    beside = {f"{name}.proto": content for name, content in files.items()}
    return proto.read(Files({"m.proto": text, **beside}), "m.proto")


def methods(text: str, **files: str | bytes) -> list[str]:
    """The names of the methods of a proto that is right; `*` is behind those that stream."""
    found, diagnostics = read(text, **files)
    assert found, [d.message for d in diagnostics]
    assert [d.message for d in diagnostics] == []
    for method in found.methods:
        assert stretch(method.span) == method.name
    return [method.name + "*" * method.streams for method in found.methods]


def said(text: str | bytes, **files: str | bytes) -> list[str]:
    """All that is wrong: the id, the file, the place and the text there, the message and the help."""
    _, diagnostics = read(text, **files)
    return [shown(diagnostic) for diagnostic in diagnostics]


def shown(diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    place = f"{span.file.name.removeprefix('krt/').removesuffix('.proto')}:{span.line}:{span.column}"
    end = f"{span.end_line}:{span.end_column}"
    help = f" ({diagnostic.help})" if diagnostic.help else ""
    return f"{diagnostic.code.id} {place}-{end} {stretch(span)!r}: {diagnostic.message}{help}"


class Test_methods:
    def test_of_the_entrypoint_with_their_places(self) -> None:
        text = HEAD + "service Entrypoint {\n  rpc Sort (A) returns (B);\n\n  rpc Mail(B)returns(A) {}\n}\n"
        found, diagnostics = read(text)
        assert found and not diagnostics
        assert found.file.name == "krt/m.proto" and found.file.text == text
        assert found.services and repr(found.services["Entrypoint"]) == "krt/m.proto:4:9-4:19"
        assert [(m.name, repr(m.span), m.streams) for m in found.methods] == [
            ("Sort", "krt/m.proto:5:7-5:11", False),
            ("Mail", "krt/m.proto:7:7-7:11", False),
        ]

    def test_places_count_code_points(self) -> None:
        found, _ = read(HEAD + "/* é𝒳漢 */ service /* 𝒵 */ Entrypoint { /* ö */ rpc X (A) returns (B); }")
        assert found and found.services
        assert repr(found.services["Entrypoint"]) == "krt/m.proto:4:27-4:37"
        assert repr(found.methods[0].span) == "krt/m.proto:4:52-4:53"

    def test_a_byte_order_mark_is_no_column(self) -> None:
        found, _ = read(b"\xef\xbb\xbf" + (SERVICE + HEAD.partition("\n")[2]).encode())
        assert found and repr(found.services["Entrypoint"]) == "krt/m.proto:1:9-1:19"

    def test_lines_end_with_a_line_feed(self) -> None:
        found, _ = read((HEAD + "\v\f\r" + SERVICE).replace("\n", "\r\n"))
        assert found and repr(found.services["Entrypoint"]) == "krt/m.proto:4:12-4:22"

    def test_of_other_services_are_not_told(self) -> None:
        assert methods(HEAD + "service Other { rpc Y (A) returns (B); }" + SERVICE) == ["X"]
        found, diagnostics = read(HEAD + "service Other { rpc Y (A) returns (Unknown); }")
        assert found and not found.methods and list(found.services) == ["Other"] and not diagnostics

    def test_a_service_may_be_empty(self) -> None:
        assert methods("service Entrypoint {}") == methods("service Entrypoint {;;}") == methods("") == []

    @pytest.mark.parametrize(
        ("request_type", "response_type", "streams"),
        [
            ("A", "B", False),
            ("stream A", "B", True),
            ("A", "stream B", True),
            ("stream A", "stream B", True),
            ("stream.A", "B", True),
            ("stream\n.A", "B", True),
            (".stream", "B", False),
        ],
    )
    def test_that_stream(self, request_type: str, response_type: str, streams: bool) -> None:
        text = HEAD + f"message stream {{}} service Entrypoint {{ rpc X ({request_type}) returns ({response_type}); }}"
        assert methods(text) == ["X*" if streams else "X"]

    @pytest.mark.parametrize("word", ["message", "stream", "rpc", "returns", "option", "service", "group", "syntax"])
    def test_a_word_of_the_language_may_be_a_name(self, word: str) -> None:
        text = f"message {word} {{ enum Y {{ Z = 0; }} }} service Entrypoint {{ rpc X (.{word}) returns (.{word}); }}"
        assert methods(text) == ["X"]
        assert methods(HEAD + f"service Entrypoint {{ rpc {word} (A) returns (B); }}") == [word]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param('syntax = "proto2";', id="proto2"),
        pytest.param('syntax = "proto3";', id="proto3"),
        pytest.param("syntax = 'pro' \"\" \n // more\n 'to3';", id="a string in parts"),
        pytest.param(r'syntax = "\x70r\157to3";', id="escapes"),
        pytest.param('edition = "2023";', id="edition"),
        pytest.param('edition = "2024"; export message C {} local enum D { E = 0; }', id="visibility"),
        pytest.param(
            'edition = "2023"; message C { export e = 1; local l = 2; }', id="types of the names of visibility"
        ),
        pytest.param(";;;", id="empty statements"),
        pytest.param("package a.b . /* c */ c;", id="package"),
        pytest.param("// }\n/* { \n * ' \" ; // */", id="comments"),
        pytest.param("/**/ /***/ /*/ */ /* **/ // /* \n // */", id="marks of comments in comments"),
        pytest.param("message C { // }\n /* } */ string s = 1; /* } */ } // {", id="braces in comments"),
        pytest.param(
            "option a = '{'; option b = \"}\"; option c = \"\\\"{\"; option d = '\\'}';", id="braces in strings"
        ),
        pytest.param("option a = '//'; option b = \"/*\"; option c = '\"'; option d = \"'\";", id="marks in strings"),
        pytest.param("option a = 'b' \"c\" /* d */ 'e';", id="strings in a row"),
        pytest.param("option (a).b.(.c.d).e = f;", id="name of an option"),
        pytest.param(
            "option a = -1.5e-3; option b = 0x1F; option c = -inf; option d = .5; option e = 1e+9;", id="numbers"
        ),
        pytest.param("option (a) = { b: '}' c { d: [1, 2]; } e: 1 / f < g: 1 > # h \x7f\n };", id="aggregate"),
        pytest.param("message C { option (a) = { b {} }; option (c) = {}; }", id="options of a message"),
        pytest.param(
            "message C { string s = 1 [(a) = { b: ']' c { } }, d = \"]\", e = '['];  }", id="options of a field"
        ),
        pytest.param(
            "message C { int32 i = 1 [default = -1]; string s = 2 [ /* ] */ json_name = ';' ]; }", id="defaults"
        ),
        pytest.param("message C { message D { message E {} } enum F { G = 0; } }", id="nested"),
        pytest.param("message C { oneof d { string e = 1; C f = 2 [g = {}]; option h = {}; } }", id="oneof"),
        pytest.param(
            "message C { oneof d { message e = 1; enum f = 2; oneof g = 3; extend h = 4; service i = 5; } }",
            id="types of a oneof",
        ),
        pytest.param(
            "message C { optional group D = 1 { message E {} } repeated group F = 2 [g = 1] {} }", id="groups"
        ),
        pytest.param("message C { oneof d { group E = 1 { string f = 1; } } }", id="group in a oneof"),
        pytest.param("extend .a.B { optional string c = 1; optional group D = 2 {} }", id="extend"),
        pytest.param("message C { extend B { optional string c = 1; } }", id="extend in a message"),
        pytest.param("extend B { option.D e = 1; option option = 2; message f = 3; }", id="types of an extend"),
        pytest.param("message C { extensions 4 to 9, 20 to max [declaration = { number: 4 }]; }", id="extensions"),
        pytest.param('message C { reserved 1, 2 to 4, 9 to max; reserved "a", "b"; }', id="reserved"),
        pytest.param("message C { reserved a, b; }", id="reserved identifiers"),
        pytest.param("message C { map<string, .a.B> m = 1; .a.B b = 2; a.B c = 3; map d = 4; ; }", id="fields"),
        pytest.param("message C { string message = 1; string enum = 2; string option = 3; }", id="names of fields"),
        pytest.param("message C { optional message message = 1; required option option = 2; }", id="labels"),
        pytest.param("enum C { option allow_alias = true; D = 0; E = 0 [f = {}, g = ';}']; reserved 2; ; }", id="enum"),
        pytest.param(
            "service C { option (a) = { b: 1 }; rpc D (A) returns (B) { option (c) = {}; ; } ; }", id="service"
        ),
        pytest.param("/* 😀 */ option a = '😀\t\x01'; // \x7f\x02", id="any character in strings and comments"),
    ],
)
def test_what_is_taken(text: str) -> None:
    assert methods(f"{text}\nmessage A {{}} service Entrypoint {{ rpc X (A) returns (A); }}") == ["X"]


# What is no proto, for protoc neither, and what is said of it.
BROKEN = [
    ("message A {", "1:11-1:12 '{': a block that does not end (end it with `}`)"),
    ("message A { message B {\n}", "1:11-1:12 '{': a block that does not end (end it with `}`)"),
    ("enum A { B = 0;", "1:8-1:9 '{': a block that does not end (end it with `}`)"),
    ("service A {", "1:11-1:12 '{': a block that does not end (end it with `}`)"),
    ("service A { rpc B (C) returns (D) {", "1:35-1:36 '{': a block that does not end (end it with `}`)"),
    ("oneof a {}", "1:1-1:6 'oneof': a statement is expected here, not `oneof`"),
    ("message A { oneof b { string c = 1;", "1:21-1:22 '{': a block that does not end (end it with `}`)"),
    ("option a = { b: 1;", "1:12-1:13 '{': a block that does not end (end it with `}`)"),
    ("message A { string a = 1 [b = { c: 1 ];", "1:31-1:32 '{': a block that does not end (end it with `}`)"),
    ("}", "1:1-1:2 '}': a `}` that closes nothing (remove it, or open a block before)"),
    ("message A {} }", "1:14-1:15 '}': a `}` that closes nothing (remove it, or open a block before)"),
    ("message A {}; };", "1:15-1:16 '}': a `}` that closes nothing (remove it, or open a block before)"),
    ("message A { string a = 1 }", "1:26-1:27 '}': `;` is expected here, not `}`"),
    ("message A {\n  string a = 1 // the a\n\n}", "2:15-2:15 '': `;` is expected here, not `}`"),
    ("message A { string a = 1 [b = 1; }", "1:32-1:33 ';': `]` is expected here, not `;`"),
    ("message A { string a = 1 [b = 1 }", "1:33-1:34 '}': `]` is expected here, not `}`"),
    ("message A { string a = 1 ] ; }", "1:26-1:27 ']': `;` is expected here, not `]`"),
    ("message A { string a = 1 [[b = 1]]; }", "1:27-1:28 '[': `]` is expected here, not `[`"),
    (
        "message A { service Entrypoint { } }",
        "1:32-1:33 '{': `;` is expected here, not `{` (is a `}` missing before?)",
    ),
    ("message A { = 1; }", "1:13-1:14 '=': a field is expected here, not `=`"),
    ("message A { optional; }", "1:21-1:22 ';': a field is expected here, not `;`"),
    ("message A { 1; }", "1:13-1:14 '1': a field is expected here, not `1`"),
    ('message A { "a"; }', '1:13-1:16 \'"a"\': a field is expected here, not `"a"`'),
    ("message { }", "1:9-1:10 '{': the name of the message is expected here, not `{`"),
    ("message 1A {}", "1:9-1:11 '1A': the name of the message is expected here, not `1A`"),
    ("message A.B {}", "1:10-1:11 '.': `{` is expected here, not `.`"),
    ("message A", "1:10-1:10 '': `{` is expected here, not the end of the file"),
    ("message A;", "1:10-1:11 ';': `{` is expected here, not `;`"),
    ('message "A" {}', '1:9-1:12 \'"A"\': the name of the message is expected here, not `"A"`'),
    ("enum {}", "1:6-1:7 '{': the name of the enum is expected here, not `{`"),
    ("message A { oneof { } }", "1:19-1:20 '{': the name of the oneof is expected here, not `{`"),
    ("message A { oneof a; }", "1:20-1:21 ';': `{` is expected here, not `;`"),
    ("extend { }", "1:8-1:9 '{': the name of a message is expected here, not `{`"),
    ("extend A. { }", "1:11-1:12 '{': the name of a message is expected here, not `{`"),
    ("extend A;", "1:9-1:10 ';': `{` is expected here, not `;`"),
    ("message A { group b { } }", "1:21-1:22 '{': `=` is expected here, not `{`"),
    ("message A { group = 1 { } }", "1:19-1:20 '=': the name of the group is expected here, not `=`"),
    ("message A { group B = 1; }", "1:24-1:25 ';': `{` is expected here, not `;`"),
    ("message A { optional group B = 1 }", "1:34-1:35 '}': `{` is expected here, not `}`"),
    ("service { }", "1:9-1:10 '{': the name of the service is expected here, not `{`"),
    ("service A.B { }", "1:10-1:11 '.': `{` is expected here, not `.`"),
    ("service A;", "1:10-1:11 ';': `{` is expected here, not `;`"),
    ("service A { message B {} }", "1:13-1:20 'message': `rpc` is expected here, not `message`"),
    ("service A { string b = 1; }", "1:13-1:19 'string': `rpc` is expected here, not `string`"),
    ("service A { rcp B (C) returns (D); }", "1:13-1:16 'rcp': `rpc` is expected here, not `rcp`"),
    ("service A { rpc (C) returns (D); }", "1:17-1:18 '(': the name of the rpc is expected here, not `(`"),
    ("service A { rpc B C returns (D); }", "1:19-1:20 'C': `(` is expected here, not `C`"),
    ("service A { rpc B () returns (D); }", "1:20-1:21 ')': the name of a message is expected here, not `)`"),
    ("service A { rpc B (stream) returns (D); }", "1:26-1:27 ')': the name of a message is expected here, not `)`"),
    ("service A { rpc B (C, D) returns (D); }", "1:21-1:22 ',': `)` is expected here, not `,`"),
    ("service A { rpc B (C) return (D); }", "1:23-1:29 'return': `returns` is expected here, not `return`"),
    ("service A { rpc B (C); }", "1:22-1:23 ';': `returns` is expected here, not `;`"),
    ("service A { rpc B (C) returns D; }", "1:31-1:32 'D': `(` is expected here, not `D`"),
    ("service A { rpc B (C) returns (); }", "1:32-1:33 ')': the name of a message is expected here, not `)`"),
    ("service A { rpc B (C.) returns (D); }", "1:22-1:23 ')': the name of a message is expected here, not `)`"),
    ("service A { rpc B (C..E) returns (D); }", "1:22-1:23 '.': the name of a message is expected here, not `.`"),
    ("service A { rpc B (C) returns (D) }", "1:35-1:36 '}': `;` is expected here, not `}`"),
    (
        "service A {\n  rpc B (C) returns (D)\n  rpc E (C) returns (D);\n}",
        "2:24-2:24 '': `;` is expected here, not `rpc`",
    ),
    (
        "service A { rpc B (C) returns (D) { string a = 1; } }",
        "1:37-1:43 'string': `option` is expected here, not `string`",
    ),
    (
        "service A { rpc B (C) returns (D) { rpc E (C) returns (D); } }",
        "1:37-1:40 'rpc': `option` is expected here, not `rpc`",
    ),
    ("import a;", "1:8-1:9 'a': a file in quotes is expected here, not `a`"),
    ("import;", "1:7-1:8 ';': a file in quotes is expected here, not `;`"),
    ('import "a"', "1:11-1:11 '': `;` is expected here, not the end of the file"),
    ('import "a"\nmessage A {}', "1:11-1:11 '': `;` is expected here, not `message`"),
    ("import public;", "1:14-1:15 ';': a file in quotes is expected here, not `;`"),
    ("import weak 1;", "1:13-1:14 '1': a file in quotes is expected here, not `1`"),
    ('import option "a";', "1:8-1:14 'option': a file in quotes is expected here, not `option`"),
    ('import private "a";', "1:8-1:15 'private': a file in quotes is expected here, not `private`"),
    ('import "a"; import "b"; import \'a\';', "1:32-1:35 \"'a'\": `a` is imported twice (remove one of them)"),
    ("package;", "1:8-1:9 ';': the name of the package is expected here, not `;`"),
    ("package .a;", "1:9-1:10 '.': the name of the package is expected here, not `.`"),
    ("package a.;", "1:11-1:12 ';': the name of the package is expected here, not `;`"),
    ("package a.1;", "1:10-1:12 '.1': `;` is expected here, not `.1`"),
    ('package "a";', '1:9-1:12 \'"a"\': the name of the package is expected here, not `"a"`'),
    ("package a", "1:10-1:10 '': `;` is expected here, not the end of the file"),
    ("package a\nmessage A {}", "1:10-1:10 '': `;` is expected here, not `message`"),
    ("package a; package b;", "1:12-1:19 'package': a second package: a file has one (remove one of them)"),
    ("option;", "1:7-1:8 ';': the name of an option is expected here, not `;`"),
    ("option = 1;", "1:8-1:9 '=': the name of an option is expected here, not `=`"),
    ("option a;", "1:9-1:10 ';': `=` is expected here, not `;`"),
    ("option a = ;", "1:12-1:13 ';': a value is expected here, not `;`"),
    ("option a 1;", "1:10-1:11 '1': `=` is expected here, not `1`"),
    ("option a. = 1;", "1:11-1:12 '=': the name of an option is expected here, not `=`"),
    ("option (a = 1;", "1:11-1:12 '=': `)` is expected here, not `=`"),
    ("option () = 1;", "1:9-1:10 ')': the name of an option is expected here, not `)`"),
    ("option a = b c;", "1:14-1:15 'c': `;` is expected here, not `c`"),
    ("option a = [];", "1:12-1:13 '[': a value is expected here, not `[`"),
    ("option a = é;", "1:12-1:13 'é': a value is expected here, not the character U+00E9"),
    ("option a = { é };", "1:14-1:15 'é': `}` is expected here, not the character U+00E9"),
    ("enum A { É = 0; }", "1:10-1:11 'É': `}` is expected here, not the character U+00C9"),
    ("option a = ²;", "1:12-1:13 '²': a value is expected here, not the character U+00B2"),
    ("option a = 1٣;", "1:13-1:14 '٣': `;` is expected here, not the character U+0663"),
    ("message Aé {}", "1:10-1:11 'é': `{` is expected here, not the character U+00E9"),
    ("option a = -;", "1:13-1:14 ';': a value is expected here, not `;`"),
    ('option a = "b" c;', "1:16-1:17 'c': `;` is expected here, not `c`"),
    ('option a = "b"\nmessage A {}', "1:15-1:15 '': `;` is expected here, not `message`"),
    ('syntax "proto3";', '1:8-1:16 \'"proto3"\': `=` is expected here, not `"proto3"`'),
    ("syntax = proto3;", "1:10-1:16 'proto3': the syntax in quotes is expected here, not `proto3`"),
    ('syntax = "proto3"', "1:18-1:18 '': `;` is expected here, not the end of the file"),
    ('syntax = "proto4";', '1:10-1:18 \'"proto4"\': `proto4` is no syntax (write "proto3" or "proto2")'),
    (
        'syntax = "proto3"; syntax = "proto3";',
        "1:20-1:26 'syntax': a statement is expected here, not `syntax` (`syntax` comes first, once)",
    ),
    ("edition = 2023;", "1:11-1:15 '2023': the edition in quotes is expected here, not `2023`"),
    (
        'message A {} syntax = "proto3";',
        "1:14-1:20 'syntax': a statement is expected here, not `syntax` (`syntax` comes first, once)",
    ),
    (
        'edition = "2024"; export service A {}',
        "1:26-1:33 'service': `message` or `enum` is expected here, not `service`",
    ),
    (
        'edition = "2024"; message A { local string b = 1; }',
        "1:37-1:43 'string': `message` or `enum` is expected here, not `string`",
    ),
    (
        "mesage A {}",
        "1:1-1:7 'mesage': a statement is expected here, not `mesage` (did you mean `message`?)",
    ),
    (
        "package a;\nmesage A {}",
        "2:1-2:7 'mesage': a statement is expected here, not `mesage` (did you mean `message`?)",
    ),
    ("message A\n{\n  1\n}", "3:3-3:4 '1': a field is expected here, not `1`"),
    ("service A {\n  // rpc\n  A }", "3:3-3:4 'A': `rpc` is expected here, not `A`"),
    (
        "servce Entrypoint {}",
        "1:1-1:7 'servce': a statement is expected here, not `servce` (did you mean `service`?)",
    ),
    (
        "rpc X (A) returns (B);",
        "1:1-1:4 'rpc': a statement is expected here, not `rpc`",
    ),
    ('"a"', '1:1-1:4 \'"a"\': a statement is expected here, not `"a"`'),
    (";}", "1:2-1:3 '}': a `}` that closes nothing (remove it, or open a block before)"),
    (
        'option a = "b;\nmessage A {}',
        "1:12-1:13 '\"': a string that does not end (end it with \" on the same line)",
    ),
    ("option a = 'b\";", "1:12-1:13 \"'\": a string that does not end (end it with ' on the same line)"),
    ('option a = "b\\";', "1:12-1:13 '\"': a string that does not end (end it with \" on the same line)"),
    ('option a = "', "1:12-1:13 '\"': a string that does not end (end it with \" on the same line)"),
    (
        'message A { string a = 1 [b = "c]; }\n}',
        "1:31-1:32 '\"': a string that does not end (end it with \" on the same line)",
    ),
    ("/* a", "1:1-1:3 '/*': a comment that does not end (end it with `*/`)"),
    (
        "/* a /* b */",
        "1:1-1:3 '/*': a comment with `/*` in it: comments do not nest (end it before the next begins)",
    ),
    ("message A { /* }", "1:13-1:15 '/*': a comment that does not end (end it with `*/`)"),
    ("message A { string a = 1; / }", "1:27-1:28 '/': a field is expected here, not `/`"),
    ("/ a", "1:1-1:2 '/': a statement is expected here, not `/`"),
    ("/", "1:1-1:2 '/': a statement is expected here, not `/`"),
    ("é", "1:1-1:2 'é': a statement is expected here, not the character U+00E9"),
    ("message é {}", "1:9-1:10 'é': the name of the message is expected here, not the character U+00E9"),
    ("message A { string é = 1; }", "1:20-1:21 'é': `;` is expected here, not the character U+00E9"),
    ("message A\x01 {}", "1:10-1:11 '\\x01': `{` is expected here, not the character U+0001"),
    ("message A { \x02 }", "1:13-1:14 '\\x02': a field is expected here, not the character U+0002"),
    (
        "\x7f",
        "1:1-1:2 '\\x7f': a statement is expected here, not the character U+007F",
    ),
    ("option a = \x7f", "1:12-1:13 '\\x7f': a value is expected here, not the character U+007F"),
    ('"\x00', "1:2-1:3 '\\x00': the character U+0000: no proto has one (remove it)"),
    ("// \x00", "1:4-1:5 '\\x00': the character U+0000: no proto has one (remove it)"),
    ("/* \x00 */", "1:4-1:5 '\\x00': the character U+0000: no proto has one (remove it)"),
    ('option a = "\x00";', "1:13-1:14 '\\x00': the character U+0000: no proto has one (remove it)"),
    ("message A {} message A {}", "1:22-1:23 'A': the name `A` is given twice (rename one of them)"),
    ("message A {} enum A { B = 0; }", "1:19-1:20 'A': the name `A` is given twice (rename one of them)"),
    (
        "message A { message B {} enum B { C = 0; } }",
        "1:31-1:32 'B': the name `B` is given twice (rename one of them)",
    ),
    (
        "message A { oneof b { group C = 1 {} } message C {} }",
        "1:48-1:49 'C': the name `C` is given twice (rename one of them)",
    ),
    (
        "service A { rpc B (C) returns (C); rpc B (C) returns (C); }",
        "1:40-1:41 'B': the name `B` is given twice (rename one of them)",
    ),
    (
        "service Entrypoint {} service Entrypoint {}",
        "1:31-1:41 'Entrypoint': the name `Entrypoint` is given twice (rename one of them)",
    ),
    (
        "service Entrypoint {} message Entrypoint {}",
        "1:31-1:41 'Entrypoint': the name `Entrypoint` is given twice (rename one of them)",
    ),
]


@pytest.mark.parametrize(("text", "expected"), BROKEN)
def test_what_is_no_proto(text: str, expected: str) -> None:
    assert said(text) == [f"KRT022 m:{expected}"]
    assert read(text)[0] is None


@pytest.mark.parametrize(
    ("text", "second", "first"),
    [
        ("message A {}\nmessage A {}", "2:9-2:10", "1:9-1:10"),
        ("message A {\n  message B {} enum B { C = 0; } }", "2:21-2:22", "2:11-2:12"),
        ("message A { oneof b { group C = 1 {} }\n message C {} }", "2:10-2:11", "1:29-1:30"),
        ("service A { rpc B (C) returns (C);\n\n rpc B (C) returns (C); }", "3:6-3:7", "1:17-1:18"),
        ("service Entrypoint {}\nservice Entrypoint {}", "2:9-2:19", "1:9-1:19"),
        ("service Entrypoint {}\nmessage Entrypoint {}", "2:9-2:19", "1:9-1:19"),
        ("import 'a' '';\nimport public \"a\";", "2:15-2:18", "1:8-1:14"),
    ],
)
def test_both_of_two_are_shown(text: str, second: str, first: str) -> None:
    _, (diagnostic,) = read(text)
    (related,) = diagnostic.related
    assert (repr(diagnostic.span), repr(related.span)) == (f"krt/m.proto:{second}", f"krt/m.proto:{first}")
    assert related.message == "the first is here"


def test_one_name_in_two_scopes_is_two_names() -> None:
    text = "message A { message B {} message C { message B {} } } message B {} service C { rpc B (A) returns (A); }"
    assert methods(text + "service D { rpc B (A) returns (A); } service B2 {} " + SERVICE) == ["X"]


class Test_bytes:
    def test_that_are_not_utf_8(self) -> None:
        found, (diagnostic,) = read(b"// \xc3\xa9\n// \xff")
        assert found is None
        assert (diagnostic.code.id, repr(diagnostic.span)) == ("KRT001", "krt/m.proto:2:4-2:5")

    def test_that_are_too_many(self) -> None:
        assert read(b" " * (1 << 20))[1] == []
        found, diagnostics = read(b" " * ((1 << 20) + 1))
        assert found is None and ids(diagnostics) == ["KRT004"]

    def test_that_cannot_be_read(self) -> None:
        found, diagnostics = proto.read(Files({}, {"m.proto": "file"}), "m.proto")
        assert found is None
        assert list(map(shown, diagnostics)) == ["KRT022 m:1:1-1:1 '': cannot read it"]


IMPORT = 'import "b.proto"; '
HELP = "put the file into the KRT, at that path from its root"


class Test_imports:
    def test_of_what_the_krt_has(self) -> None:
        assert methods(HEAD + IMPORT + SERVICE, b="message C {}") == ["X"]
        assert methods(HEAD + "import 'b' /* . */ \".proto\";" + SERVICE, b="") == ["X"]

    @pytest.mark.parametrize(
        "name",
        [r"\x62.proto", r"\142.proto", r"\u0062.proto", r"\U00000062.prot\157", r"\X62\056proto", r"b\.proto"],
    )
    def test_with_escapes(self, name: str) -> None:
        assert methods(f'{HEAD} import "{name}"; {SERVICE}', b="") == ["X"]

    def test_with_escapes_of_bytes(self) -> None:
        assert methods(r'import "\xc3\251\\\x27\a\n.proto";', **{"é\\'\a\n": ""}) == []
        assert said(r'import "\ud800\xff.proto";') == [
            rf"""KRT110 m:1:8-1:26 '"\\ud800\\xff.proto"': `?\ufffd.proto` is not in the KRT ({HELP})""".replace(
                r"\ufffd", "\ufffd"
            )
        ]

    def test_in_parts_that_are_far_apart(self) -> None:
        assert methods(HEAD + f"import 'b' /*{'*' * 9000}*/ '.proto'; {SERVICE}", b="") == ["X"]

    def test_of_what_the_krt_does_not_have(self) -> None:
        assert said(HEAD + 'import\n  "b.proto"; import public "c.proto"; import weak "d.proto";') == [
            f"KRT110 m:5:3-5:12 '\"b.proto\"': `b.proto` is not in the KRT ({HELP})",
            f"KRT110 m:5:28-5:37 '\"c.proto\"': `c.proto` is not in the KRT ({HELP})",
            f"KRT110 m:5:51-5:60 '\"d.proto\"': `d.proto` is not in the KRT ({HELP})",
        ]

    def test_over_lines(self) -> None:
        assert said("import 'b' // the\n  '.proto' ;") == [
            f"KRT110 m:1:8-2:11 \"'b' // the\\n  '.proto'\": `b.proto` is not in the KRT ({HELP})"
        ]

    @pytest.mark.parametrize(
        ("kind", "message"),
        [
            ("missing", "is not in the KRT"),
            ("folder", "is a folder"),
            ("outside", "leads out of the KRT"),
            ("special", "is no regular file"),
        ],
    )
    def test_of_what_is_no_file(self, kind: Kind, message: str) -> None:
        _, (diagnostic,) = proto.read(Files({"m.proto": IMPORT}, {"b.proto": kind}), "m.proto")
        assert (diagnostic.code.id, diagnostic.message) == ("KRT110", f"`b.proto` {message}")

    def test_of_a_file_that_cannot_be_read(self) -> None:
        found, (diagnostic,) = proto.read(Files({"m.proto": IMPORT + SERVICE}, {"b.proto": "file"}), "m.proto")
        assert found
        assert shown(diagnostic) == "KRT110 m:1:8-1:17 '\"b.proto\"': cannot read it"

    @pytest.mark.parametrize("name", ["./b.proto", "a/../b.proto", "/b.proto", ".//b.proto", "../b.proto", "b.proto/"])
    def test_have_one_name_for_a_file(self, name: str) -> None:
        help = "did you mean `b.proto`? imports count from the root of the KRT"
        assert said(f'import "{name}";', b="") == [
            f"KRT110 m:1:8-1:{len(name) + 10} '\"{name}\"': `{name}` is not in the KRT ({help})"
        ]

    @pytest.mark.parametrize(
        ("name", "help"),
        [
            ("b.proto", "did you mean `api/b.proto`? imports count from the root of the KRT"),
            ("./b.proto", "did you mean `api/b.proto`? imports count from the root of the KRT"),
            ("../c.proto", "did you mean `c.proto`? imports count from the root of the KRT"),
            ("../../c.proto", "did you mean `c.proto`? imports count from the root of the KRT"),
            ("d.proto", HELP),
        ],
    )
    def test_count_from_the_root(self, name: str, help: str) -> None:
        files = {"api/m.proto": f'import "{name}";', "api/b.proto": "", "c.proto": ""}
        _, (diagnostic,) = proto.read(Files(files), "api/m.proto")
        assert (diagnostic.code.id, diagnostic.help) == ("KRT110", help)

    @pytest.mark.parametrize("name", ["", ".", "/", "..", "\\0", "a\\0.proto", "a\\x00"])
    def test_of_what_is_no_path(self, name: str) -> None:
        files = Files({"m.proto": f'import "{name}";'}, {"": "folder"})
        _, diagnostics = proto.read(files, "m.proto")
        assert ids(diagnostics) == ["KRT110"]
        assert not any("\0" in asked for asked in files.asked)

    def test_of_what_protoc_brings_along(self) -> None:
        names = [f"google/protobuf/{stem}.proto" for stem in ("any", "compiler/plugin", "cpp_features", "wrappers")]
        assert methods(HEAD + "".join(f'import "{name}";' for name in names) + SERVICE) == ["X"]

    @pytest.mark.parametrize(
        ("name", "help"),
        [
            ("google/protobuf/timestmp.proto", "did you mean `google/protobuf/timestamp.proto`?"),
            ("google/protobuf/Empty.proto", "did you mean `google/protobuf/empty.proto`?"),
            ("google/protobuf/empty", "did you mean `google/protobuf/empty.proto`?"),
            ("google/protobuf/date_and_time.proto", HELP),
            ("google/protobuf/.proto", HELP),
            ("google/api/annotations.proto", HELP),
            ("empty.proto", HELP),
            ("empty", HELP),
        ],
    )
    def test_of_what_it_does_not_bring_along(self, name: str, help: str) -> None:
        _, (diagnostic,) = read(f'import "{name}";')
        assert (diagnostic.code.id, diagnostic.help) == ("KRT110", help)

    def test_of_a_krt_that_has_its_own_copy(self) -> None:
        own = {"google/protobuf/empty": "package google.protobuf; message Void {}", "google/protobuf/own": ""}
        text = 'import "google/protobuf/empty.proto"; import "google/protobuf/own.proto"; service Entrypoint {'
        assert methods(text + "rpc X (google.protobuf.Void) returns (google.protobuf.Void); }", **own) == ["X"]

    def test_of_a_broken_file_are_told_once_in_that_file(self) -> None:
        text = HEAD + IMPORT + 'import "c.proto";' + SERVICE
        found, diagnostics = read(text, b="message {}", c=IMPORT)
        assert found and [method.name for method in found.methods] == ["X"]
        assert list(map(shown, diagnostics)) == [
            "KRT022 b:1:9-1:10 '{': the name of the message is expected here, not `{`"
        ]

    def test_of_bytes_that_are_no_text(self) -> None:
        assert ids(read(IMPORT, b=b"\xff")[1]) == ["KRT001"]
        assert ids(read(IMPORT, b=b" " * ((1 << 20) + 1))[1]) == ["KRT004"]

    def test_of_imports(self) -> None:
        assert methods(IMPORT, b='import "c.proto";', c='import "d.proto";', d="") == []
        assert said(IMPORT, b='import "c.proto";', c='import "d.proto"; import "e.proto";', d="message {}") == [
            "KRT022 d:1:9-1:10 '{': the name of the message is expected here, not `{`",
            f"KRT110 c:1:26-1:35 '\"e.proto\"': `e.proto` is not in the KRT ({HELP})",
        ]

    def test_read_a_file_once(self) -> None:
        files = {
            "m.proto": IMPORT + 'import "c.proto";',
            "b.proto": 'import "d.proto";',
            "c.proto": 'import "d.proto";',
        }
        tree = Files({**files, "d.proto": 'import "e.proto";', "e.proto": ""})
        assert proto.read(tree, "m.proto")[1] == []
        assert tree.asked == ["b.proto", "c.proto", "d.proto", "e.proto"]


class Test_cycles:
    @pytest.mark.parametrize(
        ("files", "expected"),
        [
            ({"m": "m"}, ["m:1:8-1:17 m.proto -> m.proto"]),
            ({"m": "b", "b": "m"}, ["b:1:8-1:17 m.proto -> b.proto -> m.proto"]),
            ({"m": "b", "b": "cd", "c": "d", "d": "b"}, ["d:1:8-1:17 b.proto -> c.proto -> d.proto -> b.proto"]),
            (
                {"m": "bc", "b": "m", "c": "bm"},
                ["b:1:8-1:17 m.proto -> b.proto -> m.proto", "c:1:26-1:35 m.proto -> c.proto -> m.proto"],
            ),
            ({"m": "bc", "b": "d", "c": "d", "d": "e", "e": ""}, []),
        ],
    )
    def test_are_told_where_they_close(self, files: dict[str, str], expected: list[str]) -> None:
        texts = {name: " ".join(f'import "{other}.proto";' for other in others) for name, others in files.items()}
        text = texts.pop("m")
        found, diagnostics = read(text, **texts)
        assert found
        help = "move what both need into a file of its own"
        assert list(map(shown, diagnostics)) == [
            f"KRT110 {place} '\"{way.split()[-1]}\"': files that import each other: {way} ({help})"
            for place, _, way in (each.partition(" ") for each in expected)
        ]

    def test_of_a_proto_that_is_named_in_another_way(self) -> None:
        files = {"./m.proto": IMPORT, "b.proto": 'import "m.proto";'}
        _, (diagnostic,) = proto.read(Files(files), "./m.proto")
        assert diagnostic.message == "files that import each other: m.proto -> b.proto -> m.proto"

    def test_hide_no_message(self) -> None:
        text = IMPORT + "message A {} service Entrypoint { rpc X (A) returns (C); rpc Y (A) returns (D); }"
        assert ids(read(text, b='import "m.proto"; message C {}')[1]) == ["KRT110", "KRT111"]


def unknown(text: str, **files: str) -> list[str]:
    """The types that no proto defines, with what is said of them."""
    found, diagnostics = read(text, **files)
    assert found
    assert {d.code.id for d in diagnostics} <= {"KRT111"}
    return [f"{stretch(d.span)}: {d.message}" + (f" ({d.help})" if d.help else "") for d in diagnostics]


def entrypoint(*types: str) -> str:
    """A service with an rpc for each type."""
    return f"service Entrypoint {{ {' '.join(f'rpc X{i} ({t}) returns ({t});' for i, t in enumerate(types))} }}"


class Test_messages:
    @pytest.mark.parametrize(
        ("text", "types"),
        [
            pytest.param("message A {}", ["A", ".A", ". A", "/* . */ A"], id="no package"),
            pytest.param("package p; message A {}", ["A", "p.A", ".p.A", "p . A"], id="package"),
            pytest.param("message A {} package p;", ["A", "p.A", ".p.A"], id="package at the end"),
            pytest.param("package p.q.r; message A {}", ["A", "r.A", "q.r.A", "p.q.r.A", ".p.q.r.A"], id="packages"),
            pytest.param("message A { message B { message C {} } }", ["A.B", "A.B.C", ".A.B.C"], id="nested"),
            pytest.param(
                "message A { oneof b { group C = 1 { message D {} } } }", ["A.C", "A.C.D"], id="group in a oneof"
            ),
            pytest.param("extend A { optional group B = 1 {} } message A {}", ["B"], id="group in an extension"),
            pytest.param("message A { extend A { optional group B = 1 {} } }", ["A.B"], id="nested group"),
            pytest.param("message A { map<string, A> by_name = 1; }", ["A.ByNameEntry"], id="entry of a map"),
            pytest.param("message A {} enum B { C = 0; } message D {}", ["A", "D"], id="behind an enum"),
            pytest.param("message A { string message = 1; message B {} }", ["A.B"], id="behind a field"),
            pytest.param(
                "message A { reserved 'x'; message B {} option c = {}; message D {} }", ["A.B", "A.D"], id="more"
            ),
        ],
    )
    def test_of_the_file(self, text: str, types: list[str]) -> None:
        assert unknown(text + entrypoint(*types)) == []
        assert unknown(f"{entrypoint(*types)} {text}") == []

    @pytest.mark.parametrize(
        ("files", "types"),
        [
            pytest.param({"b": "message C {}"}, ["C", ".C"], id="import"),
            pytest.param({"b": "package q; message C {}"}, ["q.C", ".q.C"], id="other package"),
            pytest.param({"b": "package p; message C {}"}, ["C", "p.C", ".p.C"], id="same package"),
            pytest.param({"b": "package p.q; message C {}"}, ["q.C", "p.q.C", ".p.q.C"], id="inner package"),
            pytest.param({"b": "import public 'c.proto';", "c": "message C {}"}, ["C"], id="public import"),
            pytest.param(
                {"b": "import public 'c.proto';", "c": "import public 'd.proto';", "d": "message C {}"},
                ["C"],
                id="public import of a public import",
            ),
        ],
    )
    def test_of_an_import(self, files: dict[str, str], types: list[str]) -> None:
        for how in ("", "public ", "weak "):
            assert unknown(f"package p; import {how}'b.proto'; {entrypoint(*types)}", **files) == []

    def test_of_what_protoc_brings_along(self) -> None:
        text = 'import "google/protobuf/empty.proto"; import "google/protobuf/compiler/plugin.proto";'
        types = [
            "google.protobuf.Empty",
            ".google.protobuf.Empty",
            "google.protobuf.compiler.CodeGeneratorResponse.File",
        ]
        assert unknown(text + entrypoint(*types)) == []
        assert unknown("package google.protobuf.x;" + text + entrypoint("Empty", "protobuf.Empty")) == []

    @pytest.mark.parametrize(
        ("text", "name", "expected"),
        [
            ("", "A", "no message `A`"),
            ("message Request {}", "Reqest", "no message `Reqest` (did you mean `Request`?)"),
            ("package p; message Request {}", "Reqest", "no message `Reqest` (did you mean `Request`?)"),
            ("package p; message Request {}", ".p.Reqest", "no message `.p.Reqest` (did you mean `.p.Request`?)"),
            ("package p; message Request {}", ".Request", "no message `.Request` (did you mean `.p.Request`?)"),
            ("message A { message Item {} }", "Item", "no message `Item` (did you mean `A.Item`?)"),
            ("message A {} message B { message A {} }", "A.B", "no message `A.B` (did you mean `B`?)"),
            (
                "message A { enum B { C = 0; } }",
                "A.B",
                "`A.B` is no message, but the enum of that name (make it a field of a message)",
            ),
            ("enum A { B = 0; }", ".A", "`.A` is no message, but the enum of that name (make it a field of a message)"),
            ("package p;", "p", "`p` is no message, but the package of that name"),
            ("", "Entrypoint", "`Entrypoint` is no message, but the service of that name"),
            ("", "Entrypoint.X0", "`Entrypoint.X0` is no message, but the rpc of that name"),
            ("", "X0", "`X0` is no message, but the rpc of that name"),
            (
                "package p; message X0 {}",
                "X0",
                "`X0` is no message, but the rpc of that name (write `.p.X0`: names are looked up from the inside out)",
            ),
            (
                "message string {}",
                "string",
                "`string` is no message, but the scalar of that name (make it a field of a message)",
            ),
            ("", "google.protobuf.Empty", 'no message `google.protobuf.Empty` (import "google/protobuf/empty.proto")'),
            ("", ".pb.GoFeatures", 'no message `.pb.GoFeatures` (import "google/protobuf/go_features.proto")'),
            (
                'import "google/protobuf/empty.proto";',
                "google.protobuf.Emty",
                "no message `google.protobuf.Emty` (did you mean `google.protobuf.Empty`?)",
            ),
            (
                'import "google/protobuf/empty.proto";',
                "Empty",
                "no message `Empty` (did you mean `google.protobuf.Empty`?)",
            ),
            (
                'import "google/protobuf/struct.proto";',
                "google.protobuf.NullValue",
                "no message `google.protobuf.NullValue` (did you mean `google.protobuf.Value`?)",
            ),
        ],
    )
    def test_that_are_none(self, text: str, name: str, expected: str) -> None:
        assert unknown(text + entrypoint(name)) == [f"{name}: {expected}"] * 2

    def test_are_looked_up_from_the_inside_out(self) -> None:
        other = "package q; message A { message B {} }"
        text = "package p.q; message A {}" + IMPORT + entrypoint("q.A", ".q.A", "q.A.B", ".q.A.B")
        assert (
            unknown(text, b=other)
            == ["q.A.B: no message `q.A.B` (write `.q.A.B`: names are looked up from the inside out)"] * 2
        )
        # Packages of files that are not imported by this one hide nothing.
        text = "package p; import 'b.proto'; import 'c.proto';" + entrypoint("q.A")
        assert unknown(text, b=other, c="import 'd.proto';", d="package p.q;") == []
        assert unknown(text, b=other, c="import public 'd.proto';", d="package p.q;") != []

    def test_of_imports_of_imports_are_none(self) -> None:
        text = IMPORT + entrypoint("C")
        assert unknown(text, b="import 'c.proto';", c="message C {}") == ["C: no message `C`"] * 2
        text = 'edition = "2024"; import option "b.proto";' + entrypoint("C")
        assert unknown(text, b="message C {}") == ["C: no message `C`"] * 2

    def test_have_their_places(self) -> None:
        text = "service Entrypoint {\n  rpc X (stream . a /* é */\n .B) returns (stream C);\n}"
        assert said(text) == [
            "KRT111 m:2:17-3:4 '. a /* é */\\n .B': no message `.a.B`",
            "KRT111 m:3:22-3:23 'C': no message `C`",
        ]
        assert said("message A {}\nservice Entrypoint {\n rpc X (A)\n  returns (B);\n rpc Y (A) returns (A); }\n") == [
            "KRT111 m:4:12-4:13 'B': no message `B`"
        ]

    @pytest.mark.parametrize("broken", [None, "message {}", b"\xff"])
    def test_may_come_from_a_file_that_cannot_be_read(self, broken: str | bytes | None) -> None:
        text = "enum E { F = 0; } message A {}" + entrypoint("A", "C", "E", "q.C")
        files: dict[str, str | bytes] = {} if broken is None else {"b": broken}
        assert len(said(IMPORT + text, **files)) == 1
        public = "import public 'b.proto';"
        assert len(said("import 'c.proto';" + text, c=public, **files)) == 1
        # What is certain is told all the same; and nothing comes from what is imported but not publicly.
        assert len(said(IMPORT + entrypoint("X0", "int32"), **files)) == 5
        assert len(said("import 'c.proto';" + text, c=IMPORT, **files)) == 7


def repeated(unit: str, head: str = "", tail: str = "") -> str:
    """As many units as a file may hold."""
    return head + unit * (((1 << 20) - len((head + tail).encode())) // len(unit.encode())) + tail


def numbered(unit: str, head: str = "", tail: str = "") -> str:
    """As many units as a file may hold, no two alike."""
    longest = len(unit.replace("#", "99999").encode())
    units = [unit.replace("#", str(number)) for number in range(((1 << 20) - len(head + tail)) // longest)]
    return f"{head}{''.join(units)}{tail}"


class Test_hostile_files:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            pytest.param("message A" + "{message A" * 100_000, ["KRT004"], id="nested messages"),
            pytest.param(repeated("message A {"), ["KRT004"], id="nested messages with spaces"),
            pytest.param("message A {" * 65 + "}" * 65, ["KRT004"], id="65 levels"),
            pytest.param(numbered("message A#{}"), ["KRT004"], id="messages"),
            pytest.param(numbered("rpc X#(B#)returns(C#);", "service Entrypoint {", "}"), ["KRT004"], id="rpcs"),
            pytest.param(numbered('import "#";'), ["KRT004"], id="imports"),
            pytest.param(repeated('import "a";'), ["KRT022"], id="one import"),
            pytest.param(repeated("{"), ["KRT022"], id="braces"),
            pytest.param(repeated("{", "option a = "), ["KRT004"], id="braces of an option"),
            pytest.param(repeated("{ [", "message A { string a = 1 [b = "), ["KRT004"], id="braces of a field"),
            pytest.param(repeated("a;", "message A {"), ["KRT004"], id="fields"),
            pytest.param(repeated("/*"), ["KRT022"], id="comments in comments"),
            pytest.param(repeated("*", "/*"), ["KRT022"], id="a comment that does not end"),
            pytest.param(repeated("/**/"), [], id="comments"),
            pytest.param(repeated("/ ", "option a = {"), ["KRT022"], id="slashes"),
            pytest.param(repeated('"'), ["KRT022"], id="quotes"),
            pytest.param(repeated("\\", "option a = '"), ["KRT022"], id="backslashes"),
            pytest.param(repeated("\\1", "import '", "';"), ["KRT004"], id="escapes"),
            pytest.param(repeated('""', "import "), ["KRT004"], id="empty strings"),
            pytest.param(repeated("1"), ["KRT022"], id="digits"),
            pytest.param(repeated("1e+", "option a = ", ";"), [], id="a number"),
            pytest.param(repeated("a"), ["KRT022"], id="letters"),
            pytest.param(repeated("a", "package ", ";"), ["KRT004"], id="a long name"),
            pytest.param(repeated("a.", "package "), ["KRT004"], id="a name of many parts"),
            pytest.param(repeated("a", "import '", "';"), ["KRT004"], id="a long import"),
            pytest.param(repeated(";"), ["KRT004"], id="empty statements"),
            pytest.param(repeated("\n"), [], id="empty lines"),
            pytest.param(repeated("\0"), ["KRT022"], id="NUL"),
            pytest.param(repeated("é"), ["KRT022"], id="letters of other scripts"),
        ],
    )
    def test_are_refused_or_read(self, text: str, expected: list[str]) -> None:
        assert len(text.encode()) <= 1 << 20
        found, diagnostics = read(text)
        assert ids(diagnostics) == expected
        assert (found is None) == bool(expected)

    def test_have_their_places(self) -> None:
        assert said("message A {" * 65) == ["KRT004 m:1:715-1:716 '{': nested deeper than 64 levels"]
        assert said("message A {" * 64 + "}" * 64) == []
        long = "a" * 513
        assert said(f"message {long} {{}}") == [f"KRT004 m:1:9-1:522 {long!r}: a name is longer than 512 characters"]
        nested = f"message {long[:510]} {{ message B {{}} message BC {{}} }}"
        assert said(nested) == ["KRT004 m:1:543-1:545 'BC': a name is longer than 512 characters"]
        (diagnostic,) = read(";" * 100_001)[1]
        assert diagnostic.message == "a proto and its imports with over 100,000 tokens"
        assert repr(diagnostic.span) == "krt/m.proto:1:100001-1:100002"

    def test_with_many_unknown_types(self) -> None:
        assert len(unknown(entrypoint(*(f"B{i}" for i in range(500))))) == 200

    def test_with_a_type_that_none_of_many_messages_is(self) -> None:
        assert (
            unknown(numbered("message A#{}")[:350_000].rpartition("message")[0] + entrypoint("B"))
            == ["B: no message `B`"] * 2
        )

    def test_with_many_imports(self) -> None:
        files = {f"{i}.proto": f'import "{i + 1}.proto";' for i in range(200)}
        tree = Files(files)
        found, (diagnostic,) = proto.read(tree, "0.proto")
        assert found and len(tree.asked) == 99
        assert shown(diagnostic) == "KRT004 99:1:8-1:19 '\"100.proto\"': more than 100 imported files"

    def test_with_many_missing_imports(self) -> None:
        diagnostics = read("".join(f'import "{i}";' for i in range(200)))[1]
        assert ids(diagnostics) == ["KRT110"] * 99 + ["KRT004"]

    def test_with_much_in_all_imports_together(self) -> None:
        text = "message A {" + "a;" * 20_000 + "}"
        files = dict.fromkeys("bcdef", text)
        _, (diagnostic,) = read("".join(f'import "{name}.proto";' for name in files), **files)
        assert diagnostic.code.id == "KRT004" and diagnostic.span.file.name == "krt/d.proto"

    def test_with_imports_of_each_other(self) -> None:
        text = "".join(f'import "{i}.proto";' for i in range(100))
        found, diagnostics = proto.read(Files({f"{i}.proto": text for i in range(100)}), "0.proto")
        assert found and set(ids(diagnostics)) == {"KRT110"}
