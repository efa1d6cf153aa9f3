"""What AWS publishes for customer gateway devices, and why a platform's configuration differs from it.

The values of the samples are those of the AWS sample configurations for IOS, ASA, SRX, FortiGate and PAN-OS (no text):
https://github.com/awsdocs/amazon-vpc-network-administrator-guide, doc_source: Cisco.md, cisco-asa-vti-bgp.md,
juniper-srx.md, fortinet.md, palo-alto.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.devices.facts import Groups

_REQUIREMENTS = "https://docs.aws.amazon.com/vpn/latest/s2svpn/CGRequirements.html"
_BEST_PRACTICE = "https://docs.aws.amazon.com/vpn/latest/s2svpn/cgw-best-practice.html"
_OPTIONS = "https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNTunnels.html"
_ROUTING = "https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNRoutingTypes.html"
_QUOTAS = "https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-limits.html"
_SAMPLES = "https://docs.aws.amazon.com/vpn/latest/s2svpn/cgw-dynamic-routing-examples.html"

Check = Callable[[Groups], bool]


@dataclass(frozen=True)
class Published:
    """A fact that AWS publishes.

    - `name`: a fact of a platform has this name.
    - `published`: what AWS writes; `differs` states why ours is not the same value, "" if it is.
    - `holds`: what the values of each line must satisfy.
    - `exempt`: platforms whose configuration does not state it, with the reason.
    """

    name: str
    source: str
    published: str
    holds: Check
    differs: str = ""
    exempt: Mapping[str, str] = field(default_factory=dict)


def _last(low: int, high: int) -> Check:
    """The last value is a number in a range."""
    return lambda groups: low <= int(groups[-1]) <= high


_AT_THE_INTERFACE = "packets are fragmented at the tunnel interface, which has the MTU of the tunnel"
_NO_DF = "there is no such setting for one tunnel; TCP MSS keeps TCP small, and other packets get an ICMP error"

PUBLISHED = (
    Published("IKE version", _BEST_PRACTICE, "use IKEv2", lambda groups: "2" in groups, "the samples are for IKEv1"),
    Published(
        "phase 1 lifetime",
        _OPTIONS,
        "28,800 seconds",
        _last(14_400, 28_800),
        "the device rekeys before AWS: a rekey from both sides at once interrupts the tunnel",
    ),
    Published("phase 2 lifetime", _OPTIONS, "3,600 seconds", _last(900, 3_600), "as for phase 1"),
    Published("dead peer detection", _SAMPLES, "an interval of 10 seconds", lambda groups: "10" in groups),
    Published(
        "perfect forward secrecy",
        _REQUIREMENTS,
        "use perfect forward secrecy",
        _last(14, 24),
        exempt={
            "fortinet-fortios": "the fact `phase 2 groups` states the groups, `settings of phase 2` the setting",
            "strongswan-frr": "the groups are in the fact `phase 2 algorithms`",
        },
    ),
    Published(
        "MTU",
        _BEST_PRACTICE,
        "at most 1,446 bytes",
        _last(1_366, 1_446),
        "the samples have 1,427 or 1,436: AES-GCM of the estate has smaller headers",
        exempt={"cisco-asa": "a virtual tunnel interface of ASA takes its MTU from the outside interface"},
    ),
    Published(
        "TCP MSS",
        _BEST_PRACTICE,
        "the MTU without 40 bytes",
        lambda groups: int(groups[-1]) in (1_406, 40),  # PAN-OS states the difference to the MTU
        "the samples have 1,379 or 1,387, for AES-CBC with SHA-1",
    ),
    Published(
        "DF bit cleared",
        _BEST_PRACTICE,
        "reset the flag, if the device can",
        lambda groups: groups[-1] == "clear",
        exempt=dict.fromkeys(("fortinet-fortios", "paloalto-pan-os", "strongswan-frr", "vyos"), _NO_DF),
    ),
    Published(
        "fragmentation before encryption",
        _REQUIREMENTS,
        "fragment before encryption",
        lambda groups: True,  # the pattern has the value
        exempt=dict.fromkeys(("juniper-junos", "paloalto-pan-os", "strongswan-frr", "vyos"), _AT_THE_INTERFACE),
    ),
    Published(
        "replay window",
        _OPTIONS,
        "1,024 packets",
        lambda groups: groups[-1] == "1024",
        "the samples have 128 packets",
        exempt=dict.fromkeys(
            ("fortinet-fortios", "juniper-junos", "paloalto-pan-os", "vyos"),
            "it is no setting of one tunnel, or has another name",
        ),
    ),
    Published("BGP neighbor", _REQUIREMENTS, "a BGP session for each tunnel", lambda groups: groups[-1] == "64512"),
    Published(
        "BGP timers",
        _SAMPLES,
        "keepalive 10 seconds, hold time 30 seconds",
        lambda groups: groups[-1] in ("10", "30"),
    ),
    Published("maximum prefixes", _QUOTAS, "AWS advertises up to 5,000 prefixes", _last(5_000, 5_000)),
    Published("ECMP", _ROUTING, "a transit gateway supports ECMP over tunnels with BGP", lambda groups: True),
    Published(
        "own identity",
        _REQUIREMENTS,
        "the address of the customer gateway",
        lambda groups: True,
        exempt={
            "cisco-asa": "it sends the address of the outside interface",
            "strongswan-frr": "the fact `identities` has it",
        },
    ),
    Published("pre-shared key", _OPTIONS, "a key for each tunnel", lambda groups: "PRE_SHARED_KEY" in groups[-1]),
)
