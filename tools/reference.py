"""What is made: pages of docs/ of the schemas, the rules and the parsers of the commands; of these, shell/, too."""

import json
import re
from pathlib import Path
from typing import Any

import commands
import manual
import shells
from krtc import pages
from krtc.cli.examples import EXIT_CODES
from krtc.diagnostics import Code
from krtc.diagnostics.codes import CODES

ROOT = Path(__file__).parents[1]
GOLDENS = ROOT / "golden" / "ok"
KRT = f"""\
What a version is made of. Anything else in the file is an error.
[The example](../../examples/classificator/krt.yml), whole:

```yaml
{(ROOT / "examples" / "classificator" / "krt.yml").read_text(encoding="utf-8").rstrip()}
```

A node works on each message as it comes, whichever of its subscriptions it came by. `NODE` and `NODE.SUBTOPIC` are
two subjects: who subscribes to `etl` gets nothing of what etl sends to `etl.urgent`. What the exitpoint sends
answers the request.

With the public entrypoint image the proto is `public_input.proto`, at the root of the KRT
([KRT306](../rules/KRT306.md)). What the configuration's variables are, `runtime.yml` says: `krtc check krt.yml
--runtime runtime.yml` misses the values that are not there."""
PAGES = {
    "krt": ("krt-v2", "krt.yml", KRT),
    "runtime": (
        "runtime",
        "runtime.yml",
        "The platform team's settings. All but `runtime` have a default; with no file at all, `runtime` is `kre`.",
    ),
}


MADE = "<!-- made by tools/reference.py (make reference) -->"
INTRO = (
    "What `krtc check` says. `krtc explain CODE` prints these pages. Where the last column has `--fix`, `krtc check`\n"
    "mends with that option what takes no judgement; the page says when that is."
)
BANDS = {
    "0": "Syntax and form: of krt.yml, runtime.yml, .krt and .proto",
    "1": "References: names, files and rpcs that lead somewhere",
    "2": "The graph of a workflow",
    "3": "Limits and habits of Kubernetes, NATS and the runners",
    "4": "The runtime: values and settings",
}


def made() -> dict[str, str]:
    """The texts by their paths from the root of the project."""
    texts = {f"docs/reference/{name}.md": page(name) for name in PAGES}
    texts["docs/rules/README.md"] = rules()
    texts["docs/reference/values.md"] = values()
    texts["docs/decisions/README.md"] = decisions()
    for code in CODES:
        title, _, rest = pages.markdown(code).partition("\n\n")
        texts[f"docs/rules/{code.id}.md"] = f"{title}\n\n{MADE}\n\n{rest}"
    texts |= shells.scripts()
    texts["shell/krtc.1"] = manual.page()
    texts["docs/reference/cli.md"] = cli()
    return texts


def cli() -> str:
    """The page of the command line."""
    lines = ["# Command line", "", MADE, "", "What `krtc COMMAND --help` and `man krtc` say."]
    for command in commands.commands():
        lines += ["", f"## {('krtc ' + command.name).rstrip()}", "", command.description]
        lines += ["", "```text", command.synopsis, "```", "", "| argument | what it is |", "|---|---|"]
        for argument in filter(lambda argument: argument.help, (*command.arguments, *command.options)):
            names = ", ".join(f"`{name} {argument.value}`".replace(" `", "`") for name in argument.names)
            lines.append(f"| {_cell(names)} | {_cell(argument.help)} |")
        if command.more:
            lines += ["", "```text", command.more.rstrip(), "```"]
        lines += ["", "```bash", command.examples.rstrip(), "```"]
    lines += ["", "## Exit codes", "", " ".join(EXIT_CODES.split()) + "."]
    return "\n".join(lines) + "\n"


def decisions() -> str:
    """The list of all decisions."""
    lines = ["# Decisions", "", MADE, ""]
    lines += ["One a file, short: context, choice, price. A decision that no longer holds is changed, not deleted.", ""]
    for path in sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md")):
        lines.append(f"* [{path.read_text(encoding='utf-8').partition(chr(10))[0].removeprefix('# ')}]({path.name})")
    return "\n".join(lines) + "\n"


