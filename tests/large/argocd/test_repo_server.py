"""The plugin behind the real argocd-repo-server, which clones a repository and keeps what was made in Redis."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]
import pytest

from tests.integrations.argocd import PAGE
from tests.large.argocd.repositories import compiled, example, krtc, named, runtime
from tests.large.argocd.servers import (
    PATIENCE,
    REPOSITORY,
    Object,
    Parameters,
    Plugin,
    local_stream,
    packed,
    redis,
    repo_server,
)
from tests.repositories import git

TRACKING = "argocd.argoproj.io/tracking-id"


def commit(folder: Path) -> str:
    """The revision of all that is in the folder."""
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "change")
    return git(folder, "rev-parse", "HEAD")


class RepoServer:
    """What Argo CD's controller and its UI ask of the repo-server."""

    def __init__(self, calls: Any, plugin: Plugin, repository: Path) -> None:
        self.calls = calls
        self.plugin = plugin
        self.repository = repository

    def _source(self, path: str, parameters: Parameters) -> dict[str, Any]:
        given = []
        for parameter in parameters:
            values = {"map": REPOSITORY.OptionalMap(map=parameter["map"])} if "map" in parameter else parameter
            given.append(REPOSITORY.PluginParameter(**{"name": parameter["name"], **values}))
        url = f"file://{self.repository}"
        plugin = REPOSITORY.Plugin(name="krtc", parameters=given)
        source = REPOSITORY.ApplicationSource(repoURL=url, path=path, targetRevision="HEAD", plugin=plugin)
        return {"repo": REPOSITORY.Repository(repo=url, type="git"), "source": source}

    def _request(self, revision: str, path: str, parameters: Parameters) -> Any:
        source = self._source(path, parameters)
        return REPOSITORY.ManifestRequest(
            repo=source["repo"],
            revision=revision,
            appLabelKey="app.kubernetes.io/instance",
            appName="demo",
            namespace="kre",
            applicationSource=source["source"],
            kubeVersion="1.36.0",
            trackingMethod="annotation",
            projectName="default",
            projectSourceRepos=["*"],
        )

    def generate(self, revision: str, path: str = ".", parameters: Parameters = []) -> list[Object]:  # noqa: B006
        answer = self.calls.GenerateManifest(self._request(revision, path, parameters), timeout=PATIENCE)
        assert answer.revision == revision and answer.sourceType == "Plugin"
        return [json.loads(text) for text in answer.manifests]

    def local(self, path: str = ".", parameters: Parameters = [], included: Sequence[str] = ("*",)) -> list[Object]:  # noqa: B006
        """What the files in the folder, committed or not, would be."""
        request = local_stream(packed(self.repository, included), self._request("HEAD", path, parameters))
        answer = self.calls.GenerateManifestWithFiles(request, timeout=PATIENCE)
        assert answer.revision == "streamed" and answer.sourceType == "Plugin"
        return [json.loads(text) for text in answer.manifests]

    def announced(self, path: str = ".") -> dict[str, Any]:
        request = REPOSITORY.AppDetailsQuery(appName="demo", **self._source(path, []))
        answer = self.calls.GetAppDetails(request, timeout=PATIENCE)
        assert answer.type == "Plugin"
        return {parameter.name: parameter for parameter in answer.plugin.parametersAnnouncement}

    def runs(self) -> int:
        """How often the plugin was asked for manifests."""
        return self.plugin.log().count('"msg":"krtc argocd generate"')


@pytest.fixture
def server(argocd: Plugin, repository: Path) -> Iterator[RepoServer]:
    git(repository, "init", "--quiet")
    with redis(argocd.folder) as cache, repo_server(argocd.folder / "sockets", cache) as calls:
        yield RepoServer(calls, argocd, repository)


def without_tracking(objects: list[Object]) -> list[Object]:
    """As they were, before Argo CD noted on each of which Application it is."""
    for one in objects:
        metadata = one["metadata"]
        assert metadata["annotations"].pop(TRACKING).startswith("demo:")
        if not metadata["annotations"]:
            del metadata["annotations"]
    return objects


def test_makes_keeps_and_makes_anew(server: RepoServer, repository: Path) -> None:
    revision = commit(example(repository))
    first = server.generate(revision)
    assert named(without_tracking(first)) == named(compiled(repository, "."))
    assert server.runs() == 1
    assert without_tracking(server.generate(revision)) == first and server.runs() == 1  # out of the cache
    example(repository, "classificator-v2")
    changed = commit(repository)
    second = server.generate(changed)
    assert named(without_tracking(second)) == named(compiled(repository, "."))
    assert server.runs() == 2
    assert without_tracking(server.generate(revision)) == first and server.runs() == 2  # what was is still there


