"""The scripts by which bash, zsh and fish complete what comes after `krtc`; shtab makes them of the parsers."""

import argparse
from typing import Any

import shtab

from krtc.cli.completion import SHELLS
from krtc.cli.main import parser
from krtc.diagnostics.codes import CODES

# What stands where a value is awaited, by its metavar. Anything else is a file.
NOTHING = {"N", "I/N"}
FOLDERS = {"DIR", "REV|DIR"}

# `krtc status` prints a version's name in a line of its own. No other line, and nothing but names, gets to the shell.
_NAMES = r"""krtc status --format json 2>/dev/null | sed -n 's/^ *"version": "\([a-z0-9.-]*\)",\{0,1\}$/\1/p'"""
_VERSIONS = {"bash": "_krtc_versions", "zsh": "_krtc_versions", "fish": "(_krtc_versions)"}
_PREAMBLE = {
    "bash": f'_krtc_versions() {{\n  compgen -W "$({_NAMES})" -- "$1"\n}}',
    "zsh": f'_krtc_versions() {{\n  compadd -- ${{(f)"$({_NAMES})"}}\n}}',
    "fish": f"complete -c krtc -f\nfunction _krtc_versions\n  {_NAMES}\nend",
}


def script(shell: str) -> str:
    """The script of one of SHELLS."""
    made: str = shtab.complete(_marked(parser()), shell, preamble=_PREAMBLE[shell])
    # Of `PATH...` shtab has zsh complete the first; `*` are all of them.
    return made.replace('\n  "(*):', '\n  "*:') if shell == "zsh" else made


def scripts() -> dict[str, str]:
    """The texts by their paths from the root of the project."""
    return {f"shell/krtc.{shell}": script(shell) for shell in SHELLS}


def _marked(made: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The parser, each of whose values says by what it is completed, where that is not one of its choices."""
    for action in made._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                _marked(inner)
        elif action.metavar in ("CODE", "CODES"):
            action.choices = [code.id for code in CODES]
        elif action.choices is not None:
            action.choices = list(action.choices)  # shtab takes a mapping for commands
        elif action.nargs != 0 and action.metavar not in NOTHING:
            vars(action)["complete"] = _completer(str(action.metavar))
    return made


def _completer(metavar: str) -> dict[str, Any]:
    if metavar == "VERSION":
        return _VERSIONS
    return shtab.DIRECTORY if metavar in FOLDERS else shtab.FILE
