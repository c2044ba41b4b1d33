"""A subscription or an exitpoint that names no node of its workflow.

Why: messages go from node to node by name, inside one workflow. A runner that subscribes to a name that nobody
publishes under waits for ever, and a workflow whose exitpoint does not exist answers no request.

Bad:

    workflows:
      - name: classificator
        exitpoint: exitpoint
        nodes:
          - {name: etl, subscriptions: [entrypoint]}
          - {name: exitpoint, subscriptions: [elt]}

Good:

    workflows:
      - name: classificator
        exitpoint: exitpoint
        nodes:
          - {name: etl, subscriptions: [entrypoint]}
          - {name: exitpoint, subscriptions: [etl]}

Fix: write the name of a node of the same workflow; `entrypoint` is where requests come from, and has no
sub-topics. `krtc check --fix` writes the name where one alone is near.
"""

from itertools import islice

from krtc.diagnostics import Diagnostic, Related, nearest
from krtc.diagnostics.codes import UNKNOWN_NODE
from krtc.model.naming import ENTRYPOINT
from krtc.model.record import known, parts, span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from krtc.model.krt import Workflow
    from krtc.model.program import Program
    from krtc.source import Span

CODE = UNKNOWN_NODE

# As many names as a line holds.
_SHOWN = 8


def check_workflow(program: "Program", workflow: "Workflow") -> "Iterator[Diagnostic]":
    """Each name that stands for a node and is none: told where it stands first, with the other places."""
    nodes = {node.name: node for node in workflow.nodes}
    places: dict[str, list[tuple[Span, str]]] = {}
    beside: dict[str, list[set[str]]] = {}  # what a node that subscribes to the name cannot have meant
    for node in workflow.nodes:
        of_topic: dict[str, set[str]] = {}
        for index, subscription in parts(node, "subscriptions").items():
            publisher, dot, topic = subscription.partition(".")
            of_topic.setdefault(topic, {node.name}).add(publisher)
            if publisher == ENTRYPOINT and dot:
                message = f"`{node.name}` subscribes to `{subscription}`, and the entrypoint has no sub-topics"
                yield Diagnostic(CODE, span_of(node, ("subscriptions", index)), message, help="write `entrypoint`")
            elif publisher != ENTRYPOINT and publisher not in nodes:
                span = span_of(node, ("subscriptions", index))
                places.setdefault(publisher, []).append((span, f"`{node.name}` subscribes to `{publisher}`"))
                beside.setdefault(publisher, []).append(of_topic[topic])
    exitpoint = known(workflow, "exitpoint")
    if exitpoint is not None and exitpoint not in nodes:
        said = f"the exitpoint is `{exitpoint}`"
        places.setdefault(exitpoint, []).insert(0, (span_of(workflow, "exitpoint"), said))
    publishers = [*nodes, ENTRYPOINT]
    for name, ((span, said), *others) in places.items():
        from krtc.diagnostics.fix import respelt  # only where it is needed

        names = nodes if name == exitpoint else publishers
        near = nearest(name, names)
        meant = [Related(span_of(nodes[near], "name"), f"`{near}` is here")] if near in nodes else []
        in_doubt = name in program.homes or any(near in taken for taken in beside.get(name, ()))
        yield Diagnostic(
            CODE,
            span,
            f"{said}, and workflow `{workflow.name}` has no such node",
            help=f"did you mean `{near}`?" if near else _elsewhere(program, name) or _some(nodes),
            related=[*meant, *(Related(other, f"{also}, too") for other, also in others)],
            fix=None if in_doubt else respelt(name, names, span, *(other for other, _ in others)),
        )


def _elsewhere(program: "Program", name: str) -> str | None:
    home = program.homes.get(name)
    return f"`{name}` is a node of workflow `{home}`, and messages stay in their workflow" if home else None


def _some(nodes: "Collection[str]") -> str:
    names = [f"`{name}`" for name in islice(nodes, _SHOWN)]
    return "its nodes are " + ", ".join([*names, *["..."] * (len(nodes) > _SHOWN)])
