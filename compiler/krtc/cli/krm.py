"""`krtc krm`: a KRM function, which Kustomize and kpt call with a ResourceList to have objects made or files judged.

Source: KRM Functions Specification
(https://github.com/kubernetes-sigs/kustomize/blob/master/cmd/config/docs/api-conventions/functions-spec.md).
"""

import argparse
import os
import sys

import yaml

from krtc.backends.yaml import dump
from krtc.cli import check, compile, reading, terminal
from krtc.cli.errors import UsageError
from krtc.cli.stdout import to_stdout
from krtc.diagnostics import did_you_mean, has_errors
from krtc.model.status import DESIRED
from krtc.reporters import krm

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

API = "krtc.konstellation.io/v1alpha1"
"""The group and version of the functionConfig, which stands nowhere but in files."""

LARGEST_LIST = 64 << 20
DEEPEST_LIST = 500

_TAG = "tag:yaml.org,2002:"
_LIST = ("config.kubernetes.io/v1", "ResourceList")
_KEYS = {"KrtVersion": ("path", "status", "runtime", "only"), "KrtCheck": ("paths",)}
_FOLDERS_FILES = (*reading.KRT_NAMES, *reading.RUNTIME_NAMES)


class _Mistake(UsageError):
    """What is wrong with a field of the functionConfig."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


def arguments(parser: "argparse.ArgumentParser") -> None:
    """Adds what the command takes: nothing, all is on standard input."""
    parser.epilog = f"""\
standard input is a ResourceList, whose functionConfig is of
{API}:
  kind: KrtVersion   adds the objects of `krtc compile`;
                     spec: path, status, runtime, only
  kind: KrtCheck     adds what `krtc check` says;
                     spec: paths
