"""`# krtc: todo`: what is told of it, and what only looks like it."""

import pytest

from tests.unit.helpers import SMALL, checked, ids, told
from tests.unit.helpers import text as written

KRT = written(SMALL)


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("# krtc: todo ask somebody", "to be done: ask somebody"),
        ("#krtc:todo: ask   somebody  ", "to be done: ask somebody"),
        ("#  krtc:  todo", "something is to be done here"),
        ("# krtc: todo ask # of somebody", "to be done: ask # of somebody"),
    ],
)
def test_a_comment(comment: str, said: str) -> None:
    for krt in (f"{comment}\n{KRT}", f"{KRT}  {comment}\n", f"{KRT}  {comment}\r\n"):
        assert [(d.code.id, d.message) for d in checked(krt, None)] == [("KRT009", said)]


def test_its_place() -> None:
    assert told(checked(f"{KRT}\n  # krtc: todo ask  ", None)) == [
        f"KRT009 @{KRT.count(chr(10)) + 2} # krtc: todo ask | to be done: ask | do it, and remove this comment"
    ]


@pytest.mark.parametrize(
    "line",
    ["# krtc: todos", "# todo krtc", "# krtc todo", "#krtc: do", "# see krtc: todo", "# `# krtc: todo` is an error"],
)
def test_another_comment(line: str) -> None:
    assert ids(checked(f"{line}\n{KRT}", None)) == []


def test_a_text_that_looks_like_it() -> None:
    krt = KRT.replace('"description": "Sorts mail.",', '"description": "Sorts # krtc: todo\n # krtc: todo\n mail.",')
    assert krt != KRT and ids(checked(krt, None)) == []
    block = "description: |\n  # krtc: todo\n  Sorts mail.\n"
    rest = "version: a\nkrtVersion: v2\n" + "".join(
        f"{key}: {written(SMALL[key])}\n".replace("\n", "\n  ").rstrip() + "\n" for key in ("entrypoint", "workflows")
    )
    assert ids(checked(block + rest, None)) == []
    assert ids(checked(block + rest + "# krtc: todo\n", None)) == ["KRT009"]


def test_nothing_silences_it_and_the_rest_is_told() -> None:
    krt = KRT.replace('"konstellation/kre-py:8.2.0"', '"konstellation/kre-py"')
    found = checked(f"# krtc: todo a # krtc: ignore[KRT009]\n{krt}\n# krtc: todo b", None)
    assert ids(found) == ["KRT009", "KRT015", "KRT304", "KRT009"]
    assert found[1].message == "KRT009 is an error that no comment silences"


def test_settings_may_have_one_too() -> None:
    (said,) = checked(SMALL, "runtime: demo # krtc: todo say which", status=None)
    assert said.code.id == "KRT009" and said.span.file.name == "runtime.yml"


def test_many_are_not_all_told() -> None:
    assert len(checked("# krtc: todo\n" * 5000 + KRT, None)) == 200
