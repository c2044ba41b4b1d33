"""Any sequence of commands and of edits by hand: the file stays right, and what it compiles to is what it says."""

import random
import re
import tempfile
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from krtc.cli import main, reading
from krtc.frontend import yaml as loader
from krtc.pipeline import Options, compile_runtime
from krtc.source import SourceFile
from tests.unit.helpers import SMALL, STATUSES, assets, text

# The table of the KAI Server, written once more.
TABLE = {
    ("start", "stopped"): "started",
    ("stop", "started"): "stopped",
    ("publish", "started"): "published",
    ("unpublish", "published"): "started",
}
COMMANDS = ("start", "stop", "publish", "unpublish")
# Its configuration has no value: it can only be stopped.
VALUELESS = "mail-v6"
NAMES = [f"mail-v{number}" for number in range(1, 7)]
FORMS = (
    "  - krt: {path}\n",
    "  - krt: {path}  # its file\n    status: {status}\n",
    "  - status: '{status}'  # by hand\n    krt: {path}\n",
    '  - {{krt: {path}, status: "{status}"}}\n',
    "  - {{krt: {path}, id: x}}\n",
    "  -   krt: {path}\n\n      id: x\n      status: {status}\n",
)

names = st.sampled_from(NAMES)
numbers = st.integers(0, 119)


