"""The proto of a KRT and what it imports: the methods of `service Entrypoint`, as protoc would have them.

The root of the KRT is protoc's include path. The rules are those of its descriptor.cc.
"""

from itertools import islice

from krtc.diagnostics import MOST_FINDINGS, Diagnostic, did_you_mean, nearest
from krtc.diagnostics.codes import PROTO_IMPORT, PROTO_SYNTAX, TOO_LARGE, UNKNOWN_MESSAGE
from krtc.frontend import yaml
from krtc.frontend.proto_file import MOST_TOKENS, ProtoFile, join
from krtc.model.files import SERVICE, Proto
from krtc.source import SourceFile, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from krtc.model.files import Tree

# Far above what protos need, far below what hurts.
MOST_IMPORTS = 100
_MOST_NAMES = 1000  # that are compared with a misspelt one
# What a path of a KRT is that is no file.
_KINDS = {"folder": "is a folder", "outside": "leads out of the KRT", "special": "is no regular file"}
_SCALARS = (
    " double float int32 int64 uint32 uint64 sint32 sint64 fixed32 fixed64 sfixed32 sfixed64 bool string bytes group "
)

# What protoc brings along: files of one folder, each with its package and its messages.
_SHIPPED_IN = "google/protobuf/"
_SHIPPED = {
    "any": ("google.protobuf", "Any"),
    "api": ("google.protobuf", "Api Method Mixin"),
    "compiler/plugin": (
        "google.protobuf.compiler",
        "Version CodeGeneratorRequest CodeGeneratorResponse CodeGeneratorResponse.File",
    ),
    "cpp_features": ("pb", "CppFeatures"),
    "descriptor": (
        "google.protobuf",
        "FileDescriptorSet FileDescriptorProto DescriptorProto DescriptorProto.ExtensionRange "
        "DescriptorProto.ReservedRange ExtensionRangeOptions ExtensionRangeOptions.Declaration FieldDescriptorProto "
        "OneofDescriptorProto EnumDescriptorProto EnumDescriptorProto.EnumReservedRange EnumValueDescriptorProto "
        "ServiceDescriptorProto MethodDescriptorProto FileOptions MessageOptions FieldOptions "
        "FieldOptions.EditionDefault FieldOptions.FeatureSupport OneofOptions EnumOptions EnumValueOptions "
        "ServiceOptions MethodOptions UninterpretedOption UninterpretedOption.NamePart FeatureSet "
        "FeatureSet.VisibilityFeature FeatureSetDefaults FeatureSetDefaults.FeatureSetEditionDefault SourceCodeInfo "
        "SourceCodeInfo.Location GeneratedCodeInfo GeneratedCodeInfo.Annotation",
    ),
    "duration": ("google.protobuf", "Duration"),
    "empty": ("google.protobuf", "Empty"),
    "field_mask": ("google.protobuf", "FieldMask"),
    "go_features": ("pb", "GoFeatures GoFeatures.OptimizeModeFeature"),
    "java_features": ("pb", "JavaFeatures JavaFeatures.NestInFileClassFeature"),
    "source_context": ("google.protobuf", "SourceContext"),
    "struct": ("google.protobuf", "Struct Value ListValue"),
    "timestamp": ("google.protobuf", "Timestamp"),
    "type": ("google.protobuf", "Type Field Enum EnumValue Option"),
    "wrappers": (
        "google.protobuf",
        "DoubleValue FloatValue Int64Value UInt64Value Int32Value UInt32Value BoolValue StringValue BytesValue",
    ),
}


def read(tree: "Tree", path: str) -> tuple[Proto | None, list[Diagnostic]]:
    """The proto at a path of the KRT, None when it cannot be read; and all that is wrong in it and in what it imports.

    As protoc with the root of the KRT as its include path: imports count from there, and the types of the rpcs are
    looked up from the inside out.
    """
    data = tree.read(path)
    if isinstance(data, str):
        return None, [Diagnostic(PROTO_SYNTAX, Span(SourceFile(tree.name(path), ""), 1, 1, 1, 1), data)]
    main = ProtoFile(tree.name(path), data, MOST_TOKENS)
    if not main.whole:
        return None, main.diagnostics
    files = {_plain("", path): main}
    diagnostics = _follow(tree, files) + _cycles(files) + _unknown_types(main, files)
    diagnostics += islice(yaml.hidden_in(main.file), MOST_FINDINGS)
    services = {name: main.span(at, at + len(name)) for name, (kind, at) in main.names.items() if kind == "service"}
    return Proto(main.file, services, main.methods), diagnostics


def _plain(folder: str, name: str) -> str:
    """A path from the root of the KRT, seen from a folder, without `.`, `..` and empty parts."""
    parts: list[str] = []
    for part in f"{folder}/{name}".split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _follow(tree: "Tree", files: dict[str, ProtoFile]) -> list[Diagnostic]:
    """Adds what the one file imports, and what that imports, the nearest first."""
    diagnostics: list[Diagnostic] = []
    paths = list(files)
    seen = set(paths)
    tokens = files[paths[0]].tokens
    for path in paths:
        for name, (_, start, end) in files[path].imports.items():
            seen.add(name)
            if len(seen) > MOST_IMPORTS:
                span = files[path].span(start, end)
                return [*diagnostics, Diagnostic(TOO_LARGE, span, f"more than {MOST_IMPORTS} imported files")]
            if name in files:
                continue
            found = _find(tree, name, tokens)
            if isinstance(found, str):
                span = files[path].span(start, end)
                diagnostics.append(Diagnostic(PROTO_IMPORT, span, found, help=_import_help(tree, path, name)))
                continue
            files[name] = found
            paths.append(name)
            diagnostics += found.diagnostics
            tokens = found.tokens
            if tokens < 0:
                return diagnostics
    return diagnostics


