"""KRT V1 to KRT V2, as text: each workflow gets its own copy of its nodes, and every comment stays.

Nothing is parsed and written again: stretches of the text are copied to where V2 has them, and what stands elsewhere
stays as it was written. A comment belongs to what it stands behind, or else to what follows it, and goes with each copy
of that; behind the last node, those that are indented belong to it.
"""

import json
import re
from posixpath import basename

from krtc.diagnostics import MOST_FINDINGS, Diagnostic, did_you_mean, has_errors
from krtc.diagnostics.codes import (
    INVALID_VALUE,
    MISSING_KEY,
    OTHER_FORMAT,
    TOO_LARGE,
    UNKNOWN_KEY,
    UNKNOWN_NODE,
    WRONG_TYPE,
    YAML_FEATURE,
)
from krtc.frontend import formats, yaml
from krtc.frontend.binder import is_word
from krtc.frontend.nodes import Mapping, Node, Scalar, Sequence
from krtc.model.patterns import LONGEST_RESOURCE_NAME
from krtc.source import SourceFile, Span, spliced

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.frontend.nodes import Placed
    from krtc.source import Splice

TODO = "# krtc: todo"
SDK = (
    "the code of these nodes is of an older SDK, and has to be changed by hand: a handler of KRT V2 sends its messages,"
    " and returns none (Python: `default_handler(ctx, data)` and `await ctx.send_output(message)`; Go: `kre.Start(init,"
    " handler, handlers)` and `ctx.SendOutput(message)`)"
)

# Of the public images, the line that is known to run KRT V2 (KRE 8.2).
_RUNNERS = ("kre-entrypoint", "kre-py", "kre-go")
_KNOWN_LINE = r"8(\.[0-9]+)*"
_NEEDED = {
    "version": ("version", "description", "entrypoint"),
    "entrypoint": ("proto", "image"),
    "workflow": ("name", "entrypoint"),
    "node": ("image", "src"),
}
# What V2 has, and V1 has not: a file with both is neither.
_OF_V2 = {"workflow": ("exitpoint", "nodes"), "node": ("subscriptions",)}


class Decision:
    """What was decided for a place of the file, in words."""

    __slots__ = ("message", "span")

    def __init__(self, span: Span, message: str) -> None:
        self.span = span
        self.message = message


class Migrated:
    """The text in KRT V2, what was decided on the way, and how many comments `# krtc: todo` are left in it.

    A text that was KRT V2 already `is_same`.
    """

    __slots__ = ("decisions", "is_same", "text", "todos")

    def __init__(self, text: str, decisions: list[Decision], todos: int, *, is_same: bool = False) -> None:
        self.text = text
        self.decisions = decisions
        self.todos = todos
        self.is_same = is_same


def migrate(file: SourceFile) -> tuple[Migrated | None, list[Diagnostic]]:
    """A krt.yml of KRT V1 as one of V2; or None, and what is wrong with it as V1."""
    root, diagnostics = yaml.parse(file)
    if root is None and has_errors(diagnostics):
        return None, diagnostics
    if not isinstance(root, Mapping):
        span = root.span if root else Span(file, 1, 1, 1, 1)
        return None, [*diagnostics, Diagnostic(WRONG_TYPE, span, "a krt.yml must be a mapping of keys to values")]
    if not formats.is_v1(root):
        dialect = root.entries.get("krtVersion")
        if dialect and isinstance(dialect[1], Scalar) and dialect[1].text == "v2":
            return Migrated(file.text, [], 0, is_same=True), diagnostics
        return None, [*diagnostics, _neither(root)]
    wrong = _wrong(root)
    if wrong or has_errors(diagnostics):
        return None, [*diagnostics, *wrong]
    made = _Migration(root).run()
    found = yaml.parse(SourceFile(file.name, made.text))[1] if made else []
    if made is None or len(made.text) > yaml.LARGEST_FILE or any(one.code is TOO_LARGE for one in found):
        message = "with a copy of its nodes in each workflow, it is more than a krt.yml can hold"
        return None, [*diagnostics, Diagnostic(TOO_LARGE, root.entries["nodes"][0].span, message)]
    assert not has_errors(found), [one.message for one in found]
    return made, diagnostics


