"""What holds for the repository itself."""

import importlib.metadata
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def lines(lock: Path) -> list[str]:
    """A lock file's requirements, each with its continuation lines joined to it."""
    text = re.sub(r"^\s*#.*\n", "", lock.read_text(), flags=re.MULTILINE)
    return text.replace("\\\n", "").splitlines()


def pins(lock: Path) -> set[tuple[str, str]]:
    """The normalised names and the versions in a lock file."""
    return set(re.findall(r"^([^\s=]+)==(\S+)", lock.read_text(), re.MULTILINE))


def requirements(lines: list[str]) -> set[str]:
    """The normalised names of what an .in file or pyproject.toml asks for."""
    names = [match[0] for line in lines if (match := re.match(r"[A-Za-z][\w.-]*", line))]
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names}


def project() -> dict[str, object]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)["project"]  # type: ignore[no-any-return]


# What krtc is measured against and what makes the site, in environments of their own and without krtc.
APART = {"bench.txt", "site.txt"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_requirements_are_pinned_with_hashes_and_name_no_index(lock: Path) -> None:
    for line in lines(lock):
        assert re.fullmatch(r"[a-z0-9-]+==[\w.]+( ; [^:]+?)?( +--hash=sha256:[0-9a-f]{64})+", line), line


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_locks_hold_what_is_asked_for(lock: Path) -> None:
    dependencies = [] if lock.name in APART else project()["dependencies"]
    assert isinstance(dependencies, list)
    asked = requirements(dependencies) | requirements(lock.with_suffix(".in").read_text().splitlines())
    assert asked <= {name for name, _ in pins(lock)}


@pytest.mark.parametrize("lock", [lock for lock in LOCKS if lock.name not in APART], ids=lambda lock: lock.name)
def test_the_small_locks_are_part_of_the_large_one(lock: Path) -> None:
    assert pins(lock) <= pins(ROOT / "requirements" / "dev.txt")


def test_readmes_commands_are_targets() -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = set(re.findall(r"(?:^|`)make ([a-z0-9-]+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert commands
    assert commands <= targets


def test_the_version_stands_once() -> None:
    assert importlib.metadata.version("krtc") == project()["version"]
    sources = (ROOT / "compiler").rglob("*.py")
    assert [path for path in sources if "__version__" in path.read_text()] == []


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(r"pypi[.]org|python[h]osted|proxy[.]golang|npmjs[.]|crates[.]io", id="registry"),
        # Other than that of Argo CD's own image.
        pytest.param(r"(^|[^A-Za-z0-9._/-])/(home/([^a]|a[^r])|root/|Users/)", id="machine path"),
    ],
)
def test_the_repository_stands_alone(pattern: str) -> None:
    """No file names a host that packages come from, or a place on the machine of whoever wrote it."""
    command = ["git", "grep", "--untracked", "-nIE", pattern]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
