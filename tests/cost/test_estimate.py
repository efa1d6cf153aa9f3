"""Laws of cost estimates, and what they refuse and do not include."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from isthmus import cli, proof
from isthmus.cost import CostEstimate, TrafficFlow, UnusablePrices, UnusableTraffic, estimate, read_prices, shipped
from isthmus.cost import prices as prices_module
from isthmus.cost.prices import Prices, PriceStep
from isthmus.network.answers import Outcome
from isthmus.report.cost_json import estimate_document
from isthmus.report.cost_markdown import estimate_markdown
from isthmus.report.cost_terminal import print_estimate
from isthmus.terraform.graph import Graph, Resource, Unknown
from tests.proof.estates import ALL, EVERYTHING, output, write

# Without steps: what one more GB costs does not depend on how many there were.
FLAT = replace(shipped(), prices={**shipped().prices, "internet-out-gb": (PriceStep(Fraction(0), Fraction(9, 100)),)})


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> proof.Analysis:
    return proof.read(write(output(EVERYTHING), tmp_path_factory.mktemp("everything")))


Ask = Callable[..., CostEstimate]


@pytest.fixture(scope="session")
def ask(everything: proof.Analysis) -> Ask:
    def asked(flows: Sequence[TrafficFlow] = (), prices: Prices = FLAT) -> CostEstimate:
        return estimate(everything, prices, flows)

    return asked


@pytest.fixture(scope="session")
def pairs(everything: proof.Analysis) -> list[tuple[str, str]]:
    return [(flow.source, flow.destination) for flow in everything.flows if flow.works]


@st.composite
def flows(draw: st.DrawFn, pairs: list[tuple[str, str]]) -> list[TrafficFlow]:
    picked = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=4))
    gb = st.integers(0, 10_000).map(Fraction)
    return [TrafficFlow(a, b, draw(gb), draw(gb)) for a, b in picked]


@given(data=st.data())
def test_laws(data: st.DataObject, ask: Ask, pairs: list[tuple[str, str]]) -> None:
    first, second = data.draw(flows(pairs)), data.draw(flows(pairs))
    standing, one, other, both = (ask(given) for given in ((), first, second, [*first, *second]))
    # The total is the sum of the lines, and data charges are added to fixed charges.
    assert one.total == sum((line.amount or Fraction() for line in one.lines), Fraction())
    assert one.by_root == standing.by_root
    assert sum(standing.by_root.values(), Fraction()) == standing.total <= one.total
    # Two flows together cost as much as separately.
    assert both.total - standing.total == one.total - standing.total + other.total - standing.total
    # Twice as much costs twice as much.
    doubled = ask([replace(flow, gb=flow.gb * 2, back=flow.back * 2) for flow in first])
    assert doubled.total - standing.total == 2 * (one.total - standing.total)
    # The order of flows does not matter.
    assert ask(first[::-1]).total == one.total


def test_out_and_back(ask: Ask) -> None:
    """Data out is charged, in both directions of a connection."""
    out = ask([TrafficFlow("web", "dc1/users", Fraction(1000), Fraction(0))])
    in_ = ask([TrafficFlow("web", "dc1/users", Fraction(0), Fraction(1000))])
    by_item = [{line.item.name: line.quantity for line in each.lines} for each in (out, in_)]
    assert by_item[0]["internet-out-gb"] == 1000
    assert "internet-out-gb" not in by_item[1]
    assert by_item[0]["transit-gateway-gb"] == by_item[1]["transit-gateway-gb"] == 1000


def test_one_resource_less_is_never_dearer(everything: proof.Analysis, ask: Ask) -> None:
    whole, resources = ask().total, everything.graph.resources
    for address in resources:
        less = Graph({name: each for name, each in resources.items() if name != address})
        assert estimate(replace(everything, graph=less), FLAT).total <= whole


@pytest.mark.parametrize("name", ALL)
def test_whatever_an_example_has_is_in_the_sum(name: str, tmp_path: Path) -> None:
    """Only charges per notification, object or request are not included."""
    made = estimate(proof.read(write(output(name), tmp_path)))
    assert made.complete
    assert made.least <= made.most
    assert made.total <= made.most
    # No note is of more than a twentieth: what may be is a line, or a range of two.
    assert not any("a deduction" in note for note in made.notes)
    assert set(made.notes) <= {
        "data processing and transfer: state the traffic with --traffic",
        "SNS notifications (usage-based)",
        "S3 storage (usage-based)",
        "partner-managed rules and advanced inspection (usage-based)",
        "requests to KMS keys (usage-based)",
    }


def test_faults_of_flows_at_once(ask: Ask) -> None:
    given = [TrafficFlow("web", "nowhere", Fraction(1)), TrafficFlow("lab1", "dc1/servers", Fraction(1))]
    with pytest.raises(UnusableTraffic) as raised:
        ask(given)
    lines = str(raised.value).splitlines()
    assert lines[0].startswith("flow 1 (web -> nowhere): no such location: 'nowhere'; known: ")
    assert lines[1].startswith("flow 2 (lab1 -> dc1/servers): it is not reachable, so it cannot be priced: ")
    assert len(lines) == 2


def test_unknown_is_no_price(everything: proof.Analysis) -> None:
    silent = proof.Analysis(everything.network, roots=everything.roots)  # advertised prefixes are not given
    unknown_results = next(f for f in silent.flows if Outcome.UNKNOWN in (f.forward, f.reply))
    with pytest.raises(UnusableTraffic, match="it is unknown whether it is reachable, so it cannot be priced: "):
        estimate(silent, FLAT, [TrafficFlow(unknown_results.source, unknown_results.destination, Fraction(1))])


def test_never_zero_for_unknown(everything: proof.Analysis) -> None:
    more = Graph(
        {
            **everything.graph.resources,
            "x.aws_vpn_connection.big": Resource(
                "x.aws_vpn_connection.big", "aws_vpn_connection", {"tunnel_bandwidth": "large"}
            ),
            "x.aws_instance.a": Resource("x.aws_instance.a", "aws_instance", {}, region="eu-west-1"),
            "x.aws_networkfirewall_firewall.a": Resource(
                "x.aws_networkfirewall_firewall.a", "aws_networkfirewall_firewall", {"subnet_mapping": Unknown("it")}
            ),
        }
    )
    made = estimate(replace(everything, graph=more), FLAT)
    assert [line.item.name for line in made.unpriced] == ["large-vpn-connection"]
    assert made.notes == (
        "Firewall endpoints of x.aws_networkfirewall_firewall.a: the number is unknown (it), "
        "so the sum does not include it",
        "data processing and transfer: state the traffic with --traffic",
        "VPN connections with 5 Gbps tunnels: the sheet has no price (https://aws.amazon.com/vpn/pricing/)",
        "requests to KMS keys (usage-based)",
        "resource types without a pricing rule: aws_instance (1)",
        "prices of eu-west-1: everything is priced as in us-east-1; give a sheet with --prices",
    )
    assert not made.complete
    out = Console(file=StringIO(), width=100)
    print_estimate(made, out)
    text = cast("StringIO", out.file).getvalue()
    assert "at prices of us-east-1 (2026-06), not of eu-west-1\n" in text
    assert "\ntotal, at least" in text


# --- the Region


def of(region: str | None, kind: str = "aws_nat_gateway", **values: object) -> Resource:
    address = f"{kind}.{(region or 'nowhere').replace('-', '_')}_{len(values)}"
    return Resource(address, kind, values, region=region)


def billed(everything: proof.Analysis, *resources: Resource, prices: Prices | None = None) -> CostEstimate:
    return estimate(replace(everything, graph=Graph({each.address: each for each in resources})), prices)


def test_a_region_without_a_sheet_cannot_be_answered(everything: proof.Analysis) -> None:
    with pytest.raises(UnusablePrices, match=r"^eu-central-1: there is no price sheet .* isthmus\.cost\.release"):
        billed(everything, of("eu-central-1"))
    made = billed(everything, of("eu-central-1"), prices=shipped("us-east-1"))  # asked for
    assert (made.prices.region, made.total) == ("us-east-1", Fraction("32.85"))
    assert "prices of eu-central-1: everything is priced as in us-east-1; give a sheet with --prices" in made.notes


def test_several_regions_and_none_cannot_be_answered(everything: proof.Analysis) -> None:
    with pytest.raises(UnusablePrices, match=r"^the resources are in eu-west-1, us-east-1, and a cost estimate uses"):
        billed(everything, of("us-east-1"), of("eu-west-1"))
    with pytest.raises(UnusablePrices, match=r"^the Region is not known: no resource"):
        billed(everything, of(None))
    # What costs nothing does not say where the rest is.
    assert billed(everything, of("us-east-1"), of("eu-west-1", "aws_route")).total == Fraction("32.85")


def test_resources_that_may_be_in_another_region_have_a_note(everything: proof.Analysis) -> None:
    made = billed(everything, of("us-east-1"), of(None))
    assert made.notes[-1] == (
        "a price difference for 1 resources whose Region is not known, such as aws_nat_gateway.nowhere_0: "
        "they are priced as in us-east-1"
    )
    assert not any("price difference" in note for note in billed(everything, of(None), prices=shipped()).notes)


def test_a_sheet_of_ones_own_is_all_that_its_region_has(everything: proof.Analysis, tmp_path: Path) -> None:
    sheet = tmp_path / "eu-central-1.toml"
    sheet.write_text('region = "eu-central-1"\nas_of = "2026-11"\ncurrency = "USD"\n[prices]\nnat-gateway = 0.1\n')
    made = billed(everything, of("eu-central-1"), of("eu-central-1", "aws_kms_key"), prices=read_prices(sheet))
    assert {line.item.name: line.amount for line in made.lines} == {"nat-gateway": 73, "kms-key": None}
    assert not made.complete
    assert "KMS keys: the sheet has no price (https://aws.amazon.com/kms/pricing/)" in made.notes
    assert any("isthmus.cost.release --region eu-central-1" in note for note in made.notes)


# --- what firewalls waive


def firewall(zones: object) -> Resource:
    return of("us-east-1", "aws_networkfirewall_firewall", subnet_mapping=zones)


ZONES = ({"subnet_id": "a"}, {"subnet_id": "b"})


@pytest.mark.parametrize(
    ("zones", "waived"),
    [(ZONES, 1), (ZONES[:1], 1), ((), 0), (Unknown("it"), 1)],
)
def test_nat_gateways_are_waived_one_for_one(everything: proof.Analysis, zones: object, waived: int) -> None:
    made = billed(everything, of("us-east-1"), firewall(zones))
    each = Fraction("0.045") * 730
    assert len(made.uses) == waived
    for use in made.uses:
        assert use.least == -730
        assert use.least_amount == -each
        assert use.most_amount == 0
    assert (made.least, made.most) == (made.total - each * waived, made.total)


@pytest.mark.parametrize(
    ("rotates", "most"), [(True, 2), ("true", 2), (Unknown("it"), 2), (False, 0), ("false", 0), (None, 0)]
)
def test_a_key_costs_up_to_three_times_its_price(everything: proof.Analysis, rotates: object, most: int) -> None:
    made = billed(everything, of("us-east-1", "aws_kms_key", enable_key_rotation=rotates))
    assert [(use.item.name, float(use.least), float(use.most)) for use in made.uses] == (
        [("kms-key-rotation", 0.0, float(most))] if most else []
    )
    assert [float(each) for each in (made.total, made.least, made.most)] == [1, 1, 1 + most]


def test_data_is_waived_with_them(stages: tuple[Path, Path]) -> None:
    made = estimate(proof.read(stages[1]), FLAT, [TrafficFlow("dev", "internet", Fraction(100), Fraction(300))])
    waived = {use.item.name: use.least_amount for use in made.uses if use.least < 0}
    each = Fraction("0.045")
    assert waived == {"nat-gateway-waived": -3 * 730 * each, "nat-gateway-gb-waived": -400 * each}


# --- the command


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = cli.main(["cost", *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    names = ("stage_3_every_vpc", "stage_4_central_egress")
    before, after = (write(output(name), tmp_path_factory.mktemp(name)) for name in names)
    return before, after


TRAFFIC = '[[flow]]\nfrom = "dev"\nto = "internet"\ngb = 1000\nback = 1000\n'


def test_command(stages: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    traffic = tmp_path / "traffic.toml"
    traffic.write_text(TRAFFIC)
    code, out, err = run(capsys, stages[1], "--traffic", traffic)
    assert (code, err) == (0, "")
    assert out.startswith("Monthly cost (730 hours) in USD, at prices of us-east-1 (2026-06)\n")
    assert "Data through firewalls                  2,000 GB    130.00\n" in out
    assert all(len(line) <= 80 and line == line.rstrip() for line in out.splitlines())


def test_a_comparison(stages: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The cost of moving egress: firewall endpoints, and a GB through the firewall and NAT."""
    before, after = stages
    traffic, written, data = tmp_path / "traffic.toml", tmp_path / "cost.md", tmp_path / "cost.json"
    traffic.write_text(TRAFFIC)
    _, out, _ = run(capsys, after, "--before", before, "--traffic", traffic, "--markdown", written, "--json", data)
    assert "Firewall endpoints                           -    865.05    +865.05\n" in out
    document = json.loads(data.read_text())
    change = document["total"] - document["before"]["total"]
    assert written.read_text().startswith(f"**+{change:,.2f} USD a month**: ")
    assert run(capsys, after, "--before", after)[1].count("+") == 0


