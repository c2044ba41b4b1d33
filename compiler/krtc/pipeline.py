"""The whole compiler in one place: krt.yml -> nodes -> model -> manifests -> files.

Pure: it reads no file, clock, environment or network, and draws nothing at random. What a compile needs of the disk is
handed to it: the bytes of what people wrote, and krtc's own data files.
"""

from functools import lru_cache
from itertools import islice

from krtc import analysis
from krtc.diagnostics import MOST_FINDINGS, Diagnostic, Ignore, has_errors, in_order, is_fixed, silence
from krtc.frontend import ignores, languages, yaml
from krtc.model.files import Files
from krtc.model.program import Program
from krtc.model.record import known, parts
from krtc.model.runtime import DEFAULTS, Runtime, VersionEntry
from krtc.source import SourceFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Literal

    from krtc.manifests import Bundle
    from krtc.model.files import Tree
    from krtc.model.krt import Version
    from krtc.model.status import Status

    Form = Literal["manifests", "kustomize", "helm"]
    # What is beside runtime.yml: the bytes of a file, or why there are none, in words.
    Read = Callable[[str], bytes | str]

# The kernel's limit for one environment string, which is what a configuration file becomes.
LARGEST_CONFIG_FILE = 128 << 10

GZIP = b"\x1f\x8b"

# By these no runtime.yml can be judged alone, nor with one version of several; those of names and graphs are never its.
_OF_VERSIONS = {rule.CODE.id for rule in analysis.RULES if rule.CODE.id[3] in "34"} - analysis.OF_SETTINGS

STATIC_FILES = ("connected.sh", "default.conf", "fluent-bit.conf", "parsers.conf", "wait.sh")
CHART_TEXTS = ("Chart.yaml", "README.md", "values.yaml", "templates/NOTES.txt", "templates/_helpers.tpl")


class Source:
    """What a person wrote: the name by which they know it, and its bytes.

    Of a krt.yml, `tree` are the files of its KRT, where they are known; an archive brings its own.
    """

    __slots__ = ("data", "name", "tree")

    def __init__(self, name: str, data: bytes, tree: "Tree | None" = None) -> None:
        self.name = name
        self.data = data
        self.tree = tree


class Options:
    """What is wanted: the status, the form, and whether manifests come as one stream ("-") or as files.

    A check has no form, and a status only where what that demands shall be there.
    """

    __slots__ = ("entry", "form", "status", "stream")

    def __init__(
        self,
        *,
        status: "Status | None" = None,
        form: "Form | None" = None,
        stream: bool = False,
        entry: VersionEntry | None = None,
    ) -> None:
        self.status = status
        self.form = form
        self.stream = stream
        self.entry = entry

    @property
    def needs_values(self) -> bool:
        """Whether all configuration must have a value: a chart gets it later, a stopped version needs none.

        A Kustomize tree holds the overlays of running versions whatever its root points at.
        """
        return self.form == "kustomize" or (self.form != "helm" and self.status not in (None, "stopped"))


class Result:
    """What came out: the files of the tree by name (none when there are errors), and all that there is to say."""

    __slots__ = ("diagnostics", "files")

    def __init__(self, files: dict[str, str], diagnostics: list[Diagnostic]) -> None:
        self.files = files
        self.diagnostics = diagnostics


def compile(
    krt: Source, settings: Source | None, options: Options, assets: "Mapping[str, str]", read: "Read"
) -> Result:
    """Compiles one version.

    `krt` is its krt.yml or .krt; `settings` a runtime.yml, if there is one, and `read` gives the files beside it;
    `assets` are krtc's own data files by path ("schemas/krt-v2.schema.json"), as `asset_names` lists them. Never raises
    for what is wrong with its input: that is in the result's diagnostics.
    """
    from krtc.lowering import lower  # a check needs it not

    program, diagnostics = _judge(krt, settings, options, assets, read)
    if program is None or has_errors(diagnostics):
        return Result({}, diagnostics)
    bundle = lower(program, {name: assets[f"chart-templates/config/{name}"] for name in STATIC_FILES})
    return Result(_back(bundle, options, assets), diagnostics)


def check(
    krt: Source, settings: Source | None, options: Options, assets: "Mapping[str, str]", read: "Read"
) -> list[Diagnostic]:
    """All that there is to say of a version, in order: what `compile` says, of the same arguments."""
    return _judge(krt, settings, options, assets, read)[1]


def check_settings(settings: Source, assets: "Mapping[str, str]") -> list[Diagnostic]:
    """All that there is to say of a runtime.yml alone, in order."""
    file, _, diagnostics = _settings(settings, assets["schemas/runtime.schema.json"])
    whole = not any(is_fixed(diagnostic) for diagnostic in diagnostics)
    return in_order(silence(diagnostics, ignores.find(file), lambda ignore: whole and ignore.id not in _OF_VERSIONS))


def asset_names(options: Options, with_settings: bool) -> "Iterator[str]":
    """The data files that a compile or a check needs."""
    yield "schemas/krt-v2.schema.json"
    if with_settings or options.form == "helm":
        yield "schemas/runtime.schema.json"
    if options.form is not None:
        yield from (f"chart-templates/config/{name}" for name in STATIC_FILES)
    if options.form == "helm":
        yield from (f"chart-templates/chart/{name}" for name in CHART_TEXTS)


