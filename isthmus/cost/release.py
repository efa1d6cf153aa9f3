"""Price sheets of all Regions, out of the files that AWS publishes: `python -m isthmus.cost.release`.

It reads the price list files of the AWS Price List Bulk API, which need no credentials, and writes a sheet for each
Region into `isthmus/cost/sheets`. A release runs it where aws.amazon.com can be reached, and commits what it wrote.

    python -m isthmus.cost.release                        # from AWS
    python -m isthmus.cost.release --source mirror --to sheets   # from a folder with the same paths

What a Region's files do not price, or price in two ways, keeps the price of the sheet that is there, with a line that
says so. Where there is none, the sheet lacks it, and a bill has "no price".
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

from isthmus.complaint import complain
from isthmus.cost.items import ITEMS
from isthmus.cost.prices import Prices, read_prices
from isthmus.screen import console

AWS = "https://pricing.us-east-1.amazonaws.com"
CURRENCY = "USD"
_SHEETS = Path(__file__).with_name("sheets")
_HOUR = ("hrs", "hours", "hour", "lcu-hrs")


class ReleaseError(Exception):
    """Price list files that cannot be read."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a price list has an item: the service, and what the usage type of the product matches.

    Usage types begin with a short name of the Region, such as `EUC1-`, and in us-east-1 often with none. `attributes`
    are further ones that have to match. `units` are those that the list may count in; `per` of them are one of ours.
    `regional`: without the short name of a Region it is something else.
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
_QUERIES = ("queries",)
_DOMAINS = ("domains", "domain-month", "domainname", "month", "months", "mo")
SOURCES: Mapping[str, Source] = {
    "transit-gateway-attachment": Source("AmazonVPC", "TransitGateway-Hours", _HOUR, (_GATEWAY,)),
    "transit-gateway-gb": Source("AmazonVPC", "TransitGateway-Bytes", _GB, (_GATEWAY,)),
    "vpn-connection": Source("AmazonVPC", r"VPN-Usage-Hours:ipsec\.1", _HOUR),
    "public-ipv4-address": Source("AmazonVPC", "PublicIPv4:InUseAddress", _HOUR),
    "interface-endpoint": Source("AmazonVPC", "VpcEndpoint-Hours", _HOUR),
    "interface-endpoint-gb": Source("AmazonVPC", "VpcEndpoint-Bytes", _GB),
    "load-balancer-endpoint": Source("AmazonVPC", "VpcEndpoint-GWLBE-Hours", _HOUR),
    "nat-gateway": Source("AmazonEC2", "NatGateway-Hours", _HOUR, (("operation", "NatGateway"),)),
    "nat-gateway-gb": Source("AmazonEC2", "NatGateway-Bytes", _GB, (("operation", "NatGateway"),)),
    "firewall-endpoint": Source("AWSNetworkFirewall", "Endpoint-Hour", _HOUR),
    "firewall-gb": Source("AWSNetworkFirewall", "Traffic-GB-Processed", _GB),
    "resolver-endpoint-address": Source("AmazonRoute53", "ResolverNetworkInterface", _HOUR),
    # The lists count single queries. Without a Region, DNS-Queries are those to public zones.
    "resolver-query": Source("AmazonRoute53", "DNS-Queries", _QUERIES, per=1_000_000, regional=True),
    "dns-firewall-query": Source("AmazonRoute53", "DNS-FirewallQueries", _QUERIES, per=1_000_000, regional=True),
    "dns-firewall-domain": Source("AmazonRoute53", "DNS-FirewallDomainName", _DOMAINS, regional=True),
    "internet-out-gb": Source(
        "AWSDataTransfer", "DataTransfer-Out-Bytes", _GB, (("transferType", "AWS Outbound"), ("toLocation", "External"))
    ),
    "kms-key": Source("awskms", "KMS-Keys", _MONTH),
    "secret": Source("AWSSecretsManager", "AWSSecretsManager-Secrets", _MONTH),
    "alarm": Source("AmazonCloudWatch", "CW:AlarmMonitorUsage", _MONTH, (("alarmType", "Standard"),)),
    "custom-metric": Source("AmazonCloudWatch", "CW:MetricMonitorUsage", _MONTH),
    "log-gb": Source("AmazonCloudWatch", "VendedLog-Bytes", _GB),
    "log-storage-gb": Source("AmazonCloudWatch", "TimedStorage-ByteHrs", _GB),
}
Step = tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the files say of a Region."""

    region: str
    as_of: str
    prices: Mapping[str, tuple[Step, ...]]

    def text(self, kept: Prices | None) -> str:
        """The sheet as it is written, with what an earlier one has beside it."""
        lines = [
            f"# List prices of {self.region}, written by python -m isthmus.cost.release from AWS's price list files.",
            "",
            f'region = "{self.region}"',
            f'as_of = "{self.as_of}"',
            f'currency = "{CURRENCY}"',
            "",
            "[prices]",
            *(f"{name} = {_written(self.prices[name])}" for name in ITEMS if name in self.prices),
        ]
        more = [name for name in ITEMS if kept is not None and name in kept.own and name not in self.prices]
        if kept is not None and more:
            lines += ["", f"# Not found in the files: as in the sheet of {kept.as_of}."]
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
    """Write the sheets and say what each lacks. 2: the files cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m isthmus.cost.release", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--source", default=AWS, help=f"address or folder of the price list files (default: {AWS})")
    parser.add_argument("--to", type=Path, default=_SHEETS, help="folder to write the sheets into")
    parser.add_argument("--region", action="append", default=[], help="this Region alone; may be given several times")
    given = parser.parse_args(arguments)
    try:
        sheets = dict(released(given.source, given.region))
    except (ReleaseError, OSError, ValueError) as error:
        complain(f"isthmus: {error}")
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
    """The sheet that is there already."""
    return read_prices(path) if path.exists() else None


