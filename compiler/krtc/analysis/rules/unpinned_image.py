"""An image without a tag, or with the tag `latest`.

Why: what such an image is changes without a change of krt.yml: two pods of one version can run different code, and
going back to an earlier version brings nothing back.

Bad:

    workflows:
      - nodes:
          - {name: etl, image: konstellation/kre-py:latest}

Good:

    workflows:
      - nodes:
          - {name: etl, image: "konstellation/kre-py:8.2.0"}

Fix: name a version, or a digest (`IMAGE@sha256:...`).
"""

from krtc.diagnostics import Diagnostic, Related
from krtc.diagnostics.codes import UNPINNED_IMAGE
from krtc.model import runners
from krtc.model.record import given, known, parts, span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from krtc.model.program import Program
    from krtc.model.runtime import Runtime
    from krtc.source import Span

CODE = UNPINNED_IMAGE


def check_settings(settings: "Runtime") -> "Iterator[Diagnostic]":
    """The platform's images that the settings name."""
    images = settings.images
    fields = [field for field in ("krt_files_downloader", "fluent_bit", "nginx", "nats_cli") if given(images, field)]
    for field in fields:
        image = known(images, field)
        if image is not None and not runners.is_pinned(image):
            yield _diagnostic(image, span_of(images, field))
    for level in (settings, *parts(settings, "versions").values()):
        files = known(level, "krt_files")
        image = known(files, "image") if files else None
        if image is not None and not runners.is_pinned(image):
            yield _diagnostic(image, span_of(files, "image"))


def check_version(program: "Program") -> "Iterator[Diagnostic]":
    """Each image of the version, where it stands first, with the other places."""
    for image, (first, *others) in program.images.items():
        if not runners.is_pinned(image):
            yield _diagnostic(image, span_of(first, "image"), [span_of(other, "image") for other in others])


def _diagnostic(image: str, first: "Span", others: "Sequence[Span]" = ()) -> Diagnostic:
    repository = runners.repository(image)
    why = "has no tag" if image == repository else "has the tag `latest`, which moves"
    return Diagnostic(
        CODE,
        first,
        f"`{image}` {why}: it may be another image tomorrow",
        help=f"name a version, as in `{repository}:1.2.3`, or a digest",
        related=[Related(span, "and here") for span in others],
    )
