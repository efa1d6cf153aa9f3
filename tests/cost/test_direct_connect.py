"""Port hours of connections that exist outside of Terraform."""

from __future__ import annotations

from dataclasses import replace

import pytest

from examples import stage_7_direct_connect as stage
from isthmus.cost.direct_connect import PORTS, ExistingPort, existing_ports
from isthmus.intent import Estate, TransitVirtualInterface

ONE, OTHER = stage.direct_connect.virtual_interfaces
TEN = PORTS["10Gbps"]


def estate(*interfaces: TransitVirtualInterface) -> Estate:
    network = replace(stage.network, direct_connect=[replace(stage.direct_connect, virtual_interfaces=interfaces)])
    return replace(stage.estate, environments=[network, *stage.estate.environments[1:]])


def test_each_connection_has_one_port() -> None:
    shared = replace(OTHER, connection=ONE.connection)
    assert list(existing_ports(estate(ONE, OTHER))) == [
        ExistingPort(name, "network", TEN) for name in ("dxcon-fexample2", "dxcon-fexample1")
    ]
    assert len(list(existing_ports(estate(ONE, shared)))) == 1


def test_one_stated_capacity_of_a_connection_is_enough() -> None:
    silent = replace(ONE, name="a", port_speed=None)
    (port,) = existing_ports(estate(silent, replace(OTHER, connection=ONE.connection)))
    assert (port.item, port.unknown) == (TEN, "")


@pytest.mark.parametrize(
    ("interface", "why"),
    [
        (replace(ONE, port_speed=None), "no port_speed"),
        (replace(ONE, connection=None, hosted="dxvif-1"), "the partner charges"),
        (replace(ONE, connection="dxlag-1"), "the number of its connections"),
    ],
)
def test_a_port_without_a_known_cost_says_why(interface: TransitVirtualInterface, why: str) -> None:
    (port,) = existing_ports(estate(interface))
    assert why in port.unknown
