"""`krtc init`: a small project that compiles, with what Git, editors, CI and Argo CD or Flux need."""

import os
import re
import sys

from krtc.backends.yaml import scalar
from krtc.cli import assets, output, terminal
from krtc.cli.errors import UsageError
from krtc.model.patterns import LONGEST_RESOURCE_NAME
from krtc.pipeline import Options, Source, check
from krtc.texts import environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Collection

_TEMPLATES = "project-templates"
_SCHEMAS = ("krt-v2.schema.json", "runtime.schema.json")
# Where a file comes to be, and the template that it is made of.
_FILES = {
    "README.md": "README.md",
    "runtime.yml": "runtime.yml",
    ".gitignore": "gitignore",
    ".pre-commit-config.yaml": "pre-commit.yaml",
    ".github/workflows/krtc.yml": "github.yml",
    ".gitlab-ci.yml": "gitlab.yml",
    ".vscode/settings.json": "vscode.json",
}
# In the folder of the version, which is copied for the next one: nothing else is packed, or changes with it.
_VERSION = {"krt.yml": "krt.yml", "public_input.proto": "public_input.proto"}
_LANGUAGES = {
    "python": {"src/cleaner.py": "cleaner.py", "src/greeter.py": "greeter.py"},
    "go": {"src/cleaner/main.go": "cleaner.go", "src/greeter/main.go": "greeter.go", "go.mod": "go.mod"},
}
_RUNNERS = {"python": "kre-py", "go": "kre-go"}
_DEPLOYS = {"argocd": ("Argo CD", "deploy/application.yaml"), "flux": ("Flux", "deploy/flux.yaml")}
_DEFAULT_NAME = "greeter-v1"


def arguments(parser: "argparse.ArgumentParser") -> None:
    """Adds what the command takes."""
    parser.add_argument("folder", metavar="DIR", nargs="?", default=".", help="where it shall be (default: here)")
    parser.add_argument("--name", help="the name of the version (default: after the folder)")
    parser.add_argument("--language", choices=[*_LANGUAGES], help="of the nodes' code (default: python)")
    parser.add_argument("--deploy", choices=[*_DEPLOYS], help="what deploys it (default: argocd)")
    parser.add_argument("--yes", action="store_true", help="ask nothing, and take the defaults")


def run(options: "argparse.Namespace") -> int:
    """Asks, if there is somebody to ask, and writes the project; the exit code."""
    asks = not options.yes and sys.stdin.isatty() and sys.stderr.isatty()
    name = options.name
    if name is not None and (wrong := _wrong_name(name)):
        raise UsageError(f"--name: {wrong}")
    name = name or _answer(asks, "name of the version", _name_for(options.folder), _wrong_name)
    language = options.language or _answer(asks, "language of the nodes", "python", _one_of(_LANGUAGES))
    deploy = options.deploy or _answer(asks, "deployed by", "argocd", _one_of(_DEPLOYS))
    files = project(name, language, deploy)
    try:
        kept = output.add(options.folder, files)
    except OSError as error:
        raise UsageError(f"cannot write {options.folder}: {error.strerror}") from error
    terminal.say(
        *(f"{os.path.join(options.folder, path)} is there already" for path in kept),
        f"{options.folder}: {len(files) - len(kept)} files for {name}",
        f"the next steps are in {os.path.join(options.folder, 'README.md')}",
    )
    return 0


def project(name: str, language: str, deploy: str) -> dict[str, str]:
    """The texts of a new project by their paths."""
    deploy_name, deploy_file = _DEPLOYS[deploy]
    folder, next_name = _folder(name), _next_name(name)
    made_of = {
        **_FILES,
        **{f"{folder}/{path}": template for path, template in {**_VERSION, **_LANGUAGES[language]}.items()},
        deploy_file: f"{deploy}.yaml",
    }
    schemas = assets.load(f"schemas/{schema}" for schema in _SCHEMAS)
    texts = assets.load(f"{_TEMPLATES}/{template}" for template in made_of.values())
    templates = environment(texts, {"scalar": scalar})
    from importlib.metadata import version

    context = {
        "name": name,
        "next_name": next_name,
        "folder": folder,
        "next_folder": _folder(next_name),
        "language": language,
        "runner": _RUNNERS[language],
        "sources": {node: _source(node, language) for node in ("cleaner", "greeter")},
        "deploy_name": deploy_name,
        "deploy_file": deploy_file,
        "release": f"v{version('krtc')}",
    }
    files = {
        path: templates.get_template(f"{_TEMPLATES}/{template}").render(context) for path, template in made_of.items()
    }
    return {**files, **{f".vscode/{path.partition('/')[2]}": text for path, text in schemas.items()}}


def _folder(name: str) -> str:
    return f"versions/{name}"


def _source(node: str, language: str) -> str:
    # What Git does not have may be missing where it is checked.
    return f"src/{node}.py" if language == "python" else f"bin/{node} # krtc: ignore[KRT106]"


def _name_for(folder: str) -> str:
    """A name for the version of a project in a folder."""
    base = re.sub("[^a-z0-9]+", "-", os.path.basename(os.path.abspath(folder)).lower()).strip("-")
    name = _numbered(base, "-v1")
    return _DEFAULT_NAME if not base or _wrong_name(name) else name


def _next_name(name: str) -> str:
    """The name of the version that follows one: `mail-v2` after `mail-v1`, and after `mail`."""
    base = name.rstrip("0123456789")
    number = name[len(base) :][-LONGEST_RESOURCE_NAME:]
    return _numbered(base, str(int(number) + 1) if number else "-v2")


def _numbered(base: str, number: str) -> str:
    return base[: LONGEST_RESOURCE_NAME - len(number)].rstrip("-" if number.startswith("-") else "") + number


def _wrong_name(name: str) -> str | None:
    """What krtc says of a version that has a name; None when that can be one."""
    krt = project(name, "python", "argocd")[f"{_folder(name)}/krt.yml"]
    schemas = assets.load(f"schemas/{schema}" for schema in _SCHEMAS)
    _, said = check(Source("krt.yml", krt.encode()), None, Options(), schemas, lambda path: path)
    if not said:
        return None
    return f"{said[0].message}: {said[0].help}" if said[0].help else said[0].message


def _one_of(choices: "Collection[str]") -> "Callable[[str], str | None]":
    return lambda given: None if given in choices else f"it is one of: {', '.join(choices)}"


def _answer(asks: bool, question: str, default: str, wrong: "Callable[[str], str | None]") -> str:
    """What is answered, or the default; asked again for as long as the answer is wrong."""
    while asks:
        sys.stderr.write(f"{question} [{default}]: ")
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            raise UsageError("there was no answer, and nothing was written")
        given = line.strip() or default
        said = wrong(given)
        if said is None:
            return given
        terminal.say(said)
    return default
