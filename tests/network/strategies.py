"""Networks that Hypothesis invents, and packets to send through them.

Prefixes come from a small pool, so that routes collide, nest and hide each other. Everything is drawn in an order that
shrinks toward one VPC, one table and no site.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, ip_network

from hypothesis import strategies as st

from isthmus.network.answers import AtSite, InSubnet, Internet, Packet, Position
from isthmus.network.model import AdvertisedPrefix, AttachmentKind, Cidr, Firewall, Unknown
from isthmus.network.suricata import SuricataRules
from tests.network.networks import BLACKHOLE, OPEN, Draft, Gone

ZONES = ("z1", "z2")
POOL = (
    "0.0.0.0/0",
    "10.0.0.0/8",
    "10.0.0.0/14",
    "10.1.0.0/16",
    "10.1.0.0/17",
    "10.1.1.0/24",
    "10.2.0.0/16",
    "10.2.1.0/24",
    "10.2.1.128/25",
    "10.3.0.0/16",
    "10.8.0.0/16",
    "10.8.128.0/17",
    "10.9.0.0/16",
    "1.0.0.0/8",
)
SITES = ("10.8.0.0/16", "10.9.0.0/16")
MESSAGES = ("icmp 772", "icmp 2048-2303")
RULES = tuple(
    f"{verb} {what} {network}"
    for verb in ("allow", "deny")
    # For ICMP, a range of 16-bit messages: type 3 code 4, and all of type 8.
    for what in ("all", "tcp 443", "tcp 1024-65535", "tcp 32768-60999", "tcp 3389", "udp 53", "icmp", *MESSAGES)
    for network in ("0.0.0.0/0", "10.0.0.0/8", "10.1.1.0/24", "10.2.1.128/25", "10.8.0.0/16")
)


def few(values: Sequence[str], most: int = 3) -> st.SearchStrategy[list[str]]:
    """Some of the values, each at most once."""
    return st.lists(st.sampled_from(values), max_size=most, unique=True)


@st.composite
def networks(draw: st.DrawFn) -> Draft:
    """A network with its sites: up to three VPCs on one transit gateway, and whatever AWS lets one hang on them."""
    d = Draft()
    d.hub(ecmp=draw(st.booleans()))
    tables = ["t1", "t2"][: draw(st.integers(1, 2))]
    vpcs = ["a", "b", "c"][: draw(st.integers(1, 3))]
    d.prefix_list("list", *draw(st.lists(st.sampled_from(POOL), min_size=1, max_size=3, unique=True)))
    acls = [OPEN, "acl"] if draw(st.booleans()) else [OPEN]
    if len(acls) > 1:
        d.acl("acl", vpcs[0], *(draw(st.lists(st.sampled_from(RULES), max_size=4)) for _ in range(2)))
    for number, vpc in enumerate(vpcs, 1):
        _vpc(draw, d, vpc, number, acls)
    if len(vpcs) > 1 and draw(st.booleans()):
        d.peering("pcx", vpcs[0], vpcs[1])
    associated = st.sampled_from([*tables, *tables, None])
    for vpc in vpcs:
        doors = [f"{vpc}-{draw(st.sampled_from(('door', 'work')))}{zone}" for zone in draw(_zones())]
        if draw(st.integers(0, 9)):
            d.attach(vpc, draw(associated), *doors, appliance=draw(st.booleans()))
    _sites(draw, d, associated)
    if draw(st.integers(0, 4)) == 4:
        d.put(
            "firewalls",
            Firewall("tgw-firewall", gateway="hub", rules=SuricataRules("policy"), zones=tuple(draw(_zones()))),
        )
        d.attach_other(AttachmentKind.NETWORK_FUNCTION, "tgw-firewall", draw(associated))
    _vpn_gateway(draw, d, vpcs[0])
    for vpc in vpcs:
        _routes(draw, d, vpc)
    attachments = list(d.parts.get("attachments", {}))
    for table in tables:
        destinations = draw(few([*POOL, "list:list"]))
        targets = {to: draw(st.sampled_from([*attachments, BLACKHOLE])) for to in destinations}
        d.tgw_table(
            table,
            learns=draw(st.lists(st.sampled_from(attachments), unique=True)) if attachments else (),
            routes=targets,
        )
    return d


def _likely() -> st.SearchStrategy[bool]:
    """Without some sense in it, a network drops every packet at the first table."""
    return st.sampled_from([True, True, False])


def _zones() -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(["1", "2"]), min_size=1, unique=True)


def _vpc(draw: st.DrawFn, d: Draft, vpc: str, number: int, acls: list[str]) -> None:
    """Workload, attachment and public subnets in two zones; routes come later, when all targets are known."""
    d.vpc(vpc, f"10.{number}.0.0/16")
    acl = st.sampled_from(acls)
    for zone in ("1", "2"):
        d.subnet(f"{vpc}-work{zone}", vpc, f"10.{number}.{zone}.0/24", zone=f"z{zone}", routes={}, nacl=draw(acl))
        d.subnet(f"{vpc}-door{zone}", vpc, f"10.{number}.25{zone}.0/28", zone=f"z{zone}", routes={}, nacl=draw(acl))
    if draw(st.booleans()):
        d.internet_gateway(f"{vpc}-igw", vpc)
        d.subnet(f"{vpc}-public", vpc, f"10.{number}.10.0/24", zone="z1", routes={}, nacl=draw(acl))
        d.nat(f"{vpc}-nat", f"{vpc}-public", public=draw(st.booleans()), ip=f"10.{number}.10.10")
    if draw(st.booleans()):
        ends = [f"{vpc}-fw{zone}" for zone in draw(_zones())]
        for end in ends:
            zone = end[-1]
            d.subnet(end, vpc, f"10.{number}.2{zone}.0/28", zone=f"z{zone}", routes={}, nacl=draw(acl))
        d.firewall(f"{vpc}-fw", vpc, *ends)


def _sites(draw: st.DrawFn, d: Draft, associated: st.SearchStrategy[str | None]) -> None:
    """Up to three connections that end at up to two sites; one may be left out: its prefixes are not known then."""
    ends: dict[str, list[str]] = {"one": [], "two": []}
    for name in ["v1", "v2", "dx"][: draw(st.integers(0, 3))]:
        if name == "dx":
            d.dx(name, draw(associated), *draw(few(POOL)))
        else:
            asn = draw(st.sampled_from([65_000, None]))  # one for both, or its own
            d.vpn(name, draw(associated), static=draw(st.integers(0, 3)) == 3, asn=asn)
        end = draw(st.sampled_from(["one", "one", "two", "two", "nowhere"]))
        ends.setdefault(end, []).append(name)
    for (site, connections), network in zip(ends.items(), SITES, strict=False):
        advertised = draw(few([*SITES, "10.8.128.0/17", "0.0.0.0/0", "10.0.0.0/8"]))
        paths = [
            AdvertisedPrefix(ip_network(p), draw(st.integers(1, 2)), draw(st.sampled_from([100, 50])))
            for p in advertised
        ]
        if connections:
            d.site(site, connections, paths, [network])


def _vpn_gateway(draw: st.DrawFn, d: Draft, vpc: str) -> None:
    if draw(st.integers(0, 3)) == 3:
        static = draw(st.booleans())
        d.vpn_gateway("vgw", vpc)
        d.vpn("v3", gateway="vgw", static=static, routes=draw(few(POOL)) if static else (), asn=65000)
        d.site("three", ["v3"], draw(few(POOL)), ["192.168.0.0/16"])
        if draw(st.booleans()):
            d.vpn("v4", gateway="vgw", static=not draw(_likely()), asn=draw(st.sampled_from([65000, 65001])))
            d.site("four", ["v4"], draw(few(POOL)), ["192.0.2.0/24"])


def _routes(draw: st.DrawFn, d: Draft, vpc: str) -> None:
    """Routes for every subnet's table. AWS refuses most of what lies inside the VPC, except toward a middlebox."""
    own = d.parts["vpcs"][vpc].cidrs[0]
    boxes = [end.address for fw in d.parts.get("firewalls", {}).values() if fw.vpc == vpc for end in fw.endpoints]
    targets = [
        "hub",
        *(g.address for g in d.parts.get("gateways", {}).values() if g.vpc == vpc and g.address != "eigw"),
    ]
    targets += [n for n in d.parts.get("nats", {}) if n == f"{vpc}-nat"]
    targets += [p.address for p in d.parts.get("peerings", {}).values() if vpc in (p.requester, p.peer)]
    outside = [text for text in POOL if not IPv4Network(text).subnet_of(own)]
    inside = [str(s.cidrs[0]) for s in d.parts["subnets"].values() if s.vpc == vpc]
    listed = d.parts["prefix_lists"]["list"].entries
    if not any(IPv4Network(str(entry)).subnet_of(own) for entry in listed):
        outside.append("list:list")
    for subnet in [s for s in d.parts["subnets"].values() if s.vpc == vpc]:
        routes: dict[str, str | Gone] = (
            {"0.0.0.0/0": draw(st.sampled_from(["hub", *targets]))} if draw(_likely()) else {}
        )
        for text in draw(few(outside)):
            name = draw(st.sampled_from([*targets, *boxes]))
            routes[text] = Gone(name) if draw(st.integers(0, 9)) == 9 else name
        if boxes and draw(st.integers(0, 2)) == 2:
            routes |= {text: draw(st.sampled_from(boxes)) for text in draw(few(inside, 2))}
        learns = ["vgw"] if "vgw" in targets and draw(st.booleans()) else []
        d.table(f"{subnet.address}-table", vpc, routes, propagating=learns)
    gateway = f"{vpc}-igw"
    if gateway in targets and len(boxes) > 0 and draw(st.booleans()):
        edge = {text: draw(st.sampled_from(boxes)) for text in draw(few(inside, 2))}
        d.table(f"{vpc}-edge", vpc, edge, gateways=[gateway])


