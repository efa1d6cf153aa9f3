from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import ip_address

from isthmus_policy import UNREADABLE, Block, EstatePolicy, ScannedResources


class CustomerGatewayIsReachable(EstatePolicy):
    """`plan` accepts a customer gateway with no address and no certificate, with a private address, and with the ASNs
    that AWS keeps for itself. A private address is right if all its VPN connections run over Direct Connect.
    """

    id = "CKV_ISTHMUS_28"
    rating = "MEDIUM"
    info = "A customer gateway has a public address or a certificate, and an ASN that AWS leaves free"
    source = "https://docs.aws.amazon.com/vpn/latest/s2svpn/cgw-options.html"

    def subjects(self, scanned: ScannedResources) -> Iterable[Block]:
        return scanned.resources("aws_customer_gateway")

    def problems(self, block: Block, scanned: ScannedResources) -> Iterator[str]:
        if not (block.given("ip_address") or block.given("certificate_arn")):
            yield "it has neither ip_address nor certificate_arn"
        address = block.literal("ip_address")
        if isinstance(address, str) and _private(address) and not _over_direct_connect(block, scanned):
            yield f"ip_address is {address}, which the internet does not route"
        number = block.literal("bgp_asn_extended") or block.literal("bgp_asn", 65_000)
        if number is UNREADABLE or not str(number).isdigit() or int(number) in (0, 7_224, 9_059, 10_124, 17_943):
            yield f"its ASN is {number}"


def _over_direct_connect(block: Block, scanned: ScannedResources) -> bool:
    """Whether it has VPN connections in its module, and all have private outside addresses."""
    connections = scanned.naming(block, "customer_gateway_id", "aws_vpn_connection")
    types = [connection.literal("outside_ip_address_type", "PublicIpv4") for connection in connections]
    return bool(types) and all(outside == "PrivateIpv4" for outside in types)


def _private(address: str) -> bool:
    try:
        read = ip_address(address)
    except ValueError:
        return True
    # The blocks of RFC 5737 are for documentation, where a reader expects them to stand for a public address.
    return not read.is_global and not str(read).startswith(("192.0.2.", "198.51.100.", "203.0.113."))


check = CustomerGatewayIsReachable()
