"""A name that the platform keeps for itself.

Why: `entrypoint` is the platform's own process, where requests come from, so no node can have that name. The runners
read their settings from variables that begin with `KRT_`: a configuration value of such a name would change them. In a
runtime.yml, `runtime` is what the runtime has beside its versions, so no version there has that name.

Bad:

    config:
      variables: [KRT_NATS_SERVER]

Good:

    config:
      variables: [MAIL_SERVER]

Fix: choose another name.
"""

from krtc.diagnostics import Diagnostic, Related
from krtc.diagnostics.codes import RESERVED_NAME
from krtc.model.naming import ENTRYPOINT
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.krt import Node, Workflow
    from krtc.model.program import Program

CODE = RESERVED_NAME

# The folder of the tree, and the part of `--only`, of what a runtime has beside its versions.
_RUNTIME = "runtime"


def check_version(program: "Program") -> "Iterator[Diagnostic]":
    """Each configuration value with the prefix of the platform's variables; a name that is the runtime's."""
    for _, name, span in program.version.configured():
        if name.upper().startswith("KRT_"):
            message = f"`{name}` is the platform's: the runners read their settings from `KRT_...`"
            yield Diagnostic(CODE, span, message, help="choose another name")
    if program.in_runtime:
        yield from _of_runtime(program)


def _of_runtime(program: "Program") -> "Iterator[Diagnostic]":
    name, names = program.version.version, program.names
    what = "what the runtime has beside its versions is called so" if name == _RUNTIME else None
    # A Service of that name is told of by itself.
    if names.object() == names.active_entrypoint() != names.service():
        what = f"the runtime's own ConfigMap would be `{names.object()}`, too"
    if what:
        yield Diagnostic(
            CODE,
            span_of(program.version, "version"),
            f"a version of a runtime cannot be named `{name}`: {what}",
            help="give the version another name",
            related=[Related(span_of(program.entry, "krt"), "its entry is here")],
        )


def check_node(program: "Program", workflow: "Workflow", node: "Node") -> "Iterator[Diagnostic]":
    """A node with the name of the platform's own process."""
    if node.name == ENTRYPOINT:
        message = f"a node cannot be named `{ENTRYPOINT}`: that is the platform's own process"
        help_text = "give the node another name, or remove it: the platform provides its own"
        yield Diagnostic(CODE, span_of(node, "name"), message, help=help_text)
