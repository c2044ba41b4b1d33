"""The server by its protocol, in this process; tests/integrations/test_lsp.py has it as editors have."""

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from krtc.cli import reading
from krtc.diagnostics.fix import Edit, Fix
from krtc.lsp import judging, server
from tests.unit.helpers import EXAMPLE, assets

# What pygls 2.1 calls on Python 3.14.
pytestmark = pytest.mark.filterwarnings("ignore:'asyncio.iscoroutinefunction' is deprecated:DeprecationWarning")

TEXT = EXAMPLE.read_text(encoding="utf-8")
Json = dict[str, Any]


class Client:
    """What sends messages, and waits for those that come back."""

    def __init__(self, to: BinaryIO, from_: BinaryIO, folder: Path) -> None:
        self._to = to
        self._from = from_
        self._number = 0
        self.uri = (folder / "krt.yml").as_uri()
        self.told: dict[str, Json] = {}

    def notify(self, method: str, **params: Any) -> None:
        self._send(method=method, params=params)

    def ask(self, method: str, **params: Any) -> Any:
        """The result of a request; or the error, as text."""
        self._number += 1
        self._send(method=method, params=params, id=self._number)
        while (message := self._next()).get("id") != self._number or "method" in message:
            pass
        return message["error"]["message"] if "error" in message else message["result"]

    def about(self, method: str, at: str, plus: int = 0, text: str = TEXT, **params: Any) -> Any:
        """The result of a question about a place of the document."""
        offset = text.index(at) + plus
        position = {"line": text.count("\n", 0, offset), "character": offset - text.rfind("\n", 0, offset) - 1}
        document = {"uri": self.uri}
        return self.ask(f"textDocument/{method}", textDocument=document, position=position, **params)

    def open(self, text: str) -> None:
        item = {"uri": self.uri, "languageId": "yaml", "version": 1, "text": text}
        self.notify("textDocument/didOpen", textDocument=item)

    def change(self, version: int, text: str) -> None:
        document = {"uri": self.uri, "version": version}
        self.notify("textDocument/didChange", textDocument=document, contentChanges=[{"text": text}])

    def codes(self, version: int | None) -> list[str]:
        """What is said of a version of the document."""
        while self.uri not in self.told or self.told[self.uri].get("version") != version:
            self._next()
        return [one["code"] for one in self.told[self.uri]["diagnostics"]]

    def _send(self, **content: Any) -> None:
        data = json.dumps({"jsonrpc": "2.0", **content}).encode()
        self._to.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self._to.flush()

    def _next(self) -> Json:
        length = 0
        while line := self._from.readline().strip():
            name, _, value = line.partition(b": ")
            length = int(value) if name == b"Content-Length" else length
        message: Json = json.loads(self._from.read(length))
        if message.get("method") == "textDocument/publishDiagnostics":
            self.told[message["params"]["uri"]] = message["params"]
        return message


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    (tmp_path / "public_input.proto").write_bytes((EXAMPLE.parent / "public_input.proto").read_bytes())
    for name in ("src/etl/main.py", "src/email_classificator/main.py"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    ends = [os.pipe(), os.pipe()]
    codes: list[int] = []
    with (
        os.fdopen(ends[0][0], "rb") as stdin,
        os.fdopen(ends[0][1], "wb") as to,
        os.fdopen(ends[1][0], "rb") as from_,
        os.fdopen(ends[1][1], "wb") as stdout,
    ):
        thread = threading.Thread(target=lambda: codes.append(server.serve(reading, assets(), stdin, stdout)))
        thread.start()
        client = Client(to, from_, tmp_path)
        client.ask("initialize", processId=None, rootUri=None, capabilities={})
        client.notify("initialized")
        yield client
        assert client.ask("shutdown") is None
        client.notify("exit")
        thread.join()
    assert codes == [0]


def test_a_session(client: Client, capfd: pytest.CaptureFixture[str]) -> None:
    client.open(TEXT)
    assert client.codes(1) == []
    assert "KRT_NATS_STREAM=" in client.about("hover", "name: etl", 7)["contents"]["value"]
    assert client.about("hover", "    nodes:", 1) is None
    labels = [item["label"] for item in client.about("completion", '"etl"', 2)]
    assert labels == ["entrypoint", "etl", "repairs-handler", "stats-storer", "exitpoint"]
    (place,) = client.about("definition", '"etl"', 2)
    assert place["uri"] == client.uri and place["range"]["start"] == {"line": 11, "character": 14}
    (place,) = client.about("definition", "Classificator\n", 2)
    assert place["uri"].endswith("/public_input.proto")
    assert client.about("definition", "krtVersion") == []
    assert len(client.about("references", '"etl"', 2, context={"includeDeclaration": True})) == 3
    assert client.about("prepareRename", "name: etl", 7)["start"] == {"line": 11, "character": 14}
    assert len(client.about("rename", "name: etl", 7, newName="first")["changes"][client.uri]) == 3
    assert "already" in client.about("rename", "name: etl", 7, newName="exitpoint")
    assert "Only nodes" in client.about("prepareRename", "krtVersion")
    document = {"textDocument": {"uri": client.uri}}
    (top,) = client.ask("textDocument/documentSymbol", **document)
    assert (top["name"], len(top["children"][0]["children"])) == ("classificator-v1", 5)
    assert {"startLine": 3, "endLine": 5} in client.ask("textDocument/foldingRange", **document)
    client.change(2, TEXT.replace("exitpoint: exitpoint", "exitpoint: exitpiont"))
    assert client.codes(2) == ["KRT101"]
    (one,) = client.told[client.uri]["diagnostics"]
    assert one["severity"] == 1 and one["relatedInformation"][0]["location"]["uri"] == client.uri
    client.notify("textDocument/didSave", **document)
    client.notify("textDocument/didClose", **document)
    assert client.codes(None) == []
    assert client.about("hover", "name: etl", 7) is client.about("rename", "name: etl", 7, newName="first") is None
    for method in ("completion", "definition"):
        assert client.about(method, '"etl"', 2) == []
    assert client.about("references", '"etl"', 2, context={"includeDeclaration": True}) == []
    assert client.about("prepareRename", "name: etl", 7) is None
    everything = {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}
    assert client.ask("textDocument/codeAction", **document, range=everything, context={"diagnostics": []}) == []
    for method in ("documentSymbol", "foldingRange"):
        assert client.ask(f"textDocument/{method}", **document) == []
    assert capfd.readouterr().err == ""


def test_files_and_the_runtime_beside_a_document(client: Client) -> None:
    client.open(TEXT)
    (place,) = client.about("definition", "public_input", 3)
    assert place["uri"].endswith("/public_input.proto") and place["range"]["start"] == {"line": 0, "character": 0}
    (place,) = client.about("definition", "src/etl/main.py", 3)
    assert place["uri"].endswith("/src/etl/main.py")
    assert client.about("definition", "bin/exitpoint", 3) == []
    runtime = f"{client.uri.removesuffix('krt.yml')}runtime.yml"
    text = "runtime: a\nversions:\n  - krt: krt.yml\n    nodes: {classificator: {etl: {replicas: 2}}}\n"
    Path(runtime.removeprefix("file://")).write_text(text)
    client.notify("textDocument/didSave", textDocument={"uri": client.uri})
    changes = client.about("rename", "name: etl", 7, newName="first")["changes"]
    assert len(changes[client.uri]) == 3
    start, end = ({"line": 3, "character": 28 + plus} for plus in (0, 3))
    assert changes[runtime] == [{"range": {"start": start, "end": end}, "newText": "first"}]
    item = {"uri": runtime, "languageId": "yaml", "version": 1, "text": f"# é\n{text}"}
    client.notify("textDocument/didOpen", textDocument=item)
    changes = client.about("rename", "name: etl", 7, newName="first")["changes"]
    assert changes[runtime][0]["range"]["start"]["line"] == 4


def test_fixes_are_offered_where_they_mend(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    judge = judging.judge

    def with_fix(path: str, *others: Any) -> judging.Judged:
        """What is found, of which the first has a fix and the second none."""
        found = judge(path, *others)
        for one in found.diagnostics.get(path, ())[:1]:
            one.fix = Fix("write `exitpoint`", [Edit(one.span, "exitpoint")])
        return found

    monkeypatch.setattr(judging, "judge", with_fix)
    text = TEXT.replace("Demo", "😀 Demo").replace("exitpoint: exitpoint", "exitpoint: ё").replace("- etl", "- elt")

    def actions(first: int, last: int, **context: Any) -> list[Json]:
        place = {"start": {"line": first, "character": 0}, "end": {"line": last, "character": 0}}
        document = {"uri": client.uri}
        found: list[Json] = client.ask(
            "textDocument/codeAction", textDocument=document, range=place, context={"diagnostics": [], **context}
        )
        return found

    client.open(text)
    (action,) = actions(0, 99)  # at once: what is not judged yet is waited for
    assert (action["title"], action["kind"], action["isPreferred"]) == ("write `exitpoint`", "quickfix", True)
    (edit,) = action["edit"]["changes"][client.uri]
    line = text.split("\n")[edit["range"]["start"]["line"]]
    start, end = (edit["range"][side]["character"] for side in ("start", "end"))
    assert line[:start] + edit["newText"] + line[end:] == "    exitpoint: exitpoint"
    assert [one["range"] for one in action["diagnostics"]] == [edit["range"]]
    assert actions(9, 10) and not actions(0, 8) and not actions(11, 99)
    assert actions(0, 99, only=["quickfix"]) and actions(0, 99, only=[""]) and not actions(0, 99, only=["refactor"])
    client.change(2, TEXT)
    assert actions(0, 99) == []


def test_an_error_of_ours_does_not_end_it(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(judging, "judge", lambda *_: 1 / 0)
        client.open(TEXT)
        assert client.about("definition", "Classificator\n", 2) == []  # has waited for it
    assert "How many pods" in client.about("hover", "replicas", 2)["contents"]["value"]
    client.change(2, f"{TEXT}# 2\n")
    assert client.codes(2) == []
    assert "internal error while judging" in caplog.text


def test_nobody_waits_for_a_judge_and_only_the_newest_text_is_judged(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge, began, may_end = judging.judge, threading.Event(), threading.Event()
    judged: list[bytes] = []

    def slow(path: str, data: bytes, *others: Any) -> judging.Judged:
        judged.append(data)
        began.set()
        assert may_end.wait(60)
        return judge(path, data, *others)

    monkeypatch.setattr(judging, "judge", slow)
    client.open(TEXT)
    assert began.wait(60)
    for version in range(2, 52):
        client.change(version, f"{TEXT}# {version}\n")
        assert "How many pods" in client.about("hover", "replicas", 2)["contents"]["value"]
    assert client.about("completion", '"etl"', 2) and not client.told
    may_end.set()
    assert client.codes(51) == []
    assert judged == [TEXT.encode(), f"{TEXT}# 51\n".encode()]
