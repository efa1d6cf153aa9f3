"""Segments, what sites advertise, VPN connections, tunnels."""

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
    HcpTerraform,
    Inspection,
    Observability,
    Routing,
    S3Backend,
    Segment,
    Spoke,
    Tunnel,
    VpnConnection,
)
from tests.intent.network import DEV, GATEWAY, HUB, SERVICES, SITE, VPN, WORKLOADS, estate, gateway, site, tunnel, vpn

BRANCH = replace(
    SITE,
    name="branch",
    networks={"lan": "192.168.7.0/24"},
    advertises=["192.168.7.0/24"],
    customer_gateways=[CustomerGateway("branch-01", ip_address="203.0.113.9", bgp_asn=65_020)],
)
TO_BRANCH = replace(VPN, name="branch-01", customer_gateway="branch-01", number=3)
ADVERTISED = replace(SITE, advertises=[*SITE.networks.values()])
WHOLE = replace(SITE, advertises=["0.0.0.0/0", *SITE.networks.values()])
# 1,001 addresses that no summary joins, and as many of which two are joined.
SCATTERED = [f"192.0.{number // 128}.{number % 128 * 2}/32" for number in range(1_001)]
NO_WAY = [
    replace(SERVICES, allowed_egress={Egress.NONE}),
    replace(WORKLOADS, allowed_egress={Egress.LOCAL, Egress.NONE}),
]
QUIET = replace(DEV, egress=Egress.NONE)
CENTRAL = EgressVpc("way-out", cidr="10.1.254.0/23", inspection=Inspection.NONE)


def gateways(*asns: int) -> list[CustomerGateway]:
    return [CustomerGateway(f"dc1-0{n}", ip_address=f"203.0.113.{n}", bgp_asn=asn) for n, asn in enumerate(asns, 1)]


def connections(*more: dict[str, Any]) -> tuple[VpnConnection, ...]:
    """Connections 2, 3 and so on to the site."""
    return tuple(
        replace(VPN, **{"name": f"dc1-0{n}", "customer_gateway": f"dc1-0{n}", "number": n, **given})
        for n, given in enumerate(more, 2)
    )


def observed(**given: Any) -> Estate:
    wanted = Observability(**{"notify": ["a@example.com"], **given})
    hub = Environment("network", account="network", hub=HUB, vpn_connections=[VPN], spokes=[DEV], observability=wanted)
    return estate(environments=[hub])


def opened(*allowed_connections: AllowedConnection, **changes: Any) -> Estate:
    return estate(allowed_connections=allowed_connections, **changes)


def centrally(segment: Segment, **changes: Any) -> Estate:
    """The estate with an egress VPC, and a segment that may leave by it."""
    environment = Environment(
        "network", account="network", hub=HUB, vpn_connections=[VPN], spokes=[DEV], egress=CENTRAL
    )
    return estate(segments=[SERVICES, WORKLOADS, segment], environments=[environment], **changes)


