"""The rules over references: each with what is wrong, its place and its help, and with what is right."""

from typing import TYPE_CHECKING, Any

import pytest

from krtc.model.files import Files
from tests.unit.helpers import KRT, NODE, RUNTIME, SMALL, Object, changed, nodes, proto, said

if TYPE_CHECKING:
    from krtc.model.files import Kind

SORT, TRAIN = SMALL["workflows"][0], {**SMALL["workflows"][0], "name": "train", "entrypoint": "Train"}


def test_nothing_is_said_of_what_is_right() -> None:
    files = Files({"src/etl/main.py": "file", "bin/out": "file", "public_input.proto": "file"}, proto=proto("Sort"))
    assert said(KRT, RUNTIME, krt_files=files) == []
    assert said(SMALL, None) == []


class Test_unknown_node:
    def test_exitpoint(self) -> None:
        assert said(changed(SMALL, "workflows", 0, "exitpoint", to="elt")) == [
            'KRT101 w0.exitpoint "elt" | the exitpoint is `elt`, and workflow `sort` has no such node'
            ' | did you mean `etl`? | w0.n0.name "etl": `etl` is here'
        ]
        assert said(changed(SMALL, "workflows", 0, "exitpoint", to="zzz")) == [
            'KRT101 w0.exitpoint "zzz" | the exitpoint is `zzz`, and workflow `sort` has no such node'
            " | its nodes are `etl`"
        ]

    @pytest.mark.parametrize("name", ["entrypoint", "exitpoint", "entrypoin"])
    def test_the_exitpoint_is_never_the_entrypoint(self, name: str) -> None:
        assert said(changed(SMALL, "workflows", 0, "exitpoint", to=name)) == [
            f'KRT101 w0.exitpoint "{name}" | the exitpoint is `{name}`, and workflow `sort` has no such node'
            " | its nodes are `etl`"
        ]

    @pytest.mark.parametrize(
        ("subscription", "publisher", "help_text"),
        [
            ("aab", "aab", 'did you mean `aaa`? | w0.n1.name "aaa": `aaa` is here'),
            ("aab.x", "aab", 'did you mean `aaa`? | w0.n1.name "aaa": `aaa` is here'),
            ("entrypoin", "entrypoin", "did you mean `entrypoint`?"),
            ("entrypoin.x", "entrypoin", "did you mean `entrypoint`?"),
            ("zzz", "zzz", "its nodes are `a`, `aaa`"),
        ],
    )
    def test_subscription(self, subscription: str, publisher: str, help_text: str) -> None:
        krt = nodes(("a", ["entrypoint", subscription]), ("aaa", ["a", "a.x"]))
        assert said(krt) == [
            f'KRT101 w0.n0.subscriptions.1 "{subscription}" | `a` subscribes to `{publisher}`,'
            f" and workflow `sort` has no such node | {help_text}"
        ]

    def test_the_entrypoint_has_no_sub_topics(self) -> None:
        assert said(nodes(("a", ["entrypoint.x", "entrypoint", "entrypoint.y"]))) == [
            f'KRT101 w0.n0.subscriptions.{index} "entrypoint.{topic}" | `a` subscribes to `entrypoint.{topic}`,'
            " and the entrypoint has no sub-topics | write `entrypoint`"
            for index, topic in ((0, "x"), (2, "y"))
        ]

    def test_one_name_is_told_once_with_all_its_places(self) -> None:
        krt = nodes(("aaa", ["entrypoint"]), ("b", ["aaa", "aab.x"]), ("c", ["xyz", "aab"]), exitpoint="aab")
        assert said(krt) == [
            'KRT101 w0.exitpoint "aab" | the exitpoint is `aab`, and workflow `sort` has no such node'
            ' | did you mean `aaa`? | w0.n0.name "aaa": `aaa` is here'
            ' | w0.n1.subscriptions.1 "aab.x": `b` subscribes to `aab`, too'
            ' | w0.n2.subscriptions.1 "aab": `c` subscribes to `aab`, too',
            'KRT101 w0.n2.subscriptions.0 "xyz" | `c` subscribes to `xyz`, and workflow `sort` has no such node'
            " | its nodes are `aaa`, `b`, `c`",
        ]

    def test_a_node_of_another_workflow(self) -> None:
        other = {**TRAIN, "exitpoint": "fit", "nodes": [{**NODE, "name": "fit", "subscriptions": ["etl"]}]}
        assert said({**SMALL, "workflows": [SORT, other]}) == [
            'KRT101 w1.n0.subscriptions.0 "etl" | `fit` subscribes to `etl`, and workflow `train` has no such node'
            " | `etl` is a node of workflow `sort`, and messages stay in their workflow"
        ]

    def test_the_first_of_other_workflows_is_told(self) -> None:
        workflows = [{**TRAIN, "name": name, "entrypoint": name} for name in ("one", "two")]
        last = {**TRAIN, "exitpoint": "fit", "nodes": [{**NODE, "name": "fit", "subscriptions": ["etl"]}]}
        (line,) = said({**SMALL, "workflows": [*workflows, last]})
        assert line.endswith("| `etl` is a node of workflow `one`, and messages stay in their workflow")

    def test_another_workflow_without_a_right_name_is_not_told(self) -> None:
        other = {**TRAIN, "exitpoint": "fit", "nodes": [{**NODE, "name": "fit", "subscriptions": ["etl"]}]}
        (line,) = said({**SMALL, "workflows": [{**SORT, "name": "S"}, other]})
        assert line.endswith("| its nodes are `fit`")

    @pytest.mark.parametrize(
        ("count", "shown"),
        [
            (8, "`x1`, `x2`, `x3`, `x4`, `x5`, `x6`, `x7`, `x8`"),
            (9, "`x1`, `x2`, `x3`, `x4`, `x5`, `x6`, `x7`, `x8`, ..."),
        ],
    )
    def test_many_nodes_are_not_all_named(self, count: int, shown: str) -> None:
        krt = nodes(*((f"x{number}", ["entrypoint"]) for number in range(1, count + 1)), exitpoint="none")
        (line,) = said(krt)
        assert line.endswith(f"| its nodes are {shown}")

    def test_what_is_wrong_in_itself_is_left_out(self) -> None:
        krt = nodes(("a", ["entrypoint", "B b", "zzz"]), exitpoint="A")
        assert said(krt) == [
            'KRT101 w0.n0.subscriptions.2 "zzz" | `a` subscribes to `zzz`, and workflow `sort` has no such node'
            " | its nodes are `a`"
        ]
        assert said(nodes(("a", ["entrypoint", "zzz"]), ("B", ["yyy"]), exitpoint="xxx")) == []

    def test_good(self) -> None:
        assert said(nodes(("a", ["entrypoint"]), ("b", ["a", "a.y", "c.x"]), ("c", ["entrypoint"]))) == []


