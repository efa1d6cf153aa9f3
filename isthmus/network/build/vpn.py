"""Customer gateways, Site-to-Site VPN connections and Direct Connect gateways."""

from __future__ import annotations

from collections import defaultdict

from isthmus.network.build.resolve import Resolver, cidr, cidrs, integer, name_of, single, switch, text
from isthmus.network.model import Cidr, CustomerGateway, DxGateway, Tunnel, Unknown, VpnConnection
from isthmus.terraform.graph import Resource, Value


def customer_gateways(resolver: Resolver) -> dict[str, CustomerGateway]:
    """Customer gateways. Four-byte ASNs have an argument of their own."""
    made: dict[str, CustomerGateway] = {}
    for resource in resolver.certain("aws_customer_gateway"):
        asn = integer(resource.get("bgp_asn", resource.get("bgp_asn_extended")))
        ip = resource.get("ip_address")
        made[resource.address] = CustomerGateway(resource.address, asn, None if ip is None else text(ip))
    return made


def connections(resolver: Resolver) -> dict[str, VpnConnection]:
    """VPN connections, those of unknown number too. BGP unless `static_routes_only`; two tunnels, always."""
    routes: dict[str, list[Cidr | Unknown]] = defaultdict(list)
    own = single("aws_vpn_connection")
    for resource in resolver.of_type("aws_vpn_connection_route"):
        owner = resolver.required(resource, "vpn_connection_id", own)
        found = cidr(resource, "destination_cidr_block", resource.get("destination_cidr_block"))
        if isinstance(owner, str):
            routes[owner].append(resolver.doubt(resource) or found)
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
        )
    return made


def _private(outside: Value) -> bool | Unknown:
    """Whether the outside addresses of a connection are private: it then runs over Direct Connect."""
    return outside if isinstance(outside, Unknown) else outside == "PrivateIpv4"


def dx_gateways(resolver: Resolver) -> dict[str, DxGateway]:
    """Direct Connect gateways. Prefixes allowed toward on-premises are kept by attachment, or by VPN gateway."""
    allowed: dict[str, dict[str, tuple[Cidr | Unknown, ...]]] = defaultdict(dict)
    for resource in resolver.graph.of_type("aws_dx_gateway_association"):
        owner, gateway = _dx_ends(resolver, resource)
        if isinstance(owner, str):
            vpn_gateway = isinstance(gateway, str) and resolver.graph.resources[gateway].type == "aws_vpn_gateway"
            key = gateway if vpn_gateway and isinstance(gateway, str) else resource.address
            allowed[owner][key] = cidrs(resource, "allowed_prefixes", resource.get("allowed_prefixes"))
    return {
        r.address: DxGateway(r.address, integer(r.get("amazon_side_asn")), allowed[r.address])
        for r in resolver.certain("aws_dx_gateway")
    }


def possible_dx_associations(resolver: Resolver) -> dict[str, tuple[str | Unknown, str | Unknown]]:
    """Associations of a Direct Connect gateway with a gateway where either is not known, or how many there are.

    By address: the Direct Connect gateway and the other gateway.
    """
    found = {}
    for resource in resolver.of_type("aws_dx_gateway_association"):
        ends = _dx_ends(resolver, resource)
        if resolver.doubt(resource) or any(isinstance(end, Unknown) for end in ends):
            found[resource.address] = ends
    return found


def _dx_ends(resolver: Resolver, resource: Resource) -> tuple[str | Unknown, str | Unknown]:
    kinds = {"aws_ec2_transit_gateway": ("id",), "aws_vpn_gateway": ("id",)}
    return (
        resolver.required(resource, "dx_gateway_id", single("aws_dx_gateway")),
        resolver.required(resource, "associated_gateway_id", kinds),
    )
