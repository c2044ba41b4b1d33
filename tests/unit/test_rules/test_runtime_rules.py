"""The rules over the settings of a runtime: each with what is wrong, its place and its help, and with what is right."""

import time

import pytest

from krtc.frontend import languages
from krtc.model.runtime import VersionEntry
from krtc.source import SourceFile
from tests.unit.helpers import (
    GO,
    KRT,
    NODE,
    PY,
    RUNTIME,
    SMALL,
    Object,
    asset,
    build,
    changed,
    ids,
    said,
    stretch,
    text,
)

CONFIGURED = {**SMALL, "config": {"variables": ["A", "B"], "files": ["C"]}}
REF = {"secretKeyRef": {"name": "x", "key": "y"}}


def entry(config: Object) -> VersionEntry:
    """An entry of runtime.yml, with its places."""
    file = SourceFile("other.yml", text({"runtime": "demo", "versions": [{"krt": "krt.yml", "config": config}]}))
    settings, _ = languages.settings(file, asset("schemas/runtime.schema.json"))
    assert settings
    return settings.versions[0]


class Test_krt_files:
    @pytest.mark.parametrize("level", ["", "versions.0."])
    @pytest.mark.parametrize(
        ("files", "expected"),
        [
            (
                {"image": "a/b:1"},
                'image "a/b:1" | image volumes need Kubernetes 1.35, and this is compiled for 1.33'
                ' | write `kubernetes: "1.35"` if the cluster is that new, or use `https`',
            ),
            (
                {"mongodb": {}, "https": "https://x", "sha256": "a" * 64},
                'https "https://x" | `https` beside `mongodb`: the files come from one of them'
                " | keep one of them | runtime.yml {level}krtFiles.mongodb: `mongodb` is here",
            ),
            (
                {"https": "https://x"},
                'https "https://x" | what is at the address may change: `sha256` is missing'
                " | add `sha256:` with what `sha256sum X.krt` says",
            ),
            (
                {"sha256": "a" * 64},
                f'sha256 "{"a" * 64}" | `sha256` belongs to `https`, and that is missing | add `https:`, or remove it',
            ),
        ],
    )
    def test_bad(self, files: Object, expected: str, level: str) -> None:
        runtime: Object = {"runtime": "demo", "krtFiles": files}
        if level:
            runtime = {"runtime": "demo", "versions": [{"krt": "x.yml", "krtFiles": files}]}
        wanted = expected.replace("{level}", level)
        assert said(SMALL, runtime) == [f"KRT418 runtime.yml {level}krtFiles.{wanted}"]

    @pytest.mark.parametrize(
        "settings",
        [
            {"kubernetes": "1.35", "krtFiles": {"image": "a/b:1"}},
            {"kubernetes": "1.40", "krtFiles": {"image": "a/b:1"}},
            {"krtFiles": {"https": "https://x/v1.krt", "sha256": "a" * 64}},
            {"krtFiles": {"mongodb": {}, "image": None}},
        ],
    )
    def test_good(self, settings: Object) -> None:
        assert said(SMALL, {"runtime": "demo", **settings}) == []

    @pytest.mark.parametrize(
        "files", [{"https": "http://x", "sha256": "a" * 64}, {"https": "https://x", "sha256": "x"}, {"image": 5}, "x"]
    )
    def test_nothing_beside_what_is_wrong(self, files: object) -> None:
        assert said(SMALL, {"runtime": "demo", "krtFiles": files}) == []


class Test_kept_by_job:
    @pytest.mark.parametrize(
        ("keep", "missing"),
        [
            (None, "streams and objectStores"),
            ([], "streams and objectStores and keyValueStores"),
            (["streams", "keyValueStores"], "objectStores"),
        ],
    )
    def test_bad(self, keep: list[str] | None, missing: str) -> None:
        settings = {"runtime": "demo", "messaging": "job", "nats": {} if keep is None else {"keep": keep}}
        assert said(SMALL, settings) == [
            f'KRT417 runtime.yml messaging "job" | a Job deletes nothing: {missing} stay in NATS'
            " when a version is stopped | say so: `nats: {keep: [streams, objectStores, keyValueStores]}`"
        ]

    def test_good(self) -> None:
        assert said(SMALL, {"runtime": "demo", "messaging": "nack", "nats": {"keep": []}}) == []
        keep = ["keyValueStores", "streams", "objectStores"]
        assert said(SMALL, {"runtime": "demo", "messaging": "job", "nats": {"keep": keep}}) == []


