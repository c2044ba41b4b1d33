"""Of a large runtime.yml no place is kept, and each is found as it is of a small one."""

from pathlib import Path

import pytest

from krtc.cli import main
from krtc.frontend import languages
from krtc.model.record import Record, span_of
from krtc.source import SourceFile

ROOT = Path(__file__).parents[2]
SCHEMA = (ROOT / "schemas" / "runtime.schema.json").read_text()
RUNTIMES = sorted(ROOT.glob("golden/*/*/runtime.yml"))
Capture = pytest.CaptureFixture[str]


def places(value: object) -> object:
    """The places of a record and of its fields, and of the records in it."""
    if isinstance(value, Record):
        fields = value.__dict__.keys() - {"@places", "@parts"}
        keys = [at for field in sorted(fields) for at in (field, f"{field}:")]
        return (
            repr(span_of(value)),
            [repr(span_of(value, at)) for at in keys],
            [places(getattr(value, f)) for f in fields],
        )
    if isinstance(value, dict):
        return [places(item) for item in value.values()]
    return [places(item) for item in value] if isinstance(value, list) else None


@pytest.mark.parametrize("path", RUNTIMES, ids=lambda path: str(path.parent.relative_to(ROOT / "golden")))
def test_all_places_are_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for large in (languages.LARGE, 0):
        monkeypatch.setattr(languages, "LARGE", large)
        settings, _ = languages.settings(SourceFile("runtime.yml", path.read_text()), SCHEMA)
        found.append(places(settings))
    assert found[0] == found[1]


@pytest.mark.parametrize("path", RUNTIMES, ids=lambda path: str(path.parent.relative_to(ROOT / "golden")))
def test_the_same_is_said(path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.chdir(path.parent)
    said = []
    for large in (languages.LARGE, 0):
        monkeypatch.setattr(languages, "LARGE", large)
        said.append((main(["check", "."]), capsys.readouterr()))
    assert said[0] == said[1]