def _find(tree: "Tree", name: str, tokens: int) -> ProtoFile | str:
    """The file that an import names, or in words why there is none."""
    # protoc takes one name for a file only: each is read once.
    kind = tree.kind(name) if name == _plain("", name) and "\0" not in name else "missing"
    if kind == "file":
        data = tree.read(name)
        return data if isinstance(data, str) else ProtoFile(tree.name(name), data, tokens)
    stem = name.removeprefix(_SHIPPED_IN).removesuffix(".proto")
    if stem not in _SHIPPED or name != f"{_SHIPPED_IN}{stem}.proto":
        return f"`{name}` {_KINDS.get(kind, 'is not in the KRT')}"
    file = ProtoFile(name, b"", tokens)
    file.package, names = _SHIPPED[stem]
    file.names = dict.fromkeys(names.split(), ("message", 0))
    return file


def _import_help(tree: "Tree", path: str, name: str) -> str | None:
    for folder in ("", path.rpartition("/")[0]):
        candidate = _plain(folder, name)
        if "\0" not in name and tree.kind(candidate) == "file":
            is_there = candidate == name  # and cannot be read
            return None if is_there else f"did you mean `{candidate}`? imports count from the root of the KRT"
    near = nearest(name.removeprefix(_SHIPPED_IN).removesuffix(".proto"), _SHIPPED)
    if near and name.startswith(_SHIPPED_IN):
        return f"did you mean `{_SHIPPED_IN}{near}.proto`?"
    return "put the file into the KRT, at that path from its root"


def _cycles(files: dict[str, ProtoFile]) -> list[Diagnostic]:
    """The imports that lead back to a file that leads to them."""
    diagnostics: list[Diagnostic] = []
    trail = list(files)[:1]
    ways = [iter(files[trail[0]].imports.items())]
    done: set[str] = set()
    while trail:
        name, (_, start, end) = next(ways[-1], ("", ("", 0, 0)))
        if not end:
            done.add(trail.pop())
            ways.pop()
        elif name in trail:
            way = " -> ".join([*trail[trail.index(name) :], name])
            span = files[trail[-1]].span(start, end)
            help = "move what both need into a file of its own"
            diagnostics.append(Diagnostic(PROTO_IMPORT, span, f"files that import each other: {way}", help=help))
        elif name in files and name not in done:
            trail.append(name)
            ways.append(iter(files[name].imports.items()))
    return diagnostics


def _unknown_types(main: ProtoFile, files: dict[str, ProtoFile]) -> list[Diagnostic]:
    """The requests and responses that are no messages."""
    visible = [main]
    all_read = True
    names = [name for name, (how, _, _) in main.imports.items() if how != "option"]
    for name in names:
        file = files.get(name)
        if file is None or not file.whole:
            all_read = False
        elif file not in visible:
            visible.append(file)
            names += [name for name, (how, _, _) in file.imports.items() if how == "public"]
    known: dict[str, str] = {}
    for file in visible:
        package = file.package
        known |= {join(package, name): kind for name, (kind, _) in file.names.items()}
        while package:
            known[package] = "package"
            package = package.rpartition(".")[0]
    inner = _innermost(main.package, known)
    diagnostics: list[Diagnostic] = []
    for name, start, end in main.types:
        first, dot, _ = name.partition(".")
        full = join(inner.get(first, ""), name) if first else name[1:]
        kind = known.get(full, "")
        if f" {first} " in _SCALARS:
            kind = "scalar"
        elif not dot and join(SERVICE, name) in main.names:
            kind = "rpc"  # its own service is the innermost scope
        elif not kind and name.endswith("Entry") and known.get(full.rpartition(".")[0]) == "message":
            continue  # a map makes such a message
        # What is not found may be in a file that could not be read, which was said already.
        if kind == "message" or not (all_read or kind in ("rpc", "scalar")):
            continue
        message = f"`{name}` is no message, but the {kind} of that name" if kind else f"no message `{name}`"
        help = _type_help(name, kind, main.package, known)
        diagnostics.append(Diagnostic(UNKNOWN_MESSAGE, main.span(start, end), message, help=help))
        if len(diagnostics) == MOST_FINDINGS:
            break
    return diagnostics


def _innermost(package: str, known: dict[str, str]) -> dict[str, str]:
    """The scopes in which the first parts of names are found, from a package outwards."""
    scopes = {""}
    while package:
        scopes.add(package)
        package = package.rpartition(".")[0]
    inner: dict[str, str] = {}
    for full in known:
        scope, _, name = full.rpartition(".")
        if scope in scopes and len(scope) >= len(inner.get(name, "")):
            inner[name] = scope
    return inner


def _type_help(name: str, kind: str, package: str, known: dict[str, str]) -> str | None:
    if kind in ("scalar", "enum"):
        return "make it a field of a message"
    scope = package
    while not name.startswith("."):
        if known.get(join(scope, name)) == "message":
            return f"write `.{join(scope, name)}`: names are looked up from the inside out"
        if not scope:
            break
        scope = scope.rpartition(".")[0]
    for stem, (shipped, names) in _SHIPPED.items():
        if name.lstrip(".").removeprefix(f"{shipped}.") in names.split() and name.lstrip(".").startswith(shipped):
            return f'import "{_SHIPPED_IN}{stem}.proto"'
    prefix = f"{package}." if package else ""
    messages = [full for full, kind in islice(known.items(), _MOST_NAMES) if kind == "message"]
    messages = [f".{full}" if name.startswith(".") else full.removeprefix(prefix) for full in messages]
    last = name.rpartition(".")[2]
    same = next((message for message in messages if message.rpartition(".")[2] == last), None)
    return f"did you mean `{same}`?" if same else did_you_mean(name, messages)
