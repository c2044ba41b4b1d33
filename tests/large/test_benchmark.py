"""`make bench` in its short form: it runs, and all that it measures make the same objects. No time is asserted."""

import subprocess
import sys

from tests.large.test_ci import ROOT


def test_the_short_form() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "run.py", "--short"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    first = {line.split(" | ")[0] for line in done.stdout.splitlines()}
    assert first >= {"| a cold compile / helm template", "| peak memory, 20 versions / 10 versions", "| cdk8s"}
