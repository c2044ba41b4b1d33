"""How a version is reached: the entrypoint's Service, and the route from outside of a published one."""

from krtc.lowering.common import identity, labels, param
from krtc.manifests import PUBLISHED, RUNNING, Is, Optional, Param, Resource, Text, When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.manifests.leaves import Data
    from krtc.model.program import Program

GRPC_PORT = 9000
WEB_PORT = 8080


def service(program: "Program") -> Resource:
    """The Service of the entrypoint, to the letter of "Versions in KRT V2"."""
    names = program.names
    selector = identity(program, "entrypoint")
    return Resource(
        "v1",
        "Service",
        When(PUBLISHED, names.active_entrypoint(), names.service()),
        labels=labels(program, selector),
        body={
            "spec": {
                "type": "ClusterIP",
                "sessionAffinity": "None",
                "selector": selector,
                "ports": [
                    {"name": "grpc", "port": GRPC_PORT, "protocol": "TCP", "targetPort": GRPC_PORT},
                    {"name": "web", "port": 80, "protocol": "TCP", "targetPort": WEB_PORT},
                ],
            }
        },
        when=(RUNNING,),
    )


def routes(program: "Program") -> "Iterator[Resource]":
    """The Ingress or the GRPCRoute to the published version; which of them is a value in a chart."""
    settings = program.settings.ingress
    name = program.names.active_entrypoint()
    kind = param(settings, "kind", "ingress", "kind")
    host = Text(f"{program.settings.runtime}-entrypoint.", param(settings, "domain", "ingress", "domain"))
    own_labels = labels(program, identity(program, "entrypoint"))
    yield Resource(
        "networking.k8s.io/v1",
        "Ingress",
        name,
        labels=own_labels,
        annotations={
            "nginx.ingress.kubernetes.io/backend-protocol": "GRPC",
            "nginx.ingress.kubernetes.io/proxy-body-size": "16m",
        },
        body={"spec": _ingress(program, name, host)},
        when=(PUBLISHED, Is(kind, "Ingress")),
    )
    gateway = settings.gateway
    yield Resource(
        "gateway.networking.k8s.io/v1",
        "GRPCRoute",
        name,
        labels=own_labels,
        body={
            "spec": {
                "parentRefs": [
                    {
                        "name": param(gateway, "name", "ingress", "gateway", "name"),
                        "namespace": Optional(param(gateway, "namespace", "ingress", "gateway", "namespace")),
                        "sectionName": Optional(param(gateway, "section_name", "ingress", "gateway", "sectionName")),
                    }
                ],
                "hostnames": [host],
                "rules": [{"backendRefs": [{"name": name, "port": GRPC_PORT}]}],
            }
        },
        when=(PUBLISHED, Is(kind, "GRPCRoute")),
    )


def _ingress(program: "Program", name: str, host: Text) -> "dict[str, Data]":
    settings = program.settings.ingress
    secret = Param(("ingress", "tlsSecret"), settings.tls_secret or "", "Ingress.tlsSecret")
    backend = {"service": {"name": name, "port": {"name": "grpc"}}}
    return {
        "ingressClassName": Optional(param(settings, "class_name", "ingress", "className")),
        "rules": [{"host": host, "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}],
        "tls": When(
            Is(param(settings, "tls", "ingress", "tls"), True),
            [{"hosts": [host], "secretName": When(Is(secret, ""), Text(host, "-tls"), secret)}],
        ),
    }
