"""Classes of packets: of each packet drawn at random, the class that holds it says what that packet's own walk says."""

from dataclasses import replace
from ipaddress import ip_network

from hypothesis import given
from hypothesis import strategies as st

from isthmus.network.answers import InSubnet, Internet, Packet, Position, RoundTrip
from isthmus.network.client_ports import described
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import Network, NetworkAcl, NetworkAclRule, SecurityGroup, SecurityGroupRule
from isthmus.network.packet_classes import packet_classes, representative
from isthmus.network.packets import ALL_PACKETS, PROTOCOLS, Packets, Traffic, message, messages, parsed, place
from isthmus.network.suricata import SuricataRules, written
from tests.network.networks import Draft, mesh, open_acl

PORTS = [0, 22, 53, 443, 1023, 1024, 3388, 3389, 3390, 32_767, 32_768, 65_535]
MESSAGES = [message(0), message(3, 3), message(3, 4), message(3, 5), message(8), message(11), message(13), message(14)]
values = st.one_of(st.sampled_from([*PORTS, *MESSAGES, message(128), message(129)]), st.integers(0, 65_535))
packets = st.builds(place, st.one_of(st.sampled_from([1, 6, 17, 58, 47, 50]), st.integers(0, 255)), values)
limits = st.one_of(
    st.none(), st.tuples(values, values).map(lambda two: (min(two), max(two))), st.sampled_from([3, 8]).map(messages)
)


def rules(name: str) -> st.SearchStrategy[tuple[NetworkAclRule, ...]]:
    """A few rules of one direction of a network ACL; what has no ports or messages has no limits."""
    every = tuple(NetworkAclRule(f"{name}-{c}", 99, True, -1, ip_network(c)) for c in ("0.0.0.0/0", "::/0"))
    one = st.builds(
        lambda allow, protocol, cidr, limits: NetworkAclRule(
            f"{name}-{allow}-{protocol}-{cidr}-{limits}",
            1,
            allow,
            protocol,
            ip_network(cidr),
            limits if protocol in PROTOCOLS.values() else None,
        ),
        st.booleans(),
        st.sampled_from([-1, 6, 17, 1, 58, 47, 50]),
        st.sampled_from(["0.0.0.0/0", "10.1.0.0/16", "10.2.1.0/25", "::/0"]),
        limits,
    )
    rest = st.sampled_from([(), every])
    return st.builds(lambda some, last: (*some, *last), st.lists(one, max_size=5), rest)


SURICATA = st.sampled_from(
    [
        "pass tcp any any -> any 443 (sid:1;)",
        "pass tcp any any -> any [20:30,80] (sid:2;)",
        "pass ip any any -> any 53 (sid:3;)",
        "drop udp any any -> any !53 (sid:4;)",
        "pass icmp any any -> any any (itype:8; sid:5;)",
        "drop icmp any any -> any any (itype:3; sid:6;)",
        'pass tcp any any -> any 80 (content:"x"; sid:7;)',
        "pass ip any any -> any any (sid:8;)",
        "drop ip 10.1.0.0/16 any -> any any (sid:9;)",
    ]
)


def outcome_of(trip: RoundTrip) -> object:
    """What becomes of a packet and its reply, but for its name."""
    return (
        [(path.outcome, [(b.rule, b.address) for b in path.blocks], path.denied) for path in trip.forward.paths],
        [(path.outcome, [(b.rule, b.address) for b in path.blocks], path.denied) for path in trip.reply.paths],
        trip.outcome,
        trip.asymmetric,
    )


def hold(network: Network, source: Position, destination: Position, asked: list[int]) -> None:
    """The classes hold every packet once, and say of each what its own walk says."""
    engine = Forwarding(network)
    classes = packet_classes(engine, source, destination)
    assert Packets.of(*(span for each in classes for span in each.packets.spans)) == ALL_PACKETS
    assert sum(len(each.packets) for each in classes) == len(ALL_PACKETS)
    for at in asked:
        (its,) = (each for each in classes if at in each.packets)
        alone = engine.both_ways(Packet.at(at, source, destination))
        assert outcome_of(its.trip) == outcome_of(alone), f"{alone.forward.packet} in {its.packets}"
        assert parsed(str(its.packets)) == its.packets


asks = st.lists(packets, min_size=1, max_size=12)


@given(rules("in"), rules("out"), rules("far"), asks)
def test_network_acls_divide_packets_exactly(
    inbound: tuple[NetworkAclRule, ...],
    outbound: tuple[NetworkAclRule, ...],
    far: tuple[NetworkAclRule, ...],
    asked: list[int],
) -> None:
    draft = mesh("a", "b")
    draft.put("nacls", NetworkAcl("near", "a", inbound, outbound))
    draft.put("nacls", NetworkAcl("far", "b", far, open_acl().outbound))
    draft.subnet("a1", "a", "10.1.1.0/24", routes={"0.0.0.0/0": "hub"}, nacl="near")
    draft.subnet("b1", "b", "10.2.1.0/24", routes={"0.0.0.0/0": "hub"}, nacl="far")
    hold(draft.network(), InSubnet("a1"), InSubnet("b1"), asked)


