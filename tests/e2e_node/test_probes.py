"""Probes that probe: what becomes of pods whose runner ends, or that lose NATS for a while or for long."""

from __future__ import annotations

import pytest

from tests.e2e.cluster.processes import until
from tests.e2e_node.conftest import NAMESPACE, V1, Node


def answered(live: Node, text: str) -> bool:
    """Whether a call is, as soon as the Service leads to pods that are ready."""
    return until(lambda: live.call(text)[0].get("reply") == f"{text} by {V1}", 30)


def endpoints(live: Node) -> list[bool]:
    """Whether each pod behind the published Service gets requests."""
    slices = live.kubectl.objects(
        "endpointslice", "--namespace", NAMESPACE, "--selector", "kubernetes.io/service-name=active-entrypoint"
    )
    return [endpoint["conditions"]["ready"] for part in slices for endpoint in part["endpoints"] or []]


@pytest.mark.parametrize("name", ["", "etl", "exitpoint"], ids=["entrypoint", "py", "go"])
def test_a_runner_that_ends_is_started_again(name: str, live: Node) -> None:
    """Though its container ends with 0, as the shells of the images have it."""
    pod = live.pod(V1, name)
    before, kept = live.runners()[pod]["restartCount"], live.kept()
    container = "node" if name else "entrypoint"
    live.signal(pod, container, "KILL")
    assert until(lambda: live.runners()[pod]["restartCount"] > before and live.runners()[pod]["ready"])
    after = live.runners()[pod]
    assert (after["restartCount"], after["lastState"]["terminated"]["exitCode"]) == (before + 1, 0)
    assert answered(live, f"after a new {name}")
    assert live.kept() == kept


def test_without_nats_nobody_is_ready_and_all_come_back(live: Node) -> None:
    """Away for a few seconds: no pod restarts, and the streams and consumers are still what they were."""
    before, kept = live.runners(), live.kept()
    live.broker.stop()
    try:
        assert until(lambda: not any(live.ready().values()), 60)
        assert until(lambda: endpoints(live) == [False], 10)
    finally:
        live.broker.start()
        back = until(lambda: all(live.ready().values()), 60)
    assert back
    assert {pod: status["restartCount"] for pod, status in live.runners().items()} == {
        pod: status["restartCount"] for pod, status in before.items()
    }
    assert live.kept() == kept
    assert answered(live, "after NATS was away")


def test_without_nats_for_long_runners_are_started_again(live: Node) -> None:
    """They give up after two minutes and live on; the liveness probe sees it."""
    before, kept = live.runners(), live.kept()
    live.broker.stop()
    try:
        assert until(
            lambda: all("gave NATS up" in live.logs(pod, status["name"]) for pod, status in before.items()), 200
        )
    finally:
        live.broker.start()
    assert not any(live.ready().values())
    assert until(lambda: all(live.ready().values()), 200) and live.steady()
    after = live.runners()
    assert {
        pod: after[pod]["restartCount"] - status["restartCount"] for pod, status in before.items()
    } == dict.fromkeys(before, 1)
    assert live.kept() == kept
    assert answered(live, "after NATS was away for long")
