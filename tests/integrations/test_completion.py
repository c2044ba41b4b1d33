"""What bash completes; tests/shells does the same in zsh and fish, which not every machine has."""

from collections.abc import Iterator

import pytest

from krtc.cli import main
from krtc.cli.completion import SHELLS
from krtc.cli.main import COMMANDS
from tests.equivalence.forms import ROOT
from tests.shells.typing import TYPED, Shell, prepare


@pytest.fixture(scope="module")
def bash(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    folder = tmp_path_factory.mktemp("home")
    prepare(folder)
    shell = Shell("bash", folder)
    yield shell
    shell.close()
    assert not (folder / "pwned").exists()


@pytest.mark.parametrize(("typed", "called"), TYPED)
def test_tab(bash: Shell, typed: str, called: str) -> None:
    assert bash.called_with(typed) == called


def test_choices_are_offered(bash: Shell) -> None:
    bash.offered("com", "compile", "completion")
    bash.offered("compile --to ", "helm", "kustomize", "manifests")


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_knows_all_commands(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script, err = capsys.readouterr()
    assert (script, err) == ((ROOT / "shell" / f"krtc.{shell}").read_text(), "")
    assert [command for command in COMMANDS if command not in script] == []
