"""What may stand where: the published JSON Schemas, asked by the path that leads to a place in a document."""

from functools import cached_property

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from krtc.lsp.tree import Path

    Schema = dict[str, Any]

_TYPES = {
    "object": "mapping",
    "array": "list",
    "string": "text",
    "integer": "whole number",
    "boolean": "true or false",
}


class Shapes:
    """The places of one language, by its schema."""

    def __init__(self, schema: "Schema") -> None:
        self._schema = schema

    @cached_property
    def _root(self) -> "list[Schema]":
        return [self._schema]

    def at(self, path: "Path") -> "list[Schema]":
        """What a value at a path may be; nothing where none belongs."""
        found = self._root
        for step in path:
            found = [alternative for schema in found for alternative in self._below(schema, step)]
        return found

    def keys(self, path: "Path") -> "dict[str, Schema]":
        """The keys that a mapping at a path has by name, in their order, each with what it is."""
        return {
            key: self._resolved(value)
            for schema in self.at(path)
            for key, value in schema.get("properties", {}).items()
        }

    def required(self, path: "Path") -> set[str]:
        """Those of them that must be there."""
        return {key for schema in self.at(path) for key in schema.get("required", ())}

    def _below(self, schema: "Schema", step: str | int) -> "list[Schema]":
        if isinstance(step, int):
            below = schema.get("items")
        else:
            below = schema.get("properties", {}).get(step, schema.get("additionalProperties"))
        return self._alternatives(below) if isinstance(below, dict) else []

    def _alternatives(self, schema: "Schema") -> "list[Schema]":
        resolved = self._resolved(schema)
        if "anyOf" not in resolved:
            return [resolved]
        about = {key: value for key, value in resolved.items() if key != "anyOf"}
        return [{**one, **about} for inner in resolved["anyOf"] for one in self._alternatives(inner)]

    def _resolved(self, schema: "Schema") -> "Schema":
        """A schema with what it refers to; what it says itself goes before that."""
        if "$ref" not in schema:
            return schema
        definition = self._schema["definitions"][schema["$ref"].rpartition("/")[2]]
        return {**definition, **{key: value for key, value in schema.items() if key != "$ref"}}

    def words(self, path: "Path") -> str:
        """What there is to say of the value at a path, as Markdown; empty where none belongs."""
        schemas = [schema for schema in self.at(path) if schema.get("type") != "null"]
        if not schemas or not path:
            return schemas[0].get("description", "") if schemas else ""
        name = next((step for step in reversed(path) if isinstance(step, str)), "")
        first = schemas[0]
        is_required = isinstance(path[-1], str) and path[-1] in self.required(path[:-1])
        kinds = " or ".join(dict.fromkeys(_TYPES[schema["type"]] for schema in schemas))
        title = f"`{name}`: {kinds}{', required' if is_required else ''}"
        if "default" in first:
            title += f", by default `{_plain(first['default'])}`"
        parts = [title]
        for schema in schemas:
            allowed = schema.get("enum") or ([schema["const"]] if "const" in schema else [])
            limits = [
                schema.get("description", ""),
                f"One of: {', '.join(f'`{value}`' for value in allowed if value)}." if allowed else "",
                _sentence(schema["patternErrorMessage"]) if "patternErrorMessage" in schema else "",
            ]
            parts += [part for part in limits if part and part not in parts]
        examples = [f"`{_plain(example)}`" for example in first.get("examples", ())]
        return "\n\n".join([*parts, *([f"Example: {', '.join(examples)}"] if examples else [])])


def _plain(value: object) -> str:
    """A value of a schema as YAML on one line, which JSON is."""
    import json

    return value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)


def _sentence(words: str) -> str:
    return f"It {words}."
