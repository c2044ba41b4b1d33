"""The server: what editors say and ask, to and from the plain data of the other modules.

Documents are judged in a thread of their own, the newest text alone, a moment after the last key: meanwhile everything
else is answered. All other questions are answered at once, by the text as it is.
"""

import asyncio
import json
import logging
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version as installed

from lsprotocol import types as lsp
from pygls import uris
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from krtc.diagnostics import in_order
from krtc.lsp import completion, folding, hover, judging, references, rename, symbols
from krtc.lsp.files import Files
from krtc.lsp.positions import Positions
from krtc.lsp.shapes import Shapes
from krtc.source import BYTE_ORDER_MARK
from krtc.visible import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import BinaryIO

    from krtc.diagnostics import Diagnostic
    from krtc.lsp.files import Disk
    from krtc.lsp.hover import Compiled
    from krtc.lsp.judging import Judged
    from krtc.source import SourceFile, Span

# Seconds to wait for the next key: half of what judging took last time, and between these.
SHORTEST, LONGEST = 0.02, 0.5

_SEVERITIES = {
    "error": lsp.DiagnosticSeverity.Error,
    "warning": lsp.DiagnosticSeverity.Warning,
    "note": lsp.DiagnosticSeverity.Information,
}
_SYMBOLS = {
    "runtime": lsp.SymbolKind.Package,
    "version": lsp.SymbolKind.Module,
    "workflow": lsp.SymbolKind.Namespace,
    "node": lsp.SymbolKind.Function,
}
_ITEMS = {
    "key": lsp.CompletionItemKind.Property,
    "value": lsp.CompletionItemKind.EnumMember,
    "name": lsp.CompletionItemKind.Reference,
}
_SCHEMAS = {judging.KRT: "schemas/krt-v2.schema.json", judging.RUNTIME: "schemas/runtime.schema.json"}
_log = logging.getLogger(__name__)
_REQUEST_FAILED, _CONTENT_MODIFIED = -32803, -32801


class Document:
    """An open text, as the editor has it; `text` is without a byte order mark, `data` what it would be on the disk.

    `unit` is the path of what it is judged as, or as a part of.
    """

    __slots__ = ("data", "kind", "path", "positions", "text", "unit", "uri", "version")

    def __init__(self, uri: str, path: str, version: int, given: str, kind: str | None, encoding: str) -> None:
        self.uri = uri
        self.path = path
        self.version = version
        given = re.sub("[\ud800-\udfff]", "\ufffd", given)  # halves of characters, which no file can hold
        self.text = given.removeprefix(BYTE_ORDER_MARK)
        self.data = given.encode()
        self.kind = kind
        self.unit: str | None = None
        self.positions = Positions(given, encoding)

    def range(self, start: int, end: int) -> lsp.Range:
        """A stretch of the text."""
        return _range(self.positions.range(start, end))

    def offset(self, position: lsp.Position) -> int:
        """A place of the editor's in the text."""
        return self.positions.offset(position.line, position.character)


class _Unit:
    """What is judged as a whole, a krt.yml or a runtime.yml: what was found, and in which texts of open documents."""

    def __init__(self) -> None:
        self.changes = 0  # of it, and of what it asked for
        self.judged = -1
        self.result: Judged | None = None
        self.compiled: Compiled | None = None
        self.seen: Mapping[str, bytes] = {}
        self.asked: set[str] = set()
        self.seconds = 0.0
        self.waiting: asyncio.TimerHandle | None = None
        self.task: asyncio.Task[None] | None = None


