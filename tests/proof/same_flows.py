"""Argument mutants after which the network still lets through what is meant, each with the reason.

What the proof says of them is right: the argument is evaluated, and no flow of the intent rests on it there.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Excuse(NamedTuple):
    """A mutant by type, argument, what became of it (words divided by "|"), and a part of its address with argument."""

    type: str
    argument: str
    how: str
    why: str
    where: str = ""

    def fits(self, kind: tuple[str, str, str], place: str) -> bool:
        type_, argument, how = kind
        same = (type_, argument) == (self.type, self.argument) and how in self.how.split("|")
        return same and re.search(self.where, place) is not None


_NO_DEFAULT = "the gateway has no default table that an attachment could join"
_GUARD = "a guard for addresses that no location has; without it they are dropped, or sent to where nothing answers"
_SHARES = "who may put hosts into a subnet; no resource of the input does"
_ALONE = "the connection is the only member of that segment: nothing else uses its table"
_TO_SITE = r"\.private_az\d_(dc1|branch)_"
_SHARE = "resource_share_arn"
# "Policy variables affect all rule groups that don't already define HOME_NET":
# https://docs.aws.amazon.com/network-firewall/latest/developerguide/troubleshooting-rules.html
_OF_POLICY = "the policy has the same set"
_T = "aws_ec2_transit_gateway"
_FLAGS = ("association", "propagation")

EXCUSES: tuple[Excuse, ...] = (
    Excuse(
        "aws_default_route_table", "", "removed", "without it AWS's own table has no routes either; no subnet uses it"
    ),
    Excuse("aws_default_security_group", "", "removed", "its members may reach each other then; no endpoint is one"),
    Excuse(_T, "default_route_table_propagation", "changed|removed", "with the default table nothing is associated"),
    *(
        Excuse(f"{_T}_{kind}", f"transit_gateway_default_route_table_{flag}", "changed|removed", _NO_DEFAULT)
        for kind in ("vpc_attachment", "vpc_attachment_accepter")
        for flag in _FLAGS
    ),
    Excuse(f"{_T}_route", "", "removed", _GUARD, "_blackhole_"),
    Excuse(f"{_T}_route", "destination_cidr_block", "changed", _GUARD, "_blackhole_"),
    Excuse(f"{_T}_route", "blackhole", "changed|removed", _GUARD, "_blackhole_"),
    Excuse(f"{_T}_route", "transit_gateway_route_table_id", "changed", _GUARD, "_blackhole_"),
    Excuse("aws_route", "", "removed", _GUARD, "_block_"),
    Excuse("aws_route", "destination_cidr_block", "changed", _GUARD, "_block_"),
    Excuse("aws_route", "transit_gateway_id", "elsewhere|removed", _GUARD, "_block_"),
    Excuse("aws_route", "route_table_id", "elsewhere|changed", _GUARD, "_block_"),
    Excuse(f"{_T}_route", "transit_gateway_route_table_id", "elsewhere", _GUARD, "_blackhole_"),
    Excuse(
        "aws_route_table_association",
        "route_table_id",
        "changed",
        "the table of another zone leads to the same places",
        r"\.(private|endpoints|public|transit_gateway)_az",
    ),
    Excuse("aws_subnet", "map_public_ip_on_launch", "changed", "no route leads from it to an internet gateway"),
    Excuse("aws_nat_gateway", "allocation_id", "elsewhere", "another public address does as well"),
    Excuse("aws_network_acl_rule", "rule_number", "changed", "the order among the rules stays"),
    Excuse("aws_vpn_connection", "tunnel1_inside_cidr", "removed", "AWS chooses one"),
    Excuse("aws_vpn_connection", "tunnel2_inside_cidr", "removed", "AWS chooses one"),
    Excuse("aws_route53_resolver_endpoint", "ip_address.ip", "changed|removed", "any address of the subnet does"),
    Excuse("aws_route53_zone", "vpc.vpc_id", "changed", "the VPC has the zone by the profile as well"),
    *(
        Excuse(f"aws_ram_{kind}_association", argument, "changed|elsewhere|removed", _SHARES, r"\.spoke_")
        for kind, arguments in (("principal", ("", "principal", _SHARE)), ("resource", ("", "resource_arn", _SHARE)))
        for argument in arguments
    ),
    Excuse("aws_route53_record", "alias.zone_id", "elsewhere", "the zone of a service may be written as its id"),
    Excuse(
        f"{_T}_route_table_association",
        "transit_gateway_route_table_id",
        "changed",
        "with one spoke the tables of all segments lead to the same places",
        r"^dev/module\.spoke_dev\.",
    ),
    Excuse(
        f"{_T}_route_table_association",
        "transit_gateway_route_table_id",
        "changed",
        "the table of each segment leads to every spoke that uses the egress VPC",
        r"^egress/module\.egress\.",
    ),
    Excuse(
        "aws_networkfirewall_firewall_policy",
        "firewall_policy.stateful_rule_group_reference.priority",
        "changed",
        "the order among the rule groups stays",
    ),
    *(
        Excuse("aws_networkfirewall_rule_group", f"rule_group.rule_variables{part}", how, _OF_POLICY)
        for part, how in (("", "removed"), (".ip_sets", "removed"), (".ip_sets.key", "changed"))
    ),
    Excuse("aws_vpc_endpoint", "subnet_ids", "changed", "in one zone fewer, and reached there from every other"),
    Excuse(
        "aws_vpc_endpoint", "subnet_ids", "removed", "in one zone fewer, and reached there from every other", r"\[\d\]$"
    ),
    Excuse(
        "aws_route53_resolver_endpoint",
        "ip_address",
        "removed",
        "in one zone fewer, and two are left, as many as AWS asks for",
        r"\[\d\]$",
    ),
    # One of three zones has its slot between others free; elsewhere the changed range is that of the next zone.
    Excuse("aws_subnet", "cidr_block", "changed", "another range of its VPC that is free", r"\.spoke_\w+\..*_az4\."),
    *(
        Excuse("aws_route", argument, how, "the next hop of the default route is the transit gateway too", _TO_SITE)
        for argument, how in (("", "removed"), ("destination_cidr_block", "changed"))
    ),
    *(
        Excuse("aws_vpc", f"enable_dns_{what}", "changed|removed", "it has no hosts that look up names", r"egress\.")
        for what in ("support", "hostnames")
    ),
    Excuse(
        "aws_networkfirewall_firewall_policy",
        "firewall_policy.stateful_default_actions",
        "removed",
        "the other one of them drops; this one reports",
        r"\[0\]$",
    ),
    Excuse(
        f"{_T}_route_table_association",
        "transit_gateway_route_table_id",
        "changed",
        "the table of the egress VPC leads to every spoke as well",
        r"^network/module\.vpn\.",
    ),
    *(
        Excuse(f"{_T}_route_table_propagation", argument, how, _ALONE, r"\.infra_dc1_01_network_services")
        for argument, how in (("", "removed"), ("transit_gateway_route_table_id", "changed"))
    ),
    Excuse(
        "aws_vpc_security_group_ingress_rule", "to_port", "changed", "the endpoint behind it listens on one port alone"
    ),
    Excuse("aws_vpc_security_group_egress_rule", "to_port", "changed", "what it asks listens on one port alone"),
)


def excuse(kind: tuple[str, str, str], place: str) -> Excuse | None:
    """The excuse that a mutant has."""
    return next((found for found in EXCUSES if found.fits(kind, place)), None)
