"""Price sheets: the price of each item in a Region, with the month in which it was looked up.

region = "eu-central-1"
as_of = "2026-11"
currency = "USD"

[prices]
nat-gateway = 0.052                                     # each hour, month, GB or million
internet-out-gb = [{ above = 0, price = 0.0 }, { above = 100, price = 0.09 }]
direct-connect-out-gb = { EqFA5 = 0.02, EqDC2 = 0.03 }  # by location: the code of each Direct Connect location

The names are those of `isthmus.cost.items`. A sheet that you give replaces prices of the included sheet of the same
Region, item by item. An item in neither has no price: prices of another Region are never used instead.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

from isthmus.cost.errors import UnusablePrices
from isthmus.cost.items import DIRECT_CONNECT_OUT, ITEMS
from isthmus.terraform.toml_files import is_amount, parsed, toml_text

DEFAULT = "us-east-1"
_HEADINGS = ("region", "as_of", "currency")


@dataclass(frozen=True, slots=True)
class PriceStep:
    """The price of each unit above a quantity per month."""

    above: Fraction
    price: Fraction


Price = tuple[PriceStep, ...]


@dataclass(frozen=True, slots=True)
class Prices:
    """A sheet. `own` are the items priced by a given file. `others`: Region and month of the rest, or "".

    `by_location` are the prices of data out over Direct Connect by the code of its location; see `at_locations`.
    """

    region: str
    as_of: str
    currency: str
    prices: Mapping[str, Price]
    own: frozenset[str] = frozenset()
    others: str = ""
    by_location: Mapping[str, Price] = field(default_factory=dict)

    def at_locations(self, locations: Collection[str]) -> tuple[Prices, str]:
        """The sheet with one price of data out over Direct Connect at these locations, and why it has none, or "".

        AWS prices a GB by its location and Region: https://aws.amazon.com/directconnect/pricing/. It spreads packets
        over the virtual interfaces of a gateway, or prefers one by distance, so two prices are no price.
        """
        if not self.by_location:
            return self, ""
        without = {name: price for name, price in self.prices.items() if name != DIRECT_CONNECT_OUT}
        if not locations:
            return replace(self, prices=without), "its price depends on the location, and no location is known"
        missing = sorted(set(locations) - self.by_location.keys())
        if missing:
            return replace(self, prices=without), f"the sheet has no price at {', '.join(missing)}"
        found = {self.by_location[location] for location in locations}
        if len(found) > 1:
            listed = ", ".join(sorted(locations))
            return replace(self, prices=without), f"its price differs between {listed}, and AWS chooses the location"
        return replace(self, prices={**without, DIRECT_CONNECT_OUT: found.pop()}), ""

    def amount(self, item: str, quantity: Fraction) -> Fraction | None:
        """The price of a quantity of an item per month, in the sheet's currency. None: it has no price."""
        steps = self.prices.get(item)
        if steps is None:
            return None
        ends = [*(step.above for step in steps[1:]), quantity]
        return sum(
            (
                (min(end, quantity) - step.above) * step.price
                for step, end in zip(steps, ends, strict=True)
                if quantity > step.above
            ),
            Fraction(),
        )


def shipped_regions() -> tuple[str, ...]:
    """The Regions whose sheets are included."""
    sheets = files("isthmus.cost").joinpath("sheets").iterdir()
    return tuple(sorted(sheet.name.removesuffix(".toml") for sheet in sheets if sheet.name.endswith(".toml")))


def shipped(region: str = DEFAULT) -> Prices:
    """The included sheet of a Region.

    Raises `UnusablePrices` if there is none, with how to get one.
    """
    if region not in shipped_regions():
        raise UnusablePrices(
            f"{region}: there is no price sheet of this Region, and prices of another one are not used; "
            f"there are sheets of {', '.join(shipped_regions())}. {how_to_get_one(region)}. "
            f"--region {DEFAULT} estimates the same network in {DEFAULT}"
        )
    name = f"{region}.toml"
    return _sheet(files("isthmus.cost").joinpath("sheets", name).read_text(encoding="utf-8"), name)


def how_to_get_one(region: str) -> str:
    """How to get a price sheet of a Region that has none."""
    return (
        "Write one from the AWS price list, with access to the internet: "
        f"python -m isthmus.cost.release --region {region}; "
        "or write the prices to a file and give it with --prices (docs/how-to/estimate-cost.md, Prices)"
    )


