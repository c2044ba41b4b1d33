"""Versions for tests: a krt.yml and a runtime.yml as plain data, and the files beside them.

`SAMPLE` uses every feature once, and `versions()` makes random valid ones. Independent of krtc.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import assume
from hypothesis import strategies as st

Object = dict[str, Any]


class Version(NamedTuple):
    krt: Object
    runtime: Object
    files: dict[str, str]

    def write(self, folder: Path) -> None:
        """Write the inputs of the compiler. JSON is YAML in which every string is quoted."""
        methods = "".join(f"  rpc {w['entrypoint']} (Request) returns (Response);\n" for w in self.krt["workflows"])
        texts = {
            "krt.yml": json.dumps(self.krt, ensure_ascii=False, indent=1),
            "runtime.yml": json.dumps(self.runtime, ensure_ascii=False, indent=1),
            self.krt["entrypoint"]["proto"]: PROTO % methods,
            **self.files,
        }
        for name, text in texts.items():
            folder.joinpath(name).parent.mkdir(parents=True, exist_ok=True)
            folder.joinpath(name).write_bytes(text.encode())


PROTO = """\
syntax = "proto3";
package main;
message Request { string text = 1; }
message Response { string text = 1; }
service Entrypoint {
%s}
"""

PY, GO = "konstellation/kre-py:8.2.0", "konstellation/kre-go:8.2.0"
ENTRYPOINT = {"proto": "public_input.proto", "image": "konstellation/kre-entrypoint:8.2.0"}

SAMPLE = Version(
    krt={
        "version": "sample-v1",
        "krtVersion": "v2",
        "description": "Every feature once.",
        "entrypoint": ENTRYPOINT,
        "config": {"variables": ["GREETING", "WEBHOOK_URL"], "files": ["MODEL", "LABELS"]},
        "workflows": [
            {
                "name": "first",
                "entrypoint": "First",
                "exitpoint": "c",
                "nodes": [
                    {"name": "a", "image": PY, "src": "src/a/main.py", "subscriptions": ["entrypoint"]}
                    | {"objectStore": {"name": "common", "scope": "project"}, "gpu": True},
                    {"name": "b", "image": GO, "src": "bin/b", "subscriptions": ["a.odd", "entrypoint"]}
                    | {"objectStore": {"name": "own", "scope": "workflow"}, "replicas": 2},
                    {"name": "c", "image": GO, "src": "bin/c", "subscriptions": ["a", "b"]},
                ],
            },
            {
                "name": "second",
                "entrypoint": "Second",
                "exitpoint": "a",
                "nodes": [
                    {"name": "a", "image": "acme/own:1", "src": "main.py", "subscriptions": ["entrypoint"]}
                    | {"objectStore": {"name": "own"}},
                ],
            },
        ],
    },
    runtime={
        "runtime": "demo",
        "nats": {"server": "nats.example:4223", "maxAge": "24h", "keep": ["keyValueStores", "objectStores"]}
        | {"ackWait": {"*/kre-py": "5m", "default": "22h"}},
        "images": {"users": {"acme/*": 2000}},
        "pods": {"nodeSelector": {"disk": "fast"}, "annotations": {"team": "sky"}},
        "config": {
            "variables": {"GREETING": 'hi $(KRT_VERSION) {{ .Values.x }} $$ "no"'},
            "secrets": {"WEBHOOK_URL": {"secretKeyRef": {"name": "webhook", "key": "url"}}},
            "files": {"MODEL": "model.json", "LABELS": {"configMapKeyRef": {"name": "labels", "key": "all"}}},
        },
    },
    files={"model.json": '{\n  "size": 3\n}\n'},
)

# --- random ones -----------------------------------------------------------------------------------

RESERVED = ("entrypoint", "active-entrypoint", "nats", "kre-nats", "kre-influxdb", "kre-mongodb")
IMAGES = [PY, GO, "images.example:5000/team/runner:1.0", "acme/kre-py@sha256:" + "0" * 64]

names = st.one_of(
    st.from_regex(r"[a-z]([-a-z0-9]{0,4}[a-z0-9])?", fullmatch=True),
    st.from_regex(r"[a-z][-a-z0-9]{17}[a-z0-9]", fullmatch=True),
    st.sampled_from(["a", "a-b", "b-c", "no", "null", "y"]),
).filter(lambda name: name not in RESERVED)
sub_topics = st.from_regex(r"[a-z][-a-z0-9]{0,5}", fullmatch=True)
methods = st.from_regex(r"[A-Z][A-Za-z0-9_]{0,20}", fullmatch=True)
variables = st.from_regex(r"[A-Z]([_A-Z0-9]{0,10}[A-Z0-9])?", fullmatch=True).filter(
    lambda name: not name.startswith("KRT_") and name != "TZ"
)
texts = st.one_of(
    st.sampled_from(["true", "0o17", "$(KRT_VERSION)", "$$(X)", "{{ .Values.x }}", "[[ x ]]", "a\nb\n", "#é漢"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=30),
)

SETTINGS: dict[str, st.SearchStrategy[Any]] = {
    "namespace": st.sampled_from(["kre", "data"]),
    "naming": st.sampled_from(["plain", "runtime"]),
    "messaging": st.sampled_from(["nack", "nack", "job"]),
    "nats": st.fixed_dictionaries(
        {},
        optional={
            "server": st.sampled_from(["nats:4222", "10.0.0.1:14222"]),
            "keep": st.lists(st.sampled_from(["streams", "objectStores", "keyValueStores"]), unique=True),
            "maxAge": st.sampled_from(["0s", "36h", "1h30m"]),
            "replicas": st.sampled_from([1, 3]),
            "consumers": st.sampled_from(["platform", "runner"]),
            "ackWait": st.sampled_from([{"default": "22h"}, {"*/kre-py": "5m"}]),
        },
    ),
    "mongodb": st.just(
        {"uriFrom": {"secretKeyRef": {"name": "db", "key": "url"}}, "database": "data", "bucket": "files"}
    ),
    "influxdb": st.just({"uri": "http://influx.example:8086"}),
    "ingress": st.sampled_from(
        [
            {"kind": "none"},
            {"domain": "example.org", "className": "nginx", "tls": False},
            {"tlsSecret": "wildcard"},
            {"kind": "GRPCRoute", "gateway": {"name": "public", "namespace": "edge", "sectionName": "grpc"}},
        ]
    ),
    "images": st.just({"users": {"images.example:5000/team/*": 3000, "default": 20000}}),
}


@st.composite
def workflows(draw: st.DrawFn, name: str, method: str) -> Object:
    """A graph in which each node reads from the entrypoint or from earlier nodes, so that all are reached."""
    nodes: list[Object] = []
    durables: set[str] = set()
    for node_name in draw(st.lists(names, min_size=1, max_size=4, unique=True)):
        earlier = [node["name"] for node in nodes]
        sources = ["entrypoint", *earlier, *(f"{source}.{draw(sub_topics)}" for source in earlier)]
        subscriptions = []
        for source in draw(st.lists(st.sampled_from(sources), min_size=1, max_size=3, unique=True)):
            durable = f"{source}-{node_name}".replace(".", "-")
            if durable not in durables:  # two consumers of one name would be an error
                subscriptions.append(source)
                durables.add(durable)
        assume(subscriptions)
        node: Object = {
            "name": node_name,
            "image": draw(st.sampled_from(IMAGES)),
            "src": f"src/{node_name}/main.py",
            "subscriptions": subscriptions,
        }
        tuning = {"gpu": st.booleans(), "replicas": st.integers(1, 9)}
        node |= draw(st.fixed_dictionaries({}, optional=tuning))
        if draw(st.booleans()):
            scope = draw(st.sampled_from([{}, {"scope": "workflow"}, {"scope": "project"}]))
            node["objectStore"] = {"name": draw(names), **scope}
        nodes.append(node)
    exitpoint = draw(st.sampled_from(nodes))["name"]
    return {"name": name, "entrypoint": method, "exitpoint": exitpoint, "nodes": nodes}


@st.composite
def configurations(draw: st.DrawFn) -> tuple[Object, Object, dict[str, str]]:
    """`config` of a krt.yml, `config` of a runtime.yml with a value for each name, and the files it names."""
    keys = draw(st.lists(variables, max_size=6, unique=True))
    literals, secrets, files, references = (keys[kind::4] for kind in range(4))
    values = {
        "variables": {key: draw(texts) for key in literals},
        "secrets": {key: {"secretKeyRef": {"name": "keys", "key": key.lower()}} for key in secrets},
        "files": {key: f"files/{key}.txt" for key in files}
        | {key: {"configMapKeyRef": {"name": "maps", "key": "x"}} for key in references},
    }
    nothing: list[str] | None = draw(st.sampled_from([[], None]))
    declared = {"variables": literals + secrets or nothing, "files": files + references or nothing}
    return declared, values, {f"files/{key}.txt": draw(texts) for key in files}


@st.composite
def versions(draw: st.DrawFn) -> Version:
    workflow_names = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    size = len(workflow_names)
    method_names = draw(st.lists(methods, min_size=size, max_size=size, unique=True))
    declared, values, files = draw(configurations())
    krt: Object = {
        "version": draw(names),
        "krtVersion": "v2",
        "description": draw(texts).strip() or "x",
        "entrypoint": ENTRYPOINT,
        "config": declared,
        "workflows": [draw(workflows(*pair)) for pair in zip(workflow_names, method_names, strict=True)],
    }
    runtime = {"runtime": draw(names), "config": values} | draw(st.fixed_dictionaries({}, optional=SETTINGS))
    return Version(krt, runtime, files)
