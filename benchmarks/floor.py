"""The floor: the least Python that makes of the example's krt.yml the bytes that krtc makes of it.

A parser for just that subset of YAML, no model, no settings, no checks, no places to point at, one form, one status:
what nobody could use, and a measure of what the rest costs. `floor.py FILE...` writes the manifests to stdout.
"""

import json
import sys

try:
    from _sha2 import sha256 as _sha256
except ImportError:
    from _sha256 import sha256 as _sha256  # CPython 3.11

CONFIG = f"{__file__.rpartition('/')[0]}/../chart-templates/config"
STATIC = ("connected.sh", "default.conf", "fluent-bit.conf", "parsers.conf", "wait.sh")
RUNTIME = "kre"


def compile(source: str, text: str, static: dict[str, str]) -> str:
    """The manifests of a krt.yml's text, as one stream; `static` are the files of STATIC."""
    out = [f"# Made by krtc from {source}. Do not edit: change that file and compile again.\n"]
    for data in objects(parse(text), static):
        out.append("---\n")
        emit(data, "", "", out)
    return "".join(out)


def parse(text: str) -> dict:
    """A mapping of block YAML: plain and quoted texts, numbers, mappings, and lists of both."""
    lines = []
    for line in text.split("\n"):
        bare = line.partition(" #")[0].rstrip()
        if bare:
            content = bare.lstrip()
            lines.append((len(bare) - len(content), content))
    lines.append((-1, ""))
    return _block(lines, 0)[0]


def _block(lines: list, at: int) -> tuple:
    indent, content = lines[at]
    found: dict | list
    if content[0] == "-":
        found = []
        while lines[at][0] == indent and lines[at][1][0] == "-":
            rest = lines[at][1][2:]
            if ": " in rest or rest[-1] == ":":
                lines[at] = (indent + 2, rest)
                value, at = _block(lines, at)
            else:
                value, at = _scalar(rest), at + 1
            found.append(value)
        return found, at
    found = {}
    while lines[at][0] == indent:
        key, _, rest = lines[at][1].partition(":")
        at += 1
        if rest:
            found[key] = _scalar(rest[1:])
        else:
            found[key], at = _block(lines, at)
    return found, at


def _scalar(text: str) -> str | int:
    if text[0] == '"':
        return text[1:-1]
    return int(text) if text.isdecimal() else text


def sha256(text: str) -> str:
    return _sha256(text.encode()).hexdigest()


def checksum(*texts: str) -> str:
    return sha256("".join(map(sha256, texts)))


