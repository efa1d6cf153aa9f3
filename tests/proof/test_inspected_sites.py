"""Traffic between sites and spokes through the firewall: proved of what is generated, missed by nothing amiss."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from examples import guide
from isthmus import proof
from isthmus.cost.transfer import paid
from isthmus.intent import (
    AllowedConnection,
    CustomerGateway,
    Egress,
    EgressVpc,
    Environment,
    Estate,
    FirewallPolicy,
    Inspection,
    Routing,
    Segment,
    Site,
    Spoke,
    VpnConnection,
    check,
)
from isthmus.network.answers import AtSite, InSubnet, Outcome, Packet, Scenario
from isthmus.network.forwarding import Forwarding
from isthmus.proof import Verdict
from isthmus.steps.planner import OrderVerdict, procedure
from modules.synthesis import synthesize
from tests.proof.estates import write

WEB_HOST = InSubnet("apps/module.spoke_web.aws_subnet.private_az1")
OUT = "stacks/egress/modules/egress/main.tf.json"
# A site with two BGP connections that advertises a part of one network too, and one with static routing.
DC1 = Site(
    "dc1",
    networks={"users": "172.20.0.0/16", "servers": "172.21.0.0/16"},
    advertises=["172.20.0.0/15", "172.20.5.0/24"],
    customer_gateways=[
        CustomerGateway("dc1-a", ip_address="203.0.113.10", bgp_asn=65_010),
        CustomerGateway("dc1-b", ip_address="203.0.113.11", bgp_asn=65_010),
    ],
)
BRANCH = Site(
    "branch",
    networks={"office": "192.168.7.0/24"},
    customer_gateways=[CustomerGateway("branch-a", ip_address="203.0.113.20", bgp_asn=65_020)],
)


def estate(inspection: Inspection = Inspection.VPC) -> Estate:
    """`apps` is inspected with both sites, `core` (where the connections are) with none, `other` reaches neither."""
    core = Segment("core", allowed_egress={Egress.CENTRAL, Egress.NONE})
    joining = [guide.workloads_test]
    apps = Segment(
        "apps",
        reaches=[core],
        allowed_egress={Egress.CENTRAL, Egress.NONE},
        blocks=["10.1.0.0/18"],
        inspected_with=[DC1, BRANCH],
        may_be_attached_by=joining,
    )
    other = Segment("other", allowed_egress={Egress.CENTRAL}, may_be_attached_by=joining)
    static = VpnConnection("branch", customer_gateway="branch-a", number=3, segment=core, routing=Routing.STATIC)
    network = guide.network(core, [guide.workloads_test])
    network = replace(
        network,
        vpn_connections=[
            VpnConnection("dc1-a", customer_gateway="dc1-a", number=1, segment=core),
            VpnConnection("dc1-b", customer_gateway="dc1-b", number=2, segment=core),
            static,
        ],
        spokes=[Spoke("tools", cidr="10.1.64.0/20", segment=core, egress=Egress.NONE)],
    )
    workloads = Environment(
        "apps",
        account=guide.workloads_test,
        spokes=[
            Spoke("web", cidr="10.1.0.0/20", segment=apps, egress=Egress.CENTRAL),
            Spoke("vault", cidr="10.1.16.0/20", segment=apps, egress=Egress.NONE),
            Spoke("lone", cidr="10.1.80.0/20", segment=other, egress=Egress.CENTRAL),
        ],
    )
    egress = EgressVpc("way-out", cidr="10.1.254.0/24", inspection=inspection, firewall=FirewallPolicy())
    return check(
        Estate(
            "inspected",
            organization=guide.organization,
            region=guide.REGION,
            blocks=guide.BLOCKS,
            zones=guide.ZONES[:2],
            segments=[core, apps, other],
            sites=[DC1, BRANCH],
            environments=[network, workloads, Environment("egress", account=guide.network_prod, egress=egress)],
            allowed_connections=[AllowedConnection(source="dc1/users", to="apps", ports=["tcp/443"])],
        )
    )


@cache
def output(inspection: Inspection = Inspection.VPC) -> Mapping[str, str]:
    return synthesize(estate(inspection))


Edit = Callable[[dict[str, Any]], None]


def read(folder: Path, edits: Mapping[str, Edit], *, with_intent: bool = True) -> proof.Analysis:
    """The output read back, after changes to some of its files."""
    files = dict(output())
    for name, edit in edits.items():
        document = json.loads(files[name])
        edit(document)
        files[name] = json.dumps(document)
    if with_intent:
        return proof.read(write(files, folder))
    del files["intent.json"]
    return proof.read(write(files, folder), advertises=["dc1-a=172.20.0.0/15", "dc1-b=172.20.0.0/15", "branch="])


def without(kind: str, *names: str) -> Edit:
    def edit(document: dict[str, Any]) -> None:
        for name in names:
            del document["resource"][kind][name]

    return edit


def propagation(module: str, name: str, table: str) -> dict[str, Edit]:
    """The edits that let a VPN connection or spoke propagate into one more table of the hub."""
    path = f"stacks/{module}"
    root = f"{path.split('/modules/')[0]}/cdk.tf.json"
    resource = "aws_ec2_transit_gateway_route_table_propagation"

    def add(document: dict[str, Any]) -> None:
        first = next(iter(document["resource"][resource].values()))
        added = {**first, "transit_gateway_route_table_id": f"${{var.more_{table}}}"}
        document["resource"][resource][f"{name}_{table}"] = added
        document["variable"][f"more_{table}"] = {"type": "string"}

    def give(document: dict[str, Any]) -> None:
        call = document["module"][path.split("/modules/")[1]]
        known = next(value for key, value in call.items() if key.startswith("route_table_id_"))
        call[f"more_{table}"] = known.rsplit("route_table_id_", 1)[0] + f"route_table_id_{table}}}"

    return {f"{path}/main.tf.json": add, root: give}


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory) -> proof.Analysis:
    """The estate with firewall endpoints in the egress VPC, read back."""
    return proof.read(write(output(), tmp_path_factory.mktemp("inspected")))


def meets_the_firewall(subject: proof.Analysis, source: str, destination: str, port: int) -> bool:
    trips = subject.trace(source, destination, protocol="tcp", port=port).trips
    boxes = {len(path.boxes) for trip in trips for path in (*trip.forward.paths, *trip.reply.paths)}
    assert len(boxes) == 1, (source, destination, boxes)
    return boxes == {1}


def assert_inspected(subject: proof.Analysis) -> None:
    """Both directions of each flow between `apps` and a site meet one firewall, and no flow of `core` does."""
    answer = subject.prove(scenarios=False)
    assert answer.verdict is Verdict.PROVED, str(answer)
    assert meets_the_firewall(subject, "dc1/users", "web", 443)
    assert meets_the_firewall(subject, "vault", "dc1/servers", 22)
    assert meets_the_firewall(subject, "branch/office", "web", 22)
    assert not meets_the_firewall(subject, "dc1/servers", "tools", 22)


def test_both_directions_meet_the_firewall(subject: proof.Analysis) -> None:
    assert_inspected(subject)


def test_both_directions_meet_a_firewall_on_the_gateway(tmp_path: Path) -> None:
    assert_inspected(proof.read(write(output(Inspection.GATEWAY), tmp_path)))


def test_one_connection_of_two_may_fail(subject: proof.Analysis) -> None:
    network, sites = subject.network, subject.locations.sites
    for down in ("dc1_a", "dc1_b"):
        scenario = Scenario(frozenset(name for name in network.vpns if name.endswith(down)))
        (user,) = (AtSite("dc1", site.networks[0][1]) for site in sites if site.name == "dc1")
        trip = Forwarding(network, sites=sites, scenario=scenario).both_ways(Packet(user, WEB_HOST, "tcp", 443))
        assert trip.outcome is Outcome.REACHABLE, str(trip)
        assert {len(path.boxes) for path in (*trip.forward.paths, *trip.reply.paths)} == {1}


def test_aws_advertises_blocks_to_an_inspected_site(subject: proof.Analysis) -> None:
    found = subject.prove(scenarios=False).advertised_prefixes
    first, second = (advertised for name, advertised in found.items() if "dc1" in name)
    assert sorted(map(str, first.prefixes)) == ["10.1.0.0/18", "10.1.64.0/20"]
    assert first.prefixes.keys() == second.prefixes.keys()


def test_each_gb_passes_the_firewall_once_and_the_gateway_twice(subject: proof.Analysis) -> None:
    for source, destination, port, out in (("web", "dc1/servers", 22, 1), ("dc1/users", "web", 443, 0)):
        (trip, *_) = subject.trace(source, destination, protocol="tcp", port=port).trips
        for number, path in enumerate((trip.forward.paths[0], trip.reply.paths[0])):
            items = Counter(paid(trip.forward.packet if not number else trip.reply.packet, path, subject.network))
            assert items["firewall-gb"] == 1
            assert items["transit-gateway-gb"] == 2
            assert items["internet-out-gb"] == (out if not number else 1 - out)
            assert not items["nat-gateway-gb"]


@pytest.mark.nightly
def test_no_order_of_applies_turns_inspection_on_without_a_loss(tmp_path: Path) -> None:
    """The hub's apply removes the direct routes, and that of the egress VPC adds those to the firewall."""
    after = estate()
    segments = [replace(segment, inspected_with=[]) for segment in after.segments]
    before = write(synthesize(check(replace(after, segments=segments))), tmp_path / "before")
    folders = (before, write(output(), tmp_path / "after"))
    found = procedure(folders, *map(proof.read, folders))
    assert found.verdict is OrderVerdict.LOSES
    assert [step.part.apply.name for step in found.steps] == ["network", "egress"]
    first, last = found.steps
    assert {("branch/office", "web"), ("web", "dc1/servers")} <= {(one.source, one.destination) for one in first.flows}
    assert not last.flows


