"""Where the boxes, labels and edges of a picture go, on any graph: nothing lies on anything else."""

from collections.abc import Iterator
from itertools import chain, combinations, pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from krtc.pictures import layout as layout_module
from krtc.pictures.layout import Layout, Place, Route, lay_out

Size = tuple[float, float]
Drawn = tuple[dict[str, Size], list[tuple[str, str, Size | None]]]

WIDE: Size = (120.0, 46.0)
LABEL: Size = (60.0, 19.0)


@st.composite
def graphs(draw: st.DrawFn) -> Drawn:
    names = [f"n{number}" for number in range(draw(st.integers(1, 12)))]
    sizes = {name: (draw(st.sampled_from([80.0, 120.0, 210.0])), 46.0) for name in names}
    ends = st.tuples(st.sampled_from(names), st.sampled_from(names))
    labels = st.sampled_from([None, None, LABEL, (230.0, 79.0)])
    return sizes, [(*pair, draw(labels)) for pair in draw(st.lists(ends, max_size=26, unique=True))]


def of(*edges: str) -> Drawn:
    """The graph of edges like `a>b`, or `a.b` with a label."""
    arcs = [(edge[0], edge[2], LABEL if edge[1] == "." else None) for edge in edges]
    return {name: WIDE for edge in edges for name in (edge[0], edge[2])}, arcs


MANY = "bcdefghijklmnopqrstuvwxyz"
EXAMPLES = {
    "circle of two": of("a>b", "b>a"),
    "circle with labels": of("a.b", "b.c", "c.a", "a>c"),
    "itself": of("a>b", "b.b", "a>a"),
    "into the first": of("a>b", "b>a", "b>c", "c>a"),
    "long ways": of("a>b", "b>c", "c>d", "d>e", "a>e", "a.d", "b.e", "e>a"),
    "apart": of("a>b", "c>d", "d>c", "e.e"),
    "steep fans": of(*(f"{a}>{b}" for b in MANY for a in "aA"), *(f"{b}>B" for b in MANY)),
    "complete": of(*(f"{a}>{b}" for a in "abcdef" for b in "abcdef" if a != b)),
}


def overlap(one: Place, other: Place) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def inside(x: float, y: float, place: Place) -> bool:
    slack = 0.01
    return place.x + slack < x < place.x + place.width - slack and place.y + slack < y < place.y + place.height - slack


def samples(route: Route, *, is_arch: bool) -> Iterator[tuple[float, float]]:
    """Points on a route: level stretches, and curves whose tangents are level at both ends."""
    if is_arch:
        yield from _curve(*route.points)
        return
    for at, ((x0, y0), (x1, y1)) in enumerate(pairwise(route.points)):
        if at % 2 == 0:
            assert y0 == y1
            yield from ((x0 + (x1 - x0) * step / 8, y0) for step in range(9))
        elif at in route.tracks:
            track = route.tracks[at]
            assert min(x0, x1) < track < max(x0, x1)
            for (ax, ay), (bx, by) in pairwise([(x0, y0), (track, y0), (track, y1), (x1, y1)]):
                yield from ((ax + (bx - ax) * step / 16, ay + (by - ay) * step / 16) for step in range(17))
        else:
            half = (x0 + x1) / 2
            yield from _curve((x0, y0), (half, y0), (half, y1), (x1, y1))


def _curve(*points: tuple[float, float]) -> Iterator[tuple[float, float]]:
    for step in range(25):
        t = step / 24
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        yield (
            sum(w * x for w, (x, _) in zip(weights, points, strict=True)),
            sum(w * y for w, (_, y) in zip(weights, points, strict=True)),
        )


