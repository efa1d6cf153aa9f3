"""Each pair against the intent: what is meant works both ways, what is not meant does not work at all."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from ipaddress import IPv4Address, ip_network

from isthmus.intent import Egress, Estate, Inspection
from isthmus.intent.network_acl_rules import Ports, allowed_ports
from isthmus.intent.reachability import (
    inspected_between,
    intended_pairs,
    networks_reached,
    reach_each_other,
    transit_between,
    way_out,
)
from isthmus.intent.site_remainder import limits
from isthmus.network.address_space import number, span, subtract
from isthmus.network.answers import InSubnet, Internet, Outcome, Path
from isthmus.network.block import Block
from isthmus.network.filters import Span, traffic_of
from isthmus.network.firewalls import verdict
from isthmus.network.model import Network
from isthmus.network.packet_boundaries import policy_cuts
from isthmus.network.packets import ALL_PACKETS, NO_PACKETS, Packets, partition
from isthmus.network.suricata import SuricataRules
from isthmus.proof.checks.allowed_packets import TO_INTERNET, union
from isthmus.proof.checks.causes import Naming
from isthmus.proof.checks.client_ports import mostly_lost
from isthmus.proof.checks.firewall_policy import intended_rules
from isthmus.proof.pairs.locations import INTERNET, Location, LocationKind, Locations, Tier
from isthmus.proof.pairs.matrix import Pair, Trial
from isthmus.proof.result.findings import Violation

# An address that stands for the internet: https://www.rfc-editor.org/rfc/rfc5737.
_ANYWHERE = (number(IPv4Address("192.0.2.1")),) * 2


class Intended:
    """What the intent says of places and pairs, in its own words."""

    def __init__(self, estate: Estate, places: Locations) -> None:
        self.estate = estate
        self.places = places
        self._spokes = {spoke.name: spoke for _, spoke in estate.spokes}
        self._segments = {name: estate.segment(spoke.segment) for name, spoke in self._spokes.items()}
        self._leaving: dict[tuple[Span, Span], Packets] = {}
        self._networks = {segment.name: networks_reached(estate, segment) for segment in estate.segments}

    @cached_property
    def _between_sites(self) -> frozenset[tuple[str, str]]:
        """Pairs of site networks: few, and none of their business with segments."""
        return frozenset(pair for pair in intended_pairs(self.estate) if all("/" in name for name in pair))

    def said(self, place: Location) -> Hashable:
        """Everything that the intent says of a spoke and that changes what is expected of it."""
        spoke = self._spokes.get(place.name)
        if spoke is None:
            return place.name
        return (spoke.segment, spoke.egress, self.estate.zones_of(spoke), tuple(spoke.nat_zones or ()))

    def intended(self, a: str, b: str) -> bool | None:
        """Whether one is meant to reach the other, and to open connections to it; None where nothing is said of it."""
        together = self.together(a, b)
        return together and self.allowed_ports(a, b) != ()

    def together(self, a: str, b: str) -> bool | None:
        """Whether the two are meant to reach each other; None where nothing is said of it."""
        here, there = self.places.by_name[a], self.places.by_name[b]
        if (here.is_rest or there.is_rest) and LocationKind.INTERNET not in (here.kind, there.kind):
            return self._with_rest(here, there)
        if LocationKind.INTERNET in (here.kind, there.kind):
            # Who is in the internet opens nothing; a spoke does if it has a way out; a site has its own.
            return here.kind is LocationKind.SPOKE and self.egress(a) is not Egress.NONE and bool(self.let_out(a))
        if here.kind is there.kind is LocationKind.SPOKE:
            return reach_each_other(self._segments[a], self._segments[b])
        if here.kind is there.kind:
            return (a, b) in self._between_sites or (b, a) in self._between_sites
        spoke, network = (a, b) if here.kind is LocationKind.SPOKE else (b, a)
        return network in self._networks[self._segments[spoke].name]

    def _with_rest(self, here: Location, there: Location) -> bool | None:
        """Of addresses without a name at a site: a limited segment does not accept them; else nothing is said."""
        spoke = next((place for place in (here, there) if place.kind is LocationKind.SPOKE), None)
        if spoke is None:
            one, other = self.estate.site(here.site), self.estate.site(there.site)
            return None if transit_between(one, other) else False
        site = self.estate.site(there.site or here.site)
        return False if limits(self.estate, self._segments[spoke.name], site) else None

    def inspected(self, a: str, b: str) -> bool:
        """Whether what goes from one to the other has to meet a firewall, both ways."""
        there = self.places.by_name[b]
        if self.estate.egress is None or self.estate.egress.inspection is Inspection.NONE or a not in self._spokes:
            return False
        if there.kind is LocationKind.INTERNET:
            return self.egress(a) is Egress.CENTRAL
        return there.kind is LocationKind.SPOKE and inspected_between(self._segments[a], self._segments[b])

    def allowed_ports(self, a: str, b: str) -> tuple[Ports, ...] | None:
        """What one place may open to another; None: anything, as far as they reach each other."""
        if not self.estate.allowed_connections:
            return None
        here, there = self._side(a), self._side(b)
        return allowed_ports(self.estate, here, there) if here and there else None

    @cached_property
    def _firewall(self) -> SuricataRules | None:
        return intended_rules(self.estate)

    def lets_out(self, spoke: str, source: Span, destination: Span) -> Packets:
        """The packets that the intent's firewall lets out from some addresses to some, or may."""
        if self._firewall is None or not self.inspected(spoke, INTERNET):
            return ALL_PACKETS
        key = (source, destination)
        if key not in self._leaving:
            found = NO_PACKETS
            for part in partition(policy_cuts(self._firewall)):
                said = verdict(self._firewall, source, destination, traffic_of(part.first), outward=True)
                found |= part if not isinstance(said, Block) else NO_PACKETS
            self._leaving[key] = found
        return self._leaving[key]

    def _let_out_to(self, spoke: str, destination: Span) -> Packets:
        """The packets that are let out to an address from every part of a spoke."""
        found = TO_INTERNET if self.egress(spoke) is not Egress.ON_PREMISES else ALL_PACKETS
        for source in self._v4(spoke):
            found &= self.lets_out(spoke, source, destination)
        return found

    def let_out(self, spoke: str) -> Packets:
        """The packets that the intent lets out of a spoke, to some of the internet at least."""
        rules = self._firewall.rules if self._firewall is not None else ()
        home = [span(ip_network(block)) for block in self.estate.blocks]
        outside = (subtract(rule.destinations, home) for rule in rules if rule.passes is not False)
        named = dict.fromkeys(low for spans in outside for low, _ in spans)
        found = self._let_out_to(spoke, _ANYWHERE)
        for low in named if self.inspected(spoke, INTERNET) else ():
            found |= self._let_out_to(spoke, (low, low))
        return found

    def in_part(self, a: str, b: str) -> bool:
        """Whether the intent lets packets out to some addresses of the internet only."""
        return b == INTERNET and bool(self.asked(a, b)) and not self._let_out_to(a, _ANYWHERE)

    def _v4(self, spoke: str) -> list[Span]:
        """The IPv4 ranges of a spoke: no estate has others."""
        return [span(cidr) for cidr in self.places.by_name[spoke].cidrs if cidr.version == 4]

    def wanted(self, a: str, b: str) -> Packets | None:
        """The packets that are meant to get from one place to another, and to be answered; None: nothing is said."""
        if self.intended(a, b) is None:
            return None
        everywhere = self._let_out_to(a, _ANYWHERE) if b == INTERNET and self.intended(a, b) else NO_PACKETS
        return everywhere or self.asked(a, b)

    def asked(self, a: str, b: str) -> Packets:
        """The packets that are meant to get there; to the internet, those that are let out to any of it."""
        if not self.intended(a, b):
            return NO_PACKETS
        if b == INTERNET:
            return self.let_out(a)
        opened = self.allowed_ports(a, b)
        return ALL_PACKETS if opened is None else union(opened)

    def _side(self, place: str) -> str:
        """What openings call a place: its segment, or the site network that it is."""
        if place in self._segments:
            return self._segments[place].name
        return place if self.places.by_name[place].site else ""

    def open_to_internet(self, a: str, b: str) -> bool:
        """Whether the flow is one from the internet to a spoke that has public subnets by its own way out."""
        return a == INTERNET and b in self._spokes and self.egress(b) is Egress.LOCAL

    def egress(self, spoke: str) -> Egress:
        """The way out of a spoke."""
        return way_out(self.estate, spoke) if spoke not in self._spokes else self._spokes[spoke].egress


