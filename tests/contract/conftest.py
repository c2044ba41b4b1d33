"""A real nats-server with JetStream, and the compiled example that talks to it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from compiling import EXAMPLE, ROOT, Object, compile_folder, inputs

TOOLS = ROOT / ".tools" / "bin"


@pytest.fixture(scope="session")
def tools_path() -> str:
    """PATH with the pinned `nats` and `nats-server` in front."""
    for name in ("nats", "nats-server"):
        if not (TOOLS / name).exists():
            pytest.fail(f"{TOOLS / name} is missing: build the pinned tools first (see tools/)")
    return f"{TOOLS}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture(scope="session")
def nats_server(tools_path: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a fresh server on a port of its own."""
    folder = tmp_path_factory.mktemp("nats")
    arguments = [
        "-js",
        "-sd",
        str(folder / "js"),
        "-a",
        "127.0.0.1",
        "-p",
        "-1",
        "--ports_file_dir",
        str(folder),
    ]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen([TOOLS / "nats-server", *arguments], stdout=log, stderr=log)
    try:
        yield address(server, folder)
    finally:
        server.kill()
        server.wait()


def address(server: subprocess.Popen[bytes], folder: Path) -> str:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and server.poll() is None:
        for ports in folder.glob("*.ports"):
            if text := ports.read_text():
                return str(json.loads(text)["nats"][0]).removeprefix("nats://")
        time.sleep(0.02)
    pytest.fail(f"nats-server does not start:\n{(folder / 'log').read_text()}")


@pytest.fixture(scope="session")
def example(nats_server: str, tmp_path_factory: pytest.TempPathFactory) -> list[Object]:
    """The example's objects, compiled for that server, with an object store for `etl`."""
    folder = tmp_path_factory.mktemp("example") / EXAMPLE.name
    shutil.copytree(EXAMPLE, folder)
    krt, settings = inputs(folder)
    nodes = {node["name"]: node for workflow in krt["workflows"] for node in workflow["nodes"]}
    nodes["etl"]["objectStore"] = {"name": "emails"}
    settings = {"runtime": "kre", **settings, "nats": {**settings.get("nats", {}), "server": nats_server}}
    (folder / "krt.yml").write_text(json.dumps(krt))
    (folder / "runtime.yml").write_text(json.dumps(settings))
    return compile_folder(folder, "started")
