"""Price sheets out of files in the format of the AWS Price List Bulk API. The prices here are invented."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from isthmus.cost import ITEMS, read_prices
from isthmus.cost.release import SOURCES, main

Write = Callable[..., Path]
PARTS = {
    "aws": {"us-east-1": "USE1-", "eu-central-1": "EUC1-", "us-gov-west-1": "UGW1-"},
    "cn": {"cn-north-1": "CNN1-"},
}
REGIONS = {region: short for part in PARTS.values() for region, short in part.items()}
# A usage type and what else its product says, for each item: as AWS writes them.
PRODUCTS: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    "transit-gateway-attachment": ("TransitGateway-Hours", "hour", {"operation": "TransitGatewayVPC"}),
    "transit-gateway-gb": ("TransitGateway-Bytes", "GigaBytes", {"operation": "TransitGatewayVPC"}),
    "vpn-connection": ("VPN-Usage-Hours:ipsec.1", "Hrs", {"operation": "CreateVpnConnection"}),
    "public-ipv4-address": ("PublicIPv4:InUseAddress", "Hrs", {}),
    "interface-endpoint": ("VpcEndpoint-Hours", "Hrs", {}),
    "interface-endpoint-gb": ("VpcEndpoint-Bytes", "GB", {}),
    "load-balancer-endpoint": ("VpcEndpoint-GWLBE-Hours", "Hrs", {}),
    "load-balancer-endpoint-gb": ("VpcEndpoint-GWLBE-Bytes", "GB", {}),
    "network-load-balancer": ("LoadBalancerUsage", "Hrs", {"operation": "LoadBalancing:Network"}),
    "network-load-balancer-gb": ("LCUUsage", "LCU-Hrs", {"operation": "LoadBalancing:Network"}),
    "application-load-balancer": ("LoadBalancerUsage", "Hrs", {"operation": "LoadBalancing:Application"}),
    "nat-gateway": ("NatGateway-Hours", "Hrs", {"operation": "NatGateway"}),
    "nat-gateway-gb": ("NatGateway-Bytes", "GB", {"operation": "NatGateway"}),
    "firewall-endpoint": ("Endpoint-Hour", "Hrs", {}),
    "firewall-gb": ("Traffic-GB-Processed", "GB", {}),
    "resolver-endpoint-address": ("ResolverNetworkInterface", "Hrs", {}),
    "internet-out-gb": (
        "DataTransfer-Out-Bytes",
        "GB",
        {"transferType": "AWS Outbound", "toLocation": "External"},
    ),
    "resolver-query": ("DNS-Queries", "Queries", {}),
    "dns-firewall-query": ("DNS-FirewallQueries", "Queries", {}),
    "dns-firewall-domain": ("DNS-FirewallDomainName", "Domains", {}),
    "kms-key": ("KMS-Keys", "Keys", {}),
    "secret": ("AWSSecretsManager-Secrets", "Secrets", {}),
    "alarm": ("CW:AlarmMonitorUsage", "Alarms", {"alarmType": "Standard"}),
    "custom-metric": ("CW:MetricMonitorUsage", "Metrics", {}),
    "log-gb": ("VendedLog-Bytes", "GB", {}),
    "log-storage-gb": ("TimedStorage-ByteHrs", "GB-Mo", {}),
}


def price(item: str, region: str) -> str:
    """An invented price, another for each item and Region."""
    return f"{(sorted(PRODUCTS).index(item) + 1) / 1000 + (list(REGIONS).index(region) + 1) / 10_000:.10f}"


def currency(region: str) -> str:
    return "CNY" if region.startswith("cn-") else "USD"


def dimension(amount: str, unit: str, begin: str = "0", end: str = "Inf", region: str = "us-east-1") -> dict[str, Any]:
    return {"unit": unit, "beginRange": begin, "endRange": end, "pricePerUnit": {currency(region): amount}}


def offer(service: str, region: str) -> dict[str, Any]:
    """A price list: the products that are looked for, and one of each kind that must not be taken for them."""
    products: dict[str, Any] = {}
    terms: dict[str, Any] = {}

    def add(usage: str, unit: str, more: Mapping[str, str], *dimensions: dict[str, Any]) -> None:
        sku = f"SKU{len(products):04}"
        products[sku] = {"sku": sku, "productFamily": "x", "attributes": {"usagetype": usage, **more}}
        rates = {f"{sku}.JRTCKXETXF.{number}": each for number, each in enumerate(dimensions)}
        terms[sku] = {f"{sku}.JRTCKXETXF": {"offerTermCode": "JRTCKXETXF", "sku": sku, "priceDimensions": rates}}

    for item, (usage, unit, more) in PRODUCTS.items():
        if SOURCES[item].service != service:
            continue
        amount = price(item, region)
        steps = [dimension(amount, unit, region=region)]
        if item == "log-gb":
            steps = [
                dimension("0.0100000000", unit, "10240", region=region),
                dimension(amount, unit, "0", "10240", region),
            ]
        add(f"{REGIONS[region]}{usage}", unit, more, *steps)
        add(f"{REGIONS[region]}Something-{usage}", unit, more, dimension("99", unit, region=region))
        add(f"{REGIONS[region]}{usage}", "Furlongs", more, dimension("99", "Furlongs", region=region))
    return {
        "formatVersion": "v1.0",
        "disclaimer": "invented for tests",
        "offerCode": service,
        "publicationDate": "2026-10-07T11:22:33Z" if service == "AmazonVPC" else "2026-09-30T00:00:00Z",
        "products": products,
        "terms": {"OnDemand": terms, "Reserved": {}},
    }


@pytest.fixture
def mirror(tmp_path: Path) -> Write:
    """The files of AWS in a folder, changed by `change(service, region, document)`.

    China has no list of Network Firewall, and GovCloud none of Secrets Manager.
    """

    def write(change: Callable[[str, str, dict[str, Any]], object] | None = None) -> Path:
        root = tmp_path / "mirror"
        for name in PARTS:
            offers = {
                service: {"currentRegionIndexUrl": f"/offers/v1.0/{name}/{service}/current/region_index.json"}
                for service in [*services_of(name), "AmazonCloudFront"]
            }
            (root / "offers" / "v1.0" / name).mkdir(parents=True, exist_ok=True)
            (root / "offers" / "v1.0" / name / "index.json").write_text(json.dumps({"offers": offers}))
        for part, service in ((each, service) for each in PARTS for service in services_of(each)):
            folder = root / "offers" / "v1.0" / part / service
            regions = {}
            for region in PARTS[part]:
                if (region, service) == ("us-gov-west-1", "AWSSecretsManager"):
                    continue
                document = offer(service, region)
                if change:
                    change(service, region, document)
                path = folder / "20261007112233" / region / "index.json"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(json.dumps(document))
                regions[region] = {"regionCode": region, "currentVersionUrl": "/" + str(path.relative_to(root))}
            regions["us-east-1-bos-1"] = {"regionCode": "us-east-1-bos-1", "currentVersionUrl": "/nowhere"}
            index = folder / "current" / "region_index.json"
            index.parent.mkdir(parents=True, exist_ok=True)
            index.write_text(json.dumps({"formatVersion": "v1.0", "regions": regions}))
        return root

    return write


def services_of(part: str) -> list[str]:
    return sorted({source.service for source in SOURCES.values()} - ({"AWSNetworkFirewall"} if part == "cn" else set()))


def released(source: Path, to: Path, *more: str) -> int:
    return main(["--source", str(source), "--to", str(to), *more])


def test_a_sheet_for_each_region(mirror: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All that the indexes list, in one run: GovCloud and China as well, with what each of them has."""
    assert released(mirror(), tmp_path / "sheets") == 0
    assert sorted(path.stem for path in (tmp_path / "sheets").iterdir()) == sorted(REGIONS)
    lacking = {
        "us-gov-west-1": {"secret"},
        "cn-north-1": {name for name, source in SOURCES.items() if source.service == "AWSNetworkFirewall"},
    }
    for region in REGIONS:
        sheet = read_prices(tmp_path / "sheets" / f"{region}.toml")
        # The newest of the files says of when the prices are.
        assert (sheet.region, sheet.as_of, sheet.currency) == (region, "2026-10", currency(region))
        assert sheet.own == SOURCES.keys() - lacking.get(region, set())
        for item in sheet.own:
            assert sheet.amount(item, Fraction(1)) == Fraction(Decimal(price(item, region))) * SOURCES[item].per
        full = 10_240 * Fraction(Decimal(price("log-gb", region)))
        assert sheet.amount("log-gb", Fraction(10_241)) == full + Fraction(1, 100)
    printed = " ".join(capsys.readouterr().out.split())
    assert f"{len(SOURCES)} of {len(ITEMS)} items; no price for accelerator, " in printed
    assert f"{len(SOURCES) - 2} of {len(ITEMS)} items; no price for accelerator, " in printed  # China


