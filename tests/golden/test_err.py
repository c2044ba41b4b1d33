"""golden/err/KRTnnn-slug: a wrong input, what krtc says of it word for word, and the same input mended.

input/ holds the wrong files, fixed/ the mended ones, argv (one line, default `compile krt.yml`) what is called there.
"""

import shlex
from pathlib import Path

import pytest

from krtc.cli import main
from krtc.diagnostics.codes import CODES
from tests.golden.cases import GOLDEN

ERR = sorted(path for path in (GOLDEN / "err").iterdir() if path.is_dir())


def _run(
    case: Path, folder: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> tuple[int, str]:
    argv = case / "argv"
    monkeypatch.chdir(case / folder)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    code = main(shlex.split(argv.read_text() if argv.exists() else "compile krt.yml"))
    return code, capsys.readouterr().err


@pytest.mark.parametrize("case", ERR, ids=lambda case: case.name)
def test_wrong(
    case: Path, update_golden: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, said = _run(case, "input", capsys, monkeypatch)
    expected = case / "expected.txt"
    if update_golden:
        expected.write_text(said, encoding="utf-8")
    assert said == expected.read_text(encoding="utf-8")
    id_ = case.name.split("-")[0]
    assert f"[{id_}]" in said
    assert code == (1 if "error[" in said else 0)


@pytest.mark.parametrize("case", ERR, ids=lambda case: case.name)
def test_mended(case: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert _run(case, "fixed", capsys, monkeypatch) == (0, "")


def test_every_code_has_a_case() -> None:
    assert {f"{code.id}-{code.slug}" for code in CODES} == {case.name for case in ERR}
