"""The loader against other readers of YAML: the official test suite, PyYAML's own parser, and ruamel's.

What krtc takes has the data that they read; all else it refuses, and for a reason that is listed.
"""

from __future__ import annotations

import functools
import itertools
import json
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode as RuamelScalar

from krtc.diagnostics import Diagnostic
from krtc.frontend import binder
from krtc.frontend import yaml as loader
from krtc.frontend.nodes import Mapping, Node, Scalar, Sequence
from krtc.source import SourceFile
from tests.equivalence.inputs import words

ROOT = Path(__file__).resolve().parents[2]

# --- the suite

# What libyaml, under krtc, does not read although it is YAML.
UNREAD = {
    "a tab that separates": """
        leading-tab-content-in-literals/00 leading-tab-content-in-literals/01 spec-example-6-2-indentation-indicators
        spec-example-6-3-separation-spaces spec-example-8-2-block-indentation-indicator
        tab-at-beginning-of-line-followed-by-a-flow-mapping tab-indented-top-flow tabs-in-various-contexts/001
        tabs-in-various-contexts/010 tabs-that-look-like-indentation/00 tabs-that-look-like-indentation/03
        tabs-that-look-like-indentation/04
    """,
    "a key in braces that is not on the line of its colon": """
        colon-and-adjacent-value-after-comment-on-next-line colon-and-adjacent-value-on-next-line
        flow-collections-over-many-lines/01 flow-mapping-colon-on-line-after-key/00
        flow-mapping-colon-on-line-after-key/01 flow-mapping-colon-on-line-after-key/02
        multiline-double-quoted-flow-mapping-key multiline-plain-flow-mapping-key spec-example-9-4-explicit-documents
    """,
    "a colon in brackets that no blank follows": """
        colon-at-the-beginning-of-adjacent-flow-scalar flow-mapping-edge-cases flow-mapping-separate-values
        scalars-in-flow-start-with-syntax-char/00 spec-example-7-10-plain-characters
        spec-example-7-3-completely-empty-flow-nodes
    """,
    "a key that is empty": """
        block-mapping-with-missing-keys empty-implicit-key-in-single-pair-flow-sequences
        empty-keys-in-block-and-flow-mapping empty-lines-at-end-of-document single-character-streams/01
        spec-example-8-18-implicit-block-mapping-entries syntax-character-edge-cases/00
    """,
    "a directive that is unknown": """
        directive-variants/05 directive-variants/06 spec-example-6-13-reserved-directives
        spec-example-6-13-reserved-directives-1-3 spec-example-6-14-yaml-directive
    """,
    "`...` where no document ends, or with another one behind it": """
        bare-document-after-document-end-marker comment-and-document-end-marker document-end-marker
        spec-example-9-3-bare-documents
    """,
    "a text at the root that is not indented": """
        zero-indented-block-scalar zero-indented-block-scalar-with-line-that-looks-like-a-comment
    """,
    "an anchor of other characters": "allowed-characters-in-alias anchor-with-unicode-character",
}
# What libyaml reads otherwise than YAML 1.2 says, and PyYAML's own parser and ruamel with it: the text it finds.
OTHERWISE = {
    # The last line is blank and has no end.
    "trailing-line-of-spaces/01": {"foo": "x\n "},
    "trailing-whitespace-in-streams/02": [""],
}
# What libyaml reads although it is no YAML: nothing in it can be taken for something else.
TOLERATED = {
    "block-scalar-with-more-spaces-than-first-content-line": {"empty block scalar": ""},
    "comment-without-whitespace-after-block-scalar-indicator": {"block": "scalar\n"},
    "comment-without-whitespace-after-doublequoted-scalar": {"key": "value"},
    "dash-in-flow-sequence": ["-"],
    "invalid-comment-after-comma": ["a", "b", "c"],
    "invalid-comment-after-end-of-flow-sequence": ["a", "b", "c"],
    "plain-dashes-in-flow-sequence": [["-", "-"]],
    "tabs-in-various-contexts/003": [["foo", "foo"]],
    "tabs-that-look-like-indentation/01": {"foo": "bar baz"},
    "wrong-indented-flow-sequence": {"flow": ["a", "b", "c"]},
    "wrong-indented-multiline-quoted-scalar": {"quoted": "a b c"},
}


