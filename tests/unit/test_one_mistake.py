"""One mistake is told once, without what only follows from it; two mistakes are told at once; nothing is raised."""

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from krtc.diagnostics import Diagnostic
from tests.unit.helpers import GO, PY, Object, Tree, build, changed, checked, ids, text, told

SORT: Object = {
    "name": "sort",
    "entrypoint": "Sort",
    "exitpoint": "reply",
    "nodes": [
        {"name": "read", "image": PY, "src": "src/read.py", "subscriptions": ["entrypoint"]},
        {"name": "split", "image": PY, "src": "src/split.py", "subscriptions": ["read", "read.large"]},
        {"name": "classify", "image": PY, "src": "src/classify.py", "gpu": True, "subscriptions": ["split"]},
        {"name": "repair", "image": GO, "src": "bin/repair", "replicas": 2, "subscriptions": ["classify.repairs"]},
        {"name": "count", "image": GO, "src": "bin/count", "subscriptions": ["classify"]},
        {"name": "reply", "image": GO, "src": "bin/reply", "subscriptions": ["classify", "count", "repair"]},
    ],
}
TRAIN: Object = {
    "name": "train",
    "entrypoint": "Train",
    "exitpoint": "store",
    "nodes": [
        {
            "name": "learn",
            "image": PY,
            "src": "src/learn.py",
            "subscriptions": ["entrypoint"],
            "objectStore": {"name": "models", "scope": "project"},
        },
        {"name": "store", "image": GO, "src": "bin/store", "subscriptions": ["learn"]},
    ],
}
RICH: Object = {
    "version": "mails-v1",
    "krtVersion": "v2",
    "description": "Sorts mail.",
    "entrypoint": {"proto": "public_input.proto", "image": "konstellation/kre-entrypoint:8.2.0"},
    "config": {"variables": ["GREETING", "TOKEN"], "files": ["MODEL"]},
    "workflows": [SORT, TRAIN],
}
RUNTIME: Object = {
    "runtime": "demo",
    "nats": {"server": "nats:4222", "ackWait": {"*/kre-py": "5m"}},
    "ingress": {"kind": "GRPCRoute", "gateway": {"name": "public"}},
    "images": {"users": {"acme/*": 1000}},
    "config": {
        "variables": {"GREETING": "hello"},
        "secrets": {"TOKEN": {"secretKeyRef": {"name": "tokens", "key": "token"}}},
        "files": {"MODEL": "model.json"},
    },
}
PROTO = """\
syntax = "proto3";
message Request {}
message Response {}
service Entrypoint {
  rpc Sort (Request) returns (Response);
  rpc Train (Request) returns (Response);
}
"""
FILES = {"public_input.proto": PROTO, **{node["src"]: "" for workflow in (SORT, TRAIN) for node in workflow["nodes"]}}


def check(
    krt: Object | str = RICH, runtime: Object = RUNTIME, *, files: dict[str, str] = FILES, complete: bool = True
) -> list[Diagnostic]:
    return checked(krt, runtime, tree=Tree(files, complete=complete))


def errors(*arguments: Any, **options: Any) -> list[str]:
    return told(d for d in check(*arguments, **options) if d.severity == "error")


def test_the_rich_version_is_right() -> None:
    assert told(check()) == []


def node(number: int, *path: Any, to: Any) -> Object:
    return changed(RICH, "workflows", 0, "nodes", number, *path, to=to)


def renamed(*path: Any, key: str, to: str) -> Object:
    krt = copy.deepcopy(RICH)
    at: Any = krt
    for step in path:
        at = at[step]
    items = [(to if name == key else name, value) for name, value in at.items()]
    at.clear()
    at.update(items)
    return krt


def with_item(*path: Any, item: Any, more: Any = None) -> Object:
    krt = copy.deepcopy(RICH)
    at: Any = krt
    for step in path:
        at = at[step]
    at += [item] if more is None else [item, more]
    return krt


COLLIDING = [
    {**SORT["nodes"][4], "name": name, "subscriptions": [publisher]}
    for name, publisher in (("x", "count.y"), ("y-x", "count"))
]


