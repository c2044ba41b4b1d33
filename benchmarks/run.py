"""`make bench`: a cold `krtc compile` and what people would run instead, in turns, as ratios.

Each round runs every command once, so that a busy machine is as busy for all of them; what is reported is the median
of the ratios of each round, with the spread of its middle half. A figure in seconds means nothing on another machine.
"""

import argparse
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "classificator" / "krt.yml"
VERSIONS = 100
# krtc as people have it: installed, with its bytecode, and without what developers' tools add to every start.
HOME = ROOT / "build" / "bench"
PYTHON = HOME / "bin" / "python"
KRTC = HOME / "bin" / "krtc"
TOOLS = ROOT / ".tools" / "bin"


def install() -> None:
    """Makes an environment that holds this checkout's krtc and nothing else."""
    subprocess.run(
        [sys.executable, "-m", "virtualenv", "--quiet", "--clear", "--no-pip", "--no-setuptools", HOME], check=True
    )
    pip = [sys.executable, "-m", "pip", "--python", str(PYTHON), "install", "--quiet"]
    subprocess.run([*pip, "--compile", str(ROOT)], check=True)


def make_inputs(work: Path) -> None:
    """Writes what the commands read: the chart and the tree made of the example, many files, hostile ones."""
    for form in ("helm", "kustomize"):
        _run([str(KRTC), "compile", str(EXAMPLE), "--to", form, "-o", str(work / form)])
    for name, count in (("many", 1000), ("fewer", 250)):
        for number in range(count):
            shutil.copytree(EXAMPLE.parent, work / name / f"v{number}")
            krt = EXAMPLE.read_text().replace("classificator-v1", f"v{number}")
            (work / name / f"v{number}" / "krt.yml").write_text(krt)
    (work / "runtime").mkdir()
    entries = []
    for number in range(VERSIONS):
        shutil.copytree(work / "many" / f"v{number}", work / "runtime" / f"v{number}")
        entries.append(f"  - {{krt: v{number}/krt.yml, status: {'started' if number else 'published'}}}\n")
    (work / "runtime" / "runtime.yml").write_text("runtime: demo\nversions:\n" + "".join(entries))
    (work / "hostile").mkdir()
    for name, text in _hostile():
        (work / "hostile" / f"{name}.yml").write_text(text[: 1 << 20])


def _hostile() -> Iterator[tuple[str, str]]:
    """Files of up to 1 MiB, each the worst of its kind."""
    head = EXAMPLE.read_text().partition("    nodes:\n")[0] + "    nodes:\n"
    node = "      - {{name: n{0}, image: a/b:1, src: s, subscriptions: [{1}]}}\n"
    yield "brackets", "[" * (1 << 20)
    yield "values", "a: [" + "a, " * (1 << 18) + "]\n"
    yield "unknown keys", "".join(f"key{n}: x\n" for n in range(70_000))
    yield "long texts", "".join(f'key{n}: "{"x" * (250 << 10)}"\n' for n in range(4))
    ring = "".join(node.format(n, f"n{n - 1}") for n in range(1, 8_500))
    yield "a ring of nodes", head + node.format(0, "entrypoint, n8499") + ring
    yield "unknown nodes", head + "".join(node.format(n, f"m{n}, entrypoint") for n in range(8_500))
    yield "comments", head + "# krtc: ignore[KRT999]\n" * 45_000


def commands(work: Path) -> dict[str, list[str]]:
    """The commands by name."""
    compile_ = [str(KRTC), "compile", str(EXAMPLE)]
    return {
        "python -c pass": [str(PYTHON), "-c", "pass"],
        "krtc compile": compile_,
        "krtc compile --to kustomize": [*compile_, "--to", "kustomize", "-o", str(work / "kustomize")],
        "krtc compile --to helm": [*compile_, "--to", "helm", "-o", str(work / "helm")],
        "helm template": [str(TOOLS / "helm"), "template", "example", str(work / "helm")],
        "kustomize build": [str(TOOLS / "kustomize"), "build", str(work / "kustomize" / "overlays" / "started")],
        f"krtc compile, {VERSIONS} versions": [str(KRTC), "compile", str(work / "runtime")],
        "krtc check": [str(KRTC), "check", str(EXAMPLE)],
        "krtc check, 1,000 files": [str(KRTC), "check", str(work / "many")],
        "CSafeLoader, 1,000 files": [str(PYTHON), "-c", LOADS, str(work / "many")],
        "krtc check, 250 files": [str(KRTC), "check", str(work / "fewer")],
        **{
            f"krtc check, {path.stem}": [str(KRTC), "check", str(path)] for path in sorted((work / "hostile").iterdir())
        },
    }


# What anybody does with many YAML files, at the least.
LOADS = """\
import pathlib, sys, yaml
for path in pathlib.Path(sys.argv[1]).rglob("krt.yml"):
    yaml.load(path.read_bytes(), yaml.CSafeLoader)
"""


# ... and by how many of the second.
RATIOS: tuple[tuple[str, str, int], ...] = (
    ("krtc compile", "helm template", 1),
    ("krtc compile", "kustomize build", 1),
    ("krtc compile", "python -c pass", 1),
    ("krtc compile --to kustomize", "kustomize build", 1),
    ("krtc compile --to helm", "helm template", 1),
    (f"krtc compile, {VERSIONS} versions", "helm template", VERSIONS),
    ("krtc check", "krtc compile", 1),
    ("krtc check, 1,000 files", "CSafeLoader, 1,000 files", 1),
    ("krtc check, 1,000 files", "krtc check, 250 files", 1),
)


def _run(command: list[str]) -> tuple[float, float, int]:
    """Seconds, processor seconds and peak memory (KiB) of one run."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):  # 1: findings
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=31)
    rounds = parser.parse_args().rounds
    install()
    with tempfile.TemporaryDirectory() as folder:
        # A process is measured from its fork: this one stays small, and another makes the inputs.
        maker = multiprocessing.Process(target=make_inputs, args=(Path(folder),))
        maker.start()
        maker.join()
        todo = commands(Path(folder))
        runs: dict[str, list[tuple[float, float, int]]] = {name: [] for name in todo}
        for _ in range(rounds):
            for name, command in todo.items():
                runs[name].append(_run(command))
    print(f"{rounds} rounds; {sys.implementation.name} {sys.version.split()[0]}; {os.cpu_count()} cores\n")
    print(f"{'command':32} {'median ms':>10} {'cpu ms':>8} {'peak MiB':>9}")
    for name, found in runs.items():
        wall, cpu, memory = (statistics.median(run[i] for run in found) for i in range(3))
        print(f"{name:32} {wall * 1000:10.1f} {cpu * 1000:8.1f} {memory / 1024:9.1f}")
    print(f"\n{'ratio':48} {'median':>7} {'middle half':>15}")
    for ours, theirs, times in RATIOS:
        ratios = [a[0] / b[0] / times for a, b in zip(runs[ours], runs[theirs], strict=True)]
        low, middle, high = statistics.quantiles(ratios, n=4)
        print(
            f"{ours + ' / ' + (f'{times} x ' if times > 1 else '') + theirs:48} {middle:7.2f} {low:7.2f} - {high:.2f}"
        )


if __name__ == "__main__":
    main()
