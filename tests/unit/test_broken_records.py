"""What is wrong in a record is broken in it: whoever reads that ends, and all that is right can be read."""

from typing import Any

import pytest

from krtc.analysis import all_rules
from krtc.diagnostics import MOST_FINDINGS, Diagnostic
from krtc.frontend import languages
from krtc.model.krt import Config, Node, Version, Workflow
from krtc.model.record import Record, Unsaid, broken, canonical, given, known, parts, span_of
from krtc.source import SourceFile
from tests.unit.helpers import (
    KRT,
    SMALL,
    Object,
    asset,
    build,
    changed,
    checked,
    ids,
    parse,
    program,
    some,
    stretch,
    text,
)


def version(data: Object | str) -> tuple[Any, list[Diagnostic]]:
    return languages.version(SourceFile("krt.yml", text(data)), asset("schemas/krt-v2.schema.json"))


FIELDS: dict[type[Record], tuple[Any, ...]] = {
    Version: (),
    Workflow: ("workflows", 0),
    Node: ("workflows", 0, "nodes", 0),
    Config: ("config",),
}
KEYS = {"krt_version": "krtVersion", "object_store": "objectStore"}


def at(record: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        record = record[step] if isinstance(step, int) else getattr(record, step)
    return record


class Test_a_record_that_was_bound:
    @pytest.mark.parametrize(("record", "field"), [(r, f) for r in FIELDS for f in r.__annotations__])
    def test_a_wrong_field_is_unsaid_and_the_others_are_not(self, record: type[Record], field: str) -> None:
        path = FIELDS[record]
        made, wrong = version(changed(KRT, *path, KEYS.get(field, field), to={"?": 1}))
        assert wrong
        found = at(made, path)
        assert isinstance(found, record)
        # ... but an object store is a record of its own, broken in itself.
        if (record, field) in ((Node, "object_store"), (Version, "entrypoint"), (Version, "config")):
            assert isinstance(getattr(found, field), Record)
        else:
            with pytest.raises(Unsaid):
                getattr(found, field)
            assert known(found, field) is None
        right = at(version(KRT)[0], path)
        for other in record.__annotations__:
            if other != field:
                assert canonical(getattr(found, other)) == canonical(getattr(right, other))
                assert canonical(known(found, other)) == canonical(getattr(right, other))

    @pytest.mark.parametrize("field", ["name", "image", "src", "subscriptions"])
    def test_a_missing_field_is_unsaid(self, field: str) -> None:
        made, wrong = version(changed(KRT, *FIELDS[Node], field, to=None))
        assert ids(wrong) == ["KRT011"]
        node = made.workflows[0].nodes[0]
        with pytest.raises(Unsaid):
            getattr(node, field)
        assert known(node, field) is None and not given(node, field)

    def test_a_field_that_may_be_missing_has_its_default(self) -> None:
        made, wrong = version(changed(KRT, *FIELDS[Node], "objectStore", to=None))
        node = made.workflows[0].nodes[0]
        assert not wrong and known(node, "object_store") is None is node.object_store
        assert (known(node, "replicas"), node.replicas) == (1, 1)

    def test_has_its_places(self) -> None:
        made, _ = version(changed(KRT, *FIELDS[Node], "name", to="A_b"))
        node = made.workflows[0].nodes[0]
        assert stretch(span_of(node, "name")) == '"A_b"'
        assert stretch(span_of(node, "name:")) == '"name"'
        assert stretch(span_of(node, ("subscriptions", 0))) == '"entrypoint"'
        assert isinstance(node, Node) and type(node) is not Node and type(node).__name__ == "Node"

    @pytest.mark.parametrize(
        ("record", "key"),
        [
            (Version, "workflows"),
            (Workflow, "nodes"),
            (Node, "subscriptions"),
            (Config, "variables"),
            (Config, "files"),
        ],
    )
    def test_the_right_items_of_a_list_keep_their_index(self, record: type[Record], key: str) -> None:
        path = FIELDS[record]
        item: Any = at_data(KRT, path)[key][0]
        made, wrong = version(changed(KRT, *path, key, to=[[], item, 5, item, {"?": "?"}, item, []]))
        assert wrong
        with pytest.raises(Unsaid):
            getattr(at(made, path), key)
        found = parts(at(made, path), key)
        right = at(version(KRT)[0], path)
        if isinstance(item, str):
            assert found == {1: item, 3: item, 5: item}
        else:  # a record of its own, broken in itself
            assert list(found) == [1, 3, 4, 5]
            assert known(found.pop(4), "name") is None
            assert {canonical_text(one) for one in found.values()} == {canonical_text(getattr(right, key)[0])}

    @pytest.mark.parametrize(("to", "code"), [("x", "KRT012"), ([], "KRT013"), (None, "KRT011"), ({}, "KRT012")])
    def test_of_what_is_no_list_nothing_is_right(self, to: Any, code: str) -> None:
        made, wrong = version(changed(KRT, *FIELDS[Node], "subscriptions", to=to))
        assert ids(wrong) == [code]
        assert parts(made.workflows[0].nodes[0], "subscriptions") == {}

    def test_of_a_right_list_all_is(self) -> None:
        made, _ = version(KRT)
        assert parts(made.workflows[0].nodes[1], "subscriptions") == {0: "etl", 1: "etl.odd"}
        assert list(parts(made, "workflows").values()) == made.workflows
        assert parts(version(changed(KRT, "config", to={}))[0].config, "files") == {}
        assert parts(version(changed(KRT, "config", "files", to=None))[0].config, "files") == {}


def at_data(data: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        data = data[step]
    return data


def canonical_text(record: Record) -> str:
    return repr(canonical(record))


class Test_a_record_that_is_broken_by_hand:
    def test_is_of_its_class(self) -> None:
        node = broken(Node, {"name": "a"}, {"subscriptions": {1: "b"}, "src": {}})
        assert isinstance(node, Node) and (known(node, "name"), known(node, "src")) == ("a", None)
        assert parts(node, "subscriptions") == {1: "b"} and parts(node, "src") == {}
        with pytest.raises(Unsaid):
            node.subscriptions  # noqa: B018

    def test_has_no_plain_data(self) -> None:
        for record in (broken(Node, {"name": "a"}, {"src": {}}), some(Workflow, nodes=[broken(Node, {}, {"src": {}})])):
            with pytest.raises(Unsaid):
                canonical(record)
            assert repr(record) in ("Node(...)", "Workflow(...)")

    def test_and_no_other_of_that_class_is(self) -> None:
        broken(Node, {}, {"name": {}})
        assert some(Node, name="a").name == "a"


class Test_a_rule_that_reads_what_is_broken:
    def test_ends_and_the_next_goes_on(self) -> None:
        krt = changed(SMALL, *FIELDS[Node], "image", to="!")
        krt = changed(krt, *FIELDS[Node], "subscriptions", to=["zzz"])
        assert ids(checked(krt, None)) == ["KRT013", "KRT101"]

    def test_goes_on_with_the_next_node_and_workflow(self) -> None:
        twice = {**KRT["workflows"][0]["nodes"][1], "subscriptions": ["entrypoint", "entrypoint"]}
        workflow = {**KRT["workflows"][0], "nodes": [{**twice, "name": 5}, {**twice, "name": "etl"}, twice]}
        other = {**workflow, "name": "other", "entrypoint": "Other"}
        found = checked({**KRT, "workflows": [workflow, other]})
        assert ids(found) == ["KRT006", "KRT105", "KRT105", "KRT105"] * 2

    @pytest.mark.parametrize("broken_at", ["version", "entrypoint", "config", "workflows"])
    def test_is_never_an_exception(self, broken_at: str) -> None:
        odd: list[Any] = [{"?": 1}, [], "", "X", 5, [[]]]
        for to in odd:
            found = ids(checked(changed(KRT, broken_at, to=to)))
            assert found and all(id_.startswith("KRT01") or id_ == "KRT006" for id_ in found)

    def test_all_rules_are_generators_that_are_asked(self) -> None:
        kinds = {"check_settings", "check_version", "check_workflow", "check_node", "check_graph"}
        kinds |= {"check_runtime", "check_runtimes"}
        for rule in all_rules():
            assert kinds & set(vars(rule)), rule.__name__
            assert {name for name in vars(rule) if name.startswith("check")} <= kinds


class Test_more_mistakes_than_anybody_makes:
    """Each stage stops where nobody reads on."""

    def test_in_the_binder(self) -> None:
        for number in (MOST_FINDINGS - 1, MOST_FINDINGS, MOST_FINDINGS + 50):
            made, found = version({**SMALL, **{f"x{index}": "" for index in range(number)}})
            more = ["KRT004"] * (number >= MOST_FINDINGS)
            assert ids(found) == [*["KRT010"] * min(number, MOST_FINDINGS), *more]
            assert (made is None) == bool(more)
        assert found[-1].message == "more than 200 mistakes: what follows was not looked at"
        assert repr(found[-1].span) == repr(found[-2].span)

    def test_in_the_loader(self) -> None:
        for number in (MOST_FINDINGS, MOST_FINDINGS + 1, MOST_FINDINGS + 50):
            node, found = parse("a: 1\n" * (number + 1))
            more = ["KRT004"] * (number > MOST_FINDINGS)
            assert ids(found) == [*["KRT005"] * min(number, MOST_FINDINGS + 1), *more]
            assert (node is None) == bool(more)
        assert found[-1].message == "more than 200 mistakes: what follows was not looked at"
        assert found[-1].span.line == MOST_FINDINGS + 2

    def test_in_the_rules(self) -> None:
        node = SMALL["workflows"][0]["nodes"][0]
        for number in (MOST_FINDINGS, MOST_FINDINGS + 50):
            made = changed(SMALL, *FIELDS[Node], to={**node, "subscriptions": ["entrypoint"] * (number + 1)})
            assert ids(checked(made, None)) == ["KRT105"] * MOST_FINDINGS

    def test_in_the_rules_over_settings(self) -> None:
        ref = {"secretKeyRef": {"name": "x", "key": "y"}}
        names = [f"A{number}" for number in range(MOST_FINDINGS + 50)]
        config = {"variables": dict.fromkeys(names, ""), "secrets": dict.fromkeys(names, ref)}
        assert ids(checked(SMALL, {"runtime": "demo", "config": config})) == ["KRT402"] * MOST_FINDINGS


def test_what_is_right_compiles_to_the_same() -> None:
    """A record with a broken neighbour is never lowered."""
    assert build(changed(KRT, "description", to="")).files == {}
    assert program(changed(KRT, "description", to="")).version.workflows[0].nodes[0].name == "etl"
