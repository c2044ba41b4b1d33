"""Two things that share a name which must tell them apart.

Why: the names of streams, consumers and Kubernetes objects are made from the names in krt.yml. Two nodes, two workflows
or two workflows with the same rpc would be one and the same there; a node named `entrypoint` would be taken for the
platform's own.

Bad:

    workflows:
      - {name: classify, entrypoint: Classify}
      - {name: classify-fast, entrypoint: Classify}

Good:

    workflows:
      - {name: classify, entrypoint: Classify}
      - {name: classify-fast, entrypoint: ClassifyFast}

Fix: give one of them another name.
"""

from krtc.diagnostics import Diagnostic, Related
from krtc.diagnostics.codes import DUPLICATE_NAME
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from krtc.model.program import Program
    from krtc.model.record import Record
    from krtc.source import Span

CODE = DUPLICATE_NAME


def check(program: "Program") -> "Iterator[Diagnostic]":
    """Each later one of two with the same name."""
    version = program.version
    yield from _twice("workflow", version.workflows, "name")
    yield from _twice("workflow with the rpc", version.workflows, "entrypoint")
    for workflow in version.workflows:
        yield from _twice("node", workflow.nodes, "name")
        for node in workflow.nodes:
            if node.name == "entrypoint":
                message = "a node cannot be named `entrypoint`: the platform's own process is"
                yield Diagnostic(CODE, span_of(node, "name"), message, help="give the node another name")
    yield from _in_config(program)


def _twice(what: str, records: "Sequence[Record]", field: str) -> "Iterator[Diagnostic]":
    first: dict[str, Record] = {}
    for record in records:
        name = getattr(record, field)
        other = first.setdefault(name, record)
        if other is not record:
            yield Diagnostic(
                CODE,
                span_of(record, field),
                f"there is a {what} `{name}` already",
                help="give one of them another name",
                related=[Related(span_of(other, field), "the first is here")],
            )


def _in_config(program: "Program") -> "Iterator[Diagnostic]":
    config = program.version.config
    first: dict[str, Span] = {}
    for field, names in (("variables", program.version.variables), ("files", program.version.files)):
        for index, name in enumerate(names):
            assert config is not None
            span = span_of(config, (field, index))
            if name in first:
                yield Diagnostic(
                    CODE,
                    span,
                    f"there is a configuration variable or file `{name}` already",
                    help="remove one of them",
                    related=[Related(first[name], "the first is here")],
                )
            first.setdefault(name, span)
