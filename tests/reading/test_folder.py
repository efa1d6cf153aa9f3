"""Synthesized roots: child modules, remote states, providers, count and for_each, nested blocks."""

from pathlib import Path
from typing import Any

import pytest

from isthmus.terraform import Graph, Unknown, UnreadableTerraform, blocks, read, read_folder
from tests.reading.builders import ref, root, value, write

VPC = {"aws_vpc": {"this": {"cidr_block": "10.1.0.0/16"}}}

HUB = {
    "resource": {"aws_ec2_transit_gateway": {"this": {"amazon_side_asn": 64512}}},
    "output": {"gateway": {"value": "${aws_ec2_transit_gateway.this.id}"}},
}
NETWORK = {
    "module": {"hub": {"source": "./modules/hub"}},
    "output": {"gateway": {"value": "${module.hub.gateway}"}},
}


def spoke(backend: str, config: dict[str, Any]) -> dict[str, Any]:
    return {
        "data": {"terraform_remote_state": {"network": {"backend": backend, "config": config}}},
        "resource": {
            "aws_route": {"r": {"transit_gateway_id": "${data.terraform_remote_state.network.outputs.gateway}"}}
        },
    }


def estate(folder: Path, backend: dict[str, Any], data: tuple[str, dict[str, Any]]) -> Graph:
    write(
        folder,
        {
            "stacks/network/cdk.tf.json": NETWORK,
            "stacks/network/versions.tf.json": {"terraform": backend},
            "stacks/network/modules/hub/main.tf.json": HUB,
            "stacks/dev/cdk.tf.json": spoke(*data),
            "manifest.json": {},
        },
    )
    return read_folder(folder)


@pytest.mark.parametrize(
    ("backend", "data"),
    [
        ({"backend": {"local": {"path": "../../../n.tfstate"}}}, ("local", {"path": "../../../n.tfstate"})),
        ({"backend": {"local": {}}}, ("local", {"path": "../network/terraform.tfstate"})),
        ({"backend": {"s3": {"bucket": "b", "key": "k", "use_lockfile": True}}}, ("s3", {"bucket": "b", "key": "k"})),
        (
            {"cloud": {"organization": "o", "workspaces": {"name": "n"}}},
            ("remote", {"organization": "o", "workspaces": {"name": "n"}}),
        ),
        (
            {"cloud": {"organization": "o", "hostname": "app.terraform.io", "workspaces": {"name": "n"}}},
            ("remote", {"organization": "o", "workspaces": [{"name": "n"}]}),
        ),
        ({"backend": {"gcs": {"bucket": "b", "prefix": "p"}}}, ("gcs", {"bucket": "b", "prefix": "p"})),
    ],
)
def test_roots_meet_where_one_keeps_the_state_the_other_reads(
    tmp_path: Path, backend: dict[str, Any], data: tuple[str, dict[str, Any]]
) -> None:
    graph = estate(tmp_path, backend, data)
    gateway = "network/module.hub.aws_ec2_transit_gateway.this"
    assert graph.resources["dev/aws_route.r"].values == {"transit_gateway_id": ref(gateway)}
    assert graph.resources[gateway].root == "network"
    assert graph.outputs == {"network/gateway": ref(gateway)}


@pytest.mark.parametrize(
    "data",
    [
        ("local", {"path": "elsewhere.tfstate"}),
        ("s3", {"bucket": "b", "key": "other"}),
        ("remote", {"organization": "o", "workspaces": {"name": "other"}}),
        ("s3", {"bucket": "${var.unknown}", "key": "k"}),
    ],
)
def test_a_state_that_no_root_keeps_is_unknown(tmp_path: Path, data: tuple[str, dict[str, Any]]) -> None:
    graph = estate(tmp_path, {"backend": {"s3": {"bucket": "b", "key": "k"}}}, data)
    found = graph.resources["dev/aws_route.r"].get("transit_gateway_id")
    assert isinstance(found, Unknown)
    assert "data.terraform_remote_state.network: none of the given roots" in found.reason


def test_modules_nest_and_pass_values_both_ways(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "main.tf.json": {
                "module": {"spoke": {"source": "./m", "for_each": {"a": "10.1.0.0/16"}, "cidr": "${each.value}"}},
                "resource": {"aws_route": {"r": {"route_table_id": '${module.spoke["a"].table}'}}},
            },
            "m/main.tf.json": {
                "variable": {"cidr": {}},
                "module": {
                    "inner": {"source": "./inner", "count": 2, "cidr": "${cidrsubnet(var.cidr, 4, count.index)}"}
                },
                "output": {"table": {"value": "${module.inner[1].table}"}},
            },
            "m/inner/main.tf.json": {
                "variable": {"cidr": {}},
                "resource": {"aws_route_table": {"t": {}}, "aws_subnet": {"s": {"cidr_block": "${var.cidr}"}}},
                "output": {"table": {"value": "${aws_route_table.t.id}"}},
            },
        },
    )
    graph = read(tmp_path)
    assert graph.resources["aws_route.r"].get("route_table_id") == ref(
        'module.spoke["a"].module.inner[1].aws_route_table.t'
    )
    assert graph.resources['module.spoke["a"].module.inner[1].aws_subnet.s'].get("cidr_block") == "10.1.16.0/20"


