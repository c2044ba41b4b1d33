"""An independent reading of the runtime contract (docs/contract.md).

`mismatches` holds compiled objects against the contract and says in words where they differ. The module
imports nothing of krtc: every expected name and value is worked out a second time (expected.py), from the
krt.yml, the settings and the status alone. ConfigMaps are found by following volumes and envFrom, for their
names, like those of volumes and containers, are the compiler's choice.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from expected import Node, Version, by_image, go_duration, is_image
from kubelet import Object, at, environment, mounted_files, volume_of

FORBIDDEN_VARIABLES = ("KRT_NATS_MAX_ACK_PENDING", "KRT_MAX_PENDING_ACK", "TZ")
IDENTITY_LABELS = ("type", "version-name", "workflow-name", "node-name", "runtime-id")
JETSTREAM = "jetstream.nats.io/v1beta2"

# Kinds in the order in which they are applied, with the version of their API.
BANDS: tuple[dict[str, str], ...] = (
    {"ConfigMap": "v1"},
    {"Stream": JETSTREAM, "Consumer": JETSTREAM, "KeyValue": JETSTREAM, "ObjectStore": JETSTREAM} | {"Job": "batch/v1"},
    {"Service": "v1"},
    {"Deployment": "apps/v1"},
    {"Ingress": "networking.k8s.io/v1", "GRPCRoute": "gateway.networking.k8s.io/v1"},
)

# By which Argo CD, Helm and Flux run the Job before the pods, and anew.
HOOKS = {
    "argocd.argoproj.io/hook": "Sync",
    "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
    "helm.sh/hook": "pre-install,pre-upgrade",
    "helm.sh/hook-delete-policy": "before-hook-creation",
    "kustomize.toolkit.fluxcd.io/force": "enabled",
}

# Pod Security "restricted"
SAFE_VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim"}
SAFE_VOLUMES |= {"projected", "secret"}

CONFIG_MAP_KEYS = ("configMap", "configMapRef", "configMapKeyRef")
KNOWN_IMAGES = ("kre-py", "kre-go", "kre-entrypoint", "krt-files-downloader")
GO_COMMAND = ["sh", "-c", "/app/entrypoint.sh 2>&1 | tee -a /var/log/app/app.log"]
FLUENT_BIT_COMMAND = ["/fluent-bit/bin/fluent-bit", "-c", "/fluent-bit/etc/fluent-bit.conf", "-v"]

# What the text files must say, as regular expressions over their lines.
TEXTS = {
    "/etc/nginx/conf.d/default.conf": (r"listen\s+(\S+:)?8080\b", r"root\s+/proto/?;", r"autoindex\s+on;"),
    "/fluent-bit/etc/fluent-bit.conf": (
        r"Path\s+/var/log/app/\*\.log$",
        r"Tag\s+mongo_writer_logs\.\$\{KRT_RUNTIME_ID\}$",
        r"Multiline\s+On$",
        r"Name\s+record_modifier$",
        r"Record\s+versionId\s+\$\{KRT_VERSION_ID\}$",
        r"Record\s+versionName\s+\$\{KRT_VERSION\}$",
        r"Record\s+nodeName\s+\$\{KRT_NODE_NAME\}$",
        r"Record\s+nodeId\s+\$\{KRT_NODE_ID\}$",
        r"Record\s+workflowName\s+\$\{KRT_WORKFLOW_NAME\}$",
        r"Record\s+workflowId\s+\$\{KRT_WORKFLOW_ID\}$",
        r"Name\s+stdout$",
        r"Name\s+nats$",
        r"Host\s+\$\{KRT_NATS_HOST\}$",
        r"Port\s+\$\{KRT_NATS_PORT\}$",
    ),
    "/fluent-bit/etc/parsers.conf": (r"Regex\s+",),
}
LOG_LINES = ("2026-01-31T12:00:00.123Z INFO up", "2026-01-31T12:00:00.123+0000 ERROR no answer")


def mismatches(
    krt: Object, settings: Object, status: str, objects: list[Object], folder: Path = Path()
) -> Iterator[str]:
    """Say where `objects` differ from the contract; `folder` holds the files that the settings name."""
    compiled = Compiled(Version(krt, settings, folder), status, objects)
    for check in CHECKS if status != "stopped" else CHECKS_STOPPED:
        yield from check(compiled)


# --- what was compiled -----------------------------------------------------------------------------


class Pod(NamedTuple):
    """The pod template of the Deployment that runs a node, or the entrypoint when there is no node."""

    where: str
    deployment: Object
    node: Node | None
    roles: tuple[tuple[str, Object], ...]

    @property
    def template(self) -> Object:
        template: Object = at(self.deployment, "spec.template", {})
        return template

    @property
    def spec(self) -> Object:
        spec: Object = at(self.template, "spec", {})
        return spec

    def role(self, role: str) -> list[Object]:
        return [container for name, container in self.roles if name == role]

    def containers(self) -> Iterator[tuple[str, str, Object]]:
        for role, container in self.roles:
            yield f"{self.where}, container {container.get('name')}", role, container


class Compiled:
    def __init__(self, version: Version, status: str, objects: list[Object]) -> None:
        self.version, self.status, self.objects = version, status, objects
        self.config_maps = {at(o, "metadata.name"): at(o, "data", {}) for o in self.kind("ConfigMap")}

    def kind(self, *kinds: str) -> list[Object]:
        return [o for o in self.objects if o.get("kind") in kinds]

    @cached_property
    def pods(self) -> list[Pod]:
        """The pods of the nodes and of the entrypoint that exist, each found by its labels."""
        wanted: list[Node | None] = [None, *self.version.nodes]
        return [
            Pod(title(d), d, node, tuple(roles(self.version, node, at(d, "spec.template.spec", {}))))
            for node in wanted
            for d in self.kind("Deployment")
            if identity_of(at(d, "spec.template.metadata.labels", {})) == self.version.identity_labels(node)
        ]


def roles(version: Version, node: Node | None, spec: Object) -> Iterator[tuple[str, Object]]:
    """Each container with the part it plays; the runner and nginx are known by their images."""
    nginx = version.setting("images.nginx", "nginxinc/nginx-unprivileged:stable-alpine")
    named = {"krt-files-downloader": "downloader", "fetch-krt-files": "fetcher", "fluent-bit": "fluent-bit"}
    images = {nginx: "nginx", version.image(node): "runner"}
    for container in at(spec, "initContainers", []):
        yield named.get(container.get("name"), "wait"), container
    for container in at(spec, "containers", []):
        yield named.get(container.get("name")) or images.get(container.get("image"), "unknown"), container


def title(item: Object) -> str:
    return f"{item.get('kind')} {at(item, 'metadata.name')}"


def identity_of(labels: Object) -> Object:
    return {k: v for k, v in labels.items() if k in IDENTITY_LABELS}


# --- the rows --------------------------------------------------------------------------------------


def same(where: str, what: str, found: Any, wanted: Any) -> Iterator[str]:
    if found != wanted:
        yield f"{where}: {what} is {found!r}, the contract says {wanted!r}"


def must(where: str, ok: object, text: str) -> Iterator[str]:
    if not ok:
        yield f"{where}: {text}"


def same_set(where: str, found: Iterable[str], wanted: Iterable[str]) -> Iterator[str]:
    """Report what is missing, unexpected, or there twice."""
    have, want = Counter(found), Counter(set(wanted))
    yield from (f"{where}: {name} is missing" for name in sorted(want - have))
    yield from (f"{where}: {name} is there, the contract has no such thing" for name in sorted(have - want))


def check_metadata(c: Compiled) -> Iterator[str]:
    """Names are DNS labels and unique, labels tell the version apart, kinds come in the order of applying."""
    version = c.version
    order = []
    for item in c.objects:
        kind, where = item.get("kind", ""), title(item)
        name, labels = at(item, "metadata.name", ""), at(item, "metadata.labels", {})
        band = next((n for n, kinds in enumerate(BANDS) if kind in kinds), None)
        if band is None:
            yield f"{where}: a version has no objects of this kind"
            continue
        order.append((band, kind, name))
        yield from same(where, "apiVersion", item.get("apiVersion"), BANDS[band][kind])
        yield from same(where, "namespace", at(item, "metadata.namespace"), version.setting("namespace", "kre"))
        # Of NACK's objects the names end in no label and no host name: they may be as long as any.
        longest = 253 if kind in ("Stream", "Consumer", "KeyValue", "ObjectStore") else 63
        yield from must(where, dns_name(name, longest), f"the name {name!r} is no DNS name of {longest} characters")
        kind_label = labels.get("type")
        yield from must(where, kind_label in ("entrypoint", "node", "version"), f"label type is {kind_label!r}")
        wanted = version.identity_labels(None if kind_label == "entrypoint" else version.nodes[0])
        for label in ("version-name", "runtime-id"):
            yield from same(where, f"label {label}", labels.get(label), wanted.get(label))
        yield from must(where, any(k.startswith("app.kubernetes.io/") for k in labels), "no app.kubernetes.io label")
        for label, value in labels.items():
            good = isinstance(value, str) and re.fullmatch(r"([A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?)?", value)
            yield from must(where, good, f"label {label} has the impossible value {value!r}")
        written = {*at(item, "metadata.annotations", {}), *at(item, "metadata", {}), *item}
        for key in written:
            forbidden = key.endswith("nats.io/state") or key in (
                "creationTimestamp",
                "resourceVersion",
                "uid",
                "status",
            )
            yield from must(where, not forbidden, f"{key} belongs to the cluster")
    for (_, kind, name), count in Counter(order).items():
        yield from must(f"{kind} {name}", count == 1, f"{count} objects have this name")
    bands = [band for band, _, _ in order]
    yield from must("objects", bands == sorted(bands), "kinds are not in the order of applying")
    for kind in {kind for _, kind, _ in order}:
        names = [name for _, k, name in order if k == kind]
        yield from must(f"{kind} objects", names == sorted(names), f"{names} are not in the order of their names")


def dns_name(name: Any, longest: int = 63) -> bool:
    whole = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
    return isinstance(name, str) and len(name) <= longest and bool(re.fullmatch(whole, name))


def check_stopped(c: Compiled) -> Iterator[str]:
    """A stopped version is its record and nothing else."""
    yield from same("a stopped version", "kinds", [o.get("kind") for o in c.objects], ["ConfigMap"])
    yield from check_record(c)


def check_record(c: Compiled) -> Iterator[str]:
    """One ConfigMap that no pod uses lists the version: name, description, status and workflows."""
    used = set(config_map_references([at(o, "spec") for o in c.kind("Deployment", "Job")]))
    records = {name: data for name, data in c.config_maps.items() if name not in used}
    yield from must("record", len(records) == 1, f"{sorted(records)} are used by no pod, one record is")
    for name, data in records.items():
        texts = list(data.values())
        words = [
            c.version.name,
            c.status,
            c.version.krt["description"],
            *(w["name"] for w in c.version.krt["workflows"]),
        ]
        for word in words:
            spellings = (word, json.dumps(word)[1:-1], json.dumps(word, ensure_ascii=False)[1:-1])
            said = any(s in text for s in spellings for text in texts)
            yield from must(f"ConfigMap {name}", said, f"the record does not say {word!r}")


def config_map_references(value: Any) -> Iterator[str]:
    """The names of the ConfigMaps that volumes, envFrom and valueFrom refer to."""
    if isinstance(value, dict):
        yield from (at(value, f"{key}.name") for key in CONFIG_MAP_KEYS if at(value, f"{key}.name"))
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from config_map_references(item)


def check_deployments(c: Compiled) -> Iterator[str]:
    """A Deployment per node and one for the entrypoint, selected by identity labels alone."""
    version = c.version

    def named(labels: Object) -> str:
        return json.dumps(labels, sort_keys=True)

    found = [named(identity_of(at(d, "spec.template.metadata.labels", {}))) for d in c.kind("Deployment")]
    wanted = [named(version.identity_labels(node)) for node in (None, *version.nodes)]
    yield from same_set("Deployments, by the labels of their pods", found, wanted)
    for pod in c.pods:
        labels = version.identity_labels(pod.node)
        yield from same(pod.where, "spec.selector", at(pod.deployment, "spec.selector"), {"matchLabels": labels})
        yield from same(pod.where, "labels", identity_of(at(pod.deployment, "metadata.labels", {})), labels)
        annotations = at(pod.template, "metadata.annotations", {})
        checksums = [v for k, v in annotations.items() if k.startswith("checksum/")]
        yield from must(pod.where, checksums and all(checksums), "no checksum annotation on the pod template")
        for key, value in version.setting("pods.annotations", {}).items():
            yield from same(pod.where, f"annotation {key}", annotations.get(key), value)
        replicas = at(pod.deployment, "spec.replicas", 1)
        if pod.node:
            entry = version.tuning(pod.node).get("replicas")
            yield from same(pod.where, "replicas", replicas, entry or pod.node.spec.get("replicas", 1))
        else:
            yield from must(pod.where, replicas >= 1, "no replicas")


def check_pods(c: Compiled) -> Iterator[str]:
    """Pod fields: no signals passed on, the drain time, service account, scheduling, GPU."""
    version = c.version
    for pod in c.pods:
        spec, where = pod.spec, pod.where
        yield from must(where, not spec.get("shareProcessNamespace"), "shareProcessNamespace must be absent")
        grace = spec.get("terminationGracePeriodSeconds")
        if pod.node:
            yield from must(where, grace is not None and grace <= 30, f"grace period {grace}, short for a node: <= 30")
        else:
            yield from must(
                where, grace is not None and grace >= 30, f"grace period {grace} is below the request timeout"
            )
        yield from same(where, "serviceAccountName", spec.get("serviceAccountName", "default"),
                        version.setting("pods.serviceAccountName", "default"))  # fmt: skip
        yield from same(where, "priorityClassName", spec.get("priorityClassName", ""),
                        version.setting("pods.priorityClassName", ""))  # fmt: skip
        secrets = [s if isinstance(s, dict) else {"name": s} for s in version.setting("images.pullSecrets", [])]
        yield from same(where, "imagePullSecrets", spec.get("imagePullSecrets", []), secrets)
        gpu = bool(pod.node and pod.node.spec.get("gpu"))
        selector = version.setting("pods.nodeSelector", {}) | version.tuning(pod.node).get("nodeSelector", {})
        wanted = selector | ({"konstellation.io/gpu": "true"} if gpu else {})
        yield from same(where, "nodeSelector", spec.get("nodeSelector", {}), wanted)
        keys = ("konstellation.io/gpu", "nvidia.com/gpu") if gpu else ()
        tolerations = [{"key": key, "operator": "Exists", "effect": "NoSchedule"} for key in keys]
        tolerations += version.setting("pods.tolerations", [])
        yield from same_set(
            f"{where}, tolerations",
            (json.dumps(t, sort_keys=True) for t in spec.get("tolerations", [])),
            (json.dumps(t, sort_keys=True) for t in tolerations),
        )
        for at_container, role, container in pod.containers():
            for kind in ("requests", "limits"):
                found = at(container, f"resources.{kind}", {}).get("nvidia.com/gpu")
                yield from same(
                    at_container,
                    f"{kind} of nvidia.com/gpu",
                    found,
                    "1" if gpu and role == "runner" else None,
                )


def check_containers(c: Compiled) -> Iterator[str]:
    """Which containers a pod has, their images, resources and life-cycle hooks."""
    version = c.version
    volume, address = (version.files_from.get(source) for source in ("image", "https"))
    images = {
        "downloader": version.setting("images.krtFilesDownloader"),
        "fluent-bit": version.setting("images.fluentBit", "fluent/fluent-bit:1.3"),
        "nginx": version.setting("images.nginx", "nginxinc/nginx-unprivileged:stable-alpine"),
        "wait": version.setting("images.natsCli", "natsio/nats-box:0.18.0"),
        "fetcher": version.setting("images.natsCli", "natsio/nats-box:0.18.0"),
    }
    for pod in c.pods:
        counts = Counter(role for role, _ in pod.roles)
        expected = {
            "runner": 1,
            "fluent-bit": 1,
            "downloader": int(not volume and not address),
            "fetcher": int(bool(address)),
            "nginx": int(pod.node is None),
            "unknown": 0,
        }
        for role, count in expected.items():
            yield from same(pod.where, f"the number of containers that are {role}", counts[role], count)
        yield from must(pod.where, counts["wait"], "no init container that waits for NATS")
        names = [container.get("name") for _, container in pod.roles]
        yield from must(pod.where, len(set(names)) == len(names), f"container names {names} are not unique")
        for where, role, container in pod.containers():
            image = container.get("image", "")
            yield from must(where, dns_name(container.get("name")), "the name is not a DNS-1123 label")
            if images.get(role):
                yield from same(where, "image", image, images[role])
            elif role == "downloader":
                yield from must(where, is_image(image, "krt-files-downloader"), f"image is {image!r}")
            policy = version.setting("images.pullPolicy", "IfNotPresent")
            yield from same(where, "imagePullPolicy", container.get("imagePullPolicy"), policy)
            if container in at(pod.spec, "initContainers", []):
                policy = "Always" if role == "fluent-bit" else None
                yield from same(where, "restartPolicy", container.get("restartPolicy"), policy)
            for kind in ("requests", "limits"):
                yield from must(where, at(container, f"resources.{kind}"), f"no resources.{kind}")
            own = {"runner": "node" if pod.node else "entrypoint", "fluent-bit": "sidecars", "nginx": "sidecars"}
            wanted = [version.setting(f"resources.{own.get(role)}", {})]
            wanted += [version.tuning(pod.node).get("resources", {})] if role == "runner" else []
            quantities = {(kind, k): v for w in wanted for kind in w for k, v in w[kind].items()}
            for (kind, key), value in quantities.items():
                yield from same(
                    where,
                    f"{kind} of {key}",
                    str(at(container, f"resources.{kind}", {}).get(key)),
                    str(value),
                )
            for hook, action in at(container, "lifecycle", {}).items():
                yield from must(where, set(action) <= {"sleep"}, f"{hook} does {sorted(action)}: only a sleep is safe")


def check_environment(c: Compiled) -> Iterator[str]:
    """The environment of every container, to the letter."""
    version = c.version
    for pod in c.pods:
        runner = version.runner_environment(pod.node)
        required = {"runner": runner, "fluent-bit": version.base_environment() | version.identity(pod.node)}
        if pod.node:
            required["runner"] = runner | version.configuration
        for where, role, container in pod.containers():
            found = environment(container, c.config_maps)
            wanted = required.get(role, version.base_environment())
            for name in wanted:
                yield from same(where, name, found.get(name), wanted[name])
            for name in sorted(found.keys() - wanted.keys()):
                if name in runner:
                    yield from same(where, name, found[name], runner[name])
                else:
                    free = role == "wait" and name not in (*FORBIDDEN_VARIABLES, "KRT_NATS_OBJECT_STORE")
                    yield from must(where, free, f"{name} is set, the contract has no such variable here")
            names = [variable["name"] for variable in at(container, "env", [])]
            yield from must(where, len(set(names)) == len(names), "a variable is given twice")
            yield from check_configuration(c, pod, where, role, container)


def check_configuration(c: Compiled, pod: Pod, where: str, role: str, container: Object) -> Iterator[str]:
    """Text values come from the version's ConfigMap through envFrom, on nodes alone."""
    text = {k: v for k, v in c.version.configuration.items() if isinstance(v, str)}
    sources = at(container, "envFrom", [])
    if pod.node is None or role != "runner":
        yield from same(where, "envFrom", sources, [])
        return
    given: Object = {}
    for source in sources:
        yield from same(where, "envFrom", [*source], ["configMapRef"])
        name = at(source, "configMapRef.name")
        yield from must(where, name in c.config_maps, f"envFrom names ConfigMap {name}, which does not exist")
        yield from must(where, not at(source, "configMapRef.optional"), "envFrom must not be optional")
        given |= c.config_maps.get(name, {})
    yield from same(where, "the ConfigMap of envFrom", given, text)