paths lead to what is below the working folder
"""


def run(options: "argparse.Namespace") -> int:
    """Does what the functionConfig asks; the exit code, 1 when a result is an error.

    Items come out as they came in, apart from their comments, which orchestrators keep. What people shall know goes to
    stderr as well, for Kustomize shows no results.
    """
    fields = _read()
    stream = ""
    results: list[dict[str, Any]] = []
    try:
        kind, spec = _spec(_fields("functionConfig", fields.get("functionConfig")))
        stream, results = (_generate if kind == "KrtVersion" else _check)(spec)
    except UsageError as error:
        terminal.say(f"krtc: error: {error}")
        results.append(_of_error(error))
    items = fields.pop("items", None)
    if results:
        fields |= _fields("results", _node(dump({"results": results})))
    pairs = [(yaml.ScalarNode(_TAG + "str", key), value) for key, value in fields.items()]
    to_stdout(_serialised(yaml.MappingNode(_TAG + "map", pairs, flow_style=False)) + _items(items, stream))
    return 1 if any(result["severity"] == "error" for result in results) else 0


def _read() -> "dict[str, yaml.Node]":
    """The fields of the ResourceList on standard input; UsageError when there is none.

    They stay nodes, for to make data of the texts of others is to guess what they mean.
    """
    text = sys.stdin.buffer.read(LARGEST_LIST + 1)
    if len(text) > LARGEST_LIST:
        raise UsageError(f"standard input is larger than {LARGEST_LIST >> 20} MiB")
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):  # to make nodes recurses in C, and ends in no exception
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST_LIST:
                raise UsageError(f"standard input is nested deeper than {DEEPEST_LIST} levels")
        fields = _fields("standard input", _node(text))
    except yaml.YAMLError as error:
        raise UsageError(f"standard input is no YAML: {' '.join(str(error).split())}") from error
    if tuple(_text(key, fields.get(key)) for key in ("apiVersion", "kind")) != _LIST:
        raise UsageError(f"standard input is no {_LIST[1]} of {_LIST[0]}: krtc krm is for Kustomize and kpt to call")
    return fields


def _node(text: str | bytes) -> "yaml.Node | None":
    return yaml.compose(text, Loader=yaml.CSafeLoader)


def _spec(config: "dict[str, yaml.Node]") -> "tuple[str, dict[str, yaml.Node]]":
    """The kind and the spec of the functionConfig, all of whose keys are known."""
    for key, allowed in (("apiVersion", (API,)), ("kind", tuple(_KEYS))):
        found = _text(key, config.get(key))
        if found not in allowed:
            raise _Mistake(key, f"`{found}` is not {' or '.join(allowed)}")
    kind = _text("kind", config["kind"])
    spec = _fields("spec", config.get("spec"))
    for key in spec:
        if key not in _KEYS[kind]:
            known = ", ".join(_KEYS[kind])
            raise _Mistake(f"spec.{key}", did_you_mean(key, _KEYS[kind]) or f"{kind} has no such field, but {known}")
    return kind, spec


def _generate(spec: "dict[str, yaml.Node]") -> "tuple[str, list[dict[str, Any]]]":
    """The stream of objects that a compile makes, and what there is to say of it."""
    given = {key: _text(f"spec.{key}", node) for key, node in spec.items()}
    options = argparse.Namespace(
        path=_path("spec.path", given.get("path", "")),
        status=given.get("status"),
        runtime=_path("spec.runtime", given["runtime"]) if "runtime" in given else None,
        only=given.get("only"),
        form="manifests",
        output=None,
        jobs=None,
        shard=None,
    )
    if options.status is not None and options.status not in DESIRED:
        raise _Mistake("spec.status", f"`{options.status}` is none of {', '.join(DESIRED)}")
    result = compile.made(options)
    _tell(result.diagnostics)
    if has_errors(result.diagnostics):
        return "", krm.results(result.diagnostics)
    compile.refuse_unknown(options, result)
    return "".join(result.files.values()), krm.results(result.diagnostics)


def _check(spec: "dict[str, yaml.Node]") -> "tuple[str, list[dict[str, Any]]]":
    """No object, and what a check says of the files."""
    paths = spec.get("paths")
    if not isinstance(paths, yaml.SequenceNode) or not paths.value:
        raise _Mistake("spec.paths", "a list of paths is needed")
    files = []
    for number, node in enumerate(paths.value):
        field = f"spec.paths[{number}]"
        files += [_path(field, file) for file in reading.search(_path(field, _text(field, node)))]
    _, diagnostics, unread = check.judge(argparse.Namespace(paths=files, status=None, runtime=None, against=None))
    _tell(diagnostics)
    terminal.say(*unread)
    return "", [*krm.results(diagnostics), *({"message": line, "severity": "error"} for line in unread)]


def _path(field: str, path: str) -> str:
    """A path to a file or folder below the working folder: what is elsewhere, configuration from Git has no right to.

    A link that leads out of it is refused, also where a folder holds it.
    """
    here = os.path.realpath(".")
    if not path or path == reading.STDIN:
        raise _Mistake(field, "a path is needed")
    try:
        places = [path, *(os.path.join(path, name) for name in _FOLDERS_FILES)] if os.path.isdir(path) else [path]
        is_below = not os.path.isabs(path) and all(reading.inside(here, place) for place in places)
    except ValueError as error:
        raise _Mistake(field, f"`{path}` is no path: {error}") from error
    if not is_below:
        raise _Mistake(field, f"`{path}` leads out of the folder that krtc runs in, which Kustomize's root is")
    return path


def _fields(what: str, node: "yaml.Node | None") -> "dict[str, yaml.Node]":
    if not isinstance(node, yaml.MappingNode):
        raise _Mistake(what, "a mapping is needed")
    return {_text(f"a key of {what}", key): value for key, value in node.value}


def _text(what: str, node: "yaml.Node | None") -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise _Mistake(what, "a text is needed")
    text: str = node.value
    return text


def _tell(diagnostics: "list[Any]") -> None:
    if diagnostics:
        terminal.report(diagnostics)


def _of_error(error: UsageError) -> "dict[str, Any]":
    """The result that says what is wrong with the functionConfig, or with what it names."""
    if not isinstance(error, _Mistake):
        return {"message": str(error), "severity": "error"}
    return {"message": error.message, "severity": "error", "field": {"path": error.field}}


def _items(old: "yaml.Node | None", stream: str) -> str:
    """The field `items`, with what came in and the objects of a stream behind it.

    The objects are the text that a compile prints, moved to the right: no line of it ends within a quoted text.
    """
    known = old.value if isinstance(old, yaml.SequenceNode) else []
    documents = stream.split("\n---\n")[1:]
    made = ["- " + document.rstrip("\n").replace("\n", "\n  ") + "\n" for document in documents]
    if known:
        made.insert(0, _serialised(yaml.SequenceNode(_TAG + "seq", known, flow_style=False)))
    return "items:\n" + "".join(made) if made else "items: []\n"


def _serialised(node: yaml.Node) -> str:
    text: str = yaml.serialize(node, Dumper=yaml.CSafeDumper, allow_unicode=True, width=LARGEST_LIST)
    return text
