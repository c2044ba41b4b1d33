"""The peer rjsonnet: `with_rjsonnet.py FILE...` writes the objects of krt.yml files as JSON, a list a file."""

import sys
from pathlib import Path

import rjsonnet

HERE = Path(__file__).parent
CONFIG = HERE.parents[1] / "chart-templates" / "config"
STATIC = ("connected.sh", "default.conf", "fluent-bit.conf", "parsers.conf", "wait.sh")


def main() -> None:
    files = "".join(f"{name!r}: importstr '{CONFIG / name}', " for name in STATIC)
    source = (HERE / "version.jsonnet").read_text()
    program = f"({source})(std.extVar('krt'), {{{files}}})"
    for path in sys.argv[1:]:
        text = Path(path).read_text()
        sys.stdout.write(rjsonnet.evaluate_snippet("version", program, ext_vars={"krt": text}, preserve_order=True))


main()