class Server(LanguageServer):
    """The language server of krt.yml and runtime.yml; `disk` reads files, `assets` are krtc's own."""

    def __init__(self, disk: "Disk", assets: "Mapping[str, str]") -> None:
        super().__init__("krtc", installed("krtc"), text_document_sync_kind=lsp.TextDocumentSyncKind.Full)
        self._disk = disk
        self._assets = assets
        self._shapes = {kind: Shapes(json.loads(assets[name])) for kind, name in _SCHEMAS.items()}
        self._judges = ThreadPoolExecutor(max_workers=1)
        self._documents: dict[str, Document] = {}  # by their paths
        self._open: dict[str, bytes] = {}  # never changed, but replaced: a judge may be reading it
        self._units: dict[str, _Unit] = {}
        self.is_shut_down = False

    # What the editor says

    def opened(self, uri: str, version: int, text: str) -> None:
        """A document has been opened, or has another text."""
        path = _path(uri)
        known = self._documents.get(path)
        kind = judging.kind(path, text, self._files()) or (known.kind if known else None)
        self._documents[path] = document = Document(uri, path, version, text, kind, self._encoding)
        self._open = {**self._open, path: document.data}
        if kind == judging.PROTO:
            document.unit = self._files().krt_of(path)
        elif kind is not None:
            document.unit = path
        if document.unit is not None:
            self._units.setdefault(document.unit, _Unit())
        self._touch(path, document.unit)

    def closed(self, uri: str) -> None:
        """The text of a document is what is on the disk, once more."""
        path = _path(uri)
        self._documents.pop(path, None)
        self._open = {at: data for at, data in self._open.items() if at != path}
        wanted = {document.unit for document in self._documents.values()}
        results = [self._units.pop(at).result for at in [*self._units] if at not in wanted]
        self._touch(path)
        self._publish({path, *(at for result in results if result for at in result.diagnostics)})

    def changed_on_disk(self) -> None:
        """Files that are not open may be other ones."""
        for path in self._units:
            self._changed(path)

    def _touch(self, path: str, own: str | None = None) -> None:
        """Another text is at a path, where the unit `own` is or is part of."""
        for at, unit in self._units.items():
            if at == own or path in unit.asked:
                self._changed(at)

    # Judging

    def _changed(self, path: str) -> None:
        unit = self._units[path]
        unit.changes += 1
        if unit.waiting is not None:
            unit.waiting.cancel()
        delay = min(max(SHORTEST, unit.seconds / 2), LONGEST) if unit.result else 0
        unit.waiting = asyncio.get_running_loop().call_later(delay, self._start, path)

    def _start(self, path: str) -> None:
        unit = self._units.get(path)
        if unit is not None:
            if unit.waiting is not None:
                unit.waiting.cancel()
                unit.waiting = None
            unit.task = asyncio.ensure_future(self._judge(path, unit))

    async def _judge(self, path: str, unit: _Unit) -> None:
        changes = unit.changes
        loop = asyncio.get_running_loop()
        try:
            done = await loop.run_in_executor(self._judges, self._work, path, unit, changes)
        except Exception:  # a bug of ours: the log of the editor has it, and the next text may do
            _log.exception("internal error while judging %s", path)
            unit.judged = changes
            return
        if done is None or unit.changes != changes or self._units.get(path) is not unit:
            return  # there is a newer text already
        before = set(unit.result.diagnostics) if unit.result else set()
        unit.result, unit.asked, unit.seen, unit.seconds = done
        unit.judged = changes
        if unit.result.compiled is not None or unit.compiled is None:
            unit.compiled = unit.result.compiled
        self._publish({path, *before, *unit.result.diagnostics, *(unit.asked & self._documents.keys())})

    def _work(
        self, path: str, unit: _Unit, changes: int
    ) -> "tuple[Judged, set[str], Mapping[str, bytes], float] | None":
        """In the thread of judges: what there is to say of a file; None when its text is no longer the newest."""
        if unit.changes != changes:
            return None
        began = time.monotonic()
        seen = self._open
        files = Files(self._disk, seen)
        data = files.read(path) if os.path.isabs(path) else seen.get(path, b"")
        if isinstance(data, str):
            return judging.Judged({}), files.asked, seen, 0.0
        what = judging.kind(path, data.decode("utf-8", "replace"), files) or judging.KRT
        judged = judging.judge(path, data, what, files, self._assets)
        return judged, files.asked, seen, time.monotonic() - began

    async def _current(self, document: Document) -> _Unit | None:
        """The unit of a document when its newest text has been judged."""
        unit = self._units.get(document.path)
        while unit is not None and unit.judged != unit.changes:
            if unit.waiting is not None:
                self._start(document.path)
            if unit.task is None:
                return None
            await asyncio.shield(unit.task)
            if unit.task.done() and unit.waiting is None and unit.judged != unit.changes:
                return None
        return unit

    # Diagnostics

    def _publish(self, paths: "Iterable[str]") -> None:
        for path in sorted(paths):
            document = self._documents.get(path)
            own = self._units.get(document.unit) if document and document.unit else None
            if own is not None and own.judged != own.changes:
                continue  # which will tell it, and more
            places = _Places(self._documents, self._encoding)
            self.text_document_publish_diagnostics(
                lsp.PublishDiagnosticsParams(
                    uri=self._uri(path),
                    version=document.version if document else None,
                    diagnostics=[_diagnostic(one, places) for one in self._found(path)],
                )
            )

    def _found(self, path: str) -> "list[Diagnostic]":
        """What there is to say of a file, as far as it was said of its text as it is."""
        data = self._open.get(path)
        results = [unit.result for unit in self._units.values() if unit.result and unit.seen.get(path) is data]
        return in_order(one for result in results for one in result.diagnostics.get(path, ()))

    @property
    def _encoding(self) -> str:
        encoding = self.workspace.position_encoding
        return str(getattr(encoding, "value", encoding))

    def _uri(self, path: str) -> str:
        document = self._documents.get(path)
        return document.uri if document else uris.from_fs_path(path) or path

    # What the editor asks

    def _files(self) -> Files:
        return Files(self._disk, self._open)

    def _document(self, uri: str) -> Document | None:
        document = self._documents.get(_path(uri))
        return document if document and document.kind in _SCHEMAS else None

    def completion(self, uri: str, position: lsp.Position) -> list[lsp.CompletionItem]:
        """What may be written at a place."""
        document = self._document(uri)
        if document is None or document.kind is None:
            return []
        unit = self._units.get(document.path)
        methods = unit.result.methods if unit and unit.result else ()
        shapes = self._shapes[document.kind]
        items = completion.complete(document.text, document.offset(position), shapes, lambda: [*methods])
        return [
            lsp.CompletionItem(
                label=item.label,
                kind=_ITEMS[item.kind],
                detail=item.detail or None,
                documentation=_markdown(item.about) if item.about else None,
                sort_text=f"{number:04}",
                filter_text=item.label,
                text_edit=lsp.TextEdit(range=document.range(item.start, item.end), new_text=item.text),
            )
            for number, item in enumerate(items)
        ]

    def hover(self, uri: str, position: lsp.Position) -> lsp.Hover | None:
        """What there is to know of what stands at a place."""
        document = self._document(uri)
        if document is None or document.kind is None:
            return None
        unit = self._units.get(document.path)
        compiled = unit.compiled if unit else None
        found = hover.hover(document.text, document.offset(position), self._shapes[document.kind], compiled)
        return lsp.Hover(contents=_markdown(found[0]), range=document.range(*found[1:])) if found else None

    async def definition(self, uri: str, position: lsp.Position) -> list[lsp.Location]:
        """Where what is meant at a place is defined, or the file that stands there."""
        document = self._document(uri)
        if document is None:
            return []
        offset = document.offset(position)
        rpc = references.rpc(document.text, offset)
        if rpc is not None:
            unit = await self._current(document)
            methods = unit.result.methods if unit and unit.result else {}
            return [_Places(self._documents, self._encoding).location(methods[rpc])] if rpc in methods else []
        file = references.file(document.text, offset)
        if file is not None:
            return self._beginning(document, file)
        found = references.definition(document.text, offset)
        return [lsp.Location(uri=document.uri, range=document.range(*stretch)) for stretch in found]

    def _beginning(self, document: Document, name: str) -> list[lsp.Location]:
        """A file beside a document, if it can be read."""
        if not os.path.isabs(document.path) or isinstance(self._files().beside(document.path, name), str):
            return []
        start = lsp.Position(line=0, character=0)
        path = os.path.normpath(os.path.join(os.path.dirname(document.path), name))
        return [lsp.Location(uri=self._uri(path), range=lsp.Range(start=start, end=start))]

    def references(self, uri: str, position: lsp.Position, *, with_definition: bool) -> list[lsp.Location]:
        """Where else what is meant at a place is meant."""
        document = self._document(uri)
        if document is None:
            return []
        offset = document.offset(position)
        found = references.references(document.text, offset, with_definition=with_definition)
        return [lsp.Location(uri=document.uri, range=document.range(*stretch)) for stretch in found]

    def prepare_rename(self, uri: str, position: lsp.Position) -> lsp.Range | None:
        """Where the name at a place stands that can be changed."""
        document = self._document(uri)
        if document is None:
            return None
        try:
            return document.range(*rename.prepare(document.text, document.offset(position)))
        except rename.Refused as refusal:
            raise JsonRpcException(str(refusal), _REQUEST_FAILED) from None

    async def rename(self, uri: str, position: lsp.Position, name: str) -> lsp.WorkspaceEdit | None:
        """What gives the node at a place another name, in the runtime.yml of its version, too."""
        document = self._document(uri)
        if document is None:
            return None
        offset = document.offset(position)
        try:
            start, end = rename.prepare(document.text, offset)
            edits = rename.edits(document.text, offset, name, self._shapes[judging.KRT])
        except rename.Refused as refusal:
            raise JsonRpcException(str(refusal), _REQUEST_FAILED) from None
        changes = {document.uri: _edits(document.positions, edits)}
        unit = await self._current(document)
        if self._documents.get(document.path) is not document:
            raise JsonRpcException("The text has become another one meanwhile.", _CONTENT_MODIFIED)
        settings = unit.result.settings if unit and unit.result else None
        data = self._files().read(settings) if settings else ""
        if settings and isinstance(data, bytes):
            text = data.decode("utf-8-sig", "replace")

            def is_it(krt: str) -> bool:
                return os.path.normpath(os.path.join(os.path.dirname(settings), krt)) == document.path

            workflow = rename.workflow_of(document.text, offset)
            found = rename.in_runtime(text, is_it, workflow, document.text[start:end], name)
            opened = self._documents.get(settings)
            positions = opened.positions if opened else Positions(text, self._encoding)
            changes |= {self._uri(settings): _edits(positions, found)} if found else {}
        return lsp.WorkspaceEdit(changes=changes)

    async def code_actions(self, uri: str, wanted: lsp.Range) -> list[lsp.CodeAction]:
        """The fixes of what is wrong in a stretch."""
        document = self._document(uri)
        unit = await self._current(document) if document else None
        if document is None or unit is None or self._documents.get(document.path) is not document:
            return []
        places = _Places(self._documents, self._encoding)
        actions = []
        for one in self._found(document.path):
            at = _range(document.positions.of(one.span))
            if one.fix is None or _key(at.end) < _key(wanted.start) or _key(wanted.end) < _key(at.start):
                continue
            edits = [
                lsp.TextEdit(range=_range(document.positions.of(edit.span)), new_text=edit.text)
                for edit in one.fix.edits
            ]
            actions.append(
                lsp.CodeAction(
                    title=visible(one.fix.title),
                    kind=lsp.CodeActionKind.QuickFix,
                    diagnostics=[_diagnostic(one, places)],
                    is_preferred=True,
                    edit=lsp.WorkspaceEdit(changes={document.uri: edits}),
                )
            )
        return actions

    def document_symbols(self, uri: str) -> list[lsp.DocumentSymbol]:
        """The outline of a document."""
        document = self._document(uri)
        return [_symbol(document, one) for one in symbols.outline(document.text)] if document else []

    def folding_ranges(self, uri: str) -> list[lsp.FoldingRange]:
        """What can be folded in a document."""
        document = self._document(uri)
        if document is None:
            return []
        found = [document.range(start, end) for start, end in folding.stretches(document.text)]
        return [lsp.FoldingRange(start_line=one.start.line, end_line=one.end.line) for one in found]


