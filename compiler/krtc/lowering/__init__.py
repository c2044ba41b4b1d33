"""The model to manifests: what a version is on a cluster."""

from krtc.lowering.recipe import lower

__all__ = ["lower"]
