"""`krtc report`: the page, what it is made of, and what the command writes and refuses to write."""

import io
import json
import os
import re
import subprocess
import sys
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from krtc.cli import main
from krtc.reporters.page import html
from tests.unit.helpers import SMALL, text
from tests.unit.runtimes import ALL, write_all, write_runtime, write_version

Capture = pytest.CaptureFixture[str]

GOLDEN = Path(__file__).parents[2] / "golden"
CASES = sorted(
    [
        *(path.parent for path in GOLDEN.glob("ok/*/krt.yml")),
        *(path.parent for path in GOLDEN.glob("runtimes/*/runtime.yml")),
        *(path for kind in ("krt.yml", "runtime.yml") for path in GOLDEN.glob(f"err/*/input/{kind}")),
    ]
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working folder: a runtime of three versions."""
    monkeypatch.chdir(tmp_path)
    write_all()


class Page(HTMLParser):
    """The elements of a page with their attributes and texts, as a reader of HTML has them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "input"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts.setdefault(self._open[-1], []).append(data)

    @property
    def data(self) -> Any:
        return json.loads(self.texts["script"][0])


def made(path: str = ".", code: int = 0) -> str:
    assert main(["report", path, "-o", "report.html"]) == code
    return Path("report.html").read_text(encoding="utf-8")


class Test_the_page:
    @pytest.mark.parametrize("case", CASES, ids=lambda path: path.relative_to(GOLDEN).as_posix())
    def test_of_every_golden(self, case: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        monkeypatch.chdir(case if case.is_dir() else case.parent)
        path = "." if case.is_dir() else case.name
        code = main(["report", path])
        out, err = capsys.readouterr()
        if code == 2:  # settings without versions: they are no runtime
            assert "lists no `versions`" in err
            return
        assert err == ""
        page = Page(out)
        assert page._open == []
        assert code == (1 if re.search(r"<strong>error</strong>", out) else 0)
        known = {element.get("id") for _, element in page.elements}
        links = {element["href"] for tag, element in page.elements if tag == "a"}
        assert {f"#{id}" for id in known} >= links
        assert "<style" not in json.dumps([version["picture"] for version in page.data["versions"]])

    def test_its_policy_lets_its_own_style_and_script_work_and_nothing_else(self) -> None:
        page = Page(made())
        (policy,) = (e["content"] for tag, e in page.elements if e.get("http-equiv") == "Content-Security-Policy")
        rules = dict(rule.split(" ", 1) for rule in (policy or "").split("; "))
        hashes = [
            f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"
            for content in (page.texts["script"][1], page.texts["style"][0])
        ]
        assert rules == {
            "default-src": "'none'",
            "script-src": hashes[0],
            "style-src": hashes[1],
            "base-uri": "'none'",
            "form-action": "'none'",
        }
        for tag, attributes in page.elements:
            assert tag not in ("link", "img", "iframe", "object", "base")
            assert not [name for name in attributes if name.startswith("on") or name in ("src", "style", "action")]

    def test_manifests_are_whole(self, capsys: Capture) -> None:
        data = Page(made()).data
        assert main(["compile", ".", "-o", "tree"]) == 0
        for number, name in enumerate(("sort-v1", "sort-v2")):
            found = {
                file: "".join(f"{data['lines'][line]}\n" for line in lines)
                for file, lines in data["versions"][number]["manifests"]
            }
            files = Path("tree/versions", name).iterdir()
            assert found == {path.name: path.read_text().partition("\n")[2] for path in files}

    def test_the_explanation_of_each_code_is_there(self) -> None:
        write_version("sort-v2", description={})
        page = made(code=1)
        assert '<article class="code" id="KRT012"' in page
        assert '<a href="#KRT012">KRT012</a>' in page and "<b>Fix:</b>" in page

    @pytest.mark.parametrize(
        "config",
        [
            {"variables": {"DB_PASSWORD": "battery staple"}},
            {"secrets": {"DB_PASSWORD": "battery staple"}},  # what stands there is wrong, and a secret all the same
            {"variables": {"ANY": "postgres://me:battery staple@db"}, "files": 5},
        ],
    )
    def test_source_lines_but_for_secrets(self, config: Any) -> None:
        write_runtime(ALL, config=config, nats={"replicas": 0})
        page = made(code=1)
        assert "<mark>0</mark>" in page
        assert "battery staple" not in page

    def test_of_secrets_in_what_has_no_meaning(self) -> None:
        Path("runtime.yml").write_text('runtime: demo\nconfig: {variables: {API_TOKEN: "battery staple", A: [}}\n')
        page = made(code=1)
        assert "KRT002" in page and "battery staple" not in page

    def test_the_same_bytes_each_time(self) -> None:
        first = made()
        assert made() == first

    def test_the_same_bytes_in_each_process(self) -> None:
        write_version("sort-v2", description={})
        command = [sys.executable, "-m", "krtc", "report", "runtime.yml"]
        pages = [
            subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=False).stdout
            for seed in ("0", "4242")
        ]
        assert pages[0] == pages[1] != b""

    def test_no_reader_takes_data_for_the_end_of_its_element(self) -> None:
        hostile = "</script><script>alert(1)</script><!-- <script>&amp;]]>\u2028"
        for island in (html._island({"a": hostile}),):
            assert json.loads(island) == {"a": hostile}
            assert not set("<>&\u2028") & set(island)

    def test_a_file_that_is_no_utf_8(self) -> None:
        folder = os.fsdecode(b"caf\xe9")
        Path(folder).mkdir()
        Path(folder, "krt.yml").write_text(text({**SMALL, "description": 5}))
        assert main(["report", folder, "-o", "report.html"]) == 1
        assert "caf\\u{dce9}" in Path("report.html").read_text(encoding="utf-8")


class Test_the_command:
    def test_to_a_file(self, capsys: Capture) -> None:
        assert main(["report", "runtime.yml", "-o", "report.html"]) == 0
        assert capsys.readouterr() == ("", "report.html: 3 versions, 0 errors, 0 warnings\n")

    def test_to_stdout(self, capsys: Capture) -> None:
        assert main(["report", "."]) == 0
        out, err = capsys.readouterr()
        assert err == "" and out == made()

    def test_one_version_with_its_settings(self, capsys: Capture) -> None:
        call = ["report", "versions/sort-v1", "--runtime", "runtime.yml", "--status", "published"]
        assert main(call) == 0
        page = Page(capsys.readouterr().out)
        assert [action["name"] for action in page.data["versions"][0]["actions"]] == ["unpublish"]
        assert "demo_sort-v1_Sort" in "\n".join(page.data["lines"])

    def test_an_archive(self, capsys: Capture) -> None:
        assert main(["pack", "versions/sort-v1", "-o", "v1.krt"]) == 0
        assert main(["report", "v1.krt"]) == 0
        assert [node["name"] for node in Page(capsys.readouterr().out).data["versions"][0]["workflows"][0]["nodes"]]

    def test_standard_input(self, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text(SMALL).encode())))
        assert main(["report", "-"]) == 0
        assert "&lt;stdin&gt;" in capsys.readouterr().out

    def test_errors_are_1_and_in_the_page(self, capsys: Capture) -> None:
        write_version("sort-v2", description=5)
        made(code=1)
        assert capsys.readouterr().err == "report.html: 3 versions, 1 error, 0 warnings\n"

    @pytest.mark.parametrize("option", [["--status", "started"], ["--runtime", "runtime.yml"]])
    def test_a_runtime_says_its_own(self, option: list[str], capsys: Capture) -> None:
        assert main(["report", "runtime.yml", *option]) == 2
        assert "runtime.yml says both" in capsys.readouterr().err

    def test_it_writes_over_its_own_pages_alone(self, capsys: Capture) -> None:
        made()
        made()
        before = Path("runtime.yml").read_bytes()
        assert main(["report", ".", "-o", "runtime.yml"]) == 2
        assert "was not written by krtc report" in capsys.readouterr().err
        assert Path("runtime.yml").read_bytes() == before

    def test_through_no_link(self, capsys: Capture) -> None:
        made()
        Path("link.html").symlink_to("report.html")
        assert main(["report", ".", "-o", "link.html"]) == 2
        assert "is a link" in capsys.readouterr().err

    @pytest.mark.parametrize("path", ["versions", "nowhere/report.html"])
    def test_to_no_folder_and_to_none_that_is_missing(self, path: str, capsys: Capture) -> None:
        assert main(["report", ".", "-o", path]) == 2
        assert path in capsys.readouterr().err
