"""What a drawn network may have besides: each feature is added to a draft of `strategies.networks`, by itself.

Everything is as AWS takes it; what it refuses is not drawn.
"""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network
from itertools import pairwise

from hypothesis import strategies as st

from isthmus.network.model import AttachmentKind, GatewayKind, Subnet, Unknown, Vpc
from tests.network.firewall_policies import policies, read
from tests.network.networks import BLACKHOLE, Draft, Gone, cidr
from tests.network.strategies import few

SHARED = "100.64.0.0/24"
"""A secondary range that several VPCs may have: then it overlaps."""


def vpcs_of(d: Draft) -> list[Vpc]:
    """The VPCs of a draft."""
    return list(d.parts["vpcs"].values())


def subnets_of(d: Draft, vpc: str) -> list[Subnet]:
    """The subnets of a VPC."""
    return [subnet for subnet in d.parts["subnets"].values() if subnet.vpc == vpc]


def gateways_of(d: Draft, vpc: str) -> list[str]:
    """What a VPC's routes may lead to by itself, but for egress-only gateways, which carry IPv6 alone."""
    gateways = d.parts.get("gateways", {}).values()
    return [one.address for one in gateways if one.vpc == vpc and one.kind is not GatewayKind.EGRESS_ONLY]


def second_hub(draw: st.DrawFn, d: Draft) -> None:
    """Another transit gateway, to which some VPCs are attached as well, and perhaps a peering between the two."""
    d.hub("hub2", ecmp=draw(st.booleans()))
    destinations = st.sampled_from(["10.0.0.0/8", "10.2.0.0/16", "0.0.0.0/0"])
    attached = []
    for vpc in vpcs_of(d):
        zones = draw(st.lists(st.sampled_from(["1", "2"]), min_size=1, unique=True))
        if draw(st.integers(0, 3)):
            doors = [f"{vpc.address}-{draw(st.sampled_from(('door', 'work')))}{zone}" for zone in zones]
            table = draw(st.sampled_from(["t9", "t9", None]))
            attached.append(d.attach(vpc.address, table, *doors, gateway="hub2", appliance=draw(st.booleans())))
            for subnet in subnets_of(d, vpc.address):
                if draw(st.booleans()):
                    d.one_more_route(str(subnet.table), draw(destinations), "hub2")
    if draw(st.integers(0, 3)) == 3:
        far = d.attach_other(AttachmentKind.PEERING, "hub2", "t1")
        d.more_tgw_routes("t1", dict.fromkeys(draw(few(["10.3.0.0/16", "10.9.0.0/16"])), far))
    chosen = draw(st.lists(st.sampled_from(attached), unique=True)) if attached else []
    static = {text: draw(st.sampled_from([*attached, BLACKHOLE])) for text in draw(few(["0.0.0.0/0", "10.1.0.0/16"]))}
    d.tgw_table("t9", learns=chosen, routes=static, gateway="hub2")


def peerings_in_a_row(draw: st.DrawFn, d: Draft) -> None:
    """Each VPC is peered with the next, and routes lead over each peering to what lies beyond it too."""
    vpcs = vpcs_of(d)
    for one, other in pairwise(vpcs):
        name = f"row-{one.address}{other.address}"
        d.peering(name, one.address, other.address)
        for end in (one, other):
            beyond = [f"10.{number}.0.0/16" for number, vpc in enumerate(vpcs, 1) if vpc.address != end.address]
            for subnet in subnets_of(d, end.address):
                for text in draw(few(beyond, 2)):
                    d.one_more_route(str(subnet.table), text, name)


def secondary_ranges(draw: st.DrawFn, d: Draft) -> None:
    """VPCs with a second range, some of them the same one, and a subnet in it."""
    for number, vpc in enumerate(vpcs_of(d), 1):
        text = draw(st.sampled_from([SHARED, f"100.64.{number}.0/24", f"100.64.{number}.0/24"]))
        d.put("vpcs", replace(vpc, cidrs=(vpc.cidrs[0], cidr(text), *vpc.cidrs[1:])))
        routes: dict[str, str | Gone | Unknown] = {"0.0.0.0/0": "hub"} if draw(st.booleans()) else {}
        d.subnet(
            f"{vpc.address}-second", vpc.address, str(next(IPv4Network(text).subnets(new_prefix=26))), routes=routes
        )


def overlapping_vpcs(draw: st.DrawFn, d: Draft) -> None:
    """One more VPC with the range of another one, or with the one around it."""
    d.vpc("twin", draw(st.sampled_from(["10.1.0.0/16", "10.0.0.0/15", "10.1.0.0/20"])))
    d.subnet("twin-work1", "twin", "10.1.7.0/24", routes={"0.0.0.0/0": "hub"})
    d.attach("twin", draw(st.sampled_from(["t1", None])), "twin-work1")
    table = d.parts["tgw_tables"]["t1"]
    if draw(st.booleans()):
        d.put("tgw_tables", replace(table, propagations=(*table.propagations, "att-twin")))


