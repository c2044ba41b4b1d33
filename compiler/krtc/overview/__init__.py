"""A runtime, or one version, as people look at it: what each version is, says, compiles to and may become.

Pure, as the pipeline is. What looks like a secret is replaced before anything is compiled, so that it stands nowhere.
"""

import re
from posixpath import dirname, normpath

from krtc import analysis
from krtc.analysis.picture import picture_of
from krtc.analysis.runtime_rules import plain_secret
from krtc.backends.yaml import dump
from krtc.changes import compare
from krtc.diagnostics import has_errors
from krtc.model.program import ConfigValue, Program, RuntimeProgram
from krtc.model.record import known, parts, span_of
from krtc.model.status import ACTIONS
from krtc.overview import nodes
from krtc.pictures import svg
from krtc.pipeline import Options, Source, check, check_runtime, heard, lowered
from krtc.reporters.page.data import Action, Manifest, Report, Version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from krtc.diagnostics import Diagnostic
    from krtc.model.runtime import Runtime, VersionEntry
    from krtc.model.status import Action as Step
    from krtc.model.status import Status
    from krtc.pipeline import Load, Read
    from krtc.source import Span

    Object = dict[str, Any]
    Objects = list[tuple[str, Object]]

HIDDEN = "(not shown)"
"""What stands in place of a secret."""

# A variable and its value, on a line of a file that may have no meaning.
_PAIR = re.compile(r"""(?<![A-Z0-9_])([A-Z][A-Z0-9_]{0,255})["']?\s*:\s*["']?([^"',{}\s][^"',{}]*)""")


def of_runtime(
    source: Source, assets: "Mapping[str, str]", load: "Load", read: "Read", watch: "Callable[[int, int], None]"
) -> Report:
    """A runtime.yml with its versions; the arguments are those of `check_runtime`.

    `watch` is told how many of how many versions are done.
    """
    files: dict[str, str] = {}

    def loading(path: str) -> Source | str:
        found = load(path)
        files[normpath(path)] = path if isinstance(found, str) else found.name
        return found

    runtime, diagnostics = check_runtime(source, Options(), assets, loading, read)
    if runtime is None:
        secrets = _secrets(None, diagnostics)
        return Report(source.name, source.name, True, (), tuple(diagnostics), secrets=secrets)
    programs = {normpath(program.entry.krt): program for program in runtime.programs}
    entries: dict[int, VersionEntry] = parts(runtime.settings, "versions")
    paths = {index: known(entry, "krt") for index, entry in entries.items()}
    known_as = {index: files.get(normpath(path)) for index, path in paths.items() if path is not None}
    rest, own = _shared_out(diagnostics, source.name, {i: span_of(entry) for i, entry in entries.items()}, known_as)
    found = {i: programs[at] for i, path in paths.items() if path and (at := normpath(path)) in programs}
    whole = _Whole(found, {i: known(e, "status") for i, e in entries.items()}, own, rest, assets, source.name, runtime)
    versions: list[Version] = []
    for index, entry in entries.items():
        watch(len(versions), len(entries))
        versions.append(whole.version(index, known(entry, "krt") or f"versions[{index}]"))
    return Report(
        name=known(runtime.settings, "runtime") or source.name,
        source=source.name,
        is_runtime=True,
        versions=tuple(versions),
        problems=tuple(rest),
        manifests=_manifests(whole.own(whole.statuses)),
        secrets=_secrets(runtime.settings, diagnostics),
        style=svg.STYLE,
    )


def of_version(
    krt: Source, settings: Source | None, status: "Status", assets: "Mapping[str, str]", read: "Read"
) -> Report:
    """One version in a status; the arguments are those of `check`."""
    program, diagnostics = check(krt, settings, Options(status=status), assets, read)
    other = settings.name if settings else None
    rest = [diagnostic for diagnostic in diagnostics if diagnostic.span.file.name == other]
    own = [diagnostic for diagnostic in diagnostics if diagnostic.span.file.name != other]
    found = {} if program is None else {0: program}
    whole = _Whole(found, {0: status}, {0: own}, rest, assets, other or "")
    version = whole.version(0, krt.name)
    secrets = _secrets(program.settings if program else None, diagnostics)
    return Report(version.name, krt.name, False, (version,), tuple(rest), secrets=secrets, style=svg.STYLE)


