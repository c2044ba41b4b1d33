"""A configuration variable or file that nothing gives a value.

Why: all configuration of a version is mandatory; it does not run while any of it is undefined (KRE). A chart takes the
value from whoever installs it, so it may be missing there.

Bad:

    config: {variables: [WEBHOOK_URL]}           # in krt.yml, and no value in runtime.yml

Good:

    config: {variables: {WEBHOOK_URL: "https://example.com/hook"}}      # in runtime.yml

Fix: give the value in runtime.yml, under `config.variables`, `config.secrets` or `config.files`.
"""

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import MISSING_CONFIG_VALUE
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.program import Program

CODE = MISSING_CONFIG_VALUE


def check(program: "Program") -> "Iterator[Diagnostic]":
    """Each name without a value, unless the version is stopped or the value can come later."""
    config = program.version.config
    if config is None or not program.needs_values:
        return
    for field, names in (("variables", program.version.variables), ("files", program.version.files)):
        for index, name in enumerate(names):
            if program.config_value(name) is None:
                yield Diagnostic(
                    CODE,
                    span_of(config, (field, index)),
                    f"nothing gives `{name}` a value",
                    help=f"add it to `config.{field}`"
                    + _or_secrets(field)
                    + " in runtime.yml, and give it with --runtime",
                )


def _or_secrets(field: str) -> str:
    return " (or `config.secrets`)" if field == "variables" else ""
