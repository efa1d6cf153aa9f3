"""A scan as SARIF. A waived finding is a suppressed result with the reason, so that it is not reported as new."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from isthmus.report.headings import EXPIRED_WAIVER, UNUSED_WAIVER
from isthmus.report.sarif import Level, SarifResult, SarifRule, sarif_text
from isthmus.scan.findings import Finding, Scan

__all__ = ["scan_sarif"]

_LEVELS: Mapping[str | None, Level] = {
    "CRITICAL": "error",
    "HIGH": "error",
    "MEDIUM": "warning",
    "LOW": "note",
    None: "warning",
}
_SCORES = {"CRITICAL": "9.5", "HIGH": "8.0", "MEDIUM": "5.5", "LOW": "3.0", None: "5.5"}


def scan_sarif(scan: Scan, folder: str) -> str:
    """The scan as SARIF; file names are below `folder`."""
    rules = {finding.check: _rule(finding) for finding in (*scan.findings, *(one for one, _ in scan.waived))}
    results = [_result(finding, folder) for finding in scan.findings]
    results += [_result(finding, folder, waiver.reason) for finding, waiver in scan.waived]
    notes = [f"{waiver} {EXPIRED_WAIVER}" for waiver in scan.expired]
    notes += [f"{waiver} {UNUSED_WAIVER}" for waiver in scan.unused]
    return sarif_text("scan", rules.values(), results, notes)


def _rule(finding: Finding) -> SarifRule:
    return SarifRule(
        finding.check, finding.info, page=finding.source or "", security_severity=_SCORES[finding.severity]
    )


def _result(finding: Finding, folder: str, suppressed: str | None = None) -> SarifResult:
    details = f": {'; '.join(finding.details)}" if finding.details else ""
    return SarifResult(
        finding.check,
        _LEVELS[finding.severity],
        f"{finding.address}: {finding.info}{details}",
        PurePosixPath(folder, finding.file or ".").as_posix(),
        finding.lines,
        (f"{finding.root}: {finding.address}",),
        # Lines move when something else is added; the check and the address do not.
        f"{finding.check}/{finding.root}/{finding.address}",
        suppressed,
    )
