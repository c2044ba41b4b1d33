"""`krtc migrate`: what becomes of a krt.yml of KRT V1, what is left to be done, and what is refused."""

import io
import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from krtc.cli import main
from krtc.diagnostics import Diagnostic
from krtc.frontend import migrate as migration
from krtc.frontend.migrate import Migrated
from krtc.frontend.yaml import LARGEST_FILE
from krtc.source import SourceFile
from tests.unit.helpers import SMALL, Object, checked, ids, stretch, told

Capture = pytest.CaptureFixture[str]

V1 = """\
# Greets.
version: greeter-v1  # the id
description: >
  Greets people,
  and is kind.
entrypoint: {proto: public_input.proto, image: konstellation/kre-entrypoint:8.2.0}

# What there is.
nodes:  # used below
  # cleans the name
  - name: clean   # first
    image: konstellation/kre-py:8.2.0
    src: src/clean/main.py   # python
    gpu: false # none

  # greets
  - {name: greet, image: konstellation/kre-go:8.2.0, src: bin/greet} # second
  # behind all nodes
# The workflows.
workflows:
  # one
  - name: greeting
    entrypoint: Greet
    sequential: # in order
      - clean  # c1
      # then
      - greet  # c2
      # no more
  # two
  - {name: other, entrypoint: Other, sequential: [greet, clean]} # flow
# End.
"""
V2 = """\
# Greets.
version: greeter-v1  # the id
krtVersion: v2
description: >
  Greets people,
  and is kind.
entrypoint: {proto: public_input.proto, image: konstellation/kre-entrypoint:8.2.0}

# What there is.
# used below
# The workflows.
workflows:
  # one
  - name: greeting
    entrypoint: Greet
    exitpoint: greet
    nodes: # in order
      # cleans the name
      # c1
      - name: clean   # first
        image: konstellation/kre-py:8.2.0
        src: src/clean/main.py   # python
        gpu: false # none
        subscriptions: [entrypoint]

      # greets
      # then
      # c2
      - {name: greet, image: konstellation/kre-go:8.2.0, src: bin/greet, subscriptions: [clean]} # second
        # behind all nodes
      # no more
  # two
  - name: other
    entrypoint: Other
    exitpoint: clean
    nodes:
      # greets
      - {name: greet, image: konstellation/kre-go:8.2.0, src: bin/greet, subscriptions: [entrypoint]} # second
        # behind all nodes

      # cleans the name
      - name: clean   # first
        image: konstellation/kre-py:8.2.0
        src: src/clean/main.py   # python
        gpu: false # none
        subscriptions: [greet]
    # flow
# End.
"""


def migrated(text: str) -> Migrated:
    """What becomes of a text, of which there is nothing to say."""
    made, diagnostics = migration.migrate(SourceFile("krt.yml", text))
    assert made is not None, [d.message for d in diagnostics]
    return made


def refused(text: str | Object) -> list[Diagnostic]:
    made, diagnostics = migration.migrate(SourceFile("krt.yml", text if isinstance(text, str) else json.dumps(text)))
    assert made is None
    return diagnostics


def decided(made: Migrated) -> list[str]:
    return [f"{one.span.line}: {one.message}" for one in made.decisions]


