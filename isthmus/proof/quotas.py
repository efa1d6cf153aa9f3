"""AWS's quotas that a network's own configuration runs into, and the headroom that is left.

- https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
- https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-quotas.html
- https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-limits.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from isthmus.network.model import Network, Unknown, VpcTable
from isthmus.proof.findings import Violation

_VPC = "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"
_TGW = "https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-quotas.html"
_VPN = "https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-limits.html"

NEARLY = 0.8


@dataclass(frozen=True, slots=True)
class Quota:
    """One of AWS's quotas: what it counts, how many an account has by default, and how many AWS grants on request
    (equal where it grants no more, None where it names no ceiling)."""

    name: str
    default: int
    most: int | None
    source: str


ROUTES = Quota("routes per VPC route table", 500, 1_000, _VPC)
LEARNT = Quota("propagated routes per VPC route table", 100, 100, _VPC)
TABLES = Quota("route tables per VPC", 200, None, _VPC)
SUBNETS = Quota("subnets per VPC", 200, None, _VPC)
CIDRS = Quota("IPv4 CIDR blocks per VPC", 5, 50, _VPC)
ACL_RULES = Quota("rules per network ACL and direction", 20, 40, _VPC)
GROUP_RULES = Quota("rules per security group and direction", 60, 1_000, _VPC)
TGW_TABLES = Quota("route tables per transit gateway", 20, None, _TGW)
TGW_ROUTES = Quota("routes per transit gateway, all tables", 10_000, None, _TGW)
ATTACHMENTS = Quota("attachments per transit gateway", 5_000, None, _TGW)
CONNECTIONS = Quota("VPN connections per account and Region", 50, None, _VPN)
CUSTOMER_GATEWAYS = Quota("customer gateways per account and Region", 50, None, _VPN)
ANNOUNCED = Quota("routes from a customer gateway to a transit gateway", 1_000, 1_000, _VPN)
TOLD = Quota("routes from a transit gateway to a customer gateway", 5_000, 5_000, _VPN)


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of a quota something uses."""

    quota: Quota
    subject: str
    used: int

    @property
    def share(self) -> float:
        """Used as a share of the default quota."""
        return self.used / self.quota.default

    @property
    def note(self) -> str:
        """What to know about it, or "" while there is headroom."""
        if self.share <= NEARLY:
            return ""
        granted = "" if self.quota.most is None else f", {self.quota.most} at most"
        if self.used > self.quota.default:
            return f"{self}: needs an increase{granted} before it can be applied"
        return f"{self}: {self.share:.0%} used{granted}"

    def __str__(self) -> str:
        return f"{self.subject}: {self.used} of {self.quota.default} {self.quota.name}"


def usages(network: Network, announced: Iterable[tuple[str, int]], told: Iterable[tuple[str, int]]) -> Iterator[Usage]:
    """Everything counted. `announced` and `told` are numbers of prefixes by VPN connection, from and to its site."""
    for table in network.tables.values():
        yield Usage(ROUTES, table.address, _routes(network, table))
    for quota, vpcs in (
        (TABLES, Counter(table.vpc for table in network.tables.values())),
        (SUBNETS, Counter(subnet.vpc for subnet in network.subnets.values())),
    ):
        yield from (Usage(quota, vpc, count) for vpc, count in vpcs.items() if isinstance(vpc, str))
    for vpc in network.vpcs.values():
        yield Usage(CIDRS, vpc.address, len(vpc.cidrs))
    for acl in network.nacls.values():
        yield Usage(ACL_RULES, acl.address, max(len(acl.inbound), len(acl.outbound)))
    for group in network.security_groups.values():
        yield Usage(GROUP_RULES, group.address, max(len(group.inbound), len(group.outbound)))
    yield from _transit_gateways(network)
    if network.vpns:
        yield Usage(CONNECTIONS, "VPN connections", len(network.vpns))
    if network.customer_gateways:
        yield Usage(CUSTOMER_GATEWAYS, "customer gateways", len(network.customer_gateways))
    for connection, count in announced:
        yield Usage(ANNOUNCED, connection, count)
    for connection, count in told:
        yield Usage(TOLD, connection, count)


def _routes(network: Network, table: VpcTable) -> int:
    """Routes that count: a prefix list costs as many as it may ever hold."""
    count = 0
    for route in table.routes:
        entries = network.prefix_lists.get(route.destination) if isinstance(route.destination, str) else None
        most = entries.max_entries if entries else 1
        count += 1 if isinstance(most, Unknown) else max(most, 1)
    return count


def _transit_gateways(network: Network) -> Iterator[Usage]:
    attachments = Counter(a.gateway for a in network.attachments.values() if isinstance(a.gateway, str))
    tables = Counter(t.gateway for t in network.tgw_tables.values() if isinstance(t.gateway, str))
    routes: Counter[str] = Counter()
    for table in network.tgw_tables.values():
        if isinstance(table.gateway, str):
            routes[table.gateway] += len(table.routes) + len(table.propagations)
    for gateway in network.transit_gateways:
        yield Usage(TGW_TABLES, gateway, tables[gateway])
        yield Usage(TGW_ROUTES, gateway, routes[gateway])
        yield Usage(ATTACHMENTS, gateway, attachments[gateway])


def fullest(found: Iterable[Usage]) -> tuple[Usage, ...]:
    """For each quota everything that is nearly used up, else whatever comes closest; most used first."""
    by_quota: dict[str, list[Usage]] = {}
    for usage in found:
        by_quota.setdefault(usage.quota.name, []).append(usage)
    kept = []
    for group in by_quota.values():
        near = [usage for usage in group if usage.note]
        kept += near or [max(group, key=lambda usage: (usage.share, usage.subject))]
    return tuple(sorted(kept, key=lambda usage: (-usage.share, usage.quota.name, usage.subject)))


def exceeded(found: Iterable[Usage]) -> Iterator[Violation]:
    """What no request for an increase can mend, or what is over a default that needs one."""
    for usage in found:
        if usage.used > usage.quota.default:
            yield Violation("quota-exceeded", f"{usage.note} ({usage.quota.source})", (usage.subject,))
