"""Segments: who may talk to whom."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import Annotated

from isthmus.intent.model import Many, Several, by_name, intent
from isthmus.intent.organization import Principal


class Egress(StrEnum):
    """A spoke's way out to the internet.

    LOCAL        its own internet gateway and NAT gateways
    ON_PREMISES  a default route through the transit gateway and the VPN
    CENTRAL      a default route through the transit gateway and the egress VPC
    NONE         no way out
    """

    LOCAL = "local"
    ON_PREMISES = "on-premises"
    CENTRAL = "central"
    NONE = "none"


@intent
class Segment:
    """A set of spokes and VPN connections with one answer to who may talk to whom.

    isolated          its own members do not reach each other
    reaches           segments its members reach, and which reach them: reaching is mutual, since one-way routing breaks
                      every TCP flow
    allowed_egress          the ways out to the internet its spokes may choose; the hub makes the tables they need
    blocks            IPv4 blocks inside the estate's that all its spokes lie in; firewalls know segments by them
    inspected_with    segments its spokes reach through the firewall alone, and which so reach them: mutual, both with
                      blocks
    site_networks     which site networks (`"site/network"`) its spokes may reach, of the sites they reach; None: all
    route_table_name  pins the `Name` of its plain route table; derived: `<prefix>-<segment>`
    may_be_attached_by         organizational units or accounts whose pipelines may attach spokes to it; empty: the account of
                      the hub alone
    """

    name: str = field(kw_only=False)
    isolated: bool = False
    reaches: Many[Annotated[Segment | str, by_name]] = ()
    allowed_egress: Several[Egress] = frozenset({Egress.NONE})
    blocks: Many[str] = ()
    inspected_with: Many[Annotated[Segment | str, by_name]] = ()
    site_networks: Many[str] | None = None
    route_table_name: str | None = None
    may_be_attached_by: Many[Principal] = ()


SegmentRef = Annotated[Segment | str, by_name]