def main_tables(draw: st.DrawFn, d: Draft) -> None:
    """Subnets without an association of their own: the VPC's main table is theirs."""
    for vpc in vpcs_of(d):
        for subnet in subnets_of(d, vpc.address):
            if draw(st.booleans()):
                d.put("subnets", replace(subnet, table=vpc.main_table))
        for text in draw(few(["0.0.0.0/0", "10.0.0.0/8", "10.8.0.0/16"])):
            targets = ["hub", *gateways_of(d, vpc.address)]
            d.one_more_route(str(vpc.main_table), text, draw(st.sampled_from(targets)))


def many_networks(draw: st.DrawFn, d: Draft) -> None:
    """Sites with several networks, of which one may lie inside another."""
    more = ("10.8.128.0/17", "10.9.64.0/18", "172.16.0.0/16", "172.16.5.0/24")
    for site in list(d.sites):
        d.sites.remove(site)
        chosen = tuple(map(cidr, draw(few(more, 2))))
        d.sites.append(replace(site, networks=(*site.networks, *chosen)))


def firewall_rules(draw: st.DrawFn, d: Draft) -> None:
    """A firewall on every way into and out of a VPC's workloads; policies for it and for most of the others."""
    number, vpc = draw(st.sampled_from(list(enumerate((vpc.address for vpc in vpcs_of(d)), 1))))
    beyond = [name for name in ("hub", "hub", f"{vpc}-nat", f"{vpc}-igw") if name == "hub" or name in _ways_out(d)]
    d.subnet(f"{vpc}-wall", vpc, f"10.{number}.30.0/28", routes={"0.0.0.0/0": draw(st.sampled_from(beyond))})
    d.firewall("wall", vpc, f"{vpc}-wall")
    wall = f"wall[{vpc}-wall]"
    works = [subnet for subnet in subnets_of(d, vpc) if "work" in subnet.address]
    for subnet in subnets_of(d, vpc):
        if subnet in works:
            d.table(str(subnet.table), vpc, {"0.0.0.0/0": wall})
        elif "wall" not in subnet.address and draw(st.integers(0, 3)):
            for work in works:
                d.one_more_route(str(subnet.table), str(work.cidrs[0]), wall)
    for firewall in list(d.parts["firewalls"].values()):
        if firewall.address == "wall" or draw(st.integers(0, 3)):
            policy = draw(policies())
            d.policies[firewall.address] = policy
            d.put("firewalls", replace(firewall, rules=read(policy)))


def _ways_out(d: Draft) -> set[str]:
    return {*d.parts.get("nats", {}), *d.parts.get("gateways", {})}


def unequal_asns(draw: st.DrawFn, d: Draft) -> None:
    """Customer gateways of several ASNs: their connections may not share load."""
    for gateway in list(d.parts.get("customer_gateways", {}).values()):
        d.put("customer_gateways", replace(gateway, asn=draw(st.sampled_from([65000, 65001, Unknown("not read")]))))


GROUP_RULES = tuple(
    f"{what} {peer}"
    for what in ("all", "tcp 443", "tcp 1024-65535", "udp 53", "icmp")
    for peer in ("0.0.0.0/0", "10.1.1.0/24", "10.2.0.0/16", "10.8.128.0/17", "group:web", "group:db", "list:list")
)


def endpoints_and_groups(draw: st.DrawFn, d: Draft) -> None:
    """Security groups, interface endpoints that have them, and gateway endpoints in some tables."""
    vpc = vpcs_of(d)[0].address
    rules = st.lists(st.sampled_from(GROUP_RULES), max_size=3)
    for name in ("web", "db"):
        d.group(name, vpc, draw(rules), draw(rules))
    works = [f"{vpc}-work1", f"{vpc}-work2"]
    chosen = draw(st.lists(st.sampled_from(works), min_size=1, unique=True))
    d.interface_endpoint("ssm", vpc, chosen, draw(st.lists(st.sampled_from(["web", "db"]), min_size=1, unique=True)))
    for service in draw(few(["s3", "dynamodb"])):
        tables = [str(subnet.table) for subnet in subnets_of(d, vpc) if draw(st.booleans())]
        d.gateway_endpoint(f"gw-{service}", vpc, service, *tables)
    if draw(st.booleans()):
        hub = d.parts["transit_gateways"]["hub"]
        d.put("transit_gateways", replace(hub, security_group_referencing=True))
        for attachment in list(d.parts.get("attachments", {}).values()):
            if attachment.kind is AttachmentKind.VPC:
                d.put("attachments", replace(attachment, security_group_referencing=draw(st.booleans())))
