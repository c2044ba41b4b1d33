"""`krtc argocd`: the commands of the config management plugin of Argo CD.

Argo CD runs them in the folder of an Application, in a copy of its repository; it shows people what they say on stderr
when they fail, and takes an empty stdout of a success for an Application without objects, which it then deletes.
"""

import os
import re
import signal
import sys

from krtc.cli import assets, reading
from krtc.cli.errors import UsageError
from krtc.cli.stdout import stream, to_stdout
from krtc.diagnostics import Diagnostic, has_errors
from krtc.model.runtime import DEFAULTS
from krtc.model.status import ACTIONS
from krtc.pipeline import RUNTIME, Options, Source, asset_names, check, check_runtime, compile, compile_runtime

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import NoReturn

    from krtc.cli.parameters import Place
    from krtc.model.program import Program
    from krtc.model.runtime import Runtime
    from krtc.pipeline import Result

PLUGIN = """\
apiVersion: argoproj.io/v1alpha1
kind: ConfigManagementPlugin
metadata:
  name: krtc
spec:
  discover:
    find:
      command: [krtc, argocd, discover]
  generate:
    command: [krtc, argocd, generate]
  parameters:
    dynamic:
      command: [krtc, argocd, parameters]
"""
"""plugin.yaml; without `spec.version`, with which an Application would have to name `krtc-VERSION`."""

# What Argo CD puts into the environment: the path of the Application in its repository.
_PATH = "ARGOCD_APP_SOURCE_PATH"
_STATUSES = tuple(dict.fromkeys(action.before for action in ACTIONS.values()))
# As many errors as a person reads in Argo CD.
_MOST_ERRORS = 20


def arguments(parser: "argparse.ArgumentParser") -> None:
    """Adds what the command takes."""
    parser.add_argument(
        "what",
        choices=_COMMANDS,
        metavar="WHAT",
        help="plugin: print plugin.yaml; and what that calls: discover, generate, parameters",
    )


def run(options: "argparse.Namespace") -> int:
    """Runs one of the commands; the exit code."""
    signal.signal(signal.SIGTERM, _end)
    try:
        return _COMMANDS[options.what]()
    except _Ended:
        return 128 + signal.SIGTERM  # what was begun is let go on the way, and with it the children of a large runtime


class _Ended(BaseException):
    """Argo CD waits no longer."""


def _end(*_: object) -> "NoReturn":
    raise _Ended


def _plugin() -> int:
    to_stdout(PLUGIN)
    return 0


def _discover() -> int:
    """Prints the file that makes the folder an Application of ours, or nothing."""
    ours = [name for name in reading.RUNTIME_NAMES if _lists_our_versions(name)]
    ours += [name for name in reading.KRT_NAMES if os.path.isfile(name)]
    ours += _archives()
    to_stdout("".join(f"{ascii(name)[1:-1]}\n" for name in ours[:1]))
    return 0


def _archives() -> list[str]:
    names = (name for name in os.listdir() if name.endswith(reading.ARCHIVE) and name != reading.ARCHIVE)
    return sorted(filter(os.path.isfile, names))


def _lists_our_versions(name: str) -> bool:
    """Whether a file is a runtime.yml with versions, by its content: programs of other people have a runtime.yml, too.

    A broken one counts when it was meant to be one, so that its mistakes are told.
    """
    from krtc.frontend import yaml
    from krtc.frontend.nodes import Mapping

    try:
        source = reading.source(name)
    except UsageError:
        return False
    file, wrong = yaml.decode(source.name, source.data)
    root = None if wrong else yaml.parse(file)[0]
    keys = root.entries.keys() if isinstance(root, Mapping) else re.findall(r"^[a-z]+(?=:)", file.text, re.MULTILINE)
    return {"runtime", "versions"} <= set(keys)