def objects(krt: dict, static: dict[str, str]) -> list[dict]:
    """The objects in the order of applying."""
    v = krt["version"]

    def identity(kind: str, workflow: str = "", node: str = "") -> dict:
        labels = {"type": kind, "version-name": f"{v}-entrypoint" if kind == "entrypoint" else v}
        if workflow:
            labels["workflow-name"] = workflow
        if node:
            labels["node-name"] = node
        return labels

    def pod_labels(own: dict) -> dict:
        return {
            **own,
            "app.kubernetes.io/name": v,
            "app.kubernetes.io/component": own.get("node-name", own["type"]),
            "app.kubernetes.io/part-of": RUNTIME,
        }

    def thing(api: str, kind: str, name: str, own: dict, annotations: dict | None, **body: dict) -> dict:
        metadata = {
            "name": name,
            "namespace": RUNTIME,
            "labels": {**pod_labels(own), "app.kubernetes.io/managed-by": "krtc"},
        }
        if annotations:
            metadata["annotations"] = annotations
        return {"apiVersion": api, "kind": kind, "metadata": metadata, **body}

    def bucket(name: str, store: str, own: dict) -> dict:
        return thing(JETSTREAM, "KeyValue", name, own, WAVE, spec={"bucket": store, **BUCKET})

    def variables(**own: str) -> list:
        version_id = sha256(f"{RUNTIME}/{v}")[:24]
        env = [("KRT_RUNTIME_ID", RUNTIME), ("KRT_VERSION_ID", version_id), ("KRT_VERSION", v), *own.items()]
        return [{"name": name, "value": value} for name, value in env] + SERVICES

    def deployment(name: str, own: dict, replicas: int, annotations: dict, grace: int, pod: dict) -> dict:
        template = {
            "metadata": {"labels": pod_labels(own), "annotations": annotations},
            "spec": {**POD, "terminationGracePeriodSeconds": grace, "securityContext": POD_SECURITY, **pod},
        }
        spec = {"replicas": replicas, "selector": {"matchLabels": own}, "template": template}
        return thing("apps/v1", "Deployment", name, own, None, spec=spec)

    def init(env: list, needs: list) -> list:
        return [
            platform("wait-for-nats", "natsio/nats-box:0.18.0", env, WAIT_MOUNTS, {"command": WAIT, "args": needs}),
            platform("krt-files-downloader", DOWNLOADER, env, [KRT_FILES], {}, LARGE),
        ]

    subjects, streams, consumers, stores, nodes = {}, [], [], [], []
    summary, needs = [], []
    files = thing("v1", "ConfigMap", f"{v}--files", identity("version"), BEFORE, data={})
    config = thing("v1", "ConfigMap", f"{v}--config", identity("version"), BEFORE)
    volume = {"name": "files", "configMap": {"name": f"{v}--files"}}
    project = f"key-store_{RUNTIME}_{v}"
    stores.append(bucket(v, project, identity("version")))
    node_checksum = checksum(*(static[name] for name in ("fluent-bit.conf", "parsers.conf", "connected.sh", "wait.sh")))
    for workflow in krt["workflows"]:
        w, exitpoint = workflow["name"], workflow["exitpoint"]
        stream = f"{RUNTIME}_{v}_{workflow['entrypoint']}"
        needs.append(f"stream/{stream}")
        subjects[workflow["entrypoint"]] = {
            "stream": stream,
            "input_subject": f"{stream}.{exitpoint}",
            "output_subject": f"{stream}.entrypoint",
        }
        names = [node["name"] for node in workflow["nodes"]]
        summary.append({"name": w, "entrypoint": workflow["entrypoint"], "exitpoint": exitpoint, "nodes": names})
        all_subjects = [f"{stream}.entrypoint"]
        of_workflow = f"{project}_{w}"
        stores.append(bucket(f"{v}--{w}", of_workflow, identity("version", w)))
        for node in workflow["nodes"]:
            n = node["name"]
            own = identity("version", w, n)
            all_subjects += [f"{stream}.{n}", f"{stream}.{n}.*"]
            of_node = f"{of_workflow}_{n}"
            stores.append(bucket(f"{v}--{w}--{n}", of_node, own))
            waits = [f"stream/{stream}", f"kv/{project}", f"kv/{of_workflow}", f"kv/{of_node}"]
            for subscription in node["subscriptions"]:
                durable = f"{stream}.{subscription}".replace(".", "-") + f"-{n}"
                waits.append(f"consumer/{stream}/{durable}")
                spec = {
                    "streamName": stream,
                    "durableName": durable,
                    "deliverSubject": f"krt-deliver.{durable}",
                    "deliverGroup": durable,
                    "filterSubject": f"{stream}.{subscription}",
                    **CONSUMER,
                }
                name = f"{v}--{w}--{n}--{subscription.replace('.', '--')}"
                consumers.append(thing(JETSTREAM, "Consumer", name, own, WAVE, spec=spec))
            env = variables(
                KRT_WORKFLOW_ID=sha256(f"{RUNTIME}/{v}/{w}")[:24],
                KRT_WORKFLOW_NAME=w,
                KRT_NODE_ID=sha256(f"{RUNTIME}/{v}/{w}/{n}")[:24],
                KRT_NODE_NAME=n,
            )
            own_env = {
                "KRT_HANDLER_PATH": node["src"],
                "KRT_IS_EXITPOINT": "true" if n == exitpoint else "false",
                "KRT_NATS_STREAM": stream,
                "KRT_NATS_INPUTS": ",".join(f"{stream}.{s}" for s in node["subscriptions"]),
                "KRT_NATS_OUTPUT": f"{stream}.{n}",
                "KRT_NATS_MONGO_WRITER": f"mongo_writer_data.{RUNTIME}",
                "KRT_NATS_KEY_VALUE_STORE_PROJECT": project,
                "KRT_NATS_KEY_VALUE_STORE_WORKFLOW": of_workflow,
                "KRT_NATS_KEY_VALUE_STORE_NODE": of_node,
                "KRT_JS_REQUEST_TIMEOUT": "5",
            }
            python = "kre-py" in node["image"]
            container = {
                "name": "node",
                "image": node["image"],
                "imagePullPolicy": "IfNotPresent",
                **({} if python else START),
                "env": env + [{"name": name, "value": value} for name, value in own_env.items()],
                "envFrom": [{"configMapRef": {"name": f"{v}--config"}}],
                **RUNNER,
                "securityContext": restricted(1001 if python else 10001),
                "volumeMounts": [READ_KRT_FILES, LOGS, TMP if python else WORK, CONNECTED],
            }
            empty = ["krt-files", "app-log", *([] if python else ["krt-work"]), "tmp"]
            pod = {
                "initContainers": init(env, waits),
                "containers": [container, platform("fluent-bit", FLUENT_BIT, env, SHIPS_MOUNTS, {"command": SHIPS})],
                "volumes": [*({"name": name, "emptyDir": {}} for name in empty), volume],
            }
            sums = {"checksum/config": checksum(), "checksum/files": node_checksum}
            own = identity("node", w, n)
            nodes.append(deployment(f"{v}--{w}--{n}", own, node.get("replicas", 1), sums, 10, pod))
        spec = {"name": stream, "subjects": all_subjects, **STREAM}
        streams.append(thing(JETSTREAM, "Stream", f"{v}--{w}", identity("version", w), ASKS, spec=spec))

    subjects_json = json.dumps(subjects, indent=2) + "\n"
    files["data"] = dict(sorted({**static, "nats_subject.json": subjects_json}.items()))
    own = identity("entrypoint")
    entry = dict.fromkeys(("KRT_WORKFLOW_ID", "KRT_WORKFLOW_NAME", "KRT_NODE_ID", "KRT_NODE_NAME"), "entrypoint")
    env = variables(**entry)
    proto = krt["entrypoint"]["proto"]
    runner = {
        "name": "entrypoint",
        "image": krt["entrypoint"]["image"],
        "imagePullPolicy": "IfNotPresent",
        "env": [*env, *ENTRYPOINT_ENV],
        "ports": [{"name": "grpc", "containerPort": 9000, "protocol": "TCP"}],
        "startupProbe": {"tcpSocket": {"port": 9000}, "periodSeconds": 2, "failureThreshold": 60},
        "lifecycle": {"preStop": {"sleep": {"seconds": 5}}},
        **RUNNER,
        "securityContext": restricted(10001),
        "volumeMounts": [
            mount("files", "/src/conf/nats_subject.json", "nats_subject.json", read_only=True),
            READ_KRT_FILES,
            LOGS,
            mount("app-src-entrypoint", "/app/src/entrypoint"),
            CONNECTED,
        ],
    }
    web = {
        "ports": [{"name": "web", "containerPort": 8080, "protocol": "TCP"}],
        "readinessProbe": {"tcpSocket": {"port": 8080}, "periodSeconds": 5},
    }
    web_mounts = [
        mount("files", "/etc/nginx/conf.d/default.conf", "default.conf", read_only=True),
        mount("krt-files", f"/proto/{proto}", proto, read_only=True),
        TMP,
    ]
    nginx = platform("nginx", "nginxinc/nginx-unprivileged:stable-alpine", env, web_mounts, web, user=101)
    empty = ["krt-files", "app-log", "app-src-entrypoint", "tmp"]
    pod = {
        "initContainers": init(env, needs),
        "containers": [runner, nginx, platform("fluent-bit", FLUENT_BIT, env, SHIPS_MOUNTS, {"command": SHIPS})],
        "volumes": [*({"name": name, "emptyDir": {}} for name in empty), volume],
    }
    mounted = ("default.conf", "fluent-bit.conf", "parsers.conf", "connected.sh", "wait.sh")
    sums = {"checksum/files": checksum(subjects_json, *(static[name] for name in mounted))}
    last = deployment(f"{v}-entrypoint", own, 1, sums, 35, pod)
    record = {
        "version": v,
        "description": krt["description"],
        "status": "started",
        "digest": f"sha256:{sha256(canonical(krt))}",
        "workflows.json": json.dumps(summary, indent=2) + "\n",
    }
    spec = {"type": "ClusterIP", "sessionAffinity": "None", "selector": own, "ports": PORTS}
    return [
        thing("v1", "ConfigMap", v, identity("version"), LITERAL, data=record),
        config,
        files,
        *sorted(consumers, key=by_name),
        *sorted(stores, key=by_name),
        *sorted(streams, key=by_name),
        thing("v1", "Service", v, own, None, spec=spec),
        *sorted([*nodes, last], key=by_name),
    ]


