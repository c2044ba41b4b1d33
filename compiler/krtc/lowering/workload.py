"""The Deployments of a version: the entrypoint's and the nodes'.

What each container reads, mounts and may do is the runtime contract of the KAI Server (KRE 8.2); probes, grace periods
and read-only roots are what its images were seen to need.
"""

from functools import cache, lru_cache

from krtc.lowering import config, messaging
from krtc.lowering.common import camel, identity, labels, param
from krtc.lowering.network import GRPC_PORT, WEB_PORT
from krtc.manifests import RUNNING, Amounts, Merge, Optional, Param, Resource, Shared, Text, When
from krtc.model import runners
from krtc.model.runtime import NodeSettings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from krtc.manifests.leaves import Data
    from krtc.model.krt import Node, Workflow
    from krtc.model.program import Program
    from krtc.model.runtime import Resources, Runtime

KRT_FILES = "/krt-files"
LOGS = "/var/log/app"
TMP = "/tmp"  # noqa: S108 (in the containers)
SCRIPTS = "/krt-scripts"
SUBJECTS = "/src/conf/nats_subject.json"

# Seconds. SIGTERM does nothing to the runners: the grace period is the time that they work on.
REQUEST_TIMEOUT = 30
JS_REQUEST_TIMEOUT = 5
DEREGISTRATION = 5
NODE_GRACE = 10

# In a chart the address of NATS is two values: fluent-bit and the probes need its host and its port apart.
HOST = "^[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?$"
PORT = {"type": "integer", "minimum": 1, "maximum": 65535}

# What stands in every pod is one object, and written once.

# The entrypoint listens once it has read its subjects; it answers once it is connected.
LISTENS = Shared({"tcpSocket": {"port": GRPC_PORT}, "periodSeconds": 2, "failureThreshold": 60})
# The endpoints go first: a request that comes with the SIGTERM is still answered.
LEAVES = Shared({"preStop": {"sleep": {"seconds": DEREGISTRATION}}})
_CONNECTED = {"exec": {"command": ["sh", f"{SCRIPTS}/connected.sh"]}, "timeoutSeconds": 5}
CONNECTED = Shared({**_CONNECTED, "periodSeconds": 5, "failureThreshold": 1})
# A runner never finds back to a NATS that was away for two minutes; one that can, is left in peace.
NEVER_BACK = Shared({**_CONNECTED, "periodSeconds": 10, "failureThreshold": 15})
POD_SECURITY = Shared(
    {"runAsNonRoot": True, "fsGroup": runners.DEFAULT_USER, "seccompProfile": {"type": "RuntimeDefault"}}
)

