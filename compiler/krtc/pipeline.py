"""The whole compiler in one place: krt.yml -> nodes -> model -> manifests -> files.

Pure: it reads no file, clock, environment or network, and draws nothing at random. What a compile needs of the disk is
handed to it: the bytes of what people wrote, and krtc's own data files.
"""

from functools import cache, lru_cache, partial
from itertools import islice
from posixpath import normpath

from krtc import analysis
from krtc.diagnostics import MOST_FINDINGS, Diagnostic, Ignore, has_errors, in_order, is_fixed, silence
from krtc.diagnostics.codes import CHANGED_VERSION, TOO_LARGE, TRANSITION, UNREADABLE_VERSION
from krtc.frontend import ignores, languages, yaml
from krtc.model.files import Files
from krtc.model.krt import Version
from krtc.model.program import Program, RuntimeProgram
from krtc.model.record import known, parts, span_of
from krtc.model.runtime import DEFAULTS, Runtime, VersionEntry
from krtc.source import SourceFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any, Literal

    from krtc.frontend.overrides import Override
    from krtc.manifests import Bundle
    from krtc.model.files import Tree
    from krtc.model.picture import Picture
    from krtc.model.program import Was
    from krtc.model.status import Status
    from krtc.parts import Parts

    Form = Literal["manifests", "kustomize", "helm"]
    # What is beside runtime.yml: the bytes of a file, or why there are none, in words.
    Read = Callable[[str], bytes | str]
    # A krt.yml or .krt beside runtime.yml, or why there is none, in words.
    Load = Callable[[str], "Source | str"]
    # `here`, or what does the same with more processors: a function that gives plain data in two parts, and what it is
    # called with; of the results the first part is given, and what fetches the second one.
    Each = Callable[[Callable[[Any], tuple[Any, Any]], Iterable[Any]], Iterable[tuple[Any, Callable[[], Any]]]]

# The kernel's limit for one environment string, which is what a configuration file becomes.
LARGEST_CONFIG_FILE = 128 << 10

RUNTIME = "runtime"
"""What the runtime's own part is called where a version is wanted."""

GZIP = b"\x1f\x8b"

# By these nothing is judged without what was before.
_OF_CHANGES = {CHANGED_VERSION.id, TRANSITION.id}

STATIC_FILES = (
    "connected.sh",
    "default.conf",
    "fetch.sh",
    "fluent-bit.conf",
    "messaging.sh",
    "parsers.conf",
    "wait.sh",
)
CHART_TEXTS = ("Chart.yaml", "README.md", "values.yaml", "templates/NOTES.txt", "templates/_helpers.tpl")


class Source:
    """What a person wrote: the name by which they know it, and its bytes.

    Of a krt.yml, `tree` are the files of its KRT, where they are known; an archive brings its own. `path` tells it from
    other files, whatever name they are known by. Over what a runtime.yml says, `overrides` are laid.
    """

    __slots__ = ("data", "name", "overrides", "path", "tree")

    def __init__(
        self,
        name: str,
        data: bytes,
        tree: "Tree | None" = None,
        path: str | None = None,
        *,
        overrides: "Sequence[Override]" = (),
    ) -> None:
        self.name = name
        self.data = data
        self.tree = tree
        self.path = name if path is None else path
        self.overrides = overrides


class Options:
    """What is wanted: the status, the form, and whether manifests come as one stream ("-") or as files.

    A check has no form, and a status only where what that demands shall be there. Of a runtime, whose file says the
    statuses, `only` is the version (or "runtime", its own part) that is wanted alone; `shard` is a number from 1 and of
    how many: every so manyth version, and with the first of them what is the runtime's own.
    """

    __slots__ = ("form", "only", "shard", "status", "stream")

    def __init__(
        self,
        *,
        status: "Status | None" = None,
        form: "Form | None" = None,
        stream: bool = False,
        only: str | None = None,
        shard: tuple[int, int] | None = None,
    ) -> None:
        self.status = status
        self.form = form
        self.stream = stream
        self.only = only
        self.shard = shard

    @property
    def leads(self) -> bool:
        """Whether it has what is the runtime's own, and what there is to say of several versions."""
        return self.shard is None or self.shard[0] == 1

    @property
    def needs_values(self) -> bool:
        """Whether all configuration must have a value: a chart gets it later, a stopped version needs none.

        A Kustomize tree holds the overlays of running versions whatever its root points at.
        """
        return self.form == "kustomize" or (self.form != "helm" and self.status not in (None, "stopped"))


