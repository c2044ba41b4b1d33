"""The rules by which no version is judged, only a runtime.yml with its versions, in the order of their codes.

They are imported when a runtime.yml is judged: a cold compile of a version has no use for them.
"""

from krtc.analysis.runtime_rules import (
    config_value_twice,
    duplicate_version,
    kept_by_job,
    krt_files,
    missing_gateway,
    nothing_published,
    plain_secret,
    shared_namespace,
    shared_nats_names,
    two_published,
)

RULES = (
    config_value_twice,
    missing_gateway,
    two_published,
    duplicate_version,
    nothing_published,
    shared_nats_names,
    shared_namespace,
    plain_secret,
    kept_by_job,
    krt_files,
)
