"""Price sheets: what is in them, what they refuse, and what a quantity costs."""

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.cost import ITEMS, UnusablePrices, read_prices, shipped
from isthmus.cost.direct_connect import OTHER_PORT
from isthmus.cost.items import DIRECT_CONNECT_OUT
from isthmus.cost.prices import DEFAULT, Prices, PriceStep, shipped_regions

HEAD = 'region = "eu-central-1"\nas_of = "2026-11"\ncurrency = "USD"\n[prices]\n'
Sheet = Callable[[str], Path]


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    def written(text: str) -> Path:
        path = tmp_path / "prices.toml"
        path.write_text(text)
        return path

    return written


def refused(path: Path) -> str:
    with pytest.raises(UnusablePrices) as raised:
        read_prices(path)
    return str(raised.value)


def test_shipped_names_are_items() -> None:
    assert shipped().prices.keys() <= ITEMS.keys()
    # These have no price that a public page was seen to give.
    unpriced = {"large-vpn-connection", "accelerator-gb", DIRECT_CONNECT_OUT, OTHER_PORT}
    assert ITEMS.keys() - shipped().prices.keys() == unpriced


@pytest.mark.parametrize("region", shipped_regions())
def test_each_shipped_sheet_is_of_its_region(region: str) -> None:
    assert shipped(region).region == region


def test_a_region_without_a_sheet_has_that_of_no_other(sheet: Sheet) -> None:
    with pytest.raises(UnusablePrices) as raised:
        shipped("mars-1")
    for part in ("mars-1: there is no price sheet", "release --region mars-1", "--prices", f"--region {DEFAULT}"):
        assert part in str(raised.value)
    prices = read_prices(sheet(HEAD.replace("eu-central-1", "mars-1") + "nat-gateway = 0.052\n"))
    assert (prices.region, prices.others, prices.own) == ("mars-1", "", frozenset({"nat-gateway"}))
    assert {item for item in ITEMS if prices.amount(item, Fraction(1)) is not None} == {"nat-gateway"}


def test_own_over_shipped(sheet: Sheet) -> None:
    prices = read_prices(sheet(HEAD.replace("eu-central-1", DEFAULT) + "nat-gateway = 0.052\n"))
    assert (prices.region, prices.as_of, prices.own) == (DEFAULT, "2026-11", frozenset({"nat-gateway"}))
    assert prices.others == f"{DEFAULT} ({shipped().as_of})"
    assert prices.amount("nat-gateway", Fraction(730)) == Fraction("37.96")
    assert prices.amount("vpn-connection", Fraction(730)) == Fraction("36.5")


LOCATED = "direct-connect-out-gb = { EqDC2 = 0.02, CSVA1 = 0.02, TY2 = 0.041 }\n"


@pytest.mark.parametrize("region", ["eu-central-1", DEFAULT])
def test_data_over_direct_connect_has_a_price_at_each_location(sheet: Sheet, region: str) -> None:
    """With or without an included sheet of the Region. Two different prices are no price."""
    prices = read_prices(sheet(HEAD.replace("eu-central-1", region) + LOCATED))
    assert DIRECT_CONNECT_OUT in prices.own
    assert prices.amount(DIRECT_CONNECT_OUT, Fraction(500)) is None
    same, why = prices.at_locations({"EqDC2", "CSVA1"})
    assert (same.amount(DIRECT_CONNECT_OUT, Fraction(500)), why) == (Fraction(10), "")
    for locations, reason in (
        ({"EqDC2", "TY2"}, "differs between EqDC2, TY2"),
        ({"EqDC2", "EqFA5"}, "no price at EqFA5"),
        (set[str](), "no location is known"),
    ):
        unpriced, why = prices.at_locations(locations)
        assert reason in why
        assert unpriced.amount(DIRECT_CONNECT_OUT, Fraction(1)) is None


def test_one_price_is_that_of_all_locations(sheet: Sheet) -> None:
    prices, why = read_prices(sheet(HEAD + "direct-connect-out-gb = 0.02\n")).at_locations({"EqDC2", "TY2"})
    assert (prices.amount(DIRECT_CONNECT_OUT, Fraction(1)), why) == (Fraction("0.02"), "")


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("direct-connect-out-gb = {}", "expected the price of one GB at each location"),
        ('direct-connect-out-gb = { EqDC2 = "cheap" }', "EqDC2 is 'cheap'"),
        ("direct-connect-out-gb = { EqDC2 = -1 }", "EqDC2 is"),
        ("nat-gateway = { EqDC2 = 0.02 }", "expected the price of one hour"),
    ],
)
def test_prices_by_location_are_checked(sheet: Sheet, line: str, fault: str) -> None:
    assert fault in refused(sheet(HEAD + line + "\n"))


