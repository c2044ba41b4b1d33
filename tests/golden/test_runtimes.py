"""golden/runtimes/<case>: what a runtime.yml with its versions compiles to, byte by byte."""

from pathlib import Path

import pytest

from tests.golden.cases import FORMS, RUNTIMES, compile_runtime_case
from tests.golden.trees import read_tree, write_tree


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", RUNTIMES, ids=lambda case: case.name)
def test_tree(case: Path, form: str, update_golden: bool) -> None:
    result = compile_runtime_case(case, form)
    assert {d.code.id for d in result.diagnostics} <= ({"KRT410"} if case.name == "nothing-published" else set())
    folder = case / "expected" / form
    if update_golden:
        write_tree(folder, dict(result.files))
    assert read_tree(folder) == result.files, f"{form} of {case.name} (pytest --update-golden rewrites it)"


@pytest.mark.parametrize("case", RUNTIMES, ids=lambda case: case.name)
def test_a_part_alone_is_what_it_is_in_the_whole(case: Path) -> None:
    for form in FORMS:
        whole = read_tree(case / "expected" / form)
        parts = {name.rpartition("/")[0].split("/templates")[0] for name in whole if "/" in name}
        for folder in parts - {f"{part}/ci" for part in parts}:
            result = compile_runtime_case(case, form, only=folder.rpartition("/")[2])
            assert result.files == {
                name.removeprefix(f"{folder}/"): text for name, text in whole.items() if name.startswith(f"{folder}/")
            }


def test_no_stray_folders() -> None:
    assert {path.name for case in RUNTIMES for path in (case / "expected").iterdir()} == set(FORMS)
