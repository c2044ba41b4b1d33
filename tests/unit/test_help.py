"""What a call for help shows, and what is said of a wrong call."""

from __future__ import annotations

import subprocess
import sys

import pytest

from krtc.cli import main
from krtc.cli.examples import EXAMPLES
from krtc.cli.main import COMMANDS, command_of, parser

Capture = pytest.CaptureFixture[str]

LINES, COLUMNS = 24, 80
# What is longer, and how long at most: as many options as these have fill a screen of their own.
LONGEST = 40


def shown(capsys: Capture, *arguments: str) -> list[str]:
    """The lines of a help, of the width that is taken where there is no terminal."""
    with pytest.raises(SystemExit) as end:
        main([*arguments, "--help"])
    assert end.value.code == 0
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_fits_a_screen_and_has_examples(command: str, capsys: Capture) -> None:
    lines = shown(capsys, *command.split())
    assert max(map(len, lines)) <= COLUMNS
    assert len(lines) <= LONGEST
    at = lines.index("examples:")
    assert lines[at + 1 : at + 1 + EXAMPLES[command].count("\n")] == [
        f"  {line}" for line in EXAMPLES[command].splitlines()
    ]
    assert any(line.startswith("exit codes: 0 clean") for line in lines[at:])


def test_most_helps_fit_the_smallest_screen(capsys: Capture) -> None:
    sizes = {command: len(shown(capsys, command)) for command in COMMANDS}
    assert sum(size <= LINES for size in sizes.values()) > len(sizes) / 2, sizes


def test_each_command_has_examples_that_call_it() -> None:
    assert EXAMPLES.keys() == {"", *COMMANDS}
    for command, text in EXAMPLES.items():
        calls = [line for line in text.splitlines() if not line.startswith("#")]
        assert calls and all(f"krtc {command}" in call for call in calls), command


def test_the_help_of_krm(capsys: Capture) -> None:
    lines = shown(capsys, "krm")
    again = shown(capsys, "krm")
    assert lines == again and lines.count("examples:") == 1
    assert lines.index("standard input is a ResourceList, whose functionConfig is of") < lines.index("examples:")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("comile krt.yml", ["there is no command `comile`: did you mean `compile`?"]),
        ("--debug chek krt.yml", ["there is no command `chek`: did you mean `check`?"]),
        ("xyz", ["there is no command `xyz`", "`krtc --help` says more"]),
        ("", ["the following arguments are required: COMMAND", "`krtc --help` says more"]),
        ("--versoin", ["the following arguments are required: COMMAND", "`krtc --help` says more"]),
        ("compile krt.yml --statsu started", ["krtc compile has no option `--statsu`: did you mean `--status`?"]),
        ("compile --statsu=started", ["krtc compile has no option `--statsu`: did you mean `--status`?"]),
        ("compile krt.yml --stat started", ["krtc compile has no option `--stat`: did you mean `--status`?"]),
        (
            "compile krt.yml --statsu started --forma x",
            ["krtc compile has no option `--statsu`: did you mean `--status`?"],
        ),
        ("compile -x krt.yml", ["krtc compile has no option `-x`", "`krtc compile --help` says more"]),
        ("compile a b", ["unrecognized arguments: b", "`krtc compile --help` says more"]),
        ("compile a b -ofolder --to=helm", ["unrecognized arguments: b", "`krtc compile --help` says more"]),
        (
            "compile krt.yml --debug",
            ["`--debug` goes before the command: krtc --debug compile", "`krtc compile --help` says more"],
        ),
        ("compile krt.yml --to helmm", ["argument --to: there is no `helmm`: did you mean `helm`?"]),
        (
            "compile krt.yml --to json",
            [
                "argument --to: there is no `json`: it is one of manifests, kustomize, helm",
                "`krtc compile --help` says more",
            ],
        ),
        ("compile krt.yml --status publish", ["argument --status: there is no `publish`: did you mean `published`?"]),
        ("argocd generat", ["argument WHAT: there is no `generat`: did you mean `generate`?"]),
        (
            "compile krt.yml --jobs=-1",
            ["argument --jobs: `-1` is no number of processes", "`krtc compile --help` says more"],
        ),
        (
            "schema \x1b[31m",
            [
                "argument name: there is no `\\u{1b}[31m`: it is one of krt, runtime, values",
                "`krtc schema --help` says more",
            ],
        ),
    ],
)
def test_a_wrong_call(call: str, said: list[str], capsys: Capture) -> None:
    with pytest.raises(SystemExit) as end:
        main(call.split(" ") if call else [])
    assert end.value.code == 2
    assert capsys.readouterr() == ("", "".join(f"{line}\n" for line in [f"krtc: error: {said[0]}", *said[1:]]))


def test_what_comes_after_two_dashes_is_no_option(capsys: Capture) -> None:
    with pytest.raises(SystemExit):
        main(["compile", "a", "--", "b", "--statsu"])
    said = capsys.readouterr().err
    assert "unrecognized arguments: " in said and "has no option" not in said


def test_the_whole_parser_knows_what_each_command_takes() -> None:
    whole = parser()
    assert whole.parse_args(["compile", "krt.yml", "--to", "helm"]).form == "helm"
    assert whole.parse_args(["explain"]).command == command_of(["--debug", "explain", "check"]) == "explain"


def test_a_plain_call_imports_neither() -> None:
    code = "import sys; from krtc.cli import main; main(['explain', 'KRT101']); print([*sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "krtc.cli.main" in loaded and "krtc.cli.examples" not in loaded and "krtc.cli.mistakes" not in loaded
