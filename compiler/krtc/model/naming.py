"""Every name that is made from a runtime R, a version V, a workflow W and a node N: pure functions of these alone.

NATS names are those of the KAI Server: the runners compute or expect them. Names of Kubernetes objects are ours where
the KAI Server's would not be unique or too long: parts are joined by `--`, which no part holds, so that (`a-b`, `c`)
and (`a`, `b-c`) differ. What does not fit that form ends in `----` and a hash of all parts, which no other name does.
"""

from krtc.sha256 import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from krtc.model.krt import Node, ObjectStore, Version, Workflow
    from krtc.model.runtime import Runtime

# A DNS-1123 label: the limit of a Service's name, and what keeps a pod's host name whole.
LONGEST_LABEL = 63
# A DNS-1123 subdomain: the limit of all other names.
LONGEST_NAME = 253
# The limit of streams, consumers and buckets in NATS (JSMaxNameLen), in bytes.
LONGEST_NATS_NAME = 255
_HASH = 10
_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")

ENTRYPOINT = "entrypoint"
ACTIVE_ENTRYPOINT = "active-entrypoint"


class RuntimeNames:
    """The names of a runtime's own objects."""

    def __init__(self, runtime: "Runtime") -> None:
        self.r = runtime.runtime
        self._prefixed = runtime.naming == "runtime"

    def active_entrypoint(self) -> str:
        """The Service (and the route) of the published version, and the record of the runtime."""
        return self._name((ACTIVE_ENTRYPOINT,), ACTIVE_ENTRYPOINT)

    def _name(self, parts: tuple[str, ...], name: str, longest: int = LONGEST_LABEL) -> str:
        if self._prefixed:
            # As in KRE; a runtime with hyphens of its own is set apart by three.
            name, parts = f"{self.r}{'---' if '-' in self.r else '-'}{name}", (self.r, *parts)
        # A sub-topic may hold anything; every other part is a resource name already.
        plain = all(
            "--" not in part and part.strip("-") == part and _NAME_CHARACTERS.issuperset(part) for part in parts
        )
        if plain and len(name) <= longest:
            return name
        digest = sha256("\0".join(parts))[:_HASH]
        readable = "".join(c if c in _NAME_CHARACTERS else "-" for c in name.lower())
        while "--" in readable:
            readable = readable.replace("--", "-")
        return f"{readable[: longest - 4 - _HASH].strip('-')}----{digest}"


class Names(RuntimeNames):
    """The names of one version in one runtime."""

    def __init__(self, runtime: "Runtime", version: "Version") -> None:
        super().__init__(runtime)
        self.v = version.version

    # Kubernetes objects

    def object(self, *parts: str) -> str:
        """The name of an object of the version: `V`, `V--PART`, ...; with the runtime before it when so set."""
        return self._name((self.v, *parts), "--".join((self.v, *parts)))

    def entrypoint(self) -> str:
        """The Deployment of the entrypoint: `V-entrypoint`, as in KRE."""
        return self._name((self.v, ENTRYPOINT), f"{self.v}-{ENTRYPOINT}")

    def service(self) -> str:
        """The Service of a started version: V; with the runtime before it, `R-V-entrypoint`, as in KRE."""
        return self.entrypoint() if self._prefixed else self.v  # no other Service has a name made of parts

    def consumer(self, workflow: "Workflow", node: "Node", subscription: str) -> str:
        """The object of a durable consumer: one for each subscription of a node."""
        return self.long_object(workflow.name, node.name, *subscription.split("."))

    def long_object(self, *parts: str) -> str:
        """The same for an object whose name ends in no label and no host name."""
        return self._name((self.v, *parts), "--".join((self.v, *parts)), LONGEST_NAME)

    def messaging_job(self, hashed: int) -> str:
        """What the name of the Job begins with; `-` and a hash of that many digits follow."""
        return self._name((self.v, "messaging"), f"{self.v}--messaging", LONGEST_LABEL - 1 - hashed)

    def object_store(self, workflow: "Workflow", store: "ObjectStore") -> str:
        """The object of an object store: one for each that nodes share."""
        return self.long_object(*([workflow.name] if store.scope == "workflow" else []), store.name)

    # NATS

    def stream(self, workflow: "Workflow") -> str:
        """The stream of a workflow: `R_V_E`."""
        return f"{self.r}_{self.v}_{workflow.entrypoint}"

    def subject(self, workflow: "Workflow", publisher: str) -> str:
        """The subject that `publisher` (`entrypoint`, a node, or NODE.SUBTOPIC) publishes to."""
        return f"{self.stream(workflow)}.{publisher}"

    def durable(self, workflow: "Workflow", node: "Node", subscription: str) -> str:
        """The durable consumer, and queue group, of a node's subscription, as the runners name it."""
        return f"{self.subject(workflow, subscription).replace('.', '-')}-{node.name}"

    def deliver_subject(self, workflow: "Workflow", node: "Node", subscription: str) -> str:
        """Where a durable consumer pushes its messages: outside of every stream, its own."""
        return f"krt-deliver.{self.durable(workflow, node, subscription)}"

    def key_value_store(self, workflow: "Workflow | None" = None, node: "Node | None" = None) -> str:
        """The bucket of the version's, a workflow's or a node's key-value store."""
        scope = [part.name for part in (workflow, node) if part is not None]
        return "_".join(("key-store", self.r, self.v, *scope))

    def object_bucket(self, workflow: "Workflow", store: "ObjectStore") -> str:
        """The bucket of an object store: `R_V_W_NAME`, or `R_V_NAME` in project scope."""
        scope = [workflow.name] if store.scope == "workflow" else []
        return "_".join((self.r, self.v, *scope, store.name))

    # Ids

    def id(self, *parts: str) -> str:
        """The derived id of the version, of a workflow (W) or of a node (W, N): 24 hex digits."""
        return sha256("/".join((self.r, self.v, *parts)))[:24]
