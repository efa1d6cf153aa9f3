"""The description of a rule, and the AWS documentation that rules cite."""

from __future__ import annotations

from dataclasses import dataclass

VPC = "https://docs.aws.amazon.com/vpc/latest/userguide/"
TGW = "https://docs.aws.amazon.com/vpc/latest/tgw/"
ROUTE_53 = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/"
FIREWALL = "https://docs.aws.amazon.com/network-firewall/latest/developerguide/"
NLB = "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/"
VPN = "https://docs.aws.amazon.com/vpn/latest/s2svpn/"


@dataclass(frozen=True, slots=True)
class ProofRule:
    """A rule of the proof, as reports and the rule reference show it.

    - `id`: a stable noun phrase, for example `unintended-flow`.
    - `info`: what a violation is, in one sentence.
    - `explanation`: why it matters.
    - `source`: the AWS page that states it; "" for a rule without one.
    """

    id: str
    info: str
    explanation: str
    source: str = ""