def check_security(c: Compiled) -> Iterator[str]:
    """Pod Security "restricted", numeric users, no token, a read-only root where the image is known."""
    version = c.version
    volumes = SAFE_VOLUMES | ({"image"} if "image" in version.files_from else set())
    templates = [(title(o), at(o, "spec.template.spec", {})) for o in c.kind("Deployment", "Job")]
    for where, spec in templates:
        yield from same(where, "automountServiceAccountToken", spec.get("automountServiceAccountToken"), False)
        for field in ("hostNetwork", "hostPID", "hostIPC"):
            yield from must(where, not spec.get(field), f"{field} is set")
        for volume in at(spec, "volumes", []):
            unsafe = set(volume) - volumes - {"name"}
            yield from must(where, not unsafe, f"volume {volume['name']} is of kind {unsafe}, not a safe one")
        for container in [*at(spec, "initContainers", []), *at(spec, "containers", [])]:
            place = f"{where}, container {container.get('name')}"
            context = at(spec, "securityContext", {}) | at(container, "securityContext", {})
            user = context.get("runAsUser")
            yield from same(place, "runAsNonRoot", context.get("runAsNonRoot"), True)
            yield from must(place, type(user) is int and user > 0, f"runAsUser is {user!r}, not a user's number")
            profile = at(context, "seccompProfile.type")
            yield from same(place, "the seccomp profile", profile, "RuntimeDefault")
            yield from same(place, "allowPrivilegeEscalation", context.get("allowPrivilegeEscalation"), False)
            yield from same(place, "capabilities", context.get("capabilities"), {"drop": ["ALL"]})
            yield from must(place, not context.get("privileged"), "privileged")
            for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
                hosts = [a for a in at(container, probe, {}).values() if isinstance(a, dict) and "host" in a]
                yield from must(place, not hosts, f"{probe} names a host")
    for pod in c.pods:
        group = at(pod.spec, "securityContext.fsGroup")
        yield from must(
            pod.where, type(group) is int and group > 0, "no fsGroup, by which the containers use one volume"
        )
        for where, role, container in pod.containers():
            image = container.get("image", "")
            context = at(pod.spec, "securityContext", {}) | at(container, "securityContext", {})
            if role in ("runner", "downloader"):
                yield from same(where, "runAsUser", context.get("runAsUser"), version.user(image))
                read_only = bool(context.get("readOnlyRootFilesystem"))
                named = dict.fromkeys(version.setting("images.readOnlyRoot", []), True)
                known = any(is_image(image, name) for name in KNOWN_IMAGES) or by_image(named, image, False)
                if known or role == "runner":
                    yield from same(where, "readOnlyRootFilesystem", read_only, known)
            if role == "nginx" and context.get("readOnlyRootFilesystem"):
                _, volume = volume_of(pod.spec, container, "/tmp")
                yield from must(where, "emptyDir" in volume, "/tmp is not writable")


