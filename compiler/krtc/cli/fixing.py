"""`krtc check --fix` and `--diff`: the fixes that rules declare, made in the files, or shown.

A fix is kept when the files, judged again with it in memory, have that diagnostic less and none more; what it brings to
light and has a fix itself, is mended with it. So what is written is never worse than what was read.
"""

import os
from argparse import Namespace
from collections import Counter
from functools import partial

from krtc.cli import rewrite, terminal
from krtc.cli.check import Judging, is_finding, is_selected, is_wanted, key, tell
from krtc.cli.errors import UsageError
from krtc.cli.reading import STDIN
from krtc.cli.stdout import to_stdout
from krtc.diagnostics.fix import mended

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Mapping

    from krtc.diagnostics import Diagnostic
    from krtc.diagnostics.fix import Edit

    # A diagnostic whatever it says: its code, its file, and where it stands.
    Sign = tuple[str, str, int, int]

# So many times fixes of one file are tried: a hostile one, in which hardly any holds, keeps nobody busy.
_MOST_TRIALS = 32
_MOST_ROUNDS = 10
_MOST_STEPS = 3


def run(judging: Judging, options: "argparse.Namespace") -> int:
    """Mends what PATHs mean, or shows how, and says what is left; the exit code."""
    if options.format != "text" and (options.diff or STDIN in options.paths):
        what = "--diff" if options.diff else "--fix of standard input"
        raise UsageError(f"{what} writes to stdout what it mends, and no report: leave --format out")
    mending = _Mending(judging, options)
    mending.mend()
    found = mending.found
    changed = sorted(mending.texts.items())
    for name, text in changed if options.fix else ():
        if path := mending.path(name):
            try:
                rewrite.rewrite(path, mending.old[name], text.decode())
            except UsageError as error:
                judging.unread.append(str(error))
                del mending.texts[name]
                found = mending.judge(mending.texts)
    judging.unread += mending.links()
    first, found = ([d for d in diagnostics if is_wanted(d, options)] for diagnostics in (mending.first, found))
    count = f"{len(first) - len(found)} of {len(first)}"
    if options.diff:
        diffs = [
            rewrite.diff(mending.path(name) or "<stdin>", mending.old[name].decode(), text.decode())
            for name, text in changed
        ]
        to_stdout("".join(diffs))
        left = ": what is left `krtc check` says" if found else ""
        terminal.say(*mending.remarks(), *([f"would fix {count}{left}"] if first else []))
        terminal.say(*(f"krtc: error: {message}" for message in judging.unread))
        return 2 if judging.unread else 1 if diffs or is_finding(found, options) else 0
    if judging.stdin is not None:
        to_stdout(next((text for name, text in changed if mending.path(name) is None), judging.stdin.data))
    code = tell(found, judging, options)
    terminal.say(*mending.remarks(), *([f"fixed {count}"] if first else []))
    return code


