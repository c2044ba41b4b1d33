"""A request from outside goes the whole way through the graph, and its answer comes back."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections import Counter

from tests.e2e.cluster.processes import until
from tests.e2e_node.conftest import EXAMPLE, NAMESPACE, V1, V2, Node, Records

TEXTS = ("one", "two, which repairs need", "three", "four, which repairs need")
REPAIRS = TEXTS[1::2]
# By node, from whom it gets what.
HOPS: dict[str, dict[str, tuple[str, ...]]] = {
    "etl": {"entrypoint": TEXTS},
    "email-classificator": {"etl": TEXTS},
    "repairs-handler": {"email-classificator": REPAIRS},
    "stats-storer": {"email-classificator": TEXTS},
    "exitpoint": {"etl": TEXTS, "stats-storer": TEXTS},
}


def hops(version: str, prefix: str) -> Counter[tuple[str, str, str, str]]:
    return Counter(
        (version, node, sender, prefix + text)
        for node, senders in HOPS.items()
        for sender, texts in senders.items()
        for text in texts
    )


def goes_round(live: Node, records: Records, version: str, service: str) -> None:
    """Calls are answered by a version, and each node of it got each request as often as the graph says."""
    prefix = f"by {service}: "
    texts = tuple(prefix + text for text in TEXTS)
    calls = live.call(*texts, service=service)
    assert [call.get("reply", call) for call in calls] == [f"{text} by {version}" for text in texts]
    until(lambda: records.hops(texts) >= hops(version, prefix), 30)
    assert records.hops(texts) == hops(version, prefix)


def test_a_published_request_goes_round(live: Node, records: Records) -> None:
    goes_round(live, records, V1, "active-entrypoint")


def test_a_started_version_answers_under_its_own_name(live: Node, records: Records) -> None:
    goes_round(live, records, V2, V2)


def test_the_route_leads_to_the_entrypoint(live: Node) -> None:
    """The Ingress names a Service's port that is there, and is where gRPC is spoken."""
    [route] = live.kubectl.objects("ingress", "--namespace", NAMESPACE)
    [rule] = route["spec"]["rules"]
    [path] = rule["http"]["paths"]
    backend = path["backend"]["service"]
    [service] = live.kubectl.objects("service", "--namespace", NAMESPACE, backend["name"])
    [port] = [port for port in service["spec"]["ports"] if port["name"] == backend["port"]["name"]]
    assert (backend["name"], port["port"]) == ("active-entrypoint", 9000)


def test_the_proto_is_served(live: Node) -> None:
    script = "import sys, urllib.request; sys.stdout.write(urllib.request.urlopen(sys.argv[1]).read().decode())"
    address = f"http://{live.address()}:80/public_input.proto"
    command = [*live.inside, sys.executable, "-c", script, address]
    served = subprocess.run(command, env={}, capture_output=True, text=True, timeout=30, check=True).stdout
    assert served == (EXAMPLE / "public_input.proto").read_text()


def test_logs_are_shipped_with_whose_they_are(live: Node, records: Records) -> None:
    found: list[dict[str, str]] = []

    def shipped() -> bool:
        found[:] = [one for one in records.all() if one["capture"] == 'received "a log of this" from entrypoint']
        return bool(found)

    live.call("a log of this")
    assert until(shipped, 30)
    [first] = found
    assert {first.pop(name) for name in ("logtime", "capture")}
    assert first == {
        "tag": "mongo_writer_logs.kre",
        "level": "INFO",
        "versionId": derived("kre", V1),
        "versionName": V1,
        "workflowId": derived("kre", V1, "classificator"),
        "workflowName": "classificator",
        "nodeId": derived("kre", V1, "classificator", "etl"),
        "nodeName": "etl",
    }


def derived(*parts: str) -> str:
    """The id of a version, a workflow or a node."""
    return hashlib.sha256("/".join(parts).encode()).hexdigest()[:24]
