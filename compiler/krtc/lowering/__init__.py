"""The model to manifests: what a version is on a cluster."""

from krtc.lowering.recipe import lower
from krtc.lowering.values import describe

__all__ = ["describe", "lower"]
