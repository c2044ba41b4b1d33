"""`krtc compile --shard I/N`: the shares of a runtime are the whole of it, and no two have a file in common."""

from pathlib import Path

import pytest
import yaml

from krtc.cli import main
from tests.unit.runtimes import ALL, write_all, write_runtime, write_version

Capture = pytest.CaptureFixture[str]
LIST = ".krtc-files"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_all()


def run(*arguments: str) -> int:
    return main(["compile", "runtime.yml", *arguments])


def files(tree: str) -> dict[str, str]:
    found = [path for path in Path(tree).rglob("*") if path.is_file()]
    return {str(path.relative_to(tree)): path.read_text() for path in found}


@pytest.mark.parametrize("form", ["manifests", "kustomize", "helm"])
@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_the_union_of_all_is_the_whole(form: str, count: int, capsys: Capture) -> None:
    assert run("--to", form, "-o", "whole") == 0
    whole = files("whole")
    assert whole.pop(LIST)
    union: dict[str, str] = {}
    for number in range(1, count + 1):
        assert run("--to", form, "-o", f"share{number}", "--shard", f"{number}/{count}") == 0
        share = files(f"share{number}")
        listed = share.pop(LIST).splitlines()[1:]
        assert listed == sorted(share)
        assert not union.keys() & share.keys()
        union |= share
    assert union == whole
    assert capsys.readouterr().out == ""


def test_of_a_stream_too(capsys: Capture) -> None:
    run()
    whole = capsys.readouterr().out
    run("--shard", "1/2")
    first = capsys.readouterr().out
    run("--shard", "2/2")
    second = capsys.readouterr().out
    made, parts = (
        [(data["kind"], data["metadata"]["name"], data) for data in yaml.safe_load_all(text)]
        for text in (whole, first + second)
    )
    assert sorted(made, key=lambda one: one[:2]) == sorted(parts, key=lambda one: one[:2])
    assert "active-entrypoint" in first
    assert "active-entrypoint" not in second


def test_shares_of_one_tree(capsys: Capture) -> None:
    run("-o", "whole")
    for share in ("2/3", "3/3", "1/3"):
        assert run("-o", "tree", "--shard", share) == 0
    assert files("tree") == files("whole")

    Path("tree/versions/sort-v2").rename("away")
    for share, code in (("1/3", 0), ("2/3", 1), ("3/3", 0)):
        capsys.readouterr()
        assert run("-o", "tree", "--check", "--shard", share) == code
        said = capsys.readouterr().err
        assert ("tree/versions/sort-v2/" in said) == bool(code)
        assert "left over" not in said
    assert run("-o", "tree", "--shard", "2/3") == 0
    assert files("tree") == files("whole")


def test_what_is_no_longer_there_is_the_first_ones(capsys: Capture) -> None:
    run("-o", "tree")
    write_runtime({name: status for name, status in ALL.items() if name != "sort-v2"})
    assert run("-o", "tree", "--check", "--shard", "2/2") == 0
    assert run("-o", "tree", "--check", "--shard", "1/2") == 1
    assert "tree/versions/sort-v2/" in capsys.readouterr().err
    assert run("-o", "tree", "--shard", "1/2") == 0
    run("-o", "whole")
    assert files("tree") == files("whole")


def test_each_tells_of_its_own(capsys: Capture) -> None:
    """A mistake in a version is its share's, one of several versions the first share's."""
    write_version("sort-v2", krtVersion="v3")
    assert [run("--shard", f"{number}/3") for number in (1, 2, 3)] == [0, 1, 0]
    assert "sort-v2" in capsys.readouterr().err
    write_version("sort-v2")
    write_runtime({**ALL, "sort-v2": "published"})
    assert [run("--shard", f"{number}/3") for number in (1, 2, 3)] == [1, 0, 0]
    write_runtime({**ALL}, naming="nonsense")
    assert [run("--shard", f"{number}/3") for number in (1, 2, 3)] == [1, 1, 1]


def test_a_comment_that_silences_another_shares_mistake_is_not_called_idle(capsys: Capture) -> None:
    text = Path("runtime.yml").read_text()
    Path("runtime.yml").write_text(text.replace('"started"', '"started" # krtc: ignore[KRT401]'))
    for share in ("1/2", "2/2"):
        run("--shard", share)
        assert "KRT" not in capsys.readouterr().err
    run()
    assert "KRT" in capsys.readouterr().err


@pytest.mark.parametrize("share", ["", "1", "0/2", "3/2", "a/b", "1/", "-1/2", "1/2/3"])
def test_what_is_no_share(share: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as error:
        run(f"--shard={share}")
    assert error.value.code == 2
    assert "is no share: 2/4 is the second of four" in capsys.readouterr().err


def test_of_one_version_there_are_none(capsys: Capture) -> None:
    assert main(["compile", "versions/sort-v1/krt.yml", "--shard", "1/2"]) == 2
    assert "--shard names a part of a runtime.yml" in capsys.readouterr().err
    assert run("--shard", "1/2", "--only", "sort-v1") == 2
    assert "give one of the two" in capsys.readouterr().err
