"""The forms of pictures: well-formed and closed in themselves, whatever the names are, and nothing is left out."""

import base64
import hashlib
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pydot
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from krtc.analysis.picture import picture_of
from krtc.model.picture import DrawnEdge, DrawnNode, DrawnWorkflow, Picture
from krtc.pictures import dot, html, mermaid, svg
from krtc.pipeline import Options, Source, check
from tests.unit.helpers import ROOT, assets

SVG = "{http://www.w3.org/2000/svg}"
FORMS = {form.__name__.rpartition(".")[2]: form for form in (mermaid, dot, svg, html)}
BROKEN = sorted((ROOT / "golden" / "err").glob("*/input/**/krt.yml"))
# What HTML, XML, Mermaid, DOT, Markdown, CSS and terminals obey, and what XML cannot hold.
HOSTILE = [
    "</title></svg></style><script>alert(1)</script>",
    "\" onload='alert(1)' x=\"",
    "&lt;&amp;#60;",
    "]]>",
    'a"] --> b["\\',
    "\\N\\G\\",
    '`end` "subgraph" %%{init}%% #quot; <br/> |x|',
    "javascript:alert(1)",
    "\x00\x1b[31m\ufffe\ud800\u202e\u2028\n",
    "*/}body{x:url(//e)}",
    "日本語 𝔘𝔫𝔦 é",
    "a" * 300,
]

names = st.one_of(
    st.sampled_from(["etl", "a-b", "end", "entrypoint", "x"]), st.sampled_from(HOSTILE), st.text(min_size=1)
)


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    workflows = []
    for name in draw(st.lists(names, max_size=3, unique=True)):
        own = draw(st.lists(names, max_size=6, unique=True))
        nodes = [DrawnNode("entrypoint", "entrypoint")]
        for node in own:
            if node != "entrypoint":
                state = draw(st.sampled_from(["", "", "twice", "missing", "unreachable", "cycle"]))
                kind = draw(st.sampled_from(["node", "exitpoint"]))
                nodes.append(DrawnNode(node, kind, state, draw(st.sampled_from([1, 2])), draw(st.booleans())))  # type: ignore[arg-type]
        one = st.sampled_from([node.name for node in nodes])
        edges = [
            DrawnEdge(
                *ends,
                tuple(draw(st.one_of(st.just([""]), st.lists(names, min_size=1, max_size=8, unique=True)))),
                draw(st.sampled_from(["", "missing", "unreachable", "cycle"])),
            )
            for ends in draw(st.lists(st.tuples(one, one), max_size=10, unique=True))
        ]
        workflows.append(DrawnWorkflow(name, draw(st.none() | names), tuple(nodes), tuple(edges)))
    return Picture(draw(st.none() | names), draw(st.none() | st.just("published")), tuple(workflows))


several = st.lists(pictures(), min_size=1, max_size=3)


def elements(root: ET.Element, kind: str) -> list[ET.Element]:
    return [group for group in root.iter(f"{SVG}g") if kind in (group.get("class") or "").split()]


def number(element: ET.Element, name: str) -> float:
    return float(element.get(name, "0"))


def visible(text: str) -> str:
    return "".join(c if c.isprintable() else f"\\u{{{ord(c):x}}}" for c in text)


def asks_for_nothing(text: str) -> None:
    """No address is in it but the name of SVG, and nothing that loads one."""
    plain = text.replace('xmlns="http://www.w3.org/2000/svg"', "")
    markup = re.sub(r"(?<=>)[^<]*(?=<)", "", re.sub(r'="[^"]*"', "", plain))
    for word in ("://", "url(", "@import", "href", "src="):
        assert word not in markup
    for style in re.findall(r"<style>(.*?)</style>", plain, re.DOTALL):
        assert not re.search(r"url\(|@import|//|<|javascript", style)


@given(pictures(), st.sampled_from(["", "v1-"]))
@settings(max_examples=60)
def test_svg_is_well_formed_and_whole(picture: Picture, prefix: str) -> None:
    text = svg.draw(picture, prefix)
    root = ET.fromstring(text)
    assert root.tag == f"{SVG}svg"
    asks_for_nothing(text)
    allowed = {f"{SVG}{tag}" for tag in ("svg", "style", "g", "rect", "text", "tspan", "title", "path")}
    assert {element.tag for element in root.iter()} <= allowed
    assert not [key for element in root.iter() for key in element.attrib if key.startswith("on")]
    drawn = elements(root, "node")
    wanted = [(visible(flow.name), visible(node.name)) for flow in picture.workflows for node in flow.nodes]
    assert [(group.get("data-workflow"), group.get("data-node")) for group in drawn] == wanted
    for group in drawn:
        assert (group.get("tabindex"), group.get("role")) == ("0", "button") and group.get("aria-label")
    ids = [element.get("id", "") for element in root.iter() if element.get("id") is not None]
    assert len(ids) == len(set(ids)) == len(drawn)
    assert all(re.fullmatch(rf"{prefix}[A-Za-z0-9_-]+", id_) for id_ in ids)
    ends = [(group.get("data-from"), group.get("data-to")) for group in elements(root, "edge")]
    edges = [edge for flow in picture.workflows for edge in flow.edges]
    assert ends == [(visible(edge.publisher), visible(edge.subscriber)) for edge in edges]
    assert svg.draw(picture, prefix) == text