class Result:
    """What came out: the files of the tree by name (none when there are errors), and all that there is to say.

    A stream is the texts of the files one after the other. `versions` are the names of a runtime's versions: all that
    are known, whichever were wanted.
    """

    __slots__ = ("diagnostics", "files", "versions")

    def __init__(
        self, files: "dict[str, str] | Parts", diagnostics: list[Diagnostic], versions: "Sequence[str]" = ()
    ) -> None:
        self.files = files
        self.diagnostics = diagnostics
        self.versions = versions


def compile(
    krt: Source, settings: Source | None, options: Options, assets: "Mapping[str, str]", read: "Read"
) -> Result:
    """Compiles one version.

    `krt` is its krt.yml or .krt; `settings` a runtime.yml, if there is one, and `read` gives the files beside it;
    `assets` are krtc's own data files by path ("schemas/krt-v2.schema.json"), as `asset_names` lists them. Never raises
    for what is wrong with its input: that is in the result's diagnostics.
    """
    program, diagnostics = check(krt, settings, options, assets, read)
    if program is None or has_errors(diagnostics):
        return Result({}, diagnostics)
    return Result(_back(lowered(program, assets), options.status or "stopped", options, assets), diagnostics)


def here(make: "Callable[[Any], tuple[Any, Any]]", items: "Iterable[Any]") -> "Iterator[tuple[Any, Callable[[], Any]]]":
    """What `make` gives for each item, made and kept in this process."""
    for first, second in map(make, items):
        yield first, partial(_same, second)


def _same(value: "Any") -> "Any":
    return value


def compile_runtime(
    source: Source, options: Options, assets: "Mapping[str, str]", load: "Load", read: "Read", each: "Each" = here
) -> Result:
    """Compiles a runtime.yml with all its versions, or the part `options.only` of it.

    Each version is in the folder versions/NAME of the tree, what is the runtime's own in runtime; a part alone is the
    tree. `load` gives the krt.yml and .krt files beside runtime.yml; `each` judges the versions, and makes their files.
    """
    kept: dict[str, _Judged | str] = {}
    broken: list[str] = []

    def tree(program: Program | RuntimeProgram) -> dict[str, str]:
        return _back(lowered(program, assets), _status(program), options, assets)

    def make(settings: Runtime, entry: VersionEntry) -> "tuple[tuple[str, bool] | None, dict[str, str]]":
        """Of a version without errors, its name, whether there is anything to say of it, and its files.

        That is all that another process need tell: what there is to say is found once more where it is reported.
        """
        if len(broken) > MOST_FINDINGS:  # nothing will be written
            return None, {}
        judged = _judge_entry(settings, entry, options, assets, load, read)
        heard = [] if isinstance(judged, str) else judged.heard()
        if isinstance(judged, str) or judged.program is None or has_errors(heard):
            broken.append(entry.krt)
            kept[entry.krt] = judged
            return None, {}
        name = judged.program.version.version
        says = bool(heard) or any(diagnostic.span.file is file for diagnostic in judged.diagnostics)
        if says:
            kept[entry.krt] = judged.alone(_stand_in(name, settings, entry))
        return (name, says), tree(judged.program) if options.only in (None, name) else {}

    def judge(settings: Runtime, entry: VersionEntry) -> _Judged | str:
        if mine is not None and entry.krt not in mine:
            name = names.get(entry.krt)
            return _Judged(_stand_in(name, settings, entry) if name else None, [], [], ())
        if entry.krt in kept:
            return kept[entry.krt]
        name = ready.get(entry.krt)
        alone = _stand_in(name, settings, entry) if name else None
        if alone and entry.krt not in saying:
            return _Judged(alone, [], [], ())
        judged = _judge_entry(settings, entry, options, assets, load, read)
        return judged.alone(alone) if alone and not isinstance(judged, str) else judged

    file, settings, found = _settings(source, assets["schemas/runtime.schema.json"])
    # Of what was made, by the version's file: its name, whether there is anything to say, and what fetches its tree.
    ready: dict[str, str] = {}
    saying: set[str] = set()
    trees: dict[str, Callable[[], dict[str, str]]] = {}
    every = _entries(settings) if settings else []
    number, count = options.shard or (1, 1)
    entries = every[number - 1 :: count]
    # Of versions that are made elsewhere, or nowhere, what is the runtime's own wants the names.
    others = [entry for at, entry in enumerate(every) if options.only or (options.leads and at % count)]
    names = {entry.krt: _name(entry, assets, load) for entry in others}
    if options.only:
        entries = [entry for entry in entries if names[entry.krt] == options.only]
    mine = {entry.krt for entry in entries} if options.shard or options.only else None
    if settings is not None and not has_errors(found):
        for entry, (told, fetch) in zip(entries, each(partial(make, settings), entries), strict=True):
            if told:
                ready[entry.krt], says = told
                trees[entry.krt] = fetch
                if says:
                    saying.add(entry.krt)
    runtime, diagnostics = _check_runtime(source, options, assets, judge)
    if runtime is None:
        return Result({}, diagnostics)
    versions = [program.version.version for program in runtime.programs]
    if options.only not in (None, RUNTIME, *versions):
        # It may be one that cannot be read: then all is told.
        diagnostics = check_runtime(source, Options(form=options.form), assets, load, read)[1]
        return Result({}, diagnostics, versions)
    if has_errors(diagnostics):
        return Result({}, diagnostics, versions)
    wanted = _parts(runtime, options.only)
    made = {}
    for folder, program in wanted:
        krt = program.entry.krt if isinstance(program, Program) else None
        if mine is None or krt in mine or (krt is None and options.leads):
            made[folder] = trees.get(krt or "") or partial(tree, program)
    if options.only:
        [(_, fetch)] = made.items()
        made = {"": fetch}
    elif options.form == "kustomize" and options.leads:
        from krtc.backends import kustomize

        made[""] = partial(dict, {"kustomization.yaml": kustomize.over([f for f, _ in wanted], runtime.source)})
    from krtc.parts import Parts  # one version has none

    return Result(Parts(made), diagnostics, versions)