class Test_the_text:
    def test_nodes_go_to_their_workflows_and_comments_with_them(self) -> None:
        made = migrated(V1)
        assert made.text == V2
        assert made.todos == 0
        assert decided(made) == [
            f"9: {migration.SDK}",
            "11: node `clean` is copied to `greeting`, `other`",
            "17: node `greet` is copied to `greeting`, `other`",
            "22: workflow `greeting`: entrypoint -> clean -> greet; `greet` is the exitpoint",
            "30: workflow `other`: entrypoint -> greet -> clean; `clean` is the exitpoint",
        ]
        assert ids(checked(made.text, None)) == []

    def test_line_ends_stay(self) -> None:
        assert migrated(V1.replace("\n", "\r\n")).text == V2.replace("\n", "\r\n")

    def test_the_order_of_keys_does_not_matter(self) -> None:
        start, workflows = V1.index("nodes:"), V1.index("# The workflows.")
        turned = V1[:start] + V1[workflows:] + V1[start:workflows]
        assert yaml.safe_load(migrated(turned).text) == yaml.safe_load(V2)

    def test_a_file_without_a_last_line_break(self) -> None:
        for text in (V1.removesuffix("# End.\n").rstrip("\n"), V1.split("  # two")[0].rstrip()):
            made = migrated(text)
            assert yaml.safe_load(made.text)["workflows"][0] == yaml.safe_load(V2)["workflows"][0]

    def test_json(self) -> None:
        written = json.dumps(data := yaml.safe_load(V1))
        for text in (written, json.dumps(data, indent=2), f"--- {written}", f"# first\n{written}  # last"):
            made = migrated(text)
            assert yaml.safe_load(made.text) == yaml.safe_load(V2)
            assert all(comment in made.text for comment in re.findall("# .*", text))

    def test_a_chain_with_comments_before_and_behind_its_bracket(self) -> None:
        old, new = V1.split("    sequential: # in order\n")[0], V1.split("      # no more\n")[1]
        made = migrated(old + "    sequential: # a\n      # b\n      [ # c\n      clean, # d\n      greet] # e\n" + new)
        assert yaml.safe_load(made.text) == yaml.safe_load(V2)
        assert [line.strip() for line in made.text.splitlines() if re.fullmatch(r".*# [a-e]", line)] == [
            "nodes: # a # e",
            "# b",
            "# c",
            "# d",
        ]

    def test_the_format_that_it_names_is_changed_in_its_place(self) -> None:
        for said, then in (("v1", "v2"), ("V1 # old", "v2 # old"), ("'v1'", "'v2'"), ('"v1"', '"v2"')):
            text = migrated(V1 + f"krtVersion: {said}\n").text
            assert text == V2.replace("krtVersion: v2\n", "") + f"krtVersion: {then}\n"

    def test_names_that_yaml_takes_for_something_else_are_quoted(self) -> None:
        text = (
            V1.replace("clean", '"no"')
            .replace("greet,", '"12",')
            .replace("- greet ", "- '12' ")
            .replace("[greet", "['12'")
        )
        text = text.replace('src/"no"/', "src/").replace("'12',", "'12',")
        made = migrated(text)
        names = [[node["name"] for node in w["nodes"]] for w in yaml.safe_load(made.text)["workflows"]]
        assert names == [["no", "12"], ["12", "no"]]
        sources = [[node["subscriptions"] for node in w["nodes"]] for w in yaml.safe_load(made.text)["workflows"]]
        assert sources == [[["entrypoint"], ["no"]], [["entrypoint"], ["12"]]]

    def test_a_node_that_comes_twice_in_a_chain_gets_a_second_name(self) -> None:
        made = migrated(V1.replace("[greet, clean]", "[greet, clean, greet, greet]"))
        other = yaml.safe_load(made.text)["workflows"][1]
        assert [(node["name"], node["subscriptions"]) for node in other["nodes"]] == [
            ("greet", ["entrypoint"]),
            ("clean", ["greet"]),
            ("greet-2", ["clean"]),
            ("greet-3", ["greet-2"]),
        ]
        assert other["exitpoint"] == "greet-3"
        assert "30: `greet` comes once more in the chain of `other`: that copy is `greet-2`" in decided(made)
        assert ids(checked(made.text, None)) == []

    def test_the_second_name_is_nobody_elses_and_no_longer_than_names_are(self) -> None:
        long = "a-name-of-19-letter"
        nodes = [{"name": name, "image": "a/kre-py:8", "src": "a"} for name in (long, "x", "x-2")]
        chain = [long, "x", "x-2", "x", long]
        v1 = {**SMALL, "nodes": nodes, "workflows": [{"name": "w", "entrypoint": "Sort", "sequential": chain}]}
        made = migrated(json.dumps({key: value for key, value in v1.items() if key != "krtVersion"}))
        names = [node["name"] for node in yaml.safe_load(made.text)["workflows"][0]["nodes"]]
        assert names == [long, "x", "x-2", "x-3", "a-name-of-19-lett-2"]
        assert ids(checked(made.text, None)) == []


