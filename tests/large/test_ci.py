"""CI: the GitHub Action, the component for GitLab and the shell recipe, their scripts run as those systems run them."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.repositories import git

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
EXAMPLE = ROOT / "examples" / "classificator"
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS = ACTION["runs"]["steps"]
HEAD, BODY = yaml.safe_load_all((ROOT / "templates" / "krtc.yml").read_text())
INPUTS = HEAD["spec"]["inputs"]
PAGE = (ROOT / "docs" / "integrations" / "ci.md").read_text()
WORKFLOW, INCLUDE = (block.split("```")[0] for block in PAGE.split("```yaml\n")[1:])
(RECIPE,) = (block.split("```")[0] for block in PAGE.split("```bash\n")[1:])
RELEASED = "konstellation-io/krtc@v0.1.0"
RELEASE = "https://github.com/konstellation-io/krtc/archive/refs/tags/v0.1.0.tar.gz"

BASH = ["bash", "--noprofile", "--norc", "-eo", "pipefail"]  # GitHub's `shell: bash`, and what GitLab's runner does
SH = ["sh", "-e"]

# What a shell would do, wherever it stood unquoted or between quotes; and what a program would take for an option.
HOSTILE = (
    "$(touch pwned)",
    """$(touch pwned)`touch pwned`"; touch pwned; "'; touch pwned; '${{ github.token }}$[[ inputs.stage ]]
touch pwned
END
touch pwned
::set-env name=A::b
""",
    "--output=pwned",
)

pytestmark = pytest.mark.xdist_group("ci")  # one worker, so that krtc is installed once


def commit(repository: Path) -> None:
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--allow-empty", "--message", "change")


def edit(repository: Path, old: str, new: str) -> None:
    krt = repository / "krt.yml"
    text = krt.read_text()
    assert old in text
    krt.write_text(text.replace(old, new, 1))


def render(repository: Path, path: str = "krt.yml") -> None:
    command = [str(BIN / "krtc"), "compile", path, "--to", "kustomize", "-o", "rendered"]
    subprocess.run(command, cwd=repository, check=True, capture_output=True)


def misspell(repository: Path) -> None:
    edit(repository, "email-classificator.repairs", "email-clasificator.repairs")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of two commits: the example and its tree, and one that changes nothing."""
    folder = tmp_path / "a repository"
    shutil.copytree(EXAMPLE, folder)
    render(folder)
    git(folder, "init", "--quiet")
    commit(folder)
    commit(folder)
    return folder


class Ran(NamedTuple):
    """What a job did: how each step ended (None for one that was skipped), and what it left."""

    codes: dict[str, int | None]
    log: str
    summary: str
    outputs: dict[str, str]

    @property
    def code(self) -> int:
        return max(code or 0 for code in self.codes.values())


