"""What AWS charges for in a network: the items of a cost estimate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Unit(StrEnum):
    """The unit of an item: an hour, a month, a GB of data, or a million queries."""

    HOUR = "hour"
    MONTH = "month"
    GB = "GB"
    MILLION = "million"


@dataclass(frozen=True, slots=True)
class Item:
    """Something AWS charges for. `name` is its name in price sheets, `page` the AWS page with its price."""

    name: str
    label: str
    unit: Unit
    page: str


_VPC = "https://aws.amazon.com/vpc/pricing/"
_VPN = "https://aws.amazon.com/vpn/pricing/"
_TGW = "https://aws.amazon.com/transit-gateway/pricing/"
_LINK = "https://aws.amazon.com/privatelink/pricing/"
_BALANCER = "https://aws.amazon.com/elasticloadbalancing/pricing/"
_FIREWALL = "https://aws.amazon.com/network-firewall/pricing/"
_ROUTE53 = "https://aws.amazon.com/route53/pricing/"
_ACCELERATOR = "https://aws.amazon.com/global-accelerator/pricing/"
_TRANSFER = "https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer"
_DIRECT_CONNECT = "https://aws.amazon.com/directconnect/pricing/"
_CLOUDWATCH = "https://aws.amazon.com/cloudwatch/pricing/"
_KMS = "https://aws.amazon.com/kms/pricing/"
_SECRETS = "https://aws.amazon.com/secrets-manager/pricing/"

# Items charged or waived at the price of another item, by the name of that one. Price sheets do not have them.
AT_PRICE_OF: Mapping[str, Item] = MappingProxyType(
    {
        "nat-gateway": Item("nat-gateway-waived", "NAT gateways, waived with firewalls", Unit.HOUR, _FIREWALL),
        "nat-gateway-gb": Item("nat-gateway-gb-waived", "NAT gateway data, waived", Unit.GB, _FIREWALL),
        "kms-key": Item("kms-key-rotation", "KMS key rotations, first two", Unit.MONTH, _KMS),
    }
)

# Its price depends on the location and the Region.
DIRECT_CONNECT_OUT = "direct-connect-out-gb"

ITEMS: Mapping[str, Item] = MappingProxyType(
    {
        item.name: item
        for item in (
            Item("transit-gateway-attachment", "Transit gateway attachments", Unit.HOUR, _TGW),
            Item("transit-gateway-gb", "Data sent to a transit gateway", Unit.GB, _TGW),
            Item("vpn-connection", "VPN connections", Unit.HOUR, _VPN),
            Item("large-vpn-connection", "VPN connections with 5 Gbps tunnels", Unit.HOUR, _VPN),
            Item("accelerator", "Accelerators for VPN connections", Unit.HOUR, _ACCELERATOR),
            Item("accelerator-gb", "Data over accelerators", Unit.GB, _ACCELERATOR),
            Item("public-ipv4-address", "Public IPv4 addresses", Unit.HOUR, _VPC),
            Item("nat-gateway", "NAT gateways", Unit.HOUR, _VPC),
            Item("nat-gateway-gb", "Data through NAT gateways", Unit.GB, _VPC),
            Item("firewall-endpoint", "Firewall endpoints", Unit.HOUR, _FIREWALL),
            Item("firewall-gb", "Data through firewalls", Unit.GB, _FIREWALL),
            Item("interface-endpoint", "Interface endpoints, per zone", Unit.HOUR, _LINK),
            Item("interface-endpoint-gb", "Data through interface endpoints", Unit.GB, _LINK),
            Item("load-balancer-endpoint", "Gateway Load Balancer endpoints, per zone", Unit.HOUR, _LINK),
            Item("load-balancer-endpoint-gb", "Data through Gateway Load Balancer endpoints", Unit.GB, _LINK),
            Item("network-load-balancer", "Network Load Balancers", Unit.HOUR, _BALANCER),
            # A capacity unit of an hour is 1 GB. It is also 800 new or 100,000 active TCP connections, if that is more.
            Item("network-load-balancer-gb", "Data through Network Load Balancers", Unit.GB, _BALANCER),
            Item("application-load-balancer", "Application Load Balancers", Unit.HOUR, _BALANCER),
            Item("resolver-endpoint-address", "Resolver endpoint addresses", Unit.HOUR, _ROUTE53),
            # One price for the first 100 VPCs of all Profiles of an account in a Region, and one for each further VPC.
            Item("route53-profile", "Route 53 Profiles, per account", Unit.HOUR, _ROUTE53),
            Item("route53-profile-association", "VPCs beyond 100 with a Route 53 Profile", Unit.HOUR, _ROUTE53),
            Item("resolver-query", "Queries through Resolver endpoints", Unit.MILLION, _ROUTE53),
            Item("dns-firewall-query", "Queries through DNS Firewall", Unit.MILLION, _ROUTE53),
            Item("dns-firewall-domain", "DNS Firewall domains", Unit.MONTH, _ROUTE53),
            Item("hosted-zone", "Private hosted zones", Unit.MONTH, _ROUTE53),
            Item("internet-out-gb", "Data out to the internet, VPN included", Unit.GB, _TRANSFER),
            Item("direct-connect-port-1gbps", "Direct Connect ports of 1 Gbps", Unit.HOUR, _DIRECT_CONNECT),
            Item("direct-connect-port-10gbps", "Direct Connect ports of 10 Gbps", Unit.HOUR, _DIRECT_CONNECT),
            Item("direct-connect-port-100gbps", "Direct Connect ports of 100 Gbps", Unit.HOUR, _DIRECT_CONNECT),
            Item("direct-connect-port-400gbps", "Direct Connect ports of 400 Gbps", Unit.HOUR, _DIRECT_CONNECT),
            Item("direct-connect-port-other", "Direct Connect ports of other capacities", Unit.HOUR, _DIRECT_CONNECT),
            Item(DIRECT_CONNECT_OUT, "Data out over Direct Connect", Unit.GB, _DIRECT_CONNECT),
            Item("zone-crossing-gb", "Data between zones, both sides", Unit.GB, _TRANSFER),
            Item("kms-key", "KMS keys", Unit.MONTH, _KMS),
            Item("secret", "Secrets with pre-shared keys", Unit.MONTH, _SECRETS),
            Item("alarm", "Alarm metrics", Unit.MONTH, _CLOUDWATCH),
            Item("composite-alarm", "Composite alarms", Unit.MONTH, _CLOUDWATCH),
            Item("dashboard", "Dashboards", Unit.MONTH, _CLOUDWATCH),
            Item("custom-metric", "Metrics from log filters", Unit.MONTH, _CLOUDWATCH),
            Item("log-gb", "Logs ingested", Unit.GB, _CLOUDWATCH),
            Item("log-storage-gb", "Logs stored", Unit.GB, _CLOUDWATCH),
        )
    }
)
