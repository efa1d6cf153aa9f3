"""SARIF 2.1.0, for code scanning: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html."""

from __future__ import annotations

import hashlib
import json
from pathlib import PurePosixPath
from typing import Any

from isthmus.scan.findings import Finding, Scan
from isthmus.scan.waivers import Waiver

_LEVELS = {"CRITICAL": "error", "HIGH": "error", "MEDIUM": "warning", "LOW": "note", None: "warning"}
_SCORES = {"CRITICAL": "9.5", "HIGH": "8.0", "MEDIUM": "5.5", "LOW": "3.0", None: "5.5"}


def sarif_text(scan: Scan, folder: str) -> str:
    """The scan as SARIF. A waived finding is there too, suppressed with its reason, so that it is not reported anew."""
    results = [_result(one, folder, None) for one in scan.findings]
    results += [_result(one, folder, waiver) for one, waiver in scan.waived]
    rules = {one.check: one for one in (*scan.findings, *(one for one, _ in scan.waived))}
    tool = {"driver": {"name": "isthmus scan", "rules": [_rule(rules[check]) for check in sorted(rules)]}}
    notes = [
        {"level": "error", "message": {"text": f"{waiver} {what}"}}
        for waivers, what in ((scan.expired, "has expired"), (scan.unused, "waives nothing"))
        for waiver in waivers
    ]
    run: dict[str, Any] = {"tool": tool, "results": results}
    if notes:
        run["invocations"] = [{"executionSuccessful": True, "toolExecutionNotifications": notes}]
    document = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2) + "\n"


def _rule(finding: Finding) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": finding.check,
        "shortDescription": {"text": finding.info},
        "properties": {"security-severity": _SCORES[finding.severity], "tags": ["security"]},
    }
    if finding.source:
        rule["helpUri"] = finding.source
    return rule


def _result(finding: Finding, folder: str, waiver: Waiver | None) -> dict[str, Any]:
    first, last = finding.lines
    why = f": {'; '.join(finding.details)}" if finding.details else ""
    place = f"{finding.check}/{finding.root}/{finding.address}".encode()
    result: dict[str, Any] = {
        "ruleId": finding.check,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.address}: {finding.info}{why}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": PurePosixPath(folder, finding.file or ".").as_posix()},
                    "region": {"startLine": max(first, 1), "endLine": max(last, 1)},
                },
                "logicalLocations": [{"fullyQualifiedName": f"{finding.root}: {finding.address}"}],
            }
        ],
        # Lines move when something else is added; the check and the address do not.
        "partialFingerprints": {"isthmus/v1": hashlib.sha256(place).hexdigest()},
    }
    if waiver:
        result["suppressions"] = [{"kind": "external", "justification": waiver.reason}]
    return result
