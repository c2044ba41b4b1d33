"""The changes as Markdown, for a comment on a pull request: what they do first, then each object, folded.

Whatever comes from manifests stands in a code span whose fence it cannot hold, or is escaped in a heading of HTML.
"""

import re
from html import escape

from krtc.manifests.change import EFFECTS
from krtc.reporters.changes._common import WORDS, named, said, summary, values
from krtc.reporters.text import tame
from krtc.visible import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from krtc.manifests.change import Change

# GitHub takes comments of 65,536 characters.
_LONGEST_REPORT = 60_000
_MOST_OF_ONE = 20


def report(changes: "Sequence[Change]") -> str:
    """A summary, the effects by their kind, the worst first, and the objects with their fields."""
    if not changes:
        return "### krtc: no change\n"
    # The kinds of objects are anybody's words, too.
    blocks = [f"### krtc: {_escaped(summary(changes))}"]
    left = _LONGEST_REPORT
    for block in (*_effects(changes), *map(_object, changes)):
        left -= len(block) + 2
        if left < 0:
            blocks.append("There is more: `krtc diff` shows it all.")
            break
        blocks.append(block)
    return "\n".join([tame(line) for line in "\n\n".join(blocks).split("\n")]) + "\n"


def _effects(changes: "Sequence[Change]") -> "Iterator[str]":
    for kind in EFFECTS:
        found = [(change, effect) for change in changes for effect in change.effects if effect.kind == kind]
        if not found:
            continue
        lines = [f"**{WORDS[kind].capitalize()}**", ""]
        shown = found[:_MOST_OF_ONE]
        lines += [f"- {_shown(change)}: {_escaped(said(effect.message))}" for change, effect in shown]
        if len(found) > _MOST_OF_ONE:
            lines.append(f"- and {len(found) - _MOST_OF_ONE} more")
        yield "\n".join(lines)


def _object(change: "Change") -> str:
    if not change.fields:
        return f"{change.action.capitalize()}: {_shown(change)}"
    title = f"{_escaped(named(change.kind))} <code>{escape(visible(named(change.place)))}</code>"
    lines = [f"<details><summary>{change.action.capitalize()}: {title}</summary>", ""]
    for field in change.fields:
        values_shown = " → ".join([_code(value) for value in values(field) if value is not None])
        lines.append(f"- {field.action} {_code(named(field.path))}: {values_shown}")
    return "\n".join([*lines, "", "</details>"])


def _shown(change: "Change") -> str:
    return f"{_escaped(named(change.kind))} {_code(named(change.place))}"


def _code(text: str) -> str:
    """A code span: its fence is longer than any run of backticks in it, and no line ends in it."""
    shown = visible(text)
    fence = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    return f"{fence} {shown} {fence}" if "`" in shown or not shown.strip() else f"{fence}{shown}{fence}"


def _escaped(text: str) -> str:
    """A text that neither Markdown nor HTML takes for more; GitHub looks for people and issues outside of code."""

    def entity(match: re.Match[str]) -> str:
        coded = f"&#{ord(match[0])};"
        return f"<code>{coded}</code>" if match[0] in "@#" else coded

    return re.sub(r"[^\w ,;:.()'/-]|[/.:](?=\w)|_", entity, visible(text))
