"""The sentences of the steps of a change: the terminal and Markdown use the same words."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from isthmus.changes import ResourceAction
from isthmus.changes.impact import noun
from isthmus.changes.summary import consequences
from isthmus.report.resource_changes import DONE, change_totals
from isthmus.report.terminal import counted
from isthmus.report.verdicts import flow_counts
from isthmus.steps.changed_roots import ApplyKind
from isthmus.steps.constraints import Constraint
from isthmus.steps.losses import Effect
from isthmus.steps.planner import ApplyStep, OrderVerdict, Procedure

__all__ = [
    "EFFECTS",
    "NO_SPLIT",
    "SPLIT",
    "SPLIT_MEANS",
    "WAITS",
    "SameSteps",
    "commands",
    "first_lines",
    "flow_lines",
    "grouped",
    "impact_lines",
    "purpose_sentence",
    "reasons",
    "title",
    "verdict_sentence",
]

SPLIT = "The same change, split: it keeps every flow"
SPLIT_MEANS = (
    "A root module is applied twice: first only what -target names, later the rest. The networks between these "
    "steps were evaluated too. Read each plan before you approve it: it must not hold more than the targets."
)
NO_SPLIT = (
    "No split of these applies into additions, updates and removals that keeps every flow was found. Make the change "
    "in two steps of your own, and compare each with isthmus steps: docs/how-to/plan-a-change.md."
)
WAITS = "Why an apply waits for another one"
EFFECTS = {
    Effect.LEAKS: "let through",
    Effect.LOSES: "lost",
    Effect.UNCLEAR: "unknown",
}


@dataclass(frozen=True)
class SameSteps:
    """Consecutive steps that say the same of different root modules. `first` is the number of the first one."""

    first: int
    steps: tuple[ApplyStep, ...]

    @property
    def numbers(self) -> str:
        """`3`, or `3 to 7`."""
        last = self.first + len(self.steps) - 1
        return f"{self.first}" if last == self.first else f"{self.first} to {last}"


def verdict_sentence(steps: Procedure) -> tuple[str, str]:
    """The verdict, and the rest of the sentence."""
    number = counted(len(steps.steps), "apply", "applies")
    order = " in this order" if len(steps.steps) > 1 else ""
    rest = {
        OrderVerdict.NOTHING: ": no resource and no output changes",
        OrderVerdict.KEPT: f": {number}{order}{_interrupting(steps)}",
        OrderVerdict.LOSES: ": every order of these applies loses flows or lets flows through; this one has the fewest",
        OrderVerdict.NO_ORDER: ": the applies wait for each other, so the change has to be split",
        OrderVerdict.UNKNOWN: _unknown(steps),
    }
    refused = ", but refused" if any(not one.unknown for one in steps.refusals) else ""
    return f"{steps.verdict}{refused}", rest[steps.verdict]


def purpose_sentence(steps: Procedure) -> str:
    """What BASE and HEAD themselves differ in: it is the purpose of the change, and no loss of an order."""
    changed = flow_counts(steps.purpose)
    return f"The change itself: {changed} (isthmus diff lists them)." if changed else ""


def _interrupting(steps: Procedure) -> str:
    """No flow is lost before and after an apply; while it runs, it may interrupt some."""
    number = sum(bool(impact_lines(step)) for step in steps.steps)
    if not number:
        return ""
    if len(steps.steps) == 1:
        return "; it may interrupt flows while running"
    return f", between the applies; {number} of them may interrupt flows while running"


def _unknown(steps: Procedure) -> str:
    if not steps.certain:
        return (
            f": not all orders were tried ({steps.networks} networks were evaluated; --networks raises the limit). "
            "This is the best one of those"
        )
    return ": whether this order keeps every flow"


def reasons(steps: Procedure) -> list[Constraint]:
    """One reason for each pair of root modules that wait for each other."""
    first: dict[tuple[str, str], Constraint] = {}
    for one in steps.constraints:
        first.setdefault((one.first, one.then), one)
    return list(first.values())


def grouped(listed: Sequence[ApplyStep]) -> Iterator[SameSteps]:
    """The steps, with consecutive ones that only differ in the name of the root module together."""
    groups: list[list[ApplyStep]] = []
    for step in listed:
        if groups and _kind(step) is not None and _kind(groups[-1][-1]) == _kind(step):
            groups[-1].append(step)
        else:
            groups.append([step])
    first = 1
    for group in groups:
        yield SameSteps(first, tuple(group))
        first += len(group)


def _kind(step: ApplyStep) -> object:
    """What a step says without its name; None if it stays alone."""
    part = step.part
    if step.flows or part.targets or part.apply.kind is ApplyKind.SITE:
        return None
    name = part.apply.name
    words = name.replace("-", "_")
    lines = tuple(one.replace(name, "").replace(words, "") for one in impact_lines(step))
    return part.apply.kind, part.phase, change_totals(part.changes), lines, tuple(first_lines(step))


def title(group: SameSteps) -> str:
    """The root modules of a group, and what the step does in numbers."""
    part = group.steps[0].part
    names = ", ".join(step.part.apply.name or "the root module" for step in group.steps)
    if part.apply.kind is ApplyKind.SITE:
        return f"site {names}: change its routers to the prefixes, networks and translations that HEAD states"
    totals = change_totals(part.changes).removeprefix("Terraform: ")
    each = "each " if len(group.steps) > 1 else ""
    kind = "destroy it: " if part.apply.kind is ApplyKind.DESTROY else ""
    piece = ", first part" if part.targets else ", the rest" if len(part.changes) < len(part.apply.changes) else ""
    nothing = "outputs only" if totals == "no changes" else totals
    return f"{names}{piece}: {kind}{each}{nothing}"


def commands(group: SameSteps) -> Iterator[tuple[str, ...]]:
    """The command of each step, as the words of a line; further words are options, a line each."""
    for step in group.steps:
        part = step.part
        if part.apply.folder is not None:
            verb = "destroy" if part.apply.kind is ApplyKind.DESTROY else "apply"
            first = f"terraform {shlex.quote(f'-chdir={part.apply.folder}')} {verb}"
            yield (first, *(shlex.quote(f"-target={target}") for target in part.targets))


def impact_lines(step: ApplyStep) -> tuple[str, ...]:
    """What a step interrupts while it runs: of what it destroys, replaces and updates, one line for each type."""
    if step.part.apply.kind is ApplyKind.DESTROY:
        return ()
    listed = [one for one in step.part.changes if one.action is not ResourceAction.MIGRATE]
    kinds: dict[tuple[str, ResourceAction, str], list[str]] = {}
    for one in consequences(listed):
        if one.impact or one.leading.reason:
            key = (one.leading.type, one.leading.action, one.impact or one.leading.reason)
            kinds.setdefault(key, []).append(one.leading.address)
    return tuple(_impact(*key, addresses) for key, addresses in kinds.items())


def first_lines(step: ApplyStep) -> Iterator[str]:
    """What to do before a step: its state moves to another backend."""
    for one in step.part.changes:
        if one.action is ResourceAction.MIGRATE:
            yield one.reason


def _impact(type_: str, action: ResourceAction, impact: str, addresses: Sequence[str]) -> str:
    which = addresses[0].partition("/")[2] if len(addresses) == 1 else f"({len(addresses)} of them)"
    return f"{noun(type_)} {which} {'is' if len(addresses) == 1 else 'are'} {DONE[action]}: {impact}"


def flow_lines(step: ApplyStep) -> Iterator[tuple[Effect, str]]:
    """The flows that the network after a step loses, lets through or leaves unknown, by the step that ends it."""
    by_end: dict[tuple[Effect, int, str], list[str]] = {}
    for flow, until in zip(step.flows, step.until, strict=True):
        by_end.setdefault((flow.effect, until, flow.why), []).append(str(flow))
    for (effect, until, why), flows in by_end.items():
        reason = f" ({why})" if why else ""
        yield effect, f"{EFFECTS[effect]} until step {until}: {', '.join(flows)}{reason}"
