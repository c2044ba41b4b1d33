"""The language of runtime.yml: the platform team's settings of a runtime, and its versions.

Every default is what the public KRE 8.2 line uses, so that a krt.yml compiles with no settings at all.
"""

from __future__ import annotations

from krtc.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Literal

    from krtc.model.types import (
        Amount,
        ConfigFile,
        ConfigValue,
        ConfigVariable,
        Database,
        Domain,
        Duration,
        Field,
        GridfsBucket,
        HostPort,
        HttpsUrl,
        HttpUrl,
        Image,
        ImagePattern,
        Kubernetes,
        KubernetesName,
        LabelKey,
        LabelValue,
        Quantity,
        ResourceName,
        SecretKey,
        Sha256,
    )


class KeyRef(Record):
    """A key of a Secret or of a ConfigMap in the namespace."""

    name: Annotated[KubernetesName, Field(description="The name of the Secret or the ConfigMap.")]
    key: Annotated[SecretKey, Field(description="The key in it.")]


class SecretSource(Record):
    """Where a secret value comes from; never the value itself."""

    secret_key_ref: Annotated[KeyRef, Field(description="The key of a Secret.")]


class FileSource(Record):
    """Where the content of a configuration file comes from, when it is not beside runtime.yml: one of the two."""

    config_map_key_ref: Annotated[KeyRef | None, Field(description="The key of a ConfigMap.")] = None
    secret_key_ref: Annotated[KeyRef | None, Field(description="The key of a Secret.")] = None


class Nats(Record):
    """The NATS server, and what its streams, buckets and consumers are like."""

    server: Annotated[HostPort, Field(description="Address of NATS.", examples=["kre-nats:4222"])] = "kre-nats:4222"
    replicas: Annotated[int, Field(description="How many servers keep a copy of a stream or a bucket.", ge=1, le=5)] = 1
    storage: Annotated[
        Literal["file", "memory"], Field(description="Where streams and buckets are kept; it cannot be changed later.")
    ] = "file"
    max_age: Annotated[Duration, Field(description='How long a stream keeps a message; "0s" is without limit.')] = "0s"
    keep: Annotated[
        list[Literal["streams", "objectStores", "keyValueStores"]],
        Field(description="Whose data survives a stop of the version."),
    ] = ["keyValueStores"]
    consumers: Annotated[
        Literal["platform", "runner"],
        Field(description="Who makes the durable consumers; made by the runners, the first requests can be lost."),
    ] = "platform"
    ack_wait: Annotated[
        dict[ImagePattern, Duration],
        Field(
            description="By image pattern, how long NATS waits for an acknowledgement; kre-go demands 22h.",
            examples=[{"default": "22h", "*/kre-py": "5m"}],
        ),
    ] = {"default": "22h"}


class Mongodb(Record):
    """The MongoDB with the .krt files (GridFS, database named as the runtime) and the runners' data."""

    uri_from: Annotated[SecretSource, Field(description="The address, with its password: a Secret.")] = SecretSource(
        secret_key_ref=KeyRef(name="kre-mongodb", key="uri")
    )
    database: Annotated[Database, Field(description="The database of the runners' own data.")] = "kre"
    bucket: Annotated[GridfsBucket, Field(description="The GridFS bucket of the .krt files.")] = "krt"


class Influxdb(Record):
    """The InfluxDB that the runners write their measurements to."""

    uri: Annotated[HttpUrl, Field(description="Address of InfluxDB.")] = "http://kre-influxdb:8086"


class Gateway(Record):
    """The Gateway that a GRPCRoute belongs to."""

    name: Annotated[KubernetesName | Literal[""], Field(description="The name of the Gateway.")] = ""
    namespace: Annotated[KubernetesName | Literal[""], Field(description="Its namespace; empty is the version's.")] = ""
    section_name: Annotated[
        KubernetesName | Literal[""], Field(description="The listener of the Gateway; empty is any.")
    ] = ""


class Ingress(Record):
    """How the published version is reached from outside: host RUNTIME-entrypoint.DOMAIN."""

    kind: Annotated[Literal["Ingress", "GRPCRoute", "none"], Field(description="What kind of route is made.")] = (
        "Ingress"
    )
    domain: Annotated[Domain, Field(description="The domain under which the host is.")] = "kre.local"
    class_name: Annotated[
        KubernetesName | Literal[""], Field(description="The Ingress class; empty is the cluster's default.")
    ] = "nginx"
    tls: Annotated[bool, Field(description="Whether the Ingress ends TLS.")] = True
    tls_secret: Annotated[
        KubernetesName | Literal[""] | None, Field(description="The Secret with the certificate; empty is HOST-tls.")
    ] = None
    gateway: Annotated[Gateway, Field(description="The Gateway of a GRPCRoute.")] = Gateway()


