"""Diagnostics for machines: each format as its readers define it, whatever stands in a name or in a text."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from krtc.diagnostics import Code, Diagnostic, Related, Severity
from krtc.diagnostics.codes import CYCLE, UNKNOWN_NODE
from krtc.diagnostics.fix import Edit, Fix
from krtc.reporters import github, gitlab, junit, sarif
from krtc.reporters import json as json_reporter
from krtc.reporters._common import fingerprints, path
from krtc.source import SourceFile, Span
from krtc.visible import visible

NOTE = Code("KRT999", "some-note", "note", "Something to know")
REPORTS: dict[str, Callable[..., str]] = {
    "json": json_reporter.report,
    "sarif": sarif.report,
    "github": github.report,
    "gitlab": gitlab.report,
    "junit": junit.report,
}


def found(
    code: Code = UNKNOWN_NODE,
    message: str = "no such node",
    *,
    name: str = "krt.yml",
    place: tuple[int, int, int, int] = (27, 13, 27, 41),
    help: str | None = None,
    related: Sequence[tuple[str, str]] = (),
    severity: Severity | None = None,
    fix: tuple[str, str] | None = None,
) -> Diagnostic:
    """A diagnostic; `related` are names of files and what is said of them, `fix` a title and what is written there."""
    second = [Related(Span(SourceFile(other, ""), 2, 1, 3, 9), said) for other, said in related]
    span = Span(SourceFile(name, ""), *place)
    mending = Fix(fix[0], [Edit(span, fix[1])]) if fix else None
    return Diagnostic(code, span, message, help=help, related=second, severity=severity, fix=mending)


THREE = [
    found(help="did you mean `etl`?", related=[("./other.yml", "the one that is meant")], fix=("write `etl`", "etl")),
    found(CYCLE, "a: b, 100%", name="./a, b/krt.yml", place=(3, 1, 5, 2)),
    found(NOTE, "by the way"),
]


def commands(output: str) -> list[tuple[str, dict[str, str], str]]:
    """The workflow commands in what a job prints, as GitHub's runner finds them: name, properties, data.

    Written from its behaviour and not from our escapes: first `::name key=value,key=value::data` at the start of a
    line, white space aside; else the older `##[name key=value;key=value]data` anywhere in a line.
    """
    result = []
    for line in re.split(r"\r\n|\n|\r", output):
        if new := re.match(r"\s*::([^ :]+)(?: (.*?))?::(.*)$", line):
            escapes, comma = ["%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%"], ","
        elif new := re.search(r"##\[([^] ]+)(?: ([^]]*))?](.*)$", line):
            escapes, comma = ["%3B", ";", "%0D", "\r", "%0A", "\n", "%5D", "]", "%25", "%"], ";"
        else:
            continue
        name, listed, data = new.groups()
        properties = dict(each.split("=", 1) for each in (listed or "").split(comma) if "=" in each)
        for escape, character in zip(escapes[::2], escapes[1::2], strict=True):
            properties = {key: value.replace(escape, character) for key, value in properties.items()}
            data = data if escape in ("%3A", "%2C") else data.replace(escape, character)
        result.append((name, properties, data))
    return result


def results(log: str) -> list[Any]:
    """The results in a SARIF log; tests/equivalence holds logs against the published schema."""
    data = json.loads(log)
    (run,) = data["runs"]
    for each in run["results"]:
        assert run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] == each["ruleId"]
    return list(run["results"])


def uri(artifact: Mapping[str, str]) -> str:
    """The name of the file that a SARIF log means by an `artifactLocation`."""
    split = urlsplit(artifact["uri"])
    assert re.fullmatch(r"[A-Za-z0-9._~/%-]*", split.path) and not split.query and not split.fragment
    assert (split.scheme, split.netloc, artifact.get("uriBaseId")) in [("", "", "%SRCROOT%"), ("file", "", None)]
    return unquote_to_bytes(split.path).decode("utf-8", "surrogateescape")


# json


def test_json() -> None:
    assert json_reporter.report(THREE[:1]) == (
        """\
{
  "diagnostics": [
    {
      "code": "KRT101",
      "name": "unknown-node",
      "severity": "error",
      "message": "no such node",
      "file": "krt.yml",
      "range": {
        "start": {
          "line": 27,
          "column": 13
        },
        "end": {
          "line": 27,
          "column": 41
        }
      },
      "related": [
        {
          "message": "the one that is meant",
          "file": "./other.yml",
          "range": {
            "start": {
              "line": 2,
              "column": 1
            },
            "end": {
              "line": 3,
              "column": 9
            }
          }
        }
      ],
      "help": "did you mean `etl`?",
      "fix": {
        "title": "write `etl`",
        "edits": [
          {
            "range": {
              "start": {
                "line": 27,
                "column": 13
              },
              "end": {
                "line": 27,
                "column": 41
              }
            },
            "text": "etl"
          }
        ]
      }
    }
  ],
  "summary": {
    "errors": 1,
    "warnings": 0,
    "notes": 0
  }
}
"""
    )


def test_json_without_help_and_second_places() -> None:
    data = json.loads(json_reporter.report(THREE))
    assert data["diagnostics"][1]["help"] is None
    assert data["diagnostics"][1]["fix"] is None
    assert data["diagnostics"][1]["related"] == []
    assert data["summary"] == {"errors": 1, "warnings": 1, "notes": 1}


def test_json_keeps_texts_as_they_were_written() -> None:
    said = found(message="a\x1b\u202e\r\n😀##[error]", name="./k\u3000.yml", help="")
    (read,) = json.loads(json_reporter.report([said]))["diagnostics"]
    assert (read["message"], read["file"], read["help"]) == ("a\x1b\u202e\r\n😀##[error]", "./k\u3000.yml", "")


# SARIF


def test_sarif() -> None:
    log = json.loads(sarif.report(THREE, pages={"KRT101": "# KRT101\n\nWhat.\n\nWhy: because.\n\nBad:\n\n    x: 1\n"}))
    driver = log["runs"][0]["tool"]["driver"]
    assert (
        log["$schema"] == "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    )
    assert log["version"] == "2.1.0"
    assert log["runs"][0]["columnKind"] == "unicodeCodePoints"
    assert {key: driver[key] for key in driver if key != "rules"} == {
        "name": "krtc",
        "informationUri": "https://github.com/konstellation-io/krtc",
    }
    assert [rule["id"] for rule in driver["rules"]] == ["KRT101", "KRT204", "KRT999"]
    assert driver["rules"][0] == {
        "id": "KRT101",
        "name": "UnknownNode",
        "shortDescription": {"text": UNKNOWN_NODE.title},
        "fullDescription": {"text": "What."},
        "help": {
            "text": "# KRT101\n\nWhat.\n\nWhy: because.\n\nBad:\n\n    x: 1\n",
            "markdown": "# KRT101\n\nWhat.\n\nWhy: because.\n\nBad:\n\n    x: 1\n",
        },
        "helpUri": "https://konstellation-io.github.io/krtc/rules/KRT101/",
        "defaultConfiguration": {"level": "error"},
    }
    assert driver["rules"][1]["fullDescription"] == {"text": CYCLE.title}
    assert driver["rules"][1]["help"] == {"text": CYCLE.title, "markdown": CYCLE.title}
    assert results(sarif.report(THREE))[0] == {
        "ruleId": "KRT101",
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": "no such node\nhelp: did you mean `etl`?"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "krt.yml", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 27, "startColumn": 13, "endLine": 27, "endColumn": 41},
                }
            }
        ],
        "relatedLocations": [
            {
                "id": 0,
                "physicalLocation": {
                    "artifactLocation": {"uri": "other.yml", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 2, "startColumn": 1, "endLine": 3, "endColumn": 9},
                },
                "message": {"text": "the one that is meant"},
            }
        ],
        "partialFingerprints": {"krtc/v1": fingerprints(THREE)[0]},
        "fixes": [
            {
                "description": {"text": "write `etl`"},
                "artifactChanges": [
                    {
                        "artifactLocation": {"uri": "krt.yml", "uriBaseId": "%SRCROOT%"},
                        "replacements": [
                            {
                                "deletedRegion": {"startLine": 27, "startColumn": 13, "endLine": 27, "endColumn": 41},
                                "insertedContent": {"text": "etl"},
                            }
                        ],
                    }
                ],
            }
        ],
    }
    assert "fixes" not in results(sarif.report(THREE))[1]


def test_sarif_has_a_rule_once_and_in_order() -> None:
    log = sarif.report([THREE[2], THREE[0], THREE[0], THREE[1]])
    assert [each["ruleIndex"] for each in results(log)] == [2, 0, 0, 1]
    assert len(json.loads(log)["runs"][0]["tool"]["driver"]["rules"]) == 3


def test_sarif_says_how_bad_a_finding_is_and_its_rule() -> None:
    log = sarif.report([found(severity="note")])
    assert results(log)[0]["level"] == "note"
    assert json.loads(log)["runs"][0]["tool"]["driver"]["rules"][0]["defaultConfiguration"] == {"level": "error"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("krt.yml", "krt.yml"),
        ("./krt.yml", "krt.yml"),
        ("././/a/krt.yml", "a/krt.yml"),
        ("../krt.yml", "../krt.yml"),
        (".a/krt.yml", ".a/krt.yml"),
        ("a b/k%41?#.yml", "a%20b/k%2541%3F%23.yml"),
        ("c:k.yml", "c%3Ak.yml"),
        ("é😀.yml", "%C3%A9%F0%9F%98%80.yml"),
        ("k\udcff.yml", "k%FF.yml"),
        ("k\ud800\udcff.yml", "k%ED%A0%80%ED%B3%BF.yml"),
        ("<stdin>", "%3Cstdin%3E"),
        ("/srv/a b/krt.yml", "file:///srv/a%20b/krt.yml"),
        ("//krt.yml", "file:///krt.yml"),
    ],
)
def test_sarif_names_files_by_uri(name: str, expected: str) -> None:
    (result,) = results(sarif.report([found(name=name)]))
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == ({"uri": expected} if name[0] == "/" else {"uri": expected, "uriBaseId": "%SRCROOT%"})


@pytest.mark.parametrize("text", ["[here](0)", "[a](https://example.com)", "[[a]](1)", r"\[a](1)"])
def test_sarif_text_is_no_link(text: str) -> None:
    (result,) = results(sarif.report([found(message=text, help=text, related=[("k", text)])]))
    texts = result["message"]["text"] + result["relatedLocations"][0]["message"]["text"]
    assert "](" not in texts
    assert texts.count("]\\u{28}") == 3


def test_sarif_of_a_page_of_one_line() -> None:
    log = sarif.report([found(), found(CYCLE)], pages={"KRT101": "What.", "KRT204": "# Only a title"})
    one, other = json.loads(log)["runs"][0]["tool"]["driver"]["rules"]
    assert (one["fullDescription"], other["fullDescription"]) == ({"text": "What."}, {"text": CYCLE.title})


def test_sarif_of_a_long_page() -> None:
    log = sarif.report([found()], pages={"KRT101": "x" * 5000})
    (rule,) = json.loads(log)["runs"][0]["tool"]["driver"]["rules"]
    assert (len(rule["fullDescription"]["text"]), len(rule["help"]["text"])) == (1024, 5000)


# GitHub


def test_github() -> None:
    assert github.report(THREE) == (
        "::error file=krt.yml,line=27,endLine=27,col=13,endColumn=41,title=KRT101 unknown-node::no such node"
        "%0Asee other.yml:2:1: the one that is meant%0Ahelp: did you mean `etl`?\n"
        "::warning file=a%2C b/krt.yml,line=3,endLine=5,title=KRT204 cycle::a: b, 100%25\n"
        "::notice file=krt.yml,line=27,endLine=27,col=13,endColumn=41,title=KRT999 some-note::by the way\n"
    )


def test_github_escapes() -> None:
    said = found(message="%0A::error::x\n::error::y", name="a::b,c%2C\r\n::error::z")
    assert github.report([said]) == (
        "::error file=a%3A%3Ab%2Cc%252C\\u{d}\\u{a}%3A%3Aerror%3A%3Az,line=27,endLine=27,col=13,endColumn=41,"
        "title=KRT101 unknown-node::%250A::error::x\\u{a}::error::y\n"
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("::error::a", [("error", {}, "a")]),
        ("  ::error file=a%2Cb,line=1::%250A%0A", [("error", {"file": "a,b", "line": "1"}, "%0A\n")]),
        ("x ##[error file=a%3Bb;line=1]c", [("error", {"file": "a;b", "line": "1"}, "c")]),
        ("a\r::error::b\n##[x]y", [("error", {}, "b"), ("x", {}, "y")]),
        ("x ::error::a", []),
    ],
)
def test_the_tests_read_commands_as_github_does(line: str, expected: object) -> None:
    assert commands(line) == expected


# GitLab


def test_gitlab() -> None:
    first, second, third = json.loads(gitlab.report(THREE))
    assert first == {
        "description": "no such node; see other.yml:2:1: the one that is meant; help: did you mean `etl`?",
        "check_name": "KRT101 unknown-node",
        "fingerprint": fingerprints(THREE)[0],
        "severity": "major",
        "location": {"path": "krt.yml", "lines": {"begin": 27, "end": 27}},
    }
    assert (second["severity"], third["severity"]) == ("minor", "info")
    assert second["location"] == {"path": "a, b/krt.yml", "lines": {"begin": 3, "end": 5}}


# JUnit


def test_junit() -> None:
    assert junit.report([*THREE, found(CYCLE, "<a> ]]> & \"b\" 'c'")], ["./krt.yml", "fine.yml"]) == (
        """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="3" failures="2" errors="0">
  <testsuite name="krtc" tests="3" failures="2" errors="0">
    <testcase classname="krtc" name="krt.yml">
      <failure type="error" message="27:13: error[KRT101] unknown-node: no such node (and 1 more)">\