def test_ids_are_made_of_the_names() -> None:
    flow = DrawnWorkflow("sort", None, (DrawnNode("entrypoint", "entrypoint"), DrawnNode("a-b", "exitpoint")), ())
    found = elements(ET.fromstring(svg.draw(Picture("v", None, (flow,)), "p-")), "node")
    assert [(group.get("id"), group.get("class")) for group in found] == [
        ("p-sort--entrypoint", "node entrypoint"),
        ("p-sort--a-b", "node exitpoint"),
    ]


def test_nodes_say_in_words_what_the_picture_shows() -> None:
    flow = DrawnWorkflow(
        "sort",
        "Sort",
        (DrawnNode("entrypoint", "entrypoint"), DrawnNode("out", "exitpoint", "cycle", 2, gpu=True)),
        (DrawnEdge("entrypoint", "out"), DrawnEdge("out", "out", ("again",), "cycle")),
    )
    entrypoint, out = elements(ET.fromstring(svg.draw(Picture("v", None, (flow,)))), "node")
    assert entrypoint.get("aria-label") == "entrypoint; sends to out"
    assert out.get("aria-label") == (
        "out, exitpoint, replicas: 2, GPU, in a cycle; gets entrypoint, out.again; sends to out"
    )
    assert ["".join(text.itertext()) for text in out.iter(f"{SVG}text")] == ["out", "exitpoint · ×2 · GPU · in a cycle"]


def test_in_a_file_of_svg_nothing_is_a_button() -> None:
    flow = DrawnWorkflow("sort", None, (DrawnNode("entrypoint", "entrypoint"),), ())
    (found,) = elements(ET.fromstring(svg.page([Picture("v", None, (flow,))])), "node")
    assert (found.get("role"), found.get("tabindex"), found.get("aria-label")) == ("img", None, "entrypoint")


@given(several)
@settings(max_examples=30)
def test_a_page_of_svg_has_all_versions_and_no_id_twice(found: list[Picture]) -> None:
    root = ET.fromstring(svg.page(found))
    headings = [text.text for text in root.iter(f"{SVG}text") if text.get("class") == "version"]
    assert headings == [
        visible(" · ".join(filter(None, (p.version or "a version without a name", p.status)))) for p in found
    ]
    ids = [element.get("id") for element in root.iter() if element.get("id") is not None]
    assert len(ids) == len(set(ids)) == sum(len(flow.nodes) for picture in found for flow in picture.workflows)
    for inner in root.iter(f"{SVG}svg"):
        assert number(inner, "x") + number(inner, "width") <= number(root, "width")
        assert number(inner, "y") + number(inner, "height") <= number(root, "height")


@given(several)
@settings(max_examples=30)
def test_html_is_well_formed_and_allows_itself_one_script(found: list[Picture]) -> None:
    text = html.page(found)
    root = ET.fromstring(text)
    asks_for_nothing(text)
    (script,) = root.iter("script")
    assert script.text
    (policy,) = (meta.get("content", "") for meta in root.iter("meta") if meta.get("http-equiv"))
    digest = base64.b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    assert len([*root.iter(f"{SVG}svg")]) == len([*root.iter("h1")]) == len(found)
    ids = [element.get("id") for element in root.iter() if element.get("id") is not None]
    assert len(ids) == len(set(ids))


@given(several)
@settings(max_examples=40)
def test_mermaid_has_nothing_of_names_but_letters_and_numbers(found: list[Picture]) -> None:
    text = mermaid.page(found)
    quoted = r'"(?:[^\W_]|[ _.,·×…-]|#\d+;|<br/>)*"'
    line = "|".join(
        [
            "flowchart LR",
            rf"  subgraph [vw]\d+ \[{quoted}\]",
            rf"    w\d+_[A-Za-z0-9_]*(?:\[{quoted}\]|\(\[{quoted}\]\))",
            rf"    w\d+_[A-Za-z0-9_]* -->(?:\|{quoted}\|)? w\d+_[A-Za-z0-9_]*",
            r"  end",
            r"  classDef [a-z]+ [a-z0-9:#, -]+",
            r"  class [\w,]+ [a-z]+",
            r"  linkStyle [0-9,]+ [a-z0-9:#, -]+",
        ]
    )
    for one in text.removesuffix("\n").split("\n"):
        assert re.fullmatch(line, one), one
    assert text.count(" -->") == sum(len(flow.edges) for picture in found for flow in picture.workflows)
    nodes = sum(len(flow.nodes) for picture in found for flow in picture.workflows)
    assert len(set(re.findall(r"^    (w\d+_[A-Za-z0-9_]*)[\[(]", text, re.MULTILINE))) == nodes


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # pydot calls pyparsing by old names
@given(several)
@settings(max_examples=5)
def test_dot_is_read_as_it_was_meant(found: list[Picture]) -> None:
    """By pydot, which knows strings but not what Graphviz makes of those in labels."""
    graphs = pydot.graph_from_dot_data(dot.page(found))
    assert graphs and len(graphs) == 1
    outer = graphs[0].get_subgraphs()
    frames = outer if len(found) == 1 else [frame for one in outer for frame in one.get_subgraphs()]
    for frame, flow in zip(frames, (flow for picture in found for flow in picture.workflows), strict=True):
        names = {node.get_name(): shown(node.get("label")) for node in frame.get_nodes()}
        assert [*names.values()] == [visible(node.name) for node in flow.nodes]
        ends = [(names[str(edge.get_source())], names[str(edge.get_destination())]) for edge in frame.get_edges()]
        assert ends == [(visible(edge.publisher), visible(edge.subscriber)) for edge in flow.edges]


