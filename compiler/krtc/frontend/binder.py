"""Positioned nodes to records: an interpreter of the JSON Schemas that are made from the records themselves.

It knows the words of JSON Schema that those schemas use, and no others; jsonschema is the oracle that tests hold it
against. Its own part is what jsonschema cannot do: positions, plain scalars that YAML readers take for another type,
nearest names.
"""

import re
from functools import cache

from krtc.diagnostics import MOST_FINDINGS, Diagnostic, did_you_mean
from krtc.diagnostics.codes import AMBIGUOUS_SCALAR, INVALID_VALUE, MISSING_KEY, TOO_LARGE, UNKNOWN_KEY, WRONG_TYPE
from krtc.frontend.nodes import Mapping, Node, Scalar, Sequence, span
from krtc.model.record import Record, broken, place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping as Dict
    from types import ModuleType
    from typing import Any

    from krtc.diagnostics import Code
    from krtc.diagnostics.fix import Fix
    from krtc.source import Span

    Schema = dict[str, Any]

# What YAML 1.1 or 1.2 readers take for a boolean or null, whatever its case.
_WORDS = frozenset(("", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n"))
_TRUE, _FALSE = ("true", "True", "TRUE"), ("false", "False", "FALSE")
# What people mean by what is not a boolean for all.
_MEANT = {
    **dict.fromkeys(("yes", "y", "on", "true", "1"), "true"),
    **dict.fromkeys(("no", "n", "off", "false", "0"), "false"),
}
_NULL = ("", "~", "null", "Null", "NULL")
# ... and for a number, a date or a time: it begins with one of these.
_NUMBER_START = frozenset("0123456789+-.=<")
_NUMBER = (
    r"[-+]?(0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[0-9_]+(:[0-5]?[0-9])*(\.[0-9_]*)?([eE][-+]?[0-9]+)?"
    r"|\.[0-9_]+([eE][-+]?[0-9]+)?|\.(inf|Inf|INF))|\.(nan|NaN|NAN)"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt \t].*)?|=|<<"
)
_LONGEST_INTEGER = 20

_KINDS = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
}


class _TooMany(Exception):
    """Nobody reads on."""


class _Invalid:
    """Stands for a value that was not valid, and whose diagnostic has been given; of a list, `parts` are right."""

    __slots__ = ("parts",)

    def __init__(self, parts: "dict[int, Any] | None" = None) -> None:
        self.parts = parts or {}


_INVALID = _Invalid()

# In whose place people write the secret: what stands there is shown to nobody.
_SECRET = "secretKeyRef"


