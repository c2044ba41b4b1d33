"""What differs between two sets of manifests, and what that does to a cluster."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krtc.changes import compare
from krtc.manifests import ABSENT
from krtc.manifests.change import EFFECTS, Change, Field
from tests.unit.helpers import KRT, RUNTIME, Object, build, changed, objects


def thing(kind: str = "ConfigMap", name: str = "x", /, **body: Any) -> Object:
    groups = {"ConfigMap": "v1", "Service": "v1", "Deployment": "apps/v1", "Ingress": "networking.k8s.io/v1"}
    groups["Job"] = "batch/v1"
    groups["GRPCRoute"] = "gateway.networking.k8s.io/v1"
    api = groups.get(kind, "jetstream.nats.io/v1beta2")
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": "ns"}, **body}


def fields(old: Any, new: Any) -> list[tuple[str, Any, Any]]:
    """What differs between two values of `data`, by their path in it."""
    found = compare([thing(data=old)], [thing(data=new)])
    return [(f.path.removeprefix("data").removeprefix("."), f.old, f.new) for change in found for f in change.fields]


def said(old: list[Object], new: list[Object]) -> list[tuple[str, str, str]]:
    return [(c.name, e.kind, e.message) for c in compare(old, new) for e in c.effects]


class Test_objects:
    def test_are_known_by_group_kind_namespace_and_name(self) -> None:
        old = [thing("ConfigMap", "a"), thing("ConfigMap", "b"), thing("Service", "a")]
        elsewhere = thing("ConfigMap", "b")
        elsewhere["metadata"]["namespace"] = "other"
        new = [elsewhere, thing("ConfigMap", "a"), thing("Service", "c")]
        assert [(c.action, c.kind, c.place) for c in compare(old, new)] == [
            ("removed", "ConfigMap", "ns/b"),
            ("added", "ConfigMap", "other/b"),
            ("removed", "Service", "ns/a"),
            ("added", "Service", "ns/c"),
        ]

    def test_of_another_version_of_an_api_are_the_same(self) -> None:
        (change,) = compare([{**thing("Ingress"), "apiVersion": "networking.k8s.io/v1beta1"}], [thing("Ingress")])
        assert change.action == "changed" and change.api_version == "networking.k8s.io/v1"
        assert [field.path for field in change.fields] == ["apiVersion"]

    def test_come_in_the_order_of_applying(self) -> None:
        kinds = ["Gadget", "Ingress", "Deployment", "Service", "Stream", "ConfigMap"]
        assert [c.kind for c in compare([], [thing(kind) for kind in kinds])] == kinds[::-1]

    def test_order_says_nothing(self) -> None:
        two = [thing("ConfigMap", "a"), thing("ConfigMap", "b")]
        assert compare(two, two[::-1]) == []

    def test_without_a_namespace(self) -> None:
        data = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}
        assert [c.place for c in compare([], [data])] == ["a"]

    def test_labels_of_tools_say_nothing(self) -> None:
        old, new, bare = thing(), thing(), thing()
        old["metadata"]["labels"] = {"a": "b", "app.kubernetes.io/managed-by": "krtc"}
        new["metadata"]["labels"] = {"a": "b", "app.kubernetes.io/managed-by": "Helm", "helm.sh/chart": "c-1"}
        bare["metadata"]["labels"] = {"app.kubernetes.io/instance": "r"}
        assert compare([old], [new]) == [] == compare([thing()], [bare])
        assert old["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "krtc"
        new["metadata"]["labels"]["a"] = "c"
        assert [f.path for c in compare([old], [new]) for f in c.fields] == ["metadata.labels.a"]


class Test_fields:
    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ({"a": 1}, {"a": 2}, [("a", 1, 2)]),
            ({"a": 1}, {"a": True}, [("a", 1, True)]),
            ({"a": 1}, {"a": "1"}, [("a", 1, "1")]),
            ({"a": 1}, {"a": 1.0}, [("a", 1, 1.0)]),
            ({"a": 1}, {"b": 1}, [("a", 1, ABSENT), ("b", ABSENT, 1)]),
            ({"a": None}, {}, [("a", None, ABSENT)]),
            ({"a": {"b": 1}}, {"a": [1]}, [("a", {"b": 1}, [1])]),
            ({"a/b.c": "1"}, {"a/b.c": "2"}, [('["a/b.c"]', "1", "2")]),
            ({"0": "1"}, {"0": "2"}, [('["0"]', "1", "2")]),
        ],
    )
    def test_of_mappings(self, old: Any, new: Any, expected: Any) -> None:
        found = fields(old, new)
        assert found == expected and [type(v) for f in found for v in f[1:]] == [
            type(v) for f in expected for v in f[1:]
        ]

    @pytest.mark.parametrize(
        ("old", "new", "differs"),
        [
            (*pair, differs)
            for differs, pairs in {
                False: [
                    "1000m 1",
                    "1 1.0",
                    "0.5 500m",
                    "1Gi 1024Mi",
                    "1e3 1k",
                    "1E 1e18",
                    "012 12",
                    "0.0001 1m",
                    "0.5Ki 512",
                ],
                True: ["1 2", "1m 2m", "1M 1Mi", "1 x", "x y", f"1 {'9' * 65}"],
            }.items()
            for pair in map(str.split, pairs)
        ],
    )
    def test_amounts(self, old: str, new: str, differs: bool) -> None:
        """Of resources alone: elsewhere a text is a text."""
        of_resources = fields({"resources": {"limits": {"cpu": old}}}, {"resources": {"limits": {"cpu": new}}})
        assert (of_resources == [("resources.limits.cpu", old, new)]) == differs
        assert fields({"limits": {"cpu": old}}, {"limits": {"cpu": new}}) == [("limits.cpu", old, new)]

    def test_an_amount_is_a_number_or_a_text(self) -> None:
        assert fields({"resources": {"limits": {"cpu": 2}}}, {"resources": {"limits": {"cpu": "2"}}}) == []
        assert len(fields({"resources": {"limits": {"cpu": True}}}, {"resources": {"limits": {"cpu": 1}}})) == 1

    def test_a_nan_is_itself(self) -> None:
        assert fields({"a": float("nan")}, {"a": float("nan")}) == []

    @pytest.mark.parametrize(
        ("old", "new", "expected"),
        [
            ([{"name": "a", "v": 1}], [{"name": "a", "v": 2}], [("l[a].v", 1, 2)]),
            ([{"name": "a"}], [{"name": "b"}, {"name": "a"}], [("l[b]", ABSENT, {"name": "b"})]),
            ([{"name": "a"}, {"name": "b"}], [{"name": "b"}], [("l[a]", {"name": "a"}, ABSENT)]),
            ([], [{"name": "a"}], [("l[a]", ABSENT, {"name": "a"})]),
            ([{"name": "0"}], [], [('l[name="0"]', {"name": "0"}, ABSENT)]),
            ([{"name": "a]b"}], [], [('l[name="a]b"]', {"name": "a]b"}, ABSENT)]),
            (
                [{"name": "v", "mountPath": "/a"}, {"name": "v", "mountPath": "/b"}],
                [{"name": "v", "mountPath": "/a"}, {"name": "w", "mountPath": "/b"}],
                [("l[/b].name", "v", "w")],
            ),
            (
                [{"name": "v", "mountPath": "/a"}],
                [{"name": "v", "mountPath": "/b"}],
                [
                    ("l[/a]", {"name": "v", "mountPath": "/a"}, ABSENT),
                    ("l[/b]", ABSENT, {"name": "v", "mountPath": "/b"}),
                ],
            ),
            ([{"k": 1}, {"k": 2}], [{"k": 1}, {"k": 3}], [("l[1].k", 2, 3)]),
            ([1, 2], [1, 3], [("l", [1, 2], [1, 3])]),
            ([{"k": 1}], [{"k": 1}, {"k": 2}], [("l", [{"k": 1}], [{"k": 1}, {"k": 2}])]),
            ([1], [True], [("l", [1], [True])]),
        ],
    )
    def test_of_lists(self, old: Any, new: Any, expected: Any) -> None:
        assert fields({"l": old}, {"l": new}) == expected

    def test_a_list_of_names_in_another_order_is_another_list(self) -> None:
        a, b = {"name": "a"}, {"name": "b"}
        assert fields({"l": [a, b]}, {"l": [b, a]}) == [("l[0].name", "a", "b"), ("l[1].name", "b", "a")]

    def test_names_that_stand_twice_are_no_names(self) -> None:
        a, b = {"name": "a"}, {"name": "b"}
        assert fields({"l": [a, a]}, {"l": [a, b]}) == [("l[1].name", "a", "b")]


NAMES = st.sampled_from(["a", "b", "name", "mountPath", "a.b", "0", ""])
LEAVES = (
    st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["", "a", "b", "0"]) | st.sampled_from([0.0, 1.0])
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.dictionaries(NAMES, inner, max_size=3)
        | st.lists(inner, max_size=3)
        | st.lists(st.fixed_dictionaries({"name": st.sampled_from("abc")}, optional={"v": inner}), max_size=3)
    ),
    max_leaves=8,
)


def put(data: Any, field: Field) -> None:
    """Makes a field what it is afterwards; what is added to a list of names comes last."""
    at = data
    for step in field.steps[:-1]:
        at = next(i for i in at if i.get(step[0]) == step[1]) if isinstance(step, tuple) else at[step]
    last: Any = field.steps[-1]
    if isinstance(last, tuple):
        at[:] = [item for item in at if item.get(last[0]) != last[1]]
        at += [field.new] if field.new is not ABSENT else []
    elif field.new is ABSENT:
        del at[last]
    else:
        at[last] = field.new


def in_any_order(value: Any) -> Any:
    """A value as text, in which items that have names stand in the order of these."""
    if isinstance(value, dict):
        return sorted((key, in_any_order(item)) for key, item in value.items())
    if isinstance(value, list):
        return sorted(map(repr, map(in_any_order, value)))
    return repr(value)


class Test_properties:
    @given(VALUES)
    def test_nothing_differs_from_itself(self, value: Any) -> None:
        assert fields(value, copy.deepcopy(value)) == []

    @given(VALUES, VALUES)
    def test_the_fields_make_new_of_old(self, old: Any, new: Any) -> None:
        made = thing(data=copy.deepcopy(old))
        for change in compare([thing(data=old)], [thing(data=new)]):
            for field in change.fields:
                put(made, field)
        assert in_any_order(made) == in_any_order(thing(data=new))

    @given(VALUES, VALUES)
    def test_no_field_is_told_twice_or_within_another(self, old: Any, new: Any) -> None:
        steps = [f.steps for change in compare([thing(data=old)], [thing(data=new)]) for f in change.fields]
        for one in steps:
            assert [other for other in steps if other[: len(one)] == one] == [one]

    @given(VALUES, VALUES)
    def test_no_two_fields_have_one_path(self, old: Any, new: Any) -> None:
        paths = [path for path, _, _ in fields(old, new)]
        assert len(set(paths)) == len(paths)

    @given(VALUES, VALUES)
    def test_backwards_is_the_opposite(self, old: Any, new: Any) -> None:
        there, back = fields(old, new), fields(new, old)
        assert sorted(map(repr, there)) == sorted(repr((path, after, before)) for path, before, after in back)


def spec(kind: str, name: str = "x", /, **fields: Any) -> Object:
    return thing(kind, name, spec=fields)


def active(version: str | None, name: str = "active-entrypoint", **labels: str) -> Object:
    selector = {} if version is None else {"selector": {"version-name": f"{version}-entrypoint"}}
    data = spec("Service", name, **selector)
    data["metadata"]["labels"] = labels
    return data


STREAM: Object = {"name": "s", "subjects": ["s.a"], "retention": "interest", "storage": "file", "maxAge": "1h"}
CONSUMER: Object = {
    "streamName": "s",
    "durableName": "d",
    "deliverPolicy": "new",
    "ackPolicy": "explicit",
    "ackWait": "1m",
}
POD: Object = {"replicas": 1, "selector": {"matchLabels": {"a": "b"}}, "template": {"spec": {"containers": []}}}


class Test_effects:
    @pytest.mark.parametrize(
        ("kind", "old", "new", "expected"),
        [
            ("Deployment", POD, {**POD, "selector": {"matchLabels": {"a": "c"}}}, ["refused"]),
            ("Deployment", POD, {**POD, "selector": {}, "template": {}}, ["refused"]),
            ("Deployment", POD, {**POD, "template": {"spec": {}}}, ["restarts"]),
            ("Deployment", POD, {**POD, "replicas": 3}, ["scales"]),
            ("Deployment", POD, {**POD, "replicas": 3, "template": {}}, ["restarts", "scales"]),
            ("Deployment", POD, {**POD, "revisionHistoryLimit": 3}, []),
            ("Job", {"template": {"spec": {}}}, {"template": {}}, ["refused"]),
            ("Job", {"backoffLimit": 1}, {"backoffLimit": 2}, []),
            ("Service", {"clusterIP": "10.0.0.1"}, {"clusterIP": "10.0.0.2"}, ["refused"]),
            ("Service", {"clusterIP": "10.0.0.1"}, {}, []),
            ("Service", {"type": "ClusterIP"}, {"type": "NodePort"}, []),
            ("Stream", STREAM, {**STREAM, "storage": "memory"}, ["refused"]),
            ("Stream", STREAM, {**STREAM, "storage": "memory", "maxAge": "1m"}, ["refused"]),
            ("Stream", STREAM, {**STREAM, "retention": "workqueue"}, ["refused"]),
            ("Stream", {**STREAM, "retention": "workqueue"}, STREAM, ["refused"]),
            ("Stream", STREAM, {**STREAM, "retention": "limits"}, []),
            ("Stream", {**STREAM, "retention": "limits"}, STREAM, ["deletes-data"]),
            ("Stream", STREAM, {**STREAM, "name": "t", "storage": "memory"}, ["keeps-data"]),
            ("Stream", STREAM, {**STREAM, "subjects": ["t"]}, []),
            ("Stream", STREAM, {**STREAM, "replicas": 3}, []),
            ("Stream", STREAM, {**STREAM, "maxAge": "59m59s"}, ["deletes-data"]),
            ("Stream", STREAM, {**STREAM, "maxAge": "60m"}, []),
            ("Stream", STREAM, {**STREAM, "maxAge": "1h1ms"}, []),
            ("Stream", STREAM, {**STREAM, "maxAge": "0s"}, []),
            ("Stream", {**STREAM, "maxAge": "0s"}, STREAM, ["deletes-data"]),
            ("Stream", STREAM, {**STREAM, "maxAge": 5}, []),
            ("Stream", {**STREAM, "preventDelete": True}, {**STREAM, "preventDelete": False}, ["keeps-data"]),
            ("Stream", {**STREAM, "preventDelete": False}, {**STREAM, "preventDelete": True}, ["keeps-data"]),
            ("Stream", STREAM, {**STREAM, "preventDelete": False}, []),
            ("KeyValue", {"bucket": "b", "storage": "file"}, {"bucket": "b", "storage": "memory"}, ["refused"]),
            ("ObjectStore", {"bucket": "b", "storage": "file"}, {"bucket": "b", "storage": "memory"}, ["refused"]),
            ("KeyValue", {"bucket": "b", "storage": "file"}, {"bucket": "c", "storage": "memory"}, ["keeps-data"]),
            ("ObjectStore", {"bucket": "b"}, {"bucket": "c"}, ["keeps-data"]),
            ("Consumer", CONSUMER, {**CONSUMER, "deliverPolicy": "all"}, ["refused"]),
            ("Consumer", CONSUMER, {**CONSUMER, "ackPolicy": "all"}, ["refused"]),
            ("Consumer", CONSUMER, {**CONSUMER, "replayPolicy": "original"}, ["refused"]),
            ("Consumer", CONSUMER, {**CONSUMER, "deliverSubject": "t"}, ["refused"]),
            ("Consumer", CONSUMER, {**CONSUMER, "durableName": "e", "deliverSubject": "t"}, ["keeps-data"]),
            ("Consumer", CONSUMER, {**CONSUMER, "streamName": "t", "durableName": "e"}, ["keeps-data"]),
            ("Consumer", CONSUMER, {**CONSUMER, "ackWait": "2m"}, []),
            ("Ingress", {"rules": [{"host": "a"}]}, {"rules": [{"host": "b"}]}, ["publishes"]),
            ("Ingress", {"rules": [{"host": "a"}]}, {"rules": [{"host": "a", "http": {}}]}, []),
            ("GRPCRoute", {"hostnames": ["a"]}, {"hostnames": ["b"]}, ["publishes"]),
            ("ConfigMap", {"a": 1}, {"a": 2}, []),
        ],
    )
    def test_of_changes(self, kind: str, old: Object, new: Object, expected: list[str]) -> None:
        found = said([spec(kind, **old)], [spec(kind, **new)])
        assert [kind for _, kind, _ in found] == expected

    @pytest.mark.parametrize(
        ("data", "removed"),
        [
            (spec("Deployment", **POD), "stops: its pods end"),
            (spec("Stream", **STREAM), "deletes-data: s is deleted in NATS, with all that is in it"),
            (
                spec("KeyValue", bucket="b", preventDelete=False),
                "deletes-data: b is deleted in NATS, with all that is in it",
            ),
            (
                spec("ObjectStore", bucket="b", preventDelete=True),
                "keeps-data: b stays in NATS, and a later object of that name takes it up again",
            ),
            (spec("Consumer", **CONSUMER), "deletes-data: the messages of s that wait for d alone are deleted"),
            (spec("Consumer", **CONSUMER, preventDelete=True), None),
            (spec("Ingress", rules=[{"host": "a.b"}]), "publishes: no requests from outside come in by a.b"),
            (spec("GRPCRoute", hostnames=[]), "publishes: no requests from outside come in by every name"),
            (active("v1"), "publishes: no requests from outside go to v1"),
            (spec("Service"), None),
            (thing("ConfigMap", "active-entrypoint"), None),
            ({**spec("Deployment"), "apiVersion": "acme.com/v1"}, None),
        ],
    )
    def test_of_what_is_removed(self, data: Object, removed: str | None) -> None:
        assert [f"{kind}: {message}" for _, kind, message in said([data], [])] == ([removed] if removed else [])

    def test_of_what_is_added(self) -> None:
        added = [active("v1"), spec("Ingress", rules=[{"host": "a.b"}]), spec("Stream", **STREAM)]
        assert said([], [*added, spec("Deployment", **POD)]) == [
            ("active-entrypoint", "publishes", "requests from outside go to v1"),
            ("x", "publishes", "requests from outside come in by a.b"),
        ]

    def test_of_a_consumer_that_goes_with_its_stream(self) -> None:
        consumer, stream = spec("Consumer", "c", **CONSUMER), spec("Stream", "s", **STREAM)
        kept = spec("Stream", "s", **STREAM, preventDelete=True)
        assert [(name, kind) for name, kind, _ in said([consumer, stream], [])] == [("s", "deletes-data")]
        # The stream that stays holds what consumers wait for, and they are gone.
        assert [(name, kind) for name, kind, _ in said([consumer, kept], [])] == [
            ("c", "deletes-data"),
            ("s", "keeps-data"),
        ]

    @pytest.mark.parametrize(
        ("name", "labels", "is_active"),
        [
            ("active-entrypoint", {}, True),
            ("kre-active-entrypoint", {"runtime-id": "kre"}, True),
            ("a-b---active-entrypoint", {"runtime-id": "a-b"}, True),
            ("long----0123456789", {"type": "active-entrypoint"}, True),
            ("kre-active-entrypoint", {}, False),
            ("v1", {"type": "entrypoint"}, False),
        ],
    )
    def test_of_the_published_version(self, name: str, labels: dict[str, str], is_active: bool) -> None:
        found = said([active("v1", name, **labels)], [active("v2", name, **labels)])
        assert found == ([(name, "publishes", "requests from outside go to v2 in place of v1")] if is_active else [])

    def test_of_a_selector_that_names_no_version(self) -> None:
        assert said([active("v1")], [active(None)]) == [
            ("active-entrypoint", "publishes", "no requests from outside go to v1")
        ]
        assert said([active(None)], [{**active(None), "spec": {"selector": {}}}]) == []

    def test_of_a_field_around_the_one_of_a_rule(self) -> None:
        assert [kind for _, kind, _ in said([thing("Stream")], [spec("Stream", storage="file")])] == ["refused"]

    def test_come_the_worst_first(self) -> None:
        old = spec("Stream", **{**STREAM, "preventDelete": True})
        new = spec("Stream", **{**STREAM, "maxAge": "1s"})
        kinds = [kind for _, kind, _ in said([old], [new])]
        assert kinds == ["deletes-data", "keeps-data"] == sorted(kinds, key=EFFECTS.index)

    def test_survive_strange_data(self) -> None:
        for kind in ("Deployment", "Service", "Stream", "Consumer", "KeyValue", "ObjectStore", "Ingress", "GRPCRoute"):
            for strange in (None, 1, "x", [], [1], {}, {"spec": 1}, {"selector": {"version-name": 1}, "rules": [1]}):
                odd = thing(kind, "active-entrypoint", spec=strange)
                for other in (thing(kind, "active-entrypoint"), spec(kind, "active-entrypoint", name="s", rules=[])):
                    assert compare([odd], [other]) + compare([other], [odd]) + compare([odd], []) is not None


def compiled(krt: Object = KRT, runtime: Object = RUNTIME, status: str = "started") -> list[Object]:
    return objects(build(krt, runtime, status=status))


def by_kind(changes: list[Change]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for change in changes:
        for effect in change.effects:
            found.setdefault(effect.kind, set()).add(f"{change.kind} {change.name}")
    return found


class Test_of_what_is_compiled:
    def test_an_image_restarts_its_node_alone(self) -> None:
        new = changed(KRT, "workflows", 0, "nodes", 1, "image", to="konstellation/kre-go:8.2.9")
        assert by_kind(compare(compiled(), compiled(new))) == {"restarts": {"Deployment mail-v1--sort--out"}}

    def test_replicas_scale(self) -> None:
        new = changed(KRT, "workflows", 0, "nodes", 1, "replicas", to=5)
        assert by_kind(compare(compiled(), compiled(new))) == {"scales": {"Deployment mail-v1--sort--out"}}

    def test_to_publish_restarts_nothing(self) -> None:
        found = by_kind(compare(compiled(), compiled(status="published")))
        assert found == {"publishes": {"Service active-entrypoint", "Ingress active-entrypoint"}}

    def test_a_stop_deletes_streams_and_object_stores_alone(self) -> None:
        found = by_kind(compare(compiled(), compiled(status="stopped")))
        assert found["deletes-data"] == {"Stream mail-v1--sort", "ObjectStore mail-v1--mails"}
        assert len(found["keeps-data"]) == 4 and len(found["stops"]) == 3 and len(found) == 3

    def test_a_storage_is_refused(self) -> None:
        new = changed(RUNTIME, "nats", "storage", to="memory")
        found = by_kind(compare(compiled(), compiled(runtime=new)))
        assert set(found) == {"refused"} and len(found["refused"]) == 6
