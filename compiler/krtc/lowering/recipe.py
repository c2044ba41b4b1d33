"""A version as Kubernetes objects: the recipe."""

from krtc.lowering import chart_test, config, messaging, network, record, workload
from krtc.manifests import Bundle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from krtc.model.program import Program


def lower(program: "Program", static: "Mapping[str, str]") -> Bundle:
    """All objects of a version, in every status.

    `static` are the configuration files that are the same for every version, by name: `default.conf`,
    `fluent-bit.conf`, `parsers.conf`, `connected.sh` and `wait.sh`.
    """
    files = config.Files(program, static)
    return Bundle(
        name=program.version.version,
        namespace=program.settings.namespace,
        description=program.version.description,
        kubernetes=program.settings.kubernetes,
        source=program.source,
        resources=[
            record.record(program),
            config.configuration(program),
            files.resource(),
            *messaging.resources(program),
            network.service(program),
            *network.routes(program),
            *workload.deployments(program, files),
        ],
        tests=[chart_test.pod(program)],
    )
