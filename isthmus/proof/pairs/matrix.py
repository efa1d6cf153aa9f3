"""All pairs: what happens to all packets between any two places, each way, zone by zone and tier by tier.

Alike spokes are tried once, by two representatives; every other pair looks their answer up. The path of a particular
pair is followed only when somebody wants to see it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from isthmus.network import nat64
from isthmus.network.address_space import ALL, PUBLIC, address_at, number, span
from isthmus.network.answers import (
    AtSite,
    InSubnet,
    Internet,
    Outcome,
    Packet,
    Path,
    Position,
    RoundTrip,
    Somewhere,
    Trace,
)
from isthmus.network.client_ports import described
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import Cidr, Unknown
from isthmus.network.packet_classes import USUAL, PacketClass, packet_classes
from isthmus.network.packets import ALL_PACKETS, NO_PACKETS, Packets
from isthmus.network.prefix_classes import Advertised, Key, prefix_classes
from isthmus.proof.errors import UnusableInput
from isthmus.proof.pairs.equivalence import EquivalenceClasses
from isthmus.proof.pairs.locations import INTERNET, Inventory, Location, LocationKind, Locations, Tier, asked
from isthmus.proof.result.findings import PacketOutcome

_LAST_V4 = (1 << 32) - 1
FILTERS = ("network-acl-denies", "firewall-drops")
NAT64 = 64  # the version of trials from IPv6 to IPv4
_FIRST_HOST = 4  # AWS keeps the first four addresses of a subnet


MOST_GROUPS = 1_000  # of locations that behave the same: a minute or two


@dataclass(frozen=True, slots=True)
class Trial:
    """All packets from one end to another, by what becomes of them and of their replies.

    - `zone`: of the source. `tier`: of the source's subnet, or of the destination's if the source is in none.
    - `main`: between workload subnets, where flows are meant to be.
    - `version`: of IP. Hosts that have addresses of both use what works.
    - `unsure`: why nobody can say whether it is, or "": then `main` says what it is if it is not known otherwise.
    - `classes`: all packets, each in one class. `trip`: what becomes of the one that the pair is about, see `AllPairs`.
    """

    source: Position
    destination: Position
    zone: str
    tier: str
    main: bool
    trip: RoundTrip
    unsure: str = ""
    version: int = 4
    classes: tuple[PacketClass, ...] = ()


@dataclass(frozen=True)
class Pair:
    """Everything tried from one place to another.

    What is meant to work has to work from and to every workload subnet; what is not must not work from or to any.
    """

    trials: tuple[Trial, ...]

    @cached_property
    def main(self) -> tuple[Trial, ...]:
        """Between workload subnets."""
        return tuple(trial for trial in self.trials if trial.main)

    def views(self, within: Packets = ALL_PACKETS) -> Iterator[tuple[Packets, Pair]]:
        """The pair as each class of packets sees it: those that fare alike in every trial. Their trips are `trip`."""
        cells = [within] if within else []
        for classes in dict.fromkeys(tuple(each.packets for each in trial.classes) for trial in self.trials):
            if len(classes) > 1:
                cells = [part for cell in cells for packets in classes if (part := cell & packets)]
        for cell in cells:
            yield cell, self if cell == ALL_PACKETS else Pair(tuple(_seen_by(trial, cell) for trial in self.trials))

    def without(self, packets: Packets) -> Pair:
        """The pair as all other packets see it, class by class."""
        return Pair(tuple(trial for _, view in self.views(ALL_PACKETS - packets) for trial in view.trials))

    def outcome(self, intended: bool | None) -> tuple[Outcome, Outcome]:
        """There and back: at worst for a flow that is meant (or of which nobody said anything), else at best."""
        if intended is False:
            return best(self.trials)
        return worst(self.main)

    def for_few(self, intended: bool | None) -> bool:
        """Whether what works does so for fewer than half of the client ports; else than `outcome` is of it."""
        trials = [t for t in self.trials if t.trip.outcome is Outcome.REACHABLE] if intended is False else self.main
        few = [trial.trip.mostly_denied for trial in trials]
        return bool(few) and (all(few) if intended is False else any(few))

    def packet_outcomes(self, intended: bool | None) -> tuple[PacketOutcome, ...]:
        """All packets by what becomes of them: at worst for a flow that is meant or of which nothing is said, else at
        best."""
        found: dict[tuple[Outcome, Outcome, str], Packets] = {}
        for packets, view in self.views():
            there, back = best(view.trials) if intended is False else worst(view.main)
            denied = [one for trial in view.main for one in trial.trip.denied] if back is Outcome.REACHABLE else []
            key = (there, back, described(denied))
            found[key] = found.get(key, NO_PACKETS) | packets
        return tuple(PacketOutcome(packets, *key) for key, packets in found.items())

    def by_zone(self) -> Mapping[str, tuple[Outcome, Outcome]]:
        """Outcomes by zone of the source, where they differ."""
        return _split(self.main, lambda trial: trial.zone)

    @cached_property
    def by_subnet(self) -> Mapping[tuple[str, str], tuple[Outcome, Outcome]]:
        """Outcomes by subnet of the source and of the destination ("" where an end is in none), where they differ."""
        groups: dict[tuple[str, str], list[Trial]] = defaultdict(list)
        for trial in self.main:
            groups[subnet_of(trial.source), subnet_of(trial.destination)].append(trial)
        outcomes = {key: worst(group) for key, group in groups.items()}
        return outcomes if len(set(outcomes.values())) > 1 else {}

    @property
    def unknown(self) -> bool:
        """Whether nobody can say of some subnet, whatever is known of the others."""
        every = [*self.by_subnet.values(), worst(self.main)]
        return any(Outcome.UNKNOWN in outcome for outcome in every)

    @property
    def exits(self) -> Mapping[str, tuple[str, ...]]:
        """What it leaves by for the internet and comes back by, each with the subnets that use it.

        A NAT gateway on the way is named with the exit behind it.
        """
        found: dict[str, dict[str, None]] = {}
        for trial in self.main:
            if trial.trip.outcome is Outcome.REACHABLE:
                for path in trial.trip.forward.paths:
                    name = path.exit + (f" by {path.nats[0]}" if path.nats else "")
                    found.setdefault(name, {})[subnet_of(trial.source)] = None
        return {name: tuple(subnets) for name, subnets in found.items()}

    def by_tier(self) -> Mapping[str, tuple[Outcome, Outcome]]:
        """Outcomes by tier, where they differ."""
        return _split(self.trials, lambda trial: trial.tier)

    def telling(self, intended: bool | None) -> int:
        """Which trial shows the outcome best: for a flow that is not meant, one that gets through."""
        if not self.trials:
            return -1
        if intended is False:
            return max(range(len(self.trials)), key=lambda i: _openness(self.trials[i].trip))
        version = next((trial.version for trial in _in_one_version(self.main)), 4)

        def telling(which: int) -> tuple[bool, bool, tuple[int, int]]:
            trial = self.trials[which]
            return not trial.main, trial.version != version, _openness(trial.trip)

        return min(range(len(self.trials)), key=telling)


def _by_nat64(mine: _End, theirs: _End) -> Iterator[tuple[_End, _End]]:
    """From a host of IPv6 to one of IPv4 on the internet, by the address of IPv6 that stands for it."""
    to = theirs.location
    if isinstance(to, Internet) and to.ip is not None and isinstance(mine.location, InSubnet):
        standing = Internet(address_at(nat64.as_seen(number(to.ip))))
        yield replace(mine, version=NAT64), replace(theirs, location=standing, version=NAT64)


def subnet_of(location: Position) -> str:
    """The subnet that a location is in, or ""."""
    if isinstance(location, Somewhere):
        return location.subnet
    return location.address if isinstance(location, InSubnet) else ""


def _seen_by(trial: Trial, packets: Packets) -> Trial:
    """A trial as the packets of one of its classes see it."""
    trip = next(each.trip for each in trial.classes if packets.first in each.packets)
    return replace(trial, trip=trip, classes=(PacketClass(packets, trip),))


def worst(trials: Sequence[Trial]) -> tuple[Outcome, Outcome]:
    """Blocked if any is, then unknown if any is, in the version of IP that fares best.

    Some of those that are `unsure` may not count, but not all.
    """
    trials = _in_one_version(trials)
    sure = [not trial.unsure for trial in trials]
    return (
        at_worst([trial.trip.forward.outcome for trial in trials], sure),
        at_worst([_back(trial.trip) for trial in trials], sure),
    )


def _in_one_version(trials: Sequence[Trial]) -> Sequence[Trial]:
    """The trials in the version of IP that fares best: two dual-stack hosts need no more than one that works."""
    versions = {trial.version: [t for t in trials if t.version == trial.version] for trial in trials}

    def openness(version: int) -> tuple[int, ...]:
        there, back = (_ORDER[outcome] for outcome in worst(versions[version]))
        return min(there, back), there, back, -version

    return versions[max(versions, key=openness)] if len(versions) > 1 else trials


def best(trials: Sequence[Trial]) -> tuple[Outcome, Outcome]:
    """Reachable if any path of any of them is, then unknown if any is. Of none: blocked."""
    return (
        _at_best(path for trial in trials for path in trial.trip.forward.paths),
        _at_best(path for trial in trials for path in trial.trip.back.paths),
    )


def _back(trip: RoundTrip) -> Outcome:
    return Outcome.BLOCKED if trip.asymmetric else trip.back.outcome


def at_worst(outcomes: Sequence[Outcome], sure: Sequence[bool]) -> Outcome:
    """Blocked if any is, then unknown if any is; where only outcomes of which nobody is sure are blocked: unknown."""
    blocked = [certain for outcome, certain in zip(outcomes, sure, strict=True) if outcome is Outcome.BLOCKED]
    if any(blocked) or len(blocked) == len(outcomes):
        return Outcome.BLOCKED
    return Outcome.UNKNOWN if blocked or Outcome.UNKNOWN in outcomes else Outcome.REACHABLE


def _at_best(paths: Iterator[Path]) -> Outcome:
    outcomes = {path.outcome for path in paths}
    if Outcome.REACHABLE in outcomes:
        return Outcome.REACHABLE
    return Outcome.UNKNOWN if Outcome.UNKNOWN in outcomes else Outcome.BLOCKED


_ORDER = {Outcome.BLOCKED: 0, Outcome.UNKNOWN: 1, Outcome.REACHABLE: 2}


def openness(outcome: Outcome) -> int:
    """Blocked is less than unknown, which is less than reachable."""
    return _ORDER[outcome]


def _openness(trip: RoundTrip) -> tuple[int, int]:
    return _ORDER[trip.forward.outcome], _ORDER[_back(trip)]


def _split(trials: Sequence[Trial], by: Callable[[Trial], str]) -> dict[str, tuple[Outcome, Outcome]]:
    groups: dict[str, list[Trial]] = defaultdict(list)
    for trial in trials:
        groups[by(trial)].append(trial)
    outcomes = {name: worst(group) for name, group in groups.items() if name}
    return dict(sorted(outcomes.items())) if len(set(outcomes.values())) > 1 else {}


@dataclass(frozen=True, slots=True)
class _End:
    """One way to be at a place: where, in which zone and tier."""

    location: Position
    version: int
    zone: str = ""
    tier: str = ""
    main: bool = True
    unsure: str = ""


@dataclass
class AllPairs:
    """All pairs of `places` in the scenario of `engine`.

    `said` is what the intent says of a place: spokes of which different things are said are never taken for alike.
    `wanted` are the packets that are meant to get from one place to another; None where nothing is said. A trial's
    `trip` is that of the packets that fare worst, of those that are wanted; and where none is, of those that fare best.
    `apart=True` tries every pair by itself. `cuts` are further prefixes, with keys, that addresses are told apart by.
    """

    engine: Forwarding
    places: Locations
    inventory: Inventory
    said: Callable[[Location], Hashable] = lambda place: ""
    apart: bool = False
    cuts: Mapping[Cidr, Key] | None = None
    wanted: Callable[[str, str], Packets | None] = lambda a, b: None
    _pairs: dict[tuple[str, str], Pair] = field(default_factory=dict, init=False, repr=False)
    _ends: dict[str, tuple[_End, ...]] = field(default_factory=dict, init=False, repr=False)

    def during(self, engine: Forwarding) -> AllPairs:
        """The same pairs while something is down: who is alike, and where to try, stays."""
        pairs = AllPairs(engine, self.places, self.inventory, self.said, self.apart, self.cuts, self.wanted)
        pairs.__dict__.update(_alike=self._alike, _group=self._group, _members=self._members, _ends=self._ends)
        return pairs

    # --- pairs

    def names(self) -> tuple[str, ...]:
        """The names of all places, in order."""
        return tuple(place.name for place in self.places.all)

    def cut_by(self, other: AllPairs) -> AllPairs:
        """The same pairs, with addresses told apart wherever another network tells them apart."""
        cuts = prefix_classes(other.engine.network, other.engine.sites)
        return AllPairs(self.engine, self.places, self.inventory, self.said, self.apart, cuts, self.wanted)

    def asked(self, a: str, b: str) -> bool:
        """Whether a pair is there and the network's business."""
        if a not in self.places.by_name or b not in self.places.by_name:
            return False
        return asked(self.places.by_name[a], self.places.by_name[b])

    def grouped(self) -> Iterator[tuple[str, str, int]]:
        """One pair for each two groups of alike places, with the number of ordered pairs that it stands for.

        Raises `UnusableInput` for more groups than are compared: pairs of them are so many times as many.
        """
        if len(self._members) > MOST_GROUPS:
            raise UnusableInput(
                f"this input has {len(self._members):,} locations that differ, and {MOST_GROUPS:,} are compared "
                "at most: give fewer roots, plans or states at a time"
            )
        for here, mine in self._members.items():
            for there, theirs in self._members.items():
                count = len(mine) * len(theirs) - (len(mine) if here == there else 0)
                pair = self._representatives(here, there)
                if pair is not None and self.asked(*pair):
                    yield *pair, count

    def like(self, a: str, b: str) -> Iterator[tuple[str, str]]:
        """Every pair that a pair stands for, itself included."""
        for mine in self._members[self._group[a]]:
            for theirs in self._members[self._group[b]]:
                if mine != theirs:
                    yield mine, theirs

    def between(self, a: str, b: str) -> Pair:
        """What happens from one place to another. Raises `KeyError` for a name that is no place."""
        key = self._representatives(self._group[a], self._group[b])
        if key is None:
            raise KeyError((a, b))
        if key not in self._pairs:
            self._pairs[key] = Pair(tuple(self._trials(*key)))
        return self._pairs[key]

    def exact(self, a: str, b: str) -> Pair:
        """What happens between exactly these two, not two that are alike."""
        return self._pairs.get((a, b)) or Pair(tuple(self._trials(a, b)))

    def trip(self, a: str, b: str, which: int) -> RoundTrip | None:
        """The trial of that number between exactly these two."""
        if which < 0:
            return None
        alike = self.between(a, b).trials[which].trip
        if (a, b) in self._pairs:
            return alike
        for number_, (mine, theirs) in enumerate(self._combinations(a, b)):
            if number_ == which:
                # What divides packets is the same for places that are alike.
                at = alike.forward.packet.place
                return self.engine.both_ways(Packet.at(at, mine.location, theirs.location, self.engine.client_ports))
        return None

    # --- groups

    @cached_property
    def _alike(self) -> EquivalenceClasses:
        return EquivalenceClasses(self.engine.network, self.engine.sites, self.inventory, self.cuts)

    @cached_property
    def _group(self) -> Mapping[str, int]:
        if self.apart:
            return {place.name: number_ for number_, place in enumerate(self.places.all)}
        return self._alike.groups(self.places.all, self.said)

    @cached_property
    def _members(self) -> Mapping[int, Sequence[str]]:
        members: dict[int, list[str]] = defaultdict(list)
        for name, group in self._group.items():
            members[group].append(name)
        return members

    def group(self, a: str, b: str) -> tuple[int, int]:
        """The groups of two places: pairs of one group pair fare alike."""
        return self._group[a], self._group[b]

    def ranges(self, name: str) -> Mapping[Cidr | Unknown, int]:
        """The ranges of a spoke's workload subnets, numbered in an order that alike spokes share."""
        place = self.places.by_name.get(name)
        if place is None or place.kind is not LocationKind.SPOKE:
            return {}
        cidrs = [cidr for _, subnet in self._alike.subnets(place) for cidr in subnet.cidrs]
        return {cidr: number_ for number_, cidr in enumerate(cidrs)}

    def kind(self, name: str) -> int:
        """The group of a place."""
        return self._group[name]

    def alike(self, name: str) -> tuple[str, ...]:
        """Every place that is tried as one with a place, itself included."""
        return tuple(self._members[self._group[name]])

    def representatives(self) -> tuple[str, ...]:
        """One place of each group."""
        return tuple(members[0] for members in self._members.values())

    def _representatives(self, here: int, there: int) -> tuple[str, str] | None:
        mine, theirs = self._members[here], self._members[there]
        if here != there:
            return mine[0], theirs[0]
        return (mine[0], mine[1]) if len(mine) > 1 else None

    # --- trials

    def _trials(self, a: str, b: str) -> Iterator[Trial]:
        wanted = self.wanted(a, b)
        tried = [
            _trial(mine, theirs, packet_classes(self.engine, mine.location, theirs.location))
            for mine, theirs in self._combinations(a, b)
        ]
        yield from told(tried, wanted)

    def _combinations(self, a: str, b: str) -> Iterator[tuple[_End, _End]]:
        for mine in self.ends(a):
            for theirs in self.ends(b):
                if mine.version == theirs.version:
                    yield mine, theirs
                elif b == INTERNET and self._translates and (mine.version, theirs.version) == (6, 4):
                    yield from _by_nat64(mine, theirs)

    @cached_property
    def by_nat64(self) -> tuple[Internet, ...]:
        """The internet of IPv4 as hosts of IPv6 alone call it, if any route is for that."""
        place = self.engine.place_of(Internet())
        if not self._translates or not isinstance(place, int):
            return ()
        return (Internet(address_at(nat64.as_seen(place))),)

    @cached_property
    def _translates(self) -> bool:
        """Whether any table of the network names addresses that stand for IPv4 ones."""
        facts = self.engine.index
        tables = [facts.vpc_table(table) for table in facts.network.tables]
        tables += [facts.tgw_table(table) for table in facts.network.tgw_tables]
        return any(nat64.is_inside(span(route.prefix)[0]) for table in tables for route in table.candidates)

    def ends(self, name: str) -> tuple[_End, ...]:
        """Every way to be at a place that some route or rule tells from the others."""
        if name not in self._ends:
            place = self.places.by_name[name]
            match place.kind:
                case LocationKind.SPOKE:
                    found = tuple(self._in_spoke(place))
                case LocationKind.SITE_NETWORK:
                    found = tuple(self._at_site(place))
                case LocationKind.INTERNET:
                    found = tuple(self._on_internet())
            self._ends[name] = found
        return self._ends[name]

    def unsure(self, place: Location) -> str:
        """Why nobody can say which subnets of a place hold workloads, or ""."""
        return self.inventory.unsure(place.vpc) if len(place.workloads) > 1 else ""

    def _in_spoke(self, place: Location) -> Iterator[_End]:
        workloads = set(place.workloads)
        unsure = self.unsure(place)
        if place.vpc and (why := self.inventory.elsewhere(place.vpc)):
            yield _End(Somewhere(place.vpc, why), 4)
        for tier, subnet in self._alike.subnets(place):
            if subnet.vague_ipv6:
                vague = Somewhere(place.vpc, subnet.vague_ipv6, subnet.address, 6)
                yield _End(vague, 6, main=subnet.address in workloads)
            for cidr in subnet.cidrs:
                if isinstance(cidr, Unknown):
                    vague = Somewhere(place.vpc, f"{subnet.address}: {cidr.reason}", subnet.address)
                    yield _End(vague, 4, main=subnet.address in workloads)
                    continue
                public = tier is Tier.PUBLIC and self.inventory.public(subnet, cidr.version)
                for address in self._hosts(cidr):
                    location = InSubnet(subnet.address, address_at(address), public=public)
                    zone = "" if isinstance(subnet.zone, Unknown) else subnet.zone
                    yield _End(location, cidr.version, zone, tier.value, subnet.address in workloads, unsure)

    def _at_site(self, place: Location) -> Iterator[_End]:
        if not place.cidrs:
            yield _End(AtSite(place.site), 4)
        if place.is_rest:
            yield from self._in_rest(place)
            return
        for cidr in place.cidrs:
            for address in self._alike.samples(*span(cidr)):
                inside = address + 1 if address == number(cidr.network_address) and cidr.num_addresses > 1 else address
                yield _End(AtSite(place.site, address_at(inside)), cidr.version)

    def _in_rest(self, place: Location) -> Iterator[_End]:
        """One address for each part of the rest of a site that some route or rule tells from the others.

        Where that is all that is known of the site, nobody can say which of them it has.
        """
        vague = f"which addresses {place.site} has: it advertises a default route alone" if place.is_site else ""
        found: dict[tuple[Key, ...], int] = {}
        for low, high in place.spans:
            for first, last, around in self._alike.atoms.within(low, high):
                found.setdefault(around, min(first + 1, last))
        for address in found.values():
            host = address_at(address)
            yield _End(AtSite(place.site, host), host.version, unsure=vague)

    def _on_internet(self) -> Iterator[_End]:
        """An address for each part of the internet that routes or rules tell apart: exits may differ."""
        for version, around_all in ((4, (0, _LAST_V4)), (6, (_LAST_V4 + 1, ALL[1]))):
            samples: dict[tuple[Key, ...], int] = {}
            for low, high, public in PUBLIC.within(*around_all):
                for first, _, around in self._alike.atoms.within(low, high) if public else ():
                    if not self._owned(first, around):
                        samples.setdefault(around, first + 1)
            for address in samples.values():
                yield _End(Internet(address_at(address)), version)

    def _owned(self, address: int, around: tuple[Key, ...]) -> bool:
        """Whether an address that could be on the internet is a VPC's or a site's."""
        if any(isinstance(key, Advertised) and key.here is not None for key in around):
            return True
        if not self._site_prefixes.isdisjoint(around):
            return True
        return bool(self.engine.index.vpc_owners(address))

    @cached_property
    def _site_prefixes(self) -> frozenset[Cidr]:
        found: set[Cidr] = set()
        for site in self.engine.sites.by_name.values():
            found.update((*site.networks, *site.rest))
            if not isinstance(site.advertises, Unknown):
                found.update(a.prefix for a in site.advertises if a.prefix.prefixlen)
        return frozenset(found)

    def _hosts(self, cidr: Cidr) -> Iterator[int]:
        low, high = span(cidr)
        for address in self._alike.samples(low, high):
            yield min(low + _FIRST_HOST, high) if address == low else address


