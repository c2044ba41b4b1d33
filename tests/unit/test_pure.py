"""A compile depends on its input alone: not on the disk, the network, the environment, the clock or chance."""

import os
import random
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from krtc.model.status import DESIRED
from krtc.pipeline import Options, asset_names
from tests.unit.helpers import EXAMPLE, FORMS, KRT, RUNTIME, SMALL, STATUSES, assets, build, text

FORBIDDEN = (
    "open",
    "os.",
    "socket.",
    "subprocess.",
    "shutil.",
    "glob.",
    "tempfile.",
    "time.",
    "urllib.",
    "ctypes.dlopen",
)
_watching: list[list[str]] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching and event.startswith(FORBIDDEN):
        _watching[-1].append(f"{event}{arguments!r}")


# A hook stays for the life of the process; it does nothing but while a test watches.
sys.addaudithook(_watch)


class Outside(dict[str, str]):
    """An environment that nobody may look into."""

    def __getattribute__(self, name: str) -> Any:
        raise AssertionError(f"os.environ.{name}")

    def __getitem__(self, key: str) -> str:
        raise AssertionError(f"os.environ[{key!r}]")

    def __contains__(self, key: object) -> bool:
        raise AssertionError(f"{key!r} in os.environ")

    def __iter__(self) -> Any:
        raise AssertionError("iter(os.environ)")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("krt", [KRT, "version: [\n", {**SMALL, "version": "A"}], ids=["right", "syntax", "schema"])
def test_a_compile_touches_nothing(form: str, krt: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assets()
    expected = build(krt, form=form)  # all that it imports is imported now

    def forbidden(*_: Any, **__: Any) -> Any:
        raise AssertionError("a compile may not do that")

    for module, names in {
        time: ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "localtime", "gmtime", "strftime"),
        random: ("random", "randint", "choice", "getrandbits", "shuffle", "seed"),
        socket: ("socket", "create_connection", "getaddrinfo", "gethostname"),
        os: ("open", "urandom", "getenv", "getcwd", "getpid", "stat", "listdir", "getlogin"),
    }.items():
        for name in names:
            monkeypatch.setattr(module, name, forbidden)
    monkeypatch.setattr("builtins.open", forbidden)
    monkeypatch.setattr(os, "environ", Outside())
    seen: list[str] = []
    _watching.append(seen)
    try:
        found = build(krt, form=form)
    finally:
        _watching.pop()
        monkeypatch.undo()
    assert seen == []
    assert found.files == expected.files
    assert bool(found.files) == (krt is KRT)
    assert [(d.code.id, d.message) for d in found.diagnostics] == [(d.code.id, d.message) for d in expected.diagnostics]


def test_the_watch_sees(tmp_path: Path) -> None:
    seen: list[str] = []
    _watching.append(seen)
    try:
        (tmp_path / "x").write_text("x")
        os.listdir(tmp_path)
        socket.socket().close()
    finally:
        _watching.pop()
    assert [event.partition("(")[0] for event in seen] == ["open", "os.listdir", "socket.__new__"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("with_settings", [False, True])
def test_a_compile_needs_the_data_files_that_it_names(form: str, with_settings: bool) -> None:
    options: Any = {"status": "published", "form": form}
    names = set(asset_names(Options(**options), with_settings))
    assert names <= set(assets())
    from krtc.pipeline import Source, compile

    krt = Source("krt.yml", text(SMALL).encode())
    settings = Source("runtime.yml", b"runtime: demo\n") if with_settings else None
    made = compile(krt, settings, Options(**options), {name: assets()[name] for name in names}, lambda name: name)
    assert made.files == compile(krt, settings, Options(**options), assets(), lambda name: name).files


def test_statuses_end_in_a_desired_one() -> None:
    assert set(DESIRED.values()) == set(STATUSES)
    assert all(DESIRED[status] == status for status in STATUSES)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / "krt.yml").write_text(text(KRT))
    (folder / "settings.yml").write_text(text(RUNTIME))
    (folder / "model.json").write_text("{}\n")
    return folder


@pytest.mark.parametrize("form", FORMS)
def test_two_processes_write_the_same_bytes(form: str, project: Path, tmp_path: Path) -> None:
    """In other places, with other seeds, languages, time zones and masks; names of files are the same."""
    trees = []
    for number, (seed, language, zone, mask) in enumerate(
        (("0", "C", "UTC", 0o022), ("4242", "C.UTF-8", "Asia/Kolkata", 0o077))
    ):
        copy = tmp_path / str(number) / ("deeper" * number)
        copy.mkdir(parents=True, exist_ok=True)
        for path in project.iterdir():
            (copy / path.name).write_bytes(path.read_bytes())
        environment = {
            "PYTHONHASHSEED": seed,
            "LC_ALL": language,
            "TZ": zone,
            "PATH": os.environ["PATH"],
            "KRT_VERSION": seed,
        }
        given = (
            [str(copy / "krt.yml"), "--runtime", str(copy / "settings.yml")]
            if number
            else ["krt.yml", "--runtime", "settings.yml"]
        )
        target = tmp_path / f"tree{number}"
        done = subprocess.run(
            [sys.executable, "-m", "krtc", "compile", *given, "--to", form, "-o", str(target)],
            cwd=tmp_path if number else copy,
            env=environment,
            umask=mask,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        trees.append(
            {path.relative_to(target).as_posix(): path.read_bytes() for path in target.rglob("*") if path.is_file()}
        )
    assert trees[0] == trees[1]
    assert len(trees[0]) > 5


HEAVY = (
    "pydantic",
    "jsonschema",
    "ruamel",
    "rich",
    "importlib.metadata",
    "dataclasses",
    "hashlib",
    "inspect",
    "pathlib",
    "typing",
    "typing_extensions",
    "unittest",
)


@pytest.mark.parametrize("form", FORMS)
def test_a_cold_compile_imports_nothing_heavy(form: str, tmp_path: Path) -> None:
    script = (
        "import sys\nbefore = set(sys.modules)\nfrom krtc.cli import main\n"
        f"code = main(['compile', {str(EXAMPLE)!r}, '--to', {form!r}, '-o', {str(tmp_path / 'tree')!r}])\n"
        "print(*sorted(set(sys.modules) - before))\nsys.exit(code)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    imported = done.stdout.split()
    assert "yaml" in imported and "krtc.pipeline" in imported
    heavy = {name for name in imported if name.startswith(tuple(f"{h}." for h in HEAVY)) or name in HEAVY}
    if form == "helm":  # jinja2 has its own
        assert {name.partition(".")[0] for name in heavy} <= {"inspect", "dataclasses", "hashlib", "pathlib", "typing"}
    else:
        assert heavy == set() and "jinja2" not in imported
    forms = {"manifests": "plain", "kustomize": "kustomize", "helm": "helm"}
    assert {name.split(".")[2] for name in imported if name.startswith("krtc.backends.")} == {"yaml", forms[form]}