def shown(text: object) -> str:
    """The first line that Graphviz shows of a label in quotes."""
    assert isinstance(text, str) and text[0] == text[-1] == '"'
    meant = {"n": "\n", '"': '"', "\\": "\\"}
    line = re.sub(r"\\(.)|&amp;", lambda found: meant[found[1]] if found[1] else "&", text[1:-1])
    return line.partition("\n")[0]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.relative_to(ROOT / "golden" / "err").as_posix())
def test_every_wrong_version_is_drawn_or_has_no_meaning(form: ModuleType, path: Path) -> None:
    program, found = check(Source("krt.yml", path.read_bytes()), None, Options(), assets(), lambda name: name)
    if program is None:
        assert found
        return
    text = form.page([picture_of(program)])
    if form in (svg, html):
        ET.fromstring(text)


def rectangles(group: ET.Element) -> tuple[float, float, float, float]:
    """The corners around the rectangles of a group."""
    found = [
        (number(r, "x"), number(r, "y"), number(r, "x") + number(r, "width"), number(r, "y") + number(r, "height"))
        for r in group.iter(f"{SVG}rect")
    ]
    lefts, tops, rights, bottoms = zip(*found, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def way(path: str) -> Iterator[tuple[float, float]]:
    """Points on a path of M, H, V, Q and C."""
    x = y = 0.0
    for command, rest in re.findall(r"([MHVQC])([^MHVQC]*)", path):
        values = [float(value) for value in rest.split()]
        if command in "HV":
            values = [values[0], y] if command == "H" else [x, values[0]]
        ends = [(x, y), *zip(values[::2], values[1::2], strict=True)]
        if command != "M":
            yield from (_on_bezier(ends, step / 16) for step in range(17))
        x, y = ends[-1]


def _on_bezier(ends: list[tuple[float, float]], part: float) -> tuple[float, float]:
    """De Casteljau's construction; a line is a curve without bends."""
    while len(ends) > 1:
        ends = [(ax + (bx - ax) * part, ay + (by - ay) * part) for (ax, ay), (bx, by) in pairwise(ends)]
    return ends[0]


@given(pictures())
@settings(max_examples=60)
def test_no_edge_is_drawn_through_a_box_and_all_of_it_is_in_its_frame(picture: Picture) -> None:
    root = ET.fromstring(svg.draw(picture))
    width, height = number(root, "width"), number(root, "height")
    frames: list[Any] = []
    for frame in (group for group in root if group.tag == f"{SVG}g"):
        left, top = map(float, re.findall(r"[\d.]+", frame.get("transform", "")))
        (outline, *_) = frame.iter(f"{SVG}rect")
        frames.append((left, top, left + number(outline, "width"), top + number(outline, "height")))
        (inner,) = (group for group in frame if group.tag == f"{SVG}g")
        right, down = map(float, re.findall(r"[\d.]+", inner.get("transform", "")))
        boxes = {group.get("data-node"): rectangles(group) for group in elements(inner, "node")}
        for group in elements(inner, "edge"):
            (line,) = (path.get("d", "") for path in group.iter(f"{SVG}path") if path.get("class") == "way")
            for x, y in way(line):
                assert 0 < right + x < number(outline, "width") and 0 < down + y < number(outline, "height")
                for name, (x0, y0, x1, y1) in boxes.items():
                    if name not in (group.get("data-from"), group.get("data-to")):
                        assert not (x0 + 0.2 < x < x1 - 0.2 and y0 + 4.2 < y < y1 - 0.2), name
        for x0, y0, x1, y1 in boxes.values():
            assert right + x0 >= 0 and right + x1 <= number(outline, "width")
            assert down + y0 >= 0 and down + y1 <= number(outline, "height")
    for one, other in combinations(frames, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    assert all(x1 <= width and y1 <= height for _, _, x1, y1 in frames)
