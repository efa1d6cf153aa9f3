"""The settings of VPN tunnels that the device at the site has to match."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from isthmus.proof.difference.objects import Setting
from isthmus.terraform.graph import Resource, Unknown

# Those with a documented default that has stayed the same.
# https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNTunnels.html
_DEFAULTS: Mapping[str, Any] = {
    "startup_action": "add",
    "dpd_timeout_action": "clear",
    "enable_tunnel_lifecycle_control": False,
}
# Terraform computes these if the configuration leaves them out.
_ASSIGNED = {
    "inside_cidr": "inside CIDR",
    "address": "outside address of AWS",
    "inside_ipv6_cidr": "inside IPv6 CIDR",
}
_OPTIONS = {
    "ike_versions": "IKE versions",
    "phase1_encryption_algorithms": "phase 1 encryption",
    "phase1_integrity_algorithms": "phase 1 integrity",
    "phase1_dh_group_numbers": "phase 1 Diffie-Hellman groups",
    "phase1_lifetime_seconds": "phase 1 lifetime",
    "phase2_encryption_algorithms": "phase 2 encryption",
    "phase2_integrity_algorithms": "phase 2 integrity",
    "phase2_dh_group_numbers": "phase 2 Diffie-Hellman groups",
    "phase2_lifetime_seconds": "phase 2 lifetime",
    "startup_action": "startup action",
    "dpd_timeout_action": "DPD timeout action",
    "dpd_timeout_seconds": "DPD timeout",
    "rekey_margin_time_seconds": "rekey margin",
    "rekey_fuzz_percentage": "rekey fuzz",
    "replay_window_size": "replay window",
    "enable_tunnel_lifecycle_control": "tunnel endpoint lifecycle control",
}


def tunnel_settings(connection: Resource) -> Iterator[tuple[str, Setting]]:
    """The settings of both tunnels, each with the number of the tunnel in its name. Times are in seconds."""
    for number in (1, 2):
        for option, name in _ASSIGNED.items():
            if option != "inside_ipv6_cidr" or connection.get(f"tunnel{number}_{option}") is not None:
                yield f"tunnel {number}: {name}", _assigned(connection, f"tunnel{number}_{option}")
        for option, name in _OPTIONS.items():
            yield f"tunnel {number}: {name}", _stated(connection, number, option)


def _assigned(connection: Resource, argument: str) -> Setting:
    value = connection.get(argument)
    return Setting(assigned=1) if value is None else Setting.of(value)


def _stated(connection: Resource, number: int, option: str) -> Setting:
    """An option, or its default. AWS has changed some defaults, so these count as unknown.

    A state holds 0 or an empty list for an option that the configuration leaves out.
    """
    value = connection.get(f"tunnel{number}_{option}")
    if value is None or (not isinstance(value, bool | Unknown) and value in (0, ())):
        default = _DEFAULTS.get(option)
        return Setting(unknown="the default of AWS applies") if default is None else Setting.of(default)
    return Setting.of(value)
