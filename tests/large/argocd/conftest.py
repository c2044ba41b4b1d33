"""The plugin as Argo CD has it: `krtc argocd plugin`, in a server of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.large.argocd.repositories import krtc
from tests.large.argocd.servers import Plugin, plugin


@pytest.fixture(scope="session")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The plugin.yaml that is shipped."""
    done = krtc(tmp_path_factory.mktemp("anywhere"), "argocd", "plugin")
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def argocd(configuration: str) -> Iterator[Plugin]:
    with plugin(configuration) as server:
        yield server


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    return folder
