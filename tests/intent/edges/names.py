"""Names, the organization, what refers to what."""

from dataclasses import replace
from typing import Any

from isthmus.intent import (
    Account,
    CustomerGateway,
    Egress,
    Environment,
    Estate,
    OrganizationalUnit,
    S3Backend,
    Segment,
    Site,
    Spoke,
)
from tests.intent.network import (
    DEV,
    GATEWAY,
    HUB,
    ORGANIZATION,
    PROD,
    ROOT,
    SERVICES,
    SITE,
    VPN,
    WORKLOADS,
    estate,
    site,
    spoke,
    vpn,
)

UNIT = ORGANIZATION.units[0]
APART = Site("other", networks={}, customer_gateways=[])


def accounts(*more: Account) -> Estate:
    return estate(organization=replace(ORGANIZATION, accounts=[*ORGANIZATION.accounts, *more]))


def units(*more: OrganizationalUnit, **changes: Any) -> Estate:
    return estate(organization=replace(ORGANIZATION, units=[UNIT, *more], **changes))


def workloads(**changes: Any) -> Estate:
    return estate(segments=[SERVICES, replace(WORKLOADS, **changes)])


def unit(arn: str) -> OrganizationalUnit:
    return OrganizationalUnit("more", arn=arn)


PASS: dict[str, Estate] = {
    "names of every kind of letter": spoke(name="Dev-1_b"),
    "pinned names of every kind of letter": spoke(vpc_name="My.VPC/1_a-Z"),
    "a pinned name of 200 characters": spoke(vpc_name="v" * 200),
    "a hub of 40 characters": estate(hub=replace(HUB, name="m" * 40)),
    "a deployment role of every kind of letter": units(deployment_role="Deploy_1+=,.@-"),
    "a deployment role of 64 characters": units(deployment_role="d" * 64),
    "all accounts named": estate(
        hub=replace(HUB, share_with=["network", "workloads"]),
        segments=[SERVICES, replace(WORKLOADS, may_be_attached_by=["workloads", "network"])],
    ),
    "the hub's own account needs no share": estate(
        hub=replace(HUB, share_with=["workloads"]),
        segments=[SERVICES, replace(WORKLOADS, may_be_attached_by=["workloads"])],
    ),
    "shared with a unit": estate(hub=replace(HUB, share_with=["network", "workloads_dev"])),
    "two log groups in two accounts": estate(
        environments=[
            Environment("network", account="network", hub=HUB, vpn_connections=[VPN], spokes=[DEV]),
            Environment("prod", account="workloads", spokes=[replace(PROD, vpc_name="infra-dev")]),
        ]
    ),
}