class _Whole:
    """Versions by their index: those that have a meaning, the statuses of all, and what there is to say of each."""

    def __init__(
        self,
        programs: "Mapping[int, Program]",
        statuses: "Mapping[int, Status | None]",
        problems: "Mapping[int, Sequence[Diagnostic]]",
        rest: "Sequence[Diagnostic]",
        assets: "Mapping[str, str]",
        settings: str,
        runtime: RuntimeProgram | None = None,
    ) -> None:
        self.programs = programs
        self.statuses = statuses
        self.problems = problems
        self._sound = not has_errors(rest)
        self._assets = assets
        self._settings = settings
        self._runtime = runtime
        self._made: dict[tuple[int, Status], Objects] = {}

    def version(self, index: int, krt: str) -> Version:
        """All that is told of one; `krt` is its file as people know it."""
        status, program, problems = self.statuses[index], self.programs.get(index), tuple(self.problems[index])
        name = known(program.version, "version") if program else None
        if program is None:
            return Version(krt, status, krt, problems=problems, uncompiled="It cannot be read.")
        picture, workflows = picture_of(program), parts(program.version, "workflows").values()
        uncompiled = self._why_not(index, _running(status) if status else None)
        objects = [] if uncompiled or status is None else self._objects(index, _running(status))
        return Version(
            name=name or krt,
            status=status,
            krt=krt,
            description=known(program.version, "description") or "",
            picture=svg.draw(picture, f"version-{index}-", styled=False),
            workflows=tuple(
                nodes.workflow(program, workflow, drawn, problems, [data for _, data in objects])
                for workflow, drawn in zip(workflows, picture.workflows, strict=True)
            ),
            problems=problems,
            manifests=_manifests(objects),
            uncompiled=uncompiled,
            actions=tuple(self._action(index, step) for step in ACTIONS.values() if step.before == status),
        )

    def own(self, statuses: "Mapping[int, Status | None]") -> "Objects":
        """The objects that are the runtime's own, where its versions have these statuses."""
        if self._runtime is None or not self._sound:
            return []
        programs: list[Program] = [_as(program, statuses[index]) for index, program in self.programs.items()]
        runtime = RuntimeProgram(self._runtime.settings, programs, source=self._runtime.source)
        return lowered(runtime, self._assets).objects("started")

    def _objects(self, index: int, status: "Status") -> "Objects":
        key = index, status
        if key not in self._made:
            program = _as(self.programs[index], status)
            self._made[key] = lowered(program, self._assets).objects(_lowered(program))
        return self._made[key]

    def _why_not(self, index: int, status: "Status | None") -> str:
        """Why a version cannot be compiled in a status, in words; "" where it can."""
        if status is None or has_errors(self.problems[index]):
            return "It has errors: nothing is compiled of it before they are mended."
        if not self._sound:
            return f"{self._settings} has errors: nothing is compiled before they are mended."
        wrong = [] if self.statuses[index] != "stopped" or status == "stopped" else self._wrong(index, status)
        return "; ".join(f"{diagnostic.code.id}: {diagnostic.message}" for diagnostic in wrong)

    def _wrong(self, index: int, status: "Status") -> "list[Diagnostic]":
        """What keeps a stopped version from being started."""
        found = heard(analysis.check(_as(self.programs[index], status)))
        return [diagnostic for diagnostic in found if diagnostic.severity == "error"]

    def _action(self, index: int, step: "Step") -> Action:
        displaced = [i for i, status in self.statuses.items() if step.after == status == "published"]
        becomes: dict[int, Status] = {index: step.after} | dict.fromkeys(displaced, ACTIONS["unpublish"].after)
        names = {i: known(self.programs[i].version, "version") for i in becomes if i in self.programs}
        for one, status in becomes.items():
            why = self._why_not(one, _running(status)) if one in self.programs else "It cannot be read."
            if why:
                return Action(step.name, why if one == index else f"{names.get(one, 'The published version')}: {why}")
        old = [data for i in becomes for _, data in self._objects(i, self.statuses[i] or "stopped")]
        new = [data for i, status in becomes.items() for _, data in self._objects(i, status)]
        old += [data for _, data in self.own(self.statuses)]
        new += [data for _, data in self.own({**self.statuses, **becomes})]
        return Action(step.name, "", ", ".join(names[i] or "" for i in displaced), tuple(compare(old, new)))


