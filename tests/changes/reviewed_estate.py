"""A small estate that a reviewer changes: two sites, a limited segment, and environments of one or two spokes."""

from __future__ import annotations

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
    Routing,
    S3Backend,
    Segment,
    Site,
    Spoke,
    VpnConnection,
    check,
)

NETWORK = Account("network", id="100000000001")
WORK = Account("work", id="100000000002")
OTHER = Account("other", id="100000000003")


def reviewed_estate(
    *,
    payments: str = "172.18.4.0/24",
    office: str = "192.168.40.0/24",
    data: str = "10.1.32.0/22",
    customer_gateway: str = "fra-gw-1",
    connection: str = "fra-1",
    test: str = "test",
    test_account: Account = WORK,
    split: bool = False,
) -> Estate:
    """The estate. Each parameter is one change of a review."""
    services, workloads = Segment("services"), Segment("workloads", isolated=True)
    pci = Segment("pci", isolated=True, site_networks=["fra/payments"])
    segments = [
        replace(segment, allowed_egress={Egress.NONE}, may_be_attached_by=[WORK, OTHER], **reaches)
        for segment, reaches in _reaching(services, (workloads, pci))
    ]
    frankfurt = Site(
        "fra",
        networks={"users": "172.16.0.0/16", "payments": payments},
        advertises=["172.16.0.0/14"],
        customer_gateways=[CustomerGateway(customer_gateway, ip_address="203.0.113.1", bgp_asn=65_010)],
    )
    hamburg = Site(
        "ham",
        networks={"office": office},
        customer_gateways=[CustomerGateway("ham-gw-1", ip_address="203.0.113.2", bgp_asn=65_030)],
    )
    network = Environment(
        "network",
        account=NETWORK,
        hub=Hub("main", asn=64_512, share_with=[WORK, OTHER]),
        vpn_connections=[
            VpnConnection(connection, customer_gateway=customer_gateway, number=1, segment=services),
            VpnConnection("ham-1", customer_gateway="ham-gw-1", number=2, segment=services, routing=Routing.STATIC),
        ],
    )
    apps, databases = _spoke("dev-apps", "10.1.0.0/22", workloads), _spoke("dev-data", "10.1.4.0/22", workloads)
    development = [Environment("dev", account=WORK, spokes=[apps] if split else [apps, databases])]
    if split:
        development.append(Environment("dev-data", account=OTHER, spokes=[databases]))
    return check(
        Estate(
            "reviewed",
            organization=Organization(
                arn="arn:aws:organizations::100000000000:organization/o-exampleorg", accounts=[NETWORK, WORK, OTHER]
            ),
            region="us-east-1",
            blocks=["10.1.0.0/16"],
            zones=["use1-az1", "use1-az2"],
            segments=segments,
            sites=[frankfurt, hamburg],
            environments=[
                network,
                *development,
                Environment(test, account=test_account, spokes=[_spoke("test", "10.1.16.0/22", workloads)]),
                Environment(
                    "prod",
                    account=WORK,
                    spokes=[_spoke("prod-data", data, workloads), _spoke("pci-core", "10.1.48.0/22", pci)],
                ),
            ],
            backend=S3Backend(bucket="reviewed-terraform-state", account=NETWORK),
        )
    )


def _reaching(services: Segment, others: tuple[Segment, ...]) -> list[tuple[Segment, dict[str, Any]]]:
    return [(services, {}), *((segment, {"reaches": [services]}) for segment in others)]


def _spoke(name: str, cidr: str, segment: Segment) -> Spoke:
    return Spoke(name, cidr=cidr, segment=segment.name, egress=Egress.NONE, gateway_endpoints=[])
