"""How long a comparison takes: many spokes of three zones, of which isolated ones reach each other afterwards.

    python -m benchmarks.diff [SPOKES ...]

Prints, for each number of spokes, how many flows change, and ratios within one run: the time of the comparison by the
time of proving both networks without failures, the same with the reports for terminal and Markdown, and the time by
spoke against the smallest size. Linear growth keeps the last ratio at one. The networks are made in memory: reading is
not measured.
"""

from __future__ import annotations

import io
import sys
from dataclasses import replace

from benchmarks.proof import WORKLOADS, estate, network, timed
from isthmus import proof
from isthmus.network import model
from isthmus.report.difference_markdown import difference_markdown
from isthmus.report.difference_terminal import print_difference
from isthmus.text.console import Screen

SIZES = (40, 300)


def opened(before: model.Network) -> model.Network:
    """The network with workloads that learn the routes to each other: one word of an intent."""
    table = before.tgw_tables[WORKLOADS]
    own = [
        attachment.address
        for attachment in before.attachments.values()
        if attachment.kind is model.AttachmentKind.VPC and attachment.table == WORKLOADS
    ]
    learned = replace(table, propagations=(*table.propagations, *own))
    return replace(before, tgw_tables={**before.tgw_tables, WORKLOADS: learned})


def measured(count: int) -> tuple[float, str]:
    """Seconds of a comparison with its reports, and one row."""
    facts, intent = network(count), estate(count)
    sides = [proof.Analysis(side, intent, roots={"network"}) for side in (facts, opened(facts))]
    proving, _ = timed(lambda: [side.prove(scenarios=False) for side in sides])
    comparing, difference = timed(lambda: proof.compare(*sides))
    out = Screen(file=io.StringIO(), width=80)
    printing, _ = timed(lambda: print_difference(difference, (), out))
    writing, _ = timed(lambda: difference_markdown(difference, ()))
    whole = comparing + printing + writing
    ratios = f"{comparing / proving:>9.1f} {whole / proving:>10.1f}"
    return whole, f"{count:>7} {len(difference.changes):>9,} {ratios}"


def main(counts: list[int]) -> None:
    """Measure and print."""
    print(f"{'spokes':>7} {'changes':>9} {'diff':>9} {'+reports':>10} {'by spoke':>9}")
    first = 0.0
    for count in counts:
        seconds, row = measured(count)
        first = first or seconds / count
        print(f"{row} {seconds / count / first:>9.1f}", flush=True)


if __name__ == "__main__":
    main([int(given) for given in sys.argv[1:]] or list(SIZES))
