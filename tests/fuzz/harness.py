"""Hostile input for everything that reads what people wrote, for as long as one likes.

    .venv/bin/python tests/fuzz/harness.py --seconds 60 [--seed N] [TARGET ...]
    .venv/bin/python tests/fuzz/harness.py --replay FILE ...

The input is mutated goldens. Whatever it is, nothing may raise, be slow, point outside its file, or print what a
terminal would obey. The first input that breaks this is made small and written to build/fuzz/TARGET-HASH, and how to
run it alone is printed; in crashes/, test_fuzz.py runs it for ever.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import hashlib
import io
import itertools
import json
import random
import re
import secrets
import signal
import sys
import tarfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from krtc import overview, pages
from krtc.diagnostics import Diagnostic, has_errors
from krtc.frontend import archive, languages, migrate, proto
from krtc.frontend import yaml as loader
from krtc.frontend.nodes import Mapping, Node, Sequence
from krtc.pipeline import Options, Source
from krtc.pipeline import compile as compile_sources
from krtc.reporters import text as reporter
from krtc.reporters.page import html
from krtc.source import SourceFile, Span

if TYPE_CHECKING:
    from krtc.model.files import Kind

ROOT = Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "build" / "fuzz"
ASSETS = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for folder in ("schemas", "chart-templates", "page-templates")
    for path in (ROOT / folder).rglob("*")
    if path.is_file()
}
# Processor seconds that no input may need; an ordinary one takes a hundredth.
SLOW = 5.0
LARGEST = 2 << 20


# --- what has to hold


@functools.lru_cache(4)
def lines_of(text: str) -> list[str]:
    return text.split("\n")


def check_span(span: Span) -> None:
    """A place is in its file, and does not end before it begins."""
    lines = lines_of(span.file.text)
    assert 1 <= span.line <= len(lines), f"no such line: {span!r}"
    assert 1 <= span.column <= len(lines[span.line - 1]) + 1, f"no such column: {span!r}"
    assert (span.line, span.column) <= (span.end_line, span.end_column), f"ends before it begins: {span!r}"
    assert span.end_line <= len(lines), f"ends behind the last line: {span!r}"


def check_node(node: Node | None) -> None:
    """Every key and value of a document has a place in it."""
    waiting = [node] if node else []
    while waiting:
        node = waiting.pop()
        check_span(node.span)
        if isinstance(node, Sequence):
            waiting += node.items
        elif isinstance(node, Mapping):
            for key, value in node.entries.values():
                assert key.text in node.entries
                waiting += [key, value]


def check_diagnostics(diagnostics: list[Diagnostic]) -> None:
    """Each has its place, and all can be shown to people."""
    for diagnostic in diagnostics:
        check_span(diagnostic.span)
        for related in diagnostic.related:
            check_span(related.span)
    said = reporter.report(diagnostics)
    assert all(line.isprintable() for line in said.split("\n")), "a report holds a control character"
    assert re.sub("\x1b\\[[0-9;]*m", "", reporter.report(diagnostics, colour=True)) == said
    said.encode()


# --- what reads


def load(data: bytes) -> None:
    file, diagnostics = loader.decode("krt.yml", data)
    node = None
    if not has_errors(diagnostics):
        node, diagnostics = loader.parse(file)
    check_node(node)
    check_diagnostics(diagnostics)


def read_with(read: Callable[[SourceFile, str], tuple[Any, list[Diagnostic]]], schema: str) -> Callable[[bytes], None]:
    """A target: a text as a record."""

    def run(data: bytes) -> None:
        file = SourceFile("krt.yml", data.decode("utf-8", "replace"))
        record, diagnostics = read(file, ASSETS[schema])
        check_diagnostics(diagnostics)
        assert record is not None or has_errors(diagnostics), "nothing came out, and nobody says why"

    return run


def migrate_v1(data: bytes) -> None:
    """A text as a krt.yml of KRT V1; what is made of it is YAML, or somebody says why nothing is."""
    made, diagnostics = migrate.migrate(SourceFile("krt.yml", data.decode("utf-8", "replace")))
    check_diagnostics(diagnostics)
    assert made is not None or has_errors(diagnostics), "nothing came out, and nobody says why"
    for one in made.decisions if made else []:
        check_span(one.span)
    assert made is None or not has_errors(loader.parse(SourceFile("krt.yml", made.text))[1]), "it is not YAML"


# Between the files of an input that has several.
NEXT = b"\n=====\n"


class Beside:
    """A model.files.Tree of some protos, in which most other paths lead to an empty file."""

    complete = False

    def __init__(self, protos: list[bytes]) -> None:
        self.protos = dict(zip(("public_input.proto", "b.proto", "c.proto"), protos, strict=False))

    def kind(self, path: str) -> Kind:
        odd: dict[int, Kind] = {5: "folder", 6: "missing", 7: "outside", 8: "special"}
        if path.endswith(".proto"):
            return "file" if path in self.protos else "missing"
        return odd.get(len(path), "file")

    def read(self, path: str) -> bytes | str:
        return self.protos.get(path, b"") if self.kind(path) == "file" else f"cannot read `{path}`"

    def name(self, path: str) -> str:
        return path


def read_proto(data: bytes) -> None:
    found, diagnostics = proto.read(Beside(data.split(NEXT)), "public_input.proto")
    check_diagnostics(diagnostics)
    assert found is not None or has_errors(diagnostics), "nothing came out, and nobody says why"
    for span in [*found.services.values(), *(method.span for method in found.methods)] if found else []:
        check_span(span)


def read_archive(data: bytes) -> None:
    """The first byte says what becomes of the rest: gzip, and before it, right checksums in all that looks like tar."""
    how, packed = (data or b"\0")[0], data[1:]
    if how & 2:
        blocks = [packed[at : at + 512] for at in range(0, len(packed), 512)]
        packed = b"".join(checked(block) if block[257:262] == b"ustar" else block for block in blocks)
    found, diagnostics = archive.open("v.krt", gzip.compress(packed, 1, mtime=0) if how & 1 else packed)
    check_diagnostics(diagnostics)
    assert found is not None or has_errors(diagnostics), "nothing came out, and nobody says why"
    if found:
        assert found.kind(found.krt) == "file" and isinstance(found.read(found.krt), bytes)


def checked(header: bytes) -> bytes:
    """A block of tar with its checksum."""
    header = header[:148] + b" " * 8 + header[156:]
    return header[:148] + b"%06o\0 " % sum(header) + header[156:]


CHOICES: list[dict[str, Any]] = [
    {"form": form, "status": status, "stream": stream}
    for form in ("manifests", "kustomize", "helm")
    for status in ("stopped", "started", "published")
    for stream in ((False, True) if form == "manifests" else (False,))
]


def compile_all(data: bytes) -> None:
    """The first byte chooses the form and the status; then come a krt.yml, and perhaps a runtime.yml and protos."""
    choice = CHOICES[(data or b"\0")[0] % len(CHOICES)]
    krt, *more = data[1:].split(NEXT)
    result = compile_sources(
        Source("krt.yml", krt, Beside(more[1:]) if more[1:] else None),
        Source("runtime.yml", more[0]) if more else None,
        Options(**choice),
        ASSETS,
        # Beside runtime.yml stands the input itself under every other name, and nothing under the rest.
        lambda name: krt if len(name) % 2 else f"cannot read {name}",
    )
    check_diagnostics(result.diagnostics)
    assert bool(result.files) != has_errors(result.diagnostics), "files or errors, and never both"
    for name, content in result.files.items():
        assert re.fullmatch(r"-|[\w.-]+(/[\w.-]+)*", name, re.ASCII) and ".." not in name.split("/"), name
        content.encode()


def report_all(data: bytes) -> None:
    """The same input as the compiler's: the page of one version, and of a runtime with whatever versions it lists."""
    krt, *more = data[1:].split(NEXT)
    tree = Beside(more[1:]) if more[1:] else None
    settings = Source("runtime.yml", more[0]) if more else None
    status = CHOICES[(data or b"\0")[0] % len(CHOICES)]["status"]

    def read(name: str) -> bytes | str:
        return krt if len(name) % 2 else f"cannot read {name}"

    found = [overview.of_version(Source("krt.yml", krt, tree), settings, status, ASSETS, read)]
    if settings:

        def load(name: str) -> Source | str:
            return Source(name, krt, tree)

        found.append(overview.of_runtime(settings, ASSETS, load, read, lambda done, total: None))
    for page in found:
        check_diagnostics(page.diagnostics)
        assert all(version.manifests or version.uncompiled for version in page.versions if version.status)
        texts = {name: ASSETS[f"page-templates/{name}"] for name in html.TEXTS}
        made = html.report(page, texts, {d.code.id: pages.page(d.code) for d in page.diagnostics})
        made.encode()
        (island,) = re.findall(r'(?s)<script type="application/json" id="data">(.*?)</script>', made)
        assert len(json.loads(island)["versions"]) == len(page.versions)
        assert made.count("<script") == 2


