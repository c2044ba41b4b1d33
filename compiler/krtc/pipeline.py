"""The whole compiler in one place: krt.yml -> nodes -> model -> manifests -> files.

Pure: it reads no file, clock, environment or network, and draws nothing at random. What a compile needs of the disk is
handed to it: the bytes of what people wrote, and krtc's own data files.
"""

from krtc.analysis import check
from krtc.diagnostics import Diagnostic, has_errors, in_order
from krtc.diagnostics.codes import CONFIG_FILE, TOO_LARGE
from krtc.frontend import languages, yaml
from krtc.lowering import lower
from krtc.model.program import Program
from krtc.model.record import span_of
from krtc.model.runtime import DEFAULTS, ConfigValues, Runtime, VersionEntry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Literal

    from krtc.manifests import Bundle
    from krtc.model.status import Status

    Form = Literal["manifests", "kustomize", "helm"]
    # What is beside runtime.yml: the bytes of a file, or why there are none, in words.
    Read = Callable[[str], bytes | str]

# The kernel's limit for one environment string, which is what a configuration file becomes.
LARGEST_CONFIG_FILE = 128 << 10

STATIC_FILES = ("connected.sh", "default.conf", "fluent-bit.conf", "parsers.conf", "wait.sh")
CHART_TEXTS = ("Chart.yaml", "README.md", "values.yaml", "templates/NOTES.txt", "templates/_helpers.tpl")


class Source:
    """What a person wrote: the name by which they know it, and its bytes."""

    __slots__ = ("data", "name")

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.data = data


class Options:
    """What is wanted: the status, the form, and whether manifests come as one stream ("-") or as files."""

    __slots__ = ("entry", "form", "status", "stream")

    def __init__(
        self, *, status: "Status", form: "Form", stream: bool = False, entry: VersionEntry | None = None
    ) -> None:
        self.status = status
        self.form = form
        self.stream = stream
        self.entry = entry


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

    `krt` is its krt.yml; `settings` a runtime.yml, if there is one, and `read` gives the files beside it; `assets` are
    krtc's own data files by path ("schemas/krt-v2.schema.json"), as `asset_names` lists them. Never raises for what is
    wrong with its input: that is in the result's diagnostics.
    """
    program, diagnostics = _front(krt, settings, options, assets, read)
    if program is not None:
        diagnostics += check(program)
    if program is None or has_errors(diagnostics):
        return Result({}, in_order(diagnostics))
    bundle = lower(program, {name: assets[f"chart-templates/config/{name}"] for name in STATIC_FILES})
    return Result(_back(bundle, options, assets), in_order(diagnostics))


def asset_names(options: Options, with_settings: bool) -> "Iterator[str]":
    """The data files that a compile needs."""
    yield "schemas/krt-v2.schema.json"
    if with_settings or options.form == "helm":
        yield "schemas/runtime.schema.json"
    yield from (f"chart-templates/config/{name}" for name in STATIC_FILES)
    if options.form == "helm":
        yield from (f"chart-templates/chart/{name}" for name in CHART_TEXTS)


def _front(
    krt: Source, source: Source | None, options: Options, assets: "Mapping[str, str]", read: "Read"
) -> tuple[Program | None, list[Diagnostic]]:
    """Bytes to the model: both files are read to their ends, whatever is wrong with one of them."""
    file, diagnostics = yaml.decode(krt.name, krt.data)
    version = None
    if not diagnostics:
        version, diagnostics = languages.version(file, assets["schemas/krt-v2.schema.json"])
    settings: Runtime | None = DEFAULTS
    if source is not None:
        settings_file, found = yaml.decode(source.name, source.data)
        settings = None
        if not found:
            settings, found = languages.settings(settings_file, assets["schemas/runtime.schema.json"])
        diagnostics += found
    if version is None or settings is None:
        return None, diagnostics
    entry = options.entry or VersionEntry(krt=krt.name, status=options.status)
    files: dict[str, str] = {}
    for config in (settings.config, entry.config):
        files |= _config_files(config, [*version.variables, *version.files], read, diagnostics)
    # A Kustomize tree holds the overlays of running versions whatever its root points at.
    needs_values = options.form == "kustomize" or (options.form == "manifests" and options.status != "stopped")
    program = Program(
        version, settings, entry, files=files, source=file.name.rpartition("/")[2], needs_values=needs_values
    )
    return program, diagnostics


def _config_files(
    config: ConfigValues, names: list[str], read: "Read", diagnostics: list[Diagnostic]
) -> dict[str, str]:
    """The content of the files beside runtime.yml that are values of a version's configuration."""
    contents: dict[str, str] = {}
    for name, path in config.files.items():
        if name not in names or not isinstance(path, str):
            continue
        contents[name] = ""
        span = span_of(config, ("files", name))
        data = read(path)
        if isinstance(data, str):
            help_text = "give the path of a file beside runtime.yml"
            diagnostics.append(Diagnostic(CONFIG_FILE, span, f"`{name}`: {data}", help=help_text))
        elif len(data) > LARGEST_CONFIG_FILE:
            message = f"`{name}`: `{path}` is larger than {LARGEST_CONFIG_FILE >> 10} KiB, the limit of a variable"
            diagnostics.append(Diagnostic(TOO_LARGE, span, message))
        else:
            file, found = yaml.text(path, data)
            diagnostics += found
            contents[name] = file.text
    return contents


def _back(bundle: "Bundle", options: Options, assets: "Mapping[str, str]") -> dict[str, str]:
    """Manifests to files; the back ends are imported where they are used, for each costs a start."""
    if options.form == "helm":
        from krtc.backends import helm
        from krtc.lowering.values import describe

        values = describe(bundle, [text for name, text in assets.items() if name.startswith("schemas/")])
        templates = {name: assets[f"chart-templates/chart/{name}"] for name in CHART_TEXTS}
        return helm.files(bundle, options.status, values, templates)
    if options.form == "kustomize":
        from krtc.backends import kustomize

        return kustomize.files(bundle, options.status)
    from krtc.backends import plain

    return {"-": plain.stream(bundle, options.status)} if options.stream else plain.files(bundle, options.status)
