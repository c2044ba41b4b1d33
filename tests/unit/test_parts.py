"""The files of many parts are those of a dict, and no two parts are fetched at once."""

from functools import partial

import pytest

from krtc.parts import Parts

FILES = {"versions/v1/a": "1", "versions/v1/b/c": "2", "versions/v2/a": "3", "runtime/a": "4", "top": "5"}


@pytest.fixture
def parts() -> Parts:
    folders = {"versions/v1": ["a", "b/c"], "versions/v2": ["a"], "runtime": ["a"], "": ["top"]}
    files = {of: {name: FILES[f"{of}/{name}" if of else name] for name in names} for of, names in folders.items()}
    return Parts({folder: partial(files.__getitem__, folder) for folder in folders})


def test_it_is_the_dict(parts: Parts) -> None:
    assert parts == FILES
    assert [*parts.items()] == [*FILES.items()]
    assert [*parts.values()] == [*FILES.values()]
    assert [*parts] == [*FILES]
    assert len(parts) == len(FILES)
    assert {name: parts[name] for name in FILES} == FILES


@pytest.mark.parametrize("name", ["x", "versions/v3/a", "versions/v1", "versions/v1/x", "runtime/b/c", ""])
def test_what_is_not_there(parts: Parts, name: str) -> None:
    with pytest.raises(KeyError):
        parts[name]
