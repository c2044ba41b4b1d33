"""Charts: leaves as Helm expressions, the templates around them, and the texts of a chart."""

import json
import re
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from krtc.backends.helm.expressions import Action, condition, expression, template
from krtc.manifests import ABSENT, PUBLISHED, RUNNING, STATUS, Amounts, Digest, Is, Merge, Optional, Param, Text, When
from tests.unit.helpers import KRT, RUNTIME, SMALL, Object, build, changed, read

SIZE = Param(("size",), 3, "A.size")
FLAG = Param(("on",), True, "A.on")
NAME = Param(("a", "name"), "x", "A.name")
DASHED = Param(("a-b", "c"), "x", "A.name")
LATER = Param(("a", "b-c", "d"), "x", "A.name")
LABELS = Param(("labels",), {"a": "1"}, "A.labels")
ITEMS = Param(("items",), [1], "A.items")
MISSING = Param(("config", "TOKEN"), None, "A.token")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("x", '"x"'),
        ('a"b\\c\nd', r'"a\"b\\c\nd"'),
        ("{{ x }}", r'"{\x7b x }\x7d"'),
        ("é", '"é"'),
        (5, "5"),
        (True, "true"),
        (NAME, ".Values.a.name"),
        (SIZE, "(int64 .Values.size)"),
        (FLAG, ".Values.on"),
        (DASHED, '(index .Values "a-b" "c")'),
        (LATER, '(index .Values.a "b-c" "d")'),
        (MISSING, '(include "krt.given" (dict "path" "config.TOKEN" "value" .Values.config.TOKEN))'),
        (Action(".Release.Name"), "(.Release.Name)"),
        (Text("a-", NAME, "%", SIZE, 7), '(printf "a-%s%%%d%d" .Values.a.name (int64 .Values.size) 7)'),
        ({}, "(dict)"),
        ({"a": "x )", "b": NAME}, '(dict "a" "x )" "b" .Values.a.name)'),
        ([], "(list)"),
        (["( )", SIZE], '(list "( )" (int64 .Values.size))'),
        (Merge(LABELS), ".Values.labels"),
        (Merge(LABELS, {}), ".Values.labels"),
        (Merge(LABELS, {"b": "2"}), '(include "krt.merge" (list .Values.labels (dict "b" "2")) | fromYaml)'),
        (Amounts({"a": LABELS}), '(include "krt.amounts" (dict "a" .Values.labels) | fromYaml)'),
        (Merge(ITEMS, [2]), "(concat .Values.items (list 2))"),
        (Merge([{"k": "v"}], ITEMS), '(concat (list (dict "k" "v")) .Values.items)'),
        (Digest("abc"), '"dfe7a23fefeea519e9bbfdd1a6be94c4b2e4529dd6b7cbea83f9959c2621b13c"'),
        (Digest("a", NAME), '(printf "%s%s" ("a" | sha256sum) (.Values.a.name | sha256sum) | sha256sum)'),
    ],
)
def test_expressions(data: Any, expected: str) -> None:
    assert expression(data) == expected


@pytest.mark.parametrize("data", [None, 1.5, When(RUNNING, "x"), Optional("x"), ABSENT])
def test_what_is_no_operand(data: Any) -> None:
    with pytest.raises(TypeError, match="is no operand"):
        expression(data)


