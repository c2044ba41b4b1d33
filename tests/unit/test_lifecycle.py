"""The commands of the lifecycle: what they write and refuse to write, and what they say."""

import errno
import fcntl
import json
import os
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import pytest

from krtc.cli import main, output, rewrite, versions
from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import TRANSITION
from krtc.model.status import ACTIONS, DESIRED, Action, action_for
from krtc.pipeline import check_runtime
from krtc.source import SourceFile, Span
from tests.unit.helpers import SMALL, STATUSES, changed, text

Capture = pytest.CaptureFixture[str]

RUNTIME = """\
# The runtime of mails.
runtime: demo
versions:
  - krt: v1/krt.yml  # the old one
    status: published
  - krt: v2/krt.yml
    status: 'started'
  - krt: v3/krt.yml
  - {krt: v4/krt.yml, status: stopped}
"""


def write_version(folder: str, **more: Any) -> None:
    """A version in its folder, named after it."""
    Path(folder, "src/etl").mkdir(parents=True, exist_ok=True)
    Path(folder, "src/etl/main.py").touch()
    Path(folder, "public_input.proto").write_text(
        'syntax = "proto3";\nmessage M {}\nservice Entrypoint { rpc Sort (M) returns (M); }\n'
    )
    Path(folder, "krt.yml").write_text(text({**SMALL, "version": f"mail-{folder}", **more}))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: a runtime.yml with four versions; the fourth has a variable that nothing gives a value."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for number in (1, 2, 3):
        write_version(f"v{number}")
    write_version("v4", config={"variables": ["TOKEN"], "files": []})
    Path("runtime.yml").write_text(RUNTIME)
    return tmp_path


def runtime() -> str:
    return Path("runtime.yml").read_bytes().decode()


class Test_the_table:
    def test_of_the_server(self) -> None:
        assert [(a.name, a.before, a.after) for a in ACTIONS.values()] == [
            ("start", "stopped", "started"),
            ("stop", "started", "stopped"),
            ("publish", "started", "published"),
            ("unpublish", "published", "started"),
        ]
        assert all(name == action.name and isinstance(action, Action) for name, action in ACTIONS.items())
        assert {status for a in ACTIONS.values() for status in (a.before, a.after)} <= set(DESIRED.values())

    def test_action_for(self) -> None:
        pairs: Any = [(old, new) for old in STATUSES for new in STATUSES]
        assert {pair: action_for(*pair) for pair in pairs if action_for(*pair)} == {
            ("stopped", "started"): "start",
            ("started", "stopped"): "stop",
            ("started", "published"): "publish",
            ("published", "started"): "unpublish",
        }


