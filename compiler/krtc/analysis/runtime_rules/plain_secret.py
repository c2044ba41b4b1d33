"""A configuration value that looks like a secret, and stands in runtime.yml as text.

Why: runtime.yml is in a repository, and a plain value ends in a ConfigMap: more people read these than may know a
password. What was in a repository once is known for good.

Bad:

    # runtime.yml
    runtime: demo
    config:
      variables: {DB_PASSWORD: "correct horse"}

Good:

    # runtime.yml
    runtime: demo
    config:
      secrets: {DB_PASSWORD: {secretKeyRef: {name: mail-db, key: password}}}

Fix: put the value into a Secret, name that under `config.secrets`, and change the password where it was in a repository
already. If it is no secret, end the line with `# krtc: ignore[KRT415]`.
"""

import re

from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import PLAIN_SECRET
from krtc.model.record import known, parts, span_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from krtc.model.runtime import Runtime

CODE = PLAIN_SECRET

# Patterns are compiled where a runtime.yml has variables.
_WORDS = "PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|PRIVATE_KEY|CREDENTIALS?"
_NAME = rf"(?:^|_)(?:{_WORDS})(?:_|$)"
# What a name ends in that only speaks of a secret.
_ABOUT = (
    "_(?:ENABLED|ENDPOINT|EXPIRY|FIELD|FILE|HEADER|HOST|ID|ISSUER|KIND|LENGTH|LIFETIME|LIMIT|NAME|PATH|PREFIX|REF"
    "|REQUIRED|SERVER|SERVICE|SIZE|TIMEOUT|TTL|TYPE|URI|URL|USER)$"
)
# No password: a switch, a number, or the path of a file.
_HARMLESS = r"|[-+]?[0-9]+(?:\.[0-9]+)?|(?i:true|false)|\.{0,2}/[-\w./]*"
# Each is linear: what repeats has a bound, or begins where a run of its characters does.
_FORMS = {
    "a private key": r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY",
    "an access key of AWS": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a token of GitHub": r"\b(?:gh[oprsu]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22})",
    "a token of GitLab": r"\bglpat-[-\w]{20}",
    "a token of Slack": r"\bxox[abeoprs]-[-A-Za-z0-9]{10}",
    "an address with a password": r"://[^/?#\s:@]{0,256}:[^/?#\s@$][^/?#\s@]{0,1024}@",
    "a JSON Web Token": r"(?<![-\w])eyJ[-\w]{8,}\.eyJ[-\w]{8}",
}


def check_settings(settings: "Runtime") -> "Iterator[Diagnostic]":
    """Each plain value, of the runtime and of its versions, that looks like a secret. What it is, is never shown."""
    for level in (settings, *parts(settings, "versions").values()):
        config = known(level, "config")
        variables = known(config, "variables") if config else None
        for name, value in (variables or {}).items():
            what = looks_like(name, value)
            if what:
                yield Diagnostic(
                    CODE,
                    span_of(config, ("variables", name, "value")),
                    f"{what}, and is plain text here",
                    help=f"put it into a Secret, and write `{name}: {{secretKeyRef: {{name: NAME, key: KEY}}}}` under"
                    " `config.secrets`",
                    secret=True,
                )


def looks_like(name: str, value: str) -> str | None:
    """In words, what the value of a variable or file of the configuration looks like, when that is a secret."""
    form = next((form for form, pattern in _FORMS.items() if re.search(pattern, value)), None)
    if form:
        return f"the value of `{name}` looks like {form}"
    if re.search(_NAME, name) and not re.search(_ABOUT, name) and not re.fullmatch(_HARMLESS, value):
        return f"`{name}` sounds like a secret"
    return None