@pytest.mark.parametrize(
    ("tests", "expected"),
    [
        ((RUNNING,), 'has .Values.status (list "started" "published")'),
        ((PUBLISHED,), 'eq .Values.status "published"'),
        ((Is(FLAG, True),), ".Values.on"),
        ((PUBLISHED, Is(NAME, "x")), 'and (eq .Values.status "published") (eq .Values.a.name "x")'),
    ],
)
def test_conditions(tests: tuple[Is, ...], expected: str) -> None:
    assert condition(*tests) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"a": "x"}, "a: x\n"),
        ({"a": NAME}, "a: {{ .Values.a.name | quote }}\n"),
        ({"a": SIZE}, "a: {{ int64 .Values.size }}\n"),
        ({"a": FLAG}, "a: {{ .Values.on }}\n"),
        ({"a": Text("b ) (", NAME)}, 'a: {{ printf "b ) (%s" .Values.a.name | quote }}\n'),
        ({"a": Text(SIZE)}, 'a: {{ printf "%d" (int64 .Values.size) | quote }}\n'),
        ({"a": Action(".Release.Name")}, "a: {{ .Release.Name | quote }}\n"),
        ({"a": LABELS}, "a:\n  {{- toYaml .Values.labels | nindent 2 }}\n"),
        ({"a": {"b": ITEMS}}, "a:\n  b:\n    {{- toYaml .Values.items | nindent 4 }}\n"),
        (
            {"a": Merge(LABELS, {"b": "2"})},
            'a:\n  {{- include "krt.merge" (list .Values.labels (dict "b" "2")) | nindent 2 }}\n',
        ),
        ({"a": Merge(ITEMS, [2])}, "a:\n  {{- toYaml (concat .Values.items (list 2)) | nindent 2 }}\n"),
        (
            {"a": Amounts({"b": LABELS})},
            'a:\n  {{- include "krt.amounts" (dict "b" .Values.labels) | nindent 2 }}\n',
        ),
        ({"a": Optional(NAME)}, "{{- with .Values.a.name }}\na: {{ . | quote }}\n{{- end }}\n"),
        ({"a": Optional(LABELS)}, "{{- with .Values.labels }}\na:\n  {{- toYaml . | nindent 2 }}\n{{- end }}\n"),
        (
            {"a": Optional(Merge(LABELS, {"b": "2"}))},
            '{{- with include "krt.merge" (list .Values.labels (dict "b" "2")) | fromYaml }}\n'
            "a:\n  {{- toYaml . | nindent 2 }}\n{{- end }}\n",
        ),
        ({"a": When(RUNNING, "x")}, '{{- if has .Values.status (list "started" "published") }}\na: x\n{{- end }}\n'),
        (
            {"a": When(PUBLISHED, NAME, {"b": "c"})},
            '{{- if eq .Values.status "published" }}\na: {{ .Values.a.name | quote }}\n'
            "{{- else }}\na:\n  b: c\n{{- end }}\n",
        ),
        (
            {"a": [When(Is(FLAG, True), "x", SIZE), NAME, {"b": NAME}]},
            "a:\n{{- if .Values.on }}\n  - x\n{{- else }}\n  - {{ int64 .Values.size }}\n{{- end }}\n"
            "  - {{ .Values.a.name | quote }}\n  - b: {{ .Values.a.name | quote }}\n",
        ),
        ({"a": [When(PUBLISHED, "x")]}, 'a:\n{{- if eq .Values.status "published" }}\n  - x\n{{- end }}\n'),
        ({"{{ x }}": "{{ y }}"}, '"{\\x7b x }\\x7d": "{\\x7b y }\\x7d"\n'),
    ],
)
def test_templates(data: Object, expected: str) -> None:
    assert template(data) == expected


def test_a_template_is_empty_where_its_conditions_do_not_hold() -> None:
    assert template({"a": "x"}, PUBLISHED, Is(FLAG, True)) == (
        '{{- if and (eq .Values.status "published") (.Values.on) }}\na: x\n{{- end }}\n'
    )


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_no_text_ends_an_action(text: str) -> None:
    """Without its own braces, a template of any text holds none: neither in a value, a key nor an operand."""
    made = template({text: text, "a": Text(text, NAME), "b": Merge(LABELS, {text: text})})
    assert len(re.findall(r"\{\{", made)) == len(re.findall(r"\}\}", made)) == 2
    for action in re.findall(r"\{\{(.*?)\}\}", made, re.DOTALL):
        (operand,) = re.findall(r'printf ("(?:[^"\\]|\\.)*")', action) or ['"%s"']
        assert json.loads(operand.replace("\\x7b", "{").replace("\\x7d", "}"))