class PullSecret(Record):
    """A Secret with the credentials of an image registry."""

    name: Annotated[KubernetesName, Field(description="The name of the Secret.")]


class Images(Record):
    """The images of the platform's own containers, and what is known of those in krt.yml."""

    krt_files_downloader: Annotated[
        Image, Field(description="Fetches the .krt and unpacks it before the version's containers start.")
    ] = "konstellation/krt-files-downloader:latest"
    fluent_bit: Annotated[Image, Field(description="Ships the logs to NATS.")] = "fluent/fluent-bit:1.3"
    nginx: Annotated[Image, Field(description="Serves the proto file beside the entrypoint.")] = (
        "nginxinc/nginx-unprivileged:stable-alpine"
    )
    nats_cli: Annotated[
        Image, Field(description="Waits for the streams, buckets and consumers; has sh and the nats command.")
    ] = "natsio/nats-box:0.18.0"
    pull_policy: Annotated[
        Literal["Always", "IfNotPresent", "Never"], Field(description="When the images are pulled.")
    ] = "IfNotPresent"
    pull_secrets: Annotated[
        list[PullSecret], Field(description="Secrets with the credentials of image registries.")
    ] = []
    users: Annotated[
        dict[ImagePattern, Annotated[int, Field(ge=1, le=2147483647)]],
        Field(
            description="By image pattern, the numeric user that the image runs as; krtc knows the KAI Server's.",
            examples=[{"*/kre-py": 1001, "default": 10001}],
        ),
    ] = {}
    read_only_root: Annotated[
        list[ImagePattern],
        Field(description="Images, beside the KAI Server's, that run with a read-only root (and a writable /tmp)."),
    ] = []


class Resources(Record):
    """What a container asks for and may use, by resource."""

    requests: Annotated[
        dict[LabelKey, Quantity | Amount], Field(description="What is reserved for a container, by resource.")
    ] = {}
    limits: Annotated[
        dict[LabelKey, Quantity | Amount], Field(description="What a container may use, by resource.")
    ] = {}


class ResourcesByContainer(Record):
    """The resources of a version's containers."""

    node: Annotated[Resources, Field(description="Of a node, and of the downloader in its pods.")] = Resources(
        requests={"cpu": "100m", "memory": "256Mi"}, limits={"memory": "1Gi"}
    )
    entrypoint: Annotated[Resources, Field(description="Of the entrypoint, and of the downloader in its pod.")] = (
        Resources(requests={"cpu": "100m", "memory": "256Mi"}, limits={"memory": "1Gi"})
    )
    sidecars: Annotated[
        Resources, Field(description="Of fluent-bit, nginx and the container that waits for NATS, each.")
    ] = Resources(requests={"cpu": "10m", "memory": "32Mi"}, limits={"memory": "128Mi"})


class Toleration(Record):
    """A taint that pods put up with."""

    key: Annotated[LabelKey | Literal[""], Field(description="The key of the taint; empty is any.")] = ""
    operator: Annotated[Literal["Exists", "Equal"], Field(description="How it is compared.")] = "Equal"
    value: Annotated[LabelValue, Field(description="The value of the taint.")] = ""
    effect: Annotated[
        Literal["NoSchedule", "PreferNoSchedule", "NoExecute", ""], Field(description="Its effect; empty is any.")
    ] = ""
    toleration_seconds: Annotated[Amount | None, Field(description="For how long, of NoExecute.")] = None


class Pods(Record):
    """What all pods of a version have."""

    node_selector: Annotated[
        dict[LabelKey, LabelValue], Field(description="Labels of the nodes that pods may run on.")
    ] = {}
    tolerations: Annotated[list[Toleration], Field(description="Taints that the pods put up with.")] = []
    annotations: Annotated[dict[LabelKey, str], Field(description="Annotations of the pods.")] = {}
    service_account_name: Annotated[
        KubernetesName, Field(description="The service account; its token is never mounted.")
    ] = "default"
    priority_class_name: Annotated[
        KubernetesName | Literal[""], Field(description="The priority class; empty is the cluster's default.")
    ] = ""


