"""Tunnel options: the values that AWS accepts, and the minimum strength of algorithms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from isthmus.aws.accepted_tunnel_options import CHOICES, PROPOSALS, RANGES, lifetimes_fault, unknown_proposals, within
from isthmus.intent.checks.rule import Fault, rule
from isthmus.intent.estate import Estate
from isthmus.intent.vpn import Tunnel

_TUNNEL = "https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNTunnels.html"
_IKE = "https://datatracker.ietf.org/doc/html/rfc8247"

# The values that are strong enough. Groups 22 to 24 are weak although their numbers are high (RFC 8247).
_STRONG: Mapping[str, Sequence[object]] = {
    "ike_versions": ("ikev2",),
    "phase1_encryption_algorithms": ("AES256", "AES256-GCM-16"),
    "phase1_integrity_algorithms": ("SHA2-384", "SHA2-512"),
    "phase1_dh_group_numbers": (20, 21),
    "phase2_encryption_algorithms": ("AES256", "AES256-GCM-16"),
    "phase2_integrity_algorithms": ("SHA2-384", "SHA2-512"),
    "phase2_dh_group_numbers": (20, 21),
}


def _tunnels(estate: Estate) -> Iterator[tuple[Tunnel, str]]:
    for connection in estate.vpn_connections:
        for index, tunnel in enumerate(connection.tunnels):
            yield tunnel, f'tunnel {index + 1} of VPN connection "{connection.name}"'


@rule("AWS accepts only these values", _TUNNEL)
def invalid_tunnel_option(estate: Estate) -> Iterator[Fault]:
    """A timer, size or action of a tunnel has a value that AWS does not accept."""
    for tunnel, part in _tunnels(estate):
        for field, (low, high) in RANGES.items():
            if not _within(tunnel, field):
                right = f"{low} or more" if high is None else f"{low} to {high}"
                yield Fault(tunnel, f"{field} is {getattr(tunnel, field)}", right, part)
        for field, choices in CHOICES.items():
            value = getattr(tunnel, field)
            if value not in choices:
                yield Fault(tunnel, f'{field} is "{value}"', " or ".join(f'"{choice}"' for choice in choices), part)


@rule("phase 2 must not outlive phase 1, and rekeying must start in the second half of phase 2", _TUNNEL)
def conflicting_tunnel_lifetimes(estate: Estate) -> Iterator[Fault]:
    """A tunnel's lifetimes and rekey margin conflict."""
    for tunnel, part in _tunnels(estate):
        one, two, margin = tunnel.phase1_lifetime, tunnel.phase2_lifetime, tunnel.rekey_margin_time
        if not (_within(tunnel, "phase1_lifetime") and _within(tunnel, "phase2_lifetime")):
            continue
        if fault := lifetimes_fault(one, two, margin):
            longer = f"phase1_lifetime={8 * two}, or a shorter phase2_lifetime"
            remedy = longer if two >= one else f"a rekey_margin_time of 60 to {two // 2}, half of phase2_lifetime"
            yield Fault(tunnel, fault, remedy, part)


@rule("AWS accepts only these names and numbers; an empty list would allow all of them, including weak ones", _TUNNEL)
def invalid_tunnel_algorithm(estate: Estate) -> Iterator[Fault]:
    """A list of algorithms or groups of a tunnel is empty, or has a value that AWS does not know."""
    for tunnel, part in _tunnels(estate):
        for field, strong in _STRONG.items():
            value = getattr(tunnel, field)
            if unknown_proposals(field, value) or not value:
                yield Fault(tunnel, f"{field} is {list(value)}", f"{field}={list(strong)}", part)


@rule("the minimum is IKEv2, AES-256, SHA-384 and ECDH on P-384: anything weaker is broken or will be soon", _IKE)
def weak_algorithm(estate: Estate) -> Iterator[Fault]:
    """A tunnel allows a weak algorithm, group or IKE version, which the peer may then choose."""
    for tunnel, part in _tunnels(estate):
        for field, strong in _STRONG.items():
            value = getattr(tunnel, field)
            weak = [each for each in value if each in PROPOSALS[field] and each not in strong]
            if weak:
                names = ", ".join(map(str, weak))
                yield Fault(tunnel, f"{field} has {names}, below the minimum", f"{field}={list(strong)}", part)


def _within(tunnel: Tunnel, field: str) -> bool:
    return within(field, getattr(tunnel, field))
