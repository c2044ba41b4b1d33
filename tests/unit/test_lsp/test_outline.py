"""The outline, and what can be folded."""

from krtc.lsp.folding import stretches
from krtc.lsp.symbols import Symbol, outline
from tests.unit.test_lsp.examples import KRT, RUNTIME


def shown(symbol: Symbol, text: str) -> tuple[str, str, str, str, list[object]]:
    children: list[object] = [shown(child, text) for child in symbol.children]
    return symbol.kind, symbol.name, symbol.detail, text[slice(*symbol.named)], children


def test_a_version_with_its_workflows_and_their_nodes() -> None:
    (top,) = outline(KRT)
    assert shown(top, KRT)[:4] == ("version", "mail-v1", "Sorts mail.", "mail-v1")
    sort, count = top.children
    assert shown(sort, KRT)[:4] == ("workflow", "sort", "Sort", "sort")
    assert [child.name for child in sort.children] == ["etl", "odd-mails", "out"]
    assert shown(sort.children[1], KRT) == ("node", "odd-mails", "konstellation/kre-go:8.2.0", "'odd-mails'", [])
    assert KRT[slice(*count.children[0].stretch)].splitlines()[-1] == "          - entrypoint"


def test_a_runtime_with_its_versions() -> None:
    (top,) = outline(RUNTIME)
    assert [shown(child, RUNTIME)[:3] for child in top.children] == [
        ("version", "versions/mail-v1/krt.yml", "published"),
        ("version", "versions/mail-v2/krt.yml", ""),
    ]
    assert (top.kind, top.name) == ("runtime", "demo")


def test_what_has_no_name_yet_is_called_what_it_is() -> None:
    (top,) = outline("workflows:\n  - nodes:\n      - image: a\n      - name:\n")
    assert top.name == "version" and top.children[0].name == "workflow"
    assert [node.name for node in top.children[0].children] == ["node", "node"]
    assert outline("") == outline("- a") == outline("a") == []


def test_folding() -> None:
    text = "a:\n  b: 1\n  c: 2\n\n# about d\nd:\n  - e: 1\n    f: {\n      g: 1}\n  - h\ni: 1\n"
    folded = [(text.count("\n", 0, start), text.count("\n", 0, end)) for start, end in stretches(text)]
    assert folded == [(0, 2), (5, 9), (6, 8), (7, 8)]