def _name(entry: VersionEntry, assets: "Mapping[str, str]", load: "Load") -> str | None:
    """The name of a version that is wanted of nobody here, when it has one."""
    krt = load(entry.krt)
    if isinstance(krt, str):
        return None
    schema = assets["schemas/krt-v2.schema.json"]
    if is_archive(krt):
        version = _version(krt, schema)[2]
        return known(version, "version") if version else None
    return languages.name(yaml.decode(krt.name, krt.data)[0], schema)


def _stand_in(name: str, settings: Runtime, entry: VersionEntry) -> Program:
    """What is left of a version that was judged and made: as much as the rules across versions ask of it."""
    version: Any = _Named(name)
    status = known(entry, "status")
    return Program(version, settings, entry, source=entry.krt, status=status, needs_values=False, in_runtime=True)


class _Named:
    """A version of which no more is known than its name."""

    __slots__ = ("version",)

    def __init__(self, version: str) -> None:
        self.version = version


def objects(
    krt: Source, settings: Source | None, options: Options, assets: "Mapping[str, str]", read: "Read"
) -> "tuple[list[dict[str, Any]] | None, list[Diagnostic]]":
    """The objects of a version, as plain data in the order of applying, or None when there are errors.

    The arguments are those of `compile`; the form of the options is "manifests".
    """
    program, diagnostics = check(krt, settings, options, assets, read)
    if program is None or has_errors(diagnostics):
        return None, diagnostics
    return [data for _, data in lowered(program, assets).objects(options.status or "stopped")], diagnostics


def runtime_objects(
    source: Source, options: Options, assets: "Mapping[str, str]", load: "Load", read: "Read"
) -> "tuple[list[dict[str, Any]] | None, list[Diagnostic]]":
    """The same of a runtime; the arguments are those of `compile_runtime`."""
    runtime, diagnostics = check_runtime(source, options, assets, load, read)
    if runtime is None or has_errors(diagnostics):
        return None, diagnostics
    made = _parts(runtime, options.only)
    return [data for _, program in made for _, data in lowered(program, assets).objects(_status(program))], diagnostics


