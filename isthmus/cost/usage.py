"""Usage-based charges: logs and DNS queries, as ranges between two assumptions.

Terraform does not state how much is written to a log. It is not zero either, so a cost estimate has a least and a most,
and states the assumptions for both. Flows in a traffic file replace the assumption about traffic.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from isthmus.cost.traffic import TrafficFlow
from isthmus.terraform.graph import Graph, Ref, Resource, Unknown, Value, blocks

MINUTES = 730 * 60
PER_MINUTE = (10, 1_000)  # conversations in a log, and queries of a VPC or an endpoint
RECORDS_PER_GB = (100, 100_000)  # of traffic: one record per 10 MB or per 10 kB
LOGS_PER_GB = (1, 5)  # on the path of one GB: of both VPCs, of the gateway in and out, of a firewall
TUNNEL_LOG_GB = (Fraction(1, 100), Fraction(1, 10))  # per month and tunnel: key exchanges and dead peer detection
KEPT = (Fraction(15, 100), Fraction(1))  # of the size of a log, compressed or not
MONTHS = Fraction(12)  # the retention of a log if it is not known
# Bytes of a record, with the 26 that CloudWatch Logs counts for each event.
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
# https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
# https://docs.aws.amazon.com/vpc/latest/tgw/tgw-flow-logs.html
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-query-logs-format.html
# https://docs.aws.amazon.com/network-firewall/latest/developerguide/firewall-logging-contents.html
VPC_RECORD, GATEWAY_RECORD, QUERY_RECORD, FIREWALL_RECORD = 140, 400, 600, 700
_GIGABYTE = 10**9

Range = tuple[Fraction, Fraction]
_GROUP = "aws_cloudwatch_log_group"

_LOGS = "each flow log and firewall log records {} conversations a minute{}"
_OTHERS = (
    f"each VPC and Resolver endpoint sends {PER_MINUTE[0]} to {PER_MINUTE[1]:,} DNS queries a minute",
    "each tunnel writes 0.01 to 0.1 GB of logs",
    "logs are stored for the retention of their group, or 12 months, at 15 to 100 % of their size",
)
_TRAFFIC = (
    f"each GB of the given flows is {RECORDS_PER_GB[0]} to {RECORDS_PER_GB[1]:,} records, in {LOGS_PER_GB[0]} to "
    f"{LOGS_PER_GB[1]} logs"
)


ROTATIONS = "each KMS key with rotation has rotated never, or twice; later rotations are free"
WAIVERS = "none or all of the NAT gateway charges that firewalls can waive are waived"


def assumptions(flows: Sequence[TrafficFlow]) -> tuple[str, ...]:
    """The assumptions for the least and the most, one sentence each."""
    if flows:
        return _TRAFFIC, _LOGS.format(PER_MINUTE[0], " in addition"), *_OTHERS
    return _LOGS.format(f"{PER_MINUTE[0]} to {PER_MINUTE[1]:,}", ""), *_OTHERS


@dataclass(frozen=True, slots=True)
class ItemUse:
    """A range of an item per month, because of one resource; `Unknown` with the reason if it is not known."""

    item: str
    amount: Range | Unknown
    resource: Resource


@dataclass(frozen=True, slots=True)
class _Log:
    """A log that a resource writes: the GB per month, its destination, and the bytes of a record."""

    source: Resource
    gb: Range
    destination: Value
    in_cloudwatch: bool | Unknown
    record: int = 0


def item_uses(graph: Graph, flows: Sequence[TrafficFlow] = ()) -> Iterator[ItemUse]:
    """Every usage-based charge, in the order of addresses."""
    logs = [log for resource in graph.resources.values() for log in _logs(resource, busy=not flows)]
    for log in logs:
        yield from _written(log, log.gb, graph)
    seen = [log for log in logs if log.source.type in _SEES_TRAFFIC]
    if flows and seen:
        gb = sum((Fraction(flow.gb) + Fraction(flow.back) for flow in flows), Fraction())
        many = [min(len(seen), count) for count in LOGS_PER_GB]
        sizes = (min(log.record for log in seen), max(log.record for log in seen))
        least, most = (gb * RECORDS_PER_GB[end] * many[end] * sizes[end] / _GIGABYTE for end in (0, 1))
        yield from _written(seen[0], (least, most), graph)
    for resource in graph.resources.values():
        if resource.type == "aws_route53_resolver_endpoint":
            yield ItemUse("resolver-query", _queries(), resource)
        elif resource.type == "aws_route53_resolver_firewall_rule_group_association":
            yield ItemUse("dns-firewall-query", _queries(), resource)
    for resource in graph.unexpanded.values():
        for item in _ITEMS_OF.get(resource.type, ()):
            yield ItemUse(item, Unknown("how many there are is known after apply"), resource)


_SEES_TRAFFIC = ("aws_flow_log", "aws_networkfirewall_logging_configuration")
_ITEMS_OF: Mapping[str, tuple[str, ...]] = {
    "aws_flow_log": ("log-gb",),
    "aws_networkfirewall_logging_configuration": ("log-gb",),
    "aws_route53_resolver_query_log_config_association": ("log-gb",),
    "aws_route53_resolver_endpoint": ("resolver-query",),
    "aws_route53_resolver_firewall_rule_group_association": ("dns-firewall-query",),
}


def written_elsewhere(graph: Graph) -> tuple[str, ...]:
    """The log groups to which no counted resource writes, by address."""
    written = [log.destination for resource in graph.resources.values() for log in _logs(resource, busy=True)]
    written += [c.get("destination_arn") for c in graph.of_type("aws_route53_resolver_query_log_config")]
    groups = {group.address for group in (_group(destination, graph) for destination in written) if group is not None}
    return tuple(group.address for group in graph.of_type(_GROUP) if group.address not in groups)


def _group(destination: Value, graph: Graph) -> Resource | None:
    """The log group of a reference, a name or an ARN. None: it is not in this network."""
    if isinstance(destination, Ref):
        return graph.resources.get(destination.address)
    if not isinstance(destination, str):
        return None
    name = destination.partition(":log-group:")[2].removesuffix(":*") or destination
    return next((group for group in graph.of_type(_GROUP) if group.get("name") == name), None)


def _written(log: _Log, gb: Range, graph: Graph) -> Iterator[ItemUse]:
    """The charges for a log: its ingestion and its storage."""
    if isinstance(log.in_cloudwatch, Unknown):
        yield ItemUse("log-gb", log.in_cloudwatch, log.source)
        return
    if not log.in_cloudwatch:
        yield ItemUse(
            "log-gb", Unknown("its destination is not CloudWatch, and the sheets have no price for that"), log.source
        )
        return
    yield ItemUse("log-gb", gb, log.source)
    months = _months(log.destination, graph)
    yield ItemUse("log-storage-gb", (gb[0] * months * KEPT[0], gb[1] * months * KEPT[1]), log.source)


def _months(destination: Value, graph: Graph) -> Fraction:
    """The retention of a log: that of its group, or a year."""
    group = _group(destination, graph)
    days = group.get("retention_in_days") if group is not None else None
    return Fraction(days) * 12 / 365 if isinstance(days, int) and days else MONTHS


def _logs(resource: Resource, *, busy: bool) -> Iterator[_Log]:
    """The logs that a resource writes. `busy`: with the most traffic, as assumed without a traffic file."""
    if resource.type == "aws_flow_log":
        size = GATEWAY_RECORD if _is_of_gateway(resource) else VPC_RECORD
        kind = resource.get("log_destination_type", "cloud-watch-logs")
        where = kind if isinstance(kind, Unknown) else kind == "cloud-watch-logs"
        yield _Log(resource, _conversations(2 * size, busy), resource.get("log_destination"), where, size)
    elif resource.type == "aws_networkfirewall_logging_configuration":
        for config in _inner(resource, "logging_configuration", "log_destination_config"):
            if isinstance(config, Unknown):
                yield _Log(resource, _conversations(2 * FIREWALL_RECORD, busy), None, config, FIREWALL_RECORD)
                continue
            kind = config.get("log_destination_type")
            where = kind if isinstance(kind, Unknown) else kind == "CloudWatchLogs"
            listed = config.get("log_destination")
            group = listed.get("logGroup") if isinstance(listed, Mapping) else None
            yield _Log(resource, _conversations(2 * FIREWALL_RECORD, busy), group, where, FIREWALL_RECORD)
    elif resource.type == "aws_route53_resolver_query_log_config_association":
        yield _Log(resource, _conversations(QUERY_RECORD, busy=True), None, True)
    elif resource.type == "aws_vpn_connection":
        for tunnel in ("tunnel1_log_options", "tunnel2_log_options"):
            for config in _inner(resource, tunnel, "cloudwatch_log_options"):
                enabled = config if isinstance(config, Unknown) else config.get("log_enabled", False)
                if isinstance(enabled, Unknown):
                    yield _Log(resource, TUNNEL_LOG_GB, None, enabled)
                elif enabled and not isinstance(config, Unknown):
                    yield _Log(resource, TUNNEL_LOG_GB, config.get("log_group_arn"), True)


def _is_of_gateway(resource: Resource) -> bool:
    names = ("transit_gateway_id", "transit_gateway_attachment_id")
    return any(resource.get(name) is not None for name in names)


def _inner(resource: Resource, outer: str, inner: str) -> Iterator[Mapping[str, Value] | Unknown]:
    """The blocks inside the blocks of a resource."""
    for block in blocks(resource, outer):
        if isinstance(block, Unknown):
            yield block
            continue
        given: Any = block.get(inner, ())
        for each in given if isinstance(given, tuple) else (given,):
            if isinstance(each, Mapping | Unknown):
                yield each


def _conversations(size: int, busy: bool) -> Range:
    least, most = (Fraction(count * MINUTES * size, _GIGABYTE) for count in PER_MINUTE)
    return least, most if busy else least


def _queries() -> Range:
    """Millions of queries in a month."""
    least, most = (Fraction(count * MINUTES, 10**6) for count in PER_MINUTE)
    return least, most
