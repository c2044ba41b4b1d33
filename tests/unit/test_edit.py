"""Editing a runtime.yml: the status changes, and every other byte stays; ruamel.yaml is the oracle."""

import difflib
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from krtc.frontend import yaml as loader
from krtc.frontend.edit import set_statuses
from krtc.source import SourceFile
from tests.unit.helpers import STATUSES

PLAIN = "runtime: demo\nversions:\n  - krt: a/krt.yml\n    status: started\n  - krt: b/krt.yml\n    status: published\n"


def ruamel(text: str) -> Any:
    """The data, and the comments in the order of the file, as ruamel.yaml has them."""
    data = YAML(typ="safe", pure=True).load(io.StringIO(text.removeprefix("\ufeff")))
    tokens = YAML(typ="rt", pure=True).load(io.StringIO(text.removeprefix("\ufeff")))
    return data, sorted(comments(tokens))


def comments(node: Any) -> list[str]:
    """The texts of all comments below a node, without the line ends that ruamel.yaml keeps with them."""
    found: list[str] = []

    def take(token: Any) -> None:
        if isinstance(token, list):
            for one in token:
                take(one)
        elif token is not None:
            text = token if isinstance(token, str) else token.value  # that of a block scalar is a text
            found.extend(line.strip() for line in text.split("\n") if line.strip())

    if hasattr(node, "ca"):
        take(node.ca.comment)
        take(node.ca.end or None)
        for tokens in node.ca.items.values():
            take(tokens)
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [*found, *(text for child in children for text in comments(child))]


def statuses(text: str) -> dict[int, str | None]:
    """The statuses as krtc's own loader has them."""
    root, found = loader.parse(SourceFile("runtime.yml", text.removeprefix("\ufeff")))
    assert found == []
    entries = root.entries["versions"][1].items  # type: ignore[union-attr]
    return {i: e.entries["status"][1].text if "status" in e.entries else None for i, e in enumerate(entries)}


def changed(old: str, new: str) -> list[str]:
    """The lines that go and come."""
    lines = difflib.ndiff(old.split("\n"), new.split("\n"))
    return [line for line in lines if line[0] in "-+"]


def same_but(old: str, new: str, wanted: dict[int, Any]) -> None:
    """Holds the new text against the old one: the same data but for the statuses, the same comments."""
    (before, said), (after, says) = ruamel(old), ruamel(new)
    assert says == said
    for index, status in wanted.items():
        assert after["versions"][index].pop("status") == status
        before["versions"][index].pop("status", None)
    assert after == before
    assert statuses(new) == {**statuses(old), **wanted}


