"""Generators of valid versions, as plain data: every key of both languages, and texts that trap readers and templates.

Independent of the compiler: what it demands is written down here once more.
"""

from __future__ import annotations

import re
from typing import Any

from hypothesis import strategies as st

from tests.equivalence.forms import Object, Version

Strategy = st.SearchStrategy[Any]


def words(text: str) -> list[str]:
    return text.split()


# --- texts

# What readers of YAML take for something else, and what Helm, Jinja2, Kubernetes, Go and shells would expand.
TRAPS = [
    *words(
        "no y on NULL null ~ = << true 1.10 1e3 .5 .inf 0o17 017 0x1F 0b1 1_000 +1 12:30:45 2001-12-14 ... --- - ? !"
    ),
    *words(r"a: :a : :: &a *a @a `a` # % > | , {a} [a] { } [ ] ' '' \" \\ \n \x41 \u0041 %s%d"),
    *words("{{ }} {{.Values.status}} {{/**/}} [[ ]] [[x]] [%x%] [#x#] $ $$ $(X) $$(KRT_VERSION) $(KRT_VERSION) ${X}"),
    *['{{- fail "x" -}}', "{{ }}", "- a", "a: b", "a #b", "--- |", "{a: 1}", '""'],
    *words("\u00e9\u4e2d e\u0301 \U0001f99c \u202e\u202d \u200b \ufeff \ufffd \u00ad \U000e0001 \U0010ffff"),
    *["\u2028", "\u2029", "\u00a0"],
]
BREAKS = ["\n", "\n\n", "\r\n", "\r", "\t", " ", "  ", "\n ", " \n", "\n\t", "\n\n\n", ""]

# No controls, and nothing that is no character: krtc refuses them.
characters = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
pieces = st.one_of(st.sampled_from(TRAPS), st.text(characters, max_size=8))
# Whatever may stand in a text: a trap alone, and many with breaks and blanks between, before and behind them.
texts = st.one_of(
    st.sampled_from(TRAPS),
    st.lists(st.tuples(st.sampled_from(BREAKS), pieces, st.sampled_from(BREAKS)), max_size=6).map(
        lambda parts: "".join(part for three in parts for part in three)
    ),
)
some_text = texts.filter(bool)
# The first segment of a path, and a sub-topic: texts without the characters that have a meaning there, or are not seen.
HIDDEN = "\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
segments = texts.map(lambda text: re.sub(r"^[\s.]+", "", re.sub(f"[/{HIDDEN}]", "", text)))
sub_topics = texts.map(lambda text: re.sub(rf"[.*>,/\\\s{HIDDEN}]", "", text)[:40]).filter(bool)

# --- names

WORDS = words("a b no y null on true nan e1 a-b b-c a--b test config files range global")
DIGITS = words("0 012 1e3 0x1f 0o7 1-0 123")
longest_names = st.from_regex(r"[a-z][-a-z0-9]{17}[a-z0-9]", fullmatch=True)
letter_names = st.one_of(st.sampled_from(WORDS), longest_names)
names = st.one_of(st.sampled_from(WORDS + DIGITS), longest_names)


def listed_or(listed: str, pattern: str) -> Strategy:
    return st.one_of(st.sampled_from(listed.split()), st.from_regex(pattern, fullmatch=True))


rpcs = listed_or("Ask _ no Null A1", r"[A-Za-z_][A-Za-z0-9_]{0,9}")
variable_names = listed_or("NO Y NULL 0 012 1E3 A_B ON", r"[A-Z][A-Z0-9_]{0,8}[A-Z]")
file_names = listed_or("no y _ Null on_ A_b", r"[A-Za-z_][A-Za-z0-9_]{0,8}")
object_names = st.sampled_from(words("a no null 123 1.10 0x1f 1e3 team.example 12.30"))
secret_keys = st.sampled_from(words("a no NULL 1.10 0o17 ._- - 1e3 .. true"))
# The last are krtc's own, which go before people's.
OWN_KEYS = words("nvidia.com/gpu konstellation.io/gpu checksum/config checksum/files")
label_keys = st.sampled_from(words("a no y Null 1.10 1e3 0x1F 12 example.com/true 1.2/3_4 NaN") + OWN_KEYS)
label_values = st.sampled_from(["", *words("a no Y null 1.10 1e3 0x1F 012 1_000 true a.b-c_D")])
keys_and = {"name": object_names, "key": secret_keys}

