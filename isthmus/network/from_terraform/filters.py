"""Network ACLs and security groups, with the defaults of AWS and of the provider.

- A VPC's own network ACL allows everything, until `aws_default_network_acl` takes it over: then it holds only the rules
  written there. A network ACL made by `aws_network_acl` starts without rules.
- A VPC's own security group allows everything out and its members in, until `aws_default_security_group` takes it over.
  A group made by `aws_security_group` has no rules: the provider removes the outbound rule that AWS puts there.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/default_network_acl
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network, IPv6Network

from isthmus.network.from_terraform.values import GROUP, NACL, PREFIX_LIST, VPC, Resolver, cidr, cidrs, integer
from isthmus.network.model import (
    Cidr,
    NetworkAcl,
    NetworkAclRule,
    SecurityGroup,
    SecurityGroupRule,
    Unknown,
    Vpc,
)
from isthmus.network.packets import LAST_PORT, PROTOCOLS, WITH_PORTS, WITH_TYPES, message, messages
from isthmus.terraform.graph import Ref, Resource, Value, blocks

_EVERYTHING: tuple[Cidr, Cidr] = (IPv4Network("0.0.0.0/0"), IPv6Network("::/0"))
# Names that the provider takes, of IANA's list: https://www.iana.org/assignments/protocol-numbers
_PROTOCOLS = {"all": -1, "-1": -1, **PROTOCOLS, "ipv6-icmp": 58}
_PROTOCOLS |= {"igmp": 2, "gre": 47, "esp": 50, "ah": 51, "ospfigp": 89, "l2tp": 115, "sctp": 132, "udplite": 136}
_LAST_PROTOCOL, _LAST_TYPE = 255, 255


def _protocol(value: Value) -> int | Unknown:
    if isinstance(value, Unknown):
        return value
    name = str(value).lower()
    if name in _PROTOCOLS:
        return _PROTOCOLS[name]
    number = int(name) if name.isascii() and name.isdigit() else _LAST_PROTOCOL + 1
    return number if number <= _LAST_PROTOCOL else Unknown(f"protocol {value}")


def _port_range(low: Value, high: Value) -> tuple[int, int] | Unknown:
    first, last = integer(low), integer(high)
    if isinstance(first, Unknown):
        return first
    if isinstance(last, Unknown):
        return last
    if first is None or last is None or not 0 <= first <= last <= LAST_PORT:
        return Unknown(f"ports from {first} to {last}")
    return first, last


def _messages(type_: Value, code: Value) -> tuple[int, int] | Unknown | None:
    """ICMP messages as a range of 16-bit numbers; None for all. A type or code of -1 is every one."""
    kind, detail = integer(type_), integer(code)
    if isinstance(kind, Unknown):
        return kind
    if isinstance(detail, Unknown):
        return detail
    if kind == -1:
        return None if detail == -1 else Unknown(f"every ICMP type with code {detail}")
    if kind is None or detail is None or not 0 <= kind <= _LAST_TYPE or not -1 <= detail <= _LAST_TYPE:
        return Unknown(f"ICMP type {kind}, code {detail}")
    return messages(kind) if detail == -1 else (message(kind, detail), message(kind, detail))


# --- network ACLs


def network_acls(resolver: Resolver, vpcs: Mapping[str, Vpc]) -> dict[str, NetworkAcl]:
    """Network ACLs, with inline rules and rule resources."""
    rules: dict[tuple[str, bool], list[NetworkAclRule | Unknown]] = defaultdict(list)
    lost: Unknown | None = None
    for resource in resolver.of_type("aws_network_acl_rule"):
        owner = resolver.required(resource, "network_acl_id", NACL)
        if isinstance(owner, Unknown):
            lost = lost or Unknown(f"{resource.address} may belong to it: {owner.reason}")
            continue
        egress = resource.get("egress", False)
        if isinstance(egress, Unknown):
            lost = lost or egress
            continue
        unknown_reason = resolver.unknown_reason(resource)
        found = (
            [unknown_reason]
            if unknown_reason
            else _acl_rules(resource, resource.values, resource.address, "rule_number", "rule_action")
        )
        rules[owner, bool(egress)] += found
    made: dict[str, NetworkAcl] = {}
    for resource in resolver.certain("aws_network_acl", "aws_default_network_acl"):
        vpc: str | Unknown = next(
            (v for v in vpcs if resolver.same[v, "default_network_acl_id"] == resource.address), ""
        ) or resolver.required(resource, "vpc_id", VPC)
        sides = []
        for name, egress in (("ingress", False), ("egress", True)):
            found = list(rules[resource.address, egress])
            for index, block in enumerate(blocks(resource, name)):
                where = f"{resource.address}.{name}[{index}]"
                found += (
                    [block] if isinstance(block, Unknown) else _acl_rules(resource, block, where, "rule_no", "action")
                )
            sides.append(found)
        made[resource.address] = _acl(resource.address, vpc, sides[0], sides[1], lost)
    taken = _taken_over(resolver, "aws_default_network_acl", "default_network_acl_id")
    for address in vpcs:
        own = resolver.same[address, "default_network_acl_id"]
        if own not in made:
            start = [NetworkAclRule(own, 100 + i, True, -1, c) for i, c in enumerate(_EVERYTHING)]
            unknown_reason = lost or taken.get(address) or taken.get("")
            made[own] = _acl(own, address, [*start, *rules[own, False]], [*start, *rules[own, True]], unknown_reason)
    return made


def _taken_over(resolver: Resolver, type_: str, argument: str) -> dict[str, Unknown]:
    """Why a resource may hold the rules of a VPC's own network ACL or security group, by VPC; of any VPC under ""."""
    found: dict[str, Unknown] = {}
    for resource in resolver.of_type(type_):
        value = resource.get(argument)
        unknown_reason = resolver.unknown_reason(resource)
        if isinstance(value, Ref) and unknown_reason is not None:
            found[value.address] = unknown_reason
        elif not isinstance(value, Ref):
            found[""] = Unknown(f"{resource.address} may hold its rules: {argument} is {value}")
    return found


