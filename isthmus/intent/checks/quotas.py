"""AWS quotas that can be counted before an apply. `Estate.quotas` has those that AWS has raised."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from isthmus.aws.accepted_values import MOST_GATEWAY_CIDRS
from isthmus.aws.quotas import RAISABLE, ROUTE_53_PAGE, TGW_PAGE, VPC_PAGE, VPN_PAGE
from isthmus.aws.services import ports_of
from isthmus.intent.checks.lenient import links, networks, resolved
from isthmus.intent.checks.rule import Fault, rule
from isthmus.intent.dns import SharedBy
from isthmus.intent.egress import EgressVpc, Inspection
from isthmus.intent.estate import Estate
from isthmus.intent.model import name_of
from isthmus.intent.name_resolution import central_services, served, servers, shared_services
from isthmus.intent.network_acl_rules import PATH_MTU
from isthmus.intent.reachability import (
    all_inspected_networks,
    inspected_networks,
    is_inspected_site,
    networks_denied,
    networks_reached,
    routed_together,
    segments_reached,
    sites_with_own_route_table,
)
from isthmus.intent.segment import Egress, Segment
from isthmus.intent.site_remainder import Rank, allowed_connection_rules, own_ranges, site_rules
from isthmus.intent.spoke import Spoke
from isthmus.intent.vpn import Routing


def quota_of(estate: Estate, name: str) -> int:
    """The limit for the estate: the default quota of AWS, or the raised one in `Estate.quotas`."""
    return RAISABLE[name].limit(estate.quotas)


@rule("an apply fails halfway at a quota that AWS has not raised", VPC_PAGE)
def invalid_quota(estate: Estate) -> Iterator[Fault]:
    """A quota in `quotas` is unknown, or has a value that AWS does not grant."""
    for name, value in estate.quotas.items():
        if name not in RAISABLE:
            close = difflib.get_close_matches(name, RAISABLE, n=1)
            yield Fault(estate, f'quota "{name}" is unknown', f'"{close[0]}"' if close else ", ".join(RAISABLE))
            continue
        low, high = RAISABLE[name].default, RAISABLE[name].most
        if value < low or (high is not None and value > high):
            remedy = f"{low} (the default) {f'to {high}' if high else 'or more'}"
            yield Fault(estate, f'quota "{name}" is {value}', remedy)


@rule("AWS limits the CIDR blocks of a VPC, including the first one", VPC_PAGE)
def too_many_vpc_cidrs(estate: Estate) -> Iterator[Fault]:
    """A spoke has more ranges than the quota allows."""
    limit = quota_of(estate, "vpc-cidr-blocks")
    for _, spoke in estate.spokes:
        if (count := len(spoke.vpc_cidrs)) > limit:
            yield Fault(spoke, f"it has {count} ranges", ask("vpc-cidr-blocks", limit, count))


@rule(
    "AWS limits the rules of a network ACL per direction; one rule allows the rest, and one is AWS's own default",
    VPC_PAGE,
)
def too_many_network_acl_rules(estate: Estate) -> Iterator[Fault]:
    """A segment's denied site networks and allowed connections need more rules than a network ACL may have."""
    sound = resolved(estate)
    limit = quota_of(estate, "network-acl-rules")
    known = {segment.name for segment in sound.segments}
    own = Counter[str]()
    for _, spoke in sound.spokes:
        if name_of(spoke.segment) in known:
            own[name_of(spoke.segment)] = max(own[name_of(spoke.segment)], len(own_ranges(sound, spoke)))
    for segment in sound.segments:
        if segment.name not in own:
            continue
        parts = max((_acl_parts(sound, segment, own[segment.name], inbound=i) for i in (True, False)), key=_total)
        if (count := _total(parts)) > limit:
            given = f"a network ACL of its spokes needs {count} rules in one direction: " + ", ".join(
                f"{number} {purpose}" for purpose, number in parts.items() if number
            )
            remedy = "; or fewer, larger site networks and blocks, and port ranges"
            yield Fault(segment, given, ask("network-acl-rules", limit, count) + remedy)


def _total(parts: Mapping[str, int]) -> int:
    return sum(parts.values())