def check(
    krt: Source,
    settings: Source | None,
    options: Options,
    assets: "Mapping[str, str]",
    read: "Read",
    before: "Mapping[str, Was] | None" = None,
) -> tuple[Program | None, list[Diagnostic]]:
    """A version, and all that there is to say of it, in order: what `compile` says of the same arguments.

    Both files are read to their ends, whatever is wrong; None when the version has no meaning. `before` is what
    versions were, by name: then it is held to not having changed, too.
    """
    runtime: Runtime | None = DEFAULTS
    comments: list[Ignore] = []
    of_settings: list[Diagnostic] = []
    entry = None
    if settings is not None:
        settings_file, runtime, of_settings = _settings(settings, assets["schemas/runtime.schema.json"])
        comments = [*ignores.find(settings_file)]
        entry = _entry_of(krt, settings, runtime) if runtime else None
    entry = entry or VersionEntry(krt=krt.name)
    name = krt.name.rpartition("/")[2]
    given = settings is not None
    judged = _judge_version(krt, runtime, entry, options, assets, read, source=name, with_settings=given, before=before)
    whole = judged.program is not None

    def was_judged(ignore: Ignore) -> bool:
        if settings is not None and ignore.span.file.name == settings.name:
            return whole and ignore.id not in _of_versions()
        return judged.was_judged(ignore)

    found = silence([*of_settings, *judged.diagnostics], [*judged.comments, *comments], was_judged)
    return judged.program, in_order(found)


def check_runtime(
    source: Source,
    options: Options,
    assets: "Mapping[str, str]",
    load: "Load",
    read: "Read",
    before: "Mapping[str, Was] | None" = None,
) -> tuple[RuntimeProgram | None, list[Diagnostic]]:
    """A runtime.yml with its versions, and all that there is to say of it, in order; None when it has no meaning.

    A version that cannot be compiled hides nothing of the others. `before` is what the versions were: then a change is
    held to the rules of transition, too.
    """

    def judge(settings: Runtime, entry: VersionEntry) -> _Judged | str:
        return _judge_entry(settings, entry, options, assets, load, read, before)

    return _check_runtime(source, options, assets, judge, before)


def _check_runtime(
    source: Source,
    options: Options,
    assets: "Mapping[str, str]",
    judge: "Callable[[Runtime, VersionEntry], _Judged | str]",
    before: "Mapping[str, Was] | None" = None,
) -> tuple[RuntimeProgram | None, list[Diagnostic]]:
    file, settings, found = _settings(source, assets["schemas/runtime.schema.json"])
    here = list(found) if options.leads or settings is None or has_errors(found) else []
    if settings is None:
        return None, in_order(silence(here, ignores.find(file), lambda ignore: False))
    programs = []
    elsewhere: list[Diagnostic] = []
    for entry in _entries(settings):
        if len(here) > MOST_FINDINGS:
            message = f"more than {MOST_FINDINGS} mistakes: what follows was not looked at"
            here.append(Diagnostic(TOO_LARGE, span_of(entry, "krt"), message))
            break
        judged = judge(settings, entry)
        if isinstance(judged, str):
            here.append(Diagnostic(UNREADABLE_VERSION, span_of(entry, "krt"), judged, help="correct the path"))
            continue
        own = [diagnostic for diagnostic in judged.diagnostics if diagnostic.span.file is not file]
        here += [diagnostic for diagnostic in judged.diagnostics if diagnostic.span.file is file]
        program = judged.program
        name = known(program.version, "version") if program else None
        if options.only in (None, name):
            elsewhere += silence(own, judged.comments, judged.was_judged)
        if program is not None and name is not None:
            programs.append(program)
    runtime = RuntimeProgram(settings, programs, source=source.name.rpartition("/")[2], before=before)
    if options.leads:
        here += islice(analysis.check_runtime(runtime), MOST_FINDINGS)
    of_versions = [diagnostic for diagnostic in here if diagnostic.span.file is not file]
    here = [diagnostic for diagnostic in here if diagnostic.span.file is file]
    whole = options.shard is None and options.only is None and not any(is_fixed(diagnostic) for diagnostic in here)
    unknown = analysis.codes("check_runtimes") | (set() if before is not None else _OF_CHANGES)
    if not runtime.paths:
        unknown |= _of_versions()
    silenced = silence(here, ignores.find(file), lambda ignore: whole and ignore.id not in unknown)
    return runtime, in_order([*silenced, *of_versions, *elsewhere])


@cache
def _of_versions() -> frozenset[str]:
    """By these no runtime.yml can be judged alone, nor with one version of several; those of names and graphs never."""
    judging = {rule.CODE.id for rule in analysis.all_rules() if rule.CODE.id[3] in "34"}
    return frozenset(judging - analysis.codes("check_settings") | {UNREADABLE_VERSION.id})


