"""Devices whose tunnels run over Direct Connect: stage 11, from its golden files."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from examples.stage_11_encrypted_direct_connect import data_center, estate
from isthmus.devices import Device
from isthmus.devices.device_files import configuration
from isthmus.errors import CannotAnswer
from isthmus.intent.checks import problems
from isthmus.platforms import platform, platform_names
from tests.devices.golden import golden_devices, golden_files

ABLE = ("cisco-ios-xe", "strongswan-frr", "vyos")


@pytest.fixture
def device() -> Device:
    return golden_devices("stage_11")[0]


def text(name: str) -> str:
    return "\n".join(file.text for file in golden_files("stage_11", name, "infra-dc1-01"))


def test_the_device_advertises_its_own_address_over_direct_connect_and_its_networks_in_the_tunnels(
    device: Device,
) -> None:
    (interface,) = device.virtual_interfaces
    assert list(map(str, interface.advertises)) == ["172.21.255.1/32"]
    assert list(map(str, interface.accepts)) == ["10.255.0.0/24"]
    assert list(map(str, device.connections[0].advertises)) == ["0.0.0.0/0", "172.20.0.0/15"]
    assert list(map(str, device.connections[0].accepts)) == ["10.1.0.0/20", "10.1.48.0/20"]


@pytest.mark.parametrize(
    ("name", "patterns"),
    [
        (
            "strongswan-frr",
            [
                r"ip addr replace 172\.21\.255\.1/32 dev lo",
                r"local_addrs = 172\.21\.255\.1",
                r"iifname @transports drop\n\s+oifname @transports drop\n\s+iifname != @tunnels",
                r'set tunnels \{\n\s+type ifname\n\s+elements = \{ "ipsec1", "ipsec2" \}',
            ],
        ),
        (
            "vyos",
            [
                r"set interfaces loopback lo address 172\.21\.255\.1/32",
                r"local-address 172\.21\.255\.1",
                r"rule 52 action drop\nset firewall ipv4 forward filter rule 52 inbound-interface name \S+\.101",
                r"rule 53 action drop\nset firewall ipv4 forward filter rule 53 outbound-interface name \S+\.101",
            ],
        ),
        (
            "cisco-ios-xe",
            [
                r"interface Loopback100\n.*\n ip address 172\.21\.255\.1 255\.255\.255\.255",
                r"tunnel source Loopback100",
                r"encapsulation dot1Q 101\n zone-member security isthmus-direct",
                r"source isthmus-direct destination isthmus-direct\n service-policy type inspect ISTHMUS-BETWEEN",
            ],
        ),
    ],
)
def test_only_the_tunnels_pass_the_virtual_interface(name: str, patterns: list[str]) -> None:
    assert [pattern for pattern in patterns if not re.search(pattern, text(name))] == []


def test_the_virtual_interface_is_no_tunnel_for_the_filter_of_vyos() -> None:
    members = re.findall(r"interface-group ISTHMUS-TUNNELS interface (\S+)", text("vyos"))
    assert members == ["vti1", "vti2"]


@pytest.mark.parametrize("name", [name for name in platform_names() if name not in ABLE])
def test_other_platforms_are_refused(device: Device, name: str) -> None:
    with pytest.raises(CannotAnswer, match="run over Direct Connect"):
        configuration(device, platform(name))
    gateways = [replace(one, platform=name) for one in data_center.customer_gateways]
    found = problems(replace(estate, sites=[replace(data_center, customer_gateways=gateways)]))
    assert {problem.rule for problem in found} == {"unsupported-by-platform"}
    assert all("over Direct Connect" in problem.given for problem in found)
