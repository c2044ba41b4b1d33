"""The YAML serialiser: text that YAML 1.1 and 1.2 readers (kubectl, Helm, Kustomize, Python) read alike.

Plain only where no reader can take a text for something else, else double-quoted on one line; literal blocks for
multi-line text that survives them. In quoted text `{{` and `}}` are broken by an escape, so that a user's text can
never become a Helm action. No anchors, nothing folded, order as given.
"""

from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_")
_PLAIN = _LETTERS.union("0123456789.-/")
_WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def scalar(value: "str | int | bool") -> str:
    """A text, a number or a boolean on one line."""
    if isinstance(value, str):
        return string(value)
    return ("false", "true")[value] if isinstance(value, bool) else str(value)


# The same names and words stand in every object of a version.
@lru_cache(maxsize=4096)
def string(text: str) -> str:
    """A text on one line."""
    if text[:1] in _LETTERS and _PLAIN.issuperset(text) and text.lower() not in _WORDS:
        return text
    return quoted(text)


def quoted(text: str) -> str:
    """A text in double quotes."""
    escaped = text if text.isprintable() and "\\" not in text and '"' not in text else "".join(map(_escaped, text))
    return '"' + escaped.replace("{{", "{\\x7b").replace("}}", "}\\x7d") + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


@lru_cache(maxsize=64)  # and the same files
def block(text: str, pad: str) -> str | None:
    """A multi-line text as a literal block (its header and lines), or None where it would not be read back alike.

    Blanks at its end would be lost in a chart, where the next line may begin with `{{-`.
    """
    if "\n" not in text or "{{" in text or "}}" in text or text.removesuffix("\n")[-1:].isspace() or text[0] in " \t\n":
        return None
    lines = text.split("\n")
    ending = "|-"
    if not lines[-1]:
        ending = "|"
        lines.pop()
    if not all(line.replace("\t", "").isprintable() and (not line or not line.isspace()) for line in lines):
        return None
    return ending + "".join(["\n" + (pad + line if line else "") for line in lines])


class Emitter:
    """Writes data as block YAML; a back end whose data holds more than plain values overrides `field` and `item`."""

    def __init__(self) -> None:
        self.out: list[str] = []
        # Containers of a pod share lists (their environment): each is written once, by identity and indentation.
        self._written: dict[tuple[int, str], str] = {}

    def mapping(self, data: "dict[str, Any]", pad: str, first: str | None = None) -> None:
        """The fields of a mapping, each line behind `pad`; the very first behind `first`, when it begins an item."""
        head = pad if first is None else first
        append, field = self.out.append, self.field
        for key, value in data.items():
            if type(value) is str and "\n" not in value:
                append(f"{head}{string(key)}: {string(value)}\n")
            else:
                field(f"{head}{string(key)}:", value, pad)
            head = pad

    def field(self, head: str, value: "Any", pad: str) -> None:
        """A field: `head` is its key with all before it, `pad` what its siblings begin with."""
        if isinstance(value, dict):
            if value:
                self.out.append(head + "\n")
                self.mapping(value, pad + "  ")
            else:
                self.out.append(head + " {}\n")
        elif isinstance(value, list):
            if value:
                self.out.append(head + "\n")
                self.sequence(value, pad + "  ")
            else:
                self.out.append(head + " []\n")
        else:
            self.out.append(f"{head} {self.text(value, pad)}\n")

    def sequence(self, data: "list[Any]", pad: str) -> None:
        """The items of a list."""
        key = (id(data), pad)
        if key in self._written:
            self.out.append(self._written[key])
            return
        start = len(self.out)
        for value in data:
            self.item(value, pad)
        self._written[key] = "".join(self.out[start:])

    def item(self, value: "Any", pad: str) -> None:
        """An item of a list."""
        if isinstance(value, dict) and value:
            self.mapping(value, pad + "  ", pad + "- ")
        elif isinstance(value, list) and value:
            self.out.append(f"{pad}-\n")
            self.sequence(value, pad + "  ")
        elif isinstance(value, dict | list):
            self.out.append(f"{pad}- {'{}' if isinstance(value, dict) else '[]'}\n")
        else:
            self.out.append(f"{pad}- {self.text(value, pad)}\n")

    def text(self, value: "Any", pad: str) -> str:
        """A scalar as the value of a field: a block when it has lines."""
        lines = isinstance(value, str) and "\n" in value
        return (block(value, pad + "  ") if lines else None) or scalar(value)


def dump(data: "dict[str, Any]") -> str:
    """A mapping as a YAML document."""
    emitter = Emitter()
    emitter.mapping(data, "")
    return "".join(emitter.out)


def dump_items(items: "list[Any]") -> str:
    """A list as a YAML document."""
    emitter = Emitter()
    for item in items:
        emitter.item(item, "")
    return "".join(emitter.out)


def header(source: str) -> str:
    """The comment that every file begins with; `source` is the file that it was made from."""
    return f"# Made by krtc from {scalar(source)}. Do not edit: change that file and compile again.\n"