AWKWARD = {
    "comments everywhere": (
        "# top\nruntime: demo # of\n# between\nversions: # all\n  # first\n  - # a\n    # krt\n    krt: a # its file\n"
        "    # status: published\n    status: started # status: started\n    # end\n# bottom\n",
        {0: "published"},
        ["-     status: started # status: started", "+     status: published # status: started"],
    ),
    "flow": (
        "{runtime: demo, versions: [{krt: a, status: started}, {krt: b}]}\n",
        {0: "stopped", 1: "started"},
        [
            "- {runtime: demo, versions: [{krt: a, status: started}, {krt: b}]}",
            "+ {runtime: demo, versions: [{krt: a, status: stopped}, {krt: b, status: started}]}",
        ],
    ),
    "flow in block": (
        "versions:\n  - {krt: a, config: {variables: {status: started}}, status: started}\n  - {krt: b,   # its file\n"
        "     id: x}\nruntime: demo\n",
        {0: "published", 1: "started"},
        [
            "-   - {krt: a, config: {variables: {status: started}}, status: started}",
            "-   - {krt: b,   # its file",
            "+   - {krt: a, config: {variables: {status: started}}, status: published}",
            "+   - {krt: b, status: started,   # its file",
        ],
    ),
    "json": (
        '{"runtime": "demo", "versions": [{"krt":"a"}, {"krt": "b", "status":"started"}]}',
        {0: "started", 1: "published"},
        [
            '- {"runtime": "demo", "versions": [{"krt":"a"}, {"krt": "b", "status":"started"}]}',
            '+ {"runtime": "demo", "versions": [{"krt":"a", "status": "started"}, {"krt": "b", "status":"published"}]}',
        ],
    ),
    "pairs without braces": (
        "runtime: demo\nversions: [krt: a, ? krt : b]\n",
        {0: "started", 1: "published"},
        [
            "- versions: [krt: a, ? krt : b]",
            "+ versions: [{krt: a, status: started}, {? krt : b, status: published}]",
        ],
    ),
    "CRLF": (
        PLAIN.replace("\n", "\r\n"),
        {1: "started"},
        ["-     status: published\r", "+     status: started\r"],
    ),
    "CRLF, missing": (
        "runtime: demo\r\nversions:\r\n- krt: a # x\r\n- krt: b",
        {0: "started", 1: "started"},
        ["+   status: started\r", "- - krt: b", "+ - krt: b\r", "+   status: started"],
    ),
    "no final newline": (
        PLAIN.rstrip("\n"),
        {1: "stopped"},
        ["-     status: published", "+     status: stopped"],
    ),
    "no final newline, missing": (
        "runtime: demo\nversions:\n  - krt: a  # its file",
        {0: "started"},
        ["+     status: started"],
    ),
    "tabs in comments": (
        "runtime: demo #\tof\n#\t\nversions:\n  -   krt: a #\tits\n      status: started #\tnow\t\n  - krt: b #\tf\n",
        {0: "published", 1: "started"},
        ["-       status: started #\tnow\t", "+       status: published #\tnow\t", "+     status: started"],
    ),
    "byte order mark": (
        "\ufeff" + PLAIN,
        {0: "stopped"},
        ["-     status: started", "+     status: stopped"],
    ),
    "quoted keys and values": (
        "\"runtime\": demo\n'versions':\n  - 'krt': \"a # b\"\n    \"status\": 'published'\n  - krt: 'it''s'\n"
        '    status: "st\\x61rted"\n',
        {0: "started", 1: "published"},
        [
            "-     \"status\": 'published'",
            "+     \"status\": 'started'",
            '-     status: "st\\x61rted"',
            '+     status: "published"',
        ],
    ),
    "status before krt": (
        "runtime: demo\nversions:\n- status: started\n  id: x\n  krt: a\n",
        {0: "published"},
        ["- - status: started", "+ - status: published"],
    ),
    "missing, krt last": (
        "runtime: demo\nversions:\n- id: x\n  config:\n    variables: {A: b}\n\n  krt: a\n\n# end\n",
        {0: "started"},
        ["+   status: started"],
    ),
    "comment after krt": (
        "runtime: demo\nversions:\n    -   krt: a   # status: here\n                 # goes on\n        id: x\n",
        {0: "started"},
        ["+         status: started"],
    ),
    "document markers": (
        "---\nruntime: demo\nversions:\n- krt: a\n...\n",
        {0: "started"},
        ["+   status: started"],
    ),
    "Unicode": (
        "# 𝒳 é 漢\nruntime: demo\nversions:\n- krt: 漢/é.yml # 𝒳𝒳\n  status: started # é\n- {krt: 𝒳, id: x} # 漢\n",
        {0: "stopped", 1: "started"},
        [
            "-   status: started # é",
            "- - {krt: 𝒳, id: x} # 漢",
            "+   status: stopped # é",
            "+ - {krt: 𝒳, status: started, id: x} # 漢",
        ],
    ),
    "block scalars": (
        "runtime: demo\nversions:\n- status: >- # started\n    started\n\n  krt: a\n"
        "- krt: |-\n    b\n\n\n  id: x\n- krt: >-\n    c",
        {0: "published", 1: "started", 2: "stopped"},
        ["-     started", "+     published", "+   status: started", "+   status: stopped"],
    ),
    "several lines": (
        'runtime: demo\nversions:\n- krt: "a\\\n    b" # c\n  id: x\n'
        "- krt: a\n   b\n- status:\n\n    started\n  krt: c\n",
        {0: "started", 1: "started", 2: "stopped"},
        ["+   status: started", "+   status: started", "-     started", "+     stopped"],
    ),
    "explicit keys": (
        "runtime: demo\nversions:\n- ? krt\n  : a # b\n  ? id\n  : x\n",
        {0: "started"},
        ["+   status: started"],
    ),
    "the same status": (
        "runtime: demo\nversions:\n- krt: a\n  status: 'stopped'\n",
        {0: "stopped"},
        [],
    ),
}


