"""The page as HTML: one file that asks for nothing, with its style, its script, and its data for that.

Jinja2 escapes what stands in the page; the script makes text of what is in the data, never markup.
"""

import json
import re

from krtc.manifests.change import EFFECTS
from krtc.reporters.changes._common import WORDS, named, said, summary, values
from krtc.reporters.text import excerpt
from krtc.sha256 import policy_source
from krtc.visible import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from krtc.diagnostics import Diagnostic
    from krtc.manifests.change import Change
    from krtc.reporters.page.data import Action, Manifest, Node, Report, Version
    from krtc.source import Span

TEXTS = ("page.html", "page.css", "page.js")
"""The sources of the page, by name."""

MARK = "<!doctype html>\n<!-- Made by krtc report. -->"
"""What every page begins with."""

# Of what is wrong with a version that may do less than it does.
_UNTOLD = dict.fromkeys(("stop", "unpublish"), "may be done, and what it changes cannot be told yet")


def report(page: "Report", texts: "Mapping[str, str]", pages: "Mapping[str, str]") -> str:
    """The page; `texts` are its sources by name, `pages` the explanation of each code that it has, as plain text."""
    from jinja2 import DictLoader, Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=DictLoader(texts),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"visible": visible, "spans": _spans}
    style, script = f"{page.style}{texts['page.css']}", texts["page.js"]
    diagnostics = page.diagnostics
    counts = {kind: sum(d.severity == kind for d in diagnostics) for kind in ("error", "warning", "note")}
    secrets = page.secrets | {place for d in diagnostics if d.secret for place in _lines(d.span)}
    return environment.get_template("page.html").render(
        mark=Markup(MARK),  # noqa: S704 (ours)
        page=page,
        counts=counts,
        style=Markup(style),  # noqa: S704 (no user's text is in it)
        script=Markup(script),  # noqa: S704 (ours)
        policy=f"default-src 'none'; script-src {policy_source(script)}; style-src {policy_source(style)};"
        " base-uri 'none'; form-action 'none'",
        data=Markup(_island(_data(page))),  # noqa: S704 (_island escapes it)
        excerpt=lambda d: None if secrets.intersection(_lines(d.span)) else excerpt(d.span),
        explained=[(d.code, _blocks(pages[d.code.id])) for d in _by_code(diagnostics)],
    )


def _lines(span: "Span") -> "set[tuple[str, int]]":
    return {(span.file.name, line) for line in range(span.line, span.end_line + 1)}


def _by_code(diagnostics: "Iterable[Diagnostic]") -> "list[Diagnostic]":
    """One of each code, in their order."""
    by_code = {diagnostic.code.id: diagnostic for diagnostic in diagnostics}
    return [by_code[id] for id in sorted(by_code)]


def _spans(text: str) -> list[tuple[bool, str]]:
    """A text in parts, each with whether it is in backticks."""
    parts = re.split(r"`([^`]+)`", visible(text))
    return [(bool(at % 2), part) for at, part in enumerate(parts) if part]


def _blocks(text: str) -> list[tuple[str, str]]:
    """A page of a code: its paragraphs, each with the word it begins with ("Why"), and its examples ("pre")."""
    blocks: list[tuple[str, str]] = []
    for part in text.partition("\n\n")[2].strip("\n").split("\n\n"):
        if part.startswith("    "):
            block = re.sub("^    ", "", part, flags=re.MULTILINE)
            if blocks and blocks[-1][0] == "pre":
                block = f"{blocks.pop()[1]}\n\n{block}"
            blocks.append(("pre", block))
        else:
            head, rest = re.fullmatch(r"(?s)(?:(Why|Bad|Good|Fix):\s*)?(.*)", part).groups()  # type: ignore[union-attr]
            blocks.append((head or "", rest.replace("\n", " ")))
    return blocks


def _island(data: object) -> str:
    """Data as JSON that no parser of HTML takes for the end of its element, or for anything else."""
    text = json.dumps(data, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _data(page: "Report") -> "dict[str, Any]":
    """What the script needs: lines that stand in many manifests stand here once, and are known by their index."""
    lines: dict[str, int] = {}

    def known(text: str) -> int:
        return lines.setdefault(text, len(lines))

    def manifest(one: "Manifest") -> "list[Any]":
        return [one.file, [known(line) for line in one.text.removesuffix("\n").split("\n")]]

    def node(one: "Node") -> "dict[str, Any]":
        return {
            "name": visible(one.name),
            "id": one.name,
            "kind": one.kind,
            "image": visible(one.image),
            "facts": [[what, visible(value)] for what, value in one.facts],
            "consumers": [[*map(visible, (c.subscription, c.subject, c.durable, c.ack_wait))] for c in one.consumers],
            "sends": [[visible(sent.subject), visible(", ".join(sent.subscribers))] for sent in one.sends],
            "variables": [
                [known(visible(v.name)), known(_visible_lines(v.value)), known(visible(v.source))]
                for v in one.variables
            ],
            "manifests": one.manifests,
            "problems": one.problems,
        }

    def version(one: "Version") -> "dict[str, Any]":
        return {
            "picture": one.picture,
            "workflows": [
                {"name": visible(w.name), "id": w.name, "rpc": visible(w.rpc), "nodes": [*map(node, w.nodes)]}
                for w in one.workflows
            ],
            "manifests": [*map(manifest, one.manifests)],
            "actions": [*map(_action, one.actions)],
        }

    versions = [*map(version, page.versions)]
    return {"versions": versions, "own": [*map(manifest, page.manifests)], "lines": [*lines]}


def _visible_lines(text: str) -> str:
    return "\n".join(map(visible, text.split("\n")))


def _action(action: "Action") -> "dict[str, Any]":
    found: Sequence[Change] = action.changes
    untold = _UNTOLD.get(action.name, "cannot be done yet")
    return {
        "name": action.name,
        "refusal": f"{untold}. {visible(action.refusal)}" if action.refusal else "",
        "displaced": visible(action.displaced),
        "summary": visible(summary(found)),
        "effects": [
            [WORDS[kind], _object(change), visible(said(effect.message))]
            for kind in EFFECTS
            for change in found
            for effect in change.effects
            if effect.kind == kind
        ],
        "changes": [
            [
                change.action,
                _object(change),
                [
                    [field.action, visible(named(field.path)), *(visible(v or "") for v in values(field))]
                    for field in change.fields
                ],
            ]
            for change in found
        ],
    }


def _object(change: "Change") -> str:
    return visible(f"{named(change.kind)} {named(change.place)}")
