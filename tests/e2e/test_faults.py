"""What people see when something fails, as docs/troubleshooting.md has it, and what mends it."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.e2e.cluster.control_plane import control_plane
from tests.e2e.cluster.kubectl import Kubectl
from tests.e2e.cluster.nack import nack
from tests.e2e.cluster.nats import Nats, nats
from tests.e2e.cluster.network import free_port
from tests.e2e.cluster.processes import ROOT, until
from tests.e2e.conftest import kept_logs
from tests.e2e.test_nack import until_ready
from tests.e2e.test_upgrades import STREAM, TREES, VERSION, compiled, helm, keys, moved, uids
from tests.e2e.trees import of_nack
from tests.equivalence.forms import parse

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
OF_NACK = "streams,consumers,keyvalues,objectstores"
ANSWER = ("stream", "mail-v1--answer")


class Place(NamedTuple):
    """A control plane of these tests alone, on which NATS and NACK come and go, and where NATS is when it is there."""

    kubectl: Kubectl
    folder: Path
    port: int

    @contextlib.contextmanager
    def nats(self) -> Iterator[Nats]:
        with nats(self.kubectl.inside, self.folder, self.port) as server:
            yield server

    @contextlib.contextmanager
    def nack(self) -> Iterator[None]:
        with nack(self.kubectl, self.folder, Nats(self.kubectl.inside, f"nats://127.0.0.1:{self.port}")):
            yield

    @contextlib.contextmanager
    def both(self) -> Iterator[Nats]:
        with self.nats() as server, self.nack():
            yield server

    def namespace(self, name: str) -> str:
        self.kubectl.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        return name

    def apply(self, namespace: str, tree: str = "") -> subprocess.CompletedProcess[str]:
        return self.kubectl.run("apply", "--server-side", "-f", "-", stdin=tree or tree_in(namespace))

    def delete(self, namespace: str, *more: str) -> subprocess.CompletedProcess[str]:
        return self.kubectl.run("delete", "-f", "-", *more, stdin=tree_in(namespace))

    def message(self, namespace: str, kind: str, name: str) -> str:
        """What NACK says of an object, or nothing."""
        path = "jsonpath={.status.conditions[?(@.type=='Ready')].message}"
        return self.kubectl("get", kind, name, "-n", namespace, "-o", path)

    def wait(self, namespace: str) -> str:
        """What people do who would know whether all is there."""
        wait = ("wait", "--for=condition=Ready", "--timeout=1s", OF_NACK, "--all", "-n", namespace)
        done = self.kubectl.run(*wait)
        return done.stdout + done.stderr

    def ready(self, namespace: str) -> None:
        until_ready(self.kubectl, of_nack(parse(tree_in(namespace))))


def tree_in(namespace: str) -> str:
    return moved(compiled(*VERSION), namespace)


def quoted(text: str) -> str:
    """A text that stands on the page, too."""
    assert text in PAGE
    return text


@pytest.fixture(scope="module")
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("faults")
    with kept_logs(request, folder), control_plane(folder) as running:
        yield Place(running.kubectl, folder, free_port())


def test_nats_is_away(place: Place) -> None:
    """All objects are taken, those of NATS are not Ready; when it is back, they are, and nobody applies anything."""
    namespace = place.namespace("nats-is-away")
    with contextlib.ExitStack() as stack:
        with place.nats():
            stack.enter_context(place.nack())
        assert place.apply(namespace).stderr == ""
        said = quoted("create or update stream: nats: no servers available for connection")
        assert until(lambda: place.message(namespace, *ANSWER) == said, 30)
        assert quoted("timed out waiting for the condition on streams/mail-v1--answer") in place.wait(namespace)
        stack.enter_context(place.nats())
        place.ready(namespace)
        assert place.delete(namespace, "--timeout=60s").returncode == 0


def test_nack_is_away(place: Place) -> None:
    """Nothing is made, nothing is said; what is deleted stays until it is back."""
    namespace = place.namespace("nack-is-away")
    with place.nats() as server:
        with place.nack():
            place.apply(namespace)
            place.ready(namespace)
        made = server.streams()
        assert STREAM in made
        done = place.delete(namespace, "--timeout=2s")
        assert quoted("error: timed out waiting for the condition on consumers/mail-v1--answer--writer") in done.stderr
        left = place.kubectl.objects(OF_NACK, "-n", namespace)
        assert keys(left) == keys(of_nack(parse(tree_in(namespace))))
        assert all("deletionTimestamp" in data["metadata"] for data in left)
        assert server.streams() == made
        with place.nack():
            assert until(lambda: not place.kubectl.objects(OF_NACK, "-n", namespace), 30)
            assert STREAM not in server.streams()
        assert place.apply(namespace).stderr == ""
        assert place.message(namespace, *ANSWER) == ""
        assert "streams/mail-v1--answer" in place.wait(namespace)
        with place.nack():
            place.ready(namespace)
            assert place.delete(namespace, "--timeout=60s").returncode == 0


@pytest.mark.parametrize(
    ("subjects", "storage", "said"),
    [
        (
            f"{STREAM}.*",
            "memory",
            "create or update stream: stream configuration update can not change storage type (10052)",
        ),
        (f"{STREAM}.>", "file", "create or update stream: subjects overlap with an existing stream (10065)"),
    ],
    ids=["storage", "subjects"],
)
def test_a_stream_is_in_the_way(subjects: str, storage: str, said: str, place: Place) -> None:
    """That it can't be is told by the Stream alone; when it is gone, NACK makes ours."""
    namespace = place.namespace(f"{storage}-in-the-way")
    other = STREAM if storage == "memory" else "other"
    with place.both() as server:
        server("stream", "add", other, "--subjects", subjects, "--storage", storage, "--defaults")
        assert place.apply(namespace).stderr == ""
        assert until(lambda: place.message(namespace, *ANSWER) == quoted(said), 30)
        server("stream", "rm", other, "--force")
        place.ready(namespace)
        assert server.stream(STREAM)["storage"] == "file"
        assert place.delete(namespace, "--timeout=60s").returncode == 0