NODES = ("workflows", 0, "nodes")
# Where the mistake is told, by code and place, and what was changed.
MISTAKES: list[tuple[str, Object]] = [
    # names of nodes, at their definition
    ('KRT101 w0.n1.subscriptions.0 "read"', node(0, "name", to="raed")),
    ('KRT101 w0.n2.subscriptions.0 "split"', node(1, "name", to="spilt")),
    ('KRT101 w0.n3.subscriptions.0 "classify.repairs"', node(2, "name", to="clasify")),
    ('KRT101 w0.n5.subscriptions.2 "repair"', node(3, "name", to="repairs")),
    ('KRT101 w0.n5.subscriptions.1 "count"', node(4, "name", to="counter")),
    ('KRT101 w0.exitpoint "reply"', node(5, "name", to="replay")),
    # ... and where they are used
    ('KRT101 w0.n1.subscriptions.0 "raed"', node(1, "subscriptions", 0, to="raed")),
    ('KRT101 w0.n1.subscriptions.1 "raed.large"', node(1, "subscriptions", 1, to="raed.large")),
    ('KRT101 w0.n2.subscriptions.0 "spilt"', node(2, "subscriptions", 0, to="spilt")),
    ('KRT101 w0.n3.subscriptions.0 "clasify.repairs"', node(3, "subscriptions", 0, to="clasify.repairs")),
    ('KRT101 w0.n4.subscriptions.0 "clasify"', node(4, "subscriptions", 0, to="clasify")),
    ('KRT101 w0.n5.subscriptions.0 "clasify"', node(5, "subscriptions", 0, to="clasify")),
    ('KRT101 w0.n5.subscriptions.1 "learn"', node(5, "subscriptions", 1, to="learn")),
    ('KRT101 w0.n0.subscriptions.0 "entripoint"', node(0, "subscriptions", 0, to="entripoint")),
    ('KRT101 w0.n0.subscriptions.0 "entrypoint.x"', node(0, "subscriptions", 0, to="entrypoint.x")),
    (
        'KRT101 w0.n1.subscriptions.0 "raed"',
        node(1, "subscriptions", to=["raed", "raed.large"]),
    ),
    ('KRT101 w0.exitpoint "replay"', changed(RICH, "workflows", 0, "exitpoint", to="replay")),
    ('KRT101 w0.exitpoint "entrypoint"', changed(RICH, "workflows", 0, "exitpoint", to="entrypoint")),
    ('KRT101 w0.exitpoint "store"', changed(RICH, "workflows", 0, "exitpoint", to="store")),
    # names that stand twice, or are the platform's
    ('KRT102 w1.name "sort"', changed(RICH, "workflows", 1, "name", to="sort")),
    ('KRT102 w1.entrypoint "Sort"', changed(RICH, "workflows", 1, "entrypoint", to="Sort")),
    ('KRT102 w0.n6.name "count"', with_item(*NODES, item=SORT["nodes"][4])),
    ('KRT102 w0.n6.name "reply"', with_item(*NODES, item=SORT["nodes"][5])),
    ('KRT102 w0.n6.name "read"', with_item(*NODES, item=SORT["nodes"][0])),
    ('KRT102 config.variables.2 "TOKEN"', with_item("config", "variables", item="TOKEN")),
    ('KRT102 config.files.1 "MODEL"', with_item("config", "files", item="MODEL")),
    ('KRT102 config.files.1 "TOKEN"', with_item("config", "files", item="TOKEN")),
    ('KRT103 w0.n6.name "entrypoint"', with_item(*NODES, item={**SORT["nodes"][4], "name": "entrypoint"})),
    # subscriptions
    ('KRT104 w0.n2.subscriptions.1 "classify"', with_item(*NODES, 2, "subscriptions", item="classify")),
    ('KRT104 w0.n2.subscriptions.0 "classify"', node(2, "subscriptions", 0, to="classify")),
    ('KRT104 w0.n2.subscriptions.1 "classify.x"', with_item(*NODES, 2, "subscriptions", item="classify.x")),
    ('KRT105 w0.n2.subscriptions.1 "split"', with_item(*NODES, 2, "subscriptions", item="split")),
    ('KRT105 w0.n1.subscriptions.2 "read.large"', with_item(*NODES, 1, "subscriptions", item="read.large")),
    ("KRT013 w0.n2.subscriptions", node(2, "subscriptions", 0, to=None)),
    ("KRT201 w0.nodes:", node(0, "subscriptions", 0, to="reply")),
    ('KRT202 w0.exitpoint "reply"', node(1, "subscriptions", to=["reply"])),
    ('KRT202 w0.exitpoint "reply"', node(2, "subscriptions", 0, to="count")),
    (
        "KRT203 w0.n3.subscriptions",
        changed(node(3, "subscriptions", 0, to="count"), *NODES, 4, "subscriptions", 0, to="repair"),
    ),
    # the exitpoint
    ("KRT010 w0.exitpiont:", renamed("workflows", 0, key="exitpoint", to="exitpiont")),
    ('KRT013 w0.exitpoint "Reply"', changed(RICH, "workflows", 0, "exitpoint", to="Reply")),
    ("KRT012 w0.exitpoint", changed(RICH, "workflows", 0, "exitpoint", to=["reply"])),
    # rpcs
    ('KRT113 w0.entrypoint "Srot"', changed(RICH, "workflows", 0, "entrypoint", to="Srot")),
    ('KRT113 w1.entrypoint "Learn"', changed(RICH, "workflows", 1, "entrypoint", to="Learn")),
    ('KRT013 w1.entrypoint "Tr ain"', changed(RICH, "workflows", 1, "entrypoint", to="Tr ain")),
    # values that the language refuses
    *((f'KRT013 w0.n{number}.name "A_b"', node(number, "name", to="A_b")) for number in range(6)),
    *((f'KRT013 w0.n{number}.image "a b"', node(number, "image", to="a b")) for number in range(6)),
    *((f'KRT013 w0.n{number}.src "/x"', node(number, "src", to="/x")) for number in range(6)),
    ('KRT013 w0.n1.subscriptions.0 "read.a.b"', node(1, "subscriptions", 0, to="read.a.b")),
    ('KRT013 w0.n1.subscriptions.1 "Read"', node(1, "subscriptions", 1, to="Read")),
    ("KRT013 w0.n3.replicas 0", node(3, "replicas", to=0)),
    (
        'KRT013 w1.n0.objectStore.scope "here"',
        changed(RICH, "workflows", 1, "nodes", 0, "objectStore", "scope", to="here"),
    ),
    ('KRT013 version "Mails"', changed(RICH, "version", to="Mails")),
    ('KRT013 krtVersion "v3"', changed(RICH, "krtVersion", to="v3")),
    ('KRT013 description ""', changed(RICH, "description", to="")),
    ('KRT013 w0.name "Sort"', changed(RICH, "workflows", 0, "name", to="Sort")),
    ('KRT013 entrypoint.proto "public_input"', changed(RICH, "entrypoint", "proto", to="public_input")),
    ('KRT013 entrypoint.image "!"', changed(RICH, "entrypoint", "image", to="!")),
    # ... and their types
    *((f"KRT012 w0.n{number}", node(number, to=["x"])) for number in range(6)),
    *((f'KRT012 w0.n{number} "x"', node(number, to="x")) for number in range(6)),
    ("KRT012 w0.n2.subscriptions.0", node(2, "subscriptions", 0, to=["split"])),
    ("KRT012 w0.n5.subscriptions.1", node(5, "subscriptions", 1, to={"count": "x"})),
    ('KRT012 w0.n2.subscriptions "split"', node(2, "subscriptions", to="split")),
    ("KRT012 w0.n5.subscriptions", node(5, "subscriptions", to={"count": "x"})),
    ("KRT012 w0.nodes", changed(RICH, *NODES, to={"read": {}})),
    ('KRT012 w0.nodes "read"', changed(RICH, *NODES, to="read")),
    ("KRT013 w0.nodes", changed(RICH, *NODES, to=[])),
    ("KRT012 w1", changed(RICH, "workflows", 1, to=[])),
    ('KRT012 w1 "train"', changed(RICH, "workflows", 1, to="train")),
    ("KRT012 workflows", changed(RICH, "workflows", to=SORT)),
    ("KRT013 workflows", changed(RICH, "workflows", to=[])),
    ("KRT012 config", changed(RICH, "config", to=["GREETING"])),
    ('KRT012 config "GREETING"', changed(RICH, "config", to="GREETING")),
    ("KRT012 config.files.0", changed(RICH, "config", "files", 0, to=["MODEL"])),
    ("KRT012 entrypoint", changed(RICH, "entrypoint", to=[])),
    ("KRT012 w0.n0.gpu 1", node(0, "gpu", to=1)),
    ('KRT012 w0.n3.replicas "2"', node(3, "replicas", to="2")),
    ("KRT012 version", changed(RICH, "version", to=["mails-v1"])),
    # keys that are missing
    *(
        (f"KRT011 {first}", changed(RICH, *path, to=None))
        for path, first in (
            (("version",), "krtVersion:"),
            (("krtVersion",), "version:"),
            (("description",), "version:"),
            (("entrypoint",), "version:"),
            (("workflows",), "version:"),
            (("entrypoint", "proto"), "entrypoint.image:"),
            (("entrypoint", "image"), "entrypoint.proto:"),
            (("workflows", 0, "name"), "w0.entrypoint:"),
            (("workflows", 0, "entrypoint"), "w0.name:"),
            (("workflows", 0, "exitpoint"), "w0.name:"),
            (("workflows", 0, "nodes"), "w0.name:"),
            *(((*NODES, number, "name"), f"w0.n{number}.image:") for number in range(6)),
            *(
                ((*NODES, number, key), f"w0.n{number}.name:")
                for number in range(6)
                for key in ("image", "src", "subscriptions")
            ),
        )
    ),
    # ... and misspelt
    *(
        (f"KRT010 {place}", renamed(*path, key=key, to=to))
        for place, path, key, to in (
            ("verison:", (), "version", "verison"),
            ("krtversion:", (), "krtVersion", "krtversion"),
            ("descripton:", (), "description", "descripton"),
            ("entry:", (), "entrypoint", "entry"),
            ("configs:", (), "config", "configs"),
            ("workflow:", (), "workflows", "workflow"),
            ("entrypoint.protos:", ("entrypoint",), "proto", "protos"),
            ("config.variable:", ("config",), "variables", "variable"),
            ("config.file:", ("config",), "files", "file"),
            ("w0.node:", ("workflows", 0), "nodes", "node"),
            ("w0.n2.subscription:", (*NODES, 2), "subscriptions", "subscription"),
            ("w0.n2.nmae:", (*NODES, 2), "name", "nmae"),
            ("w0.n3.replica:", (*NODES, 3), "replicas", "replica"),
            ("w1.n0.objectstore:", ("workflows", 1, "nodes", 0), "objectStore", "objectstore"),
            ("w1.n0.objectStore.nam:", ("workflows", 1, "nodes", 0, "objectStore"), "name", "nam"),
        )
    ),
    ("KRT010 w0.n2.colour:", node(2, "colour", to="red")),
    # limits
    ('KRT301 w0.n7.subscriptions.0 "count"', with_item(*NODES, item=COLLIDING[0], more=COLLIDING[1])),
    ('KRT302 version "nats"', changed(RICH, "version", to="nats")),
    ('KRT302 version "1st"', changed(RICH, "version", to="1st")),
    ('KRT306 entrypoint.proto "other.proto"', changed(RICH, "entrypoint", "proto", to="other.proto")),
]


