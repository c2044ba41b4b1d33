"""The rules over a program: each with what is wrong, its place and its help, and with what is right."""

import pkgutil
import re
from typing import Any

import pytest

from krtc.analysis import RULES, check, rules
from krtc.diagnostics import Diagnostic, Related, did_you_mean, has_errors, in_order
from krtc.diagnostics.codes import CODES, UNKNOWN_NODE
from krtc.model.runtime import ConfigValues, VersionEntry
from krtc.pipeline import Options, Source
from krtc.pipeline import compile as compile_sources
from krtc.source import SourceFile, Span
from tests.unit.helpers import (
    GO,
    KRT,
    NODE,
    OTHER,
    RUNTIME,
    SMALL,
    Object,
    assets,
    build,
    changed,
    ids,
    program,
    stretch,
    text,
)


def said(krt: Object = SMALL, runtime: Object | None = None, **options: Any) -> list[str]:
    """What is said: code, the text it points at, message, help, and the second places."""
    return [
        f"{d.code.id} {stretch(d.span)} | {d.message} | {d.help}"
        + "".join(f" | {stretch(r.span)} @{r.span.line}: {r.message}" for r in d.related)
        for d in check(program(krt, runtime, **options))
    ]


def nodes(*names_and_subscriptions: tuple[str, list[str]], exitpoint: str = "a") -> Object:
    workflow = {**SMALL["workflows"][0], "exitpoint": exitpoint}
    workflow["nodes"] = [{**NODE, "name": name, "subscriptions": given} for name, given in names_and_subscriptions]
    return {**SMALL, "workflows": [workflow]}


def test_nothing_is_said_of_what_is_right() -> None:
    assert said(KRT, RUNTIME) == []
    assert said(SMALL, None) == []


class Test_unknown_node:
    def test_exitpoint(self) -> None:
        assert said(changed(SMALL, "workflows", 0, "exitpoint", to="elt")) == [
            'KRT101 "elt" | the exitpoint of workflow `sort` is `elt`, and it has no such node | did you mean `etl`?'
        ]
        assert said(changed(SMALL, "workflows", 0, "exitpoint", to="zzz"))[0].endswith("| None")

    @pytest.mark.parametrize(
        ("subscription", "message", "help_text"),
        [
            ("bb", "`a` subscribes to `bb`, and workflow `sort` has no such node", "did you mean `b`?"),
            ("bb.x", "`a` subscribes to `bb`, and workflow `sort` has no such node", "did you mean `b`?"),
            (
                "entrypoin",
                "`a` subscribes to `entrypoin`, and workflow `sort` has no such node",
                "did you mean `entrypoint`?",
            ),
            ("zzz", "`a` subscribes to `zzz`, and workflow `sort` has no such node", None),
            (
                "entrypoint.x",
                "`a` subscribes to `entrypoint.x`, and the entrypoint has no sub-topics",
                "write `entrypoint`",
            ),
        ],
    )
    def test_subscription(self, subscription: str, message: str, help_text: str | None) -> None:
        krt = nodes(("a", ["entrypoint", subscription]), ("b", ["a"]))
        assert said(krt) == [f'KRT101 "{subscription}" | {message} | {help_text}']

    def test_good(self) -> None:
        assert said(nodes(("a", ["entrypoint", "b", "b.x"]), ("b", ["a", "a.y"]))) == []