class Test_duplicate_name:
    def test_of_nodes(self) -> None:
        assert said(nodes(("a", ["entrypoint"]), ("b", ["a"]), ("a", ["b"]), ("a", ["b"]))) == [
            f'KRT102 w0.n{index}.name "a" | there is a node `a` already | give one of them another name'
            ' | w0.n0.name "a": the first is here'
            for index in (2, 3)
        ]

    def test_of_workflows(self) -> None:
        assert said({**SMALL, "workflows": [SORT, {**SORT, "entrypoint": "Other"}]}) == [
            'KRT102 w1.name "sort" | there is a workflow `sort` already | give one of them another name'
            ' | w0.name "sort": the first is here'
        ]

    def test_of_rpcs(self) -> None:
        assert said({**SMALL, "workflows": [SORT, {**SORT, "name": "other"}]}) == [
            'KRT102 w1.entrypoint "Sort" | there is a workflow with the rpc `Sort` already'
            ' | give one of them another name | w0.entrypoint "Sort": the first is here'
        ]

    def test_the_same_node_in_two_workflows(self) -> None:
        assert said({**SMALL, "workflows": [SORT, TRAIN]}) == []

    def test_a_name_that_is_wrong_is_none(self) -> None:
        assert said(nodes(("A", ["entrypoint"]), ("A", ["entrypoint"]))) == []
        assert said({**SMALL, "workflows": [{**SORT, "name": "S"}, {**TRAIN, "name": "S"}]}) == []
        # ... and what follows it is looked at.
        assert [line[:18] for line in said(nodes(("A", ["a"]), ("b", ["a"]), ("b", ["a"])))] == ["KRT102 w0.n2.name "]

    @pytest.mark.parametrize(
        ("config", "first", "second"),
        [
            ({"variables": ["A", "A"]}, "variables.0", "variables.1"),
            ({"files": ["A", "B", "A"]}, "files.0", "files.2"),
            ({"variables": ["A"], "files": ["A"]}, "variables.0", "files.0"),
            ({"variables": ["A"], "files": ["A", "a b"]}, "variables.0", "files.0"),
            ({"files": ["A"], "variables": ["A"]}, "variables.0", "files.0"),
        ],
    )
    def test_of_configuration(self, config: Object, first: str, second: str) -> None:
        assert said({**SMALL, "config": config}, needs_values=False) == [
            f'KRT102 config.{second} "A" | there is a configuration variable or file `A` already'
            f' | remove one of them | config.{first} "A": the first is here'
        ]

    @pytest.mark.parametrize("config", [None, {}, {"variables": None}, {"variables": ["A"], "files": ["B"]}])
    def test_good_configuration(self, config: Object | None) -> None:
        assert said({**SMALL, "config": config}, needs_values=False) == []


