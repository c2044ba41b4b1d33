"""The names in a krt.yml: where nodes are named, and where they, rpcs and images are meant."""

from krtc.frontend.nodes import Mapping, Scalar, Sequence
from krtc.lsp import tree
from krtc.model.naming import ENTRYPOINT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.frontend.nodes import Node


class NodeNames:
    """A node of a workflow: its name, its image, and its subscriptions, as far as they are there."""

    __slots__ = ("image", "mapping", "name", "subscriptions")

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self.name = tree.scalar(mapping, "name")
        self.image = tree.scalar(mapping, "image")
        self.subscriptions = _scalars(tree.step(mapping, "subscriptions"))


class WorkflowNames:
    """A workflow: its name, its rpc, its exitpoint, and its nodes."""

    __slots__ = ("entrypoint", "exitpoint", "mapping", "name", "nodes")

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self.name = tree.scalar(mapping, "name")
        self.entrypoint = tree.scalar(mapping, "entrypoint")
        self.exitpoint = tree.scalar(mapping, "exitpoint")
        self.nodes = [NodeNames(node) for node in tree.mappings(mapping, "nodes")]

    def named(self, name: str) -> "list[Scalar]":
        """Where the nodes of a name have it."""
        return [node.name for node in self.nodes if node.name is not None and node.name.text == name]

    def meaning(self, name: str) -> "Iterator[Scalar]":
        """The subscriptions and the exitpoint that mean a node, or `entrypoint`, in the order of the file."""
        found = [s for node in self.nodes for s in node.subscriptions if publisher(s) == name]
        if self.exitpoint is not None and self.exitpoint.text == name:
            found.append(self.exitpoint)
        yield from sorted(found, key=lambda scalar: scalar.start)


class Names:
    """All of a document."""

    def __init__(self, root: "Node | None") -> None:
        self.workflows = [WorkflowNames(mapping) for mapping in tree.mappings(root, "workflows")]
        self.version = tree.scalar(root, "version")
        entrypoint = tree.step(root, ENTRYPOINT)
        self.proto = tree.scalar(entrypoint, "proto")
        self.entrypoint = root.entries[ENTRYPOINT][0] if isinstance(root, Mapping) and entrypoint else None
        own = tree.scalar(entrypoint, "image")
        nodes = [node for workflow in self.workflows for node in workflow.nodes]
        self.images = [*([own] if own else []), *(node.image for node in nodes if node.image is not None)]

    def workflow(self, offset: int) -> WorkflowNames | None:
        """The workflow around a place: of several that begin before it, the last."""
        return next((one for one in reversed(self.workflows) if one.mapping.start <= offset), None)


class Meant:
    """What a scalar stands for: a `node` of a workflow, the `entrypoint`, an `rpc`, or the `proto`.

    `start` and `end` are where its name stands, without quotes and sub-topic; equal where that cannot be said.
    """

    __slots__ = ("end", "kind", "name", "start", "workflow")

    def __init__(self, kind: str, name: str, workflow: WorkflowNames | None, start: int, end: int) -> None:
        self.kind = kind
        self.name = name
        self.workflow = workflow
        self.start = start
        self.end = end


def meant(text: str, names: Names, offset: int) -> Meant | None:
    """What is meant at a place, or None when it is nothing that has a definition."""
    workflow = names.workflow(offset)
    for scalar, kind in _candidates(names, workflow):
        if scalar is not None and scalar.start <= offset <= scalar.end:
            if kind != "node":
                start, end = tree.content(text, scalar) or (scalar.start, scalar.start)
                return Meant(kind, scalar.text, workflow if kind == "rpc" else None, start, end)
            name = publisher(scalar)
            return Meant(ENTRYPOINT if name == ENTRYPOINT else "node", name, workflow, *name_in(text, scalar))
    return None


def _candidates(names: Names, workflow: WorkflowNames | None) -> "Iterator[tuple[Scalar | None, str]]":
    yield names.proto, "proto"
    yield names.entrypoint, ENTRYPOINT
    if workflow is not None:
        yield workflow.entrypoint, "rpc"
        yield workflow.exitpoint, "node"
        for node in workflow.nodes:
            yield node.name, "node"
            for subscription in node.subscriptions:
                yield subscription, "node"


def name_in(text: str, scalar: Scalar) -> tuple[int, int]:
    """Where the name of a node stands in a scalar: all of it, or what is before its sub-topic."""
    stretch = tree.content(text, scalar)
    if stretch is None:
        return scalar.start, scalar.start
    return stretch[0], stretch[0] + len(publisher(scalar))


def publisher(subscription: Scalar) -> str:
    """Who publishes what a subscription wants."""
    return subscription.text.partition(".")[0]


def _scalars(node: "Node | None") -> list[Scalar]:
    return [item for item in node.items if isinstance(item, Scalar)] if isinstance(node, Sequence) else []
