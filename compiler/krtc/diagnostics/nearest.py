"""The nearest valid name to a misspelt one."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

# A name that nobody can write by accident is not worth comparing, nor are thousands of candidates: difflib is quadratic
# in the length of names.
_LONGEST = 64
_MOST = 200
_TOO_MANY = 2000


def nearest(name: str, valid: "Collection[str]") -> str | None:
    """The nearest of `valid`, or None when nothing is near."""
    if len(name) > _LONGEST or len(valid) > _TOO_MANY:
        return None
    from difflib import get_close_matches  # only when a name is wrong

    wanted = name.lower()
    by_lower = {candidate.lower(): candidate for candidate in valid}
    if len(by_lower) > _MOST:  # of many, those that begin as it does
        by_lower = {lower: candidate for lower, candidate in by_lower.items() if lower[:2] == wanted[:2]}
    near = get_close_matches(wanted, list(by_lower)[:_MOST], n=1, cutoff=0.6)
    return by_lower[near[0]] if near else None


def did_you_mean(name: str, valid: "Collection[str]") -> str | None:
    """A help text that names the nearest of `valid`, or None when nothing is near."""
    near = nearest(name, valid)
    return f"did you mean `{near}`?" if near else None