class Test_missing_config_value:
    @pytest.mark.parametrize(
        ("runtime", "where"),
        [
            (None, " in a runtime.yml, and give that too (--runtime FILE; in Argo CD, the parameter `runtime`)"),
            ({"runtime": "kre"}, " in runtime.yml"),
        ],
    )
    def test_each(self, runtime: Object | None, where: str) -> None:
        assert said(CONFIGURED, runtime) == [
            f'KRT401 config.{place} "{name}" | nothing gives `{name}` a value | add it to {group}{where}'
            for name, place, group in (
                ("A", "variables.0", "`config.variables` (or `config.secrets`)"),
                ("B", "variables.1", "`config.variables` (or `config.secrets`)"),
                ("C", "files.0", "`config.files`"),
            )
        ]

    def test_not_where_values_can_come_later(self) -> None:
        assert said(CONFIGURED, needs_values=False) == []

    @pytest.mark.parametrize(
        ("form", "status", "missing"),
        [
            ("manifests", "stopped", False),
            ("manifests", "started", True),
            ("manifests", "published", True),
            ("kustomize", "stopped", True),
            ("helm", "started", False),
        ],
    )
    def test_when_values_are_needed(self, form: str, status: str, missing: bool) -> None:
        assert bool(build(CONFIGURED, None, form=form, status=status).diagnostics) == missing

    def test_values_of_the_runtime_and_of_the_entry(self) -> None:
        runtime = {"runtime": "demo", "config": {"variables": {"A": ""}, "files": {"C": REF}}}
        assert [line.split(" | ")[0] for line in said(CONFIGURED, runtime)] == ['KRT401 config.variables.1 "B"']
        assert said(CONFIGURED, runtime, entry=entry({"variables": {"B": "x"}})) == []
        assert said(CONFIGURED, runtime, entry=entry({"secrets": {"B": REF}})) == []

    def test_a_file_that_could_not_be_read_is_told_by_another_rule(self) -> None:
        runtime = {"runtime": "demo", "config": {"variables": {"A": "", "B": ""}, "files": {"C": "c.txt"}}}
        assert [line[:6] for line in said(CONFIGURED, runtime, unread={"C": "cannot read c.txt"})] == ["KRT403"]

    def test_beside_what_is_wrong(self) -> None:
        krt = {**SMALL, "config": {"variables": ["a b", "B"], "files": "c"}}
        assert [line.split(" | ")[0] for line in said(krt)] == ['KRT401 config.variables.1 "B"']
        assert said(krt, {"runtime": "demo", "config": "x"}) == []


class Test_config_value_twice:
    @pytest.mark.parametrize(
        ("config", "groups"),
        [
            ({"variables": {"A": "x"}, "secrets": {"A": REF}}, ("variables", "secrets")),
            ({"variables": {"A": "x"}, "files": {"A": "a.txt"}}, ("variables", "files")),
            ({"secrets": {"A": REF}, "files": {"A": "a.txt"}}, ("secrets", "files")),
            ({"files": {"A": "a.txt"}, "secrets": {"A": REF}}, ("secrets", "files")),
        ],
    )
    def test_in_two_groups(self, config: Object, groups: tuple[str, str]) -> None:
        assert said(SMALL, {"runtime": "demo", "config": config}) == [
            f"KRT402 runtime.yml config.{groups[1]}.A: | `A` stands under both"
            f" `config.{groups[0]}` and `config.{groups[1]}` | keep one of them"
            f" | runtime.yml config.{groups[0]}.A:: the first is here"
        ]

    def test_in_three_groups(self) -> None:
        config = {"variables": {"A": "x"}, "secrets": {"A": REF}, "files": {"A": "a.txt"}}
        assert [line.split(" | ")[0] for line in said(SMALL, {"runtime": "demo", "config": config})] == [
            "KRT402 runtime.yml config.secrets.A:",
            "KRT402 runtime.yml config.files.A:",
        ]

    @pytest.mark.parametrize(
        ("source", "has"), [({}, "neither"), ({**REF, "configMapKeyRef": {"name": "x", "key": "y"}}, "both")]
    )
    def test_a_file_from_two_or_no_places(self, source: Object, has: str) -> None:
        assert said(SMALL, {"runtime": "demo", "config": {"files": {"A": source}}}) == [
            "KRT402 runtime.yml config.files.A: | the file `A` needs one of `configMapKeyRef` and `secretKeyRef`,"
            f" and has {has} | give one of them"
        ]

    def test_in_an_entry(self) -> None:
        config = {"variables": {"A": "x"}, "secrets": {"A": REF}}
        versions = [{"krt": "a"}, {"krt": "b", "config": config}]
        assert [line.split(" | ")[0] for line in said(SMALL, {"runtime": "demo", "versions": versions})] == [
            "KRT402 runtime.yml versions.1.config.secrets.A:",
        ]

    def test_good(self) -> None:
        other = {"configMapKeyRef": {"name": "x", "key": "y"}}
        config = {"variables": {"A": "x"}, "secrets": {"B": REF}, "files": {"C": "c.txt", "D": REF, "E": other}}
        assert said(SMALL, {"runtime": "demo", "config": config}) == []

    def test_over_two_levels_is_none(self) -> None:
        """What an entry gives goes before what the runtime gives."""
        versions = [{"krt": "a", "config": {"secrets": {"A": REF}}}]
        runtime = {"runtime": "demo", "config": {"variables": {"A": "x"}}, "versions": versions}
        assert said(SMALL, runtime) == []


