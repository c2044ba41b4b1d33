"""Argo CD's own servers, without a cluster, and the messages that they understand."""

from __future__ import annotations

import contextlib
import fnmatch
import hashlib
import importlib
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped]
import grpc_tools  # type: ignore[import-untyped]
import yaml
from grpc_tools import protoc

ROOT = Path(__file__).resolve().parents[3]
TOOLS = ROOT / ".tools" / "bin"
KRTC = Path(sys.executable).with_name("krtc")
CHUNK = 1024  # as large as Argo CD's own
LIMIT = 100 << 20  # of a message, as Argo CD sets it
PATIENCE = 60.0  # Argo CD's own deadline for a plugin, which is the only one that counts here

Parameters = list[dict[str, Any]]
Object = dict[str, Any]


def _messages(name: str) -> tuple[Any, Any]:
    """The Python modules of a proto beside this file: its messages, and its services."""
    with tempfile.TemporaryDirectory() as out:
        shipped = Path(grpc_tools.__file__).parent / "_proto"
        to = (f"--python_out={out}", f"--grpc_python_out={out}")
        assert protoc.main(["protoc", f"-I{Path(__file__).parent}", f"-I{shipped}", *to, f"{name}.proto"]) == 0
        sys.path.insert(0, out)
        try:
            return importlib.import_module(f"{name}_pb2"), importlib.import_module(f"{name}_pb2_grpc")
        finally:
            sys.path.remove(out)


PLUGIN, PLUGIN_CALLS = _messages("plugin")
REPOSITORY, REPOSITORY_CALLS = _messages("repository")


def program(name: str) -> Path:
    """A program of tools/."""
    path = TOOLS / name
    assert path.exists(), f"{path} is missing: `make integration` builds it"
    return path


