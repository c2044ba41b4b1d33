"""The two languages that people write: a text to its record, with all that is wrong in it."""

import json
import re
from functools import cache

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import HIDDEN_CHARACTER, WRONG_TYPE
from krtc.frontend import formats, yaml
from krtc.frontend.binder import Binder
from krtc.frontend.nodes import Mapping
from krtc.model import krt, runtime
from krtc.model.record import Record, known
from krtc.source import SourceFile, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType
    from typing import Any

    from krtc.frontend.overrides import Override


# Characters of a runtime.yml whose places are not kept: it has some thousand versions.
LARGE = 64 << 10


def version(file: SourceFile, schema: str) -> tuple[krt.Version | None, list[Diagnostic]]:
    """A krt.yml as a version; `schema` is the text of krt-v2.schema.json.

    What is wrong in it is broken in the version, so that the rest can be judged; None when nothing can.
    """
    record, diagnostics = _read(file, schema, krt, krt.Version)
    return (record if isinstance(record, krt.Version) else None), diagnostics


def name(file: SourceFile, schema: str) -> str | None:
    """The name of the version in a krt.yml, when it has one.

    No more is read than the lines down to it, where these are YAML by themselves: what follows cannot change it.
    """
    found = re.search("^version:.*(\n([ \t].*)?)*", file.text, re.MULTILINE)
    files = [SourceFile(file.name, file.text[: found.end()]), file] if found else [file]
    records = (version(one, schema)[0] for one in files)
    return next(filter(None, (known(record, "version") for record in records if record)), None)


def settings(
    file: SourceFile, schema: str, over: "Sequence[Override]" = ()
) -> tuple[runtime.Runtime | None, list[Diagnostic]]:
    """A runtime.yml as settings, in the same way; `schema` is the text of runtime.schema.json.

    `over` is laid over what the file says.
    """
    record, diagnostics = _read(file, schema, runtime, runtime.Runtime, over)
    if record is not None and not diagnostics and not over and len(file.text) > LARGE:
        from krtc.frontend import places

        places.let_go(record, file)
        file.let_go()
    return (record if isinstance(record, runtime.Runtime) else None), diagnostics


def _read(
    file: SourceFile, schema: str, language: "ModuleType", root: type[Record], over: "Sequence[Override]" = ()
) -> tuple[Record | None, list[Diagnostic]]:
    node, diagnostics = yaml.parse(file)
    if node is None and any(diagnostic.severity == "error" for diagnostic in diagnostics):
        return None, diagnostics
    if type(node) is not Mapping:
        span = node.span if node else Span(file, 1, 1, 1, 1)
        message = "the file is empty" if node is None else "the file must be a mapping of keys to values"
        return None, [*diagnostics, Diagnostic(WRONG_TYPE, span, message)]
    if other := (formats.other if root is krt.Version else formats.other_settings)(node):
        return None, [*diagnostics, other]
    if "krtc:" in file.text and "todo" in file.text:
        from krtc.frontend import todos  # hardly ever there

        diagnostics += todos.find(file)
    if over:
        from krtc.frontend import overrides  # hardly ever given

        overrides.lay(node, over)
    binder = Binder(_schema(schema), _records(language), root)
    record = binder.bind(node)
    here = [d.span for d in binder.diagnostics if d.span.file is file]
    wrong = {line for span in here for line in range(span.line, span.end_line + 1)}
    # What is hidden in a name is an error; that it is hidden need not be said again.
    diagnostics = [d for d in diagnostics if d.code is not HIDDEN_CHARACTER or d.span.line not in wrong]
    return record, [*diagnostics, *binder.diagnostics]


@cache
def _schema(text: str) -> "dict[str, Any]":
    schema: dict[str, Any] = json.loads(text)
    return schema


@cache
def _records(language: "ModuleType") -> dict[str, type[Record]]:
    return {name: value for name, value in vars(language).items() if isinstance(value, type)}