class Test_config_file:
    def test_each(self) -> None:
        krt = {**SMALL, "config": {"files": ["A", "B"]}}
        runtime = {"runtime": "demo", "config": {"files": {"A": "a.txt", "B": "b.txt"}}}
        unread = {"A": "cannot read a.txt", "B": "`b.txt` is large"}
        assert said(krt, runtime, unread=unread) == [
            f'KRT403 runtime.yml config.files.{name} "{name.lower()}.txt" | `{name}`: {reason}'
            " | give the path of a small text file beside runtime.yml"
            for name, reason in unread.items()
        ]

    def test_of_an_entry(self) -> None:
        krt = {**SMALL, "config": {"files": ["A"]}}
        runtime = {"runtime": "demo", "config": {"files": {"A": REF}}}
        own = entry({"files": {"A": "a.txt"}})
        assert said(krt, runtime, entry=own, unread={"A": "cannot read a.txt"}) == [
            'KRT403 other.yml versions.0.config.files.A "a.txt" | `A`: cannot read a.txt'
            " | give the path of a small text file beside runtime.yml"
        ]

    def test_of_an_entry_over_the_runtime(self) -> None:
        krt = {**SMALL, "config": {"files": ["A"]}}
        runtime = {"runtime": "demo", "config": {"files": {"A": "a.txt"}}}
        own = entry({"files": {"A": "b.txt"}})
        (line,) = said(krt, runtime, entry=own, unread={"A": "cannot read b.txt"})
        assert line.startswith('KRT403 other.yml versions.0.config.files.A "b.txt" | ')

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            (None, ["KRT403"]),
            (b"x" * (128 << 10), []),
            (b"x" * ((128 << 10) + 1), ["KRT403"]),
            (b"\xff", ["KRT001"]),
            (b"a\x00b", ["KRT001"]),
            (b"\xef\xbb\xbfa", []),
        ],
    )
    def test_as_it_is_read(self, data: bytes | None, expected: list[str]) -> None:
        krt = {**SMALL, "config": {"files": ["MODEL"]}}
        runtime = {"runtime": "demo", "config": {"files": {"MODEL": "model.json"}}}
        result = build(krt, runtime, files={} if data is None else {"model.json": data})
        assert ids(result.diagnostics) == expected
        if expected == ["KRT403"]:
            assert stretch(result.diagnostics[0].span) == '"model.json"'
            reason = "cannot read model.json" if data is None else "`model.json` is larger than 128 KiB"
            assert result.diagnostics[0].message.startswith(f"`MODEL`: {reason}")

    def test_only_what_the_version_names_is_read(self) -> None:
        krt = {**SMALL, "config": {"files": ["MODEL"]}}
        runtime = {"runtime": "demo", "config": {"files": {"MODEL": "model.json", "OTHER": "not-there"}}}
        assert build(krt, runtime).diagnostics == []

    def test_an_entry_goes_before_the_runtime(self) -> None:
        krt = {**SMALL, "config": {"files": ["MODEL"]}}
        runtime = {"runtime": "demo", "config": {"files": {"MODEL": "not-there"}}}
        result = build(krt, runtime, entry={"config": {"files": {"MODEL": "model.json"}}})
        assert result.diagnostics == []
        assert any("{}\n" in content for content in result.files.values())


