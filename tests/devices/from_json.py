"""A device from the JSON of `isthmus handover --json`: what a template of your own can read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Any

from isthmus.aws.tunnel_packet_sizes import PacketSize, TunnelSizes
from isthmus.devices import (
    Device,
    DeviceConnection,
    DeviceTunnel,
    DeviceVirtualInterface,
    FilterAction,
    FilterRule,
    Proposals,
    Service,
    Translation,
)

Document = Mapping[str, Any]


def devices_from_json(document: Document) -> tuple[Device, ...]:
    """The devices of a document."""
    return tuple(_device(each) for each in document["devices"])


def _device(found: Document) -> Device:
    return Device(
        name=found["name"],
        site=found["site"],
        estate=found["estate"],
        platform=found["platform"],
        outside=_address(found["outside_address"]),
        certificate=found["certificate"],
        asn=found["asn"],
        aws_asn=found["aws_asn"],
        networks={name: IPv4Network(text) for name, text in found["networks"].items()},
        aws_ranges=_networks(found["aws_ranges"]),
        connections=tuple(_connection(each) for each in found["connections"]),
        virtual_interfaces=tuple(_virtual_interface(each) for each in found["virtual_interfaces"]),
        filters=tuple(_filter(each) for each in found["filters"]),
        translations=tuple(
            Translation(each["network"], IPv4Network(each["routable_cidr"]), IPv4Network(each["non_routable_cidr"]))
            for each in found["translations"]
        ),
        forwarded={domain: tuple(map(IPv4Address, servers)) for domain, servers in found["forwarded_domains"].items()},
    )


def _connection(found: Document) -> DeviceConnection:
    one, two = (_tunnel(each) for each in found["tunnels"])
    return DeviceConnection(
        name=found["name"],
        bgp=found["routing"] == "bgp",
        tunnels=(one, two),
        accepts=_networks(found["accepted_prefixes"]),
        advertises=_networks(found["advertised_prefixes"]),
        static_routes=_networks(found["static_routes"]),
        nat_traversal=found["nat_traversal_required"],
        secret_command=found["secret_command"],
        over_direct_connect=found["over_direct_connect"],
    )


def _virtual_interface(found: Document) -> DeviceVirtualInterface:
    return DeviceVirtualInterface(
        name=found["name"],
        number=found["number"],
        location=found["location"],
        vlan=found["vlan"],
        aws_address=IPv4Interface(found["aws_address"]),
        address=IPv4Interface(found["address"]),
        aws_asn=found["aws_asn"],
        mtu=found["mtu"],
        bfd=found["bfd"],
        macsec=found["macsec"],
        accepts=_networks(found["accepted_prefixes"]),
        advertises=_networks(found["advertised_prefixes"]),
        key_command=found["key_command"],
    )


def _tunnel(found: Document) -> DeviceTunnel:
    return DeviceTunnel(
        name=found["name"],
        number=found["number"],
        interface=found["interface"],
        inside=IPv4Network(found["inside_cidr"]),
        aws_inside=IPv4Address(found["aws_inside_address"]),
        inside_address=IPv4Address(found["inside_address"]),
        aws_outside=_address(found["aws_outside_address"]),
        aws_outside_command=found["aws_outside_command"],
        phase1=_proposals(found["phase1"]),
        phase2=_proposals(found["phase2"]),
        dpd_timeout=found["dpd_timeout"],
        started_by_aws=found["started_by_aws"],
        replay_window=found["replay_window"],
        sizes=TunnelSizes(
            PacketSize(found["mtu"], found["mss"]),
            PacketSize(found["mtu_with_nat_traversal"], found["mss_with_nat_traversal"]),
        ),
    )


def _proposals(found: Document) -> Proposals:
    return Proposals(
        encryption=tuple(found["encryption"]),
        integrity=tuple(found["integrity"]),
        groups=tuple(found["groups"]),
        lifetime=found["lifetime"],
        rekey_time=found["rekey_time"],
    )


def _filter(found: Document) -> FilterRule:
    return FilterRule(
        name=found["name"],
        action=FilterAction(found["action"]),
        from_aws=found["direction"] == "from-aws",
        source=_networks(found["source"]),
        destination=_networks(found["destination"]),
        service=Service(found["protocol"], found["first"], found["last"]) if found["protocol"] else Service(),
    )


def _address(text: str | None) -> IPv4Address | None:
    return None if text is None else IPv4Address(text)


def _networks(texts: Iterable[str]) -> tuple[IPv4Network, ...]:
    return tuple(map(IPv4Network, texts))
