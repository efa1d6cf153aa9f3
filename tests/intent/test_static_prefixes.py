"""Which CIDRs of a spoke need static routes at the hub, because another spoke hides its range."""

from dataclasses import replace

from examples import stage_8_overlapping_ranges as stage_8
from isthmus.intent import Spoke
from isthmus.intent.static_prefixes import static_prefixes


def prefixes(dev: Spoke) -> dict[str, tuple[str, ...]]:
    """The prefixes of the spokes of stage 8, with another `dev`."""
    environments = [
        replace(one, spokes=[dev if spoke.name == dev.name else spoke for spoke in one.spokes])
        for one in stage_8.estate.environments
    ]
    estate = replace(stage_8.estate, environments=environments)
    return {spoke.name: static_prefixes(estate, spoke) for _, spoke in estate.spokes}


def test_a_translated_spoke_and_the_other_owner_of_its_range_need_them() -> None:
    assert prefixes(stage_8.dev) == {"erp": ("10.1.240.0/24",), "dev": ("10.1.0.0/20",), "shared-services": ()}


def test_the_other_owner_needs_them_for_ranges_that_do_not_overlap_too() -> None:
    """The transit gateway may propagate no CIDR of a VPC that overlaps another."""
    dev = replace(stage_8.dev, secondary_cidrs=["10.1.128.0/24"])
    assert prefixes(dev)["dev"] == ("10.1.0.0/20", "10.1.128.0/24")


def test_no_spoke_needs_them_if_the_ranges_differ() -> None:
    assert prefixes(replace(stage_8.dev, cidr="10.1.64.0/20"))["dev"] == ()