class Case(NamedTuple):
    text: str
    is_yaml: bool
    # The values of its documents; none are told where JSON has no words for them.
    values: list[Any] | None


def suite() -> Path:
    """The folder of the official suite: a folder a case, with in.yaml, and in.json or error."""
    folder = ROOT / ".tools" / "yaml-suite"
    if not folder.exists():
        pytest.fail("there is no .tools/yaml-suite: `make tools` fetches it")
    return folder


@functools.cache
def cases() -> dict[str, Case]:
    folder = suite()
    found = {}
    for path in sorted(folder.rglob("in.yaml")):
        is_yaml = not path.with_name("error").exists()
        values = path.with_name("in.json")
        found[path.parent.relative_to(folder).as_posix()] = Case(
            path.read_bytes().decode(),
            is_yaml,
            list(documents_of_json(values.read_text("utf-8"))) if is_yaml and values.exists() else None,
        )
    return found


def documents_of_json(text: str) -> Iterator[Any]:
    """The values that stand one behind the other; where there are no documents, there is nothing."""
    if not text.strip():
        yield None
    while text := text.strip():
        value, end = json.JSONDecoder().raw_decode(text)
        yield value
        text = text[end:]


# --- what krtc reads


def read(text: str) -> tuple[Node | None, list[Diagnostic]]:
    """A document, and the errors in it."""
    node, diagnostics = loader.parse(SourceFile("krt.yml", text))
    return node, [diagnostic for diagnostic in diagnostics if diagnostic.severity == "error"]


def data(node: Node | None, scalar: Callable[[Scalar], Any] = lambda scalar: scalar.text) -> Any:
    """What nodes say; without a `scalar`, every value is its text."""
    if isinstance(node, Mapping):
        return {key: data(value, scalar) for key, (_, value) in node.entries.items()}
    if isinstance(node, Sequence):
        return [data(item, scalar) for item in node.items]
    return scalar(node) if node else None


def core(scalar: Scalar) -> Any:
    """The value of a scalar in YAML 1.2's core schema."""
    text = scalar.text
    if not scalar.plain:
        return text
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return text.lower() == "true"
    if re.fullmatch(r"[-+]?[0-9]+", text):
        return int(text)
    if re.fullmatch(r"0o[0-7]+|0x[0-9a-fA-F]+", text):
        return int(text, 0)
    if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", text):
        return float(text.replace(".inf", "inf"))
    return text


def exact(value: Any) -> str:
    """A value as a text that tells 1 from 1.0 and true, and that tells of the order of keys."""
    return json.dumps(value, default=repr)


# --- the other readers


def means(node: Node | None, value: Any) -> bool:
    """Whether a reader's value is what krtc takes a node for; texts that readers differ in krtc's binder refuses."""
    if node is None:
        return value is None
    if isinstance(node, Mapping):
        if not isinstance(value, dict) or len(value) != len(node.entries):
            return False
        pairs = zip(node.entries.values(), value.items(), strict=True)
        return all(means(key, their_key) and means(item, theirs) for (key, item), (their_key, theirs) in pairs)
    if isinstance(node, Sequence):
        return (
            isinstance(value, list)
            and len(value) == len(node.items)
            and all(means(item, theirs) for item, theirs in zip(node.items, value, strict=True))
        )
    return means_scalar(node, value)


