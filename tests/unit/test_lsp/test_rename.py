"""Renaming a node, and finding it: where it is named, and where it is meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krtc.frontend import languages
from krtc.frontend import yaml as loader
from krtc.lsp.references import definition, references, rpc
from krtc.lsp.rename import Refused, edits, in_runtime, prepare
from krtc.source import SourceFile
from tests.unit.helpers import assets
from tests.unit.test_lsp.examples import KRT, changed, shapes

# Where a name of the first workflow stands: as a name, in a subscription, as the exitpoint; each with its quotes.
PLACES = {
    "etl": [
        ("out\n    nodes:\n      - name: etl", "out\n    nodes:\n      - name: e|tl"),
        ('"etl.odd"', '"e|tl.odd"'),
        ('["etl", odd', '["etl|", odd'),
    ],
    "odd-mails": [("'odd-mails'", "'|odd-mails'"), (", odd-mails]", ", odd-|mails]")],
    "out": [("name: out", "name: out|"), ("exitpoint: out", "exitpoint: |out")],
}
ALL = [(name, *place) for name, places in PLACES.items() for place in places]


def apply(text: str, found: list[tuple[int, int, str]]) -> str:
    for start, end, new in reversed(found):
        text = text[:start] + new + text[end:]
    return text


@pytest.mark.parametrize(("name", "before", "after"), ALL)
def test_a_node_is_renamed_everywhere_in_its_workflow(name: str, before: str, after: str) -> None:
    text, offset = changed(before, after)
    assert text == KRT and KRT[slice(*prepare(text, offset))] == name
    first, second = KRT.split("  - name: count")
    expected = {
        "etl": first.replace("name: etl", "name: new").replace('"etl', '"new'),
        "odd-mails": first.replace("odd-mails", "new"),
        "out": first.replace("name: out", "name: new").replace("exitpoint: out", "exitpoint: new"),
    }[name]
    assert apply(text, edits(text, offset, "new", shapes())) == f"{expected}  - name: count{second}"


@pytest.mark.parametrize(("name", "before", "after"), ALL)
def test_its_definition_and_where_it_is_meant(name: str, before: str, after: str) -> None:
    text, offset = changed(before, after)
    ((start, end),) = definition(text, offset)
    assert text[start:end] == name and text[:start].rstrip("'").endswith("- name: ")
    meant = references(text, offset, with_definition=False)
    assert len(meant) == {"etl": 2, "odd-mails": 1, "out": 1}[name]
    assert {text[slice(*one)] for one in meant} == {name}
    assert references(text, offset, with_definition=True) == sorted([(start, end), *meant])


def test_the_entrypoint_and_rpcs() -> None:
    text, offset = changed("subscriptions: [entrypoint]", "subscriptions: [entry|point]")
    ((start, end),) = definition(text, offset)
    assert text[start:end] == "entrypoint" and start == text.index("entrypoint:\n")
    assert len(references(text, offset, with_definition=True)) == 3
    assert references(*changed("entrypoint:\n", "entry|point:\n"), with_definition=True)
    assert rpc(text, offset) is None
    text, offset = changed("entrypoint: Sort", "entrypoint: So|rt")
    assert rpc(text, offset) == "Sort"
    assert [text[slice(*one)] for one in references(text, offset, with_definition=True)] == ["Sort"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("krtVersion: v2", "krtVersion: |v2"),
        ("name: sort", "name: so|rt"),
        ("Sorts", "So|rts"),
        ("- name: count", "- |name: count"),
    ],
)
def test_elsewhere_there_is_nothing(before: str, after: str) -> None:
    at = changed(before, after)
    assert definition(*at) == references(*at, with_definition=True) == []
    with pytest.raises(Refused, match="Only nodes"):
        prepare(*at)


@pytest.mark.parametrize(
    ("before", "after", "name", "words"),
    [
        ("exitpoint: out", "exitpoint: o|ut", "etl", "has a node `etl` already"),
        ("exitpoint: out", "exitpoint: o|ut", "entrypoint", "the platform's name"),
        ("exitpoint: out", "exitpoint: o|ut", "Out", "must be lower-case letters"),
        ("exitpoint: out", "exitpoint: o|ut", "", "must be lower-case letters"),
        ("exitpoint: out", "exitpoint: o|ut", "a" * 20, "20 characters: a node's name has at most 19"),
        ("exitpoint: out", "exitpoint: gon|e", "new", "The workflow has no node `gone`"),
        ("name: out", "name: et|l", "new", "more than one node `etl`"),
        ("subscriptions: [entrypoint]", "subscriptions: [entry|point]", "new", "the platform's name: it stays"),
        ('"etl.odd"', '"etl.o|dd"', "new", "a sub-topic, which the code of `etl` names"),
        ('"etl.odd"', '"etl.odd', "new", "not YAML"),
        ('- "etl.odd"', '- "\\x65t|l.odd"', "new", "written with escapes"),
        ('- "etl.odd"', '- "\\x65tl.odd"', "new", "Line 20 writes `etl` with escapes"),
    ],
)
def test_what_is_refused(before: str, after: str, name: str, words: str) -> None:
    text = KRT
    if "|" not in after:
        text, (before, after) = KRT.replace(before, after), ("src: src/etl.py", "src: src/etl.py")
        offset = text.index("etl")
    else:
        text, offset = changed(before, after)
    with pytest.raises(Refused, match=words):
        edits(text, offset, name, shapes())


def test_what_a_runtime_says_of_the_node_goes_along() -> None:
    runtime = """\
