"""What Checkov alone passes over in silence, and this scan must not."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from isthmus.scan import Scan, ScanError, scan
from isthmus.scan.errors import UnreadableInput
from tests.policies.fixtures import ANY, Files, allow, merged, policy, r, tf, write
from tests.policies.plans import plan_of

POLICIES = Path(__file__).parents[2] / "policies"


def _scan(files: Files, folder: Path) -> Scan:
    write(files, folder)
    return scan(folder, policies=POLICIES, today=date(2026, 1, 1))


def _fails(answer: Scan, check: str) -> set[str]:
    return {finding.address for finding in answer.findings if finding.check == check}


OPEN_SSH = {"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": [ANY], "prefix_list_ids": None}


def test_nulls_do_not_close_an_open_port(tmp_path: Path) -> None:
    answer = _scan(tf(r("aws_security_group", vpc_id="vpc-1", ingress=[OPEN_SSH])), tmp_path)
    assert _fails(answer, "CKV_AWS_24") == {"aws_security_group.x"}


def test_policies_in_json_text_are_read(tmp_path: Path) -> None:
    answer = _scan(tf(r("aws_kms_key", policy=policy(allow({"AWS": "*"}, "kms:*")))), tmp_path)
    assert _fails(answer, "CKV_AWS_33") == {"aws_kms_key.x"}


def test_a_statement_need_not_stand_in_a_list(tmp_path: Path) -> None:
    """Checkov goes through the keys of a lone statement as if they were statements."""
    text = json.dumps({"Version": "2012-10-17", "Statement": allow({"AWS": "*"}, "sts:AssumeRole")})
    answer = _scan(tf(r("aws_iam_role", assume_role_policy=text)), tmp_path)
    assert _fails(answer, "CKV_AWS_60") == {"aws_iam_role.x"}


@pytest.mark.parametrize(
    "check", ["CKV_AWS_286", "CKV_AWS_287", "CKV_AWS_288", "CKV_AWS_289", "CKV_AWS_290", "CKV_AWS_355"]
)
def test_identity_policies_in_json_text_are_read(tmp_path: Path, check: str) -> None:
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    answer = _scan(tf(r("aws_iam_policy", policy=json.dumps({"Statement": [everything]}))), tmp_path)
    assert _fails(answer, check) == {"aws_iam_policy.x"}


@pytest.mark.parametrize(
    "blocks",
    [
        {"terraform": {"required_version": ">= 1.11"}},
        {"moved": [{"from": "aws_vpc.a", "to": "aws_vpc.b"}]},
        {"import": [{"to": "aws_vpc.a", "id": "vpc-1"}]},
        {"removed": [{"from": "aws_vpc.a", "lifecycle": {"destroy": False}}]},
        {"check": {"up": {"assert": [{"condition": "${true}", "error_message": "down"}]}}},
    ],
    ids=lambda block: str(next(iter(block))),
)
@pytest.mark.parametrize("name", ["main.tf.json", "versions.tf.json"])
def test_blocks_that_checkov_cannot_parse_hide_nothing(tmp_path: Path, blocks: dict[str, Any], name: str) -> None:
    answer = _scan({name: merged(blocks, r("aws_ec2_transit_gateway"))}, tmp_path)
    assert _fails(answer, "CKV_ISTHMUS_1") == {"aws_ec2_transit_gateway.x"}


def test_dynamic_blocks_are_named_and_hide_nothing_else(tmp_path: Path) -> None:
    rules = {"ingress": {"for_each": [1], "content": {"protocol": "-1"}}}
    answer = _scan(tf(r("aws_security_group", dynamic=rules), r("aws_ec2_transit_gateway")), tmp_path)
    assert _fails(answer, "ISTHMUS_DYNAMIC") == {"aws_security_group.x"}
    assert _fails(answer, "CKV_ISTHMUS_1") == {"aws_ec2_transit_gateway.x"}
    assert answer.resources == 2


@pytest.mark.parametrize("which", ["CKV_AWS_7", "CKV_ISTHMUS_41", "CKV_ISTHMUS_43"])
def test_a_check_that_crashes_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str) -> None:
    from isthmus.scan import engine

    engine.load_policies(POLICIES)
    check = next(one for one in engine.loaded() if one.id == which)
    crash = "run" if which == "CKV_ISTHMUS_43" else "scan_entity_conf"

    def crashes(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(check, crash, crashes)
    answer = _scan(tf(r("aws_kms_key")), tmp_path)
    assert [which in finding.details[0] for finding in answer.findings if finding.check == "ISTHMUS_CRASHED"] == [True]


def test_every_resource_is_counted(tmp_path: Path) -> None:
    files = tf(
        r("aws_vpc", "none", count=0, cidr_block="10.0.0.0/16"),
        r("aws_vpc", "two", count=2, cidr_block="10.0.0.0/16"),
        r("aws_vpc", "some", count="${var.count}", cidr_block="10.0.0.0/16"),
        r("aws_vpc", "each", for_each={"a": 1, "b": 2}, cidr_block="10.0.0.0/16"),
        r("aws_vpc", "unknown", for_each="${toset(var.names)}", cidr_block="10.0.0.0/16"),
        {"data": {"aws_region": {"current": {}}}},
    )
    assert _scan(files, tmp_path).resources == 6


def test_a_resource_that_checkov_does_not_see_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from isthmus.scan import engine

    monkeypatch.setattr(engine, "prepare_definition", lambda content: {"provider": []})
    with pytest.raises(UnreadableInput, match=r"did not see 1 of 1 resources, the first is resource aws_vpc\.x in"):
        _scan(tf(r("aws_vpc")), tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "{",
            "main.tf.json: Expecting property name enclosed in double quotes: line 1 column 2 (char 1): it is damaged",
        ),
        ("[]", "main.tf.json: expected an object"),
        ('{"resources": {}}', "main.tf.json: resources is no Terraform block"),
        ('{"resource": {"aws_vpc": {"a": {}, "a": {}}}}', "main.tf.json: 'a' is written twice"),
        ('{"resource": [{"aws_vpc": {"a": {}}}, {"aws_vpc": {"a": {}}}]}', "resource.aws_vpc.a is written twice"),
        ('{"resource": {"aws_vpc": {"a": 1}}}', "resource.aws_vpc.a: expected an object, got 1"),
        ('{"resource": 5}', "main.tf.json: resource: expected an object, got 5"),
    ],
)
def test_what_is_not_terraform_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "main.tf.json").write_text(text)
    with pytest.raises(UnreadableInput) as refused:
        scan(tmp_path, policies=POLICIES)
    assert message in str(refused.value)


@pytest.mark.parametrize("source", ["./modules/hub", "../elsewhere"])
def test_a_module_that_is_not_there_is_refused(tmp_path: Path, source: str) -> None:
    """What is not scanned is not clean: the folder of a module is lost, or lies outside what is scanned."""
    root = {"module": {"hub": {"source": source}}}
    with pytest.raises(UnreadableInput, match=rf"^cdk\.tf\.json: module hub is {source}, and no \.tf\.json file"):
        _scan({"cdk.tf.json": root}, tmp_path / "out")


def test_blocks_in_lists_are_scanned(tmp_path: Path) -> None:
    """JSON syntax allows lists of blocks at every level."""
    gateway = {"aws_ec2_transit_gateway": {"a": [{"description": "hub"}]}}
    answer = _scan({"main.tf.json": {"resource": [gateway, {"aws_vpc": [{"b": {}}]}]}}, tmp_path)
    assert _fails(answer, "CKV_ISTHMUS_1") == {"aws_ec2_transit_gateway.a"}
    assert answer.resources == 2


@pytest.mark.parametrize("folder", ["empty", "missing"])
def test_nothing_to_scan_is_no_clean_scan(tmp_path: Path, folder: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableInput, match=folder):
        scan(tmp_path / folder, policies=POLICIES)


def test_policies_that_do_not_load_are_refused(tmp_path: Path) -> None:
    broken = tmp_path / "policies" / "mine"
    broken.mkdir(parents=True)
    (broken / "__init__.py").touch()
    (broken / "broken_policy.py").write_text("raise LookupError('no such table')\n")
    write(tf(r("aws_vpc")), tmp_path / "out")
    with pytest.raises(ScanError, match=r"broken_policy.*no such table"):
        scan(tmp_path / "out", policies=tmp_path / "policies")
    with pytest.raises(ScanError, match="holds no policies"):
        scan(tmp_path / "out", policies=tmp_path / "out")


def test_addresses_are_those_of_terraform(tmp_path: Path) -> None:
    module = merged(r("aws_ec2_transit_gateway"), {"output": {"o": {"value": "${aws_vpn_connection.x}"}}})
    root = {"module": {"hub": {"source": "./modules/hub"}}, "provider": {"aws": [{"alias": "hub"}]}}
    backend = {"terraform": {"backend": {"s3": {"bucket": "b", "key": "k"}}}}
    files = {"stacks/net/cdk.tf.json": {**root, **backend}, "stacks/net/modules/hub/main.tf.json": module}
    found = {(one.check, one.root, one.address, one.file) for one in _scan(files, tmp_path).findings}
    hub = "stacks/net/modules/hub/main.tf.json"
    assert {
        ("CKV_ISTHMUS_1", "net", "module.hub.aws_ec2_transit_gateway.x", hub),
        ("CKV_ISTHMUS_22", "net", "module.hub.output.o", hub),
        ("CKV_ISTHMUS_54", "net", "terraform", "stacks/net/cdk.tf.json"),
        ("CKV_ISTHMUS_58", "net", "provider.aws.hub", "stacks/net/cdk.tf.json"),
    } <= found


def test_modules_in_modules_have_their_whole_address(tmp_path: Path) -> None:
    files = {
        "main.tf.json": {"module": {"outer": {"source": "./outer"}}},
        "outer/main.tf.json": {"module": {"inner": {"source": "../inner"}}},
        "inner/main.tf.json": r("aws_ec2_transit_gateway"),
    }
    assert _fails(_scan(files, tmp_path), "CKV_ISTHMUS_1") == {"module.outer.module.inner.aws_ec2_transit_gateway.x"}


def test_lines_are_those_of_the_block(tmp_path: Path) -> None:
    answer = _scan(tf(r("aws_vpc", "first"), r("aws_ec2_transit_gateway")), tmp_path)
    text = (tmp_path / "main.tf.json").read_text().splitlines()
    for finding in answer.findings:
        first, last = finding.lines
        assert f'"{finding.address.split(".")[1]}": {{' in text[first - 1]
        assert text[last - 1].rstrip(",").endswith("}")


def test_plans_are_scanned_with_their_addresses(tmp_path: Path) -> None:
    root = {"module": {"hub": {"source": "./modules/hub"}}, "provider": {"aws": [{"region": "us-east-1"}]}}
    module = r("aws_ec2_transit_gateway", description="hub")
    files = {"main.tf.json": root, "modules/hub/main.tf.json": module}
    (tmp_path / "net.json").write_text(json.dumps(plan_of(files)))
    answer = scan(None, plans=[tmp_path / "net.json"], policies=POLICIES)
    assert _fails(answer, "CKV_ISTHMUS_1") == {"module.hub.aws_ec2_transit_gateway.x"}
    assert (answer.roots, answer.resources) == (("net.json",), 1)


def test_of_a_plan_data_are_seen_in_modules_too_and_what_it_forgets_is_no_business_of_its(tmp_path: Path) -> None:
    files = {
        "main.tf.json": {"module": {"hub": {"source": "./modules/hub"}}, **tf(r("aws_vpc"))["main.tf.json"]},
        "modules/hub/main.tf.json": r("aws_ec2_transit_gateway", description="hub"),
    }
    plan = plan_of(files)
    root = plan["planned_values"]["root_module"]
    for module, prefix in ((root, ""), (root["child_modules"][0], "module.hub.")):
        found = {"address": f"{prefix}data.aws_vpc.old", "mode": "data", "type": "aws_vpc", "name": "old"}
        change = {"actions": ["read"], "before": None, "after": {}, "after_unknown": {"id": True}}
        module["resources"].append({**found, "values": {}})
        plan["resource_changes"].append({**found, "change": change})
    gone = plan_of(tf(r("aws_ec2_transit_gateway", "gone", description="gone")))
    root["resources"] += gone["planned_values"]["root_module"]["resources"]
    plan["resource_changes"] += [
        {**one, "change": {**one["change"], "actions": ["forget"]}} for one in gone["resource_changes"]
    ]
    (tmp_path / "net.json").write_text(json.dumps(plan))
    answer = scan(None, plans=[tmp_path / "net.json"], policies=POLICIES)
    assert _fails(answer, "CKV_ISTHMUS_1") == {"module.hub.aws_ec2_transit_gateway.x"}
    assert answer.resources == 4


@pytest.mark.parametrize(("name", "text"), [("a.json", "{}"), ("a.json", "nonsense"), ("a.json", "[]")])
def test_what_is_no_plan_is_refused(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UnreadableInput, match=r"a\.json"):
        scan(None, plans=[tmp_path / name], policies=POLICIES)


def test_scanning_twice_says_the_same(tmp_path: Path) -> None:
    """Checkov caches policies by name: a second scan must not see the first one's."""
    bad = tf(
        r("aws_iam_policy", policy=json.dumps({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}))
    )
    good = tf(
        r("aws_iam_policy", policy=json.dumps({"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}))
    )
    assert _fails(_scan(bad, tmp_path), "CKV_AWS_290")
    assert not _fails(_scan(good, tmp_path), "CKV_AWS_290")
    assert _fails(_scan(bad, tmp_path), "CKV_AWS_290")


@pytest.mark.parametrize(
    ("arguments", "fails"),
    [
        ({}, True),
        ({"security_group_ids": None}, True),
        ({"security_group_ids": ["${aws_security_group.g.id}"]}, False),
        ({"security_group_ids": "${[aws_security_group.g.id]}"}, False),
    ],
    ids=["left out", "null", "by reference", "by expression"],
)
@pytest.mark.parametrize("address", ["", "module.m."])
@pytest.mark.parametrize("index", ["", "[0]", '["a]b"]'])
def test_an_argument_that_the_provider_fills_in_is_not_written(
    tmp_path: Path, arguments: dict[str, Any], fails: bool, address: str, index: str
) -> None:
    endpoint = r("aws_vpc_endpoint", vpc_endpoint_type="Interface", vpc_id="vpc-1", service_name="s", **arguments)
    files = tf(endpoint, r("aws_security_group", "g"))
    if address:
        files = {"main.tf.json": {"module": {"m": {"source": "./m"}}}, "m/main.tf.json": files["main.tf.json"]}
    plan = plan_of(files)
    text = json.dumps(plan).replace(
        json.dumps(f"{address}aws_vpc_endpoint.x"), json.dumps(f"{address}aws_vpc_endpoint.x{index}")
    )
    plan = {**json.loads(text), "configuration": plan["configuration"]}  # there, resources have no index
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    answer = scan(None, plans=[tmp_path / "plan.json"], policies=POLICIES, today=date(2026, 1, 1))
    assert bool(_fails(answer, "CKV_ISTHMUS_38")) is fails
