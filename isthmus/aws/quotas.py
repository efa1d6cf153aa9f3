"""AWS quotas of networks, for the rules of the language and for the proof.

- https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
- https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-quotas.html
- https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-limits.html
- https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html
- https://docs.aws.amazon.com/directconnect/latest/UserGuide/limits.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

VPC_PAGE = "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"
TGW_PAGE = "https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-quotas.html"
VPN_PAGE = "https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-limits.html"
ROUTE_53_PAGE = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html"
DIRECT_CONNECT_PAGE = "https://docs.aws.amazon.com/directconnect/latest/UserGuide/limits.html"
IAM_PAGE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"


@dataclass(frozen=True, slots=True)
class Quota:
    """An AWS quota: what it counts, its default, and the maximum on request.

    `id` is the name in `Estate.quotas`; "" if an estate cannot raise it.
    `most` equals the default if AWS does not raise the quota. It is None if AWS states no maximum.
    """

    id: str
    name: str
    default: int
    most: int | None
    source: str

    def limit(self, raised: Mapping[str, int]) -> int:
        """The limit: the default, or the raised value by quota ID."""
        return max(self.default, raised.get(self.id, 0)) if self.id else self.default


ACL_RULES = Quota("network-acl-rules", "rules per network ACL, direction and version of IP", 20, 40, VPC_PAGE)
ALLOWED_PREFIXES = Quota(
    "direct-connect-allowed-prefixes",
    "allowed prefixes per transit gateway on a transit virtual interface",
    200,
    None,
    DIRECT_CONNECT_PAGE,
)
ATTACHMENTS = Quota("", "attachments per transit gateway", 5_000, None, TGW_PAGE)
CIDRS = Quota("vpc-cidr-blocks", "IPv4 CIDR blocks per VPC", 5, 50, VPC_PAGE)
CONNECTIONS = Quota("vpn-connections", "VPN connections per account and Region", 50, None, VPN_PAGE)
CUSTOMER_GATEWAYS = Quota("customer-gateways", "customer gateways per account and Region", 50, None, VPN_PAGE)
ELASTIC_IPS = Quota("elastic-ips", "Elastic IP addresses per account and Region", 5, None, VPC_PAGE)
FROM_SITE = Quota("", "routes from a customer gateway to a transit gateway", 1_000, 1_000, VPN_PAGE)
# https://docs.aws.amazon.com/directconnect/latest/UserGuide/prefix-controls.html
FROM_SITE_DIRECT = Quota(
    "direct-connect-advertised-prefixes",
    "prefixes from a site on a transit virtual interface",
    100,
    1_000,
    DIRECT_CONNECT_PAGE,
)
GATEWAY_ENDPOINTS = Quota("gateway-endpoints", "gateway endpoints per account and Region", 20, None, VPC_PAGE)
GROUP_RULES = Quota(
    "security-group-rules", "rules per security group, direction and version of IP", 60, 1_000, VPC_PAGE
)
NAT_GATEWAYS = Quota("nat-gateways-per-zone", "NAT gateways per Availability Zone", 5, None, VPC_PAGE)
PROPAGATED = Quota("", "propagated routes per VPC route table", 100, 100, VPC_PAGE)
ROUTES = Quota("routes-per-route-table", "routes per VPC route table and version of IP", 500, 1_000, VPC_PAGE)
SUBNETS = Quota("", "subnets per VPC", 200, None, VPC_PAGE)
TABLES = Quota("", "route tables per VPC", 200, None, VPC_PAGE)
TGW_ROUTES = Quota("transit-gateway-routes", "routes per transit gateway, all tables", 10_000, None, TGW_PAGE)
TGW_TABLES = Quota("transit-gateway-route-tables", "route tables per transit gateway", 20, None, TGW_PAGE)
TO_SITE = Quota("", "routes from a transit gateway to a customer gateway", 5_000, 5_000, VPN_PAGE)
TRUST_POLICY = Quota("role-trust-policy-length", "characters of a role's trust policy", 2_048, 8_192, IAM_PAGE)
VPCS = Quota("vpcs", "VPCs per account and Region", 5, None, VPC_PAGE)
ZONE_VPCS = Quota("vpcs-per-private-zone", "VPCs per private hosted zone", 300, None, ROUTE_53_PAGE)
PROFILE_VPCS = Quota("vpcs-per-profile", "VPCs per Route 53 Profile", 1_000, None, ROUTE_53_PAGE)

# Most accounts have raised these low quotas. More than the default is not an error if the raised value is unknown.
RAISED_AS_A_RULE = frozenset({ELASTIC_IPS, NAT_GATEWAYS, VPCS})

# The quotas that an estate can raise, by ID.
RAISABLE: Mapping[str, Quota] = {
    quota.id: quota
    for quota in sorted(
        (
            *(ACL_RULES, CIDRS, CONNECTIONS, CUSTOMER_GATEWAYS, ELASTIC_IPS, GATEWAY_ENDPOINTS, GROUP_RULES),
            *(NAT_GATEWAYS, ROUTES, TGW_ROUTES, TGW_TABLES, TRUST_POLICY, VPCS, ZONE_VPCS, PROFILE_VPCS),
            *(ALLOWED_PREFIXES, FROM_SITE_DIRECT),
        ),
        key=lambda quota: quota.id,
    )
}
