"""Two sets of manifests to changes: what differs, field by field, and what that does to a cluster."""

from krtc.changes.compare import compare

__all__ = ["compare"]