class Test_what_is_written:
    @pytest.mark.parametrize(
        ("arguments", "replaced", "said"),
        [
            (
                ["publish", "mail-v2"],
                [("status: published", "status: started"), ("'started'", "'published'")],
                "mail-v2 is published now, mail-v1 is started: commit runtime.yml and deploy it\n",
            ),
            (
                ["unpublish", "mail-v1"],
                [("status: published", "status: started")],
                "mail-v1 is unpublished now: commit runtime.yml and deploy it\n"
                "deploy with pruning: without that, requests from outside go on to reach it\n",
            ),
            (
                ["stop", "mail-v2"],
                [("'started'", "'stopped'")],
                "mail-v2 is stopped now: commit runtime.yml and deploy it\n"
                "deploy with pruning: without that, what runs of it runs on\n",
            ),
            (
                ["start", "mail-v3"],
                [("v3/krt.yml\n", "v3/krt.yml\n    status: started\n")],
                "mail-v3 is started now: commit runtime.yml and deploy it\n"
                "requests from outside do not reach it until it is published\n",
            ),
        ],
    )
    def test_the_statuses_and_nothing_else(
        self, arguments: list[str], replaced: list[tuple[str, str]], said: str, capsys: Capture
    ) -> None:
        assert main(arguments) == 0
        assert capsys.readouterr() == ("", said)
        expected = RUNTIME
        for old, new in replaced:
            assert expected.count(old) == 1
            expected = expected.replace(old, new)
        assert runtime() == expected
        assert sorted(os.listdir()) == ["runtime.yml", "v1", "v2", "v3", "v4"]

    def test_publish_where_nothing_is(self, capsys: Capture) -> None:
        assert main(["unpublish", "mail-v1"]) == 0
        capsys.readouterr()
        assert main(["publish", "mail-v2"]) == 0
        assert capsys.readouterr().err == "mail-v2 is published now: commit runtime.yml and deploy it\n"

    def test_publish_where_two_are(self) -> None:
        """Both are started then, whoever published them by hand."""
        Path("runtime.yml").write_text(RUNTIME.replace("v3/krt.yml", "v3/krt.yml\n    status: published"))
        assert main(["publish", "mail-v2"]) == 0
        assert runtime().count("published") == 1

    def test_there_and_back(self) -> None:
        assert main(["publish", "mail-v2"]) == 0
        assert main(["publish", "mail-v1"]) == 0
        assert runtime() == RUNTIME

    def test_the_mode_stays(self) -> None:
        os.chmod("runtime.yml", 0o640)
        assert main(["stop", "mail-v2"]) == 0
        assert stat.S_IMODE(os.stat("runtime.yml").st_mode) == 0o640

    def test_line_ends_and_a_byte_order_mark_stay(self) -> None:
        old = b"\xef\xbb\xbf" + RUNTIME.replace("\n", "\r\n").encode()
        Path("runtime.yml").write_bytes(old)
        assert main(["stop", "mail-v2"]) == 0
        assert Path("runtime.yml").read_bytes() == old.replace(b"'started'", b"'stopped'")

    @pytest.mark.parametrize("name", ["runtime.yaml", "sub/settings.yml"])
    def test_another_file(self, name: str, tmp_path: Path, capsys: Capture) -> None:
        Path("sub").mkdir()
        Path("runtime.yml").rename(name)
        if name != "runtime.yaml":
            for number in range(1, 5):
                Path(f"v{number}").rename(f"sub/v{number}")
        given = [] if name == "runtime.yaml" else ["--runtime", name]
        assert main(["stop", "mail-v2", *given]) == 0
        assert f"commit {name} and deploy it" in capsys.readouterr().err
        assert "'stopped'" in Path(name).read_text()

    def test_a_dry_run_prints_the_change(self, capsys: Capture, tmp_path: Path) -> None:
        assert main(["publish", "mail-v2", "--dry-run"]) == 0
        out, err = capsys.readouterr()
        assert err == "" and runtime() == RUNTIME
        assert out.startswith("--- runtime.yml\n+++ runtime.yml\n@@ ")
        assert [line for line in out.splitlines()[3:] if line[0] in "+-"] == [
            "-    status: published",
            "+    status: started",
            "-    status: 'started'",
            "+    status: 'published'",
        ]

    @pytest.mark.parametrize("content", [RUNTIME, RUNTIME.rstrip("\n}") + "\n  }", RUNTIME.replace("\n", "\r\n")])
    def test_the_diff_is_what_the_command_writes(self, content: str, capsys: Capture) -> None:
        Path("runtime.yml").write_bytes(content.encode())
        assert main(["start", "mail-v3", "--dry-run"]) == 0
        Path("change.diff").write_bytes(capsys.readouterr().out.encode())
        subprocess.run(["git", "apply", "-p0", "change.diff"], check=True)
        patched = runtime()
        Path("runtime.yml").write_bytes(content.encode())
        assert main(["start", "mail-v3"]) == 0
        assert runtime() == patched