def test_what_a_region_lacks_comes_from_no_other(mirror: Write, tmp_path: Path) -> None:
    assert released(mirror(), tmp_path / "sheets") == 0
    sheet = read_prices(tmp_path / "sheets" / "cn-north-1.toml")
    assert sheet.amount("firewall-endpoint", Fraction(1)) is None
    assert sheet.others == ""


def test_each_line_names_its_list_and_date(mirror: Write, tmp_path: Path) -> None:
    assert released(mirror(), tmp_path / "sheets") == 0
    for region in REGIONS:
        text = (tmp_path / "sheets" / f"{region}.toml").read_text()
        lines = text.partition("[prices]\n")[2].splitlines()
        assert lines
        for line in lines:
            service = SOURCES[line.partition(" ")[0]].service
            date = "2026-10-07" if service == "AmazonVPC" else "2026-09-30"
            assert line.endswith(f" # {service} {date}")


def test_one_partition(mirror: Write, tmp_path: Path) -> None:
    assert released(mirror(), tmp_path / "sheets", "--partition", "cn") == 0
    assert [path.stem for path in (tmp_path / "sheets").iterdir()] == ["cn-north-1"]


def test_an_earlier_sheet_in_another_currency_is_not_kept(mirror: Write, tmp_path: Path) -> None:
    sheets = tmp_path / "sheets"
    sheets.mkdir()
    (sheets / "cn-north-1.toml").write_text(
        'region = "cn-north-1"\nas_of = "2026-01"\ncurrency = "USD"\n[prices]\nhosted-zone = 0.5\n'
    )
    assert released(mirror(), sheets, "--region", "cn-north-1") == 0
    assert "hosted-zone" not in (sheets / "cn-north-1.toml").read_text()


