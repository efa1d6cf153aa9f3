"""Where the rules draw their lines: the last value that passes, the first that does not."""

from dataclasses import replace
from typing import Any

import pytest

from isthmus.intent import (
    Account,
    CustomerGateway,
    Egress,
    EgressVpc,
    Environment,
    Estate,
    HcpTerraform,
    Inspection,
    InvalidEstate,
    LocalBackend,
    Routing,
    S3Backend,
    Segment,
    Site,
    Spoke,
    Tunnel,
    VpnConnection,
    check,
)
from isthmus.intent.checks import RULES, problems
from isthmus.intent.model import place_of
from tests.intent.network import (
    DEV,
    GATEWAY,
    HUB,
    ORGANIZATION,
    SERVICES,
    SITE,
    VPN,
    WORKLOADS,
    broken,
    estate,
    gateway,
    site,
    spoke,
    tunnel,
    vpn,
)

OTHER = CustomerGateway("dc1-02", ip_address="203.0.113.2", bgp_asn=65_010)
TWO = replace(SITE, customer_gateways=[GATEWAY, OTHER])
SECOND = VpnConnection("dc1-02", customer_gateway=OTHER, number=2, segment=SERVICES)
OLD = "the device is from 2016"
BRANCH = Site(
    "branch",
    networks={"lan": "192.168.7.0/24"},
    advertises=["192.168.7.0/24"],
    customer_gateways=[CustomerGateway("branch-01", ip_address="203.0.113.9", bgp_asn=65_020)],
)
TO_BRANCH = VpnConnection("branch-01", customer_gateway="branch-01", number=3, segment=SERVICES)


def backend(given: S3Backend | HcpTerraform | LocalBackend) -> Estate:
    return estate(backend=given)


def segments(*given: Segment) -> Estate:
    return estate(segments=[*given])


MANY = [CustomerGateway(f"many{n}", ip_address=f"198.51.100.{n}", bgp_asn=65_010) for n in range(51)]
# One spoke's tables get 500 routes with one block: 495 networks, a default, two endpoints and its own range.
LANS = {f"lan{number}": f"172.{20 + number // 256}.{number % 256}.0/24" for number in range(495)}
ROUTES: dict[str, Any] = {"site": replace(SITE, networks=LANS)}


def in_partition(partition: str, region: str, zone: str, **given: Any) -> Estate:
    """The estate in another partition."""
    arn = f"arn:{partition}:organizations::999999999999:organization/o-example0001"
    return estate(region=region, zones=[zone], organization=replace(ORGANIZATION, arn=arn, units=[]), **given)


