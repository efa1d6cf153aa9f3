"""What a change of a resource means for the traffic and for the people who use the network.

The durations are those of docs/reference/changes.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from isthmus.changes.actions import ResourceAction, ResourceChange

_OFFLINE = "the site is offline over this connection until its device has the new keys and outside addresses"
_HALF_A_MINUTE = "cut off from the hub for about half a minute"


@dataclass(frozen=True, slots=True)
class Impact:
    """What a resource type is called, and what its actions mean. `updates` is by the first part of an argument."""

    noun: str
    destroy: str = ""
    replace: str = ""
    updates: Mapping[str, str] = field(default_factory=dict)


STATE = "terraform state"

IMPACTS: Mapping[str, Impact] = {
    STATE: Impact("state of root module"),
    "aws_vpc": Impact("VPC", "everything in it is destroyed", "everything in it is destroyed"),
    "aws_subnet": Impact(
        "subnet", "every host in it must be removed first", "every host in it must be moved to the new subnet"
    ),
    "aws_ec2_transit_gateway": Impact(
        "transit gateway",
        "every attachment and VPN connection is lost",
        "every attachment and VPN connection is lost",
        # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyTransitGatewayOptions.html
        {
            "amazon_side_asn": (
                "AWS refuses another ASN while a VPN connection, Direct Connect gateway or Connect attachment is on it"
            )
        },
    ),
    "aws_vpn_connection": Impact(
        "VPN connection",
        "the site loses this connection; a new one has new keys and outside addresses",
        _OFFLINE,
        {
            "customer_gateway_id": "both tunnels are down while AWS modifies the connection",
            "tunnel1": "AWS replaces the endpoint of tunnel 1; the other tunnel carries the traffic if it is up",
            "tunnel2": "AWS replaces the endpoint of tunnel 2; the other tunnel carries the traffic if it is up",
        },
    ),
    "aws_ec2_transit_gateway_vpc_attachment": Impact(
        "attachment",
        "the VPC is cut off from the hub",
        "the VPC is cut off from the hub until the new one is attached",
        {
            "transit_gateway_default_route_table_association": (
                "the VPC is cut off from the hub until it is associated with another route table"
            )
        },
    ),
    "aws_ec2_transit_gateway_route_table_association": Impact(
        "association",
        "the attachment has no route table: its traffic stops",
        f"its attachment is {_HALF_A_MINUTE}",
    ),
    "aws_ec2_transit_gateway_route_table": Impact(
        "transit gateway route table",
        "AWS refuses while something is associated with it",
        f"its attachments are {_HALF_A_MINUTE}",
    ),
    "aws_customer_gateway": Impact("customer gateway", "", "the VPN connections that use it are modified"),
    "aws_route": Impact(
        "route",
        "traffic that used it takes the next longest match, or stops",
        "traffic that used it stops for a moment",
        {"": "connections that use it break"},
    ),
    "aws_ec2_transit_gateway_route": Impact(
        "transit gateway route",
        "traffic that used it takes the next longest match, or stops",
        "traffic that used it stops for a moment",
    ),
    "aws_network_acl_rule": Impact(
        "network ACL rule",
        "the next rule that matches decides about its packets; without one they are denied",
        "until the new one exists, the next rule that matches decides about its packets",
    ),
    "aws_lb": Impact(
        "load balancer", "its services are no longer reachable", "its services are not reachable for minutes"
    ),
    "aws_lb_listener": Impact(
        "listener", "its service is no longer reachable", "its service is not reachable for a moment"
    ),
    "aws_lb_target_group_attachment": Impact(
        "target", "the load balancer sends it no connections", "the load balancer sends it no connections for a moment"
    ),
    "aws_nat_gateway": Impact("NAT gateway", "connections through it break", "connections through it break"),
    "aws_eip": Impact(
        "Elastic IP address",
        "the public address is released: others that allow it must change",
        "the public address changes: others that allow it must change",
    ),
    "aws_networkfirewall_firewall": Impact(
        "firewall", "traffic through it stops until the routes lead past it", "traffic through it stops for minutes"
    ),
    "aws_route53_resolver_endpoint": Impact(
        "Resolver endpoint",
        "names that it forwards or answers no longer resolve",
        "its addresses may change: the DNS servers of the sites must forward to the new ones",
    ),
    "aws_vpc_endpoint": Impact(
        "VPC endpoint", "its service is no longer reachable by it", "its service is not reachable for minutes"
    ),
    "aws_kms_key": Impact("KMS key", "what it has encrypted cannot be read once the deletion window has ended"),
    "aws_s3_bucket": Impact("S3 bucket", "AWS refuses while objects are in it", "AWS refuses while objects are in it"),
    "aws_cloudwatch_log_group": Impact("log group", "its logs are deleted", "its logs are deleted"),
}


def noun(type_: str) -> str:
    """What a resource type is called in a sentence."""
    impact = IMPACTS.get(type_)
    return impact.noun if impact else type_


def plural(type_: str) -> str:
    """What several resources of a type are called."""
    word = noun(type_)
    if word == type_:
        return type_
    return f"{word}es" if word.endswith("s") else f"{word}s"


def impact_of(change: ResourceChange) -> str:
    """What a change means, as a sentence without its end; "" if it interrupts nothing that is known here."""
    impact = IMPACTS.get(change.type)
    if impact is None:
        return ""
    if change.action is ResourceAction.DESTROY:
        return impact.destroy
    if change.action in (ResourceAction.REPLACE, ResourceAction.MAY_REPLACE):
        return impact.replace
    if change.action is ResourceAction.UPDATE:
        arguments = [cause.argument for cause in change.causes if not cause.argument.startswith("tags")]
        meant = (text for start, text in impact.updates.items() for name in arguments if name.startswith(start))
        return next(meant, "")
    return ""
