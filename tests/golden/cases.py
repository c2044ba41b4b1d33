"""The cases under golden/, and how one is compiled: in this process, from its own folder's files alone."""

from pathlib import Path

from krtc.cli import assets
from krtc.pipeline import Options, Result, Source, asset_names, compile, compile_runtime

GOLDEN = Path(__file__).parents[2] / "golden"
STATUSES = ("stopped", "started", "published")
FORMS = ("manifests", "kustomize", "helm")
OK = sorted(path for path in (GOLDEN / "ok").iterdir() if path.is_dir())
RUNTIMES = sorted(path for path in (GOLDEN / "runtimes").iterdir() if path.is_dir())


def compile_case(case: Path, form: str, status: str) -> Result:
    """The version of a case; its settings are in a runtime.yml beside it, if it has any."""
    options = Options(status=status, form=form)  # type: ignore[arg-type]
    settings = case / "runtime.yml"
    return compile(
        Source("krt.yml", (case / "krt.yml").read_bytes()),
        Source("runtime.yml", settings.read_bytes()) if settings.exists() else None,
        options,
        assets.load(asset_names(options, with_settings=settings.exists())),
        lambda name: (case / name).read_bytes(),
    )


def compile_runtime_case(case: Path, form: str, only: str | None = None) -> Result:
    """The runtime of a case, with its versions."""
    options = Options(form=form, only=only)  # type: ignore[arg-type]
    return compile_runtime(
        Source("runtime.yml", (case / "runtime.yml").read_bytes()),
        options,
        assets.load(asset_names(options, with_settings=True)),
        lambda name: Source(name, (case / name).read_bytes()),
        lambda name: (case / name).read_bytes(),
    )
