"""How a version is reached: the entrypoint's Service, and the route from outside of a published one."""

from krtc.lowering.common import identity, labels, param, runtime_id, runtime_labels
from krtc.lowering.delivery import AFTER_PODS
from krtc.manifests import PUBLISHED, RUNNING, Is, Optional, Param, Resource, Text, When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.manifests.leaves import Data
    from krtc.model.program import Program, RuntimeProgram
    from krtc.model.runtime import Ingress, Runtime

GRPC_PORT = 9000
WEB_PORT = 8080

# The defaults of a GRPCRoute's lists: left out, each client-side `kubectl apply` sends the lists anew.
GATEWAY = {"group": "gateway.networking.k8s.io", "kind": "Gateway"}
BACKEND = {"group": "", "kind": "Service", "weight": 1}


def service(program: "Program") -> Resource:
    """The Service of the entrypoint, to the letter of "Versions in KRT V2".

    In a runtime it keeps the version's name when the version is published: another Service leads to that one.
    """
    names = program.names
    own = names.service()
    selector = identity(program, "entrypoint")
    return _service(
        own if program.in_runtime else When(PUBLISHED, names.active_entrypoint(), own),
        labels(program, selector),
        selector,
        RUNNING,
        annotations=None if program.in_runtime else When(PUBLISHED, AFTER_PODS),
    )


def routes(program: "Program") -> "Iterator[Resource]":
    """The route from outside of a version that is compiled alone."""
    if not program.in_runtime:
        own_labels = labels(program, identity(program, "entrypoint"))
        yield from _routes(program.settings, program.names.active_entrypoint(), own_labels, PUBLISHED)


def active(runtime: "RuntimeProgram", published: Param, is_published: Is) -> "Iterator[Resource]":
    """The runtime's one Service that leads to the published version, and the route to it."""
    settings, name = runtime.settings, runtime.names.active_entrypoint()
    own_labels = runtime_labels(settings, "active-entrypoint")
    selector = {"type": "entrypoint", "version-name": Text(published, "-entrypoint"), **runtime_id(settings)}
    yield _service(name, own_labels, selector, is_published, annotations=AFTER_PODS)
    yield from _routes(settings, name, own_labels, is_published)


def _service(
    name: "Data", own_labels: "dict[str, Data]", selector: "dict[str, Data]", when: Is, *, annotations: "Data"
) -> Resource:
    return Resource(
        "v1",
        "Service",
        name,
        labels=own_labels,
        annotations=annotations,
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
        when=(when,),
    )


def _routes(runtime: "Runtime", name: str, own_labels: "dict[str, Data]", when: Is) -> "Iterator[Resource]":
    """The Ingress or the GRPCRoute to a Service; which of them is a value in a chart."""
    settings = runtime.ingress
    kind = param(settings, "kind", "ingress", "kind")
    host = Text(f"{runtime.runtime}-entrypoint.", param(settings, "domain", "ingress", "domain"))
    yield Resource(
        "networking.k8s.io/v1",
        "Ingress",
        name,
        labels=own_labels,
        annotations={
            **AFTER_PODS,
            "nginx.ingress.kubernetes.io/backend-protocol": "GRPC",
            "nginx.ingress.kubernetes.io/proxy-body-size": "16m",
        },
        body={"spec": _ingress(settings, name, host)},
        when=(when, Is(kind, "Ingress")),
    )
    gateway = settings.gateway
    yield Resource(
        "gateway.networking.k8s.io/v1",
        "GRPCRoute",
        name,
        labels=own_labels,
        annotations=AFTER_PODS,
        body={
            "spec": {
                "parentRefs": [
                    {
                        **GATEWAY,
                        "name": param(gateway, "name", "ingress", "gateway", "name"),
                        "namespace": Optional(param(gateway, "namespace", "ingress", "gateway", "namespace")),
                        "sectionName": Optional(param(gateway, "section_name", "ingress", "gateway", "sectionName")),
                    }
                ],
                "hostnames": [host],
                "rules": [{"backendRefs": [{**BACKEND, "name": name, "port": GRPC_PORT}]}],
            }
        },
        when=(when, Is(kind, "GRPCRoute")),
    )


def _ingress(settings: "Ingress", name: str, host: Text) -> "dict[str, Data]":
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
