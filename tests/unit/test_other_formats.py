"""Files that look like a krt.yml and are something else; and a krt.yml with mistakes, which is never taken for them."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from krtc.diagnostics import Diagnostic
from krtc.frontend import languages
from krtc.model.record import Record
from krtc.source import SourceFile
from tests.unit.helpers import EXAMPLE, KRT, RUNTIME, SMALL, Object, asset, changed, checked, ids, stretch, text

V1 = (
    "this is KRT V1 (nodes listed once, workflows that are chains of them), and no krt.yml of KRT V2",
    "`krtc migrate FILE` writes it as KRT V2; its nodes need the SDK of KRT V2, too",
)
KAI = (
    "this is the KAI Server's newer format (workflows of processes), and no krt.yml of KRT V2",
    "krtc compiles KRT V2 only: describe the version with an entrypoint and workflows of nodes",
)
SETTINGS = ("this is a runtime.yml, the settings of a runtime, and no krt.yml of KRT V2", "give it with --runtime")
A_KRT = ("this is a krt.yml, and no runtime.yml", "give it as PATH, and settings with --runtime")


def read(content: Object | str, language: str = "krt-v2") -> tuple[Record | None, list[Diagnostic]]:
    reader: Any = languages.version if language == "krt-v2" else languages.settings
    file = SourceFile("krt.yml", text(content))
    made: tuple[Record | None, list[Diagnostic]] = reader(file, asset(f"schemas/{language}.schema.json"))
    return made


def refused(content: Object | str, language: str = "krt-v2") -> tuple[str, str, str | None]:
    """What a file is taken for: the text pointed at, what is said, the help. Nothing else is said of it."""
    record, (said,) = read(content, language)
    assert (record, said.code.id, said.severity) == (None, "KRT008", "error")
    return stretch(said.span), said.message, said.help


OF_V1: Object = {
    "version": "greeter-v1",
    "description": "Greets people.",
    "entrypoint": {"proto": "public_input.proto", "image": "konstellation/kre-entrypoint:latest"},
    "nodes": [{"name": "greeter", "image": "konstellation/kre-py:latest", "src": "src/main.py", "gpu": False}],
    "workflows": [{"name": "greeting", "entrypoint": "Greet", "sequential": ["greeter"]}],
}
OF_KAI: Object = {
    "version": "v1.0.0",
    "description": "Greets people.",
    "config": {"greeting": "hello"},
    "workflows": [
        {"name": "greeting", "type": "serving", "processes": [{"name": "greeter", "type": "trigger", "image": "a:1"}]}
    ],
}


class Test_krt_v1:
    def test_as_it_was_written(self) -> None:
        assert refused(OF_V1) == ('"nodes"', *V1)

    @pytest.mark.parametrize("written", ["v1", "V1"])
    def test_that_says_so(self, written: str) -> None:
        assert refused({**OF_V1, "krtVersion": written}) == (f'"{written}"', *V1)

    @pytest.mark.parametrize("written", ["v1", "V1"])
    def test_that_says_so_and_is_not(self, written: str) -> None:
        """Of what is KRT V2 in all else, this alone is wrong; `krtc migrate` could do nothing with it."""
        _, (said,) = read({**SMALL, "krtVersion": written})
        assert (said.code.id, stretch(said.span), said.help) == ("KRT013", f'"{written}"', "write `v2`")

    def test_by_its_chains(self) -> None:
        other = {**OF_V1["workflows"][0], "sequential": None}
        for workflows in ([other], [SMALL["workflows"][0], other], ["x", other]):
            assert refused(changed({**OF_V1, "workflows": workflows}, "nodes", to=None)) == ('"sequential"', *V1)

    def test_by_its_nodes(self) -> None:
        assert refused({"nodes": None, "x": None}) == ('"nodes"', *V1)
        assert refused({"workflows": "x", "nodes": []}) == ('"nodes"', *V1)


class Test_the_newer_format:
    def test_as_it_is_written(self) -> None:
        assert refused(OF_KAI) == ('"processes"', *KAI)

    def test_by_its_processes(self) -> None:
        workflow = {"name": "greeting", "processes": []}
        assert refused({"version": "x", "workflows": ["x", {}, workflow]}) == ('"processes"', *KAI)

    def test_by_the_type_of_its_workflows(self) -> None:
        assert refused({"version": "x", "workflows": [{"name": "greeting", "type": "data"}]}) == ('"type"', *KAI)

    @pytest.mark.parametrize("version", ["v1.0.0", "v0.10.234"])
    def test_by_its_version(self, version: str) -> None:
        assert refused({"version": version}) == (f'"{version}"', *KAI)
        assert refused({"version": version, "workflows": [{"name": "x"}]}) == (f'"{version}"', *KAI)

    @pytest.mark.parametrize(
        "version", ["1.0.0", "v1.0", "v1.0.0.0", "v1.0.0-rc1", "v1.x.0", "xv1.0.0", ["v1.0.0"], "v1-0-0"]
    )
    def test_by_no_other_version(self, version: Any) -> None:
        assert "KRT008" not in ids(read({"version": version})[1])

    def test_nodes_beside_processes_are_its_own(self) -> None:
        assert refused({"version": "v1.0.0", "nodes": [], "processes": []}) == ('"v1.0.0"', *KAI)

    def test_not_with_an_entrypoint(self) -> None:
        assert "KRT008" not in ids(read({**OF_KAI, "entrypoint": {}})[1])


class Test_settings_for_a_version:
    @pytest.mark.parametrize("settings", [RUNTIME, {"runtime": "x"}, {"nats": {}, "runtime": None}])
    def test_a_runtime_yml(self, settings: Object) -> None:
        assert refused(settings) == ('"runtime"', *SETTINGS)

    def test_a_key_of_a_version_that_is_no_such_file(self) -> None:
        for more in ({"version": "x"}, {"workflows": [{"name": "x"}]}, {"krtVersion": "v2"}):
            assert "KRT008" not in ids(read({"runtime": "demo", **more})[1])
        assert refused({"runtime": "demo", "workflows": []}) == ('"runtime"', *SETTINGS)
        assert refused({"runtime": "demo", "workflows": ["x"]}) == ('"runtime"', *SETTINGS)


class Test_a_version_for_settings:
    @pytest.mark.parametrize("krt", [KRT, SMALL])
    def test_a_krt_yml(self, krt: Object) -> None:
        assert refused(krt, "runtime") == ('"krtVersion"', *A_KRT)

    @pytest.mark.parametrize(("key", "sign"), [("workflows", "workflows"), ("entrypoint", "entrypoint")])
    def test_each_sign(self, key: str, sign: str) -> None:
        assert refused({"version": "x", key: None}, "runtime") == (f'"{sign}"', *A_KRT)

    def test_settings_with_a_strange_key(self) -> None:
        for key in ("krtVersion", "workflows", "entrypoint"):
            assert ids(read({**RUNTIME, key: "x"}, "runtime")[1]) == ["KRT010"]
        assert ids(read({"version": "x"}, "runtime")[1]) == ["KRT010", "KRT011"]


class Test_a_krt_yml:
    def test_is_taken_for_nothing_else(self) -> None:
        for krt in (KRT, SMALL, EXAMPLE.read_text()):
            assert read(krt)[1] == []
        assert read(RUNTIME, "runtime")[1] == []

    @pytest.mark.parametrize("krt_version", ["v2", "v3", "", "v11", None, 1, ["v1"], {"v1": "v1"}])
    def test_that_says_what_it_is_is_judged_by_that(self, krt_version: Any) -> None:
        strange = {"nodes": [], "processes": [], "runtime": "x"}
        for krt in (SMALL, {**SMALL, **strange}, {**OF_V1, **strange}, {**OF_KAI, **strange}):
            written = {key: value for key, value in krt.items() if key != "krtVersion"}
            assert "KRT008" not in ids(read({"krtVersion": krt_version, **written})[1])

    @pytest.mark.parametrize("key", ["version", "krtVersion", "description", "entrypoint", "workflows"])
    def test_that_lacks_a_key_is_still_one(self, key: str) -> None:
        assert ids(read(changed(KRT, key, to=None))[1]) == ["KRT011"]

    @given(st.data())
    def test_that_lacks_some_keys_is_still_one(self, data: st.DataObject) -> None:
        """What it has is of KRT V2 alone, whatever else is wrong with it."""
        krt = copy.deepcopy(KRT)
        for key in data.draw(st.sets(st.sampled_from(sorted(krt)), max_size=5)):
            del krt[key]
        if "workflows" in krt:
            krt["workflows"][0]["entrypoint"] = data.draw(st.sampled_from([None, "x", "sequential", ["type"]]))
        assert "KRT008" not in ids(read(krt)[1])

    def test_nothing_else_is_said_of_another_format(self) -> None:
        for krt in (OF_V1, OF_KAI, RUNTIME):
            assert ids(checked(krt)) == ["KRT008"]
            assert ids(checked(text(krt) + " # krtc: ignore[KRT304]\n")) == ["KRT008"]
