"""Where the boxes and the edges of a graph go: in columns, from left to right (Sugiyama, Tagawa and Toda, 1981).

An edge that spans columns has a place of its own in each, and a label has one in a column of labels. In a column
nothing overlaps; between two columns there are only edges. So no edge crosses a box or a label that is not its own.
"""

from dataclasses import dataclass
from itertools import pairwise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Size = tuple[float, float]
    Point = tuple[float, float]
    # From a name to another one, with the size of its label.
    Arc = tuple[str, str, Size | None]


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


@dataclass(slots=True)
class Layout:
    """A drawing from (0, 0): the boxes by name, and the routes in the order of the edges."""

    width: float
    height: float
    boxes: dict[str, Place]
    routes: list[Route]


# Between two things in a column: boxes and labels, or ways that only pass.
_BETWEEN_BOXES = 22.0
_BETWEEN_WAYS = 12.0
# Between two columns, and how much more when edges run steeply.
_NARROW, _WIDE = 26.0, 110.0
_STEEPNESS = 0.22
# Of an edge that runs against the others, the ends lie lower than theirs.
_LOWER = 9.0
ARCH = 20.0
"""How high the way of a node to itself goes."""
_SWEEPS = 24


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
            for number in used[column[2 * rank[start]] + 1 : column[2 * rank[end]]]:
                label = self.arcs[at][2] if home.get(at) == number else None
                item = self._item(column[number], label or (0.0, 0.0))
                self.passing.add(item)
                if label:
                    self.labels[at] = item
                chain.append(item)
            chain.append(self.box[end])
            for one, other in pairwise(chain):
                self.right[one].append(other)
                self.left[other].append(one)
            self.chains[at] = chain

    def _item(self, column: int, size: "Size") -> int:
        item = len(self.item_sizes)
        self.item_sizes.append(size)
        self.columns[column].append(item)
        self.left.append([])
        self.right.append([])
        return item

    def layout(self) -> Layout:
        """The items in order, and then at their places."""
        _order(self.columns, self.left, self.right)
        middle = _middles(self)
        lefts, rights, width = self._columns_x(middle)
        column = {item: index for index, items in enumerate(self.columns) for item in items}
        boxes, routes = {}, []
        for name, item in self.box.items():
            box_width = max(rights[column[item]] - lefts[column[item]], self.sizes[name][0])
            height = self.sizes[name][1]
            boxes[name] = Place(lefts[column[item]], middle[item] - height / 2, box_width, height)
        shared = self._shared()
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
                if at in self.backward and (item, item == chain[0]) in shared:
                    y += _LOWER
                points += [(x0, y), (x1, y)]
            place = None
            if label:
                item = self.labels[at]
                free = rights[column[item]] - lefts[column[item]] - label[0]
                x = lefts[column[item]] + free / 2
                place = Place(x, middle[item] - label[1] / 2, *label)
            routes.append(Route(points[::-1] if at in self.backward else points, place))
        bottom = max((middle[item] + size[1] / 2 for item, size in enumerate(self.item_sizes)), default=0.0)
        return Layout(width, bottom, boxes, routes)

    def _shared(self) -> set[tuple[int, bool]]:
        """The boxes, each with whether it is their right side, where edges of both directions end."""
        ends: tuple[set[tuple[int, bool]], set[tuple[int, bool]]] = (set(), set())
        for at, chain in self.chains.items():
            ends[at in self.backward].update(((chain[0], True), (chain[-1], False)))
        return ends[0] & ends[1]

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


