"""Codes, diagnostics, their order, and the names that were meant."""

import pkgutil
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krtc import diagnostics as package
from krtc.analysis import all_rules, rules, runtime_rules
from krtc.diagnostics import Code, Diagnostic, Related, did_you_mean, has_errors, in_order, nearest
from krtc.diagnostics.codes import CODES, CYCLE, MISSING_FILE, UNKNOWN_NODE
from krtc.frontend import rules as front_end
from krtc.source import SourceFile, Span
from tests.unit.helpers import SMALL, build, changed

BANDS = {"0": "syntax and schema", "1": "references", "2": "graph", "3": "limits", "4": "runtime", "5": "drift"}
# That leave the input a meaning, in the bands in which others do not.
WARNINGS = {"hidden-character", "unused-ignore", "missing-file", "unserved-rpc"}


class Test_codes:
    def test_are_unique_and_in_order(self) -> None:
        for attribute in ("id", "slug", "title"):
            values = [getattr(code, attribute) for code in CODES]
            assert len(values) == len(set(values))
        assert [code.id for code in CODES] == sorted(code.id for code in CODES)

    @pytest.mark.parametrize("code", CODES, ids=repr)
    def test_each(self, code: Code) -> None:
        assert re.fullmatch(r"KRT[0-5]\d\d", code.id) and code.id[3] in BANDS
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code.slug)
        assert code.severity in ("error", "warning", "note")
        assert code.title[0].isupper() and not code.title.endswith(".")
        assert code.severity == "error" or code.id[3] not in "01" or code.slug in WARNINGS
        assert repr(code) == f"{code.id} {code.slug}"

    def test_each_is_of_a_rule_or_of_the_front_end(self) -> None:
        of_rules = [rule.CODE for rule in all_rules()]
        of_front_end = {module.name for module in pkgutil.iter_modules(front_end.__path__)}
        assert len(set(of_rules)) == len(of_rules)
        assert {code.slug.replace("-", "_") for code in CODES if code not in of_rules} == of_front_end


class Test_rules:
    def test_every_module_is_one(self) -> None:
        for folder in (rules, runtime_rules):
            names = {module.name for module in pkgutil.iter_modules(folder.__path__)}
            in_order = [code.slug.replace("-", "_") for code in CODES if code.slug.replace("-", "_") in names]
            assert [rule.__name__ for rule in folder.RULES] == [f"{folder.__name__}.{name}" for name in in_order]
            assert len(in_order) == len(names)

    def test_what_no_version_needs_is_apart(self) -> None:
        of_versions = {"check_version", "check_workflow", "check_node", "check_graph"}
        assert all(of_versions & vars(rule).keys() for rule in rules.RULES)
        assert not any(of_versions & vars(rule).keys() for rule in runtime_rules.RULES)

    @pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.CODE.id)
    def test_each_is_documented(self, rule: Any) -> None:
        assert rule.__name__.rpartition(".")[2] == rule.CODE.slug.replace("-", "_")
        first, *rest = rule.__doc__.split("\n\n")
        assert first.endswith(".") and first[0].isupper()
        assert [match[1] for part in rest if (match := re.match(r"(\w+):", part))] == ["Why", "Bad", "Good", "Fix"]
        checks = [value for name, value in vars(rule).items() if name.startswith("check_")]
        assert checks and all(check.__doc__.strip().endswith(".") for check in checks)


def test_the_package_says_what_is_in_it() -> None:
    assert sorted(package.__all__) == sorted(set(package.__all__))
    assert all(hasattr(package, name) for name in package.__all__)


def at(name: str, line: int, column: int, code: Code = UNKNOWN_NODE, message: str = "m") -> Diagnostic:
    return Diagnostic(code, Span(SourceFile(name, ""), line, column, line, column), message)


class Test_a_diagnostic:
    def test_has_the_severity_of_its_code_or_its_own(self) -> None:
        span = Span(SourceFile("a", ""), 1, 2, 3, 4)
        said = Diagnostic(MISSING_FILE, span, "m")
        assert (said.severity, said.help, said.related, said.span, said.message) == ("warning", None, (), span, "m")
        assert Diagnostic(MISSING_FILE, span, "m", severity="error").severity == "error"
        related = [Related(span, "x")]
        said = Diagnostic(UNKNOWN_NODE, span, "m", help="h", related=related)
        assert (said.severity, said.help, said.related, related[0].message, related[0].span) == (
            *("error", "h", related, "x", span),
        )

    def test_is_an_error_or_none(self) -> None:
        span = Span(SourceFile("a", ""), 1, 2, 3, 4)
        assert not has_errors([]) and not has_errors([Diagnostic(CYCLE, span, "m")])
        assert not has_errors([Diagnostic(UNKNOWN_NODE, span, "m", severity="warning")])
        assert has_errors([Diagnostic(CYCLE, span, "m"), Diagnostic(UNKNOWN_NODE, span, "m")])
        assert has_errors([Diagnostic(CYCLE, span, "m", severity="error")])

    def test_its_place_can_be_shown(self) -> None:
        assert repr(Span(SourceFile("a.yml", ""), 1, 2, 3, 4)) == "a.yml:1:2-3:4"


