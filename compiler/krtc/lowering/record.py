"""The record of a version: what it is, in every status, so that a tree is never empty and people can list versions."""

from krtc.lowering.common import identity, labels, to_json
from krtc.manifests import STATUS, Resource
from krtc.model.program import digest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from krtc.model.program import Program


def record(program: "Program") -> Resource:
    """The record, a ConfigMap with the name of the version."""
    version = program.version
    return Resource(
        "v1",
        "ConfigMap",
        program.names.object(),
        labels=labels(program, identity(program, "version")),
        body={
            "data": {
                "version": version.version,
                "description": version.description,
                "status": STATUS,
                "digest": f"sha256:{digest(version)}",
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
