"""`krtc schema`: the JSON Schemas that editors use."""

from krtc.cli import assets, reading
from krtc.cli.errors import UsageError
from krtc.cli.stdout import to_stdout
from krtc.pipeline import Options, asset_names, compile

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

_PUBLISHED = {"krt": "schemas/krt-v2.schema.json", "runtime": "schemas/runtime.schema.json"}


def arguments(parser: "argparse.ArgumentParser") -> None:
    """Adds what the command takes."""
    parser.add_argument("name", choices=[*_PUBLISHED, "values"], help="of krt.yml, runtime.yml, or a chart's values")
    parser.add_argument("path", metavar="PATH", nargs="?", help="of values: the krt.yml of the chart (default: .)")


def run(options: "argparse.Namespace") -> int:
    """Prints the schema; the exit code."""
    if options.name in _PUBLISHED:
        if options.path is not None:
            raise UsageError(f"the schema {options.name} is the same for all: give no PATH")
        (text,) = assets.load([_PUBLISHED[options.name]]).values()
        to_stdout(text)
        return 0
    wanted = Options(status="stopped", form="helm")
    krt, is_runtime = reading.find(options.path or ".")
    if is_runtime:
        raise UsageError(f"{krt.name} is a runtime, and each version's chart has values of its own: give a krt.yml")
    result = compile(krt, None, wanted, assets.load(asset_names(wanted, with_settings=False)), lambda name: name)
    if not result.files:
        from krtc.cli import terminal

        terminal.report(result.diagnostics)
        return 1
    to_stdout(result.files["values.schema.json"])
    return 0
