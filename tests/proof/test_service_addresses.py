"""A service by its public addresses: one of them never speaks for all."""

from __future__ import annotations

from isthmus.network.answers import Outcome
from isthmus.proof.subject import Subject
from tests.proof.plain import made, network, ref, subnet, table, vpc

IGW = "aws_internet_gateway.g"


def public(**more: tuple[str, str, str]) -> Subject:
    """A public subnet, with more routes than the default one."""
    return network(
        vpc("one", "10.1.0.0/16"),
        subnet("one", "app", "10.1.1.0/24", map_public_ip_on_launch=True),
        made(IGW, vpc_id=ref("aws_vpc.one")),
        made("aws_vpn_gateway.v", vpc_id=ref("aws_vpc.one")),
        *table("one", "app", ["app"], out=("0.0.0.0/0", "gateway_id", IGW), **more),
    )


def test_a_service_is_reached_where_all_public_addresses_are() -> None:
    assert public().trace("one", "s3").outcome is Outcome.REACHABLE
    assert public(same=("52.0.0.0/8", "gateway_id", IGW)).trace("one", "s3").outcome is Outcome.REACHABLE


def test_a_service_of_which_some_addresses_go_elsewhere_is_unknown() -> None:
    found = public(other=("52.0.0.0/8", "gateway_id", "aws_vpn_gateway.v"))
    traced = found.trace("one", "s3")
    assert traced.outcome is Outcome.UNKNOWN
    assert "which public addresses service s3 has: 52.0.0." in str(traced.trips[0])
