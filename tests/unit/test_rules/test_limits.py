"""The rules over the limits of Kubernetes, NATS and the images: each at its border, with its place and its help."""

import pytest

from krtc.diagnostics import has_errors
from tests.unit.helpers import GO, NODE, OTHER, PY, SMALL, Object, build, changed, nodes, said

NODES = ("workflows", 0, "nodes")


class Test_consumer_collision:
    def test_of_two_nodes(self) -> None:
        assert said(nodes(("a", ["entrypoint"]), ("d", ["a.c", "a.b"]), ("b-d", ["entrypoint", "a"]))) == [
            'KRT301 w0.n2.subscriptions.1 "a" | `b-d` on `a` and `d` on `a.b` share the consumer'
            " `kre_mail-v1_Sort-a-b-d` | rename a node or a sub-topic"
            ' | w0.n1.subscriptions.1 "a.b": `d` subscribes here',
            "KRT205 w0.n1.subscriptions | `d` gets messages only from the exitpoint: it works after the answer is given"
            ' | subscribe it to a node before `a`, and `a` to it | w0.exitpoint "a": the exitpoint is named here',
        ]

    def test_with_a_node_of_another_name(self) -> None:
        krt = nodes(("x", ["entrypoint"]), ("x-y", ["entrypoint"]), ("a", ["x-y", "x"]), ("y-a", ["x"]))
        assert said(krt) == [
            'KRT301 w0.n3.subscriptions.0 "x" | `y-a` on `x` and `a` on `x-y` share the consumer'
            " `kre_mail-v1_Sort-x-y-a` | rename a node or a sub-topic"
            ' | w0.n2.subscriptions.0 "x-y": `a` subscribes here'
        ]

    def test_in_a_workflow_of_its_own(self) -> None:
        krt = nodes(("a", ["entrypoint"]), ("d", ["a.b"]))
        other = {**nodes(("a", ["entrypoint"]), ("b-d", ["a"]))["workflows"][0], "name": "other", "entrypoint": "Other"}
        assert [line[:6] for line in said({**krt, "workflows": [krt["workflows"][0], other]})] == ["KRT205", "KRT205"]

    def test_of_one_node_is_another_rules(self) -> None:
        assert [line[:6] for line in said(nodes(("a", ["entrypoint", "entrypoint"])))] == ["KRT105"]

    def test_of_two_nodes_of_one_name_is_another_rules(self) -> None:
        assert [line[:6] for line in said(nodes(("a", ["entrypoint"]), ("a", ["entrypoint"])))] == ["KRT102"]

    def test_beside_what_is_wrong(self) -> None:
        krt = nodes(("a", ["entrypoint"]), ("D", ["a.b"]), ("d", ["B", "a.b"]), ("b-d", ["a"]))
        assert [line.split(" | ")[0] for line in said(krt)] == ['KRT301 w0.n3.subscriptions.0 "a"']
        assert said(changed(krt, "workflows", 0, "entrypoint", to="x y")) == []

    def test_good(self) -> None:
        assert said(nodes(("a", ["b"]), ("b", ["entrypoint"]), ("c", ["b.a"]), ("d", ["b", "c"]))) == []


DIGIT = "and before Kubernetes 1.36 no Service's name begins with a digit"
TAKEN = "`{}`, and that name is the host of {} | give the version another name"
NATS, INFLUX = "NATS (`nats.server`)", "InfluxDB (`influxdb.uri`)"


