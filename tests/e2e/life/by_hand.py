"""kubectl and Helm, by the commands of docs/runtimes.md."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tests.e2e.cluster.processes import ROOT
from tests.e2e.life.place import Place
from tests.e2e.life.sources import V1, Names, Status

PAGE = ROOT / "docs" / "runtimes.md"


def command(words: str) -> str:
    """The page's line with these words."""
    [line] = re.findall(rf"^[A-Z_=]*.*{re.escape(words)}.*$", PAGE.read_text(), re.MULTILINE)
    return str(line)


class Applied:
    """kubectl, with the Kustomize tree."""

    knows = False

    def __init__(self, place: Place) -> None:
        self.place = place
        self.own = {("ConfigMap", "krtc")}

    def deploy(self, statuses: Mapping[str, Status]) -> None:
        self.place.compiled("kustomize")
        self.again()

    def again(self) -> None:
        said = self.place.shell(command("kubectl apply --server-side -k rendered"))
        assert all("('--reorder'). Using the kustomization file" in line for line in said.splitlines())


class Charts:
    """Helm, with a release for each part."""

    knows = False  # what has no status yet is ready to it

    def __init__(self, place: Place) -> None:
        self.place = place
        self.own: Names = set()
        self.versions: list[str] = []

    def deploy(self, statuses: Mapping[str, Status]) -> None:
        self.place.compiled("helm")
        for version in set(self.versions) - set(statuses):
            self.place.shell(f"helm uninstall {version} --namespace {self.place.namespace} --wait")
        self.versions = list(statuses)
        self.again()

    def again(self) -> None:
        one = command(f"helm upgrade --install {V1}")
        for line in [
            *(one.replace(V1, version) for version in self.versions),
            command("helm upgrade --install runtime"),
        ]:
            said = self.place.shell(line)
            assert "warning" not in said.lower(), said
