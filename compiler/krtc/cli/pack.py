"""`krtc pack`: the folder of a krt.yml as a `.krt` archive, the same bytes for the same files."""

import gzip
import io
import os
import stat
import tarfile

from krtc.cli import assets, output, reading, terminal
from krtc.cli.errors import UsageError
from krtc.diagnostics import has_errors
from krtc.frontend.tar import LARGEST_UNPACKED, MOST_MEMBERS
from krtc.pipeline import Options, Source, asset_names, check

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

# What tools leave in a folder, and no version needs; names that begin with a dot are left out, too.
_LEFT_OUT = {"__pycache__", "node_modules"}
_OURS = (".krt", ".pyc")


def arguments(parser: "argparse.ArgumentParser") -> None:
    """Adds what the command takes."""
    parser.add_argument(
        "folder",
        metavar="DIR",
        help="the folder of a krt.yml; hidden files, links, runtime.yml and rendered trees stay out of it",
    )
    parser.add_argument("-o", "--output", metavar="FILE", required=True, help="the archive to write, NAME.krt")


def run(options: "argparse.Namespace") -> int:
    """Packs, judges what came out as any .krt is judged, and writes it; the exit code."""
    if not options.output.endswith(reading.ARCHIVE):
        raise UsageError(f"{options.output} does not end in {reading.ARCHIVE}")
    if not os.path.isdir(options.folder):
        raise UsageError(f"{options.folder} is not a folder")
    left_out: list[str] = []
    try:
        packed, count = _pack(options.folder, left_out)
    except OSError as error:
        raise UsageError(f"cannot read {error.filename or options.folder}: {error.strerror}") from error
    wanted = Options()
    data = assets.load(asset_names(wanted, with_settings=False))
    _, diagnostics = check(Source(options.output, packed), None, wanted, data, lambda name: name)
    if diagnostics:
        terminal.report(diagnostics)
    if has_errors(diagnostics):
        return 1
    output.put(options.output, packed)
    terminal.say(*(f"left out: {name}" for name in left_out), f"{options.output}: {count} files, {len(packed):,} bytes")
    return 0


def _pack(folder: str, left_out: list[str]) -> tuple[bytes, int]:
    """The archive, and how many files are in it; UsageError for more than an archive may hold."""
    buffer = io.BytesIO()
    files = members = size = 0
    # No time, no owner, no name of a file: nothing but what is packed decides the bytes.
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.GNU_FORMAT) as archive,
    ):
        for name, path, status in _members(folder, "", left_out):
            info = tarfile.TarInfo(name)
            members += 1
            if stat.S_ISDIR(status.st_mode):
                info.type, info.mode = tarfile.DIRTYPE, 0o755
                archive.addfile(info)
            else:
                # kre-go starts its binary: the bit that lets it is part of the version.
                info.mode = 0o755 if status.st_mode & stat.S_IXUSR else 0o644
                content = reading.regular(path, LARGEST_UNPACKED - size, _too_much(folder))
                info.size = len(content)
                size += info.size
                files += 1
                archive.addfile(info, io.BytesIO(content))
            if members > MOST_MEMBERS:
                raise UsageError(_too_much(folder))
    return buffer.getvalue(), files


def _too_much(folder: str) -> str:
    most = f"{MOST_MEMBERS:,} files and folders, or {LARGEST_UNPACKED >> 20} MiB"
    return f"{folder} holds more than a .krt may: {most}"


def _members(folder: str, inside: str, left_out: list[str]) -> "Iterator[tuple[str, str, os.stat_result]]":
    """What is packed of a folder, each folder before what is in it: name in the archive, path, status."""
    for name in sorted(os.listdir(os.path.join(folder, inside))):
        member = f"{inside}{name}"
        path = os.path.join(folder, member)
        status = os.lstat(path)
        is_folder = stat.S_ISDIR(status.st_mode)
        if name.startswith(".") or name in _LEFT_OUT or name.endswith(_OURS):
            reason = ""
        elif member in reading.RUNTIME_NAMES:
            reason = " (the settings of a runtime)"
        elif is_folder and os.path.lexists(os.path.join(path, output.LIST)):
            reason = " (a tree that krtc wrote)"
        elif not is_folder and not stat.S_ISREG(status.st_mode):
            reason = " (a link)" if stat.S_ISLNK(status.st_mode) else " (no regular file)"
        else:
            yield member, path, status
            if is_folder:
                yield from _members(folder, f"{member}/", left_out)
            continue
        left_out.append(f"{member}{'/' if is_folder else ''}{reason}")