def script(text: str, shell: list[str], folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Run a script as a file, in a folder; its exit code and its log."""
    file = folder.parent / "script.sh"
    file.write_text(text)
    keep = {name: value for name, value in os.environ.items() if name in ("HOME", "PATH", "LANG") or "PIP_" in name}
    done = subprocess.run(
        [*shell, str(file)],
        cwd=folder,
        env=keep | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


class Runner:
    """GitHub's runner, as far as action.yml needs one."""

    def __init__(self, home: Path, repository: Path, **inputs: str) -> None:
        self.home, self.repository = home, repository
        home.mkdir()
        for name in ("output", "summary", "env", "path"):
            (home / name).touch()
        unknown = inputs.keys() - ACTION["inputs"].keys()
        assert not unknown
        self.contexts = {
            f"inputs.{name}": inputs.get(name, input_["default"]) for name, input_ in ACTION["inputs"].items()
        }

    def value(self, text: str) -> str:
        """A value in which expressions stand; what no step has said is empty."""
        return re.sub(r"\$\{\{ ([\w.]+) }}", lambda found: self.contexts.get(found[1], ""), text)

    def holds(self, condition: str) -> bool:
        """Whether a step is run, in a job that nobody cancelled."""
        parts = condition.removeprefix("${{ ").removesuffix(" }}").split(" && ")
        assert parts.pop(0) == "!cancelled()"
        for part in parts:
            found = re.fullmatch(r"([\w.]+) != ''", part)
            assert found, part
            if not self.contexts.get(found[1]):
                return False
        return True

    def step(self, step: dict[str, Any]) -> tuple[int, str]:
        """Run one step, and take its outputs."""
        assert step["shell"] == "bash"
        environment = {
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_ENV": str(self.home / "env"),
            "GITHUB_OUTPUT": str(self.home / "output"),
            "GITHUB_PATH": str(self.home / "path"),
            "GITHUB_STEP_SUMMARY": str(self.home / "summary"),
            "RUNNER_TEMP": str(self.home),
        }
        environment |= {name: self.value(text) for name, text in step.get("env", {}).items()}
        done = script(self.value(step["run"]), BASH, self.repository, environment)
        for line in (self.home / "output").read_text().splitlines():
            name, equals, value = line.partition("=")
            assert equals and "\n" not in name
            self.contexts[f"steps.{step['id']}.outputs.{name}"] = value
        (self.home / "output").write_text("")
        return done

    def run(self) -> Ran:
        """Run all steps but the one that installs, which has been run."""
        codes: dict[str, int | None] = {}
        log = ""
        for step in STEPS[1:]:
            codes[step["name"]] = None
            succeeded = not any(codes.values())
            if self.holds(step["if"]) if "if" in step else succeeded:
                codes[step["name"]], said = self.step(step)
                log += said
        assert (self.home / "env").read_text() == (self.home / "path").read_text() == ""
        outputs = {name: self.value(output["value"]) for name, output in ACTION["outputs"].items()}
        return Ran(codes, log, (self.home / "summary").read_text(), outputs)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the installing step leaves, run where a repository has modules named as Python's."""
    folder = tmp_path_factory.mktemp("installed")
    repository = folder / "repository"
    repository.mkdir()
    for name in ("venv", "ensurepip", "subprocess", "pip", "sysconfig"):
        (repository / f"{name}.py").write_text("open('pwned', 'w')\nraise SystemExit(9)\n")
    runner = Runner(folder / "runner", repository)
    code, said = runner.step(STEPS[0])
    assert code == 0, said
    assert len([*repository.iterdir()]) == 5
    return Path(runner.contexts["steps.install.outputs.folder"])


@pytest.fixture
def action(installed: Path, repository: Path, tmp_path: Path) -> Iterator[Any]:
    """Runs the action over the repository, after the installing step."""

    def run(**inputs: str) -> Ran:
        number = len([*tmp_path.glob("runner*")])
        runner = Runner(tmp_path / f"runner {number}", repository, **inputs)
        (runner.home / "krtc.x").mkdir()
        (runner.home / "krtc.x" / "venv").symlink_to(installed / "venv")
        runner.contexts["steps.install.outputs.folder"] = str(runner.home / "krtc.x")
        before = git(repository, "status", "--porcelain", "--ignored")
        ran = runner.run()
        assert git(repository, "status", "--porcelain", "--ignored") == before, "the workspace is not the action's"
        for line in ran.log.splitlines():  # what the runner obeys is what the action says
            if line.lstrip().startswith("::"):
                assert re.match(r"::(error|warning|notice) (file=.*,title=KRT\d{3} .*|title=krtc)::", line), line
        return ran

    yield run
    assert not [*tmp_path.rglob("pwned*")]


def sarif(ran: Ran) -> list[str]:
    (run,) = json.loads(Path(ran.outputs["sarif"]).read_text())["runs"]
    return [result["ruleId"] for result in run["results"]]


def test_clean(action: Any) -> None:
    ran = action(rendered="rendered", base="HEAD^1")
    assert ran.codes == {"Check": 0, "Rendered tree": 0, "Compare with the base": 0}, ran.log
    assert ran.outputs["differs"] == "false"
    assert ran.summary == Path(ran.outputs["comment"]).read_text() == "### krtc: no change\n"
    assert sarif(ran) == [] and ran.log == ""


def test_only_what_is_asked_for_is_done(action: Any) -> None:
    ran = action()
    assert ran.codes == {"Check": 0, "Rendered tree": None, "Compare with the base": None}
    assert ran.summary == ran.log == ran.outputs["comment"] == ran.outputs["differs"] == ""


def test_a_mistake_fails_and_all_reports_are_there(action: Any, repository: Path) -> None:
    misspell(repository)
    commit(repository)
    ran = action(rendered="rendered", base="HEAD^1")
    assert ran.codes == {"Check": 1, "Rendered tree": 1, "Compare with the base": 2}
    assert "::error file=krt.yml,line=31,endLine=31,col=13,endColumn=41,title=KRT101 unknown-node::" in ran.log
    assert sarif(ran) == ["KRT411", "KRT101"]
    assert ran.outputs["differs"] == ""
    comment = Path(ran.outputs["comment"]).read_text()
    assert comment.startswith("### krtc: not compared\n\n    krt.yml:31:13: error[KRT101]")
    first, second, third = re.findall("^### .*", ran.summary, re.MULTILINE)
    assert (first, second, third) == ("### krtc check", "### krtc compile --check", "### krtc: not compared")
    assert "\n    krt.yml:31:13: error[KRT101] unknown-node: " in ran.summary
    assert "\n       = help: did you mean `email-classificator`?\n" in ran.summary
    assert ran.summary.endswith(comment)


def test_a_tree_that_is_out_of_date(action: Any, repository: Path) -> None:
    edit(repository, "replicas: 2", "replicas: 3")
    commit(repository)
    ran = action(rendered="rendered", base="HEAD^1", against="HEAD")
    assert ran.codes == {"Check": 0, "Rendered tree": 1, "Compare with the base": 0}
    assert "::error title=krtc::The rendered tree is not what its source is compiled into" in ran.log
    assert re.search(r"^### krtc compile --check\n\n    rendered/\S+ differs\n", ran.summary)
    assert "    rendered is not up to date" in ran.summary
    assert ran.outputs["differs"] == "true"


def test_what_may_not_change_since_the_base(action: Any, repository: Path) -> None:
    """It is one revision for both, unless `against` names another."""
    edit(repository, "replicas: 2", "replicas: 3")
    render(repository)
    commit(repository)
    ran = action(rendered="rendered", base="HEAD^1")
    assert ran.codes == {"Check": 1, "Rendered tree": 0, "Compare with the base": 0}
    assert sarif(ran) == ["KRT411"] and ran.outputs["differs"] == "true"
    assert action(base="HEAD^1", against="HEAD").code == action().code == 0


def test_a_difference_is_no_failure(action: Any, repository: Path) -> None:
    edit(repository, "replicas: 2", "replicas: 3")
    render(repository)
    commit(repository)
    ran = action(rendered="rendered", base="HEAD^1", against="HEAD")
    assert ran.code == 0 and ran.log == ""
    assert ran.outputs["differs"] == "true"
    comment = Path(ran.outputs["comment"]).read_text()
    assert comment.startswith("### krtc: 0 added, ")
    assert "`spec.replicas`: `2` → `3`" in comment
    assert ran.summary == comment


def test_what_is_new_and_what_is_gone(action: Any, repository: Path) -> None:
    shutil.copytree(EXAMPLE, repository / "second")
    git(repository, "mv", "krt.yml", "third.yml")
    commit(repository)
    ran = action(path="second/krt.yml", base="HEAD^1")
    assert ran.code == 0 and "### krtc: 24 added, 0 changed, 0 removed" in ran.summary, ran.log
    ran = action(path="krt.yml", base="HEAD^1")
    assert ran.code == 0 and "### krtc: 0 added, 0 changed, 24 removed" in ran.summary, ran.log
    ran = action(path="nowhere.yml", base="HEAD^1")
    assert ran.codes["Compare with the base"] == 2 and "nowhere.yml: No such file" in ran.summary


def test_a_base_that_was_not_fetched(action: Any) -> None:
    ran = action(base="0123456789012345678901234567890123456789")
    assert ran.codes == {"Check": 2, "Rendered tree": None, "Compare with the base": 2}
    assert "::error title=krtc::It cannot be compared with the base: is that revision fetched" in ran.log
    assert ran.summary.startswith("### krtc check\n\n    krtc: error: cannot read 0123456789")
    assert "there is no revision `0123456789" in Path(ran.outputs["comment"]).read_text()
    assert ran.outputs["differs"] == ""


def test_options_reach_krtc(action: Any, repository: Path) -> None:
    (repository / "runtime.yml").write_text("runtime: demo\nnamespace: elsewhere\n")
    edit(repository, "replicas: 2", "replicas: 3")
    ran = action(runtime="runtime.yml", status="published", base="HEAD", rendered="rendered", against="HEAD")
    assert ran.codes["Check"] == 1 and sarif(ran) == ["KRT411"]
    assert "elsewhere/classificator-v1" in ran.summary
    assert ran.codes["Rendered tree"] == 1
    ran = action(check="krt.yml\nruntime.yml\n\nnowhere\n")
    assert ran.code == 2
    assert ran.summary == "### krtc check\n\n    krtc: error: cannot read nowhere: No such file or directory\n\n\n"
    ran = action(rendered="chart", to="helm")
    assert "chart/Chart.yaml is missing" in ran.summary


def test_strict(action: Any, repository: Path) -> None:
    misspell(repository)
    (repository / "krt.yml").write_text("# krtc: ignore[KRT203]\n" + (EXAMPLE / "krt.yml").read_text())
    ran = action()
    assert ran.code == 0 and len(sarif(ran)) == 1 and "::warning file=krt.yml,line=1," in ran.log
    assert action(strict="true").code == 1


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_inputs_are_only_words(action: Any, value: str) -> None:
    others = {"rendered": "rendered", "base": "HEAD^1"}
    for name in ACTION["inputs"]:
        ran = action(**(others if name in ("path", "to") else {}) | {name: value})
        assert ran.outputs["differs"] in ("", "true", "false")
        # As `strict` it is not `true`; in any other place it names nothing that is there.
        assert (ran.code == 0) == (name == "strict"), (name, ran.log)


def test_a_hostile_version_stays_in_its_place(action: Any, repository: Path) -> None:
    edit(repository, "classificator-v1", '"a\\n::error::b\\n```\\n<img src=x>"')
    ran = action(rendered="rendered", base="HEAD^1")
    assert ran.codes["Check"] == 1
    indented = [line for line in ran.summary.splitlines() if line and not line.startswith("### ")]
    assert indented and all(line.startswith("    ") for line in indented)


def test_the_action_is_well_formed() -> None:
    text = (ROOT / "action.yml").read_text()
    assert set(re.findall(r"inputs\.([\w-]+)", text)) == ACTION["inputs"].keys()
    for step in STEPS:
        assert "${{" not in step["run"]
        for value in step.get("env", {}).values():
            assert re.fullmatch(r"\$\{\{ (inputs\.\w+|steps\.install\.outputs\.folder) }}", value)
    tool("check-jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml", cwd=ROOT)
    table = re.findall(r"`(\w+)`", "\n".join(re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", PAGE, re.MULTILINE)))
    assert set(table) == ACTION["inputs"].keys() | ACTION["outputs"].keys()


def tool(name: str, *arguments: str, cwd: Path) -> str:
    """What a program says of files, and it must be content; its own name comes from .venv or .tools."""
    done = run_tool(name, *arguments, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def run_tool(name: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    program = next(path for path in (BIN / name, ROOT / ".tools" / "bin" / name) if path.exists())
    return subprocess.run([program, *arguments], cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture
def workflow(tmp_path: Path) -> Path:
    """The page's workflow in a repository with the action."""
    file = tmp_path / ".github" / "workflows" / "krtc.yml"
    file.parent.mkdir(parents=True)
    file.write_text(WORKFLOW)
    shutil.copy(ROOT / "action.yml", tmp_path)
    git(tmp_path, "init", "--quiet")
    return file


def test_actionlint_finds_nothing(workflow: Path) -> None:
    """And it knows the action's inputs, where it is used as it is here."""
    folder = workflow.parents[2]
    assert WORKFLOW.count(RELEASED) == 1
    lint = ("actionlint", "-shellcheck", str(BIN / "shellcheck"))
    workflow.write_text(WORKFLOW.replace(RELEASED, "./"))
    tool("check-jsonschema", "--builtin-schema", "vendor.github-workflows", str(workflow), cwd=folder)
    tool(*lint, cwd=folder)
    workflow.write_text(WORKFLOW.replace(RELEASED, "./").replace("rendered: rendered", "rendred: rendered"))
    assert 'input "rendred" is not defined in action "krtc"' in run_tool(*lint, cwd=folder).stdout


def test_zizmor_finds_nothing(workflow: Path) -> None:
    """Where krtc, too, is pinned to a commit, which a page cannot name before there is one."""
    folder = workflow.parents[2]
    zizmor = ("zizmor", "--offline", "--no-progress", ".")
    workflow.write_text(WORKFLOW.replace(RELEASED, "konstellation-io/krtc@" + git(ROOT, "rev-parse", "HEAD")))
    tool(*zizmor, cwd=folder)
    copy = folder / "action.yml"
    copy.write_text(copy.read_text().replace('"--to=$TO"', '"--to=${{ inputs.to }}"'))
    assert "template-injection" in run_tool(*zizmor, cwd=folder).stdout


def test_shellcheck_finds_nothing(tmp_path: Path) -> None:
    for number, (shell, text) in enumerate(
        [*(("bash", step["run"]) for step in STEPS), *(("sh", lines(job)) for job in jobs()), ("sh", RECIPE)]
    ):
        (tmp_path / f"{number}.sh").write_text(text)
        # Variables come from outside (2154), and three lines in a row may each say where they write (2129).
        tool("shellcheck", "--shell", shell, "--exclude", "SC2154,SC2129", f"{number}.sh", cwd=tmp_path)


# GitLab


def filled(node: Any, values: dict[str, str]) -> Any:
    """A part of the component with the inputs in their places, as GitLab fills them in: in texts, not in YAML."""
    if isinstance(node, dict):
        return {filled(key, values): filled(value, values) for key, value in node.items()}
    if isinstance(node, list):
        return [filled(value, values) for value in node]
    if isinstance(node, str):
        return re.sub(r"\$\[\[ inputs\.([\w-]+) ]]", lambda found: values[found[1]], node)
    return node


def component(**inputs: Any) -> dict[str, Any]:
    """The jobs for these inputs, by name; `job_prefix` stands for job-prefix."""
    given = {name.replace("_", "-"): value for name, value in inputs.items()}
    assert given.keys() <= INPUTS.keys()
    values = {}
    for name, input_ in INPUTS.items():
        value = given.get(name, input_["default"])
        assert isinstance(value, bool if input_.get("type") == "boolean" else str)
        assert "options" not in input_ or value in input_["options"]
        assert "regex" not in input_ or re.search(input_["regex"], str(value))
        values[name] = json.dumps(value) if isinstance(value, bool) else value
    document = filled(BODY, values)
    assert isinstance(document, dict)
    return document


def jobs(**inputs: Any) -> list[dict[str, Any]]:
    """The jobs, each with what it extends: check, rendered, diff."""
    document = component(**inputs)
    found = [{**document[job["extends"]], **job} for name, job in document.items() if not name.startswith(".")]
    assert len(found) == 3
    return found


def lines(job: dict[str, Any], *, installing: bool = False) -> str:
    """The script of a job; without the lines that install krtc unless they are asked for."""
    return "\n".join([*job["before_script"][0 if installing else -1 :], *job["script"]]) + "\n"


def variables(job: dict[str, Any]) -> dict[str, str]:
    """The variables of a job, as its script sees them."""
    given = {}
    for name, variable in job["variables"].items():
        given[name] = variable["value"] if isinstance(variable, dict) else variable
    return given


def gitlab(repository: Path, number: int, shell: list[str], base: str = "HEAD^1", **inputs: Any) -> tuple[int, str]:
    """Run a job's script; krtc is the one of this checkout."""
    job = jobs(**inputs)[number]
    environment = variables(job) | {
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
    }
    return script(lines(job), shell, repository, environment)


CHECK, RENDERED, DIFF = range(3)
SHELLS = pytest.mark.parametrize("shell", [BASH, SH], ids=["bash", "sh"])


def test_the_component_is_well_formed(tmp_path: Path) -> None:
    used = set(re.findall(r"\$\[\[ inputs\.([\w-]+) ]]", json.dumps(BODY)))
    assert used == INPUTS.keys()
    assert json.dumps(BODY).count("$[[") == len(re.findall(r"\$\[\[ inputs\.[\w-]+ ]]", json.dumps(BODY)))
    for job in BODY.values():
        for variable in job.get("variables", {}).values():
            assert "$[[" not in str(variable) or variable["expand"] is False
        for line in [*job.get("before_script", ()), *job.get("script", ())]:
            assert "$[[" not in line
    given = yaml.safe_load(INCLUDE)
    (include,) = given["include"]
    assert include["remote"].endswith("/v0.1.0/templates/krtc.yml")
    for name, document in (
        ("head.yml", HEAD),
        ("default.yml", component()),
        ("used.yml", component(**include["inputs"])),
        ("include.yml", given),
    ):
        (tmp_path / name).write_text(yaml.safe_dump(document))
        tool("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", name, cwd=tmp_path)
    rule = jobs(**include["inputs"])[RENDERED]["rules"][0]
    assert rule == {"if": '"rendered" == ""', "when": "never"}
    assert INPUTS["package"]["default"] == RELEASE


def test_gitlab_installs_and_checks(repository: Path) -> None:
    (repository / "venv.py").write_text("raise SystemExit(9)\n")
    job = jobs(package=str(ROOT))[CHECK]
    code, said = script(lines(job, installing=True), SH, repository, variables(job))
    assert (code, said) == (0, "")
    for report in job["artifacts"]["reports"].values():
        assert (repository / report).stat().st_size
    assert json.loads((repository / "krtc-code-quality.json").read_text()) == []


@SHELLS
def test_gitlab(repository: Path, shell: list[str]) -> None:
    assert gitlab(repository, RENDERED, shell, rendered="rendered") == (0, "")
    assert gitlab(repository, DIFF, shell) == (0, "### krtc: no change\n")

    edit(repository, "replicas: 2", "replicas: 3")
    commit(repository)
    code, said = gitlab(repository, RENDERED, shell, rendered="rendered")
    assert code == 1 and "\nrendered is not up to date: run the same command without --check" in said
    code, said = gitlab(repository, DIFF, shell)
    assert code == 0 and "`spec.replicas`: `2` → `3`" in said
    assert jobs()[DIFF]["artifacts"]["paths"] == ["krtc-diff.md"]
    assert (repository / "krtc-diff.md").read_text() == said
    assert gitlab(repository, DIFF, shell, base="HEAD") == (0, "### krtc: no change\n")
    assert gitlab(repository, DIFF, shell, path="nowhere.yml")[0] == 2

    for base, against in (("HEAD^1", ""), ("HEAD", "HEAD^1")):
        code, said = gitlab(repository, CHECK, shell, base, against=against)
        assert code == 1 and "error[KRT411]" in said
    for base, against in (("HEAD^1", "HEAD"), ("HEAD", ""), ("", "")):
        assert gitlab(repository, CHECK, shell, base, against=against) == (0, "")

    misspell(repository)
    code, said = gitlab(repository, CHECK, shell, against="HEAD^1", status="stopped")
    assert code == 1 and "krt.yml:31:13: error[KRT101] unknown-node" in said
    (found,) = json.loads((repository / "krtc-code-quality.json").read_text())
    assert found["check_name"] == "KRT101 unknown-node" and found["location"]["lines"]["begin"] == 31
    assert "KRT101" in (repository / "krtc-junit.xml").read_text()
    code, said = gitlab(repository, DIFF, shell)
    assert code == 2 and "error[KRT101]" in said

    git(repository, "mv", "--force", "krt.yml", "other.yml")
    shutil.copy(EXAMPLE / "krt.yml", repository / "other.yml")
    code, said = gitlab(repository, DIFF, shell)
    assert code == 0 and said.startswith("### krtc: 0 added, 0 changed, 24 removed")
    code, said = gitlab(repository, DIFF, shell, path="other.yml")
    assert code == 0 and said.startswith("### krtc: 24 added, 0 changed, 0 removed")
    (repository / "other.yml").write_text("# krtc: ignore[KRT203]\n" + (EXAMPLE / "krt.yml").read_text())
    assert gitlab(repository, CHECK, shell, check="other.yml")[0] == 0
    assert gitlab(repository, CHECK, shell, check="other.yml", strict=True)[0] == 1


@SHELLS
@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_inputs_of_the_component_are_only_words(repository: Path, shell: list[str], value: str) -> None:
    names = ("check", "path", "runtime", "against", "rendered", "base")
    assert {*names, "strict", "to", "status", "package"} == INPUTS.keys() - {"stage", "image", "job-prefix"}
    for name in names:
        number = CHECK if name in ("check", "against") else RENDERED if name == "rendered" else DIFF
        if "regex" in INPUTS[name] and not re.search(INPUTS[name]["regex"], value):
            continue
        code, said = gitlab(repository, number, shell, **{name: value})
        assert code != 0, (name, said)
    assert not [*repository.parent.rglob("pwned*")]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_package_is_only_a_word(repository: Path, value: str) -> None:
    job = jobs(package=value)[CHECK]
    assert script(lines(job, installing=True), SH, repository, variables(job))[0] != 0
    assert not [*repository.parent.rglob("pwned*")]


# Others


def recipe(repository: Path, *, installing: bool = False) -> tuple[int, str]:
    """The exit code and the output of the page's script, with the krtc of this checkout for the released one."""
    assert RECIPE.count(RELEASE) == 1
    install, path, rest = RECIPE.partition("PATH=$venv/bin:$PATH\n")
    assert path
    text = install.replace(RELEASE, f"'{ROOT}'") + path + rest if installing else "set -eu\n" + rest
    environment = {"BASE": "HEAD^1"} | ({} if installing else {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"})
    return script(text, ["sh"], repository, environment)


def test_the_recipe(repository: Path) -> None:
    runtime = repository / "runtime.yml"
    runtime.write_text("runtime: demo\nversions: [{krt: krt.yml, status: published}]\n")
    shutil.rmtree(repository / "rendered")
    render(repository, runtime.name)
    commit(repository)
    commit(repository)
    assert recipe(repository, installing=True) == (0, "")
    assert (repository / "krtc-diff.md").read_text() == "### krtc: no change\n"
    runtime.write_text(runtime.read_text().replace("published", "started"))
    code, said = recipe(repository)
    assert code == 1 and "rendered is not up to date" in said
    render(repository, runtime.name)
    assert recipe(repository)[0] == 0
    assert '`data.status`: `"published"` → `"started"`' in (repository / "krtc-diff.md").read_text()
    edit(repository, "replicas: 2", "replicas: 3")
    render(repository, runtime.name)
    code, said = recipe(repository)
    assert code == 1 and said.startswith("krt.yml:1:10: error[KRT411] changed-version"), said
    misspell(repository)
    code, said = recipe(repository)
    assert code == 1 and "error[KRT101]" in said
    assert "KRT101" in (repository / "krtc-junit.xml").read_text()
