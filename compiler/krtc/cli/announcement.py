"""What Argo CD is told of the parameters of an Application: its ParameterAnnouncement, as the UI shows it."""

from krtc.cli.parameters import CONFIG, MAP, OF_RUNTIME, OF_VERSION, ONLY, REPLICAS, RUNTIME, STATUS
from krtc.pipeline import RUNTIME as OWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from krtc.cli.parameters import Place

_TITLES = {
    STATUS: "Status",
    RUNTIME: "Settings",
    ONLY: "Part of the runtime",
    REPLICAS: "Replicas",
    CONFIG: "Configuration",
}
_OF_VERSION = {
    STATUS: "What the version is: stopped, started or published.",
    RUNTIME: "The runtime.yml with the settings: a path from the Application's folder, in the same repository.",
    REPLICAS: "Pods by WORKFLOW/NODE.",
    CONFIG: "Plain values by variable; secrets stay in runtime.yml.",
}
_OF_RUNTIME = {
    STATUS: "What each version is: stopped, started or published; one at most is published.",
    ONLY: f"The version that the Application owns, or `{OWN}`: what is the runtime's own. Empty is all.",
    REPLICAS: "Pods by VERSION/WORKFLOW/NODE.",
    CONFIG: "Plain values by variable, for the versions that have none of their own; by VERSION/VARIABLE for one.",
}


def announced(
    places: "dict[str, dict[str, Place]]", *, is_runtime: bool, only: str | None = None
) -> "list[dict[str, Any]]":
    """The parameters, each with what the files say without it; of a part of a runtime, what concerns that.

    `places` are what the maps can set. No secret is shown.
    """
    found = []
    for name, kind in (OF_RUNTIME if is_runtime else OF_VERSION).items():
        told: dict[str, Any] = {
            "name": name,
            "title": _TITLES[name],
            "tooltip": (_OF_RUNTIME if is_runtime else _OF_VERSION)[name],
            "itemType": "number" if name == REPLICAS else "string",
        }
        if kind == MAP:
            known = {key: place.value for key, place in places[name].items() if place.value is not None}
            told |= {"collectionType": MAP, "map": {k: v for k, v in known.items() if _concerns(name, k, only)}}
        else:
            told |= {"collectionType": "", "string": "started" if name == STATUS else ""}
        found.append(told)
    return found


def _concerns(name: str, key: str, only: str | None) -> bool:
    """Whether a key is of the part that an Application owns: of the version, or, in the configuration, of all."""
    return only in (None, OWN, key.partition("/")[0]) or (name == CONFIG and "/" not in key)
