"""One packet, hop by hop: what names stand for, and the trips from each zone of a spoke."""

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

_HOST = 4  # AWS keeps the first four addresses of a subnet
_SERVICES = ("s3", "dynamodb")
_ORDER = {Outcome.BLOCKED: 0, Outcome.UNKNOWN: 1, Outcome.REACHABLE: 2}


@dataclass(frozen=True)
class FlowTrace:
    """Trips from one place to another: one for each zone, or each part of it, that routes tell apart.

    - `assumptions`: what they rest on, of what their paths meet.
    - `condition`: what the answer depends on, a public address of the host.
    - `parts`: which subnets fare how, where they differ.
    - `fates`: those of all packets that were asked about.
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
        """Whether every packet arrives and every reply comes back, to most client ports."""
        return self.outcome is Outcome.REACHABLE and not any(trip.mostly_denied for trip in self.trips)

    @property
    def examples(self) -> tuple[RoundTrip, ...]:
        """One trip for each outcome, the worst first."""
        found: dict[tuple[Outcome, Outcome], RoundTrip] = {}
        for trip in self.trips:
            found.setdefault((trip.forward.outcome, trip.reply.outcome), trip)
        order = [Outcome.BLOCKED, Outcome.UNKNOWN, Outcome.REACHABLE]
        return tuple(found[key] for key in sorted(found, key=lambda key: (order.index(key[0]), order.index(key[1]))))

    def __str__(self) -> str:
        return "\n".join(map(str, self.examples))


def trace(pairs: AllPairs, source: str, destination: str, packets: Packets | None = None) -> FlowTrace:
    """See `Subject.trace`. `packets` are those asked about; None: all, of which the trips show those that count."""
    starts, ends = positions_of(pairs, source), positions_of(pairs, destination)
    if destination == INTERNET:
        ends = [*ends, *pairs.by_nat64]
    samples = []
    for start in starts:
        for end in (end for end in ends if _meet(start, end)):
            try:
                classes = packet_classes(pairs.engine, start, end, ALL_PACKETS if packets is None else packets)
                if destination != INTERNET:
                    classes = _perhaps_of_a_service(pairs.engine, start, end, classes)
            except NoSuchPosition as error:
                raise NoSuchLocation(destination, pairs.names()) from error
            samples.append(SampleFlow(start, end, "", "", True, classes[0].trip, "", _version(end), classes))
    if not samples:
        raise ProofError(f"{source} and {destination} have no version of IP in common, so no packet can be followed")
    named = pairs.locations.by_name
    decisive = pairs.decisive(source, destination) if source in named and destination in named else None
    shown = with_deciding_trips(samples, decisive or None if packets is None else packets)
    locations = [named[name] for name in (source, destination) if name in named]
    unknown_reason = next(filter(None, map(pairs.unknown_workloads, locations)), "")
    trips = tuple(sample.trip for sample in shown)
    paths = [path for trip in trips for path in (*trip.forward.paths, *trip.reply.paths)]
    assumed = tuple(assumed_on(pairs.engine, paths))
    on = "" if _by_gateway_endpoint(paths) else _conditions(pairs, starts, ends)
    parts = _parted(pairs, trips)
    called = _called(pairs, source), _called(pairs, destination)
    return FlowTrace(*called, trips, unknown_reason, assumed, on, parts, Pair(tuple(shown)).packet_outcomes(None))


def _perhaps_of_a_service(
    engine: Forwarding, start: Position, end: Position, classes: tuple[PacketClass, ...]
) -> tuple[PacketClass, ...]:
    """The classes to one public address, which may be one of a service that the source has a gateway endpoint for.

    Unknown where packets would fare differently by the endpoint: its route is for the ranges of the service, which AWS
    changes. https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
    """
    if not isinstance(end, Internet) or end.ip is None or end.ip.version != 4 or not isinstance(start, InSubnet):
        return classes
    wanted = Packets.of(*(span for each in classes for span in each.packets.spans))
    vpc = engine.network.subnets[start.address].vpc
    for endpoint in engine.network.endpoints.values():
        if endpoint.kind is not EndpointKind.GATEWAY or not endpoint.service_name or endpoint.vpc != vpc:
            continue
        found = packet_classes(engine, start, Service(endpoint.service_name, end.ip), wanted)
        if {(one.packets, one.trip.outcome) for one in found} != {(one.packets, one.trip.outcome) for one in classes}:
            trip = classes[0].trip
            why = (
                f"whether {end.ip} is one of the addresses of {endpoint.service_name} that {endpoint.address} leads to"
            )
            return (PacketClass(wanted, differing(trip.forward.packet, trip, why)),)
    return classes


def _by_gateway_endpoint(paths: Sequence[Path]) -> bool:
    """Whether all of some paths lead by gateway endpoints, for which no host needs a public address."""
    return bool(paths) and all(any(hop.kind == "gateway endpoint" for hop in path.hops) for path in paths)


def _parted(pairs: AllPairs, trips: Sequence[RoundTrip]) -> str:
    """Which subnets fare how, where they differ: `app yes, vault no`."""
    outcomes: dict[tuple[str, str], dict[int, set[tuple[Outcome, Outcome]]]] = {}
    for trip in trips:
        packet = trip.forward.packet
        here, there = subnet_of(packet.source), subnet_of(packet.destination)
        back = Outcome.BLOCKED if trip.asymmetric else trip.reply.outcome
        versions = outcomes.setdefault((here, there), {})
        versions.setdefault(_version(packet.destination), set()).add((trip.forward.outcome, back))

    def rank(said: tuple[Outcome, Outcome]) -> tuple[int, int]:
        return _ORDER[said[0]], _ORDER[said[1]]

    # Of two versions of IP the one that fares better, each by what fares worst.
    worst = {key: max((min(said, key=rank) for said in each.values()), key=rank) for key, each in outcomes.items()}
    if len({short_result(*said) for said in worst.values()}) < 2:
        return ""
    return ", ".join(f"{name} {short_result(*said)}" for name, said in named_parts(pairs.engine.network, worst).items())


def _host(pairs: AllPairs, position: InSubnet) -> InSubnet:
    """A host in a subnet, as the proof takes it: public in a public subnet, unless it is known to be private."""
    subnet = pairs.engine.network.subnets[position.address]
    public = pairs.inventory.public(subnet, 4 if position.ip is None else position.ip.version)
    said = known(pairs.engine.network, position.address, position.ip)
    return replace(position, public=public and said is not False)


def _conditions(pairs: AllPairs, starts: Sequence[Position], ends: Sequence[Position]) -> str:
    """On what the answer depends that hosts of public subnets have public addresses, or ""."""
    network = pairs.engine.network
    near = [*starts, *ends]
    if not any(isinstance(position, Internet | Service) for position in near):
        return ""
    found = (
        condition(network, position.address)
        for position in near
        if isinstance(position, InSubnet)
        and position.public
        and known(network, position.address, position.ip) is not True
        and _version(position) == 4
    )
    return "; ".join(dict.fromkeys(found))


def _called(pairs: AllPairs, given: str) -> str:
    """What was given, and for an address the place that it is in."""
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
    """The network of a site that an address is in, or the rest of the site."""
    assert position.ip is not None
    address = number(position.ip)
    here = [p for p in pairs.locations.networks if p.site == position.name and not p.is_rest]
    named = (p.name for p in here if any(span(c)[0] <= address <= span(c)[1] for c in p.cidrs))
    return next(named, rest_name(position.name) if here else position.name)


def leaks(pairs: AllPairs, source: str, destination: str, packets: Packets | None = None) -> Iterator[PacketClass]:
    """Every class of packets that gets from one place to another, or may: what isolation has to exclude.

    They may come from and go to every subnet, public and transit gateway subnets too, and every address that some rule
    tells apart. `packets` are those asked about; None: any. Raises `NoSuchLocation`.
    """
    starts, ends = _everywhere(pairs, source), _everywhere(pairs, destination)
    for start in starts:
        for end in ends:
            if start == end or _version(start) != _version(end):
                continue
            classes = packet_classes(pairs.engine, start, end, ALL_PACKETS if packets is None else packets)
            yield from (each for each in classes if each.trip.forward.leaks)


def _site(pairs: AllPairs, given: str) -> str:
    """The site of a name, or of the name or address of one of its connections, or ""."""
    network = pairs.engine.network
    names = {vpn.name: vpn.address for vpn in network.vpns.values()}
    names |= {dx.name: dx.address for dx in network.dx_gateways.values()}
    return next(
        (s.name for s in pairs.locations.sites if s.name == given or {given, names.get(given)} & {*s.connections}), ""
    )


def _at_site(pairs: AllPairs, site: str) -> Sequence[Position]:
    """A host at a site: in its first network, or else at any address that it has."""
    if pairs.engine.sites.by_name[site].networks:
        return [AtSite(site)]
    locations = [location for location in pairs.locations.networks if location.site == site]
    return [end.position for location in locations for end in pairs.sample_addresses(location.name)] or [AtSite(site)]


def _by_interface_endpoint(network: Network) -> Mapping[str, Sequence[VpcEndpoint]]:
    """The interface endpoints of each service that has any."""
    found: dict[str, list[VpcEndpoint]] = {}
    for endpoint in network.endpoints.values():
        if endpoint.kind is EndpointKind.INTERFACE and endpoint.service_name:
            found.setdefault(endpoint.service_name, []).append(endpoint)
    return found


def _only(service: str, endpoints: Sequence[VpcEndpoint]) -> AtEndpoint:
    """The one endpoint of a service. Which of several a name leads to is a matter of who asks, and of private DNS."""
    if len(endpoints) > 1:
        addresses = ", ".join(endpoint.address for endpoint in endpoints)
        raise ProofError(f"{service} has {len(endpoints)} interface endpoints: name one by its address: {addresses}")
    return AtEndpoint(endpoints[0].address)


def _in_subnet(pairs: AllPairs, given: str) -> Sequence[InSubnet]:
    """A host of a subnet, of each version of IP that the subnet has addresses of."""
    cidrs = [cidr for cidr in pairs.engine.network.subnets[given].cidrs if not isinstance(cidr, Unknown)]
    six = [InSubnet(given, cidr[_HOST]) for cidr in cidrs if cidr.version == 6][:1]
    return six if six and len(cidrs) == len(pairs.engine.network.subnets[given].cidrs) == 1 else [InSubnet(given), *six]


def _everywhere(pairs: AllPairs, given: str) -> Sequence[Position]:
    """Every way to be at a place, or at one of a site's networks. Raises `NoSuchLocation`."""
    locations = [location.name for location in pairs.locations.all if given in (location.name, location.site)]
    return [end.position for name in locations for end in pairs.sample_addresses(name)] or positions_of(pairs, given)


