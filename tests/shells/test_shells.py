"""What zsh and fish, which Debian has, complete; tests/integrations does it in bash."""

import subprocess
from collections.abc import Iterator

import pytest

from tests.equivalence.forms import ROOT
from tests.shells.typing import TYPED, Shell, prepare


@pytest.fixture(scope="module", params=["zsh", "fish"])
def shell(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    folder = tmp_path_factory.mktemp("home")
    prepare(folder)
    shell = Shell(request.param, folder)
    yield shell
    shell.close()
    assert not (folder / "pwned").exists()


@pytest.mark.parametrize(("typed", "called"), TYPED)
def test_tab(shell: Shell, typed: str, called: str) -> None:
    assert shell.called_with(typed) == called


def test_choices_are_offered(shell: Shell) -> None:
    shell.offered("com", "compile", "completion")
    shell.offered("compile --to ", "helm", "kustomize", "manifests")


def test_the_manual_is_well_formed() -> None:
    """mandoc's lint: nothing but that the page says no date, which would change with every build."""
    command = ["mandoc", "-T", "lint", "-W", "warning", str(ROOT / "shell" / "krtc.1")]
    found = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    assert [line for line in found if "missing date" not in line] == []