def _neither(root: Mapping) -> Diagnostic:
    other = formats.other(root)
    if other:
        help_text = "`krtc migrate` reads KRT V1 alone" if other.help is None else f"{other.help}; it is not migrated"
        return Diagnostic(OTHER_FORMAT, other.span, other.message, help=help_text)
    message = "this is no krt.yml of KRT V1: it has no list of `nodes` of its own, and no `sequential` workflow"
    first = next((key.span for key, _ in root.entries.values()), root.span)
    return Diagnostic(OTHER_FORMAT, first, message, help="`krtc check` says what is wrong with a krt.yml of KRT V2")


# --- what is wrong with it


def _wrong(root: Mapping) -> list[Diagnostic]:
    """What keeps a file of KRT V1 from being read as one; what is merely missing is left to be done."""
    found: list[Diagnostic] = []
    _refuse_questions(root, found)
    entrypoint = root.entries.get("entrypoint")
    if entrypoint and not isinstance(entrypoint[1], Mapping):
        message = "`entrypoint` must be a mapping of `proto` and `image`"
        found.append(Diagnostic(WRONG_TYPE, entrypoint[1].span, message))
    names: set[str] = set()
    for node in _records(root, "nodes", "node", found):
        name = node.entries.get("name")
        if name is None or not isinstance(name[1], Scalar) or not name[1].text.strip():
            span = name[1].span if name else node.span
            found.append(Diagnostic(MISSING_KEY, span, "a node needs a `name`: workflows name their nodes"))
        else:
            names.add(name[1].text)
    for workflow in _records(root, "workflows", "workflow", found):
        for item in _items(workflow, "sequential", "a workflow of KRT V1", found):
            if not isinstance(item, Scalar) or not item.text:
                found.append(Diagnostic(WRONG_TYPE, item.span, "an item of `sequential` must be the name of a node"))
            elif item.text not in names and len(found) < MOST_FINDINGS:
                message = f"`sequential` names `{_short(item.text)}`, and the version has no such node"
                found.append(Diagnostic(UNKNOWN_NODE, item.span, message, help=did_you_mean(item.text, names)))
    return found[:MOST_FINDINGS]


def _refuse_questions(mapping: Mapping, found: list[Diagnostic]) -> None:
    text = mapping.file.text
    for key, _ in mapping.entries.values():
        if re.search(r"\?[ \t\r\n]+$", text[max(0, key.start - yaml.LONGEST_KEY) : key.start]):
            help_text = f"write `{key.text}: ` before its value"
            found.append(Diagnostic(YAML_FEATURE, key.span, "a key behind a `?`", help=help_text))


def _records(root: Mapping, key: str, what: str, found: list[Diagnostic]) -> list[Mapping]:
    """The nodes or the workflows of a version."""
    records = []
    for item in _items(root, key, "a version of KRT V1", found):
        if not isinstance(item, Mapping):
            found.append(Diagnostic(WRONG_TYPE, item.span, f"a {what} must be a mapping of keys to values"))
            continue
        records.append(item)
        _refuse_questions(item, found)
        for other in _OF_V2[what]:
            if other in item.entries:
                message = f"a {what} of KRT V1 has no key `{other}`: this is partly KRT V2"
                span = item.entries[other][0].span
                found.append(Diagnostic(UNKNOWN_KEY, span, message, help="write all of it in one of the two"))
    return records


def _items(mapping: Mapping, key: str, owner: str, found: list[Diagnostic]) -> list[Node]:
    """The items of a list that has some; none when there is something to say of it."""
    if key not in mapping.entries:
        first = next((one.span for one, _ in mapping.entries.values()), mapping.span)
        found.append(Diagnostic(MISSING_KEY, first, f"{owner} needs the list `{key}`", help=f"add `{key}:`"))
        return []
    value = mapping.entries[key][1]
    if not isinstance(value, Sequence) or not value.items:
        code = INVALID_VALUE if isinstance(value, Sequence) else WRONG_TYPE
        found.append(Diagnostic(code, value.span, f"`{key}` of {owner} must be a list with at least one item"))
        return []
    return value.items


