"""Where subnets and tunnels lie, and that they stay there. `python -m tests.test_addressing` redraws the document."""

from ipaddress import IPv4Network
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.intent import Egress, Spoke, Tunnel, VpnConnection
from isthmus.intent.addressing import (
    CONNECTIONS,
    NoSlot,
    Tier,
    inside_cidrs,
    slot,
    subnet_name,
    subnets,
    tiers_of,
    zone_number,
)

DOCUMENT = Path("docs/explanation/addressing.md")
DERIVED = Tunnel()
START, END = "<!-- slots -->\n", "<!-- /slots -->\n"

prefixes = st.integers(16, 24)
tiers = st.lists(st.sampled_from(Tier), unique=True)
zone_ids = st.lists(st.integers(1, 6).map(lambda number: f"use1-az{number}"), unique=True)


def vpc(prefix: int) -> str:
    return f"10.1.0.0/{prefix}"


def spoke(cidr: str, **subnets: str) -> Spoke:
    return Spoke("dev", cidr=cidr, segment="workloads", egress=Egress.NONE, subnets=subnets)


def connection(number: int, one: Tunnel = DERIVED, two: Tunnel = DERIVED) -> VpnConnection:
    return VpnConnection("dc1", customer_gateway="dc1-01", number=number, segment="onprem", tunnels=(one, two))


def fitting(prefix: int) -> dict[tuple[Tier, int], IPv4Network]:
    """Every slot of a VPC of that size."""
    found = {}
    for tier in Tier:
        for zone in range(1, 9):
            try:
                found[tier, zone] = slot(IPv4Network(vpc(prefix)), tier, zone)
            except NoSlot:
                continue
    return found


@pytest.mark.parametrize("prefix", range(16, 25))
def test_slots_lie_in_the_vpc_and_apart_and_are_subnets_that_aws_accepts(prefix: int) -> None:
    slots = fitting(prefix)
    assert all(cidr.subnet_of(IPv4Network(vpc(prefix))) and cidr.prefixlen <= 28 for cidr in slots.values())
    assert not any(a.overlaps(b) for a, b in combinations(slots.values(), 2))
    zones = 6 if prefix <= 22 else 4
    assert {zone for tier, zone in slots if tier is Tier.PRIVATE} == set(range(1, zones + 1))
    assert {tier for tier, _ in slots} >= {Tier.PRIVATE, Tier.PUBLIC, Tier.TRANSIT_GATEWAY}


@given(prefix=prefixes, few=zone_ids, more=zone_ids, some=tiers, others=tiers)
def test_adding_zones_and_tiers_moves_nothing(
    prefix: int, few: list[str], more: list[str], some: list[Tier], others: list[Tier]
) -> None:
    present = fitting(prefix)

    def place(zones: list[str], tiers: list[Tier]) -> dict[str, IPv4Network]:
        zones = [zone for zone in zones if all((tier, zone_number(zone)) in present for tier in tiers)]
        return dict(subnets(spoke(vpc(prefix)), zones, tiers))

    before, after = place(few, some), place([*more, *few], [*others, *some])
    assert all(after.get(name, cidr) == cidr for name, cidr in before.items())


@given(prefix=prefixes, zones=zone_ids.map(lambda zones: [z for z in zones if zone_number(z) <= 4]))
def test_order_and_pinning_what_is_derived_change_nothing(prefix: int, zones: list[str]) -> None:
    tiers = [Tier.PRIVATE, Tier.PUBLIC, Tier.TRANSIT_GATEWAY]
    derived = subnets(spoke(vpc(prefix)), zones, tiers)
    assert dict(subnets(spoke(vpc(prefix)), zones[::-1], tiers[::-1])) == dict(derived)
    pinned = spoke(vpc(prefix), **{name: str(cidr) for name, cidr in derived.items()})
    assert list(subnets(pinned, zones, tiers).items()) == list(derived.items())


def test_a_pin_moves_its_own_subnet_only() -> None:
    derived = subnets(spoke("10.1.0.0/20"), ["use1-az1", "use1-az2"], [Tier.PRIVATE])
    pinned = subnets(spoke("10.1.0.0/20", private_az2="10.1.8.0/22"), ["use1-az1", "use1-az2"], [Tier.PRIVATE])
    assert dict(pinned) == {**derived, "private_az2": IPv4Network("10.1.8.0/22")}


