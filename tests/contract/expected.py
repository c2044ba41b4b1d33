"""The names and values that the runtime contract (docs/contract.md) derives from krt.yml and settings."""

from __future__ import annotations

import hashlib
import re
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from kubelet import Object, at

# The users of the public images.
USERS = {"*/kre-py": 1001, "*/kre-go": 10001, "*/kre-entrypoint": 10001, "*/krt-files-downloader": 10001}


class Node(NamedTuple):
    workflow: Object
    spec: Object

    @property
    def name(self) -> str:
        return str(self.spec["name"])


class Version:
    """The names and values that the contract derives from a krt.yml and its settings."""

    def __init__(self, krt: Object, settings: Object, folder: Path) -> None:
        self.krt, self.settings, self.folder = krt, settings, folder
        self.runtime: str = self.setting("runtime", "kre")
        self.name: str = krt["version"]
        self.nodes = [Node(w, n) for w in krt["workflows"] for n in w["nodes"]]
        self.entry: Object = next(
            (e for e in settings.get("versions") or [] if PurePosixPath(e["krt"]) == PurePosixPath("krt.yml")),
            {},
        )
        self.nats_host, self.nats_port = self.setting("nats.server", "kre-nats:4222").rsplit(":", 1)

    def setting(self, path: str, default: Any = None) -> Any:
        return at(self.settings, path, default)

    @property
    def prefixed(self) -> bool:
        return bool(self.setting("naming", "plain") == "runtime")

    # names in NATS

    def stream(self, workflow: Object) -> str:
        return f"{self.runtime}_{self.name}_{workflow['entrypoint']}"

    def subject(self, workflow: Object, source: str) -> str:
        return f"{self.stream(workflow)}.{source}"

    def subjects(self, workflow: Object) -> list[str]:
        names = [node["name"] for node in workflow["nodes"]]
        return [self.subject(workflow, x) for x in ["entrypoint", *names, *(f"{n}.*" for n in names)]]

    def inputs(self, node: Node) -> list[str]:
        return [self.subject(node.workflow, x) for x in node.spec["subscriptions"]]

    def object_store(self, node: Node) -> str | None:
        store = node.spec.get("objectStore")
        if not store:
            return None
        scope = [] if store.get("scope") == "project" else [node.workflow["name"]]
        return "_".join([self.runtime, self.name, *scope, store["name"]])

    def key_value_stores(self, node: Node) -> dict[str, str]:
        names = ["key-store", self.runtime, self.name, node.workflow["name"], node.name]
        return {scope: "_".join(names[:n]) for scope, n in (("PROJECT", 3), ("WORKFLOW", 4), ("NODE", 5))}

    # environment

    def derived_id(self, *path: str) -> str:
        return hashlib.sha256("/".join([self.runtime, self.name, *path]).encode()).hexdigest()[:24]

    def base_environment(self) -> Object:
        """Every container of a version."""
        return {
            "KRT_RUNTIME_ID": self.runtime,
            "KRT_VERSION_ID": str(self.entry.get("id") or self.derived_id()),
            "KRT_VERSION": self.name,
            "KRT_BASE_PATH": "/krt-files",
            "KRT_NATS_SERVER": f"{self.nats_host}:{self.nats_port}",
            "KRT_NATS_HOST": self.nats_host,
            "KRT_NATS_PORT": self.nats_port,
            "KRT_MONGO_URI": self.setting("mongodb.uriFrom", {"secretKeyRef": {"name": "kre-mongodb", "key": "uri"}}),
            "KRT_MONGO_DB_NAME": self.setting("mongodb.database", "kre"),
            "KRT_MONGO_BUCKET": self.setting("mongodb.bucket", "krt"),
            "KRT_INFLUX_URI": self.setting("influxdb.uri", "http://kre-influxdb:8086"),
        }

    def identity(self, node: Node | None) -> Object:
        """The runner's ids and names, which fluent-bit puts into its records."""
        workflow, name = (node.workflow["name"], node.name) if node else ("entrypoint", "entrypoint")
        return {
            "KRT_WORKFLOW_NAME": workflow,
            "KRT_WORKFLOW_ID": self.derived_id(workflow) if node else workflow,
            "KRT_NODE_NAME": name,
            "KRT_NODE_ID": self.derived_id(workflow, name) if node else name,
        }

    def runner_environment(self, node: Node | None) -> Object:
        """The rows of a node, or of the entrypoint when there is no node; without the configuration."""
        common = self.base_environment() | self.identity(node) | {"KRT_JS_REQUEST_TIMEOUT": "5"}
        if node is None:
            return common | {
                "KRT_NATS_SUBJECTS_FILE": "/src/conf/nats_subject.json",
                "KRT_REQUEST_TIMEOUT": "30",
            }
        store = self.object_store(node)
        return (
            common
            | {
                "KRT_HANDLER_PATH": node.spec["src"],
                "KRT_IS_EXITPOINT": "true" if node.workflow["exitpoint"] == node.name else "false",
                "KRT_NATS_STREAM": self.stream(node.workflow),
                "KRT_NATS_INPUTS": ",".join(self.inputs(node)),
                "KRT_NATS_OUTPUT": self.subject(node.workflow, node.name),
                "KRT_NATS_MONGO_WRITER": f"mongo_writer_data.{self.runtime}",
            }
            | {f"KRT_NATS_KEY_VALUE_STORE_{k}": v for k, v in self.key_value_stores(node).items()}
            | ({"KRT_NATS_OBJECT_STORE": store} if store else {})
        )

    @cached_property
    def configuration(self) -> Object:
        """Declared variables and files: text, or a reference that a node takes it from."""
        declared = at(self.krt, "config", {})
        values: Object = {}
        for config in (self.settings.get("config") or {}, self.entry.get("config") or {}):
            for kind in ("variables", "secrets", "files"):
                for name, value in (config.get(kind) or {}).items():
                    beside = kind == "files" and isinstance(value, str)
                    text = (self.folder / value).read_bytes().decode() if beside else str(value)
                    values[name] = value if isinstance(value, dict) else text
        return {name: values.get(name) for name in [*(declared.get("variables") or []), *(declared.get("files") or [])]}

    # pods

    def identity_labels(self, node: Node | None) -> dict[str, str]:
        prefixed = {"runtime-id": self.runtime} if self.prefixed else {}
        if node is None:
            return {"type": "entrypoint", "version-name": f"{self.name}-entrypoint"} | prefixed
        names = {"workflow-name": node.workflow["name"], "node-name": node.name}
        return {"type": "node", "version-name": self.name} | names | prefixed

    def image(self, node: Node | None) -> str:
        return str(node.spec["image"] if node else self.krt["entrypoint"]["image"])

    def user(self, image: str) -> int:
        """The settings' patterns come first; the public downloader has no user of its own and runs as 10001."""
        users = self.setting("images.users", {})
        return int(by_image(users | {k: v for k, v in USERS.items() if k not in users}, image, 10001))

    @property
    def files_from(self) -> Object:
        """What `krtFiles` says: the version's entry goes before the runtime."""
        own, shared = (level.get("krtFiles") or {} for level in (self.entry, self.settings))
        return {k: v for k, v in (own if any(own.get(k) is not None for k in own) else shared).items() if v is not None}

    def tuning(self, node: Node | None) -> Object:
        """What the version's entry of runtime.yml says about one node."""
        return at(self.entry.get("nodes") or {}, f"{node.workflow['name']}.{node.name}", {}) if node else {}

    def service(self, status: str) -> str:
        plain = "active-entrypoint" if status == "published" else self.name
        if not self.prefixed:
            return plain
        # A runtime with hyphens of its own is set apart by three, or `a-b-c` would be two names.
        prefix = self.runtime + ("---" if "-" in self.runtime else "-")
        name = prefix + plain + ("-entrypoint" if status == "started" else "")
        if status == "started" and ("--" in self.name or len(name) > 63):
            # Such a name would be ambiguous, or is too long: it ends in a hash of its parts.
            digest = hashlib.sha256("\0".join((self.runtime, self.name, "entrypoint")).encode()).hexdigest()[:10]
            name = f"{re.sub('-+', '-', name)[:49].strip('-')}----{digest}"
        return name


def by_image(patterns: Object, image: str, default: Any) -> Any:
    """The value of the first pattern that matches the image without its tag and digest, or `default`'s."""
    name = re.sub(r":[^/:]*$", "", image.split("@")[0])
    found = [v for k, v in patterns.items() if k != "default" and fnmatchcase(name, k)]
    return [*found, patterns.get("default", default)][0]


def is_image(image: str, name: str) -> bool:
    return bool(by_image({f"*/{name}": True}, image, False))


def go_duration(text: str) -> float:
    """Seconds of a Go duration such as `22h`, `1m30s` or `0s`."""
    units = {"h": 3600, "m": 60, "s": 1, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
    parts = re.findall(r"([0-9.]+)(ms|us|µs|ns|h|m|s)", text)
    if "".join(n + u for n, u in parts) != text or not parts:
        raise ValueError(f"{text!r} is not a Go duration")
    return sum(float(n) * units[u] for n, u in parts)
