"""Rules over a program: what the pieces mean together, beyond the form of each."""

from krtc.analysis.rules import RULES, check

__all__ = ["RULES", "check"]
