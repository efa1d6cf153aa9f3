"""Port hours of connections that exist outside of Terraform, and the locations that data leaves AWS at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from examples import stage_7_direct_connect as stage
from isthmus import proof
from isthmus.cost import CostEstimate, TrafficFlow, estimate, read_prices
from isthmus.cost.direct_connect import PORTS, ExistingPort, existing_ports, locations
from isthmus.cost.items import DIRECT_CONNECT_OUT
from isthmus.intent import Estate, TransitVirtualInterface
from modules.output_folder import write_output
from tests.modules.synthesized import files_of

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


Ask = Callable[[str], CostEstimate]


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> proof.Analysis:
    out = tmp_path_factory.mktemp("out")
    write_output(out, dict(files_of("examples.stage_7_direct_connect")))
    return proof.read(out)


@pytest.fixture
def ask(analysis: proof.Analysis, tmp_path: Path) -> Ask:
    """The estimate of stage 7 with 500 GB to the site and 200 GB from it, with a price of data over Direct Connect."""

    def asked(price: str) -> CostEstimate:
        sheet = tmp_path / "prices.toml"
        sheet.write_text(f'region = "us-east-1"\nas_of = "2026-11"\ncurrency = "USD"\n[prices]\n{price}\n')
        return estimate(
            analysis, read_prices(sheet), [TrafficFlow("prod", "dc1/servers", Fraction(500), Fraction(200))]
        )

    return asked


def test_data_leaves_at_the_price_of_its_locations_and_not_of_the_internet(analysis: proof.Analysis, ask: Ask) -> None:
    assert locations(analysis) == {"EqDC2", "CSVA1"}
    found = ask("direct-connect-out-gb = { EqDC2 = 0.02, CSVA1 = 0.02 }")
    amounts = {line.item.name: (line.count, line.amount) for line in found.lines}
    assert amounts[DIRECT_CONNECT_OUT] == (Fraction(500), Fraction(10))
    assert amounts["direct-connect-port-10gbps"] == (Fraction(2), Fraction(3_285))
    assert "internet-out-gb" not in amounts


@pytest.mark.parametrize(
    ("price", "why"),
    [
        ("direct-connect-out-gb = { EqDC2 = 0.02, CSVA1 = 0.03 }", "its price differs between CSVA1, EqDC2"),
        ("direct-connect-out-gb = { EqDC2 = 0.02 }", "the sheet has no price at CSVA1"),
        ("nat-gateway = 0.045", "the sheet has no price"),
    ],
)
def test_data_without_one_price_has_none_and_says_why(ask: Ask, price: str, why: str) -> None:
    found = ask(price)
    assert [line.item.name for line in found.unpriced] == [DIRECT_CONNECT_OUT]
    assert not found.complete
    assert any(note.startswith(f"Data out over Direct Connect: {why}") for note in found.notes)


def test_ports_of_the_included_sheet_are_those_outside_of_japan(ask: Ask) -> None:
    assert any("in Japan" in note for note in ask("nat-gateway = 0.045").notes)
    assert not any("in Japan" in note for note in ask("direct-connect-port-10gbps = 2.142").notes)