def check_mounts(c: Compiled) -> Iterator[str]:
    """The paths of the images: /krt-files, /var/log/app, configuration files, the proto, writable folders."""
    version = c.version
    files_from = version.files_from.get("image")
    for pod in c.pods:
        krt_mount: Object = {}
        krt_volume: Object = {}
        for container in pod.role("runner"):
            krt_mount, krt_volume = volume_of(pod.spec, container, "/krt-files")
        place = f"{pod.where}, /krt-files"
        yield from must(place, krt_mount.get("mountPath") == "/krt-files", "not mounted by the runner")
        if files_from:
            policy = version.setting("images.pullPolicy", "IfNotPresent")
            yield from same(
                place, "the image", krt_volume.get("image"), {"reference": files_from, "pullPolicy": policy}
            )
        else:
            yield from must(place, "emptyDir" in krt_volume, f"is {sorted(krt_volume)}, not an emptyDir")
            fillers = [
                mount
                for role, container in pod.roles
                for mount in at(container, "volumeMounts", [])
                if role in ("downloader", "fetcher") and mount["name"] == krt_volume.get("name")
                if mount["mountPath"] == "/krt-files" and not mount.get("readOnly") and not mount.get("subPath")
            ]
            yield from must(place, fillers, "no init container can write it")
        writable: dict[str, list[str]] = {"runner": ["/var/log/app"], "fluent-bit": []}
        texts = {"fluent-bit": ["/fluent-bit/etc/fluent-bit.conf", "/fluent-bit/etc/parsers.conf"]}
        texts |= {"nginx": ["/etc/nginx/conf.d/default.conf"]}
        logs = {volume_of(pod.spec, x, "/var/log/app")[1].get("name") for r in writable for x in pod.role(r)}
        yield from must(
            pod.where,
            len(logs) == 1 and None not in logs,
            "runner and fluent-bit have different log folders",
        )
        for where, role, container in pod.containers():
            files = mounted_files(pod.spec, container, c.config_maps)
            paths = writable.get(role, []) + (runner_folders(pod, container) if role == "runner" else [])
            for path in paths:
                mount, volume = volume_of(pod.spec, container, path)
                ok = "emptyDir" in volume and not mount.get("readOnly")
                yield from must(where, ok, f"{path} is not on a writable emptyDir")
            for path in texts.get(role, []):
                yield from check_text(where, path, files.get(path))
            if role == "fluent-bit":
                hidden = volume_of(pod.spec, container, "/fluent-bit/etc/plugins.conf")[1]
                yield from must(where, not hidden, "a mount hides the image's own /fluent-bit/etc/plugins.conf")
                started = container.get("command", []) + container.get("args", [])
                yield from same(where, "command", started, FLUENT_BIT_COMMAND)
            if role == "fetcher":
                yield from same(where, "command", container.get("command"), ["sh", "/krt-scripts/fetch.sh"])
                wanted_files = [version.files_from["https"], version.files_from["sha256"]]
                yield from same(where, "args", container.get("args"), wanted_files)
                yield from must(where, "/krt-scripts/fetch.sh" in files, "the script is not mounted")
                tmp = volume_of(pod.spec, container, "/tmp")[1]
                yield from must(where, "emptyDir" in tmp, "/tmp is not writable")
            if role == "nginx":
                proto = version.krt["entrypoint"]["proto"]
                mount, volume = volume_of(pod.spec, container, f"/proto/{proto}")
                wanted = (f"/proto/{proto}", proto, krt_volume.get("name"))
                found = (mount.get("mountPath"), mount.get("subPath"), volume.get("name"))
                yield from same(where, "the mount of the proto (path, sub-path, volume)", found, wanted)
            if role == "runner" and pod.node is None:
                yield from check_subjects_file(version, where, files.get("/src/conf/nats_subject.json"))
            if role == "runner" and is_image(container.get("image", ""), "kre-go"):
                yield from same(where, "command", container.get("command", []) + container.get("args", []), GO_COMMAND)
                hidden = volume_of(pod.spec, container, "/app/entrypoint.sh")[1]
                yield from must(where, not hidden, "a mount hides the image's own /app/entrypoint.sh")


