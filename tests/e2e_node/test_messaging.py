"""The Job of `messaging: job`, where there is no NACK: it runs as anyone may, and makes what the nodes need."""

from __future__ import annotations

import yaml

from tests.e2e_node.conftest import NAMESPACE, V1, Node, Runtime


def test_the_job_makes_what_nack_would_have_made(live: Node, applied: Runtime) -> None:
    settings = {"runtime": "jobs", "naming": "runtime", "messaging": "job"}
    (applied.folder / "jobs.yml").write_text(yaml.safe_dump(settings))
    text = applied.krtc("compile", f"versions/{V1}/krt.yml", "--runtime", "jobs.yml", "--status", "started")
    objects = [data for data in yaml.safe_load_all(text) if data["kind"] in ("ConfigMap", "Job")]
    live.kubectl.apply(*objects)
    [job] = [data["metadata"]["name"] for data in objects if data["kind"] == "Job"]
    live.kubectl("wait", "--namespace", NAMESPACE, "--for=condition=Complete", f"job/{job}", "--timeout=60s")
    nacks = {name for name in live.nats.streams() if f"kre_{V1}" in name}
    assert {name for name in live.nats.streams() if "jobs" in name} == {name.replace("kre", "jobs") for name in nacks}
    consumers = live.nats("consumer", "ls", f"jobs_{V1}_Classificator", "--names").split()
    assert {name.replace("jobs", "kre") for name in consumers} == {
        name for stream, name in live.kept() if stream == f"kre_{V1}_Classificator"
    }
    live.kubectl("delete", "--namespace", NAMESPACE, f"job/{job}", "--cascade=foreground")
