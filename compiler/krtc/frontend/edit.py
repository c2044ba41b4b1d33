"""Editing what people wrote: a runtime.yml with other statuses, a mapping with one more key; all else as it stood.

Nothing is parsed and written again: what changes is cut in where the nodes of the document say that it stands.
"""

from itertools import chain

from krtc.frontend import yaml
from krtc.frontend.nodes import Mapping, Scalar, Sequence
from krtc.source import BYTE_ORDER_MARK, SourceFile, spliced

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping as Dict

    from krtc.model.status import Status
    from krtc.source import Splice


def set_statuses(text: str, statuses: "Dict[int, Status]") -> str:
    """The text of a runtime.yml in which the entries of `versions`, by their index, have these statuses.

    A status that is there keeps its quotes; one that is not comes behind `krt`, written as the keys beside it are. A
    byte order mark stays. Raises ValueError when the text has no such entries, each with a status or a `krt`.
    """
    mark = BYTE_ORDER_MARK if text.startswith(BYTE_ORDER_MARK) else ""
    body = text.removeprefix(mark)
    root, _ = yaml.parse(SourceFile("", body))
    versions = root.entries["versions"][1] if isinstance(root, Mapping) and "versions" in root.entries else None
    if not isinstance(versions, Sequence):
        raise ValueError("the text lists no versions")
    found = (_splices(body, versions, index, status) for index, status in statuses.items())
    return mark + spliced(body, chain.from_iterable(found))


def _splices(text: str, versions: Sequence, index: int, status: str) -> "list[Splice]":
    """What is to be cut in for one entry, each a stretch of the text and what takes its place."""
    entry = versions.items[index]
    if not isinstance(entry, Mapping):
        raise ValueError(f"entry {index} is no mapping")
    if "status" in entry.entries:
        value = entry.entries["status"][1]
        if not isinstance(value, Scalar) or not value.text:
            raise ValueError(f"the status of entry {index} is no text")
        return [_replaced(text, value, status)]
    if "krt" not in entry.entries:
        raise ValueError(f"entry {index} has no `krt`")
    if text[entry.start] != "{" and text[versions.start] == "[":  # `[krt: a]`: a mapping of one pair, without braces
        start, end, new = _in_flow(text, entry, "krt", "status", status)
        return [(entry.start, entry.start, "{"), (start, end, f"{new}}}")]
    return [added(text, entry, "krt", "status", status)]


def _replaced(text: str, value: Scalar, status: str) -> "Splice":
    start, end = value.start, value.end
    at = text.rfind(value.text, start, end)  # the last: a block scalar may have a comment before it
    if at < 0:  # it is written with escapes
        return start, end, f"{text[start]}{status}{text[start]}"
    return at, at + len(value.text), status


def added(text: str, mapping: Mapping, behind: str, key: str, value: str) -> "Splice":
    """What is to be cut in so that a mapping has one key more, `behind` one of its keys, and written as that is."""
    return (_in_flow if text[mapping.start] == "{" else _in_block)(text, mapping, behind, key, value)


def _in_flow(text: str, mapping: Mapping, behind: str, key: str, value: str) -> "Splice":
    beside, end = mapping.entries[behind][0], mapping.entries[behind][1].end
    quote = "" if beside.plain else text[beside.start]  # what is JSON stays JSON
    return end, end, f", {quote}{key}{quote}: {quote}{value}{quote}"


def _in_block(text: str, mapping: Mapping, behind: str, key: str, value: str) -> "Splice":
    """A line of its own behind the one on which the value of `behind` ends."""
    line = f"{' ' * (mapping.span.column - 1)}{key}: {value}"
    at = mapping.entries[behind][1].end
    if text[at - 1] != "\n":  # or a block scalar ended with its line
        at = text.find("\n", at) + 1
    if at:
        return at, at, line + _ending(text, at)
    return len(text), len(text), _ending(text, text.rfind("\n") + 1) + line


def _ending(text: str, at: int) -> str:
    """The end of the line before a place."""
    return "\r\n" if text[:at].endswith("\r\n") else "\n"
