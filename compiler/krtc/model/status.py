"""The statuses of a version: what the KAI Server calls them, and which of three a compiler can aim at.

`created`, `creating`, `starting` and `stopping` are steps of a server; `error` is nothing that anybody wants.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Status = Literal["stopped", "started", "published"]

DESIRED: "dict[str, Status]" = {
    "stopped": "stopped",
    "creating": "stopped",
    "created": "stopped",
    "stopping": "stopped",
    "started": "started",
    "starting": "started",
    "published": "published",
}
"""A status of the KAI Server to the desired one."""
