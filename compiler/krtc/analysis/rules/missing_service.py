"""A proto without `service Entrypoint`.

Why: the entrypoint image makes its server from the one service of that name, and ignores all others. Without it
nothing listens, and every request is refused.

Bad:

    # public_input.proto
    syntax = "proto3";
    message Request {}
    message Response {}
    service Classificator { rpc Classify (Request) returns (Response); }

Good:

    # public_input.proto
    syntax = "proto3";
    message Request {}
    message Response {}
    service Entrypoint { rpc Classify (Request) returns (Response); }

Fix: name the service `Entrypoint`, with one rpc for each workflow.
"""

from krtc.diagnostics import Diagnostic, Related
from krtc.diagnostics.codes import MISSING_SERVICE
from krtc.model.files import SERVICE
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.program import Program

CODE = MISSING_SERVICE


def check_version(program: "Program") -> "Iterator[Diagnostic]":
    """The proto, when it does not define the service."""
    proto, entrypoint = program.krt_files.proto, program.version.entrypoint
    if proto is not None and SERVICE not in proto.services:
        name, at = next(iter(proto.services.items()), (None, None))
        yield Diagnostic(
            CODE,
            span_of(entrypoint, "proto"),
            f"`{entrypoint.proto}` has no `service {SERVICE}`",
            help=f"rename `service {name}` to `service {SERVICE}`" if name else "add it, with an rpc for each workflow",
            related=[Related(at, f"`service {name}` is here")] if at else (),
        )
