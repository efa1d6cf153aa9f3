"""Customer gateways, Site-to-Site VPN connections and Direct Connect gateways."""

from __future__ import annotations

from collections import defaultdict

from isthmus.network.build.resolve import Resolver, cidr, cidrs, integer, name_of, single, switch, text
from isthmus.network.model import Cidr, CustomerGateway, DxGateway, Tunnel, Unknown, VpnConnection


def customer_gateways(resolver: Resolver) -> dict[str, CustomerGateway]:
    """Customer gateways. Four-byte ASNs have an argument of their own."""
    made: dict[str, CustomerGateway] = {}
    for resource in resolver.certain("aws_customer_gateway"):
        asn = integer(resource.get("bgp_asn", resource.get("bgp_asn_extended")))
        ip = resource.get("ip_address")
        made[resource.address] = CustomerGateway(resource.address, asn, None if ip is None else text(ip))
    return made


def connections(resolver: Resolver) -> dict[str, VpnConnection]:
    """VPN connections. BGP unless `static_routes_only`; two tunnels, always."""
    routes: dict[str, list[Cidr | Unknown]] = defaultdict(list)
    own = single("aws_vpn_connection")
    for resource in resolver.of_type("aws_vpn_connection_route"):
        owner = resolver.required(resource, "vpn_connection_id", own)
        if isinstance(owner, str):
            found = cidr(resource, "destination_cidr_block", resource.get("destination_cidr_block"))
            routes[owner].append(resolver.doubt(resource) or found)
    made: dict[str, VpnConnection] = {}
    for resource in resolver.certain("aws_vpn_connection"):
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
            tuple(routes[address]),
            tuple(tunnels),
            resource.get("outside_ip_address_type") == "PrivateIpv4",
            switch(resource.get("enable_acceleration"), default=False),
            name_of(resource),
        )
    return made


def dx_gateways(resolver: Resolver) -> dict[str, DxGateway]:
    """Direct Connect gateways. Prefixes allowed toward on-premises are kept by attachment, or by VPN gateway."""
    allowed: dict[str, dict[str, tuple[Cidr | Unknown, ...]]] = defaultdict(dict)
    for resource in resolver.certain("aws_dx_gateway_association"):
        owner = resolver.required(resource, "dx_gateway_id", single("aws_dx_gateway"))
        kinds = {"aws_ec2_transit_gateway": ("id",), "aws_vpn_gateway": ("id",)}
        gateway = resolver.required(resource, "associated_gateway_id", kinds)
        if isinstance(owner, str):
            vpn_gateway = isinstance(gateway, str) and resolver.graph.resources[gateway].type == "aws_vpn_gateway"
            key = gateway if vpn_gateway and isinstance(gateway, str) else resource.address
            allowed[owner][key] = cidrs(resource, "allowed_prefixes", resource.get("allowed_prefixes"))
    return {
        r.address: DxGateway(r.address, integer(r.get("amazon_side_asn")), allowed[r.address])
        for r in resolver.certain("aws_dx_gateway")
    }
