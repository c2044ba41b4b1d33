"""Writing a tree: what krtc did not write stays, every file is old or new, and the next run finishes what one began."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from krtc.cli import output
from krtc.cli.errors import UsageError
from tests.unit.helpers import EXAMPLE

OLD = {"a.yaml": "old a\n", "base/b.yaml": "old b\n", "base/gone/c.yaml": "old c\n"}
NEW = {"a.yaml": "new a\n", "base/b.yaml": "old b\n", "base/d.yaml": "new d\n", "e.yaml": "é\r\n"}


def tree(folder: Path) -> dict[str, str]:
    """The files in a folder but krtc's list."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != output.LIST)
    return {path.relative_to(folder).as_posix(): path.read_bytes().decode() for path in files}


def listed(folder: Path) -> list[str]:
    return [line for line in (folder / output.LIST).read_text().splitlines() if not line.startswith("#")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tree that krtc wrote."""
    made = tmp_path / "tree"
    assert output.write(str(made), OLD)[1] == 3
    return made


class Test_what_is_written:
    def test_a_new_folder(self, folder: Path) -> None:
        assert tree(folder) == OLD
        assert listed(folder) == sorted(OLD)
        assert os.listdir(folder.parent) == ["tree"]

    def test_with_the_folders_above_it(self, tmp_path: Path) -> None:
        output.write(f"{tmp_path}/x/y/tree/", OLD)
        assert tree(tmp_path / "x" / "y" / "tree") == OLD

    def test_beside_the_working_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        output.write("tree", OLD)
        output.write("./tree", NEW)
        assert tree(tmp_path / "tree") == NEW

    def test_an_empty_folder(self, tmp_path: Path) -> None:
        assert output.write(str(tmp_path), OLD)[1] == 3
        assert tree(tmp_path) == OLD

    def test_over_an_older_tree(self, folder: Path) -> None:
        assert output.write(str(folder), NEW)[1] == 4  # a, d and e are written, c is removed
        assert tree(folder) == NEW
        assert listed(folder) == sorted(NEW)
        assert not (folder / "base" / "gone").exists()

    def test_nothing_when_nothing_changed(self, folder: Path) -> None:
        before = {path: path.stat().st_mtime_ns for path in [folder, *folder.rglob("*")]}
        assert output.write(str(folder), OLD)[1] == 0
        assert {path: path.stat().st_mtime_ns for path in [folder, *folder.rglob("*")]} == before

    def test_only_what_changed(self, folder: Path) -> None:
        before = (folder / "base" / "b.yaml").stat()
        output.write(str(folder), NEW)
        after = (folder / "base" / "b.yaml").stat()
        assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)

    def test_a_list_that_was_changed_by_hand(self, folder: Path) -> None:
        with (folder / output.LIST).open("a") as file:
            file.write("\n# nothing\nnot-there.yaml\nno/such/folder.yaml\n")
        assert output.write(str(folder), OLD)[1] == 2
        assert listed(folder) == sorted(OLD)


class Test_what_is_not_krtcs:
    def test_a_folder_with_other_files(self, tmp_path: Path) -> None:
        (tmp_path / "mine.txt").write_text("mine")
        with pytest.raises(UsageError, match="holds files that krtc did not write"):
            output.write(str(tmp_path), OLD)
        assert tree(tmp_path) == {"mine.txt": "mine"}

    def test_a_file_in_the_place_of_one_that_is_to_come(self, folder: Path) -> None:
        (folder / "e.yaml").write_text("mine")
        with pytest.raises(UsageError, match=r"e\.yaml was not written by krtc"):
            output.write(str(folder), NEW)
        assert tree(folder) == {**OLD, "e.yaml": "mine"}

    def test_files_beside_its_own_stay(self, folder: Path) -> None:
        (folder / "mine.yaml").write_text("mine")
        (folder / "base" / "gone" / "mine.yaml").write_text("mine")
        output.write(str(folder), NEW)
        assert tree(folder) == {**NEW, "mine.yaml": "mine", "base/gone/mine.yaml": "mine"}
        assert list(output.differences(str(folder), NEW)) == []

    @pytest.mark.parametrize("make", [Path.touch, os.mkfifo], ids=["file", "fifo"])
    def test_a_file_is_no_folder(self, tmp_path: Path, make: Any) -> None:
        make(tmp_path / "tree")
        with pytest.raises(UsageError, match="is not a folder"):
            output.write(f"{tmp_path}/tree", OLD)

    @pytest.mark.parametrize(
        "name",
        [
            "../x",
            "a/../../x",
            "/etc/x",
            "a//b",
            "./a",
            ".hidden",
            "a/.hidden",
            "a\tb",
            "a b",
            "a/",
            "é",
            "a\\b",
            "..",
            "a\x00",
        ],
    )
    def test_a_list_with_names_that_krtc_never_writes(self, folder: Path, name: str) -> None:
        (folder.parent / "x").write_text("mine")
        (folder / output.LIST).write_text(f"a.yaml\n{name}\n")
        for call in (output.write, lambda *arguments: list(output.differences(*arguments))):
            with pytest.raises(UsageError, match="which krtc never writes"):
                call(str(folder), NEW)
        assert (folder.parent / "x").read_text() == "mine"
        assert tree(folder) == OLD


class Test_links:
    def test_the_folder_is_one(self, folder: Path) -> None:
        link = folder.parent / "link"
        link.symlink_to(folder)
        for name in (str(link), f"{link}/"):
            with pytest.raises(UsageError, match="is a link, and krtc writes through none"):
                output.write(name, NEW)
        assert tree(folder) == OLD

    def test_that_leads_nowhere(self, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(tmp_path / "nowhere")
        with pytest.raises(UsageError, match="is a link"):
            output.write(f"{tmp_path}/link", NEW)
        assert not (tmp_path / "nowhere").exists()

    @pytest.mark.parametrize("name", ["a.yaml", "base", "base/gone", "base/gone/c.yaml", output.LIST])
    def test_in_the_tree(self, folder: Path, name: str) -> None:
        elsewhere = folder.parent / "elsewhere"
        (folder / name).rename(elsewhere)
        (folder / name).symlink_to(elsewhere)
        before = tree(folder), tree(elsewhere)
        with pytest.raises(UsageError, match="is a link, and krtc writes through none"):
            output.write(str(folder), NEW)
        assert (folder / name).is_symlink()
        if not name.startswith("base/gone"):  # what is on its way out is met last
            assert (tree(folder), tree(elsewhere)) == before
        assert elsewhere.exists()


class Test_check:
    @staticmethod
    def differences(folder: Path, files: dict[str, str]) -> list[str]:
        return [line.removeprefix(f"{folder}/") for line in output.differences(str(folder), files)]

    def test_up_to_date(self, folder: Path) -> None:
        assert self.differences(folder, OLD) == []

    def test_every_file_that_differs(self, folder: Path) -> None:
        assert self.differences(folder, NEW) == [
            "a.yaml differs",
            "base/d.yaml is missing",
            "e.yaml is missing",
            "base/gone/c.yaml is left over",
            ".krtc-files lists other files, or was not written to its end",
        ]
        assert tree(folder) == OLD

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        found = self.differences(tmp_path / "tree", {"a.yaml": ""})
        assert found == ["a.yaml is missing", ".krtc-files lists other files, or was not written to its end"]
        assert not (tmp_path / "tree").exists()

    def test_a_folder_in_the_place_of_a_file(self, folder: Path) -> None:
        (folder / "a.yaml").unlink()
        (folder / "a.yaml").mkdir()
        assert self.differences(folder, OLD) == ["a.yaml is missing"]


class Broken(Exception):
    """Stands for whatever ends a process in the middle."""


def breaking(monkeypatch: pytest.MonkeyPatch, name: str, after: int, error: BaseException) -> None:
    """Lets `os.NAME` work `after` times, then raises."""
    real, calls = getattr(os, name), iter(range(10**6))

    def call(*arguments: Any, **options: Any) -> Any:
        if next(calls) >= after:
            raise error
        return real(*arguments, **options)

    monkeypatch.setattr(os, name, call)


class Test_a_run_that_ends_in_the_middle:
    @pytest.mark.parametrize("after", range(8))
    @pytest.mark.parametrize("name", ["replace", "unlink", "makedirs"])
    def test_leaves_every_file_old_or_new_and_the_next_finishes(self, folder: Path, name: str, after: int) -> None:
        with pytest.MonkeyPatch.context() as patch:
            breaking(patch, name, after, Broken())
            try:
                output.write(str(folder), NEW)
                interrupted = False
            except Broken:
                interrupted = True
        found = tree(folder)
        for path, text in found.items():
            assert text in (OLD.get(path), NEW.get(path)), path
        assert set(found) <= set(listed(folder))
        if interrupted and found != OLD:
            assert list(output.differences(str(folder), NEW))
        output.write(str(folder), NEW)
        assert tree(folder) == NEW
        assert list(output.differences(str(folder), NEW)) == []

    def test_leaves_nothing_of_a_new_tree(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        breaking(monkeypatch, "rename", 0, KeyboardInterrupt())
        with pytest.raises(KeyboardInterrupt):
            output.write(f"{tmp_path}/tree", NEW)
        assert os.listdir(tmp_path) == []


@pytest.fixture
def dead() -> int:
    """The number of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


class Test_what_a_killed_run_left:
    """A kill leaves what was being written."""

    def test_is_removed_with_the_next_tree(self, tmp_path: Path, dead: int) -> None:
        for pid in (dead, os.getpid()):
            half = tmp_path / f".tree.krtc-{pid}" / "base"
            half.mkdir(parents=True)
            (half / "b.yaml").write_text("ha")
        output.write(f"{tmp_path}/tree", NEW)
        assert os.listdir(tmp_path) == ["tree"]

    @pytest.mark.parametrize("name", ["a.yaml", "base/d.yaml", "e.yaml", output.LIST])
    def test_is_told_and_removed_from_a_tree(self, folder: Path, dead: int, name: str) -> None:
        output.write(str(folder), NEW)
        for pid in (dead, os.getpid()):
            half = folder / f"{name}.krtc-{pid}"
            half.write_text("ha")
            assert list(output.differences(str(folder), NEW)) == [f"{half} is left over"]
            assert output.write(str(folder), NEW)[1] == 1
            assert tree(folder) == NEW

    def test_is_in_nobodys_way(self, folder: Path) -> None:
        """A process of the same number, as in containers, writes the same file again."""
        (folder / f"a.yaml.krtc-{os.getpid()}").write_text("ha")
        with (folder / "a.yaml").open("a") as file:
            file.write("x")
        output.write(str(folder), OLD)
        assert tree(folder) == OLD

    @pytest.mark.parametrize("entry", ["a.yaml.krtc-1x", "a.yaml.krtc-", "mine.krtc-{dead}", "a.yaml.krtc-{alive}"])
    def test_and_nothing_else(self, folder: Path, dead: int, entry: str) -> None:
        path = folder / entry.format(dead=dead, alive=os.getppid())
        path.write_text("mine")
        assert output.write(str(folder), OLD)[1] == 0
        assert path.read_text() == "mine"

    def test_a_file_that_goes_while_it_is_read(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        lstat = os.lstat

        def gone(path: str) -> os.stat_result:
            found = lstat(path)
            if path.endswith("a.yaml"):
                os.unlink(path)
            return found

        monkeypatch.setattr(os, "lstat", gone)
        assert next(output.differences(str(folder), OLD)) == f"{folder}/a.yaml is missing"

    def test_of_another_user_is_left_to_it(self, folder: Path, monkeypatch: pytest.MonkeyPatch, dead: int) -> None:
        (folder / f"a.yaml.krtc-{dead}").write_text("ha")

        def kill(pid: int, number: int) -> None:
            raise PermissionError

        monkeypatch.setattr(os, "kill", kill)
        assert output.write(str(folder), OLD)[1] == 0


class Test_a_disk_that_refuses:
    @pytest.mark.parametrize("after", [0, 1, 2])
    def test_leaves_nothing_of_a_new_tree(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        monkeypatch.setattr(output, "open", refusing(after, full), raising=False)
        with pytest.raises(OSError, match="No space left"):
            output.write(f"{tmp_path}/tree", NEW)
        assert os.listdir(tmp_path) == []

    def test_leaves_the_old_tree(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        with monkeypatch.context() as patch:
            patch.setattr(output, "open", refusing(0, full), raising=False)
            with pytest.raises(OSError, match="No space left"):
                output.write(str(folder), NEW)
        assert tree(folder) == OLD
        output.write(str(folder), NEW)
        assert tree(folder) == NEW

    def test_a_folder_that_cannot_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(OSError, match=r"Not a directory|File exists"):
            output.write(f"{tmp_path}/file/tree", NEW)


def refusing(after: int, error: OSError) -> Any:
    """`open` that lets files be written `after` times, then leaves half of one and raises."""
    calls = iter(range(10**6))

    def call(name: str, mode: str = "r", **options: Any) -> Any:
        file = open(name, mode, **options)  # noqa: SIM115
        if mode[0] == "x" and next(calls) >= after:
            file.write(b"ha" if "b" in mode else "ha")
            file.close()
            raise error
        return file

    return call


class Test_two_runs_at_once:
    def test_the_slower_one_finds_the_tree_of_the_faster(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        rename = os.rename

        def slow(source: str, target: str) -> None:
            monkeypatch.setattr(os, "rename", rename)
            monkeypatch.setattr(os, "getpid", os.getppid)
            output.write(target, NEW)
            rename(source, target)

        monkeypatch.setattr(os, "rename", slow)
        assert output.write(f"{tmp_path}/tree", NEW)[1] == 0
        assert tree(tmp_path / "tree") == NEW
        assert os.listdir(tmp_path) == ["tree"]

    @pytest.mark.parametrize("exists", [False, True])
    def test_as_processes(self, tmp_path: Path, exists: bool) -> None:
        command = [
            sys.executable,
            "-m",
            "krtc",
            "compile",
            str(EXAMPLE),
            "--to",
            "kustomize",
            "-o",
            str(tmp_path / "tree"),
        ]
        if exists:
            subprocess.run([*command, "--status", "stopped"], check=True, capture_output=True)
        runs = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(3)]
        ends = [(run.communicate()[1], run.returncode) for run in runs]
        # One may meet what another is just writing, and says so; none breaks anything.
        assert {code for _, code in ends} <= {0, 2} and 0 in {code for _, code in ends}, ends
        assert not [text for text, _ in ends if b"internal error" in text]
        again = subprocess.run(command, capture_output=True, text=True, check=False)
        assert again.returncode == 0, again.stderr
        assert subprocess.run([*command, "--check"], capture_output=True, check=False).returncode == 0
        assert not [path for path in tmp_path.rglob("*") if ".krtc-" in path.name and path.name != output.LIST]