def test_nothing_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert released(tmp_path, tmp_path / "sheets") == 2
    assert f"{tmp_path}: there is no price list; expected {tmp_path}/offers/v1.0/aws/index.json" in " ".join(
        capsys.readouterr().err.split()
    )
    assert not (tmp_path / "sheets").exists()


def test_what_cannot_be_reached_is_a_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--source", "http://127.0.0.1:9", "--to", str(tmp_path / "sheets")]) == 2
    printed = " ".join(capsys.readouterr().err.split())
    assert "http://127.0.0.1:9/offers/v1.0/aws/index.json: it cannot be read" in printed
    assert "--partition" in printed
    assert not (tmp_path / "sheets").exists()


def test_every_source_is_an_item_and_is_tried() -> None:
    assert SOURCES.keys() <= ITEMS.keys()
    assert SOURCES.keys() == PRODUCTS.keys()


def test_one_region(mirror: Write, tmp_path: Path) -> None:
    assert released(mirror(), tmp_path / "sheets", "--region", "eu-central-1") == 0
    assert [path.name for path in (tmp_path / "sheets").iterdir()] == ["eu-central-1.toml"]


def test_usage_types_without_the_region(mirror: Write, tmp_path: Path) -> None:
    """In us-east-1 many have no short name of the Region in front."""

    def change(service: str, region: str, document: dict[str, Any]) -> None:
        for product in document["products"].values():
            product["attributes"]["usagetype"] = product["attributes"]["usagetype"].removeprefix(REGIONS[region])

    assert released(mirror(change), tmp_path / "sheets") == 0
    own = read_prices(tmp_path / "sheets" / "us-east-1.toml").own
    # Without a Region these are queries of public zones.
    assert SOURCES.keys() - own == {name for name, source in SOURCES.items() if source.regional}


