"""What there is to know of what stands at a place: a key by the schema, a node by what it is compiled to."""

from krtc.lsp import tree
from krtc.lsp.names import Names, meant
from krtc.manifests import resolve
from krtc.model.naming import ENTRYPOINT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from krtc.lsp.shapes import Shapes
    from krtc.manifests import Bundle
    from krtc.model.program import Program

_STATUS = "started"


class Compiled:
    """A version without mistakes: its `program`, and what gives its objects, which are made when they are asked for."""

    __slots__ = ("_bundle", "_made", "program")

    def __init__(self, program: "Program", lower: "Callable[[Program], Bundle]") -> None:
        self.program = program
        self._bundle = lower
        self._made: Bundle | None = None

    def environment(self, deployment: str, container: str) -> "Iterator[str]":
        """The variables of a container, as lines NAME=VALUE."""
        if self._made is None:
            self._made = self._bundle(self.program)
        resource = next(r for r in self._made.resources if r.kind == "Deployment" and r.name == deployment)
        body: Any = resolve(resource.body, _STATUS)
        for one in body["spec"]["template"]["spec"]["containers"]:
            if one["name"] == container:
                yield from (_variable(variable) for variable in one["env"])
                yield from (f"# and all of ConfigMap {s['configMapRef']['name']}" for s in one.get("envFrom", ()))


def hover(text: str, offset: int, shapes: "Shapes", compiled: Compiled | None) -> tuple[str, int, int] | None:
    """Markdown on what stands at a place, and from where to where it stands; None where there is nothing to say.

    `compiled` is the version of the text, or the last of its texts that had no mistakes.
    """
    root = tree.read(text)
    at = tree.at(root, offset)
    if at is None or offset > at.scalar.end:
        return None
    parts = [shapes.words(at.path)]
    found = None if at.is_key and at.path != (ENTRYPOINT,) else meant(text, Names(root), offset)
    if found is not None and compiled is not None:
        if found.kind == ENTRYPOINT:
            parts.insert(0, _of_entrypoint(compiled))
        elif found.kind == "node" and found.workflow and found.workflow.name:
            parts.insert(0, _of_node(compiled, found.workflow.name.text, found.name))
    said = "\n\n---\n\n".join(part for part in parts if part)
    return (said, at.scalar.start, at.scalar.end) if said else None


def _of_node(compiled: Compiled, workflow_name: str, name: str) -> str:
    version, names = compiled.program.version, compiled.program.names
    workflow = next((one for one in version.workflows if one.name == workflow_name), None)
    node = next((one for one in workflow.nodes if one.name == name), None) if workflow else None
    if workflow is None or node is None:
        return ""
    subject, deployment = names.subject(workflow, name), names.object(workflow.name, name)
    is_exit = ", the exitpoint" if workflow.exitpoint == name else ""
    lines = [f"**{name}**, a node of `{workflow.name}`{is_exit}: Deployment `{deployment}`"]
    lines.append(
        _list(
            f"Publishes to `{subject}` and `{subject}.*`, stream `{names.stream(workflow)}`, read by:",
            [
                f"`{reader.name}`{f' ({_code(subscription)})' if '.' in subscription else ''}"
                for reader in workflow.nodes
                for subscription in reader.subscriptions
                if subscription.partition(".")[0] == name
            ],
        )
    )
    lines.append(
        _list(
            "Reads, each by a durable consumer:",
            [
                f"{_code(names.subject(workflow, s))}: {_code(names.durable(workflow, node, s))}"
                for s in node.subscriptions
            ],
        )
    )
    return "\n\n".join([*lines, _block(compiled.environment(deployment, "node"))])


def _of_entrypoint(compiled: Compiled) -> str:
    names = compiled.program.names
    workflows = compiled.program.version.workflows
    lines = [
        f"**{ENTRYPOINT}**, where requests come from: Deployment `{names.entrypoint()}`, Service `{names.service()}`",
        _list("Publishes to:", [f"`{names.subject(one, ENTRYPOINT)}` (`{one.entrypoint}`)" for one in workflows]),
    ]
    return "\n\n".join([*lines, _block(compiled.environment(names.entrypoint(), ENTRYPOINT))])


def _code(text: str) -> str:
    """A text as code: what is Markdown in it stays text."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _list(title: str, items: list[str]) -> str:
    return "\n".join([title, "", *(f"* {item}" for item in items or ["nobody"])])


def _block(lines: "Iterator[str]") -> str:
    text = "\n".join(lines)
    fence = "```"
    while fence in text:  # nothing in it ends it
        fence += "`"
    return f"{fence}sh\n{text}\n{fence}"


def _variable(variable: "dict[str, Any]") -> str:
    if "value" in variable:
        return f"{variable['name']}={variable['value']}"
    kind, source = next(iter(variable["valueFrom"].items()))
    what = "Secret" if kind == "secretKeyRef" else "ConfigMap"
    return f"{variable['name']}=  # {what} {source['name']}, key {source['key']}"
