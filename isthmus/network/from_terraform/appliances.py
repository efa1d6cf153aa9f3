"""What is behind Gateway Load Balancer endpoints: endpoint service, load balancer, listener, target group and targets.

Another account often has them, and they are not in this input. Where they are, they show whether packets reach an
appliance at all. Nothing in Terraform shows what the appliance does with them.
https://docs.aws.amazon.com/elasticloadbalancing/latest/gateway/introduction.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from isthmus.network.from_terraform.appliance_targets import GROUP, LISTENERS, Targets, among
from isthmus.network.from_terraform.values import SUBNET, Resolver, single, switch
from isthmus.network.model import Appliances, EndpointKind, Subnet, Unknown, VpcEndpoint
from isthmus.terraform.graph import Ref, Resource, Value, blocks
from isthmus.text.listing import some

_BALANCER = {"aws_lb": ("arn", "id"), "aws_alb": ("arn", "id")}
# https://docs.aws.amazon.com/vpc/latest/privatelink/concepts.html: the states of an endpoint connection
_UNAVAILABLE = ("pendingAcceptance", "pending acceptance", "rejected", "failed", "expired", "deleting", "deleted")


def with_appliances(
    resolver: Resolver, endpoints: Mapping[str, VpcEndpoint], subnets: Mapping[str, Subnet]
) -> dict[str, VpcEndpoint]:
    """The endpoints, the Gateway Load Balancer endpoints with what is behind them."""
    made = dict(endpoints)
    kind = EndpointKind.GATEWAY_LOAD_BALANCER
    if any(endpoint.kind is kind for endpoint in endpoints.values()):
        reader = _LoadBalancers(resolver, subnets)
        for address, endpoint in endpoints.items():
            if endpoint.kind is kind:
                made[address] = replace(endpoint, appliances=reader.behind(endpoint))
    return made


@dataclass(frozen=True)
class _LoadBalancers:
    resolver: Resolver
    subnets: Mapping[str, Subnet]

    def behind(self, endpoint: VpcEndpoint) -> Appliances:
        """What is behind an endpoint: what drops its packets, or else what is unknown, or else what is shown."""
        resource = self.resolver.graph.resources.get(endpoint.address)
        if resource is None:
            return Appliances()
        state = resource.get("state")
        if state in _UNAVAILABLE and not self._accepted(resource):
            return _without(endpoint.address, f"the endpoint is not available: its state is {state}")
        service = self._service(resource)
        if service is None:
            return Appliances()
        found = self._behind_service(service, self._zone(endpoint))
        waits = "" if found.blocked else self._waits(resource, service, state)
        return replace(found, service=service.address, unknown=waits or found.unknown)

    def _service(self, endpoint: Resource) -> Resource | None:
        """The endpoint service of an endpoint, if it is in this input."""
        named = endpoint.get("service_name")
        for service in self.resolver.of_type("aws_vpc_endpoint_service"):
            if isinstance(named, Ref) and named.address == service.address:
                return service
            if isinstance(named, str) and service.get("service_name") == named:
                return service
        return None

    def _zone(self, endpoint: VpcEndpoint) -> str:
        """The zone of an endpoint, or "" if it is unknown."""
        subnet = endpoint.subnets[0] if len(endpoint.subnets) == 1 else Unknown("several")
        found = self.subnets.get(subnet) if isinstance(subnet, str) else None
        return found.zone if found is not None and isinstance(found.zone, str) else ""

    def _waits(self, endpoint: Resource, service: Resource, state: Value) -> str:
        """Why it is unknown whether the owner of the service accepts the endpoint, or "".

        An endpoint can be used once it is accepted.
        https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-load-balancer-endpoints.html
        """
        required = switch(service.get("acceptance_required"), default=False)
        if required is False or state == "available" or endpoint.get("auto_accept") is True:
            return ""
        if isinstance(required, Unknown):
            return f"whether {service.address} accepts {endpoint.address}: {required.reason}"
        if self._accepted(endpoint):
            return ""
        return f"{service.address} requires acceptance, and nothing in this input accepts {endpoint.address}"

    def _accepted(self, endpoint: Resource) -> bool:
        """Whether a resource in this input accepts an endpoint."""
        accepters = self.resolver.graph.of_type("aws_vpc_endpoint_connection_accepter")
        named = (self.resolver.one(each, "vpc_endpoint_id", single("aws_vpc_endpoint")) for each in accepters)
        return endpoint.address in named

    def _behind_service(self, service: Resource, zone: str) -> Appliances:
        if counted := self.resolver.unknown_reason(service):
            return Appliances(unknown=counted.reason)
        balancers = self.resolver.many(service, "gateway_load_balancer_arns", _BALANCER)
        if not balancers:
            return Appliances(unknown=f"{service.address} has no Gateway Load Balancer")
        named = [balancer for balancer in balancers if isinstance(balancer, str)]
        if not named or len(named) < len(balancers):
            return Appliances()  # the load balancer is not in this input
        # An endpoint uses one load balancer in its zone.
        # https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-load-balancer-endpoints.html
        found = [self._behind_balancer(self.resolver.graph.resources[name], zone) for name in named]
        return _common(found, f"which load balancer of {service.address} receives the packets")

    # --- the load balancer

    def _behind_balancer(self, balancer: Resource, zone: str) -> Appliances:
        address = balancer.address
        if (kind := balancer.get("load_balancer_type", "application")) != "gateway":
            return Appliances(unknown=f"{address} is no Gateway Load Balancer: load_balancer_type is {kind}")
        targets = Targets(self.resolver, self.subnets)
        zones = [targets.zone_of_subnet(subnet) for subnet in self._subnets_of(balancer)]
        if (there := among(zones, zone)) is not True:
            # https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-load-balancer-endpoints.html
            why = f"{address} has no subnet in zone {zone}, so AWS creates no endpoint there"
            return _without(address, why) if there is False else Appliances(unknown=f"whether {why}: {there}")
        groups = self._target_groups(balancer)
        if isinstance(groups, Unknown):
            return Appliances(unknown=groups.reason)
        if not groups:
            # A listener forwards the packets. https://docs.aws.amazon.com/elasticloadbalancing/latest/gateway/gateway-listeners.html
            return _without(address, f"{address} has no listener in this input, so it forwards nothing")
        found = [self._behind_group(self.resolver.graph.resources[group], balancer, zone) for group in groups]
        return _common(found, f"which target group of {address} receives the packets")

    def _subnets_of(self, balancer: Resource) -> tuple[str | Unknown, ...]:
        mapped = (
            block
            if isinstance(block, Unknown)
            else self.resolver.target(balancer, "subnet_id", block.get("subnet_id"), SUBNET)
            for block in blocks(balancer, "subnet_mapping")
        )
        return (*self.resolver.many(balancer, "subnets", SUBNET), *(subnet for subnet in mapped if subnet is not None))

    def _target_groups(self, balancer: Resource) -> tuple[str, ...] | Unknown:
        """The target groups that the listeners of a load balancer forward to."""
        found: dict[str, None] = {}
        for listener in self.resolver.of_type(*LISTENERS):
            owner = self.resolver.required(listener, "load_balancer_arn", _BALANCER)
            if owner != balancer.address and isinstance(owner, str):
                continue
            if isinstance(owner, Unknown):
                return Unknown(f"{listener.address} may belong to {balancer.address}: {owner.reason}")
            if counted := self.resolver.unknown_reason(listener):
                return counted
            for group in self._forwards_to(listener):
                if isinstance(group, Unknown):
                    return Unknown(f"the target group of {listener.address}: {group.reason}")
                found[group] = None
        return tuple(found)

    def _forwards_to(self, listener: Resource) -> Iterator[str | Unknown]:
        for action in blocks(listener, "default_action"):
            if isinstance(action, Unknown):
                yield action
                continue
            named = [action.get("target_group_arn")]
            named += [
                group if isinstance(group, Unknown) else group.get("arn")
                for forward in _nested(action.get("forward"))
                for group in (_nested(forward.get("target_group")) if isinstance(forward, Mapping) else (forward,))
            ]
            for value in named:
                if (group := self.resolver.target(listener, "target_group_arn", value, GROUP)) is not None:
                    yield group

    def _behind_group(self, group: Resource, balancer: Resource, zone: str) -> Appliances:
        """Whether a target group has a target for packets of a zone.

        Each zone needs a target: without cross-zone load balancing, a zone uses its own targets only. It is off unless
        the load balancer turns it on.
        https://docs.aws.amazon.com/elasticloadbalancing/latest/gateway/target-groups.html
        https://docs.aws.amazon.com/elasticloadbalancing/latest/gateway/gateway-load-balancers.html
        """
        protocol, port = group.get("protocol"), group.get("port")
        if protocol != "GENEVE" or str(port) != "6081":
            return Appliances(unknown=f"{group.address} has protocol {protocol} and port {port}, not GENEVE and 6081")
        if sticky := _sticky(group):
            return Appliances(unknown=sticky)
        targets = list(Targets(self.resolver, self.subnets).of(group))
        if not targets:
            return _without(
                group.address, f"{group.address} has no target in this input, so nothing receives the packets"
            )
        crosses = switch(balancer.get("enable_cross_zone_load_balancing"), default=False)
        if isinstance(crosses, Unknown):
            return Appliances(unknown=f"whether {balancer.address} balances across zones: {crosses.reason}")
        certain = [target for target in targets if target.certain]
        there = bool(certain) if crosses else among([target.zone for target in certain], zone)
        if there is True:
            zones = some(sorted({target.zone for target in certain if isinstance(target.zone, str)}))
            where = f" in {zones}" if zones else ""
            return Appliances(shown=f"{balancer.address} forwards to the targets of {group.address}{where}")
        unclear = next(
            (target.why for target in targets if not target.certain), there if isinstance(there, str) else ""
        )
        if unclear:
            return Appliances(unknown=f"whether {group.address} has a target for zone {zone or '?'}: {unclear}")
        why = f"{group.address} has no target in zone {zone}, and {balancer.address} does not balance across zones"
        return _without(group.address, why)


def _sticky(group: Resource) -> str:
    """Why both directions of a flow may reach different targets, or "".

    Other stickiness than by 5-tuple does not work with a transit gateway in appliance mode.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/gateway/edit-target-group-attributes.html
    """
    for block in blocks(group, "stickiness"):
        if isinstance(block, Unknown):
            continue  # of a target group that is planned: AWS decides it by 5-tuple
        if block.get("enabled", True) is not False:
            return (
                f"{group.address} has stickiness {block.get('type')}: one target may not see both directions of a flow"
            )
    return ""


def _without(cause: str, why: str) -> Appliances:
    return Appliances(cause=cause, blocked=why)


def _common(found: list[Appliances], unclear: str) -> Appliances:
    """What several alternatives have in common: all drop, or all forward. Otherwise it is unknown which one it is."""
    if all(each.blocked for each in found):
        return found[0]
    if any(each.blocked or each.unknown for each in found) and len(found) > 1:
        return Appliances(unknown=unclear)
    return found[0]


def _nested(value: Value) -> tuple[Mapping[str, Value] | Unknown, ...]:
    listed = value if isinstance(value, tuple) else () if value is None else (value,)
    return tuple(each if isinstance(each, Mapping | Unknown) else Unknown(str(each)) for each in listed)
