"""The script that fetches a .krt from an https address, as the compiled container starts it, against a real server."""

from __future__ import annotations

import gzip
import hashlib
import io
import shutil
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import pytest

from compiling import EXAMPLE, compile_folder
from krtc.cli import main
from test_scripts import Command, command, pod_of

SHA256 = "5" * 64


class Served(NamedTuple):
    """What a server answers with: the content, how much of it, and the paths that were asked for."""

    address: str
    content: dict[str, bytes]
    sent: dict[str, int]
    asked: list[str]


@pytest.fixture
def served() -> Iterator[Served]:
    content: dict[str, bytes] = {}
    sent: dict[str, int] = {}
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            path = self.path.partition("?")[0]
            data = content.get(path)
            if data is None or len(asked) > 1:  # whoever asks for the rest does not get it
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: sent.get(path)])

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield Served(f"http://127.0.0.1:{server.server_port}", content, sent, asked)
        server.shutdown()
        thread.join()


@pytest.fixture
def fetch(tmp_path: Path) -> Command:
    """The init container of a node, with its volume and its /tmp in folders of this test."""
    folder = tmp_path / "version"
    shutil.copytree(EXAMPLE, folder)
    files = f"{{https: 'https://files.example/v1.krt', sha256: '{SHA256}'}}"
    (folder / "runtime.yml").write_text(f"runtime: demo\nkrtFiles: {files}\n")
    objects = compile_folder(folder, "started")
    pod = pod_of(objects, "etl")
    (container,) = (c for c in pod["initContainers"] if c["name"] == "fetch-krt-files")
    made = command(objects, pod, container, container["command"] + container["args"], tmp_path)
    assert made.arguments[2:] == ["https://files.example/v1.krt", SHA256]
    for name in ("volume", "tmp"):
        (tmp_path / name).mkdir()
    own = {"KRT_BASE_PATH": str(tmp_path / "volume"), "TMPDIR": str(tmp_path / "tmp")}
    return made._replace(environment=made.environment | own)


def run(fetch: Command, address: str, sha256: str) -> tuple[int, str]:
    return fetch._replace(arguments=[*fetch.arguments[:2], address, sha256]).run(60)


def get(fetch: Command, served: Served, krt: bytes, sha256: str | None = None) -> tuple[int, str]:
    """Serves an archive once, and fetches it."""
    served.content["/v1.krt"] = krt
    served.asked.clear()
    return run(fetch, f"{served.address}/v1.krt?token=x", sha256 or hashlib.sha256(krt).hexdigest())


