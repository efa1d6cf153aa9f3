"""The intent, by pairs of locations: which packets it asks for, and what it requires of their path."""

from __future__ import annotations

from collections.abc import Hashable
from functools import cached_property
from ipaddress import IPv4Address, ip_network

from isthmus.intent import Egress, Estate, Inspection, PublishedService
from isthmus.intent.firewall_rules import home_ranges
from isthmus.intent.network_acl_rules import Ports, allowed_ports
from isthmus.intent.published_clients import listener_ports, may_connect, target_zones
from isthmus.intent.reachability import (
    egress_of,
    inspected_between,
    inspected_with_site,
    intended_pairs,
    networks_reached,
    reach_each_other,
    transit_between,
)
from isthmus.intent.site_remainder import is_limited
from isthmus.network.address_space import number, span, subtract
from isthmus.network.block import Block
from isthmus.network.filters import Span, traffic_of
from isthmus.network.firewalls import verdict
from isthmus.network.packet_boundaries import policy_cuts
from isthmus.network.packets import ALL_PACKETS, NO_PACKETS, Packets, partition
from isthmus.network.suricata import SuricataRules
from isthmus.proof.checks.allowed_packets import TO_INTERNET, union
from isthmus.proof.checks.firewall_policy import intended_rules
from isthmus.proof.pairs.locations import INTERNET, Location, LocationKind, Locations

# An address that represents the internet: https://www.rfc-editor.org/rfc/rfc5737.
_ANYWHERE = (number(IPv4Address("192.0.2.1")),) * 2


