"""What is told of a runtime and of a version: the same as compile, check and diff tell, and no secret."""

from pathlib import Path
from typing import Any

import pytest

from krtc import overview
from krtc.changes import compare
from krtc.cli import reading
from krtc.frontend.edit import set_statuses
from krtc.pipeline import Options, Source, compile_runtime, runtime_objects
from krtc.pipeline import compile as compile_version
from krtc.reporters.page.data import Node, Report, Version
from tests.unit.helpers import EXAMPLE, SMALL, Object, assets, text
from tests.unit.runtimes import ALL, write_all, write_runtime, write_version

THREE = Path(__file__).parents[2] / "golden" / "runtimes" / "three-versions" / "runtime.yml"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working folder: a runtime of three versions."""
    monkeypatch.chdir(tmp_path)
    write_all()


def runtime(path: Path | str = "runtime.yml") -> Report:
    source = reading.source(str(path))
    return overview.of_runtime(source, assets(), *beside(source), lambda done, total: None)


def beside(source: Source) -> tuple[Any, Any]:
    return lambda name: reading.version(source.name, name), lambda name: reading.beside(source.name, name)


def version(krt: Object | str, status: Any = "started", settings: str | None = None) -> Version:
    given = Source("runtime.yml", settings.encode()) if settings else None
    made = overview.of_version(Source("krt.yml", text(krt).encode()), given, status, assets(), reading.Folder("").read)
    assert not made.is_runtime
    (one,) = made.versions
    return one


def node(of: Version, name: str) -> Node:
    return next(node for workflow in of.workflows for node in workflow.nodes if node.name == name)


def body(manifest: str) -> str:
    """A file without the line that says where it is from."""
    return manifest.partition("\n")[2]


class Test_what_compile_makes:
    def test_of_a_runtime(self) -> None:
        source = reading.source(str(THREE))
        made = compile_runtime(source, Options(form="manifests"), assets(), *beside(source)).files
        told = runtime(THREE)
        assert [(v.name, v.status) for v in told.versions] == [*ALL.items()]
        for one in told.versions[:2]:
            expected = {name: body(t) for name, t in made.items() if name.startswith(f"versions/{one.name}/")}
            assert {f"versions/{one.name}/{m.file}": m.text for m in one.manifests} == expected
        assert {f"runtime/{m.file}": m.text for m in told.manifests} == {
            name: body(t) for name, t in made.items() if name.startswith("runtime/")
        }

    def test_a_stopped_version_is_shown_as_it_will_be_started(self) -> None:
        stopped = runtime().versions[2]
        write_runtime({**ALL, "sort-v3": "started"})
        assert stopped.manifests == runtime().versions[2].manifests

    @pytest.mark.parametrize("status", ["started", "published"])
    def test_of_one_version(self, status: Any) -> None:
        krt = Source("krt.yml", EXAMPLE.read_bytes())
        made = compile_version(krt, None, Options(status=status, form="manifests"), assets(), lambda name: name).files
        told = version(EXAMPLE.read_text(), status)
        assert {m.file: m.text for m in told.manifests} == {name: body(t) for name, t in made.items()}

    def test_each_object_of_a_node_is_its_own(self) -> None:
        told = version(EXAMPLE.read_text())
        names = [told.manifests[i].file for i in node(told, "repairs-handler").manifests]
        assert [name.split("-")[1] for name in names] == ["consumer", "keyvalue", "deployment"]
        assert all("repairs-handler" in name for name in names)
        (deployment,) = node(told, "entrypoint").manifests[1:] or node(told, "entrypoint").manifests
        assert told.manifests[deployment].file == "40-deployment-classificator-v1-entrypoint.yaml"


class Test_nodes:
    def test_what_they_read_is_in_the_consumers(self) -> None:
        told = version(EXAMPLE.read_text())
        for one in told.workflows[0].nodes[1:]:
            made = "\n".join(told.manifests[i].text for i in one.manifests if "consumer" in told.manifests[i].file)
            assert len(one.consumers) == made.count("kind: Consumer")
            for consumer in one.consumers:
                assert f"filterSubject: {consumer.subject}\n" in made
                assert f"durableName: {consumer.durable}\n" in made
                assert f"ackWait: {consumer.ack_wait}\n" in made or f'ackWait: "{consumer.ack_wait}"\n' in made

    def test_what_they_send_is_what_others_read(self) -> None:
        told = version(EXAMPLE.read_text())
        sent = {(s.subject, name) for n in told.workflows[0].nodes for s in n.sends for name in s.subscribers}
        read = {(c.subject, n.name) for n in told.workflows[0].nodes for c in n.consumers}
        answer = ("kre_classificator-v1_Classificator.exitpoint", "entrypoint")
        assert answer in read and (answer[0], overview.nodes.ANSWER) in sent
        assert {one for one in sent if one[1] != overview.nodes.ANSWER} == read - {answer}

    def test_environment(self) -> None:
        config = {
            "variables": {"GREETING": "a $(B) c"},
            "secrets": {"KEY": {"secretKeyRef": {"name": "n", "key": "k"}}},
        }
        settings = text({"runtime": "demo", "config": config})
        told = version({**SMALL, "config": {"variables": ["GREETING", "KEY"], "files": []}}, "started", settings)
        found = {v.name: v for v in node(told, SMALL["workflows"][0]["nodes"][0]["name"]).variables}
        assert found["KRT_VERSION"].value == SMALL["version"] and found["KRT_VERSION"].source == ""
        assert (found["KEY"].value, found["KEY"].source) == ("", "Secret n, key k")
        assert found["GREETING"].value == "a $(B) c" and found["GREETING"].source.startswith("ConfigMap ")


class Test_what_diff_tells:
    @pytest.mark.parametrize(
        ("index", "action", "statuses"),
        [
            (0, "unpublish", {0: "started"}),
            (1, "stop", {1: "stopped"}),
            (1, "publish", {0: "started", 1: "published"}),
            (2, "start", {2: "started"}),
        ],
    )
    def test_of_a_runtime(self, index: int, action: str, statuses: Any) -> None:
        source = reading.source(str(THREE))
        after = Source(source.name, set_statuses(source.data.decode(), statuses).encode(), path=source.path)
        old, new = (
            runtime_objects(one, Options(form="manifests"), assets(), *beside(source))[0] for one in (source, after)
        )
        assert old and new
        (told,) = (one for one in runtime(THREE).versions[index].actions if one.name == action)
        assert told.refusal == ""
        assert list(map(shown, told.changes)) == list(map(shown, compare(old, new))) != []
        assert told.displaced == ("sort-v1" if action == "publish" else "")

    def test_of_one_version(self) -> None:
        started, stopped = version(SMALL), version(SMALL, "stopped")
        assert [a.name for a in started.actions] == ["stop", "publish"]
        assert [a.name for a in stopped.actions] == ["start"]
        assert {c.kind for c in started.actions[1].changes} == {"ConfigMap", "Service", "Ingress"}
        assert len(stopped.actions[0].changes) == len(stopped.manifests)


def shown(change: Any) -> tuple[Any, ...]:
    fields = [(field.path, field.old, field.new) for field in change.fields]
    return change.action, change.kind, change.place, fields, [(e.kind, e.message) for e in change.effects]


class Test_what_is_wrong:
    def test_a_broken_version_is_drawn_and_the_others_are_compiled(self) -> None:
        nodes = [{**SMALL["workflows"][0]["nodes"][0], "subscriptions": ["nobody"], "image": 5}]
        write_version("sort-v2", workflows=[{**SMALL["workflows"][0], "nodes": nodes}])
        first, second, third = runtime().versions
        assert first.manifests and third.manifests and not first.problems and not third.problems
        assert second.manifests == () and "errors" in second.uncompiled
        assert 'data-node="nobody"' in second.picture
        assert {problem.severity for problem in second.problems} == {"error"}
        assert node(second, nodes[0]["name"]).problems
        assert all(action.refusal for action in second.actions)
        assert third.actions[0].refusal == ""

    def test_nothing_displaces_a_version_that_has_errors(self) -> None:
        write_version("sort-v1", description=5)
        publish = runtime().versions[1].actions[1]
        assert publish.name == "publish" and publish.refusal.startswith("sort-v1: ")

    def test_a_version_that_cannot_be_read(self) -> None:
        Path("versions/sort-v1/krt.yml").unlink()
        first, second, _ = runtime().versions
        assert (first.name, first.status, first.picture) == ("versions/sort-v1/krt.yml", "published", "")
        assert [problem.code.id for problem in first.problems] == ["KRT407"]
        assert second.manifests and second.actions[1].refusal.endswith("It cannot be read.")

    def test_what_is_wrong_with_the_runtime_stops_all(self) -> None:
        write_runtime(ALL, nats={"replicas": 0})
        found = runtime()
        assert [problem.code.id for problem in found.problems] == ["KRT013"]
        assert all(not v.manifests and "runtime.yml has errors" in v.uncompiled for v in found.versions)
        assert found.manifests == ()

    def test_no_runtime_at_all(self) -> None:
        Path("runtime.yml").write_text("runtime: [\n")
        found = runtime()
        assert found.versions == () and [problem.code.id for problem in found.problems] == ["KRT002"]

    def test_a_status_that_is_none(self) -> None:
        write_runtime({**ALL, "sort-v2": "paused"})
        second = runtime().versions[1]
        assert second.status is None and second.actions == () and second.manifests == ()

    @pytest.mark.parametrize("comment", ["", "# krtc: ignore[KRT401]"])
    def test_a_start_needs_its_configuration(self, comment: str) -> None:
        write_version("sort-v3", config={"variables": ["GREETING"], "files": []})
        path = Path("versions/sort-v3/krt.yml")
        path.write_text(with_comment(path.read_text(), "GREETING", comment))
        (start,) = runtime().versions[2].actions
        assert ("KRT401" in start.refusal) is (comment == "")

    def test_what_belongs_to_which(self) -> None:
        Path("versions/sort-v2/public_input.proto").write_text('syntax = "proto3";\nmessage M {}\n')
        found = runtime()
        assert {d.code.id for d in found.versions[1].problems} == {"KRT112"}
        assert not found.versions[0].problems and not found.versions[2].problems and not found.problems


def with_comment(content: str, word: str, comment: str) -> str:
    return "\n".join(f"{line} {comment}" if word in line else line for line in content.split("\n"))


def test_it_touches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    krt, data = Source("krt.yml", EXAMPLE.read_bytes()), assets()
    expected = overview.of_version(krt, None, "started", data, lambda name: name)  # all that it imports is imported now

    def forbidden(*_: Any, **__: Any) -> Any:
        raise AssertionError("it may not do that")

    for name in ("builtins.open", "os.open", "os.stat", "os.listdir", "os.getcwd", "time.time", "socket.socket"):
        monkeypatch.setattr(name, forbidden)
    found = overview.of_version(krt, None, "started", data, lambda name: name)
    monkeypatch.undo()
    assert found.versions[0].manifests == expected.versions[0].manifests != ()


class Test_secrets:
    @pytest.mark.parametrize("silenced", [False, True])
    def test_they_are_in_nothing_that_is_told(self, silenced: bool) -> None:
        Path("model.json").write_text('{"x": "-----BEGIN RSA PRIVATE KEY-----"}\n')
        write_version("sort-v2", config={"variables": ["DB_PASSWORD"], "files": ["MODEL"]})
        write_runtime(ALL, config={"variables": {"DB_PASSWORD": "correct horse"}, "files": {"MODEL": "model.json"}})
        if silenced:
            path = Path("runtime.yml")
            path.write_text(with_comment(path.read_text(), "correct horse", "# krtc: ignore[KRT415]"))
        found = runtime()
        assert ("KRT415" in {d.code.id for d in found.problems}) is not silenced
        second = found.versions[1]
        told = "".join(m.text for m in second.manifests) + repr(second.workflows)
        told += repr([shown(c) for a in second.actions for c in a.changes])
        assert "DB_PASSWORD" in told and overview.HIDDEN in told
        assert "correct horse" not in told and "PRIVATE KEY" not in told
        assert [name for name, _ in found.secrets] == ["runtime.yml"]