class _App:
    """The folder of an Application: what is compiled there, with the parameters that Argo CD gives."""

    def __init__(self) -> None:
        from krtc.cli.parameters import OF_RUNTIME, OF_VERSION, VARIABLE, Parameters

        self.source, self.is_runtime = self._find()
        self.given = Parameters(os.environ.get(VARIABLE), OF_RUNTIME if self.is_runtime else OF_VERSION)
        self.unjudged: tuple[str, ...] = ()
        self.settings = None if self.is_runtime else self._settings()
        self.status = self.given.chosen("status", _STATUSES) or "started"
        self.only = self.given.texts.get("only")

    def _find(self) -> tuple[Source, bool]:
        found = reading.in_folder(".")
        if found is None:
            names = _archives()
            if not names:
                raise UsageError("there is no krt.yml, no .krt and no runtime.yml that lists versions here")
            if len(names) > 1:
                shown = ", ".join([*names[:_MOST_ERRORS], *["..."][: len(names) - _MOST_ERRORS]])
                raise UsageError(f"there are {len(names)} .krt here, and an Application is one version: {shown}")
            found = reading.krt(names[0]), False
        _in_repository(found[0].name)
        return found

    def _settings(self) -> Source | None:
        path = self.given.texts.get("runtime")
        if path is None:
            return None
        try:
            _in_repository(path)
            return reading.source(path)
        except (UsageError, ValueError) as error:  # a path may hold what none can
            self.given.unreadable("runtime", str(error))
            # What is missing from settings that cannot be read is nobody's mistake.
            self.unjudged = ("KRT4",)
            return None

    def known(self) -> "tuple[Runtime, list[Program], list[Diagnostic]]":
        """What the files say without parameters: the settings, the versions, and what is wrong."""
        wanted = Options(only=self.only)
        if self.is_runtime:
            data = assets.load(asset_names(wanted, with_settings=True))
            runtime, found = check_runtime(self.source, wanted, data, self._load, self._read)
            return (runtime.settings, runtime.programs, found) if runtime else (DEFAULTS, [], found)
        data = assets.load(asset_names(wanted, self.settings is not None))
        program, found = check(self.source, self.settings, wanted, data, self._read)
        return (program.settings, [program], found) if program else (DEFAULTS, [], found)

    def places(self) -> "dict[str, dict[str, Place]]":
        """What the maps among the parameters can set."""
        from krtc.cli.parameters import places

        settings, programs, found = self.known()
        return places(settings, programs, found, is_runtime=self.is_runtime)

    def compile(self) -> "Result":
        """What the Application is, with its parameters."""
        if self.given.maps:
            self._override()
        wanted = Options(status=None if self.is_runtime else self.status, form="manifests", stream=True, only=self.only)
        data = assets.load(asset_names(wanted, with_settings=self.is_runtime or self.settings is not None))
        if not self.is_runtime:
            return compile(self.source, self.settings, wanted, data, self._read)
        from krtc.cli.processes import spread

        result = compile_runtime(self.source, wanted, data, self._load, self._read, spread(None))
        if self.only not in (None, *result.versions, RUNTIME):
            if has_errors(result.diagnostics):
                self.given.unreadable("only", "no version of that name can be read")
            else:
                self.given.chosen("only", [*result.versions, RUNTIME])
        return result

    def _override(self) -> None:
        """Lays the maps over the settings; a version that has none, or is not listed there, gets an entry."""
        from krtc.frontend.nodes import Scalar
        from krtc.frontend.overrides import Override

        over = [*self.given.overrides(self.places())]
        base = self.source if self.is_runtime else self.settings
        if not over:
            return
        if base is None:
            base = Source("runtime.yml", f"runtime: {DEFAULTS.runtime}\n".encode(), path=os.path.abspath("runtime.yml"))
        if not self.is_runtime:
            krt, value = os.path.relpath(self.source.path, os.path.dirname(base.path)), over[0].value
            over.append(Override((*over[0].path[:2], "krt"), Scalar(krt, False, value.file, value.start, value.end)))
        laid = Source(base.name, base.data, path=base.path, overrides=over)
        if self.is_runtime:
            self.source = laid
        else:
            self.settings = laid

    def _load(self, name: str) -> Source | str:
        return reading.version(self.source.name, name)

    def _read(self, name: str) -> bytes | str:
        base = self.source if self.is_runtime else self.settings
        return reading.beside(base.name, name) if base else name


def _in_repository(path: str) -> None:
    """Raises UsageError for a file that is not in the Application's repository, or is so through a link only.

    Beside the copy of a repository may be those of other people.
    """
    root = _repository()
    for at in (os.path.dirname(path) or ".", path):
        if os.path.isabs(path) or reading.inside(root, os.path.join(os.getcwd(), at)) is None:
            raise UsageError(f"`{path}` is not in the repository")


def _repository() -> str:
    """The folder of the Application's repository: where the path of the Application begins, or where Git says."""
    here = os.path.realpath(".")
    path = os.path.normpath(os.environ.get(_PATH) or ".")
    if path != "." and f"{here}/".endswith(f"/{path}/"):
        return here[: -len(path) - 1] or "/"
    at = here
    while at != os.path.dirname(at):
        if os.path.lexists(os.path.join(at, ".git")):
            return at
        at = os.path.dirname(at)
    return here


def _generate() -> int:
    app = _App()
    result = app.compile()
    found = [d for d in (*app.given.diagnostics, *result.diagnostics) if not d.code.id.startswith(app.unjudged)]
    if app.given.errors or has_errors(found):
        _tell(app.given.errors, [diagnostic for diagnostic in found if diagnostic.severity == "error"])
        return 1
    _tell([], found)
    stream(result.files.values())
    return 0


def _tell(errors: list[str], found: list[Diagnostic]) -> None:
    """Says what is wrong, without colours: it is shown in a browser."""
    if not errors and not found:
        return
    from krtc.cli import terminal
    from krtc.reporters import text

    terminal.say(*(f"krtc: error: {error}" for error in errors))
    sys.stderr.write(text.report(found[:_MOST_ERRORS]))
    if len(found) > _MOST_ERRORS:
        terminal.say(f"and {len(found) - _MOST_ERRORS} more: `krtc check` tells all")


def _parameters() -> int:
    """Prints what an Application can set, and what it is now; what is wrong is for `generate` to tell.

    Never fails: where Argo CD gets no list, people cannot open the parameters of the Application, and mend one.
    """
    import json

    from krtc.cli import announcement

    try:
        app = _App()
    except UsageError as error:
        _tell([str(error)], [])
        found = []
    else:
        found = announcement.announced(app.places(), is_runtime=app.is_runtime, only=app.only)
    to_stdout(json.dumps(found, indent=1) + "\n")
    return 0


_COMMANDS = {"plugin": _plugin, "discover": _discover, "generate": _generate, "parameters": _parameters}
