"""A runtime of three versions in the working folder, for the commands that read one."""

from pathlib import Path

from tests.unit.helpers import SMALL, text

PROTO = 'syntax = "proto3";\nmessage M {}\nservice Entrypoint { rpc Sort (M) returns (M); }\n'
ALL = {"sort-v1": "published", "sort-v2": "started", "sort-v3": "stopped"}


def write_all() -> None:
    """The runtime.yml, and each version with all its files."""
    for name in ALL:
        write_version(name)
    write_runtime(ALL)


def write_version(name: str, **more: object) -> None:
    """A version with all its files; `more` are keys of its krt.yml."""
    root = Path("versions") / name
    (root / "src/etl").mkdir(parents=True, exist_ok=True)
    (root / "src/etl/main.py").touch()
    (root / "public_input.proto").write_text(PROTO)
    (root / "krt.yml").write_text(text({**SMALL, "version": name, **more}))


def write_runtime(statuses: dict[str, str], **settings: object) -> None:
    """A runtime.yml of versions, by name, with their statuses."""
    versions = [{"krt": f"versions/{name}/krt.yml", "status": status} for name, status in statuses.items()]
    Path("runtime.yml").write_text(text({"runtime": "demo", **settings, "versions": versions}))
