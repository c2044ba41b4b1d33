"""Members of a gzip'ed tar, out of bytes: strictly, and within bounds.

What Go's archive/tar and other readers do not agree on is refused, for a `.krt` has to mean the same to all of them.
"""

import zlib

from krtc.diagnostics.codes import ARCHIVE, TOO_LARGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.diagnostics import Code

LARGEST_ARCHIVE, LARGEST_UNPACKED = 32 << 20, 128 << 20
LARGEST_HEADER = 64 << 10
LONGEST_PATH = 1024
MOST_MEMBERS, MOST_STREAMS, MOST_RECORDS = 10_000, 10_000, 100_000

_CUT_OFF = "the archive is cut off"
_SPARSE = b"GNU.sparse."
# zlib copies what it was given and has no use for yet, so it is given little.
_STEP, _PIECE = 16 << 10, 64 << 10
_BLOCK, _ZEROS = 512, bytes(_PIECE)


class Stop(Exception):
    """Nothing behind this is worth reading: what is wrong, what to do, and the code."""

    def __init__(self, message: str, help: str = "", code: "Code" = ARCHIVE) -> None:
        super().__init__(message, help, code)


def members(stream: "Stream") -> "Iterator[tuple[str, bytes, int]]":
    """The members of a tar: path, type, size. Their content may be taken from the stream before the next one."""
    count = records = 0
    extra: dict[bytes, bytes] | None = None
    while header := _header(stream):
        flag, path, size = header[156:157], _path(header), _number(header[124:136])
        member = flag not in b"xgLK"
        if member:
            fields, extra = extra or {}, None
            path = fields[b"path"].decode("utf-8", "backslashreplace") if b"path" in fields else path
            bound(len(path), LONGEST_PATH, f"{LONGEST_PATH:,} characters in one path")
            size = _decimal(fields[b"size"]) if b"size" in fields else size
            if flag == b"S" or any(key.startswith(_SPARSE) for key in fields):
                raise Stop(f"`{path}` is a sparse file")
        if size < 0:
            raise Stop(f"`{path}` has no size that a file can have")
        end = stream.position + (0 if flag in b"123456" else size + -size % _BLOCK)
        count += flag not in b"xL"
        bound(count, MOST_MEMBERS, f"{MOST_MEMBERS:,} files and folders")
        bound(end, LARGEST_UNPACKED, f"{LARGEST_UNPACKED >> 20} MiB when it is unpacked")
        if member:
            yield path, (b"5" if path.endswith("/") else b"0") if flag == b"\0" else flag, size
        elif flag != b"K":  # the name of what a link leads to
            bound(size, LARGEST_HEADER, f"{LARGEST_HEADER >> 10} KiB in one header")
            if extra is not None:
                raise Stop("two headers of the archive are about one member")
            content = stream.take(size)
            pairs = [(b"path", content.partition(b"\0")[0])] if flag == b"L" else _pax(content)
            records += len(pairs)
            bound(records, MOST_RECORDS, f"{MOST_RECORDS:,} pax records")
            if flag != b"g":
                extra = dict(pairs)
            elif any(key in (b"path", b"size") or key.startswith(_SPARSE) for key, _ in pairs):
                raise Stop("a header of the archive gives all members one path or size")
        if not stream.skip_to(end):
            raise Stop(f"`{path}` goes past the end of the archive")
    if extra is not None:
        raise Stop(_CUT_OFF)


def _header(stream: "Stream") -> bytes:
    """The next header; empty at the end of the tar, which is the end of the data, or zeros up to there."""
    block = stream.take(_BLOCK)
    end = not block.strip(b"\0")
    rest = stream.take(_BLOCK) if end else b""
    if len(block + rest) % _BLOCK:
        raise Stop(_CUT_OFF)
    while rest:
        if not _ZEROS.startswith(rest):
            raise Stop("something stands behind the end of the tar")
        rest = stream.take(_PIECE)
    if not end and _octal(block[148:156]) != sum(block) - sum(block[148:156]) + 8 * ord(" "):
        raise Stop(f"`{_path(block)}` has a damaged header" if stream.position > _BLOCK else "the gzip holds no tar")
    return b"" if end else block