def runner_folders(pod: Pod, container: Object) -> list[str]:
    """Where a known image writes, so that its root may be read-only."""
    image = container.get("image", "")
    reads_store = pod.node is not None and pod.node.spec.get("objectStore")
    return (
        (["/app/src/entrypoint"] if is_image(image, "kre-entrypoint") else [])
        + (["/tmp"] if is_image(image, "kre-py") and reads_store else [])
        + ([container.get("workingDir", "/app")] if is_image(image, "kre-go") else [])
    )


def check_text(where: str, path: str, text: str | None) -> Iterator[str]:
    if text is None:
        yield f"{where}: {path} is not mounted"
        return
    for pattern in TEXTS[path]:
        said = re.search(rf"(?mi)^\s*{pattern}", text.replace("\r", ""))
        yield from must(where, said, f"{path} does not say {pattern}")
    if path.endswith("parsers.conf"):
        expressions = [e.strip("/") for e in re.findall(r"(?mi)^\s*Regex\s+(\S.*?)\s*$", text)]
        readers = [re.compile(e.replace("(?<", "(?P<"), re.S) for e in expressions if "(?<logtime>" in e]
        for line in LOG_LINES:
            fields = [m.groupdict() for m in (r.match(line) for r in readers) if m]
            wanted = dict(zip(("logtime", "level", "capture"), line.split(" ", 2), strict=True))
            yield from must(where, wanted in fields, f"{path} reads {line!r} as {fields}")


