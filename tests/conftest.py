"""What holds for every test."""

from collections.abc import Generator
from typing import Any

import pytest
from hypothesis import settings

# A busy machine is not a failure. The rest is as Hypothesis has it, which differs under CI.
settings.register_profile("krtc", parent=settings.default, deadline=None)
settings.load_profile("krtc")


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
