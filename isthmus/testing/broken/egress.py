"""The egress VPC and its firewall."""

# ruff: noqa: D103  a change is described by the summary of the rule it breaks

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from isthmus.aws.regions import REGIONS
from isthmus.intent import DomainList, Egress, EgressVpc, Estate, FirewallPolicy, Inspection, RuleGroup
from isthmus.testing.broken.parts import (
    LAN,
    breaks,
    extra_environment,
    extra_segment,
    extra_site,
    extra_spoke,
    extra_vpn,
    grown,
    with_hub,
    without_sites,
)
from isthmus.testing.strategies import DEFAULT


def _egress(estate: Estate, **given: Any) -> Estate:
    """The estate with an egress VPC in the environment of its hub, and a segment and a spoke that use it."""
    usual = {"cidr": "10.250.254.0/23", "inspection": Inspection.VPC, "zones": estate.zones}
    firewall = {} if given.get("inspection") is Inspection.NONE else {"firewall": FirewallPolicy()}
    return with_hub(estate, egress=EgressVpc("way-out", **{**usual, **firewall, **given}))


def firewall(estate: Estate, **given: Any) -> Estate:
    """The estate with an egress VPC whose firewall has such a policy."""
    return _egress(estate, firewall=FirewallPolicy(**given))


def group(name: str = "extra", **given: Any) -> RuleGroup:
    """A rule group of one rule."""
    return RuleGroup(name, **{"rules": [_pass(1)], "priority": 1, **given})


def _pass(sid: int) -> str:
    return f"pass tcp $HOME_NET any -> $EXTERNAL_NET 443 (sid:{sid};)"


def _pair(
    estate: Estate, *, reaches: Sequence[str] = (), blocks: Sequence[str] = ("10.250.0.0/17",), **more: Any
) -> Estate:
    """The estate with two segments inspected with each other."""
    one = extra_segment(blocks=blocks, inspected_with=["other"], reaches=reaches)
    return grown(estate, segments=[one, extra_segment("other", blocks=["10.251.0.0/16"])], **more)


@breaks
def central_egress_without_vpc(estate: Estate) -> Estate:
    return grown(estate, segments=[extra_segment(allowed_egress={Egress.CENTRAL})])


@breaks
def multiple_egress_vpcs(estate: Estate) -> Estate:
    second = EgressVpc("second", cidr="10.250.252.0/23", inspection=Inspection.NONE, zones=estate.zones)
    one = _egress(estate, inspection=Inspection.NONE)
    return replace(one, environments=[*one.environments, extra_environment(egress=second)])


@breaks
def egress_vpc_outside_blocks(estate: Estate) -> Estate:
    return _egress(estate, cidr="172.31.0.0/23")


@breaks
def egress_vpc_too_small(estate: Estate) -> Estate:
    return _egress(estate, cidr="10.250.254.0/25")


@breaks
def egress_vpc_zone_missing(estate: Estate) -> Estate:
    zones = REGIONS[estate.region].zone_ids
    spoke = extra_spoke(egress=Egress.CENTRAL, zones=zones[:2])
    larger = grown(estate, segments=[extra_segment(allowed_egress={Egress.CENTRAL})], spokes=[spoke])
    return _egress(larger, zones=zones[:1])


@breaks
def endpoint_service_mismatch(estate: Estate) -> Estate:
    return _egress(estate, inspection=Inspection.APPLIANCES, firewall=None)


@breaks
def segment_block_outside_estate(estate: Estate) -> Estate:
    return grown(estate, segments=[extra_segment(blocks=["172.31.0.0/16"])])


@breaks
def segment_block_overlap(estate: Estate) -> Estate:
    return grown(
        estate, segments=[extra_segment(blocks=["10.250.0.0/16"]), extra_segment("other", blocks=["10.250.128.0/17"])]
    )


@breaks
def spoke_outside_segment_blocks(estate: Estate) -> Estate:
    return grown(estate, segments=[extra_segment(blocks=["10.251.0.0/16"])], spokes=[extra_spoke()])


@breaks
def inspection_without_firewall(estate: Estate) -> Estate:
    return _pair(estate)


@breaks
def inspection_without_blocks(estate: Estate) -> Estate:
    return _egress(_pair(estate, blocks=[]))


@breaks
def inspection_bypass(estate: Estate) -> Estate:
    return _egress(_pair(estate, reaches=["other"]))


@breaks
def inspection_with_vpn(estate: Estate) -> Estate:
    return _egress(_pair(estate, sites=[extra_site()], vpns=[extra_vpn(segment="other")]))


def _with_site(estate: Estate, **site: Any) -> Estate:
    """The estate with a segment that is inspected with site `away`."""
    one = extra_segment(blocks=["10.250.0.0/17"], inspected_with=["away"])
    segments, vpn = [one, extra_segment("landing")], extra_vpn(segment="landing", customer_gateway="away")
    return _egress(grown(estate, segments=segments, sites=[extra_site("away", **site)], vpns=[vpn]))


@breaks
def ambiguous_inspection(estate: Estate) -> Estate:
    made = _with_site(estate)
    return replace(made, segments=[*made.segments, extra_segment("away", blocks=["10.251.0.0/16"])])


@breaks
def inspection_without_site_networks(estate: Estate) -> Estate:
    return _with_site(estate, networks={}, advertises=[])


@breaks
def inspected_default_route(estate: Estate) -> Estate:
    made = _with_site(without_sites(estate), advertises=[LAN, DEFAULT])
    segments = [replace(s, allowed_egress={Egress.ON_PREMISES}) if s.name == "extra" else s for s in made.segments]
    return replace(made, segments=segments)


@breaks
def firewall_policy_mismatch(estate: Estate) -> Estate:
    return _egress(estate, firewall=None)


@breaks
def invalid_rule_group_priority(estate: Estate) -> Estate:
    return firewall(estate, rule_groups=[group(priority=1_000)])


@breaks
def rule_group_capacity_exceeded(estate: Estate) -> Estate:
    return firewall(estate, rule_groups=[group(rules=[_pass(1), _pass(2)], capacity=1)])


@breaks
def too_many_rule_groups(estate: Estate) -> Estate:
    groups = [group(f"extra{number}", priority=number, rules=[_pass(number)]) for number in range(1, 22)]
    return firewall(estate, rule_groups=groups)


@breaks
def invalid_suricata_rule(estate: Estate) -> Estate:
    return firewall(estate, rule_groups=[group(rules=["pass tcp any any -> any 443 (flow:to_server;)"])])


@breaks
def invalid_firewall_variable(estate: Estate) -> Estate:
    named = grown(estate, segments=[extra_segment("home-net", blocks=["10.250.0.0/17"])])
    return firewall(named, rule_groups=[group()])


@breaks
def duplicate_sid(estate: Estate) -> Estate:
    return firewall(estate, rule_groups=[group(), group("other", priority=2)])


@breaks
def invalid_firewall_domain(estate: Estate) -> Estate:
    return firewall(estate, domain_lists=[DomainList("extra", domains=["*.example.com"])])


@breaks
def domain_list_without_blocks(estate: Estate) -> Estate:
    lists = [DomainList("extra", domains=["example.com"], segments=["extra"])]
    return grown(firewall(estate, domain_lists=lists))


@breaks
def invalid_managed_rule_group(estate: Estate) -> Estate:
    return firewall(estate, managed_rule_groups=["MalwareDomainsActionOrder"])
