"""Each pair against the intent: intended flows are reachable in both directions, and unintended flows are blocked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from isthmus.intent import Egress, Inspection
from isthmus.network.address_space import number
from isthmus.network.answers import InSubnet, Internet, Outcome, Path
from isthmus.network.model import Network
from isthmus.network.packets import ALL_PACKETS, NO_PACKETS, Packets
from isthmus.proof.checks.causes import Naming
from isthmus.proof.checks.client_ports import client_port_violations
from isthmus.proof.checks.intended import Intended
from isthmus.proof.pairs.locations import INTERNET, Location, LocationKind, Tier
from isthmus.proof.pairs.pair import Pair, SampleFlow
from isthmus.proof.result.findings import Violation


class FlowChecks:
    """Checks the flow of each pair. `egress_vpc` is the address of the central egress VPC, or ""."""

    def __init__(self, network: Network, intent: Intended, egress_vpc: str = "") -> None:
        self.network = network
        self.intent = intent
        self.egress_vpc = egress_vpc
        self.naming = Naming(network)

    def violations(self, a: str, b: str, pair: Pair) -> Iterator[Violation]:
        """Every violation from one location to another, for any packet. An unknown outcome is no violation."""
        intended = self.intent.intended_packets(a, b)
        found = [
            (violation, packets)
            for within in (intended, ALL_PACKETS - intended)
            for packets, view in pair.by_packets(within)
            for violation in self._of_class(a, b, view, intended=within is intended)
        ]
        yield from merged(found, intended)

    def _of_class(self, a: str, b: str, pair: Pair, *, intended: bool) -> Iterator[Violation]:
        """The violations for the packets of one class, which are all intended or all unintended."""
        source, destination = self.intent.locations.by_name[a], self.intent.locations.by_name[b]
        if destination.kind is LocationKind.INTERNET:
            yield from self._egress(source, pair, intended=intended)
        elif source.kind is LocationKind.INTERNET:
            yield from self._inbound(destination, pair)
        elif intended:
            yield from self._intended(a, b, pair)
            yield from self._inspection(a, b, pair)
        elif self.intent.reachable(a, b) is False:
            yield from unintended_flow_violations(self.naming, a, b, pair.samples)

    # --- flows between locations

    def _intended(self, a: str, b: str, pair: Pair) -> Iterator[Violation]:
        yield from path_violations(self.naming, a, b, pair.workload_samples)
        yield from client_port_violations(self.naming, a, b, pair.workload_samples)
        stopped = _certain([sample for sample in pair.workload_samples if _is_stopped(sample)], pair)
        if not stopped:
            return
        forward = [s for s in stopped if s.trip.forward.outcome is Outcome.BLOCKED]
        trip = (forward or stopped)[0].trip
        rule = "intended-flow-blocked" if forward else "intended-flow-one-way"
        blocks = trip.forward.blocks if forward else trip.reply.blocks
        legs = [s.trip.forward if forward else s.trip.reply for s in forward or stopped]
        why = "; ".join(f"{block.address}: {block.why}" for block in blocks) or "the packet does not arrive"
        direction = "" if forward else "the reply is blocked: "
        zones = _zones(forward or stopped, pair.workload_samples)
        causes = self.naming.of_blocked(path for leg in legs for path in leg.paths)
        yield Violation(rule, f"{direction}{why}{zones}", causes, a, b)

    # --- the internet

    def _egress(self, spoke: Location, pair: Pair, *, intended: bool) -> Iterator[Violation]:
        if spoke.kind is not LocationKind.SPOKE:
            yield from unintended_flow_violations(self.naming, spoke.name, INTERNET, pair.samples)
            return
        stated = self.intent.egress(spoke.name)
        for sample, path, egress in self._other_egress_paths(spoke, stated, pair):
            why = f"reaches the internet by {path.exit} (egress: {egress}); the intent states {stated.value}"
            if sample.tier != Tier.PRIVATE:
                why += f", from its {sample.tier} subnets"
            causes = self.naming.of_leak([path])
            if stated is Egress.CENTRAL:
                causes += tuple(a.address for a in self.network.attachments.values() if a.attached == self.egress_vpc)
            yield Violation("unintended-egress", why, causes, spoke.name, INTERNET)
            return
        if not intended:
            return
        stopped = [s for s in pair.workload_samples if _is_stopped(s) and self._is_allowed(spoke, s)]
        if stopped := _certain(stopped, pair):
            trip = stopped[0].trip
            only_reply = trip.reply.outcome is Outcome.BLOCKED and trip.forward.outcome is not Outcome.BLOCKED
            direction = "the reply is blocked: " if only_reply else ""
            why = "; ".join(f"{block.address}: {block.why}" for block in trip.blocks) or "the packet does not arrive"
            legs = [leg for s in stopped for leg in (s.trip.forward, s.trip.reply)]
            causes = self.naming.of_blocked(path for leg in legs for path in leg.paths)
            zones = _zones(stopped, pair.workload_samples)
            why = f"the intent states egress {stated.value}, but {direction}{why}{zones}"
            yield Violation("egress-missing", why, causes, spoke.name, INTERNET)
            return
        yield from client_port_violations(self.naming, spoke.name, INTERNET, pair.workload_samples)
        if stated is Egress.CENTRAL:
            yield from path_violations(self.naming, spoke.name, INTERNET, pair.workload_samples)
            yield from self._inspection(spoke.name, INTERNET, pair)

    def _is_allowed(self, spoke: Location, sample: SampleFlow) -> bool:
        """Whether the intended firewall policy allows some packets of a sample flow."""
        source, destination = sample.source, sample.destination
        if not isinstance(source, InSubnet) or not isinstance(destination, Internet):
            return True
        if source.ip is None or destination.ip is None:
            return True
        low, high = ((number(ip), number(ip)) for ip in (source.ip, destination.ip))
        allowed = self.intent.firewall_allows(spoke.name, low, high)
        return any(each.packets & allowed for each in sample.classes)

    def _other_egress_paths(
        self, spoke: Location, stated: Egress, pair: Pair
    ) -> Iterator[tuple[SampleFlow, Path, str]]:
        """Paths that reach the internet by another egress path than the stated one."""
        for sample in pair.samples:
            for path in sample.trip.forward.paths:
                egress = self._egress_of(spoke, path)
                if path.outcome is Outcome.REACHABLE and egress != stated.value:
                    yield sample, path, egress

    def _egress_of(self, spoke: Location, path: Path) -> str:
        """The egress that a path uses, as the intent names it."""
        if path.exit in self.network.vpns or path.exit in self.network.dx_gateways:
            return Egress.ON_PREMISES.value
        gateway = self.network.gateways.get(path.exit)
        if gateway is not None and gateway.vpc == spoke.vpc:
            return Egress.LOCAL.value
        if gateway is not None and self.egress_vpc and gateway.vpc == self.egress_vpc:
            return Egress.CENTRAL.value
        return "that of another VPC"

    def _inbound(self, location: Location, pair: Pair) -> Iterator[Violation]:
        """The internet reaches only public subnets of spokes with a local egress path."""
        local = self.intent.allows_inbound(INTERNET, location.name)
        for sample in pair.samples:
            if local and sample.tier == Tier.PUBLIC:
                continue
            reachable = [path for path in sample.trip.forward.paths if path.outcome is Outcome.REACHABLE]
            if reachable:
                why = f"the internet reaches its {sample.tier} subnets"
                causes = self.naming.of_leak(reachable)
                yield Violation("unintended-inbound-access", why, causes, INTERNET, location.name)
                return

    # --- the firewall and the egress VPC

    def _inspection(self, a: str, b: str, pair: Pair) -> Iterator[Violation]:
        """An inspected flow meets the firewall on every path. In the egress VPC each path stays in its zone."""
        reachable = [
            path
            for sample in pair.samples
            for path in (*sample.trip.forward.paths, *sample.trip.reply.paths)
            if path.outcome is Outcome.REACHABLE
        ]
        uninspected = next((path for path in reachable if not any(map(self._inspects, path.boxes))), None)
        if uninspected is not None and self.intent.inspected(a, b):
            why = f"the path bypasses the firewall: {_hops(uninspected)}"
            yield Violation("uninspected-flow", why, self.naming.of_leak([uninspected]), a, b)
        for path in reachable:
            if len(zones := self._egress_zones(path)) > 1:
                why = f"the path changes its zone in the egress VPC: {' > '.join(zones)}"
                yield Violation("cross-zone-path", why, self.naming.of_leak([path]), a, b)
                return

    def _inspects(self, box: str) -> bool:
        """Whether a path meets a firewall of the kind of the intent there: Network Firewall, or appliances."""
        egress = self.intent.estate.egress
        is_endpoint = box in self.network.endpoints
        return is_endpoint == (egress is not None and egress.inspection is Inspection.APPLIANCES)

    def _egress_zones(self, path: Path) -> tuple[str, ...]:
        """The zones of the egress VPC that a path goes through."""
        zones = []
        for hop in path.hops:
            attachment = self.network.attachments.get(hop.address)
            enters = hop.kind == "attachment" and attachment is not None and attachment.attached == self.egress_vpc
            inside = hop.kind == "NAT gateway" or (hop.kind == "firewall" and hop.address not in self.network.firewalls)
            if hop.zone and (enters or inside):
                zones.append(hop.zone)
        return tuple(dict.fromkeys(zones))


def _is_stopped(sample: SampleFlow) -> bool:
    return Outcome.BLOCKED in (sample.trip.forward.outcome, sample.trip.reply.outcome)


def _certain(stopped: list[SampleFlow], pair: Pair) -> list[SampleFlow]:
    """The sample flows that are stopped for certain. If it is unknown which subnets hold workloads, all have to be."""
    certain = [sample for sample in stopped if not sample.unknown_reason]
    if certain:
        return certain
    return stopped if len(stopped) == len(pair.workload_samples) else []


def merged(found: Iterable[tuple[Violation, Packets]], intended: Packets) -> Iterator[Violation]:
    """One violation for the same fault in several classes of packets. It names the packets unless it affects all."""
    faults: dict[tuple[object, ...], tuple[Violation, Packets]] = {}
    for violation, packets in found:
        fault = (violation.rule, violation.source, violation.destination, frozenset(violation.resources))
        first, so_far = faults.get(fault, (violation, NO_PACKETS))
        faults[fault] = first, so_far | packets
    for violation, packets in faults.values():
        every = packets == ALL_PACKETS or (intended and intended <= packets)
        yield violation if every else replace(violation, packets=str(packets))


def unintended_flow_violations(naming: Naming, a: str, b: str, samples: tuple[SampleFlow, ...]) -> Iterator[Violation]:
    """The violation of an unintended flow that is reachable, at least in the forward direction."""
    for sample in samples:
        reachable = [path for path in sample.trip.forward.paths if path.outcome is Outcome.REACHABLE]
        if not reachable:
            continue
        replied = any(path.outcome is Outcome.REACHABLE for path in sample.trip.reply.paths)
        hairpin = next((path for path in reachable if _is_hairpin(naming.network, path)), None)
        if hairpin is not None:
            yield Violation("hairpin", _hairpin_text(hairpin), naming.of_leak([hairpin]), a, b)
            return
        rule, how = "unintended-flow", "packets and replies are not blocked"
        if not replied:
            rule, how = "unintended-one-way-flow", "packets are not blocked, replies do not come back"
        yield Violation(rule, f"{how}: {_hops(reachable[0])}", naming.of_leak(reachable), a, b)
        return


def path_violations(naming: Naming, a: str, b: str, samples: tuple[SampleFlow, ...]) -> Iterator[Violation]:
    """Faults of any path, intended or not: hairpins, and firewalls that see only one direction."""
    for sample in samples:
        for path in (*sample.trip.forward.paths, *sample.trip.reply.paths):
            if path.outcome is Outcome.REACHABLE and _is_hairpin(naming.network, path):
                yield Violation("hairpin", _hairpin_text(path), naming.of_leak([path]), a, b)
                return
    for sample in samples:
        forward = sample.trip.forward
        if forward.outcome is Outcome.BLOCKED or all(path.outcome is Outcome.UNKNOWN for path in forward.paths):
            continue  # no packet arrives for certain, so there is no reply that could take another path
        for block in sample.trip.asymmetric:
            # Either direction may be the one with the wrong route.
            legs = (sample.trip.forward, sample.trip.reply)
            causes = [name for leg in legs for name in naming.of_leak(leg.paths)]
            yield Violation("asymmetric-inspection", block.why, tuple(dict.fromkeys((block.address, *causes))), a, b)
            return


def _is_hairpin(network: Network, path: Path) -> bool:
    """Whether a packet between internal locations goes through a site's routers or a public NAT gateway.

    A private NAT gateway is there to translate packets between internal locations.
    https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-scenarios.html
    """
    public = [nat for nat in path.nats if network.nats[nat].public is not False]
    return bool(path.hairpin) or (bool(public) and path.end != INTERNET)


def _hairpin_text(path: Path) -> str:
    through = (*path.hairpin, *path.nats)
    return f"through {', '.join(through)}: {_hops(path)}"


def _hops(path: Path) -> str:
    return " > ".join(hop.address for hop in path.hops)


def _zones(some: list[SampleFlow], all_: tuple[SampleFlow, ...]) -> str:
    """The zones of some sample flows, unless these are all zones."""
    zones = sorted({sample.zone for sample in some if sample.zone})
    every = {sample.zone for sample in all_ if sample.zone}
    return f" (in {', '.join(zones)})" if zones and set(zones) != every else ""