@pytest.mark.parametrize(("expected", "krt"), MISTAKES, ids=range(len(MISTAKES)))
def test_one_mistake_in_a_krt_yml(expected: str, krt: Object) -> None:
    (line,) = errors(krt)
    assert line.split(" | ")[0] == expected


@pytest.mark.parametrize(
    ("expected", "krt"),
    [
        ('KRT013 config.variables.0 "greeting"', changed(RICH, "config", "variables", 0, to="greeting")),
        ('KRT012 config.variables "GREETING"', changed(RICH, "config", "variables", to="GREETING")),
    ],
)
def test_one_mistake_in_the_configuration(expected: str, krt: Object) -> None:
    (line,) = errors(krt)
    assert line.split(" | ")[0] == expected


def broken(old: str, new: str) -> str:
    content = text(RICH)
    assert old in content
    return content.replace(old, new, 1)


@pytest.mark.parametrize(
    ("expected", "krt"),
    [
        ("KRT002", broken("]", "")),
        ("KRT003", broken('"v2"', "&v v2")),
        ("KRT003", broken('"v2"', "!v v2")),
        ("KRT005", broken('"krtVersion"', '"version": "x", "krtVersion"')),
        ("KRT005", broken('"name": "read"', '"name": "read", "name": "read"')),
        ("KRT006", broken('"mails-v1"', "1.10")),
        ("KRT006", broken('"read"', "no")),
        ("KRT013", broken('"v2"', '"v1"')),
        ("KRT006", broken('"mails-v1"', "null")),
        ("KRT012", broken('"mails-v1"', "")),
        ("KRT013", broken('"read"', '"re\\u200bad"')),
    ],
)
def test_one_mistake_in_its_text(expected: str, krt: str) -> None:
    assert ids(check(krt)) == [expected]


