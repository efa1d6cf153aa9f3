"""The example estates, as generated: exactly the intended flows are reachable."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from isthmus import proof
from isthmus.intent import Site, check
from isthmus.proof import Outcome, Verdict
from modules.output_folder import write_output
from modules.synthesis import synthesize
from tests.modules.synthesized import estate_of
from tests.proof.estates import ALL, EVERYTHING, output, write

SITE = ("dc1/servers", "dc1/users")


Subjects = Callable[[str], proof.Analysis]


@pytest.fixture(scope="module")
def subjects(tmp_path_factory: pytest.TempPathFactory) -> Subjects:
    """Every output, read back."""
    made: dict[str, proof.Analysis] = {}

    def of(name: str) -> proof.Analysis:
        if name not in made:
            made[name] = proof.read(write(output(name), tmp_path_factory.mktemp(name)))
        return made[name]

    return of


@pytest.mark.parametrize("name", ALL)
def test_every_output_is_proved(subjects: Subjects, name: str) -> None:
    answer = subjects(name).prove()
    assert not answer.violations
    assert not answer.unknown_results
    assert answer.verdict is Verdict.PROVED


@pytest.mark.parametrize("name", ALL)
def test_equivalent_spokes_have_the_same_results(subjects: Subjects, name: str) -> None:
    """Grouping spokes is a shortcut: trying every pair by itself gives the same flows."""
    grouped = subjects(name)
    apart = proof.Analysis(grouped.network, grouped.estate, roots=grouped.roots, separately=True)
    assert list(grouped.flows) == list(apart.flows)


def reached(subject: proof.Analysis) -> set[tuple[str, str]]:
    return {(flow.source, flow.destination) for flow in subject.flows if flow.works}


def test_matrix_of_the_full_stage(subjects: Subjects) -> None:
    """The connectivity matrix of the guide: all talk with on-premises and shared services, none of the others."""
    spokes = ("dev", "test", "prod")
    dc1 = (*SITE, "rest of dc1")
    every_location = (*dc1, "shared-services", *spokes)
    wanted = {
        (a, b)
        for a in every_location
        for b in every_location
        if a != b and not (a in spokes and b in spokes) and not (a in dc1 and b in dc1)
    }
    wanted |= {(spoke, "internet") for spoke in (*spokes, "shared-services")}
    assert reached(subjects("stage_3_every_vpc")) == wanted


def test_dev_with_local_egress(subjects: Subjects) -> None:
    subject = subjects("stage_1_dev_only")
    flows = subject.flows
    assert reached(subject) == {*((a, "dev") for a in SITE), *(("dev", a) for a in SITE), ("dev", "internet")}
    assert flows["dev", "internet"].exit == "dev/module.spoke_dev.aws_internet_gateway.this"
    assert flows["internet", "dev"].forward is Outcome.BLOCKED
    assert flows["internet", "dev"].tiers["public"][0] is Outcome.REACHABLE


def test_dev_with_egress_on_premises(subjects: Subjects) -> None:
    subject = subjects("stage_2_on_premises_egress")
    assert subject.flows["dev", "internet"].exit == "network/module.vpn.aws_vpn_connection.infra_dc1_01"
    assert subject.flows["internet", "dev"].forward is Outcome.BLOCKED


def test_the_cause_of_isolation_is_named(subjects: Subjects) -> None:
    flow = subjects("stage_3_every_vpc").flows["dev", "prod"]
    assert not flow.intended
    assert any("workloads_blackhole_block_10_1_0_0_16" in block.address for block in flow.blocked_by)


def test_paths_name_routes_and_attachments(subjects: Subjects) -> None:
    flow = subjects("stage_3_every_vpc").flows["dev", "dc1/users"]
    path = "\n".join(map(str, flow.path))
    assert "dev/module.spoke_dev.aws_ec2_transit_gateway_vpc_attachment.this" in path
    assert "network/module.vpn.aws_ec2_transit_gateway_route_table_propagation.infra_dc1_01_workloads" in path


def test_denied_site_networks_are_blocked_in_both_directions(subjects: Subjects) -> None:
    flows = subjects(EVERYTHING).flows
    for spoke in ("billing", "vault", "web"):
        assert flows[spoke, "dc1/users"].works
        for pair in ((spoke, "dc1/servers"), ("dc1/servers", spoke)):
            assert flows[pair].forward is Outcome.BLOCKED


def test_a_second_customer_gateway_carries_everything(subjects: Subjects) -> None:
    answer = subjects(EVERYTHING).prove()
    lost = {s.failure.what.rsplit(".", 1)[-1]: len(s.lost) for s in answer.scenarios if "customer" in s.failure.kind}
    assert lost["dc1_a"] == lost["dc1_b"] == 0
    assert lost["branch_a"] > 0


def test_one_tunnel_down_interrupts_no_flow(subjects: Subjects) -> None:
    for name in ALL:
        answer = subjects(name).prove()
        assert all(not s.lost for s in answer.scenarios if s.failure.kind == "tunnel")


def test_moving_the_egress_path_reroutes_flows(subjects: Subjects) -> None:
    difference = proof.compare(subjects("stage_1_dev_only"), subjects("stage_2_on_premises_egress"))
    found = {(c.kind, c.source, c.destination) for c in difference.changes}
    # A site with the egress path has private addresses that are in no named network.
    rest = {("gained", "dev", "rest of dc1"), ("gained", "rest of dc1", "dev")}
    # What NAT gateways do not translate gets out by the site alone.
    others = next(c.packets for c in difference.changes if (c.kind, c.destination) == ("gained", "internet"))
    assert others == "icmpv6 and every other protocol"
    out = {("re-routed", "dev", "internet"), ("gained", "dev", "internet")}
    assert found == {*out, ("lost", "internet", "dev"), *rest}
    causes = next(c.causes for c in difference.changes if c.kind == "re-routed")
    assert "dev/module.spoke_dev.aws_route.private_az1_default" in causes
    assert [change.kind for change in difference.changes] == ["gained", "gained", "gained", "lost", "re-routed"]
    assert not difference.firewall_changes


def test_a_rerouted_flow_is_described_as_such(subjects: Subjects) -> None:
    one, other = subjects("stage_4_central_egress"), subjects("stage_3_every_vpc")
    moved = [c for c in proof.compare(one, other, scenarios=False).changes if c.kind == "re-routed"]
    allowed_egress = [c.after_text for c in moved if c.destination == "internet"]
    assert allowed_egress
    assert all("egress by network/module.vpn" in reported for reported in allowed_egress)
    assert {c.after_text for c in moved if c.destination != "internet"} <= {"the same, by another path"}


@pytest.mark.parametrize("name", ALL)
def test_nothing_differs_from_itself(subjects: Subjects, name: str) -> None:
    difference = proof.compare(subjects(name), subjects(name))
    assert difference.changes_nothing
    assert not difference.changes
    assert not difference.added_locations + difference.removed_locations


def test_differences_mirror_each_other(subjects: Subjects) -> None:
    one, other = subjects("stage_2_on_premises_egress"), subjects("stage_3_every_vpc")
    there = {(c.kind, c.source, c.destination) for c in proof.compare(one, other, scenarios=False).changes}
    back = {(c.kind, c.source, c.destination) for c in proof.compare(other, one, scenarios=False).changes}
    mirror = {"gained": "lost", "lost": "gained", "re-routed": "re-routed", "unclear": "unclear"}
    assert there == {(mirror[kind], a, b) for kind, a, b in back}
    assert there


def test_locations_are_added_and_removed(subjects: Subjects) -> None:
    one, other = subjects("stage_2_on_premises_egress"), subjects("stage_3_every_vpc")
    there, back = proof.compare(one, other), proof.compare(other, one)
    assert (there.added_locations, there.removed_locations) == (("prod", "shared-services", "test"), ())
    assert (back.added_locations, back.removed_locations) == ((), there.added_locations)


def test_a_missing_root_module_is_unknown_not_blocked(tmp_path: Path) -> None:
    files = {path: text for path, text in output("stage_3_every_vpc").items() if not path.startswith("stacks/prod/")}
    answer = proof.read(write(files, tmp_path)).prove()
    assert answer.verdict is Verdict.UNKNOWN
    assert any(
        "spoke prod" in str(u) and "environment prod is not in this input" in str(u) for u in answer.unknown_results
    )


def test_given_prefixes_count(subjects: Subjects, tmp_path: Path) -> None:
    """Without the default route advertised, on-premises is no egress path."""
    write(output("stage_3_every_vpc"), tmp_path)
    answer = proof.read(tmp_path, advertises=["infra-dc1-01=172.20.0.0/15"]).prove(scenarios=False)
    assert {(v.rule, v.source) for v in answer.violations} == {
        ("egress-missing", spoke) for spoke in ("dev", "test", "prod", "shared-services")
    }
    assert any("advertises 172.20.0.0/15 over" in assumption for assumption in answer.assumptions)


def test_a_more_specific_prefix_is_a_hairpin(tmp_path: Path) -> None:
    """The site advertises a part of prod, so that dev reaches it through the data centre."""
    write(output("stage_3_every_vpc"), tmp_path)
    answer = proof.read(tmp_path, advertises=["infra-dc1-01=0.0.0.0/0,172.20.0.0/15,10.1.32.0/21"]).prove(
        scenarios=False
    )
    assert answer.verdict is Verdict.VIOLATED
    assert any("10.1.16.0/20" in text or "more specific than" in text for text in answer.more_specific_prefixes)


def test_prefixes_of_several_sites_are_reported_once(tmp_path: Path) -> None:
    """For a route table with propagation from both sites, not once for each site."""
    one = estate_of("examples.stage_5_resilient_vpn")
    [dc1] = one.sites
    first, second = dc1.customer_gateways
    dc2 = Site("dc2", networks={"lan": "172.30.0.0/16"}, advertises=["172.30.0.0/16"], customer_gateways=[second])
    two = check(replace(one, sites=[replace(dc1, customer_gateways=[first]), dc2]))
    write_output(tmp_path, synthesize(two))
    answer = proof.read(tmp_path).prove(scenarios=False)
    texts = [text for text in answer.more_specific_prefixes if "more specific than a spoke's CIDR" in text]
    assert texts
    starts = [text.partition(" advertises ")[0].removeprefix("if ").split(" or ") for text in texts]
    assert {tuple(sorted(sites)) for sites in starts} == {("dc1", "dc2")}
    ends = [text.partition(" advertises ")[2] for text in texts]
    assert len(ends) == len(set(ends))


def test_the_failure_of_a_zone_names_its_flows(subjects: Subjects) -> None:
    answer = subjects("stage_3_every_vpc").prove()
    zones = [str(result) for result in answer.scenarios if result.failure.kind == "zone"]
    assert zones
    assert all(
        text.endswith(" flows lost: their source or destination is in this zone, or their path uses it")
        for text in zones
    )
    others = [str(result) for result in answer.scenarios if result.failure.kind != "zone"]
    assert any(text.endswith(" flows lost") for text in others)
    assert all("this zone" not in text for text in others)


def test_without_an_intent(tmp_path: Path) -> None:
    files = {path: text for path, text in output("stage_3_every_vpc").items() if path != "intent.json"}
    given = proof.read(write(files, tmp_path), advertises=["infra-dc1-01=0.0.0.0/0,172.20.0.0/15"])
    answer = given.prove()
    assert answer.verdict is Verdict.NO_VIOLATIONS
    assert given.flows["infra-dev", "infra-dc1-01/172.20.0.0/15"].works
    assert not given.flows["infra-dev", "infra-prod"].works
    silent = proof.read(tmp_path).prove()
    assert silent.verdict is Verdict.UNKNOWN
    assert any("the prefixes that infra-dc1-01 advertises are not given" in str(u) for u in silent.unknown_results)


def test_gateway_endpoints_are_reachable(subjects: Subjects) -> None:
    services = subjects("stage_3_every_vpc").prove(scenarios=False).services
    assert {(flow.source, flow.destination) for flow in services if flow.works} == {
        (spoke, service) for spoke in ("dev", "test", "prod", "shared-services") for service in ("s3", "dynamodb")
    }
