"""The plugin in the real argocd-cmp-server, asked over its socket as the repo-server asks it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
import yaml

from tests.large.argocd.repositories import VARIABLE, compiled, configured, example, krtc, named, runtime, settings
from tests.large.argocd.servers import KRTC, Parameters, Plugin, plugin, until

Make = Callable[[Path], object]
FILE = {"name": "runtime", "string": "runtime.yml"}
SECRET = "the-content-of-a-file-elsewhere"


def archive(folder: Path) -> None:
    """A .krt alone."""
    source = example(folder.parent / "source")
    assert krtc(source, "pack", ".", "-o", str(folder / "classificator-v1.krt")).returncode == 0


def three(folder: Path) -> None:
    runtime(folder, ["published", "started", "stopped"])


FOLDERS: dict[str, Make] = {"krt.yml": example, "runtime.yml": three, "classificator-v1.krt": archive}


@pytest.mark.parametrize("name", FOLDERS)
def test_matches_and_makes_what_compile_makes(argocd: Plugin, repository: Path, name: str) -> None:
    FOLDERS[name](repository)
    assert (repository / name).exists()
    assert argocd.matches(repository)
    assert argocd.generate(repository) == compiled(repository, name) != []
    assert argocd.clean()


def test_an_application_in_a_folder_of_its_repository(argocd: Plugin, repository: Path) -> None:
    example(repository / "models" / "one")
    example(repository / "models" / "two", "classificator-v2")
    assert argocd.matches(repository, "models/two") and not argocd.matches(repository, "models")
    assert argocd.generate(repository, path="models/two", ARGOCD_APP_SOURCE_PATH="models/two") == compiled(
        repository / "models" / "two", "."
    )


OTHERS: dict[str, Make] = {
    "an empty folder": lambda folder: None,
    "a chart": lambda folder: (folder / "Chart.yaml").write_text("apiVersion: v2\nname: krt\nversion: 1.0.0\n"),
    "a runtime.yml of somebody else": lambda folder: (folder / "runtime.yml").write_text(
        "runtime: nodejs\nmemory: 1\n"
    ),
    "a runtime.yml of settings": lambda folder: settings(folder, "1"),
    "a krt.yml further down": lambda folder: example(folder / "version"),
}


@pytest.mark.parametrize("make", OTHERS.values(), ids=OTHERS)
def test_matches_nothing_else(argocd: Plugin, repository: Path, make: Make) -> None:
    make(repository)
    assert not argocd.matches(repository)
    assert argocd.error(repository)  # and when the plugin is named all the same, it does not succeed with nothing


def test_parameters_are_announced(argocd: Plugin, repository: Path) -> None:
    found = argocd.announced(example(repository))
    assert list(found) == ["status", "runtime", "replicas", "config"]
    assert found["status"].string == "started" and not found["status"].collectionType
    assert found["replicas"].collectionType == "map" and found["replicas"].itemType == "number"
    assert found["replicas"].map["classificator/etl"] == "1"
    assert found["config"].collectionType == "map"
    assert all(parameter.title and parameter.tooltip for parameter in found.values())


def test_parameters_of_a_runtime_are_announced(argocd: Plugin, repository: Path) -> None:
    three(repository)
    found = argocd.announced(repository)
    assert list(found) == ["status", "only", "replicas", "config"]
    assert dict(found["status"].map) == {"v0": "published", "v1": "started", "v2": "stopped"}
    assert found["replicas"].map["v1/sort/sorter"] == "1"


def test_what_the_user_sets_wins(argocd: Plugin, repository: Path) -> None:
    settings(configured(repository), "0.9", "other.yml")
    given: Parameters = [
        {"name": "status", "string": "published"},
        FILE,
        {"name": "replicas", "map": {"classificator/etl": "3"}},
        {"name": "config", "map": {VARIABLE: "0.7"}},
    ]
    found = named(argocd.generate(repository, given))
    (etl,) = [one for (kind, name), one in found.items() if kind == "Deployment" and name.endswith("-etl")]
    assert etl["spec"]["replicas"] == 3
    assert found["ConfigMap", "classificator-v1"]["data"]["status"] == "published"
    assert found["ConfigMap", "classificator-v1--config"]["data"] == {VARIABLE: "0.7"}
    # Without the overrides it is what the files say.
    other = argocd.generate(repository, [{"name": "runtime", "string": "other.yml"}])
    assert other == compiled(repository, ".", "--runtime", "other.yml")
    assert named(other)["ConfigMap", "classificator-v1--config"]["data"] == {VARIABLE: "0.9"}


def test_what_the_user_sets_wins_in_a_runtime(argocd: Plugin, repository: Path) -> None:
    three(repository)
    given: Parameters = [{"name": "status", "map": {"v0": "started", "v1": "published"}}]
    found = argocd.generate(repository, given)
    changed = runtime(repository.parent / "changed", ["started", "published", "stopped"])
    assert found == compiled(changed, ".")
    # A status is held to the rules across versions: one is published.
    assert "v0" in argocd.error(repository, [{"name": "status", "map": {"v1": "published"}}])


def test_applications_of_a_runtime_own_each_object_once(argocd: Plugin, repository: Path) -> None:
    three(repository)
    parts = [argocd.generate(repository, [{"name": "only", "string": name}]) for name in ("v0", "v1", "v2", "runtime")]
    assert all(parts)
    assert named([one for part in parts for one in part]) == named(argocd.generate(repository))


WRONG: dict[str, tuple[Parameters, str]] = {
    "a name that there is not": ([{"name": "replica", "map": {}}], "`replica`.*`replicas`"),
    "a status that there is not": ([{"name": "status", "string": "running"}], "`status`.*`running`"),
    "a file that there is not": ([{"name": "runtime", "string": "gone.yml"}], "`runtime`.*gone.yml"),
    "a node that there is not": ([{"name": "replicas", "map": {"classificator/elt": "1"}}], "`classificator/elt`"),
    "no number": ([{"name": "replicas", "map": {"classificator/etl": "two"}}], "parameter replicas.*\n(.|\n)*two"),
    "a variable that there is not": ([{"name": "config", "map": {"TRESHOLD": "1"}}], "`TRESHOLD`.*`THRESHOLD`"),
    "no map": ([{"name": "replicas", "string": "3"}], "`replicas`.*`map`"),
    "a file elsewhere": ([{"name": "runtime", "string": "/etc/hostname"}], "`runtime`.*/etc/hostname"),
    "a file above": ([{"name": "runtime", "string": "../" * 9 + "etc/passwd"}], "`runtime`.*is not in the repository"),
}


@pytest.mark.parametrize(("given", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_parameter_is_named(argocd: Plugin, repository: Path, given: Parameters, said: str) -> None:
    error = argocd.error(configured(repository), [FILE, *given] if given[0]["name"] != "runtime" else given)
    assert re.search(said, error), error
    assert "Traceback" not in error


def test_a_broken_version_is_told_as_check_tells_it(argocd: Plugin, repository: Path) -> None:
    krt = (example(repository) / "krt.yml").read_text()
    (repository / "krt.yml").write_text(krt.replace("email-classificator.repairs", "email-clasificator.repairs"))
    said = krtc(repository, "compile", ".").stderr.strip()
    assert "error[KRT101] unknown-node" in said and "did you mean `email-classificator`?" in said
    assert argocd.error(repository).endswith(f"failed exit status 1: {said}")
    assert argocd.clean()


def test_parameters_of_a_broken_version_can_be_opened(argocd: Plugin, repository: Path) -> None:
    (example(repository) / "krt.yml").write_text("krtVersion: v1\n")
    assert "status" in argocd.announced(repository)


def test_a_runtime_without_versions_is_not_nothing(argocd: Plugin, repository: Path) -> None:
    """Success without objects would be taken for an Application that is to be emptied."""
    (repository / "runtime.yml").write_text("runtime: demo\nversions: []\n")
    assert list(named(argocd.generate(repository))) == [("ConfigMap", "active-entrypoint")]


def test_32_requests_at_once(argocd: Plugin, repository: Path) -> None:
    example(repository)
    with ThreadPoolExecutor(32) as pool:
        results = list(pool.map(lambda _: argocd.generate(repository), range(32)))
    assert len(results) == 32
    assert all(result == results[0] for result in results) and results[0] == compiled(repository, ".")
    assert argocd.clean()


def test_100_versions_within_the_deadline(argocd: Plugin, repository: Path) -> None:
    runtime(repository, ["published", *["started"] * 99])
    found = named(argocd.generate(repository))
    assert {name for kind, name in found if kind == "Stream"} == {f"v{number}--sort" for number in range(100)}


def processes(mark: str) -> list[int]:
    """Those whose environment has a text, and that still run."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            state = (path / "stat").read_text().rpartition(") ")[2][0]
            if state != "Z" and mark in (path / "environ").read_text(errors="replace"):
                found.append(int(path.name))
        except OSError:
            pass  # it has ended, or is not ours
    return found


