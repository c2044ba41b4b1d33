"""Make the JSON schemas by which kubeconform checks our manifests strictly, without a network.

    python tools/schemas.py

In: Kubernetes' own schemas out of the PyPI package kubernetes-validate, and the CRDs in the Go modules that
crds/go.mod pins. Out: one self-contained file a kind and Kubernetes version in a cache outside the checkout,
linked at the checkout's ignored .tools/schemas, to be used as `kubeconform -strict -kubernetes-version 1.36.0
-schema-location TEMPLATE`, where TEMPLATE is

    .tools/schemas/{{.NormalizedKubernetesVersion}}{{.StrictSuffix}}/{{.ResourceKind}}{{.KindSuffix}}.json
"""

import importlib.metadata
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from build import TOOLS, Failure, cached, go, link

# The Kubernetes versions to check against; of each, the patch release that the package has.
VERSIONS = ("1.31", "1.34", "1.36")

# Kubernetes' kinds, as both the package and kubeconform name their files: kind, group, version.
KINDS = (
    "configmap-v1",
    "deployment-apps-v1",
    "ingress-networking-v1",
    "job-batch-v1",
    "pod-v1",
    "secret-v1",
    "service-v1",
)

# Custom kinds: the module, its file of CRDs, and those wanted of them, in the version that the CRD stores.
CRDS = (
    ("github.com/nats-io/nack", "deploy/crds.yml", ("Stream", "Consumer", "KeyValue", "ObjectStore")),
    (
        "sigs.k8s.io/gateway-api",
        "config/crd/standard/gateway.networking.k8s.io_grpcroutes.yaml",
        ("GRPCRoute",),
    ),
    *(
        (f"github.com/fluxcd/{module}", f"config/crd/bases/{kinds}.yaml", (kind,))
        for module, kinds, kind in (
            ("kustomize-controller", "kustomize.toolkit.fluxcd.io_kustomizations", "Kustomization"),
            ("helm-controller", "helm.toolkit.fluxcd.io_helmreleases", "HelmRelease"),
            ("source-controller", "source.toolkit.fluxcd.io_gitrepositories", "GitRepository"),
            ("source-controller", "source.toolkit.fluxcd.io_ocirepositories", "OCIRepository"),
        )
    ),
    ("github.com/argoproj/argo-cd/v3", "manifests/crds/application-crd.yaml", ("Application",)),
    ("github.com/argoproj/argo-cd/v3", "manifests/crds/applicationset-crd.yaml", ("ApplicationSet",)),
    ("github.com/argoproj/argo-cd/v3", "manifests/crds/appproject-crd.yaml", ("AppProject",)),
)

# In draft 4, unlike in later drafts, formats are asserted and CRDs' boolean exclusiveMinimum has its meaning.
DRAFT = "http://json-schema.org/draft-04/schema#"
OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"


def references(schema: Any) -> Iterator[str]:
    """The names of the types to which `schema` refers, at any depth."""
    if isinstance(schema, list):
        for item in schema:
            yield from references(item)
    elif isinstance(schema, dict):
        for key, value in schema.items():
            if key == "$ref" and isinstance(value, str):
                yield value.rsplit("/", 1)[1]
            else:
                yield from references(value)