def in_proto(old: str, new: str) -> dict[str, str]:
    assert old in PROTO
    return {**FILES, "public_input.proto": PROTO.replace(old, new)}


@pytest.mark.parametrize(
    ("expected", "files"),
    [
        ('KRT106 (error) entrypoint.proto "public_input.proto"', {k: v for k, v in FILES.items() if k[:3] != "pub"}),
        ('KRT106 (error) w0.n2.src "src/classify.py"', {k: v for k, v in FILES.items() if k != "src/classify.py"}),
        (
            'KRT107 w0.n2.src "src/classify.py"',
            {k.replace("src/classify.py", "src/classify.py/x"): v for k, v in FILES.items()},
        ),
        ('KRT112 entrypoint.proto "public_input.proto"', in_proto("service Entrypoint", "service Entry")),
        ('KRT113 w0.entrypoint "Sort"', in_proto("rpc Sort", "rpc Sortt")),
        ('KRT113 w1.entrypoint "Train"', in_proto("rpc Train", "rpc Learn")),
        ('KRT113 w1.entrypoint "Train"', in_proto("  rpc Train (Request) returns (Response);\n", "")),
        ("KRT115 public_input.proto:5 Sort", in_proto("rpc Sort (", "rpc Sort (stream ")),
    ],
)
def test_one_mistake_in_its_files(expected: str, files: dict[str, str]) -> None:
    (line,) = errors(files=files)
    assert line.split(" | ")[0] == expected
    # An archive and a folder differ in the severity of missing files alone.
    assert [d.code.id for d in check(files=files, complete=False)] == [expected[:6]]


