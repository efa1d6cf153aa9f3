"""A cost estimate for the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from isthmus.cost.estimate import CostEstimate
from isthmus.report import cost_tables
from isthmus.report.cost_tables import CostTable, money
from isthmus.report.terminal import bullets, heading, print_trimmed, table

__all__ = ["print_estimate"]


def print_estimate(
    estimate: CostEstimate, out: Console, before: CostEstimate | None = None, *, quiet: bool = False
) -> None:
    """Print an estimate, or compare it with an earlier one. `quiet`: only the totals, and what they do not include."""
    if quiet:
        tables = filter(None, (cost_tables.fixed_table(estimate, before), cost_tables.usage_table(estimate, before)))
        for shown in tables:
            _print_table(CostTable(shown.columns, shown.rows[-1:]), out)
        bullets(out, cost_tables.NOT_INCLUDED, estimate.notes)
        return
    print_trimmed(Text(cost_tables.period(estimate), style="bold"), out)
    _print_table(cost_tables.fixed_table(estimate, before), out)
    usage = cost_tables.usage_table(estimate, before)
    if usage is not None:
        heading(out, cost_tables.USAGE)
        _print_table(usage, out)
        bullets(out, cost_tables.ASSUMED, cost_tables.assumptions(estimate, before))
    roots = estimate.by_root
    if len(roots) > 1:
        bullets(out, cost_tables.BY_ROOT_MODULE, (f"{root}: {money(amount)}" for root, amount in roots.items()))
    bullets(out, cost_tables.NOT_INCLUDED, estimate.notes)


def _print_table(shown: CostTable, out: Console) -> None:
    made = table(*shown.columns, right=True)
    for row in shown.rows:
        made.add_row(*row)
    print_trimmed(made, out)
