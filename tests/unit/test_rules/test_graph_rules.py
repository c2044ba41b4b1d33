"""The rules over the graph of a workflow: each with what is wrong, its place and its help, and with what is right."""

import pytest

from tests.unit.helpers import SMALL, changed, nodes, said

IN = ["entrypoint"]


class Test_no_entry:
    def test_bad(self) -> None:
        assert said(nodes(("b", ["a"]), ("a", ["b"]))) == [
            "KRT201 w0.nodes: | no node of workflow `sort` subscribes to `entrypoint`: nothing takes its requests"
            " | add `entrypoint` to the subscriptions of its first node"
        ]

    def test_good(self) -> None:
        assert said(nodes(("b", ["a"]), ("a", IN))) == [AFTER.format("n0", "b")]


AFTER = (
    "KRT205 w0.{}.subscriptions | `{}` gets messages only from the exitpoint: it works after the answer is given"
    ' | subscribe it to a node before `a`, and `a` to it | w0.exitpoint "a": the exitpoint is named here'
)


class Test_no_reply:
    def test_bad(self) -> None:
        assert said(nodes(("c", ["b"]), ("d", IN), ("b", ["a"]), ("e", ["d"]), ("a", ["b"]))) == [
            'KRT202 w0.exitpoint "a" | no request reaches the exitpoint `a` of workflow `sort`:'
            " none can ever be answered | subscribe `a`, or a node before it, to one that requests reach: `d`, `e`"
            " | w0.n4.subscriptions: `a` subscribes here"
        ]

    @pytest.mark.parametrize(("count", "more"), [(8, ""), (9, ", ...")])
    def test_of_many_nodes_eight_are_named(self, count: int, more: str) -> None:
        reached = [(f"x{number}", IN) for number in range(count)]
        (line,) = said(nodes(("a", ["b"]), ("b", ["a"]), *reached))
        assert line.split(" | ")[2].endswith(f" reach: `x0`, `x1`, `x2`, `x3`, `x4`, `x5`, `x6`, `x7`{more}")

    def test_and_what_hangs_on_nothing_else_is_told_apart(self) -> None:
        krt = nodes(("a", ["b"]), ("b", ["a", "a.x"]), ("c", IN), ("y", ["x"]), ("x", ["y"]))
        assert [line.split(" | ")[0] for line in said(krt)] == ['KRT202 w0.exitpoint "a"', "KRT203 w0.n3.subscriptions"]

    def test_good(self) -> None:
        assert said(nodes(("a", ["b.x"]), ("b", IN))) == []
        assert said(nodes(("a", IN))) == []


LOST = (
    "KRT203 w0.n{}.subscriptions | no request reaches the node `{}` of workflow `sort`"
    " | subscribe it to `entrypoint` or to a node that requests reach, or remove it"
)
TOO = " | w0.n{}.subscriptions: `{}` is not reached, either"