class Test_what_is_refused:
    """... leaves every byte of the file."""

    @pytest.fixture(autouse=True)
    def unchanged(self, folder: Path) -> Any:
        replaced = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "replace", lambda *given: replaced.append(given))
            yield
        assert replaced == []

    @pytest.mark.parametrize(
        ("command", "version", "said"),
        [
            ("start", "mail-v1", "mail-v1 is published: only a stopped version can be started"),
            ("start", "mail-v2", "mail-v2 is started already"),
            (
                "stop",
                "mail-v1",
                "mail-v1 is published: unpublish it first (or publish another version): krtc unpublish mail-v1",
            ),
            ("stop", "mail-v3", "mail-v3 is stopped already"),
            ("publish", "mail-v1", "mail-v1 is published already"),
            ("publish", "mail-v3", "mail-v3 is stopped: start it first: krtc start mail-v3"),
            ("unpublish", "mail-v2", "mail-v2 is started: only a published version can be unpublished"),
            ("unpublish", "mail-v3", "mail-v3 is stopped: only a published version can be unpublished"),
        ],
    )
    @pytest.mark.parametrize("dry", [False, True])
    def test_by_the_table(self, command: str, version: str, said: str, dry: bool, capsys: Capture) -> None:
        assert main([command, version, *["--dry-run"] * dry]) == 1
        assert capsys.readouterr() == ("", f"{said}\n")
        assert runtime() == RUNTIME

    def test_the_command_that_helps_names_the_file(self, capsys: Capture) -> None:
        Path("my runtime.yml").write_text(RUNTIME)
        assert main(["stop", "mail-v1", "--runtime", "my runtime.yml"]) == 1
        assert capsys.readouterr().err.endswith("krtc unpublish mail-v1 --runtime 'my runtime.yml'\n")

    @pytest.mark.parametrize(
        ("version", "said"),
        [("mail-v22", ": did you mean `mail-v2`?"), ("v1/krt.yml", ""), ("versions[1]", ""), ("", "")],
    )
    def test_an_unknown_version(self, version: str, said: str, capsys: Capture) -> None:
        assert main(["stop", version]) == 2
        assert capsys.readouterr().err == f"krtc: error: runtime.yml has no version `{version}`{said}\n"

    def test_no_runtime(self, capsys: Capture) -> None:
        os.remove("runtime.yml")
        for arguments in (["stop", "mail-v1"], ["status"]):
            assert main(arguments) == 2
            said = "there is no runtime.yml or runtime.yaml in this folder: name it with --runtime FILE"
            assert capsys.readouterr().err == f"krtc: error: {said}\n"

    def test_no_file(self, capsys: Capture) -> None:
        assert main(["stop", "mail-v1", "--runtime", "nothing.yml"]) == 2
        assert capsys.readouterr().err == "krtc: error: cannot read nothing.yml: No such file or directory\n"

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"versions: [\n", "KRT002"),
            (b"runtime: \xff\n", "KRT001"),
            (b"", "KRT012"),
            (RUNTIME.replace("'started'", "'started'\n    status: stopped").encode(), "KRT005"),
        ],
    )
    def test_a_file_that_cannot_be_read(self, content: bytes, code: str, capsys: Capture) -> None:
        Path("runtime.yml").write_bytes(content)
        for arguments in (["stop", "mail-v2"], ["status"]):
            assert main(arguments) == 1
            out, err = capsys.readouterr()
            assert out == "" and "runtime.yml:" in err and f"error[{code}]" in err
        assert Path("runtime.yml").read_bytes() == content

    def test_a_status_that_is_none(self, capsys: Capture) -> None:
        content = RUNTIME.replace("'started'", "running")
        Path("runtime.yml").write_text(content)
        for command in ACTIONS:
            assert main([command, "mail-v2"]) == 1
            err = capsys.readouterr().err
            assert "error[KRT013]" in err and err.endswith("mend the status of mail-v2 first\n")
        assert runtime() == content

    @pytest.mark.parametrize("path", ["v2/krt.yml", "v1/../v2/krt.yml", "v5/krt.yml"])
    def test_a_version_that_stands_twice(self, path: str, capsys: Capture) -> None:
        shutil.copytree("v2", "v5")
        content = RUNTIME.replace("v3/krt.yml", path)
        Path("runtime.yml").write_text(content)
        for command in ACTIONS:
            assert main([command, "mail-v2"]) == 1
            assert capsys.readouterr().err == "runtime.yml lists mail-v2 2 times: keep one of them\n"
        assert runtime() == content