class Test_service_name:
    @pytest.mark.parametrize(
        ("version", "runtime", "expected"),
        [
            ("1st", {}, f"`1st`, {DIGIT} | begin it with a letter, as in `v1st`"),
            ("9", {"kubernetes": "1.35"}, f"`9`, {DIGIT} | begin it with a letter, as in `v9`"),
            ("1st", {"kubernetes": "1.36"}, None),
            ("1st", {"kubernetes": "1.40"}, None),
            ("1st", {"naming": "runtime"}, None),
            ("v1", {}, None),
            (
                "active-entrypoint",
                {},
                "`active-entrypoint`, and that name is the published version's | give the version another name",
            ),
            ("active-entrypoint", {"naming": "runtime"}, None),
            ("kre-nats", {}, TAKEN.format("kre-nats", NATS)),
            ("kre-influxdb", {}, TAKEN.format("kre-influxdb", INFLUX)),
            ("nats", {"nats": {"server": "nats.data.svc:4222"}}, TAKEN.format("nats", NATS)),
            ("influx", {"influxdb": {"uri": "https://influx:8086/x"}}, TAKEN.format("influx", INFLUX)),
            ("influx", {"influxdb": {"uri": "https://influx.data:8086"}}, TAKEN.format("influx", INFLUX)),
            ("influx", {"influxdb": {"uri": "http://influx/x"}}, TAKEN.format("influx", INFLUX)),
            ("influx", {"influxdb": {"uri": "http://influx:1/?to=http://other"}}, TAKEN.format("influx", INFLUX)),
            ("influx", {"influxdb": {"uri": "http://influx"}}, TAKEN.format("influx", INFLUX)),
            ("kre-nats", {"nats": {"server": "nats:4222"}}, None),
            ("data", {"nats": {"server": "nats.data.svc:4222"}}, None),
            ("https", {"influxdb": {"uri": "https://influx:8086/x"}}, None),
        ],
    )
    def test_names(self, version: str, runtime: Object, expected: str | None) -> None:
        lines = said({**SMALL, "version": version}, {"runtime": "demo", **runtime})
        prefix = f'KRT302 version "{version}" | the Service of the version would be named '
        assert lines == ([] if expected is None else [prefix + expected])

    def test_the_host_of_an_address_with_a_user(self) -> None:
        runtime = {"runtime": "demo", "influxdb": {"uri": "http://user:password@influx:8086"}}
        assert [line[:6] for line in said({**SMALL, "version": "influx"}, runtime)] == ["KRT302"]

    def test_without_settings(self) -> None:
        (line,) = said({**SMALL, "version": "kre-nats"})
        assert line.endswith(f"would be named {TAKEN.format('kre-nats', NATS)}")

    def test_the_digit_of_a_runtime(self) -> None:
        assert said(SMALL, {"runtime": "1x", "naming": "runtime"}) == [
            'KRT302 runtime.yml runtime "1x" | the Service of the version would be named `1x-mail-v1-entrypoint`,'
            " and before Kubernetes 1.36 no Service's name begins with a digit | begin it with a letter, as in `v1x`"
        ]

    def test_beside_what_is_wrong(self) -> None:
        assert said({**SMALL, "version": "1_"}) == []
        assert [line[:6] for line in said({**SMALL, "version": "1"}, {"runtime": "x", "nats": {"server": "x"}})] == [
            "KRT302"
        ]


class Test_unknown_image_user:
    def test_each_image_is_told_once(self) -> None:
        krt = nodes(("a", ["entrypoint"]), ("b", ["entrypoint"]), ("c", ["entrypoint"]))
        for index in (1, 2):
            krt = changed(krt, *NODES, index, "image", to="host:5000/acme/own:1")
        krt = changed(krt, "entrypoint", "image", to=OTHER)
        help_text = 'add `images: {{users: {{"{}": UID}}}}` to runtime.yml'
        assert said(krt) == [
            f'KRT303 entrypoint.image "{OTHER}" | nobody said which user `{OTHER}` runs as; it will be 10001'
            f" | {help_text.format('acme/own')}",
            'KRT303 w0.n1.image "host:5000/acme/own:1" | nobody said which user `host:5000/acme/own:1` runs as;'
            f" it will be 10001 | {help_text.format('host:5000/acme/own')}",
        ]

    @pytest.mark.parametrize("pattern", ["acme/own", "acme/*", "*", "default"])
    def test_what_the_help_says_is_taken(self, pattern: str) -> None:
        krt = changed(SMALL, *NODES, 0, "image", to=OTHER)
        assert said(krt, {"runtime": "demo", "images": {"users": {pattern: 1001}}}) == []

    def test_it_is_a_warning(self) -> None:
        result = build(changed(SMALL, *NODES, 0, "image", to=OTHER), None)
        assert [d.code.id for d in result.diagnostics] == ["KRT303"]
        assert not has_errors(result.diagnostics) and result.files

    def test_an_image_that_is_wrong_has_none(self) -> None:
        krt = changed(nodes(("a", ["entrypoint"]), ("b", ["entrypoint"])), *NODES, 0, "image", to="!")
        assert said(changed(krt, "entrypoint", "image", to="!")) == []
        assert said(changed(krt, "entrypoint", to="!")) == []
        assert [line[:6] for line in said(changed(krt, *NODES, 1, "image", to=OTHER))] == ["KRT303"]


DIGEST = "@sha256:" + "0" * 64