def released(source: str, regions: Sequence[str] = ()) -> Iterator[tuple[str, Sheet]]:
    """Every Region with its sheet. Raises `ReleaseError` for files of another format."""
    services = sorted({item.service for item in SOURCES.values()})
    indexes = {service: _index(source, service) for service in services}
    known = sorted({region for index in indexes.values() for region in index})
    for region in regions:
        if region not in known:
            raise ReleaseError(f"{region}: no price list has that Region; there are {', '.join(known)}")
    for region in regions or known:
        lists = {service: index[region] for service, index in indexes.items() if region in index}
        prices: dict[str, tuple[Step, ...]] = {}
        dates = []
        for service, path in lists.items():
            listed = _document(source, path)
            dates.append(_text(listed, "publicationDate", path)[:7])
            prices |= dict(_priced(listed, service, path))
        if prices:
            yield region, Sheet(region, max(dates), prices)


def _index(source: str, service: str) -> dict[str, str]:
    """The path of a service's price list in each Region."""
    path = f"/offers/v1.0/aws/{service}/current/region_index.json"
    regions = _document(source, path).get("regions")
    if not isinstance(regions, dict):
        raise ReleaseError(f"{path}: it has no regions")
    # AWS also lists Local Zones and Wavelength Zones here: they are parts of Regions.
    return {
        name: _text(entry, "currentVersionUrl", path)
        for name, entry in sorted(regions.items())
        if re.fullmatch(r"[a-z]+(-[a-z]+)+-\d", name)
    }


def _document(source: str, path: str) -> dict[str, Any]:
    if source.startswith(("http://", "https://")):
        with urllib.request.urlopen(source.rstrip("/") + path, timeout=600) as answer:  # noqa: S310  the scheme is checked
            text = answer.read()
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


def _priced(listed: Mapping[str, Any], service: str, path: str) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """The items that a price list has exactly one price for."""
    products, terms = listed.get("products"), listed.get("terms", {}).get("OnDemand")
    if not isinstance(products, dict) or not isinstance(terms, dict):
        raise ReleaseError(f"{path}: it has no products, or no terms of kind OnDemand")
    for name, source in SOURCES.items():
        if source.service == service:
            skus = [sku for sku, product in products.items() if source.matches(product.get("attributes", {}))]
            prices = {steps for sku in skus for steps in _steps(terms.get(sku, {}), source)}
            if len(prices) == 1:
                yield name, prices.pop()


def _steps(terms: Mapping[str, Any], source: Source) -> Iterator[tuple[Step, ...]]:
    """The steps of each offer of a product, in the unit of ours."""
    for offer in terms.values():
        dimensions = list(offer["priceDimensions"].values())
        if all(str(d["unit"]).lower() in source.units and CURRENCY in d["pricePerUnit"] for d in dimensions):
            steps = sorted(
                (
                    Decimal(str(dimension.get("beginRange", dimension.get("startingRange", "0")))) / source.per,
                    Decimal(dimension["pricePerUnit"][CURRENCY]) * source.per,
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
