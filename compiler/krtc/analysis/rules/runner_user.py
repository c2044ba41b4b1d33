"""A user that kre-py cannot run as.

Why: the image has a user 1001, and the nats command in it asks for the name of the user that it runs as. With a user
that the image does not know, a node with an object store ends.

Bad:

    # runtime.yml
    runtime: demo
    images: {users: {"*/kre-py": 2000}}

Good:

    # runtime.yml
    runtime: demo
    images: {users: {"*/my-runner": 2000}}

Fix: leave `*/kre-py` out of `images.users`: krtc knows its user.
"""

from krtc.diagnostics import Diagnostic, Related
from krtc.diagnostics.codes import RUNNER_USER
from krtc.model import runners
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.program import Program

CODE = RUNNER_USER


def check_version(program: "Program") -> "Iterator[Diagnostic]":
    """The user that the settings give to kre-py, when the version has such a node."""
    images = program.settings.images
    for image, (first, *_) in program.images.items():
        user = runners.user(images, image)
        if runners.matches(image, runners.PY) and user != runners.USERS[runners.PY]:
            pattern = next((p for p in images.users if runners.matches(image, p)), "default")
            yield Diagnostic(
                CODE,
                span_of(images, ("users", pattern)),
                f"kre-py runs as {runners.USERS[runners.PY]} only, and this makes it {user}",
                help="remove it, or name other images: krtc knows the user of kre-py",
                related=[Related(span_of(first, "image"), "this node runs with kre-py")],
            )
            return