def _acl(
    address: str,
    vpc: str | Unknown,
    inbound: Iterable[NetworkAclRule | Unknown],
    outbound: Iterable[NetworkAclRule | Unknown],
    lost: Unknown | None,
) -> NetworkAcl:
    sides = [list(inbound), list(outbound)]
    unknown_reason = lost or next((r for side in sides for r in side if isinstance(r, Unknown)), None)
    ordered = [
        tuple(sorted((r for r in side if isinstance(r, NetworkAclRule)), key=lambda r: r.number)) for side in sides
    ]
    return NetworkAcl(address, vpc, ordered[0], ordered[1], unknown_reason)


def _acl_rules(
    resource: Resource, values: Mapping[str, Value], where: str, number_name: str, action_name: str
) -> list[NetworkAclRule | Unknown]:
    number = integer(values.get(number_name))
    protocol = _protocol(values.get("protocol"))
    action = str(values.get(action_name)).lower()
    if not isinstance(number, int) or isinstance(protocol, Unknown) or action not in ("allow", "deny"):
        return [Unknown(f"number, protocol or action of {where}")]
    ports = _acl_ports(protocol, values)
    if isinstance(ports, Unknown):
        return [Unknown(f"{where}: {ports.reason}")]
    found: list[NetworkAclRule | Unknown] = []
    for argument in ("cidr_block", "ipv6_cidr_block"):
        if values.get(argument) not in (None, ""):
            prefix = cidr(resource, argument, values[argument])
            if isinstance(prefix, Unknown):
                found.append(prefix)
            else:
                found.append(NetworkAclRule(where, number, action == "allow", protocol, prefix, ports))
    return found or [Unknown(f"{where} has no CIDR block")]


def _acl_ports(protocol: int, values: Mapping[str, Value]) -> tuple[int, int] | Unknown | None:
    """The ports or ICMP messages of a rule. What is left out the provider sends as 0, which is one port or message.

    https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/ec2/vpc_network_acl_rule.go
    """

    def sent(name: str) -> Value:
        return 0 if values.get(name) is None else values[name]

    if protocol in WITH_PORTS:
        return _port_range(sent("from_port"), sent("to_port"))
    return _messages(sent("icmp_type"), sent("icmp_code")) if protocol in WITH_TYPES else None


# --- security groups


