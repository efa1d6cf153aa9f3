"""Networks of other configurations, applied on the mended moto and taken over: the plan shows what was named.

Each is written in the style of a family of public modules: by their addresses, names and settings.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from isthmus.adoption.adoption import Adoption, adoption, import_blocks
from isthmus.intent import (
    Account,
    CustomerGateway,
    Egress,
    Environment,
    Estate,
    Hub,
    Routing,
    Segment,
    Site,
    Spoke,
    Tunnel,
    VpnConnection,
    check,
)
from isthmus.terraform import read
from modules.output_folder import write_output
from modules.synthesis import synthesize

from . import engine
from .engine import Engine, LiveEstate
from .engine.real import RealProvider
from .moto.on_moto import ProviderOnMoto
from .moto.server import served

MOTO = "123456789012"  # the account that owns everything there
TGW = "aws_ec2_transit_gateway"
Resources = dict[str, dict[str, Any]]


@pytest.fixture
def live(real_engine: Engine) -> Iterator[LiveEstate]:
    """Terraform with the AWS provider and an AWS with nothing in it."""
    assert isinstance(real_engine.provider, RealProvider)
    with served() as address:
        yield replace(real_engine, provider=ProviderOnMoto(real_engine.provider, address)).live()


def root(folder: Path, resources: Resources) -> engine.Estate:
    """A root module with these resources."""
    place = folder / "stacks/old"
    place.mkdir(parents=True)
    document = {
        "terraform": {
            "required_providers": {"aws": {"source": "hashicorp/aws", "version": ">= 5.100, < 7"}},
            "backend": {"local": {"path": "../../old.tfstate"}},
        },
        "provider": {"aws": [{"region": "us-east-1"}]},
        "resource": resources,
    }
    (place / "cdk.tf.json").write_text(json.dumps(document))
    return engine.Estate(folder)


def in_the_console() -> Resources:
    """As the console makes it, with default route tables, and imported as it is."""
    vpc = {"cidr_block": "10.0.0.0/20", "enable_dns_hostnames": True, "tags": {"Name": "app"}}
    attachment: dict[str, Any] = {"transit_gateway_id": f"${{{TGW}.hub.id}}", "vpc_id": "${aws_vpc.app.id}"}
    attachment["subnet_ids"] = ["${aws_subnet.tgw_b.id}", "${aws_subnet.tgw_c.id}"]
    return {
        TGW: {"hub": {"description": "made by hand"}},
        "aws_vpc": {"app": vpc},
        "aws_subnet": {
            f"tgw_{letter}": {
                "vpc_id": "${aws_vpc.app.id}",
                "cidr_block": f"10.0.15.{16 * number}/28",
                "availability_zone": f"us-east-1{letter}",
            }
            for number, letter in enumerate("bc")
        },
        f"{TGW}_vpc_attachment": {"app": attachment},
        "aws_customer_gateway": {"office": {"bgp_asn": "65010", "ip_address": "203.0.113.10", "type": "ipsec.1"}},
        "aws_vpn_connection": {
            "office": {
                "customer_gateway_id": "${aws_customer_gateway.office.id}",
                "transit_gateway_id": f"${{{TGW}.hub.id}}",
                "type": "ipsec.1",
                "static_routes_only": True,
                "tunnel1_inside_cidr": "169.254.100.0/30",
                "tunnel2_inside_cidr": "169.254.100.4/30",
            }
        },
    }


def counted() -> Resources:
    """As terraform-aws-modules/transit-gateway and vpc have it: `this[0]`, one route table, maps of attachments."""
    resources = in_the_console()
    off = {"default_route_table_association": "disable", "default_route_table_propagation": "disable"}
    resources[TGW] = {"this": {"count": 1, "amazon_side_asn": 64_600, "tags": {"Name": "old"}, **off}}
    resources["aws_vpc"] = {"this": {"count": 1, "cidr_block": "10.0.0.0/20", "enable_dns_hostnames": True}}
    resources["aws_subnet"] = {
        "intra": {
            "count": 2,
            "vpc_id": "${aws_vpc.this[0].id}",
            "cidr_block": '${["10.0.15.0/28", "10.0.15.16/28"][count.index]}',
            "availability_zone": '${["us-east-1b", "us-east-1c"][count.index]}',
        }
    }
    table = {"count": 1, "transit_gateway_id": f"${{{TGW}.this[0].id}}", "tags": {"Name": "shared"}}
    resources[f"{TGW}_route_table"] = {"this": table}
    resources[f"{TGW}_vpc_attachment"] = {
        "this": {
            "for_each": '${toset(["app"])}',
            "transit_gateway_id": f"${{{TGW}.this[0].id}}",
            "vpc_id": "${aws_vpc.this[0].id}",
            "subnet_ids": "${aws_subnet.intra[*].id}",
            "transit_gateway_default_route_table_association": False,
            "transit_gateway_default_route_table_propagation": False,
        }
    }
    for kind in ("association", "propagation"):
        resources[f"{TGW}_route_table_{kind}"] = {
            "this": {
                "for_each": '${toset(["app"])}',
                "transit_gateway_attachment_id": f"${{{TGW}_vpc_attachment.this[each.key].id}}",
                "transit_gateway_route_table_id": f"${{{TGW}_route_table.this[0].id}}",
            }
        }
    resources["aws_vpn_connection"]["office"]["transit_gateway_id"] = f"${{{TGW}.this[0].id}}"
    return resources


def estate(asn: int) -> Estate:
    """What the language says of both."""
    account = Account("main", id=MOTO)
    shared = Segment("shared", allowed_egress={Egress.NONE}, route_table_name="shared")
    office = CustomerGateway("office", ip_address="203.0.113.10", bgp_asn=65_010)
    tunnels = (Tunnel(inside_cidr="169.254.100.0/30"), Tunnel(inside_cidr="169.254.100.4/30"))
    connection = VpnConnection(
        "office", customer_gateway=office, number=1, segment=shared, routing=Routing.STATIC, tunnels=tunnels
    )
    pinned = {"transit_gateway_az1": "10.0.15.0/28", "transit_gateway_az2": "10.0.15.16/28"}
    spoke = Spoke("app", cidr="10.0.0.0/20", segment=shared, egress=Egress.NONE, subnets=pinned, gateway_endpoints=[])
    return check(
        Estate(
            "adopted",
            accounts=[account],
            region="us-east-1",
            blocks=["10.0.0.0/16"],
            zones=["use1-az1", "use1-az2"],
            segments=[shared],
            sites=[Site("office", networks={"lan": "192.168.0.0/24"}, customer_gateways=[office])],
            environments=[
                Environment(
                    "network",
                    account=account,
                    hub=Hub("main", asn=asn),
                    vpn_connections=[connection],
                    spokes=[spoke],
                )
            ],
        )
    )


def adopted(live: LiveEstate, old: engine.Estate, made: Estate, folder: Path) -> tuple[Adoption, dict[str, Any]]:
    """What `isthmus adopt` says, and what the plan does with its import blocks."""
    live.apply(old)
    write_output(folder, synthesize(made))
    found = adoption(read(live.states / "old.tfstate"), read(folder))
    [(name, blocks)] = import_blocks(found).items()
    (folder / "stacks" / name / "imports.tf.json").write_text(json.dumps(blocks))
    return found, live.plans(engine.Estate(folder))[name]


def actions(plan: Mapping[str, Any]) -> dict[str, list[str]]:
    """What a plan does to each resource, by address."""
    managed = [change for change in plan["resource_changes"] if change["mode"] == "managed"]
    return {change["address"]: change["change"]["actions"] for change in managed}


def changed(plan: Mapping[str, Any], address: str) -> set[str]:
    """The arguments of a resource that a plan changes; what is known after the apply counts if it is an argument."""
    [change] = [one["change"] for one in plan["resource_changes"] if one["address"] == address]
    before, after, unknown = change["before"], change["after"], change["after_unknown"]
    return {
        name
        for name in {*before, *after} - {"tags_all"}
        if before.get(name) != after.get(name) and not unknown.get(name)
    }


@pytest.mark.nightly
@pytest.mark.parametrize(("style", "asn", "number"), [(counted, 64_600, 10), (in_the_console, 64_512, 7)])
def test_the_plan_shows_what_was_named(
    live: LiveEstate, style: Callable[[], Resources], asn: int, number: int, tmp_path: Path
) -> None:
    found, plan = adopted(live, root(tmp_path / "old", style()), estate(asn), tmp_path / "out")
    done = actions(plan)
    imported = {one.to: one for one in found.imports}
    assert found.left == ()
    assert bool(found.blocked) is (style is in_the_console)
    assert len(imported) == number
    assert not [address for address, action in done.items() if "delete" in action]
    assert {address for address, action in done.items() if action == ["create"]} == {
        address.removeprefix("network/") for address in found.created
    }
    for address, one in imported.items():
        assert done[address] in (["update"], ["no-op"])
        named = {change.argument.partition(".")[0] for change in one.changes}
        assert changed(plan, address) - named == set(), address
