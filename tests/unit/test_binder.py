"""Nodes to records: every kind of mistake with its place and help, and jsonschema as the oracle of what is valid."""

import copy
import json
import re
from collections.abc import Iterator
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator, ValidationError
from jsonschema.validators import extend

from krtc.diagnostics import Diagnostic
from krtc.frontend import languages
from krtc.model import krt
from krtc.model.record import Record, canonical, place, span_of
from krtc.reporters.text import report
from krtc.source import SourceFile
from tests.unit.helpers import KRT, RUNTIME, SMALL, Object, asset, changed, ids, parse, some, stretch, text

LANGUAGES: dict[str, Any] = {"krt-v2": languages.version, "runtime": languages.settings}
SCHEMAS = {name: json.loads(asset(f"schemas/{name}.schema.json")) for name in LANGUAGES}


def bind(content: str | Object, language: str = "krt-v2") -> tuple[Any, list[Diagnostic]]:
    file = SourceFile("krt.yml", text(content))
    bound: tuple[Any, list[Diagnostic]] = LANGUAGES[language](file, asset(f"schemas/{language}.schema.json"))
    return bound


def mistakes(content: str | Object, language: str = "krt-v2") -> list[tuple[str, str, str, str | None]]:
    """What is wrong: the code, the text that it points at, what is said, and the help."""
    return [(d.code.id, stretch(d.span), d.message, d.help) for d in bind(content, language)[1]]


HEAD = """\
version: mail-v1
krtVersion: v2
description: Sorts mail.
entrypoint: {proto: public_input.proto, image: konstellation/kre-entrypoint:8.2.0}
"""
BODY = """\
workflows:
  - name: sort
    entrypoint: Sort
    exitpoint: etl
    nodes:
      - name: etl
        image: konstellation/kre-py:8.2.0
        src: src/etl/main.py
        subscriptions: [entrypoint]
"""


