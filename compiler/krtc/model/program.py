"""Program: one version with all that decides what it compiles to."""

from functools import cached_property

from krtc.model.files import Files
from krtc.model.krt import Version
from krtc.model.naming import Names, RuntimeNames
from krtc.model.record import canonical, known, parts
from krtc.model.runtime import KrtFiles, Runtime, VersionEntry
from krtc.sha256 import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from krtc.model.krt import Entrypoint, Node
    from krtc.model.status import Status


# Of thousands of versions there is no more than a name.
_NOTHING: "Mapping[str, str]" = {}
_NO_FILES = Files()


class Program:
    """A version, the settings of its runtime, and its entry there.

    `source` is the name of the krt.yml or the archive; `status` is what it shall be (None when that is not said, or
    wrong), and `before` what it was, when that is known. `needs_values` says whether all configuration must have a
    value now, `in_runtime` whether it is one of the versions of a runtime.yml: there what is published is the
    runtime's, and the version is as it was started. `krt_files` is what is known of the files of the KRT. `files` holds
    the content of configuration files by the name of their variable, as read beside the settings, and `unread` why that
    of others is not known.
    """

    def __init__(
        self,
        version: Version,
        settings: Runtime,
        entry: VersionEntry,
        *,
        source: str,
        status: "Status | None",
        needs_values: bool,
        in_runtime: bool = False,
        before: "Was | None" = None,
        files: "Mapping[str, str] | None" = None,
        unread: "Mapping[str, str] | None" = None,
        krt_files: Files | None = None,
    ) -> None:
        self.version = version
        self.settings = settings
        self.entry = entry
        self.source = source
        self.status = status
        self.before = before
        self.needs_values = needs_values
        self.in_runtime = in_runtime
        self.files = files or _NOTHING
        self.unread = unread or _NOTHING
        self.krt_files = krt_files or _NO_FILES

    @cached_property
    def names(self) -> Names:
        """The names that are made of it."""
        return Names(self.settings, self.version)

    @property
    def id(self) -> str:
        """The id of the version and of its .krt in GridFS: its entry's, or else one that is made of its name."""
        return self.entry.id or self.names.id()

    @property
    def files_from(self) -> KrtFiles:
        """Where its pods get their files from: what its entry says, or else the runtime."""
        return self.entry.krt_files if self.entry.krt_files.source else self.settings.krt_files

    @cached_property
    def digest(self) -> str:
        """The digest of its krt.yml."""
        return digest(self.version)

    @cached_property
    def images(self) -> "dict[str, list[Entrypoint | Node]]":
        """The images of its entrypoint and nodes, each with those that have it."""
        images: dict[str, list[Entrypoint | Node]] = {}
        nodes = [node for w in parts(self.version, "workflows").values() for node in parts(w, "nodes").values()]
        for record in (known(self.version, "entrypoint"), *nodes):
            image = known(record, "image") if record else None
            if image is not None:
                images.setdefault(image, []).append(record)
        return images

    @cached_property
    def homes(self) -> dict[str, str]:
        """The first workflow that has a node of a name, by that name."""
        homes: dict[str, str] = {}
        for workflow in parts(self.version, "workflows").values():
            for node in parts(workflow, "nodes").values():
                homes.setdefault(known(node, "name") or "", known(workflow, "name") or "")
        return homes

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
                    content = self.files.get(name)
                    return None if content is None else ConfigValue(("files", name), content)
                if source.secret_key_ref:
                    return ConfigValue(("files", name), reference=("secretKeyRef", source.secret_key_ref))
                return ConfigValue(("files", name), reference=("configMapKeyRef", source.config_map_key_ref))
        return None


class RuntimeProgram:
    """A runtime with its versions: `programs` are those that could be read, each with its entry.

    `source` is the name of the runtime.yml. `before` is what the versions were, by name, when that is known.
    """

    def __init__(
        self, settings: Runtime, programs: list[Program], *, source: str, before: "Mapping[str, Was] | None" = None
    ) -> None:
        self.settings = settings
        self.programs = programs
        self.source = source
        self.before = before

    @property
    def names(self) -> RuntimeNames:
        """The names of the runtime's own objects."""
        return RuntimeNames(self.settings)

    @property
    def paths(self) -> list[str]:
        """The files of its versions, as the runtime.yml has them."""
        entries = parts(self.settings, "versions").values()
        return [path for path in (known(entry, "krt") for entry in entries) if path is not None]

    @property
    def published(self) -> Program | None:
        """The published version."""
        return next((program for program in self.programs if program.status == "published"), None)


class Was:
    """What a version was before: its status and the digest of its krt.yml, None for one that was none to compile."""

    __slots__ = ("digest", "status")

    def __init__(self, status: "Status", digest: str | None) -> None:
        self.status = status
        self.digest = digest


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
    """The sha256 of a version's canonical model ("sha256:HEX"): the same for every way of writing the same version."""
    import json

    text = json.dumps(canonical(version), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"sha256:{sha256(text)}"
