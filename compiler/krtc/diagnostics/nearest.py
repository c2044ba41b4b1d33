"""The nearest valid name to a misspelt one."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# A name that nobody can write by accident is not worth comparing: difflib is quadratic in its length.
_LONGEST = 64


def did_you_mean(name: str, valid: "Iterable[str]") -> str | None:
    """A help text that names the nearest of `valid`, or None when nothing is near."""
    if len(name) > _LONGEST:
        return None
    from difflib import get_close_matches  # only when a name is wrong

    by_lower = {candidate.lower(): candidate for candidate in valid}
    near = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return f"did you mean `{by_lower[near[0]]}`?" if near else None
