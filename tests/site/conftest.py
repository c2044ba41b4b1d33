"""The browser in which the site is searched."""

from tests.browser.conftest import browser

__all__ = ["browser"]
