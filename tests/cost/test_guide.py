"""The guide's cost example, line by line, out of stage 3 as it is generated.

https://github.com/aws-samples/aws-get-started-workshop (network integration architecture cost example)
"""

from fractions import Fraction
from pathlib import Path

import pytest

from isthmus import proof
from isthmus.cost import CostEstimate, estimate, read_prices, read_traffic
from isthmus.report.cost_tables import money
from tests.proof.estates import output, write

COSTS = Path(__file__).parents[2] / "examples" / "costs"


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> CostEstimate:
    folder = write(output("stage_3_every_vpc"), tmp_path_factory.mktemp("stage-3"))
    prices, flows = read_prices(COSTS / "guide_prices.toml"), read_traffic(COSTS / "guide_traffic.toml")
    return estimate(proof.read(folder), prices, flows)


def test_lines(guide: CostEstimate) -> None:
    amounts = {line.item.name: (int(line.count), money(line.amount or Fraction())) for line in guide.lines}
    assert amounts["transit-gateway-attachment"] == (5, "182.50")
    assert amounts["transit-gateway-gb"] == (4000, "80.00")
    assert amounts["vpn-connection"] == (1, "36.50")
    assert amounts["internet-out-gb"] == (1000, "89.91")


def test_sums(guide: CostEstimate) -> None:
    """$262.50 for the gateway, $126.41 for the VPN, $388.91 together: all but what the guide does not have."""
    amount = {line.item.name: line.amount or Fraction() for line in guide.lines}
    gateway = amount["transit-gateway-attachment"] + amount["transit-gateway-gb"]
    vpn = amount["vpn-connection"] + amount["internet-out-gb"]
    assert (money(gateway), money(vpn), money(gateway + vpn)) == ("262.50", "126.41", "388.91")
    beyond = set(amount) - {"transit-gateway-attachment", "transit-gateway-gb", "vpn-connection", "internet-out-gb"}
    assert beyond == {"kms-key", "secret", "public-ipv4-address"}


def test_who_pays(guide: CostEstimate) -> None:
    assert money(guide.by_root["dev"]) == "37.50"
    standing = sum(guide.by_root.values(), Fraction())
    carried = sum((line.amount or Fraction() for line in guide.lines if line.item.unit == "GB"), Fraction())
    assert standing + carried == guide.total


def test_vpn_for_each_vpc() -> None:
    """The guide's alternative: $146.00 for four connections, and the same data out."""
    folder = COSTS.parent / "alternatives" / "vpn_per_vpc"
    advertised = [f"dc1-{vpc}=172.20.0.0/15" for vpc in ("dev", "test", "prod", "shared-services")]
    subject = proof.read(folder, advertises=advertised)
    flows = read_traffic(COSTS / "guide_traffic_vpn_per_vpc.toml")
    made = estimate(subject, read_prices(COSTS / "guide_prices.toml"), flows)
    amounts = {line.item.name: money(line.amount or Fraction()) for line in made.lines}
    assert (amounts["vpn-connection"], amounts["internet-out-gb"]) == ("146.00", "89.91")
    # Two of three GB between two VPCs change zones, where both have three.
    assert next(line.quantity for line in made.lines if line.item.name == "zone-crossing-gb") == Fraction(4000, 3)
    assert not subject.prove().violations