def _path(header: bytes) -> str:
    name, prefix = _text(header[:100]), header[345:500]
    if header[257:263] == b"ustar\0":
        above = _text(prefix[:131] if header[508:] == b"tar\0" else prefix)  # that is the tar of Schily
        return f"{above}/{name}" if above else name
    if prefix.strip(b"\0"):  # times in GNU's tar, which some readers take for a part of the path
        raise Stop(f"`{name}` has a header that readers of tar do not agree on")
    return name


def _number(field: bytes) -> int:
    """Octal, or what GNU writes when octal takes too many digits; -1 for what is neither, and for less than 0."""
    return int.from_bytes(field[1:]) if field[0] == 0x80 else _octal(field)


def _octal(field: bytes) -> int:
    digits = field.strip(b" \0")
    return -1 if digits.strip(b"01234567") else int(digits or b"0", 8)


def _decimal(digits: bytes) -> int:
    return int(digits) if digits.isdigit() and len(digits) < 20 else -1


def _pax(content: bytes) -> list[tuple[bytes, bytes]]:
    """The records of a pax header: each is its own length, a blank, a key, `=`, a value, a line end."""
    pairs, at = [], 0
    while at < len(content):
        length = content[at : at + 8].partition(b" ")[0]
        end = at + _decimal(length)
        key, equals, value = content[at + len(length) + 1 : end - 1].partition(b"=")
        if end < at or not key or not equals or b"\0" in key or content[end - 1 : end] != b"\n":
            raise Stop("a pax header of the archive is damaged")
        pairs.append((key, value))
        at = end
    return pairs


class Stream:
    """What a gzip holds, from its beginning to its end."""

    def __init__(self, data: bytes) -> None:
        self.position = 0
        self._pieces = _unpacked(data)
        self._buffer = b""
        self._at = 0

    def take(self, count: int) -> bytes:
        """The next bytes; fewer at the end."""
        while len(self._buffer) < self._at + count and (piece := next(self._pieces, b"")):
            self._buffer, self._at = self._buffer[self._at :] + piece, 0
        taken = self._buffer[self._at : self._at + count]
        self._at += len(taken)
        self.position += len(taken)
        return taken

    def skip_to(self, position: int) -> bool:
        """Go on to a position; whether there is such a one."""
        while self.position < position and self.take(min(_PIECE, position - self.position)):
            pass
        return self.position == position


def _unpacked(data: bytes) -> "Iterator[bytes]":
    """What a gzip holds, in pieces; like Go, over all the streams that it is made of."""
    bound(len(data), LARGEST_ARCHIVE, f"{LARGEST_ARCHIVE >> 20} MiB")
    at = total = streams = 0
    view = memoryview(data)
    while at < len(data) or not streams:
        if data[at : at + 2] != b"\x1f\x8b":
            raise Stop("something stands behind the end of the gzip" if streams else "the archive is no gzip")
        streams += 1
        bound(streams, MOST_STREAMS, f"{MOST_STREAMS:,} gzip streams")
        unpacker = zlib.decompressobj(31)
        while not unpacker.eof:
            step = view[at : at + _STEP]
            try:
                piece = unpacker.decompress(step, _PIECE)
            except zlib.error:
                raise Stop("the archive is damaged") from None
            # Where a stream ends, what is left of the step may be in both.
            used = len(step) - max(len(unpacker.unconsumed_tail), len(unpacker.unused_data))
            if not (piece or used or unpacker.eof):
                raise Stop(_CUT_OFF)
            at += used
            total += len(piece)
            bound(total, LARGEST_UNPACKED, f"{LARGEST_UNPACKED >> 20} MiB when it is unpacked")
            if piece:
                yield piece


def bound(number: int, most: int, words: str) -> None:
    """Stops when there are more than there may be."""
    if number > most:
        raise Stop(f"the archive has more than {words}", "leave out what no node needs when it runs", TOO_LARGE)


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "backslashreplace")
