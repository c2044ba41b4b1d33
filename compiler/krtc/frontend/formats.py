"""Files that look like a krt.yml of KRT V2 and are something else: recognised by their shape, and not read on."""

import re

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import OTHER_FORMAT
from krtc.frontend.nodes import Mapping, Node, Scalar, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.source import Span


def other(document: Mapping) -> Diagnostic | None:
    """What a document is, when it is KRT V1, the KAI Server's newer format or a runtime.yml."""
    for span, what, remedy in _signs(document):
        return Diagnostic(OTHER_FORMAT, span, f"this is {what}, and no krt.yml of KRT V2", help=remedy)
    return None


def is_v1(document: Mapping) -> bool:
    """Whether a document is KRT V1."""
    return next((what for _, what, _ in _signs(document)), None) == _V1[0]


def other_settings(document: Mapping) -> Diagnostic | None:
    """What a document is, when it is a krt.yml where a runtime.yml is wanted."""
    keys = document.entries
    for key in ("krtVersion", "workflows", "entrypoint"):
        if key in keys and "runtime" not in keys:
            message, help_text = "this is a krt.yml, and no runtime.yml", "give it as PATH, and settings with --runtime"
            return Diagnostic(OTHER_FORMAT, keys[key][0].span, message, help=help_text)
    return None


def _signs(document: Mapping) -> "Iterator[tuple[Span, str, str]]":
    keys = document.entries
    dialect = keys.get("krtVersion")
    if dialect and not (isinstance(dialect[1], Scalar) and dialect[1].text.lower() == "v1"):
        return
    workflows = [item for item in _items(keys.get("workflows")) if isinstance(item, Mapping)]
    if "nodes" not in keys and {key for one in workflows for key in one.entries} & {"nodes", "sequential"} == {"nodes"}:
        return  # it is KRT V2, whatever it says of itself
    for sign in (
        dialect and dialect[1].span,
        keys["nodes"][0].span if "nodes" in keys and "processes" not in keys else None,
        *(workflow.entries["sequential"][0].span for workflow in workflows if "sequential" in workflow.entries),
    ):
        if sign:
            yield sign, *_V1
    version = keys.get("version")
    if "entrypoint" not in keys:
        for workflow in workflows:
            for key in ("processes", "type"):
                if key in workflow.entries:
                    yield workflow.entries[key][0].span, *_KAI
        if version and isinstance(version[1], Scalar) and re.fullmatch(r"v\d+\.\d+\.\d+", version[1].text):
            yield version[1].span, *_KAI
    if "runtime" in keys and "version" not in keys and not workflows:
        yield keys["runtime"][0].span, "a runtime.yml, the settings of a runtime", "give it with --runtime"


_V1 = (
    "KRT V1 (nodes listed once, workflows that are chains of them)",
    "`krtc migrate FILE` writes it as KRT V2; its nodes need the SDK of KRT V2, too",
)
_KAI = (
    "the KAI Server's newer format (workflows of processes)",
    "krtc compiles KRT V2 only: describe the version with an entrypoint and workflows of nodes",
)


def _items(entry: "tuple[Scalar, Node] | None") -> list[Node]:
    return entry[1].items if entry and isinstance(entry[1], Sequence) else []
