"""A version to objects: selected facts, and every key of the settings changes something that can be seen."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from krtc.lowering.common import as_written, camel
from krtc.manifests import resolve
from krtc.model.krt import ObjectStore
from krtc.model.runtime import Toleration
from tests.unit.helpers import (
    FILES,
    FORMS,
    GO,
    KRT,
    OTHER,
    PY,
    RUNTIME,
    SMALL,
    STATUSES,
    Object,
    asset,
    build,
    changed,
    ids,
    lowered,
    named,
    objects,
    program,
    read,
)


def compiled(krt: Object = KRT, runtime: Object | None = RUNTIME, **options: Any) -> list[Object]:
    return objects(build(krt, runtime, **options))


def pod(found: list[Object], name: str) -> Any:
    return named(found, "Deployment", name)["spec"]["template"]["spec"]


def container(found: list[Object], name: str, deployment: str = "mail-v1--sort--etl") -> Any:
    every = [*pod(found, deployment)["containers"], *pod(found, deployment)["initContainers"]]
    (match,) = [c for c in every if c["name"] == name]
    return match


def environment(found: Any) -> dict[str, Any]:
    return {variable["name"]: variable.get("value", variable.get("valueFrom")) for variable in found["env"]}


def node(**fields: Any) -> Object:
    """SMALL with other fields in its node."""
    return changed(SMALL, "workflows", 0, "nodes", 0, to={**SMALL["workflows"][0]["nodes"][0], **fields})


NAME = "mail-v1--sort--etl"


class Test_what_is_compiled:
    @pytest.mark.parametrize(
        ("status", "kinds"),
        [
            ("stopped", {"ConfigMap": 1}),
            (
                "started",
                {
                    "ConfigMap": 3,
                    "Consumer": 3,
                    "KeyValue": 4,
                    "ObjectStore": 1,
                    "Stream": 1,
                    "Service": 1,
                    "Deployment": 3,
                },
            ),
            (
                "published",
                {
                    "ConfigMap": 3,
                    "Consumer": 3,
                    "KeyValue": 4,
                    "ObjectStore": 1,
                    "Stream": 1,
                    "Service": 1,
                    "Deployment": 3,
                    "Ingress": 1,
                },
            ),
        ],
    )
    def test_objects_of_a_status(self, status: str, kinds: dict[str, int]) -> None:
        found = [o["kind"] for o in compiled(status=status)]
        assert {kind: found.count(kind) for kind in found} == kinds

    def test_every_object_is_in_the_namespace_and_has_labels(self) -> None:
        for found in compiled(KRT, {**RUNTIME, "namespace": "data"}, status="published"):
            assert found["metadata"]["namespace"] == "data"
            labels = found["metadata"]["labels"]
            assert labels["version-name"] in ("mail-v1", "mail-v1-entrypoint")
            assert labels["app.kubernetes.io/part-of"] == "demo"
            assert "runtime-id" not in labels

    def test_the_record(self) -> None:
        data = named(compiled(status="stopped"), "ConfigMap")["data"]
        assert (data["version"], data["description"], data["status"]) == ("mail-v1", "Sorts mail.", "stopped")
        assert data["digest"].startswith("sha256:") and len(data["digest"]) == 71
        assert json.loads(data["workflows.json"]) == [
            {"name": "sort", "entrypoint": "Sort", "exitpoint": "out", "nodes": ["etl", "out"]}
        ]

    def test_a_stream(self) -> None:
        assert named(compiled(), "Stream")["spec"] == {
            "name": "demo_mail-v1_Sort",
            "subjects": [
                "demo_mail-v1_Sort.entrypoint",
                *["demo_mail-v1_Sort.etl", "demo_mail-v1_Sort.etl.*"],
                *["demo_mail-v1_Sort.out", "demo_mail-v1_Sort.out.*"],
            ],
            "retention": "interest",
            "discard": "old",
            "maxAge": "0s",
            "storage": "file",
            "replicas": 1,
            "preventDelete": False,
        }

    def test_a_consumer(self) -> None:
        spec = named(compiled(), "Consumer", "mail-v1--sort--out--etl--odd")["spec"]
        assert spec["durableName"] == spec["deliverGroup"] == "demo_mail-v1_Sort-etl-odd-out"
        assert spec["filterSubject"] == "demo_mail-v1_Sort.etl.odd"
        assert (spec["deliverPolicy"], spec["ackPolicy"], spec["ackWait"]) == ("new", "explicit", "22h")
        assert spec["maxAckPending"] == -1

    def test_nodes_that_share_an_object_store_have_one(self) -> None:
        store = {"name": "mails", "scope": "project"}
        krt = changed(KRT, "workflows", 0, "nodes", 1, "objectStore", to=store)
        found = compiled(krt)
        assert named(found, "ObjectStore")["spec"]["bucket"] == "demo_mail-v1_mails"
        for name in ("etl", "out"):
            assert (
                environment(container(found, "node", f"mail-v1--sort--{name}"))["KRT_NATS_OBJECT_STORE"]
                == "demo_mail-v1_mails"
            )

    def test_a_node_without_an_object_store_has_no_variable_for_it(self) -> None:
        assert "KRT_NATS_OBJECT_STORE" not in environment(container(compiled(), "node", "mail-v1--sort--out"))
        workflow = compiled(node(objectStore={"name": "mails"}), None)
        assert environment(container(workflow, "node"))["KRT_NATS_OBJECT_STORE"] == "kre_mail-v1_sort_mails"

    def test_what_breaks_runners_is_never_there(self) -> None:
        for result in (build(status="published"), build(form="helm")):
            text = "".join(result.files.values())
            for name in ("MAX_ACK_PENDING", "MAX_PENDING_ACK", "name: TZ\n"):
                assert name not in text

    def test_the_environment_of_a_node(self) -> None:
        found = environment(container(compiled(), "node", "mail-v1--sort--out"))
        assert found["KRT_NATS_INPUTS"] == "demo_mail-v1_Sort.etl,demo_mail-v1_Sort.etl.odd"
        assert found["KRT_NATS_OUTPUT"] == "demo_mail-v1_Sort.out"
        assert (found["KRT_IS_EXITPOINT"], found["KRT_HANDLER_PATH"]) == ("true", "bin/out")
        assert (found["KRT_NATS_SERVER"], found["KRT_NATS_HOST"], found["KRT_NATS_PORT"]) == (
            "kre-nats:4222",
            "kre-nats",
            "4222",
        )
        assert found["KRT_MONGO_URI"] == {"secretKeyRef": {"name": "kre-mongodb", "key": "uri"}}
        assert found["TOKEN"] == {"secretKeyRef": {"name": "tokens", "key": "token"}}
        assert environment(container(compiled(), "node"))["KRT_IS_EXITPOINT"] == "false"

    def test_the_wait_names_all_that_a_node_needs(self) -> None:
        assert container(compiled(), "wait-for-nats")["args"] == [
            "stream/demo_mail-v1_Sort",
            "kv/key-store_demo_mail-v1",
            "kv/key-store_demo_mail-v1_sort",
            "kv/key-store_demo_mail-v1_sort_etl",
            "object-store/demo_mail-v1_mails",
            "consumer/demo_mail-v1_Sort/demo_mail-v1_Sort-entrypoint-etl",
        ]

    def test_the_entrypoint_finds_its_workflows(self) -> None:
        files = named(compiled(), "ConfigMap", "mail-v1--files")["data"]
        assert json.loads(files["nats_subject.json"]) == {
            "Sort": {
                "stream": "demo_mail-v1_Sort",
                "input_subject": "demo_mail-v1_Sort.out",
                "output_subject": "demo_mail-v1_Sort.entrypoint",
            }
        }
        assert files["wait.sh"] == asset("chart-templates/config/wait.sh")
        assert "messaging.sh" not in files

    def test_the_service_and_the_ingress(self) -> None:
        started, published = compiled(), compiled(status="published")
        assert named(started, "Service")["metadata"]["name"] == "mail-v1"
        assert named(published, "Service")["metadata"]["name"] == "active-entrypoint"
        selector = named(started, "Service")["spec"]["selector"]
        assert selector == {"type": "entrypoint", "version-name": "mail-v1-entrypoint"}
        assert (
            selector.items()
            <= named(started, "Deployment", "mail-v1-entrypoint")["spec"]["template"]["metadata"]["labels"].items()
        )
        spec = named(published, "Ingress")["spec"]
        assert spec["tls"] == [{"hosts": ["demo-entrypoint.kre.local"], "secretName": "demo-entrypoint.kre.local-tls"}]
        assert spec["rules"][0]["host"] == "demo-entrypoint.kre.local"

    def test_the_specs_of_the_ways_in(self) -> None:
        runtime = {**RUNTIME, "ingress": {"kind": "GRPCRoute", "gateway": {"name": "g", "sectionName": "grpc"}}}
        found = compiled(KRT, runtime, status="published")
        assert named(found, "GRPCRoute")["spec"] == {
            "parentRefs": [
                {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "g", "sectionName": "grpc"}
            ],
            "hostnames": ["demo-entrypoint.kre.local"],
            "rules": [
                {
                    "backendRefs": [
                        {"group": "", "kind": "Service", "weight": 1, "name": "active-entrypoint", "port": 9000}
                    ]
                }
            ],
        }
        assert named(found, "Service")["spec"] == {
            "type": "ClusterIP",
            "sessionAffinity": "None",
            "selector": {"type": "entrypoint", "version-name": "mail-v1-entrypoint"},
            "ports": [
                {"name": "grpc", "port": 9000, "protocol": "TCP", "targetPort": 9000},
                {"name": "web", "port": 80, "protocol": "TCP", "targetPort": 8080},
            ],
        }
        backend = {"service": {"name": "active-entrypoint", "port": {"name": "grpc"}}}
        ingress = named(compiled(status="published"), "Ingress")
        assert ingress["spec"]["rules"][0]["http"]["paths"] == [{"path": "/", "pathType": "Prefix", "backend": backend}]
        assert ingress["metadata"]["annotations"] == {
            "argocd.argoproj.io/sync-wave": "1",
            "nginx.ingress.kubernetes.io/backend-protocol": "GRPC",
            "nginx.ingress.kubernetes.io/proxy-body-size": "16m",
        }

    def test_configuration_that_nobody_gives_is_left_to_who_installs_a_chart(self) -> None:
        (config,) = [
            text for name, text in build(KRT, None, form="helm").files.items() if name.endswith("--config.yaml")
        ]
        assert config.count("krt.given") == 3
        assert ids(build(KRT, None).diagnostics) == ["KRT401"] * 3


def mounts(found: Any) -> dict[str, tuple[str, str | None, bool]]:
    """Where a container mounts what: by path, the volume, the file in it, and whether it only reads there."""
    return {m["mountPath"]: (m["name"], m.get("subPath"), m.get("readOnly", False)) for m in found["volumeMounts"]}


class Test_the_containers_of_a_pod:
    ENTRYPOINT = "mail-v1-entrypoint"

    def test_are_in_order(self) -> None:
        for name, expected in (
            (NAME, ["node", "fluent-bit"]),
            (self.ENTRYPOINT, ["entrypoint", "nginx", "fluent-bit"]),
        ):
            spec = pod(compiled(), name)
            assert [c["name"] for c in spec["containers"]] == expected
            assert [c["name"] for c in spec["initContainers"]] == ["wait-for-nats", "krt-files-downloader"]
            assert spec["volumes"][-1] == {"name": "files", "configMap": {"name": "mail-v1--files"}}
            assert (spec["automountServiceAccountToken"], spec["enableServiceLinks"]) == (False, False)

    def test_the_node(self) -> None:
        found = container(compiled(), "node")
        assert found["envFrom"] == [{"configMapRef": {"name": "mail-v1--config"}}]
        assert mounts(found) == {
            "/krt-files": ("krt-files", None, True),
            "/var/log/app": ("app-log", None, False),
            "/tmp": ("tmp", None, False),
            "/krt-scripts/connected.sh": ("files", "connected.sh", True),
        }
        probe = {"exec": {"command": ["sh", "/krt-scripts/connected.sh"]}, "timeoutSeconds": 5}
        assert found["readinessProbe"] == {**probe, "periodSeconds": 5, "failureThreshold": 1}
        assert found["livenessProbe"] == {**probe, "periodSeconds": 10, "failureThreshold": 15}
        assert pod(compiled(), NAME)["terminationGracePeriodSeconds"] == 10

    def test_the_entrypoint(self) -> None:
        found = container(compiled(), "entrypoint", self.ENTRYPOINT)
        variables = environment(found)
        for name in ("WORKFLOW_ID", "WORKFLOW_NAME", "NODE_ID", "NODE_NAME"):
            assert variables[f"KRT_{name}"] == "entrypoint"
        assert variables["KRT_NATS_SUBJECTS_FILE"] == "/src/conf/nats_subject.json"
        assert (variables["KRT_REQUEST_TIMEOUT"], variables["KRT_JS_REQUEST_TIMEOUT"]) == ("30", "5")
        assert mounts(found)["/src/conf/nats_subject.json"] == ("files", "nats_subject.json", True)
        assert found["lifecycle"] == {"preStop": {"sleep": {"seconds": 5}}}
        assert found["startupProbe"] == {"tcpSocket": {"port": 9000}, "periodSeconds": 2, "failureThreshold": 60}
        assert found["ports"] == [{"name": "grpc", "containerPort": 9000, "protocol": "TCP"}]
        assert pod(compiled(), self.ENTRYPOINT)["terminationGracePeriodSeconds"] == 35

    def test_those_of_the_platform(self) -> None:
        found = compiled()
        nginx = container(found, "nginx", self.ENTRYPOINT)
        assert mounts(nginx) == {
            "/etc/nginx/conf.d/default.conf": ("files", "default.conf", True),
            "/proto/public_input.proto": ("krt-files", "public_input.proto", True),
            "/tmp": ("tmp", None, False),
        }
        assert nginx["securityContext"]["runAsUser"] == 101
        assert nginx["ports"] == [{"name": "web", "containerPort": 8080, "protocol": "TCP"}]
        assert nginx["readinessProbe"] == {"tcpSocket": {"port": 8080}, "periodSeconds": 5}
        fluent_bit = container(found, "fluent-bit")
        configuration = "/fluent-bit/etc/fluent-bit.conf"
        assert fluent_bit["command"] == ["/fluent-bit/bin/fluent-bit", "-c", configuration, "-v"]
        assert mounts(fluent_bit) == {
            configuration: ("files", "fluent-bit.conf", True),
            "/fluent-bit/etc/parsers.conf": ("files", "parsers.conf", True),
            "/var/log/app": ("app-log", None, True),
        }
        assert mounts(container(found, "krt-files-downloader")) == {"/krt-files": ("krt-files", None, False)}
        wait = container(found, "wait-for-nats")
        assert wait["command"] == ["sh", "/krt-scripts/wait.sh"]
        assert mounts(wait) == {"/krt-scripts/wait.sh": ("files", "wait.sh", True), "/tmp": ("tmp", None, False)}
        for other in (nginx, fluent_bit, wait):
            assert other["securityContext"]["readOnlyRootFilesystem"] is True


@pytest.mark.parametrize(("status", "service"), [("started", "mail-v1"), ("published", "active-entrypoint")])
def test_what_helm_test_runs(status: str, service: str) -> None:
    made = lowered(program(KRT, {**RUNTIME, "images": {"pullSecrets": [{"name": "registry"}]}}))
    (test,) = made.tests()
    assert [test.exists(s) for s in STATUSES] == [False, True, True]
    data = resolve(test.data("kre", {}), status)
    assert (data["metadata"]["name"], data["metadata"]["annotations"]["helm.sh/hook"]) == ("mail-v1--test", "test")
    assert data["metadata"]["labels"]["type"] == "test"
    (container,) = data["spec"].pop("containers")
    assert data["spec"] == {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "imagePullSecrets": [{"name": "registry"}],
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    }
    assert container["env"] == [{"name": "SERVICE", "value": service}]
    assert container["command"][2] == 'nc -z -w 10 "$SERVICE" 9000 && nc -z -w 10 "$SERVICE" 80'
    assert container["securityContext"]["readOnlyRootFilesystem"] is True


class Test_a_gpu_node:
    def test_has_what_gpus_need(self) -> None:
        spec = pod(compiled(), NAME)
        resources = container(compiled(), "node")["resources"]
        assert resources["requests"]["nvidia.com/gpu"] == resources["limits"]["nvidia.com/gpu"] == "1"
        assert spec["nodeSelector"] == {"konstellation.io/gpu": "true"}
        assert spec["tolerations"] == [
            {"key": "konstellation.io/gpu", "operator": "Exists", "effect": "NoSchedule"},
            {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"},
        ]
        for name in ("krt-files-downloader", "fluent-bit"):
            assert "nvidia.com/gpu" not in container(compiled(), name)["resources"]["limits"]

    def test_and_no_other_has_them(self) -> None:
        spec = pod(compiled(), "mail-v1--sort--out")
        assert "nodeSelector" not in spec and "tolerations" not in spec
        assert "nvidia" not in json.dumps(spec)


class Test_a_read_only_root:
    @pytest.mark.parametrize(
        ("image", "settings", "read_only", "user", "mounts"),
        [
            (PY, {}, True, 1001, ["/tmp"]),
            (GO, {}, True, 10001, ["/krt-work"]),
            (OTHER, {"users": {"acme/*": 5}}, False, 5, []),
            (OTHER, {"users": {"acme/*": 5}, "readOnlyRoot": ["acme/own"]}, True, 5, ["/tmp"]),
            (OTHER, {"readOnlyRoot": ["acme/other"]}, False, 10001, []),
        ],
    )
    def test_where_it_is_known_what_an_image_writes(
        self, image: str, settings: Object, read_only: bool, user: int, mounts: list[str]
    ) -> None:
        found = container(compiled(node(image=image), {"runtime": "demo", "images": settings}), "node")
        assert found["securityContext"] == {
            "runAsUser": user,
            "runAsNonRoot": True,
            "readOnlyRootFilesystem": read_only,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        }
        paths = [mount["mountPath"] for mount in found["volumeMounts"]]
        assert paths[:2] == ["/krt-files", "/var/log/app"]
        assert [path for path in paths if path in ("/tmp", "/krt-work")] == mounts
        assert ("command" in found) == (image == GO)

    def test_every_mount_has_its_volume(self) -> None:
        for deployment in (NAME, "mail-v1--sort--out", "mail-v1-entrypoint"):
            spec = pod(compiled(), deployment)
            volumes = [volume["name"] for volume in spec["volumes"]]
            mounted = {m["name"] for c in spec["containers"] + spec["initContainers"] for m in c["volumeMounts"]}
            assert sorted(volumes) == sorted(set(volumes)) == sorted(mounted)


class Test_texts_arrive_as_they_were_written:
    def test_where_kubernetes_expands_references(self) -> None:
        krt = changed(KRT, "workflows", 0, "nodes", 1, "src", to="src/$(HOME)/$x")
        krt = changed(krt, "workflows", 0, "nodes", 1, "subscriptions", 1, to="etl.$(X)")
        found, out = compiled(krt), "mail-v1--sort--out"
        variables = environment(container(found, "node", out))
        assert variables["KRT_HANDLER_PATH"] == "src/$$(HOME)/$$x"
        assert variables["KRT_NATS_INPUTS"].endswith(".etl.$$(X)")
        assert container(found, "wait-for-nats", out)["args"][-1].endswith("-etl-$$(X)-out")
        # ... and nowhere else.
        consumers = [o["spec"]["filterSubject"] for o in found if o["kind"] == "Consumer"]
        assert "demo_mail-v1_Sort.etl.$(X)" in consumers

    def test_configuration_is_no_template_and_no_reference(self) -> None:
        text = "$(KRT_VERSION) {{ .Values.status }} [[ x ]]"
        found = compiled(KRT, changed(RUNTIME, "config", "variables", "GREETING", to=text))
        assert named(found, "ConfigMap", "mail-v1--config")["data"] == {"GREETING": text, "MODEL": "{}\n"}


class Test_the_checksums_of_a_pod_template:
    @staticmethod
    def of(deployment: str, *arguments: Any, **options: Any) -> Any:
        found = named(compiled(*arguments, **options), "Deployment", deployment)
        return found["spec"]["template"]["metadata"]["annotations"]

    def test_change_with_the_configuration(self) -> None:
        before = self.of(NAME)
        for runtime, files in (
            (changed(RUNTIME, "config", "variables", "GREETING", to="bye"), FILES),
            (RUNTIME, {"model.json": b"{1}"}),
        ):
            after = self.of(NAME, KRT, runtime, files=files)
            assert before["checksum/config"] != after["checksum/config"]
            assert before["checksum/files"] == after["checksum/files"]

    def test_of_the_entrypoint_change_with_the_subjects(self) -> None:
        other = changed(KRT, "workflows", 0, "exitpoint", to="etl")
        assert self.of("mail-v1-entrypoint") != self.of("mail-v1-entrypoint", other)
        assert self.of(NAME) == self.of(NAME, other)


class Test_who_makes_the_consumers:
    def test_the_runners(self) -> None:
        runtime = {**RUNTIME, "nats": {"consumers": "runner"}}
        found = compiled(KRT, runtime)
        assert "Consumer" not in [o["kind"] for o in found]
        assert not [need for need in container(found, "wait-for-nats")["args"] if need.startswith("consumer/")]
        for name, text in build(KRT, runtime, form="kustomize").files.items():
            assert "Consumer" not in text, name

    def test_in_a_chart_is_a_value(self) -> None:
        files = build(KRT, {**RUNTIME, "nats": {"consumers": "runner"}}, form="helm").files
        assert read(files["values.yaml"])["nats"]["consumers"] == "runner"
        (name,) = [name for name in files if name.endswith("--etl--odd.yaml")]
        assert '(eq .Values.nats.consumers "platform")' in files[name]


class Test_the_entry_of_a_version:
    def test_its_id(self) -> None:
        derived = environment(container(compiled(), "node"))["KRT_VERSION_ID"]
        assert len(derived) == 24
        found = compiled(entry={"id": "642a9a1c"})
        assert {environment(c)["KRT_VERSION_ID"] for c in pod(found, NAME)["containers"]} == {"642a9a1c"}

    def test_its_nodes(self) -> None:
        own = {"replicas": 7, "resources": {"limits": {"cpu": 4, "memory": "2Gi"}}, "nodeSelector": {"disk": "fast"}}
        found = compiled(entry={"nodes": {"sort": {"etl": own}}})
        assert named(found, "Deployment", NAME)["spec"]["replicas"] == 7
        assert container(found, "node")["resources"]["limits"] == {"memory": "2Gi", "cpu": "4", "nvidia.com/gpu": "1"}
        assert pod(found, NAME)["nodeSelector"] == {"disk": "fast", "konstellation.io/gpu": "true"}
        assert named(found, "Deployment", "mail-v1--sort--out")["spec"]["replicas"] == 2

    def test_what_the_api_server_would_not_store(self) -> None:
        """An empty mapping of amounts, and the empty `data` of a ConfigMap."""
        runtime = {**RUNTIME, "resources": {"entrypoint": {"limits": {"cpu": 1}}, "sidecars": {}}}
        found = compiled({**KRT, "config": None}, runtime)
        assert container(found, "entrypoint", "mail-v1-entrypoint")["resources"] == {"limits": {"cpu": "1"}}
        assert container(found, "nginx", "mail-v1-entrypoint")["resources"] == {}
        assert "data" not in named(found, "ConfigMap", "mail-v1--config")

    def test_its_config_goes_before_the_runtimes(self) -> None:
        found = compiled(entry={"config": {"variables": {"GREETING": "own", "TOKEN": "plain"}}})
        data = named(found, "ConfigMap", "mail-v1--config")["data"]
        assert data == {"GREETING": "own", "TOKEN": "plain", "MODEL": "{}\n"}


def test_a_file_of_the_configuration_may_come_from_elsewhere() -> None:
    for kind in ("configMapKeyRef", "secretKeyRef"):
        runtime = changed(RUNTIME, "config", "files", "MODEL", to={kind: {"name": "models", "key": "all"}})
        found = compiled(KRT, runtime)
        assert environment(container(found, "node"))["MODEL"] == {kind: {"name": "models", "key": "all"}}
        assert "MODEL" not in named(found, "ConfigMap", "mail-v1--config")["data"]


def test_records_as_they_were_written() -> None:
    assert as_written([Toleration(key="a", toleration_seconds=5)]) == [{"key": "a", "tolerationSeconds": 5}]
    assert as_written(ObjectStore(name="x")) == {"name": "x"}
    assert (camel("pull_policy"), camel("uri")) == ("pullPolicy", "uri")


# Every key of runtime.yml. For each leaf of its schema: the settings that give it, and a text that they, and no others,
# make come out; a leaf without a case fails, as does a case without a leaf.

GATEWAY = {"kind": "GRPCRoute", "gateway": {"name": "g0"}}
REF = {"name": "name-x", "key": "key-x"}

CASES: dict[str, tuple[Object, str]] = {
    "runtime": ({"runtime": "other"}, "other_mail-v1_Sort"),
    "namespace": ({"namespace": "data"}, "namespace: data\n"),
    "naming": ({"naming": "runtime"}, "name: demo-mail-v1--config\n"),
    "messaging": ({"messaging": "job", "nats": {"keep": ["streams", "objectStores", "keyValueStores"]}}, "kind: Job\n"),
    "kubernetes": ({"kubernetes": "1.35"}, 'kubeVersion: ">=1.35.0-0"'),
    "nats.server": ({"nats": {"server": "nats.example:4999"}}, 'value: "nats.example:4999"'),
    "nats.replicas": ({"nats": {"replicas": 3}}, "replicas: 3\n"),
    "nats.storage": ({"nats": {"storage": "memory"}}, "storage: memory\n"),
    "nats.maxAge": ({"nats": {"maxAge": "36h"}}, 'maxAge: "36h"\n'),
    "nats.keep[]": ({"nats": {"keep": ["streams"]}}, "streams: true\n"),
    "nats.consumers": ({"nats": {"consumers": "runner"}}, "consumers: runner\n"),
    "nats.ackWait{}": ({"nats": {"ackWait": {"*/kre-py": "7m"}}}, 'ackWait: "7m"\n'),
    **{
        f"mongodb.uriFrom.secretKeyRef.{key}": ({"mongodb": {"uriFrom": {"secretKeyRef": REF}}}, f"{key}: {REF[key]}\n")
        for key in REF
    },
    "mongodb.database": ({"mongodb": {"database": "dx"}}, "value: dx\n"),
    "mongodb.bucket": ({"mongodb": {"bucket": "bx"}}, "value: bx\n"),
    "influxdb.uri": ({"influxdb": {"uri": "https://ix"}}, 'value: "https://ix"\n'),
    "ingress.kind": ({"ingress": GATEWAY}, "kind: GRPCRoute\n"),
    "ingress.domain": ({"ingress": {"domain": "dx.example"}}, "host: demo-entrypoint.dx.example\n"),
    "ingress.className": ({"ingress": {"className": "cx"}}, "ingressClassName: cx\n"),
    "ingress.tls": ({"ingress": {"tls": False}}, "tls: false\n"),
    "ingress.tlsSecret": ({"ingress": {"tlsSecret": "sx"}}, "secretName: sx\n"),
    **{
        f"ingress.gateway.{key}": (
            {"ingress": {"kind": "GRPCRoute", "gateway": {"name": "g0", key: "gx"}}},
            f"{key}: gx\n",
        )
        for key in ("name", "namespace", "sectionName")
    },
    "images.krtFilesDownloader": ({"images": {"krtFilesDownloader": "a/x:1"}}, 'image: "a/x:1"\n'),
    "images.fluentBit": ({"images": {"fluentBit": "a/x:1"}}, 'image: "a/x:1"\n'),
    "images.nginx": ({"images": {"nginx": "a/x:1"}}, 'image: "a/x:1"\n'),
    "images.natsCli": ({"images": {"natsCli": "a/x:1"}}, 'image: "a/x:1"\n'),
    "images.pullPolicy": ({"images": {"pullPolicy": "Always"}}, "imagePullPolicy: Always\n"),
    "images.pullSecrets[].name": ({"images": {"pullSecrets": [{"name": "px"}]}}, "- name: px\n"),
    "images.users{}": ({"images": {"users": {"*/kre-go": 4242}}}, "runAsUser: 4242\n"),
    "images.readOnlyRoot[]": ({"images": {"readOnlyRoot": ["acme/*"]}}, "acme/"),
    **{
        f"resources.{part}.{kind}{{}}": ({"resources": {part: {kind: {"cpu": "4242m"}}}}, 'cpu: "4242m"\n')
        for part in ("node", "entrypoint", "sidecars")
        for kind in ("requests", "limits")
    },
    "pods.nodeSelector{}": ({"pods": {"nodeSelector": {"disk": "dx"}}}, "disk: dx\n"),
    **{
        f"pods.tolerations[].{key}": ({"pods": {"tolerations": [{key: value}]}}, f"{key}: {value}\n")
        for key, value in {
            "key": "tx",
            "operator": "Exists",
            "value": "vx",
            "effect": "NoExecute",
            "tolerationSeconds": 4242,
        }.items()
    },
    "pods.annotations{}": ({"pods": {"annotations": {"team": "tx"}}}, "team: tx\n"),
    "pods.serviceAccountName": ({"pods": {"serviceAccountName": "sx"}}, "serviceAccountName: sx\n"),
    "pods.priorityClassName": ({"pods": {"priorityClassName": "px"}}, "priorityClassName: px\n"),
    "config.variables{}": ({"config": {"variables": {"GREETING": "gx"}}}, "GREETING: gx\n"),
    **{
        f"config.secrets{{}}.secretKeyRef.{key}": (
            {"config": {"secrets": {"TOKEN": {"secretKeyRef": REF}}}},
            f"{key}: {REF[key]}\n",
        )
        for key in REF
    },
    "config.files{}": ({"config": {"files": {"MODEL": "other.json"}}}, "other content"),
    **{
        f"config.files{{}}.{kind}.{key}": ({"config": {"files": {"MODEL": {kind: REF}}}}, f"{key}: {REF[key]}\n")
        for kind in ("configMapKeyRef", "secretKeyRef")
        for key in REF
    },
}


def entry(**more: Object | str) -> Object:
    """Settings with an entry of the version."""
    return {"versions": [{"krt": "krt.yml", **more}]}


def own(**more: Object | int) -> Object:
    return entry(nodes={"sort": {"etl": more}})


CASES |= {
    f"versions[].{path}": (entry(**case[0]), case[1]) for path, case in CASES.items() if path.startswith("config.")
}
HTTPS = {"https": "https://files.example/x.krt", "sha256": "a" * 64}
for before, made in (("", dict), ("versions[].", entry)):
    CASES |= {
        f"{before}krtFiles.image": (
            {**made(krtFiles={"image": "a/files:1"}), "kubernetes": "1.35"},
            'reference: "a/files:1"\n',
        ),
        f"{before}krtFiles.https": (made(krtFiles=HTTPS), '"https://files.example/x.krt"\n'),
        f"{before}krtFiles.sha256": (made(krtFiles=HTTPS), f"- {'a' * 64}\n"),
    }
CASES |= {
    "versions[].id": (entry(id="642a9a1c"), "642a9a1c"),
    "versions[].nodes{}{}.replicas": (own(replicas=4243), "replicas: 4243\n"),
    "versions[].nodes{}{}.nodeSelector{}": (own(nodeSelector={"disk": "dx"}), "disk: dx\n"),
    "versions[].nodes{}{}.resources.limits{}": (own(resources={"limits": {"cpu": "4243m"}}), "4243m"),
    "versions[].nodes{}{}.resources.requests{}": (own(resources={"requests": {"cpu": "4243m"}}), "4243m"),
}
# What lists the versions of a runtime (test_compile_runtime.py).
OF_RUNTIMES = {"versions[].krt", "versions[].status"}


def schema_leaves(schema: Object, definitions: Object, path: str = "") -> Iterator[str]:
    """The paths at which runtime.yml holds a scalar: `{}` is any key of a mapping, `[]` any item of a list."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    for choice in schema.get("anyOf", []):
        yield from schema_leaves(choice, definitions, path)
    if schema.get("type") == "object":
        for key, value in schema.get("properties", {}).items():
            yield from schema_leaves(value, definitions, f"{path}.{key}" if path else key)
        if isinstance(schema.get("additionalProperties"), dict):
            yield from schema_leaves(schema["additionalProperties"], definitions, path + "{}")
    elif schema.get("type") == "array":
        yield from schema_leaves(schema["items"], definitions, path + "[]")
    elif schema.get("type") not in (None, "null"):
        yield path


