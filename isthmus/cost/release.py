"""Writes the price sheets of all Regions from the price lists of AWS: `python -m isthmus.cost.release`.

It reads the files of the AWS Price List Bulk API, which need no credentials, and writes a sheet for each Region to
`isthmus/cost/sheets`. The China Regions have their own price list, in CNY. Run it with access to the internet before a
release, and commit the result.

    python -m isthmus.cost.release                        # from AWS
    python -m isthmus.cost.release --source mirror --to sheets   # from a folder with the same paths

Each line names the price list and its date. If the files of a Region have no price for an item, or two prices, the item
keeps the price of the existing sheet, under a comment. Without an existing price the item is left out, and a cost
estimate has "no price". No price is taken from another Region.
https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-the-aws-price-list-bulk-api-fetching-price-list-files-manually.html
https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/reading-service-price-list-file-for-services.html
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from isthmus.cost.items import DIRECT_CONNECT_OUT, ITEMS
from isthmus.cost.prices import Prices, read_prices
from isthmus.text.console import console
from isthmus.text.error_messages import print_error

_SHEETS = Path(__file__).with_name("sheets")
_HOUR = ("hrs", "hours", "hour", "lcu-hrs")


class ReleaseError(Exception):
    """Price list files that cannot be read."""


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition of AWS that has its own price list: its name, the address of the list, and its currency.

    GovCloud is in the list of "aws".
    https://docs.amazonaws.cn/en_us/awsaccountbilling/latest/aboutv2/using-the-aws-price-list-bulk-api-fetching-price-list-files-manually.html
    """

    name: str
    address: str
    currency: str


PARTITIONS = (
    Partition("aws", "https://pricing.us-east-1.amazonaws.com", "USD"),
    Partition("cn", "https://pricing.cn-north-1.amazonaws.com.cn", "CNY"),
)


@dataclass(frozen=True, slots=True)
class PriceSource:
    """The products of an item in a price list: the service, and a pattern of the usage type.

    A usage type begins with a short name of the Region, such as `EUC1-`; in us-east-1 often without one. `attributes`
    are further patterns. `units` are the units of the list; `per` of them are one unit of the item. `regional`: a usage
    type without the short name of a Region is another product.
    """

    service: str
    usage: str
    units: tuple[str, ...]
    attributes: tuple[tuple[str, str], ...] = ()
    per: int = 1
    regional: bool = False

    def matches(self, attributes: Mapping[str, str]) -> bool:
        """Whether a product is the item."""
        prefix = r"(?:[A-Z0-9]+-|[a-z]+-[a-z-]+-\d-)" + ("" if self.regional else "?")
        usage = re.fullmatch(prefix + self.usage, attributes.get("usagetype", ""))
        return usage is not None and all(re.fullmatch(want, attributes.get(key, "")) for key, want in self.attributes)


