"""A runtime of two small versions, and what a cluster and a NATS server have of it by the contract."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

Status = Literal["stopped", "started", "published"]
Names = set[tuple[str, str]]

V1, V2 = "classificator-v1", "classificator-v2"
# What the nodes of each subscribe to.
NODES = {V1: {"etl": "entrypoint", "keeper": "etl.kept", "sorter": "etl"}, V2: {"etl": "entrypoint", "sorter": "etl"}}
PROTO = 'syntax = "proto3";\nmessage M {}\nservice Entrypoint { rpc Sort (M) returns (M); }\n'


def write_versions(folder: Path) -> None:
    """The krt.yml of both, in the folders that runtime.yml names, with the files that it names."""
    for name, nodes in NODES.items():
        path = folder / "versions" / name
        (path / "src").mkdir(parents=True)
        (path / "src" / "main.py").touch()
        (path / "public_input.proto").write_text(PROTO)
        common = {"image": "konstellation/kre-py:8.2.0", "src": "src/main.py", "replicas": 2}
        workflow = {
            "name": "sort",
            "entrypoint": "Sort",
            "exitpoint": "sorter",
            "nodes": [{"name": node, "subscriptions": [of], **common} for node, of in nodes.items()],
        }
        workflow["nodes"][0]["objectStore"] = {"name": "mails", "scope": "workflow"}  # type: ignore[index]
        krt = {
            "version": name,
            "krtVersion": "v2",
            "description": "Sorts.",
            "entrypoint": {"proto": "public_input.proto", "image": "konstellation/kre-entrypoint:8.2.0"},
            "config": {"variables": ["THRESHOLD"]},
            "workflows": [workflow],
        }
        (path / "krt.yml").write_text(json.dumps(krt))


def write_runtime(folder: Path, runtime: str, namespace: str, statuses: Mapping[str, Status]) -> None:
    versions = [{"krt": f"versions/{name}/krt.yml", "status": status} for name, status in statuses.items()]
    settings = {
        "runtime": runtime,
        "namespace": namespace,
        "config": {"variables": {"THRESHOLD": "0.5"}},
        "versions": versions,
    }
    (folder / "runtime.yml").write_text(json.dumps(settings))


def objects(statuses: Mapping[str, Status]) -> Names:
    """What the cluster has of a runtime, by kind and name."""
    found = {("ConfigMap", "active-entrypoint")}
    if "published" in statuses.values():
        found |= {("Service", "active-entrypoint"), ("Ingress", "active-entrypoint")}
    for version, status in statuses.items():
        found.add(("ConfigMap", version))
        if status != "stopped":
            found |= _running(version)
    return found


def _running(version: str) -> Names:
    workflow = f"{version}--sort"
    found = {
        ("ConfigMap", f"{version}--config"),
        ("ConfigMap", f"{version}--files"),
        ("Stream", workflow),
        ("KeyValue", version),
        ("KeyValue", workflow),
        ("ObjectStore", f"{workflow}--mails"),
        ("Service", version),
        ("Deployment", f"{version}-entrypoint"),
    }
    for node, of in NODES[version].items():
        name = f"{workflow}--{node}"
        found |= {("Deployment", name), ("KeyValue", name), ("Consumer", f"{name}--{of.replace('.', '--')}")}
    return found


def key_value_stores(runtime: str, version: str) -> set[str]:
    """The streams of those that a version has: they stay when it is stopped."""
    store = f"KV_key-store_{runtime}_{version}"
    return {store, f"{store}_sort", *(f"{store}_sort_{node}" for node in NODES[version])}


def streams(runtime: str, version: str) -> set[str]:
    """The other streams of a version: they go when it is stopped."""
    return {f"{runtime}_{version}_Sort", f"OBJ_{runtime}_{version}_sort_mails"}


def subjects(runtime: str, version: str) -> set[str]:
    """Those of the stream of its workflow."""
    stream = f"{runtime}_{version}_Sort"
    of_nodes = {f"{stream}.{node}{more}" for node in NODES[version] for more in ("", ".*")}
    return {f"{stream}.entrypoint", *of_nodes}


def consumers(runtime: str, version: str) -> set[str]:
    """Those of the same stream."""
    return {f"{runtime}_{version}_Sort-{of.replace('.', '-')}-{node}" for node, of in NODES[version].items()}


def belongs(name: str, version: str) -> bool:
    """Whether an object of this name is of a version."""
    return name == version or name.startswith(f"{version}-")
