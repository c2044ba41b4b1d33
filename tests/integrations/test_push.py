"""`krtc push` against a server that speaks MongoDB's protocol, read back as the platform's downloader reads it."""

import io
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from gridfs import GridFSBucket, NoFile
from pymongo import MongoClient

from krtc.cli import main, push

Capture = pytest.CaptureFixture[str]
Client = MongoClient[dict[str, Any]]

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "integrations" / "krt-files.md"
FERRETDB = ROOT / ".tools" / "bin" / "ferretdb"
LARGE = 900 << 10  # more than three pieces of GridFS
ID = "642a9a1c"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own."""
    folder = tmp_path_factory.mktemp("ferretdb")
    pipe = subprocess.PIPE
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen([FERRETDB, folder], cwd=folder, stdin=pipe, stdout=pipe, stderr=log, text=True) as server,
    ):
        assert server.stdout
        line = server.stdout.readline().strip()
        assert line, (folder / "log").read_text()
        yield line
        server.kill()


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    """The server, with nothing in it."""
    with Client(address) as client:
        for name in ("kre", "demo"):
            client.drop_database(name)
        yield client


@pytest.fixture(autouse=True)
def packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, client: Client, capsys: Capture) -> None:
    """The example in versions/v1, its archive x.krt, and the address of the server in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(push.ADDRESS, address)
    shutil.copytree(ROOT / "examples" / "classificator", "versions/v1")
    Path("versions/v1/bin").mkdir()
    for name in ("repairs_handler", "stats_storer", "exitpoint"):
        Path("versions/v1/bin", name).write_bytes(os.urandom(LARGE // 3))
    assert main(["pack", "versions/v1", "-o", "x.krt"]) == 0
    assert Path("x.krt").stat().st_size > LARGE
    capsys.readouterr()


def settings(**entry: str) -> list[str]:
    """A runtime.yml that lists the version, as arguments."""
    versions = [{"krt": "versions/v1/krt.yml", "status": "stopped", **entry}]
    Path("runtime.yml").write_text(
        yaml.safe_dump({"runtime": "demo", "mongodb": {"bucket": "files"}, "versions": versions})
    )
    return ["--runtime", "runtime.yml"]


def downloader(capsys: Capture, *arguments: str, path: str = "versions/v1") -> dict[str, str]:
    """What the downloader of a compiled pod reads of its environment."""
    assert main(["compile", path, *arguments]) == 0
    objects = yaml.safe_load_all(capsys.readouterr().out)
    pods = [o["spec"]["template"]["spec"] for o in objects if o["kind"] == "Deployment"]
    found = [
        {variable["name"]: variable.get("value", "") for variable in container["env"]}
        for pod in pods
        for container in pod["initContainers"]
        if container["name"] == "krt-files-downloader"
    ]
    assert len(found) == len(pods) > 1
    names = ("KRT_RUNTIME_ID", "KRT_MONGO_BUCKET", "KRT_VERSION_ID")
    (only,) = {tuple(environment[name] for name in names) for environment in found}
    return dict(zip(names, only, strict=True))


def download(client: Client, environment: dict[str, str]) -> bytes:
    """As krt-files-downloader: the database of the runtime's id, not that of KRT_MONGO_DB_NAME."""
    bucket = GridFSBucket(client[environment["KRT_RUNTIME_ID"]], environment["KRT_MONGO_BUCKET"])
    content = bucket.open_download_stream(environment["KRT_VERSION_ID"]).read()
    assert isinstance(content, bytes)
    return content


@pytest.mark.parametrize(
    ("given", "entry", "stored"),
    [
        (False, {}, ("kre", "krt", None)),
        (True, {}, ("demo", "files", None)),
        (True, {"id": ID}, ("demo", "files", ID)),
        (True, {"id": ID, "krt": "x.krt"}, ("demo", "files", ID)),
    ],
    ids=["defaults", "settings", "id", "archive"],
)
def test_it_is_stored_where_the_pods_look(
    given: bool, entry: dict[str, str], stored: tuple[str, str, str | None], client: Client, capsys: Capture
) -> None:
    options = settings(**entry) if given else []
    assert main(["push", "x.krt", *options]) == 0
    database, bucket, id_ = stored
    told = capsys.readouterr()
    path = entry.get("krt", "versions/v1")
    environment = downloader(capsys, "--status", "started", *options, path=path)
    assert environment["KRT_RUNTIME_ID"] == database and environment["KRT_MONGO_BUCKET"] == bucket
    assert id_ in (None, environment["KRT_VERSION_ID"])
    place = f"{environment['KRT_VERSION_ID']} in MongoDB's database {database}, bucket {bucket}"
    assert (told.out, told.err) == ("", f"x.krt: stored as {place}\n")
    content = download(client, environment)
    assert content == Path("x.krt").read_bytes()
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall("out", filter="data")
    whole = Path("versions/v1")
    assert {p.relative_to("out") for p in Path("out").rglob("*")} == {p.relative_to(whole) for p in whole.rglob("*")}


def test_the_commands_of_the_page(client: Client, capsys: Capture) -> None:
    options = settings()
    Path("versions/v1").rename("versions/classificator-v1")
    Path("runtime.yml").write_text(Path("runtime.yml").read_text().replace("versions/v1", "versions/classificator-v1"))
    commands = [line[2:].split() for line in PAGE.read_text().splitlines() if line.startswith("$ ")]
    assert [command[:2] for command in commands] == [["pip", "install"], ["krtc", "pack"], ["krtc", "push"]]
    for command in commands[1:]:
        assert main(command[1:]) == 0
    capsys.readouterr()
    environment = downloader(capsys, *options, path="versions/classificator-v1")
    assert download(client, environment) == Path("classificator-v1.krt").read_bytes()


def test_a_version_that_is_not_listed_has_the_id_that_it_will_have(client: Client, capsys: Capture) -> None:
    Path("runtime.yml").write_text("runtime: demo\nversions: []\n")
    assert main(["push", "x.krt", "--runtime", "runtime.yml"]) == 0
    capsys.readouterr()
    assert download(client, downloader(capsys, "--runtime", "runtime.yml")) == Path("x.krt").read_bytes()


def whole(client: Client, database: str = "kre") -> list[Any]:
    return [[*client[database][f"krt.{part}"].find().sort("_id")] for part in ("files", "chunks")]


def test_the_second_push_writes_nothing(client: Client, capsys: Capture) -> None:
    assert main(["push", "x.krt"]) == 0
    before = whole(client)
    capsys.readouterr()
    assert main(["push", "x.krt"]) == 0
    assert capsys.readouterr().err.startswith("x.krt: already there as ")
    assert whole(client) == before


def test_another_content_is_refused(client: Client, capsys: Capture) -> None:
    assert main(["push", "x.krt"]) == 0
    before = whole(client)
    Path("versions/v1/new").touch()
    assert main(["pack", "versions/v1", "-o", "y.krt"]) == 0
    capsys.readouterr()
    assert main(["push", "y.krt"]) == 1
    said = capsys.readouterr().err
    for name in ("x.krt", "y.krt"):
        assert f"sha256:{push._digest(Path(name).read_bytes())}  " in said
    assert "give it another `version`" in said
    assert whole(client) == before


def test_what_is_wrong_is_not_stored(client: Client, capsys: Capture) -> None:
    Path("versions/v1/bin/exitpoint").unlink()
    subprocess.run(["tar", "-czf", "y.krt", "-C", "versions/v1", "."], check=True)
    assert main(["push", "y.krt"]) == 1
    assert "error[KRT106]" in capsys.readouterr().err
    assert whole(client) == [[], []]


def test_what_was_damaged_is_told(client: Client, capsys: Capture) -> None:
    assert main(["push", "x.krt"]) == 0
    client["kre"]["krt.chunks"].delete_one({"n": 2})
    capsys.readouterr()
    assert main(["push", "x.krt"]) == 1
    assert "is damaged: delete it there, and push again" in capsys.readouterr().err


# --- broken off ------------------------------------------------------------------------------------


class Wire:
    """Passes on what goes to the server, until there is `mark` and `more` bytes: there it breaks, when it may."""

    def __init__(self, address: str, mark: bytes, more: int = 0) -> None:
        parts = urlsplit(address)
        self._server = (parts.hostname or "", parts.port or 0)
        self._mark, self._more, self._marked = mark, more, False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"mongodb://127.0.0.1:{self._listener.getsockname()[1]}/"
        self.reached, self.may_break = threading.Event(), threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                here, _ = self._listener.accept()
            except OSError:
                return
            there = socket.create_connection(self._server)
            threading.Thread(target=self._pass, args=(here, there, self._is_over), daemon=True).start()
            threading.Thread(target=self._pass, args=(there, here, lambda data: False), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, is_over: Callable[[bytes], bool]) -> None:
        with source, suppress(OSError):
            while (data := source.recv(1 << 16)) and not is_over(data):
                target.sendall(data)
            for end in (source, target):
                end.shutdown(socket.SHUT_RDWR)

    def _is_over(self, data: bytes) -> bool:
        self._marked = self._marked or self._mark in data
        if not self._marked:
            return False
        self._more -= len(data)
        if self._more < 0:
            self.reached.set()
            self.may_break.wait(60)
        return self._more < 0

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self.may_break.set()
        self._listener.close()


def insert(collection: str) -> bytes:
    """The beginning of an insert, as it is on the wire (BSON)."""
    return b"insert\0" + (len(collection) + 1).to_bytes(4, "little") + collection.encode() + b"\0"


@pytest.mark.parametrize(
    ("mark", "more", "left"),
    [(insert("krt.chunks"), 300 << 10, False), (insert("krt.files"), 0, True)],
    ids=["while the content is sent", "before the file is named"],
)
def test_a_push_that_is_killed(
    mark: bytes, more: int, left: bool, client: Client, address: str, capsys: Capture
) -> None:
    """What it leaves behind is no file to the downloader, and is in the way of nothing."""
    command = [sys.executable, "-m", "krtc", "push", "x.krt"]
    with (
        Wire(address, mark, more) as wire,
        subprocess.Popen(command, env={**os.environ, push.ADDRESS: wire.address}) as process,
    ):
        assert wire.reached.wait(60)
        process.kill()
    files, chunks = whole(client)
    assert files == [] and bool(chunks) is left
    environment = downloader(capsys)
    with pytest.raises(NoFile):
        download(client, environment)
    assert main(["push", "x.krt"]) == 0
    assert capsys.readouterr().err.startswith("x.krt: stored as ")
    assert download(client, environment) == Path("x.krt").read_bytes()


def test_a_connection_that_breaks(client: Client, address: str, capsys: Capture, monkeypatch: Any) -> None:
    monkeypatch.setitem(push._TIMEOUTS, "serverSelectionTimeoutMS", 500)
    with Wire(address, insert("krt.files")) as wire:
        wire.may_break.set()
        monkeypatch.setenv(push.ADDRESS, wire.address)
        assert main(["push", "x.krt"]) == 2
    assert capsys.readouterr().err == f"krtc: error: {CANNOT_BE_REACHED}no answer\n"
    monkeypatch.setenv(push.ADDRESS, address)
    assert main(["push", "x.krt"]) == 0


def test_many_at_once(client: Client, capsys: Capture) -> None:
    """Whoever is first, what is there in the end is whole, and nobody says that it is when it is not."""
    command = [sys.executable, "-m", "krtc", "push", "x.krt"]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    said = [process.communicate(timeout=120)[1] for process in processes]
    assert {process.returncode for process in processes} <= {0, 1}, said
    assert main(["push", "x.krt"]) == 0
    capsys.readouterr()
    assert download(client, downloader(capsys)) == Path("x.krt").read_bytes()


# --- the address -----------------------------------------------------------------------------------


def test_the_address_may_be_in_a_file(client: Client, address: str, capsys: Capture, monkeypatch: Any) -> None:
    """Also where it is a link, as in a Secret that is mounted."""
    monkeypatch.setenv(push.ADDRESS, "mongodb://127.0.0.1:1/")
    Path("secret").write_text(f"{address}\n")
    Path("uri").symlink_to("secret")
    assert main(["push", "x.krt", "--uri-file", "uri"]) == 0


CANNOT_BE_USED = (
    "the address in KRTC_MONGODB_URI cannot be used: mongodb://USER:PASSWORD@HOST:PORT/,"
    " what is special in the password percent-encoded"
)
CANNOT_BE_REACHED = "cannot reach the MongoDB whose address is in KRTC_MONGODB_URI: "


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("secret", CANNOT_BE_USED),
        ("\udce9secret", CANNOT_BE_USED),
        ("postgres://me:secret@host/", CANNOT_BE_USED),
        ("mongodb://", CANNOT_BE_USED),
        ("mongodb://me:sec/ret@host/", CANNOT_BE_USED),
        ("mongodb://me:secret@ret@host/", CANNOT_BE_USED),
        ("mongodb://me:secret@host:port/", CANNOT_BE_USED),
        ("mongodb://me:secret@host/?w=secret&tls=secret&retryWrites=secret", CANNOT_BE_REACHED),
        ("mongodb://me:secret@host/?authMechanism=secret", CANNOT_BE_REACHED),
        ("mongodb://me:12/secret@host", CANNOT_BE_REACHED),
        ("mongodb://me:secret@127.0.0.1:1/", CANNOT_BE_REACHED + "Connection refused"),
        ("mongodb://me:secret@host.invalid/", CANNOT_BE_REACHED),
    ],
)
def test_nothing_of_a_wrong_address_is_told(
    wrong: str, told: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(push._TIMEOUTS, "serverSelectionTimeoutMS", 500)
    monkeypatch.setenv(push.ADDRESS, wrong)
    assert main(["--debug", "push", "x.krt"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1
    assert said.err.startswith(f"krtc: error: {told}")
    assert "secret" not in said.err and "ret@" not in said.err


def test_nothing_of_a_login_is_told_that_the_server_refuses(
    address: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server knows no such way to log in, and names it: here it is the password, too."""
    monkeypatch.setenv(push.ADDRESS, address.replace("//", "//me:SCRAM@"))
    assert main(["push", "x.krt"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("krtc: error: MongoDB refuses to store x.krt: ") and "***-SHA" in said
    assert "SCRAM" not in said


def test_a_server_that_says_nothing(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in push._TIMEOUTS:
        monkeypatch.setitem(push._TIMEOUTS, name, 500)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv(push.ADDRESS, f"mongodb://127.0.0.1:{silent.getsockname()[1]}/")
        assert main(["push", "x.krt"]) == 2
    assert capsys.readouterr().err.startswith(f"krtc: error: {CANNOT_BE_REACHED}")
