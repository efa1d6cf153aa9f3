"""Overlapping ranges: which spokes are translated, and which prefixes need static routes at the hub.

A VPC attachment propagates every CIDR of its VPC. So a spoke with a `routable_cidr` propagates nothing: the hub has a
static route to its routable CIDR. If two attached VPCs overlap, the transit gateway does not propagate the one that was
attached later, with none of its CIDRs. So a spoke of which another spoke hides a CIDR has static routes for all of its
CIDRs too, and works in any order of attachment.
https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Network

from isthmus.intent.estate import Estate
from isthmus.intent.spoke import Spoke


def static_prefixes(estate: Estate, spoke: Spoke) -> tuple[str, ...]:
    """The CIDRs of a spoke with static routes at the hub: its routable CIDR, or all if another spoke hides one."""
    if spoke.routable_cidr is not None:
        return (spoke.routable_cidr,)
    hidden = [
        cidr for _, other in estate.spokes if other.name != spoke.name for cidr in _networks(other.non_routable_cidrs)
    ]
    overlaps = any(own.overlaps(cidr) for own in _networks(spoke.own_cidrs) for cidr in hidden)
    return spoke.own_cidrs if overlaps else ()


def _networks(texts: tuple[str, ...] | list[str]) -> Iterator[IPv4Network]:
    """The networks in texts, without invalid ones, which a rule reports."""
    for text in texts:
        with suppress(ValueError):
            yield IPv4Network(text)