def _acl_parts(estate: Estate, segment: Segment, own: int, *, inbound: bool) -> Mapping[str, int]:
    """The number of rules of a network ACL in one direction, by purpose."""
    rules = list(allowed_connection_rules(estate, segment, inbound=inbound))
    passing = [rule for rule in rules if rule.passes is not None]
    of_mtu = sum(rule.passes == PATH_MTU for rule in passing)
    sites = [site.rank for site in site_rules(estate, segment)]
    return {
        "for allowed connections and their replies": len(passing) - of_mtu,
        "for path MTU discovery": of_mtu,
        "that deny other connections of limited locations": len(rules) - len(passing),
        "for denied site networks": sites.count(Rank.NETWORK),
        "for allowed networks of a site with denied ones": sites.count(Rank.NAMED),
        "for other addresses of sites": sites.count(Rank.UNNAMED),
        "inside the VPC": own,
        "that allows all other traffic": 1,
        "for the default rule of AWS": 1,
    }


@rule("AWS limits the routes of a VPC route table", VPC_PAGE)
def too_many_vpc_routes(estate: Estate) -> Iterator[Fault]:
    """A route table of a spoke or of the egress VPC has more routes than the quota allows."""
    sound = resolved(estate)
    limit = quota_of(estate, "routes-per-route-table")
    blocks = len(networks(estate.blocks))
    for segment in sound.segments:
        reached = len(networks_reached(sound, segment))
        for _, spoke in sound.spokes:
            if spoke.segment != segment.name:
                continue
            default = 0 if spoke.egress is Egress.NONE else 1
            count = blocks + reached + default + len(spoke.gateway_endpoints) + len(spoke.vpc_cidrs)
            if count > limit:
                given = f"its route tables get {count} routes: {blocks} blocks, {reached} site networks, and local ones"
                yield Fault(spoke, given, ask("routes-per-route-table", limit, count) + "; or larger blocks")
    reached = len(all_inspected_networks(sound))
    if estate.egress is not None and reached and (count := blocks + reached + 2) > limit:
        given = f"its route tables get {count} routes: {blocks} blocks, {reached} site networks, local and default"
        yield Fault(estate.egress, given, ask("routes-per-route-table", limit, count) + "; or larger site networks")


@rule(
    "AWS limits the route tables of a transit gateway. Each segment has one; each static default, some "
    "sites and central egress need more",
    TGW_PAGE,
)
def too_many_route_tables(estate: Estate) -> Iterator[Fault]:
    """The segments need more transit gateway route tables than the quota allows."""
    limit = quota_of(estate, "transit-gateway-route-tables")
    sound = resolved(estate)
    count = sum(tables_of(sound, segment) for segment in sound.segments)
    if estate.egress is not None:
        count += 1 + (estate.egress.inspection is Inspection.GATEWAY)
    if count > limit:
        given = f"{len(estate.segments)} segments need {count} route tables"
        yield Fault(estate, given, ask("transit-gateway-route-tables", limit, count) + "; or fewer segments")


def tables_of(estate: Estate, segment: Segment) -> int:
    """The number of transit gateway route tables of a segment: for its spokes, and for sites that need their own."""
    return spoke_tables_of(estate, segment) + len(sites_with_own_route_table(estate, segment))


def spoke_tables_of(estate: Estate, segment: Segment) -> int:
    """The number of route tables for spokes of a segment: one, and one more for each static default route."""
    static = {link.segment.name for link in links(estate) if link.connection.default_route}
    reached = {other.name for other in segments_reached(estate, segment)}
    on_premises = Egress.ON_PREMISES in segment.allowed_egress and bool(static & reached)
    return 1 + on_premises + (Egress.CENTRAL in segment.allowed_egress)


