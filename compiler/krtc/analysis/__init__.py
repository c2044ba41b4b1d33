"""Rules over a program: what the pieces mean together, beyond the form of each.

A rule is a module of `rules/` with one or more of these generators of diagnostics, named after what they look at:

    check_settings(settings)                    a runtime.yml
    check_version(program)                      a version as a whole
    check_workflow(program, workflow)           each of its workflows
    check_node(program, workflow, node)         each node of each workflow
    check_graph(program, workflow, graph)       each workflow whose names all lead somewhere
    check_runtime(runtime)                      a runtime with all its versions
    check_runtimes(runtimes)                    several runtimes

A value that is wrong in itself is broken: a rule that reads it ends there (record.Unsaid), so that one mistake is told
once, and the rule goes on with the next workflow or node.
"""

from krtc.analysis.graph import Graph, graph_of
from krtc.analysis.rules import RULES
from krtc.model.record import Unsaid, parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from krtc.diagnostics import Diagnostic
    from krtc.model.program import Program, RuntimeProgram
    from krtc.model.runtime import Runtime

__all__ = ["OF_SETTINGS", "RULES", "Graph", "check", "check_runtime", "check_runtimes", "check_settings"]

_ASKED = {
    what: [getattr(rule, what) for rule in RULES if hasattr(rule, what)]
    for what in (
        "check_settings",
        "check_version",
        "check_workflow",
        "check_node",
        "check_graph",
        "check_runtime",
        "check_runtimes",
    )
}

OF_SETTINGS = frozenset(rule.CODE.id for rule in RULES if hasattr(rule, "check_settings"))
"""The codes by which a runtime.yml can be judged without a version."""


def check_settings(settings: "Runtime") -> "Iterator[Diagnostic]":
    """What the rules have to say of a runtime.yml alone."""
    return _ask("check_settings", settings)


def check(program: "Program") -> "Iterator[Diagnostic]":
    """What the rules have to say of a version."""
    yield from _ask("check_version", program)
    for workflow in parts(program.version, "workflows").values():
        yield from _ask("check_workflow", program, workflow)
        for node in parts(workflow, "nodes").values():
            yield from _ask("check_node", program, workflow, node)
        graph = graph_of(workflow)
        if graph is not None:
            yield from _ask("check_graph", program, workflow, graph)


def check_runtime(runtime: "RuntimeProgram") -> "Iterator[Diagnostic]":
    """What the rules have to say of a runtime with all its versions, beside each of them."""
    return _ask("check_runtime", runtime)


def check_runtimes(runtimes: "Sequence[RuntimeProgram]") -> "Iterator[Diagnostic]":
    """What the rules have to say of several runtimes together."""
    return _ask("check_runtimes", runtimes)


def _ask(what: str, *about: object) -> "Iterator[Diagnostic]":
    for rule in _ASKED[what]:
        try:
            yield from rule(*about)
        except Unsaid:
            continue