class _Shown(Program):
    """A version as it may be shown."""

    def config_value(self, name: str) -> ConfigValue | None:
        """The same, or `HIDDEN` for what looks like a secret."""
        found = super().config_value(name)
        if found is None or found.text is None or not plain_secret.looks_like(name, found.text):
            return found
        return ConfigValue(found.path, HIDDEN)


def _as(program: Program, status: "Status | None") -> _Shown:
    """A version as it is in another status: one that runs must have its configuration."""
    return _Shown(
        program.version,
        program.settings,
        program.entry,
        source=program.source,
        status=status,
        needs_values=status != "stopped",
        in_runtime=program.in_runtime,
        files=program.files,
        unread=program.unread,
        krt_files=program.krt_files,
    )


def _running(status: "Status") -> "Status":
    """The status in which a version is shown: of a stopped one, what is there once it is started."""
    return "started" if status == "stopped" else status


def _lowered(program: Program) -> "Status":
    """The status that its objects are resolved for: in a runtime what is published is the runtime's."""
    status = program.status or "stopped"
    return "started" if status == "published" and program.in_runtime else status


def _shared_out(
    diagnostics: "Iterable[Diagnostic]", settings: str, spans: "Mapping[int, Span]", files: "Mapping[int, str | None]"
) -> "tuple[list[Diagnostic], dict[int, list[Diagnostic]]]":
    """What belongs to no version, and what belongs to each: what is in its entry, its file, or else in its folder."""
    rest: list[Diagnostic] = []
    own: dict[int, list[Diagnostic]] = {index: [] for index in spans}
    for diagnostic in diagnostics:
        name = diagnostic.span.file.name
        if name == settings:
            to = [index for index, span in spans.items() if span.holds(diagnostic.span)]
        else:
            to = [i for i, file in files.items() if file is not None and (name == file or name.startswith(f"{file}/"))]
            to = to or [i for i, file in files.items() if file is not None and _is_in(dirname(file), name)]
        for index in to:
            own[index].append(diagnostic)
        if not to:
            rest.append(diagnostic)
    return rest, own


def _is_in(folder: str, name: str) -> bool:
    return name.startswith(f"{folder}/") if folder else not name.startswith("/")


def _secrets(settings: "Runtime | None", diagnostics: "Iterable[Diagnostic]") -> frozenset[tuple[str, int]]:
    """The lines with what looks like a secret, whether a comment silences that or not, or the file has no meaning."""
    rule = plain_secret.check_settings(settings) if settings else ()
    lines = {(d.span.file.name, at) for d in rule for at in range(d.span.line, d.span.end_line + 1)}
    for span in (diagnostic.span for diagnostic in diagnostics):
        line = span.file.line(span.line)
        if any(plain_secret.looks_like(name, value) for name, value in [("", line), *_PAIR.findall(line)]):
            lines.add((span.file.name, span.line))
    return frozenset(lines)


def _manifests(objects: "Objects") -> tuple[Manifest, ...]:
    return tuple(Manifest(file, dump(data)) for file, data in objects)
