"""The files of a chart."""

import json

from krtc.backends.helm.expressions import Action, template
from krtc.backends.yaml import dump, header, quoted, scalar
from krtc.manifests import file_name, resolve
from krtc.sha256 import sha256
from krtc.texts import environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from krtc.manifests import Bundle, Resource, Value

NAMESPACE = Action(".Release.Namespace")
LABELS = {
    "app.kubernetes.io/managed-by": Action(".Release.Service"),
    "app.kubernetes.io/instance": Action(".Release.Name"),
    "helm.sh/chart": Action('include "krt.chart" .'),
}
CHART_VERSION = "0.1.0"
# Of the values below `ingress`.
NEEDS_GATEWAY = {
    "if": {"properties": {"kind": {"const": "GRPCRoute"}}, "required": ["kind"]},
    "then": {"properties": {"gateway": {"properties": {"name": {"minLength": 1}}}}},
}
LONGEST_CELL = 100


def files(bundle: "Bundle", status: str, values: "list[Value]", templates: "Mapping[str, str]") -> dict[str, str]:
    """The chart of a version; `status` is the default of its value `status`.

    `values` are all values that its objects depend on; `templates` the Jinja2 sources of its texts, by name.
    """
    defaults = {value.path: status if value.path == ("status",) else value.default for value in values}
    tree = {
        **{f"templates/{_file(resource)}": _manifest(bundle, resource) for resource in bundle.resources},
        **{f"templates/tests/{_file(resource)}": _manifest(bundle, resource) for resource in bundle.tests()},
        "values.schema.json": json.dumps(_schema(bundle, values), indent=2, ensure_ascii=False) + "\n",
        **{
            f"ci/{name}-values.yaml": header(bundle.source) + dump(data)
            for name, data in _examples(bundle, values).items()
        },
    }
    rows = _rows(values, defaults)
    context = {
        "bundle": bundle,
        "header": header(bundle.source),
        "rows": rows,
        "status": status,
        "needs_nack": any(resource.kind == "Stream" for resource in bundle.resources),
    }
    texts = environment(templates, {"quoted": quoted, "scalar": scalar, "cell": _cell, "default": _default})
    for name in ("values.yaml", "README.md", "templates/_helpers.tpl", "templates/NOTES.txt"):
        tree[name] = texts.get_template(name).render(context)
    digest = sha256(json.dumps(sorted(tree.items())))[:12]
    version = f"{CHART_VERSION}+krt.{digest}"
    tree["Chart.yaml"] = texts.get_template("Chart.yaml").render(context, version=version)
    return dict(sorted(tree.items()))


def _file(resource: "Resource") -> str:
    return file_name(resource, resolve(resource.name, "started"))


def _manifest(bundle: "Bundle", resource: "Resource") -> str:
    return header(bundle.source) + template(resource.data(NAMESPACE, LABELS), *resource.when)


def _cell(text: str) -> str:
    """A text in a cell of a Markdown table."""
    return text.replace("|", "\\|")


def _default(value: "Any") -> str:
    """A default in a cell: JSON, cut short, for it may be a whole file; no backtick ends it."""
    text = json.dumps(value, ensure_ascii=False).replace("`", "'")
    return _cell(text if len(text) <= LONGEST_CELL else text[:LONGEST_CELL] + " ...")


def _rows(values: "list[Value]", defaults: "dict[tuple[str, ...], Any]") -> "list[dict[str, Any]]":
    """The lines of values.yaml: groups and values, each with its indentation, in the order of the first of a group."""
    rows: list[dict[str, Any]] = []

    def add(at: tuple[str, ...], members: "list[Value]") -> None:
        groups: dict[str, list[Value]] = {}
        for value in members:
            groups.setdefault(value.path[len(at)], []).append(value)
        for key, group in groups.items():
            path = (*at, key)
            pad = "  " * len(at)
            row: dict[str, Any] = {"pad": pad, "key": scalar(key), "path": ".".join(path), "value": None}
            rows.append(row)
            if group[0].path == path:
                default = defaults[path]
                row["comment"] = group[0].comment
                row["default"] = default
                text = "" if default is None else dump({key: default}).split(":", 1)[1].rstrip("\n")
                row["value"] = text.replace("\n", "\n" + pad)
            else:
                add(path, group)

    add((), values)
    return rows


def _schema(bundle: "Bundle", values: "list[Value]") -> "dict[str, Any]":
    """values.schema.json: what is not a value of the chart is refused."""
    root: dict[str, Any] = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        # Helm hands these to every chart under another.
        "properties": {"global": {"type": "object"}},
        "additionalProperties": False,
        # Without a status (`--set status=null`) nothing but the record would be left.
        "required": ["status" if bundle.statuses else "published"],
    }
    for value in values:
        at = root
        for key in value.path[:-1]:
            at = at["properties"].setdefault(key, {"type": "object", "properties": {}, "additionalProperties": False})
        schema = value.schema if value.default is not None else {**value.schema, "type": ["string", "null"]}
        at["properties"][value.path[-1]] = {"description": value.comment, **schema}
    if "ingress" in root["properties"]:
        root["properties"]["ingress"].update(NEEDS_GATEWAY)
    return root


def _examples(bundle: "Bundle", values: "list[Value]") -> "dict[str, dict[str, Any]]":
    """Values that chart-testing tries: every status, with what must be given, and the other kind of route."""
    demanded: dict[str, Any] = {}
    for value in values:
        if value.default is None:
            _set(demanded, value.path, "example")
    examples: dict[str, dict[str, Any]] = {
        status: {"status": status, **({} if status == "stopped" else demanded)} for status in bundle.statuses
    }
    if not any(value.path[0] == "ingress" for value in values):
        return examples
    examples["gateway"] = {
        **({"status": "published"} if bundle.statuses else {}),
        **demanded,
        "ingress": {
            "kind": "GRPCRoute",
            "gateway": {"name": "gateway", "namespace": "gateways", "sectionName": "grpc"},
        },
    }
    return examples


def _set(data: "dict[str, Any]", path: tuple[str, ...], value: "Any") -> None:
    for key in path[:-1]:
        data = data.setdefault(key, {})
    data[path[-1]] = value
