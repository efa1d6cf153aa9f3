"""A scan as SARIF. A waived finding is a suppressed result with the reason, so that it is not reported as new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from isthmus.files.repository import repository_path
from isthmus.intent import Estate
from isthmus.report.finding_places import FindingPlaces
from isthmus.report.headings import EXPIRED_WAIVER, OVERDUE_WAIVER, UNUSED_WAIVER
from isthmus.report.sarif import Level, Place, SarifResult, SarifRule, sarif_text
from isthmus.scan.findings import Finding, Scan

__all__ = ["scan_results", "scan_sarif"]

_LEVELS: Mapping[str | None, Level] = {
    "CRITICAL": "error",
    "HIGH": "error",
    "MEDIUM": "warning",
    "LOW": "note",
    None: "warning",
}
_SCORES = {"CRITICAL": "9.5", "HIGH": "8.0", "MEDIUM": "5.5", "LOW": "3.0", None: "5.5"}


def scan_sarif(scan: Scan, folder: str, estate: Estate | None = None) -> str:
    """The scan as SARIF; file names are below `folder`. `estate`: the intent, with the lines of the program."""
    rules = {finding.check: _rule(finding) for finding in (*scan.findings, *(one for one, _ in scan.waived))}
    places = FindingPlaces(Path(folder or "."), estate)
    results = [*scan_results(scan, folder, places)]
    results += [_result(finding, folder, places, waiver.reason) for finding, waiver in scan.waived]
    notes = [f"{waiver} {EXPIRED_WAIVER}" for waiver in scan.expired]
    notes += [f"{waiver} {UNUSED_WAIVER}" for waiver in scan.unused]
    notes += [f"{waiver} {OVERDUE_WAIVER}" for waiver in scan.overdue]
    return sarif_text("scan", rules.values(), results, notes)


def scan_results(scan: Scan, folder: str, places: FindingPlaces) -> Iterator[SarifResult]:
    """The findings that are not waived."""
    return (_result(finding, folder, places) for finding in scan.findings)


def _rule(finding: Finding) -> SarifRule:
    return SarifRule(
        finding.check, finding.info, page=finding.source or "", security_severity=_SCORES[finding.severity]
    )


def _result(finding: Finding, folder: str, places: FindingPlaces, suppressed: str | None = None) -> SarifResult:
    details = f": {'; '.join(finding.details)}" if finding.details else ""
    text = f"{finding.address}: {finding.info}{details}"
    terraform = Place(repository_path(Path(folder, finding.file or ".")), *finding.lines)
    origin = places.origin((f"{finding.root}/{finding.address}",))
    return SarifResult(
        finding.check,
        _LEVELS[finding.severity],
        text if origin is None else f"{text} ({origin.text})",
        terraform if origin is None else origin.place,
        (f"{finding.root}: {finding.address}",),
        # Lines move when something else is added; the check and the address do not.
        f"{finding.check}/{finding.root}/{finding.address}",
        suppressed,
        related=None if origin is None else terraform,
    )
