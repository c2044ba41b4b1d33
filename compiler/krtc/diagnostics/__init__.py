"""What the compiler has to say of its input: values, never exceptions."""

from krtc.diagnostics.codes import Code, Severity
from krtc.diagnostics.diagnostic import Diagnostic, Related, has_errors, in_order
from krtc.diagnostics.nearest import did_you_mean

__all__ = ["Code", "Diagnostic", "Related", "Severity", "did_you_mean", "has_errors", "in_order"]