PASS: dict[str, Estate] = {
    "as it is": estate(),
    "pins where they fit": spoke(subnets={"private_az1": "10.1.0.0/24", "private_az6": "10.1.10.0/23"}),
    "smallest pinned VPC": spoke(
        cidr="10.1.32.0/27",
        zones=["use1-az1"],
        subnets={"private_az1": "10.1.32.0/28", "transit_gateway_az1": "10.1.32.16/28"},
    ),
    "a name of 40 characters": spoke(name="d" * 40),
    "a prefix of 12 characters": estate(prefix="p" * 12),
    "a role of 64 characters": estate(
        hub=replace(HUB, name="m" * 18), segments=[SERVICES, WORKLOADS, Segment("s" * 40)]
    ),
    "a long account name": estate(
        organization=replace(ORGANIZATION, accounts=[*ORGANIZATION.accounts, Account("a" * 50, id="000000000003")])
    ),
    "10.0 once, and no other of 10.0 or 10.1": estate(
        blocks=["10.0.0.0/14"], spoke=replace(DEV, cidr="10.2.0.0/20", secondary_cidrs=["10.0.0.0/24", "10.3.0.0/24"])
    ),
    "London's fourth zone": estate(region="eu-west-2", zones=["euw2-az1", "euw2-az4"]),
    "a secondary range of /28": spoke(secondary_cidrs=["10.1.240.0/28"]),
    "public-like 198.19 with 100.64": estate(
        blocks=["10.1.0.0/16", "198.18.0.0/15", "100.64.0.0/10"],
        spoke=replace(DEV, cidr="198.19.0.0/20", secondary_cidrs=["100.64.0.0/24"]),
    ),
    "two static defaults that never meet": estate(
        site=replace(SITE, advertises=[*SITE.networks.values()]),
        vpn=replace(VPN, default_route=True),
        sites=(BRANCH,),
        vpns=(replace(TO_BRANCH, segment="lab", default_route=True),),
        segments=[SERVICES, WORKLOADS, Segment("lab")],
    ),
    "static routing for a default only": estate(
        site=replace(SITE, advertises=[], networks={}),
        vpn=replace(VPN, routing=Routing.STATIC, default_route=True),
    ),
    "a device of 255 characters": gateway(device="d" * 255),
    "the last ASN of 16 bits": estate(hub=replace(HUB, asn=65_534)),
    "the last ASN of 32 bits": estate(hub=replace(HUB, asn=4_294_967_294)),
    "a patient peer": tunnel(dpd_timeout=86_400),
    "5 ranges": spoke(secondary_cidrs=[f"10.1.{240 + number}.0/24" for number in range(4)]),
    "5 hub blocks": estate(hub=replace(HUB, cidr_blocks=[f"10.99.{number}.0/24" for number in range(5)])),
    "20 route tables": estate(segments=[SERVICES, WORKLOADS, *(Segment(f"lab{number}") for number in range(18))]),
    "18 denied networks": estate(
        site=replace(SITE, networks={f"lan{number}": f"172.20.{number}.0/24" for number in range(18)}),
        segments=[SERVICES, replace(WORKLOADS, site_networks=[])],
    ),
    "1,000 advertisements": site(
        advertises=["0.0.0.0/0", *(f"192.0.{high}.{low}/32" for high in range(4) for low in range(256))][:1_000]
    ),
    "50 connections and customer gateways": estate(
        site=replace(SITE, customer_gateways=MANY[:50]),
        vpn=replace(VPN, customer_gateway="many0"),
        vpns=tuple(replace(VPN, name=f"many{n}", number=n + 1, customer_gateway=f"many{n}") for n in range(1, 50)),
    ),
    "500 routes": estate(**ROUTES, blocks=["10.1.0.0/16"]),
    "a /16": estate(blocks=["10.0.0.0/14"], spoke=replace(DEV, cidr="10.2.0.0/16")),
    "carrier-grade NAT space with 10/8": estate(
        blocks=["10.1.0.0/16", "100.64.0.0/10"], spoke=replace(DEV, secondary_cidrs=["100.64.0.0/16"])
    ),
    "hub blocks of /24": estate(hub=replace(HUB, cidr_blocks=["10.99.0.0/24", "10.98.0.0/16"])),
    "32-bit ASNs": estate(
        hub=replace(HUB, asn=4_200_000_000),
        site=replace(SITE, customer_gateways=[replace(GATEWAY, bgp_asn=4_294_967_294)]),
    ),
    "an ASN reserved elsewhere": gateway(bgp_asn=9059),
    "ASN 1": gateway(bgp_asn=1),
    "two connections over BGP": estate(site=TWO, vpns=(SECOND,)),
    "two sites, one default": estate(
        sites=(BRANCH,), vpns=(TO_BRANCH,), site=replace(SITE, advertises=["0.0.0.0/0", *SITE.networks.values()])
    ),
    "two sites, two defaults, networks advertised": estate(
        site=replace(SITE, advertises=["0.0.0.0/0", *SITE.networks.values()]),
        sites=(replace(BRANCH, advertises=["0.0.0.0/0", "192.168.7.0/24"]),),
        vpns=(TO_BRANCH,),
    ),
    "advertised in halves": site(advertises=["0.0.0.0/0", "172.20.0.0/17", "172.20.128.0/17", "172.21.0.0/16"]),
    "a static default": estate(
        site=replace(SITE, advertises=[*SITE.networks.values()]), vpn=replace(VPN, default_route=True)
    ),
    "static routing": estate(
        site=replace(SITE, advertises=[]), vpn=replace(VPN, routing=Routing.STATIC, default_route=True)
    ),
    "static and BGP that never meet": estate(
        site=replace(TWO, advertises=[*SITE.networks.values(), "0.0.0.0/0"]),
        vpns=(replace(SECOND, routing=Routing.STATIC, segment="lab"),),
        segments=[SERVICES, WORKLOADS, Segment("lab")],
    ),
    "limited to one network": segments(SERVICES, replace(WORKLOADS, site_networks=["dc1/users"])),
    "shortest timers": tunnel(
        phase1_lifetime=901, phase2_lifetime=900, rekey_margin_time=60, rekey_fuzz_percentage=0, replay_window_size=64
    ),
    "longest timers": tunnel(
        dpd_timeout=3_600, rekey_margin_time=1_800, rekey_fuzz_percentage=100, replay_window_size=2_048
    ),
    "CBC with AES-256": tunnel(phase2_encryption_algorithms=["AES256"]),
    "connection 512": vpn(number=512),
    "a pinned inside CIDR": tunnel(inside_cidr="169.254.6.0/30"),
    "one NAT": spoke(egress=Egress.LOCAL, nat_zones=["use1-az2"]),
    "a NAT in every zone": spoke(egress=Egress.LOCAL, nat_zones=["use1-az2", "use1-az1"]),
    "S3": backend(S3Backend(bucket="example-state", account="network", region="eu-west-1")),
    "HCP Terraform": backend(HcpTerraform(organization="example", project="My Network", workspace_prefix="net-")),
    "an environment named state": estate(
        environments=[Environment("state", account="network", hub=HUB, vpn_connections=[VPN], spokes=[DEV])]
    ),
    "DNS servers": site(dns_servers=["172.20.0.53", "172.21.255.254"]),
    "quotas raised": estate(quotas={"network-acl-rules": 40, "vpn-connections": 500}),
    "49 tags": estate(tags={f"Key{number}": "é" for number in range(49)}),
    "GovCloud": in_partition("aws-us-gov", "us-gov-west-1", "usgw1-az1"),
}  # fmt: skip


