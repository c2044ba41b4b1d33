"""A Kustomize tree: a base with what a running version is, and an overlay for each status.

The base is the version as started. An overlay adds the objects that only it has and patches what differs; that of a
stopped version stands alone, for nothing of the base is left of it but the record.
"""

from krtc.backends.yaml import dump, dump_items, header

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from krtc.manifests import Bundle

    Object = dict[str, Any]

API = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}
STATUSES = ("stopped", "started", "published")


def files(bundle: "Bundle", status: str) -> dict[str, str]:
    """The tree; its root points at the overlay of `status`."""
    base = bundle.objects("started")
    tree: dict[str, Object] = {
        "kustomization.yaml": _kustomization([f"overlays/{status}"]),
        "base/kustomization.yaml": _kustomization([name for name, _ in base]),
        **{f"base/{name}": data for name, data in base},
    }
    for overlay in STATUSES:
        folder = f"overlays/{overlay}"
        objects = bundle.objects(overlay)
        alone = overlay == "stopped"
        own, patches = (objects, []) if alone else _differences(base, objects)
        resources = [*([] if alone else ["../../base"]), *(name for name, _ in own)]
        tree[f"{folder}/kustomization.yaml"] = _kustomization(resources, patches)
        tree.update({f"{folder}/{name}": data for name, data in own})
    return {name: header(bundle.source) + dump(data) for name, data in sorted(tree.items())}


def _kustomization(resources: list[str], patches: "list[Object] | None" = None) -> "Object":
    # fifo: the order of applying is ours, not Kustomize's.
    return {
        **API,
        "sortOptions": {"order": "fifo"},
        "resources": resources,
        **({"patches": patches} if patches else {}),
    }


def _differences(
    base: "list[tuple[str, Object]]", objects: "list[tuple[str, Object]]"
) -> "tuple[list[tuple[str, Object]], list[Object]]":
    """The objects that the base does not have, and the patches (JSON 6902) of those that differ there.

    An object that the status names differently is the base's under another name: the two lists are alike but for
    names and values, and what only the status has comes behind.
    """
    known = dict(base)
    gone = [data for name, data in base if name not in dict(objects)]
    own: list[tuple[str, Object]] = []
    patches: list[Object] = []
    for name, data in objects:
        before = known.get(name) or next((other for other in gone if other["kind"] == data["kind"]), None)
        if before is None:
            own.append((name, data))
        elif before != data:
            old_name = before["metadata"]["name"]
            patches.append(
                {
                    "target": {"kind": data["kind"], "name": old_name},
                    "patch": dump_items(_operations(before, data, "")),
                    **({"options": {"allowNameChange": True}} if old_name != data["metadata"]["name"] else {}),
                }
            )
    return own, patches


def _operations(before: "Any", after: "Any", path: str) -> "list[Object]":
    if before == after:
        return []
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys():
        return [
            operation
            for key in before
            for operation in _operations(before[key], after[key], f"{path}/{key.replace('~', '~0').replace('/', '~1')}")
        ]
    return [{"op": "replace", "path": path, "value": after}]
