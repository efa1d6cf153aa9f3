"""The lines of a difference: addresses, the on-premises side, DNS and endpoints, and inbound internet access."""

from __future__ import annotations

import io
import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from rich.console import Console

from isthmus import proof
from isthmus.proof.analysis import Analysis
from isthmus.proof.difference.flows import Difference
from isthmus.proof.difference.objects import ObjectChange, ObjectChangeKind, ObjectKind, Setting, SettingChange
from isthmus.report.difference_json import difference_json
from isthmus.report.difference_lines import MOST_LINES, inbound_lines, object_lines, on_premises_lines
from isthmus.report.difference_markdown import difference_markdown
from isthmus.report.difference_terminal import print_difference
from tests.modules.synthesized import files_of
from tests.proof.estates import output, write
from tests.proof.test_dns_answers import DNS, ENDPOINTS, Edit, Module, set_on

HUB, VPN, SPOKE = "network/modules/hub", "network/modules/vpn", "dev/modules/spoke_dev"
CONNECTION = ("aws_vpn_connection", "infra_dc1_01")
GATEWAY = ("aws_customer_gateway", "infra_dc1_01")


def read(files: dict[str, str]) -> Analysis:
    with TemporaryDirectory() as folder:
        return proof.read(write(files, Path(folder)))


@cache
def reference() -> Analysis:
    return read(dict(files_of("environments.estate")))


def edited(place: str, edit: Edit) -> Difference:
    """The reference estate against itself after an edit of one module."""
    path = f"stacks/{place}/main.tf.json"
    files = dict(files_of("environments.estate"))
    document = json.loads(files[path])
    edit(document["resource"])
    return proof.compare(reference(), read({**files, path: json.dumps(document)}))


def without(kind: str, name: str) -> Edit:
    def edit(resources: Module) -> None:
        del resources[kind][name]

    return edit


def both(**options: Any) -> Edit:
    return set_on(
        *CONNECTION, **{f"tunnel{number}_{name}": value for number in (1, 2) for name, value in options.items()}
    )


SERVERS = [{"ip": "172.21.9.9"}, {"ip": "172.21.0.53", "port": 5353}]
LINES: dict[str, tuple[str, Edit, str]] = {
    "the ASN of the hub": (
        HUB,
        set_on("aws_ec2_transit_gateway", "this", amazon_side_asn=64_513),
        "transit gateway infra-main: ASN 64513, was 64512; the BGP sessions of every device name its ASN",
    ),
    "a customer gateway": (
        VPN,
        set_on(*GATEWAY, ip_address="203.0.113.99", bgp_asn=65_099, device_name="Example Router"),
        "customer gateway infra-dc1-01: outside address 203.0.113.99, was 203.0.113.10; ASN 65099, was 65010; "
        "device Example Router, was none",
    ),
    "an option of both tunnels": (
        VPN,
        both(phase2_lifetime_seconds=1_800),
        "dc1 over infra-dc1-01: both tunnels: phase 2 lifetime 1800, was 3600",
    ),
    "an option of one tunnel": (
        VPN,
        set_on(*CONNECTION, tunnel2_startup_action="add"),
        "dc1 over infra-dc1-01: tunnel 2: startup action add, was start",
    ),
    "a list of algorithms": (
        VPN,
        both(phase1_integrity_algorithms=["SHA2-512", "SHA2-384", "SHA2-256"]),
        "dc1 over infra-dc1-01: both tunnels: phase 1 integrity SHA2-256, SHA2-384, SHA2-512, was SHA2-384, SHA2-512",
    ),
    "an inside CIDR": (
        VPN,
        set_on(*CONNECTION, tunnel1_inside_cidr="169.254.99.0/30"),
        "dc1 over infra-dc1-01: tunnel 1: inside CIDR 169.254.99.0/30, was 169.254.16.0/30",
    ),
    "an unknown option": (
        VPN,
        set_on(*CONNECTION, tunnel1_ike_versions="${data.external.x.result}"),
        "dc1 over infra-dc1-01: tunnel 1: IKE versions unknown (data.external.x: not declared), was ikev2",
    ),
    "an option with the default of AWS": (
        VPN,
        set_on(*CONNECTION, tunnel1_dpd_timeout_seconds=None),
        "dc1 over infra-dc1-01: tunnel 1: DPD timeout unknown (the default of AWS applies), was 30",
    ),
    "static routing": (
        VPN,
        set_on(*CONNECTION, static_routes_only=True),
        "dc1 over infra-dc1-01: add static routes to 10.1.0.0/20, 10.1.16.0/20, 10.1.32.0/20, 10.1.48.0/20 to the",
    ),
    "the targets of a rule": (
        DNS,
        set_on("aws_route53_resolver_rule", "corp_example_com", target_ip=SERVERS),
        "Resolver rule corp.example.com: targets 172.21.9.9, 172.21.0.53 port 5353, was 172.21.0.53, 172.21.1.53",
    ),
    "a Resolver endpoint": (
        DNS,
        set_on("aws_route53_resolver_endpoint", "inbound", ip_address=[{"subnet_id": "${var.subnet_id_resolver_az1}"}]),
        "Resolver endpoint infra-shared-services-inbound: addresses assigned by AWS, was 10.1.62.132, 10.1.62.148, "
        "10.1.62.180; subnets 10.1.62.128/28, was 10.1.62.128/28, 10.1.62.144/28, 10.1.62.176/28; DNS servers and "
        "firewalls of the sites name its addresses",
    ),
    "an interface endpoint": (
        ENDPOINTS,
        set_on("aws_vpc_endpoint", "interface_kms", subnet_ids=["${var.subnet_id_endpoints_az1}"]),
        "interface endpoint kms in shared-services: subnets ",
    ),
    "no gateway endpoint": (SPOKE, without("aws_vpc_endpoint", "s3"), "1 gateway endpoint is gone: s3 in dev"),
}


