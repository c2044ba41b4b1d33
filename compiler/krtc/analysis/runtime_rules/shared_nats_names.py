"""Two runtimes with the same id on the same NATS.

Why: the names of streams, subjects and buckets begin with the runtime's id and the version's name. Of two runtimes with
one id, versions of equal names would take each other's messages and overwrite each other's data.

Bad:

    # mail/runtime.yml
    runtime: demo
    namespace: mail
    nats: {server: "nats.shared:4222"}
    versions: [{krt: krt.yml, status: published}]
    # chat/runtime.yml
    runtime: demo
    namespace: chat
    nats: {server: "nats.shared:4222"}
    versions: [{krt: krt.yml, status: published}]

Good:

    # mail/runtime.yml
    runtime: mail
    namespace: mail
    nats: {server: "nats.shared:4222"}
    versions: [{krt: krt.yml, status: published}]
    # chat/runtime.yml
    runtime: chat
    namespace: chat
    nats: {server: "nats.shared:4222"}
    versions: [{krt: krt.yml, status: published}]

Fix: give one of them another id, or a NATS of its own. Runtimes on different clusters are checked in a call each.
"""

from krtc.diagnostics import Diagnostic, Related
from krtc.diagnostics.codes import SHARED_NATS_NAMES
from krtc.model.record import Unsaid, parts, span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from krtc.model.program import RuntimeProgram
    from krtc.model.runtime import Runtime

CODE = SHARED_NATS_NAMES


def check_runtimes(runtimes: "Sequence[RuntimeProgram]") -> "Iterator[Diagnostic]":
    """Each runtime with versions whose id another one before it has on its NATS."""
    first: dict[tuple[str, str], Runtime] = {}
    for runtime in runtimes:
        settings = runtime.settings
        if not parts(settings, "versions"):
            continue  # settings alone, perhaps of the same runtime on another cluster
        try:
            key = settings.runtime, _server(settings)
        except Unsaid:
            continue
        other = first.setdefault(key, settings)
        if other is not settings:
            yield Diagnostic(
                CODE,
                span_of(settings, "runtime"),
                f"there is a runtime `{settings.runtime}` on this NATS ({settings.nats.server}) already: versions of"
                " equal names would share streams and buckets",
                help="give one of them another id or NATS; on different clusters, check each in its own call",
                related=[Related(span_of(other, "runtime"), "the other is here")],
            )


def _server(settings: "Runtime") -> str:
    """The address of NATS; a host without a dot is in the namespace."""
    host, _, port = settings.nats.server.lower().rpartition(":")
    host = host.removesuffix(".cluster.local").removesuffix(".svc")
    return f"{host}:{port}" if "." in host else f"{host}.{settings.namespace}:{port}"
