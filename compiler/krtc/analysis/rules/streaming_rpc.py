"""An rpc that takes or gives a stream.

Why: a workflow takes one message and gives one; the entrypoint makes no other calls.

Bad:

    # public_input.proto
    syntax = "proto3";
    message Request {}
    message Response {}
    service Entrypoint { rpc Classify (stream Request) returns (Response); }

Good:

    # public_input.proto
    syntax = "proto3";
    message Request {}
    message Response {}
    service Entrypoint { rpc Classify (Request) returns (Response); }

Fix: remove `stream`; a message with a repeated field carries several things at once.
"""

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import STREAMING_RPC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.program import Program

CODE = STREAMING_RPC


def check_version(program: "Program") -> "Iterator[Diagnostic]":
    """Each rpc that streams."""
    proto = program.krt_files.proto
    for method in proto.methods if proto else ():
        if method.streams:
            message = f"the rpc `{method.name}` streams, and a workflow takes one message and gives one"
            yield Diagnostic(CODE, method.span, message, help="remove `stream`")
