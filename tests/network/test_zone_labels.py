"""Zones have names and ids: what is there shows both, what is planned often only the name."""

from typing import Any

import pytest

from isthmus.network.answers import InSubnet, Outcome, Packet
from isthmus.network.forwarding import Forwarding
from isthmus.network.from_terraform import network_of
from isthmus.terraform.graph import Graph, Ref, Resource

NAME, ID = "us-east-1a", "use1-az6"


def made(address: str, root: str = "", account: str | None = None, **values: Any) -> Resource:
    return Resource(address, address.split(".")[0], values, root, account)


def ref(address: str, attribute: str = "id") -> Ref:
    return Ref(address, attribute)


def zone_labels(*resources: Resource) -> dict[str, Any]:
    found = network_of(Graph({r.address: r for r in resources}))
    return {subnet.address.removeprefix("aws_subnet."): subnet.zone for subnet in found.subnets.values()}


def subnet(name: str, root: str = "", account: str | None = None, **zone: str) -> Resource:
    cidr = f"10.1.{len(name)}.0/24"
    return made(f"aws_subnet.{name}", root, account, vpc_id=ref("aws_vpc.v"), cidr_block=cidr, **zone)


OLD = {"availability_zone": NAME, "availability_zone_id": ID}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (("r", "1" * 12), ("r", "1" * 12), ID),
        (("r", "1" * 12), ("other", "1" * 12), ID),
        (("r", "1" * 12), ("r", None), ID),  # a plan that does not say which account its provider is for
        (("r", "1" * 12), ("other", None), NAME),
        (("r", "1" * 12), ("r", "2" * 12), NAME),  # the same name, and maybe another zone
    ],
)
def test_a_name_is_the_id_that_another_subnet_gives(
    old: tuple[str, str], new: tuple[str, str | None], expected: str
) -> None:
    found = zone_labels(subnet("old", *old, **OLD), subnet("fresh", *new, availability_zone=NAME))
    assert found == {"old": ID, "fresh": expected}


def test_a_root_of_two_accounts_gives_no_id_for_a_name_that_means_two() -> None:
    first = subnet("a", "r", "1" * 12, **OLD)
    second = subnet("bb", "r", "2" * 12, availability_zone=NAME, availability_zone_id="use1-az1")
    assert zone_labels(first, second, subnet("ccc", "r", availability_zone=NAME))["ccc"] == NAME


@pytest.mark.parametrize(
    ("zone", "outcome"),
    [
        ({"availability_zone": NAME}, Outcome.UNKNOWN),
        ({"availability_zone_id": "use1-az1"}, Outcome.BLOCKED),
        ({"availability_zone_id": ID}, Outcome.REACHABLE),
    ],
)
def test_a_name_and_an_id_may_be_one_zone(zone: dict[str, str], outcome: Outcome) -> None:
    """Whether the attachment has a subnet in the zone of the hosts."""
    vpcs = [made(f"aws_vpc.{name}", cidr_block=f"10.{n}.0.0/16") for n, name in enumerate("vw", 1)]
    host, own = subnet("host", **zone), subnet("own", availability_zone_id=ID)
    far = made("aws_subnet.far", vpc_id=ref("aws_vpc.w"), cidr_block="10.2.1.0/24", availability_zone_id=ID)
    gateway = made("aws_ec2_transit_gateway.t")
    attached = [
        made(
            f"aws_ec2_transit_gateway_vpc_attachment.{vpc}",
            transit_gateway_id=ref(gateway.address),
            vpc_id=ref(f"aws_vpc.{vpc}"),
            subnet_ids=(ref(f"aws_subnet.{name}"),),
        )
        for vpc, name in (("v", "own"), ("w", "far"))
    ]
    route = made(
        "aws_route.r",
        route_table_id=ref("aws_vpc.v", "main_route_table_id"),
        destination_cidr_block="10.2.0.0/16",
        transit_gateway_id=ref(gateway.address),
    )
    found = network_of(Graph({r.address: r for r in (*vpcs, host, own, far, gateway, *attached, route)}))
    trace = Forwarding(found).forward(Packet(InSubnet("aws_subnet.host"), InSubnet("aws_subnet.far")))
    assert trace.outcome is outcome