class Test_what_is_left_to_be_done:
    def test_a_node_that_no_workflow_has(self) -> None:
        made = migrated(
            V1.replace("sequential: [greet, clean]", "sequential: [clean]").replace("      - greet  # c2\n", "")
        )
        assert made.todos == 1
        assert made.text.split("# used below\n")[1].split("workflows:")[0] == (
            "# krtc: todo no workflow has the node `greet`: add it to one, or remove these lines\n"
            "# # greets\n"
            "# - {name: greet, image: konstellation/kre-go:8.2.0, src: bin/greet} # second\n"
            "#   # behind all nodes\n"
            "# The workflows.\n"
        )
        assert told(checked(made.text, None)) == [
            "KRT009 @11 # krtc: todo no workflow has the node `greet`: add it to one, or remove these lines"
            " | to be done: no workflow has the node `greet`: add it to one, or remove these lines"
            " | do it, and remove this comment"
        ]

    def test_a_second_node_of_a_name(self) -> None:
        made = migrated(V1.replace("# The workflows.", "  - {name: clean, image: x, src: y}\n# The workflows."))
        assert made.todos == 1
        assert "# - {name: clean, image: x, src: y}\n" in made.text
        assert yaml.safe_load(made.text) == yaml.safe_load(V2)
        (said,) = checked(made.text, None)
        assert said.message.startswith("to be done: two nodes are called `clean`, and the first was taken")

    @pytest.mark.parametrize(
        ("image", "known"),
        [
            ("konstellation/kre-py:8.2.0", True),
            ("registry.example.com:5000/mirror/kre-py:8", True),
            ("konstellation/kre-py:1.27.4", False),
            ("konstellation/kre-py:latest", False),
            ("konstellation/kre-py", False),
            ("konstellation/kre-py:80", False),
            ("acme/own:8.2.0", False),
        ],
    )
    def test_an_image_of_which_nobody_knows_that_it_runs_v2(self, image: str, known: bool) -> None:
        made = migrated(V1.replace("konstellation/kre-py:8.2.0", image))
        assert made.todos == (0 if known else 1)  # once for each image, however many copies there are
        assert [d.message for d in checked(made.text, None) if d.severity == "error"] == (
            []
            if known
            else [
                f"to be done: see that the image `{image}` is one for KRT V2"
                + ("" if "own" in image else ", as konstellation/kre-py:8.2.0 is")
            ]
        )

    def test_the_image_of_the_entrypoint(self) -> None:
        made = migrated(V1.replace("kre-entrypoint:8.2.0", "kre-entrypoint:1.8.1"))
        assert made.text.index("# krtc: todo see that the image `konstellation/kre-entrypoint:1.8.1`") == (
            made.text.index("entrypoint: {proto")
            - len("# krtc: todo see that the image `konstellation/kre-entrypoint:")
            - len("1.8.1` is one for KRT V2, as konstellation/kre-entrypoint:8.2.0 is\n")
        )

    @pytest.mark.parametrize(
        ("gone", "what"),
        [
            ("version: greeter-v1  # the id\n", "the `version` of the version"),
            ("description: >\n  Greets people,\n  and is kind.\n", "the `description` of the version"),
            (
                "entrypoint: {proto: public_input.proto, image: konstellation/kre-entrypoint:8.2.0}\n",
                "the `entrypoint` of the version",
            ),
            ("proto: public_input.proto, ", "the `proto` of the entrypoint"),
            (", image: konstellation/kre-entrypoint:8.2.0", "the `image` of the entrypoint"),
            ("    image: konstellation/kre-py:8.2.0\n", "the `image` of the node `clean`"),
            (", src: bin/greet", "the `src` of the node `greet`"),
            ("    entrypoint: Greet\n", "the `entrypoint` of the workflow"),
            ("name: other, ", "the `name` of the workflow"),
        ],
    )
    def test_what_is_missing(self, gone: str, what: str) -> None:
        made = migrated(V1.replace(gone, ""))
        assert made.todos == 1
        assert made.text.count(f"# krtc: todo say {what}\n") == 1
        assert f"to be done: say {what}" in [d.message for d in checked(made.text, None)]


