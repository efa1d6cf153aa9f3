"""Virtual interfaces in device configurations and hand-over sheets: stage 7."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from isthmus.devices import Device
from isthmus.devices.device_files import configuration
from isthmus.devices.from_output import devices
from isthmus.errors import CannotAnswer
from isthmus.output.folder import read_output
from isthmus.output.overview import advertised, roots
from isthmus.platforms import platform, platform_names
from isthmus.report.handover import sheets
from isthmus.report.handover_json import handover_json
from modules.output_folder import write_output
from tests.devices.from_json import devices_from_json
from tests.modules.synthesized import files_of

ABLE = tuple(name for name in platform_names() if platform(name).direct_connect)


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


@pytest.mark.parametrize("name", ABLE)
def test_the_configuration_has_the_session_and_prefers_it(device: Device, name: str) -> None:
    text = text_of(device, name)
    assert "REPLACE_WITH_THE_BGP_KEY_OF_INFRA_DC1_EQDC2" in text
    for line in (r"169\.254\.100\.1 remote-as 64513", r"local-preference 200", r"\b8500\b", r"\b169\.254\.100\.2\b"):
        assert re.search(line, text), line
    assert "bfd" in re.sub(r"[!#].*", "", text)
    plain = text_of(replace(device, virtual_interfaces=()), name)
    assert "local-preference" not in plain
    assert "bfd" not in plain


@pytest.mark.parametrize("name", ABLE)
def test_bfd_is_left_out_where_the_intent_says_so(device: Device, name: str) -> None:
    (interface,) = device.virtual_interfaces
    text = text_of(replace(device, virtual_interfaces=(replace(interface, bfd=False),)), name)
    assert not re.search(r"\bbfd\b", re.sub(r"[!#].*", "", text))


@pytest.mark.parametrize("name", sorted({*platform_names()} - {*ABLE}))
def test_another_platform_is_refused_with_the_platforms_that_can(device: Device, name: str) -> None:
    with pytest.raises(
        CannotAnswer, match=r"infra-dc1-eqdc2: the templates of .* Use cisco-ios-xe, strongswan-frr, vyos"
    ):
        configuration(device, platform(name))
    assert configuration(replace(device, virtual_interfaces=()), platform(name))


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
