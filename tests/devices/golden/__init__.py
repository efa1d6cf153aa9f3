"""The configurations of the examples, as files in this folder: <case>/<platform>/<device>/<file>.

`handover.json` of a case is the output of `isthmus handover --json`. The tests read the intent from it: they need no
synthesis. `python -m tests.devices.golden` writes everything again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from isthmus.devices import Device
from isthmus.devices.device_files import ConfigurationFile, configuration
from isthmus.devices.proposals import unsupported
from isthmus.platforms import platform, platform_names
from modules.synthesis import synthesize
from tests.devices.estates import busy
from tests.devices.from_json import devices_from_json
from tests.modules.synthesized import files_of

FOLDER = Path(__file__).parent
OUTPUT = "cdktf.out"  # as the commands of a configuration name it
JSON = "handover.json"


def _synthesized(example: str) -> Callable[[], Mapping[str, str]]:
    return lambda: files_of(example)


CASES: Mapping[str, Callable[[], Mapping[str, str]]] = {
    "stage_1": _synthesized("examples.stage_1_dev_only"),
    "stage_2": _synthesized("examples.stage_2_on_premises_egress"),
    "stage_3": _synthesized("examples.stage_3_every_vpc"),
    "stage_4": _synthesized("examples.stage_4_central_egress"),
    "stage_5": _synthesized("examples.stage_5_resilient_vpn"),
    # Direct Connect, with a VPN as the backup
    "stage_7": _synthesized("examples.stage_7_direct_connect"),
    # DNS forwarding
    "environments": _synthesized("environments.estate"),
    # A site that translates a network
    "stage_10": _synthesized("examples.stage_10_overlapping_site"),
    # VPN connections over Direct Connect
    "stage_11": _synthesized("examples.stage_11_encrypted_direct_connect"),
    # Static routing, allowed connections, and a site with two devices
    "allowed_connections": lambda: synthesize(busy()),
}


@cache
def golden_devices(case: str) -> tuple[Device, ...]:
    """The devices of a case, from its JSON."""
    return devices_from_json(json.loads((FOLDER / case / JSON).read_text(encoding="utf-8")))


@cache
def golden_files(case: str, name: str, device: str) -> tuple[ConfigurationFile, ...]:
    """The golden files of a device for a platform; none if the platform cannot have it."""
    ours = next(found for found in golden_devices(case) if found.name == device)
    if name not in platforms_for(ours):
        return ()
    return tuple(
        ConfigurationFile(path.name, path.read_text(encoding="utf-8"))
        for path in sorted((FOLDER / case / name / device).iterdir())
    )


def platforms_for(device: Device) -> tuple[str, ...]:
    """The platforms that can have a device."""
    return tuple(name for name in platform_names() if not list(unsupported(device, platform(name))))


def written(case: str, document: str) -> dict[str, str]:
    """All files of a case, by their path, from its JSON document."""
    files = {f"{case}/{JSON}": document}
    for device in devices_from_json(json.loads(document)):
        for name in platforms_for(device):
            for file in configuration(device, platform(name)):
                files[f"{case}/{name}/{device.name}/{file.name}"] = file.text
    return files