def _trial(mine: _End, theirs: _End, classes: tuple[PacketClass, ...]) -> Trial:
    spoke = mine if mine.tier else theirs
    main = mine.main and theirs.main
    unsure = mine.unsure or theirs.unsure
    trip = classes[0].trip
    return Trial(mine.location, theirs.location, mine.zone, spoke.tier, main, trip, unsure, mine.version, classes)


def told(trials: Sequence[Trial], wanted: Packets | None) -> Sequence[Trial]:
    """The trials with the trips that tell most: see `AllPairs`."""
    if wanted is None:
        return _fitting_all(trials)
    return [replace(trial, trip=_telling(trial, wanted)) for trial in trials]


def _telling(trial: Trial, wanted: Packets) -> RoundTrip:
    """What becomes of the packets that fare worst, of those that are wanted; of those that fare best, if none is."""
    if not wanted:
        return max(trial.classes, key=lambda one: (_openness(one.trip), USUAL in one.packets)).trip
    asked = (one for one in trial.classes if one.packets & wanted)
    return min(asked, key=lambda one: (_openness(one.trip), USUAL not in one.packets)).trip


def _fitting_all(trials: Sequence[Trial]) -> Sequence[Trial]:
    """The trials as the packets see them that fare best in all of them; the usual ones, if none fare better."""
    if all(len(trial.classes) == 1 for trial in trials):
        return trials

    def fares(view: tuple[Packets, Pair]) -> tuple[int, int, bool]:
        packets, pair = view
        there, back = (_ORDER[outcome] for outcome in worst(pair.main or pair.trials))
        return there, back, USUAL in packets

    _, best_ = max(Pair(tuple(trials)).views(), key=fares)
    return [replace(trial, trip=seen.trip) for trial, seen in zip(trials, best_.trials, strict=True)]


def stopped_by_filters(trace: Trace) -> bool:
    """Whether nothing but network ACLs and firewall rules stops a packet."""
    return bool(trace.blocks) and all(block.rule in FILTERS for block in trace.blocks)
