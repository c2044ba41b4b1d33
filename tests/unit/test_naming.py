"""Names: those of NATS as the runners know them, those of Kubernetes unique and short enough."""

import hashlib
import re
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from krtc.model.krt import Node, ObjectStore, Version, Workflow
from krtc.model.naming import Names
from krtc.model.runtime import Runtime
from tests.unit.helpers import some

LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
SUBDOMAIN = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")

# Few letters, so that joined parts are alike: (`a-b`, `c`) and (`a`, `b-c`); reserved words; and the longest.
parts = st.sampled_from(
    [
        *("a", "b", "a-b", "b-a", "a-b-a", "a-a", "a--b", "a---b", "a----b", "0"),
        *("entrypoint", "a-entrypoint", "active", "active-entrypoint", "config", "files", "test"),
        *("x" * 19, "x" * 17 + "-y", "x" * 18 + "y"),
    ]
)
rpcs = st.sampled_from(["A", "a", "A_", "_A", "A_b", "__"])
sub_topics = st.one_of(
    st.sampled_from([None, "a", "b", "a-b", "--", "-", "A", "a_b", "é", "$", "a/b", "x" * 120, "x" * 119 + "y"]),
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Z"), exclude_characters=".*>,"), min_size=1, max_size=3),
)
stores = st.sampled_from(["a", "b", "a-b", "a--b", "x" * 128, "x" * 127 + "y"])


class Place:
    """One of everything that has a name."""

    def __init__(self, data: dict[str, Any], naming: str) -> None:
        self.data = data
        self.names = Names(
            some(Runtime, runtime=data["R"], naming=naming),
            some(Version, version=data["V"]),
        )
        self.workflow = some(Workflow, name=data["W"], entrypoint=data["E"])
        self.node = some(Node, name=data["N"])
        self.store = ObjectStore(name=data["S"], scope=data["scope"])
        self.subscription = data["P"] + (f".{data['T']}" if data["T"] else "")

    def objects(self) -> dict[str, list[tuple[tuple[Any, ...], str]]]:
        """By kind: what tells an object apart, and its name."""
        names, data = self.names, self.data
        v, w, n, s = data["V"], data["W"], data["N"], data["S"]
        store_scope = (w,) if data["scope"] == "workflow" else ()
        made = {
            "ConfigMap": [
                ((v,), names.object()),
                ((v, "config"), names.object("config")),
                ((v, "files"), names.object("files")),
            ],
            "KeyValue": [((v,), names.object()), ((v, w), names.object(w)), ((v, w, n), names.object(w, n))],
            "Stream": [((v, w), names.object(w))],
            "Consumer": [((v, w, n, self.subscription), names.consumer(self.workflow, self.node, self.subscription))],
            "ObjectStore": [((v, *store_scope, s), names.object_store(self.workflow, self.store))],
            "Service": [((v,), names.service()), (("active",), names.active_entrypoint())],
            "Deployment": [((v, "the entrypoint", "", ""), names.entrypoint()), ((v, w, n), names.object(w, n))],
            "Pod": [((v, "test"), names.object("test"))],
        }
        prefix = (data["R"],) if names._prefixed else ()
        return {kind: [((*prefix, *key), name) for key, name in pairs] for kind, pairs in made.items()}


places = st.fixed_dictionaries(
    {
        "R": parts,
        "V": parts.filter(lambda name: name != "active-entrypoint"),
        "W": parts,
        "N": parts.filter(lambda name: name != "entrypoint"),
        "E": rpcs,
        "P": parts,
        "T": sub_topics,
        "S": stores,
        "scope": st.sampled_from(["workflow", "project"]),
    }
)


@given(st.lists(places, min_size=2, max_size=5), st.sampled_from(["plain", "runtime"]))
def test_different_objects_have_different_names(data: list[dict[str, Any]], naming: str) -> None:
    if naming == "plain":  # a namespace has one runtime then
        data = [{**one, "R": "kre"} for one in data]
    found: dict[tuple[str, str], tuple[Any, ...]] = {}
    for one in data:
        for kind, pairs in Place(one, naming).objects().items():
            for key, name in pairs:
                assert found.setdefault((kind, name), key) == key


@given(places, st.data())
def test_a_change_of_one_part_changes_the_name(data: dict[str, Any], draw: st.DataObject) -> None:
    part = draw.draw(st.sampled_from(sorted(data)))
    other = {**data, part: draw.draw({"E": rpcs, "T": sub_topics, "S": stores}.get(part, parts))}
    assume(part != "scope" and other["V"] != "active-entrypoint" and other["N"] != "entrypoint")
    for before, after in zip(
        Place(data, "runtime").objects().values(), Place(other, "runtime").objects().values(), strict=True
    ):
        for (key, name), (other_key, other_name) in zip(before, after, strict=True):
            assert (key == other_key) == (name == other_name)


@given(places, st.sampled_from(["plain", "runtime"]))
def test_names_are_what_kubernetes_takes(data: dict[str, Any], naming: str) -> None:
    for kind, pairs in Place(data, naming).objects().items():
        long = kind in ("Consumer", "ObjectStore")
        for _, name in pairs:
            assert (SUBDOMAIN if long else LABEL).fullmatch(name), (kind, name)


