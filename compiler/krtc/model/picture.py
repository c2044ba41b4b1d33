"""Picture: what is drawn of a version, as plain data; `analysis.picture` makes it, `pictures` draws it."""

from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Kind = Literal["entrypoint", "node", "exitpoint"]
    # What is wrong: named twice, named and not there, never reached by a request, on a way in a circle.
    State = Literal["", "twice", "missing", "unreachable", "cycle"]


@dataclass(frozen=True, slots=True)
class DrawnNode:
    """A node, the entrypoint (once in each workflow), or a name that is used as if there were such a node."""

    name: str
    kind: "Kind" = "node"
    state: "State" = ""
    replicas: int = 1
    gpu: bool = False


@dataclass(frozen=True, slots=True)
class DrawnEdge:
    """What a node gets from a publisher: `topics` are the sub-topics that it subscribes to, "" is what has none."""

    publisher: str
    subscriber: str
    topics: tuple[str, ...] = ("",)
    state: "State" = ""

    @property
    def subscriptions(self) -> tuple[str, ...]:
        """The subscriptions, as krt.yml has them."""
        return tuple(f"{self.publisher}.{topic}" if topic else self.publisher for topic in self.topics)


@dataclass(frozen=True, slots=True)
class DrawnWorkflow:
    """A workflow: its name, which no other of the picture has, the rpc that it answers (None: not known), its graph.

    The first of the nodes is the entrypoint; every end of an edge is one of them, and no two have one name.
    """

    name: str
    rpc: str | None
    nodes: tuple[DrawnNode, ...]
    edges: tuple[DrawnEdge, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A version (None: its name is not known), and what a runtime says that it is (None: nothing does)."""

    version: str | None
    status: str | None
    workflows: tuple[DrawnWorkflow, ...]
