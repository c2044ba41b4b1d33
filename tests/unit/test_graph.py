"""The graph of a workflow, and the rules over it, against networkx."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import networkx as nx  # type: ignore[import-untyped]
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from krtc.analysis.graph import Graph, graph_of
from krtc.diagnostics import Diagnostic
from krtc.source import Span
from tests.unit.helpers import Object, checked, nodes, program, where

IN = "entrypoint"
# By node, in the order of the file, the publishers that it subscribes to.
Edges = dict[str, list[str]]


@st.composite
def workflows(draw: st.DrawFn, most: int = 7) -> tuple[Edges, str]:
    """A workflow whose names all lead somewhere, and its exitpoint."""
    names = draw(st.permutations("abcdefghij"[: draw(st.integers(1, most))]))
    edges = {}
    for name in names:
        others = [IN, *(other for other in names if other != name)]
        edges[name] = draw(st.lists(st.sampled_from(others), min_size=1, max_size=3, unique=True))
    return edges, draw(st.sampled_from(names))


def workflow(edges: Edges, exitpoint: str) -> Object:
    """Such a workflow as data; every other subscription is one to a sub-topic."""
    given = {
        name: [p if p == IN or index % 2 == 0 else f"{p}.topic" for index, p in enumerate(publishers)]
        for name, publishers in edges.items()
    }
    return nodes(*given.items(), exitpoint=exitpoint)


def of(edges: Edges, exitpoint: str) -> Graph:
    (made,) = program(workflow(edges, exitpoint), None).version.workflows
    graph = graph_of(made)
    assert graph is not None
    return graph


def oracle(edges: Edges) -> Any:
    found = nx.DiGraph([(publisher, name) for name, publishers in edges.items() for publisher in publishers])
    found.add_nodes_from([IN, *edges])
    return found


def reached(graph: Any, sources: Iterable[str] = (IN,), without: str | None = None) -> set[str]:
    """What messages of some nodes reach."""
    graph = graph.copy()
    if without is not None:
        graph.remove_edges_from(list(graph.in_edges(without)))
    edges = [edge for source in sources for edge in graph.out_edges(source)]
    return {name for _, first in edges for name in {first} | nx.descendants(graph, first)}


# Properties are functions, not methods: mutmut calls them several times in one process, each on another object.


@given(workflows(most=8), st.data())
def test_a_graph(made: tuple[Edges, str], data: st.DataObject) -> None:
    """One property for all that it knows: most of the time goes into making it."""
    edges, exitpoint = made
    graph, expected = of(edges, exitpoint), oracle(edges)

    # Its nodes, and the subscribers of each publisher, in the order of the file.
    assert list(graph.nodes) == list(edges)
    assert all(node.name == name for name, node in graph.nodes.items())
    assert {publisher: list(names) for publisher, names in graph.subscribers.items()} == {
        publisher: [name for name, publishers in edges.items() if publisher in publishers] for publisher in (IN, *edges)
    }

    # What is reached, and what is behind any nodes, and not through one of them.
    assert graph.reached == nx.descendants(expected, IN)
    sources = data.draw(st.lists(st.sampled_from([IN, *edges]), max_size=3))
    without = data.draw(st.sampled_from([None, *edges]))
    assert graph.behind(sources, without) == reached(expected, sources, without)

    # Its circles.
    groups = [group for group in nx.strongly_connected_components(expected) if len(group) > 1]
    assert sorted(map(sorted, graph.circles())) == sorted(map(sorted, groups))


class Test_a_graph:
    @pytest.mark.parametrize("length", [2, 20_000])
    def test_may_be_as_long_as_a_file(self, length: int) -> None:
        """No recursion, and no more than a look at each edge."""
        names = [f"x{number}" for number in range(length)]
        subscribers = {name: {after: None} for name, after in zip(names, [*names[1:], names[0]], strict=True)}
        nothing: Any = dict.fromkeys(names)
        graph = Graph(nothing, {IN: {"x0": None}, **subscribers})
        assert graph.reached == set(names)
        assert list(graph.circles()) == [set(names)]

    @pytest.mark.parametrize(
        ("edges", "exitpoint"),
        [
            ({"a": [IN]}, "b"),
            ({"a": [IN]}, IN),
            ({"a": [IN, "b"]}, "a"),
            ({"a": [IN, "b.x"]}, "a"),
            ({"a": [IN, "a"]}, "a"),
            ({"a": [IN, "a.x"]}, "a"),
            ({IN: ["a"], "a": [IN]}, "a"),
            ({"A": [IN], "a": [IN]}, "a"),
            ({"a": [IN, "B"]}, "a"),
            ({"a": [IN]}, "A"),
            ({"a": []}, "a"),
            ({}, "a"),
        ],
    )
    def test_there_is_none_where_a_name_is_wrong(self, edges: Edges, exitpoint: str) -> None:
        (made,) = program(nodes(*edges.items(), exitpoint=exitpoint), None).version.workflows
        assert graph_of(made) is None

    def test_there_is_none_where_two_nodes_have_one_name(self) -> None:
        (made,) = program(nodes(("a", [IN]), ("a", [IN])), None).version.workflows
        assert graph_of(made) is None

    def test_the_entrypoint_may_be_named_with_a_sub_topic(self) -> None:
        (made,) = program(nodes(("a", [f"{IN}.x"])), None).version.workflows
        graph = graph_of(made)
        assert graph is not None and graph.reached == {"a"}


def place(span: Span) -> str:
    """The place in the one workflow: `nodes:`, `exitpoint`, or of a node its name and what follows."""
    path = where(span).removeprefix("w0.").split(" ")[0]
    if not path.startswith("n") or path == "nodes:":
        return path
    number, _, rest = path.partition(".")
    return f"{number[1:]} {rest}"


def judged(edges: Edges, exitpoint: str) -> dict[str, list[Diagnostic]]:
    """What is said of a workflow, by code."""
    found: dict[str, list[Diagnostic]] = {f"KRT20{number}": [] for number in range(1, 6)}
    for diagnostic in checked(workflow(edges, exitpoint), None):
        if diagnostic.code.id != "KRT301":  # of names, not of the graph
            found[diagnostic.code.id].append(diagnostic)
    return found


def subscriptions(edges: Edges, name: str) -> str:
    return f"{list(edges).index(name)} subscriptions"


@given(workflows())
@example(({"a": [IN], "x": ["y"], "y": ["x", "z"], "z": ["w"], "w": ["z"]}, "a"))
def test_the_rules_over_graphs(made: tuple[Edges, str]) -> None:
    """One property for all of them: most of the time goes into making the graph."""
    edges, exitpoint = made
    graph, said = oracle(edges), judged(edges, exitpoint)
    alive = nx.descendants(graph, IN)
    order = list(edges)

    # 1: nothing comes in.
    assert [place(d.span) for d in said["KRT201"]] == ([] if alive else ["nodes:"])

    # 2: something comes in, and does not reach the exitpoint.
    lost_exitpoint = bool(alive) and exitpoint not in alive
    assert [place(d.span) for d in said["KRT202"]] == ["exitpoint"] * lost_exitpoint
    for diagnostic in said["KRT202"]:
        assert diagnostic.help is not None
        named = diagnostic.help.partition("reach: ")[2]
        assert named == ", ".join(f"`{name}`" for name in order if name in alive)
        assert [place(r.span) for r in diagnostic.related] == [subscriptions(edges, exitpoint)]

    # 3: all else that is not reached, but for what leads to the exitpoint and what hangs on that; each group that holds
    # together once, by a node of a circle that nothing feeds.
    feeding = {exitpoint} | nx.ancestors(graph, exitpoint) if lost_exitpoint else set()
    told_with_2 = feeding | {name for feeder in feeding for name in nx.descendants(graph, feeder)}
    rest = graph.subgraph(set(edges) - alive - told_with_2) if alive else nx.DiGraph()
    groups = {frozenset(group) for group in nx.weakly_connected_components(rest)}
    found = {}
    for diagnostic in said["KRT203"]:
        spans = [diagnostic.span, *(related.span for related in diagnostic.related)]
        first, *others = [order[int(place(span).split()[0])] for span in spans]
        assert place(diagnostic.span) == subscriptions(edges, first)
        assert diagnostic.message == f"no request reaches the node `{first}` of workflow `sort`"
        found[frozenset([first, *others])] = first
        assert len(set(others) | {first}) == len(others) + 1
    assert set(found) == groups and len(said["KRT203"]) == len(groups)
    for group, first in found.items():
        circles = [c for c in nx.strongly_connected_components(rest.subgraph(group)) if len(c) > 1]
        unfed = {n for c in circles for n in c if not any(p not in c for m in c for p in graph.predecessors(m))}
        assert first == min(unfed, key=order.index)

    # 4: of each circle that requests reach, a shortest way round through its first node.
    circles = [c for c in nx.strongly_connected_components(graph) if len(c) > 1 and c <= alive]
    ways = {}
    for diagnostic in said["KRT204"]:
        way = diagnostic.message.removeprefix("messages can go round: ").split(" -> ")
        assert way[0] == way[-1] and all(graph.has_edge(*edge) for edge in pairwise(way))
        ways[way[0]] = way
        spans = [*(related.span for related in diagnostic.related), diagnostic.span]
        for span, (publisher, name) in zip(spans, pairwise(way), strict=True):
            number, at = place(span).split(" ")
            assert order[int(number)] == name
            assert edges[name][int(at.removeprefix("subscriptions."))] == publisher
        assert [r.message for r in diagnostic.related] == [f"{a} -> {b}" for a, b in pairwise(way[:-1])]
    assert set(ways) == {min(circle, key=order.index) for circle in circles}
    assert len(said["KRT204"]) == len(circles)
    for circle in circles:
        first = min(circle, key=order.index)
        back = min(nx.shortest_path_length(graph, after, first) for after in graph.successors(first) if after in circle)
        assert len(ways[first]) == back + 2

    # 5: what subscribes to the exitpoint, and is reached through it alone.
    before = reached(graph, without=exitpoint)
    late = [name for name in order if exitpoint in edges[name] and exitpoint in alive and name not in before]
    assert sorted(place(d.span) for d in said["KRT205"]) == sorted(subscriptions(edges, name) for name in late)
