"""The command line: what it reads and refuses to read, what it says, and how it ends."""

import errno
import io
import os
import runpy
import shutil
import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml

from krtc.__main__ import command as command_line
from krtc.cli import compile as command
from krtc.cli import main, output, reading, terminal
from krtc.cli.main import COMMANDS, terminal_width
from tests.unit.helpers import EXAMPLE, FORMS, KRT, RUNTIME, SMALL, changed, text

Capture = pytest.CaptureFixture[str]

PROTO = 'syntax = "proto3";\nmessage M {}\nservice Entrypoint { rpc Sort (M) returns (M); }\n'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: a krt.yml with the files that it names, its settings, and a file of its configuration."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    Path("krt.yml").write_text(text(SMALL))
    Path("full.yml").write_text(text(KRT))
    Path("settings.yml").write_text(text(RUNTIME))
    Path("model.json").write_text("{}\n")
    for name in ("src/etl", "bin"):
        Path(name).mkdir(parents=True)
    Path("src/etl/main.py").touch()
    Path("bin/out").touch()
    Path("public_input.proto").write_text(PROTO)
    return tmp_path


def run(*arguments: str) -> int:
    return main(["compile", *arguments])


class Test_exit_codes:
    def test_0_and_manifests_on_stdout(self, capsys: Capture) -> None:
        assert run("krt.yml") == 0
        out, err = capsys.readouterr()
        assert err == ""
        assert out.startswith("# Made by krtc from krt.yml. ")
        assert {o["metadata"]["namespace"] for o in yaml.load_all(out, yaml.CSafeLoader)} == {"kre"}

    def test_0_with_a_warning(self, capsys: Capture) -> None:
        Path("krt.yml").write_text(text(changed(SMALL, "entrypoint", "image", to="acme/own:1")))
        assert run("krt.yml") == 0
        out, err = capsys.readouterr()
        assert "warning[KRT303]" in err and err.endswith("0 errors, 1 warning\n")
        assert out.startswith("# Made by krtc")

    def test_1_with_errors(self, capsys: Capture) -> None:
        Path("krt.yml").write_text("version: A\n")
        assert run("krt.yml", "-o", "tree", "--to", "helm") == 1
        out, err = capsys.readouterr()
        assert out == "" and err.startswith("krt.yml:1:1: error[KRT011] missing-key: ")
        assert not Path("tree").exists()

    @pytest.mark.parametrize(
        "arguments",
        [
            [],
            ["compile"],
            ["compil", "krt.yml"],
            ["compile", "krt.yml", "--status", "error"],
            ["compile", "krt.yml", "--to", "json"],
            ["compile", "krt.yml", "--stat", "started"],
            ["compile", "krt.yml", "more.yml"],
            ["--nothing"],
        ],
    )
    def test_2_with_a_wrong_call(self, arguments: list[str], capsys: Capture) -> None:
        with pytest.raises(SystemExit) as end:
            main(arguments)
        assert end.value.code == 2
        assert capsys.readouterr().err.startswith("krtc: error: ")

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--to", "helm"], "--to helm needs -o DIR"),
            (["--to", "kustomize"], "--to kustomize needs -o DIR"),
            (["--check"], "--check needs -o DIR"),
            (["--to", "helm", "--check"], "--check needs -o DIR"),
            (["--runtime", "nothing.yml"], "cannot read nothing.yml: No such file or directory"),
            (["-o", "krt.yml"], "krt.yml is not a folder"),
            (["-o", "."], "the folder . holds files that krtc did not write: give an empty or a new folder"),
        ],
    )
    def test_2_with_what_cannot_be_done(self, arguments: list[str], message: str, capsys: Capture) -> None:
        assert run("krt.yml", *arguments) == 2
        assert capsys.readouterr() == ("", f"krtc: error: {message}\n")

    def test_130_when_interrupted(self, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        raising(monkeypatch, KeyboardInterrupt())
        assert run("krt.yml") == 130
        assert capsys.readouterr() == ("", "")


def raising(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(command, "compile", fail)


class Test_internal_errors:
    def test_say_so_and_show_no_trace(self, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        raising(monkeypatch, ValueError("x\x1b\n::error::"))
        assert run("krt.yml") == 2
        lines = capsys.readouterr().err.splitlines()
        assert lines[0] == "krtc: internal error: ValueError: x\\u{1b}\\u{a}::error::"
        assert lines[1].startswith("This is a bug in krtc, not in your files. Please report it: https://")
        assert len(lines) == 3 and "--debug" in lines[2]

    def test_with_debug_show_the_trace(self, monkeypatch: pytest.MonkeyPatch) -> None:
        raising(monkeypatch, ValueError("x"))
        with pytest.raises(ValueError, match="x"):
            main(["--debug", "compile", "krt.yml"])


class Test_statuses:
    @pytest.mark.parametrize(
        ("status", "desired"),
        [
            *((status, "stopped") for status in ("stopped", "created", "creating", "stopping")),
            *((status, "started") for status in ("started", "starting")),
            ("published", "published"),
        ],
    )
    def test_of_the_server(self, status: str, desired: str, capsys: Capture) -> None:
        assert run("krt.yml", "--status", status) == 0
        (record,) = [
            o
            for o in yaml.load_all(capsys.readouterr().out, yaml.CSafeLoader)
            if o["metadata"]["name"] == "mail-v1" and o["kind"] == "ConfigMap"
        ]
        assert record["data"]["status"] == desired


class Test_what_is_read:
    @pytest.mark.parametrize("path", [".", "./krt.yml", "sub/..", ""])
    def test_a_folder_and_a_file(self, path: str, folder: Path, capsys: Capture) -> None:
        Path("sub").mkdir()
        assert run(path or str(folder)) == 0
        assert capsys.readouterr().out.startswith("# Made by krtc from krt.yml. ")

    def test_the_other_ending(self, capsys: Capture) -> None:
        Path("krt.yml").rename("krt.yaml")
        assert run(".") == 0
        assert "from krt.yaml. " in capsys.readouterr().out

    def test_an_archive(self, capsys: Capture) -> None:
        with tarfile.open("mail.krt", "w:gz") as archive:
            for name in ("krt.yml", "public_input.proto", "src"):
                archive.add(name)
        os.remove("src/etl/main.py")
        assert run("mail.krt") == 0
        out, err = capsys.readouterr()
        assert out.startswith("# Made by krtc from mail.krt. ") and err == ""

    def test_the_files_beside_it(self, capsys: Capture) -> None:
        os.remove("src/etl/main.py")
        assert run("krt.yml") == 0
        out, err = capsys.readouterr()
        assert out.startswith("# Made by krtc from krt.yml. ")
        assert "warning[KRT106] missing-file: there is no file `src/etl/main.py`" in err

    def test_standard_input(self, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text(SMALL).encode())))
        assert run("-") == 0
        assert capsys.readouterr().out.startswith('# Made by krtc from "<stdin>". ')

    def test_a_mistake_in_standard_input(self, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff")))
        assert run("-") == 1
        assert capsys.readouterr().err.startswith("<stdin>:1:1: error[KRT001] encoding: ")

    def test_standard_input_without_an_end(self, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        with open("/dev/zero") as endless:
            monkeypatch.setattr(sys, "stdin", endless)
            assert run("-") == 1
        assert "larger than 1 MiB" in capsys.readouterr().err

    def test_settings_and_the_files_beside_them(self, folder: Path, capsys: Capture) -> None:
        Path("elsewhere").mkdir()
        for name in ("settings.yml", "model.json"):
            Path(name).rename(f"elsewhere/{name}")
        assert run("full.yml", "--runtime", "elsewhere/settings.yml") == 0
        objects = list(yaml.load_all(capsys.readouterr().out, yaml.CSafeLoader))
        (config,) = [o for o in objects if o["metadata"]["name"] == "mail-v1--config"]
        assert config["data"] == {"GREETING": "hello", "MODEL": "{}\n"}

    def test_settings_are_only_read_when_given(self, capsys: Capture) -> None:
        Path("runtime.yml").write_text("runtime: other\n")
        assert run(".") == 0
        assert "other" not in capsys.readouterr().out


class Test_what_is_not_read:
    """Each is refused at once: nothing waits, and nothing is read without an end."""

    @pytest.mark.parametrize(
        ("make", "message"),
        [
            pytest.param(lambda p: None, "No such file or directory", id="nothing"),
            pytest.param(os.mkfifo, "it is not a regular file", id="fifo"),
            pytest.param(lambda p: p.symlink_to("/dev/zero"), "it is not a regular file", id="device"),
            pytest.param(lambda p: p.symlink_to(p), "Too many levels of symbolic links", id="link to itself"),
            pytest.param(lambda p: p.symlink_to("nowhere"), "No such file or directory", id="link to nothing"),
        ],
    )
    @pytest.mark.parametrize("as_runtime", [False, True])
    def test_no_regular_file(self, make: Any, message: str, as_runtime: bool, capsys: Capture) -> None:
        make(Path("odd.yml"))
        assert run(*(["krt.yml", "--runtime", "odd.yml"] if as_runtime else ["odd.yml"])) == 2
        assert capsys.readouterr() == ("", f"krtc: error: cannot read odd.yml: {message}\n")

    def test_a_folder_for_settings(self, capsys: Capture) -> None:
        assert run("krt.yml", "--runtime", ".") == 2
        assert capsys.readouterr().err.startswith("krtc: error: cannot read .: ")

    def test_what_may_not_be_read(self, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        def denied(*_: object) -> int:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), "krt.yml")

        monkeypatch.setattr(os, "open", denied)
        assert run("krt.yml") == 2
        assert capsys.readouterr().err == "krtc: error: cannot read krt.yml: Permission denied\n"

    @pytest.mark.parametrize(
        ("path", "message"),
        [
            ("sub", "there is no krt.yml in the folder sub, and no runtime.yml that lists versions"),
            ("x.krt", "cannot read x.krt: No such file or directory"),
            ("sub/runtime.yml", "cannot read sub/runtime.yml: No such file or directory"),
            ("sub/runtime.yaml", "sub/runtime.yaml lists no `versions`: give a krt.yml, and this with --runtime"),
            ("a\x00b", "cannot read a\\u{0}b: "),
            ("x" * 300, f"cannot read {'x' * 300}: File name too long"),
        ],
    )
    def test_other_things(self, path: str, message: str, capsys: Capture) -> None:
        Path("sub").mkdir()
        Path("sub/runtime.yaml").write_text("runtime: demo\n")
        assert run(path) == 2
        assert capsys.readouterr().err.startswith(f"krtc: error: {message}")

    def test_text_that_is_none(self, capsys: Capture) -> None:
        for data, code in ((b"\xff", "KRT001"), (b"a" * ((1 << 20) + 1), "KRT004"), (b"a: \x1b", "KRT001")):
            Path("krt.yml").write_bytes(data)
            assert run("krt.yml") == 1
            assert f"error[{code}]" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("model.json", b"{}\n"),
            ("sub/../model.json", b"{}\n"),
            ("../outside", "`../outside` is not in the folder of settings.yml"),
            ("/etc/hostname", "`/etc/hostname` is not in the folder of settings.yml"),
            ("link", "`link` is not in the folder of settings.yml"),
            ("nothing", "cannot read nothing: No such file or directory"),
            ("sub", "cannot read sub: Is a directory"),
            ("fifo", "cannot read fifo: it is not a regular file"),
            ("", "cannot read .: Is a directory"),
        ],
    )
    def test_a_configuration_file(self, path: str, expected: bytes | str, folder: Path) -> None:
        Path("sub").mkdir()
        os.mkfifo("fifo")
        outside = folder.parent / "outside"
        outside.write_text("secret")
        Path("link").symlink_to(outside)
        assert reading.beside("settings.yml", path) == expected

    def test_a_configuration_file_that_is_outside_is_told_where_it_is_named(self, capsys: Capture) -> None:
        Path("settings.yml").write_text(text(changed(RUNTIME, "config", "files", "MODEL", to="../../etc/hostname")))
        assert run("full.yml", "--runtime", "settings.yml") == 1
        assert (
            "error[KRT403] config-file: `MODEL`: `../../etc/hostname` is not in the folder of settings.yml"
            in capsys.readouterr().err
        )


