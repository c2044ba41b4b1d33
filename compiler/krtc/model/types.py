"""The named types of the language, for the JSON Schemas: a base type, its pattern, and the pattern in words.

Imported only where schemas are made (it needs pydantic); records name these types in annotations that stay text.
"""

from typing import Annotated, Any

from pydantic import Field

from krtc.model import patterns as p

__all__ = ["Field"]


def _matching(pattern: str, in_words: str, *, longest: int | None = None, without: str | None = None) -> object:
    extra: dict[str, Any] = {"patternErrorMessage": f"must be {in_words}"}
    if without:
        extra["not"] = {"pattern": without}
    return Field(pattern=pattern, max_length=longest, json_schema_extra=extra)


def _instead(in_words: str) -> object:
    """What to say of a value of another type; such a value may be a secret, and is shown to nobody."""
    return Field(json_schema_extra={"errorMessage": f"must be {in_words}", "writeOnly": True})


_NAME = "the name alone, `- NAME`: its value belongs in `config` of a runtime.yml"
_NAMES = "a list of names, `- NAME`: their values belong in `config` of a runtime.yml"
ResourceName = Annotated[str, _matching(p.RESOURCE_NAME, p.RESOURCE_NAME_IN_WORDS, longest=p.LONGEST_RESOURCE_NAME)]
RpcName = Annotated[str, _matching(p.RPC_NAME, p.RPC_NAME_IN_WORDS, longest=128)]
BucketName = Annotated[str, _matching(p.RESOURCE_NAME, p.RESOURCE_NAME_IN_WORDS, longest=128)]
ConfigVariable = Annotated[str, _matching(p.CONFIG_VARIABLE, p.CONFIG_VARIABLE_IN_WORDS, longest=253)]
ConfigVariables = Annotated[list[Annotated[ConfigVariable, _instead(_NAME)]], _instead(_NAMES)]
ConfigValue = Annotated[str, _instead("a plain value: what is in a Secret belongs under `config.secrets`")]
ConfigFile = Annotated[str, _matching(p.CONFIG_FILE, p.CONFIG_FILE_IN_WORDS, longest=253)]
ConfigFiles = Annotated[list[Annotated[ConfigFile, _instead(_NAME)]], _instead(_NAMES)]
Subscription = Annotated[str, _matching(p.SUBSCRIPTION, p.SUBSCRIPTION_IN_WORDS, longest=128, without=p.HIDDEN)]
KrtPath = Annotated[str, _matching(p.KRT_PATH, p.KRT_PATH_IN_WORDS, longest=1024, without=p.HIDDEN)]
ProtoPath = Annotated[str, _matching(p.PROTO_PATH, p.PROTO_PATH_IN_WORDS, longest=1024, without=p.HIDDEN)]
Image = Annotated[str, _matching(p.IMAGE, p.IMAGE_IN_WORDS, longest=512)]
ImagePattern = Annotated[str, _matching(p.IMAGE_PATTERN, p.IMAGE_PATTERN_IN_WORDS, longest=512)]
Kubernetes = Annotated[str, _matching(p.KUBERNETES, p.KUBERNETES_IN_WORDS)]
KubernetesName = Annotated[str, _matching(p.DNS_SUBDOMAIN, p.DNS_SUBDOMAIN_IN_WORDS, longest=253)]
Domain = Annotated[str, _matching(p.DNS_SUBDOMAIN, p.DNS_SUBDOMAIN_IN_WORDS, longest=200)]
HostPort = Annotated[str, _matching(p.HOST_PORT, p.HOST_PORT_IN_WORDS, longest=259)]
Database = Annotated[str, _matching(p.DATABASE, p.DATABASE_IN_WORDS, longest=63)]
GridfsBucket = Annotated[str, _matching(p.BUCKET, p.BUCKET_IN_WORDS, longest=128)]
HttpUrl = Annotated[str, _matching(p.HTTP_URL, p.HTTP_URL_IN_WORDS, longest=2048)]
HttpsUrl = Annotated[str, _matching(p.HTTPS_URL, p.HTTPS_URL_IN_WORDS, longest=2048)]
Sha256 = Annotated[str, _matching(p.SHA256, p.SHA256_IN_WORDS)]
Duration = Annotated[str, _matching(p.DURATION, p.DURATION_IN_WORDS, longest=64)]
Quantity = Annotated[str, _matching(p.QUANTITY, p.QUANTITY_IN_WORDS, longest=64)]
# Helm reads numbers as floats: above, one becomes another.
Amount = Annotated[int, Field(ge=0, le=2**53 - 1)]
SecretKey = Annotated[str, _matching(p.SECRET_KEY, p.SECRET_KEY_IN_WORDS, longest=253)]
LabelKey = Annotated[str, _matching(p.LABEL_KEY, p.LABEL_KEY_IN_WORDS, longest=317)]
LabelValue = Annotated[str, _matching(p.LABEL_VALUE, p.LABEL_VALUE_IN_WORDS, longest=63)]
