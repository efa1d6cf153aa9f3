"""The walk from end to end: a packet there, and every reply to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from isthmus.network.answers import AtEndpoint, AtSite, InSubnet, Internet, Outcome, Packet, Service
from tests.network.judge.carried import Ending, Header, Luggage, at_best, dropped, not_reachable, worst
from tests.network.judge.facts import SOMEWHERE
from tests.network.judge.inspection import NAT_PORTS
from tests.network.judge.site import Sites
from tests.network.judge.unknown_reason import Stopped, Unclear, known
from tests.network.judge.vpc import Vpcs

NUMBERS = {"icmp": 1, "tcp": 6, "udp": 17, "icmpv6": 58}


@dataclass(frozen=True)
class Walker(Vpcs, Sites):
    """Walks packets through `network`, taking the sites' word for what they advertise."""

    def forward(self, packet: Packet) -> list[Ending]:
        """Every way the first packet of a flow may end, judged against where it should have gone."""
        return [self._judge(ending, one) for one in self._each(packet) for ending in self._there(one)]

    def _each(self, packet: Packet) -> list[Packet]:
        """An interface endpoint has an address in each of its subnets, and a client may be given any."""
        match packet.destination:
            case AtEndpoint(address=address, subnet=None):
                subnets = self.network.endpoints[address].subnets
                return [replace(packet, destination=AtEndpoint(address, known(subnet))) for subnet in subnets]
        return [packet]

    def both_ways(self, packet: Packet) -> Outcome:
        """Whether the flow works: the packet there, and every reply it may get."""
        there = self.forward(packet)
        if not there or any(ending.outcome is Outcome.BLOCKED for ending in there):
            return Outcome.BLOCKED
        arrived = [ending for ending in there if ending.outcome is Outcome.REACHABLE]
        outcomes = [ending.settled for ending in there]
        return worst([*outcomes, self._replies(packet, arrived)] if arrived else outcomes)

    def outcome(self, packet: Packet) -> Outcome:
        """What becomes of the first packet."""
        return worst(ending.settled for ending in self.forward(packet))

    def _there(self, packet: Packet) -> list[Ending]:
        version = self._version(packet)
        try:
            destination = self._address(packet.destination, version)
            source = self._address(packet.source, version)
        except Unclear as reason:
            return [Ending(Outcome.UNKNOWN, str(reason), Luggage(Header(SOMEWHERE[4], SOMEWHERE[4], 6, 0)))]
        port = packet.port
        if packet.protocol == "icmp":
            kind, code = packet.icmp or (8, 0)  # an echo request
            port = kind * 256 + code
        header = Header(source, destination, NUMBERS[packet.protocol], port)
        luggage = Luggage(header, asked=port, clients=packet.ephemeral)
        match packet.source:
            case InSubnet() as sender:
                service = packet.destination.name if isinstance(packet.destination, Service) else ""
                return self._leave_host(replace(luggage, public=sender.public, service=service), sender.address)
            case AtSite(name=name):
                return self._leave_site(luggage, name)
            case Internet():
                assert isinstance(packet.destination, InSubnet)
                if not packet.destination.public and destination.version == 4:
                    return dropped(luggage, "the destination has no public address")
                return self._enter_from_internet(luggage, packet.destination.address)
        raise NotImplementedError(f"no walk starts at {packet.source!r}")

    def _replies(self, packet: Packet, there: list[Ending]) -> Outcome:
        """The outcome of the replies to the best client port, of those where a filter rule begins or ends.

        Each way there has to be answered to that port. A NAT gateway chooses its own, the best of them again.
        """
        clients, outsides = self._reply_ports(packet)

        def to(client: int, ending: Ending) -> Outcome:
            tried = outsides if ending.luggage.translations else outsides[:1]
            return at_best(
                worst(self._seen_both_ways(ending, back) for back in self._back(packet, ending, client, outside))
                for outside in tried
            )

        return at_best(worst(to(client, ending) for ending in there) for client in clients)

    def _seen_both_ways(self, there: Ending, back: Ending) -> Outcome:
        """A stateful firewall lets nothing pass of which it saw one direction only."""
        if back.outcome is Outcome.REACHABLE and sorted(back.luggage.boxes) != sorted(there.luggage.boxes):
            return Outcome.BLOCKED
        return back.settled

    def tale(self, packet: Packet) -> list[str]:
        """The replies to the first client port, for a person who wonders."""
        there = [ending for ending in self.forward(packet) if ending.outcome is Outcome.REACHABLE]
        (client, *_), (outside, *_) = self._reply_ports(packet)
        return [str(back) for ending in there for back in self._back(packet, ending, client, outside)]

    def _reply_ports(self, packet: Packet) -> tuple[list[int], list[int]]:
        """Ports of the client and of a NAT gateway; an ICMP message is answered by one message."""
        if packet.protocol == "icmp":
            kind, code = packet.icmp or (8, 0)
            answer = [0 if kind == 8 else kind * 256 + code]
            return answer, answer
        rules = [rule for acl in self.network.nacls.values() for rule in (*acl.inbound, *acl.outbound)]
        edges = {edge + step for rule in rules if rule.ports for edge in rule.ports for step in (-1, 0, 1)}
        low, high = packet.ephemeral
        clients = sorted({low, high, *(port for port in edges if low <= port <= high)})
        outsides = sorted({*NAT_PORTS, *(port for port in edges if NAT_PORTS[0] <= port <= NAT_PORTS[1])})
        return clients, outsides

    def _back(self, packet: Packet, there: Ending, client: int, outside: int) -> list[Ending]:
        seen = there.luggage
        header = Header(seen.header.destination, seen.header.source, seen.header.protocol, outside)
        if not seen.translations:
            header = replace(header, port=client)
        luggage = Luggage(
            header,
            translations=seen.translations,
            pins=seen.pins,
            reply=True,
            asked=seen.asked,
            clients=seen.clients,
            sites=(),
            steps=(f"client port {client}",),
        )
        match packet.destination:
            case InSubnet() as host:
                endings = self._leave_host(replace(luggage, public=host.public), host.address, client)
            case AtEndpoint():
                endings = self._leave_host(luggage, there.place, client)
            case AtSite(name=name):
                endings = self._leave_site(luggage, name, client)
            case Internet() | Service() if there.exit in self.network.gateways or there.exit in self.network.endpoints:
                vpc = known((self.network.gateways.get(there.exit) or self.network.endpoints[there.exit]).vpc)
                endings = self._into_vpc_by_gateway(luggage, vpc, there.exit, client)
            case Internet() | Service():
                endings = self._leave_site(luggage, self._site_of(there.exit).name, client)
            case _:
                raise NotImplementedError(f"no reply from {packet.destination!r}")
        if isinstance(
            packet.source, Internet
        ):  # the client knows one public address, and the internet gateway behind it
            return [
                ending
                if ending.place == "internet"
                and ending.exit in self._internet_gateways(known(self._subnet_vpc(there.place)))
                else replace(ending, outcome=not_reachable(ending))
                for ending in endings
            ]
        home = packet.source.address if isinstance(packet.source, InSubnet) else packet.source.name  # type: ignore[union-attr]
        return [
            ending if ending.place == home else replace(ending, outcome=not_reachable(ending)) for ending in endings
        ]

    def _judge(self, ending: Ending, packet: Packet) -> Ending:
        """An ending elsewhere than at the destination is a block; at it, the security groups have their say."""
        if ending.outcome is not Outcome.REACHABLE:
            return ending
        places: tuple[str, ...]
        match packet.destination:
            case InSubnet(address=address):
                places = (address,)
            case AtEndpoint(address=address, subnet=only):
                places = (only,) if only else tuple(map(known, self.network.endpoints[address].subnets))
            case AtSite(name=name):
                places = (name,)
            case _:
                places = ("internet",)
        if ending.place not in places:
            return replace(ending, outcome=Outcome.BLOCKED, why=f"arrived at {ending.place} instead")
        try:
            self._security_groups(ending, packet)
        except Stopped as reason:
            return replace(ending, outcome=Outcome.BLOCKED, why=str(reason))
        except Unclear as reason:
            return replace(ending, outcome=Outcome.UNKNOWN, why=str(reason))
        return ending
