"""The page of `krtc report` in a real browser: what it shows, asks for, hides, and takes for markup (nothing)."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from playwright.sync_api import Page, expect

from krtc.cli import main
from krtc.visible import visible
from tests.browser.conftest import Visit
from tests.unit.helpers import EXAMPLE, SMALL, text
from tests.unit.runtimes import ALL, write_all, write_runtime, write_version

Make = Callable[..., Path]

BOTH = pytest.mark.parametrize("visit", ["light", "dark"], indirect=True)
CLASSIFICATOR = yaml.safe_load(EXAMPLE.read_text())


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working folder: a runtime of three versions, of which the second is the example."""
    monkeypatch.chdir(tmp_path)
    write_all()
    write_example("sort-v2")


def write_example(name: str) -> None:
    """The example as a version of another name."""
    folder = Path("versions", name)
    shutil.copytree(EXAMPLE.parent, folder, dirs_exist_ok=True)
    (folder / "krt.yml").write_text(EXAMPLE.read_text().replace("classificator-v1", name))


def report(path: str = "runtime.yml", *, code: int = 0) -> Path:
    assert main(["report", path, "-o", "report.html"]) == code
    return Path("report.html")


def broken() -> Path:
    """A report with a version in which much is wrong."""
    write_version("sort-v3", workflows=[{**SMALL["workflows"][0], "exitpoint": "nobody"}], config={"variables": ["A"]})
    write_runtime({**ALL, "sort-v3": "started"}, config={"variables": {"DB_PASSWORD": "battery staple"}})
    return report(code=1)


def row(page: Page, name: str) -> Any:
    return page.locator(".version", has=page.locator("h3", has_text=name))


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


class Test_accessibility:
    @BOTH
    def test_as_it_opens(self, visit: Visit) -> None:
        visit.open(broken())
        assert visit.unfair() == []

    @BOTH
    def test_with_all_opened(self, visit: Visit) -> None:
        page = visit.open(broken())
        for button in page.locator(".open").all():
            button.click()
        for summary in page.locator("details > summary").all():
            summary.click()
        page.locator(".graph .node").nth(2).click()
        expect(page.locator("#node")).to_be_visible()
        for summary in page.locator("#node details > summary").all():
            summary.click()
        assert visit.unfair() == []

    @BOTH
    def test_on_a_telephone(self, visit: Visit) -> None:
        visit.page.set_viewport_size({"width": 400, "height": 800})
        page = visit.open(broken())
        page.locator(".open").nth(1).click()
        page.locator(".graph .node").nth(1).click()
        assert visit.unfair() == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 400

    @BOTH
    def test_with_the_keys_and_a_search(self, visit: Visit) -> None:
        page = visit.open(broken())
        page.locator("#search").fill("etl")
        assert visit.unfair() == []
        page.locator("#keys").click()
        expect(page.locator("#help")).to_be_visible()
        assert visit.unfair() == []


