"""Program: one version with all that decides what it compiles to."""

from krtc.model.krt import Version
from krtc.model.naming import Names
from krtc.model.record import canonical
from krtc.model.runtime import Runtime, VersionEntry
from krtc.sha256 import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Program:
    """A version, the settings of its runtime, and its entry there.

    `files` holds the content of configuration files by the name of their variable, as read beside the settings;
    `source` is the name of the krt.yml; `needs_values` says whether all configuration must have a value now.
    """

    __slots__ = ("entry", "files", "names", "needs_values", "settings", "source", "version")

    def __init__(
        self,
        version: Version,
        settings: Runtime,
        entry: VersionEntry,
        *,
        files: dict[str, str],
        source: str,
        needs_values: bool,
    ) -> None:
        self.version = version
        self.settings = settings
        self.entry = entry
        self.files = files
        self.source = source
        self.needs_values = needs_values
        self.names = Names(settings, version)

    def config_value(self, name: str) -> "ConfigValue | None":
        """Where the value of a configuration variable or file comes from; the version's entry goes before the runtime.

        None when nothing gives one.
        """
        for values in (self.entry.config, self.settings.config):
            if name in values.variables:
                return ConfigValue(("variables", name), values.variables[name])
            if name in values.secrets:
                return ConfigValue(("secrets", name), reference=("secretKeyRef", values.secrets[name].secret_key_ref))
            if name in values.files:
                source = values.files[name]
                if isinstance(source, str):
                    return ConfigValue(("files", name), self.files.get(name))
                if source.secret_key_ref:
                    return ConfigValue(("files", name), reference=("secretKeyRef", source.secret_key_ref))
                return ConfigValue(("files", name), reference=("configMapKeyRef", source.config_map_key_ref))
        return None


class ConfigValue:
    """A configuration value: its path in the settings' `config`, and a text or a reference (kind, KeyRef)."""

    __slots__ = ("path", "reference", "text")

    def __init__(
        self, path: tuple[str, str], text: str | None = None, *, reference: "tuple[str, Any] | None" = None
    ) -> None:
        self.path = path
        self.text = text
        self.reference = reference


def digest(version: Version) -> str:
    """The sha256 of a version's canonical model: the same for every way of writing the same version."""
    import json

    text = json.dumps(canonical(version), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text)
