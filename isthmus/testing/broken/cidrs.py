"""CIDRs and subnets."""

# ruff: noqa: D103  a change is described by the summary of the rule it breaks

from __future__ import annotations

from dataclasses import replace

from isthmus.intent import Estate
from isthmus.testing.broken.parts import breaks, extra_site, extra_spoke, first_zone, grown, without_summaries


@breaks
def invalid_cidr(estate: Estate) -> Estate:
    return grown(estate, spokes=[extra_spoke(secondary_cidrs=["2001:db8::/56"])])


@breaks
def cidr_not_canonical(estate: Estate) -> Estate:
    return grown(estate, spokes=[extra_spoke(cidr="10.250.0.1/20")])


@breaks
def cidr_overlap(estate: Estate) -> Estate:
    return grown(estate, spokes=[extra_spoke(), extra_spoke("other", cidr="10.250.8.0/22")])


@breaks
def block_overlap(estate: Estate) -> Estate:
    return grown(
        without_summaries(estate),
        sites=[extra_site(networks={"lan": "10.250.0.0/20"}, advertises=[])],
        spokes=[extra_spoke()],
    )


@breaks
def block_not_private(estate: Estate) -> Estate:
    return replace(estate, blocks=[*estate.blocks, "8.8.0.0/16"])


@breaks
def spoke_outside_blocks(estate: Estate) -> Estate:
    return grown(estate, spokes=[extra_spoke(cidr="172.31.0.0/20")])


@breaks
def spoke_cidr_equals_block(estate: Estate) -> Estate:
    blocks = [*estate.blocks, "192.168.250.0/24"]
    return replace(
        grown(estate, spokes=[extra_spoke(cidr="192.168.250.0/24", zones=first_zone(estate))]), blocks=blocks
    )


@breaks
def invalid_vpc_size(estate: Estate) -> Estate:
    return grown(estate, spokes=[extra_spoke(cidr="10.248.0.0/15")])


@breaks
def incompatible_secondary_cidr(estate: Estate) -> Estate:
    blocks = [*estate.blocks, "192.168.240.0/20"]
    return replace(grown(estate, spokes=[extra_spoke(secondary_cidrs=["192.168.250.0/24"])]), blocks=blocks)


@breaks
def subnet_space_exhausted(estate: Estate) -> Estate:
    return grown(estate, spokes=[extra_spoke(cidr="10.250.0.0/25")])


@breaks
def unknown_pinned_subnet(estate: Estate) -> Estate:
    return grown(estate, spokes=[extra_spoke(subnets={"privat_az1": "10.250.15.0/28"})])


@breaks
def invalid_pinned_subnet_size(estate: Estate) -> Estate:
    return grown(estate, spokes=[extra_spoke(zones=first_zone(estate), subnets={"private_az1": "10.250.0.0/29"})])


@breaks
def pinned_subnet_outside_vpc(estate: Estate) -> Estate:
    return grown(estate, spokes=[extra_spoke(zones=first_zone(estate), subnets={"private_az1": "10.251.0.0/24"})])


@breaks
def subnet_overlap(estate: Estate) -> Estate:
    return grown(estate, spokes=[extra_spoke(zones=first_zone(estate), subnets={"private_az1": "10.250.15.0/24"})])