class Test_unpinned_image:
    @pytest.mark.parametrize(
        ("image", "repository", "why"),
        [
            ("konstellation/kre-py:latest", "konstellation/kre-py", "has the tag `latest`, which moves"),
            ("konstellation/kre-py", "konstellation/kre-py", "has no tag"),
            ("host:5000/x/kre-py", "host:5000/x/kre-py", "has no tag"),
            ("host:5000/x/kre-py:latest", "host:5000/x/kre-py", "has the tag `latest`, which moves"),
        ],
    )
    def test_bad(self, image: str, repository: str, why: str) -> None:
        assert said(changed(SMALL, *NODES, 0, "image", to=image)) == [
            f'KRT304 w0.n0.image "{image}" | `{image}` {why}: it may be another image tomorrow'
            f" | name a version, as in `{repository}:1.2.3`, or a digest"
        ]

    def test_each_image_is_told_once(self) -> None:
        image = "konstellation/kre-py"
        workflow = {**SMALL["workflows"][0], "nodes": [{**NODE, "image": image}]}
        krt = {**SMALL, "workflows": [workflow, {**workflow, "name": "other", "entrypoint": "Other"}]}
        krt = changed(krt, "entrypoint", "image", to=image)
        assert said(krt) == [
            f'KRT304 entrypoint.image "{image}" | `{image}` has no tag: it may be another image tomorrow'
            f" | name a version, as in `{image}:1.2.3`, or a digest"
            f' | w0.n0.image "{image}": and here | w1.n0.image "{image}": and here'
        ]

    @pytest.mark.parametrize("image", [PY, "x/kre-py:latest-1", f"x/kre-py{DIGEST}", f"x/kre-py:latest{DIGEST}"])
    def test_good(self, image: str) -> None:
        assert said(changed(SMALL, *NODES, 0, "image", to=image)) == []

    def test_of_the_platform(self) -> None:
        images = {"krtFilesDownloader": "a", "fluentBit": "b/c:latest", "nginx": "d:latest", "natsCli": "e/f"}
        assert said(SMALL, {"runtime": "demo", "images": {**images, "pullPolicy": "Never"}}) == [
            f'KRT304 runtime.yml images.{field} "{image}" | `{image}` has'
            f" {'the tag `latest`, which moves' if ':' in image else 'no tag'}: it may be another image tomorrow"
            f" | name a version, as in `{image.removesuffix(':latest')}:1.2.3`, or a digest"
            for field, image in images.items()
        ]

    def test_good_of_the_platform(self) -> None:
        images = {"krtFilesDownloader": "a:1", "fluentBit": f"b/c{DIGEST}", "natsCli": "!"}
        given: list[Object] = [{}, {"images": {}}, {"images": images}, {"images": "x"}]
        for settings in given:
            assert said(SMALL, {"runtime": "demo", **settings}) == []


class Test_long_name:
    @pytest.mark.parametrize(("more", "length"), [(0, None), (1, 256), (11, 266)])
    def test_in_bytes(self, more: int, length: int | None) -> None:
        # kre_mail-v1_RPC-a-TOPIC-b, of 255 bytes when nothing is added
        krt = nodes(("a", ["entrypoint"]), ("b", ["entrypoint", "a." + "t" * 114 + "é" + "u" * more]))
        krt = changed(krt, "workflows", 0, "entrypoint", to="R" * 122)
        topic = krt["workflows"][0]["nodes"][1]["subscriptions"][1]
        expected = (
            f'KRT305 w0.n1.subscriptions.1 "{topic}" | the consumer of `b` on this would have a name of {length} bytes;'
            " NATS takes 255 | shorten the sub-topic, or the rpc of the workflow"
        )
        assert said(krt) == ([] if length is None else [expected])

    def test_beside_what_is_wrong(self) -> None:
        topic = "a." + "t" * 120
        krt = changed(nodes(("a", ["entrypoint"]), ("b", ["A", topic])), "workflows", 0, "entrypoint", to="R" * 128)
        assert [line[:31] for line in said(krt)] == ['KRT305 w0.n1.subscriptions.1 "a']
        assert said(changed(krt, *NODES, 1, "name", to="B")) == []
        assert said(changed(krt, "version", to="B")) == []


class Test_proto_path:
    @pytest.mark.parametrize("path", ["input.proto", "protos/public_input.proto", "Public_input.proto"])
    @pytest.mark.parametrize("image", ["konstellation/kre-entrypoint", "host:5000/x/kre-entrypoint"])
    def test_bad(self, path: str, image: str) -> None:
        assert said({**SMALL, "entrypoint": {"proto": path, "image": f"{image}:1"}}) == [
            f'KRT306 entrypoint.proto "{path}" | `{image}` reads only `public_input.proto`, at the root of the KRT'
            " | write `proto: public_input.proto`, and put the file there"
        ]

    @pytest.mark.parametrize("image", ["acme/own-entrypoint:1", "kre-entrypoint:1", "x/kre-entrypoint-2:1"])
    def test_of_other_images(self, image: str) -> None:
        runtime = {"runtime": "demo", "images": {"users": {"default": 1001}}}
        assert said({**SMALL, "entrypoint": {"proto": "x/y.proto", "image": image}}, runtime) == []

    @pytest.mark.parametrize("wrong", [{"proto": "x"}, {"image": "!"}])
    def test_beside_what_is_wrong(self, wrong: Object) -> None:
        entrypoint = {"proto": "x.proto", "image": "konstellation/kre-entrypoint:1", **wrong}
        assert said({**SMALL, "entrypoint": entrypoint}) == []


