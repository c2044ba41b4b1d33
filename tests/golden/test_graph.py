"""Pictures, byte by byte: of the example, of a version in which much is wrong, and of a runtime."""

from pathlib import Path

import pytest

from krtc.cli import main
from tests.golden.cases import GOLDEN

ROOT = GOLDEN.parent
ENDINGS = ("mmd", "dot", "svg", "html")
CASES = {
    "classificator": ROOT / "examples" / "classificator" / "krt.yml",
    "broken": GOLDEN / "graph" / "broken" / "krt.yml",
    "runtime": GOLDEN / "runtimes" / "three-versions" / "runtime.yml",
}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("name", CASES)
def test_picture(name: str, ending: str, update_golden: bool, tmp_path: Path) -> None:
    main(["graph", str(CASES[name]), "-o", str(tmp_path / f"made.{ending}")])
    made = (tmp_path / f"made.{ending}").read_text(encoding="utf-8")
    # The page on pictures shows this one.
    shown = name == "classificator" and ending == "svg"
    expected = ROOT / "docs" / "graph.svg" if shown else GOLDEN / "graph" / f"{name}.{ending}"
    if update_golden:
        expected.write_text(made, encoding="utf-8")
    assert made == expected.read_text(encoding="utf-8")
