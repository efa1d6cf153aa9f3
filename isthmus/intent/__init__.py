"""The language: what a network should be, as plain, frozen, validated data."""

from isthmus.intent.allowed_connection import AllowedConnection
from isthmus.intent.backend import HcpTerraform, LocalBackend, S3Backend
from isthmus.intent.checks import check
from isthmus.intent.direct_connect import DirectConnectGateway, MacSec, TransitVirtualInterface
from isthmus.intent.dns import DnsFirewall, ForwardRule, HybridDns, PrivateZone, SharedBy
from isthmus.intent.egress import EgressVpc, Inspection
from isthmus.intent.endpoints import CentralEndpoints, EndpointService
from isthmus.intent.environment import Environment
from isthmus.intent.errors import IntentError, InvalidArgument, InvalidEstate, Problem, UnknownSchema
from isthmus.intent.estate import Estate
from isthmus.intent.firewall import DefaultAction, DomainList, FirewallPolicy, RuleGroup
from isthmus.intent.hub import Hub
from isthmus.intent.observability import Observability
from isthmus.intent.organization import Account, Organization, OrganizationalUnit
from isthmus.intent.published_service import PublishedService
from isthmus.intent.segment import Egress, Segment
from isthmus.intent.site import CustomerGateway, Site
from isthmus.intent.spoke import Spoke
from isthmus.intent.vpn import Routing, Tunnel, VpnConnection

__all__ = [
    "Account",
    "AllowedConnection",
    "CentralEndpoints",
    "CustomerGateway",
    "DefaultAction",
    "DirectConnectGateway",
    "DnsFirewall",
    "DomainList",
    "Egress",
    "EgressVpc",
    "EndpointService",
    "Environment",
    "Estate",
    "FirewallPolicy",
    "ForwardRule",
    "HcpTerraform",
    "Hub",
    "HybridDns",
    "Inspection",
    "IntentError",
    "InvalidArgument",
    "InvalidEstate",
    "LocalBackend",
    "MacSec",
    "Observability",
    "Organization",
    "OrganizationalUnit",
    "PrivateZone",
    "Problem",
    "PublishedService",
    "Routing",
    "RuleGroup",
    "S3Backend",
    "Segment",
    "SharedBy",
    "Site",
    "Spoke",
    "TransitVirtualInterface",
    "Tunnel",
    "UnknownSchema",
    "VpnConnection",
    "check",
]
