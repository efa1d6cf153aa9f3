"""Route tables as maps from destination to decision, with the route priorities of AWS.

- VPC: https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html
- Transit gateway: https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html
- Virtual private gateway: https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-route-priority.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from isthmus.network.address_space import Nest, RangeMap, compile_prefixes, span
from isthmus.network.answers import Scenario
from isthmus.network.learned_routes import Sites, advertised, covers, propagated
from isthmus.network.model import (
    AdvertisedPrefix,
    Attachment,
    AttachmentKind,
    Cidr,
    Network,
    RouteOrigin,
    Target,
    TargetKind,
    TgwTable,
    Unknown,
    VpcTable,
)

# A static route inside the VPC's own CIDR may lead to these only; AWS refuses others.
# https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html
MIDDLEBOXES = frozenset(
    {TargetKind.NAT_GATEWAY, TargetKind.INTERFACE, TargetKind.ENDPOINT, TargetKind.FIREWALL_ENDPOINT}
)

_LOCAL = Target(TargetKind.LOCAL)


class Route(NamedTuple):
    """A route in effect: where it came from, for people (`address`), and where it leads.

    `target` is a `Target` in a VPC table, an attachment's address (None: blackhole) in a transit gateway table, and a
    VPN connection or Direct Connect gateway at a virtual private gateway. `rank` orders
    routes of one prefix, lowest first.
    """

    prefix: Cidr
    address: str
    origin: RouteOrigin
    target: Target | str | Unknown | None
    rank: tuple[int, ...] = ()
    blackhole: str = ""
    list: str = ""

    def __str__(self) -> str:
        return f"{self.prefix} {self.origin.value} route"


class Decision(NamedTuple):
    """The decision of a route table: the routes in use (several are alternatives), or why it is unknown.

    No routes and nothing unknown: no route matches.
    """

    routes: tuple[Route, ...] = ()
    unknown: str = ""


NO_ROUTE = Decision()


@dataclass(frozen=True, eq=False)
class EffectiveTable:
    """Every candidate route of a table, the decision at each address, why there may be more routes or "".

    Decisions are compiled when the first is asked for: of most tables of a large network, none ever is.
    """

    candidates: tuple[Route, ...]
    compiled: Callable[[], RangeMap[Decision]] = field(repr=False)
    unknown_reason: str = ""

    @cached_property
    def decide(self) -> RangeMap[Decision]:
        """The decision at each address."""
        return self.compiled()


def _effective(
    routes: Iterable[Route], choose: Callable[[Nest[Route]], Decision], default: Decision, unknown_reason: str
) -> EffectiveTable:
    candidates = tuple(routes)
    return EffectiveTable(
        candidates, lambda: compile_prefixes(((r.prefix, r) for r in candidates), choose, default), unknown_reason
    )


def _unknown_reason(decision: Decision, wildcard_reason: str, width: int) -> Decision:
    """A route of unknown length could win against all but a route to a single address."""
    exact = any(r.prefix.prefixlen == width and r.origin is not RouteOrigin.PROPAGATED for r in decision.routes)
    return decision if not wildcard_reason or exact else Decision(decision.routes, wildcard_reason)


def vpc_cidrs(network: Network, vpc: str | Unknown) -> tuple[Cidr, ...]:
    """The CIDRs of a VPC that are known."""
    if isinstance(vpc, Unknown):
        return ()
    return tuple(c for c in network.vpcs[vpc].cidrs if not isinstance(c, Unknown))


def cidrs_unknown_reason(network: Network, vpc: str | Unknown) -> str:
    """Why a VPC may have more CIDRs than `vpc_cidrs` says, or ""."""
    if isinstance(vpc, Unknown):
        return vpc.reason
    unresolved = any(isinstance(c, Unknown) for c in network.vpcs[vpc].cidrs)
    return f"not every CIDR of {vpc} is known" if unresolved else ""


def vpc_table(network: Network, sites: Sites, table: VpcTable, scenario: Scenario) -> EffectiveTable:
    """Compile a VPC route table."""
    locals_ = (*vpc_cidrs(network, table.vpc), *_within_unknown_cidrs(network, table.vpc))
    cidrs_reason = cidrs_unknown_reason(network, table.vpc)  # does not apply to known local routes
    wildcard_reason = ""
    routes = [Route(c, table.address, RouteOrigin.LOCAL, _LOCAL) for c in locals_]
    for configured in table.routes:
        # A route that may not be in this table does not decide against an equal route: AWS takes one per prefix.
        leads = Unknown(configured.unknown_reason) if configured.unknown_reason else configured.target
        if isinstance(configured.destination, Unknown):
            wildcard_reason = (
                wildcard_reason or f"{configured.address} has an unknown destination: {configured.destination.reason}"
            )
            continue
        if isinstance(configured.destination, str):
            prefix_list = network.prefix_lists.get(configured.destination)
            if prefix_list is None or any(isinstance(c, Unknown) for c in prefix_list.entries):
                wildcard_reason = wildcard_reason or f"not every entry of prefix list {configured.destination} is known"
            entries = prefix_list.entries if prefix_list else ()
            routes += [
                Route(
                    c,
                    configured.address,
                    RouteOrigin.PREFIX_LIST,
                    leads,
                    (2,),
                    configured.blackhole,
                    configured.destination,
                )
                for c in entries
                if not isinstance(c, Unknown)
            ]
            continue
        destination = configured.destination
        inside = any(covers(c, destination) for c in locals_)
        kind = configured.target.kind if isinstance(configured.target, Target) else None
        if inside and kind not in (None, TargetKind.LOCAL, *MIDDLEBOXES):
            continue  # AWS refuses it: there is a structural finding, and the local route is used
        routes.append(Route(destination, configured.address, configured.origin, leads, (1,), configured.blackhole))
    propagated_reason = ""
    teaching: list[tuple[str | Unknown, Target | Unknown]] = [
        (gateway, Target(TargetKind.VPN_GATEWAY, str(gateway))) for gateway in table.propagating
    ]
    teaching += [(perhaps.address, Unknown(perhaps.why)) for perhaps in table.may_learn]
    for gateway, target in teaching:
        if isinstance(gateway, Unknown):
            propagated_reason = propagated_reason or gateway.reason
            continue
        for learned in gateway_routes(network, sites, gateway, scenario):
            if isinstance(learned, Unknown):
                propagated_reason = propagated_reason or learned.reason
            else:
                routes.append(learned._replace(target=target, rank=(3, *learned.rank)))

    def choose(nest: Nest[Route]) -> Decision:
        local = any(r.origin is RouteOrigin.LOCAL for _, group in nest for r in group)
        # AWS prefers a local route to propagated routes, even more specific ones.
        rivals = ([r for r in group if not (local and r.origin is RouteOrigin.PROPAGATED)] for _, group in nest)
        # A configured route for exactly the VPC's CIDR replaces the target of the local route.
        best = min(next(filter(None, rivals)), key=lambda r: (r.origin is RouteOrigin.LOCAL, r.rank))
        width = best.prefix.max_prefixlen
        decision = _unknown_reason(Decision((best,)), "" if local else propagated_reason, width)
        inside = "" if best.origin is RouteOrigin.LOCAL else cidrs_reason
        return _unknown_reason(_unknown_reason(_ambiguous_lists(decision, nest), wildcard_reason, width), inside, width)

    unknown_reason = wildcard_reason or cidrs_reason or propagated_reason
    return _effective(routes, choose, Decision((), unknown_reason), unknown_reason)


def _within_unknown_cidrs(network: Network, vpc: str | Unknown) -> Iterator[Cidr]:
    """The CIDRs of subnets that lie in a CIDR of the VPC that is not known: its local route leads there all the same.

    https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html
    """
    if isinstance(vpc, Unknown) or not cidrs_unknown_reason(network, vpc):
        return
    around = vpc_cidrs(network, vpc)
    for subnet in network.subnets.values():
        for cidr in subnet.cidrs if subnet.vpc == vpc else ():
            if not isinstance(cidr, Unknown) and not any(covers(c, cidr) for c in around):
                yield cidr


def _ambiguous_lists(decision: Decision, nest: Nest[Route]) -> Decision:
    """Between overlapping prefix lists with different targets AWS picks one at random, and keeps it."""
    winner = decision.routes[0]
    if not winner.list:
        return decision
    others = {
        r.list for _, group in nest for r in group if r.list != winner.list and r.target != winner.target and r.list
    }
    if not others:
        return decision
    named = ", ".join(sorted({winner.list, *others}))
    return Decision(decision.routes, f"prefix lists with different targets overlap: {named}; AWS picks one at random")


def gateway_routes(
    network: Network, sites: Sites, gateway: str, scenario: Scenario, leaving_out: tuple[str, ...] = ()
) -> Iterator[Route | Unknown]:
    """The routes of a virtual private gateway, from its Direct Connect and VPN connections, the best first."""
    for dx in network.dx_gateways.values():
        if gateway in dx.allowed and dx.address not in leaving_out:
            yield from _learned_routes(advertised(network, sites, dx.address, scenario), dx.address, 0)
    ends = [gateway in dx.allowed for dx in network.dx_gateways.values()]
    ends += [vpn.gateway == gateway for vpn in network.vpns.values()]
    if not any(ends):
        yield Unknown(f"no connection of {gateway} is in this input: its learned routes are not known")
    for association, (dx_gateway, other) in network.possible.dx_associations.items():
        if isinstance(other, Unknown) or other == gateway:
            name = dx_gateway.reason if isinstance(dx_gateway, Unknown) else dx_gateway
            yield Unknown(f"whether {association} joins it to a Direct Connect gateway: {name}")
    for possible in network.possible.vpns.values():
        if isinstance(possible.gateway, Unknown) or possible.gateway == gateway:
            yield Unknown(f"how many {possible.address} there are is not known")
    for vpn in network.vpns.values():
        if vpn.address in leaving_out:
            continue
        if isinstance(vpn.gateway, Unknown):
            yield Unknown(f"the gateway of {vpn.address} is unknown: {vpn.gateway.reason}")
        elif vpn.gateway == gateway:
            for cidr in vpn.static_routes:
                if isinstance(cidr, Unknown):
                    yield cidr
                else:
                    yield Route(cidr, vpn.address, RouteOrigin.PROPAGATED, vpn.address, (1,))
            yield from _learned_routes(advertised(network, sites, vpn.address, scenario), vpn.address, 2)


def _learned_routes(
    learned: tuple[AdvertisedPrefix, ...] | Unknown, connection: str, kind: int
) -> Iterator[Route | Unknown]:
    if isinstance(learned, Unknown):
        yield learned
        return
    for a in learned:
        yield Route(a.prefix, connection, RouteOrigin.PROPAGATED, connection, (kind, a.as_path, a.med))


def gateway_table(network: Network, sites: Sites, gateway: str, scenario: Scenario) -> EffectiveTable:
    """The routes of a virtual private gateway for packets from its VPC. It uses one tunnel, without ECMP."""
    found = list(gateway_routes(network, sites, gateway, scenario))
    wildcard_reason = next((r.reason for r in found if isinstance(r, Unknown)), "")
    routes = [r for r in found if isinstance(r, Route)]

    def choose(nest: Nest[Route]) -> Decision:
        _, group = nest[0]
        best = min(r.rank for r in group)
        return Decision(tuple(r for r in group if r.rank == best), wildcard_reason)

    return _effective(routes, choose, Decision((), wildcard_reason), wildcard_reason)


_KIND_ORDER = {kind: place for place, kind in enumerate(AttachmentKind)}


def overlapping_vpcs(network: Network, attachments: tuple[Attachment, ...]) -> dict[Cidr, str]:
    """CIDRs of attached VPCs that overlap another attached VPC's, each with the reason why its route is unknown.

    A transit gateway does not propagate the CIDR of a VPC attached later if it overlaps an earlier one's, and a
    configuration does not say who came first. https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html
    """
    spans = sorted(
        (span(cidr), cidr, a.attached)
        for a in attachments
        if a.kind is AttachmentKind.VPC and isinstance(a.attached, str)
        for cidr in vpc_cidrs(network, a.attached)
    )
    unknown_reasons: dict[Cidr, str] = {}
    open_: list[tuple[tuple[int, int], Cidr, str]] = []
    for item in spans:
        open_ = [o for o in open_ if o[0][1] >= item[0][0]]
        for other in open_:
            if other[2] != item[2]:
                why = f"{other[2]} {other[1]} and {item[2]} {item[1]} overlap; the one attached later is not propagated"
                unknown_reasons[other[1]] = unknown_reasons[item[1]] = why
        open_.append(item)
    return unknown_reasons


class _Candidates(NamedTuple):
    routes: list[Route]
    learning: list[Attachment]
    unknown_reason: str  # why there may be routes of any length that are not among these, or ""


def tgw_unknown_reason(network: Network, sites: Sites, table: TgwTable, scenario: Scenario) -> str:
    """Why a transit gateway route table may have routes that are not known, or ""."""
    return _tgw_candidates(network, sites, table, scenario).unknown_reason


def _tgw_candidates(network: Network, sites: Sites, table: TgwTable, scenario: Scenario) -> _Candidates:
    wildcard_reason = ""
    routes: list[Route] = []
    for configured in table.routes:
        leads = Unknown(configured.unknown_reason) if configured.unknown_reason else configured.attachment
        if isinstance(configured.destination, Unknown):
            wildcard_reason = (
                wildcard_reason or f"{configured.address} has an unknown destination: {configured.destination.reason}"
            )
        elif isinstance(configured.destination, str):
            prefix_list = network.prefix_lists.get(configured.destination)
            if prefix_list is None or any(isinstance(c, Unknown) for c in prefix_list.entries):
                wildcard_reason = wildcard_reason or f"not every entry of prefix list {configured.destination} is known"
            routes += [
                Route(c, configured.address, RouteOrigin.PREFIX_LIST, leads, (1,), "", prefix_list.address)
                for c in (prefix_list.entries if prefix_list else ())
                if prefix_list and not isinstance(c, Unknown)
            ]
        else:
            routes.append(Route(configured.destination, configured.address, RouteOrigin.STATIC, leads, (0,)))
    propagated_reason = ""
    learning: list[Attachment] = []
    for name in table.propagations:
        if isinstance(name, Unknown):
            propagated_reason = propagated_reason or f"{table.address} learns from an unknown attachment: {name.reason}"
            continue
        attachment = network.attachments[name]
        if name in scenario.down:
            continue
        learning.append(attachment)
        learned = propagated(network, sites, attachment, scenario)
        if isinstance(learned, Unknown):
            propagated_reason = propagated_reason or learned.reason
            continue
        source = table.sources.get(("propagation", name), name)
        order = _KIND_ORDER[attachment.kind]
        routes += [Route(a.prefix, source, RouteOrigin.PROPAGATED, name, (2, order, a.as_path, a.med)) for a in learned]
    for perhaps in table.may_learn:
        maybe = network.attachments.get(perhaps.address) or network.possible.attachments.get(perhaps.address)
        if maybe is None or perhaps.address in scenario.down:
            continue
        learned = propagated(network, sites, maybe, scenario)
        if isinstance(learned, Unknown):
            propagated_reason = propagated_reason or perhaps.why
            continue
        order, leads = _KIND_ORDER[maybe.kind], Unknown(perhaps.why)
        routes += [
            Route(a.prefix, maybe.address, RouteOrigin.PROPAGATED, leads, (2, order, a.as_path, a.med)) for a in learned
        ]
    return _Candidates(routes, learning, wildcard_reason or propagated_reason)


def _is_vpc(network: Network, target: object) -> bool:
    attachment = network.attachments.get(target) if isinstance(target, str) else None
    return attachment is not None and attachment.kind is AttachmentKind.VPC


def tgw_table(network: Network, sites: Sites, table: TgwTable, scenario: Scenario) -> EffectiveTable:
    """Compile a transit gateway route table."""
    routes, learning, unknown_reason = _tgw_candidates(network, sites, table, scenario)
    unknown_reasons = overlapping_vpcs(network, tuple(learning))

    def choose(nest: Nest[Route]) -> Decision:
        prefix, group = nest[0]
        best = min(r.rank for r in group)
        winners = tuple(dict.fromkeys(r for r in group if r.rank == best))
        static = winners[0].origin is not RouteOrigin.PROPAGATED
        decision = Decision(winners)
        if static and len({r.target for r in winners if not isinstance(r.target, Unknown)}) > 1:
            # One static route per prefix and table: AWS refuses the second.
            decision = Decision(winners, f"{table.address} has several static routes for {prefix}")
        elif not static and prefix in unknown_reasons and any(_is_vpc(network, r.target) for r in winners):
            decision = Decision(winners, unknown_reasons[prefix])
        elif static and len(winners) > 1:
            # One that is certain is the only one of its prefix; else it is not known which it is.
            certain = tuple(r for r in winners if not isinstance(r.target, Unknown))
            decision = Decision(certain or winners)
        return _unknown_reason(decision, unknown_reason, prefix.max_prefixlen)

    default = Decision((), unknown_reason)
    return _effective(routes, choose, default, unknown_reason)
