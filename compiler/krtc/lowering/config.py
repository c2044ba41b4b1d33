"""The two ConfigMaps of a running version: its configuration, and the files that its containers mount."""

from krtc.lowering.common import identity, labels, to_json
from krtc.lowering.delivery import LITERAL_BEFORE_PODS
from krtc.manifests import RUNNING, Digest, Param, Resource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from krtc.manifests.leaves import Data
    from krtc.model.program import Program

FETCH = "fetch.sh"
# In the Job itself: it runs before there is a ConfigMap.
JOB_SCRIPT = "messaging.sh"


def configuration(program: "Program") -> Resource:
    """The ConfigMap with the plain values of the configuration: a key for each variable and file.

    Where there are none it has no `data`: the API server would not store an empty one.
    """
    data = dict(_plain(program))
    return Resource(
        "v1",
        "ConfigMap",
        program.names.object("config"),
        labels=labels(program, identity(program, "version")),
        annotations=LITERAL_BEFORE_PODS,
        body={"data": data} if data else {},
        when=(RUNNING,),
    )


def _plain(program: "Program") -> "Iterator[tuple[str, Param]]":
    version = program.version
    for group, names in (("variables", version.variables), ("files", version.files)):
        for name in names:
            value = program.config_value(name)
            if value is None and program.needs_values:  # somebody silenced that it is missing
                continue
            if value is None:  # whoever installs the chart gives one
                yield name, Param(("config", group, name), None, f"ConfigValues.{group}")
            elif value.reference is None:
                yield name, Param(("config", *value.path), value.text, f"ConfigValues.{value.path[0]}")


def references(program: "Program") -> "Iterator[dict[str, Data]]":
    """The environment variables whose values are in Secrets and ConfigMaps of the platform team."""
    for name in (*program.version.variables, *program.version.files):
        value = program.config_value(name)
        if value is not None and value.reference is not None:
            kind, ref = value.reference
            path = ("config", *value.path, kind)
            yield {
                "name": name,
                "valueFrom": {
                    kind: {
                        "name": Param((*path, "name"), ref.name, "KeyRef.name"),
                        "key": Param((*path, "key"), ref.key, "KeyRef.key"),
                    }
                },
            }


def checksum(program: "Program") -> Digest:
    """Changes when a plain value does: on a pod template, it restarts the pods that read it."""
    return Digest(*(part for pair in _plain(program) for part in pair))


class Files:
    """The ConfigMap with the files that the platform's containers mount."""

    def __init__(self, program: "Program", static: "Mapping[str, str]") -> None:
        self._program = program
        unused = {JOB_SCRIPT} if program.files_from.source == "https" else {JOB_SCRIPT, FETCH}
        mounted = {name: text for name, text in static.items() if name not in unused}
        self._texts = {**mounted, "nats_subject.json": _subjects(program)}

    def resource(self) -> Resource:
        """The ConfigMap."""
        return Resource(
            "v1",
            "ConfigMap",
            self.name,
            labels=labels(self._program, identity(self._program, "version")),
            annotations=LITERAL_BEFORE_PODS,
            body={"data": dict(sorted(self._texts.items()))},
            when=(RUNNING,),
        )

    @property
    def name(self) -> str:
        """Its name."""
        return self._program.names.object("files")

    def checksum(self, *names: str) -> Digest:
        """Changes when one of these files does: a file that is mounted alone is not renewed in a running pod."""
        return Digest(*(self._texts[name] for name in names))


def _subjects(program: "Program") -> str:
    """nats_subject.json, by which the entrypoint finds each workflow (KRE)."""
    names = program.names
    return to_json(
        {
            workflow.entrypoint: {
                "stream": names.stream(workflow),
                "input_subject": names.subject(workflow, workflow.exitpoint),
                "output_subject": names.subject(workflow, "entrypoint"),
            }
            for workflow in program.version.workflows
        }
    )