class Test_missing_gateway:
    @pytest.mark.parametrize("gateway", [None, {}, {"name": ""}, {"namespace": "x"}])
    def test_bad(self, gateway: Object | None) -> None:
        ingress = {"kind": "GRPCRoute", **({} if gateway is None else {"gateway": gateway})}
        assert said(SMALL, {"runtime": "demo", "ingress": ingress}) == [
            'KRT404 runtime.yml ingress.kind "GRPCRoute" | a GRPCRoute needs the Gateway that it belongs to'
            " | add `gateway: {name: NAME, namespace: NAMESPACE}` to `ingress`"
        ]

    @pytest.mark.parametrize(
        "ingress", [{"kind": "GRPCRoute", "gateway": {"name": "x"}}, {"kind": "none"}, {"kind": "Ingress"}, {}]
    )
    def test_good(self, ingress: Object) -> None:
        assert said(SMALL, {"runtime": "demo", "ingress": ingress}) == []

    @pytest.mark.parametrize("ingress", [{"kind": "GRPCRoute", "gateway": "x"}, {"kind": "grpcroute"}, "GRPCRoute"])
    def test_beside_what_is_wrong(self, ingress: Object) -> None:
        assert said(SMALL, {"runtime": "demo", "ingress": ingress}) == []


WITH_GO = changed(
    SMALL,
    *("workflows", 0, "nodes"),
    to=[
        {**NODE, "subscriptions": ["entrypoint"]},
        {**NODE, "name": "b", "image": GO},
        {**NODE, "name": "c", "image": "x/kre-go:1"},
    ],
)


class Test_ack_wait:
    @pytest.mark.parametrize(
        ("waits", "pattern", "wait"),
        [
            ({"default": "5m"}, "default", "5m"),
            ({"*/kre-py": "5m", "default": "21h59m59.999999999s"}, "default", "21h59m59.999999999s"),
            ({"*/kre-go": "1ns", "default": "22h"}, "*/kre-go", "1ns"),
            ({"default": "22h", "konstellation/*": "23h"}, "konstellation/*", "23h"),
            ({"*": "1h", "*/kre-go": "22h"}, "*", "1h"),
        ],
    )
    def test_bad(self, waits: Object, pattern: str, wait: str) -> None:
        remedy = "write 22h, and another time only for images that take it"
        if pattern == "default":
            remedy = 'name the images that take another time, or add `"*/kre-go": 22h`'
        assert said(WITH_GO, {"runtime": "demo", "nats": {"ackWait": waits}}) == [
            f"KRT405 runtime.yml nats.ackWait.{pattern}:"
            f" | kre-go ends when its consumer does not wait 22h, and this gives it {wait}"
            f' | {remedy} | w0.n1.image "{GO}": this node runs with kre-go'
        ]

    def test_of_the_first_node_that_gets_it(self) -> None:
        (line,) = said(WITH_GO, {"runtime": "demo", "nats": {"ackWait": {"x/*": "1h", "default": "22h"}}})
        assert line.startswith("KRT405 runtime.yml nats.ackWait.x/*: ")
        assert line.endswith('| w0.n2.image "x/kre-go:1": this node runs with kre-go')

    @pytest.mark.parametrize(
        "nats",
        [
            {"ackWait": {"*/kre-py": "5m"}},
            {"ackWait": {"*/kre-go": "22h", "default": "5m"}},
            {"ackWait": {"default": "1320m"}},
            {"ackWait": {"default": "21h59m60s"}},
            {"ackWait": {"default": "22.0h"}},
            {"ackWait": {}},
            {"ackWait": {"default": "5m"}, "consumers": "runner"},
            {"ackWait": {"default": "5"}},
        ],
    )
    def test_good(self, nats: Object) -> None:
        assert said(WITH_GO, {"runtime": "demo", "nats": nats}) == []

    def test_of_other_images(self) -> None:
        assert said(SMALL, {"runtime": "demo", "nats": {"ackWait": {"default": "5m"}}}) == []
        krt = changed(SMALL, "workflows", 0, "nodes", 0, "image", to="!")
        assert said(krt, {"runtime": "demo", "nats": {"ackWait": {"default": "5m"}}}) == []

    def test_a_node_without_a_right_image_before_it(self) -> None:
        krt = changed(WITH_GO, "workflows", 0, "nodes", 0, "image", to="!")
        assert [line[:6] for line in said(krt, {"runtime": "x", "nats": {"ackWait": {"default": "5m"}}})] == ["KRT405"]


