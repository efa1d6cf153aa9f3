"""A reader for each platform. A reader knows the platform, and no template."""

from collections.abc import Callable, Iterable, Mapping

from isthmus.devices.device_files import ConfigurationFile
from tests.devices.parsed import Parsed, Texts
from tests.devices.readers.cisco import asa, ios_xe
from tests.devices.readers.fortios import fortios
from tests.devices.readers.junos import junos
from tests.devices.readers.pan_os import pan_os
from tests.devices.readers.strongswan_frr import strongswan
from tests.devices.readers.vyos import vyos

READERS: Mapping[str, Callable[[Texts], Parsed]] = {
    "cisco-asa": asa,
    "cisco-ios-xe": ios_xe,
    "fortinet-fortios": fortios,
    "juniper-junos": junos,
    "paloalto-pan-os": pan_os,
    "strongswan-frr": strongswan,
    "vyos": vyos,
}


def parsed(platform: str, files: Iterable[ConfigurationFile]) -> Parsed:
    """Read the files of a platform."""
    return READERS[platform]({file.name: file.text for file in files})
