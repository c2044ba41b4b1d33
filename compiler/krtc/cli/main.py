"""The command `krtc`."""

import argparse
import gc
import os
import sys
from importlib import import_module

from krtc.cli.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Sequence
    from types import ModuleType
    from typing import NoReturn

_WIDEST_HELP = 100

PROBLEMS = "https://github.com/konstellation-io/krtc/issues"

COMMANDS = {
    "init": "begin a project: a version that compiles, CI, Argo CD or Flux",
    "check": "say what is wrong with versions and runtimes",
    "compile": "compile versions into manifests, Kustomize trees or charts",
    "diff": "say what a change means for the cluster",
    "graph": "draw the graphs of a version or a runtime",
    "report": "make a page of a runtime or a version, for people",
    "status": "show the versions of a runtime, and what may be done with each",
    "start": "start a version of a runtime, in its runtime.yml",
    "stop": "stop a version of a runtime, in its runtime.yml",
    "publish": "publish a version in place of the one that is, in its runtime.yml",
    "unpublish": "unpublish a version of a runtime, in its runtime.yml",
    "pack": "pack the folder of a krt.yml into a .krt archive",
    "push": "store a .krt archive in MongoDB's GridFS, where the pods get it",
    "argocd": "be a config management plugin of Argo CD",
    "krm": "generate or check as a KRM function, in Kustomize and kpt",
    "migrate": "write a krt.yml of KRT V1 as KRT V2",
    "explain": "explain a diagnostic",
    "schema": "print the JSON Schema of krt.yml, runtime.yml or a chart's values",
    "lsp": "be a language server for an editor, on stdin and stdout",
    "completion": "print a script by which a shell completes krtc's commands",
}
"""The commands and what they do."""

_MODULES = dict.fromkeys(("start", "stop", "publish", "unpublish"), "lifecycle")
"""The modules of `krtc.cli` that are not named as their commands."""


def main(arguments: "Sequence[str] | None" = None) -> int:
    """Runs the command with its arguments (default: those of the process); the exit code."""
    # A compile makes much data and hardly a cycle: looking for them at every step costs a twentieth of a short run.
    gc.set_threshold(100_000)
    arguments = sys.argv[1:] if arguments is None else arguments
    options = argparse.Namespace(debug="--debug" in arguments)
    try:
        options = parser(arguments).parse_args(arguments)
        _die_of_sigpipe()
        code: int = _module(options.command).run(options)
        return code
    except UsageError as error:
        _say(f"krtc: error: {error}")
        return 2
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if isinstance(error, ImportError) and error.name == "yaml._yaml":
            _say(f"krtc: error: {error}")
            return 2
        if options.debug:
            raise
        _say(
            f"krtc: internal error: {type(error).__name__}: {error}",
            f"This is a bug in krtc, not in your files. Please report it: {PROBLEMS}",
            "With --debug before the command, krtc shows where it happened.",
        )
        return 2


def _module(command: str) -> "ModuleType":
    return import_module(f"krtc.cli.{_MODULES.get(command, command)}")


def _say(*lines: str) -> None:
    from krtc.cli import terminal  # most runs say nothing

    terminal.say(*lines)


def parser(arguments: "Sequence[str] | None" = None) -> argparse.ArgumentParser:
    """The parser of these arguments; of none, one that knows all that every command takes, which costs more."""
    whole = _Parser(
        prog="krtc",
        description="Compiles KRT V2 versions into Helm charts, Kustomize trees or plain manifests.",
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    whole.add_argument("--version", action=_Version, help="show the version and exit")
    whole.add_argument("--debug", action="store_true", help="show the trace of an internal error")
    commands = whole.add_subparsers(title="commands", metavar="COMMAND", required=True, prog="krtc", dest="command")
    called = command_of(arguments or ())
    parsers = [whole]
    for name in [called] if called in COMMANDS else COMMANDS:  # each costs a start: only what is called is made
        summary = COMMANDS[name]
        command = commands.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            allow_abbrev=False,
            formatter_class=_Formatter,
        )
        if name == called or arguments is None:
            _module(name).arguments(command)
        parsers.append(command)
    for each in parsers:
        each.given = arguments or ()
    return whole


def command_of(arguments: "Iterable[str]") -> str | None:
    """The word of a call that names the command."""
    return next((argument for argument in arguments if not argument.startswith("-")), None)


class _Parser(argparse.ArgumentParser):
    """What only wrong calls and calls for help need is imported by them."""

    given: "Sequence[str]" = ()

    def format_help(self) -> str:
        from krtc.cli import examples

        own, self.epilog = self.epilog, examples.epilog(self)
        try:
            return super().format_help()
        finally:
            self.epilog = own

    def error(self, message: str) -> "NoReturn":
        from krtc.cli import mistakes

        _say(*mistakes.told(message, self.given))
        self.exit(2)

    def _check_value(self, action: argparse.Action, value: object) -> None:
        if action.choices is not None and value not in action.choices:
            from krtc.cli import mistakes

            raise mistakes.no_choice(action, str(value))


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal; argparse makes one for each argument, and by itself asks shutil, which is slow."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=min(_WIDEST_HELP, terminal_width()))

    def _iter_indented_subactions(self, action: argparse.Action) -> "Generator[argparse.Action, None, None]":
        """The commands, not indented: argparse forgets that they are where it makes room for them."""
        yield from getattr(action, "_get_subactions", tuple)()


class _Version(argparse.Action):
    """Prints the version, which the installed distribution knows."""

    def __init__(self, option_strings: "Sequence[str]", dest: str, help: str | None = None) -> None:
        super().__init__(option_strings, dest=argparse.SUPPRESS, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        sys.stdout.write(f"krtc {version('krtc')}\n")
        parser.exit()


def terminal_width() -> int:
    """The columns of the terminal, or 80."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError):  # no terminal, or no file behind stdout
        return 80


def _die_of_sigpipe() -> None:
    """A reader that closes its end (`krtc compile ... | head`) ends the command, as it ends cat."""
    if TYPE_CHECKING:
        import signal
    else:
        import _signal as signal  # what is in C of it, without the enums around that, which a start pays for

    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
