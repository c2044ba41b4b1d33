"""What is judged beside a document, with the open documents over the disk: by the rules of `krtc check`."""

import argparse
from pathlib import Path

import pytest

from krtc.cli import check as command
from krtc.cli import reading
from krtc.lsp import judging
from krtc.lsp.files import Files
from krtc.lsp.judging import KRT as KRT_KIND
from krtc.lsp.judging import PROTO, RUNTIME, Judged
from tests.unit.helpers import ROOT, assets
from tests.unit.test_lsp.examples import KRT

PROTO_TEXT = """\
syntax = "proto3";
message M {}
service Entrypoint {
  rpc Sort (M) returns (M);
  rpc Count (M) returns (M);
}
"""
RUNTIME_TEXT = "runtime: demo\nversions:\n  - {krt: versions/mail/krt.yml, status: published}\n"
SOURCES = ("src/etl.py", "src/count.py", "bin/odd", "bin/out")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A runtime with one version, whose files are all there."""
    folder = tmp_path / "versions" / "mail"
    for name, text in {
        "krt.yml": KRT,
        "public_input.proto": PROTO_TEXT,
        **dict.fromkeys(SOURCES, ""),
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (tmp_path / "runtime.yml").write_text(RUNTIME_TEXT)
    return tmp_path


def judge(path: Path, open_: dict[Path, str] | None = None) -> tuple[Judged, Files]:
    files = Files(reading, {str(at): text.encode() for at, text in (open_ or {}).items()})
    data = files.read(str(path))
    assert isinstance(data, bytes)
    kind = judging.kind(str(path), data.decode("utf-8", "replace"), files)
    assert kind is not None
    return judging.judge(str(path), data, kind, files, assets()), files


def told(judged: Judged) -> dict[str, list[tuple[str, int]]]:
    return {
        Path(path).name: [(one.code.id, one.span.line) for one in found] for path, found in judged.diagnostics.items()
    }


def test_what_is_there_is_right(project: Path) -> None:
    for name in ("versions/mail/krt.yml", "runtime.yml"):
        assert told(judge(project / name)[0]) == {}


@pytest.mark.parametrize("folder", sorted((ROOT / "golden" / "err").iterdir()), ids=lambda folder: folder.name)
def test_every_mistake_is_that_of_the_command(folder: Path) -> None:
    """Of each golden with a mistake: for a krt.yml without a runtime.yml that lists it, and for a runtime.yml."""
    for path in sorted((folder / "input").rglob("*.y*ml")):
        if path.name not in (*reading.KRT_NAMES, *reading.RUNTIME_NAMES):
            continue
        judged, _ = judge(path)
        if judged.settings is not None:
            continue
        parser = argparse.ArgumentParser()
        command.arguments(parser)
        _, expected, _ = command.judge(parser.parse_args([str(path)]))
        found = [one for several in judged.diagnostics.values() for one in several]
        assert {(d.code.id, d.span.file.name, d.span.line) for d in expected if ".krt" not in d.span.file.name} <= {
            (d.code.id, d.span.file.name, d.span.line) for d in found
        }
        assert len(found) == len(expected)


def test_open_documents_lie_over_the_disk(project: Path) -> None:
    krt, runtime = project / "versions/mail/krt.yml", project / "runtime.yml"
    proto = krt.with_name("public_input.proto")
    without = PROTO_TEXT.replace("  rpc Count (M) returns (M);\n", "")
    judged, files = judge(krt, {proto: without})
    assert told(judged) == {"krt.yml": [("KRT113", 27)]}
    assert {str(proto), str(runtime), str(krt.parent / "bin/out")} <= files.asked
    assert told(judge(runtime, {proto: without})[0]) == {"krt.yml": [("KRT113", 27)]}
    gone = KRT.replace("exitpoint: out", "exitpoint: gone")
    assert told(judge(runtime, {krt: gone})[0]) == {"krt.yml": [("KRT101", 10)]}
    judged, _ = judge(krt, {krt: KRT.replace("src: bin/out", "src: bin/new"), krt.parent / "bin/new": ""})
    assert told(judged) == {}
    assert told(judge(krt, {proto: PROTO_TEXT.replace("M {", "M [")})[0]) == {"public_input.proto": [("KRT022", 2)]}


def test_what_is_only_open_is_there(tmp_path: Path) -> None:
    krt, proto = tmp_path / "krt.yml", tmp_path / "public_input.proto"
    texts = {krt: KRT, proto: PROTO_TEXT, **{tmp_path / name: "" for name in SOURCES}}
    assert told(judge(krt, texts)[0]) == {}
    runtime = tmp_path / "runtime.yml"
    listed = RUNTIME_TEXT.replace("versions/mail/", "")
    assert told(judge(runtime, {**texts, runtime: listed})[0]) == {}


def test_a_version_is_judged_with_the_runtime_that_lists_it(project: Path) -> None:
    krt, runtime = project / "versions/mail/krt.yml", project / "runtime.yml"
    text = KRT.replace("entrypoint:\n  proto", "config: {variables: [TOKEN]}\nentrypoint:\n  proto")
    judged, _ = judge(krt, {krt: text})
    assert judged.settings == str(runtime) and told(judged) == {"krt.yml": [("KRT401", 4)]}
    stopped = runtime.read_text().replace("published", "stopped")
    assert told(judge(krt, {krt: text, runtime: stopped})[0]) == {}
    assert judge(krt, {runtime: "runtime: demo\nversions: []\n"})[0].settings is None
    judged, _ = judge(krt, {runtime: f"namespace: mail\n{runtime.read_text()}"})
    assert judged.compiled and judged.compiled.program.settings.runtime == "demo"
    assert told(judge(krt, {runtime: f"strange: 1\n{runtime.read_text()}"})[0]) == {}  # is said in runtime.yml


def test_a_mistake_has_no_compiled_version(project: Path) -> None:
    krt = project / "versions/mail/krt.yml"
    assert judge(krt)[0].compiled
    judged, _ = judge(krt, {krt: KRT.replace("exitpoint: out", "exitpoint: gone")})
    assert judged.compiled is None and [*judged.methods] == ["Sort", "Count"]


def test_the_rpcs_are_known_while_one_types(project: Path) -> None:
    krt = project / "versions/mail/krt.yml"
    assert [*judge(krt, {krt: KRT.replace("src: bin/out", 'src: "')})[0].methods] == ["Sort", "Count"]
    (project / "versions" / "public_input.proto").write_text(PROTO_TEXT)
    for path in ("../public_input.proto", "gone.proto", "src", "/etc/passwd"):
        assert not judge(krt, {krt: KRT.replace("public_input.proto", f'{path}\n  x: "')})[0].methods
    assert not judge(krt, {krt: "a: ["})[0].methods


def test_files_of_the_configuration_and_archives(project: Path) -> None:
    runtime = project / "runtime.yml"
    (project / "settings.json").write_bytes(b"\x00")
    (project / "v2.krt").write_bytes(b"\x1f\x8b")
    krt = project / "versions/mail/krt.yml"
    text = KRT.replace("entrypoint:\n  proto", "config: {files: [MODEL]}\nentrypoint:\n  proto")
    listed = f"{runtime.read_text()}  - krt: v2.krt\nconfig: {{files: {{MODEL: settings.json}}}}\n"
    judged, _ = judge(runtime, {krt: text, runtime: listed})
    assert [code for code, _ in told(judged)["settings.json"]] == ["KRT001"]
    assert [*judged.diagnostics] != [] and all(Path(path).is_absolute() for path in judged.diagnostics)
    (one,) = judged.diagnostics[str(runtime)]
    assert one.code.id == "KRT020" and one.message.startswith(f"{project}/v2.krt:1:1: ") and one.span.line == 1


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("/a/krt.yml", "", KRT_KIND),
        ("/a/krt.yaml", "", KRT_KIND),
        ("/a/runtime.yml", "", RUNTIME),
        ("/a/input.proto", "", PROTO),
        ("/a/v1.yml", "version: a\nkrtVersion: v2\n", KRT_KIND),
        ("untitled:Untitled-1", "krtVersion : v2", KRT_KIND),
        ("/a/demo.yml", "runtime: demo\nversions: []\n", RUNTIME),
        ("/a/compose.yml", "services: {}\nversion: '3'\n", None),
        ("/a/other.yml", "runtime: demo\n", None),
        ("/a/Chart.yaml", "a:\n  krtVersion: v2\n", None),
    ],
)
def test_what_a_document_is(path: str, text: str, expected: str | None) -> None:
    assert judging.kind(path, text, Files(reading, {})) == expected


def test_the_krt_of_a_proto(project: Path) -> None:
    proto = project / "versions/mail/deep/er/some.proto"
    proto.parent.mkdir(parents=True)
    krt = str(project / "versions/mail/krt.yml")
    nearer = str(project / "versions/mail/deep/krt.yml")
    assert Files(reading, {}).krt_of(str(proto)) == krt
    assert Files(reading, {nearer: b""}).krt_of(str(proto)) == nearer
    assert Files(reading, {str(project / "krt.yml"): b""}).krt_of(str(proto)) == krt
    assert Files(reading, {str(project / "versions/mail/dee/krt.yml"): b""}).krt_of(str(proto)) == krt


def test_nothing_outside_of_a_folder_is_read(project: Path) -> None:
    """An open document is no way out, either."""
    runtime = str(project / "versions" / "runtime.yml")
    open_ = {str(project / "krt.yml"): b"secret", "/etc/passwd": b"secret"}
    for name in ("../krt.yml", "/etc/passwd", str(project / "krt.yml")):
        assert "is not in the folder" in str(Files(reading, open_).beside(runtime, name))
