"""The virtual interfaces of Direct Connect that end at a device, from the output of synthesis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Interface, IPv4Network

from isthmus.devices.device import DeviceVirtualInterface
from isthmus.errors import CannotAnswer
from isthmus.intent import CustomerGateway, DirectConnectGateway, Estate, TransitVirtualInterface
from isthmus.intent.model import name_of
from isthmus.network.from_terraform.values import name_of as name_in_terraform
from isthmus.network.prefixes_from_aws import AdvertisedPrefixes
from isthmus.output.folder import Output
from isthmus.terraform.graph import Resource

_TYPES = ("aws_dx_transit_virtual_interface", "aws_dx_hosted_transit_virtual_interface_accepter")


def virtual_interfaces(
    output: Output, device: CustomerGateway, advertised: Mapping[str, AdvertisedPrefixes]
) -> tuple[DeviceVirtualInterface, ...]:
    """The virtual interfaces of the output that end at a device, by name.

    `advertised` are the prefixes that AWS advertises over each connection, by its name. Raises `CannotAnswer` if the
    Terraform does not state something that a configuration needs.
    """
    made = {name_in_terraform(resource): resource for resource in output.graph.of_type(*_TYPES)}
    ours = [
        (gateway, interface, made[interface.name])
        for gateway, interface in _ending_at(output, device)
        if interface.name in made
    ]
    return tuple(
        _read(output, gateway, interface, device, resource, number, advertised.get(gateway.name))
        for number, (gateway, interface, resource) in enumerate(ours, 1)
    )


def _ending_at(
    output: Output, device: CustomerGateway
) -> Iterator[tuple[DirectConnectGateway, TransitVirtualInterface]]:
    every = [
        (gateway, interface)
        for gateway in output.estate.direct_connect
        for interface in gateway.virtual_interfaces
        if name_of(interface.customer_gateway) == device.name
    ]
    yield from sorted(every, key=lambda found: found[1].name)


def _read(
    output: Output,
    gateway: DirectConnectGateway,
    stated: TransitVirtualInterface,
    device: CustomerGateway,
    resource: Resource,
    number: int,
    advertised: AdvertisedPrefixes | None,
) -> DeviceVirtualInterface:
    if advertised is None or advertised.unknown:
        why = advertised.unknown if advertised is not None else f"{gateway.name} is not in the output"
        raise CannotAnswer(f"{resource.address}: the prefixes that AWS advertises are unknown: {why}")
    hosted = resource.type == _TYPES[1]  # the partner chose what the intent states
    root = output.folder / "stacks" / resource.root
    suffix = resource.address.rpartition(".")[2]
    return DeviceVirtualInterface(
        name=stated.name,
        number=number,
        location=stated.location,
        vlan=stated.vlan if hosted else _number(resource, "vlan"),
        aws_address=_interface(resource, "amazon_address", stated.amazon_address if hosted else None),
        address=_interface(resource, "customer_address", stated.customer_address if hosted else None),
        aws_asn=gateway.asn,
        mtu=stated.mtu if hosted else _number(resource, "mtu"),
        bfd=stated.bfd,
        macsec=stated.macsec.value,
        accepts=tuple(sorted(p for p in advertised.prefixes if isinstance(p, IPv4Network))),
        advertises=tuple(sorted(map(IPv4Network, _advertised(output.estate, gateway, device)))),
        key_command=(
            f"aws directconnect describe-virtual-interfaces --region {output.estate.region} "
            "--query 'virtualInterfaces[0].authKey' --output text "
            f'--virtual-interface-id "$(terraform -chdir={root} output -raw virtual_interface_id_{suffix})"'
        ),
    )


def _advertised(estate: Estate, gateway: DirectConnectGateway, device: CustomerGateway) -> Sequence[str]:
    """What a device advertises over the virtual interfaces of a gateway: if it carries tunnels, its own address."""
    every = estate.advertised_on(gateway)
    return (
        [prefix for prefix in every if prefix == f"{device.ip_address}/32"] if estate.private_vpns(gateway) else every
    )


def _number(resource: Resource, argument: str) -> int:
    value = resource.get(argument)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise _not_written(resource, argument, value)


def _interface(resource: Resource, argument: str, stated: str | None) -> IPv4Interface:
    value = resource.get(argument) if stated is None else stated
    try:
        return IPv4Interface(str(value))
    except ValueError:
        raise _not_written(resource, argument, value) from None


def _not_written(resource: Resource, argument: str, value: object) -> CannotAnswer:
    return CannotAnswer(
        f"{resource.address}: {argument} is {value}, which synthesis does not write. The file was edited: synthesize "
        "again"
    )