def _judge(
    krt: Source, source: Source | None, options: Options, assets: "Mapping[str, str]", read: "Read"
) -> tuple[Program | None, list[Diagnostic]]:
    """Bytes to the model, and all that there is to say of it: both files are read to their ends, whatever is wrong."""
    file, tree, version, diagnostics = _version(krt, assets["schemas/krt-v2.schema.json"])
    files = [file]
    settings: Runtime | None = DEFAULTS
    if source is not None:
        settings_file, settings, found = _settings(source, assets["schemas/runtime.schema.json"])
        files.append(settings_file)
        diagnostics += found
    program = None
    if version is not None and settings is not None:
        krt_files, found = _krt_files(version, tree)
        diagnostics += found
        entry = options.entry or VersionEntry(krt=krt.name, status=options.status or "stopped")
        contents, unread, found = _config_files(version, (settings, entry), read)
        diagnostics += found
        program = Program(
            version,
            settings,
            entry,
            source=krt.name.rpartition("/")[2],
            needs_values=options.needs_values,
            files=contents,
            unread=unread,
            krt_files=krt_files,
        )
        if krt_files.proto:
            files.append(krt_files.proto.file)
        diagnostics += islice(analysis.check(program), MOST_FINDINGS)
    whole = program is not None and not any(is_fixed(d) for d in diagnostics)
    comments = [ignore for one in files for ignore in ignores.find(one)]
    # Whether a file is there depends on what was built; what a runtime or other files say, on whether they are given.
    unknown = ["KRT106", *([] if source else ["KRT4"]), *([] if tree else ["KRT107", "KRT11"])]
    unknown += [] if options.needs_values else ["KRT401"]

    def was_judged(ignore: Ignore) -> bool:
        if source is not None and ignore.span.file.name == source.name:
            return whole and ignore.id not in _OF_VERSIONS
        return whole and not ignore.id.startswith(tuple(unknown))

    return program, in_order(silence(diagnostics, comments, was_judged))


def _version(krt: Source, schema: str) -> "tuple[SourceFile, Tree | None, Version | None, list[Diagnostic]]":
    """A krt.yml, or the one in a .krt: its text, the files of its KRT, and what it says."""
    name, data, tree = krt.name, krt.data, krt.tree
    diagnostics: list[Diagnostic] = []
    if data[:2] == GZIP or name.endswith(".krt"):
        from krtc.frontend import archive  # hardly ever given, and it brings zlib

        packed, diagnostics = archive.open(name, data)
        if packed is None:
            return SourceFile(name, ""), None, None, diagnostics
        content = packed.read(packed.krt)
        assert isinstance(content, bytes)
        name, data, tree = packed.name(packed.krt), content, packed
    file, found = yaml.decode(name, data)
    version = None
    if not found:
        version, found = languages.version(file, schema)
    return file, tree, version, [*diagnostics, *found]


@lru_cache(maxsize=1)  # the settings of a thousand versions are read once
def _settings(source: Source, schema: str) -> tuple[SourceFile, Runtime | None, list[Diagnostic]]:
    """A runtime.yml: its text, what it says, and what the rules say of it alone."""
    file, diagnostics = yaml.decode(source.name, source.data)
    settings = None
    if not diagnostics:
        settings, diagnostics = languages.settings(file, schema)
    if settings is not None:
        diagnostics += islice(analysis.check_settings(settings), MOST_FINDINGS)
    return file, settings, diagnostics


def _krt_files(version: "Version", tree: "Tree | None") -> tuple[Files, list[Diagnostic]]:
    """What stands where krt.yml says that files are, and what the proto says."""
    if tree is None:
        return Files(), []
    nodes = [node for workflow in parts(version, "workflows").values() for node in parts(workflow, "nodes").values()]
    kinds = {path: tree.kind(path) for path in (known(node, "src") for node in nodes) if path is not None}
    entrypoint = known(version, "entrypoint")
    path = known(entrypoint, "proto") if entrypoint else None
    proto = None
    diagnostics: list[Diagnostic] = []
    if path is not None:
        kinds[path] = tree.kind(path)
        if kinds[path] == "file":
            from krtc.frontend import proto as reader  # only where there is one

            proto, diagnostics = reader.read(tree, path)
    return Files(kinds, complete=tree.complete, proto=proto), diagnostics


def _config_files(
    version: "Version", levels: tuple[Runtime, VersionEntry], read: "Read"
) -> tuple[dict[str, str], dict[str, str], list[Diagnostic]]:
    """The content of the files beside runtime.yml that are values of the configuration; or why there is none."""
    contents: dict[str, str] = {}
    unread: dict[str, str] = {}
    diagnostics: list[Diagnostic] = []
    names = {name for _, name, _ in version.configured()}
    sources = [known(config, "files") or {} for config in (known(level, "config") for level in levels) if config]
    for name, path in (entry for source in sources for entry in source.items() if entry[0] in names):
        if not isinstance(path, str):
            continue
        data = read(path)
        unread.pop(name, None)
        contents.pop(name, None)
        if isinstance(data, str):
            unread[name] = data
        elif len(data) > LARGEST_CONFIG_FILE:
            unread[name] = f"`{path}` is larger than {LARGEST_CONFIG_FILE >> 10} KiB, the limit of a variable"
        else:
            file, found = yaml.text(path, data)
            diagnostics += found
            contents[name] = file.text
    return contents, unread, diagnostics


def _back(bundle: "Bundle", options: Options, assets: "Mapping[str, str]") -> dict[str, str]:
    """Manifests to files; the back ends are imported where they are used, for each costs a start."""
    status = options.status
    assert status is not None
    if options.form == "helm":
        from krtc.backends import helm
        from krtc.lowering.values import describe

        values = describe(bundle, [text for name, text in assets.items() if name.startswith("schemas/")])
        templates = {name: assets[f"chart-templates/chart/{name}"] for name in CHART_TEXTS}
        return helm.files(bundle, status, values, templates)
    if options.form == "kustomize":
        from krtc.backends import kustomize

        return kustomize.files(bundle, status)
    from krtc.backends import plain

    return {"-": plain.stream(bundle, status)} if options.stream else plain.files(bundle, status)