def test_providers_are_followed_through_modules_to_account_and_region(tmp_path: Path) -> None:
    thing = {
        "aws_vpc": {"x": {}},
        "aws_eip": {"y": {"provider": "aws.hub"}},
        "aws_subnet": {"z": {"region": "eu-west-1"}},
    }
    write(
        tmp_path,
        {
            "main.tf.json": {
                "variable": {"account": {"default": "222222222222"}},
                "provider": {
                    "aws": [
                        {"region": "us-east-1", "allowed_account_ids": ["111111111111"]},
                        {"alias": "n", "region": "us-east-2", "allowed_account_ids": ["${var.account}"]},
                        {"alias": "role", "assume_role": [{"role_arn": "arn:aws:iam::333333333333:role/x"}]},
                    ]
                },
                "module": {"m": {"source": "./m", "providers": {"aws": "aws", "aws.hub": "${aws.n}"}}},
                "resource": {"aws_vpc": {"r": {"provider": "aws.role"}}},
            },
            "m/main.tf.json": {"module": {"deep": {"source": "./deep", "providers": {"aws.hub": "aws.hub"}}}},
            "m/deep/main.tf.json": {"resource": thing},
        },
    )
    where = {r.type: (r.account, r.region) for r in read(tmp_path).resources.values() if r.address.startswith("module")}
    assert where == {
        "aws_vpc": ("111111111111", "us-east-1"),
        "aws_eip": ("222222222222", "us-east-2"),
        "aws_subnet": ("111111111111", "eu-west-1"),
    }
    assert read(tmp_path).resources["aws_vpc.r"].account == "333333333333"


def test_count_and_for_each_become_instances(tmp_path: Path) -> None:
    graph = root(
        tmp_path,
        locals={"zones": ["a", "b"]},
        resource={
            "aws_subnet": {
                "s": {"count": "${length(local.zones)}", "availability_zone": "${local.zones[count.index]}"}
            },
            "aws_eip": {"e": {"for_each": "${toset(local.zones)}", "domain": "${each.key}"}},
            "aws_nat_gateway": {
                "n": {"for_each": {"x": 0}, "subnet_id": "${aws_subnet.s[each.value].id}", "count_of": None},
            },
            "aws_lb": {"none": {"count": 0}},
            "test_all": {"t": {"ids": "${aws_subnet.s[*].id}", "first": '${aws_eip.e["a"].id}'}},
        },
    )
    assert list(graph.resources) == [
        'aws_eip.e["a"]',
        'aws_eip.e["b"]',
        'aws_nat_gateway.n["x"]',
        "aws_subnet.s[0]",
        "aws_subnet.s[1]",
        "test_all.t",
    ]
    assert graph.resources["aws_subnet.s[1]"].values == {"availability_zone": "b"}
    assert graph.resources['aws_nat_gateway.n["x"]'].values == {"subnet_id": ref("aws_subnet.s[0]")}
    assert graph.resources["test_all.t"].values == {
        "ids": (ref("aws_subnet.s[0]"), ref("aws_subnet.s[1]")),
        "first": ref('aws_eip.e["a"]'),
    }


def test_instances_of_unknown_number_are_kept_apart(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "main.tf.json": {
                "variable": {"n": {}},
                "module": {"m": {"source": "./m", "for_each": "${var.n}"}},
                "resource": {
                    "aws_route": {"r": {"count": "${var.n}", "gateway_id": "${count.index}", "route_table_id": "rtb"}},
                    "test_other": {"o": {"x": "${aws_route.r[0].id}"}},
                },
            },
            "m/main.tf.json": {"resource": {"aws_vpc": {"v": {}}}},
        },
    )
    graph = read(tmp_path)
    assert list(graph.resources) == ["test_other.o"]
    assert list(graph.unexpanded) == ["aws_route.r[?]", "module.m[?].aws_vpc.v"]
    unexpanded = graph.unexpanded["aws_route.r[?]"]
    assert unexpanded.get("route_table_id") == "rtb"
    assert isinstance(unexpanded.get("gateway_id"), Unknown)
    assert isinstance(graph.resources["test_other.o"].get("x"), Unknown)
    assert "aws_route.r[?]: how many there are is not known" in graph.notes


def test_arguments_are_followed_and_what_the_provider_decides_is_a_reference(tmp_path: Path) -> None:
    resource = {"aws_vpc": {"v": {"cidr_block": "10.0.0.0/16"}}, "aws_subnet": {"s": {"vpc_id": "${aws_vpc.v.id}"}}}
    expressions = {
        "cidr": "${aws_vpc.v.cidr_block}",
        "vpc": "${aws_subnet.s.vpc_id}",
        "zone": "${aws_subnet.s.availability_zone}",
        "whole": "${aws_vpc.v}",
        "undeclared": "${aws_vpc.w.id}",
    }
    found = value(tmp_path, expressions, resource=resource)
    assert found["cidr"] == "10.0.0.0/16"
    assert found["vpc"] == ref("aws_vpc.v")
    assert found["zone"] == ref("aws_subnet.s", "availability_zone")
    assert "aws_vpc.v: used as a whole" in found["whole"].reason
    assert "not declared" in found["undeclared"].reason


