"""A configuration variable or file that nothing gives a value.

Why: all configuration of a version is mandatory; it does not run while any of it is undefined (KRE). A chart takes the
value from whoever installs it, so it may be missing there.

Bad:

    # krt.yml
    config: {variables: [WEBHOOK_URL]}
    # runtime.yml
    runtime: demo

Good:

    # krt.yml
    config: {variables: [WEBHOOK_URL]}
    # runtime.yml
    runtime: demo
    config: {variables: {WEBHOOK_URL: "https://example.com/hook"}}

Fix: give the value in runtime.yml, under `config.variables`, `config.secrets` or `config.files`.
"""

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import MISSING_CONFIG_VALUE
from krtc.model.runtime import DEFAULTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.program import Program

CODE = MISSING_CONFIG_VALUE


def check_version(program: "Program") -> "Iterator[Diagnostic]":
    """Each name without a value, unless the version is stopped or the value can come later."""
    for field, name, span in program.version.configured() if program.needs_values else ():
        if name not in program.unread and program.config_value(name) is None:
            yield Diagnostic(
                CODE,
                span,
                f"nothing gives `{name}` a value",
                help=f"add it to `config.{field}`"
                + (" (or `config.secrets`)" if field == "variables" else "")
                + (
                    " in runtime.yml"
                    if program.settings is not DEFAULTS
                    else " in a runtime.yml, and give that too (--runtime FILE; in Argo CD, the parameter `runtime`)"
                ),
            )
