"""A value of a chart does what its setting does: setting it when Helm renders and before compiling give the same."""

from __future__ import annotations

import copy
import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from krtc.lowering.common import as_written
from krtc.model.runtime import NodeSettings, Resources
from tests.equivalence import inputs
from tests.equivalence.forms import (
    CASES,
    Object,
    Objects,
    Version,
    assert_same,
    compile_version,
    helm_template,
    leaves,
    objects,
    output,
    parse,
    write,
    yaml_text,
)

Path_ = tuple[str, ...]

VERSIONS = {"awkward": inputs.AWKWARD, "all-settings": CASES["all-settings"], "one-node": CASES["one-node"]}
# Whoever installs the chart gives these.
GATEWAY: dict[Path_, Any] = {("ingress", "gateway", "name"): "public"}
GIVEN: dict[str, dict[Path_, Any]] = {
    "awkward": {("config", "variables", "MISSING"): "x", ("config", "files", "also_missing"): "y\n"},
    "all-settings": GATEWAY,
    "one-node": GATEWAY,
}
# What the route of a case does not have.
OF_INGRESS: list[Path_] = [("ingress", "className"), ("ingress", "tls"), ("ingress", "tlsSecret")]
OF_GATEWAY: list[Path_] = [
    ("ingress", "gateway", "name"),
    ("ingress", "gateway", "namespace"),
    ("ingress", "gateway", "sectionName"),
]
CONTAINERS = ("node", "entrypoint", "sidecars")
HIDDEN = {"awkward": OF_INGRESS, "all-settings": OF_GATEWAY, "one-node": OF_GATEWAY}


class Chart:
    """The chart of a case: its values by path, with what they may be."""

    def __init__(self, case: str) -> None:
        self.version = VERSIONS[case]
        self.given = GIVEN[case]
        self.files = compile_version(self.version, "helm", "published")
        self.defaults = parse(self.files["values.yaml"])[0]
        self.schemas = dict(leaves(json.loads(self.files["values.schema.json"])))
        self.plain = self.compile({})

    def render(self, values: dict[Path_, Any]) -> Objects:
        with tempfile.TemporaryDirectory() as folder:
            chart = write(Path(folder), {**self.files, "mine.yaml": yaml_text(nested(self.given | values))})
            return objects(output(helm_template(chart, self.version, "-f", chart / "mine.yaml")))

    def compile(self, values: dict[Path_, Any]) -> Objects:
        """The plain form with the settings changed."""
        version = Version(
            copy.deepcopy(self.version.krt),
            copy.deepcopy(self.version.runtime or {"runtime": "kre"}),
            dict(self.version.files),
        )
        nodes: dict[str, dict[str, NodeSettings]] = {}
        status = "published"
        for path, value in (self.given | values).items():
            # Helm sets a mapping key by key.
            whole = default_of(self.defaults, path) | value if isinstance(value, dict) else value
            if path == ("status",):
                status = value
            elif path[-1] in ("requests", "limits", "nodeSelector") and path[0] == "workflows":
                set_of_node(nodes.setdefault(path[1], {}).setdefault(path[3], NodeSettings()), path[4:], whole)
            else:
                set_(version, path, whole, self.defaults)
        own = {workflow: {name: as_written(node) for name, node in of.items()} for workflow, of in nodes.items()}
        assert version.runtime
        version.runtime["versions"] = [{"krt": "krt.yml", "nodes": own}]
        found = objects(compile_version(version, "manifests", status)["-"])
        # The digest is that of the krt.yml that the chart was made of.
        found["ConfigMap", version.krt["version"]]["data"]["digest"] = self.digest
        return found

    @property
    def digest(self) -> str:
        name = f"templates/10-configmap-{self.version.krt['version']}.yaml"
        [line] = [line for line in self.files[name].splitlines() if "digest: " in line]
        return line.split('"')[1]


@cache
def chart(case: str) -> Chart:
    return Chart(case)


def nested(values: dict[Path_, Any]) -> Object:
    data: Object = {}
    for path, value in values.items():
        at = data
        for key in path[:-1]:
            at = at.setdefault(key, {})
        at[path[-1]] = value
    return data


def default_of(data: Any, path: Path_) -> Any:
    for key in path:
        data = data[key]
    return data


def set_(version: Version, path: Path_, value: Any, defaults: Object) -> None:
    """Sets what a person would have written for the value at `path`."""
    krt, runtime = version.krt, version.runtime
    assert runtime is not None
    match path:
        case ("workflows", workflow, "nodes", node, key):
            [nodes] = [item["nodes"] for item in krt["workflows"] if item["name"] == workflow]
            [item] = [item for item in nodes if item["name"] == node]
            item[key] = value
        case ("entrypoint", key):
            krt["entrypoint"][key] = value
        case ("nats", ("host" | "port") as part):
            nats = runtime.setdefault("nats", {})
            host, _, port = nats.get("server", "kre-nats:4222").rpartition(":")
            nats["server"] = f"{value}:{port}" if part == "host" else f"{host}:{value}"
        case ("nats", "keep", kind):
            nats = runtime.setdefault("nats", {})
            others = [other for other in nats.get("keep", ["keyValueStores"]) if other != kind]
            nats["keep"] = [*others, kind] if value else others
        case ("config", "files", name):
            runtime["config"]["files"][name] = f"new/{name}"
            assert isinstance(version.files, dict)
            version.files[f"new/{name}"] = value
        case (*groups, key):
            at = runtime
            for depth, group in enumerate(groups):
                # Whoever writes a part of resources or of a reference in a runtime.yml writes all of it.
                at = at.setdefault(
                    group, dict(default_of(defaults, path[:-1])) if depth == 2 or group in CONTAINERS else {}
                )
            at[key] = value