class Test_what_must_be_right:
    @pytest.mark.parametrize("command", ["start", "publish"])
    def test_without_the_values(self, command: str, capsys: Capture) -> None:
        """KRE's rule: all configuration must have a value."""
        if command == "publish":
            Path("runtime.yml").write_text(RUNTIME.replace("stopped", "started"))
        before = runtime()
        assert main([command, "mail-v4"]) == 1
        out, err = capsys.readouterr()
        assert out == "" and "error[KRT401] missing-config-value: nothing gives `TOKEN` a value" in err
        done = {"start": "started", "publish": "published"}[command]
        assert err.endswith(f"mail-v4 cannot be {done} while that is so: runtime.yml is left as it is\n")
        assert runtime() == before
        Path("runtime.yml").write_text(before + "config: {variables: {TOKEN: x}}\n")
        assert main([command, "mail-v4"]) == 0

    def test_what_is_wrong_with_the_runtime_or_the_version_keeps_it_from_starting(self, capsys: Capture) -> None:
        Path("runtime.yml").write_text(f"{RUNTIME}ingress: {{kind: Route}}\n")
        assert main(["start", "mail-v3"]) == 1
        assert "error[KRT013]" in capsys.readouterr().err
        assert runtime() == f"{RUNTIME}ingress: {{kind: Route}}\n"
        Path("runtime.yml").write_text(RUNTIME)
        write_version("v3", workflows=[{**SMALL["workflows"][0], "exitpoint": "none"}])
        assert main(["start", "mail-v3"]) == 1
        assert "v3/krt.yml:" in capsys.readouterr().err
        assert runtime() == RUNTIME

    @pytest.mark.parametrize("other", ["nodes: {sort: {none: {replicas: 1}}}", "id: [x]", "krt: nothing"])
    def test_what_is_wrong_with_another_does_not(self, other: str) -> None:
        Path("v1/krt.yml").write_text(text(changed({**SMALL, "version": "mail-v1"}, "workflows", 0, "nodes", to=[])))
        content = RUNTIME.replace("krt: v1/krt.yml", other if "krt" in other else f"{other}\n    krt: v1/krt.yml")
        Path("runtime.yml").write_text(content)
        assert main(["start", "mail-v3"]) == 0
        assert runtime() == content.replace("v3/krt.yml\n", "v3/krt.yml\n    status: started\n")

    def test_two_published_versions_keep_any_other_from_starting(self, capsys: Capture) -> None:
        content = RUNTIME.replace("'started'", "published")
        Path("runtime.yml").write_text(content)
        assert main(["start", "mail-v3"]) == 1
        assert "error[KRT408]" in capsys.readouterr().err
        assert runtime() == content

    def test_an_error_that_stopping_brings(self, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        real = check_runtime

        def check(source: Any, *given: Any) -> Any:
            program, found = real(source, *given)
            span = Span(SourceFile("runtime.yml", source.data.decode()), 1, 1, 1, 2)
            messages = ["it was wrong before", *["it is stopped"] * (b"'stopped'" in source.data)]
            return program, [*found, *(Diagnostic(TRANSITION, span, message) for message in messages)]

        monkeypatch.setattr(versions, "check_runtime", check)
        assert main(["stop", "mail-v2"]) == 1
        err = capsys.readouterr().err
        assert "it is stopped" in err and "it was wrong before" not in err
        assert err.endswith("mail-v2 cannot be stopped while that is so: runtime.yml is left as it is\n")
        assert runtime() == RUNTIME

    def test_nothing_keeps_it_from_doing_less(self, capsys: Capture) -> None:
        """Only an error that the edit brings would."""
        content = RUNTIME.replace("stopped", "started") + "ingress: {kind: Route}\n"
        Path("runtime.yml").write_text(content)
        assert main(["stop", "mail-v4"]) == 0
        assert main(["unpublish", "mail-v1"]) == 0
        assert "error" not in capsys.readouterr().err
        assert runtime().count("started") == 2


class Test_a_version_that_cannot_be_read:
    @pytest.fixture(autouse=True, params=["missing", "broken", "nameless"])
    def unreadable(self, request: pytest.FixtureRequest) -> None:
        if request.param == "missing":
            os.remove("v2/krt.yml")
        else:
            Path("v2/krt.yml").write_text(
                "version: [\n" if request.param == "broken" else text({**SMALL, "version": "A"})
            )

    def test_is_stopped_by_its_path(self, capsys: Capture) -> None:
        assert main(["stop", "v2/krt.yml"]) == 0
        assert capsys.readouterr().err.startswith("v2/krt.yml is stopped now: ")
        assert runtime() == RUNTIME.replace("'started'", "'stopped'")

    def test_is_not_published(self, capsys: Capture) -> None:
        assert main(["publish", "v2/krt.yml"]) == 1
        err = capsys.readouterr().err
        assert "error[KRT" in err and "v2/krt.yml cannot be published while that is so" in err
        assert runtime() == RUNTIME

    def test_is_told_of_alone(self, capsys: Capture) -> None:
        Path("v1/krt.yml").write_text("version: {\n")
        Path("v4/krt.yml").unlink()
        assert main(["publish", "v2/krt.yml"]) == 1
        err = capsys.readouterr().err
        assert "v2/krt.yml" in err and "v1/krt.yml" not in err and "v4/krt.yml" not in err

    def test_has_no_name(self, capsys: Capture) -> None:
        assert main(["stop", "mail-v2"]) == 2
        assert "has no version `mail-v2`" in capsys.readouterr().err

    def test_keeps_no_other_from_being_started(self) -> None:
        assert main(["start", "mail-v3"]) == 0

    def test_is_shown_by_its_path(self, capsys: Capture) -> None:
        assert main(["status"]) == 1
        out, err = capsys.readouterr()
        assert "  v2/krt.yml  started    v2/krt.yml  stop\n" in out
        assert "error[KRT" in err and "v2/krt.yml" in err
        assert main(["status", "--format", "json"]) == 1
        assert json.loads(capsys.readouterr().out)["versions"][1] == {
            "version": None,
            "status": "started",
            "krt": "v2/krt.yml",
            "next": ["stop"],
        }


class Test_an_archive_that_cannot_be_read:
    @pytest.mark.parametrize("inside", [None, "version: [\n"])
    def test_is_stopped_by_its_path(self, inside: str | None, capsys: Capture) -> None:
        Path("v2.krt").write_bytes(b"\x1f\x8b")
        if inside:
            Path("v2/krt.yml").write_text(inside)
            with tarfile.open("v2.krt", "w:gz") as archive:
                archive.add("v2/krt.yml", "krt.yml")
        Path("runtime.yml").write_text(RUNTIME.replace("v2/krt.yml", "v2.krt"))
        assert main(["publish", "v2.krt"]) == 1
        err = capsys.readouterr().err
        assert "v2.krt" in err and "error[KRT0" in err and "v2.krt cannot be published while that is so" in err
        assert main(["stop", "v2.krt"]) == 0


class Test_writing:
    def test_never_through_a_link(self, capsys: Capture) -> None:
        Path("runtime.yml").rename("real.yml")
        Path("runtime.yml").symlink_to("real.yml")
        for more in ([], ["--dry-run"]):
            assert main(["stop", "mail-v2", *more]) == 2
            said = "runtime.yml is a link, and krtc writes through none: name the file that it leads to"
            assert capsys.readouterr().err == f"krtc: error: {said}\n"
        assert Path("runtime.yml").is_symlink() and Path("real.yml").read_text() == RUNTIME
        assert main(["status"]) == 0

    def test_not_even_one_that_came_meanwhile(self, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        def link() -> None:
            Path("runtime.yml").rename("real.yml")
            Path("runtime.yml").symlink_to("real.yml")

        self._meanwhile(monkeypatch, link)
        assert main(["stop", "mail-v2"]) == 2
        assert "is a link" in capsys.readouterr().err
        assert Path("real.yml").read_text() == RUNTIME

    @staticmethod
    def _meanwhile(monkeypatch: pytest.MonkeyPatch, do: Any) -> None:
        """Lets something happen between reading and writing."""
        real = rewrite.rewrite

        def later(*given: Any) -> None:
            do()
            real(*given)

        monkeypatch.setattr(rewrite, "rewrite", later)

    @pytest.mark.parametrize("edited", [RUNTIME + "# mine\n", RUNTIME[:-1], RUNTIME.replace("demo", "dem0")])
    def test_a_file_that_was_changed_meanwhile(
        self, edited: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
    ) -> None:
        self._meanwhile(monkeypatch, lambda: Path("runtime.yml").write_text(edited))
        assert main(["stop", "mail-v2"]) == 2
        assert "runtime.yml was changed while krtc worked on it" in capsys.readouterr().err
        assert runtime() == edited

    def test_a_file_that_was_removed_meanwhile(self, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        self._meanwhile(monkeypatch, lambda: os.remove("runtime.yml"))
        assert main(["stop", "mail-v2"]) == 2
        assert capsys.readouterr().err == "krtc: error: cannot write runtime.yml: No such file or directory\n"

    def test_a_file_that_may_not_be_written(self, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        monkeypatch.setattr(os, "access", lambda path, mode: False)  # who runs the tests may write anything
        assert main(["stop", "mail-v2"]) == 2
        assert capsys.readouterr().err == "krtc: error: cannot write runtime.yml: Permission denied\n"
        assert runtime() == RUNTIME

    @pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC])
    @pytest.mark.parametrize("call", ["open", "fsync", "replace"])
    def test_a_disk_that_refuses(
        self, number: int, call: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
    ) -> None:
        def refuse(*_: Any, **__: Any) -> Any:
            raise OSError(number, os.strerror(number))

        with monkeypatch.context() as patch:
            patch.setattr(output if call == "open" else os, call, refuse, raising=False)
            assert main(["stop", "mail-v2"]) == 2
        assert capsys.readouterr().err == f"krtc: error: cannot write runtime.yml: {os.strerror(number)}\n"
        assert runtime() == RUNTIME
        assert not [name for name in os.listdir() if ".krtc-" in name]

    def test_a_folder_that_is_read_only(self, folder: Path) -> None:
        Path("runtime.yml").chmod(0o666)
        code = (  # root may write anywhere
            "import os, sys\nfrom krtc.cli import lifecycle, main\nmain(['stop', 'mail-v2', '--dry-run'])\n"
            "os.geteuid() or os.setuid(65534)\nsys.exit(main(['stop', 'mail-v2']))"
        )
        with tempfile.TemporaryDirectory() as name:  # nobody but its owner may pass the folders of pytest
            shutil.copytree(folder, name, dirs_exist_ok=True)
            os.chmod(name, 0o555)
            done = subprocess.run([sys.executable, "-c", code], cwd=name, capture_output=True, text=True, check=False)
            os.chmod(name, 0o755)
            assert Path(name, "runtime.yml").read_text() == RUNTIME
        assert (done.returncode, done.stderr) == (2, "krtc: error: cannot write runtime.yml: Permission denied\n")

    def test_a_full_disk(self, folder: Path) -> None:
        """The kernel's limit for the size of a file refuses as a full disk does, in the middle of a write."""
        limit = len(RUNTIME) // 2
        code = (
            f"import resource, signal, sys\nresource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
            "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nfrom krtc.cli import main\n"
            "sys.exit(main(['stop', 'mail-v2']))"
        )
        done = subprocess.run([sys.executable, "-B", "-c", code], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (2, "krtc: error: cannot write runtime.yml: File too large\n")
        assert runtime() == RUNTIME
        assert not [name for name in os.listdir() if ".krtc-" in name]

    def test_is_on_the_disk_before_it_is_renamed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        calls: list[str] = []
        real = {"fsync": os.fsync, "replace": os.replace}
        for name in real:

            def call(*given: Any, name: str = name, real: Any = real[name]) -> None:
                kind = "folder" if name == "fsync" and stat.S_ISDIR(os.fstat(given[0]).st_mode) else "file"
                if name == "fsync" and kind == "file":
                    assert os.fstat(given[0]).st_size == len(RUNTIME)  # 'stopped' is as long as 'started'
                calls.append(f"{name} {kind}")
                real(*given)

            monkeypatch.setattr(os, name, call)
        assert main(["stop", "mail-v2"]) == 0
        assert calls == ["fsync file", "replace file", "fsync folder"]

    def test_what_a_killed_run_left_is_removed(self) -> None:
        process = subprocess.Popen([sys.executable, "-c", ""])
        process.wait()
        left = [f"runtime.yml.krtc-{process.pid}", f"runtime.yml.krtc-{os.getpid()}"]
        kept = [f"runtime.yml.krtc-{os.getppid()}", f"mine.krtc-{process.pid}", "runtime.yml.krtc-x"]
        for name in (*left, *kept):
            Path(name).write_text("half")
        assert main(["stop", "mail-v2"]) == 0
        assert sorted(os.listdir()) == sorted(["runtime.yml", "v1", "v2", "v3", "v4", *kept])

    def test_waits_for_another_run(self, folder: Path) -> None:
        """Between its reading anew and its writing nobody else writes."""
        descriptor = os.open(folder, os.O_RDONLY)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        run = subprocess.Popen([sys.executable, "-m", "krtc", "stop", "mail-v2"], stderr=subprocess.PIPE)
        with pytest.raises(subprocess.TimeoutExpired):
            run.wait(1)
        assert runtime() == RUNTIME
        os.close(descriptor)
        run.communicate(timeout=30)
        assert run.returncode == 0
        assert "'stopped'" in runtime()

    def test_two_runs_at_once(self) -> None:
        """Each finds what it read, or says that it did not."""
        command = [sys.executable, "-m", "krtc"]
        runs = [
            subprocess.Popen([*command, *call], stderr=subprocess.PIPE)
            for call in (["start", "mail-v3"], ["stop", "mail-v2"], ["unpublish", "mail-v1"])
        ]
        ends = [(run.communicate()[1], run.returncode) for run in runs]
        lines = {0: "v3/krt.yml\n    status: started\n", 1: "'stopped'", 2: "started\n  - krt: v2"}
        assert 0 in {code for _, code in ends}
        for number, (said, code) in enumerate(ends):
            assert (lines[number] in runtime()) == (code == 0), said
            assert code == 0 or b"was changed while krtc worked on it" in said


class Test_status:
    TABLE = """\
  VERSION  STATUS     KRT         NEXT
* mail-v1  published  v1/krt.yml  unpublish
  mail-v2  started    v2/krt.yml  stop, publish
  mail-v3  stopped    v3/krt.yml  start
  mail-v4  stopped    v4/krt.yml  start
"""

    def test_as_text(self, capsys: Capture) -> None:
        assert main(["status"]) == 0
        assert capsys.readouterr() == (self.TABLE, "")
        assert main(["status", "--runtime", str(Path.cwd() / "runtime.yml")]) == 0
        assert capsys.readouterr() == (self.TABLE, "")

    def test_in_colours(self, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FORCE_COLOR", "1")
        assert main(["status"]) == 0
        lines = self.TABLE.splitlines()
        lines[1] = f"\x1b[1m{lines[1]}\x1b[0m"
        assert capsys.readouterr().out.splitlines() == lines

    def test_as_json(self, capsys: Capture) -> None:
        assert main(["status", "--format", "json"]) == 0
        out, err = capsys.readouterr()
        found = json.loads(out)
        assert err == "" and list(found) == ["file", "runtime", "versions"]
        assert (found["file"], found["runtime"]) == ("runtime.yml", "demo")
        assert [list(version.values()) for version in found["versions"]] == [
            ["mail-v1", "published", "v1/krt.yml", ["unpublish"]],
            ["mail-v2", "started", "v2/krt.yml", ["stop", "publish"]],
            ["mail-v3", "stopped", "v3/krt.yml", ["start"]],
            ["mail-v4", "stopped", "v4/krt.yml", ["start"]],
        ]
        assert list(found["versions"][0]) == ["version", "status", "krt", "next"]

    def test_what_it_offers_is_what_the_commands_do(self, capsys: Capture) -> None:
        for number in (1, 2, 3):
            main(["status", "--format", "json"])
            offered = json.loads(capsys.readouterr().out)["versions"][number - 1]["next"]
            for command in ACTIONS:
                code = main([command, f"mail-v{number}", "--dry-run"])
                assert (code == 0) == (command in offered), command
            capsys.readouterr()

    def test_of_no_versions(self, capsys: Capture) -> None:
        Path("runtime.yml").write_text("runtime: demo\n")
        assert main(["status"]) == 0
        assert capsys.readouterr() == ("  VERSION  STATUS  KRT  NEXT\n", "runtime.yml lists no versions\n")

    def test_with_something_wrong(self, capsys: Capture) -> None:
        Path("runtime.yml").write_text(RUNTIME.replace("'started'", "running").replace("krt: v3/krt.yml", "id: x"))
        assert main(["status"]) == 1
        out, err = capsys.readouterr()
        assert "  mail-v2      ?          v2/krt.yml  -\n" in out
        assert "  versions[2]  stopped    ?           -\n" in out
        assert "error[KRT013]" in err and "error[KRT011]" in err

    def test_obeys_no_file(self, capsys: Capture) -> None:
        """Neither a terminal nor a CI system does what a path says."""
        content = 'runtime: demo\nversions: [krt: "::error::x", krt: "a\\u202e##[b"]\n'
        Path("runtime.yml").write_text(content)
        assert main(["status"]) == 1
        out, err = capsys.readouterr()
        assert "  ./::error::x " in out and "a\\u{202e}#\\u{23}[b" in out
        assert not [line for line in f"{out}{err}".splitlines() if line.strip().startswith("::")]
        assert "\u202e" not in f"{out}{err}"
        assert main(["status", "--format", "json"]) == 1
        out = capsys.readouterr().out
        assert out.isascii() and "##" not in out
        assert json.loads(out)["versions"][1]["krt"] == "a\u202e##[b"


def test_a_plain_compile_imports_nothing_of_this() -> None:
    code = (
        "import sys\nfrom krtc.cli import main\nimported = set(sys.modules)\ncode = main(['compile', 'runtime.yml'])\n"
        "names = ('lifecycle', 'status', 'versions', 'rewrite')\n"
        "wrong = [f'krtc.cli.{name}' for name in names] + ['krtc.frontend.edit', 'fcntl', 'difflib', 'shlex']\n"
        "sys.stderr.write(' '.join(name for name in wrong if name in sys.modules))\n"
        "sys.stderr.write(' '.join(name for name in imported if name.startswith('krtc.')))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    imported = {"krtc.cli", "krtc.cli.main", "krtc.cli.errors"}
    assert (done.returncode, set(done.stderr.split())) == (0, imported), done.stderr