# --- where values end, and what stands between them


def _end(node: Node, nothing: int) -> int:
    """Where a value ends, and what stands behind it begins; `nothing` when nothing was written."""
    text = node.file.text
    if isinstance(node, Scalar):
        if node.end == node.start:
            return nothing
        end = node.end - text.endswith("\n", node.start, node.end)  # of a block scalar, the last line
        return end - text.endswith("\r", node.start, end)
    if _is_flow(node):
        return node.end
    if isinstance(node, Sequence):
        return _end(node.items[-1], node.items[-1].start)
    key, value = next(reversed(node.entries.values()))
    return _end(value, text.index(":", key.end) + 1)


def _is_flow(node: Node) -> bool:
    return not isinstance(node, Scalar) and node.file.text[node.start] in "{["


def _comment(line: str) -> str:
    """The comment of a line that holds no value."""
    return line[line.index("#") :].rstrip() if "#" in line else ""


def _between(gap: str) -> tuple[str, list[str]]:
    """Of what stands between two values: the comment behind the first, and those on lines of their own."""
    first, *rest = gap.split("\n")
    return _comment(first), [_comment(line) for line in rest if "#" in line]


def _column(node: "Placed") -> int:
    return node.start - (node.file.text.rfind("\n", 0, node.start) + 1)


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _line_end(text: str, at: int) -> int:
    """Behind the line break of the line of a place."""
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


# --- flow collections


def _opened(node: Mapping | Sequence, column: int) -> list[str]:
    """The lines of a flow collection as a block at a column, the values in it as they were written."""
    text, lines = node.file.text, list[str]()
    pairs = [*node.entries.values()] if isinstance(node, Mapping) else [(None, item) for item in node.items]
    at = node.start + 1
    for key, value in pairs:
        start = key.start if key else value.start
        behind, before = _between(text[at:start])
        if behind and lines:
            lines[-1] += f" {behind}"
        elif behind:
            before.insert(0, behind)
        lines += [" " * column + one for one in before]
        name = f"{_on_one_line(key)}:" if key else "-"
        written = _moved(value, column + 2)
        lines.append(" " * column + name + (f" {written}" if written else ""))
        at = _end(value, text.find(":", key.end, key.end + 1) + 1 or key.end if key else value.start)
    behind, before = _between(text[at : node.end - 1])
    if behind:
        lines[-1] += f" {behind}"
    return [*lines, *(" " * column + one for one in before)]


def _moved(value: Node, column: int) -> str:
    text = value.file.text
    if isinstance(value, Scalar):
        return _on_one_line(value)
    first, *rest = text[value.start : _end(value, value.start)].split("\n")
    return "\n".join([first.rstrip("\r"), *(f"{' ' * column}{line.strip()}" for line in rest)])


def _on_one_line(scalar: Scalar) -> str:
    written = scalar.file.text[scalar.start : scalar.end]
    return json.dumps(scalar.text, ensure_ascii=False) if "\n" in written else written


def _as_blocks(root: Mapping) -> Mapping:
    """The same document with blocks for what is taken apart: itself, its lists, and each workflow."""
    file, text = root.file, root.file.text
    if _is_flow(root):
        before, behind = text[: root.start].rstrip(" \t"), text[root.end :].lstrip(" \t")
        if before and not before.endswith("\n"):
            before += "\n"
        root = _again(
            file, before + "\n".join(_opened(root, 0)) + ("" if behind[:1] in ("\n", "\r") else "\n") + behind
        )
    for key in ("nodes", "workflows"):
        at, value = root.entries[key]
        if _is_flow(value):
            assert isinstance(value, Sequence)
            column = _column(at) + 2
            root = _spliced(root, [_opening(value, ["", *_opened(value, column)], column)])
    _, workflows = root.entries["workflows"]
    assert isinstance(workflows, Sequence)
    splices = []
    for workflow in workflows.items:
        if _is_flow(workflow):
            assert isinstance(workflow, Mapping)
            column = _column(workflow)
            lines = _opened(workflow, column)
            first = next(index for index, line in enumerate(lines) if not line.lstrip().startswith("#"))
            lines.insert(0, lines.pop(first).lstrip())  # the comments before it come behind it: a dash is before it
            splices.append(_opening(workflow, lines, column))
    return _spliced(root, splices)