class Test_reserved_name:
    def test_of_a_node(self) -> None:
        assert said(nodes(("entrypoint", ["entrypoint"]), ("a", ["entrypoint"])))[:1] == [
            'KRT103 w0.n0.name "entrypoint" | a node cannot be named `entrypoint`: that is the platform\'s own process'
            " | give the node another name, or remove it: the platform provides its own"
        ]

    def test_of_a_node_alone(self) -> None:
        assert [line[:6] for line in said(nodes(("entrypoint", ["a"]), ("a", ["entrypoint"])))] == ["KRT103"]

    @pytest.mark.parametrize(
        ("config", "place"),
        [
            ({"variables": ["KRT_X"]}, 'variables.0 "KRT_X"'),
            ({"variables": ["A", "KRT_1"]}, 'variables.1 "KRT_1"'),
            ({"files": ["krt_x"]}, 'files.0 "krt_x"'),
            ({"files": ["Krt_"]}, 'files.0 "Krt_"'),
        ],
    )
    def test_of_configuration(self, config: Object, place: str) -> None:
        name = place.split('"')[1]
        assert said({**SMALL, "config": config}, needs_values=False) == [
            f"KRT103 config.{place} | `{name}` is the platform's: the runners read their settings from `KRT_...`"
            " | choose another name"
        ]

    def test_good(self) -> None:
        config = {"variables": ["KRT", "KRTX", "X_KRT_Y", "ENTRYPOINT"], "files": ["entrypoint"]}
        assert said({**SMALL, "config": config}, needs_values=False) == []
        assert said(nodes(("entrypoint-x", ["entrypoint"]), exitpoint="entrypoint-x")) == []


class Test_self_subscription:
    def test_each(self) -> None:
        assert said(nodes(("a", ["entrypoint", "a", "a.x", "ab"]), ("ab", ["a"]))) == [
            f'KRT104 w0.n0.subscriptions.{index} "{subscription}" | `a` subscribes to itself,'
            " and would take up its own messages for ever | remove the subscription"
            for index, subscription in ((1, "a"), (2, "a.x"))
        ]

    def test_twice_the_same_is_told_once(self) -> None:
        lines = said(nodes(("a", ["entrypoint", "a", "a", "a.x"])))
        assert [line.split(" | ")[0] for line in lines] == [
            'KRT104 w0.n0.subscriptions.1 "a"',
            'KRT104 w0.n0.subscriptions.3 "a.x"',
            'KRT105 w0.n0.subscriptions.2 "a"',
        ]

    def test_of_a_name_that_two_nodes_have(self) -> None:
        """Perhaps the other was meant."""
        lines = said(nodes(("a", ["entrypoint", "a"]), ("a", ["a"]), ("b", ["b"])))
        assert [line[:16] for line in lines] == ["KRT102 w0.n1.nam", "KRT104 w0.n2.sub"]

    def test_of_a_node_named_as_the_platforms_own(self) -> None:
        lines = said(nodes(("entrypoint", ["entrypoint"]), ("b", ["b"])))
        assert [line[:16] for line in lines if not line.startswith("KRT101")] == [
            "KRT104 w0.n1.sub",
            "KRT103 w0.n0.nam",
        ]

    def test_of_a_name_that_is_wrong(self) -> None:
        assert said(nodes(("A", ["entrypoint", "a"]))) == []

    def test_beside_one_that_is_wrong(self) -> None:
        assert [line[:30] for line in said(nodes(("a", ["A", "a"])))] == ['KRT104 w0.n0.subscriptions.1 "']


