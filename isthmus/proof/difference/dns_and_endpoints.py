"""Resolver rules and endpoints, private hosted zones, and VPC endpoints."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.network.dns_model import Held, ResolverEndpoint
from isthmus.network.from_terraform.values import name_of
from isthmus.network.model import EndpointKind, Unknown, VpcEndpoint
from isthmus.proof.analysis import Analysis
from isthmus.proof.difference.addresses import vpc_names
from isthmus.proof.difference.objects import Object, ObjectKind, Setting
from isthmus.proof.difference.uncounted import uncounted
from isthmus.proof.pairs.inferred_sites import unique

DNS_PORT = 53
_KINDS = (
    ObjectKind.RESOLVER_ENDPOINT,
    ObjectKind.RESOLVER_RULE,
    ObjectKind.PRIVATE_ZONE,
    ObjectKind.VPC_ENDPOINT,
)
_ENDPOINTS = {
    EndpointKind.INTERFACE: ObjectKind.INTERFACE_ENDPOINT,
    EndpointKind.GATEWAY: ObjectKind.GATEWAY_ENDPOINT,
}


def dns_and_endpoint_objects(network: Analysis) -> Iterator[Object]:
    """What names are answered by, and the endpoints of each VPC."""
    described = _NamedObjects(network)
    yield from described.resolver_endpoints()
    yield from described.rules()
    yield from described.zones()
    yield from described.vpc_endpoints()
    yield from uncounted(network.graph, _KINDS)


class _NamedObjects:
    def __init__(self, network: Analysis) -> None:
        self.network = network.network
        self.facts = network.network.resolution
        self.vpcs = vpc_names(network)
        resources = network.graph.resources
        self.resolvers = unique({a: name_of(resources[a]) if a in resources else "" for a in self.facts.endpoints}, ())

    def resolver_endpoints(self) -> Iterator[Object]:
        for endpoint in self.facts.endpoints.values():
            inbound = endpoint.inbound
            direction = inbound if isinstance(inbound, Unknown) else "inbound" if inbound else "outbound"
            settings = {
                "direction": Setting.of(direction),
                "addresses": self._addresses(endpoint),
                "subnets": self._cidrs(tuple(interface.subnet for interface in endpoint.interfaces)),
            }
            yield Object(ObjectKind.RESOLVER_ENDPOINT, self.resolvers[endpoint.address], settings, endpoint.address)

    def rules(self) -> Iterator[Object]:
        rules = self.facts.rules
        names = unique({a: "" if isinstance(r.domain, Unknown) else r.domain for a, r in rules.items()}, ())
        for rule in rules.values():
            through = rule.endpoint
            settings = {
                "domain": Setting.of(rule.domain),
                "type": Setting.of(rule.kind),
                "targets": Setting.of(*(_target(target) for target in rule.targets)),
                "Resolver endpoint": Setting.of(
                    self.resolvers.get(through, through) if isinstance(through, str) else through
                ),
                "VPCs": self._holds_for(rule.address, Held.RULE),
            }
            yield Object(ObjectKind.RESOLVER_RULE, names[rule.address], settings, rule.address)

    def zones(self) -> Iterator[Object]:
        zones = self.facts.zones
        names = unique({a: "" if isinstance(z.domain, Unknown) else z.domain for a, z in zones.items()}, ())
        for zone in zones.values():
            settings = {"domain": Setting.of(zone.domain), "VPCs": self._holds_for(zone.address, Held.ZONE)}
            yield Object(ObjectKind.PRIVATE_ZONE, names[zone.address], settings, zone.address)

    def vpc_endpoints(self) -> Iterator[Object]:
        endpoints = self.network.endpoints
        names: dict[str, str] = {}
        for kind in EndpointKind:
            ours = {a: self._endpoint_name(endpoint) for a, endpoint in endpoints.items() if endpoint.kind is kind}
            names |= unique(ours, ())
        for endpoint in endpoints.values():
            settings = {
                "type": Setting.of(endpoint.kind.value),
                "service": Setting.of(endpoint.service),
                "VPC": Setting.of(self._vpc(endpoint.vpc)),
                "subnets": self._cidrs(endpoint.subnets),
                "route tables": Setting.of(*map(self._table, endpoint.tables)),
                "private DNS names": Setting.of(endpoint.private_dns),
                "private DNS names for inbound Resolver endpoints only": Setting.of(endpoint.inbound_only),
            }
            called = _ENDPOINTS.get(endpoint.kind, ObjectKind.VPC_ENDPOINT)
            yield Object(called, names[endpoint.address], settings, endpoint.address)

    def _endpoint_name(self, endpoint: VpcEndpoint) -> str:
        vpc = self._vpc(endpoint.vpc)
        return f"{endpoint.service_name} in {vpc}" if endpoint.service_name and isinstance(vpc, str) else ""

    def _addresses(self, endpoint: ResolverEndpoint) -> Setting:
        """The addresses that are known. AWS assigns those that the configuration leaves out."""
        known = [interface.ip for interface in endpoint.interfaces if interface.ip is not None]
        return Setting.of(*known, assigned=len(endpoint.interfaces) - len(known))

    def _vpc(self, vpc: str | Unknown) -> str | Unknown:
        return vpc if isinstance(vpc, Unknown) else self.vpcs.get(vpc, vpc)

    def _cidrs(self, subnets: tuple[str | Unknown, ...]) -> Setting:
        """The CIDRs of subnets: a subnet keeps its place in the network under another name."""
        found: list[object] = []
        for subnet in subnets:
            known = self.network.subnets.get(subnet) if isinstance(subnet, str) else None
            found += [subnet] if known is None else known.cidrs
        return Setting.of(*found)

    def _table(self, table: str | Unknown) -> str | Unknown:
        known = self.network.tables.get(table) if isinstance(table, str) else None
        return (known.name if known is not None else "") or table

    def _holds_for(self, address: str, kind: Held) -> Setting:
        """The VPCs that a rule or zone holds for."""
        uses = (use for use in self.facts.uses if use.kind is kind)
        ours = (use for use in uses if use.thing == address or isinstance(use.thing, Unknown))
        return Setting.of(*(use.unknown or self._vpc(use.vpc) for use in ours))


def _target(target: object) -> object:
    if not isinstance(target, tuple):
        return target
    address, port = target
    return address if port == DNS_PORT else f"{address} port {port}"
