"""What the compiler has to say of its input: values, never exceptions."""

from krtc.diagnostics.codes import Code, Severity
from krtc.diagnostics.diagnostic import MOST_FINDINGS, Diagnostic, Related, has_errors, in_order
from krtc.diagnostics.ignore import Ignore, is_fixed, silence
from krtc.diagnostics.nearest import did_you_mean, nearest

__all__ = [
    "MOST_FINDINGS",
    "Code",
    "Diagnostic",
    "Ignore",
    "Related",
    "Severity",
    "did_you_mean",
    "has_errors",
    "in_order",
    "is_fixed",
    "nearest",
    "silence",
]
