"""`messaging: job`: the Job as it is compiled, run against a real server with the real nats command.

What NACK's resources of the same version say is the oracle: both make the same streams, buckets and consumers.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from compiling import EXAMPLE, ROOT, Object, compile_folder, inputs
from kubelet import at, environment
from runners import Connected, Play, create, processes, put_all
from test_nats import HOPS, REQUESTS, SCRIPT
from test_scripts import NEEDS, Command, command, needed, pod_of

ALL = ["streams", "objectStores", "keyValueStores"]
V1, V2 = "classificator-v1", "classificator-v2"
NACK = ("Stream", "Consumer", "KeyValue", "ObjectStore")

Compile = Callable[..., list[Object]]


@pytest.fixture
def compiled(nats_server: str, tmp_path: Path) -> Compile:
    """Compiles the example with an object store; the server is empty before."""
    asyncio.run(create(nats_server, []))

    def compile_(messaging: str = "job", version: str = V1, subjects: Any = None, **nats: Any) -> list[Object]:
        folder = tmp_path / "compiled"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(EXAMPLE, folder)
        krt, _ = inputs(folder)
        krt["version"] = version
        nodes = {node["name"]: node for workflow in krt["workflows"] for node in workflow["nodes"]}
        nodes["etl"]["objectStore"] = {"name": "emails"}
        if subjects:
            krt["workflows"][0]["nodes"].append(nodes["repairs-handler"] | {"name": "second-handler"} | subjects)
        settings = {"runtime": "kre", "messaging": messaging, "nats": {"server": nats_server, "keep": ALL, **nats}}
        (folder / "krt.yml").write_text(json.dumps(krt))
        (folder / "runtime.yml").write_text(json.dumps(settings))
        return compile_folder(folder, "started")

    return compile_


@pytest.fixture
def run(tools_path: str, tmp_path: Path) -> Callable[..., tuple[int, str]]:
    """Runs the Job's container; its emptyDir is a folder here."""

    def run_(objects: list[Object], **variables: str) -> tuple[int, str]:
        [job] = [o for o in objects if o["kind"] == "Job"]
        pod = job["spec"]["template"]["spec"]
        [container] = pod["containers"]
        (tmp_path / "tmp").mkdir(exist_ok=True)
        dash = shutil.which("dash")
        assert dash, "dash, the images' sh, is missing"
        shell, *words = [expanded(word, container) for word in container["command"] + container["args"]]
        assert shell == "sh"
        words = [word.replace("/tmp/", f"{tmp_path}/tmp/") for word in words]
        found: Command = command(objects, pod, container, [dash, *words], tmp_path)
        return found._replace(environment=found.environment | {"PATH": tools_path}).run(60, **variables)

    return run_


def expanded(word: str, container: Object) -> str:
    """A word of a command as the kubelet passes it."""
    known = environment(container, {})
    words = {"env": [{"name": "WORD", "value": word}]}
    return str(environment({"env": [*container["env"], *words["env"]]}, {})["WORD"]) if known else word


async def state(server: str) -> Object:
    """All streams (those of buckets, too) and consumers: their configurations, and when they were made."""
    found: Object = {}
    async with Connected(server) as client:

        async def ask(subject: str) -> Object:
            return dict(json.loads((await client.request(f"$JS.API.{subject}", b"", timeout=5)).data))

        for name in (await ask("STREAM.NAMES"))["streams"] or []:
            info = await ask(f"STREAM.INFO.{name}")
            found[name] = (info["config"], info["created"])
            for durable in (await ask(f"CONSUMER.NAMES.{name}"))["consumers"] or []:
                info = await ask(f"CONSUMER.INFO.{name}.{durable}")
                found[f"{name} > {durable}"] = (info["config"], info["created"])
    return found


def now(server: str) -> Object:
    return asyncio.run(state(server))


def configurations(server: str) -> Object:
    """What is there, without what a server notes itself, and what clients of buckets set as they like."""
    noted = ("metadata", "pause_until", "name")
    of_client = ("allow_direct", "allow_msg_ttl")
    return {
        name: {
            key: value
            for key, value in config.items()
            if key not in noted and not (name.startswith(("KV_", "OBJ_")) and key in of_client)
        }
        for name, (config, _) in now(server).items()
    }


