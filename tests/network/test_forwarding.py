"""The engine as a whole, on a hub with two isolated spokes, shared services and a site (see `nets.hub`)."""

from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.network.address_space import Address, address_at, number
from isthmus.network.answers import AtSite, InSubnet, Internet, Outcome, Packet, Position, Scenario, combine
from isthmus.network.forwarding import Forwarding, NoSuchPosition
from isthmus.network.model import Site, Unknown, VpnConnection
from tests.network.nets import FIREWALL, IGW, NAT, TGW, Net, hub

DEV, PROD, SHARED = (InSubnet(f"{name}.private_az1") for name in ("dev", "prod", "shared"))
DC = AtSite("dc1")


def engine_of(net: Net, **more: Any) -> Forwarding:
    return Forwarding(net.made(), sites=net.sites, **more)


@pytest.mark.parametrize(
    ("one", "other", "works"),
    [
        (DEV, SHARED, True),
        (DEV, DC, True),
        (PROD, DC, True),
        (SHARED, DC, True),
        (DEV, PROD, False),
        (DEV, Internet(), True),
    ],
)
def test_which_places_reach_each_other(one: Position, other: Position, works: bool) -> None:
    trip = engine_of(hub()).both_ways(Packet(one, other))
    assert (trip.outcome is Outcome.REACHABLE) == works
    assert (trip.reply.outcome is Outcome.REACHABLE) == works


def test_the_way_out_is_named() -> None:
    (path,) = engine_of(hub()).forward(Packet(DEV, Internet())).paths
    assert path.exit == "vpn"
    assert [hop.kind for hop in path.hops] == ["subnet", "attachment", "route table", "VPN connection", "internet"]


def test_a_blocked_path_lists_every_setting_in_the_way() -> None:
    net = hub()
    net.change("attachments", "dev.attachment", table=None)
    nothing = net.acl("strict", "prod", (), ())
    net.change("subnets", "prod.private_az1", nacl=nothing)
    rules = [block.rule for block in engine_of(net).forward(Packet(DEV, PROD)).blocks]
    assert rules == ["not-associated", "network-acl-denies"]


def test_without_advertised_prefixes_learned_routes_make_answers_unknown() -> None:
    engine = Forwarding(hub().made())
    assert engine.forward(Packet(DEV, SHARED)).outcome is Outcome.UNKNOWN
    assert "advertises" in engine.forward(Packet(DEV, Internet())).paths[0].unknown


def test_a_vpn_that_is_down_withdraws_its_learned_routes() -> None:
    engine = engine_of(hub())
    assert engine.in_scenario(Scenario(frozenset({"vpn#1"}))).forward(Packet(DEV, DC)).outcome is Outcome.REACHABLE
    down = engine.in_scenario(Scenario(frozenset({"vpn#1", "vpn#2"})))
    assert [b.rule for b in down.forward(Packet(DEV, DC)).blocks] == ["no-route", "connection-down"]


def test_a_default_learned_from_a_site_with_a_route_to_the_other_spoke_is_a_hairpin() -> None:
    net = hub()
    net.tgw_table("workloads", ("shared.attachment", "vpn.attachment"))
    (path, *_) = engine_of(net).forward(Packet(DEV, PROD)).paths
    assert path.outcome is Outcome.REACHABLE
    assert path.hairpin == ("dc1",)


def test_a_site_does_not_send_to_prefixes_that_are_not_advertised_to_it() -> None:
    net = hub()
    net.tgw_table("services", ("prod.attachment", "shared.attachment", "vpn.attachment"))
    trace = engine_of(net).forward(Packet(DC, DEV))
    assert [(b.rule, b.address) for b in trace.blocks[:1]] == [("not-advertised-to-site", "services")]


def test_a_zone_without_attachment_subnet_drops_its_hosts_packets() -> None:
    net = hub()
    net.attach("dev.attachment", "dev", "workloads", "dev.tgw_az1")
    engine = engine_of(net)
    assert engine.forward(Packet(DEV, SHARED)).outcome is Outcome.REACHABLE
    blocks = engine.forward(Packet(InSubnet("dev.private_az2"), SHARED)).blocks
    assert [(b.rule, b.address) for b in blocks] == [("zone-without-attachment", "dev.attachment")]


