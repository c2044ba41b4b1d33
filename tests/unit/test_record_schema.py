"""Records, and the JSON Schemas that are made from them."""

import json
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
from jsonschema import Draft7Validator

from krtc.lowering.common import camel
from krtc.model import krt, runtime, schema
from krtc.model.program import digest
from krtc.model.record import Record, canonical, given
from tests.unit.helpers import ROOT, Object, program, some

RECORDS = [
    value
    for module in (krt, runtime)
    for value in vars(module).values()
    if isinstance(value, type) and issubclass(value, Record) and value is not Record
]


def properties(data: Any, path: str = "") -> Iterator[tuple[str, Object]]:
    """Every property of a schema with its path."""
    if isinstance(data, list):
        for item in data:
            yield from properties(item, path)
    elif isinstance(data, dict):
        for name, value in data.get("properties", {}).items():
            yield f"{path}.{name}", value
            yield from properties(value, f"{path}.{name}")
        for key, value in data.items():
            if key == "definitions":
                for name, definition in value.items():
                    yield from properties(definition, name)
            elif key != "properties":
                yield from properties(value, path)


class Test_schemas:
    @pytest.mark.parametrize("name", schema.PUBLISHED)
    def test_what_is_published_is_what_the_records_say(self, name: str) -> None:
        assert (ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8") == schema.text(name)

    def test_all_are_published(self) -> None:
        assert {path.name for path in (ROOT / "schemas").glob("*.schema.json")} == {
            f"{name}.schema.json" for name in schema.PUBLISHED
        }

    @pytest.mark.parametrize("name", schema.PUBLISHED)
    def test_are_valid_draft_07(self, name: str) -> None:
        made = schema.make(name)
        assert made["$schema"] == "http://json-schema.org/draft-07/schema#"
        Draft7Validator.check_schema(made)

    @pytest.mark.parametrize("name", schema.PUBLISHED)
    def test_every_property_has_a_description(self, name: str) -> None:
        made = schema.make(name)
        for path, value in properties(made):
            definition = made["definitions"][value["$ref"].rpartition("/")[2]] if "$ref" in value else {}
            assert value.get("description") or definition.get("description"), path
        for definition in made["definitions"].values():
            assert definition["description"].endswith(".")
            assert definition["additionalProperties"] is False

    @pytest.mark.parametrize("name", schema.PUBLISHED)
    def test_examples_and_defaults_are_valid(self, name: str) -> None:
        made = schema.make(name)
        for path, value in properties(made):
            inner = Draft7Validator({**value, "definitions": made["definitions"]})
            for example in [*value.get("examples", []), *([value["default"]] if "default" in value else [])]:
                assert [*inner.iter_errors(example)] == [], path

    @pytest.mark.parametrize("name", schema.PUBLISHED)
    def test_every_pattern_has_words(self, name: str) -> None:
        def check(data: Any) -> None:
            if isinstance(data, dict):
                if isinstance(data.get("pattern"), str) and data["pattern"] != "^[0-9a-f]{64}$":
                    assert data["patternErrorMessage"].startswith("must be ")
                for key, value in data.items():
                    if key != "not":  # its words are those of the pattern beside it
                        check(value)
            elif isinstance(data, list):
                for value in data:
                    check(value)

        check(schema.make(name))

    def test_every_record_is_in_a_schema(self) -> None:
        published = {name for made in map(schema.make, schema.PUBLISHED) for name in made["definitions"]}
        roots = {record.__name__ for record in schema.PUBLISHED.values()}
        assert {record.__name__ for record in RECORDS} == published | roots

    def test_are_written_by_a_command(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "argv", ["schema", str(tmp_path)])
        runpy.run_path(schema.__file__, run_name="__main__")
        for name in schema.PUBLISHED:
            assert (tmp_path / f"{name}.schema.json").read_text(encoding="utf-8") == schema.text(name)


class Test_records:
    def test_are_immutable(self) -> None:
        node = some(krt.Node, name="etl")
        for field in ("name", "replicas", "anything"):
            with pytest.raises(AttributeError, match="Node is immutable"):
                setattr(node, field, "x")
        assert node.name == "etl"

    def test_have_the_defaults_of_their_class(self) -> None:
        assert (some(krt.Node).replicas, some(krt.Node).gpu, some(krt.ObjectStore).scope) == (1, False, "workflow")
        assert not hasattr(some(krt.Node), "name")

    def test_given(self) -> None:
        node = some(krt.Node, name="etl", gpu=False)
        assert [given(node, field) for field in ("name", "gpu", "replicas")] == [True, True, False]

    def test_canonical_is_plain_data_with_defaults_in_order(self) -> None:
        store = krt.ObjectStore(name="mails")
        assert canonical(store) == {"name": "mails", "scope": "workflow"}
        node = some(krt.Node, subscriptions=["a"], object_store=store, name="etl", image="i", src="s")
        assert canonical(node) == {
            "name": "etl",
            "image": "i",
            "src": "s",
            "gpu": False,
            "replicas": 1,
            "subscriptions": ["a"],
            "object_store": {"name": "mails", "scope": "workflow"},
        }
        assert list(canonical(node)) == list(krt.Node.__annotations__)
        assert canonical({"a": (store, 1)}) == {"a": [{"name": "mails", "scope": "workflow"}, 1]}
        assert json.loads(json.dumps(canonical(runtime.DEFAULTS)))["nats"]["ack_wait"] == {"default": "22h"}

    def test_repr_tells_the_fields(self) -> None:
        assert repr(krt.ObjectStore(name="mails")) == "ObjectStore({'name': 'mails', 'scope': 'workflow'})"

    @pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
    def test_have_a_docstring_and_defaults_that_are_fields(self, record: type[Record]) -> None:
        assert record.__doc__ and record.__doc__.endswith(".")
        methods = (property, FunctionType)
        public = {name for name, value in vars(record).items() if name[0] != "_" and not isinstance(value, methods)}
        assert public <= set(record.__annotations__)

    def test_no_field_name_is_mistaken_for_another(self) -> None:
        from krtc.frontend.binder import snake

        for record in RECORDS:
            for field in record.__annotations__:
                assert snake(camel(field)) == field


def test_the_digest_is_of_what_a_version_means() -> None:
    plain = program().version
    written_otherwise = program(json.dumps(json.loads(json.dumps(_krt()))), None, needs_values=False).version
    assert digest(plain) == digest(written_otherwise)
    assert digest(plain) != digest(program({**_krt(), "description": "Other."}).version)


def _krt() -> Object:
    from tests.unit.helpers import KRT

    return {key: KRT[key] for key in reversed(KRT)}
