"""Equivalence classes of prefixes: two prefixes with the same key have the same results.

A site may advertise thousands of prefixes. If nothing else in the network has a prefix (no route, no filter, no VPC),
it only means that its addresses are at the site. Two such prefixes have the same key if the same sites advertise them
with the same attributes.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import NamedTuple

from isthmus.network.address_space import PUBLIC, RangeMap, compile_prefixes, span
from isthmus.network.learned_routes import Sites, is_default
from isthmus.network.model import Cidr, Network, Unknown

Key = Hashable


class Advertised(NamedTuple):
    """The key of prefixes that only sites have: the sites that advertise them, and the attributes.

    `here` is the key in this network, `there` the key in the network to compare with; None if no site has the prefix.
    """

    here: Key
    there: Key


def prefix_classes(network: Network, sites: Sites) -> Mapping[Cidr, Key]:
    """Every prefix that routes, rules and sites distinguish, with its key: itself, or the key of its class."""
    found: dict[Cidr, Key] = {cidr: cidr for cidr in _named(network)}
    owned, left = _owned(network), _left(sites)
    for prefix, origins in _by_site(sites).items():
        if prefix in found:
            continue
        around = [{value for _, _, value in of.within(*span(prefix))} for of in (owned, left, PUBLIC)]
        alone = True not in around[0] and all(len(values) == 1 for values in around) and not is_default(prefix)
        # A site delivers to a single host. Within a larger prefix it may receive more specific prefixes.
        host = prefix.prefixlen == prefix.max_prefixlen
        key = (prefix.version, host, *around[1], *around[2], tuple(origins))
        found[prefix] = Advertised(key, None) if alone else prefix
    return found


def combined_keys(here: Mapping[Cidr, Key], there: Mapping[Cidr, Key]) -> dict[Cidr, Key]:
    """The keys for two networks: prefixes that are equivalent in both have the same key."""
    found: dict[Cidr, Key] = {}
    for prefix in (*here, *there):
        key, other = here.get(prefix), there.get(prefix)
        if key == prefix or other == prefix:
            found[prefix] = prefix
        else:
            found[prefix] = Advertised(_of_one(key), _of_one(other))
    return found


def _of_one(key: Key) -> Key:
    return key.here if isinstance(key, Advertised) else None


def _by_site(sites: Sites) -> Mapping[Cidr, list[Key]]:
    """The sites that have or advertise each prefix, with the attributes."""
    found: dict[Cidr, list[Key]] = {}
    for site in sites.by_name.values():
        for cidr in site.networks:
            found.setdefault(cidr, []).append((site.name, "its network"))
        for connection, advertised in (("", site.advertises), *site.over.items()):
            for one in () if isinstance(advertised, Unknown) else advertised:
                found.setdefault(one.prefix, []).append((site.name, connection, one.as_path, one.med))
    return found


def _owned(network: Network) -> RangeMap[bool]:
    """The addresses of VPCs."""
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
