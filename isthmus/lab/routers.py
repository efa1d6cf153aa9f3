"""A region and its sites as routers: each VPC, transit gateway, NAT gateway, firewall and site is one.

Pages, under https://docs.aws.amazon.com/:

- vpc/latest/userguide/route-tables-priority.html, route-table-options.html, vpc-nat-gateway.html
- vpc/latest/tgw/tgw-vpc-attachments.html, transit-gateway-appliance-scenario.html
- network-firewall/latest/developerguide/tgw-firewall-considerations.html
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network

from isthmus.lab import nft
from isthmus.lab.acls import Port, filters
from isthmus.lab.aws_network import AwsNetwork, AwsRoute, AwsSubnet, GatewayAttachment
from isthmus.lab.sites import Site
from isthmus.lab.transit_routes import Routes
from isthmus.lab.wiring import Wiring

INTERNET = "internet"
_INTERNET_HOST = IPv4Address("93.184.216.34")
_EVERYTHING = IPv4Network("0.0.0.0/0")
KernelRoutes = dict[tuple[str, int | None, IPv4Network], tuple[str, ...]]
"""The next interfaces by namespace, table (None: the main one) and prefix; none for a blackhole."""

Ways = Callable[[str, IPv4Network], Sequence[str]]

_INSPECT = nft.table(nft.chain("inspect", nft.FORWARD, ["ct state invalid drop"]))
"""A firewall that passes everything, but nothing of a connection of which it saw one direction only."""


class Routers:
    """The routers of AWS and of sites, without what connects sites to AWS, and without the routes that depend on it.

    `pick` is taken if AWS takes one of several and does not document which.
    """

    def __init__(self, region: AwsNetwork, sites: Mapping[str, Site], pick: int = 0) -> None:
        self.region, self.sites, self.pick = region, sites, pick
        self.wiring = Wiring()
        self.routers = {vpc: self.wiring.namespace("vpc", f"router of {vpc}") for vpc in region.vpcs}
        self.gateways = {gateway: self.wiring.namespace("tgw", gateway) for gateway in region.gateways}
        self.internet = self.wiring.namespace("inet", "internet")
        self.tables = {subnet: 100 + number for number, subnet in enumerate(region.subnets)}
        self.ports: dict[str, list[Port]] = {vpc: [] for vpc in region.vpcs}
        self.doors: dict[tuple[str, str], tuple[str, str]] = {}  # attachment and zone: ends at VPC, at gateway
        self.far: dict[str, str] = {}  # firewalls: end at the gateway
        self.numbers: dict[tuple[str, str], int] = {}  # tables of Linux, by transit gateway table and zone
        self.site_routers: dict[str, str] = {}
        self.wans: dict[str, str] = {}  # sites: end at the site, toward the internet
        self.to_internet: dict[str, str] = {}  # sites: the rule that translates packets to the internet
        self.boxes: dict[str, str] = {}  # NAT gateways, firewall subnets and internet gateways: end at the VPC
        self.hosts: dict[str, str] = {}  # subnets: end at the VPC
        self.public = (IPv4Address("198.51.100.0") + number for number in range(1, 255))
        self.wiring.route(
            self.internet, f"{_INTERNET_HOST}/32", [self.wiring.host(INTERNET, _INTERNET_HOST, self.internet)]
        )
        self._vpcs()
        self._sites()
        self._transit_gateways()
        for subnet in region.subnets.values():
            self._subnet_routes(subnet)
        for vpc in region.vpcs:
            custom = {subnet.address: subnet.acl for subnet in region.subnets_of(vpc) if subnet.acl}
            if custom:
                self.wiring.filters[self.routers[vpc]] = filters(self.ports[vpc], custom, region.acls)

    # VPCs

    def _vpcs(self) -> None:
        for subnet in self.region.subnets.values():
            self.hosts[subnet.address] = self._port(
                subnet, self.wiring.host(subnet.address, self._host_ip(subnet), self._router(subnet))
            )
        for attachment in self.region.attachments.values():
            if attachment.kind == "vpc":
                for zone, address in attachment.zones.items():
                    subnet = self.region.subnets[address]
                    self.wiring.without_workloads.add(address)
                    near, far = self.wiring.link(self._router(subnet), self.gateways[attachment.gateway], "t")
                    self.doors[attachment.address, zone] = (self._port(subnet, near, transit=True), far)
        for nat, (address, public) in self.region.nats.items():
            self._nat(nat, self.region.subnets[address])
            if not public:
                self.wiring.without_workloads.add(address)
        for address in self.region.firewall_endpoints:
            subnet = self.region.subnets[address]
            box = self.wiring.namespace("fw", f"{self.region.firewall_endpoints[address]} in {address}")
            near, far = self.wiring.link(self._router(subnet), box, "f")
            self.boxes[address] = self._port(subnet, near)
            self.wiring.route(box, _EVERYTHING, [far])
            self.wiring.filters[box] = _INSPECT
        for gateway, vpc in self.region.internet_gateways.items():
            self._internet_gateway(gateway, vpc)

    def _router(self, subnet: AwsSubnet) -> str:
        return self.routers[subnet.vpc]

    def _port(self, subnet: AwsSubnet, interface: str, *, transit: bool = False) -> str:
        """An interface in a subnet: what comes in by it is routed by the subnet's table."""
        self.wiring.enter(self._router(subnet), interface, self.tables[subnet.address])
        self.ports[subnet.vpc].append(Port(interface, subnet.address, transit))
        return interface

    def _host_ip(self, subnet: AwsSubnet) -> IPv4Address:
        """The first address of a subnet that AWS does not keep, and that no NAT gateway and no load balancer has."""
        taken = self.region.balanced | {self._nat_ip(nat) for nat in self.region.nats}
        last = subnet.cidr.num_addresses - 1
        return next(ip for ip in map(subnet.cidr.__getitem__, range(4, last)) if ip not in taken)

    def _nat_ip(self, nat: str) -> IPv4Address:
        return self.region.nat_addresses.get(nat) or self.region.subnets[self.region.nats[nat][0]].cidr[5]

    def _nat(self, nat: str, subnet: AwsSubnet) -> None:
        """It forwards packets with its own source address, and allows only replies to that address."""
        box = self.wiring.namespace("nat", nat)
        near, far = self.wiring.link(self._router(subnet), box, "n")
        self.boxes[nat] = self._port(subnet, near)
        self.wiring.route(box, _EVERYTHING, [far])
        own = self._nat_ip(nat)
        self.wiring.filters[box] = nft.table(
            nft.chain("translate", nft.AFTER_ROUTING, [f"snat to {own}"]),
            nft.chain(
                "connections",
                nft.FORWARD_NOTHING_ELSE,
                ["ct state invalid drop", "ct direction reply accept", f"ip daddr != {own} accept"],
            ),
        )

    def _internet_gateway(self, gateway: str, vpc: str) -> None:
        """One to one translation of the public NAT gateways' addresses; nothing else in the lab has a public one."""
        box = self.wiring.namespace("igw", gateway)
        near, inner = self.wiring.link(self.routers[vpc], box, "i")
        outer, far = self.wiring.link(box, self.internet, "o")
        self.boxes[gateway] = near
        table = 10_000 + len(self.wiring.namespaces)
        self.wiring.enter(self.routers[vpc], near, table)
        self._local(vpc, [], table)
        self.wiring.route(box, _EVERYTHING, [outer])
        for cidr in self.region.vpcs[vpc]:
            self.wiring.route(box, cidr, [inner])
        inward, outward, allowed = [], [], [f'iifname "{outer}" accept']
        for nat, (address, public) in self.region.nats.items():
            if public and self.region.subnets[address].vpc == vpc:
                own, elastic = self._nat_ip(nat), next(self.public)
                self.wiring.route(self.internet, f"{elastic}/32", [far])
                inward.append(f"ip daddr {elastic} dnat to {own}")
                outward.append(f'oifname "{outer}" ip saddr {own} snat to {elastic}')
                allowed.append(f"ip saddr {own} accept")
        self.wiring.filters[box] = nft.table(
            nft.chain("inward", nft.BEFORE_ROUTING, inward),
            nft.chain("outward", nft.AFTER_ROUTING, outward),
            nft.chain("public", nft.FORWARD_NOTHING_ELSE, allowed),
        )

    def _subnet_routes(self, subnet: AwsSubnet) -> None:
        """The table of one subnet: a route to a transit gateway leads to the attachment's interface in its zone.

        AWS refuses routes inside the VPC but toward a middlebox (route-table-options.html).
        """
        table = self.tables[subnet.address]
        inside: list[IPv4Network] = []
        for route in self.region.tables[subnet.table]:
            if self.region.inside(subnet.vpc, route.destination):
                if route.kind not in ("nat_gateway_id", "vpc_endpoint_id"):
                    continue
                inside.append(route.destination)
            self.wiring.route(self._router(subnet), route.destination, self._hops(subnet, route), table)
        self._local(subnet.vpc, inside, table)

    def _hops(self, subnet: AwsSubnet, route: AwsRoute) -> list[str]:
        match route.kind:
            case "transit_gateway_id":
                attached = [
                    one.address
                    for one in self.region.attachments.values()
                    if one.kind == "vpc" and (one.vpc, one.gateway) == (subnet.vpc, route.target)
                ]
                return [self.doors[one, subnet.zone][0] for one in attached if (one, subnet.zone) in self.doors]
            case "nat_gateway_id":
                known = route.target in self.region.nats
                there = self.region.subnets[self.region.nats[route.target][0]].vpc == subnet.vpc if known else False
                return [self.boxes[route.target]] if there else []
            case "gateway_id":
                there = self.region.internet_gateways.get(route.target) == subnet.vpc
                return [self.boxes[route.target]] if there else []
        box = self.region.balanced_endpoints.get(route.target, route.target)
        return [self.boxes[box]] if box in self.boxes else []

    def _local(self, vpc: str, inside: list[IPv4Network], table: int) -> None:
        """The local routes, subnet by subnet, but those that a route to a middlebox replaces.

        Addresses of the VPC that are in no subnet lead nowhere.
        """
        router = self.routers[vpc]
        for nat, (address, _) in self.region.nats.items():
            if self.region.subnets[address].vpc == vpc:
                self.wiring.route(router, f"{self._nat_ip(nat)}/32", [self.boxes[nat]], table)
        taken = set(inside)
        for subnet in self.region.subnets_of(vpc):
            if not any(subnet.cidr.subnet_of(one) for one in inside):
                self.wiring.route(router, subnet.cidr, [self.hosts[subnet.address]], table)
                taken.add(subnet.cidr)
        for cidr in self.region.vpcs[vpc]:
            if cidr not in taken:
                self.wiring.route(router, cidr, [], table)

    # Transit gateways

    def _transit_gateways(self) -> None:
        """A table for each of a gateway's tables and each zone that a packet may come from: it stays in its zone."""
        for attachment in self.region.attachments.values():
            if attachment.kind == "firewall":
                box = self.wiring.namespace("fw", attachment.address)
                near, self.far[attachment.address] = self.wiring.link(box, self.gateways[attachment.gateway], "f")
                self.wiring.route(box, _EVERYTHING, [near])
                self.wiring.filters[box] = _INSPECT
        zones = ["", *sorted({zone for one in self.region.attachments.values() for zone in one.zones})]
        for table in self.region.gateway_tables:
            for zone in (*zones, *self.far):
                self.numbers[table, zone] = 1_000 + len(self.numbers)
        for address, attachment in self.region.attachments.items():
            if attachment.kind == "vpc":
                for zone in attachment.zones:
                    self._enter(attachment, self.doors[address, zone][1], zone)
            elif attachment.kind == "firewall":
                self._enter(attachment, self.far[address], address)

    def gateway_at(self, namespace: str) -> str:
        """The transit gateway of a namespace."""
        return next(gateway for gateway, name in self.gateways.items() if name == namespace)

    def enter_vpn(self, connection: str, interface: str) -> None:
        """What comes in by an interface of a gateway comes from this VPN connection."""
        self._enter(self.region.attachments[connection], interface, "")

    def _enter(self, attachment: GatewayAttachment, interface: str, zone: str) -> None:
        associated = self.region.associations.get(attachment.address, "")
        gateway = self.gateways[attachment.gateway]
        self.wiring.enter(gateway, interface, self.numbers.get((associated, zone)))

    def transit(self, routes: Mapping[str, Routes], vpns: Ways, down: Collection[str] = ()) -> KernelRoutes:
        """The routes of all transit gateways.

        `vpns`: the interfaces toward a VPN connection, for a prefix. `down`: the Availability Zones that are down.
        """
        found: KernelRoutes = {}
        for (table, zone), number in self.numbers.items():
            gateway = self.gateways[self.region.gateway_tables[table]]
            # Packets from a firewall are in the zone of its endpoint.
            known = self._pinned(self.region.attachments[zone], down) if zone in self.far else zone
            for prefix, targets in routes[table].items():
                hops = [hop for target in targets for hop in self._ways(target, known, prefix, vpns, down)]
                found[gateway, number, prefix] = tuple(hops)
        return found

    def _ways(self, target: str, zone: str, prefix: IPv4Network, vpns: Ways, down: Collection[str]) -> Sequence[str]:
        """The interfaces that lead to an attachment, for a packet of a zone."""
        attachment = self.region.attachments[target]
        if attachment.kind == "vpn":
            return vpns(target, prefix)
        if attachment.kind == "firewall":
            return [self.far[target]] if self._pinned(attachment, down) else []
        zones = [one for one in sorted(attachment.zones) if one not in down]
        if attachment.appliance:
            zones = [one for one in zones if one == self._pinned(attachment, down)]
        elif zone in zones:
            zones = [zone]
        return [self.doors[target, one][1] for one in zones]

    def _pinned(self, attachment: GatewayAttachment, down: Collection[str]) -> str:
        """Appliance mode: one zone for a flow and its replies; "" if all are down. Firewalls are always in it."""
        zones = sorted(set(attachment.zones) - set(down))
        return zones[self.pick % len(zones)] if zones else ""

    # Sites

    def _sites(self) -> None:
        """A router for each site: its own networks, then what it advertises and does not have, then the internet."""
        for number, site in enumerate(self.sites.values(), 1):
            router = self.wiring.namespace("site", f"router of site {site.name}")
            wan, inet = self.wiring.link(router, self.internet, "w")
            self.site_routers[site.name], self.wans[site.name] = router, wan
            address = f"203.0.113.{number}"
            self.wiring.route(self.internet, f"{address}/32", [inet])
            self.to_internet[site.name] = f'oifname "{wan}" snat to {address}'
            self.wiring.filters[router] = nft.table(
                nft.chain("translate", nft.AFTER_ROUTING, [self.to_internet[site.name]])
            )
            for name, network in site.networks.items():
                host = self.wiring.host(f"{site.name}/{name}", network[1], router, site.routable.get(name, network)[1])
                self.wiring.route(router, network, [host])
            for prefix in self.own_prefixes(site) - set(site.networks.values()):
                self.wiring.route(router, prefix, [wan] if prefix == _EVERYTHING else [])

    def translate(self, site: Site, ways: Sequence[str]) -> None:
        """The router of a site translates what comes in and goes out by its interfaces toward AWS, 1:1."""
        inward, outward = site.maps()
        for_aws = "{ " + ", ".join(f'"{way}"' for way in ways) + " }"
        into, out = (
            [f"iifname {for_aws} dnat ip prefix to ip daddr map {{ {inward} }}"],
            [f"oifname {for_aws} snat ip prefix to ip saddr map {{ {outward} }}", self.to_internet[site.name]],
        )
        self.wiring.filters[self.site_routers[site.name]] = nft.table(
            nft.chain("inward", nft.BEFORE_ROUTING, into), nft.chain("translate", nft.AFTER_ROUTING, out)
        )

    def own_prefixes(self, site: Site) -> set[IPv4Network]:
        """The prefixes that a site does not take from AWS: its networks, and what it advertises outside of them."""
        networks = set(site.networks.values())
        return networks | {
            prefix
            for prefix in site.advertises
            if prefix == _EVERYTHING or not any(prefix.subnet_of(network) for network in networks)
        }

    def site_routes(self, received: Mapping[str, Mapping[IPv4Network, Sequence[str]]]) -> KernelRoutes:
        """The other routes of site routers. `received`: the interfaces for each prefix that AWS advertises, by site."""
        found: KernelRoutes = {}
        for site in self.sites.values():
            own, router = self.own_prefixes(site), self.site_routers[site.name]
            if _EVERYTHING not in own:
                found[router, None, _EVERYTHING] = (self.wans[site.name],)
            for prefix, interfaces in received.get(site.name, {}).items():
                if prefix not in own and interfaces:
                    found[router, None, prefix] = tuple(interfaces)
        return found