PASS: dict[str, Estate] = {
    "a default in addition to that of the egress VPC, and the networks": centrally(
        Segment("lab", reaches=[SERVICES], allowed_egress={Egress.CENTRAL}), site=WHOLE
    ),
    "a default, and an egress VPC for others": centrally(Segment("lab", allowed_egress={Egress.CENTRAL})),
    "a denied network, advertised whole and by more": estate(
        segments=[SERVICES, replace(WORKLOADS, site_networks=["dc1/users"])],
        site=replace(SITE, advertises=["0.0.0.0/0", "172.20.0.0/15", "172.21.0.0/16"]),
    ),
    "two sites, and what one advertises by a static connection": estate(
        site=WHOLE, sites=(replace(BRANCH, advertises=[]),), vpns=(replace(TO_BRANCH, routing=Routing.STATIC),)
    ),
    "a static default on each of two connections that never meet": estate(
        site=replace(ADVERTISED, customer_gateways=gateways(65_010, 65_010)),
        vpn=replace(VPN, default_route=True),
        vpns=connections({"segment": "lab", "default_route": True}),
        segments=[SERVICES, WORKLOADS, Segment("lab")],
    ),
    "different ASNs that never meet": estate(
        site=replace(SITE, customer_gateways=gateways(65_010, 65_011)),
        vpns=connections({"segment": "lab"}),
        segments=[SERVICES, WORKLOADS, Segment("lab")],
    ),
    "a device of one character": gateway(device="d"),
    "margins of an odd lifetime": tunnel(phase2_lifetime=901, rekey_margin_time=450),
    "a site at the ends of the map": site(coordinates=(-90, 180)),
    "a site at the other ends": site(coordinates=(90, -180)),
    "a firewall observed by itself": estate(
        environments=[
            Environment("network", account="network", hub=HUB, vpn_connections=[VPN], spokes=[DEV]),
            Environment(
                "egress",
                account="network",
                egress=replace(CENTRAL, inspection=Inspection.VPC, firewall=FirewallPolicy()),
                observability=Observability(notify=["a@example.com"]),
            ),
        ]
    ),
    "two addresses but for a letter": observed(
        notify=[
            "a.b@example.com",
            "A.b@example.com",
            "B.b@example.com",
            "c.b@example.com",
            "arn:aws:sns:us-east-1:000000000001:alarms",
        ]
    ),
    "a bucket of 3 characters": estate(backend=S3Backend(bucket="a-b", account="network")),
    "a bucket of 63 characters": estate(backend=S3Backend(bucket="a" * 63, account="network")),
    "names that HCP Terraform takes": estate(
        backend=HcpTerraform(
            organization="Org",
            project="My Project-1_",
            hostname="tfe.example.com:8443",
            workspace_prefix="Net_" + "w" * 46,
        )
    ),
    "a way that another segment opens": opened(
        AllowedConnection(source="lab", to="services", ports=["tcp/443"]),
        segments=[
            replace(SERVICES, blocks=["10.1.64.0/18"]),
            WORKLOADS,
            Segment("lab", blocks=["10.1.128.0/18"], reaches=[SERVICES]),
        ],
    ),
}

