"""AWS Network Manager: a global network with the hub, its sites and their devices."""

from __future__ import annotations

from collections.abc import Mapping

from isthmus.intent import Environment, Estate
from isthmus.intent.model import name_of
from modules.aws import (
    NetworkmanagerCustomerGatewayAssociation,
    NetworkmanagerDevice,
    NetworkmanagerGlobalNetwork,
    NetworkmanagerSite,
    NetworkmanagerSiteLocation,
    NetworkmanagerTransitGatewayRegistration,
)
from modules.cdk import ModuleStack
from modules.terraform_names import identifier


def network_manager(
    module: ModuleStack,
    estate: Estate,
    environment: Environment,
    gateway_arn: str,
    customer_gateway_arns: Mapping[str, str],
) -> None:
    """Add a global network with the hub, and each connected site with its devices and customer gateways.

    `customer_gateway_arns` holds the ARNs by name of the customer gateway.
    https://docs.aws.amazon.com/network-manager/latest/tgwnm/what-are-global-networks.html
    """
    network = module.add(
        NetworkmanagerGlobalNetwork,
        "this",
        description=f"Network of {estate.name}",
        tags={"Name": estate.hub.name},
    )
    network_id = module.ref(network)
    registration = module.add(
        NetworkmanagerTransitGatewayRegistration,
        "this",
        global_network_id=network_id,
        transit_gateway_arn=gateway_arn,
    )
    connected = {name_of(connection.customer_gateway) for connection in environment.vpn_connections}
    for site in sorted(estate.sites, key=lambda site: site.name):
        devices = sorted((g for g in site.customer_gateways if g.name in connected), key=lambda g: g.name)
        if not devices:
            continue
        made = module.add(
            NetworkmanagerSite,
            identifier(site.name),
            global_network_id=network_id,
            description=site.name,
            location=None
            if site.coordinates is None
            else NetworkmanagerSiteLocation(latitude=f"{site.coordinates[0]}", longitude=f"{site.coordinates[1]}"),
            tags={"Name": site.name},
        )
        for gateway in devices:
            device = module.add(
                NetworkmanagerDevice,
                identifier(gateway.name),
                global_network_id=network_id,
                site_id=module.ref(made),
                description=gateway.name,
                model=gateway.device,
                type="customer gateway",
                tags={"Name": gateway.name},
            )
            module.add(
                NetworkmanagerCustomerGatewayAssociation,
                identifier(gateway.name),
                global_network_id=network_id,
                customer_gateway_arn=customer_gateway_arns[gateway.name],
                device_id=module.ref(device),
                # AWS accepts this association only after the transit gateway of its connections is registered.
                depends_on=[registration],
            )
