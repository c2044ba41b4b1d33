"""A configuration value that one level of the settings gives twice.

Why: a variable that is both plain and secret would be the one or the other by chance; so would a file that comes from
two objects, or from none.

Bad:

    # runtime.yml
    runtime: demo
    config:
      variables: {WEBHOOK_URL: "https://example.com/hook"}
      secrets: {WEBHOOK_URL: {secretKeyRef: {name: webhook, key: url}}}

Good:

    # runtime.yml
    runtime: demo
    config:
      secrets: {WEBHOOK_URL: {secretKeyRef: {name: webhook, key: url}}}

Fix: keep one of them.
"""

from krtc.diagnostics import Diagnostic, Related
from krtc.diagnostics.codes import CONFIG_VALUE_TWICE
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from krtc.model.runtime import Runtime

CODE = CONFIG_VALUE_TWICE


def check_settings(settings: "Runtime") -> "Iterator[Diagnostic]":
    """Each name that `config` of the runtime or of a version's entry gives twice."""
    for config in (settings.config, *(entry.config for entry in settings.versions)):
        groups: dict[str, dict[str, Any]] = {
            "variables": config.variables,
            "secrets": config.secrets,
            "files": config.files,
        }
        first: dict[str, str] = {}
        for group, values in groups.items():
            for name in values:
                other = first.setdefault(name, group)
                if other != group:
                    yield Diagnostic(
                        CODE,
                        span_of(config, (group, name)),
                        f"`{name}` stands under both `config.{other}` and `config.{group}`",
                        help="keep one of them",
                        related=[Related(span_of(config, (other, name)), "the first is here")],
                    )
        for name, source in config.files.items():
            if not isinstance(source, str) and bool(source.secret_key_ref) == bool(source.config_map_key_ref):
                has = "both" if source.secret_key_ref else "neither"
                message = f"the file `{name}` needs one of `configMapKeyRef` and `secretKeyRef`, and has {has}"
                yield Diagnostic(CODE, span_of(config, ("files", name)), message, help="give one of them")
