"""What is known of images: patterns against fnmatch, and against the regular expressions in a chart's schema."""

import re
from fnmatch import fnmatchcase

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from krtc.model import patterns, runners
from krtc.model.runtime import Images, Nats, Runtime

# Few letters, so that patterns and images meet.
globs = st.text("ab/*-.", min_size=1, max_size=8).filter(lambda p: re.fullmatch(patterns.IMAGE_PATTERN, p) is not None)
names = st.text("ab-", min_size=1, max_size=3).map(lambda text: f"a{text}b")
images = st.builds(
    lambda registry, path, tag, digest: registry + "/".join(path) + tag + digest,
    st.sampled_from(["", "a.b/", "ab:50/", "a-b.a:5000/"]),
    st.lists(names, min_size=1, max_size=3),
    st.sampled_from(["", ":a", ":ab-b", ":1.0-ab"]),
    st.sampled_from(["", "@sha256:" + "0" * 64]),
).filter(lambda image: re.fullmatch(patterns.IMAGE, image) is not None)


@pytest.mark.parametrize(
    ("image", "repository"),
    [
        ("a", "a"),
        ("a:1", "a"),
        ("a/b:1", "a/b"),
        ("host:5000/a", "host:5000/a"),
        ("host:5000/a:1", "host:5000/a"),
        (f"host:5000/a:1@sha256:{'0' * 64}", "host:5000/a"),
        (f"a@sha256:{'0' * 64}", "a"),
    ],
)
def test_repository(image: str, repository: str) -> None:
    assert runners.repository(image) == repository


@given(st.text("ab*/", max_size=12), st.text("ab/", max_size=12))
def test_a_star_stands_for_anything(pattern: str, name: str) -> None:
    assert runners.matches(name, pattern) == fnmatchcase(name, pattern)


@given(images, globs)
@example("acme/runner:1.0-gpu", "acme/*-gpu")
@example("acme/runner:py", "*py")
@example("localhost:5000/own", "localhost:5000/*")
@example("localhost:5000/own", "*own")
def test_the_expression_of_a_pattern_agrees(image: str, pattern: str) -> None:
    # Two stars of a name alone, one of which ends inside of a port, mean nothing to anybody.
    assume("/" in pattern or pattern.count("*") < 2 or ":" not in runners.repository(image))
    assert (re.search(runners.expression(pattern), image) is not None) == runners.matches(image, pattern)


@pytest.mark.parametrize("pattern", ["a/b.c", "*/kre-py", "a+b/*", "*:5000/a/*"])
def test_an_expression_takes_letters_for_what_they_are(pattern: str) -> None:
    image = pattern.replace("*", "x")
    assert re.search(runners.expression(pattern), image)
    assert re.search(runners.expression(pattern), image + ":1.0")
    assert not re.search(
        runners.expression(pattern), image.replace(".", "_").replace("-", "_").replace("+", "aa") + "z:1/"
    )


def test_many_stars_take_no_time() -> None:
    assert not runners.matches("a" * 500, "*a" * 250 + "b")
    assert runners.matches("a" * 500, "*a" * 250)


@pytest.mark.parametrize(
    ("users", "image", "expected"),
    [
        ({}, "konstellation/kre-py:8.2.0", 1001),
        ({}, "konstellation/kre-go", 10001),
        ({}, "konstellation/kre-entrypoint@sha256:" + "0" * 64, 10001),
        ({}, "host:5000/x/kre-py:1", 1001),
        ({}, "kre-py", None),
        ({}, "acme/own:1", None),
        ({"acme/*": 2000}, "acme/own:1", 2000),
        ({"acme/own": 2000, "acme/*": 3000}, "acme/own:1", 2000),
        ({"acme/*": 3000, "acme/own": 2000}, "acme/own:1", 3000),
        ({"*/kre-py": 5}, "konstellation/kre-py", 5),
        ({"*": 5}, "konstellation/kre-py", 5),
        ({"default": 7}, "acme/own:1", 7),
        ({"default": 7}, "konstellation/kre-py", 1001),
    ],
)
def test_user(users: dict[str, int], image: str, expected: int | None) -> None:
    assert runners.user(Images(users=users), image) == expected


@pytest.mark.parametrize(
    ("image", "writes", "working_dir"),
    [
        ("konstellation/kre-py:1", ("/tmp",), None),
        ("konstellation/kre-go:1", ("/krt-work",), "/krt-work"),
        ("konstellation/kre-entrypoint:1", ("/app/src/entrypoint",), None),
        ("acme/known:1", ("/tmp",), None),
    ],
)
def test_runner(image: str, writes: tuple[str, ...], working_dir: str | None) -> None:
    runner = runners.runner(Images(read_only_root=["acme/known"]), image)
    assert runner is not None
    assert (runner.writes, runner.working_dir) == (writes, working_dir)
    assert bool(runner.command) == bool(working_dir)


def test_an_unknown_image_has_no_runner() -> None:
    assert runners.runner(Images(read_only_root=["acme/known"]), "acme/own:1") is None


@pytest.mark.parametrize(
    ("waits", "expected"),
    [
        ({}, "22h"),
        ({"default": "1h"}, "1h"),
        ({"default": "1h", "*/kre-py": "5m"}, "5m"),
        ({"*/kre-go": "5m"}, "22h"),
        ({"konstellation/*": "1m", "*/kre-py": "5m"}, "1m"),
    ],
)
def test_ack_wait(waits: dict[str, str], expected: str) -> None:
    assert runners.ack_wait(waits, "konstellation/kre-py:8.2.0") == expected


def test_known_patterns_are_in_the_order_in_which_they_are_tried() -> None:
    images = Images(users={"acme/*": 1, "default": 2, "*/kre-py": 3}, read_only_root=["b/*", "acme/*"])
    settings = Runtime(runtime="r", images=images, nats=Nats(ack_wait={"default": "22h", "b/*": "1m", "c/*": "5m"}))
    assert runners.known_patterns(settings) == ["acme/*", "*/kre-py", "*/kre-go", "*/kre-entrypoint", "b/*", "c/*"]
