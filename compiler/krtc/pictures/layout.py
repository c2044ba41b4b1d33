"""Where the boxes and the edges of a graph go: in columns, from left to right (Sugiyama, Tagawa and Toda, 1981).

An edge that spans columns has a place of its own in each, and a label has one in a column of labels. In a column
nothing overlaps; between two columns there are only edges. So no edge crosses a box or a label that is not its own.
"""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from math import inf
from operator import itemgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Size = tuple[float, float]
    Point = tuple[float, float]
    # From a name to another one, with the size of its label.
    Arc = tuple[str, str, Size | None]
    # Heights to which something is drawn, with the forces.
    Pulls = list[tuple[float, float]]


@dataclass(slots=True)
class Place:
    """A rectangle by its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """Half of its height."""
        return self.y + self.height / 2


@dataclass(slots=True)
class Route:
    """The way of an edge: every other stretch between two points is level, beginning with the first.

    The points are in the edge's direction. The other stretches lie between columns. The way of a node to itself is an
    arch over its box, from the first point to the last.
    """

    points: "list[Point]"
    label: Place | None = None
    # Of the stretches that are too steep for a curve, by their number, where they run upright.
    tracks: dict[int, float] = field(default_factory=dict)


@dataclass(slots=True)
class Layout:
    """A drawing from (0, 0): the boxes by name, and the routes in the order of the edges."""

    width: float
    height: float
    boxes: dict[str, Place]
    routes: list[Route]


# Between two things in a column: boxes and labels, or ways that only pass.
_BETWEEN_BOXES = 20.0
_BETWEEN_WAYS = 12.0
# Between two columns, and how much more when edges run steeply.
_NARROW, _WIDE = 30.0, 110.0
_STEEPNESS = 0.22
# A stretch that is so many times as high as it is wide runs upright, in the middle part of its gap.
_STEEP, _CURB = 5.0, 24.0
# A long way moves so far to be in line with one of its ends.
_NEAR = 30.0
# Between the ends of edges of different directions.
_BESIDE = 12.0
ARCH = 20.0
"""How high the way of a node to itself goes."""
# How often the columns are gone through: to order them, to swap neighbours, to find heights and to mend these.
_SWEEPS, _TURNS, _ROUGH_SWEEPS, _FINE_SWEEPS = 24, 10, 20, 6
# Of larger drawings, the heights are not mended, and the longest edges run below the boxes: time would grow too fast.
_MOST_IN_LINE, _MOST_ITEMS = 5_000, 20_000


def lay_out(sizes: "Mapping[str, Size]", arcs: "Sequence[Arc]") -> Layout:
    """Places boxes of these sizes, beginning with the first, and edges: no two have the same ends."""
    return _Drawing(sizes, arcs).layout()


class _Drawing:
    """One layout. What stands in a column is an item, a number: of a box, a label, or a way that passes."""

    def __init__(self, sizes: "Mapping[str, Size]", arcs: "Sequence[Arc]") -> None:
        self.sizes = sizes
        self.arcs = arcs
        self.own = {start: label or (0.0, 0.0) for start, end, label in arcs if start == end}
        backward = _backward([*sizes], [(start, end) for start, end, _ in arcs])
        self.backward = backward
        ahead = [(end, start) if at in backward else (start, end) for at, (start, end, _) in enumerate(arcs)]
        rank = _ranks([*sizes], [ends for ends in ahead if ends[0] != ends[1]])
        self.item_sizes: list[Size] = []
        self.columns: list[list[int]] = []
        self.column: list[int] = []
        self.left: list[list[int]] = []
        self.right: list[list[int]] = []
        self.passing: set[int] = set()
        self.box: dict[str, int] = {}
        self.chains: dict[int, list[int]] = {}
        self.labels: dict[int, int] = {}
        self._fill(rank, ahead)

    def _fill(self, rank: dict[str, int], ahead: list[tuple[str, str]]) -> None:
        """Makes the items: boxes in even columns, labels in odd ones, of which only those with labels are kept."""
        home: dict[int, int] = {}  # the column of an edge's label, near its publisher
        for at, ((start, end), (_, _, label)) in enumerate(zip(ahead, self.arcs, strict=True)):
            if label and start != end:
                home[at] = 2 * rank[end] - 1 if at in self.backward else 2 * rank[start] + 1
        used = sorted({*(2 * r for r in rank.values()), *home.values()})
        column = {number: index for index, number in enumerate(used)}
        self.columns = [[] for _ in used]
        passed = [used[column[2 * rank[start]] + 1 : column[2 * rank[end]]] for start, end in ahead]
        count = 0
        for at in sorted(range(len(ahead)), key=lambda at: len(passed[at])):
            count += len(passed[at])
            if count > _MOST_ITEMS:
                passed[at] = [home[at]] if at in home else []
        for name, own_size in self.sizes.items():
            size = own_size
            if name in self.own:
                wide, high = self.own[name]
                size = max(size[0], wide), size[1] + 2 * (ARCH + high)
            self.box[name] = self._item(column[2 * rank[name]], size)
        for at, (start, end) in enumerate(ahead):
            if start == end:
                continue
            chain = [self.box[start]]
            for number in passed[at]:
                label = self.arcs[at][2] if home.get(at) == number else None
                item = self._item(column[number], label or (0.0, 0.0))
                self.passing.add(item)
                if label:
                    self.labels[at] = item
                chain.append(item)
            chain.append(self.box[end])
            for one, other in pairwise(chain):
                if self.column[other] == self.column[one] + 1:
                    self.right[one].append(other)
                    self.left[other].append(one)
            self.chains[at] = chain

    def _item(self, column: int, size: "Size") -> int:
        item = len(self.item_sizes)
        self.item_sizes.append(size)
        self.columns[column].append(item)
        self.column.append(column)
        self.left.append([])
        self.right.append([])
        return item

    def near(self, item: int) -> list[tuple[int, float]]:
        """The neighbours of an item, with how much each matters: long ways shall be straight, fans need not."""
        found = []
        for these, those in (self.left, self.right), (self.right, self.left):
            for one in these[item]:
                is_inside = item in self.passing and one in self.passing
                found.append((one, 8.0 if is_inside else 2.0 / max(len(these[item]), len(those[one]))))
        return found

    def apart(self, one: int, other: int) -> float:
        """How far the middles of two items are apart at least."""
        gap = _BETWEEN_WAYS if one in self.passing and other in self.passing else _BETWEEN_BOXES
        return (self.item_sizes[one][1] + self.item_sizes[other][1]) / 2 + gap

    def layout(self) -> Layout:
        """The items in order, and then at their places."""
        _order(self.columns, self.left, self.right)
        _turn(self.columns, self.left, self.right)
        middle = _middles(self)
        lefts, rights, width = self._columns_x(middle)
        column = self.column
        boxes, routes = {}, []
        for name, item in self.box.items():
            box_width = max(rights[column[item]] - lefts[column[item]], self.sizes[name][0])
            height = self.sizes[name][1]
            boxes[name] = Place(lefts[column[item]], middle[item] - height / 2, box_width, height)
        ports = self._ports(middle)
        for at, (start, end, label) in enumerate(self.arcs):
            if start == end:
                routes.append(_arch(boxes[start], label))
                continue
            points: list[Point] = []
            chain = self.chains[at]
            for item in chain:
                x0, x1, y = lefts[column[item]], rights[column[item]], middle[item]
                if item == chain[0]:
                    x0 = x1
                elif item == chain[-1]:
                    x1 = x0
                y += ports.get((at, item), 0.0)
                points += [(x0, y), (x1, y)]
            place = None
            if label:
                item = self.labels[at]
                free = rights[column[item]] - lefts[column[item]] - label[0]
                x = lefts[column[item]] + free / 2
                place = Place(x, middle[item] - label[1] / 2, *label)
            routes.append(Route(points[::-1] if at in self.backward else points, place))
        _lay_tracks(routes)
        bottom = max((middle[item] + size[1] / 2 for item, size in enumerate(self.item_sizes)), default=0.0)
        return Layout(width, bottom, boxes, routes)

    def _ports(self, middle: list[float]) -> dict[tuple[int, int], float]:
        """How far from the middle of a box's side an edge ends there, by the edge and the box.

        That is nowhere but where edges of both directions end: each bundle of one direction has a place of its own.
        """
        sides: dict[tuple[int, bool], list[tuple[float, bool, int]]] = {}
        for at, chain in self.chains.items():
            for item, following, is_right in (chain[0], chain[1], True), (chain[-1], chain[-2], False):
                sides.setdefault((item, is_right), []).append((middle[following], at in self.backward, at))
        ports: dict[tuple[int, int], float] = {}
        for (item, _), ends in sides.items():
            bundles = [[*bundle] for _, bundle in groupby(sorted(ends), key=itemgetter(1))]
            step = min(_BESIDE, 2 * _BESIDE / max(len(bundles) - 1, 1))
            for number, bundle in enumerate(bundles):
                for _, _, at in bundle:
                    ports[at, item] = (number - (len(bundles) - 1) / 2) * step
        return ports

    def _columns_x(self, middle: list[float]) -> tuple[list[float], list[float], float]:
        """Where each column begins and ends; the steeper the edges between two, the farther they are apart."""
        lefts: list[float] = []
        rights: list[float] = []
        x = 0.0
        for items in self.columns:
            lefts.append(x)
            rights.append(x + max(self.item_sizes[item][0] for item in items))
            rise = max((abs(middle[one] - middle[item]) for item in items for one in self.right[item]), default=0.0)
            x = rights[-1] + min(_NARROW + _STEEPNESS * rise, _WIDE)
        return lefts, rights, max(rights, default=0.0)


def _lay_tracks(routes: list[Route]) -> None:
    """Gives the stretches of steep fans tracks beside each other, between their columns: one track a fan."""
    gaps: dict[tuple[float, float], list[tuple[Route, int, list[Point]]]] = {}
    for route in routes:
        for at in range(1, len(route.points) - 1, 2):
            ends = sorted(route.points[at : at + 2])
            if ends[0][1] != ends[1][1]:
                gaps.setdefault((ends[0][0], ends[1][0]), []).append((route, at, ends))
    for (begin, end), stretches in gaps.items():
        count = Counter(point for _, _, ends in stretches for point in ends)
        hubs = [max(ends, key=count.__getitem__) for _, _, ends in stretches]
        steep = {
            hub
            for hub, (_, _, ends) in zip(hubs, stretches, strict=True)
            if abs(ends[1][1] - ends[0][1]) > _STEEP * (end - begin)
        }
        tracks = {hub: number / (len(steep) + 1) for number, hub in enumerate(sorted(steep), 1)}
        for (route, at, _), hub in zip(stretches, hubs, strict=True):
            if hub in tracks:
                route.tracks[at] = begin + _CURB / 2 + (end - begin - _CURB) * tracks[hub]


def _arch(box: Place, label: "Size | None") -> Route:
    """The way of a node to itself: from the right of its upper edge, over the box, to the left."""
    x, reach = box.x + box.width / 2, min(box.width / 4, ARCH)
    points = [(x + reach, box.y), (x + reach, box.y - ARCH), (x - reach, box.y - ARCH), (x - reach, box.y)]
    return Route(points, Place(x - label[0] / 2, box.y - ARCH - label[1], *label) if label else None)


def _backward(names: "Sequence[str]", ends: "Sequence[tuple[str, str]]") -> set[int]:
    """The edges, by number, that close a circle when one walks from the first name, then from others: those turn."""
    out: dict[str, list[tuple[int, str]]] = {name: [] for name in names}
    entered = set()
    for at, (start, end) in enumerate(ends):
        out[start].append((at, end))
        entered.add(end)
    found: set[int] = set()
    done: set[str] = set()
    for root in sorted(names, key=lambda name: (name != names[0], name in entered)):
        if root in done:
            continue
        on_way = {root}
        todo = [(root, iter(out[root]))]
        while todo:
            name, rest = todo[-1]
            for at, end in rest:
                if end in on_way:
                    if end != name:
                        found.add(at)
                elif end not in done:
                    on_way.add(end)
                    todo.append((end, iter(out[end])))
                    break
            else:
                todo.pop()
                on_way.remove(name)
                done.add(name)
    return found


def _ranks(names: "Sequence[str]", ends: "Sequence[tuple[str, str]]") -> dict[str, int]:
    """The column of each name: right of all that it comes after, and near what comes after it."""
    after: dict[str, list[str]] = {name: [] for name in names}
    waits = dict.fromkeys(names, 0)
    comes_in = dict.fromkeys(names, 0)
    for start, end in ends:
        after[start].append(end)
        waits[end] += 1
        comes_in[end] += 1
    rank = dict.fromkeys(names, 0)
    ready = [name for name in names if not waits[name]]
    for name in ready:  # grows
        for end in after[name]:
            rank[end] = max(rank[end], rank[name] + 1)
            waits[end] -= 1
            if not waits[end]:
                ready.append(end)
    for name in reversed(ready):
        if name != names[0] and len(after[name]) > comes_in[name]:
            rank[name] = min(rank[end] for end in after[name]) - 1
    return rank


def _order(columns: list[list[int]], left: list[list[int]], right: list[list[int]]) -> None:
    """Orders each column so that few edges cross: sweeps of barycentres to and fro, of which the best is kept."""
    best, fewest = [[*items] for items in columns], _crossings(columns, right)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        forth = sweep % 2 == 0
        neighbours = left if forth else right
        position = {item: at for items in columns for at, item in enumerate(items)}
        for items in columns if forth else reversed(columns):
            weight = {
                item: sum(position[one] for one in neighbours[item]) / len(neighbours[item])
                if neighbours[item]
                else position[item]
                for item in items
            }
            # Of equals the later goes first in half of the sweeps: a stable sort alone would never try that.
            items.sort(key=lambda item: (weight[item], -position[item] if sweep % 4 > 1 else position[item]))
            position.update((item, at) for at, item in enumerate(items))
        count = _crossings(columns, right)
        if count < fewest:
            best, fewest = [[*items] for items in columns], count
    for items, kept in zip(columns, best, strict=True):
        items[:] = kept


def _crossings(columns: "Sequence[Sequence[int]]", right: list[list[int]]) -> int:
    """How many pairs of edges cross between columns: the inversions of their ends, counted with a Fenwick tree."""
    count = 0
    for items, following in pairwise(columns):
        position = {item: at for at, item in enumerate(following)}
        tree = [0] * (len(following) + 1)
        seen = 0
        for item in items:
            ends = sorted(position[one] for one in right[item])
            for end in ends:
                at, before = end + 1, 0
                while at:
                    before += tree[at]
                    at &= at - 1
                count += seen - before
            for end in ends:
                at = end + 1
                while at < len(tree):
                    tree[at] += 1
                    at += at & -at
                seen += 1
    return count


def _turn(columns: list[list[int]], left: list[list[int]], right: list[list[int]]) -> None:
    """Swaps items that stand one below the other for as long as fewer edges cross then."""
    position = {item: at for items in columns for at, item in enumerate(items)}

    def crossing(upper: int, lower: int) -> int:
        return sum(
            bisect_left(ends, position[one])
            for near in (left, right)
            for ends in [sorted(position[one] for one in near[lower])]
            for one in near[upper]
        )

    for _ in range(_TURNS):
        turned = False
        for items in columns:
            for at, (one, other) in enumerate(pairwise(items)):
                if items[at] == one and crossing(one, other) > crossing(other, one):
                    items[at], items[at + 1] = other, one
                    position[one], position[other] = at + 1, at
                    turned = True
        if not turned:
            break


def _middles(drawing: _Drawing) -> list[float]:
    """The height of each item's middle: near its neighbours, and long ways straight.

    Column after column is settled where it suits the others best: first by means, which brings all of it together, then
    by medians, which bring items into line with each other.
    """
    sizes = drawing.item_sizes
    middle = [0.0] * len(sizes)
    # How far below the first item of its column each one is at least.
    below = [0.0] * len(sizes)
    for items in drawing.columns:
        for one, other in pairwise(items):
            below[other] = below[one] + drawing.apart(one, other)
        for item in items:
            middle[item] = below[item] - below[items[-1]] / 2
    near = [drawing.near(item) for item in range(len(sizes))]
    is_small = len(sizes) <= _MOST_IN_LINE
    for joined, own, sweeps in (_mean, 0.01, _ROUGH_SWEEPS), (sorted, 0.5, _FINE_SWEEPS if is_small else 0):
        for sweep in range(sweeps):
            for items in drawing.columns[:: -1 if sweep % 2 else 1]:
                pulls = [
                    [(middle[one] - below[item], pull) for one, pull in [*near[item], (item, own)]] for item in items
                ]
                for item, y in zip(items, _settled(pulls, joined), strict=True):
                    middle[item] = y + below[item]
    for _ in range(2):
        _straighten(drawing, middle)
    upmost = min(y - size[1] / 2 for y, size in zip(middle, sizes, strict=True))
    return [y - upmost for y in middle]


def _settled(pulls: "list[Pulls]", joined: "Callable[[Pulls], Pulls]") -> list[float]:
    """For each item where its pulls want it to be, but none above the one before: those that push share a place.

    This is isotonic regression by pooling adjacent violators; `joined` makes of several pulls what is kept of them.
    """
    blocks: list[tuple[Pulls, int, float]] = []
    for given in pulls:
        block, count = joined(given), 1
        y = _median(block)
        while blocks and blocks[-1][2] > y:
            upper, more, _ = blocks.pop()
            block, count = joined(upper + block), count + more
            y = _median(block)
        blocks.append((block, count, y))
    return [y for _, count, y in blocks for _ in range(count)]


def _mean(pulls: "Pulls") -> "Pulls":
    force = sum(pull for _, pull in pulls)
    return [(sum(y * pull for y, pull in pulls) / force, force)]


def _median(pulls: "Pulls") -> float:
    """Where the pulls from above and from below, which come in order, are equally strong."""
    rest = sum(pull for _, pull in pulls) / 2
    at = -1
    while rest > 0 and at + 1 < len(pulls):
        at += 1
        rest -= pulls[at][1]
    return (pulls[at][0] + pulls[at + 1][0]) / 2 if rest == 0 and at + 1 < len(pulls) else pulls[at][0]


def _straighten(drawing: _Drawing, middle: list[float]) -> None:
    """Makes long ways level where nothing is in their way, the longest first."""
    upper: dict[int, int] = {}
    lower: dict[int, int] = {}
    for items in drawing.columns:
        for one, other in pairwise(items):
            upper[other], lower[one] = one, other

    def room(item: int) -> tuple[float, float]:
        above, under = upper.get(item), lower.get(item)
        low = -inf if above is None else middle[above] + drawing.apart(above, item)
        return low, inf if under is None else middle[under] - drawing.apart(item, under)

    for chain in sorted(drawing.chains.values(), key=len, reverse=True):
        at = 1
        while at < len(chain) - 1:
            low, high = room(chain[at])
            level = [chain[at]]
            for item in chain[at + 1 : -1]:
                lowest, highest = room(item)
                if max(low, lowest) > min(high, highest):
                    break
                low, high = max(low, lowest), min(high, highest)
                level.append(item)
            now = min(max(sorted(middle[item] for item in level)[len(level) // 2], low), high)
            # In line with what it comes from or leads to, where that is near.
            beside = [middle[chain[at - 1]], middle[chain[at + len(level)]]]
            near = [y for y in beside if low <= y <= high and abs(y - now) <= _NEAR]
            for item in level:
                middle[item] = min(near, key=lambda y: abs(y - now), default=now)
            at += len(level)
