"""The configuration files of a device, from the templates of its platform."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

from isthmus.aws.tunnel_packet_sizes import PacketSize
from isthmus.devices.device import Device, DeviceConnection, DeviceTunnel, FilterAction, FilterRule, Service
from isthmus.devices.proposals import Algorithms, algorithms, unsupported
from isthmus.devices.translations import Policy, on_premises_rules, split_rules
from isthmus.errors import CannotAnswer
from isthmus.platforms import Platform
from isthmus.text.printable import printable

KEY = "REPLACE_WITH_THE_PRE_SHARED_KEY_OF_TUNNEL_{}"
BGP_KEY = "REPLACE_WITH_THE_BGP_KEY_OF_{}"
PORT = "REPLACE_WITH_THE_PORT_OF_{}"
OUTSIDE = "REPLACE_WITH_THE_AWS_ADDRESS_OF_TUNNEL_{}"
# https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-limits.html: AWS advertises at most this many prefixes.
MOST_PREFIXES = 5_000
_NOT_IDENTIFIER = re.compile(r"[^A-Za-z0-9]+")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class ConfigurationFile:
    """One file of a device configuration: its name, and its text."""

    name: str
    text: str


def configuration(device: Device, platform: Platform) -> tuple[ConfigurationFile, ...]:
    """The configuration files of a device for a platform, by name.

    Raises `CannotAnswer` if the platform cannot do what the device needs, or if Jinja2 is not installed.
    """
    if problems := list(unsupported(device, platform)):
        raise CannotAnswer("\n".join([f"{device.name}: {platform.title} cannot be configured:", *problems]))
    templates = _environment(platform)
    found = []
    for name, template in sorted(platform.files.items()):
        text = templates.get_template(template).render(_variables(device, platform))
        if text.strip():  # the template is for something that this device does not need
            found.append(ConfigurationFile(name, text))
    return tuple(found)


def _environment(platform: Platform) -> Any:
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError:
        raise CannotAnswer("device configurations need Jinja2: pip install 'isthmus[devices]'") from None
    environment = Environment(
        loader=FileSystemLoader(platform.folder),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  configurations are no HTML; `word` and `comment` make names safe
    )
    environment.filters |= {
        "word": word,
        "comment": comment,
        "netmask": _netmask,
        "wildcard": _wildcard,
        "power_of_two": _power_of_two,
    }
    return environment


def word(text: object) -> str:
    """A name or a range as one word that every platform accepts."""
    return _UNSAFE.sub("-", str(text)).strip("-") or "unnamed"


def _identifier(text: str) -> str:
    return _NOT_IDENTIFIER.sub("_", text)


def comment(text: str) -> str:
    """A text on one line, for a comment."""
    return " ".join(printable(text).split())


def _netmask(network: IPv4Network) -> str:
    return str(network.netmask)


def _wildcard(network: IPv4Network) -> str:
    return str(network.hostmask)


def _power_of_two(value: int, largest: int) -> int:
    """The largest power of two up to both values: some platforms accept no other replay window."""
    return int(2 ** (min(value, largest).bit_length() - 1))


def _sizes(connection: DeviceConnection) -> Iterator[PacketSize]:
    for tunnel in connection.tunnels:
        yield tunnel.sizes.nat_traversal if connection.nat_traversal else tunnel.sizes.plain


def policies_of(device: Device, platform: Platform) -> tuple[Policy, ...]:
    """The filter rules of a device, with the addresses that the platform matches them against."""
    order = platform.translation
    if order.by_policy:
        return tuple(split_rules(device.filters, device.translations))
    from_aws, to_aws = order.own_addresses_from_aws, order.own_addresses_to_aws
    rules = on_premises_rules(device.filters, device.translations, from_aws=from_aws, to_aws=to_aws)
    return tuple(map(Policy, rules))


def _ranges(policies: Iterable[Policy]) -> list[IPv4Network]:
    """The ranges of filter rules, each once, without destinations that a translation has instead."""
    found: set[IPv4Network] = set()
    for policy in policies:
        found.update(policy.rule.source)
        if not (policy.translations and policy.rule.from_aws):
            found.update(policy.rule.destination)
    return sorted(found)


def _services(filters: Iterable[FilterRule]) -> list[Service]:
    """The services of filter rules, each once, without that of all packets."""
    found = dict.fromkeys(rule.service for rule in filters)
    return [service for service in found if service.protocol]


def _variables(device: Device, platform: Platform) -> Mapping[str, Any]:
    def phase1(tunnel: DeviceTunnel) -> Algorithms:
        return algorithms(tunnel.phase1, platform.phase1)

    def phase2(tunnel: DeviceTunnel) -> Algorithms:
        return algorithms(tunnel.phase2, platform.phase2)

    def outside(tunnel: DeviceTunnel) -> str:
        return str(tunnel.aws_outside or OUTSIDE.format(_identifier(tunnel.name).upper()))

    def key(tunnel: DeviceTunnel) -> str:
        return KEY.format(_identifier(tunnel.name).upper())

    policies = policies_of(device, platform)
    filters = [policy.rule for policy in policies]

    def permits(rule: FilterRule) -> bool:
        return rule.action is FilterAction.PERMIT

    return {
        "device": device,
        "platform": platform,
        "phase1": phase1,
        "phase2": phase2,
        "outside": outside,
        "outsides": [outside(tunnel) for tunnel in device.tunnels],
        "key": key,
        "permits": permits,
        "bgp_key": lambda interface: BGP_KEY.format(_identifier(interface.name).upper()),
        "port": lambda interface: PORT.format(_identifier(interface.name).upper()),
        "advertised": sorted(
            {prefix for connection in device.connections for prefix in connection.advertises}
            | {prefix for interface in device.virtual_interfaces for prefix in interface.advertises}
        ),
        # What has BGP sessions, each with its prefixes in both directions.
        "sessions": [*(c for c in device.connections if c.bgp), *device.virtual_interfaces],
        "everything": IPv4Network("0.0.0.0/0"),
        "most_prefixes": MOST_PREFIXES,
        "mss": min(size.mss for connection in device.connections for size in _sizes(connection)),
        "replay_window": min(tunnel.replay_window for tunnel in device.tunnels),
        "filters": filters,
        "policies": policies,
        "services": _services(filters),
        "ranges": _ranges(policies),
        "table": f"isthmus_{_identifier(device.name)}",
    }