# Whole charts


def chart(krt: Object | str = KRT, runtime: Object | str | None = RUNTIME, **options: Any) -> dict[str, str]:
    result = build(krt, runtime, form="helm", **options)
    assert [d.message for d in result.diagnostics if d.severity == "error"] == []
    return dict(result.files)


def leaves(data: Any, schema: Object, path: str = "") -> set[str]:
    """The values of a chart that its schema describes, each with its path."""
    found = set()
    for key, value in data.items():
        inner = schema["properties"][key]
        described = "description" in inner
        found |= {f"{path}{key}"} if described else leaves(value, inner, f"{path}{key}.")
    return found


def test_the_files_of_a_chart() -> None:
    files = chart()
    assert list(files) == sorted(files)
    assert {name for name in files if "/" not in name} == {
        "Chart.yaml",
        "README.md",
        "values.yaml",
        "values.schema.json",
    }
    assert {name for name in files if name.startswith("ci/")} == {
        f"ci/{name}-values.yaml" for name in ("stopped", "started", "published", "gateway")
    }
    assert [name for name in files if "/tests/" in name] == ["templates/tests/40-pod-mail-v1--test.yaml"]
    for name, text in files.items():
        assert text.endswith("\n"), name
        if name.endswith(".yaml"):
            assert text.startswith("# Made by krtc from krt.yml. "), name


def test_the_values_are_explained_once_each() -> None:
    files = chart()
    values = read(files["values.yaml"])
    schema = json.loads(files["values.schema.json"])
    paths = leaves(values, schema)
    assert "workflows.sort.nodes.etl.replicas" in paths and "status" in paths
    assert files["values.yaml"].count("# -- ") == len(paths)
    for path in paths:
        assert f"| `{path}` |" in files["README.md"]


@pytest.mark.parametrize("status", ["stopped", "started", "published"])
def test_the_status_is_the_default_of_a_value(status: str) -> None:
    files = chart(status=status)
    assert read(files["values.yaml"])["status"] == status
    assert f"--set status={status}" in files["README.md"]


@pytest.mark.parametrize(("krt", "runtime"), [(KRT, RUNTIME), (KRT, None), (SMALL, None)])
def test_defaults_and_examples_fit_the_schema(krt: Object, runtime: Object | None) -> None:
    files = chart(krt, runtime)
    schema = json.loads(files["values.schema.json"])
    jsonschema.Draft7Validator.check_schema(schema)
    values = read(files["values.yaml"])
    jsonschema.validate(values, schema)

    def over(under: Any, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(under, dict):
            return data
        return {**under, **{key: over(under.get(key), value) for key, value in data.items()}}

    for name, text in files.items():
        if name.startswith("ci/"):
            jsonschema.validate(over(values, read(text)), schema)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("status", "error"),
        ("stauts", "started"),
        ("workflows.sort.nodes.etl.replicas", 0),
        ("workflows.sort.nodes.etl.image", "konstellation/kre-go:8.2.0"),
        ("workflows.sort.nodes.etl.image", "acme/own:1"),
        ("workflows.sort.nodes.etl.resources.limits", {"cpu": "much"}),
        ("nats.port", 70000),
        ("nats.host", "a:1"),
        ("config.variables.GREETING", 5),
        ("ingress.kind", "Route"),
        ("images.nginx", "Not An Image"),
    ],
)
def test_the_schema_refuses(path: str, value: Any) -> None:
    files = chart()
    schema = json.loads(files["values.schema.json"])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(changed(read(files["values.yaml"]), *path.split("."), to=value), schema)