def put(server: str, subject: str, times: int = 1) -> None:
    async def publish() -> None:
        async with Connected(server) as client:
            for _ in range(times):
                await client.jetstream().publish(subject, b"x")

    asyncio.run(publish())


def kept(server: str, stream: str) -> int:
    async def messages() -> int:
        async with Connected(server) as client:
            return (await client.jetstream().stream_info(stream)).state.messages

    return asyncio.run(messages())


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"storage": "memory", "maxAge": "36h"},
        {"maxAge": "1m", "consumers": "runner"},
        {"ackWait": {"*/kre-py": "1m30s"}},
    ],
    ids=str,
)
def test_makes_what_nack_makes(compiled: Compile, run: Any, nats_server: str, settings: Object) -> None:
    code, output = run(compiled(**settings))
    assert code == 0, output
    made = configurations(nats_server)
    asyncio.run(create(nats_server, compiled("nack", **settings)))
    assert made == configurations(nats_server)
    consumers = 0 if settings.get("consumers") == "runner" else 6
    # A stream, an object store, a key-value store of the version, of the workflow and of each of five nodes.
    assert len(made) == 1 + 1 + 1 + 1 + 5 + consumers


def test_every_other_object_is_as_with_nack(compiled: Compile) -> None:
    job, nack = (
        {(o["kind"], o["metadata"]["name"]): o for o in compiled(messaging) if o["kind"] not in (*NACK, "Job")}
        for messaging in ("job", "nack")
    )
    said = job["ConfigMap", V1]["data"].pop("messaging")
    assert job == nack
    assert said in [o["metadata"]["name"] for o in compiled() if o["kind"] == "Job"]


def test_a_second_run_changes_nothing(compiled: Compile, run: Any, nats_server: str) -> None:
    objects = compiled()
    assert run(objects)[0] == 0
    put(nats_server, f"kre_{V1}_Classificator.entrypoint", 3)
    before = now(nats_server)
    code, output = run(objects)
    assert (code, now(nats_server)) == (0, before)
    assert {line.split(": ")[1] for line in output.splitlines()} == {"is there"}
    assert kept(nats_server, f"kre_{V1}_Classificator") == 3


def test_takes_up_what_is_missing(compiled: Compile, run: Any, nats_server: str) -> None:
    objects = compiled()
    assert run(objects)[0] == 0
    before = configurations(nats_server)

    async def lose() -> None:
        async with Connected(nats_server) as client:
            stream = f"kre_{V1}_Classificator"
            await client.jetstream().delete_consumer(stream, f"{stream}-entrypoint-etl")
            await client.jetstream().delete_key_value(f"key-store_kre_{V1}")

    asyncio.run(lose())
    code, output = run(objects)
    assert (code, configurations(nats_server)) == (0, before)
    assert sorted(line for line in output.splitlines() if not line.endswith(": is there")) == [
        f"consumer kre_{V1}_Classificator-entrypoint-etl of kre_{V1}_Classificator: made",
        f"kv key-store_kre_{V1}: made",
    ]


def test_a_changed_list_of_subjects(compiled: Compile, run: Any, nats_server: str) -> None:
    assert run(compiled())[0] == 0
    stream = f"kre_{V1}_Classificator"
    put(nats_server, f"{stream}.entrypoint", 2)
    created = now(nats_server)[stream][1]
    more = compiled(subjects={"subscriptions": ["etl"]})
    code, output = run(more)
    assert code == 0, output
    config, after = now(nats_server)[stream]
    assert f"{stream}.second-handler.*" in config["subjects"]
    assert (created, kept(nats_server, stream)) == (after, 2)
    assert f"{stream} > {stream}-etl-second-handler" in now(nats_server)
    # Without it again: the stream forgets the subjects; the consumer and the bucket stay.
    code, output = run(compiled())
    assert code == 0, output
    assert f"{stream}.second-handler" not in now(nats_server)[stream][0]["subjects"]
    assert {f"{stream} > {stream}-etl-second-handler", f"KV_key-store_kre_{V1}_classificator_second-handler"} <= {
        *now(nats_server)
    }