# Takes bytes, and raises when something does not hold. Another reader gets a line here and one in SEEDS.
TARGETS: dict[str, Callable[[bytes], None]] = {
    "loader": load,
    "version": read_with(languages.version, "schemas/krt-v2.schema.json"),
    "settings": read_with(languages.settings, "schemas/runtime.schema.json"),
    "proto": read_proto,
    "archive": read_archive,
    "migrate": migrate_v1,
    "compile": compile_all,
    "report": report_all,
}

# --- what they are given


def goldens(name: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((ROOT / "golden" / "ok").rglob(name))]


PROTO = b"""\
syntax = "proto3";
package a.b;
import "b.proto";
import public "google/protobuf/empty.proto";
option (x.y).z = { a: 1, b: "c" };
/* A message. */
message Question {
  oneof one { string text = 1; }
  map<string, Question> more = 2 [deprecated = true, (x) = "a" "b"];
  reserved 3 to max, "old";
  enum Kind { option allow_alias = true; NONE = 0; }
  message Inner { repeated .a.b.Question.Kind kinds = 0x1; }
  extend Inner { optional group Other = 9 { } }
}
service Entrypoint {
  option deprecated = true;
  rpc Sort (Question) returns (stream Question.Inner) { option (x) = {}; }  // krtc: ignore[KRT115]
  rpc Ask (google.protobuf.Empty) returns (.a.b.Question);
}
"""


