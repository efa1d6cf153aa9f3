"""A cost estimate as Markdown for a pull request: the total first, the tables folded."""

from __future__ import annotations

from isthmus.cost.estimate import CostEstimate
from isthmus.report import cost_tables
from isthmus.report.cost_tables import CostTable, at_least, money, signed
from isthmus.report.markdown import capped, escape, folded, section, table

__all__ = ["estimate_markdown"]


def estimate_markdown(estimate: CostEstimate, before: CostEstimate | None = None) -> str:
    """The estimate, or the change from an earlier one."""
    parts = [_head(estimate, before)]
    parts.append(folded(escape(cost_tables.period(estimate)), _table(cost_tables.fixed_table(estimate, before))))
    usage = cost_tables.usage_table(estimate, before)
    if usage is not None:
        assumed = "\n".join(f"- {escape(text)}" for text in cost_tables.assumptions(estimate, before))
        parts.append(folded(cost_tables.USAGE, f"{_table(usage)}\n\n{cost_tables.ASSUMED}:\n\n{assumed}"))
    parts.append(section(cost_tables.NOT_INCLUDED, map(escape, estimate.notes)))
    return capped(parts)


def _head(estimate: CostEstimate, before: CostEstimate | None) -> str:
    unit = f"{escape(estimate.prices.currency)} a month"
    if before is None:
        head = f"**{at_least(estimate)}{money(estimate.total)} {unit}**"
        between = f", {money(estimate.least)} to {money(estimate.most)} with usage-based charges"
        return head + (between if estimate.uses else "")
    change = f"{signed(estimate.total - before.total)} {unit}"
    return (
        f"**{change if estimate.complete and before.complete else 'the change is unknown'}**: "
        f"{at_least(before)}{money(before.total)} before, {at_least(estimate)}{money(estimate.total)} after"
    )


def _table(shown: CostTable) -> str:
    return table(shown.columns, [tuple(map(escape, row)) for row in shown.rows], right=True)
