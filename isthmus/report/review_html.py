"""A review as the HTML report of `isthmus report`, with the network before and the scan."""

from __future__ import annotations

from collections.abc import Sequence

from isthmus.cost.prices import Prices
from isthmus.cost.traffic import TrafficFlow
from isthmus.report.html.page import report_html
from isthmus.report.html.report_input import ReportChange, ReportInput
from isthmus.report.scan_json import scan_document
from isthmus.review.record import Review
from isthmus.terraform import Unknown

__all__ = ["review_html"]


def review_html(
    review: Review,
    base: str | None,
    head: str,
    options: Sequence[str],
    prices: Prices | None = None,
    traffic: Sequence[TrafficFlow] = (),
) -> str:
    """The report.

    `base` and `head` are the paths, `options` the arguments with which they were read. `prices` and `traffic` are those
    that were given. Traffic that cannot be priced in one of the networks is left out, as in the review.
    """
    after = ReportInput(review.after, (head,), options)
    change = None
    if base is not None and review.proof_before is not None:
        before = ReportInput(review.before, (base,), options)
        change = ReportChange(before, review.difference, review.changes, review.refusals)
    scan = None if isinstance(review.scan, Unknown) else scan_document(review.scan, head)
    priced = not isinstance(review.cost, Unknown) and not isinstance(review.cost_before, Unknown)
    return report_html(after, change, scan, traffic if priced else (), prices)
