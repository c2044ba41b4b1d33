"""The name of a version is found in the first lines of its krt.yml, and is the one that the whole file gives."""

from pathlib import Path

import pytest

from krtc.frontend import languages
from krtc.model.record import known
from krtc.source import SourceFile

ROOT = Path(__file__).parents[2]
SCHEMA = (ROOT / "schemas" / "krt-v2.schema.json").read_text()
REST = "krtVersion: v2\ndescription: d\nentrypoint: {proto: p.proto, image: a/b:1}\nworkflows: []\n"


def named(text: str) -> str | None:
    file = SourceFile("krt.yml", text)
    version, _ = languages.version(file, SCHEMA)
    name = languages.name(file, SCHEMA)
    assert name == (known(version, "version") if version else None)
    return name


@pytest.mark.parametrize("path", sorted(ROOT.glob("golden/ok/*/krt.yml")), ids=lambda path: str(path.parent.name))
def test_of_every_golden(path: Path) -> None:
    assert named(path.read_text())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (f"version: a-v1\n{REST}", "a-v1"),
        (f"{REST}version: a-v1", "a-v1"),
        (f"version: 'a-v1' # the first\r\n{REST}", "a-v1"),
        (f"version:\n  a-v1\n\n{REST}", "a-v1"),
        (f"version: a-v1\nversion: b-v1\n{REST}", "a-v1"),
        (f"version: a-v1\n  b\n{REST}", None),
        (f"version: 1\n{REST}", None),
        (f"version: A b\n{REST}", None),
        (f"version: [a]\n{REST}", None),
        (f"version: [\n{REST}", None),
        (REST.replace(": d\n", ": >\n  version: b\n") + "version: a-v1\n", "a-v1"),
        (f'{REST.replace(": d", ": x")}about: "x\nversion: b\n"\nversion: a-v1\n', "a-v1"),
        (REST, None),
        ("", None),
    ],
)
def test_however_it_is_written(text: str, name: str | None) -> None:
    assert named(text) == name


def test_what_follows_is_not_read() -> None:
    assert languages.name(SourceFile("krt.yml", "version: a-v1\n]"), SCHEMA) == "a-v1"
