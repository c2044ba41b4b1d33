"""Publishing and updating under load: what clients see of it."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.cluster.network import BOUND
from tests.e2e.cluster.processes import program, until
from tests.e2e_node.conftest import NAMESPACE, V1, V2, Node, Runtime

pytestmark = pytest.mark.usefixtures("steady")
SECONDS = 4  # of calls before, between and after what happens


@pytest.fixture
def steady(live: Node) -> None:
    """What is measured is not what an earlier test did."""
    assert live.steady()


@contextlib.contextmanager
def watched(live: Node) -> Iterator[list[tuple[float, str]]]:
    """When the addresses behind the published Service changed, and to what."""
    words = "get", "endpointslice", "--namespace", NAMESPACE, "--watch"
    which = "--selector", "kubernetes.io/service-name=active-entrypoint"
    command: list[str | Path] = [*BOUND, *live.inside, program("kubectl"), *words, *which]
    seen: list[tuple[float, str]] = []
    with subprocess.Popen(
        [*command, "--output", 'jsonpath={.endpoints[*].addresses[*]}{"\\n"}'],
        stdout=subprocess.PIPE,
        text=True,
        env={"KUBECONFIG": str(live.kubectl.kubeconfig), "HOME": str(live.folder)},
    ) as watcher:

        def read() -> None:
            assert watcher.stdout is not None
            for line in watcher.stdout:
                if not seen or seen[-1][1] != line.strip():
                    seen.append((time.time(), line.strip()))

        reader = threading.Thread(target=read)
        reader.start()
        try:
            yield seen
        finally:
            watcher.kill()
            reader.join()


def by(call: dict[str, Any]) -> str:
    """The version that answered."""
    assert "reply" in call, call
    return str(call["reply"]).rpartition(" ")[2]


def address(live: Node, version: str) -> str:
    """Of its entrypoint's pod."""
    [pod] = live.pods(version)
    return str(pod["status"]["podIP"])


def test_a_switch_and_back_loses_nothing(live: Node, applied: Runtime) -> None:
    """With a channel for each request, 50 a second: each is answered, and soon by the published version alone."""
    ways = {version: address(live, version) for version in (V1, V2)}
    asked: list[float] = []
    with watched(live) as seen, live.client("--rate", "50") as calls:
        assert until(lambda: len(seen) == 1 and len(calls.over()) > 50 * SECONDS)
        for version in (V2, V1):
            asked.append(time.time())
            applied.publish(version)
            assert until(lambda: seen[-1][1] == ways[version], 30)  # noqa: B023, called at once
            time.sleep(SECONDS)
        over = calls.end()
    assert [to for _, to in seen] == [ways[V1], ways[V2], ways[V1]]
    changed = [when for when, _ in seen[1:]]
    # NATS was seen to lose one of some thousand messages that it had acknowledged, without any switch.
    lost = [call for call in over if "error" in call]
    assert len(lost) <= 1, lost
    assert all(call["error"].startswith("UNKNOWN: no answer") for call in lost), lost
    over = [call for call in over if "reply" in call]
    # Two seconds are the promise; the request itself may take its time.
    assert {by(call) for call in over if call["done"] < asked[0]} == {V1}
    assert {by(call) for call in over if changed[0] + 2 < call["sent"] and call["done"] < asked[1]} == {V2}
    assert {by(call) for call in over if changed[1] + 2 < call["sent"]} == {V1}


def test_a_channel_keeps_its_version_while_its_pod_lives(live: Node, applied: Runtime) -> None:
    """Then it goes to the published one, and what was in flight is lost."""
    with live.client("--rate", "5", "--one-channel") as calls:
        assert until(lambda: len(calls.over()) > 5)
        applied.publish(V2)
        try:
            time.sleep(2 * SECONDS)
            live.kubectl("delete", "pod", "--namespace", NAMESPACE, live.pod(V1), "--wait=false")
            deleted = time.time()
            until(lambda: calls.over()[-1].get("reply", "").endswith(V2))
            over = calls.end()
        finally:
            live.wait()
            applied.publish(V1)
    answers = [by(call) for call in over if "reply" in call]
    assert set(answers) == {V1, V2}
    assert {by(call) for call in over if call["done"] < deleted} == {V1}
    end = max(call["done"] for call in over if "reply" in call and by(call) == V1)
    lost = [call for call in over if "error" in call]
    assert all(call["sent"] < end + 1 for call in lost), lost


def test_a_rolling_update_loses_no_more_than_was_in_flight(live: Node) -> None:
    """Of a py and of a go node, whose runners work on until they are killed: lost is what they had not acknowledged."""
    kept = live.kept()
    names = ("etl", "exitpoint")
    old = [live.pod(V1, name) for name in names]
    with live.client("--rate", "10") as calls:
        assert until(lambda: len(calls.over()) > 10 * SECONDS)
        for name in names:
            live.kubectl("rollout", "restart", "--namespace", NAMESPACE, f"deployment/{V1}--classificator--{name}")
        assert until(lambda: not set(old) & set(live.runners()))
        time.sleep(SECONDS)
        over = calls.end()
    lost = [call for call in over if "error" in call]
    assert len(lost) <= in_flight(live), lost
    assert live.kept() == kept
    with live.client("--rate", "10") as calls:
        assert until(lambda: len(calls.over()) > 10)
        assert {by(call) for call in calls.end()} == {V1}


def test_consumers_outlive_whatever_ends_a_pod(live: Node) -> None:
    """Even a go runner that is told to stop, which deletes what it made itself, and a pod that is gone at once."""
    kept = live.kept()
    pod = live.pod(V1, "exitpoint")
    live.signal(pod, "node", "TERM")
    assert until(lambda: live.runners()[pod]["restartCount"] > 0 and live.runners()[pod]["ready"])
    live.kubectl("delete", "pod", "--namespace", NAMESPACE, live.pod(V1, "stats-storer"), "--now")
    live.wait()
    assert live.kept() == kept


def in_flight(live: Node) -> int:
    """What the version's nodes were given and did not acknowledge."""
    return sum(live.nats.consumer(stream, name)["num_ack_pending"] for stream, name in live.kept() if V1 in stream)
