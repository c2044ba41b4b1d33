"""Completion: what is offered where, in texts that are YAML and in those that are not yet."""

import pytest

from krtc.lsp.completion import Item, complete
from tests.unit.test_lsp.examples import KRT, RPCS, RUNTIME, changed, cursor, shapes

NODES = ["etl", "odd-mails", "out"]
OF_NODE = ["name", "image", "src", "subscriptions", "gpu", "replicas", "objectStore"]
OTHERS = ["entrypoint", "etl", "etl.odd", "odd-mails"]


def ask(text: str, offset: int, language: str = "krt-v2") -> list[Item]:
    return complete(text, offset, shapes(language), lambda: RPCS)


def labels(at: tuple[str, int], language: str = "krt-v2") -> list[str]:
    return [item.label for item in ask(*at, language)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        # Subscriptions: in a flow list, in a block list; with quotes, half of them, or none
        ('["etl", odd-mails]', "[|]", OTHERS),
        ('["etl", odd-mails]', "[e|]", OTHERS),
        ('["etl", odd-mails]', "[|", OTHERS),
        ('["etl", odd-mails]', '["etl", |]', ["entrypoint", "etl.odd", "odd-mails"]),
        ('["etl", odd-mails]', '["etl", "|"]', ["entrypoint", "etl.odd", "odd-mails"]),
        ('["etl", odd-mails]', '["etl", "|', ["entrypoint", "etl.odd", "odd-mails"]),
        ('["etl", odd-mails]', '["etl|", odd-mails]', ["entrypoint", "etl", "etl.odd"]),
        ('["etl", odd-mails]', "['odd-mails', etl.|]", ["entrypoint", "etl", "etl.odd"]),
        ('["etl", odd-mails]', "\n          - |", OTHERS),
        ('["etl", odd-mails]', "\n        - |", OTHERS),
        ('["etl", odd-mails]', "\n          - od|\n          - etl", ["entrypoint", "etl.odd", "odd-mails"]),
        ('["etl", odd-mails]', '\n          - "e|', OTHERS),
        ('- "etl.odd"', "- etl.|", ["entrypoint", "etl", "out"]),
        # The rest of a workflow
        ("exitpoint: out", "exitpoint: |", NODES),
        ("exitpoint: out", 'exitpoint: "o|', NODES),
        ("exitpoint: out", "exitpoint: o|ut", NODES),
        ("entrypoint: Sort", "entrypoint: |", ["Sort", "Other", "Count"]),
        ("entrypoint: Sort", "entrypoint: So|", ["Sort", "Other", "Count"]),
        # Values of the schema
        ("krtVersion: v2", "krtVersion: |", ["v2"]),
        ("scope: workflow", "scope: |", ["workflow", "project"]),
        ("src: bin/out", "src: bin/out\n        gpu: |", ["true", "false"]),
        ("src: bin/out", "src: bin/out\n        gpu: t|", ["true", "false"]),
        # Keys: of a node, at its end and in its middle; in an empty mapping; in a flow mapping; beside a colon
        ("        src: bin/out\n", "        src: bin/out\n        |\n", ["gpu", "replicas"]),
        ("        src: bin/out\n", "        src: bin/out\n        re|\n", ["gpu", "replicas"]),
        ("        src: bin/out\n", "        s|: bin/out\n", ["src", "gpu", "replicas"]),
        ("{name: mails, scope: workflow}", "{name: mails, |}", ["scope"]),
        ("{name: mails, scope: workflow}", "{|", ["name", "scope"]),
        ("{name: mails, scope: workflow}", "\n          |", ["name", "scope"]),
        ("      - name: out\n", "      - |\n      - name: out\n", OF_NODE),
        ("      - name: out\n", "      - na|\n      - name: out\n", OF_NODE),
        ("entrypoint:\n  proto: public_input.proto\n", "entrypoint:\n  |\n", ["proto"]),
        ("version: mail-v1\n", "ver|\n", ["version", "config"]),
        # Nowhere: in comments, in texts that are free, in the middle of them
        ("# not much", "# not |much", []),
        ("Sorts mail.", "Sorts |", []),
        ("Sorts mail.", "|", []),
        ("version: mail-v1", "version: m|", []),
        ("version: mail-v1", "version:|", []),
        ("src: bin/out", "src: bin/out\n        replicas: |", []),
    ],
)
def test_what_is_offered(before: str, after: str, expected: list[str]) -> None:
    assert labels(changed(before, after)) == expected


@pytest.mark.parametrize("cut", [" [", "\n          - ", ' ["'])
def test_below_the_cursor_there_may_be_nothing(cut: str) -> None:
    start = KRT[: KRT.index("        objectStore")]
    text = f"{start}        subscriptions:{cut}"
    assert labels((text, len(text))) == OTHERS


