"""A Helm chart: manifests with expressions for what people tune, and the texts around them."""

from krtc.backends.helm.chart import files

__all__ = ["files"]
