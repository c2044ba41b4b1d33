"""Reading rendered manifests: a stream of documents, a tree of files, or a Kustomize tree as krtc writes it.

They are read as Kubernetes reads them, and nothing is executed: what only Kustomize or Helm can render is refused.
Sizes are bounded, no link is followed, and nothing here recurses over a document.
"""

import os
import posixpath
from functools import lru_cache

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from yaml.nodes import ScalarNode

from krtc.changes.compare import identity
from krtc.cli.errors import UsageError
from krtc.cli.output import LIST
from krtc.cli.reading import regular
from krtc.frontend.yaml import DEEPEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, Protocol

    Object = dict[str, Any]

    class Files(Protocol):
        """The regular files of a folder, by paths with `/`."""

        def files(self) -> list[str]:
            """The paths of all."""

        def contents(self, paths: Iterable[str]) -> dict[str, bytes]:
            """The bytes of some."""

        def name(self, path: str) -> str:
            """How people are told of a file."""


LARGEST = 64 << 20
TOO_LARGE = f"more than {LARGEST >> 20} MiB of manifests"
"""The most bytes of all files that are read together."""

MOST_FILES = 50_000
KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
CHART = "Chart.yaml"
_HOOK = "helm.sh/hook"
_YAML = (".yaml", ".yml")
_LONGEST_NUMBER = 64
_INTEGER, _FLOAT, _BOOLEAN, _NULL = (f"tag:yaml.org,2002:{name}" for name in ("int", "float", "bool", "null"))


class Disk:
    """The regular files of a folder, without hidden ones and without what links lead to."""

    def __init__(self, path: str) -> None:
        self._path = path

    def files(self) -> list[str]:
        """The paths of all."""
        found = []
        for folder, folders, names in os.walk(self._path or "."):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            inside = os.path.relpath(folder, self._path or ".")
            found += [os.path.normpath(os.path.join(inside, name)) for name in sorted(names)]
            if len(found) > MOST_FILES:
                break
        return [path.replace(os.sep, "/") for path in found]

    def contents(self, paths: "Iterable[str]") -> dict[str, bytes]:
        """The bytes of some."""
        found, left = {}, LARGEST
        for path in paths:
            found[path] = regular(os.path.join(self._path, path), left, TOO_LARGE)
            left -= len(found[path])
        return found

    def name(self, path: str) -> str:
        """How people are told of a file."""
        return os.path.normpath(os.path.join(self._path, path))


def is_tree(names: "Iterable[str]") -> bool:
    """Whether what stands in a folder says that it is a rendered tree, or a chart."""
    return not {LIST, CHART, *KUSTOMIZATIONS}.isdisjoint(names)


def root(path: str, holds: "Callable[[str], bool]") -> tuple[str, str]:
    """The tree of krtc's that a folder is in, if any, and the way from there: an overlay needs the base beside it."""
    at, below = os.path.normpath(path), ""
    while True:
        if holds(os.path.join(at, LIST)):
            return at, below
        if at in (".", "/") or os.path.basename(at) == "..":
            return path, ""
        at, name = os.path.split(at)
        at, below = at or ".", f"{name}/{below}" if below else name


def tree(files: "Files", start: str = "") -> "list[Object]":
    """The objects of a tree, or of the folder `start` in it; UsageError for what cannot be read without a tool."""
    names = [name for name in files.files() if not any(part.startswith(".") for part in name.split("/"))]
    if len(names) > MOST_FILES:
        raise UsageError(f"cannot read {files.name('.')}: more than {MOST_FILES:,} files")
    inside = [name for name in names if not start or name.startswith(f"{start}/")]
    if chart := next((name for name in inside if posixpath.basename(name) == CHART), None):
        raise UsageError(
            f"{files.name(chart)} is of a Helm chart: compare the krt.yml or runtime.yml,"
            " or what `helm template` prints"
        )
    wanted = [name for name in names if name.endswith(_YAML) or posixpath.basename(name) in KUSTOMIZATIONS]
    texts = _Texts(files, wanted)
    if texts.kustomization(start):
        found = list(_kustomized(texts, start, []))
    else:
        nested = next((name for name in inside if posixpath.basename(name) in KUSTOMIZATIONS), None)
        if nested:
            raise UsageError(f"{files.name(nested)} is for Kustomize: give its folder")
        found = [data for name in inside if name.endswith(_YAML) for data in texts.objects(name)]
    if not found:
        raise UsageError(f"there is no krt.yml, runtime.yml or manifest in {files.name(start or '.')}")
    return _unique(found, files.name(start or "."))