def read_prices(path: Path) -> Prices:
    """A sheet from a file, completed by the included sheet of its Region if there is one.

    Raises `UnusablePrices`, with every fault, and `OSError`.
    """
    try:
        text = toml_text(path)
    except ValueError as error:
        raise UnusablePrices(f"{path}: not TOML: {error}") from None
    own = _sheet(text, str(path))
    named = frozenset(own.prices.keys() | ({DIRECT_CONNECT_OUT} if own.by_location else set()))
    if own.region not in shipped_regions():
        return replace(own, own=named)
    included = shipped(own.region)
    if own.currency != included.currency and named != ITEMS.keys():
        missing = ", ".join(sorted(ITEMS.keys() - named))
        raise UnusablePrices(
            f"{path}: its currency is {own.currency}, and the included prices of the other items are in "
            f"{included.currency}: give all of them ({missing}), or prices in {included.currency}"
        )
    prices = {**included.prices, **own.prices}
    # One price, or prices by location: those of the file replace both.
    by_location = own.by_location if DIRECT_CONNECT_OUT in named else included.by_location
    others = "" if named >= ITEMS.keys() else f"{included.region} ({included.as_of})"
    return Prices(own.region, own.as_of, own.currency, prices, named, others, by_location)


def _sheet(text: str, where: str) -> Prices:
    try:
        document = parsed(text, parse_float=Decimal)
    except ValueError as error:
        raise UnusablePrices(f"{where}: not TOML: {error}") from None
    faults = list(_faults(document))
    if faults:
        raise UnusablePrices("\n".join(f"{where}: {fault}" for fault in faults))
    given_prices: Mapping[str, Any] = document["prices"]
    prices = {item: _steps(given) for item, given in given_prices.items() if not isinstance(given, dict)}
    located = given_prices.get(DIRECT_CONNECT_OUT)
    by_location = {place: _steps(price) for place, price in located.items()} if isinstance(located, dict) else {}
    return Prices(document["region"], document["as_of"], document["currency"], prices, by_location=by_location)


def _steps(given: Any) -> Price:
    if isinstance(given, list):
        return tuple(PriceStep(Fraction(step["above"]), Fraction(step["price"])) for step in given)
    return (PriceStep(Fraction(), Fraction(given)),)


def _faults(document: Mapping[str, Any]) -> Iterator[str]:
    for heading in _HEADINGS:
        given = document.get(heading)
        if not isinstance(given, str) or not given.strip():
            yield f'{heading} is {given!r}; expected text, such as {heading} = "{getattr(_EXAMPLE, heading)}"'
    for key in sorted(document.keys() - {*_HEADINGS, "prices"}):
        yield f"{key} is not a key of a price sheet; it has {', '.join(_HEADINGS)} and [prices]"
    prices = document.get("prices")
    if not isinstance(prices, dict) or not prices:
        yield "[prices] is missing; expected a table with a line for each item, such as nat-gateway = 0.045"
        return
    for item, given in prices.items():
        if item not in ITEMS:
            close = difflib.get_close_matches(item, ITEMS, n=1)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(ITEMS)}"
            yield f"{item} is not the name of an item; {hint}"
        elif isinstance(given, list):
            yield from (f"{item}: {fault}" for fault in _faults_of_steps(given))
        elif item == DIRECT_CONNECT_OUT and isinstance(given, dict):
            yield from (f"{item}: {fault}" for fault in _faults_of_locations(given))
        elif not is_amount(given):
            yield f"{item} is {given!r}; expected the price of one {ITEMS[item].unit}, such as 0.045, or steps"


def _faults_of_locations(given: Mapping[str, Any]) -> Iterator[str]:
    if not given:
        yield "expected the price of one GB at each location, such as { EqDC2 = 0.02 }"
    for place, price in given.items():
        if not is_amount(price):
            yield f"{place} is {price!r}; expected the price of one GB, such as 0.02"


def _faults_of_steps(given: list[Any]) -> Iterator[str]:
    shape = "expected steps such as { above = 0, price = 0.09 }"
    for step in given:
        if not isinstance(step, dict) or step.keys() != {"above", "price"} or not all(map(is_amount, step.values())):
            yield f"{step!r} is not a step; {shape}"
            return
    if not given or given[0]["above"] != 0:
        yield f"the first step has to be above 0; {shape}"
    elif any(after["above"] <= before["above"] for before, after in pairwise(given)):
        yield "each step has to be above more than the one before it"


_EXAMPLE = Prices("us-east-1", "2026-06", "USD", {})