def _version(position: Position) -> int:
    """The version of IP, or what stands for that of addresses that a NAT gateway translates."""
    if isinstance(position, UnknownAddress):
        return position.version
    address = getattr(position, "ip", None)
    if isinstance(position, Internet) and address is not None and nat64.is_inside(number(address)):
        return NAT64
    return address.version if address else 4


def _meet(start: Position, end: Position) -> bool:
    """Whether packets from one to the other are of one version of IP."""
    return _version(end) in ((6, NAT64) if _version(start) == 6 else (4,))


def positions_of(pairs: AllPairs, given: str) -> Sequence[Position]:
    """What a name or an address stands for. Raises `NoSuchLocation`."""
    network = pairs.engine.network
    location = pairs.locations.by_name.get(given)
    if given == INTERNET:
        return [Internet(), *(end.position for end in pairs.sample_addresses(INTERNET) if end.version == 6)]
    if location is not None:
        main = [end.position for end in pairs.sample_addresses(given) if end.is_workload]
        if main:
            return main
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
                raise ProofError(f"no such place: {error}") from None
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
        raise ProofError(
            f"{given} is a segment, and a packet goes from one place to another: name one of {', '.join(members)}"
        )
    services |= set(by_interface)
    sites = {location.site for location in pairs.locations.all if location.kind is LocationKind.SITE_NETWORK}
    raise NoSuchLocation(given, (*pairs.names(), *sorted(sites), *sorted(services), *network.subnets))
