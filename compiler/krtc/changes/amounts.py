"""Amounts of resources as Kubernetes compares them: `1000m` and 1 are the same."""

import re

from krtc.model import patterns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_AMOUNT = re.compile(patterns.QUANTITY).fullmatch
_POWERS_OF_10 = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_POWERS_OF_1024 = {f"{letter}i": power for power, letter in enumerate("KMGTPE", 1)}
_LONGEST = 64


def thousandths(value: "Any") -> int | None:
    """An amount in thousandths, which the API server rounds up to; None for what is no amount."""
    text = str(value)
    found = _AMOUNT(text) if len(text) <= _LONGEST else None
    if found is None:
        return None
    fraction, suffix = found[1] or "", found[2] or ""
    digits = text[: len(text) - len(suffix)].replace(".", "")
    exponent = 3 - len(fraction.removeprefix("."))
    if suffix in _POWERS_OF_1024:
        factor = 1024 ** _POWERS_OF_1024[suffix]
    else:
        factor = 1
        exponent += _POWERS_OF_10[suffix] if suffix in _POWERS_OF_10 else int(suffix[1:])
    number = int(digits) * factor
    above, below = 10 ** max(exponent, 0), 10 ** max(-exponent, 0)
    return int(-(-number * above // below))
