"""golden/ok/<case>: what a version compiles to, byte by byte.

expected/<form>/ is the tree of the started version; expected/<form>.<status>/ holds what is other in that status: the
files that differ, and in `removed.txt` the names of those that are not there. It reads as what a change of status does.
"""

from pathlib import Path

import pytest

from tests.golden.cases import FORMS, OK, compile_case
from tests.golden.trees import read_tree, write_tree

REMOVED = "removed.txt"


def _expected_trees(case: Path, form: str) -> dict[str, dict[str, str]]:
    """The folders below expected/ that a form has, made from what the compiler says now."""
    trees: dict[str, dict[str, str]] = {}
    for status in ("started", "stopped", "published"):
        result = compile_case(case, form, status)
        said = {d.code.id for d in result.diagnostics}
        assert said <= ({"KRT304"} if case.name == "classificator" else set())  # the KRT document's own images
        trees[status] = dict(result.files)
    started = trees.pop("started")
    folders = {form: started}
    for status, files in trees.items():
        folder = {name: text for name, text in files.items() if started.get(name) != text}
        if removed := sorted(started.keys() - files.keys()):
            folder[REMOVED] = "".join(f"{name}\n" for name in removed)
        folders[f"{form}.{status}"] = folder
    return folders


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", OK, ids=lambda case: case.name)
def test_tree(case: Path, form: str, update_golden: bool) -> None:
    for name, files in _expected_trees(case, form).items():
        folder = case / "expected" / name
        if update_golden:
            write_tree(folder, files)
        assert read_tree(folder) == files, f"{folder.name} of {case.name} (pytest --update-golden rewrites it)"


def test_no_stray_folders() -> None:
    """An expected/ folder of a form or a status that is no more would never be compared."""
    allowed = {f"{form}{status}" for form in FORMS for status in ("", ".stopped", ".published")}
    assert {path.name for case in OK for path in (case / "expected").iterdir()} <= allowed


def test_enough_cases() -> None:
    assert len(OK) >= 12