_GATEWAY = ("operation", "TransitGatewayVPC")
_MONTH = ("month", "months", "mo", "alarms", "metrics", "keys", "secrets")
_GB = ("gb", "gigabytes", "gb-mo")
_BALANCED = ("operation", "LoadBalancing:Network")
_QUERIES = ("queries",)
_DOMAINS = ("domains", "domain-month", "domainname", "month", "months", "mo")
SOURCES: Mapping[str, PriceSource] = {
    "transit-gateway-attachment": PriceSource("AmazonVPC", "TransitGateway-Hours", _HOUR, (_GATEWAY,)),
    "transit-gateway-gb": PriceSource("AmazonVPC", "TransitGateway-Bytes", _GB, (_GATEWAY,)),
    "vpn-connection": PriceSource("AmazonVPC", r"VPN-Usage-Hours:ipsec\.1", _HOUR),
    "public-ipv4-address": PriceSource("AmazonVPC", "PublicIPv4:InUseAddress", _HOUR),
    "interface-endpoint": PriceSource("AmazonVPC", "VpcEndpoint-Hours", _HOUR),
    "interface-endpoint-gb": PriceSource("AmazonVPC", "VpcEndpoint-Bytes", _GB),
    "load-balancer-endpoint": PriceSource("AmazonVPC", "VpcEndpoint-GWLBE-Hours", _HOUR),
    "load-balancer-endpoint-gb": PriceSource("AmazonVPC", "VpcEndpoint-GWLBE-Bytes", _GB),
    "network-load-balancer": PriceSource("AWSELB", "LoadBalancerUsage", _HOUR, (_BALANCED,)),
    "network-load-balancer-gb": PriceSource("AWSELB", "LCUUsage", _HOUR, (_BALANCED,)),
    "application-load-balancer": PriceSource(
        "AWSELB", "LoadBalancerUsage", _HOUR, (("operation", "LoadBalancing:Application"),)
    ),
    "nat-gateway": PriceSource("AmazonEC2", "NatGateway-Hours", _HOUR, (("operation", "NatGateway"),)),
    "nat-gateway-gb": PriceSource("AmazonEC2", "NatGateway-Bytes", _GB, (("operation", "NatGateway"),)),
    "firewall-endpoint": PriceSource("AWSNetworkFirewall", "Endpoint-Hour", _HOUR),
    "firewall-gb": PriceSource("AWSNetworkFirewall", "Traffic-GB-Processed", _GB),
    "resolver-endpoint-address": PriceSource("AmazonRoute53", "ResolverNetworkInterface", _HOUR),
    # The lists count single queries. Without a Region, DNS-Queries are those to public zones.
    "resolver-query": PriceSource("AmazonRoute53", "DNS-Queries", _QUERIES, per=1_000_000, regional=True),
    "dns-firewall-query": PriceSource("AmazonRoute53", "DNS-FirewallQueries", _QUERIES, per=1_000_000, regional=True),
    "dns-firewall-domain": PriceSource("AmazonRoute53", "DNS-FirewallDomainName", _DOMAINS, regional=True),
    "internet-out-gb": PriceSource(
        "AWSDataTransfer", "DataTransfer-Out-Bytes", _GB, (("transferType", "AWS Outbound"), ("toLocation", "External"))
    ),
    "kms-key": PriceSource("awskms", "KMS-Keys", _MONTH),
    "secret": PriceSource("AWSSecretsManager", "AWSSecretsManager-Secrets", _MONTH),
    "alarm": PriceSource("AmazonCloudWatch", "CW:AlarmMonitorUsage", _MONTH, (("alarmType", "Standard"),)),
    "custom-metric": PriceSource("AmazonCloudWatch", "CW:MetricMonitorUsage", _MONTH),
    "log-gb": PriceSource("AmazonCloudWatch", "VendedLog-Bytes", _GB),
    "log-storage-gb": PriceSource("AmazonCloudWatch", "TimedStorage-ByteHrs", _GB),
}
Step = tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class PriceSheet:
    """The prices of a Region in the files."""

    region: str
    as_of: str
    currency: str
    prices: Mapping[str, tuple[Step, ...]]
    origins: Mapping[str, str]  # by item: the price list and its date

    def text(self, kept: Prices | None) -> str:
        """The text of the sheet. Prices that only an existing sheet has are kept."""
        lines = [
            f"# List prices of {self.region}, written by python -m isthmus.cost.release from AWS's price list files.",
            "",
            f'region = "{self.region}"',
            f'as_of = "{self.as_of}"',
            f'currency = "{self.currency}"',
            "",
            "[prices]",
            *(
                f"{name} = {_written(self.prices[name])} # {self.origins[name]}"
                for name in ITEMS
                if name in self.prices
            ),
        ]
        if kept is not None and kept.currency != self.currency:
            kept = None
        more = [name for name in ITEMS if kept is not None and name in kept.own and name not in self.prices]
        if kept is not None and kept.by_location and DIRECT_CONNECT_OUT in more:
            more.remove(DIRECT_CONNECT_OUT)
            located = {
                place: [(_decimal(s.above), _decimal(s.price)) for s in p] for place, p in kept.by_location.items()
            }
            listed = ", ".join(f'"{place}" = {_written(price)}' for place, price in located.items())
            lines += ["", f"# By location: from the sheet of {kept.as_of}.", f"{DIRECT_CONNECT_OUT} = {{ {listed} }}"]
        if kept is not None and more:
            lines += ["", f"# Not in the price lists: from the sheet of {kept.as_of}."]
            steps = {name: [(_decimal(s.above), _decimal(s.price)) for s in kept.prices[name]] for name in more}
            lines += [f"{name} = {_written(steps[name])}" for name in more]
        return "\n".join(lines) + "\n"


