"""The reader of protos against protoc: what protoc takes, krtc takes, with the same methods of `service Entrypoint`.

The converse holds where krtc looks: at what is declared, imported and named in rpcs; not at fields.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from random import Random

import grpc_tools  # type: ignore[import-untyped]
import pytest
from google.protobuf.descriptor_pb2 import (  # type: ignore[import-untyped]
    DescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
)
from grpc_tools import protoc
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from krtc.frontend import proto
from krtc.frontend.proto_file import MOST_TOKENS, ProtoFile
from tests.unit.test_proto import BROKEN, Files

SHIPPED = Path(grpc_tools.__file__).parent / "_proto"
MAIN = "m.proto"
Methods = list[tuple[str, bool]]
Texts = dict[str, str]


def by_protoc(texts: Mapping[str, str]) -> list[FileDescriptorProto] | None:
    """What protoc makes of a proto and of its imports, that of the proto the last; None when it refuses them."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        out = Path(folder, "out")
        includes = [f"-I{folder}", f"-I{SHIPPED}", "--include_imports", f"--descriptor_set_out={out}"]
        if protoc.main(["protoc", *includes, MAIN]):
            return None
        return list(FileDescriptorSet.FromString(out.read_bytes()).file)


def expected(texts: Mapping[str, str]) -> Methods | None:
    """The methods of `service Entrypoint`, and which stream."""
    files = by_protoc(texts)
    if files is None:
        return None
    methods = [method for service in files[-1].service if service.name == "Entrypoint" for method in service.method]
    return [(method.name, method.client_streaming or method.server_streaming) for method in methods]


def found(texts: Mapping[str, str]) -> tuple[Methods | None, list[str]]:
    """The same, as krtc sees them, and what it has to say."""
    read, diagnostics = proto.read(Files(texts), MAIN)
    methods = [(method.name, method.streams) for method in read.methods] if read else None
    return methods, [f"{d.span!r}: {d.message}" for d in diagnostics]


def check(texts: Texts) -> None:
    """What protoc takes, krtc takes."""
    wanted = expected(texts)
    if wanted is not None:
        assert found(texts) == (wanted, []), texts


# --- what protoc brings along


def messages(descriptors: Iterable[DescriptorProto], scope: str = "") -> Iterator[str]:
    for descriptor in descriptors:
        if not descriptor.options.map_entry:
            yield scope + descriptor.name
            yield from messages(descriptor.nested_type, f"{scope}{descriptor.name}.")


def test_the_table_of_what_protoc_brings_along() -> None:
    stems = [
        path.relative_to(SHIPPED / "google/protobuf").with_suffix("").as_posix() for path in SHIPPED.rglob("*.proto")
    ]
    files = by_protoc({MAIN: "".join(f'import "google/protobuf/{stem}.proto";' for stem in stems)})
    assert files
    table = {
        file.name.removeprefix("google/protobuf/").removesuffix(".proto"): (
            file.package,
            sorted(messages(file.message_type)),
        )
        for file in files[:-1]
    }
    assert {stem: (package, sorted(names.split())) for stem, (package, names) in proto._SHIPPED.items()} == table


@pytest.mark.parametrize("path", sorted(SHIPPED.rglob("*.proto")), ids=lambda path: path.name)
def test_what_protoc_brings_along_is_read(path: Path) -> None:
    file = ProtoFile(path.name, path.read_bytes(), MOST_TOKENS)
    assert file.whole
    package, names = proto._SHIPPED[path.relative_to(SHIPPED / "google/protobuf").with_suffix("").as_posix()]
    assert file.package == package
    assert sorted(name for name, (kind, _) in file.names.items() if kind == "message") == sorted(names.split())


# --- what is broken


@pytest.mark.parametrize("text", [text for text, _ in BROKEN])
def test_what_krtc_refuses_protoc_refuses(text: str) -> None:
    assert found({MAIN: text, "a": "", "b": ""})[0] is None
    assert expected({MAIN: text, "a": "", "b": ""}) is None