class Test_unreachable_node:
    def test_a_group_is_told_once(self) -> None:
        krt = nodes(("a", IN), ("x", ["y"]), ("y", ["x.z"]), ("z", ["y"]))
        assert said(krt) == [LOST.format(1, "x") + TOO.format(2, "y") + TOO.format(3, "z")]

    def test_groups_are_told_apart(self) -> None:
        krt = nodes(("y", ["x"]), ("a", IN), ("q", ["p"]), ("x", ["y"]), ("p", ["q"]))
        assert said(krt) == [
            LOST.format(0, "y") + TOO.format(3, "x"),
            LOST.format(2, "q") + TOO.format(4, "p"),
        ]

    def test_a_group_holds_together_in_whatever_direction(self) -> None:
        # x -> z <- y: neither of x and y leads to the other.
        krt = nodes(("a", IN), ("x", ["xx"]), ("xx", ["x"]), ("y", ["yy"]), ("yy", ["y"]), ("z", ["x", "y"]))
        assert said(krt) == [
            LOST.format(1, "x") + TOO.format(2, "xx") + TOO.format(5, "z") + TOO.format(3, "y") + TOO.format(4, "yy")
        ]

    def test_groups_that_meet_in_a_node_that_is_reached_are_two(self) -> None:
        krt = nodes(("a", ["entrypoint", "x", "p"]), ("x", ["y"]), ("y", ["x"]), ("p", ["q"]), ("q", ["p"]))
        assert said(krt) == [
            LOST.format(1, "x") + TOO.format(2, "y"),
            LOST.format(3, "p") + TOO.format(4, "q"),
        ]

    def test_what_feeds_itself_comes_before_what_hangs_on_it(self) -> None:
        krt = nodes(("a", IN), ("q", ["p"]), ("p", ["q", "y"]), ("y", ["x"]), ("x", ["y"]))
        assert said(krt) == [LOST.format(3, "y") + TOO.format(2, "p") + TOO.format(4, "x") + TOO.format(1, "q")]
        krt = nodes(("c", ["b"]), ("b", ["x.z"]), ("a", IN), ("y", ["x"]), ("x", ["y"]))
        assert said(krt) == [LOST.format(3, "y") + TOO.format(4, "x") + TOO.format(1, "b") + TOO.format(0, "c")]

    def test_of_two_that_feed_themselves_the_first_of_the_file(self) -> None:
        krt = nodes(("a", IN), ("z", ["x", "q"]), ("x", ["y"]), ("y", ["x"]), ("q", ["p"]), ("p", ["q"]))
        (line,) = said(krt)
        assert line.startswith(LOST.format(2, "x"))

    def test_of_many_nodes_eight_are_shown(self) -> None:
        ring = [(f"x{number}", [f"x{(number + 1) % 12}"]) for number in range(12)]
        (line,) = said(nodes(("a", IN), *ring))
        nearest = [12, 2, 11, 3, 10, 4, 9, 5]
        assert line == LOST.format(1, "x0") + "".join(TOO.format(n, f"x{n - 1}") for n in nearest)

    def test_not_what_leads_to_an_exitpoint_that_is_not_reached(self) -> None:
        # b leads to a, and c hangs on b: both are told with a.
        krt = nodes(("d", IN), ("b", ["a"]), ("a", ["b"]), ("c", ["b"]))
        assert [line[:6] for line in said(krt)] == ["KRT202"]
        # ... from however far.
        krt = nodes(("f", IN), ("a", ["b"]), ("b", ["c"]), ("c", ["d"]), ("d", ["c"]), ("e", ["d"]))
        assert [line[:6] for line in said(krt)] == ["KRT202"]

    def test_not_where_nothing_comes_in(self) -> None:
        assert [line[:6] for line in said(nodes(("b", ["a"]), ("a", ["b"]), ("c", ["b"])))] == ["KRT201"]

    def test_good(self) -> None:
        assert said(nodes(("a", ["b"]), ("c", ["b.x"]), ("b", IN), ("d", ["c"]))) == []


def circle(closing: str, path: str, *others: str) -> str:
    return " | ".join(
        [
            f"KRT204 w0.{closing}",
            f"messages can go round: {path}",
            "remove this subscription, unless a node of the circle at some point sends nothing on",
            *(f"w0.{other}" for other in others),
        ]
    )


class Test_cycle:
    def test_of_two(self) -> None:
        assert said(nodes(("etl", ["entrypoint", "a.x"]), ("a", ["etl"]))) == [
            circle('n0.subscriptions.1 "a.x"', "etl -> a -> etl", 'n1.subscriptions.0 "etl": etl -> a')
        ]

    def test_of_three(self) -> None:
        assert said(nodes(("b", ["z", "a"]), ("a", ["c", "entrypoint"]), ("z", IN), ("c", ["z", "b.x", "b"]))) == [
            circle(
                'n0.subscriptions.1 "a"',
                "b -> c -> a -> b",
                'n3.subscriptions.1 "b.x": b -> c',
                'n1.subscriptions.0 "c": c -> a',
            )
        ]

    def test_the_shortest_of_each_group(self) -> None:
        krt = nodes(
            ("a", ["entrypoint", "d", "c"]), ("b", ["a"]), ("c", ["b"]), ("d", ["c"]), ("y", ["a", "x"]), ("x", ["y"])
        )
        assert said(krt) == [
            circle(
                'n0.subscriptions.2 "c"',
                "a -> b -> c -> a",
                'n1.subscriptions.0 "a": a -> b',
                'n2.subscriptions.0 "b": b -> c',
            ),
            circle('n4.subscriptions.1 "x"', "y -> x -> y", 'n5.subscriptions.0 "y": y -> x'),
            AFTER.format("n1", "b"),
            AFTER.format("n4", "y"),
        ]

    def test_two_circles_through_one_node_are_one_group(self) -> None:
        krt = nodes(("b", ["entrypoint", "c", "d"]), ("c", ["b"]), ("d", ["b"]), ("a", ["b"]))
        assert said(krt) == [circle('n0.subscriptions.1 "c"', "b -> c -> b", 'n1.subscriptions.0 "b": b -> c')]

    @pytest.mark.parametrize(
        ("length", "shown", "others"),
        [
            (11, "x0 -> x1 -> x2 -> x3 -> x4 -> x5 -> x6 -> x7 -> x8 -> x9 -> x10 -> x0", 10),
            (12, "x0 -> x1 -> x2 -> x3 -> x4 -> x5 -> x6 -> x7 -> x8 -> x9 -> ... -> x11 -> x0", 11),
            (14, "x0 -> x1 -> x2 -> x3 -> x4 -> x5 -> x6 -> x7 -> x8 -> x9 -> ... -> x13 -> x0", 12),
        ],
    )
    def test_a_long_one_is_cut_short(self, length: int, shown: str, others: int) -> None:
        ring = [(f"x{number}", [f"x{(number - 1) % length}"]) for number in range(length)]
        krt = nodes(*ring, ("a", ["x0"]))
        krt["workflows"][0]["nodes"][0]["subscriptions"].append("entrypoint")
        assert said(krt) == [
            circle(
                f'n0.subscriptions.0 "x{length - 1}"',
                shown,
                *(f'n{n}.subscriptions.0 "x{n - 1}": x{n - 1} -> x{n}' for n in range(1, others + 1)),
            )
        ]

    def test_not_where_no_request_comes(self) -> None:
        krt = nodes(("a", IN), ("x", ["y"]), ("y", ["x"]))
        assert [line[:6] for line in said(krt)] == ["KRT203"]
        assert said(nodes(("a", IN), ("x", ["y", "a"]), ("y", ["x"])))[0].startswith("KRT204")

    def test_good(self) -> None:
        assert said(nodes(("a", ["b", "c"]), ("b", IN), ("c", ["b", "entrypoint"]))) == []


