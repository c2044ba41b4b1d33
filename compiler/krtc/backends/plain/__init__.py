"""Plain manifests: a file an object, or all in one stream."""

from functools import lru_cache

from krtc.backends.yaml import Emitter, header
from krtc.manifests import ABSENT, Shared, resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from krtc.manifests import Bundle
    from krtc.manifests.leaves import Data


def files(bundle: "Bundle", status: str) -> dict[str, str]:
    """The objects of one status, each in a file of its own; the order of names is the order of applying."""
    return {name: header(bundle.source) + _dump(data, status) for name, data in bundle.manifests(status)}


def stream(bundle: "Bundle", status: str) -> str:
    """The same objects in one YAML stream."""
    return header(bundle.source) + "".join(["---\n" + _dump(data, status) for _, data in bundle.manifests(status)])


def _dump(data: "dict[str, Data]", status: str) -> str:
    emitter = _Emitter(status)
    emitter.mapping(data, "")
    return "".join(emitter.out)


class _Emitter(Emitter):
    """Writes manifests as they are in a status: to resolve them first would make all of them twice."""

    def __init__(self, status: str) -> None:
        super().__init__()
        self._status = status

    def field(self, head: str, value: "Any", pad: str) -> None:
        """A field, unless it is not there."""
        kind = type(value)
        if kind is dict or kind is list:
            start = len(self.out)
            self.out.append(head + "\n")
            if kind is dict:
                self.mapping(value, pad + "  ")
            else:
                self.sequence(value, pad + "  ")
            if len(self.out) == start + 1 or not self.out[-1]:  # nothing in it is there
                self.out[start:] = [f"{head} {'{}' if kind is dict else '[]'}\n"]
            return
        if kind is Shared:
            self.out.append(f"{head}\n{_shared(value, pad + '  ', pad + '  ', self._status)}")
            return
        if kind is not str and kind is not int and kind is not bool:
            value = resolve(value, self._status)
            if value is ABSENT:
                return
            kind = type(value)
        if kind is dict or kind is list:
            super().field(head, value, pad)
        else:
            self.out.append(f"{head} {self.text(value, pad)}\n")

    def item(self, value: "Any", pad: str) -> None:
        """An item, unless it is not there; the first field of a mapping always is."""
        kind = type(value)
        if kind is dict and value:
            self.mapping(value, pad + "  ", pad + "- ")
            return
        if kind is Shared:
            self.out.append(_shared(value, pad + "  ", pad + "- ", self._status))
            return
        if kind is not dict and kind is not list and kind is not str and kind is not int and kind is not bool:
            value = resolve(value, self._status)
            if value is ABSENT:
                return
        super().item(value, pad)


@lru_cache(maxsize=1024)
def _shared(value: Shared, pad: str, first: str, status: str) -> str:
    """The fields of a mapping that many manifests share, at least one of which is there."""
    emitter = _Emitter(status)
    emitter.mapping(value, pad, first)
    return "".join(emitter.out)