class Binder:
    """Fills the records of one language.

    `schema` is its published JSON Schema, `records` its record classes by name, `root` the one of the whole document.
    """

    def __init__(self, schema: "Schema", records: "Dict[str, type[Record]]", root: type[Record]) -> None:
        self._definitions: dict[str, Schema] = schema["definitions"]
        self._records = records
        self._schema = schema
        self._root = root
        self.diagnostics: list[Diagnostic] = []

    def bind(self, node: Mapping) -> Record | None:
        """The record that a document says; `diagnostics` tells all that is wrong, and what it hits is broken in it.

        None when there are more mistakes than anybody makes.
        """
        try:
            value = self._record(node, self._schema, self._root, _in_words(self._root.__name__))
        except _TooMany:
            return None
        assert isinstance(value, Record)
        return value

    def _report(
        self,
        code: "Code",
        span: "Span",
        message: str,
        help: str | None = None,
        fix: "Fix | None" = None,
        *,
        secret: bool = False,
    ) -> _Invalid:
        self.diagnostics.append(Diagnostic(code, span, message, help=help, fix=fix, secret=secret))
        if len(self.diagnostics) == MOST_FINDINGS:
            self.diagnostics.append(
                Diagnostic(TOO_LARGE, span, f"more than {MOST_FINDINGS} mistakes: what follows was not looked at")
            )
            raise _TooMany
        return _INVALID

    def _value(self, node: Node, schema: "Schema", what: str, key: str | None = None) -> "Any":
        """A value by its schema; `what` names it in messages, `key` is the one under which it stands."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            record = self._records[name]
            return self._record(
                node, self._definitions[name], record, f"`{key}`" if key else _in_words(record.__name__)
            )
        if "anyOf" in schema:
            return self._value(node, self._alternative(node, schema["anyOf"]), what, key)
        kind = schema["type"]
        if kind == "null":
            return None
        if type(node) is Scalar:
            if kind == "string":
                return self._string(node, schema, what)
            if kind == "integer":
                return self._integer(node, schema, what)
            if kind == "boolean":
                return self._boolean(node, what)
        elif type(node) is Sequence and kind == "array":
            return self._list(node, schema, what)
        elif type(node) is Mapping and kind == "object":
            return self._map(node, schema, what)
        return self._wrong_type(node, kind, what, schema)

    def _alternative(self, node: Node, alternatives: "list[Schema]") -> "Schema":
        """The alternative that a value is judged by: the one that names it or is of its kind, else the first."""
        natural = _natural_kind(node)
        fitting = []
        for schema in alternatives:
            definition = self._definitions[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
            if definition["type"] == natural:
                if type(node) is Scalar and definition.get("const") == node.text:
                    return schema
                fitting.append(schema)
        return (fitting or alternatives)[0]

    def _wrong_type(self, node: Node, kind: str, what: str, schema: "Schema | None" = None) -> _Invalid:
        found = {"null": "nothing", "string": "text"}.get(_natural_kind(node)) or _KINDS[_natural_kind(node)]
        fix = None
        help_text = f"it {schema['errorMessage']}" if schema and "errorMessage" in schema else None
        if kind == "array" and type(node) is Scalar and is_word(node.text):
            help_text, fix = f"write `[{node.text}]`", _fixes().listed(node.span)
        message = f"{what} must be {_KINDS[kind]}, and this is {found}"
        secret = schema is not None and "writeOnly" in schema
        return self._report(WRONG_TYPE, node.span, message, help_text, fix, secret=secret)

    def _record(self, node: Node, schema: "Schema", record: type[Record], owner: str) -> "Record | _Invalid":
        properties: dict[str, Schema] = schema.get("properties", {})
        secret = _SECRET in properties
        if type(node) is not Mapping and secret:
            message = f"{owner} must say where the secret is, and not the secret itself"
            help_text = f"write `{_SECRET}: {{name: ..., key: ...}}`"
            return self._report(WRONG_TYPE, node.span, message, help_text, secret=True)
        if type(node) is not Mapping:
            return self._wrong_type(node, "object", owner)
        fields: dict[str, Any] = {}
        places: dict[str, tuple[Scalar, Node]] = {}
        wrong: dict[str, dict[int, Any]] = {}
        for key, entry in node.entries.items():
            at, value = entry
            if key not in properties:
                self._report(
                    UNKNOWN_KEY,
                    at.span,
                    f"{owner} has no key `{key}`",
                    did_you_mean(key, properties) or (_list(properties) if properties else "remove it"),
                    _fixes().respelt(key, properties, at.span, taken=node.entries),
                    secret=secret,
                )
                continue
            field = snake(key)
            found = self._value(value, properties[key], f"`{key}` of {owner}", key)
            if isinstance(found, _Invalid):
                wrong[field] = found.parts
            else:
                fields[field] = found
            places[field] = entry
        for key in schema.get("required", ()):
            if key not in node.entries:
                wrong[snake(key)] = {}
                self._missing(node, key, schema, owner)
        result = broken(record, fields, wrong) if wrong else record(**fields)
        # Where every key is spelt as its field, the node has the same mapping already.
        place(result, node.entries if places == node.entries else places, node)
        return result

    def _missing(self, node: Mapping, key: str, of: "Schema", owner: str) -> None:
        properties: dict[str, Schema] = of["properties"]
        # A key that is there but misspelt has been reported once; its absence is no second mistake.
        strangers = [stranger for stranger in node.entries if stranger not in properties]
        if any(did_you_mean(stranger, properties) == f"did you mean `{key}`?" for stranger in strangers):
            return
        schema = properties[key]
        example = schema.get("const") or next(iter(schema.get("examples", ())), None)
        help_text = f"add `{key}:`"
        if isinstance(example, str):
            help_text = f"add `{key}: {example}`" if "const" in schema else f"add `{key}`, as in `{key}: {example}`"
        description = schema.get("description", "")
        first = next(iter(node.entries.values()))[0].span if node.entries else node.span
        message = f"{owner} needs the key `{key}`"
        self._report(MISSING_KEY, first, message, f"{help_text} ({description.rstrip('.')})", _added(node, key, of))

    def _map(self, node: Mapping, schema: "Schema", what: str) -> "dict[str, Any] | _Invalid":
        result: dict[str, Any] = {}
        valid = True
        for key, (at, value) in node.entries.items():
            checked_key = self._string(at, schema.get("propertyNames", {}), f"a key of {what}")
            found = self._value(value, schema["additionalProperties"], f"`{key}` in {what}", key)
            valid = valid and not (isinstance(checked_key, _Invalid) or isinstance(found, _Invalid))
            result[key] = found
        return result if valid else _INVALID

    def _list(self, node: Sequence, schema: "Schema", what: str) -> "list[Any] | _Invalid":
        if len(node.items) < schema.get("minItems", 0):
            return self._report(INVALID_VALUE, node.span, f"{what} must hold at least one item")
        result = [self._value(item, schema["items"], f"an item of {what}") for item in node.items]
        right = {index: item for index, item in enumerate(result) if not isinstance(item, _Invalid)}
        return result if len(right) == len(result) else _Invalid(right)

    def _string(self, node: Scalar, schema: "Schema", what: str) -> "str | _Invalid":
        text = node.text
        if node.plain and _is_ambiguous(text):
            if not text:
                return self._wrong_type(node, "string", what)
            message = f"{what} is text, and YAML readers do not all take `{text}` for text"
            if misfit := _misfit(text, schema):
                return self._report(AMBIGUOUS_SCALAR, node.span, message, misfit)
            fix = _fixes().quoted(node.span, text)
            return self._report(AMBIGUOUS_SCALAR, node.span, message, f'quote it: "{text}"', fix)
        if "const" in schema or "enum" in schema:
            allowed = schema.get("enum") or [schema["const"]]
            if text not in allowed:
                help_text = did_you_mean(text, allowed) or _misfit(text, schema)
                fix = _fixes().respelt(text, allowed, node.span)
                return self._report(INVALID_VALUE, node.span, f"{what} cannot be `{_short(text)}`", help_text, fix)
        if "writeOnly" in schema and "pattern" in schema and re.search(r"[=:\s]", text):
            message = f"{what} is a name, and this is more than one"
            return self._report(INVALID_VALUE, node.span, message, f"it {schema['errorMessage']}", secret=True)
        if len(text) < schema.get("minLength", 0):
            return self._report(INVALID_VALUE, node.span, f"{what} must not be empty")
        if "maxLength" in schema and len(text) > schema["maxLength"]:
            return self._report(
                INVALID_VALUE,
                node.span,
                f"{what} has {len(text)} characters, and at most {schema['maxLength']} are allowed",
            )
        if "pattern" in schema and (help_text := _misfit(text, schema)):
            return self._report(INVALID_VALUE, node.span, f"{what} cannot be `{_short(text)}`", help_text)
        return text

    def _integer(self, node: Scalar, schema: "Schema", what: str) -> "int | _Invalid":
        digits = node.text[1:] if node.text[:1] in ("-", "+") else node.text
        is_number = digits.isascii() and digits.isdigit() and (digits == "0" or digits[0] != "0")
        if not (node.plain and is_number):
            help_text = "remove the quotes" if digits.isdigit() and not node.plain else None
            fix = _fixes().rewritten(node.span, node.text, "remove the quotes") if is_number else None
            none = f"`{_short(node.text)}` is none" if node.plain or not is_number else "this is text"
            message = f"{what} must be a whole number, and {none}"
            return self._report(WRONG_TYPE, node.span, message, help_text, fix)
        if len(digits) > _LONGEST_INTEGER:
            return self._report(INVALID_VALUE, node.span, f"{what} has more than {_LONGEST_INTEGER} digits")
        number = int(node.text)
        if number < schema.get("minimum", number) or number > schema.get("maximum", number):
            low, high = schema.get("minimum"), schema.get("maximum")
            limits = f"from {low} to {high}" if high is not None else f"{low} or more"
            return self._report(INVALID_VALUE, node.span, f"{what} must be {limits}, and this is {number}")
        return number

    def _boolean(self, node: Scalar, what: str) -> "bool | _Invalid":
        if node.plain and node.text in _TRUE:
            return True
        if node.plain and node.text in _FALSE:
            return False
        meant = _MEANT.get(node.text.lower())
        return self._report(
            WRONG_TYPE,
            node.span,
            f"{what} must be true or false, and `{_short(node.text)}` is neither for all YAML readers",
            f"write `{meant}`" if meant else None,
            _fixes().rewritten(node.span, meant, f"write `{meant}`") if meant else None,
        )


def _fixes() -> "ModuleType":
    """What makes fixes, imported where something is wrong."""
    from krtc.diagnostics import fix

    return fix


def _added(node: Mapping, key: str, schema: "Schema") -> "Fix | None":
    """Writes a missing key that can have one value only; None where others are missing, too: who knows what it is."""
    names = list(schema["properties"])
    value = schema["properties"][key].get("const")
    before = names[names.index(key) - 1]
    if (
        value is None
        or before not in node.entries
        or any(k not in node.entries for k in schema["required"] if k != key)
    ):
        return None
    from krtc.diagnostics.fix import Edit, Fix
    from krtc.frontend.edit import added

    start, end, text = added(node.file.text, node, before, key, value)
    return Fix(f"add `{key}: {value}`", [Edit(span(node.file, start, end), text)])


def _misfit(text: str, schema: "Schema") -> str | None:
    """What a text must be that is not what its schema says; None when it is."""
    allowed = schema.get("enum") or ([schema["const"]] if "const" in schema else None)
    if allowed and text not in allowed:
        return _list(allowed) if len(allowed) > 1 else f"write `{allowed[0]}`"
    fits = "pattern" not in schema or re.fullmatch(schema["pattern"], text)
    if not fits or ("not" in schema and not text.isascii() and re.search(schema["not"]["pattern"], text)):
        return f"it {schema.get('patternErrorMessage', 'must match ' + schema['pattern'])}{_instead(text, schema)}"
    return None


def _instead(text: str, schema: "Schema") -> str:
    """For a text that is no name, a name that is like it, as the end of a sentence."""
    from krtc.model.patterns import RESOURCE_NAME, SUBSCRIPTION

    if schema["pattern"] != RESOURCE_NAME and (schema["pattern"] != SUBSCRIPTION or "." in text):
        return ""
    name = re.sub("[^a-z0-9]+", "-", text.lower()).strip("-")
    name = f"v{name}" if name[:1].isdecimal() else name
    return f", as in `{name}`" if name and not _is_ambiguous(name) and re.fullmatch(schema["pattern"], name) else ""


def _natural_kind(node: Node) -> str:
    """What a value is, in the words of JSON Schema, before anything is expected of it."""
    if type(node) is not Scalar:
        return "object" if type(node) is Mapping else "array"
    if node.plain:
        if node.text in _NULL:
            return "null"
        if node.text.lstrip("+-").isdecimal():
            return "integer"
        if node.text in _TRUE or node.text in _FALSE:
            return "boolean"
    return "string"


def is_word(text: str) -> bool:
    """Whether a text can stand in a list without quotes."""
    return re.fullmatch(r"[A-Za-z][-\w.]*", text, re.ASCII) is not None and not _is_ambiguous(text)


def _is_ambiguous(text: str) -> bool:
    """Whether a YAML 1.1 or 1.2 reader takes an unquoted text for something else."""
    if text[:1] in _NUMBER_START:
        return re.fullmatch(_NUMBER, text) is not None
    return len(text) < 6 and text.lower() in _WORDS


@cache  # asked for each record
def _in_words(record: str) -> str:
    """The name of a record for people: `ObjectStore` is "an object store"."""
    words = snake(record).strip("_").replace("_", " ")
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


@cache
def snake(key: str) -> str:
    """`krtVersion` to `krt_version`."""
    return key if key.islower() else "".join(f"_{c.lower()}" if c.isupper() else c for c in key)


def _list(names: "Any") -> str:
    return "it is one of: " + ", ".join(f"`{name}`" for name in names)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
