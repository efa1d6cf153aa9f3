"""Customer gateways, Site-to-Site VPN connections and Direct Connect gateways."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from isthmus.network.from_terraform.values import (
    ATTACHMENT,
    Resolver,
    cidr,
    cidrs,
    integer,
    name_of,
    single,
    switch,
    text,
)
from isthmus.network.model import (
    Cidr,
    CustomerGateway,
    DxGateway,
    Gateway,
    Tunnel,
    Unknown,
    VirtualInterface,
    Vpc,
    VpnConnection,
)
from isthmus.terraform.graph import Resource, Value

# Those that end at a virtual private gateway; at a Direct Connect gateway they change no route.
_INTERFACES = ("aws_dx_private_virtual_interface", "aws_dx_hosted_private_virtual_interface_accepter")
_TRANSIT_INTERFACES = ("aws_dx_transit_virtual_interface", "aws_dx_hosted_transit_virtual_interface_accepter")


def customer_gateways(resolver: Resolver) -> dict[str, CustomerGateway]:
    """Customer gateways. Four-byte ASNs have an argument of their own.

    The ASN is 65000 where neither is given: https://docs.aws.amazon.com/vpn/latest/s2svpn/cgw-options.html
    """
    made: dict[str, CustomerGateway] = {}
    for resource in resolver.certain("aws_customer_gateway"):
        asn = integer(resource.get("bgp_asn", resource.get("bgp_asn_extended", 65000)))
        ip = resource.get("ip_address")
        device = resource.get("device_name")
        made[resource.address] = CustomerGateway(
            resource.address,
            asn,
            None if ip is None else text(ip),
            None if device is None else text(device),
            # Without an account, everything in one root module is in the same account.
            (resource.account or f"root {resource.root}", resource.region or ""),
        )
    return made


def opened_by_site_alone(connection: Resource) -> bool:
    """Whether AWS certainly neither opens a tunnel of a connection, nor ends a dead session so that it can be opened.

    AWS's defaults are `add` and `clear`: https://docs.aws.amazon.com/vpn/latest/s2svpn/VPNTunnels.html
    """
    return all(
        connection.get(f"tunnel{number}_startup_action", "add") == "add"
        and connection.get(f"tunnel{number}_dpd_timeout_action", "clear") == "none"
        for number in (1, 2)
    )


def connections(resolver: Resolver) -> dict[str, VpnConnection]:
    """VPN connections, those of unknown number too. BGP unless `static_routes_only`; two tunnels, always."""
    routes: dict[str, list[Cidr | Unknown]] = defaultdict(list)
    own = single("aws_vpn_connection")
    for resource in resolver.of_type("aws_vpn_connection_route"):
        owner = resolver.required(resource, "vpn_connection_id", own)
        found = cidr(resource, "destination_cidr_block", resource.get("destination_cidr_block"))
        if isinstance(owner, str):
            routes[owner].append(resolver.unknown_reason(resource) or found)
        else:
            routes[""].append(Unknown(f"{resource.address} is of an unknown connection: {owner.reason}"))
    made: dict[str, VpnConnection] = {}
    for resource in resolver.of_type("aws_vpn_connection"):
        address = resource.address
        transit = resolver.one(resource, "transit_gateway_id", single("aws_ec2_transit_gateway"))
        tunnels = []
        for number in (1, 2):
            argument = f"tunnel{number}_inside_cidr"
            inside = None if resource.get(argument) is None else cidr(resource, argument, resource.get(argument))
            tunnels.append(Tunnel(f"{address}#{number}", inside))
        if opened_by_site_alone(resource):
            resolver.notes.append(
                f"{address}: AWS opens neither tunnel (startup action add), and keeps a dead session (DPD timeout "
                "action none): after AWS replaces an endpoint, only the device at the site can open the tunnel again"
            )
        made[address] = VpnConnection(
            address,
            resolver.required(resource, "customer_gateway_id", single("aws_customer_gateway")),
            transit or resolver.one(resource, "vpn_gateway_id", single("aws_vpn_gateway")),
            switch(resource.get("static_routes_only"), default=False),
            (*routes[address], *routes[""]),
            tuple(tunnels),
            _private(resource.get("outside_ip_address_type")),
            switch(resource.get("enable_acceleration"), default=False),
            name_of(resource),
            resolver.one(resource, "transport_transit_gateway_attachment_id", ATTACHMENT),
        )
    return made


def _private(outside: Value) -> bool | Unknown:
    """Whether the outside addresses of a connection are private: it then runs over Direct Connect."""
    return outside if isinstance(outside, Unknown) else outside == "PrivateIpv4"


def dx_gateways(
    resolver: Resolver, vpn_gateways: Mapping[str, Gateway], vpcs: Mapping[str, Vpc]
) -> dict[str, DxGateway]:
    """Direct Connect gateways. Prefixes allowed toward on-premises are kept by attachment, or by VPN gateway."""

    def of_vpc(gateway: str) -> tuple[Cidr | Unknown, ...]:
        owner = vpn_gateways[gateway].vpc if gateway in vpn_gateways else Unknown(f"the VPC of {gateway}")
        return () if owner is None else (owner,) if isinstance(owner, Unknown) else vpcs[owner].cidrs

    allowed: dict[str, dict[str, tuple[Cidr | Unknown, ...]]] = defaultdict(dict)
    for resource in resolver.graph.of_type("aws_dx_gateway_association"):
        owner, gateway = _dx_ends(resolver, resource)
        if isinstance(owner, str):
            listed = resource.get("allowed_prefixes")
            prefixes = cidrs(resource, "allowed_prefixes", listed)
            if isinstance(gateway, str) and resolver.graph.resources[gateway].type == "aws_vpn_gateway":
                allowed[owner][gateway] = of_vpc(gateway) if listed is None else prefixes
            else:
                allowed[owner][resource.address] = prefixes
    interfaces = _transit_interfaces(resolver)
    made = {
        r.address: DxGateway(
            r.address, integer(r.get("amazon_side_asn")), allowed[r.address], _name(r), interfaces.get(r.address, ())
        )
        for r in resolver.certain("aws_dx_gateway")
    }
    for resource in resolver.graph.of_type(*_INTERFACES):
        end = resolver.one(resource, "vpn_gateway_id", single("aws_vpn_gateway"))
        if isinstance(end, str):
            asn = integer(resource.get("amazon_side_asn"))
            made[resource.address] = DxGateway(resource.address, asn, {end: of_vpc(end)}, _name(resource))
    return made


def _transit_interfaces(resolver: Resolver) -> dict[str, tuple[VirtualInterface, ...] | Unknown]:
    """The transit virtual interfaces of each Direct Connect gateway.

    They are unknown if there is one of unknown number, or one whose gateway is unknown.
    """
    known: dict[str, tuple[VirtualInterface, ...]] = {}
    unknown: dict[str, Unknown] = {}
    gateways = [resource.address for resource in resolver.of_type("aws_dx_gateway")]
    for resource in resolver.of_type(*_TRANSIT_INTERFACES):
        owner = resolver.required(resource, "dx_gateway_id", single("aws_dx_gateway"))
        why = resolver.unknown_reason(resource) or (owner if isinstance(owner, Unknown) else None)
        if why is not None:
            unknown |= dict.fromkeys(gateways if isinstance(owner, Unknown) else [owner], why)
        elif isinstance(owner, str):
            known[owner] = (*known.get(owner, ()), _transit_interface(resolver, resource))
    return {**known, **unknown}


def _transit_interface(resolver: Resolver, resource: Resource) -> VirtualInterface:
    written = resource.get("connection_id")
    connection: str | Unknown | None = written if isinstance(written, str) else None
    if connection is None and written is not None:
        connection = resolver.one(resource, "connection_id", {"aws_dx_connection": ("id",), "aws_dx_lag": ("id",)})
    owner = resolver.graph.resources.get(connection) if isinstance(connection, str) else None
    location = owner.get("location") if owner is not None else None
    if owner is not None and not isinstance(location, str):
        why = location.reason if isinstance(location, Unknown) else "it is no text"
        connection = Unknown(f"the location of {connection}: {why}")
    asn, hosted = resource.get("bgp_asn"), resource.get("virtual_interface_id")
    return VirtualInterface(
        resource.address,
        None if asn is None else integer(asn),
        connection,
        location if isinstance(location, str) else "",
        # With `was`, the tag has the new name, and the argument keeps the former one: AWS cannot change it.
        name_of(resource) or _name(resource),
        None if hosted is None else text(hosted),
    )


def _name(resource: Resource) -> str:
    """The name of a Direct Connect gateway or virtual interface, which is an argument and no tag."""
    name = resource.get("name")
    return name if isinstance(name, str) else ""


def possible_dx_associations(resolver: Resolver) -> dict[str, tuple[str | Unknown, str | Unknown]]:
    """Associations of a Direct Connect gateway with a gateway where either is not known, or how many there are.

    By address: the Direct Connect gateway and the other gateway.
    """
    found = {}
    for resource in resolver.of_type("aws_dx_gateway_association"):
        ends = _dx_ends(resolver, resource)
        if resolver.unknown_reason(resource) or any(isinstance(end, Unknown) for end in ends):
            found[resource.address] = ends
    for resource in resolver.of_type(*_INTERFACES):
        gateway = resolver.one(resource, "vpn_gateway_id", single("aws_vpn_gateway"))
        if isinstance(gateway, Unknown) or (gateway is not None and resolver.unknown_reason(resource)):
            found[resource.address] = (resource.address, gateway)
    return found


def _dx_ends(resolver: Resolver, resource: Resource) -> tuple[str | Unknown, str | Unknown]:
    kinds = {"aws_ec2_transit_gateway": ("id",), "aws_vpn_gateway": ("id",)}
    return (
        resolver.required(resource, "dx_gateway_id", single("aws_dx_gateway")),
        resolver.required(resource, "associated_gateway_id", kinds),
    )
