"""The same proof from synthesized roots and from real plans of them; and what a plan changes."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from isthmus import cli, proof
from isthmus.cost import estimate, shipped
from isthmus.proof import Analysis, Verdict
from tests.proof.estates import output, write
from tests.terraform.engine import Engine, Estate, Missing, find_core
from tests.terraform.engine.double import SchemaDouble
from tests.terraform.engine.schema import installed_schema

STAGE = "stage_2_on_premises_egress"
SPOKE = "stacks/dev/modules/spoke_dev/main.tf.json"

# What the AWS provider puts into a state for arguments that are not configured. The double leaves them null.
FILLED_IN: dict[str, dict[str, object]] = {
    "aws_default_route_table": {"propagating_vgws": []},
    "aws_ec2_transit_gateway": {
        "encryption_support": "disable",
        "multicast_support": "disable",
        "security_group_referencing_support": "disable",
        "transit_gateway_cidr_blocks": [],
    },
    "aws_ec2_transit_gateway_route_table_association": {"replace_existing_association": False},
    "aws_ec2_transit_gateway_vpc_attachment": {
        "appliance_mode_support": "disable",
        "ipv6_support": "disable",
        "security_group_referencing_support": "enable",
    },
    "aws_route": dict.fromkeys(
        [
            "carrier_gateway_id",
            "core_network_arn",
            "destination_ipv6_cidr_block",
            "destination_prefix_list_id",
            "egress_only_gateway_id",
            "gateway_id",
            "local_gateway_id",
            "nat_gateway_id",
            "network_interface_id",
            "vpc_endpoint_id",
            "vpc_peering_connection_id",
        ],
        "",
    ),
    "aws_route_table": {"propagating_vgws": []},
    "aws_route_table_association": {"gateway_id": ""},
    "aws_subnet": {
        "assign_ipv6_address_on_creation": False,
        "customer_owned_ipv4_pool": "",
        "enable_dns64": False,
        "enable_lni_at_device_index": 0,
        "enable_resource_name_dns_a_record_on_launch": False,
        "enable_resource_name_dns_aaaa_record_on_launch": False,
        "ipv6_cidr_block": "",
        "ipv6_native": False,
        "map_customer_owned_ip_on_launch": False,
        "outpost_arn": "",
        "private_dns_hostname_type_on_launch": "ip-name",
    },
    "aws_vpc": {
        "assign_generated_ipv6_cidr_block": False,
        "enable_network_address_usage_metrics": False,
        "instance_tenancy": "default",
        "ipv6_cidr_block_network_border_group": "",
        "ipv6_ipam_pool_id": "",
        "ipv6_netmask_length": 0,
    },
    "aws_vpc_endpoint": {
        "ip_address_type": "ipv4",
        "resource_configuration_arn": "",
        "service_network_arn": "",
        "service_region": "us-east-1",
    },
    "aws_customer_gateway": {"bgp_asn_extended": "", "certificate_arn": "", "device_name": ""},
    "aws_vpn_connection": {
        "local_ipv4_network_cidr": "0.0.0.0/0",
        "local_ipv6_network_cidr": "",
        "outside_ip_address_type": "PublicIpv4",
        "remote_ipv4_network_cidr": "0.0.0.0/0",
        "remote_ipv6_network_cidr": "",
        "transport_transit_gateway_attachment_id": "",
        "tunnel1_inside_ipv6_cidr": "",
        "tunnel2_inside_ipv6_cidr": "",
        "tunnel_inside_ip_version": "ipv4",
        "vpn_concentrator_id": "",
        "vpn_gateway_id": "",
    },
}


@dataclass(frozen=True)
class Made:
    """What people have of an estate that is applied: its output, its plans and states; and a route that goes."""

    output: Path
    first: Path
    applied: Path
    states: Path
    changed: Path
    gone: str

    @property
    def intent(self) -> Path:
        return self.output / "intent.json"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """All of it, by a real Terraform core. The file of a plan is named for its root."""
    folder = tmp_path_factory.mktemp("plans")
    try:
        engine = Engine(find_core(), SchemaDouble(installed_schema()), folder)
    except Missing as missing:
        pytest.skip(str(missing))
    correct = write(output(STAGE), folder / "correct")
    document = json.loads(output(STAGE)[SPOKE])
    gone = "private_az1_default"
    del document["resource"]["aws_route"][gone]
    changed = write({**output(STAGE), SPOKE: document}, folder / "changed")
    estate, live = Estate(correct), engine.live()
    first = {"dev": engine.plan(estate.roots["dev"].directory)}
    live.apply(estate)
    return Made(
        correct,
        _written(first, folder / "first"),
        _written(live.plans(estate), folder / "applied"),
        live.states,
        _written(live.plans(Estate(changed)), folder / "planned"),
        f"dev/module.spoke_dev.aws_route.{gone}",
    )


def _written(plans: dict[str, dict[str, object]], folder: Path) -> Path:
    return write({f"{root}.json": plan for root, plan in plans.items()}, folder)


def flows(subject: Analysis) -> dict[tuple[str, str], object]:
    """All pairs with their paths."""
    return {(f.source, f.destination): (f.forward, f.reply, f.intended, f.exit, f.path) for f in subject.flows}


@pytest.mark.parametrize("given", ["applied", "states", "changed"])
def test_the_same_cost_estimate(made: Made, given: str) -> None:
    """What stands costs the same, whether it is synthesized, planned or applied."""
    paths = sorted(getattr(made, given).iterdir())
    seen = estimate(proof.read(*paths, intent=made.intent), shipped())
    whole = estimate(proof.read(made.output), shipped())
    assert whole.by_root.keys() == {"network", "dev"}
    assert (seen.by_root, seen.notes) == (whole.by_root, whole.notes)


def test_cost_estimate_of_one_plan(made: Made) -> None:
    """A first plan, in which no id is known, costs what its root does; alone, a root has no name."""
    (path,) = made.first.iterdir()
    seen = estimate(proof.read(path, intent=made.intent), shipped())
    whole = estimate(proof.read(made.output), shipped())
    assert (seen.total, seen.by_root) == (whole.by_root["dev"], {})


@pytest.mark.parametrize(
    "given",
    [
        lambda made: made.applied.iterdir(),
        lambda made: made.states.iterdir(),
        lambda made: [made.applied / "dev.json", made.states / "network.tfstate"],
    ],
    ids=["plans", "states", "a plan and a state"],
)
def test_the_same_proof_from_plans(given: Callable[[Made], Iterator[Path]], made: Made) -> None:
    from_folder = proof.read(made.output)
    from_plans = proof.read(*sorted(given(made)), intent=made.intent)
    assert from_folder.prove().verdict is Verdict.PROVED
    assert from_plans.prove().verdict is Verdict.PROVED
    assert flows(from_plans) == flows(from_folder)


def test_the_same_proof_from_states_with_computed_arguments(made: Made, tmp_path: Path) -> None:
    """An argument that has its default makes nothing unknown."""
    used = set()
    for path in made.states.iterdir():
        state = json.loads(path.read_text())
        for resource in state["resources"]:
            defaults = FILLED_IN.get(resource["type"], {}) if resource["mode"] == "managed" else {}
            for instance in resource["instances"]:
                null = {name: value for name, value in defaults.items() if instance["attributes"].get(name) is None}
                instance["attributes"] |= null
                used |= {(resource["type"], name) for name in null}
        (tmp_path / path.name).write_text(json.dumps(state))
    assert ("aws_vpc_endpoint", "service_region") in used
    from_states = proof.read(*sorted(tmp_path.iterdir()), intent=made.intent)
    answer = from_states.prove()
    assert answer.verdict is Verdict.PROVED, answer.unknown_results
    assert flows(from_states) == flows(proof.read(made.output))


def test_a_trace_from_plans(made: Made) -> None:
    folder, plans = proof.read(made.output), proof.read(*sorted(made.applied.iterdir()), intent=made.intent)
    traces = [subject.trace("dev", "dc1/users", port=22) for subject in (folder, plans)]
    assert traces[0].works
    assert str(traces[0]) == str(traces[1])


@pytest.mark.parametrize("plan", ["first", "applied"])
def test_one_root_module_alone_leaves_results_unknown(plan: str, made: Made) -> None:
    answer = proof.read(getattr(made, plan) / "dev.json", intent=made.intent).prove()
    assert answer.verdict is Verdict.UNKNOWN, answer
    assert "not in this input" in str(answer)


def test_what_a_plan_changes(made: Made, capsys: pytest.CaptureFixture[str]) -> None:
    plan, other = made.changed / "dev.json", made.changed / "network.json"
    assert cli.main(["diff", str(plan), "--with", str(other), "--intent", str(made.intent), "--json", "-"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["changes"]
    assert all(change["causes"][0] == made.gone for change in document["changes"])
    assert {change["change"] for change in document["changes"]} == {"lost"}
    assert [one for one in document["unknown"] if "must be refused" not in one["what"]] == []


def test_a_plan_without_other_roots_has_unknown_results(made: Made, capsys: pytest.CaptureFixture[str]) -> None:
    plan = made.changed / "dev.json"
    assert cli.main(["diff", str(plan), "--intent", str(made.intent)]) == 1
    reported = capsys.readouterr().out
    # The route that goes was to a gateway of another root: whether it led anywhere is not known.
    assert reported.startswith("FLOWS MAY CHANGE: 1 flow unclear\n")
    assert "not in this input" in " ".join(reported.split())
