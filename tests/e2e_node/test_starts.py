"""What happens before a version runs, and as whom it runs."""

from __future__ import annotations

import pytest

from tests.e2e_node.conftest import PODS, V1, V2, Node


def test_pods_wait_and_say_what_for(waiting: dict[str, list[str]]) -> None:
    """Applied before anything makes its streams, each pod says which is missing and that it does not exist."""
    assert len(waiting) == PODS
    for pod, lines in waiting.items():
        version = V1 if pod.startswith(V1) else V2
        missing = f"stream/kre_{version}_Classificator on NATS at kre-nats:4222"
        assert lines == [f"waiting for {missing} (it does not exist)"], pod


def test_files_come_after_the_wait_and_before_the_runner(live: Node) -> None:
    for pod in (*live.pods(V1), *live.pods(V1, "etl"), *live.pods(V1, "exitpoint")):
        said = live.logs(pod["metadata"]["name"], "wait-for-nats").splitlines()
        assert f"found stream/kre_{V1}_Classificator" in said
        first, second = pod["status"]["initContainerStatuses"]
        assert (first["name"], second["name"]) == ("wait-for-nats", "krt-files-downloader")
        times = [of["state"]["terminated"][at] for of in (first, second) for at in ("startedAt", "finishedAt")]
        assert times == sorted(times)


@pytest.mark.parametrize(
    ("name", "container", "user"),
    [("", "entrypoint", 10001), ("", "nginx", 101), ("etl", "node", 1001), ("exitpoint", "node", 10001)],
)
def test_containers_run_as_who_they_must_and_write_where_they_may(
    name: str, container: str, user: int, live: Node
) -> None:
    pod = live.pod(V1, name)
    assert live.execute(pod, container, "id", "-u").stdout == f"{user}\n"
    assert "Read-only file system" in live.execute(pod, container, "touch", "/file").stderr