def gone(mark: str) -> bool:
    return until(lambda: not processes(mark))


def test_when_argo_cd_gives_up_krtc_and_its_children_end(argocd: Plugin, repository: Path) -> None:
    runtime(repository, ["started"] * 1000)
    mark = f"mark-{uuid4()}"
    call = argocd.begin(repository, MARK=mark)
    assert until(lambda: len(processes(mark)) > 1 or call.done()) and not call.done()
    call.cancel()
    assert gone(mark)
    assert argocd.clean()
    assert argocd.generate(example(repository.parent / "next"))  # the server goes on


def test_sigterm_ends_krtc_clean(configuration: str, repository: Path, tmp_path: Path) -> None:
    """The command alone, since Argo CD sends SIGKILL with it: it ends, its children too, and it has printed nothing."""
    runtime(repository, ["started"] * 1000)
    (tmp_path / "tmp").mkdir()
    mark = f"mark-{uuid4()}"
    command = yaml.safe_load(configuration)["spec"]["generate"]["command"]
    environment = {**os.environ, "MARK": mark, "TMPDIR": str(tmp_path / "tmp")}
    process = subprocess.Popen(
        [KRTC, *command[1:]],
        cwd=repository,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        process_group=0,
    )
    try:
        assert until(lambda: len(processes(mark)) > 1 or process.poll() is not None) and process.poll() is None
        os.killpg(process.pid, signal.SIGTERM)
        assert process.communicate(timeout=60) == (b"", b"")
        assert process.returncode in (-signal.SIGTERM, 128 + signal.SIGTERM)
        assert gone(mark)
        assert list((tmp_path / "tmp").iterdir()) == []
    finally:
        process.kill()
        process.wait()


