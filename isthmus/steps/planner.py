"""The steps of a change: the applies in order, and what the networks between them lose and let through."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from isthmus.changes import Refusal, ResourceAction, refused
from isthmus.proof import Analysis, UnknownResult
from isthmus.proof.difference.change import ChangeKind
from isthmus.proof.difference.flows import compare
from isthmus.proof.difference.objects import ObjectChange
from isthmus.proof.result.assumptions import assumptions
from isthmus.steps.changed_roots import Apply, ApplyKind, ChangeOfOutputs, change_of, translation_assumptions
from isthmus.steps.constraints import Constraint, constraints, unclear_reads
from isthmus.steps.intermediate import Networks, RootPhase
from isthmus.steps.losses import Comparison, Effect, Interim
from isthmus.steps.search import BestOrder, Cost, best_order
from isthmus.steps.split import Part, Split, before_parts, parts_of

MOST_NETWORKS = 200
_MOST_FOR_SPLIT = 50  # networks, for each kind of split
_ZERO = (0, 0, 0, 0)
_ASSUMED = (
    "BASE is applied completely, and nothing else changes the network in between",
    "a VPN connection carries packets as soon as it is created: its device has to be configured by then",
    "while one apply runs, Terraform changes resources one after the other; only the networks after it are evaluated",
)

# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTransitGatewayVpcAttachment.html
_STILL_ATTACHED = (
    "the VPC that is left behind stays attached, and AWS does not propagate the CIDR of a second VPC that overlaps "
    "with it"
)


class OrderVerdict(StrEnum):
    """Whether the change has an order that loses no flow and lets nothing through.

    - `KEPT`: the printed order does. `NOTHING`: nothing is to be applied.
    - `LOSES`: every order loses or lets through a flow; the printed one least.
    - `NO_ORDER`: the applies wait for each other. `UNKNOWN`: the input, or the limit of networks, gives no answer.
    """

    KEPT = "no flow lost"
    NOTHING = "nothing to apply"
    LOSES = "flows lost"
    NO_ORDER = "no order"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ApplyStep:
    """One apply or a part of one, and the flows that the network after it loses or lets through.

    `until` is, for each of these flows, the number of the step that ends it.
    """

    part: Part
    flows: tuple[Interim, ...] = ()
    until: tuple[int, ...] = ()


@dataclass(frozen=True)
class Procedure:
    """The answer.

    - `steps`: in order. `constraints`: which apply waits for which other one.
    - `split`: an order of parts that loses nothing, if whole applies lose something.
    - `certain`: no other order of whole applies is better. `networks`: how many networks were evaluated.
    - `unknown_results`: what is not evaluated in one of the networks. `refusals`: protected resources that an apply
      would end. `purpose`: how many flows BASE and HEAD differ in, by kind. `on_premises`: what the on-premises side
      has to change. `drift`: files of the outputs that differ from what was synthesized.
    - `assumptions`: a sentence each.
    """

    verdict: OrderVerdict
    steps: tuple[ApplyStep, ...]
    constraints: tuple[Constraint, ...] = ()
    split: tuple[ApplyStep, ...] = ()
    certain: bool = True
    networks: int = 0
    unknown_results: tuple[UnknownResult, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    drift: tuple[str, ...] = ()
    purpose: Mapping[ChangeKind, int] = field(default_factory=dict)
    on_premises: tuple[ObjectChange, ...] = ()
    assumptions: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether an order of whole applies keeps every flow, and nothing protected is destroyed: exit code 0."""
        return self.verdict in (OrderVerdict.KEPT, OrderVerdict.NOTHING) and not self.refusals


def procedure(
    paths: tuple[Path, Path],
    base: Analysis,
    head: Analysis,
    *,
    most: int = MOST_NETWORKS,
    progress: Callable[[int], None] = lambda number: None,
) -> Procedure:
    """The steps from one output to another. `progress` is called with the number of each network that is evaluated.

    Raises `CannotAnswer` if a path is no folder of Terraform, and `UnusableInput` if only one has an intent.
    """
    return _Planner(change_of(paths, base, head), most, progress).steps()


_State = tuple[frozenset[tuple[Apply, RootPhase]], frozenset[str]]


