"""The hub."""

# ruff: noqa: D103  a change is described by the summary of the rule it breaks

from __future__ import annotations

from dataclasses import replace

from isthmus.intent import Estate, Hub
from isthmus.testing.broken.parts import breaks, extra_environment, extra_site, extra_vpn, grown, with_hub


@breaks
def hub_count(estate: Estate) -> Estate:
    extra = extra_environment(hub=Hub("second"))
    return replace(estate, environments=[*estate.environments, extra])


@breaks
def vpn_beside_hub(estate: Estate) -> Estate:
    larger = grown(estate, sites=[extra_site()])
    return replace(larger, environments=[*larger.environments, extra_environment(vpn_connections=[extra_vpn()])])


@breaks
def hub_asn(estate: Estate) -> Estate:
    return with_hub(estate, hub=replace(estate.hub, asn=65_535))


@breaks
def hub_cidr_block(estate: Estate) -> Estate:
    return with_hub(estate, hub=replace(estate.hub, cidr_blocks=["10.254.0.0/25"]))