class Test_duplicate_name:
    def test_of_nodes(self) -> None:
        krt = nodes(("a", ["entrypoint"]), ("b", ["a"]), ("a", ["b"]))
        (line,) = said(krt)
        assert re.fullmatch(
            r'KRT102 "a" \| there is a node `a` already \| give one of them another name'
            r' \| "a" @\d+: the first is here',
            line,
        )

    def test_of_workflows_and_rpcs(self) -> None:
        krt = {**SMALL, "workflows": [SMALL["workflows"][0]] * 2}
        assert [line.split(" | ")[1] for line in said(krt)] == [
            "there is a workflow `sort` already",
            "there is a workflow with the rpc `Sort` already",
        ]

    def test_the_same_node_in_two_workflows(self) -> None:
        other = {**SMALL["workflows"][0], "name": "other", "entrypoint": "Other"}
        assert said({**SMALL, "workflows": [SMALL["workflows"][0], other]}) == []

    def test_a_node_named_as_the_platforms_own(self) -> None:
        assert said(nodes(("entrypoint", ["entrypoint"]), exitpoint="entrypoint")) == [
            'KRT102 "entrypoint" | a node cannot be named `entrypoint`: the platform\'s own process is'
            " | give the node another name"
        ]

    @pytest.mark.parametrize(
        "config", [{"variables": ["A", "A"]}, {"files": ["A", "A"]}, {"variables": ["A"], "files": ["A"]}]
    )
    def test_of_configuration(self, config: Object) -> None:
        lines = said({**SMALL, "config": config}, needs_values=False)
        assert len(lines) == 1
        assert lines[0].startswith(
            'KRT102 "A" | there is a configuration variable or file `A` already | remove one of them | "A"'
        )


class Test_consumer_collision:
    def test_of_two_nodes(self) -> None:
        krt = nodes(("a", ["entrypoint"]), ("c", ["a.b"]), ("b-c", ["a"]))
        (line,) = said(krt)
        assert line.startswith(
            'KRT301 "a" | `b-c` on `a` and `c` on `a.b` share the consumer `kre_mail-v1_Sort-a-b-c` | rename'
        )
        assert line.endswith("`c` subscribes here") and '| "a.b" @' in line
        assert " | rename a node or a sub-topic, or remove the subscription that stands twice | " in line

    def test_of_two_nodes_of_one_name_is_said_once(self) -> None:
        krt = nodes(("a", ["entrypoint"]), ("a", ["entrypoint"]))
        assert ids(check(program(krt, None))) == ["KRT102"]

    def test_of_one_node(self) -> None:
        (line,) = said(nodes(("a", ["entrypoint", "entrypoint"])))
        assert "`a` on `entrypoint` and `a` on `entrypoint` share" in line

    def test_good(self) -> None:
        assert said(nodes(("a", ["entrypoint"]), ("c", ["a.b"]), ("d", ["a", "c"]))) == []


class Test_service_name:
    @pytest.mark.parametrize(
        ("version", "runtime", "expected"),
        [
            (
                "1st",
                {},
                "`1st`, and before Kubernetes 1.36 no Service's name begins with a digit"
                " | begin it with a letter, as in `v1st`",
            ),
            ("1st", {"kubernetes": "1.36"}, None),
            ("1st", {"naming": "runtime"}, None),
            (
                "active-entrypoint",
                {},
                "`active-entrypoint`, and that name is the published version's | give the version another name",
            ),
            ("active-entrypoint", {"naming": "runtime"}, None),
            ("kre-nats", {}, "`kre-nats`, and that name is in the settings | give the version another name"),
            ("kre-influxdb", {}, "`kre-influxdb`, and that name is in the settings | give the version another name"),
            (
                "nats",
                {"nats": {"server": "nats.data.svc:4222"}},
                "`nats`, and that name is in the settings | give the version another name",
            ),
            (
                "influx",
                {"influxdb": {"uri": "https://influx:8086/x"}},
                "`influx`, and that name is in the settings | give the version another name",
            ),
            ("kre-nats", {"nats": {"server": "nats:4222"}}, None),
        ],
    )
    def test_names(self, version: str, runtime: Object, expected: str | None) -> None:
        lines = said({**SMALL, "version": version}, {"runtime": "demo", **runtime})
        prefix = f'KRT302 "{version}" | the Service of the version would be named '
        assert lines == ([] if expected is None else [prefix + expected])

    def test_the_digit_of_a_runtime(self) -> None:
        assert said(SMALL, {"runtime": "1x", "naming": "runtime"}) == [
            'KRT302 "1x" | the Service of the version would be named `1x-mail-v1-entrypoint`,'
            " and before Kubernetes 1.36 no Service's name begins with a digit | begin it with a letter, as in `v1x`"
        ]


