"""`krtc start`, `stop`, `publish` and `unpublish`: what the KAI Server does with a version, as edits of runtime.yml."""

from collections import Counter

from krtc.cli import reading, rewrite, terminal, versions
from krtc.cli.stdout import to_stdout
from krtc.cli.versions import Versions
from krtc.frontend.edit import set_statuses
from krtc.model.status import ACTIONS, action_for
from krtc.pipeline import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from krtc.cli.versions import Entry
    from krtc.diagnostics import Diagnostic
    from krtc.model.status import Action, Status

_NEXT = {
    "start": ["requests from outside do not reach it until it is published"],
    "stop": ["deploy with pruning: without that, what runs of it runs on"],
    "publish": [],
    "unpublish": ["deploy with pruning: without that, requests from outside go on to reach it"],
}


def arguments(parser: "argparse.ArgumentParser") -> None:
    """Adds what the commands take."""
    parser.add_argument(
        "version", metavar="VERSION", help="the name of a version; of one that cannot be read, its file"
    )
    versions.add_runtime(parser)
    parser.add_argument("--dry-run", action="store_true", help="write nothing; print the change as a diff")


def run(options: "argparse.Namespace") -> int:
    """Edits the runtime.yml, if that may be; the exit code."""
    action = ACTIONS[options.command]
    path = versions.find(options.runtime)
    rewrite.refuse_link(path)
    before = Versions(reading.source(path))
    if not before.is_whole:
        terminal.report(before.errors)
        return 1
    found = before.named(options.version)
    entry = found[0]
    if len(found) > 1:
        terminal.say(f"{path} lists {entry.shown} {len(found)} times: keep one of them")
        return 1
    if entry.status != action.before:
        if entry.status is None:
            terminal.report(before.concerning(entry))
        terminal.say(_refusal(action, entry, options.runtime))
        return 1
    displaced = [other for other in before.entries if action.after == other.status == "published"]
    statuses = {entry.index: action.after} | {other.index: ACTIONS["unpublish"].after for other in displaced}
    old = before.source.data.decode()
    new = set_statuses(old, statuses)
    errors = _errors(action, entry, before, new, statuses)
    if errors:
        terminal.report(errors)
        terminal.say(f"{entry.shown} cannot be {action.done} while that is so: {path} is left as it is")
        return 1
    if options.dry_run:
        to_stdout(rewrite.diff(path, old, new))
        return 0
    rewrite.rewrite(path, before.source.data, new)
    became = [
        f"{entry.shown} is {action.done} now",
        *(f"{other.shown} is {statuses[other.index]}" for other in displaced),
    ]
    terminal.say(f"{', '.join(became)}: commit {path} and deploy it", *_NEXT[action.name])
    return 0


def _refusal(action: "Action", entry: "Entry", runtime: str | None) -> str:
    """Why a version cannot be taken that way, and by what command it can be brought to where it can."""
    if entry.status is None:
        return f"mend the status of {entry.shown} first"
    if entry.status == action.done:
        return f"{entry.shown} is {entry.status} already"
    step = action_for(entry.status, action.before) if entry.status != action.after else None
    if step is None:
        return f"{entry.shown} is {entry.status}: only a {action.before} version can be {action.done}"
    from shlex import join

    call = join(["krtc", step, entry.shown, *(["--runtime", runtime] if runtime else [])])
    other = " (or publish another version)" if step == "unpublish" else ""
    return f"{entry.shown} is {entry.status}: {step} it first{other}: {call}"


def _errors(
    action: "Action", entry: "Entry", before: Versions, new: str, statuses: "dict[int, Status]"
) -> "list[Diagnostic]":
    """What keeps the edited text from being written.

    A version that will do more must be right, and the runtime with it. One that will do less may stay wrong: only what
    this edit brings counts.
    """
    demanding = action.name in versions.DEMANDING
    source = Source(before.source.name, new.encode(), path=before.source.path)
    after = Versions(source, only=entry.name if demanding else None, before=before)
    wanted = {other.index: statuses.get(other.index, other.status) for other in before.entries}
    assert wanted == {other.index: other.status for other in after.entries}
    if demanding:
        return after.concerning(entry)
    brought = Counter(map(_content, after.errors)) - Counter(map(_content, before.errors))
    return [error for error in after.errors if brought[_content(error)]]


def _content(diagnostic: "Diagnostic") -> tuple[str, str, str]:
    """What a diagnostic says, wherever it stands."""
    return diagnostic.code.id, diagnostic.span.file.name, diagnostic.message
