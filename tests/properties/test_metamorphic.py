"""Laws of the engine that need no second opinion: how answers may change when the network does.

The laws of differences between two networks are in `tests/proof`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from ipaddress import IPv4Network, ip_network
from typing import Any

from hypothesis import assume, given, note
from hypothesis import strategies as st

from isthmus.network.answers import InSubnet, Outcome, Packet, RoundTrip
from isthmus.network.forwarding import Forwarding
from isthmus.network.model import Network, NetworkAclRule, Site, TgwRoute, Unknown
from tests.network.networks import BLACKHOLE, Draft
from tests.network.strategies import POOL, few, networks, packets


@st.composite
def flows(draw: st.DrawFn) -> tuple[Draft, Packet]:
    draft = draw(networks())
    return draft, draw(packets(draft))


def ask(network: Network, sites: list[Site], packet: Packet) -> RoundTrip:
    return Forwarding(network, sites=tuple(sites)).both_ways(packet)


def adds_nothing(before: Draft, after: Network, packet: Packet) -> None:
    """What works after the change worked before it, each way."""
    now, then = ask(after, before.sites, packet), ask(before.network(), before.sites, packet)
    note(f"before:\n{then}\nafter:\n{now}")
    if now.forward.outcome is Outcome.REACHABLE:
        assert then.forward.outcome is Outcome.REACHABLE
    if now.outcome is Outcome.REACHABLE:
        assert then.outcome is Outcome.REACHABLE


def changes_nothing(before: Draft, after: Network, packet: Packet) -> None:
    now, then = ask(after, before.sites, packet), ask(before.network(), before.sites, packet)
    note(f"before:\n{then}\nafter:\n{now}")
    assert (now.forward.outcome, now.outcome) == (then.forward.outcome, then.outcome)
    assert exits(now) == exits(then)


def exits(trip: RoundTrip) -> set[str]:
    return {path.exit for path in trip.forward.paths if path.outcome is Outcome.REACHABLE}


# --- a blackhole never adds a flow ----------------------------------------------------------------------------------


@given(flows(), st.data())
def test_a_blackhole_never_adds_a_flow(flow: tuple[Draft, Packet], data: st.DataObject) -> None:
    draft, packet = flow
    network = draft.network()
    prefix = ip_network(data.draw(st.sampled_from(POOL)))
    table = network.tgw_tables[data.draw(st.sampled_from(sorted(network.tgw_tables)))]
    assume(all(route.destination != prefix for route in table.routes))
    more = replace(table, routes=(*table.routes, TgwRoute("new", prefix, BLACKHOLE)))
    adds_nothing(draft, replace(network, tgw_tables={**network.tgw_tables, table.address: more}), packet)


@given(flows(), st.data())
def test_a_route_whose_target_goes_never_adds_a_flow(flow: tuple[Draft, Packet], data: st.DataObject) -> None:
    draft, packet = flow
    network = draft.network()
    tables = sorted(name for name, table in network.tables.items() if table.routes)
    assume(tables)
    table = network.tables[data.draw(st.sampled_from(tables))]
    gone = data.draw(st.sampled_from(table.routes))
    routes = tuple(replace(route, blackhole="gone") if route is gone else route for route in table.routes)
    after = replace(network, tables={**network.tables, table.address: replace(table, routes=routes)})
    adds_nothing(draft, after, packet)


# --- a rule less allows less ----------------------------------------------------------------------------------------

GROUP_RULES = tuple(
    f"{what} {peer}"
    for what in ("all", "tcp 443", "tcp 1-1024", "udp 53", "icmp")
    for peer in ("0.0.0.0/0", "10.1.0.0/16", "10.2.1.128/25", "10.8.0.0/16", "group:g1", "group:g2", "list:list")
)


@given(flows(), st.data())
def test_removing_a_security_group_rule_never_adds_a_flow(flow: tuple[Draft, Packet], data: st.DataObject) -> None:
    draft, packet = flow
    for name in ("g1", "g2"):
        draft.group(name, "a", data.draw(few(GROUP_RULES)), data.draw(few(GROUP_RULES)))
    some = st.lists(st.sampled_from(["g1", "g2"]), min_size=1, unique=True).map(tuple)
    ends = [packet.source, packet.destination]
    source, destination = (replace(end, groups=data.draw(some)) if isinstance(end, InSubnet) else end for end in ends)
    network = draft.network()
    group = network.security_groups[data.draw(st.sampled_from(["g1", "g2"]))]
    side = data.draw(st.sampled_from(["inbound", "outbound"]))
    rules = getattr(group, side)
    assume(rules)
    lost = data.draw(st.sampled_from(rules))
    change: dict[str, Any] = {side: tuple(rule for rule in rules if rule is not lost)}
    less = replace(group, **change)
    after = replace(network, security_groups={**network.security_groups, group.address: less})
    adds_nothing(draft, after, replace(packet, source=source, destination=destination))


@given(flows(), st.data())
def test_a_network_acl_that_denies_first_never_adds_a_flow(flow: tuple[Draft, Packet], data: st.DataObject) -> None:
    draft, packet = flow
    network = draft.network()
    acl = network.nacls[data.draw(st.sampled_from(sorted(network.nacls)))]
    side = data.draw(st.sampled_from(["inbound", "outbound"]))
    ports = data.draw(st.sampled_from([None, (443, 443), (1024, 40000)]))
    deny = NetworkAclRule("new", 1, False, 6 if ports else -1, ip_network(data.draw(st.sampled_from(POOL))), ports)
    change: dict[str, Any] = {side: (deny, *getattr(acl, side))}
    more = replace(acl, **change)
    adds_nothing(draft, replace(network, nacls={**network.nacls, acl.address: more}), packet)


# --- a route in two halves ------------------------------------------------------------------------------------------


@given(flows(), st.data())
def test_a_route_in_halves_changes_nothing(flow: tuple[Draft, Packet], data: st.DataObject) -> None:
    """Only if no route equals or lies inside a half, and no site learns from the table: prefix lengths matter there."""
    draft, packet = flow
    network = draft.network()
    quiet = [table for table in network.tgw_tables.values() if not advertises_to_site(network, table.address)]
    tables: list[Any] = [*network.tables.values(), *quiet]
    pairs = [(table, route) for table in tables for route in table.routes if isinstance(route.destination, IPv4Network)]
    choices = [(table, route) for table, route in pairs if alone(draft, network, table.routes, route.destination)]
    assume(choices)
    table, route = data.draw(st.sampled_from(choices))
    halves = [replace(route, destination=half, address=f"half {half}") for half in route.destination.subnets()]
    routes = (*halves, *(other for other in table.routes if other is not route))
    kind = "tables" if table.address in network.tables else "tgw_tables"
    every: dict[str, Any] = {kind: {**getattr(network, kind), table.address: replace(table, routes=routes)}}
    changes_nothing(draft, replace(network, **every), packet)


def advertises_to_site(network: Network, table: str) -> bool:
    """Whether the prefixes of a table are advertised to a site."""
    return any(one.table == table and not one.subnets for one in network.attachments.values())


def alone(draft: Draft, network: Network, routes: tuple[Any, ...], whole: IPv4Network) -> bool:
    """Whether no route, as far as anything in the network could make one, equals or lies inside a half."""
    prefixes: list[Any] = [route.destination for route in routes if route.destination != whole]
    prefixes += [entry for listed in network.prefix_lists.values() for entry in listed.entries]
    prefixes += [cidr for vpc in network.vpcs.values() for cidr in vpc.cidrs]
    prefixes += [cidr for vpn in network.vpns.values() for cidr in vpn.static_routes]
    for site in draft.sites:
        assert not isinstance(site.advertises, Unknown)
        prefixes += [message.prefix for message in site.advertises]
    nets = [prefix for prefix in prefixes if isinstance(prefix, IPv4Network)]
    return not any(net.subnet_of(half) for net in nets for half in whole.subnets())


# --- names, order, ECMP ---------------------------------------------------------------------------------------------


@given(flows())
def test_renaming_changes_nothing(flow: tuple[Draft, Packet]) -> None:
    draft, packet = flow
    network = draft.network()
    names = {old: f"n{hash_of(old)}" for old in every_name(network)}
    names |= {site.name: f"s{hash_of(site.name)}" for site in draft.sites}
    old = ask(network, draft.sites, packet)
    new = ask(renamed(network, names), renamed(draft.sites, names), renamed(packet, names))
    note(f"before:\n{old}\nafter:\n{new}")
    assert (new.forward.outcome, new.outcome) == (old.forward.outcome, old.outcome)
    assert exits(new) == {names.get(name, name) for name in exits(old)}


@given(flows())
def test_order_changes_nothing(flow: tuple[Draft, Packet]) -> None:
    draft, packet = flow
    network = draft.network()
    turned: dict[str, Any] = {}
    for part in fields(network):
        value = getattr(network, part.name)
        if isinstance(value, Mapping):
            turned[part.name] = {name: reordered(thing) for name, thing in list(value.items())[::-1]}
    sites = [replace(site, connections=site.connections[::-1]) for site in reversed(draft.sites)]
    now, then = ask(Network(**turned), sites, packet), ask(network, draft.sites, packet)
    note(f"before:\n{then}\nafter:\n{now}")
    assert (now.forward.outcome, now.outcome, exits(now)) == (then.forward.outcome, then.outcome, exits(then))


@given(flows())
def test_ecmp_changes_paths_only(flow: tuple[Draft, Packet]) -> None:
    draft, packet = flow
    network = draft.network()
    hub = network.transit_gateways["hub"]
    other = replace(network, transit_gateways={"hub": replace(hub, vpn_ecmp=not hub.vpn_ecmp)})
    changes_nothing(draft, other, packet)


def hash_of(name: str) -> str:
    """A name that sorts elsewhere, the same in every run."""
    return "".join(f"{(ord(letter) * 37) % 256:02x}" for letter in reversed(name))


def every_name(network: Network) -> Iterator[str]:
    for part in fields(network):
        value = getattr(network, part.name)
        if isinstance(value, Mapping):
            yield from value
    for vpn in network.vpns.values():
        yield from (tunnel.address for tunnel in vpn.tunnels)
    for firewall in network.firewalls.values():
        yield from (end.address for end in firewall.endpoints)
    tables: list[Any] = [*network.tables.values(), *network.tgw_tables.values()]
    for table in tables:
        yield from (route.address for route in table.routes)


def renamed(thing: Any, names: Mapping[str, str]) -> Any:
    """A copy with every name replaced, wherever it stands."""
    if isinstance(thing, str):
        return names.get(thing, thing)
    if isinstance(thing, Mapping):
        return {renamed(key, names): renamed(value, names) for key, value in thing.items()}
    if isinstance(thing, tuple | list):
        return type(thing)(renamed(item, names) for item in thing)
    if is_dataclass(thing) and not isinstance(thing, type | Enum):
        return replace(thing, **{part.name: renamed(getattr(thing, part.name), names) for part in fields(thing)})
    return thing


def reordered(thing: Any) -> Any:
    """A copy with every list in it reversed, except where AWS numbers the items."""
    lists = {"routes", "propagations", "propagating", "gateways", "subnets", "endpoints", "entries", "static_routes"}
    parts = [part.name for part in fields(thing) if part.name in lists]
    return replace(thing, **{name: getattr(thing, name)[::-1] for name in parts})


# --- unknown values -------------------------------------------------------------------------------------------------

DARK = Unknown("an unknown value")


@dataclass(frozen=True)
class Erasure:
    """One value of the network that becomes unknown: an attribute of a thing, or of a route of a table."""

    kind: str
    name: str
    attribute: str
    route: int | None = None


def erasures(network: Network) -> list[Erasure]:
    """Every single value whose loss the engine must survive without a wrong answer."""
    attributes = {
        "subnets": ("table", "nacl", "zone"),
        "attachments": ("table", "attached", "appliance_mode"),
        "nats": ("subnet", "public"),
        "vpns": ("static",),
        "gateways": ("vpc",),
        "peerings": ("peer", "requester"),
    }
    pairs = [(kind, one) for kind, ones in attributes.items() for one in ones]
    found = [Erasure(kind, name, one) for kind, one in pairs for name in getattr(network, kind)]
    for kind, ones in (("tables", ("destination", "target")), ("tgw_tables", ("destination", "attachment"))):
        for name, table in getattr(network, kind).items():
            found += [Erasure(kind, name, one, at) for at in range(len(table.routes)) for one in ones]
    return found


def erase(network: Network, erasure: Erasure) -> Network:
    things: dict[str, Any] = dict(getattr(network, erasure.kind))
    thing = things[erasure.name]
    if erasure.route is None:
        things[erasure.name] = replace(thing, **{erasure.attribute: DARK})
    else:
        routes = list(thing.routes)
        routes[erasure.route] = replace(routes[erasure.route], **{erasure.attribute: DARK})
        things[erasure.name] = replace(thing, routes=tuple(routes))
    changed: dict[str, Any] = {erasure.kind: things}
    return replace(network, **changed)


@given(flows(), st.data())
def test_an_unknown_value_never_makes_a_wrong_answer(flow: tuple[Draft, Packet], data: st.DataObject) -> None:
    """Whatever a value is, an answer given without it holds with it."""
    draft, packet = flow
    network = draft.network()
    erasure = data.draw(st.sampled_from(erasures(network)))
    truth, guess = ask(network, draft.sites, packet), ask(erase(network, erasure), draft.sites, packet)
    note(f"truth:\n{truth}\nwithout {erasure}:\n{guess}")
    assert guess.forward.outcome in (Outcome.UNKNOWN, truth.forward.outcome)
    assert guess.outcome in (Outcome.UNKNOWN, truth.outcome)


@given(flows(), st.data())
def test_unknown_advertised_prefixes_never_make_a_wrong_answer(flow: tuple[Draft, Packet], data: st.DataObject) -> None:
    draft, packet = flow
    assume(draft.sites)
    at = data.draw(st.integers(0, len(draft.sites) - 1))
    silent = [replace(site, advertises=DARK) if n == at else site for n, site in enumerate(draft.sites)]
    truth, guess = ask(draft.network(), draft.sites, packet), ask(draft.network(), silent, packet)
    note(f"truth:\n{truth}\nwithout {draft.sites[at].name}'s prefixes:\n{guess}")
    assert guess.forward.outcome in (Outcome.UNKNOWN, truth.forward.outcome)
    assert guess.outcome in (Outcome.UNKNOWN, truth.outcome)
