"""The golden files are the configurations of the examples, and they say what the intent says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from isthmus.devices.from_output import devices
from isthmus.output.folder import read_output
from isthmus.platforms import platform_names
from isthmus.report.handover_json import handover_json
from modules.output_folder import write_output
from tests.devices.from_json import devices_from_json
from tests.devices.golden import CASES, FOLDER, OUTPUT, golden_devices, golden_files, platforms_for, written
from tests.devices.parsed import stated
from tests.devices.readers import parsed

AGAIN = "python -m tests.devices.golden writes them again; read the difference"


@pytest.mark.parametrize("case", CASES)
def test_golden_files_are_the_configurations_of_today(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The JSON of a case holds everything: the devices read from it are the same, and make the same files."""
    monkeypatch.chdir(tmp_path)
    write_output(Path(OUTPUT), CASES[case]())
    found = devices(read_output(Path(OUTPUT)))
    document = "".join(handover_json(found))
    assert devices_from_json(json.loads(document)) == found
    golden = {
        str(path.relative_to(FOLDER)): path.read_text(encoding="utf-8")
        for path in (FOLDER / case).rglob("*")
        if path.is_file()
    }
    files = written(case, document)
    assert golden.keys() == files.keys(), AGAIN
    changed = [name for name, text in files.items() if golden[name] != text]
    assert not changed, AGAIN


@pytest.mark.parametrize("name", platform_names())
@pytest.mark.parametrize("case", CASES)
def test_golden_files_read_back_to_the_intent(case: str, name: str) -> None:
    assert golden_devices(case)
    for device in golden_devices(case):
        if name not in platforms_for(device):
            assert device.over_direct_connect
            continue
        assert parsed(name, golden_files(case, name, device.name)) == stated(device, name)


def test_the_cases_hold_every_kind_of_content() -> None:
    """BGP and static routing, allowed connections, DNS forwarding, and a device without a platform's feature."""
    found = [device for case in CASES for device in golden_devices(case)]
    assert {connection.bgp for device in found for connection in device.connections} == {True, False}
    assert {rule.service.protocol for device in found for rule in device.filters} == {"", "tcp", "udp", "icmp"}
    assert any(device.forwarded for device in found)
    assert {len(golden_devices(case)) for case in CASES} == {1, 2, 3}
