"""VPC Block Public Access of each VPC, with its exclusions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from isthmus.network.from_terraform.values import SUBNET, VPC, Resolver, text
from isthmus.network.model import Subnet, Unknown, Vpc
from isthmus.network.public_access import ALLOW_BOTH, ALLOW_EGRESS, BIDIRECTIONAL, INGRESS, OFF, PublicAccess
from isthmus.terraform.graph import Resource

_OPTIONS, _EXCLUSION = "aws_vpc_block_public_access_options", "aws_vpc_block_public_access_exclusion"


def public_access(
    resolver: Resolver, vpcs: Mapping[str, Vpc], subnets: Mapping[str, Subnet]
) -> dict[str, PublicAccess]:
    """Block Public Access by VPC, where it is not off. An account has one setting for each Region.

    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/vpc_block_public_access_options
    """
    settings = list(resolver.of_type(_OPTIONS))
    if not settings:
        return {}
    found = {}
    exclusions = [
        (one, *_excluded(resolver, one), _exclusion_mode(resolver, one)) for one in resolver.of_type(_EXCLUSION)
    ]
    for vpc in vpcs:
        applying = list(_applying(resolver, settings, resolver.graph.resources[vpc]))
        if not applying or all(mode == OFF for _, mode in applying):
            continue
        address, mode = applying[0]
        if len({m for _, m in applying}) > 1:
            mode = Unknown(f"{' and '.join(a for a, _ in applying)} set the same thing")
        own = {s.address for s in subnets.values() if s.vpc == vpc or isinstance(s.vpc, Unknown)}
        whole: str | Unknown = ""
        single: dict[str, str | Unknown] = {}
        unknown_reason = ""
        for resource, excluded, is_vpc, mode_given in exclusions:
            given = mode_given
            if _same_account_and_region(resource, resolver.graph.resources[vpc]) is False:
                given = Unknown(f"{resource.address} is of another account or Region than {vpc}")
            if isinstance(excluded, Unknown):
                may = _same_account_and_region(resource, resolver.graph.resources[vpc]) is not False
                unknown_reason = unknown_reason or (
                    f"what {resource.address} excludes: {excluded.reason}" if may else ""
                )
            elif is_vpc and excluded == vpc:
                whole = given if not whole or whole == given else Unknown(f"{vpc} is excluded twice")
            elif not is_vpc and excluded in own:
                twice = single.get(excluded, given) != given
                single[excluded] = Unknown(f"{excluded} is excluded twice") if twice else given
        found[vpc] = PublicAccess(address, mode, whole, single, unknown_reason)
    return found


def _applying(resolver: Resolver, settings: list[Resource], vpc: Resource) -> Iterator[tuple[str, str | Unknown]]:
    """The settings that apply to a VPC or may do, each with its mode."""
    for one in settings:
        same = _same_account_and_region(one, vpc)
        if same is False:
            continue
        mode = text(one.get("internet_gateway_block_mode"))
        if isinstance(mode, str) and mode not in (OFF, INGRESS, BIDIRECTIONAL):
            mode = Unknown(f"{mode!r} is none of AWS's modes")
        if mode == OFF and same is None:
            continue  # that is the default as well
        if same is None:
            mode = Unknown(f"whether it and {vpc.address} are of one account and Region")
        yield one.address, mode if mode == OFF else resolver.unknown_reason(one) or mode


def _same_account_and_region(one: Resource, other: Resource) -> bool | None:
    """Whether two resources are of one account and Region; None where that is not known."""
    if isinstance(one.get("region"), Unknown) or isinstance(other.get("region"), Unknown):
        return None if _same(one.account, other.account) is not False else False
    provider = one.provider == other.provider and one.provider != ""
    same = (_same(one.account, other.account), _same(one.region, other.region))
    if False in same:
        return False
    return True if (provider and one.region == other.region) or same == (True, True) else None


def _same(one: str | None, other: str | None) -> bool | None:
    return None if one is None or other is None else one == other


def _excluded(resolver: Resolver, resource: Resource) -> tuple[str | Unknown, bool]:
    """The VPC or the subnet that is excluded, and whether it is a VPC."""
    vpc, subnet = resolver.one(resource, "vpc_id", VPC), resolver.one(resource, "subnet_id", SUBNET)
    if vpc is not None and subnet is None:
        return vpc, True
    if subnet is not None and vpc is None:
        return subnet, False
    return Unknown("it names a VPC or a subnet, one of them"), False


def _exclusion_mode(resolver: Resolver, resource: Resource) -> str | Unknown:
    mode = text(resource.get("internet_gateway_exclusion_mode"))
    if isinstance(mode, str) and mode not in (ALLOW_BOTH, ALLOW_EGRESS):
        mode = Unknown(f"{mode!r} is none of AWS's exclusions")
    unknown_reason = resolver.unknown_reason(resource) or (mode if isinstance(mode, Unknown) else None)
    return Unknown(f"what {resource.address} allows: {unknown_reason.reason}") if unknown_reason else mode
