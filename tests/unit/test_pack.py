"""`krtc pack`: what is in the archive, what is left out, and that the same files are the same bytes."""

import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from krtc.cli import main
from krtc.cli import pack as command
from tests.unit.runtimes import write_version

Capture = pytest.CaptureFixture[str]
FOLDER = Path("versions/sort-v1")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A version in versions/sort-v1, with a binary."""
    monkeypatch.chdir(tmp_path)
    write_version("sort-v1")
    (FOLDER / "bin").mkdir()
    (FOLDER / "bin" / "tool").write_bytes(b"\x7fELF")
    (FOLDER / "bin" / "tool").chmod(0o755)
    return tmp_path


def members(path: str = "x.krt") -> dict[str, tarfile.TarInfo]:
    with tarfile.open(path) as archive:
        return {member.name: member for member in archive}


def test_what_is_packed(capsys: Capture) -> None:
    assert main(["pack", str(FOLDER), "-o", "x.krt"]) == 0
    assert capsys.readouterr().err.startswith("x.krt: 4 files, ")
    found = members()
    assert [*found] == ["bin", "bin/tool", "krt.yml", "public_input.proto", "src", "src/etl", "src/etl/main.py"]
    assert {member.isdir() for name, member in found.items() if name in ("bin", "src", "src/etl")} == {True}
    assert {name for name, member in found.items() if member.mode == 0o755 and member.isfile()} == {"bin/tool"}
    with tarfile.open("x.krt") as archive:
        packed = archive.extractfile("krt.yml")
        assert packed and packed.read() == (FOLDER / "krt.yml").read_bytes()


def test_it_is_what_krtc_reads(capsys: Capture) -> None:
    assert main(["pack", str(FOLDER), "-o", "x.krt"]) == 0
    assert main(["check", "x.krt", "--strict"]) == 0
    capsys.readouterr()
    assert main(["compile", "x.krt"]) == 0
    packed = capsys.readouterr().out
    assert main(["compile", str(FOLDER)]) == 0
    assert packed.split("\n", 1)[1] == capsys.readouterr().out.split("\n", 1)[1]


def test_the_same_files_are_the_same_bytes() -> None:
    """Whenever and wherever they are packed, whoever owns them, and whatever the archive is called."""
    assert main(["pack", str(FOLDER), "-o", "x.krt"]) == 0
    for path in FOLDER.rglob("*"):
        os.utime(path, (1, 1))
    (FOLDER / "krt.yml").chmod(0o600)
    Path("moved").mkdir()
    subprocess.run(["cp", "-r", str(FOLDER), "moved/there"], check=True)
    assert main(["pack", "moved/there/", "-o", "moved/y.krt"]) == 0
    assert Path("x.krt").read_bytes() == Path("moved/y.krt").read_bytes()


def test_what_is_left_out_is_told(capsys: Capture, folder: Path) -> None:
    for name in (
        ".git/config",
        "src/__pycache__/a.pyc",
        "old.krt",
        "src/b.pyc",
        "rendered/.krtc-files",
        "rendered/x",
        "runtime.yml",
    ):
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).touch()
    (FOLDER / "link").symlink_to(folder)
    os.mkfifo(FOLDER / "pipe")
    assert main(["pack", str(FOLDER), "-o", "x.krt"]) == 0
    *lines, last = capsys.readouterr().err.splitlines()
    assert lines == [
        "left out: .git/",
        "left out: link (a link)",
        "left out: old.krt",
        "left out: pipe (no regular file)",
        "left out: rendered/ (a tree that krtc wrote)",
        "left out: runtime.yml (the settings of a runtime)",
        "left out: src/__pycache__/",
        "left out: src/b.pyc",
    ]
    assert last.startswith("x.krt: 4 files, ")


def test_a_wrong_version_is_not_packed(capsys: Capture) -> None:
    (FOLDER / "src" / "etl" / "main.py").unlink()
    Path("x.krt").write_text("old")
    assert main(["pack", str(FOLDER), "-o", "x.krt"]) == 1
    assert "error[KRT106]" in capsys.readouterr().err
    assert Path("x.krt").read_text() == "old"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((str(FOLDER), "-o", "x.tar"), "x.tar does not end in .krt"),
        (("nothing", "-o", "x.krt"), "nothing is not a folder"),
        ((str(FOLDER / "krt.yml"), "-o", "x.krt"), "versions/sort-v1/krt.yml is not a folder"),
        ((str(FOLDER), "-o", "nothing/x.krt"), "cannot write nothing/x.krt: No such file or directory"),
    ],
)
def test_what_is_refused(arguments: tuple[str, ...], message: str, capsys: Capture) -> None:
    assert main(["pack", *arguments]) == 2
    assert capsys.readouterr().err == f"krtc: error: {message}\n"


def test_more_than_an_archive_may_hold(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, most in (("MOST_MEMBERS", 6), ("LARGEST_UNPACKED", 100)):
        with monkeypatch.context() as patched:
            patched.setattr(command, name, most)
            assert main(["pack", str(FOLDER), "-o", "x.krt"]) == 2
            assert "holds more than a .krt may" in capsys.readouterr().err
    assert not Path("x.krt").exists()


def test_tar_reads_it(folder: Path) -> None:
    assert main(["pack", str(FOLDER), "-o", "x.krt"]) == 0
    (folder / "out").mkdir()
    subprocess.run(["tar", "-xzf", "x.krt", "-C", "out"], check=True)
    assert {p.relative_to("out").as_posix() for p in Path("out").rglob("*")} == set(members())
    assert Path("out/bin/tool").read_bytes() == b"\x7fELF"
