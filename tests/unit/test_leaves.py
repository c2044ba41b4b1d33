"""Late-bound leaves, resources and bundles: what they are in a status."""

import hashlib
import runpy
import sys
from typing import Any

import pytest

import krtc.sha256
from krtc.manifests import (
    ABSENT,
    PUBLISHED,
    RUNNING,
    STATUS,
    Amounts,
    Bundle,
    Digest,
    Is,
    Merge,
    Optional,
    Param,
    Resource,
    Text,
    When,
    file_name,
    params,
    resolve,
)
from krtc.manifests.leaves import holds
from krtc.sha256 import sha256

SIZE = Param(("size",), 3, "A.size")
NAME = Param(["a", "name"], "x", "A.name")
MAP = {"a": "1", "b": "2"}
LABELS = Param(("labels",), MAP, "A.labels")
ITEMS = Param(("items",), [1, 2], "A.items")
MISSING = Param(("config", "TOKEN"), None, "A.token")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("a", "a"),
        (5, 5),
        (True, True),
        ({"a": [1, {"b": "c"}]}, {"a": [1, {"b": "c"}]}),
        (SIZE, 3),
        (STATUS, "started"),
        (Text("a-", SIZE, "-", NAME, 5), "a-3-x5"),
        (Merge({"a": "0", "c": "3"}, LABELS), {"a": "1", "c": "3", "b": "2"}),
        (Merge(LABELS, {"a": NAME}), {"a": "x", "b": "2"}),
        (Merge([0], ITEMS, [SIZE]), [0, 1, 2, 3]),
        (Amounts({"a": Merge(LABELS, {"c": 2}), "b": LABELS}), {"a": {**MAP, "c": "2"}, "b": MAP}),
        (Amounts({"a": Merge({}, {}), "b": Merge({"c": 2**53 - 1})}), {"b": {"c": "9007199254740991"}}),
        (When(RUNNING, "then"), "then"),
        (When(PUBLISHED, "then"), ABSENT),
        (When(PUBLISHED, "then", SIZE), 3),
        (When(Is(NAME, "x", "y"), When(RUNNING, NAME)), "x"),
        ({"a": When(PUBLISHED, 1), "b": 2}, {"b": 2}),
        ([When(PUBLISHED, 1), 2], [2]),
        ([[When(PUBLISHED, 1)]], [[]]),
        (Optional(NAME), "x"),
        (Optional(""), ABSENT),
        (Optional([]), ABSENT),
        (Optional(Merge({}, {})), ABSENT),
        (Optional(When(PUBLISHED, "x")), ABSENT),
        (Optional(0), 0),
        (Optional(False), False),
        ({"a": Optional("")}, {}),
        (ABSENT, ABSENT),
    ],
)
def test_resolve(data: Any, expected: Any) -> None:
    found = resolve(data, "started")
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("status", "running", "published"),
    [("stopped", False, False), ("started", True, False), ("published", True, True)],
)
def test_holds(status: str, running: bool, published: bool) -> None:
    assert (holds(RUNNING, status), holds(PUBLISHED, status)) == (running, published)
    assert resolve(STATUS, status) == status
    assert holds(Is(NAME, "x", "y"), status) and not holds(Is(NAME, "y"), status)