def security_groups(resolver: Resolver, vpcs: Mapping[str, Vpc]) -> dict[str, SecurityGroup]:
    """Security groups, with inline rules and rule resources."""
    rules: dict[tuple[str, bool], list[SecurityGroupRule | Unknown]] = defaultdict(list)
    lost: Unknown | None = None
    for resource in resolver.of_type(
        "aws_security_group_rule", "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"
    ):
        owner = resolver.required(resource, "security_group_id", GROUP)
        if isinstance(owner, Unknown):
            lost = lost or Unknown(f"{resource.address} may belong to it: {owner.reason}")
            continue
        side = resource.get("type")
        if isinstance(side, Unknown):
            lost = lost or side
            continue
        egress = resource.type.endswith("egress_rule") or side == "egress"
        unknown_reason = resolver.unknown_reason(resource)
        rules[owner, egress].append(
            unknown_reason or _group_rule(resolver, resource, resource.values, resource.address, owner)
        )
    made: dict[str, SecurityGroup] = {}
    for resource in resolver.certain("aws_security_group", "aws_default_security_group"):
        sides = []
        for name, egress in (("ingress", False), ("egress", True)):
            found = list(rules[resource.address, egress])
            for index, block in enumerate(blocks(resource, name)):
                where = f"{resource.address}.{name}[{index}]"
                unread = isinstance(block, Unknown)
                found.append(
                    block if unread else _group_rule(resolver, resource, block, where, resource.address)  # type: ignore[arg-type]
                )
            sides.append(found)
        made[resource.address] = _group(
            resource.address, resolver.one(resource, "vpc_id", VPC), sides[0], sides[1], lost
        )
    taken = _taken_over(resolver, "aws_default_security_group", "vpc_id")
    for address in vpcs:
        own = resolver.same[address, "default_security_group_id"]
        if own not in made:
            start_in = SecurityGroupRule(own, -1, groups=(own,))
            start_out = SecurityGroupRule(own, -1, cidrs=_EVERYTHING)
            unknown_reason = lost or taken.get(address) or taken.get("")
            made[own] = _group(
                own, address, [start_in, *rules[own, False]], [start_out, *rules[own, True]], unknown_reason
            )
    return made


def _group(
    address: str,
    vpc: str | Unknown | None,
    inbound: Iterable[SecurityGroupRule | Unknown],
    outbound: Iterable[SecurityGroupRule | Unknown],
    lost: Unknown | None,
) -> SecurityGroup:
    sides = [list(inbound), list(outbound)]
    unknown_reason = lost or next((r for side in sides for r in side if isinstance(r, Unknown)), None)
    known = [tuple(r for r in side if isinstance(r, SecurityGroupRule)) for side in sides]
    return SecurityGroup(address, vpc, known[0], known[1], unknown_reason)


def _group_rule(
    resolver: Resolver, resource: Resource, values: Mapping[str, Value], where: str, owner: str
) -> SecurityGroupRule | Unknown:
    protocol = _protocol(values.get("protocol", values.get("ip_protocol")))
    if isinstance(protocol, Unknown):
        return protocol
    # For ICMP, from_port is the type and to_port the code.
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
    ports: tuple[int, int] | Unknown | None = None
    if protocol in WITH_PORTS:
        ports = _port_range(values.get("from_port"), values.get("to_port"))
    elif protocol in WITH_TYPES:
        ports = _messages(values.get("from_port"), values.get("to_port"))
    if isinstance(ports, Unknown):
        return Unknown(f"{where}: {ports.reason}")
    prefixes: list[Cidr | Unknown] = []
    for argument in ("cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6"):
        prefixes += cidrs(resource, argument, values.get(argument) or None)
    unknown_reason = next((p for p in prefixes if isinstance(p, Unknown)), None)
    if unknown_reason is not None:
        return unknown_reason
    lists: list[str | Unknown | None] = []
    itself = values.get("self")
    if isinstance(itself, Unknown):
        return itself
    groups: list[str | Unknown | None] = [owner] if itself is True else []
    for argument in ("prefix_list_ids", "prefix_list_id"):
        lists += [resolver.target(resource, argument, v, PREFIX_LIST) for v in _each(values.get(argument))]
    for argument in ("security_groups", "source_security_group_id", "referenced_security_group_id"):
        groups += [resolver.target(resource, argument, v, GROUP) for v in _each(values.get(argument))]
    return SecurityGroupRule(
        where,
        protocol,
        ports,
        tuple(p for p in prefixes if not isinstance(p, Unknown)),
        tuple(p for p in lists if p is not None),
        tuple(g for g in groups if g is not None),
    )


def _each(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else () if value in (None, "") else (value,)
