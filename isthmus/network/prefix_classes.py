"""Prefixes by which addresses differ, and which of them make no difference between two addresses.

A site may advertise thousands of prefixes. Where nothing else of the network knows a prefix (no route, no filter, no
VPC), it does no more for its addresses than say that they are at the site. Two such prefixes, advertised by the same
sites in the same way, have the same key: packets to the one fare like packets to the other.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import NamedTuple

from isthmus.network.address_space import PUBLIC, RangeMap, compile_prefixes, span
from isthmus.network.learned_routes import Sites, is_default
from isthmus.network.model import Cidr, Network, Unknown

Key = Hashable


class Advertised(NamedTuple):
    """The key of prefixes that sites advertise and that nothing else knows: by whom, and in which way.

    `here` is that in the network itself, `there` in the one that it is compared with; None where no site knows it.
    """

    here: Key
    there: Key


def prefix_classes(network: Network, sites: Sites) -> Mapping[Cidr, Key]:
    """Every prefix by which routes, rules and sites tell addresses apart, with its key: itself, or that of its like."""
    found: dict[Cidr, Key] = {cidr: cidr for cidr in _named(network)}
    owned, left = _owned(network), _left(sites)
    for prefix, said in _by_site(sites).items():
        if prefix in found:
            continue
        around = [{value for _, _, value in of.within(*span(prefix))} for of in (owned, left, PUBLIC)]
        alone = True not in around[0] and all(len(values) == 1 for values in around) and not is_default(prefix)
        # What a site is sent for one host it keeps; for more of them it may be sent longer prefixes.
        host = prefix.prefixlen == prefix.max_prefixlen
        key = (prefix.version, host, *around[1], *around[2], tuple(said))
        found[prefix] = Advertised(key, None) if alone else prefix
    return found


def beside(here: Mapping[Cidr, Key], there: Mapping[Cidr, Key]) -> dict[Cidr, Key]:
    """The keys for two networks: what is of the same kind in both."""
    found: dict[Cidr, Key] = {}
    for prefix in (*here, *there):
        mine, theirs = here.get(prefix), there.get(prefix)
        if mine == prefix or theirs == prefix:
            found[prefix] = prefix
        else:
            found[prefix] = Advertised(_of_one(mine), _of_one(theirs))
    return found


def _of_one(key: Key) -> Key:
    return key.here if isinstance(key, Advertised) else None


def _by_site(sites: Sites) -> Mapping[Cidr, list[Key]]:
    """What each site says of each prefix."""
    found: dict[Cidr, list[Key]] = {}
    for site in sites.by_name.values():
        for cidr in site.networks:
            found.setdefault(cidr, []).append((site.name, "its network"))
        for connection, advertised in (("", site.advertises), *site.over.items()):
            for one in () if isinstance(advertised, Unknown) else advertised:
                found.setdefault(one.prefix, []).append((site.name, connection, one.as_path, one.med))
    return found


def _owned(network: Network) -> RangeMap[bool]:
    """Where VPCs are."""
    cidrs = (c for vpc in network.vpcs.values() for c in vpc.cidrs if not isinstance(c, Unknown))
    return compile_prefixes(((c, c) for c in cidrs), lambda nest: True, default=False)


def _left(sites: Sites) -> RangeMap[tuple[str, ...]]:
    """Which sites have addresses without a name, and where."""
    rests = ((cidr, site.name) for site in sites.by_name.values() for cidr in site.rest)
    return compile_prefixes(rests, lambda nest: tuple(name for _, names in nest for name in names), ())


def _named(network: Network) -> Iterator[Cidr]:
    """Everything that routes and rules tell apart, but for what VPCs say of themselves."""
    own: dict[str, set[Cidr]] = {
        vpc.address: {c for c in vpc.cidrs if not isinstance(c, Unknown)} for vpc in network.vpcs.values()
    }
    attached = {a.address: str(a.attached) for a in network.attachments.values()}
    for table in network.tables.values():
        for route in table.routes:
            if not isinstance(route.destination, str | Unknown):
                yield route.destination
    for tgw_table in network.tgw_tables.values():
        for tgw_route in tgw_table.routes:
            destination = tgw_route.destination
            if isinstance(destination, str | Unknown):
                continue
            # A spoke's own CIDR, routed to its own attachment, is compared with the attachment.
            if destination not in own.get(attached.get(str(tgw_route.attachment), ""), ()):
                yield destination
    for prefix_list in network.prefix_lists.values():
        yield from (entry for entry in prefix_list.entries if not isinstance(entry, Unknown))
    for acl in network.nacls.values():
        yield from (rule.cidr for rule in (*acl.inbound, *acl.outbound))
    for firewall in network.firewalls.values():
        yield from () if isinstance(firewall.rules, Unknown) else firewall.rules.prefixes()
    for vpn in network.vpns.values():
        yield from (cidr for cidr in vpn.static_routes if not isinstance(cidr, Unknown))
    for gateway in network.dx_gateways.values():
        yield from (c for allowed in gateway.allowed.values() for c in allowed if not isinstance(c, Unknown))
