"""The locations of a network without an intent: each VPC is a spoke, and VPN connections lead to sites."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from isthmus.network.model import AdvertisedPrefix, Cidr, Network, Site, Unknown
from isthmus.proof.errors import ProofError
from isthmus.proof.pairs.inferred_sites import Group, grouped, labels, static_networks, unique
from isthmus.proof.pairs.locations import INTERNET, Inventory, Location, LocationKind, Locations, Tier, in_order
from isthmus.proof.pairs.site_remainder import behind, rest, vpc_ranges
from isthmus.proof.pairs.transit_vpcs import is_transit_vpc
from isthmus.text.listing import some

_MOST = 4


def without_intent(
    network: Network,
    advertises: Mapping[str, tuple[Cidr, ...]],
    given_sites: Mapping[str, tuple[str, ...]] | None = None,
) -> Locations:
    """The locations of a network without an intent. The name of a spoke is the `Name` of its VPC.

    - `advertises`: the given prefixes, by address of the connection.
    - `given_sites`: the given connections of sites, by name of the site.

    Raises `ProofError` for a site with the name of another location.
    """
    inventory = Inventory(network)
    spokes = unique({vpc.address: vpc.name for vpc in network.vpcs.values()}, [INTERNET])
    for name in given_sites or {}:
        if name in {*spokes.values(), INTERNET}:
            raise ProofError(f"--site {name}=...: another location has that name; give the site another name")
    called = labels(network, [INTERNET, *spokes.values(), *(given_sites or {})])
    sites = [
        _Described(network, group, advertises, called) for group in grouped(network, advertises, given_sites or {})
    ]
    ranges = vpc_ranges(network)
    named = [*ranges, *(c for site in sites for c in site.networks)]
    locations = [inventory.spoke(spokes[vpc], vpc, described=False) for vpc in network.vpcs]
    found: list[Site] = []
    for site in sites:
        others = [c for other in sites if other is not site for c in other.behind]
        left = rest(site.name, site.behind, named, others, name="" if site.networks else site.name)
        locations += [
            Location(f"{site.name}/{c}", LocationKind.SITE_NETWORK, (c,), site=site.name) for c in site.networks
        ]
        if not site.networks:
            # None of its addresses is known: any address behind its default route represents it.
            locations.append(left or Location(site.name, LocationKind.SITE_NETWORK, (), site=site.name))
        found.append(site.described(left))
    transit = [
        location.name for location in locations if location.vpc and is_transit_vpc(network, inventory, location.vpc)
    ]
    assumed = (*(sentence for site in sites for sentence in site.assumed()), *_without_hosts(locations, transit))
    return Locations(in_order(locations), tuple(found), assumed=assumed, without_hosts=frozenset(transit))


def _without_hosts(locations: list[Location], transit: list[str]) -> Iterator[str]:
    """The assumptions about VPCs and subnets without hosts: they hold only network interfaces of attachments."""
    if transit:
        yield (
            f"there are no hosts in {some(sorted(transit), _MOST)}: its subnets hold NAT gateways, firewall endpoints "
            "and interfaces of attachments; rules do not apply to flows that begin or end there"
        )
    subnets = [subnet for location in locations for subnet in location.tiers.get(Tier.TRANSIT_GATEWAY, ())]
    if subnets:
        yield (
            f"there are no hosts in {some(sorted(subnets), _MOST)}: they hold interfaces of transit gateway "
            "attachments, and their size or route table shows no other purpose"
        )


@dataclass(frozen=True)
class _Described:
    """A site of a network without an intent, with the prefixes that are given for its connections."""

    network: Network
    group: Group
    advertises: Mapping[str, tuple[Cidr, ...]]
    labels: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.group.name or "+".join(self.labels[connection] for connection in self.group.connections)

    @property
    def networks(self) -> tuple[Cidr, ...]:
        """The networks of the site: the prefixes that it advertises or that are routed to it, except default routes."""
        stated = [c for connection in self.group.connections for c in self.advertises.get(connection, ())]
        for connection in self.group.connections:
            if connection in self.network.vpns:
                stated += static_networks(self.network, self.network.vpns[connection])
        return tuple(dict.fromkeys(c for c in stated if c.prefixlen))

    @property
    def behind(self) -> tuple[Cidr, ...]:
        """The addresses that the site may send from: those of its networks and of default routes."""
        stated = [c for connection in self.group.connections for c in self.advertises.get(connection, ())]
        return behind([*stated, *self.networks])

    def described(self, left: Location | None) -> Site:
        """The site for the engine."""
        over = {connection: self._advertised(connection) for connection in self.group.connections}
        unknown = next((a for a in over.values() if isinstance(a, Unknown)), None)
        every = dict.fromkeys(p for prefixes in over.values() if not isinstance(prefixes, Unknown) for p in prefixes)
        return Site(
            self.name,
            self.group.connections,
            unknown or tuple(every),
            self.networks,
            over=over if len(over) > 1 else {},
            rest=left.cidrs if left is not None else (),
        )

    def _advertised(self, connection: str) -> tuple[AdvertisedPrefix, ...] | Unknown:
        vpn = self.network.vpns.get(connection)
        given = self.advertises.get(connection)
        if given is not None:
            return tuple(AdvertisedPrefix(c) for c in given)
        if vpn is not None and vpn.static is True:
            return ()
        label = self.labels[connection]
        return Unknown(
            f"the prefixes that {label} advertises are not given; give them with --advertises '{label}=<CIDR>,...'"
        )

    def assumed(self) -> Iterator[str]:
        if self.group.why:
            connections = " and ".join(self.labels[connection] for connection in self.group.connections)
            yield f"{connections} lead to one site: {self.group.why} (change this with --site NAME=CONNECTION,...)"