def test_no_price() -> None:
    assert shipped().amount("large-vpn-connection", Fraction(1)) is None


def test_steps() -> None:
    """The guide's: the first GB is free, each of the other 999 costs nine cents."""
    out = Prices("", "", "", {"out": (PriceStep(Fraction(0), Fraction(0)), PriceStep(Fraction(1), Fraction("0.09")))})
    assert out.amount("out", Fraction(1000)) == Fraction("89.91")
    assert out.amount("out", Fraction(1)) == 0
    assert out.amount("out", Fraction(0)) == 0


_amounts = st.fractions(0, 10**6)


@st.composite
def stepped(draw: st.DrawFn) -> Prices:
    ends = sorted(draw(st.sets(st.integers(1, 10**5), max_size=4)))
    prices = [draw(st.fractions(0, 10)) for _ in range(len(ends) + 1)]
    steps = tuple(PriceStep(Fraction(above), price) for above, price in zip([0, *ends], prices, strict=True))
    return Prices("", "", "", {"it": steps})


@given(stepped(), _amounts, _amounts)
def test_more_never_costs_less(prices: Prices, some: Fraction, more: Fraction) -> None:
    least, most = prices.amount("it", some), prices.amount("it", some + more)
    assert least is not None
    assert most is not None
    assert 0 <= least <= most


@given(stepped(), _amounts)
def test_unit_by_unit(prices: Prices, quantity: Fraction) -> None:
    """What a quantity costs is what its parts cost, each at the step that it lies in."""
    steps = prices.prices["it"]
    cuts = sorted({Fraction(0), quantity, *(step.above for step in steps if step.above < quantity)})
    parts = pairwise(cuts)
    price = {low: max((s for s in steps if s.above <= low), key=lambda s: s.above).price for low in cuts}
    assert prices.amount("it", quantity) == sum(((high - low) * price[low] for low, high in parts), Fraction())


def test_every_fault_at_once(sheet: Sheet) -> None:
    text = refused(
        sheet(
            'region = 1\nas_of = "2026-11"\ncurrency = ""\nnote = "x"\n[prices]\nnat-gatewey = 1\nvpn-connection = -1\n'
            "kms-key = true\nsecret = nan\ninternet-out-gb = []\nalarm = [{ above = 0, price = 1, unit = 2 }]\n"
            "dashboard = [{ above = 0, price = 1 }, { above = 0, price = 2 }]\n"
        )
    )
    assert [line.partition(": ")[2] for line in text.splitlines()] == [
        'region is 1; expected text, such as region = "us-east-1"',
        "currency is ''; expected text, such as currency = \"USD\"",
        "note is not a key of a price sheet; it has region, as_of, currency and [prices]",
        "nat-gatewey is not the name of an item; did you mean nat-gateway?",
        "vpn-connection is -1; expected the price of one hour, such as 0.045, or steps",
        "kms-key is True; expected the price of one month, such as 0.045, or steps",
        "secret is Decimal('NaN'); expected the price of one month, such as 0.045, or steps",
        "internet-out-gb: the first step has to be above 0; expected steps such as { above = 0, price = 0.09 }",
        "alarm: {'above': 0, 'price': 1, 'unit': 2} is not a step; expected steps such as { above = 0, price = 0.09 }",
        "dashboard: each step has to be above more than the one before it",
    ]


@pytest.mark.parametrize("text", ["= nothing", HEAD.replace("[prices]\n", ""), HEAD])
def test_no_sheet(sheet: Sheet, text: str) -> None:
    assert refused(sheet(text)).startswith(str(sheet(text)))


def test_not_text(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_bytes(b"\xff\xfe")
    assert "not TOML" in refused(path)


def test_other_currency(sheet: Sheet) -> None:
    """The included prices are in dollars, so they cannot be added to euros."""
    euros = HEAD.replace("USD", "EUR").replace("eu-central-1", DEFAULT)
    assert "give all of them (accelerator, accelerator-gb, " in refused(sheet(euros + "nat-gateway = 0.05\n"))
    everything = "".join(f"{item} = 1\n" for item in ITEMS)
    assert read_prices(sheet(euros + everything)).currency == "EUR"
