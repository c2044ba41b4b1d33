"""The statuses of a version: what the KAI Server calls them, which of three a compiler can aim at, and what leads on.

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


class Action:
    """What the KAI Server does with a version, from the status `before` to `after`; `done` is its word for that."""

    __slots__ = ("after", "before", "done", "name")

    def __init__(self, name: str, done: str, before: "Status", after: "Status") -> None:
        self.name = name
        self.done = done
        self.before = before
        self.after = after


ACTIONS = {
    action.name: action
    for action in (
        Action("start", "started", "stopped", "started"),
        Action("stop", "stopped", "started", "stopped"),
        Action("publish", "published", "started", "published"),
        Action("unpublish", "unpublished", "published", "started"),
    )
}
"""The actions by name, as KRE has them. `start` needs a value for all configuration; `publish` unpublishes the version
that was published, for one at most is."""


def action_for(old: "Status", new: "Status") -> str | None:
    """The one action by which a version gets from a status to another; None when none does, or none is needed.

    What `unpublish` does is also what `publish` of another version does to the one that was published.
    """
    return next((action.name for action in ACTIONS.values() if (action.before, action.after) == (old, new)), None)