@rule(
    "AWS limits the static, propagated and blackhole routes of a transit gateway, in all its route tables together",
    TGW_PAGE,
)
def too_many_transit_gateway_routes(estate: Estate) -> Iterator[Fault]:
    """The route tables need more transit gateway routes than the quota allows."""
    sound = resolved(estate)
    limit = quota_of(estate, "transit-gateway-routes")
    of_spokes, of_sites = Counter[str](), Counter[str]()
    for _, spoke in sound.spokes:
        of_spokes[name_of(spoke.segment)] += len(spoke.routed_cidrs)
    for link in links(sound):
        prefixes = link.site.advertises if link.connection.routing is Routing.BGP else link.site.networks
        of_sites["" if is_inspected_site(sound, link.site) else link.segment.name] += len(prefixes)
    # A lower bound: it counts one route table for each segment, and one for the firewall.
    count = of_sites[""]
    for segment in sound.segments:
        direct = [other.name for other in sound.segments if routed_together(segment, other)]
        count += sum(of_spokes[name] + of_sites[name] for name in direct) + len(networks_denied(sound, segment))
        count += len(inspected_networks(sound, segment))
    if count > limit:
        given = f"its segments need {count} routes for the ranges of spokes and sites that they reach"
        yield Fault(
            estate, given, ask("transit-gateway-routes", limit, count) + "; or summarized prefixes from the sites"
        )


@rule("AWS limits the VPCs of an account in a Region", VPC_PAGE)
def too_many_vpcs(estate: Estate) -> Iterator[Fault]:
    """An account has more VPCs than the quota allows."""
    yield from _of_accounts(estate, "vpcs", "VPCs", lambda spoke: 1, lambda egress: 1)


@rule("AWS limits the Elastic IP addresses of an account in a Region, and each NAT gateway needs one", VPC_PAGE)
def too_many_elastic_ips(estate: Estate) -> Iterator[Fault]:
    """An account's NAT gateways need more Elastic IP addresses than the quota allows."""

    def nats(spoke: Spoke) -> int:
        zones = estate.zones_of(spoke) if spoke.nat_zones is None else spoke.nat_zones
        return len(set(zones)) if spoke.egress is Egress.LOCAL else 0

    def of_egress(egress: EgressVpc) -> int:
        return len(set(estate.zones_of_egress(egress)))

    yield from _of_accounts(estate, "elastic-ips", "NAT gateways", nats, of_egress)


@rule("AWS limits the NAT gateways of an account in a zone", VPC_PAGE)
def too_many_nat_gateways(estate: Estate) -> Iterator[Fault]:
    """An account's spokes have more NAT gateways in one zone than the quota allows."""
    limit = quota_of(estate, "nat-gateways-per-zone")
    counts: dict[str, Counter[str]] = {account.name: Counter() for account in estate.all_accounts}
    for environment in estate.environments:
        of_account = counts.setdefault(str(name_of(environment.account)), Counter())
        for spoke in environment.spokes:
            if spoke.egress is Egress.LOCAL:
                of_account.update(set(estate.zones_of(spoke) if spoke.nat_zones is None else spoke.nat_zones))
            if spoke.routable_cidr is not None:
                of_account.update(set(estate.zones_of(spoke)))
        if environment.egress is not None:
            of_account.update(set(estate.zones_of_egress(environment.egress)))
    for account in estate.all_accounts:
        zone, most = max(counts[account.name].items(), key=lambda item: item[1], default=("", 0))
        if most > limit:
            remedy = ask("nat-gateways-per-zone", limit, most) + "; or nat_zones, or central egress"
            yield Fault(account, f"it has {most} NAT gateways in {zone}", remedy)


@rule("AWS limits the VPCs of a Route 53 Profile and of a private hosted zone", ROUTE_53_PAGE)
def too_many_dns_vpcs(estate: Estate) -> Iterator[Fault]:
    """More spokes use hybrid DNS than one Route 53 Profile or one private hosted zone can be associated with."""
    sound = resolved(estate)
    home = shared_services(sound)
    if home is None:
        return
    count = len(list(served(sound)))
    by_profile = home.dns.shared_by is SharedBy.PROFILE
    quota = "vpcs-per-profile" if by_profile else "vpcs-per-private-zone"
    zones = by_profile or bool(home.dns.private_zones) or home.environment.endpoints is not None
    if zones and count > (limit := quota_of(estate, quota)):
        remedy = ask(quota, limit, count) + ("" if by_profile else "; or SharedBy.PROFILE")
        yield Fault(home.dns, f"{count} spokes use it", remedy)


@rule("AWS limits the gateway endpoints of an account in a Region", VPC_PAGE)
def too_many_gateway_endpoints(estate: Estate) -> Iterator[Fault]:
    """An account has more gateway endpoints than the quota allows."""

    def used(spoke: Spoke) -> int:
        return len(set(spoke.gateway_endpoints))

    yield from _of_accounts(estate, "gateway-endpoints", "gateway endpoints", used, lambda egress: 0)


