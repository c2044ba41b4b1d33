"""The Jinja2 environment of krtc's own texts: those of a chart and those of a new project."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


def environment(templates: "Mapping[str, str]", filters: "Mapping[str, Callable[..., str]]") -> "Any":
    """Templates by their names, which know what they are given and these filters, and nothing else."""
    from jinja2 import DictLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    # Brackets of its own: the texts are full of other programs' braces.
    made = ImmutableSandboxedEnvironment(
        block_start_string="[%",
        block_end_string="%]",
        variable_start_string="[[",
        variable_end_string="]]",
        comment_start_string="[#",
        comment_end_string="#]",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        autoescape=False,
        loader=DictLoader(dict(templates)),
    )
    made.globals.clear()
    made.filters = dict(filters)
    return made