def check_subjects_file(version: Version, where: str, text: str | None) -> Iterator[str]:
    wanted = {
        w["entrypoint"]: {
            "stream": version.stream(w),
            "input_subject": version.subject(w, w["exitpoint"]),
            "output_subject": version.subject(w, "entrypoint"),
        }
        for w in version.krt["workflows"]
    }
    try:
        found = json.loads(text or "null")
    except ValueError:
        found = text
    yield from same(where, "nats_subject.json", found, wanted)


def check_probes(c: Compiled) -> Iterator[str]:
    """Probes that work in the images, and a liveness that heals a runner that lost NATS for good."""
    for pod in c.pods:
        for where, role, container in pod.containers():
            probes = {p: container[p] for p in ("livenessProbe", "readinessProbe", "startupProbe") if p in container}
            for name, probe in probes.items():
                yield from must(where, "grpc" not in probe, f"{name} is grpc: the runner does not implement health")
            if role != "runner":
                continue
            scripts = {
                name: probe_script(c, pod, container, probe) for name, probe in probes.items() if "exec" in probe
            }
            looking = {name for name, script in scripts.items() if "/proc/net/tcp" in script}
            yield from must(where, "livenessProbe" in looking, "no livenessProbe that looks at /proc/net/tcp")
            if pod.node:
                yield from must(where, "readinessProbe" in looking, "no readinessProbe that looks at /proc/net/tcp")
            else:
                names = {p.get("name"): p.get("containerPort") for p in container.get("ports", [])}
                ports = [at(probe, "tcpSocket.port") for probe in probes.values()]
                yield from must(where, 9000 in [names.get(p, p) for p in ports], "no tcpSocket probe of 9000")
            liveness = probes.get("livenessProbe", {})
            patience = liveness.get("failureThreshold", 3) * liveness.get("periodSeconds", 10)
            yield from must(where, patience > 120, f"liveness gives up after {patience} s, it must be more than 120 s")