def _opening(node: Node, lines: list[str], column: int) -> "Splice":
    """A flow collection replaced by the lines of a block; the comment behind it is the block's last line."""
    text = node.file.text
    start, end = node.start, _line_end(text, node.end)
    behind = _comment(text[node.end : end])
    if not lines[0]:
        start -= len(text[:start]) - len(text[:start].rstrip(" "))
    return start, end, "\n".join([*lines, *([" " * column + behind] if behind else []), ""])


def _spliced(root: Mapping, splices: "list[Splice]") -> Mapping:
    return _again(root.file, spliced(root.file.text, splices)) if splices else root


def _again(file: SourceFile, text: str) -> Mapping:
    root, found = yaml.parse(SourceFile(file.name, text))
    assert isinstance(root, Mapping), [one.message for one in found]
    return root


# --- nodes and their copies


class _Node:
    """A node of KRT V1: the text of its mapping, where that stands, and the comments that go with each copy."""

    __slots__ = (
        "before",
        "behind",
        "body",
        "column",
        "has_gap",
        "insert_at",
        "mapping",
        "name",
        "name_at",
        "place",
        "tail",
    )

    def __init__(self, mapping: Mapping, place: "Placed", gap: str, end: int) -> None:
        text = mapping.file.text
        name = mapping.entries["name"][1]
        assert isinstance(name, Scalar)
        self.mapping = mapping
        self.place = place  # where people know it
        self.name = name.text
        self.name_at = (name.start - mapping.start, name.end - mapping.start)
        self.column = _column(mapping)
        self.body = text[mapping.start : end]
        self.before = _between(gap)[1]
        self.has_gap = re.search(r"\n[ \t\r]*\n", gap) is not None
        self.behind = ""
        self.tail: list[str] = []
        self.insert_at: int | None = None
        if _is_flow(mapping):
            key, value = next(reversed(mapping.entries.values()))
            self.insert_at = _end(value, key.end) - mapping.start

    @property
    def size(self) -> int:
        """How many characters a copy has, at least."""
        return len(self.body) + sum(map(len, (*self.before, self.behind, *self.tail)))

    def copy(self, name: str, source: str, dash: int, before: list[str]) -> list[str]:
        """The lines of a copy that subscribes to `source`, with more comments before it."""
        body, insert_at = self.body, self.insert_at
        if insert_at is not None:
            quote = '"' if body.lstrip("{ \t\r\n").startswith('"') else ""
            shown = f'"{source}"' if quote else _quoted(source)
            body = f"{body[:insert_at]}, {quote}subscriptions{quote}: [{shown}]{body[insert_at:]}"
        if name != self.name:
            start, stop = self.name_at
            body = body[:start] + _quoted(name) + body[stop:]
        lines = self._lines(body, dash)
        if insert_at is None:
            lines.append(f"{' ' * (dash + 2)}subscriptions: [{_quoted(source)}]")
        pad, inside = " " * dash, " " * (dash + 2)
        return [*(pad + one for one in (*self.before, *before)), *lines, *(inside + one for one in self.tail)]

    def _lines(self, body: str, dash: int) -> list[str]:
        """The text of the mapping as an item of a list whose dashes are at a column."""
        by = dash + 2 - self.column
        first, *rest = (line.removesuffix("\r") for line in body.split("\n"))
        lines = [
            f"{' ' * dash}- {first}",
            *(_shifted(line, by, dash + 4 if self.insert_at is not None else 0) for line in rest),
        ]
        if self.behind:
            lines[-1] += f" {self.behind}"
        return lines

    def commented_out(self, why: str) -> list[str]:
        """The node as comments under what is to be done about it."""
        lines = [*self.before, *self._lines(self.body, 0), *(f"  {one}" for one in self.tail)]
        return [f"{TODO} {why}", *(f"# {line}".rstrip() for line in lines)]


