"""The targets of the target group of a Gateway Load Balancer, and their zones.

https://docs.aws.amazon.com/elasticloadbalancing/latest/gateway/target-groups.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import NamedTuple

from isthmus.network.coverage.not_evaluated import references
from isthmus.network.from_terraform.values import SUBNET, VPC, ReferenceKind, Resolver, single
from isthmus.network.model import Subnet, Unknown
from isthmus.terraform.graph import Ref, Resource

GROUP: ReferenceKind = {"aws_lb_target_group": ("arn", "id"), "aws_alb_target_group": ("arn", "id")}
LISTENERS = ("aws_lb_listener", "aws_alb_listener")
_RULES = ("aws_lb_listener_rule", "aws_alb_listener_rule")
_ATTACHMENTS = ("aws_lb_target_group_attachment", "aws_alb_target_group_attachment")
_SCALING = ("aws_autoscaling_group", "aws_autoscaling_attachment", "aws_autoscaling_traffic_source_attachment")
_NEEDED = frozenset({"Launch", "AddToLoadBalancer", "AZRebalance"})  # processes of an Auto Scaling group
_ZONE_ID = re.compile(r".*-az\d+")


class RegisteredTarget(NamedTuple):
    """A registered target, and its zone. `certain`: it is known that there is one; else `why` not."""

    zone: str | Unknown
    certain: bool = True
    why: str = ""


@dataclass(frozen=True)
class Targets:
    """Finds the targets of target groups."""

    resolver: Resolver
    subnets: Mapping[str, Subnet]

    def of(self, group: Resource) -> Iterator[RegisteredTarget]:
        """The targets of a group: attachments, Auto Scaling groups, and what other resources may register."""
        for attachment in self.resolver.of_type(*_ATTACHMENTS):
            owner = self.resolver.required(attachment, "target_group_arn", GROUP)
            if isinstance(owner, Unknown):
                yield _possible(f"{attachment.address} may belong to it: {owner.reason}")
            elif owner == group.address:
                counted = self.resolver.unknown_reason(attachment)
                zone = self._zone_of_target(attachment, group)
                yield _possible(counted.reason) if counted else RegisteredTarget(zone)
        known = (*LISTENERS, *_RULES, *_ATTACHMENTS)
        resources = (*self.resolver.graph.resources.values(), *self.resolver.graph.unexpanded.values())
        for other in resources:
            if other.type not in known and self._names(other, group):
                if other.type in _SCALING:
                    yield from self._of_scaling(other)
                else:
                    yield _possible(f"{other.address} may register targets")

    @staticmethod
    def _names(other: Resource, group: Resource) -> bool:
        named = (ref for value in other.values.values() for ref in references(value))
        return any(ref.address == group.address and ref.attribute in ("arn", "id") for ref in named)

    def _zone_of_target(self, attachment: Resource, group: Resource) -> str | Unknown:
        """The zone of a registered target: of its argument, its instance, or the subnet that has its address."""
        given, target = attachment.get("availability_zone"), attachment.get("target_id")
        if isinstance(given, str) and given != "all":
            return given
        if isinstance(target, Ref):
            host = self.resolver.graph.resources.get(target.address)
            return self.zone_of_subnet(self.resolver.one(host, "subnet_id", SUBNET) if host is not None else None)
        vpc = self.resolver.one(group, "vpc_id", VPC)
        try:
            address = ip_address(str(target))
        except ValueError:
            return Unknown(f"the zone of {attachment.address} is unknown")
        for subnet in self.subnets.values():
            known = (cidr for cidr in subnet.cidrs if not isinstance(cidr, Unknown))
            if subnet.vpc == vpc and any(address in cidr for cidr in known):
                return self.zone_of_subnet(subnet.address)
        return Unknown(f"the zone of {attachment.address} is unknown")

    def _of_scaling(self, scaling: Resource) -> Iterator[RegisteredTarget]:
        """The instances of an Auto Scaling group. It has one in a zone for certain if it has as many as zones.

        https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html
        """
        group: Resource | None = scaling
        if scaling.type != "aws_autoscaling_group":
            named = self.resolver.one(scaling, "autoscaling_group_name", single("aws_autoscaling_group", "name", "id"))
            group = self.resolver.graph.resources.get(named) if isinstance(named, str) else None
        least = str(group.get("min_size")) if group is not None else ""
        subnets = self.resolver.many(group, "vpc_zone_identifier", SUBNET) if group is not None else ()
        zones = dict.fromkeys(map(self.zone_of_subnet, subnets))
        changes = group is not None and self._changes_by_itself(group)
        if changes or self.resolver.unknown_reason(scaling) or not least.isdigit() or not 0 < len(zones) <= int(least):
            yield _possible(f"how many instances {scaling.address} has in each zone is unknown")
        else:
            yield from map(RegisteredTarget, zones)

    def _changes_by_itself(self, group: Resource) -> bool:
        """Whether a group may have fewer registered instances than its smallest size, or none in one of its zones.

        A schedule sets another smallest size. A suspended process launches, registers or balances nothing.
        https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html
        https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html
        """
        suspended = group.get("suspended_processes", ())
        if isinstance(suspended, Unknown) or not _NEEDED.isdisjoint(suspended):
            return True
        own = [name for name in (group.get("name"), group.get("id")) if isinstance(name, str)]
        for schedule in self.resolver.of_type("aws_autoscaling_schedule"):
            named = schedule.get("autoscaling_group_name")
            is_other = isinstance(named, str) and own and named not in own
            if not is_other and not (isinstance(named, Ref) and named.address != group.address):
                return True
        return False

    def zone_of_subnet(self, subnet: str | Unknown | None) -> str | Unknown:
        """The zone of a subnet."""
        found = self.subnets.get(subnet) if isinstance(subnet, str) else None
        return found.zone if found is not None else Unknown("the zone of a subnet is unknown")


def _possible(why: str) -> RegisteredTarget:
    return RegisteredTarget(Unknown(why), certain=False, why=why)


def among(zones: Iterable[str | Unknown], zone: str) -> bool | str:
    """Whether a zone is one of some zones; a reason if it is unknown. A zone name and a zone ID cannot be compared."""
    listed = list(zones)
    if zone and zone in listed:
        return True
    if not zone:
        return "the zone of the endpoint is unknown"
    unclear = next((each for each in listed if isinstance(each, Unknown)), None)
    if unclear is not None:
        return unclear.reason
    by_id = _ZONE_ID.fullmatch(zone) is not None
    other = next((each for each in listed if (_ZONE_ID.fullmatch(str(each)) is not None) is not by_id), None)
    return f"{zone} and {other} may be the same zone" if other else False
