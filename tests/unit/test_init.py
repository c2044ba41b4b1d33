"""`krtc init`: what a new project is, what stays as it was, what is asked and of whom."""

import errno
import fcntl
import json
import os
import pty
import re
import select
import subprocess
import sys
import tarfile
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from krtc.cli import init, main, output
from krtc.model.patterns import RESOURCE_NAME

Capture = pytest.CaptureFixture[str]
KRT = "demo/versions/demo-v1/krt.yml"
KRTC = str(Path(sys.executable).with_name("krtc"))
CHOICES = [(language, deploy) for language in ("python", "go") for deploy in ("argocd", "flux")]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def files(folder: str = ".") -> dict[str, str]:
    found = (path for path in Path(folder).rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in found}


class Test_what_there_is_then:
    def test_its_files(self, capsys: Capture) -> None:
        assert main(["init", "demo"]) == 0
        assert capsys.readouterr() == (
            "",
            "demo: 14 files for demo-v1\nthe next steps are in demo/README.md\n",
        )
        assert sorted(files("demo")) == [
            ".github/workflows/krtc.yml",
            ".gitignore",
            ".gitlab-ci.yml",
            ".pre-commit-config.yaml",
            ".vscode/krt-v2.schema.json",
            ".vscode/runtime.schema.json",
            ".vscode/settings.json",
            "README.md",
            "deploy/application.yaml",
            "runtime.yml",
            "versions/demo-v1/krt.yml",
            "versions/demo-v1/public_input.proto",
            "versions/demo-v1/src/cleaner.py",
            "versions/demo-v1/src/greeter.py",
        ]
        assert os.listdir() == ["demo"]

    def test_by_what_is_chosen(self) -> None:
        assert main(["init", "demo", "--language", "go", "--deploy", "flux", "--name", "mail-v7"]) == 0
        made = files("demo")
        of_go = {"go.mod", "src/cleaner/main.go", "src/greeter/main.go"}
        assert {*(f"versions/mail-v7/{name}" for name in of_go), "deploy/flux.yaml"} < made.keys()
        assert not {"versions/mail-v7/src/cleaner.py", "deploy/application.yaml"} & made.keys()
        assert yaml.safe_load(made["versions/mail-v7/krt.yml"])["version"] == "mail-v7"
        assert yaml.safe_load(made["runtime.yml"])["versions"][0]["krt"] == "versions/mail-v7/krt.yml"
        assert made["README.md"].startswith("# mail-v7\n") and "mail-v8" in made["README.md"]

    @pytest.mark.parametrize("language", ["python", "go"])
    def test_nothing_but_the_version_is_packed(self, language: str) -> None:
        """What is beside its folder may change without it."""
        assert main(["init", ".", "--name", "demo-v1", "--language", language]) == 0
        for name in ("cleaner", "greeter"):
            Path("versions/demo-v1/bin").mkdir(exist_ok=True)
            Path("versions/demo-v1/bin", name).touch()
        assert main(["pack", "versions/demo-v1", "-o", "demo-v1.krt"]) == 0
        with tarfile.open("demo-v1.krt") as archive:
            packed = {member.name for member in archive if member.isfile()}
        assert packed == {*files("versions/demo-v1")} > {"krt.yml", "public_input.proto"}

    @pytest.mark.parametrize(("language", "deploy"), CHOICES)
    def test_check_has_nothing_to_say_of_it(self, language: str, deploy: str, capsys: Capture) -> None:
        assert main(["init", ".", "--language", language, "--deploy", deploy]) == 0
        capsys.readouterr()
        (krt,) = Path("versions").glob("*/krt.yml")
        for path in (".", str(krt), "runtime.yml"):
            assert main(["check", path, "--strict"]) == 0
        assert main(["check", str(krt), "--runtime", "runtime.yml", "--status", "published", "--strict"]) == 0
        assert capsys.readouterr() == ("", "")

    @pytest.mark.parametrize("form", ["manifests", "kustomize", "helm"])
    def test_it_compiles(self, form: str, capsys: Capture) -> None:
        assert main(["init", "demo"]) == 0
        assert main(["compile", "demo/runtime.yml", "--to", form, "-o", "tree"]) == 0
        assert main(["compile", "demo/runtime.yml", "--to", form, "-o", "tree", "--check"]) == 0
        assert main(["compile", KRT, "--runtime", "demo/runtime.yml", "--to", form, "-o", "one"]) == 0
        capsys.readouterr()
        assert main(["status", "--runtime", "demo/runtime.yml"]) == 0
        assert re.search(r"demo-v1 +published", capsys.readouterr().out)

    @pytest.mark.parametrize(("language", "deploy"), CHOICES)
    def test_every_template_is_used_and_filled_in(self, language: str, deploy: str) -> None:
        made = init.project("demo-v1", language, deploy)
        assert not [path for path, text in made.items() if "[[" in text or "[%" in text]
        assert all(text.endswith("\n") and not re.search(r"[ \t]\n|\n\n$", text) for text in made.values())
        root = Path(__file__).parents[2] / "project-templates"
        named = {path.name for path in root.iterdir()}
        used = {*init._FILES.values(), *init._VERSION.values(), *(f"{one}.yaml" for one in init._DEPLOYS)}
        assert named == used | {one for group in init._LANGUAGES.values() for one in group.values()}

    def test_a_name_that_yaml_takes_for_something_else(self) -> None:
        assert main(["init", "demo", "--name", "null"]) == 0
        assert yaml.safe_load(files("demo")["versions/null/krt.yml"])["version"] == "null"
        assert main(["check", "demo", "--strict"]) == 0

    def test_the_schemas_are_those_of_krtc(self, capsys: Capture) -> None:
        assert main(["init", "demo"]) == 0
        settings = json.loads(files("demo")[".vscode/settings.json"])
        for path, names in settings["yaml.schemas"].items():
            capsys.readouterr()
            assert main(["schema", names[0].partition(".")[0]]) == 0
            assert (Path("demo") / path).read_text() == capsys.readouterr().out

    def test_git_leaves_out_what_is_made(self) -> None:
        assert main(["init", "demo", "--language", "go"]) == 0
        subprocess.run(["git", "init", "--quiet", "demo"], check=True)
        version = "versions/demo-v1"
        for name in ("x.krt", f"{version}/bin/cleaner", f"{version}/src/__pycache__/a.pyc"):
            Path("demo", name).parent.mkdir(parents=True, exist_ok=True)
            Path("demo", name).touch()
        listing = ["git", "-C", "demo", "ls-files", "--others", "--exclude-standard"]
        seen = subprocess.run(listing, capture_output=True, text=True, check=True).stdout.split()
        assert f"{version}/krt.yml" in seen and not [
            name for name in seen if name.endswith((".krt", ".pyc")) or "bin/" in name
        ]