class Test_what_is_refused:
    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            (
                "sequential: [greet, clean]",
                "sequential: []",
                "KRT013 [] | `sequential` of a workflow of KRT V1 must be a list with at least one item",
            ),
            (
                "sequential: [greet, clean]",
                "sequential: greet",
                "KRT012 greet | `sequential` of a workflow of KRT V1 must be a list with at least one item",
            ),
            (", sequential: [greet, clean]", "", "KRT011 name | a workflow of KRT V1 needs the list `sequential`"),
            (
                "[greet, clean]",
                "[gret, clean]",
                "KRT101 gret | `sequential` names `gret`, and the version has no such node",
            ),
            (
                "[greet, clean]",
                "[[greet], clean]",
                "KRT012 [greet] | an item of `sequential` must be the name of a node",
            ),
            ("{name: greet,", "{nam: greet,", "KRT011"),
            (
                "{name: greet,",
                "{name: '', nam: greet,",
                "KRT011 '' | a node needs a `name`: workflows name their nodes",
            ),
            (
                "{name: greet, image",
                "{name: greet, subscriptions: [clean], image",
                "KRT010 subscriptions | a node of KRT V1 has no key `subscriptions`: this is partly KRT V2",
            ),
            (
                "{name: other,",
                "{name: other, exitpoint: clean,",
                "KRT010 exitpoint | a workflow of KRT V1 has no key `exitpoint`: this is partly KRT V2",
            ),
            ("  - name: greeting\n    entrypoint: Greet\n    sequential:", "  - greeting:", "KRT011"),
            (
                "entrypoint: {proto: public_input.proto, image: konstellation/kre-entrypoint:8.2.0}",
                "entrypoint: x",
                "KRT012 x | `entrypoint` must be a mapping of `proto` and `image`",
            ),
            ("description: >", "? description\n: >", "KRT003 description | a key behind a `?`"),
            ("# End.", "version: again", "KRT005 version | the key `version` stands twice in one mapping"),
            ("version: greeter-v1", "version: &a greeter-v1", "KRT003"),
            ("version: greeter-v1", "version: [", "KRT002"),
        ],
    )
    def test_with_its_place(self, old: str, new: str, said: str) -> None:
        assert old in V1
        found = [f"{d.code.id} {stretch(d.span)} | {d.message}" for d in refused(V1.replace(old, new, 1))]
        assert [one for one in found if one.startswith(said)] != [], found

    def test_lists_that_are_none(self) -> None:
        base = {"version": "a"}
        assert ids(refused({**base, "nodes": []})) == ["KRT013", "KRT011"]
        assert ids(refused({**base, "nodes": None, "workflows": 1})) == ["KRT012", "KRT012"]
        assert ids(refused({**base, "nodes": ["x", 1, []], "workflows": [{"sequential": ["x"]}, "y"]})) == [
            *["KRT012"] * 4,
            "KRT101",
        ]
        assert ids(refused({**base, "workflows": [{"sequential": ["x"]}]})) == ["KRT011", "KRT101"]

    def test_what_is_no_mapping(self) -> None:
        assert ids(refused("")) == ["KRT012"]
        assert ids(refused("- a")) == ["KRT012"]

    def test_other_formats(self) -> None:
        (kai,) = refused({"version": "v1.0.0", "workflows": [{"name": "a", "type": "data", "processes": []}]})
        assert kai.code.id == "KRT008" and "the KAI Server's newer format" in kai.message
        assert kai.help and kai.help.endswith("it is not migrated")
        (settings,) = refused({"runtime": "demo"})
        assert settings.code.id == "KRT008" and "a runtime.yml" in settings.message
        (neither,) = refused({"version": "a", "description": "b", "workflows": []})
        assert neither.code.id == "KRT008" and neither.message.startswith("this is no krt.yml of KRT V1")
        assert ids(refused({**SMALL, "krtVersion": "v3"})) == ["KRT008"]

    def test_more_mistakes_than_anybody_makes(self) -> None:
        workflow = {"name": "w", "entrypoint": "Sort", "sequential": ["b"] * 5000}
        assert len(refused({"version": "a", "nodes": [{"name": "a"}], "workflows": [workflow]})) == 200

    @pytest.mark.parametrize("where", ["src", "comment"])
    def test_copies_that_would_be_larger_than_a_file_may_be(self, where: str) -> None:
        big = "x" * 100_000
        node = f"  - name: a\n    src: {big if where == 'src' else f'y # {big}'}\n"
        workflows = "".join(f"  - {{name: w{n}, entrypoint: E, sequential: [{'a, ' * 50}]}}\n" for n in range(500))
        assert ids(refused(f"version: a\nnodes:\n{node}workflows:\n{workflows}")) == ["KRT004"]

    def test_copies_that_are_more_values_than_a_file_may_have(self) -> None:
        workflows = "".join(f"  - {{name: w{n}, entrypoint: E, sequential: [{'a, ' * 100}]}}\n" for n in range(120))
        text = f"version: a\nnodes:\n  - {{name: a, image: b, src: c}}\nworkflows:\n{workflows}"
        (said,) = refused(text)
        assert said.code.id == "KRT004" and len(text) < LARGEST_FILE // 10


