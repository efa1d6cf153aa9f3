"""Resource changes as sentences: the totals, and what is destroyed, replaced or interrupted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from isthmus.changes import ResourceAction, ResourceChange
from isthmus.changes.impact import noun
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


def change_totals(changes: Sequence[ResourceChange]) -> str:
    """How many resources each action concerns: `Terraform: 3 created, 2 destroyed`."""
    numbers = counts(changes)
    totals = ", ".join(f"{numbers[action]} {words}" for action, words in DONE.items() if numbers[action])
    return f"Terraform: {totals}" if totals else "Terraform: no changes"


def change_lines(changes: Sequence[ResourceChange]) -> Iterator[str]:
    """A sentence for each change with an impact, the worst first; the others together, by action and type."""
    led: Counter[tuple[ResourceAction, str]] = Counter()
    with_them: Counter[tuple[ResourceAction, str]] = Counter()
    for one in consequences(changes):
        if one.impact or one.leading.reason:
            yield _sentence(one)
        else:
            led[one.leading.action, one.leading.type] += 1
            with_them[one.leading.action, one.leading.type] += len(one.others)
    for (action, type_), count in sorted(led.items()):
        more = with_them[action, type_]
        yield f"{count} {type_} {'is' if count == 1 else 'are'} {DONE[action]}{_with(more)}"


def _sentence(one: Consequence) -> str:
    leading = one.leading
    causes = "; ".join(str(cause) for cause in leading.causes[:_MOST_CAUSES] if cause.replaces is not False)
    why = leading.reason or causes
    effect = f": {one.impact}" if one.impact else ""
    sentence = f"{noun(leading.type)} {leading.address} is {DONE[leading.action]}{_with(len(one.others))}{effect}"
    return f"{sentence} ({why})" if why else sentence


def _with(count: int) -> str:
    return f", with {counted(count, 'more resource')}" if count else ""