def _written(steps: Sequence[Step]) -> str:
    if len(steps) == 1:
        return _number(steps[0][1])
    return "[" + ", ".join(f"{{ above = {_number(a)}, price = {_number(p)} }}" for a, p in steps) + "]"


def _decimal(amount: Fraction) -> Decimal:
    return Decimal(amount.numerator) / amount.denominator


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the sheets and print the items that each lacks. Returns 2 if the files cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m isthmus.cost.release", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--source", help="address or folder of the price list files (default: those of AWS)")
    parser.add_argument("--to", type=Path, default=_SHEETS, help="folder to write the sheets to")
    parser.add_argument("--region", action="append", default=[], help="only this Region; repeatable")
    parser.add_argument(
        "--partition",
        action="append",
        default=[],
        choices=[partition.name for partition in PARTITIONS],
        help='only the price list of this partition; "cn" has the China Regions (default: all)',
    )
    given = parser.parse_args(arguments)
    try:
        sheets = dict(released(given.source, given.region, given.partition))
    except (ReleaseError, OSError, ValueError) as error:
        print_error(f"isthmus: {error}")
        return 2
    given.to.mkdir(parents=True, exist_ok=True)
    screen = console()
    for region, released_sheet in sheets.items():
        path = given.to / f"{region}.toml"
        path.write_text(released_sheet.text(_kept(path)), encoding="utf-8")
        missing = sorted(ITEMS.keys() - read_prices(path).own)
        screen.print(
            f"{path}: {len(ITEMS) - len(missing)} of {len(ITEMS)} items; no price for {', '.join(missing) or 'none'}"
        )
    return 0


def _kept(path: Path) -> Prices | None:
    """The existing sheet."""
    return read_prices(path) if path.exists() else None


def released(
    source: str | None, regions: Sequence[str] = (), partitions: Sequence[str] = ()
) -> Iterator[tuple[str, PriceSheet]]:
    """Every Region with its sheet. Raises `ReleaseError` if files are missing or have another format."""
    chosen = _partitions(source, regions, partitions)
    indexes = {partition: _indexes(source or partition.address, partition) for partition in chosen}
    known = {region for index in indexes.values() for places in index.values() for region in places}
    for region in regions:
        if region not in known:
            raise ReleaseError(f"{region}: no price list has this Region; there are {', '.join(sorted(known))}")
    for partition, index in indexes.items():
        for region in sorted({region for places in index.values() for region in places}):
            if not regions or region in regions:
                lists = {service: places[region] for service, places in index.items() if region in places}
                sheet = _sheet(source or partition.address, partition, region, lists)
                if sheet.prices:
                    yield region, sheet


def _partitions(source: str | None, regions: Sequence[str], names: Sequence[str]) -> tuple[Partition, ...]:
    """The price lists to read: those named, or those of the Regions, or those that exist."""
    if names:
        return tuple(partition for partition in PARTITIONS if partition.name in names)
    if regions:
        chinese = {region.startswith("cn-") for region in regions}
        return tuple(partition for partition in PARTITIONS if (partition.name == "cn") in chinese)
    if source is None or _is_address(source):
        return PARTITIONS
    there = tuple(partition for partition in PARTITIONS if Path(source, _offers(partition).lstrip("/")).exists())
    if not there:
        raise ReleaseError(f"{source}: there is no price list; expected {source}{_offers(PARTITIONS[0])}")
    return there


def _offers(partition: Partition) -> str:
    return f"/offers/v1.0/{partition.name}/index.json"


