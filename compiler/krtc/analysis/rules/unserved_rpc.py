"""An rpc that no workflow answers.

Why: the entrypoint offers every rpc of `service Entrypoint`. A call of one that no workflow serves can never be
answered.

Bad:

    # krt.yml
    workflows:
      - {name: classificator, entrypoint: Classify}
    # public_input.proto
    syntax = "proto3";
    message Request {}
    message Response {}
    service Entrypoint {
      rpc Classify (Request) returns (Response);
      rpc Train (Request) returns (Response);
    }

Good:

    # krt.yml
    workflows:
      - {name: classificator, entrypoint: Classify}
      - {name: trainer, entrypoint: Train}
    # public_input.proto
    syntax = "proto3";
    message Request {}
    message Response {}
    service Entrypoint {
      rpc Classify (Request) returns (Response);
      rpc Train (Request) returns (Response);
    }

Fix: add a workflow for it, or remove it from the proto.
"""

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import UNSERVED_RPC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.program import Program

CODE = UNSERVED_RPC


def check_version(program: "Program") -> "Iterator[Diagnostic]":
    """Each rpc without a workflow, once every workflow has found an rpc of its own."""
    proto = program.krt_files.proto
    workflows = program.version.workflows
    served = {workflow.entrypoint for workflow in workflows}
    methods = proto.methods if proto else []
    if served <= {method.name for method in methods} and len(served) == len(workflows):
        for method in methods:
            if method.name not in served:
                message = f"no workflow answers the rpc `{method.name}`"
                help_text = f"add a workflow with `entrypoint: {method.name}`, or remove the rpc"
                yield Diagnostic(CODE, method.span, message, help=help_text)