def test_a_stream_that_can_be_changed_is_taken_over(place: Place) -> None:
    namespace = place.namespace("taken-over")
    with place.both() as server:
        server("stream", "add", STREAM, "--subjects", "else", "--retention", "limits", "--max-age", "1h", "--defaults")
        place.apply(namespace)
        place.ready(namespace)
        found, [wanted] = server.stream(STREAM), [d for d in parse(tree_in(namespace)) if d["kind"] == "Stream"]
        assert found["subjects"] == wanted["spec"]["subjects"]
        assert (found["retention"], found["max_age"]) == ("interest", 0)
        place.delete(namespace, "--timeout=60s")
        assert STREAM not in server.streams()


POLICY: dict[str, Any] = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingAdmissionPolicy",
    "metadata": {"name": "no-writers"},
    "spec": {
        "failurePolicy": "Fail",
        "matchConstraints": {
            "resourceRules": [
                {
                    "apiGroups": ["apps"],
                    "apiVersions": ["v1"],
                    "operations": ["CREATE", "UPDATE"],
                    "resources": ["deployments"],
                }
            ]
        },
        "validations": [
            {"expression": "!object.metadata.name.endsWith('--writer')", "message": "no more than it has now"}
        ],
    },
}
BINDING: dict[str, Any] = {
    "apiVersion": "admissionregistration.k8s.io/v1",
    "kind": "ValidatingAdmissionPolicyBinding",
    "metadata": {"name": "no-writers"},
    "spec": {"policyName": "no-writers", "validationActions": ["Deny"]},
}
SAID = "ValidatingAdmissionPolicy 'no-writers' with binding 'no-writers' denied request: no more than it has now"
REFUSED_BY_HELM = (
    "Error: server-side apply failed for object {}/mail-v1--answer--writer apps/v1, Kind=Deployment: "
    f'deployments.apps "mail-v1--answer--writer" is forbidden: {SAID}'
)
REFUSED = f'The deployments "mail-v1--answer--writer" is invalid: : {SAID}'


@contextlib.contextmanager
def refusing(place: Place, namespace: str) -> Iterator[None]:
    """Deployments of one node."""
    place.kubectl.apply(POLICY, BINDING)
    [one] = [
        d for d in parse(tree_in(namespace)) if d["metadata"]["name"].endswith("--writer") and d["kind"] == "Deployment"
    ]
    dry = ("apply", "--server-side", "--dry-run=server", "-f", "-")
    # Some time goes by until it is known.
    assert until(lambda: place.kubectl.run(*dry, stdin=json.dumps(one)).returncode != 0, 30)
    try:
        yield
    finally:
        place.kubectl("delete", "validatingadmissionpolicybinding,validatingadmissionpolicy", "no-writers")
    assert until(lambda: place.kubectl.run(*dry, stdin=json.dumps(one)).returncode == 0, 30)