def central_egress(return_route: bool = True) -> Net:
    net = hub()
    net.vpc("egress", "10.9.0.0/16")
    net.igw("egress.igw", "egress")
    net.table("egress.tgw", "egress", ("0.0.0.0/0", NAT, "egress.nat"))
    back = (("10.0.0.0/8", TGW, "tgw"),) if return_route else ()
    net.table("egress.public", "egress", ("0.0.0.0/0", IGW, "egress.igw"), *back)
    net.subnet("egress.tgw_az1", "egress", "10.9.0.0/28", "az1", "egress.tgw")
    net.subnet("egress.public_az1", "egress", "10.9.1.0/24", "az1", "egress.public")
    net.nat("egress.nat", "egress.public_az1")
    net.attach("egress.attachment", "egress", "back", "egress.tgw_az1")
    net.tgw_table("back", ("dev.attachment",))
    net.tgw_table("workloads", (), ("0.0.0.0/0", "egress.attachment"), ("10.0.0.0/8", None))
    return net


def test_central_egress_goes_out_by_nat_and_comes_back_by_the_nat_subnets_table() -> None:
    trip = engine_of(central_egress()).both_ways(Packet(DEV, Internet()))
    assert trip.outcome is Outcome.REACHABLE
    assert [path.exit for path in trip.forward.paths] == ["egress.igw"]
    assert [path.nats for path in trip.forward.paths] == [("egress.nat",)]


def test_the_forgotten_return_route_in_the_nat_subnets_table_is_named() -> None:
    trip = engine_of(central_egress(return_route=False)).both_ways(Packet(DEV, Internet()))
    assert trip.forward.outcome is Outcome.REACHABLE
    assert [(b.rule, b.address) for b in trip.reply.blocks] == [("private-to-internet", "egress.public")]


def inspected(appliance_mode: bool) -> Net:
    net = hub()
    net.vpc("inspection", "10.8.0.0/16")
    for index, zone in enumerate(("az1", "az2")):
        net.subnet(f"fw_{zone}", "inspection", f"10.8.{index}.0/24", zone, "fw.table")
        net.subnet(f"door_{zone}", "inspection", f"10.8.9.{index * 16}/28", zone, f"door_{zone}.table")
    endpoints = net.firewall("firewall", "inspection", "fw_az1", "fw_az2")
    net.table("fw.table", "inspection", ("0.0.0.0/0", TGW, "tgw"))
    for zone, endpoint in zip(("az1", "az2"), endpoints, strict=True):
        net.table(f"door_{zone}.table", "inspection", ("0.0.0.0/0", FIREWALL, endpoint))
    net.attach("inspection", "inspection", "after", "door_az1", "door_az2", appliance_mode=appliance_mode)
    net.tgw_table("after", ("dev.attachment", "prod.attachment"))
    net.tgw_table("workloads", (), ("0.0.0.0/0", "inspection"))
    return net


def test_inspection_across_zones_needs_appliance_mode() -> None:
    packet = Packet(DEV, InSubnet("prod.private_az2"))
    trip = engine_of(inspected(appliance_mode=False)).both_ways(packet)
    assert [(b.rule, b.address) for b in trip.asymmetric] == [("asymmetric-inspection", "inspection")]
    assert trip.outcome is Outcome.BLOCKED
    assert engine_of(inspected(appliance_mode=True)).both_ways(packet).outcome is Outcome.REACHABLE


def test_a_reply_that_a_nat_gateway_gives_another_source_is_lost() -> None:
    net = Net()
    net.vpc("a", "10.1.0.0/16")
    net.table("odd", "a", ("10.1.1.0/24", NAT, "nat"))
    net.subnet("asks", "a", "10.1.1.0/24")
    net.subnet("answers", "a", "10.1.2.0/24", table="odd")
    net.subnet("nats", "a", "10.1.3.0/24")
    net.nat("nat", "nats")
    trip = engine_of(net).both_ways(Packet(InSubnet("asks"), InSubnet("answers")))
    assert trip.forward.outcome is Outcome.REACHABLE
    assert [(b.rule, b.address) for b in trip.reply.blocks] == [("reply-translated", "nat")]


def test_a_second_connection_is_unknown_as_a_blackhole_may_be_advertised() -> None:
    net = hub()
    net.vpn("other", "elsewhere")
    net.tgw_table("elsewhere", (), ("10.1.0.0/24", None))
    net.sites.clear()
    net.site("dc1", ("vpn", "other"), ("192.168.0.0/16",))
    engine = engine_of(net)
    assert engine.forward(Packet(DC, DEV)).outcome is Outcome.UNKNOWN
    assert engine.forward(Packet(DC, PROD)).outcome is Outcome.REACHABLE


