"""The rules over a runtime with its versions, and over several runtimes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krtc import pipeline
from krtc.cli import main
from krtc.model.krt import Version
from krtc.model.program import RuntimeProgram, Was, digest
from krtc.pipeline import Options, Source
from tests.unit.helpers import NODE, SMALL, Object, assets, changed, program, text, told

CONFIGURED = {**SMALL, "config": {"variables": ["GREETING"], "files": ["MODEL"]}}


def version(name: str, **more: Any) -> Object:
    return {**SMALL, "version": name, **more}


def runtime(statuses: Mapping[str, str], **settings: Any) -> Object:
    """A runtime.yml of versions whose files are named after them."""
    versions = [{"krt": f"{name}.yml", "status": status} for name, status in statuses.items()]
    return {"runtime": "demo", **settings, "versions": versions}


def judged(
    settings: Object | str,
    files: Mapping[str, Object | str] | None = None,
    *,
    before: Mapping[str, Was] | None = None,
    name: str = "runtime.yml",
    only: str | None = None,
) -> tuple[RuntimeProgram | None, list[str]]:
    """A runtime, and what is said of it; a file that is not given holds the version that it is named after."""

    def load(path: str) -> Source | str:
        content = version(path.removesuffix(".yml")) if files is None or path not in files else files[path]
        return content if content == "cannot read it" else Source(path, text(content).encode())

    source = Source(name, text(settings).encode())
    made, found = pipeline.check_runtime(source, Options(only=only), assets(), load, lambda name: b"", before)
    return made, told(found)


def said(settings: Object | str, files: Mapping[str, Object | str] | None = None, **more: Any) -> list[str]:
    return judged(settings, files, **more)[1]


RIGHT = {"v1": "published", "v2": "started", "v3": "stopped"}


def test_a_runtime_that_is_right() -> None:
    assert said(runtime(RIGHT)) == []
    assert said({"runtime": "demo"}) == said({"runtime": "demo", "versions": []}) == []


class Test_unreadable_version:
    def test_each(self) -> None:
        found = said(runtime(RIGHT), {"v1.yml": "cannot read it", "v3.yml": "cannot read it"})
        assert found == [
            f'KRT407 runtime.yml versions.{number}.krt "v{number + 1}.yml" | cannot read it | correct the path'
            for number in (0, 2)
        ]

    def test_hides_nothing_of_the_others(self) -> None:
        other = changed(SMALL, "workflows", 0, "exitpoint", to="x")
        found = said(runtime({**RIGHT, "v4": "published"}), {"v1.yml": "cannot read it", "v2.yml": other})
        assert [line[:6] for line in found] == ["KRT407", "KRT408", "KRT101"]


class Test_two_published:
    def test_each_beside_the_first(self) -> None:
        statuses = {"v0": "started", "v1": "published", "v2": "published", "v3": "published"}
        assert said(runtime(statuses), {"v3.yml": "["})[:-1] == [
            f'KRT408 runtime.yml versions.{number}.status "published" | `{name}` cannot be published beside `v1`:'
            " requests go to one version"
            " | write `started` for one of them, as `krtc publish` does when it publishes another version"
            ' | runtime.yml versions.1.status "published": the first is here'
            for number, name in ((2, "v2"), (3, "v3.yml"))
        ]

    def test_beside_a_wrong_entry(self) -> None:
        settings = runtime({"v1": "published", "v2": "Published", "v3": "published"})
        assert [line[:6] for line in said(settings)] == ["KRT013", "KRT408"]


class Test_krt_files:
    IMAGE: ClassVar = {"kubernetes": "1.35", "krtFiles": {"image": "a/b:1"}}
    HTTPS: ClassVar = {"https": "https://x", "sha256": "a" * 64}

    def test_of_the_runtime(self) -> None:
        assert said({**runtime(RIGHT), **self.IMAGE}) == [
            f'KRT418 runtime.yml krtFiles.image "a/b:1" | `{name}` would run with the files of `v1`'
            " | give each version its own `krtFiles` in `versions`"
            for name in ("v2", "v3")
        ]

    def test_of_two_versions(self) -> None:
        settings = runtime(RIGHT)
        for number, address in enumerate(("https://x", "https://y")):
            settings["versions"][number]["krtFiles"] = {**self.HTTPS, "https": address}
        assert [line.split(" | ")[0] for line in said(settings)] == [
            f'KRT418 runtime.yml versions.1.krtFiles.sha256 "{"a" * 64}"'
        ]

    def test_good(self) -> None:
        settings = {**runtime(RIGHT), **self.IMAGE}
        for number in range(2):
            settings["versions"][number]["krtFiles"] = {**self.HTTPS, "sha256": f"{number}" * 64}
        assert said(settings) == []

    def test_nothing_beside_what_is_wrong(self) -> None:
        settings = {**runtime(RIGHT), **self.IMAGE}
        settings["versions"][0]["krtFiles"] = settings["versions"][1]["krtFiles"] = {"image": "!"}
        assert {line[:6] for line in said(settings)} == {"KRT013"}


class Test_duplicate_version:
    def test_of_two_files(self) -> None:
        assert said(runtime(RIGHT), {"v2.yml": version("v1"), "v3.yml": version("v1")}) == [
            f'KRT409 runtime.yml versions.{number}.krt "{path}" | the version here is `v1`, and this runtime has a `v1`'
            " already | give one of them another `version` in its krt.yml"
            ' | runtime.yml versions.0.krt "v1.yml": the first is here'
            for number, path in ((1, "v2.yml"), (2, "v3.yml"))
        ]

    @pytest.mark.parametrize("path", ["v1.yml", "./v1.yml", "x/../v1.yml", ".//v1.yml"])
    @pytest.mark.parametrize("content", [version("v1"), "[", "cannot read it"])
    def test_of_one_file(self, path: str, content: Object | str) -> None:
        settings = runtime({"v1": "published"})
        settings["versions"].append({"krt": path})
        found = said(settings, {"v1.yml": content, path: content})
        assert [line for line in found if line.startswith("KRT409")] == [
            f'KRT409 runtime.yml versions.1.krt "{path}" | `{path}` stands in this runtime already'
            ' | remove one of the two entries | runtime.yml versions.0.krt "v1.yml": the first is here'
        ]

    def test_of_files_without_a_name(self) -> None:
        none = changed(SMALL, "version", to=None)
        found = said(runtime(RIGHT), {"v1.yml": none, "v2.yml": none})
        assert [line[:6] for line in found] == ["KRT011", "KRT011"]


class Test_a_version_named_as_what_is_the_runtimes:
    def test_runtime(self) -> None:
        assert said(runtime(RIGHT), {"v2.yml": version("runtime")}) == [
            'KRT103 v2.yml version "runtime" | a version of a runtime cannot be named `runtime`: what the runtime has'
            " beside its versions is called so | give the version another name"
            ' | runtime.yml versions.1.krt "v2.yml": its entry is here'
        ]

    def test_active_entrypoint(self) -> None:
        named = {"v2.yml": version("active-entrypoint")}
        assert said(runtime(RIGHT, naming="runtime"), named) == [
            'KRT103 v2.yml version "active-entrypoint" | a version of a runtime cannot be named `active-entrypoint`:'
            " the runtime's own ConfigMap would be `demo-active-entrypoint`, too | give the version another name"
            ' | runtime.yml versions.1.krt "v2.yml": its entry is here'
        ]
        assert [line[:6] for line in said(runtime(RIGHT), named)] == ["KRT302"]

    @pytest.mark.parametrize(("naming", "found"), [("runtime", ["KRT302"]), ("plain", [])])
    def test_active(self, naming: str, found: list[str]) -> None:
        assert [line[:6] for line in said(runtime(RIGHT, naming=naming), {"v2.yml": version("active")})] == found

    def test_is_told_of_no_version_without_a_runtime(self) -> None:
        made, _ = pipeline.check(Source("krt.yml", text(version("runtime")).encode()), None, Options(), assets(), str)
        assert made and made.version.version == "runtime"


class Test_nothing_published:
    @pytest.mark.parametrize("statuses", [{"v1": "started", "v2": "stopped"}, {"v1": "stopped"}])
    def test_is_noted(self, statuses: dict[str, str]) -> None:
        assert said(runtime(statuses)) == [
            "KRT410 runtime.yml versions: | no version is published: there is no Service and no route, so no request"
            " from outside is answered | write `status: published` for a version that runs, or `krtc publish NAME`"
        ]

    def test_by_default(self) -> None:
        settings = {"runtime": "demo", "versions": [{"krt": "v1.yml"}]}
        assert [line[:6] for line in said(settings)] == ["KRT410"]

    def test_not_where_a_status_is_wrong(self) -> None:
        assert [line[:6] for line in said(runtime({"v1": "Published", "v2": "started"}))] == ["KRT013"]


def was(statuses: Mapping[str, str], **digests: str) -> dict[str, Was]:
    """What versions were, with the content that they have."""
    return {
        name: Was(status, digests.get(name) or digest(program(version(name), None).version))  # type: ignore[arg-type]
        for name, status in statuses.items()
    }


class Test_changed_version:
    def test_each_that_ran_and_runs(self) -> None:
        statuses = {"a": "published", "b": "started", "c": "started", "d": "stopped", "e": "started", "f": "started"}
        before = was({**statuses, "c": "stopped", "d": "started"}, a="x", b="x", c="x", d="x", e="x", g="x")
        del before["f"]
        assert said(runtime(statuses), before=before) == [
            f'KRT411 {name}.yml version "{name}" | `{name}` was {status} with another content, and a version never'
            " changes under its name | give it a new name, beside the one that runs; or stop it first"
            f' | runtime.yml versions.{number}.krt "{name}.yml": its entry is here'
            for number, name, status in ((0, "a", "published"), (1, "b", "started"), (4, "e", "started"))
        ]

    def test_what_is_written_in_another_way_is_the_same(self) -> None:
        other = version("v1", workflows=[{**SMALL["workflows"][0], "nodes": [{**NODE, "replicas": 1, "gpu": False}]}])
        assert said(runtime(RIGHT), {"v1.yml": other}, before=was(RIGHT)) == []

    def test_one_that_is_wrong_hides_nothing_of_the_others(self) -> None:
        found = said(
            runtime({"v1": "published", "v2": "started", "v3": "Started"}),
            {"v1.yml": version("v1", description="")},
            before=was({"v1": "published", "v2": "started", "v3": "started"}, v1="x", v2="x", v3="x"),
        )
        assert [line[:13] for line in found] == ["KRT013 runtim", "KRT013 v1.yml", "KRT411 v2.yml"]

    @pytest.mark.parametrize(("status", "found"), [(None, True), ("started", True), ("stopped", False)])
    def test_of_a_version_alone(self, status: Any, found: bool) -> None:
        krt = Source("krt.yml", text(version("v1")).encode())
        before = was({"v1": "started"}, v1="x")
        _, diagnostics = pipeline.check(krt, None, Options(status=status), assets(), str, before)
        assert [line.split(" | ")[0] for line in told(diagnostics)] == ['KRT411 version "v1"'] * found


STATUSES = ("stopped", "started", "published")
START_FIRST = "start it first, and publish it when it runs"


class Test_transition:
    @pytest.mark.parametrize("old", STATUSES)
    @pytest.mark.parametrize("new", STATUSES)
    def test_each_change(self, old: str, new: str) -> None:
        rest = {"other": "published"} if new != "published" else {}
        found = said(runtime({"v1": new, **rest}), before=was({"v1": old, "other": "published"}, other="x"))
        found = [line for line in found if line.startswith("KRT412") and "`v1`" in line]
        place = f'KRT412 runtime.yml versions.0.status "{new}" | '
        assert found == {
            ("stopped", "published"): [f"{place}`v1` was stopped, and cannot be published at once | {START_FIRST}"],
            ("published", "stopped"): [
                f"{place}`v1` was published, and cannot be stopped at once | write `status: started` first, or publish"
                " another version; stop it then"
            ],
        }.get((old, new), [])

    @pytest.mark.parametrize(("status", "found"), [("stopped", []), ("started", []), ("published", [0])])
    def test_of_a_new_version(self, status: str, found: list[int]) -> None:
        lines = said(runtime({"v1": status}), before={})
        assert [line for line in lines if line.startswith("KRT412")] == [
            'KRT412 runtime.yml versions.0.status "published" | `v1` was not there, and cannot be published at once'
            f" | {START_FIRST}"
            for _ in found
        ]

    def test_by_default_a_version_is_stopped(self) -> None:
        settings = {"runtime": "demo", "versions": [{"krt": "v1.yml"}]}
        (line,) = [line for line in said(settings, before=was({"v1": "published"})) if line.startswith("KRT412")]
        assert line.startswith('KRT412 runtime.yml versions.0.krt "v1.yml" | `v1` was published, and cannot be stopped')

    def test_of_those_that_are_gone(self) -> None:
        before = was({**RIGHT, "a": "started", "b": "stopped", "d": "published", "c": "published"})
        assert said(runtime(RIGHT), before=before) == [
            f"KRT412 runtime.yml versions: | `{name}` was published, and cannot be removed at once"
            " | write `status: started` first, or publish another version; remove it then"
            for name in "cd"
        ]

    def test_what_cannot_be_read_is_not_gone(self) -> None:
        for content in ("cannot read it", "[", version("V1")):
            found = said(runtime(RIGHT), {"v1.yml": content}, before=was(RIGHT))
            assert len(found) == 1 and "KRT412" not in found[0]

    def test_of_a_runtime_without_versions(self) -> None:
        settings = {"runtime": "demo", "versions": []}
        assert [line[:6] for line in said(settings, before=was({"v1": "published"}))] == ["KRT412"]

    def test_the_published_one_may_be_pushed_aside(self) -> None:
        assert (
            said(runtime({"v1": "started", "v2": "published"}), before=was({"v1": "published", "v2": "started"})) == []
        )

    def test_not_where_nothing_is_known_of_before(self) -> None:
        assert said(runtime({"v1": "published"})) == []

    @pytest.mark.parametrize(("status", "found"), [(None, 0), ("stopped", 1), ("started", 0), ("published", 0)])
    def test_of_a_version_alone(self, status: Any, found: int) -> None:
        krt = Source("krt.yml", text(version("v1")).encode())
        _, diagnostics = pipeline.check(krt, None, Options(status=status), assets(), str, was({"v1": "published"}))
        assert told(diagnostics) == [
            'KRT412 version "v1" | `v1` was published, and cannot be stopped at once'
            " | write `status: started` first, or publish another version; stop it then"
        ] * found  # fmt: skip


def together(*given: Object | tuple[Object, Mapping[str, Object | str]]) -> list[str]:
    """What is said of several runtimes, each in a file of its own."""
    made = []
    for number, one in enumerate(given):
        settings, files = one if isinstance(one, tuple) else (one, {})
        found, _ = judged(settings, files, name=f"r{number}.yml")
        assert found
        made.append(found)
    return told(pipeline.check_runtimes(made))


ONE = {"v1": "published"}


class Test_shared_nats_names:
    def test_each_beside_the_first(self) -> None:
        runtimes = [
            runtime(ONE, namespace=namespace, nats={"server": "nats.x:4222"}, runtime=id)
            for namespace, id in (("a", "demo"), ("b", "other"), ("c", "demo"), ("d", "demo"))
        ]
        assert together(*runtimes) == [
            f'KRT413 r{number}.yml runtime "demo" | there is a runtime `demo` on this NATS (nats.x:4222) already:'
            " versions of equal names would share streams and buckets"
            " | give one of them another id or NATS; on different clusters, check each in its own call"
            ' | r0.yml runtime "demo": the other is here'
            for number in (2, 3)
        ]

    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            (("a", "nats:4222"), ("b", "nats:4222"), False),
            (("a", None), ("b", None), False),
            (("a", "nats.a:4222"), ("b", "nats.a:4222"), True),
            (("a", "nats.a:4222"), ("b", "nats.a:4223"), False),
            (("a", "nats:4222"), ("b", "nats.a:4222"), True),
            (("a", "nats:4222"), ("b", "NATS.a.svc:4222"), True),
            (("a", "nats:4222"), ("b", "nats.a.svc.cluster.local:4222"), True),
            (("a", "nats:4222"), ("b", "nats.b.svc:4222"), False),
        ],
    )
    def test_the_same_server(self, one: tuple[str, str | None], other: tuple[str, str | None], same: bool) -> None:
        runtimes = [
            runtime(ONE, namespace=namespace, **({} if server is None else {"nats": {"server": server}}))
            for namespace, server in (one, other)
        ]
        assert [line[:6] for line in together(*runtimes)] == ["KRT413"] * same

    def test_not_of_settings_alone(self) -> None:
        assert together({"runtime": "demo"}, {"runtime": "demo"}, runtime({"v1": "published"})) == []

    def test_a_comment_silences_it(self) -> None:
        nats = 'nats: {server: "nats.x:4222"}\nversions: [{krt: v1.yml, status: published}]\n'
        made = [
            judged(f"runtime: demo{comment}\nnamespace: {namespace}\n{nats}", name=f"{namespace}.yml")[0]
            for namespace, comment in (("a", ""), ("b", " # krtc: ignore[KRT413]"), ("c", ""))
        ]
        found = told(pipeline.check_runtimes([one for one in made if one]))
        assert [line[:16] for line in found] == ["KRT413 c.yml run"]

    def test_and_alone_the_comment_is_not_judged(self) -> None:
        comment = "# krtc: ignore[KRT413, KRT414, KRT412]"
        assert said(f"runtime: demo {comment}\nversions: [{{krt: v1.yml, status: published}}]") == []

    def test_one_file_that_is_given_twice(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        Path("runtime.yml").write_text(text(runtime(ONE)))
        Path("v1.yml").write_text(text(changed(version("v1"), "workflows", 0, "nodes", 0, "src", to="runtime.yml")))
        proto = 'syntax = "proto3"; message M {} service Entrypoint { rpc Sort (M) returns (M); }'
        Path("public_input.proto").write_text(proto)
        assert main(["check", "runtime.yml", ".", "./runtime.yml", str(tmp_path / "runtime.yml")]) == 0


class Test_shared_namespace:
    def test_both_plain(self) -> None:
        runtimes = [runtime({v: "published"}, namespace="x", runtime=id) for id, v in (("a", "v1"), ("b", "v2"))]
        assert together(*runtimes) == [
            'KRT414 r1.yml namespace "x" | the runtimes `a` and `b` are both in the namespace `x`, and would both have'
            " the Service `active-entrypoint` | set `naming: runtime` in both, or give one of them another `namespace`;"
            ' on different clusters, check each in its own call | r0.yml namespace "x": the other is here'
        ]

    def test_by_default(self) -> None:
        found = together(runtime(ONE, runtime="a"), runtime(ONE, runtime="b"), runtime(ONE, runtime="c"))
        assert [line.split(" | ")[0] for line in found] == ['KRT414 r1.yml runtime "b"', 'KRT414 r2.yml runtime "c"']

    def test_prefixed_ones_have_names_of_their_own(self) -> None:
        found = together(*(runtime(ONE, runtime=id, naming="runtime") for id in ("a", "b", "a-b", "a--b")))
        assert found == []

    def test_prefixed_ones_of_one_id(self) -> None:
        """On one NATS that is told there."""
        both = [
            runtime(ONE, naming="runtime", nats={"server": server}, namespace="x") for server in ("a:4222", "b:4222")
        ]
        (line,) = together(*both)
        assert line.startswith("KRT414 r1.yml namespace") and "would both have the Service `demo-active-ent" in line
        assert " | give one of them another id, or another `namespace`; on different clusters" in line
        assert [line[:6] for line in together(both[0], both[0])] == ["KRT413"]

    @pytest.mark.parametrize(
        ("plain", "prefixed", "shared"),
        [
            ("v1", "v1", None),
            ("a", "v1", None),
            ("a-v1", "v1", "Deployment `a-v1-entrypoint`"),
            ("a-v1", "v2", None),
            ("a-v1-entrypoint", "v1", "Service `a-v1-entrypoint`"),
            ("a-active-entrypoint", "v1", "Service `a-active-entrypoint`"),
        ],
    )
    @pytest.mark.parametrize("plain_first", [True, False])
    def test_plain_and_prefixed(self, plain: str, prefixed: str, shared: str | None, plain_first: bool) -> None:
        one = runtime({plain: "started"}, runtime="b")
        other = runtime({prefixed: "started"}, runtime="a", naming="runtime")
        found = together(*((one, other) if plain_first else (other, one)))
        assert [line.split("would both have the ")[1].split(" | ")[0] for line in found] == [shared] * bool(shared)

    def test_plain_and_prefixed_with_the_same_hash(self) -> None:
        """A name with two hyphens in it is told apart by a hash of its parts, which a prefix may be."""
        sorted_ = [{**SMALL["workflows"][0], "name": "v--w"}]
        one = runtime({"a": "started"}, runtime="b"), {"a.yml": version("a", workflows=sorted_)}
        other = runtime({"v--w": "started"}, runtime="a", naming="runtime")
        (line,) = together(one, other)
        assert "would both have the KeyValue `a-v-w----" in line

    def test_beside_what_is_wrong(self) -> None:
        broken = version("v1", workflows=[{**SMALL["workflows"][0], "name": 5}])
        assert [line[:6] for line in together((runtime(ONE, runtime="a"), {"v1.yml": broken}), runtime(ONE))] == [
            "KRT414"
        ]
        for wrong in ({"namespace": 5}, {"naming": "x"}, {"nats": "x"}, {"runtime": 5}):
            assert together(runtime(ONE, runtime="a"), runtime(ONE, **wrong)) == []

    def test_not_of_settings_alone(self) -> None:
        assert together({"runtime": "a"}, {"runtime": "b"}, {"runtime": "c", "versions": []}) == []


class Test_unknown_override:
    def test_each(self) -> None:
        two = {**SMALL["workflows"][0], "name": "two", "entrypoint": "Two"}
        krt = {**CONFIGURED, "version": "v1", "workflows": [SMALL["workflows"][0], two]}
        ref = {"secretKeyRef": {"name": "x", "key": "y"}}
        entry = {
            "krt": "v1.yml",
            "status": "published",
            "config": {"variables": {"GREETNG": "x", "GREETING": "x"}, "secrets": {"X": ref}, "files": {"Y": "y"}},
            "nodes": {
                "sort": {"elt": {"replicas": 3}, "etl": {}, "zzz": {}},
                "two": {"etl": {}},
                "tow": {"etl": {}},
                "zzz": {"etl": {}},
            },
        }
        settings = {"runtime": "demo", "config": {"variables": {"OTHER": "x"}, "files": {"MODEL": ref}}}
        place = "KRT416 runtime.yml versions.0"  # `.nodes.` is shown as `.n`
        has = "its configuration is `GREETING`, `MODEL`"
        assert said({**settings, "versions": [entry]}, {"v1.yml": krt}) == [
            f"{place}.config.variables.GREETNG: | the version has no configuration `GREETNG`"
            " | did you mean `GREETING`?",
            f"{place}.config.secrets.X: | the version has no configuration `X` | {has}",
            f"{place}.config.files.Y: | the version has no configuration `Y` | {has}",
            f"{place}.nsort.elt: | the workflow `sort` of the version has no node `elt` | did you mean `etl`?",
            f"{place}.nsort.zzz: | the workflow `sort` of the version has no node `zzz` | its nodes are `etl`",
            f"{place}.ntow: | the version has no workflow `tow` | did you mean `two`?",
            f"{place}.nzzz: | the version has no workflow `zzz` | its workflows are `sort`, `two`",
        ]

    def test_of_a_version_without_configuration(self) -> None:
        entry = {"krt": "v1.yml", "status": "published", "config": {"variables": {"A": "x"}}}
        assert said({"runtime": "demo", "versions": [entry]}) == [
            "KRT416 runtime.yml versions.0.config.variables.A: | the version has no configuration `A`"
            " | remove it: the version has none"
        ]

    def test_of_many_some_are_shown(self) -> None:
        nodes = [{**NODE, "name": f"n{number}"} for number in range(9)]
        krt = version("v1", workflows=[{**SMALL["workflows"][0], "exitpoint": "n0", "nodes": nodes}])
        entry = {"krt": "v1.yml", "status": "published", "nodes": {"sort": {"zzz": {}}}}
        found = said({"runtime": "demo", "versions": [entry]}, {"v1.yml": krt})
        (line,) = [line for line in found if line.startswith("KRT416")]
        assert line.endswith("its nodes are `n0`, `n1`, `n2`, `n3`, `n4`, `n5`, `n6`, `n7`, ...")

    def test_also_of_a_version_that_is_compiled_alone(self) -> None:
        entry = {"krt": "krt.yml", "nodes": {"x": {}}}
        settings = Source("runtime.yml", text({"runtime": "demo", "versions": [entry]}).encode())
        _, found = pipeline.check(Source("krt.yml", text(SMALL).encode()), settings, Options(), assets(), lambda _: b"")
        assert [line.split(" | ")[0] for line in told(found)] == ["KRT416 runtime.yml versions.0.nx:"]

    @pytest.mark.parametrize(
        ("path", "to"),
        [
            (("workflows",), "x"),
            (("workflows", 0), "x"),
            (("workflows", 0, "name"), "X"),
            (("workflows", 0, "nodes"), "x"),
            (("workflows", 0, "nodes", 0), "x"),
            (("workflows", 0, "nodes", 0, "name"), "X"),
            (("config",), "x"),
            (("config", "variables"), "x"),
            (("config", "variables", 0), "x"),
        ],
    )
    def test_not_where_the_name_may_be_the_one_that_is_wrong(self, path: tuple[Any, ...], to: str) -> None:
        krt = changed({**CONFIGURED, "version": "v1", "config": {"variables": ["GREETING"]}}, *path, to=to)
        override: Object = {"nodes": {"x": {"y": {}}, "sort": {"y": {}}}}
        if path[0] == "config":
            override = {"config": {"variables": {"X": "x"}}}
        elif path[-1] not in ("workflows", 0) or len(path) > 2:
            override = {"nodes": {"sort": {"y": {}}}}
        settings = {"runtime": "demo", "config": {"variables": {"GREETING": "x"}}}
        entry = {"krt": "v1.yml", "status": "published", **override}
        found = said({**settings, "versions": [entry]}, {"v1.yml": krt})
        assert found and not [line for line in found if line.startswith("KRT416")]

    def test_beside_a_wrong_entry(self) -> None:
        for wrong in ({"nodes": "x"}, {"nodes": {"x": "y"}}, {"config": "x"}, {"config": {"variables": "x"}}):
            entry = {"krt": "v1.yml", "status": "published", **wrong}
            found = said({"runtime": "demo", "versions": [entry]})
            assert found and not [line for line in found if line.startswith("KRT416")]


def test_many_mistakes_at_once() -> None:
    settings = runtime({"v1": "published", "v2": "published", "v3": "stopped", "v4": "started"})
    settings["versions"] += [{"krt": "gone.yml"}, {"krt": "v2.yml"}]
    settings["versions"][0]["nodes"] = {"x": {}}
    settings["config"] = {"variables": {"A_TOKEN": "x"}}
    files: dict[str, Object | str] = {
        "gone.yml": "cannot read it",
        "v2.yml": changed(version("v2"), "workflows", 0, "exitpoint", to="x"),
        "v3.yml": version("v1"),
        "v4.yml": "[",
    }
    found = said(settings, files, before=was({"v1": "started", "v2": "stopped"}, v1="x"))
    assert sorted(line[:6] for line in found) == [
        *("KRT002", "KRT101", "KRT407", "KRT408", "KRT409", "KRT409", "KRT411", "KRT412", "KRT415", "KRT416"),
    ]
    assert len(set(found)) == len(found)


# Few letters, so that joined names are alike, and what is put before or between them.
names = st.one_of(
    st.sampled_from(["a", "b", "a-b", "b-a", "a--b", "a-entrypoint", "entrypoint", "key-store", "krt-deliver", "0"]),
    st.from_regex(r"[ab0]([-ab0]{0,17}[ab0])?", fullmatch=True),
)
rpcs = st.one_of(
    st.sampled_from(["A", "_", "__", "A_", "A_b", "a_b_A", "a", "entrypoint"]),
    st.from_regex(r"[A_a]([A_a0]{0,9})", fullmatch=True),
)
subscriptions = st.one_of(names, st.tuples(names, st.text("ab-_AÉ", min_size=1, max_size=5)).map(".".join))
stores = st.one_of(names, st.from_regex(r"[ab0]([-ab0]{0,30}[ab0])?", fullmatch=True))


@st.composite
def versions(draw: st.DrawFn) -> Object:
    node: Object = {**NODE, "name": draw(names), "subscriptions": [draw(subscriptions)]}
    node["objectStore"] = {"name": draw(stores), "scope": draw(st.sampled_from(["workflow", "project"]))}
    workflow = {"name": draw(names), "entrypoint": draw(rpcs), "exitpoint": node["name"], "nodes": [node]}
    return version(draw(names), workflows=[workflow])


def nats_names(krt: Object, id: str) -> dict[str, set[str]]:
    """All that a version has in NATS, by what it is; a bucket is a stream, too, so names of streams are together."""
    made = program(krt, {"runtime": id})
    names, (workflow,) = made.names, made.version.workflows
    assert isinstance(made.version, Version)
    (node,) = workflow.nodes
    (subscription,) = node.subscriptions
    key_values = [names.key_value_store(), names.key_value_store(workflow), names.key_value_store(workflow, node)]
    assert node.object_store
    return {
        "streams": {
            names.stream(workflow),
            *(f"KV_{bucket}" for bucket in key_values),
            f"OBJ_{names.object_bucket(workflow, node.object_store)}",
        },
        "durables": {names.durable(workflow, node, subscription)},
        "deliver subjects": {names.deliver_subject(workflow, node, subscription)},
        "subjects": {names.subject(workflow, subscription), names.subject(workflow, node.name)},
    }


@given(versions(), versions(), names, names)
def test_versions_and_runtimes_share_no_name_in_nats(one: Object, other: Object, id: str, other_id: str) -> None:
    """But for two of one name in runtimes of one id, which is what KRT409 and KRT413 are for."""
    same = (id, one["version"]) == (other_id, other["version"])
    for what, found in nats_names(one, id).items():
        assert same or not found & nats_names(other, other_id)[what], what