def probe_script(c: Compiled, pod: Pod, container: Object, probe: Object) -> str:
    """The text of an exec probe in sh: inline, or of the mounted file that it names."""
    command = at(probe, "exec.command", [])
    if not command or PurePosixPath(command[0]).name != "sh":
        return ""
    files = mounted_files(pod.spec, container, c.config_maps)
    return "\n".join(files.get(argument, argument) for argument in command)


def check_streams(c: Compiled) -> Iterator[str]:
    version, workflows = c.version, c.version.krt["workflows"]
    keep = version.setting("nats.keep", ["keyValueStores"])
    streams = {at(o, "spec.name"): o for o in c.kind("Stream")}
    yield from same_set("Streams", (at(o, "spec.name") for o in c.kind("Stream")), map(version.stream, workflows))
    for workflow in workflows:
        item = streams.get(version.stream(workflow), {})
        where, spec = title(item), item.get("spec", {})
        if item:
            yield from same_set(f"{where}, subjects", spec.get("subjects", []), version.subjects(workflow))
            yield from same(where, "retention", spec.get("retention"), "interest")
            yield from same(where, "storage", spec.get("storage"), version.setting("nats.storage", "file"))
            yield from same(where, "replicas", spec.get("replicas", 1), version.setting("nats.replicas", 1))
            yield from same(where, "preventDelete", bool(spec.get("preventDelete")), "streams" in keep)
            yield from must(where, not spec.get("preventUpdate"), "preventUpdate says Ready and applies nothing")
            yield from same_duration(where, "maxAge", spec.get("maxAge"), version.setting("nats.maxAge", "0s"))
            for limit in ("maxMsgs", "maxBytes", "maxMsgSize", "maxConsumers"):
                yield from same(where, limit, spec.get(limit, -1), -1)


