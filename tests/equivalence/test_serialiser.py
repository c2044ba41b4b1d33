"""What the serialiser writes is read back alike: by readers of YAML 1.1 and 1.2, through Helm and through Kustomize."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from krtc.backends.yaml import dump
from tests.equivalence import inputs
from tests.equivalence.forms import kustomize_build, output, parse, run, write

numbers = st.one_of(st.booleans(), st.integers(-(2**53), 2**53))
nested = st.recursive(
    st.one_of(inputs.texts, numbers),
    lambda data: st.one_of(
        st.dictionaries(inputs.texts, data, max_size=4),
        # No list of ours holds lists.
        st.lists(data.filter(lambda item: not isinstance(item, list)), max_size=4),
    ),
    max_leaves=20,
)
documents = st.dictionaries(inputs.texts, nested, min_size=1, max_size=6)
many_texts = st.lists(inputs.texts, min_size=100, max_size=200)
bulk = settings(max_examples=15, suppress_health_check=list(HealthCheck))


def typed(data: Any) -> Any:
    """Data in which 1, true and "1" differ."""
    if isinstance(data, dict):
        return {typed(key): typed(value) for key, value in data.items()}
    return [typed(item) for item in data] if isinstance(data, list) else (type(data).__name__, data)


@settings(max_examples=150)
@given(documents)
def test_readers(data: dict[str, Any]) -> None:
    text = dump(data)
    ruamel = YAML(typ="safe", pure=True)
    assert typed(parse(text)) == [typed(data)]
    assert typed(ruamel.load(io.StringIO(text))) == typed(data)
    assert "{{" not in text and "}}" not in text


@bulk
@given(many_texts)
def test_helm(texts: list[str]) -> None:
    data = {f"k{number}": text for number, text in enumerate(texts)}
    files = {
        "Chart.yaml": "{apiVersion: v2, name: a, version: 1.0.0}",
        "templates/a.yaml": dump({"data": data, "list": texts}),
    }
    with tempfile.TemporaryDirectory() as folder:
        rendered = output(run("helm", "template", "my", write(Path(folder), files)))
    assert parse(rendered) == [{"data": data, "list": texts}]


@bulk
@given(many_texts)
def test_kustomize(texts: list[str]) -> None:
    data = {f"k{number}": text for number, text in enumerate(texts)}
    config_map = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": data, "list": texts}
    with tempfile.TemporaryDirectory() as folder:
        files = {"kustomization.yaml": dump({"resources": ["a.yaml"]}), "a.yaml": dump(config_map)}
        built = kustomize_build(write(Path(folder), files))
    assert parse(built) == [config_map]