class Test_the_name:
    @pytest.mark.parametrize(
        ("given", "name"),
        [
            ("mail", "mail-v1"),
            ("My Models", "my-models-v1"),
            ("a/b/mail", "mail-v1"),
            ("mail/", "mail-v1"),
            ("a-long-name-of-a-folder", "a-long-name-of-a-v1"),
            ("2nd", "greeter-v1"),
            ("___", "greeter-v1"),
            ("дом", "greeter-v1"),
        ],
    )
    def test_after_the_folder(self, given: str, name: str) -> None:
        assert init._name_for(given) == name
        assert main(["init", given]) == 0
        assert yaml.safe_load(files(given)[f"versions/{name}/krt.yml"])["version"] == name
        assert re.fullmatch(RESOURCE_NAME, name) and len(name) < 20

    @pytest.mark.parametrize(
        ("name", "next_name"),
        [
            ("mail-v1", "mail-v2"),
            ("mail-v9", "mail-v10"),
            ("mail", "mail-v2"),
            ("null", "null-v2"),
            ("a-long-name-of-v-9", "a-long-name-of-v-10"),
            ("a-long-name-of-ve-9", "a-long-name-of-ve10"),
            ("a-name-without-nr-x", "a-name-without-n-v2"),
            ("a-name-withou-nrs-x", "a-name-withou-nr-v2"),
        ],
    )
    def test_of_the_next_version(self, name: str, next_name: str) -> None:
        assert init._next_name(name) == next_name
        assert init._wrong_name(name) is init._wrong_name(next_name) is None
        assert f"version: {next_name}/" in init.project(name, "python", "argocd")["README.md"]

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("Mail", "`version` of a version cannot be `Mail`: it must be lower-case letters"),
            ("", "`version` of a version"),
            ("a" * 20, "has 20 characters"),
            ("9" * 5000, "has 5000 characters"),
            ("../../mail", "cannot be `../../mail`"),
            ("active-entrypoint", "active-entrypoint"),
            ("kre-nats", "kre-nats"),
            ("1st", "1st"),
            ("a\n# b: [[ c ]]", "cannot be"),
        ],
    )
    def test_that_no_version_may_have(self, name: str, said: str, capsys: Capture) -> None:
        assert main(["init", "demo", "--name", name]) == 2
        err = capsys.readouterr().err
        assert err.startswith("krtc: error: --name: ") and said in err and err.count("\n") == 1
        assert os.listdir() == []