def elsewhere(folder: Path) -> Path:
    """A file outside of the repository, as another repository's would be."""
    path = folder.parent / "elsewhere.yml"
    path.write_text(f"runtime: {SECRET}\ndescription: {SECRET}\n")
    return path


def link_krt(folder: Path) -> None:
    (folder / "krt.yml").unlink()
    (folder / "krt.yml").symlink_to(elsewhere(folder))


def link_settings(folder: Path) -> None:
    (folder / "runtime.yml").unlink()
    (folder / "runtime.yml").symlink_to(elsewhere(folder))


def link_proto(folder: Path) -> None:
    path = folder / "public_input.proto"
    shutil.move(path, folder.parent)
    path.symlink_to(f"../{path.name}")


def huge(folder: Path) -> None:
    with (folder / "krt.yml").open("a") as file:
        file.write("\n" * (2 << 20))


def bomb(folder: Path) -> None:
    (folder / "krt.yml").write_text(
        "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    )


def deep(folder: Path) -> None:
    (folder / "krt.yml").write_text("[" * 500_000)


def terminal(folder: Path) -> None:
    (folder / "krt.yml").write_text('krtVersion: "v2"\n"\\e[31mred": 1\n')


HOSTILE: dict[str, Make] = {
    "krt.yml leads out": link_krt,
    "runtime.yml leads out": link_settings,
    "the proto leads out": link_proto,
    "a huge krt.yml": huge,
    "aliases": bomb,
    "depth": deep,
    "an escape": terminal,
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_hostile_repositories(argocd: Plugin, repository: Path, make: Make) -> None:
    make(configured(repository))
    error = argocd.error(repository, [FILE])
    assert SECRET not in error and "root:" not in error and "Traceback" not in error and "\x1b" not in error
    assert len(error) < 20_000
    assert argocd.clean()


def test_a_link_out_of_the_application_into_its_repository(argocd: Plugin, repository: Path) -> None:
    """Argo CD lets it through: it is krtc that refuses what is not of the KRT."""
    one, two = (example(repository / name) for name in ("one", "two"))
    (one / "public_input.proto").unlink()
    (one / "public_input.proto").symlink_to("../two/public_input.proto")
    assert "error[KRT107]" in argocd.error(repository, path="one")
    assert argocd.generate(repository, path="two") == compiled(two, ".")


def test_file_modes_do_not_matter(argocd: Plugin, repository: Path) -> None:
    """Argo CD gives each file its own mode, whatever that in the repository is."""
    expected = compiled(example(repository), ".")
    for path in repository.rglob("*"):
        path.chmod(0o777 if path.is_dir() else 0o755)
    assert argocd.generate(repository) == expected


def test_works_where_nothing_can_be_written(configuration: str, repository: Path) -> None:
    """No byte of any file can be written, by a limit that holds for root, too; and there is no HOME."""
    three(repository)
    command = yaml.safe_load(configuration)
    script = "ulimit -f 0; (echo 1 > new) && exit 9; rm new; exec "
    words = " ".join(command["spec"]["generate"]["command"])
    command["spec"]["generate"]["command"] = ["sh", "-c", script + words]
    command["spec"]["discover"] = {"fileName": "runtime.yml"}
    with plugin(yaml.safe_dump(command), HOME="/nonexistent") as limited:
        assert limited.generate(repository) == compiled(repository, ".")
        assert limited.clean()


def test_the_side_cars_environment_changes_nothing(configuration: str, repository: Path) -> None:
    odd = {"LC_ALL": "C", "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7", "FORCE_COLOR": "1", "COLUMNS": "20"}
    with plugin(configuration, **odd) as changed:
        assert changed.generate(example(repository)) == compiled(repository, ".")
        (repository / "krt.yml").write_text(json.dumps({"krtVersion": "v2"}))
        assert "\x1b" not in changed.error(repository)