class Test_what_it_shows:
    def test_versions(self, visit: Visit) -> None:
        page = visit.open(report())
        expect(page.locator("h1")).to_have_text("demo")
        assert page.locator(".version .open").all_text_contents() == [*ALL]
        assert page.locator(".version .status").all_text_contents() == [*ALL.values()]
        assert page.title() == "demo · krtc report"

    def test_a_graph_is_drawn_when_its_version_is_opened(self, visit: Visit) -> None:
        page = visit.open(report())
        assert page.locator(".graph").count() == 0
        page.locator(".open").nth(1).click()
        nodes = page.locator(".graph .node")
        assert nodes.count() == 6
        box = nodes.first.bounding_box()
        assert box and box["width"] > 50
        # The style of pictures is the page's, and its policy lets it be.
        fills = {nodes.nth(i).locator("rect").first.evaluate("e => getComputedStyle(e).fill") for i in range(6)}
        assert len(fills) == 3 and "rgb(0, 0, 0)" not in fills

    def test_a_node(self, visit: Visit) -> None:
        page = visit.open(report())
        page.locator(".open").nth(1).click()
        page.locator('.graph .node[data-node="repairs-handler"]').click()
        panel = page.locator("#node")
        expect(panel.locator("h2")).to_have_text("repairs-handler")
        shown = panel.inner_text()
        assert "demo_sort-v2_Classificator.email-classificator.repairs" in shown
        assert "demo_sort-v2_Classificator-email-classificator-repairs-repairs-handler" in shown
        assert "KRT_NATS_OUTPUT" in shown and "Secret kre-mongodb, key uri" in shown
        panel.locator("summary", has_text="40-deployment").click()
        made = yaml.safe_load(panel.locator("pre").inner_text())
        assert made["kind"] == "Deployment" and made["metadata"]["labels"]["node-name"] == "repairs-handler"
        assert page.evaluate("location.hash") == "#version-1-classificator--repairs-handler"

    def test_every_node_of_every_picture_opens(self, visit: Visit) -> None:
        page = visit.open(broken())
        for button in page.locator(".open").all():
            button.click()
        nodes = page.locator(".graph .node")
        for at in range(nodes.count()):
            nodes.nth(at).click()
            expect(page.locator("#node h2")).to_have_text(nodes.nth(at).get_attribute("data-node") or "")
            page.keyboard.press("Escape")
        assert nodes.count() == 2 + 6 + 3

    def test_what_publishing_changes(self, visit: Visit) -> None:
        page = visit.open(report())
        page.locator(".open").nth(1).click()
        publish = page.locator("details.action", has_text="Publish")
        publish.locator("summary").click()
        expect(publish).to_contain_text("requests from outside go to sort-v2 in place of sort-v1")
        expect(publish).to_contain_text("sort-v1 is no longer published then.")

    def test_problems_lead_to_their_explanation(self, visit: Visit) -> None:
        page = visit.open(broken())
        third = row(page, "sort-v3")
        third.locator(".open").click()
        link = third.locator(".problem a").first
        code = link.text_content() or ""
        link.click()
        assert page.evaluate("location.hash") == f"#{code}"
        expect(page.locator(f"#{code}")).to_be_in_viewport()
        assert "Why:" in page.locator(f"#{code}").inner_text()

    def test_secrets_are_nowhere(self, visit: Visit) -> None:
        page = visit.open(broken())
        page.locator(".open").nth(1).click()
        assert "KRT415" in page.content() and "battery staple" not in page.content()

    def test_one_version_is_open_from_the_start(self, visit: Visit) -> None:
        page = visit.open(report("versions/sort-v2"))
        expect(page.locator(".graph .node").first).to_be_visible()

    def test_a_link_into_it(self, visit: Visit) -> None:
        page = visit.open(report(), "#version-1-classificator--etl")
        expect(page.locator("#node h2")).to_have_text("etl")


class Test_search:
    @pytest.mark.parametrize(
        ("wanted", "versions"),
        [
            ("sort-v1", ["sort-v1"]),
            ("PUBLISHED", ["sort-v1"]),
            ("classificator", ["sort-v2"]),  # a workflow
            ("repairs", ["sort-v2"]),  # a node
            ("kre-go:8.2", ["sort-v2"]),  # an image
            ("krt104", ["sort-v3"]),  # a code
            ("sort", [*ALL]),
            ("started etl kre-py", ["sort-v2", "sort-v3"]),
            ("nothing of it", []),
        ],
    )
    def test_by_what_is_there(self, wanted: str, versions: list[str], visit: Visit) -> None:
        subscriptions = [{**SMALL["workflows"][0]["nodes"][0], "subscriptions": ["etl"]}]
        write_version("sort-v3", workflows=[{**SMALL["workflows"][0], "nodes": subscriptions}])
        write_runtime({**ALL, "sort-v3": "started"})
        page = visit.open(report(code=1))
        page.keyboard.press("/")
        page.keyboard.type(wanted)
        assert page.locator(".version:visible .open").all_text_contents() == versions
        assert page.locator("#found").text_content() == f"{len(versions)} of 3 versions"
        expect(page.locator("#nothing")).to_be_visible(visible=not versions)

    def test_what_is_found_is_one_step_away(self, visit: Visit) -> None:
        page = visit.open(report())
        page.locator("#search").fill("repairs")
        page.keyboard.press("Enter")
        assert focused(page) == "node repairs-handler"
        page.keyboard.press("Enter")
        expect(page.locator("#node h2")).to_have_text("repairs-handler")


