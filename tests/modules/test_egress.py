"""Central egress is proved: every combination of options, stage 4 of the guide, and common mistakes."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus import proof
from isthmus.intent import (
    DefaultAction,
    DomainList,
    Egress,
    Estate,
    FirewallPolicy,
    Inspection,
    RuleGroup,
    Spoke,
    check,
)
from isthmus.network.from_terraform import network_of
from isthmus.output.overview import route_tables
from isthmus.proof.result.findings import Verdict
from isthmus.proof.result.proof import Proof
from isthmus.terraform.reading import read
from modules.output_folder import write_output
from modules.synthesis import synthesize
from tests.modules import egress_estates
from tests.modules.egress_estates import estate
from tests.modules.inventory import resources_of
from tests.modules.synthesized import files_of

STAGE = "examples.stage_4_central_egress"
EGRESS, FIREWALL, HUB = (
    f"stacks/{root}/modules/{name}/main.tf.json"
    for root, name in (("egress", "egress"), ("egress", "firewall"), ("network", "hub"))
)
ZONES = ("use1-az1", "use1-az2", "use1-az4", "use1-az6")


def proved(files: Mapping[str, str], folder: Path) -> Proof:
    write_output(folder, files)
    return proof.read(folder).prove()


@cache
def between_accounts(inspection: Inspection) -> Mapping[str, str]:
    """The output of an estate whose egress VPC has an account of its own."""
    return synthesize(estate(inspection, apart=True))


@settings(max_examples=12)
@given(
    inspection=st.sampled_from(Inspection),
    way=st.sampled_from(Egress),
    isolated=st.booleans(),
    restricted=st.booleans(),
    zones=st.integers(1, 4),
    apart=st.booleans(),
)
def test_every_combination_proves(
    tmp_path_factory: pytest.TempPathFactory,
    inspection: Inspection,
    way: Egress,
    isolated: bool,
    restricted: bool,
    zones: int,
    apart: bool,
) -> None:
    made = estate(
        inspection,
        way=way,
        isolated=isolated,
        restricted=restricted,
        zones=ZONES[:zones],
        apart=apart,
    )
    found = proved(synthesize(made), tmp_path_factory.mktemp("combination") / "cdktf.out")
    assert found.verdict is Verdict.PROVED, "\n".join(map(str, (*found.violations, *found.unknown_results)))


# --- the guide's fourth stage


def test_stage_4_leaves_by_the_egress_vpc_through_the_firewall_both_ways(tmp_path: Path) -> None:
    found = proved(files_of(STAGE), tmp_path / "cdktf.out")
    assert found.verdict is Verdict.PROVED
    for spoke in ("dev", "test", "prod", "shared-services"):
        flow = found.flows[spoke, "internet"]
        assert flow.exit == "egress/module.egress.aws_internet_gateway.this"
        assert flow.evidence is not None
        for path in (*flow.evidence.forward.paths, *flow.evidence.reply.paths):
            (box,) = path.boxes
            assert box.startswith("egress/module.firewall.aws_networkfirewall_firewall.this[")
        assert all(path.nats for path in flow.evidence.forward.paths)


def test_stage_4_leaves_no_way_out_in_any_spoke() -> None:
    """What the guide takes away in the end: internet gateways, NAT gateways and public subnets of spokes."""
    spokes = [address for address in resources_of(files_of(STAGE)) if "/spoke_" in address]
    assert spokes
    assert not [a for a in spokes if "aws_internet_gateway." in a or "aws_nat_gateway." in a or ".public_" in a]


def test_moving_to_central_egress_changes_no_route_of_a_spoke() -> None:
    """Its default leads to the gateway before and after; only the table that is asked there is another."""
    before = resources_of(files_of("examples.stage_3_every_vpc"))
    after = resources_of(files_of(STAGE))
    spokes = {address for address in before if "/spoke_" in address}
    changed = {address for address in spokes if before[address] != after.get(address)}
    assert {address.rpartition("/")[2].partition(".")[0] for address in changed} == {
        "aws_ec2_transit_gateway_route_table_association"
    }
    added = {a.rpartition("/")[2] for a in after if "/spoke_" in a} - {a.rpartition("/")[2] for a in spokes}
    assert added == {
        "aws_ec2_transit_gateway_route_table_propagation.egress",
        "aws_ec2_transit_gateway_route_table_propagation.network_services_central",
        "aws_ec2_transit_gateway_route_table_propagation.workloads_central",
    }


@pytest.mark.parametrize(
    ("inspection", "inspector"),
    [
        (Inspection.VPC, "infra-way-out"),
        (Inspection.GATEWAY, "infra-way-out-firewall"),
        (Inspection.APPLIANCES, "infra-way-out"),
        (Inspection.NONE, "infra-way-out"),
    ],
)
def test_the_summary_names_what_tables_lead_to(inspection: Inspection, inspector: str, tmp_path: Path) -> None:
    write_output(tmp_path, between_accounts(inspection))
    tables = {table.name: table for table in route_tables(network_of(read(tmp_path)))}
    assert f"0.0.0.0/0 -> {inspector}" in tables["infra-apps-central"].static
    assert tables["infra-egress"].associated == ("infra-way-out",)
    learns = "infra-firewall" if inspection is Inspection.GATEWAY else "infra-egress"
    assert "infra-warehouse" in tables[learns].propagating


# --- mistakes


def _drop(kind: str, name: str) -> Callable[[Any], object]:
    return lambda document: document["resource"][kind].pop(name)


def _set(kind: str, name: str, **values: Any) -> Callable[[Any], object]:
    def edit(document: Any) -> None:
        resource = document["resource"][kind][name]
        resource.update(values)
        for key in [key for key, value in values.items() if value is None]:
            del resource[key]

    return edit


def _endpoint_of(name: str, zone: int) -> Callable[[Any], object]:
    return _set("aws_route", name, vpc_endpoint_id=f"${{var.endpoint_id_az{zone}}}")


MISTAKES: dict[str, tuple[str, Callable[[Any], object], str]] = {
    "appliance mode off": (
        EGRESS,
        _set("aws_ec2_transit_gateway_vpc_attachment", "this", appliance_mode_support="disable"),
        "appliance-mode-off",
    ),
    "no return path from NAT": (EGRESS, _drop("aws_route", "public_az1_block_10_1_0_0_16"), "egress-missing"),
    "no return path from the firewall": (
        EGRESS,
        _drop("aws_route", "firewall_az2_block_10_1_0_0_16"),
        "egress-missing",
    ),
    "back past the firewall": (
        EGRESS,
        _set(
            "aws_route",
            "public_az1_block_10_1_0_0_16",
            vpc_endpoint_id=None,
            transit_gateway_id="${var.transit_gateway_id}",
        ),
        "asymmetric-inspection",
    ),
    "out past the firewall": (
        EGRESS,
        _set(
            "aws_route", "transit_gateway_az1_default", vpc_endpoint_id=None, nat_gateway_id="${aws_nat_gateway.az1.id}"
        ),
        "uninspected-flow",
    ),
    "another zone's endpoint out": (EGRESS, _endpoint_of("transit_gateway_az1_default", 2), "cross-zone-path"),
    "another zone's endpoint back": (
        EGRESS,
        _endpoint_of("public_az1_block_10_1_0_0_16", 2),
        "asymmetric-inspection",
    ),
    "another zone's NAT gateway": (
        EGRESS,
        _set("aws_route", "firewall_az1_default", nat_gateway_id="${aws_nat_gateway.az2.id}"),
        "cross-zone-path",
    ),
    "no blackhole": (
        HUB,
        _drop("aws_ec2_transit_gateway_route", "apps_central_blackhole_block_10_1_0_0_16"),
        "unintended-flow",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_found(mistake: str, tmp_path: Path) -> None:
    path, edit, rule = MISTAKES[mistake]
    files = dict(between_accounts(Inspection.VPC))
    document = json.loads(files[path])
    edit(document)
    found = proved({**files, path: json.dumps(document)}, tmp_path / "cdktf.out")
    assert found.verdict is Verdict.VIOLATED
    assert rule in {violation.rule for violation in found.violations}


BALANCED: dict[str, tuple[Callable[[Any], object], str]] = {
    "appliance mode off": (
        _set("aws_ec2_transit_gateway_vpc_attachment", "this", appliance_mode_support="disable"),
        "appliance-mode-off",
    ),
    "another endpoint service": (
        _set("aws_vpc_endpoint", "firewall_az1", service_name=f"{egress_estates.SERVICE[:-1]}9"),
        "endpoint-service-differs",
    ),
    "out past the appliances": (
        _set(
            "aws_route", "transit_gateway_az1_default", vpc_endpoint_id=None, nat_gateway_id="${aws_nat_gateway.az1.id}"
        ),
        "uninspected-flow",
    ),
    "another zone's endpoint back": (
        _set("aws_route", "public_az1_block_10_1_0_0_16", vpc_endpoint_id="${aws_vpc_endpoint.firewall_az2.id}"),
        "asymmetric-inspection",
    ),
    "no return path from the appliances": (_drop("aws_route", "firewall_az2_block_10_1_0_0_16"), "egress-missing"),
}


@pytest.mark.parametrize("mistake", BALANCED)
def test_a_mistake_in_front_of_appliances_is_found(mistake: str, tmp_path: Path) -> None:
    edit, rule = BALANCED[mistake]
    files = dict(between_accounts(Inspection.APPLIANCES))
    document = json.loads(files[EGRESS])
    edit(document)
    found = proved({**files, EGRESS: json.dumps(document)}, tmp_path / "cdktf.out")
    assert found.verdict is Verdict.VIOLATED
    assert rule in {violation.rule for violation in found.violations}


def test_an_unknown_endpoint_service_is_unknown(tmp_path: Path) -> None:
    files = dict(between_accounts(Inspection.APPLIANCES))
    document = json.loads(files[EGRESS])
    document["variable"]["service"] = {"type": "string"}
    document["resource"]["aws_vpc_endpoint"]["firewall_az1"]["service_name"] = "${var.service}"
    found = proved({**files, EGRESS: json.dumps(document)}, tmp_path / "cdktf.out")
    assert found.verdict is Verdict.UNKNOWN
    assert any("the endpoint service of" in str(each) for each in found.unknown_results)


def test_network_firewall_is_not_taken_for_appliances(tmp_path: Path) -> None:
    """The Terraform has firewall endpoints, and the intent appliances, whose rules are others."""
    files = dict(between_accounts(Inspection.VPC))
    intent = json.loads(between_accounts(Inspection.APPLIANCES)["intent.json"])
    found = proved({**files, "intent.json": json.dumps(intent)}, tmp_path / "cdktf.out")
    assert "uninspected-flow" in {violation.rule for violation in found.violations}


@pytest.mark.parametrize("inspection", [Inspection.VPC, Inspection.GATEWAY, Inspection.APPLIANCES])
def test_a_more_specific_route_around_the_firewall_is_found(inspection: Inspection, tmp_path: Path) -> None:
    """`warehouse` propagates into the table of `web`: longer than the block, so past the firewall in one direction."""
    files = dict(between_accounts(inspection))
    spoke, root = "stacks/workloads/modules/spoke_warehouse/main.tf.json", "stacks/workloads/cdk.tf.json"
    document, call = json.loads(files[spoke]), json.loads(files[root])
    document["variable"]["route_table_id_apps_central"] = {"type": "string"}
    inputs = call["module"]["spoke_web"]
    call["module"]["spoke_warehouse"]["route_table_id_apps_central"] = inputs["route_table_id_apps_central"]
    propagations = document["resource"]["aws_ec2_transit_gateway_route_table_propagation"]
    propagations["around"] = {
        **propagations["data_central"],
        "transit_gateway_route_table_id": "${var.route_table_id_apps_central}",
    }
    changed = {**files, spoke: json.dumps(document), root: json.dumps(call)}
    found = {violation.rule for violation in proved(changed, tmp_path / "cdktf.out").violations}
    assert {"uninspected-flow", "asymmetric-inspection"} <= found


# --- what is written


def test_rules_use_the_blocks_of_the_estate_and_of_segments() -> None:
    document = json.loads(between_accounts(Inspection.VPC)[FIREWALL])["resource"]
    policy = document["aws_networkfirewall_firewall_policy"]["this"]["firewall_policy"]
    (home,) = policy["policy_variables"]["rule_variables"]
    assert home == {"ip_set": {"definition": ["10.1.0.0/16"]}, "key": "HOME_NET"}
    groups = document["aws_networkfirewall_rule_group"]
    sets = {
        name: {
            s["key"]: s["ip_set"]["definition"]
            for s in group["rule_group"].get("rule_variables", {}).get("ip_sets", [])
        }
        for name, group in groups.items()
    }
    assert sets == {
        "updates": {"HOME_NET": ["10.1.0.0/16"], "APPS": ["10.1.0.0/18"]},
        "closing": {},
        "between_segments": {"HOME_NET": ["10.1.0.0/16"], "APPS": ["10.1.0.0/18"], "DATA": ["10.1.64.0/18"]},
        "queries": {"HOME_NET": ["10.1.0.0/16"], "APPS": ["10.1.0.0/18"], "DATA": ["10.1.64.0/18"]},
    }
    assert [group["priority"] for group in policy["stateful_rule_group_reference"]] == [10, 1000, 1900, 2000, 65500]


@pytest.mark.parametrize("inspection", Inspection)
def test_only_a_firewall_on_the_gateway_needs_provider_6(inspection: Inspection) -> None:
    root = json.loads(between_accounts(inspection)["stacks/egress/cdk.tf.json"])
    wanted = ">= 6.5, < 7" if inspection is Inspection.GATEWAY else ">= 5.100, < 7"
    assert root["terraform"]["required_providers"]["aws"]["version"] == wanted


def test_a_rule_group_of_another_capacity_is_there_before_the_old_one_goes() -> None:
    """AWS deletes no rule group that a policy refers to, and knows one by its name."""

    def with_room_for(capacity: int) -> Mapping[str, dict[str, Any]]:
        made = estate(Inspection.VPC)
        policy = FirewallPolicy(domain_lists=[DomainList("systems", domains=[".debian.org"], capacity=capacity)])
        environments = [
            replace(e, egress=replace(e.egress, firewall=policy)) if e.egress is not None else e
            for e in made.environments
        ]
        found: Mapping[str, dict[str, Any]] = json.loads(
            synthesize(check(replace(made, environments=environments)))[FIREWALL]
        )["resource"]["aws_networkfirewall_rule_group"]
        return found

    before, after = with_room_for(100), with_room_for(300)
    assert before.keys() == after.keys() == {"between_segments", "systems", "closing"}
    for group in (*before.values(), *after.values()):
        assert group["lifecycle"] == {"create_before_destroy": True}
    assert before["systems"]["name"] != after["systems"]["name"]
    assert before["between_segments"] == after["between_segments"]


def firewall(**policy: Any) -> Mapping[str, Any]:
    """The resources of a firewall with that policy, by type."""
    made = estate(Inspection.VPC)
    environments = [
        replace(e, egress=replace(e.egress, firewall=FirewallPolicy(**policy))) if e.egress is not None else e
        for e in made.environments
    ]
    found: Mapping[str, Any] = json.loads(synthesize(check(replace(made, environments=environments)))[FIREWALL])
    return found["resource"]  # type: ignore[no-any-return]


def texts(resources: Mapping[str, Any]) -> dict[str, str]:
    """The rules of each group."""
    groups = resources["aws_networkfirewall_rule_group"]
    return {name: group["rule_group"]["rules_source"]["rules_string"] for name, group in groups.items()}


@settings(max_examples=5)
@given(
    domains=st.lists(st.sampled_from(["a.example", ".b.example", "c.example"]), min_size=1, unique=True),
    limited=st.booleans(),
)
def test_another_list_takes_nothing_away(domains: list[str], *, limited: bool) -> None:
    """Lists are rules that pass: one more leaves the others as they are, and drops nothing."""
    first = DomainList("zebra", domains=["z.example"])
    other = DomainList("aardvark", domains=domains, segments=["apps"] if limited else [])
    before, after = texts(firewall(domain_lists=[first])), texts(firewall(domain_lists=[first, other]))
    assert before.items() <= after.items()
    assert all(line.startswith("pass ") for line in after["aardvark"].splitlines())


def test_whatever_is_no_tcp_is_dropped_by_the_last_group() -> None:
    resources = firewall()
    rules = texts(resources)["closing"].splitlines()
    assert [rule.split(" (")[0] for rule in rules] == [f"drop {p} any any -> any any" for p in ("udp", "icmp", "ip")]
    policy = resources["aws_networkfirewall_firewall_policy"]["this"]["firewall_policy"]
    assert (
        policy["stateful_rule_group_reference"][-1]["resource_arn"] == "${aws_networkfirewall_rule_group.closing.arn}"
    )


@pytest.mark.parametrize("default", DefaultAction)
def test_what_a_default_drops_it_reports(default: DefaultAction) -> None:
    policy = firewall(default_action=default)["aws_networkfirewall_firewall_policy"]["this"]["firewall_policy"]
    assert policy["stateful_default_actions"] == [default.value.replace("drop", "alert"), default.value]


def test_a_firewall_that_only_alerts_drops_nothing() -> None:
    own = RuleGroup("own", rules=['reject tcp any any -> any 22 (msg:"drop"; flow:to_server; sid:1;)'], priority=1)
    resources = firewall(alert_only=True, rule_groups=[own], managed_rule_groups=["MalwareDomainsStrictOrder"])
    policy = resources["aws_networkfirewall_firewall_policy"]["this"]["firewall_policy"]
    assert policy["stateful_default_actions"] == ["aws:alert_established_app_layer_to_server"]
    managed = next(g for g in policy["stateful_rule_group_reference"] if ":aws-managed:" in g["resource_arn"])
    assert managed["override"] == {"action": "DROP_TO_ALERT"}
    actions = {line.split()[0] for text in texts(resources).values() for line in text.splitlines()}
    assert actions == {"alert", "pass"}
    assert texts(resources)["own"] == own.rules[0].replace("reject", "alert") + "\n"


def test_another_account_may_write_routes_only_in_the_egress_tables() -> None:
    role = json.loads(between_accounts(Inspection.VPC)[HUB])["resource"]["aws_iam_role_policy"]["egress"]
    statements = {statement["Sid"]: statement for statement in json.loads(role["policy"])["Statement"]}
    tables = {arn.split(".")[1] for arn in statements["Route"]["Resource"]}
    assert tables == {"apps", "apps_central", "data", "data_central", "services_central"}
    assert statements["Associate"]["Resource"] == "${aws_ec2_transit_gateway_route_table.egress.arn}"


def test_a_firewall_on_another_accounts_gateway_is_accepted_before_it_is_used() -> None:
    document = json.loads(between_accounts(Inspection.GATEWAY)[FIREWALL])["resource"]
    accepter = document["aws_networkfirewall_firewall_transit_gateway_attachment_accepter"]["this"]
    claim = document["aws_ec2_tag"]["attachment_segment"]
    assert accepter["provider"] == claim["provider"] == "aws.hub"
    assert (claim["key"], claim["value"]) == ("isthmus:segment", "egress:")
    placed = {
        **document["aws_ec2_transit_gateway_route_table_association"],
        **document["aws_ec2_transit_gateway_route"],
    }
    assert placed
    for resource in placed.values():
        assert resource["provider"] == "aws.hub"
        assert resource["depends_on"] == ["aws_ec2_tag.attachment_segment"]
    logging = document["aws_networkfirewall_logging_configuration"]["this"]
    assert logging["depends_on"] == [
        "aws_cloudwatch_log_resource_policy.firewall_logs",
        "aws_ec2_tag.attachment_segment",
    ]
    own = json.loads(synthesize(estate(Inspection.GATEWAY))[FIREWALL])
    assert "aws_networkfirewall_firewall_transit_gateway_attachment_accepter" not in own["resource"]
    tag = own["resource"]["aws_ec2_tag"]["attachment_segment"]
    assert (tag["key"], tag["value"]) == ("isthmus:segment", "firewall:"), "no segment can claim it"


def test_another_accounts_firewall_may_be_accepted_and_lead_to_the_egress_vpc_and_back() -> None:
    role = json.loads(between_accounts(Inspection.GATEWAY)[HUB])["resource"]["aws_iam_role_policy"]["egress"]
    statements = {statement["Sid"]: statement for statement in json.loads(role["policy"])["Statement"]}
    assert {"egress", "firewall"} <= {arn.split(".")[1] for arn in statements["Route"]["Resource"]}
    assert {arn.split(".")[1] for arn in statements["Associate"]["Resource"]} == {"egress", "firewall"}
    assert "network-firewall:AcceptNetworkFirewallTransitGatewayAttachment" in statements["AcceptFirewall"]["Action"]
    assert "ec2:SearchTransitGatewayRoutes" in statements["Route"]["Action"]
    assert "ec2:SearchTransitGatewayRoutes" not in statements["Look"]["Action"], "other tables are not its business"
    inside = json.loads(between_accounts(Inspection.VPC)[HUB])["resource"]["aws_iam_role_policy"]["egress"]["policy"]
    assert "network-firewall" not in inside


def test_a_new_spoke_changes_no_other_root() -> None:
    before = estate(Inspection.VPC)
    grown = _with_spoke(before)
    one, two = synthesize(before), synthesize(grown)
    others = [path for path in one if path.startswith("stacks/") and "/workloads/" not in path]
    assert {path: two[path] for path in others} == {path: one[path] for path in others}


def _with_spoke(before: Estate) -> Estate:
    more = Spoke("more", cidr="10.1.32.0/20", segment="apps", egress=Egress.CENTRAL)
    environments = [replace(e, spokes=[*e.spokes, more]) if e.name == "workloads" else e for e in before.environments]
    return check(replace(before, environments=environments))
