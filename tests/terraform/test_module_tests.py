"""Every module comes with a `terraform test` file that passes, and that fails where the module is broken.

By default one module of each kind, with the double. `nightly` runs all modules of all estates, with the AWS provider
too, which is started anew for each run: some 10 seconds a module.
"""

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from isthmus.intent import Inspection, S3Backend, SharedBy
from modules.module_calls import STATE, module_calls
from modules.synthesis import synthesize
from tests.modules.egress_estates import estate as egress_estate
from tests.modules.inventory import EXAMPLES
from tests.modules.shared_services import reference
from tests.modules.synthesized import estate_of, files_of

from .engine import Engine, TerraformFailed

REFERENCE, CENTRAL = "environments.estate", "examples.stage_4_central_egress"
DIRECT = "examples.stage_7_direct_connect"
EXISTING = "examples.existing_hub"
TRANSLATED = "examples.stage_8_overlapping_ranges"
IN_S3, BY_RULES = "states in S3", "names by resolver rules"
EGRESS = {f"egress, inspection {form}": form for form in Inspection}

ONE_OF_EACH_KIND = (
    (REFERENCE, "network/hub"),
    (EXISTING, "network/hub"),
    (REFERENCE, "network/logs"),
    (REFERENCE, "network/observability"),
    (REFERENCE, "network/vpn"),
    (DIRECT, "network/direct_connect"),
    (REFERENCE, "prod/spoke_prod"),
    (TRANSLATED, "acquired/spoke_erp"),
    (REFERENCE, "prod/resolution_prod"),
    (REFERENCE, "shared-services/dns"),
    (REFERENCE, "shared-services/endpoints"),
    (CENTRAL, "egress/egress"),
    (CENTRAL, "egress/firewall"),
    (IN_S3, "state/state"),
)


@cache
def files(estate: str) -> Mapping[str, str]:
    """The output of one of the examples, or of an estate with what no example has."""
    if estate in EGRESS:
        form = EGRESS[estate]
        return synthesize(egress_estate(form, apart=True, restricted=True))
    if estate == IN_S3:
        return synthesize(
            replace(estate_of(REFERENCE), backend=S3Backend(bucket="example-states", account="network-prod"))
        )
    if estate == BY_RULES:
        return synthesize(reference(shared_by=SharedBy.RESOLVER_RULES))
    return files_of(estate)


def modules(estate: str) -> list[str]:
    """The modules of an estate, as `<root>/<module>`."""
    return [f"{p[1]}/{p[3]}" for path in files(estate) if len(p := path.split("/")) > 4 and p[4] == "main.tf.json"]


def written(estate: str, module: str, folder: Path) -> Path:
    """The folder of a module, with nothing else."""
    root, name = module.split("/")
    start = f"stacks/{root}/modules/{name}/"
    for path, text in files(estate).items():
        if path.startswith(start):
            target = folder / name / path.removeprefix(start)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
    return folder / name


def names(folder: Path) -> list[str]:
    """The runs of a module's test file."""
    (path,) = folder.glob("tests/*.tftest.json")
    return [name for run in json.loads(path.read_text())["run"] for name in run]


@pytest.mark.parametrize(("estate", "module"), ONE_OF_EACH_KIND, ids=lambda value: value.rpartition("/")[2])
def test_a_module_of_each_kind_passes_its_tests(
    double_engine: Engine, estate: str, module: str, tmp_path: Path
) -> None:
    folder = written(estate, module, tmp_path)
    assert double_engine.test(folder) == names(folder) != []


def test_each_kind_of_module_is_among_them() -> None:
    made = {
        call.kind
        for example in EXAMPLES
        for environment in estate_of(example).environments
        for call in module_calls(estate_of(example), environment)
    }
    tested = [f"{module.partition('/')[2]}_" for _, module in ONE_OF_EACH_KIND]
    assert {kind for kind in made | {STATE} if not any(name.startswith(f"{kind}_") for name in tested)} == set()


