"""A path of krt.yml that leads out of the KRT, to a folder, or to something that is no file.

Why: only regular files of the KRT reach a pod. A link that leads out of the folder would let a repository name files
of whoever compiles it. The runners execute or import one file: of a folder they start nothing (in a folder of sources
that is a warning, for the KRT document itself names folders).

Bad:

    workflows:
      - nodes:
          - {name: etl, src: src/etl/}

Good:

    workflows:
      - nodes:
          - {name: etl, src: src/main.py}

Fix: name a regular file inside the KRT.
"""

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import UNUSABLE_FILE
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.krt import Node, Workflow
    from krtc.model.program import Program
    from krtc.model.record import Record

CODE = UNUSABLE_FILE


_WHY = {
    "outside": "leads out of the KRT through a link",
    "special": "is no regular file",
    "folder": "is a folder, and the runners start one file",
}


def check_version(program: "Program") -> "Iterator[Diagnostic]":
    """The proto, when it is no file of the KRT."""
    entrypoint = program.version.entrypoint
    yield from _unusable(program, entrypoint, "proto", entrypoint.proto)


def check_node(program: "Program", workflow: "Workflow", node: "Node") -> "Iterator[Diagnostic]":
    """The code of a node, when it is no file of the KRT."""
    yield from _unusable(program, node, "src", node.src)


def _unusable(program: "Program", record: "Record", field: str, path: str) -> "Iterator[Diagnostic]":
    kind = program.krt_files.kinds.get(path)
    if kind in _WHY:
        tolerated = kind == "folder" and field == "src" and not program.krt_files.complete
        yield Diagnostic(
            CODE,
            span_of(record, field),
            f"`{path}` {_WHY[kind]}",
            help="name the file to start" if kind == "folder" else "name a regular file inside the KRT",
            severity="warning" if tolerated else "error",
        )
