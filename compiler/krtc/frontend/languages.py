"""The two languages that people write: a text to its record, with all that is wrong in it."""

import json

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import WRONG_TYPE
from krtc.frontend import yaml
from krtc.frontend.binder import Binder
from krtc.frontend.nodes import Mapping
from krtc.model import krt, runtime
from krtc.model.record import Record
from krtc.source import SourceFile, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType


def version(file: SourceFile, schema: str) -> tuple[krt.Version | None, list[Diagnostic]]:
    """A krt.yml as a version; `schema` is the text of krt-v2.schema.json."""
    record, diagnostics = _read(file, schema, krt, krt.Version)
    return (record if isinstance(record, krt.Version) else None), diagnostics


def settings(file: SourceFile, schema: str) -> tuple[runtime.Runtime | None, list[Diagnostic]]:
    """A runtime.yml as settings; `schema` is the text of runtime.schema.json."""
    record, diagnostics = _read(file, schema, runtime, runtime.Runtime)
    return (record if isinstance(record, runtime.Runtime) else None), diagnostics


def _read(
    file: SourceFile, schema: str, language: "ModuleType", root: type[Record]
) -> tuple[Record | None, list[Diagnostic]]:
    node, diagnostics = yaml.parse(file)
    if node is None and diagnostics:
        return None, diagnostics
    if type(node) is not Mapping:
        span = node.span if node else Span(file, 1, 1, 1, 1)
        message = "the file is empty" if node is None else "the file must be a mapping of keys to values"
        return None, [*diagnostics, Diagnostic(WRONG_TYPE, span, message)]
    records = {name: value for name, value in vars(language).items() if isinstance(value, type)}
    binder = Binder(json.loads(schema), records, root)
    record = binder.bind(node)
    return record, [*diagnostics, *binder.diagnostics]