class _Mending:
    """Files with more and more fixes made in them, in memory, of what is selected.

    `first` is what was wrong with them, `found` what still is, selected or not, but for what is ignored; `texts` are
    those that have changed, and `old` what these were, by the keys of `Judging`.
    """

    def __init__(self, judging: Judging, options: "argparse.Namespace") -> None:
        self._judging = judging
        self._selected = partial(is_selected, options=options)
        self._told = partial(is_wanted, options=Namespace(select=[], ignore=options.ignore))
        self._refused: list[tuple[Diagnostic, list[Diagnostic]]] = []
        self._trials: Counter[str] = Counter()
        self.texts: dict[str, bytes] = {}
        self.old: dict[str, bytes] = {}
        self.first = self.found = self.judge({})

    def judge(self, texts: "Mapping[str, bytes]") -> "list[Diagnostic]":
        """What is wrong with other texts."""
        return [*filter(self._told, self._judging.judge(texts))]

    def mend(self) -> None:
        """Makes all fixes that hold: those that lie apart at once, then those that lay over them."""
        for _ in range(_MOST_ROUNDS):
            before = len(self.found)
            self._refused = []
            some = _apart(filter(self._is_mendable, self.found))
            if some and self._try(self.texts, self.found, some):
                files: dict[str, list[Diagnostic]] = {}
                for diagnostic in some:
                    files.setdefault(key(diagnostic), []).append(diagnostic)
                for name, together in files.items():
                    self._settle(name, together)
            if len(self.found) == before:
                return

    def _settle(self, name: str, some: "list[Diagnostic]") -> None:
        """Makes as many fixes of one file as hold together."""
        texts, found = self.texts, self.found
        taken: list[Diagnostic] = []
        left = [some]
        while left and self._trials[name] < _MOST_TRIALS:
            self._trials[name] += 1
            some = left.pop()
            new = self._try(texts, found, [*taken, *some])
            if not new:
                taken += some
            elif len(some) > 1:
                left += [some[len(some) // 2 :], some[: len(some) // 2]]
            else:
                self._refused.append((some[0], new))

    def _try(
        self, texts: "Mapping[str, bytes]", found: "list[Diagnostic]", some: "list[Diagnostic]"
    ) -> "list[Diagnostic]":
        """Makes fixes in texts of which `found` is known; what they would bring about, if they do not hold."""
        gone = Counter(_sign(diagnostic) for diagnostic in some)
        expected = [*(Counter(_sign(diagnostic) for diagnostic in found) - gone).elements()]
        texts, old = dict(texts), dict(self.old)
        new = some
        for _ in range(_MOST_STEPS):
            edits: dict[str, list[Edit]] = {}
            for diagnostic in some:
                edits.setdefault(key(diagnostic), []).extend(diagnostic.fix.edits if diagnostic.fix else ())
            for name, file in {key(diagnostic): diagnostic.span.file for diagnostic in some}.items():
                old.setdefault(name, self._encoded(name, file.text))
                texts[name] = self._encoded(name, mended(file, edits[name]))
            expected = [_moved(sign, edits) for sign in expected]
            now = self.judge(texts)
            left = Counter(sign[:3] for sign in expected)
            left.subtract(_sign(diagnostic)[:3] for diagnostic in now)
            new = [diagnostic for diagnostic in now if left[_sign(diagnostic)[:3]] < 0]
            if not new:
                self.texts, self.found, self.old = texts, now, old
                break
            some = _apart(filter(self._is_mendable, new))
            if len(some) < len(new):
                break
        return new

    def _encoded(self, name: str, text: str) -> bytes:
        return self._judging.places[name].mark + text.encode()

    def _is_mendable(self, diagnostic: "Diagnostic") -> bool:
        place = self._judging.places.get(key(diagnostic))
        return diagnostic.fix is not None and place is not None and not place.is_link and self._selected(diagnostic)

    def path(self, name: str) -> str | None:
        """Where a file is written; None for standard input."""
        return self._judging.places[name].path

    def links(self) -> list[str]:
        """Of what would be mended, what is not because a link leads to it."""
        places = {key(d): self._judging.places.get(key(d)) for d in self.found if d.fix}
        return [
            f"{place.path} is a link or behind one, and krtc writes through none: name the file that it leads to"
            for place in places.values()
            if place and place.is_link
        ]

    def remarks(self) -> "Iterator[str]":
        """Why what has a fix is left as it is."""
        for diagnostic, new in self._refused:
            span, others = diagnostic.span, (other for other in new if other.code is not diagnostic.code)
            codes = sorted({f"{other.code!r} in line {other.span.line}" for other in others})
            would = f": that would bring {', '.join(codes)}, which only a person can mend" if codes else ""
            yield f"{span.file.name}:{span.line}:{span.column}: {diagnostic.code.id} is not mended{would}"
        for name in self._judging.archives:
            if any(d.fix and d.span.file.name.startswith(f"{name}/") for d in self.found):
                yield f"{name} is an archive, and krtc rewrites none: mend what it was packed of, and pack it again"


def _sign(diagnostic: "Diagnostic") -> "Sign":
    span = diagnostic.span
    return diagnostic.code.id, span.file.name, span.line, span.column


def _moved(sign: "Sign", edits: "Mapping[str, Iterable[Edit]]") -> "Sign":
    """What a diagnostic is where lines have come and gone before it."""
    code, name, line, column = sign
    for edit in edits.get(os.path.abspath(name), ()):
        span = edit.span
        if (sign[2], column) >= (span.end_line, span.end_column):
            line += edit.text.count("\n") - (span.end_line - span.line)
    return code, name, line, column


def _apart(diagnostics: "Iterable[Diagnostic]") -> "list[Diagnostic]":
    """Those whose fixes lie not over each other, nor at the same place; the first of two that do."""
    chosen = []
    places: dict[str, list[tuple[tuple[int, int], tuple[int, int]]]] = {}
    for diagnostic in diagnostics:
        spans = [edit.span for edit in diagnostic.fix.edits] if diagnostic.fix else []
        mine = [((span.line, span.column), (span.end_line, span.end_column)) for span in spans]
        others = places.setdefault(key(diagnostic), [])
        if not any(a == c or (a < d and c < b) for a, b in mine for c, d in others):
            others += mine
            chosen.append(diagnostic)
    return chosen
