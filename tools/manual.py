"""krtc(1), in the macros of man(7): what `krtc COMMAND --help` says of all commands, as one page.

argparse-manpage makes such a page, too, but prints each command's usage as running text and says the day on which it
was made.
"""

import re
from collections.abc import Iterator

import commands
from commands import Argument, Command
from krtc.cli.examples import EXIT_CODES


def page() -> str:
    """The text of krtc.1."""
    whole, *others = commands.commands()
    lines = ['.TH KRTC 1 "" "krtc" "User Commands"', ".SH NAME", r"krtc \- the KRT compiler", ".SH SYNOPSIS"]
    lines += [".B krtc", r"[\fIOPTION\fR]... \fICOMMAND\fR ..."]
    lines += [".SH DESCRIPTION", _text(whole.description), ".SH OPTIONS", *_arguments(whole.options)]
    lines.append(".SH COMMANDS")
    for command in others:
        lines += [f".SS {_text(command.synopsis)}", *_command(command)]
    lines += [".SH EXIT STATUS", _text(" ".join(EXIT_CODES.split())), ".SH EXAMPLES", *_verbatim(whole.examples)]
    return "\n".join(lines) + "\n"


def _command(command: Command) -> Iterator[str]:
    yield _text(command.description)
    yield from _arguments((*command.arguments, *command.options[1:]))  # without --help, which all have
    if command.more:
        yield from _verbatim(command.more)
    yield from [".PP", "Examples:"]
    yield from _verbatim(command.examples)


def _arguments(arguments: tuple[Argument, ...]) -> Iterator[str]:
    for argument in arguments:
        names = ", ".join(rf"\fB{_escaped(name)}\fR" for name in argument.names)
        yield from [".TP", names + (rf" \fI{_escaped(argument.value)}\fR" if argument.value else "")]
        yield _text(argument.help)


def _verbatim(text: str) -> list[str]:
    return [".RS 4", ".nf", *map(_text, text.splitlines()), ".fi", ".RE"]


def _text(text: str) -> str:
    """A text that begins no request."""
    return re.sub(r"^(?=[.'])", r"\\&", _escaped(text))


def _escaped(text: str) -> str:
    return text.replace("\\", r"\e").replace("-", r"\-").replace("`", r"\(ga").replace("'", r"\(aq")