def test_a_line_that_is_broken_elsewhere_is_no_hindrance() -> None:
    text = KRT.replace("        src: src/etl.py\n", "        sr\n").replace("proto: public", "proto: 'public")
    assert labels(changed('["etl", odd-mails]', "[|]", text)) == OTHERS
    assert labels(changed("exitpoint: out", "exitpoint: |", text)) == NODES
    assert labels(changed("        src: bin/out\n", "        src: bin/out\n        |\n", text)) == ["gpu", "replicas"]


def test_where_everything_is_broken_the_lines_that_lead_there_are_enough() -> None:
    text = KRT.replace("image: ", "image [ ").replace("src: ", "{src ")
    assert labels(changed("{name: mails, scope: workflow}", "{scope: |", text)) == ["workflow", "project"]


def test_images_are_those_that_the_file_has() -> None:
    images = ["konstellation/kre-entrypoint:8.2.0", "konstellation/kre-py:8.2.0", "konstellation/kre-go:8.2.0"]
    text = KRT.replace("src: src/etl.py", "src: src/etl.py\n        image: |").replace(
        "        image: konstellation/kre-py:8.2.0\n        src: src/etl", "        src: src/etl"
    )
    assert sorted(labels(cursor(text))) == sorted(images)
    assert sorted(labels(cursor(text.replace("image: |", "image: konst|")))) == sorted(images)


def edited(at: tuple[str, int], label: str) -> str:
    text, offset = at
    item = next(item for item in ask(text, offset) if item.label == label)
    return text[: item.start] + item.text + text[item.end :]


@pytest.mark.parametrize(
    ("before", "after", "label", "expected"),
    [
        ("exitpoint: out", "exitpoint: o|", "out", "exitpoint: out"),
        ("exitpoint: out", "exitpoint: 'o|'", "out", "exitpoint: 'out'"),
        ("exitpoint: out", "exitpoint: od|d-mails", "out", "exitpoint: out"),
        ('["etl", odd-mails]', '["et|l", odd-mails]', "etl.odd", '["etl.odd", odd-mails]'),
        ('["etl", odd-mails]', "[etl.|, odd-mails]", "etl.odd", "[etl.odd, odd-mails]"),
        ("        src: bin/out", "        s|: bin/out", "src", "        src: bin/out"),
        ("{name: mails, scope: workflow}", "{name: mails, sc|}", "scope", "{name: mails, scope: }"),
        ("version: mail-v1\n", "version: mail-v1\nco|\n", "config", "version: mail-v1\nconfig:\n"),
    ],
)
def test_what_is_written(before: str, after: str, label: str, expected: str) -> None:
    assert edited(changed(before, after), label) == KRT.replace(before, expected)


def test_names_that_would_be_no_text_are_quoted() -> None:
    text = KRT.replace("name: out", 'name: "123"').replace("exitpoint: out", "exitpoint: |")
    assert 'exitpoint: "123"' in edited(cursor(text), "123")
    assert "exitpoint: '123'" in edited(cursor(text.replace("|", "'|'")), "123")


def test_keys_have_their_docs_and_the_required_ones_come_first() -> None:
    items = ask(*changed("      - name: out\n", "      - |\n      - name: out\n"))
    assert [item.label for item in items if item.detail == "required"] == ["name", "image", "src", "subscriptions"]
    replicas = next(item for item in items if item.label == "replicas")
    assert "How many pods share the work." in replicas.about and "by default `1`" in replicas.about


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("messaging: job", "messaging: |", ["nack", "job"]),
        ("status: published", "status: |", ["stopped", "started", "published"]),
        ("    id: mine\n", "    id: mine\n    kr|\n", ["krtFiles"]),
        ("    id: mine\n", "    krtFiles: {|}\n", ["mongodb", "image", "https", "sha256"]),
        ("messaging: job", "messaging: job\nnats: {keep: [|]}", ["streams", "objectStores", "keyValueStores"]),
        ("messaging: job", "messaging: job\nnats:\n  keep:\n    - |", ["streams", "objectStores", "keyValueStores"]),
    ],
)
def test_a_runtime(before: str, after: str, expected: list[str]) -> None:
    found = labels(changed(before, after, RUNTIME), "runtime")
    assert found[: len(expected)] == expected


def test_an_empty_file_begins_with_what_it_needs() -> None:
    assert labels(("", 0))[:5] == ["version", "krtVersion", "description", "entrypoint", "workflows"]
    assert labels(("v", 1))[:1] == ["version"]
