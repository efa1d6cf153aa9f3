"""The model of a network. `isthmus.network.from_terraform` builds it from Terraform.

Plain frozen data. Every object has its Terraform `address`, and refers to others by their addresses. A value that could
not be resolved is an `Unknown` with its reason: never dropped, never guessed.

Objects that AWS creates by default have no Terraform resource. Their address contains the owner:
`aws_vpc.a.main_route_table_id`, `aws_vpc.a.default_network_acl_id`,
`aws_ec2_transit_gateway.hub.association_default_route_table_id`, or `aws_ec2_transit_gateway_peering_attachment.p.peer`
for the accepter side of a peering attachment.
"""

from isthmus.network.model.filters import NetworkAcl, NetworkAclRule, SecurityGroup, SecurityGroupRule
from isthmus.network.model.firewall import Firewall, FirewallEndpoint
from isthmus.network.model.load_balancer import BalancedTarget, Listener, LoadBalancer, TargetGroup
from isthmus.network.model.network import Network, Possible
from isthmus.network.model.transit_gateway import Attachment, AttachmentKind, TgwRoute, TgwTable, TransitGateway
from isthmus.network.model.values import Cidr, PossibleReference, StructuralProblem, Unknown
from isthmus.network.model.vpc import (
    Appliances,
    EndpointKind,
    Gateway,
    GatewayKind,
    Host,
    NatGateway,
    PrefixList,
    RouteOrigin,
    Subnet,
    Target,
    TargetKind,
    Vpc,
    VpcEndpoint,
    VpcPeering,
    VpcRoute,
    VpcTable,
)
from isthmus.network.model.vpn import (
    AdvertisedPrefix,
    CustomerGateway,
    DxGateway,
    Site,
    Tunnel,
    VirtualInterface,
    VpnConnection,
)

__all__ = [
    "AdvertisedPrefix",
    "Appliances",
    "Attachment",
    "AttachmentKind",
    "BalancedTarget",
    "Cidr",
    "CustomerGateway",
    "DxGateway",
    "EndpointKind",
    "Firewall",
    "FirewallEndpoint",
    "Gateway",
    "GatewayKind",
    "Host",
    "Listener",
    "LoadBalancer",
    "NatGateway",
    "Network",
    "NetworkAcl",
    "NetworkAclRule",
    "Possible",
    "PossibleReference",
    "PrefixList",
    "RouteOrigin",
    "SecurityGroup",
    "SecurityGroupRule",
    "Site",
    "StructuralProblem",
    "Subnet",
    "Target",
    "TargetGroup",
    "TargetKind",
    "TgwRoute",
    "TgwTable",
    "TransitGateway",
    "Tunnel",
    "Unknown",
    "VirtualInterface",
    "Vpc",
    "VpcEndpoint",
    "VpcPeering",
    "VpcRoute",
    "VpcTable",
    "VpnConnection",
]