class Test_runner_user:
    @pytest.mark.parametrize(
        ("users", "pattern", "user"),
        [
            ({"*/kre-py": 2000}, "*/kre-py", 2000),
            ({"acme/*": 1001, "konstellation/*": 1000, "*/kre-py": 1001}, "konstellation/*", 1000),
            ({"*": 1002, "default": 1001}, "*", 1002),
        ],
    )
    def test_bad(self, users: Object, pattern: str, user: int) -> None:
        krt = {**SMALL, "version": "v1"}
        assert said(krt, {"runtime": "demo", "images": {"users": users}}) == [
            f"KRT406 runtime.yml images.users.{pattern}: | kre-py runs as 1001 only, and this makes it {user}"
            " | remove it, or name other images: krtc knows the user of kre-py"
            f' | w0.n0.image "{PY}": this node runs with kre-py'
        ]

    def test_beside_a_default(self) -> None:
        (line,) = said(SMALL, {"runtime": "demo", "images": {"users": {"default": 10001, "*/kre-py": 2000}}})
        assert line.startswith("KRT406 runtime.yml images.users.*/kre-py:")

    def test_is_told_once(self) -> None:
        krt = changed(WITH_GO, "workflows", 0, "nodes", 2, "image", to=PY)
        krt = changed(krt, "workflows", 0, "nodes", 0, "image", to="!")
        assert [line.split(" | ")[-1] for line in said(krt, {"runtime": "demo", "images": {"users": {"*": 5}}})] == [
            f'w0.n2.image "{PY}": this node runs with kre-py'
        ]

    @pytest.mark.parametrize(
        "users", [{}, {"*/kre-py": 1001}, {"default": 5}, {"*/kre-go": 5}, {"*": 1001}, {"*/kre-py": 0}]
    )
    def test_good(self, users: Object) -> None:
        assert said(SMALL, {"runtime": "demo", "images": {"users": users}}) == []

    def test_of_other_images(self) -> None:
        krt = changed(SMALL, "workflows", 0, "nodes", 0, "image", to=GO)
        assert said(krt, {"runtime": "demo", "images": {"users": {"*/kre-py": 5, "*/kre-go": 6}}}) == []


REMEDY = "put it into a Secret, and write `{}: {{secretKeyRef: {{name: NAME, key: KEY}}}}` under `config.secrets`"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"


