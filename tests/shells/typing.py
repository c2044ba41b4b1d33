"""Somebody who types into a shell, with the TAB key."""

import os
import re
import sys
from pathlib import Path
from typing import Any

import pexpect

from tests.equivalence.forms import ROOT

# How each begins: without anybody's own settings, with the script, and with a krtc that shows what it was called with.
_BASH = r"""
PS1=; bind 'set enable-bracketed-paste off'; bind 'set show-all-if-ambiguous on'
source '{script}'
krtc() {{ if [ "$1" = status ]; then command krtc "$@"; else printf 'CALLED<%s>\n' "$*"; fi; }}
"""
_ZSH = r"""
PS1= PS2=; unsetopt prompt_cr prompt_sp; unset zle_bracketed_paste
mkdir -p ~/.zfunc; cp '{script}' ~/.zfunc/_krtc; fpath=(~/.zfunc $fpath); autoload -Uz compinit; compinit -u -D
krtc() {{ if [ "$1" = status ]; then command krtc "$@"; else printf 'CALLED<%s>\n' "$*"; fi; }}
"""
_FISH = r"""
function fish_prompt; end
source '{script}'
function krtc; if test "$argv[1]" = status; command krtc $argv; else; printf 'CALLED<%s>\n' "$argv"; end; end
"""
_STARTS = {
    "bash": (_BASH, ["--noprofile", "--norc", "-i"]),
    "zsh": (_ZSH, ["-f", "-i"]),
    "fish": (_FISH, ["--no-config", "-i"]),
}

RUNTIME = """\
runtime: demo
versions:
  - {krt: versions/mail-v1/krt.yml, status: published}
  - {krt: versions/post-v2/krt.yml, status: started}
  - {krt: "$(touch pwned)", status: started}
"""

TYPED = [
    ("compi", "compile"),
    ("compile --sta", "compile --status"),
    ("compile --status pub", "compile --status published"),
    ("compile --to h", "compile --to helm"),
    ("compile kr", "compile krt.yml"),
    ("compile krt.yml --runtime ru", "compile krt.yml --runtime runtime.yml"),
    ("compile krt.yml -o ver", "compile krt.yml -o versions"),
    ("check a.yml b.yml runt", "check a.yml b.yml runtime.yml"),
    ("argocd pl", "argocd plugin"),
    ("explain KRT10", "explain KRT10"),  # many
    ("explain KRT418", "explain KRT418"),
    ("start post", "start post-v2"),
    ("publish --dry", "publish --dry-run"),
    ("stop mail", "stop mail-v1"),
    ("stop pwn", "stop pwn"),
    ("completion fi", "completion fish"),
]
"""What comes before the TAB, and what is called then."""


class Shell:
    """An interactive shell of the folder, in which the script of `krtc completion` was read."""

    def __init__(self, name: str, folder: Path) -> None:
        start, arguments = _STARTS[name]
        script = folder / "start"
        script.write_text(start.format(script=ROOT / "shell" / f"krtc.{name}"))
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        environment = {
            "PATH": path,
            "HOME": str(folder),
            "TERM": "xterm" if name == "fish" else "dumb",
            "LC_ALL": "C.UTF-8",
        }
        self._child: Any = pexpect.spawn(
            name, arguments, cwd=str(folder), env=environment, encoding="utf-8", dimensions=(50, 200), timeout=60
        )
        self._child.sendline(f"source '{script}'; printf 'READY%s\\n' NOW")
        self._child.expect_exact("READYNOW")

    def called_with(self, typed: str) -> str:
        """The arguments of krtc when somebody types so far, then TAB and Enter."""
        self._child.send(f"krtc {typed}\t")
        self._child.send("\r")
        self._child.expect(r"CALLED<([^>%]*)>")
        return str(self._child.match[1]).strip().rstrip("/")  # of a folder, which zsh leaves out

    def offered(self, typed: str, *words: str) -> None:
        """Waits until TAB, twice, shows these words."""
        self._child.send(f"krtc {typed}\t\t")
        self._child.expect("(?s)" + ".*".join(map(re.escape, words)))
        self._child.send("\x15\r")

    def close(self) -> None:
        self._child.close(force=True)


def prepare(folder: Path) -> None:
    """What the shell finds in its folder: a krt.yml, and a runtime with versions, one of which is hostile."""
    example = (ROOT / "examples" / "classificator" / "krt.yml").read_text()
    (folder / "krt.yml").write_text(example)
    (folder / "runtime.yml").write_text(RUNTIME)
    for name in ("mail-v1", "post-v2"):
        (folder / "versions" / name).mkdir(parents=True)
        (folder / "versions" / name / "krt.yml").write_text(example.replace("classificator-v1", name))
