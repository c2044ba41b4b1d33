"""The wheel and the sdist carry what they must, and krtc installed from them does what the checkout does."""

import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "classificator" / "krt.yml"
# Where an installed file of shell/ is, too.
SHARED = {
    "krtc.1": "man/man1/krtc.1",
    "krtc.bash": "bash-completion/completions/krtc",
    "krtc.zsh": "zsh/site-functions/_krtc",
    "krtc.fish": "fish/vendor_completions.d/krtc.fish",
}
# Where a folder of the checkout is in a wheel; an sdist has them as they are.
DATA = ("chart-templates", "page-templates", "project-templates", "schemas", "shell")
IN_WHEEL = {"compiler/krtc": "krtc", **{folder: f"krtc/{folder}" for folder in DATA}}

pytestmark = pytest.mark.xdist_group("packaging")  # one worker, so that they are built and installed once


class Distributions(NamedTuple):
    sdist: Path
    wheel: Path
    wheel_of_sdist: Path


def run(*command: str | Path, cwd: Path) -> str:
    # Nothing but the environment under test may say where krtc is.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def tree(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def checkout(folder: str) -> dict[str, bytes]:
    files = {name: data for name, data in tree(ROOT / folder).items() if "__pycache__" not in name}
    assert files, folder
    return files


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Distributions:
    direct, both = tmp_path_factory.mktemp("direct"), tmp_path_factory.mktemp("both")
    build = [sys.executable, "-m", "build", "--no-isolation"]
    run(*build, "--wheel", "--outdir", direct, ROOT, cwd=direct)
    run(*build, "--outdir", both, ROOT, cwd=both)  # the sdist, and a wheel out of it
    (wheel,), (sdist,), (wheel_of_sdist,) = direct.iterdir(), both.glob("*.tar.gz"), both.glob("*.whl")
    return Distributions(sdist, wheel, wheel_of_sdist)


@pytest.fixture(scope="module")
def installed(distributions: Distributions, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin of an environment into which the wheel alone was installed, with what it says it requires."""
    folder = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "virtualenv", "--quiet", folder / "venv", cwd=folder)
    # The pinned versions, so that a new release of a dependency breaks no old commit; without hashes, which
    # would be demanded of the wheel too.
    lock = (ROOT / "requirements" / "unit.txt").read_text()
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(re.findall(r"^[^\s#].*==[^\\\n]*", lock, re.MULTILINE)))
    python = folder / "venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "-c", constraints, distributions.wheel, cwd=folder)
    return python.parent


def test_the_wheel_is_the_package_and_its_data(distributions: Distributions) -> None:
    expected = {
        f"{target}/{name}": data for folder, target in IN_WHEEL.items() for name, data in checkout(folder).items()
    }
    with zipfile.ZipFile(distributions.wheel) as wheel:
        names = [name for name in wheel.namelist() if ".dist-info/" not in name and ".data/" not in name]
        assert {name: wheel.read(name) for name in names} == expected
        assert "krtc/py.typed" in names
        assert any(name.endswith(".dist-info/licenses/LICENSE") for name in wheel.namelist())


def test_the_sdist_has_the_sources(distributions: Distributions) -> None:
    expected = {f"{folder}/{name}": data for folder in IN_WHEEL for name, data in checkout(folder).items()}
    for name in ("LICENSE", "README.md", "pyproject.toml"):
        expected[name] = (ROOT / name).read_bytes()
    with tarfile.open(distributions.sdist) as sdist:
        files = ((member.name.partition("/")[2], sdist.extractfile(member)) for member in sdist)
        contents = {name: file.read() for name, file in files if file}
    assert contents.items() >= expected.items()
    assert contents.keys() - expected.keys() <= {"PKG-INFO", ".gitignore"}


def test_a_wheel_of_the_sdist_is_the_same_wheel(distributions: Distributions) -> None:
    # Byte for byte, so what holds for the installed one holds for both.
    assert distributions.wheel_of_sdist.read_bytes() == distributions.wheel.read_bytes()


def test_shells_and_man_find_what_is_installed(installed: Path, tmp_path: Path) -> None:
    assert {name: installed.parent / "share" / path for name, path in SHARED.items()} == {
        name: path
        for name in checkout("shell")
        for path in (installed.parent / "share").rglob("*")
        if path.is_file() and path.read_bytes() == checkout("shell")[name]
    }
    for shell in ("bash", "zsh", "fish"):
        said = run(installed / "krtc", "completion", shell, cwd=tmp_path)
        assert said == (ROOT / "shell" / f"krtc.{shell}").read_text()


def test_the_installed_package_is_not_the_checkout(installed: Path, tmp_path: Path) -> None:
    where = run(installed / "python", "-c", "import krtc; print(krtc.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(installed.parent)
    assert "No broken requirements" in run(installed / "python", "-m", "pip", "check", cwd=tmp_path)


@pytest.mark.parametrize("form", ["manifests", "kustomize", "helm"])
def test_installed_krtc_makes_the_checkouts_bytes(installed: Path, tmp_path: Path, form: str) -> None:
    arguments: list[str | Path] = ["compile", EXAMPLE, "--status", "started", "--to", form, "-o"]
    run(installed / "krtc", *arguments, "installed", cwd=tmp_path)
    run(Path(sys.executable).with_name("krtc"), *arguments, "checkout", cwd=tmp_path)
    assert tree(tmp_path / "installed") == tree(tmp_path / "checkout") != {}


def test_installed_krtc_makes_the_checkouts_page(installed: Path, tmp_path: Path) -> None:
    for name, krtc in (("installed", installed / "krtc"), ("checkout", Path(sys.executable).with_name("krtc"))):
        run(krtc, "report", EXAMPLE, "-o", f"{name}.html", cwd=tmp_path)
    assert (tmp_path / "installed.html").read_bytes() == (tmp_path / "checkout.html").read_bytes() != b""