def draw(programs: "Sequence[Program]", form: str) -> str:
    """The picture of versions as a text of a form: mermaid, dot, svg or html; of what is broken, what has a meaning."""
    from importlib import import_module  # only pictures need this and what follows

    from krtc.analysis.picture import picture_of

    page: Callable[[Sequence[Picture]], str] = import_module(f"krtc.pictures.{form}").page
    return page([picture_of(program) for program in programs])


def check_runtimes(runtimes: "Sequence[RuntimeProgram]") -> list[Diagnostic]:
    """What several runtimes have to do with each other, in order."""
    return heard(analysis.check_runtimes(runtimes))


def heard(found: "Iterable[Diagnostic]") -> list[Diagnostic]:
    """What rules found that the comments in its files do not silence, in order; no comment is judged by it."""
    found = [*found]
    files = {diagnostic.span.file.name: diagnostic.span.file for diagnostic in found}
    comments = [ignore for file in files.values() for ignore in ignores.find(file)]
    return in_order(silence(found, comments, lambda ignore: False))


def asset_names(options: Options, with_settings: bool) -> "Iterator[str]":
    """The data files that a compile or a check needs."""
    yield "schemas/krt-v2.schema.json"
    if with_settings or options.form == "helm":
        yield "schemas/runtime.schema.json"
    if options.form is not None:
        yield from (f"chart-templates/config/{name}" for name in STATIC_FILES)
    if options.form == "helm":
        yield from (f"chart-templates/chart/{name}" for name in CHART_TEXTS)


def entry_of(krt: Source, settings: Source, assets: "Mapping[str, str]") -> VersionEntry | None:
    """The entry of a version in a runtime.yml; None where that does not list it, or cannot be read."""
    runtime = _settings(settings, assets["schemas/runtime.schema.json"])[1]
    return _entry_of(krt, settings, runtime) if runtime else None


def _entry_of(krt: Source, source: Source, settings: Runtime) -> VersionEntry | None:
    """The entry of a version that is compiled alone, in a runtime.yml that lists it: its id, config and nodes."""
    folder = source.path.rpartition("/")[0]
    entries: dict[int, VersionEntry] = parts(settings, "versions")
    for entry in entries.values():
        path = known(entry, "krt")
        if path is not None and normpath(f"{folder}/{path}" if folder else path) == normpath(krt.path):
            return entry
    return None


def _entries(settings: Runtime) -> list[VersionEntry]:
    """The versions of a runtime, by their files; of a second one with the same file a rule tells."""
    entries: dict[str, VersionEntry] = {}
    for entry in parts(settings, "versions").values():
        path = known(entry, "krt")
        if path is not None:
            entries.setdefault(normpath(path), entry)
    return [*entries.values()]


class _Judged:
    """What is known of one version: its program, what there is to say, and the comments in its files."""

    __slots__ = ("comments", "diagnostics", "program", "unknown")

    def __init__(
        self, program: Program | None, diagnostics: list[Diagnostic], comments: list[Ignore], unknown: tuple[str, ...]
    ) -> None:
        self.program = program
        self.diagnostics = diagnostics
        self.comments = comments
        self.unknown = unknown

    def heard(self) -> list[Diagnostic]:
        """What no comment silences; where comments of the settings may still do so."""
        return silence(self.diagnostics, self.comments, self.was_judged)

    def alone(self, program: Program) -> "_Judged":
        """The same without the version's model."""
        return _Judged(program, self.diagnostics, self.comments, self.unknown)

    def was_judged(self, ignore: Ignore) -> bool:
        whole = self.program is not None and not any(is_fixed(d) for d in self.diagnostics)
        return whole and not ignore.id.startswith(self.unknown)


def _judge_entry(
    settings: Runtime,
    entry: VersionEntry,
    options: Options,
    assets: "Mapping[str, str]",
    load: "Load",
    read: "Read",
    before: "Mapping[str, Was] | None" = None,
) -> _Judged | str:
    """A version of a runtime; or in words, why its file cannot be read."""
    krt = load(entry.krt)
    if isinstance(krt, str):
        return krt
    wanted = Options(status=known(entry, "status"), form=None if options.form != "helm" else "helm")
    return _judge_version(
        krt,
        settings,
        entry,
        wanted,
        assets,
        read,
        source=entry.krt,
        with_settings=True,
        in_runtime=True,
        before=before,
    )


