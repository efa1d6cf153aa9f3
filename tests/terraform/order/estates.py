"""Small estates, each with one thing that can be changed, and what can be put in the place of its parts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from isthmus.intent import (
    Account,
    AllowedConnection,
    CentralEndpoints,
    CustomerGateway,
    DomainList,
    Egress,
    EgressVpc,
    Environment,
    Estate,
    FirewallPolicy,
    ForwardRule,
    Hub,
    HybridDns,
    Inspection,
    Observability,
    Organization,
    PrivateZone,
    Segment,
    Site,
    Spoke,
    VpnConnection,
)

ZONES = ["use1-az1", "use1-az2", "use1-az4"]

_ORGANIZATION = Organization(
    arn="arn:aws:organizations::999900001111:organization/o-exampleorg",
    accounts=[Account("network", id="111122223333"), Account("teams", id="222233334444")],
)
SITE = Site(
    "dc1",
    networks={"servers": "172.21.0.0/16", "users": "172.20.0.0/16"},
    advertises=["0.0.0.0/0", "172.20.0.0/15"],
    customer_gateways=[CustomerGateway("dc1-01", ip_address="203.0.113.10", bgp_asn=65_010)],
    dns_servers=["172.21.0.53"],
)
SERVICES = Segment("services", allowed_egress=set(Egress) - {Egress.CENTRAL}, may_be_attached_by=["teams"])
APPS = Segment("apps", reaches=[SERVICES], allowed_egress=set(Egress) - {Egress.CENTRAL}, may_be_attached_by=["teams"])
VPN = VpnConnection("dc1-01", customer_gateway="dc1-01", number=1, segment="services")
NETWORK = Environment(
    "network", account="network", hub=Hub("main", share_with=["teams"]), vpn_connections=[VPN], protected=False
)
WEB = Spoke("web", cidr="10.1.0.0/20", segment="apps", egress=Egress.LOCAL)
TEAM = Environment("team", account="teams", spokes=[WEB], protected=False)


def plain(spoke: Spoke = WEB, **changes: Any) -> Estate:
    """A hub with a VPN connection, and in another account a spoke that leaves by itself."""
    given: dict[str, Any] = {
        "organization": _ORGANIZATION,
        "region": "us-east-1",
        "blocks": ["10.1.0.0/16"],
        "zones": ZONES,
        "segments": [SERVICES, APPS],
        "sites": [SITE],
        "environments": [NETWORK, replace(TEAM, spokes=[spoke])],
    }
    return Estate("order", **(given | changes))


def spokes(*spokes: Spoke) -> dict[str, Any]:
    """The environments of `plain` with other spokes."""
    return {"environments": [NETWORK, replace(TEAM, spokes=list(spokes))]}


def network(**changes: Any) -> dict[str, Any]:
    """The environments of `plain` with other contents of the hub's."""
    return {"environments": [replace(NETWORK, **changes), TEAM]}


POLICY = FirewallPolicy(domain_lists=[DomainList("updates", domains=[".example.org"])])
EGRESS = EgressVpc("egress", cidr="10.1.254.0/23", inspection=Inspection.VPC, firewall=POLICY)
APPLIANCES = EgressVpc(
    "egress",
    cidr="10.1.254.0/23",
    inspection=Inspection.APPLIANCES,
    endpoint_service="com.amazonaws.vpce.us-east-1.vpce-svc-0a1b2c3d4e5f60718",
)


CENTRAL_WEB = replace(WEB, egress=Egress.CENTRAL)


def central(
    spoke: Spoke = CENTRAL_WEB,
    *,
    egress: EgressVpc | None = EGRESS,
    protected: bool = False,
    **changes: Any,
) -> Estate:
    """The same with central egress, which the spoke uses."""
    allowed_egress = set(Egress) - ({Egress.CENTRAL} if egress is None else set())
    segments = [replace(SERVICES, allowed_egress=allowed_egress), replace(APPS, allowed_egress=allowed_egress)]
    out = [] if egress is None else [Environment("egress", account="network", egress=egress, protected=protected)]
    given: dict[str, Any] = {
        "segments": segments,
        "environments": [NETWORK, *out, replace(TEAM, spokes=[spoke])],
    }
    return plain(**(given | changes))


SHARED = Spoke("shared", cidr="10.1.16.0/20", segment="services", egress=Egress.ON_PREMISES)
DNS = HybridDns(
    spoke="shared",
    forwards=[ForwardRule("corp.example.com", site="dc1")],
    private_zones=[PrivateZone("aws.example.com")],
)


def named(
    shared: Spoke = SHARED,
    *,
    dns: HybridDns | None = DNS,
    services: tuple[str, ...] = ("ssm", "sts"),
) -> Estate:
    """The hub, and shared services with hybrid DNS and endpoints, which a spoke of another environment uses."""
    endpoints = CentralEndpoints(services=list(services)) if services else None
    home = Environment("shared", account="network", spokes=[shared], dns=dns, endpoints=endpoints)
    team = replace(TEAM, spokes=[replace(WEB, egress=Egress.ON_PREMISES, zones=ZONES[:1])])
    return plain(environments=[NETWORK, home, team])


_SECOND = CustomerGateway("dc1-02", ip_address="203.0.113.11", bgp_asn=65_010)


def watched() -> Estate:
    """Two connections of one site with alarms, and network ACLs: names in alarms, and numbers from names."""
    estate = plain()
    site = replace(estate.sites[0], customer_gateways=[*estate.sites[0].customer_gateways, _SECOND])
    other = VpnConnection("dc1-02", customer_gateway="dc1-02", number=2, segment="services")
    network = replace(
        NETWORK,
        vpn_connections=[VPN, other],
        observability=Observability(notify=["noc@example.com"]),
        spokes=[replace(SHARED, zones=ZONES[:1])],
    )
    return replace(
        estate,
        sites=[site],
        segments=[replace(SERVICES, site_networks=["dc1/servers"], blocks=["10.1.16.0/20"]), APPS],
        environments=[network, TEAM],
        allowed_connections=[AllowedConnection(source="dc1/servers", to="services", ports=["tcp/443"])],
    )