class Test_a_tree:
    @pytest.mark.parametrize("form", FORMS)
    def test_is_written_and_checked(self, form: str, folder: Path, capsys: Capture) -> None:
        arguments = ["full.yml", "--runtime", "settings.yml", "--to", form, "-o", "tree"]
        assert run(*arguments) == 0
        count = sum(path.is_file() for path in (folder / "tree").rglob("*")) - 1
        assert capsys.readouterr() == ("", f"tree: {count} files, {count} changed\n")
        assert run(*arguments, "--check") == 0
        assert capsys.readouterr() == ("", "")
        assert run(*arguments) == 0
        assert capsys.readouterr() == ("", f"tree: {count} files, 0 changed\n")

    def test_that_differs(self, folder: Path, capsys: Capture) -> None:
        assert run("krt.yml", "-o", "tree") == 0
        files = sorted(path.name for path in (folder / "tree").iterdir())[1:]
        (folder / "tree" / files[0]).write_text("x")
        (folder / "tree" / files[1]).unlink()
        before = {path: path.read_bytes() for path in (folder / "tree").iterdir()}
        capsys.readouterr()
        assert run("krt.yml", "-o", "tree", "--check", "--status", "published") == 1
        lines = capsys.readouterr().err.splitlines()
        assert f"tree/{files[0]} differs" in lines and f"tree/{files[1]} is missing" in lines
        assert "tree/30-service-mail-v1.yaml is left over" in lines
        assert "tree/50-ingress-active-entrypoint.yaml is missing" in lines
        assert lines[-1] == "tree is not up to date: run the same command without --check"
        assert {path: path.read_bytes() for path in (folder / "tree").iterdir()} == before

    def test_is_checked_as_started_when_nothing_else_is_said(self, folder: Path, capsys: Capture) -> None:
        assert run("krt.yml", "-o", "tree", "--status", "published") == 0
        assert run("krt.yml", "-o", "tree", "--check") == 1
        assert capsys.readouterr().err.endswith(
            "without --check (it was held against a started version: --status says if it is another)\n"
        )

    def test_becomes_another(self, folder: Path) -> None:
        for form in (*FORMS, "manifests"):
            assert run("krt.yml", "--to", form, "-o", "tree") == 0
            assert run("krt.yml", "--to", form, "-o", "tree", "--check") == 0
        assert {path.suffix for path in (folder / "tree").iterdir()} == {".yaml", ""}

    @pytest.mark.parametrize("check", [False, True])
    def test_that_is_a_link_or_holds_one(self, check: bool, folder: Path, capsys: Capture) -> None:
        assert run("krt.yml", "--to", "kustomize", "-o", "tree") == 0
        shutil.move("tree/base", "elsewhere")
        Path("tree/base").symlink_to(folder / "elsewhere")
        capsys.readouterr()
        assert run("krt.yml", "--to", "kustomize", "-o", "tree", *["--check"] * check) == 2
        assert capsys.readouterr().err == "krtc: error: tree/base is a link, and krtc writes through none\n"

    def test_on_a_full_disk(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        def full(*_: object, **__: object) -> Any:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(output, "open", full, raising=False)
        before = sorted(os.listdir())
        assert run("krt.yml", "-o", "tree") == 2
        assert capsys.readouterr().err == "krtc: error: cannot write tree: No space left on device\n"
        assert sorted(os.listdir()) == before

    def test_that_may_not_be_read(self, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        assert run("krt.yml", "-o", "tree") == 0
        capsys.readouterr()

        def denied(name: str, *_: object, **__: object) -> Any:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), name)

        monkeypatch.setattr(output, "open", denied, raising=False)
        assert run("krt.yml", "-o", "tree", "--check") == 2
        assert capsys.readouterr().err == "krtc: error: cannot read tree/.krtc-files: Permission denied\n"

    @pytest.mark.parametrize("form", FORMS)
    def test_of_a_file_with_an_odd_name(self, form: str, folder: Path, capsys: Capture) -> None:
        name = os.fsdecode(b"k\xff{{ x }}\n.yml")
        Path("krt.yml").rename(name)
        assert run(name, "--to", form, "-o", "tree") == 0, capsys.readouterr().err
        for path in (folder / "tree").rglob("*.yaml"):
            assert path.read_text().startswith("# Made by krtc from "), path
            assert "{{ x }}" not in path.read_text()