class Lifecycle(RuleBasedStateMachine):
    """A runtime.yml in a folder of its own."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.folder = Path(self._folder.name)
        self.path = self.folder / "runtime.yml"
        self.comments: list[str] = []
        self.compiled = ""
        for name in NAMES:
            (self.folder / name).mkdir()
            more = {"config": {"variables": ["TOKEN"], "files": []}} if name == VALUELESS else {}
            (self.folder / name / "krt.yml").write_text(text({**SMALL, "version": name, **more}))

    def teardown(self) -> None:
        self._folder.cleanup()

    @initialize(
        versions=st.lists(
            st.tuples(st.sampled_from(FORMS), st.sampled_from(["stopped", "started"])), min_size=1, max_size=6
        ),
        published=st.integers(0, 5),
        ending=st.sampled_from(["\n", "\r\n"]),
        mark=st.sampled_from(["", "\ufeff"]),
    )
    def write(self, versions: list[tuple[str, str]], published: int, ending: str, mark: str) -> None:
        self.ending, self.mark = ending, mark
        entries = []
        for number, (form, status) in enumerate(versions):
            first = "published" if number == published else status
            name = NAMES[number]
            entries.append(form.format(path=f"{name}/krt.yml", status="stopped" if name == VALUELESS else first))
        self.save(f"# top\nruntime: demo\nversions:\n{''.join(entries)}")
        self.comments = re.findall("#.*", self.text)

    @property
    def text(self) -> str:
        return self.path.read_bytes().decode().removeprefix(self.mark).replace(self.ending, "\n")

    def save(self, content: str) -> None:
        self.path.write_bytes((self.mark + content.replace("\n", self.ending)).encode())

    def statuses(self) -> dict[str, str]:
        """By name, as another reader of YAML has them."""
        entries = yaml.load(self.text, yaml.SafeLoader)["versions"]
        return {entry["krt"].split("/")[0]: entry.get("status", "stopped") for entry in entries}

    @rule(choice=numbers)
    def run_what_is_allowed(self, choice: int) -> None:
        allowed = [
            (command, name)
            for name, status in self.statuses().items()
            for command in COMMANDS
            if (command, status) in TABLE and name != VALUELESS
        ]
        if allowed:
            self.run(*allowed[choice % len(allowed)], dry=choice % 8 == 7)

    @rule(name=st.sampled_from(NAMES[:-1]))
    def publish(self, name: str) -> None:
        """Through a start, where that must come first."""
        if self.statuses().get(name) == "stopped":
            self.run("start", name, dry=False)
        self.run("publish", name, dry=False)

    @rule(command=st.sampled_from(COMMANDS), name=names)
    def run_anything(self, command: str, name: str) -> None:
        self.run(command, name, dry=False)

    def run(self, command: str, name: str, dry: bool) -> None:
        before, old = self.statuses(), self.path.read_bytes()
        code = main([command, name, "--runtime", str(self.path), *["--dry-run"] * dry])
        after = TABLE.get((command, before.get(name, "")))
        if name not in before:
            assert code == 2
        elif after is None or (name == VALUELESS and command in ("start", "publish")):
            assert code == 1
        else:
            assert code == 0
        if code or dry:
            assert self.path.read_bytes() == old
            return
        assert after
        displaced = {other for other, status in before.items() if status == "published"} if command == "publish" else ()
        assert self.statuses() == {**before, **dict.fromkeys(displaced, "started"), name: after}

    @rule(place=numbers)
    def comment(self, place: int) -> None:
        """A line of its own, or behind what is there."""
        lines = self.text.split("\n")
        at = place % len(lines)
        note = f"# note {len(self.comments)}"
        if place % 2 and lines[at].strip() and "#" not in lines[at]:
            lines[at] += f"  {note}"
        else:
            lines.insert(at, f"{' ' * (place % 7)}{note}")
        self.comments.append(note)
        self.save("\n".join(lines))

    @rule(place=numbers)
    def blank_line(self, place: int) -> None:
        lines = self.text.split("\n")
        lines.insert(place % len(lines), " " * (place % 3))
        self.save("\n".join(lines))

    @rule(seed=numbers)
    def reorder(self, seed: int) -> None:
        head, *entries = re.split("(?m)^(?=  - )", self.text)
        if not entries[-1].endswith("\n"):
            entries[-1] += "\n"
        random.Random(seed).shuffle(entries)
        self.save(head + "".join(entries))

    @rule()
    def final_newline(self) -> None:
        self.save(self.text[:-1] if self.text.endswith("\n") else f"{self.text}\n")

    @precondition(lambda self: "status: " in self.text)
    @rule(place=numbers, status=st.sampled_from(STATUSES), quote=st.sampled_from(["", "'", '"']))
    def status_by_hand(self, place: int, status: str, quote: str) -> None:
        """Another status than the commands would give, with other quotes; people take care to publish one only."""
        found = list(re.finditer(r"(?<=status: )['\"]?(\w+)['\"]?", self.text))
        match = found[place % len(found)]
        others = {other[1] for other in found if other is not match}
        entry = self.text[: match.start()].count("  - ")
        valueless = VALUELESS in re.split("(?m)^(?=  - )", self.text)[entry]
        if (status == "published" and "published" in others) or (valueless and status != "stopped"):
            return
        self.save(f"{self.text[: match.start()]}{quote}{status}{quote}{self.text[match.end() :]}")

    @invariant()
    def is_right(self) -> None:
        root, found = loader.parse(SourceFile("runtime.yml", self.path.read_bytes().decode("utf-8-sig")))
        assert root and not found
        assert list(self.statuses().values()).count("published") <= 1
        kept = re.findall("#.*", self.text)
        assert sorted(map(str.strip, kept)) == sorted(map(str.strip, self.comments))
        assert [path.name for path in self.folder.iterdir() if ".krtc-" in path.name] == []

    @invariant()
    def compiles_to_what_it_says(self) -> None:
        if self.text == self.compiled:
            return
        self.compiled = self.text
        path = str(self.path)
        made = compile_runtime(
            reading.source(path),
            Options(form="manifests"),
            assets(),
            lambda name: reading.version(path, name),
            lambda name: reading.beside(path, name),
        )
        assert [d.message for d in made.diagnostics if d.severity == "error"] == []
        objects = [(name, yaml.load(content, yaml.CSafeLoader)) for name, content in made.files.items()]
        published = [name for name, status in self.statuses().items() if status == "published"]
        running = {name for name, status in self.statuses().items() if status != "stopped"}
        pods = {name.split("/")[1] for name, o in objects if o["kind"] == "Deployment"}
        assert pods == running
        services = [o for _, o in objects if o["kind"] == "Service" and o["metadata"]["name"] == "active-entrypoint"]
        assert len(services) == len(published)
        for service in services:
            assert selected(service, objects) == [f"versions/{published[0]}"]


def selected(service: dict[str, Any], objects: list[tuple[str, dict[str, Any]]]) -> list[str]:
    """The folders of the Deployments whose pods a Service selects."""
    wanted = service["spec"]["selector"].items()
    return [
        name.rpartition("/")[0]
        for name, o in objects
        if o["kind"] == "Deployment" and wanted <= o["spec"]["template"]["metadata"]["labels"].items()
    ]


Test_lifecycle = Lifecycle.TestCase
Test_lifecycle.settings = settings(
    max_examples=20, stateful_step_count=18, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
