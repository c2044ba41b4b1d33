"""The published JSON Schemas (draft-07), made from the records by pydantic.

Never imported by a compile: `schemas/` holds what this module makes, a test holds the two together, and
`python -m krtc.model.schema DIR` writes them.
"""

import json
import sys
import types
import typing
from pathlib import Path
from typing import Annotated, Any, Literal, Union

from pydantic import BaseModel, ConfigDict, TypeAdapter, create_model
from pydantic.alias_generators import to_camel

from krtc.model import krt, runtime
from krtc.model import types as named
from krtc.model.record import Record, canonical

ID = "https://konstellation-io.github.io/krtc/schemas/{}.schema.json"
PUBLISHED: dict[str, type[Record]] = {"krt-v2": krt.Version, "runtime": runtime.Runtime}


_models: dict[type[Record], type[BaseModel]] = {}


def _model(record: type[Record]) -> type[BaseModel]:
    """The pydantic model with the fields of a record, the same for each time it is asked for."""
    if record not in _models:
        _models[record] = _make_model(record)
    return _models[record]


def _make_model(record: type[Record]) -> type[BaseModel]:
    names = vars(sys.modules[record.__module__]) | vars(named) | {"Literal": Literal, "Annotated": Annotated}
    hints = typing.get_type_hints(record, globalns=names, include_extras=True)
    fields: dict[str, Any] = {
        field: (_with_models(hint), canonical(getattr(record, field)) if hasattr(record, field) else ...)
        for field, hint in hints.items()
    }
    config = ConfigDict(alias_generator=to_camel, extra="forbid", title=record.__name__)
    return create_model(record.__name__, __config__=config, __doc__=record.__doc__, **fields)


def _with_models(hint: Any) -> Any:
    """A type in which every record is its model."""
    if isinstance(hint, type) and issubclass(hint, Record):
        return _model(hint)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is Annotated:
        return Annotated[(_with_models(arguments[0]), *arguments[1:])]
    if origin in (Union, types.UnionType):
        return Union[tuple(map(_with_models, arguments))]  # noqa: UP007 (made at run time)
    if origin in (list, dict):
        return origin[tuple(map(_with_models, arguments))]
    return hint


def make(name: str) -> dict[str, Any]:
    """The schema of one of PUBLISHED, as JSON data."""
    schema = TypeAdapter[Any](_model(PUBLISHED[name])).json_schema(ref_template="#/definitions/{model}")
    definitions = schema.pop("$defs")
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": ID.format(name),
        **_tidy(schema),
        "definitions": _tidy(dict(sorted(definitions.items()))),
    }


def _tidy(schema: Any) -> Any:
    """Without the titles that pydantic derives from names, and with camelCase defaults.

    A default that is an object is left out: its own fields tell theirs.
    """
    if isinstance(schema, list):
        return [_tidy(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    tidy = {key: _tidy(value) for key, value in schema.items() if key != "title" or not isinstance(value, str)}
    if "patternProperties" in tidy:  # a key of another form is a mistake, and its form has words
        ((pattern, value),) = tidy.pop("patternProperties").items()
        tidy["propertyNames"] = {"pattern": pattern, **tidy.get("propertyNames", {})}
        tidy["additionalProperties"] = value
    if "default" in tidy and (tidy["default"] is None or (isinstance(tidy["default"], dict) and "$ref" in tidy)):
        del tidy["default"]
    if isinstance(tidy.get("description"), str):
        tidy["description"] = " ".join(tidy["description"].split())
    return tidy


def text(name: str) -> str:
    """The schema as the text of its file."""
    return json.dumps(make(name), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for published in PUBLISHED:
        Path(sys.argv[1], f"{published}.schema.json").write_text(text(published), encoding="utf-8")