class Judge:
    """Compares what happens between two places with what is meant."""

    def __init__(self, network: Network, meant: Intended, egress: str = "") -> None:
        self.network = network
        self.meant = meant
        self.central = egress
        self.naming = Naming(network)

    def violations(self, a: str, b: str, pair: Pair) -> Iterator[Violation]:
        """Everything that is wrong from one place to another, for any packet. What is unknown is no violation."""
        wanted = self.meant.asked(a, b)
        found = [
            (violation, packets)
            for within in (wanted, ALL_PACKETS - wanted)
            for packets, view in pair.views(within)
            for violation in self._of(a, b, view, meant=within is wanted)
        ]
        yield from gathered(found, wanted)

    def _of(self, a: str, b: str, pair: Pair, *, meant: bool) -> Iterator[Violation]:
        """What is wrong for packets of one class, which are meant to get there or not."""
        here, there = self.meant.places.by_name[a], self.meant.places.by_name[b]
        if there.kind is LocationKind.INTERNET:
            yield from self._outward(here, pair, meant=meant)
        elif here.kind is LocationKind.INTERNET:
            yield from self._inward(there, pair)
        elif meant:
            yield from self._meant(a, b, pair)
            yield from self._inspected(a, b, pair)
        elif self.meant.together(a, b) is False:
            yield from leaks(self.naming, a, b, pair.trials)

    # --- flows between places

    def _meant(self, a: str, b: str, pair: Pair) -> Iterator[Violation]:
        yield from odd_paths(self.naming, a, b, pair.main)
        yield from mostly_lost(self.naming, a, b, pair.main)
        stopped = [t for t in pair.main if Outcome.BLOCKED in (t.trip.forward.outcome, t.trip.back.outcome)]
        sure = [trial for trial in stopped if not trial.unsure]
        if not stopped or (not sure and len(stopped) < len(pair.main)):
            return  # those that are stopped may hold no workloads
        stopped = sure or stopped
        there = [t for t in stopped if t.trip.forward.outcome is Outcome.BLOCKED]
        trial = (there or stopped)[0]
        rule = "intended-flow-blocked" if there else "intended-flow-one-way"
        blocks = trial.trip.forward.blocks if there else trial.trip.back.blocks
        legs = [t.trip.forward if there else t.trip.back for t in there or stopped]
        why = "; ".join(f"{block.address}: {block.why}" for block in blocks) or "it does not arrive"
        direction = "" if there else "the reply is stopped: "
        zones = _zones(there or stopped, pair.main)
        named = self.naming.of_blocked(path for leg in legs for path in leg.paths)
        yield Violation(rule, f"{direction}{why}{zones}", named, a, b)

    # --- the internet

    def _outward(self, spoke: Location, pair: Pair, *, meant: bool) -> Iterator[Violation]:
        if spoke.kind is not LocationKind.SPOKE:
            yield from leaks(self.naming, spoke.name, INTERNET, pair.trials)
            return
        stated = self.meant.egress(spoke.name)
        for trial, path, way in self._other_ways(spoke, stated, pair):
            why = f"out by {path.exit} ({way}); the intent says {stated.value}"
            if trial.tier != Tier.PRIVATE:
                why += f", from its {trial.tier} subnets"
            named = self.naming.of_leak([path])
            if stated is Egress.CENTRAL:
                named += tuple(x.address for x in self.network.attachments.values() if x.attached == self.central)
            yield Violation("unintended-egress", why, named, spoke.name, INTERNET)
            return
        if not meant:
            return
        lost = [
            trial
            for trial in pair.main
            if Outcome.BLOCKED in (trial.trip.forward.outcome, trial.trip.back.outcome) and self._let_out(spoke, trial)
        ]
        sure = [trial for trial in lost if not trial.unsure]
        if sure or (lost and len(lost) == len(pair.main)):
            lost = sure or lost
            blocks = lost[0].trip.blocks
            why = "; ".join(f"{block.address}: {block.why}" for block in blocks) or "it does not arrive"
            legs = [leg for t in lost for leg in (t.trip.forward, t.trip.back)]
            named = self.naming.of_blocked(path for leg in legs for path in leg.paths)
            zones = _zones(lost, pair.main)
            why = f"its way out is {stated.value}, and {why}{zones}"
            yield Violation("egress-missing", why, named, spoke.name, INTERNET)
            return
        yield from mostly_lost(self.naming, spoke.name, INTERNET, pair.main)
        if stated is Egress.CENTRAL:
            yield from odd_paths(self.naming, spoke.name, INTERNET, pair.main)
            yield from self._inspected(spoke.name, INTERNET, pair)

    def _let_out(self, spoke: Location, trial: Trial) -> bool:
        """Whether the intent's firewall lets out some of what was tried."""
        here, there = trial.source, trial.destination
        if not isinstance(here, InSubnet) or not isinstance(there, Internet) or here.ip is None or there.ip is None:
            return True
        source, to = ((number(ip), number(ip)) for ip in (here.ip, there.ip))
        tried = (each.packets for each in trial.classes)
        return any(packets & self.meant.lets_out(spoke.name, source, to) for packets in tried)

    # --- the firewall and the egress VPC

    def _inspected(self, a: str, b: str, pair: Pair) -> Iterator[Violation]:
        """What has to meet a firewall meets one on every path, and in the egress VPC every path keeps to its zone."""
        open_ = [
            path
            for trial in pair.trials
            for path in (*trial.trip.forward.paths, *trial.trip.back.paths)
            if path.outcome is Outcome.REACHABLE
        ]
        past = next((path for path in open_ if not path.boxes), None)
        if past is not None and self.meant.inspected(a, b):
            why = f"around the firewall: {' > '.join(hop.address for hop in past.hops)}"
            yield Violation("uninspected-flow", why, self.naming.of_leak([past]), a, b)
        for path in open_:
            if len(zones := self._zones_crossed(path)) > 1:
                why = f"in the egress VPC from zone to zone: {' > '.join(zones)}"
                yield Violation("cross-zone-path", why, self.naming.of_leak([path]), a, b)
                return

    def _zones_crossed(self, path: Path) -> tuple[str, ...]:
        """The zones of the egress VPC that a path goes through."""
        zones = []
        for hop in path.hops:
            attachment = self.network.attachments.get(hop.address)
            enters = hop.kind == "attachment" and attachment is not None and attachment.attached == self.central
            inside = hop.kind == "NAT gateway" or (hop.kind == "firewall" and hop.address not in self.network.firewalls)
            if hop.zone and (enters or inside):
                zones.append(hop.zone)
        return tuple(dict.fromkeys(zones))

    def _other_ways(self, spoke: Location, stated: Egress, pair: Pair) -> Iterator[tuple[Trial, Path, str]]:
        """Paths that get out by another way than the one stated."""
        for trial in pair.trials:
            for path in trial.trip.forward.paths:
                way = self.way(spoke, path)
                if path.outcome is Outcome.REACHABLE and way != stated.value:
                    yield trial, path, way

    def way(self, spoke: Location, path: Path) -> str:
        """The way out that a path takes, in the intent's words."""
        if path.exit in self.network.vpns or path.exit in self.network.dx_gateways:
            return Egress.ON_PREMISES.value
        gateway = self.network.gateways.get(path.exit)
        if gateway is not None and gateway.vpc == spoke.vpc:
            return Egress.LOCAL.value
        if gateway is not None and self.central and gateway.vpc == self.central:
            return Egress.CENTRAL.value
        return "another VPC's way out"

    def _inward(self, place: Location, pair: Pair) -> Iterator[Violation]:
        """Nothing gets in unasked, but to public subnets of spokes with a way out of their own."""
        local = self.meant.open_to_internet(INTERNET, place.name)
        for trial in pair.trials:
            if local and trial.tier == Tier.PUBLIC:
                continue
            open_ = [path for path in trial.trip.forward.paths if path.outcome is Outcome.REACHABLE]
            if open_:
                why = f"the internet reaches its {trial.tier} subnets"
                yield Violation("unintended-inbound-access", why, self.naming.of_leak(open_), INTERNET, place.name)
                return


