"""Ranges and subnets."""

from dataclasses import replace
from typing import Any

from isthmus.intent import Egress, EgressVpc, Environment, Estate, Inspection, Segment, Spoke, Tunnel
from tests.intent.network import DEV, HUB, SERVICES, SITE, VPN, WORKLOADS, estate, site, spoke, tunnel

OUT = EgressVpc("way-out", cidr="10.1.254.0/23", inspection=Inspection.NONE)


def leaving(egress: EgressVpc, dev: Spoke = DEV) -> Estate:
    """The estate with an egress VPC in the environment of the hub."""
    environment = Environment("network", account="network", hub=HUB, vpn_connections=[VPN], spokes=[dev], egress=egress)
    return estate(environments=[environment])


def unreadable(text: str) -> Estate:
    """The estate with that text wherever a CIDR may stand."""
    named = SERVICES, replace(WORKLOADS, blocks=[text])
    environment = Environment(
        "network",
        account="network",
        hub=replace(HUB, cidr_blocks=[text]),
        vpn_connections=[replace(VPN, tunnels=(Tunnel(), Tunnel(inside_cidr=text)))],
        spokes=[
            replace(DEV, cidr=text),
            Spoke(
                "test",
                cidr="10.1.0.0/20",
                segment="workloads",
                egress=DEV.egress,
                secondary_cidrs=[text],
                subnets={"private_az1": text},
            ),
        ],
        egress=replace(OUT, cidr=text),
    )
    return estate(
        blocks=["10.1.0.0/16", text],
        site=replace(
            SITE, networks={"users": text}, non_routable_cidrs={"users": text}, advertises=["0.0.0.0/0", text]
        ),
        segments=named,
        environments=[environment],
    )


def translating(own: str, **changes: Any) -> Estate:
    """The estate whose site has this range for its users on the premises; without egress on-premises."""
    closed = [replace(segment, allowed_egress={Egress.NONE, Egress.LOCAL}) for segment in (SERVICES, WORKLOADS)]
    changed = replace(SITE, non_routable_cidrs={"users": own}, **changes)
    return estate(site=changed, segments=closed, spoke=replace(DEV, egress=Egress.NONE))


# https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
PASS: dict[str, Estate] = {
    "a site that translates a range": translating("10.9.0.0/16", advertises=["172.20.0.0/15"]),
    "a site that translates a public range": translating("11.0.0.0/16", advertises=["172.20.0.0/15"]),
    **{
        f"block {block}": estate(blocks=["10.1.0.0/16", block])
        for block in ("172.31.0.0/16", "192.168.0.0/16", "100.64.0.0/10", "198.18.0.0/15", "10.254.0.0/15")
    },
    "a /16 whose subnets follow": estate(
        blocks=["10.0.0.0/14"], spoke=replace(DEV, cidr="10.2.0.0/16", zones=["use1-az6"])
    ),
    "a pin of a /16": estate(
        blocks=["10.0.0.0/14"],
        spoke=replace(
            DEV,
            cidr="10.2.0.0/20",
            zones=["use1-az1"],
            secondary_cidrs=["10.3.0.0/16"],
            subnets={"private_az1": "10.3.0.0/16"},
        ),
    ),
    "10.0 with 10.2": estate(
        blocks=["10.0.0.0/14"], spoke=replace(DEV, cidr="10.2.0.0/20", secondary_cidrs=["10.0.0.0/24"])
    ),
    "10.1 with 10.0": estate(
        blocks=["10.0.0.0/15"], spoke=replace(DEV, cidr="10.0.0.0/20", secondary_cidrs=["10.1.0.0/24"])
    ),
    "100.64 with 100.64": estate(
        blocks=["10.1.0.0/16", "100.64.0.0/10"],
        spoke=replace(DEV, cidr="100.64.0.0/20", secondary_cidrs=["100.65.0.0/24"]),
    ),
    "a pin of /28 next to a slot": spoke(subnets={"private_az6": "10.1.13.64/28"}),
}

