"""The commands of krtc as data, read off its parsers: for the manual and the page of the reference."""

import argparse
from dataclasses import dataclass

from krtc.cli.examples import EXAMPLES
from krtc.cli.main import COMMANDS, parser


@dataclass(frozen=True)
class Argument:
    """`names` are as one types them, an option's in the order of short and long; `value` is what comes after."""

    names: tuple[str, ...]
    value: str
    help: str


@dataclass(frozen=True)
class Command:
    """`name` is empty for krtc itself; `more` is what the command says of itself below its options."""

    name: str
    synopsis: str
    description: str
    arguments: tuple[Argument, ...]
    options: tuple[Argument, ...]
    more: str
    examples: str


def commands() -> list[Command]:
    """krtc itself, and all its commands in the order of its help."""
    whole = parser()
    (inner,) = (action for action in whole._actions if isinstance(action, argparse._SubParsersAction))
    return [_command("", whole), *(_command(name, inner.choices[name]) for name in COMMANDS)]


def _command(name: str, made: argparse.ArgumentParser) -> Command:
    actions = [action for action in made._actions if action.help != argparse.SUPPRESS]
    positional = [action for action in actions if not action.option_strings]
    options = [action for action in actions if action.option_strings]
    required = [f"{action.option_strings[0]} {_value(action)}" for action in options if action.required]
    return Command(
        name,
        " ".join([made.prog, "[OPTION]...", *required, *map(_places, positional)]),
        made.description or "",
        tuple(_argument(made, action, (_value(action),), "") for action in positional),
        tuple(_argument(made, action, tuple(action.option_strings), _value(action)) for action in options),
        made.epilog or "",
        EXAMPLES.get(name, ""),
    )


def _argument(made: argparse.ArgumentParser, action: argparse.Action, names: tuple[str, ...], value: str) -> Argument:
    return Argument(names, value, made._get_formatter()._expand_help(action) if action.help else "")


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    if action.metavar:
        return str(action.metavar)
    return "|".join(map(str, action.choices)) if action.choices else action.dest.upper()


def _places(action: argparse.Action) -> str:
    value = _value(action)
    wide = f"{value} ..." if isinstance(action, argparse._SubParsersAction) else value
    return {"?": f"[{wide}]", "*": f"[{wide}]...", "+": f"{wide}..."}.get(str(action.nargs), wide)