@contextlib.contextmanager
def running(
    arguments: list[str | Path], environment: Mapping[str, str], log: Path, inside: Sequence[str] = ()
) -> Iterator[subprocess.Popen[bytes]]:
    """A server and all that it starts, ended by SIGKILL: argocd-cmp-server goes on serving after a SIGTERM.

    `inside` are the words before a command by which it runs elsewhere, as in another network.
    """
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*inside, *arguments],
            env={"PATH": f"{KRTC.parent}{os.pathsep}{os.environ['PATH']}", **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield server
        finally:
            server.kill()
            server.wait()


def until(true: Callable[[], bool], patience: float = 60.0) -> bool:
    """Whether it came true in time."""
    end = time.monotonic() + patience
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return true()


def wait_for(server: subprocess.Popen[bytes], log: Path, ready: Callable[[], bool]) -> None:
    """Until the server is ready; its log, if it never is."""
    until(lambda: ready() or server.poll() is not None)
    assert ready() and server.poll() is None, f"the server does not start:\n{log.read_text(errors='replace')}"


def channel(address: str) -> Any:
    options = [("grpc.default_authority", "localhost"), ("grpc.max_receive_message_length", LIMIT)]
    return grpc.insecure_channel(address, options=options)


def environment(parameters: Parameters | None = None, **more: str) -> dict[str, str]:
    """What the repo-server tells a plugin; without parameters it says `null`."""
    return {
        "ARGOCD_APP_NAME": "demo",
        "ARGOCD_APP_NAMESPACE": "kre",
        "ARGOCD_APP_PROJECT_NAME": "default",
        "ARGOCD_APP_REVISION": "0" * 40,
        "ARGOCD_APP_SOURCE_PATH": ".",
        "ARGOCD_APP_SOURCE_REPO_URL": "https://git.example.com/models.git",
        "ARGOCD_APP_SOURCE_TARGET_REVISION": "main",
        "ARGOCD_APP_PARAMETERS": json.dumps(parameters) if parameters else "null",
        "KUBE_VERSION": "1.36.0",
        "KUBE_API_VERSIONS": "v1,apps/v1",
        **more,
    }


def packed(root: Path, included: Sequence[str] = ("*",)) -> bytes:
    """A repository as it is sent to a plugin, or by the argocd command, which sends files of these names only."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz", format=tarfile.GNU_FORMAT) as archive:
        for path in sorted(root.rglob("*")):
            if not (path.is_dir() or any(fnmatch.fnmatchcase(path.name, pattern) for pattern in included)):
                continue
            archive.add(path, path.relative_to(root).as_posix(), recursive=False)
    return data.getvalue()


def pieces(data: bytes) -> Iterator[bytes]:
    return (data[start : start + CHUNK] for start in range(0, len(data), CHUNK))


def stream(data: bytes, path: str, variables: Mapping[str, str]) -> Iterator[Any]:
    """A request: first what it is about, then the repository in pieces."""
    entries = [PLUGIN.EnvEntry(name=name, value=value) for name, value in variables.items()]
    checksum = hashlib.sha256(data).hexdigest()
    about = PLUGIN.ManifestRequestMetadata(
        appName="demo", appRelPath=path, checksum=checksum, size=len(data), env=entries
    )
    yield PLUGIN.AppStreamRequest(metadata=about)
    for piece in pieces(data):
        yield PLUGIN.AppStreamRequest(file=PLUGIN.File(chunk=piece))


def local_stream(data: bytes, request: Any) -> Iterator[Any]:
    """A request as `argocd app diff --server-side-generate` leads to it: the Application, then files of the user."""
    yield REPOSITORY.ManifestRequestWithFiles(request=request)
    about = REPOSITORY.ManifestFileMetadata(checksum=hashlib.sha256(data).hexdigest())
    yield REPOSITORY.ManifestRequestWithFiles(metadata=about)
    for piece in pieces(data):
        yield REPOSITORY.ManifestRequestWithFiles(chunk=REPOSITORY.ManifestFileChunk(chunk=piece))


class Plugin:
    """A running argocd-cmp-server with a plugin.yaml, and what the repo-server asks of it."""

    def __init__(self, calls: Any, folder: Path) -> None:
        self.calls = calls
        self.folder = folder

    def matches(self, root: Path, path: str = ".") -> bool:
        request = stream(packed(root), path, environment())
        return bool(self.calls.MatchRepository(request, timeout=PATIENCE).isSupported)

    def generate(self, root: Path, parameters: Parameters | None = None, path: str = ".", **more: str) -> list[Object]:
        """The objects, in order; what the plugin says when it fails is a grpc.RpcError."""
        request = stream(packed(root), path, environment(parameters, **more))
        return [json.loads(text) for text in self.calls.GenerateManifest(request, timeout=PATIENCE).manifests]

    def begin(self, root: Path, **more: str) -> Any:
        """A call without a deadline, to be waited for or cancelled."""
        return self.calls.GenerateManifest.future(stream(packed(root), ".", environment(None, **more)))

    def error(self, root: Path, parameters: Parameters | None = None, path: str = ".") -> str:
        """What a user sees in the UI when the plugin fails, as it has to."""
        try:
            self.generate(root, parameters, path)
        except grpc.RpcError as failed:
            return str(failed.details())
        raise AssertionError("the plugin did not fail")

    def announced(self, root: Path, path: str = ".") -> dict[str, Any]:
        """The parameters by name."""
        request = stream(packed(root), path, environment())
        answer = self.calls.GetParametersAnnouncement(request, timeout=PATIENCE)
        return {parameter.name: parameter for parameter in answer.parameterAnnouncements}

    def clean(self) -> bool:
        """Whether nothing is left of what was asked; the server removes its copy after it has answered."""
        folders = [self.folder / "work" / "_cmp_server", self.folder / "tmp"]
        return until(lambda: not any(name for folder in folders for name in os.listdir(folder)))

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")


@contextlib.contextmanager
def plugin(configuration: str, inside: Sequence[str] = (), **more: str) -> Iterator[Plugin]:
    """argocd-cmp-server with this plugin.yaml, in a folder of its own, which is removed with it."""
    # Not pytest's folder: a socket's path may have 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="cmp"))
    try:
        for name in ("work", "tmp", "sockets", "home"):
            (folder / name).mkdir()
        (folder / "plugin.yaml").write_text(configuration)
        server = {
            "ARGOCD_BINARY_NAME": "argocd-cmp-server",
            "ARGOCD_PLUGINSOCKFILEPATH": str(folder / "sockets"),
            "ARGOCD_CMP_WORKDIR": str(folder / "work"),
            "TMPDIR": str(folder / "tmp"),
            "HOME": str(folder / "home"),
            **more,
        }
        path = folder / "sockets" / f"{yaml.safe_load(configuration)['metadata']['name']}.sock"
        arguments: list[str | Path] = [program("argocd"), "--config-dir-path", folder, "--loglevel", "info"]
        with running(arguments, server, folder / "log", inside) as process:
            wait_for(process, folder / "log", path.exists)
            with channel(f"unix:{path}") as opened:
                grpc.channel_ready_future(opened).result(PATIENCE)
                yield Plugin(PLUGIN_CALLS.ConfigManagementPluginServiceStub(opened), folder)
    finally:
        shutil.rmtree(folder)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextlib.contextmanager
def redis(folder: Path, inside: Sequence[str] = ()) -> Iterator[str]:
    """The address of a server that keeps the repo-server's cache."""
    log = folder / "redis.log"
    with running([program("redis")], {}, log, inside) as server:
        wait_for(server, log, lambda: log.read_text().endswith("\n"))
        yield log.read_text().strip()


@contextlib.contextmanager
def repo_server(sockets: Path, cache: str) -> Iterator[Any]:
    """What calls Argo CD's repo-server."""
    with repo_server_address(sockets, cache) as address, channel(address) as opened:
        grpc.channel_ready_future(opened).result(PATIENCE)
        yield REPOSITORY_CALLS.RepoServerServiceStub(opened)


@contextlib.contextmanager
def repo_server_address(sockets: Path, cache: str, inside: Sequence[str] = ()) -> Iterator[str]:
    """Where Argo CD's repo-server is, which finds plugins by their sockets."""
    folder = Path(tempfile.mkdtemp(prefix="repo"))
    try:
        for name in ("tls", "ssh", "tmp", "home", "gpg"):
            (folder / name).mkdir()
        server = {
            "ARGOCD_BINARY_NAME": "argocd-repo-server",
            "ARGOCD_PLUGINSOCKFILEPATH": str(sockets),
            "ARGOCD_GPG_ENABLED": "false",
            "ARGOCD_GNUPGHOME": str(folder / "gpg"),
            "ARGOCD_TLS_DATA_PATH": str(folder / "tls"),
            "ARGOCD_SSH_DATA_PATH": str(folder / "ssh"),
            "ARGOCD_ASK_PASS_SOCK": str(folder / "askpass.sock"),
            "TMPDIR": str(folder / "tmp"),
            "HOME": str(folder / "home"),
        }
        port = free_port()
        at = [word for flag in ("--address", "--metrics-address") for word in (flag, "127.0.0.1")]
        ports = ["--port", str(port), "--metrics-port", str(free_port())]
        log = folder / "log"
        arguments: list[str | Path] = [program("argocd"), "--disable-tls", "--redis", cache, *at, *ports]
        with running(arguments, server, log, inside) as process:
            wait_for(process, log, lambda: "is listening on" in log.read_text())
            yield f"127.0.0.1:{port}"
    finally:
        shutil.rmtree(folder)
