"""The hub: one transit gateway."""

from __future__ import annotations

from dataclasses import field

from isthmus.intent.model import Many, intent
from isthmus.intent.organization import Principal


@intent
class Hub:
    """The transit gateway. Default route table association and propagation and auto-accept are always off.

    asn          the private autonomous system number (ASN) of the Amazon side
    existing     the id of a transit gateway that exists already, such as `tgw-0123456789abcdef0`: Terraform reads it,
                 adds route tables, and checks its ASN and the settings that the proof relies on; None: it is created
    cidr_blocks  IPv4 CIDR blocks of the transit gateway (/24 or larger): of Connect attachments, and of the
                 outside addresses of VPN connections over Direct Connect
    share_with   organizational units or accounts that may attach VPCs; empty: only the hub's account
    """

    name: str = field(kw_only=False)
    asn: int = 64_512
    existing: str | None = None
    cidr_blocks: Many[str] = ()
    share_with: Many[Principal] = ()
