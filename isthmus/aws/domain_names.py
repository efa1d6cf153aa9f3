"""Domain names: subdomains, and the names of reverse lookups."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, ip_network

ROOT = "."


def canonical(name: str) -> str:
    """A name in lower case without its trailing dot, as DNS compares names. https://www.rfc-editor.org/rfc/rfc4343"""
    return name.lower().removesuffix(".") or ROOT


def labels(domain: str) -> int:
    """The number of labels of a domain: more labels are more specific."""
    return 0 if domain == ROOT else domain.count(".") + 1


def covers(domain: str, name: str) -> bool:
    """Whether a name is equal to a domain or a subdomain of it."""
    return domain in (ROOT, name) or name.endswith(f".{domain}")


def parents(name: str) -> Iterator[str]:
    """The domains above a name, nearest first, without the root."""
    while "." in name:
        name = name.partition(".")[2]
        yield name


def reverse_zones(cidr: IPv4Network) -> Iterator[str]:
    """The reverse lookup domains of a range, as few as whole octets allow.

    10.0.0.0/23 has 0.0.10.in-addr.arpa and 1.0.10.in-addr.arpa.
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-overview-forward-vpc-to-network-autodefined-rules.html
    """
    octets = max(1, -(-cidr.prefixlen // 8))
    for part in cidr.subnets(new_prefix=8 * octets) if cidr.prefixlen < 8 * octets else (cidr,):
        kept = str(part.network_address).split(".")[:octets]
        yield ".".join((*reversed(kept), "in-addr", "arpa"))


def reversed_network(domain: str) -> IPv4Network | None:
    """The range of a reverse lookup domain; None for other domains."""
    if not domain.endswith(".in-addr.arpa"):
        return None
    parts = domain.removesuffix(".in-addr.arpa").split(".")[::-1]
    if len(parts) > 4 or not all(part.isascii() and part.isdigit() and int(part) < 256 for part in parts):
        return None
    address = IPv4Address(".".join((*(str(int(part)) for part in parts), *("0",) * (4 - len(parts)))))
    found = ip_network(f"{address}/{8 * len(parts)}")
    return found if isinstance(found, IPv4Network) else None