def serve(disk: "Disk", assets: "Mapping[str, str]", stdin: "BinaryIO", stdout: "BinaryIO") -> int:
    """Serves an editor until it says that this ends, and closes `stdout`; the exit code."""
    server = Server(disk, assets)
    _register(server)
    # A refusal is an answer, and nothing for the log.
    logging.getLogger("pygls.protocol.json_rpc").addFilter(_is_no_refusal)
    server.start_io(stdin, stdout)
    return 0 if server.is_shut_down else 1


def _is_no_refusal(record: logging.LogRecord) -> bool:
    return not (record.exc_info and getattr(record.exc_info[1], "code", None) in (_REQUEST_FAILED, _CONTENT_MODIFIED))


def _register(server: Server) -> None:
    """Has the server answer what the protocol calls by these names."""

    @server.feature(lsp.INITIALIZED)
    def _(params: lsp.InitializedParams) -> None:
        watched = server.client_capabilities.workspace and server.client_capabilities.workspace.did_change_watched_files
        if watched and watched.dynamic_registration:
            pattern = [lsp.FileSystemWatcher(glob_pattern="**/*.{yml,yaml,proto,krt}")]
            options = lsp.DidChangeWatchedFilesRegistrationOptions(watchers=pattern)
            method = lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES
            one = lsp.Registration(id="krtc", method=method, register_options=options)
            server.client_register_capability(lsp.RegistrationParams(registrations=[one]))

    @server.feature(lsp.SHUTDOWN)
    def _(params: None) -> None:
        server.is_shut_down = True

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def _(params: lsp.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        server.opened(document.uri, document.version, document.text)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def _(params: lsp.DidChangeTextDocumentParams) -> None:
        if params.content_changes:
            last = params.content_changes[-1]
            server.opened(params.text_document.uri, params.text_document.version, last.text)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def _(params: lsp.DidCloseTextDocumentParams) -> None:
        server.closed(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def _(params: lsp.DidSaveTextDocumentParams) -> None:
        server.changed_on_disk()

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def _(params: lsp.DidChangeWatchedFilesParams) -> None:
        server.changed_on_disk()

    @server.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=[" ", "-", "[", '"', "."]))
    def _(params: lsp.CompletionParams) -> list[lsp.CompletionItem]:
        return server.completion(params.text_document.uri, params.position)

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    def _(params: lsp.HoverParams) -> lsp.Hover | None:
        return server.hover(params.text_document.uri, params.position)

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    async def _(params: lsp.DefinitionParams) -> list[lsp.Location]:
        return await server.definition(params.text_document.uri, params.position)

    @server.feature(lsp.TEXT_DOCUMENT_REFERENCES)
    def _(params: lsp.ReferenceParams) -> list[lsp.Location]:
        own = params.context.include_declaration
        return server.references(params.text_document.uri, params.position, with_definition=own)

    @server.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
    def _(params: lsp.PrepareRenameParams) -> lsp.Range | None:
        return server.prepare_rename(params.text_document.uri, params.position)

    @server.feature(lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True))
    async def _(params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
        return await server.rename(params.text_document.uri, params.position, params.new_name)

    @server.feature(
        lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix])
    )
    async def _(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        kinds = params.context.only
        is_wanted = kinds is None or not {lsp.CodeActionKind.QuickFix, lsp.CodeActionKind.Empty}.isdisjoint(kinds)
        return await server.code_actions(params.text_document.uri, params.range) if is_wanted else []

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def _(params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        return server.document_symbols(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_FOLDING_RANGE)
    def _(params: lsp.FoldingRangeParams) -> list[lsp.FoldingRange]:
        return server.folding_ranges(params.text_document.uri)


# To the protocol's words


class _Places:
    """Where spans are in the files of an editor."""

    def __init__(self, documents: "Mapping[str, Document]", encoding: str) -> None:
        self._documents = documents
        self._encoding = encoding
        self._read: dict[int, Positions] = {}

    def location(self, span: "Span") -> lsp.Location:
        """A span with the address of its file."""
        document = self._documents.get(os.path.normpath(span.file.name))
        uri = document.uri if document else uris.from_fs_path(span.file.name) or span.file.name
        return lsp.Location(uri=uri, range=self.range(span))

    def range(self, span: "Span") -> lsp.Range:
        """A span in its file."""
        return _range(self._positions(span.file).of(span))

    def _positions(self, file: "SourceFile") -> Positions:
        document = self._documents.get(os.path.normpath(file.name))
        if document is not None and document.text == file.text:
            return document.positions
        return self._read.setdefault(id(file), Positions(file.text, self._encoding))


def _diagnostic(one: "Diagnostic", places: _Places) -> lsp.Diagnostic:
    said = [visible(one.message), *([f"help: {visible(one.help)}"] if one.help else [])]
    unused = [lsp.DiagnosticTag.Unnecessary] if one.code.slug == "unused-ignore" else None
    return lsp.Diagnostic(
        range=places.range(one.span),
        severity=_SEVERITIES[one.severity],
        code=one.code.id,
        code_description=lsp.CodeDescription(href=one.code.page),
        source="krtc",
        message="\n".join(said),
        tags=unused,
        related_information=[
            lsp.DiagnosticRelatedInformation(location=places.location(related.span), message=visible(related.message))
            for related in one.related
        ],
    )


def _symbol(document: Document, symbol: symbols.Symbol) -> lsp.DocumentSymbol:
    return lsp.DocumentSymbol(
        name=visible(symbol.name),
        detail=visible(symbol.detail),
        kind=_SYMBOLS[symbol.kind],
        range=document.range(*symbol.stretch),
        selection_range=document.range(*symbol.named),
        children=[_symbol(document, child) for child in symbol.children],
    )


def _edits(positions: Positions, edits: "Iterable[rename.Edit]") -> list[lsp.TextEdit]:
    return [lsp.TextEdit(range=_range(positions.range(start, end)), new_text=text) for start, end, text in edits]


def _range(range_: "tuple[tuple[int, int], tuple[int, int]]") -> lsp.Range:
    start, end = (lsp.Position(line=line, character=character) for line, character in range_)
    return lsp.Range(start=start, end=end)


def _key(position: lsp.Position) -> tuple[int, int]:
    return position.line, position.character


def _markdown(text: str) -> lsp.MarkupContent:
    return lsp.MarkupContent(kind=lsp.MarkupKind.Markdown, value=text)


def _path(uri: str) -> str:
    """The path of a document; of one that is not on the disk, what its address has in its place."""
    path = uris.to_fs_path(uri) if uri.startswith("file:") else None
    return os.path.normpath(path) if path else uri
