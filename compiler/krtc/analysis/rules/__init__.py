"""All rules, in the order of their codes.

A rule is a module with CODE and `check(program)`, a generator of diagnostics. Its docstring says what the rule is, and
under the headings *Why*, *Bad*, *Good* and *Fix* what a person needs to know of it.
"""

from krtc.analysis.rules import (
    config_value_twice,
    consumer_collision,
    duplicate_name,
    missing_config_value,
    missing_gateway,
    not_built,
    service_name,
    unknown_image_user,
    unknown_node,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.diagnostics import Diagnostic
    from krtc.model.program import Program

RULES = (
    not_built,
    unknown_node,
    duplicate_name,
    consumer_collision,
    service_name,
    unknown_image_user,
    missing_config_value,
    config_value_twice,
    missing_gateway,
)


def check(program: "Program") -> "Iterator[Diagnostic]":
    """What all rules have to say of a program."""
    for rule in RULES:
        yield from rule.check(program)
