"""Streams, durable consumers and buckets without NACK: a Job that makes them with the nats command.

It holds all that it needs, script and arguments: as a hook it runs before other objects are there, and hooks are never
compared, pruned or uninstalled with the rest.
"""

import json
import re

from krtc.lowering import messaging
from krtc.lowering.common import identity, labels, param
from krtc.lowering.delivery import BEFORE_PODS, LITERAL
from krtc.lowering.workload import POD_SECURITY, TMP, environment, literal, platform, pod_settings
from krtc.manifests import RUNNING, Digest, Optional, Resource, Text, When
from krtc.model.runners import nanoseconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from krtc.manifests.leaves import Data
    from krtc.model.program import Program

HOOK = {
    # Argo CD does not look at Helm's where there are its own.
    "argocd.argoproj.io/hook": "Sync",
    "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
    "helm.sh/hook": "pre-install,pre-upgrade",
    "helm.sh/hook-delete-policy": "before-hook-creation",
    "kustomize.toolkit.fluxcd.io/force": "enabled",
}
NAME_HASH = 10
# A refused change is refused again; NATS that is away is waited for in each try.
RETRIES = 2


def job(program: "Program", script: str) -> Resource:
    """The Job of a running version.

    A pod template cannot be changed: the name ends in a hash of the script, its arguments, image and environment.
    """
    settings = program.settings
    # Of the address of MongoDB, which is secret, it needs to know nothing.
    env = [variable for variable in environment(program, {}) if variable["name"] == "KRT_NATS_SERVER"]
    things = [_thing(resource) for resource in messaging.resources(program)]
    own = identity(program, "version")
    container = platform(
        settings,
        "messaging",
        "nats_cli",
        env=env,
        mounts=[{"name": "tmp", "mountPath": TMP}],
        more={
            "command": ["sh", "-c", _as_written(script), "messaging.sh"],
            "args": [
                When(messaging.platform_consumers(program), text) if kind == "Consumer" else text
                for kind, text in things
            ],
        },
    )
    nats = settings.nats
    hashed = [
        script,
        param(settings.images, "nats_cli", "images", "natsCli"),
        param(nats, "consumers", "nats", "consumers"),
        *(text for _, text in things),
        *(variable["value"] for variable in env),
    ]
    return Resource(
        "batch/v1",
        "Job",
        Text(program.names.messaging_job(NAME_HASH), "-", Digest(*hashed, length=NAME_HASH)),
        labels=labels(program, own),
        annotations=BEFORE_PODS | LITERAL | HOOK,
        body={
            "spec": {
                "backoffLimit": RETRIES,
                "template": {
                    "metadata": {
                        "labels": labels(program, own),
                        "annotations": Optional(param(settings.pods, "annotations", "pods", "annotations")),
                    },
                    "spec": {
                        **pod_settings(settings),
                        "securityContext": POD_SECURITY,
                        "restartPolicy": "Never",
                        "containers": [container],
                        "volumes": [{"name": "tmp", "emptyDir": {}}],
                    },
                },
            }
        },
        when=(RUNNING,),
    )


def _as_written(script: str) -> str:
    """A script where Kubernetes expands `$(NAME)`: people shall read it, so nothing but that is escaped."""
    return re.sub(r"\$(?=[$(])", "$$", script)


def _thing(resource: Resource) -> "tuple[str, Data]":
    """What the script shall make: the kind of NACK's resource, and the same in the script's words."""
    spec = resource.body["spec"]
    if resource.kind == "Consumer":
        name = spec["durableName"]
        config = {
            "durable_name": name,
            "name": name,
            "deliver_subject": spec["deliverSubject"],
            "deliver_group": spec["deliverGroup"],
            "filter_subject": spec["filterSubject"],
            "deliver_policy": spec["deliverPolicy"],
            "ack_policy": spec["ackPolicy"],
            "ack_wait": nanoseconds(spec["ackWait"]),
            # The nats command leaves a flag of -1 out, and the server makes that 1,000.
            "max_ack_pending": spec["maxAckPending"],
            "max_deliver": spec["maxDeliver"],
            "replay_policy": spec["replayPolicy"],
        }
        text = json.dumps(config, separators=(",", ":"))
        return resource.kind, literal(f"consumer {spec['streamName']} {name} {text}")
    stored = (" ", spec["storage"], " ", spec["replicas"])
    if resource.kind == "Stream":
        return resource.kind, Text(
            f"stream {spec['name']}", *stored, " ", spec["maxAge"], *(f" {s}" for s in spec["subjects"])
        )
    return resource.kind, Text(f"{'kv' if resource.kind == 'KeyValue' else 'object'} {spec['bucket']}", *stored)