A = 'syntax = "proto3"; message A {} '


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param({MAIN: 'import "missing.proto";'}, id="missing import"),
        pytest.param({MAIN: 'import weak "missing.proto";'}, id="missing weak import"),
        pytest.param({MAIN: 'import "./b.proto";', "b.proto": ""}, id="dot"),
        pytest.param({MAIN: 'import "a/../b.proto";', "b.proto": "", "a/c.proto": ""}, id="dots"),
        pytest.param({MAIN: 'import "a//b.proto";', "a/b.proto": ""}, id="slashes"),
        pytest.param({MAIN: 'import "a";', "a/b.proto": ""}, id="folder"),
        pytest.param({MAIN: 'import "google/protobuf/timestmp.proto";'}, id="no file of protoc's"),
        pytest.param({MAIN: f'import "{MAIN}";'}, id="itself"),
        pytest.param({MAIN: 'import "b.proto";', "b.proto": f'import "{MAIN}";'}, id="cycle"),
        pytest.param({MAIN: 'import "b.proto";', "b.proto": "message {}"}, id="broken import"),
        pytest.param({MAIN: A + "service Entrypoint { rpc A (A) returns (.A); }"}, id="name of the rpc"),
        pytest.param(
            {MAIN: A + "service Entrypoint { rpc X (B) returns (A); rpc B (A) returns (A); }"}, id="other rpc"
        ),
        pytest.param({MAIN: A + "service Entrypoint { rpc X (string) returns (A); }"}, id="scalar"),
        pytest.param(
            {MAIN: "message string {} service Entrypoint { rpc X (string) returns (string); }"}, id="message string"
        ),
        pytest.param({MAIN: A + "enum E { F = 0; } service Entrypoint { rpc X (A) returns (E); }"}, id="enum"),
        pytest.param({MAIN: A + "service Entrypoint { rpc X (A) returns (Entrypoint); }"}, id="service"),
        pytest.param({MAIN: "message A {" * 65 + "}" * 65}, id="65 levels"),
    ],
)
def test_what_krtc_complains_of_protoc_refuses(texts: Texts) -> None:
    assert found(texts)[1]
    assert expected(texts) is None


X = "service Entrypoint { rpc X (A) returns (stream A); }"


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param({MAIN: ""}, id="nothing"),
        pytest.param({MAIN: f"\ufeff{A}{X}"}, id="byte order mark"),
        pytest.param({MAIN: A + X.replace("(A)", "(a.A)") + "package a;"}, id="package at the end"),
        pytest.param({MAIN: A + r"import '\x62.prot' '\157';" + X, "b.proto": ""}, id="escapes"),
        pytest.param({MAIN: 'edition = "2024"; export message A {} local enum E { F = 0; }' + X}, id="visibility"),
        pytest.param(
            {MAIN: f'edition = "2024"; import option "b.proto"; message A {{}} {X}', "b.proto": ""}, id="option"
        ),
        pytest.param({MAIN: A + "message M { map<string, A> a_b = 1; }" + X.replace("(A)", "(M.ABEntry)")}, id="map"),
        pytest.param(
            {MAIN: A + "message message {} message M { oneof o { message m = 1; } }" + X}, id="message of a oneof"
        ),
        pytest.param(
            {MAIN: A + "message optional {} message M { .optional o = 1; optional optional p = 2; }" + X}, id="label"
        ),
        pytest.param(
            {
                MAIN: "message option { message D {} extensions 4 to 9; } message A { extend option {"
                "optional option a = 4; repeated option.D b = 5; optional group G = 6 { } } }"
                + X.replace("(A)", "(A.G)")
            },
            id="extend",
        ),
        pytest.param(
            {
                MAIN: 'import "google/protobuf/empty.proto"; message A {}' + X.replace("(A)", "(google.protobuf.Void)"),
                "google/protobuf/empty.proto": "package google.protobuf; message Void {}",
            },
            id="own copy",
        ),
        pytest.param({MAIN: A + "\f\v\r // \x01\x7f\n /* \x02 */ option java_package = '\x03\t';" + X}, id="controls"),
    ],
)
def test_what_is_odd_but_right(texts: Texts) -> None:
    assert expected(texts) is not None
    check(texts)


# --- what is right, and what is right by chance

