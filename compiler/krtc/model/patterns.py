"""The patterns of the language, each with what it means in words.

All are linear in the length of the text. They are written for JSON Schema (no look-around) and match whole values.
"""

RESOURCE_NAME = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
LONGEST_RESOURCE_NAME = 19
RESOURCE_NAME_IN_WORDS = "lower-case letters, digits and `-`, with a letter or a digit at both ends"

RPC_NAME = r"^[A-Za-z_][A-Za-z0-9_]*$"
RPC_NAME_IN_WORDS = "the name of an rpc: letters, digits and `_`, no digit first"

CONFIG_VARIABLE = r"^[A-Z0-9]([_A-Z0-9]*[A-Z0-9])?$"
CONFIG_VARIABLE_IN_WORDS = "upper-case letters, digits and `_`, with a letter or a digit at both ends"

CONFIG_FILE = r"^[A-Za-z_][A-Za-z0-9_]*$"
CONFIG_FILE_IN_WORDS = "the name of an environment variable: letters, digits and `_`, no digit first"

# What nobody sees, or sees in another order (zero-width characters and bidi marks), is in no name and no path. Apart
# from the shapes: a set with such characters is slow to compile, and a text in ASCII has none.
HIDDEN = r"[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"

# No wildcard, comma or space: the subjects are joined by commas, and a runner passes them to NATS as they are; no
# slash: NATS refuses one in the name of the consumer.
SUBSCRIPTION = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[^.*>,/\\\s]+)?$"
SUBSCRIPTION_IN_WORDS = (
    "`entrypoint`, NODE or NODE.SUBTOPIC: a node in lower-case letters, digits and `-`, a sub-topic without"
    " . * > , / \\ and spaces"
)

# A path inside the KRT: relative; `..` is refused by shape (no segment starts with two dots).
_FIRST = r"([^/.\s]|\.[^/.])[^/]*"
_SEGMENT = r"\.?[^/.][^/]*"
KRT_PATH = rf"^{_FIRST}(/{_SEGMENT})*/?$"
KRT_PATH_IN_WORDS = "a relative path inside the KRT, without `..`"
PROTO_PATH = rf"^{_FIRST}(/{_SEGMENT})*\.proto$"
PROTO_PATH_IN_WORDS = "a relative path inside the KRT that ends in `.proto`"

# The reference grammar of OCI's distribution specification: [registry/]repository[:tag][@digest].
IMAGE = (
    r"^([A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?(:[0-9]{1,5})?/)?"
    r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*"
    r"(:[A-Za-z0-9_][-A-Za-z0-9_.]{0,127})?(@sha256:[a-f0-9]{64})?$"
)
IMAGE_IN_WORDS = "an image reference: [REGISTRY/]REPOSITORY[:TAG][@sha256:DIGEST], the repository in lower case"
IMAGE_PATTERN_IN_WORDS = "an image without its tag, in which `*` stands for anything, or `default`"
IMAGE_PATTERN = r"^([-A-Za-z0-9_./*:]*/)?[-a-z0-9_.*]+$"

KUBERNETES = r"^1\.(3[1-9]|[4-9][0-9])$"
KUBERNETES_IN_WORDS = '"1.31" or a later minor version, in quotes'

DNS_SUBDOMAIN = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
DNS_SUBDOMAIN_IN_WORDS = "a DNS name in lower case"

# The tables of NATS, MongoDB and InfluxDB end in environment values, where `$` would begin a reference.
_PORT = r"([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
HOST_PORT = rf"^[A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?:{_PORT}$"
HOST_PORT_IN_WORDS = "HOST:PORT, the port from 1 to 65535"
DATABASE = r"^[^/\\. \"$*<>:|?\x00-\x1f]+$"
DATABASE_IN_WORDS = 'a name that MongoDB allows: none of / \\ . " $ * < > : | ? and no space'
BUCKET = r"^[A-Za-z0-9_-]+$"
BUCKET_IN_WORDS = "letters, digits, `_` and `-`"
HTTP_URL = r"^https?://[^\s$]+$"
HTTP_URL_IN_WORDS = "an http or https address"
# Who asks for the manifests sees it.
HTTPS_URL = r"^https://[^\s$@/?#]+(/[^\s$]*)?$"
HTTPS_URL_IN_WORDS = "an https address without a password"
SHA256 = "^[0-9a-f]{64}$"
SHA256_IN_WORDS = "64 hex digits, in lower case"

# Go's time.ParseDuration, as NACK reads it: days are not a unit.
DURATION = r"^([0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h))+$"
DURATION_IN_WORDS = 'a duration of Go such as "22h" or "1h30m" (days are not a unit)'

QUANTITY = r"^[0-9]{1,18}(\.[0-9]{1,9})?(Ki|[EPTGM]i?|[mnuk]|[eE][-+]?[0-9]{1,2})?$"
QUANTITY_IN_WORDS = 'a quantity of Kubernetes such as "500m" or "1Gi"'

SECRET_KEY = r"^[-._a-zA-Z0-9]+$"
SECRET_KEY_IN_WORDS = "letters, digits, `-`, `_` and `.`"
LABEL_KEY = r"^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$"
LABEL_KEY_IN_WORDS = "a label key: [PREFIX/]NAME"
LABEL_VALUE = r"^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$"
LABEL_VALUE_IN_WORDS = "a label value: letters, digits, `-`, `_` and `.`, at most 63"
RESOURCE_KEY = LABEL_KEY
