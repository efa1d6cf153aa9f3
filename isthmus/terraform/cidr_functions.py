"""Terraform's functions of IP addresses and prefixes. See `functions` for what a function here gives."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any

from isthmus.terraform.conversions import as_string, whole_number
from isthmus.terraform.graph import Value


def _network(prefix: Value) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    if "/" not in as_string(prefix):
        raise ValueError("no prefix length")
    return ipaddress.ip_network(as_string(prefix), strict=False)


def _cidrsubnet(prefix: Value, newbits: Value, number: Value) -> str:
    network, bits, number = _network(prefix), whole_number(newbits), whole_number(number)
    length = network.prefixlen + bits
    if bits < 0 or length > network.max_prefixlen or not 0 <= number < 1 << bits:
        raise ValueError("does not fit")
    first = int(network.network_address) + (number << (network.max_prefixlen - length))
    return f"{type(network.network_address)(first)}/{length}"


def _cidrhost(prefix: Value, number: Value) -> str:
    network, number = _network(prefix), whole_number(number)
    size = network.num_addresses
    if not -size <= number < size:
        raise ValueError("does not fit")
    return str(type(network.network_address)(int(network.network_address) + number % size))


def _cidrsubnets(prefix: Value, *newbits: Value) -> tuple[str, ...]:
    network = _network(prefix)
    at, end = int(network.network_address), int(network.broadcast_address)
    result = []
    for bits in map(whole_number, newbits):
        length = network.prefixlen + bits
        if bits < 1 or length > network.max_prefixlen:
            raise ValueError("does not fit")
        size = 1 << (network.max_prefixlen - length)
        at = -(-at // size) * size
        if at + size - 1 > end:
            raise ValueError("does not fit")
        result.append(f"{type(network.network_address)(at)}/{length}")
        at += size
    return tuple(result)


def _cidrnetmask(prefix: Value) -> str:
    network = _network(prefix)
    if network.version != 4:
        raise ValueError("IPv4 only")
    return str(network.netmask)


CIDR_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "cidrhost": _cidrhost,
    "cidrnetmask": _cidrnetmask,
    "cidrsubnet": _cidrsubnet,
    "cidrsubnets": _cidrsubnets,
}