FAIL: list[tuple[str, Estate, list[str]]] = [
    ("a name that starts with a digit", spoke(name="1dev"), ["invalid-name"]),
    ("an empty name", spoke(name=""), ["invalid-name"]),
    ("a prefix with a slash", estate(prefix="a/b"), ["name-too-long"]),
    ("a long prefix", estate(prefix="infrastructure"), ["name-too-long"]),
    ("environment state in S3", estate(
        backend=S3Backend(bucket="example-state", account="network"),
        environments=[Environment("state", account="network", hub=HUB, vpn_connections=[VPN])],
    ), ["reserved-name"]),
    ("site networks but for a hyphen", site(networks={"a-b": "172.20.0.0/16", "a_b": "172.21.0.0/16"}),
     ["duplicate-name"]),
    ("acceleration in GovCloud", in_partition("aws-us-gov", "us-gov-west-1", "usgw1-az1",
     vpn=replace(VPN, acceleration=True)), ["acceleration-not-available"]),
    ("a unit in another partition", estate(organization=replace(
        ORGANIZATION, arn="arn:aws-cn:organizations::999999999999:organization/o-example0001", units=[]
    )), ["invalid-organization-arn"]),
    ("an unknown account", estate(environments=[
        Environment("network", account="netwrk", hub=HUB, vpn_connections=[VPN], spokes=[DEV])
    ]), ["unknown-reference"]),
    ("unknown references everywhere", estate(
        hub=replace(HUB, share_with=["missing"]),
        vpn=replace(VPN, customer_gateway="dc9-01"),
        site=replace(SITE, transit_with=["dc9"]),
        segments=[SERVICES, replace(WORKLOADS, reaches=["services", "nowhere"], site_networks=["dc1/nothing"])],
        backend=S3Backend(bucket="example-state", account="missing"),
    ), ["unknown-reference"] * 6),
    ("a NAT elsewhere", spoke(egress=Egress.LOCAL, nat_zones=["use1-az4"]), ["invalid-nat-zones"]),
    ("no NAT at all", spoke(egress=Egress.LOCAL, nat_zones=[]), ["invalid-nat-zones"]),
    ("a zone that Canada does not have", estate(region="ca-central-1", zones=["cac1-az3"]), ["zone-not-in-region"]),
    ("zone of the estate twice", estate(zones=["use1-az1", "use1-az1"]), ["duplicate-zone"]),
    ("no prefix length", spoke(cidr="10.1.0.0"), ["invalid-cidr"]),
    ("a netmask", spoke(cidr="10.1.0.0/255.255.240.0"), ["cidr-not-canonical"]),
    ("a spoke with itself", spoke(secondary_cidrs=["10.1.0.0/24"]), ["cidr-overlap"]),
    ("the hub with a spoke", estate(hub=replace(HUB, cidr_blocks=["10.1.1.0/24"])), ["cidr-overlap"]),
    ("two networks of one site", site(networks={"a": "172.20.0.0/15", "b": "172.21.0.0/16"}), ["cidr-overlap"]),
    ("a spoke in a site", estate(
        blocks=["10.1.0.0/16", "172.21.0.0/19"], spoke=replace(DEV, cidr="172.21.0.0/20")
    ), ["block-overlap"]),
    ("blocks in blocks", estate(blocks=["10.1.0.0/16", "10.1.128.0/17"]), ["block-overlap"]),
    ("a VPC of /29", spoke(cidr="10.1.0.0/29"), ["invalid-vpc-size"]),
    ("192.168 with 10", estate(
        blocks=["10.1.0.0/16", "192.168.0.0/20"], spoke=replace(DEV, secondary_cidrs=["192.168.0.0/24"])
    ), ["incompatible-secondary-cidr"]),
    ("10.0 with 10.1", estate(
        blocks=["10.0.0.0/15"], spoke=replace(DEV, secondary_cidrs=["10.0.0.0/24"])
    ), ["incompatible-secondary-cidr"]),
    ("no third zone in Beijing", in_partition("aws-cn", "cn-north-1", "cnn1-az3"), ["zone-not-in-region"]),
    ("10.0 with 10.1, both added", estate(
        blocks=["10.0.0.0/14"], spoke=replace(DEV, cidr="10.2.0.0/20", secondary_cidrs=["10.1.0.0/24", "10.0.0.0/24"])
    ), ["incompatible-secondary-cidr"]),
    ("10.0 twice", estate(
        blocks=["10.0.0.0/14"], spoke=replace(DEV, cidr="10.2.0.0/20", secondary_cidrs=["10.0.1.0/24", "10.0.0.0/24"])
    ), ["incompatible-secondary-cidr"] * 2),
    ("172.31 with 172.16", estate(
        blocks=["10.1.0.0/16", "172.31.0.0/16", "172.16.0.0/16"],
        spoke=replace(DEV, cidr="172.16.0.0/20", secondary_cidrs=["172.31.0.0/24"]),
    ), ["incompatible-secondary-cidr"]),
    ("a name of 41 characters", spoke(name="d" * 41), ["name-too-long"]),
    ("a prefix of 13 characters", estate(prefix="p" * 13), ["name-too-long"]),
    ("a role of 65 characters", estate(
        prefix="p" * 9, segments=[SERVICES, WORKLOADS, Segment("s" * 40)]
    ), ["join-role-name-too-long"]),
    ("a flow log role of 65 characters", estate(
        prefix="p" * 10,
        environments=[Environment("e" * 34, account="network", hub=HUB, vpn_connections=[VPN])],
    ), ["name-too-long"]),
    ("1,001 advertisements", site(
        advertises=["0.0.0.0/0", *(f"192.0.{high}.{low}/32" for high in range(4) for low in range(256))][:1_001]
    ), ["too-many-advertised-prefixes"]),
    ("198.19 with 10", estate(
        blocks=["10.1.0.0/16", "198.18.0.0/15"], spoke=replace(DEV, secondary_cidrs=["198.19.0.0/24"])
    ), ["incompatible-secondary-cidr"]),
    ("a VPC of /28, nothing pinned", spoke(cidr="10.1.0.0/28"), ["subnet-space-exhausted"]),
    ("a pinned subnet of /15", spoke(subnets={"private_az1": "10.0.0.0/15"}), ["invalid-pinned-subnet-size"]),
    ("a pinned subnet of /29", spoke(subnets={"private_az1": "10.1.0.0/29"}), ["invalid-pinned-subnet-size"]),
    ("pins outside, over each other", spoke(subnets={"private_az1": "10.9.0.0/24", "private_az2": "10.9.0.0/24"}),
     ["pinned-subnet-outside-vpc"] * 2),
    ("a pin over a slot in a /24", spoke(cidr="10.1.0.0/24", subnets={"private_az1": "10.1.0.0/26"}),
     ["subnet-overlap"]),
    ("a pin over a slot in a /16", estate(
        blocks=["10.0.0.0/14"], spoke=replace(DEV, cidr="10.2.0.0/16", subnets={"private_az1": "10.2.0.0/18"})
    ), ["subnet-overlap"]),
    ("501 routes", estate(**ROUTES, blocks=["10.1.0.0/16", "10.2.0.0/16"]), ["too-many-vpc-routes"] * 2),
    ("a static default's own table is one too many", estate(
        site=replace(SITE, advertises=[*SITE.networks.values()]), vpn=replace(VPN, default_route=True),
        segments=[SERVICES, WORKLOADS, *(Segment(f"lab{number}") for number in range(17))],
    ), ["too-many-route-tables"]),
    ("51 customer gateways", estate(site=replace(SITE, customer_gateways=[GATEWAY, *MANY[:50]])),
     ["too-many-customer-gateways"]),
    ("a device of 256 characters", gateway(device="d" * 256), ["invalid-device-name"]),
    ("a hub ASN below 32-bit private", estate(hub=replace(HUB, asn=4_199_999_999)), ["invalid-hub-asn"]),
    ("the last ASN there is", estate(hub=replace(HUB, asn=4_294_967_295)), ["invalid-hub-asn"]),
    *((f"ASN {asn} in {region}", estate(
        region=region, zones=[f"{prefix}-az1"],
        site=replace(SITE, customer_gateways=[replace(GATEWAY, bgp_asn=asn)]),
    ), ["invalid-customer-gateway-asn"]) for asn, region, prefix in (
        (10_124, "ap-northeast-1", "apne1"), (17_943, "ap-southeast-1", "apse1"),
    )),
    *((f"DH group {group}", tunnel(phase1_dh_group_numbers=[group, 20]), ["weak-algorithm"])
      for group in (2, 14, 15, 16, 17, 18, 19, 22, 23, 24)),
    *((f"DH group {group} with a reason", tunnel(phase2_dh_group_numbers=[group], weaker_algorithms_reason=OLD), [])
      for group in range(14, 20)),
    *((f"DH group {group}, no reason is enough", tunnel(
        phase1_dh_group_numbers=[group, 20], weaker_algorithms_reason=OLD
    ), ["weak-algorithm"]) for group in (2, 22, 23, 24)),
    ("SHA2-256 with a reason", tunnel(phase1_integrity_algorithms=["SHA2-256"], weaker_algorithms_reason=OLD), []),
    ("SHA1, no reason is enough", tunnel(phase1_integrity_algorithms=["SHA1"], weaker_algorithms_reason=OLD),
     ["weak-algorithm"]),
    ("AES-128, no reason is enough", tunnel(
        phase1_encryption_algorithms=["AES128"], phase1_dh_group_numbers=[14], weaker_algorithms_reason=OLD,
    ), ["weak-algorithm"]),
    ("AES-128 and a reason for nothing", tunnel(phase1_encryption_algorithms=["AES128"], weaker_algorithms_reason=OLD),
     ["weak-algorithm", "invalid-algorithms-reason"]),
    *((f"the reason {reason!r}", tunnel(phase1_dh_group_numbers=[14], weaker_algorithms_reason=reason),
       ["invalid-algorithms-reason"]) for reason in ("", "  ", "a" * 257, "old; see ticket", "a\nb")),
    ("a reason for nothing", tunnel(weaker_algorithms_reason=OLD), ["invalid-algorithms-reason"]),
    *((f"a reason and {count} tags", replace(
        tunnel(phase1_dh_group_numbers=[14], weaker_algorithms_reason=OLD),
        tags={f"Key{number}": "" for number in range(count)},
    ), wrong) for count, wrong in ((48, []), (49, ["invalid-algorithms-reason"]))),
    ("phase 1 of 900", tunnel(phase1_lifetime=900, phase2_lifetime=900, rekey_margin_time=60),
     ["conflicting-tunnel-lifetimes"]),
    ("50 tags together", estate(
        tags={f"Key{number}": "" for number in range(49)},
        environments=[Environment("network", account="network", hub=HUB, vpn_connections=[VPN], tags={"More": ""})],
    ), ["invalid-tag"]),
    ("a quota of 51 ranges", estate(quotas={"vpc-cidr-blocks": 51}), ["invalid-quota"]),
    ("a quota of 1,001 routes", estate(quotas={"routes-per-route-table": 1_001}), ["invalid-quota"]),
    ("zone 5 in a /24", spoke(cidr="10.1.0.0/24", zones=["use1-az5"]), ["subnet-space-exhausted"]),
    ("a pin over a slot", spoke(subnets={"private_az1": "10.1.2.0/24"}), ["subnet-overlap"]),
    ("a local egress path not allowed", segments(SERVICES, replace(WORKLOADS, allowed_egress={Egress.ON_PREMISES})),
     ["egress-not-allowed-by-segment"]),
    ("no site at all", estate(sites=(), site=replace(SITE, advertises=[]), vpn=replace(VPN, segment="lab"),
     segments=[SERVICES, WORKLOADS, Segment("lab")]), ["network-not-advertised"] * 2 + ["default-route-missing"] * 2),
    ("default not advertised", site(advertises=[*SITE.networks.values()]), ["default-route-missing"] * 2),
    ("two defaults, nothing else", estate(sites=(replace(BRANCH, advertises=["0.0.0.0/0"]),), vpns=(TO_BRANCH,)),
     ["network-not-advertised"] * 3),
    ("a default in addition to that of the egress VPC", estate(
        segments=[SERVICES, replace(WORKLOADS, allowed_egress={Egress.ON_PREMISES, Egress.LOCAL, Egress.CENTRAL})],
        environments=[
            Environment("network", account="network", hub=HUB, vpn_connections=[VPN], spokes=[DEV], egress=EgressVpc(
                "way-out", cidr="10.1.254.0/23", inspection=Inspection.NONE
            )),
        ],
    ), ["network-not-advertised"] * 2),
    ("the block itself advertised", site(advertises=["0.0.0.0/0", "10.1.0.0/16"]), ["advertised-prefix-in-block"]),
    ("a part of a denied network", estate(
        segments=[SERVICES, replace(WORKLOADS, site_networks=["dc1/users"])],
        site=replace(SITE, advertises=["0.0.0.0/0", "172.21.128.0/17"]),
    ), ["advertised-prefix-in-denied-network"]),
    ("a network of another site", estate(
        site=replace(SITE, advertises=["0.0.0.0/0", *SITE.networks.values(), "192.168.0.0/16"]),
        sites=(replace(BRANCH, advertises=[]),),
    ), ["advertised-prefix-overlap"]),
    ("ASN 0", gateway(bgp_asn=0), ["invalid-customer-gateway-asn"]),
    ("ASN 23456", gateway(bgp_asn=23_456), ["invalid-customer-gateway-asn"]),
    ("ASN 65535", gateway(bgp_asn=65_535), ["invalid-customer-gateway-asn"]),
    ("ASN 2^32 - 1", gateway(bgp_asn=4_294_967_295), ["invalid-customer-gateway-asn"]),
    ("an ASN reserved here", estate(
        region="eu-west-1", zones=["euw1-az1"], site=replace(SITE, customer_gateways=[replace(GATEWAY, bgp_asn=9059)])
    ), ["invalid-customer-gateway-asn"]),
    *((f"gateway at {address}", gateway(ip_address=address), ["invalid-customer-gateway-address"]) for address in (
        "192.168.1.1", "127.0.0.1", "169.254.1.1", "100.64.0.1", "224.0.0.5", "240.0.0.1", "0.0.0.0", "300.1.1.1",
        "2001:db8::1",
    )),
    ("connection 513", vpn(number=513), ["invalid-vpn-number"]),
    *((f"inside {cidr}", tunnel(inside_cidr=cidr), ["reserved-inside-cidr"]) for cidr in (
        "169.254.0.0/30", "169.254.1.0/30", "169.254.5.0/30", "169.254.169.252/30",
    )),
    ("an inside CIDR elsewhere", tunnel(inside_cidr="10.0.0.0/30"), ["invalid-inside-cidr"]),
    ("an inside CIDR with host bits", tunnel(inside_cidr="169.254.20.1/30"), ["cidr-not-canonical"]),
    ("an inside CIDR another number derives", estate(
        site=TWO, vpns=(replace(SECOND, tunnels=(Tunnel(inside_cidr="169.254.16.0/30"), Tunnel())),)
    ), ["duplicate-inside-cidr"]),
    *((f"{field}={value}", tunnel(**{field: value}), [rule]) for field, value, rule in (
        ("phase1_lifetime", 899, "invalid-tunnel-option"),
        ("phase1_lifetime", 28_801, "invalid-tunnel-option"),
        ("phase2_lifetime", 0, "invalid-tunnel-option"),
        ("phase2_lifetime", 3_601, "invalid-tunnel-option"),
        ("dpd_timeout", 29, "invalid-tunnel-option"),
        ("rekey_fuzz_percentage", 101, "invalid-tunnel-option"),
        ("replay_window_size", 63, "invalid-tunnel-option"),
        ("replay_window_size", 2_049, "invalid-tunnel-option"),
        ("startup_action", "ignore", "invalid-tunnel-option"),
        ("dpd_timeout_action", "boom", "invalid-tunnel-option"),
        ("rekey_margin_time", 0, "conflicting-tunnel-lifetimes"),
        ("rekey_margin_time", 1_801, "conflicting-tunnel-lifetimes"),
        ("phase1_lifetime", 3_600, "conflicting-tunnel-lifetimes"),
        ("ike_versions", ["ikev3"], "invalid-tunnel-algorithm"),
        ("phase1_dh_group_numbers", [3], "invalid-tunnel-algorithm"),
        ("phase1_dh_group_numbers", [5], "invalid-tunnel-algorithm"),
        ("phase2_dh_group_numbers", [1], "invalid-tunnel-algorithm"),
        ("phase2_integrity_algorithms", [], "invalid-tunnel-algorithm"),
        ("ike_versions", ["ikev2", "ikev1"], "weak-algorithm"),
        ("phase1_encryption_algorithms", ["AES128-GCM-16"], "weak-algorithm"),
        ("phase1_integrity_algorithms", ["SHA2-256"], "weak-algorithm"),
        ("phase2_dh_group_numbers", [5], "weak-algorithm"),
        ("phase2_dh_group_numbers", [19], "weak-algorithm"),
    )),
    ("no hub", estate(
        environments=[Environment("prod", account="workloads")], segments=[Segment("workloads"), Segment("services")]
    ), ["not-exactly-one-hub"]),
    ("a segment and a site like another segment", segments(
        replace(SERVICES, name="services"), WORKLOADS, Segment("workloads-dc1")
    ), ["ambiguous-derived-name"]),
    ("a segment named like an egress path", segments(SERVICES, WORKLOADS, Segment("services-on-premises")),
     ["ambiguous-derived-name"]),
    ("a static default with an advertised one", estate(
        site=replace(SITE, advertises=["0.0.0.0/0", *SITE.networks.values()]),
        sites=(BRANCH,),
        vpns=(replace(TO_BRANCH, default_route=True),),
    ), ["static-and-advertised-default"]),
    ("a VPC named with a space", spoke(vpc_name="my vpc"), ["invalid-name-tag"]),
    ("the hub shared elsewhere", estate(hub=replace(HUB, share_with=["network"])), ["hub-not-shared"]),
    ("static routing to nowhere", estate(
        site=replace(SITE, advertises=[], networks={}),
        vpn=replace(VPN, routing=Routing.STATIC),
        segments=[
            replace(SERVICES, allowed_egress={Egress.NONE}),
            replace(WORKLOADS, allowed_egress={Egress.LOCAL, Egress.NONE}),
        ],
        spoke=replace(DEV, egress=Egress.NONE),
    ), ["static-connection-without-routes"]),
    ("a whole block", estate(blocks=["10.1.16.0/20", "10.1.0.0/20"]), ["spoke-cidr-equals-block"] * 2),
    ("a public hub ASN", estate(hub=replace(HUB, asn=64_511)), ["invalid-hub-asn"]),
    ("a link-local hub block", estate(hub=replace(HUB, cidr_blocks=["169.254.0.0/24"])), ["invalid-hub-cidr"]),
    ("a tag key too long", estate(tags={"k" * 129: ""}), ["invalid-tag"]),
    ("a tag value with a semicolon", estate(tags={"Owner": "a;b"}), ["invalid-tag"]),
    ("50 tags", estate(tags={f"Key{number}": "" for number in range(50)}), ["invalid-tag"]),
    ("logs for ever", estate(log_retention_days=0), ["invalid-log-retention"]),
    ("no address", site(dns_servers=["dns.example"]), ["dns-server-outside-site"]),
    ("an endpoint twice", spoke(gateway_endpoints=["s3", "s3"]), ["invalid-gateway-endpoint"]),
    *((f"bucket {name}", backend(S3Backend(bucket=name, account="network")), ["invalid-state-bucket"]) for name in (
        "ab", "a" * 64, "-ab", "xn--ab", "example-s3alias", "192.168.5.4",
    )),
    ("bucket elsewhere", backend(S3Backend(bucket="example", account="network", region="mars-1")), ["unknown-region"]),
    ("organization ab", backend(HcpTerraform(organization="ab")), ["invalid-hcp-terraform-name"]),
    ("project", backend(HcpTerraform(organization="example", project="a!")),
     ["invalid-hcp-terraform-name"]),
    ("workspace", backend(HcpTerraform(organization="example", workspace_prefix="a b")),
     ["invalid-hcp-terraform-name"]),
    ("a workspace of a long name", replace(
        backend(HcpTerraform(organization="example")), name="e" * 40, prefix="i",
        environments=[replace(estate().environments[0], name="n" * 40), *estate().environments[1:]],
    ), ["invalid-hcp-terraform-name"]),
    ("a quota below the default", estate(quotas={"vpn-connections": 10}), ["invalid-quota"]),
    ("an unknown quota", estate(quotas={"vpns": 100}), ["invalid-quota"]),
]  # fmt: skip


