"""A GRPCRoute that names no Gateway.

Why: a GRPCRoute belongs to a Gateway; without one it routes nothing, and says so nowhere that people look.

Bad:

    # runtime.yml
    runtime: demo
    ingress: {kind: GRPCRoute}

Good:

    # runtime.yml
    runtime: demo
    ingress: {kind: GRPCRoute, gateway: {name: public, namespace: gateways}}

Fix: name the Gateway under `ingress.gateway`.
"""

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import MISSING_GATEWAY
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.runtime import Runtime

CODE = MISSING_GATEWAY


def check_settings(settings: "Runtime") -> "Iterator[Diagnostic]":
    """The kind of route, when its Gateway is missing."""
    ingress = settings.ingress
    if ingress.kind == "GRPCRoute" and not ingress.gateway.name:
        yield Diagnostic(
            CODE,
            span_of(ingress, "kind"),
            "a GRPCRoute needs the Gateway that it belongs to",
            help="add `gateway: {name: NAME, namespace: NAMESPACE}` to `ingress`",
        )