FAIL: dict[str, Estate] = {
    **{
        f"block {block}": estate(blocks=["10.1.0.0/16", block])
        for block in ("9.255.0.0/16", "172.32.0.0/16", "192.169.0.0/16", "100.128.0.0/16", "198.20.0.0/16")
    },
    "no CIDR anywhere": unreadable("ten"),
    "a DNS server by its address on the premises": translating(
        "10.9.0.0/16", advertises=["172.20.0.0/15"], dns_servers=["10.9.0.53"]
    ),
    "a default route of a site that translates": translating("10.9.0.0/16"),
    "IPv6 with host bits": spoke(cidr="2001:db8::1/56"),
    "no blocks": estate(blocks=[]),
    "blocks that are full": estate(blocks=["10.1.0.0/20", "10.1.16.0/20"], spoke=replace(DEV, cidr="10.1.32.0/20")),
    "public addresses for a spoke": spoke(cidr="8.8.0.0/20"),
    "a spoke over two that fill their block": estate(
        blocks=["10.1.0.0/19"], spoke=replace(DEV, secondary_cidrs=["10.1.16.0/21"])
    ),
    "a spoke in the egress VPC": leaving(replace(OUT, cidr="10.1.0.0/19")),
    "the egress VPC over a spoke": leaving(replace(OUT, cidr="10.1.0.0/23")),
    "a hub block over a hub block": estate(hub=replace(HUB, cidr_blocks=["10.98.0.0/16", "10.98.1.0/24"])),
    "a hub block over a site network": estate(hub=replace(HUB, cidr_blocks=["172.20.1.0/24"])),
    "a site network in a block, and two spokes": estate(
        site=replace(SITE, networks={"users": "10.1.8.0/24", "servers": "172.21.0.0/16"}),
        spoke=replace(DEV, secondary_cidrs=["10.1.16.0/24"]),
    ),
    "site networks over each other in a block": estate(
        site=replace(SITE, networks={"users": "10.1.128.0/20", "servers": "10.1.130.0/24"}),
    ),
    "a site network over a spoke outside the blocks": estate(
        blocks=["10.1.16.0/20", "10.2.0.0/16"], spoke=replace(DEV, cidr="172.21.0.0/20")
    ),
    "10 with 100.64, after an overlap": estate(
        blocks=["10.1.0.0/16", "100.64.0.0/10"],
        spoke=replace(DEV, cidr="100.64.0.0/20", secondary_cidrs=["100.64.1.0/24", "10.1.0.0/20"]),
    ),
    "198.19 with 100.64": estate(
        blocks=["10.1.0.0/16", "100.64.0.0/10", "198.18.0.0/15"],
        spoke=replace(DEV, cidr="100.64.0.0/20", secondary_cidrs=["198.19.0.0/24"]),
    ),
    "a VPC of /15": estate(blocks=["10.0.0.0/14"], spoke=replace(DEV, cidr="10.2.0.0/15")),
    "a range of /29 and one of /25": spoke(secondary_cidrs=["10.1.48.0/29", "10.1.48.128/25"]),
    "no room in the second of two spokes": estate(
        environments=[
            Environment(
                "network",
                account="network",
                hub=HUB,
                vpn_connections=[VPN],
                spokes=[
                    replace(DEV, cidr="ten"),
                    Spoke("test", cidr="10.1.32.0/25", segment="workloads", egress=DEV.egress),
                ],
            ),
        ]
    ),
    "a pin over a pin, in the order of the zones": spoke(
        subnets={"private_az2": "10.1.12.0/24", "private_az1": "10.1.12.128/25"}
    ),
    "a slot under a pin": spoke(subnets={"transit_gateway_az2": "10.1.0.0/28"}),
    "a pin in the second of two ranges": spoke(
        secondary_cidrs=["10.1.240.0/24"], subnets={"private_az1": "10.1.241.0/28", "private_az2": "10.1.240.0/28"}
    ),
    "pins of /16 and /15 outside": spoke(subnets={"private_az1": "10.4.0.0/15", "private_az2": "10.6.0.0/16"}),
    "pins of /28 and /29 outside": spoke(subnets={"private_az1": "10.4.0.0/29", "private_az2": "10.6.0.0/28"}),
    "a pin over a slot where another zone has none": estate(
        zones=["use1-az6", "euw1-az1", "use1-az1"],
        spoke=replace(DEV, cidr="10.1.0.0/24", subnets={"private_az1": "10.1.0.192/27"}),
    ),
    "zones of a Region that is not known, and pins": estate(
        region="us-east-9", spoke=replace(DEV, subnets={"private_az1": "10.1.0.0/24", "private_az2": "10.1.0.0/25"})
    ),
    "inside CIDRs twice, after one that cannot be read": estate(
        vpn=replace(VPN, tunnels=(Tunnel(inside_cidr="ten"), Tunnel())),
        vpns=(
            replace(VPN, name="dc1-02", number=2, tunnels=(Tunnel(inside_cidr="169.254.16.20/30"), Tunnel())),
            replace(VPN, name="dc1-03", number=3),
        ),
    ),
    "a derived inside CIDR that another one pins": estate(
        vpn=replace(VPN, tunnels=(Tunnel(inside_cidr="169.254.31.248/30"), Tunnel())),
        vpns=(replace(VPN, name="dc1-02", number=512),),
    ),
    "two of one number, and a pin": estate(
        vpns=(replace(VPN, name="dc1-02", tunnels=(Tunnel(), Tunnel(inside_cidr="169.254.16.0/30"))),),
    ),
    "an inside CIDR of /31": tunnel(inside_cidr="169.254.20.0/31"),
    "the last hub block that is too small": estate(hub=replace(HUB, cidr_blocks=["10.99.0.0/24", "10.98.0.0/25"])),
    "an advertisement that cannot be read": site(advertises=["ten", "0.0.0.0/0"]),
    "a block and a segment's that cannot be read": estate(
        blocks=["10.1.0.0/16", "ten"], segments=[SERVICES, replace(WORKLOADS, blocks=["10.9.0.0/16"]), Segment("lab")]
    ),
}
