"""How long a proof takes: all pairs, both ways, against the intent, for many spokes of three zones.

    python -m benchmarks.proof [SPOKES ...]

Prints, for each number of spokes, seconds for the proof without and with scenarios, for one trace, for the JSON of
every flow (up to 100 spokes), and the largest memory so far; up to 10 spokes also seconds for the naive walker of the
tests to carry the same packets, and how many times faster all pairs are. The network is made in memory: reading is not
measured.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterator
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from isthmus import proof
from isthmus.intent import (
    Account,
    CustomerGateway,
    Egress,
    Environment,
    Estate,
    Hub,
    Organization,
    Segment,
    Site,
    Spoke,
    VpnConnection,
)
from isthmus.network import model
from isthmus.network.answers import Outcome, Packet
from isthmus.network.dns_model import Resolution, VpcDns
from isthmus.report.proof_json import proof_json
from tests.network.judge import Walker

ZONES = ("use1-az1", "use1-az2", "use1-az4")
BLOCK = IPv4Network("10.0.0.0/8")
GATEWAY = "hub.aws_ec2_transit_gateway.this"
WORKLOADS, SERVICES = "hub.table.workloads", "hub.table.services"
VPN = "hub.aws_vpn_connection.dc1"
EVERYTHING = IPv4Network("0.0.0.0/0")
_V6 = IPv6Network("::/0")


def estate(spokes: int) -> Estate:
    """One site, an isolated segment with all spokes but every tenth, which is in a segment that all reach."""
    services = Segment("services", allowed_egress={Egress.ON_PREMISES})
    workloads = Segment("workloads", isolated=True, reaches=[services], allowed_egress={Egress.ON_PREMISES})
    site = Site(
        "dc1",
        networks={"users": "172.20.0.0/16"},
        advertises=["0.0.0.0/0", "172.20.0.0/16"],
        customer_gateways=[CustomerGateway("dc1-a", ip_address="203.0.113.10", bgp_asn=65010)],
    )
    made = [
        Spoke(
            name,
            cidr=str(cidr),
            segment=services if shared else workloads,
            egress=Egress.ON_PREMISES,
            gateway_endpoints=(),
        )
        for name, cidr, shared in _spokes(spokes)
    ]
    network = Environment(
        "network",
        account="network",
        hub=Hub("main"),
        vpn_connections=[VpnConnection("dc1", customer_gateway="dc1-a", number=1, segment=services)],
        spokes=made,
    )
    return Estate(
        "large",
        organization=Organization(
            arn="arn:aws:organizations::999900001111:organization/o-exampleorg",
            accounts=[Account("network", id="111122223333")],
        ),
        region="us-east-1",
        blocks=[str(BLOCK)],
        zones=ZONES,
        segments=[services, workloads],
        sites=[site],
        environments=[network],
    )


def network(spokes: int) -> model.Network:
    """The network that the generator would make of it, as facts."""
    parts: dict[str, Any] = {
        "transit_gateways": {
            GATEWAY: model.TransitGateway(GATEWAY, default_association=False, default_propagation=False)
        },
        "customer_gateways": {"hub.cgw": model.CustomerGateway("hub.cgw", 65010, "203.0.113.10")},
        "vpns": {
            VPN: model.VpnConnection(
                VPN,
                "hub.cgw",
                GATEWAY,
                tunnels=(model.Tunnel(f"{VPN}#1"), model.Tunnel(f"{VPN}#2")),
                name="dc1",
            )
        },
        "attachments": {
            f"{VPN}.attachment": model.Attachment(f"{VPN}.attachment", model.AttachmentKind.VPN, GATEWAY, VPN, SERVICES)
        },
        **{kind: {} for kind in ("vpcs", "subnets", "tables", "nacls")},
    }
    for name, cidr, shared in _spokes(spokes):
        for kind, thing in _spoke(name, cidr, SERVICES if shared else WORKLOADS):
            parts[kind][thing.address] = thing
    attachments = tuple(parts["attachments"])
    services = tuple(f"{name}.attachment" for name, _, shared in _spokes(spokes) if shared)
    blackhole = (model.TgwRoute("hub.route.blackhole_workloads", BLOCK, None),)
    parts["tgw_tables"] = {
        WORKLOADS: model.TgwTable(WORKLOADS, GATEWAY, (f"{VPN}.attachment", *services), blackhole),
        SERVICES: model.TgwTable(
            SERVICES, GATEWAY, attachments, (model.TgwRoute("hub.route.blackhole_services", BLOCK, None),)
        ),
    }
    names = {vpc: VpcDns(hostnames=True) for vpc in parts["vpcs"]}  # as an intent has it
    return model.Network(**parts, resolution=Resolution(vpcs=names))


def _spokes(count: int) -> Iterator[tuple[str, IPv4Network, bool]]:
    for number, cidr in zip(range(count), BLOCK.subnets(new_prefix=20), strict=False):
        yield f"spoke{number:04}", cidr, number % 10 == 0


def _spoke(name: str, cidr: IPv4Network, table: str) -> Iterator[tuple[str, Any]]:
    vpc, acl = f"{name}.aws_vpc.this", f"{name}.acl"
    allow = (model.NetworkAclRule(acl, 100, True, -1, EVERYTHING), model.NetworkAclRule(acl, 101, True, -1, _V6))
    yield "nacls", model.NetworkAcl(acl, vpc, allow, allow)
    yield "vpcs", model.Vpc(vpc, (cidr,), f"{name}.main", name=name)
    yield "tables", model.VpcTable(f"{name}.main", vpc)
    ranges = list(cidr.subnets(new_prefix=24))
    attached = []
    for number, zone in enumerate(ZONES):
        private, gateway = f"{name}.private_{zone}", f"{name}.transit_gateway_{zone}"
        routes = tuple(
            model.VpcRoute(
                f"{private}.route.{destination}", destination, model.Target(model.TargetKind.TRANSIT_GATEWAY, GATEWAY)
            )
            for destination in (EVERYTHING, BLOCK, IPv4Network("172.20.0.0/16"))
        )
        yield "tables", model.VpcTable(f"{private}.table", vpc, routes)
        yield "tables", model.VpcTable(f"{gateway}.table", vpc)
        yield "subnets", model.Subnet(private, vpc, (ranges[number],), zone, f"{private}.table", acl)
        yield "subnets", model.Subnet(gateway, vpc, (ranges[number + 3],), zone, f"{gateway}.table", acl)
        attached.append(gateway)
    yield (
        "attachments",
        model.Attachment(f"{name}.attachment", model.AttachmentKind.VPC, GATEWAY, vpc, table, tuple(attached)),
    )


def timed(what: Callable[[], object]) -> tuple[float, Any]:
    """Seconds of a call, and its result."""
    started = time.perf_counter()
    answer = what()
    return time.perf_counter() - started, answer


def walked(subject: proof.Analysis) -> dict[tuple[str, str], bool]:
    """All pairs by the naive walker: reachability in both directions, from and to every subnet."""
    pairs = subject.pairs
    walker = Walker(subject.network, pairs.locations.sites)
    return {
        (a, b): all(
            walker.both_ways(Packet(source.position, destination.position)) is Outcome.REACHABLE
            for source in pairs.sample_addresses(a)
            for destination in pairs.sample_addresses(b)
            if source.version == destination.version
        )
        for a in pairs.names()
        for b in pairs.names()
        if pairs.in_scope(a, b)
    }


def compared_with_the_walker(facts: model.Network, intent: Estate) -> str:
    """Seconds of the naive walker, and how many times as fast all pairs are. They have to agree."""
    subject = proof.Analysis(facts, intent, roots={"network"})
    slow, expected = timed(lambda: walked(subject))
    fresh = proof.Analysis(facts, intent, roots={"network"})
    fast, found = timed(lambda: {(flow.source, flow.destination): flow.works for flow in fresh.flows})
    assert found == expected
    return f"{slow:>9.2f} {slow / fast:>6.0f}x"


def measured(count: int) -> str:
    """One row."""
    facts, intent = network(count), estate(count)
    subject = proof.Analysis(facts, intent, roots={"network"})
    alone, answer = timed(lambda: subject.prove(scenarios=False))
    failing, _ = timed(lambda: subject.prove(scenarios=True))
    subject.trace("spoke0001", "dc1/users")
    tracing, _ = timed(lambda: subject.trace("spoke0001", "spoke0002"))
    writing = f"{timed(lambda: sum(map(len, proof_json(answer))))[0]:.2f}" if count <= 100 else "-"
    walking = compared_with_the_walker(facts, intent) if count <= 10 else f"{'-':>9} {'-':>7}"
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    times = f"{alone:>9.2f} {failing:>12.2f} {tracing * 1000:>9.1f} {writing:>8} {walking}"
    return f"{count:>7} {times} {memory:>6.0f}  {answer.verdict}"


def main(counts: list[int]) -> None:
    """Measure and print."""
    columns = f"{'prove s':>9} {'+failures s':>12} {'trace ms':>9} {'JSON s':>8} {'walker s':>9} {'ratio':>7}"
    print(f"{'spokes':>7} {columns} {'MB':>6}  verdict")
    for count in counts:
        print(measured(count), flush=True)


if __name__ == "__main__":
    main([int(given) for given in sys.argv[1:]] or [10, 100, 1_000])