def test_the_api_server_refuses_an_object(place: Place) -> None:
    """kubectl goes on with the others; the same command once more adds what was missing."""
    namespace = place.namespace("refused")
    every = keys(parse(tree_in(namespace)))
    with place.both():
        with refusing(place, namespace):
            done = place.apply(namespace)
            assert done.returncode == 1
            assert quoted(REFUSED) in done.stderr
            assert set(uids(place.kubectl, namespace)) == every - {("Deployment", "mail-v1--answer--writer")}
        assert place.apply(namespace).stderr == ""
        assert set(uids(place.kubectl, namespace)) == every
        place.ready(namespace)
        assert place.delete(namespace, "--timeout=60s").returncode == 0


def test_nothing_is_pruned_when_an_object_is_refused(place: Place) -> None:
    """The Ingress of a version that is no longer published; the same command once more removes it."""
    namespace = place.namespace("not-pruned")
    able = place.kubectl.with_applysets()
    apply = ("apply", "--server-side", "--prune", "--applyset=mail", "-n", namespace, "-f", "-")
    started = moved(compiled(*VERSION[:-1], "started"), namespace)
    route = ("Ingress", "active-entrypoint")
    assert able.run(*apply, stdin=tree_in(namespace)).returncode == 0
    with refusing(place, namespace):
        done = able.run(*apply, stdin=started)
        assert (done.returncode, REFUSED in done.stderr) == (1, True)
        assert route in uids(place.kubectl, namespace)
    assert able.run(*apply, stdin=started).returncode == 0
    assert set(uids(place.kubectl, namespace)) == keys(parse(started))
    with place.both():
        place.kubectl("delete", "-f", "-", "--timeout=60s", stdin=started)


def test_the_api_server_refuses_an_object_of_a_chart(place: Place, tmp_path: Path) -> None:
    namespace = place.namespace("refused-of-a-chart")
    compiled(*VERSION, "--to", "helm", "-o", str(tmp_path / "chart"))
    again = ("upgrade", "--install", "mail", tmp_path / "chart", "-n", namespace)
    with place.both():
        with refusing(place, namespace), pytest.raises(AssertionError) as failed:
            helm(place.kubectl, *again)
        said = str(failed.value).replace('\\"', '"')
        assert REFUSED_BY_HELM.format(namespace) in said
        helm(place.kubectl, *again)
        assert set(uids(place.kubectl, namespace)) == keys(parse(tree_in(namespace)))
        place.ready(namespace)
        helm(place.kubectl, "uninstall", "mail", "-n", namespace, "--wait")


def test_two_runtimes_share_a_nats(place: Place, tmp_path: Path) -> None:
    """Of one a version goes; the other's streams, consumers and messages stay."""
    namespace = place.namespace("shared")
    text = (TREES / "input" / "settings.yml").read_text().replace("runtime: demo", "runtime: other")
    (tmp_path / "settings.yml").write_text(text)
    others = place.namespace("shared-by-another")
    tree = moved(compiled("krt.yml", "--runtime", str(tmp_path / "settings.yml")), others)
    with place.both() as server:
        before = server.streams()
        place.apply(namespace)
        place.ready(namespace)
        ours = server.streams() - before
        place.apply(others, tree)
        until_ready(place.kubectl, of_nack(parse(tree)))
        theirs = server.streams() - before - ours
        assert theirs and all("other_" in name for name in theirs)
        server("pub", f"{STREAM}.entrypoint", "x", "--jetstream")
        place.kubectl("delete", "-f", "-", "--timeout=60s", stdin=tree)
        assert ours <= server.streams()
        assert messages(server) == 1
        place.delete(namespace, "--timeout=60s")


def test_one_runtime_twice(place: Place) -> None:
    """Two runtimes of one name are one in NATS: a version that goes in the one takes the messages of the other."""
    first, second = place.namespace("first"), place.namespace("second")
    with place.both() as server:
        for namespace in (first, second):
            place.apply(namespace)
            place.ready(namespace)
        server("pub", f"{STREAM}.entrypoint", "x", "--jetstream")
        place.delete(second, "--timeout=60s")
        # NACK looks after what it made from time to time, and makes it anew.
        assert until(lambda: STREAM in server.streams(), 60)
        assert messages(server) == 0
        assert place.message(first, *ANSWER) == "Stream successfully created or updated."
        place.delete(first, "--timeout=60s")


def messages(server: Nats) -> int:
    return int(json.loads(server("stream", "info", STREAM, "--json"))["state"]["messages"])