def tar(mode: int = 0o777, /, **members: bytes | tarfile.TarInfo) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", format=tarfile.GNU_FORMAT) as archive:
        for name, member in members.items():
            info = member if isinstance(member, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.name, content = name, b"" if isinstance(member, tarfile.TarInfo) else member
            info.size, info.mode = len(content), info.mode & mode
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def special(kind: bytes, target: str = "", mode: int = 0o644) -> tarfile.TarInfo:
    info = tarfile.TarInfo()
    info.type, info.linkname, info.mode = kind, target, mode
    return info


def content(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_what_krtc_packs_is_unpacked(fetch: Command, served: Served, tmp_path: Path) -> None:
    folder = tmp_path / "packed"
    shutil.copytree(EXAMPLE, folder)
    (folder / "bin").mkdir()
    for name in ("repairs_handler", "stats_storer", "exitpoint"):
        (folder / "bin" / name).write_bytes(b"\x7fELF")
        (folder / "bin" / name).chmod(0o755)
    assert main(["pack", str(folder), "-o", str(tmp_path / "x.krt")]) == 0
    krt = (tmp_path / "x.krt").read_bytes()
    code, said = get(fetch, served, krt)
    assert code == 0, said
    assert said == f"{served.address}/v1.krt: unpacked\n"
    assert served.asked == ["/v1.krt?token=x"]
    mark = f"{hashlib.sha256(krt).hexdigest()}\n".encode()
    assert content(tmp_path / "volume") == {**content(folder), ".krt.sha256": mark}
    assert (tmp_path / "volume" / "bin" / "exitpoint").stat().st_mode & 0o777 == 0o755
    assert content(tmp_path / "tmp") == {}


def test_hidden_files_and_modes(fetch: Command, served: Served, tmp_path: Path) -> None:
    """Every user of the pod can read what tar of its root packs, whatever their modes were."""
    members: dict[str, bytes | tarfile.TarInfo] = {"./.a": b"1", "./..b": b"2", "./c": b"3"}
    krt = tar(0o700, **{".": special(tarfile.DIRTYPE, mode=0o700)} | members)
    code, said = get(fetch, served, krt)
    assert code == 0, said
    found = {path.name: path for path in (tmp_path / "volume").iterdir()}
    assert found.keys() == {".a", "..b", "c", ".krt.sha256"}
    assert all(path.stat().st_mode & 0o444 == 0o444 for path in found.values())


def test_a_pod_that_starts_again(fetch: Command, served: Served, tmp_path: Path) -> None:
    """What is whole is not fetched again; what is of another version, or half, goes."""
    first, second = tar(a=b"1", old=b"1"), tar(a=b"2")
    assert get(fetch, served, first)[0] == 0
    code, said = get(fetch, served, first)
    assert (code, said, served.asked) == (0, f"{served.address}/v1.krt: unpacked before\n", [])
    (tmp_path / "volume" / ".krt.sha256").unlink()
    (tmp_path / "volume" / ".krt.new").mkdir()
    (tmp_path / "volume" / ".krt.new" / "half").touch()
    assert get(fetch, served, second)[0] == 0
    assert content(tmp_path / "volume").keys() == {"a", ".krt.sha256"}
    assert get(fetch, served, first)[0] == 0
    assert content(tmp_path / "volume").keys() == {"a", "old", ".krt.sha256"}


GOOD = tar(a=b"1" * 100_000)


@pytest.mark.parametrize(
    ("krt", "why"),
    [
        (tar(**{"../out": b"x"}), "holds more than files and folders: "),
        (tar(**{"a/../../out": b"x"}), "holds more than files and folders: "),
        (tar(**{"a/..": special(tarfile.DIRTYPE)}), "holds more than files and folders: "),
        (tar(**{"/out": b"x"}), "holds more than files and folders: "),
        (tar(a=special(tarfile.SYMTYPE, "/etc")), "holds more than files and folders: "),
        (tar(a=b"x", b=special(tarfile.LNKTYPE, "a")), "holds more than files and folders: "),
        (tar(a=special(tarfile.FIFOTYPE)), "holds more than files and folders: "),
        (b"no tar", "is no gzip'ed tar"),
        (gzip.compress(b"x" * 1024), "is no gzip'ed tar"),
    ],
    ids=["above", "above a folder", "a folder above", "absolute", "link", "hard link", "fifo", "text", "gzip of text"],
)
def test_a_bad_archive(krt: bytes, why: str, fetch: Command, served: Served, tmp_path: Path) -> None:
    """Also one with the right sha256: whoever wrote that may have been deceived."""
    code, said = get(fetch, served, krt)
    assert code == 1
    assert f"{served.address}/v1.krt: it {why}" in said.splitlines()[-1]
    assert content(tmp_path / "volume") == {} and not (tmp_path / "out").exists()


def test_a_wrong_checksum(fetch: Command, served: Served, tmp_path: Path) -> None:
    code, said = get(fetch, served, GOOD, SHA256)
    found = hashlib.sha256(GOOD).hexdigest()
    assert (code, said) == (1, f"{served.address}/v1.krt: its sha256 is {found}, not {SHA256}\n")
    assert content(tmp_path / "volume") == {}


def test_a_download_that_is_cut_off(fetch: Command, served: Served, tmp_path: Path) -> None:
    served.sent["/v1.krt"] = len(GOOD) // 2
    code, said = get(fetch, served, GOOD)
    assert code == 1 and "its sha256 is" in said.splitlines()[-1]
    assert content(tmp_path / "volume") == {}
    served.sent.clear()
    assert get(fetch, served, GOOD)[0] == 0


def test_too_much(fetch: Command, served: Served) -> None:
    code, said = get(fetch, served, bytes((32 << 20) + 1))
    assert (code, said.splitlines()[-1]) == (1, f"{served.address}/v1.krt: more than 33554432 bytes")


def test_nothing_there(fetch: Command, served: Served) -> None:
    code, said = run(fetch, f"{served.address}/other?token=x", SHA256)
    assert code == 1
    assert said.splitlines()[-1] == f"{served.address}/other: nothing could be fetched"