IMAGES = [
    "konstellation/kre-py:8.2.0",
    "konstellation/kre-go:latest",
    "registry.example:5000/team/kre-py@sha256:" + "0a" * 32,
    "acme/own:1.10",
    "acme/own",
    "a",
]
images = st.sampled_from(IMAGES)
image_patterns = st.sampled_from(words("*/kre-py * acme/* konstellation/* *own */kre-go registry.example:5000/* a"))
durations = st.sampled_from(["0s", "22h", "1h30m", "1.5s", "10us"])
ports = st.integers(1, 65535)
hosts = st.sampled_from(["kre-nats", "nats.example", "10.0.0.1", "1e3", "NO", "0x1F"])
servers = st.builds("{}:{}".format, hosts, ports)
amounts = st.one_of(st.sampled_from([0, 1_000_000, 10**15, 2**53 - 1]), st.integers(0, 2**53 - 1))
quantities = st.one_of(st.sampled_from(["100m", "1Gi", "1", "1.10", "1e3", "0.5", "012", "12e6"]), amounts)
replicas = st.one_of(st.sampled_from([1, 2, 1_000_000, 2**31 - 1]), st.integers(1, 50))


def some(**fields: Strategy) -> Strategy:
    """A mapping with some of the fields."""
    return st.fixed_dictionaries({}, optional=fields)


def every(**fields: Strategy) -> Strategy:
    return st.fixed_dictionaries(fields)


# --- runtime.yml

resources = some(
    requests=st.dictionaries(label_keys, quantities, max_size=3),
    limits=st.dictionaries(label_keys, quantities, max_size=3),
)
secret = every(secretKeyRef=every(**keys_and))
labels = st.dictionaries(label_keys, label_values, max_size=3)
gateways = st.fixed_dictionaries(
    {"name": object_names},
    optional={"namespace": st.one_of(st.just(""), object_names), "sectionName": st.one_of(st.just(""), object_names)},
)
routes = {
    "domain": st.sampled_from(["kre.local", "no", "1.10", "example.org"]),
    "className": st.one_of(st.just(""), object_names),
    "tls": st.booleans(),
    "tlsSecret": st.one_of(st.none(), st.just(""), object_names),
}
tolerations = some(
    key=st.one_of(st.just(""), label_keys),
    operator=st.sampled_from(["Exists", "Equal"]),
    value=label_values,
    effect=st.sampled_from(["NoSchedule", "PreferNoSchedule", "NoExecute", ""]),
    tolerationSeconds=st.one_of(st.none(), amounts),
)
SETTINGS: dict[str, Strategy] = {
    "namespace": names,
    "naming": st.sampled_from(["plain", "runtime"]),
    "kubernetes": st.sampled_from(["1.31", "1.33", "1.36", "1.40"]),
    "messaging": st.sampled_from(["nack", "job"]),
    "nats": some(
        server=servers,
        replicas=st.integers(1, 5),
        storage=st.sampled_from(["file", "memory"]),
        maxAge=durations,
        keep=st.lists(st.sampled_from(["streams", "objectStores", "keyValueStores"])),
        consumers=st.sampled_from(["platform", "runner"]),
        ackWait=st.dictionaries(st.one_of(st.just("default"), image_patterns), durations, max_size=3),
    ),
    "krtFiles": st.sampled_from(
        [{}, {"mongodb": {}}, {"mongodb": None}, {"https": "https://x/{{x}}?%s#'\"\\", "sha256": "0" * 64}]
    ),
    "mongodb": some(
        uriFrom=secret,
        database=st.sampled_from(["kre", "no", "012", "1e3", "null", "{{x}}", "#", "'%s'", "\u00e9"]),
        bucket=st.sampled_from(["krt", "no", "012", "1e3", "_", "-"]),
    ),
    "influxdb": some(
        uri=st.one_of(
            st.sampled_from(["http://kre-influxdb:8086", "https://influx.example/{{x}}?%s#'\"\\"]),
            sub_topics.map(lambda text: "http://i-" + text.replace("$", "")),
        )
    ),
    "ingress": st.one_of(
        some(kind=st.sampled_from(["Ingress", "none"]), gateway=st.one_of(gateways, st.just({})), **routes),
        st.fixed_dictionaries({"kind": st.just("GRPCRoute"), "gateway": gateways}, optional=routes),
    ),
    "images": some(
        krtFilesDownloader=images,
        fluentBit=images,
        nginx=images,
        natsCli=images,
        pullPolicy=st.sampled_from(["Always", "IfNotPresent", "Never"]),
        pullSecrets=st.lists(every(name=object_names), max_size=2),
        users=st.dictionaries(st.one_of(st.just("default"), image_patterns), st.integers(1, 2**31 - 1), max_size=3),
        readOnlyRoot=st.lists(image_patterns, max_size=2),
    ),
    "resources": some(node=resources, entrypoint=resources, sidecars=resources),
    "pods": some(
        nodeSelector=labels,
        tolerations=st.lists(tolerations, max_size=3),
        annotations=st.dictionaries(label_keys, texts, max_size=4),
        serviceAccountName=object_names,
        priorityClassName=st.one_of(st.just(""), object_names),
    ),
}


