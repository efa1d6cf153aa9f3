"""Golden cases: zones, attachment subnets and appliance mode."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from isthmus.network.suricata import SuricataRules
from tests.network.networks import Draft, Golden, judge, mesh, spoke

golden = Golden()
ATTACHMENTS = "vpc/latest/tgw/tgw-vpc-attachments.html"
APPLIANCE = "vpc/latest/tgw/transit-gateway-appliance-scenario.html"


@golden(f"{ATTACHMENTS}#zone-without-attachment-subnet")
def zone_gap() -> Draft:
    d = mesh("a", "b")
    d.subnet("a2", "a", "10.1.2.0/24", zone="z2", routes={"0.0.0.0/0": "hub"})
    d.there("a1", "b1", "reachable")
    d.there("a2", "b1", "blocked")
    d.there("b1", "a2", "reachable")  # it comes out in z1 and the local route does the rest
    return d.both("b1", "a2", "blocked")


@golden(f"{ATTACHMENTS}#any-subnet-of-a-covered-zone")
def covered_zone() -> Draft:
    d = mesh("a", "b")
    d.subnet("a2", "a", "10.1.2.0/24", zone="z2", routes={"0.0.0.0/0": "hub"})
    d.subnet("a-door2", "a", "10.1.255.16/28", zone="z2")
    d.attach("a", "t", "a-door", "a-door2")
    return d.both("a2", "b1", "reachable")


@golden(f"{ATTACHMENTS}#attachment-subnets-have-their-own-table")
def doors_own_table() -> Draft:
    d = Draft()
    d.hub()
    d.tgw_table("spokes", routes={"0.0.0.0/0": "att-out"})
    d.tgw_table("exits", learns=["att-a"])
    spoke(d, "a", 1, "spokes")
    d.vpc("out", "10.100.0.0/16")
    d.internet_gateway("igw", "out")
    d.subnet("public", "out", "10.100.1.0/24", routes={"0.0.0.0/0": "igw", "10.0.0.0/8": "hub"})
    d.subnet("private", "out", "10.100.2.0/24", routes={"0.0.0.0/0": "nat"})
    d.subnet("out-door", "out", "10.100.0.0/28", routes={})
    d.nat("nat", "public", ip="10.100.1.10")
    d.attach("out", "exits", "out-door")
    d.there("private", "internet", "reachable")
    return d.there("a1", "internet", "blocked")


@golden(f"{ATTACHMENTS}#zone-of-origin-is-kept")
def zone_kept() -> Draft:
    """Only the door in z2 knows the exit: what starts in z1 never sees it."""
    d = Draft()
    d.hub()
    d.tgw_table("spokes", routes={"0.0.0.0/0": "att-out"})
    d.tgw_table("exits", learns=["att-a"])
    d.vpc("a", "10.1.0.0/16")
    for zone, net in (("z1", 1), ("z2", 2), ("z3", 3)):
        d.subnet(f"a-{zone}", "a", f"10.1.{net}.0/24", zone=zone, routes={"0.0.0.0/0": "hub"})
    d.attach("a", "spokes", "a-z1", "a-z2", "a-z3")
    d.vpc("out", "10.100.0.0/16")
    d.internet_gateway("igw", "out")
    d.subnet("public", "out", "10.100.1.0/24", zone="z2", routes={"0.0.0.0/0": "igw", "10.1.0.0/16": "hub"})
    d.nat("nat", "public", ip="10.100.1.10")
    d.subnet("door1", "out", "10.100.0.0/28", zone="z1", routes={})
    d.subnet("door2", "out", "10.100.0.16/28", zone="z2", routes={"0.0.0.0/0": "nat"})
    d.attach("out", "exits", "door1", "door2")
    d.there("a-z1", "internet", "blocked")
    d.both("a-z2", "internet", "reachable")
    return d.there("a-z3", "internet", "blocked")  # no door in z3: any, so not every packet gets out


@golden(f"{APPLIANCE}#without-appliance-mode")
def appliance_mode_off() -> Draft:
    d = inspection(appliance=False)
    d.both("a-z1", "b-z1", "reachable")  # one zone, one firewall
    return d.both("a-z1", "b-z2", "blocked")  # each direction keeps its own zone of origin


@golden(f"{APPLIANCE}#with-appliance-mode")
def appliance_mode_on() -> Draft:
    d = inspection(appliance=True)
    d.both("a-z1", "b-z1", "reachable")
    d.both("a-z1", "b-z2", "reachable")
    return d.both("a-z1", "b-z2", "blocked", down=["fw[fw-z1]"])


@golden(f"{APPLIANCE}#both-directions-through-the-firewall")
def inspected_one_way() -> Draft:
    d = inspection(appliance=True)
    d.tgw_table("b-table", learns=["att-a"])
    d.attach("b", "b-table", "b-z1", "b-z2")
    d.there("a-z1", "b-z1", "reachable")
    return d.both("a-z1", "b-z1", "blocked")


@golden(f"{ATTACHMENTS}#zone-down")
def zone_down() -> Draft:
    d = mesh("a", "b")
    d.subnet("a2", "a", "10.1.2.0/24", zone="z2", routes={"0.0.0.0/0": "hub"})
    d.subnet("b2", "b", "10.2.2.0/24", zone="z2", routes={"0.0.0.0/0": "hub"})
    d.subnet("a-door2", "a", "10.1.255.16/28", zone="z2")
    d.subnet("b-door2", "b", "10.2.255.16/28", zone="z2")
    d.attach("a", "t", "a-door", "a-door2")
    d.attach("b", "t", "b-door", "b-door2")
    d.both("a2", "b2", "reachable", down=["z1"])
    d.both("a1", "b1", "blocked", down=["z1"])
    return d.both("a2", "b1", "blocked", down=["z1"])


@golden("network-firewall/latest/developerguide/tgw-firewall.html#attached-to-the-gateway")
def firewall_on_the_gateway() -> Draft:
    from isthmus.network.model import AttachmentKind, Firewall

    d = Draft()
    d.hub()
    d.put("firewalls", Firewall("fw", gateway="hub", rules=SuricataRules("policy"), zones=("z1",)))
    d.attach_other(AttachmentKind.NETWORK_FUNCTION, "fw", "inspected")
    d.tgw_table("spokes", routes={"0.0.0.0/0": "att-fw"})
    d.tgw_table("inspected", learns=["att-a", "att-b", "att-c"])
    d.tgw_table("naive", learns=["att-a", "att-b", "att-c"])
    spoke(d, "a", 1, "spokes")
    spoke(d, "b", 2, "spokes")
    spoke(d, "c", 3, "naive")
    spoke(d, "d", 4, "naive")
    d.both("a1", "b1", "reachable")
    d.there("c1", "a1", "reachable")
    d.there("a1", "d1", "blocked")  # the firewall's own table does not know d
    d.there("a1", "c1", "reachable")
    return d.both("a1", "c1", "blocked")  # c answers past the firewall


@golden("network-firewall/latest/developerguide/tgw-firewall-considerations.html#appliance-mode-is-always-on")
def firewall_on_the_gateway_chooses_the_zone() -> Draft:
    """Only what comes out of it in z2 gets to the exit: of the flows of either zone some do, and some do not."""
    from isthmus.network.model import AttachmentKind, Firewall

    d = Draft()
    d.hub()
    d.put("firewalls", Firewall("fw", gateway="hub", rules=SuricataRules("policy"), zones=("z1", "z2")))
    d.attach_other(AttachmentKind.NETWORK_FUNCTION, "fw", "inspected")
    d.tgw_table("spokes", routes={"0.0.0.0/0": "att-fw"})
    d.tgw_table("inspected", routes={"0.0.0.0/0": "att-out"}, learns=["att-a"])
    d.tgw_table("exits", routes={"10.1.0.0/16": "att-fw"})
    d.vpc("a", "10.1.0.0/16")
    for zone in ("z1", "z2"):
        d.subnet(f"a-{zone}", "a", f"10.1.{zone[1]}.0/24", zone=zone, routes={"0.0.0.0/0": "hub"})
    d.attach("a", "spokes", "a-z1", "a-z2")
    d.vpc("out", "10.100.0.0/16")
    d.internet_gateway("igw", "out")
    d.subnet("public", "out", "10.100.1.0/24", zone="z2", routes={"0.0.0.0/0": "igw", "10.1.0.0/16": "hub"})
    d.nat("nat", "public", ip="10.100.1.10")
    d.subnet("door1", "out", "10.100.0.0/28", zone="z1", routes={})
    d.subnet("door2", "out", "10.100.0.16/28", zone="z2", routes={"0.0.0.0/0": "nat"})
    d.attach("out", "exits", "door1", "door2")
    d.both("a-z1", "internet", "blocked")
    d.both("a-z2", "internet", "blocked")
    return d.both("a-z2", "internet", "reachable", down=["z1"])  # then it has z2 alone


def inspection(*, appliance: bool) -> Draft:
    """Spokes a and b in two zones; everything between them goes through an inspection VPC with a firewall per zone."""
    d = Draft()
    d.hub()
    d.tgw_table("spokes", routes={"0.0.0.0/0": "att-in"})
    d.tgw_table("inspected", learns=["att-a", "att-b"])
    for number, name in enumerate("ab", 1):
        d.vpc(name, f"10.{number}.0.0/16")
        for zone in (1, 2):
            d.subnet(f"{name}-z{zone}", name, f"10.{number}.{zone}.0/24", zone=f"z{zone}", routes={"0.0.0.0/0": "hub"})
        d.attach(name, "spokes", f"{name}-z1", f"{name}-z2")
    d.vpc("in", "10.100.0.0/16")
    for zone in (1, 2):
        d.subnet(f"fw-z{zone}", "in", f"10.100.{zone}.0/28", zone=f"z{zone}", routes={"0.0.0.0/0": "hub"})
        door = {"0.0.0.0/0": f"fw[fw-z{zone}]"}
        d.subnet(f"in-z{zone}", "in", f"10.100.{zone}.16/28", zone=f"z{zone}", routes=door)
    d.firewall("fw", "in", "fw-z1", "fw-z2")
    d.attach("in", "inspected", "in-z1", "in-z2", appliance=appliance)
    return d


@pytest.mark.parametrize("draw", golden.cases)
def test_golden(draw: Callable[[], Draft]) -> None:
    judge(draw())
