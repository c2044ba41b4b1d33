"""What the unit tests share: one version and its settings as data, and a compile of them that needs no disk."""

import copy
import functools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

from krtc import analysis
from krtc.diagnostics import Diagnostic
from krtc.frontend import languages
from krtc.frontend import yaml as loader
from krtc.frontend.nodes import Node, Scalar
from krtc.frontend.nodes import Sequence as SequenceNode
from krtc.lowering import lower
from krtc.manifests import Bundle
from krtc.model.files import Files, Method, Proto
from krtc.model.program import Program
from krtc.model.record import Record
from krtc.model.runtime import DEFAULTS, VersionEntry
from krtc.pipeline import STATIC_FILES, Options, Result, Source
from krtc.pipeline import check as check_sources
from krtc.pipeline import compile as compile_sources
from krtc.source import SourceFile, Span

if TYPE_CHECKING:
    from krtc.model.files import Kind

Object = dict[str, Any]
R = TypeVar("R", bound=Record)

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "classificator" / "krt.yml"
FORMS = ("manifests", "kustomize", "helm")
STATUSES = ("stopped", "started", "published")

PY, GO, OTHER = "konstellation/kre-py:8.2.0", "konstellation/kre-go:8.2.0", "acme/own:1"
NODE = {"name": "etl", "image": PY, "src": "src/etl/main.py", "subscriptions": ["entrypoint"]}
KRT: Object = {
    "version": "mail-v1",
    "krtVersion": "v2",
    "description": "Sorts mail.",
    "entrypoint": {"proto": "public_input.proto", "image": "konstellation/kre-entrypoint:8.2.0"},
    "config": {"variables": ["GREETING", "TOKEN"], "files": ["MODEL"]},
    "workflows": [
        {
            "name": "sort",
            "entrypoint": "Sort",
            "exitpoint": "out",
            "nodes": [
                {**NODE, "gpu": True, "objectStore": {"name": "mails", "scope": "project"}},
                {"name": "out", "image": GO, "src": "bin/out", "replicas": 2, "subscriptions": ["etl", "etl.odd"]},
            ],
        }
    ],
}
SMALL: Object = {
    **{key: KRT[key] for key in ("version", "krtVersion", "description", "entrypoint")},
    "workflows": [{"name": "sort", "entrypoint": "Sort", "exitpoint": "etl", "nodes": [NODE]}],
}
RUNTIME: Object = {
    "runtime": "demo",
    "config": {
        "variables": {"GREETING": "hello"},
        "secrets": {"TOKEN": {"secretKeyRef": {"name": "tokens", "key": "token"}}},
        "files": {"MODEL": "model.json"},
    },
}
FILES = {"model.json": b"{}\n"}


def some(record: type[R], **fields: Any) -> R:
    """A record with some of its fields."""
    return record(**fields)


def changed(data: Object, *path: Any, to: Any) -> Object:
    """A copy of `data` with another value at `path`; None at its end removes the key."""
    result = copy.deepcopy(data)
    at: Any = result
    for key in path[:-1]:
        at = at[key] if isinstance(at, list) else at.setdefault(key, {})
    if to is None:
        del at[path[-1]]
    else:
        at[path[-1]] = to
    return result


def text(data: Object | str) -> str:
    """Data as a document in which every string is quoted."""
    return data if isinstance(data, str) else json.dumps(data, indent=1, ensure_ascii=False)