class Test_duplicate_subscription:
    def test_each(self) -> None:
        assert said(nodes(("a", ["entrypoint", "b", "b.x", "entrypoint", "b.x", "b.x"]), ("b", ["entrypoint"]))) == [
            f'KRT105 w0.n0.subscriptions.{index} "{subscription}" | `a` subscribes to `{subscription}` already'
            f' | remove one of them | w0.n0.subscriptions.{first} "{subscription}": the first is here'
            for index, subscription, first in ((3, "entrypoint", 0), (4, "b.x", 2), (5, "b.x", 2))
        ]

    def test_beside_one_that_is_wrong(self) -> None:
        (line,) = said(nodes(("a", ["entrypoint", "B", "entrypoint"])))
        assert line.startswith('KRT105 w0.n0.subscriptions.2 "entrypoint" |')

    def test_of_a_node_whose_name_is_wrong(self) -> None:
        (line,) = said(nodes(("A", ["entrypoint", "entrypoint"])))
        assert line.startswith('KRT105 w0.n0.subscriptions.1 "entrypoint" | ') and "`None`" not in line

    def test_good(self) -> None:
        assert said(nodes(("a", ["entrypoint", "b", "b.x"]), ("b", ["entrypoint"]))) == []


class Test_missing_file:
    def test_in_a_folder_is_a_warning(self) -> None:
        files = Files({"src/etl/main.py": "missing", "public_input.proto": "missing"})
        assert said(krt_files=files) == [
            'KRT106 entrypoint.proto "public_input.proto" | there is no file `public_input.proto`'
            " in the folder of krt.yml | correct the path, or add the file",
            'KRT106 w0.n0.src "src/etl/main.py" | there is no file `src/etl/main.py` in the folder of krt.yml'
            " | correct the path, or add the file",
        ]

    def test_in_an_archive_is_an_error(self) -> None:
        files = Files({"src/etl/main.py": "missing", "public_input.proto": "missing"}, complete=True)
        assert said(krt_files=files) == [
            'KRT106 (error) entrypoint.proto "public_input.proto" | there is no file `public_input.proto`'
            " in the archive | correct the path, or add the file",
            'KRT106 (error) w0.n0.src "src/etl/main.py" | there is no file `src/etl/main.py` in the archive'
            " | correct the path, or add the file",
        ]

    @pytest.mark.parametrize("complete", [False, True])
    def test_good(self, complete: bool) -> None:
        assert said(krt_files=Files({"src/etl/main.py": "file", "public_input.proto": "file"}, complete=complete)) == []
        assert said(krt_files=Files(complete=complete)) == []

    @pytest.mark.parametrize(("image", "told"), [("konstellation/kre-entrypoint:1", False), ("acme/own:1", True)])
    def test_a_proto_at_which_nobody_looks_is_told_by_another_rule(self, image: str, told: bool) -> None:
        krt = {**SMALL, "entrypoint": {"proto": "x.proto", "image": image}}
        found = [line.split(" | ")[0] for line in said(krt, krt_files=Files({"x.proto": "missing"}))]
        expected = ['KRT106 entrypoint.proto "x.proto"', 'KRT303 entrypoint.image "acme/own:1"']
        assert found == (expected if told else ['KRT306 entrypoint.proto "x.proto"'])

    def test_a_path_that_is_wrong_is_none(self) -> None:
        wrong = changed(changed(SMALL, "workflows", 0, "nodes", 0, "src", to="/x"), "entrypoint", "proto", to="x")
        assert said(wrong, krt_files=Files({"/x": "missing", "x": "missing"})) == []


class Test_unusable_file:
    @pytest.mark.parametrize(
        ("kind", "complete", "severities", "reason", "help_text"),
        [
            ("outside", False, ("", ""), "leads out of the KRT through a link", "name a regular file inside the KRT"),
            ("outside", True, ("", ""), "leads out of the KRT through a link", "name a regular file inside the KRT"),
            ("special", False, ("", ""), "is no regular file", "name a regular file inside the KRT"),
            ("special", True, ("", ""), "is no regular file", "name a regular file inside the KRT"),
            (
                "folder",
                False,
                ("", " (warning)"),
                "is a folder, and the runners start one file",
                "name the file to start",
            ),
            ("folder", True, ("", ""), "is a folder, and the runners start one file", "name the file to start"),
        ],
    )
    def test_each_kind(
        self, kind: "Kind", complete: bool, severities: tuple[str, str], reason: str, help_text: str
    ) -> None:
        files = Files({"src/etl/main.py": kind, "public_input.proto": kind}, complete=complete)
        assert said(krt_files=files) == [
            f'KRT107{severities[0]} entrypoint.proto "public_input.proto"'
            f" | `public_input.proto` {reason} | {help_text}",
            f'KRT107{severities[1]} w0.n0.src "src/etl/main.py" | `src/etl/main.py` {reason} | {help_text}',
        ]


