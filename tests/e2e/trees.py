"""The plain manifests of golden/, as files of a namespace of the test's own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

from tests.equivalence.forms import parse
from tests.golden.cases import OK, RUNTIMES
from tests.golden.trees import read_tree, write_tree

STATUSES = ("stopped", "started", "published")


class Tree(NamedTuple):
    """A golden in a status; a runtime's versions have their own."""

    case: Path
    status: str

    def files(self, namespace: str) -> dict[str, str]:
        """Its files by name, of another namespace."""
        expected = self.case / "expected"
        files = read_tree(expected / "manifests") | read_tree(expected / f"manifests.{self.status}")
        removed = files.pop("removed.txt", "").splitlines()
        return {name: moved(text, namespace) for name, text in files.items() if name not in removed}

    def write(self, folder: Path, namespace: str) -> Path:
        write_tree(folder, self.files(namespace))
        return folder

    def objects(self, namespace: str) -> list[dict[str, Any]]:
        return [data for text in self.files(namespace).values() for data in parse(text)]


def moved(text: str, namespace: str) -> str:
    """An object's text with its namespace changed and nothing else."""
    found, times = re.subn(r"^  namespace: .*$", f"  namespace: {namespace}", text, flags=re.MULTILINE)
    assert times == 1, text
    return found


def is_of_nack(data: dict[str, Any]) -> bool:
    return str(data["apiVersion"]).startswith("jetstream.nats.io/")


def of_nack(objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of them that NACK makes something of in NATS."""
    return [data for data in objects if is_of_nack(data)]


# Of a version, all statuses in the order in which people go through them.
LIVES = {
    **{case.name: [Tree(case, status) for status in STATUSES] for case in OK},
    **{f"runtime-{case.name}": [Tree(case, "started")] for case in RUNTIMES},
}