# --- packets --------------------------------------------------------------------------------------------------------


@st.composite
def packets(draw: st.DrawFn, d: Draft) -> Packet:
    """A packet between two places of the network, their addresses on the edges of prefixes or anywhere."""
    destination = draw(_place(d, hosts_only=False))
    hosts_only = not (isinstance(destination, InSubnet) and destination.public)
    source = draw(_place(d, hosts_only).filter(lambda place: not _together(place, destination)))
    protocol = draw(st.sampled_from(["tcp", "udp", "icmp"]))
    clients = draw(st.sampled_from([(1024, 65535), (32768, 60999), (49152, 65535)]))
    port = draw(st.sampled_from([443, 53, 1023, 1024, 40000]))
    message = draw(st.sampled_from([None, (3, 4)])) if protocol == "icmp" else None
    return Packet(source, destination, protocol, port, clients, message)


def _together(one: Position, other: Position) -> bool:
    """Whether both are at one site, where AWS has no say."""
    return isinstance(one, AtSite) and isinstance(other, AtSite) and one.name == other.name


@st.composite
def _place(draw: st.DrawFn, d: Draft, hosts_only: bool) -> Position:
    every = d.parts["subnets"].values()
    subnets = [(s.address, s.cidrs[0]) for s in [*every, *(s for s in every if "work" in s.address)]]
    sites = [(s.name, s.networks[0]) for s in d.sites]
    # A site may advertise a range and have only a part of it.
    advertised = [(s.name, a.prefix) for s in d.sites if not isinstance(s.advertises, Unknown) for a in s.advertises]
    advertised = [(name, prefix) for name, prefix in advertised if prefix.is_private and prefix.prefixlen]
    if not hosts_only and draw(st.integers(0, 3)) == 3:
        sites += advertised
    kinds = ["subnet"] + (["site"] if sites else []) + ([] if hosts_only else ["internet"])
    match draw(st.sampled_from(kinds)):
        case "subnet":
            name, network = draw(st.sampled_from(subnets))
            reserved = {n.private_ip for n in d.parts.get("nats", {}).values()}
            ip = draw(_address(network).filter(lambda ip: ip not in reserved))
            return InSubnet(name, ip, public=draw(st.booleans()))
        case "site":
            name, network = draw(st.sampled_from(sites))
            return AtSite(name, draw(_address(network)))
        case _:
            return Internet(draw(st.sampled_from([IPv4Address("1.1.1.1"), IPv4Address("9.9.9.9")])))


def _address(network: Cidr) -> st.SearchStrategy[IPv4Address]:
    """An address of a network: on the edge of some prefix in it, or any."""
    assert isinstance(network, IPv4Network)
    inside = [IPv4Network(text) for text in POOL if IPv4Network(text).subnet_of(network)]
    edges = [network[4], network[-2], *(edge for net in inside for edge in (net[0], net[0] - 1, net[-1], net[-1] + 1))]
    usable = sorted({ip for ip in edges if network[4] <= ip <= network[-2]})
    return st.one_of(st.sampled_from(usable), st.integers(int(network[4]), int(network[-2])).map(IPv4Address))


def things_that_fail(d: Draft) -> list[str]:
    """What a scenario can take down."""
    tunnels = [tunnel.address for vpn in d.parts.get("vpns", {}).values() for tunnel in vpn.tunnels]
    boxes = [end.address for fw in d.parts.get("firewalls", {}).values() for end in fw.endpoints]
    kinds = ("vpns", "customer_gateways", "nats", "attachments")
    return [*ZONES, *(name for kind in kinds for name in d.parts.get(kind, {})), *tunnels, *boxes]
