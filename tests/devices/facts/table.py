"""The facts of all platforms, by the name of the platform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.devices.facts import Fact
from tests.devices.facts.cisco_facts import ASA, IOS_XE
from tests.devices.facts.direct_connect_facts import DIRECT_CONNECT
from tests.devices.facts.fortios_facts import FORTIOS
from tests.devices.facts.junos_facts import JUNOS
from tests.devices.facts.pan_os_facts import PAN_OS
from tests.devices.facts.strongswan_facts import STRONGSWAN
from tests.devices.facts.vyos_facts import VYOS

_FACTS: Mapping[str, Sequence[Fact]] = {
    "cisco-asa": ASA,
    "cisco-ios-xe": IOS_XE,
    "fortinet-fortios": FORTIOS,
    "juniper-junos": JUNOS,
    "paloalto-pan-os": PAN_OS,
    "strongswan-frr": STRONGSWAN,
    "vyos": VYOS,
}
FACTS: Mapping[str, Sequence[Fact]] = {name: (*facts, *DIRECT_CONNECT[name]) for name, facts in _FACTS.items()}
