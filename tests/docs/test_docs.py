"""The commands and the YAML of the Markdown pages: each is run or read as it stands there."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from operator import itemgetter
from pathlib import Path

import pytest
import yaml

import reference
from krtc.cli import assets
from krtc.cli.main import parser
from krtc.frontend import languages
from krtc.source import SourceFile

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "tools" / "README.md"])
RULES = ROOT / "docs" / "rules"  # their examples are run by tests/unit/test_pages.py
# Run by tests/packaging, in an environment of its own; ...
ELSEWHERE = {"pip install ."}
# ... and by tests/integrations, beside a server.
PUSH = "krt-files.md"
# Run by test_tutorial.py, from an empty folder.
TUTORIAL = "tutorial.md"
SCHEMAS = assets.load(["schemas/krt-v2.schema.json", "schemas/runtime.schema.json"])


def _blocks(language: str) -> list[tuple[Path, str]]:
    fence = re.compile(rf"^```{language}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    own = [page for page in PAGES if page.parent != RULES]
    return [(page, block) for page in own for block in fence.findall(page.read_text(encoding="utf-8"))]


def _id(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def _settings(page: Path) -> str:
    return next((text for other, text in _blocks("yaml") if other == page and text.startswith("runtime:")), "")


def _sessions() -> list[Path]:
    return sorted({page for page, _ in _blocks("console") if page.name not in (PUSH, TUTORIAL)})


@pytest.mark.parametrize("page", _sessions(), ids=_id)
def test_commands(page: Path, tmp_path: Path) -> None:
    """What a page's commands print, one after the other, beside the example, a KRT V1 and the page's runtime.yml."""
    shutil.copytree(ROOT / "examples" / "classificator", tmp_path, dirs_exist_ok=True)
    example = (tmp_path / "krt.yml").read_text()
    (tmp_path / "misspelt.yml").write_text(example.replace("email-classificator.repairs", "email-clasificator.repairs"))
    old = (ROOT / "golden" / "err" / "KRT008-other-format" / "input" / "krt.yml").read_text()
    (tmp_path / "v1.yml").write_text(old.replace("kre-py:8.2.0", "kre-py:1.27.4"))
    (tmp_path / "runtime.yml").write_text(_settings(page))
    for name in re.findall(r"versions/(\S+)/krt.yml", _settings(page)):
        shutil.copytree(ROOT / "examples" / "classificator", tmp_path / "versions" / name)
        (tmp_path / "versions" / name / "krt.yml").write_text(example.replace("classificator-v1", name))
    path = os.pathsep.join([str(Path(sys.executable).parent), str(ROOT / ".tools" / "bin"), os.environ["PATH"]])
    environment = {key: value for key, value in os.environ.items() if key != "FORCE_COLOR"} | {"PATH": path}
    for block in (block for other, block in _blocks("console") if other == page):
        for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            if command in ELSEWHERE:
                continue
            done = subprocess.run(
                command, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
            )
            told = any(text in output for text in ("error[", "would fix", "left to be done"))
            found = told or (command.startswith("krtc diff") and output)
            assert done.returncode == (1 if found else 0), done.stderr
            if output or not done.stdout:  # a long result is not shown
                assert done.stdout + done.stderr == output


@pytest.mark.parametrize(("page", "block"), _blocks("yaml"))
def test_yaml(page: Path, block: str) -> None:
    """A krt.yml and a runtime.yml are valid; anything else is at least an object of Kubernetes."""
    data = yaml.safe_load(block)
    file = SourceFile(page.name, block)
    if "krtVersion" in data:
        assert languages.version(file, SCHEMAS["schemas/krt-v2.schema.json"])[1] == []
    elif "runtime" in data:
        assert languages.settings(file, SCHEMAS["schemas/runtime.schema.json"])[1] == []
    elif not data.keys() & {"repos", "jobs", "include"} and "kustomize.config" not in data.get("apiVersion", ""):
        # What is left out, pre-commit's, CI's and Kustomize's, tests/integrations and tests/large run.
        assert {"apiVersion", "kind", "metadata", "spec"} <= data.keys()


def test_the_problem_matcher_of_editors_reads_what_check_says() -> None:
    (tasks,) = (block for block in map(json.loads, map(itemgetter(1), _blocks("json"))) if "tasks" in block)
    pattern = tasks["tasks"][0]["problemMatcher"]["pattern"]
    said = (ROOT / "golden" / "err" / "KRT101-unknown-node" / "expected.txt").read_text(encoding="utf-8")
    found = [re.fullmatch(pattern["regexp"], line) for line in said.splitlines()]
    headings = [match for match in found if match]
    assert len(headings) == len(re.findall("error\\[KRT101]", said)) > 0
    assert headings[0][pattern["file"]] == "krt.yml" and headings[0][pattern["code"]] == "KRT101"
    assert headings[0][pattern["severity"]] == "error" and headings[0][pattern["message"]].startswith("unknown-node: ")
    assert headings[0][pattern["line"]].isdecimal() and headings[0][pattern["column"]].isdecimal()


def _language_servers() -> dict[str, list[str]]:
    """The command that the configuration of each editor has it start."""
    (toml,) = (block for _, block in _blocks("toml"))
    (code,) = (data for _, block in _blocks("json") if "glspc.server.command" in (data := json.loads(block)))
    helix = tomllib.loads(toml)
    (yaml_,) = (one for one in helix["language"] if one["name"] == "yaml")
    assert set(yaml_["language-servers"]) & helix["language-server"].keys() == {"krtc"}
    assert code["glspc.server.languageId"][:1] == ["yaml"]
    return {
        "Helix": [helix["language-server"]["krtc"]["command"], *helix["language-server"]["krtc"]["args"]],
        "VS Code": [code["glspc.server.command"], *code["glspc.server.commandArguments"]],
    }


def test_editors_start_the_language_server() -> None:
    for command in _language_servers().values():
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        done = subprocess.run(command, input=b"", env={**os.environ, "PATH": path}, capture_output=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")  # no editor said goodbye


# What holds the blocks of a page that are not YAML and not run here: a test that reads it, and else why none can.
HELD = {
    ("README.md", "text"): "a picture, and what two targets of make print in short",
    ("docs/architecture.md", "text"): "a map of folders, and import-linter's layers",
    ("docs/editors.md", "bash"): "what pip installs",
    ("docs/editors.md", "json"): "tests/docs/test_docs.py",
    ("docs/editors.md", "lua"): "tests/integrations/test_neovim.py",
    ("docs/editors.md", "toml"): "tests/docs/test_docs.py",
    ("docs/integrations/argocd.md", "text"): "an error of Argo CD, which tests/large/argocd/test_plugin.py has it say",
    ("docs/integrations/ci.md", "bash"): "tests/large/test_ci.py",
    ("docs/integrations/flux.md", "bash"): "tests/integrations/test_flux.py",
    ("docs/integrations/krm.md", "bash"): "tests/integrations/test_krm.py",
    ("docs/integrations/kubeconform.md", "bash"): "tests/integrations/test_kubeconform_page.py",
    ("docs/reference/cli.md", "bash"): "tests/docs/test_examples.py",
    ("docs/reference/cli.md", "text"): "made of the parsers",
    ("docs/runtimes.md", "bash"): "tests/e2e/life/by_hand.py",
    ("docs/testing.md", "bash"): "tests/e2e/test_life.py",
    ("docs/troubleshooting.md", "bash"): "tests/e2e/test_faults.py",
    ("docs/troubleshooting.md", "text"): "tests/e2e/test_faults.py",
    ("docs/tutorial.md", "bash"): "tests/docs/test_tutorial.py",
}


def test_every_block_is_held() -> None:
    fence = re.compile(r"^```(\S*)(?: title=[^\n]*)?\n.*?^```$", re.MULTILINE | re.DOTALL)
    found = {
        (_id(page), language)
        for page in PAGES
        if page.parent != RULES
        for language in fence.findall(page.read_text(encoding="utf-8"))
    }
    assert {block for block in found if block[1] not in ("yaml", "console")} == HELD.keys()
    for (page, _), how in HELD.items():
        if how.startswith("tests/") and page != "docs/reference/cli.md":  # whose examples the test has itself
            assert Path(page).name in (ROOT / how).read_text(encoding="utf-8"), page


def test_calls_in_scripts_are_calls_of_krtc() -> None:
    """What a page has bash call is parsed as krtc parses it, whether or not a test runs it."""
    whole = parser()
    calls = [line for page, block in _blocks("bash") for line in re.findall(r"^krtc (.*)$", block, re.MULTILINE)]
    for call in calls:
        if "COMMAND" not in call and not re.search(r"--help$", call):
            whole.parse_args(shlex.split(re.split(r" [|<>&]+ ", call)[0], comments=True))
    assert len(calls) > 20


@pytest.mark.parametrize("page", PAGES, ids=_id)
def test_links(page: Path) -> None:
    """Every link to a file of the project leads somewhere."""
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_index_of_integrations_is_whole() -> None:
    folder = ROOT / "docs" / "integrations"
    named = re.findall(r"^\| \[[^]]+\]\(([^)]+)\)", (folder / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted([*named, "README.md"]) == sorted(path.name for path in folder.iterdir())


def test_made_pages() -> None:
    """The reference and the pages of the codes say what the schemas and the rules say (make reference)."""
    made = reference.made()
    folders = [ROOT / "docs" / "reference", ROOT / "docs" / "rules", ROOT / "shell"]
    there = {path.relative_to(ROOT).as_posix() for folder in folders for path in folder.iterdir()}
    assert there == {path for path in made if (ROOT / path).parent in folders}
    for path, text in made.items():
        assert (ROOT / path).read_text(encoding="utf-8") == text