REF = {"secretKeyRef": {"name": "x", "key": "y"}}


@pytest.mark.parametrize(
    ("expected", "runtime"),
    [
        ('KRT013 runtime.yml runtime "Demo"', changed(RUNTIME, "runtime", to="Demo")),
        ("KRT011 runtime.yml nats:", changed(RUNTIME, "runtime", to=None)),
        ('KRT013 runtime.yml nats.server "nats"', changed(RUNTIME, "nats", "server", to="nats")),
        ("KRT012 runtime.yml nats", changed(RUNTIME, "nats", to=[])),
        ('KRT013 runtime.yml nats.ackWait.*/kre-py "5"', changed(RUNTIME, "nats", "ackWait", "*/kre-py", to="5")),
        ('KRT012 runtime.yml images "x"', changed(RUNTIME, "images", to="x")),
        ("KRT012 runtime.yml images.users", changed(RUNTIME, "images", "users", to=[])),
        ('KRT012 runtime.yml ingress.gateway "x"', changed(RUNTIME, "ingress", "gateway", to="x")),
        ("KRT012 runtime.yml config.variables", changed(RUNTIME, "config", "variables", to=[])),
        ("KRT012 runtime.yml config.variables.GREETING", changed(RUNTIME, "config", "variables", "GREETING", to=[])),
        ("KRT010 runtime.yml kubernets:", {**RUNTIME, "kubernets": "1.33"}),
        ('KRT401 config.variables.0 "GREETING"', changed(RUNTIME, "config", "variables", to={})),
        ('KRT401 config.files.0 "MODEL"', changed(RUNTIME, "config", "files", to={})),
        (
            "KRT402 runtime.yml config.secrets.GREETING:",
            changed(RUNTIME, "config", "secrets", "GREETING", to=REF),
        ),
        ("KRT402 runtime.yml config.files.MODEL:", changed(RUNTIME, "config", "files", "MODEL", to={})),
        ('KRT403 runtime.yml config.files.MODEL "x"', changed(RUNTIME, "config", "files", "MODEL", to="x")),
        ('KRT404 runtime.yml ingress.kind "GRPCRoute"', changed(RUNTIME, "ingress", "gateway", to=None)),
        ("KRT405 runtime.yml nats.ackWait.default:", changed(RUNTIME, "nats", "ackWait", to={"default": "5m"})),
        ("KRT406 runtime.yml images.users.*/kre-py:", changed(RUNTIME, "images", "users", to={"*/kre-py": 5})),
        ("KRT008 runtime.yml krtVersion:", RICH),
    ],
)
def test_one_mistake_in_its_settings(expected: str, runtime: Object) -> None:
    (line,) = errors(runtime=runtime)
    assert line.split(" | ")[0] == expected


def test_settings_with_a_wrong_configuration() -> None:
    assert [line.split(" | ")[0] for line in errors(runtime=changed(RUNTIME, "config", to=[]))] == [
        "KRT012 runtime.yml config"
    ]


# Two mistakes in two workflows that know nothing of each other.

