"""Findings as SARIF 2.1.0, for code scanning. https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html

A finding's places are Terraform addresses: logical locations. Code scanning wants a file too: the input.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from isthmus.proof.findings import Violation
from isthmus.proof.proved import Proof
from isthmus.proof.rules import rule

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_UNKNOWN = "table-incomplete"


def sarif(proof: Proof, artifact: str) -> dict[str, Any]:
    """The document. `artifact` is the relative path of the input, as code scanning is to show it."""
    found = [*proof.violations, *(Violation(_UNKNOWN, str(unanswered)) for unanswered in proof.unanswered)]
    ids = sorted({violation.rule for violation in found})
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "isthmus prove",
                        "semanticVersion": version("isthmus"),
                        "rules": [_rule(name) for name in ids],
                    }
                },
                "results": [_result(violation, ids.index(violation.rule), artifact) for violation in found],
            }
        ],
    }


def _rule(name: str) -> dict[str, Any]:
    listed = rule(name)
    document: dict[str, Any] = {
        "id": listed.id,
        "shortDescription": {"text": listed.info},
        "fullDescription": {"text": listed.explanation},
    }
    return {**document, "helpUri": listed.source} if listed.source else document


def _result(violation: Violation, index: int, artifact: str) -> dict[str, Any]:
    return {
        "ruleId": violation.rule,
        "ruleIndex": index,
        "level": "warning" if violation.rule == _UNKNOWN else "error",
        "message": {"text": str(violation)},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": artifact}},
                "logicalLocations": [
                    {"fullyQualifiedName": address, "kind": "resource"} for address in violation.resources
                ],
            }
        ],
    }
