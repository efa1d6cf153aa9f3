"""CIDRs and subnets."""

# ruff: noqa: D103  a change is described by the summary of the rule it breaks

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume

from isthmus.aws.regions import REGIONS
from isthmus.intent import Account, Estate, HybridDns
from isthmus.testing.broken.parts import (
    breaks,
    extra_environment,
    extra_site,
    extra_spoke,
    first_zone,
    grown,
    wide_spoke,
    with_accounts,
    with_hub,
    without_dns,
    without_summaries,
)


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


# --- spokes with a routable CIDR

ROUTABLE = "10.251.0.0/24"


@breaks
def non_routable_range_reached(estate: Estate) -> Estate:
    hidden = extra_spoke(routable_cidr=ROUTABLE)
    return grown(estate, spokes=[hidden, extra_spoke("other", cidr="10.250.0.0/22")])


@breaks
def non_routable_range_not_private(estate: Estate) -> Estate:
    return grown(estate, spokes=[extra_spoke(cidr="8.8.0.0/20", routable_cidr="100.64.250.0/24")])


@breaks
def block_in_non_routable_range(estate: Estate) -> Estate:
    hidden = extra_spoke(cidr="192.168.240.0/20", routable_cidr="100.64.250.0/24")
    return replace(grown(estate, spokes=[hidden]), blocks=[*estate.blocks, "192.168.250.0/24"])


@breaks
def static_routes_not_allowed(estate: Estate) -> Estate:
    larger = with_accounts(grown(estate), Account("extra", id="000000000099"))
    environment = extra_environment(account="extra", spokes=[extra_spoke(routable_cidr=ROUTABLE)])
    segments = [replace(s, may_be_attached_by=["extra"]) if s.name == "extra" else s for s in larger.segments]
    hub = replace(larger.hub, share_with=[*larger.hub.share_with, "extra"])
    larger = with_hub(replace(larger, segments=segments), hub=hub)
    return replace(larger, environments=[*larger.environments, environment])


@breaks
def shared_services_translated(estate: Estate) -> Estate:
    assume(REGIONS[estate.region].partition != "aws-cn")
    larger = grown(without_dns(estate), spokes=[wide_spoke(estate, routable_cidr=ROUTABLE)])
    return with_hub(larger, dns=HybridDns(spoke="extra", inbound=False))
