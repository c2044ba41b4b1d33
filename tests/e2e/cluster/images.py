"""Images of our own making under other people's names, which play the public ones: no registry is asked."""

from __future__ import annotations

import hashlib
import io
import json
import platform
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from tests.e2e.cluster.processes import installed, program

PAUSE = "krtc.test/pause:1"
ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]

# By path: the text of a file, or of which file of the machine it is a copy, or after "-> " where a link leads.
# A path that ends in "/" is a folder.
Files = dict[str, "str | Path"]


class Image(NamedTuple):
    """What an image is made of: layers by the names of their makers, a user, and what it starts."""

    layers: tuple[Callable[[], Files], ...]
    command: list[str]
    user: str = ""


def busybox() -> Files:
    """A shell and what one expects beside it."""
    path = installed("busybox")
    names = subprocess.run([path, "--list"], capture_output=True, text=True, check=True).stdout.split()
    links: Files = {f"bin/{name}": "-> busybox" for name in names if name not in ("busybox", "linuxrc")}
    return {"bin/busybox": path, "tmp/": "", "var/log/app/": "", "etc/hostname": "", **links}


def users(**ids: int) -> Callable[[], Files]:
    lines = "".join(f"{name}:x:{number}:{number}::/:/bin/sh\n" for name, number in {"root": 0, **ids}.items())
    return lambda: {"etc/passwd": lines}


def runner() -> Files:
    return {"bin/runner": program("runner")}


def nats() -> Files:
    return {"bin/nats": program("nats")}


def nginx() -> Files:
    """Debian's, configured as nginx-unprivileged is."""
    path = installed("nginx")
    said = subprocess.run(["ldd", path], capture_output=True, text=True, check=True).stdout
    libraries = [Path(word) for word in said.split() if word.startswith("/")]
    of_http = "".join(
        f"  {name}_temp_path /tmp/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    configuration = (
        "pid /tmp/nginx.pid;\nevents {}\nhttp {\n"
        f"{of_http}  access_log /dev/stdout;\n  include /etc/nginx/conf.d/*.conf;\n}}\n"
    )
    return {
        "usr/sbin/nginx": path,
        "etc/nginx/nginx.conf": configuration,
        "etc/nginx/conf.d/default.conf": "",
        "var/log/nginx/": "",
        **{str(library).lstrip("/"): library.resolve() for library in libraries},
    }


def started_by(script: str) -> Callable[[], Files]:
    return lambda: {"app/entrypoint.sh": f"#!/bin/sh\n{script}\n", "app/src/entrypoint/": "", "src/conf/": ""}


# The public runners' containers end with the code of tee, which is 0, and their shell passes no signal on.
LOGGED = ["sh", "-c", "/app/entrypoint.sh 2>&1 | tee -a /var/log/app/app.log"]
GO = "cp $KRT_BASE_PATH/$KRT_HANDLER_PATH ./app && ./app"

# By the last part of an image's name.
IMAGES = {
    "pause": Image((busybox,), ["tail", "-f", "/dev/null"]),
    "nats-box": Image((busybox, users(), nats), ["sh"]),
    "krt-files-downloader": Image((busybox, users(), runner), ["runner", "downloader"]),
    "fluent-bit": Image((busybox, users(), lambda: {"fluent-bit/bin/fluent-bit": FLUENT_BIT}, runner), ["sh"]),
    "nginx-unprivileged": Image(
        (busybox, users(nginx=101), nginx),
        ["nginx", "-e", "/dev/stderr", "-g", "daemon off;"],
        "101",
    ),
    "kre-entrypoint": Image((busybox, users(kre=10001), started_by("runner entrypoint"), runner), LOGGED, "kre"),
    "kre-go": Image((busybox, users(kre=10001), started_by(GO), runner), LOGGED, "kre"),
    "kre-py": Image(
        (busybox, users(kre=1001), started_by("runner py $KRT_BASE_PATH/$KRT_HANDLER_PATH"), runner), LOGGED, "kre"
    ),
}
FLUENT_BIT = '#!/bin/sh\nexec runner fluent-bit "$@"\n'


def archive(path: Path, images: dict[str, str]) -> Path:
    """A file as `docker save` writes it, with images by name, each of one of the IMAGES."""
    blobs: dict[str, bytes] = {}
    layers: dict[Callable[[], Files], str] = {}
    manifest: list[dict[str, Any]] = []
    for name, kind in images.items():
        image = IMAGES[kind]
        for files in image.layers:
            if files not in layers:
                data = layer(files())
                layers[files] = f"{hashlib.sha256(data).hexdigest()}/layer.tar"
                blobs[layers[files]] = data
        parts = [layers[files] for files in image.layers]
        configuration = json.dumps(
            {
                "architecture": ARCHITECTURE,
                "os": "linux",
                "config": {"Cmd": image.command, "User": image.user, "Env": ["PATH=/usr/sbin:/bin"]},
                "rootfs": {"type": "layers", "diff_ids": [f"sha256:{part.split('/')[0]}" for part in parts]},
                "history": [{"created_by": "tests"} for _ in parts],
            }
        ).encode()
        config = f"{hashlib.sha256(configuration).hexdigest()}.json"
        blobs[config] = configuration
        manifest.append({"Config": config, "RepoTags": [name], "Layers": parts})
    blobs["manifest.json"] = json.dumps(manifest).encode()
    with tarfile.open(path, "w") as tar:
        for name, data in blobs.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def layer(files: Files) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as tar:
        for path, content in files.items():
            member, data = tarfile.TarInfo(path.rstrip("/")), b""
            member.mode = 0o755
            if path.endswith("/"):
                member.type, member.mode = tarfile.DIRTYPE, 0o1777
            elif isinstance(content, Path):
                data = content.read_bytes()
            elif content.startswith("-> "):
                member.type, member.linkname = tarfile.SYMTYPE, content.removeprefix("-> ")
            else:
                data = content.encode()
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return written.getvalue()
