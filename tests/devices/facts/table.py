"""The facts of all platforms, by the name of the platform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.devices.facts import Fact
from tests.devices.facts.cisco_facts import ASA, IOS_XE
from tests.devices.facts.fortios_facts import FORTIOS
from tests.devices.facts.junos_facts import JUNOS
from tests.devices.facts.pan_os_facts import PAN_OS
from tests.devices.facts.strongswan_facts import STRONGSWAN
from tests.devices.facts.vyos_facts import VYOS

FACTS: Mapping[str, Sequence[Fact]] = {
    "cisco-asa": ASA,
    "cisco-ios-xe": IOS_XE,
    "fortinet-fortios": FORTIOS,
    "juniper-junos": JUNOS,
    "paloalto-pan-os": PAN_OS,
    "strongswan-frr": STRONGSWAN,
    "vyos": VYOS,
}
