"""Resource: one Kubernetes object, and when it exists; Bundle: all objects of a version."""

from krtc.manifests.leaves import Is, holds, params, resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from krtc.manifests.leaves import Data, Param

# The order in which objects are applied: what pods read and bind to comes before the pods, routes come last.
BANDS = {
    "ConfigMap": 10,
    "Consumer": 20,
    "Job": 20,
    "KeyValue": 20,
    "ObjectStore": 20,
    "Stream": 20,
    "Service": 30,
    "Deployment": 40,
    "Pod": 40,
    "GRPCRoute": 50,
    "Ingress": 50,
}


class Resource:
    """A Kubernetes object.

    `name`, `labels`, `annotations` and `body` (its fields beside apiVersion, kind and metadata) may hold leaves; it
    exists where all of `when` hold.
    """

    __slots__ = ("annotations", "api_version", "body", "kind", "labels", "name", "when")

    def __init__(
        self,
        api_version: str,
        kind: str,
        name: "Data",
        *,
        labels: "dict[str, Data]",
        body: "dict[str, Data]",
        when: tuple[Is, ...],
        annotations: "Data" = None,
    ) -> None:
        self.api_version = api_version
        self.kind = kind
        self.name = name
        self.labels = labels
        self.annotations = annotations
        self.body = body
        self.when = when

    @property
    def band(self) -> int:
        """The number that its file begins with."""
        return BANDS[self.kind]

    def exists(self, status: str) -> bool:
        """Whether the object is there in a status."""
        return all(holds(test, status) for test in self.when)

    def data(self, namespace: "Data", extra_labels: "dict[str, Data]") -> "dict[str, Data]":
        """The whole object, with the labels that a back end adds."""
        metadata = {"name": self.name, "namespace": namespace, "labels": {**self.labels, **extra_labels}}
        if self.annotations:
            metadata["annotations"] = self.annotations
        return {"apiVersion": self.api_version, "kind": self.kind, "metadata": metadata, **self.body}

    def params(self) -> "Iterable[Param]":
        """Every parameter that it depends on."""
        for test in self.when:
            yield test.param
        yield from params([self.name, self.labels, self.body, self.annotations or {}])


class Bundle:
    """The objects of a version, or of a runtime, and what a back end tells of them: all it knows of what they are.

    `name` is the version's or the runtime's, `source` the file it was compiled from, `kubernetes` the oldest server
    ("1.33"), `statuses` what a version can be, and none of a runtime, `digest` the version's. `tests` gives the objects
    that only `helm test` makes: no other form asks.
    """

    __slots__ = (
        "description",
        "digest",
        "kubernetes",
        "name",
        "namespace",
        "resources",
        "source",
        "statuses",
        "tests",
    )

    def __init__(
        self,
        *,
        name: str,
        namespace: str,
        description: str,
        kubernetes: str,
        source: str,
        resources: list[Resource],
        tests: "Callable[[], list[Resource]]",
        statuses: tuple[str, ...] = ("stopped", "started", "published"),
        digest: str = "",
    ) -> None:
        self.name = name
        self.namespace = namespace
        self.description = description
        self.kubernetes = kubernetes
        self.source = source
        self.resources = resources
        self.tests = tests
        self.statuses = statuses
        self.digest = digest

    def objects(self, status: str) -> "list[tuple[str, dict[str, Any]]]":
        """The objects of a status in the order of applying, each with the name of its file."""
        return [(file, resolve(data, status)) for file, data in self.manifests(status)]

    def manifests(self, status: str) -> "list[tuple[str, dict[str, Data]]]":
        """The same with leaves in them."""
        found = []
        for resource in self.resources:
            if resource.exists(status):
                name = resolve(resource.name, status)
                data = resource.data(self.namespace, {"app.kubernetes.io/managed-by": "krtc"})
                found.append(((resource.band, resource.kind, name), file_name(resource, name), data))
        found.sort(key=lambda entry: entry[0])
        return [(file, data) for _, file, data in found]


def file_name(resource: Resource, name: str) -> str:
    """NN-<kind>-<name>.yaml, so that the order of files is the order of applying."""
    return f"{resource.band}-{resource.kind.lower()}-{name}.yaml"
