"""Quotas: as many as AWS gives, and one more."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from isthmus.intent import (
    AllowedConnection,
    CustomerGateway,
    Egress,
    EgressVpc,
    Environment,
    Estate,
    FirewallPolicy,
    Inspection,
    Routing,
    Segment,
    Spoke,
    VpnConnection,
)
from tests.intent.network import DEV, HUB, SERVICES, SITE, VPN, WORKLOADS, estate, spoke

OUT = EgressVpc("way-out", cidr="10.1.254.0/23", inspection=Inspection.NONE)
GATEWAY = replace(OUT, inspection=Inspection.GATEWAY, firewall=FirewallPolicy())
LABS = [Segment(f"lab{number}") for number in range(18)]
LEARNERS = [*LABS, Segment("lab18")]
REACHING = replace(SERVICES, allowed_egress={Egress.NONE}, reaches=[lab.name for lab in LEARNERS])
# Its spokes must not see the site that is in it, and the table that says so is none for the site.
BLIND = replace(SERVICES, site_networks=[])
WIDE = replace(WORKLOADS, blocks=["10.1.0.0/18"], isolated=False)


def spokes(count: int, **given: Any) -> list[Spoke]:
    usual = {"segment": "workloads", "egress": Egress.NONE, "gateway_endpoints": [], "zones": ["use1-az1"]}
    return [Spoke(f"s{n}", **{"cidr": f"10.1.{n}.0/24", **usual, **given}) for n in range(count)]


def held(
    *given: Spoke,
    egress: EgressVpc | None = None,
    segments: list[Segment] | None = None,
    late: tuple[Spoke, ...] = (),
    vpns: Sequence[VpnConnection] = (VPN,),
    **changes: Any,
) -> Estate:
    """An account with these VPCs, in two environments."""
    return estate(
        segments=segments or [SERVICES, WORKLOADS],
        environments=[
            Environment("network", account="network", hub=HUB, vpn_connections=vpns, spokes=given),
            Environment("more", account="network", spokes=late, egress=egress),
        ],
        **changes,
    )


def with_ports(
    count: int, *, inbound: bool, ranges: tuple[int, ...] = (), denied: bool = False, default: bool = False
) -> Estate:
    """Workloads with that many allowed ports among themselves or to a site, in spokes of so many ranges."""
    message = [f"tcp/{2 * n}" for n in range(1, count + 1)]
    here, there = ("dc1/users", "workloads") if inbound else ("workloads", "dc1/users")
    both = [AllowedConnection(source=here, to=there, ports=message)]
    if ranges:
        both = [AllowedConnection(source="workloads", to="workloads", ports=message)]
    parts = [
        Spoke(
            f"s{n}",
            cidr=f"10.1.{8 * n}.0/24",
            segment="workloads",
            egress=Egress.NONE,
            gateway_endpoints=[],
            zones=["use1-az1"],
            secondary_cidrs=[f"10.1.{8 * n + m}.0/24" for m in range(1, many)],
        )
        for n, many in enumerate(ranges or (1,))
    ]
    limited = replace(WIDE, site_networks=["dc1/users"]) if denied else WIDE
    services = replace(SERVICES, allowed_egress={Egress.NONE})
    limited = replace(limited, allowed_egress={Egress.NONE})
    site = replace(SITE, advertises=[*["0.0.0.0/0"] * default, *SITE.networks.values()])
    return held(*parts, segments=[services, limited], allowed_connections=both, site=site)


def learning(prefixes: int, *, routing: Routing = Routing.BGP, other: int = 0, lans: int = 0, **changes: Any) -> Estate:
    """Twenty segments that each learn so many prefixes from the site, in one of them, and more from another site."""
    here, there = (
        [f"172.{first + n // 256}.{n % 256}.0/24" for n in range(count)]
        for first, count in ((16, prefixes), (24, other))
    )
    bgp = routing is Routing.BGP
    site = replace(SITE, networks=_named(here[:lans] if bgp else here), advertises=here if bgp else [])
    gateway = CustomerGateway("branch-01", ip_address="203.0.113.9", bgp_asn=65_020)
    branch = replace(SITE, name="branch", networks={}, advertises=there, customer_gateways=[gateway])
    vpns = [replace(VPN, routing=routing), replace(VPN, name="branch-01", customer_gateway=gateway, number=2)]
    usual = {"segments": [REACHING, *LEARNERS], "site": site, "sites": (branch,), "vpns": vpns}
    # In addition to the tables of its spokes, a table for each site: no site learns the routes of the other.
    usual["quotas"] = {"transit-gateway-route-tables": 22}
    return held(**{**usual, **changes})


def _named(texts: list[str]) -> dict[str, str]:
    return {f"lan{number}": text for number, text in enumerate(texts)}


PASS: dict[str, Estate] = {
    "5 VPCs": held(*spokes(4), egress=OUT),
    "5 NAT gateways": held(*spokes(3, egress=Egress.LOCAL), egress=OUT),
    "5 NAT gateways, and zones that have none": held(
        *spokes(2, egress=Egress.LOCAL, zones=["use1-az1", "use1-az2", "use1-az3"], nat_zones=["use1-az1"]),
        late=(
            Spoke(
                "late",
                cidr="10.1.64.0/20",
                segment="workloads",
                egress=Egress.LOCAL,
                zones=["use1-az1", "use1-az2", "use1-az3"],
            ),
        ),
    ),
    "20 gateway endpoints": held(*spokes(10, gateway_endpoints=["s3", "dynamodb"]), quotas={"vpcs": 20}, egress=OUT),
    "20 route tables with an egress VPC": held(
        segments=[SERVICES, WORKLOADS, *LABS[:15], Segment("out", allowed_egress={Egress.CENTRAL})], egress=OUT
    ),
    "20 route tables, of them one of a site that must not share": held(segments=[BLIND, WORKLOADS, *LABS[:17]]),
    "quotas as they are": estate(
        quotas={"vpn-connections": 50, "vpcs": 5, "network-acl-rules": 20, "routes-per-route-table": 1_000}
    ),
    "40 rules asked for": estate(
        quotas={"network-acl-rules": 40, "vpc-cidr-blocks": 50, "security-group-rules": 1_000}
    ),
    "20 rules inbound": with_ports(16, inbound=True),
    "20 rules outbound": with_ports(16, inbound=False),
    "20 rules of spokes that see themselves": with_ports(14, inbound=True, ranges=(1, 1)),
    "10,000 routes": learning(500),
    "20 rules, and a network denied": with_ports(15, inbound=True, denied=True),
    # Four private ranges are denied, and with them the network; the spoke's own range and the rest have a rule each.
    "20 rules, and the rest of a site denied": with_ports(11, inbound=True, default=True),
}

FAIL: dict[str, Estate] = {
    "6 VPCs": held(*spokes(4), egress=OUT, late=tuple(spokes(5)[4:])),
    "6 NAT gateways": held(
        *spokes(3, egress=Egress.LOCAL),
        egress=OUT,
        late=(replace(DEV, egress=Egress.LOCAL, cidr="10.1.32.0/20", zones=["use1-az1"]),),
    ),
    "21 gateway endpoints": held(
        *spokes(10, gateway_endpoints=["s3", "dynamodb"]),
        late=(replace(DEV, cidr="10.1.64.0/20", gateway_endpoints=["s3"], egress=Egress.NONE),),
        quotas={"vpcs": 20},
    ),
    "21 route tables with an egress VPC": held(segments=[SERVICES, WORKLOADS, *LABS], egress=OUT),
    "21 route tables with a firewall on the gateway": held(segments=[SERVICES, WORKLOADS, *LABS[:17]], egress=GATEWAY),
    "21 route tables with an egress path": held(
        segments=[SERVICES, WORKLOADS, *LABS[:16], Segment("out", allowed_egress={Egress.CENTRAL})], egress=OUT
    ),
    "21 route tables, of them one of a site that must not share": held(segments=[BLIND, WORKLOADS, *LABS]),
    "quotas that are none": estate(quotas={"zzz": 1, "vpn-connection": 60, "security-group-rules": 1_001, "vpcs": 4}),
    "6 ranges, and 51": spoke(secondary_cidrs=[f"10.1.{100 + n}.0/24" for n in range(50)]),
    "21 rules, and the rest of a site denied": with_ports(12, inbound=True, default=True),
    "21 rules inbound": with_ports(17, inbound=True),
    "21 rules outbound, with a segment without spokes": with_ports(17, inbound=False),
    "21 rules of spokes that see themselves": with_ports(14, inbound=True, ranges=(2, 1)),
    "21 rules, and a network denied": with_ports(16, inbound=True, denied=True),
    "40 rules": with_ports(36, inbound=True),
    "41 rules": with_ports(38, inbound=True),
    "10,004 routes": learning(500, late=tuple(spokes(2, segment="lab0"))),
    "10,003 routes, three of them to networks denied": learning(
        500, segments=[REACHING, *LEARNERS[:-1], replace(LEARNERS[-1], site_networks=[])], lans=3
    ),
    "10,020 static routes": learning(501, routing=Routing.STATIC),
    "10,020 routes of two sites": learning(300, other=201),
}
