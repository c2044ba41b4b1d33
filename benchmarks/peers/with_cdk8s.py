"""The peer cdk8s: `with_cdk8s.py FILE...` writes the objects of krt.yml files as YAML.

The objects' fields come from the floor, which costs nothing beside it: cdk8s makes constructs of them, and its text.
"""

import sys
from pathlib import Path

from cdk8s import ApiObject, ApiObjectMetadata, App, Chart, JsonPatch

sys.path.insert(0, str(Path(__file__).parents[1]))
import floor


def main() -> None:
    static = floor.assets()
    app = App()
    for path in sys.argv[1:]:
        krt = floor.parse(Path(path).read_text())
        chart = Chart(app, krt["version"], namespace=floor.RUNTIME)
        for data in floor.objects(krt, static):
            metadata = data["metadata"]
            construct = ApiObject(
                chart,
                f"{data['kind']}-{metadata['name']}",
                api_version=data["apiVersion"],
                kind=data["kind"],
                metadata=ApiObjectMetadata(
                    name=metadata["name"], labels=metadata["labels"], annotations=metadata.get("annotations")
                ),
            )
            body = {key: value for key, value in data.items() if key not in ("apiVersion", "kind", "metadata")}
            construct.add_json_patch(*(JsonPatch.add(f"/{key}", value) for key, value in body.items()))
    sys.stdout.write(app.synth_yaml())


main()
