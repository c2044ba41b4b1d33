"""Settings of a version for a node or a configuration value that it does not have.

Why: what is meant for a misspelt node changes nothing: the node runs with one pod and the usual memory, and nobody is
told. The runtime's own `config` is for all its versions, so names there may be of another one.

Bad:

    # runtime.yml
    runtime: demo
    versions:
      - krt: krt.yml
        status: published
        nodes: {classify: {elt: {replicas: 3}}}
    # krt.yml
    workflows:
      - name: classify
        nodes: [{name: etl}]

Good:

    # runtime.yml
    runtime: demo
    versions:
      - krt: krt.yml
        status: published
        nodes: {classify: {etl: {replicas: 3}}}
    # krt.yml
    workflows:
      - name: classify
        nodes: [{name: etl}]

Fix: write the names that krt.yml has, as `krtc check --fix` does where one alone is near, or remove what is for none of
them.
"""

from itertools import islice

from krtc.diagnostics import Diagnostic, did_you_mean
from krtc.diagnostics.codes import UNKNOWN_OVERRIDE
from krtc.model.record import known, span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from krtc.model.krt import Workflow
    from krtc.model.program import Program
    from krtc.source import Span

CODE = UNKNOWN_OVERRIDE

# As many names as a line holds.
_SHOWN = 8


def check_version(program: "Program") -> "Iterator[Diagnostic]":
    """Each workflow and each configuration value of the version's entry that the version lacks."""
    version, entry = program.version, program.entry
    workflows = [known(workflow, "name") for workflow in known(version, "workflows") or ()]
    for name in (known(entry, "nodes") or ()) if workflows else ():
        if name not in workflows and None not in workflows:
            span, message = span_of(entry, ("nodes", name)), f"the version has no workflow `{name}`"
            yield _unknown(span, message, name, workflows, entry.nodes, "its workflows are ")
    declared = [*version.variables, *version.files]
    for field in ("variables", "secrets", "files"):
        for name in known(entry.config, field) or ():
            if name not in declared:
                span, message = span_of(entry.config, (field, name)), f"the version has no configuration `{name}`"
                given = [one for level in ("variables", "secrets", "files") for one in known(entry.config, level) or ()]
                yield _unknown(span, message, name, declared, given, "its configuration is ")


def check_workflow(program: "Program", workflow: "Workflow") -> "Iterator[Diagnostic]":
    """Each node of the workflow, in the version's entry, that the workflow lacks."""
    nodes = [node.name for node in workflow.nodes]
    for name in program.entry.nodes.get(workflow.name, ()):
        if name not in nodes:
            span = span_of(program.entry, ("nodes", workflow.name, "value", name))
            message = f"the workflow `{workflow.name}` of the version has no node `{name}`"
            given = program.entry.nodes[workflow.name]
            yield _unknown(span, message, name, nodes, given, "its nodes are ")


def _unknown(
    span: "Span", message: str, name: str, names: "Collection[str]", given: "Collection[str]", what: str
) -> Diagnostic:
    """A name that is none of `names`, beside those `given`: the one that was meant, or those that there are."""
    from krtc.diagnostics.fix import respelt  # only where it is needed

    shown = ", ".join([*(f"`{one}`" for one in islice(names, _SHOWN)), *["..."] * (len(names) > _SHOWN)])
    help_text = did_you_mean(name, names) or (what + shown if names else "remove it: the version has none")
    return Diagnostic(CODE, span, message, help=help_text, fix=respelt(name, names, span, taken=given))
