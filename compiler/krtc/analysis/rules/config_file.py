"""A configuration file that cannot be taken.

Why: the content of a configuration file is the value of an environment variable. It is read beside runtime.yml, and
the kernel takes no environment string over 128 KiB.

Bad:

    # krt.yml
    config: {files: [MODEL_SETTINGS]}
    # runtime.yml
    runtime: demo
    config: {files: {MODEL_SETTINGS: setings.json}}

Good:

    # krt.yml
    config: {files: [MODEL_SETTINGS]}
    # runtime.yml
    runtime: demo
    config: {files: {MODEL_SETTINGS: settings.json}}

Fix: give the path of a text file beside runtime.yml; put what is larger into the KRT.
"""

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import CONFIG_FILE
from krtc.model.record import span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.program import Program

CODE = CONFIG_FILE


def check_version(program: "Program") -> "Iterator[Diagnostic]":
    """Each file of the version's configuration whose content nobody has."""
    for name, reason in program.unread.items():
        levels = (program.entry.config, program.settings.config)  # the first that has it counts
        config = next(config for config in levels if name in config.files)
        at = span_of(config, ("files", name, "value"))
        help_text = "give the path of a small text file beside runtime.yml"
        yield Diagnostic(CODE, at, f"`{name}`: {reason}", help=help_text)
