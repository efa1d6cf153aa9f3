"""The tables of a cost estimate, which the terminal and Markdown show: one network, or one compared with another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from isthmus.cost.estimate import HOURS, CostEstimate, CostLine, UsageLine
from isthmus.cost.items import AT_PRICE_OF, ITEMS, Unit

__all__ = [
    "ASSUMED",
    "BY_ROOT_MODULE",
    "NOT_INCLUDED",
    "USAGE",
    "CostTable",
    "assumptions",
    "at_least",
    "fixed_table",
    "money",
    "number",
    "period",
    "signed",
    "usage_table",
]

USAGE = "Usage-based charges"
ASSUMED = "Assumptions about usage"
BY_ROOT_MODULE = "Fixed charges by root module"
NOT_INCLUDED = "Not included"

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CostTable:
    """A table: its columns, and its rows with the total last."""

    columns: Row
    rows: Sequence[Row]


def period(estimate: CostEstimate) -> str:
    """What the amounts are: the period, the currency, and the prices that were used."""
    prices = estimate.prices
    own = f"; {len(prices.own)} of your own" if prices.own else ""
    own += f", the others of {prices.others}" if prices.own and prices.others else ""
    elsewhere = [region for region in estimate.regions if region != prices.region]
    wrong = f", not of {', '.join(elsewhere)}" if elsewhere else ""
    return (
        f"Monthly cost ({HOURS} hours) in {prices.currency}, at prices of {prices.region} ({prices.as_of}{own}){wrong}"
    )


def fixed_table(estimate: CostEstimate, before: CostEstimate | None) -> CostTable:
    """Fixed charges and the charges of the stated traffic; compared with `before` if there is one."""
    return _listed(estimate) if before is None else _compared(before, estimate)


def usage_table(estimate: CostEstimate, before: CostEstimate | None) -> CostTable | None:
    """Usage-based charges, lowest and highest; None without any. The totals include the fixed charges."""
    if not estimate.uses and not (before is not None and before.uses):
        return None
    return _usage(estimate) if before is None else _usage_compared(before, estimate)


def assumptions(estimate: CostEstimate, before: CostEstimate | None) -> Sequence[str]:
    """The assumptions about usage, which are the same for both networks."""
    return estimate.assumptions or (before.assumptions if before is not None else ())


def money(amount: Fraction) -> str:
    """An amount with two decimal places and thousands separators."""
    return f"{_rounded(amount, '0.01'):,f}"


def signed(amount: Fraction) -> str:
    """A change of an amount, with its sign."""
    return "0.00" if not _rounded(amount, "0.01") else ("+" if amount > 0 else "") + money(amount)


def number(amount: Fraction) -> float:
    """A number with four decimal places, for JSON."""
    return float(_rounded(amount, "0.0001"))


def at_least(estimate: CostEstimate) -> str:
    """`at least ` if something has no price or an unknown count, else ""."""
    return "" if estimate.complete else "at least "


def _total(*estimates: CostEstimate, usage: bool = False) -> str:
    label = "total with usage" if usage else "total"
    return label if all(estimate.complete for estimate in estimates) else f"{label}, at least"


def _listed(estimate: CostEstimate) -> CostTable:
    rows = [(line.item.label, _count(line), _amount(line)) for line in estimate.lines]
    return CostTable(("", "count", "a month"), [*rows, (_total(estimate), "", money(estimate.total))])


def _compared(before: CostEstimate, after: CostEstimate) -> CostTable:
    was, is_ = ({line.item.name: line for line in estimate.lines} for estimate in (before, after))
    rows = [
        (
            item.label,
            *(_amount(each[name]) if name in each else "-" for each in (was, is_)),
            _change(was.get(name), is_.get(name)),
        )
        for name, item in ITEMS.items()
        if name in was or name in is_
    ]
    change = signed(after.total - before.total) if before.complete and after.complete else "unknown"
    total = (_total(before, after), money(before.total), money(after.total), change)
    return CostTable(("", "before", "after", "change"), [*rows, total])


def _usage(estimate: CostEstimate) -> CostTable:
    rows: list[Row] = [(use.item.label, _quantities(use), *_amounts(use)) for use in estimate.uses]
    total = (_total(estimate, usage=True), "", money(estimate.least), money(estimate.most))
    return CostTable(("", "quantity", "lowest", "highest"), [*rows, total])


def _usage_compared(before: CostEstimate, after: CostEstimate) -> CostTable:
    was, is_ = ({use.item.name: use for use in each.uses} for each in (before, after))
    rows: list[Row] = [
        (item.label, *(" to ".join(_amounts(each[name])) if name in each else "-" for each in (was, is_)))
        for item in (*AT_PRICE_OF.values(), *ITEMS.values())
        if (name := item.name) in was or name in is_
    ]
    totals = (f"{money(each.least)} to {money(each.most)}" for each in (before, after))
    return CostTable(("", "before", "after"), [*rows, (_total(before, after, usage=True), *totals)])


def _quantities(use: UsageLine) -> str:
    unit = {Unit.GB: " GB", Unit.MILLION: " million"}.get(use.item.unit, "")
    return " to ".join(_quantity(end, use.item.unit) for end in (use.least, use.most)) + unit


def _quantity(quantity: Fraction, unit: Unit) -> str:
    if unit is Unit.HOUR:
        quantity /= HOURS
    whole = not quantity or abs(quantity) >= 10 or (unit in (Unit.HOUR, Unit.MONTH) and quantity.denominator == 1)
    return f"{_rounded(quantity, '1' if whole else '0.1'):,f}"


def _amounts(use: UsageLine) -> tuple[str, str]:
    if use.least_amount is None or use.most_amount is None:
        return "no price", "no price"
    return money(use.least_amount), money(use.most_amount)


def _change(was: CostLine | None, is_: CostLine | None) -> str:
    """The change of one item. A missing item costs nothing; the change of an item without a price is unknown."""
    before, after = (Fraction() if line is None else line.amount for line in (was, is_))
    return "unknown" if before is None or after is None else signed(after - before)


def _amount(line: CostLine) -> str:
    return "no price" if line.amount is None else money(line.amount)


def _count(line: CostLine) -> str:
    if line.item.unit is not Unit.GB:
        return f"{_rounded(line.count, '1'):,f}"
    return f"{_rounded(line.count, '1' if line.count >= 10 or line.count.denominator == 1 else '0.01'):,f} GB"


def _rounded(amount: Fraction, to: str) -> Decimal:
    return (Decimal(amount.numerator) / amount.denominator).quantize(Decimal(to), ROUND_HALF_UP)
