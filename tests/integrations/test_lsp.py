"""`krtc lsp` and a client of its protocol, over stdio: the answers themselves are tests/unit/test_lsp's."""

import asyncio
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.lsp.client import LanguageClient

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "classificator"
TEXT = (EXAMPLE / "krt.yml").read_text(encoding="utf-8")
NODES = ["etl", "email-classificator", "repairs-handler", "stats-storer", "exitpoint"]
SERVER = [sys.executable, "-m", "krtc", "lsp"]
PATIENCE = 60


class Editor:
    """What an editor does: it opens and changes documents, and keeps what it was told of each."""

    def __init__(self, client: LanguageClient, folder: Path) -> None:
        self.client = client
        self.folder = folder
        self.told: dict[str, lsp.PublishDiagnosticsParams] = {}
        self.errors: list[str] = []
        self.registered: list[str] = []
        self._versions: dict[str, int] = {}
        self._news = asyncio.Event()

        @client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def _(params: lsp.PublishDiagnosticsParams) -> None:
            self.told[params.uri] = params
            self._news.set()

        @client.feature(lsp.WINDOW_SHOW_MESSAGE)
        def _(params: lsp.ShowMessageParams) -> None:
            self.errors.append(params.message)

        @client.feature(lsp.WINDOW_LOG_MESSAGE)
        def _(params: lsp.LogMessageParams) -> None:
            self.errors.append(params.message)

        @client.feature(lsp.CLIENT_REGISTER_CAPABILITY)
        def _(params: lsp.RegistrationParams) -> None:
            self.registered += [one.method for one in params.registrations]

    def uri(self, name: str = "krt.yml") -> str:
        return (self.folder / name).as_uri() if ":" not in name else name

    def id(self, name: str = "krt.yml") -> lsp.TextDocumentIdentifier:
        return lsp.TextDocumentIdentifier(self.uri(name))

    def show(self, text: str, name: str = "krt.yml") -> None:
        """Opens a document, or changes its text."""
        uri = self.uri(name)
        version = self._versions[uri] = self._versions.get(uri, 0) + 1
        if version == 1:
            item = lsp.TextDocumentItem(uri, "yaml", version, text)
            self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
            return
        id_ = lsp.VersionedTextDocumentIdentifier(version, uri)
        change = lsp.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(id_, [change]))

    def close(self, name: str = "krt.yml") -> None:
        del self._versions[self.uri(name)]
        self.client.text_document_did_close(lsp.DidCloseTextDocumentParams(self.id(name)))

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Waits until what was told is so."""
        async with asyncio.timeout(PATIENCE):
            while not is_so():
                self._news.clear()
                await self._news.wait()

    async def diagnostics(self, name: str = "krt.yml") -> list[lsp.Diagnostic]:
        """What is said of the newest text of a document."""
        uri = self.uri(name)
        await self.until(lambda: uri in self.told and self.told[uri].version == self._versions[uri])
        return list(self.told[uri].diagnostics)

    async def codes(self, name: str = "krt.yml") -> list[int | str | None]:
        return [one.code for one in await self.diagnostics(name)]


def place(of: str, plus: int = 0, text: str = TEXT) -> lsp.Position:
    at = text.index(of) + plus
    return lsp.Position(text.count("\n", 0, at), at - text.rfind("\n", 0, at) - 1)


def within(text: str, range_: lsp.Range) -> str:
    """What stands in a range of one line; characters are as UTF-16 counts them."""
    assert range_.start.line == range_.end.line
    units = text.split("\n")[range_.start.line].encode("utf-16-le")
    return units[range_.start.character * 2 : range_.end.character * 2].decode("utf-16-le")


def labels(found: object) -> list[str]:
    assert isinstance(found, tuple | list)
    return [item.label for item in found]


def places(found: object) -> list[tuple[str, lsp.Range]]:
    assert isinstance(found, tuple | list)
    return [(one.uri, one.range) for one in found]


@asynccontextmanager
async def editing(folder: Path, encodings: list[str] | None = None) -> AsyncIterator[Editor]:
    """An editor with a copy of the example; the server has to end well, and with nothing to say on stderr."""
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    client = LanguageClient("tests", "1")
    editor = Editor(client, folder)
    with (folder / "stderr").open("wb") as errors:
        # A link to the file: the client takes stderr for itself.
        await client.start_io("sh", "-c", f'exec "$@" 2>>"{errors.name}"', "sh", *SERVER, "--stdio")
        watched = lsp.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
        capabilities = lsp.ClientCapabilities(
            workspace=lsp.WorkspaceClientCapabilities(did_change_watched_files=watched),
            general=lsp.GeneralClientCapabilities(position_encodings=encodings) if encodings else None,
        )
        await client.initialize_async(lsp.InitializeParams(capabilities=capabilities, process_id=os.getpid()))
        client.initialized(lsp.InitializedParams())
        yield editor
        await client.shutdown_async(None)
        client.exit(None)
        assert client._server is not None
        assert await asyncio.wait_for(client._server.wait(), PATIENCE) == 0
        await client.stop()  # type: ignore[no-untyped-call]
    assert editor.errors == []
    assert (folder / "stderr").read_text() == ""


def edit(test: Callable[..., Awaitable[None]]) -> Callable[[Path], None]:
    """A test with an editor."""

    def run(tmp_path: Path) -> None:
        async def with_editor() -> None:
            async with editing(tmp_path) as editor:
                await test(editor)

        asyncio.run(with_editor())

    run.__doc__ = test.__doc__
    return run


@edit
async def test_diagnostics_as_one_types(editor: Editor) -> None:
    editor.show(TEXT)
    assert await editor.codes() == []
    editor.show(TEXT.replace('- "etl"\n\n', '- "elt"\n\n', 1))
    (one,) = await editor.diagnostics()
    assert (one.code, one.severity, one.source) == ("KRT101", lsp.DiagnosticSeverity.Error, "krtc")
    assert one.code_description and one.code_description.href.endswith("/rules/KRT101/")
    assert one.message.endswith("\nhelp: did you mean `etl`?")
    assert one.related_information
    related = one.related_information[0]
    assert related.location.uri == editor.uri() and within(TEXT, related.location.range) == "etl"
    editor.show("version: [")
    assert await editor.codes() == ["KRT002"]
    editor.show(TEXT)
    assert await editor.codes() == []
    editor.show("version: [")
    await editor.diagnostics()
    editor.close()
    await editor.until(lambda: editor.told[editor.uri()].diagnostics == ())


@edit
async def test_a_proto_that_is_open_lies_over_the_disk(editor: Editor) -> None:
    proto = (EXAMPLE / "public_input.proto").read_text()
    editor.show(TEXT)
    assert await editor.codes() == []
    editor.show(proto.replace("rpc Classificator", "rpc Clasificator"), "public_input.proto")
    await editor.until(lambda: [one.code for one in editor.told[editor.uri()].diagnostics] == ["KRT113"])
    assert await editor.codes("public_input.proto") == []
    editor.close("public_input.proto")
    await editor.until(lambda: editor.told[editor.uri()].diagnostics == ())


@edit
async def test_a_proto_alone_is_judged_with_its_version(editor: Editor) -> None:
    editor.show("syntax = 'proto3'\n", "public_input.proto")
    assert await editor.codes("public_input.proto") == ["KRT022"]
    editor.close("public_input.proto")
    await editor.until(lambda: all(told.diagnostics == () for told in editor.told.values()))


@edit
async def test_a_document_stays_what_it_is_while_one_types(editor: Editor) -> None:
    editor.show(TEXT, "v1.yml")
    assert await editor.codes("v1.yml") == []
    editor.show(TEXT.replace("krtVersion", "krtVer"), "v1.yml")
    assert await editor.codes("v1.yml") == ["KRT010"]


@edit
async def test_a_runtime_and_its_versions(editor: Editor) -> None:
    runtime = "runtime: demo\nversions:\n  - {krt: krt.yml, status: published}\n"
    editor.show(runtime, "runtime.yml")
    assert await editor.codes("runtime.yml") == []
    editor.show(TEXT.replace("version: classificator-v1", "version: Classificator"))
    assert await editor.codes() == ["KRT013"]
    editor.show(TEXT)
    editor.show(runtime.replace("published", "publised"), "runtime.yml")
    assert await editor.codes("runtime.yml") == ["KRT013"] and await editor.codes() == []
    shown = lsp.DocumentSymbolParams(editor.id("runtime.yml"))
    (symbol,) = await editor.client.text_document_document_symbol_async(shown) or ()
    assert isinstance(symbol, lsp.DocumentSymbol) and symbol.children and symbol.children[0].name == "krt.yml"
    asked = lsp.CompletionParams(editor.id("runtime.yml"), lsp.Position(2, 30))
    items = await editor.client.text_document_completion_async(asked)
    assert labels(items) == ["stopped", "started", "published"]


@edit
async def test_what_changes_on_the_disk_is_seen_when_the_editor_says_so(editor: Editor) -> None:
    text = TEXT.replace("bin/exitpoint # krtc: ignore[KRT106]", "bin/exitpoint")
    editor.show(text)
    assert await editor.codes() == ["KRT106"]
    assert editor.registered == [lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES]
    (editor.folder / "bin").mkdir()
    (editor.folder / "bin" / "exitpoint").touch()
    editor.client.text_document_did_save(lsp.DidSaveTextDocumentParams(editor.id()))
    await editor.until(lambda: editor.told[editor.uri()].diagnostics == ())
    (editor.folder / "bin" / "exitpoint").unlink()
    editor.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([]))
    await editor.until(lambda: editor.told[editor.uri()].diagnostics != ())


@edit
async def test_other_documents_are_left_alone(editor: Editor) -> None:
    editor.show("version: '3'\nservices: [\n", "compose.yml")
    editor.show("krtVersion: v2\nversion: [", "untitled:Untitled-1")
    assert await editor.codes("untitled:Untitled-1") == ["KRT002"]
    assert editor.uri("compose.yml") not in editor.told
    for name in ("compose.yml", "never-opened.yml"):
        at = lsp.Position(0, 3)
        client, id_ = editor.client, editor.id(name)
        assert await client.text_document_hover_async(lsp.HoverParams(id_, at)) is None
        assert await client.text_document_completion_async(lsp.CompletionParams(id_, at)) in ((), [])
        assert await client.text_document_rename_async(lsp.RenameParams(id_, at, "new")) is None


@edit
async def test_hover(editor: Editor) -> None:
    editor.show(TEXT)
    await editor.diagnostics()
    found = await editor.client.text_document_hover_async(lsp.HoverParams(editor.id(), place("name: stats-storer", 8)))
    assert found and isinstance(found.contents, lsp.MarkupContent) and found.range
    assert "\nKRT_NATS_STREAM=kre_classificator-v1_Classificator\n" in found.contents.value
    assert within(TEXT, found.range) == "stats-storer"


@edit
async def test_completion(editor: Editor) -> None:
    text = TEXT.replace('"stats-storer"', '"')
    editor.show(text)
    at = place('          - "\n', 13, text)
    found = await editor.client.text_document_completion_async(lsp.CompletionParams(editor.id(), at))
    assert labels(found) == ["entrypoint", *NODES[1:2], "email-classificator.repairs", *NODES[2:4]]
    rpc = place("entrypoint: Class", 15)
    await editor.diagnostics()
    found = await editor.client.text_document_completion_async(lsp.CompletionParams(editor.id(), rpc))
    assert labels(found) == ["Classificator"]


@edit
async def test_definitions_and_references(editor: Editor) -> None:
    editor.show(TEXT)
    client, at = editor.client, place('"email-classificator.repairs"', 4)
    found = await client.text_document_definition_async(lsp.DefinitionParams(editor.id(), at))
    ((uri, range_),) = places(found)
    assert (uri, range_.start) == (editor.uri(), place("name: email-classificator", 6))
    context = lsp.ReferenceContext(include_declaration=True)
    meant = await client.text_document_references_async(lsp.ReferenceParams(context, editor.id(), at))
    assert meant and {within(TEXT, one.range) for one in meant} == {"email-classificator"} and len(meant) == 3
    rpc = lsp.DefinitionParams(editor.id(), place("entrypoint: Classificator", 14))
    found = await client.text_document_definition_async(rpc)
    ((uri, range_),) = places(found)
    assert uri == editor.uri("public_input.proto")
    assert within((EXAMPLE / "public_input.proto").read_text(), range_) == "Classificator"


@edit
async def test_rename(editor: Editor) -> None:
    editor.show(TEXT)
    client, at = editor.client, place('"email-classificator.repairs"', 4)
    edit = await client.text_document_rename_async(lsp.RenameParams(editor.id(), at, "sorter"))
    assert edit and edit.changes
    lines = TEXT.split("\n")
    for one in edit.changes[editor.uri()]:
        start, end = one.range.start, one.range.end
        lines[start.line] = lines[start.line][: start.character] + one.new_text + lines[start.line][end.character :]
    expected = re.sub(r"(?<=name: )email-classificator|(?<=\")email-classificator", "sorter", TEXT)
    assert "\n".join(lines) == expected
    with pytest.raises(JsonRpcException, match="has a node `etl` already"):
        await client.text_document_rename_async(lsp.RenameParams(editor.id(), at, "etl"))
    with pytest.raises(JsonRpcException, match="Only nodes can be renamed"):
        await client.text_document_prepare_rename_async(lsp.PrepareRenameParams(editor.id(), place("krtVersion")))


@edit
async def test_the_outline_and_folding(editor: Editor) -> None:
    editor.show(TEXT)
    (top,) = await editor.client.text_document_document_symbol_async(lsp.DocumentSymbolParams(editor.id())) or ()
    assert isinstance(top, lsp.DocumentSymbol) and top.name == "classificator-v1"
    assert top.children and top.children[0].children
    assert [node.name for node in top.children[0].children] == NODES
    folds = await editor.client.text_document_folding_range_async(lsp.FoldingRangeParams(editor.id()))
    assert folds and (6, 45) in [(one.start_line, one.end_line) for one in folds]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_places_are_counted_as_was_agreed(encoding: str, tmp_path: Path) -> None:
    text = TEXT.replace('- "email-classificator.repairs"', '- "elt.😀é" # 😀').replace('- "etl"\n\n', "- etl\n\n")

    async def run() -> None:
        async with editing(tmp_path, [encoding]) as editor:
            editor.show(text)
            (one,) = await editor.diagnostics()
            width = len("elt.😀é".encode(f"{encoding}-le" if encoding != "utf-8" else encoding))
            units = 2 + width // {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
            assert one.range.end.character - one.range.start.character == units
            assert one.range.start.character == 12

    asyncio.run(run())


@edit
async def test_any_character_that_an_editor_can_send(editor: Editor) -> None:
    for strange in ("\ufeff", "\ud800", "\u2028", "\x0c", "\r", "\x00", "😀"):
        editor.show(strange + TEXT)
        await editor.diagnostics()
        editor.show(TEXT.replace("Demo", strange))
        await editor.diagnostics()
        hover = lsp.HoverParams(editor.id(), place("name: stats-storer", 8))
        assert await editor.client.text_document_hover_async(hover) or strange == "\r"  # which ends a line
    editor.show(f"\ufeff{TEXT}")
    assert await editor.codes() == []


@edit
async def test_each_keystroke_of_the_example(editor: Editor) -> None:
    """Every prefix, each with all that an editor asks while one types; the last is judged as the whole."""
    client, id_ = editor.client, editor.id()
    answers: list[Awaitable[Any]] = []
    for length in range(len(TEXT) + 1):
        editor.show(TEXT[:length])
        at = lsp.Position(TEXT.count("\n", 0, length), length - TEXT.rfind("\n", 0, length) - 1)
        answers += [
            client.text_document_completion_async(lsp.CompletionParams(id_, at)),
            client.text_document_hover_async(lsp.HoverParams(id_, at)),
            client.text_document_document_symbol_async(lsp.DocumentSymbolParams(id_)),
            client.text_document_folding_range_async(lsp.FoldingRangeParams(id_)),
        ]
        if length % 40 == 0:
            whole = lsp.Range(lsp.Position(0, 0), at)
            answers += [
                client.text_document_definition_async(lsp.DefinitionParams(id_, at)),
                client.text_document_code_action_async(lsp.CodeActionParams(id_, whole, lsp.CodeActionContext([]))),
            ]
            await asyncio.gather(*answers)
            answers.clear()
    await asyncio.gather(*answers)
    assert await editor.codes() == []


@edit
async def test_what_comes_fast_is_judged_in_the_end(editor: Editor) -> None:
    """Hundreds of texts without a pause, and closed and opened between them: what is told fits the last."""
    chance = random.Random(0)
    for _ in range(300):
        cut = chance.randrange(len(TEXT))
        editor.show(TEXT[:cut] + TEXT[cut + chance.randrange(20) :])
        if chance.random() < 0.05:
            editor.close()
        if chance.random() < 0.2:
            await asyncio.sleep(chance.random() / 50)
    editor.show(TEXT)
    assert await editor.codes() == []


def _message(**content: object) -> bytes:
    data = json.dumps({"jsonrpc": "2.0", **content}).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(data), data)


@pytest.mark.parametrize(("says_goodbye", "code"), [(True, 0), (False, 1)])
def test_it_ends_with_its_editor(says_goodbye: bool, code: int) -> None:
    start = _message(id=1, method="initialize", params={"capabilities": {}, "processId": None, "rootUri": None})
    end = _message(id=2, method="shutdown") + _message(method="exit") if says_goodbye else b""
    done = subprocess.run(SERVER, input=start + end, capture_output=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stderr) == (code, b"")
    assert done.stdout.startswith(b"Content-Length: ") and b'"name": "krtc"' in done.stdout


def test_without_pygls_it_says_what_to_install() -> None:
    program = "import sys; sys.modules['pygls'] = None; from krtc.cli.main import main; sys.exit(main(['lsp']))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "krtc: error: krtc lsp needs pygls: pip install 'krtc[lsp]'\n"


def test_a_terminal_is_no_editor() -> None:
    terminal, other = os.openpty()
    try:
        done = subprocess.run(SERVER, stdin=other, capture_output=True, text=True, timeout=PATIENCE, check=False)
    finally:
        os.close(terminal)
        os.close(other)
    assert done.returncode == 2 and "docs/editors.md" in done.stderr