def over(under: Any, data: Any) -> Any:
    """Settings over settings, key by key; a source of a configuration value replaces another."""
    if not isinstance(under, dict) or not isinstance(data, dict) or any(key.endswith("KeyRef") for key in data):
        return data
    return {**under, **{key: over(under.get(key), value) for key, value in data.items()}}


def everything(settings: Object) -> dict[str, str]:
    """All files of all forms that a version with settings compiles to."""
    krt = changed(KRT, "workflows", 0, "nodes", 1, "image", to=GO)
    files = {**FILES, "other.json": b"other content"}
    found: dict[str, str] = {}
    for form in FORMS:
        for status in STATUSES:
            if form == "manifests" or status == "published":
                result = build(krt, over(RUNTIME, settings), form=form, status=status, files=files)
                assert ids(result.diagnostics) == []
                found |= {f"{form}/{status}/{name}": text for name, text in result.files.items()}
    return found


def test_every_key_of_the_settings_has_a_case() -> None:
    schema = json.loads(asset("schemas/runtime.schema.json"))
    found = set(schema_leaves(schema, schema["definitions"]))
    assert found - OF_RUNTIMES == set(CASES)


@pytest.mark.parametrize("path", CASES)
def test_a_key_of_the_settings_changes_what_is_compiled(path: str) -> None:
    settings, text = CASES[path]
    before = everything({"ingress": GATEWAY} if path.startswith("ingress.gateway") else {})
    after = everything(settings)
    assert [name for name in after if text in after[name] and text not in before.get(name, "")]
