"""The flows that change from one network to another, and the resources that cause the changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cached_property
from itertools import product
from typing import Any

from isthmus.changes.protection import Unprotected, unprotected
from isthmus.network.model import Network
from isthmus.network.name_lookup import Lookup
from isthmus.network.packets import ALL_PACKETS, NO_PACKETS, Packets
from isthmus.proof.analysis import Analysis
from isthmus.proof.checks.causes import Naming
from isthmus.proof.difference.addresses import address_objects
from isthmus.proof.difference.change import Change, ChangeKind
from isthmus.proof.difference.dns_and_endpoints import dns_and_endpoint_objects
from isthmus.proof.difference.equal_changes import PairChange, all_changes
from isthmus.proof.difference.failure_changes import FailureChange, failure_changes
from isthmus.proof.difference.firewall_changes import firewall_changes
from isthmus.proof.difference.kinds_of_change import hows, unknown_reason, views
from isthmus.proof.difference.missing_locations import may_exist
from isthmus.proof.difference.names import NameChange, name_changes
from isthmus.proof.difference.objects import ObjectChange, compared
from isthmus.proof.difference.on_premises import on_premises_objects
from isthmus.proof.difference.own_resources import own_resources
from isthmus.proof.difference.possible_renames import PossibleRename, possible_renames
from isthmus.proof.difference.renamed import under_later_names
from isthmus.proof.pairs.locations import INTERNET
from isthmus.proof.pairs.pair import Pair
from isthmus.proof.result.findings import UnknownResult


@dataclass(frozen=True)
class Difference:
    """The difference of two networks.

    - `changes`: the flows that change, gained flows first, then lost, re-routed and unclear ones.
    - `unknown_results`: results that are unknown in one of the networks, and may hide more changes.
    - `assumptions`, `notes`: those of both networks.
    - `added_locations`, `removed_locations`: locations that only the later, or only the earlier network has.
    - `firewall_changes`: changes of firewall policies that no flow shows.
    - `names`: DNS names with another answer.
    - `addresses`: site networks, VPCs and customer gateways with other addresses.
    - `on_premises`: what the on-premises side has to change: prefix filters, routes, tunnels and BGP neighbors.
    - `dns_and_endpoints`: Resolver rules and endpoints, private hosted zones and VPC endpoints that change.
    - `possible_renames`: objects that may have got another name, which the later intent does not state.
    - `segments`: the spokes of each segment of the intent, after, or before if they are gone.
    - `unprotected`: resources that lose `prevent_destroy`.
    - `failures`: failure scenarios that are new, gone or take other flows; None without an intent on both sides, and
      if failure scenarios are not evaluated.
    """

    changes: tuple[Change, ...]
    unknown_results: tuple[UnknownResult, ...] = ()
    assumptions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    added_locations: tuple[str, ...] = ()
    removed_locations: tuple[str, ...] = ()
    firewall_changes: tuple[str, ...] = ()
    names: tuple[NameChange, ...] = ()
    addresses: tuple[ObjectChange, ...] = ()
    on_premises: tuple[ObjectChange, ...] = ()
    dns_and_endpoints: tuple[ObjectChange, ...] = ()
    possible_renames: tuple[PossibleRename, ...] = ()
    segments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    failures: tuple[FailureChange, ...] | None = None
    unprotected: tuple[Unprotected, ...] = ()

    @property
    def changes_nothing(self) -> bool:
        """Whether flows, addresses, settings, DNS answers and failures stay the same, as far as they are known."""
        others = (self.firewall_changes, self.names, self.addresses, self.on_premises, self.dns_and_endpoints)
        return not self.changes and not any(others) and not self.failures and not self.unprotected

    @cached_property
    def inbound(self) -> tuple[Change, ...]:
        """The changes of inbound internet access: flows from the internet, gained flows first."""
        return tuple(change for change in self.changes if change.source == INTERNET)

    @cached_property
    def other_flows(self) -> tuple[Change, ...]:
        """The changes of all other flows."""
        return tuple(change for change in self.changes if change.source != INTERNET)

    @cached_property
    def counts(self) -> Mapping[ChangeKind, int]:
        """The number of changes of each kind."""
        counted = Counter(change.kind for change in self.changes)
        return {kind: counted[kind] for kind in ChangeKind}


def compare(before: Analysis, after: Analysis, *, scenarios: bool = True) -> Difference:
    """Compare the flows, addresses, firewall settings and DNS answers of two networks.

        >>> difference = proof.compare(proof.read("before"), proof.read("after"))
        >>> [str(change) for change in difference.changes]
        ['gained: dev -> prod, because of network/module.hub.aws_ec2_transit_gateway_route.prod']

    A flow that works in one network only is gained or lost. A flow that works in both, on another path, is re-routed. A
    flow that is unknown in one of them is unclear. If the hosts of a location differ, a flow may be gained for some and
    lost for others. A location that does not exist has no flows. An object with a new name (`was`) or a
    new Terraform address (`moved`) is compared with itself. `scenarios=False` leaves out the failure scenarios.
    """
    return _Comparison(under_later_names(before, after), after).made(scenarios=scenarios)


_NOTHING = frozenset[str]()


class _Comparison:
    def __init__(self, before: Analysis, after: Analysis) -> None:
        self.sides = (before, after)
        # Both networks are evaluated with the same addresses, whichever of them has routes that distinguish these.
        self.pairs = (before.pairs.cut_by(after.pairs), after.pairs.cut_by(before.pairs))
        self.flows = (before.flows, after.flows)
        changed = dict.fromkeys(_changed(before.network, after.network))
        self.changed = {address: rank for rank, address in enumerate(changed)}
        self.names = (Naming(before.network), Naming(after.network))
        self._own = (own_resources(before.network), own_resources(after.network))

    def made(self, *, scenarios: bool) -> Difference:
        from isthmus.proof.result.assumptions import assumptions

        assumed = [tuple(assumptions(pairs.engine, pairs.locations)) for pairs in self.pairs]
        before, after = (pairs.names() for pairs in self.pairs)
        added = (name for name in after if name not in before and not self._unfound(0, name))
        removed = (name for name in before if name not in after and not self._unfound(1, name))
        kinds = list(ChangeKind)
        return Difference(
            tuple(sorted(self._changes(), key=lambda change: kinds.index(change.kind))),
            tuple(dict.fromkeys((*self.sides[0].unknown_results, *self.sides[1].unknown_results))),
            tuple(dict.fromkeys((*assumed[0], *assumed[1]))),
            tuple(dict.fromkeys((*self.sides[0].notes, *self.sides[1].notes))),
            tuple(added),
            tuple(removed),
            tuple(firewall_changes(*(side.network for side in self.sides))),
            tuple(name_changes(*((Lookup(pairs.engine.network), pairs.locations) for pairs in self.pairs))),
            addresses=tuple(compared(*map(address_objects, self.sides))),
            on_premises=tuple(compared(*map(on_premises_objects, self.sides))),
            dns_and_endpoints=tuple(compared(*map(dns_and_endpoint_objects, self.sides))),
            possible_renames=tuple(possible_renames(*(side.estate for side in self.sides))),
            segments=self._segments(),
            failures=self._failures() if scenarios else None,
            unprotected=unprotected(*(side.graph for side in self.sides)),
        )

    def _failures(self) -> tuple[FailureChange, ...] | None:
        before, after = self.sides
        if before.estate is not None and before.estate == after.estate and before.network == after.network:
            return ()
        found = failure_changes(before, after)
        return None if found is None else tuple(found)

    def _segments(self) -> Mapping[str, tuple[str, ...]]:
        estates = (side.estate for side in self.sides if side.estate is not None)
        segment_of = {spoke.name: str(spoke.segment) for estate in estates for _, spoke in estate.spokes}
        found: dict[str, list[str]] = {}
        for spoke, segment in segment_of.items():
            found.setdefault(segment, []).append(spoke)
        return {segment: tuple(spokes) for segment, spokes in found.items()}

    def _changes(self) -> Iterator[Change]:
        """The changes. Equivalent pairs change alike: one of them is evaluated first, others only on a change."""
        names = tuple(dict.fromkeys((*self.pairs[1].names(), *self.pairs[0].names())))
        equivalent: dict[Hashable, list[str]] = {}
        for name in names:
            groups = tuple(pairs.group_of(name) if name in pairs.locations.by_name else None for pairs in self.pairs)
            equivalent.setdefault((groups, self._remaining(name), self._moved(name)), []).append(name)
        found: dict[tuple[str, str], tuple[PairChange, ...]] = {}
        for sources, destinations in product(equivalent.values(), repeat=2):
            found.update(((a, b), made) for a, b, made in all_changes(sources, destinations, self._changed))
        order = {name: index for index, name in enumerate(names)}
        for a, b in sorted(found, key=lambda pair: (order[pair[0]], order[pair[1]])):
            before, after = (
                flows[a, b] if pairs.in_scope(a, b) else None
                for flows, pairs in zip(self.flows, self.pairs, strict=True)
            )
            for made in found[a, b]:
                causes = sorted(made.causes, key=self.changed.__getitem__)
                yield Change(made.kind, a, b, before, after, tuple(causes), made.packets, made.why)

    def _remaining(self, name: str) -> Hashable:
        """The CIDRs of a location's subnets that exist before and after, by their number on each side.

        Hosts are compared one by one, and spokes that are equivalent on both sides may have kept different subnets.
        """
        before, after = (pairs.ranges(name) for pairs in self.pairs)
        return tuple(after.get(cidr) for cidr in before)

    def _moved(self, name: str) -> str:
        """Whether the own resources of a location have other addresses than before: "" if all stay, else the name.

        Its paths change although it is equivalent, before and after, to locations whose paths stay. Locations of which
        no resource keeps its address change alike.
        """
        before, after = (pairs.locations.by_name.get(name) for pairs in self.pairs)
        if before is None or after is None:
            # The reason why a location may exist on the other side names the location.
            return name if self._unfound(0 if before is None else 1, name) else ""
        old, new = self._own[0].get(before.vpc, _NOTHING), self._own[1].get(after.vpc, _NOTHING)
        if old == new:
            return ""
        return name if old & new else "every address is another"

    def _changed(self, a: str, b: str) -> tuple[PairChange, ...]:
        """The changes of a flow: one for each kind of change of its packets."""
        was, now = (pairs.exact(a, b) if pairs.in_scope(a, b) else None for pairs in self.pairs)
        unfound = self._unclear_without(a, b)
        found: dict[tuple[ChangeKind, str], tuple[Packets, Pair | None, Pair | None]] = {}
        for packets, earlier, later in views(was, now):
            for how in [(ChangeKind.UNCLEAR, "")] if unfound and any(hows(earlier, later)) else hows(earlier, later):
                so_far, first, second = found.get(how, (NO_PACKETS, earlier, later))
                found[how] = (so_far | packets, first, second)
        return tuple(
            PairChange(
                kind,
                "" if packets == ALL_PACKETS and not ports else f"{packets}{ports}",
                frozenset(self._causes(earlier, later)),
                unfound or unknown_reason(earlier, later) if kind is ChangeKind.UNCLEAR else "",
            )
            for (kind, ports), (packets, earlier, later) in found.items()
        )

    def _unfound(self, side: int, name: str) -> str:
        """Why a location may exist on a side that does not have it, or ""."""
        return may_exist(name, self.sides[1 - side], self.sides[side])

    def _unclear_without(self, a: str, b: str) -> str:
        """Why a flow may exist on a side that lacks one of its locations, or ""."""
        missing = (
            (side, name)
            for side, pairs in enumerate(self.pairs)
            for name in (a, b)
            if name not in pairs.locations.by_name
        )
        reasons = (
            f"whether {name} exists {'after' if side else 'before'}: {reason}"
            for side, name in missing
            if (reason := self._unfound(side, name))
        )
        return next(reasons, "")

    def _causes(self, was: Pair | None, now: Pair | None) -> Iterator[str]:
        """The changed resources on the paths of the flow, before and after."""
        met = dict.fromkeys((*self._met(0, was), *self._met(1, now)))
        on_path = [address for address in met if address in self.changed]
        if on_path:
            return iter(on_path)
        # A route that was removed or is missing is on no path: use the changed parts of the tables on the path.
        return (address for address in self.changed if any(_belongs(self.sides, address, location) for location in met))

    def _met(self, side: int, pair: Pair | None) -> Iterator[str]:
        for sample in pair.samples if pair is not None else ():
            yield from self.names[side].of_trip(sample.trip)


def _changed(before: Network, after: Network) -> Iterator[str]:
    """The addresses of all changed resources; routes, associations and propagations first."""
    larger: list[str] = []
    for old, new in zip(_kinds(before), _kinds(after), strict=True):
        for address in sorted({*old, *new}):
            if old.get(address) != new.get(address):
                larger.append(address)
                yield from _smaller(old.get(address), new.get(address))
    yield from larger


def _kinds(thing: Any) -> Iterator[Mapping[str, Any]]:
    """All resources by address, one mapping for each kind, also if a part of the network groups several kinds."""
    for part in fields(thing):
        value = getattr(thing, part.name)
        if isinstance(value, Mapping):
            yield value
        elif is_dataclass(value):
            yield from _kinds(value)


def _smaller(old: object, new: object) -> Iterator[str]:
    """The changed rules, routes and propagations of a table or a network ACL."""
    for name in ("routes", "inbound", "outbound"):
        before = {item.address: item for item in _listed(old, name)}
        after = {item.address: item for item in _listed(new, name)}
        yield from sorted(a for a in {*before, *after} if before.get(a) != after.get(a))
    old_sources, new_sources = getattr(old, "sources", {}), getattr(new, "sources", {})
    yield from sorted({address for _, address in {*old_sources.items()} ^ {*new_sources.items()}})


def _listed(thing: object, name: str) -> tuple[Any, ...]:
    """The parts of a table or a network ACL. Other resources have fields of these names that are no lists."""
    found = getattr(thing, name, ())
    return found if isinstance(found, tuple) else ()


def _belongs(sides: tuple[Analysis, Analysis], address: str, location: str) -> bool:
    """Whether a resource is part of a table or a network ACL."""
    for side in sides:
        network = side.network
        for holder in (network.tables.get(location), network.tgw_tables.get(location), network.nacls.get(location)):
            parts = [i.address for n in ("routes", "inbound", "outbound") for i in getattr(holder, n, ())]
            if address in parts or address in getattr(holder, "sources", {}).values():
                return True
    return False