def means_scalar(scalar: Scalar, value: Any) -> bool:
    text = scalar.text
    if scalar.plain and text in binder._NULL:
        return value is None
    if scalar.plain and text in (*binder._TRUE, *binder._FALSE):
        return value is (text in binder._TRUE)
    if scalar.plain and re.fullmatch(r"[-+]?(0|[1-9][0-9]*)", text):
        return type(value) is not bool and isinstance(value, int) and value == int(text)
    if scalar.plain and binder._is_ambiguous(text):
        return not isinstance(value, str | list | dict) or value == text
    return isinstance(value, str) and value == text


def has_ambiguous_keys(node: Node | None) -> bool:
    """Whether two keys may be one for a reader: `1` and `+1`."""
    if isinstance(node, Mapping):
        return any(
            (key.plain and binder._is_ambiguous(key.text)) or has_ambiguous_keys(value)
            for key, value in node.entries.values()
        )
    return isinstance(node, Sequence) and any(map(has_ambiguous_keys, node.items))


def is_text_of(node: Node | None, value: Any) -> bool:
    """Whether a reader that takes everything for text finds the same; of an empty document some make "", some None."""
    return exact(value) == exact(data(node)) or not (node or value)


# How it reads a text, and whether what it then has is what krtc has.
READERS: dict[str, tuple[Callable[[str], Any], Callable[[Node | None, Any], bool]]] = {
    "PyYAML, texts": (lambda text: yaml.load(text, yaml.BaseLoader), is_text_of),
    "PyYAML": (yaml.safe_load, means),
    "ruamel, texts": (lambda text: YAML(typ="base", pure=True).load(text), is_text_of),
    "ruamel, safe": (lambda text: YAML(typ="safe", pure=True).load(text), means),
    "ruamel, rt": (lambda text: YAML(typ="rt").load(text), means),
}


def differences(text: str, node: Node | None) -> Iterator[str]:
    """How a text that krtc took is one that it should not take, or has other data for other readers."""
    if found := features(text):
        yield f"has {found}"
    for name, (load, agrees) in READERS.items():
        # In ruamel alone a text at the root need not be indented, and a key may end before, or begin with, these.
        if name.startswith("ruamel") and (isinstance(node, Scalar) or re.search("\t:|[?]:", text)):
            continue
        if agrees is means and has_ambiguous_keys(node):
            continue
        try:
            value = load(text)
        except Exception:  # refused, or a crash of ruamel's, as comments cause
            continue
        if not agrees(node, value):
            yield f"{name}: {value!r}"


# --- what is refused, as the events of other parsers show it

# How krtc says what it has no use for.
FEATURES = {
    "an anchor": "anchor",
    "an alias": "alias",
    "a tag": "tag",
    "a directive": "directive",
    "a second document": "documents",
    "a key that is not text": "key",
    "a `?` with no blank behind it": "question",
    "a merge key": "merge",
}


def features(text: str) -> set[str]:
    """What a text has of YAML that KRT has no use for, as far as PyYAML's own parser comes."""
    found = set(features_of(text, yaml.parse(text, yaml.SafeLoader)))
    return found | {"directive"} if re.match("%(YAML|TAG) ", text) else found


def features_of(text: str, events: Iterable[Any]) -> Iterator[str]:
    documents = 0
    children: list[int | None] = [None]  # of each mapping around an event, how many there were; of a list, None
    try:
        for event in events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                documents += 1
                if documents > 1:
                    yield "documents"
            if kind == "AliasEvent":
                yield "alias"
            elif getattr(event, "anchor", None) is not None:
                yield "anchor"
            if getattr(event, "tag", None) is not None:
                yield "tag"
            if kind in ("MappingEndEvent", "SequenceEndEvent"):
                children.pop()
            if kind in ("AliasEvent", "ScalarEvent", "MappingStartEvent", "SequenceStartEvent"):
                before = children[-1]
                if before is not None:
                    children[-1] = before + 1
                    if before % 2 == 0 and kind in ("MappingStartEvent", "SequenceStartEvent"):
                        yield "key"
                    if before % 2 == 0 and kind == "ScalarEvent":
                        if event.value == "<<":
                            yield "merge"
                        if not event.value and not event.style:
                            yield "key"
                        elif text[: event.start_mark.index].endswith("?"):
                            yield "question"
            if kind in ("MappingStartEvent", "SequenceStartEvent"):
                children.append(0 if kind == "MappingStartEvent" else None)
    except yaml.YAMLError:
        return


