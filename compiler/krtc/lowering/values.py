"""What a chart's values are: each parameter of a version with its comment and its schema, out of the language."""

import json

from krtc.manifests import STATUS, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from krtc.manifests import Bundle, Param

    Schema = dict[str, Any]

# What people look for first comes first.
GROUPS = (
    "status",
    "published",
    "workflows",
    "entrypoint",
    "config",
    "ingress",
    "resources",
    "pods",
    "images",
    "krtFiles",
    "nats",
    "mongodb",
    "influxdb",
)


def describe(bundle: "Bundle", schemas: "Iterable[str]") -> list[Value]:
    """The values that a version's objects depend on, each once, by group, then as the objects name them.

    `schemas` are the texts of the published schemas.
    """
    definitions: dict[str, Schema] = {}
    for text in schemas:
        schema = json.loads(text)
        definitions |= schema["definitions"]
    found: dict[tuple[str, ...], Value] = {}
    for resource in (*bundle.resources, *bundle.tests()):
        for param in resource.params():
            if param.path not in found:
                found[param.path] = _status(bundle.statuses) if param is STATUS else _value(param, definitions)
    return sorted(found.values(), key=lambda value: GROUPS.index(value.path[0]))


def _status(statuses: tuple[str, ...]) -> Value:
    """The status, which decides what exists of a version."""
    comment = f"What the version is: {', '.join(statuses[:-1])} or {statuses[-1]}."
    return Value(STATUS.path, STATUS.default, comment, {"enum": list(statuses), "type": "string"})


def _value(param: "Param", definitions: "dict[str, Schema]") -> Value:
    definition, key = param.about.split(".")
    schema = _inlined(definitions[definition]["properties"][key], definitions)
    comment = schema.pop("description")
    if "type" in param.narrow:  # a part of what the language has as one
        narrow = dict(param.narrow)
        comment = narrow.pop("description", f"{comment} Here: {param.path[-1]}.")
        return Value(param.path, param.default, comment, narrow)
    schema.pop("default", None)
    if definition == "ConfigValues":  # one of its entries
        schema = schema["additionalProperties"]
        schema.pop("anyOf", None)
        schema["type"] = "string"
    return Value(param.path, param.default, comment, {**schema, **param.narrow})


def _inlined(schema: "Any", definitions: "dict[str, Schema]") -> "Any":
    """A schema in which every reference is what it refers to, and null is no choice: a chart's values have none."""
    if isinstance(schema, list):
        return [_inlined(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        return _inlined(definitions[schema["$ref"].rpartition("/")[2]] | rest, definitions)
    # What editors say of a value of another type is of the language's files alone.
    inlined = {k: _inlined(v, definitions) for k, v in schema.items() if k not in ("errorMessage", "writeOnly")}
    if "anyOf" in inlined:
        inlined["anyOf"] = [choice for choice in inlined["anyOf"] if choice.get("type") != "null"]
        if len(inlined["anyOf"]) == 1:
            (choice,) = inlined.pop("anyOf")
            inlined = choice | inlined
    return inlined
