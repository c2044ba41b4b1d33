"""The archive reader: what tarfile reads from a good archive, nothing that readers take differently, no bomb."""

import gzip
import io
import tarfile
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from krtc.diagnostics import Diagnostic
from krtc.frontend import archive
from krtc.frontend.archive import Archive
from krtc.frontend.yaml import LARGEST_FILE

if TYPE_CHECKING:
    from krtc.model.files import Tree

FORMATS = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}
END = bytes(1024)
PACK = "pack the folder of krt.yml anew: `tar -czf demo.krt -C FOLDER .`"
LEAVE_OUT = "leave out what no node needs when it runs"


def padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % 512)


def header(
    name: bytes,
    size: int | bytes = 0,
    flag: bytes = b"0",
    *,
    prefix: bytes = b"",
    magic: bytes = b"ustar\x0000",
    trailer: bytes = b"",
    checksum: Callable[[int], bytes] = lambda whole: b"%06o\0 " % whole,
) -> bytes:
    """A header, byte by byte."""
    block = bytearray(512)
    digits = size if isinstance(size, bytes) else b"%011o" % size
    fields = {0: name, 100: b"0000644", 108: b"0000000", 116: b"0000000", 124: digits, 136: b"%011o" % 0}
    fields |= {148: b" " * 8, 156: flag, 257: magic, 345: prefix, 512 - len(trailer): trailer}
    for at, value in fields.items():
        block[at : at + len(value)] = value
    block[148:156] = checksum(sum(block))
    return bytes(block)


def member(name: bytes | str, content: bytes = b"", flag: bytes = b"0", **how: Any) -> bytes:
    """A header with what follows it."""
    name = name.encode() if isinstance(name, str) else name
    return header(name, len(content), flag, **how) + padded(content)


def folder(name: bytes | str, **how: Any) -> bytes:
    return member(name, flag=b"5", **how)


def record(key: bytes, value: bytes) -> bytes:
    """A record of a pax header, with its own length before it."""
    rest = b" " + key + b"=" + value + b"\n"
    length = len(rest)
    while len(b"%d" % length) + len(rest) != length:
        length = len(b"%d" % length) + len(rest)
    return b"%d" % length + rest


def pax(*records: tuple[bytes, bytes], flag: bytes = b"x") -> bytes:
    return member(b"PaxHeader", b"".join(record(*pair) for pair in records), flag)


def long_name(name: bytes, flag: bytes = b"L") -> bytes:
    return member(b"././@LongLink", name + b"\0", flag, magic=b"ustar  \0")


KRT = member("krt.yml", b"version: a\n")


def read(*parts: bytes, end: bytes = END, name: str = "demo.krt") -> tuple[Archive | None, list[Diagnostic]]:
    return archive.open(name, gzip.compress(b"".join(parts) + end, 1))


def opened(*parts: bytes, end: bytes = END) -> Archive:
    """An archive with which nothing is wrong."""
    found, diagnostics = read(*parts, end=end)
    assert [d.message for d in diagnostics] == []
    assert found
    return found


def refused(*parts: bytes, end: bytes = END, name: str = "demo.krt") -> list[Diagnostic]:
    """What is wrong with an archive that is not taken."""
    found, diagnostics = read(*parts, end=end, name=name)
    assert found is None
    assert diagnostics
    return diagnostics


def messages(diagnostics: Iterable[Diagnostic]) -> list[str]:
    return [d.message for d in diagnostics]


