"""Alarms: whom they tell, what they watch, when."""

from __future__ import annotations

import re
from collections.abc import Iterator

from isthmus.aws.regions import REGIONS
from isthmus.intent.checks.rule import Fault, rule
from isthmus.intent.egress import Inspection
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


@rule("alarms are made for VPN connections, the hub and the firewall, in the root that holds them")
def observability_without_resources(estate: Estate) -> Iterator[Fault]:
    """An environment has observability, and nothing that it watches."""
    for environment, wanted in _observed(estate):
        inspects = environment.egress is not None and environment.egress.inspection is not Inspection.NONE
        if environment.hub is None and not environment.vpn_connections and not inspects:
            given = f'environment "{environment.name}" holds no hub, no VPN connection and no firewall'
            yield Fault(wanted, given, "no observability here: write it in the environment that holds the hub")


@rule(
    "an alarm that nobody hears is none",
    "https://docs.aws.amazon.com/sns/latest/dg/sns-email-notifications.html",
)
def invalid_alarm_target(estate: Estate) -> Iterator[Fault]:
    """Alarms go to nobody, to the same one twice, or to what is neither an email address nor an SNS topic."""
    region = REGIONS.get(estate.region, REGIONS["us-east-1"])
    topic = f"arn:{region.partition}:sns:{region.name}:111122223333:alarms"
    for _, wanted in _observed(estate):
        if not wanted.notify:
            yield Fault(wanted, "notify is empty", 'notify=["network-team@example.com"], or the ARN of an SNS topic')
        # Terraform names a subscription by the address, with every other sign a `_`.
        seen: dict[str, str] = {}
        for target in wanted.notify:
            key = re.sub("[^A-Za-z0-9]", "_", target)
            if not _MAIL.fullmatch(target) and not _TOPIC.fullmatch(target):
                remedy = f'an email address, or an ARN such as "{topic}"'
                yield Fault(wanted, f'notify holds "{target}"', remedy)
            elif key in seen:
                yield Fault(wanted, f'notify holds "{seen[key]}" and "{target}"', "each once, not but for a sign")
            seen.setdefault(key, target)


@rule("an alarm publishes to topics of its own Region only", _ALARM)
def alarm_topic_in_other_region(estate: Estate) -> Iterator[Fault]:
    """Alarms go to an SNS topic of another Region."""
    for _, wanted in _observed(estate):
        for target in wanted.notify:
            topic = _TOPIC.fullmatch(target)
            if topic and topic[1] != estate.region:
                yield Fault(wanted, f"{target} is in {topic[1]}", f"a topic in {estate.region}")


@rule("VPN metrics come every 5 minutes, and an alarm looks back a day at most", _ALARM)
def invalid_tunnel_alarm_period(estate: Estate) -> Iterator[Fault]:
    """The time before an alarm is no multiple of 5 minutes, or more than a day."""
    for _, wanted in _observed(estate):
        if wanted.tunnel_down_for % 5 or not 5 <= wanted.tunnel_down_for <= 1_440:
            yield Fault(wanted, f"tunnel_down_for is {wanted.tunnel_down_for} minutes", "5, 10, 15 and so on to 1440")


@rule("drops are counted, and no count is below 0", _ALARM)
def invalid_firewall_alarm_threshold(estate: Estate) -> Iterator[Fault]:
    """The number of drops before an alarm is below 0."""
    for _, wanted in _observed(estate):
        if wanted.firewall_drops_above < 0:
            yield Fault(wanted, f"firewall_drops_above is {wanted.firewall_drops_above}", "0 or a number above it")


@rule(
    "Network Manager has no endpoint in China",
    "https://docs.aws.amazon.com/general/latest/gr/network_manager.html",
)
def network_manager_not_available(estate: Estate) -> Iterator[Fault]:
    """Network Manager is to draw a hub in a Region of China."""
    region = REGIONS.get(estate.region)
    for environment, wanted in _observed(estate):
        if wanted.network_manager and environment.hub is not None and region and region.partition == "aws-cn":
            given = f"network_manager is on, and the Region is {region.name}"
            yield Fault(wanted, given, "network_manager=False")


@rule(
    "a place on the map is a latitude and a longitude",
    "https://docs.aws.amazon.com/networkmanager/latest/APIReference/API_Location.html",
)
def invalid_site_coordinates(estate: Estate) -> Iterator[Fault]:
    """A site's coordinates are on no map."""
    for site in estate.sites:
        if site.coordinates is not None:
            latitude, longitude = site.coordinates
            if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
                given = f"coordinates are {latitude}, {longitude}"
                yield Fault(site, given, "latitude -90 to 90, then longitude -180 to 180: coordinates=(50.11, 8.68)")
