"""Documents and charts that are too long."""

# ruff: noqa: D103  a change is described by the summary of the rule it breaks

from __future__ import annotations

from dataclasses import replace

from isthmus.intent import Estate, Observability, OrganizationalUnit, VpnConnection
from isthmus.testing.broken.egress import firewall, group
from isthmus.testing.broken.parts import (
    breaks,
    extra_gateway,
    extra_segment,
    extra_site,
    extra_vpn,
    grown,
    organization_of,
    with_hub,
)
from isthmus.testing.strategies import UNITS


@breaks
def trust_policy_too_long(estate: Estate) -> Estate:
    root = organization_of(estate).arn.replace(":organization/", ":ou/")
    units = [OrganizationalUnit(f"extra{number}", arn=f"{root}/ou-root-{90_000_000 + number}") for number in range(60)]
    organization = replace(organization_of(estate), units=[*estate.units, *units])
    return grown(replace(estate, organization=organization), segments=[extra_segment(may_be_attached_by=units)])


@breaks
def role_policy_too_long(estate: Estate) -> Estate:
    segments = [extra_segment(f"extra{number}", reaches=["extra"]) for number in range(90)]
    larger = grown(estate, segments=[extra_segment(may_be_attached_by=[UNITS[0]]), *segments])
    return replace(larger, quotas={**estate.quotas, "transit-gateway-route-tables": 150})


@breaks
def suricata_rule_too_long(estate: Estate) -> Estate:
    text = f'pass tcp $HOME_NET any -> $EXTERNAL_NET 443 (msg:"{"a" * 8_192}"; sid:1;)'
    return firewall(estate, rule_groups=[group(rules=[text])])


def _observed(estate: Estate, vpns: list[VpnConnection]) -> Estate:
    """The estate with these connections, to sites `extra` and `other`, and alarms for them."""
    other = extra_gateway("other", ip_address="198.51.100.2")
    far = extra_site(
        "other", networks={"lan": "192.168.250.0/24"}, advertises=["192.168.250.0/24"], customer_gateways=[other]
    )
    larger = grown(estate, sites=[extra_site(), far], vpns=vpns)
    alarms = Observability(notify=["network-team@example.com"], network_manager=False)  # not in every partition
    return replace(with_hub(larger, observability=alarms), quotas={**estate.quotas, "vpn-connections": 400})


@breaks
def too_many_site_alarms(estate: Estate) -> Estate:
    return _observed(estate, [extra_vpn(f"extra{number}", number=number) for number in range(400, 501)])


@breaks
def too_many_dashboard_metrics(estate: Estate) -> Estate:
    numbers = range(387, 513)
    return _observed(
        estate,
        [extra_vpn(f"extra{n}", number=n, customer_gateway="other" if n % 2 else "extra") for n in numbers],
    )