class Test_what_is_there_already:
    def test_stays_and_is_said(self, capsys: Capture) -> None:
        assert main(["init", "."]) == 0
        (made,) = [files()]
        (krt,) = Path("versions").glob("*/krt.yml")
        krt.unlink()
        Path("other").write_text("mine")
        capsys.readouterr()
        assert main(["init", "."]) == 0
        assert files() == {**made, "other": "mine"}
        *kept, count, _ = capsys.readouterr().err.splitlines()
        assert kept[0] == "./README.md is there already" and len(kept) == len(made) - 1
        assert count.startswith(".: 1 files for ")

    def test_files_beside_it_are_in_nobodys_way(self, capsys: Capture) -> None:
        for name in ("LICENSE", "versions/mine/krt.yml", "src/mine.py", ".github/workflows/other.yml"):
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(name)
        assert main(["init"]) == 0
        assert files()["src/mine.py"] == "src/mine.py" and len(files()) == 18
        assert "already" not in capsys.readouterr().err

    def test_all_that_is_in_the_way_is_named_at_once_and_nothing_is_written(
        self, capsys: Capture, tmp_path: Path
    ) -> None:
        Path(KRT).mkdir(parents=True)
        Path("demo/README.md").write_text("mine")
        Path("demo/runtime.yml").touch()
        Path("demo/.gitignore").symlink_to("nowhere")
        Path("demo/.vscode").symlink_to(tmp_path)
        Path("demo/versions/demo-v1/src").write_text("a file")
        os.mkfifo("demo/versions/demo-v1/public_input.proto")
        before = sorted(Path("demo").rglob("*"))
        assert main(["init", "demo"]) == 2
        assert capsys.readouterr().err == (
            "krtc: error: nothing was written to demo: README.md, runtime.yml, .gitignore, .vscode/settings.json,"
            f" {KRT[5:]}, versions/demo-v1/public_input.proto, versions/demo-v1/src/cleaner.py,"
            " versions/demo-v1/src/greeter.py, .vscode/krt-v2.schema.json, .vscode/runtime.schema.json"
            " are there already, and are others\n"
        )
        assert sorted(Path("demo").rglob("*")) == before and os.listdir() == ["demo"]

    def test_one_that_is_in_the_way(self, capsys: Capture) -> None:
        Path("runtime.yml").write_text("runtime: mine\n")
        assert main(["init"]) == 2
        said = "nothing was written to .: runtime.yml is there already, and is another one"
        assert capsys.readouterr().err == f"krtc: error: {said}\n"
        assert files() == {"runtime.yml": "runtime: mine\n"}

    @pytest.mark.parametrize("make", [Path.touch, lambda path: path.symlink_to("there"), os.mkfifo])
    def test_what_is_no_folder(self, make: Any, capsys: Capture) -> None:
        make(Path("demo"))
        assert main(["init", "demo"]) == 2
        assert re.search("demo is (not a folder|a link)", capsys.readouterr().err)


class Broken(BaseException):
    """Stands for whatever ends a process in the middle."""


def breaking(patch: pytest.MonkeyPatch, after: int, error: BaseException) -> None:
    """Lets files be opened for writing so many times, then raises."""
    calls: Iterator[int] = iter(range(10**6))

    def call(path: Any, mode: str = "r", **options: Any) -> Any:
        if "x" in mode and next(calls) >= after:
            raise error
        return open(path, mode, **options)

    patch.setattr(output, "open", call, raising=False)