@pytest.mark.parametrize("change", LINES)
def test_a_change_of_a_setting_is_a_line(change: str) -> None:
    place, edit, expected = LINES[change]
    difference = edited(place, edit)
    assert not difference.changes_nothing
    lines = [
        *object_lines(difference.addresses),
        *on_premises_lines(difference.on_premises),
        *object_lines(difference.dns_and_endpoints),
    ]
    assert any(line.startswith(expected) for line in lines), lines


def inbound(gained: bool) -> Difference:
    """A spoke with public subnets comes or goes: stage 1 has them, stage 2 does not."""
    stages = [read(dict(output(name))) for name in ("stage_2_on_premises_egress", "stage_1_dev_only")]
    return proof.compare(*(stages if gained else reversed(stages)))


@pytest.mark.parametrize("gained", [True, False])
def test_inbound_internet_access_comes_first(gained: bool) -> None:
    difference = inbound(gained)
    word = "gained" if gained else "lost"
    (line,) = inbound_lines(difference.inbound)
    assert line.startswith(f"{word}: internet -> dev (public subnets), because of dev/")
    out = io.StringIO()
    print_difference(difference, (), Console(file=out, width=200, highlight=False, markup=False))
    text, document = difference_markdown(difference, ()), json.loads("".join(difference_json(difference, ())))
    headings = [one for one in out.getvalue().splitlines() if one and not one.startswith((" ", "-"))]
    assert headings[2] == "Inbound internet access", headings
    assert text.index("Inbound internet access") < text.index("Flow changes")
    assert list(document)[2] == "inbound_internet_access"
    assert {one["source"] for one in document["inbound_internet_access"]} == {"internet"}
    assert "internet" not in {one["source"] for one in document["changes"]}
    assert "internet -> dev" not in text.split("Flow changes")[1]


def _changed(name: str, value: str, kind: ObjectKind = ObjectKind.VPC, site: str = "") -> ObjectChange:
    setting = SettingChange("account", Setting(("1",)), Setting((value,)))
    return ObjectChange(kind, name, ObjectChangeKind.CHANGED, (setting,), site)


def test_equal_changes_share_a_line_and_many_lines_are_cut() -> None:
    same = [_changed(f"vpc-{number:02}", "2") for number in range(40)]
    assert object_lines(same) == ["VPCs vpc-00, vpc-01, vpc-02, vpc-03 and 36 more: account 2, was 1"]
    different = [_changed(f"vpc-{number:02}", str(number + 2)) for number in range(40)]
    lines = object_lines(different)
    assert len(lines) == MOST_LINES + 1
    assert lines[-1] == f"and {40 - MOST_LINES} more (--json lists them)"
    new = [ObjectChange(ObjectKind.VPC, f"vpc-{number:02}", ObjectChangeKind.ADDED) for number in range(40)]
    assert object_lines(new) == ["40 VPCs are new: vpc-00, vpc-01, vpc-02, vpc-03 and 36 more"]


def test_connections_of_a_site_share_a_line() -> None:
    connections = [_changed(name, "2", ObjectKind.VPN_CONNECTION, "dc1") for name in ("a", "b")]
    other = _changed("c", "2", ObjectKind.VPN_CONNECTION, "dc2")
    assert on_premises_lines([*connections, other]) == [
        "dc1 over a, b: account 2, was 1",
        "dc2 over c: account 2, was 1",
    ]
