"""Segments: groups of spokes and VPN connections with the same reachability."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import Annotated

from isthmus.intent.model import Many, Several, by_name, intent
from isthmus.intent.organization import Principal
from isthmus.intent.site import Site


class Egress(StrEnum):
    """The egress path of a spoke: how it reaches the internet.

    LOCAL        its own internet gateway and NAT gateways
    ON_PREMISES  a default route through the transit gateway and the VPN
    CENTRAL      a default route through the transit gateway and the egress VPC
    NONE         no egress
    """

    LOCAL = "local"
    ON_PREMISES = "on-premises"
    CENTRAL = "central"
    NONE = "none"


@intent
class Segment:
    """A group of spokes and VPN connections with the same reachability.

    isolated            its own members do not reach each other
    reaches             segments that its members reach, and that reach its members: reachability is mutual, because
                        one-way routing breaks every TCP flow
    allowed_egress      the egress paths that its spokes may choose; the hub creates the route tables they need
    blocks              IPv4 blocks inside the estate's blocks that contain all its spokes; firewall rules use them
    inspected_with      segments and sites that its spokes reach only through the firewall, and the reverse: mutual; the
                        segments have blocks
    site_networks       site networks (`"site/network"`) that its spokes may reach, of the sites they reach; None: all
    route_table_name    sets the `Name` of its plain route table; derived: `<prefix>-<segment>`
    may_be_attached_by  organizational units or accounts whose pipelines may attach spokes to it; empty: the account of
                        the hub alone
    static_routes       pipelines in other accounts may add static routes to the tables that its spokes propagate into;
                        spokes with `routable_cidr` need it outside the account of the hub
    was                 its name before a rename: Terraform moves its resources instead of replacing them
    """

    name: str = field(kw_only=False)
    isolated: bool = False
    reaches: Many[Annotated[Segment | str, by_name]] = ()
    allowed_egress: Several[Egress] = frozenset({Egress.NONE})
    blocks: Many[str] = ()
    inspected_with: Many[Annotated[Segment | Site | str, by_name]] = ()
    site_networks: Many[str] | None = None
    route_table_name: str | None = None
    may_be_attached_by: Many[Principal] = ()
    static_routes: bool = False
    was: str | None = None


SegmentRef = Annotated[Segment | str, by_name]