def _shifted(line: str, by: int, least: int) -> str:
    if not line:
        return line
    bare = line.lstrip(" ")
    return " " * max(len(line) - len(bare) + by, least, 0) + bare


def _quoted(name: str) -> str:
    return name if is_word(name) else json.dumps(name, ensure_ascii=False)


class _Migration:
    """One file on its way: what is cut in, and what was decided."""

    def __init__(self, root: Mapping) -> None:
        self.places = root  # what people know; the text may be another one
        self.root = _as_blocks(root)
        self.text = self.root.file.text
        self.decisions: list[Decision] = []
        self.splices: list[Splice] = []
        self.todos = 0
        self.judged: set[str] = set()
        self.known: set[Node] = set()
        self.eol = "\r\n" if "\r\n" in self.text else "\n"

    def run(self) -> Migrated | None:
        """The file in KRT V2; None when that is far too large."""
        self._say_v2()
        nodes = self._take_nodes()
        by_name: dict[str, _Node] = {}
        for node in nodes:
            by_name.setdefault(node.name, node)
        if sum(by_name[item.text].size for chain in self._chains() for item in chain) > yaml.LARGEST_FILE:
            return None
        self._version_todos()
        used = self._workflows(by_name)
        self._leave(nodes, by_name, used)
        self.decisions.sort(key=lambda decision: (decision.span.line, decision.span.column))
        text = spliced(self.text, self.splices)
        if self.eol == "\r\n":
            text = re.sub(r"\r?\n", self.eol, text)
        return Migrated(text, self.decisions, self.todos)

    def _decide(self, at: "Placed", message: str) -> None:
        self.decisions.append(Decision(at.span, message))

    def _todo(self, at: "Placed", what: str) -> str:
        """A comment for what a person has to do."""
        self.todos += 1
        self._decide(at, f"to be done: {what}")
        return f"{TODO} {what}"

    def _say_v2(self) -> None:
        """`krtVersion: v2`, in place of what is there, or behind the version."""
        if "krtVersion" in self.root.entries:
            value = self.root.entries["krtVersion"][1]
            quote = self.text[value.start] if self.text[value.start] in "\"'" else ""
            self.splices.append((value.start, value.end, f"{quote}v2{quote}"))
            return
        column = _column(self.root)
        line = f"{' ' * column}krtVersion: v2"
        if "version" not in self.root.entries:
            at = _line_start(self.text, self.root.start)
            self.splices.append((at, at, f"{line}\n"))
            return
        key, value = self.root.entries["version"]
        at = _line_end(self.text, _end(value, key.end + 1))
        self.splices.append((at, at, f"{line}\n" if self.text[:at].endswith("\n") else f"\n{line}"))

    def _take_nodes(self) -> list[_Node]:
        """The nodes of the list, each with its comments."""
        key, value = self.root.entries["nodes"]
        places = self.places.entries["nodes"][1]
        assert isinstance(value, Sequence) and isinstance(places, Sequence)
        nodes: list[_Node] = []
        at = key.end
        for item, place in zip(value.items, places.items, strict=True):
            assert isinstance(item, Mapping)
            gap = self.text[at : item.start]
            if nodes:
                nodes[-1].behind = _between(gap)[0]
            at = _end(item, item.start)
            nodes.append(_Node(item, place, gap, at))
        end = _line_end(self.text, at)
        nodes[-1].behind = _comment(self.text[at:end])
        nodes[-1].tail, _ = self._tail(end, _column(key))
        return nodes

    def _tail(self, at: int, column: int) -> tuple[list[str], int]:
        """The comments on lines from `at` that are indented by more than a column, and where the last of them ends."""
        found: list[str] = []
        end = at
        while at < len(self.text):
            stop = _line_end(self.text, at)
            line = self.text[at:stop]
            if line.strip():
                if not line.lstrip(" ").startswith("#") or line.index("#") <= column:
                    break
                found.append(_comment(line))
                end = stop
            at = stop
        return found, end

    def _version_todos(self) -> None:
        above = [
            self._todo(self.places, f"say the `{key}` of the version") for key in self._missing(self.root, "version")
        ]
        self._insert(self.root, _column(self.root), above)
        if "entrypoint" in self.root.entries:
            key, value = self.root.entries["entrypoint"]
            place = self.places.entries["entrypoint"][0]
            assert isinstance(value, Mapping)
            above = [
                self._todo(place, f"say the `{key}` of the entrypoint") for key in self._missing(value, "entrypoint")
            ]
            self._insert(key, _column(key), [*above, *self._image(value, place)])

    def _missing(self, mapping: Mapping, what: str) -> list[str]:
        return [key for key in _NEEDED[what] if key not in mapping.entries]

    def _image(self, mapping: Mapping, place: "Placed") -> list[str]:
        """What is to be done about an image of which nobody knows that it runs KRT V2; once for each."""
        image = mapping.entries.get("image")
        if image is None or not isinstance(image[1], Scalar) or image[1].text in self.judged:
            return []
        text = image[1].text
        self.judged.add(text)
        name, _, tag = basename(text.partition("@")[0]).partition(":")
        if name in _RUNNERS and re.fullmatch(_KNOWN_LINE, tag):
            return []
        like = f", as konstellation/{name}:8.2.0 is" if name in _RUNNERS else ""
        return [self._todo(place, f"see that the image `{_short(text)}` is one for KRT V2{like}")]

    def _insert(self, above: "Placed", column: int, lines: list[str]) -> None:
        at = _line_start(self.text, above.start)
        self.splices += [(at, at, f"{' ' * column}{line}\n") for line in lines]

    def _chains(self) -> "Iterator[list[Scalar]]":
        """The names in each workflow's chain."""
        _, value = self.root.entries["workflows"]
        assert isinstance(value, Sequence)
        for workflow in value.items:
            assert isinstance(workflow, Mapping)
            chain = workflow.entries["sequential"][1]
            assert isinstance(chain, Sequence)
            yield [item for item in chain.items if isinstance(item, Scalar)]

    def _workflows(self, nodes: dict[str, _Node]) -> dict[str, list[str]]:
        """Gives each workflow its nodes; for each node, the workflows that have it."""
        used: dict[str, list[str]] = {}
        _, value = self.root.entries["workflows"]
        _, known = self.places.entries["workflows"]
        assert isinstance(value, Sequence) and isinstance(known, Sequence)
        gap = [""] if any(node.has_gap for node in [*nodes.values()][1:]) else []
        for workflow, place, chain in zip(value.items, known.items, self._chains(), strict=True):
            assert isinstance(workflow, Mapping) and isinstance(place, Mapping)
            name = workflow.entries.get("name")
            title = _short(name[1].text) if name and isinstance(name[1], Scalar) else "?"
            above = [
                self._todo(place, f"say the `{key}` of the workflow") for key in self._missing(workflow, "workflow")
            ]
            self._insert(workflow, max(0, _column(workflow) - 2), above)
            for item in dict.fromkeys(one.text for one in chain):
                used.setdefault(item, []).append(title)
            self._chain(workflow, place, title, nodes, gap)
        return used

    def _chain(self, workflow: Mapping, place: Mapping, title: str, nodes: dict[str, _Node], gap: list[str]) -> None:
        """Puts the copies of its nodes in the place of the chain of a workflow."""
        key, value = workflow.entries["sequential"]
        known = place.entries["sequential"][1]
        assert isinstance(value, Sequence) and isinstance(known, Sequence)
        column = _column(key)
        at = value.start + 1 if _is_flow(value) else key.end
        head, before = _between(self.text[key.end : value.start]) if _is_flow(value) else ("", [])
        names = self._names(value, known, title)
        copies: list[list[str]] = []
        comments: list[list[str]] = []
        for item in value.items:
            behind, own = _between(self.text[at : item.start])
            if comments and behind:
                comments[-1].append(behind)
            elif behind and head:
                before.append(behind)
            elif behind:
                head = behind
            comments.append([*before, *own])
            before = []
            at = _end(item, item.start)
        end = _line_end(self.text, value.end if _is_flow(value) else at)
        tail: list[str] = []
        if _is_flow(value):
            behind, tail = _between(self.text[at : value.end - 1])
            on_key = _comment(self.text[value.end : end])
            head = " ".join(filter(None, (head, on_key)))
        else:
            behind = _comment(self.text[at:end])
            tail, end = self._tail(end, column)
        if behind:
            comments[-1].append(behind)
        source = "entrypoint"
        for item, name, own in zip(value.items, names, comments, strict=True):
            assert isinstance(item, Scalar)
            node = nodes[item.text]
            copies.append(node.copy(name, source, column + 2, [*own, *self._node_todos(node)]))
            source = name
        lines = [f"exitpoint: {_quoted(source)}", f"{' ' * column}nodes:" + (f" {head}" if head else "")]
        for number, copied in enumerate(copies):
            lines += [*(gap if number else []), *copied]
        lines += [" " * (column + 2) + one for one in tail]
        ended = self.text[:end].endswith("\n")
        self.splices.append((key.start, end, "\n".join(lines) + "\n" * ended))
        shown = " -> ".join(["entrypoint", *names])
        self._decide(place, f"workflow `{title}`: {_short(shown)}; `{_short(source)}` is the exitpoint")

    def _node_todos(self, node: _Node) -> list[str]:
        """What is to be done about a node, which its first copy says."""
        missing = self._missing(node.mapping, "node") if node.mapping not in self.known else []
        self.known.add(node.mapping)
        todos = [self._todo(node.place, f"say the `{one}` of the node `{_short(node.name)}`") for one in missing]
        return [*todos, *self._image(node.mapping, node.place)]

    def _names(self, chain: Sequence, known: Sequence, title: str) -> list[str]:
        """The names of the copies: who comes a second time in a chain gets another one."""
        names = [item.text for item in chain.items if isinstance(item, Scalar)]
        taken = {*names}
        seen: dict[str, int] = {}  # and which number the last copy of it had
        for index, name in enumerate(names):
            if name in seen:
                number = seen[name]
                while names[index] in taken:
                    number += 1
                    end = f"-{number}"
                    names[index] = name[: LONGEST_RESOURCE_NAME - len(end)].rstrip("-") + end
                seen[name] = number
                taken.add(names[index])
            else:
                seen[name] = 1
            if names[index] != name:
                message = f"`{_short(name)}` comes once more in the chain of `{title}`: that copy is `{names[index]}`"
                self._decide(known.items[index], message)
        return names

    def _leave(self, nodes: list[_Node], by_name: dict[str, _Node], used: dict[str, list[str]]) -> None:
        """Takes the list of nodes away; what nobody copied stays there as comments."""
        key, _ = self.root.entries["nodes"]
        column = _column(key)
        place = self.places.entries["nodes"][0]
        self._decide(place, SDK)
        lines = [one] if (one := _comment(self.text[key.end : _line_end(self.text, key.end)])) else []
        for node in nodes:
            name = _short(node.name)
            if by_name[node.name] is not node:
                why = f"two nodes are called `{name}`, and the first was taken: name this one, or remove these lines"
            elif node.name not in used:
                why = f"no workflow has the node `{name}`: add it to one, or remove these lines"
            else:
                workflows = ", ".join(f"`{one}`" for one in used[node.name][:10])
                more = f" and {len(used[node.name]) - 10} more" if len(used[node.name]) > 10 else ""
                self._decide(node.place, f"node `{name}` is copied to {workflows}{more}")
                continue
            lines += [self._todo(node.place, why), *node.commented_out("")[1:]]
        start, end = _line_start(self.text, key.start), _end(self.root.entries["nodes"][1], key.end)
        _, end = self._tail(_line_end(self.text, end), column)
        if not lines and (start == 0 or self.text[:start].endswith(("\n\n", "\n\r\n"))):
            while end < len(self.text) and not self.text[end : _line_end(self.text, end)].strip():
                end = _line_end(self.text, end)
        self.splices.append((start, end, "".join(f"{' ' * column}{line}\n" for line in lines)))


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 100 else f"{text[:97]}..."
