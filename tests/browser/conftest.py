"""A real browser, Debian's Chromium, and what a page asks for and says in it."""

import shutil
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page, Request, Route, sync_playwright

AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    program = shutil.which("chromium")
    if program is None:
        pytest.fail("there is no chromium on PATH: `make browser-deps` installs it, as root", pytrace=False)
    with sync_playwright() as playwright:
        # As root, in a container, Chromium's own sandbox does not start.
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


class Visit:
    """A page in the browser, and what it did beyond being shown."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.said: list[str] = []
        page.context.route("**/*", self._route)
        page.on("request", self._asked)
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("dialog", self._dialog)

    def _route(self, route: Route) -> None:
        if self._is_outside(route.request):
            route.abort()
        else:
            route.continue_()

    def _dialog(self, dialog: Dialog) -> None:
        self.said.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _is_outside(self, request: Request) -> bool:
        return not (request.url.startswith("file:") and request.is_navigation_request())

    def _asked(self, request: Request) -> None:
        if self._is_outside(request):
            self.requests.append(request.url)

    def open(self, path: Path, fragment: str = "") -> Page:
        """The page, once its script has run."""
        self.page.goto(f"{path.resolve().as_uri()}{fragment}")
        return self.page

    def unfair(self) -> list[str]:
        """What axe-core has to say against the page as it is now."""
        self.page.evaluate(AXE)
        found: Any = self.page.evaluate("() => axe.run()")
        assert len(found["passes"]) > 15
        return [f"{one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]]


@pytest.fixture(params=["light"])
def visit(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A browser's tab, which must ask for nothing and say nothing."""
    context = browser.new_context(color_scheme=request.param, viewport={"width": 1300, "height": 900})
    found = Visit(context.new_page())
    yield found
    context.close()
    assert (found.requests, found.said) == ([], [])