def test_parameters_make_it_another(server: RepoServer, repository: Path) -> None:
    revision = commit(example(repository))
    given: Parameters = [
        {"name": "status", "string": "published"},
        {"name": "replicas", "map": {"classificator/etl": "3"}},
    ]
    server.generate(revision)
    found = named(server.generate(revision, parameters=given))
    assert found["ConfigMap", "classificator-v1"]["data"]["status"] == "published"
    (etl,) = [one for (kind, name), one in found.items() if kind == "Deployment" and name.endswith("-etl")]
    assert etl["spec"]["replicas"] == 3
    assert server.runs() == 2
    with pytest.raises(grpc.RpcError, match="`status` cannot be `runing`"):
        server.generate(revision, parameters=[{"name": "status", "string": "runing"}])


def test_the_ui_is_told_the_parameters(server: RepoServer, repository: Path) -> None:
    runtime(repository / "models", ["published", "started"])
    commit(repository)
    found = server.announced("models")
    assert dict(found["status"].map) == {"v0": "published", "v1": "started"}
    assert found["replicas"].map["v1/sort/sorter"] == "1"


def test_a_broken_commit_is_told_and_mended(server: RepoServer, repository: Path) -> None:
    good = commit(example(repository))
    first = server.generate(good)
    text = (repository / "krt.yml").read_text()
    (repository / "krt.yml").write_text(text.replace("email-classificator.repairs", "email-clasificator.repairs"))
    broken = commit(repository)
    for _ in range(2):  # Argo CD keeps a failure, too
        with pytest.raises(grpc.RpcError, match=r"krt.yml:\d+:\d+: error\[KRT101\] unknown-node") as failed:
            server.generate(broken)
        assert "did you mean `email-classificator`?" in str(failed.value)
    (repository / "krt.yml").write_text(text)
    assert named(server.generate(commit(repository))) == named(first)


def test_a_runtime_in_parts(server: RepoServer, repository: Path) -> None:
    revision = commit(runtime(repository / "models", ["published", "started"]))
    parts = [
        server.generate(revision, "models", [{"name": "only", "string": name}]) for name in ("v0", "v1", "runtime")
    ]
    whole = named(server.generate(revision, "models"))
    assert all(parts) and named([one for part in parts for one in part]) == whole


def test_local_files_before_they_are_committed(server: RepoServer, repository: Path) -> None:
    revision = commit(example(repository))
    committed = compiled(repository, ".")
    example(repository, "classificator-v2")
    assert named(without_tracking(server.local())) == named(compiled(repository, "."))
    published = server.local(parameters=[{"name": "status", "string": "published"}])
    assert named(without_tracking(published)) == named(compiled(repository, ".", "--status", "published"))
    # What is deployed is still the commit.
    assert named(without_tracking(server.generate(revision))) == named(committed)


def test_broken_local_files_are_told_as_a_commit_of_them(server: RepoServer, repository: Path) -> None:
    commit(example(repository))
    text = (repository / "krt.yml").read_text()
    (repository / "krt.yml").write_text(text.replace("email-classificator.repairs", "email-clasificator.repairs"))
    with pytest.raises(grpc.RpcError) as local:
        server.local()
    with pytest.raises(grpc.RpcError) as committed:
        server.generate(commit(repository))
    said = krtc(repository, "compile", ".").stderr.strip()
    assert "error[KRT101] unknown-node" in said and local.value.details().endswith(said)
    assert local.value.details() == committed.value.details()
    (repository / "krt.yml").write_text(text)
    assert named(without_tracking(server.local())) == named(compiled(repository, "."))


def test_a_part_of_a_local_runtime(server: RepoServer, repository: Path) -> None:
    models = runtime(repository / "models", ["started"])
    revision = commit(repository)
    before = {
        name: server.generate(revision, "models", [{"name": "only", "string": name}]) for name in ("v0", "runtime")
    }
    (models / "runtime.yml").write_text((models / "runtime.yml").read_text().replace("started", "published"))
    after = {name: server.local("models", [{"name": "only", "string": name}]) for name in before}
    assert all(named(after[name]) != named(before[name]) for name in before)
    whole = [one for part in after.values() for one in part]
    assert named(without_tracking(whole)) == named(compiled(models, "."))
    models.rename(repository / "elsewhere")
    with pytest.raises(grpc.RpcError, match="models: app path does not exist"):
        server.local("models")


def test_the_page_has_the_argocd_command_send_all_local_files(server: RepoServer, repository: Path) -> None:
    commit(example(repository))
    (command,) = re.findall("`(argocd app diff [^`]+)`", PAGE.read_text())
    *_, option, pattern = shlex.split(command)
    assert option == "--local-include"
    expected = named(compiled(repository, "."))
    assert named(without_tracking(server.local(included=[pattern]))) == expected
    (repository / "public_input.proto").write_text('syntax = "proto3";')
    with pytest.raises(grpc.RpcError, match=r"error\[KRT112\] missing-service"):
        server.local(included=[pattern])
    # What it sends by itself; the proto is no more than missing, which is a warning.
    assert named(without_tracking(server.local(included=["*.yaml", "*.yml", "*.json"]))) == expected