SECOND: Object = {**RICH, "workflows": [SORT, {**SORT, "name": "again", "entrypoint": "Again"}]}
WITH_AGAIN = {**FILES, "public_input.proto": PROTO.replace("rpc Train", "rpc Again")}
IN_ONE_WORKFLOW = [
    (expected, krt["workflows"][0])
    for expected, krt in MISTAKES
    if re.match(r"KRT\d+ w0\.", expected) and {**RICH, "workflows": [krt["workflows"][0], TRAIN]} == krt
]


def test_the_second_version_is_right() -> None:
    assert told(check(SECOND, files=WITH_AGAIN)) == []
    assert len(IN_ONE_WORKFLOW) > 100


@settings(max_examples=60)
@given(st.sampled_from(IN_ONE_WORKFLOW), st.sampled_from(IN_ONE_WORKFLOW))
def test_two_mistakes_are_told_at_once(first: tuple[str, Object], second: tuple[str, Object]) -> None:
    assume(first[0] != second[0] or "KRT113" not in first[0])  # the same rpc twice would be a third
    other = {key: {"sort": "again", "Sort": "Again"}.get(str(value), value) for key, value in second[1].items()}
    krt = {**RICH, "workflows": [first[1], other]}
    found = [line.split(" | ")[0] for line in errors(krt, files=WITH_AGAIN)]
    assert found == [first[0], second[0].replace(" w0", " w1").replace('"Sort"', '"Again"')]


# Any mistake.


def spots(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every container and key or index in data."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        yield data, key
        if isinstance(value, dict | list):
            yield from spots(value)


scalars = sorted({value for data in (RICH, RUNTIME) for at, key in spots(data) if isinstance(value := at[key], str)})
odd = [None, True, 0, 1, -1, "", "x", "A b", "KRT_X", "latest", "entrypoint", "reply.x", "a/b", "../x", "x.proto", "1"]


@st.composite
def mutants(draw: st.DrawFn, right: Object) -> Object:
    """What is right, with some mistakes."""
    data = copy.deepcopy(right)
    for _ in range(draw(st.integers(1, 2))):
        at, key = draw(st.sampled_from(list(spots(data)) or [({"x": 1}, "x")]))
        kind = draw(st.sampled_from(["delete", "scalar", "duplicate", "type", "move"]))
        if kind == "scalar":
            at[key] = draw(st.sampled_from([*scalars, *odd]))
        elif kind == "type":
            value = copy.deepcopy(at[key])
            at[key] = draw(st.sampled_from([[value], {"x": value}, [], {}]))
        elif kind == "duplicate" and isinstance(at, list):
            at.insert(draw(st.integers(0, len(at))), copy.deepcopy(at[key]))
        elif kind == "move" and isinstance(at, list):
            at.append(at.pop(key))
        else:
            del at[key]
    return data


@given(mutants(RICH), st.booleans())
@example({**RICH, "config": {"files": ["MODEL"]}}, True)
@example({**RICH, "config": {}}, True)
def test_any_mistake(krt: Object, complete: bool) -> None:
    """Nothing is raised, or told twice; what is told is in order, and the same for a check and a compile."""
    found = check(krt, complete=complete)
    keys = [(d.span.file.name, d.span.line, d.span.column, d.code.id, d.message) for d in found]
    assert keys == sorted(set(keys))
    places = [(d.code.id, repr(d.span)) for d in found if d.code.id != "KRT011"]  # of several missing keys
    assert len(places) == len(set(places))
    assert not any("`None`" in f"{d.message} {d.help}" for d in found)
    result = build(krt, RUNTIME, tree=Tree(FILES, complete=complete))
    assert told_plainly(result.diagnostics) == told_plainly(found)
    assert bool(result.files) == (not any(d.severity == "error" for d in found))


@given(mutants(RUNTIME), st.sampled_from(["started", "stopped", None]))
def test_any_mistake_in_settings(runtime: Object, status: str | None) -> None:
    found = checked(RICH, runtime, status=status, tree=Tree(FILES))
    keys = [(d.span.file.name, d.span.line, d.span.column, d.code.id, d.message) for d in found]
    assert keys == sorted(set(keys))
    assert {d.span.file.name for d in found if not d.code.id.startswith("KRT4")} <= {"runtime.yml"}


def told_plainly(diagnostics: list[Diagnostic]) -> list[tuple[str, str, str | None]]:
    return [(repr(d.span), d.message, d.help) for d in diagnostics]