class Test_keys:
    def test_a_way_through_it(self, visit: Visit) -> None:
        page = visit.open(report())
        press = page.keyboard.press
        press("j")
        assert focused(page) == "sort-v1"
        press("j")
        press("ArrowDown")
        press("ArrowDown")
        assert focused(page) == "sort-v3"
        press("k")
        assert focused(page) == "sort-v2"
        press("Enter")
        expect(row(page, "sort-v2").locator(".graph")).to_be_visible()
        press("Tab")
        at = "document.activeElement.dataset.node"
        assert page.evaluate(at) == "entrypoint"
        press("j")
        assert page.evaluate(at) == "etl"
        press("Enter")
        expect(page.locator("#node h2")).to_have_text("etl")
        press("Tab")
        assert focused(page) == "Close Esc"
        press("Escape")
        expect(page.locator("#node")).to_be_hidden()
        assert page.evaluate(at) == "etl"
        press("Escape")
        expect(row(page, "sort-v2").locator(".body")).to_be_hidden()
        assert focused(page) == "sort-v2"

    def test_search_and_escape(self, visit: Visit) -> None:
        page = visit.open(report())
        page.keyboard.press("/")
        page.keyboard.type("j/k?")
        assert page.locator("#search").input_value() == "j/k?"
        page.keyboard.press("Escape")
        assert page.locator("#search").input_value() == ""
        assert page.locator(".version:visible").count() == 3

    def test_help(self, visit: Visit) -> None:
        page = visit.open(report())
        page.keyboard.press("?")
        expect(page.locator("#help")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#help")).to_be_hidden()

    def test_characters_can_be_switched_off(self, visit: Visit) -> None:
        page = visit.open(report())
        page.keyboard.press("?")
        page.locator("#characters").uncheck()
        page.keyboard.press("Escape")
        expect(page.locator("#help")).to_be_hidden()
        page.wait_for_function("document.activeElement === document.body")  # which the browser does when it has closed
        for key in "/jk?":
            page.keyboard.press(key)
            assert page.evaluate("document.activeElement === document.body")
        expect(page.locator("#help")).to_be_hidden()
        page.locator("#search").focus()
        page.keyboard.type("j")
        assert page.locator("#search").input_value() == "j"

    def test_keys_of_the_browser_stay_the_browsers(self, visit: Visit) -> None:
        page = visit.open(report())
        page.keyboard.press("Control+j")
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement === document.body")


class Test_on_paper:
    def test_all_versions_are_printed(self, visit: Visit) -> None:
        page = visit.open(report())
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        shown = page.locator("body").inner_text()
        for word in ("sort-v1", "email-classificator", "requests from outside go to sort-v2", "published"):
            assert word in shown
        assert page.locator(".graph").count() == 3
        assert "What differs" not in shown
        expect(page.locator("#search")).to_be_hidden()
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.locator("details[open]").count() == 0
        assert page.locator(".body:visible").count() == 0

    def test_as_pdf(self, visit: Visit, tmp_path: Path) -> None:
        """The browser itself says before it prints that it will."""
        page = visit.open(report())
        page.pdf(path=tmp_path / "report.pdf", format="A4")
        command = ["pdftotext", "-layout", str(tmp_path / "report.pdf"), "-"]
        printed = " ".join(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
        for word in (*ALL, "repairs-handler", "requests from outside go to sort-v2 in place of sort-v1"):
            assert word in printed


HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "</script x=1><img src=x onerror=alert(3)>",
    '"><svg onload=alert(4)>',
    "'><iframe src=//evil.example></iframe>",
    "</title></style></textarea></noscript><b id=injected>",
    "javascript:alert(5)",
    "{{ 7*7 }}${alert(6)}`",
    "-->]]><!--<script>",
    "&lt;b id=injected&gt;\u202eabc",
]


OPEN_ALL = """async () => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const click = (selector) => all(selector).forEach((one) => one.dispatchEvent(new Event("click", { bubbles: true })));
  const unfold = () => all("details").forEach((one) => (one.open = true));
  click('.open[aria-expanded="false"]');
  unfold();
  for (const node of all(".graph .node")) {
    node.dispatchEvent(new Event("click", { bubbles: true }));
    unfold();
    await new Promise((done) => setTimeout(done, 5));
  }
}"""


class Test_hostile_text:
    def hold(self, visit: Visit, path: Path) -> Page:
        """Opens all there is to open: no element is made of any text, and nothing runs."""
        page = visit.open(path)
        page.evaluate(OPEN_ALL)
        page.locator("#search").fill("<")
        page.wait_for_timeout(100)
        page.locator("#search").fill("")
        assert page.locator("#injected, img, iframe, object, embed, link, base").count() == 0
        assert page.locator("script").count() == 2 and page.locator("svg svg").count() == 0
        attributes = page.evaluate("[...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames())")
        assert not [name for name in attributes if name.startswith("on") or name in ("src", "style")]
        links = page.evaluate("[...document.querySelectorAll('[href]')].map(e => e.getAttribute('href'))")
        assert all(link.startswith("#KRT") for link in links)
        return page

    @pytest.mark.parametrize("hostile", HOSTILE)
    def test_in_what_is_right(self, hostile: str, visit: Visit) -> None:
        """In each field that takes any text, of a version and of a runtime that compile."""
        config = {"variables": ["PLAIN"], "files": ["WHOLE"]}
        write_version("sort-v2", description=f"{hostile}\n{hostile}", config=config)
        Path("whole.txt").write_text(f"{hostile}\n" * 3, encoding="utf-8")
        values = {"variables": {"PLAIN": hostile}, "files": {"WHOLE": "whole.txt"}}
        write_runtime(ALL, config=values, pods={"annotations": {"example.com/x": hostile}})
        page = self.hold(visit, report())
        row(page, "sort-v2").locator(".node").nth(1).click()
        shown = visible(hostile)
        cells = page.locator("#node tbody tr").all_inner_texts()
        assert f"PLAIN\t{shown}" in [cell.partition("ConfigMap")[0].strip() for cell in cells]
        assert page.locator(".description", has_text=shown).count() == 2

    @pytest.mark.parametrize("hostile", ["".join(HOSTILE), "".join(reversed(HOSTILE))])
    def test_in_what_is_wrong(self, hostile: str, visit: Visit) -> None:
        """In every text of a krt.yml and of a runtime.yml, one after the other, and in a comment beside each."""
        every = json.loads(json.dumps(CLASSIFICATOR))

        def places(data: Any, *path: Any) -> Any:
            if isinstance(data, str):
                yield path
            elif isinstance(data, (dict, list)):
                for key, value in data.items() if isinstance(data, dict) else enumerate(data):
                    yield from places(value, *path, key)

        entries = []
        for number, path in enumerate(places(every)):
            if path[0] == "workflows" and len(path) > 3 and path[3] > 1:
                continue  # the other nodes are the same
            data = json.loads(json.dumps(CLASSIFICATOR))
            at = data
            for key in path[:-1]:
                at = at[key]
            at[path[-1]] = hostile
            folder = Path("versions") / f"n{number}"
            folder.mkdir()
            key = HOSTILE[number % (len(HOSTILE) - 1)]  # a longer one, or one with marks, would be all that is told
            lines = text({**data, key: hostile}).split("\n")
            wrong = "\n".join(f"{line} # {hostile}" for line in lines)
            (folder / "krt.yml").write_text(wrong, encoding="utf-8")
            entries.append({"krt": f"versions/n{number}/krt.yml", "status": "started", key: key})
        settings = {"runtime": "demo", "versions": [*entries, {"krt": HOSTILE[0], "status": HOSTILE[1]}]}
        Path("runtime.yml").write_text(text(settings), encoding="utf-8")
        page = self.hold(visit, report(code=1))
        assert page.locator(".problem").count() > 20

    def test_in_the_names_of_files(self, visit: Visit) -> None:
        name = "<img src=x onerror=alert(1)>&amp;'\""
        shutil.copytree("versions/sort-v1", f"versions/{name}")
        write_runtime({**ALL, name: "started"})
        page = self.hold(visit, report(code=1))
        assert name in page.locator("main").inner_text()
        os.rename("versions", name)
        Path(name, "krt.yml").write_text(text({**SMALL, "description": {}}))
        page = self.hold(visit, report(name, code=1))
        assert name in page.locator("header").inner_text()


class Test_a_hundred_versions:
    def test_it_stays_usable(self, visit: Visit) -> None:
        names = [f"mail-v{number}" for number in range(100)]
        for name in names:
            write_example(name)
        write_runtime(dict.fromkeys(names, "started") | {"mail-v7": "published"})
        path = report()
        assert path.stat().st_size < 8 << 20
        page = visit.open(path)
        assert page.locator(".version").count() == 100
        # What is closed is not there: some thousand elements, and no graph.
        assert page.evaluate("document.querySelectorAll('*').length") < 4000
        page.locator("#search").fill("mail-v42")
        assert page.locator(".version:visible .open").all_text_contents() == ["mail-v42"]
        page.locator(".version:visible .open").click()
        page.locator('.version:visible .node[data-node="etl"]').click()
        expect(page.locator("#node")).to_contain_text("demo_mail-v42_Classificator.etl")
