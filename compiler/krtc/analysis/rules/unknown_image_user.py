"""An image of which nobody said what user it runs as.

Why: pods run under Pod Security "restricted", which demands a numeric user, and an image names its user or none. The
KAI Server's images are known; any other runs as 10001, which may not be able to read its files.

Bad:

    image: registry.example/my-runner:1.0        # and no word of it in runtime.yml

Good:

    images: {users: {"*/my-runner": 1000}}       # in runtime.yml

Fix: add a pattern for the image, or a `default`, to `images.users` in runtime.yml.
"""

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import UNKNOWN_IMAGE_USER
from krtc.model import runners
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.krt import Entrypoint, Node
    from krtc.model.program import Program

CODE = UNKNOWN_IMAGE_USER


def check(program: "Program") -> "Iterator[Diagnostic]":
    """Each image without a known user, where it stands first."""
    said: set[str] = set()
    records: list[Entrypoint | Node] = [program.version.entrypoint]
    records += [node for workflow in program.version.workflows for node in workflow.nodes]
    for record in records:
        if record.image not in said and runners.user(program.settings.images, record.image) is None:
            said.add(record.image)
            pattern = runners.repository(record.image)
            yield Diagnostic(
                CODE,
                span_of(record, "image"),
                f"nobody said which user `{record.image}` runs as; it will be {runners.DEFAULT_USER}",
                help=f'add `images: {{users: {{"{pattern}": UID}}}}` to runtime.yml',
            )