class Test_source_with_space:
    @pytest.mark.parametrize("path", ["bin/my etl", "my bin/etl"])
    def test_bad(self, path: str) -> None:
        krt = changed(SMALL, *NODES, to=[{**NODE, "image": GO, "src": path}])
        assert said(krt) == [
            f'KRT307 w0.n0.src "{path}" | kre-go cannot start `{path}`: its path has a space | rename the file'
        ]

    @pytest.mark.parametrize(("image", "path"), [(PY, "src/my main.py"), (GO, "bin/my-etl"), (GO, "bin/my\tetl")])
    def test_good(self, image: str, path: str) -> None:
        assert said(changed(SMALL, *NODES, to=[{**NODE, "image": image, "src": path}])) == []


HARM = {
    "TZ": "log lines of kre-go are no longer parsed",
    "PATH": "the start scripts of the images find their programs by it",
    "LD_PRELOAD": "every program of the image is loaded by it",
    "LD_LIBRARY_PATH": "every program of the image is loaded by it",
    "PYTHONPATH": "kre-py finds its own modules by it",
    "PYTHONHOME": "kre-py finds its own modules by it",
}


class Test_harmful_variable:
    @pytest.mark.parametrize("field", ["variables", "files"])
    def test_each(self, field: str) -> None:
        assert said({**SMALL, "config": {field: ["A", *HARM]}}, needs_values=False) == [
            f'KRT308 config.{field}.{index} "{name}" | `{name}` changes how the containers work: {why}'
            " | choose another name"
            for index, (name, why) in enumerate(HARM.items(), 1)
        ]

    def test_good(self) -> None:
        config = {"variables": ["TZ2", "MY_PATH", "PYTHON"], "files": ["path", "tz"]}
        assert said({**SMALL, "config": config}, needs_values=False) == []


class Test_digit_first:
    @pytest.mark.parametrize(("kubernetes", "told"), [("1.31", True), ("1.33", True), ("1.34", False), ("1.40", False)])
    def test_by_the_cluster(self, kubernetes: str, told: bool) -> None:
        krt = {**SMALL, "config": {"variables": ["A1", "2FA", "9"]}}
        expected = [
            f'KRT309 config.variables.{index} "{name}" | before Kubernetes 1.34 no container gets `{name}`:'
            ' it begins with a digit | begin it with a letter, or set `kubernetes: "1.34"` in runtime.yml'
            for index, name in ((1, "2FA"), (2, "9"))
        ]
        assert said(krt, {"runtime": "demo", "kubernetes": kubernetes}, needs_values=False) == expected * told
        assert said(krt, needs_values=False) == expected

    def test_beside_what_is_wrong(self) -> None:
        krt = {**SMALL, "config": {"variables": ["a b", "2FA"]}}
        assert [line[:28] for line in said(krt, needs_values=False)] == ['KRT309 config.variables.1 "2']
        assert said(krt, {"runtime": "x", "kubernetes": "1"}, needs_values=False) == []


class Test_config_size:
    @pytest.mark.parametrize("more", [0, 1])
    def test_of_all_plain_values(self, more: int) -> None:
        """Bytes are counted, references are not, and a name that stands twice is one value."""
        config = {"variables": ["A", "S", "A"], "files": ["F", "R", "F"]}
        values = {
            "variables": {"A": "é" * (1 << 18), "NOT_NAMED": "x" * 9},
            "secrets": {"S": {"secretKeyRef": {"name": "x", "key": "y"}}},
            "files": {"F": "f.txt", "R": {"configMapKeyRef": {"name": "x", "key": "y"}}},
        }
        files = {"F": "x" * ((1 << 19) + more), "NOT_NAMED": "x"}
        lines = said({**SMALL, "config": config}, {"runtime": "demo", "config": values}, files=files)
        expected = (
            "KRT310 config: | the values of the configuration have 1,048,577 bytes, and a ConfigMap holds 1,048,576"
            " | put large files into the KRT, or give them with `configMapKeyRef` in runtime.yml"
        )
        assert [line for line in lines if not line.startswith("KRT102")] == [expected] * more

    def test_what_has_no_value(self) -> None:
        krt = {**SMALL, "config": {"variables": ["A"]}}
        assert said(krt, needs_values=False) == []
        assert said({**SMALL, "config": {"variables": ["a"]}}) == []
