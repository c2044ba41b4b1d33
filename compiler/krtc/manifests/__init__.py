"""The output as typed data: objects with late-bound leaves, and their order."""

from krtc.manifests.leaves import (
    ABSENT,
    PUBLISHED,
    RUNNING,
    STATUS,
    Amounts,
    Digest,
    Is,
    Merge,
    Optional,
    Param,
    Shared,
    Text,
    When,
    params,
    resolve,
)
from krtc.manifests.resource import Bundle, Resource, file_name
from krtc.manifests.value import Value

__all__ = [
    "ABSENT",
    "PUBLISHED",
    "RUNNING",
    "STATUS",
    "Amounts",
    "Bundle",
    "Digest",
    "Is",
    "Merge",
    "Optional",
    "Param",
    "Resource",
    "Shared",
    "Text",
    "Value",
    "When",
    "file_name",
    "params",
    "resolve",
]
