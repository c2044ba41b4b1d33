"""A path of krt.yml at which there is no file.

Why: the runner executes or imports its `src`, and the entrypoint makes its server from the proto. A pod that does not
find its file ends and is started again, for ever. In an archive that is an error; in a folder of sources a warning,
for what is built later is often not kept in git.

Bad:

    workflows:
      - nodes:
          - {name: etl, src: src/elt/mian.py}

Good:

    workflows:
      - nodes:
          - {name: etl, src: src/main.py}

Fix: correct the path, or add the file; for a file that is built later, end the line with `# krtc: ignore[KRT106]`.
"""

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import MISSING_FILE
from krtc.model import runners
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.krt import Node, Workflow
    from krtc.model.program import Program
    from krtc.model.record import Record

CODE = MISSING_FILE


def check_version(program: "Program") -> "Iterator[Diagnostic]":
    """The proto, when it is not there; of a path at which nobody looks, another rule tells."""
    entrypoint = program.version.entrypoint
    if runners.wanted_proto(entrypoint.image) in (None, entrypoint.proto):
        yield from _missing(program, entrypoint, "proto", entrypoint.proto)


def check_node(program: "Program", workflow: "Workflow", node: "Node") -> "Iterator[Diagnostic]":
    """The code of a node, when it is not there."""
    yield from _missing(program, node, "src", node.src)


def _missing(program: "Program", record: "Record", field: str, path: str) -> "Iterator[Diagnostic]":
    files = program.krt_files
    if files.kinds.get(path) == "missing":
        yield Diagnostic(
            CODE,
            span_of(record, field),
            f"there is no file `{path}` in the {'archive' if files.complete else 'folder of krt.yml'}",
            help="correct the path, or add the file",
            severity="error" if files.complete else "warning",
        )
