"""The page of each code: what it is, why, bad, good and how to mend it; the docstring of its rule."""

import re
from importlib import import_module

from krtc.diagnostics import Code
from krtc.diagnostics.codes import CODES

_PACKAGES = ("krtc.analysis.rules", "krtc.analysis.runtime_rules", "krtc.frontend.rules")


def find(name: str) -> Code | None:
    """The code of an id ("KRT101") or of a slug ("unknown-node"), in whatever case."""
    wanted = name.lower()
    return next((code for code in CODES if wanted in (code.id.lower(), code.slug)), None)


def page(code: Code) -> str:
    """The page as plain text."""
    for package in _PACKAGES:
        try:
            module = import_module(f"{package}.{code.slug.replace('-', '_')}")
        except ModuleNotFoundError:
            continue
        assert module.__doc__
        return f"{code.id} {code.slug} ({code.severity}): {code.title}\n\n{module.__doc__}"
    raise AssertionError(f"{code} has no page")


def markdown(code: Code) -> str:
    """The page as Markdown."""
    title, _, text = page(code).partition("\n\n")
    parts = [f"# {title}"]
    for part in text.strip().split("\n\n"):
        if part.startswith("    "):
            language = "console" if part.startswith("    $ ") else "proto" if "syntax =" in part else "yaml"
            block = re.sub("^    ", "", part, flags=re.MULTILINE)
            parts.append(f"```{language}\n{block}\n```")
        else:
            parts.append(re.sub(r"^(Why|Fix):", r"**\1:**", re.sub(r"^(Bad|Good):$", r"**\1:**", part)))
    return "\n\n".join(parts) + "\n"


def is_mended(code: Code) -> bool:
    """Whether its page says that `krtc check --fix` mends it."""
    return "--fix" in page(code)