def versions() -> Iterator[bytes]:
    """Whole inputs of the compiler."""
    for krt in sorted((ROOT / "golden" / "ok").rglob("krt.yml")):
        beside = [krt.with_name("runtime.yml"), krt.with_name("public_input.proto")]
        parts = [krt, *itertools.takewhile(Path.exists, beside)]
        whole = NEXT.join(part.read_bytes() for part in parts)
        yield from (bytes([choice]) + whole for choice in range(len(CHOICES)))


def runtimes() -> Iterator[bytes]:
    """Runtimes that list versions, all of which are one."""
    for runtime in sorted((ROOT / "golden" / "runtimes").glob("*/runtime.yml")):
        krt = next(runtime.parent.rglob("krt.yml"))
        yield b"\0" + NEXT.join([krt.read_bytes(), runtime.read_bytes()])


def archives() -> Iterator[bytes]:
    """A krt.yml and its proto, in each dialect of tar."""
    for dialect in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        file = io.BytesIO()
        with tarfile.open(fileobj=file, mode="w", format=dialect) as tar:
            for name in (
                "./",
                "./src",
                f"./{'é' * 40}",
                f"./{'é' * 40}/{'x' * 90}",
                "./krt.yml",
                "./public_input.proto",
            ):
                member, content = tarfile.TarInfo(name), goldens("krt.yml")[0] if name == "./krt.yml" else PROTO
                if not name.endswith(("l", "o", "x")):
                    member.type, content = tarfile.DIRTYPE, b""
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        yield from (bytes([how]) + file.getvalue() for how in (1, 3))


SEEDS: dict[str, list[bytes]] = {
    "loader": goldens("krt.yml") + goldens("runtime.yml"),
    "version": goldens("krt.yml"),
    "settings": goldens("runtime.yml"),
    "migrate": [path.read_bytes() for path in sorted((ROOT / "tests" / "fuzz" / "v1").iterdir())],
    "proto": [NEXT.join([PROTO, b'syntax = "proto2"; message M { required M m = 1; }']), NEXT.join([PROTO, PROTO])],
    "archive": list(archives()),
    "compile": list(versions()),
    "report": [*itertools.islice(versions(), 0, None, 5), *runtimes()],  # pages are slow
}

