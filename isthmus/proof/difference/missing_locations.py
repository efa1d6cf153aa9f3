"""Locations of one network that are not found in the other, although they may exist there."""

from __future__ import annotations

import re

from isthmus.proof.analysis import Analysis

_INDEX = re.compile(r"\[(?:\"(?:[^\"\\]|\\.)*\"|[^\"\]]*)\]")


def block_of(address: str) -> str:
    """The address of the block that makes a resource: without indices."""
    return _INDEX.sub("", address)


def may_exist(name: str, there: Analysis, here: Analysis) -> str:
    """Why a location of network `there` may also exist in network `here`, which does not have it; else "".

    Its VPC may have an unknown CIDR, be one of an unknown number, or be in a root module that is not in the input.
    """
    if reason := here.pairs.locations.may_exist.get(name):
        return reason
    location = there.pairs.locations.by_name.get(name)
    if location is None or not location.vpc:
        return ""
    block = block_of(location.vpc)
    return next(
        (f"how many {vpc} there are is unknown" for vpc in here.network.possible.vpcs if block_of(vpc) == block), ""
    )