@given(places, places)
def test_nats_names_tell_everything_apart(one: dict[str, Any], other: dict[str, Any]) -> None:
    def everything(data: dict[str, Any]) -> dict[str, tuple[Any, str]]:
        place = Place(data, "plain")
        names, r, v, w, n = place.names, data["R"], data["V"], data["W"], data["N"]
        scope = (w,) if data["scope"] == "workflow" else ()
        return {
            "stream": ((r, v, data["E"]), names.stream(place.workflow)),
            "subject": ((r, v, data["E"], place.subscription), names.subject(place.workflow, place.subscription)),
            "version store": ((r, v), names.key_value_store()),
            "workflow store": ((r, v, w), names.key_value_store(place.workflow)),
            "node store": ((r, v, w, n), names.key_value_store(place.workflow, place.node)),
            "objects": ((r, v, *scope, data["S"]), names.object_bucket(place.workflow, place.store)),
            "id": ((r, v, w, n), names.id(w, n)),
        }

    for (key, name), (other_key, other_name) in zip(everything(one).values(), everything(other).values(), strict=True):
        assert (key == other_key) == (name == other_name)


def example(naming: str = "plain", **changes: str) -> Place:
    data = {
        "R": "demo",
        "V": "v1",
        "W": "w",
        "E": "Rpc",
        "N": "n",
        "P": "p",
        "T": "sub",
        "S": "mails",
        "scope": "workflow",
    }
    return Place({**data, **changes}, naming)


def test_nats_names_are_those_of_the_contract() -> None:
    place = example()
    names, workflow, node = place.names, place.workflow, place.node
    assert names.stream(workflow) == "demo_v1_Rpc"
    assert names.subject(workflow, "entrypoint") == "demo_v1_Rpc.entrypoint"
    assert names.subject(workflow, "p.sub") == "demo_v1_Rpc.p.sub"
    assert names.durable(workflow, node, "p.sub") == "demo_v1_Rpc-p-sub-n"
    assert names.deliver_subject(workflow, node, "p.sub") == "krt-deliver.demo_v1_Rpc-p-sub-n"
    assert names.key_value_store() == "key-store_demo_v1"
    assert names.key_value_store(workflow) == "key-store_demo_v1_w"
    assert names.key_value_store(workflow, node) == "key-store_demo_v1_w_n"
    assert names.object_bucket(workflow, ObjectStore(name="mails")) == "demo_v1_w_mails"
    assert names.object_bucket(workflow, ObjectStore(name="mails", scope="project")) == "demo_v1_mails"
    for parts, path in (((), "demo/v1"), (("w",), "demo/v1/w"), (("w", "n"), "demo/v1/w/n")):
        assert names.id(*parts) == hashlib.sha256(path.encode()).hexdigest()[:24]


@pytest.mark.parametrize("naming", ["plain", "runtime"])
def test_nats_names_do_not_depend_on_naming(naming: str) -> None:
    place = example(naming)
    assert place.names.durable(place.workflow, place.node, "p") == "demo_v1_Rpc-p-n"


# Names that are on clusters: none of these may ever change.
SHOWN = ["v1", "v1--config", "v1", "v1-entrypoint", "active-entrypoint", "v1--w--n", "v1--w--n--p--sub", "v1--w--mails"]


@pytest.mark.parametrize(
    ("naming", "changes", "expected"),
    [
        ("plain", {}, SHOWN),
        ("plain", {"scope": "project"}, [*SHOWN[:-1], "v1--mails"]),
        (
            "runtime",
            {},
            [*(f"demo-{name}" for name in SHOWN[:2]), "demo-v1-entrypoint", *(f"demo-{n}" for n in SHOWN[3:])],
        ),
    ],
)
def test_known_names(naming: str, changes: dict[str, str], expected: list[str]) -> None:
    assert shown(example(naming, **changes)) == expected


def shown(place: Place) -> list[str]:
    names = place.names
    return [
        names.object(),
        names.object("config"),
        names.service(),
        names.entrypoint(),
        names.active_entrypoint(),
        names.object("w", "n"),
        names.consumer(place.workflow, place.node, place.subscription),
        names.object_store(place.workflow, place.store),
    ]


@pytest.mark.parametrize(
    ("parts", "readable", "hashed"),
    [
        (("v1", "a--b"), "v1-a-b", "v1\0a--b"),
        (("v1", "n", "É_x"), "v1-n-x", "v1\0n\0É_x"),
        (("v1", "x" * 60), "v1-" + "x" * 46, "v1\0" + "x" * 60),
        (("v1", "x" * 46, "yy"), "v1-" + "x" * 46, None),
    ],
)
def test_what_does_not_fit_ends_in_a_hash_of_all_parts(
    parts: tuple[str, ...], readable: str, hashed: str | None
) -> None:
    name = Names(Runtime(runtime="kre"), some(Version, version=parts[0])).object(*parts[1:])
    if hashed is None:
        assert name == "--".join(parts)
    else:
        assert name == f"{readable}----{hashlib.sha256(hashed.encode()).hexdigest()[:10]}"


def test_a_runtime_with_a_hyphen_is_set_apart() -> None:
    names = Names(Runtime(runtime="a-b", naming="runtime"), some(Version, version="c"))
    assert [names.object(), names.object("w"), names.active_entrypoint()] == [
        "a-b---c",
        "a-b---c--w",
        "a-b---active-entrypoint",
    ]
