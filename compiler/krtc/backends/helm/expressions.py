"""Late-bound leaves as Helm expressions, and the serialiser that writes them among plain YAML."""

import json
import re

from krtc.backends.yaml import Emitter
from krtc.manifests import ABSENT, Amounts, Digest, Is, Merge, Optional, Param, Text, When, params, resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from krtc.manifests.leaves import Data

SHA256 = 64
_MERGE, _AMOUNTS = 'include "krt.merge"', 'include "krt.amounts"'
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*").fullmatch


class Action:
    """A text that Helm knows when it installs: an expression of a chart's own."""

    __slots__ = ("expression",)

    def __init__(self, expression: str) -> None:
        self.expression = expression


def expression(data: "Data") -> str:
    """A value as an operand of a Helm expression."""
    if isinstance(data, Param):
        return _param(data)
    if isinstance(data, Action):
        return f"({data.expression})"
    if isinstance(data, Text):
        return f"({_printf(data)})"
    if isinstance(data, Digest):
        if not any(params(data)):
            return _string(resolve(data, ""))
        parts = " ".join(f"({expression(part)} | sha256sum)" for part in data.parts)
        cut = f" | trunc {data.length}" if data.length < SHA256 else ""
        return f'(printf "{"%s" * len(data.parts)}" {parts} | sha256sum{cut})'
    if isinstance(data, Merge):
        return _merge(data)
    if isinstance(data, Amounts):
        return f"({_AMOUNTS} {expression(data.groups)} | fromYaml)"
    if isinstance(data, dict):
        return f"({' '.join(['dict', *(f'{_string(key)} {expression(value)}' for key, value in data.items())])})"
    if isinstance(data, list):
        return f"({' '.join(['list', *map(expression, data)])})"
    if isinstance(data, bool | int):
        return json.dumps(data)
    if isinstance(data, str):
        return _string(data)
    raise TypeError(f"{type(data).__name__} is no operand")


def condition(*tests: Is) -> str:
    """Conditions, all of which must hold, as what follows `if`."""
    terms = [_test(test) for test in tests]
    return terms[0] if len(terms) == 1 else f"and {' '.join(f'({term})' for term in terms)}"


def _test(test: Is) -> str:
    value = _param(test.param)
    if test.values == (True,):
        return value
    if len(test.values) == 1:
        return f"eq {value} {expression(test.values[0])}"
    return f"has {value} {expression(list(test.values))}"


def _param(param: Param) -> str:
    plain = ".Values"
    for index, segment in enumerate(param.path):
        if not _IDENTIFIER(segment):
            plain = f"(index {plain} {' '.join(map(_string, param.path[index:]))})"
            break
        plain += f".{segment}"
    if param.default is None:
        return f'(include "krt.given" (dict "path" {_string(".".join(param.path))} "value" {plain}))'
    # Helm reads numbers as floats, and prints large ones with an exponent.
    return f"(int64 {plain})" if type(param.default) is int else plain


def _printf(text: Text) -> str:
    form, operands = "", ""
    for part in text.parts:
        if isinstance(part, str):
            form += part.replace("%", "%%")
        else:
            number = part.default if isinstance(part, Param) else part
            form += "%d" if type(number) is int else "%s"
            operands += f" {expression(part)}"
    return f"printf {_string(form)}{operands}"


def _merge(merge: Merge) -> str:
    parts = [part for part in merge.parts if isinstance(part, Param) or part]
    if len(parts) == 1:
        return expression(parts[0])
    operands = " ".join(map(expression, parts))
    first = merge.parts[0]
    if isinstance(first.default if isinstance(first, Param) else first, list):
        return f"(concat {operands})"
    return f"({_MERGE} (list {operands}) | fromYaml)"


def _yaml(data: "Data") -> str:
    """A mapping or a list as its YAML, which some are already."""
    operand = expression(data)
    is_text = operand.startswith((f"({_MERGE}", f"({_AMOUNTS}"))
    return operand[1:].removesuffix(" | fromYaml)") if is_text else f"toYaml {operand}"


def _string(text: str) -> str:
    # A Go string: JSON's escapes are Go's, and a `{{` in it is broken as everywhere.
    return json.dumps(text, ensure_ascii=False).replace("{{", "{\\x7b").replace("}}", "}\\x7d")


def _is_structure(data: "Data") -> bool:
    return isinstance(data, Merge | Amounts) or (isinstance(data, Param) and isinstance(data.default, dict | list))


def _inline(data: "Data") -> str:
    """A leaf as the text of a scalar."""
    if isinstance(data, Param) and isinstance(data.default, bool | int):
        return f"{{{{ {_bare(expression(data))} }}}}"
    return f"{{{{ {_bare(expression(data))} | quote }}}}"


def _bare(operand: str) -> str:
    return operand[1:-1] if operand.startswith("(") and _closes_at_end(operand) else operand


def _closes_at_end(operand: str) -> bool:
    depth = 0
    quoted = escaped = False
    for index, character in enumerate(operand):
        if quoted:
            quoted = escaped or character != '"'
            escaped = not escaped and character == "\\"
        elif character == '"':
            quoted = True
        else:
            depth += (character == "(") - (character == ")")
            if not depth:
                return index == len(operand) - 1
    return False


class TemplateEmitter(Emitter):
    """Writes data with leaves in it as the text of a Helm template."""

    def field(self, head: str, value: "Any", pad: str) -> None:
        """A field; one that may not be there stands between `if` and `end`."""
        if isinstance(value, When):
            self.out.append(f"{{{{- if {condition(value.test)} }}}}\n")
            self.field(head, value.then, pad)
            if value.otherwise is not ABSENT:
                self.out.append("{{- else }}\n")
                self.field(head, value.otherwise, pad)
            self.out.append("{{- end }}\n")
        elif isinstance(value, Optional):
            self.out.append(f"{{{{- with {_bare(expression(value.value))} }}}}\n")
            if _is_structure(value.value):
                self.out.append(f"{head}\n{pad}  {{{{- toYaml . | nindent {len(pad) + 2} }}}}\n")
            else:
                self.out.append(f"{head} {{{{ . | quote }}}}\n")
            self.out.append("{{- end }}\n")
        elif _is_structure(value):
            self.out.append(f"{head}\n{pad}  {{{{- {_yaml(value)} | nindent {len(pad) + 2} }}}}\n")
        elif isinstance(value, Param | Text | Digest | Action):
            self.out.append(f"{head} {_inline(value)}\n")
        else:
            super().field(head, value, pad)

    def item(self, value: "Any", pad: str) -> None:
        """An item; one that may not be there stands between `if` and `end`."""
        if isinstance(value, When):
            self.out.append(f"{{{{- if {condition(value.test)} }}}}\n")
            self.item(value.then, pad)
            if value.otherwise is not ABSENT:
                self.out.append("{{- else }}\n")
                self.item(value.otherwise, pad)
            self.out.append("{{- end }}\n")
        elif isinstance(value, Param | Text | Digest | Action):
            self.out.append(f"{pad}- {_inline(value)}\n")
        else:
            super().item(value, pad)


def template(data: "dict[str, Data]", *when: Is) -> str:
    """An object as the text of a template, which is empty where a condition does not hold."""
    emitter = TemplateEmitter()
    emitter.mapping(data, "")
    body = "".join(emitter.out)
    return f"{{{{- if {condition(*when)} }}}}\n{body}{{{{- end }}}}\n" if when else body