@pytest.mark.nightly
@pytest.mark.parametrize("estate", [*EXAMPLES, *EGRESS, IN_S3, BY_RULES])
def test_all_modules_of_all_estates_pass_their_tests(double_engine: Engine, estate: str, tmp_path: Path) -> None:
    for module in modules(estate):
        folder = written(estate, module, tmp_path / module.split("/")[0])
        assert double_engine.test(folder) == names(folder) != [], module


@pytest.mark.nightly
@pytest.mark.parametrize(("estate", "module"), ONE_OF_EACH_KIND, ids=lambda value: value.rpartition("/")[2])
def test_the_aws_provider_passes_them_too(real_engine: Engine, estate: str, module: str, tmp_path: Path) -> None:
    folder = written(estate, module, tmp_path)
    assert real_engine.test(folder) == names(folder) != []


Resources = dict[str, dict[str, dict[str, Any]]]


def _without_flow_log(resources: Resources) -> None:
    del resources["aws_flow_log"]


def _set(kind: str, name: str, **arguments: object) -> Callable[[Resources], None]:
    return lambda resources: resources[kind][name].update(arguments)


def _no_protection(resources: Resources) -> None:
    policy = resources["aws_networkfirewall_firewall_policy"]["this"]["firewall_policy"]
    policy["stateful_default_actions"] = ["aws:alert_established"]


def _admit_every_principal(resources: Resources) -> None:
    role = resources["aws_iam_role"]["join_workloads"]
    trust = json.loads(role["assume_role_policy"])
    del trust["Statement"][0]["Condition"]
    role["assume_role_policy"] = json.dumps(trust)


def _delete(kind: str, name: str) -> Callable[[Resources], None]:
    return lambda resources: resources[kind].pop(name)  # type: ignore[return-value]


