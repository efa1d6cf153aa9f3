"""The hub."""

# ruff: noqa: D103  a change is described by the summary of the rule it breaks

from __future__ import annotations

from dataclasses import replace

from isthmus.intent import Estate, Hub
from isthmus.testing.broken.parts import breaks, extra_environment, extra_site, extra_vpn, grown, with_hub


@breaks
def not_exactly_one_hub(estate: Estate) -> Estate:
    extra = extra_environment(hub=Hub("second"))
    return replace(estate, environments=[*estate.environments, extra])


@breaks
def vpn_outside_hub_environment(estate: Estate) -> Estate:
    larger = grown(estate, sites=[extra_site()])
    return replace(larger, environments=[*larger.environments, extra_environment(vpn_connections=[extra_vpn()])])


@breaks
def invalid_hub_asn(estate: Estate) -> Estate:
    return with_hub(estate, hub=replace(estate.hub, asn=65_535))


@breaks
def invalid_hub_cidr(estate: Estate) -> Estate:
    return with_hub(estate, hub=replace(estate.hub, cidr_blocks=["10.254.0.0/25"]))


@breaks
def invalid_existing_hub(estate: Estate) -> Estate:
    return with_hub(estate, hub=replace(estate.hub, existing="tgw-main", cidr_blocks=[]))


@breaks
def existing_hub_with_cidr_blocks(estate: Estate) -> Estate:
    existing = replace(estate.hub, existing="tgw-0123456789abcdef0", cidr_blocks=["10.254.0.0/24"])
    return with_hub(estate, hub=existing)
