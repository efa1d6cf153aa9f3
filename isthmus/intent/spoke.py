"""Spokes: VPCs attached to the hub."""

from __future__ import annotations

from dataclasses import field

from isthmus.intent.model import Many, Texts, intent
from isthmus.intent.organization import Principal
from isthmus.intent.published_service import PublishedService
from isthmus.intent.segment import Egress, SegmentRef


@intent
class Spoke:
    """A VPC attached to the hub. Each zone has a private and a transit gateway subnet; LOCAL egress adds a public one.

    cidr                        IPv4 CIDR of the VPC, inside one of the estate's blocks; with `routable_cidr`, any
                                private CIDR
    segment                     the segment of the spoke
    egress                      its egress path, one of its segment's `allowed_egress`
    zones                       zone IDs such as `use1-az1`; None: the zones of the estate
    secondary_cidrs             further CIDRs of the VPC; only subnets in `subnets` use them
    routable_cidr               for a spoke whose `cidr` is in use elsewhere: a free CIDR inside one of the estate's
                                blocks; private NAT gateways translate the addresses of its connections to addresses
                                of this CIDR; None: no other location uses `cidr`
    published                   services that other locations connect to, for a spoke with a `routable_cidr`: a load
                                balancer in its routable subnets; empty: nothing opens a connection to the spoke
    subnets                     sets CIDRs of subnets: `{"private_az1": "10.1.0.0/23"}`; the others follow the slot
                                table
    nat_zones                   zones with a NAT gateway, for LOCAL egress; None: every zone; one zone: its NAT gateway
                                serves all zones
    share_private_subnets_with  organizational units or accounts that may use the private subnets
    gateway_endpoints           gateway endpoints: `s3` and `dynamodb`
    interface_endpoints         services with interface endpoints in its private subnets, for this spoke only
    endpoint_policies           sets policies of these endpoints, service to JSON; default: principals of the
                                organization, or of the one account
    vpc_name                    sets the VPC's `Name` tag; default: `<prefix>-<spoke>`
    was                         its name before a rename: Terraform moves its resources instead of replacing them
    """

    name: str = field(kw_only=False)
    cidr: str
    segment: SegmentRef
    egress: Egress
    zones: Many[str] | None = None
    secondary_cidrs: Many[str] = ()
    routable_cidr: str | None = None
    published: Many[PublishedService] = ()
    subnets: Texts = field(default_factory=dict)
    nat_zones: Many[str] | None = None
    share_private_subnets_with: Many[Principal] = ()
    gateway_endpoints: Many[str] = ("dynamodb", "s3")
    interface_endpoints: Many[str] = ()
    endpoint_policies: Texts = field(default_factory=dict)
    vpc_name: str | None = None
    was: str | None = None

    @property
    def vpc_cidrs(self) -> tuple[str, ...]:
        """All CIDRs of the VPC."""
        return (*self.own_cidrs, *([self.routable_cidr] if self.routable_cidr is not None else []))

    @property
    def own_cidrs(self) -> tuple[str, ...]:
        """The CIDRs of its workloads."""
        return (self.cidr, *self.secondary_cidrs)

    @property
    def routed_cidrs(self) -> tuple[str, ...]:
        """The CIDRs by which all other locations know the spoke: after translation, if it has a `routable_cidr`."""
        return self.own_cidrs if self.routable_cidr is None else (self.routable_cidr,)

    @property
    def non_routable_cidrs(self) -> tuple[str, ...]:
        """The CIDRs that no other location has a route to, because they are in use elsewhere."""
        return () if self.routable_cidr is None else self.own_cidrs
