"""Hover texts: of keys what the schema says, of nodes what they are compiled to."""

import pytest
import yaml

from krtc.cli import reading
from krtc.lsp import judging
from krtc.lsp.files import Files
from krtc.lsp.hover import Compiled, hover
from krtc.pipeline import STATIC_FILES
from tests.unit.helpers import assets, build
from tests.unit.test_lsp.examples import KRT, RUNTIME, changed, shapes


def compiled(text: str = KRT) -> Compiled:
    judged = judging.judge("untitled:one", text.encode(), judging.KRT, Files(reading, {}), assets())
    assert judged.compiled
    return judged.compiled


def said(before: str, after: str, version: Compiled | None = None, text: str = KRT) -> str:
    text, offset = changed(before, after, text)
    found = hover(text, offset, shapes(), version)
    assert found and found[1] <= offset <= found[2]
    return found[0]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("objectStore:", "object|Store:", ["`objectStore`: mapping", "The object store of the node."]),
        ("scope: workflow", "sco|pe: workflow", ["by default `workflow`", "One of: `workflow`, `project`."]),
        ("krtVersion: v2", "krtVersion: v|2", ["`krtVersion`: text, required", "The version of the language."]),
        ("src: bin/out", "src: bin/|out", ["The code: a path inside the KRT.", "without `..`", "`src/etl/main.py`"]),
        ('- "etl.odd"', '- "etl.o|dd"', ["`subscriptions`: text", "must be `entrypoint`, NODE or NODE.SUBTOPIC"]),
    ],
)
def test_keys(before: str, after: str, words: list[str]) -> None:
    assert all(word in said(before, after) for word in words)


def test_a_key_of_a_runtime() -> None:
    text, offset = changed("status: published", "sta|tus: published", RUNTIME)
    found = hover(text, offset, shapes("runtime"), None)
    assert found and "`status`: text, by default `stopped`" in found[0]


def test_keys_of_a_file_that_is_broken_elsewhere() -> None:
    assert "How many pods" in said("src: bin/out", "repli|cas: 2", text=KRT.replace("exitpoint: etl", "exitpoint 'etl"))


def test_nowhere() -> None:
    for before, after in (("# not much", "# not |much"), ("workflows:\n", "workflows:\n |")):
        assert hover(*changed(before, after), shapes(), compiled()) is None
    assert hover("strange: 1", 2, shapes(), None) is None


@pytest.mark.parametrize(("before", "after"), [("name: out", "name: o|ut"), ("exitpoint: out", "exitpoint: o|ut")])
def test_a_node_is_told_as_it_is_compiled(before: str, after: str) -> None:
    text = said(before, after, compiled())
    (deployment,) = (
        one for one in objects() if one["kind"] == "Deployment" and one["metadata"]["name"] == "mail-v1--sort--out"
    )
    (container,) = (c for c in deployment["spec"]["template"]["spec"]["containers"] if c["name"] == "node")
    assert "the exitpoint: Deployment `mail-v1--sort--out`" in text
    for variable in container["env"]:
        if "value" in variable:
            assert f"\n{variable['name']}={variable['value']}\n" in text
    assert "\nKRT_MONGO_URI=  # Secret kre-mongodb, key uri\n" in text
    streams = [one["spec"]["name"] for one in objects() if one["kind"] == "Stream"]
    assert f"Publishes to `{streams[1]}.out`" in text or f"Publishes to `{streams[0]}.out`" in text
    consumers = [
        one["spec"] for one in objects() if one["kind"] == "Consumer" and "sort--out--" in one["metadata"]["name"]
    ]
    assert len(consumers) == 2
    for consumer in consumers:
        assert f"* `{consumer['filterSubject']}`: `{consumer['durableName']}`" in text


def objects() -> list[dict]:
    return [*yaml.safe_load_all(build(yaml.safe_load(KRT), None, stream=True).files["-"])]


def test_who_reads_a_node() -> None:
    text = said('subscriptions: ["etl"', 'subscriptions: ["e|tl"', compiled())
    assert "**etl**, a node of `sort`: Deployment" in text
    assert "read by:\n\n* `odd-mails` (`etl.odd`)\n* `out`\n" in text
    assert "read by:\n\n* nobody" in said(
        "name: 'odd-mails'", "name: 'odd|-mails'", compiled(KRT.replace(", odd-mails]", "]"))
    )


def test_the_entrypoint() -> None:
    for before, after in (("entrypoint:\n", "entry|point:\n"), ("[entrypoint]", "[entry|point]")):
        text = said(before, after, compiled())
        assert "Deployment `mail-v1-entrypoint`, Service `mail-v1`" in text
        assert "* `kre_mail-v1_Sort.entrypoint` (`Sort`)" in text and "KRT_NATS_SUBJECTS_FILE=" in text


def test_the_last_version_without_mistakes_is_told_until_there_is_another() -> None:
    version = compiled()
    assert "Deployment" in said("name: out", "name: o|ut", version, KRT.replace("exitpoint: etl", "exitpoint: gone"))
    assert "Deployment" not in said("name: out", "name: other|", version)


def test_what_is_compiled_is_made_once() -> None:
    judged = judging.judge("untitled:one", KRT.encode(), judging.KRT, Files(reading, {}), assets())
    assert judged.compiled and set(STATIC_FILES) <= {name.rpartition("/")[2] for name in judging.ASSETS}
    first = [*judged.compiled.environment("mail-v1-entrypoint", "entrypoint")]
    assert first == [*judged.compiled.environment("mail-v1-entrypoint", "entrypoint")]
