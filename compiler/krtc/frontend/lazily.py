"""Imports that compile their regular expressions when these are used, and not before."""

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any


class _Pattern:
    """Stands for a compiled pattern until somebody asks it for something."""

    def __init__(self, *arguments: "Any", **named: "Any") -> None:
        self._arguments = arguments
        self._named = named

    def __getattr__(self, name: str) -> "Any":
        return getattr(re.compile(*self._arguments, **self._named), name)  # which keeps what it compiled


class regexes:
    """While it lasts, `re.compile` only notes what is asked of it; for imports alone, where nothing else runs."""

    def __enter__(self) -> None:
        self._compile = re.compile
        re.compile = _Pattern  # type: ignore[assignment]

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: "TracebackType | None"
    ) -> None:
        re.compile = self._compile
