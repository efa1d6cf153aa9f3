"""A scan as JSON: every finding and every waiver. Its schema is `schemas/scan.schema.json`."""

from __future__ import annotations

from typing import Any

from isthmus.report.json_text import json_document, json_text
from isthmus.scan.findings import Finding, Scan
from isthmus.scan.waivers import Waiver

__all__ = ["scan_document", "scan_json"]


def scan_json(scan: Scan, folder: str) -> str:
    """The scan as JSON, keys in a fixed order."""
    return "".join(json_text(scan_document(scan, folder)))


def scan_document(scan: Scan, folder: str) -> dict[str, Any]:
    """The scan as a document."""
    members = {
        "clean": scan.clean,
        "date": scan.today.isoformat(),
        "folder": folder,
        "root_modules": list(scan.roots),
        "resources": scan.resources,
        "passed": scan.passed,
        "findings": [_finding(finding) for finding in scan.findings],
        "waived": [{**_finding(finding), "waiver": _waiver(waiver)} for finding, waiver in scan.waived],
        "expired_waivers": [_waiver(waiver) for waiver in scan.expired],
        "unused_waivers": [_waiver(waiver) for waiver in scan.unused],
        "overdue_waivers": [_waiver(waiver) for waiver in scan.overdue],
    }
    return json_document("scan", members)


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "severity": finding.severity,
        "summary": finding.info,
        "details": list(finding.details),
        "root_module": finding.root,
        "address": finding.address,
        "file": finding.file,
        "lines": list(finding.lines),
        "documentation": finding.source,
    }


def _waiver(waiver: Waiver) -> dict[str, Any]:
    return {
        "number": waiver.number,
        "shipped": waiver.shipped,
        "check": waiver.check,
        "root_module": waiver.root,
        "resource": waiver.resource,
        "reason": waiver.reason,
        "expires": waiver.expires.isoformat(),
    }