@pytest.mark.parametrize("name", PASS)
def test_passes(name: str) -> None:
    assert broken(PASS[name]) == []


@pytest.mark.parametrize(("given", "rules"), [row[1:] for row in FAIL], ids=[row[0] for row in FAIL])
def test_is_refused_as_this_and_nothing_else(given: Estate, rules: list[str]) -> None:
    assert sorted(broken(given)) == sorted(rules), "\n".join(map(str, problems(given)))


def test_log_groups_keep_for_what_cloudwatch_offers_and_nothing_else() -> None:
    offered = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]
    for days in range(4_000):
        assert (broken_days(days) == []) == (days in offered), days


def broken_days(days: int) -> list[object]:
    rule = next(rule for rule in RULES if rule.id == "invalid-log-retention")
    return list(rule.problems(replace(estate(), log_retention_days=days)))


def test_a_raised_quota_lifts_the_limit() -> None:
    lans = {f"lan{number}": f"198.51.{number}.0/24" for number in range(30)}
    given: dict[str, Any] = {
        "site": replace(SITE, networks=lans),
        "segments": [SERVICES, replace(WORKLOADS, site_networks=[])],
    }
    assert broken(estate(**given)) == ["too-many-network-acl-rules"]
    # Besides the networks the four private ranges are denied, and the estate's block is accepted.
    assert broken(estate(**given, quotas={"network-acl-rules": 36})) == ["too-many-network-acl-rules"]
    assert broken(estate(**given, quotas={"network-acl-rules": 37})) == []


