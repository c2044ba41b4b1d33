"""Files of a version that its pods would not get, or would get of another one.

Why: the pods start with what `krtFiles` leads to. Of two sources one would be ignored; an https address without its
sha256 may hold anything; Kubernetes before 1.35 has no image volumes unless a feature gate is set; and two versions
with one source would both run the files of one.

Bad:

    # runtime.yml
    runtime: demo
    krtFiles: {image: registry.example.com/mail-v1-files:1.0.0}

Good:

    # runtime.yml
    runtime: demo
    kubernetes: "1.35"
    krtFiles: {image: registry.example.com/mail-v1-files:1.0.0}

Fix: give one of `mongodb`, `image`, or `https` with `sha256`; `kubernetes: "1.35"` for an image; and where a runtime
has several versions, give each its own `krtFiles` in `versions`.
"""

from krtc.diagnostics import Diagnostic, Related
from krtc.diagnostics.codes import KRT_FILES
from krtc.model.record import Unsaid, known, parts, span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.program import RuntimeProgram
    from krtc.model.runtime import KrtFiles, Runtime

CODE = KRT_FILES

OLDEST_WITH_IMAGES = "1.35"


def check_settings(settings: "Runtime") -> "Iterator[Diagnostic]":
    """What each `krtFiles` says by itself."""
    kubernetes = known(settings, "kubernetes")
    for level in (settings, *parts(settings, "versions").values()):
        files = known(level, "krt_files")
        if files is not None:
            yield from _check(files, kubernetes)


def _check(files: "KrtFiles", kubernetes: str | None) -> "Iterator[Diagnostic]":
    try:
        given = [field for field in ("mongodb", "image", "https", "sha256") if getattr(files, field) is not None]
    except Unsaid:
        return
    sources = [field for field in given if field != "sha256"]
    for other in sources[1:]:
        message = f"`{other}` beside `{sources[0]}`: the files come from one of them"
        related = [Related(span_of(files, sources[0]), f"`{sources[0]}` is here")]
        yield Diagnostic(CODE, span_of(files, other), message, help="keep one of them", related=related)
    if "image" in given and kubernetes is not None and _minor(kubernetes) < _minor(OLDEST_WITH_IMAGES):
        message = f"image volumes need Kubernetes {OLDEST_WITH_IMAGES}, and this is compiled for {kubernetes}"
        help_text = f'write `kubernetes: "{OLDEST_WITH_IMAGES}"` if the cluster is that new, or use `https`'
        yield Diagnostic(CODE, span_of(files, "image"), message, help=help_text)
    if "https" in given and "sha256" not in given:
        message = "what is at the address may change: `sha256` is missing"
        yield Diagnostic(CODE, span_of(files, "https"), message, help="add `sha256:` with what `sha256sum X.krt` says")
    if "sha256" in given and "https" not in given:
        message = "`sha256` belongs to `https`, and that is missing"
        yield Diagnostic(CODE, span_of(files, "sha256"), message, help="add `https:`, or remove it")


def _minor(kubernetes: str) -> int:
    return int(kubernetes.partition(".")[2])


def check_runtime(runtime: "RuntimeProgram") -> "Iterator[Diagnostic]":
    """Each version with the same files as one before it."""
    first: dict[str, str] = {}
    for program in runtime.programs:
        try:
            files, name = program.files_from, program.version.version
            same = files.image or files.sha256
        except Unsaid:
            continue
        other = first.setdefault(same, name) if same else name
        if other != name:
            message = f"`{name}` would run with the files of `{other}`"
            help_text = "give each version its own `krtFiles` in `versions`"
            yield Diagnostic(CODE, span_of(files, "image", "sha256"), message, help=help_text)