class Test_unknown_image_user:
    def test_each_image_is_told_once(self) -> None:
        krt = nodes(("a", ["entrypoint"]), ("b", ["a"]), ("c", ["a"]))
        for index in (1, 2):
            krt = changed(krt, "workflows", 0, "nodes", index, "image", to="host:5000/acme/own:1")
        assert said(krt) == [
            'KRT303 "host:5000/acme/own:1" | nobody said which user `host:5000/acme/own:1` runs as; it will be 10001'
            ' | add `images: {users: {"host:5000/acme/own": UID}}` to runtime.yml'
        ]

    def test_the_entrypoints_image_too(self) -> None:
        assert len(said(changed(SMALL, "entrypoint", "image", to=OTHER))) == 1

    @pytest.mark.parametrize("users", [{"acme/own": 5}, {"acme/*": 5}, {"default": 5}])
    def test_good(self, users: Object) -> None:
        krt = changed(SMALL, "workflows", 0, "nodes", 0, "image", to=OTHER)
        assert said(krt, {"runtime": "demo", "images": {"users": users}}) == []

    def test_what_the_help_says_is_taken(self) -> None:
        for image in ("Host.example:5000/acme/own:1", "acme/own@sha256:" + "0" * 64, "own"):
            krt = changed(SMALL, "workflows", 0, "nodes", 0, "image", to=image)
            (line,) = said(krt)
            (pattern,) = re.findall(r'"([^"]+)": UID', line)
            assert said(krt, {"runtime": "demo", "images": {"users": {pattern: 5}}}) == []

    def test_it_is_a_warning(self) -> None:
        result = build(changed(SMALL, "workflows", 0, "nodes", 0, "image", to=OTHER), None)
        assert ids(result.diagnostics) == ["KRT303"]
        assert not has_errors(result.diagnostics) and result.files


CONFIGURED = {**SMALL, "config": {"variables": ["A", "B"], "files": ["C"]}}
REF = {"secretKeyRef": {"name": "x", "key": "y"}}


class Test_missing_config_value:
    def test_each(self) -> None:
        assert said(CONFIGURED) == [
            f'KRT401 "{name}" | nothing gives `{name}` a value'
            f" | add it to {where} in runtime.yml, and give it with --runtime"
            for name, where in (
                ("A", "`config.variables` (or `config.secrets`)"),
                ("B", "`config.variables` (or `config.secrets`)"),
                ("C", "`config.files`"),
            )
        ]

    def test_not_where_values_can_come_later(self) -> None:
        assert said(CONFIGURED, needs_values=False) == []

    @pytest.mark.parametrize(
        ("form", "status", "missing"),
        [
            ("manifests", "stopped", False),
            ("manifests", "started", True),
            ("manifests", "published", True),
            ("kustomize", "stopped", True),
            ("helm", "started", False),
        ],
    )
    def test_when_values_are_needed(self, form: str, status: str, missing: bool) -> None:
        assert bool(build(CONFIGURED, None, form=form, status=status).diagnostics) == missing

    def test_values_of_the_runtime_and_of_the_entry(self) -> None:
        runtime = {
            "runtime": "demo",
            "config": {"variables": {"A": ""}, "files": {"C": {"secretKeyRef": {"name": "x", "key": "y"}}}},
        }
        assert [line[:11] for line in said(CONFIGURED, runtime)] == ['KRT401 "B" ']
        entry = VersionEntry(krt="krt.yml", config=ConfigValues(variables={"B": "x"}))
        assert said(CONFIGURED, runtime, entry=entry) == []


class Test_config_value_twice:
    @pytest.mark.parametrize(
        ("config", "name", "groups"),
        [
            ({"variables": {"A": "x"}, "secrets": {"A": REF}}, "A", ("variables", "secrets")),
            ({"variables": {"A": "x"}, "files": {"A": "a.txt"}}, "A", ("variables", "files")),
            ({"secrets": {"A": REF}, "files": {"A": "a.txt"}}, "A", ("secrets", "files")),
        ],
    )
    def test_in_two_groups(self, config: Object, name: str, groups: tuple[str, str]) -> None:
        assert said(SMALL, {"runtime": "demo", "config": config}) == [
            f'KRT402 "{name}" | `{name}` stands under both `config.{groups[0]}` and `config.{groups[1]}`'
            " | keep one of them"
        ]

    @pytest.mark.parametrize("source", [{}, {**REF, "configMapKeyRef": {"name": "x", "key": "y"}}])
    def test_a_file_from_two_or_no_places(self, source: Object) -> None:
        assert said(SMALL, {"runtime": "demo", "config": {"files": {"A": source}}}) == [
            'KRT402 "A" | the file `A` comes from exactly one of `configMapKeyRef` and `secretKeyRef`'
            " | give one of them"
        ]

    def test_good(self) -> None:
        config = {"variables": {"A": "x"}, "secrets": {"B": REF}, "files": {"C": "c.txt", "D": REF}}
        assert said(SMALL, {"runtime": "demo", "config": config}) == []