def test_a_longer_and_a_shorter_max_age(compiled: Compile, run: Any, nats_server: str) -> None:
    stream = f"kre_{V1}_Classificator"
    assert run(compiled(maxAge="1h"))[0] == 0
    for age, seconds in (("2h", 7200), ("0s", 0)):
        code, output = run(compiled(maxAge=age))
        assert (code, now(nats_server)[stream][0]["max_age"]) == (0, seconds * 10**9), output
    for age in ("1h", "3h"):
        code, output = run(compiled(maxAge=age))
        assert (code, now(nats_server)[stream][0]["max_age"]) == (1, 0)
        assert output.splitlines()[-1] == (
            f"stream {stream}: a maxAge of {age} deletes messages that it keeps: "
            f"nats stream edit {stream} --max-age={age} does"
        )


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[str]:
    """The address of the first of three servers that keep copies for each other."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(6)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        ports = [one.getsockname()[1] for one in sockets]
        servers = []
        for port, route in zip(ports[:3], ports[3:], strict=True):
            routes = ",".join(f"nats://127.0.0.1:{other}" for other in ports[3:])
            flags = f"-js -sd {tmp_path}/js{port} -a 127.0.0.1 -p {port} -n n{port} --cluster_name c --no_advertise"
            flags += f" --cluster nats://127.0.0.1:{route} --routes {routes}"
            servers.append([str(ROOT / ".tools" / "bin" / "nats-server"), *flags.split()])
    with contextlib.ExitStack() as stack, (tmp_path / "log").open("w") as log:
        for words in servers:
            server = stack.enter_context(subprocess.Popen(words, stdout=log, stderr=log))
            stack.callback(server.kill)
        yield f"127.0.0.1:{ports[0]}"


def test_more_and_fewer_copies(compiled: Compile, run: Any, cluster: str) -> None:
    """In a cluster, slow to answer while it moves: the Job has as many tries as Kubernetes gives it."""
    stream, bucket, store = f"kre_{V1}_Classificator", f"KV_key-store_kre_{V1}", f"OBJ_kre_{V1}_classificator_emails"
    for replicas in (1, 3, 1):
        objects = compiled(server=cluster, replicas=replicas)
        [tries] = [at(o, "spec.backoffLimit") + 1 for o in objects if o["kind"] == "Job"]
        done = [run(objects)]
        while done[-1][0] and len(done) < tries:
            done.append(run(objects))
        assert done[-1][0] == 0, done
        found = now(cluster)
        assert {found[name][0]["num_replicas"] for name in (stream, bucket, store)} == {replicas}
    lines = [line for _, output in done for line in output.splitlines()]
    assert {f"{kind}: updated" for kind in (f"kv {bucket[3:]}", f"object {store[4:]}")} <= {*lines}


def test_a_longer_acknowledgement(compiled: Compile, run: Any, nats_server: str) -> None:
    consumer = f"kre_{V1}_Classificator > kre_{V1}_Classificator-entrypoint-etl"
    assert run(compiled(ackWait={"*/kre-py": "5m"}))[0] == 0
    before, created = now(nats_server)[consumer]
    assert before["ack_wait"] == 300 * 10**9
    assert run(compiled(ackWait={"*/kre-py": "10m"}))[0] == 0
    assert now(nats_server)[consumer] == (before | {"ack_wait": 600 * 10**9}, created)


def test_a_refused_change(compiled: Compile, run: Any, nats_server: str) -> None:
    """A storage cannot be changed; more servers than there are cannot keep a copy."""
    assert run(compiled())[0] == 0
    put(nats_server, f"kre_{V1}_Classificator.entrypoint")
    before = now(nats_server)
    code, output = run(compiled(storage="memory"))
    assert code == 1
    assert output.splitlines()[-1] == (
        f"kv key-store_kre_{V1}: its storage is file and shall be memory: that cannot be changed, make it anew by hand"
    )
    code, output = run(compiled(replicas=3))
    assert code == 1
    assert output.splitlines()[-1].startswith(f"kv key-store_kre_{V1}: refused by NATS (nats: error:")
    assert "replicas" in output.splitlines()[-1]
    assert now(nats_server) == before


def test_a_stream_that_keeps_more_is_left_alone(compiled: Compile, run: Any, nats_server: str) -> None:
    """Interest retention would delete what no consumer waits for."""
    objects = compiled()
    stream = f"kre_{V1}_Classificator"

    async def make() -> None:
        async with Connected(nats_server) as client:
            await client.jetstream().add_stream(name=stream, subjects=[f"{stream}.entrypoint"])

    asyncio.run(make())
    put(nats_server, f"{stream}.entrypoint")
    code, output = run(objects)
    assert code == 1
    assert f"stream {stream}: its retention is limits and shall be interest" in output.splitlines()[-1]
    assert kept(nats_server, stream) == 1


def test_two_versions_side_by_side(compiled: Compile, run: Any, nats_server: str) -> None:
    assert run(compiled())[0] == 0
    first = now(nats_server)
    assert run(compiled(version=V2))[0] == 0
    both = now(nats_server)
    assert {name: both[name] for name in first} == first
    assert {name.replace(V1, V2) for name in first} == both.keys() - first.keys()


def test_requests_go_round(compiled: Compile, run: Any, nats_server: str) -> None:
    """The play of test_nats.py on what the Job made, with nodes that start late."""
    objects = compiled()
    assert run(objects)[0] == 0

    async def play() -> tuple[list[Any], dict[str, Any]]:
        stage = Play([*objects, *(o for o in compiled_nack if o["kind"] == "Consumer")], SCRIPT)
        return await stage.run("Classificator", REQUESTS, nodes_start_after=0.5), stage.received

    compiled_nack = compiled("nack")
    replies, received = asyncio.run(play())
    assert replies == [(request, "exitpoint") for request in REQUESTS]
    assert {node: sorted(counts.elements()) for node, counts in received.items()} == {
        node: sorted(hops) for node, hops in HOPS.items()
    }


def test_stores_hold_what_is_put(compiled: Compile, run: Any, nats_server: str) -> None:
    objects = compiled()
    assert run(objects)[0] == 0
    nodes = [*processes(objects, "KRT_NATS_STREAM")]
    assert asyncio.run(put_all(nats_server, objects)) == 3 * len(nodes) + 1


@pytest.mark.parametrize("place", sorted({place for place, _ in NEEDS}))
def test_what_pods_wait_for_is_there(
    compiled: Compile, run: Any, nats_server: str, tools_path: str, tmp_path: Path, place: str
) -> None:
    objects = compiled()
    assert run(objects)[0] == 0
    pod = pod_of(objects, place)
    container = next(c for c in pod["initContainers"] if c["name"] == "wait-for-nats")
    wait = command(objects, pod, container, container["command"] + container["args"], tmp_path)
    code, output = wait._replace(environment=wait.environment | {"PATH": tools_path}).run(30, KRT_WAIT_SECONDS="2")
    assert code == 0, output
    for kind in (kind for of, kind in NEEDS if of == place):
        assert needed([*objects, *compiled("nack")], place, kind) in output


def test_nats_that_is_away(compiled: Compile, run: Any) -> None:
    code, output = run(compiled(), KRT_NATS_SERVER="127.0.0.1:1", KRT_WAIT_SECONDS="2")
    first, last = output.splitlines()
    assert (code, first.split(" (")[0]) == (1, "waiting for NATS at 127.0.0.1:1")
    assert last.startswith("gave up after 2s: no answer of NATS at 127.0.0.1:1 (")


def test_another_job_has_another_name(compiled: Compile) -> None:
    def name(**settings: Any) -> str:
        [job] = [o for o in compiled(**settings) if o["kind"] == "Job"]
        return str(at(job, "metadata.name"))

    names = [
        name(),
        name(maxAge="1h"),
        name(replicas=3),
        name(storage="memory"),
        name(consumers="runner"),
        name(ackWait={"*/kre-py": "5m"}),
        name(subjects={"subscriptions": ["etl"]}),
    ]
    assert len({*names}) == len(names)
    assert name() == names[0]
    assert all(found.startswith(f"{V1}--messaging-") and len(found) == len(names[0]) for found in names)


def test_stopped_there_is_none(compiled: Compile, tmp_path: Path) -> None:
    compiled()
    assert [o["kind"] for o in compile_folder(tmp_path / "compiled", "stopped")] == ["ConfigMap"]