def test_region(stages: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, stages[0], "--region", "us-east-1")
    assert (code, out) == (0, run(capsys, stages[0])[1])
    code, out, err = run(capsys, stages[0], "--region", "mars-1")
    assert (code, out) == (2, "")
    assert "isthmus: mars-1: there is no price sheet of this Region" in err
    assert run(capsys, stages[0], "--region", "us-east-1", "--prices", tmp_path)[0] == 2


ELSEWHERE = {
    "provider": {"aws": {"region": "eu-central-1"}},
    "resource": {
        "aws_vpc": {"it": {"cidr_block": "10.0.0.0/16"}},
        "aws_subnet": {"it": {"vpc_id": "${aws_vpc.it.id}", "cidr_block": "10.0.0.0/24"}},
        "aws_nat_gateway": {"it": {"subnet_id": "${aws_subnet.it.id}", "connectivity_type": "private"}},
        "aws_kms_key": {"it": {}},
    },
}


def test_a_sheet_made_by_the_page_prices_another_region(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    network, sheet = tmp_path / "network", tmp_path / "prices.toml"
    network.mkdir()
    (network / "main.tf.json").write_text(json.dumps(ELSEWHERE))
    code, out, err = run(capsys, network)
    assert (code, out) == (2, "")
    assert "isthmus: eu-central-1: there is no price sheet of this Region" in " ".join(err.split())
    # The sheet that the page shows.
    page = (Path(__file__).parents[2] / "docs/how-to/estimate-cost.md").read_text()
    sheet.write_text(next(block for block in page.split("```toml\n")[1:] if "[prices]" in block).split("```")[0])
    code, out, _ = run(capsys, network, "--prices", sheet)
    assert code == 0
    rows = [line.split() for line in out.splitlines()]
    assert ["NAT", "gateways", "1", "37.96"] in rows
    assert ["KMS", "keys", "1", "no", "price"] in rows
    assert ["total,", "at", "least", "37.96"] in rows
    # And the shipped one, copied and changed.
    copied = (Path(prices_module.__file__).parent / "sheets" / "us-east-1.toml").read_text()
    sheet.write_text(copied.replace('region = "us-east-1"', 'region = "eu-central-1"'))
    code, out, _ = run(capsys, network, "--prices", sheet)
    assert code == 0
    assert "no price" not in out


def test_shares_of_roots(stages: tuple[Path, Path]) -> None:
    """Three of five public addresses are the egress VPC's, with its attachment, NAT gateways and firewall."""
    made = estimate(proof.read(stages[1]), shipped())
    hourly = Fraction("0.05") + 3 * (Fraction("0.045") + Fraction("0.005") + Fraction("0.395"))
    assert made.by_root["egress"] == 730 * hourly + 2  # two KMS keys


def test_markdown_alone(stages: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, stages[0], "--markdown", "-")
    assert out.startswith("**231.70 USD a month**, 232.18 to 314.19 with usage-based charges\n")
    assert "Assumptions about usage:\n\n- each flow log" in out
    assert "| Transit gateway attachments | 5 | 182.50 |" in out


def test_json_is_the_estimate(stages: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, stages[0], "--json", "-")
    folder = stages[0]
    assert json.loads(out) == estimate_document(estimate(proof.read(folder), shipped()))


def test_errors(stages: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    traffic = tmp_path / "traffic.toml"
    traffic.write_text('[[flow]]\nfrom = "dev"\nto = "prod"\ngb = 1\n')
    code, out, err = run(capsys, stages[0], "--traffic", traffic)
    assert (code, out) == (2, "")
    assert err.startswith(f"isthmus: {traffic}: flow 1 (dev -> prod): it is not reachable, so it cannot be priced: ")
    assert f"(in {stages[0]})" in err
    assert run(capsys, stages[0], "--prices", tmp_path / "none.toml")[0] == 2
    assert run(capsys, tmp_path)[0] == 2


def test_an_item_without_a_price_is_not_zero_in_a_comparison(everything: proof.Analysis) -> None:
    """An item of one network without a price, or a count that is not known: no difference and no sum is exact."""
    one = billed(everything, of("us-east-1"))
    large = of("us-east-1", "aws_vpn_connection", tunnel_bandwidth="large", outside_ip_address_type="PrivateIpv4")
    for other in (large, firewall(Unknown("it"))):
        more = billed(everything, of("us-east-1"), other)
        for before, after in ((one, more), (more, one)):
            out = Console(file=StringIO(), width=100)
            print_estimate(after, out, before)
            rows = [line.split() for line in cast("StringIO", out.file).getvalue().splitlines()]
            assert ["total,", "at", "least", "32.85", "32.85", "unknown"] in rows
            head = estimate_markdown(after, before).splitlines()[0]
            assert head.startswith("**the change is unknown**: ")
            assert head.count("at least 32.85") == 1
        assert estimate_markdown(more).startswith("**at least 32.85 USD a month**")
    out = Console(file=StringIO(), width=100)
    print_estimate(billed(everything, large), out, one)
    rows = [line.split() for line in cast("StringIO", out.file).getvalue().splitlines()]
    assert ["VPN", "connections", "with", "5", "Gbps", "tunnels", "-", "no", "price", "unknown"] in rows