BREAKS: dict[str, tuple[str, str, str, Callable[[Resources], None], str]] = {
    "no flow log": (REFERENCE, "dev/spoke_dev", "all_traffic_is_logged", _without_flow_log, "aws_flow_log"),
    "flow log of accepted traffic only": (
        REFERENCE,
        "dev/spoke_dev",
        "all_traffic_is_logged",
        _set("aws_flow_log", "this", traffic_type="ACCEPT"),
        "The flow log does not include all traffic",
    ),
    "subnet outside the VPC": (
        REFERENCE,
        "dev/spoke_dev",
        "subnets_are_in_the_vpc_and_do_not_overlap",
        _set("aws_subnet", "private_az1", cidr_block="10.2.0.0/23"),
        "A subnet is outside the CIDRs of the VPC",
    ),
    "subnets that overlap": (
        REFERENCE,
        "dev/spoke_dev",
        "subnets_are_in_the_vpc_and_do_not_overlap",
        _set("aws_subnet", "private_az1", cidr_block="10.1.0.0/22"),
        "Two subnets overlap",
    ),
    "public addresses": (
        REFERENCE,
        "dev/spoke_dev",
        "no_subnet_assigns_public_addresses",
        _set("aws_subnet", "private_az2", map_public_ip_on_launch=True),
        "A subnet assigns public addresses",
    ),
    "subnet with the table of another VPC": (
        REFERENCE,
        "dev/spoke_dev",
        "every_subnet_has_a_route_table_of_this_module",
        _set("aws_route_table_association", "private_az1", route_table_id="rtb-0123456789abcdef0"),
        "uses a route table of another module",
    ),
    "default route to somewhere else": (
        REFERENCE,
        "dev/spoke_dev",
        "egress_is_over_the_hub_only",
        _set("aws_route", "private_az1_default", transit_gateway_id="tgw-0123456789abcdef0"),
        "has no default route to the hub",
    ),
    "association with another segment": (
        REFERENCE,
        "prod/spoke_prod",
        "the_attachment_uses_the_route_table_of_the_segment",
        _set(
            "aws_ec2_transit_gateway_route_table_association",
            "this",
            transit_gateway_route_table_id="${var.route_table_id_network_services}",
        ),
        "not associated with the segment's route table",
    ),
    "propagation into another segment": (
        REFERENCE,
        "prod/spoke_prod",
        "the_vpc_propagates_into_tables_of_its_segment_only",
        _set(
            "aws_ec2_transit_gateway_route_table_propagation",
            "network_services",
            transit_gateway_route_table_id="${var.route_table_id_workloads}",
        ),
        "other route tables of the hub",
    ),
    "default association": (
        REFERENCE,
        "network/hub",
        "nothing_is_reachable_by_default",
        _set("aws_ec2_transit_gateway", "this", default_route_table_association="enable"),
        "has default_route_table_association enabled",
    ),
    "no blackhole": (
        REFERENCE,
        "network/hub",
        "a_default_route_carries_nothing_between_spokes",
        _delete("aws_ec2_transit_gateway_route", "workloads_blackhole_block_10_1_0_0_16"),
        "workloads_blackhole_block_10_1_0_0_16",
    ),
    "role for every principal": (
        REFERENCE,
        "network/hub",
        "no_policy_allows_any_principal",
        _admit_every_principal,
        "any principal",
    ),
    "share with every principal": (
        REFERENCE,
        "network/hub",
        "nothing_is_shared_outside_the_organization",
        _set("aws_ram_resource_share", "this", allow_external_principals=True),
        "A share allows principals outside the organization",
    ),
    "weak cryptography": (
        REFERENCE,
        "network/vpn",
        "tunnels_allow_only_the_cryptography_of_the_intent",
        _set("aws_vpn_connection", "infra_dc1_01", tunnel2_phase1_dh_group_numbers=[2, 20]),
        "other phase1 dh group numbers than 20, 21",
    ),
    "key in the state": (
        REFERENCE,
        "network/vpn",
        "pre_shared_keys_are_in_secrets_manager",
        _set("aws_vpn_connection", "infra_dc1_01", preshared_key_storage="Standard"),
        "would hold a pre-shared key",
    ),
    "log without a key": (
        REFERENCE,
        "network/vpn",
        "logs_are_encrypted_and_kept",
        _set("aws_cloudwatch_log_group", "infra_dc1_01", kms_key_id=None),
        "not encrypted with the root's key",
    ),
    "endpoint for the internet": (
        REFERENCE,
        "shared-services/endpoints",
        "no_security_group_allows_the_internet",
        _set("aws_vpc_security_group_ingress_rule", "endpoints_dc1_users", cidr_ipv4="0.0.0.0/0"),
        "allows the whole internet",
    ),
    "firewall that passes everything": (
        CENTRAL,
        "egress/firewall",
        "traffic_that_no_rule_passes_is_dropped",
        _no_protection,
        "Traffic that no rule passes is not dropped",
    ),
    "zone that leaves by another": (
        CENTRAL,
        "egress/egress",
        "egress_stays_in_its_zone",
        _set("aws_nat_gateway", "az1", subnet_id="${aws_subnet.public_az2.id}"),
        "does not use the firewall or NAT gateway of that zone",
    ),
    "key that stays the same": (
        REFERENCE,
        "network/logs",
        "keys_rotate",
        _set("aws_kms_key", "this", enable_key_rotation=False),
        "A key does not rotate",
    ),
}


@pytest.mark.parametrize("mistake", BREAKS)
def test_a_broken_module_fails_the_test_that_is_about_it(mistake: str, double_engine: Engine, tmp_path: Path) -> None:
    estate, module, run, spoil, expected = BREAKS[mistake]
    folder = written(estate, module, tmp_path)
    (path,) = folder.glob("tests/*.tftest.json")
    document, tests = (json.loads(file.read_text()) for file in (folder / "main.tf.json", path))
    broken = copy.deepcopy(document)
    spoil(broken["resource"])
    assert broken != document
    (folder / "main.tf.json").write_text(json.dumps(broken))
    path.write_text(json.dumps(tests | {"run": [made for made in tests["run"] if run in made]}))
    with pytest.raises(TerraformFailed) as failed:
        double_engine.test(folder)
    assert expected in str(failed.value)
