"""Folders of expected files: read whole, and rewritten so that nothing old is left."""

import shutil
from pathlib import Path


def read_tree(folder: Path) -> dict[str, str]:
    """Every file below a folder by its path in it; nothing when there is none."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode()
        for path in sorted(folder.rglob("*"))
        if not path.is_dir()
    }


def write_tree(folder: Path, files: dict[str, str]) -> None:
    """Makes a folder hold these files and no others."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())
