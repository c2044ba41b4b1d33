"""`krtc push` as far as it goes without MongoDB: what is judged before, and where the address may come from."""

import sys
from pathlib import Path

import pytest

from krtc.cli import main, push
from tests.unit.helpers import SMALL, text
from tests.unit.runtimes import write_runtime, write_version

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """A version in versions/sort-v1, its archive x.krt, and an address where nobody listens."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(push.ADDRESS, "mongodb://127.0.0.1:1/")
    write_version("sort-v1")
    assert main(["pack", "versions/sort-v1", "-o", "x.krt"]) == 0
    capsys.readouterr()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nothing.krt",), "cannot read nothing.krt: No such file or directory"),
        (
            ("versions/sort-v1/krt.yml",),
            "versions/sort-v1/krt.yml is not a .krt: `krtc pack DIR -o X.krt` makes one",
        ),
        (("x.krt", "--runtime", "nothing"), "cannot read nothing: No such file or directory"),
        (("x.krt", "--uri-file", "nothing"), "cannot read nothing: No such file or directory"),
        (("x.krt", "--uri-file", "large"), "cannot read large: an address is shorter"),
    ],
)
def test_what_cannot_be_pushed(arguments: tuple[str, ...], message: str, capsys: Capture) -> None:
    Path("large").write_bytes(bytes(push.LARGEST_ADDRESS + 1))
    assert main(["push", *arguments]) == 2
    assert capsys.readouterr().err == f"krtc: error: {message}\n"


def test_pods_that_read_elsewhere(capsys: Capture) -> None:
    https = {"https": "https://files.example/x.krt", "sha256": "a" * 64}
    Path("runtime.yml").write_text(
        text({"runtime": "demo", "versions": [{"krt": "versions/sort-v1/krt.yml", "krtFiles": https}]})
    )
    assert main(["push", "x.krt", "--runtime", "runtime.yml"]) == 2
    told = "its pods do not read MongoDB, but `krtFiles: {https: ...}`: there is nothing to push"
    assert capsys.readouterr().err == f"krtc: error: {told}\n"


@pytest.mark.parametrize("address", [None, " "])
def test_no_address(address: str | None, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(push.ADDRESS)
    if address:
        monkeypatch.setenv(push.ADDRESS, address)
    assert main(["push", "x.krt"]) == 2
    told = "say where MongoDB is: KRTC_MONGODB_URI in the environment, or --uri-file FILE"
    assert capsys.readouterr().err == f"krtc: error: {told}\n"


def test_no_driver(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("gridfs", "pymongo"):
        monkeypatch.setitem(sys.modules, name, None)
    assert main(["push", "x.krt"]) == 2
    assert capsys.readouterr().err == "krtc: error: krtc push needs pymongo: pip install 'krtc[push]'\n"


def test_a_wrong_archive(capsys: Capture) -> None:
    Path("x.krt").write_bytes(Path("x.krt").read_bytes()[:-20])
    assert main(["push", "x.krt"]) == 1
    assert "error[KRT020]" in capsys.readouterr().err


def test_wrong_settings(capsys: Capture) -> None:
    write_runtime({"sort-v1": "started"}, naming="other")
    assert main(["push", "x.krt", "--runtime", "runtime.yml"]) == 1
    assert "error[KRT013]" in capsys.readouterr().err


def test_a_wrong_runtime(capsys: Capture) -> None:
    """What concerns the version counts, and nothing of the others."""
    write_version("sort-v2", version="sort-v1")
    write_runtime({"sort-v1": "started", "sort-v2": "stopped"})
    assert main(["push", "x.krt", "--runtime", "runtime.yml"]) == 1
    assert "error[KRT409]" in capsys.readouterr().err


def test_another_version_than_is_listed(capsys: Capture) -> None:
    write_runtime({"sort-v1": "started"})
    Path("versions/sort-v1/krt.yml").write_text(text({**SMALL, "version": "sort-v1", "description": "another"}))
    assert main(["push", "x.krt", "--runtime", "runtime.yml"]) == 1
    told = "x.krt holds another sort-v1 than runtime.yml lists, versions/sort-v1/krt.yml: pack that one"
    assert capsys.readouterr().err == f"krtc: error: {told}\n"


@pytest.mark.parametrize(
    ("address", "told", "cleaned"),
    [
        ("mongodb://me:a%2Fb@host/", "no a/b, nor a%2Fb", "no ***, nor ***"),
        ("mongodb://me:a@host/", "no\n user 'me'", "no user '***'"),
        ("mongodb://host/", "user me", "user me"),
        ("mongodb://me@host/", "no mem of me", "no mem of ***"),
        ("mongodb://host/", "m" * 1000, "m" * push.LONGEST_REASON),
    ],
)
def test_what_servers_say_is_cleaned(address: str, told: str, cleaned: str) -> None:
    assert push._without(address, told) == cleaned
