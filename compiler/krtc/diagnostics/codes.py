"""The one table of codes.

Bands: 0xx syntax and schema, 1xx references, 2xx graph, 3xx Kubernetes and NATS limits, 4xx runtime and lifecycle,
5xx output drift. An id is never used for something else later.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Severity = Literal["error", "warning", "note"]
else:
    Severity = str


class Code:
    """One kind of diagnostic: `id` (KRT101), `slug` (unknown-node), `severity`, and a `title` in a few words."""

    __slots__ = ("id", "severity", "slug", "title")

    def __init__(self, id: str, slug: str, severity: Severity, title: str) -> None:
        self.id = id
        self.slug = slug
        self.severity = severity
        self.title = title

    def __repr__(self) -> str:
        return f"{self.id} {self.slug}"


ENCODING = Code("KRT001", "encoding", "error", "The file is not UTF-8 text")
SYNTAX = Code("KRT002", "syntax", "error", "The file is not YAML")
YAML_FEATURE = Code("KRT003", "yaml-feature", "error", "A part of YAML that KRT does not use")
TOO_LARGE = Code("KRT004", "too-large", "error", "More than a file of this kind can hold")
DUPLICATE_KEY = Code("KRT005", "duplicate-key", "error", "A key stands twice in one mapping")
AMBIGUOUS_SCALAR = Code("KRT006", "ambiguous-scalar", "error", "Text that YAML readers take for something else")
UNKNOWN_KEY = Code("KRT010", "unknown-key", "error", "A key that this place does not have")
MISSING_KEY = Code("KRT011", "missing-key", "error", "A required key is missing")
WRONG_TYPE = Code("KRT012", "wrong-type", "error", "A value of the wrong type")
INVALID_VALUE = Code("KRT013", "invalid-value", "error", "A value that is not allowed here")
NOT_BUILT = Code("KRT014", "not-built", "error", "A part of the language that krtc does not compile yet")
UNKNOWN_NODE = Code("KRT101", "unknown-node", "error", "A name that no node of the workflow has")
DUPLICATE_NAME = Code("KRT102", "duplicate-name", "error", "Two things of one kind have the same name")
CONSUMER_COLLISION = Code("KRT301", "consumer-collision", "error", "Two subscriptions share one durable consumer")
SERVICE_NAME = Code("KRT302", "service-name", "error", "A version name that its Service cannot have")
UNKNOWN_IMAGE_USER = Code("KRT303", "unknown-image-user", "warning", "Nobody said which user an image runs as")
MISSING_CONFIG_VALUE = Code("KRT401", "missing-config-value", "error", "A configuration value that nothing gives")
CONFIG_VALUE_TWICE = Code("KRT402", "config-value-twice", "error", "A configuration value is given twice")
CONFIG_FILE = Code("KRT403", "config-file", "error", "A configuration file that cannot be taken")
MISSING_GATEWAY = Code("KRT404", "missing-gateway", "error", "A GRPCRoute without its Gateway")

CODES: tuple[Code, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Code))
