"""JSON: everything a scan says, in a versioned shape."""

from __future__ import annotations

import json
from typing import Any

from isthmus.scan.findings import Finding, Scan
from isthmus.scan.waivers import Waiver


def json_text(scan: Scan, folder: str) -> str:
    """The scan as JSON, keys in a fixed order."""
    document = {
        "version": 1,
        "clean": scan.clean,
        "date": scan.today.isoformat(),
        "folder": folder,
        "roots": list(scan.roots),
        "resources": scan.resources,
        "passed": scan.passed,
        "findings": [_finding(one) for one in scan.findings],
        "waived": [{**_finding(one), "waiver": _waiver(waiver)} for one, waiver in scan.waived],
        "expired": [_waiver(waiver) for waiver in scan.expired],
        "unused": [_waiver(waiver) for waiver in scan.unused],
    }
    return json.dumps(document, indent=2) + "\n"


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "severity": finding.severity,
        "info": finding.info,
        "details": list(finding.details),
        "root": finding.root,
        "address": finding.address,
        "file": finding.file,
        "lines": list(finding.lines),
        "source": finding.source,
    }


def _waiver(waiver: Waiver) -> dict[str, Any]:
    return {
        "number": waiver.number,
        "shipped": waiver.shipped,
        "check": waiver.check,
        "root": waiver.root,
        "resource": waiver.resource,
        "reason": waiver.reason,
        "expires": waiver.expires.isoformat(),
    }