GPU = {"nvidia.com/gpu": "1"}
GPU_SELECTOR = {"konstellation.io/gpu": "true"}
GPU_TOLERATIONS = [
    {"key": "konstellation.io/gpu", "operator": "Exists", "effect": "NoSchedule"},
    {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"},
]

FLUENT_BIT_FILES = ("fluent-bit.conf", "parsers.conf")
VOLUME = "krt-files"


def deployments(program: "Program", files: config.Files) -> "Iterator[Resource]":
    """The entrypoint's Deployment, and one for each node."""
    yield _Pod(program, files).entrypoint()
    for workflow in program.version.workflows:
        for node in workflow.nodes:
            yield _Pod(program, files).node(workflow, node)


class _Pod:
    """What a Deployment is put together from."""

    def __init__(self, program: "Program", files: config.Files) -> None:
        self.program = program
        self.files = files
        self.settings = program.settings
        self.source = program.files_from.source
        self.writable: list[str] = []  # the names of the emptyDirs that containers asked for
        self.scripts = ("connected.sh", "wait.sh", *((config.FETCH,) if self.source == "https" else ()))

    def entrypoint(self) -> Resource:
        """The process that takes requests, and an nginx that serves its proto."""
        program, names = self.program, self.program.names
        entrypoint = program.version.entrypoint
        # The entrypoint's own name stands for its workflow, too (KRE).
        env = environment(
            program, dict.fromkeys(("WORKFLOW_ID", "WORKFLOW_NAME", "NODE_ID", "NODE_NAME"), "entrypoint")
        )
        resources = _resources(self.settings, "entrypoint")
        proto = f"/proto/{entrypoint.proto}"
        containers = [
            self._runner(
                "entrypoint",
                entrypoint.image,
                ("entrypoint", "image"),
                "Entrypoint.image",
                env=[
                    *env,
                    _variable("KRT_NATS_SUBJECTS_FILE", SUBJECTS),
                    _variable("KRT_REQUEST_TIMEOUT", str(REQUEST_TIMEOUT)),
                    _variable("KRT_JS_REQUEST_TIMEOUT", str(JS_REQUEST_TIMEOUT)),
                ],
                resources=resources,
                mounts=[_file("nats_subject.json", SUBJECTS)],
                more={
                    "ports": [{"name": "grpc", "containerPort": GRPC_PORT, "protocol": "TCP"}],
                    "startupProbe": LISTENS,
                    "lifecycle": LEAVES,
                },
            ),
            platform(
                self.settings,
                "nginx",
                "nginx",
                env=env,
                user=runners.NGINX_USER,
                mounts=[
                    _file("default.conf", "/etc/nginx/conf.d/default.conf"),
                    {"name": VOLUME, "mountPath": proto, "subPath": entrypoint.proto, "readOnly": True},
                    self._empty("tmp", TMP),
                ],
                more={
                    "ports": [{"name": "web", "containerPort": WEB_PORT, "protocol": "TCP"}],
                    "readinessProbe": {"tcpSocket": {"port": WEB_PORT}, "periodSeconds": 5},
                },
            ),
        ]
        needs = [f"stream/{names.stream(workflow)}" for workflow in program.version.workflows]
        return self._deployment(
            names.entrypoint(),
            identity(program, "entrypoint"),
            replicas=1,
            env=env,
            needs=needs,
            containers=containers,
            resources=resources,
            annotations={
                "checksum/files": self.files.checksum(
                    "nats_subject.json", "default.conf", *FLUENT_BIT_FILES, *self.scripts
                )
            },
            grace=REQUEST_TIMEOUT + DEREGISTRATION,
        )

    def node(self, workflow: "Workflow", node: "Node") -> Resource:
        """A node of a workflow."""
        program, names = self.program, self.program.names
        own = program.entry.nodes.get(workflow.name, {}).get(node.name) or NodeSettings()
        path = ("workflows", workflow.name, "nodes", node.name)
        env = environment(
            program,
            {
                "WORKFLOW_ID": names.id(workflow.name),
                "WORKFLOW_NAME": workflow.name,
                "NODE_ID": names.id(workflow.name, node.name),
                "NODE_NAME": node.name,
            },
        )
        buckets = {
            "KRT_NATS_KEY_VALUE_STORE_PROJECT": names.key_value_store(),
            "KRT_NATS_KEY_VALUE_STORE_WORKFLOW": names.key_value_store(workflow),
            "KRT_NATS_KEY_VALUE_STORE_NODE": names.key_value_store(workflow, node),
        }
        own_env = {
            "KRT_HANDLER_PATH": literal(node.src),
            "KRT_IS_EXITPOINT": "true" if node.name == workflow.exitpoint else "false",
            "KRT_NATS_STREAM": names.stream(workflow),
            "KRT_NATS_INPUTS": ",".join(literal(names.subject(workflow, s)) for s in node.subscriptions),
            "KRT_NATS_OUTPUT": names.subject(workflow, node.name),
            "KRT_NATS_MONGO_WRITER": f"mongo_writer_data.{self.settings.runtime}",
            **buckets,
        }
        needs: list[Data] = [f"stream/{names.stream(workflow)}", *(f"kv/{bucket}" for bucket in buckets.values())]
        # Left out when there is none: kre-py ends when it is empty.
        if node.object_store:
            bucket = names.object_bucket(workflow, node.object_store)
            own_env["KRT_NATS_OBJECT_STORE"] = bucket
            needs.append(f"object-store/{bucket}")
        own_env["KRT_JS_REQUEST_TIMEOUT"] = str(JS_REQUEST_TIMEOUT)
        for subscription in node.subscriptions:
            durable = f"consumer/{names.stream(workflow)}/{names.durable(workflow, node, subscription)}"
            needs.append(When(messaging.platform_consumers(program), literal(durable)))
        shared = _resources(self.settings, "node")
        resources = self._over(shared, own.resources, path, GPU if node.gpu else {})
        container = self._runner(
            "node",
            node.image,
            (*path, "image"),
            "Node.image",
            env=[*env, *(_variable(name, value) for name, value in own_env.items()), *config.references(program)],
            resources=resources,
            mounts=[],
            more={"envFrom": [{"configMapRef": {"name": names.object("config")}}]},
        )
        return self._deployment(
            names.object(workflow.name, node.name),
            identity(program, "node", workflow, node),
            replicas=Param((*path, "replicas"), own.replicas or node.replicas, "Node.replicas"),
            env=env,
            needs=needs,
            containers=[container],
            resources=self._over(shared, own.resources, path, {}),
            annotations={
                "checksum/config": config.checksum(program),
                "checksum/files": self.files.checksum(*FLUENT_BIT_FILES, *self.scripts),
            },
            grace=NODE_GRACE,
            node_selector=(param(own, "node_selector", *path, "nodeSelector"), GPU_SELECTOR if node.gpu else {}),
            tolerations=GPU_TOLERATIONS if node.gpu else [],
        )

    def _deployment(
        self,
        name: str,
        own: "dict[str, str]",
        *,
        replicas: "Data",
        env: "list[Data]",
        needs: "list[Data]",
        containers: "list[Data]",
        resources: Amounts,
        annotations: "dict[str, Data]",
        grace: int,
        node_selector: "tuple[Data, ...]" = (),
        tolerations: "list[dict[str, str]] | None" = None,
    ) -> Resource:
        program, pods = self.program, self.settings.pods
        init = [self._wait(env, needs), *self._fillers(env, resources)]
        containers = [*containers, self._fluent_bit(env)]
        pod = {
            **pod_settings(self.settings, node_selector, tolerations or []),
            "terminationGracePeriodSeconds": grace,
            "securityContext": POD_SECURITY,
            "initContainers": init,
            "containers": containers,
            "volumes": [
                *(self._volume(name) for name in dict.fromkeys(self.writable)),
                {"name": "files", "configMap": {"name": self.files.name}},
            ],
        }
        return Resource(
            "apps/v1",
            "Deployment",
            name,
            labels=labels(program, own),
            body={
                "spec": {
                    "replicas": replicas,
                    "selector": {"matchLabels": own},
                    "template": {
                        "metadata": {
                            "labels": labels(program, own),
                            "annotations": Merge(param(pods, "annotations", "pods", "annotations"), annotations),
                        },
                        "spec": pod,
                    },
                }
            },
            when=(RUNNING,),
        )

    # Containers

    def _runner(
        self,
        name: str,
        image: str,
        path: tuple[str, ...],
        about: str,
        *,
        env: "list[Data]",
        resources: Amounts,
        mounts: "list[Data]",
        more: "dict[str, Data]",
    ) -> "dict[str, Data]":
        """The container of an image of krt.yml: with a read-only root when it is known what the image writes."""
        images = self.settings.images
        runner = runners.runner(images, image)
        writes = runner.writes if runner else ()
        start: dict[str, Data] = {}
        if runner and runner.command:
            start = {"command": list(runner.command), "workingDir": runner.working_dir}
        return {
            "name": name,
            "image": Param(path, image, about, _same_kind(self.settings, image)),
            "imagePullPolicy": _image(self.settings, "pull_policy"),
            **start,
            "env": env,
            **more,
            "resources": resources,
            "readinessProbe": CONNECTED,
            "livenessProbe": NEVER_BACK,
            "securityContext": restricted(runners.user(images, image) or runners.DEFAULT_USER, runner is not None),
            "volumeMounts": [
                *mounts,
                self._empty(VOLUME, KRT_FILES, read_only=True),
                self._empty("app-log", LOGS),
                *(self._empty(folder.strip("/").replace("/", "-"), folder) for folder in writes),
                _file("connected.sh", f"{SCRIPTS}/connected.sh"),
            ],
        }

    def _wait(self, env: "list[Data]", needs: "list[Data]") -> "dict[str, Data]":
        """Waits for streams, buckets and consumers: a runner that does not find them ends, or is silent for ever."""
        script = f"{SCRIPTS}/wait.sh"
        return platform(
            self.settings,
            "wait-for-nats",
            "nats_cli",
            env=env,
            mounts=[_file("wait.sh", script), self._empty("tmp", TMP)],
            more={"command": ["sh", script], "args": needs},
        )

    def _fillers(self, env: "list[Data]", resources: Amounts) -> "Iterator[dict[str, Data]]":
        """What puts the files of the .krt into the pod before its runner starts; an image has them in it."""
        if self.source == "image":
            return
        if self.source == "https":
            files, script = self.program.files_from, f"{SCRIPTS}/{config.FETCH}"
            yield platform(
                self.settings,
                "fetch-krt-files",
                "nats_cli",
                env=env,
                mounts=[_file(config.FETCH, script), self._empty("tmp", TMP), self._empty(VOLUME, KRT_FILES)],
                more={
                    "command": ["sh", script],
                    "args": [param(files, "https", "krtFiles", "https"), files.sha256],
                },
            )
            return
        # It holds the archive in memory, so it may use what the runner may.
        yield platform(
            self.settings,
            "krt-files-downloader",
            "krt_files_downloader",
            env=env,
            mounts=[self._empty(VOLUME, KRT_FILES)],
            more={},
            resources=resources,
        )

    def _fluent_bit(self, env: "list[Data]") -> "dict[str, Data]":
        """Ships the logs to NATS."""
        folder = "/fluent-bit/etc"
        return platform(
            self.settings,
            "fluent-bit",
            "fluent_bit",
            env=env,
            mounts=[
                *(_file(name, f"{folder}/{name}") for name in FLUENT_BIT_FILES),
                self._empty("app-log", LOGS, read_only=True),
            ],
            more={"command": ["/fluent-bit/bin/fluent-bit", "-c", f"{folder}/fluent-bit.conf", "-v"]},
        )

    # Parts of containers

    def _over(self, shared: Amounts, own: "Resources", path: tuple[str, ...], literal: "dict[str, str]") -> Amounts:
        """Resources with a node's own over them, and `literal` over both."""
        return Amounts(
            {
                kind: Merge(of_all, param(own, kind, *path, "resources", kind), literal)
                for kind, of_all in shared.groups.items()
            }
        )

    def _volume(self, name: str) -> "dict[str, Data]":
        if name == VOLUME and self.source == "image":
            image = param(self.program.files_from, "image", "krtFiles", "image")
            return {"name": name, "image": {"reference": image, "pullPolicy": _image(self.settings, "pull_policy")}}
        return {"name": name, "emptyDir": {}}

    def _empty(self, volume: str, path: str, *, read_only: bool = False) -> Shared:
        self.writable.append(volume)
        return _volume(volume, path, read_only)


# What pods and containers of the platform have in common


def pod_settings(
    settings: "Runtime", node_selector: "tuple[Data, ...]" = (), tolerations: "Sequence[dict[str, str]]" = ()
) -> "dict[str, Data]":
    """What all pods have, by the settings; a pod's own node selector and tolerations come on top."""
    pods, images = settings.pods, settings.images
    return {
        "serviceAccountName": param(pods, "service_account_name", "pods", "serviceAccountName"),
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "priorityClassName": Optional(param(pods, "priority_class_name", "pods", "priorityClassName")),
        "imagePullSecrets": Optional(param(images, "pull_secrets", "images", "pullSecrets")),
        "nodeSelector": Optional(Merge(param(pods, "node_selector", "pods", "nodeSelector"), *node_selector)),
        "tolerations": Optional(Merge(param(pods, "tolerations", "pods", "tolerations"), [*tolerations])),
    }


def platform(
    settings: "Runtime",
    name: str,
    image: str,
    *,
    env: "list[Data]",
    mounts: "list[Data]",
    more: "dict[str, Data]",
    user: int = runners.DEFAULT_USER,
    resources: Amounts | None = None,
) -> "dict[str, Data]":
    """A container of the platform's own."""
    own = resources or _resources(settings, "sidecars")
    return {
        "name": name,
        "image": _image(settings, image),
        "imagePullPolicy": _image(settings, "pull_policy"),
        "env": env,
        **more,
        "resources": own,
        "securityContext": restricted(user, read_only=True),
        "volumeMounts": mounts,
    }


def environment(program: "Program", own: "dict[str, str]") -> "list[Data]":
    """What every container of a pod reads; `own` are the ids and names of its workflow and node."""
    return [
        _runtime_id(program.settings),
        _variable("KRT_VERSION_ID", program.id),
        _variable("KRT_VERSION", program.version.version),
        *(_variable(f"KRT_{name}", value) for name, value in own.items()),
        *_services(program.settings),
    ]


@cache
def _volume(volume: str, path: str, read_only: bool) -> Shared:
    return Shared({"name": volume, "mountPath": path, **({"readOnly": True} if read_only else {})})


@cache
def _file(name: str, path: str) -> Shared:
    return Shared({"name": "files", "mountPath": path, "subPath": name, "readOnly": True})


# Of a runtime's settings, once for all of its versions


@lru_cache(maxsize=1)
def _runtime_id(settings: "Runtime") -> Shared:
    return Shared(_variable("KRT_RUNTIME_ID", settings.runtime))


@lru_cache(maxsize=1)
def _services(settings: "Runtime") -> list[Shared]:
    """Where the files and the services of the runtime are."""
    host, _, port = settings.nats.server.rpartition(":")
    nats_host = Param(("nats", "host"), host, "Nats.server", {"type": "string", "pattern": HOST})
    nats_port = Param(("nats", "port"), int(port), "Nats.server", PORT)
    mongodb = settings.mongodb
    secret = mongodb.uri_from.secret_key_ref
    path = ("mongodb", "uriFrom", "secretKeyRef")
    uri = {"name": param(secret, "name", *path, "name"), "key": param(secret, "key", *path, "key")}
    variables = [
        _variable("KRT_BASE_PATH", KRT_FILES),
        _variable("KRT_NATS_SERVER", Text(nats_host, ":", nats_port)),
        _variable("KRT_NATS_HOST", nats_host),
        _variable("KRT_NATS_PORT", Text(nats_port)),
        {"name": "KRT_MONGO_URI", "valueFrom": {"secretKeyRef": uri}},
        _variable("KRT_MONGO_DB_NAME", param(mongodb, "database", "mongodb", "database")),
        _variable("KRT_MONGO_BUCKET", param(mongodb, "bucket", "mongodb", "bucket")),
        _variable("KRT_INFLUX_URI", param(settings.influxdb, "uri", "influxdb", "uri")),
    ]
    return [Shared(variable) for variable in variables]


@lru_cache(maxsize=3)
def _resources(settings: "Runtime", of: str) -> Amounts:
    resources = getattr(settings.resources, of)
    return Amounts({kind: param(resources, kind, "resources", of, kind) for kind in ("requests", "limits")})


@lru_cache(maxsize=8)
def _image(settings: "Runtime", field: str) -> Param:
    return param(settings.images, field, "images", camel(field))


def _variable(name: str, value: "Data") -> "dict[str, Data]":
    return {"name": name, "value": value}


def literal(text: str) -> str:
    """A text as it stands where Kubernetes expands `$(NAME)`: it arrives as it was written."""
    return text.replace("$", "$$")


@cache
def restricted(user: int, read_only: bool) -> Shared:
    """Pod Security "restricted"; the images' users are names, so the number is ours to give."""
    return Shared(
        {
            "runAsUser": user,
            "runAsNonRoot": True,
            "readOnlyRootFilesystem": read_only,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        }
    )


@lru_cache(maxsize=256)
def _same_kind(settings: "Runtime", image: str) -> "dict[str, Data]":
    """The schema of an image in a chart: another tag or registry, but the same runner.

    Its user depends on it, and how long NATS waits for its acknowledgements.
    """
    known = runners.known_patterns(settings)
    own = [{"pattern": runners.expression(p)} for p in known if runners.matches(image, p)]
    others = [{"pattern": runners.expression(p)} for p in known if not runners.matches(image, p)]
    return {**({"allOf": own} if own else {}), **({"not": {"anyOf": others}} if others else {})}
