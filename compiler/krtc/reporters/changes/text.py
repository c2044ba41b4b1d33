"""The text that people read: each object with what it does to the cluster, then its fields, and a summary."""

from krtc.reporters.changes._common import MARKS, WORDS, named, said, summary, values
from krtc.reporters.text import tame
from krtc.visible import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from krtc.manifests.change import Action, Change, EffectKind, Field

    Paint = Callable[[str, str], str]

_RED, _GREEN, _YELLOW, _BOLD, _PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[1m", "\x1b[0m"
_COLOURS: "dict[Action, str]" = {"added": _GREEN, "removed": _RED, "changed": _YELLOW}
_EFFECTS: "dict[EffectKind, str]" = {"refused": "\x1b[1;31m", "deletes-data": "\x1b[1;31m"}


def report(changes: "Sequence[Change]", *, colour: bool = False) -> str:
    """The changes in the order given, and a summary."""
    paint = _painted if colour else _unpainted
    lines = [line for change in changes for line in _change(change, paint)]
    return "".join([f"{tame(line)}\n" for line in [*lines, summary_line(changes)]])


def summary_line(changes: "Sequence[Change]") -> str:
    """The summary, without anything that a terminal would obey."""
    return visible(summary(changes))


def _change(change: "Change", paint: "Paint") -> "Iterator[str]":
    head = f"{MARKS[change.action]} {visible(named(change.kind))} {visible(named(change.place))}"
    yield paint(_COLOURS[change.action] + _BOLD, head)
    for effect in change.effects:
        word = paint(_EFFECTS.get(effect.kind, _BOLD), f"{WORDS[effect.kind]}:")
        yield f"    {word} {visible(said(effect.message))}"
    for field in change.fields:
        yield paint(_COLOURS[field.action], f"    {MARKS[field.action]} {visible(named(field.path))}: {_values(field)}")


def _values(field: "Field") -> str:
    old, new = values(field)
    return visible(" -> ".join([value for value in (old, new) if value is not None]))


def _painted(colour: str, text: str) -> str:
    return f"{colour}{text}{_PLAIN}"


def _unpainted(colour: str, text: str) -> str:
    return text