@st.composite
def configurations(draw: st.DrawFn) -> tuple[Object | None, Object, dict[str, str]]:
    """`config` of a krt.yml, `config` of a runtime.yml with a value for each name, and the files beside it."""
    variables = draw(st.lists(variable_names, max_size=4, unique=True))
    files = [name for name in draw(st.lists(file_names, max_size=4, unique=True)) if name not in variables]
    values: dict[str, Object] = {"variables": {"UNUSED": "x"}, "secrets": {}, "files": {}}
    contents = {}
    for name in [*variables, *files]:
        as_variable = ["variables", "secrets"] if re.fullmatch("[A-Z0-9]([_A-Z0-9]*[A-Z0-9])?", name) else []
        group = draw(st.sampled_from([*as_variable, *([] if name[0].isdigit() else ["files"])]))
        if group == "variables":
            values[group][name] = draw(texts)
        elif group == "secrets":
            values[group][name] = draw(secret)
        else:
            source = draw(st.one_of(st.just(f"files/{name}"), secret, every(configMapKeyRef=every(**keys_and))))
            values[group][name] = source
            if isinstance(source, str):
                contents[source] = draw(texts)
    nothing: list[str] | None = draw(st.sampled_from([[], None]))
    declared = {"variables": variables or nothing, "files": files or nothing}
    return (declared if variables or files else draw(st.sampled_from([declared, None]))), values, contents


# --- krt.yml


@st.composite
def workflows(draw: st.DrawFn, name: str, rpc: str, most_nodes: int) -> Object:
    """A graph in which each node reads from the entrypoint or from earlier nodes: fan-in, fan-out and sub-topics."""
    nodes: list[Object] = []
    durables: set[str] = set()
    for node_name in draw(st.lists(names, min_size=1, max_size=most_nodes, unique=True)):
        earlier = [node["name"] for node in nodes]
        sources = ["entrypoint", *earlier, *(f"{source}.{draw(sub_topics)}" for source in earlier)]
        subscriptions = []
        for source in [*draw(st.lists(st.sampled_from(sources), max_size=3, unique=True)), "entrypoint"]:
            durable = f"{source}-{node_name}".replace(".", "-")
            if durable not in durables:  # two consumers of one name are an error
                subscriptions.append(source)
                durables.add(durable)
        if subscriptions:
            src = f"{draw(segments) or 'src'}/x{draw(segments)}"
            required = {"name": node_name, "image": draw(images), "src": src, "subscriptions": subscriptions}
            nodes.append(required | draw(NODE))
    exitpoint = draw(st.sampled_from(nodes))["name"]
    return {"name": name, "entrypoint": rpc, "exitpoint": exitpoint, "nodes": nodes}