def canonical(krt: dict) -> str:
    """The model as JSON, with its defaults."""
    of_node = {"gpu": False, "object_store": None, "replicas": 1}
    workflows = [{**w, "nodes": [{**of_node, **node} for node in w["nodes"]]} for w in krt["workflows"]]
    model = {"config": None, **krt, "krt_version": krt["krtVersion"], "workflows": workflows}
    del model["krtVersion"]
    return json.dumps(model, sort_keys=True, separators=(",", ":"))


def by_name(data: dict) -> str:
    return data["metadata"]["name"]


def restricted(user: int) -> dict:
    return {
        "runAsUser": user,
        "runAsNonRoot": True,
        "readOnlyRootFilesystem": True,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }


def amounts(cpu: str, memory: str, limit: str) -> dict:
    return {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": limit}}


def mount(name: str, path: str, part: str = "", *, read_only: bool = False) -> dict:
    return {
        "name": name,
        "mountPath": path,
        **({"subPath": part} if part else {}),
        **({"readOnly": True} if read_only else {}),
    }


SMALL, LARGE = amounts("10m", "32Mi", "128Mi"), amounts("100m", "256Mi", "1Gi")


def platform(
    name: str, image: str, env: list, mounts: list, more: dict, resources: dict = SMALL, user: int = 10001
) -> dict:
    return {
        "name": name,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "env": env,
        **more,
        "resources": resources,
        "securityContext": restricted(user),
        "volumeMounts": mounts,
    }


JETSTREAM = "jetstream.nats.io/v1beta2"
LITERAL = {"kustomize.toolkit.fluxcd.io/substitute": "disabled"}
WAVE = {"argocd.argoproj.io/sync-wave": "-1"}
BEFORE = {**WAVE, **LITERAL}
ASKS = {**WAVE, "argocd.argoproj.io/sync-options": "Prune=confirm,Delete=confirm"}
BUCKET = {"history": 1, "storage": "file", "replicas": 1, "preventDelete": True}
STREAM = {
    "retention": "interest",
    "discard": "old",
    "maxAge": "0s",
    "storage": "file",
    "replicas": 1,
    "preventDelete": False,
}
CONSUMER = {
    "deliverPolicy": "new",
    "ackPolicy": "explicit",
    "ackWait": "22h",
    "maxAckPending": -1,
    "maxDeliver": -1,
    "replayPolicy": "instant",
}
PORTS = [
    {"name": "grpc", "port": 9000, "protocol": "TCP", "targetPort": 9000},
    {"name": "web", "port": 80, "protocol": "TCP", "targetPort": 8080},
]
POD = {"serviceAccountName": "default", "automountServiceAccountToken": False, "enableServiceLinks": False}
POD_SECURITY = {"runAsNonRoot": True, "fsGroup": 10001, "seccompProfile": {"type": "RuntimeDefault"}}
SERVICES = [
    {"name": "KRT_BASE_PATH", "value": "/krt-files"},
    {"name": "KRT_NATS_SERVER", "value": "kre-nats:4222"},
    {"name": "KRT_NATS_HOST", "value": "kre-nats"},
    {"name": "KRT_NATS_PORT", "value": "4222"},
    {"name": "KRT_MONGO_URI", "valueFrom": {"secretKeyRef": {"name": "kre-mongodb", "key": "uri"}}},
    {"name": "KRT_MONGO_DB_NAME", "value": "kre"},
    {"name": "KRT_MONGO_BUCKET", "value": "krt"},
    {"name": "KRT_INFLUX_URI", "value": "http://kre-influxdb:8086"},
]
ENTRYPOINT_ENV = [
    {"name": "KRT_NATS_SUBJECTS_FILE", "value": "/src/conf/nats_subject.json"},
    {"name": "KRT_REQUEST_TIMEOUT", "value": "30"},
    {"name": "KRT_JS_REQUEST_TIMEOUT", "value": "5"},
]
_ASKS = {"exec": {"command": ["sh", "/krt-scripts/connected.sh"]}, "timeoutSeconds": 5}
RUNNER = {
    "resources": LARGE,
    "readinessProbe": {**_ASKS, "periodSeconds": 5, "failureThreshold": 1},
    "livenessProbe": {**_ASKS, "periodSeconds": 10, "failureThreshold": 15},
}
DOWNLOADER = "konstellation/krt-files-downloader:latest"
FLUENT_BIT = "fluent/fluent-bit:1.3"
KRT_FILES = mount("krt-files", "/krt-files")
READ_KRT_FILES = mount("krt-files", "/krt-files", read_only=True)
LOGS = mount("app-log", "/var/log/app")
TMP = mount("tmp", "/tmp")
WORK = mount("krt-work", "/krt-work")
START = {"command": ["sh", "-c", "/app/entrypoint.sh 2>&1 | tee -a /var/log/app/app.log"], "workingDir": "/krt-work"}
CONNECTED = mount("files", "/krt-scripts/connected.sh", "connected.sh", read_only=True)
WAIT = ["sh", "/krt-scripts/wait.sh"]
WAIT_MOUNTS = [mount("files", "/krt-scripts/wait.sh", "wait.sh", read_only=True), TMP]
SHIPS = ["/fluent-bit/bin/fluent-bit", "-c", "/fluent-bit/etc/fluent-bit.conf", "-v"]
SHIPS_MOUNTS = [
    *(mount("files", f"/fluent-bit/etc/{name}", name, read_only=True) for name in ("fluent-bit.conf", "parsers.conf")),
    mount("app-log", "/var/log/app", read_only=True),
]

_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_")
_PLAIN = _LETTERS.union("0123456789.-/")
_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))