class Test_after_reply:
    def test_each_that_hangs_on_the_exitpoint(self) -> None:
        krt = nodes(("b", ["a.x", "c"]), ("a", IN), ("c", ["b"]), ("d", ["a"]), ("e", ["a", "entrypoint"]))
        lines = said(krt)
        assert [line[:6] for line in lines] == ["KRT204", "KRT205", "KRT205"]
        assert lines[1:] == [AFTER.format("n0", "b"), AFTER.format("n3", "d")]

    def test_what_is_reached_on_another_way_is_not_told(self) -> None:
        assert said(nodes(("a", ["b"]), ("b", IN), ("c", ["a", "b"]), ("d", ["c"]))) == []

    def test_the_exitpoint_in_a_circle(self) -> None:
        krt = nodes(("a", ["entrypoint", "b"]), ("b", ["a"]))
        assert said(krt)[1:] == [AFTER.format("n1", "b")]

    def test_not_where_no_answer_is_given(self) -> None:
        assert [line[:6] for line in said(nodes(("c", IN), ("a", ["b"]), ("b", ["a"])))] == ["KRT202"]


class Test_a_graph_with_a_wrong_name:
    """Of which nothing is said: hardly any of it would be true."""

    @pytest.mark.parametrize(
        ("path", "to"),
        [
            (("exitpoint",), "A"),
            (("nodes", 1, "name"), "X"),
            (("nodes", 1, "subscriptions"), []),
            (("nodes", 1, "subscriptions"), None),
            (("nodes", 1, "subscriptions"), "y"),
            (("nodes", 1, "subscriptions", 0), "Y"),
            (("nodes", 1), "x"),
            (("nodes",), "x"),
            (("nodes",), []),
        ],
    )
    def test_that_the_language_refuses(self, path: tuple[str | int, ...], to: object) -> None:
        assert said(changed(BAD, "workflows", 0, *path, to=to)) == []

    @pytest.mark.parametrize(
        ("path", "to", "code"),
        [
            (("exitpoint",), "b", "KRT101"),
            (("nodes", 1, "name"), "b", "KRT101"),
            (("nodes", 1, "name"), "a", "KRT102"),
            (("nodes", 1, "name"), "entrypoint", "KRT103"),
            (("nodes", 1, "name"), "y", "KRT102"),
            (("nodes", 1, "subscriptions", 0), "b", "KRT101"),
            (("nodes", 1, "subscriptions", 0), "x", "KRT104"),
            (("nodes", 1, "subscriptions", 0), "x.y", "KRT104"),
            (("nodes", 1, "subscriptions", 0), "entrypoint.y", "KRT101"),
        ],
    )
    def test_that_other_rules_tell(self, path: tuple[str | int, ...], to: str, code: str) -> None:
        found = {line[:6] for line in said(changed(BAD, "workflows", 0, *path, to=to))}
        assert code in found and not {code for code in found if code.startswith("KRT2")}

    def test_and_the_next_workflow_is_judged(self) -> None:
        wrong = {**BAD["workflows"][0], "exitpoint": "A"}
        right = {**BAD["workflows"][0], "name": "other", "entrypoint": "Other"}
        lines = said({**SMALL, "workflows": [wrong, right]})
        assert [line.split(" | ")[0] for line in lines] == ["KRT203 w1.n1.subscriptions"]


BAD = nodes(("a", IN), ("x", ["y"]), ("y", ["x"]))
