"""On-premises sites: what they have and advertise, as the intent in the output states it.

BGP is no part of Terraform, so both the proof and the lab use the prefixes of the intent.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from ipaddress import IPv4Network

from isthmus.lab.aws_network import AwsNetwork


@dataclass(frozen=True)
class Site:
    """A site: its networks by name, the prefixes that it advertises, and the VPN connections that end there."""

    name: str
    networks: dict[str, IPv4Network]
    advertises: tuple[IPv4Network, ...]
    connections: tuple[str, ...]


def sites_of(intent: str, region: AwsNetwork) -> dict[str, Site]:
    """The sites of an intent document, with the connections of a region that end at each."""
    estate = json.loads(intent)["estate"]
    devices = {vpn["name"]: vpn["customer_gateway"] for env in estate["environments"] for vpn in env["vpn_connections"]}
    found = {}
    for site in estate["sites"]:
        own = {gateway["name"] for gateway in site["customer_gateways"]}
        found[site["name"]] = Site(
            site["name"],
            {name: IPv4Network(cidr) for name, cidr in site["networks"].items()},
            tuple(map(IPv4Network, site["advertises"])),
            tuple(address for address, name in region.names.items() if devices[name] in own),
        )
    return found
