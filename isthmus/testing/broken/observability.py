"""Alarms and the map."""

# ruff: noqa: D103  a change is described by the summary of the rule it breaks

from __future__ import annotations

from dataclasses import replace
from typing import Any

from isthmus.intent import Estate, Observability
from isthmus.testing.broken.parts import breaks, extra_environment, extra_site, grown, in_china, with_hub


@breaks
def observability_without_resources(estate: Estate) -> Estate:
    extra = extra_environment(observability=Observability(notify=["network-team@example.com"]))
    return replace(estate, environments=[*estate.environments, extra])


def _observed(estate: Estate, **given: Any) -> Estate:
    usual = {"notify": ["network-team@example.com"], "network_manager": False}
    return with_hub(estate, observability=Observability(**{**usual, **given}))


@breaks
def invalid_alarm_target(estate: Estate) -> Estate:
    return _observed(estate, notify=["network-team"])


@breaks
def network_manager_not_available(estate: Estate) -> Estate:
    return _observed(in_china(estate), network_manager=True)


@breaks
def alarm_topic_in_other_region(estate: Estate) -> Estate:
    return _observed(estate, notify=["arn:aws:sns:us-east-9:111122223333:alarms"])


@breaks
def invalid_tunnel_alarm_period(estate: Estate) -> Estate:
    return _observed(estate, tunnel_down_for=7)


@breaks
def invalid_firewall_alarm_threshold(estate: Estate) -> Estate:
    return _observed(estate, firewall_drops_above=-3)


@breaks
def invalid_site_coordinates(estate: Estate) -> Estate:
    return grown(estate, sites=[extra_site(coordinates=(8.68, 250.11))])