def values() -> str:
    """The values that charts have, from the READMEs of the goldens' charts; defaults are the example's."""
    rows: dict[str, str] = {}
    for chart in sorted(GOLDENS.glob("*/expected/helm/README.md"), key=lambda path: path.parts[-4] != "classificator"):
        for row in re.findall(r"^\| `.*\|$", chart.read_text(encoding="utf-8"), re.MULTILINE):
            key, default, text = re.split(r"(?<!\\) \| ", row.removeprefix("| ").removesuffix(" |"), maxsplit=2)
            key = re.sub(r"workflows\.[^.]+\.nodes\.[^.]+", "workflows.WORKFLOW.nodes.NODE", key)
            key = re.sub(r"config\.(\w+)\.[^.`]+", r"config.\1.NAME", key)
            is_given = "NODE" in key or "NAME" in key or key.startswith(("`entrypoint", "`krtFiles"))
            rows.setdefault(key, f"| {key} | {'of the version' if is_given else default} | {text} |")
    lines = ["# Values of a chart", "", MADE, ""]
    lines.append(
        "What `krtc compile --to helm` leaves open. Each chart has those that its version can use, in its values.yaml"
        " and its README.md, with a schema that Helm holds them to (`krtc schema values krt.yml`); the settings of a"
        " runtime.yml are their defaults. What runtime.yml says of a variable decides what it is: one that has a Secret"
        " there is a reference here, and one that has no value there is a plain one, and must be given."
    )
    lines += ["", "| value | default | what it is |", "|---|---|---|", *rows.values()]
    return "\n".join(lines) + "\n"


def rules() -> str:
    """The list of all codes."""
    lines = ["# Codes", "", MADE, "", INTRO]
    for band, title in BANDS.items():
        lines += ["", f"## {title}", "", "| code | | severity | what it is | |", "|---|---|---|---|---|"]
        lines += [_row(code) for code in CODES if code.id[3] == band]
    return "\n".join(lines) + "\n"


def _row(code: Code) -> str:
    fix = "`--fix`" if pages.is_mended(code) else ""
    return f"| [{code.id}]({code.id}.md) | `{code.slug}` | {code.severity} | {_cell(code.title)} | {fix} |"


def page(name: str) -> str:
    """The Markdown text of one page of PAGES."""
    schema_name, title, intro = PAGES[name]
    schema = json.loads((ROOT / "schemas" / f"{schema_name}.schema.json").read_text(encoding="utf-8"))
    lines = [f"# {title}", "", MADE, "", intro, ""]
    lines += ["| key | what it is | type | default |", "|---|---|---|---|"]
    lines += _rows(schema, schema["definitions"], "")
    return "\n".join(lines) + "\n"


def _rows(schema: dict[str, Any], definitions: dict[str, Any], prefix: str) -> list[str]:
    rows = []
    for key, value in schema["properties"].items():
        inner, path = _object(value, definitions), f"{prefix}{key}"
        default = value.get("default")
        if key in schema.get("required", ()):
            shown = "**required**"
        else:
            shown = "" if default is None or inner else f"`{json.dumps(default)}`"
        rows.append(f"| `{path}` | {_cell(value.get('description', ''))} | {_cell(_type(value))} | {shown} |")
        if inner:
            rows += _rows(inner[0], definitions, path + inner[1] + ".")
    return rows


def _object(schema: dict[str, Any], definitions: dict[str, Any]) -> tuple[dict[str, Any], str] | None:
    """The object with keys of its own that a value is or holds, and what stands between its path and its keys."""
    for choice in schema.get("anyOf", [schema]):
        if "$ref" in choice:
            return definitions[choice["$ref"].rpartition("/")[2]], ""
        for part, between in (("items", "[]"), ("additionalProperties", ".NAME")):
            if isinstance(choice.get(part), dict) and (found := _object(choice[part], definitions)):
                return found[0], between + found[1]
    return None


def _type(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(t for t in (_type(choice) for choice in schema["anyOf"]) if t not in ("null", '`""`'))
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"] if value)
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    if "$ref" in schema:
        return "mapping"
    if schema.get("type") == "object":
        return f"mapping of names to {_type(schema['additionalProperties'])}"
    limits = schema.get("patternErrorMessage", "").removeprefix("must be ")
    if "minimum" in schema:
        low, high = schema["minimum"], schema.get("maximum")
        limits = f"{low} to {high}" if high else f"{low} or more"
    return f"{schema.get('type', '')}{': ' if limits else ''}{limits}"


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|")


if __name__ == "__main__":
    for path, text in made().items():
        (ROOT / path).parent.mkdir(exist_ok=True)
        (ROOT / path).write_text(text, encoding="utf-8")
