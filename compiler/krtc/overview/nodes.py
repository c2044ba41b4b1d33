"""What is told of the nodes of a workflow: what they are, read and send, and the objects that they compile to."""

from krtc.model import runners
from krtc.model.naming import ENTRYPOINT
from krtc.model.record import known, parts, span_of
from krtc.reporters.page.data import Consumer, Node, Sent, Variable, Workflow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from krtc.diagnostics import Diagnostic
    from krtc.model.krt import Node as Krt
    from krtc.model.krt import Workflow as Graph
    from krtc.model.picture import DrawnNode, DrawnWorkflow
    from krtc.model.program import Program

    Object = dict[str, Any]

ANSWER = "entrypoint, as the answer"


def workflow(
    program: "Program",
    graph: "Graph",
    drawn: "DrawnWorkflow",
    problems: "Sequence[Diagnostic]",
    objects: "Sequence[Object]",
) -> Workflow:
    """A workflow as it is drawn; `objects` are all of its version, none when that is not compiled."""
    one = _Graph(program, graph, problems, objects)
    return Workflow(drawn.name, drawn.rpc or "", tuple(map(one.node, drawn.nodes)))


class _Graph:
    """A workflow, and what it needs of its version."""

    def __init__(
        self, program: "Program", graph: "Graph", problems: "Sequence[Diagnostic]", objects: "Sequence[Object]"
    ) -> None:
        self.program = program
        self.graph = graph
        self.problems = problems
        self.objects = objects
        self.exitpoint = known(graph, "exitpoint")
        # Of two nodes with one name, the first is drawn.
        self.nodes: dict[str, Krt] = {}
        self.subscribers: dict[str, dict[str, None]] = {}
        for node in parts(graph, "nodes").values():
            name = known(node, "name")
            if name is not None and name not in self.nodes:
                self.nodes[name] = node
                for subscription in parts(node, "subscriptions").values():
                    self.subscribers.setdefault(subscription, {})[name] = None

    def node(self, drawn: "DrawnNode") -> Node:
        """A node, the entrypoint, or a name that no node has."""
        node = self.nodes.get(drawn.name) if drawn.name != ENTRYPOINT else None
        entrypoint = known(self.program.version, "entrypoint") if drawn.name == ENTRYPOINT else None
        record = node or entrypoint
        span = span_of(record) if record else None
        mine = [i for i, data in enumerate(self.objects) if self._is_of(data, drawn.name)]
        return Node(
            name=drawn.name,
            kind=drawn.kind,
            facts=tuple((what, str(value)) for what, value in self._facts(drawn, node, entrypoint) if value),
            image=(known(record, "image") or "") if record else "",
            consumers=tuple(self._consumers(drawn.name, node)),
            sends=tuple(self._sends(drawn.name)),
            variables=tuple(self._variables([self.objects[i] for i in mine])),
            manifests=tuple(mine),
            problems=tuple(
                i
                for i, d in enumerate(self.problems)
                if span
                and d.span.file is span.file
                and (span.line, span.column) <= (d.span.line, d.span.column) < (span.end_line, span.end_column)
            ),
        )

    def _is_of(self, data: "Object", name: str) -> bool:
        labels = data["metadata"]["labels"]
        if name == ENTRYPOINT:
            return labels.get("type") == ENTRYPOINT  # type: ignore[no-any-return]
        return (labels.get("workflow-name"), labels.get("node-name")) == (known(self.graph, "name"), name)

    def _facts(self, drawn: "DrawnNode", node: "Krt | None", entrypoint: "Any") -> "Iterator[tuple[str, Any]]":
        if entrypoint:
            yield "Image", known(entrypoint, "image")
            yield "Proto", known(entrypoint, "proto")
            yield "Answers rpc", known(self.graph, "entrypoint")
        if node:
            yield "Image", known(node, "image")
            yield "Code", known(node, "src")
            yield "Replicas", drawn.replicas
            yield "GPU", "one for each pod" if drawn.gpu else ""
            store = known(node, "object_store")
            name = known(store, "name") if store else None
            if name:
                bucket = f", the bucket {self.program.names.object_bucket(self.graph, store)}" if self.objects else ""
                yield "Object store", f"{name} (of the {known(store, 'scope')}){bucket}"

    def _subject(self, subscription: str) -> str:
        return self.program.names.subject(self.graph, subscription) if self.objects else ""

    def _consumers(self, name: str, node: "Krt | None") -> "Iterator[Consumer]":
        """What comes in: the answers are the entrypoint's, by no durable consumer."""
        if name == ENTRYPOINT and self.exitpoint is not None:
            yield Consumer(self.exitpoint, self._subject(self.exitpoint))
        for subscription in parts(node, "subscriptions").values() if node else ():
            if node and self.objects:
                durable = self.program.names.durable(self.graph, node, subscription)
                wait = runners.ack_wait(self.program.settings.nats.ack_wait, node.image)
                yield Consumer(subscription, self._subject(subscription), durable, wait)
            else:
                yield Consumer(subscription)

    def _sends(self, name: str) -> "Iterator[Sent]":
        """What goes out: by its own subject, and by those of the sub-topics that nodes subscribe to."""
        topics = [subscription for subscription in self.subscribers if subscription.startswith(f"{name}.")]
        for publisher in (name, *topics):
            to = [*self.subscribers.get(publisher, ()), *([ANSWER] if publisher == self.exitpoint else [])]
            yield Sent(self._subject(publisher) or publisher, tuple(to))

    def _variables(self, objects: "Sequence[Object]") -> "Iterator[Variable]":
        """The environment of the first container, which runs the node."""
        for data in objects:
            if data["kind"] == "Deployment":
                container = data["spec"]["template"]["spec"]["containers"][0]
                for variable in container["env"]:
                    yield _variable(variable)
                for source in container.get("envFrom", ()):
                    name = source["configMapRef"]["name"]
                    for key, value in self._config(name).items():
                        yield Variable(key, value, f"ConfigMap {name}")

    def _config(self, name: str) -> "dict[str, str]":
        found = (data for data in self.objects if (data["kind"], data["metadata"]["name"]) == ("ConfigMap", name))
        return next(found, {}).get("data", {})  # type: ignore[no-any-return]


def _variable(data: "Object") -> Variable:
    """A variable: its value as the process reads it, or where that comes from."""
    if "valueFrom" not in data:
        return Variable(data["name"], data["value"].replace("$$", "$"))
    [(kind, ref)] = data["valueFrom"].items()
    what = "Secret" if kind == "secretKeyRef" else "ConfigMap"
    return Variable(data["name"], source=f"{what} {ref['name']}, key {ref['key']}")
