"""What `helm test` runs: a Pod that asks for both ports of the entrypoint."""

from krtc.lowering.common import identity, labels, param
from krtc.lowering.network import GRPC_PORT
from krtc.lowering.workload import restricted
from krtc.manifests import PUBLISHED, RUNNING, Optional, Resource, When
from krtc.model import runners

TYPE_CHECKING = False
if TYPE_CHECKING:
    from krtc.model.program import Program


def pod(program: "Program") -> Resource:
    """The Pod; it ends well when the entrypoint's Service answers on both ports."""
    images, names = program.settings.images, program.names
    own = names.service()
    service = own if program.in_runtime else When(PUBLISHED, names.active_entrypoint(), own)
    check = f'nc -z -w 10 "$SERVICE" {GRPC_PORT} && nc -z -w 10 "$SERVICE" 80'
    return Resource(
        "v1",
        "Pod",
        names.object("test"),
        labels=labels(program, identity(program, "test")),
        annotations={"helm.sh/hook": "test", "helm.sh/hook-delete-policy": "before-hook-creation,hook-succeeded"},
        body={
            "spec": {
                "restartPolicy": "Never",
                "automountServiceAccountToken": False,
                "imagePullSecrets": Optional(param(images, "pull_secrets", "images", "pullSecrets")),
                "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
                "containers": [
                    {
                        "name": "ports",
                        "image": param(images, "nats_cli", "images", "natsCli"),
                        "imagePullPolicy": param(images, "pull_policy", "images", "pullPolicy"),
                        "command": ["sh", "-c", check],
                        "env": [{"name": "SERVICE", "value": service}],
                        "securityContext": restricted(runners.DEFAULT_USER, read_only=True),
                    }
                ],
            }
        },
        when=(RUNNING,),
    )
