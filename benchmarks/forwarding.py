"""How long the engine takes: `python -m benchmarks.forwarding [SPOKES ...]` (100 and 1000 by default).

The network: one transit gateway; spokes in three zones, with a private and a transit gateway subnet in each, half of
them in a segment whose members reach each other, the others isolated; shared services; a site that advertises a default
route. All pairs of private subnets are asked about, both ways.
"""

from __future__ import annotations

import resource
import sys
import time
from collections import defaultdict
from ipaddress import IPv4Address, ip_network

from isthmus.network.answers import AtSite, InSubnet, Internet, Packet, combine
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import (
    AdvertisedPrefix,
    Attachment,
    AttachmentKind,
    Network,
    NetworkAcl,
    NetworkAclRule,
    Site,
    Subnet,
    Target,
    TargetKind,
    TgwRoute,
    TgwTable,
    TransitGateway,
    Vpc,
    VpcRoute,
    VpcTable,
    VpnConnection,
)

ZONES = ("use1-az1", "use1-az2", "use1-az4")


def estate(spokes: int) -> Network:
    """The network described above."""
    tgw = TransitGateway("tgw", default_association=False, default_propagation=False)
    vpcs, subnets, tables, nacls, attachments = {}, {}, {}, {}, {}
    segments: dict[str, list[str]] = defaultdict(list)
    for index in range(spokes + 1):
        name = f"spoke{index}" if index < spokes else "shared"
        segment = "services" if name == "shared" else ("mesh", "isolated")[index % 2]
        base = IPv4Address("10.0.0.0") + index * 4096
        vpcs[name] = Vpc(name, (ip_network(f"{base}/20"),), f"{name}.main")
        opened = tuple(NetworkAclRule("", i, True, -1, ip_network(c)) for i, c in enumerate(("0.0.0.0/0", "::/0")))
        nacls[f"{name}.acl"] = NetworkAcl(f"{name}.acl", name, opened, opened)
        tables[f"{name}.main"] = VpcTable(f"{name}.main", name)
        for slot, zone in enumerate(ZONES):
            private, door = f"{name}.private_{zone}", f"{name}.tgw_{zone}"
            routes = tuple(
                VpcRoute(f"{private}:{cidr}", ip_network(cidr), Target(TargetKind.TRANSIT_GATEWAY, "tgw"))
                for cidr in ("0.0.0.0/0", "10.0.0.0/8", "192.168.0.0/16")
            )
            tables[private] = VpcTable(private, name, routes)
            tables[door] = VpcTable(door, name)
            for subnet, cidr in ((private, f"{base + slot * 512}/23"), (door, f"{base + 3968 + slot * 16}/28")):
                subnets[subnet] = Subnet(subnet, name, (ip_network(cidr),), zone, subnet, f"{name}.acl")
        doors = tuple(f"{name}.tgw_{zone}" for zone in ZONES)
        attachments[f"{name}.att"] = Attachment(f"{name}.att", AttachmentKind.VPC, "tgw", name, segment, doors)
        segments[segment].append(f"{name}.att")
    attachments["vpn"] = Attachment("vpn", AttachmentKind.VPN, "tgw", "vpn", "services")
    blackhole = (TgwRoute("blackhole", ip_network("10.0.0.0/8"), None),)
    learns = {
        "services": (*segments["mesh"], *segments["isolated"], "shared.att", "vpn"),
        "mesh": (*segments["mesh"], "shared.att", "vpn"),
        "isolated": ("shared.att", "vpn"),
    }
    return Network(
        vpcs=vpcs,
        subnets=subnets,
        tables=tables,
        nacls=nacls,
        transit_gateways={"tgw": tgw},
        attachments=attachments,
        tgw_tables={name: TgwTable(name, "tgw", learned, blackhole) for name, learned in learns.items()},
        vpns={"vpn": VpnConnection("vpn", "cgw", "tgw")},
    )


def all_pairs(engine: Forwarding) -> tuple[int, int]:
    """Count ordered pairs of subnets, and those that work both ways, with one bit set for each destination subnet."""
    subnets = [s for s in engine.network.subnets if ".private_" in s]
    places = {s: place for s in subnets if isinstance(place := engine.place_of(InSubnet(s)), int)}
    bit = {s: 1 << i for i, s in enumerate(subnets)}
    sends: dict[str, int] = {}  # by source subnet, the subnets it can send to: shared by a class
    for group in engine.classes(subnets):
        mask = 0
        for subnet, place in places.items():
            if combine(group.reach.at(place)).value == "reachable":
                mask |= bit[subnet]
        for member in group.members:
            sends[member] = mask
    vpc_bits: dict[object, int] = defaultdict(int)
    for s in subnets:
        vpc_bits[engine.network.subnets[s].vpc] |= bit[s]
    receives: dict[int, int] = defaultdict(int)
    by_mask: dict[int, int] = defaultdict(int)
    for s in subnets:
        by_mask[sends[s]] |= bit[s]
    working = 0
    for s in subnets:
        back = 0
        for mask, members in by_mask.items():
            if mask & bit[s]:
                back |= members
        receives[bit[s]] = back
        working += (sends[s] & back & ~vpc_bits[engine.network.subnets[s].vpc]).bit_count()
    return len(subnets) * (len(subnets) - 3), working


def main() -> None:
    """Measure and print."""
    for spokes in [int(a) for a in sys.argv[1:]] or [100, 1000]:
        network = estate(spokes)
        site = Site(
            "dc", ("vpn",), (AdvertisedPrefix(ip_network("0.0.0.0/0")), AdvertisedPrefix(ip_network("192.168.0.0/16")))
        )
        start = time.process_time()
        engine = Forwarding(network, sites=[site])
        pairs, working = all_pairs(engine)
        took = time.process_time() - start
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{spokes} spokes: {pairs} pairs, {working} work both ways: {took:.2f} s of CPU, {memory:.0f} MB")
        fresh = Forwarding(network, sites=[site])
        for question in (
            Packet(InSubnet("spoke0.private_use1-az1"), InSubnet("spoke2.private_use1-az2")),
            Packet(InSubnet("spoke1.private_use1-az1"), AtSite("dc")),
            Packet(InSubnet("spoke1.private_use1-az1"), InSubnet("spoke3.private_use1-az2")),
            Packet(InSubnet("spoke1.private_use1-az1"), Internet(IPv4Address("1.1.1.1"))),
        ):
            start = time.process_time()
            outcome = fresh.both_ways(question).outcome
            print(f"  {question}: {outcome}, {1000 * (time.process_time() - start):.1f} ms")


if __name__ == "__main__":
    main()
