"""Somebody outside the pods who knows an address and nothing else: the proto is fetched from it, too.

    client.py HOST [--one-channel] TEXT ...        calls once with each text, all at once
    client.py HOST [--one-channel] --rate N        calls N times a second until stdin ends

Prints a line of JSON for each call, when it is over: text, sent and done (of the clock), and reply or error.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]
import grpc.aio  # type: ignore[import-untyped]

PROTO = "public_input.proto"
PATIENCE = 40  # more than the entrypoint has
SOON = 10  # kube-proxy leads to a pod a second or two after it is ready


def stub_and_request(host: str) -> tuple[Any, Any]:
    """The classes that the served proto makes."""
    folder = Path(tempfile.mkdtemp())
    end = time.monotonic() + SOON
    while True:
        try:
            with urllib.request.urlopen(f"http://{host}/{PROTO}", timeout=10) as served:
                (folder / PROTO).write_bytes(served.read())
            break
        except urllib.error.URLError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
    sys.path.insert(0, str(folder))
    messages, services = grpc.protos_and_services(PROTO)
    return services.EntrypointStub, messages.Request


async def texts(options: argparse.Namespace) -> AsyncIterator[str]:
    """What to call with, each in its time."""
    for text in options.texts:
        yield text
    over = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    start = time.monotonic()
    for number in range(sys.maxsize if options.rate else 0):
        done, _ = await asyncio.wait([over], timeout=max(0.0, start + number / options.rate - time.monotonic()))
        if done:
            return
        yield f"{os.getpid()}-{number}"


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("texts", nargs="*")
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--one-channel", action="store_true")
    options = parser.parse_args()
    stub, request = stub_and_request(options.host)

    def channel() -> grpc.aio.Channel:
        # Otherwise channels to one address share a connection.
        return grpc.aio.insecure_channel(f"{options.host}:9000", options=[("grpc.use_local_subchannel_pool", 1)])

    async def call(text: str, through: grpc.aio.Channel | None) -> None:
        sent = time.time()
        async with contextlib.nullcontext(through) if through else channel() as used:
            try:
                outcome = {"reply": (await stub(used).Classificator(request(filename=text), timeout=PATIENCE)).message}
            except grpc.aio.AioRpcError as error:
                outcome = {"error": f"{error.code().name}: {error.details()}"}
        print(json.dumps({"text": text, "sent": sent, "done": time.time(), **outcome}), flush=True)

    one = channel() if options.one_channel else None
    async with asyncio.TaskGroup() as calls:
        async for text in texts(options):
            calls.create_task(call(text, one))
    if one:
        await one.close()


if __name__ == "__main__":
    asyncio.run(main())