# --- tests


def test_the_suite_is_whole() -> None:
    """What an empty folder would not prove."""
    assert len(cases()) == 402
    assert sum(not case.is_yaml for case in cases().values()) == 94
    assert sum(case.values is not None for case in cases().values()) > 250


def test_what_is_yaml_is_read_as_it_or_refused_for_a_listed_reason() -> None:
    unread = {name for names in UNREAD.values() for name in names.split()}
    wrong = {}
    for name, case in cases().items():
        if not case.is_yaml:
            continue
        node, errors = read(case.text)
        if name in unread:
            found = "" if [error.code.id for error in errors] == ["KRT002"] else "is read now"
        elif name in OTHERWISE:
            found = "" if not errors and data(node) == OTHERWISE[name] else "is read otherwise now"
        elif errors:
            found = "" if is_justified(errors, case) else errors[0].message
        else:
            found = value_of(node, case)
        if found:
            wrong[name] = found
    assert wrong == {}


def is_justified(errors: list[Diagnostic], case: Case) -> bool:
    """Whether a refusal that is in no table is of something that is there."""
    (error,) = errors
    if error.code.id == "KRT003":
        (said,) = [feature for words, feature in FEATURES.items() if error.message.startswith(words)]
        return said in features(case.text)
    return error.code.id == "KRT001" and bool(re.search(r"\\[bf]|\\u00[0189]", json.dumps(case.values)))


def value_of(node: Node | None, case: Case) -> str:
    """How the value of a case is another than it should be."""
    if case.values is None:
        return ""  # with a key that is null, for one
    (value,) = case.values
    # Objects of JSON have no order; that of keys is held against PyYAML below.
    ours, theirs = (json.dumps(v, sort_keys=True) for v in (data(node, core), value))
    return "" if ours == theirs else f"{ours} is not {theirs}"


def test_what_is_not_yaml_is_refused_or_harmless() -> None:
    read_as = {}
    for name, case in cases().items():
        if not case.is_yaml:
            node, errors = read(case.text)
            if errors:
                assert {error.code.id for error in errors} <= {"KRT002", "KRT003"}, name
            else:
                read_as[name] = data(node)
    assert read_as == TOLERATED


def test_what_is_taken_is_what_other_readers_take() -> None:
    taken = {name: (case.text, read(case.text)) for name, case in cases().items()}
    wrong = {name: list(differences(text, node)) for name, (text, (node, errors)) in taken.items() if not errors}
    assert len(wrong) > 150
    assert {name: found for name, found in wrong.items() if found} == {}


def test_golden_inputs_are_read_alike() -> None:
    paths = [path for name in ("krt.yml", "runtime.yml") for path in (ROOT / "golden" / "ok").rglob(name)]
    assert len(paths) > 20
    for path in paths:
        text = path.read_bytes().decode()
        node, errors = read(text)
        assert (errors, list(differences(text, node))) == ([], []), path


# --- documents of the part of YAML that krtc takes, and the data in them