27:13: error[KRT101] unknown-node: no such node
  see other.yml:2:1: the one that is meant
  help: did you mean `etl`?
27:13: warning[KRT204] cycle: &lt;a&gt; ]]&gt; &amp; "b" 'c'</failure>
      <system-out>27:13: note[KRT999] some-note: by the way</system-out>
    </testcase>
    <testcase classname="krtc" name="fine.yml" />
    <testcase classname="krtc" name="a, b/krt.yml">
      <failure type="warning" message="3:1: warning[KRT204] cycle: a: b, 100%">\
3:1: warning[KRT204] cycle: a: b, 100%</failure>
    </testcase>
  </testsuite>
</testsuites>
"""
    )


def test_junit_names_the_worst_first() -> None:
    root = ElementTree.fromstring(junit.report([found(CYCLE, "c"), found(message="n")]))
    (failure,) = root.iter("failure")
    assert dict(failure.attrib) == {
        "type": "error",
        "message": "27:13: error[KRT101] unknown-node: n (and 1 more)",
    }
    assert (failure.text or "").splitlines()[0] == "27:13: warning[KRT204] cycle: c"


def test_junit_of_notes_alone_passes() -> None:
    root = ElementTree.fromstring(junit.report([found(severity="note")]))
    assert (root.get("tests"), root.get("failures")) == ("1", "0")
    assert [element.tag for element in root.iter()] == ["testsuites", "testsuite", "testcase", "system-out"]


# All of them


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("json", {"diagnostics": [], "summary": {"errors": 0, "warnings": 0, "notes": 0}}),
        ("gitlab", []),
        ("github", ""),
        (
            "junit",
            '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites tests="0" failures="0" errors="0">\n'
            '  <testsuite name="krtc" tests="0" failures="0" errors="0" />\n</testsuites>\n',
        ),
    ],
)
def test_nothing_found(name: str, expected: object) -> None:
    text = REPORTS[name]([])
    assert (text if isinstance(expected, str) else json.loads(text)) == expected
    assert REPORTS[name]([], ["krt.yml"]) == text or name == "junit"


def test_nothing_found_in_sarif() -> None:
    assert results(sarif.report([])) == []
    assert sarif.report([], ["krt.yml"]) == sarif.report([])


def test_a_severity_of_its_own() -> None:
    said = [found(severity="warning"), found(NOTE, severity="error"), found(CYCLE, severity="note")]
    assert [each["severity"] for each in json.loads(json_reporter.report(said))["diagnostics"]] == [
        "warning",
        "error",
        "note",
    ]
    assert json.loads(json_reporter.report(said[:2]))["summary"] == {"errors": 1, "warnings": 1, "notes": 0}
    assert [each["level"] for each in results(sarif.report(said))] == ["warning", "error", "note"]
    assert [command for command, _, _ in commands(github.report(said))] == ["warning", "error", "notice"]
    assert [each["severity"] for each in json.loads(gitlab.report(said))] == ["minor", "major", "info"]
    assert "warning[KRT101]" in junit.report(said) and "note[KRT204]" in junit.report(said)


def test_fingerprints_are_known() -> None:
    """Who changes this makes every finding a new one, for everybody."""
    assert fingerprints([found()]) == ["317236ab60947454cf97d900bcb5460e2c938b2161809c24140a2c9df13ec8be"]


def test_fingerprints_survive_moved_lines() -> None:
    before = [found(), found(message="m"), found(place=(30, 1, 30, 2))]
    after = [found(place=(1, 1, 2, 2)), found(message="m", place=(9, 9, 9, 9)), found(place=(80, 1, 80, 2))]
    assert fingerprints(before) == fingerprints(after)
    assert fingerprints([found(name="./krt.yml", help="h", severity="note")]) == fingerprints([found()])


def test_fingerprints_tell_findings_apart() -> None:
    said = [
        found(),
        found(),
        found(CYCLE),
        found(message="m"),
        found(name="other.yml"),
        found(name="a\nb", message="c"),
        found(name="a", message="b\nc"),
        found(name="a\\u{a}b", message="c"),  # looks like one above
        found(message="no such node\n2"),
    ]
    assert len(set(fingerprints(said))) == len(said)


@pytest.mark.parametrize("name", REPORTS)
def test_the_same_findings_are_the_same_bytes(name: str) -> None:
    assert REPORTS[name](THREE, ["b.yml", "a.yml"]) == REPORTS[name](THREE, ["b.yml", "a.yml"])


# Hostile texts

PIECES = [
    *(
        "::error::x",
        " \t::error::x",
        "\n::error::x",
        "\r\n::error file=a::x",
        "##[error]x",
        "##vso[task.complete]x",
        "###[add-mask]x",
    ),
    *(
        "::",
        ",",
        "%",
        "%0A",
        "%25",
        "%3A",
        "=",
        "\t",
        "\r",
        "\n",
        "\x01",
        "\x1b[31m",
        "\x1b]0;x\x07",
        "\x7f",
        "\x9b31m",
    ),
    *("\x85", "\u2028", "\u202e", "\u2066", "\u200b", "\ufeff", "\ufffe", "\uffff", "\udcff", "\ud800", "\ud83d\ude00"),
    *("😀", "e\u0301", "\u3000", '"', "'", "\\", "\\u{1b}", "\\n", "]]>", "<!--", "<x a='b'>", "&amp;", "&#27;", "{0}"),
    *("[a](0)", "](", "../", "./", "/", "//", ":", "?", "#", " ", "a", "krt.yml", "x" * 5000),
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=5).map("".join)
# An operating system gives no name that is empty or has a NUL in it.
NAMES = TEXTS.map(lambda text: text.replace("\0", "")).filter(lambda name: path(name) != "")
PLACES = st.tuples(st.integers(1, 3), st.integers(1, 99), st.integers(0, 2), st.integers(1, 99)).map(
    lambda place: (place[0], place[1], place[0] + place[2], place[1] + place[3])
)
FINDINGS = st.lists(
    st.builds(
        found,
        st.sampled_from([UNKNOWN_NODE, CYCLE, NOTE]),
        TEXTS,
        name=NAMES,
        place=PLACES,
        help=st.none() | TEXTS,
        related=st.lists(st.tuples(NAMES, TEXTS), max_size=2),
        severity=st.sampled_from([None, "error", "warning", "note"]),
        fix=st.none() | st.tuples(TEXTS, TEXTS),
    ),
    max_size=6,
)
NASTY = [
    found(message=piece, name=piece + "k", help=piece, related=[(piece + "k", piece)], code=code, fix=(piece, piece))
    for piece in PIECES
    for code in (UNKNOWN_NODE, NOTE)
]


def shown(text: str) -> str:
    """A text as people are shown it, by its own words: what cannot be printed, by number."""
    return "".join(character if character.isprintable() else f"\\u{{{ord(character):x}}}" for character in text)


def whole(text: str) -> str:
    """A text with its lone surrogates by number."""
    return re.sub("[\ud800-\udfff]", lambda match: shown(match[0]), text)


def said_by(diagnostic: Diagnostic) -> list[str]:
    """The lines that a person should read."""
    related = [
        f"see {shown(path(each.span.file.name))}:{each.span.line}:{each.span.column}: {shown(each.message)}"
        for each in diagnostic.related
    ]
    return [shown(diagnostic.message), *related, *([f"help: {shown(diagnostic.help)}"] if diagnostic.help else [])]


def harmless(output: str, *, of_github: bool = False) -> None:
    """Nothing that a terminal or a CI system obeys, in a text that can be written to a file."""
    assert output.encode().endswith(b"\n") or (output == "" and of_github)
    assert all(character.isprintable() for character in output.replace("\n", ""))
    if not of_github:
        assert commands(output) == []
        assert "##" not in output


@given(FINDINGS)
@example(NASTY)
def test_hostile_json(findings: list[Diagnostic]) -> None:
    output = json_reporter.report(findings)
    harmless(output)
    assert output.isascii()
    assert [
        (each["message"], each["file"], each["help"], [(more["file"], more["message"]) for more in each["related"]])
        for each in json.loads(output)["diagnostics"]
    ] == [
        (
            whole(each.message),
            whole(each.span.file.name),
            None if each.help is None else whole(each.help),
            [(whole(more.span.file.name), whole(more.message)) for more in each.related],
        )
        for each in findings
    ]


@given(FINDINGS)
@example(NASTY)
def test_hostile_sarif(findings: list[Diagnostic]) -> None:
    output = sarif.report(findings)
    harmless(output)
    assert output.isascii()
    read = results(output)
    assert len(read) == len(findings)
    for result, each in zip(read, findings, strict=True):
        help = [] if not each.help else [f"help: {shown(each.help)}"]
        text = "\n".join([shown(each.message), *help])
        assert result["message"]["text"] == text.replace("](", "]\\u{28}")
        locations = [*result["locations"], *result["relatedLocations"]]
        for location, span in zip(locations, [each.span, *[more.span for more in each.related]], strict=True):
            name, given_name = uri(location["physicalLocation"]["artifactLocation"]), path(span.file.name)
            if not re.search("[\ud800-\udc7f\udd00-\udfff]", given_name):
                assert name.lstrip("/") == given_name.lstrip("/")
            assert name.startswith("/") == given_name.startswith("/")


@given(FINDINGS)
@example(NASTY)
def test_hostile_github(findings: list[Diagnostic]) -> None:
    output = github.report(findings)
    harmless(output, of_github=True)
    assert output.count("\n") == len(findings)
    expected = []
    for each in findings:
        span = each.span
        place = {"line": str(span.line), "endLine": str(span.end_line)}
        if span.line == span.end_line:
            place |= {"col": str(span.column), "endColumn": str(span.end_column)}
        title = f"{each.code.id} {each.code.slug}"
        name = {"error": "error", "warning": "warning", "note": "notice"}[each.severity]
        properties = {"file": shown(path(span.file.name)), **place, "title": title}
        expected.append((name, properties, "\n".join(said_by(each))))
    assert commands(output) == expected


@given(FINDINGS)
@example(NASTY)
def test_hostile_gitlab(findings: list[Diagnostic]) -> None:
    output = gitlab.report(findings)
    harmless(output)
    assert output.isascii()
    read = json.loads(output)
    assert [(each["description"], each["location"]["path"]) for each in read] == [
        ("; ".join(said_by(each)), whole(path(each.span.file.name))) for each in findings
    ]
    assert len({each["fingerprint"] for each in read}) == len(findings)
    assert all(re.fullmatch("[0-9a-f]{64}", each["fingerprint"]) for each in read)


@given(FINDINGS, st.lists(NAMES, max_size=3))
@example(NASTY, [piece + "k" for piece in PIECES] + ["fine"])
def test_hostile_junit(findings: list[Diagnostic], checked: list[str]) -> None:
    output = junit.report(findings, checked)
    harmless(output)
    root = ElementTree.fromstring(output)
    files = list(dict.fromkeys(path(name) for name in [*checked, *[each.span.file.name for each in findings]]))
    assert [case.get("name") for case in root.iter("testcase")] == [shown(name) for name in files]
    assert root.get("tests") == str(len(files))
    assert root.get("failures") == str(len(list(root.iter("failure"))))
    for case, name in zip(root.iter("testcase"), files, strict=True):
        here = [each for each in findings if path(each.span.file.name) == name]
        for tag, severities in (("failure", ("error", "warning")), ("system-out", ("note",))):
            expected = []
            for each in here:
                if each.severity in severities:
                    place = f"{each.span.line}:{each.span.column}: {each.severity}[{each.code.id}] {each.code.slug}"
                    first, *more = said_by(each)
                    expected += [f"{place}: {first}", *[f"  {line}" for line in more]]
            assert [element.text for element in case.iter(tag)] == (["\n".join(expected)] if expected else [])


@given(TEXTS)
def test_what_is_visible_is_what_the_tests_expect(text: str) -> None:
    assert visible(text) == shown(text)
