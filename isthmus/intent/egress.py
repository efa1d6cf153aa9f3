"""The central way out: one VPC through which spokes leave for the internet, and where firewalls look at traffic."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from isthmus.intent.firewall import FirewallPolicy
from isthmus.intent.model import Many, intent


class Inspection(StrEnum):
    """Where a firewall looks at what passes.

    VPC      in the egress VPC: firewall endpoints in every zone
    GATEWAY  at the transit gateway itself, before the egress VPC; needs AWS provider 6.5 or later, and raises that
             root's constraint
    NONE     nowhere: NAT only
    """

    VPC = "vpc"
    GATEWAY = "gateway"
    NONE = "none"


@intent
class EgressVpc:
    """A VPC with NAT gateways and an internet gateway in every zone, through which `Egress.CENTRAL` spokes leave.

    cidr        its IPv4 range, inside one of the estate's blocks; no spoke or site reaches it
    inspection  whether, and where, a firewall looks at what passes
    firewall    what it lets through; none where nothing is inspected
    zones       zone ids; they cover those of every spoke that leaves here; None: the estate's
    vpc_name    pins the VPC's `Name`; derived: `<prefix>-<name>`
    """

    name: str = field(kw_only=False)
    cidr: str
    inspection: Inspection
    firewall: FirewallPolicy | None = None
    zones: Many[str] | None = None
    vpc_name: str | None = None
