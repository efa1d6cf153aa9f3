"""AWS Network Firewall: firewalls and their endpoints."""

from __future__ import annotations

from dataclasses import dataclass

from isthmus.network.model.values import Unknown
from isthmus.network.suricata import SuricataRules

_NO_RULES = Unknown("none are known")


@dataclass(frozen=True, slots=True)
class FirewallEndpoint:
    """One endpoint of a Network Firewall, in one subnet. Its address is `<firewall>[<subnet>]`."""

    address: str
    firewall: str
    subnet: str | Unknown


@dataclass(frozen=True, slots=True)
class Firewall:
    """An AWS Network Firewall, in a VPC (`vpc`, `endpoints`) or attached to a transit gateway (`gateway`, `zones`).

    `rules` are Unknown if the policy is unknown; then the verdicts are unknown.
    """

    address: str
    vpc: str | Unknown | None = None
    endpoints: tuple[FirewallEndpoint, ...] = ()
    gateway: str | Unknown | None = None
    name: str = ""
    rules: SuricataRules | Unknown = _NO_RULES
    zones: tuple[str | Unknown, ...] = ()

    @property
    def own(self) -> tuple[FirewallEndpoint, ...]:
        """The endpoints in its status: of its own subnets, without associated endpoints."""
        return tuple(end for end in self.endpoints if end.address.startswith(f"{self.address}["))
