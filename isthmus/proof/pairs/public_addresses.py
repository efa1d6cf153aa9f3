"""Public IPv4 addresses of hosts: whether they are known, and the condition if they are not.

An internet gateway forwards no IPv4 packets to or from a host without a public address.
https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html
"""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.network.address_space import Address
from isthmus.network.model import Network, Unknown
from isthmus.network.public_access import GatewayPath
from isthmus.proof.pairs.locations import Inventory, Location, Tier


def known(network: Network, subnet: str, ip: Address | None) -> bool | Unknown | None:
    """Whether the host at an address has a public address; None if Terraform has no host at the address."""
    found = [host.public for host in network.hosts.values() if host.subnet == subnet and ip in host.ips]
    return found[0] if found and ip is not None else None


def condition(network: Network, subnet: str) -> str:
    """The condition under which hosts of a public subnet reach the internet, and are reachable from it."""
    assigns = network.subnets[subnet].assigns_public
    elastic = any(host.public is True for host in network.hosts.values() if host.subnet == subnet)
    if isinstance(assigns, Unknown):
        how = f"whether {subnet} assigns one at launch is not known"
    elif assigns:
        how = f"{subnet} assigns one at launch"
    else:
        how = f"{subnet} assigns none at launch" + (", and some hosts in it have one" if elastic else "")
    return f"if the host has a public IPv4 address ({how})"


def conditions(network: Network, locations: tuple[Location, ...]) -> Iterator[str]:
    """One sentence for each spoke with public subnets."""
    inventory = Inventory(network)
    for location in locations:
        for subnet in location.tiers.get(Tier.PUBLIC, ()):
            has = any(not isinstance(c, Unknown) and c.version == 4 for c in network.subnets[subnet].cidrs)
            if has and inventory.public(network.subnets[subnet], 4) and _open(network, subnet):
                on = condition(network, subnet)
                yield f"hosts in {subnet} ({location.name}) reach the internet, and are reachable from it, {on}"


def _open(network: Network, subnet: str) -> bool:
    """Whether Block Public Access allows a public subnet both directions for certain."""
    access = network.public_access.get(str(network.subnets[subnet].vpc))
    ways = [GatewayPath(inbound, False, (subnet,), False) for inbound in (False, True)]
    return access is None or all(access.passes(way) is True for way in ways)