@functools.cache
def asset(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@functools.cache
def assets() -> Mapping[str, str]:
    names = ["schemas/krt-v2.schema.json", "schemas/runtime.schema.json"]
    names += [path.relative_to(ROOT).as_posix() for path in (ROOT / "chart-templates").rglob("*") if path.is_file()]
    return {name: asset(name) for name in names}


def build(
    krt: Object | str = KRT,
    runtime: Object | str | None = RUNTIME,
    *,
    form: str = "manifests",
    status: str = "started",
    files: Mapping[str, bytes] = FILES,
    entry: Object | None = None,
    stream: bool = False,
    tree: "Tree | None" = None,
) -> Result:
    """A compile of data; `entry` is what runtime.yml says of the version."""
    options: Any = {"form": form, "status": status, "stream": stream}
    if entry is not None:
        assert isinstance(runtime, dict)
        runtime = {**runtime, "versions": [{"krt": "krt.yml", **entry}]}
    settings = None if runtime is None else Source("runtime.yml", text(runtime).encode())
    return compile_sources(
        Source("krt.yml", text(krt).encode(), tree),
        settings,
        Options(**options),
        assets(),
        lambda name: files.get(name, f"cannot read {name}"),
    )


def checked(
    krt: Object | str = KRT,
    runtime: Object | str | None = RUNTIME,
    *,
    status: str | None = "started",
    files: Mapping[str, bytes] = FILES,
    entry: Object | None = None,
    tree: "Tree | None" = None,
) -> list[Diagnostic]:
    """A check of data."""
    options: Any = {"status": status}
    if entry is not None:
        assert isinstance(runtime, dict)
        runtime = {**runtime, "versions": [{"krt": "krt.yml", **entry}]}
    settings = None if runtime is None else Source("runtime.yml", text(runtime).encode())
    return check_sources(
        Source("krt.yml", text(krt).encode(), tree),
        settings,
        Options(**options),
        assets(),
        lambda name: files.get(name, f"cannot read {name}"),
    )[1]


class Tree:
    """The files of a KRT, by path, without a disk."""

    def __init__(self, files: Mapping[str, str], *, complete: bool = False) -> None:
        self.complete = complete
        self._files = files

    def kind(self, path: str) -> "Kind":
        if path in self._files:
            return "file"
        return "folder" if any(name.startswith(f"{path.rstrip('/')}/") for name in self._files) else "missing"

    def read(self, path: str) -> bytes | str:
        return self._files[path].encode() if path in self._files else f"cannot read {path}"

    def name(self, path: str) -> str:
        return path


def read(content: str) -> Any:
    """A YAML document as data."""
    return yaml.load(content, yaml.CSafeLoader)


def objects(result: Result) -> list[Object]:
    """The objects in files of manifests."""
    assert [d.message for d in result.diagnostics if d.severity == "error"] == []
    return [read(content) for content in result.files.values()]


def named(found: Iterable[Object], kind: str, name: str | None = None) -> Object:
    """The one object of a kind (and a name)."""
    (match,) = [o for o in found if o["kind"] == kind and name in (None, o["metadata"]["name"])]
    return match


def program(
    krt: Object | str = KRT,
    runtime: Object | str | None = RUNTIME,
    *,
    entry: VersionEntry | None = None,
    needs_values: bool = True,
    krt_files: Files | None = None,
    files: Mapping[str, str] | None = None,
    unread: Mapping[str, str] | None = None,
) -> Program:
    """What the analysis and the lowering work on."""
    version, wrong = languages.version(SourceFile("krt.yml", text(krt)), asset("schemas/krt-v2.schema.json"))
    assert version, [d.message for d in wrong]
    settings = DEFAULTS
    if runtime is not None:
        file = SourceFile("runtime.yml", text(runtime))
        found, wrong = languages.settings(file, asset("schemas/runtime.schema.json"))
        assert found, [d.message for d in wrong]
        settings = found
    entry = entry or VersionEntry(krt="krt.yml", status="started")
    return Program(
        version,
        settings,
        entry,
        source="krt.yml",
        status=entry.status,
        needs_values=needs_values,
        files={"MODEL": "{}\n"} if files is None else dict(files),
        unread=dict(unread or {}),
        krt_files=krt_files,
    )


def lowered(made: Program) -> Bundle:
    return lower(made, {name: asset(f"chart-templates/config/{name}") for name in STATIC_FILES})


def parse(content: str) -> tuple[Any, list[Diagnostic]]:
    return loader.parse(SourceFile("krt.yml", content))


def stretch(span: Span) -> str:
    """The text of a span."""
    lines = span.file.text.split("\n")[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "\n".join(lines)


def said(krt: Object | str = SMALL, runtime: Object | str | None = None, **options: Any) -> list[str]:
    """What the rules say of data, as `told` puts it: of the settings, when they are given, and of the version."""
    made = program(krt, runtime, **options)
    of_settings = [] if runtime is None else analysis.check_settings(made.settings)
    return told([*of_settings, *analysis.check(made)])


def told(diagnostics: Iterable[Diagnostic]) -> list[str]:
    """What people are told: the code, the place with its text, what is said, the help, and each second place.

    A severity is shown where it is not that of the code.
    """
    return [
        d.code.id
        + (f" ({d.severity})" if d.severity != d.code.severity else "")
        + f" {where(d.span)} | {d.message} | {d.help}"
        + "".join(f" | {where(r.span)}: {r.message}" for r in d.related)
        for d in diagnostics
    ]


def where(span: Span) -> str:
    """A place: its path in the file, `nodes:` for a key, with the text of a scalar; else its line and text.

    `w0.n1` is the second node of the first workflow; of runtime.yml the name goes before.
    """
    if not span.file.name.endswith(".yml"):
        return f"{span.file.name}:{span.line} {stretch(span)}"
    root, _ = loader.parse(span.file)
    path = next(
        (path for path, node in _places(root) if repr(node.span) == repr(span)), f"@{span.line} {stretch(span)}"
    )
    path = path.replace("workflows.", "w").replace(".nodes.", ".n")
    return path if span.file.name == "krt.yml" else f"{span.file.name} {path}"


def _places(node: Node | None, path: str = "") -> Iterator[tuple[str, Node]]:
    if isinstance(node, Scalar):
        yield f"{path} {stretch(node.span)}".strip(), node
        return
    if node is None:
        return
    yield path or "all", node
    path += "." * bool(path)
    if isinstance(node, SequenceNode):
        for index, item in enumerate(node.items):
            yield from _places(item, f"{path}{index}")
    else:
        for name, (key, value) in node.entries.items():
            yield f"{path}{name}:", key
            yield from _places(value, path + name)


def nodes(*names_and_subscriptions: tuple[str, list[str]], exitpoint: str = "a") -> Object:
    """A version with one workflow of these nodes."""
    workflow = {**SMALL["workflows"][0], "exitpoint": exitpoint}
    workflow["nodes"] = [{**NODE, "name": name, "subscriptions": given} for name, given in names_and_subscriptions]
    return {**SMALL, "workflows": [workflow]}


def proto(*rpcs: str, services: Sequence[str] = ("Entrypoint",)) -> Proto:
    """What is known of a proto with these services and rpcs; one that streams is written `stream NAME`."""
    file = SourceFile("public_input.proto", "\n".join([*(f"service {name} {{" for name in services), *rpcs]))
    spans = {name: Span(file, line, 9, line, 9 + len(name)) for line, name in enumerate(services, 1)}
    methods = []
    for line, rpc in enumerate(rpcs, 1 + len(services)):
        name = rpc.removeprefix("stream ")
        span = Span(file, line, 1 + len(rpc) - len(name), line, 1 + len(rpc))
        methods.append(Method(name, span, streams=name != rpc))
    return Proto(file, spans, methods)


def ids(diagnostics: Iterable[Diagnostic]) -> list[str]:
    return [diagnostic.code.id for diagnostic in diagnostics]
