"""What a page tells of a runtime or of one version, as plain values. Secrets are in none of them."""

from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from krtc.diagnostics import Diagnostic
    from krtc.manifests.change import Change
    from krtc.model.status import Status


@dataclass(frozen=True, slots=True)
class Manifest:
    """A Kubernetes object: the name of its file, and the YAML."""

    file: str
    text: str


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of a container: its value, or `source`, in words where that comes from."""

    name: str
    value: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Consumer:
    """A subscription of a node, as krt.yml has it, its subject and its durable consumer; "" where that is not known."""

    subscription: str
    subject: str = ""
    durable: str = ""
    ack_wait: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A subject that a node publishes to, and the nodes that subscribe to it."""

    subject: str
    subscribers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A node, or the entrypoint, of a workflow; `manifests` and `problems` are indices of those of its version."""

    name: str
    kind: str
    facts: tuple[tuple[str, str], ...]
    image: str
    consumers: tuple[Consumer, ...]
    sends: tuple[Sent, ...]
    variables: tuple[Variable, ...]
    manifests: tuple[int, ...]
    problems: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow, under the name that it has in the picture."""

    name: str
    rpc: str
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """What may be done next with a version, by its name, and what that changes; or why it cannot be done (`refusal`).

    `displaced` is the version that is published, and is not afterwards.
    """

    name: str
    refusal: str = ""
    displaced: str = ""
    changes: "tuple[Change, ...]" = ()


@dataclass(frozen=True, slots=True)
class Version:
    """A version: `name` is how people name it, of one that cannot be read its file; `status` None is a wrong one.

    `picture` is its graph as SVG, "" when there is none; `manifests` are those of a version that runs, or "" of
    `uncompiled` says in words why there are none.
    """

    name: str
    status: "Status | None"
    krt: str
    description: str = ""
    picture: str = ""
    workflows: tuple[Workflow, ...] = ()
    problems: "tuple[Diagnostic, ...]" = ()
    manifests: tuple[Manifest, ...] = ()
    uncompiled: str = ""
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A runtime with its versions, or one version alone (`is_runtime`), as its file `source` has it.

    `problems` are those that belong to no version, `secrets` the lines (of a file, by number) that nobody is shown,
    `manifests` the objects that are the runtime's own, and `style` is what the pictures are drawn in.
    """

    name: str
    source: str
    is_runtime: bool
    versions: tuple[Version, ...]
    problems: "tuple[Diagnostic, ...]" = ()
    manifests: tuple[Manifest, ...] = ()
    secrets: frozenset[tuple[str, int]] = frozenset()
    style: str = ""

    @property
    def diagnostics(self) -> "list[Diagnostic]":
        """All that there is to say, those of several versions once."""
        every = [*self.problems, *(problem for version in self.versions for problem in version.problems)]
        return [*{id(diagnostic): diagnostic for diagnostic in every}.values()]