def plain(schema: Any) -> Any:
    """A copy of `schema` without prose, its references leading into the file that holds it."""
    if isinstance(schema, list):
        return [plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    # A description that is no text, or a $ref, describes a property of that name.
    copy = {k: plain(v) for k, v in schema.items() if not (k == "description" and isinstance(v, str))}
    if isinstance(copy.get("$ref"), str):
        copy["$ref"] = "#/definitions/" + copy["$ref"].rsplit("/", 1)[1]
    return copy


def strict(schema: Any) -> Any:
    """A copy of a CRD's `schema` that refuses the fields which an API server would refuse or drop."""
    copy = dict(schema)
    if "items" in copy:
        copy["items"] = strict(copy["items"])
    if isinstance(copy.get("additionalProperties"), dict):
        copy["additionalProperties"] = strict(copy["additionalProperties"])
    if "properties" in copy:
        copy["properties"] = {name: strict(field) for name, field in copy["properties"].items()}
    # Not below allOf, anyOf, oneOf and not: they only add to what the fields here have to satisfy.
    if copy.get("type") == "object" and not copy.get("x-kubernetes-preserve-unknown-fields"):
        copy.setdefault("additionalProperties", False)
    return copy


def complete(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """`schema` with those of Kubernetes' `definitions` that it needs, to stand in a file of its own."""
    needed: dict[str, Any] = {}
    missing = list(references(schema))
    while missing:
        name = missing.pop()
        if name not in needed:
            needed[name] = definitions[name]
            missing += references(definitions[name])
    schema = {key: value for key, value in schema.items() if key != "$id"}
    return {**plain(schema), "$schema": DRAFT, "definitions": plain(needed)}


def custom_kinds() -> dict[str, dict[str, Any]]:
    """File name to schema of each kind in CRDS; they refer to Kubernetes' definitions."""
    schemas = {}
    for module, path, kinds in CRDS:
        folder = json.loads(go(TOOLS / "crds", "mod", "download", "-json", module))["Dir"]
        documents = yaml.safe_load_all(Path(folder, path).read_text(encoding="utf-8"))
        specs = {document["spec"]["names"]["kind"]: document["spec"] for document in documents if document}
        for kind in kinds:
            group = specs[kind]["group"]
            [version] = [version for version in specs[kind]["versions"] if version["storage"]]
            schema = strict(version["schema"]["openAPIV3Schema"])
            # What an API server adds to every CRD, whether or not the CRD has it.
            schema["properties"] |= {
                "apiVersion": {"type": "string", "enum": [f"{group}/{version['name']}"]},
                "kind": {"type": "string", "enum": [kind]},
                "metadata": {"$ref": f"#/$defs/{OBJECT_META}"},
            }
            schema["required"] = sorted({*schema.get("required", ()), "apiVersion", "kind", "metadata"})
            schemas[f"{kind.lower()}-{group.split('.')[0]}-{version['name']}.json"] = schema
    return schemas


def write(source: Path, target: Path) -> None:
    """Write the schemas of all VERSIONS, Kubernetes' out of `source`, into the empty folder `target`."""
    custom = custom_kinds()
    for version in VERSIONS:
        [folder] = source.glob(f"v{version}.*-local-strict")
        definitions = json.loads((folder / "_definitions.json").read_bytes())["$defs"]
        schemas = {f"{kind}.json": json.loads((folder / f"{kind}.json").read_bytes()) for kind in KINDS}
        # .0 whatever the package's patch release is: users of the schemas should not have to know it.
        output = target / f"v{version}.0-strict"
        output.mkdir()
        for name, schema in (schemas | custom).items():
            (output / name).write_text(json.dumps(complete(schema, definitions)), encoding="utf-8")


def make() -> Path:
    """Have the schemas made; their folder in the cache comes back."""
    try:
        package = importlib.metadata.distribution("kubernetes-validate")
    except importlib.metadata.PackageNotFoundError:
        raise Failure("no kubernetes-validate: install the development dependencies for this Python") from None
    sums = (TOOLS / "crds" / "go.sum").read_bytes()
    folder = cached("schemas", package.version.encode(), sums, Path(__file__).read_bytes())
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Beside its final place, so that the move is atomic and no one ever reads half of them.
        with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
            new = Path(temporary, "schemas")
            new.mkdir()
            write(Path(str(package.locate_file("kubernetes_validate/kubernetes-json-schema"))), new)
            try:
                new.replace(folder)
            except OSError:
                # Unlike a file, a folder is not replaced: another process was quicker, with the same bytes.
                if not folder.exists():
                    raise
    return folder


def main() -> int:
    """Make and link the schemas, unless the cache has them; 2 means that it could not be done."""
    try:
        link("schemas", make())
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
