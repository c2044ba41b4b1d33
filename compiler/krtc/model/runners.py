"""What is known of the images that run in a version: their users, and what they write.

Source: the public images of the KRE 8.2 line, and what they were seen to do.
"""

import re
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from krtc.model.runtime import Images, Runtime

DEFAULT_USER = 10001
NGINX_USER = 101

# The public images, and the only proto that the entrypoint's reads.
PY, GO, ENTRYPOINT = "*/kre-py", "*/kre-go", "*/kre-entrypoint"
ENTRYPOINT_PROTO = "public_input.proto"

# The runners' users; fluent-bit, the downloader and the NATS command run as any.
USERS = {PY: 1001, GO: DEFAULT_USER, ENTRYPOINT: DEFAULT_USER}

# How long the runners have NATS wait for an acknowledgement; kre-go ends when its consumer has another time.
ACK_WAIT = "22h"
_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}


class Runner:
    """How a runner image works with a read-only root: the folders it writes, and where and how it is started."""

    __slots__ = ("command", "working_dir", "writes")

    def __init__(
        self, writes: tuple[str, ...], *, working_dir: str | None = None, command: tuple[str, ...] | None = None
    ) -> None:
        self.writes = writes
        self.working_dir = working_dir
        self.command = command


RUNNERS = {
    PY: Runner(("/tmp",)),  # noqa: S108 (the image's, for object stores)
    # kre-go copies its binary into its working folder, and /app holds the image's own start script.
    GO: Runner(
        ("/krt-work",),
        working_dir="/krt-work",
        command=("sh", "-c", "/app/entrypoint.sh 2>&1 | tee -a /var/log/app/app.log"),
    ),
    ENTRYPOINT: Runner(("/app/src/entrypoint",)),
}
OTHER_READ_ONLY = Runner(("/tmp",))  # noqa: S108


@lru_cache(maxsize=4096)
def repository(image: str) -> str:
    """An image reference without its tag and digest."""
    name = image.partition("@")[0]
    head, slash, tail = name.rpartition("/")
    return head + slash + tail.partition(":")[0]


@lru_cache(maxsize=4096)  # the same images and patterns in each version of a runtime
def matches(image: str, pattern: str) -> bool:
    """Whether an image is one of `pattern`, in which `*` stands for anything."""
    # The pieces between the stars, found one after the other: linear, whatever the pattern.
    name = repository(image)
    first, *rest = pattern.split("*")
    if not rest:
        return name == pattern
    if not name.startswith(first):
        return False
    at = len(first)
    for piece in rest[:-1]:
        found = name.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return name.endswith(rest[-1]) and len(name) - len(rest[-1]) >= at


def expression(pattern: str) -> str:
    """The same as a regular expression over the whole reference, for the schema of a chart's values."""
    # What a `*` stands for is no part of the tag: before a `/` it may hold any `:`, behind one it holds none.
    head, slash, tail = pattern.rpartition("/")
    star = "[^:@]*" if slash else "([^:@]|:[0-9]*/)*"
    parts = [any_.join(map(re.escape, part.split("*"))) for part, any_ in ((head, "[^@]*"), (tail, star))]
    return f"^{slash.join(parts)}(:[^/@]*)?(@.*)?$"


def known_patterns(settings: "Runtime") -> list[str]:
    """The patterns that tell images apart, in the order in which they are tried."""
    images = settings.images
    patterns = dict.fromkeys([*images.users, *USERS, *images.read_only_root, *settings.nats.ack_wait])
    patterns.pop("default", None)
    return list(patterns)


def user(images: "Images", image: str) -> int | None:
    """The numeric user that an image runs as, or None when nobody said so."""
    users = {**images.users, **{p: u for p, u in USERS.items() if p not in images.users}}
    default = users.pop("default", None)
    return next((number for pattern, number in users.items() if matches(image, pattern)), default)


def runner(images: "Images", image: str) -> Runner | None:
    """How to run an image with a read-only root, or None when that is not known."""
    for pattern, known in RUNNERS.items():
        if matches(image, pattern):
            return known
    return OTHER_READ_ONLY if any(matches(image, p) for p in images.read_only_root) else None


def wanted_proto(image: str) -> str | None:
    """The only proto that an entrypoint image reads; None when it may read any."""
    return ENTRYPOINT_PROTO if matches(image, ENTRYPOINT) else None


def ack_wait(waits: dict[str, str], image: str) -> str:
    """How long NATS waits for an acknowledgement of a node that runs the image."""
    return ack_wait_rule(waits, image)[1]


def ack_wait_rule(waits: dict[str, str], image: str) -> tuple[str, str]:
    """The same, with the pattern that says so; `default` when none does."""
    fitting = (p for p in waits if p != "default" and matches(image, p))
    pattern = next(fitting, "default")
    return pattern, waits.get(pattern, ACK_WAIT)


def nanoseconds(duration: str) -> int:
    """A duration of Go ("1h30m") as a number; what is less than a nanosecond is cut off, as Go does."""
    found = re.findall(r"([0-9]+)(?:\.([0-9]+))?(ns|us|µs|ms|s|m|h)", duration)
    return sum(int(whole + part) * _UNITS[unit] // 10 ** len(part) for whole, part, unit in found)


def is_pinned(image: str) -> bool:
    """Whether an image reference names one image for good: by a digest, or by a tag that is not `latest`."""
    return "@" in image or image[len(repository(image)) :] not in ("", ":latest")
