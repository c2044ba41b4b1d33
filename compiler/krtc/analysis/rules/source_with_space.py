"""A path with a space, of a node that runs with kre-go.

Why: the start script of the image hands the path to its shell without quotes, which then looks for a shorter one.

Bad:

    workflows:
      - nodes:
          - {name: etl, image: "konstellation/kre-go:8.2.0", src: bin/my etl}

Good:

    workflows:
      - nodes:
          - {name: etl, image: "konstellation/kre-go:8.2.0", src: bin/my-etl}

Fix: rename the file.
"""

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import SOURCE_WITH_SPACE
from krtc.model import runners
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.krt import Node, Workflow
    from krtc.model.program import Program

CODE = SOURCE_WITH_SPACE


def check_node(program: "Program", workflow: "Workflow", node: "Node") -> "Iterator[Diagnostic]":
    """The code of a kre-go node, when its path has a space."""
    if " " in node.src and runners.matches(node.image, runners.GO):
        message = f"kre-go cannot start `{node.src}`: its path has a space"
        yield Diagnostic(CODE, span_of(node, "src"), message, help="rename the file")
