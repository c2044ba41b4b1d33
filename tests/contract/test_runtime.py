"""Two versions of one runtime beside each other on a real NATS server: what is published changes, and no message of
one is ever seen by the other.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

from compiling import EXAMPLE, Object, load
from kubelet import at
from runners import Message, Play, create
from test_nats import HOPS, SCRIPT

VERSIONS = ("classificator-v1", "classificator-v2")


def compile_runtime(folder: Path, server: str, published: str) -> list[Object]:
    """The stream of a runtime of two copies of the example."""
    entries = []
    for name in VERSIONS:
        if not (folder / name).exists():
            shutil.copytree(EXAMPLE, folder / name)
            krt = (EXAMPLE / "krt.yml").read_text().replace(VERSIONS[0], name)
            (folder / name / "krt.yml").write_text(krt)
        entries.append(f"  - {{krt: {name}/krt.yml, status: {'published' if name == published else 'started'}}}\n")
    text = f'runtime: demo\nnats: {{server: "{server}"}}\nversions:\n' + "".join(entries)
    (folder / "runtime.yml").write_text(text)
    command = [sys.executable, "-m", "krtc", "compile", "runtime.yml"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return load(done.stdout)


def of_version(objects: list[Object], version: str) -> list[Object]:
    names = (version, f"{version}-entrypoint")
    return [o for o in objects if at(o, "metadata.labels", {}).get("version-name") in names]


def answers(objects: list[Object]) -> str:
    """The version whose pods the active Service selects."""
    [service] = [o for o in objects if o["kind"] == "Service" and o["metadata"]["name"] == "active-entrypoint"]
    selector = service["spec"]["selector"].items()
    [deployment] = [
        o for o in objects if o["kind"] == "Deployment" and selector <= at(o, "spec.template.metadata.labels").items()
    ]
    [name] = [name for name in VERSIONS if deployment in of_version(objects, name)]
    return name


def test_versions_never_see_each_others_messages(nats_server: str, tmp_path: Path) -> None:
    before = compile_runtime(tmp_path, nats_server, VERSIONS[0])
    after = compile_runtime(tmp_path, nats_server, VERSIONS[1])
    assert (answers(before), answers(after)) == VERSIONS
    # What runs, and what it talks through, is not touched by the switch.
    for kind in ("Deployment", "Stream", "Consumer", "KeyValue"):
        assert [o for o in before if o["kind"] == kind] == [o for o in after if o["kind"] == kind]
    requests = {answers(before): [f"early-{n}" for n in range(4)], answers(after): [f"late-{n}" for n in range(4)]}

    async def play() -> dict[str, tuple[list[Message], dict[str, Counter[Message]]]]:
        await create(nats_server, after)
        stages = {name: Play(of_version(after, name), SCRIPT) for name in VERSIONS}
        replies = await asyncio.gather(*(stage.run("Classificator", requests[name]) for name, stage in stages.items()))
        return {name: (got, stages[name].received) for name, got in zip(VERSIONS, replies, strict=True)}

    for name, (replies, received) in asyncio.run(play()).items():
        assert replies == [(request, "exitpoint") for request in requests[name]]
        assert received.keys() <= HOPS.keys()
        assert {message.request for counts in received.values() for message in counts} == set(requests[name])
        assert received["etl"] == Counter((request, "entrypoint") for request in requests[name])