NASTY = [
    *b"&a *a <<: <<: *a !!python/object/apply:os.system !!binary ! %YAML --- ... - ? : | > [ ] { } , # @ `".split(),
    *(
        b"%YAML 1.1\n---\n",
        b"\n---\na: b\n",
        b": ",
        b"- ",
        b"? ",
        b" #",
        b"{a: b}",
        b"[a, b]",
        b"[[",
        b"{{ .Values.x }}",
    ),
    *(
        b"\t",
        b"\n\t",
        b"\r",
        b"\r\n",
        b"\0",
        b"\x1b[2J",
        b"\x7f",
        b"\\",
        b'"',
        b"'",
        b'"\\0"',
        b'"\\ud800"',
        b'"\\x1b"',
    ),
    *"\ufeff \x85 \u2028 \u2029 \u202e \u200b \ufffe \U0010ffff \xa0 é 漢 𝒳 e\u0301".encode().split(b" "),
    *(b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xc3", b"\xfe\xff", b"\xef\xbb\xbf"),
    *b"no on ~ null true 0 -1 1e3 0o17 010 1_000 .inf .nan 2147483648 2001-12-14 12:30:45".split(),
    *b"../../etc/passwd /etc/passwd a//b $(X) ::error::x ]]> </script>".split(),
    *b"/* */ // ; message rpc import option syntax map<a,b> group stream .a.b \\x \\u12 'a' 0x 1e".split(),
    *(b"# krtc: ignore[KRT101]", b'import "b.proto";', b"message M {", b"rpc R (M) returns (M);"),
]
BOMBS = [
    b"[",
    b"{a: ",
    b"- ",
    b"? ",
    b"9",
    b"a",
    b"{",
    b"&a [",
    b"'",
    b"\n",
    b" ",
    b"\xf0\x9f\x98\x80",
    b"a: b\n",
    b"[],",
]

Mutation = Callable[[random.Random, bytes], bytes]


def flip(draw: random.Random, data: bytes) -> bytes:
    at = draw.randrange(len(data) + 1)
    return data[:at] + draw.randbytes(draw.randrange(3)) + data[at + draw.randrange(3) :]


def insert(draw: random.Random, data: bytes) -> bytes:
    at = draw.randrange(len(data) + 1)
    return data[:at] + draw.choice(NASTY) + data[at:]


def cut(draw: random.Random, data: bytes) -> bytes:
    start = draw.randrange(len(data) + 1)
    return data[:start] + data[start + int(draw.expovariate(0.05)) :] if draw.random() < 0.9 else data[:start]


def bomb(draw: random.Random, data: bytes) -> bytes:
    at = draw.randrange(len(data) + 1)
    return data[:at] + draw.choice(BOMBS) * int(draw.expovariate(1 / draw.choice([30, 300, 30_000]))) + data[at:]


def encode(draw: random.Random, data: bytes) -> bytes:
    encoding = draw.choice(["utf-8-sig", "utf-16", "utf-16-le", "latin-1", "crlf"])
    text = data.decode("utf-8", "replace")
    return text.replace("\n", "\r\n").encode() if encoding == "crlf" else text.encode(encoding, "replace")


def lines(draw: random.Random, data: bytes) -> bytes:
    """Some lines stand elsewhere, twice, deeper, or not at all."""
    found = data.split(b"\n")
    start = draw.randrange(len(found))
    end = start + draw.choice([1, 1, 1, 2, 5])
    some = found[start:end]
    kind = draw.choice(["drop", "twice", "move", "indent", "join"])
    if kind in ("drop", "move"):
        del found[start:end]
    if kind in ("twice", "move"):
        at = draw.randrange(len(found) + 1)
        found[at:at] = some
    if kind == "indent":
        by = draw.choice([b" ", b"  ", b"\t", b"- ", b"", b"# "])
        found[start:end] = [by + line if by else line.lstrip() for line in some]
    if kind == "join":
        found[start:end] = [b" ".join(some)]
    return b"\n".join(found)


def value(draw: random.Random, data: bytes) -> bytes:
    """A value becomes that of another key, or a nasty one: what remains is often YAML."""
    values = list(re.finditer(rb"(?<=: )[^\n#]+|(?<=- )[^\n:#]+", data))
    if not values:
        return data
    old, new = draw.choice(values), draw.choice([draw.choice(values)[0], draw.choice(NASTY)])
    if draw.random() < 0.3:
        new = b'"' + new.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
    return data[: old.start()] + new + data[old.end() :]


# Offsets in a header of tar: name, mode, size, checksum, kind, name of a link, magic, user, device, prefix.
FIELDS = (0, 100, 124, 148, 156, 157, 257, 265, 329, 345)
WORDS = [
    *b"../x /x ./krt.yml krt.yml x/ a//b 00000000000 77777777777 -1 0 1 2 3 5 6 7 g x L K S V D".split(),
    b"\0",
    b"\x80\0",
]


def header(draw: random.Random, data: bytes) -> bytes:
    """Something else in a header of tar, while all else stays where it is."""
    at = draw.choice([match.start() for match in re.finditer(b"ustar", data)]) - 257 + draw.choice(FIELDS)
    word = draw.choice([*WORDS, draw.choice(NASTY), bytes([draw.randrange(256)]), b"k" * draw.choice([99, 100, 155])])
    return data[:at] + word + data[at + len(word) :] if at > 0 else data


MUTATIONS: list[Mutation] = [flip, insert, cut, bomb, encode, *[lines] * 3, *[value] * 6]


def mutant(draw: random.Random, seeds: list[bytes]) -> bytes:
    """A seed with a few changes; now and then bytes that come from nowhere."""
    if draw.random() < 0.02:
        return draw.randbytes(draw.randrange(200))
    data = draw.choice(seeds)
    for _ in range(draw.choice([1, 1, 2, 3, 6])):
        change = header if b"ustar" in data and draw.random() < 0.7 else draw.choice(MUTATIONS)
        data = change(draw, data)[:LARGEST]
    return data


# --- running


class Failure(NamedTuple):
    target: str
    data: bytes
    error: Exception


class TooSlow(Exception):
    """Raised wherever the processor is when an input has had its time."""


def stop(*_: object) -> None:
    raise TooSlow


def attempt(target: str, data: bytes) -> Failure | None:
    """What is wrong with one input, if anything."""
    before = signal.signal(signal.SIGPROF, stop)
    try:
        signal.setitimer(signal.ITIMER_PROF, SLOW)
        TARGETS[target](data)
    except Exception as error:
        return Failure(target, data, error)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return None


def fuzz(targets: Iterable[str], seed: int, seconds: float) -> tuple[int, Failure | None]:
    """Runs the targets in turn until the time is over or one fails; how many inputs there were comes along."""
    draw, end, count = random.Random(seed), time.monotonic() + seconds, 0
    names = list(targets)
    while time.monotonic() < end:
        for target in names:
            count += 1
            if failure := attempt(target, mutant(draw, SEEDS[target])):
                return count, failure
    return count, None


def shrunk(failure: Failure, seconds: float = 20) -> Failure:
    """The failure by the smallest input that can be found in a while: pieces go as long as it stays the same."""
    end, size = time.monotonic() + seconds, len(failure.data)
    while size and time.monotonic() < end:
        at, before = 0, len(failure.data)
        while at < len(failure.data) and time.monotonic() < end:
            smaller = attempt(failure.target, failure.data[:at] + failure.data[at + size :])
            if smaller and where(smaller.error) == where(failure.error):
                failure = smaller
            else:
                at += size
        if len(failure.data) == before:
            size //= 2
    return failure


def where(error: Exception) -> tuple[object, ...]:
    """What tells failures apart: the exception, and the line that raised it, which differs for what is slow."""
    frames = traceback.extract_tb(error.__traceback__)
    return type(error), *(() if isinstance(error, TooSlow) else (frames[-1].filename, frames[-1].lineno))


def write(failure: Failure) -> Path:
    """The failure's input as a file, whose name says what it is for."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    path = OUTPUT / f"{failure.target}-{hashlib.sha256(failure.data).hexdigest()[:12]}"
    path.write_bytes(failure.data)
    return path


def replay(path: Path) -> Failure | None:
    """What is wrong with the input in a file, if anything; what stands before the first `-` names its target."""
    return attempt(path.name.partition("-")[0], path.read_bytes())


def describe(failure: Failure) -> str:
    shown = repr(failure.data[:2000]) + ("..." if len(failure.data) > 2000 else "")
    return "".join(traceback.format_exception(failure.error)) + f"\ntarget {failure.target}, input {shown}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Run hostile input until something breaks or the time is over.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; default: all in turn")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 32), help="default: another each time")
    parser.add_argument("--replay", type=Path, nargs="+", metavar="FILE", help="run these inputs instead")
    arguments = parser.parse_args()
    if unknown := set(arguments.targets) - set(TARGETS):
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    if arguments.replay:
        failures = [failure for path in arguments.replay if (failure := replay(path))]
        print("\n".join(map(describe, failures)) or "nothing is wrong")
        return bool(failures)
    print(f"seed {arguments.seed}", flush=True)
    count, failure = fuzz(arguments.targets or TARGETS, arguments.seed, arguments.seconds)
    print(f"{count} inputs")
    if failure:
        small = shrunk(failure)
        path = write(small)
        print(f"{describe(small)}\nagain: {sys.executable} {Path(__file__)} --replay {path}")
    return bool(failure)


if __name__ == "__main__":
    sys.exit(main())
