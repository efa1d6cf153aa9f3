"""The customer gateway devices as JSON: everything that a template of a device configuration needs, and no secret."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network
from typing import Any

from isthmus.devices import Device, DeviceConnection, DeviceTunnel, DeviceVirtualInterface, FilterRule, Proposals
from isthmus.report.json_text import json_document, json_text

__all__ = ["handover_json"]


def handover_json(devices: Iterable[Device]) -> Iterator[str]:
    """The document of `isthmus handover --json`, in pieces."""
    yield from json_text(json_document("handover", {"devices": [_device(device) for device in devices]}))


def _device(device: Device) -> dict[str, Any]:
    return {
        "name": device.name,
        "site": device.site,
        "estate": device.estate,
        "platform": device.platform,
        "outside_address": None if device.outside is None else str(device.outside),
        "certificate": device.certificate,
        "asn": device.asn,
        "aws_asn": device.aws_asn,
        "networks": {name: str(network) for name, network in device.networks.items()},
        "translations": [
            {
                "network": one.network,
                "routable_cidr": str(one.routable),
                "non_routable_cidr": str(one.non_routable),
            }
            for one in device.translations
        ],
        "aws_ranges": _texts(device.aws_ranges),
        "connections": [_connection(connection) for connection in device.connections],
        "virtual_interfaces": [_virtual_interface(interface) for interface in device.virtual_interfaces],
        "filters": [_filter(rule) for rule in device.filters],
        "forwarded_domains": {domain: list(map(str, servers)) for domain, servers in device.forwarded.items()},
    }


def _connection(connection: DeviceConnection) -> dict[str, Any]:
    return {
        "name": connection.name,
        "routing": "bgp" if connection.bgp else "static",
        "nat_traversal_required": connection.nat_traversal,
        "accepted_prefixes": _texts(connection.accepts),
        "advertised_prefixes": _texts(connection.advertises),
        "static_routes": _texts(connection.static_routes),
        "secret_command": connection.secret_command,
        "over_direct_connect": connection.over_direct_connect,
        "tunnels": [_tunnel(tunnel) for tunnel in connection.tunnels],
    }


def _virtual_interface(interface: DeviceVirtualInterface) -> dict[str, Any]:
    return {
        "name": interface.name,
        "number": interface.number,
        "location": interface.location,
        "vlan": interface.vlan,
        "aws_address": str(interface.aws_address),
        "address": str(interface.address),
        "aws_asn": interface.aws_asn,
        "mtu": interface.mtu,
        "bfd": interface.bfd,
        "macsec": interface.macsec,
        "accepted_prefixes": _texts(interface.accepts),
        "advertised_prefixes": _texts(interface.advertises),
        "key_command": interface.key_command,
    }


def _tunnel(tunnel: DeviceTunnel) -> dict[str, Any]:
    return {
        "name": tunnel.name,
        "number": tunnel.number,
        "interface": tunnel.interface,
        "inside_cidr": str(tunnel.inside),
        "inside_address": str(tunnel.inside_address),
        "aws_inside_address": str(tunnel.aws_inside),
        "aws_outside_address": None if tunnel.aws_outside is None else str(tunnel.aws_outside),
        "aws_outside_command": tunnel.aws_outside_command,
        "phase1": _proposals(tunnel.phase1),
        "phase2": _proposals(tunnel.phase2),
        "dpd_timeout": tunnel.dpd_timeout,
        "started_by_aws": tunnel.started_by_aws,
        "replay_window": tunnel.replay_window,
        "mtu": tunnel.sizes.plain.mtu,
        "mss": tunnel.sizes.plain.mss,
        "mtu_with_nat_traversal": tunnel.sizes.nat_traversal.mtu,
        "mss_with_nat_traversal": tunnel.sizes.nat_traversal.mss,
    }


def _proposals(proposals: Proposals) -> dict[str, Any]:
    return {
        "encryption": list(proposals.encryption),
        "integrity": list(proposals.integrity),
        "groups": list(proposals.groups),
        "lifetime": proposals.lifetime,
        "rekey_time": proposals.rekey_time,
    }


def _filter(rule: FilterRule) -> dict[str, Any]:
    service = rule.service
    return {
        "name": rule.name,
        "action": rule.action.value,
        "direction": "from-aws" if rule.from_aws else "to-aws",
        "source": _texts(rule.source),
        "destination": _texts(rule.destination),
        "protocol": service.protocol or None,
        "first": service.first if service.protocol else None,
        "last": service.last if service.protocol else None,
    }


def _texts(networks: Iterable[IPv4Network]) -> list[str]:
    return list(map(str, networks))
