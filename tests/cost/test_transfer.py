"""What a GB pays on its path, drawn by hand: each place where AWS charges, and where it does not."""

from collections import Counter

import pytest

from isthmus.cost.transfer import paid
from isthmus.network.answers import AtEndpoint, AtSite, InSubnet, Internet, Packet, Position
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import EndpointKind, VpcEndpoint, VpcPeering
from tests.network.nets import FIREWALL, IGW, NAT, PEER, VGW, Net, hub


def pays(net: Net, source: Position, destination: Position) -> tuple[Counter[str], Counter[str]]:
    """What each GB pays there and back, in a network where that is one path, or several that pay alike."""
    network = net.made()
    trip = Forwarding(network, sites=tuple(net.sites)).both_ways(Packet(source, destination))
    found = []
    for trace in (trip.forward, trip.reply):
        items = {tuple(sorted(paid(trace.packet, path, network))) for path in trace.paths}
        assert len(items) == 1, trace
        found.append(Counter(items.pop()))
    return found[0], found[1]


DEV, SHARED = InSubnet("dev.private_az1"), InSubnet("shared.private_az1")


def test_spoke_to_spoke() -> None:
    """Charged once, to who sends; free from zone to zone behind the gateway."""
    once = Counter({"transit-gateway-gb": 1})
    assert pays(hub(), DEV, SHARED) == (once, once)
    assert pays(hub(), DEV, InSubnet("shared.private_az2")) == (once, once)


def test_over_the_vpn() -> None:
    """Data out is charged, data in is not; the gateway charges both."""
    there, back = pays(hub(), DEV, AtSite("dc1"))
    assert there == {"transit-gateway-gb": 1, "internet-out-gb": 1}
    assert back == {"transit-gateway-gb": 1}
    assert pays(hub(), AtSite("dc1"), DEV) == (back, there)


def test_to_the_internet_by_way_of_a_site() -> None:
    there, back = pays(hub(), DEV, Internet())
    assert there == {"transit-gateway-gb": 1, "internet-out-gb": 1}
    assert back == {"transit-gateway-gb": 1}


def test_accelerated() -> None:
    net = hub()
    net.change("vpns", "vpn", accelerated=True)
    there, back = pays(net, DEV, AtSite("dc1"))
    assert there["accelerator-gb"] == back["accelerator-gb"] == 1


def test_private_vpn() -> None:
    net = hub()
    net.change("vpns", "vpn", private=True)
    there, _ = pays(net, DEV, AtSite("dc1"))
    assert there == {"transit-gateway-gb": 1, "direct-connect-out-gb": 1}


def local(zone: str, firewall: bool = False) -> Net:
    """A VPC with its own egress: NAT, in `zone`, and maybe a firewall before it."""
    net = Net()
    net.vpc("v", "10.0.0.0/16")
    net.igw("igw", "v")
    inside = ("10.0.0.0/24", FIREWALL, "fw[f]") if firewall else None
    net.table("public", "v", ("0.0.0.0/0", IGW, "igw"), *([inside] if inside else []))
    net.subnet("p", "v", "10.0.1.0/24", zone, "public")
    net.nat("nat", "p")
    net.table("private", "v", ("0.0.0.0/0", FIREWALL, "fw[f]") if firewall else ("0.0.0.0/0", NAT, "nat"))
    net.subnet("w", "v", "10.0.0.0/24", "az1", "private")
    if firewall:
        net.table("filtered", "v", ("0.0.0.0/0", NAT, "nat"))
        net.subnet("f", "v", "10.0.2.0/24", "az1", "filtered")
        net.firewall("fw", "v", "f")
    return net


def test_nat() -> None:
    """NAT charges both directions, the internet only what goes out."""
    there, back = pays(local("az1"), InSubnet("w"), Internet())
    assert there == {"nat-gateway-gb": 1, "internet-out-gb": 1}
    assert back == {"nat-gateway-gb": 1}


def test_nat_in_another_zone() -> None:
    there, back = pays(local("az2"), InSubnet("w"), Internet())
    assert there == {"nat-gateway-gb": 1, "internet-out-gb": 1, "zone-crossing-gb": 1}
    assert back == {"nat-gateway-gb": 1, "zone-crossing-gb": 1}


def test_firewall() -> None:
    there, back = pays(local("az1", firewall=True), InSubnet("w"), Internet())
    assert there == {"firewall-gb": 1, "nat-gateway-gb": 1, "internet-out-gb": 1}
    assert back == {"firewall-gb": 1, "nat-gateway-gb": 1}


def test_inside_a_vpc() -> None:
    net = local("az2")
    net.subnet("w2", "v", "10.0.4.0/24", "az2")
    net.subnet("w3", "v", "10.0.5.0/24", "az1")
    across = Counter({"zone-crossing-gb": 1})
    assert pays(net, InSubnet("w"), InSubnet("w2")) == (across, across)
    assert pays(net, InSubnet("w"), InSubnet("w3")) == (Counter(), Counter())


@pytest.mark.parametrize(("zone", "crossings"), [("az1", 0), ("az2", 1)])
def test_peering(zone: str, crossings: int) -> None:
    """Free within a zone: https://aws.amazon.com/about-aws/whats-new/2021/05/amazon-vpc-advertises-pricing-change-for-vpc-peering/"""
    net = Net()
    for name, number, where in (("a", 1, "az1"), ("b", 2, zone)):
        net.vpc(name, f"10.{number}.0.0/16")
        net.table(f"{name}.t", name, (f"10.{3 - number}.0.0/16", PEER, "peer"))
        net.subnet(f"{name}.s", name, f"10.{number}.0.0/24", where, f"{name}.t")
    net.put("peerings", VpcPeering("peer", "a", "b"))
    there, back = pays(net, InSubnet("a.s"), InSubnet("b.s"))
    assert there["zone-crossing-gb"] == back["zone-crossing-gb"] == crossings
    assert there.total() == crossings


def test_virtual_private_gateway() -> None:
    net = Net()
    net.vpc("v", "10.0.0.0/16")
    net.vgw("vgw", "v")
    net.table("t", "v", ("192.168.0.0/16", VGW, "vgw"))
    net.subnet("s", "v", "10.0.0.0/24", "az1", "t")
    net.vpn("vpn", None, tgw="vgw")
    net.parts["attachments"].clear()
    net.change("tables", "t", propagating=("vgw",))
    net.site("dc1", ("vpn",), ("192.168.0.0/16",))
    there, back = pays(net, InSubnet("s"), AtSite("dc1"))
    assert there == {"internet-out-gb": 1}
    assert not back


def test_interface_endpoint() -> None:
    net = hub()
    net.put(
        "endpoints",
        VpcEndpoint(
            "ssm", EndpointKind.INTERFACE, "shared", "com.amazonaws.us-east-1.ssm", (), ("shared.private_az1",)
        ),
    )
    there, back = pays(net, DEV, AtEndpoint("ssm"))
    assert there == back == {"transit-gateway-gb": 1, "interface-endpoint-gb": 1}
