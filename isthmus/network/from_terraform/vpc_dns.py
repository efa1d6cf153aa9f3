"""The DNS settings of VPCs: attributes, DHCP options, and AWS's own rules for reverse lookups."""

from __future__ import annotations

from isthmus.network.dns_model import AMAZON_PROVIDED, VpcDns
from isthmus.network.from_terraform.values import VPC, ReferenceKind, Resolver, cidr, switch
from isthmus.network.model import Unknown
from isthmus.terraform.graph import Resource

_OPTIONS: ReferenceKind = {"aws_vpc_dhcp_options": ("id",), "aws_default_vpc_dhcp_options": ("id",)}
# The Resolver of a VPC answers at these addresses too, and at the base of the VPC's first range plus two.
# https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html
_LINK_LOCAL = ("169.254.169.253", "fd00:ec2::253")


def vpc_dns(resolver: Resolver) -> dict[str, VpcDns]:
    """The settings of each VPC. Host names are on in a default VPC, and off in others until they are switched on.

    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/vpc
    """
    options, any_options = _options(resolver)
    reverse, any_reverse = _reverse(resolver)
    return {
        resource.address: VpcDns(
            switch(resource.get("enable_dns_support"), default=True),
            switch(resource.get("enable_dns_hostnames"), default=resource.type == "aws_default_vpc"),
            any_options or _servers(resolver, resource, options.get(resource.address)),
            any_reverse or reverse.get(resource.address, True),
            found if isinstance(found := options.get(resource.address), str) else "",
        )
        for resource in resolver.graph.of_type("aws_vpc", "aws_default_vpc")
    }


def _options(resolver: Resolver) -> tuple[dict[str, str | Unknown], Unknown | None]:
    """The DHCP options set of each VPC that has one of its own, and why any VPC may have another."""
    found: dict[str, str | Unknown] = {}
    anywhere: Unknown | None = None
    for resource in resolver.of_type("aws_vpc_dhcp_options_association"):
        vpc = resolver.required(resource, "vpc_id", VPC)
        if isinstance(vpc, Unknown):
            anywhere = anywhere or Unknown(f"{resource.address} is for an unknown VPC: {vpc.reason}")
        else:
            found[vpc] = resolver.unknown_reason(resource) or resolver.required(resource, "dhcp_options_id", _OPTIONS)
    return found, anywhere


def _servers(resolver: Resolver, vpc: Resource, options: str | Unknown | None) -> tuple[str, ...] | Unknown:
    """The DNS servers of hosts, the Resolver of the VPC under its one name."""
    if isinstance(options, Unknown):
        return options
    if options is None or resolver.graph.resources[options].type == "aws_default_vpc_dhcp_options":
        return (AMAZON_PROVIDED,)
    given = resolver.graph.resources[options].get("domain_name_servers")
    if given is None:
        return Unknown(f"{options} names no DNS servers")
    if isinstance(given, Unknown):
        return given
    items = given if isinstance(given, tuple) else (given,)
    unread = next((item for item in items if isinstance(item, Unknown)), None)
    if unread is not None:
        return unread
    first = cidr(vpc, "cidr_block", vpc.get("cidr_block", Unknown("from a pool")))
    own = {AMAZON_PROVIDED, *_LINK_LOCAL}
    if not isinstance(first, Unknown) and first.num_addresses > 2:
        own.add(str(first[2]))
    return tuple(dict.fromkeys(AMAZON_PROVIDED if str(item) in own else str(item) for item in items))


def _reverse(resolver: Resolver) -> tuple[dict[str, bool | Unknown], Unknown | None]:
    """Whether AWS's own rules for reverse lookups are on, by VPC, and why that may differ anywhere.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-automatic-forwarding-rules-reverse-dns.html
    """
    found: dict[str, bool | Unknown] = {}
    anywhere: Unknown | None = None
    for resource in resolver.of_type("aws_route53_resolver_config"):
        vpc = resolver.required(resource, "resource_id", VPC)
        if isinstance(vpc, Unknown):
            anywhere = anywhere or vpc
        else:
            found[vpc] = resolver.unknown_reason(resource) or switch(
                resource.get("autodefined_reverse_flag"), default=True
            )
    return found, anywhere
