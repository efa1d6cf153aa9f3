"""Alarms: their targets, resources and thresholds."""

from __future__ import annotations

import re
from collections.abc import Iterator

from isthmus.aws.regions import REGIONS
from isthmus.intent.checks.rule import Fault, rule
from isthmus.intent.environment import Environment
from isthmus.intent.estate import Estate
from isthmus.intent.observability import Observability

_ALARM = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"
_MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_TOPIC = re.compile(r"arn:[a-z-]+:sns:([a-z0-9-]+):\d{12}:[A-Za-z0-9_-]{1,256}")


def _observed(estate: Estate) -> Iterator[tuple[Environment, Observability]]:
    for environment in estate.environments:
        if environment.observability is not None:
            yield environment, environment.observability


@rule("alarms cover VPN connections, the hub and the firewall, and are in the same root module")
def observability_without_resources(estate: Estate) -> Iterator[Fault]:
    """An environment has observability, and nothing to monitor."""
    for environment, wanted in _observed(estate):
        inspects = environment.egress is not None and environment.egress.inspection.is_network_firewall
        if environment.hub is None and not environment.vpn_connections and not inspects:
            given = f'environment "{environment.name}" has no hub, no VPN connection and no firewall'
            yield Fault(wanted, given, "observability only in environments with a hub, a VPN connection or a firewall")


@rule(
    "an alarm without a subscriber has no effect",
    "https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html",
)
def invalid_alarm_target(estate: Estate) -> Iterator[Fault]:
    """`notify` is empty, has a target twice, or has a value that is neither an email address nor an SNS topic
    ARN.
    """
    region = REGIONS.get(estate.region, REGIONS["us-east-1"])
    topic = f"arn:{region.partition}:sns:{region.name}:111122223333:alarms"
    for _, wanted in _observed(estate):
        if not wanted.notify:
            yield Fault(wanted, "notify is empty", 'notify=["network-team@example.com"], or the ARN of an SNS topic')
        # The Terraform name of a subscription is the address with `_` for each other character.
        seen: dict[str, str] = {}
        for target in wanted.notify:
            key = re.sub("[^A-Za-z0-9]", "_", target)
            if not _MAIL.fullmatch(target) and not _TOPIC.fullmatch(target):
                remedy = f'an email address, or an ARN such as "{topic}"'
                yield Fault(wanted, f'notify has "{target}"', remedy)
            elif key in seen:
                yield Fault(
                    wanted, f'notify has "{seen[key]}" and "{target}"', "one of them: letters and digits must differ"
                )
            seen.setdefault(key, target)


@rule("an alarm publishes only to topics of its own Region", _ALARM)
def alarm_topic_in_other_region(estate: Estate) -> Iterator[Fault]:
    """An alarm target is an SNS topic of another Region."""
    for _, wanted in _observed(estate):
        for target in wanted.notify:
            topic = _TOPIC.fullmatch(target)
            if topic and topic[1] != estate.region:
                yield Fault(wanted, f"{target} is in {topic[1]}", f"a topic in {estate.region}")


@rule("VPN metrics have a period of 5 minutes, and an alarm evaluates at most one day", _ALARM)
def invalid_tunnel_alarm_period(estate: Estate) -> Iterator[Fault]:
    """`tunnel_down_for` is not a multiple of 5 minutes, or is more than a day."""
    for _, wanted in _observed(estate):
        if wanted.tunnel_down_for % 5 or not 5 <= wanted.tunnel_down_for <= 1_440:
            yield Fault(wanted, f"tunnel_down_for is {wanted.tunnel_down_for} minutes", "5, 10, 15 and so on to 1440")


@rule("the threshold is a number of dropped packets", _ALARM)
def invalid_firewall_alarm_threshold(estate: Estate) -> Iterator[Fault]:
    """`firewall_drops_above` is below 0."""
    for _, wanted in _observed(estate):
        if wanted.firewall_drops_above < 0:
            yield Fault(wanted, f"firewall_drops_above is {wanted.firewall_drops_above}", "0 or more")


@rule(
    "Network Manager has no endpoint in China",
    "https://docs.aws.amazon.com/general/latest/gr/network_manager.html",
)
def network_manager_not_available(estate: Estate) -> Iterator[Fault]:
    """Network Manager is enabled in a Region of China."""
    region = REGIONS.get(estate.region)
    for environment, wanted in _observed(estate):
        if wanted.network_manager and environment.hub is not None and region and region.partition == "aws-cn":
            given = f"network_manager is True, and the Region is {region.name}"
            yield Fault(wanted, given, "network_manager=False")


@rule(
    "Network Manager shows a site at its latitude and longitude",
    "https://docs.aws.amazon.com/networkmanager/latest/APIReference/API_Location.html",
)
def invalid_site_coordinates(estate: Estate) -> Iterator[Fault]:
    """A site's coordinates are not a valid latitude and longitude."""
    for site in estate.sites:
        if site.coordinates is not None:
            latitude, longitude = site.coordinates
            if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
                given = f"coordinates are {latitude}, {longitude}"
                yield Fault(site, given, "latitude -90 to 90, then longitude -180 to 180: coordinates=(50.11, 8.68)")
