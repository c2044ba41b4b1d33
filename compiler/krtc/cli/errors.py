"""What ends a command with exit code 2."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class UsageError(Exception):
    """A wrong call, or a file that cannot be read or written; its text is for the person who called."""


def no_version(path: str, wanted: str, names: "Sequence[str]") -> UsageError:
    """What to raise for a version that a runtime.yml, which has those of these names, has not."""
    from krtc.diagnostics import did_you_mean

    near = did_you_mean(wanted, names)
    return UsageError(f"{path} has no version `{wanted}`{': ' + near if near else ''}")
