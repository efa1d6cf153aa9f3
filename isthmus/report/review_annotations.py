"""What a review objects to in HEAD, as results with a place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from isthmus.report.finding_places import FindingPlaces
from isthmus.report.proof_sarif import proof_results
from isthmus.report.sarif import SarifResult
from isthmus.report.scan_sarif import scan_results
from isthmus.review.record import Review
from isthmus.scan.findings import Scan

__all__ = ["review_results"]


def review_results(review: Review, head: str) -> Iterator[SarifResult]:
    """The violations and unknown results, then the findings without a waiver. `head` is the path of HEAD."""
    places = FindingPlaces(Path(head), review.after.estate)
    yield from proof_results(review.proof, places)
    if isinstance(review.scan, Scan):
        yield from scan_results(review.scan, head, places)