class Test_records:
    def test_a_version(self) -> None:
        version, diagnostics = bind(HEAD + BODY)
        assert not diagnostics
        node = version.workflows[0].nodes[0]
        assert (version.krt_version, node.src, node.subscriptions) == ("v2", "src/etl/main.py", ["entrypoint"])
        assert (node.gpu, node.replicas, node.object_store) == (False, 1, None)
        assert (version.variables, version.files) == ([], [])

    def test_every_field_has_its_type(self) -> None:
        version, diagnostics = bind(KRT)
        assert not diagnostics
        node = version.workflows[0].nodes[0]
        assert node.gpu is True
        assert isinstance(node.object_store, krt.ObjectStore)
        assert version.workflows[0].nodes[1].replicas == 2
        assert version.variables == ["GREETING", "TOKEN"]

    def test_maps_and_alternatives(self) -> None:
        settings, diagnostics = bind(
            "runtime: demo\n"
            "resources: {node: {limits: {cpu: 2, memory: 1Gi}}}\n"
            "config: {files: {A: a.txt, B: {configMapKeyRef: {name: b, key: c}}}}\n"
            "ingress: {tlsSecret: null, className: ''}\n"
            "images: {users: {'*/kre-py': 5}}\n",
            "runtime",
        )
        assert not diagnostics
        assert settings.resources.node.limits == {"cpu": 2, "memory": "1Gi"}
        assert settings.config.files["A"] == "a.txt"
        assert settings.config.files["B"].config_map_key_ref.key == "c"
        assert (settings.ingress.tls_secret, settings.ingress.class_name) == (None, "")
        assert settings.images.users == {"*/kre-py": 5}

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_places(self, language: str) -> None:
        record, _ = bind(KRT if language == "krt-v2" else RUNTIME, language)

        def check(record: Record) -> None:
            assert stretch(span_of(record)).startswith("{")
            for field, value in record.__dict__.items():
                if field.startswith("@"):
                    continue
                assert stretch(span_of(record, f"{field}:")).strip('"').lower() == field.replace("_", "")
                written = stretch(span_of(record, field))
                for index, item in enumerate(value if isinstance(value, list) else []):
                    inner = stretch(span_of(record, (field, index)))
                    assert written.startswith("[") and inner in written
                    if isinstance(item, Record):
                        check(item)
                if isinstance(value, Record):
                    check(value)
                elif not isinstance(value, list | dict):
                    assert json.loads(written) == value

        check(record)

    def test_a_place_that_is_not_given_is_that_of_the_record(self) -> None:
        version, _ = bind(SMALL)
        node = version.workflows[0].nodes[0]
        assert repr(span_of(node, "gpu")) == repr(span_of(node))
        assert repr(span_of(node, "gpu", "name")) == repr(span_of(node, "name"))
        with pytest.raises(KeyError):
            span_of(some(krt.Node), "name")

    def test_places_inside_of_a_field(self) -> None:
        settings, _ = bind(
            "runtime: demo\nimages:\n  users: {'*/a': 1, default: 2}\n  pullSecrets: [{name: x}]\n", "runtime"
        )
        images, place_of = settings.images, cast("Any", span_of)
        for where, expected in (
            (("users", "*/a"), "'*/a'"),
            (("users", "default", "value"), "2"),
            (("users", "default", "key"), "default"),
            ("pull_secrets:", "pullSecrets"),
            (("pull_secrets", 0), "{name: x}"),
        ):
            assert stretch(place_of(images, where)) == expected
        # What is not there is nowhere, and the next place counts.
        for missing in (("users", "b"), ("users", 0), ("pull_secrets", "name"), ("nginx", 0), "nginx", "nginx:"):
            assert stretch(place_of(images, missing, ("users", "default"))) == "default"
            assert repr(place_of(images, missing)) == repr(span_of(images))

    def test_places_can_be_noted_anew(self) -> None:
        record, node = some(krt.Node, name="x"), parse("{a: [b]}")[0]
        place(record, {"name": node.entries["a"]}, node)
        assert [stretch(span_of(record, where)) for where in ("name:", "name", ("name", 0), "src")] == [
            *("a", "[b]", "b", "{a: [b]}"),
        ]


PUBLISHER = (
    "`entrypoint`, NODE or NODE.SUBTOPIC: a node in lower-case letters, digits and `-`,"
    " a sub-topic without . * > , / \\ and spaces"
)
NAME = "lower-case letters, digits and `-`, with a letter or a digit at both ends"
V2 = "add `krtVersion: v2` (The version of the language)"
KEYS = "`version`, `krtVersion`, `description`, `entrypoint`, `config`, `workflows`"
SOURCES = "Where the node's messages come from: `entrypoint`, NODE or NODE.SUBTOPIC of the workflow"
DESCRIPTION = "description: Sorts mail."
SOME = "[entrypoint]"
MORE = "[entrypoint]\n        "

