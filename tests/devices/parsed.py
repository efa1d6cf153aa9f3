"""What a device configuration says: the record that every reader of a platform returns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Any

from isthmus.devices import Device, DeviceVirtualInterface, FilterAction, FilterRule, Service
from isthmus.devices.device_files import policies_of
from isthmus.platforms import platform

ANYTHING = Service()
Pair = tuple[IPv4Network, IPv4Network]
TUNNEL_PREFERENCE, DIRECT_CONNECT_PREFERENCE = 100, 200


@dataclass(frozen=True)
class Neighbor:
    """A BGP neighbor: its ASN, the prefixes of the filters in both directions, and what only Direct Connect has.

    - `key`: the placeholder of the key of the session. `preference`: the local preference of accepted prefixes.
    """

    asn: int
    accepts: frozenset[IPv4Network]
    advertises: frozenset[IPv4Network]
    key: str = ""
    preference: int = TUNNEL_PREFERENCE
    bfd: bool = False


@dataclass(frozen=True)
class Vlan:
    """The interface of the device for one virtual interface: a VLAN on a port."""

    port: str
    vlan: int
    address: IPv4Interface
    mtu: int


@dataclass(frozen=True)
class Entry:
    """One rule of a packet filter, with one source and one destination."""

    permit: bool
    source: IPv4Network
    destination: IPv4Network
    service: Service = ANYTHING


@dataclass(frozen=True)
class Parsed:
    """A configuration: addresses of tunnel interfaces, BGP, static routes to the tunnels, filters in order, DNS.

    `vlans` are the interfaces for virtual interfaces of Direct Connect; their addresses are not in `inside`.
    `inward` and `outward` are the translations of destinations from AWS and of sources to AWS: from, to.
    """

    inside: frozenset[str]
    asn: int | None
    neighbors: Mapping[IPv4Address, Neighbor]
    originates: frozenset[IPv4Network]
    static: frozenset[IPv4Network]
    from_aws: tuple[Entry, ...]
    to_aws: tuple[Entry, ...]
    forwarded: Mapping[str, frozenset[IPv4Address]]
    keys: int
    mss: frozenset[int]
    vlans: frozenset[Vlan] = frozenset()
    inward: frozenset[Pair] = frozenset()
    outward: frozenset[Pair] = frozenset()


def expected(device: Device) -> Parsed:
    """What the configuration of a device has to say."""
    prefixes = [prefix for connection in device.connections for prefix in connection.advertises]
    prefixes += [prefix for interface in device.virtual_interfaces for prefix in interface.advertises]
    return Parsed(
        inside=frozenset(f"{tunnel.inside_address}/30" for tunnel in device.tunnels),
        asn=device.asn if device.bgp else None,
        neighbors={
            tunnel.aws_inside: Neighbor(device.aws_asn, frozenset(connection.accepts), frozenset(connection.advertises))
            for connection in device.connections
            if connection.bgp
            for tunnel in connection.tunnels
        }
        | {interface.aws_address.ip: _direct(interface) for interface in device.virtual_interfaces},
        originates=frozenset(prefixes),
        static=frozenset(prefix for connection in device.connections for prefix in connection.static_routes),
        from_aws=tuple(_entries(device.filters, from_aws=True)),
        to_aws=tuple(_entries(device.filters, from_aws=False)),
        forwarded={domain: frozenset(servers) for domain, servers in device.forwarded.items()},
        keys=len(device.tunnels),
        mss=frozenset(
            (tunnel.sizes.nat_traversal if connection.nat_traversal else tunnel.sizes.plain).mss
            for connection in device.connections
            for tunnel in connection.tunnels
        ),
        vlans=frozenset(
            Vlan(f"REPLACE_WITH_THE_PORT_OF_{upper(each.name)}", each.vlan, each.address, each.mtu)
            for each in device.virtual_interfaces
        ),
        inward=frozenset((one.routable, one.non_routable) for one in device.translations),
        outward=frozenset((one.non_routable, one.routable) for one in device.translations),
    )


def _direct(interface: DeviceVirtualInterface) -> Neighbor:
    """The neighbor of a virtual interface: it is preferred to a tunnel."""
    return Neighbor(
        interface.aws_asn,
        frozenset(interface.accepts),
        frozenset(interface.advertises),
        f"REPLACE_WITH_THE_BGP_KEY_OF_{upper(interface.name)}",
        DIRECT_CONNECT_PREFERENCE,
        interface.bfd,
    )


def upper(name: str) -> str:
    """A name in a placeholder."""
    return re.sub(r"\W", "_", name).upper()


def stated(device: Device, name: str) -> Parsed:
    """What a platform's configuration of a device states.

    A DNS proxy of PAN-OS has two servers for a domain. ASA and Junos have one TCP MSS for all tunnels. The filter
    of each platform has its place before or after the translation of addresses.
    """
    rules = [policy.rule for policy in policies_of(device, platform(name))]
    from_aws, to_aws = (tuple(_entries(rules, from_aws=each)) for each in (True, False))
    wanted = replace(expected(device), from_aws=from_aws, to_aws=to_aws)
    if name in ("cisco-asa", "juniper-junos"):
        wanted = replace(wanted, mss=frozenset({min(wanted.mss)}))
    if name == "paloalto-pan-os":
        first_two = {domain: frozenset(sorted(servers)[:2]) for domain, servers in wanted.forwarded.items()}
        wanted = replace(wanted, forwarded=first_two)
    return wanted


def _entries(rules: Iterable[FilterRule], *, from_aws: bool) -> Iterator[Entry]:
    for rule in rules:
        if rule.from_aws is from_aws:
            for source in rule.source:
                for destination in rule.destination:
                    yield Entry(rule.action is FilterAction.PERMIT, source, destination, rule.service)


Texts = Mapping[str, str]


def every(pattern: str, text: str) -> list[Any]:
    """All matches of a pattern; `^` and `$` match at lines."""
    return re.findall(pattern, text, re.MULTILINE)


def first(pattern: str, text: str) -> re.Match[str] | None:
    """The first match of a pattern; `^` and `$` match at lines."""
    return re.search(pattern, text, re.MULTILINE)


def found(pattern: str, text: str) -> str:
    """The first group of the first match, which must exist."""
    match = first(pattern, text)
    assert match, pattern
    return match[1]


def number(pattern: str, text: str) -> int | None:
    """The first group of the first match as a number."""
    match = first(pattern, text)
    return int(match[1]) if match else None


def networks(text: str) -> list[IPv4Network]:
    return [IPv4Network(one) for one in every(r"\d+\.\d+\.\d+\.\d+/\d+", text)]


def masked(address: str, mask: str) -> IPv4Network:
    return IPv4Network(f"{address}/{mask}")


def inverted(wildcard: str) -> str:
    return str(IPv4Address(int(IPv4Address("255.255.255.255")) - int(IPv4Address(wildcard))))


def keys(text: str) -> int:
    return len(set(every(r"REPLACE_WITH_THE_PRE_SHARED_KEY_OF_TUNNEL_\w+", text)))


def neighbors(text: str, lists: Mapping[str, set[IPv4Network]]) -> dict[IPv4Address, Neighbor]:
    """The neighbors of FRRouting, IOS and ASA: their lines start with `neighbor` and the address.

    A route map in the place of the incoming prefix list names its prefix list, and sets the local preference.
    """
    maps = {
        name: (prefix_list, int(preference))
        for name, prefix_list, preference in every(
            r"^route-map (\S+) permit 10\n match ip address prefix-list (\S+)\n set local-preference (\d+)$", text
        )
    }
    listed = {}
    for address, asn in every(r"^\s*neighbor (\S+) remote-as (\d+)$", text):
        at = rf"^\s*neighbor {re.escape(address)} "
        out = found(rf"{at}prefix-list (\S+) out$", text)
        mapped = first(rf"{at}route-map (\S+) in$", text)
        into, preference = (
            maps[mapped[1]] if mapped else (found(rf"{at}prefix-list (\S+) in$", text), TUNNEL_PREFERENCE)
        )
        key = first(rf"{at}password (\S+)$", text)
        listed[IPv4Address(address)] = Neighbor(
            int(asn),
            frozenset(lists[into]),
            frozenset(lists[out]),
            key[1] if key else "",
            preference,
            bool(first(rf"{at}(?:fall-over )?bfd$", text)),
        )
    return listed


def product(
    permit: bool, sources: Iterable[IPv4Network], destinations: Iterable[IPv4Network], service: Service
) -> Iterator[Entry]:
    others = list(destinations)
    for source in sources:
        for destination in others:
            yield Entry(permit, source, destination, service)