def test_digest_is_what_helm_computes() -> None:
    def digest(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()

    assert resolve(Digest("a", NAME, "é"), "started") == digest(digest("a") + digest("x") + digest("é"))
    # sha256 of nothing, written out
    assert resolve(Digest(), "started") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    # printf '%s' "$(printf abc | sha256sum | head -c 64)" | sha256sum
    assert resolve(Digest("abc"), "started") == "dfe7a23fefeea519e9bbfdd1a6be94c4b2e4529dd6b7cbea83f9959c2621b13c"


@pytest.mark.parametrize("text", ["", "abc", "é漢𝒳", "x" * 1000])
def test_sha256(text: str) -> None:
    assert sha256(text) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("missing", [[], ["_sha2"], ["_sha2", "_sha256"]])
def test_sha256_of_every_python(missing: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in missing:
        monkeypatch.setitem(sys.modules, name, None)
    found = runpy.run_path(krtc.sha256.__file__)["sha256"]
    assert found("abc") == hashlib.sha256(b"abc").hexdigest()


@pytest.mark.parametrize("data", [None, 1.5, object(), {"a": None}, (1, 2), Is(NAME, "x"), b"x"])
def test_what_is_no_part_of_a_manifest(data: Any) -> None:
    with pytest.raises(TypeError, match="is no part of a manifest"):
        resolve(data, "started")


def test_a_value_that_nothing_gives() -> None:
    with pytest.raises(ValueError, match=r"config\.TOKEN has no value"):
        resolve({"a": [MISSING]}, "started")


def test_a_list_that_stands_twice_is_one_list_in_the_result() -> None:
    environment = [{"name": NAME}, When(PUBLISHED, "x")]
    found = resolve({"a": environment, "b": {"c": environment}, "d": list(environment)}, "started")
    assert found["a"] is found["b"]["c"]
    assert found["d"] == found["a"] == [{"name": "x"}]
    assert resolve({"a": environment}, "published")["a"] == [{"name": "x"}, "x"]


def test_params_in_the_order_in_which_they_stand() -> None:
    data = {
        "a": [NAME, Text("x", SIZE)],
        "b": When(Is(ITEMS, "x"), Merge(LABELS, {"c": NAME}), Optional(MISSING)),
        "c": Digest("x", SIZE),
        "d": Amounts({"x": ITEMS}),
    }
    assert [*params(data)] == [NAME, SIZE, ITEMS, LABELS, NAME, MISSING, SIZE, ITEMS]


def test_a_param_has_a_path_of_its_own() -> None:
    assert (NAME.path, NAME.narrow, repr(ABSENT)) == (("a", "name"), {}, "ABSENT")


def resource(kind: str, name: Any, *when: Is, **more: Any) -> Resource:
    return Resource("v1", kind, name, labels={"l": NAME}, body={"spec": {"size": SIZE}}, when=when, **more)


def bundle(*resources: Resource) -> Bundle:
    return Bundle(
        name="v", namespace="ns", description="d", kubernetes="1.33", source="s", resources=[*resources], tests=list
    )


def test_the_data_of_a_resource() -> None:
    found = resource("Service", "s", annotations={"a": "b"})
    assert found.data("ns", {"more": "m"}) == {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "s", "namespace": "ns", "labels": {"l": NAME, "more": "m"}, "annotations": {"a": "b"}},
        "spec": {"size": SIZE},
    }
    assert "annotations" not in resource("Service", "s").data("ns", {})["metadata"]


def test_the_params_of_a_resource() -> None:
    assert [*resource("Service", ITEMS, RUNNING, annotations={"a": LABELS}).params()] == [
        STATUS,
        ITEMS,
        NAME,
        SIZE,
        LABELS,
    ]


def test_objects_are_in_the_order_of_applying() -> None:
    made = bundle(
        resource("Ingress", "i"),
        resource("Deployment", "d"),
        resource("Service", When(PUBLISHED, "active", "s")),
        resource("Stream", "b"),
        resource("Stream", "a"),
        resource("Consumer", "z"),
        resource("ConfigMap", "c"),
    )
    assert [name for name, _ in made.objects("published")] == [
        "10-configmap-c.yaml",
        "20-consumer-z.yaml",
        "20-stream-a.yaml",
        "20-stream-b.yaml",
        "30-service-active.yaml",
        "40-deployment-d.yaml",
        "50-ingress-i.yaml",
    ]
    assert made.objects("started")[4][0] == "30-service-s.yaml"
    metadata = made.objects("started")[0][1]["metadata"]
    assert metadata["labels"] == {"l": "x", "app.kubernetes.io/managed-by": "krtc"}
    assert metadata["namespace"] == "ns"


def test_an_object_is_there_where_all_conditions_hold() -> None:
    found = resource("Service", "s", RUNNING, Is(NAME, "x"))
    other = resource("Service", "t", RUNNING, Is(NAME, "y"))
    assert [found.exists(status) for status in ("stopped", "started", "published")] == [False, True, True]
    assert not other.exists("started")
    assert bundle(found, other).objects("stopped") == []
    assert file_name(found, "s") == "30-service-s.yaml"