def gathered(found: Iterable[tuple[Violation, Packets]], wanted: Packets) -> Iterator[Violation]:
    """One violation for the same fault of several classes of packets. It says of which, where not of all of them."""
    faults: dict[tuple[object, ...], tuple[Violation, Packets]] = {}
    for violation, packets in found:
        fault = (violation.rule, violation.source, violation.destination, frozenset(violation.resources))
        first, before = faults.get(fault, (violation, NO_PACKETS))
        faults[fault] = first, before | packets
    for violation, packets in faults.values():
        every = packets == ALL_PACKETS or (wanted and wanted <= packets)
        yield violation if every else replace(violation, packets=str(packets))


def leaks(naming: Naming, a: str, b: str, trials: tuple[Trial, ...]) -> Iterator[Violation]:
    """A flow that is not meant and gets through, at least there."""
    for trial in trials:
        open_ = [path for path in trial.trip.forward.paths if path.outcome is Outcome.REACHABLE]
        if not open_:
            continue
        back = any(path.outcome is Outcome.REACHABLE for path in trial.trip.back.paths)
        detour = next((path for path in open_ if _detour(path)), None)
        if detour is not None:
            yield Violation("hairpin", _by_way(detour), naming.of_leak([detour]), a, b)
        else:
            rule, how = (
                ("unintended-flow", "both ways")
                if back
                else ("unintended-one-way-flow", "there, and nothing comes back")
            )
            why = f"packets get through, {how}: {' > '.join(hop.address for hop in open_[0].hops)}"
            yield Violation(rule, why, naming.of_leak(open_), a, b)
        return


