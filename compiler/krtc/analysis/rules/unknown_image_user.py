"""An image of which nobody said what user it runs as.

Why: pods run under Pod Security "restricted", which demands a numeric user, and an image names its user or none. The
KAI Server's images are known; any other runs as 10001, which may not be able to read its files.

Bad:

    workflows:
      - nodes:
          - {name: etl, image: "registry.example/my-runner:1.0"}

Good:

    # krt.yml
    workflows:
      - nodes:
          - {name: etl, image: "registry.example/my-runner:1.0"}
    # runtime.yml
    runtime: demo
    images: {users: {"*/my-runner": 1000}}

Fix: add a pattern for the image, or a `default`, to `images.users` in runtime.yml.
"""

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import UNKNOWN_IMAGE_USER
from krtc.model import runners
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.program import Program

CODE = UNKNOWN_IMAGE_USER


def check_version(program: "Program") -> "Iterator[Diagnostic]":
    """Each image without a known user, where it stands first."""
    for image, (first, *_) in program.images.items():
        if runners.user(program.settings.images, image) is None:
            pattern = runners.repository(image)
            yield Diagnostic(
                CODE,
                span_of(first, "image"),
                f"nobody said which user `{image}` runs as; it will be {runners.DEFAULT_USER}",
                help=f'add `images: {{users: {{"{pattern}": UID}}}}` to runtime.yml',
            )
