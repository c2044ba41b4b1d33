"""What a container is given, found by following its pod spec as the kubelet does."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any

Object = dict[str, Any]


def at(value: Any, path: str, default: Any = None) -> Any:
    """The value at a dotted path of keys; `default` where it is absent or null."""
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return default if value is None else value


def environment(container: Object, config_maps: Object) -> Object:
    """The variables a container starts with: text as the kubelet expands it, or a reference."""
    found: Object = {}
    for source in at(container, "envFrom", []):
        data = config_maps.get(at(source, "configMapRef.name"), {})
        found |= {source.get("prefix", "") + key: value for key, value in data.items()}
    for variable in at(container, "env", []):
        reference = variable.get("valueFrom")
        found[variable["name"]] = reference if reference else expand(variable.get("value") or "", found)
    return found


def expand(text: str, known: Object) -> str:
    """`$(NAME)` and `$$` as the kubelet reads them."""

    def value(match: re.Match[str]) -> str:
        return "$" if match[1] == "$" else str(known.get(match[2], match[0]))

    return re.sub(r"\$(\$|\(([^)]*)\))", value, text)


def volume_of(spec: Object, container: Object, path: str) -> tuple[Object, Object]:
    """The mount that holds `path`, the deepest one, and its volume; both empty when there is none."""
    holders = [m for m in at(container, "volumeMounts", []) if PurePosixPath(path).is_relative_to(m["mountPath"])]
    if not holders:
        return {}, {}
    mount = max(holders, key=lambda m: len(m["mountPath"]))
    return mount, next((v for v in at(spec, "volumes", []) if v["name"] == mount["name"]), {})


def mounted_files(spec: Object, container: Object, config_maps: Object) -> dict[str, str]:
    """The files of ConfigMaps that a container sees: path -> text."""
    files = {}
    for mount in at(container, "volumeMounts", []):
        volume: Object = next((v for v in at(spec, "volumes", []) if v["name"] == mount["name"]), {})
        sources = [volume, *at(volume, "projected.sources", [])]
        for source in (s["configMap"] for s in sources if "configMap" in s):
            data = config_maps.get(source.get("name"), {})
            items = at(source, "items") or [{"key": key, "path": key} for key in data]
            for item in (i for i in items if i["key"] in data):
                path, sub_path = PurePosixPath(item["path"]), mount.get("subPath")
                if sub_path is None:
                    files[str(mount["mountPath"] / path)] = data[item["key"]]
                elif path.is_relative_to(sub_path):
                    files[str(mount["mountPath"] / path.relative_to(sub_path))] = data[item["key"]]
    return files