# What is replaced in a valid krt.yml, by what, and for each mistake: its code, its place, what is said, the help.
MISTAKES: list[tuple[str, str, Any]] = [
    (
        "version: mail-v1",
        "verison: mail-v1",
        [("KRT010", "verison", "a version has no key `verison`", "did you mean `version`?")],
    ),
    ("krtVersion: v2\n", "", [("KRT011", "version", "a version needs the key `krtVersion`", V2)]),
    (
        "krtVersion: v2\n",
        "colour: red\n",
        [
            ("KRT010", "colour", "a version has no key `colour`", f"it is one of: {KEYS}"),
            ("KRT011", "version", "a version needs the key `krtVersion`", V2),
        ],
    ),
    (
        "        subscriptions: [entrypoint]\n",
        "",
        [("KRT011", "name", "a node needs the key `subscriptions`", f"add `subscriptions:` ({SOURCES})")],
    ),
    (
        "krtVersion: v2",
        "krtVersion: v3",
        [("KRT013", "v3", "`krtVersion` of a version cannot be `v3`", "write `v2`")],
    ),
    (
        "krtVersion: v2",
        "krtVersion: v22",
        [("KRT013", "v22", "`krtVersion` of a version cannot be `v22`", "did you mean `v2`?")],
    ),
    (DESCRIPTION, "description: ''", [("KRT013", "''", "`description` of a version must not be empty", None)]),
    (
        DESCRIPTION,
        "description: [a]",
        [("KRT012", "[a]", "`description` of a version must be text, and this is a list", None)],
    ),
    (
        DESCRIPTION,
        "description: {a: b}",
        [("KRT012", "{a: b}", "`description` of a version must be text, and this is a mapping", None)],
    ),
    (
        DESCRIPTION,
        "description:",
        [("KRT012", "", "`description` of a version must be text, and this is nothing", None)],
    ),
    (
        "name: etl\n",
        "name: Etl\n",
        [("KRT013", "Etl", "`name` of a node cannot be `Etl`", f"it must be {NAME}, as in `etl`")],
    ),
    (
        "name: etl\n",
        f"name: {'e' * 20}\n",
        [("KRT013", "e" * 20, "`name` of a node has 20 characters, and at most 19 are allowed", None)],
    ),
    *(
        (
            "name: etl\n",
            f"name: {word}\n",
            [
                (
                    "KRT006",
                    word,
                    f"`name` of a node is text, and YAML readers do not all take `{word}` for text",
                    help_text or f'quote it: "{word}"',
                )
            ],
        )
        for help_text, words in (
            (None, ("no", "12", "1e3", "0o17", "2001-12-14", "null")),
            (f"it must be {NAME}", ("Y", "~")),
            (f"it must be {NAME}, as in `v1-000`", ("1_000",)),
            (f"it must be {NAME}, as in `v12-30-45`", ("12:30:45",)),
            (f"it must be {NAME}, as in `inf`", (".inf",)),
        )
        for word in words
    ),
    (SOME, "[]", [("KRT013", "[]", "`subscriptions` of a node must hold at least one item", None)]),
    *(
        (SOME, word, [("KRT012", word, "`subscriptions` of a node must be a list, and this is text", help_text)])
        for word, help_text in (
            ("etl", "write `[etl]`"),
            ("etl.x-y", "write `[etl.x-y]`"),
            ("a b", None),
            ("no", None),
            ("'a,b'", None),
        )
    ),
    (SOME, "5", [("KRT012", "5", "`subscriptions` of a node must be a list, and this is a whole number", None)]),
    (SOME, "true", [("KRT012", "true", "`subscriptions` of a node must be a list, and this is true or false", None)]),
    (SOME, "{a: b}", [("KRT012", "{a: b}", "`subscriptions` of a node must be a list, and this is a mapping", None)]),
    (
        SOME,
        "[a, 'b c']",
        [
            (
                "KRT013",
                "'b c'",
                "an item of `subscriptions` of a node cannot be `b c`",
                f"it must be {PUBLISHER}, as in `b-c`",
            )
        ],
    ),
    (
        SOME,
        "['a b.C', \"a\\u0416\"]",
        [
            (
                "KRT013",
                part,
                f"an item of `subscriptions` of a node cannot be `{text}`",
                f"it must be {PUBLISHER}{like}",
            )
            for part, text, like in (("'a b.C'", "a b.C", ""), ('"a\\u0416"', "a\u0416", ", as in `a`"))
        ],
    ),
    *(
        (SOME, f"{MORE}replicas: {number}", [("KRT013", number, f"`replicas` of a node {said}", None)])
        for number, said in {
            "0": "must be from 1 to 2147483647, and this is 0",
            "-1": "must be from 1 to 2147483647, and this is -1",
            "2147483648": "must be from 1 to 2147483647, and this is 2147483648",
            "1" + "0" * 20: "has more than 20 digits",
        }.items()
    ),
    *(
        (
            SOME,
            f"{MORE}replicas: {written}",
            [("KRT012", written, f"`replicas` of a node must be a whole number, and {said}", help_text)],
        )
        for written, said, help_text in (
            ("'2'", "this is text", "remove the quotes"),
            ("010", "`010` is none", None),
            ("1.0", "`1.0` is none", None),
            ("1_0", "`1_0` is none", None),
            ("0x1", "`0x1` is none", None),
            ("٣", "`٣` is none", None),
            ("", "`` is none", None),
            ("{}", "this is a mapping", None),
        )
    ),
    *(
        (
            SOME,
            f"{MORE}gpu: {written}",
            [
                (
                    "KRT012",
                    written,
                    f"`gpu` of a node must be true or false, and `{text}` is neither for all YAML readers",
                    meant and f"write `{meant}`",
                )
            ],
        )
        for meant, texts in (
            ("true", ("yes", "Y", "on", "1", "'true'")),
            ("false", ("no", "N", "OFF", "0", "'False'")),
            (None, ("maybe", "2", "'x'")),
        )
        for written in texts
        for text in [written.strip("'")]
    ),
    (
        SOME,
        f"{MORE}objectStore: mails",
        [("KRT012", "mails", "`objectStore` must be a mapping, and this is text", None)],
    ),
    (
        SOME,
        f"{MORE}objectStore: {{}}",
        [
            (
                "KRT011",
                "{}",
                "`objectStore` needs the key `name`",
                "add `name`, as in `name: emails` (Nodes that name the same store share it)",
            )
        ],
    ),
    (
        SOME,
        f"{MORE}objectStore: {{name: 5, scope: here}}",
        [
            (
                "KRT006",
                "5",
                "`name` of `objectStore` is text, and YAML readers do not all take `5` for text",
                'quote it: "5"',
            ),
            ("KRT013", "here", "`scope` of `objectStore` cannot be `here`", "it is one of: `workflow`, `project`"),
        ],
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "expected"), MISTAKES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_mistakes_in_a_krt_yml(old: str, new: str, expected: list[tuple[str, str, str, str | None]]) -> None:
    content = (HEAD + BODY).replace(old, new, 1)
    assert mistakes(content) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "kubernetes: 1.33",
            (
                "KRT006",
                "1.33",
                "`kubernetes` of a runtime is text, and YAML readers do not all take `1.33` for text",
                'quote it: "1.33"',
            ),
        ),
        ("nats: {replicas: 6}", ("KRT013", "6", "`replicas` of `nats` must be from 1 to 5, and this is 6", None)),
        (
            "images: {users: {'a:1': 5}}",
            (
                "KRT013",
                "'a:1'",
                "a key of `users` of `images` cannot be `a:1`",
                "it must be an image without its tag, in which `*` stands for anything, or `default`",
            ),
        ),
        (
            "pods: {nodeSelector: {no: x}}",
            (
                "KRT006",
                "no",
                "a key of `nodeSelector` of `pods` is text, and YAML readers do not all take `no` for text",
                'quote it: "no"',
            ),
        ),
        (
            "resources: {node: {limits: {cpu: much}}}",
            (
                "KRT013",
                "much",
                "`cpu` in `limits` of `node` cannot be `much`",
                'it must be a quantity of Kubernetes such as "500m" or "1Gi"',
            ),
        ),
        ("krtFiles: {mongodb: {x: y}}", ("KRT010", "x", "`mongodb` has no key `x`", "remove it")),
        (
            "config: {files: {A: [b]}}",
            ("KRT012", "[b]", "`A` in `files` of `config` must be text, and this is a list", None),
        ),
        (
            f"krtFiles: {{https: 'https://x', sha256: {'z' * 64}}}",
            (
                "KRT013",
                "z" * 64,
                f"`sha256` of `krtFiles` cannot be `{'z' * 57}...`",
                "it must be 64 hex digits, in lower case",
            ),
        ),
    ],
)
def test_mistakes_in_a_runtime_yml(line: str, expected: tuple[str, str, str, str | None]) -> None:
    assert mistakes(f"runtime: demo\n{line}\n", "runtime") == [expected]


