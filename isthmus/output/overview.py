"""The overview of an output: root modules, route tables, sites, advertised prefixes, intended reachability."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from itertools import product
from pathlib import Path

from isthmus.intent import Estate, Routing, VpnConnection
from isthmus.network.forwarding import Forwarding
from isthmus.network.from_terraform.values import name_of
from isthmus.network.from_terraform.vpn import opened_by_site_alone
from isthmus.network.model import Attachment, EndpointKind, Network, TgwTable
from isthmus.network.prefixes_from_aws import AdvertisedPrefixes
from isthmus.proof.checks.intended import Intended
from isthmus.proof.checks.inventory import bind
from isthmus.proof.checks.route_tables import advertised_prefixes
from isthmus.proof.pairs.locations import Location, LocationKind, in_order, in_scope
from isthmus.proof.pairs.site_remainder import with_rests
from isthmus.terraform import UnreadableTerraform
from isthmus.terraform.documents import load
from isthmus.terraform.graph import Graph, Unknown
from isthmus.text.printable import printable

# The cell of flows that the intent neither asks for nor excludes.
ANY = "any"

# The bandwidth of a tunnel in Gbps, and the tunnels of a connection.
STANDARD, LARGE, TUNNELS = 1.25, 5.0, 2


@dataclass(frozen=True, slots=True)
class Root:
    """A root module: an environment of an output.

    `resources` counts by module. `waits_for` names the root modules that must be applied before it can be planned.
    """

    name: str
    folder: Path
    account: str
    region: str
    resources: Mapping[str, int]
    waits_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RouteTable:
    """A transit gateway route table: names of associated and propagating attachments, and static routes as text."""

    name: str
    associated: tuple[str, ...]
    propagating: tuple[str, ...]
    static: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SitePaths:
    """The VPN connections of a site in a segment, by name, and their highest bandwidth in Gbps.

    With BGP, AWS spreads flows over all tunnels with equal paths; one flow stays in one tunnel. With static routing,
    AWS uses one tunnel for all flows. `waiting` are the connections whose tunnels only the site can open again.
    """

    site: str
    segment: str
    routing: Routing
    connections: tuple[str, ...]
    customer_gateways: tuple[str, ...]
    tunnels: int
    together: float
    one_flow: float
    waiting: tuple[str, ...] = ()

    def __str__(self) -> str:
        flow = f"one flow {self.one_flow:g}" if self.routing is Routing.BGP else "one tunnel at a time"
        return f"{self.tunnels} tunnels, up to {self.together:g} Gbps together, {flow}"


@dataclass(frozen=True, slots=True)
class Matrix:
    """Intended reachability between the locations of a proof.

    `cell(a, b)` is "yes", "no", "-", `ANY` or, to the internet, the egress path. `kind(a)` is equal for locations with
    the same cells, apart from the cell to itself. `segments`: the spokes of each.
    """

    names: tuple[str, ...]
    cell: Callable[[str, str], str]
    kind: Callable[[str], Hashable]
    segments: Mapping[str, Sequence[str]]

    def __iter__(self) -> Iterator[tuple[str, str, str]]:
        """Every pair of locations, with its cell."""
        return ((a, b, self.cell(a, b)) for a in self.names for b in self.names)

    def holds(self, word: str) -> bool:
        """Whether a cell has this text. Two locations of each kind stand for all of them."""
        kinds: dict[Hashable, list[str]] = {}
        for name in self.names:
            kinds.setdefault(self.kind(name), []).append(name)
        few = [name for members in kinds.values() for name in members[:2]]
        return any(self.cell(a, b) == word for a, b in product(few, repeat=2))


def roots(out: Path, graph: Graph, estate: Estate) -> tuple[Root, ...]:
    """The root modules of an output, in an order in which they can be applied."""
    accounts = {account.id: account.name for account in estate.all_accounts}
    waits = _dependencies(out)
    order = list(_in_order(waits))
    if cycle := sorted(waits.keys() - set(order)):
        raise _damaged(out / "manifest.json", f"the dependencies of {', '.join(cycle)} form a cycle")
    found = []
    for name in order:
        own = [resource for resource in graph.resources.values() if resource.root == name]
        counts = Counter(_module(resource.address, name) for resource in own)
        numbers = Counter(resource.account for resource in own if resource.account)
        number = numbers.most_common(1)[0][0] if numbers else ""
        regions = sorted({resource.region for resource in own if resource.region})
        account = f"{accounts.get(number, '?')} {number}"
        found.append(
            Root(name, out / "stacks" / name, account, ", ".join(regions), dict(sorted(counts.items())), waits[name])
        )
    return tuple(found)


def route_tables(network: Network) -> tuple[RouteTable, ...]:
    """The transit gateway route tables, by name."""
    names = {address: _name(network, attachment) for address, attachment in network.attachments.items()}
    found = []
    for table in network.tgw_tables.values():
        associated = [names[a.address] for a in network.attachments.values() if a.table == table.address]
        propagating = [names.get(a, a) if isinstance(a, str) else str(a) for a in table.propagations]
        static = tuple(sorted(_routes(table, names)))
        found.append(
            RouteTable(table.name or table.address, tuple(sorted(associated)), tuple(sorted(propagating)), static)
        )
    return tuple(sorted(found, key=lambda table: table.name))


def advertised(network: Network, estate: Estate, present: tuple[Root, ...]) -> Mapping[str, AdvertisedPrefixes]:
    """The prefixes that AWS advertises over each VPN connection and Direct Connect gateway, by its name."""
    binding = bind(estate, network, [root.name for root in present])
    engine = Forwarding(network, sites=binding.locations.sites)
    lines = {}
    for address, prefixes in sorted(advertised_prefixes(engine).items()):
        named = network.vpns.get(address) or network.dx_gateways.get(address)
        if named is not None:
            lines[named.name or address] = prefixes
    return lines


def site_paths(graph: Graph, estate: Estate) -> tuple[SitePaths, ...]:
    """The VPN connections of each site, by site and segment: those of the intent that the output holds.

    https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-limits.html
    """
    resources = {name_of(r): r for r in graph.of_type("aws_vpn_connection")}
    groups: dict[tuple[str, str, Routing], list[VpnConnection]] = {}
    for connection in sorted(estate.vpn_connections, key=lambda connection: connection.name):
        if connection.name in resources:
            key = estate.site_of(connection).name, str(connection.segment), connection.routing
            groups.setdefault(key, []).append(connection)
    found = []
    for (site, segment, routing), group in sorted(groups.items()):
        rates = [LARGE if resources[c.name].get("tunnel_bandwidth") == "large" else STANDARD for c in group]
        gateways = tuple(sorted({str(c.customer_gateway) for c in group}))
        together = sum(rates) * TUNNELS if routing is Routing.BGP else min(rates)
        names = tuple(connection.name for connection in group)
        waiting = tuple(name for name in names if opened_by_site_alone(resources[name]))
        found.append(
            SitePaths(site, segment, routing, names, gateways, len(group) * TUNNELS, together, min(rates), waiting)
        )
    return tuple(found)


def names(network: Network) -> Mapping[str, tuple[str, ...]]:
    """DNS names with the servers that answer them, and services with interface endpoints; empty if there are none."""
    facts = network.resolution
    inbound = [i.ip for e in facts.endpoints.values() if e.inbound is True for i in e.interfaces]
    zones = {str(zone.domain) for zone in facts.zones.values() if not any(r.endpoint for r in zone.records)}
    services = {
        str(endpoint.service).partition("amazonaws.")[2].partition(".")[2]
        for endpoint in network.endpoints.values()
        if endpoint.kind is EndpointKind.INTERFACE
    }
    found = {
        "inbound Resolver endpoints": tuple(map(str, sorted(ip for ip in inbound if ip is not None))),
        **{
            str(rule.domain): ("forwarded to " + ", ".join(_server(target) for target in rule.targets),)
            for rule in sorted(facts.rules.values(), key=lambda rule: str(rule.domain))
            if rule.targets
        },
        "private zones": tuple(sorted(zones)),
        "interface endpoints": tuple(sorted(services)),
    }
    return {what: listed for what, listed in found.items() if listed}


def _server(target: tuple[IPv4Address, int] | Unknown) -> str:
    return str(target) if isinstance(target, Unknown) else str(target[0])


def intended(estate: Estate, network: Network, roots: Collection[str]) -> Matrix:
    """Intended reachability between the locations of `network`, and the spokes that it lacks."""
    bound = with_rests(bind(estate, network, roots).locations, estate, network)
    lacking = [Location(s.name, LocationKind.SPOKE) for _, s in estate.spokes if s.name not in bound.by_name]
    everything = in_order([*(place for place in bound.all if place.kind is not LocationKind.INTERNET), *lacking])
    places = replace(bound, all=everything)
    intent = Intended(estate, places)
    words = {True: "yes", False: "no", None: ANY}
    by_name = {place.name: place for place in everything}

    def cell(a: str, b: str) -> str:
        found = words[intent.intended(a, b)] if in_scope(by_name[a], by_name[b]) else "-"
        to_internet = by_name[b].kind is LocationKind.INTERNET and found == "yes"
        return intent.egress(a).value if to_internet else found

    segments: dict[str, list[str]] = {}
    for _, spoke in estate.spokes:
        segments.setdefault(str(spoke.segment), []).append(spoke.name)
    return Matrix(tuple(by_name), cell, lambda name: intent.kind(by_name[name]), segments)


def allowed_connections(estate: Estate) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """The allowed connections of the intent: source, destination and ports, by names of segments and site networks."""
    return tuple(sorted((str(o.source), str(o.to), tuple(o.ports)) for o in estate.allowed_connections))


def _dependencies(out: Path) -> dict[str, tuple[str, ...]]:
    """The root modules of the manifest, each with those it waits for; without a manifest the folders, without any."""
    manifest = out / "manifest.json"
    if not manifest.exists():
        folder = out / "stacks"
        return {path.name: () for path in sorted(folder.iterdir()) if path.is_dir()} if folder.is_dir() else {}
    document = load(manifest)
    stacks = document.get("stacks") if isinstance(document, dict) else None
    if not isinstance(stacks, dict):
        raise _damaged(manifest, "stacks is no JSON object")
    found: dict[str, tuple[str, ...]] = {}
    for name, stack in sorted(stacks.items()):
        listed = stack.get("dependencies") if isinstance(stack, dict) else None
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            raise _damaged(manifest, f"stacks.{name}.dependencies is no list of names")
        if missing := sorted(set(listed) - stacks.keys()):
            raise _damaged(manifest, f"stacks.{name}.dependencies names {missing[0]}, which is no stack")
        found[printable(name)] = tuple(map(printable, listed))
    return found


def _damaged(manifest: Path, problem: str) -> UnreadableTerraform:
    return UnreadableTerraform(manifest, problem, "It is damaged: synthesize again")


def _in_order(waits: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    done: set[str] = set()
    while ready := sorted(name for name in waits if name not in done and done.issuperset(waits[name])):
        yield from ready
        done.update(ready)


def _module(address: str, root: str) -> str:
    parts = address.removeprefix(f"{root}/").split(".")
    return parts[1] if parts[0] == "module" else "(root)"


def _name(network: Network, attachment: Attachment) -> str:
    attached = attachment.attached
    if isinstance(attached, Unknown):
        return attachment.address
    kinds = (network.vpcs, network.vpns, network.dx_gateways, network.firewalls)
    thing = next((kind[attached] for kind in kinds if attached in kind), None)
    return (thing.name if thing else "") or attached


def _routes(table: TgwTable, names: Mapping[str, str]) -> Iterator[str]:
    for route in table.routes:
        where = "blackhole" if route.attachment is None else names.get(str(route.attachment), str(route.attachment))
        yield f"{route.destination} -> {where}"
