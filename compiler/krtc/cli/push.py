"""`krtc push`: a `.krt` into MongoDB's GridFS, where the platform's downloader reads it; all else has no network.

Where it is stored (database, bucket, id) is what compile writes into the pods. It is whole or not there: GridFS writes
the document of a file after its content, and what a broken upload left behind is replaced by the next one.
"""

import hashlib
import os
import re
import warnings
from urllib.parse import unquote_plus

from krtc.cli import assets, reading, terminal
from krtc.cli.errors import UsageError
from krtc.cli.versions import Versions
from krtc.diagnostics import has_errors
from krtc.pipeline import GZIP, Options, asset_names, check

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

    from gridfs import GridFSBucket

    from krtc.model.program import Program
    from krtc.pipeline import Source

ADDRESS = "KRTC_MONGODB_URI"
LARGEST_ADDRESS = 64 << 10
LONGEST_REASON = 200

# Milliseconds, of each step: whatever the server does, the command ends.
_TIMEOUTS: "dict[str, Any]" = {
    "serverSelectionTimeoutMS": 10_000,
    "connectTimeoutMS": 10_000,
    "socketTimeoutMS": 60_000,
}
# What may be told of the driver's own words, which name the address.
_REASONS = ("Connection refused", "Name or service not known", "certificate verify failed", "SSL", "timed out")


def arguments(parser: "argparse.ArgumentParser") -> None:
    """Adds what the command takes; the address, which holds a password, never comes from the command line."""
    parser.add_argument("archive", metavar="X.krt", help="the archive, as `krtc pack` makes it")
    parser.add_argument("--runtime", metavar="FILE", help="the settings of the runtime, a runtime.yml")
    parser.add_argument(
        "--uri-file",
        metavar="FILE",
        help=f"a file with MongoDB's address, mongodb://USER:PASSWORD@HOST/ (default: what {ADDRESS} says)",
    )


def run(options: "argparse.Namespace") -> int:
    """Judges the archive as any .krt is judged, and stores it, once; the exit code."""
    krt = reading.krt(options.archive)
    if not krt.data.startswith(GZIP):
        raise UsageError(f"{krt.name} is not a {reading.ARCHIVE}: `krtc pack DIR -o X.krt` makes one")
    settings = reading.source(options.runtime) if options.runtime else None
    program = _program(krt, settings)
    if program is None:
        return 1
    if program.files_from.source not in (None, "mongodb"):
        source = f"`krtFiles: {{{program.files_from.source}: ...}}`"
        raise UsageError(f"its pods do not read MongoDB, but {source}: there is nothing to push")
    where, address = _address(options.uri_file)
    try:
        return _push(krt, program, where, address)
    except ModuleNotFoundError as error:
        if error.name not in ("pymongo", "gridfs"):
            raise
        raise UsageError("krtc push needs pymongo: pip install 'krtc[push]'") from None


def _program(krt: "Source", settings: "Source | None") -> "Program | None":
    """The version in the archive, with its entry in runtime.yml; None when something is wrong, which is reported."""
    data = assets.load(asset_names(Options(), with_settings=settings is not None))
    of = settings.name if settings else ""
    program, found = check(krt, settings, Options(), data, lambda name: reading.beside(of, name))
    entry = None
    if program and settings and not has_errors(found):
        name = program.version.version
        versions = Versions(settings, only=name)
        entry = next((entry for entry in versions.entries if entry.name == name), None)
        found += versions.concerning(entry) if entry else ()
    if found:
        terminal.report(found)
    if program is None or has_errors(found):
        return None
    # By name, for what runtime.yml lists may be the folder that was packed: the id is in its entry.
    listed = entry.program if entry else None
    if listed is not None and listed.digest != program.digest:
        name = program.version.version
        terminal.say(f"krtc: error: {krt.name} holds another {name} than {of} lists, {listed.source}: pack that one")
        return None
    return listed or program


