"""A proof as SARIF: each violation at the line of its first resource that has one; unknown results as warnings."""

from __future__ import annotations

from pathlib import Path

from isthmus.proof.result.findings import Violation
from isthmus.proof.result.proof import Proof
from isthmus.proof.result.rules import rule
from isthmus.report.sarif import SarifResult, SarifRule, sarif_text
from isthmus.terraform.source_lines import SourceLine, SourceLines

__all__ = ["proof_sarif"]

_UNKNOWN = "unknown-result"


def proof_sarif(proof: Proof, artifact: Path) -> str:
    """The document. `artifact` is the input: a folder, whose resources have lines, or a plan or state."""
    found = [*proof.violations, *(Violation(_UNKNOWN, str(unknown)) for unknown in proof.unknown_results)]
    lines = SourceLines(artifact) if artifact.is_dir() else None
    rules = [_rule(name) for name in {violation.rule for violation in found}]
    return sarif_text("prove", rules, (_result(violation, artifact, lines) for violation in found))


def _rule(name: str) -> SarifRule:
    listed = rule(name)
    return SarifRule(listed.id, listed.info, listed.explanation, listed.source)


def _result(violation: Violation, artifact: Path, lines: SourceLines | None) -> SarifResult:
    written = (lines.of(address) for address in violation.resources) if lines is not None else ()
    file, number = next((line for line in written if line is not None), SourceLine(artifact, 1))
    return SarifResult(
        violation.rule,
        "warning" if violation.rule == _UNKNOWN else "error",
        str(violation),
        _uri(file),
        (number, number),
        violation.resources,
        str(violation),
    )


def _uri(file: Path) -> str:
    """The path relative to the working directory, if the file is below it: code scanning looks there."""
    here = Path.cwd()
    return (file.relative_to(here) if file.is_relative_to(here) else file).as_posix()
