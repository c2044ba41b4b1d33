"""A picture as SVG: no script, no font and no address of anything; light or dark as whoever looks at it has it."""

import html
from unicodedata import combining, east_asian_width

from krtc.pictures import _common
from krtc.pictures.layout import lay_out
from krtc.visible import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from krtc.model.picture import DrawnEdge, DrawnNode, DrawnWorkflow, Picture
    from krtc.pictures.layout import Layout, Place, Route

_FONT = 14.0
_SMALL = 11.5
# How wide a character is in the widest of common fonts (DejaVu Sans), as a part of the size; no font is asked.
_WIDTHS = {**dict.fromkeys("ijlI.,:;'|", 0.34), **dict.fromkeys("frt-()/ ", 0.43), **dict.fromkeys("mwMW@%…", 1.0)}
_WIDTH, _WIDEST, _BOLD = 0.65, 1.1, 1.12
_BOX_HEIGHT = 42.0
_PADDING = 14.0
_LINE = 15.0
# Of a workflow's frame, and between frames.
_FRAME, _HEAD, _APART = 22.0, 40.0, 24.0
# Copies of a node lie behind it, so far up and to the right.
_BEHIND = 4.0
_ARROW, _CORNER = 8.0, 10.0
_LONGEST_HEAD = 64
_MOST_SAID = 12
# Frames stand beside each other up to this ratio of width to height.
_RATIO = 1.6

_PAPER = ("#ffffff", "#0b1220")
_FRAMES = (("#f8fafc", "#cbd5e1", "#334155"), ("#111a2e", "#334155", "#cbd5e1"))
_EDGES = {
    "": ("#64748b", "#94a3b8"),
    "cycle": ("#c2410c", "#fdba74"),
    "unreachable": ("#94a3b8", "#64748b"),
    "missing": ("#b91c1c", "#fca5a5"),
}
_TOPIC = ("#334155", "#e2e8f0")
_FOCUS = ("#7c3aed", "#c4b5fd")


def page(pictures: "Sequence[Picture]") -> str:
    """A file with the pictures one below the other, each under the name of its version; nothing in it is a button."""
    parts, width, y = [], 0.0, 0.0
    for number, picture in enumerate(pictures):
        drawn = _Drawn(picture, f"v{number}-" if len(pictures) > 1 else "", 'role="img"')
        parts.append(f'<text class="version" x="{_number(_APART)}" y="{_number(y + 34)}">{drawn.heading}</text>')
        parts.append(drawn.element(x=_APART, y=y + 48))
        width = max(width, drawn.width + 2 * _APART, _APART * 2 + _wide(_common.heading(picture), 20) * _BOLD)
        y += 48 + drawn.height + _APART
    size = f'width="{_number(width)}" height="{_number(y)}" viewBox="0 0 {_number(width)} {_number(y)}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="system-ui, sans-serif">\n'
        f"<style>\n{_page_style()}</style>\n"
        f'<rect class="paper" width="100%" height="100%"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def draw(picture: "Picture", prefix: str = "", *, styled: bool = True) -> str:
    """The `<svg>` element of a version, to stand in a page, which may have `STYLE`; its ids begin with `prefix`.

    A node is `<g class="node ..." id="{prefix}{workflow}--{node}" data-workflow="..." data-node="...">`, an edge
    `<g class="edge ..." data-workflow="..." data-from="..." data-to="...">`. The classes are what `DrawnNode.kind` and
    `state` say. A node is a button, with whatever the page makes it do.
    """
    return _Drawn(picture, prefix, 'tabindex="0" role="button"').element(styled=styled)


class _Drawn:
    """One picture with its workflows in their frames."""

    def __init__(self, picture: "Picture", prefix: str, role: str) -> None:
        self.heading = _escape(_common.heading(picture))
        ids: set[str] = set()
        frames = [_Frame(workflow, prefix, ids, role) for workflow in picture.workflows]
        self.places, self.width, self.height = _shelves(frames)
        self.frames = frames

    def element(self, x: float = 0, y: float = 0, *, styled: bool = True) -> str:
        """The element at a place."""
        at = f'x="{_number(x)}" y="{_number(y)}" ' if x or y else ""
        width, height = _number(self.width), _number(self.height)
        style = f"<style>\n{STYLE}</style>\n" if styled else ""
        body = "\n".join(
            f'<g transform="translate({_number(left)} {_number(top)})">\n{frame.body()}\n</g>'
            for frame, (left, top) in zip(self.frames, self.places, strict=True)
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="krtc-picture" {at}width="{width}" height="{height}"'
            f' viewBox="0 0 {width} {height}" role="group" aria-label="{self.heading}"'
            f' font-family="system-ui, sans-serif">\n{style}{body}\n</svg>'
        )


