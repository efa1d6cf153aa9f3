"""Tunnel options: the values that AWS accepts, and the minimum strength of algorithms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from isthmus.aws.accepted_tunnel_options import CHOICES, PROPOSALS, RANGES, lifetimes_fault, unknown_proposals, within
from isthmus.intent.checks.rule import Fault, rule
from isthmus.intent.checks.settings import MOST_TAGS, TAG_CHARACTERS, TAG_VALUE, TAGGING
from isthmus.intent.estate import Estate
from isthmus.intent.vpn import Tunnel

_TUNNEL = "https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNTunnels.html"
_IKE = "https://datatracker.ietf.org/doc/html/rfc8247"

# The values that are strong enough without a reason.
_STRONG: Mapping[str, Sequence[object]] = {
    "ike_versions": ("ikev2",),
    "phase1_encryption_algorithms": ("AES256", "AES256-GCM-16"),
    "phase1_integrity_algorithms": ("SHA2-384", "SHA2-512"),
    "phase1_dh_group_numbers": (20, 21),
    "phase2_encryption_algorithms": ("AES256", "AES256-GCM-16"),
    "phase2_integrity_algorithms": ("SHA2-384", "SHA2-512"),
    "phase2_dh_group_numbers": (20, 21),
}

# The values that are sound, and that a device may need. RFC 8247 requires group 14 and SHA2-256, and recommends group
# 19. Groups 22 to 24 are weak although their numbers are high.
_SOUND: Mapping[str, Sequence[object]] = {
    **_STRONG,
    "phase1_integrity_algorithms": ("SHA2-256", "SHA2-384", "SHA2-512"),
    "phase1_dh_group_numbers": tuple(range(14, 22)),
    "phase2_integrity_algorithms": ("SHA2-256", "SHA2-384", "SHA2-512"),
    "phase2_dh_group_numbers": tuple(range(14, 22)),
}
_EXTENDED = [field for field in _STRONG if _SOUND[field] != _STRONG[field]]
_REASON = "weaker_algorithms_reason"


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


@rule(
    "the minimum is IKEv2, AES-256, SHA-384 and ECDH on P-384; a device may need less, for a reason that you state",
    _IKE,
)
def weak_algorithm(estate: Estate) -> Iterator[Fault]:
    """A tunnel allows a weak algorithm, group or IKE version, which the peer may then choose."""
    for tunnel, part in _tunnels(estate):
        minimum = _STRONG if tunnel.weaker_algorithms_reason is None else _SOUND
        for field, strong in minimum.items():
            weak = [each for each in getattr(tunnel, field) if each in PROPOSALS[field] and each not in strong]
            if not weak:
                continue
            remedy = f"{field}={list(strong)}"
            if minimum is _STRONG and all(each in _SOUND[field] for each in weak):
                remedy += f', or {_REASON}="..." if the device supports no more'
            yield Fault(tunnel, f"{field} has {', '.join(map(str, weak))}, below the minimum", remedy, part)


@rule("the reason becomes the value of a tag, which a reviewer of the algorithms reads", TAGGING)
def invalid_algorithms_reason(estate: Estate) -> Iterator[Fault]:
    """The reason for weaker algorithms is not the value of a tag, or no algorithm needs it."""
    for tunnel, part in _tunnels(estate):
        reason = tunnel.weaker_algorithms_reason
        if reason is None:
            continue
        if not reason.strip() or not TAG_VALUE.fullmatch(reason):
            yield Fault(tunnel, f'{_REASON} is "{reason}"', f"1 to 256 of: {TAG_CHARACTERS}", part)
        elif all(each in _STRONG[field] for field in _EXTENDED for each in getattr(tunnel, field)):
            remedy = f"the algorithms of the device too, such as phase1_dh_group_numbers=[14], or no {_REASON}"
            yield Fault(tunnel, f"{_REASON} is given, and no algorithm is below the minimum", remedy, part)
    for environment in estate.environments:
        for connection in environment.vpn_connections:
            reasons = sum(tunnel.weaker_algorithms_reason is not None for tunnel in connection.tunnels)
            others = len({*estate.tags, *environment.tags}) + 1
            if reasons and others <= MOST_TAGS < others + reasons:
                yield Fault(connection, f"it has {others + reasons} tags, {reasons} of them {_REASON}", "at most 50")


def _within(tunnel: Tunnel, field: str) -> bool:
    return within(field, getattr(tunnel, field))
