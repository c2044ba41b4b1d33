"""How rules are asked: each generator with what it looks at, in order; one that reads what is wrong ends there."""

from collections.abc import Iterator
from typing import Any

import pytest

from krtc import analysis
from krtc.model.program import RuntimeProgram
from krtc.model.record import Unsaid
from tests.unit.helpers import KRT, RUNTIME, changed, program

OF_RUNTIMES = ("check_runtime", "check_runtimes")
KINDS = ("check_settings", "check_version", "check_workflow", "check_node", "check_graph", *OF_RUNTIMES)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What two rules of each kind are asked, the first of which ends before its second diagnostic."""
    calls: list[tuple[Any, ...]] = []

    def rule(kind: str, *, ends: bool) -> Any:
        def check(*about: Any) -> Iterator[Any]:
            calls.append((kind, *about))
            yield kind
            if ends:
                raise Unsaid
            yield f"{kind} to its end"

        return check

    rules = {kind: [rule(kind, ends=True), rule(kind, ends=False)] for kind in KINDS}
    monkeypatch.setattr(analysis, "_asked", rules.__getitem__)
    return calls


def said(kind: str) -> list[Any]:
    return [kind, kind, f"{kind} to its end"]


def test_of_settings(asked: list[tuple[Any, ...]]) -> None:
    settings = program(KRT, RUNTIME).settings
    assert list(analysis.check_settings(settings)) == said("check_settings")
    assert asked == [("check_settings", settings)] * 2


def test_of_a_version(asked: list[tuple[Any, ...]]) -> None:
    two = {**KRT["workflows"][0], "name": "two", "exitpoint": "nowhere"}
    made = program({**KRT, "workflows": [KRT["workflows"][0], two]}, RUNTIME)
    assert list(analysis.check(made)) == [
        *said("check_version"),
        *(said("check_workflow") + said("check_node") * 2 + said("check_graph")),
        *(said("check_workflow") + said("check_node") * 2),
    ]
    assert asked[::2] == asked[1::2]
    about = [call[1:] for call in asked[::2]]
    one, other = made.version.workflows
    assert about[:4] == [(made,), (made, one), *((made, one, node) for node in one.nodes)]
    assert about[4][:2] == (made, one) and list(about[4][2].nodes) == ["etl", "out"]
    assert about[5:] == [(made, other), *((made, other, node) for node in other.nodes)]


def test_of_what_is_left_of_a_version(asked: list[tuple[Any, ...]]) -> None:
    for path in (("workflows", 0, "nodes", 0), ("workflows", 0, "nodes"), ("workflows", 0), ("workflows",)):
        asked.clear()
        list(analysis.check(program(changed(KRT, *path, to="x"), RUNTIME)))
        assert [call[0] for call in asked[::2]] == [
            "check_version",
            *["check_workflow"] * (len(path) > 2),
            *["check_node"] * (len(path) > 3),
        ]


def test_of_runtimes(asked: list[tuple[Any, ...]]) -> None:
    runtime = RuntimeProgram(program(KRT, RUNTIME).settings, [], source="runtime.yml")
    assert list(analysis.check_runtime(runtime)) == said("check_runtime")
    assert list(analysis.check_runtimes([runtime, runtime])) == said("check_runtimes")
    assert asked == [("check_runtime", runtime)] * 2 + [("check_runtimes", [runtime, runtime])] * 2


def test_every_rule_is_asked_in_order() -> None:
    for kind in KINDS:
        generators = analysis._asked(kind)
        own = [getattr(rule, kind) for rule in analysis.all_rules() if hasattr(rule, kind)]
        assert generators == own and own
