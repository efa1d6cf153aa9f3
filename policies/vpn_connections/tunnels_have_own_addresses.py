from __future__ import annotations

from collections.abc import Iterator
from ipaddress import AddressValueError, IPv4Network, NetmaskValueError

from isthmus_policy import Block, ResourcePolicy

_RESERVED = {IPv4Network(f"169.254.{n}.0/30") for n in range(6)} | {IPv4Network("169.254.169.252/30")}


class TunnelsHaveOwnAddresses(ResourcePolicy):
    """`plan` accepts the same inside addresses for both tunnels; AWS does not, and two BGP sessions could not share
    them. Left out, AWS picks at random, and a replaced connection needs the router reconfigured.
    """

    id = "CKV_ISTHMUS_27"
    rating = "MEDIUM"
    info = "Each tunnel has inside addresses of its own, a free /30 of 169.254.0.0/16"
    source = "https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNTunnels.html"
    resources = ("aws_vpn_connection",)

    def problems(self, block: Block) -> Iterator[str]:
        seen = set()
        for argument in ("tunnel1_inside_cidr", "tunnel2_inside_cidr"):
            value = block.literal(argument)
            try:
                network = IPv4Network(value)
            except (AddressValueError, NetmaskValueError, ValueError):
                yield f"{argument} is {value}"
                continue
            if network.prefixlen != 30 or not network.is_link_local or network in _RESERVED:
                yield f"{argument} is {value}, not a free /30 of 169.254.0.0/16"
            if network in seen:
                yield f"both tunnels use {value}"
            seen.add(network)


check = TunnelsHaveOwnAddresses()
