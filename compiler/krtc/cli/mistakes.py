"""What is said of a wrong call: which word is wrong, and which was meant."""

import argparse
import re

from krtc.cli.main import command_of, parser
from krtc.diagnostics import did_you_mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# What argparse takes for a value, although a dash is in front.
_IS_VALUE = re.compile(r"-|-\d+|-\d*\.\d+|.* .*", re.DOTALL)


def told(message: str, given: "Sequence[str]") -> list[str]:
    """The lines that tell why a call is wrong: argparse's message, unless an option that is not there explains it."""
    whole = parser(given)
    called = command_of(given)
    command = _commands(whole).get(called or "")
    message = next(_unknown_options(given, whole, command), message) if command else message
    lines = [f"krtc: error: {message}"]
    return lines if message.endswith("?") else [*lines, f"`{(command or whole).prog} --help` says more"]


def no_choice(action: argparse.Action, value: str) -> argparse.ArgumentError:
    """What to raise when an argument is none of its choices, which may be commands."""
    choices = [str(choice) for choice in action.choices or ()]
    near = did_you_mean(value, choices)
    if isinstance(action, argparse._SubParsersAction):
        return argparse.ArgumentError(None, f"there is no command `{value}`{': ' + near if near else ''}")
    return argparse.ArgumentError(action, f"there is no `{value}`: {near or 'it is one of ' + ', '.join(choices)}")


def _commands(whole: argparse.ArgumentParser) -> "Mapping[str, argparse.ArgumentParser]":
    actions = (action for action in whole._actions if isinstance(action, argparse._SubParsersAction))
    return next(actions).choices


def _unknown_options(
    given: "Sequence[str]", whole: argparse.ArgumentParser, command: argparse.ArgumentParser
) -> "Iterator[str]":
    """What to say of each word that looks as an option and is none; what comes after `--` is none."""
    known = command._option_string_actions
    name_of_it = command.prog.partition(" ")[2]
    words = [*given[given.index(name_of_it) + 1 :]]
    for word in words[: words.index("--")] if "--" in words else words:
        name = word.partition("=")[0]
        if not word.startswith("-") or _IS_VALUE.fullmatch(word) or name in known or word[:2] in known:
            continue
        if name in whole._option_string_actions:
            yield f"`{name}` goes before the command: krtc {name} {name_of_it}"
        else:
            near = did_you_mean(name, [*known])
            yield f"{command.prog} has no option `{name}`{': ' + near if near else ''}"