class Test_missing_gateway:
    def test_bad(self) -> None:
        assert said(SMALL, {"runtime": "demo", "ingress": {"kind": "GRPCRoute"}}) == [
            'KRT404 "GRPCRoute" | a GRPCRoute needs the Gateway that it belongs to'
            " | add `gateway: {name: NAME, namespace: NAMESPACE}` to `ingress`"
        ]

    @pytest.mark.parametrize("ingress", [{"kind": "GRPCRoute", "gateway": {"name": "x"}}, {"kind": "none"}, {}])
    def test_good(self, ingress: Object) -> None:
        assert said(SMALL, {"runtime": "demo", "ingress": ingress}) == []


class Test_not_built:
    @pytest.mark.parametrize(
        ("settings", "expected"),
        [
            (
                {"messaging": "job"},
                '"job" | `messaging: job` is not built yet | use `messaging: nack`, and install NACK on the cluster',
            ),
            (
                {"krtFiles": {"image": "a/b"}},
                '"a/b" | `krtFiles.image` is not built yet | use `krtFiles: {mongodb: {}}`',
            ),
            (
                {"versions": []},
                '"versions" | a runtime with `versions` is not built yet'
                " | give the settings alone, without `versions`, and compile each krt.yml",
            ),
        ],
    )
    def test_bad(self, settings: Object, expected: str) -> None:
        assert said(SMALL, {"runtime": "demo", **settings}) == [f"KRT014 {expected}"]

    def test_good(self) -> None:
        assert said(SMALL, {"runtime": "demo", "messaging": "nack", "krtFiles": {"mongodb": {}, "image": None}}) == []


WITH_FILE = {**SMALL, "config": {"files": ["MODEL"]}}


class Test_configuration_files:
    """What is said while they are read, before any rule."""

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            (None, ["KRT403"]),
            (b"x" * (128 << 10), []),
            (b"x" * ((128 << 10) + 1), ["KRT004"]),
            (b"\xff", ["KRT001"]),
            (b"a\x00b", ["KRT001"]),
            (b"\xef\xbb\xbfa", []),
        ],
    )
    def test_content(self, data: bytes | None, expected: list[str]) -> None:
        runtime = {"runtime": "demo", "config": {"files": {"MODEL": "model.json"}}}
        result = build(WITH_FILE, runtime, files={} if data is None else {"model.json": data})
        assert ids(result.diagnostics) == expected
        if expected in (["KRT403"], ["KRT004"]):
            assert stretch(result.diagnostics[0].span) == '"MODEL"'

    def test_only_what_the_version_names_is_read(self) -> None:
        runtime = {"runtime": "demo", "config": {"files": {"MODEL": "model.json", "OTHER": "not-there"}}}
        assert build(WITH_FILE, runtime).diagnostics == []


# All rules and codes


def test_every_module_is_among_the_rules() -> None:
    assert {rule.__name__.rpartition(".")[2] for rule in RULES} == {
        module.name for module in pkgutil.iter_modules(rules.__path__)
    }
    assert [rule.CODE.id for rule in RULES] == sorted(rule.CODE.id for rule in RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.CODE.id)
def test_a_rule_is_documented(rule: Any) -> None:
    assert rule.__name__.rpartition(".")[2] == rule.CODE.slug.replace("-", "_")
    first, *rest = rule.__doc__.split("\n\n")
    assert first.endswith(".") and first[0].isupper()
    headings = [match[1] for part in rest if (match := re.match(r"(\w+):", part))]
    assert headings == ["Why", "Bad", "Good", "Fix"]
    assert rule.check.__doc__.endswith(".")