# What an unquoted text may begin with, and what may stand in it behind that.
FIRST_WORDS = words(
    "a é 漢 𝒳 no null true 12 -1 1.5 1e3 0o17 2001-12-14 12:30:45 .inf ~ = -x ?x :x a:b a#b it's a\"b a\\n a& a*"
)
WORDS = [*FIRST_WORDS, *words("& * ! | > % @ ` ' \" - ? {{ }} [[ ]] , ; -- %x !!str &a *a <<"), "b\u00a0c", "\u202e"]
PLAIN_IN_FLOW = re.compile(r"[^\[\]{},?:]*|a:b|12:30:45")
SINGLE = [
    ("''", "'"),
    ("\\", "\\"),
    *((word, word) for word in ("a", "é", '"', "#", ": ", "- ", "{", "{{ x }}", "b c")),
]
DOUBLE = [
    *(
        ("\\" + c, value)
        for c, value in (("n", "\n"), ("t", "\t"), ('"', '"'), ("\\", "\\"), ("/", "/"), ("_", "\xa0"))
    ),
    *(("\\x41", "A"), ("\\u00e9", "é"), ("\\U0001F600", "😀"), ("\\L", "\u2028"), ("\\ ", " "), ("\\r", "\r")),
    *((word, word) for word in ("a", "é", "'", "#", ": ", "%", "{{ x }}", "b c")),
]
LITERAL_LINES = [
    "a",
    "é: b",
    "- x",
    "# c",
    "  more",
    " one",
    "",
    "",
    "a  ",
    "\tt",
    "'",
    '"',
    "{{ x }}",
    "---x",
    "%y",
    "&a",
]
COMMENTS = ["", "", "", " # c", "  #", " # a: b"]
# What stands between entries. Behind a text of many lines, only a comment without blanks before it is one.
SEPARATORS = ["", "", "# c\n", "# c\n  # d\n\n", "#\n   \n"]

Written = tuple[str, Any]


def folded(draw: st.DrawFn, lines: list[Written], pad: str) -> Written:
    """Lines with breaks between them, of which readers make blanks, or one break less."""
    text, value = lines[0]
    for line, its_value in lines[1:]:
        blanks = draw(st.sampled_from([0, 0, 0, 1, 2]))
        text += "\n" * (blanks + 1) + pad + line
        value += ("\n" * blanks or " ") + its_value
    return text, value


@st.composite
def plain(draw: st.DrawFn, pad: str, flow: bool) -> Written:
    def line() -> str:
        return " ".join([draw(st.sampled_from(first)), *draw(st.lists(st.sampled_from(later), max_size=2))])

    first, later = ([w for w in some if not flow or PLAIN_IN_FLOW.fullmatch(w)] for some in (FIRST_WORDS, WORDS))
    return folded(draw, [(text, text) for text in (line() for _ in range(draw(st.integers(1, 3 if pad else 1))))], pad)


@st.composite
def quoted(draw: st.DrawFn, pad: str) -> Written:
    quote, pieces = draw(st.sampled_from([("'", SINGLE), ('"', DOUBLE)]))

    def line() -> Written:
        parts = draw(st.lists(st.sampled_from(pieces), max_size=4))
        # No blank at an end, which is where lines are folded.
        return f"x{''.join(p[0] for p in parts)}x", f"x{''.join(p[1] for p in parts)}x"

    lines = [line() for _ in range(draw(st.integers(0, 3 if pad else 1)))]
    text, value = folded(draw, lines, pad) if lines else ("", "")
    if quote == '"' and pad and draw(st.booleans()):
        text, value = f"{text}\\\n{pad}y", f"{value}y"  # an end of a line that is escaped
    return f"{quote}{text}{quote}", value


@st.composite
def block(draw: st.DrawFn, indent: int) -> Written:
    """A literal or folded text below a collection whose indentation is `indent`."""
    style, chomping = draw(st.sampled_from("|>")), draw(st.sampled_from(["", "-", "+"]))
    deeper = draw(st.integers(1, 3))
    if style == "|":
        lines = draw(st.lists(st.sampled_from(LITERAL_LINES), min_size=1, max_size=5))
        lines.insert(draw(st.integers(0, len(lines))), "x")
        body = text = "\n".join(lines)
    else:
        parts = draw(st.lists(st.sampled_from(["a", "é b", "- x", "# c", "a: b"]), min_size=1, max_size=4))
        body, text = folded(draw, [(part, part) for part in parts], "")
    end = "\n" * draw(st.integers(1, 3))
    value = text.rstrip("\n") + {"": "\n", "-": "", "+": text[len(text.rstrip("\n")) :] + end}[chomping]
    pad = " " * (indent + deeper)
    written = "".join(f"{pad}{line}\n" if line else "\n" for line in body.split("\n")).removesuffix("\n")
    # Without it readers take the indentation of the first line.
    indicator = str(deeper) if draw(st.booleans()) or body.lstrip("\n")[0] in " \t" else ""
    header = style + draw(st.sampled_from([indicator + chomping, chomping + indicator]))
    return f"{header}{draw(st.sampled_from(['', ' # c']))}\n{written}{end}", value


