"""What the benchmark compiles: the example many times, one large version, hostile files."""

import shutil
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "classificator" / "krt.yml"
WORKFLOWS, NODES = 10, 30


def write(work: Path, sizes: tuple[int, ...]) -> None:
    """Makes work/SIZE for each of `sizes`, a runtime of so many versions, work/large.yml and work/hostile/*.yml."""
    for size in sizes:
        runtime(work / str(size), size)
    (work / "large.yml").write_text(large())
    (work / "hostile").mkdir()
    for name, text in hostile():
        (work / "hostile" / f"{name}.yml").write_text(text[: 1 << 20])


def runtime(folder: Path, size: int) -> None:
    """A runtime.yml with `size` versions, each in a folder with its files; the first one is published."""
    entries = []
    for number in range(size):
        shutil.copytree(EXAMPLE.parent, folder / f"v{number}")
        (folder / f"v{number}" / "krt.yml").write_text(EXAMPLE.read_text().replace("classificator-v1", f"v{number}"))
        entries.append(f"  - {{krt: v{number}/krt.yml, status: {'started' if number else 'published'}}}\n")
    (folder / "runtime.yml").write_text("runtime: kre\nversions:\n" + "".join(entries))


def large() -> str:
    """One version of WORKFLOWS workflows with NODES nodes each."""
    nodes = "".join(
        f"      - {{name: n{n}, image: konstellation/kre-py:8.2.0, src: src/n{n}.py, "
        f"subscriptions: [{f'n{n - 1}' if n else 'entrypoint'}]}}\n"
        for n in range(NODES)
    )
    head = EXAMPLE.read_text().partition("workflows:\n")[0] + "workflows:\n"
    return head + "".join(
        f"  - name: w{w}\n    entrypoint: Call{w}\n    exitpoint: n{NODES - 1}\n    nodes:\n{nodes}"
        for w in range(WORKFLOWS)
    )


def hostile() -> Iterator[tuple[str, str]]:
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
