"""Traces of flows: the positions that a name stands for, and the round trips between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address

from isthmus.network import nat64
from isthmus.network.address_space import number, span
from isthmus.network.answers import (
    AtEndpoint,
    AtSite,
    InSubnet,
    Internet,
    Outcome,
    Path,
    Position,
    RoundTrip,
    Service,
    UnassignedAddress,
    UnknownAddress,
)
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import EndpointKind, Network, Unknown, VpcEndpoint
from isthmus.network.packet_classes import PacketClass, packet_classes
from isthmus.network.packets import ALL_PACKETS, Packets
from isthmus.network.positions import NoSuchPosition
from isthmus.network.service_addresses import differing
from isthmus.proof.errors import NoSuchLocation, ProofError
from isthmus.proof.pairs.locations import INTERNET, LocationKind
from isthmus.proof.pairs.matrix import NAT64, AllPairs
from isthmus.proof.pairs.pair import Pair, SampleFlow, at_worst, subnet_of, with_deciding_trips
from isthmus.proof.pairs.public_addresses import condition, known
from isthmus.proof.pairs.site_remainder import rest_name
from isthmus.proof.pairs.subnet_names import named_parts
from isthmus.proof.result.assumptions import assumed_on
from isthmus.proof.result.findings import PacketOutcome, short_result

_HOST = 4  # AWS reserves the first four addresses of a subnet
_SERVICES = ("s3", "dynamodb")
_ORDER = {Outcome.BLOCKED: 0, Outcome.UNKNOWN: 1, Outcome.REACHABLE: 2}


@dataclass(frozen=True)
class FlowTrace:
    """The round trips from one location to another: one for each part of a location that routes distinguish.

    - `trips`: a packet and its reply each, with all paths.
    - `unknown_reason`: why it is unknown which trips are between workload subnets, or "".
    - `assumptions`: the assumptions about the resources on the paths.
    - `condition`: the condition for the result, that a host has a public address; or "".
    - `parts`: the short result of each subnet, if they differ: `app yes, vault no`.
    - `packet_outcomes`: the traced packets by outcome.
    """

    source: str
    destination: str
    trips: tuple[RoundTrip, ...]
    unknown_reason: str = ""
    assumptions: tuple[str, ...] = ()
    condition: str = ""
    parts: str = ""
    packet_outcomes: tuple[PacketOutcome, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """REACHABLE if every round trip is, BLOCKED if any is, else UNKNOWN.

        If it is unknown which round trips are between workloads (`unknown_reason`), BLOCKED needs all to be blocked. If
        both IP versions were followed, the better outcome counts.
        """
        versions: dict[int, list[Outcome]] = {}
        for trip in self.trips:
            versions.setdefault(_version(trip.forward.packet.destination), []).append(trip.outcome)
        found = {at_worst(outcomes, [not self.unknown_reason] * len(outcomes)) for outcomes in versions.values()}
        order = (Outcome.REACHABLE, Outcome.UNKNOWN, Outcome.BLOCKED)
        return next((outcome for outcome in order if outcome in found), Outcome.BLOCKED)

    @property
    def works(self) -> bool:
        """Whether every packet and every reply arrives, for most client ports."""
        return self.outcome is Outcome.REACHABLE and not any(trip.mostly_denied for trip in self.trips)

    @property
    def examples(self) -> tuple[RoundTrip, ...]:
        """One round trip for each outcome, the worst first."""
        found: dict[tuple[Outcome, Outcome], RoundTrip] = {}
        for trip in self.trips:
            found.setdefault((trip.forward.outcome, trip.reply.outcome), trip)
        order = [Outcome.BLOCKED, Outcome.UNKNOWN, Outcome.REACHABLE]
        return tuple(found[key] for key in sorted(found, key=lambda key: (order.index(key[0]), order.index(key[1]))))

    def __str__(self) -> str:
        return "\n".join(map(str, self.examples))


def trace(pairs: AllPairs, source: str, destination: str, packets: Packets | None = None) -> FlowTrace:
    """See `Analysis.trace`. `packets`: the packets to trace. None: all packets; the trips show the decisive ones."""
    samples = _samples(pairs, source, destination, ALL_PACKETS if packets is None else packets)
    named = pairs.locations.by_name
    decisive = pairs.decisive(source, destination) if source in named and destination in named else None
    shown = with_deciding_trips(samples, decisive or None if packets is None else packets)
    return _traced(pairs, source, destination, shown)


def trace_by_packets(pairs: AllPairs, source: str, destination: str) -> Iterator[tuple[Packets, FlowTrace]]:
    """All packets, in sets of packets with the same result, and the trace of each set.

    The sets are disjoint and together hold every packet. `trace` for any packet of a set has the same outcome, the same
    hops and the same blocks. Raises as `trace`.
    """
    samples = _samples(pairs, source, destination, ALL_PACKETS)
    for packets, view in Pair(tuple(samples)).by_packets():
        yield packets, _traced(pairs, source, destination, view.samples)


def _samples(pairs: AllPairs, source: str, destination: str, packets: Packets) -> Sequence[SampleFlow]:
    """The sample flows between two names: from each position of the source to each of the destination."""
    starts, ends = _ends(pairs, source, destination)
    samples = []
    for start in starts:
        for end in (end for end in ends if _same_version(start, end)):
            try:
                classes = packet_classes(pairs.engine, start, end, packets)
                if destination != INTERNET:
                    classes = _or_to_service(pairs.engine, start, end, classes)
            except NoSuchPosition as error:
                raise NoSuchLocation(destination, pairs.names()) from error
            samples.append(SampleFlow(start, end, "", "", True, classes[0].trip, "", _version(end), classes))
    if not samples:
        raise ProofError(f"{source} and {destination} have no IP version in common, so there is no packet to trace")
    return samples


def _ends(pairs: AllPairs, source: str, destination: str) -> tuple[Sequence[Position], Sequence[Position]]:
    starts, ends = positions_of(pairs, source), _destinations(pairs, destination)
    return starts, [*ends, *pairs.by_nat64] if destination == INTERNET else ends


def _destinations(pairs: AllPairs, given: str) -> Sequence[Position]:
    """The positions of a destination: `positions_of`, with the load balancer of published services in their place."""
    location = pairs.locations.by_name.get(given)
    if location is None:
        location = next((one for one in pairs.locations.spokes if one.vpc == given), None)
    if location is not None and (location.published or location.published_unknown):
        return [one.position for one in pairs.sample_destinations(location.name) if one.is_workload]
    positions = positions_of(pairs, given)
    published = {(p.address, p.ip): p for one in pairs.locations.spokes for p in one.published}
    return [published.get((p.address, p.ip), p) if isinstance(p, InSubnet) else p for p in positions]


def _traced(pairs: AllPairs, source: str, destination: str, shown: Sequence[SampleFlow]) -> FlowTrace:
    """The trace that sample flows make."""
    starts, ends = _ends(pairs, source, destination)
    named = pairs.locations.by_name
    locations = [named[name] for name in (source, destination) if name in named]
    unknown_reason = next(filter(None, map(pairs.unknown_workloads, locations)), "")
    trips = tuple(sample.trip for sample in shown)
    paths = [path for trip in trips for path in (*trip.forward.paths, *trip.reply.paths)]
    assumed = tuple(assumed_on(pairs.engine, paths))
    on = "" if _by_gateway_endpoint(paths) else _conditions(pairs, starts, ends)
    parts = _by_subnet(pairs, trips)
    labels = _label(pairs, source), _label(pairs, destination)
    return FlowTrace(*labels, trips, unknown_reason, assumed, on, parts, Pair(tuple(shown)).packet_outcomes(None))


def _or_to_service(
    engine: Forwarding, start: Position, end: Position, classes: tuple[PacketClass, ...]
) -> tuple[PacketClass, ...]:
    """The classes to a public address that may belong to a service with a gateway endpoint.

    The result is unknown if the endpoint would change the outcome: its route is for the address ranges of the service,
    which AWS changes. https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
    """
    if not isinstance(end, Internet) or end.ip is None or end.ip.version != 4 or not isinstance(start, InSubnet):
        return classes
    packets = Packets.of(*(span for each in classes for span in each.packets.spans))
    vpc = engine.network.subnets[start.address].vpc
    for endpoint in engine.network.endpoints.values():
        if endpoint.kind is not EndpointKind.GATEWAY or not endpoint.service_name or endpoint.vpc != vpc:
            continue
        found = packet_classes(engine, start, Service(endpoint.service_name, end.ip), packets)
        if {(one.packets, one.trip.outcome) for one in found} != {(one.packets, one.trip.outcome) for one in classes}:
            trip = classes[0].trip
            why = (
                f"whether {end.ip} is one of the addresses of {endpoint.service_name} that {endpoint.address} leads to"
            )
            return (PacketClass(packets, differing(trip.forward.packet, trip, why)),)
    return classes


def _by_gateway_endpoint(paths: Sequence[Path]) -> bool:
    """Whether all paths go through gateway endpoints, for which a host needs no public address."""
    return bool(paths) and all(any(hop.kind == "gateway endpoint" for hop in path.hops) for path in paths)


def _by_subnet(pairs: AllPairs, trips: Sequence[RoundTrip]) -> str:
    """The short result of each subnet, if they differ: `app yes, vault no`."""
    outcomes: dict[tuple[str, str], dict[int, set[tuple[Outcome, Outcome]]]] = {}
    for trip in trips:
        packet = trip.forward.packet
        back = Outcome.BLOCKED if trip.asymmetric else trip.reply.outcome
        versions = outcomes.setdefault((subnet_of(packet.source), subnet_of(packet.destination)), {})
        versions.setdefault(_version(packet.destination), set()).add((trip.forward.outcome, back))

    def rank(outcome: tuple[Outcome, Outcome]) -> tuple[int, int]:
        return _ORDER[outcome[0]], _ORDER[outcome[1]]

    # The worst outcome in each IP version, then the best version.
    found = {key: max((min(each, key=rank) for each in by.values()), key=rank) for key, by in outcomes.items()}
    if len({short_result(*outcome) for outcome in found.values()}) < 2:
        return ""
    parts = named_parts(pairs.engine.network, found)
    return ", ".join(f"{name} {short_result(*outcome)}" for name, outcome in parts.items())


def _host(pairs: AllPairs, position: InSubnet) -> InSubnet:
    """A host in a subnet. In a public subnet it has a public address, unless it is known to have none."""
    subnet = pairs.engine.network.subnets[position.address]
    public = pairs.inventory.public(subnet, 4 if position.ip is None else position.ip.version)
    has_public = known(pairs.engine.network, position.address, position.ip)
    return replace(position, public=public and has_public is not False)


def _conditions(pairs: AllPairs, starts: Sequence[Position], ends: Sequence[Position]) -> str:
    """The condition that hosts of public subnets have public addresses, or ""."""
    network = pairs.engine.network
    positions = [*starts, *ends]
    if not any(isinstance(position, Internet | Service) for position in positions):
        return ""
    found = (
        condition(network, position.address)
        for position in positions
        if isinstance(position, InSubnet)
        and position.public
        and known(network, position.address, position.ip) is not True
        and _version(position) == 4
    )
    return "; ".join(dict.fromkeys(found))


def _label(pairs: AllPairs, given: str) -> str:
    """The given text; for an address also the location that contains it."""
    try:
        position = pairs.engine.locate(ip_address(given))
    except ValueError:
        return given
    match position:
        case InSubnet():
            vpc = pairs.engine.network.subnets[position.address].vpc
            name = next((spoke.name for spoke in pairs.locations.spokes if spoke.vpc == vpc), "")
        case AtSite():
            name = _part_of_site(pairs, position)
        case _:
            name = ""
    return f"{given} ({name})" if name else given


def _part_of_site(pairs: AllPairs, position: AtSite) -> str:
    """The site network that contains an address, or the remainder of the site."""
    assert position.ip is not None
    address = number(position.ip)
    networks = [p for p in pairs.locations.networks if p.site == position.name and not p.is_rest]
    named = (p.name for p in networks if any(span(c)[0] <= address <= span(c)[1] for c in p.cidrs))
    return next(named, rest_name(position.name) if networks else position.name)


def leaks(pairs: AllPairs, source: str, destination: str, packets: Packets | None = None) -> Iterator[PacketClass]:
    """Every class of packets that arrives, or may arrive: isolation needs that there is none.

    This includes packets from and to public subnets and transit gateway subnets, and every address that a rule
    distinguishes. `packets`: the packets to trace; None: all. Raises `NoSuchLocation`.
    """
    starts, ends = _everywhere(pairs, source), _everywhere(pairs, destination, to=True)
    for start in starts:
        for end in ends:
            if start == end or _version(start) != _version(end):
                continue
            classes = packet_classes(pairs.engine, start, end, ALL_PACKETS if packets is None else packets)
            yield from (each for each in classes if each.trip.forward.leaks)


def _site(pairs: AllPairs, given: str) -> str:
    """The site with a name, or with a connection of that name or address, or ""."""
    network = pairs.engine.network
    names = {vpn.name: vpn.address for vpn in network.vpns.values()}
    names |= {dx.name: dx.address for dx in network.dx_gateways.values()}
    return next(
        (s.name for s in pairs.locations.sites if s.name == given or {given, names.get(given)} & {*s.connections}), ""
    )


def _at_site(pairs: AllPairs, site: str) -> Sequence[Position]:
    """A host at a site: in its first network, else at every sample address."""
    if pairs.engine.sites.by_name[site].networks:
        return [AtSite(site)]
    locations = [location for location in pairs.locations.networks if location.site == site]
    return [end.position for location in locations for end in pairs.sample_addresses(location.name)] or [AtSite(site)]


def _by_interface_endpoint(network: Network) -> Mapping[str, Sequence[VpcEndpoint]]:
    """The interface endpoints of each service."""
    found: dict[str, list[VpcEndpoint]] = {}
    for endpoint in network.endpoints.values():
        if endpoint.kind is EndpointKind.INTERFACE and endpoint.service_name:
            found.setdefault(endpoint.service_name, []).append(endpoint)
    return found


def _only(service: str, endpoints: Sequence[VpcEndpoint]) -> AtEndpoint:
    """The only endpoint of a service. With several, the source and private DNS decide, so the user has to choose."""
    if len(endpoints) > 1:
        addresses = ", ".join(endpoint.address for endpoint in endpoints)
        raise ProofError(f"{service} has {len(endpoints)} interface endpoints: name one by its address: {addresses}")
    return AtEndpoint(endpoints[0].address)


def _in_subnet(pairs: AllPairs, given: str) -> Sequence[InSubnet]:
    """A host of a subnet in each IP version of the subnet."""
    cidrs = [cidr for cidr in pairs.engine.network.subnets[given].cidrs if not isinstance(cidr, Unknown)]
    six = [InSubnet(given, cidr[_HOST]) for cidr in cidrs if cidr.version == 6][:1]
    return six if six and len(cidrs) == len(pairs.engine.network.subnets[given].cidrs) == 1 else [InSubnet(given), *six]


def _everywhere(pairs: AllPairs, given: str, *, to: bool = False) -> Sequence[Position]:
    """All sample positions of a location, or of the networks of a site; `to`: as a destination.

    Raises `NoSuchLocation`.
    """
    locations = [location.name for location in pairs.locations.all if given in (location.name, location.site)]
    samples = pairs.sample_destinations if to else pairs.sample_addresses
    others = _destinations if to else positions_of
    return [end.position for name in locations for end in samples(name)] or others(pairs, given)


def _version(position: Position) -> int:
    """The IP version of a position; `NAT64` for a NAT64 address."""
    if isinstance(position, UnknownAddress):
        return position.version
    address = getattr(position, "ip", None)
    if isinstance(position, Internet) and address is not None and nat64.is_inside(number(address)):
        return NAT64
    return address.version if address else 4


def _same_version(start: Position, end: Position) -> bool:
    """Whether a packet from one position to the other is possible in one IP version."""
    return _version(end) in ((6, NAT64) if _version(start) == 6 else (4,))


def positions_of(pairs: AllPairs, given: str) -> Sequence[Position]:
    """The positions that a name or an address stands for. Raises `NoSuchLocation`."""
    network = pairs.engine.network
    location = pairs.locations.by_name.get(given)
    if given == INTERNET:
        return [Internet(), *(end.position for end in pairs.sample_addresses(INTERNET) if end.version == 6)]
    if location is not None:
        workloads = [end.position for end in pairs.sample_addresses(given) if end.is_workload]
        if workloads:
            return workloads
        raise ProofError(f"{given} has no subnet whose addresses are known")
    if site := _site(pairs, given):
        return _at_site(pairs, site)
    if given in network.subnets:
        return [_host(pairs, position) for position in _in_subnet(pairs, given)]
    if given in network.hosts and network.hosts[given].ips:
        subnet = network.hosts[given].subnet
        if isinstance(subnet, str):
            return [_host(pairs, InSubnet(subnet, ip)) for ip in network.hosts[given].ips[:1]]
    if given in network.endpoints and network.endpoints[given].kind is EndpointKind.INTERFACE:
        return [AtEndpoint(given)]
    for spoke in pairs.locations.spokes:
        if given == spoke.vpc:
            return positions_of(pairs, spoke.name)
    try:
        address = ip_address(given)
    except ValueError:
        address = None
    if address is not None:
        try:
            position = pairs.engine.locate(address)
            return [_host(pairs, position) if isinstance(position, InSubnet) else position]
        except NoSuchPosition as error:
            if pairs.engine.in_several(address):
                raise ProofError(f"no such location: {error}") from None
            return [UnassignedAddress(address, str(error))]
    services = {e.service_name for e in network.endpoints.values() if e.kind is EndpointKind.GATEWAY} - {""}
    if given in services:
        return [Service(given)]
    by_interface = _by_interface_endpoint(network)
    if given in by_interface:
        return [_only(given, by_interface[given])]
    if given in _SERVICES:
        return [Service(given)]
    if members := pairs.locations.segments.get(given):
        raise ProofError(f"{given} is a segment, and a trace needs a location: name one of {', '.join(members)}")
    services |= set(by_interface)
    sites = {location.site for location in pairs.locations.all if location.kind is LocationKind.SITE_NETWORK}
    raise NoSuchLocation(given, (*pairs.names(), *sorted(sites), *sorted(services), *network.subnets))
