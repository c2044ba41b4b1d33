"""`make bench`: a cold `krtc compile` and what people would run instead, in turns, as ratios.

Each round runs every command once, so that a busy machine is as busy for all of them; what is reported is the median
of the ratios of each round, with the spread of its middle half. A figure in seconds means nothing on another machine.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "classificator" / "krt.yml"
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


def commands(work: Path) -> dict[str, list[str]]:
    """The commands by name; the chart and the tree that the peers read are what krtc makes of the example."""
    for form in ("helm", "kustomize"):
        _run([str(KRTC), "compile", str(EXAMPLE), "--to", form, "-o", str(work / form)])
    compile_ = [str(KRTC), "compile", str(EXAMPLE)]
    return {
        "python -c pass": [str(PYTHON), "-c", "pass"],
        "krtc compile": compile_,
        "krtc compile --to kustomize": [*compile_, "--to", "kustomize", "-o", str(work / "kustomize")],
        "krtc compile --to helm": [*compile_, "--to", "helm", "-o", str(work / "helm")],
        "helm template": [str(TOOLS / "helm"), "template", "example", str(work / "helm")],
        "kustomize build": [str(TOOLS / "kustomize"), "build", str(work / "kustomize" / "overlays" / "started")],
    }


RATIOS = (
    ("krtc compile", "helm template"),
    ("krtc compile", "kustomize build"),
    ("krtc compile", "python -c pass"),
    ("krtc compile --to kustomize", "kustomize build"),
    ("krtc compile --to helm", "helm template"),
)


def _run(command: list[str]) -> tuple[float, float, int]:
    """Seconds, processor seconds and peak memory (KiB) of one run."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=31)
    rounds = parser.parse_args().rounds
    install()
    with tempfile.TemporaryDirectory() as folder:
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
    for ours, theirs in RATIOS:
        ratios = [a[0] / b[0] for a, b in zip(runs[ours], runs[theirs], strict=True)]
        low, middle, high = statistics.quantiles(ratios, n=4)
        print(f"{ours + ' / ' + theirs:48} {middle:7.2f} {low:7.2f} - {high:.2f}")


if __name__ == "__main__":
    main()