def test_a_vpn_gateway_may_join_its_sites() -> None:
    net = Net()
    net.vpc("a", "10.1.0.0/16")
    net.subnet("a1", "a", "10.1.1.0/24")
    net.vgw("vgw", "a")
    for name in ("one", "two"):
        net.put("vpns", VpnConnection(name, "cgw", "vgw"))
    net.site("here", ("one",), ("192.168.1.0/24",))
    net.site("there", ("two",), ("192.168.2.0/24",))
    engine = engine_of(net)
    assert engine.forward(Packet(AtSite("here"), InSubnet("a1"))).outcome is Outcome.REACHABLE
    assert engine.forward(Packet(AtSite("here"), AtSite("there"))).outcome is Outcome.UNKNOWN
    assert sorted(map(str, engine.advertised_prefixes("one").prefixes)) == ["10.1.0.0/16", "192.168.2.0/24"]


addresses = st.one_of(
    st.integers(0, 4 << 16).map(lambda offset: address_at(0x0A010000 + offset)),
    st.integers(0, 1 << 16).map(lambda offset: address_at(0xC0A80000 + offset)),
    st.integers(0, (1 << 32) - 1).map(address_at),
)


@pytest.mark.parametrize("net", [hub(), central_egress(), inspected(True)], ids=["hub", "central", "inspected"])
@given(address=addresses, source=st.sampled_from(["dev.private_az1", "prod.private_az2", "shared.tgw_az1"]))
def test_reach_says_of_each_address_what_a_packet_there_meets(net: Net, address: Address, source: str) -> None:
    engine = engine_of(net)
    reach = engine.reach(InSubnet(source)).at(number(address))
    try:
        where = engine.locate(address)
    except NoSuchPosition:
        assert all(path.end == "" or path.end in ("dc1", "internet") for path in reach)
        return
    assert combine(reach) is engine.forward(Packet(InSubnet(source), where)).outcome


def without_default() -> Net:
    """The hub, where dev and prod send nothing to the gateway but what is for shared services."""
    net = hub()
    for name in ("dev", "prod"):
        net.table(f"{name}.private", name, ("10.3.0.0/16", TGW, "tgw"))
    return net


@pytest.mark.parametrize("net", [hub(), without_default(), central_egress()], ids=["hub", "no default", "central"])
@given(address=addresses)
def test_addresses_of_a_class_have_one_outcome_outside_their_vpc(net: Net, address: Address) -> None:
    engine = engine_of(net)
    place = number(address)
    for group in engine.classes():
        for member in group.members:
            if engine.network.subnets[member].vpc not in engine.index.vpc_owners(place):
                own = engine.reach(InSubnet(member)).at(place)
                assert combine(own) is combine(group.reach.at(place))
                assert {p.end for p in own} == {p.end for p in group.reach.at(place)}


def test_isolated_spokes_share_classes_by_zone() -> None:
    groups = [g.members for g in engine_of(hub()).classes(["dev.private_az1", "prod.private_az1", "dev.private_az2"])]
    assert groups == [("dev.private_az1", "prod.private_az1"), ("dev.private_az2",)]


def test_the_prefixes_that_are_advertised_to_a_site() -> None:
    to_the_site = engine_of(hub()).advertised_prefixes("vpn.attachment")
    assert sorted(map(str, to_the_site.prefixes)) == ["10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16"]
    assert to_the_site.unknown == ""


def test_shadowed_routes_are_not_used() -> None:
    net = hub()
    net.tgw_table("workloads", ("shared.attachment",), ("10.3.0.0/16", None))
    engine = engine_of(net)
    unused = set(engine.routes("workloads")) - engine.used_routes("workloads")
    assert [(str(r.prefix), r.target) for r in unused] == [("10.3.0.0/16", "shared.attachment")]


def test_places_that_do_not_exist_are_another_answer_than_no_route() -> None:
    engine = engine_of(hub())
    with pytest.raises(NoSuchPosition, match="expected the address of a subnet of this network, got 'nowhere'"):
        engine.forward(Packet(InSubnet("nowhere"), DC))
    with pytest.raises(NoSuchPosition, match="expected the name of a site, got 'dc9'; this network has: dc1"):
        engine.forward(Packet(DEV, AtSite("dc9")))
    with pytest.raises(NoSuchPosition, match=r"10\.1\.200\.1 is in dev but in none of its subnets"):
        engine.locate(ip_address("10.1.200.1"))


def test_sites_have_to_fit_the_network() -> None:
    network = hub().made()
    with pytest.raises(ValueError, match="got 'vpn9'"):
        Forwarding(network, sites=[Site("dc", ("vpn9",), ())])
    with pytest.raises(ValueError, match="'vpn' at two"):
        Forwarding(network, sites=[Site("a", ("vpn",), ()), Site("b", ("vpn",), ())])
    with pytest.raises(ValueError, match="'a' twice"):
        Forwarding(network, sites=[Site("a", ("vpn",), ()), Site("a", (), Unknown("x"))])