MISTAKES: dict[str, tuple[Mapping[str, Edit], set[str]]] = {
    "a longer prefix of the site bypasses the static route": (
        propagation("network/modules/vpn", "dc1_a", "apps_central"),
        {"uninspected-flow", "asymmetric-inspection"},
    ),
    "the site learns the spoke itself": (
        propagation("apps/modules/spoke_web", "this", "core_dc1"),
        {"uninspected-flow", "asymmetric-inspection"},
    ),
    "the spokes have no route to the firewall": (
        {OUT: without("aws_ec2_transit_gateway_route", "apps_site_dc1_users")},
        {"intended-flow-one-way"},
    ),
    "the site has no route to the firewall": (
        {OUT: without("aws_ec2_transit_gateway_route", "core_dc1_apps_10_1_0_0_18")},
        {"intended-flow-blocked"},
    ),
    "the firewall has no route to the site": (
        {OUT: without("aws_route", "firewall_az1_site_dc1_users", "firewall_az2_site_dc1_users")},
        {"intended-flow-one-way"},
    ),
    "one zone of the firewall has no route to the site": (
        {OUT: without("aws_route", "firewall_az1_site_branch_office")},
        {"intended-flow-blocked"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_found(mistake: str, tmp_path: Path) -> None:
    edits, rules = MISTAKES[mistake]
    answer = read(tmp_path, edits).prove(scenarios=False)
    assert rules <= {violation.rule for violation in answer.violations}, str(answer)


def test_without_an_intent_one_direction_that_passes_the_firewall_is_found(tmp_path: Path) -> None:
    """In Terraform of others too: the site learns a spoke itself, so that only the replies meet the firewall."""
    edits = propagation("apps/modules/spoke_web", "this", "core_dc1")
    subject = read(tmp_path, edits, with_intent=False)
    assert "asymmetric-inspection" in {violation.rule for violation in subject.prove(scenarios=False).violations}
