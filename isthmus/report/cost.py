"""Bills for people and programs: the terminal, Markdown for a pull request, JSON. One network, or one and another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from isthmus.cost.estimate import HOURS, CostEstimate, CostLine, UsageLine
from isthmus.cost.items import AT_PRICE_OF, ITEMS, Unit
from isthmus.report.terminal import print_trimmed
from isthmus.text.markdown import capped, escape, folded

Row = tuple[str, ...]


def print_estimate(estimate: CostEstimate, out: Console, before: CostEstimate | None = None) -> None:
    """Print a bill, or what it is beside an earlier one."""
    print_trimmed(Text(_heading(estimate), style="bold"), out)
    columns, rows = _compared(before, estimate) if before is not None else _listed(estimate)
    _print_table(out, columns, rows)
    if estimate.uses or (before is not None and before.uses):
        out.print()
        out.print(Text("By use, between what is assumed below", style="bold"))
        _print_table(out, *_used(estimate, before))
        _print_list(out, "Assumed", estimate.assumptions or (before.assumptions if before is not None else ()))
    roots = estimate.by_root
    if len(roots) > 1:
        _print_list(out, "What stands, by root module", (f"{root}: {money(sum_)}" for root, sum_ in roots.items()))
    _print_list(out, "Not counted", estimate.notes)


def _print_table(out: Console, columns: Row, rows: Sequence[Row]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    print_trimmed(table, out)


def estimate_markdown(estimate: CostEstimate, before: CostEstimate | None = None) -> str:
    """The bill for a pull request: the sum first."""
    if before is None:
        head = f"**{_at_least(estimate)}{money(estimate.total)} {estimate.prices.currency} a month**"
        if estimate.uses:
            head += f", {money(estimate.least)} to {money(estimate.most)} with what costs by use"
    else:
        change = f"{_signed(estimate.total - before.total)} {estimate.prices.currency} a month"
        head = (
            f"**{change if estimate.complete and before.complete else 'by how much it changes is not known'}**: "
            f"{_at_least(before)}{money(before.total)} before, {_at_least(estimate)}{money(estimate.total)} after"
        )
    columns, rows = _compared(before, estimate) if before is not None else _listed(estimate)
    notes = "\n".join(f"- {escape(note)}" for note in estimate.notes)
    parts = [head, folded(_heading(estimate), _markdown_table(columns, rows))]
    if estimate.uses or (before is not None and before.uses):
        assumed = "\n".join(
            f"- {escape(line)}" for line in estimate.assumptions or (before.assumptions if before else ())
        )
        parts.append(folded("By use", f"{_markdown_table(*_used(estimate, before))}\n\nAssumed:\n\n{assumed}"))
    return capped([*parts, *([folded(f"Not counted ({len(estimate.notes)})", notes)] if notes else [])])


def _markdown_table(columns: Row, rows: Sequence[Row]) -> str:
    table = ["| " + " | ".join(columns) + " |", "|---|" + "--:|" * (len(columns) - 1)]
    return "\n".join([*table, *("| " + " | ".join(map(escape, row)) + " |" for row in rows)])


def estimate_json(estimate: CostEstimate, before: CostEstimate | None = None) -> Mapping[str, Any]:
    """The bill as plain data; with `before`, that bill under `"before"`."""
    document: dict[str, Any] = {
        "currency": estimate.prices.currency,
        "region": estimate.prices.region,
        "as_of": estimate.prices.as_of,
        "hours": HOURS,
        "total": _number(estimate.total),
        "complete": estimate.complete,
        "lines": [_line(line) for line in estimate.lines],
        "least": _number(estimate.least),
        "most": _number(estimate.most),
        "by_use": [_use(use) for use in estimate.uses],
        "assumed": list(estimate.assumptions),
        "by_root": {root: _number(amount) for root, amount in estimate.by_root.items()},
        "not_counted": list(estimate.notes),
    }
    return document if before is None else {**document, "before": estimate_json(before)}


def money(amount: Fraction) -> str:
    """An amount with two places, as a bill writes it."""
    return f"{_rounded(amount, '0.01'):,f}"


def _heading(estimate: CostEstimate) -> str:
    prices = estimate.prices
    own = f"; {len(prices.own)} of your own" if prices.own else ""
    own += f", the others of {prices.others}" if prices.own and prices.others else ""
    elsewhere = [region for region in estimate.regions if region != prices.region]
    wrong = f", not of {', '.join(elsewhere)}" if elsewhere else ""
    return f"A month of {HOURS} hours in {prices.currency}, at prices of {prices.region} ({prices.as_of}{own}){wrong}"


def _listed(estimate: CostEstimate) -> tuple[Row, list[Row]]:
    rows = [(line.item.label, _count(line), _amount(line)) for line in estimate.lines]
    return ("", "count", "a month"), [*rows, (_sum_label(estimate), "", money(estimate.total))]


def _sum_label(*bills: CostEstimate) -> str:
    return "sum" if all(estimate.complete for estimate in bills) else "sum, at least"


def _at_least(estimate: CostEstimate) -> str:
    return "" if estimate.complete else "at least "


def _used(estimate: CostEstimate, before: CostEstimate | None) -> tuple[Row, list[Row]]:
    """What costs by use, the least and the most of it; the sums include what stands."""
    if before is None:
        rows: list[Row] = [(use.item.label, _between(use), *_least_and_most(use)) for use in estimate.uses]
        sums: Row = (
            _sum_label(estimate).replace("sum", "sum with it"),
            "",
            money(estimate.least),
            money(estimate.most),
        )
        return ("", "", "from", "to"), [*rows, sums]
    was, is_ = ({use.item.name: use for use in each.uses} for each in (before, estimate))
    rows = [
        (item.label, *(" to ".join(_least_and_most(each[name])) if name in each else "-" for each in (was, is_)))
        for item in (*AT_PRICE_OF.values(), *ITEMS.values())
        if (name := item.name) in was or name in is_
    ]
    label = _sum_label(before, estimate).replace("sum", "sum with it")
    sums = (label, *(f"{money(each.least)} to {money(each.most)}" for each in (before, estimate)))
    return ("", "before", "after"), [*rows, sums]


def _between(use: UsageLine) -> str:
    unit = {Unit.GB: " GB", Unit.MILLION: " million"}.get(use.item.unit, "")
    return " to ".join(_some(end, use.item.unit) for end in (use.least, use.most)) + unit


def _some(quantity: Fraction, unit: Unit) -> str:
    if unit is Unit.HOUR:
        quantity /= HOURS
    whole = not quantity or abs(quantity) >= 10 or (unit in (Unit.HOUR, Unit.MONTH) and quantity.denominator == 1)
    return f"{_rounded(quantity, '1' if whole else '0.1'):,f}"


def _least_and_most(use: UsageLine) -> tuple[str, str]:
    if use.least_amount is None or use.most_amount is None:
        return "no price", "no price"
    return money(use.least_amount), money(use.most_amount)


def _compared(before: CostEstimate, after: CostEstimate) -> tuple[Row, list[Row]]:
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
    change = _signed(after.total - before.total) if before.complete and after.complete else "unknown"
    sums = (_sum_label(before, after), money(before.total), money(after.total), change)
    return ("", "before", "after", "change"), [*rows, sums]


def _change(was: CostLine | None, is_: CostLine | None) -> str:
    """By how much an item costs more than before: what was not there cost nothing, what has no price is unknown."""
    amounts = [Fraction() if line is None else line.amount for line in (was, is_)]
    before, after = amounts
    return "unknown" if before is None or after is None else _signed(after - before)


def _amount(line: CostLine) -> str:
    return "no price" if line.amount is None else money(line.amount)


def _count(line: CostLine) -> str:
    if line.item.unit is not Unit.GB:
        return f"{_rounded(line.count, '1'):,f}"
    return f"{_rounded(line.count, '1' if line.count >= 10 or line.count.denominator == 1 else '0.01'):,f} GB"


def _signed(amount: Fraction) -> str:
    return "0.00" if not _rounded(amount, "0.01") else ("+" if amount > 0 else "") + money(amount)


def _rounded(amount: Fraction, to: str) -> Decimal:
    return (Decimal(amount.numerator) / amount.denominator).quantize(Decimal(to), ROUND_HALF_UP)


def _number(amount: Fraction) -> float:
    return float(_rounded(amount, "0.0001"))


def _line(line: CostLine) -> Mapping[str, Any]:
    return {
        "item": line.item.name,
        "label": line.item.label,
        "unit": line.item.unit.value,
        "count": _number(line.count),
        "amount": None if line.amount is None else _number(line.amount),
        "parts": {part: _number(count) for part, count in line.parts.items()},
    }


def _use(use: UsageLine) -> Mapping[str, Any]:
    ends = (use.least_amount, use.most_amount)
    return {
        "item": use.item.name,
        "label": use.item.label,
        "unit": use.item.unit.value,
        "least": _number(use.least),
        "most": _number(use.most),
        "amount": None if None in ends else [_number(end) for end in ends if end is not None],
    }


def _print_list(out: Console, title: str, lines: Iterator[str] | Sequence[str]) -> None:
    listed = list(lines)
    if listed:
        out.print()
        out.print(Text(title, style="bold"))
    for line in listed:
        table = Table.grid(padding=(0, 1, 0, 0))
        table.add_column()
        table.add_column(overflow="fold")
        table.add_row("-", Text(line))
        print_trimmed(table, out)
