"""What a rule of the proof says, and the AWS pages that rules cite."""

from __future__ import annotations

from dataclasses import dataclass

VPC = "https://docs.aws.amazon.com/vpc/latest/userguide/"
TGW = "https://docs.aws.amazon.com/vpc/latest/tgw/"
ROUTE_53 = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/"
FIREWALL = "https://docs.aws.amazon.com/network-firewall/latest/developerguide/"
VPN = "https://docs.aws.amazon.com/vpn/latest/s2svpn/"


@dataclass(frozen=True, slots=True)
class ProofRule:
    """One kind of finding: what is wrong in a sentence, why it matters, where AWS says so ("" for our own rules)."""

    id: str
    info: str
    explanation: str
    source: str = ""
