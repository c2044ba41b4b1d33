"""The nearest valid name to a misspelt one."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

# A name that nobody can write by accident is not worth comparing, nor are thousands of candidates: difflib is quadratic
# in the length of names.
_LONGEST = 64
_MOST = 200
_TOO_MANY = 2000
# ... and where nobody is asked, fewer letters count, and as many names as a person can oversee.
_SHORTEST = 3
_MOST_APART = 2
_TOO_MANY_TO_CHOOSE = 500


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


def meant(name: str, valid: "Collection[str]") -> str | None:
    """The one of `valid` that is so near that nobody need be asked; None when that could be another one, or none.

    Two letters may be there or missing, so one may be another or stand elsewhere. Digits are no letters: they number.
    """
    if len(name) > _LONGEST or len(valid) > _TOO_MANY_TO_CHOOSE:
        return None
    wanted = name.lower()
    near = [candidate for candidate in valid if candidate.lower() == wanted]
    if not near and len(name) >= _SHORTEST:
        letters = {*wanted}
        likely = [
            c for c in valid if len(c) >= _SHORTEST and len(letters.symmetric_difference(c.lower())) <= _MOST_APART
        ]
        near = [candidate for candidate in likely if _is_near(candidate.lower(), wanted, _MOST_APART)]
    return near[0] if len(near) == 1 and _digits(near[0]) == _digits(name) else None


def _digits(name: str) -> "Iterable[str]":
    return [character for character in name if character.isdigit()]


def _is_near(one: str, other: str, apart: int) -> bool:
    """Whether one text becomes the other when at most so many characters are put in or taken out."""
    if abs(len(one) - len(other)) > apart:
        return False
    at = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        at += 1
    one, other = one[at:], other[at:]
    if not one or not other:
        return True
    return apart > 0 and (_is_near(one[1:], other, apart - 1) or _is_near(one, other[1:], apart - 1))
