"""A proof as SARIF: each violation at the line that creates its first resource; unknown results as warnings."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.proof.result.findings import Violation
from isthmus.proof.result.proof import Proof
from isthmus.proof.result.rules import rule
from isthmus.report.finding_places import FindingPlaces
from isthmus.report.sarif import SarifResult, SarifRule, sarif_text

__all__ = ["proof_results", "proof_sarif"]

_UNKNOWN = "unknown-result"


def proof_sarif(proof: Proof, places: FindingPlaces) -> str:
    """The document."""
    results = list(proof_results(proof, places))
    return sarif_text("prove", [_rule(name) for name in {result.rule for result in results}], results)


def proof_results(proof: Proof, places: FindingPlaces) -> Iterator[SarifResult]:
    """The violations, then the unknown results."""
    yield from (_result(violation, places) for violation in proof.violations)
    for unknown in proof.unknown_results:
        yield _result(Violation(_UNKNOWN, str(unknown)), places, (unknown.what,))


def _rule(name: str) -> SarifRule:
    listed = rule(name)
    return SarifRule(listed.id, listed.info, listed.explanation, listed.source)


def _result(violation: Violation, places: FindingPlaces, addresses: tuple[str, ...] = ()) -> SarifResult:
    addresses = violation.resources or addresses
    origin = places.origin(addresses, (violation.source, violation.destination))
    terraform = places.terraform(addresses)
    return SarifResult(
        violation.rule,
        "warning" if violation.rule == _UNKNOWN else "error",
        str(violation) if origin is None else f"{violation} ({origin.text})",
        terraform or places.whole if origin is None else origin.place,
        violation.resources,
        str(violation),
        related=None if origin is None else terraform,
    )