def test_two_static_routes_to_one_site_never_meet_in_one_table() -> None:
    static = replace(VPN, routing=Routing.STATIC)
    quiet = replace(TWO, advertises=[])
    way = [
        replace(SERVICES, allowed_egress={Egress.NONE}),
        replace(WORKLOADS, allowed_egress={Egress.NONE, Egress.LOCAL}),
    ]
    given = estate(
        site=quiet,
        vpn=static,
        vpns=(replace(SECOND, routing=Routing.STATIC),),
        segments=way,
        spoke=replace(DEV, egress=Egress.NONE),
    )
    assert broken(given) == ["duplicate-static-connection"]


def test_the_remedy_for_an_account_id_is_the_account_name() -> None:
    given = estate()
    [workloads] = [account for account in given.all_accounts if account.name == "workloads"]
    first, second = given.environments
    with pytest.raises(InvalidEstate) as caught:
        check(replace(given, environments=[first, replace(second, account=workloads.id)]))
    [problem] = caught.value.problems
    assert problem.remedy == f'"workloads"; or add it to accounts=[...] in {place_of(given.organization)}'


def test_every_problem_is_reported_at_once_with_its_place_and_remedy() -> None:
    wrong = estate(spoke=Spoke("dev", cidr="10.1.0.1/20", segment="work", egress=Egress.NONE), log_retention_days=31)
    with pytest.raises(InvalidEstate) as caught:
        check(wrong)
    found = {problem.rule: problem for problem in caught.value.problems}
    assert sorted(found) == ["cidr-not-canonical", "invalid-log-retention", "unknown-reference"]
    where = place_of(wrong)
    assert found["unknown-reference"].remedy == f'"workloads"; or add it to segments=[...] in {where}'
    assert found["cidr-not-canonical"].remedy == '"10.1.0.0/20"'
    assert found["invalid-log-retention"].remedy.startswith("30, or another of 1, 3, 5")
    assert found["cidr-not-canonical"].place.startswith("tests/intent/test_checks.py:")
    text = str(caught.value)
    assert text.startswith("The estate has 3 problems:\n")
    assert 'spoke "dev", cidr, tests/intent/test_checks.py:' in text
    assert "[cidr-not-canonical]" in text