FAIL: dict[str, Estate] = {
    "a network not advertised, after a site that cannot be read": estate(
        site=replace(SITE, advertises=["ten"]),
        sites=(replace(BRANCH, advertises=[]),),
        vpns=(TO_BRANCH,),
        segments=NO_WAY,
        spoke=QUIET,
    ),
    "no default advertised, and an egress VPC": centrally(
        Segment("lab", reaches=[SERVICES], allowed_egress={Egress.CENTRAL}),
        site=replace(SITE, advertises=["172.20.0.0/16"]),
        vpn=replace(VPN, default_route=True),
    ),
    "parts of denied networks, for two segments": estate(
        segments=[
            SERVICES,
            replace(WORKLOADS, site_networks=[]),
            Segment("lab", reaches=[SERVICES], site_networks=[]),
        ],
        site=replace(SITE, advertises=["0.0.0.0/0", "172.20.0.0/16", "172.20.128.0/17", "172.21.0.0/17"]),
    ),
    "sites that advertise a default and each other's": estate(
        site=WHOLE,
        sites=(replace(BRANCH, advertises=["0.0.0.0/0", "192.168.7.0/24", "172.20.0.0/17"]),),
        vpns=(TO_BRANCH,),
    ),
    "a network of a site that speaks no BGP, under what another advertises": estate(
        site=replace(SITE, advertises=["0.0.0.0/0", *SITE.networks.values(), "192.168.0.0/16"]),
        sites=(replace(BRANCH, advertises=["192.168.7.0/24"]),),
        vpns=(replace(TO_BRANCH, routing=Routing.STATIC),),
    ),
    "a network of the third of three sites": estate(
        site=replace(SITE, advertises=["0.0.0.0/0", *SITE.networks.values(), "192.168.8.0/24"]),
        sites=(
            BRANCH,
            replace(
                BRANCH,
                name="other",
                networks={"x": "192.168.9.0/24", "y": "192.168.8.0/25"},
                advertises=[],
                customer_gateways=[],
            ),
        ),
        vpns=(TO_BRANCH,),
    ),
    "1,001 advertisements that nothing sums up": site(advertises=["0.0.0.0/1", *SCATTERED]),
    "1,002 advertisements that 1,000 sum up": site(advertises=["0.0.0.0/0", *SCATTERED[:1], *SCATTERED]),
    "1,001 advertisements, 1,000 of them apart": site(advertises=[*SCATTERED[:1_000], "192.0.0.1/32"]),
    "1,002 advertisements, 1,001 of them apart": site(advertises=[*SCATTERED, "192.0.0.1/32"]),
    "no egress path at all": estate(segments=[SERVICES, replace(WORKLOADS, allowed_egress=set())]),
    "two egress paths, and neither": estate(
        segments=[SERVICES, replace(WORKLOADS, allowed_egress={Egress.NONE, Egress.CENTRAL})],
        spoke=QUIET,
        site=WHOLE,
        environments=[
            Environment("network", account="network", hub=HUB, vpn_connections=[VPN], spokes=[DEV], egress=CENTRAL)
        ],
    ),
    "limited to a site out of reach": estate(
        segments=[SERVICES, replace(WORKLOADS, site_networks=["dc1/users", "branch/lan"])],
        sites=(replace(BRANCH, advertises=[]),),
    ),
    "no default of two sites, for the second segment": estate(
        segments=[replace(SERVICES, allowed_egress={Egress.NONE}), WORKLOADS],
        site=ADVERTISED,
        sites=(BRANCH,),
        vpns=(TO_BRANCH,),
    ),
    "no default of a site that cannot be read, nor of another": estate(
        segments=[SERVICES, WORKLOADS, Segment("lab", allowed_egress={Egress.ON_PREMISES})],
        site=replace(SITE, advertises=["ten"], networks={}),
        sites=(BRANCH,),
        vpns=(replace(TO_BRANCH, segment="lab"),),
    ),
    "a static default on the second of three connections": estate(
        site=replace(ADVERTISED, customer_gateways=gateways(65_010, 65_010, 65_010)),
        vpns=connections({"default_route": True}, {}),
    ),
    "a static default with two advertised ones": estate(
        site=WHOLE,
        sites=(
            replace(BRANCH, advertises=["0.0.0.0/0", "192.168.7.0/24"]),
            replace(
                BRANCH,
                name="third",
                networks={},
                advertises=[],
                customer_gateways=[CustomerGateway("third-01", ip_address="203.0.113.10", bgp_asn=65_030)],
            ),
        ),
        vpns=(
            TO_BRANCH,
            replace(TO_BRANCH, name="third-01", customer_gateway="third-01", number=4, default_route=True),
        ),
    ),
    "static before BGP": estate(
        site=replace(WHOLE, customer_gateways=gateways(65_010, 65_010)),
        vpn=replace(VPN, routing=Routing.STATIC),
        vpns=connections({}),
    ),
    "a third ASN": estate(
        site=replace(SITE, customer_gateways=gateways(65_010, 65_011, 65_012)), vpns=connections({}, {})
    ),
    "weak algorithms together": tunnel(phase1_dh_group_numbers=[2, 14, 20]),
    "lifetimes of tunnel 2, after one out of range": vpn(
        tunnels=(Tunnel(phase1_lifetime=1), Tunnel(phase1_lifetime=3_600))
    ),
    "a margin over half of an odd lifetime": tunnel(phase2_lifetime=901, rekey_margin_time=451),
    "three of one address": estate(
        site=replace(
            SITE,
            customer_gateways=[replace(each, ip_address="203.0.113.1") for each in gateways(65_010, 65_010, 65_010)],
        )
    ),
    "numbers out of range, and 1 and 2 in use": estate(
        vpns=connections({"number": 2, "customer_gateway": "dc1-01"}, {"number": 600, "customer_gateway": "dc1-01"})
    ),
    "a certificate with an underscore": gateway(certificate_arn="arn:aws:acm:us-east-1:000000000001:certificate/a_b"),
    "off the map": site(coordinates=(-90.5, 0)),
    "off the map to the west": site(coordinates=(0, -180.5)),
    "off the map to the north": site(coordinates=(90.5, 0)),
    "a day and a minute": observed(tunnel_down_for=1_445),
    "alarms without a recipient": observed(notify=[]),
    "alarms twice but for a sign": observed(notify=["a.b@example.com", "a_b@example.com"]),
    "an egress VPC that nothing inspects, observed": estate(
        environments=[
            Environment("network", account="network", hub=HUB, vpn_connections=[VPN], spokes=[DEV]),
            Environment(
                "egress", account="network", egress=CENTRAL, observability=Observability(notify=["a@example.com"])
            ),
        ]
    ),
    "ports that are none and ports twice": opened(
        AllowedConnection(source="dc1/users", to="workloads", ports=["tcp/443", "tcp/443", "tcp"]),
        AllowedConnection(source="services", to="dc1/users", ports=[]),
    ),
    "sides that are nothing at all": opened(AllowedConnection(source="internet", to="internet", ports=["icmp"])),
    "sides out of reach, after one that is nothing": opened(
        AllowedConnection(source="missing", to="services", ports=["icmp"]),
        AllowedConnection(source="dc1/users", to="lab", ports=["icmp"]),
        segments=[SERVICES, WORKLOADS, Segment("lab")],
    ),
    "sides without blocks, each reported once": opened(
        AllowedConnection(source="dc1/users", to="services", ports=["icmp"]),
        AllowedConnection(source="services", to="lab", ports=["icmp"]),
        AllowedConnection(source="lab", to="services", ports=["icmp"]),
        AllowedConnection(source="lab", to="lab", ports=["icmp"]),
        segments=[SERVICES, WORKLOADS, Segment("lab", reaches=[SERVICES])],
    ),
    "a server that no site network holds, after one that cannot be read": site(
        networks={"users": "172.20.0.0/16"}, dns_servers=["172.20.0.53", "172.21.0.53", "dns.example"]
    ),
    "a server of a site without networks": site(networks={}, dns_servers=["172.20.0.53"]),
    "servers, after a site that cannot be read": estate(
        site=replace(SITE, networks={"users": "ten"}),
        sites=(replace(BRANCH, dns_servers=["172.20.0.53"]),),
    ),
    "logs between two values": estate(log_retention_days=2),
    **{
        f"bucket {name}": estate(backend=S3Backend(bucket=name, account="network"))
        for name in ("sthree-state", "amzn-s3-demo-state", "state--ol-s3", "state--x-s3", "state--table-s3", "ab-")
    },
    "an organization of 41 characters": estate(backend=HcpTerraform(organization="o" * 41)),
    "a workspace prefix of 51 characters": estate(
        backend=HcpTerraform(organization="example", workspace_prefix="w" * 51)
    ),
    "a project of 2 characters": estate(backend=HcpTerraform(organization="example", project="ab")),
    "a host without a dot": estate(backend=HcpTerraform(organization="example", hostname="localhost")),
    "a Region but for a letter": estate(region="eu-west-9", zones=["euw1-az1"]),
    "no zones in a Region that is not known": estate(region="nowhere", zones=[]),
    "a customer gateway with a prefix for an address": gateway(ip_address="198.51.101.1/32"),
    "the second ASN of the hub": gateway(bgp_asn=64_512),
    "a default route that no spoke needs": estate(
        site=replace(ADVERTISED, customer_gateways=[GATEWAY]),
        spoke=Spoke("dev", cidr="10.1.0.0/20", segment="workloads", egress=Egress.NONE),
        segments=NO_WAY,
        vpn=replace(VPN, default_route=True, segment="nowhere"),
    ),
}
