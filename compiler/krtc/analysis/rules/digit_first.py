"""A configuration variable whose name begins with a digit.

Why: before Kubernetes 1.34, a container silently lacks such a variable: it comes from a ConfigMap, and names there
that begin with a digit are left out of the environment.

Bad:

    config:
      variables: [2FA_SERVER]

Good:

    config:
      variables: [TWO_FACTOR_SERVER]

Fix: begin the name with a letter, or set `kubernetes: "1.34"` in runtime.yml where that is what you have.
"""

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import DIGIT_FIRST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.program import Program

CODE = DIGIT_FIRST


def check_version(program: "Program") -> "Iterator[Diagnostic]":
    """Each configuration variable that an older cluster leaves out."""
    for _, name, span in program.version.configured():
        if name[0].isdigit() and program.settings.kubernetes < "1.34":
            message = f"before Kubernetes 1.34 no container gets `{name}`: it begins with a digit"
            help_text = 'begin it with a letter, or set `kubernetes: "1.34"` in runtime.yml'
            yield Diagnostic(CODE, span, message, help=help_text)
