"""A workflow whose `entrypoint` is no rpc of `service Entrypoint`.

Why: the entrypoint calls the workflow that has the name of the rpc. A workflow of another name is never called, and
the rpc that was meant is never answered.

Bad:

    # krt.yml
    workflows:
      - {name: classificator, entrypoint: Clasify}
    # public_input.proto
    syntax = "proto3";
    message Request {}
    message Response {}
    service Entrypoint { rpc Classify (Request) returns (Response); }

Good:

    # krt.yml
    workflows:
      - {name: classificator, entrypoint: Classify}
    # public_input.proto
    syntax = "proto3";
    message Request {}
    message Response {}
    service Entrypoint { rpc Classify (Request) returns (Response); }

Fix: write the name of the rpc as the proto has it; `krtc check --fix` does where one alone is near.
"""

from krtc.diagnostics import Diagnostic, Related, nearest
from krtc.diagnostics.codes import UNKNOWN_RPC
from krtc.model.files import SERVICE
from krtc.model.record import known, parts, span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.krt import Workflow
    from krtc.model.program import Program

CODE = UNKNOWN_RPC

# As many names as a line holds.
_SHOWN = 8


def check_workflow(program: "Program", workflow: "Workflow") -> "Iterator[Diagnostic]":
    """The rpc of a workflow, when the proto does not have it."""
    proto = program.krt_files.proto
    if proto is None or SERVICE not in proto.services:
        return
    methods = {method.name: method for method in proto.methods}
    name = workflow.entrypoint
    if name not in methods:
        from krtc.diagnostics.fix import respelt  # only where it is needed

        near = nearest(name, methods)
        some = ", ".join(f"`{method}`" for method in list(methods)[:_SHOWN])
        span = span_of(workflow, "entrypoint")
        served = [known(other, "entrypoint") for other in parts(program.version, "workflows").values()]
        yield Diagnostic(
            CODE,
            span,
            f"`service Entrypoint` of `{program.version.entrypoint.proto}` has no rpc `{name}`",
            help=f"did you mean `{near}`?"
            if near
            else f"its rpcs are {some}; or add this one"
            if some
            else "add it to the service",
            related=[Related(methods[near].span, f"`{near}` is here")] if near else (),
            fix=respelt(name, methods, span, taken=served),
        )