WORDS = (
    "message",
    "enum",
    "service",
    "rpc",
    "returns",
    "stream",
    "option",
    "group",
    "syntax",
    "package",
    "oneof",
    "extend",
)
OPTIONS = "options.proto"
# Options of our own, so that aggregates have a type, and any text a place.
OPTIONS_TEXT = 'syntax = "proto2"; package o; import "google/protobuf/descriptor.proto"; message Any {' + "".join(
    [" optional string s = 1; repeated Any any = 2; optional double d = 3; repeated int32 list = 4; }"]
    + [
        f"extend google.protobuf.{k}Options {{ optional Any {k.lower()} = 50000; }}"
        for k in ("File", "Message", "Field", "Oneof", "Enum", "EnumValue", "Service", "Method")
    ]
)


class Writer:
    """Writes three protos that are right, token by token, but for the types of the rpcs of `service Entrypoint`."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.number = 0
        self.syntax = ""
        self.local: list[str] = []
        self.known: list[str] = ["google.protobuf.Empty", "google.protobuf.Timestamp", "Missing", "a.Missing"]

    def files(self) -> dict[str, list[str]]:
        packages = {name: self.random.choice(["", "", "a", "a.b", "a.b.c", "b", "c"]) for name in ("b", "c", "m")}
        imports = {"b": ["c"] * self.coin(), "c": [], "m": [name for name in ("b", "c") if self.coin(0.7)]}
        pools = {"b": ["B", "Bee"], "c": ["C", "Sea"], "m": ["A", "Sort", "stream", "message"]}
        files = {
            f"{name}.proto": self.file(name, packages[name], imports[name], pools[name]) for name in ("b", "c", "m")
        }
        return {OPTIONS: [OPTIONS_TEXT], **files}

    def coin(self, chance: float = 0.5) -> bool:
        return self.random.random() < chance

    def some(self, *makers: Callable[[], list[str]], most: int = 3) -> list[str]:
        return [token for _ in range(self.random.randint(0, most)) for token in self.random.choice(makers)()]

    def new(self) -> str:
        self.number += 1
        return f"{self.random.choice(['n', 'N_', '_', *WORDS])}{self.number}"

    def string(self, value: str | None = None) -> list[str]:
        if value is None:
            value = self.random.choice(
                ["", "{", "}", "};", "//", "/*", "*/", "'", '"', "\\", "é😀", "[", ";", "a.b", "\n"]
            )
        at = self.random.randint(0, len(value))
        parts = [value[:at], value[at:]] if self.coin(0.2) else [value]
        return [self.quoted(part) for part in parts]

    def quoted(self, value: str) -> str:
        quote = self.random.choice("'\"")
        escaped = value.replace("\\", "\\\\").replace("\n", "\\n").replace(quote, f"\\{quote}")
        if value.isascii() and value.isalnum() and self.coin(0.2):
            escaped = "".join(self.random.choice([c, f"\\x{ord(c):02x}", f"\\{ord(c):03o}"]) for c in value)
        return f"{quote}{escaped}{quote}"

    def file(self, name: str, package: str, imports: list[str], pool: list[str]) -> list[str]:
        self.syntax = self.random.choice(["proto2", "proto3", "2023", ""])
        keyword = "edition" if self.syntax == "2023" else "syntax"
        head = [keyword, "=", *self.string(self.syntax), ";"] if self.syntax else []
        parts = [["import", *self.string(OPTIONS), ";"]]
        for other in imports:
            parts.append(["import", *["public"] * self.coin(), *self.string(f"{other}.proto"), ";"])
        if self.coin():
            parts.append(["import", *self.string("google/protobuf/empty.proto"), ";"])
        if package:
            parts.append(["package", *self.dotted(package), ";"])
        scope = f"{package}." if package else ""
        self.local = []
        parts += [self.message(own, scope, 0) for own in pool if self.coin(0.8)]
        parts += [self.enum() for _ in range(self.random.randint(0, 2))]
        parts += [self.option("file")] * self.coin(0.4)
        own = self.message(self.new(), scope, 2)
        parts += [own, *([self.service(self.new(), lambda: [".", *self.dotted(scope + own[1])])] * self.coin())]
        self.random.shuffle(parts)
        if name == "m":
            parts.insert(self.random.randint(0, len(parts)), self.service("Entrypoint", self.reference))
        return head + [token for part in parts for token in part + [";"] * self.coin(0.1)]

    def dotted(self, name: str) -> list[str]:
        return name.replace(".", " . ").split()

    def reference(self) -> list[str]:
        """A type that is right, most of the time."""
        if self.local and self.coin(0.85):
            return [".", *self.dotted(self.random.choice(self.local))]
        parts = self.random.choice(self.known).split(".")
        if self.coin(0.3):
            return [".", *self.dotted(".".join(parts))]
        return self.dotted(".".join(parts[self.random.randint(0, len(parts) - 1) :]))

    def message(self, name: str, scope: str, depth: int) -> list[str]:
        self.known.append(scope + name)
        self.local.append(scope + name)
        scope = f"{scope}{name}."
        makers = [self.field, self.enum, self.oneof, self.reserved]
        if self.syntax in ("proto2", "") and depth < 3:
            makers.append(lambda: self.group(scope, depth, ["optional"]))
        if depth < 3:
            makers.append(lambda: self.message(self.new(), scope, depth + 1))
        body = self.option("message") * self.coin(0.2) + self.some(*makers, most=4)
        if depth < 2 and self.coin(0.3):  # of the same name as another message or package
            body += self.message(self.random.choice(["A", "B", "C", "a", "b", "Entrypoint"]), scope, depth + 1)
        return ["message", name, "{", *body, "}"]

    def label(self) -> list[str]:
        if self.syntax in ("proto2", ""):
            return [self.random.choice(["optional", "repeated"])]
        return ["repeated"] * self.coin(0.3)

    def tail(self) -> list[str]:
        self.number += 1
        options = [
            self.aggregate("field")[1:-1],
            ["deprecated", "=", "true"],
            ["json_name", "=", *self.string(f"j{self.number}")],
        ]
        chosen = self.random.sample(options, self.random.randint(1, 3))
        return [
            "=",
            str(self.number),
            *(["[", *[t for o in chosen for t in [",", *o]][1:], "]"] if self.coin(0.4) else []),
            ";",
        ]

    def field(self) -> list[str]:
        if self.coin(0.2):
            return ["map", "<", "string", ",", ".", "o", ".", "Any", ">", self.new(), *self.tail()]
        return [
            *self.label(),
            *self.random.choice([["string"], ["int32"], ["bytes"], [".", "o", ".", "Any"]]),
            self.new(),
            *self.tail(),
        ]

    def group(self, scope: str, depth: int, label: list[str]) -> list[str]:
        self.number += 1
        name = f"G{self.number}"
        body = self.message(name, scope, depth + 1)[2:]
        return [*label, "group", name, "=", str(self.number), *body]

    def oneof(self) -> list[str]:
        fields = [token for _ in range(self.random.randint(1, 2)) for token in ["string", self.new(), *self.tail()]]
        return ["oneof", self.new(), "{", *self.option("oneof") * self.coin(0.3), *fields, "}"]

    def reserved(self) -> list[str]:
        self.number += 2
        if self.syntax != "2023" and self.coin():
            return ["reserved", *self.string(f"r{self.number}"), ";"]
        return ["reserved", str(self.number - 1), "to", str(self.number), ";"]

    def enum(self) -> list[str]:
        values = [self.new(), "=", "0", ";", self.new(), "=", "1", "[", *self.aggregate("enumvalue")[1:-1], "]", ";"]
        return ["enum", self.new(), "{", *self.option("enum") * self.coin(0.3), *values, "}"]

    def aggregate(self, kind: str) -> list[str]:
        value = ["s", ":", *self.string()] * self.coin() + ["any", "{", "any", ":", "{", "}", "}"] * self.coin()
        value += ["any", "<", "s", ":", *self.string(), ">"] * self.coin() + [
            "list",
            ":",
            "[",
            "1",
            ",",
            "2",
            "]",
        ] * self.coin()
        return ["option", "(", ".", "o", ".", kind, ")", "=", "{", *value, "}", ";"]

    def option(self, kind: str) -> list[str]:
        if self.coin():
            return self.aggregate(kind)
        value = self.random.choice([["-", "1.5e-3"], ["-", "inf"], ["nan"], ["0x1F"], [".5"], ["3"]])
        return ["option", "(", ".", "o", ".", kind, ")", ".", "d", "=", *value, ";"]

    def service(self, name: str, reference: Callable[[], list[str]]) -> list[str]:
        names = self.random.sample(["A", "Sort", "B", "C", *WORDS], self.random.randint(0, 3))
        tokens = ["service", name, "{", *self.option("service") * self.coin(0.2)]
        for rpc in names:
            types = [["(", *["stream"] * self.coin(0.2), *reference(), ")"] for _ in range(2)]
            tokens += ["rpc", rpc, *types[0], "returns", *types[1]]
            tokens += (
                ["{", *self.option("method") * self.coin(), *[";"] * self.coin(), "}"] if self.coin(0.3) else [";"]
            )
        return [*tokens, "}"]


SPACES = (
    " ",
    " ",
    " ",
    "\n",
    "\t",
    "\r\n",
    "",
    "",
    "/**/",
    "/* } { \" ' ; // */",
    "// '\" /* { } ;\n",
    " /* * é😀\n ** */ ",
    "//\n\n",
)


def joined(tokens: list[str], random: Random) -> str:
    """Tokens with anything between them that keeps them apart."""
    text = ""
    for token in tokens:
        space = random.choice(SPACES)
        apart = not (text[-1:].isalnum() or text[-1:] in "_.") or not (token[0].isalnum() or token[0] in "_.")
        text += (space or " " * (not apart)) + token
    return text + random.choice(SPACES)


many = settings(max_examples=150, suppress_health_check=list(HealthCheck))


@many
@given(st.randoms(use_true_random=True))
def test_the_same_is_taken_with_the_same_methods(random: Random) -> None:
    texts = {name: joined(tokens, random) for name, tokens in Writer(random).files().items()}
    methods, diagnostics = found(texts)
    assert (methods if not diagnostics else None) == expected(texts), (texts, diagnostics)


def changes(tokens: list[str], at: int, random: Random) -> Iterator[list[str]]:
    """The tokens without one of them, with one twice, with two exchanged, with one more, and with another one."""
    one, before, after = tokens[at], tokens[:at], tokens[at + 1 :]
    yield [*before, *after]
    yield [*before, one, one, *after]
    yield [*before, *after[:1], one, *after[1:]]
    other = random.choice(
        [*tokens, *"{}[]();.=-,<>/*'\"", "//", "/*", "*/", "export", "local", "weak", "max", "1", "é"]
    )
    yield [*before, other, one, *after]
    yield [*before, other, *after]


@settings(many, max_examples=60)
@given(st.randoms(use_true_random=True))
def test_what_is_taken_by_chance_is_taken(random: Random) -> None:
    files = Writer(random).files()
    name = random.choice([MAIN, MAIN, "b.proto"])
    texts = {other: joined(tokens, random) for other, tokens in files.items()}
    for changed in changes(files[name], random.randrange(len(files[name])), random):
        check({**texts, name: joined(changed, random)})
    text = texts[name]
    at = random.randrange(len(text))
    for character in ("", *random.sample("\"'/*\\\n{}[]().;=#\x01\x7f\x0cé0a_", 4)):
        check({**texts, name: text[:at] + character + text[at + (not character) :]})


WHOLE = """
syntax = "proto3" ; package a . b ; import public "b.proto" ; option java_package = "}" ;
message A { message B { } enum C { D = 0 ; } oneof e { string f = 1 ; } map < string , A > g = 2 [ lazy = true ] ; ; }
service Entrypoint { option deprecated = true ; rpc X ( stream A . B ) returns ( . a . b . A ) ; rpc Y ( A ) returns
( B ) { option deprecated = true ; } } service Other { rpc X ( A ) returns ( stream A ) ; } message Z { bool rpc = 1 ; }
"""


def test_every_change_of_one_token() -> None:
    tokens = WHOLE.split()
    beside = {"b.proto": "syntax = 'proto3'; package a; message B {}"}
    assert expected({MAIN: WHOLE, **beside}) == [("X", True), ("Y", False)]
    for at in range(len(tokens)):
        for changed in list(changes(tokens, at, Random(at)))[:3]:
            check({MAIN: " ".join(changed), **beside})
