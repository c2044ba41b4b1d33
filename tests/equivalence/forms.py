"""A version in its three forms, compiled in this process and rendered by the real programs."""

from __future__ import annotations

import difflib
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from krtc.cli import assets
from krtc.diagnostics import has_errors
from krtc.pipeline import Options, Source, asset_names
from krtc.pipeline import compile as compile_source

Object = dict[str, Any]
Objects = dict[tuple[str, str], Object]

ROOT = Path(__file__).resolve().parents[2]
STATUSES = ("stopped", "started", "published")
# What a chart's objects have beyond the others', by Helm's conventions: these labels and no more.
OF_HELM = re.compile(r"helm\.sh/.*|app\.kubernetes\.io/(managed-by|instance)").fullmatch


class Version(NamedTuple):
    """What people write, as plain data: a krt.yml, a runtime.yml, and the files beside it."""

    krt: Object
    runtime: Object | None = None
    files: Mapping[str, str] = {}

    @property
    def namespace(self) -> str:
        return str((self.runtime or {}).get("namespace", "kre"))

    @property
    def kubernetes(self) -> str:
        return str((self.runtime or {}).get("kubernetes", "1.33"))


def read(folder: Path) -> Version:
    """The version in a folder."""
    settings = folder / "runtime.yml"
    runtime = parse(settings.read_text(encoding="utf-8"))[0] if settings.exists() else None
    names = (runtime or {}).get("config", {}).get("files", {}).values()
    files = {name: (folder / name).read_bytes().decode() for name in names if isinstance(name, str)}
    return Version(parse((folder / "krt.yml").read_text(encoding="utf-8"))[0], runtime, files)


def yaml_text(data: Object) -> str:
    """Data as YAML in which every text is quoted and nothing but ASCII stands."""
    text = json.dumps(data, ensure_ascii=False)
    return re.sub(r"[^\x20-\x7e]", lambda match: f"\\U{ord(match[0]):08x}", text)


def compile_version(version: Version, form: str, status: str) -> dict[str, str]:
    """The files of a form; of manifests, the stream alone, under "-"."""
    options = Options(status=status, form=form, stream=form == "manifests")  # type: ignore[arg-type]
    result = compile_source(
        Source("krt.yml", yaml_text(version.krt).encode()),
        None if version.runtime is None else Source("runtime.yml", yaml_text(version.runtime).encode()),
        options,
        assets.load(asset_names(options, with_settings=version.runtime is not None)),
        lambda name: version.files[name].encode(),
    )
    assert not has_errors(result.diagnostics), [f"{d.code.id}: {d.message}" for d in result.diagnostics]
    return dict(result.files)


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return folder


# --- the real programs


def run(tool: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs one of the pinned programs; nothing of the machine's own settings reaches it."""
    program = ROOT / ".tools" / "bin" / tool
    if not program.exists():
        pytest.fail(f"there is no {tool} in .tools/bin: `make tools` builds it")
    command = [str(program), *map(str, arguments)]
    home = {"HOME": tempfile.gettempdir(), "PATH": os.environ["PATH"]}
    done = subprocess.run(command, capture_output=True, env=home, timeout=120, check=False)
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


def output(done: subprocess.CompletedProcess[str]) -> str:
    """What a program printed, if all went well and it had nothing to complain of."""
    assert (done.returncode, done.stderr) == (0, ""), done.stderr[-2000:]
    return done.stdout


def helm_template(chart: Path, version: Version, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    kubernetes = f"{version.kubernetes}.0"
    return run("helm", "template", "my", chart, "-n", version.namespace, "--kube-version", kubernetes, *arguments)


def kustomize_build(folder: Path) -> str:
    return output(run("kustomize", "build", folder))


# --- objects


class Loader(yaml.CSafeLoader):
    """A YAML 1.1 reader that takes the values `=` and `<<` for texts: Kustomize writes them without quotes."""


def text_of(_: Loader, node: yaml.ScalarNode) -> Any:
    return node.value


for tag in ("value", "merge"):
    Loader.add_constructor(f"tag:yaml.org,2002:{tag}", text_of)


def parse(text: str) -> list[Object]:
    """The documents of a stream."""
    return [document for document in yaml.load_all(text, Loader=Loader) if document is not None]


def objects(text: str) -> Objects:
    """The objects of a stream by kind and name, in its order, without Helm's labels and the chart's test."""
    found: Objects = {}
    for data in parse(text):
        metadata = data["metadata"]
        if metadata.get("annotations", {}).get("helm.sh/hook") == "test":
            assert data["kind"] == "Pod"
            continue
        metadata["labels"] = {key: value for key, value in metadata["labels"].items() if not OF_HELM(key)}
        key = data["kind"], metadata["name"]
        assert key not in found, f"{key} stands twice"
        found[key] = data
    return found


def assert_same(found: Objects, expected: Objects) -> None:
    """Two sets of objects are the same."""
    assert sorted(found) == sorted(expected)
    for key, data in expected.items():
        if not same(found[key], data):
            before, after = (json.dumps(of, indent=1, sort_keys=True).splitlines() for of in (data, found[key]))
            lines = difflib.unified_diff(before, after, "expected", "found", n=2, lineterm="")
            pytest.fail("\n".join([" ".join(key), *lines]), pytrace=False)


def same(one: Any, other: Any) -> bool:
    """Whether data are equal, in types, too: 1 is not true, nor "1"."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def leaves(schema: Object, at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Object]]:
    """The paths of a values.schema.json, each with its schema."""
    for key, value in schema["properties"].items():
        if (*at, key) == ("global",):
            continue
        if "properties" in value:
            yield from leaves(value, (*at, key))
        else:
            yield (*at, key), value


CASES = {folder.name: read(folder) for folder in sorted((ROOT / "golden" / "ok").iterdir()) if folder.is_dir()}
CASES["example"] = read(ROOT / "examples" / "classificator")