def test_remedies_name_the_line_to_change() -> None:
    outside = problems(spoke(cidr="10.2.0.0/20"))[0]
    assert "or a block that contains it, in tests/intent/network.py:" in outside.remedy
    assert outside.remedy.endswith('"10.2.0.0/19"')
    way = problems(segments(SERVICES, replace(WORKLOADS, allowed_egress={Egress.LOCAL})))[0]
    assert "allowed_egress={Egress.LOCAL, Egress.ON_PREMISES} in tests/intent/" in way.remedy


def test_rules_explain_themselves() -> None:
    for rule in RULES:
        assert rule.summary.endswith("."), rule.id
        assert rule.why, rule.id
        assert not rule.why.endswith("."), rule.id
        assert rule.source == "" or rule.source.startswith("https://"), rule.id


SMALL = [SERVICES, replace(WORKLOADS, blocks=["10.1.16.0/20", "10.1.64.0/20"])]


def remedies(given: Estate, rule: str) -> list[str]:
    return [problem.remedy for problem in problems(given) if problem.rule == rule]


def test_a_spoke_is_advised_a_range_in_the_blocks_of_its_segment() -> None:
    """The first free range of the estate would be none of the segment's."""
    overlapping = estate(segments=SMALL, spoke=replace(DEV, cidr="10.1.16.0/22"))
    assert remedies(overlapping, "cidr-overlap") == [
        'a free range, e.g. 10.1.64.0/22; or keep it, and add routable_cidr="10.1.64.0/24" to translate it'
    ]


