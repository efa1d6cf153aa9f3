"""The VPN tunnels of an output as AWS has them: addresses inside and outside, and what each end may propose.

Pages, under https://docs.aws.amazon.com/vpn/latest/s2svpn/: VPNTunnels.html, cgw-options.html
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from isthmus.lab.aws_network import AwsNetwork, CannotPlay

__all__ = ["TunnelEnds", "tunnels_of"]

_OUTSIDE = IPv4Address("198.18.0.0")
"""AWS outside addresses of the lab: the range for tests of network devices (RFC 2544)."""

# The words of AWS, and those of https://docs.strongswan.org/docs/latest/config/proposals.html
_ENCRYPTION = {"AES128": "aes128", "AES256": "aes256", "AES128-GCM-16": "aes128gcm16", "AES256-GCM-16": "aes256gcm16"}
_INTEGRITY = {"SHA2-256": "sha256", "SHA2-384": "sha384", "SHA2-512": "sha512"}
_GROUPS = {
    14: "modp2048",
    15: "modp3072",
    16: "modp4096",
    17: "modp6144",
    18: "modp8192",
    19: "ecp256",
    20: "ecp384",
    21: "ecp521",
}


@dataclass(frozen=True)
class TunnelEnds:
    """A tunnel of a VPN connection.

    - `connection`: its address. `name`: the name of the connection. `number`: 1 or 2.
    - `aws_outside`: an address that the lab chooses. `key`: a pre-shared key that the lab chooses.
    - `static`: it has static routing, and no BGP.
    - `ike`, `esp`: the proposals that AWS accepts, in the words of strongSwan.
    """

    connection: str
    name: str
    number: int
    inside: IPv4Network
    aws_outside: IPv4Address
    device_outside: IPv4Address
    device_asn: str
    key: str
    ike: str
    esp: str
    static: bool

    @property
    def aws_inside(self) -> IPv4Address:
        """AWS uses the first usable address."""
        return self.inside[1]

    @property
    def device_inside(self) -> IPv4Address:
        """The second usable address."""
        return self.inside[2]

    @property
    def identity(self) -> tuple[str, int]:
        """The connection and the number."""
        return self.connection, self.number

    def swanctl(self) -> str:
        """The configuration of the AWS end. It waits for the device, as with the startup action `add`."""
        return f"""connections {{
    aws {{
        version = 2
        local_addrs = {self.aws_outside}
        remote_addrs = {self.device_outside}
        proposals = {self.ike}
        mobike = no
        dpd_delay = 10s
        local {{
            auth = psk
            id = {self.aws_outside}
        }}
        remote {{
            auth = psk
            id = {self.device_outside}
        }}
        children {{
            aws {{
                local_ts = 0.0.0.0/0
                remote_ts = 0.0.0.0/0
                esp_proposals = {self.esp}
                dpd_action = clear
            }}
        }}
    }}
}}
secrets {{
    ike-aws {{
        id-device = {self.device_outside}
        id-aws = {self.aws_outside}
        secret = "{self.key}"
    }}
}}
"""


def tunnels_of(network: AwsNetwork) -> list[TunnelEnds]:
    """The tunnels of all VPN connections. Raises `CannotPlay`."""
    found: list[TunnelEnds] = []
    for connection, vpn in network.vpns.items():
        gateway = network.customer_gateways[connection]
        if gateway.get("certificate_arn") or not gateway.get("ip_address"):
            raise CannotPlay(f"{connection}: authentication by certificate over IPsec (use --plain)")
        for number in (1, 2):
            if not vpn.get(f"tunnel{number}_inside_cidr"):
                raise CannotPlay(f"{connection}: an inside range of tunnel {number} that AWS chooses (use --plain)")
            found.append(
                TunnelEnds(
                    connection,
                    network.names[connection],
                    number,
                    IPv4Network(vpn[f"tunnel{number}_inside_cidr"]),
                    _OUTSIDE + len(found) + 1,
                    IPv4Address(gateway["ip_address"]),
                    network.attachments[connection].asn,
                    secrets.token_urlsafe(24),
                    _proposals(vpn, number, 1),
                    _proposals(vpn, number, 2),
                    network.attachments[connection].static,
                )
            )
    return found


def _proposals(vpn: Mapping[str, Any], number: int, phase: int) -> str:
    """What AWS accepts in a phase: AES-GCM with a pseudorandom function, and AES-CBC with an integrity algorithm."""

    def listed(what: str, default: Mapping[Any, str]) -> Iterable[Any]:
        return vpn.get(f"tunnel{number}_phase{phase}_{what}") or default

    encryption = [_ENCRYPTION[name] for name in listed("encryption_algorithms", _ENCRYPTION) if name in _ENCRYPTION]
    integrity = [_INTEGRITY[name] for name in listed("integrity_algorithms", _INTEGRITY) if name in _INTEGRITY]
    groups = [_GROUPS[int(name)] for name in listed("dh_group_numbers", _GROUPS) if int(name) in _GROUPS]
    gcm = [name for name in encryption if "gcm" in name]
    cbc = [name for name in encryption if "gcm" not in name]
    random = [f"prf{name}" for name in integrity] if phase == 1 else []
    proposals = ["-".join([*gcm, *random, *groups])] if gcm else []
    if cbc and integrity:
        proposals.append("-".join([*cbc, *integrity, *groups]))
    if not proposals or not groups:
        raise CannotPlay(f"phase {phase} of tunnel {number}: no algorithm of it is one that strongSwan has")
    return ", ".join(proposals)
