"""Central egress: one VPC through which spokes reach the internet, with or without a firewall."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from isthmus.intent.firewall import FirewallPolicy
from isthmus.intent.model import Many, intent


class Inspection(StrEnum):
    """Where a firewall inspects egress traffic.

    VPC      firewall endpoints in every zone of the egress VPC
    GATEWAY  a firewall attached to the transit gateway, before the egress VPC; needs AWS provider 6.5 or later, which
             the root module then requires
    NONE     no firewall, only NAT
    """

    VPC = "vpc"
    GATEWAY = "gateway"
    NONE = "none"


@intent
class EgressVpc:
    """The VPC for `Egress.CENTRAL` spokes, with an internet gateway and a NAT gateway in every zone.

    cidr        its IPv4 CIDR, inside one of the estate's blocks; no spoke or site reaches it
    inspection  where a firewall inspects traffic, or Inspection.NONE
    firewall    the firewall policy; None only with Inspection.NONE
    zones       zone IDs, with those of all `Egress.CENTRAL` spokes; None: the zones of the estate
    vpc_name    sets the VPC's `Name` tag; default: `<prefix>-<name>`
    """

    name: str = field(kw_only=False)
    cidr: str
    inspection: Inspection
    firewall: FirewallPolicy | None = None
    zones: Many[str] | None = None
    vpc_name: str | None = None