def by_tarfile(entries: Sequence[tuple[str, bytes | None]], form: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar of paths with their content; None is a folder."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        for path, content in entries:
            info = tarfile.TarInfo(path)
            info.type = tarfile.DIRTYPE if content is None else tarfile.REGTYPE
            info.size, info.mtime = len(content or b""), 1.5 if form == tarfile.PAX_FORMAT else 1
            info.uid = 3_000_000 if form != tarfile.USTAR_FORMAT else 0  # of too many digits
            tar.addfile(info, io.BytesIO(content or b""))
    return out.getvalue()


# Names that no two of are the same without case, and none is empty, `.` or `..`.
names = st.one_of(
    st.text(st.characters(categories=["Ll", "Lo", "Nd"], exclude_characters="ßŉǰ"), min_size=1, max_size=6),
    st.sampled_from(["krt.yml", "a.proto", "._a", "PaxHeader", "...", "a b", "é", "名", "𝒳", "n" * 101, "m" * 200]),
)
paths = st.lists(names, min_size=1, max_size=4).map(tuple)
contents = st.one_of(st.none(), st.binary(max_size=20), st.sampled_from([bytes(511), b"b" * 512, b"c" * 70_000]))


@st.composite
def trees(draw: st.DrawFn) -> dict[str, bytes | None]:
    """Files and folders, each folder before what is in it; None is a folder."""
    tree: dict[str, bytes | None] = {}
    for parts in draw(st.lists(paths, max_size=8)):
        content = draw(contents)
        above = ["/".join(parts[:end]) for end in range(1, len(parts))]
        if "/".join(parts) in tree or any(tree.get(folder) is not None for folder in above):
            continue
        tree |= dict.fromkeys(above)
        tree["/".join(parts)] = content
    krt = draw(st.sampled_from(["krt.yml", "krt.yaml"]))
    tree.pop("krt.yml", None)
    assume(not any(path.startswith("krt.yml/") for path in tree))
    tree[krt] = draw(st.binary(max_size=20))
    assume(len({path.casefold() for path in tree}) == len(tree))
    return tree


class Test_the_same_as_tarfile:
    @settings(max_examples=150)
    @given(trees(), st.sampled_from(sorted(FORMATS)), st.sampled_from(["", "./"]), st.booleans(), st.integers(0, 9999))
    def test_reads(self, tree: dict[str, bytes | None], form: str, before: str, root: bool, split: int) -> None:
        entries = [(before + path, content) for path, content in tree.items()]
        try:
            tar = by_tarfile([("./", None), *entries] if root else entries, FORMATS[form])
        except ValueError:  # too long for ustar
            assume(False)
        split %= len(tar)
        data = gzip.compress(tar[:split], 1) + gzip.compress(tar[split:], 1)

        found, diagnostics = archive.open("demo.krt", data)

        assert messages(diagnostics) == []
        assert found
        oracle = tarfile.open(fileobj=io.BytesIO(data))  # noqa: SIM115
        infos = {info.name.removeprefix("./"): info for info in oracle.getmembers() if info.name != "."}
        assert set(infos) == set(tree)
        for path, info in infos.items():
            assert found.kind(path) == found.kind("./" + path) == ("folder" if info.isdir() else "file")
            assert found.kind(path + "/") == ("folder" if info.isdir() else "missing")
            if info.isfile() and (path.endswith(".proto") or path in ("krt.yml", "krt.yaml")):
                content = oracle.extractfile(info)
                assert content and found.read(path) == content.read() == tree[path]
            else:
                assert isinstance(found.read(path), str)
        assert tree[found.krt] == found.read(found.krt)

    @pytest.mark.parametrize("form", FORMATS)
    def test_a_long_path(self, form: str) -> None:
        deep = "d" * 90 + "/" + "e" * 80 + "/" + "f.proto"
        entries = [("krt.yml", b""), ("d" * 90, None), ("d" * 90 + "/" + "e" * 80, None), (deep, b"x")]
        assert opened(by_tarfile(entries, FORMATS[form]), end=b"").read(deep) == b"x"


class Test_a_tree:
    found = opened(
        KRT, folder("./src/etl/"), member("src/etl/main.py", b"x"), member("a.proto", b"y"), folder("p.proto")
    )

    def test_satisfies_the_protocol(self) -> None:
        tree: Tree = self.found
        assert tree.complete
        assert self.found.krt == "krt.yml"

    @pytest.mark.parametrize(
        ("path", "kind"),
        [
            ("krt.yml", "file"),
            ("./krt.yml", "file"),
            ("krt.yml/", "missing"),
            ("src", "folder"),
            ("src/etl", "folder"),
            ("src/etl/", "folder"),
            ("src//etl/.", "folder"),
            ("src/etl/main.py", "file"),
            ("src/etl/main", "missing"),
            ("sr", "missing"),
            ("SRC", "missing"),
            ("", "folder"),
            (".", "folder"),
            ("/", "missing"),
            ("/krt.yml", "missing"),
            ("..", "missing"),
            ("src/../krt.yml", "missing"),
        ],
    )
    def test_kinds(self, path: str, kind: str) -> None:
        assert self.found.kind(path) == kind

    @pytest.mark.parametrize(
        ("path", "content"),
        [
            ("./krt.yml", b"version: a\n"),
            ("a.proto", b"y"),
            ("b.proto", "cannot read `b.proto`: it is not in the archive"),
            ("a.proto/", "cannot read `a.proto/`: it is not in the archive"),
            ("p.proto", "cannot read `p.proto`: it is a folder"),
            ("", "cannot read ``: it is a folder"),
            (
                "src/etl/main.py",
                "cannot read `src/etl/main.py`: of an archive, krt.yml and 16 MiB of .proto files are read",
            ),
        ],
    )
    def test_contents(self, path: str, content: bytes | str) -> None:
        assert self.found.read(path) == content

    def test_names(self) -> None:
        found, _ = read(KRT, name="../x/demo.krt")
        assert found and found.name("./krt.yml") == "../x/demo.krt/krt.yml"

    def test_where_its_mistakes_are(self) -> None:
        (said,) = refused(name="x/demo.krt")
        assert (repr(said.span), said.span.file.text) == ("x/demo.krt:1:1-1:1", "")


class Test_what_is_let_through:
    @pytest.mark.parametrize("end", [b"", bytes(512), bytes(1024), bytes(1025), bytes(10240), bytes(200_000)])
    def test_ends(self, end: bytes) -> None:
        assert opened(KRT, end=end).read("krt.yml") == b"version: a\n"

    @pytest.mark.parametrize(
        "size", [b"13", b"13\0", b" 13 ", b"00000000013 ", b"000000000013", b"\x80" + bytes(10) + b"\x0b"]
    )
    def test_sizes(self, size: bytes) -> None:
        assert opened(header(b"krt.yml", size), padded(b"version: a\n")).read("krt.yml") == b"version: a\n"

    @pytest.mark.parametrize("name", ["._krt.yml", "PaxHeader", "...", "a b", "a:b", "-r", "é", "e\u0301", "名", "🙂"])
    def test_ordinary_names(self, name: str) -> None:
        assert opened(KRT, member(name)).kind(name) == "file"

    @pytest.mark.parametrize(
        "before",
        [
            pax((b"path", b"a.proto")),
            pax((b"path", b"b"), (b"path", b"a.proto")),
            pax((b"mtime", b"1.5"), (b"SCHILY.xattr.user.x", b"\0\n=9 path=b"), (b"path", b"./a.proto")),
            long_name(b"a.proto"),
            long_name(b"a.proto\0b"),
            long_name(b"a.proto") + long_name(b"x" * 200, b"K"),
            pax((b"comment", b"git"), flag=b"g") + long_name(b"a.proto"),
        ],
    )
    def test_names_from_headers_of_their_own(self, before: bytes) -> None:
        found = opened(KRT, before, member("other", b"x"))
        assert (found.read("a.proto"), found.kind("other")) == (b"x", "missing")

    def test_a_name_from_a_header_is_for_one_member(self) -> None:
        assert opened(KRT, long_name(b"a"), member("b"), member("c")).kind("c") == "file"

    def test_a_size_from_a_pax_header(self) -> None:
        found = opened(KRT, pax((b"size", b"3")), header(b"a.proto", 0), padded(b"abc"), member("b"))
        assert (found.read("a.proto"), found.kind("b")) == (b"abc", "file")

    @pytest.mark.parametrize(
        ("made", "name"),
        [
            (member("a.proto", prefix=b"p"), "p/a.proto"),
            (member("a.proto", prefix=b"p" * 155), "p" * 155 + "/a.proto"),
            (member("a.proto", prefix=b"p" * 131 + b"1" * 20, trailer=b"tar\0"), "p" * 131 + "/a.proto"),
            (member("a.proto", magic=b""), "a.proto"),
        ],
        ids=["ustar", "whole prefix", "star", "v7"],
    )
    def test_the_beginning_of_a_path(self, made: bytes, name: str) -> None:
        above = pax((b"path", name.rpartition("/")[0].encode() or b".")) + folder("above")
        assert opened(KRT, above, made).read(name) == b""

    @pytest.mark.parametrize(("name", "kind"), [("a/", "folder"), ("a", "file")])
    def test_types_of_old(self, name: str, kind: str) -> None:
        assert opened(KRT, member(name, flag=b"\0")).kind("a") == kind


class Test_what_is_refused:
    @pytest.mark.parametrize(
        ("parts", "message"),
        [
            pytest.param(member("../a"), "`../a` leads out of the archive", id="parent"),
            pytest.param(member("a/../b"), "`a/../b` leads out of the archive", id="parent inside"),
            pytest.param(folder(".."), "`..` leads out of the archive", id="parent folder"),
            pytest.param(pax((b"path", b"../a")) + member("a"), "`../a` leads out of the archive", id="parent by pax"),
            pytest.param(long_name(b"../a") + member("a"), "`../a` leads out of the archive", id="parent by long name"),
            pytest.param(member("a", prefix=b".."), "`../a` leads out of the archive", id="parent by prefix"),
            pytest.param(member("/etc/a"), "`/etc/a` is an absolute path", id="absolute"),
            pytest.param(folder("/"), "`/` is an absolute path", id="root"),
            pytest.param(member(""), "`` is not a name", id="empty"),
            pytest.param(folder(""), "`` is not a name", id="empty folder"),
            pytest.param(member("./"), "`./` is not a name", id="root as a file"),
            pytest.param(pax((b"path", b"")) + member("a"), "`` is not a name", id="empty by pax"),
            pytest.param(long_name(b"") + member("a"), "`` is not a name", id="empty by long name"),
            pytest.param(member("a", flag=b"1"), "`a` is a hard link", id="hard link"),
            pytest.param(member("a", flag=b"2"), "`a` is a symbolic link", id="symbolic link"),
            pytest.param(header(b"a", 5000, b"2"), "`a` is a symbolic link", id="symbolic link with a size"),
            pytest.param(member("a", flag=b"3"), "`a` is a device", id="character device"),
            pytest.param(member("a", flag=b"4"), "`a` is a device", id="block device"),
            pytest.param(member("a", flag=b"6"), "`a` is a FIFO", id="FIFO"),
            pytest.param(member("a", flag=b"7"), "`a` is of the type 0x37, no file or folder", id="contiguous"),
            pytest.param(member("a", flag=b"D"), "`a` is of the type 0x44, no file or folder", id="dump"),
            pytest.param(member("a", b"x", b"X"), "`a` is of the type 0x58, no file or folder", id="pax of old"),
            pytest.param(member("a", b"x", b"\xff"), "`a` is of the type 0xff, no file or folder", id="no type"),
            pytest.param(
                folder("a/", magic=b"x") + header(b"b", 9, b"5"), "`b` is a folder with content", id="content"
            ),
            pytest.param(member("a/"), "`a/` is a file with the name of a folder", id="file as a folder"),
            pytest.param(member("a") * 2, "`a` stands twice in the archive", id="twice"),
            pytest.param(member("a") + member("././/a"), "`a` stands twice in the archive", id="twice, written apart"),
            pytest.param(folder("a") + folder("a/"), "`a` stands twice in the archive", id="folder twice"),
            pytest.param(KRT, "`krt.yml` stands twice in the archive", id="krt.yml twice"),
            pytest.param(member("a") + folder("a"), "`a` is both a file and a folder", id="file, then folder"),
            pytest.param(folder("a") + member("a"), "`a` is both a file and a folder", id="folder, then file"),
            pytest.param(folder("a/b") + member("a"), "`a` is both a file and a folder", id="above a folder"),
            pytest.param(member("a") + member("a/b"), "`a` is both a file and a folder", id="in a file"),
            pytest.param(member("a") + folder("a/b/c"), "`a` is both a file and a folder", id="far in a file"),
            pytest.param(member("a") + member("A"), "`a` and `A` differ in case only", id="case"),
            pytest.param(member("É") + folder("é"), "`É` and `é` differ in case only", id="case of others"),
            pytest.param(member("KRT.yml"), "`krt.yml` and `KRT.yml` differ in case only", id="case of krt.yml"),
            pytest.param(folder("A/b") + folder("a/c"), "`A` and `a` differ in case only", id="case of a folder above"),
            pytest.param(member("a\nb"), "`a\nb` has the character U+000A in its name", id="line end"),
            pytest.param(member("a\x1b[2J"), "`a\x1b[2J` has the character U+001B in its name", id="escape"),
            pytest.param(member("a\x7f"), "`a\x7f` has the character U+007F in its name", id="DEL"),
            pytest.param(member("a\x85"), "`a\x85` has the character U+0085 in its name", id="C1"),
            pytest.param(member("a\u202eb"), "`a\u202eb` has the character U+202E in its name", id="bidi"),
            pytest.param(member("a\u2066b"), "`a\u2066b` has the character U+2066 in its name", id="isolate"),
            pytest.param(member("a\u200bb"), "`a\u200bb` has the character U+200B in its name", id="zero width"),
            pytest.param(member("a\ufeff"), "`a\ufeff` has the character U+FEFF in its name", id="byte order mark"),
            pytest.param(member("a\u2028"), "`a\u2028` has the character U+2028 in its name", id="line separator"),
            pytest.param(member("a\xa0"), "`a\xa0` has the character U+00A0 in its name", id="hard space"),
            pytest.param(
                pax((b"path", b"a\0b")) + member("a"), "`a\0b` has the character U+0000 in its name", id="NUL by pax"
            ),
            pytest.param(
                member("..\\a"), "`..\\a` has a backslash, or a byte that is not UTF-8, in its name", id="backslash"
            ),
            pytest.param(
                member(b"caf\xe9"), "`caf\\xe9` has a backslash, or a byte that is not UTF-8, in its name", id="Latin-1"
            ),
            pytest.param(
                pax((b"path", b"caf\xe9")) + member("a"),
                "`caf\\xe9` has a backslash, or a byte that is not UTF-8, in its name",
                id="Latin-1 by pax",
            ),
            pytest.param(
                member(b"\xed\xa0\x80"),
                "`\\xed\\xa0\\x80` has a backslash, or a byte that is not UTF-8, in its name",
                id="surrogate",
            ),
        ],
    )
    def test_of_a_member(self, parts: bytes, message: str) -> None:
        said = refused(KRT, parts, member("last"), member("../last"))
        assert messages(said) == [message, "`../last` leads out of the archive"]
        assert {d.code.id for d in said} == {"KRT020"}
        assert all(d.help for d in said)

    @pytest.mark.parametrize(
        ("parts", "message"),
        [
            pytest.param(member("a", flag=b"S"), "`a` is a sparse file", id="sparse"),
            pytest.param(
                pax((b"GNU.sparse.major", b"1"), (b"GNU.sparse.name", b"../b")) + member("a"),
                "`a` is a sparse file",
                id="sparse by pax",
            ),
            pytest.param(
                header(b"a", checksum=lambda whole: b"%06o\0 " % (whole + 1)), "`a` has a damaged header", id="checksum"
            ),
            pytest.param(
                header(b"a", checksum=lambda whole: b"\x80" + whole.to_bytes(7)),
                "`a` has a damaged header",
                id="binary checksum",
            ),
            pytest.param(header(b"a", checksum=lambda _: b"x" * 8), "`a` has a damaged header", id="no checksum"),
            pytest.param(header(b"a", b"\xff" * 12), "`a` has no size that a file can have", id="negative"),
            pytest.param(header(b"a", b"\xff" * 10 + b"\xfe\0"), "`a` has no size that a file can have", id="-512"),
            pytest.param(header(b"a", b"\x81" + bytes(11)), "`a` has no size that a file can have", id="overflow"),
            pytest.param(header(b"a", b"-1"), "`a` has no size that a file can have", id="minus"),
            pytest.param(header(b"a", b"8"), "`a` has no size that a file can have", id="decimal"),
            pytest.param(header(b"a", b"0x1"), "`a` has no size that a file can have", id="hexadecimal"),
            pytest.param(header(b"a", b"1_0"), "`a` has no size that a file can have", id="Python's digits"),
            pytest.param(header(b"a", b"1\0002"), "`a` has no size that a file can have", id="two numbers"),
            pytest.param(header(b"a", b"-1", b"x"), "`a` has no size that a file can have", id="of a pax header"),
            *(
                pytest.param(
                    pax((b"size", size)) + member("a"), "`a` has no size that a file can have", id=f"pax size {size!r}"
                )
                for size in (b"-512", b"+1", b" 1", b"1_0", b"1.0", b"", b"\xb2", b"\xd9\xa1", b"9" * 20, b"9" * 5000)
            ),
            pytest.param(member("a", magic=b"ustar  \0", prefix=b"b"), None, id="prefix in GNU's"),
            pytest.param(member("a", magic=b"", prefix=b"../b"), None, id="prefix in V7's"),
            pytest.param(
                pax((b"path", b"b"), flag=b"g"), "a header of the archive gives all members one path or size", id="path"
            ),
            pytest.param(
                pax((b"size", b"0"), flag=b"g"), "a header of the archive gives all members one path or size", id="size"
            ),
            pytest.param(
                pax((b"GNU.sparse.map", b""), flag=b"g"),
                "a header of the archive gives all members one path or size",
                id="sparse for all",
            ),
            *(
                pytest.param(first + second, "two headers of the archive are about one member", id=f"{at}")
                for at, (first, second) in enumerate(
                    [
                        (pax((b"path", b"a")), pax((b"path", b"b"))),
                        (pax(), pax()),
                        (pax((b"path", b"a")), long_name(b"b")),
                        (long_name(b"a"), pax((b"path", b"b"))),
                        (long_name(b"a"), long_name(b"b")),
                        (pax((b"path", b"a")), pax((b"comment", b"b"), flag=b"g")),
                    ]
                )
            ),
            *(
                pytest.param(member("x", content, b"x"), "a pax header of the archive is damaged", id=f"{content!r}")
                for content in (
                    b"a",
                    b"0 a=b\n",
                    b"3 \n",
                    b"5 a=\n0",
                    b"6 a=\n",
                    b"5 a=b\n",
                    b"-6 a=b\n",
                    b"+6 a=b\n",
                    b"1_0 a=bcde\n",
                    b"6 ab\n\n",
                    b"6 =ab\n",
                    b"8 a\0=bc\n",
                    b"99 a=b\n",
                    b"6 a=b\n" * 2 + b"7 a=b\n",
                    b"99999999999999999999999999999999 a=b\n",
                )
            ),
        ],
    )
    def test_where_the_reader_stops(self, parts: bytes, message: str | None) -> None:
        said = refused(KRT, parts, member("../last"))
        assert messages(said) == [message or "`a` has a header that readers of tar do not agree on"]
        assert (said[0].code.id, said[0].help) == ("KRT020", PACK)

    @pytest.mark.parametrize(
        ("parts", "end", "message"),
        [
            (header(b"a", 1), b"", "`a` goes past the end of the archive"),
            (header(b"a", 513), bytes(512), "`a` goes past the end of the archive"),
            (header(b"a.proto", 1000), bytes(1023), "`a.proto` goes past the end of the archive"),
            (header(b"a", 3) + b"abc", b"", "`a` goes past the end of the archive"),
            (header(b"a", 6, b"x"), b"6 a=", "a pax header of the archive is damaged"),
            (header(b"a", 6, b"x"), b"6 a=b\n", "`a` goes past the end of the archive"),
            (pax((b"path", b"a")), END, "the archive is cut off"),
            (long_name(b"a"), b"", "the archive is cut off"),
            (b"", KRT[:511], "the archive is cut off"),
            (b"", bytes(100), "the archive is cut off"),
            (b"", bytes(700), "the archive is cut off"),
            (b"", bytes(512) + KRT, "something stands behind the end of the tar"),
            (b"", END + b"x", "something stands behind the end of the tar"),
            (b"", END + bytes(100_000) + b"x", "something stands behind the end of the tar"),
            (b"", END + KRT, "something stands behind the end of the tar"),
        ],
    )
    def test_ends(self, parts: bytes, end: bytes, message: str) -> None:
        assert messages(refused(KRT, parts, end=end)) == [message]

    @pytest.mark.parametrize("content", [b"version: a\n" * 100, b"x" * 512, b"PK\x03\x04" + bytes(600)])
    def test_no_tar(self, content: bytes) -> None:
        (said,) = refused(content, end=bytes(-len(content) % 512))
        assert said.message == "the gzip holds no tar"

    def test_links_help(self) -> None:
        help = (
            "the platform leaves links out; pack what they lead to: `tar -h`, for hard links `tar --hard-dereference`"
        )
        assert [d.help for d in refused(KRT, member("a", flag=b"1"), member("b", flag=b"2"))] == [help, help]
        (said,) = refused(KRT, member("a", flag=b"6"))
        assert said.help == PACK

    def test_case_help(self) -> None:
        (said,) = refused(KRT, member("a"), member("A"))
        assert said.help == "rename one: on some disks they are one file"

    def test_no_more_than_some_are_told(self) -> None:
        said = messages(refused(KRT, *(member(f"../{number}") for number in range(1020))))
        assert said == [*(f"`../{number}` leads out of the archive" for number in range(20)), "and 1,000 more"]
        assert len(refused(KRT, *(member(f"../{number}") for number in range(20)))) == 20


class Test_krt_yml:
    @pytest.mark.parametrize("name", ["krt.yml", "krt.yaml", "./krt.yml"])
    def test_is_at_the_root(self, name: str) -> None:
        found = opened(folder("a"), member("a/krt.yml", b"b"), member(name, b"a"))
        assert (found.krt, found.read(found.krt)) == (name.removeprefix("./"), b"a")

    @pytest.mark.parametrize(
        "parts", [b"", member("KRT.yml"), folder("krt.yml"), folder("a/krt.yml"), member("xkrt.yml")]
    )
    def test_is_missing(self, parts: bytes) -> None:
        (said,) = refused(parts)
        assert (said.code.id, said.message, said.help) == ("KRT020", "the archive has no krt.yml", PACK)

    @pytest.mark.parametrize("name", ["krt.yml", "krt.yaml"])
    def test_is_in_a_folder(self, name: str) -> None:
        parts = [folder(path) for path in ("a", "a/b", "c", "c d")]
        (said,) = refused(*parts, member(f"a/b/{name}"), member(f"c d/{name}"), member(f"c/{name}"))
        assert said.message == "krt.yml is not at the root of the archive, but in `c d`"
        assert said.help == "pack the content of the folder `c d`, not the folder: `tar -czf demo.krt -C 'c d' .`"

    def test_twice(self) -> None:
        (said,) = refused(KRT, member("krt.yaml"))
        assert said.message == "both krt.yml and krt.yaml are at the root of the archive"
        assert said.help == "keep one of them"


class Test_folders:
    def test_without_an_entry(self) -> None:
        found, (said,) = read(KRT, member("src/etl/main.py"), member("a/b/c.proto", b"x"), member("src/x"))
        assert found and found.kind("src/etl") == found.kind("src") == "folder"
        assert (found.read("krt.yml"), found.read("a/b/c.proto")) == (b"version: a\n", b"x")
        assert said.code.id == "KRT021"
        assert (
            said.message
            == "the folder `src/etl` has no entry before its file `src/etl/main.py`, nor have those of 2 more"
        )
        assert said.help == (
            "the platform makes no folder without one; this packs them, too: `tar -czf demo.krt -C FOLDER .`"
        )

    def test_of_one_file(self) -> None:
        _, (said,) = read(KRT, member("a/b"))
        assert said.message == "the folder `a` has no entry before its file `a/b`"

    def test_with_an_entry_behind_the_file(self) -> None:
        found, (said,) = read(KRT, member("a/b"), folder("a"))
        assert found
        assert said.message == "the folder `a` has no entry before its file `a/b`"

    def test_an_entry_makes_the_folders_above_it(self) -> None:
        opened(KRT, folder("a/b/c"), member("a/x"), member("a/b/x"), folder("a"), folder("a/b"))
        opened(KRT, folder("./"), member("./x"))

    def test_an_entry_makes_those_above_it_that_were_told_of(self) -> None:
        _, (said,) = read(KRT, member("a/b/x"), folder("a/b/c"), member("a/b/y"), member("a/y"))
        assert said.message == "the folder `a/b` has no entry before its file `a/b/x`"

    def test_beside_other_mistakes(self) -> None:
        assert [d.code.id for d in refused(member("a/b"), member("../c"))] == ["KRT020", "KRT020", "KRT021"]

    @pytest.mark.parametrize(
        ("name", "word"),
        [
            ("x/demo-1.2_a.krt", "demo-1.2_a.krt"),
            ("x/my demo.krt", "'my demo.krt'"),
            ("$(id).krt", "'$(id).krt'"),
            ("it's.krt", """'it'"'"'s.krt'"""),
            ("é.krt", "'é.krt'"),
            ("", "''"),
        ],
    )
    def test_the_name_of_the_archive_is_one_word_of_the_command(self, name: str, word: str) -> None:
        _, (said,) = read(KRT, member("a/b"), name=name)
        assert said.help and said.help.endswith(f"`tar -czf {word} -C FOLDER .`")


def many(number: int, make: Callable[[int], bytes]) -> bytes:
    return b"".join(make(at) for at in range(number))


class Test_bounds:
    @pytest.mark.parametrize(
        ("data", "words"),
        [
            pytest.param(lambda: bytes((32 << 20) + 1), "32 MiB", id="packed"),
            pytest.param(
                lambda: gzip.compress(KRT) + gzip.compress(bytes(1 << 20), 1) * 128,
                "128 MiB when it is unpacked",
                id="zeros behind the end",
            ),
            pytest.param(
                lambda: gzip.compress(KRT + header(b"a", 129 << 20), 1), "128 MiB when it is unpacked", id="one file"
            ),
            pytest.param(
                lambda: gzip.compress(KRT + header(b"a", b"\x80" + b"\x7f" * 11), 1),
                "128 MiB when it is unpacked",
                id="a binary size",
            ),
            pytest.param(
                lambda: gzip.compress(KRT + header(b"a", 129 << 20, b"x"), 1),
                "128 MiB when it is unpacked",
                id="a pax header that says so",
            ),
            pytest.param(
                lambda: gzip.compress(many(10_001, lambda at: member(f"{at}")), 1),
                "10,000 files and folders",
                id="files",
            ),
            pytest.param(
                lambda: gzip.compress(KRT + many(5000, lambda at: folder(f"{at}/a")), 1),
                "10,000 files and folders",
                id="folders above them",
            ),
            pytest.param(lambda: gzip.compress(folder("./") * 10_001, 1), "10,000 files and folders", id="one folder"),
            pytest.param(
                lambda: gzip.compress(pax((b"a", b"b"), flag=b"g") * 10_001, 1),
                "10,000 files and folders",
                id="headers for all",
            ),
            pytest.param(
                lambda: gzip.compress(long_name(b"a", b"K") * 10_001, 1),
                "10,000 files and folders",
                id="names of links",
            ),
            pytest.param(lambda: gzip.compress(KRT) + gzip.compress(b"") * 10_000, "10,000 gzip streams", id="streams"),
            pytest.param(
                lambda: gzip.compress(many(9, lambda at: member("x", b"5 a=\n" * 13_000, b"x") + member(f"{at}")), 1),
                "100,000 pax records",
                id="records",
            ),
            pytest.param(
                lambda: gzip.compress(member("x", bytes((64 << 10) + 1), b"x"), 1), "64 KiB in one header", id="pax"
            ),
            pytest.param(
                lambda: gzip.compress(long_name(b"a" * (64 << 10)), 1), "64 KiB in one header", id="long name"
            ),
            pytest.param(
                lambda: gzip.compress(long_name(b"a" * 1025) + member("a"), 1),
                "1,024 characters in one path",
                id="path",
            ),
            pytest.param(
                lambda: gzip.compress(long_name(b"a" * 5000) + member("a", flag=b"S"), 1),
                "1,024 characters in one path",
                id="path of what is refused",
            ),
            pytest.param(
                lambda: gzip.compress(pax((b"path", "é".encode() * 1025)) + member("a"), 1),
                "1,024 characters in one path",
                id="path by pax",
            ),
        ],
    )
    def test_more_is_refused(self, data: Callable[[], bytes], words: str) -> None:
        found, (said,) = archive.open("demo.krt", data())
        assert found is None
        assert (said.code.id, said.message, said.help) == ("KRT004", f"the archive has more than {words}", LEAVE_OUT)

    @pytest.mark.parametrize(
        "data",
        [
            pytest.param(
                lambda: gzip.compress(KRT + bytes((1 << 20) - len(KRT)), 1) + gzip.compress(bytes(1 << 20), 1) * 127,
                id="zeros behind the end",
            ),
            pytest.param(lambda: gzip.compress(KRT + many(9_999, lambda at: member(f"{at}")), 1), id="files"),
            pytest.param(lambda: gzip.compress(KRT + many(4_999, lambda at: folder(f"{at}/a")), 1), id="folders above"),
            pytest.param(lambda: gzip.compress(KRT) + gzip.compress(b"") * 9_999, id="streams"),
            pytest.param(
                lambda: gzip.compress(KRT + pax((b"a", b"b" * ((64 << 10) - 10))) + member("a"), 1), id="pax header"
            ),
            pytest.param(lambda: gzip.compress(KRT + long_name("é".encode() * 1024) + member("a"), 1), id="path"),
        ],
    )
    def test_as_much_is_taken(self, data: Callable[[], bytes]) -> None:
        found, diagnostics = archive.open("demo.krt", data())
        assert found
        assert diagnostics == []

    def test_of_a_file(self) -> None:
        most, more = b"a" * LARGEST_FILE, b"a" * (LARGEST_FILE + 700)
        found = opened(
            member("krt.yml", more), member("a.proto", most), member("b.proto", more), member("c.proto", b"c")
        )
        assert [len(found.read(name)) - LARGEST_FILE for name in ("krt.yml", "a.proto", "b.proto")] == [1, 0, 1]
        assert found.read("c.proto") == b"c"

    def test_of_all_protos(self) -> None:
        protos = many(17, lambda at: member(f"{at}.proto", bytes(1 << 20)))
        found = opened(protos, member("empty.proto"), member("krt.yml", b"k"))
        assert [type(found.read(f"{at}.proto")) for at in (0, 15)] == [bytes, bytes]
        assert found.read("16.proto") == (
            "cannot read `16.proto`: of an archive, krt.yml and 16 MiB of .proto files are read"
        )
        assert (found.read("empty.proto"), found.read("krt.yml")) == (b"", b"k")


class Test_gzip:
    data = gzip.compress(KRT + END)

    def said(self, data: bytes) -> list[str]:
        found, diagnostics = archive.open("demo.krt", data)
        assert (found is None) == bool(diagnostics)
        assert {d.code.id for d in diagnostics} <= {"KRT020"}
        return messages(diagnostics)

    def test_of_several_streams(self) -> None:
        tar = KRT + END
        parts = [gzip.compress(tar[at : at + 100]) for at in range(0, len(tar), 100)]
        assert self.said(b"".join([*parts, gzip.compress(b"")])) == []

    @settings(max_examples=60)
    @given(st.binary(min_size=1, max_size=40), st.integers(0, 1 << 20), st.lists(st.integers(0, 1 << 20), max_size=3))
    def test_of_large_streams(self, pattern: bytes, size: int, ends: list[int]) -> None:
        content = (pattern * (size // len(pattern) + 1))[:size]
        tar = KRT + member("a.proto", content) + END
        cuts = [0, *sorted(ends), len(tar)]
        data = b"".join(gzip.compress(tar[start:end], 1) for start, end in pairwise(cuts))
        found, diagnostics = archive.open("demo.krt", data)
        assert messages(diagnostics) == []
        assert found and found.read("a.proto") == content

    def test_with_a_name_and_a_comment(self) -> None:
        head = self.data[:3] + b"\x1c" + self.data[4:10]
        assert self.said(head + b"\x02\0ab" + b"demo.tar\0" + b"comment\0" + self.data[10:]) == []

    @pytest.mark.parametrize("data", [b"", b"\x1f", b"a", KRT + END, b"PK\x03\x04", b"\x1f\x8c\x08" + bytes(20)])
    def test_none(self, data: bytes) -> None:
        assert self.said(data) == ["the archive is no gzip"]

    def test_cut_off(self) -> None:
        for end in range(2, len(self.data)):
            assert self.said(self.data[:end]) == ["the archive is cut off"]
            assert self.said(self.data + self.data[:end]) in (
                ["the archive is cut off"],
                ["something stands behind the end of the tar"],
            )

    @pytest.mark.parametrize("at", [-1, -5, -8, -9, 2, 3, 10, 20])
    def test_damaged(self, at: int) -> None:
        data = bytearray(self.data)
        data[at] ^= 0xFF
        assert self.said(bytes(data)) in (["the archive is damaged"], ["the archive is cut off"])

    @pytest.mark.parametrize("rest", [b"\0", bytes(512), b"x", b"\x1f", b"\x1f\x8c", b"PK\x03\x04"])
    def test_something_behind_it(self, rest: bytes) -> None:
        assert self.said(self.data + rest) == ["something stands behind the end of the gzip"]

    def test_an_empty_one(self) -> None:
        assert self.said(gzip.compress(b"")) == ["the archive has no krt.yml"]


@given(st.binary(max_size=60))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    for content in (data, b"\x1f\x8b" + data, gzip.compress(data, 1), gzip.compress(KRT + data, 1)):
        archive.open("demo.krt", content)


GOOD = b"".join(
    [
        pax((b"comment", b"x"), flag=b"g") + folder("./") + KRT,
        pax((b"path", b"src"), (b"mtime", b"1.5")) + folder("s") + member("src/main.py", b"a" * 600),
        long_name(b"b" * 120) + member("b", b"b", magic=b"ustar  \0") + member("p/a.proto", b"syntax", prefix=b"src"),
        member("old", flag=b"\0", magic=b"") + END,
    ]
)
changes = st.lists(
    st.tuples(
        st.integers(0, len(GOOD)),
        st.integers(0, 600),
        st.one_of(st.binary(max_size=12), st.sampled_from([b"\xff" * 12, bytes(512), KRT, b"x", b"L", b"g", b"../"])),
    ),
    min_size=1,
    max_size=4,
)


def changed(data: bytes, edits: Iterable[tuple[int, int, bytes]], *, whole: bool) -> bytes:
    """Bytes with others put over, in, or in the place of some; `whole`: in which every header has its checksum."""
    for place, cut, new in edits:
        at = place % (len(data) + 1)
        data = data[:at] + new + data[at + (len(new) if cut % 3 else cut) :]
    if whole:
        blocks = [data[at : at + 512] for at in range(0, len(data), 512)]
        for number, block in enumerate(blocks):
            if len(block) == 512 and block[100:107] == b"0000644":
                unsummed = block[:148] + b" " * 8 + block[156:]
                blocks[number] = block[:148] + b"%06o\0 " % sum(unsummed) + block[156:]
        data = b"".join(blocks)
    return data


@settings(max_examples=300)
@given(changes, st.booleans(), st.booleans())
@example([(0, 1, b"")], False, True)
def test_no_change_makes_it_raise(edits: list[tuple[int, int, bytes]], whole: bool, packed: bool) -> None:
    if packed:
        data = changed(gzip.compress(GOOD), edits, whole=False)
    else:
        data = gzip.compress(changed(GOOD, edits, whole=whole), 1)
    found, diagnostics = archive.open("demo.krt", data)
    assert found or diagnostics
    assert len(diagnostics) <= archive.MOST_REFUSALS + 3
    if found:
        assert isinstance(found.read(found.krt), bytes)


def test_the_unchanged_is_taken() -> None:
    found, (said,) = archive.open("demo.krt", gzip.compress(GOOD))
    assert found
    assert said.message == "the folder `src/p` has no entry before its file `src/p/a.proto`"
