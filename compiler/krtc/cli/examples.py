"""Examples of each command: for its help, the manual and the pages of the reference; the tests run them."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

EXAMPLES = {
    "": """\
krtc check krt.yml
krtc explain KRT101
krtc compile krt.yml --runtime runtime.yml --to kustomize -o rendered
krtc COMMAND --help
""",
    "compile": """\
# the manifests of the started version
krtc compile krt.yml
# what the platform team sets, and a tree for Argo CD or Flux
krtc compile krt.yml --runtime runtime.yml --to kustomize -o rendered
# in CI: is the committed tree what krt.yml is compiled into?
krtc compile krt.yml --runtime runtime.yml --to kustomize -o rendered --check
# all versions of a runtime, a chart each
krtc compile runtime.yml --to helm -o charts
""",
    "check": """\
# everything below this folder
krtc check .
# what a published version needs, with these settings; warnings count
krtc check krt.yml --runtime runtime.yml --status published --strict
krtc check runtime.yml --against HEAD
krtc check krt.yml --format sarif --ignore KRT304 > krtc.sarif
krtc check krt.yml --fix
""",
    "graph": """\
krtc graph krt.yml -o graph.svg
# for a page in Markdown
krtc graph krt.yml --to mermaid
krtc graph runtime.yml --only classificator-v2 -o graph.html
""",
    "report": """\
krtc report runtime.yml -o report.html
""",
    "init": """\
krtc init sorting --name sorting-v1
krtc init reading --language go --deploy flux --yes
""",
    "migrate": """\
krtc migrate krt-v1.yml -o krt-v2.yml
krtc migrate krt-v1.yml --write
""",
    "lsp": """\
krtc lsp  # editors start it
""",
    "diff": """\
# what a commit meant for the cluster
krtc diff HEAD~1:krt.yml krt.yml
# what a commit will mean, as a comment of a pull request
krtc diff rendered runtime.yml --format markdown
""",
    "start": """\
krtc start classificator-v3
krtc start classificator-v3 --dry-run
""",
    "stop": """\
krtc stop classificator-v2
krtc stop classificator-v2 --runtime production/runtime.yml
""",
    "publish": """\
# the version that is published becomes started
krtc publish classificator-v2
krtc publish classificator-v2 --dry-run
""",
    "unpublish": """\
krtc unpublish classificator-v1
""",
    "status": """\
krtc status
krtc status --runtime production/runtime.yml --format json
""",
    "argocd": """\
krtc argocd plugin > plugin.yaml
# what Argo CD would deploy of this folder
krtc argocd generate
""",
    "pack": """\
krtc pack . -o classificator-v1.krt
""",
    "push": """\
KRTC_MONGODB_URI=mongodb://localhost krtc push classificator-v1.krt
# with the address in a file, which may hold a password
krtc push classificator-v1.krt --runtime runtime.yml --uri-file mongodb.uri
""",
    "krm": """\
krtc krm < resource-list.yaml
""",
    "explain": """\
krtc explain
krtc explain KRT101
krtc explain unknown-node
""",
    "schema": """\
krtc schema krt > krt-v2.schema.json
krtc schema values krt.yml
""",
    "completion": """\
# in this shell: bash or zsh, fish
source <(krtc completion bash)
krtc completion fish | source
# in every one
krtc completion bash > ~/.local/share/bash-completion/completions/krtc
krtc completion zsh > ~/.zfunc/_krtc
krtc completion fish > ~/.config/fish/completions/krtc.fish
""",
}
"""By command, and of krtc itself by no name: calls as one types them in a shell, with comments."""

EXIT_CODES = """\
0 clean, 1 findings or differences, 2 wrong usage or a file
that cannot be read or written, 130 interrupted"""


def epilog(parser: "argparse.ArgumentParser") -> str:
    """What stands below the help of a command: what it says itself, its examples, and how it ends."""
    text = EXAMPLES.get(parser.prog.partition(" ")[2], "")
    shown = "examples:\n" + "".join(f"  {line}\n" for line in text.splitlines()) if text else ""
    return "\n".join(filter(None, [parser.epilog, shown])) + f"\nexit codes: {EXIT_CODES}\n"
