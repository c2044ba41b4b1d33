"""What the objects of a version have in common: labels, and parameters made from records."""

from functools import cache, lru_cache

from krtc.manifests import Param
from krtc.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from krtc.manifests.leaves import Data
    from krtc.model.krt import Node, Workflow
    from krtc.model.program import Program
    from krtc.model.runtime import Runtime


def identity(
    program: "Program", type_: str, workflow: "Workflow | None" = None, node: "Node | None" = None
) -> "dict[str, str]":
    """The labels that tell an object's part in a version, and that selectors name; they never change (KRE)."""
    version = program.version.version
    labels = {"type": type_, "version-name": f"{version}-entrypoint" if type_ == "entrypoint" else version}
    if workflow:
        labels["workflow-name"] = workflow.name
    if node:
        labels["node-name"] = node.name
    return labels | runtime_id(program.settings)


def runtime_id(settings: "Runtime") -> "dict[str, str]":
    """The label that sets the objects of runtimes apart, where several share a namespace (KRE)."""
    return {"runtime-id": settings.runtime} if settings.naming == "runtime" else {}


def runtime_labels(settings: "Runtime", type_: str) -> "dict[str, Data]":
    """The labels of an object that is the runtime's own, whatever version is published."""
    return {
        "type": type_,
        **runtime_id(settings),
        "app.kubernetes.io/name": settings.runtime,
        "app.kubernetes.io/component": type_,
        "app.kubernetes.io/part-of": settings.runtime,
    }


def labels(program: "Program", identity: "dict[str, str]") -> "dict[str, Data]":
    """An object's labels: its identity, and what Kubernetes' conventions ask for (never selected on)."""
    return {
        **identity,
        "app.kubernetes.io/name": program.version.version,
        "app.kubernetes.io/component": identity.get("node-name", identity["type"]),
        "app.kubernetes.io/part-of": program.settings.runtime,
    }


@lru_cache(maxsize=64)  # asked for each pod and each store
def param(record: Record, field: str, *path: str) -> Param:
    """The parameter that a field of the settings is, at `path` in a chart's values."""
    default = as_written(getattr(record, field))
    return Param(path, default, f"{type(record).__name__}.{camel(field)}")


def as_written(value: "Any") -> "Data":
    """A value of the settings as plain data, as a person writes it: only what was given and is not null."""
    if isinstance(value, Record):
        given = {f: value.__dict__.get(f) for f in type(value).__annotations__}
        return {camel(f): as_written(item) for f, item in given.items() if item is not None}
    if isinstance(value, list):
        return [as_written(item) for item in value]
    return value


@cache  # asked for each parameter
def camel(field: str) -> str:
    """`pull_policy` to `pullPolicy`."""
    first, *rest = field.split("_")
    return first + "".join(map(str.capitalize, rest))


def to_json(data: "Data") -> str:
    """Data as JSON text that people can read."""
    import json

    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