class _Planner:
    def __init__(self, change: ChangeOfOutputs, most: int, progress: Callable[[int], None]) -> None:
        self.change = change
        self.most = most
        self.progress = progress
        self.required = constraints(change)
        self.applies = _usual_order(change)
        self.networks = Networks(change.base, change.head)
        self.comparison = Comparison(change.base, change.head)
        self.flows: dict[_State, tuple[Interim, ...]] = {}

    def steps(self) -> Procedure:
        """The answer, with what BASE and HEAD themselves differ in, and what it assumes."""
        sides = (self.change.base, self.change.head)
        difference = compare(*sides, scenarios=False)
        assumed = [one for side in sides for one in assumptions(side.pairs.engine, side.pairs.locations)]
        return replace(
            self._steps(),
            purpose=difference.counts,
            on_premises=difference.on_premises,
            assumptions=(*_ASSUMED, *translation_assumptions(*sides), *dict.fromkeys(assumed)) if self.applies else (),
        )

    def _steps(self) -> Procedure:
        unknown = tuple(_unknown_results(self.change))
        drift = tuple(dict.fromkeys((*self.change.base.drift, *self.change.head.drift)))
        if not self.applies:
            return Procedure(OrderVerdict.NOTHING, (), unknown_results=unknown, drift=drift)
        refusals = tuple(one for apply in self.applies for one in refused(self.change.base.graph, apply.changes))
        found = self._search(Split.NONE, self.most)
        if found is None:
            verdict, certain = OrderVerdict.NO_ORDER, True
            listed = tuple(ApplyStep(Part(apply, changes=apply.changes)) for apply in self.applies)
        else:
            verdict, certain = _verdict(found, unknown), found.certain
            listed = self._listed(found.order)
        split = self._split() if verdict in (OrderVerdict.LOSES, OrderVerdict.NO_ORDER) else ()
        return Procedure(verdict, listed, self.required, split, certain, len(self.flows), unknown, refusals, drift)

    def _search(self, split: Split, most: int) -> BestOrder[Part] | None:
        parts = parts_of(self.change, self.applies, self.required, split)
        before = before_parts(parts, self.required)
        found = best_order(parts, before, self._cost, most, _ZERO, free=split is not Split.NONE)
        return found and replace(found, order=self._settled(found.order, before))

    def _split(self) -> tuple[ApplyStep, ...]:
        """The first kind of split with an order that loses nothing; () if none of them has one."""
        for split in (Split.ADD_FIRST, Split.ADD_NEEDED, Split.REMOVE_LAST, Split.BOTH):
            found = self._search(split, min(self.most, _MOST_FOR_SPLIT))
            if found is not None:
                return self._listed(self._merged(found.order))
        return ()

    def _merged(self, order: tuple[Part, ...]) -> tuple[Part, ...]:
        """The order with every apply whole that need not be split."""
        best = order
        for apply in self.applies:
            own = [part for part in best if part.apply is apply]
            if len(own) == 1:
                continue
            whole = Part(apply, changes=apply.changes)
            for place in (own[-1], own[0]):
                parts = [whole if part is place else part for part in best if part is place or part not in own]
                if self._keeps_all(parts):
                    best = tuple(parts)
                    break
        return self._settled(best, before_parts(best, self.required))

    def _keeps_all(self, order: Sequence[Part]) -> bool:
        before = before_parts(order, self.required)
        allowed = all(before.get(part, frozenset()) <= {*order[:number]} for number, part in enumerate(order))
        return allowed and all(self._cost(frozenset(order[:number])) == _ZERO for number in range(1, len(order)))

    def _settled(self, order: Sequence[Part], before: Mapping[Part, frozenset[Part]]) -> tuple[Part, ...]:
        """An order of the same cost, closer to the usual one: neighbours are exchanged as long as that is free."""
        settled = self._destroyed_late(order, before)
        rank = {part: number for number, part in enumerate(sorted(settled, key=self._rank))}
        moved = True
        while moved:
            moved = False
            for at in range(len(settled) - 1):
                one, other = settled[at : at + 2]
                if rank[one] < rank[other] or one in before.get(other, frozenset()):
                    continue
                old, new = frozenset(settled[: at + 1]), frozenset({*settled[:at], other})
                if self._cost(new) <= self._cost(old):
                    settled[at : at + 2] = other, one
                    moved = True
        return tuple(settled)

    def _destroyed_late(self, order: Sequence[Part], before: Mapping[Part, frozenset[Part]]) -> list[Part]:
        """The order with each destroyed root module as late as its cost allows: its users leave it first."""
        best = list(order)
        for part in [part for part in order if part.apply.kind is ApplyKind.DESTROY]:
            rest = [one for one in best if one is not part]
            for at in range(len(rest), best.index(part), -1):
                later = [*rest[:at], part, *rest[at:]]
                allowed = not any(part in before.get(one, frozenset()) for one in rest[:at])
                if allowed and self._total(later) <= self._total(best):
                    best = later
                    break
        return best

    def _total(self, order: Sequence[Part]) -> Cost:
        costs = (self._cost(frozenset(order[:number])) for number in range(1, len(order)))
        return tuple(map(sum, zip(_ZERO, *costs, strict=True)))

    def _rank(self, part: Part) -> tuple[RootPhase, int]:
        return part.phase, self.applies.index(part.apply)

    def _listed(self, order: Sequence[Part]) -> tuple[ApplyStep, ...]:
        """The steps of an order, with the step that ends each loss."""
        after = [self._between(frozenset(order[:number])) for number in range(1, len(order))]
        flows = [{one.flow: one for one in listed} for listed in after] + [{}]
        steps = []
        for number, part in enumerate(order):
            now = flows[number]
            ends = (next(later for later in range(number + 1, len(order)) if flow not in flows[later]) for flow in now)
            steps.append(ApplyStep(part, tuple(now.values()), tuple(later + 1 for later in ends)))
        return tuple(steps)

    def _between(self, done: frozenset[Part]) -> tuple[Interim, ...]:
        """What the network after these parts loses and lets through."""
        added = frozenset(change.address for part in done if part.phase is RootPhase.ADDED for change in part.changes)
        state = (frozenset((part.apply, part.phase) for part in done), added)
        if state not in self.flows:
            self.progress(len(self.flows) + 1)
            roots = (apply for apply in self.applies if apply.kind is not ApplyKind.SITE)
            phases = dict.fromkeys((apply.name for apply in roots), RootPhase.BASE)
            for part in done:
                if part.apply.kind is not ApplyKind.SITE:
                    phases[part.apply.name] = max(phases[part.apply.name], part.phase)
            sites = {part.apply.name for part in done if part.apply.kind is ApplyKind.SITE}
            between = self.networks.at(phases, sites, added)
            self.flows[state] = self.comparison.with_network(between)
        return self.flows[state]

    def _cost(self, done: frozenset[Part]) -> Cost:
        """The cost of a network: leaks from the internet count most, then other ones, losses, and unclear flows."""
        flows = self._between(done)
        leaks = [one for one in flows if one.effect is Effect.LEAKS]
        inbound = sum(one.inbound for one in leaks)
        counted = (sum(one.effect is effect for one in flows) for effect in (Effect.LOSES, Effect.UNCLEAR))
        return (inbound, len(leaks) - inbound, *counted)