class Test_standard_output:
    def test_that_is_full(self, capsys: Capture) -> None:
        command = [sys.executable, "-m", "krtc", "compile", "krt.yml"]
        with open("/dev/full", "w") as full:
            done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        assert (done.returncode, done.stderr) == (
            2,
            "krtc: error: cannot write to standard output: No space left on device\n",
        )

    def test_that_refuses(self, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        class Full(io.BytesIO):
            def flush(self) -> None:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        class Stdout:
            buffer = Full()

            def __init__(self, descriptor: int) -> None:
                self.fileno = lambda: descriptor

        descriptor = os.dup(1)
        monkeypatch.setattr(sys, "stdout", Stdout(descriptor))
        try:
            assert run("krt.yml") == 2
        finally:
            os.close(descriptor)
            monkeypatch.undo()
        assert "cannot write to standard output" in capsys.readouterr().err

    def test_that_nobody_reads(self) -> None:
        process = subprocess.Popen(
            [sys.executable, "-m", "krtc", "compile", str(EXAMPLE)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert process.stdout and process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
        process.stderr.close()
        assert process.wait() == -13  # SIGPIPE, as cat


class Test_closed_streams:
    """What `>&-` and the like make of a call."""

    @pytest.mark.parametrize(
        ("arguments", "redirection", "code", "message"),
        [
            ("krt.yml -o tree", ">&-", 0, "tree: "),
            ("krt.yml -o tree", "2>&-", 0, ""),
            ("krt.yml -o tree", "<&- >&- 2>&-", 0, ""),
            ("krt.yml", ">&-", 2, "krtc: error: cannot write to standard output: Bad file descriptor\n"),
            ("-", "<&-", 1, "<stdin>:1:1: error[KRT012] wrong-type: the file is empty\n"),
            ("nothing.yml", "2>&-", 2, ""),
        ],
    )
    def test_as_processes(self, arguments: str, redirection: str, code: int, message: str) -> None:
        call = f"exec {sys.executable} -m krtc compile {arguments} {redirection}"
        done = subprocess.run(["sh", "-c", call], capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
        assert done.stderr.startswith(message) and "Traceback" not in done.stderr

    def test_are_opened(self, monkeypatch: pytest.MonkeyPatch) -> None:
        names = ("stdin", "stdout", "stderr")
        for name in names:
            monkeypatch.setattr(sys, name, None)
        monkeypatch.setattr(sys, "argv", ["krtc", "compile", "-"])
        with pytest.raises(BaseException, match="1"):
            command_line()
        for name in names:
            getattr(sys, name).close()


class Test_colours:
    @pytest.mark.parametrize(
        ("environment", "is_a_terminal", "expected"),
        [
            ({}, False, False),
            ({}, True, True),
            ({"NO_COLOR": "1"}, True, False),
            ({"NO_COLOR": ""}, True, True),
            ({"FORCE_COLOR": "1"}, False, True),
            ({"FORCE_COLOR": ""}, False, False),
            ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
        ],
    )
    def test_only_where_they_belong(
        self, environment: dict[str, str], is_a_terminal: bool, expected: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        stream = io.StringIO()
        monkeypatch.setattr(stream, "isatty", lambda: is_a_terminal, raising=False)
        assert terminal.colour(stream) is expected

    def test_of_a_report(self, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        Path("krt.yml").write_text("version: A\n")
        for value, expected in (("", False), ("1", True)):
            monkeypatch.setenv("FORCE_COLOR", value)
            assert run("krt.yml") == 1
            assert ("\x1b[1;31m" in capsys.readouterr().err) is expected


def test_what_is_said_is_harmless(capsys: Capture) -> None:
    terminal.say("a\x1b[31m", "\n::error::")
    assert capsys.readouterr().err == "a\\u{1b}[31m\n\\u{a}::error::\n"


def test_the_version(capsys: Capture) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert (end.value.code, capsys.readouterr().out) == (0, f"krtc {version('krtc')}\n")


@pytest.mark.parametrize("arguments", [["--help"], *([command, "--help"] for command in COMMANDS)])
def test_help(arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    shown = []
    for columns in (60, 500):
        monkeypatch.setattr(os, "get_terminal_size", lambda *_, columns=columns: os.terminal_size((columns, 20)))
        monkeypatch.setattr(sys.stdout, "fileno", lambda: 1, raising=False)
        with pytest.raises(SystemExit) as end:
            main(arguments)
        assert end.value.code == 0
        shown.append(capsys.readouterr().out)
    assert shown[0].startswith("usage: krtc")
    assert max(len(line) for line in shown[1].splitlines()) <= 100
    assert shown[0] != shown[1] or max(len(line) for line in shown[0].splitlines()) <= 80  # unless nothing is long


def test_a_width_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert terminal_width() == 80


def test_as_a_module(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.delitem(sys.modules, "krtc.__main__", raising=False)
    for path, code in (("krt.yml", 0), ("nothing.yml", 2)):
        monkeypatch.setattr(sys, "argv", ["krtc", "compile", path, "--status", "stopped"])
        with pytest.raises(BaseException, match=str(code)) as end:
            runpy.run_module("krtc", run_name="__main__")
        assert (end.type.__name__, end.value.args) == ("Exit", (code,))  # of conftest.py, for os._exit
        out, err = capsys.readouterr()
        assert (out.count("---\n"), bool(err)) == (1 if code == 0 else 0, code != 0)


def test_without_sigpipe(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.delattr("_signal.SIGPIPE")
    assert run("krt.yml") == 0
    monkeypatch.undo()
    assert capsys.readouterr().err == ""


def test_without_the_c_extension_of_pyyaml() -> None:
    script = (
        "import sys\nsys.modules['yaml._yaml'] = None\nfrom krtc.cli import main\nsys.exit(main(['check', 'krt.yml']))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "krtc: error: krtc needs PyYAML with its C extension, and this one is without:"
        " install a wheel of it, or libyaml first\n"
    )


class Test_the_folder_of_a_krt:
    """What stands at a path of it; nothing but a regular file in it is ever opened."""

    @pytest.fixture
    def folder(self, tmp_path: Path) -> reading.Folder:
        (tmp_path / "krt" / "src").mkdir(parents=True)
        (tmp_path / "krt" / "src" / "main.py").write_text("x")
        (tmp_path / "secret").write_text("secret")
        inside, links = tmp_path / "krt", {"in": "src/main.py", "folder-in": "src", "out": "../secret", "up": ".."}
        for name, target in {**links, "gone": "nothing", "loop": "loop", "zero": "/dev/zero", "abs": "/etc"}.items():
            (inside / name).symlink_to(target)
        os.mkfifo(inside / "fifo")
        return reading.Folder(str(inside))

    @pytest.mark.parametrize(
        ("path", "kind"),
        [
            ("src/main.py", "file"),
            ("in", "file"),
            ("folder-in/main.py", "file"),
            ("src", "folder"),
            ("src/", "folder"),
            ("folder-in", "folder"),
            ("out", "outside"),
            ("up/secret", "outside"),
            ("up/krt/src/main.py", "file"),
            ("zero", "outside"),
            ("abs/hostname", "outside"),
            ("fifo", "special"),
            ("gone", "missing"),
            ("loop", "missing"),
            ("src/main.py/x", "missing"),
            ("x" * 300, "missing"),
            ("nothing", "missing"),
        ],
    )
    def test_kinds(self, folder: reading.Folder, path: str, kind: str) -> None:
        assert folder.kind(path) == kind
        assert isinstance(folder.read(path), bytes) == (kind == "file")
        assert kind != "file" or folder.read(path) == b"x"

    def test_from_within(self, folder: reading.Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path / "krt")
        assert [reading.Folder("").kind(path) for path in ("src/main.py", "in", "out")] == ["file", "file", "outside"]
        assert reading.Folder("").name("src/main.py") == "src/main.py"
