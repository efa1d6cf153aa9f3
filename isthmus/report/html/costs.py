"""The cost section: the tables of `isthmus cost`, and the fixed charges by root module."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from isthmus.cost.errors import UnusablePrices
from isthmus.cost.estimate import CostEstimate, estimate
from isthmus.cost.items import Unit
from isthmus.cost.prices import Prices
from isthmus.cost.traffic import TrafficFlow
from isthmus.proof.analysis import Analysis
from isthmus.report import cost_tables
from isthmus.report.cost_tables import CostTable, money, number, signed

__all__ = ["Costs", "costs_of"]


@dataclass(frozen=True)
class Costs:
    """The estimate of a network and of the one before, or why there is no estimate."""

    after: CostEstimate | None
    before: CostEstimate | None = None
    no_estimate: str = ""

    @property
    def change(self) -> str:
        """The change of the fixed charges, `+146.00`; "" if it is not known or there is no network before."""
        if self.after is None or self.before is None or not (self.after.complete and self.before.complete):
            return ""
        return signed(self.after.total - self.before.total)

    def record(self) -> dict[str, Any]:
        """The record of the section."""
        if self.after is None:
            return {"no_estimate": self.no_estimate}
        roots = {root: number(amount) for root, amount in self.after.by_root.items()}
        return {
            "no_estimate": "",
            "period": cost_tables.period(self.after),
            "fixed": _table(cost_tables.fixed_table(self.after, self.before)),
            "usage": _table(cost_tables.usage_table(self.after, self.before)),
            "assumptions": list(cost_tables.assumptions(self.after, self.before)),
            "roots": [
                {"root": root, "amount": amount, "text": money(self.after.by_root[root])}
                for root, amount in roots.items()
            ],
            "by_path": [
                {"item": line.item.label, "flow": flow, "gb": f"{float(gb):,.0f} GB"}
                for line in self.after.lines
                if line.item.unit is Unit.GB
                for flow, gb in line.parts.items()
            ],
            "not_included": list(self.after.notes),
        }


def costs_of(
    after: Analysis,
    before: Analysis | None = None,
    traffic: Sequence[TrafficFlow] = (),
    prices: Prices | None = None,
) -> Costs:
    """The cost estimates at these prices, or at those of the Region. Without a price sheet for it there is none.

    Raises `UnusableTraffic` for traffic that does not arrive in one of the networks.
    """
    try:
        was = estimate(before, prices, traffic) if before is not None else None
        return Costs(estimate(after, prices, traffic), was)
    except UnusablePrices as error:
        return Costs(None, no_estimate=str(error))


def _table(table: CostTable | None) -> dict[str, Any] | None:
    return None if table is None else {"columns": list(table.columns), "rows": [list(row) for row in table.rows]}