def faults(graph: Drawn, layout: Layout) -> list[str]:
    """What is wrong with a layout."""
    sizes, arcs = graph
    found = []
    assert layout.boxes.keys() == sizes.keys() and len(layout.routes) == len(arcs)
    labels = {f"{a}>{b}": route.label for (a, b, _), route in zip(arcs, layout.routes, strict=True) if route.label}
    assert {name: (place.width, place.height) for name, place in labels.items()} == {
        f"{a}>{b}": label for a, b, label in arcs if label
    }
    places = {**layout.boxes, **labels}
    for one, other in combinations(places, 2):
        if overlap(places[one], places[other]):
            found.append(f"{one} lies on {other}")
    for name, (width, height) in sizes.items():
        if layout.boxes[name].width < width or layout.boxes[name].height != height:
            found.append(f"{name} has another size")
    for (start, end, _), route in zip(arcs, layout.routes, strict=True):
        points = [*samples(route, is_arch=start == end)]
        for name, (x, y) in (start, points[0]), (end, points[-1]):
            place = layout.boxes[name]
            side = x in (place.x, place.x + place.width) and place.y < y < place.y + place.height
            top = y == place.y and place.x < x < place.x + place.width
            if not (top if start == end else side):
                found.append(f"{start}>{end} does not touch {name}")
        for name, place in places.items():
            if name != f"{start}>{end}" and any(inside(x, y, place) for x, y in points):
                found.append(f"{start}>{end} runs through {name}")
        own = labels.get(f"{start}>{end}")
        if start != end and own and not any(inside(x, y, own) for x, y in points):
            found.append(f"the label of {start}>{end} is beside it")
    corners = [((p.x, p.y), (p.x + p.width, p.y + p.height)) for p in places.values()]
    on_ways = (samples(route, is_arch=start == end) for (start, end, _), route in zip(arcs, layout.routes, strict=True))
    for x, y in chain(*corners, *on_ways):
        if not (-0.01 <= x <= layout.width + 0.01 and -0.01 <= y <= layout.height + 0.01):
            found.append(f"{x}, {y} is outside")
    return found


@given(graphs())
@settings(max_examples=100)
@example(EXAMPLES["itself"])
def test_nothing_lies_on_anything_else(graph: Drawn) -> None:
    layout = lay_out(*graph)
    assert faults(graph, layout) == []
    assert lay_out(*graph) == layout


@pytest.mark.parametrize("graph", EXAMPLES.values(), ids=EXAMPLES)
def test_examples(graph: Drawn) -> None:
    assert faults(graph, lay_out(*graph)) == []


def test_steep_fans_run_in_tracks_of_their_own() -> None:
    graph = EXAMPLES["steep fans"]
    tracks: dict[str, set[float]] = {}
    for (start, end, _), route in zip(graph[1], lay_out(*graph).routes, strict=True):
        for track in route.tracks.values():
            tracks.setdefault("B" if end == "B" else start, set()).add(track)
    assert tracks.keys() == {"a", "A", "B"}
    assert len({track for one in tracks.values() for track in one}) == 3


@given(graphs())
@settings(max_examples=40)
def test_of_a_huge_graph_the_longest_edges_run_below_the_boxes(graph: Drawn) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layout_module, "_MOST_ITEMS", 3)
        patch.setattr(layout_module, "_MOST_IN_LINE", 3)
        found = faults(graph, lay_out(*graph))
    assert [fault for fault in found if "runs through" not in fault] == []


def test_it_flows_from_left_to_right() -> None:
    """What comes after stands farther right, but for the edge that closes a circle."""
    boxes = lay_out(*of("a>b", "b>c", "c>b", "a>c", "c>d")).boxes
    assert [name for name, _ in sorted(boxes.items(), key=lambda item: item[1].x)] == ["a", "b", "c", "d"]


def test_a_chain_is_straight() -> None:
    layout = lay_out(*of("a>b", "b>c", "c.d", "b.b"))
    assert len({y for route in layout.routes[:3] for _, y in route.points}) == 1


def test_edges_that_need_not_cross_do_not() -> None:
    """Two layers in opposite order: the sweeps turn one of them."""
    names = "bcdef"
    graph = of(*(f"a>{name}" for name in names), *(f"{name}>{name.upper()}" for name in reversed(names)))
    boxes = lay_out(*graph).boxes
    order = sorted(names, key=lambda name: boxes[name].y)
    assert order == sorted(names, key=lambda name: boxes[name.upper()].y)


def test_a_long_chain_needs_no_recursion() -> None:
    names = [f"n{number}" for number in range(3000)]
    arcs = [(one, other, None) for one, other in pairwise(names)]
    assert len(lay_out(dict.fromkeys(names, WIDE), arcs).boxes) == 3000