class Test_plain_secret:
    @pytest.mark.parametrize(
        "name",
        [
            *("PASSWORD", "DB_PASSWORD", "PASSWORD_OF_DB", "OLD_PASSWD_2", "SSH_PASSPHRASE", "SECRET", "CLIENT_SECRET"),
            *("SECRET_KEY", "AWS_SECRET_ACCESS_KEY", "TOKEN", "TOKEN_1", "API_KEY", "APIKEY", "MAPS_API_KEY_EU"),
            *("PRIVATE_KEY", "CREDENTIALS", "CREDENTIAL"),
        ],
    )
    def test_by_its_name(self, name: str) -> None:
        assert said(SMALL, {"runtime": "demo", "config": {"variables": {name: "correct horse"}}}) == [
            f'KRT415 runtime.yml config.variables.{name} "correct horse"'
            f" | `{name}` sounds like a secret, and is plain text here | {REMEDY.format(name)}"
        ]

    @pytest.mark.parametrize(
        "name",
        [
            *("PASSWORDS", "TOKENIZER", "KEY", "PUBLIC_KEY", "API_KEYS", "SECRETARY", "MYTOKEN", "API_VERSION_KEY"),
            *(
                "SECRET_NAME",
                "TOKEN_URL",
                "TOKEN_LIMIT",
                "PASSWORD_FILE",
                "CREDENTIALS_PATH",
                "API_KEY_ID",
                "TOKEN_TTL",
            ),
        ],
    )
    def test_not_by_other_names(self, name: str) -> None:
        assert said(SMALL, {"runtime": "demo", "config": {"variables": {name: "correct horse"}}}) == []

    @pytest.mark.parametrize(
        "value", ["", "true", "False", "0", "-12", "+1.5", "/run/secrets/db", "./key.json", "../keys/a_b-c.pem"]
    )
    def test_not_by_values_that_are_none(self, value: str) -> None:
        assert said(SMALL, {"runtime": "demo", "config": {"variables": {"TOKEN": value}}}) == []

    @pytest.mark.parametrize("value", ["1234x", "truely", "a/b", "1.2.3", "changeme", " ", "yes", "/a+b=", "0x12"])
    def test_by_values_that_may_be_one(self, value: str) -> None:
        assert len(said(SMALL, {"runtime": "demo", "config": {"variables": {"TOKEN": value}}})) == 1

    @pytest.mark.parametrize(
        ("value", "form"),
        [
            ("-----BEGIN PRIVATE KEY-----\nMIIE", "a private key"),
            ("x -----BEGIN RSA PRIVATE KEY-----", "a private key"),
            ("-----BEGIN OPENSSH PRIVATE KEY-----", "a private key"),
            ("AKIAIOSFODNN7EXAMPLE", "an access key of AWS"),
            ("id=ASIAIOSFODNN7EXAMPLE;", "an access key of AWS"),
            ("ghp_" + "a1B" * 12, "a token of GitHub"),
            ("gho_" + "a1B" * 12, "a token of GitHub"),
            ("github_pat_" + "a1B_" * 6, "a token of GitHub"),
            ("glpat-" + "a-B_1" * 4, "a token of GitLab"),
            ("xoxb-1234567890-abc", "a token of Slack"),
            ("xoxp-1234567890-abc", "a token of Slack"),
            ("postgres://me:pass@db:5432/x", "an address with a password"),
            ("see amqps://me:pa:ss@mq", "an address with a password"),
            ("redis://:pass@cache", "an address with a password"),
            (JWT, "a JSON Web Token"),
            (f"Bearer {JWT}", "a JSON Web Token"),
        ],
    )
    def test_by_its_form(self, value: str, form: str) -> None:
        (line,) = said(SMALL, {"runtime": "demo", "config": {"variables": {"X": value}}})
        assert f" | the value of `X` looks like {form}, and is plain text here | {REMEDY.format('X')}" in line

    @pytest.mark.parametrize(
        "value",
        [
            *("-----BEGIN CERTIFICATE-----", "-----BEGIN PUBLIC KEY-----", "AKIA", "AKIAIOSFODNN7EXAMPLE0", "ghp_x"),
            *("xAKIAIOSFODNN7EXAMPLE", "glpat-x", "xoxb-", "https://host:80/a@b", "https://me@host", "http://a/b:c@d"),
            *("postgres://me:$(PASSWORD)@db", "mailto:a:b@c", "eyJhbGciOiJIUzI1NiJ9", "eyJ.eyJ.x", "http://a?b:c@d"),
            f"x{JWT}",
        ],
    )
    def test_not_by_other_forms(self, value: str) -> None:
        assert said(SMALL, {"runtime": "demo", "config": {"variables": {"X": value}}}) == []

    def test_of_each_version_of_the_runtime(self) -> None:
        config = {"config": {"variables": {"TOKEN": "x", "OTHER": "x", "A_SECRET": "y"}}}
        runtime = {"runtime": "demo", **config, "versions": [{"krt": "a"}, {"krt": "b", **config}]}
        assert [line.split(" | ")[0] for line in said(SMALL, runtime)] == [
            f'KRT415 runtime.yml {at}config.variables.{name} "{value}"'
            for at in ("", "versions.1.")
            for name, value in (("TOKEN", "x"), ("A_SECRET", "y"))
        ]

    def test_beside_what_is_wrong(self) -> None:
        right = {"variables": {"TOKEN": "x"}}
        for wrong in ("x", {"variables": "x"}, {"variables": {"TOKEN": ["x"]}}):
            versions = [{"krt": "a", "config": wrong}, "x", {"krt": 5, "config": right}]
            runtime = {"runtime": "demo", "config": wrong, "versions": versions}
            assert [line.split(" | ")[0] for line in said(SMALL, runtime)] == [
                'KRT415 runtime.yml versions.2.config.variables.TOKEN "x"'
            ]

    @pytest.mark.parametrize(
        "piece",
        ["://", "://a:b", "eyJ", "eyJ-", "eyJaaaaaaaa.", "-----BEGIN ", "A", "xoxb-", "ghp_", "://:a", "/", "0"],
    )
    def test_is_fast_on_any_value(self, piece: str) -> None:
        start = time.process_time()
        said(SMALL, {"runtime": "demo", "config": {"variables": {"TOKEN": piece * (250_000 // len(piece))}}})
        assert time.process_time() - start < 2


def test_settings_that_are_right() -> None:
    assert said(KRT, RUNTIME) == []
