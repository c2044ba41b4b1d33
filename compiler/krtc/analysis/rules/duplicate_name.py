"""Two things that share a name which must tell them apart.

Why: the names of streams, consumers and Kubernetes objects are made from the names in krt.yml. Two nodes of a
workflow, two workflows, or two workflows with the same rpc would be one and the same there; so would two configuration
values.

Bad:

    workflows:
      - {name: classify, entrypoint: Classify}
      - {name: classify-fast, entrypoint: Classify}

Good:

    workflows:
      - {name: classify, entrypoint: Classify}
      - {name: classify-fast, entrypoint: ClassifyFast}

Fix: give one of them another name, or remove it.
"""

from krtc.diagnostics import Diagnostic, Related
from krtc.diagnostics.codes import DUPLICATE_NAME
from krtc.model.record import known, parts, span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from krtc.model.krt import Workflow
    from krtc.model.program import Program
    from krtc.source import Span

CODE = DUPLICATE_NAME


def check_version(program: "Program") -> "Iterator[Diagnostic]":
    """Each later one of two workflows, rpcs or configuration values with the same name."""
    workflows = parts(program.version, "workflows").values()
    for field, what in (("name", "workflow"), ("entrypoint", "workflow with the rpc")):
        yield from _twice(what, ((known(workflow, field), span_of(workflow, field)) for workflow in workflows))
    names = ((name, span) for _, name, span in program.version.configured())
    yield from _twice("configuration variable or file", names, "remove one of them")


def check_workflow(program: "Program", workflow: "Workflow") -> "Iterator[Diagnostic]":
    """Each later one of two nodes with the same name."""
    nodes = parts(workflow, "nodes").values()
    yield from _twice("node", ((known(node, "name"), span_of(node, "name")) for node in nodes))


def _twice(
    what: str, names: "Iterable[tuple[str | None, Span]]", remedy: str = "give one of them another name"
) -> "Iterator[Diagnostic]":
    first: dict[str, Span] = {}
    for name, span in names:
        if name is None:
            continue
        other = first.setdefault(name, span)
        if other is not span:
            related = [Related(other, "the first is here")]
            yield Diagnostic(CODE, span, f"there is a {what} `{name}` already", help=remedy, related=related)
