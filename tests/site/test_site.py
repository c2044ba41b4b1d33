"""The site that `make site` built: whole, findable, and with nothing that another server would be asked for."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.equivalence.forms import ROOT

SITE = ROOT / "build" / "site"
DOCS = ROOT / "docs"
PAGES = sorted(SITE.rglob("*.html"))
# What a browser fetches by itself, by element; a link that somebody has to click is none of it.
LOADS = {
    ("script", "src"),
    ("link", "href"),
    ("img", "src"),
    ("img", "srcset"),
    ("source", "src"),
    ("source", "srcset"),
    ("iframe", "src"),
    ("object", "data"),
    ("embed", "src"),
    ("video", "src"),
    ("audio", "src"),
    ("use", "href"),
    ("form", "action"),
}
URL = re.compile(r"url\(\s*[\"']?(.*?)[\"']?\s*\)|@import\s+[\"'](.*?)[\"']")
# Addresses in the theme's script, and the mark of what they are asked for: a repository's stars, a diagram.
UNUSED = {
    "https://api.github.com/": 'data-md-component="source"',
    "https://${e}/": 'data-md-component="source"',  # GitLab's host
    "https://unpkg.com/mermaid": 'class="mermaid"',
}


class Page(HTMLParser):
    """The `links` of a page, what it `loads`, and the `ids` that it has."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.ids: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if (tag, name) in LOADS:
                self.loads.append(value or "")
            elif (tag, name) == ("a", "href"):
                self.links.append(value or "")
            elif name in ("id", "name"):
                self.ids.add(value or "")
            elif name == "style":
                self.loads += _urls(value or "")


def _urls(css: str) -> list[str]:
    return [one or other for one, other in URL.findall(css) if not (one or other).startswith("data:")]


@pytest.fixture(scope="module")
def pages() -> dict[Path, Page]:
    return {path: Page(path) for path in PAGES}


def test_each_page_of_docs_is_there() -> None:
    names = {
        path.relative_to(DOCS).with_suffix(".html").as_posix().replace("README", "index") for path in DOCS.rglob("*.md")
    }
    assert {path.relative_to(SITE).as_posix() for path in PAGES} == {*names, "404.html"}


def test_nothing_is_fetched_from_elsewhere(pages: dict[Path, Page]) -> None:
    for path, page in pages.items():
        assert page.loads, path
        for url in page.loads:
            assert not urlsplit(url).scheme and not url.startswith("//"), (path, url)
            if path.name != "404.html":  # whose addresses are from the root of the server
                assert (path.parent / unquote(urlsplit(url).path)).exists(), (path, url)
    for path in SITE.rglob("*.css"):
        for url in _urls(path.read_text(encoding="utf-8")):
            assert not urlsplit(url).scheme and (path.parent / urlsplit(url).path).exists(), (path, url)


def test_the_scripts_have_no_reason_to_ask(pages: dict[Path, Page]) -> None:
    # The index of the search is text.
    scripts = "".join(p.read_text(encoding="utf-8") for p in SITE.rglob("*.js") if p.name != "search_index.js")
    # As words of a request, not of a comment.
    asked = set(re.findall(r"[\"'`](https?://[^\"'`/]+/)", scripts))
    assert asked <= {f"https://{urlsplit(address).netloc}/" for address in UNUSED}
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert [mark for mark in UNUSED.values() if mark in text] == [], path


def test_links_and_anchors_lead_somewhere(pages: dict[Path, Page]) -> None:
    checked = 0
    for path, page in pages.items():
        if path.name == "404.html":
            continue
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            assert target in pages or target.is_file(), (path, link)
            if parts.fragment:
                assert unquote(parts.fragment) in pages[target].ids, (path, link)
            checked += 1
    assert checked > 1000


def test_the_search_has_every_page() -> None:
    index = json.loads((SITE / "search" / "search_index.json").read_text(encoding="utf-8"))
    found = {entry["location"].partition("#")[0] for entry in index["docs"]}
    assert found == {path.relative_to(SITE).as_posix() for path in PAGES} - {"404.html"}
    texts = {entry["location"]: entry["text"] for entry in index["docs"]}
    assert "subscription" in texts["rules/KRT101.html"]
    assert any("--shard" in text for location, text in texts.items() if location.startswith("reference/cli.html"))


def test_the_search_needs_no_server(browser: Browser) -> None:
    """Of files, too, it finds what a page says, and asks nobody else."""
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto((SITE / "reference" / "krt.html").as_uri())
    page.locator("input.md-search__input").press_sequentially("ComparisonError")
    found = page.locator(".md-search-result__link").first
    expect(found).to_have_attribute("href", re.compile("integrations/argocd.html"))
    found.click()
    expect(page).to_have_title(re.compile("Argo CD"))
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_links_into_the_repository_are_to_what_is_there(pages: dict[Path, Page]) -> None:
    forge = re.compile(r"https://github\.com/konstellation-io/krtc/(?:blob|tree)/main/(.*)")
    found = {match[1] for page in pages.values() for link in page.links if (match := forge.fullmatch(link))}
    assert found and [path for path in found if not (ROOT / path).exists()] == []
