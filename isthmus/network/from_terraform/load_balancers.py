"""Load balancers with their listeners, target groups and targets, and the defaults of the provider.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/lb
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from ipaddress import IPv4Address

from isthmus.network.coverage.not_evaluated import references
from isthmus.network.from_terraform.values import GROUP, SUBNET, VPC, ReferenceKind, Resolver, integer, switch, text
from isthmus.network.model import BalancedTarget, Listener, LoadBalancer, TargetGroup, Unknown
from isthmus.terraform.graph import Resource, Value, blocks

_BALANCERS, _LISTENERS = ("aws_lb", "aws_alb"), ("aws_lb_listener", "aws_alb_listener")
_RULES = ("aws_lb_listener_rule", "aws_alb_listener_rule")
_GROUPS = ("aws_lb_target_group", "aws_alb_target_group")
_ATTACHMENTS = ("aws_lb_target_group_attachment", "aws_alb_target_group_attachment")
_BALANCER: ReferenceKind = dict.fromkeys(_BALANCERS, ("arn", "id"))
_TARGETS: ReferenceKind = dict.fromkeys(_GROUPS, ("arn", "id"))
# https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-listeners.html
_PROTOCOLS = {"TCP": (6,), "TLS": (6,), "UDP": (17,), "TCP_UDP": (6, 17), "HTTP": (6,), "HTTPS": (6,)}
# AWS keeps the client's address for these protocols, and for instances unless it is switched off.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/network/edit-target-group-attributes.html
_ALWAYS_PRESERVED = ("UDP", "TCP_UDP", "QUIC", "TCP_QUIC")


def load_balancers(resolver: Resolver) -> dict[str, LoadBalancer]:
    """Every load balancer, those of unknown number too."""
    listeners, lost = _listeners(resolver)
    made = {
        one.address: _balancer(resolver, one, tuple(listeners.get(one.address, ())), lost)
        for one in resolver.of_type(*_BALANCERS)
    }
    for resource in resolver.of_type("aws_elb"):
        subnets, unknown = _subnets(resolver, resource)
        made[resource.address] = LoadBalancer(
            resource.address,
            "classic",
            switch(resource.get("internal"), default=False),
            subnets,
            unresolved=unknown,
            may_not_exist=resolver.unknown_reason(resource),
            elsewhere=unknown,
        )
    return made


def _balancer(
    resolver: Resolver, resource: Resource, listeners: tuple[Listener, ...], lost: Unknown | None
) -> LoadBalancer:
    kind = resource.get("load_balancer_type", "application")
    serving = _endpoint_service(resolver, resource)
    subnets, unknown = _subnets(resolver, resource)
    return LoadBalancer(
        resource.address,
        text(kind),
        switch(resource.get("internal"), default=False),
        subnets,
        resolver.many(resource, "security_groups", GROUP),
        # Application Load Balancers always do: .../elasticloadbalancing/latest/application/how-to
        switch(resource.get("enable_cross_zone_load_balancing"), default=kind == "application"),
        listeners,
        unknown or lost or serving,
        resolver.unknown_reason(resource),
        unknown,
        text(resource.get("ip_address_type", "ipv4")),
    )


def _endpoint_service(resolver: Resolver, balancer: Resource) -> Unknown | None:
    """Why endpoints in any VPC may be clients of a load balancer.

    https://docs.aws.amazon.com/vpc/latest/privatelink/create-endpoint-service.html
    """
    for service in resolver.of_type("aws_vpc_endpoint_service"):
        for owner in resolver.many(service, "network_load_balancer_arns", _BALANCER):
            if isinstance(owner, Unknown) or owner == balancer.address:
                return Unknown(f"{service.address} may serve endpoints in other VPCs from {balancer.address}")
    return None


def _subnets(
    resolver: Resolver, resource: Resource
) -> tuple[Mapping[str, IPv4Address | Unknown | None], Unknown | None]:
    """The subnets with their fixed addresses, and why there may be others."""
    found: dict[str, IPv4Address | Unknown | None] = {}
    unknown: Unknown | None = None
    for subnet in resolver.many(resource, "subnets", SUBNET):
        if isinstance(subnet, Unknown):
            unknown = unknown or Unknown(f"a subnet of {resource.address}: {subnet.reason}")
        else:
            found[subnet] = None
    for block in blocks(resource, "subnet_mapping"):
        if isinstance(block, Unknown):
            unknown = unknown or Unknown(f"a subnet of {resource.address}: {block.reason}")
            continue
        named = resolver.target(resource, "subnet_id", block.get("subnet_id"), SUBNET)
        if isinstance(named, str):
            found[named] = _address(resource, block.get("private_ipv4_address"))
        else:
            why = named.reason if isinstance(named, Unknown) else "it names none"
            unknown = unknown or Unknown(f"a subnet of {resource.address}: {why}")
    return found, unknown


def _address(resource: Resource, value: Value) -> IPv4Address | Unknown | None:
    if value in (None, ""):
        return None
    if isinstance(value, Unknown):
        return value
    try:
        return IPv4Address(value)
    except ValueError:
        return Unknown(f"{resource.address}: {value!r} is no IPv4 address")


def _listeners(resolver: Resolver) -> tuple[Mapping[str, list[Listener]], Unknown | None]:
    """The listeners of each load balancer, and why any of them may have another."""
    found: dict[str, list[Listener]] = defaultdict(list)
    lost: Unknown | None = None
    for resource in resolver.of_type(*_LISTENERS):
        owner = resolver.required(resource, "load_balancer_arn", _BALANCER)
        if isinstance(owner, Unknown):
            lost = lost or Unknown(f"{resource.address} may be a listener of it: {owner.reason}")
            continue
        unknown = resolver.unknown_reason(resource)
        protocol = text(resource.get("protocol"))
        protocols: tuple[int, ...] | Unknown = Unknown(f"protocol {protocol} of {resource.address}")
        if isinstance(protocol, str):
            protocols = _PROTOCOLS.get(protocol, protocols)
        port = integer(resource.get("port"))
        if port is None:
            port = Unknown(f"{resource.address} has no port")
        groups = unknown or _forwarded(resolver, resource)
        found[owner].append(Listener(resource.address, unknown or protocols, port, groups, str(protocol)))
    return found, lost


def _forwarded(resolver: Resolver, resource: Resource) -> tuple[str | Unknown, ...] | Unknown:
    """The target groups that a listener forwards to."""
    found: list[str | Unknown] = []
    for action in blocks(resource, "default_action"):
        if isinstance(action, Unknown):
            return action
        if action.get("type") != "forward":
            return Unknown(f"{resource.address} has an action of type {action.get('type')!r}")
        values = [action.get("target_group_arn")]
        for forward in _nested(action.get("forward")):
            if isinstance(forward, Unknown):
                return forward
            nested = _nested(forward.get("target_group"))
            for group in nested:
                values.append(group if isinstance(group, Unknown) else group.get("arn"))
                weight = 1 if isinstance(group, Unknown) else integer(group.get("weight"))
                if weight == 0 or isinstance(weight, Unknown):
                    # https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-listeners.html
                    return Unknown(f"{resource.address} has a target group of weight {weight}")
        named = (resolver.target(resource, "target_group_arn", value, _TARGETS) for value in values)
        found += [one for one in named if one is not None]
    return tuple(dict.fromkeys(found)) or Unknown(f"{resource.address} names no target group")


def _nested(value: Value) -> tuple[Mapping[str, Value] | Unknown, ...]:
    if value in (None, ()):
        return ()
    found = value if isinstance(value, tuple) else (value,)
    return tuple(one if isinstance(one, Mapping | Unknown) else Unknown(f"a block is {one!r}") for one in found)


def target_groups(resolver: Resolver) -> dict[str, TargetGroup]:
    """Target groups, with the targets that are attached to them."""
    groups = list(resolver.of_type(*_GROUPS))
    registering = _registering(resolver) if groups else {}
    attached: dict[str, list[BalancedTarget]] = defaultdict(list)
    unclear: dict[str, Unknown] = {}
    for resource in resolver.of_type(*_ATTACHMENTS):
        owner = resolver.required(resource, "target_group_arn", _TARGETS)
        if isinstance(owner, Unknown):
            unclear.setdefault("", Unknown(f"{resource.address} may be a target of it: {owner.reason}"))
            continue
        if why := resolver.unknown_reason(resource):
            unclear.setdefault(owner, why)
            continue
        ip = _address(resource, resource.get("target_id"))
        unknown = Unknown(f"{resource.address} has no target_id") if ip is None else ip
        attached[owner].append(BalancedTarget(resource.address, unknown, integer(resource.get("port"))))
    return {
        resource.address: _target_group(
            resolver,
            resource,
            attached[resource.address],
            unclear.get(resource.address) or unclear.get("") or registering.get(resource.address),
        )
        for resource in groups
    }


def _registering(resolver: Resolver) -> Mapping[str, Unknown]:
    """Why target groups may have targets without an attachment: Auto Scaling groups and ECS services register them."""
    known = (*_LISTENERS, *_RULES, *_ATTACHMENTS)
    found: dict[str, Unknown] = {}
    for other in (*resolver.graph.resources.values(), *resolver.graph.unexpanded.values()):
        if other.type not in known:
            for ref in (ref for value in other.values.values() for ref in references(value)):
                if ref.attribute in ("arn", "id"):
                    found.setdefault(ref.address, Unknown(f"{other.address} may register targets of {ref.address}"))
    return found


def _target_group(
    resolver: Resolver, resource: Resource, targets: list[BalancedTarget], unclear: Unknown | None
) -> TargetGroup:
    kind, protocol = resource.get("target_type", "instance"), text(resource.get("protocol"))
    unresolved = resolver.unknown_reason(resource) or unclear
    if kind != "ip":
        unresolved = unresolved or Unknown(f"the targets of {resource.address} are of type {kind}")
    if (family := text(resource.get("ip_address_type", "ipv4"))) != "ipv4":
        unresolved = unresolved or Unknown(f"the targets of {resource.address} have addresses of type {family}")
    if not targets:
        # Auto Scaling groups, ECS and Kubernetes register targets themselves.
        unresolved = unresolved or Unknown(f"this input has no target of {resource.address}")
    preserves = switch(resource.get("preserve_client_ip"), default=kind != "ip")
    if protocol in _ALWAYS_PRESERVED:
        preserves = True
    elif isinstance(protocol, Unknown):
        preserves = protocol
    zones = resource.get("load_balancing_cross_zone_enabled", "use_load_balancer_configuration")
    return TargetGroup(
        resource.address,
        protocol,
        integer(resource.get("port")),
        preserves,
        tuple(targets),
        None if zones == "use_load_balancer_configuration" else switch(zones, default=False),
        unresolved,
        resolver.target(resource, "vpc_id", resource.get("vpc_id"), VPC),
        switch(resource.get("proxy_protocol_v2"), default=False),
    )
