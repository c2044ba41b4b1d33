"""Reports against the schemas that others publish: SARIF's of OASIS, and an XSD of JUnit's form."""

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
import xmlschema
from hypothesis import given
from hypothesis import strategies as st

from krtc import pages
from krtc.diagnostics import Diagnostic
from krtc.diagnostics.codes import CODES
from krtc.reporters import junit, sarif
from krtc.source import SourceFile, Span
from tests.unit.test_reporter_formats import FINDINGS, NAMES, THREE

ROOT = Path(__file__).parents[2]


def published(name: str) -> Path:
    """A file that `make tools` fetches."""
    path = ROOT / ".tools" / name
    if not path.exists():
        pytest.fail(f"there is no .tools/{name}: `make tools` fetches it")
    return path


@pytest.fixture(scope="module")
def valid_log() -> Callable[[str], None]:
    schema = json.loads(published("sarif.schema.json").read_bytes())
    validator = jsonschema.Draft4Validator(schema)

    def check(log: str) -> None:
        data = json.loads(log)
        assert data["$schema"] == schema["id"]
        validator.validate(data)

    return check


@given(FINDINGS)
def test_sarif(valid_log: Callable[[str], None], findings: list[Diagnostic]) -> None:
    valid_log(sarif.report(findings, pages={"KRT101": "# KRT101\n\nWhat.\n"}))


def test_sarif_with_the_pages_of_all_codes(valid_log: Callable[[str], None]) -> None:
    span = Span(SourceFile("krt.yml", "x"), 1, 1, 1, 2)
    findings = [Diagnostic(code, span, "x") for code in CODES]
    valid_log(sarif.report(findings, pages={code.id: pages.markdown(code) for code in CODES}))


def test_the_schema_refuses_what_is_no_log(valid_log: Callable[[str], None]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        valid_log(sarif.report(THREE).replace('"warning"', '"bad"'))


@pytest.fixture(scope="module")
def valid_tests() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(published("junit.xsd"))


@given(FINDINGS, st.lists(NAMES, max_size=3))
def test_junit(valid_tests: xmlschema.XMLSchema, findings: list[Diagnostic], checked: list[str]) -> None:
    valid_tests.validate(junit.report(findings, checked))


def test_the_xsd_refuses_what_is_no_report(valid_tests: xmlschema.XMLSchema) -> None:
    with pytest.raises(xmlschema.XMLSchemaException):
        valid_tests.validate(junit.report(THREE).replace("testcase", "case"))