class Test_the_order:
    def test_is_that_of_files_places_and_codes(self) -> None:
        in_this_order = [
            at("a", 1, 2, message="x"),
            at("a", 1, 2, message="y"),
            at("a", 1, 2, CYCLE, "a"),
            at("a", 1, 10),
            at("a", 2, 1),
            at("a", 10, 1),
            at("b", 1, 1),
        ]
        assert in_order(reversed(in_this_order)) == in_this_order
        assert in_order(in_this_order[2:] + in_this_order[:2]) == in_this_order

    def test_each_is_told_once(self) -> None:
        one = [
            at("a", 1, 1),
            at("a", 1, 1),
            at("a", 1, 1, message="n"),
            at("a", 1, 1, CYCLE),
            at("b", 1, 1),
            at("b", 1, 1),
        ]
        assert [(d.span.file.name, d.code.id, d.message) for d in in_order(one)] == [
            ("a", "KRT101", "m"),
            ("a", "KRT101", "n"),
            ("a", "KRT204", "m"),
            ("b", "KRT101", "m"),
        ]

    def test_both_files_are_read_to_their_ends(self) -> None:
        result = build(changed(SMALL, "version", to="A"), {"runtime": "B"})
        assert [(d.span.file.name, d.code.id) for d in result.diagnostics] == [
            ("krt.yml", "KRT013"),
            ("runtime.yml", "KRT013"),
        ]
        assert result.files == {}


class Test_the_nearest_name:
    @pytest.mark.parametrize(
        ("name", "valid", "expected"),
        [
            ("subscription", ["subscriptions", "src"], "subscriptions"),
            ("SRC", ["subscriptions", "src"], "src"),
            ("objectstore", ["objectStore"], "objectStore"),
            ("OBJECT", ["objectStore"], "objectStore"),
            ("etl", ["etl"], "etl"),
            ("zzz", ["src"], None),
            ("x", [], None),
            ("", ["a"], None),
            ("abcde", ["abcxy"], "abcxy"),  # 0.6, and no less
            ("abcdef", ["abcxyz"], None),
            ("etl", ["eta", "etl1", "etll"], "etll"),
            ("s" * 64, ["s" * 65], "s" * 65),
            ("s" * 65, ["s" * 64], None),
        ],
    )
    def test_of_a_few(self, name: str, valid: list[str], expected: str | None) -> None:
        assert nearest(name, valid) == expected
        assert nearest(name, dict.fromkeys(valid)) == nearest(name, tuple(valid)) == expected
        assert did_you_mean(name, valid) == (f"did you mean `{expected}`?" if expected else None)

    def test_of_many_only_those_that_begin_alike_are_compared(self) -> None:
        many = [f"x{number:03}" for number in range(199)]
        assert nearest("Zoo-1", [*many, "zoo-2"]) == nearest("oo-22", [*many, "zoo-2"]) == "zoo-2"
        assert nearest("Zoo-1", [*many, "y", "Zoo-2"]) == "Zoo-2"
        assert nearest("oo-22", [*many, "y", "zoo-2"]) is None

    def test_of_many_that_begin_alike_some_are_compared(self) -> None:
        many = [f"zoo{number:04}x" for number in range(200)]
        assert nearest("zoo-abcd", [*many, "zoo-abce"]) != "zoo-abce"
        assert nearest("zoo-abcd", ["zoo-abce", *many]) == "zoo-abce"

    def test_of_thousands_none_is_compared(self) -> None:
        many = [f"x{number:04}" for number in range(1999)]
        assert nearest("zoo-abcd", ["zoo-abce", *many]) == "zoo-abce"
        assert nearest("zoo-abcd", ["zoo-abce", "y", *many]) is None

    @given(st.text("abcABC-", max_size=8), st.lists(st.text("abcABC-", max_size=8), max_size=8))
    def test_is_one_of_them(self, name: str, valid: list[str]) -> None:
        found = nearest(name, valid)
        assert found is None or found in valid
        if name and name in valid:
            assert found is not None and found.lower() == name.lower()