def _shelves(frames: "Sequence[_Frame]") -> tuple[list[tuple[float, float]], float, float]:
    """Where the frames go, in rows as wide as the widest or as looks well, and how large all of it is."""
    area = sum((frame.width + _APART) * (frame.height + _APART) for frame in frames)
    limit = max([frame.width for frame in frames] + [(area * _RATIO) ** 0.5])
    places: list[tuple[float, float]] = []
    x = y = row = width = 0.0
    for frame in frames:
        if x and x + frame.width > limit:
            x, y, row = 0.0, y + row + _APART, 0.0
        places.append((x, y))
        row, width = max(row, frame.height), max(width, x + frame.width)
        x += frame.width + _APART
    return places, width, y + row


class _Frame:
    """A workflow, laid out."""

    def __init__(self, workflow: "DrawnWorkflow", prefix: str, ids: set[str], role: str) -> None:
        self.workflow = workflow
        self.role = role
        self.title = _common.short(_common.title(workflow), _LONGEST_HEAD)
        self.ids = {
            node.name: prefix + _common.identifier(f"{workflow.name}--{node.name}", "-", ids) for node in workflow.nodes
        }
        self.gets: dict[str, list[str]] = {}
        self.sends: dict[str, list[str]] = {}
        for edge in workflow.edges:
            self.gets.setdefault(edge.subscriber, []).extend(edge.subscriptions)
            self.sends.setdefault(edge.publisher, []).append(edge.subscriber)
        sizes = {node.name: _size(node) for node in workflow.nodes}
        arcs = [(edge.publisher, edge.subscriber, _label_size(edge)) for edge in workflow.edges]
        self.layout: Layout = lay_out(sizes, arcs)
        self.width = max(self.layout.width + _BEHIND, _wide(self.title, _FONT) * _BOLD) + 2 * _FRAME
        self.height = self.layout.height + _BEHIND + _HEAD + _FRAME

    def body(self) -> str:
        """What is in the frame: edges below labels, and both below boxes."""
        edges = [*zip(self.workflow.edges, self.layout.routes, strict=True)]
        name = _escape(self.workflow.name)
        return "\n".join(
            [
                f'<rect class="frame" x=".5" y=".5" width="{_number(self.width - 1)}"'
                f' height="{_number(self.height - 1)}" rx="10"/>',
                f'<text class="workflow" x="{_number(_FRAME)}" y="25">{_escape(self.title)}</text>',
                f'<g transform="translate({_number(_FRAME)} {_number(_HEAD + _BEHIND)})">',
                *(_edge(edge, route, name) for edge, route in edges),
                *(_label(edge, route.label, name) for edge, route in edges if route.label),
                *(self._node(node) for node in self.workflow.nodes),
                "</g>",
            ]
        )

    def _node(self, node: "DrawnNode") -> str:
        place = self.layout.boxes[node.name]
        said = _escape(self._said(node))
        name = _escape(_common.short(node.name, 24))
        marks = _common.marks(node)
        radius = place.height / 2 if node.kind != "node" else 7.0
        classes = " ".join(["node", node.kind, *([node.state] if node.state else []), *(["gpu"] if node.gpu else [])])
        width = place.width - (_BEHIND if node.replicas > 1 else 0)
        rect = f'width="{_number(width)}" height="{_number(place.height)}" rx="{_number(radius)}"'
        lines = [
            f'<g class="{classes}" id="{_escape(self.ids[node.name])}" data-workflow="{_escape(self.workflow.name)}"'
            f' data-node="{_escape(node.name)}" {self.role} aria-label="{said}">',
            f"<title>{said}</title>",
        ]
        if node.replicas > 1:
            lines.append(f'<rect x="{_number(place.x + _BEHIND)}" y="{_number(place.y - _BEHIND)}" {rect}/>')
        lines.append(f'<rect x="{_number(place.x)}" y="{_number(place.y)}" {rect}/>')
        middle = _number(place.x + width / 2)
        up = 3.0 if marks else -5.0
        lines.append(f'<text class="name" x="{middle}" y="{_number(place.middle - up)}">{name}</text>')
        if marks:
            lines.append(f'<text class="marks" x="{middle}" y="{_number(place.middle + 14)}">{_spans(marks)}</text>')
        return "\n".join([*lines, "</g>"])

    def _said(self, node: "DrawnNode") -> str:
        """A node in words, for those who do not see the picture, and for those who point at it."""
        kind = [node.kind] if node.kind == node.name else [node.name, node.kind]
        marks = [mark.replace(_common.TIMES, "replicas: ") for mark in _common.marks(node) if mark != node.kind]
        gets, sends = self.gets.get(node.name, []), self.sends.get(node.name, [])
        ways = [f"gets {_some(gets)}"] * bool(gets) + [f"sends to {_some(sends)}"] * bool(sends)
        return "; ".join([", ".join([*kind, *marks]), *ways])


