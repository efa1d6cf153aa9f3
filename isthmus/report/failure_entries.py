"""Failure scenarios before and after, as entries: scenarios with the same change share one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from isthmus.proof.difference.failure_changes import FailureChange, FailureChangeKind, FlowsInFailure
from isthmus.report.change_groups import blocks
from isthmus.report.sections import Entry
from isthmus.report.terminal import counted
from isthmus.text.listing import some

__all__ = ["failure_entries"]

_MOST_BLOCKS = 3


def failure_entries(changes: Iterable[FailureChange], named: Callable[[Sequence[str]], str] = some) -> Iterator[Entry]:
    """The scenarios that take more or other flows first, then those that take fewer. `named` lists locations."""
    equal: dict[tuple[object, ...], list[FailureChange]] = {}
    for change in changes:
        key = (change.failure.kind, change.change, change.before, change.after, change.saved, change.endangered)
        equal.setdefault((*key, change.sites), []).append(change)
    for together in sorted(equal.values(), key=lambda group: _rank(group[0])):
        first = together[0]
        components = [change.failure.component for change in together]
        yield Entry(f"{some(components, 3)} down: {_text(first)}", _label(first), tuple(_details(first, named)))


def _rank(change: FailureChange) -> int:
    """The order: flows that survived before, unknown flows, flows that survive now, new scenarios, scenarios gone."""
    if change.endangered:
        return 0
    if change.after is not None and change.after.unknown:
        return 1
    if change.change is FailureChangeKind.CHANGED:
        return 2
    return 5 if change.after is None else 3 if change.after.lost else 4


def _label(change: FailureChange) -> str:
    if change.sites:
        return f"{some(change.sites)} now {'survives' if len(change.sites) == 1 else 'survive'}"
    return "" if change.change is FailureChangeKind.CHANGED else change.change.value


def _text(change: FailureChange) -> str:
    if change.change is FailureChangeKind.CHANGED:
        return f"{_count(change.after)}, before {_count(change.before)}{_new(change)}"
    return _count(change.after) if change.change is FailureChangeKind.NEW else f"{_count(change.before)} before"


def _count(flows: FlowsInFailure | None) -> str:
    if flows is None or not flows.all:
        return "no flow lost"
    lost = f"{counted(len(flows.lost), 'flow')} lost" if flows.lost else ""
    unknown = f"{counted(len(flows.unknown), 'flow')} perhaps lost" if flows.unknown else ""
    return ", ".join(part for part in (lost, unknown) if part)


def _new(change: FailureChange) -> str:
    """How many of the lost flows did not work before, also without the failure."""
    before = {*(change.before.all if change.before else ()), *change.endangered}
    new = [flow for flow in (change.after.lost if change.after else ()) if flow not in before]
    return f" ({len(new):,} of them did not work before)" if new else ""


def _details(change: FailureChange, named: Callable[[Sequence[str]], str]) -> Iterator[str]:
    for words, flows in (("no longer survive it", change.endangered), ("now survive it", change.saved)):
        texts = [block.text(named) for block in blocks(flows)]
        if texts:
            yield f"{words}: {'; '.join(texts[:_MOST_BLOCKS])}" + (
                f"; and {len(texts) - _MOST_BLOCKS} more groups of flows" if len(texts) > _MOST_BLOCKS else ""
            )
