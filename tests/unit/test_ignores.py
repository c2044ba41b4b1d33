"""`# krtc: ignore[...]`: what it silences, where it stands, and what is said of one that silences nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krtc.diagnostics import Code, Diagnostic, Ignore, is_fixed, silence
from krtc.diagnostics.codes import CODES, CYCLE, MISSING_FILE, NO_REPLY, UNKNOWN_NODE, UNPINNED_IMAGE
from krtc.frontend import ignores
from krtc.pipeline import Options, Source, check_runtime
from krtc.source import SourceFile, Span
from tests.unit.helpers import EXAMPLE, Tree, assets, checked, stretch, told


def settings_alone(text: str) -> list[Diagnostic]:
    source = Source("runtime.yml", text.encode())
    return check_runtime(source, Options(), assets(), lambda name: name, lambda name: name)[1]


KRT = """\
version: mail-v1
krtVersion: v2
description: Sorts mail.
entrypoint: {proto: public_input.proto, image: "konstellation/kre-entrypoint:8.2.0"}
workflows:
  - name: sort
    entrypoint: Sort
    exitpoint: etl
    nodes:
      - name: etl
        image: konstellation/kre-py
        src: src/main.py
        subscriptions: [entrypoint]
"""
UNPINNED = [
    "KRT304 w0.n0.image konstellation/kre-py | `konstellation/kre-py` has no tag: it may be another image tomorrow"
    " | name a version, as in `konstellation/kre-py:1.2.3`, or a digest"
]
PROTO = """\
syntax = "proto3";
message M {}
service Entrypoint {
  rpc Sort (M) returns (M);
  rpc Forget (M) returns (M);
}
"""


def found(text: str, name: str = "krt.yml") -> list[tuple[str, str, int]]:
    """The comments in a file: the code, the text pointed at, and the line."""
    return [(one.id, stretch(one.span), one.span.line) for one in ignores.find(SourceFile(name, text))]


def commented(comment: str, line: str = "image: konstellation/kre-py", krt: str = KRT) -> str:
    """The krt.yml with something at the end of a line."""
    assert krt.count(f"{line}\n") == 1
    return krt.replace(f"{line}\n", f"{line}{comment}\n")


class Test_where_they_are:
    @pytest.mark.parametrize(
        ("line", "codes"),
        [
            ("a: b # krtc: ignore[KRT304]", ["KRT304"]),
            ("a: b #krtc:ignore[KRT304]", ["KRT304"]),
            ("a: b  #\tkrtc:  ignore[KRT304]  \t", ["KRT304"]),
            ("# krtc: ignore[KRT304]", ["KRT304"]),
            ("a: b # krtc: ignore[KRT304,KRT106]", ["KRT304", "KRT106"]),
            ("a: b # krtc: ignore[ KRT304 ,\tKRT106 ]", ["KRT304", "KRT106"]),
            ("a: b # krtc: ignore[cycle]", ["cycle"]),
            ("a: b # because krtc: ignore[KRT304]", []),
            ("a: b # x # krtc: ignore[KRT304]", ["KRT304"]),
            ("a: b # krtc: ignore[KRT304] because", []),
            ("a: b # krtc: ignore[KRT304", []),
            ("a: b # krtc: ignore KRT304", []),
            ("a: b # krtc ignore[KRT304]", []),
            ("a: b # KRTC: ignore[KRT304]", []),
            ("a: b# krtc: ignore[KRT304]", []),
            ("a: 'b # krtc: ignore[KRT304]'", []),
            ("a: 'b' # krtc: ignore[KRT304]", ["KRT304"]),
            ('a: "b\'" # krtc: ignore[KRT304]', ["KRT304"]),
            ("krtc: [KRT304]", []),
        ],
    )
    def test_in_a_line(self, line: str, codes: list[str]) -> None:
        for end in ("", "\n", "\r\n"):
            assert found(f"x: y{end or chr(10)}{line}{end}") == [(code, code, 2) for code in codes]

    @pytest.mark.parametrize(("line", "at"), [("a # krtc: ignore[]", 17), ("a # krtc: ignore[KRT304,]", 24)])
    def test_no_code_has_a_place_too(self, line: str, at: int) -> None:
        span = ignores.find(SourceFile("krt.yml", line))[-1].span
        assert (span.line, span.column, span.end_line, span.end_column) == (1, at + 1, 1, at + 2)

    def test_each_line_has_its_own(self) -> None:
        text = "a: b # krtc: ignore[KRT1]\nb: c\r\nc: d # krtc: ignore[KRT2]\r\n# krtc: ignore[KRT3]"
        assert found(text) == [("KRT1", "KRT1", 1), ("KRT2", "KRT2", 3), ("KRT3", "KRT3", 4)]

    @pytest.mark.parametrize(
        "text",
        [
            "a: |\n  b # krtc: ignore[KRT304]\n",
            "a: >-\n  b\n  # krtc: ignore[KRT304]\nc: d\n",
            "a: |2+ # c\n  b # krtc: ignore[KRT304]\n\n",
            "a:\r\n - |\r\n  b # krtc: ignore[KRT304]\r\n",
            'a: "b\n  # krtc: ignore[KRT304]\n  c"\n',
            "a: 'b # krtc: ignore[KRT304]\n  c'\n",
            '- |\n b\n- "c\n\n # krtc: ignore[KRT304]\n"\n',
        ],
    )
    def test_a_text_of_several_lines_holds_none(self, text: str) -> None:
        assert found(text) == []

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("a: |\n  b\nc: d # krtc: ignore[KRT304]\n", 3),
            ("a: |\n  b\n# krtc: ignore[KRT304]\nc: d\n", 3),
            ("a: 'b\n  c' # krtc: ignore[KRT304]\n", 2),
            ("a: it's # krtc: ignore[KRT304]\n", 1),
            ("a: b # it's\nc: d # krtc: ignore[KRT304]\n", 2),
            ("a: {b: 'c\n  d', e: f} # krtc: ignore[KRT304]\n", 2),
            ("a: b\n  c # krtc: ignore[KRT304]\n", 2),
            ("a: b # krtc: ignore[KRT304]\nb: 'c\n", 1),
        ],
    )
    def test_beside_a_text_of_several_lines(self, text: str, line: int) -> None:
        assert found(text) == [("KRT304", "KRT304", line)]

    def test_in_a_proto(self) -> None:
        for comment in ("// krtc: ignore[KRT114]", "//krtc:ignore[KRT114]"):
            assert found(f"rpc X {comment}\n'", "x.proto") == [("KRT114", "KRT114", 1)]

    @given(st.text(st.sampled_from("a:#/ \n'\"|[]kKrtc,-"), max_size=30), st.sampled_from(["krt.yml", "x.proto"]))
    def test_any_text_can_be_searched(self, text: str, name: str) -> None:
        for before, after in ((text, ""), ("", text), (text, text)):
            content = f"{before} # krtc: ignore[KRT304]{after}"
            for code, pointed_at, _ in found(content, name):
                assert code == pointed_at.strip()


class Test_silencing:
    def test_a_warning(self) -> None:
        assert told(checked(KRT, None)) == UNPINNED
        for comment in (" # krtc: ignore[KRT304]", " # krtc: ignore[KRT304] "):
            assert told(checked(commented(comment), None)) == []

    def test_a_crlf_file(self) -> None:
        assert told(checked(commented(" # krtc: ignore[KRT304]").replace("\n", "\r\n"), None)) == []

    def test_only_on_its_line(self) -> None:
        krt = commented(" # krtc: ignore[KRT304]", "- name: etl")
        assert told(checked(krt, None)) == [unused("KRT304", line=10), *UNPINNED]

    def test_only_its_code(self) -> None:
        krt = commented(" # krtc: ignore[KRT303]")
        assert sorted(told(checked(krt, None))) == sorted([unused("KRT303", line=11), *UNPINNED])

    def test_several_codes(self) -> None:
        krt = commented(" # krtc: ignore[KRT303, KRT304]").replace("kre-py", "own")
        assert told(checked(krt, None)) == []

    def test_an_error_of_a_higher_band(self) -> None:
        krt = KRT.replace("version: mail-v1", "version: kre-nats # krtc: ignore[KRT302]")
        assert told(checked(krt, None)) == UNPINNED

    def test_an_error_that_says_what_the_input_is_not(self) -> None:
        krt = KRT.replace("[entrypoint]", "[entrypoin] # krtc: ignore[KRT101]")
        lines = told(checked(krt, None))
        assert [line[:6] for line in lines] == ["KRT304", "KRT101", "KRT015"]
        assert lines[2] == "KRT015 @13 KRT101 | KRT101 is an error that no comment silences | mend it"

    def test_an_error_of_the_language(self) -> None:
        krt = KRT.replace("src: src/main.py", "src: /x # krtc: ignore[KRT013]")
        assert [line[:6] for line in told(checked(krt, None))] == ["KRT304", "KRT013", "KRT015"]

    def test_a_warning_of_a_low_band(self) -> None:
        krt = KRT.replace("src: src/main.py", "src: src/main.py # krtc: ignore[KRT106]")
        files = {"public_input.proto": PROTO.replace("  rpc Forget (M) returns (M);\n", "")}
        assert told(checked(krt, None, tree=Tree(files))) == UNPINNED
        # In an archive it is an error, and nothing is said of the comment, which is right in a folder.
        found = checked(krt, None, tree=Tree(files, complete=True))
        assert [line[:14] for line in told(found)] == ["KRT304 w0.n0.i", "KRT106 (error)"]

    def test_in_a_proto(self) -> None:
        files = {"public_input.proto": PROTO, "src/main.py": ""}
        (_, unserved) = checked(KRT, None, tree=Tree(files))
        assert unserved.code.id == "KRT114"
        files["public_input.proto"] = PROTO.replace("(M);\n}", "(M);  // krtc: ignore[KRT114]\n}")
        assert told(checked(KRT, None, tree=Tree(files))) == UNPINNED

    def test_in_settings(self) -> None:
        runtime = "runtime: demo\ningress: {kind: GRPCRoute} # krtc: ignore[KRT404]\n"
        assert told(checked(KRT, runtime)) == UNPINNED


def unused(code: str, *, line: int = 11) -> str:
    return f"KRT015 @{line} {code} | nothing on this line is {code} | remove it"


class Test_a_comment_that_silences_nothing:
    @pytest.mark.parametrize(
        ("code", "said"),
        [
            ("KRT303", "nothing on this line is KRT303 | remove it"),
            ("KRT015", "nothing on this line is KRT015 | remove it"),
            ("KRT204", "nothing on this line is KRT204 | remove it"),
            ("unpinned-image", "there is no code `unpinned-image` | write `KRT304`"),
            ("krt304", "there is no code `krt304` | did you mean `KRT304`?"),
            ("KTR205", "there is no code `KTR205` | did you mean `KRT205`?"),
            ("all", "there is no code `all` | `krtc explain` lists the codes"),
        ],
    )
    def test_is_told(self, code: str, said: str) -> None:
        assert told(checked(commented(f" # krtc: ignore[{code}]"), None)) == [
            *UNPINNED,
            f"KRT015 @11 {code} | {said}",
        ]

    def test_without_a_code(self) -> None:
        for written in ("", "KRT304,", ",KRT304", " "):
            lines = told(checked(commented(f" # krtc: ignore[{written}]"), None))
            assert len(lines) == 1 + ("KRT304" not in written)
            assert lines[-1].endswith("| there is no code `` | `krtc explain` lists the codes")

    def test_twice_the_same_code_is_no_matter(self) -> None:
        assert told(checked(commented(" # krtc: ignore[KRT304, KRT304]"), None)) == []

    @pytest.mark.parametrize(
        ("old", "new", "codes"),
        [
            ("version: mail-v1", "version: A", ["KRT013", "KRT304"]),
            ("subscriptions: [entrypoint]", "subscriptions: [etl]", ["KRT304", "KRT104"]),
            ("version: mail-v1", "version: [", ["KRT002"]),
            ("workflows:", "nodes: []\nworkflow:", ["KRT010", "KRT010"]),
        ],
    )
    def test_is_not_judged_where_the_input_has_no_meaning(self, old: str, new: str, codes: list[str]) -> None:
        krt = commented(" # krtc: ignore[KRT204, x]").replace(old, new, 1)
        assert sorted(line[:6] for line in told(checked(krt, None))) == sorted(codes)

    def test_is_judged_beside_other_errors(self) -> None:
        krt = commented(" # krtc: ignore[KRT204]").replace("mail-v1", "kre-nats")
        assert [line[:6] for line in told(checked(krt, None))] == ["KRT302", "KRT304", "KRT015"]

    @pytest.mark.parametrize("code", [code.id for code in CODES])
    def test_is_not_judged_by_what_was_not_given(self, code: str) -> None:
        """A runtime may say more, files may be there or not, and what was before is told by --against."""
        krt = commented(f" # krtc: ignore[{code}]", "description: Sorts mail.").replace("kre-py", "kre-py:8.2.0")
        files = {"public_input.proto": PROTO.replace("  rpc Forget (M) returns (M);\n", ""), "src/main.py": ""}
        without_both = told(checked(krt, None))
        assert without_both == [unused(code, line=3)] * (not code.startswith(("KRT4", "KRT106", "KRT107", "KRT11")))
        with_settings = told(checked(krt, "runtime: demo"))
        never = ("KRT106", "KRT411", "KRT412")
        assert with_settings == [unused(code, line=3)] * (not code.startswith((*never, "KRT107", "KRT11")))
        with_files = told(checked(krt, "runtime: demo", tree=Tree(files)))
        assert with_files == [unused(code, line=3)] * (code not in never)

    def test_in_settings_alone(self) -> None:
        def check(text: str) -> list[str]:
            return told(settings_alone(text))

        assert check("runtime: demo\nmessaging: nack # krtc: ignore[KRT204]\n") == [
            "KRT015 runtime.yml @2 KRT204 | nothing on this line is KRT204 | remove it"
        ]
        assert [line[:6] for line in check("runtime: Demo # krtc: ignore[KRT204]\n")] == ["KRT013"]
        assert check("runtime: demo\ningress: {kind: GRPCRoute} # krtc: ignore[KRT404]\n") == []
        assert [line[:6] for line in check("runtime: Demo # krtc: ignore[KRT404]\n")] == ["KRT013"]

    def test_of_a_value_that_is_not_needed(self) -> None:
        krt = KRT.replace("workflows:", "config:\n  variables:\n    - A # krtc: ignore[KRT401]\nworkflows:")
        for status in ("started", "stopped"):
            assert told(checked(krt, "runtime: demo", status=status)) == UNPINNED

    def test_in_settings_of_what_a_version_shows(self) -> None:
        """The same runtime.yml, alone and with versions that run kre-go and that do not."""
        runtime = "runtime: demo\nnats:\n  ackWait:\n    default: 5m # krtc: ignore[KRT405]\n"
        assert told(checked(KRT.replace("kre-py", "kre-go:8.2.0"), runtime)) == []
        assert told(checked(KRT.replace("kre-py", "kre-py:8.2.0"), runtime)) == []
        assert told(settings_alone(runtime)) == []

    def test_the_example_has_none(self) -> None:
        assert told(checked(EXAMPLE.read_text(), None)) == []


def at(name: str, line: int, code: Code, severity: str | None = None) -> Diagnostic:
    return Diagnostic(code, Span(SourceFile(name, ""), line, 1, line, 2), "m", severity=severity)  # type: ignore[arg-type]


def ignoring(name: str, line: int, id_: str) -> Ignore:
    return Ignore(id_, Span(SourceFile(name, ""), line, 9, line, 15))


class Test_silence:
    def test_in_several_files_with_the_same_lines(self) -> None:
        given = [at(name, line, code) for name in "ab" for line in (1, 2) for code in (CYCLE, NO_REPLY)]
        left = silence(given, [ignoring("a", 1, CYCLE.id), ignoring("b", 2, NO_REPLY.id)], lambda _: True)
        assert [(d.span.file.name, d.span.line, d.code) for d in left] == [
            ("a", 1, NO_REPLY),
            ("a", 2, CYCLE),
            ("a", 2, NO_REPLY),
            ("b", 1, CYCLE),
            ("b", 1, NO_REPLY),
            ("b", 2, CYCLE),
        ]

    def test_all_of_one_code_on_a_line(self) -> None:
        assert silence([at("a", 1, CYCLE), at("a", 1, CYCLE)], [ignoring("a", 1, CYCLE.id)], lambda _: True) == []

    def test_an_error_stays_beside_a_warning(self) -> None:
        given = [at("a", 1, MISSING_FILE, "error"), at("a", 1, MISSING_FILE)]
        assert silence(given, [ignoring("a", 1, MISSING_FILE.id)], lambda _: True) == given[:1]

    def test_what_is_never_silenced_stays(self) -> None:
        given = [at("a", 1, UNKNOWN_NODE)]
        left = silence(given, [ignoring("a", 1, UNKNOWN_NODE.id)], lambda _: False)
        assert left[0] is given[0] and [d.code.id for d in left] == ["KRT101", "KRT015"]

    def test_asks_whether_a_code_was_judged(self) -> None:
        asked = []

        def was_judged(ignore: Ignore) -> bool:
            asked.append(ignore.id)
            return ignore.id == CYCLE.id

        left = silence([], [ignoring("a", 1, "KRT000"), ignoring("a", 2, CYCLE.id)], was_judged)
        assert [(d.span.line, d.span.column, d.message) for d in left] == [(2, 9, "nothing on this line is KRT204")]
        assert asked == ["KRT000", "KRT204"]

    @pytest.mark.parametrize(
        ("code", "severity", "fixed"),
        [
            (UNKNOWN_NODE, None, True),
            (UNKNOWN_NODE, "warning", False),
            (MISSING_FILE, None, False),
            (MISSING_FILE, "error", True),
            (CODES[0], None, True),
            (NO_REPLY, None, False),
            (UNPINNED_IMAGE, "error", False),
        ],
    )
    def test_what_is_fixed(self, code: Code, severity: str | None, fixed: bool) -> None:
        assert is_fixed(at("a", 1, code, severity)) is fixed


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("a: b #" + " # krtc: ignore[" * 3000, 0),
        ("a: |\n b\nc:\n" + "- d # krtc: ignore[KRT304]\n" * 2500, 2500),
        ("a: b # krtc: ignore[" + "," * 4000 + "]", 201),
    ],
    ids=["one line", "many lines", "many codes"],
)
def test_of_many_comments(text: str, most: int) -> None:
    """Of a hostile file no more is made than it holds; make bench measures how long that takes."""
    assert len(ignores.find(SourceFile("krt.yml", text))) <= most
