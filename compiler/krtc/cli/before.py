"""What versions were before: at a revision of Git, or in a tree that was compiled then."""

import os

from krtc.cli import reading
from krtc.cli.errors import UsageError
from krtc.model.program import Was
from krtc.model.record import Unsaid, known, span_of
from krtc.model.status import DESIRED
from krtc.pipeline import Options, Source, check, check_runtime, entry_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from krtc.diagnostics import Diagnostic
    from krtc.model.program import Program
    from krtc.model.runtime import VersionEntry
    from krtc.model.status import Status


def in_tree(folder: str) -> dict[str, Was]:
    """The versions of a rendered tree, by name; UsageError for what is none of krtc's."""
    return dict(_rendered(folder))


def at_revision(path: str, revision: str, assets: "Mapping[str, str]") -> dict[str, Was] | None:
    """The versions of a krt.yml or a runtime.yml at a revision of Git, by name; None when it was not there.

    Nothing was there before the first commit, whose HEAD is no revision yet.

    The status of a krt.yml is that of its entry in a runtime.yml above it; without one nobody knows, and it ran. Raises
    UsageError for what cannot be read.
    """
    there = _programs(path, revision, assets)
    if there is None:
        return None
    programs, diagnostics = there
    wrong = {diagnostic.span.file.name for diagnostic in diagnostics if diagnostic.severity == "error"}
    found = {}
    status = None if reading.is_runtime(path) else _listed(path, revision, assets)
    for program in programs:
        try:
            digest = None if span_of(program.version).file.name in wrong else program.digest
            found[program.version.version] = Was(program.status or status or "started", digest)
        except Unsaid:  # what was wrong cannot have run
            continue
    return found


def _listed(path: str, revision: str, assets: "Mapping[str, str]") -> "Status | None":
    """The status of a krt.yml by the nearest runtime.yml, in its folder or above, that lists it at a revision."""
    from krtc.cli import revision as git

    found = _nearest(path, lambda folder, name: git.Folder(revision, folder).read(name), assets)
    status: Status | None = known(found[1], "status") if found else None
    return status


def listing(path: str, assets: "Mapping[str, str]") -> str | None:
    """The nearest runtime.yml, in the folder of a krt.yml or above, that lists it now."""
    found = _nearest(path, lambda folder, name: reading.beside(os.path.join(folder, name), name), assets)
    return found[0] if found else None


def _nearest(
    path: str, read: "Callable[[str, str], bytes | str]", assets: "Mapping[str, str]"
) -> "tuple[str, VersionEntry] | None":
    """The nearest runtime.yml that lists a krt.yml, and its entry there; `read` gives a file of a folder, if it can."""
    folder = path
    while folder:
        folder = os.path.dirname(folder.rstrip("/"))
        for name in reading.RUNTIME_NAMES:
            data = read(folder, name)
            at = os.path.join(folder, name)
            entry = entry_of(Source(path, b""), Source(at, data), assets) if isinstance(data, bytes) else None
            if entry is not None:
                return at, entry
    return None


def _programs(path: str, revision: str, assets: "Mapping[str, str]") -> "tuple[list[Program], list[Diagnostic]] | None":
    from krtc.cli import revision as git  # only with --against

    inside, name = os.path.split(path)
    folder = git.Folder(revision, inside)
    data = folder.read(name)
    if isinstance(data, str):
        if data.endswith("at that revision") or git.is_unborn(revision, inside):
            return None
        raise UsageError(data)
    if not reading.is_runtime(path):
        program, found = check(Source(path, data), None, Options(), assets, lambda name: "not read")
        return [program] if program else [], found

    def load(krt: str) -> Source | str:
        content = folder.read(krt)
        return content if isinstance(content, str) else Source(krt, content)

    runtime, found = check_runtime(Source(path, data), Options(), assets, load, lambda name: "not read")
    return runtime.programs if runtime else [], found


def _rendered(folder: str) -> "Iterator[tuple[str, Was]]":
    """The versions whose records, or charts, are in a tree that krtc wrote."""
    from krtc.cli import output

    names = output.known(folder)
    if not names:
        raise UsageError(f"{folder} holds no tree of krtc's")
    root = _load(folder, "kustomization.yaml") if "kustomization.yaml" in names else {}
    overlay = next((str(at) for at in root.get("resources") or () if str(at).startswith("overlays/")), None)
    for name in sorted(names):
        inside, _, base = name.rpartition("/")
        if base == "Chart.yaml":
            yield from _of_chart(folder, f"{inside}/" if inside else "")
        elif base.startswith("10-configmap-") and not inside.endswith("templates") and overlay in (None, inside):
            data = _load(folder, name).get("data")
            if isinstance(data, dict) and data.get("status") in DESIRED:
                yield str(data.get("version")), Was(DESIRED[str(data["status"])], str(data.get("digest")))


def _of_chart(folder: str, inside: str) -> "Iterator[tuple[str, Was]]":
    chart, values = _load(folder, f"{inside}Chart.yaml"), _load(folder, f"{inside}values.yaml")
    annotations = chart.get("annotations")
    told = annotations.get("krtc/digest") if isinstance(annotations, dict) else None
    status = values.get("status")
    if told and status in DESIRED:
        is_published = values.get("published") is True and status == "started"
        yield str(chart.get("appVersion")), Was("published" if is_published else DESIRED[str(status)], str(told))


def _load(folder: str, name: str) -> "dict[str, Any]":
    """A YAML file of the tree; one that was changed into something else tells nothing."""
    import yaml

    content = reading.beside(os.path.join(folder, "x"), name)
    try:
        data = yaml.load(content, yaml.CSafeLoader) if isinstance(content, bytes) else None
    except yaml.YAMLError:
        data = None
    return data if isinstance(data, dict) else {}