def behind_a_firewall(texts: list[str], default: str) -> Network:
    """Two subnets of one VPC, with a firewall between them."""
    d = Draft()
    d.vpc("a", "10.1.0.0/16")
    d.subnet("door", "a", "10.1.9.0/28")
    d.firewall("fw", "a", "door")
    d.subnet("a1", "a", "10.1.1.0/24", routes={"10.1.2.0/24": "fw[door]"})
    d.subnet("a2", "a", "10.1.2.0/24", routes={"10.1.1.0/24": "fw[door]"})
    lines = tuple(written("group", "\n".join(texts), {}))
    d.put("firewalls", replace(d.parts["firewalls"]["fw"], rules=SuricataRules("policy", lines, default)))
    return d.network()


@given(st.lists(SURICATA, max_size=5), st.sampled_from(["pass", "drop", "drop_established"]), asks)
def test_firewalls_divide_packets_exactly(texts: list[str], default: str, asked: list[int]) -> None:
    hold(behind_a_firewall(texts, default), InSubnet("a1"), InSubnet("a2"), asked)


@given(
    st.lists(st.tuples(st.sampled_from([-1, 6, 17, 1, 47]), limits), max_size=4), st.sampled_from([True, False]), asks
)
def test_security_groups_divide_packets_exactly(
    allowed: list[tuple[int, tuple[int, int] | None]], inbound: bool, asked: list[int]
) -> None:
    draft = mesh("a", "b")
    found = tuple(
        SecurityGroupRule("r", p, span if p in PROTOCOLS.values() else None, (ip_network("10.0.0.0/8"),))
        for p, span in allowed
    )
    everything = (SecurityGroupRule("all", -1, None, (ip_network("0.0.0.0/0"),)),)
    sides = (found, everything) if inbound else (everything, found)
    draft.put("security_groups", SecurityGroup("g", "a", *sides))
    here, there = InSubnet("a1", groups=("g",)), InSubnet("b1")
    hold(draft.network(), *((there, here) if inbound else (here, there)), asked)


@given(asks)
def test_a_nat_gateway_divides_packets_exactly(asked: list[int]) -> None:
    hold(behind_a_nat_gateway(), InSubnet("a1"), Internet(), asked)


def behind_a_nat_gateway() -> Network:
    d = Draft()
    d.vpc("a", "10.1.0.0/16")
    d.internet_gateway("igw", "a")
    d.subnet("public", "a", "10.1.0.0/24", routes={"0.0.0.0/0": "igw"})
    d.nat("nat", "public")
    d.subnet("a1", "a", "10.1.1.0/24", routes={"0.0.0.0/0": "nat"})
    return d.network()


def outcomes(network: Network, source: str, destination: Position) -> dict[str, tuple[str, str]]:
    return {
        str(each.packets): (str(each.trip.forward.outcome), str(each.trip.reply.outcome))
        for each in packet_classes(Forwarding(network), InSubnet(source), destination)
    }


def test_where_nothing_divides_packets_there_is_one_class() -> None:
    found = packet_classes(Forwarding(mesh("a", "b").network()), InSubnet("a1"), InSubnet("b1"))
    assert [each.packets for each in found] == [ALL_PACKETS]
    assert found[0].trip.forward.packet.what == "tcp/443"


def test_a_nat_gateway_translates_three_protocols() -> None:
    assert outcomes(behind_a_nat_gateway(), "a1", Internet()) == {
        "tcp, udp and icmp": ("reachable", "reachable"),
        "icmpv6 and every other protocol": ("blocked", "reachable"),
    }


def test_a_rule_that_was_meant_for_all_and_names_tcp_leaves_the_rest_open() -> None:
    draft = mesh("a", "b")
    draft.acl("shut", "b", ["deny tcp 10.1.0.0/16", "allow all 0.0.0.0/0"], ["allow all 0.0.0.0/0"])
    draft.subnet("b1", "b", "10.2.1.0/24", routes={"0.0.0.0/0": "hub"}, nacl="shut")
    assert outcomes(draft.network(), "a1", InSubnet("b1")) == {
        "tcp": ("blocked", "reachable"),
        "all but tcp": ("reachable", "reachable"),
    }


def test_a_denied_client_port_is_reported_for_the_class_of_its_replies() -> None:
    draft = mesh("a", "b")
    draft.acl("cis", "a", ["deny tcp 3389 0.0.0.0/0", "allow all 0.0.0.0/0"], ["allow all 0.0.0.0/0"])
    draft.subnet("a1", "a", "10.1.1.0/24", routes={"0.0.0.0/0": "hub"}, nacl="cis")
    found = packet_classes(Forwarding(draft.network()), InSubnet("a1"), InSubnet("b1"))
    outcome_by_class = {str(each.packets): (str(each.trip.outcome), described(each.trip.denied)) for each in found}
    assert outcome_by_class == {"tcp": ("reachable", "client ports 3389"), "all but tcp": ("reachable", "")}
    (denied,) = next(each.trip.denied for each in found if each.trip.denied)
    assert str(denied.block) == "cis.in1: inbound rule 100 denies tcp/3389 from 0.0.0.0/0 (a1) (network-acl-denies)"


def test_of_a_class_a_well_known_packet_is_shown() -> None:
    assert representative(ALL_PACKETS) == place(6, 443)
    assert representative(ALL_PACKETS - Packets.of(Traffic(6).span)) == place(17, 53)
    assert representative(Packets.of(Traffic(47).span)) == place(47)
    assert representative(Packets.of(Traffic(6, (1, 5)).span)) == place(6, 1)
