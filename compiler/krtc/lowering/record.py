"""The record of a version: what it is, in every status, so that a tree is never empty and people can list versions."""

from krtc.lowering.common import identity, labels, runtime_labels, to_json
from krtc.lowering.delivery import LITERAL
from krtc.manifests import RUNNING, STATUS, Is, Param, Resource, When

TYPE_CHECKING = False
if TYPE_CHECKING:
    from krtc.manifests.leaves import Data
    from krtc.model.program import Program, RuntimeProgram


def _status(program: "Program") -> "Data":
    """The status; in a runtime, where a published version is a started one, whether the runtime leads to it."""
    if not program.in_runtime:
        return STATUS
    published = Param(
        ("published",),
        program.status == "published",
        "VersionEntry.status",
        {
            "type": "boolean",
            "description": "Whether the runtime leads requests to it; here for the record only.",
        },
    )
    return When(Is(STATUS, "stopped"), "stopped", When(Is(published, True), "published", "started"))


def record(program: "Program", job: Resource | None) -> Resource:
    """The record, a ConfigMap with the name of the version.

    It names the Job that makes streams and buckets, if there is one: Argo CD compares no hooks, and a Job alone is
    no change that it would sync.
    """
    version = program.version
    return Resource(
        "v1",
        "ConfigMap",
        program.names.object(),
        labels=labels(program, identity(program, "version")),
        annotations=LITERAL,
        body={
            "data": {
                "version": version.version,
                "description": version.description,
                "status": _status(program),
                "digest": program.digest,
                **({"messaging": When(RUNNING, job.name)} if job else {}),
                "workflows.json": to_json(
                    [
                        {
                            "name": workflow.name,
                            "entrypoint": workflow.entrypoint,
                            "exitpoint": workflow.exitpoint,
                            "nodes": [node.name for node in workflow.nodes],
                        }
                        for workflow in version.workflows
                    ]
                ),
            }
        },
        when=(),
    )


def of_runtime(runtime: "RuntimeProgram") -> Resource:
    """The record of a runtime, a ConfigMap: its tree is never empty, whatever is published."""
    settings = runtime.settings
    return Resource(
        "v1",
        "ConfigMap",
        runtime.names.active_entrypoint(),
        labels=runtime_labels(settings, "runtime"),
        body={"data": {"runtime": settings.runtime}},
        when=(),
    )
