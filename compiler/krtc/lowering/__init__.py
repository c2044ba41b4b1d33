"""The model to manifests: what a version, and a runtime, is on a cluster."""

from krtc.lowering.recipe import lower, lower_runtime

__all__ = ["lower", "lower_runtime"]
