"""What is drawn of a version: the graph as it is, and of a broken one as much as has a meaning."""

from typing import Any

import pytest

from krtc.analysis.picture import picture_of
from krtc.model.picture import DrawnEdge, DrawnNode, DrawnWorkflow, Picture
from krtc.pipeline import Options, Source, check, check_runtime
from tests.unit.helpers import EXAMPLE, NODE, RUNTIME, SMALL, Object, assets, changed, nodes, text


def drawn(krt: Object | str) -> Picture:
    """The picture of a krt.yml, right or wrong."""
    program, _ = check(Source("krt.yml", text(krt).encode()), None, Options(), assets(), lambda name: name)
    assert program
    return picture_of(program)


def workflow(krt: Object) -> DrawnWorkflow:
    (one,) = drawn(krt).workflows
    return one


def states(found: DrawnWorkflow) -> dict[str, str]:
    """What is wrong, by node, and by edge as `a>b`."""
    edges = {f"{edge.publisher}>{edge.subscriber}": edge.state for edge in found.edges}
    return {name: state for name, state in ({n.name: n.state for n in found.nodes} | edges).items() if state}


def test_the_example_is_the_picture_that_the_language_describes() -> None:
    picture = drawn(EXAMPLE.read_text())
    assert (picture.version, picture.status) == ("classificator-v1", None)
    (found,) = picture.workflows
    assert (found.name, found.rpc) == ("classificator", "Classificator")
    assert found.nodes == (
        DrawnNode("entrypoint", "entrypoint"),
        DrawnNode("etl"),
        DrawnNode("email-classificator"),
        DrawnNode("repairs-handler", replicas=2),
        DrawnNode("stats-storer"),
        DrawnNode("exitpoint", "exitpoint"),
    )
    assert {(edge.publisher, edge.subscriber, edge.topics, edge.state) for edge in found.edges} == {
        ("entrypoint", "etl", ("",), ""),
        ("etl", "email-classificator", ("",), ""),
        ("etl", "exitpoint", ("",), ""),
        ("email-classificator", "stats-storer", ("",), ""),
        ("email-classificator", "repairs-handler", ("repairs",), ""),
        ("stats-storer", "exitpoint", ("",), ""),
    }


def test_an_edge_has_all_that_one_node_gets_from_another() -> None:
    found = workflow(nodes(("a", ["entrypoint"]), ("b", ["a.x", "a", "a.y", "a.x"]), exitpoint="b"))
    assert found.edges[1] == DrawnEdge("a", "b", ("x", "", "y"))
    assert found.edges[1].subscriptions == ("a.x", "a", "a.y")


def test_marks() -> None:
    krt = changed(SMALL, "workflows", 0, "nodes", 0, to={**NODE, "gpu": True, "replicas": 3})
    assert workflow(krt).nodes[1] == DrawnNode("etl", "exitpoint", "", 3, gpu=True)


@pytest.mark.parametrize(
    ("krt", "wrong"),
    [
        pytest.param(
            nodes(("a", ["entrypoint", "b"]), ("b", ["a"]), ("c", ["b"]), exitpoint="c"),
            {"a": "cycle", "b": "cycle", "a>b": "cycle", "b>a": "cycle"},
            id="a cycle",
        ),
        pytest.param(
            nodes(("a", ["entrypoint", "a"]), exitpoint="a"), {"a": "cycle", "a>a": "cycle"}, id="a node and itself"
        ),
        pytest.param(
            nodes(("a", ["entrypoint", "c"]), ("b", ["c"]), ("c", ["b"])),
            {"b": "unreachable", "c": "unreachable", "b>c": "unreachable", "c>b": "unreachable", "c>a": "unreachable"},
            id="a cycle that nothing reaches",
        ),
        pytest.param(
            nodes(("a", ["entrypoint"]), ("b", ["aa.x"]), ("c", ["b", "a"])),
            {"aa": "missing", "aa>b": "missing", "b": "unreachable", "b>c": "unreachable"},
            id="an unknown name",
        ),
        pytest.param(nodes(("a", ["entrypoint"]), exitpoint="z"), {"z": "missing"}, id="an unknown exitpoint"),
        pytest.param(nodes(("a", ["a.x"])), {"a": "unreachable", "a>a": "unreachable"}, id="no entry"),
        pytest.param(nodes(("a", ["entrypoint"]), ("a", ["entrypoint.x"])), {"a": "twice"}, id="a name twice"),
        pytest.param(
            nodes(("entrypoint", ["a"]), ("a", ["entrypoint"])),
            {"entrypoint": "twice", "a": "cycle", "entrypoint>a": "cycle", "a>entrypoint": "cycle"},
            id="the entrypoint's name",
        ),
    ],
)
def test_what_is_wrong_is_drawn(krt: Object, wrong: dict[str, str]) -> None:
    found = workflow(krt)
    assert states(found) == wrong
    assert {end for edge in found.edges for end in (edge.publisher, edge.subscriber)} <= {n.name for n in found.nodes}
    assert found.nodes[0].kind == "entrypoint"


@pytest.mark.parametrize(
    ("path", "value", "left"),
    [
        (("version",), "Ä", (None, ["sort"], ["entrypoint", "etl"])),
        (("workflows", 0, "name"), "A B", ("mail-v1", ["workflow 1"], ["entrypoint", "etl"])),
        (("workflows", 0, "entrypoint"), "1", ("mail-v1", ["sort"], ["entrypoint", "etl"])),
        (("workflows", 0, "exitpoint"), None, ("mail-v1", ["sort"], ["entrypoint", "etl"])),
        (("workflows", 0, "nodes"), "etl", ("mail-v1", ["sort"], ["entrypoint", "etl"])),
        (("workflows", 0, "nodes", 0, "name"), "<b>", ("mail-v1", ["sort"], ["entrypoint", "etl"])),
        (("workflows", 0, "nodes", 0, "replicas"), "2", ("mail-v1", ["sort"], ["entrypoint", "etl"])),
        (("workflows", 0, "nodes", 0, "subscriptions"), [7, "x"], ("mail-v1", ["sort"], ["entrypoint", "etl", "x"])),
        (("workflows",), [], ("mail-v1", [], [])),
    ],
)
def test_broken_values_are_left_out(path: tuple[Any, ...], value: object, left: tuple[Any, Any, Any]) -> None:
    found = drawn(changed(SMALL, *path, to=value))
    names = [node.name for one in found.workflows for node in one.nodes]
    assert (found.version, [one.name for one in found.workflows], names) == left


def test_no_two_workflows_have_one_name() -> None:
    one = SMALL["workflows"][0]
    found = drawn({**SMALL, "workflows": [one, one, {**one, "name": "other"}, {**one, "name": "A"}]})
    assert [flow.name for flow in found.workflows] == ["sort", "sort (2)", "other", "workflow 4"]


def test_a_runtime_says_the_status_and_the_replicas() -> None:
    entry = {"krt": "krt.yml", "status": "published", "nodes": {"sort": {"etl": {"replicas": 5}}}}
    runtime, _ = check_runtime(
        Source("runtime.yml", text({**RUNTIME, "versions": [entry]}).encode()),
        Options(),
        assets(),
        lambda name: Source(name, text(SMALL).encode()),
        lambda name: name,
    )
    assert runtime
    picture = picture_of(runtime.programs[0])
    assert picture.status == "published"
    assert picture.workflows[0].nodes[1].replicas == 5