@pytest.mark.parametrize("name", AWKWARD)
def test_awkward_files(name: str) -> None:
    old, wanted, expected = AWKWARD[name]
    new = set_statuses(old, wanted)  # type: ignore[arg-type]
    assert sorted(changed(old, new)) == sorted(expected)
    assert new.startswith("\ufeff") == old.startswith("\ufeff")
    assert new.endswith("\n") == old.endswith("\n")
    assert new.count("\r\n") == (new.count("\n") if "\r" in old else 0)
    same_but(old, new, wanted)


def test_tabs_between() -> None:
    """ruamel.yaml takes none there."""
    old = "runtime:\tdemo\nversions:\n-   krt:\ta\t# b\n    status:\tstarted\t# c\n- krt:\td\n- {krt:\te\t,\tid: f}\n"
    new = set_statuses(old, {0: "stopped", 1: "started", 2: "started"})
    inserted = old.replace("d\n", "d\n  status: started\n").replace("e\t", "e, status: started\t")
    assert new == inserted.replace("\tstarted\t", "\tstopped\t")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("- krt: a # b\n  # c\n  id: x\n", "- krt: a # b\n  status: started\n  # c\n  id: x\n"),
        ("- krt: |-\n    a\n\n  id: x\n", "- krt: |-\n    a\n\n  status: started\n  id: x\n"),
        ("- krt: >-\n    a\n- krt: b\n", "- krt: >-\n    a\n  status: started\n- krt: b\n"),
        ("- ? krt\n  : a\n  ? id\n  : x\n", "- ? krt\n  : a\n  status: started\n  ? id\n  : x\n"),
        ("- krt:\n    a\n\n\n# c", "- krt:\n    a\n  status: started\n\n\n# c"),
        ("- {krt: a , id: x}\n", "- {krt: a, status: started , id: x}\n"),
    ],
)
def test_where_it_is_inserted(old: str, new: str) -> None:
    assert set_statuses(f"runtime: demo\nversions:\n{old}", {0: "started"}) == f"runtime: demo\nversions:\n{new}"


def test_there_and_back() -> None:
    there = set_statuses(PLAIN, {0: "published", 1: "started"})
    assert there != PLAIN
    assert set_statuses(there, {0: "started", 1: "published"}) == PLAIN


