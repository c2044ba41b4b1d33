"""A hook of MkDocs: links to what is in the repository and not in docs/ lead to the forge."""

import os
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FORGE = "https://github.com/konstellation-io/krtc"


def on_page_markdown(markdown: str, page: Any, **_: object) -> str:
    """The text of a page, whose links outside of docs/ are absolute; those that lead nowhere stay, and MkDocs tells."""
    folder = (ROOT / "docs" / page.file.src_uri).parent

    def link(match: re.Match[str]) -> str:
        path = Path(os.path.normpath(folder / match[1]))
        if path.is_relative_to(ROOT / "docs") or not path.is_relative_to(ROOT) or not path.exists():
            return match[0]
        return f"]({FORGE}/{'tree' if path.is_dir() else 'blob'}/main/{path.relative_to(ROOT).as_posix()})"

    return re.sub(r"\]\((\.\./[^)#\s]+)\)", link, markdown)
