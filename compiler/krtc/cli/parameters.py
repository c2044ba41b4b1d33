"""The parameters of an Argo CD Application: those that it gives, and the places in runtime.yml that they stand for."""

import json
import re

from krtc.diagnostics import did_you_mean
from krtc.frontend import yaml
from krtc.frontend.nodes import Scalar
from krtc.frontend.overrides import Override
from krtc.model.record import known, parts, span_of
from krtc.source import SourceFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from typing import Any, TypeVar

    from krtc.diagnostics import Diagnostic
    from krtc.model.program import Program
    from krtc.model.runtime import Runtime

    T = TypeVar("T", bound=str)

VARIABLE = "ARGOCD_APP_PARAMETERS"
"""The environment variable by which Argo CD hands them over."""

STATUS, RUNTIME, ONLY, REPLICAS, CONFIG = "status", "runtime", "only", "replicas", "config"
STRING, MAP = "string", "map"

OF_VERSION = {STATUS: STRING, RUNTIME: STRING, REPLICAS: MAP, CONFIG: MAP}
"""The parameters of an Application that is one version, and what each is."""

OF_RUNTIME = {STATUS: MAP, ONLY: STRING, REPLICAS: MAP, CONFIG: MAP}
"""... and of one that is a runtime, or a part of it."""

_FIELDS = ("name", "string", "array", "map")
_MOST = 1 << 20
# As many wrong things as a person reads.
_MOST_ERRORS = 20


class Parameters:
    """What an Application gives: `texts` and `maps` by name; `errors` and `diagnostics` tell what is wrong with it.

    `kinds` says which parameters there are, and what each is. None of it shows a value of the configuration.
    """

    def __init__(self, text: str | None, kinds: "dict[str, str]") -> None:
        self.errors: list[str] = []
        self.diagnostics: list[Diagnostic] = []
        self.texts: dict[str, str] = {}
        self.maps: dict[str, dict[str, str]] = {}
        self._kinds = kinds
        seen = set()
        for item in self._items(text):
            if self._is_full:
                break
            name = item.get("name") if isinstance(item, dict) else None
            if not isinstance(name, str):
                self._wrong(f"{VARIABLE} holds what is no parameter: each is an object with a `name`")
            elif name in seen:
                self._wrong(f"parameter `{_short(name)}` is given twice")
            else:
                seen.add(name)
                self._add(name, {key: value for key, value in item.items() if key != "name" and value is not None})

    @property
    def _is_full(self) -> bool:
        """Whether nobody reads on; then nobody looks for more, for a name that is near takes time to find."""
        return len(self.errors) > _MOST_ERRORS

    def _wrong(self, message: str) -> None:
        if not self._is_full:
            self.errors.append(
                message if len(self.errors) < _MOST_ERRORS else "and more: what follows was not looked at"
            )

    def _items(self, text: str | None) -> "list[Any]":
        """The list that Argo CD gives; none without a `plugin` in the Application, and `null` for an empty one."""
        if not text:
            return []
        if len(text) > _MOST:
            self._wrong(f"{VARIABLE} is larger than {_MOST >> 20} MiB")
            return []
        try:
            found = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse)
            json.dumps(found, ensure_ascii=False).encode()  # a lone surrogate is no text
        except (ValueError, RecursionError) as error:
            why = error.msg if isinstance(error, json.JSONDecodeError) else _WHY.get(type(error), "it cannot be read")
            self._wrong(f"{VARIABLE} is not JSON: {why}")
            return []
        if found is not None and not isinstance(found, list):
            self._wrong(f"{VARIABLE} must be a list of parameters")
        return found if isinstance(found, list) else []

    def _add(self, name: str, given: "dict[str, Any]") -> None:
        shown = f"parameter `{_short(name)}`"
        kind = self._kinds.get(name)
        if kind is None:
            if name in OF_VERSION or name in OF_RUNTIME:
                what = "a runtime.yml that lists versions" if name in OF_RUNTIME else "a krt.yml alone"
                self._wrong(f"{shown} is for {what}, and this is none")
            else:
                self._wrong(f"there is no {shown}: {_instead(name, self._kinds)}")
        elif unknown := [key for key in given if key not in _FIELDS]:
            self._wrong(f"{shown} has `{_short(unknown[0])}`: {_instead(unknown[0], _FIELDS)}")
        elif list(given) != [kind]:
            self._wrong(f"{shown} must be a `{kind}`, and is {_listed(given) or 'nothing'}")
        elif kind == STRING and isinstance(given[kind], str):
            if given[kind]:  # an empty one is as none
                self.texts[name] = given[kind]
        elif kind == MAP and isinstance(given[kind], dict):
            self.maps[name] = {key: value for key, value in given[kind].items() if isinstance(value, str)}
            for key in given[kind].keys() - self.maps[name].keys():
                self._wrong(f"{shown}, `{_short(key)}`: the value must be text")
        else:
            self._wrong(f"{shown} must be a {'text' if kind == STRING else 'map of texts'}")

    def chosen(self, name: str, among: "Collection[T]") -> "T | None":
        """The text that a parameter gives, one of those `among`; None without one."""
        text = self.texts.get(name)
        found = next((one for one in among if one == text), None)
        if text is None or found is not None:
            return found
        self._wrong(f"parameter `{name}` cannot be `{_short(text)}`: {_instead(text, among)}")
        return None

    def unreadable(self, name: str, why: str) -> None:
        """Notes that what a parameter names cannot be had."""
        self._wrong(f"parameter `{name}`: {why}")

    def overrides(self, places: "dict[str, dict[str, Place]]") -> "Iterator[Override]":
        """What the maps lay over runtime.yml, for each key that has a place there."""
        for name, values in self.maps.items():
            for key, value in values.items():
                if self._is_full:
                    return
                place = places[name].get(key)
                if place is None:
                    free = [other for other, its in places[name].items() if not its.reserved]
                    self._wrong(f"parameter `{name}` has `{_short(key)}`: {_instead(key, free)}")
                elif place.reserved:
                    self._wrong(f"parameter `{name}` cannot set `{key}`: {place.reserved}")
                elif node := self._node(name, key, value):
                    yield Override(place.path, node)

    def _node(self, name: str, key: str, value: str) -> Scalar | None:
        """A value as a node in a text of its own, whose name says what it is; None when it is no text."""
        is_number = name == REPLICAS and re.fullmatch(r"[-+]?[0-9]+", value)
        file = SourceFile(f"parameter {name}[{key}]", value if is_number else _quoted(value))
        node, found = yaml.parse(file)
        for diagnostic in found:
            diagnostic.secret = name == CONFIG
        self.diagnostics += found
        return node if isinstance(node, Scalar) else None