def _middles(drawing: _Drawing) -> list[float]:
    """The height of each item's middle, so that long ways are straight (Brandes and Köpf, 2001).

    The items are aligned with neighbours in four ways: left or right ones, from above or from below; of the four
    heights of an item, the two in the middle are averaged.
    """
    columns, sizes = drawing.columns, drawing.item_sizes
    conflicts = _conflicts(drawing)
    four = []
    for upside_down in (False, True):
        for leftwards in (False, True):
            turned = [items[::-1] if upside_down else items for items in columns]
            if leftwards:
                turned.reverse()
            neighbours = drawing.right if leftwards else drawing.left
            root = _aligned(turned, neighbours, conflicts, len(sizes))
            found = _compacted(turned, root, drawing)
            four.append([-y for y in found] if upside_down else found)
    # All are moved onto the one that needs the least room, by their upper or lower ends.
    spans = [(min(found, default=0.0), max(found, default=0.0)) for found in four]
    top, bottom = min(spans, key=lambda span: span[1] - span[0])
    for at, (found, (low, high)) in enumerate(zip(four, spans, strict=True)):
        shift = bottom - high if at >= 2 else top - low
        four[at] = [y + shift for y in found]
    middle = [sum(sorted(ys)[1:3]) / 2 for ys in zip(*four, strict=True)]
    upmost = min((y - size[1] / 2 for y, size in zip(middle, sizes, strict=True)), default=0.0)
    return [y - upmost for y in middle]


def _conflicts(drawing: _Drawing) -> set[tuple[int, int]]:
    """The stretches between two columns that cross one in the midst of a long way: they shall not bend it."""
    found: set[tuple[int, int]] = set()
    passing = drawing.passing
    for items, following in pairwise(drawing.columns):
        position = {item: at for at, item in enumerate(items)}
        low = scanned = 0
        for at, item in enumerate(following):
            inner = next((one for one in drawing.left[item] if one in passing), None) if item in passing else None
            if inner is None and at + 1 < len(following):
                continue
            high = len(items) if inner is None else position[inner]
            for other in following[scanned : at + 1]:
                for one in drawing.left[other]:
                    if not low <= position[one] <= high and not (one in passing and other in passing):
                        found.add((min(one, other), max(one, other)))
            low, scanned = high, at + 1
    return found


def _aligned(
    columns: list[list[int]], neighbours: list[list[int]], conflicts: set[tuple[int, int]], count: int
) -> list[int]:
    """The blocks of items that shall have one height, as the first item of each one's: it and its middle neighbour."""
    root = list(range(count))
    before: dict[int, int] = {}
    for items in columns:
        last = -1
        for item in items:
            near = sorted(neighbours[item], key=before.__getitem__)
            for one in {near[(len(near) - 1) // 2]: None, near[len(near) // 2]: None} if near else ():
                ends = (min(one, item), max(one, item))
                if root[item] == item and last < before[one] and ends not in conflicts:
                    root[item] = root[one]
                    last = before[one]
        before = {item: at for at, item in enumerate(items)}
    return root


def _compacted(columns: list[list[int]], root: list[int], drawing: _Drawing) -> list[float]:
    """The height of each item when blocks are moved up as far as they can, and then down to those that hold them."""
    below: dict[int, dict[int, float]] = {block: {} for block in root}
    waits = dict.fromkeys(below, 0)
    for items in columns:
        for one, other in pairwise(items):
            upper, lower = root[one], root[other]
            if lower not in below[upper]:
                waits[lower] += 1
            below[upper][lower] = max(below[upper].get(lower, 0.0), _apart(drawing, one, other))
    y = dict.fromkeys(below, 0.0)
    ready = [block for block in below if not waits[block]]
    for block in ready:  # grows
        for lower, apart in below[block].items():
            y[lower] = max(y[lower], y[block] + apart)
            waits[lower] -= 1
            if not waits[lower]:
                ready.append(lower)
    for block in reversed(ready):
        if below[block]:
            y[block] = max(y[block], min(y[lower] - apart for lower, apart in below[block].items()))
    return [y[block] for block in root]


def _apart(drawing: _Drawing, one: int, other: int) -> float:
    """How far the middles of two items are apart at least."""
    gap = _BETWEEN_WAYS if one in drawing.passing and other in drawing.passing else _BETWEEN_BOXES
    return (drawing.item_sizes[one][1] + drawing.item_sizes[other][1]) / 2 + gap
