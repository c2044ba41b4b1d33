"""Break the compiler in ways that only a cluster notices, and see the end-to-end tests go red.

    python tools/breaks.py [NAME ...]

By hand, as root, after `make e2e` and `make e2e-node` (their programs are used). Each break is made in a copy of the
checkout, in build/breaks, whose goldens are written anew: only what a cluster says is left to notice it. One line a
break says what came out; 1 means that one was not noticed.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
WORK = ROOT / "build" / "breaks"
LOWERING = Path("compiler", "krtc", "lowering")


class Break(NamedTuple):
    """A text of a file, what stands there instead, and the test that has to fail."""

    file: Path
    text: str
    instead: str
    test: str


BREAKS = {
    "wrong selector": Break(
        LOWERING / "network.py",
        'Text(published, "-entrypoint")',
        'Text(published, "-entry")',
        "tests/e2e/test_life.py::test_kubectl",
    ),
    "missing subject": Break(
        LOWERING / "messaging.py",
        'subjects += [own, f"{own}.*"]',
        "subjects += [own]",
        "tests/e2e/test_life.py::test_kubectl",
    ),
    "memory stream": Break(
        LOWERING / "messaging.py",
        '"storage": param(nats, "storage", "nats", "storage")',
        '"storage": "memory"',
        "tests/e2e/test_faults.py::test_a_stream_is_in_the_way[storage]",
    ),
    "privileged container": Break(
        LOWERING / "workload.py",
        '"allowPrivilegeEscalation": False',
        '"allowPrivilegeEscalation": True',
        "tests/e2e/test_admission.py::test_every_pod_is_taken[classificator]",
    ),
    "forgotten port name": Break(
        LOWERING / "network.py",
        '{"name": "grpc", "port": GRPC_PORT,',
        '{"port": GRPC_PORT,',
        "tests/e2e/test_admission.py::test_every_status_is_taken[classificator]",
    ),
    "wrong uid": Break(
        LOWERING / "workload.py",
        '"runAsUser": user',
        '"runAsUser": 1234',
        "tests/e2e_node/test_starts.py::test_containers_run_as_who_they_must_and_write_where_they_may",
    ),
    "wrong init order": Break(
        LOWERING / "workload.py",
        "init = [self._wait(env, needs), *self._fillers(env, resources)]",
        "init = [*self._fillers(env, resources), self._wait(env, needs)]",
        "tests/e2e_node/test_starts.py::test_files_come_after_the_wait_and_before_the_runner",
    ),
    "Service name": Break(
        Path("compiler", "krtc", "model", "naming.py"),
        '"active-entrypoint"',
        '"active-entry-point"',
        "tests/e2e/test_life.py::test_kubectl",
    ),
}


def run(*arguments: str) -> bool:
    """Whether pytest says in the copy that all is well."""
    environment = {**os.environ, "PYTHONPATH": str(WORK / "compiler")}
    command = [str(WORK / ".venv" / "bin" / "pytest"), "-q", "-p", "no:cacheprovider", *arguments]
    with (WORK / "pytest.log").open("ab") as log:
        return subprocess.run(command, cwd=WORK, env=environment, stdout=log, stderr=log, check=False).returncode == 0


def main() -> int:
    """Makes the copy, and one break after the other."""
    names = sys.argv[1:] or list(BREAKS)
    if unknown := [name for name in names if name not in BREAKS]:
        print(f"no such break: {', '.join(unknown)}; there are: {', '.join(BREAKS)}", file=sys.stderr)
        return 2
    shutil.rmtree(WORK, ignore_errors=True)
    left_out = shutil.ignore_patterns(".git", ".venv*", ".tools", "build", "__pycache__", ".*_cache")
    shutil.copytree(ROOT, WORK, symlinks=True, ignore=left_out)
    for name in (".venv", ".tools"):
        (WORK / name).symlink_to(ROOT / name)
    # A test that fails anyhow notices nothing.
    for test in sorted({BREAKS[name].test for name in names}):
        if not run(test):
            raise SystemExit(f"{test} fails without any break: see {WORK / 'pytest.log'}")
    unnoticed = 0
    for name in names:
        file, text, instead, test = BREAKS[name]
        whole = (ROOT / file).read_text(encoding="utf-8")
        if whole.count(text) != 1:
            raise SystemExit(f"{file} does not hold `{text}` once")
        (WORK / file).write_text(whole.replace(text, instead), encoding="utf-8")
        run("tests/golden", "--update-golden")
        green = run(test)
        (WORK / file).write_text(whole, encoding="utf-8")
        unnoticed += green
        print(f"{name}: {'NOT noticed by' if green else 'noticed by'} {test}", flush=True)
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