class Test_a_run_that_ends_in_the_middle:
    @pytest.mark.parametrize("after", range(15))
    @pytest.mark.parametrize("exists", [False, True])
    def test_leaves_nothing(self, after: int, exists: bool, capsys: Capture) -> None:
        if exists:
            Path("demo/versions").mkdir(parents=True)
            Path("demo/mine").touch()
        before = sorted(Path().rglob("*"))
        for error in (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), Broken()):
            with pytest.MonkeyPatch.context() as patch:
                breaking(patch, after, error)
                if after >= 14:
                    assert main(["init", "demo"]) == 0
                    return
                if isinstance(error, OSError):
                    assert main(["init", "demo"]) == 2
                    assert capsys.readouterr().err == "krtc: error: cannot write demo: No space left on device\n"
                else:
                    with pytest.raises(Broken):
                        main(["init", "demo"])
            assert sorted(Path().rglob("*")) == before

    def test_what_a_killed_run_left_is_removed(self) -> None:
        process = subprocess.Popen([sys.executable, "-c", ""])
        process.wait()
        Path("demo/versions/demo-v1/src").mkdir(parents=True)
        Path(f"demo/versions/demo-v1/src/cleaner.py.krtc-{process.pid}").write_text("half")
        Path("demo/mine.krtc-1").write_text("not ours")
        Path(f".other.krtc-{process.pid}").mkdir()
        for name in ("demo", "other"):
            assert main(["init", name]) == 0
        assert [name for name in files() if ".krtc-" in name] == ["demo/mine.krtc-1"]
        assert sorted(os.listdir()) == ["demo", "other"]


class Test_questions:
    """With a real terminal between."""

    def run(self, answers: str, *arguments: str) -> tuple[int, str]:
        """The exit code of a call on a terminal, and what stood there; the answers are typed in."""
        controller, terminal = pty.openpty()
        process = subprocess.Popen(
            [KRTC, "init", *arguments],
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=terminal,
            start_new_session=True,
            # Ctrl-C is of the terminal that controls a process.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 (the test has one thread)
        )
        os.close(terminal)
        seen = b""
        while True:
            while not select.select([controller], [], [], 30)[0]:
                # Python misses one that comes just before it waits for a line: people press it again.
                assert answers.endswith("\x03"), seen
                os.write(controller, b"\x03")
            if not seen:
                os.write(controller, answers.encode())
            try:
                if not (read := os.read(controller, 4096)):
                    break
            except OSError:  # the other end is closed
                break
            seen += read
        os.close(controller)
        assert process.stdout
        with process.stdout as product:
            assert product.read() == b""
        return process.wait(), seen.decode().replace("\r\n", "\n")

    def test_defaults_are_taken_with_enter(self) -> None:
        code, seen = self.run("\n\n\n", "demo")
        assert code == 0
        questions = ("name of the version [demo-v1]: ", "language of the nodes [python]: ", "deployed by [argocd]: ")
        assert all(question in seen for question in questions)
        assert seen.endswith("demo: 14 files for demo-v1\nthe next steps are in demo/README.md\n")
        assert main(["init", "other", "--name", "demo-v1"]) == 0
        assert files("demo") == files("other")

    def test_answers(self) -> None:
        assert self.run("mail-v2\ngo\nflux\n", "demo")[0] == 0
        assert main(["init", "other", "--name", "mail-v2", "--language", "go", "--deploy", "flux"]) == 0
        assert files("demo") == files("other")

    def test_a_wrong_answer_is_explained_and_asked_again(self) -> None:
        code, seen = self.run("Mail\nmail\nrust\ngo\nhelm\n\n", "demo")
        assert code == 0
        assert "cannot be `Mail`" in seen and seen.count("name of the version [demo-v1]: ") == 2
        assert "it is one of: python, go\n" in seen and "it is one of: argocd, flux\n" in seen
        assert yaml.safe_load(files("demo")["versions/mail/krt.yml"])["version"] == "mail"

    def test_what_is_given_is_not_asked(self) -> None:
        code, seen = self.run("\n", "demo", "--name", "mail", "--language", "go")
        assert code == 0 and "name of" not in seen and "language" not in seen and "deployed by" in seen

    def test_nothing_is_asked_with_yes(self) -> None:
        code, seen = self.run("", "demo", "--yes")
        assert (code, seen) == (0, "demo: 14 files for demo-v1\nthe next steps are in demo/README.md\n")

    def test_who_goes_away_leaves_nothing(self) -> None:
        code, seen = self.run("mail\n\x04", "demo")
        assert code == 2 and "there was no answer, and nothing was written" in seen
        code, seen = self.run("mail\n\x03", "demo")
        assert (code, "Traceback" in seen) == (130, False)
        assert os.listdir() == []

    def test_nothing_is_asked_where_there_is_no_terminal(self) -> None:
        done = subprocess.run(
            [KRTC, "init", "demo"], input="x", capture_output=True, text=True, timeout=60, check=False
        )
        assert (done.returncode, done.stdout) == (0, "") and "[" not in done.stderr