def _of_accounts(
    estate: Estate, name: str, what: str, of_spoke: Callable[[Spoke], int], of_egress: Callable[[EgressVpc], int]
) -> Iterator[Fault]:
    """Accounts that exceed one of their quotas."""
    counts = Counter[str]()
    for environment in estate.environments:
        counts[name_of(environment.account)] += sum(map(of_spoke, environment.spokes))
        counts[name_of(environment.account)] += of_egress(environment.egress) if environment.egress is not None else 0
    limit = quota_of(estate, name)
    for account in estate.all_accounts:
        if counts[account.name] > limit:
            yield Fault(account, f"it has {counts[account.name]} {what}", ask(name, limit, counts[account.name]))


@rule("AWS limits the rules of a security group per direction", VPC_PAGE)
def too_many_security_group_rules(estate: Estate) -> Iterator[Fault]:
    """The security group of Resolver endpoints or interface endpoints needs more rules than the quota allows."""
    sound = resolved(estate)
    home = shared_services(sound)
    segments = {segment.name: segment for segment in sound.segments}
    if home is None or name_of(home.spoke.segment) not in segments:
        return
    limit = quota_of(estate, "security-group-rules")
    sites = {site.name for site in sound.sites}
    reached = len(networks_reached(sound, segments[name_of(home.spoke.segment)]))
    asked = {
        address
        for forward in home.dns.forwards
        if forward.site is None or name_of(forward.site) in sites
        for address in servers(sound, forward)
    }
    # DNS uses UDP and TCP: two rules each.
    needs: list[tuple[object, str, int]] = [
        (home.dns, f"{reached} site networks use the inbound endpoint", 2 * reached if home.dns.inbound else 0),
        (home.dns, f"the outbound endpoint has {len(asked)} DNS servers", 2 * len(asked)),
    ]
    if (central := home.environment.endpoints) is not None:
        blocks, ranges = len(networks(estate.blocks)), len(ports_of(central_services(home.environment))) or 1
        given = f"{blocks} blocks and {reached} site networks use the endpoints"
        given += f" on {ranges} port ranges" if ranges > 1 else ""
        needs.append((central, given, ranges * (blocks + reached)))
    for about, given, count in needs:
        if count > limit:
            remedy = ask("security-group-rules", limit, count) + "; or fewer, larger networks"
            yield Fault(about, f"{given}, which needs {count} rules", remedy)
            return


@rule("AWS limits the VPN connections of an account in a Region", VPN_PAGE)
def too_many_vpn_connections(estate: Estate) -> Iterator[Fault]:
    """The estate has more VPN connections than the quota allows."""
    limit = quota_of(estate, "vpn-connections")
    if (count := len(list(estate.vpn_connections))) > limit:
        yield Fault(estate, f"it has {count} VPN connections", ask("vpn-connections", limit, count))


@rule("AWS limits the customer gateways of an account in a Region", VPN_PAGE)
def too_many_customer_gateways(estate: Estate) -> Iterator[Fault]:
    """The estate has more customer gateways than the quota allows."""
    limit = quota_of(estate, "customer-gateways")
    if (count := sum(len(site.customer_gateways) for site in estate.sites)) > limit:
        yield Fault(estate, f"it has {count} customer gateways", ask("customer-gateways", limit, count))


@rule("a transit gateway has at most 5 CIDR blocks, and AWS does not raise this limit", TGW_PAGE)
def too_many_hub_cidrs(estate: Estate) -> Iterator[Fault]:
    """The hub has more CIDR blocks than AWS allows."""
    for environment in estate.environments:
        hub = environment.hub
        if hub is not None and len(hub.cidr_blocks) > MOST_GATEWAY_CIDRS:
            yield Fault(hub, f"it has {len(hub.cidr_blocks)} CIDR blocks", f"at most {MOST_GATEWAY_CIDRS}")


def ask(name: str, limit: int, needed: int) -> str:
    """The remedy for an exceeded quota."""
    most = RAISABLE[name].most
    if most is not None and needed > most:
        return f"at most {most}, the maximum that AWS grants"
    return f'at most {limit}; or request a quota increase from AWS, then write quotas={{"{name}": {needed}}}'