def keys(count: int) -> st.SearchStrategy[list[Written]]:
    """Different keys, each on one line."""
    one = st.one_of(plain("", True), quoted(""))
    return st.lists(one, min_size=count, max_size=count, unique_by=lambda key: key[1])


@st.composite
def flow_values(draw: st.DrawFn, pad: str, depth: int) -> Written:
    """A value on one line, or on several that begin with `pad`."""
    kind = draw(st.sampled_from(["plain", "quoted", *(["list", "mapping"] if depth else [])]))
    if kind == "plain":
        return draw(plain(pad, True))
    if kind == "quoted":
        return draw(quoted(pad))
    gap = st.sampled_from(["", " ", f"\n{pad}", f" # c\n{pad}"] if pad else ["", " "])
    items = [draw(flow_values(pad, depth - 1)) for _ in range(draw(st.integers(0, 3)))]
    end = draw(st.sampled_from(["", ","])) if items else ""
    if kind == "list":
        inside = ",".join(draw(gap) + text + draw(gap) for text, _ in items)
        return f"[{inside}{end}{draw(gap)}]", [item for _, item in items]
    pairs = list(zip(draw(keys(len(items))), items, strict=True))
    inside = ",".join(f"{draw(gap)}{key}: {text}{draw(gap)}" for (key, _), (text, _) in pairs)
    return f"{{{inside}{end}{draw(gap)}}}", {name: item for (_, name), (_, item) in pairs}


@st.composite
def block_values(draw: st.DrawFn, indent: int, depth: int) -> Written:
    """What stands behind a key or a dash of a collection at `indent`, with the end of its line."""
    kind = draw(st.sampled_from(["empty", "plain", "flow", "block", *(["list", "mapping"] * 2 if depth else [])]))
    pad = " " * (indent + draw(st.integers(1, 3)))
    gap = draw(st.sampled_from([" ", "  ", f"\n{pad}"]))
    if kind == "empty":
        return draw(st.sampled_from(COMMENTS)) + "\n", ""
    if kind == "block":
        text, value = draw(block(indent))
        return f" {text}", value
    if kind in ("list", "mapping"):
        text, value = draw((lists if kind == "list" else mappings)(len(pad), depth - 1))
        return f"{draw(st.sampled_from(COMMENTS))}\n{text}", value
    text, value = draw(plain(pad, False) if kind == "plain" else flow_values(pad, 2))
    return f"{gap}{text}{draw(st.sampled_from(COMMENTS))}\n", value


@st.composite
def lists(draw: st.DrawFn, indent: int, depth: int) -> Written:
    pad, text = " " * indent, ""
    values: list[Any] = []
    for _ in range(draw(st.integers(1, 3))):
        if depth and draw(st.booleans()):
            # A collection that begins on the line of the dash.
            inner, value = draw(st.one_of(lists(indent + 2, depth - 1), mappings(indent + 2, depth - 1)))
            text += f"{pad}- {inner.lstrip(' ')}"
        else:
            written, value = draw(block_values(indent, depth))
            text += f"{pad}-{written}"
        text += draw(st.sampled_from(SEPARATORS))
        values.append(value)
    return text, values


