"""What may be written at a cursor: the keys of its place, and the values that are known of the rest of the project."""

from krtc.backends import yaml
from krtc.lsp import places, tree
from krtc.lsp.names import Names
from krtc.model.naming import ENTRYPOINT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from krtc.lsp.places import Place
    from krtc.lsp.shapes import Shapes
    from krtc.lsp.tree import Path

    # Value, what it is in a few words.
    Value = tuple[str, str]


class Item:
    """One proposal: `text` takes the place of the stretch from `start` to `end`; `about` is Markdown.

    `kind` is "key", "value" or "name", the last of which the project has already.
    """

    __slots__ = ("about", "detail", "end", "kind", "label", "start", "text")

    def __init__(self, label: str, kind: str, text: str, place: "Place", *, detail: str = "", about: str = "") -> None:
        self.label = label
        self.kind = kind
        self.text = text
        self.start = place.start
        self.end = place.end
        self.detail = detail
        self.about = about


def complete(text: str, offset: int, shapes: "Shapes", rpcs: "Callable[[], Sequence[str]]") -> list[Item]:
    """The proposals at a cursor, the best first; `rpcs` gives the methods of the proto, where these fit."""
    place = places.find(text, offset)
    if place is None:
        return []
    if place.is_key and not (place.is_item and not _is_mapping(shapes, place.path)):
        return list(_keys(place, shapes))
    if not place.is_key and place.is_item and _is_mapping(shapes, place.path):
        return list(_keys(place, shapes))
    return [*_values(place, shapes), *_names(text, place, rpcs)]


def _is_mapping(shapes: "Shapes", path: "Path") -> bool:
    return any(schema.get("type") == "object" for schema in shapes.at(path))


def _keys(place: "Place", shapes: "Shapes") -> "Iterator[Item]":
    required = shapes.required(place.path)
    found = [key for key in shapes.keys(place.path) if key not in place.siblings]
    for key in sorted(found, key=lambda key: key not in required):
        text = key
        if not place.has_colon:
            below = {one.get("type") for one in shapes.at((*place.path, key))} & {"object", "array"}
            text += ":" if below else ": "
        detail = "required" if key in required else ""
        yield Item(key, "key", text, place, detail=detail, about=shapes.words((*place.path, key)))


def _values(place: "Place", shapes: "Shapes") -> "Iterator[Item]":
    """What the schema names."""
    for schema in shapes.at(place.path):
        is_boolean = schema.get("type") == "boolean"
        named = ["true", "false"] if is_boolean else schema.get("enum", [schema.get("const")])
        for value in filter(None, named):
            detail = "default" if str(schema.get("default")).lower() == value.lower() else ""
            yield Item(value, "value", value if is_boolean else _written(value, place), place, detail=detail)


def _names(text: str, place: "Place", rpcs: "Callable[[], Sequence[str]]") -> "Iterator[Item]":
    """What the rest of the file, or its proto, has names for."""
    names = Names(place.root or tree.read(text))
    for value, detail in dict(_known(place, names, rpcs)).items():
        yield Item(value, "name", _written(value, place), place, detail=detail)


def _known(place: "Place", names: Names, rpcs: "Callable[[], Sequence[str]]") -> "Iterator[Value]":
    steps = [step for step in place.path if isinstance(step, str)]
    workflow = names.workflow(place.start)
    if steps[-1:] == ["image"]:
        yield from ((image.text, "used in this file") for image in names.images if image.start != place.written)
    elif steps == ["workflows", "entrypoint"]:
        served = {one.entrypoint.text for one in names.workflows if one.entrypoint is not None}
        yield from ((rpc, "an rpc") for rpc in sorted(rpcs(), key=lambda rpc: rpc in served))
    elif steps == ["workflows", "exitpoint"] and workflow:
        yield from ((node.name.text, "a node") for node in workflow.nodes if node.name is not None)
    elif steps == ["workflows", "nodes", "subscriptions"] and workflow:
        yield from _publishers(place, names)


def _publishers(place: "Place", names: Names) -> "Iterator[Value]":
    """The nodes of the workflow but the one that subscribes, with the sub-topics of theirs that others subscribe to."""
    workflow = names.workflow(place.start)
    assert workflow is not None
    nodes = [node for node in workflow.nodes if node.mapping.start <= place.start]
    own = nodes[-1] if nodes else None
    has = {s.text for s in own.subscriptions if s.start != place.written} if own else set()
    every = [s.text for node in workflow.nodes for s in node.subscriptions if s.start != place.written]
    found: list[Value] = [(ENTRYPOINT, "the requests")]
    for node in workflow.nodes:
        if node is not own and node.name is not None:
            name = node.name.text
            found.append((name, "a node"))
            found += ((s, f"a sub-topic of {name}") for s in every if s.startswith(f"{name}."))
    yield from (value for value in found if value[0] not in has)


def _written(value: str, place: "Place") -> str:
    """A value as it is written there: in quotes where it would be no text without them."""
    likewise = value.replace(":", "-").replace("@", "-")  # inside of a word they are letters as any
    return value if place.is_quoted or yaml.string(likewise) == likewise else yaml.quoted(value)
