"""The language of krt.yml, KRT V2: a version, its workflows and their nodes.

Sources of the rules: the document "Versions in KRT V2", and the KAI Server's own validation (KRE 8.2).
"""

from __future__ import annotations

from krtc.model.record import Record, known, parts, span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Annotated, Literal

    from krtc.model.types import (
        BucketName,
        ConfigFiles,
        ConfigVariables,
        Field,
        Image,
        KrtPath,
        ProtoPath,
        ResourceName,
        RpcName,
        Subscription,
    )
    from krtc.source import Span


class ObjectStore(Record):
    """A JetStream object store that a node reads and writes."""

    name: Annotated[BucketName, Field(description="Nodes that name the same store share it.", examples=["emails"])]
    scope: Annotated[
        Literal["workflow", "project"],
        Field(description="Who shares it: the nodes of the workflow, or those of the whole version."),
    ] = "workflow"


class Node(Record):
    """A process of a workflow: a Deployment of a runner image that executes the node's code."""

    name: Annotated[ResourceName, Field(description="Unique inside the workflow.", examples=["etl"])]
    image: Annotated[Image, Field(description="The runner image.", examples=["konstellation/kre-py:8.2.0"])]
    src: Annotated[
        KrtPath, Field(description="The code: a path inside the KRT.", examples=["src/etl/main.py", "bin/etl"])
    ]
    gpu: Annotated[bool, Field(description="Whether each pod needs an NVIDIA GPU.")] = False
    replicas: Annotated[int, Field(description="How many pods share the work.", ge=1, le=2147483647)] = 1
    subscriptions: Annotated[
        list[Subscription],
        Field(
            description="Where the node's messages come from: `entrypoint`, NODE or NODE.SUBTOPIC of the workflow.",
            min_length=1,
            examples=[["entrypoint"], ["etl", "email-classificator.repairs"]],
        ),
    ]
    object_store: Annotated[ObjectStore | None, Field(description="The object store of the node.")] = None


class Workflow(Record):
    """A directed graph of nodes that answers one rpc."""

    name: Annotated[ResourceName, Field(description="Unique inside the version.", examples=["classificator"])]
    entrypoint: Annotated[
        RpcName,
        Field(description="The rpc of `service Entrypoint` that the workflow answers.", examples=["Classificator"]),
    ]
    exitpoint: Annotated[
        ResourceName, Field(description="The node whose output answers the request.", examples=["exitpoint"])
    ]
    nodes: Annotated[list[Node], Field(description="The nodes, in any order.", min_length=1)]


class Entrypoint(Record):
    """The process that the platform provides: it takes requests from outside and answers them."""

    proto: Annotated[
        ProtoPath,
        Field(
            description="The proto with `service Entrypoint`, a path inside the KRT.", examples=["public_input.proto"]
        ),
    ]
    image: Annotated[Image, Field(description="The entrypoint image.", examples=["konstellation/kre-entrypoint:8.2.0"])]


class Config(Record):
    """The names of the configuration that the nodes read as environment variables; all of it is mandatory."""

    variables: Annotated[
        ConfigVariables | None,
        Field(
            description="Variables with a short value; a runtime.yml gives it, or names its Secret.",
            examples=[["WEBHOOK_URL"]],
        ),
    ] = None
    files: Annotated[
        ConfigFiles | None,
        Field(description="Variables that hold the content of a file.", examples=[["MODEL_SETTINGS"]]),
    ] = None


class Version(Record):
    """A version: one entrypoint and one or more workflows."""

    version: Annotated[ResourceName, Field(description="The id of the version.", examples=["classificator-v1"])]
    krt_version: Annotated[Literal["v2"], Field(description="The version of the language.")]
    description: Annotated[str, Field(description="What the version does, for people.", min_length=1)]
    entrypoint: Annotated[Entrypoint, Field(description="The process that takes requests.")]
    config: Annotated[Config | None, Field(description="The configuration that the nodes read.")] = None
    workflows: Annotated[list[Workflow], Field(description="The graphs of nodes.", min_length=1)]

    def configured(self) -> Iterator[tuple[str, str, Span]]:
        """The names of the configuration that are right: for each the list that holds it, the name, and its place."""
        config = known(self, "config")
        for field in ("variables", "files") if config else ():
            for index, name in parts(config, field).items():
                yield field, name, span_of(config, (field, index))

    @property
    def variables(self) -> list[str]:
        """The names of the configuration variables."""
        return (self.config.variables if self.config else None) or []

    @property
    def files(self) -> list[str]:
        """The names of the configuration files."""
        return (self.config.files if self.config else None) or []