def _judge_version(
    krt: Source,
    settings: Runtime | None,
    entry: VersionEntry,
    options: Options,
    assets: "Mapping[str, str]",
    read: "Read",
    *,
    source: str,
    with_settings: bool,
    in_runtime: bool = False,
    before: "Mapping[str, Was] | None" = None,
) -> _Judged:
    """One version, with the settings of its runtime if these have a meaning."""
    file, tree, version, diagnostics = _version(krt, assets["schemas/krt-v2.schema.json"])
    files = [file]
    program = None
    if version is not None and settings is not None:
        krt_files, found = _krt_files(version, tree)
        diagnostics += found
        contents, unread, found = _config_files(version, (settings, entry), read)
        diagnostics += found
        program = Program(
            version,
            settings,
            entry,
            source=source,
            status=options.status,
            before=(before or {}).get(known(version, "version")),
            needs_values=options.needs_values,
            in_runtime=in_runtime,
            files=contents,
            unread=unread,
            krt_files=krt_files,
        )
        if krt_files.proto:
            files.append(krt_files.proto.file)
        diagnostics += islice(analysis.check(program), MOST_FINDINGS)
    # Whether a file is there depends on what was built; what a runtime or other files say, on whether they are given.
    unknown = ["KRT106", *([] if with_settings else ["KRT4"]), *([] if tree else ["KRT107", "KRT11"])]
    unknown += [] if options.needs_values else ["KRT401"]
    unknown += [] if before is not None else _OF_CHANGES
    comments = [ignore for one in files for ignore in ignores.find(one)]
    return _Judged(program, diagnostics, comments, tuple(unknown))


def _version(krt: Source, schema: str) -> "tuple[SourceFile, Tree | None, Version | None, list[Diagnostic]]":
    """A krt.yml, or the one in a .krt: its text, the files of its KRT, and what it says."""
    name, data, tree = krt.name, krt.data, krt.tree
    diagnostics: list[Diagnostic] = []
    if is_archive(krt):
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


def is_archive(krt: Source) -> bool:
    """Whether a source is a .krt: by its first bytes, or its name."""
    return krt.data[:2] == GZIP or krt.name.endswith(".krt")


@lru_cache(maxsize=1)  # the settings of a thousand versions are read once
def _settings(source: Source, schema: str) -> tuple[SourceFile, Runtime | None, list[Diagnostic]]:
    """A runtime.yml: its text, what it says, and what the rules say of it alone."""
    file, diagnostics = yaml.decode(source.name, source.data)
    settings = None
    if not diagnostics:
        settings, diagnostics = languages.settings(file, schema, source.overrides)
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


def _parts(runtime: RuntimeProgram, only: str | None) -> "list[tuple[str, Program | RuntimeProgram]]":
    """The folders of a runtime's parts, or of the only one that is wanted; what leads to the versions comes last."""
    found: list[tuple[str, Program | RuntimeProgram]] = [
        (f"versions/{program.version.version}", program)
        for program in runtime.programs
        if only in (None, program.version.version) and only != RUNTIME
    ]
    return [*found, (RUNTIME, runtime)] if only in (None, RUNTIME) else found


def _status(program: Program | RuntimeProgram) -> "Status":
    """The status of a part of a runtime: what is published is the runtime's, and started."""
    return "stopped" if isinstance(program, Program) and program.status == "stopped" else "started"


def lowered(program: Program | RuntimeProgram, assets: "Mapping[str, str]") -> "Bundle":
    """The objects of a version without errors, or of a runtime, with the leaves that back ends resolve."""
    from krtc.lowering import lower, lower_runtime  # a check needs them not

    if isinstance(program, RuntimeProgram):
        return lower_runtime(program)
    return lower(program, {name: assets[f"chart-templates/config/{name}"] for name in STATIC_FILES})


def _back(bundle: "Bundle", status: "Status", options: Options, assets: "Mapping[str, str]") -> dict[str, str]:
    """Manifests to files; the back ends are imported where they are used, for each costs a start."""
    if options.form == "helm":
        from krtc.backends import helm
        from krtc.lowering.values import describe

        values = describe(bundle, [text for name, text in assets.items() if name.startswith("schemas/")])
        templates = {name: assets[f"chart-templates/chart/{name}"] for name in CHART_TEXTS}
        return helm.files(bundle, status, values, templates)
    if options.form == "kustomize":
        from krtc.backends import kustomize

        return (kustomize.files if "published" in bundle.statuses else kustomize.part)(bundle, status)
    from krtc.backends import plain

    return {"-": plain.stream(bundle, status)} if options.stream else plain.files(bundle, status)
