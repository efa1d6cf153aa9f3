"""Overlapping ranges: which spokes are translated, and which prefixes need static routes at the hub.

A VPC attachment propagates every CIDR of its VPC. So a spoke with a `routable_cidr` propagates nothing: the hub has a
static route to its routable CIDR. If two attached VPCs overlap, the transit gateway does not propagate the one that was
attached later. So a spoke whose CIDR another spoke hides has a static route too, and works in any order of attachment.
https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Network

from isthmus.intent.estate import Estate
from isthmus.intent.spoke import Spoke


def static_prefixes(estate: Estate, spoke: Spoke) -> tuple[str, ...]:
    """The CIDRs of a spoke with static routes at the hub: its routable CIDR, or those that other spokes hide."""
    if spoke.routable_cidr is not None:
        return (spoke.routable_cidr,)
    hidden = [cidr for _, other in estate.spokes if other.name != spoke.name for cidr in _networks(other.hidden_cidrs)]
    return tuple(
        text for text in spoke.own_cidrs for own in _networks([text]) if any(own.overlaps(cidr) for cidr in hidden)
    )


def _networks(texts: tuple[str, ...] | list[str]) -> Iterator[IPv4Network]:
    """The networks in texts, without invalid ones, which a rule reports."""
    for text in texts:
        with suppress(ValueError):
            yield IPv4Network(text)