def set_of_node(node: NodeSettings, path: Path_, value: Any) -> None:
    match path:
        case ("nodeSelector",):
            node.__dict__["node_selector"] = value
        case ("resources", kind):
            node.__dict__.setdefault("resources", Resources()).__dict__[kind] = value


# --- what a value may be


def of_schema(schema: Object) -> inputs.Strategy:
    """Values that are valid by the schema: the words of JSON Schema that the charts' schemas use."""
    if "anyOf" in schema:
        return st.one_of(*map(of_schema, schema["anyOf"]))
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema["type"]:
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(schema.get("minimum"), schema.get("maximum"))
        case "array":
            return st.lists(of_schema(schema["items"]), max_size=2)
        case "object" if "properties" in schema:
            fields = {key: of_schema(value) for key, value in schema["properties"].items()}
            required = {key: fields.pop(key) for key in schema.get("required", ())}
            return st.fixed_dictionaries(required, optional=fields)
        case "object":
            return st.dictionaries(
                of_schema({"type": "string", **schema["propertyNames"]}),
                of_schema(schema["additionalProperties"]),
                max_size=2,
            )
    if "pattern" in schema:
        found = st.from_regex(schema["pattern"], fullmatch=True, alphabet=inputs.characters)
        return found.filter(lambda text: len(text) <= schema.get("maxLength", len(text)))
    return inputs.texts


def of_image(image: str) -> inputs.Strategy:
    """Another tag, registry or owner of the same image."""
    repository = image.partition("@")[0].rpartition(":")[0]
    name = repository.rpartition("/")[2]
    repositories = [repository, f"mirror.example:5000/{repository}", f"other/{name}", f"acme/{name}"]
    tags = [":1.10", ":latest", "@sha256:" + "0" * 64, ""]
    return st.builds("{}{}".format, st.sampled_from(repositories), st.sampled_from(tags))


def values_at(case: str, path: Path_) -> inputs.Strategy:
    """Values at `path` that are valid, and another than the default."""
    made = chart(case)
    default, schema = default_of(made.defaults, path), made.schemas[path]
    before = made.given.get(path, default)
    if path == ("ingress", "gateway", "name"):
        schema = schema["anyOf"][0]  # not ""
    valid = Draft7Validator(schema).is_valid
    strategy = (
        of_image(default) if path[-1] == "image" else of_schema(schema if default is not None else {"type": "string"})
    )
    if isinstance(default, dict):
        return strategy.filter(lambda value: default | value != default)
    return strategy.filter(lambda value: value != before and valid(value))


PATHS = {case: [path for path in chart(case).schemas if path not in HIDDEN[case]] for case in VERSIONS}
few = settings(max_examples=2, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize(
    ("case", "path"),
    [pytest.param(case, path, id=f"{case}-{'.'.join(path)}") for case in PATHS for path in PATHS[case]],
)
@few
@given(data=st.data())
def test_each_value(case: str, path: Path_, data: st.DataObject) -> None:
    values = {path: data.draw(values_at(case, path))}
    expected = chart(case).compile(values)
    assert expected != chart(case).plain, "it changes nothing"
    assert_same(chart(case).render(values), expected)


def test_no_value_is_hidden_everywhere() -> None:
    assert {path for paths in HIDDEN.values() for path in paths} <= {path for paths in PATHS.values() for path in paths}


@pytest.mark.parametrize(
    ("path", "own", "keys"),
    [
        (("resources", "node", "requests"), ("resources", "requests"), ["cpu", "nvidia.com/gpu"]),
        (("resources", "node", "limits"), ("resources", "limits"), ["memory", "nvidia.com/gpu"]),
        (("pods", "nodeSelector"), ("nodeSelector",), ["disk", "konstellation.io/gpu"]),
        (("pods", "annotations"), (), ["checksum/config", "checksum/files"]),
    ],
)
@pytest.mark.parametrize("node", ["no", "range"])  # the first has a GPU
def test_what_goes_over_what(path: Path_, own: Path_, keys: list[str], node: str) -> None:
    """A node's own over the shared, and what krtc demands over both."""
    values: dict[Path_, Any] = {path: dict.fromkeys([*keys, "a"], "1")}
    if own:
        values["workflows", "1st-flow", "nodes", node, *own] = dict.fromkeys([*keys, "b"], "2")
    assert_same(chart("awkward").render(values), chart("awkward").compile(values))


@settings(few, max_examples=30)
@given(data=st.data())
def test_values_together(data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(sorted(VERSIONS)))
    paths = data.draw(st.lists(st.sampled_from(sorted(chart(case).schemas)), min_size=2, max_size=8, unique=True))
    values = {path: data.draw(values_at(case, path)) for path in paths}
    assert_same(chart(case).render(values), chart(case).compile(values))