def _sheet(source: str, partition: Partition, region: str, lists: Mapping[str, str]) -> PriceSheet:
    prices: dict[str, tuple[Step, ...]] = {}
    origins: dict[str, str] = {}
    dates = [""]
    for service, path in lists.items():
        listed = _document(source, path)
        date = _text(listed, "publicationDate", path)[:10]
        found = dict(_priced(listed, service, path, partition.currency))
        prices |= found
        origins |= dict.fromkeys(found, f"{service} {date}")
        dates.append(date)
    return PriceSheet(region, max(dates)[:7], partition.currency, prices, origins)


def _indexes(source: str, partition: Partition) -> dict[str, dict[str, str]]:
    """The path of each service's price list in each Region. Not every partition has every service."""
    path = _offers(partition)
    offers = _document(source, path).get("offers")
    if not isinstance(offers, dict):
        raise ReleaseError(f"{path}: it has no offers")
    services = sorted({item.service for item in SOURCES.values()} & offers.keys())
    return {service: _index(source, _text(offers[service], "currentRegionIndexUrl", path)) for service in services}


def _index(source: str, path: str) -> dict[str, str]:
    """The path of a service's price list in each Region."""
    regions = _document(source, path).get("regions")
    if not isinstance(regions, dict):
        raise ReleaseError(f"{path}: it has no regions")
    # AWS also lists Local Zones and Wavelength Zones here. They belong to Regions.
    return {
        name: _text(entry, "currentVersionUrl", path)
        for name, entry in sorted(regions.items())
        if re.fullmatch(r"[a-z]+(-[a-z]+)+-\d", name)
    }


def _is_address(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def _document(source: str, path: str) -> dict[str, Any]:
    if _is_address(source):
        address = source.rstrip("/") + path
        try:
            with urllib.request.urlopen(address, timeout=600) as answer:  # noqa: S310  the scheme is checked
                text = answer.read()
        except OSError as error:
            raise ReleaseError(
                f"{address}: it cannot be read ({error}). Run this with access to the internet, give a folder with "
                "the files with --source, or choose another partition with --partition"
            ) from None
    else:
        text = Path(source, path.lstrip("/")).read_bytes()
    try:
        document = json.loads(text)
    except ValueError as error:
        raise ReleaseError(f"{path}: not JSON: {error}") from None
    if not isinstance(document, dict):
        raise ReleaseError(f"{path}: expected a JSON object")
    return document


def _text(document: Mapping[str, Any], key: str, path: str) -> str:
    found = document.get(key)
    if not isinstance(found, str) or not found:
        raise ReleaseError(f"{path}: {key} is {found!r}; expected text")
    return found


def _priced(
    listed: Mapping[str, Any], service: str, path: str, currency: str
) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """The items with exactly one price in a price list."""
    products, terms = listed.get("products"), listed.get("terms", {}).get("OnDemand")
    if not isinstance(products, dict) or not isinstance(terms, dict):
        raise ReleaseError(f"{path}: it has no products, or no terms of kind OnDemand")
    for name, source in SOURCES.items():
        if source.service == service:
            skus = [sku for sku, product in products.items() if source.matches(product.get("attributes", {}))]
            prices = {steps for sku in skus for steps in _steps(terms.get(sku, {}), source, currency)}
            if len(prices) == 1:
                yield name, prices.pop()


def _steps(terms: Mapping[str, Any], source: PriceSource, currency: str) -> Iterator[tuple[Step, ...]]:
    """The price steps of each offer of a product, in the unit of the item."""
    for offer in terms.values():
        dimensions = list(offer["priceDimensions"].values())
        if all(str(d["unit"]).lower() in source.units and currency in d["pricePerUnit"] for d in dimensions):
            steps = sorted(
                (
                    Decimal(str(dimension.get("beginRange", dimension.get("startingRange", "0")))) / source.per,
                    Decimal(dimension["pricePerUnit"][currency]) * source.per,
                )
                for dimension in dimensions
            )
            if steps and steps[0][0] == 0:
                yield tuple(steps)


def _number(amount: Decimal) -> str:
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


if __name__ == "__main__":
    sys.exit(main())
