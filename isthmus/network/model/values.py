"""What all parts of the model share: CIDRs, unknown values and structural problems."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from isthmus.terraform.graph import Unknown

__all__ = ["Cidr", "PossibleReference", "StructuralProblem", "Unknown"]

Cidr = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class StructuralProblem:
    """A fault of the configuration itself, independent of flows.

    `rule` is a stable kebab-case id, `resources` the Terraform addresses to look at, the one to change first.
    """

    rule: str
    resources: tuple[str, ...]
    why: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.why} ({', '.join(self.resources)})"


@dataclass(frozen=True, slots=True)
class PossibleReference:
    """The address of an object that may be referenced here, and why that is unknown."""

    address: str
    why: str
