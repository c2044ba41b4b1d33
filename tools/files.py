"""Have files that others publish at .tools/: what tests use, out of pinned Go modules that keep a copy of them.

    python tools/files.py

In: the modules that go.mod of a folder here pins. Out: links into Go's cache of modules, which checks them against
go.sum, lies outside the checkout and is never written to.
"""

import json
import sys
from pathlib import Path

from build import TOOLS, Failure, go, link

# The name of the link, the folder with go.mod, the module, and what is wanted of it.
FILES = (
    # The YAML test suite: one folder a case, with in.yaml and in.json or error.
    ("yaml-suite", "files", "github.com/goccy/go-yaml", "testdata/yaml-test-suite"),
    ("sarif.schema.json", "files", "github.com/securego/gosec/v2", "report/sarif/testdata/sarif-schema-2.1.0.json"),
    # Argo CD as it is installed.
    ("argocd.yaml", "crds", "github.com/argoproj/argo-cd/v3", "manifests/install.yaml"),
    ("junit.xsd", "kubeconform", "github.com/yannh/kubeconform", "fixtures/junit.xsd"),
    # What docs/integrations/kubeconform.md downloads.
    ("openapi2jsonschema.py", "kubeconform", "github.com/yannh/kubeconform", "scripts/openapi2jsonschema.py"),
    ("nack-crds.yml", "crds", "github.com/nats-io/nack", "deploy/crds.yml"),
    ("gateway-crds", "crds", "sigs.k8s.io/gateway-api", "config/crd/standard"),
    ("flux-kustomize-crds", "crds", "github.com/fluxcd/kustomize-controller", "config/crd/bases"),
    ("flux-helm-crds", "crds", "github.com/fluxcd/helm-controller", "config/crd/bases"),
    ("flux-source-crds", "crds", "github.com/fluxcd/source-controller", "config/crd/bases"),
    # What kwok makes of nodes and pods, step by step.
    ("kwok-stages", "kwok", "sigs.k8s.io/kwok", "kustomize/stage"),
)


def find(folder: str, module: str, path: str) -> Path:
    """Have the module downloaded; where its file is comes back."""
    found = Path(json.loads(go(TOOLS / folder, "mod", "download", "-json", module))["Dir"], path)
    if not found.exists():
        raise Failure(f"{module} has no {path}")
    return found


def main() -> int:
    """Fetch and link the files, unless they are there already; 2 means that it could not be done."""
    try:
        for name, *where in FILES:
            link(name, find(*where))
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
