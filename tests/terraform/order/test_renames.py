"""Renames, applied by a real Terraform core: with `was`, nothing is created and nothing is destroyed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from isthmus.intent import (
    AllowedConnection,
    CustomerGateway,
    Estate,
    Observability,
    Segment,
    Site,
    Spoke,
    VpnConnection,
)
from isthmus.intent.former_names import Renamable
from tests.intent.renaming import renamed

from .conftest import Begin
from .estates import APPS, NETWORK, SERVICES, SHARED, TEAM, VPN, ZONES, central, named, plain

GATEWAY = CustomerGateway("dc1-02", ip_address="203.0.113.11", bgp_asn=65_010)


def watched() -> Estate:
    """Two connections of one site with alarms, and network ACLs: names in alarms, and numbers from names."""
    estate = plain()
    site = replace(estate.sites[0], customer_gateways=[*estate.sites[0].customer_gateways, GATEWAY])
    other = VpnConnection("dc1-02", customer_gateway="dc1-02", number=2, segment="services")
    network = replace(
        NETWORK,
        vpn_connections=[VPN, other],
        observability=Observability(notify=["noc@example.com"]),
        spokes=[replace(SHARED, zones=ZONES[:1])],
    )
    return replace(
        estate,
        sites=[site],
        segments=[replace(SERVICES, site_networks=["dc1/servers"], blocks=["10.1.16.0/20"]), APPS],
        environments=[network, TEAM],
        allowed_connections=[AllowedConnection(source="dc1/servers", to="services", ports=["tcp/443"])],
    )


KINDS: list[tuple[type[Renamable], str]] = [
    (Spoke, "web"),
    (Segment, "apps"),
    (Segment, "services"),
    (VpnConnection, "dc1-01"),
    (CustomerGateway, "dc1-01"),
    (Site, "dc1"),
]
ESTATES = {"watched": watched(), "central": central(), "named": named(), "plain": plain()}
OFTEN = {"central": ("web", "apps"), "named": ("shared", "services", "dc1")}
CASES = [
    pytest.param(
        estate,
        kind,
        name,
        id=f"{label}-{kind.__name__}-{name}",
        marks=() if label == "watched" or name in OFTEN.get(label, ()) else pytest.mark.nightly,
    )
    for label, estate in ESTATES.items()
    for kind, name in [*KINDS, *([(Spoke, "shared")] if label in ("named", "watched") else [])]
]


def lost(done: list[str]) -> list[str]:
    """What was created or destroyed in AWS."""
    return [what for what in done if what.split()[0] != "update"]


@pytest.mark.parametrize(("estate", "kind", "name"), CASES)
def test_a_rename_moves_and_destroys_nothing(begin: Begin, estate: Estate, kind: type[Renamable], name: str) -> None:
    life = begin(estate)
    assert lost(life.change(renamed(estate, kind, name, "other"))) == []


def test_a_rename_without_was_destroys(begin: Begin) -> None:
    """What the test above would miss otherwise."""
    life = begin(plain())
    done = life.change(renamed(plain(), VpnConnection, "dc1-01", "other", was=None))
    assert "destroy aws_vpn_connection" in " ".join(lost(done))


def test_several_renames_at_once(begin: Begin) -> None:
    after = watched()
    for kind, name in [*KINDS, (Spoke, "shared")]:
        after = renamed(after, kind, name, f"new-{name}")
    assert lost(begin(watched()).change(after)) == []


def test_removing_was_creates_again_what_has_the_old_name(begin: Begin) -> None:
    """docs/how-to/rename.md lists these types."""
    life = begin(watched())
    life.change(renamed(watched(), Spoke, "shared", "other"))
    done = lost(life.change(renamed(watched(), Spoke, "shared", "other", was=None)))
    assert {what.split()[1] for what in done} == {"aws_cloudwatch_log_group", "aws_flow_log"}
