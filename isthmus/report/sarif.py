"""Findings as SARIF 2.1.0, for code scanning. https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html

A finding's places are Terraform addresses: logical locations. Code scanning shows it at a line of a file too, that of
the first of them, and knows it again by its fingerprint.
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning
"""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import Any

from isthmus.proof.result.findings import Violation
from isthmus.proof.result.proof import Proof
from isthmus.proof.result.rules import rule
from isthmus.terraform.source_lines import SourceLine, SourceLines

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_UNKNOWN = "unknown-result"


def sarif(proof: Proof, artifact: Path) -> dict[str, Any]:
    """The document. `artifact` is the input: a folder, in which findings have lines, or a plan or state."""
    found = [
        *proof.violations,
        *(Violation(_UNKNOWN, str(unknown_results)) for unknown_results in proof.unknown_results),
    ]
    ids = sorted({violation.rule for violation in found})
    lines = SourceLines(artifact) if artifact.is_dir() else None
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
                "results": [_result(violation, ids.index(violation.rule), artifact, lines) for violation in found],
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


def _result(violation: Violation, index: int, artifact: Path, lines: SourceLines | None) -> dict[str, Any]:
    written = (lines.of(address) for address in violation.resources) if lines is not None else ()
    file, number = next((line for line in written if line is not None), SourceLine(artifact, 1))
    return {
        "ruleId": violation.rule,
        "ruleIndex": index,
        "level": "warning" if violation.rule == _UNKNOWN else "error",
        "message": {"text": str(violation)},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": _uri(file)}, "region": {"startLine": number}},
                "logicalLocations": [
                    {"fullyQualifiedName": address, "kind": "resource"} for address in violation.resources
                ],
            }
        ],
        "partialFingerprints": {"isthmus/v1": hashlib.sha256(str(violation).encode()).hexdigest()},
    }


def _uri(file: Path) -> str:
    """As code scanning finds it: relative to the working directory where it lies below it."""
    here = Path.cwd()
    return (file.relative_to(here) if file.is_relative_to(here) else file).as_posix()
