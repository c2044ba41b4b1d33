"""What is wrong with a document: the rules of `krtc check`, by the same pipeline."""

import re
from functools import lru_cache
from os.path import dirname, isabs, join, normpath

from krtc.diagnostics import Diagnostic, has_errors
from krtc.frontend import proto
from krtc.lsp import tree
from krtc.lsp.hover import Compiled
from krtc.lsp.names import Names
from krtc.model.patterns import PROTO_PATH
from krtc.model.record import known
from krtc.pipeline import Options, Source, asset_names, check, check_runtime, entry_of, lowered
from krtc.source import SourceFile, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from krtc.lsp.files import Files
    from krtc.model.files import Proto

KRT, RUNTIME, PROTO = "krt", "runtime", "proto"

ASSETS = sorted(asset_names(Options(form="manifests"), with_settings=True))
"""The data files that all this needs."""


class Judged:
    """What was found: diagnostics by the path of their file, and the version, when it has no mistakes.

    `methods` are the rpcs of its proto with their places, `settings` the
    runtime.yml that it was judged with.
    """

    __slots__ = ("compiled", "diagnostics", "methods", "settings")

    def __init__(self, diagnostics: "dict[str, list[Diagnostic]]", settings: str | None = None) -> None:
        self.diagnostics = diagnostics
        self.settings = settings
        self.compiled: Compiled | None = None
        self.methods: dict[str, Span] = {}


def kind(path: str, text: str, files: "Files") -> str | None:
    """What a document is, by its name or else by its keys; None when it is nothing of ours."""
    name = path.rpartition("/")[2]
    if name.endswith(".proto"):
        return PROTO
    if name in files.disk.KRT_NAMES or re.search("^krtVersion[ \t]*:", text, re.MULTILINE):
        return KRT
    keys = set(re.findall("^(runtime|versions)[ \t]*:", text, re.MULTILINE))
    return RUNTIME if name in files.disk.RUNTIME_NAMES or len(keys) == 2 else None


def judge(path: str, data: bytes, what: str, files: "Files", assets: "Mapping[str, str]") -> Judged:
    """A krt.yml by itself and with the runtime.yml above it that lists it, or a runtime.yml with its versions."""
    if what == RUNTIME:
        _, found = check_runtime(
            _source(path, data),
            Options(),
            assets,
            lambda name: files.version(path, name),
            lambda name: files.beside(path, name),
        )
        return Judged(_by_file(found, path))
    saved = isabs(path)  # what is in no folder yet has no files beside it
    krt = files.krt(path, data) if saved else Source(path, data)
    settings, options = None, Options()
    for at, content in files.runtimes_above(path) if saved else ():
        candidate = _source(at, content)
        entry = entry_of(krt, candidate, assets)
        if entry is not None:
            settings, options = candidate, Options(status=known(entry, "status"))
            break
    program, found = check(
        krt, settings, options, assets, lambda name: files.beside(settings.name if settings else path, name)
    )
    by_file = _by_file(found, path)
    if settings is not None:
        by_file.pop(settings.name, None)  # which is said where that is open
    judged = Judged(by_file, settings.name if settings else None)
    found_proto = program.krt_files.proto if program else _proto(krt)
    judged.methods = {method.name: method.span for method in found_proto.methods} if found_proto else {}
    if program is not None and not has_errors(found):
        judged.compiled = Compiled(program, lambda program: lowered(program, assets))
    return judged


def _proto(krt: Source) -> "Proto | None":
    """The proto of a krt.yml that is half-typed."""
    named = Names(tree.read(krt.data.decode("utf-8-sig", "replace"))).proto
    if named is None or krt.tree is None or not re.fullmatch(PROTO_PATH, named.text):
        return None
    return proto.read(krt.tree, named.text)[0] if krt.tree.kind(named.text) == "file" else None


@lru_cache(maxsize=8)
def _source(path: str, data: bytes) -> Source:
    """A runtime.yml, the same one for the same text: the pipeline remembers what it said."""
    return Source(path, data)


def _by_file(found: "list[Diagnostic]", path: str) -> "dict[str, list[Diagnostic]]":
    """Diagnostics by the files that editors show; what is in an archive is told at the top of the document."""
    by_file: dict[str, list[Diagnostic]] = {}
    top = Span(SourceFile(path, ""), 1, 1, 1, 1)
    for one in found:
        span = one.span
        if ".krt/" in f"{span.file.name}/":
            message = f"{span.file.name}:{span.line}:{span.column}: {one.message}"
            by_file.setdefault(path, []).append(
                Diagnostic(one.code, top, message, help=one.help, severity=one.severity)
            )
        else:  # the files of the configuration have the names that runtime.yml has for them
            by_file.setdefault(normpath(join(dirname(path), span.file.name)), []).append(one)
    return by_file