NODE = some(
    gpu=st.booleans(),
    replicas=replicas,
    objectStore=st.one_of(
        st.none(),
        st.fixed_dictionaries(
            {"name": st.sampled_from(["a", "no", "a--b", "1e3"])},
            optional={"scope": st.sampled_from(["workflow", "project"])},
        ),
    ),
)


@st.composite
def versions(draw: st.DrawFn, *, most_workflows: int, most_nodes: int, settings: Strategy) -> Version:
    """A version of some size, with settings (None: no runtime.yml) that `settings` gives."""
    runtime = draw(settings)
    declared, values, files = draw(configurations()) if runtime is not None else (None, {}, {})
    # Before Kubernetes 1.36 the name of no Service begins with a digit.
    first_names = names if (runtime or {}).get("kubernetes", "") >= "1.36" else letter_names
    runtime = None if runtime is None else {"runtime": draw(first_names), **runtime, "config": values}
    titles = draw(st.lists(names, min_size=1, max_size=most_workflows, unique=True))
    methods = draw(st.lists(rpcs, min_size=len(titles), max_size=len(titles), unique=True))
    krt = {
        "version": draw(first_names),
        "krtVersion": "v2",
        "description": draw(some_text),
        "entrypoint": draw(
            st.one_of(
                st.just({"proto": "public_input.proto", "image": "konstellation/kre-entrypoint:8.2.0"}),
                st.builds(lambda image, path: {"proto": f"{path}x.proto", "image": image}, images, segments),
            )
        ),
        "workflows": [draw(workflows(title, rpc, most_nodes)) for title, rpc in zip(titles, methods, strict=True)],
    }
    if runtime is not None:
        # kre-go takes one time only, kre-py one user: what the settings say of them first.
        for group, key, pattern, value in (
            ("nats", "ackWait", "*/kre-go", "22h"),
            ("images", "users", "*/kre-py", 1001),
        ):
            if key in runtime.get(group, {}):
                others = {other: said for other, said in runtime[group][key].items() if other != pattern}
                runtime[group] = {**runtime[group], key: {pattern: value, **others}}
    return Version(krt if declared is None else krt | {"config": declared}, runtime, files)


# --- one of its own

# Names that Helm reaches by `index` alone, configuration of every kind, and patterns that images must keep to.
AWKWARD = Version(
    {
        "version": "v1",
        "krtVersion": "v2",
        "description": "x",
        "entrypoint": {"proto": "public_input.proto", "image": "konstellation/kre-entrypoint:1"},
        "config": {
            "variables": ["GREETING", "0", "TOKEN", "MISSING"],
            "files": ["MODEL", "_labels", "KEY", "also_missing"],
        },
        "workflows": [
            {
                "name": "1st-flow",
                "entrypoint": "Ask",
                "exitpoint": "no",
                "nodes": [
                    {
                        "name": "no",
                        "image": "konstellation/kre-py:1",
                        "src": "a",
                        "subscriptions": ["entrypoint"],
                        "gpu": True,
                    },
                    {"name": "0x1f", "image": "acme/kre-go:1", "src": "b", "subscriptions": ["no"], "replicas": 2},
                    {
                        "name": "range",
                        "image": "acme/own:1",
                        "src": "c",
                        "subscriptions": ["no.a"],
                        "objectStore": {"name": "s"},
                    },
                ],
            }
        ],
    },
    {
        "runtime": "demo",
        "nats": {"ackWait": {"acme/own": "5m", "*/kre-py": "7m"}, "keep": ["streams"]},
        "ingress": {"kind": "GRPCRoute", "gateway": {"name": "public"}},
        "images": {"users": {"*/own": 2000}, "readOnlyRoot": ["*/own"]},
        "pods": {"tolerations": [{"key": "a", "operator": "Exists"}], "annotations": {"example.com/a": "b"}},
        "config": {
            "variables": {"GREETING": "{{ hello }}", "0": "no"},
            "secrets": {"TOKEN": {"secretKeyRef": {"name": "a", "key": "b"}}},
            "files": {
                "MODEL": "model.json",
                "_labels": {"configMapKeyRef": {"name": "c", "key": "d"}},
                "KEY": {"secretKeyRef": {"name": "e", "key": "f"}},
            },
        },
    },
    {"model.json": '{"size": 3}\n'},
)
