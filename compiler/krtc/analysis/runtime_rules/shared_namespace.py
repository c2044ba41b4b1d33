"""Two runtimes in one namespace whose objects have the same names.

Why: with `naming: plain`, as KRT V2 has it, the published version of every runtime is behind the Service
`active-entrypoint`, and objects are named after their version alone. The runtime that is applied last would take them.

Bad:

    # mail/runtime.yml
    runtime: mail
    namespace: shared
    versions: [{krt: krt.yml, status: published}]
    # chat/runtime.yml
    runtime: chat
    namespace: shared
    versions: [{krt: krt.yml, status: published}]

Good:

    # mail/runtime.yml
    runtime: mail
    namespace: shared
    naming: runtime
    versions: [{krt: krt.yml, status: published}]
    # chat/runtime.yml
    runtime: chat
    namespace: shared
    naming: runtime
    versions: [{krt: krt.yml, status: published}]

Fix: set `naming: runtime` in both, or give one of them a namespace of its own. Runtimes on different clusters are
checked in a call each.
"""

from krtc.diagnostics import Diagnostic, Related
from krtc.diagnostics.codes import SHARED_NAMESPACE
from krtc.model.record import Unsaid, known, parts, span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from krtc.model.krt import Node, Workflow
    from krtc.model.naming import Names
    from krtc.model.program import Program, RuntimeProgram
    from krtc.model.runtime import Runtime

CODE = SHARED_NAMESPACE

_NEEDED = ("runtime", "namespace", "naming", "nats")


def check_runtimes(runtimes: "Sequence[RuntimeProgram]") -> "Iterator[Diagnostic]":
    """Each runtime with versions that would have an object of another one before it."""
    first: dict[tuple[str, str, str], Runtime] = {}
    for runtime in runtimes:
        settings = runtime.settings
        if not parts(settings, "versions") or None in [known(settings, field) for field in _NEEDED]:
            continue  # settings alone are perhaps of the same runtime on another cluster
        shared = None
        for kind, name in _objects(runtime):
            other = first.setdefault((settings.namespace, kind, name), settings)
            if other is not settings:
                shared = shared or (other, kind, name)
        if shared:
            yield from _shared(settings, *shared)


def _shared(settings: "Runtime", other: "Runtime", kind: str, name: str) -> "Iterator[Diagnostic]":
    remedy = "set `naming: runtime` in both, or give one of them"
    if settings.runtime == other.runtime and settings.naming == other.naming == "runtime":
        if known(settings.nats, "server") == known(other.nats, "server"):
            return  # that they share NATS says it
        remedy = "give one of them another id, or"
    yield Diagnostic(
        CODE,
        span_of(settings, "namespace", "runtime"),
        f"the runtimes `{other.runtime}` and `{settings.runtime}` are both in the namespace `{settings.namespace}`, and"
        f" would both have the {kind} `{name}`",
        help=f"{remedy} another `namespace`; on different clusters, check each in its own call",
        related=[Related(span_of(other, "namespace", "runtime"), "the other is here")],
    )


def _objects(runtime: "RuntimeProgram") -> "Iterator[tuple[str, str]]":
    """The kind and the name of the objects of a runtime and its versions, as far as they are known."""
    yield "Service", runtime.names.active_entrypoint()
    yield "ConfigMap", runtime.names.active_entrypoint()
    for program in runtime.programs:
        yield from _of_version(program)


def _of_version(program: "Program") -> "Iterator[tuple[str, str]]":
    names = program.names
    yield "Service", names.service()
    yield "Deployment", names.entrypoint()
    for part in ((), ("config",), ("files",)):
        yield "ConfigMap", names.object(*part)
    yield "KeyValue", names.object()
    for workflow in parts(program.version, "workflows").values():
        for node in parts(workflow, "nodes").values():
            try:
                yield from _of_node(names, workflow, node)
            except Unsaid:
                continue


def _of_node(names: "Names", workflow: "Workflow", node: "Node") -> "Iterator[tuple[str, str]]":
    yield "KeyValue", names.object(workflow.name)
    yield "KeyValue", names.object(workflow.name, node.name)
    yield "Deployment", names.object(workflow.name, node.name)
    for subscription in node.subscriptions:
        yield "Consumer", names.consumer(workflow, node, subscription)
    if node.object_store:
        yield "ObjectStore", names.object_store(workflow, node.object_store)