@pytest.mark.parametrize(
    ("cidr", "tier", "zone", "message"),
    [
        ("10.1.0.0/25", Tier.PRIVATE, 1, "write a CIDR of /16 to /24, or pin private_az1"),
        ("10.0.0.0/15", Tier.PRIVATE, 1, "write a CIDR of /16 to /24, or pin private_az1"),
        ("10.1.0.0/24", Tier.PRIVATE, 5, "slots for az1 to az4 only: pin private_az5"),
        ("10.1.0.0/20", Tier.PUBLIC, 7, "slots for az1 to az6 only: pin public_az7"),
        ("10.1.0.0/22", Tier.FIREWALL, 1, "too small for the tier firewall: write a larger CIDR"),
        ("10.1.0.0/24", Tier.ENDPOINTS, 1, "too small for the tier endpoints: write a larger CIDR"),
    ],
)
def test_what_has_no_slot_is_refused_with_a_remedy(cidr: str, tier: Tier, zone: int, message: str) -> None:
    with pytest.raises(NoSlot, match=message):
        subnets(spoke(cidr), [f"use1-az{zone}"], [tier])


def test_a_vpc_of_any_size_can_pin_every_subnet() -> None:
    small = spoke("10.1.0.0/26", private_az1="10.1.0.0/27", transit_gateway_az1="10.1.0.48/28")
    assert [str(cidr) for cidr in subnets(small, ["use1-az1"], tiers_of(small)).values()] == [
        "10.1.0.0/27",
        "10.1.0.48/28",
    ]


def test_only_a_local_way_out_needs_public_subnets() -> None:
    for egress in Egress:
        dev = Spoke("dev", cidr="10.1.0.0/20", segment="workloads", egress=egress)
        assert (Tier.PUBLIC in tiers_of(dev)) == (egress is Egress.LOCAL)


@pytest.mark.parametrize("zone", ["us-east-1a", "use1-az0", "use1-az01", "use1", "use1-bos1-az1", ""])
def test_only_zone_ids_have_a_number(zone: str) -> None:
    with pytest.raises(NoSlot, match="is not a zone ID such as 'use1-az3'"):
        zone_number(zone)


def test_names() -> None:
    assert subnet_name(Tier.TRANSIT_GATEWAY, "apne1-az4") == "transit_gateway_az4"


def test_every_connection_has_inside_cidrs_of_its_own_none_reserved_by_aws() -> None:
    all_of_them = [cidr for number in range(1, CONNECTIONS + 1) for cidr in inside_cidrs(connection(number))]
    assert len(set(all_of_them)) == 2 * CONNECTIONS
    assert all(cidr.prefixlen == 30 and cidr.subnet_of(IPv4Network("169.254.16.0/20")) for cidr in all_of_them)
    assert [str(cidr) for cidr in inside_cidrs(connection(2))] == ["169.254.16.8/30", "169.254.16.12/30"]


def test_an_inside_cidr_can_be_pinned_alone() -> None:
    pinned = connection(1, two=Tunnel(inside_cidr="169.254.100.0/30"))
    assert [str(cidr) for cidr in inside_cidrs(pinned)] == ["169.254.16.0/30", "169.254.100.0/30"]


@pytest.mark.parametrize("number", [0, -1, 513])
def test_a_connection_number_has_bounds(number: int) -> None:
    with pytest.raises(NoSlot, match="is not within 1 to 512"):
        inside_cidrs(connection(number))


def drawn() -> str:
    """The slot table as the document shows it: the first address of every zone's slot, VPC by VPC."""
    lines = []
    for prefix in (16, 20, 22, 23, 24):
        slots = fitting(prefix)
        zones = range(1, 7) if prefix <= 22 else range(1, 5)
        lines += [f"A VPC of `{vpc(prefix)}`:", "", f"| tier | size | {' | '.join(f'az{zone}' for zone in zones)} |"]
        lines += ["|---|---|" + "---|" * len(zones)]
        for tier in Tier:
            row = [slots[tier, zone] for zone in zones if (tier, zone) in slots]
            if row:
                places = " | ".join(str(cidr.network_address) for cidr in row)
                lines.append(f"| {tier} | /{row[0].prefixlen} | {places} |")
        lines.append("")
    return "\n".join(lines)


def test_the_document_draws_the_table_as_it_is() -> None:
    text = DOCUMENT.read_text()
    assert text[text.index(START) + len(START) : text.index(END)] == drawn(), "run python -m tests.test_addressing"


if __name__ == "__main__":
    text = DOCUMENT.read_text()
    DOCUMENT.write_text(text[: text.index(START) + len(START)] + drawn() + text[text.index(END) :])