def _some(names: "Sequence[str]") -> str:
    """As many names as one listens to."""
    rest = len(names) - _MOST_SAID
    return ", ".join([*names[:_MOST_SAID], *([f"and {rest} more"] if rest > 0 else [])])


def _size(node: "DrawnNode") -> tuple[float, float]:
    name = _wide(_common.short(node.name, 24), _FONT) * (_BOLD if node.kind != "node" else 1)
    text = max(name, _wide(" · ".join(_common.marks(node)), _SMALL))
    return max(text, 56.0) + 2 * _PADDING, _BOX_HEIGHT


def _label_size(edge: "DrawnEdge") -> tuple[float, float] | None:
    lines = _common.topics(edge)
    return (max(_wide(line, _SMALL) for line in lines) + 10, len(lines) * _LINE + 4) if lines else None


def _wide(text: str, font: float) -> float:
    """How wide a text is, at most."""
    return font * sum(_WIDTHS.get(c) or (_WIDTH if c.isascii() and not c.isupper() else _unusual(c)) for c in text)


def _unusual(character: str) -> float:
    return 0.0 if combining(character) else _WIDEST if east_asian_width(character) in "WF" else 0.8


def _edge(edge: "DrawnEdge", route: "Route", workflow: str) -> str:
    classes = " ".join(["edge", *([edge.state] if edge.state else [])])
    x, y = route.points[-1]
    if edge.publisher == edge.subscriber:
        points = [f"{_number(px)} {_number(py)}" for px, py in route.points]
        path = "M{}C{} {} {}".format(*points)
        arrow = _arrow(x, y, 0, 1)
    else:
        path = _path(route)
        arrow = _arrow(x, y, 1 if route.points[0][0] < x else -1, 0)
    return (
        f'<g class="{classes}" data-workflow="{workflow}" data-from="{_escape(edge.publisher)}"'
        f' data-to="{_escape(edge.subscriber)}">'
        f"<title>{_escape(', '.join(edge.subscriptions))} → {_escape(edge.subscriber)}</title>"
        f'<path class="way" d="{path}"/><path class="tip" d="{arrow}"/></g>'
    )


def _path(route: "Route") -> str:
    """Level stretches, and between them curves that leave and come in level; it ends inside of the arrow's head."""
    (x, y), *points = route.points
    forth = 1 if points[-1][0] > x else -1
    points = [*points[:-2], *[(px - forth * _ARROW / 2, py) for px, py in points[-2:]]]
    steps = [f"M{_number(x)} {_number(y)}"]
    for at, (to_x, to_y) in enumerate(points):
        if at % 2 == 0:
            if to_x != x:
                steps.append(f"H{_number(to_x)}")
        elif to_y == y:
            steps.append(f"H{_number(to_x)}")
        elif at in route.tracks:
            steps.append(_upright(x, y, to_x, to_y, route.tracks[at]))
        else:
            half = _number((x + to_x) / 2)
            steps.append(f"C{half} {_number(y)} {half} {_number(to_y)} {_number(to_x)} {_number(to_y)}")
        x, y = to_x, to_y
    return "".join(steps)


def _upright(x: float, y: float, to_x: float, to_y: float, track: float) -> str:
    """Level to a track, along it, and level on; with round corners."""
    forth, down = (1 if to_x > x else -1), (1 if to_y > y else -1)
    round_ = min(_CORNER, abs(track - x), abs(to_x - track), abs(to_y - y) / 2)
    before, after = _number(track - forth * round_), _number(track + forth * round_)
    first = f"H{before}Q{_number(track)} {_number(y)} {_number(track)} {_number(y + down * round_)}"
    last = f"Q{_number(track)} {_number(to_y)} {after} {_number(to_y)}H{_number(to_x)}"
    return f"{first}V{_number(to_y - down * round_)}{last}"