def same_duration(where: str, what: str, found: Any, wanted: str) -> Iterator[str]:
    try:
        equal = go_duration(found) == go_duration(wanted)
    except (TypeError, ValueError):
        equal = False
    if not equal:
        yield from same(where, what, found, wanted)


def check_buckets(c: Compiled) -> Iterator[str]:
    """Key-value and object stores: exactly the expected ones; kept or not as nats.keep says."""
    version = c.version
    keep = version.setting("nats.keep", ["keyValueStores"])
    stores = {name for node in version.nodes if (name := version.object_store(node))}
    keys = {name for node in version.nodes for name in version.key_value_stores(node).values()}
    for kind, wanted, word in (("KeyValue", keys, "keyValueStores"), ("ObjectStore", stores, "objectStores")):
        yield from same_set(f"{kind} buckets", (at(o, "spec.bucket") for o in c.kind(kind)), wanted)
        for item in c.kind(kind):
            where, spec = title(item), item["spec"]
            yield from must(where, re.fullmatch(r"[a-zA-Z0-9_-]+", spec.get("bucket", "")), "impossible bucket name")
            yield from same(where, "storage", spec.get("storage"), version.setting("nats.storage", "file"))
            yield from same(where, "replicas", spec.get("replicas", 1), version.setting("nats.replicas", 1))
            yield from same(where, "preventDelete", bool(spec.get("preventDelete")), word in keep)
            yield from must(where, not spec.get("preventUpdate"), "preventUpdate says Ready and applies nothing")
            yield from must(where, spec.get("history", 1) <= 64, "history is over 64")


def check_consumers(c: Compiled) -> Iterator[str]:
    """A durable push consumer for each (node, subscription), as both runners bind to it."""
    version = c.version
    pairs = {
        f"{subject.replace('.', '-')}-{node.name}": (node, subject)
        for node in version.nodes
        for subject in version.inputs(node)
        if version.setting("nats.consumers", "platform") == "platform"
    }
    yield from same_set("Consumers", (at(o, "spec.durableName") for o in c.kind("Consumer")), pairs)
    deliveries = Counter(at(o, "spec.deliverSubject") for o in c.kind("Consumer"))
    streams = [s for w in version.krt["workflows"] for s in version.subjects(w)]
    for item in c.kind("Consumer"):
        where, spec = title(item), item["spec"]
        durable, delivery = spec.get("durableName"), spec.get("deliverSubject") or ""
        if durable not in pairs:
            continue
        node, subject = pairs[durable]
        for field, wanted in {
            "streamName": version.stream(node.workflow),
            "deliverGroup": durable,
            "filterSubject": subject,
            "ackPolicy": "explicit",
            "deliverPolicy": "new",
            "maxAckPending": -1,
        }.items():
            yield from same(where, field, spec.get(field), wanted)
        patterns = version.setting("nats.ackWait", {})
        ack_wait = by_image(patterns, version.image(node), "22h")
        yield from same_duration(where, "ackWait", spec.get("ackWait"), ack_wait)
        for field, harmless in {"maxDeliver": -1, "replayPolicy": "instant"}.items():
            yield from same(where, field, spec.get(field, harmless), harmless)
        for field in (
            "filterSubjects",
            "headersOnly",
            "memStorage",
            "inactiveThreshold",
            "flowControl",
            "backoff",
        ):
            yield from must(where, not spec.get(field), f"{field} is set")
        yield from must(where, all(delivery.split(".")), f"deliverSubject {delivery!r} is not a subject")
        yield from must(where, deliveries[delivery] == 1, f"deliverSubject {delivery!r} is another consumer's too")
        inside = [s for s in streams if overlap(s.split("."), delivery.split("."))]
        yield from must(where, not inside, f"deliverSubject {delivery!r} is inside the stream: {inside}")


def overlap(pattern: list[str], subject: list[str]) -> bool:
    return len(pattern) == len(subject) and all(p in ("*", s) for p, s in zip(pattern, subject, strict=True))


def check_messaging_job(c: Compiled) -> Iterator[str]:
    """Without NACK a Job makes the same streams, consumers and buckets."""
    version = c.version
    for item in c.kind("Stream", "Consumer", "KeyValue", "ObjectStore"):
        yield f"{title(item)}: is there, with `messaging: job` a Job makes it"
    jobs = c.kind("Job")
    yield from must("messaging", jobs, "no Job")
    text = json.dumps([jobs, c.config_maps])
    for workflow in version.krt["workflows"]:
        for name in [version.stream(workflow), *version.subjects(workflow)]:
            yield from must("messaging Job", name in text, f"does not name {name}")
    for node in version.nodes:
        for name in [version.object_store(node) or "", *version.key_value_stores(node).values()]:
            yield from must("messaging Job", name in text, f"does not name {name}")
    for item in jobs:
        where, annotations = title(item), at(item, "metadata.annotations", {})
        for key, value in HOOKS.items():
            yield from same(where, key, annotations.get(key), value)
        hashed = re.search(r"-[0-9a-f]{8,}$", at(item, "metadata.name", ""))
        yield from must(where, hashed, "the name does not end in a hash: a pod template cannot be changed")
        spec = at(item, "spec.template.spec", {})
        yield from must(where, spec.get("restartPolicy") in ("Never", "OnFailure"), "no Job is restarted always")
        named = set(config_map_references(spec)) - {None}
        yield from must(where, not named, f"{named} may not be there before it, in Helm")
        for container in [*at(spec, "initContainers", []), *at(spec, "containers", [])]:
            # Our own, and no container of KRE's: of the platform it knows where NATS is, and no secret.
            wanted = {"KRT_NATS_SERVER": version.base_environment()["KRT_NATS_SERVER"]}
            yield from same(title(item), "its environment", environment(container, c.config_maps), wanted)