class Test_the_command:
    @pytest.fixture(autouse=True)
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.chdir(tmp_path)
        for name in ("NO_COLOR", "FORCE_COLOR"):
            monkeypatch.delenv(name, raising=False)
        Path("krt.yml").write_text(V1)
        return tmp_path

    def test_prints_v2_and_says_what_was_decided(self, capsys: Capture) -> None:
        assert main(["migrate", "krt.yml"]) == 0
        out, err = capsys.readouterr()
        assert out == V2
        assert err.splitlines()[1] == "krt.yml:11: node `clean` is copied to `greeting`, `other`"
        assert Path("krt.yml").read_text() == V1

    def test_a_folder(self, capsys: Capture) -> None:
        assert main(["migrate", "."]) == 0
        assert capsys.readouterr().out == V2
        Path("krt.yml").rename("krt.yaml")
        assert main(["migrate", "."]) == 0
        assert capsys.readouterr().out == V2

    def test_in_its_place(self, capsys: Capture) -> None:
        Path("krt.yml").chmod(0o640)
        assert main(["migrate", "krt.yml", "--write"]) == 0
        out, err = capsys.readouterr()
        assert out == "" and err.endswith("krt.yml is KRT V2: see what `krtc check krt.yml` says of it\n")
        assert Path("krt.yml").read_text() == V2
        assert stat.S_IMODE(Path("krt.yml").stat().st_mode) == 0o640
        assert os.listdir() == ["krt.yml"]

    def test_to_a_file(self, capsys: Capture) -> None:
        assert main(["migrate", "krt.yml", "-o", "new.yml"]) == 0
        assert capsys.readouterr().out == ""
        assert Path("new.yml").read_text() == V2
        assert Path("krt.yml").read_text() == V1

    def test_1_as_long_as_something_is_to_be_done(self, capsys: Capture) -> None:
        Path("krt.yml").write_text(V1.replace("kre-py:8.2.0", "kre-py:1.27.4").replace("kre-go:8", "kre-go:2"))
        assert main(["migrate", "krt.yml", "--write"]) == 1
        assert capsys.readouterr().err.endswith("2 things are left to be done: `# krtc: todo` says what in krt.yml\n")
        assert main(["check", "krt.yml"]) == 1
        assert capsys.readouterr().err.count("error[KRT009]") == 2

    def test_a_second_time_it_says_that_it_is_v2(self, capsys: Capture) -> None:
        Path("krt.yml").write_text(V2)
        for more in ([], ["--write"], ["-o", "new.yml"]):
            assert main(["migrate", "krt.yml", *more]) == 0
            out, err = capsys.readouterr()
            assert (out, err) == ("" if more else V2, "krt.yml is KRT V2 already\n")
            assert Path("krt.yml").read_text() == V2
        assert Path("new.yml").read_text() == V2
        assert main(["migrate", "krt.yml", "-o", "new.yml"]) == 2

    def test_what_is_wrong_leaves_nothing(self, capsys: Capture) -> None:
        Path("krt.yml").write_text(V1.replace("[greet", "[gret"))
        assert main(["migrate", "krt.yml", "-o", "new.yml"]) == 1
        assert "krt.yml:30:51: error[KRT101] unknown-node: " in capsys.readouterr().err
        assert os.listdir() == ["krt.yml"]

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["nothing.yml"], "cannot read nothing.yml: No such file or directory"),
            (["-", "--write"], "--write needs the path of a file"),
            (
                ["link.yml", "--write"],
                "link.yml is a link, and krtc writes through none: name the file that it leads to",
            ),
            (
                ["krt.yml", "-o", "link.yml"],
                "link.yml is a link, and krtc writes through none: name the file that it leads to",
            ),
            (
                ["krt.yml", "-o", "empty"],
                "empty is there already: give another FILE, or --write in place of what is read",
            ),
            (["krt.yml", "-o", "no/new.yml"], "cannot write no/new.yml: No such file or directory"),
            (["empty"], "there is no krt.yml in the folder empty"),
            (["x.krt"], "x.krt is an archive: unpack it, and give the krt.yml in it"),
        ],
    )
    def test_2(self, arguments: list[str], message: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
        Path("link.yml").symlink_to("krt.yml")
        Path("empty").mkdir()
        Path("x.krt").write_bytes(b"\x1f\x8b")
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO()))
        assert main(["migrate", *arguments]) == 2
        assert capsys.readouterr() == ("", f"krtc: error: {message}\n")

    def test_as_a_filter(self) -> None:
        krtc = [str(Path(sys.executable).with_name("krtc")), "migrate", "-"]
        done = subprocess.run(krtc, input=V1, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, V2)
        assert "\n<stdin>:11: node `clean`" in done.stderr
        done = subprocess.run(krtc, input=b"\xff".decode("latin-1"), capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (1, "") and "error[KRT" in done.stderr


# --- any file of KRT V1

NAMES = st.sampled_from(["a", "etl", "no", "n1", "1e3", "classify", "x-y", "0", "a-name-of-19-letter"])
IMAGES = st.sampled_from(
    ["konstellation/kre-py:8.2.0", "acme/kre-go:8", "konstellation/kre-py:1.27.4", "own@sha256:" + "0" * 64]
)
DESCRIPTIONS = st.sampled_from(["Greets.", "a # b", "two\nlines\n", "  x", "#", "é: [x]", 'it\'s "so"'])


class Writer:
    """Writes YAML in the many ways in which people do, with comments wherever there may be one."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.comments: list[str] = []

    def yes(self) -> bool:
        return bool(self.draw(st.booleans()))

    def comment(self) -> str:
        odd = self.draw(st.sampled_from(["", " - a: {b", " # more", ' "', " nodes:"]))
        text = f"# c{len(self.comments)}{odd}"
        self.comments.append(f"c{len(self.comments)}")
        return text

    def above(self, indent: int) -> str:
        """Lines before one."""
        return "".join(
            self.draw(st.sampled_from(["\n", f"{' ' * indent}{self.comment()}\n"]))
            for _ in range(self.draw(st.integers(0, 2)))
        )

    def behind(self) -> str:
        """The end of a line."""
        return self.draw(st.sampled_from(["", "  "])) + (f" {self.comment()}" if self.yes() else "") + "\n"

    def scalar(self, value: Any) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        text = str(value)
        if re.fullmatch(r"[A-Za-z][-A-Za-z0-9_./:]*", text) and text not in ("no", "y", "n") and self.yes():
            return text
        return "'" + text.replace("'", "''") + "'" if "\n" not in text and self.yes() else json.dumps(text)

    def flow(self, value: Any, indent: int) -> str:
        if not isinstance(value, dict | list):
            return self.scalar(value)
        pairs = value.items() if isinstance(value, dict) else [("", item) for item in value]
        parts = []
        several = self.yes()
        for key, item in pairs:
            name = f"{json.dumps(key) if self.draw(st.integers(0, 5)) == 0 else key}: " if key else ""
            parts.append(f"{name}{self.flow(item, indent + 2)}")
        ends = "{}" if isinstance(value, dict) else "[]"
        if not several:
            return ends[0] + ", ".join(parts) + (self.draw(st.sampled_from(["", ","])) if parts else "") + ends[1]
        lines = "".join(f"{self.above(indent + 2)}{' ' * (indent + 2)}{part},{self.behind()}" for part in parts)
        return f"{ends[0]}{self.behind()}{lines}{self.above(indent + 2)}{' ' * indent}{ends[1]}"

    def block(self, value: Any, indent: int, first: bool = False) -> str:
        """Lines of a mapping or a list; the first line's indentation is there already when it follows a dash."""
        text = ""
        if isinstance(value, dict):
            for number, (key, item) in enumerate(value.items()):
                text += "" if first and not number else self.above(indent) + " " * indent
                text += key + ":" + self.value(item, indent, listed=isinstance(item, list))
            return text
        for item in value:
            text += self.above(indent) + " " * indent + "-"
            if isinstance(item, dict) and item and self.yes():
                step = self.draw(st.sampled_from([1, 3]))
                text += " " * step + self.block(item, indent + 1 + step, first=True)
            else:
                text += self.value(item, indent)
        return text

    def value(self, item: Any, indent: int, *, listed: bool = False) -> str:
        if isinstance(item, dict | list) and item and self.yes():
            inner = indent + (
                self.draw(st.sampled_from([0, 2, 5])) if listed else self.draw(st.sampled_from([1, 2, 4]))
            )
            return self.behind() + self.block(item, inner)
        if isinstance(item, dict | list) and self.draw(st.integers(0, 3)) == 0:
            pad = " " * (indent + 2)
            return self.behind() + self.above(indent + 2) + pad + self.flow(item, indent + 2) + self.behind()
        if isinstance(item, str) and item.endswith("\n") and item.strip() and self.yes():
            pad = " " * (indent + 3)
            behind = f" {self.comment()}" if self.yes() else ""
            return f" |{behind}\n" + "".join(f"{pad}{line}\n" for line in item.splitlines())
        return f" {self.flow(item, indent + 1)}{self.behind()}"


@st.composite
def v1_files(draw: st.DrawFn) -> tuple[Object, str, list[str]]:
    """A version of KRT V1, a text of it, and the comments in that."""
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    optional = st.fixed_dictionaries({}, optional={"gpu": st.booleans()})
    nodes = [{"name": name, "image": draw(IMAGES), "src": f"src/{name}/main.py", **draw(optional)} for name in names]
    titles = draw(st.lists(st.sampled_from(["one", "two", "w-3"]), min_size=1, max_size=3, unique=True))
    workflows = [
        {
            "name": title,
            "entrypoint": f"Ask{n}",
            "sequential": draw(st.lists(st.sampled_from(names), min_size=1, max_size=5)),
        }
        for n, title in enumerate(titles)
    ]
    version = {
        "version": "greeter-v1",
        "description": draw(DESCRIPTIONS),
        "entrypoint": {
            "proto": "public_input.proto",
            "image": draw(st.sampled_from(["a/kre-entrypoint:8.2.0", "a/kre-entrypoint"])),
        },
        "nodes": nodes,
        "workflows": workflows,
        **draw(st.sampled_from([{}, {"krtVersion": "v1"}, {"config": {"variables": ["A"], "files": []}}])),
    }
    keys = draw(st.permutations([*version]))
    version = {key: version[key] for key in keys}
    writer = Writer(draw)
    if draw(st.integers(0, 4)) == 0:
        text = writer.above(0) + writer.flow(version, 0) + writer.behind()
    else:
        text = writer.above(0) + writer.block(version, draw(st.sampled_from([0, 0, 2]))) + writer.above(0)
    if writer.yes() and "|" not in text:
        text = text.rstrip("\n")
    if writer.yes():
        text = text.replace("\n", "\r\n")
    return version, text, [one for one in writer.comments if re.search(rf"# {one}\b", text)]


def chains(version: Object) -> Iterator[list[str]]:
    for workflow in version["workflows"]:
        yield workflow["sequential"]


@settings(max_examples=100)
@given(v1_files())
def test_any_version_is_the_same_in_v2(given_: tuple[Object, str, list[str]]) -> None:
    """What check accepts but for what is to be done, the chains as graphs, and every comment."""
    version, text, comments = given_
    assert yaml.safe_load(text) == version
    made = migrated(text)
    data = yaml.safe_load(made.text)
    rest = {key: value for key, value in data.items() if key not in ("krtVersion", "workflows")}
    assert rest == {key: value for key, value in version.items() if key not in ("krtVersion", "workflows", "nodes")}
    by_name = {node["name"]: node for node in version["nodes"]}
    for workflow, old in zip(data["workflows"], version["workflows"], strict=True):
        assert {key: workflow[key] for key in ("name", "entrypoint")} == {
            key: old[key] for key in ("name", "entrypoint")
        }
        nodes = workflow["nodes"]
        names = [node["name"] for node in nodes]
        assert len(set(names)) == len(names)
        assert [node["subscriptions"] for node in nodes] == [[source] for source in ["entrypoint", *names][:-1]]
        assert workflow["exitpoint"] == names[-1]
        for node, name in zip(nodes, old["sequential"], strict=True):
            assert {**node, "name": name} == {**by_name[name], "subscriptions": node["subscriptions"]}
    assert [one for one in comments if not re.search(rf"# {one}\b", made.text)] == []
    errors = [d for d in checked(made.text, None, status=None) if d.severity == "error"]
    assert {d.code.id for d in errors} <= {"KRT009"} and len(errors) == made.todos
    used = {name for chain in chains(version) for name in chain}
    unused = by_name.keys() - used
    odd = {by_name[name]["image"] for name in used} | {version["entrypoint"]["image"]}
    odd -= {"konstellation/kre-py:8.2.0", "acme/kre-go:8", "a/kre-entrypoint:8.2.0"}
    assert made.todos == len(unused) + len(odd)
    again = migration.migrate(SourceFile("krt.yml", made.text))[0]
    assert again is not None and again.is_same and again.text == made.text


@settings(max_examples=100)
@given(v1_files(), st.data())
def test_any_damage_is_told_and_not_raised(given_: tuple[Object, str, list[str]], data: st.DataObject) -> None:
    text = given_[1]
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        until = data.draw(st.integers(at, min(len(text), at + 12)))
        put = data.draw(
            st.sampled_from(
                ["", " ", "\n", "-", ":", "{", "}", "[", "]", "#", '"', "'", ",", "nodes", "? ", "|\n", "é", "\x00"]
            )
        )
        text = text[:at] + put + text[until:]
    made, diagnostics = migration.migrate(SourceFile("krt.yml", text))
    assert made is not None or any(d.severity == "error" for d in diagnostics)
