"""Virtual interfaces in device configurations and hand-over sheets: stage 7."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from ipaddress import IPv4Interface
from pathlib import Path

import pytest

from isthmus.devices import Device
from isthmus.devices.device_files import configuration
from isthmus.devices.from_output import devices
from isthmus.output.folder import read_output
from isthmus.output.overview import advertised, roots
from isthmus.platforms import platform, platform_names
from isthmus.report.handover import sheets
from isthmus.report.handover_json import handover_json
from modules.output_folder import write_output
from tests.devices.facts import differences
from tests.devices.facts.direct_connect_facts import DIRECT_CONNECT
from tests.devices.facts.lines import lines_of
from tests.devices.from_json import devices_from_json
from tests.devices.parsed import stated
from tests.devices.readers import parsed
from tests.modules.synthesized import files_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    write_output(out, dict(files_of("examples.stage_7_direct_connect")))
    return out


@pytest.fixture(scope="module")
def device(folder: Path) -> Device:
    return devices(read_output(folder))[0]


def text_of(device: Device, name: str) -> str:
    return "\n".join(file.text for file in configuration(device, platform(name)))


def test_each_device_has_its_virtual_interface(folder: Path) -> None:
    found = {one.name: [interface.name for interface in one.virtual_interfaces] for one in devices(read_output(folder))}
    assert found == {"infra-dc1-01": ["infra-dc1-eqdc2"], "infra-dc1-02": ["infra-dc1-csva1"]}


def test_it_accepts_the_same_prefixes_as_the_tunnels(device: Device) -> None:
    """The router prefers the longest prefix before the local preference, so the prefixes must be equal."""
    (interface,) = device.virtual_interfaces
    assert interface.accepts == device.connections[0].accepts
    assert interface.advertises == device.connections[0].advertises
    assert (interface.aws_asn, interface.vlan, interface.mtu) == (64_513, 101, 8500)


@pytest.mark.parametrize("name", platform_names())
def test_the_configuration_of_a_virtual_interface_reads_back(device: Device, name: str) -> None:
    """Without BFD and jumbo frames, and with two virtual interfaces at one device. Golden files are the other cases."""
    (one,) = device.virtual_interfaces
    two = replace(
        one,
        name="infra-dc1-second",
        number=2,
        vlan=102,
        aws_address=IPv4Interface("169.254.100.5/30"),
        address=IPv4Interface("169.254.100.6/30"),
        accepts=one.accepts[1:],
        advertises=(),
    )
    for interfaces in ((replace(one, bfd=False, mtu=1_500),), (one, replace(two, bfd=False))):
        changed = replace(device, virtual_interfaces=interfaces)
        files = configuration(changed, platform(name))
        assert parsed(name, files) == stated(changed, name)
        lines = lines_of(name, files)
        assert not list(differences(DIRECT_CONNECT[name], changed, lines))
        assert bool(re.search(r"\bbfd\b", "\n".join(lines))) is any(interface.bfd for interface in interfaces)


@pytest.mark.parametrize("name", platform_names())
def test_the_key_is_a_placeholder_with_its_command(device: Device, name: str) -> None:
    (interface,) = device.virtual_interfaces
    text = text_of(device, name)
    assert "REPLACE_WITH_THE_BGP_KEY_OF_INFRA_DC1_EQDC2" in text
    assert "describe-virtual-interfaces --region us-east-1 " in interface.key_command
    assert re.search(rf"^\s*[!#].*{re.escape(interface.key_command)}$", text, re.MULTILINE)


@pytest.mark.parametrize("name", platform_names())
def test_hostile_names_of_a_virtual_interface_stay_on_their_line(device: Device, name: str) -> None:
    (interface,) = device.virtual_interfaces
    hostile = replace(interface, name='x"\n!\nno router bgp 65010\r}; drop #', location="a\nb\r\"'")
    texts = [text_of(replace(device, virtual_interfaces=(one,)), name) for one in (interface, hostile)]
    assert len(texts[0].splitlines()) == len(texts[1].splitlines())


def test_the_programs_read_the_files(device: Device, tmp_path: Path) -> None:
    for file in configuration(device, platform("strongswan-frr")):
        (tmp_path / file.name).write_text(file.text)
    for program, *arguments in (["vtysh", "-C", "-f", "frr.conf"], ["sh", "-n", "interfaces.sh"]):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
        done = subprocess.run(
            [program, *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr


def test_the_json_says_all_of_it(folder: Path) -> None:
    found = devices(read_output(folder))
    assert devices_from_json(json.loads("".join(handover_json(found)))) == found


def test_the_sheet_lists_the_virtual_interfaces(folder: Path) -> None:
    output = read_output(folder)
    present = roots(output.folder, output.graph, output.estate)
    (sheet,) = (
        s for s in sheets(output, advertised(output.network, output.estate, present)) if s.connection == "infra-dc1"
    )
    for part in (
        "EqDC2",
        "CSVA1",
        "169.254.100.5/30",
        "`10.1.48.0/20`",
        "`172.20.0.0/15`",
        "authKey",
        "local preference",
    ):
        assert part in sheet.markdown
