"""Rules over a program: what the pieces mean together, beyond the form of each.

A rule is a module of `rules/` or, when no version alone is judged by it, of `runtime_rules/`, with one or more of these
generators of diagnostics, named after what they look at:

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

from functools import cache

from krtc.analysis import rules
from krtc.analysis.graph import Graph, graph_of
from krtc.model.record import Unsaid, parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import ModuleType

    from krtc.diagnostics import Diagnostic
    from krtc.model.program import Program, RuntimeProgram
    from krtc.model.runtime import Runtime

__all__ = ["Graph", "all_rules", "check", "check_runtime", "check_runtimes", "check_settings", "codes"]

_OF_VERSIONS = ("check_version", "check_workflow", "check_node", "check_graph")


def all_rules() -> "list[ModuleType]":
    """Every rule, in the order of their codes."""
    from krtc.analysis import runtime_rules  # hardly a cold compile has a runtime.yml

    return sorted((*rules.RULES, *runtime_rules.RULES), key=lambda rule: rule.CODE.id)


@cache
def codes(what: str) -> frozenset[str]:
    """The ids of the rules that have a generator of this name ("check_settings")."""
    return frozenset(rule.CODE.id for rule in all_rules() if hasattr(rule, what))


@cache
def _asked(what: str) -> "list[Callable[..., Iterator[Diagnostic]]]":
    judging = rules.RULES if what in _OF_VERSIONS else all_rules()
    return [getattr(rule, what) for rule in judging if hasattr(rule, what)]


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
    for rule in _asked(what):
        try:
            yield from rule(*about)
        except Unsaid:
            continue
