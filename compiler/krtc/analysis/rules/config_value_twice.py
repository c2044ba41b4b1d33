"""A configuration value that one level of the settings gives twice.

Why: a variable that is both plain and secret would be the one or the other by chance; so would a file that comes from
two objects, or from none.

Bad:

    config:
      variables: {WEBHOOK_URL: "https://example.com/hook"}
      secrets: {WEBHOOK_URL: {secretKeyRef: {name: webhook, key: url}}}

Good:

    config:
      secrets: {WEBHOOK_URL: {secretKeyRef: {name: webhook, key: url}}}

Fix: keep one of them.
"""

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import CONFIG_VALUE_TWICE
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from krtc.model.program import Program

CODE = CONFIG_VALUE_TWICE


def check(program: "Program") -> "Iterator[Diagnostic]":
    """Each name that `config` of the runtime or of the version's entry gives twice."""
    for config in (program.settings.config, program.entry.config):
        groups: dict[str, dict[str, Any]] = {
            "variables": config.variables,
            "secrets": config.secrets,
            "files": config.files,
        }
        first: dict[str, str] = {}
        for group, values in groups.items():
            for name in values:
                if first.setdefault(name, group) != group:
                    yield Diagnostic(
                        CODE,
                        span_of(config, (group, name)),
                        f"`{name}` stands under both `config.{first[name]}` and `config.{group}`",
                        help="keep one of them",
                    )
        for name, source in config.files.items():
            if not isinstance(source, str) and bool(source.secret_key_ref) == bool(source.config_map_key_ref):
                message = f"the file `{name}` comes from exactly one of `configMapKeyRef` and `secretKeyRef`"
                yield Diagnostic(CODE, span_of(config, ("files", name)), message, help="give one of them")
