"""What holds for every test."""

import os
from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import settings

# A busy machine is not a failure. The rest is as Hypothesis has it, which differs under CI.
settings.register_profile("krtc", parent=settings.default, deadline=None)
settings.register_profile("quick", parent=settings.get_profile("krtc"), max_examples=10)
settings.load_profile("krtc")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite golden/, to be read as a diff")


@pytest.fixture(scope="session")
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether expected outputs are rewritten; never by a machine that nobody watches."""
    update = bool(request.config.getoption("--update-golden"))
    if update and os.environ.get("CI"):
        pytest.fail("--update-golden is refused under CI: goldens are read by a person before they are committed")
    return update


def _no_skip(report: Any) -> None:
    """Everything a test needs is installed by `make`, so what would be skipped is broken."""
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which no test here may be: {report.longrepr}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _no_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _no_skip(report)
    return report
