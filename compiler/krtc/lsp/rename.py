"""Renaming a node: where it is named, in every subscription to it and its sub-topics, as exitpoint, in runtime.yml."""

import re

from krtc.backends import yaml
from krtc.frontend.nodes import Mapping, Scalar, Sequence
from krtc.lsp import tree
from krtc.lsp.names import Names, meant, name_in
from krtc.model.naming import ENTRYPOINT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from krtc.lsp.shapes import Shapes

    Edit = tuple[int, int, str]

_NAME = ("workflows", 0, "nodes", 0, "name")


class Refused(Exception):
    """A name that cannot be changed, or not to this; its text is for the person who asked."""


def prepare(text: str, offset: int) -> tuple[int, int]:
    """Where the name of the node at a place stands; Refused when there is none to change."""
    if tree.whole(text) is None:
        raise Refused("The file is not YAML as it stands: mend that first.")
    found = meant(text, Names(tree.read(text)), offset)
    if found is None or found.kind not in ("node", ENTRYPOINT):
        raise Refused("Only nodes can be renamed: here is the name of none.")
    if found.kind == ENTRYPOINT:
        raise Refused(f"`{ENTRYPOINT}` is the platform's name: it stays.")
    if found.start == found.end:
        raise Refused(f"`{found.name}` is written with escapes or over several lines here: write it plainly first.")
    if offset > found.end and text[found.end : found.end + 1] == ".":
        raise Refused(f"This is a sub-topic, which the code of `{found.name}` names: only the node can be renamed.")
    assert found.workflow is not None
    defined = found.workflow.named(found.name)
    if len(defined) != 1:
        raise Refused(f"The workflow has {'no' if not defined else 'more than one'} node `{found.name}`.")
    return found.start, found.end


def workflow_of(text: str, offset: int) -> str:
    """The name of the workflow around a place."""
    workflow = Names(tree.read(text)).workflow(offset)
    return workflow.name.text if workflow and workflow.name else ""


def edits(text: str, offset: int, name: str, shapes: "Shapes") -> "list[Edit]":
    """What gives the node at a place another name; Refused where that is none, or taken."""
    start, end = prepare(text, offset)
    (shape,) = shapes.at(_NAME)
    if not re.fullmatch(shape["pattern"], name):
        raise Refused(f"`{name}` is no name of a node: it {shape['patternErrorMessage']}.")
    if len(name) > shape["maxLength"]:
        raise Refused(f"`{name}` has {len(name)} characters: a node's name has at most {shape['maxLength']}.")
    if name == ENTRYPOINT:
        raise Refused(f"`{ENTRYPOINT}` is the platform's name: no node can have it.")
    old = text[start:end]
    workflow = Names(tree.read(text)).workflow(offset)
    assert workflow is not None
    if name != old and workflow.named(name):
        raise Refused(f"The workflow has a node `{name}` already.")
    found = []
    for scalar in (*workflow.named(old), *workflow.meaning(old)):
        start, end = name_in(text, scalar)
        if start == end:
            line = text.count("\n", 0, scalar.start) + 1
            raise Refused(f"Line {line} writes `{old}` with escapes or over several lines: write it plainly first.")
        found.append(_written(scalar, name, scalar.text.removeprefix(old), start, end))
    return sorted(found)


def in_runtime(text: str, is_it: "Callable[[str], bool]", workflow: str, old: str, new: str) -> "list[Edit]":
    """The same in what a runtime.yml says of the nodes of a version; `is_it` tells the version by its `krt`."""
    versions = tree.step(tree.whole(text), "versions")
    found = []
    for entry in versions.items if isinstance(versions, Sequence) else ():
        krt, nodes = tree.step(entry, "krt"), tree.step(entry, "nodes", workflow)
        if isinstance(krt, Scalar) and is_it(krt.text) and isinstance(nodes, Mapping) and old in nodes.entries:
            key = nodes.entries[old][0]
            stretch = tree.content(text, key)
            if stretch and new not in nodes.entries:
                found.append(_written(key, new, "", *stretch))
    return sorted(found)


def _written(scalar: Scalar, name: str, rest: str, start: int, end: int) -> "Edit":
    """A name in the place of another; where it is no text without quotes, it is given some."""
    if scalar.plain and yaml.string(name + rest) != name + rest:
        return scalar.start, scalar.end, yaml.quoted(name + rest)
    return start, end, name