def _arrow(x: float, y: float, right: int, down: int) -> str:
    """The head of an arrow that points to a place."""
    back_x, back_y = x - right * _ARROW, y - down * _ARROW
    half = _ARROW / 2
    corners = [(x, y), (back_x - down * half, back_y - right * half), (back_x + down * half, back_y + right * half)]
    return "M" + "L".join(f"{_number(cx)} {_number(cy)}" for cx, cy in corners) + "Z"


def _label(edge: "DrawnEdge", place: "Place", workflow: str) -> str:
    lines = _common.topics(edge)
    middle = _number(place.x + place.width / 2)
    texts = "".join(
        f'<tspan x="{middle}" y="{_number(place.y + 13 + at * _LINE)}">{_escape(line)}</tspan>'
        for at, line in enumerate(lines)
    )
    return (
        f'<g class="topics" data-workflow="{workflow}" data-from="{_escape(edge.publisher)}"'
        f' data-to="{_escape(edge.subscriber)}"><title>{_escape(", ".join(edge.subscriptions))}</title>'
        f'<rect x="{_number(place.x)}" y="{_number(place.y)}" width="{_number(place.width)}"'
        f' height="{_number(place.height)}" rx="5"/><text>{texts}</text></g>'
    )


def _spans(marks: "Iterable[str]") -> str:
    return " · ".join(f'<tspan class="gpu">{mark}</tspan>' if mark == "GPU" else mark for mark in marks)


def _escape(text: str) -> str:
    return html.escape(visible(text))


def _number(value: float) -> str:
    """A number in as few characters as a picture needs."""
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")


def _colours(dark: int) -> str:
    """The rules that differ by the ground."""
    topic, focus = _TOPIC[dark], _FOCUS[dark]
    fill, line, text = _FRAMES[dark]
    rules = [
        f".frame{{fill:{fill};stroke:{line}}}",
        f".workflow{{fill:{text}}}",
        f".topics rect{{fill:{fill};stroke:{line}}}",
        f".topics text{{fill:{topic}}}",
        f".node:focus-visible rect,.node:hover rect{{stroke:{focus}}}",
    ]
    for look, pair in _common.COLOURS.items():
        fill, line, text = pair[dark]
        rules += [f".{look} rect{{fill:{fill};stroke:{line}}}", f".{look} text{{fill:{text}}}"]
    for state, colours in _EDGES.items():
        of = f".edge.{state}" if state else ".edge"
        rules += [f"{of} .way{{stroke:{colours[dark]}}}", f"{of} .tip{{fill:{colours[dark]}}}"]
    return "".join(f".krtc-picture {rule}\n" for rule in rules)


_SHAPES = f"""\
.krtc-picture .frame{{stroke-width:1}}
.krtc-picture .workflow{{font-size:{_FONT}px;font-weight:600}}
.krtc-picture .node rect{{stroke-width:1.5}}
.krtc-picture .node{{outline:none}}
.krtc-picture .node .name{{font-size:{_FONT}px;text-anchor:middle;font-weight:500}}
.krtc-picture .node .marks{{font-size:{_SMALL}px;text-anchor:middle}}
.krtc-picture .gpu .gpu{{font-weight:700}}
.krtc-picture .entrypoint rect,.krtc-picture .exitpoint rect{{stroke-width:2.5}}
.krtc-picture .entrypoint .name,.krtc-picture .exitpoint .name{{font-weight:700}}
.krtc-picture .unreachable rect,.krtc-picture .missing rect{{stroke-dasharray:5 4}}
.krtc-picture .edge .way{{fill:none;stroke-width:1.5}}
.krtc-picture .edge.cycle .way{{stroke-width:2.5}}
.krtc-picture .edge.unreachable .way,.krtc-picture .edge.missing .way{{stroke-dasharray:5 4}}
.krtc-picture .topics text{{font-size:{_SMALL}px;text-anchor:middle}}
.krtc-picture .node:focus-visible rect{{stroke-width:3.5}}
"""

STYLE = f"{_SHAPES}{_colours(0)}@media(prefers-color-scheme:dark){{\n{_colours(1)}}}\n"
"""The style of every picture."""


def _page_style() -> str:
    light, dark = (f".paper{{fill:{_PAPER[at]}}}.version{{fill:{_FRAMES[at][2]}}}" for at in (0, 1))
    return f".version{{font-size:20px;font-weight:700}}\n{light}\n@media(prefers-color-scheme:dark){{{dark}}}\n"