versions:
  - krt: mine.yml
    nodes:
      sort: {etl: {replicas: 2}, 'out': {}}
      count: {etl: {}}
  - krt: other.yml
    nodes: {sort: {etl: {}}}
"""

    def after(old: str, new: str, text: str = runtime) -> str:
        return apply(text, in_runtime(text, "mine.yml".__eq__, "sort", old, new))

    assert after("etl", "new") == runtime.replace("{etl: {rep", "{new: {rep")
    assert after("etl", "12") == runtime.replace("{etl: {rep", '{"12": {rep')
    assert after("out", "12") == runtime.replace("'out'", "'12'")
    assert after("gone", "new") == after("etl", "out") == runtime
    assert after("etl", "new", "versions: [") == "versions: [" and after("etl", "new", "- a") == "- a"


def test_the_same_name_is_no_mistake() -> None:
    text, offset = changed("exitpoint: out", "exitpoint: o|ut")
    assert apply(text, edits(text, offset, "out", shapes())) == KRT


@given(
    st.sampled_from(ALL),
    st.one_of(
        st.from_regex(r"[a-z0-9]([a-z0-9-]{0,6}[a-z0-9])?", fullmatch=True), st.sampled_from(["1", "no", "1e3", "null"])
    ),
)
def test_the_renamed_version_is_the_same_but_for_the_name(place: tuple[str, str, str], name: str) -> None:
    """Read by the compiler: whatever the name is, it is text, and no other value has changed."""
    old, before, after = place
    text, offset = changed(before, after)
    if name in PLACES and name != old:
        return
    renamed = apply(text, edits(text, offset, name, shapes()))
    assert not loader.parse(SourceFile("", renamed))[1]
    was, is_ = (
        languages.version(SourceFile("", one), assets()["schemas/krt-v2.schema.json"]) for one in (text, renamed)
    )
    assert was[0] and is_[0] and not was[1] and not is_[1]
    first, second = was[0].workflows[0], is_[0].workflows[0]

    def new(text: str) -> str:
        publisher, dot, topic = text.partition(".")
        return f"{name if publisher == old else publisher}{dot}{topic}"

    assert second.exitpoint == new(first.exitpoint)
    for a, b in zip(first.nodes, second.nodes, strict=True):
        assert (b.name, b.subscriptions) == (new(a.name), [*map(new, a.subscriptions)])
        assert (a.image, a.src, a.replicas) == (b.image, b.src, b.replicas)
    assert repr(was[0].workflows[1]) == repr(is_[0].workflows[1])