def text(value: str | int) -> str:
    if isinstance(value, str):
        if value[:1] in _LETTERS and _PLAIN.issuperset(value) and value.lower() not in _WORDS:
            return value
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value).lower()


def emit(data: dict, pad: str, head: str, out: list[str]) -> None:
    """A mapping; its first line begins with `head`."""
    inner = pad + "  "
    for key, value in data.items():
        start, head = f"{head}{text(key)}:", pad
        if type(value) is dict:
            if value:
                out.append(start + "\n")
                emit(value, inner, inner, out)
            else:
                out.append(start + " {}\n")
        elif type(value) is list:
            out.append(start + "\n")
            for item in value:
                if type(item) is dict:
                    emit(item, inner + "  ", inner + "- ", out)
                else:
                    out.append(f"{inner}- {text(item)}\n")
        elif type(value) is str and "\n" in value:
            lines = value[:-1].split("\n")
            out.append(f"{start} |\n" + "".join([f"{inner}{line}\n" if line else "\n" for line in lines]))
        else:
            out.append(f"{start} {text(value)}\n")


def assets() -> dict[str, str]:
    """The files of STATIC."""
    return {name: _read(f"{CONFIG}/{name}") for name in STATIC}


def _read(path: str) -> str:
    with open(path) as file:
        return file.read()


if __name__ == "__main__":
    texts = assets()
    for path in sys.argv[1:]:
        sys.stdout.write(compile("krt.yml", _read(path), texts))
