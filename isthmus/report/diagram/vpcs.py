"""The text of the box of a VPC: its default routes, gateways, firewalls and endpoints."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from isthmus.network.model import EndpointKind, Network, Target, TargetKind, Unknown, VpcRoute, VpcTable
from isthmus.report.diagram.drawing import shortened
from isthmus.text.listing import some

# Default routes in the order of the path: to a firewall first, then to the gateways.
_ORDER = [kind.value for kind in reversed(TargetKind)]
_KINDS = {
    EndpointKind.INTERFACE: "interface",
    EndpointKind.GATEWAY_LOAD_BALANCER: "Gateway Load Balancer",
    EndpointKind.OTHER: "other VPC",
}


def contents(network: Network) -> Mapping[str, Sequence[str]]:
    """The text of each VPC, a line each; under "" that of resources in an unknown VPC."""
    found: dict[str, list[str]] = defaultdict(list)
    tables = _tables_in_use(network)
    for vpc in network.vpcs:
        found[vpc] += _default_routes(network, tables.get(vpc, ()))
    for vpc, count in Counter(_vpc(network, nat.subnet) for nat in network.nats.values()).items():
        found[vpc].append(counted(count, "NAT gateway"))
    for firewall in sorted(network.firewalls.values(), key=lambda each: each.address):
        if firewall.gateway is None:
            name, ends = shortened(firewall.name or firewall.address), counted(len(firewall.endpoints), "endpoint")
            found[_known(firewall.vpc)].append(f"Network Firewall {name}, {ends}")
    services: dict[tuple[str, EndpointKind], set[str]] = defaultdict(set)
    for endpoint in network.endpoints.values():
        if endpoint.kind in _KINDS:
            services[_known(endpoint.vpc), endpoint.kind].add(_service(endpoint.service))
    for (vpc, kind), names in sorted(services.items(), key=lambda item: (item[0][0], item[0][1].value)):
        found[vpc].append(f"{_KINDS[kind]} endpoints {some(sorted(names))}")
    for vpc, directions in _resolvers(network).items():
        found[vpc].append(f"Resolver endpoints {', '.join(sorted(directions))}")
    return found


def counted(count: int, what: str) -> str:
    """`1 tunnel`, `2 tunnels`."""
    return f"{count} {what}{'s' * (count != 1)}"


def _tables_in_use(network: Network) -> Mapping[str, Sequence[VpcTable]]:
    """The route tables of each VPC that are associated with one of its subnets."""
    found: dict[str, list[VpcTable]] = defaultdict(list)
    for address in {subnet.table for subnet in network.subnets.values() if isinstance(subnet.table, str)}:
        table = network.tables.get(address)
        if table is not None:
            found[_known(table.vpc)].append(table)
    return found


def _default_routes(network: Network, tables: Sequence[VpcTable]) -> Iterator[str]:
    """The targets of the default routes. Routes that a virtual private gateway propagates are not known."""
    routes = {_lead(route) for table in tables for route in table.routes if _is_default(network, route)}
    leads = sorted(routes, key=lambda lead: (_ORDER.index(lead[0]) if lead[0] in _ORDER else -1, lead))
    learns = any(table.propagating for table in tables)
    if leads:
        yield f"default route{'s' * (len(leads) > 1)} to {', '.join(''.join(lead) for lead in leads)}"
    elif not learns:
        yield "no default route"
    if learns:
        yield "routes propagated from its virtual private gateway"


def _is_default(network: Network, route: VpcRoute) -> bool:
    if isinstance(route.destination, str):
        listed = network.prefix_lists.get(route.destination)
        return any(not isinstance(each, Unknown) and each.prefixlen == 0 for each in (listed.entries if listed else ()))
    return not isinstance(route.destination, Unknown) and route.destination.prefixlen == 0


def _lead(route: VpcRoute) -> tuple[str, str]:
    if not isinstance(route.target, Target):
        return "an unknown target", ""
    return route.target.kind.value, " (blackhole)" if route.blackhole else ""


def _service(name: str | Unknown) -> str:
    """`s3` of `com.amazonaws.us-east-1.s3`; the whole name if it has another form."""
    return "unknown" if isinstance(name, Unknown) else name.partition("amazonaws.")[2].partition(".")[2] or name


def _resolvers(network: Network) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for endpoint in network.resolution.endpoints.values():
        unknown = isinstance(endpoint.inbound, Unknown)
        direction = "of an unknown direction" if unknown else "inbound" if endpoint.inbound else "outbound"
        for vpc in {_vpc(network, interface.subnet) for interface in endpoint.interfaces}:
            found[vpc].add(direction)
    return found


def _vpc(network: Network, subnet: str | Unknown) -> str:
    known = network.subnets.get(subnet) if isinstance(subnet, str) else None
    return _known(known.vpc) if known else ""


def _known(vpc: str | Unknown | None) -> str:
    return vpc if isinstance(vpc, str) else ""
