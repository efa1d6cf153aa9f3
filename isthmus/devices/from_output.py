"""The customer gateway devices of an output of synthesis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from isthmus.aws.tunnel_packet_sizes import TunnelSizes, UnknownIntegrity, packet_sizes
from isthmus.devices.device import Device, DeviceConnection, DeviceTunnel, Proposals, Translation
from isthmus.devices.site_filters import site_filters
from isthmus.devices.virtual_interfaces import virtual_interfaces
from isthmus.errors import CannotAnswer
from isthmus.intent import CustomerGateway, Estate, Routing, Site, VpnConnection
from isthmus.network.from_terraform.values import name_of
from isthmus.network.model import Network
from isthmus.network.prefixes_from_aws import AdvertisedPrefixes
from isthmus.output.folder import Output
from isthmus.output.overview import advertised, roots
from isthmus.terraform.graph import Graph, Resource, Unknown

# https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNTunnels.html
_AWS_DEFAULT_ASN = 64_512
_TUNNELS = (1, 2)
_BEFORE_AWS = 60  # seconds


def devices(output: Output, state: Graph | None = None) -> tuple[Device, ...]:
    """The devices of all customer gateways with a VPN connection in the output, by name.

    `state` is the state of the hub's root module: it holds the outside addresses of AWS. Raises `CannotAnswer` if the
    Terraform does not state something that a configuration needs.
    """
    return tuple(_DeviceReader(output, state).devices())


class _DeviceReader:
    def __init__(self, output: Output, state: Graph | None) -> None:
        self.output = output
        self.estate: Estate = output.estate
        self.state = _by_name(state, "aws_vpn_connection") if state is not None else {}
        self.connections = _by_name(output.graph, "aws_vpn_connection")
        self.gateways = _by_name(output.graph, "aws_customer_gateway")
        present = roots(output.folder, output.graph, self.estate)
        self.advertised: Mapping[str, AdvertisedPrefixes] = advertised(output.network, self.estate, present)
        if state is not None:
            self._check_state()

    def devices(self) -> Iterator[Device]:
        by_gateway: dict[str, list[VpnConnection]] = {}
        for connection in sorted(self.estate.vpn_connections, key=lambda one: one.name):
            if connection.name in self.connections:
                by_gateway.setdefault(str(connection.customer_gateway), []).append(connection)
        for name, connections in sorted(by_gateway.items()):
            site, gateway = self.estate.customer_gateway(name)
            if name in self.gateways:
                yield self._device(site, gateway, connections)

    def _device(self, site: Site, gateway: CustomerGateway, connections: list[VpnConnection]) -> Device:
        resource = self.gateways[gateway.name]
        hub = next(iter(self.output.graph.of_type("aws_ec2_transit_gateway")), None)
        asn = resource.get("bgp_asn") or resource.get("bgp_asn_extended")
        ip = resource.get("ip_address")
        certificate = resource.get("certificate_arn")
        return Device(
            name=gateway.name,
            site=site.name,
            estate=self.estate.name,
            platform=gateway.platform,
            outside=None if ip is None else _address(resource, "ip_address"),
            certificate=None if certificate is None else str(certificate),
            asn=_number(resource, "bgp_asn", asn),
            aws_asn=_number(hub, "amazon_side_asn", hub.get("amazon_side_asn", _AWS_DEFAULT_ASN))
            if hub is not None
            else _AWS_DEFAULT_ASN,
            networks={name: IPv4Network(text) for name, text in sorted(site.networks.items())},
            aws_ranges=tuple(sorted(map(IPv4Network, self.estate.blocks))),
            connections=tuple(
                self._connection(site, connection, 2 * number) for number, connection in enumerate(connections)
            ),
            filters=site_filters(self.estate, site),
            forwarded=_forwarded(self.output.network),
            virtual_interfaces=virtual_interfaces(self.output, gateway, self.advertised),
            translations=tuple(
                Translation(name, IPv4Network(routable), IPv4Network(own))
                for name, (routable, own) in site.translations.items()
            ),
        )

    def _connection(self, site: Site, connection: VpnConnection, before: int) -> DeviceConnection:
        resource = self.connections[connection.name]
        gateway = self.gateways[str(connection.customer_gateway)]
        bgp = connection.routing is Routing.BGP
        prefixes = self.advertised.get(connection.name, AdvertisedPrefixes(connection.name))
        if bgp and prefixes.unknown:
            raise CannotAnswer(
                f"{resource.address}: the prefixes that AWS advertises are unknown: {prefixes.unknown}. "
                "The device accepts exactly these prefixes, so its configuration cannot be written"
            )
        command = f"terraform -chdir={self.output.folder / 'stacks' / resource.root} output -raw"
        suffix = resource.address.rpartition(".")[2]
        one, two = (self._tunnel(connection, resource, number, before, command, suffix) for number in _TUNNELS)
        return DeviceConnection(
            name=connection.name,
            bgp=bgp,
            tunnels=(one, two),
            accepts=tuple(sorted(p for p in prefixes.prefixes if isinstance(p, IPv4Network))) if bgp else (),
            advertises=tuple(sorted(map(IPv4Network, site.advertises))) if bgp else (),
            static_routes=() if bgp else tuple(sorted(map(IPv4Network, self.estate.blocks))),
            # https://docs.aws.amazon.com/vpn/latest/s2svpn/accelerated-vpn.html
            nat_traversal=resource.get("enable_acceleration") is True or gateway.get("ip_address") is None,
            secret_command=_secret_command(self.estate.region, f"{command} preshared_key_arn_{suffix}"),
            over_direct_connect=resource.get("outside_ip_address_type") == "PrivateIpv4",
        )

    def _tunnel(
        self, connection: VpnConnection, resource: Resource, number: int, before: int, command: str, suffix: str
    ) -> DeviceTunnel:
        def option(name: str) -> Any:
            return resource.get(f"tunnel{number}_{name}")

        inside = _inside(resource, number)
        aws, device = inside.hosts()
        return DeviceTunnel(
            name=f"{connection.name}-{number}",
            number=number,
            interface=before + number,
            inside=inside,
            aws_inside=aws,  # AWS uses the first usable address
            inside_address=device,
            aws_outside=self._aws_outside(connection.name, number),
            aws_outside_command=f"{command} tunnel{number}_address_{suffix}",
            phase1=_proposals(resource, number, 1),
            phase2=_proposals(resource, number, 2),
            dpd_timeout=_number(resource, f"tunnel{number}_dpd_timeout_seconds", option("dpd_timeout_seconds")),
            started_by_aws=option("startup_action") == "start",
            replay_window=_number(resource, f"tunnel{number}_replay_window_size", option("replay_window_size")),
            sizes=_sizes(resource, number),
        )

    def _aws_outside(self, connection: str, number: int) -> IPv4Address | None:
        """The outside address of AWS in the state; None before AWS creates the tunnel."""
        resource = self.state.get(connection)
        value = None if resource is None else resource.get(f"tunnel{number}_address")
        if resource is None or value is None or value == "":
            return None
        where = f"{resource.address}: tunnel{number}_address of the state"
        right = _state_of(self.output, resource)
        if isinstance(value, Unknown):
            raise CannotAnswer(f"{where} is unknown: {value.reason}. {right}")
        try:
            return IPv4Address(value if isinstance(value, str) else "")
        except ValueError:
            raise CannotAnswer(f"{where} is {value!r}, and no IPv4 address. {right}") from None

    def _check_state(self) -> None:
        """Refuse a state without any connection of the output: it belongs to another root module, or is no state."""
        if self.connections and not self.connections.keys() & self.state.keys():
            resource = next(iter(self.connections.values()))
            raise CannotAnswer(
                f"the state holds none of the VPN connections {', '.join(sorted(self.connections))}. "
                f"{_state_of(self.output, resource)}"
            )


def _state_of(output: Output, connection: Resource) -> str:
    root = output.folder / "stacks" / (connection.root or "network")
    return f"Give the state of the hub's root module after its apply: terraform -chdir={root} state pull"


def _secret_command(region: str, prints_the_arn: str) -> str:
    """The command that prints the keys of both tunnels. Terraform knows only the name of the secret.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
    """
    read = f"aws secretsmanager get-secret-value --region {region} --query SecretString --output text"
    return f'{read} --secret-id "$({prints_the_arn})"'


def _by_name(graph: Graph, type_: str) -> dict[str, Resource]:
    return {name_of(resource): resource for resource in graph.of_type(type_)}


def _proposals(resource: Resource, tunnel: int, phase: int) -> Proposals:
    def listed(what: str) -> tuple[Any, ...]:
        argument = f"tunnel{tunnel}_phase{phase}_{what}"
        value = resource.get(argument)
        if not isinstance(value, tuple) or not value:
            raise _not_written(resource, argument, value)
        return value

    def number(option: str) -> int:
        argument = f"tunnel{tunnel}_{option}"
        return _number(resource, argument, resource.get(argument))

    groups = listed("dh_group_numbers")
    lifetime = number(f"phase{phase}_lifetime_seconds")
    return Proposals(
        encryption=tuple(map(str, listed("encryption_algorithms"))),
        integrity=tuple(map(str, listed("integrity_algorithms"))),
        groups=tuple(_number(resource, f"tunnel{tunnel}_phase{phase}_dh_group_numbers", group) for group in groups),
        lifetime=lifetime,
        rekey_time=_rekey_time(lifetime, number("rekey_margin_time_seconds"), number("rekey_fuzz_percentage")),
    )


def _rekey_time(lifetime: int, margin: int, fuzz: int) -> int:
    """A time before the earliest rekey of AWS, which is the lifetime without the margin and its fuzz.

    https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNTunnels.html
    """
    return max(lifetime - margin * (100 + fuzz) // 100 - _BEFORE_AWS, lifetime // 4)


def _sizes(resource: Resource, tunnel: int) -> TunnelSizes:
    phase2 = _proposals(resource, tunnel, 2)
    try:
        return packet_sizes(phase2.encryption, phase2.integrity)
    except UnknownIntegrity as error:
        raise _not_written(resource, f"tunnel{tunnel}_phase2_integrity_algorithms", error.args[0]) from None


def _inside(resource: Resource, tunnel: int) -> IPv4Network:
    argument = f"tunnel{tunnel}_inside_cidr"
    try:
        found = IPv4Network(str(resource.get(argument)))
    except ValueError:
        raise _not_written(resource, argument, resource.get(argument)) from None
    if found.prefixlen != 30:
        raise _not_written(resource, argument, found)
    return found


def _number(resource: Resource, argument: str, value: Any) -> int:
    """A whole number. The ASN of a customer gateway may be written as text."""
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    raise _not_written(resource, argument, value)


def _address(resource: Resource, argument: str) -> IPv4Address:
    try:
        return IPv4Address(str(resource.get(argument)))
    except ValueError:
        raise _not_written(resource, argument, resource.get(argument)) from None


def _not_written(resource: Resource, argument: str, value: object) -> CannotAnswer:
    found = f"is unknown: {value.reason}" if isinstance(value, Unknown) else f"is {value!r}"
    return CannotAnswer(
        f"{resource.address}: {argument} {found}, which synthesis does not write. The file was edited: synthesize again"
    )


def _forwarded(network: Network) -> dict[str, tuple[IPv4Address, ...]]:
    """The private zones, each with the addresses of the inbound Resolver endpoint that answers for them."""
    facts = network.resolution
    inbound = sorted(
        interface.ip
        for endpoint in facts.endpoints.values()
        if endpoint.inbound is True
        for interface in endpoint.interfaces
        if interface.ip is not None
    )
    zones = sorted({zone.domain for zone in facts.zones.values() if isinstance(zone.domain, str)})
    return {zone: tuple(inbound) for zone in zones} if inbound else {}