def test_nothing_wanted_is_nothing_changed() -> None:
    assert set_statuses(PLAIN, {}) == PLAIN


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "lists no versions"),
        ("runtime: demo\n", "lists no versions"),
        ("versions: 1\n", "lists no versions"),
        ("versions: [\n", "lists no versions"),
        ("versions: [a]\n", "entry 0 is no mapping"),
        ("versions: [{id: x}]\n", "entry 0 has no `krt`"),
        ("versions: [{krt: a, status: }]\n", "the status of entry 0 is no text"),
        ("versions: [{krt: a, status: [started]}]\n", "the status of entry 0 is no text"),
    ],
)
def test_what_is_no_such_file(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        set_statuses(text, {0: "started"})


characters = st.one_of(
    st.sampled_from("\t #:{"), st.characters(exclude_categories=("Cs", "Cc", "Cf", "Cn", "Zl", "Zp"))
)
comment = st.text(characters, max_size=8).map(lambda text: f"#{text.rstrip()}")
quoted = st.sampled_from(["{}", "'{}'", '"{}"'])
path = st.sampled_from(["a", "b/krt.yml", "ver sions/v1.krt", "é漢𝒳", "a#b", "status"])


@st.composite
def block_entry(draw: st.DrawFn) -> str:
    """An entry of a block list: keys in any order, with comments and blank lines between them."""
    fields = [("krt", draw(quoted).format(draw(path)))]
    if draw(st.booleans()):
        fields.append(("status", draw(quoted).format(draw(st.sampled_from(STATUSES)))))
    if draw(st.booleans()):
        fields.append(
            ("config", draw(st.sampled_from(["{variables: {STATUS: stopped}}", "\n      files:\n        A: b"])))
        )
    if draw(st.booleans()):
        fields.append(("id", draw(quoted).format("started")))
    lines = []
    for number, (key, value) in enumerate(draw(st.permutations(fields))):
        gap = draw(st.sampled_from([" ", "  "]))
        behind = f" {draw(comment)}" if draw(st.booleans()) else ""
        lines.append(f"{'    ' if number else '  - '}{draw(quoted).format(key)}:{gap}{value}{behind}")
        lines += draw(st.lists(st.one_of(st.just(""), comment.map(lambda text: f"    {text}")), max_size=2))
    return "\n".join(lines)


@st.composite
def flow_entry(draw: st.DrawFn) -> str:
    """The same in braces."""
    fields = [("krt", draw(quoted).format(draw(path)))]
    if draw(st.booleans()):
        fields.append(("status", draw(quoted).format(draw(st.sampled_from(STATUSES)))))
    if draw(st.booleans()):
        fields.append(("config", "{variables: {STATUS: stopped}}"))
    gaps = st.sampled_from([", ", " , ", ",\n      ", f", {draw(comment)}\n      "])
    pairs = [f"{draw(quoted).format(key)}: {value}" for key, value in draw(st.permutations(fields))]
    text = pairs[0] + "".join(draw(gaps) + pair for pair in pairs[1:])
    return f"  - {{{text}}}" + (f" {draw(comment)}" if draw(st.booleans()) else "")


@st.composite
def runtimes(draw: st.DrawFn) -> str:
    """A runtime.yml with some versions."""
    entries = draw(st.lists(st.one_of(block_entry(), flow_entry()), min_size=1, max_size=4))
    head = draw(st.sampled_from(["", "# head\n", "---\n"])) + "runtime: demo\n"
    text = (
        f"{head}versions:\n" + "\n".join(entries) + draw(st.sampled_from(["", "\n", "\n# end\n", "\n\nnamespace: kre"]))
    )
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return draw(st.sampled_from(["", "\ufeff"])) + text


@given(text=runtimes(), data=st.data())
def test_any_file(text: str, data: st.DataObject) -> None:
    known = statuses(text)
    wanted: Any = data.draw(st.dictionaries(st.sampled_from(sorted(known)), st.sampled_from(STATUSES)))
    new = set_statuses(text, wanted)
    same_but(text, new, wanted)
    back: Any = {index: status for index, status in known.items() if status}
    if wanted.keys() <= back.keys():
        assert set_statuses(new, back) == text


@given(text=runtimes(), status=st.sampled_from(STATUSES))
def test_what_is_inserted_is_in_one_place(text: str, status: Any) -> None:
    for index in [index for index, found in statuses(text).items() if found is None]:
        new = set_statuses(text, {index: status})
        more = len(new) - len(text)
        cuts = [at for at in range(len(new)) if new[:at] + new[at + more :] == text]
        assert any(status in new[at : at + more] or new[at:].startswith("status") for at in cuts)
        assert new.count("status") == text.count("status") + 1
        text = new
