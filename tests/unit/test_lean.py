"""The process krtc has of PyYAML what it needs, and all of it as soon as it needs more."""

from __future__ import annotations

import subprocess
import sys

import pytest

PREPARED = "import sys\nfrom krtc import lean\nlean.prepare()\n"


def run(script: str) -> str:
    done = subprocess.run([sys.executable, "-c", PREPARED + script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_nothing_but_the_parser_is_there() -> None:
    loaded = run("print(*sorted(name for name in sys.modules if name.startswith('yaml')))").split()
    assert loaded == ["yaml", "yaml._yaml", "yaml.error", "yaml.events", "yaml.nodes", "yaml.tokens"]


@pytest.mark.parametrize(
    "script",
    [
        "import yaml\nprint(yaml.safe_load('a: [2020-01-01, 1.5]'))",
        "from yaml import CSafeLoader, load\nprint(load('a: [2020-01-01, 1.5]', CSafeLoader))",
        "import yaml.constructor, yaml\nprint(yaml.load('a: [2020-01-01, 1.5]', yaml.SafeLoader))",
    ],
)
def test_whoever_asks_for_more_gets_it(script: str) -> None:
    assert run(script) == "{'a': [datetime.date(2020, 1, 1), 1.5]}\n"


def test_all_of_it_is_the_same() -> None:
    script = (
        "from yaml._yaml import CParser\nfrom yaml.error import MarkedYAMLError\nfrom yaml.events import ScalarEvent\n"
        "import yaml\nassert issubclass(yaml.CSafeLoader, CParser) and yaml.ScalarEvent is ScalarEvent\n"
        "import yaml as again\nassert again.dump({'a': 1}, Dumper=again.CSafeDumper) == 'a: 1\\n'\n"
        "try: yaml.load('a: [', yaml.CSafeLoader)\n"
        "except yaml.MarkedYAMLError as error: print(error.problem_mark.line, isinstance(error, MarkedYAMLError))\n"
    )
    assert run(script) == "1 True\n"


def test_where_it_is_there_already_it_stays() -> None:
    assert run("import yaml\nyaml.dump\nlean.prepare()\nassert sys.modules['yaml'].__with_libyaml__") == ""


def test_without_the_c_extension() -> None:
    script = "import sys\nsys.modules['yaml._yaml'] = None\n"
    command = [sys.executable, "-c", f"{script}{PREPARED}import yaml\nprint(yaml.__with_libyaml__)"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "False\n"


def test_gettext_stays_whole_and_argparse_says_the_same() -> None:
    script = (
        "import argparse\nparser = argparse.ArgumentParser('it')\nparser.add_argument('--name', choices='ab')\n"
        "parser.add_argument('two', nargs=2)\nparser.add_subparsers(title='commands')\ntry: parser.parse_args([])\n"
        "except SystemExit: print(parser.format_help())\n"
        "import gettext\nprint(gettext.__file__ is not None, gettext.gettext('a'))\n"
    )
    plain = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run("assert 'gettext' not in sys.modules\n" + script) == plain.stdout
