"""Resource changes as sentences: the totals, and what is destroyed, replaced or interrupted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from isthmus.changes import ResourceAction, ResourceChange
from isthmus.changes.impact import noun, plural
from isthmus.changes.summary import Consequence, consequences, counts
from isthmus.report.terminal import counted

__all__ = ["DONE", "change_lines", "change_totals"]

DONE = {
    ResourceAction.CREATE: "created",
    ResourceAction.UPDATE: "updated in place",
    ResourceAction.REPLACE: "replaced",
    ResourceAction.MAY_REPLACE: "updated or replaced (unknown which)",
    ResourceAction.DESTROY: "destroyed",
    ResourceAction.LEAVE: "left behind in AWS",
    ResourceAction.MOVE: "moved",
    ResourceAction.MIGRATE: "to be migrated to another state",
}
_MOST_CAUSES = 2
_MOST_NAMED = 2
# After a move, a reader asks whether one of these is among the changes.
_ENDS = (
    ResourceAction.DESTROY,
    ResourceAction.REPLACE,
    ResourceAction.MAY_REPLACE,
    ResourceAction.LEAVE,
    ResourceAction.MIGRATE,
)


def change_totals(changes: Sequence[ResourceChange]) -> str:
    """How many resources each action concerns: `Terraform: 3 created, 2 destroyed`."""
    numbers = counts(changes)
    totals = ", ".join(f"{numbers[action]} {words}" for action, words in DONE.items() if numbers[action])
    if numbers[ResourceAction.MOVE] and not any(numbers[action] for action in _ENDS):
        totals += "; nothing is destroyed"
    return f"Terraform: {totals}" if totals else "Terraform: no changes"


def change_lines(changes: Sequence[ResourceChange]) -> Iterator[str]:
    """A sentence for each kind of change with an impact, the worst first; the others together, by action and type.

    Changes of one kind have the same type, action, impact and cause.
    """
    equal: dict[tuple[object, ...], list[Consequence]] = {}
    led: Counter[tuple[ResourceAction, str]] = Counter()
    with_them: Counter[tuple[ResourceAction, str]] = Counter()
    for one in consequences(changes):
        leading = one.leading
        if one.impact or leading.reason:
            equal.setdefault((leading.type, leading.action, one.impact, _why(one)), []).append(one)
        else:
            led[leading.action, leading.type] += 1
            with_them[leading.action, leading.type] += len(one.others)
    yield from map(_sentence, equal.values())
    for (action, type_), count in sorted(led.items()):
        more = with_them[action, type_]
        yield f"{count} {type_} {'is' if count == 1 else 'are'} {DONE[action]}{_with(more)}"


def _sentence(equal: Sequence[Consequence]) -> str:
    """What happens to one resource, or to several for the same reason."""
    one = equal[0]
    leading, why = one.leading, _why(one)
    together = _with(sum(len(each.others) for each in equal))
    effect = f": {'for each, ' if len(equal) > 1 else ''}{one.impact}" if one.impact else ""
    if len(equal) == 1:
        subject = f"{noun(leading.type)} {leading.address} is"
    elif len(equal) <= _MOST_NAMED:
        subject = f"{plural(leading.type)} {' and '.join(each.leading.address for each in equal)} are"
    else:
        roots = Counter(each.leading.address.partition("/")[0] for each in equal if "/" in each.leading.address)
        several = len(roots) > 1
        where = ", ".join(f"{root} ({count})" if several else root for root, count in sorted(roots.items()))
        subject = f"{len(equal)} {plural(leading.type)}{f' in {where}' if where else ''} are"
    sentence = f"{subject} {DONE[leading.action]}{together}{effect}"
    return f"{sentence} ({why})" if why else sentence


def _why(one: Consequence) -> str:
    causes = "; ".join(str(cause) for cause in one.leading.causes[:_MOST_CAUSES] if cause.replaces is not False)
    return one.leading.reason or causes


def _with(count: int) -> str:
    return f", with {counted(count, 'more resource')}" if count else ""
