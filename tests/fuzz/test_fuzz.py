"""Hostile input for about a minute, and again all that once did harm."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import pytest

from tests.fuzz.harness import SEEDS, TARGETS, attempt, describe, fuzz, replay, shrunk, write

CRASHES = sorted(Path(__file__).with_name("crashes").iterdir())


@pytest.mark.parametrize("path", CRASHES, ids=lambda path: path.name)
def test_what_once_did_harm(path: Path) -> None:
    failure = replay(path)
    assert failure is None, describe(failure)


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_mutated_is_right(target: str) -> None:
    assert SEEDS[target]
    for seed in SEEDS[target]:
        failure = attempt(target, seed)
        assert failure is None, describe(failure)


def test_hostile_input() -> None:
    """As long as KRTC_FUZZ_SECONDS says; under CI always the same inputs, in so far as there is time for them."""
    seed = 0 if os.environ.get("CI") else secrets.randbelow(1 << 32)
    count, failure = fuzz(TARGETS, seed, float(os.environ.get("KRTC_FUZZ_SECONDS", "60")))
    if failure:
        small = shrunk(failure)
        pytest.fail(f"seed {seed}, input {count}: {describe(small)}\nwritten to {write(small)}")
    assert count > 0