def stream(name: str, data: bytes) -> "list[Object]":
    """The objects of a file of several documents."""
    return _unique(list(_objects(name, data)), name)


class _Texts:
    """The files of a tree that may be read, read all at once."""

    def __init__(self, files: "Files", names: list[str]) -> None:
        self._files = files
        self._contents = files.contents(names)

    def name(self, path: str) -> str:
        return self._files.name(path)

    def holds(self, path: str) -> bool:
        return path in self._contents

    def objects(self, path: str) -> "Iterator[Object]":
        return _objects(self.name(path), self._contents[path])

    def documents(self, path: str) -> "list[Any]":
        return _documents(self.name(path), self._contents[path])

    def kustomization(self, folder: str) -> str | None:
        """The kustomization of a folder."""
        paths = (posixpath.join(folder, name) for name in KUSTOMIZATIONS)
        return next((path for path in paths if self.holds(path)), None)


def _kustomized(texts: _Texts, folder: str, above: list[str]) -> "Iterator[Object]":
    """What Kustomize makes of a folder, where that is what krtc writes: resources, patches of names and annotations."""
    path = texts.kustomization(folder)
    assert path is not None
    here = texts.name(path)
    if folder in above:
        raise UsageError(f"{here} is one of its own resources")
    data = next(iter(texts.documents(path)), None)
    if not isinstance(data, dict):
        raise UsageError(f"{here} is not a kustomization")
    for key in data:
        if key not in ("apiVersion", "kind", "sortOptions", "resources", "patches"):
            raise UsageError(_render(here, f"`{key}`"))
    resources, patches = data.get("resources") or [], data.get("patches") or []
    if not isinstance(resources, list) or not isinstance(patches, list):
        raise UsageError(f"{here} is not a kustomization")
    found: list[Object] = []
    for resource in resources:
        if not isinstance(resource, str):
            raise UsageError(f"{here} is not a kustomization")
        at = posixpath.normpath(posixpath.join(folder, resource))
        at = "" if at == "." else at
        if "://" in resource or posixpath.isabs(at) or at.split("/")[0] == "..":
            raise UsageError(_render(here, f"the resource `{resource}`, which is not in the tree,"))
        if texts.holds(at):
            found += texts.objects(at)
        elif texts.kustomization(at):
            found += _kustomized(texts, at, [*above, folder])
        else:
            raise UsageError(f"{here} names the resource `{resource}`, and there is none")
    for patch in patches:
        _rename(found, patch, here)
    yield from found


def _render(name: str, what: str) -> str:
    return f"{name} has {what} that only Kustomize knows: give what `kustomize build` prints"


def _rename(objects: "list[Object]", patch: "Any", here: str) -> None:
    """A patch that gives one object another name, and annotations with it, in the form in which krtc writes it."""
    match patch:
        case {"target": {"kind": str(kind), "name": str(name), **others}, "patch": str(text), **more}:
            operations = next(iter(_documents(here, text.encode())), None)
        case _:
            raise UsageError(_render(here, "a patch"))
    match operations:
        case [{"op": "replace", "path": "/metadata/name", "value": str(new), **rest}]:
            metadata: Object = {"name": new}
        case [
            {"op": "replace", "path": "/metadata/name", "value": str(new), **rest},
            {"op": "add", "path": "/metadata/annotations", "value": {**annotations}, **more_rest},
        ]:
            metadata = {"name": new, "annotations": annotations}
            rest |= more_rest
        case _:
            raise UsageError(_render(here, "a patch"))
    matching = [data for data in objects if data["kind"] == kind and data["metadata"]["name"] == name]
    if others or rest or set(more) - {"options"} or len(matching) != 1:
        raise UsageError(_render(here, "a patch"))
    matching[0]["metadata"] |= metadata


