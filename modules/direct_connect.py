"""Module `direct_connect`: Direct Connect gateways, their associations with the hub, and transit virtual interfaces."""

from __future__ import annotations

from typing import Any

from isthmus.intent import DirectConnectGateway, Environment, Estate, TransitVirtualInterface
from isthmus.intent.allowed_prefixes import allowed_prefixes
from isthmus.intent.provider_versions import VERSION_WITH_DIRECT_CONNECT
from modules.aws import (
    DxGateway,
    DxGatewayAssociation,
    DxHostedTransitVirtualInterfaceAccepter,
    DxTransitVirtualInterface,
    Ec2Tag,
    Ec2TransitGatewayRouteTableAssociation,
    Ec2TransitGatewayRouteTablePropagation,
)
from modules.cdk import ModuleStack, RequiredProvider, TerraformOutput, TerraformVariable
from modules.hub import DIRECT_CONNECT_TAG_VALUE, GATEWAY_ID, SEGMENT_TAG, table_id
from modules.hub_route_tables import HubTables
from modules.lifecycle import lifecycle
from modules.terraform_names import identifier

ATTACHMENT_ID = "transit_gateway_attachment_id"


def direct_connect(estate: Estate, environment: Environment, tables: HubTables) -> dict[str, Any]:
    """The module's Terraform.

    Inputs: `transit_gateway_id`, `route_table_id_<key>`. Outputs: those of `outputs_of`.
    """
    required = RequiredProvider(source="hashicorp/aws", version=VERSION_WITH_DIRECT_CONNECT)
    module = ModuleStack("direct_connect", providers={"aws": required})
    return _DirectConnect(estate, environment, tables, module).emit()


def tables_used(environment: Environment, tables: HubTables) -> list[str]:
    """The keys of the hub route tables whose ids the module needs."""
    gateways = [gateway for gateway in environment.direct_connect if not _carries_tunnels(environment, gateway)]
    keys = {tables.table_of_connection(gateway).key for gateway in gateways}
    return sorted(keys | {table.key for gateway in gateways for table in tables.tables_leading_to(gateway)})


def _carries_tunnels(environment: Environment, gateway: DirectConnectGateway) -> bool:
    return any(connection.over == gateway.name for connection in environment.vpn_connections)


def outputs_of(environment: Environment) -> list[tuple[str, str]]:
    """The outputs of the module, each with its description: the attachments, and the ids of virtual interfaces."""
    found: list[tuple[str, str]] = []
    for gateway in _by_name(environment):
        found.append((f"{ATTACHMENT_ID}_{identifier(gateway.name)}", f"Direct Connect gateway {gateway.name}"))
        found += (
            (f"virtual_interface_id_{identifier(interface.name)}", f"Virtual interface {interface.name}")
            for interface in _interfaces(gateway)
        )
    return found


def _by_name(environment: Environment) -> list[DirectConnectGateway]:
    return sorted(environment.direct_connect, key=lambda gateway: gateway.name)


def _interfaces(gateway: DirectConnectGateway) -> list[TransitVirtualInterface]:
    return sorted(gateway.virtual_interfaces, key=lambda interface: interface.name)


