"""Tunnel options that AWS accepts: for the language and for any Terraform.

https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNTunnels.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Network

from isthmus.aws.accepted_values import LINK_LOCAL

# The minimum and maximum of each option (None: no maximum), in seconds, percent or packets.
RANGES: Mapping[str, tuple[int, int | None]] = {
    "phase1_lifetime": (900, 28_800),
    "phase2_lifetime": (900, 3_600),
    "dpd_timeout": (30, None),
    "rekey_fuzz_percentage": (0, 100),
    "replay_window_size": (64, 2_048),
}
CHOICES: Mapping[str, Sequence[str]] = {
    "startup_action": ("add", "start"),
    "dpd_timeout_action": ("clear", "none", "restart"),
}
_ENCRYPTION = ("AES128", "AES256", "AES128-GCM-16", "AES256-GCM-16")
_INTEGRITY = ("SHA1", "SHA2-256", "SHA2-384", "SHA2-512")
_GROUPS = (2, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24)
PROPOSALS: Mapping[str, Sequence[object]] = {
    "ike_versions": ("ikev1", "ikev2"),
    "phase1_encryption_algorithms": _ENCRYPTION,
    "phase1_integrity_algorithms": _INTEGRITY,
    "phase1_dh_group_numbers": _GROUPS,
    "phase2_encryption_algorithms": _ENCRYPTION,
    "phase2_integrity_algorithms": _INTEGRITY,
    "phase2_dh_group_numbers": (5, *_GROUPS),
}
_LEAST_MARGIN = 60
_RESERVED_INSIDE = frozenset(
    IPv4Network(text) for text in (*(f"169.254.{third}.0/30" for third in range(6)), "169.254.169.252/30")
)


def within(option: str, value: int) -> bool:
    """Whether a number is in the range of an option."""
    low, high = RANGES[option]
    return low <= value and (high is None or value <= high)


def lifetimes_fault(phase1: int | None, phase2: int, margin: int | None) -> str:
    """Why lifetimes and rekey margin conflict, or "". None means that the default of AWS applies."""
    if phase1 is not None and phase2 >= phase1:
        return f"phase2_lifetime {phase2} is not below phase1_lifetime {phase1}"
    if margin is not None and not _LEAST_MARGIN <= margin <= phase2 // 2:
        return f"rekey_margin_time is {margin}, phase2_lifetime {phase2}"
    return ""


def unknown_proposals(option: str, given: Iterable[object]) -> list[object]:
    """The values of a proposal that AWS does not know."""
    return [each for each in given if each not in PROPOSALS[option]]


def fits_inside(cidr: IPv4Network) -> bool:
    """Whether a range has the form of a tunnel's two inside addresses: a /30 of 169.254.0.0/16."""
    return cidr.prefixlen == 30 and cidr.subnet_of(LINK_LOCAL)


def reserved_inside(cidr: IPv4Network) -> bool:
    """Whether AWS reserves an inside CIDR."""
    return cidr in _RESERVED_INSIDE


def excludes_acceleration(bandwidth: str) -> bool:
    """Whether AWS does not support acceleration with tunnels of this bandwidth."""
    return bandwidth == "large"
