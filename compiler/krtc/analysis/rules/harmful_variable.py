"""A configuration variable that changes how the containers work.

Why: configuration becomes environment variables of every container. Some names mean something to what runs there: with
`TZ`, the log lines of kre-go no longer have the form that is parsed; with `PATH`, programs of the image are not found.

Bad:

    config:
      variables: [TZ]

Good:

    config:
      variables: [REPORT_TIME_ZONE]

Fix: choose another name, and read that one in the code.
"""

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import HARMFUL_VARIABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.program import Program

CODE = HARMFUL_VARIABLE


_HARM = {
    "TZ": "log lines of kre-go are no longer parsed",
    "PATH": "the start scripts of the images find their programs by it",
    **dict.fromkeys(("LD_PRELOAD", "LD_LIBRARY_PATH"), "every program of the image is loaded by it"),
    **dict.fromkeys(("PYTHONPATH", "PYTHONHOME"), "kre-py finds its own modules by it"),
}


def check_version(program: "Program") -> "Iterator[Diagnostic]":
    """Each configuration value of such a name."""
    for _, name, span in program.version.configured():
        if name in _HARM:
            message = f"`{name}` changes how the containers work: {_HARM[name]}"
            yield Diagnostic(CODE, span, message, help="choose another name")