class _DirectConnect:
    def __init__(self, estate: Estate, environment: Environment, tables: HubTables, module: ModuleStack) -> None:
        self.estate, self.environment, self.tables, self.module = estate, environment, tables, module
        self.lifecycle = lifecycle(protected=environment.protected)
        gateway = module.add(TerraformVariable, GATEWAY_ID, type="string", description="Id of the transit gateway")
        self.gateway_id = module.ref(gateway, None)
        self.table_ids: dict[str, str] = {}
        for table in tables_used(environment, tables):
            variable = module.add(
                TerraformVariable, table_id(table), type="string", description="Id of a hub route table"
            )
            self.table_ids[table] = module.ref(variable, None)

    def emit(self) -> dict[str, Any]:
        values: dict[str, str] = {}
        for gateway in _by_name(self.environment):
            made = self._gateway(gateway)
            values |= {
                f"virtual_interface_id_{identifier(interface.name)}": self._interface(interface, made)
                for interface in _interfaces(gateway)
            }
            attachment = self._associated(gateway, made)
            self._routed(gateway, attachment)
            values[f"{ATTACHMENT_ID}_{identifier(gateway.name)}"] = attachment
        for name, described in outputs_of(self.environment):
            self.module.add(TerraformOutput, name, value=values[name], description=described)
        return self.module.emit()

    def _gateway(self, gateway: DirectConnectGateway) -> DxGateway:
        # A Direct Connect gateway is global, and AWS has no tags for it.
        return self.module.add(
            DxGateway,
            identifier(gateway.name),
            name=gateway.name,
            amazon_side_asn=str(gateway.asn),
            lifecycle=self.lifecycle,
        )

    def _interface(self, interface: TransitVirtualInterface, gateway: DxGateway) -> str:
        """The virtual interface, and its id."""
        name, tags = identifier(interface.name), {"Name": interface.name}
        if interface.hosted is not None:
            # The partner chose the VLAN, the addresses and the ASN.
            accepted = self.module.add(
                DxHostedTransitVirtualInterfaceAccepter,
                name,
                virtual_interface_id=interface.hosted,
                dx_gateway_id=self.module.ref(gateway),
                tags=tags,
                lifecycle=self.lifecycle,
            )
            return self.module.ref(accepted)
        _, device = self.estate.customer_gateway(interface.customer_gateway)
        # Without `bgp_auth_key`, AWS generates the key.
        # https://docs.aws.amazon.com/directconnect/latest/UserGuide/create-transit-vif-for-gateway.html
        made = self.module.add(
            DxTransitVirtualInterface,
            name,
            name=interface.name,
            connection_id=str(interface.connection),
            dx_gateway_id=self.module.ref(gateway),
            vlan=interface.vlan,
            address_family="ipv4",
            bgp_asn=device.bgp_asn,
            amazon_address=interface.amazon_address,
            customer_address=interface.customer_address,
            mtu=interface.mtu,
            tags=tags,
            lifecycle=self.lifecycle,
        )
        return self.module.ref(made)

    def _associated(self, gateway: DirectConnectGateway, made: DxGateway) -> str:
        """The association with the hub, and the id of its attachment."""
        association = self.module.add(
            DxGatewayAssociation,
            identifier(gateway.name),
            dx_gateway_id=self.module.ref(made),
            associated_gateway_id=self.gateway_id,
            allowed_prefixes=list(allowed_prefixes(self.estate, gateway)),
            lifecycle=self.lifecycle,
        )
        return self.module.ref(association, ATTACHMENT_ID)

    def _routed(self, gateway: DirectConnectGateway, attachment: str) -> None:
        """Associate the attachment with its table, and propagate its routes into the tables that reach its site.

        If it carries the tunnels of VPN connections, it has no table and no propagation.
        """
        name = identifier(gateway.name)
        # AWS creates the attachment without tags. Without the second tag, the pipeline of any segment could claim the
        # attachment with its own tag.
        for suffix, key, value in (
            ("attachment_name", "Name", gateway.name),
            ("attachment_segment", SEGMENT_TAG, DIRECT_CONNECT_TAG_VALUE),
        ):
            self.module.add(Ec2Tag, f"{name}_{suffix}", resource_id=attachment, key=key, value=value)
        if _carries_tunnels(self.environment, gateway):
            # The tunnels use the attachment by its id. Without a route table, the transit gateway drops all packets
            # that the site sends to it without encryption, and without propagation it sends none.
            # https://github.com/aws-samples/aws-site-to-site-vpn-private-ip-vpn/blob/main/terraform/main.tf
            return
        self.module.add(
            Ec2TransitGatewayRouteTableAssociation,
            name,
            transit_gateway_attachment_id=attachment,
            transit_gateway_route_table_id=self.table_ids[self.tables.table_of_connection(gateway).key],
        )
        for table in self.tables.tables_leading_to(gateway):
            self.module.add(
                Ec2TransitGatewayRouteTablePropagation,
                f"{name}_{table.key}",
                transit_gateway_attachment_id=attachment,
                transit_gateway_route_table_id=self.table_ids[table.key],
            )
