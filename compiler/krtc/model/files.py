"""The files of a KRT, as far as the compiler looks at them: whether they are there, and what the proto says."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, Protocol

    from krtc.source import SourceFile, Span

    # What stands at a path: a regular file, a folder, nothing, what a link outside of the KRT leads to, or a thing
    # that is never opened (a FIFO, a device, a socket).
    Kind = Literal["file", "folder", "missing", "outside", "special"]

    class Tree(Protocol):
        """The files of a KRT: the folder of a krt.yml, or an archive.

        Paths are as people write them in krt.yml: relative, `/` between folders, perhaps one at the end.
        """

        complete: bool
        """Whether it holds all that a pod will get: an archive does, a folder may lack what is built later."""

        def kind(self, path: str) -> Kind:
            """What stands at a path."""

        def read(self, path: str) -> bytes | str:
            """The content of a file, at most one byte more than a file may have; or in words why there is none."""

        def name(self, path: str) -> str:
            """How people are told of a file."""


class Files:
    """What is known of the files of a KRT: `kinds` by the path in krt.yml (nothing of those that nobody looked for).

    `complete` says whether they are all that a pod will get; `proto` is what the entrypoint's says.
    """

    __slots__ = ("complete", "kinds", "proto")

    def __init__(
        self, kinds: "dict[str, Kind] | None" = None, *, complete: bool = False, proto: "Proto | None" = None
    ) -> None:
        self.kinds = kinds or {}
        self.complete = complete
        self.proto = proto


class Method:
    """An rpc of a service: its name, where that stands, and whether it takes or gives a stream."""

    __slots__ = ("name", "span", "streams")

    def __init__(self, name: str, span: "Span", *, streams: bool) -> None:
        self.name = name
        self.span = span
        self.streams = streams


SERVICE = "Entrypoint"
"""The one service that the entrypoint image makes its server from."""


class Proto:
    """A .proto: where the names of its services stand, and the methods of `service Entrypoint`."""

    __slots__ = ("file", "methods", "services")

    def __init__(self, file: "SourceFile", services: "dict[str, Span]", methods: list[Method]) -> None:
        self.file = file
        self.services = services
        self.methods = methods
