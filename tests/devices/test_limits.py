"""Limits of the platforms: the lengths of names, the ranges of numbers, and settings that exist once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from isthmus.devices import Device
from isthmus.devices.device_files import configuration
from isthmus.devices.from_output import devices
from isthmus.output.folder import read_output
from isthmus.platforms import platform
from modules.output_folder import write_output
from modules.synthesis import synthesize
from tests.devices.estates import crowded
from tests.devices.parsed import every

WINDOWS = {"64", "128", "256", "512", "1024"}


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> Device:
    out: Path = tmp_path_factory.mktemp("crowded")
    write_output(out, synthesize(crowded()))
    [found] = devices(read_output(out))
    return found


def text_of(device: Device, name: str) -> str:
    [file] = configuration(device, platform(name))
    return file.text


@pytest.mark.parametrize("name", ["cisco-asa", "cisco-ios-xe"])
def test_cisco_replay_windows_are_powers_of_two_up_to_1024(device: Device, name: str) -> None:
    windows = every(r"replay window-size (\d+)$", text_of(device, name))
    assert windows
    assert set(windows) <= WINDOWS


def test_ios_xe_has_one_policy_with_all_proposals(device: Device) -> None:
    """The router uses the first IKEv2 policy that matches: its proposals would be those of one tunnel."""
    text = text_of(device, "cisco-ios-xe")
    [policy] = every(r"^crypto ikev2 policy \S+\n((?: .*\n)+)", text)
    defined = every(r"^crypto ikev2 proposal (\S+)$", text)
    assert every(r"^ proposal (\S+)$", policy) == defined
    assert len(defined) == len(device.tunnels)


def test_ios_xe_and_pan_os_drop_packets_from_tunnel_to_tunnel(device: Device) -> None:
    """Both permit packets inside a zone by default. A default route to the site would connect isolated spokes."""
    ios_xe = text_of(device, "cisco-ios-xe")
    [policy] = every(
        r"^zone-pair security \S+ source isthmus-aws destination isthmus-aws\n service-policy type inspect (\S+)$",
        ios_xe,
    )
    assert f"policy-map type inspect {policy}\n class class-default\n  drop\n" in ios_xe
    pan_os = text_of(device, "paloalto-pan-os")
    rule = dict(every(r"^set rulebase security rules isthmus-between-tunnels (\S+) (.*)$", pan_os))
    assert (rule["from"], rule["to"], rule["action"]) == ("isthmus-aws", "isthmus-aws", "deny")
    assert rule["source"] == "[ " + " ".join(map(str, device.aws_ranges)) + " ]"
    assert pan_os.index("isthmus-between-tunnels") < pan_os.index("security rules isthmus-1 ")


def test_an_asa_checks_its_access_lists_and_inspects_icmp(device: Device) -> None:
    text = text_of(device, "cisco-asa")
    assert "\nno sysopt connection permit-vpn\n" in text
    assert "\n  inspect icmp\n  inspect icmp error\n" in text
    assert all(int(number) <= 8 for number in every(r"maximum-paths (\d+)$", text))


def test_names_of_fortios_and_pan_os_are_short(device: Device) -> None:
    """FortiOS: 15 characters for a tunnel, 35 for a prefix list. PAN-OS: 31 for a peer group."""
    assert max(len(connection.name) for connection in device.connections) == 40
    fortios = text_of(device, "fortinet-fortios")
    assert all(len(name) <= 15 for name in every(r'phase1name "(.*)"$', fortios))
    lists = every(r'set prefix-list-(?:in|out) "(.*)"$', fortios)
    assert len(set(lists)) == 2 * len(device.connections)
    assert all(len(name) <= 35 for name in lists)
    groups = every(r"peer-group (\S+) type", text_of(device, "paloalto-pan-os"))
    assert len(set(groups)) == len(device.connections)
    assert all(len(f"{name}-allow") <= 31 for name in groups)


def test_dead_peer_detection_stays_in_the_range_of_the_platform(device: Device) -> None:
    junos = [int(found) for found in every(r"dead-peer-detection interval (\d+)$", text_of(device, "juniper-junos"))]
    pan_os = [int(found) for found in every(r"dpd interval (\d+)$", text_of(device, "paloalto-pan-os"))]
    assert (min(junos), max(junos)) == (10, 60)
    assert (min(pan_os), max(pan_os)) == (10, 100)


def test_pan_os_uses_either_gcm_or_cbc_in_a_profile(device: Device) -> None:
    """With AES-GCM, phase 1 of PAN-OS takes the hash `non-auth`, and phase 2 `none`."""
    text = text_of(device, "paloalto-pan-os")
    phase1 = every(r"ike-crypto-profiles (\S+) encryption \[ (.*) \]$", text)
    hashes = dict(every(r"ike-crypto-profiles (\S+) hash \[ (.*) \]$", text))
    assert {hashes[name] == "non-auth" for name, encryption in phase1 if "gcm" in encryption} == {True}
    assert {hashes[name] for name, encryption in phase1 if "cbc" in encryption} == {"sha384 sha512"}
    assert not any("gcm" in encryption and "cbc" in encryption for _, encryption in phase1)


def test_fortios_originates_the_default_route_for_its_neighbors(device: Device) -> None:
    """An entry `0.0.0.0/0` of `config network` is the value of an empty entry."""
    text = text_of(device, "fortinet-fortios")
    bgp = text[text.index("config router bgp") :]
    network = bgp[bgp.index("config network") :]
    assert "set prefix 0.0.0.0 0.0.0.0" not in network
    assert bgp.count("set capability-default-originate enable") == len(device.tunnels)


def test_ios_xe_without_a_rule_denies(device: Device) -> None:
    """An access list without entries matches every packet."""
    text = text_of(replace(device, filters=()), "cisco-ios-xe")
    lists = every(r"^ip access-list extended \S+\n((?: .*\n)*)", text)
    assert lists == [" deny ip any any\n", " deny ip any any\n"]
