"""Central egress: one VPC through which spokes reach the internet, with or without a firewall."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from isthmus.intent.firewall import FirewallPolicy
from isthmus.intent.model import Many, intent


class Inspection(StrEnum):
    """Where a firewall inspects traffic.

    VPC         firewall endpoints in every zone of the egress VPC
    GATEWAY     a firewall attached to the transit gateway, before the egress VPC; needs AWS provider 6.5 or later,
                which the root module then requires
    APPLIANCES  Gateway Load Balancer endpoints in every zone of the egress VPC, with third-party firewalls behind them
    NONE        no firewall, only NAT
    """

    VPC = "vpc"
    GATEWAY = "gateway"
    APPLIANCES = "appliances"
    NONE = "none"

    @property
    def is_network_firewall(self) -> bool:
        """Whether AWS Network Firewall inspects, with the rules of a `FirewallPolicy`."""
        return self in (Inspection.VPC, Inspection.GATEWAY)

    @property
    def has_endpoints(self) -> bool:
        """Whether the egress VPC has an endpoint in every zone, which traffic passes."""
        return self in (Inspection.VPC, Inspection.APPLIANCES)


@intent
class EgressVpc:
    """The VPC for `Egress.CENTRAL` spokes, with an internet gateway and a NAT gateway in every zone.

    cidr              its IPv4 CIDR, inside one of the estate's blocks; no spoke or site reaches it
    inspection        where a firewall inspects traffic, or Inspection.NONE
    firewall          the policy of Network Firewall, for Inspection.VPC and Inspection.GATEWAY
    endpoint_service  the name of the endpoint service of the Gateway Load Balancer, for Inspection.APPLIANCES:
                      `com.amazonaws.vpce.us-east-1.vpce-svc-0a1b2c3d4e5f60718`
    zones             zone IDs, with those of all `Egress.CENTRAL` spokes; None: the zones of the estate
    vpc_name          sets the VPC's `Name` tag; default: `<prefix>-<name>`
    """

    name: str = field(kw_only=False)
    cidr: str
    inspection: Inspection
    firewall: FirewallPolicy | None = None
    endpoint_service: str | None = None
    zones: Many[str] | None = None
    vpc_name: str | None = None