class Test_missing_service:
    def test_in_a_proto_without_any(self) -> None:
        assert said(krt_files=Files(proto=proto(services=[]))) == [
            'KRT112 entrypoint.proto "public_input.proto" | `public_input.proto` has no `service Entrypoint`'
            " | add it, with an rpc for each workflow"
        ]

    def test_in_a_proto_with_others(self) -> None:
        for services in (["Sorter"], ["Sorter", "entrypoint"]):
            assert said(krt_files=Files(proto=proto(services=services))) == [
                'KRT112 entrypoint.proto "public_input.proto" | `public_input.proto` has no `service Entrypoint`'
                " | rename `service Sorter` to `service Entrypoint`"
                " | public_input.proto:1 Sorter: `service Sorter` is here"
            ]

    def test_good(self) -> None:
        for services in (["Entrypoint"], ["Sorter", "Entrypoint"]):
            assert said(krt_files=Files(proto=proto("Sort", services=services))) == []


class Test_rpcs:
    def test_one_that_is_not_there(self) -> None:
        assert said(krt_files=Files(proto=proto("Reply", "Sorted"))) == [
            'KRT113 w0.entrypoint "Sort" | `service Entrypoint` of `public_input.proto` has no rpc `Sort`'
            " | did you mean `Sorted`? | public_input.proto:3 Sorted: `Sorted` is here"
        ]

    @pytest.mark.parametrize(
        ("rpcs", "shown"),
        [
            (["Reply"], "`Reply`"),
            ([f"X{n}" for n in range(8)], "`X0`, `X1`, `X2`, `X3`, `X4`, `X5`, `X6`, `X7`"),
            ([f"X{n}" for n in range(9)], "`X0`, `X1`, `X2`, `X3`, `X4`, `X5`, `X6`, `X7`"),
        ],
    )
    def test_one_that_is_like_no_other(self, rpcs: list[str], shown: str) -> None:
        assert said(krt_files=Files(proto=proto(*rpcs))) == [
            'KRT113 w0.entrypoint "Sort" | `service Entrypoint` of `public_input.proto` has no rpc `Sort`'
            f" | its rpcs are {shown}; or add this one"
        ]

    def test_one_of_a_service_without_any(self) -> None:
        (line,) = said(krt_files=Files(proto=proto()))
        assert line.startswith('KRT113 w0.entrypoint "Sort" | ') and "its rpcs are ;" not in line

    def test_one_that_no_workflow_answers(self) -> None:
        assert said(krt_files=Files(proto=proto("Reply", "Sort", "Forget"))) == [
            f"KRT114 public_input.proto:{line} {rpc} | no workflow answers the rpc `{rpc}`"
            f" | add a workflow with `entrypoint: {rpc}`, or remove the rpc"
            for line, rpc in ((2, "Reply"), (4, "Forget"))
        ]

    def test_one_for_which_there_is_a_workflow_with_a_wrong_rpc(self) -> None:
        krt = {**SMALL, "workflows": [SORT, {**TRAIN, "entrypoint": "T rain"}]}
        assert said(krt, krt_files=Files(proto=proto("Sort", "Train"))) == []

    def test_that_stream(self) -> None:
        krt = {**SMALL, "workflows": [SORT, TRAIN]}
        assert said(krt, krt_files=Files(proto=proto("Sort", "stream Train"))) == [
            "KRT115 public_input.proto:3 Train | the rpc `Train` streams,"
            " and a workflow takes one message and gives one | remove `stream`"
        ]

    def test_good(self) -> None:
        krt = {**SMALL, "workflows": [SORT, TRAIN]}
        assert said(krt, krt_files=Files(proto=proto("Train", "Sort"))) == []

    def test_without_a_proto(self) -> None:
        for files in (Files(), None):
            assert said(krt_files=files) == []

    @pytest.mark.parametrize(("field", "to"), [("proto", "x"), ("image", "!")])
    def test_beside_an_entrypoint_that_is_wrong(self, field: str, to: Any) -> None:
        krt = changed(changed(SMALL, "entrypoint", field, to=to), "workflows", 0, "entrypoint", to="Sor")
        expected = [] if field == "proto" else ["KRT113"]
        assert [line[:6] for line in said(krt, krt_files=Files(proto=proto("Sort")))] == expected
