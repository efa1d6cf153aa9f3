"""The hub: one transit gateway."""

from __future__ import annotations

from dataclasses import field

from isthmus.intent.model import Many, intent
from isthmus.intent.organization import Principal


@intent
class Hub:
    """The transit gateway. Default association, default propagation and auto-accept are off, and cannot be turned on.

    asn          the Amazon side's private autonomous system number
    cidr_blocks  the gateway's own IPv4 blocks (/24 or larger), for Connect attachments
    share_with   organizational units or accounts that may attach; empty: the hub's own account alone
    """

    name: str = field(kw_only=False)
    asn: int = 64_512
    cidr_blocks: Many[str] = ()
    share_with: Many[Principal] = ()
