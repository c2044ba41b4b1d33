"""A proto that the entrypoint image does not look for.

Why: the public image `kre-entrypoint` reads `public_input.proto` at the root of the KRT and no other file: with any
other path it serves nothing.

Bad:

    entrypoint: {proto: protos/mail.proto, image: "konstellation/kre-entrypoint:8.2.0"}

Good:

    entrypoint: {proto: public_input.proto, image: "konstellation/kre-entrypoint:8.2.0"}

Fix: name the file `public_input.proto`, and put it beside krt.yml; or use an image that reads the other one.
"""

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import PROTO_PATH
from krtc.model import runners
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.program import Program

CODE = PROTO_PATH


def check_version(program: "Program") -> "Iterator[Diagnostic]":
    """The path of the proto, with the public image."""
    entrypoint = program.version.entrypoint
    wanted = runners.wanted_proto(entrypoint.image)
    if wanted not in (None, entrypoint.proto):
        yield Diagnostic(
            CODE,
            span_of(entrypoint, "proto"),
            f"`{runners.repository(entrypoint.image)}` reads only `{wanted}`, at the root of the KRT",
            help=f"write `proto: {wanted}`, and put the file there",
        )
