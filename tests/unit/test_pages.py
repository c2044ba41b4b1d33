"""The page of each code: its bad example is told by that code and no other error, its good one by nothing at all."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from krtc import pages
from krtc.cli import main
from krtc.diagnostics import Code
from krtc.diagnostics.codes import CODES
from tests.unit.helpers import Object

# Large enough that nine of them are more than a ConfigMap holds.
FILES = {
    "src/main.py": "",
    "src/etl/main.py": "",
    "bin/my etl": "",
    "bin/my-etl": "",
    "settings.json": "{}\n",
    "big": "x" * (128 << 10),
}
NODE = {"image": "konstellation/kre-py:8.2.0", "src": "src/main.py", "subscriptions": ["entrypoint"]}


def version(text: str) -> str:
    """The krt.yml of an example: what it does not show is filled in, unless it is a whole file or none that is YAML."""
    try:
        given = yaml.safe_load(text or "{}")
    except (yaml.YAMLError, ValueError):
        given = None
    if given is None or "krtVersion" in text or "nodes" in given:
        return text
    if "workflows" not in given:
        base = {"version": "mail-v1", "description": "x", "entrypoint": ENTRYPOINT, "workflows": [workflow({})]}
        rest = {"krtVersion": "v2", **{key: value for key, value in base.items() if key not in given}}
        return text + "\n" + "".join(f"{key}: {json.dumps(value)}\n" for key, value in rest.items())
    whole = {
        "version": "mail-v1",
        "krtVersion": "v2",
        "description": "Sorts mail.",
        "entrypoint": ENTRYPOINT,
        **given,
        "workflows": [workflow(one) for one in given["workflows"]],
    }
    return json.dumps(whole, indent=1)


ENTRYPOINT = {"proto": "public_input.proto", "image": "konstellation/kre-entrypoint:8.2.0"}


def workflow(given: Object) -> Object:
    nodes = [{**NODE, **node} for node in given.get("nodes", [{"name": "etl"}])]
    return {"name": "classify", "entrypoint": "Classify", "exitpoint": nodes[-1]["name"], **given, "nodes": nodes}


def proto(krt: str) -> str:
    """A proto that has the rpcs of a krt.yml."""
    rpcs = dict.fromkeys(re.findall(r"entrypoint\"?: \"?(\w+)\b(?!:)", krt))
    return (
        'syntax = "proto3";\nmessage Request {}\nmessage Response {}\nservice Entrypoint {\n'
        + "".join(f"  rpc {rpc} (Request) returns (Response);\n" for rpc in rpcs)
        + "}\n"
    )


def example(code: Code, heading: str) -> str:
    """The example under a heading, as it stands on the page."""
    match = re.search(rf"^{heading}:\n\n((?:    .*\n|\n)+)", pages.page(code), re.MULTILINE)
    assert match, heading
    return re.sub("^    ", "", match[1], flags=re.MULTILINE).strip() + "\n"


def written(folder: Path, text: str) -> list[str]:
    """Writes the files of an example, and makes its commands; what is to be checked.

    `# NAME` stands over each file, in whatever folder; what a runtime.yml in `before` compiles to is what there was.
    """
    parts = re.split(r"^# (\S+\.(?:yml|proto))\n", text, flags=re.MULTILINE)
    given = {"krt.yml": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}
    commands = [line[2:] for line in given["krt.yml"].splitlines() if line.startswith("$ ")]
    runtimes = [name for name in given if name.endswith("runtime.yml") and "versions:" in given[name]]
    given = {f"{at}krt.yml": "" for at in folders(runtimes)} | given
    for name in given:
        if name.endswith(".yml") and not name.endswith("runtime.yml"):
            given[name] = version("" if commands else given[name])
    rpcs = proto("".join(given.values()) if runtimes else given["krt.yml"])
    given = {f"{at}{name}": content for at in ("", *folders(runtimes)) for name, content in FILES.items()} | given
    for at in ("", *folders(runtimes)):
        given[f"{at}protos/mail.proto"] = given.setdefault(f"{at}public_input.proto", rpcs)
    for name, content in given.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    for command in commands:
        subprocess.run(command.split(), cwd=folder, check=True)
    if commands:
        return ["mail.krt"]
    if "before/runtime.yml" in runtimes:
        assert main(["compile", "before/runtime.yml", "-o", "rendered"]) == 0
        return ["runtime.yml", "--against", "rendered"]
    return runtimes or ["krt.yml", *(["--runtime", "runtime.yml"] if "runtime.yml" in given else [])]


def folders(names: list[str]) -> list[str]:
    """The folders of files, each with the `/` behind it."""
    return [name[: name.rfind("/") + 1] for name in names]


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.id)
def test_examples(code: Code, tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    for heading in ("Bad", "Good"):
        folder = tmp_path / heading
        folder.mkdir()
        monkeypatch.chdir(folder)
        arguments = written(folder, example(code, heading))
        main(["check", *arguments])
        said = capsys.readouterr().err
        found = set(re.findall(r"^\S+: (?:error|warning|note)\[(KRT\d+)\]", said, re.MULTILINE))
        assert found == ({code.id} if heading == "Bad" else set()), said
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.id)
def test_a_page(code: Code) -> None:
    title, first, *rest = pages.page(code).split("\n\n")
    assert title == f"{code.id} {code.slug} ({code.severity}): {code.title}"
    assert first.endswith(".") and first[0].isupper()
    headings = [match[1] for part in rest if (match := re.match(r"(\w+):", part))]
    assert headings == ["Why", "Bad", "Good", "Fix"]
    assert pages.find(code.slug.upper()) is pages.find(code.id.lower()) is code


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.id)
def test_a_page_as_markdown(code: Code) -> None:
    text = pages.markdown(code)
    assert text.startswith(f"# {code.id} {code.slug}") and text.count("```") == 4
    for heading in ("Bad", "Good"):
        assert f"**{heading}:**\n\n```" in text
        assert example(code, heading) in text


def test_no_other_page() -> None:
    assert pages.find("KRT999") is None