def odd_paths(naming: Naming, a: str, b: str, trials: tuple[Trial, ...]) -> Iterator[Violation]:
    """What is wrong on any path, meant or not: detours by an exit, and firewalls that see one direction only."""
    for trial in trials:
        for path in (*trial.trip.forward.paths, *trial.trip.back.paths):
            if path.outcome is Outcome.REACHABLE and _detour(path):
                yield Violation("hairpin", _by_way(path), naming.of_leak([path]), a, b)
                return
    for trial in trials:
        forward = trial.trip.forward
        if forward.outcome is Outcome.BLOCKED or all(path.outcome is Outcome.UNKNOWN for path in forward.paths):
            continue  # no packet gets there, or perhaps none, which any reply could differ from
        for block in trial.trip.asymmetric:
            # Either direction may be the one that strays.
            rests = [name for leg in (trial.trip.forward, trial.trip.back) for name in naming.of_leak(leg.paths)]
            yield Violation("asymmetric-inspection", block.why, tuple(dict.fromkeys((block.address, *rests))), a, b)
            return


def _detour(path: Path) -> bool:
    """Whether a packet for a place inside goes by an exit: through a site's routers, or a NAT gateway."""
    return bool(path.hairpin) or (bool(path.nats) and path.end != INTERNET)


def _by_way(path: Path) -> str:
    through = (*path.hairpin, *path.nats)
    return f"by way of {', '.join(through)}: {' > '.join(hop.address for hop in path.hops)}"


def _zones(some: list[Trial], all_: tuple[Trial, ...]) -> str:
    """In which zones, where not in all."""
    zones = sorted({trial.zone for trial in some if trial.zone})
    every = {trial.zone for trial in all_ if trial.zone}
    return f" (in {', '.join(zones)})" if zones and set(zones) != every else ""
