"""More configuration than a ConfigMap holds.

Why: the plain values of a version's configuration are one ConfigMap, and Kubernetes takes 1 MiB of data in one.

Bad:

    # krt.yml
    config: {files: [A, B, C, D, E, F, G, H, I]}
    # runtime.yml
    runtime: demo
    config: {files: {A: big, B: big, C: big, D: big, E: big, F: big, G: big, H: big, I: big}}

Good:

    # krt.yml
    config: {files: [A]}
    # runtime.yml
    runtime: demo
    config: {files: {A: big}}

Fix: put large files into the KRT itself, or into ConfigMaps of their own (`configMapKeyRef` in runtime.yml).
"""

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import CONFIG_SIZE
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.program import Program

CODE = CONFIG_SIZE


_LARGEST = 1 << 20


def check_version(program: "Program") -> "Iterator[Diagnostic]":
    """The configuration as a whole, when its plain values are too much."""
    version = program.version
    values = [program.config_value(name) for name in dict.fromkeys([*version.variables, *version.files])]
    size = sum(len(value.text.encode()) for value in values if value and value.text)
    if size > _LARGEST:
        yield Diagnostic(
            CODE,
            span_of(version, "config:"),
            f"the values of the configuration have {size:,} bytes, and a ConfigMap holds {_LARGEST:,}",
            help="put large files into the KRT, or give them with `configMapKeyRef` in runtime.yml",
        )
