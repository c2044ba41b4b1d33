"""Neovim with the configuration that docs/editors.md prints: what people see in it, and what their keys do."""

import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgpack  # type: ignore[import-untyped]
import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PATH = os.pathsep.join([str(BIN), os.environ["PATH"]])
PATIENCE = 60
VERSION = "versions/demo"
KRT, PROTO = f"{VERSION}/krt.yml", f"{VERSION}/public_input.proto"

_FOUND = """
return vim.tbl_map(function(one) return {one.code, one.lnum, one.col, one.end_lnum, one.end_col} end,
    vim.diagnostic.get(vim.fn.bufnr(...)))
"""
_FLOATING = """
local text = {}
for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= "" then
        vim.list_extend(text, vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, true))
    end
end
return table.concat(text, "\\n")
"""


def configuration() -> str:
    page = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
    (section,) = (part for part in page.split("\n## ") if part.startswith("Neovim\n"))
    (block,) = re.findall("^```lua\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    return str(block)


class Neovim:
    """Somebody at the keys of a Neovim without anybody's own settings, in a folder."""

    def __init__(self, home: Path, folder: Path, settings: str) -> None:
        program = shutil.which("nvim", path=PATH)
        if program is None:
            pytest.fail(
                "there is no nvim, which `make deps` installs, but not on Linux other than x86_64", pytrace=False
            )
        (home / "config" / "nvim").mkdir(parents=True)
        (home / "config" / "nvim" / "init.lua").write_text(settings, encoding="utf-8")
        self.folder = folder
        self.log = home / "state" / "nvim" / "lsp.log"
        places = {f"XDG_{name.upper()}_HOME": str(home / name) for name in ("config", "data", "state", "cache")}
        with tempfile.TemporaryDirectory() as sockets:  # whose path is short enough
            address = str(Path(sockets, "nvim"))
            self._socket = socket.socket(socket.AF_UNIX)
            self.process = subprocess.Popen(
                [program, "--headless", "--listen", address],
                cwd=folder,
                env={"HOME": str(home), "PATH": PATH, "LC_ALL": "C.UTF-8", **places},
                stdin=subprocess.DEVNULL,
            )
            try:
                self.until(lambda: self._socket.connect_ex(address), 0)
            except BaseException:
                self._end()
                raise
        self._socket.settimeout(PATIENCE)
        self._answers = msgpack.Unpacker()

    def lua(self, program: str, *arguments: object) -> Any:
        """What a program of Lua returns in Neovim."""
        self._socket.sendall(msgpack.packb([0, 0, "nvim_exec_lua", [program, arguments]]))
        while data := self._socket.recv(1 << 16):
            self._answers.feed(data)
            for _, _, error, answer in self._answers:
                assert error is None, error
                return answer
        raise EOFError

    def type(self, keys: str) -> None:
        """Types keys, by the names that Neovim has for them."""
        self.lua("vim.api.nvim_input(...)", keys)

    def command(self, command: str) -> None:
        self.lua("vim.cmd(...)", command)

    def ask(self, function: str, *arguments: object) -> Any:
        """What a function of Vim returns."""
        return self.lua(f"return vim.fn.{function}(...)", *arguments)

    def open(self, name: str) -> None:
        self.command(f"edit {self.folder / name}")

    def at(self, text: str, plus: int = 0) -> tuple[int, int]:
        """Puts the cursor where a text stands for the first time, so many bytes further."""
        self.ask("cursor", 1, 1)
        assert self.ask("search", rf"\V{text}", "cW"), self.text()
        line, column = self.cursor()
        self.ask("cursor", line + 1, column + plus + 1)
        return line, column + plus

    def cursor(self) -> tuple[int, int]:
        """The line and the byte, from 0."""
        _, line, column, _ = self.ask("getpos", ".")
        return line - 1, column - 1

    def text(self, name: str = "%") -> str:
        return "\n".join([*self.ask("getbufline", name, 1, "$"), ""])

    def found(self, name: str = "%") -> list[list[Any]]:
        """The code, the beginning and the end of each diagnostic of a buffer: lines and bytes, from 0."""
        return sorted(self.lua(_FOUND, name))

    def codes(self, name: str = "%") -> list[str]:
        return [one[0] for one in self.found(name)]

    def servers(self) -> list[int]:
        """The processes that Neovim has started."""
        return list(self.lua("return vim.api.nvim_get_proc_children(vim.fn.getpid())"))

    def until(self, what: Callable[[], object], wanted: object) -> None:
        """Waits until something is so; Neovim does its work between two looks."""
        end = time.monotonic() + PATIENCE
        while (now := what()) != wanted:
            if time.monotonic() > end:
                assert now == wanted
            time.sleep(0.01)

    def close(self) -> None:
        try:
            if self.process.poll() is None:
                self.type("<C-Bslash><C-n>:qa!<CR>")
            self.process.wait(PATIENCE)
        finally:
            self._end()

    def _end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._socket.close()


def encoding(name: str) -> str:
    """What makes Neovim offer one encoding of positions alone."""
    offered = f"{{general = {{positionEncodings = {{'{name}'}}}}}}"
    return f"vim.lsp.config('krtc', {{capabilities = {offered}}})\n"


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project that `krtc init` begins, with a runtime.yml that says something of a node."""
    folder = tmp_path_factory.mktemp("begun")
    command = [sys.executable, "-m", "krtc", "init", str(folder), "--name", "demo", "--yes"]
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
    with (folder / "runtime.yml").open("a", encoding="utf-8") as file:
        file.write("    nodes: {greeting: {cleaner: {replicas: 2}}}\n")
    return folder


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> str:
    """The init.lua: the one of the page, and what a test adds to it."""
    return configuration() + getattr(request, "param", "")


@pytest.fixture
def neovim(tmp_path: Path, begun: Path, settings: str) -> Iterator[Neovim]:
    """Neovim with the project's krt.yml, which has been judged; in the end its log of servers says nothing."""
    project = Path(shutil.copytree(begun, tmp_path / "project"))
    neovim = Neovim(tmp_path / "home", project, settings)
    try:
        neovim.lua("vim.api.nvim_create_autocmd('DiagnosticChanged', {command = 'let g:judged = 1'})")
        neovim.open(KRT)
        neovim.until(lambda: neovim.lua("return vim.g.judged"), 1)
        assert neovim.found() == []
        yield neovim
    finally:
        neovim.close()
    said = neovim.log.read_text(encoding="utf-8") if neovim.log.exists() else ""
    assert [line for line in said.splitlines() if not line.startswith("[START]")] == []


def test_it_knows_the_files_and_their_folder(neovim: Neovim) -> None:
    for name, filetype in ((KRT, "yaml"), ("runtime.yml", "yaml"), (PROTO, "proto")):
        neovim.open(name)
        neovim.until(lambda: neovim.lua("return #vim.lsp.get_clients({name = 'krtc', bufnr = 0})"), 1)
        assert neovim.lua("return vim.bo.filetype") == filetype
        assert neovim.lua("return vim.lsp.get_clients({bufnr = 0})[1].root_dir") == str(neovim.folder)
    assert len(neovim.servers()) == 1
    neovim.open(f"{VERSION}/src/cleaner.py")
    assert neovim.lua("return #vim.lsp.get_clients({bufnr = 0})") == 0


# Of all three Neovim and the server agree on UTF-8.
ENCODINGS = [pytest.param("", id="utf-8"), *(pytest.param(encoding(f"utf-{n}"), id=f"utf-{n}") for n in (16, 32))]


@pytest.mark.parametrize("settings", ENCODINGS, indirect=True)
def test_a_mistake_is_shown_as_one_types_until_it_is_mended(neovim: Neovim, request: pytest.FixtureRequest) -> None:
    agreed = neovim.lua("return vim.lsp.get_clients({bufnr = 0})[1].offset_encoding")
    assert agreed == request.node.callspec.id
    neovim.at("subscriptions: [cleaner]")
    neovim.type("C{subscriptions: [cleaner]<Esc>")
    neovim.until(neovim.codes, ["KRT002"])
    neovim.type("u")
    neovim.until(neovim.found, [])
    line = '        subscriptions: ["é😀", cleanr]'
    neovim.type(f"C{line.lstrip()}<Esc>")
    at, first, second = neovim.cursor()[0], line.index('"'), len(line.encode()) - len("cleanr]")
    shown = [
        ["KRT013", at, first, at, first + len('"é😀"'.encode())],
        ["KRT101", at, second, at, second + len("cleanr")],
    ]
    neovim.until(neovim.found, shown)
    neovim.at("cleanr")
    neovim.type("cwcleaner<Esc>")
    neovim.until(neovim.found, shown[:1])
    neovim.at('"é😀", ')
    neovim.type("df ")
    neovim.until(neovim.found, [])
    assert neovim.text() == (neovim.folder / KRT).read_text(encoding="utf-8")


def test_completion(neovim: Neovim) -> None:
    def offered() -> list[str]:
        return [one["word"] for one in neovim.ask("complete_info", ["items", "pum_visible"])["items"]]

    neovim.at("src: src/cleaner.py")
    neovim.type("A<CR>repl<C-x><C-o>")
    neovim.until(lambda: "\n        replicas:\n" in neovim.text(), True)  # Neovim leaves the blank out
    neovim.type(" 2<Esc>")
    neovim.until(lambda: neovim.ask("mode"), "n")
    neovim.at("[cleaner]", 1)
    neovim.type("cw<C-x><C-o>")
    neovim.until(offered, ["entrypoint", "cleaner"])
    neovim.type("<C-n><C-y><Esc>")
    neovim.until(lambda: "subscriptions: [cleaner]\n" in neovim.text(), True)
    neovim.until(neovim.found, [])


def test_hover(neovim: Neovim) -> None:
    neovim.at("name: greeter", len("name: "))
    neovim.type("K")
    neovim.until(lambda: "KRT_NATS_INPUT" in neovim.lua(_FLOATING), True)


def test_going_to_definitions_and_references(neovim: Neovim) -> None:
    place = neovim.at("[cleaner]", 1)
    neovim.lua("vim.lsp.buf.references()")
    meant = ["- name: cleaner", "subscriptions: [cleaner]"]
    neovim.until(lambda: sorted(one["text"].strip() for one in neovim.ask("getqflist")), meant)
    neovim.command("cclose")
    assert neovim.cursor() == place
    defined = neovim.at("name: cleaner", len("name: "))
    neovim.at("[cleaner]", 1)
    neovim.type("<C-]>")
    neovim.until(neovim.cursor, defined)
    neovim.at("entrypoint: Greet", len("entrypoint: "))
    neovim.type("<C-]>")
    neovim.until(lambda: neovim.ask("expand", "%:t"), "public_input.proto")
    line, column = neovim.cursor()
    assert neovim.text().splitlines()[line][column:].startswith("Greet (Request)")


def test_renaming(neovim: Neovim) -> None:
    before = {name: (neovim.folder / name).read_text(encoding="utf-8") for name in (KRT, "runtime.yml")}
    neovim.at("[cleaner]", 1)
    neovim.lua("vim.lsp.buf.rename('washer')")
    expected = re.sub(r"(?<=name: )cleaner|(?<=\[)cleaner", "washer", before[KRT])
    neovim.until(neovim.text, expected)
    assert neovim.text("runtime.yml") == before["runtime.yml"].replace("{cleaner:", "{washer:")
    neovim.command("wall")
    checked = [sys.executable, "-m", "krtc", "check", str(neovim.folder)]
    subprocess.run(checked, check=True, capture_output=True, timeout=PATIENCE)


@pytest.mark.parametrize("settings", ENCODINGS, indirect=True)
def test_a_fix(neovim: Neovim) -> None:
    neovim.at("[cleaner]")
    neovim.type("C['é😀', cleanr]<Esc>")
    neovim.until(neovim.codes, ["KRT013", "KRT101"])
    neovim.at("cleanr")
    neovim.lua("vim.lsp.buf.code_action({apply = true})")
    neovim.until(lambda: "subscriptions: ['é😀', cleaner]\n" in neovim.text(), True)
    neovim.until(neovim.codes, ["KRT013"])


def test_a_proto_and_its_krt_yml(neovim: Neovim) -> None:
    neovim.open(PROTO)
    neovim.at("rpc Greet", len("rpc "))
    neovim.type("cwSalute<Esc>")
    neovim.until(lambda: neovim.codes(KRT), ["KRT113"])
    neovim.type("u")
    neovim.until(lambda: neovim.codes(KRT), [])
    neovim.command(f"bwipeout {KRT}")
    neovim.type("A)<Esc>")
    neovim.until(neovim.codes, ["KRT022"])


@pytest.mark.parametrize("keys", [":w<CR>", "A <Esc>"])
def test_what_other_programs_change_is_seen_as_one_saves_or_types(neovim: Neovim, keys: str) -> None:
    (neovim.folder / VERSION / "src" / "greeter.py").unlink()
    neovim.type(keys)
    neovim.until(neovim.codes, ["KRT106"])


def test_other_yaml_is_left_alone(neovim: Neovim) -> None:
    (neovim.folder / "compose.yml").write_text("version: '3'\nservices: [\n")
    neovim.open("compose.yml")
    neovim.open(KRT)
    neovim.at("krtVersion: v2")
    neovim.type("x")
    neovim.until(neovim.codes, ["KRT010"])
    assert neovim.found("compose.yml") == []


def test_the_outline_and_folding(neovim: Neovim) -> None:
    neovim.lua("vim.lsp.buf.document_symbol()")
    neovim.until(lambda: len(neovim.ask("getloclist", 0)), 4)
    neovim.command("lclose")
    neovim.command("setlocal foldmethod=expr foldexpr=v:lua.vim.lsp.foldexpr()")
    neovim.at("name: cleaner")
    neovim.until(lambda: neovim.ask("foldlevel", "."), 4)


@pytest.mark.parametrize("signal_", [None, signal.SIGKILL], ids=["quits", "is killed"])
def test_the_server_ends_with_neovim(neovim: Neovim, signal_: signal.Signals | None) -> None:
    (server,) = neovim.servers()
    process = os.pidfd_open(server)
    try:
        assert b"lsp" in Path(f"/proc/{server}/cmdline").read_bytes().split(b"\0")
        assert select.select([process], [], [], 0)[0] == []
        if signal_ is None:
            neovim.type(":qa!<CR>")
        else:
            neovim.process.send_signal(signal_)
        neovim.process.wait(PATIENCE)
        assert select.select([process], [], [], PATIENCE)[0] == [process]
    finally:
        os.close(process)