def _unique(objects: "list[Object]", name: str) -> "list[Object]":
    seen = set()
    for data in objects:
        found = identity(data)
        if found in seen:
            raise UsageError(f"{name} has the {found[1]} `{found[3]}` twice")
        seen.add(found)
    return objects


def _objects(name: str, data: bytes) -> "Iterator[Object]":
    """The Kubernetes objects of a file, without the hooks of a chart, which Helm alone makes."""
    for document in _documents(name, data):
        match document:
            case None:
                pass
            case {"apiVersion": str(), "kind": str(), "metadata": {"name": str(), **metadata}}:
                namespace, annotations = metadata.get("namespace"), metadata.get("annotations")
                if namespace is not None and not isinstance(namespace, str):
                    raise UsageError(f"{name} has a namespace that is not text")
                if not (isinstance(annotations, dict) and _HOOK in annotations):
                    yield document
            case _:
                raise UsageError(f"{name} is not a file of Kubernetes objects: each has apiVersion, kind and a name")


def _documents(name: str, data: bytes) -> "list[Any]":
    """The documents of a file as plain data."""
    try:
        return _Builder(name).build(yaml.CSafeLoader(data.decode("utf-8-sig")).get_event)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        place = getattr(error, "problem_mark", None)
        where = f"{name}:{place.line + 1}" if place else name
        raise UsageError(f"{where} is not YAML: {getattr(error, 'problem', None) or 'not UTF-8 text'}") from error


class _Builder:
    """Plain data from events, with a stack of its own; what Kubernetes' data has none of is refused."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._stack: list[Any] = []
        self._keys: list[str | None] = []
        self._root: Any = None

    def build(self, next_event: "Callable[[], Any]") -> "list[Any]":
        found = []
        while (event := next_event()) is not None:
            kind = type(event)
            if kind is ScalarEvent:
                if event.tag is not None:
                    self._refuse(event, "a tag")
                self._add(event, event.value if event.style else _plain(event.value))
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                if event.tag is not None:
                    self._refuse(event, "a tag")
                made: Any = {} if kind is MappingStartEvent else []
                self._add(event, made)
                self._stack.append(made)
                self._keys.append(None)
                if len(self._stack) > DEEPEST:
                    self._refuse(event, f"more than {DEEPEST} levels")
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                self._stack.pop()
                self._keys.pop()
            elif kind is AliasEvent:
                self._refuse(event, "an alias")
            elif kind is DocumentEndEvent:
                found.append(self._root)
                self._root = None
        return found

    def _add(self, event: "Any", value: "Any") -> None:
        if not self._stack:
            self._root = value
            return
        parent = self._stack[-1]
        if isinstance(parent, list):
            parent.append(value)
            return
        key = self._keys[-1]
        if key is not None:
            parent[key] = value
            self._keys[-1] = None
        elif not isinstance(value, str):
            self._refuse(event, "a key that is not text")
        elif value in parent:
            self._refuse(event, f"the key `{value}` twice in one mapping")
        else:
            self._keys[-1] = value

    def _refuse(self, event: "Any", what: str) -> None:
        raise UsageError(f"{self._name}:{event.start_mark.line + 1} has {what}, which no manifest needs")


_RESOLVER: "Any" = yaml.SafeLoader("")


@lru_cache(maxsize=1 << 16)  # the same words stand in every object
def _plain(text: str) -> "Any":
    """What a plain scalar is, by YAML 1.1 as Kubernetes reads it; a date is text there."""
    tag = _RESOLVER.resolve(ScalarNode, text, (True, False))
    node = ScalarNode(tag, text)
    if len(text) > _LONGEST_NUMBER:
        return text
    if tag == _INTEGER:
        return _RESOLVER.construct_yaml_int(node)
    if tag == _FLOAT:
        return _RESOLVER.construct_yaml_float(node)
    if tag == _BOOLEAN:
        return _RESOLVER.construct_yaml_bool(node)
    return None if tag == _NULL else text