def _verdict(order: BestOrder[Part], unknown: tuple[UnknownResult, ...]) -> OrderVerdict:
    if any(order.cost[:-1]):
        return OrderVerdict.LOSES if order.certain else OrderVerdict.UNKNOWN
    if order.cost[-1] or unknown:
        return OrderVerdict.UNKNOWN
    return OrderVerdict.KEPT


def _usual_order(change: ChangeOfOutputs) -> list[Apply]:
    """A root module comes after those it reads, new ones first. What is destroyed comes last."""
    depth: dict[str, int] = {}

    def of(name: str, path: tuple[str, ...] = ()) -> int:
        if name not in depth:
            writers = {read.writer for read in change.head_reads.get(name, ()) if isinstance(read.writer, str)}
            below = (of(one, (*path, name)) + 1 for one in writers - {"", name, *path})
            depth[name] = max(below, default=0)
        return depth[name]

    late = {ApplyKind.APPLY: 0, ApplyKind.DESTROY: 1, ApplyKind.SITE: 2}
    return sorted(change.applies, key=lambda apply: (late[apply.kind], of(apply.name), not apply.is_new, apply.name))


def _unknown_results(change: ChangeOfOutputs) -> dict[UnknownResult, None]:
    found: dict[UnknownResult, None] = {}
    for side in (change.base, change.head):
        possible = side.network.possible
        found |= {UnknownResult(address, why): None for address, why in side.network.not_evaluated}
        for address in (*side.uncounted, *possible.vpcs, *possible.subnets, *possible.vpns):
            found[UnknownResult(address, "how many there are is not known")] = None
    for one in change.changes:
        if (one.type, one.action) == ("aws_vpc", ResourceAction.LEAVE) and one.address in change.head.graph.resources:
            found[UnknownResult(one.address, _STILL_ATTACHED)] = None
    for root, why in unclear_reads(change):
        found[UnknownResult(f"which root module writes what {root} reads", why)] = None
    return found
