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

    @property
    def page(self) -> str:
        """The address of its page."""
        return f"https://konstellation-io.github.io/krtc/rules/{self.id}/"

    def __repr__(self) -> str:
        return f"{self.id} {self.slug}"


ENCODING = Code("KRT001", "encoding", "error", "The file is not UTF-8 text")
SYNTAX = Code("KRT002", "syntax", "error", "The file is not YAML")
YAML_FEATURE = Code("KRT003", "yaml-feature", "error", "A part of YAML that KRT does not use")
TOO_LARGE = Code("KRT004", "too-large", "error", "More than a file of this kind can hold")
DUPLICATE_KEY = Code("KRT005", "duplicate-key", "error", "A key stands twice in one mapping")
AMBIGUOUS_SCALAR = Code("KRT006", "ambiguous-scalar", "error", "Text that YAML readers take for something else")
HIDDEN_CHARACTER = Code("KRT007", "hidden-character", "warning", "A character that people do not see")
OTHER_FORMAT = Code("KRT008", "other-format", "error", "A file of KRT V1 or of the newer KAI format")
TODO = Code("KRT009", "todo", "error", "Something that a person has to decide")
UNKNOWN_KEY = Code("KRT010", "unknown-key", "error", "A key that this place does not have")
MISSING_KEY = Code("KRT011", "missing-key", "error", "A required key is missing")
WRONG_TYPE = Code("KRT012", "wrong-type", "error", "A value of the wrong type")
INVALID_VALUE = Code("KRT013", "invalid-value", "error", "A value that is not allowed here")
UNUSED_IGNORE = Code("KRT015", "unused-ignore", "warning", "A comment that silences nothing")
ARCHIVE = Code("KRT020", "archive", "error", "A .krt archive that cannot be taken")
ARCHIVE_FOLDERS = Code("KRT021", "archive-folders", "error", "A .krt archive without entries for its folders")
PROTO_SYNTAX = Code("KRT022", "proto-syntax", "error", "The file is not Protocol Buffers")
UNKNOWN_NODE = Code("KRT101", "unknown-node", "error", "A name that no node of the workflow has")
DUPLICATE_NAME = Code("KRT102", "duplicate-name", "error", "Two things of one kind have the same name")
RESERVED_NAME = Code("KRT103", "reserved-name", "error", "A name that the platform keeps for itself")
SELF_SUBSCRIPTION = Code("KRT104", "self-subscription", "error", "A node that subscribes to itself")
DUPLICATE_SUBSCRIPTION = Code("KRT105", "duplicate-subscription", "error", "A subscription stands twice")
MISSING_FILE = Code("KRT106", "missing-file", "warning", "A file that the KRT does not have")
UNUSABLE_FILE = Code("KRT107", "unusable-file", "error", "A path that leads to no file of the KRT")
PROTO_IMPORT = Code("KRT110", "proto-import", "error", "An import that the proto compiler cannot resolve")
UNKNOWN_MESSAGE = Code("KRT111", "unknown-message", "error", "A message type that no proto defines")
MISSING_SERVICE = Code("KRT112", "missing-service", "error", "The proto has no `service Entrypoint`")
UNKNOWN_RPC = Code("KRT113", "unknown-rpc", "error", "A workflow for an rpc that the proto does not have")
UNSERVED_RPC = Code("KRT114", "unserved-rpc", "warning", "An rpc that no workflow answers")
STREAMING_RPC = Code("KRT115", "streaming-rpc", "error", "An rpc that streams")
NO_ENTRY = Code("KRT201", "no-entry", "error", "No node of the workflow takes its requests")
NO_REPLY = Code("KRT202", "no-reply", "error", "The exitpoint is never reached")
UNREACHABLE_NODE = Code("KRT203", "unreachable-node", "error", "A node that no request reaches")
CYCLE = Code("KRT204", "cycle", "warning", "Messages can go round in a circle")
AFTER_REPLY = Code("KRT205", "after-reply", "warning", "A node that works only after the answer is given")
CONSUMER_COLLISION = Code("KRT301", "consumer-collision", "error", "Two subscriptions share one durable consumer")
SERVICE_NAME = Code("KRT302", "service-name", "error", "A version name that its Service cannot have")
UNKNOWN_IMAGE_USER = Code("KRT303", "unknown-image-user", "warning", "Nobody said which user an image runs as")
UNPINNED_IMAGE = Code("KRT304", "unpinned-image", "warning", "An image that may be another one tomorrow")
LONG_NAME = Code("KRT305", "long-name", "error", "Names that are too long together")
PROTO_PATH = Code("KRT306", "proto-path", "error", "A proto where the entrypoint image does not look for it")
SOURCE_WITH_SPACE = Code("KRT307", "source-with-space", "warning", "A path that kre-go cannot start")
HARMFUL_VARIABLE = Code("KRT308", "harmful-variable", "warning", "A variable that changes how a container works")
DIGIT_FIRST = Code("KRT309", "digit-first", "warning", "A variable that older clusters leave out")
CONFIG_SIZE = Code("KRT310", "config-size", "error", "More configuration than a ConfigMap holds")
MISSING_CONFIG_VALUE = Code("KRT401", "missing-config-value", "error", "A configuration value that nothing gives")
CONFIG_VALUE_TWICE = Code("KRT402", "config-value-twice", "error", "A configuration value is given twice")
CONFIG_FILE = Code("KRT403", "config-file", "error", "A configuration file that cannot be taken")
MISSING_GATEWAY = Code("KRT404", "missing-gateway", "error", "A GRPCRoute without its Gateway")
ACK_WAIT = Code("KRT405", "ack-wait", "error", "An acknowledgement time that kre-go does not accept")
RUNNER_USER = Code("KRT406", "runner-user", "error", "A user that kre-py cannot run as")
UNREADABLE_VERSION = Code("KRT407", "unreadable-version", "error", "A version whose file cannot be read")
TWO_PUBLISHED = Code("KRT408", "two-published", "error", "Two versions of a runtime are published")
DUPLICATE_VERSION = Code("KRT409", "duplicate-version", "error", "A version stands twice in a runtime")
NOTHING_PUBLISHED = Code("KRT410", "nothing-published", "note", "No version of the runtime is published")
CHANGED_VERSION = Code("KRT411", "changed-version", "error", "A running version was changed under its name")
TRANSITION = Code("KRT412", "transition", "error", "A change of status that the KAI Server refuses")
SHARED_NATS_NAMES = Code("KRT413", "shared-nats-names", "error", "Two runtimes share streams and buckets")
SHARED_NAMESPACE = Code("KRT414", "shared-namespace", "error", "Two runtimes share the names of a namespace")
PLAIN_SECRET = Code("KRT415", "plain-secret", "warning", "A configuration value that looks like a secret")
UNKNOWN_OVERRIDE = Code("KRT416", "unknown-override", "error", "Settings for what the version does not have")
KEPT_BY_JOB = Code("KRT417", "kept-by-job", "warning", "A Job deletes nothing, whatever is kept")
KRT_FILES = Code("KRT418", "krt-files", "error", "Files of a version that its pods would not get")

CODES: tuple[Code, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Code))
