"""A scan as JUnit XML: a test case for each finding and for each waiver that needs attention."""

from __future__ import annotations

from isthmus.report.headings import EXPIRED_WAIVER, UNUSED_WAIVER
from isthmus.report.junit import Case, junit_text
from isthmus.scan.findings import Finding, Scan

__all__ = ["scan_junit"]


def scan_junit(scan: Scan, folder: str) -> str:
    """The scan as JUnit XML. A clean scan has one case that passed: CI servers read a suite without cases as failed."""
    del folder  # the cases name root modules and addresses
    cases = [_failed(finding) for finding in scan.findings]
    cases += [
        Case(finding.root, _name(finding), finding.file, skipped=waiver.reason) for finding, waiver in scan.waived
    ]
    cases += [Case("waivers", str(waiver), failure=EXPIRED_WAIVER) for waiver in scan.expired]
    cases += [Case("waivers", str(waiver), failure=UNUSED_WAIVER) for waiver in scan.unused]
    return junit_text("isthmus scan", cases or [Case("isthmus scan", f"{scan.passed} checks passed")])


def _failed(finding: Finding) -> Case:
    detail = "\n".join((*finding.details, f"{finding.file}:{finding.lines[0]}", finding.source or ""))
    return Case(finding.root, _name(finding), finding.file, failure=finding.info, detail=detail)


def _name(finding: Finding) -> str:
    return f"{finding.check} {finding.address}"
