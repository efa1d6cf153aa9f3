"""What AWS accepts and what it refuses: each rule stated once, for the language and for Terraform that was read."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network

LINK_LOCAL = IPv4Network("169.254.0.0/16")
LARGEST_ASN = 4_294_967_294
# https://docs.aws.amazon.com/Route53/latest/APIReference/API_route53resolver_CreateResolverRule.html
MOST_TARGETS = 6
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-choose-vpc.html
LEAST_ENDPOINT_ADDRESSES = 2

_RESERVED_ASNS = {
    7224: None,
    9059: "eu-west-1",
    10124: "ap-northeast-1",
    17943: "ap-southeast-1",
}
_STANDARD_ASNS = {23_456: "RFC 6793 (AS_TRANS)", 65_535: "RFC 7300"}


def refused_asn(asn: int, region: str | None) -> str:
    """Why AWS does not take an ASN for a customer gateway, or "".

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
    """Whether an ASN is private: the Amazon side of a transit gateway takes no other.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TransitGatewayRequestOptions.html
    """
    return 64_512 <= asn <= 65_534 or 4_200_000_000 <= asn <= LARGEST_ASN


def fits_vpc(cidr: IPv4Network) -> bool:
    """Whether AWS takes a range of that size, of a VPC or of a subnet: /16 to /28.

    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
    """
    return 16 <= cidr.prefixlen <= 28


def fits_gateway(cidr: IPv4Network | IPv6Network) -> bool:
    """Whether a transit gateway takes a CIDR block: /24 or /64 at the smallest, and nothing link-local.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TransitGatewayRequestOptions.html
    """
    if isinstance(cidr, IPv6Network):
        return cidr.prefixlen <= 64
    return cidr.prefixlen <= 24 and not cidr.overlaps(LINK_LOCAL)