def test_steps_of_single_queries_are_steps_of_millions(mirror: Write, tmp_path: Path) -> None:
    def change(service: str, region: str, document: dict[str, Any]) -> None:
        for sku, product in document["products"].items():
            if product["attributes"]["usagetype"] == f"{REGIONS[region]}DNS-Queries":
                for each in document["terms"]["OnDemand"][sku].values():
                    if all(rate["unit"] == "Queries" for rate in each["priceDimensions"].values()):
                        each["priceDimensions"] = {
                            "a": dimension("0.0000004000", "Queries", "0", "1000000000"),
                            "b": dimension("0.0000002000", "Queries", "1000000000"),
                        }

    assert released(mirror(change), tmp_path / "sheets") == 0
    sheet = read_prices(tmp_path / "sheets" / "eu-central-1.toml")
    assert sheet.amount("resolver-query", Fraction(1_500)) == 1_000 * Fraction("0.4") + 500 * Fraction("0.2")


def test_two_prices_for_one_item_are_none(mirror: Write, tmp_path: Path) -> None:
    def change(service: str, region: str, document: dict[str, Any]) -> None:
        if service == "AmazonEC2" and region == "eu-central-1":
            for offers in document["terms"]["OnDemand"].values():
                for each in offers.values():
                    for rate in each["priceDimensions"].values():
                        rate["unit"] = "Hrs"

    assert released(mirror(change), tmp_path / "sheets") == 0
    assert SOURCES.keys() - read_prices(tmp_path / "sheets" / "eu-central-1.toml").own == {
        "nat-gateway",
        "nat-gateway-gb",
    }


def test_a_price_that_the_files_lack_is_kept_with_its_date(mirror: Write, tmp_path: Path) -> None:
    sheets = tmp_path / "sheets"
    sheets.mkdir()
    (sheets / "us-east-1.toml").write_text(
        'region = "us-east-1"\nas_of = "2026-01"\ncurrency = "USD"\n[prices]\nroute53-profile = 0.75\nnat-gateway = 9\n'
        "hosted-zone = [{ above = 0, price = 0.5 }, { above = 25, price = 0.1 }]\n"
        "direct-connect-out-gb = { EqDC2 = 0.02, CSVA1 = 0.03 }\n"
    )
    assert released(mirror(), sheets) == 0
    text = (sheets / "us-east-1.toml").read_text()
    assert "\n# Not in the price lists: from the sheet of 2026-01.\nroute53-profile = 0.75\n" in text
    sheet = read_prices(sheets / "us-east-1.toml")
    assert sheet.amount("hosted-zone", Fraction(35)) == Fraction("13.5")
    assert sheet.amount("nat-gateway", Fraction(1)) != 9
    assert sheet.at_locations({"CSVA1"})[0].amount("direct-connect-out-gb", Fraction(100)) == 3


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("{", "not JSON"),
        ("[]", "expected a JSON object"),
        ('{"formatVersion": "v2"}', "it has no regions"),
        ('{"regions": {"us-east-1": {}}}', "currentVersionUrl is None; expected text"),
    ],
)
def test_files_of_another_format_are_a_message(
    mirror: Write, tmp_path: Path, text: str, printed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    root = mirror()
    (root / "offers/v1.0/aws/AmazonVPC/current/region_index.json").write_text(text)
    assert released(root, tmp_path / "sheets") == 2
    assert printed in capsys.readouterr().err
    assert not (tmp_path / "sheets").exists()


def test_a_region_that_is_not_there(mirror: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert released(mirror(), tmp_path / "sheets", "--region", "mars-1") == 2
    printed = " ".join(capsys.readouterr().err.split())
    assert "mars-1: no price list has this Region; there are eu-central-1, us-east-1, us-gov-west-1" in printed