def test_a_spoke_is_advised_no_range_of_another_segment() -> None:
    lab = Segment("lab", blocks=["10.1.0.0/19"])
    given = estate(segments=[SERVICES, WORKLOADS, lab], spoke=replace(DEV, cidr="10.1.16.0/22"))
    assert remedies(given, "cidr-overlap") == [
        'a free range, e.g. 10.1.32.0/22; or keep it, and add routable_cidr="10.1.32.0/24" to translate it'
    ]


@pytest.mark.parametrize(
    ("cidr", "advised"),
    [
        ("10.1.64.0/30", "a range of /16 to /24, e.g. 10.1.64.0/24"),
        ("10.1.65.8/29", "a range of /16 to /24, e.g. 10.1.65.0/24"),
        ("10.1.16.0/30", "a range of /16 to /24, e.g. 10.1.0.0/24"),  # its own /24 is another spoke's
    ],
)
def test_a_spoke_is_advised_a_size_that_has_room_for_its_subnets(cidr: str, advised: str) -> None:
    assert remedies(spoke(cidr=cidr), "invalid-vpc-size") == [advised]


def test_an_undeclared_name_is_reported_once() -> None:
    given = estate(spoke=replace(DEV, segment="partners"), vpn=replace(VPN, segment="partners"))
    [problem] = [problem for problem in problems(given) if problem.rule == "unknown-reference"]
    assert problem.given == 'segment "partners" is not declared; 1 more reference to it'
    assert problem.remedy == f"add it to segments=[...] in {place_of(given)}; or one of services, workloads"


def test_a_device_that_is_not_declared_is_not_taken_for_one_of_like_name() -> None:
    given = vpn(customer_gateway="dc2-01")
    assert remedies(given, "unknown-reference") == [
        f'add the site that has it to sites=[...] in {place_of(given)}; or "dc1-01", if you meant that one'
    ]