@pytest.mark.parametrize(("written", "shown"), [("A" * 59 + "!", "A" * 59 + "!"), ("A" * 60 + "!", "A" * 57 + "...")])
def test_a_long_value_is_cut_short(written: str, shown: str) -> None:
    ((_, _, message, _),) = mistakes(f"runtime: demo\nmongodb: {{bucket: '{written}'}}\n", "runtime")
    assert message == f"`bucket` of `mongodb` cannot be `{shown}`"


@pytest.mark.parametrize(
    ("written", "value"),
    [*((word, True) for word in ("true", "True", "TRUE")), *((word, False) for word in ("false", "False", "FALSE"))],
)
def test_a_boolean_in_every_writing(written: str, value: bool) -> None:
    version, diagnostics = bind((HEAD + BODY).replace(SOME, f"{MORE}gpu: {written}"))
    assert (diagnostics, version.workflows[0].nodes[0].gpu) == ([], value)


@pytest.mark.parametrize("written", ["", "~", "null", "Null", "NULL"])
def test_nothing_in_every_writing(written: str) -> None:
    version, diagnostics = bind(HEAD + f"config: {written}\n" + BODY)
    assert (diagnostics, version.config) == ([], None)


def test_a_number_has_a_least_value() -> None:
    ((code, where, message, _),) = mistakes("runtime: demo\nresources: {node: {limits: {cpu: -1}}}\n", "runtime")
    assert (code, where) == ("KRT013", "-1")
    assert message.endswith("and this is -1")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty"),
        ("# nothing\n", "the file is empty"),
        ("--- \n", "the file must be a mapping of keys to values"),
        ("- a\n", "the file must be a mapping of keys to values"),
        ("a\n", "the file must be a mapping of keys to values"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_that_is_no_mapping(content: str, message: str, language: str) -> None:
    record, (said,) = bind(content, language)
    assert (record, said.code.id, said.message) == (None, "KRT012", message)


def test_a_syntax_error_is_told_alone() -> None:
    assert ids(bind("a: b: c\nversion: [")[1]) == ["KRT002"]


def test_a_key_that_stands_twice_is_told_with_all_else() -> None:
    assert ids(bind(HEAD + "version: 5\n" + BODY.replace("src:", "source:"))[1]) == ["KRT005", "KRT010"]


def test_all_mistakes_are_told_at_once() -> None:
    wrong = changed(SMALL, "version", to="A")
    wrong = changed(wrong, "workflows", 0, "nodes", 0, "image", to="!")
    wrong = changed(wrong, "workflows", 0, "nodes", 0, "src", to="/x")
    assert ids(bind(wrong)[1]) == ["KRT013"] * 3


# The oracle: jsonschema, but for what is stricter in krtc by intent. 1.0 is no whole number there, and `$` stands at
# the end of the text alone.


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[Any]:
    if isinstance(instance, str) and not re.fullmatch(pattern, instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


_TYPES = Draft7Validator.TYPE_CHECKER.redefine(
    "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
)
Oracle: Any = extend(  # type: ignore[no-untyped-call]
    Draft7Validator, {"pattern": _pattern}, type_checker=_TYPES
)
ORACLES = {name: Oracle(schema) for name, schema in SCHEMAS.items()}

FULL_RUNTIME: Object = {
    **RUNTIME,
    "namespace": "kre",
    "kubernetes": "1.33",
    "nats": {"server": "n:1", "replicas": 3, "maxAge": "1h", "keep": ["streams"], "ackWait": {"*/x": "5m"}},
    "krtFiles": {"https": "https://x", "sha256": "0" * 64, "image": "a/b:c"},
    "mongodb": {"uriFrom": {"secretKeyRef": {"name": "a", "key": "b"}}, "database": "d", "bucket": "e"},
    "influxdb": {"uri": "http://x"},
    "ingress": {
        "kind": "none",
        "domain": "a.b",
        "className": "",
        "tls": False,
        "tlsSecret": None,
        "gateway": {"name": "x"},
    },
    "images": {"nginx": "a/b", "pullSecrets": [{"name": "x"}], "users": {"default": 5}, "readOnlyRoot": ["*/x"]},
    "resources": {"node": {"limits": {"cpu": 1, "a.b/c": "1Gi"}}},
    "pods": {"tolerations": [{"key": "", "effect": "NoExecute", "tolerationSeconds": 5}], "annotations": {"a/b": "c"}},
    "versions": [{"krt": "a", "status": "started", "id": "x", "nodes": {"w": {"n": {"replicas": 2, "resources": {}}}}}],
}
VALID = {"krt-v2": [KRT, SMALL], "runtime": [RUNTIME, FULL_RUNTIME]}

odd_values: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10),
    st.sampled_from([2147483647, 2147483648, 65536, 1.5, -0.5]),
    st.sampled_from([[], {}, [None], {"a": "b"}, {"name": "a", "key": "b"}]).map(copy.deepcopy),
    st.sampled_from(
        ["", "a", "A", "A_B", "v2", "a.b", "a.b.c", "a..b", "-a", "a-", "a b", "../a", "a/../b", "a/b.proto"]
    ),
    st.sampled_from(
        [".x/y", "/a", "a//b", "a/", "x" * 19, "x" * 20, "1h", "1d", "1.5h30m", "1Gi", "1e3", "a/b:c", "a:b:c"]
    ),
    st.sampled_from(["Ingress", "started", "file", "job", "http://a", "a:1", "a:0", "entrypoint", "é", "*/a", "a/*:1"]),
    st.text(max_size=6).filter(
        lambda t: not any(c < " " or "\x7f" <= c <= "\x9f" or c in "\u2028\u2029\ufeff\ufffe\uffff" for c in t)
    ),
)


