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
from urllib.parse import quote

__all__ = ["Level", "Place", "SarifResult", "SarifRule", "sarif_text"]

Level = Literal["error", "warning", "note"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_FINGERPRINT = "isthmus/v1"
_RELATED = 1  # the id of the related location


@dataclass(frozen=True, slots=True)
class SarifRule:
    """A rule or a check. `security_severity` is a number from 0.0 to 10.0 as text, "" for a rule without one."""

    id: str
    summary: str
    explanation: str = ""
    page: str = ""
    security_severity: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Lines of a file: its path relative to the repository, the first line and the last one, from 1."""

    uri: str
    first: int
    last: int = 0

    @property
    def lines(self) -> tuple[int, int]:
        """The first and the last line."""
        first = max(self.first, 1)
        return first, max(self.last, first)


@dataclass(frozen=True, slots=True)
class SarifResult:
    """One result.

    place        where it is shown
    related      the same in the Terraform, if `place` is a line of the program
    addresses    Terraform addresses that it concerns
    identity     text that stays equal while the result is the same: the fingerprint is its hash
    suppressed   why it is suppressed, or None
    """

    rule: str
    level: Level
    message: str
    place: Place
    addresses: tuple[str, ...]
    identity: str
    suppressed: str | None = None
    related: Place | None = None


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
    names = [{"fullyQualifiedName": address, "kind": "resource"} for address in result.addresses]
    document: dict[str, Any] = {
        "ruleId": result.rule,
        "ruleIndex": index,
        "level": result.level,
        "message": {"text": _message(result)},
        "locations": [{**_location(result.place), "logicalLocations": names}],
        "partialFingerprints": {_FINGERPRINT: hashlib.sha256(result.identity.encode()).hexdigest()},
    }
    if result.related is not None:
        document["relatedLocations"] = [
            {"id": _RELATED, **_location(result.related), "message": {"text": "the resource in the Terraform"}}
        ]
    if result.suppressed is not None:
        document["suppressions"] = [{"kind": "external", "justification": result.suppressed}]
    return document


def _message(result: SarifResult) -> str:
    """The message. Code scanning shows a related location only if the message links to it.

    Brackets of the input make no links: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html (3.11.6)
    """
    text = result.message.replace("](", "] (")
    return f"{text} ([Terraform]({_RELATED}))" if result.related is not None else text


def _location(place: Place) -> dict[str, Any]:
    first, last = place.lines
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(place.uri)},
            "region": {"startLine": first, "endLine": last},
        }
    }