class ConfigValues(Record):
    """Values for `config.variables` and `config.files` of the versions."""

    variables: Annotated[
        dict[ConfigVariable, ConfigValue],
        Field(description="Plain values, by variable; a ConfigMap holds them, so they are no place for a secret."),
    ] = {}
    secrets: Annotated[dict[ConfigVariable, SecretSource], Field(description="Variables whose value is a secret.")] = {}
    files: Annotated[
        dict[ConfigFile, str | FileSource],
        Field(description="Content of files: a path beside this file, or a key of a ConfigMap or a Secret."),
    ] = {}


class NodeSettings(Record):
    """What the platform team changes of one node."""

    replicas: Annotated[int | None, Field(description="How many pods share the work.", ge=1, le=2147483647)] = None
    resources: Annotated[Resources, Field(description="Over `resources.node`, name by name.")] = Resources()
    node_selector: Annotated[
        dict[LabelKey, LabelValue], Field(description="Over `pods.nodeSelector`, label by label.")
    ] = {}


class MongodbFiles(Record):
    """The .krt files in MongoDB's GridFS, as the KAI Server keeps them; it has no settings of its own."""


class KrtFiles(Record):
    """Where the pods get the files of the .krt from: one of these."""

    mongodb: Annotated[MongodbFiles | None, Field(description="From MongoDB's GridFS: where none is given.")] = None
    image: Annotated[
        Image | None,
        Field(description="From an OCI image with the files at its root, a volume of the pods (Kubernetes 1.35)."),
    ] = None
    https: Annotated[
        HttpsUrl | None,
        Field(description="The .krt at an https address.", examples=["https://files.example.com/v1.krt"]),
    ] = None
    sha256: Annotated[Sha256 | None, Field(description="What the .krt at the https address must be.")] = None

    @property
    def source(self) -> Literal["mongodb", "image", "https"] | None:
        """The one that is given, or None."""
        return "image" if self.image else "https" if self.https else "mongodb" if self.mongodb else None


class VersionEntry(Record):
    """A version of the runtime."""

    krt: Annotated[str, Field(description="Its krt.yml or .krt, a path beside this file.", min_length=1)]
    status: Annotated[
        Literal["stopped", "started", "published"],
        Field(description="What the version is: stopped, started or published."),
    ] = "stopped"
    id: Annotated[
        GridfsBucket | None, Field(description="The id of its .krt in GridFS, when the KAI Server uploaded it.")
    ] = None
    krt_files: Annotated[KrtFiles, Field(description="Instead of the runtime's `krtFiles`.")] = KrtFiles()
    config: Annotated[ConfigValues, Field(description="Over the runtime's `config`.")] = ConfigValues()
    nodes: Annotated[
        dict[ResourceName, dict[ResourceName, NodeSettings]],
        Field(description="By workflow and node, what is changed of it."),
    ] = {}


class Runtime(Record):
    """The settings of a runtime."""

    runtime: Annotated[
        ResourceName, Field(description="The id of the runtime, in every NATS name; the GridFS database.")
    ]
    namespace: Annotated[ResourceName, Field(description="The namespace of every object.", max_length=63)] = "kre"
    naming: Annotated[
        Literal["plain", "runtime"],
        Field(description="Names of objects as KRT V2 has them, or with the runtime's id before them."),
    ] = "plain"
    kubernetes: Annotated[Kubernetes, Field(description="The oldest Kubernetes to compile for.", examples=["1.33"])] = (
        "1.33"
    )
    messaging: Annotated[
        Literal["nack", "job"], Field(description="Who makes the streams and buckets: NACK, or a Job.")
    ] = "nack"
    nats: Annotated[Nats, Field(description="NATS.")] = Nats()
    krt_files: Annotated[
        KrtFiles, Field(description="Where the .krt files come from: GridFS, unless one is given.")
    ] = KrtFiles()
    mongodb: Annotated[Mongodb, Field(description="MongoDB.")] = Mongodb()
    influxdb: Annotated[Influxdb, Field(description="InfluxDB.")] = Influxdb()
    ingress: Annotated[Ingress, Field(description="How the published version is reached from outside.")] = Ingress()
    images: Annotated[Images, Field(description="Images.")] = Images()
    resources: Annotated[ResourcesByContainer, Field(description="Resources of the containers.")] = (
        ResourcesByContainer()
    )
    pods: Annotated[Pods, Field(description="What all pods have.")] = Pods()
    config: Annotated[ConfigValues, Field(description="Values of the versions' configuration.")] = ConfigValues()
    versions: Annotated[list[VersionEntry], Field(description="The versions of the runtime.")] = []


DEFAULTS = Runtime(runtime="kre")
"""The settings of a compile without a runtime.yml."""
