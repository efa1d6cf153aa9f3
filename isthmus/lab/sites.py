"""On-premises sites: what they have and advertise, as the intent in the output states it.

BGP is no part of Terraform, so both the proof and the lab use the prefixes of the intent.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from ipaddress import IPv4Network

from isthmus.lab.aws_network import AwsNetwork


@dataclass(frozen=True)
class Site:
    """A site: its networks by name, the prefixes that it advertises, and the VPN connections that end there.

    - `networks`: the ranges on the premises.
    - `routable`: the ranges that AWS knows, of the networks that the devices translate 1:1.
    """

    name: str
    networks: dict[str, IPv4Network]
    advertises: tuple[IPv4Network, ...]
    connections: tuple[str, ...]
    routable: dict[str, IPv4Network] = field(default_factory=dict)

    def maps(self) -> tuple[str, str]:
        """The translations as nftables maps: of destinations from AWS, and of sources to AWS."""
        pairs = [(routable, self.networks[name]) for name, routable in self.routable.items()]
        inward, outward = (", ".join(f"{a} : {b}" for a, b in way) for way in (pairs, [(b, a) for a, b in pairs]))
        return inward, outward


def sites_of(intent: str, region: AwsNetwork) -> dict[str, Site]:
    """The sites of an intent document, with the connections of a region that end at each."""
    estate = json.loads(intent)["estate"]
    devices = {vpn["name"]: vpn["customer_gateway"] for env in estate["environments"] for vpn in env["vpn_connections"]}
    found = {}
    for site in estate["sites"]:
        own = {gateway["name"] for gateway in site["customer_gateways"]}
        found[site["name"]] = Site(
            site["name"],
            {name: IPv4Network(cidr) for name, cidr in {**site["networks"], **site["non_routable_cidrs"]}.items()},
            tuple(map(IPv4Network, site["advertises"])),
            tuple(address for address, name in region.names.items() if devices[name] in own),
            {name: IPv4Network(site["networks"][name]) for name in site["non_routable_cidrs"]},
        )
    return found
