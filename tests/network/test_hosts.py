"""Hosts of the input: whether they have a public address, as far as the input says."""

from __future__ import annotations

from typing import Any

import pytest

from isthmus.network.from_terraform import network_of
from isthmus.network.model import Unknown
from tests.network.test_build import graph, made, ref


def public(assigns: bool = False, elastic: bool = False, **more: Any) -> bool | Unknown:
    subnet = made(
        "aws_subnet.s",
        vpc_id=ref("aws_vpc.a"),
        cidr_block="10.1.0.0/24",
        availability_zone="eu-west-1a",
        map_public_ip_on_launch=assigns,
    )
    host = made("aws_instance.h", ami="ami-1", subnet_id=ref("aws_subnet.s"), **more)
    address = [made("aws_eip.e", instance=ref("aws_instance.h"))] if elastic else []
    network = network_of(graph(made("aws_vpc.a", cidr_block="10.1.0.0/16"), subnet, host, *address))
    return network.hosts["aws_instance.h"].public


@pytest.mark.parametrize("assigns", [True, False])
def test_an_instance_gets_what_it_says_or_what_its_subnet_assigns(assigns: bool) -> None:
    assert public(assigns) is assigns
    assert public(assigns, associate_public_ip_address=not assigns) is not assigns
    assert public(assigns, elastic=True) is True


@pytest.mark.parametrize("assigns", [True, False])
def test_a_launch_template_may_say_otherwise(assigns: bool) -> None:
    template = ({"id": "lt-1", "version": "1"},)
    assert isinstance(public(assigns, launch_template=template), Unknown)
    assert public(assigns, launch_template=template, associate_public_ip_address=assigns) is assigns
    assert public(assigns, elastic=True, launch_template=template) is True
