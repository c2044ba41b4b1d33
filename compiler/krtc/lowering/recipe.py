"""A version, and what a runtime has beside its versions, as Kubernetes objects: the recipes."""

from functools import partial

from krtc.lowering import config, messaging, network, record, workload
from krtc.manifests import Bundle, Is, Param

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from krtc.manifests import Resource
    from krtc.model.program import Program, RuntimeProgram


def lower(program: "Program", static: "Mapping[str, str]") -> Bundle:
    """All objects of a version, in every status.

    `static` are the configuration files that are the same for every version, by name: `default.conf`,
    `fluent-bit.conf`, `parsers.conf`, `connected.sh`, `wait.sh` and `fetch.sh`; and `messaging.sh`, the Job's script.
    """
    files = config.Files(program, static)
    job = None
    if program.settings.messaging == "job":
        from krtc.lowering import messaging_job  # few need it

        job = messaging_job.job(program, static[config.JOB_SCRIPT])
    return Bundle(
        name=program.version.version,
        namespace=program.settings.namespace,
        description=program.version.description,
        kubernetes=program.settings.kubernetes,
        source=program.source,
        statuses=("stopped", "started") if program.in_runtime else ("stopped", "started", "published"),
        digest=program.digest,
        resources=[
            record.record(program, job),
            config.configuration(program),
            files.resource(),
            *([job] if job else messaging.resources(program)),
            network.service(program),
            *network.routes(program),
            *workload.deployments(program, files),
        ],
        tests=partial(_tests, program),
    )


def _tests(program: "Program") -> "list[Resource]":
    from krtc.lowering import chart_test  # of a chart alone

    return [chart_test.pod(program)]


def lower_runtime(runtime: "RuntimeProgram") -> Bundle:
    """The objects that are the runtime's own: its record, and what leads to the published version.

    Only a version that runs can be published, by the value `published` of a chart, too.
    """
    settings, now = runtime.settings, runtime.published
    running = [p.version.version for p in runtime.programs if p.status != "stopped"]
    published = Param(
        ("published",),
        now.version.version if now else "",
        "VersionEntry.status",
        {
            "type": "string",
            "enum": ["", *running],
            "description": "The version that requests from outside are led to; empty is none.",
        },
    )
    return Bundle(
        name=settings.runtime,
        namespace=settings.namespace,
        description=f"What leads to the published version of the runtime {settings.runtime}",
        kubernetes=settings.kubernetes,
        source=runtime.source,
        statuses=(),
        resources=[record.of_runtime(runtime), *network.active(runtime, published, Is(published, *running))],
        tests=list,
    )
