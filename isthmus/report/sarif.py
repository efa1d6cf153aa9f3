"""The SARIF 2.1.0 format, for code scanning. https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html

Code scanning shows a result at the line of its file, and recognizes it in later runs by its fingerprint.
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Literal

__all__ = ["Level", "SarifResult", "SarifRule", "sarif_text"]

Level = Literal["error", "warning", "note"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_FINGERPRINT = "isthmus/v1"


@dataclass(frozen=True, slots=True)
class SarifRule:
    """A rule or a check. `security_severity` is a number from 0.0 to 10.0 as text, "" for a rule without one."""

    id: str
    summary: str
    explanation: str = ""
    page: str = ""
    security_severity: str = ""


@dataclass(frozen=True, slots=True)
class SarifResult:
    """One result.

    uri          path of the file, relative to the repository
    lines        first and last line, from 1
    addresses    Terraform addresses that it concerns
    identity     text that stays equal while the result is the same: the fingerprint is its hash
    suppressed   why it is suppressed, or None
    """

    rule: str
    level: Level
    message: str
    uri: str
    lines: tuple[int, int]
    addresses: tuple[str, ...]
    identity: str
    suppressed: str | None = None


def sarif_text(
    command: str, rules: Iterable[SarifRule], results: Iterable[SarifResult], notifications: Sequence[str] = ()
) -> str:
    """The document of one run. Each result names a rule of `rules`; `notifications` are errors about the run itself."""
    known = sorted(rules, key=lambda rule: rule.id)
    index = {rule.id: number for number, rule in enumerate(known)}
    driver = {"name": f"isthmus {command}", "semanticVersion": version("isthmus"), "rules": list(map(_rule, known))}
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "results": [_result(result, index[result.rule]) for result in results],
    }
    if notifications:
        notes = [{"level": "error", "message": {"text": text}} for text in notifications]
        run["invocations"] = [{"executionSuccessful": True, "toolExecutionNotifications": notes}]
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(rule: SarifRule) -> dict[str, Any]:
    document: dict[str, Any] = {"id": rule.id, "shortDescription": {"text": rule.summary}}
    if rule.explanation:
        document["fullDescription"] = {"text": rule.explanation}
    if rule.page:
        document["helpUri"] = rule.page
    if rule.security_severity:
        document["properties"] = {"security-severity": rule.security_severity, "tags": ["security"]}
    return document


def _result(result: SarifResult, index: int) -> dict[str, Any]:
    first, last = (max(number, 1) for number in result.lines)
    names = [{"fullyQualifiedName": address, "kind": "resource"} for address in result.addresses]
    document: dict[str, Any] = {
        "ruleId": result.rule,
        "ruleIndex": index,
        "level": result.level,
        "message": {"text": result.message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": result.uri},
                    "region": {"startLine": first, "endLine": last},
                },
                "logicalLocations": names,
            }
        ],
        "partialFingerprints": {_FINGERPRINT: hashlib.sha256(result.identity.encode()).hexdigest()},
    }
    if result.suppressed is not None:
        document["suppressions"] = [{"kind": "external", "justification": result.suppressed}]
    return document