def test_all_forms_of_blocks_are_equivalent(tmp_path: Path) -> None:
    one = {"from_port": 443, "description": None}
    dynamic = {"ingress": {"for_each": [443], "content": {"from_port": "${ingress.value}"}}}
    graph = root(
        tmp_path,
        variable={"ports": {}},
        resource={
            "aws_security_group": {
                "object": {"ingress": one},
                "list": {"ingress": [one]},
                "dynamic": {"dynamic": dynamic},
                "unknown": {"dynamic": {"ingress": {"for_each": "${var.ports}", "content": {}}}},
                "none": {},
            }
        },
    )
    found = {r.address.split(".")[1]: blocks(r, "ingress") for r in graph.resources.values()}
    assert found["object"] == found["list"] == found["dynamic"] == ({"from_port": 443},)
    assert found["none"] == ()
    (unknown,) = found["unknown"]
    assert isinstance(unknown, Unknown)
    assert "var.ports" in unknown.reason


def test_nulls_and_empty_strings_are_absent_and_tags_are_kept(tmp_path: Path) -> None:
    graph = root(tmp_path, resource={"aws_route": {"r": {"gateway_id": "", "x": None, "tags": {"a": "", "b": "${1}"}}}})
    assert graph.resources["aws_route.r"].values == {"tags": {"a": "", "b": 1}}


@pytest.mark.parametrize(
    ("locals_", "text"),
    [
        ({"a": "${local.b}", "b": "${local.a}"}, "refers to itself"),
        ({"a": "${local.a}"}, "refers to itself"),
        ({f"n{i}": f"${{local.n{i + 1}}}" for i in range(5000)} | {"a": "${local.n0}"}, "too deeply"),
        ({f"n{i}": [f"${{local.n{i + 1}}}"] * 9 for i in range(30)} | {"n30": 1, "a": "${local.n0}"}, "too large"),
        ({f"n{i}": f"${{local.n{i + 1}}}" * 9 for i in range(30)} | {"n30": "x", "a": "${local.n0}"}, "too large"),
    ],
)
def test_circles_and_avalanches_are_unknown(tmp_path: Path, locals_: dict[str, Any], text: str) -> None:
    found = value(tmp_path, "${local.a}", locals=locals_)
    assert isinstance(found, Unknown)
    assert text in found.reason


def test_resources_that_refer_to_each_other_are_unknown(tmp_path: Path) -> None:
    graph = root(
        tmp_path,
        resource={
            "test_a": {"a": {"x": "${test_b.b.y}"}, "n": {"count": "${length(test_a.n)}"}},
            "test_b": {"b": {"y": "${test_a.a.x}"}},
        },
    )
    assert "refers to itself" in str(graph.resources["test_a.a"].get("x"))
    assert list(graph.unexpanded) == ["test_a.n[?]"]


def test_variables_take_values_files_then_defaults_and_say_so(tmp_path: Path) -> None:
    files = {
        "main.tf.json": {
            "variable": {"a": {"default": 1}, "b": {"default": 1}, "c": {}, "d": {"default": 1}},
            "resource": {"test_t": {"t": {"a": "${var.a}", "b": "${var.b}", "c": "${var.c}"}}},
        },
        "terraform.tfvars.json": {"b": 2},
    }
    graph = read(write(tmp_path, files))
    values = graph.resources["test_t.t"].values
    assert (values["a"], values["b"]) == (1, 2)
    assert values["c"] == Unknown("var.c: no value is given")
    assert graph.notes == ("the root: default values are assumed for a",)


def test_override_files_are_merged(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf.json": {"resource": VPC}})
    write(tmp_path, {"x_override.tf.json": {"resource": {"aws_vpc": {"this": {"cidr_block": "10.9.0.0/16"}}}}})
    assert read(tmp_path).resources["aws_vpc.this"].values == {"cidr_block": "10.9.0.0/16"}


def test_metadata_and_what_terraform_itself_reads_are_no_arguments(tmp_path: Path) -> None:
    meta = {"//": {"metadata": 1}, "depends_on": ["aws_vpc.this"], "lifecycle": {"prevent_destroy": True}}
    graph = root(tmp_path, resource={"aws_eip": {"e": meta | {"domain": "vpc"}}} | VPC)
    assert graph.resources["aws_eip.e"].values == {"domain": "vpc"}


def test_a_module_from_elsewhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        UnreadableTerraform, match=r"module 'v' comes from 'terraform-aws-modules/vpc/aws'.*Give a plan"
    ):
        root(tmp_path, module={"v": {"source": "terraform-aws-modules/vpc/aws"}})


def test_a_module_that_calls_itself_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTerraform, match="modules are nested more than 30 levels deep"):
        root(tmp_path, module={"a": {"source": "./"}, "b": {"source": "./"}})