@pytest.mark.parametrize(
    "image", ["konstellation/kre-py:9", "mirror.example:5000/kre/kre-py", "a/kre-py@sha256:" + "0" * 64]
)
def test_the_schema_takes_another_tag_of_the_same_runner(image: str) -> None:
    files = chart()
    values = changed(read(files["values.yaml"]), *["workflows", "sort", "nodes", "etl", "image"], to=image)
    jsonschema.validate(values, json.loads(files["values.schema.json"]))


def test_a_value_that_nothing_gives_is_required() -> None:
    files = chart(KRT, None)
    assert "GREETING:\n" in files["values.yaml"]
    assert "must be given" in files["README.md"]
    (config,) = [text for name, text in files.items() if name.endswith("--config.yaml")]
    assert (
        '{{ include "krt.given" (dict "path" "config.variables.GREETING" "value" .Values.config.variables.GREETING)'
        " | quote }}" in config
    )
    assert read(files["ci/stopped-values.yaml"]) == {"status": "stopped"}
    schema = json.loads(files["values.schema.json"])["properties"]["config"]["properties"]["variables"]
    assert schema["properties"]["GREETING"]["type"] == ["string", "null"]
    example = read(files["ci/started-values.yaml"])
    assert example["config"] == {
        "variables": {"GREETING": "example", "TOKEN": "example"},
        "files": {"MODEL": "example"},
    }


awkward = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.lists(
        st.sampled_from(["a", "\n", "\n\n", " ", "{{ x }}", "|", "`", "[[ x ]]", "[% x %]", "\t", "# -- x"]), max_size=6
    ).map("".join),
)


CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


@settings(max_examples=15)
@given(awkward.filter(lambda text: not CONTROLS.search(text)))
def test_texts_stay_what_they_are(text: str) -> None:
    runtime = yaml.safe_dump(changed(RUNTIME, "config", "variables", "GREETING", to=text), default_style='"')
    krt = changed(SMALL, "config", to={"variables": ["GREETING"], "files": ["MODEL"]})
    content = text.removeprefix("\ufeff")
    written = yaml.safe_dump(changed(krt, "description", to="# " + content), default_style='"', sort_keys=False)
    files = chart(written, runtime, files={"model.json": content.encode()})
    values = read(files["values.yaml"])
    assert values["config"] == {"variables": {"GREETING": text}, "files": {"MODEL": content}}
    assert read(files["Chart.yaml"])["description"] == "# " + content
    rows = [line for line in files["README.md"].splitlines() if line.startswith("|")]
    assert len(rows) == 2 + len(leaves(values, json.loads(files["values.schema.json"])))
    assert all(line.count("`") == 2 + 2 * ("must be given" not in line) for line in rows[2:] if "config." in line)


def test_a_long_default_is_cut_short_in_the_readme() -> None:
    for length, shown in ((98, f'"{"x" * 98}"'), (99, f'"{"x" * 99} ...')):
        files = chart(KRT, changed(RUNTIME, "config", "variables", "GREETING", to="x" * length))
        assert f"| `config.variables.GREETING` | `{shown}` |" in files["README.md"]
        assert read(files["values.yaml"])["config"]["variables"]["GREETING"] == "x" * length


def test_the_version_of_a_chart_is_of_its_content() -> None:
    first, same, other = chart(), chart(), chart(changed(KRT, "description", to="Other."))
    version, again, different = (read(files["Chart.yaml"])["version"] for files in (first, same, other))
    assert re.fullmatch(r"0\.1\.0\+krt\.[0-9a-f]{12}", version)
    assert version == again != different


def test_the_name_of_an_odd_file_is_text() -> None:
    result = build(SMALL, None, form="helm")
    assert "change `krt.yml` and" in result.files["README.md"]


def test_the_status_of_templates_is_a_value() -> None:
    assert STATUS.path == ("status",)
    record = chart()["templates/10-configmap-mail-v1.yaml"]
    assert "status: {{ .Values.status | quote }}" in record