class Intended:
    """What the intent states about locations and about pairs of them."""

    def __init__(self, estate: Estate, locations: Locations) -> None:
        self.estate = estate
        self.locations = locations
        self._spokes = {spoke.name: spoke for _, spoke in estate.spokes}
        self._segments = {name: estate.segment(spoke.segment) for name, spoke in self._spokes.items()}
        self._allowed_by_firewall: dict[tuple[Span, Span], Packets] = {}
        self._networks = {segment.name: networks_reached(estate, segment) for segment in estate.segments}

    def location_key(self, location: Location) -> Hashable:
        """Everything that the intent states about a location and that changes its intended flows."""
        spoke = self._spokes.get(location.name)
        if spoke is None:
            return location.name
        zones = self.estate.zones_of(spoke)
        published = (spoke.name, *spoke.published) if spoke.published else ()
        return (spoke.segment, spoke.egress, zones, tuple(spoke.nat_zones or ()), spoke.routable_cidr, published)

    def kind(self, location: Location) -> Hashable:
        """Locations of the same kind have the same intended flows, whatever Terraform makes of them.

        A firewall's rules may name the addresses of a spoke, so that its intended packets are compared.
        """
        spoke = self._spokes.get(location.name)
        if spoke is None or location.kind is not LocationKind.SPOKE:
            return location.name
        packets: Hashable = ()
        if self._firewall is not None and self.inspected(location.name, INTERNET):
            packets = (self.egress_packets(location.name), self._egress_packets_to(location.name, _ANYWHERE))
        translated = (self.translated(location.name), spoke.published)
        return (self._segments[location.name].name, spoke.egress, translated, packets)

    # --- intended flows

    def intended(self, a: str, b: str) -> bool | None:
        """Whether the flow is intended: `a` may open connections to `b`. None: the intent does not mention it."""
        reachable = self.reachable(a, b)
        return reachable and self.allowed_ports(a, b) != ()

    def reachable(self, a: str, b: str) -> bool | None:
        """Whether the intent makes the two reachable, for any connection. None: the intent does not mention it."""
        source, destination = self.locations.by_name[a], self.locations.by_name[b]
        if self.translated(b) and (source.is_rest or source.kind is LocationKind.INTERNET or not self._published(b)):
            return False  # private NAT gateways translate only connections that start behind them
        if (source.is_rest or destination.is_rest) and LocationKind.INTERNET not in (source.kind, destination.kind):
            return self._remainder_reachable(source, destination)
        if LocationKind.INTERNET in (source.kind, destination.kind):
            # The internet opens no connections. A spoke does if it has an egress path. A site has its own egress path.
            return (
                source.kind is LocationKind.SPOKE and self.egress(a) is not Egress.NONE and bool(self.egress_packets(a))
            )
        if source.kind is destination.kind is LocationKind.SPOKE:
            return reach_each_other(self._segments[a], self._segments[b])
        if source.kind is destination.kind:
            return (a, b) in self._between_sites or (b, a) in self._between_sites
        spoke, network = (a, b) if source.kind is LocationKind.SPOKE else (b, a)
        return network in self._networks[self._segments[spoke].name]

    @cached_property
    def _between_sites(self) -> frozenset[tuple[str, str]]:
        """The intended pairs of site networks. Segments do not matter for them."""
        return frozenset(pair for pair in intended_pairs(self.estate) if all("/" in name for name in pair))

    def _remainder_reachable(self, source: Location, destination: Location) -> bool | None:
        """The unnamed remainder of a site: limited segments do not accept its addresses; others do not mention it."""
        spoke = next((end for end in (source, destination) if end.kind is LocationKind.SPOKE), None)
        if spoke is None:
            one, other = self.estate.site(source.site), self.estate.site(destination.site)
            return None if transit_between(one, other) else False
        site = self.estate.site(destination.site or source.site)
        return False if is_limited(self.estate, self._segments[spoke.name], site) else None

    def allowed_ports(self, a: str, b: str) -> tuple[Ports, ...] | None:
        """The ports that `a` may open connections to at `b`. None: all ports, if the two are reachable."""
        if published := self._published(b):
            segment, end = self._segments[b].name, self._connection_end(a)
            return tuple(listener_ports(one) for one in published if may_connect(self.estate, end, segment, one))
        if not self.estate.allowed_connections:
            return None
        source, destination = self._connection_end(a), self._connection_end(b)
        return allowed_ports(self.estate, source, destination) if source and destination else None

    def _connection_end(self, name: str) -> str:
        """The name of a location in allowed connections: its segment, or the site network that it is."""
        if name in self._segments:
            return self._segments[name].name
        return name if self.locations.by_name[name].site else ""

    def intended_packets(self, a: str, b: str) -> Packets:
        """The packets of an intended flow. To the internet: the packets allowed to at least one of its addresses."""
        if not self.intended(a, b):
            return NO_PACKETS
        if b == INTERNET:
            return self.egress_packets(a)
        ports = self.allowed_ports(a, b)
        packets = ALL_PACKETS if ports is None else union(ports)
        return packets & TO_INTERNET if self.translated(a) else packets

    def decisive_packets(self, a: str, b: str) -> Packets | None:
        """The packets that decide the result of the flow: the intended packets. None: the intent does not mention it.

        To the internet: the packets allowed to all of its addresses, if there are any.
        """
        intended = self.intended(a, b)
        if intended is None:
            return None
        everywhere = self._egress_packets_to(a, _ANYWHERE) if b == INTERNET and intended else NO_PACKETS
        return everywhere or self.intended_packets(a, b)

    def _published(self, name: str) -> tuple[PublishedService, ...]:
        """The published services of a location, in the order of their ports."""
        spoke = self._spokes.get(name)
        return tuple(sorted(spoke.published, key=lambda one: one.port)) if spoke is not None else ()

    def target_zones(self, name: str) -> tuple[frozenset[str], ...]:
        """The zones with targets, of each published service of a location."""
        return tuple(target_zones(self.estate, self._spokes[name], one) for one in self._published(name))

    def translated(self, name: str) -> bool:
        """Whether NAT gateways translate the connections of a location: it is a spoke with a routable CIDR.

        A NAT gateway translates TCP, UDP and ICMP only.
        https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html
        """
        return name in self._spokes and self._spokes[name].routable_cidr is not None

    # --- egress, inspection and inbound internet access

    def egress(self, spoke: str) -> Egress:
        """The egress path of a spoke."""
        return egress_of(self.estate, spoke) if spoke not in self._spokes else self._spokes[spoke].egress

    def inspected(self, a: str, b: str) -> bool:
        """Whether the flow has to go through a firewall, in both directions."""
        if self.estate.egress is None or self.estate.egress.inspection is Inspection.NONE:
            return False
        if b == INTERNET:
            return a in self._spokes and self.egress(a) is Egress.CENTRAL
        if a in self._spokes and b in self._spokes:
            return inspected_between(self._segments[a], self._segments[b])
        spoke, other = (a, b) if a in self._spokes else (b, a)
        site = self.locations.by_name[other].site
        return bool(site) and spoke in self._spokes and self._inspected_with(spoke, site)

    def filtered_by_firewall(self, a: str, b: str) -> bool:
        """Whether the rules of a firewall decide which connections the flow may have: Network Firewall inspects it.

        Terraform does not contain the rules of appliances, so they filter nothing here.
        """
        egress = self.estate.egress
        return self.inspected(a, b) and egress is not None and egress.inspection.is_network_firewall

    def _inspected_with(self, spoke: str, site: str) -> bool:
        return inspected_with_site(self._segments[spoke], self.estate.site(site))

    def allows_inbound(self, a: str, b: str) -> bool:
        """Whether the intent allows inbound internet access: to a spoke with public subnets and a local egress path."""
        return a == INTERNET and b in self._spokes and self.egress(b) is Egress.LOCAL

    def restricts_egress(self, a: str, b: str) -> bool:
        """Whether the intent allows packets to the internet, but only to some of its addresses."""
        return b == INTERNET and bool(self.intended_packets(a, b)) and not self._egress_packets_to(a, _ANYWHERE)

    def egress_packets(self, spoke: str) -> Packets:
        """The packets of a spoke that the intent allows to at least one address of the internet."""
        rules = self._firewall.rules if self._firewall is not None else ()
        home = [span(ip_network(block)) for block in home_ranges(self.estate)]
        outside = (subtract(rule.destinations, home) for rule in rules if rule.passes is not False)
        first_addresses = dict.fromkeys(low for spans in outside for low, _ in spans)
        found = self._egress_packets_to(spoke, _ANYWHERE)
        for low in first_addresses if self.inspected(spoke, INTERNET) else ():
            found |= self._egress_packets_to(spoke, (low, low))
        return found

    def _egress_packets_to(self, spoke: str, destination: Span) -> Packets:
        """The packets that the intent allows to an address from every CIDR of a spoke. All CIDRs are IPv4.

        The firewall sees the CIDRs after translation.
        """
        by_nat = self.egress(spoke) is not Egress.ON_PREMISES or self.translated(spoke)
        found = TO_INTERNET if by_nat else ALL_PACKETS
        cidrs = self.locations.by_name[spoke].cidrs
        if self.translated(spoke):
            cidrs = tuple(map(ip_network, self._spokes[spoke].routed_cidrs))
        for cidr in cidrs:
            if cidr.version == 4:
                found &= self.firewall_allows(spoke, span(cidr), destination)
        return found

    def firewall_allows(self, spoke: str, source: Span, destination: Span) -> Packets:
        """The packets that the intended firewall policy allows, or may allow, between some addresses."""
        if self._firewall is None or not self.inspected(spoke, INTERNET):
            return ALL_PACKETS
        key = (source, destination)
        if key not in self._allowed_by_firewall:
            found = NO_PACKETS
            for part in partition(policy_cuts(self._firewall)):
                result = verdict(self._firewall, source, destination, traffic_of(part.first), outward=True)
                found |= part if not isinstance(result, Block) else NO_PACKETS
            self._allowed_by_firewall[key] = found
        return self._allowed_by_firewall[key]

    @cached_property
    def _firewall(self) -> SuricataRules | None:
        return intended_rules(self.estate)