def _address(given: str | None) -> tuple[str, str]:
    """Where the address of MongoDB is from, and what it is."""
    if given is None:
        if not (address := os.environ.get(ADDRESS, "").strip()):
            raise UsageError(f"say where MongoDB is: {ADDRESS} in the environment, or --uri-file FILE")
        return ADDRESS, address
    # A Secret that is mounted is a link.
    content = reading.regular(given, LARGEST_ADDRESS, "an address is shorter", links=True)
    return given, content.decode("utf-8", "replace").strip()


def _push(krt: "Source", program: "Program", where: str, address: str) -> int:
    from gridfs import GridFSBucket
    from gridfs.errors import CorruptGridFile
    from pymongo import MongoClient
    from pymongo.errors import OperationFailure, PyMongoError

    id, database, bucket = program.id, program.settings.runtime, program.settings.mongodb.bucket
    place = f"{id} in MongoDB's database {database}, bucket {bucket}"
    try:
        if not address.startswith(("mongodb://", "mongodb+srv://")):
            raise ValueError(address)  # the driver would take it for a host
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they quote the address
            client: MongoClient[dict[str, Any]] = MongoClient(address, **_TIMEOUTS)
    except Exception:  # of many kinds, and they quote it, too
        example = "mongodb://USER:PASSWORD@HOST:PORT/, what is special in the password percent-encoded"
        raise UsageError(f"the address in {where} cannot be used: {example}") from None
    try:
        with client:
            files = GridFSBucket(client[database], bucket)
            is_new = _sha256(files, id) is None and _upload(client[database][f"{bucket}.chunks"], files, krt, program)
            stored = _sha256(files, id)
    except CorruptGridFile:
        terminal.say(f"krtc: error: what is stored as {place}, is damaged: delete it there, and push again")
        return 1
    except OperationFailure as error:
        told = str((error.details or {}).get("errmsg") or type(error).__name__)
        raise UsageError(f"MongoDB refuses to store {krt.name}: {_without(address, told)}") from None
    except PyMongoError as error:
        reason = next((reason for reason in _REASONS if reason in str(error)), "no answer")
        raise UsageError(f"cannot reach the MongoDB whose address is in {where}: {reason}") from None
    own = _digest(krt.data)
    if stored is None:
        terminal.say(f"krtc: error: another push is storing {place}: when it has ended, push again")
        return 1
    if stored != own:
        terminal.say(
            f"krtc: error: {krt.name} is not what is stored as {place}:",
            f"sha256:{own}  {krt.name}",
            f"sha256:{stored}  stored",
            "A version does not change under its name: give it another `version` in krt.yml, or delete the one stored.",
        )
        return 1
    terminal.say(f"{krt.name}: {'stored' if is_new else 'already there'} as {place}")
    return 0


def _upload(chunks: "Any", files: "GridFSBucket", krt: "Source", program: "Program") -> bool:
    """Stores the archive; whether it did, or another push was faster."""
    from gridfs.errors import FileExists

    chunks.delete_many({"files_id": program.id})  # of an upload that was broken off
    name = program.version.version
    about = {"version": name, "sha256": _digest(krt.data)}
    # Never aborted, which would delete what another push has stored meanwhile.
    stream = files.open_upload_stream_with_id(program.id, f"{name}.krt", metadata=about)
    try:
        stream.write(krt.data)
        stream.close()
    except FileExists:
        return False
    return True


def _sha256(files: "GridFSBucket", id: str) -> str | None:
    """The digest of what is stored under an id, read as the downloader reads it; None when there is nothing."""
    from gridfs.errors import NoFile

    try:
        stream = files.open_download_stream(id)
    except NoFile:
        return None
    digest = hashlib.sha256()
    while piece := stream.readchunk():
        digest.update(piece)
    return digest.hexdigest()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _without(address: str, text: str) -> str:
    """A server's words on one line, without what is secret in the address."""
    user, _, password = address.partition("://")[2].rpartition("@")[0].partition(":")
    for secret in filter(None, (address, password, unquote_plus(password))):
        text = text.replace(secret, "***")
    if user:
        text = re.sub(rf"\b{re.escape(unquote_plus(user))}\b", "***", text)
    return " ".join(text.split())[:LONGEST_REASON]
