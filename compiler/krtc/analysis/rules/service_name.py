"""A version name that its Service cannot have.

Why: a started version's Service is named after the version. Before Kubernetes 1.36 a Service's name begins with a
letter (RFC 1035); `active-entrypoint` is the published version's; and a Service with the name of NATS or
InfluxDB would take their traffic.

Bad:

    version: 1st-version

Good:

    version: v1

Fix: give the version another name, or set `kubernetes: "1.36"` or `naming: runtime` where that is what you have.
"""

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import SERVICE_NAME
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.program import Program

CODE = SERVICE_NAME


def check_version(program: "Program") -> "Iterator[Diagnostic]":
    """The name of the version, when its Service cannot have it."""
    settings, version = program.settings, program.version
    name = program.names.service()
    span = span_of(version, "version")
    if name[0].isdigit() and settings.kubernetes < "1.36":
        of_runtime = settings.naming == "runtime"  # the name begins with the runtime's
        first = settings.runtime if of_runtime else version.version
        yield Diagnostic(
            CODE,
            span_of(settings, "runtime") if of_runtime else span,
            f"the Service of the version would be named `{name}`, and before Kubernetes 1.36 no Service's name begins"
            " with a digit",
            help=f"begin it with a letter, as in `v{first}`",
        )
    authority = settings.influxdb.uri.partition("://")[2].partition("/")[0]
    taken = {
        program.names.active_entrypoint(): "the published version's",
        settings.nats.server.rpartition(":")[0].split(".")[0]: "the host of NATS (`nats.server`)",
        authority.rpartition("@")[2].partition(":")[0].partition(".")[0]: "the host of InfluxDB (`influxdb.uri`)",
    }
    if name in taken:
        yield Diagnostic(
            CODE,
            span,
            f"the Service of the version would be named `{name}`, and that name is {taken[name]}",
            help="give the version another name",
        )
