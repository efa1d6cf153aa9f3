"""Names."""

# ruff: noqa: D103  a change is described by the summary of the rule it breaks

from __future__ import annotations

from dataclasses import replace

from isthmus.intent import Account, Estate
from isthmus.testing.broken.parts import (
    LAN,
    breaks,
    extra_segment,
    extra_site,
    extra_spoke,
    grown,
    with_accounts,
)
from isthmus.testing.strategies import UNITS


@breaks
def duplicate_name(estate: Estate) -> Estate:
    return grown(estate, spokes=[extra_spoke("ex-tra"), extra_spoke("Ex_tra", cidr="10.250.16.0/20")])


@breaks
def invalid_name(estate: Estate) -> Estate:
    return grown(estate, spokes=[extra_spoke("extra/one")])


@breaks
def name_too_long(estate: Estate) -> Estate:
    return grown(estate, spokes=[extra_spoke("extra" * 9)])


@breaks
def join_role_name_too_long(estate: Estate) -> Estate:
    return grown(replace(estate, prefix="p" * 12), segments=[extra_segment("extra" * 8)])


@breaks
def reserved_name(estate: Estate) -> Estate:
    return grown(estate, spokes=[extra_spoke("internet")])


@breaks
def ambiguous_principal(estate: Estate) -> Estate:
    return with_accounts(estate, Account(UNITS[0], id="888888888888"))


@breaks
def invalid_name_tag(estate: Estate) -> Estate:
    return grown(estate, spokes=[extra_spoke(vpc_name="extra;")])


@breaks
def ambiguous_derived_name(estate: Estate) -> Estate:
    sites = [
        extra_site("ex", networks={"tra-lan": LAN}, advertises=[], customer_gateways=[]),
        extra_site("ex-tra", networks={"lan": "172.31.0.0/16"}, advertises=[], customer_gateways=[]),
    ]
    return grown(estate, sites=sites)


@breaks
def duplicate_log_group(estate: Estate) -> Estate:
    return grown(estate, spokes=[extra_spoke(vpc_name=estate.hub.name)])


@breaks
def duplicate_route_table_name(estate: Estate) -> Estate:
    return grown(estate, segments=[extra_segment("other", route_table_name=f"{estate.prefix}-extra")])


@breaks
def was_equals_name(estate: Estate) -> Estate:
    return grown(estate, spokes=[extra_spoke(was="extra")])


@breaks
def was_in_use(estate: Estate) -> Estate:
    return grown(estate, segments=[extra_segment("other", was="extra"), extra_segment("extra")])


@breaks
def invalid_former_name(estate: Estate) -> Estate:
    return grown(estate, spokes=[extra_spoke(was="extra/one")])
