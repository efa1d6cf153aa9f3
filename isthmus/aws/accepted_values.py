"""The values that AWS accepts and rejects: for the language and for any Terraform."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Network

LINK_LOCAL = IPv4Network("169.254.0.0/16")
LARGEST_ASN = 4_294_967_294
# https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_CreateResolverRule.html
MOST_TARGETS = 6
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-choose-vpc.html
LEAST_ENDPOINT_ADDRESSES = 2
# The maximum length of an endpoint policy in characters: https://docs.aws.amazon.com/general/latest/gr/vpc-service.html
MOST_POLICY = 20_480
# The number of addresses that AWS reserves in each subnet: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
_RESERVED_ADDRESSES = 5
# https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-quotas.html
MOST_GATEWAY_CIDRS = 5
# https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
GATEWAY_SERVICES = ("dynamodb", "s3")
DOCUMENTATION = tuple(IPv4Network(text) for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"))

RFC_1918 = tuple(IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
_SHARED_SPACE = IPv4Network("100.64.0.0/10")  # RFC 6598
_BENCHMARK = IPv4Network("198.19.0.0/16")
_TEN_ZERO, _TEN_LOW = IPv4Network("10.0.0.0/16"), IPv4Network("10.0.0.0/15")
_DEFAULT_VPCS = IPv4Network("172.31.0.0/16")

_RESERVED_ASNS = {
    7224: None,
    9059: "eu-west-1",
    10124: "ap-northeast-1",
    17943: "ap-southeast-1",
}
_STANDARD_ASNS = {23_456: "RFC 6793 (AS_TRANS)", 65_535: "RFC 7300"}


def refused_asn(asn: int, region: str | None) -> str:
    """Why AWS rejects an ASN of a customer gateway, or "".

    https://docs.aws.amazon.com/vpn/latest/s2svpn/cgw-options.html
    """
    if not 1 <= asn <= LARGEST_ASN:
        return f"bgp_asn is {asn}"
    if asn in _STANDARD_ASNS:
        return f"bgp_asn {asn} is reserved by {_STANDARD_ASNS[asn]}"
    if asn in _RESERVED_ASNS and _RESERVED_ASNS[asn] in (None, region):
        return f"bgp_asn {asn} is reserved by AWS in {region or 'every Region'}"
    return ""


def private_asn(asn: int) -> bool:
    """Whether an ASN is private, as the Amazon side of a transit gateway requires.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TransitGatewayRequestOptions.html
    """
    return 64_512 <= asn <= 65_534 or 4_200_000_000 <= asn <= LARGEST_ASN


def fits_vpc(cidr: IPv4Network) -> bool:
    """Whether AWS accepts the size of a VPC or subnet range: /16 to /28.

    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
    """
    return 16 <= cidr.prefixlen <= 28


def room(subnet: IPv4Network) -> int:
    """The number of network interfaces that a subnet has addresses for."""
    return subnet.num_addresses - _RESERVED_ADDRESSES


def prefix_with_room(interfaces: int) -> int:
    """The longest prefix of a subnet with addresses for this number of network interfaces."""
    return 32 - (interfaces + _RESERVED_ADDRESSES - 1).bit_length()


def fits_gateway(cidr: IPv4Network | IPv6Network) -> bool:
    """Whether a transit gateway accepts a CIDR block: IPv4 /24 or larger and not link-local, IPv6 /64 or larger.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TransitGatewayRequestOptions.html
    """
    if isinstance(cidr, IPv6Network):
        return cidr.prefixlen <= 64
    return cidr.prefixlen <= 24 and not cidr.overlaps(LINK_LOCAL)


def public_address(text: str) -> bool:
    """Whether an IPv4 address is public, as for a customer gateway. Documentation addresses count as public.

    https://docs.aws.amazon.com/vpn/latest/s2svpn/cgw-options.html
    """
    try:
        address = IPv4Address(text)
    except ValueError:
        return False
    if any(address in example for example in DOCUMENTATION):
        return True
    return address.is_global and not address.is_multicast


def private_outside_address(text: str) -> bool:
    """Whether a device may have this address for a VPN connection over Direct Connect: RFC 1918 or RFC 6598.

    https://docs.aws.amazon.com/vpn/latest/s2svpn/private-ip-dx.html
    """
    try:
        address = IPv4Address(text)
    except ValueError:
        return False
    return any(address in space for space in (*RFC_1918, _SHARED_SPACE))


def refused_secondary(
    primary: IPv4Network, secondary: IPv4Network, others: Iterable[IPv4Network]
) -> tuple[IPv4Network, IPv4Network] | None:
    """Why a VPC rejects a secondary range: the range that cannot be added, and the existing range that excludes it.

    `others` are the existing secondary ranges of the VPC.
    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html#add-cidr-block-restrictions
    """
    return next((found for found in _banned(primary, others) if secondary.overlaps(found[0])), None)


def _banned(primary: IPv4Network, others: Iterable[IPv4Network]) -> Iterator[tuple[IPv4Network, IPv4Network]]:
    if not primary.subnet_of(_BENCHMARK):
        yield _BENCHMARK, primary
    yield from ((space, primary) for space in RFC_1918 if not primary.subnet_of(space))
    if primary.subnet_of(RFC_1918[1]):
        yield _DEFAULT_VPCS, primary
    yield from ((_TEN_ZERO, existing) for existing in (primary, *others) if existing.overlaps(_TEN_LOW))


def policy_fault(text: str) -> str:
    """Why AWS rejects an endpoint policy, or "".

    https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
    """
    try:
        whole = isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        whole = False
    if not whole:
        return "it is not a JSON object"
    return f"it has {len(text)} characters" if len(text) > MOST_POLICY else ""
