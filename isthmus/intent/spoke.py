"""Spokes: VPCs attached to the hub."""

from __future__ import annotations

from dataclasses import field

from isthmus.intent.model import Many, Texts, intent
from isthmus.intent.organization import Principal
from isthmus.intent.segment import Egress, SegmentRef


@intent
class Spoke:
    """A VPC on the hub: private and transit gateway subnets in every zone, public ones where its way out is LOCAL.

    cidr                        its IPv4 range, inside one of the estate's blocks
    segment                     the segment that it is a member of
    egress                      its way out to the internet, one of its segment's
    zones                       zone ids such as `use1-az1`; None: the estate's
    secondary_cidrs             further ranges; subnets lie in them only where `subnets` says so
    subnets                     pins subnets, `{"private_az1": "10.1.0.0/23"}`; the others follow the slot table
    nat_zones                   zones with a NAT gateway, for LOCAL; None: every zone; one zone: it serves all
    share_private_subnets_with  organizational units or accounts whose workloads live in the private subnets
    gateway_endpoints           services reached through gateway endpoints, of `s3` and `dynamodb`
    interface_endpoints         services with interface endpoints of its own, in its private subnets, for itself alone
    endpoint_policies           pins policies of these, service to JSON; derived: the organization's principals
    vpc_name                    pins the VPC's `Name`; derived: `<prefix>-<spoke>`
    """

    name: str = field(kw_only=False)
    cidr: str
    segment: SegmentRef
    egress: Egress
    zones: Many[str] | None = None
    secondary_cidrs: Many[str] = ()
    subnets: Texts = field(default_factory=dict)
    nat_zones: Many[str] | None = None
    share_private_subnets_with: Many[Principal] = ()
    gateway_endpoints: Many[str] = ("dynamodb", "s3")
    interface_endpoints: Many[str] = ()
    endpoint_policies: Texts = field(default_factory=dict)
    vpc_name: str | None = None