def _quoted(value: str) -> str:
    """A text in the quotes of YAML, with escapes for what nobody sees."""
    quoted = json.dumps(value, ensure_ascii=False)
    return quoted if quoted.isprintable() else "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in quoted)


class Place:
    """What a key of a parameter stands for: a path in runtime.yml, and the `value` that it has without the parameter.

    The value is None where there is none, and where nobody is shown it; `reserved` says why no parameter can set it.
    """

    __slots__ = ("path", "reserved", "value")

    def __init__(self, path: tuple[str | int, ...], value: str | None, reserved: str | None = None) -> None:
        self.path = path
        self.value = value
        self.reserved = reserved


def places(
    settings: "Runtime", programs: "list[Program]", found: "list[Diagnostic]", *, is_runtime: bool
) -> dict[str, dict[str, Place]]:
    """By parameter and key, all that an Application can set in maps.

    `found` is what was said of the files: what looks like a secret there is not shown here either.
    """
    secret = {(id(d.span.file), d.span.line) for d in found if d.secret}
    result: dict[str, dict[str, Place]] = {STATUS: {}, REPLICAS: {}, CONFIG: {}}
    entries: dict[int, Any] = parts(settings, "versions")
    for program in programs:
        version, entry = known(program.version, "version"), program.entry
        if is_runtime and version is None:
            continue
        index = next((index for index, one in entries.items() if one is entry), len(entries))
        root, before = ("versions", index), f"{version}/" if is_runtime else ""
        if is_runtime:
            result[STATUS].setdefault(version, Place((*root, "status"), known(entry, "status")))
        for workflow, node, replicas in _replicas(program):
            place = Place((*root, "nodes", workflow, node, "replicas"), str(replicas))
            result[REPLICAS].setdefault(f"{before}{workflow}/{node}", place)
        for field, name, _ in program.version.configured():
            place = _config((*root, CONFIG), field, name, (entry, settings), secret)
            if is_runtime:
                own = _config((*root, CONFIG), field, name, (entry,), secret)
                place = Place(place.path, own.value, place.reserved)
                result[CONFIG].setdefault(name, _config((CONFIG,), field, name, (settings,), secret))
            result[CONFIG].setdefault(f"{before}{name}", place)
    return result


def _replicas(program: "Program") -> "Iterator[tuple[str, str, int]]":
    own = known(program.entry, "nodes") or {}
    for workflow in parts(program.version, "workflows").values():
        for node in parts(workflow, "nodes").values():
            name, of = known(node, "name"), known(workflow, "name")
            if name is not None and of is not None:
                changed = own.get(of, {}).get(name)
                yield of, name, (changed and known(changed, "replicas")) or known(node, "replicas") or 1


def _config(
    path: tuple[str | int, ...], field: str, name: str, levels: "tuple[Any, ...]", secret: set[tuple[int, int]]
) -> Place:
    """Where a parameter puts a variable: what the first of some levels says of it decides whether it can."""
    path = (*path, "variables", name)
    if field == "files":
        return Place(path, None, "it is a file, and a parameter is the text of a variable")
    for level in levels:
        config = known(level, CONFIG)
        for group in ("variables", "secrets", "files") if config else ():
            values = known(config, group) or {}
            if name not in values:
                continue
            if group != "variables":
                where = "a Secret" if group == "secrets" else "a file"
                return Place(path, None, f"its value comes from {where}, and a parameter is plain text")
            span = span_of(config, (group, name, "value"))
            return Place(path, None if (id(span.file), span.line) in secret else values[name])
    return Place(path, None)


class _Twice(ValueError):
    """A key of an object stands twice."""


class _NoNumber(ValueError):
    """NaN, or Infinity."""


_WHY: "dict[type[Exception], str]" = {
    _Twice: "a key stands twice in one object",
    _NoNumber: "NaN and Infinity are no JSON",
    RecursionError: "it is nested too deep",
    UnicodeEncodeError: "half a character (a lone surrogate) is no text",
}


def _object(pairs: "list[tuple[str, Any]]") -> "dict[str, Any]":
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Twice
    return found


def _refuse(_: str) -> None:
    raise _NoNumber


def _instead(name: str, names: "Collection[str]") -> str:
    """The name that was meant, or some of those that there are."""
    return did_you_mean(name, names) or (f"there is {_listed(names)}" if names else "there is none")


def _listed(names: "Collection[str]") -> str:
    shown = [f"`{_short(name)}`" for name in list(names)[:8]]
    return ", ".join([*shown, "..."] if len(names) > 8 else shown)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
