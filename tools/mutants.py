"""Mutation testing of the rules, by hand: how many small changes to compiler/krtc/analysis do the unit tests notice?

    python tools/mutants.py

mutmut wants the package beside the tests and changes what it works on: it gets a copy of its own, in build/mutants,
and an environment of its own. It prints the share of mutants that were killed, and the names of the survivors;
`build/mutants/.venv/bin/mutmut show NAME`, called in build/mutants, shows one.
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
WORK = ROOT / "build" / "mutants"
MUTMUT = "mutmut==3.8.1"
TESTS = ("tests/unit/test_rules", "tests/unit/test_graph.py", "tests/unit/test_one_mistake.py")
SETTINGS = f"""
[tool.mutmut]
source_paths = ["krtc"]
only_mutate = ["krtc/analysis/*"]
also_copy = ["krtc", "schemas", "chart-templates", "examples", "golden"]
pytest_add_cli_args = ["-q", "-p", "no:cacheprovider"]
pytest_add_cli_args_test_selection = {list(TESTS)}
"""


def main() -> None:
    """Makes the copy and the environment, runs mutmut, and says what came out."""
    shutil.rmtree(WORK, ignore_errors=True)
    for name in ("tests", "schemas", "chart-templates", "examples", "golden"):
        shutil.copytree(ROOT / name, WORK / name, symlinks=True)
    shutil.copytree(ROOT / "compiler" / "krtc", WORK / "krtc")
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (WORK / "pyproject.toml").write_text(settings + SETTINGS, encoding="utf-8")
    subprocess.run([sys.executable, "-m", "venv", WORK / ".venv"], check=True)
    pip = [str(WORK / ".venv" / "bin" / "pip"), "install", "--quiet"]
    subprocess.run([*pip, "--requirement", str(ROOT / "requirements" / "unit.txt")], check=True)
    subprocess.run([*pip, MUTMUT], check=True)
    mutmut = WORK / ".venv" / "bin" / "mutmut"
    subprocess.run([mutmut, "run"], cwd=WORK, check=True)
    results = subprocess.run([mutmut, "results", "--all", "true"], cwd=WORK, check=True, capture_output=True, text=True)
    lines = [line.strip().rpartition(": ") for line in results.stdout.splitlines() if ": " in line]
    survivors = [name for name, _, outcome in lines if outcome not in ("killed", "timeout")]
    print(*survivors, sep="\n")
    print(f"{len(lines)} mutants, {1 - len(survivors) / len(lines):.1%} killed")


if __name__ == "__main__":
    main()