def check_messaging(c: Compiled) -> Iterator[str]:
    if c.version.setting("messaging", "nack") == "job":
        yield from check_messaging_job(c)
    else:
        for check in (check_streams, check_buckets, check_consumers):
            yield from check(c)


def check_service(c: Compiled) -> Iterator[str]:
    """The entrypoint's Service, to the letter."""
    labels = c.version.identity_labels(None)
    spec = {
        "type": "ClusterIP",
        "sessionAffinity": "None",
        "selector": labels,
        "ports": [
            {"name": "grpc", "port": 9000, "protocol": "TCP", "targetPort": 9000},
            {"name": "web", "port": 80, "protocol": "TCP", "targetPort": 8080},
        ],
    }
    names = [at(o, "metadata.name") for o in c.kind("Service")]
    yield from same("Services", "names", names, [c.version.service(c.status)])
    for item in c.kind("Service"):
        yield from same(title(item), "spec", item.get("spec"), spec)
        yield from same(title(item), "labels", identity_of(at(item, "metadata.labels", {})), labels)


def check_route(c: Compiled) -> Iterator[str]:
    """Published means reachable from outside: an Ingress or a GRPCRoute to the active entrypoint."""
    version = c.version
    kind = version.setting("ingress.kind", "Ingress") if c.status == "published" else "none"
    wanted = [] if kind == "none" else [kind]
    yield from same("routes", "kinds", [o["kind"] for o in c.kind("Ingress", "GRPCRoute")], wanted)
    host = f"{version.runtime}-entrypoint.{version.setting('ingress.domain', 'kre.local')}"
    service = version.service("published")
    for item in c.kind("Ingress"):
        where, spec = title(item), item.get("spec", {})
        class_name = version.setting("ingress.className", "nginx")
        backend = {"service": {"name": service, "port": {"name": "grpc"}}}
        paths = [{"path": "/", "pathType": "Prefix", "backend": backend}]
        yield from same(where, "ingressClassName", spec.get("ingressClassName", ""), class_name)
        yield from same(where, "rules", spec.get("rules"), [{"host": host, "http": {"paths": paths}}])
        secret = version.setting("ingress.tlsSecret", f"{host}-tls")
        tls = [{"hosts": [host], "secretName": secret}] if version.setting("ingress.tls", True) else []
        yield from same(where, "tls", spec.get("tls", []), tls)
        annotations = {"backend-protocol": "GRPC", "proxy-body-size": "16m"} if class_name == "nginx" else {}
        for name, value in annotations.items():
            key = f"nginx.ingress.kubernetes.io/{name}"
            yield from same(where, key, at(item, "metadata.annotations", {}).get(key), value)
    for item in c.kind("GRPCRoute"):
        where, spec = title(item), item.get("spec", {})
        yield from same(where, "hostnames", spec.get("hostnames"), [host])
        gateway = version.setting("ingress.gateway", {})
        parents = [
            {k: p[k] for k in ("name", "namespace", "sectionName") if k in p} for p in spec.get("parentRefs", [])
        ]
        yield from same(where, "parentRefs", parents, [gateway])
        backends = [(b.get("name"), b.get("port")) for r in spec.get("rules", []) for b in r.get("backendRefs", [])]
        yield from same(where, "backends", backends, [(service, 9000)])


def check_delivery(c: Compiled) -> Iterator[str]:
    """What Argo CD and Flux are told: the order, which data asks before it goes, which texts are literal."""
    wave, options = "argocd.argoproj.io/sync-wave", "argocd.argoproj.io/sync-options"
    first, later = ("Stream", "Consumer", "KeyValue", "ObjectStore", "Job"), ("Ingress", "GRPCRoute")
    read = set(config_map_references([at(o, "spec") for o in c.kind("Deployment")]))
    active = c.version.service("published") if c.status == "published" else None
    for item in c.objects:
        where, kind, name = title(item), item["kind"], at(item, "metadata.name")
        annotations = at(item, "metadata.annotations", {})
        before = kind in first or (kind == "ConfigMap" and name in read)
        after = kind in later or (kind == "Service" and name == active)
        yield from same(where, "the sync wave", annotations.get(wave), "-1" if before else "1" if after else None)
        loses = kind in ("Stream", "KeyValue", "ObjectStore") and not at(item, "spec.preventDelete")
        asks = "Prune=confirm,Delete=confirm" if loses else None
        yield from same(where, "sync options", annotations.get(options), asks)
        literal = "disabled" if kind in ("ConfigMap", "Job") else None
        found = annotations.get("kustomize.toolkit.fluxcd.io/substitute")
        yield from same(where, "substitution by Flux", found, literal)


Check = Callable[[Compiled], Iterator[str]]
CHECKS_STOPPED: tuple[Check, ...] = (check_metadata, check_stopped, check_delivery)
CHECKS: tuple[Check, ...] = (
    check_metadata,
    check_record,
    check_deployments,
    check_pods,
    check_containers,
    check_environment,
    check_security,
    check_mounts,
    check_probes,
    check_messaging,
    check_service,
    check_route,
    check_delivery,
)