FAIL: dict[str, Estate] = {
    "names twice, of every kind": estate(
        organization=replace(ORGANIZATION, accounts=[*ORGANIZATION.accounts, Account("Network", id="000000000003")]),
        segments=[SERVICES, WORKLOADS, Segment("services")],
        sites=(replace(APART, name="DC1"), replace(APART, customer_gateways=[replace(GATEWAY, ip_address=None)])),
        vpns=(replace(VPN, number=2),),
        environments=[
            Environment("network", account="network", hub=HUB, vpn_connections=[VPN, replace(VPN, number=2)]),
            Environment("Network", account="network", hub=HUB),
        ],
    ),
    "names that are none, and what they could be": estate(
        sites=(
            replace(APART, name="Ä b/C_-", networks={"1 A": "172.30.0.0/16"}),
            replace(APART, name="-x-"),
            replace(APART, name="_X_"),
        ),
    ),
    "a network of 41 characters": site(networks={"n" * 41: "172.20.0.0/16"}),
    "a hub and a segment of 41 characters": estate(
        hub=replace(HUB, name="m" * 41), segments=[SERVICES, WORKLOADS, Segment("s" * 41)]
    ),
    "roles of 64 and of 65 characters": estate(
        prefix="p" * 12,
        segments=[SERVICES, WORKLOADS, Segment("s" * 36), Segment("t" * 37)],
        environments=[
            Environment("e" * 31, account="network"),
            Environment("f" * 32, account="network", hub=HUB, vpn_connections=[VPN]),
        ],
    ),
    "pinned names that are none": estate(
        spoke=replace(DEV, vpc_name=""),
        segments=[SERVICES, replace(WORKLOADS, route_table_name="r" * 201)],
    ),
    "joined names of an egress path, of a site and of connections": estate(
        segments=[SERVICES, WORKLOADS, Segment("services_central"), Segment("workloads-other")],
        sites=(APART,),
    ),
    "joined names of networks and of tables": estate(
        segments=[SERVICES, WORKLOADS, Segment("services_central")],
        sites=(
            replace(APART, name="a", networks={"b-c": "172.30.0.0/16"}),
            replace(APART, name="a-b", networks={"c": "172.31.0.0/16"}),
        ),
    ),
    "sites that are one by their names": estate(
        sites=(
            replace(APART, name="a-b", networks={"c": "172.30.0.0/16"}),
            replace(APART, name="a_b", networks={"c": "172.31.0.0/16"}),
        ),
    ),
    "a VPN connection whose routes join with another's": estate(
        segments=[SERVICES, WORKLOADS, Segment("a-b"), Segment("b")],
        vpn=replace(VPN, name="x"),
        vpns=(replace(VPN, name="x-a", number=2),),
    ),
    "route tables of one name, the second pinned": estate(
        segments=[
            SERVICES,
            replace(WORKLOADS, route_table_name="infra-services"),
            Segment("lab", route_table_name="infra-services"),
        ]
    ),
    "a name of the internet": spoke(name="Internet"),
    "an environment named State in S3": estate(
        backend=S3Backend(bucket="example-state", account="network"),
        environments=[
            Environment("network", account="network", hub=HUB, vpn_connections=[VPN]),
            Environment("State", account="network"),
        ],
    ),
    "account ids": accounts(
        Account("a", id="1"),
        Account("b", id="no digits"),
        Account("c", id="1234-5678-9012"),
        Account("d", id="1234567890123"),
        Account("e", id="000000000001"),
    ),
    "an organization's ARN in a Region that is not known": estate(
        region="nowhere", organization=replace(ORGANIZATION, arn="arn", units=[])
    ),
    "a unit of an organization that cannot be read": units(unit("ou"), arn="arn"),
    "units of one name": units(replace(UNIT, arn=UNIT.arn.replace("00000001", "00000002"))),
    "units twice, of another partition, and of none": units(
        unit(UNIT.arn),
        OrganizationalUnit("cn", arn=UNIT.arn.replace("arn:aws:", "arn:aws-cn:")),
        OrganizationalUnit("root", arn=f"{ROOT}:root/o-example0001/r-root"),
    ),
    "a unit in GovCloud": estate(
        region="us-gov-west-1",
        zones=["usgw1-az1"],
        organization=replace(
            ORGANIZATION,
            arn=ORGANIZATION.arn.replace("arn:aws:", "arn:aws-us-gov:"),
        ),
    ),
    "a deployment role of 65 characters": units(deployment_role="d" * 65),
    "two accounts left out": estate(
        hub=replace(HUB, share_with=["network"]),
        segments=[SERVICES, replace(WORKLOADS, may_be_attached_by=["network"])],
        environments=[
            Environment("early", account="network"),
            Environment("network", account="network", hub=replace(HUB, share_with=["network"]), vpn_connections=[VPN]),
            Environment(
                "prod",
                account="workloads",
                spokes=[PROD, Spoke("b", cidr="10.1.32.0/20", segment="nowhere", egress=Egress.NONE)],
            ),
            Environment(
                "none",
                account="missing",
                spokes=[Spoke("c", cidr="10.1.48.0/20", segment="workloads", egress=Egress.LOCAL)],
            ),
        ],
    ),
    "references to what they may not refer to": estate(
        segments=[
            SERVICES,
            replace(WORKLOADS, reaches=["workload"], inspected_with=["workloadz"], may_be_attached_by=["netwrk"]),
        ],
        site=replace(SITE, transit_with=["dc2"]),
        vpn=replace(VPN, segment="service"),
        spoke=replace(DEV, share_private_subnets_with=["workloads_deb"]),
    ),
    "references where there is nothing": estate(
        segments=[Segment("services", inspected_with=["a"], site_networks=["b"]), WORKLOADS],
        site=replace(SITE, networks={}, transit_with=["e"]),
    ),
    "a connection to a customer gateway that no site has": vpn(customer_gateway="zzz"),
    "a gateway without an address in two sites": estate(
        sites=(replace(APART, customer_gateways=[CustomerGateway("o-1", bgp_asn=65_001)]),)
    ),
}