BANDS = {"0": "syntax and schema", "1": "references", "2": "graph", "3": "limits", "4": "runtime", "5": "drift"}


def test_codes_are_unique_and_in_order() -> None:
    for attribute in ("id", "slug", "title"):
        values = [getattr(code, attribute) for code in CODES]
        assert len(values) == len(set(values))
    assert [code.id for code in CODES] == sorted(code.id for code in CODES)


@pytest.mark.parametrize("code", CODES, ids=repr)
def test_a_code(code: Any) -> None:
    assert re.fullmatch(r"KRT[0-5]\d\d", code.id) and code.id[3] in BANDS
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code.slug)
    assert code.severity in ("error", "warning", "note")
    assert code.title[0].isupper() and not code.title.endswith(".")
    assert code.severity == "error" or code.id[3] not in "01"
    assert repr(code) == f"{code.id} {code.slug}"


def test_a_code_that_no_rule_has_is_of_the_front_end() -> None:
    of_rules = {rule.CODE.id for rule in RULES}
    assert {code.id for code in CODES if code.id not in of_rules} == {
        *("KRT001", "KRT002", "KRT003", "KRT004", "KRT005", "KRT006", "KRT010", "KRT011", "KRT012", "KRT013"),
        "KRT403",
    }


# Diagnostics


def test_diagnostics_are_in_order_and_once() -> None:
    files = SourceFile("b.yml", ""), SourceFile("a.yml", "")

    def diagnostic(file: int, line: int, column: int, message: str) -> Diagnostic:
        return Diagnostic(UNKNOWN_NODE, Span(files[file], line, column, line, column), message)

    given = [(0, 1, 1, "x"), (1, 2, 1, "x"), (1, 1, 9, "x"), (1, 1, 2, "y"), (1, 1, 2, "x"), (1, 2, 1, "x")]
    found = in_order(diagnostic(*one) for one in given)
    assert [(d.span.file.name, d.span.line, d.span.column, d.message) for d in found] == [
        ("a.yml", 1, 2, "x"),
        ("a.yml", 1, 2, "y"),
        ("a.yml", 1, 9, "x"),
        ("a.yml", 2, 1, "x"),
        ("b.yml", 1, 1, "x"),
    ]
    assert has_errors(found) and not has_errors([])
    assert found[0].severity == "error" and found[0].related == ()
    assert Related(found[0].span, "x").message == "x"
    assert repr(found[0].span) == "a.yml:1:2-1:2"


@pytest.mark.parametrize(
    ("name", "valid", "expected"),
    [
        ("subscription", ["subscriptions", "src"], "did you mean `subscriptions`?"),
        ("SRC", ["subscriptions", "src"], "did you mean `src`?"),
        ("objectstore", ["objectStore"], "did you mean `objectStore`?"),
        ("zzz", ["src"], None),
        ("s" * 65, ["s" * 64], None),
        ("x", [], None),
    ],
)
def test_the_nearest_name(name: str, valid: list[str], expected: str | None) -> None:
    assert did_you_mean(name, valid) == expected


def test_both_files_are_read_to_their_ends() -> None:
    result = build(changed(SMALL, "version", to="A"), {"runtime": "B"})
    assert [(d.span.file.name, d.code.id) for d in result.diagnostics] == [
        ("krt.yml", "KRT013"),
        ("runtime.yml", "KRT013"),
    ]
    assert result.files == {}


def test_settings_that_are_no_text() -> None:
    options = Options(status="started", form="manifests")
    krt, settings = Source("krt.yml", text(SMALL).encode()), Source("runtime.yml", b"\xff")
    result = compile_sources(krt, settings, options, assets(), lambda name: name)
    assert [(d.span.file.name, d.code.id) for d in result.diagnostics] == [("runtime.yml", "KRT001")]


def test_a_gone_node_is_told_by_all_rules_at_once() -> None:
    krt = nodes(("a", ["entrypoint", "zz"]), ("a", ["yy"]), exitpoint="xx")
    krt["workflows"][0]["nodes"][0]["image"] = GO
    assert ids(build(krt, None).diagnostics) == ["KRT101", "KRT101", "KRT102", "KRT101"]
