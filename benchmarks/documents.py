"""How long the large documents take: `prove --json`, `report --html` and the comment of `review`.

    python -m benchmarks.documents [SPOKES ...]

Prints, for each number of spokes, the time of each document by the time of the proof without failures, its size in
kilobytes, and the time by spoke against the smallest size. The networks are made in memory: reading is not measured.
The change opens isolated spokes to each other, as in `benchmarks.diff`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from benchmarks.diff import opened
from benchmarks.proof import estate, network, timed
from isthmus import proof
from isthmus.report.html.page import report_html
from isthmus.report.html.report_input import ReportChange, ReportInput
from isthmus.report.proof_json import proof_json
from isthmus.report.review_markdown import review_markdown
from isthmus.review.record import Review
from isthmus.terraform import Unknown

SIZES = (40, 300)
_NOT_MEASURED = Unknown("not measured")


def documents(count: int) -> tuple[float, dict[str, Callable[[], str]]]:
    """Seconds of the proof without failures, and the functions that make the documents of a network."""
    facts, intent = network(count), estate(count)
    before, after = (proof.Analysis(side, intent, roots={"network"}) for side in (facts, opened(facts)))
    proving, _ = timed(lambda: before.prove(scenarios=False))

    def report() -> str:
        change = ReportChange(ReportInput(before, ("before",)), proof.compare(before, after), ())
        return report_html(ReportInput(after, ("after",)), change)

    def review() -> str:
        return review_markdown(
            Review(
                first=False,
                before=before,
                after=after,
                proof_before=before.prove(),
                proof=after.prove(),
                difference=proof.compare(before, after),
                changes=(),
                refusals=(),
                planned=frozenset(),
                roots=("network",),
                scan=_NOT_MEASURED,
                scan_before=_NOT_MEASURED,
                cost=_NOT_MEASURED,
                cost_before=_NOT_MEASURED,
            )
        )

    return proving, {"prove --json": lambda: "".join(proof_json(after.prove())), "report": report, "review": review}


def main(counts: list[int]) -> None:
    """Measure and print."""
    print(f"{'spokes':>7} {'document':<13} {'by proof':>9} {'kB':>9} {'by spoke':>9}")
    first: dict[str, float] = {}
    for count in counts:
        proving, made = documents(count)
        for name, write in made.items():
            seconds, text = timed(write)
            first.setdefault(name, seconds / count)
            size = len(text.encode()) / 1_000
            ratios = f"{seconds / proving:>9.1f} {size:>9,.0f} {seconds / count / first[name]:>9.1f}"
            print(f"{count:>7} {name:<13} {ratios}", flush=True)


if __name__ == "__main__":
    main([int(given) for given in sys.argv[1:]] or list(SIZES))
