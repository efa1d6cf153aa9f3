"""Sites that translate their addresses."""

# ruff: noqa: D103  a change is described by the summary of the rule it breaks

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from isthmus.intent import Estate, Site, Spoke
from isthmus.testing.broken.parts import LAN, breaks, extra_site, extra_spoke, extra_vpn, grown

SMALL, FREE = "172.30.0.0/24", "192.168.250.0/24"


def _translating(own: str, routable: str = SMALL, also: Sequence[str] = (), **given: Any) -> Site:
    """A site whose network `lan` has the range `own` on the premises, and that advertises more prefixes."""
    usual: dict[str, Any] = {
        "networks": {"lan": routable},
        "advertises": [routable, *also],
        "non_routable_cidrs": {"lan": own},
    }
    return extra_site(**{**usual, **given})


def _connected(estate: Estate, site: Site, spokes: Sequence[Spoke] = ()) -> Estate:
    return grown(estate, sites=[site], vpns=[extra_vpn()], spokes=spokes)


@breaks
def unknown_translated_network(estate: Estate) -> Estate:
    return _connected(estate, extra_site(non_routable_cidrs={"lab": FREE}))


@breaks
def translated_size_differs(estate: Estate) -> Estate:
    return _connected(estate, _translating(FREE, LAN))


@breaks
def unusable_non_routable_range(estate: Estate) -> Estate:
    return _connected(estate, _translating("169.254.250.0/24"))


@breaks
def ambiguous_non_routable_range(estate: Estate) -> Estate:
    networks = {"lan": SMALL, "more": "172.30.1.0/24"}
    both = {"lan": FREE, "more": FREE}
    return _connected(
        estate, _translating(FREE, networks=networks, advertises=["172.30.0.0/23"], non_routable_cidrs=both)
    )


@breaks
def non_routable_site_range_reached(estate: Estate) -> Estate:
    return _connected(estate, _translating("10.250.1.0/24"), [extra_spoke()])


@breaks
def block_in_non_routable_site_range(estate: Estate) -> Estate:
    return replace(_connected(estate, _translating(FREE)), blocks=[*estate.blocks, FREE])


@breaks
def non_routable_range_advertised(estate: Estate) -> Estate:
    return _connected(estate, _translating(FREE, also=[FREE]))
