"""The files of what has many parts: each part's are fetched when it is its turn, so that no two need be in memory."""

from collections.abc import Callable, Iterator, Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Fetch = Callable[[], dict[str, str]]


def _nobody(done: int) -> None:
    pass


class Parts(Mapping[str, str]):
    """Files by name: those of each part, under the folder that it is called by ("" for a part that is in none).

    Whoever wants all of them asks for `items` or `values`; a file that is asked for by its name has its part fetched.
    Meanwhile `watch` is told how many parts are done.
    """

    def __init__(self, parts: "dict[str, Fetch]") -> None:
        self._parts = parts
        self.watch: Callable[[int], None] = _nobody

    @property
    def folders(self) -> "list[str]":
        """What the parts are called by."""
        return [*self._parts]

    def _named(self) -> "Iterator[tuple[str, str]]":
        for done, (folder, fetch) in enumerate(self._parts.items()):
            self.watch(done)
            for name, text in fetch().items():
                yield f"{folder}/{name}" if folder else name, text

    def items(self) -> "Any":
        """All files."""
        return self._named()

    def values(self) -> "Any":
        """The texts of all files."""
        return (text for _, text in self._named())

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._named())

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __getitem__(self, name: str) -> str:
        folder = name
        while folder:
            folder = folder.rpartition("/")[0]
            if folder in self._parts:
                return self._parts[folder]()[name[len(folder) :].removeprefix("/")]
        raise KeyError(name)