@st.composite
def mappings(draw: st.DrawFn, indent: int, depth: int) -> Written:
    pad, text = " " * indent, ""
    values: dict[str, Any] = {}
    for key, name in draw(keys(draw(st.integers(1, 3)))):
        written, values[name] = draw(block_values(indent, depth))
        colon = draw(st.sampled_from(["{}:", "{} :", "? {}\n{}:"]))
        text += pad + colon.format(key, pad) + written
        text += draw(st.sampled_from(SEPARATORS))
    return text, values


@st.composite
def documents(draw: st.DrawFn) -> Written:
    text, value = draw(mappings(0, 3))
    text = draw(st.sampled_from(["", "", "---\n", "# c\n", "\n# c\n--- # c\n"])) + text
    return draw(st.sampled_from([text, text, text.replace("\n", "\r\n")])), value


@settings(max_examples=300)
@given(documents())
def test_documents_of_every_style(written: Written) -> None:
    text, value = written
    node, errors = read(text)
    assert [error.message for error in errors] == []
    assert exact(data(node)) == exact(value)
    assert list(differences(text, node)) == []


# --- documents that are nearly right

TOKENS = [
    *" \n\t-?:,[]{}#&*!|>'\"%@`ab1~=\\é\xa0\u3000",
    *("", "\n\n", "\n ", "\n  ", "\r\n", "\\\n", ": ", "- ", "? ", " #", "|\n", ">-\n", "'y'", '"x"', "[?", "{?"),
    *("---", "...", "\n---\n", "%YAML 1.2\n---\n", "*a", ": *a", "&a ", "!!str ", "<<: b\n"),
]


@st.composite
def near_documents(draw: st.DrawFn) -> str:
    """A case of the suite with some characters put in or taken away."""
    text = draw(st.sampled_from([case.text for case in cases().values() if len(case.text) < 200]))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(TOKENS)) + text[at + draw(st.sampled_from([0, 0, 0, 1, 3])) :]
    return text


@settings(max_examples=1000)
@given(near_documents())
def test_documents_that_are_nearly_right(text: str) -> None:
    node, errors = read(text)
    assume(not errors)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert list(differences(text, node)) == []


# --- what an unquoted text is taken for

ALPHABET = "0123456789+-._:eExXoObBtTzZ nulyesofatrinNaI~=<"
# ... and in whatever case:
WORDS_OF_READERS = words("null true false yes no on off .nan .inf -.inf +.inf 0x1f 0b11 0o17 1.5e+3 1e3 .5e-3")
# What PyYAML, as a reader of YAML 1.1, and ruamel, as one of 1.2, take an unquoted text for.
RESOLVERS = {
    "1.1": yaml.SafeLoader("").resolve,
    "1.2": YAML(typ="safe", pure=True).resolver.resolve,
}


def type_of(version: str, text: str) -> str:
    node = yaml.ScalarNode if version == "1.1" else RuamelScalar
    tag: str = str(RESOLVERS[version](node, text, (True, False)))
    return tag.rpartition(":")[2]


def is_handled(text: str) -> bool:
    """Whether what a reader takes for another type is no text for krtc either, or is text for both."""
    found = {type_of(version, text) for version in RESOLVERS}
    return found == {"str"} or binder._is_ambiguous(text)


def test_every_short_text_that_a_reader_takes_for_another_type_is_ambiguous() -> None:
    alphabet = sorted(set(ALPHABET))
    letters = itertools.chain(
        *(itertools.product(alphabet, repeat=length) for length in range(4)),
        *(itertools.product(*zip(word, word.upper(), strict=True)) for word in WORDS_OF_READERS),
    )
    texts = map("".join, letters)
    assert [text for text in texts if not is_handled(text)] == []


@settings(max_examples=1000)
@given(st.text(ALPHABET, min_size=4, max_size=24))
@example("2001-12-14t21:59:43.10-05:00")
@example("190:20:30.15")
def test_every_text_that_a_reader_takes_for_another_type_is_ambiguous(text: str) -> None:
    assert is_handled(text)
