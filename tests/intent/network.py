"""A small estate to change one thing of: one hub, one site over BGP, one isolated segment with two spokes."""

from dataclasses import replace
from typing import Any

from isthmus.intent import (
    Account,
    CustomerGateway,
    Egress,
    Environment,
    Estate,
    Hub,
    Organization,
    OrganizationalUnit,
    Segment,
    Site,
    Spoke,
    Tunnel,
    VpnConnection,
)
from isthmus.intent.checks import problems

ROOT = "arn:aws:organizations::999999999999"
ORGANIZATION = Organization(
    arn=f"{ROOT}:organization/o-example0001",
    accounts=[Account("network", id="000000000001"), Account("workloads", id="000000000002")],
    units=[OrganizationalUnit("workloads_dev", arn=f"{ROOT}:ou/o-example0001/ou-root-00000001")],
)
GATEWAY = CustomerGateway("dc1-01", ip_address="203.0.113.1", bgp_asn=65_010)
SITE = Site(
    "dc1",
    networks={"users": "172.20.0.0/16", "servers": "172.21.0.0/16"},
    advertises=["0.0.0.0/0"],
    customer_gateways=[GATEWAY],
)
SERVICES = Segment("services", allowed_egress={Egress.ON_PREMISES, Egress.NONE}, may_be_attached_by=["workloads"])
WORKLOADS = Segment(
    "workloads",
    isolated=True,
    reaches=[SERVICES],
    allowed_egress={Egress.ON_PREMISES, Egress.LOCAL, Egress.NONE},
    may_be_attached_by=["workloads"],
)
VPN = VpnConnection("dc1-01", customer_gateway=GATEWAY, number=1, segment=SERVICES)
DEV = Spoke("dev", cidr="10.1.0.0/20", segment=WORKLOADS, egress=Egress.ON_PREMISES)
PROD = Spoke("prod", cidr="10.1.16.0/20", segment=WORKLOADS, egress=Egress.LOCAL)
HUB = Hub("main", share_with=["workloads"])


def estate(
    *,
    spoke: Spoke = DEV,
    site: Site = SITE,
    vpn: VpnConnection = VPN,
    hub: Hub = HUB,
    sites: tuple[Site, ...] = (),
    vpns: tuple[VpnConnection, ...] = (),
    **changes: Any,
) -> Estate:
    """The estate with some of its parts put in the place of the usual ones, or added (`sites`, `vpns`)."""
    given: dict[str, Any] = {
        "organization": ORGANIZATION,
        "region": "us-east-1",
        "blocks": ["10.1.0.0/16"],
        "zones": ["use1-az1", "use1-az2"],
        "segments": [SERVICES, WORKLOADS],
        "sites": [site, *sites],
        "environments": [
            Environment("network", account="network", hub=hub, vpn_connections=[vpn, *vpns], spokes=[spoke]),
            Environment("prod", account="workloads", spokes=[PROD]),
        ],
        **changes,
    }
    return Estate("example", **given)


def spoke(**changes: Any) -> Estate:
    """The estate with its spoke `dev` changed."""
    return estate(spoke=replace(DEV, **changes))


def site(**changes: Any) -> Estate:
    """The estate with its site changed."""
    return estate(site=replace(SITE, **changes))


def gateway(**changes: Any) -> Estate:
    """The estate with its customer gateway changed."""
    return site(customer_gateways=[replace(GATEWAY, **changes)])


def vpn(**changes: Any) -> Estate:
    """The estate with its VPN connection changed."""
    return estate(vpn=replace(VPN, **changes))


def tunnel(**options: Any) -> Estate:
    """The estate with options of tunnel 1 changed."""
    return vpn(tunnels=(Tunnel(**options), Tunnel()))


def broken(given: Estate) -> list[str]:
    """The ids of the rules an estate breaks."""
    return [problem.rule for problem in problems(given)]
