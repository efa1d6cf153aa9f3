"""The usage of AWS quotas by the configuration of a network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from isthmus.aws import quotas
from isthmus.aws.quotas import Quota
from isthmus.network.model import (
    AttachmentKind,
    Cidr,
    EndpointKind,
    Network,
    NetworkAclRule,
    SecurityGroupRule,
    TgwTable,
    Unknown,
    VpcTable,
)
from isthmus.proof.checks.account_quotas import counted
from isthmus.proof.result.findings import Violation

NEARLY = 0.8
_VERSIONS: tuple[int, ...] = (4, 6)


@dataclass(frozen=True, slots=True)
class Usage:
    """The usage of a quota.

    - `subject`: the resource, account or Region that uses it.
    - `used`, `limit`: numbers of what the quota counts. The limit is the AWS default, or the raised value that the
      estate states.
    - `at_least`: the size of something counted is unknown, so that more may be used.
    """

    quota: Quota
    subject: str
    used: int
    limit: int
    at_least: bool = False

    @property
    def share(self) -> float:
        """Used as a share of the limit."""
        return self.used / self.limit

    @property
    def note(self) -> str:
        """A note about a quota that is nearly used or exceeded, or ""."""
        if self.share <= NEARLY:
            return ""
        granted = "" if self.quota.most is None else f", {self.quota.most} at most"
        if self.used > self.limit:
            return f"{self}: needs an increase{granted} before it can be applied"
        return f"{self}: {self.share:.0%} used{granted}"

    def __str__(self) -> str:
        least = "at least " if self.at_least else ""
        return f"{self.subject}: {least}{self.used} of {self.limit} {self.quota.name}"


class _Count:
    """A sum that may include elements of unknown size."""

    def __init__(self) -> None:
        self.used, self.at_least = 0, False

    def add(self, size: int | Unknown) -> None:
        """Add an element. An element of unknown size counts once."""
        self.used += 1 if isinstance(size, Unknown) else size
        self.at_least = self.at_least or isinstance(size, Unknown)


def usages(
    network: Network,
    advertised: Iterable[tuple[str, int]],
    advertised_by_aws: Iterable[tuple[str, int]],
    raised: Mapping[str, int],
) -> Iterator[Usage]:
    """The usage of every quota.

    - `advertised`: numbers of prefixes that sites advertise, by connection. `advertised_by_aws`: those of AWS.
    - `raised`: the quotas that AWS has raised, by id.
    """
    from_sites = tuple(advertised)

    def usage(quota: Quota, subject: str, used: int | _Count) -> Usage:
        if isinstance(used, _Count):
            return Usage(quota, subject, used.used, quota.limit(raised), used.at_least)
        return Usage(quota, subject, used, quota.limit(raised))

    of_endpoints = _gateway_endpoints(network)
    for table in network.tables.values():
        yield usage(quotas.ROUTES, table.address, _routes(network, table, of_endpoints[table.address]))
        if table.propagating:
            yield usage(quotas.PROPAGATED, table.address, _propagated(network, table, dict(from_sites)))
    for quota, vpcs in (
        (quotas.TABLES, Counter(table.vpc for table in network.tables.values())),
        (quotas.SUBNETS, Counter(subnet.vpc for subnet in network.subnets.values())),
    ):
        yield from (usage(quota, vpc, count) for vpc, count in vpcs.items() if isinstance(vpc, str))
    for vpc in network.vpcs.values():
        ipv4 = [cidr for cidr in vpc.cidrs if isinstance(cidr, Unknown) or cidr.version == 4]
        yield usage(quotas.CIDRS, vpc.address, len(ipv4))
    for acl in network.nacls.values():
        yield usage(quotas.ACL_RULES, acl.address, max(map(_acl_rules, (acl.inbound, acl.outbound))))
    for group in network.security_groups.values():
        sides = [_group_rules(network, rules) for rules in (group.inbound, group.outbound)]
        yield usage(quotas.GROUP_RULES, group.address, _largest(sides))
    attachments = Counter(a.gateway for a in network.attachments.values() if isinstance(a.gateway, str))
    tables = Counter(t.gateway for t in network.tgw_tables.values() if isinstance(t.gateway, str))
    for gateway in network.transit_gateways:
        yield usage(quotas.TGW_TABLES, gateway, tables[gateway])
        yield usage(quotas.TGW_ROUTES, gateway, _tgw_routes(network, gateway, dict(from_sites)))
        yield usage(quotas.ATTACHMENTS, gateway, attachments[gateway])
    yield from (usage(quota, subject, count) for quota, subject, count in counted(network) if count)
    for connection, count in from_sites:
        direct = connection in network.dx_gateways
        yield usage(quotas.FROM_SITE_DIRECT if direct else quotas.FROM_SITE, connection, count)
    for connection, count in advertised_by_aws:
        direct = connection in network.dx_gateways
        yield usage(quotas.ALLOWED_PREFIXES if direct else quotas.TO_SITE, connection, count)


def prefix_list_size(network: Network, named: str | Unknown) -> tuple[int | Unknown, int]:
    """What a reference to a prefix list counts in a quota, and its version of IP.

    A customer-managed list counts with its maximum number of entries, whatever it holds. The list of a gateway endpoint
    counts once. https://docs.aws.amazon.com/vpc/latest/userguide/managed-prefix-lists.html
    """
    if isinstance(named, Unknown):
        return named, 4
    listed = network.prefix_lists.get(named)
    return (1, 4) if listed is None else (listed.max_entries, listed.version)


def _largest(counts: Iterable[_Count]) -> _Count:
    return max(counts, key=lambda count: (count.used, count.at_least))


def _destinations(network: Network, found: Iterable[Cidr | str | Unknown]) -> Mapping[int, _Count]:
    """Destinations of routes by version of IP, prefix lists at their size."""
    counts = {version: _Count() for version in _VERSIONS}
    for destination in found:
        if isinstance(destination, (str, Unknown)):
            size, version = prefix_list_size(network, destination)
            counts[version].add(size)
        else:
            counts[destination.version].add(1)
    return counts


def _gateway_endpoints(network: Network) -> Counter[str | Unknown]:
    """How many gateway endpoints have a route in each table."""
    gateway = (endpoint for endpoint in network.endpoints.values() if endpoint.kind is EndpointKind.GATEWAY)
    return Counter(table for endpoint in gateway for table in endpoint.tables)


def _routes(network: Network, table: VpcTable, endpoints: int) -> _Count:
    """Routes that are not propagated. AWS counts IPv4 and IPv6 apart. A gateway endpoint adds one route."""
    counts = _destinations(network, (route.destination for route in table.routes))
    counts[4].add(endpoints)
    return _largest(counts.values())


def _propagated(network: Network, table: VpcTable, advertised: Mapping[str, int]) -> int:
    """Routes that virtual private gateways propagate, as far as it is known what sites send."""
    return sum(
        len(vpn.static_routes) if vpn.static is True else advertised.get(vpn.address, 0)
        for vpn in network.vpns.values()
        if vpn.gateway in table.propagating
    )


def _tgw_routes(network: Network, gateway: str, advertised: Mapping[str, int]) -> _Count:
    count = _Count()
    for table in network.tgw_tables.values():
        if table.gateway == gateway:
            for size in _table_routes(network, table, advertised):
                count.add(size)
    return count


def _table_routes(network: Network, table: TgwTable, advertised: Mapping[str, int]) -> Iterator[int | Unknown]:
    """The sizes of what a transit gateway table holds: routes, prefix lists, and what attachments propagate."""
    for route in table.routes:
        listed = isinstance(route.destination, (str, Unknown))
        yield prefix_list_size(network, route.destination)[0] if listed else 1  # type: ignore[arg-type]
    for propagated in table.propagations:
        attachment = None if isinstance(propagated, Unknown) else network.attachments.get(propagated)
        attached = attachment.attached if attachment is not None else None
        if attachment is not None and attachment.kind is AttachmentKind.VPC and attached in network.vpcs:
            yield len(network.vpcs[str(attached)].cidrs)
        elif attached in network.vpns:
            yield advertised.get(str(attached), 1)
        else:
            yield 1


def _acl_rules(rules: Iterable[NetworkAclRule]) -> int:
    """Rules of one direction, the rule that denies the rest included. AWS counts IPv4 and IPv6 apart."""
    counts = Counter[int](rule.cidr.version for rule in rules)
    return 1 + max(counts[version] for version in _VERSIONS)


def _group_rules(network: Network, rules: Iterable[SecurityGroupRule]) -> _Count:
    """Rules of one direction: one for each peer, a prefix list at its size. AWS counts IPv4 and IPv6 apart.

    A group as peer counts once, whatever its size.
    https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html#security-group-size
    """
    counts = {version: _Count() for version in _VERSIONS}
    for rule in rules:
        for cidr in rule.cidrs:
            counts[cidr.version].add(1)
        for named in rule.prefix_lists:
            size, version = prefix_list_size(network, named)
            counts[version].add(size)
        for _ in rule.groups:
            for count in counts.values():
                count.add(1)
    return _largest(counts.values())


def fullest(found: Iterable[Usage]) -> tuple[Usage, ...]:
    """For each quota every usage near the limit, else the highest usage; the most used quota first."""
    by_quota: dict[str, list[Usage]] = {}
    for usage in found:
        by_quota.setdefault(usage.quota.name, []).append(usage)
    kept = []
    for group in by_quota.values():
        near = [usage for usage in group if usage.note]
        kept += near or [max(group, key=lambda usage: (usage.share, usage.subject))]
    return tuple(sorted(kept, key=lambda usage: (-usage.share, usage.quota.name, usage.subject)))


def exceeded(found: Iterable[Usage], *, stated: bool = True) -> Iterator[Violation]:
    """Usages that exceed a quota: AWS has to raise it, or does not raise it.

    `stated`: the estate states the raised quotas. Otherwise a quota that many accounts have raised is only a note.
    """
    for usage in found:
        if usage.used > usage.limit and (stated or usage.quota not in quotas.RAISED_AS_A_RULE):
            yield Violation("quota-exceeded", f"{usage.note} ({usage.quota.source})", (usage.subject,))