def spots(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every container and key or index in data."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        yield data, key
        if isinstance(value, dict | list):
            yield from spots(value)


@st.composite
def mutants(draw: st.DrawFn) -> tuple[str, Object]:
    language = draw(st.sampled_from(sorted(VALID)))
    data: Object = copy.deepcopy(draw(st.sampled_from(VALID[language])))
    for _ in range(draw(st.integers(0, 3))):
        at, key = draw(st.sampled_from(list(spots(data)) or [(data, None)]))
        kind = draw(st.sampled_from(["replace", "replace", "drop", "rename", "add", "lengthen"]))
        if key is None or kind == "add":
            if isinstance(at, dict):
                at[draw(st.sampled_from(["x", "name", "key", "", "A", "a/b"]))] = draw(odd_values)
            else:
                at.append(draw(odd_values))
        elif kind == "replace":
            at[key] = draw(odd_values)
        elif kind == "drop":
            del at[key]
        elif kind == "rename" and isinstance(at, dict):
            at[draw(st.sampled_from([key + "x", key[:-1], key.upper(), key.lower()]))] = at.pop(key)
        elif isinstance(at[key], str):
            at[key] = at[key] + draw(st.sampled_from(["-", "x", ".", "/", "_", " ", "é", ":", "x" * 300]))
    return language, data


@given(mutants())
def test_accepts_what_jsonschema_accepts(mutant: tuple[str, Object]) -> None:
    language, data = mutant
    record, diagnostics = bind(json.dumps(data, ensure_ascii=False), language)
    errors = list(ORACLES[language].iter_errors(data))
    assert record is not None
    said = [d.message for d in diagnostics if d.code.id != "KRT007"]
    assert bool(said) == bool(errors), [*map(str, errors), *said]


@given(st.sampled_from(["krt-v2", "runtime"]), st.data())
def test_says_where_the_mistake_is(language: str, data: st.DataObject) -> None:
    """One value of one document becomes what nothing may be, and is pointed at."""
    for valid in VALID[language]:
        document = copy.deepcopy(valid)
        at, key = data.draw(st.sampled_from(list(spots(document))))
        at[key] = [["MARK"]]
        _, diagnostics = bind(document, language)
        marks = [d for d in diagnostics if "MARK" in stretch(d.span)]
        assert len(marks) == 1 and marks[0].code.id == "KRT012"
        assert stretch(marks[0].span).count("MARK") == 1


@given(st.sampled_from(["krt-v2", "runtime"]), st.data())
def test_says_which_key_is_unknown(language: str, data: st.DataObject) -> None:
    for valid in VALID[language]:
        document = copy.deepcopy(valid)
        records = [document, *(at[key] for at, key in spots(document) if isinstance(at[key], dict))]
        data.draw(st.sampled_from(records))["%UNKNOWN"] = "x"
        assert '"%UNKNOWN"' in [stretch(said.span) for said in bind(document, language)[1]]


def test_the_same_version_however_it_is_written() -> None:
    assert canonical(bind(SMALL)[0]) == canonical(bind(HEAD + BODY)[0])


@pytest.mark.parametrize(
    "wrong",
    [
        "config: {secrets: {PASSWORD: hunter2}}",
        "config: {secrets: {PASSWORD: {value: hunter2}}}",
        "config: {secrets: {PASSWORD: [hunter2]}}",
        'mongodb: {uriFrom: "mongodb://me:hunter2@there"}',
    ],
)
def test_a_secret_that_stands_there_is_shown_to_nobody(wrong: str) -> None:
    _, diagnostics = bind(f"runtime: demo\n{wrong}\n", "runtime")
    assert diagnostics
    assert "hunter2" not in report(diagnostics)
    assert all("secretKeyRef" in f"{d.message}{d.help}" for d in diagnostics)


@pytest.mark.parametrize("item", ["PASSWORD=hunter2", "PASSWORD:hunter2", "PASSWORD hunter2", '"PASSWORD: hunter2"'])
@pytest.mark.parametrize("field", ["variables", "files"])
def test_a_value_behind_a_name_is_shown_to_nobody(field: str, item: str) -> None:
    _, (said,) = bind(HEAD + f"config: {{{field}: [{item}]}}\n" + BODY)
    assert said.code.id == "KRT013" and said.help and "its value belongs in `config` of a runtime.yml" in said.help
    assert "hunter2" not in report([said])


@pytest.mark.parametrize(
    ("config", "help_text"),
    [
        ("{variables: [PASSWORD: hunter2]}", "it must be the name alone, `- NAME`: its value belongs in `config`"),
        ("{variables: {PASSWORD: hunter2}}", "it must be a list of names, `- NAME`: their values belong in `config`"),
        ("{files: {SETTINGS: hunter2}}", "it must be a list of names, `- NAME`: their values belong in `config`"),
    ],
)
def test_a_value_in_a_krt_yml_is_led_to_runtime_yml(config: str, help_text: str) -> None:
    _, (said,) = bind(HEAD + f"config: {config}\n" + BODY)
    assert (said.code.id, said.help) == ("KRT012", f"{help_text} of a runtime.yml")
    assert "hunter2" not in report([said])


def test_a_reference_among_plain_values_is_led_to_the_secrets() -> None:
    config = "{variables: {PASSWORD: {secretKeyRef: {name: a, key: b}}}}"
    _, (said,) = bind(f"runtime: demo\nconfig: {config}\n", "runtime")
    assert said.help == "it must be a plain value: what is in a Secret belongs under `config.secrets`"
